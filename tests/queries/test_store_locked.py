"""What a reader's connection can be made to do by whoever gets to run SQL on it: nothing more.

No page lets a visitor write SQL. These tests pretend that one does, as each role.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from queries import store as stores
from queries.store import (
    SNAPSHOT_ID,
    Reader,
    StoreError,
    current_id,
    current_snapshot,
    open_reader,
    store_path,
)
from queries.viewer import Role, Viewer
from tests import loading

VIEWERS = {
    "politiker": Viewer(Role.POLITIKER),
    "hr": Viewer(Role.HR, frozenset({"AAA"})),
    "revisor": Viewer(Role.REVISOR),
    "admin": Viewer(Role.ADMIN),
}
Run = Callable[[str], list[tuple]]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a store with answers and agreements of three departments."""
    folder = tmp_path_factory.mktemp("locked") / "store"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISTANSKOLLEN_STORE", str(folder))
        patch.setenv("DISTANSKOLLEN_KEY_FILE", str(folder.parent / "key"))
        loading.fill()
        register = loading.write_records(folder.parent / "register.csv", loading.agreements(9))
        loading.run("load", "agreements", register, "--as-of", "2024-12-31")
    return folder


@pytest.fixture(params=VIEWERS)
def reader(request: pytest.FixtureRequest, store: Path) -> Reader:
    stores._open.cache_clear()  # what one attack left must not stand in the way of the next
    return open_reader(VIEWERS[request.param], store)


@pytest.fixture
def run(reader: Reader) -> Run:
    """Return ``run(sql)``, past the reader's own words for what went wrong."""

    def run(sql: str) -> list[tuple]:
        return reader._connection.cursor().execute(sql).fetchall()

    return run


