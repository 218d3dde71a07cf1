"""Reading of tables that people export: CSV in any usual dialect, and Excel workbooks.

The reader finds the header row, numbers the rows as a spreadsheet shows them, and refuses what is
no table or is not whole. It interprets nothing: types, codes and rules belong to validation.

The csv module with a known delimiter is used rather than a sniffing reader (csv.Sniffer, DuckDB's
detection): on dirty files those guess wrong without saying so.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import unescape

import python_calamine

from ingest.headers import (
    InputFileError,
    RowError,
    cell_text,
    clean,
    column_name,
    fold,
    fold_label,
    match_headers,
    refuse_equal_headers,
    unlabelled,
)
from queries.i18n import _

__all__ = [
    "InputFileError",
    "Row",
    "RowError",
    "Table",
    "cell_text",
    "clean",
    "fold",
    "fold_label",
    "match_headers",
    "read_bytes",
    "read_table",
]

MAX_FILE_BYTES = 50_000_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_ZIP_ENTRIES = 2_000
MAX_ROWS = 200_000
MAX_TEXT_BYTES = 500_000_000  # of a workbook, each cell's shared text counted anew
MAX_AREA = 10_000_000  # cells of a sheet's bounding box, which calamine allocates in full
MAX_COLUMNS = 16_384  # as many as a spreadsheet has
MAX_CELL_LENGTH = 100_000  # characters; Excel itself holds 32 767
MAX_INDEX_BYTES = 5_000_000  # of the part that lists a workbook's sheets
HEADER_SEARCH_ROWS = 30

TEXT_SUFFIXES = (".csv", ".txt", ".tsv")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")
DELIMITERS = (",", ";", "\t")

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_MAGIC = (
    (b"%PDF-", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"{\\rtf", "RTF"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"PAR1", "Parquet"),
    (b"SQLite format 3", "SQLite"),
)
_MOJIBAKE = re.compile("Ã[¥¤¶…„–©]")
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1b\x7f]")

Cell = Any  # str, int, float, bool, date, datetime, time or timedelta; "" is an empty cell


class Row(NamedTuple):
    """One data row: its number as a spreadsheet shows it (from 1) and a cell for each header."""

    line: int
    values: list[Cell]


@dataclass(frozen=True)
class Table:
    """A table as read, with where it came from.

    headers     as in the file; a column with values but no header has a name in brackets
    rows        non-blank rows below the header, each as wide as ``headers``
    header_line number of the header row as a spreadsheet shows it
    sha256      of the file's bytes, hexadecimal
    name        file name without folder
    sheet       name of the sheet, None for text
    encoding    utf-8, utf-8-sig, utf-16 or cp1252; None for a workbook
    delimiter   ``,`` ``;`` or tab; None for a workbook
    row_errors  rows that could not be read and are not in ``rows``
    other_sheets further visible sheets that hold the same headers and were not read
    """

    headers: list[str]
    rows: list[Row]
    header_line: int
    sha256: str
    name: str
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    row_errors: list[RowError] = field(default_factory=list)
    other_sheets: list[str] = field(default_factory=list)


class _Wanted:
    """The headers a caller knows, folded, and those that mark the header row."""

    def __init__(self, known: Iterable[str], required: Iterable[str | Collection[str]]) -> None:
        self.required = [(item,) if isinstance(item, str) else tuple(item) for item in required]
        self._required_keys = [{fold(name) for name in group} for group in self.required]
        self.known = {fold(name) for name in known}.union(*self._required_keys)

    def missing(self, cells: Iterable[Cell]) -> list[str]:
        """Return the required headers (first of each group) that a row of cells lacks."""
        keys = {fold(cell) for cell in cells if isinstance(cell, str)}
        pairs = zip(self.required, self._required_keys, strict=True)
        return [group[0] for group, wanted in pairs if not wanted & keys]

    def matches(self, cells: Iterable[Cell]) -> int:
        """Return how many known headers a row of cells holds."""
        return len(self.known & {fold(cell) for cell in cells if isinstance(cell, str)})

    def header_index(self, records: Iterable[list[Cell]]) -> int | None:
        """Return the index of the first row with every required header, None if there is none."""
        for index, cells in enumerate(islice(records, HEADER_SEARCH_ROWS)):
            if not self.missing(cells):
                return index
        return None

    def refusal(self, records: Iterable[list[Cell]], place: str) -> InputFileError:
        """Return the error for rows without a header row: what was sought and what was seen."""
        rows = [
            cells for cells in islice(records, HEADER_SEARCH_ROWS) if any(map(cell_text, cells))
        ]
        nearest = max(rows, key=self.matches, default=[])
        seen = [" ".join(text.split())[:40] for cell in nearest if (text := cell_text(cell))]
        return InputFileError(
            _(
                "{place} saknar en rubrikrad med de kolumner som krävs: {required}. "
                "Saknas: {missing}. Närmaste rad har: {seen}. "
                "Rubrikerna ska stå bland de {rows} första raderna; skriv dem som i mallen."
            ).format(
                place=place,
                required=", ".join(group[0] for group in self.required),
                missing=", ".join(self.missing(nearest)),
                seen=", ".join(seen[:20]) + (" …" if len(seen) > 20 else "") if seen else "–",
                rows=HEADER_SEARCH_ROWS,
            )
        )


def read_table(
    path: str | Path,
    *,
    known_headers: Iterable[str],
    required: Iterable[str | Collection[str]],
) -> Table:
    """Read the table of a CSV file or an Excel workbook.

    ``known_headers``: every header the caller knows, aliases included; they decide which delimiter
    is right. ``required``: headers that mark the header row, each a header or a group of which one
    is enough. Raises ``InputFileError`` with a Swedish message if the file cannot be used.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise InputFileError(_("{name} är en mapp. Ange en fil.").format(name=path))
        if path.exists() and not path.is_file():
            raise InputFileError(_("{name} är ingen vanlig fil.").format(name=path))
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise InputFileError(
            _("Filen {name} finns inte. Kontrollera sökvägen.").format(name=path)
        ) from None
    except PermissionError:
        raise InputFileError(
            _("Filen {name} får inte läsas. Kontrollera behörigheten.").format(name=path)
        ) from None
    except (OSError, ValueError) as error:
        raise InputFileError(
            _("Filen {name} går inte att läsa: {reason}.").format(
                name=path, reason=getattr(error, "strerror", None) or error
            )
        ) from None
    return read_bytes(data, name=path.name, known_headers=known_headers, required=required)


