"""Removing records by age: the records are gone for good, what is published of them stands."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import manage
from ingest import snapshot as writer
from ingest.prune import GONE, prune
from queries import log
from queries import store as reading
from queries.catalogue import SURVEY, indicators
from queries.indicators import attributes, options, published_cube, results
from queries.store import StoreError, current_id, list_snapshots, open_reader
from queries.viewer import Role, Viewer
from tests import loading
from tests.visiting import visiting

OLD = date(2025, 1, 1)
PRUNED = ("wave", "question")
"""The published tables that tell of the pruning itself, and of what no longer waits."""


def register() -> list[dict[str, str]]:
    """Return a register: agreements that go on, and some that were over in 2023 or refused."""
    lines = [
        {**line, "Ansvarig chef": "Chef Alfons", "Risknivå": "Grön", "Riskbedömning": "2024-01-05"}
        for line in loading.agreements(24)
    ]
    for line in lines[:8]:
        line |= {"Start": "2022-01-01", "Avslutad": "2023-06-30", "Orsak": "Bytte till Umeå"}
    for line in lines[8:14]:
        line |= {"Start": "2022-02-01", "Beslut": "Avslagen", "Skäl": "Nycklar på plats"}
    # Past its last day: one is continued by another, one is left to somebody's list.
    lines[14] |= {"Start": "2022-03-01", "Slut": "2023-12-31"}
    lines[15] |= {"Start": "2024-01-01", "Förlängd från": "Ö-14"}
    lines[16] |= {"Start": "2022-03-01", "Slut": "2023-12-31"}
    return lines


@pytest.fixture(scope="module")
def old_store(small_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with waves 2024 and 2026 and two registers; beside it lies its key."""
    folder = tmp_path_factory.mktemp("old-store")
    shutil.copytree(small_store, folder / "store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISTANSKOLLEN_STORE", str(folder / "store"))
        patch.setenv("DISTANSKOLLEN_KEY_FILE", str(folder / "key"))
        loading.run("load", "frame", loading.write_frame(folder / "frame.csv"), "--wave", "2026")
        survey = loading.write_survey(folder / "s26.csv", loading.people({"AAA": 30, "BBB": 15}))
        loading.run("load", "survey", survey, "--wave", "2026")
        for day, lines in (("2024-12-31", register()), ("2025-12-31", register()[:20])):
            file = loading.write_records(folder / f"r{day}.csv", lines)
            loading.run("load", "agreements", file, "--as-of", day)
    return folder / "store"


