"""The only writer of the store: build the next snapshot beside the current one, check, swap.

Nothing that exists is ever changed. The new snapshot is built in a folder whose name starts with a
dot, renamed when whole, and only then named by the pointer, in one atomic replace. A crash at any
point leaves the pointer on the old snapshot; the next writer clears what was left.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from filelock import FileLock, Timeout

from queries import log
from queries.i18n import _
from queries.store import (
    QUERIES,
    SCHEMA_VERSION,
    Snapshot,
    StoreError,
    current_id,
    damaged_database,
    is_damage,
    make_private,
    quote,
    read_snapshot,
    store_path,
)

DATABASES = ("published", "records")
LOCK_SECONDS = 20.0
BATCH = 20_000
PRUNE = "prune "
"""What the action of a snapshot begins with in which records were removed by age."""
# Which databases' migrations have run is told by the manifest's schema_version alone: both move
# together, so that one number answers whether this program can read a snapshot.


class CheckFailed(StoreError):
    """The snapshot that was built breaks a rule of the store, and was thrown away."""

    def __init__(self, broken: dict[str, list[dict[str, Any]]]) -> None:
        self.broken = broken
        super().__init__(
            _("Kontrollerna stoppade inläsningen: {names}. Lagret är orört.").format(
                names=", ".join(sorted(broken))
            )
        )


@contextmanager
def write_lock(store: Path) -> Iterator[None]:
    """Hold the store's write lock. The system lets go of it when the process dies."""
    try:
        make_private(store / "snapshots", store)
        lock = FileLock(store / "lock", timeout=LOCK_SECONDS)
        with lock:
            yield
    except Timeout as error:
        raise StoreError(
            _(
                "En annan inläsning pågår just nu och har låst lagret. Vänta tills den är klar och "
                "försök igen."
            )
        ) from error
    except OSError as error:
        raise StoreError(
            _(
                "Det går inte att skriva i lagret {path} ({reason}). Kontrollera att disken inte "
                "är full eller skrivskyddad, eller peka ut ett annat lager med "
                "DISTANSKOLLEN_STORE."
            ).format(path=store, reason=error.strerror or error)
        ) from error


