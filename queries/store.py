"""The only place that opens the store for reading.

A store is a folder: ``snapshots/<id>/`` with two databases and a manifest, and ``current``, a small
file that names the snapshot in force. Readers never lock: a snapshot is never changed once the
pointer has named it, so an open connection goes on showing a whole, consistent past.

A connection is in memory and ATTACHes what the viewer's role may see, read only; then external
access is shut and the configuration locked. ATTACH rather than ``connect(file)``: DuckDB keeps an
instance per path and process, and would show old data after the path is written anew.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from queries.i18n import _
from queries.viewer import AccessDenied, Viewer

if TYPE_CHECKING:
    # Imported late where used: pandas takes longer to start than a whole load takes to run.
    import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
QUERIES = Path(__file__).resolve().parent
SCHEMA_VERSION = 7
STORE_VARIABLE = "DISTANSKOLLEN_STORE"
# What a pointer, a command or an address may name: nothing that leads out of the store's folder.
SNAPSHOT_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,99}")
MANIFEST_KEYS = {"id", "parent", "created", "actor", "action", "schema_version", "inputs"}


class StoreError(Exception):
    """The store cannot be read or written. The Swedish message says what to do about it."""


class EmptyStore(StoreError):
    """There is no snapshot yet: nothing has been loaded."""


@dataclass(frozen=True)
class Snapshot:
    """One whole version of the store."""

    id: str
    path: Path
    manifest: dict[str, Any]

    @property
    def created(self) -> str:
        return str(self.manifest["created"])


def store_path() -> Path:
    """Return the store's folder: ``DISTANSKOLLEN_STORE``, else ``data/store``."""
    return Path(os.environ.get(STORE_VARIABLE) or ROOT / "data" / "store").expanduser().resolve()


def make_private(folder: Path, store: Path) -> None:
    """Make ``folder`` within ``store``, and the store, for nobody but their owner.

    They hold who has an agreement and what each person answered. A store's folder that was made
    beforehand keeps the rights that somebody chose for it: where its group may enter, so that
    commands and service can run as two users, the group may enter ``folder`` too. Others never.
    """
    store.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700 | (store.stat().st_mode & 0o070), exist_ok=True)


def current_id(store: Path | None = None) -> str | None:
    """Return the id of the snapshot in force, ``None`` for an empty store.

    Raises ``StoreError`` when the pointer cannot be read or names nothing. An empty pointer is
    damage and not an empty store: a load would otherwise begin anew beside what there was.
    """
    pointer = (store or store_path()) / "current"
    try:
        found = pointer.read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(
            _("Lagret {path} går inte att läsa ({reason}). Kontrollera rättigheterna.").format(
                path=pointer, reason=error.strerror
            )
        ) from error
    if not SNAPSHOT_ID.fullmatch(found):
        raise StoreError(
            _(
                "Filen {path}, som pekar ut den gällande ögonblicksbilden, är skadad. Lista "
                "bilderna med ”python manage.py snapshots” och återställ den senaste hela med "
                "”python manage.py restore ID”."
            ).format(path=pointer)
        )
    return found