def read_bytes(
    data: bytes,
    *,
    name: str,
    known_headers: Iterable[str],
    required: Iterable[str | Collection[str]],
) -> Table:
    """Read a table from the bytes of an uploaded file called ``name``; see ``read_table``."""
    if len(data) > MAX_FILE_BYTES:
        raise InputFileError(
            _("{name} är större än {limit} MB. Dela upp filen.").format(
                name=name, limit=MAX_FILE_BYTES // 1_000_000
            )
        )
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise InputFileError(_("{name} är tom.").format(name=name))
    suffix = Path(name).suffix.lower()
    if suffix not in TEXT_SUFFIXES + WORKBOOK_SUFFIXES:
        raise InputFileError(
            _(
                "{name} har en filtyp som inte stöds. "
                "Spara filen som Excel (.xlsx) eller CSV (.csv)."
            ).format(name=name)
        )
    wanted = _Wanted(known_headers, required)
    is_workbook = _refuse_foreign(data, name, suffix)
    if is_workbook:
        return _read_workbook(data, name, wanted)
    return _read_text(data, name, wanted)


def _refuse_foreign(data: bytes, name: str, suffix: str) -> bool:
    """Raise if the content is not what the suffix says; return whether it is a workbook."""

    def refusal(kind: str) -> InputFileError:
        return InputFileError(
            _(
                "{name} heter {suffix} men är en fil av typen {kind}. "
                "Spara tabellen som Excel (.xlsx) eller CSV (.csv)."
            ).format(name=name, suffix=suffix, kind=kind)
        )

    if data.startswith(_OLE):
        # A workbook with a password is an OLE container that holds the stream EncryptedPackage.
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise InputFileError(
                _(
                    "{name} är skyddad med lösenord. Ta bort lösenordet i Excel och spara på nytt."
                ).format(name=name)
            )
        raise refusal(_("äldre Office (.xls, .doc)"))
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            raise refusal(kind)
    if data.startswith(b"PK\x03\x04"):
        kind = _zip_kind(data, name)
        if kind != "xlsx":
            raise refusal(kind)
        if suffix not in WORKBOOK_SUFFIXES:
            raise InputFileError(
                _("{name} är en Excelfil. Byt filändelsen till .xlsx.").format(name=name)
            )
        return True
    start = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise refusal("HTML")
    if start.startswith(b"<?xml"):
        raise refusal("XML")
    if start.startswith((b"{", b"[")):
        try:
            json.loads(data)
        except (ValueError, RecursionError):
            pass
        else:
            raise refusal("JSON")
    if suffix in WORKBOOK_SUFFIXES:
        raise InputFileError(
            _(
                "{name} är ingen Excelfil trots filändelsen. Är det en textfil: byt ändelsen till "
                ".csv. Annars: spara om den i Excel."
            ).format(name=name)
        )
    return False


