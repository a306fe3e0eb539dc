import pytest
from merchant_lib import followup_text
from merchant_lib.followup_text import REPEATED, TOO_SHORT, judge, likeness, meaning

GOOD = "采购部王经理确认下月试用两台，要求先寄样件到昆山工厂"


@pytest.mark.parametrize(
    "text", ["", None, "已联系", "。。。。。。。。。。。。", "哈哈哈哈哈哈哈哈哈哈哈哈", "13800138000 13900139000"]
)
def test_says_nothing(text):
    assert judge(text, []) == TOO_SHORT


@pytest.mark.parametrize("text", [GOOD, "Customer wants a second quote for two machines"])
def test_says_something(text):
    assert judge(text, []) == ""


@pytest.mark.parametrize(
    "again",
    [
        GOOD,
        GOOD + "。",
        "  " + GOOD.replace("，", ", "),
        GOOD.replace("两台", "三台"),
        "採購部王經理確認下月試用兩台，要求先寄樣件到昆山工廠",
    ],
)
def test_near_copies(again):
    assert judge(again, [GOOD]) == REPEATED


def test_a_copy_with_a_new_date_is_a_copy():
    assert judge("3月5日电话联系客户，客户说再考虑", ["11月28日电话联系客户，客户说再考虑"]) == REPEATED


def test_another_matter_of_the_same_customer_is_none():
    assert judge("技术部要求补充液压站的噪声数据，周五前发送", [GOOD]) == ""


def test_settings():
    assert judge("已联系", [], least=3) == ""
    assert judge(GOOD.replace("两台", "三台"), [GOOD], alike=1.0) == ""


def test_likeness_is_symmetric_and_bounded():
    one, other = meaning("苏州恒锐机械"), meaning("苏州恒锐数控机械")
    assert likeness(one, other) == likeness(other, one)
    assert 0 < likeness(one, other) < 1
    assert likeness(one, one) == 1
    assert likeness("", "") == likeness("a", "a") == 1
    assert likeness("a", "b") == 0


def test_long_notes_stay_cheap():
    assert followup_text.judge("联系客户" * 5000, ["拜访客户" * 5000] * 20) == TOO_SHORT
