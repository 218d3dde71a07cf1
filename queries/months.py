"""Months and periods of time. Apart, so that a load need not start pandas."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

MONTHS = 36
"""How far back coverage over time is told."""


def month_ends(day: date, months: int = MONTHS) -> list[date]:
    """Return the last days of the ``months`` months that ended before ``day``, oldest first."""
    found = []
    last = day.replace(day=1) - timedelta(1)
    for _month in range(months):
        found.append(last)
        last = last.replace(day=1) - timedelta(1)
    return found[::-1]


def period_of(name: str) -> tuple[date, date] | None:
    """Return the first and last day of the year, month or day that a wave's name holds, if any."""
    found = re.search(r"(?<!\d)((?:19|20)\d\d)(?:-(\d\d)(?!\d))?(?:-(\d\d)(?!\d))?", name)
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    try:
        if day and month:
            return date(year, month, day), date(year, month, day)
        if month:
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    except ValueError:
        # "2024-25" is a winter and no month; the year is what is certain.
        pass
    return date(year, 1, 1), date(year, 12, 31)


def last_day(wave: str, label: str, loaded: date | None) -> date | None:
    """Return the day from which a wave grows old: the last of the period that it is named after,
    else the one on which its answers were loaded."""
    period = period_of(wave) or period_of(label)
    return period[1] if period else loaded
