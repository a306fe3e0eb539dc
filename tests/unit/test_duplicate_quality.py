"""How many duplicates the keys find, and how many of those found are some, on spellings made independently of them."""

import importlib.util
from collections import defaultdict
from itertools import combinations

import pytest
from merchant_lib.company_name import company_key
from merchant_lib.credit_code import check_credit_code
from merchant_lib.duplicate_keys import judge
from merchant_lib.phone import parse_phones
from support.loading import ROOT

STRONG = ("certain", "very_likely", "likely")


@pytest.fixture(scope="module")
def records():
    pytest.importorskip("opencc")
    spec = importlib.util.spec_from_file_location("make_spellings", ROOT / "tests/data/make_spellings.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.records(4000)


def keys_of(record):
    code = check_credit_code(record["credit_code"])
    return {
        "credit_code": code.normalised if code.valid else "",
        "phone_keys": tuple(phone.e164 for phone in parse_phones(record["phone"]) if phone.e164),
        "company_key": company_key(record["company"]),
    }


def found_pairs(keys, levels):
    """Pairs of places that share a key and are judged the same."""
    by_key = defaultdict(list)
    for place, key in enumerate(keys):
        for lookup in {key["credit_code"], *key["phone_keys"], key["company_key"].rsplit("@", 1)[0]} - {""}:
            by_key[lookup].append(place)
    pairs = {pair for places in by_key.values() for pair in combinations(sorted(places), 2)}
    return {(a, b) for a, b in pairs if (verdict := judge(keys[a], keys[b])) and verdict[0] in levels}


def groups_of(pairs, count):
    """Places -> number of the group that pairs join."""
    leader = list(range(count))

    def find(place):
        while leader[place] != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    for a, b in pairs:
        leader[find(a)] = find(b)
    return [find(place) for place in range(count)]


def test_precision_and_recall(records, capsys):
    keys = [keys_of(record) for record in records]
    bodies = [record["body"] for record in records]
    found = found_pairs(keys, STRONG)
    by_body = defaultdict(list)
    for place, body in enumerate(bodies):
        by_body[body].append(place)
    true = {pair for places in by_body.values() for pair in combinations(places, 2)}
    right = len({pair for pair in found if bodies[pair[0]] == bodies[pair[1]]})
    # a person who accepts the suggestions merges groups: of three records two pairs are enough
    group = groups_of(found, len(records))
    joined = sum(1 for a, b in true if group[a] == group[b])
    precision, recall, in_groups = right / len(found), right / len(true), joined / len(true)
    with capsys.disabled():
        print(
            f"\n{len(records)} records, {len(true)} true pairs, {len(found)} found: precision {precision:.2%}, "
            f"recall {recall:.2%} of pairs, {in_groups:.2%} of pairs joined by groups"
        )
    assert precision >= 0.99
    assert recall >= 0.95


def test_a_branch_is_never_its_head_office(records):
    keys = [keys_of(record) for record in records]
    for a, b in found_pairs(keys, STRONG):
        branch = [any(word in records[p]["body"] for word in ("分公司", "办事处", "营业部")) for p in (a, b)]
        assert branch[0] == branch[1], (records[a], records[b])


def test_lawful_codes_of_every_authority_are_accepted(records):
    codes = [record["credit_code"] for record in records if record["credit_code"]]
    assert len(codes) > 1000
    assert all(check_credit_code(code).valid for code in codes)
    assert {check_credit_code(code).normalised[0] for code in codes} == {"9", "N", "A", "Y"}