@pytest.fixture
def full(old_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder for files; the store of the test is a copy of ``old_store``."""
    shutil.copytree(old_store, reading.store_path())
    monkeypatch.setenv("DISTANSKOLLEN_KEY_FILE", str(old_store.parent / "key"))
    return tmp_path


@pytest.fixture(scope="module")
def pruned_demo(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pruned") / "store"
    shutil.copytree(demo_store, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISTANSKOLLEN_STORE", str(folder))
        patch.setenv("DISTANSKOLLEN_KEY_FILE", str(demo_store.parent / "key"))
        assert prune(date(2025, 6, 1)).waves == ["2024"]
    return folder


def published() -> dict[str, list[tuple]]:
    """Return every row of every published table, but for what tells of the pruning."""
    tables = loading.rows(
        "select table_name from duckdb_tables() where database_name = 'published' order by all"
    )
    return {
        table: loading.rows(f"select * from published.{table} order by all")
        for (table,) in tables
        if table not in PRUNED
    }


def on_disk() -> bytes:
    """Return all bytes of the store's snapshots, also those that no table points at."""
    files = sorted((reading.store_path() / "snapshots").rglob("*"))
    return b"".join(path.read_bytes() for path in files if path.is_file())


def secrets() -> dict[str, list[bytes]]:
    """Return what must be gone: the people of wave 2024, the old agreements and whose they were."""
    people = loading.rows("select respondent from records.respondent where wave = '2024'")
    old = [f"Ö-{n}" for n in range(15)]
    ids = "', '".join(old)
    hashes = loading.rows(
        f"select employee from records.register_row group by employee "
        f"having bool_and(agreement_id in ('{ids}'))"
    )
    return {
        "people": [key.encode() for (key,) in people],
        "reasons": [b"Bytte till Ume", b"Nycklar p"],
        "employees": [key.encode() for (key,) in hashes],
    }


# --- what stays -----------------------------------------------------------------------------------


def shape() -> list[list[tuple]]:
    """Return every column with its type and default, and every constraint, of both databases."""
    return [
        loading.rows(
            "select database_name, table_name, column_name, data_type, column_default, is_nullable "
            "from duckdb_columns() where database_name in ('published', 'records') order by all"
        ),
        loading.rows(
            "select database_name, table_name, constraint_text "
            "from duckdb_constraints() where database_name in ('published', 'records') order by all"
        ),
    ]


def test_everything_that_was_published_is_as_it_was(full: Path) -> None:
    before, shaped = published(), shape()
    found = prune(OLD)
    assert shape() == shaped
    assert found.waves == ["2024"] and found.agreements == 15
    assert published() == before
    assert manage.main(["check"]) == 0
    assert published() == before


def test_the_auditor_sees_of_a_pruned_wave_what_everybody_sees(
    demo_store: Path, pruned_demo: Path
) -> None:
    from_answers = {i.id for i in indicators() if i.source.kind == SURVEY}

    def table(store: Path, role: Role, wave: str) -> str:
        reader = open_reader(Viewer(role), store)
        found = results(reader, wave)
        told = found[found["indicator"].isin(from_answers)]
        return told.to_csv() + options(reader, wave).to_csv() + attributes(reader, wave).to_csv()

    everybody = table(demo_store, Role.POLITIKER, "2024")
    assert everybody != table(demo_store, Role.REVISOR, "2024")
    assert everybody == table(pruned_demo, Role.REVISOR, "2024")
    assert everybody == table(pruned_demo, Role.POLITIKER, "2024")
    assert table(demo_store, Role.REVISOR, "2026") == table(pruned_demo, Role.REVISOR, "2026")
    hidden = loading.rows(
        "select count(*), count(count), count(base) from records.cube "
        "where wave = '2024' and status = 'hidden'",
        pruned_demo,
    )
    assert hidden[0][0] > 0 and hidden[0][1:] == (0, 0)


def test_a_later_load_of_anything_else_leaves_the_pruned_wave_and_the_past_months(
    full: Path, tmp_path: Path
) -> None:
    later = loading.write_records(full / "later.csv", [*register(), *loading.agreements(30)[24:]])
    survey = loading.write_survey(full / "more.csv", loading.people({"AAA": 36, "BBB": 18}))

    def load() -> dict[str, list[tuple]]:
        loading.run("load", "agreements", later, "--as-of", "2026-06-30")
        loading.run("load", "survey", survey, "--wave", "2026")
        return published()

    store = reading.store_path()
    shutil.copytree(store, tmp_path / "kept")
    unpruned = load()
    shutil.rmtree(store)
    shutil.copytree(tmp_path / "kept", store)
    prune(OLD)
    pruned = load()
    # How many lines the latest register has is what is kept of it.
    unpruned.pop("register"), pruned.pop("register")
    assert pruned == unpruned


def test_a_newer_version_of_the_program_leaves_the_pruned_wave(
    full: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = published()
    prune(OLD)
    for module in (writer, reading):
        monkeypatch.setattr(module, "SCHEMA_VERSION", reading.SCHEMA_VERSION + 1)
    writer.migrate_if_older()
    after = published()
    assert after == before
    assert published_cube(open_reader(Viewer(Role.POLITIKER)), "2024")["count"].notna().any()


# --- what goes ------------------------------------------------------------------------------------


def test_nothing_of_it_is_left_in_any_file_of_the_store(full: Path) -> None:
    gone = secrets()
    assert all(all(key in on_disk() for key in keys) for keys in gone.values())
    prune(OLD)
    left = on_disk()
    for kind, keys in gone.items():
        assert not [key for key in keys if key in left], kind
    for table in ("respondent", "answer", "provenance", "published_atom"):
        assert loading.rows(f"select distinct wave from records.{table}") == [("2026",)]
    for table in ("register_row", "agreement"):
        ((*empty, employees, agreements),) = loading.rows(
            "select count(manager), count(reason), count(end_reason), count(distinct employee), "
            f"count(distinct agreement_id) from records.{table} "
            f"where starts_with(agreement_id, '{GONE}')"
        )
        assert (empty, employees, agreements) == ([0, 0, 0], 1, 15)


def test_what_is_past_its_day_but_ended_by_nobody_stays(full: Path) -> None:
    prune(OLD)
    ids = {i for (i,) in loading.rows("select distinct agreement_id from records.register_row")}
    assert {"Ö-15", "Ö-16"} <= ids and not ids & {f"Ö-{n}" for n in range(15)}
    # What continued one that is gone still does.
    ((earlier,),) = loading.rows(
        "select distinct extended_from from records.agreement where agreement_id = 'Ö-15'"
    )
    assert earlier.startswith(GONE) and earlier in ids


def test_older_versions_are_gone_and_the_log_still_tells_of_them(full: Path) -> None:
    older = [found["id"] for found in list_snapshots()]
    found = prune(OLD)
    assert [s["id"] for s in list_snapshots()] == [found.snapshot] == [current_id()]
    assert found.snapshots == len(older)
    with pytest.raises(StoreError):
        writer.restore(older[-1])
    text = log.log_path().read_text(encoding="utf-8")
    assert all(snapshot_id in text for snapshot_id in older)
    assert log.verify() == []
    (told,) = log.entries(Viewer(Role.ADMIN), event="prune").to_dict("records")
    assert told["facts"]["waves"] == "2024" and told["facts"]["agreements"] == "15"


def test_a_pruned_wave_is_not_loaded_again(full: Path) -> None:
    prune(OLD)
    before = loading.tree()
    survey = loading.write_survey(full / "again.csv")
    frame = loading.write_frame(full / "again-frame.csv", loading.DEPARTMENTS[:2])
    for kind, file in (("survey", survey), ("frame", frame)):
        assert manage.main(["load", kind, str(file), "--wave", "2024"]) == 1
    assert loading.tree() == before


def test_a_register_that_still_holds_them_does_not_bring_them_back(full: Path) -> None:
    prune(OLD)
    file = loading.write_records(full / "all.csv", register())
    done = loading.process("load", "agreements", file, "--as-of", "2026-03-31", "--json")
    assert done.code == 0 and done.json["accepted"] == 9
    ids = {i for (i,) in loading.rows("select distinct agreement_id from records.register_row")}
    assert not ids & {f"Ö-{n}" for n in range(15)}
    # The same for a correction of a register of before, beside which the old ones stay.
    number = loading.rows("select count(*) from records.register_row where as_of = '2024-12-31'")
    lines = [{**line, "VPN": "Nej"} for line in register()]
    again = loading.write_records(full / "corrected.csv", lines)
    loading.run("load", "agreements", again, "--as-of", "2024-12-31")
    assert number == loading.rows(
        "select count(*) from records.register_row where as_of = '2024-12-31'"
    )


# --- when nothing is done, or half ----------------------------------------------------------------


def test_a_dry_run_tells_and_leaves_the_store(full: Path) -> None:
    before = loading.tree()
    number = len(log.entries(Viewer(Role.ADMIN)))
    done = loading.process("prune", "--before", OLD, "--dry-run", "--json")
    assert (done.code, done.json["waves"], done.json["agreements"]) == (0, ["2024"], 15)
    assert loading.tree() == before and len(log.entries(Viewer(Role.ADMIN))) == number


def test_nothing_old_makes_no_version_and_the_future_is_refused(full: Path) -> None:
    before = loading.tree()
    assert manage.main(["prune", "--before", "2020-01-01"]) == 0
    assert manage.main(["prune", "--before", str(datetime.now(UTC).date() + timedelta(2))]) == 1
    assert loading.process("prune").code == 2
    assert loading.process("prune", "--before", "i fjol").code == 2
    assert loading.tree() == before


def test_an_empty_store_is_refused() -> None:
    assert manage.main(["prune", "--before", "2020-01-01"]) == 1


def test_what_cannot_be_logged_is_not_pruned(full: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = loading.tree()

    def refuse(*_args: object, **_more: object) -> str:
        raise log.LogError("loggen är full")

    monkeypatch.setattr(log, "require", refuse)
    with pytest.raises(StoreError, match="loggen är full"):
        prune(OLD)
    assert loading.tree() == before


def test_without_the_key_nothing_is_pruned(full: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = loading.tree()
    monkeypatch.setenv("DISTANSKOLLEN_KEY_FILE", str(full / "no such key"))
    with pytest.raises(StoreError):
        prune(OLD)
    assert loading.tree() == before


KILLED = (
    "import os, signal, sys; from datetime import date\n"
    "import ingest.prune, ingest.snapshot as s\n"
    "def die(*_, **_more): os.kill(os.getpid(), signal.SIGKILL)\n"
    "setattr({place}, '{name}', die)\n"
    "ingest.prune.prune(date(2025, 1, 1))\n"
)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
@pytest.mark.parametrize(
    ("place", "name", "in_force"),
    [
        ("s", "_write_anew", False),
        ("s", "_point_at", False),
        ("ingest.prune", "drop_pruned", True),
        ("s.shutil", "rmtree", True),
    ],
)
def test_killed_at_any_moment_the_published_stands_and_the_next_write_finishes(
    full: Path, place: str, name: str, in_force: bool
) -> None:
    gone, before, kept = secrets(), published(), current_id()
    code = KILLED.format(place=place, name=name)
    done = subprocess.run([sys.executable, "-c", code], cwd=loading.ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert (current_id() != kept) == in_force
    assert published() == before
    if in_force:
        # Any writer finishes what was begun.
        survey = loading.write_survey(full / "next.csv", loading.people({"AAA": 36, "BBB": 15}))
        loading.run("load", "survey", survey, "--wave", "2026")
    else:
        # It was never in force, so nothing may be deleted for its sake.
        loading.run("load", "frame", loading.write_frame(full / "f.csv"), "--wave", "2027")
        assert kept in [found["id"] for found in list_snapshots()]
        prune(OLD)
    left = on_disk()
    assert not [key for keys in gone.values() for key in keys if key in left]


# --- the pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "page"),
    [
        ("politiker", "rattvisa"),
        ("hr", "overenskommelser"),
        ("revisor", "rattvisa"),
        ("revisor", "metod"),
        ("revisor", "sammanfattning"),
        ("admin", "importera"),
    ],
)
def test_the_pages_work_and_say_why(
    pruned_demo: Path, demo_store: Path, monkeypatch: pytest.MonkeyPatch, role: str, page: str
) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(pruned_demo))
    with visiting() as visitor:
        said = visitor.visit(page, roll=role, vag="2024").words
    if page == "rattvisa":
        assert "svaren gallrades" in said
    if page == "metod":
        assert "De enskilda svaren i vågen är gallrade" in said
    if page == "importera":
        assert "Gallrad" in said and "uppgifter före 2025-06-01 gallrades" in said
