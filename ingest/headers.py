"""Text in files: cleaning of cells, matching of headers and labels, and the two kinds of refusal.

Everything here is pure and knows nothing of file formats or of the file contract, so that readers,
row validation and the survey loader compare text by one and the same rule.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from queries.i18n import _

# Characters that show as nothing and that str.strip() leaves: zero-width space and joiners,
# left-to-right marks, word joiner, BOM in the middle of a text, soft hyphen.
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
_DROP_INVISIBLE = dict.fromkeys(map(ord, INVISIBLE))
_QUOTES = "\"'`´"
_CACHE = 65_536


class InputFileError(Exception):
    """A whole file is refused. ``str(error)`` is Swedish and says what to do about it."""


@dataclass(frozen=True, slots=True)
class RowError:
    """One fault in one row: ``row`` as a spreadsheet numbers it, the rest as in the file.

    ``column`` is empty when the fault is the row's and no single column's.
    """

    row: int
    column: str
    value: str
    message: str

    def as_dict(self) -> dict[str, int | str]:
        """Return the error in the shape that ``load --json`` prints."""
        return {
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "message": self.message,
        }


def clean(text: str) -> str:
    """Return ``text`` without surrounding blanks, NBSP and invisible characters."""
    text = text.strip()
    if text.isascii():
        return text
    while text and (text[0] in INVISIBLE or text[-1] in INVISIBLE):
        text = text.strip(INVISIBLE).strip()
    return text


def cell_text(value: object) -> str:
    """Return a cell as the text a Swedish spreadsheet would show for it.

    Whole numbers carry no decimals (an id 1001 in a workbook is a float there), decimals have a
    comma, dates are ISO, truth values are SANT and FALSKT. None gives the empty text.
    """
    if isinstance(value, str):
        return clean(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "SANT" if value else "FALSKT"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return repr(value).replace(".", ",")
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return str(value)


def _is_variant_punctuation(char: str) -> bool:
    """Whether ``char`` is a dash or a quotation mark, in any of its typographic variants."""
    return char in _QUOTES or unicodedata.category(char) in ("Pd", "Pi", "Pf") or char == "\u2212"


@lru_cache(maxsize=_CACHE)
def fold(text: str) -> str:
    """Return the key by which headers are compared: no case, blanks, diacritics, dashes, quotes.

    Idempotent: repeated until nothing changes, since a compatibility decomposition can give
    capitals (™ → TM) and case folding can give marks (İ → i̇).

    å, ä and a are one and the same here, as the file contract says of headers. Option labels are
    compared by ``fold_label`` instead, which keeps diacritics.
    """
    while True:
        folded = "".join(
            char
            for char in unicodedata.normalize("NFKD", text.casefold())
            if not (
                char.isspace()
                or char in INVISIBLE
                or unicodedata.combining(char)
                or _is_variant_punctuation(char)
            )
        )
        if folded == text:
            return folded
        text = folded


@lru_cache(maxsize=_CACHE)
def fold_label(text: str) -> str:
    """Return the key by which option labels are compared: diacritics matter, typography does not.

    Case, runs of blanks, kinds of dash and quote, and composed against decomposed letters (files
    from macOS) make no difference. Idempotent.
    """
    while True:
        chars = []
        for char in unicodedata.normalize("NFC", text.casefold()).translate(_DROP_INVISIBLE):
            if unicodedata.category(char) == "Pd" or char == "\u2212":
                chars.append("-")
            elif char in "´`‘’‚‛′":
                chars.append("'")
            elif char in "“”„‟«»″":
                chars.append('"')
            else:
                chars.append(char)
        folded = " ".join("".join(chars).split())
        if folded == text:
            return folded
        text = folded


def column_name(index: int) -> str:
    """Return how a spreadsheet names the column with this index from 0: A, B, …, Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def unlabelled(index: int) -> str:
    """Return the name under which a column without a header is listed (``index`` from 0)."""
    return _("(kolumn {number} utan rubrik)").format(number=index + 1)


def refuse_equal_headers(headers: Sequence[str], known: Collection[str]) -> None:
    """Raise ``InputFileError`` if two headers are equal and known (``known``: folded headers).

    Equal headers that nobody asks for are left alone: form tools repeat them.
    """
    seen: dict[str, int] = {}
    for index, header in enumerate(headers):
        key = fold(header)
        if key not in known:
            continue
        if key in seen:
            raise InputFileError(
                _(
                    "Två kolumner har samma rubrik: {first} ”{first_header}” och "
                    "{second} ”{second_header}”. Ta bort eller döp om den ena."
                ).format(
                    first=column_name(seen[key]),
                    first_header=clean(headers[seen[key]]),
                    second=column_name(index),
                    second_header=clean(header),
                )
            )
        seen[key] = index


def match_headers(
    headers: Sequence[str], known: Mapping[str, Sequence[str]]
) -> tuple[dict[str, int], list[str]]:
    """Match the headers of a file to canonical columns.

    ``known`` maps each canonical name to its headers in order of preference: the contract's, then
    aliases. If a file holds several of them the first in that order is taken and the others are
    unmapped (a register may well have both Förvaltning and Avdelning, the latter being a unit).
    Returns ``(canonical → column index, headers that matched nothing)``, the latter as in the file
    and in its order; empty headers are not among them, since the reader has named those that hold
    values.

    Raises ``ValueError`` if two canonical columns share a header after folding (a fault of the
    definition, not of the file), ``InputFileError`` if two columns of the file are headed alike.
    """
    meaning: dict[str, str] = {}
    for canonical, names in known.items():
        for name in names:
            key = fold(name)
            if meaning.setdefault(key, canonical) != canonical:
                raise ValueError(
                    f"header {name!r} of {canonical!r} folds like one of {meaning[key]!r}"
                )
    refuse_equal_headers(headers, meaning.keys())
    places = {fold(header): index for index, header in enumerate(headers) if clean(header)}
    found: dict[str, int] = {}
    for canonical, names in known.items():
        index = next((places[fold(name)] for name in names if fold(name) in places), None)
        if index is not None:
            found[canonical] = index
    taken = set(found.values())
    unmapped = [
        header for index, header in enumerate(headers) if index not in taken and clean(header)
    ]
    return found, unmapped
