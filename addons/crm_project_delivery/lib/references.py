"""Document numbers in what payers write on a bank transfer. Plain Python."""

import re
import unicodedata

# Chinese text stands without blanks around a number: 付HT2026-0001定金
_NUMBER = re.compile(r"[A-Z0-9]+(?:[-/_.][A-Z0-9]+)*")


def document_numbers(texts):
    """Everything in ``texts`` that could be a document's number, upper case, in half-width characters.

    A number has a digit and at least four characters. Falsy texts are skipped.
    """
    found = {}
    for text in texts:
        plain = unicodedata.normalize("NFKC", str(text or "")).upper()
        # a dash typed on a Chinese keyboard
        plain = re.sub("[‐-―−]", "-", plain)
        for number in _NUMBER.findall(plain):
            if len(number) >= 4 and any(char.isdigit() for char in number):
                found[number] = True
    return list(found)