class Builder:
    """The snapshot that is being built: a connection with both databases attached for writing.

    ``inputs`` are the files whose content is in force, as the manifest will list them.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, inputs: list[dict[str, Any]]) -> None:
        self.connection = connection
        self.inputs = inputs

    def execute(self, sql: str, parameters: Any = None) -> None:
        """Run a statement. Its result is drained: DuckDB refuses the next one otherwise."""
        self.connection.execute(sql, parameters).fetchall()

    def rows(self, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """Run a query and return all its rows."""
        return self.connection.execute(sql, parameters).fetchall()

    def temporary(self, name: str, columns: Sequence[str], rows: Sequence[tuple]) -> None:
        """Make a temporary table of ``rows``, which has at least one."""
        data = {f"c{i}": [row[i] for row in rows] for i in range(len(columns))}
        given = ", ".join(f'unnest($c{i}) as "{name}"' for i, name in enumerate(columns))
        self.execute(f"create or replace temporary table {name} as select {given}", data)

    def insert(self, table: str, columns: dict[str, list[Any]]) -> None:
        """Append equally long columns to ``database.table`` (names as in the migrations).

        Lists as parameters rather than an Arrow table: pyarrow loads pandas before it looks at a
        list, which takes longer than it takes to insert half a million rows. In batches, because
        a parameter takes many times the memory of the row that it becomes.
        """
        names = ", ".join(f'"{name}"' for name in columns)
        given = ", ".join(f"unnest($c{i})" for i in range(len(columns)))
        for start in range(0, len(next(iter(columns.values()), ())), BATCH):
            data = {
                f"c{i}": values[start : start + BATCH] for i, values in enumerate(columns.values())
            }
            self.execute(f"insert into {table} ({names}) select {given}", data)


def write_snapshot(
    change: Callable[[Builder], None],
    *,
    action: str,
    store: Path | None = None,
    actor: str | None = None,
    dry_run: bool = False,
    facts: Mapping[str, object] | None = None,
) -> str:
    """Build, check and put in force a snapshot in which ``change`` has been made.

    The log tells ``facts``, else what file was loaded.
    Returns the id of the snapshot then in force (with ``dry_run``: the one that already was, or an
    empty string). Whatever ``change`` raises passes through, and the store is as it was. Raises
    ``StoreError`` when the store is locked or cannot be written, ``CheckFailed`` when a check of
    ``queries/checks`` finds a row.
    """
    store = store or store_path()
    with write_lock(store):
        _clear_left_overs(store)
        parent = current_id(store)
        base = read_snapshot(parent, store) if parent else None
        snapshot_id = _new_id()
        folder = store / "snapshots" / f".building-{snapshot_id}"
        make_private(folder, store)
        try:
            inputs = _build(folder, base, change)
            if dry_run:
                return parent or ""
            manifest = {
                "id": snapshot_id,
                # What was pruned is not kept: the versions before it are on their way out.
                "parent": None if action.startswith(PRUNE) else parent,
                "created": _now(),
                "actor": actor or log.system_user(),
                "action": action,
                "schema_version": SCHEMA_VERSION,
                "inputs": inputs,
            }
            before = base.manifest["inputs"] if base else []
            loaded = [entry for entry in inputs if entry not in before]
            _put_in_force(store, folder, manifest, _facts(loaded) if facts is None else facts)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return snapshot_id


def restore(snapshot_id: str, store: Path | None = None, actor: str | None = None) -> str:
    """Put an earlier snapshot in force again, as a new version. Returns the new id.

    A new version rather than moving the pointer back: the history then tells what was in force
    when. One of an older schema is restored as it was and then brought forward, by the next write.
    """
    store = store or store_path()
    actor, action = actor or log.system_user(), f"restore {snapshot_id}"
    with log.telling_refusals("restore", actor=actor, what=action, store=store):
        old = read_snapshot(snapshot_id, store)
        check_folder(old.path, rules=old.manifest["schema_version"] == SCHEMA_VERSION)
        with write_lock(store):
            _clear_left_overs(store)
            new_id = _new_id()
            folder = store / "snapshots" / f".building-{new_id}"
            make_private(folder, store)
            try:
                for name in DATABASES:
                    shutil.copyfile(old.path / f"{name}.duckdb", folder / f"{name}.duckdb")
                manifest = {
                    **old.manifest,
                    "id": new_id,
                    "parent": _readable_id(store),
                    "created": _now(),
                    "actor": actor,
                    "action": action,
                }
                _put_in_force(store, folder, manifest, {})
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    return new_id


def _readable_id(store: Path) -> str | None:
    """Return the id in force, None where the pointer is damaged: restoring is the way out of it."""
    try:
        return current_id(store)
    except StoreError:
        return None


def _facts(loaded: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the log tells of the files that a new snapshot has and the one before had not."""
    if len(loaded) != 1:
        return {}
    names = {"kind": "kind", "wave": "wave", "as_of": "as_of", "name": "file", "sha256": "sha256",
             "accepted": "accepted", "rejected": "rejected"}  # fmt: skip
    return {told: loaded[0].get(own) for own, told in names.items()}


def _put_in_force(
    store: Path, folder: Path, manifest: dict[str, Any], facts: Mapping[str, Any]
) -> None:
    """Log the built ``folder``, make it durable, give it its name, and point at it.

    Logged first: what cannot be logged is not done, and a crash in between leaves a line too many
    rather than a change without one. The manifest holds the line's hash, so that it cannot vanish.
    """
    kind, _word, _rest = str(manifest["action"]).partition(" ")
    line: dict[str, Any] = {
        "event": kind if kind in log.EVENTS else "change",
        "actor": manifest["actor"],
        "what": manifest["action"],
        "store": store,
    }
    told = {**facts, "snapshot": manifest["id"]}
    manifest["log"] = log.require(**line, facts=told)
    try:
        _name_and_point(store, folder, manifest)
    except BaseException:
        if _readable_id(store) != manifest["id"]:
            log.append(**line, facts={"outcome": "failed", "snapshot": manifest["id"]})
        raise


