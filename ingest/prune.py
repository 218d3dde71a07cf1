"""Removing records by age (gallring): the records go, what is published of them stays.

Two things have an age. A *wave* is as old as the last day of the period that its name tells (2024:
the last of December), else as the day on which its answers were loaded. Of one that is older than
the day given, every answer, person, free text and unpublished count is removed; the auditor then
sees what everybody sees. An *agreement* is as old as the day on which it was over: ended, refused,
or past its last day and continued by another. One past its last day that nobody ended is still on
somebody's list and stays. Of an old one goes what tells whose it was: its id, the employee, the
sealed name, the manager, and the reasons in words; days, department and terms stay. They are what
each published month of the coverage is counted from: without them the past would change with each
register that is loaded, and the change would tell of those who were removed. The id is replaced by
a keyed hash, so that a register that still holds the agreement does not bring it back.

The snapshots before hold the same records, so they go too: after the new one is in force they are
deleted, and whatever a crash leaves of them is deleted by the next write (``ingest.snapshot``).
Copies outside the store are not reached from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ingest.register import GONE
from ingest.snapshot import Builder, drop_pruned, migrate_if_older, write_snapshot
from queries import log, pseudonyms
from queries.i18n import _
from queries.log import ZONE
from queries.months import last_day
from queries.store import Snapshot, StoreError, current_snapshot, list_snapshots, sql_file

WAVE_RECORDS = (
    "respondent", "answer", "text_answer", "provenance", "cube", "group_size", "published_cube",
    "published_size", "published_atom", "earlier_atom", "earlier_group", "waited",
    "published_figure",
)  # fmt: skip
"""The tables of the records database that hold what people of a wave answered."""
SEEN_AS_PUBLISHED = ("cube", "group_size", "published_figure")
"""Of those, the ones that get what is published instead."""


BEYOND = 1_000_000_000
"""Past the last line of any file."""


@dataclass
class Pruned:
    """What was removed, or would be: the waves, the number of agreements, and the older versions.

    ``snapshot``: the id then in force.
    """

    before: date
    waves: list[str] = field(default_factory=list)
    agreements: int = 0
    snapshots: int = 0
    snapshot: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "before": self.before.isoformat(),
            "waves": self.waves,
            "agreements": self.agreements,
            "snapshots": self.snapshots,
            "snapshot": self.snapshot,
        }


def prune(before: date, *, dry_run: bool = False, store: Path | None = None) -> Pruned:
    """Remove the records that are older than ``before``. Raises ``StoreError``.

    A day that has not come is refused: what is still going on is not old. With nothing to remove
    the store stays as it is, but for older snapshots that a crash left.
    """
    if before > datetime.now(ZONE).date():
        raise StoreError(
            _("{day} har inte varit än. Ange en dag som har passerat.").format(
                day=before.isoformat()
            )
        )
    if not dry_run:
        migrate_if_older(store)
    result = Pruned(before)
    was = current_snapshot(store)

    facts: dict[str, object] = {"before": before.isoformat()}

    def change(builder: Builder) -> None:
        result.waves = _old_waves(builder, was, before)
        for wave in result.waves:
            _remove_wave(builder, wave)
        old = _old_agreements(builder, before)
        result.agreements = len(old)
        if old:
            _remove_agreements(builder, old)
        if not result.waves and not old:
            raise _NothingOld
        facts.update(waves=", ".join(result.waves), agreements=len(old))

    try:
        result.snapshot = write_snapshot(
            change, action=f"prune {before.isoformat()}", store=store, dry_run=dry_run, facts=facts
        )
    except _NothingOld:
        result.snapshot = was.id
        if not dry_run:
            # Told all the same: whoever asks later when it was last done finds it.
            what, told = f"prune {before.isoformat()}", {**facts, "outcome": "unchanged"}
            log.append("prune", actor=log.system_user(), what=what, facts=told, store=store)
    if dry_run:
        result.snapshots = len(list_snapshots(store)) if result.waves or result.agreements else 0
    else:
        result.snapshots = drop_pruned(store)
    return result


class _NothingOld(Exception):
    """Nothing is to be removed, so no version is made."""


# --- waves ----------------------------------------------------------------------------------------


def _old_waves(builder: Builder, snapshot: Snapshot, before: date) -> list[str]:
    """Return the waves with answers that are older than the day and not yet removed."""
    loaded = {
        entry["wave"]: datetime.fromisoformat(entry["loaded_at"]).astimezone(ZONE).date()
        for entry in snapshot.manifest["inputs"]
        if entry["kind"] == "survey"
    }
    found = builder.rows(
        "select wave, label from published.wave where pruned is null "
        "and questionnaire is not null order by wave"
    )
    old = []
    for wave, label in found:
        day = last_day(wave, label, loaded.get(wave))
        if day is not None and day < before:
            old.append(wave)
    return old


def _remove_wave(builder: Builder, wave: str) -> None:
    given = {"wave": wave}
    for table in WAVE_RECORDS:
        builder.execute(f"delete from records.{table} where wave = $wave", given)
    for table in SEEN_AS_PUBLISHED:
        builder.execute(
            f"insert into records.{table} by name "
            f"select * from published.{table} where wave = $wave",
            given,
        )
    builder.execute(
        "update published.wave set pruned = $day where wave = $wave",
        {**given, "day": datetime.now(ZONE).date()},
    )
    # What waited has nothing to wait for.
    builder.execute("update published.question set waiting = false where wave = $wave", given)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    builder.inputs = [
        {**entry, "pruned": now} if (entry["kind"], entry["wave"]) == ("survey", wave) else entry
        for entry in builder.inputs
    ]


def refuse_pruned(builder: Builder, wave: str) -> None:
    """Raise ``StoreError`` if the records of ``wave`` have been removed.

    Loaded once more they could not be held against what is published already, and would have been
    removed in vain.
    """
    rows = builder.rows(
        "select pruned from published.wave where wave = $wave and pruned is not null",
        {"wave": wave},
    )
    if rows:
        raise StoreError(
            _(
                "Svaren i vågen {wave} gallrades {day}. Det som publicerades står kvar, och vågen "
                "går inte att läsa in igen. Läs in nya svar under ett annat namn på vågen."
            ).format(wave=wave, day=rows[0][0].isoformat())
        )


# --- agreements -----------------------------------------------------------------------------------


def _old_agreements(builder: Builder, before: date) -> list[str]:
    """Return the agreements that were over before the day, as the latest register has them."""
    rows = builder.rows(sql_file("over_before"), {"before": before, "gone": GONE})
    return [agreement for (agreement,) in rows]


def _remove_agreements(builder: Builder, old: Sequence[str]) -> None:
    key = pseudonyms.read_key()
    builder.temporary(
        "pruned_agreement", ("old_id", "new_id"), [(old_id, _gone(key, old_id)) for old_id in old]
    )
    for column in ("agreement_id", "extended_from"):
        builder.execute(
            f"update records.register_row set {column} = "
            f"(select new_id from pruned_agreement where old_id = {column}) "
            f"where {column} in (select old_id from pruned_agreement)"
        )
    # Where it stood in the file tells whose it was as well. Its lines keep their order, in numbers
    # that no file reaches: a register of the same day may be loaded again beside them.
    builder.execute(
        "update records.register_row r set line = n.line from ("
        "select as_of, agreement_id, line as was, ($beyond + row_number() over "
        "(partition by as_of order by agreement_id, line))::integer as line "
        "from records.register_row where starts_with(agreement_id, $gone)) n "
        "where (r.as_of, r.agreement_id, r.line) = (n.as_of, n.agreement_id, n.was)",
        {"gone": GONE, "beyond": BEYOND},
    )
    # One word for whoever it was: that there was an employee is a condition of some rules.
    builder.execute(
        "update records.register_row set employee = if(employee is null, null, 'gallrad'), "
        "manager = null, reason = null, end_reason = null "
        "where starts_with(agreement_id, $gone)",
        {"gone": GONE},
    )
    builder.execute(
        "delete from records.employee where employee not in "
        "(select employee from records.register_row where employee is not null)"
    )
    # The versions alone: what is published of the register is not counted anew.
    builder.execute("delete from records.agreement")
    builder.execute(f"insert into records.agreement by name {sql_file('build_agreement_versions')}")


def _gone(key: bytes, agreement: str) -> str:
    return GONE + pseudonyms.keyed_hash(key, f"agreement\0{agreement}")[:16]


def without_pruned(builder: Builder, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the lines of a register but for those of agreements that have been removed.

    In the others, a reference to a removed one is replaced as it was in the registers before.
    """
    rows = builder.rows(
        "select distinct agreement_id from records.register_row "
        "where starts_with(agreement_id, $gone)",
        {"gone": GONE},
    )
    if not rows:
        return records
    key, gone, kept = pseudonyms.read_key(), {agreement for (agreement,) in rows}, []
    for record in records:
        if _gone(key, str(record["agreement_id"])) in gone:
            continue
        earlier = record["extended_from"]
        if earlier is not None and _gone(key, str(earlier)) in gone:
            record = {**record, "extended_from": _gone(key, str(earlier))}
        kept.append(record)
    return kept
