"""Text that goes into a cell of a file which people open in a spreadsheet.

Shared by the files of the pages and by the CSV of the command line: both hold what came from
somebody's file, and a cell that begins like a formula is run when the next person opens it.
"""

from __future__ import annotations

import unicodedata

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def is_formula(text: str) -> bool:
    """Return whether some spreadsheet takes ``text`` for a formula.

    Also behind blanks and behind what does not show (a zero-width space), which some of them drop,
    and in full width, which those of East Asia read as the plain sign.
    """
    if text.startswith(FORMULA_STARTS):
        return True
    at = 0
    while at < len(text) and (
        text[at].isspace() or unicodedata.category(text[at]) in ("Cc", "Cf", "Cn", "Co", "Cs")
    ):
        at += 1
    return text.startswith(FORMULA_STARTS, at)


def safe_text(text: str) -> str:
    """Return ``text`` without control characters, and with an apostrophe before a formula.

    The apostrophe is what a spreadsheet itself puts before text that is not to be run. Quotation
    marks around the cell were rejected: they are gone when the file is read.
    """
    text = "".join(c for c in text if c in "\t\n\r" or unicodedata.category(c) != "Cc")
    return f"'{text}" if is_formula(text) else text
