"""Spreadsheets in and out, plain Python.

A sheet is read once and given as rows of cells as a person sees them; what a cell means is decided elsewhere. Old
sheets carry a title above the header, repeat the header on every printed page and end in a line of sums.
"""

import codecs
import csv
import io
import os
import re
from dataclasses import dataclass

import python_calamine
import xlsxwriter

from ...lib.text import clean_cell, normalise

HEADER_SEARCH_ROWS = 30
_SUM_ROW = re.compile(r"^(?:合\s*计|总\s*计|小\s*计|共\s*计)")
_HEADER_NOISE = re.compile(r"[\s*★※:（）()\[\]【】_\-/\\.]+")
# PostgreSQL refuses NUL in JSON; lone surrogates come from damaged files
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NUMBER_LIKE = re.compile(r"[+-]?[\d\s().-]+")
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class UnreadableWorkbook(Exception):
    """The file cannot be read; ``code`` is one of ``format``, ``password``, ``encoding``, ``empty``, ``rows``."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


@dataclass
class Sheet:
    """One sheet: its name and ``rows``, a list of (row number as shown in Excel, list of texts)."""

    name: str
    rows: list


@dataclass
class Table:
    """A sheet's part below the header.

    ``header_row``: its number, 0 where none was recognised and the first row was taken. ``headers``: one text a
    column, unique, never empty. ``rows``: as in :class:`Sheet`. ``skipped``: number of repeated headers and sums.
    """

    sheet: str
    header_row: int
    headers: list
    rows: list
    skipped: int = 0


# -- in ---------------------------------------------------------------------------------------


def read_workbook(data, filename, max_rows):
    """Read every visible sheet of an XLSX, XLS, XLSB, ODS or CSV file.

    :raises UnreadableWorkbook: with a code
    :return: list of :class:`Sheet` that hold at least one filled row
    """
    if not data:
        raise UnreadableWorkbook("empty")
    extension = os.path.splitext(filename or "")[1].lower()
    if extension in (".csv", ".txt", ".tsv"):
        sheets = [Sheet(os.path.splitext(os.path.basename(filename))[0], _csv_rows(_decode(data)))]
    else:
        sheets = _calamine_sheets(data, max_rows)
    sheets = [sheet for sheet in sheets if sheet.rows]
    if not sheets:
        raise UnreadableWorkbook("empty")
    if sum(len(sheet.rows) for sheet in sheets) > max_rows + HEADER_SEARCH_ROWS:
        raise UnreadableWorkbook("rows")
    return sheets


def _calamine_sheets(data, max_rows):
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = [
            meta.name
            for meta in book.sheets_metadata
            if meta.visible == python_calamine.SheetVisibleEnum.Visible
            and meta.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        sheets = []
        for name in visible:
            sheet = book.get_sheet_by_name(name)
            # a stray cell in the last row must not make a list of a million empty rows
            if sheet.total_height > 20 * max_rows or sheet.total_width > 2000:
                raise UnreadableWorkbook("rows")
            sheets.append(Sheet(name, _numbered(sheet.to_python(skip_empty_area=False))))
        return sheets
    except python_calamine.PasswordError as error:
        raise UnreadableWorkbook("password") from error
    except UnreadableWorkbook:
        raise
    except Exception as error:  # calamine raises its own and pyo3's errors on damaged files
        raise UnreadableWorkbook("format") from error


def _decode(data):
    """Text of a CSV file: by its byte order mark, else UTF-8, else GB18030 (what Excel writes in Chinese Windows)."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableWorkbook("encoding")


def _csv_rows(text):
    head = "\n".join(text.splitlines()[:HEADER_SEARCH_ROWS])
    delimiter = max(",;\t|", key=head.count)
    try:
        return _numbered(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise UnreadableWorkbook("format") from error


def _numbered(rows):
    texts = ((number, [raw_text(cell) for cell in row]) for number, row in enumerate(rows, 1))
    return [(number, row) for number, row in texts if any(row)]


def raw_text(value):
    """The cell as text, as little changed as can be: what the person wrote comes back to him in the problem file."""
    if not isinstance(value, str):
        return clean_cell(value)
    text = _UNSTORABLE.sub("", value).strip()
    # the sign in front of what looked like a formula, put there by us or by Odoo's export
    if len(text) > 1 and text[0] == "'" and text[1] in "=+-@":
        text = text[1:]
    return text


def header_key(text):
    """A header's spelling without blanks, brackets, stars and case: 联系电话* and 联系 电话 are one."""
    return _HEADER_NOISE.sub("", normalise(text)).lower()


def find_table(sheet, known):
    """Find the header row of a sheet: of the first rows the one with most known headers.

    :param known: set of :func:`header_key` results
    """
    best, best_score = None, 0
    for index, (_number, row) in enumerate(sheet.rows[:HEADER_SEARCH_ROWS]):
        score = sum(1 for text in row if text and header_key(text) in known)
        filled = sum(1 for text in row if text)
        # one known word in a wide row is chance: a cell below may say 备注
        if score > best_score and (score >= 2 or filled == 1 == score):
            best, best_score = index, score
    start = best if best is not None else 0
    number, header = sheet.rows[start]
    width = max(len(row) for _number, row in sheet.rows)
    headers = _unique_headers(header + [""] * (width - len(header)), sheet.rows[start + 1 :])
    table = Table(sheet.name, number if best is not None else 0, [name for name in headers if name], [])
    columns = [index for index, name in enumerate(headers) if name]
    repeated = [header_key(text) for text in header if text]
    for row_number, row in sheet.rows[start + 1 :]:
        first = next(text for text in row if text)
        if [header_key(text) for text in row if text] == repeated or _SUM_ROW.match(normalise(first)):
            table.skipped += 1
            continue
        table.rows.append((row_number, [row[index] if index < len(row) else "" for index in columns]))
    return table


def _unique_headers(header, rows):
    """Headers made unique; a column without header that holds something is called by its letter, others drop out."""
    names, seen = [], {}
    for index, text in enumerate(header):
        name = " ".join(normalise(text).split())
        if not name and any(index < len(row) and row[index] for _number, row in rows):
            name = f"[{xlsxwriter.utility.xl_col_to_name(index)}]"
        if name:
            seen[name] = seen.get(name, 0) + 1
            if seen[name] > 1:
                name = f"{name} ({seen[name]})"
        names.append(name)
    return names


# -- out --------------------------------------------------------------------------------------


def defuse(text):
    """Text that no spreadsheet program runs as a formula, in a sheet or in a CSV file made of it later."""
    if text.startswith(_FORMULA_SIGNS) and not _NUMBER_LIKE.fullmatch(text):
        return f"'{text}"
    return text


def write_workbook(sheet_name, headers, rows):
    """Give the bytes of an XLSX file with one sheet of texts; the last column is wide."""
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(sheet_name[:31])
    bold = book.add_format({"bold": True, "bg_color": "#EEEEEE"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for column, header in enumerate(headers):
        sheet.write_string(0, column, defuse(header), bold)
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row):
            if text:
                sheet.write_string(number, column, defuse(text), wrap if column == len(row) - 1 else None)
    sheet.set_column(0, max(len(headers) - 2, 0), 18)
    sheet.set_column(len(headers) - 1, len(headers) - 1, 60)
    sheet.freeze_panes(1, 0)
    book.close()
    return output.getvalue()
