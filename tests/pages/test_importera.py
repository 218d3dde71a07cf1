"""The administrator's page: the state of the store and its log, and no result of any survey."""

from __future__ import annotations

import io
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from queries import log
from queries.store import current_id
from queries.viewer import Role, Viewer
from tests import loading
from tests.visiting import Sent, Visitor, visiting
from ui import importera

ADMIN = {"roll": "admin"}


@pytest.fixture(scope="module")
def visitor():
    with visiting() as found:
        yield found


@pytest.fixture
def store(demo_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the demo store, whose log the test may write in."""
    folder = tmp_path / "store"
    shutil.copytree(demo_store, folder)
    log.log_path(folder).unlink()
    log.append("demo", actor="root", what="manage.py demo", store=folder)
    for path in sorted((folder / "snapshots").iterdir()):
        # A log of its own: that of the shared store tells of other tests too.
        manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        told = {"accepted": 9, "rejected": 0, "file": "fil.csv", "snapshot": path.name}
        manifest["log"] = log.require(
            "load", actor="demo", what=manifest["action"], facts=told, store=folder
        )
        (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(folder))
    return folder


def everything(sent: Sent) -> str:
    return sent.words.replace("&nbsp;", " ")


def test_the_page_tells_what_is_loaded_from_which_file_and_which_version_is_in_force(
    visitor: Visitor, store: Path
) -> None:
    said = everything(visitor.visit("importera", **ADMIN))
    for name in ("frame-2024.csv", "survey-2026.csv", "agreements-2026-10.csv"):
        assert name in said
    assert current_id() in said and said.count("gäller nu") == 1
    assert "registret per 2026-10-31 lästes in" in said
    assert "ingen rad ändrad eller borttagen" in said


def test_the_page_shows_no_result_and_nobody_s_name(visitor: Visitor, store: Path) -> None:
    sent = visitor.visit("importera", **ADMIN)
    said = everything(sent) + "".join(f.decode("utf-8", "replace") for f in sent.files.values())
    # The departments, the people of the register and the questions.
    for secret in ("Socialförvaltningen", "KLK", "Rättvist", "svarsfrekvens"):
        assert secret.lower() not in said.lower()


def test_the_log_is_newest_first_and_chosen_by_event_and_period(
    visitor: Visitor, store: Path
) -> None:
    log.append("export", actor="anna@kommun.se", role="hr", what="gammal.csv")
    log.append("export", actor="bo@kommun.se", role="revisor", what="ny.csv")
    lines = log.log_path().read_bytes().splitlines()
    old = json.loads(lines[-2])
    old["time"] = (datetime.now(UTC) - timedelta(days=60)).isoformat()
    lines[-2] = json.dumps(old).encode()
    log.log_path().write_bytes(b"\n".join(lines) + b"\n")

    said = everything(visitor.visit("importera", **ADMIN))
    assert "ny.csv" in said and "gammal.csv" not in said
    assert said.index("ny.csv") < said.index("fil.csv")
    assert "Revisor" in said and "Uttag" in said
    said = everything(visitor.visit("importera", **ADMIN, tid="allt", handelse="export"))
    assert "gammal.csv" in said and "fil.csv" not in said
    said = everything(visitor.visit("importera", **ADMIN, handelse="export", tid="nonsense"))
    assert "ny.csv" in said


def test_a_tampered_log_is_told_on_the_page(visitor: Visitor, store: Path) -> None:
    path = log.log_path()
    path.write_bytes(path.read_bytes().replace(b'"fil.csv"', b'"fel.csv"', 1))
    said = everything(visitor.visit("importera", **ADMIN))
    assert "Loggen är ändrad i efterhand" in said and "Skadad" in said


def test_a_broken_line_is_told_calmly(visitor: Visitor, store: Path) -> None:
    with log.log_path().open("ab") as stream:
        stream.write(b'{"before": "')
    said = everything(visitor.visit("importera", **ADMIN))
    assert "Loggen har avbrutna rader" in said and "Loggen är ändrad" not in said


HOSTILE = '=HYPERLINK("http://x")<script>alert(1)</script>'


def test_what_somebody_else_wrote_is_text_on_the_page_and_in_both_files(
    visitor: Visitor, store: Path
) -> None:
    log.append("export", actor=HOSTILE, role="hr", what=HOSTILE, facts={HOSTILE: HOSTILE})
    sent = visitor.visit("importera", **ADMIN)
    assert "<script>" not in "".join(sent.tables)
    excel = next(data for name, data in sent.files.items() if name.endswith("xlsx"))
    cells = [
        cell
        for row in openpyxl.load_workbook(io.BytesIO(excel)).active.iter_rows()
        for cell in row
        if str(cell.value).startswith("=")
    ]
    assert cells and {cell.data_type for cell in cells} <= {"s", "f"}
    assert all(cell.data_type != "f" or cell.quotePrefix for cell in cells)
    text = next(data for name, data in sent.files.items() if name.endswith("csv")).decode("utf-8")
    assert "\"'=HYPERLINK" in text and ';"=' not in text and ";=" not in text


def test_an_empty_store_and_an_empty_log_say_what_to_do(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "none"))
    said = everything(visitor.visit("importera", **ADMIN))
    assert "Ingenting är inläst ännu" in said and "python manage.py demo" in said
    assert "Loggen är tom" in said


def test_what_has_lain_for_long_is_said_with_the_command_that_removes_it_until_it_is_gone(
    visitor: Visitor, filled: Path
) -> None:
    hint = "kan behöva gallras"
    assert hint not in everything(visitor.visit("importera", **ADMIN))
    loading.run("load", "frame", loading.write_frame(filled / "ram.csv"), "--wave", "2019")
    others = loading.write_survey(filled / "svar.csv", loading.people({"AAA": 9, "BBB": 8}))
    loading.run("load", "survey", others, "--wave", "2019")
    register = loading.write_records(filled / "register.csv", loading.agreements())
    loading.run("load", "agreements", register, "--as-of", "2019-12-31")
    year = datetime.now(log.ZONE).year - importera.KEPT_YEARS
    said = everything(visitor.visit("importera", **ADMIN))
    assert f"Uppgifter från före {year} {hint}" in said
    assert "våg 2019." in said and "registret är per 2019-12-31" in said
    command = f"python manage.py prune --before {year}-01-01 --dry-run"
    assert command in said
    loading.run(*command.split()[2:-1])
    assert hint not in everything(visitor.visit("importera", **ADMIN))
    loading.run(*command.split()[2:-1])
    assert told("prune")[-1]["facts"]["outcome"] == "unchanged"


def test_a_damaged_pointer_leaves_versions_and_log_readable(visitor: Visitor, store: Path) -> None:
    (store / "current").write_text("../../etc/passwd")
    said = everything(visitor.visit("importera", **ADMIN))
    assert "Lagret behöver ses över" in said and "manage.py restore ID" in said
    assert "Registret per 2026-10-31 lästes in" in said and "Inläsning" in said


@pytest.mark.parametrize("role", ["politiker", "hr", "revisor"])
def test_no_other_role_reaches_the_page(visitor: Visitor, store: Path, role: str) -> None:
    sent = visitor.visit("importera", roll=role)
    assert sent.title == "Ingen åtkomst" and "fil.csv" not in everything(sent)


# --- what is taken away is told -------------------------------------------------------------------


def told(event: str) -> list[dict]:
    return log.entries(Viewer(Role.ADMIN), event=event).to_dict("records")


@pytest.mark.parametrize(
    ("page", "role", "more"),
    [
        ("rattvisa", "politiker", {}),
        ("overenskommelser", "hr", {"mina": "KLK,SN"}),
        ("regelverk", "politiker", {}),
        ("metod", "revisor", {}),
        ("importera", "admin", {}),
    ],
)
def test_every_file_of_a_page_is_told_once_when_it_is_taken_and_not_before(
    visitor: Visitor, store: Path, page: str, role: str, more: dict[str, str]
) -> None:
    sent = visitor.visit(page, roll=role, **more)
    assert sent.buttons and told("export") == []
    names = list(sent.files)
    rows = told("export")
    assert [row["what"] for row in rows] == names
    assert {row["role"] for row in rows} == {role}
    assert {row["actor"] for row in rows} == {log.system_user()}
    if role == "hr":
        assert {row["facts"]["departments"] for row in rows} == {"KLK, SN"}


def test_no_button_of_a_file_goes_past_the_log() -> None:
    offering = {
        path.name
        for folder in ("ui", "pages")
        for path in (loading.ROOT / folder).glob("*.py")
        if "download_button(" in path.read_text(encoding="utf-8")
    }
    assert offering == {"journal.py"}


def test_a_file_is_given_out_also_when_the_log_cannot_be_written(
    visitor: Visitor, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(store / "log")
    (store / "log").write_text("in the way")
    sent = visitor.visit("rattvisa", vag="2026")
    assert all(len(data) > 100 for data in sent.files.values())
    assert next(iter(sent.files)) in capsys.readouterr().err