def _name_and_point(store: Path, folder: Path, manifest: dict[str, Any]) -> None:
    _write_durably(folder / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=2))
    for name in DATABASES:
        _sync(folder / f"{name}.duckdb")
    _sync(folder)
    named = store / "snapshots" / manifest["id"]
    os.replace(folder, named)
    try:
        _sync(store / "snapshots")
        _point_at(store, manifest["id"])
    except BaseException:
        # Never in force, so it must not stand in the history as if it had been.
        if _readable_id(store) != manifest["id"]:
            shutil.rmtree(named, ignore_errors=True)
        raise


def check_folder(folder: Path, rules: bool = True) -> None:
    """Read every table of the databases of ``folder`` in full and, with ``rules``, run every check.

    Raises ``CheckFailed``, ``StoreError``. The checks alone would pass over damage in a column that
    none of them asks for.
    """
    connection = duckdb.connect(":memory:")
    try:
        connection.execute("set temp_directory = ''")
        for name in DATABASES:
            connection.execute(f"attach {quote(folder / f'{name}.duckdb')} as {name} (read_only)")
            tables = connection.execute(
                "select table_name from duckdb_tables() where database_name = $name", {"name": name}
            ).fetchall()
            for (table,) in tables:
                connection.execute(f'select bit_xor(hash(t)) from {name}."{table}" t').fetchall()
        broken = run_checks(connection) if rules else {}
    except duckdb.Error as error:
        raise damaged_database(folder.name) from error
    finally:
        connection.close()
    if broken:
        raise CheckFailed(broken)