# --- text ---------------------------------------------------------------------------------------


def _cut_off(name: str, line: int | None = None) -> InputFileError:
    """Return the error for a file that ends too early, at row ``line`` if that is known."""
    if line is None:
        return InputFileError(
            _("{name} verkar vara avkortad. Hämta eller spara filen på nytt.").format(name=name)
        )
    return InputFileError(
        _(
            "{name} verkar vara avkortad: rad {line} är inte hel. Hämta eller spara filen på nytt."
        ).format(name=name, line=line)
    )


def _decode(data: bytes, name: str) -> tuple[str, str]:
    """Return the text of a file and the encoding that gave it.

    UTF-8 is tried strictly before windows-1252, which accepts nearly any bytes. A UTF-8 file that
    is cut or joined in the middle of a letter must therefore be told from windows-1252: it holds
    whole UTF-8 letters before the fault.
    """
    no_text = InputFileError(
        _("{name} är ingen textfil (CSV). Spara tabellen som CSV UTF-8 eller Excel.").format(
            name=name
        )
    )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif data.startswith(b"\xef\xbb\xbf"):
        encoding = "utf-8-sig"
    else:
        encoding = "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            at_end = error.end >= len(data)
            raise (_cut_off(name) if at_end else no_text) from None
        whole_letters = not data[: error.start].isascii()
        if whole_letters and error.reason == "unexpected end of data":
            raise _cut_off(name) from None
        encoding = "cp1252"
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            raise no_text from None
        if whole_letters and _MOJIBAKE.search(text):
            raise InputFileError(
                _(
                    "{name} blandar två teckenkodningar, så att å, ä och ö inte går att läsa "
                    "säkert. Spara filen på nytt som CSV UTF-8."
                ).format(name=name)
            ) from None
    beginning = text[:65_536]
    if "\x00" in text or len(_CONTROLS.findall(beginning)) * 100 > len(beginning):
        raise no_text
    return text, encoding


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the records of a text by RFC 4180; a blank line is an empty record.

    Strict, so that a quote that never closes, or closes in the middle of a cell because an earlier
    one was left open, is an error and not a cell that swallows the rows after it.
    """
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


# The limit is the whole process's, not a reader's; nothing else here reads CSV.
csv.field_size_limit(MAX_CELL_LENGTH)


def _choose_delimiter(text: str, wanted: _Wanted) -> str:
    """Return the delimiter under which the first rows match the known headers best."""

    def score(delimiter: str) -> tuple[bool, int, int]:
        rows: list[list[str]] = []
        # Quotes that make no sense under this delimiter: what was read until then counts.
        with suppress(csv.Error):
            rows.extend(islice(_records(text, delimiter), HEADER_SEARCH_ROWS))
        index = wanted.header_index(rows)
        if index is not None:
            return True, wanted.matches(rows[index]), len(rows[index])
        best = max(rows, key=wanted.matches, default=[])
        return False, wanted.matches(best), len(best)

    return max(DELIMITERS, key=score)


def _read_text(data: bytes, name: str, wanted: _Wanted) -> Table:
    """Read a delimited text; see ``read_table``."""
    text, encoding = _decode(data, name)
    delimiter = _choose_delimiter(text, wanted)
    records: list[list[str]] = []
    cells = 0
    try:
        for record in _records(text, delimiter):
            records.append([clean(cell) for cell in record])
            if len(records) > MAX_ROWS + HEADER_SEARCH_ROWS:
                raise _too_many_rows(name)
            cells += len(record)
            if len(record) > MAX_COLUMNS or cells > MAX_AREA:
                raise _too_wide(name, len(records))
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise _cut_off(name, len(records) + 1) from None
        if "field limit" in str(error):
            raise _too_long(name, len(records) + 1) from None
        raise InputFileError(
            _(
                "{name}, rad {line}: citattecknen går inte ihop. En cell som innehåller "
                "citattecken ska stå inom citattecken, med dem dubblerade."
            ).format(name=name, line=len(records) + 1)
        ) from None
    at = wanted.header_index(records)
    if at is None:
        raise wanted.refusal(records, name)
    width = len(records[at])
    filled = [record for record in records[at + 1 :] if any(record)]
    if (
        not text.endswith(("\n", "\r"))
        and filled
        and records[-1] is filled[-1]
        and len(filled[-1]) < width
        and all(len(record) >= width for record in filled[:-1])
    ):
        raise _cut_off(name, len(records))
    # Headers are kept as written, newlines and all: clean() was for the values.
    header = next(islice(_records(text, delimiter), at, None))
    return _assemble(
        header,
        records,
        at,
        wanted,
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        encoding=encoding,
        delimiter=delimiter,
    )


# --- workbooks ----------------------------------------------------------------------------------

# Every pattern below stops at a "<" and at a ">": one that runs past them looks through the whole
# rest of the file at each start, and a few MB of "<c <c <c" then take hours.
_PREFIX = rb"<(?:[^\s<>/:]+:)?"
_BLANK_START = _PREFIX + rb"c\b"
# Cells that hold something: calamine leaves out those that only carry a format.
_FILLED_CELL = re.compile(
    _BLANK_START + rb"[^<>]*?\sr\s*=\s*[\"']([A-Za-z]+)([0-9]+)[\"'][^<>]*(?<!/)>(?!</)"
)
_USUAL_FILLED_CELL = re.compile(rb'<c r="([A-Z]+)([0-9]+)"[^<>]*(?<!/)>(?!</)')
_UNUSUAL_TAG = re.compile(
    rb'<c (?!r="[A-Z]+[0-9]+"(?: [A-Za-z:0-9]{1,100}="[^"<>/]{0,500}"){0,20}/?>)'
    rb'|<row(?!(?: [A-Za-z:0-9]{1,100}="[^"<>/]{0,500}"){0,20}/?>)(?=[\s/>])'
    rb"|<c[>/\t\r\n\f\v]|<[^\s<>/:]+:(?:c|row)[>/\s]"
)
_BAD_TAG = re.compile(
    _PREFIX + rb"(?:c|row)(?=[\s/>])(?!"
    rb"(?:\s+[^\s<>=\"'/]{1,100}\s*=\s*(?:\"[^\"<>]{0,500}\"|'[^'<>]{0,500}')){0,20}\s*/?>)"
)
_CELL_WITHOUT_PLACE = re.compile(_BLANK_START + rb"(?![^<>]*\sr\s*=)[^<>]*(?<!/)>")
_SHARED_TEXT = re.compile(_PREFIX + rb"si\b")
_SHARED_COUNT = re.compile(rb"\s(?:uniqueC|c)ount\s*=\s*[\"']\s*\+?0*([0-9]+)")
_SMALL_VALUE = re.compile(_PREFIX + rb"v\b[^<>]*>\s{0,20}([0-9]{1,9})\s{0,20}<")
_ROW_START = re.compile(_PREFIX + rb"row\b")
_ROW_NUMBER = re.compile(_PREFIX + rb"row\b[^<>]*?\sr\s*=\s*[\"']([0-9]+)[\"']")
_ERROR_CELL = re.compile(
    rb"<c r=\"([A-Z]+)([0-9]+)\"[^<>]*\st=\"e\"[^<>]*>"
    rb"(?:<f[^<>]*/>|<f[^<>]*>[^<]*</f>)?<v>([^<]*)</v>"
)
_UNCALCULATED_CELL = re.compile(
    rb"<c r=\"([A-Z]+)([0-9]+)\"(?![^<>]*\st=\"str\")[^<>]*>"
    rb"<f[^<>/]*>([^<]*)</f>(?:<v\s{0,20}/>|<v></v>)?</c>"
)
_INDEX = re.compile(r"xl/workbook\.xml|.*\.rels|\[Content_Types\]\.xml", re.IGNORECASE)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Overlay = dict[int, dict[int, str]]  # row from 0 → column from 0 → text that calamine leaves out


def _damaged(name: str) -> InputFileError:
    """Return the error for a workbook that is broken inside."""
    return InputFileError(
        _(
            "{name} är skadad eller avkortad och går inte att öppna. "
            "Spara om den i Excel eller hämta den på nytt."
        ).format(name=name)
    )


def _too_large(name: str) -> InputFileError:
    """Return the error for a workbook that would fill the memory."""
    return InputFileError(
        _("{name} blir för stor när den packas upp. Spara bara tabellen i en ny fil.").format(
            name=name
        )
    )


def _too_many_rows(name: str) -> InputFileError:
    """Return the error for a table above ``MAX_ROWS``."""
    return InputFileError(
        _("{name} har fler än {limit} rader. Dela upp filen.").format(
            name=name, limit=f"{MAX_ROWS:,}".replace(",", "\u00a0")
        )
    )


def _too_wide(name: str, line: int) -> InputFileError:
    """Return the error for a table with more cells than any that people make."""
    return InputFileError(
        _(
            "{name}, rad {line}: tabellen har för många kolumner. Kontrollera skiljetecknet, eller "
            "spara bara de kolumner som behövs."
        ).format(name=name, line=line)
    )


def _too_long(name: str, line: int) -> InputFileError:
    """Return the error for a cell longer than any that people write."""
    return InputFileError(
        _(
            "{name}, rad {line}: en cell är längre än {limit} tecken. Korta den, eller kontrollera "
            "om ett citattecken saknas."
        ).format(name=name, line=line, limit=f"{MAX_CELL_LENGTH:,}".replace(",", "\u00a0"))
    )


def _zip_kind(data: bytes, name: str) -> str:
    """Return what a zip archive is: xlsx, Word, PowerPoint, OpenDocument, Excel (xlsb) or zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    # zipfile raises NotImplementedError for an archive of a kind that it cannot read.
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise _damaged(name) from None
    if "xl/workbook.bin" in names:
        return "xlsb"
    for prefix, kind in (("xl/", "xlsx"), ("word/", "Word"), ("ppt/", "PowerPoint")):
        if any(entry.startswith(prefix) for entry in names):
            return kind
    return "OpenDocument" if "mimetype" in names else "zip"


