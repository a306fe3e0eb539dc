import re
from datetime import date


def is_date(text):
    """Whether a text is a day as ``yyyy-MM-dd``, and nothing else that Python would take for one."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
