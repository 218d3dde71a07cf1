"""Random registers, and the files they come in: agreements that lie on the boundaries of the rules.

Everything hangs on one seed. A register is a list of rows (field → value, as in
``tests.oracles.register``); ``write`` makes it the file that a municipality would hand in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from tests.loading import write_csv
from tests.oracles.register import FACTS, add_months

HEADERS = {
    "agreement_id": "Överenskommelse",
    "employee": "Anställd",
    "manager": "Ansvarig chef",
    "department": "Förvaltning",
    "position": "Befattning",
    "occupation": "Roll",
    "kind": "Typ",
    "form": "Form",
    "applied": "Ansökt",
    "decision": "Beslut",
    "reason": "Skäl",
    "start": "Start",
    "end": "Slut",
    "extended_from": "Förlängd från",
    "notice_days": "Uppsägningstid (dagar)",
    "days_per_week": "Dagar per vecka",
    "remote_share": "Andel distans (%)",
    "places": "Antal platser",
    "risk_assessed": "Riskbedömning",
    "risk_level": "Risknivå",
    "measure_due": "Åtgärd senast",
    "measure_done": "Åtgärdad",
    "followed_up": "Senaste uppföljning",
    "evaluated": "Utvärdering",
    "it_briefing": "IT-genomgång",
    "vpn": "VPN",
    "encryption": "Kryptering",
    "siths_card": "SITHS-kort",
    "restricted_access": "Begränsad åtkomst",
    "confidentiality": "Sekretessklass",
    "home_insurance": "Hemförsäkring",
    "landlord_consent": "Hyresvärd godkänt",
    "equipment_receipted": "Utrustning kvitterad",
    "ended": "Avslutad",
    "end_reason": "Orsak",
    "event_date": "Händelsedatum",
}
LABELS = {
    "chef": "Chef", "medarbetare": "Medarbetare",
    "regelbundet": "Regelbundet", "tillfalligt": "Tillfälligt",
    "skriftlig": "Skriftlig", "muntlig": "Muntlig",
    "beviljad": "Beviljad", "avslagen": "Avslagen",
    "gron": "Grön", "gul": "Gul", "rod": "Röd",
    "oppen": "Öppen", "intern": "Intern", "sekretess": "Sekretess",
    "administration_stod": "Administration och stöd",
    "utbildning_vard": "Utbildning och vård",
    "handlaggning": "Handläggning och myndighetsutövning",
    "ledning": "Ledning och verksamhetsutveckling",
    "teknik_miljo": "Teknik, IT och miljö",
    "annat": "Annat",
}  # fmt: skip
OCCUPATIONS = (
    "administration_stod", "utbildning_vard", "handlaggning", "ledning", "teknik_miljo", "annat",
)  # fmt: skip
LABELLED = (
    "position", "occupation", "kind", "form", "decision", "risk_level", "confidentiality",
)  # fmt: skip
YES_NO = (
    "vpn", "encryption", "siths_card", "restricted_access", "home_insurance", "landlord_consent",
    "equipment_receipted",
)  # fmt: skip
DEPARTMENTS = ("AAA", "BBB", "CCC")
DAY = timedelta(days=1)
# Months that rules count in, and some that they do not.
MONTHS = (0, 0, 1, 3, 6, 11, 12, 12, 12, 13, 24)

Row = dict[str, Any]


class Maker:
    """Makes agreements whose dates crowd around ``days`` and the days some months before them."""

    def __init__(self, seed: int, days: Sequence[date], loads: Sequence[date]) -> None:
        self.random = Random(seed)
        self.days = days
        self.loads = sorted(loads)
        self.made: list[Row] = []

    # --- single values ----------------------------------------------------------------------------

    def near(self) -> date:
        """Return a day on, just before or just after one that matters."""
        pick = self.random.random()
        if pick < 0.1:
            return self.random.choice((date(2024, 2, 29), date(2024, 8, 31), date(2025, 1, 31)))
        if pick < 0.25:
            return date(2023, 1, 1) + self.random.randrange(1500) * DAY
        day = add_months(self.random.choice(self.days), -self.random.choice(MONTHS))
        return day + self.random.choice((-1, 0, 0, 0, 1)) * DAY

    def around(self, day: date) -> date:
        return day + self.random.choice((-1, 0, 0, 1)) * DAY

    def maybe(self, likely: float, value: Any) -> Any:
        return value if self.random.random() < likely else None

    def value(self, name: str, row: Mapping[str, Any]) -> Any:
        """Return a value for the field ``name`` of ``row``, often none."""
        pick, start = self.random.choice, row["start"]
        some: dict[str, Any] = {
            "position": ("chef", "medarbetare"),
            "occupation": OCCUPATIONS,
            "kind": ("regelbundet", "regelbundet", "tillfalligt"),
            "form": ("skriftlig", "muntlig"),
            "risk_level": ("gron", "gul", "rod"),
            "confidentiality": ("oppen", "intern", "sekretess"),
            "notice_days": (14, 15, 27, 28, 30, 31, 32, 60, 0),
            "days_per_week": (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 5.0),
            "remote_share": (0.0, 10.0, 20.0, 40.0, 41.0, 49.0, 50.0, 60.0, 100.0),
            "places": (0, 1, 2, 3),
            "reason": ("Utredning", "Lokaler"),
            "manager": ("Chef 1", "Chef 2", "Chef 3"),
            "department": DEPARTMENTS,
            "employee": tuple(f"Person {number}" for number in range(50)),
            "end_reason": ("Åter på plats", "Slutat"),
        }
        if name in YES_NO:
            return pick((True, True, True, False, None))
        if name == "decision":
            return pick(("beviljad",) * 7 + ("avslagen", None, None))
        if name in some:
            likely = {"department": 1.0, "employee": 0.97, "manager": 0.97}.get(name, 0.8)
            return self.maybe(likely, pick(some[name]))
        if name == "end":
            end = pick((self.around(add_months(start, pick((6, 12, 12, 24)))), self.near()))
            return self.maybe(0.65, max(end, start))
        if name == "ended":
            return self.maybe(0.2, max(self.near(), start))
        if name == "applied":
            return self.maybe(0.7, pick((start - 30 * DAY, self.around(start), self.near())))
        if name in ("risk_assessed", "followed_up", "evaluated"):
            return self.maybe(0.75, pick((self.around(start), self.near(), self.near())))
        return self.maybe(0.6, self.near())

    # --- agreements -------------------------------------------------------------------------------

    def agreement(self) -> Row:
        """Return a new agreement, sometimes a renewal of one made before."""
        row: Row = dict.fromkeys(HEADERS)
        row["agreement_id"] = f"Ö-{len(self.made) + 1:05}"
        row["start"] = self.near()
        pick = self.random.random()
        if pick < 0.3 and self.made:
            earlier = self.random.choice(self.made)
            row["extended_from"] = earlier["agreement_id"]
            days = [earlier[name] for name in ("evaluated", "end") if earlier[name]]
            if days:
                row["start"] = self.around(self.random.choice(days))
        elif pick < 0.33:
            row["extended_from"] = "Ö-okänd"
        for name in HEADERS:
            if name not in ("agreement_id", "start", "extended_from", "event_date"):
                row[name] = self.value(name, row)
        self.made.append(row)
        return dict(row)

    def amended(self, row: Row, after: date, until: date) -> Row:
        """Return ``row`` as a later register tells it: terms changed, facts added or corrected."""
        new = dict(row)
        terms = [
            name
            for name in HEADERS
            if name not in ("agreement_id", "start", "extended_from", "event_date", *FACTS)
        ]
        for name in self.random.sample(terms, self.random.choice((0, 0, 1, 1, 2))):
            new[name] = self.value(name, new)
        for name in self.random.sample(list(FACTS), self.random.choice((0, 1, 1, 2, 3))):
            new[name] = self.random.choice(
                (
                    self.between(after, until),
                    self.between(after, until),
                    self.around(after),
                    self.around(until),
                    self.value(name, new),
                )
            )
            for each in FACTS[name]:
                new[each] = self.value(each, new)
        if self.random.random() < 0.05:
            new["start"] = self.around(new["start"])
        for name in ("end", "ended"):
            if new[name] is not None:
                new[name] = max(new[name], new["start"])
        return new

    def between(self, after: date, until: date) -> date:
        return after + self.random.randrange(1, (until - after).days + 1) * DAY

    # --- registers --------------------------------------------------------------------------------

    def registers(self, number: int, events: float = 0.25) -> dict[date, list[Row]]:
        """Return as-of date → rows of ``number`` agreements, a share of them told as events."""
        found: dict[date, list[Row]] = {as_of: [] for as_of in self.loads}
        for _each in range(number):
            first = self.random.choice((0, 0, 0, 0, 0, 0, *range(len(self.loads))))
            tell = self._events if self.random.random() < events else self._lines
            for as_of, rows in tell(self.agreement(), first).items():
                found[as_of].extend(rows)
        return found

    def _lines(self, row: Row, first: int) -> dict[date, list[Row]]:
        """Tell of one agreement by a line in each register; a few go over to events."""
        found: dict[date, list[Row]] = {}
        for index in range(first, len(self.loads)):
            as_of, after = self._span(index)
            pick = self.random.random()
            if index > first and pick < 0.1:
                continue  # missing in this register
            if index > first and pick < 0.14:
                found |= self._events(row, index, earlier=after)
                break
            if index > first and pick < 0.55:
                row = self.amended(row, after, as_of)
            found[as_of] = [row]
        return found

    def _events(self, row: Row, first: int, earlier: date | None = None) -> dict[date, list[Row]]:
        """Tell of one agreement by a line per event: on time, late, corrected.

        Some have a line without a day beside them, which says what held before the first.
        """
        found: dict[date, list[Row]] = {}
        undated = dict(row) if self.random.random() < 0.25 else None
        told: dict[date, Row] = {}
        for index in range(first, len(self.loads)):
            as_of, after = self._span(index)
            if index > first and self.random.random() < 0.1:
                continue
            if told and self.random.random() < 0.2:
                corrected = self.random.choice(sorted(told))
                told[corrected] = self.amended(told[corrected], after, as_of)
            for _each in range(self.random.choice((1, 1, 2, 3) if not told else (0, 1, 1, 2))):
                day = self.random.choice(
                    (
                        row["start"],
                        self.between(after, as_of),
                        self.around(after),
                        self.around(as_of),
                        self.near(),
                        self.near(),
                    )
                )
                # A register tells only what has happened by its day; the rest is refused.
                if day <= as_of and day not in told:
                    row = self.amended(row, after, as_of) if told or earlier else row
                    told[day] = {**row, "event_date": day}
            for day in told:
                told[day]["event_date"] = day
            found[as_of] = [dict(told[day]) for day in told]
            if undated and told:
                if index > first and self.random.random() < 0.2:
                    undated = self.amended(undated, after, as_of)
                found[as_of].append(undated)
        return found

    def _span(self, index: int) -> tuple[date, date]:
        """Return a register's date, and the date before which nothing in it is news."""
        as_of = self.loads[index]
        return as_of, self.loads[index - 1] if index else as_of - 365 * DAY


# --- files ----------------------------------------------------------------------------------------


def cell(name: str, value: Any) -> str:
    """Return a value as a Swedish file writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Ja" if value else "Nej"
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    return LABELS[value] if name in LABELLED else str(value)


def write(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Write a register as the file contract has it."""
    lines = [[cell(name, row.get(name)) for name in HEADERS] for row in rows]
    return write_csv(path, [list(HEADERS.values()), *lines])