def _unpack(data: bytes, name: str) -> dict[str, bytes]:
    """Return the XML parts of a workbook, having checked that unpacking it is safe.

    Every part is unpacked here under the declared size and its checksum, so that an archive that
    lies about its sizes never reaches calamine.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ZIP_ENTRIES:
                raise _too_large(name)
            if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
                raise _too_large(name)
            if len({entry.filename for entry in entries}) < len(entries):
                raise _damaged(name)
            parts = {}
            for entry in entries:
                content = archive.read(entry)
                # By what it holds too: a workbook may call its sheets anything.
                if not entry.filename.lower().endswith((".xml", ".rels")) and not any(
                    mark in content for mark in (b"sheetData", b"<sst", b":sst")
                ):
                    continue
                if content.startswith((b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")):
                    raise _damaged(name)  # UTF-16, which no spreadsheet writes, evades the scan
                if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
                    raise _damaged(name)
                if len(content) > MAX_INDEX_BYTES and _INDEX.fullmatch(entry.filename):
                    raise _too_large(name)
                parts[entry.filename] = content
            return parts
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,
    ):
        raise _damaged(name) from None


def _column_index(letters: bytes) -> int:
    """Return the index from 0 of a column named in letters."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + letter - 64
    return index - 1


def _refuse_vast_sheet(xml: bytes, name: str) -> None:
    """Raise if the filled cells of a sheet span more than can be allocated.

    calamine allocates the whole bounding box; one stray cell in XFD1048576 asks for 550 GB and
    aborts the process, which no exception handler sees.
    """
    # The spelling that every spreadsheet program writes has a pattern of its own, twice as fast;
    # that there is no other spelling in the sheet is looked for, not assumed.
    usual = not _UNUSUAL_TAG.search(xml)
    # A ">" within a value would hide from us what calamine sees. No program writes one there.
    if not usual and _BAD_TAG.search(xml):
        raise _damaged(name)
    places = (_USUAL_FILLED_CELL if usual else _FILLED_CELL).findall(xml)
    width = max(map(_column_index, {letters for letters, _digits in places}), default=0) + 1
    height = max(map(int, {digits for _letters, digits in places}), default=0)
    if not usual and _CELL_WITHOUT_PLACE.search(xml):
        rows = _ROW_START.split(xml)
        width = max(width, max(row.count(b"<") for row in rows))
        height = max(height, len(rows), max(map(int, _ROW_NUMBER.findall(xml)), default=0))
    if height > MAX_ROWS + HEADER_SEARCH_ROWS:
        raise InputFileError(
            _(
                "{name} har en ifylld cell på rad {row}, långt nedanför tabellen eller i en tabell "
                "med fler än {limit} rader. Radera den eller dela upp filen."
            ).format(name=name, row=height, limit=f"{MAX_ROWS:,}".replace(",", "\u00a0"))
        )
    if width * height > MAX_AREA:
        raise InputFileError(
            _(
                "{name} har en ifylld cell i kolumn {column}, långt till höger om tabellen. "
                "Radera den."
            ).format(name=name, column=column_name(width - 1))
        )


