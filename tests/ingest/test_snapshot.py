"""The store: whole versions only, whatever goes wrong while the next one is made."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import manage
from ingest import snapshot as writer
from ingest.load import LoadRefused, load_agreements, load_frame, load_survey
from ingest.snapshot import (
    CheckFailed,
    check_folder,
    migrate_if_older,
    restore,
    write_lock,
    write_snapshot,
)
from queries import store as reading
from queries.store import (
    StoreError,
    current_id,
    current_snapshot,
    list_snapshots,
    open_reader,
    read_snapshot,
    store_path,
)
from queries.viewer import Role, Viewer
from tests import loading

REVISOR = Viewer(Role.REVISOR)


def counts(reader: Any = None) -> dict[str, int]:
    rows = (reader or open_reader(REVISOR)).rows(
        "select code, answered from published.department where wave = '2024' order by ordinal"
    )
    return dict(rows)


def other_survey(folder: Path, number: int = 9) -> Path:
    return loading.write_survey(folder / f"other{number}.csv", loading.people({"AAA": number}))


# --- versions -------------------------------------------------------------------------------------


def test_every_write_is_a_version_that_tells_its_parent_files_and_maker(filled: Path) -> None:
    load_survey(other_survey(filled), "2024")
    found = list_snapshots()
    assert [entry["parent"] for entry in found] == [None, *(entry["id"] for entry in found[:-1])]
    assert found[-1]["id"] == current_id()
    assert [entry["action"] for entry in found] == [
        "load frame 2024",
        "load survey 2024",
        "load survey 2024",
    ]
    names = [[(i["kind"], i["name"]) for i in entry["inputs"]] for entry in found]
    frame = ("frame", "frame.csv")
    assert names == [[frame], [frame, ("survey", "survey.csv")], [frame, ("survey", "other9.csv")]]
    assert all(len(i["sha256"]) == 64 for entry in found for i in entry["inputs"])


def test_restore_gives_back_the_old_numbers_as_a_new_version(filled: Path) -> None:
    old = current_id()
    load_survey(other_survey(filled), "2024")
    assert counts()["AAA"] == 9
    before = list_snapshots()
    new = restore(old)
    assert counts() == loading.ANSWERS
    assert new == current_id() and new not in [entry["id"] for entry in before]
    assert list_snapshots()[:-1] == before
    assert list_snapshots()[-1]["action"] == f"restore {old}"
    assert list_snapshots()[-1]["parent"] == before[-1]["id"]
    # What is in force decides what "the same file again" is.
    assert load_survey(loading.write_survey(filled / "again.csv"), "2024").unchanged


def test_an_open_reader_keeps_its_numbers_and_a_new_one_gets_the_new(filled: Path) -> None:
    old = open_reader(REVISOR)
    stop, seen = threading.Event(), []

    def read_on() -> None:
        while not stop.is_set():
            seen.append(counts(old))

    thread = threading.Thread(target=read_on)
    thread.start()
    try:
        load_survey(other_survey(filled), "2024")
    finally:
        stop.set()
        thread.join()
    assert seen and all(found == loading.ANSWERS for found in seen)
    assert counts(old) == loading.ANSWERS
    assert counts() == {"AAA": 9, "BBB": 0, "CCC": 0}


# --- two at once ----------------------------------------------------------------------------------


def load_at_once(*commands: list[object]) -> list[int]:
    running = [
        subprocess.Popen(
            [sys.executable, "manage.py", "load", *map(str, command)],
            cwd=loading.ROOT,
            stderr=subprocess.DEVNULL,
        )
        for command in commands
    ]
    return [process.wait(timeout=60) for process in running]


def test_two_loaders_at_once_are_both_applied_one_after_the_other(filled: Path) -> None:
    load_frame(loading.write_frame(filled / "frame.csv"), "2025")
    codes = load_at_once(
        ["survey", other_survey(filled, 9), "--wave", "2024"],
        ["survey", other_survey(filled, 7), "--wave", "2025"],
    )
    assert codes == [0, 0]
    assert loading.answered(wave="2024")["AAA"] == 9
    assert loading.answered(wave="2025")["AAA"] == 7
    check_folder(current_snapshot().path)
    parents = [entry["parent"] for entry in list_snapshots()]
    assert len(set(parents)) == len(parents)  # a line, never a fork


def test_a_frame_that_changes_while_a_survey_waits_never_gives_a_mixed_store(filled: Path) -> None:
    load_survey(other_survey(filled, 1), "2024")
    short = loading.write_frame(filled / "short.csv", loading.DEPARTMENTS[:1])
    path = loading.write_survey(filled / "both.csv", loading.people({"AAA": 5, "BBB": 5}))
    codes = load_at_once(["frame", short, "--wave", "2024"], ["survey", path, "--wave", "2024"])
    assert sorted(codes) == [0, 1]
    check_folder(current_snapshot().path)
    assert loading.answered() in ({"AAA": 1}, {"AAA": 5, "BBB": 5, "CCC": 0})


@pytest.fixture
def locked(filled: Path) -> Iterator[Path]:
    """Hold the store's lock in another process."""
    code = (
        "import filelock, sys; lock = filelock.FileLock(sys.argv[1]); lock.acquire(); "
        "print(1, flush=True); input()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(store_path() / "lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout.readline().strip() == b"1"
    yield filled
    holder.communicate(b"\n", timeout=20)


def test_a_locked_store_is_refused_calmly_and_can_still_be_read(
    locked: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(writer, "LOCK_SECONDS", 0.2)
    before = loading.tree()
    survey = str(other_survey(locked))
    assert manage.main(["load", "survey", survey, "--wave", "2024", "--json"]) == 1
    out, err = capsys.readouterr()
    assert "låst lagret" in err and "försök igen" in err
    assert json.loads(out)["snapshot"] == current_id()
    assert manage.main(["restore", str(current_id())]) == 1
    assert loading.tree() == before
    assert counts() == loading.ANSWERS


# --- disks ----------------------------------------------------------------------------------------


def failing(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, code: int, after: int) -> None:
    """Let ``owner.name`` raise an ``OSError`` from its call number ``after`` (from 0) on."""
    real, calls = getattr(owner, name), iter(range(10_000))

    def fail(*arguments: Any, **named: Any) -> Any:
        if next(calls) >= after:
            raise OSError(code, os.strerror(code))
        return real(*arguments, **named)

    monkeypatch.setattr(owner, name, fail)


@pytest.mark.parametrize(
    ("owner", "name", "after"),
    [
        (writer.shutil, "copyfile", 0),
        (writer.shutil, "copyfile", 1),
        (writer, "_write_durably", 0),
        (writer, "_write_durably", 1),
        (writer, "_sync", 0),
        (writer, "_sync", 1),
        (writer, "_sync", 2),
        (writer, "_sync", 3),
        (writer.os, "replace", 0),
        (writer.os, "replace", 1),
        (Path, "mkdir", 0),
        (Path, "mkdir", 1),
    ],
)
@pytest.mark.parametrize(("kind", "code"), [("load", errno.ENOSPC), ("restore", errno.EROFS)])
def test_a_disk_that_fails_at_any_step_leaves_the_store_byte_for_byte(
    filled: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    owner: Any,
    name: str,
    after: int,
    code: int,
) -> None:
    survey = str(other_survey(filled))
    arguments = ["load", "survey", survey, "--wave", "2024"]
    if kind == "restore":
        arguments = ["restore", str(current_id())]
    before = loading.tree()
    with monkeypatch.context() as patch:
        failing(patch, owner, name, code, after)
        assert manage.main(arguments) == 1
    err = capsys.readouterr().err
    assert "Det går inte att skriva i lagret" in err and "DISTANSKOLLEN_STORE" in err
    assert loading.tree() == before
    assert manage.main(arguments) == 0


FULL = """
import resource, sys
limit = int(sys.argv[1])
import manage
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
raise SystemExit(manage.main(sys.argv[2:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no limits on the size of a file")
@pytest.mark.parametrize("part", [0.02, 0.98])
def test_a_disk_that_fills_up_under_the_database_leaves_the_store_byte_for_byte(
    filled: Path, part: float
) -> None:
    # The limit stands in for a full disk: the system refuses the write in the same way.
    limit = int(max(p.stat().st_size for p in current_snapshot().path.iterdir()) * part)
    path = loading.write_survey(filled / "large.csv", loading.people({"AAA": 40, "BBB": 30}))
    before = loading.tree()
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(limit), "load", "survey", str(path), "--wave", "2024"],
        cwd=loading.ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert "disken" in done.stderr
    assert loading.tree() == before


def test_a_store_that_cannot_be_a_folder_is_told_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fil").write_text("")
    for place in (tmp_path / "fil", tmp_path / "fil" / "store"):
        monkeypatch.setenv("DISTANSKOLLEN_STORE", str(place))
        frame = loading.write_frame(tmp_path / "frame.csv")
        assert manage.main(["load", "frame", str(frame), "--wave", "2024"]) == 1
        assert manage.main(["waves"]) == 1
        assert manage.main(["demo"]) == 1
        for line in capsys.readouterr().err.splitlines():
            assert "Traceback" not in line
    assert (tmp_path / "fil").read_text() == ""


# --- damage ---------------------------------------------------------------------------------------


def truncate(path: Path, part: float) -> None:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])


def scramble(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:12288] + bytes(255 - b for b in content[12288:]))


def edit_manifest(**changes: Any) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        path = folder / "manifest.json"
        manifest = {**json.loads(path.read_text("utf-8")), **changes}
        manifest = {key: value for key, value in manifest.items() if value is not ...}
        path.write_text(json.dumps(manifest), "utf-8")

    return edit


def point(content: bytes) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder.parent.parent / "current").write_bytes(content)

    return write


DAMAGE: dict[str, Callable[[Path], Any]] = {
    "published cut at the start": lambda f: truncate(f / "published.duckdb", 0.001),
    "published cut in the middle": lambda f: truncate(f / "published.duckdb", 0.4),
    "published empty": lambda f: truncate(f / "published.duckdb", 0),
    "records cut in the middle": lambda f: truncate(f / "records.duckdb", 0.4),
    "published is no database": lambda f: (f / "published.duckdb").write_bytes(b"hej" * 9000),
    "published scrambled": lambda f: scramble(f / "published.duckdb"),
    "published missing": lambda f: (f / "published.duckdb").unlink(),
    "manifest missing": lambda f: (f / "manifest.json").unlink(),
    "manifest cut": lambda f: truncate(f / "manifest.json", 0.5),
    "manifest a list": lambda f: (f / "manifest.json").write_text("[1]"),
    "manifest without inputs": edit_manifest(inputs=...),
    "manifest without id": edit_manifest(id=...),
    "folder missing": lambda f: shutil.rmtree(f),
    "pointer empty": point(b""),
    "pointer garbage": point(b"\xff\x00\xfe garbage"),
    "pointer to what is not there": point(b"20200101T000000000000Z-abcdef\n"),
    "pointer out of the store": point(b"../../../etc\n"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_told_with_the_way_out_and_restore_is_that_way(
    filled: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    first = str(list_snapshots()[-1]["id"])
    load_survey(other_survey(filled), "2024")
    DAMAGE[kind](current_snapshot().path)
    before = loading.tree()
    more = [*loading.DEPARTMENTS, ("DDD", "Deltakontoret", "", "", "", "5")]
    frame = str(loading.write_frame(filled / "more.csv", more))
    survey = str(other_survey(filled, 11))
    register = str(loading.write_records(filled / "register.csv", loading.agreements()))
    failed = 0
    for arguments in (
        ["indicators", "--wave", "2024", "--role", "revisor"],
        ["publish", "--wave", "2024"],
        ["waves"],
        ["check"],
        ["load", "frame", frame, "--wave", "2024", "--json"],
        ["load", "survey", survey, "--wave", "2024", "--json"],
        ["load", "agreements", register, "--json"],
    ):
        capsys.readouterr()
        code = manage.main(arguments)
        out, err = capsys.readouterr()
        assert code in (0, 1)
        if code:
            failed += 1
            last = err.splitlines()[-1]
            assert "restore" in last or "skadad" in last, (arguments, err)
            if "--json" in arguments:
                assert json.loads(out)["accepted"] == 0
        elif arguments[0] == "load":  # damage that a load does not meet is none of its business
            pytest.fail(f"{arguments} was taken into a damaged store")
    # A damaged records.duckdb is no hindrance to the pages of others: they never open it.
    assert failed >= 4
    assert loading.tree() == before
    capsys.readouterr()
    assert manage.main(["snapshots"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert first in [entry["id"] for entry in listed]
    assert manage.main(["restore", first]) == 0
    assert counts() == loading.ANSWERS
    assert load_survey(Path(survey), "2024").accepted == 11


@pytest.mark.parametrize(
    "name", ["20200101T000000000000Z-abcdef", "..", "../snapshots", ".", "", "a/b"]
)
def test_restoring_what_is_not_there_is_refused(
    filled: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    before = loading.tree()
    assert manage.main(["restore", name]) == 1
    assert "manage.py snapshots" in capsys.readouterr().err
    assert loading.tree() == before


def test_restoring_a_damaged_snapshot_is_refused_and_the_store_is_as_it_was(filled: Path) -> None:
    old = current_snapshot()
    load_survey(other_survey(filled), "2024")
    truncate(old.path / "records.duckdb", 0.4)
    before = loading.tree()
    with pytest.raises(StoreError, match="skadad"):
        restore(old.id)
    assert loading.tree() == before


def test_damage_in_a_column_that_no_rule_reads_is_found_by_check(filled: Path) -> None:
    path = current_snapshot().path / "records.duckdb"
    content = path.read_bytes()
    missed = []
    for start in range(12288, len(content), 262_144):  # a block at a time
        path.write_bytes(content[:start] + os.urandom(64) + content[start + 64 :])
        try:
            check_folder(path.parent)
        except (StoreError, CheckFailed):
            continue
        # Not found: then nothing that is stored may have changed.
        missed.append(start)
    path.write_bytes(content)
    check_folder(path.parent)
    assert len(missed) < len(range(12288, len(content), 262_144))


def test_a_store_of_a_newer_version_is_refused_calmly_everywhere(
    filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit_manifest(schema_version=999)(current_snapshot().path)
    before = loading.tree()
    register = str(loading.write_records(filled / "register.csv", loading.agreements()))
    for arguments in (
        ["waves"],
        ["check"],
        ["publish", "--wave", "2024"],
        ["indicators", "--wave", "2024", "--role", "politiker"],
        ["load", "frame", str(loading.write_frame(filled / "f.csv")), "--wave", "2024"],
        ["load", "survey", str(other_survey(filled)), "--wave", "2024"],
        ["load", "agreements", register],
        ["restore", str(current_id())],
        ["demo"],
    ):
        assert manage.main(arguments) == 1
        err = capsys.readouterr().err
        assert "nyare version" in err and "Uppdatera programmet" in err, arguments
    assert loading.tree() == before


# --- checks and migrations ------------------------------------------------------------------------


def test_what_breaks_a_rule_of_the_store_is_thrown_away(filled: Path) -> None:
    before = loading.tree()

    def spoil(builder: Any) -> None:
        builder.execute("update published.department set answered = invited + 1")

    with pytest.raises(CheckFailed, match="answered_within_invited"):
        write_snapshot(spoil, action="spoil")
    assert loading.tree() == before


def test_whatever_a_change_raises_leaves_the_store_as_it_was(filled: Path) -> None:
    before = loading.tree()
    for error in (KeyboardInterrupt, LoadRefused("nej"), ZeroDivisionError):

        def spoil(builder: Any, error: Any = error) -> None:
            builder.execute("delete from records.answer")
            raise error

        with pytest.raises(error if isinstance(error, type) else type(error)):
            write_snapshot(spoil, action="spoil")
        assert loading.tree() == before


@pytest.fixture
def next_version(filled: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the program know one version more than the store, with a migration of its own."""
    queries = filled / "queries"
    for name in ("migrations", "checks"):
        shutil.copytree(writer.QUERIES / name, queries / name)
    version = reading.SCHEMA_VERSION + 1
    for database in ("published", "records"):
        (queries / "migrations" / database / f"{version:04}_more.sql").write_text(
            "create table more as select 41 as n;\nupdate more set n = n + 1;"
        )
    monkeypatch.setattr(writer, "QUERIES", queries)
    monkeypatch.setattr(writer, "SCHEMA_VERSION", version)
    monkeypatch.setattr(reading, "SCHEMA_VERSION", version)
    return filled


def test_an_older_store_is_told_to_be_brought_forward_and_check_does_it(
    next_version: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = current_id()
    before = loading.tree()
    assert manage.main(["waves"]) == 1
    assert "manage.py check" in capsys.readouterr().err
    assert loading.tree() == before
    assert manage.main(["check"]) == 0
    assert loading.rows("select n from published.more union all select n from records.more") == [
        (42,),
        (42,),
    ]
    assert counts() == loading.ANSWERS
    assert (list_snapshots()[-1]["action"], list_snapshots()[-1]["parent"]) == ("migrate", old)
    assert {k: v for k, v in loading.tree().items() if k in before and k != "current"} == {
        k: v for k, v in before.items() if k != "current"
    }
    here = current_id()
    migrate_if_older()
    assert current_id() == here


@pytest.mark.parametrize("kind", ["frame", "survey", "agreements"])
def test_a_load_brings_an_older_store_forward(next_version: Path, kind: str) -> None:
    if kind == "frame":
        load_frame(loading.write_frame(next_version / "f.csv"), "2025")
    elif kind == "survey":
        load_survey(other_survey(next_version), "2024")
    else:
        load_agreements(loading.write_records(next_version / "r.csv", loading.agreements()))
    assert read_snapshot(str(current_id())).manifest["schema_version"] == writer.SCHEMA_VERSION
    assert loading.rows("select n from published.more") == [(42,)]


def test_an_older_snapshot_is_restored_and_then_brought_forward(next_version: Path) -> None:
    old = str(current_id())
    load_survey(other_survey(next_version), "2024")
    restore(old)
    migrate_if_older()
    assert counts() == loading.ANSWERS
    assert loading.rows("select n from records.more") == [(42,)]


def test_a_migration_that_fails_leaves_the_store_as_it_was(next_version: Path) -> None:
    bad = writer.QUERIES / "migrations" / "records" / f"{writer.SCHEMA_VERSION:04}_more.sql"
    bad.write_text("create table more as select 1/0 as n; insert into not_there values (1);")
    before = loading.tree()
    with pytest.raises((StoreError, duckdb.Error)):
        migrate_if_older()
    assert loading.tree() == before


def test_left_overs_of_a_crash_are_cleared_by_the_next_load(filled: Path) -> None:
    left = store_path() / "snapshots" / ".building-20200101T000000000000Z-abcdef"
    left.mkdir()
    (left / "records.duckdb").write_bytes(b"half")
    (store_path() / "current.abcd").write_text("half")
    assert left.name not in [entry["id"] for entry in list_snapshots()]
    load_survey(other_survey(filled), "2024")
    assert not left.exists() and not list(store_path().glob("current.*"))


def test_the_lock_is_let_go_when_a_write_fails(filled: Path) -> None:
    with pytest.raises(ZeroDivisionError), write_lock(store_path()):
        raise ZeroDivisionError
    with write_lock(store_path()):
        pass
