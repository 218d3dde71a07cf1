"""Tables to read and files to take away, both from the same result table.

On a page: display strings in a real HTML table, so that a screen reader hears what is seen. In
files: the numbers themselves, unrounded, so that somebody can count on; a cell without a number
holds the word for why. Numbers of rows that are not shown are dropped before anything else.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pandas as pd
import xlsxwriter

from queries.catalogue import indicators
from queries.cells import is_formula, safe_text
from ui import formats as f
from ui.text import _, plain, status_reason, status_word

MEASURES = ("numerator", "denominator", "share", "low", "high", "bound_low", "bound_high")
WIDEST = 60
"""Width of a sheet's widest column in characters."""
BOM = b"\xef\xbb\xbf"


def _whole_last(results: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows in their given order, the whole municipality after the departments.

    Within each indicator and wave, so that a table of several keeps its blocks together.
    """
    records: list[dict[str, Any]] = results.to_dict("records")
    block: dict[tuple[Any, Any], int] = {}
    for record in records:
        block.setdefault((record.get("indicator"), record.get("wave")), len(block))
    return sorted(
        records,
        key=lambda r: (
            block[(r.get("indicator"), r.get("wave"))],
            f.is_missing(r["department"]),
        ),
    )


def _leading(results: pd.DataFrame) -> list[tuple[str, str]]:
    """Return (column, head) of the key columns that tell rows apart in this table."""
    heads = [("indicator", _("Indikator")), ("wave", _("Våg"))]
    return [(c, h) for c, h in heads if c in results and results[c].nunique(dropna=False) > 1]


def results_table(
    results: pd.DataFrame, *, digits: int = 0, head: str | None = None
) -> pd.DataFrame:
    """Return a result table as display strings with Swedish heads, a row per result row.

    ``head`` is the head of the first column (default "Förvaltning"). A row without a number has its
    word in every column. Columns for indicator and wave appear if they vary.
    Names are plain text, for ``cards.data_table``, which escapes what it is given.
    """
    leading = _leading(results)
    limits = [
        (text, low, high)
        for text, low, high in (
            (_("95 % intervall"), "low", "high"),
            (_("Bortfallsgränser"), "bound_low", "bound_high"),
        )
        # A full count has none: two columns of dashes would look like something missing.
        if not results[low].isna().all()
    ]
    rows = []
    for record in _whole_last(results):
        shown = f.is_shown(record)
        row = {
            text: _name_of(plain(record[column]))
            if column == "indicator"
            else plain(record[column])
            for column, text in leading
        }
        row[head or _("Förvaltning")] = plain(record["name"])
        row[_("Andel")] = f.cell_text(record, digits)
        word = row[_("Andel")]
        row[_("Antal")] = f.number(record["numerator"]) if shown else word
        row[_("Underlag")] = f.number(record["denominator"]) if shown else word
        for text, low, high in limits:
            row[text] = f.interval(record[low], record[high], digits) if shown else word
        rows.append(row)
    heads = [_("Andel"), _("Antal"), _("Underlag"), *(text for text, _low, _high in limits)]
    columns = [*(text for _c, text in leading), head or _("Förvaltning"), *heads]
    return pd.DataFrame(rows, columns=columns, dtype=str)


def export_table(results: pd.DataFrame, *, head: str | None = None, mark: str = "") -> pd.DataFrame:
    """Return a result table for a file: heads in words, real numbers, shares as fractions 0–1.

    ``head`` is the head of the rows' names (default "Förvaltning"). ``mark`` stands in a column of
    its own in every row, so that it follows whatever is copied out of the file. Every measure of a
    row that is not shown is the word of its status ("dolt", "inga svar" …).
    """
    heads = {
        "numerator": _("Antal"),
        "denominator": _("Underlag"),
        "share": _("Andel"),
        "low": _("95 % intervall, nedre"),
        "high": _("95 % intervall, övre"),
        "bound_low": _("Bortfallsgräns, nedre"),
        "bound_high": _("Bortfallsgräns, övre"),
    }
    rows = []
    for record in _whole_last(results):
        shown = f.is_shown(record)
        status = record["status"] if record["status"] != "shown" else "no_answers"
        row = {
            **({_("Märkning"): mark} if mark else {}),
            _("Indikator"): _name_of(plain(record["indicator"])),
            _("Indikatorns id"): plain(record["indicator"]),
            _("Våg"): plain(record["wave"]),
            _("Kod"): "" if f.is_missing(record["department"]) else plain(record["department"]),
            head or _("Förvaltning"): plain(record["name"]),
        }
        for measure, word in heads.items():
            value = record[measure]
            if not shown:
                row[word] = status_word(status)
            elif f.is_missing(value):
                row[word] = None
            else:
                row[word] = int(value) if measure in MEASURES[:2] else float(value)
        rows.append(row)
    columns = [
        *([_("Märkning")] if mark else []),
        _("Indikator"),
        _("Indikatorns id"),
        _("Våg"),
        _("Kod"),
        head or _("Förvaltning"),
        *heads.values(),
    ]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def answers_table(answers: pd.DataFrame) -> pd.DataFrame:
    """Return one question's answers as display strings: a row per group, a column per option.

    ``answers``: ``group, name, label, count, base, status``, a row per group and option. A group
    without numbers has its word under every option. The whole comes last, as everywhere.
    """
    rows: dict[Any, dict[str, str]] = {}
    for record in sorted(answers.to_dict("records"), key=lambda r: not r["group"]):
        shown = record["status"] == "shown" and not f.is_missing(record["base"])
        row = rows.setdefault(record["group"], {_("Förvaltning"): plain(record["name"])})
        row[plain(record["label"])] = (
            f.share_text(record["count"], record["base"], record["count"] / record["base"], 1)
            if shown and record["base"]
            else status_word("no_answers" if shown else record["status"])
        )
        row[_("Svar")] = f.number(record["base"]) if shown else status_word(record["status"])
    table = pd.DataFrame(list(rows.values()), dtype=str)
    return table[[c for c in table.columns if c != _("Svar")] + [_("Svar")]]


def answers_export(answers: pd.DataFrame, *, mark: str = "") -> pd.DataFrame:
    """Return one question's answers for a file: a row per group and option, real numbers."""
    rows = []
    for record in sorted(answers.to_dict("records"), key=lambda r: not r["group"]):
        shown = record["status"] == "shown" and not f.is_missing(record["base"])
        word = status_word("no_answers" if shown else record["status"])
        base = int(record["base"]) if shown else 0
        rows.append(
            {
                **({_("Märkning"): mark} if mark else {}),
                _("Kod"): plain(record["group"]),
                _("Förvaltning"): plain(record["name"]),
                _("Svarsalternativ"): plain(record["label"]),
                _("Antal"): int(record["count"]) if base else word,
                _("Underlag"): base or word,
                _("Andel"): record["count"] / base if base else word,
            }
        )
    return pd.DataFrame(rows, dtype=object)


def _name_of(indicator: str) -> str:
    """Return an indicator's name; what is none (a question) keeps its id."""
    return {i.id: i.name for i in indicators()}.get(indicator, indicator)


def _for_file(table: pd.DataFrame, head: str | None, mark: str) -> pd.DataFrame:
    """Return the table to write; a result table is recognised and masked on its way."""
    if {"status", *MEASURES} <= set(table.columns):
        return export_table(table, head=head, mark=mark)
    return table


def _is_number(value: Any) -> bool:
    return pd.api.types.is_number(value) and not isinstance(value, bool)


# A register of sixty thousand lines says the same few words millions of times.
_safe_text = lru_cache(maxsize=4096)(safe_text)


def _csv_cell(value: Any) -> str:
    if f.is_missing(value):
        return ""
    if isinstance(value, bool):
        return _("Ja") if value else _("Nej")
    if _is_number(value):
        if isinstance(value, Decimal):
            return format(value, "f").replace(".", ",")
        if float(value).is_integer() and abs(float(value)) < 1e15:
            return str(int(value))
        return format(Decimal(repr(float(value))), "f").replace(".", ",")
    if isinstance(value, dt.date):
        return f.date(value)
    return _safe_text(str(value))


def _csv_column(values: list[Any]) -> list[str]:
    # By type too: True, 1 and 1.0 are the same key.
    keys = [(type(value), value) for value in values]
    said = {key: _csv_cell(key[1]) for key in dict.fromkeys(keys)}
    return [said[key] for key in keys]


def csv_bytes(table: pd.DataFrame, *, head: str | None = None, mark: str = "") -> bytes:
    """Return a CSV file that a Swedish spreadsheet opens rightly.

    Semicolon, decimal comma, UTF-8 with BOM, CRLF. A result table is turned into ``export_table``
    (with ``head`` and ``mark``) first; any other table is written as it is. Texts that begin like a
    formula get an apostrophe. A file without a sheet for notes tells why something is hidden in a
    last column, in the rows where it is.
    """
    data = _for_file(table, head, mark)
    hidden = (data == status_word("hidden")).any(axis=1)
    if hidden.any():
        why = status_reason("hidden")
        data = data.assign(**{_("Varför dolt?"): [why if row else "" for row in hidden]})
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([_csv_cell(str(c)) for c in data.columns])
    # Column by column, each value looked at once: a large register says the same few things.
    columns = [_csv_column(list(data.iloc[:, n])) for n in range(len(data.columns))]
    writer.writerows(zip(*columns, strict=True))
    return BOM + out.getvalue().encode("utf-8", errors="replace")


def _sheet_name(name: str, taken: Sequence[str] = ()) -> str:
    """Return a sheet name that Excel accepts (31 characters, none of its reserved signs)."""
    text = re.sub(r"[\[\]:*?/\\]", " ", plain(name)).strip(" '")[:31].strip(" '") or _("Blad")
    if text.lower() in {"history", *(t.lower() for t in taken)}:
        text = text[:29] + " 2"
    return text


def xlsx_bytes(
    table: pd.DataFrame,
    sheet: str,
    notes: Sequence[tuple[str, str]] = (),
    *,
    head: str | None = None,
    mark: str = "",
    created: dt.datetime | None = None,
    more: Sequence[tuple[str, pd.DataFrame]] = (),
    forms: Mapping[str, str] | None = None,
) -> bytes:
    """Return an Excel file: one data sheet, one sheet of notes (label, text) on source, definition.

    Numbers are numbers and fractions of the columns that hold only fractions carry a percent
    format; text is always text, never a formula or a link. ``head`` and ``mark`` as in
    ``export_table``. ``created`` fixes the file's time stamp. ``more``: further data sheets (name,
    table), which stand before the notes. ``forms``: by head, "share" for differences of shares,
    which may be negative, and "p" for p values, which are no shares.
    """
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(out, options) as book:
        if created:
            book.set_properties({"created": created})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        kinds = {
            "share": book.add_format({"num_format": "0.0%"}),
            "whole": book.add_format({"num_format": "#,##0"}),
            "other": book.add_format({"num_format": "#,##0.00"}),
            "p": book.add_format({"num_format": "0.000"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "word": book.add_format({"italic": True, "align": "right"}),
            "long": wrap,
            # Text as it stands is no formula, but becomes one when somebody edits the cell.
            "formula": book.add_format({"quote_prefix": True}),
        }
        taken: list[str] = []
        for name, data in ((sheet, _for_file(table, head, mark)), *more):
            taken.append(_sheet_name(name, taken))
            _write_sheet(book.add_worksheet(taken[-1]), data, bold, kinds, forms or {})
        about = book.add_worksheet(_sheet_name(_("Om uppgifterna"), taken))
        about.set_column(0, 0, 24)
        about.set_column(1, 1, 90)
        for row, (label, text) in enumerate(notes):
            about.write_string(row, 0, plain(label)[:32767], bold)
            about.write_string(row, 1, str(text)[:32767], wrap)
    return out.getvalue()


def _write_sheet(
    page: Any, data: pd.DataFrame, bold: Any, kinds: dict[str, Any], forms: Mapping[str, str]
) -> None:
    """Write one data sheet: heads that stay in sight, a filter, one page wide on paper."""
    for column, head in enumerate(data.columns):
        values = list(data.iloc[:, column])
        page.write_string(0, column, plain(head), bold)
        longest = _write_column(page, column, values, kinds, forms.get(head))
        widest = max((len(w) for w in plain(head).split()), default=0)
        page.set_column(column, column, min(WIDEST, max(10, longest + 2, widest + 3)))
    page.freeze_panes(1, 0)
    if len(data.columns):
        page.autofilter(0, 0, max(1, len(data)), len(data.columns) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


@lru_cache(maxsize=4096)
def _cell_text(value: str) -> str:
    """Return text as a cell of Excel holds it."""
    return plain(value)[:32767]


def _write_column(
    page: Any, column: int, values: list[Any], kinds: dict[str, Any], form: str | None = None
) -> int:
    """Write one column below its head; return the length of its longest text as shown.

    A register of sixty thousand lines says the same few things: each value is looked at once.
    """
    kinds_of = {type(v) for v in values}
    plain_text = kinds_of <= {str, type(None)}
    numbers = (
        [] if plain_text else [float(v) for v in values if _is_number(v) and not f.is_missing(v)]
    )
    if any(not n.is_integer() for n in numbers):
        fraction = all(0 <= n <= 1 for n in numbers)
        kind = kinds["share"] if fraction else kinds["other"]
    else:
        # Exact zeros and ones may be shares of a small group; the type tells them from counts.
        floats = (
            [v for v in values if isinstance(v, float) and not f.is_missing(v)] if numbers else []
        )
        kind = kinds["share" if floats and all(0 <= v <= 1 for v in floats) else "whole"]
    kind = kinds[form] if form else kind
    words = (kinds["word"],) if numbers else ()
    # By type too: True, 1 and 1.0 are the same key.
    ready: dict[tuple[type, Any], tuple[Any, ...] | None] = {}
    longest = 0
    for row, value in enumerate(values, start=1):
        key = (type(value), value)
        if key not in ready:
            ready[key] = cell = _cell(page, value, kind, words, kinds)
            if cell:
                longest = max(longest, cell[0])
        if cell := ready[key]:
            cell[1](row, column, *cell[2:])
    return longest


def _cell(
    page: Any, value: Any, kind: Any, words: tuple[Any, ...], kinds: dict[str, Any]
) -> tuple[Any, ...] | None:
    """Return a value's length as shown, the method that writes it, and what that is given after the
    place; None for a missing value, whose cell stays empty."""
    if f.is_missing(value):
        return None
    if isinstance(value, bool):
        return 0, page.write_string, _("Ja") if value else _("Nej")
    if _is_number(value):
        return 8, page.write_number, float(value), kind
    if isinstance(value, dt.date):
        day = value if isinstance(value, dt.datetime) else dt.datetime(*value.timetuple()[:3])
        return 10, page.write_datetime, day.replace(tzinfo=None), kinds["date"]
    text = _cell_text(str(value))
    if is_formula(text):
        return len(text), page.write_string, text, kinds["formula"]
    # What is wider than its column runs on below and is not cut by the next cell.
    words = words or ((kinds["long"],) if len(text) > WIDEST - 2 else ())
    return len(text), page.write_string, text, *words