def _refuse_vast_text(parts: dict[str, bytes], name: str) -> None:
    """Raise if the shared texts of a workbook, or their copies in its cells, fill the memory."""
    texts = [xml for xml in parts.values() if b"<sst" in xml or b":sst" in xml]
    for shared in texts:
        # calamine makes room for as many texts as the part says that it holds: a number of ten
        # digits is enough to end the process.
        declared = (int(digits[:19]) for digits in _SHARED_COUNT.findall(shared))
        if max(declared, default=0) > MAX_AREA or shared.count(b"si") > 3 * MAX_AREA:
            raise _too_large(name)
        _refuse_vast_use(parts, [len(item) for item in _SHARED_TEXT.split(shared)[1:]], name)


def _refuse_vast_use(parts: dict[str, bytes], lengths: list[int], name: str) -> None:
    """Raise if the sheets show so much of shared texts of these lengths that it fills the memory.

    A text is stored once however many cells show it, so that a file of 1 MB can ask for 100 GB.
    """
    longest = max(lengths, default=0)
    for xml in parts.values():
        if b"sheetData" not in xml or xml.count(b"v>") * longest <= MAX_TEXT_BYTES:
            continue
        # Every value that could be the number of a text is taken for one: rather too much.
        numbers = (int(digits) for digits in _SMALL_VALUE.findall(xml))
        if sum(lengths[n] for n in numbers if n < len(lengths)) > MAX_TEXT_BYTES:
            raise _too_large(name)


