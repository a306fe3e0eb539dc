"""The workbook, and the truth about its rows."""

import datetime
from collections import Counter

import xlsxwriter

from .words import CREATED, FIELD_OF_HEADER, HEADER_OF, REGION_OF, SHEETS


def write_workbook(sheets, path):
    """Write the workbook and note on each row where it stands."""
    book = xlsxwriter.Workbook(path, {"strings_to_numbers": False})
    book.set_properties({"title": "线索汇总", "author": "销售部", "created": CREATED})
    date_format = book.add_format({"num_format": "yyyy-mm-dd"})
    bold = book.add_format({"bold": True})
    for name, titles, header, _share, trailing in SHEETS:
        sheet = book.add_worksheet(name)
        header = header.split()
        line = 0
        for title in titles:
            sheet.merge_range(line, 0, line, len(header) - 1, title, bold)
            line += 1
        sheet.write_row(line, 0, header, bold)
        for index, row in enumerate(sheets[name], 1):
            line += 1
            row["place"] = [name, line + 1]
            for column, title in enumerate(header):
                field = FIELD_OF_HEADER[title]
                value = index if field == "number" else row["cells"][field]
                if isinstance(value, datetime.date):
                    sheet.write_datetime(line, column, value, date_format)
                elif isinstance(value, str):
                    sheet.write_string(line, column, value)
                elif value is not None:
                    sheet.write_number(line, column, value)
        for extra in range(trailing):
            # Rows that someone formatted and never filled: they hold blanks, no data.
            sheet.write_blank(line + 1 + extra, 0, None, date_format)
            if extra % 2:
                sheet.write_string(line + 1 + extra, 1, " ")
    book.close()


def truth(sheets):
    """Give what is known about the rows; a row is [sheet, Excel row number]."""
    rows = sorted((row for part in sheets.values() for row in part), key=lambda row: row["place"])
    groups, lookalikes, road = {}, {}, {}
    for row in rows:
        group = row.get("group", "")
        if group and not row.get("bad"):
            target = lookalikes if group.startswith("l") else groups
            target.setdefault(group, []).append(row)
        if "road" in row:
            road[row["road"]] = row["place"]
    good = [row for row in rows if "bad" not in row]
    return {
        "total": len(rows),
        "rows_per_sheet": {name: len(part) for name, part in sheets.items()},
        "header_row": {name: 1 + len(titles) for name, titles, *_ in SHEETS},
        "road": road,
        "duplicate_rows": sum(len(members) - 1 for members in groups.values()),
        "duplicate_groups": [
            {
                "rows": [row["place"] for row in members],
                "kinds": sorted({row["kind"] for row in members if "kind" in row}),
            }
            for members in sorted(groups.values(), key=_place)
        ],
        "lookalikes": [
            {
                "rows": [row["place"] for row in members],
                "kind": next(row["kind"] for row in members if "kind" in row),
            }
            for members in sorted(lookalikes.values(), key=_place)
        ],
        "bad_rows": [{"row": row["place"], "kind": row["bad"]} for row in rows if "bad" in row],
        # Letters O where the code has zeros, on sheets with a column for the code.
        "credit_code_typos": [
            {"row": row["place"], "meant": row["lead"]["credit_code"]}
            for row in rows
            if "O" in (row["cells"]["credit_code"] or "") and "代码" in HEADER_OF[row["place"][0]]
        ],
        "good_rows_per_source": count(row["cells"]["source"] or "" for row in good),
        "good_rows_per_phone_kind": count(row["lead"]["number"][0] for row in good),
        "good_rows_per_province": count(_province(row) for row in good),
        "good_rows_per_region": count(REGION_OF.get(_province(row), "") for row in good),
    }


def _place(members):
    return members[0]["place"]


def _province(row):
    """Give the division that the row's region cells name; "" if they are empty."""
    return row["lead"]["code"] if row["cells"]["province"] else ""


def count(values):
    return dict(sorted(Counter(values).items()))
