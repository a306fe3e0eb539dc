"""Spreadsheets in and out, plain Python.

A sheet is read once and given as rows of cells as a person sees them; what a cell means is decided elsewhere. Old
sheets carry a title above the header, repeat the header on every printed page and end in a line of sums.
"""

import codecs
import csv
import io
import itertools
import os
import re
from dataclasses import dataclass

import python_calamine
import xlrd
import xlsxwriter

from ...lib.text import clean_cell, normalise
from .workbook_guard import MAX_COLUMNS, UnreadableWorkbook, kind_of

HEADER_SEARCH_ROWS = 30
MAX_SHARED = 5000
_SUM_ROW = re.compile(r"^(?:合\s*计|总\s*计|小\s*计|共\s*计)")
_HEADER_NOISE = re.compile(r"[\s*★※:（）()\[\]【】_\-/\\.]+")
# PostgreSQL refuses NUL in JSON; lone surrogates come from damaged files
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_NUMBER_LIKE = re.compile(r"[+-]?[\d\s().-]+")
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


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
    """Read every visible sheet of an XLSX, XLS or CSV file.

    :raises UnreadableWorkbook: with a code
    :return: list of :class:`Sheet` that hold at least one filled row
    """
    if not data:
        raise UnreadableWorkbook("empty")
    extension = os.path.splitext(filename or "")[1].lower()
    if extension in (".csv", ".txt", ".tsv"):
        sheets = [Sheet(os.path.splitext(os.path.basename(filename))[0], _csv_rows(_decode(data), max_rows))]
    elif kind_of(data) == "xls":
        sheets = _xls_sheets(data)
    else:
        sheets = _xlsx_sheets(data)
    sheets = [sheet for sheet in sheets if sheet.rows]
    if not sheets:
        raise UnreadableWorkbook("empty")
    if sum(len(sheet.rows) for sheet in sheets) > max_rows + HEADER_SEARCH_ROWS:
        raise UnreadableWorkbook("rows")
    if any(len(row) > MAX_COLUMNS for sheet in sheets for _number, row in sheet.rows):
        raise UnreadableWorkbook("columns")
    return sheets


def _xlsx_sheets(data):
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = [
            meta.name
            for meta in book.sheets_metadata
            if meta.visible == python_calamine.SheetVisibleEnum.Visible
            and meta.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        return [Sheet(name, _xlsx_rows(book.get_sheet_by_name(name))) for name in visible]
    except Exception as error:  # calamine raises its own and pyo3's errors on damaged files
        raise UnreadableWorkbook("format") from error


def _xlsx_rows(sheet):
    # the iterator begins at the first filled column, and row by row needs less memory than the whole block
    left = [""] * (sheet.start[1] if sheet.start else 0)
    return _numbered(left + row for row in sheet.iter_rows())


def _xls_sheets(data):
    """The old format, by a reader in plain Python: a lying size in such a file ends in an exception, not in the end
    of the server."""
    try:
        book = xlrd.open_workbook(file_contents=data, ragged_rows=True, logfile=io.StringIO())
        return [
            Sheet(sheet.name, _numbered([_xls_value(book, cell) for cell in row] for row in sheet.get_rows()))
            for sheet in book.sheets()
            if not sheet.visibility
        ]
    except Exception as error:  # xlrd raises whatever a damaged file makes of it
        raise UnreadableWorkbook("password" if "encrypted" in str(error) else "format") from error


def _xls_value(book, cell):
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#N/A")
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(cell.value, book.datemode)
        except (xlrd.XLDateError, ValueError, OverflowError):
            return cell.value
    return cell.value


def _decode(data):
    """Text of a CSV file: by its byte order mark, else UTF-8, else GB18030 (what Excel writes in Chinese Windows)."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # GB18030 reads nearly anything; what holds NUL is no text
        if "\0" not in text:
            return text
    raise UnreadableWorkbook("encoding")


def _csv_rows(text, max_rows):
    # neither a list nor a StringIO of all lines: each would hold the file once more
    head = "".join(itertools.islice(_lines(text), HEADER_SEARCH_ROWS))
    delimiter = max(",;\t|", key=head.count)
    try:
        rows = csv.reader(_lines(text), delimiter=delimiter)
        return _numbered(itertools.islice(rows, 20 * max_rows))
    except csv.Error as error:
        raise UnreadableWorkbook("format") from error


def _lines(text):
    """The lines one by one with their ends, which may stand inside of a cell."""
    return (found.group() for found in _LINE.finditer(text))


def _numbered(rows):
    # what many cells say (a province, a source) is kept once
    known = {}

    def shared(text):
        return known.setdefault(text, text) if len(known) < MAX_SHARED else known.get(text, text)

    texts = ((number, [shared(raw_text(cell)) for cell in row]) for number, row in enumerate(rows, 1))
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
        if columns != list(range(len(row))):
            row = [row[index] if index < len(row) else "" for index in columns]
        table.rows.append((row_number, row))
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
    """Give the bytes of an XLSX file with one sheet of texts; the last column is wide. Rows may be a generator."""
    output = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(output, options)
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