def rows_in(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return what a question to the databases in ``folder`` gives; they are opened to be read."""
    with duckdb.connect(":memory:") as connection:
        for name in DATABASES:
            connection.execute(f"attach {quote(folder / f'{name}.duckdb')} as {name} (read_only)")
        return connection.execute(sql).fetchall()


def run_checks(connection: duckdb.DuckDBPyConnection) -> dict[str, list[dict[str, Any]]]:
    """Return, per check that found something, its offending rows (at most ten)."""
    broken = {}
    for path in sorted((QUERIES / "checks").glob("*.sql")):
        found = connection.execute(path.read_text(encoding="utf-8"))
        names = [column[0] for column in found.description or ()]
        rows = found.fetchall()
        if rows:
            broken[path.stem] = [dict(zip(names, row, strict=True)) for row in rows[:10]]
    return broken


def migrate_if_older(store: Path | None = None) -> None:
    """Bring a store of an older version forward, as a new snapshot. Does nothing otherwise."""
    store = store or store_path()
    snapshot_id = current_id(store)
    if snapshot_id is None:
        return
    if int(read_snapshot(snapshot_id, store).manifest["schema_version"]) < SCHEMA_VERSION:
        write_snapshot(lambda builder: None, action="migrate", store=store)


def _build(
    folder: Path, base: Snapshot | None, change: Callable[[Builder], None]
) -> list[dict[str, Any]]:
    done = 0
    if base:
        done = int(base.manifest["schema_version"])
        for name in DATABASES:
            shutil.copyfile(base.path / f"{name}.duckdb", folder / f"{name}.duckdb")
    connection = duckdb.connect(":memory:")
    try:
        connection.execute("set timezone = 'UTC'")
        # What does not fit in memory: not in whatever folder the command was given in.
        connection.execute(f"set temp_directory = {quote(folder / 'spill')}")
        for name in DATABASES:
            connection.execute(f"attach {quote(folder / f'{name}.duckdb')} as {name}")
            _migrate(connection, name, done)
        builder = Builder(connection, list(base.manifest["inputs"]) if base else [])
        if base and done < SCHEMA_VERSION:
            _derive_anew(builder)
        change(builder)
        broken = run_checks(connection)
        if broken:
            raise CheckFailed(broken)
        for name in DATABASES:
            _write_anew(connection, name, folder)
        return builder.inputs
    except duckdb.Error as error:
        # A table that is missing is damage too: the file is a database, but not ours.
        if not is_damage(error) and not isinstance(error, duckdb.CatalogException):
            raise
        if base:
            check_folder(base.path, rules=False)  # says so, if what we build on is what is damaged
        raise StoreError(
            _(
                "Det gick inte att bygga nästa ögonblicksbild ({reason}). Lagret är orört. "
                "Kontrollera att disken inte är full eller skrivskyddad och försök igen."
            ).format(reason=str(error).splitlines()[0])
        ) from error
    finally:
        connection.close()


def _write_anew(connection: duckdb.DuckDBPyConnection, name: str, folder: Path) -> None:
    """Give the database a file of its own, with nothing in it but its tables, and let go of it.

    What is deleted from a table stays in its file, in blocks that nothing points at but that
    anybody can read: numbers that are hidden now, and persons who are gone.
    """
    connection.execute(f"attach {quote(folder / 'anew.duckdb')} as anew")
    connection.execute(f"copy from database {name} to anew")
    connection.execute(f"detach {name}")
    connection.execute("detach anew")
    os.replace(folder / "anew.duckdb", folder / f"{name}.duckdb")


def _migrate(connection: duckdb.DuckDBPyConnection, database: str, done: int) -> None:
    for path in sorted((QUERIES / "migrations" / database).glob("*.sql")):
        if int(path.name[:4]) > done:
            connection.execute(f"use {database}")
            connection.execute(path.read_text(encoding="utf-8"))
            connection.execute("use memory")


def _derive_anew(builder: Builder) -> None:
    """Bring what is derived from the records to the form of this version of the program.

    Also what is published of the waves: a gate that has become stricter holds for what is there.
    """
    from ingest import publish, register  # they write through this module

    # The first version kept one register, and did not say of which day in its list of files.
    days = builder.rows("select as_of from records.register_load")
    for entry in builder.inputs:
        if entry["kind"] == "agreements" and days:
            entry.setdefault("as_of", days[0][0].isoformat())
    register.derive(builder)
    publish.describe_profiles(builder)
    for (wave,) in builder.rows("select wave from published.wave order by wave"):
        publish.publish_wave(builder, wave)
    register.publish_register(builder)


def drop_pruned(store: Path | None = None) -> int:
    """Delete the snapshots that hold what has been pruned. Returns how many."""
    store = store or store_path()
    with write_lock(store):
        dropped = _set_pruned_aside(store)
        _clear_left_overs(store)
    return dropped


def _set_pruned_aside(store: Path) -> int:
    """Take every snapshot that is older than the latest pruning out of the history.

    Only a pruning that was in force: one that a crash left on its way there is in nobody's history.
    """
    snapshot_id, pruned = _readable_id(store), None
    while snapshot_id and pruned is None:
        try:
            manifest = read_snapshot(snapshot_id, store).manifest
        except StoreError:
            return 0
        pruned = manifest["id"] if manifest["action"].startswith(PRUNE) else None
        snapshot_id = manifest["parent"]
    # The id begins with the time, so that an older one stands before it.
    older = [path for path in (store / "snapshots").glob("[!.]*") if pruned and path.name < pruned]
    for path in older:
        os.replace(path, path.with_name(f".building-{path.name}"))
    return len(older)


def _clear_left_overs(store: Path) -> None:
    _set_pruned_aside(store)
    for path in (store / "snapshots").glob(".building-*"):
        shutil.rmtree(path, ignore_errors=True)
    for path in store.glob("current.*"):
        path.unlink(missing_ok=True)


def _new_id() -> str:
    # Sorts by time; the random tail keeps two loads within one microsecond apart.
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(3)}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _point_at(store: Path, snapshot_id: str) -> None:
    temporary = store / f"current.{secrets.token_hex(4)}"
    try:
        _write_durably(temporary, snapshot_id + "\n")
        os.replace(temporary, store / "current")
    finally:
        temporary.unlink(missing_ok=True)
    _sync(store)


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(path: Path) -> None:
    """Force ``path`` to disk. Windows cannot open a folder, and needs no sync of one."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
