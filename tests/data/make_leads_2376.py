#!/usr/bin/env python3
"""Writes leads_2376.xlsx and leads_2376_truth.json: a machinery company's old lead sheets.

    python tests/data/make_leads_2376.py [folder]

2 376 data rows on four sheets with all that makes such sheets hard to import, and beside them
the truth about them, known from how they were made and not from the code under test. The seed
is fixed and so are the dates inside the file: each run writes the same bytes.

All companies, people, numbers and codes are composed from word lists and belong to nobody on
purpose; mail addresses are under the names reserved for examples.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from leads_2376.files import truth, write_workbook
from leads_2376.rows import make_rows
from leads_2376.words import FIELD_OF_HEADER

__all__ = ["FIELD_OF_HEADER", "main"]


def main(folder):
    """Write both files into ``folder``."""
    folder = Path(folder)
    sheets = make_rows()
    write_workbook(sheets, folder / "leads_2376.xlsx")
    text = json.dumps(truth(sheets), ensure_ascii=False, indent=1)
    (folder / "leads_2376_truth.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else HERE)
