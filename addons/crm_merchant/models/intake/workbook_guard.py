"""What a file that calls itself a workbook is, found before any reader opens it; plain Python.

The reader of XLSX files lays a sheet out as one block from its first to its last cell: two cells in opposite corners are
700 bytes in the file and 17 thousand million cells in memory, and the server process ends without an exception. So the
parts of the archive are inflated here once, piece by piece, under a limit, and the furthest cell is read from the names
of the cells.
"""

import io
import re
import zipfile
import zlib

MAX_INFLATED = 256 * 1024 * 1024
# 20 million cells are half a gigabyte for a moment
MAX_CELLS = 20_000_000
MAX_COLUMNS = 200
MAX_PARTS = 2000
_PIECE = 1 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CELL = re.compile(rb"\br\s*=\s*[\"']([A-Z]{0,3})(\d{1,9})[\"']")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_VBA = "_VBA_PROJECT".encode("utf-16-le")


class UnreadableWorkbook(Exception):
    """The file cannot be taken. ``code``: ``format``, ``password``, ``encoding``, ``empty``, ``rows``, ``columns``,
    ``macros``, ``size`` (it grows beyond all measure when unpacked)."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def kind_of(data):
    """Tell ``xlsx`` or ``xls`` by the content, whatever the file's name says.

    :raises UnreadableWorkbook: neither, protected, with macros, or made to break the reader
    """
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise UnreadableWorkbook("password")
        if _VBA in data:
            raise UnreadableWorkbook("macros")
        return "xls"
    if not data.startswith(b"PK"):
        raise UnreadableWorkbook("format")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_archive(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        # RuntimeError: an encrypted part; NotImplementedError: a packing that only archives use
        raise UnreadableWorkbook("format") from error
    return "xlsx"


def _check_archive(archive):
    parts = archive.infolist()
    names = {part.filename.lower() for part in parts}
    if any(name.endswith("vbaproject.bin") for name in names):
        raise UnreadableWorkbook("macros")
    # ODS and XLSB have other parts; people are asked to save them as xlsx
    if "xl/workbook.xml" not in names:
        raise UnreadableWorkbook("format")
    if len(parts) > MAX_PARTS:
        raise UnreadableWorkbook("size")
    inflated = 0
    for part in parts:
        row, column = 0, 0
        for piece in _pieces(archive, part):
            inflated += len(piece)
            if inflated > MAX_INFLATED:
                raise UnreadableWorkbook("size")
            for letters, digits in set(_CELL.findall(piece)):
                row, column = max(row, int(digits)), max(column, _column_number(letters))
        if column > MAX_COLUMNS:
            raise UnreadableWorkbook("columns")
        if row * max(column, 1) > MAX_CELLS:
            raise UnreadableWorkbook("rows")


def _pieces(archive, part):
    """The part in pieces that overlap a little, so that no cell's name is cut in two."""
    with archive.open(part) as stream:
        tail = b""
        while piece := stream.read(_PIECE):
            yield tail + piece
            tail = piece[-40:]


def _column_number(letters):
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
