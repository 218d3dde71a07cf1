"""The log tells who did what when: nothing is lost, nothing vanishes unseen, nobody else reads."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from queries import log
from queries.store import StoreError
from queries.viewer import AccessDenied, Role, Viewer
from tests import loading

ADMIN = Viewer(Role.ADMIN)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def add(store: Path, *events: str) -> None:
    for number, event in enumerate(events):
        log.append(event, actor=f"anna{number}", role="hr", what="sida", store=store)


def lines(store: Path) -> list[bytes]:
    return log.log_path(store).read_bytes().split(b"\n")[:-1]


def write(store: Path, changed: list[bytes]) -> None:
    log.log_path(store).write_bytes(b"".join(line + b"\n" for line in changed))


def kinds(store: Path) -> list[tuple[int, str]]:
    return [(fault.line, fault.kind) for fault in log.verify(store)]


# --- what a line holds ----------------------------------------------------------------------------


def test_a_line_tells_who_did_what_when_and_as_whom(store: Path) -> None:
    begun = datetime.now(UTC)
    log.append(
        "export", actor="anna@kommun.se", role="hr", what="a.csv",
        facts={"department": "SN", "n": 3, "nothing": None, "blank": ""}, store=store,
    )  # fmt: skip
    (line,) = lines(store)
    told = json.loads(line)
    assert told["time"].endswith("+00:00")
    (row,) = log.entries(ADMIN, store).to_dict("records")
    assert (row["line"], row["event"], row["actor"], row["role"], row["what"]) == (
        1, "export", "anna@kommun.se", "hr", "a.csv",
    )  # fmt: skip
    assert row["facts"] == {"department": "SN", "n": "3"}
    assert abs((row["time"].to_pydatetime() - begun).total_seconds()) < 60


HOSTILE = (
    "a\nb", "\r\n{}", "\x00\x1b[31m", "<script>alert(1)</script>", '=cmd|"/c"!A1', '"}\n{"event":',
    "å" * 5000, "\udcff\ud800", "\u202egpj.exe\u2028", "",
)  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
def test_no_value_makes_more_than_one_short_line_that_can_be_read_back(
    store: Path, value: str
) -> None:
    log.append("denied", actor=value, role=value, what=value, facts={value: value}, store=store)
    log.append("denied", actor="b", store=store)
    first, second = lines(store)
    assert len(first) < 4096 and all(b >= 32 for b in first)
    table = log.entries(ADMIN, store)
    assert list(table["event"]) == ["denied", "denied"]
    assert table["what"][0].isprintable()
    table["what"][0].encode()
    assert json.loads(second)["before"] and log.verify(store) == []


def test_a_thousand_facts_are_cut_and_not_refused(store: Path) -> None:
    log.append("export", actor="a", facts={str(n): "x" * 999 for n in range(1000)}, store=store)
    assert len(log.entries(ADMIN, store)["facts"][0]) == log.MOST_FACTS


def test_events_and_days_can_be_chosen_and_a_day_is_swedish(store: Path) -> None:
    add(store, "login", "export", "logout")
    told = [json.loads(line) for line in lines(store)]
    # 23.30 the day before in UTC is after midnight in Sweden.
    times = ("2026-06-01T12:00:00+00:00", "2026-06-01T22:30:00+00:00", "2026-06-02T12:00:00+00:00")
    write(
        store,
        [json.dumps({**t, "time": time}).encode() for t, time in zip(told, times, strict=True)],
    )
    assert list(log.entries(ADMIN, store, since=date(2026, 6, 2))["event"]) == ["export", "logout"]
    assert list(log.entries(ADMIN, store, event="login")["line"]) == [1]


def test_an_empty_log_has_its_columns_and_no_faults(store: Path) -> None:
    table = log.entries(ADMIN, store)
    assert list(table.columns) == list(log.COLUMNS) and table.empty
    assert log.verify(store) == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_nobody_but_admin_reads_the_log(store: Path, role: Role) -> None:
    add(store, "login")
    with pytest.raises(AccessDenied):
        log.entries(Viewer(role, frozenset({"SN"})), store)


# --- tampering ------------------------------------------------------------------------------------


def test_a_changed_line_is_found_and_named(store: Path) -> None:
    add(store, *["login"] * 5)
    found = lines(store)
    found[2] = found[2].replace(b"anna2", b"otto2")
    write(store, found)
    assert kinds(store) == [(4, "changed")]


def test_a_removed_line_is_found_also_the_first(store: Path) -> None:
    add(store, *["login"] * 5)
    found = lines(store)
    write(store, found[:2] + found[3:])
    assert kinds(store) == [(3, "changed")]
    write(store, found[1:])
    assert kinds(store) == [(1, "changed")]


def test_a_line_that_is_put_in_or_moved_is_found(store: Path) -> None:
    add(store, *["login"] * 4)
    found = lines(store)
    write(store, [*found[:2], found[1].replace(b"anna1", b"eva"), *found[2:]])
    assert kinds(store)
    write(store, [found[0], found[2], found[1], found[3]])
    assert kinds(store)


def test_a_line_made_unreadable_is_found_as_changed_and_not_only_as_broken(store: Path) -> None:
    add(store, *["login"] * 3)
    found = lines(store)
    write(store, [found[0], b"rubbish", found[2]])
    assert kinds(store) == [(2, "broken"), (3, "changed")]


def test_a_log_cut_off_before_the_latest_snapshot_is_found(filled: Path) -> None:
    store = log.log_path().parent.parent
    assert log.verify() == []
    found = lines(store)
    write(store, found[:-1])
    assert kinds(store) == [(0, "missing")]
    log.log_path().unlink()
    assert [kind for _line, kind in kinds(store)] == ["missing", "missing"]


def test_a_log_written_anew_from_the_start_does_not_pass(filled: Path) -> None:
    store = log.log_path().parent.parent
    log.log_path().unlink()
    add(store, "login", "load", "load")
    assert {kind for _line, kind in kinds(store)} == {"missing"}


# --- crashes and many at once ---------------------------------------------------------------------


@pytest.mark.parametrize("kept", [0.02, 0.2, 0.5, 0.99, 1.0])
def test_a_line_cut_off_by_a_crash_stays_is_told_and_harms_no_other(
    store: Path, kept: float
) -> None:
    add(store, "login", "export")
    whole = log.log_path(store).read_bytes()
    start = whole.index(b"\n") + 1
    log.log_path(store).write_bytes(whole[: start + int((len(whole) - 1 - start) * kept)])
    add(store, "logout")
    torn = [] if kept == 1.0 else [(2, "broken")]
    assert kinds(store) == torn
    assert list(log.entries(ADMIN, store)["event"]) == [
        "login", "export" if kept == 1.0 else log.BROKEN, "logout",
    ]  # fmt: skip
    # Still guarded by the line after it.
    found = lines(store)
    write(store, [found[0], found[1][:-1], found[2]])
    assert (3, "changed") in kinds(store)


def test_a_killed_writer_leaves_whole_lines_and_the_next_goes_on(store: Path) -> None:
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "fork")
    for pause in (0.03, 0.05, 0.08, 0.13):
        process = context.Process(target=add, args=(store, *["export"] * 10_000))
        process.start()
        time.sleep(pause)
        process.kill()
        process.join()
        add(store, "login")
    assert {kind for _line, kind in kinds(store)} <= {"broken"}
    assert list(log.entries(ADMIN, store)["event"]).count("login") == 4


def test_several_processes_at_once_lose_no_line_and_keep_the_chain(store: Path) -> None:
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "fork")
    running = [context.Process(target=add, args=(store, *["export"] * 25)) for _n in range(6)]
    for process in running:
        process.start()
    for process in running:
        process.join()
        assert process.exitcode == 0
    assert len(lines(store)) == 150
    assert log.verify(store) == []


# --- when it cannot be written --------------------------------------------------------------------


def no_space(*_: object) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_page_goes_on_when_the_log_cannot_be_written_and_stderr_has_the_line(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(log.os, "write", no_space)
    log.append("export", actor="anna", what="a.csv", store=store)
    said = capsys.readouterr().err
    assert "anna" in said and "a.csv" in said
    log.append("no such event", actor="anna", store=store)


def test_a_log_in_the_way_of_a_folder_stops_no_page(store: Path) -> None:
    store.mkdir()
    (store / "log").write_text("a file where the folder should be")
    add(store, "login")


def test_a_full_disk_in_the_middle_of_a_line_breaks_only_that_line(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, "login")
    real = os.write
    with monkeypatch.context() as patch:
        parts = iter([lambda handle, data: real(handle, data[:50]), no_space])
        patch.setattr(log.os, "write", lambda handle, data: next(parts)(handle, data))
        with pytest.raises(log.LogError):
            log.require("load", actor="a", store=store)
    add(store, "logout")
    assert kinds(store) == [(2, "broken")]


@pytest.mark.parametrize("what", ["load", "restore"])
def test_nothing_is_changed_in_the_store_that_cannot_be_logged(
    filled: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    from ingest.load import Options, load_survey
    from ingest.snapshot import restore
    from queries.store import list_snapshots

    before = loading.tree()
    monkeypatch.setattr(log.os, "write", no_space)
    answers = loading.write_survey(filled / "b.csv", loading.people({"AAA": 11, "BBB": 12}))
    change = {
        "load": lambda: load_survey(answers, "2024", Options()),
        "restore": lambda: restore(list_snapshots()[0]["id"]),
    }
    with pytest.raises(StoreError, match="logg"):
        change[what]()
    assert loading.tree() == before


# --- what is logged by commands and loads ---------------------------------------------------------


def told(event: str) -> list[dict]:
    return log.entries(ADMIN, event=event).to_dict("records")


def test_a_load_is_told_with_its_file_its_rows_and_the_snapshot_it_made(filled: Path) -> None:
    from queries.store import current_id

    frame, survey = told("load")
    assert (frame["what"], survey["what"]) == ("load frame 2024", "load survey 2024")
    assert survey["actor"] == log.system_user()
    facts = survey["facts"]
    assert (facts["file"], facts["accepted"], facts["rejected"]) == ("survey.csv", "32", "0")
    assert facts["snapshot"] == current_id()


def test_a_refused_restore_is_told(filled: Path) -> None:
    import manage

    assert manage.main(["restore", "finns-inte"]) == 1
    (row,) = told("restore")
    assert (row["what"], row["facts"]) == ("restore finns-inte", {"outcome": "refused"})


def test_a_refused_and_a_repeated_load_are_told_and_a_dry_run_is_not(filled: Path) -> None:
    import manage

    bad = loading.write_survey(filled / "bad.csv", loading.people({"AAA": 45}))
    run = ["load", "survey", str(bad), "--wave", "2024"]
    assert manage.main([*run, "--dry-run"]) == 1
    assert len(told("load")) == 2
    assert manage.main(run) == 1
    again = loading.write_survey(filled / "survey.csv")
    loading.run("load", "survey", again, "--wave", "2024")
    assert [row["facts"]["outcome"] for row in told("load")[2:]] == ["refused", "unchanged"]


def test_a_register_that_is_counted_by_other_rules_is_told_as_a_change(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from queries import rules

    file = loading.write_records(filled / "register.csv", loading.agreements())
    loading.run("load", "agreements", file, "--as-of", "2025-01-31")
    assert told("change") == []
    monkeypatch.setattr(rules, "edition", lambda: "another")
    loading.run("load", "agreements", file, "--as-of", "2025-01-31")
    (row,) = told("change")
    assert (row["what"], row["facts"]["edition"]) == ("rules", "another")


def test_a_restore_is_told_and_the_log_is_not_restored_with_it(filled: Path) -> None:
    from queries.store import list_snapshots

    number = len(log.entries(ADMIN))
    first = list_snapshots()[0]["id"]
    loading.run("restore", first)
    (row,) = told("restore")
    assert row["what"] == f"restore {first}"
    assert len(log.entries(ADMIN)) == number + 1
    assert log.verify() == []


def test_what_is_taken_out_by_commands_is_told_with_role_and_departments(filled: Path) -> None:
    loading.run("publish", "--wave", "2024", "--format", "csv")
    loading.run("indicators", "--wave", "2024", "--role", "hr", "--department", "AAA",
                "--format", "csv")  # fmt: skip
    publish, indicators = told("export")
    assert (publish["what"], publish["facts"]["wave"]) == ("manage.py publish", "2024")
    assert (indicators["what"], indicators["role"]) == ("manage.py indicators", "hr")
    assert indicators["facts"]["departments"] == "AAA"


def test_a_command_that_a_role_lacks_is_told_as_denied(filled: Path) -> None:
    import manage

    assert manage.main(["indicators", "--wave", "2024", "--role", "admin"]) == 1
    (row,) = told("denied")
    assert (row["role"], row["what"]) == ("admin", "manage.py indicators")


def test_no_line_holds_anything_that_the_files_hold(filled: Path) -> None:
    import manage

    loading.run("load", "agreements",
                loading.write_records(filled / "register.csv", loading.agreements()))  # fmt: skip
    people = loading.people({"AAA": 4})
    bad = loading.write_survey(filled / "x.csv", [{**p, "q1_1": "Kanske Nilsson"} for p in people])
    assert manage.main(["load", "survey", str(bad), "--wave", "2024"]) == 1
    text = log.log_path().read_text(encoding="utf-8")
    assert "Person 1" not in text and "Kanske" not in text and "Handläggning" not in text


# --- the command ----------------------------------------------------------------------------------


def test_the_command_prints_json_and_csv_and_chooses(filled: Path) -> None:
    found = loading.process("log", "--event", "load")
    assert found.code == 0 and [row["event"] for row in found.json] == ["load", "load"]
    assert found.json[0]["time"].endswith("+00:00")
    text = loading.process("log", "--since", "2020-01-01", "--format", "csv").out
    assert text.splitlines()[0] == ",".join(log.COLUMNS)
    assert "kind=frame; wave=2024; file=frame.csv" in text
    assert loading.process("log", "--since", "2999-01-01").json == []


def test_the_command_knows_its_events_and_days(filled: Path) -> None:
    assert loading.process("log", "--event", "nonsense").code == 2
    assert loading.process("log", "--since", "i går").code == 2


def test_check_refuses_a_changed_log_and_only_tells_of_a_broken_line(filled: Path) -> None:
    import manage

    with log.log_path().open("ab") as stream:
        stream.write(b'{"before": "0')
    assert manage.main(["check"]) == 0
    found = lines(log.log_path().parent.parent)
    write(log.log_path().parent.parent, [found[0].replace(b"frame", b"fraud"), *found[1:]])
    assert manage.main(["check"]) == 1