def _overlay(xml: bytes) -> Overlay:
    """Return cells that calamine reads as empty though they are not, with the text to show.

    Error values (``#N/A`` from a lookup) and formulas without a stored result (files written by
    programs) would otherwise vanish without a word.
    """
    found: Overlay = {}
    for mark, pattern, prefix in ((b't="e"', _ERROR_CELL, ""), (b"<f", _UNCALCULATED_CELL, "=")):
        if mark not in xml:
            continue
        for letters, digits, content in pattern.findall(xml):
            text = prefix + unescape(content.decode("utf-8", "replace"))
            found.setdefault(int(digits) - 1, {})[_column_index(letters)] = text
    return found


class _Attributes:
    """Target of an XML parser that keeps the attributes of the elements of one name.

    No tree: an element of four bytes becomes an object of three hundred.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[dict[str, str]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag.rsplit("}", 1)[-1] == self.name:
            self.found.append(attributes)

    def close(self) -> list[dict[str, str]]:
        return self.found


def _attributes(xml: bytes, element: str) -> list[dict[str, str]]:
    """Return the attributes of every ``element`` of an XML part."""
    parser = ElementTree.XMLParser(target=_Attributes(element))
    parser.feed(xml)
    return parser.close()


def _sheet_parts(parts: dict[str, bytes], name: str) -> dict[str, str]:
    """Return sheet name → part of the archive; empty if the workbook is built in an odd way.

    Raises if two sheets have one name or are one part: ten thousand names for one large sheet would
    be read ten thousand times.
    """
    try:  # parts with a document type were refused in _unpack: no entities to expand
        sheets = _attributes(parts["xl/workbook.xml"], "sheet")
        relations = _attributes(parts["xl/_rels/workbook.xml.rels"], "Relationship")
    except KeyError:
        return {}
    # An encoding that the parser does not know is a ValueError or a LookupError.
    except (ElementTree.ParseError, ValueError, LookupError):
        raise _damaged(name) from None
    targets = {item.get("Id"): item.get("Target", "") for item in relations}
    found = {}
    for sheet in sheets:
        target = targets.get(sheet.get(_RELATION), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        # Only parts that are named as XML were all looked into.
        if target and not part.lower().endswith(".xml"):
            raise _damaged(name)
        found[sheet.get("name", "")] = part
    if len(set(found.values())) < len(sheets):
        raise _damaged(name)
    return found


def _workbook_cell(value: Cell) -> Cell:
    """Return a cell of calamine: text cleaned, whole floats as int, None as empty."""
    if value == "":
        return ""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return "" if value is None else value


def _sheet_records(sheet: Any, overlay: Overlay) -> Iterator[list[Cell]]:
    """Yield the rows of a sheet from its first row and column, blank ones included."""
    left = [""] * (sheet.start[1] if sheet.start else 0)
    for index, cells in enumerate(sheet.iter_rows()):
        row = left + cells
        for column, text in overlay.get(index, {}).items():
            if column >= len(row):
                row.extend([""] * (column + 1 - len(row)))
            if row[column] == "":
                row[column] = text
        yield row


def _read_workbook(data: bytes, name: str, wanted: _Wanted) -> Table:
    """Read the first visible sheet that has the required headers; see ``read_table``.

    Hidden sheets are passed over: they hold lists for drop-down menus, which may well be headed
    by a known header.
    """
    parts = _unpack(data, name)
    for xml in parts.values():
        if b"sheetData" in xml:
            _refuse_vast_sheet(xml, name)
    _refuse_vast_text(parts, name)
    places = _sheet_parts(parts, name)
    chosen: Table | None = None
    others: list[str] = []
    seen: list[list[Cell]] = []
    try:
        with python_calamine.load_workbook(io.BytesIO(data)) as workbook:
            visible = [
                sheet.name
                for sheet in workbook.sheets_metadata
                if sheet.visible == python_calamine.SheetVisibleEnum.Visible
                and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
            ]
            for sheet_name in visible:
                sheet = workbook.get_sheet_by_name(sheet_name)
                overlay = _overlay(parts.get(places.get(sheet_name, ""), b""))
                head = list(islice(_sheet_records(sheet, overlay), HEADER_SEARCH_ROWS))
                at = wanted.header_index(head)
                if at is None:
                    seen.extend(head)
                elif chosen is not None:
                    others.append(sheet_name)
                else:
                    chosen = _assemble_sheet(data, name, sheet, overlay, at, wanted)
    except python_calamine.PasswordError:
        raise InputFileError(
            _(
                "{name} är skyddad med lösenord. Ta bort lösenordet i Excel och spara på nytt."
            ).format(name=name)
        ) from None
    except InputFileError:
        raise
    except (python_calamine.CalamineError, OSError, ValueError, TypeError, OverflowError):
        raise _damaged(name) from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # a panic in Rust is no Exception
            raise _damaged(name) from None
        raise
    if chosen is None:
        best = sorted(seen, key=wanted.matches, reverse=True)
        sheets = ", ".join(f"”{sheet}”" for sheet in visible)
        place = _("{name} (blad: {sheets})").format(name=name, sheets=sheets or "–")
        raise wanted.refusal(best, place)
    chosen.other_sheets.extend(others)
    return chosen


def _assemble_sheet(
    data: bytes, name: str, sheet: Any, overlay: Overlay, at: int, wanted: _Wanted
) -> Table:
    """Return the table of a sheet whose header row has index ``at``."""
    raw = list(_sheet_records(sheet, overlay))
    records = []
    for line, cells in enumerate(raw, start=1):
        if any(isinstance(cell, str) and len(cell) > MAX_CELL_LENGTH for cell in cells):
            raise _too_long(name, line)
        records.append([_workbook_cell(cell) for cell in cells])
    width = max(map(len, raw))
    header = [cell if isinstance(cell, str) else cell_text(cell) for cell in raw[at]]
    header += [""] * (width - len(header))
    return _assemble(
        header,
        records,
        at,
        wanted,
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        sheet=sheet.name,
    )


# --- both ---------------------------------------------------------------------------------------


def _assemble(
    headers: list[str],
    records: list[list[Cell]],
    at: int,
    wanted: _Wanted,
    *,
    name: str,
    **provenance: Any,
) -> Table:
    """Return the table of ``records``, whose header row has index ``at``.

    Short rows are filled up (spreadsheets drop trailing blanks); a row with values beyond the
    last header is an error of that row.
    """
    refuse_equal_headers(headers, wanted.known)
    width = len(headers)
    rows: list[Row] = []
    errors: list[RowError] = []
    for line, cells in enumerate(islice(records, at + 1, None), start=at + 2):
        if cells.count("") == len(cells):
            continue
        surplus = [cell for cell in cells[width:] if cell != ""]
        if surplus:
            message = _(
                "Raden har {cells} celler men tabellen har {headers} rubriker. Står det ett "
                "skiljetecken i ett värde måste värdet stå inom citattecken."
            ).format(cells=len(cells), headers=width)
            errors.append(RowError(line, "", cell_text(surplus[0]), message))
            continue
        values = cells[:width]
        values += [""] * (width - len(values))
        rows.append(Row(line, values))
    if not rows and not errors:
        raise InputFileError(_("{name} har rubriker men inga rader under dem.").format(name=name))
    if len(rows) + len(errors) > MAX_ROWS:
        raise _too_many_rows(name)
    names = list(headers)
    for index, header in enumerate(headers):
        if not clean(header) and any(row.values[index] != "" for row in rows):
            names[index] = unlabelled(index)
    while names and not clean(names[-1]):
        names.pop()
    if len(names) < width:
        rows = [Row(line, values[: len(names)]) for line, values in rows]
    return Table(names, rows, at + 1, name=name, row_errors=errors, **provenance)
