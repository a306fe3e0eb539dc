import datetime
import hashlib
import json
from decimal import Decimal

import pytest
from merchant_lib import hashing
from merchant_lib.hashing import canonical_json, chain_hash, first_break


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        ([True, False, 1, "a"], '[true,false,1,"a"]'),
        ((1, 2), "[1,2]"),
        ({"b": 1, "a": {"d": [], "c": {}}}, '{"a":{"c":{},"d":[]},"b":1}'),
        ('苏州"\n', '"苏州\\"\\n"'),
        (Decimal("1.50"), "1.5"),
        (Decimal("2.00"), "2"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.00"), "0"),
        (Decimal("100"), "100"),
        (datetime.date(2026, 2, 14), '"2026-02-14"'),
        (datetime.datetime(2026, 2, 14, 8, 0), '"2026-02-14T08:00:00"'),
        (datetime.datetime(2026, 2, 14, 8, 0, 0, 5), '"2026-02-14T08:00:00.000005"'),
    ],
)
def test_canonical_json(value, expected):
    assert canonical_json(value) == expected
    json.loads(expected)


def test_order_of_keys_does_not_matter():
    assert canonical_json({"a": 1, "b": 2}) == canonical_json({"b": 2, "a": 1})


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (1.0, TypeError),
        ({"a": [1.0]}, TypeError),
        ({1: "a"}, TypeError),
        ({1, 2}, TypeError),
        (b"a", TypeError),
        (Decimal("NaN"), ValueError),
        (Decimal("Infinity"), ValueError),
        (datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc), ValueError),
        ("\ud800", ValueError),
    ],
)
def test_what_has_no_certain_text_is_refused(value, error):
    with pytest.raises(error):
        canonical_json(value)


def test_chain_hash_is_sha_256_over_both():
    first = chain_hash("", {"event": "claim"})
    assert first == hashlib.sha256(b'\n{"event":"claim"}').hexdigest()
    second = chain_hash(first, {"event": "claim"})
    assert second == hashlib.sha256(first.encode() + b'\n{"event":"claim"}').hexdigest()
    assert second != first


@pytest.mark.parametrize("previous", [None, "0", "g" * 64, "A" * 64, "a" * 63, "a" * 64 + "\n", b""])
def test_chain_hash_refuses_what_is_no_hash(previous):
    with pytest.raises(ValueError, match="not a hash"):
        chain_hash(previous, {})


def _chain(payloads):
    rows, previous = [], ""
    for payload in payloads:
        previous = chain_hash(previous, payload)
        rows.append((payload, previous))
    return rows


def test_any_change_to_a_chain_is_found():
    rows = _chain([{"seq": seq, "amount": Decimal(seq)} for seq in range(5)])
    assert first_break(rows) is None
    assert first_break([]) is None
    changed = [*rows]
    changed[2] = ({"seq": 2, "amount": Decimal("2.01")}, rows[2][1])
    assert first_break(changed) == 2
    assert first_break(rows[:1] + rows[2:]) == 1
    assert first_break(rows[:2] + [rows[3], rows[2]] + rows[4:]) == 2
    rehashed = [*rows]
    rehashed[2] = (changed[2][0], chain_hash(rows[1][1], changed[2][0]))
    assert first_break(rehashed) == 3


# -- the quick way ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"b": 1, "a": [1, (2, {"c": None})], "中": '文"\\\n\u2028😀\x7f', "t": True, "f": False, "n": -0},
        {"m": datetime.datetime(2026, 3, 2, 1, 2, 3), "u": datetime.datetime(2026, 3, 2, 1, 2, 3, 4)},
        [[], {}, "", 10**30],
    ],
)
def test_the_quick_way_writes_the_same(value):
    assert hashing._is_quick(value)
    assert canonical_json(value) == "".join(hashing._pieces(value))


class Text(str):
    __slots__ = ()


class Count(int):
    pass


@pytest.mark.parametrize(
    "value", [{"a": 1.5}, {"a": [1.5]}, {1: "a"}, {"a": {None: 1}}, {"a": {1, 2}}, {"a": object()}, {"a": b"b"}]
)
def test_the_quick_way_takes_nothing_that_is_refused(value):
    assert not hashing._is_quick(value)
    with pytest.raises(TypeError):
        canonical_json(value)


def test_subclasses_go_the_slow_way():
    for value in ({"a": Text("x")}, {Text("a"): "x"}, {"a": Count(1)}, {"a": Decimal("1.50")}):
        assert not hashing._is_quick(value)
    assert canonical_json({Text("a"): Text("x"), "b": Count(1)}) == '{"a":"x","b":1}'


def test_the_quick_way_refuses_a_time_zone():
    with pytest.raises(ValueError, match="naive"):
        canonical_json({"a": datetime.datetime(2026, 3, 2, tzinfo=datetime.timezone.utc)})
