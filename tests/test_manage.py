"""The command line contract: what scripts rely on, in keys, columns, exit codes and streams."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import manage
from queries.reference import load_questionnaire
from queries.store import current_id, current_snapshot, store_path
from tests import loading
from tests.loading import Finished, process

INDICATOR_KEYS = [
    "indicator",
    "wave",
    "department",
    "numerator",
    "denominator",
    "share",
    "low",
    "high",
    "status",
]
PUBLISH_KEYS = [
    "wave",
    "question",
    "breakdown",
    "group",
    "option",
    "count",
    "base",
    "share",
    "status",
]
LOAD_KEYS = ["accepted", "rejected", "unmapped_columns", "snapshot", "errors"]
COMMANDS = [
    [],
    ["demo"],
    ["templates"],
    ["questionnaire"],
    ["load"],
    ["load", "frame"],
    ["load", "survey"],
    ["load", "agreements"],
    ["indicators"],
    ["publish"],
    ["waves"],
    ["snapshots"],
    ["restore"],
    ["check"],
]


@pytest.fixture
def demo(demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point at the demo store, to be read and not written."""
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    return demo_store


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function that runs a command in this process and returns what it left."""

    def run(*arguments: object) -> Finished:
        capsys.readouterr()
        try:
            code = manage.main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        return Finished(code, *capsys.readouterr())

    return run


# --- usage ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_is_swedish_and_explains_every_flag(call: Any, command: list[str]) -> None:
    done = call(*command, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("användning: manage.py")
    for english in ("usage", "options:", "positional", "show this", "arguments", "default"):
        assert english not in done.out
    flags = done.out.split("flaggor:")[1].split("\n\n")[0].splitlines()[1:]
    for index, line in enumerate(flags):
        alone = line.startswith("  -") and "  " not in line.strip()
        explained = not alone or (index + 1 < len(flags) and flags[index + 1].startswith("     "))
        assert explained, line


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsens"],
        ["load"],
        ["load", "frame"],
        ["load", "frame", "f.csv"],
        ["restore"],
        ["load", "survey", "f.csv", "--wave", ""],
        ["load", "survey", "f.csv", "--wave", "a b"],
        ["load", "agreements", "f.csv", "--as-of", "i går"],
        ["load", "agreements", "f", "--wave", "1"],
        ["load", "agreements", "f.csv", "--as-of", "2024-02-30"],
        ["templates"],
        ["demo", "extra"],
        ["indicators"],
        ["indicators", "--wave", "2024"],
        ["waves", "--json"],
        ["indicators", "--wave", "2024", "--role", "kung"],
        ["publish", "--wave", "2024", "--format"],
        ["indicators", "--wave", "2024", "--role", "hr"],
        ["publish", "--wave", "1", "--format", "xml"],
        ["load", "frame", "f.csv", "--wave", "1", "--p"],
        ["check", "--json=1"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2_and_told_in_swedish(call: Any, arguments: list[str]) -> None:
    done = call(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("användning: ") and ": fel: " in done.err
    for english in ("error", "required", "invalid", "expected", "unrecognized", "could match"):
        assert english not in done.err
    assert not store_path().exists()


# --- reading, through a process of its own --------------------------------------------------------


def test_indicators_of_the_auditor_hold_the_audits_own_numbers_unrounded(demo: Path) -> None:
    done = process("indicators", "--wave", "2024", "--role", "revisor", "--format", "json")
    assert (done.code, done.err) == (0, "")
    table = done.json
    assert all(list(row) == INDICATOR_KEYS for row in table)
    found = {(row["indicator"], row["department"]): row for row in table}
    assert len(found) == len(table)
    whole = found["q2_1a:ja", None]
    assert (whole["numerator"], whole["denominator"], whole["share"]) == (37, 91, 37 / 91)
    assert whole["low"] == pytest.approx(0.3310, abs=5e-5)
    assert whole["high"] == pytest.approx(0.4869, abs=5e-5)
    assert found["svarsfrekvens", "KFN"]["numerator"] == 0
    assert found["svarsfrekvens", "KFN"]["status"] == "shown"
    empty = found["q2_1a:ja", "KFN"]
    assert (empty["numerator"], empty["denominator"], empty["status"]) == (0, 0, "no_answers")
    assert empty["share"] is empty["low"] is empty["high"] is None
    assert found["q2_1a:ja", "MBN"]["status"] == "shown"
    assert "hidden" not in {row["status"] for row in table}


def test_indicators_as_csv_have_commas_decimal_points_and_utf8(demo: Path) -> None:
    done = process("indicators", "--wave", "2024", "--role", "politiker", "--format", "csv")
    rows = list(csv.reader(io.StringIO(done.out)))
    assert rows[0] == INDICATOR_KEYS and {len(row) for row in rows} == {9}
    by_key = {(row[0], row[2]): row for row in rows[1:]}
    assert by_key["q2_1a:ja", ""][3:6] == ["37", "91", repr(37 / 91)]
    assert by_key["q2_1a:ja", "MBN"][3:] == ["", "", "", "", "", "hidden"]
    assert not done.out.startswith("\ufeff") and "\r" not in done.out


def test_the_published_cube_as_parquet_is_that_of_json(
    demo: Path, call: Any, tmp_path: Path
) -> None:
    done = process("publish", "--wave", "2024", "--format", "parquet", encoding=None)
    assert (done.code, done.err) == (0, "")
    table = pd.read_parquet(io.BytesIO(done.out.encode("latin-1")))
    assert list(table.columns) == PUBLISH_KEYS
    plain = table.astype(object).where(table.notna(), None).to_dict(orient="records")
    assert plain == call("publish", "--wave", "2024", "--format", "json").json


@pytest.mark.parametrize(
    "environment",
    [
        {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "cp1252"},
        {"PYTHONIOENCODING": "ascii:strict"},
    ],
    ids=["LANG=C", "cp1252", "ascii"],
)
def test_output_is_utf8_whatever_the_console_says(demo: Path, environment: dict[str, str]) -> None:
    done = process("questionnaire", **environment)
    assert done.code == 0 and "Är möjligheten" in done.out
    done = process("load", "--help", **environment)
    assert done.code == 0 and "överenskommelser" in done.out
    done = process("restore", "finns-inte-å", **environment)
    assert done.code == 1 and "Ögonblicksbilden" in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break in another way")
@pytest.mark.parametrize("command", [["questionnaire"], ["snapshots"], ["--help"]], ids=" ".join)
def test_a_reader_that_has_had_enough_is_no_error(demo: Path, command: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-W", "error", "manage.py", *command],
            cwd=loading.ROOT,
            stdout=closed,
            env={k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"},
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, b"")


def test_loading_through_processes_is_the_contract_from_end_to_end(
    tmp_path: Path, call: Any
) -> None:
    frame, survey = (
        loading.write_frame(tmp_path / "f.csv"),
        loading.write_survey(tmp_path / "s.csv"),
    )
    register = loading.write_records(
        tmp_path / "r.csv",
        [{**row, "Extra": "x"} for row in loading.agreements()],
        delimiter=",",
        encoding="cp1252",
    )
    done = process("load", "survey", survey, "--wave", "2024", "--json")
    assert done.code == 1 and "load frame FIL --wave 2024" in done.err
    assert done.json["accepted"] == 0 and done.json["snapshot"] is None
    done = process("load", "frame", frame, "--wave", "2024", "--json", "--label", "Hösten 2024")
    assert done.code == 0 and list(done.json) == LOAD_KEYS
    assert (done.json["accepted"], done.json["rejected"], done.json["errors"]) == (3, 0, [])
    assert done.json["snapshot"] == current_id()
    as_asked = "load", "survey", survey, "--wave", "2024", "--questionnaire", "vaggeryd-2024"
    done = process(*as_asked, "--collecting")
    assert done.code == 0 and "Enkäten pågår" in done.err and "väntar i" not in done.err
    done = process(*as_asked)
    assert (done.code, done.out) == (0, "") and "32 rader inlästa" in done.err
    assert "visas nu för första gången" in done.err and "--collecting" in done.err
    done = process("load", "agreements", register, "--as-of", "2024-09-01", "--json")
    assert done.code == 0 and done.json["unmapped_columns"] == ["Extra"]
    assert "”Extra”" in done.err
    again = process("load", "agreements", register, "--as-of", "2024-09-01", "--json")
    assert again.code == 0
    assert again.json == {
        "accepted": 0,
        "rejected": 0,
        "unmapped_columns": [],
        "snapshot": done.json["snapshot"],
        "errors": [],
    }
    (wave,) = call("waves").json
    assert (wave["wave"], wave["label"], wave["invited"], wave["answered"]) == (
        "2024",
        "Hösten 2024",
        79,
        32,
    )


def test_a_refused_load_gives_every_fault_as_json_and_exit_code_1(filled: Path) -> None:
    bad = [{"Förvaltning": "AAA", "q1_1": "Ja"}] + [{"Förvaltning": "X", "q1_1": "?"}] * 30
    path = loading.write_survey(filled / "bad.csv", bad)
    before = loading.tree()
    done = process("load", "survey", path, "--wave", "2024", "--json")
    assert done.code == 1
    assert (done.json["accepted"], done.json["rejected"]) == (0, 30)
    assert done.json["snapshot"] == current_id()
    assert len(done.json["errors"]) == 60
    first = done.json["errors"][0]
    assert list(first) == ["row", "column", "value", "message"]
    assert (first["row"], first["column"], first["value"]) == (3, "Förvaltning", "X")
    assert "Rad 3, Förvaltning: ”X”." in done.err and "40 fel till" in done.err
    assert loading.tree() == before
    dry = process("load", "survey", path, "--wave", "2024", "--partial", "--dry-run", "--json")
    assert (dry.code, dry.json["accepted"], dry.json["rejected"]) == (0, 1, 30)
    assert loading.tree() == before


def test_the_demo_is_built_by_one_command_and_again_changes_nothing(tmp_path: Path) -> None:
    done = process("demo")
    assert (done.code, done.out) == (0, "")
    assert "survey-2024.csv: 91 rader inlästa." in done.err
    before = loading.tree()
    again = process("demo")
    files = tomllib.loads((loading.ROOT / "data/demo/demo.toml").read_text("utf-8"))["files"]
    assert again.code == 0 and again.err.count("oförändrad") == len(files)
    assert loading.tree() == before
    assert process("check").code == 0


# --- reading, in this process ---------------------------------------------------------------------


def test_the_role_decides_what_indicators_tell(demo: Path, call: Any) -> None:
    def statuses(*arguments: str) -> dict[tuple[str, str | None], str]:
        done = call("indicators", "--wave", "2024", *arguments)
        assert (done.code, done.err) == (0, "")
        for row in done.json:
            numbers = [row[key] for key in ("numerator", "denominator", "share", "low", "high")]
            if row["status"] in ("hidden", "not_asked", "not_regulated"):
                assert numbers == [None] * 5, row
        return {(row["indicator"], row["department"]): row["status"] for row in done.json}

    auditor = statuses("--role", "revisor")
    politician = statuses("--role", "politiker")
    assert auditor.keys() == politician.keys()
    assert politician["q2_1a:ja", "MBN"] == politician["q2_1a:ja", "TN"] == "hidden"
    assert politician["svarsfrekvens", "MBN"] == "shown"
    granted = statuses("--role", "hr", "--department", "MBN", "--department", "TN")
    assert granted.keys() == politician.keys()
    assert granted["q2_1a:ja", "MBN"] == "hidden"
    assert granted["riskbedomd_fore_start", "MBN"] == "shown"


def test_a_department_filters_for_others_and_may_be_repeated(demo: Path, call: Any) -> None:
    one = call("indicators", "--wave", "2024", "--role", "revisor", "--department", "BUN").json
    assert {row["department"] for row in one} == {"BUN"}
    two = call(
        "indicators",
        "--wave",
        "2024",
        "--role",
        "politiker",
        "--department",
        "SN",
        "--department",
        "BUN",
        "--department",
        "SN",
    ).json
    assert {row["department"] for row in two} == {"BUN", "SN"} and len(two) == 2 * len(one)


def test_a_merging_is_printed_when_asked_for_and_never_otherwise(demo: Path, call: Any) -> None:
    def asked(*arguments: str) -> list[dict[str, Any]]:
        return call("indicators", "--wave", "2024", *arguments).json

    plain = asked("--role", "politiker")
    assert not any("+" in (row["department"] or "") for row in plain)
    rows = asked("--role", "politiker", "--department", "TN+MBN", "--department", "SN")
    assert {row["department"] for row in rows} == {"MBN+TN", "SN"}
    found = {(row["indicator"], row["department"]): row for row in rows}
    fair = found["q2_1a:ja", "MBN+TN"]
    assert (fair["status"], fair["denominator"]) == ("shown", 11)
    hidden = found["riskbedomd_fore_start", "MBN+TN"]
    assert (hidden["status"], hidden["numerator"], hidden["share"]) == ("hidden", None, None)
    # hr is granted its departments, and is given all that it had without.
    granted = asked("--role", "hr", "--department", "MBN+TN")
    without = asked("--role", "hr", "--department", "MBN", "--department", "TN")
    assert [row for row in granted if row["department"] != "MBN+TN"] == without
    own = {row["indicator"]: row for row in granted if row["department"] == "MBN+TN"}
    assert own["riskbedomd_fore_start"]["status"] == "shown"
    assert not any("+" in row["group"] for row in call("publish", "--wave", "2024").json)


@pytest.mark.parametrize(
    ("arguments", "texts"),
    [
        (["--wave", "2024", "--role", "politiker", "--department", "MBN+SN"], ["MBN+SN", "MBN+TN"]),
        (["--wave", "2024", "--role", "revisor", "--department", "XYZ"], ["XYZ", "BUN"]),
        (["--wave", "2024", "--role", "hr", "--department", "SN", "--department", "XYZ"], ["XYZ"]),
        (["--wave", "2024", "--role", "admin"], ["admin", "revisor"]),
        (["--wave", "1999", "--role", "revisor"], ["1999", "2024, 2026"]),
        (["--wave", "2024", "--role", "politiker", "--as-of", "2026-01-01"], ["2026-10-31"]),
    ],
)
def test_what_cannot_be_answered_is_exit_code_1_with_the_reason(
    demo: Path, call: Any, arguments: list[str], texts: list[str]
) -> None:
    done = call("indicators", *arguments)
    assert (done.code, done.out) == (1, "")
    assert all(text in done.err for text in texts), done.err


def test_register_indicators_are_full_counts_on_the_day_that_is_asked_for(
    demo: Path, call: Any
) -> None:
    def whole(*arguments: str) -> dict[str, Any]:
        table = call("indicators", "--wave", "2024", "--role", "revisor", *arguments).json
        return {row["indicator"]: row for row in table if row["department"] is None}

    own, early = whole(), whole("--as-of", "2024-06-30")
    assert own["riskbedomd_fore_start"]["low"] is own["riskbedomd_fore_start"]["high"] is None
    assert (
        early["riskbedomd_fore_start"]["denominator"] < own["riskbedomd_fore_start"]["denominator"]
    )
    assert early["q2_1a:ja"] == own["q2_1a:ja"]


def test_publish_has_a_row_for_every_option_of_every_group(demo: Path, call: Any) -> None:
    done = call("publish", "--wave", "2024")
    assert (done.code, done.err) == (0, "")
    table = done.json
    assert all(list(row) == PUBLISH_KEYS for row in table)
    form = load_questionnaire("vaggeryd-2024")
    codes = {q.id: list(q.codes) for q in form.questions if q.type != "text"}
    groups: dict[tuple[str, str, str], list[str]] = {}
    for row in table:
        groups.setdefault((row["breakdown"], row["group"], row["question"]), []).append(
            row["option"]
        )
    assert all(options == codes[question] for (_b, _g, question), options in groups.items())
    assert {question for _b, _g, question in groups} == set(codes)
    members: dict[str, set[str]] = {}
    for breakdown, group, _question in groups:
        members.setdefault(breakdown, set()).add(group)
    departments = {"BUN", "KFN", "KLK", "MBN", "SN", "TN"}
    assert members["all"] == {""} and members["department"] == departments
    assert members["position"] == {"chef", "medarbetare"}
    assert members["department*position"] == {
        f"{d} × {p}" for d in departments for p in ("chef", "medarbetare")
    }
    assert set(members) == {"all", "department", "position", "occupation", "department*position"}
    found = {(r["breakdown"], r["group"], r["question"], r["option"]): r for r in table}
    assert found["all", "", "q2_1a", "ja"]["share"] == 37 / 91
    hidden = found["department", "MBN", "q2_1a", "ja"]
    assert (hidden["count"], hidden["base"], hidden["share"], hidden["status"]) == (
        None,
        None,
        None,
        "hidden",
    )
    empty = found["department", "KFN", "q2_1a", "ja"]
    assert (empty["count"], empty["base"], empty["share"], empty["status"]) == (
        0,
        0,
        None,
        "no_answers",
    )
    assert any(r["count"] == 0 and r["base"] > 0 for r in table if r["status"] == "shown")


def test_each_ticked_option_counts_and_the_base_is_people(filled: Path, call: Any) -> None:
    records = [
        {"Förvaltning": "AAA", "it_atgarder": t}
        for t in ["VPN, Kryptering"] * 6 + ["VPN;"] * 5 + ["Inga"] * 4 + [""] * 3
    ]
    loading.run("load", "survey", loading.write_survey(filled / "m.csv", records), "--wave", "2024")
    table = call("publish", "--wave", "2024", "--format", "json").json
    found = {
        r["option"]: (r["count"], r["base"])
        for r in table
        if (r["question"], r["breakdown"]) == ("it_atgarder", "all")
    }
    assert (
        found["vpn"] == (11, 15)
        and found["kryptering"] == (6, 15)
        and found["siths_kort"] == (0, 15)
    )
    not_asked = {r["status"] for r in table if r["question"] == "q1_1"}
    assert not_asked == {"not_asked"}


def test_a_wave_with_a_frame_alone_has_its_invited_and_nothing_asked(
    tmp_path: Path, call: Any
) -> None:
    loading.run("load", "frame", loading.write_frame(tmp_path / "f.csv"), "--wave", "2024")
    for role in ("revisor", "politiker"):
        done = call("indicators", "--wave", "2024", "--role", role)
        assert (done.code, done.err) == (0, "")
        assert {row["status"] for row in done.json if row["indicator"] == "q2_1a"} <= {"not_asked"}
    assert call("publish", "--wave", "2024").json == []
    assert call("publish", "--wave", "2024", "--format", "csv").out.strip() == ",".join(
        PUBLISH_KEYS
    )
    assert call("waves").json[0]["answered"] == 0
    assert process("publish", "--wave", "2024", "--format", "parquet", encoding=None).code == 0


def test_questionnaire_and_attributes_have_the_shape_of_the_contract(call: Any) -> None:
    for flags, ids in (([], 22), (["--attributes"], 5)):
        done = call("questionnaire", "vaggeryd-2024", "--format", "json", *flags)
        assert (done.code, done.err, len(done.json)) == (0, "", ids)
        for item in done.json:
            assert list(item) == ["id", "theme", "text", "type", "options", "asked_if"]
            assert item["type"] in ("single", "multiple", "scale", "text")
            for option in item["options"]:
                assert list(option) == ["code", "label", "favourable"]
                assert option["favourable"] in (True, False, None)
                if item["id"] != "department":
                    assert option["code"].isascii() and option["code"] == option["code"].lower()
            assert item["asked_if"] is None or list(item["asked_if"]) == ["question", "options"]
    assert call("questionnaire").json == call("questionnaire", "vaggeryd-2024").json
    unknown = call("questionnaire", "../x")
    assert unknown.code == 1 and "vaggeryd-2024" in unknown.err


def test_an_empty_store_is_said_calmly_and_names_the_first_command(call: Any) -> None:
    assert call("waves").json == [] and call("snapshots").json == []
    for command in (
        ["check"],
        ["publish", "--wave", "2024"],
        ["indicators", "--wave", "2024", "--role", "revisor"],
    ):
        done = call(*command)
        assert (done.code, done.out) == (1, "")
        assert "manage.py demo" in done.err and "load frame" in done.err
    assert not store_path().exists()


# --- snapshots ------------------------------------------------------------------------------------


def test_snapshots_are_listed_and_restored_and_checked(filled: Path, call: Any) -> None:
    first = call("snapshots").json
    assert [entry["current"] for entry in first] == [False, True]
    for key in ("id", "parent", "created", "actor", "action", "schema_version", "inputs"):
        assert all(key in entry for entry in first)
    survey = loading.write_survey(filled / "s.csv", loading.people({"AAA": 9}))
    loading.run("load", "survey", survey, "--wave", "2024")
    done = call("restore", first[1]["id"])
    assert done.code == 0 and done.out.strip() == current_id() != first[1]["id"]
    assert loading.answered() == loading.ANSWERS
    assert len(call("snapshots").json) == 4
    checked = call("check")
    assert (checked.code, checked.out) == (0, "") and str(current_id()) in checked.err


def test_check_refuses_a_store_that_breaks_a_rule(filled: Path, call: Any) -> None:
    import duckdb

    with duckdb.connect(str(current_snapshot().path / "published.duckdb")) as connection:
        connection.execute("update department set answered = invited + 1 where code = 'AAA'")
    done = call("check")
    assert done.code == 1 and "answered_within_invited" in done.err


def test_the_demo_never_mixes_with_a_municipalitys_own_answers(filled: Path, call: Any) -> None:
    before = loading.tree()
    done = call("demo")
    assert done.code == 1 and "DISTANSKOLLEN_STORE" in done.err
    assert loading.tree() == before


def test_a_profile_that_does_not_exist_is_refused(tmp_path: Path, call: Any) -> None:
    frame = loading.write_frame(tmp_path / "f.csv")
    done = call("load", "frame", frame, "--wave", "2024", "--profile", "saknas", "--json")
    assert done.code == 1 and "saknas" in done.err
    assert done.json["errors"][0]["message"] and done.json["snapshot"] is None
    assert call("waves").json == []


def test_the_register_is_that_of_today_unless_told_otherwise(filled: Path, call: Any) -> None:
    register = loading.write_records(filled / "r.csv", loading.agreements())
    loading.run("load", "agreements", register)
    ((day,),) = loading.rows("select as_of from published.register")
    assert abs((day - date.today()).days) <= 1  # noqa: DTZ011 - midnight may pass
    # An earlier one finds its place in the history; the latest stays the register's own day.
    loading.run("load", "agreements", register, "--as-of", "2024-09-01")
    assert loading.rows("select as_of, first_as_of from published.register") == [
        (day, date(2024, 9, 1))
    ]


@pytest.mark.parametrize("name", ["saknas.csv", "."])
def test_a_file_that_cannot_be_read_is_told_by_name(filled: Path, call: Any, name: str) -> None:
    before = loading.tree()
    for kind in (
        ["frame", filled / name, "--wave", "2024"],
        ["survey", filled / name, "--wave", "2024"],
        ["agreements", filled / name],
    ):
        done = call("load", *kind, "--json")
        assert done.code == 1 and done.json["errors"][0]["row"] is None
        assert "Filen" in done.err or "mapp" in done.err
    assert loading.tree() == before


def test_nothing_that_only_loads_or_lists_waits_for_pandas(filled: Path) -> None:
    """Pandas takes longer to import than a load takes: an import of it slips in unseen."""
    script = (
        "import sys, manage\n"
        "code = manage.main(sys.argv[1:])\n"
        "assert 'pandas' not in sys.modules, 'pandas was imported'\n"
        "raise SystemExit(code)"
    )
    survey = loading.write_survey(filled / "s.csv", loading.people({"AAA": 9}))
    for command in (["load", "survey", str(survey), "--wave", "2024"], ["snapshots"], ["check"]):
        done = subprocess.run(
            [sys.executable, "-c", script, *command],
            cwd=loading.ROOT,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr


def test_json_of_a_load_is_one_document_and_nothing_else_on_stdout(filled: Path, call: Any) -> None:
    survey = loading.write_survey(filled / "s.csv", loading.people({"AAA": 9}))
    done = call("load", "survey", survey, "--wave", "2024", "--json", "--dry-run")
    assert json.loads(done.out)["accepted"] == 9
    assert "--dry-run" in done.err
