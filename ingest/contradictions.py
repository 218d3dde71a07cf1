"""What a register says that cannot be, or that hardly can: each row by itself, and rows together.

What cannot be true is refused as any other fault: an agreement that continues itself, alone or in a
ring. The rest is a *remark*: the row is kept as it stands and counted by the same rules as ever,
and whoever loads the register is told what comes of it. A remark never stops a load.

Not remarked upon, because it is lawful or because the follow-up already says it: an assessment
after the start, a measure without a last day, an end later than agreed, an earlier agreement that
the register does not hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from ingest.headers import RowError, cell_text
from ingest.rows import CHOICES, DAYS_IN_WEEK, AgreementRow, Validated
from queries.i18n import _

# Dated facts: what is dated later than the register's day has not happened by then.
DATED = (
    "applied", "risk_assessed", "measure_done", "followed_up", "evaluated", "it_briefing", "ended",
)  # fmt: skip
# A whole week's work in fewer days than this is no ordinary employment.
SHORT_WEEK = 2


def rings(rows: Sequence[Validated], titles: Mapping[str, str]) -> list[RowError]:
    """Return an error for each row of agreements that continue each other in a ring, or themselves.

    All of a ring, since none is more wrong than another. ``titles`` is field → header of the file.
    """
    continues: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.model.extended_from is not None:
            continues[row.model.agreement_id].add(row.model.extended_from)
    endless = _leading_on(continues)
    continued: dict[str, set[str]] = defaultdict(set)
    for each in endless:
        for other in continues[each] & endless:
            continued[other].add(each)
    # What leads on without end, both ways: neither the last nor the first of a chain.
    found = _leading_on(continued)
    return [
        RowError(
            row.row,
            titles["extended_from"],
            row.model.extended_from,
            _(
                "Överenskommelsen kan inte förlänga sig själv. Skriv beteckningen på den tidigare, "
                "eller lämna cellen tom."
            )
            if row.model.extended_from == row.model.agreement_id
            else _(
                "Den som den här förlänger är i sin tur en förlängning av den här, direkt eller "
                "genom andra. Rätta Förlängd från på den som kom först."
            ),
        )
        for row in rows
        if row.model.agreement_id in found and row.model.extended_from in found
    ]


def _leading_on(edges: Mapping[str, Collection[str]]) -> set[str]:
    """Return the nodes from which one may go on for ever: those that lead into a ring."""
    left = {node: {to for to in ends if to in edges} for node, ends in edges.items()}
    into: dict[str, list[str]] = defaultdict(list)
    for node, ends in left.items():
        for to in ends:
            into[to].append(node)
    dead = [node for node, ends in left.items() if not ends]
    for node in dead:  # grows while it is walked
        for before in into[node]:
            left[before].discard(node)
            if not left[before]:
                dead.append(before)
    return {node for node, ends in left.items() if ends}


def remarks(rows: Sequence[Validated], day: date, titles: Mapping[str, str]) -> list[RowError]:
    """Return what the rows of the register of ``day`` say that does not fit together, by row.

    In the shape of an error; the rows are good all the same.
    """
    starts: dict[str, date] = {}
    for row in rows:
        first = starts.get(row.model.agreement_id, row.model.start)
        starts[row.model.agreement_id] = min(first, row.model.start)
    return [
        RowError(row.row, titles[name], _written(name, row.model), message)
        for row in rows
        for name, message in (*_in_row(row.model, day), *_beside(row.model, starts))
    ]


def _in_row(row: AgreementRow, day: date) -> Iterator[tuple[str, str]]:
    """Yield (field, message) for what a row says against itself or against the register's day."""
    for name in DATED:
        value = getattr(row, name)
        if value is not None and value > day:
            yield (
                name,
                _(
                    "Ligger efter registrets dag {day}, och har alltså inte hänt än. Rätta datumet "
                    "om det är fel; annars räknas det från sin dag."
                ).format(day=day.isoformat()),
            )
    for name in ("followed_up", "evaluated"):
        value = getattr(row, name)
        if value is not None and value < row.start:
            yield (
                name,
                _(
                    "Ligger före Start {start}: det som inte har börjat kan inte följas upp eller "
                    "utvärderas. Rätta det ena datumet om det är fel."
                ).format(start=row.start.isoformat()),
            )
    yield from _of_risk(row)
    yield from _of_extent(row)
    if row.end_reason is not None and row.ended is None and row.decision != "avslagen":
        yield (
            "end_reason",
            _(
                "Datum för Avslutad saknas, så överenskommelsen räknas som att den inte är "
                "avslutad."
            ),
        )


def _of_risk(row: AgreementRow) -> Iterator[tuple[str, str]]:
    assessed = row.risk_assessed
    if assessed is None:
        for name in ("risk_level", "measure_due", "measure_done"):
            if getattr(row, name) is not None:
                yield (
                    name,
                    _(
                        "Datum för Riskbedömning saknas, så det räknas som att ingen bedömning är "
                        "gjord före start."
                    ),
                )
                return
        return
    if row.measure_done is not None and row.measure_done < assessed:
        yield (
            "measure_done",
            _(
                "Ligger före Riskbedömning {assessed}, så åtgärden räknas inte mot den risken. "
                "Rätta det ena datumet om det är fel."
            ).format(assessed=assessed.isoformat()),
        )
    if row.measure_due is not None and row.measure_due < assessed:
        yield (
            "measure_due",
            _(
                "Ligger före Riskbedömning {assessed}: åtgärden var för sen redan när risken "
                "bedömdes. Rätta det ena datumet om det är fel."
            ).format(assessed=assessed.isoformat()),
        )


def _of_extent(row: AgreementRow) -> Iterator[tuple[str, str]]:
    """Yield what is told of how much and where.

    A share of d / w is d days out of a week of w working days. No week is longer than seven days
    (half a per cent is left for rounding); one shorter than two is rarely meant.
    """
    days, share = row.days_per_week, row.remote_share
    if days is not None and share is not None:
        too_many = days * 100 > (share + 0.5) * DAYS_IN_WEEK
        too_few = days * 100 < share * SHORT_WEEK
        if too_many or too_few:
            yield (
                "remote_share",
                _(
                    "Stämmer inte med Dagar per vecka ({days}): {share} % av en femdagarsvecka är "
                    "{expected} dagar. Rätta det ena om det är fel."
                ).format(
                    days=cell_text(days), share=cell_text(share), expected=cell_text(share / 20)
                ),
            )
    if row.places == 0:
        yield "places", _("Noll platser går inte: arbetet utförs någonstans. Lämna tomt om okänt.")


def _beside(row: AgreementRow, starts: Mapping[str, date]) -> Iterator[tuple[str, str]]:
    """Yield what a row says against another agreement of the same register."""
    earlier = starts.get(row.extended_from) if row.extended_from is not None else None
    if earlier is not None and row.start <= earlier:
        yield (
            "extended_from",
            _(
                "Den börjar {earlier} och den här {start}. En förlängning börjar senare än det "
                "den förlänger, så den räknas inte som förlängning."
            ).format(earlier=earlier.isoformat(), start=row.start.isoformat()),
        )


def _written(name: str, row: AgreementRow) -> str:
    """Return a field's value as the file has it."""
    value: Any = getattr(row, name)
    return CHOICES[name][value] if name in CHOICES else cell_text(value)