def read_snapshot(snapshot_id: str, store: Path | None = None) -> Snapshot:
    """Return the snapshot with its manifest.

    Raises ``StoreError`` if it is missing, damaged or written by a newer version.
    """
    path = (store or store_path()) / "snapshots" / snapshot_id
    damaged = StoreError(
        _(
            "Ögonblicksbilden {id} är skadad eller saknas. Lista de som finns med "
            "”python manage.py snapshots” och återställ en hel med ”python manage.py restore ID”."
        ).format(id=snapshot_id)
    )
    if not SNAPSHOT_ID.fullmatch(snapshot_id):
        raise damaged
    try:
        manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        version = int(manifest["schema_version"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise damaged from error
    if version > SCHEMA_VERSION:
        raise StoreError(
            _(
                "Lagret är skrivet av en nyare version av Distanskollen (schema {found}, den här "
                "kan {known}). Uppdatera programmet; ingenting har ändrats."
            ).format(found=version, known=SCHEMA_VERSION)
        )
    whole = all((path / f"{name}.duckdb").is_file() for name in ("published", "records"))
    if not whole or not manifest.keys() >= MANIFEST_KEYS:
        raise damaged
    return Snapshot(snapshot_id, path, manifest)


def current_snapshot(store: Path | None = None) -> Snapshot:
    """Return the snapshot in force. Raises ``EmptyStore`` when nothing is loaded."""
    snapshot_id = current_id(store)
    if snapshot_id is None:
        raise EmptyStore(
            _(
                "Lagret är tomt. Bygg demonstrationen med ”python manage.py demo”, eller läs in "
                "kommunens egna uppgifter med ”python manage.py load frame FIL --wave VÅG”."
            )
        )
    return read_snapshot(snapshot_id, store)


def list_snapshots(store: Path | None = None) -> list[dict[str, Any]]:
    """Return the manifests of every snapshot, oldest first; a damaged one says so."""
    folder = (store or store_path()) / "snapshots"
    found = []
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        if path.name.startswith(".") or not path.is_dir():
            continue
        try:
            found.append(read_snapshot(path.name, store).manifest)
        except StoreError as error:
            found.append({"id": path.name, "error": str(error)})
    return found


def is_damage(error: duckdb.Error) -> bool:
    """Whether ``error`` tells of a damaged or unreadable file, and not of a fault in our SQL.

    DuckDB has no class for a checksum that does not add up: that is a bare ``Error``.
    """
    kinds = (
        duckdb.IOException, duckdb.SerializationException, duckdb.InternalException,
        duckdb.FatalException,
    )  # fmt: skip
    return type(error) is duckdb.Error or isinstance(error, kinds)


def damaged_database(snapshot_id: str) -> StoreError:
    """Return the error for a snapshot of which a database cannot be read."""
    return StoreError(
        _(
            "Ögonblicksbilden {id} går inte att öppna; filen är troligen skadad. Återställ en "
            "tidigare med ”python manage.py restore ID” (lista: ”python manage.py snapshots”)."
        ).format(id=snapshot_id)
    )


def quote(text: str | Path) -> str:
    """Return ``text`` as an SQL string literal. Only for statements that take no parameters."""
    return "'" + str(text).replace("'", "''") + "'"


def sql_file(name: str) -> str:
    """Return the text of ``queries/sql/<name>.sql``."""
    return (QUERIES / "sql" / f"{name}.sql").read_text(encoding="utf-8")


class Reader:
    """A read-only view of one snapshot, holding no more than the viewer's role may see.

    Safe to share between threads: each call works on a cursor of its own.
    """

    def __init__(self, snapshot: Snapshot, viewer: Viewer) -> None:
        if int(snapshot.manifest["schema_version"]) < SCHEMA_VERSION:
            # A reader does not write, so it cannot bring the store forward by itself.
            raise StoreError(
                _(
                    "Lagret är skrivet av en äldre version av Distanskollen. Kör ”python "
                    "manage.py check”, som för det framåt i en ny ögonblicksbild."
                )
            )
        self.snapshot = snapshot
        self.viewer = viewer
        self._connection = _open(
            snapshot.path, viewer.sees_microdata, viewer.sees_agreements, viewer.departments
        )

    @property
    def schema(self) -> str:
        """The attached database in which this viewer's cube lies."""
        return "records" if self.viewer.sees_microdata else "published"

    def frame(self, sql: str, **parameters: Any) -> pd.DataFrame:
        """Run ``sql`` with named parameters and return the rows as a DataFrame."""
        with self._cursor() as cursor:
            return cursor.sql(sql, params=parameters or None).to_arrow_table().to_pandas()

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run ``sql`` with named parameters and return the rows as tuples."""
        with self._cursor() as cursor:
            return cursor.execute(sql, parameters or None).fetchall()

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Lend a cursor. DuckDB meets most damage here and not when it attaches a file."""
        cursor = self._connection.cursor()
        try:
            yield cursor
        except duckdb.Error as error:
            if is_damage(error):
                raise damaged_database(self.snapshot.id) from error
            raise
        finally:
            cursor.close()


def open_reader(viewer: Viewer, store: Path | None = None) -> Reader:
    """Open the current snapshot for ``viewer``. Raises ``StoreError`` or ``AccessDenied``."""
    return Reader(current_snapshot(store), viewer)


def opening_sql() -> str:
    """Return the SQL after which an auditor's queries run in any DuckDB, from the folder of a
    snapshot. As ``_open`` does it, which has nothing to shut out there."""
    lines = [
        "set timezone = 'UTC'",
        "attach 'published.duckdb' as published (read_only)",
        "attach 'records.duckdb' as records (read_only)",
        sql_file("register/_elsewhere").strip(),
    ]
    return ";\n".join(lines) + ";"


# A handful of (snapshot, role) pairs are in use at a time; an old snapshot's connection is closed
# when nothing refers to it any more.
@lru_cache(maxsize=16)
def _open(
    path: Path, microdata: bool, agreements: bool, departments: frozenset[str]
) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    try:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach {quote(path / 'published.duckdb')} as published (read_only)")
        connection.execute(sql_file("register/_elsewhere"))
        if microdata:
            connection.execute(f"attach {quote(path / 'records.duckdb')} as records (read_only)")
        elif agreements:
            _copy_agreements(connection, path / "records.duckdb", departments)
        shut(connection)
    except duckdb.Error as error:
        connection.close()
        raise damaged_database(path.name) from error
    return connection


def shut(connection: duckdb.DuckDBPyConnection) -> None:
    """Close a connection to everything but what it has attached, for good.

    ``enable_external_access`` alone leaves two doors open: the attached files' own names and their
    ``.wal`` may still be read, attached anew and *written* (COPY beside a snapshot damages it), and
    so may the folder for what does not fit in memory. Records must not spill to a disk either.
    What is open stays readable without the file system. The order matters: the second needs it.
    """
    connection.execute("set temp_directory = ''")
    connection.execute("set enable_external_access = false")
    connection.execute("set disabled_filesystems = 'LocalFileSystem'")
    connection.execute("set lock_configuration = true")


def _copy_agreements(
    connection: duckdb.DuckDBPyConnection, records: Path, departments: frozenset[str]
) -> None:
    """Give hr its departments' agreements and let go of the file that also holds the answers.

    Of the others hr gets no more than that one of its own goes on in, or came from, one of them.
    A view over the attached file was rejected: whoever reaches the connection reaches the file.
    """
    connection.execute(f"attach {quote(records)} as source (read_only)")
    connection.execute("attach ':memory:' as records")
    connection.execute(
        "create table records.agreement as "
        "select * from source.agreement where list_contains($departments, department)",
        {"departments": sorted(departments)},
    )
    # The sealed names of just these, and the dates of the registers.
    connection.execute(
        "create table records.employee as select * from source.employee "
        "where employee in (select employee from records.agreement)"
    )
    connection.execute(
        "create table records.register_load as select as_of from source.register_load"
    )
    connection.execute(sql_file("register/_link_elsewhere"), {"departments": sorted(departments)})
    connection.execute("detach source")


def require_agreements(viewer: Viewer) -> None:
    """Raise ``AccessDenied`` unless the viewer may open agreement records."""
    if not viewer.sees_agreements:
        raise AccessDenied(_("Överenskommelserna visas bara för revisor och hr."))
