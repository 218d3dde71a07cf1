"""A register indicator month by month: the lines that its chart, sentences and tables are made of.

A line is a department, or the whole, on every day of the series. What has no number is a row with
its status, and numbers of rows that are not shown are dropped on entry.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import pandas as pd
from babel.dates import format_date

from queries.i18n import language
from ui import formats as f
from ui.drawing import Row
from ui.text import _, plain, status_word

UNTOLD = ("hidden", "left_out")
"""Statuses of a month that is withheld; they are one here, or a drawing would tell the cause."""


# --- months --------------------------------------------------------------------------------------


def month_end(day: dt.date) -> dt.date:
    """Return the last day of the day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def months_before(day: dt.date, months: int) -> dt.date:
    """Return the end of the month that lies ``months`` before the day's own."""
    count = 12 * day.year + day.month - 1 - months
    return month_end(dt.date(count // 12, count % 12 + 1, 1))


def when(day: dt.date) -> str:
    """Return "oktober 2026" for the end of a month, any other day as "2026-10-15"."""
    return _month(day, "MMMM y", language()) if day == month_end(day) else f.date(day)


def short(day: dt.date) -> str:
    return _month(day, "MMM y", language()) if day == month_end(day) else f.date(day)


def abbreviated(day: dt.date) -> str:
    """Return "okt." for any day of October."""
    return _month(day, "MMM", language())


@lru_cache(maxsize=1024)
def _month(day: dt.date, form: str, code: str) -> str:
    return format_date(day, form, locale=code)


def _calendar(days: Iterable[dt.date]) -> list[dt.date]:
    """Return the days in order, and the end of each month between them that has none."""
    known = set(days)
    if not known:
        return []
    day, last = min(known), max(known)
    months = {(d.year, d.month) for d in known}
    while (day := months_before(day, -1)) < last:
        if (day.year, day.month) not in months:
            known.add(day)
    return sorted(known)


# --- lines ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gap:
    """Months in a row without a number, for the same reason: their places in the line, from–to."""

    status: str
    first: int
    last: int


@dataclass(frozen=True)
class Line:
    """One department, or the whole (code None), on every day of the series; a row per day.

    The rows are named after their days. A day that the table lacks is a row of status "not_asked".
    """

    code: str | None
    name: str
    days: tuple[dt.date, ...]
    rows: tuple[Row, ...]

    @property
    def whole(self) -> bool:
        return self.code is None

    @cached_property
    def shown(self) -> list[tuple[dt.date, Row]]:
        return [(d, r) for d, r in zip(self.days, self.rows, strict=True) if r.share is not None]

    @property
    def last(self) -> Row:
        return self.rows[-1]

    @cached_property
    def passages(self) -> list[tuple[int, int]]:
        """The months with a number (places in the line) between which all are hidden."""
        shown = [i for i, row in enumerate(self.rows) if row.shown]
        return [
            (i, j)
            for i, j in pairwise(shown)
            if j > i + 1 and all(row.status == "hidden" for row in self.rows[i + 1 : j])
        ]

    @cached_property
    def gaps(self) -> list[Gap]:
        """The stretches where the line is broken."""
        passed = {k for i, j in self.passages for k in range(i, j)}
        found: list[Gap] = []
        for i, row in enumerate(self.rows):
            if row.shown or i in passed:
                continue
            if found and found[-1].status == row.status and found[-1].last == i - 1:
                found[-1] = Gap(row.status, found[-1].first, i)
            else:
                found.append(Gap(row.status, i, i))
        return found

    def period(self, gap: Gap) -> str:
        """Return "mars 2024", or "mars 2024–juni 2024"."""
        ends = dict.fromkeys((when(self.days[gap.first]), when(self.days[gap.last])))
        return "–".join(ends)


def absence_word(status: str) -> str:
    """Return the word for a month without a number: a register is not asked and does not answer."""
    words = {
        "no_answers": _("inget att räkna"),
        "not_asked": _("uppgift saknas"),
    }
    return words.get(status) or status_word(status)


def read_lines(results: pd.DataFrame, digits: int = 0) -> list[Line]:
    """Return a line per department in the order of the table, the whole first.

    ``results``: the series of one indicator (``queries.coverage.series``). Numbers of rows that are
    not shown are dropped here, so that they reach nothing that is drawn or written. ValueError if
    indicators are mixed.
    """
    if results.empty:
        return []
    columns = {str(column): results[column].tolist() for column in results.columns}
    if (kinds := len(set(columns.get("indicator", ())))) > 1:
        raise ValueError(f"one indicator expected, got {kinds}")
    columns["day"] = [_date(day) for day in columns["day"]]
    days = tuple(_calendar(columns["day"]))
    names: dict[str | None, str] = {}
    found: dict[tuple[str | None, dt.date], Row] = {}
    for cells in zip(*columns.values(), strict=True):
        record = dict(zip(columns, cells, strict=True))
        code = None if f.is_missing(record["department"]) else str(record["department"])
        names[code] = plain(record["name"])
        found[code, record["day"]] = _row(record, code, digits)
    return [
        Line(
            code,
            name,
            days,
            tuple(found.get((code, d)) or _absent(code, d, digits) for d in days),
        )
        for code, name in sorted(names.items(), key=lambda item: item[0] is not None)
    ]


def completed(
    results: pd.DataFrame, departments: Mapping[str, str], live: Collection[str | None]
) -> pd.DataFrame:
    """Return the series with a row for every department and month, also those that it lacks.

    Then nothing was there to count; or, between the months of a line that was published and not
    counted for this visitor (its code is not in ``live``; None: the whole), the month is hidden.
    ``departments``: code → name in the order to tell them; others follow, and the whole is last.
    """
    records: list[dict[str, Any]] = results.to_dict("records")
    found: dict[str | None, dict[dt.date, dict[str, Any]]] = {}
    for record in records:
        code = None if f.is_missing(record["department"]) else str(record["department"])
        found.setdefault(code, {})[_date(record["day"])] = record
    rows = []
    days = _calendar(day for of in found.values() for day in of)
    codes = [code for code in dict.fromkeys([*departments, *found]) if code is not None]
    for code in [*codes, *([None] if None in found else [])]:
        of = found.get(code, {})
        name = of[max(of)]["name"] if of else departments[str(code)]
        for day in days:
            hidden = of and min(of) < day < max(of) and code not in live
            blank = {
                **dict.fromkeys(results.columns),
                "indicator": records[0]["indicator"],
                "day": day,
                "department": code,
                "name": name,
                "status": "hidden" if hidden else "no_answers",
            }
            rows.append(of.get(day, blank))
    return pd.DataFrame(rows, columns=results.columns)


def _row(record: Mapping[str, Any], code: str | None, digits: int) -> Row:
    if not f.is_shown(record):
        status = record["status"] if record["status"] != "shown" else "no_answers"
        return _absent(code, record["day"], digits, status)
    numbers = (float(record[name]) for name in ("numerator", "denominator", "share"))
    name = when(record["day"])
    return Row(code, name, "shown", *numbers, None, None, None, None, digits)


def _absent(code: str | None, day: dt.date, digits: int, status: str = "not_asked") -> Row:
    status = "hidden" if status in UNTOLD else status
    return Row(code, when(day), status, *[None] * 7, digits)


def _date(day: Any) -> dt.date:
    return day.date() if isinstance(day, dt.datetime) else day
