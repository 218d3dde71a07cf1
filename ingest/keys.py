"""The key of the hashes, held against the store before anything is hashed.

Another key than the one that the store was filled with would make everybody a new person: each
agreement would tell of a change of employee, and no name could be read. So it is never made anew,
nor taken for another, without being asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ingest.register import GONE
from ingest.snapshot import Builder, rows_in
from queries import pseudonyms
from queries.i18n import _

Rows = Callable[[str], Sequence[Sequence[Any]]]
"""A question in SQL to the store's records → its rows."""

SEALED = "select sealed from records.employee order by employee"
REMOVED = (
    f"select agreement_id from records.register_row where starts_with(agreement_id, '{GONE}') "
    "limit 1"
)


def fault(rows: Rows) -> str:
    """Return what is wrong with this machine's key beside the store, and what to do; else nothing.

    A store without agreements has no key to hold it against.
    """
    sealed = [text for (text,) in rows(SEALED)]
    if not sealed and not rows(REMOVED):
        return ""
    path = pseudonyms.key_path()
    if not path.exists():
        return _(
            "Nyckeln till de anställdas pseudonymer saknas: {path}. Lägg tillbaka den från en "
            "säkerhetskopia, eller peka ut den med {variable}. Är den borta för alltid, se "
            "”Om nyckeln är borta” i handboken."
        ).format(path=path, variable=pseudonyms.KEY_VARIABLE)
    if sealed and not pseudonyms.opens_any(pseudonyms.read_key(), sealed):
        return _(
            "Nyckeln i {path} är en annan än den som registret lästes in med. Lägg tillbaka den "
            "rätta från en säkerhetskopia, eller peka ut den med {variable}. Är den borta för "
            "alltid, se ”Om nyckeln är borta” i handboken."
        ).format(path=path, variable=pseudonyms.KEY_VARIABLE)
    return ""


def fault_of(folder: Path) -> str:
    """Return the same of the snapshot in ``folder``."""
    return fault(lambda sql: rows_in(folder, sql))


def key_of(builder: Builder, *, dry_run: bool, new_key: bool) -> bytes:
    """Return the key to hash a register with; made on first use, but not by a dry run.

    Raises ``KeyProblem`` when it is not the store's. With ``new_key`` what the old one sealed, and
    nobody can read any more, is removed, and the key at hand (a new one if there is none) is the
    store's from now on.
    """
    wrong = fault(builder.rows)
    if wrong and not new_key:
        raise pseudonyms.KeyProblem(wrong)
    if wrong:
        builder.execute("delete from records.employee")
    if dry_run and not pseudonyms.key_path().exists():
        return pseudonyms.passing_key()
    return pseudonyms.read_key(create=not dry_run)
