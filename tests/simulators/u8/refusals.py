"""Refusals, and the words for them."""

from simulation.control import OrderRefused

TOKEN_EXPIRED = ("30012", "token已过期")
STILL_RUNNING = ("30025", "操作正在执行")


class Refusal(OrderRefused):
    """An answer with an error code."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def business(text, key=""):
    """The EAI behind the proxy refuses a document."""
    return Refusal("20005", f"U8 服务调用失败:key='{key}';{text};")


def bad_field(name, key=""):
    """Unknown field, or a value that does not fit it: the EAI has one text for both."""
    return business(f"数据库没有提供的字段({name})! 或者提供该字段的值格式不正确!", key)


def not_found(label):
    """Nothing matches."""
    return Refusal("20002", f"未检索到匹配的[{label}]。")
