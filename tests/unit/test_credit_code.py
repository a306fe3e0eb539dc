import pytest
from merchant_lib.credit_code import ALPHABET, body_check_character, check_credit_code

SAMPLE = "91350100M000100Y43"


@pytest.mark.parametrize("code", [SAMPLE, "91512081MA62K0260E", "91110000600037341L"])
def test_worked_examples_are_valid(code):
    checked = check_credit_code(code)
    assert (checked.normalised, checked.valid, checked.problem) == (code, True, "")
    assert checked.suggestion == ""


def test_every_single_substitution_is_caught():
    tried = 0
    for place in range(18):
        for character in ALPHABET.replace(SAMPLE[place], ""):
            wrong = SAMPLE[:place] + character + SAMPLE[place + 1 :]
            assert not check_credit_code(wrong).valid, wrong
            tried += 1
    assert tried == 540


def test_every_swap_of_neighbours_is_caught():
    tried = 0
    for place in range(17):
        left, right = SAMPLE[place : place + 2]
        if left != right:
            wrong = SAMPLE[:place] + right + left + SAMPLE[place + 2 :]
            assert not check_credit_code(wrong).valid, wrong
            tried += 1
    assert tried == 13


def _with_check(first_17):
    valid = [c for c in ALPHABET if check_credit_code(first_17 + c).problem != "check"]
    assert len(valid) == 1
    return first_17 + valid[0]


@pytest.mark.parametrize("start", ["N2", "A1", "Y1", "N9", "1A"])
def test_letters_are_lawful_in_the_first_two_places(start):
    assert check_credit_code(_with_check(start + SAMPLE[2:17])).valid


def test_letters_are_not_lawful_in_the_division():
    assert check_credit_code("91A50100M000100Y43").problem == "division"


def test_wrong_check_character_of_the_body_is_caught():
    assert body_check_character("M000100Y") == "4"
    code = _with_check(SAMPLE[:16] + "5")
    assert check_credit_code(code).problem == "body_check"


@pytest.mark.parametrize(("body", "expected"), [("MA62K026", "0"), ("60003734", "1"), ("M000100Y", "4")])
def test_body_check_character(body, expected):
    assert body_check_character(body) == expected


@pytest.mark.parametrize(
    "raw",
    [
        "91350100m000100y43",
        " 91350100M000100Y43 ",
        "９１３５０１００Ｍ０００１００Ｙ４３",
        "91350100 M000100Y4 3",
        "913501-00M000100Y-43",
    ],
)
def test_spelling_is_normalised(raw):
    assert check_credit_code(raw) == check_credit_code(SAMPLE)


@pytest.mark.parametrize(
    ("raw", "suggestion"),
    [
        ("9135O1OOMOOO1OOY43", SAMPLE),
        ("9I350I00M000I00Y43", SAMPLE),
        ("9135O100M000I00Y43", SAMPLE),
        ("9I35O100M000100Y44", ""),  # another mistake besides: nothing to suggest
        ("91350100M000100Y44", ""),
    ],
)
def test_look_alikes_are_suggested_but_never_changed(raw, suggestion):
    checked = check_credit_code(raw)
    assert (checked.normalised, checked.valid, checked.suggestion) == (raw, False, suggestion)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (None, "empty"),
        ("", "empty"),
        ("91350100M000100Y4", "length"),
        ("91350100M000100Y433", "length"),
        ("350100123456789", "legacy"),
        ("11010119900101123X01", "individual"),
        ("9.1512E+17", "lost_digits"),
        ("9135010ZM000100Y43", "alphabet"),
        ("91350100M000100Y4中", "alphabet"),
        ("91350100M000100Y42", "check"),
    ],
)
def test_problems(raw, problem):
    checked = check_credit_code(raw)
    assert (checked.valid, checked.problem) == (False, problem)
