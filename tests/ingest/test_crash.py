"""Killing the loader: whatever the moment, a whole snapshot is in force and the next load works."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingest.load import Options, load_survey
from ingest.snapshot import check_folder
from queries.store import current_id, current_snapshot, list_snapshots, store_path
from tests import loading

KILLS = 50
# A server that has everything imported and forks from there: most of a command's time is imports,
# and a kill during those proves nothing.
METHOD = "forkserver" if sys.platform != "win32" else "spawn"


@pytest.fixture(scope="module")
def processes() -> multiprocessing.context.BaseContext:
    context = multiprocessing.get_context(METHOD)
    if METHOD == "forkserver":
        context.set_forkserver_preload(["ingest.load", "duckdb", "queries.reference"])
    return context


def results() -> dict[str, list[tuple]]:
    """Return all that the snapshot in force says of the wave, hidden or not."""
    return {
        table: loading.rows(f"select * from {table} order by all")
        for table in (
            "published.department",
            "published.cube",
            "published.group_size",
            "records.cube",
        )
    }


def test_a_loader_killed_at_fifty_random_moments_loses_nothing(
    filled: Path, processes: multiprocessing.context.BaseContext
) -> None:
    store = store_path()
    files = [
        loading.write_survey(filled / "a.csv", loading.people({"AAA": 20, "BBB": 8})),
        loading.write_survey(filled / "b.csv", loading.people({"AAA": 11, "BBB": 12, "CCC": 6})),
    ]
    options = Options(store=store, progress=str)  # a progress that can be sent to a process

    def start(path: Path) -> multiprocessing.process.BaseProcess:
        process = processes.Process(target=load_survey, args=(path, "2024", options))
        process.start()
        return process

    expected, took = [], []
    for path in [*files, *files, *files]:
        begun = time.perf_counter()
        process = start(path)
        process.join()
        took.append(time.perf_counter() - begun)
        assert process.exitcode == 0
        expected.append(results())
    # Some answers wait for others, so what is published of the first load is seen only once.
    assert expected[2] == expected[4] != expected[3] == expected[5]
    expected = expected[4:]
    chance = random.Random(20241104)
    killed = attempts = 0
    held = 1  # which of the files is in force
    while killed < KILLS:
        attempts += 1
        assert attempts < 4 * KILLS, "most loads finish before they can be killed"
        before = current_id()
        process = start(files[1 - held])
        time.sleep(chance.uniform(0, min(took[1:])))
        process.kill()
        process.join()
        killed += process.exitcode != 0
        check_folder(current_snapshot().path)
        if current_id() != before:
            held = 1 - held
        assert results() == expected[held]
        assert not [entry for entry in list_snapshots() if "error" in entry]
    for path, wanted in zip(reversed(files), reversed(expected[:2]), strict=True):
        load_survey(path, "2024")
        assert results() == wanted
    assert not list((store / "snapshots").glob(".building-*"))
    assert not list(store.glob("current.*"))


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is not of Windows")
def test_the_command_itself_can_be_killed_while_it_writes(filled: Path) -> None:
    path = loading.write_survey(filled / "a.csv", loading.people({"AAA": 11}))
    command = [sys.executable, "manage.py", "load", "survey", str(path), "--wave", "2024"]
    before = results()
    for _attempt in range(3):
        with subprocess.Popen(command, cwd=loading.ROOT, stderr=subprocess.PIPE) as running:
            for line in running.stderr:
                if b"Skriver" in line:  # from here on it holds the lock and builds
                    break
            os.kill(running.pid, signal.SIGKILL)
        assert running.returncode == -signal.SIGKILL
        check_folder(current_snapshot().path)
        assert results() == before
    loading.run("load", "survey", path, "--wave", "2024")
    assert loading.answered() == {"AAA": 11, "BBB": 0, "CCC": 0}
    assert not list((store_path() / "snapshots").glob(".building-*"))


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is not of Windows")
def test_a_kill_between_naming_the_snapshot_and_pointing_at_it_leaves_the_old_in_force(
    filled: Path,
) -> None:
    path = loading.write_survey(filled / "a.csv", loading.people({"AAA": 11}))
    script = (
        "import os, signal, sys, ingest.snapshot as s, manage\n"
        "s._point_at = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "manage.main(sys.argv[1:])\n"
    )
    before = results()
    done = subprocess.run(
        [sys.executable, "-c", script, "load", "survey", str(path), "--wave", "2024"],
        cwd=loading.ROOT,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert results() == before
    loading.run("load", "survey", path, "--wave", "2024")
    assert loading.answered()["AAA"] == 11
