"""Months as coverage over time counts them. Apart, so that a load need not start pandas."""

from __future__ import annotations

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