@pytest.fixture
def folder(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty working folder, with the folder for what does not fit in memory in it."""
    (tmp_path / ".tmp").mkdir()
    (tmp_path / "facit.csv").write_text("a\n1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


READS = (
    "read_csv('{file}')", "read_text('{file}')", "read_blob('{file}')", "read_json('{file}')",
    "read_parquet('{file}')", "parquet_metadata('{file}')", "sniff_csv('{file}')",
    "glob('{dir}/*')", "'{file}'", "read_blob('{published}')",
    "read_blob('{records}')", "read_text('.tmp/x')",
    "read_csv('http://127.0.0.1:1/x.csv')", "read_text('https://127.0.0.1:1/x')",
    "read_parquet('s3://x/y.parquet')",
)  # fmt: skip
WRITES = (
    "copy (select 1) to '{dir}/out.csv'", "copy (select 1) to '.tmp/out.csv'",
    "copy (select 1) to '{published}'", "copy (select 1) to '{published}.wal'",
    "copy (select 1) to '{published}.wal.recovery'", "copy (select 1) to '{records}.wal'",
    "export database '{dir}/all'", "import database '{dir}'", "attach '{dir}/new.duckdb' as new",
    "attach '{records}' as again (read_only)", "attach '{published}' as again",
    "create table published.x as select 1", "drop table published.wave",
    "delete from published.wave", "update published.wave set label = 'x'",
    "insert into published.wave select * from published.wave",
)  # fmt: skip
SETTINGS = (
    "set enable_external_access = true", "reset enable_external_access",
    "set lock_configuration = false", "reset lock_configuration",
    "set disabled_filesystems = ''", "set allowed_directories = ['/']", "set allowed_paths = ['/']",
    "set temp_directory = '/tmp'", "set global temp_directory = '/tmp'",
    "set autoload_known_extensions = true", "set allow_unsigned_extensions = true",
    "set log_query_path = 'q.log'", "set python_scan_all_frames = true",
    "pragma enable_profiling = 'json'", "pragma profiling_output = 'p.json'",
    "call enable_logging(storage = 'file', storage_config = {{'path': 'l'}})",
    "install httpfs", "load httpfs", "load '{dir}/x.duckdb_extension'",
    "create secret s (type s3)", "create persistent secret s (type s3)",
)  # fmt: skip


def attack(text: str, store: Path, folder: Path) -> str:
    path = current_snapshot(store).path
    return text.format(
        file=folder / "facit.csv",
        dir=folder,
        published=path / "published.duckdb",
        records=path / "records.duckdb",
    )


@pytest.mark.parametrize("source", READS)
def test_no_file_and_no_address_can_be_read(run: Run, store: Path, folder: Path, source: str):
    (folder / ".tmp" / "x").write_text("x", encoding="utf-8")
    with pytest.raises(duckdb.Error, match=r"disabled|Permission|[Ee]xtension"):
        run("select * from " + attack(source, store, folder))


@pytest.mark.parametrize("statement", WRITES)
def test_nothing_can_be_written_or_opened_anew(run: Run, store: Path, folder: Path, statement: str):
    before, beside = loading.tree(store), sorted(os.walk(folder))
    with pytest.raises(duckdb.Error):
        run(attack(statement, store, folder))
    assert loading.tree(store) == before
    assert sorted(os.walk(folder)) == beside


@pytest.mark.parametrize("statement", SETTINGS)
def test_no_setting_can_be_changed_and_no_extension_loaded(
    run: Run, store: Path, folder: Path, statement: str
):
    before = run("select name, value from duckdb_settings() order by name")
    with pytest.raises(duckdb.Error):
        run(attack(statement, store, folder))
    assert run("select name, value from duckdb_settings() order by name") == before
    assert sorted(path.name for path in folder.iterdir()) == [".tmp", "facit.csv"]


def test_the_programs_own_variables_are_no_tables(reader: Reader):
    secrets = pd.DataFrame({"a": [1]})
    assert not secrets.empty
    with pytest.raises(duckdb.CatalogException, match="does not exist"):
        reader._connection.cursor().execute("select * from secrets")


def test_the_environment_cannot_be_read(run: Run):
    with pytest.raises(duckdb.CatalogException):
        run("select getenv('DISTANSKOLLEN_KEY_FILE')")


def test_what_is_large_is_worked_on_in_memory_and_never_on_a_disk(run: Run, folder: Path):
    assert run("select current_setting('temp_directory')") == [("",)]
    assert list((folder / ".tmp").iterdir()) == []


def test_only_the_auditor_has_the_answers_in_any_form(reader: Reader, run: Run):
    databases = {name for (name,) in run("select database_name from duckdb_databases()")}
    paths = {path or "" for (path,) in run("select path from duckdb_databases()")}
    tables = set(run("select database_name, table_name from duckdb_tables()"))
    if reader.viewer.sees_microdata:
        assert ("records", "answer") in tables
        return
    assert not any("records.duckdb" in path for path in paths)
    assert not {name for _database, name in tables} & {"answer", "respondent"}
    with pytest.raises(duckdb.CatalogException):
        run("select * from records.answer")
    if reader.viewer.sees_agreements:
        expected = {"agreement", "employee", "register_load"}
        assert {name for database, name in tables if database == "records"} == expected
    else:
        assert "records" not in databases


def test_hr_holds_nothing_of_other_departments(store: Path):
    stores._open.cache_clear()
    own = open_reader(VIEWERS["hr"], store)
    assert own.rows("select distinct department from records.agreement") == [("AAA",)]
    everything = open_reader(VIEWERS["revisor"], store)
    others = everything.rows(
        "select agreement_id, employee from records.agreement where department <> 'AAA'"
    )
    assert others
    held = "\n".join(
        repr(row)
        for database, table in own.rows("select database_name, table_name from duckdb_tables()")
        for row in own.rows(f'select * from {database}."{table}"')
    )
    theirs = {employee for _id, employee in others} - {
        employee for (employee,) in own.rows("select employee from records.agreement")
    }
    assert theirs
    assert [name for name in theirs if name in held] == []
    assert [number for number, _employee in others if f"'{number}'" in held] == []


def test_roles_share_no_connection_that_holds_more_than_theirs(store: Path):
    stores._open.cache_clear()
    connections = {name: open_reader(viewer, store)._connection for name, viewer in VIEWERS.items()}
    assert connections["revisor"] is not connections["politiker"]
    assert connections["hr"] is not connections["politiker"]
    other = open_reader(Viewer(Role.HR, frozenset({"BBB"})), store)
    assert other._connection is not connections["hr"]
    # What one cursor makes for itself no other one sees.
    mine = connections["politiker"].cursor()
    mine.execute("create temp table mine as select 1 as a")
    with pytest.raises(duckdb.CatalogException):
        connections["politiker"].cursor().execute("select * from mine")
    mine.close()


class TestTheFolder:
    """Who else on the computer may read the store."""

    pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has other rights than these")

    def test_a_new_store_and_the_key_are_their_owners_alone(self, store: Path):
        folders = [store, store / "snapshots", current_snapshot(store).path]
        assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}
        assert stat.S_IMODE((store.parent / "key").stat().st_mode) == 0o600

    def test_the_key_is_never_for_others_whatever_the_umask(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        from queries.pseudonyms import read_key

        monkeypatch.setenv("DISTANSKOLLEN_KEY_FILE", str(tmp_path / "key"))
        before = os.umask(0)
        try:
            read_key(create=True)
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600

    def test_a_group_is_let_in_only_where_somebody_chose_so(self, tmp_path: Path):
        before = os.umask(0)
        try:
            for mode, expected in ((0o750, 0o750), (0o755, 0o750), (0o700, 0o700)):
                store = tmp_path / oct(mode)
                store.mkdir(mode=mode)
                stores.make_private(store / "snapshots", store)
                assert stat.S_IMODE((store / "snapshots").stat().st_mode) == expected
                assert stat.S_IMODE(store.stat().st_mode) == mode
        finally:
            os.umask(before)


class TestThePointer:
    @pytest.mark.parametrize(
        "text",
        ["../../etc", "/etc/passwd", "a/../../b", "..", ".building-1", "a\x00b", "å", "a b",
         "a" * 101, "a\nb", "-a", "${HOME}", "a'; attach 'x"],
    )  # fmt: skip
    def test_it_names_a_snapshot_of_the_store_or_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
    ):
        monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path))
        (tmp_path / "current").write_text(text, encoding="utf-8")
        with pytest.raises(StoreError):
            current_id()
        assert not re.fullmatch(SNAPSHOT_ID, text)

    def test_a_pointer_that_leads_to_another_file_shows_none_of_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "store"))
        (tmp_path / "store").mkdir()
        (tmp_path / "secret").write_text("hemligt innehåll", encoding="utf-8")
        (tmp_path / "store" / "current").symlink_to(tmp_path / "secret")
        with pytest.raises(StoreError) as refused:
            current_id()
        assert "hemligt" not in str(refused.value)

    def test_what_a_crash_left_is_cleared_without_following_links(
        self, filled: Path, tmp_path: Path
    ):
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "kept.txt").write_text("x", encoding="utf-8")
        (store_path() / "snapshots" / ".building-x").symlink_to(outside)
        (store_path() / "current.x").symlink_to(outside / "kept.txt")
        loading.run("load", "frame", loading.write_frame(filled / "f.csv"), "--wave", "2025")
        assert (outside / "kept.txt").read_text(encoding="utf-8") == "x"
