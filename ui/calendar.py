"""Coming dates as a calendar file (iCalendar, RFC 5545) that Outlook and others open."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

import pandas as pd
from icalendar import Calendar, Event

from ui.text import _, plain

NAMESPACE = uuid.UUID("3f1c2a52-8d0e-5b43-9a0e-6f0a7d5c8b11")
"""Our own: what is made from it can collide with nobody else's."""


def ics_bytes(
    dates: pd.DataFrame,
    *,
    name: str,
    owner: str,
    stamp: datetime,
    departments: Mapping[str, str] | None = None,
    mark: str = "",
) -> bytes:
    """Return all-day events, one per row of ``dates``: ``date, agreement_id, department, manager,
    event, label``.

    ``name`` is the calendar's, ``owner`` the municipality's; ``stamp`` (with a time zone) says when
    the facts were written. ``mark`` stands in the calendar's name and in every event, which may be
    moved to another calendar. The same event of the same agreement keeps its identity (UID) from
    file to file, so that a calendar which reads a newer one moves it and does not show it twice.
    No employee is named: calendars are shared and synchronised.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Distanskollen//SV")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", plain(f"{name} · {mark}" if mark else name))
    seen: dict[tuple[str, str], int] = {}
    for row in dates.to_dict("records"):
        of = (str(row["agreement_id"]), str(row["event"]))
        seen[of] = seen.get(of, 0) + 1
        event = _event(row, owner, seen[of], stamp)
        lines = [*([mark] if mark else []), *_lines(row, departments or {})]
        event.add("description", "\n".join(map(plain, lines)))
        calendar.add_component(event)
    return calendar.to_ical()


def _event(
    row: Mapping[str, object],
    owner: str,
    ordinal: int,
    stamp: datetime,
) -> Event:
    day = pd.Timestamp(row["date"]).date()  # type: ignore[arg-type] # a date of some kind
    code = str(row["department"])
    identity = "/".join((owner, str(row["agreement_id"]), str(row["event"]), str(ordinal)))
    event = Event()
    event.add("uid", f"{uuid.uuid5(NAMESPACE, identity)}@distanskollen")
    event.add("dtstamp", stamp)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    summary = _("{what}: {agreement}, {department}").format(
        what=row["label"], agreement=row["agreement_id"], department=code
    )
    event.add("summary", plain(summary))
    event.add("categories", [plain(row["label"])])
    # A day to remember, not a day that is taken; and nobody else's business.
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event


def _lines(row: Mapping[str, object], departments: Mapping[str, str]) -> list[str]:
    code, manager = str(row["department"]), row["manager"]
    named = isinstance(manager, str) and manager
    return [
        _("Överenskommelse {agreement}").format(agreement=row["agreement_id"]),
        _("Förvaltning: {department}").format(department=departments.get(code, code)),
        _("Ansvarig chef: {manager}").format(manager=manager if named else _("uppgift saknas")),
    ]
