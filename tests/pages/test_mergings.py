"""Departments read together on every page, and one calm reason wherever something is hidden."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from queries.reference import DATA_DIR
from queries.store import open_reader
from queries.viewer import Role, Viewer
from tests.pages.test_pages import READ, THEMES, _run, visit, words
from tests.ui.results import WHY
from tests.visiting import at
from ui import shell, tables

__all__ = ["visit"]

DEMO = DATA_DIR / "demo"
TOGETHER = "MBN + TN tillsammans"


@pytest.mark.parametrize("asked", ["MBN+TN", "TN+MBN", "MBN TN", "TN MBN"])
def test_an_address_asks_for_a_merging_in_any_order_and_keeps_its_own_spelling(
    visit, asked: str
) -> None:
    app = visit("rattvisa", forvaltning=asked)
    # Rewriting it would be a step of the browser's history to get past.
    assert app.query_params[shell.DEPARTMENT] == asked
    said = words(app)
    assert f"{TOGETHER}: 4 av 11." in said
    assert "finns inte" not in said
    # Its departments are not told one by one beside it.
    assert "Socialförvaltningen" not in said


def test_a_merging_that_nobody_has_configured_is_told_as_unknown(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    said = words(at(**{shell.DEPARTMENT: "SN+KLK"}).run())
    assert "Förvaltningen SN+KLK finns inte" in said
    assert "MBN+TN" in said[said.index("Det som finns:") :][:200]


@pytest.mark.parametrize("page", [*READ, "regelverk"])
def test_a_merging_is_a_group_like_others_on_every_page(visit, page: str) -> None:
    said = words(visit(page, forvaltning="MBN+TN", jamfor="2026"))
    assert TOGETHER in said and "finns inte" not in said
    # What leads on keeps the choice.
    assert "forvaltning=MBN%2BTN" in said


@pytest.mark.parametrize("view", ["Svaren", "Tabell", "Förändring"])
def test_the_views_of_a_theme_tell_a_merging(visit, view: str) -> None:
    said = words(visit("rattvisa", view, forvaltning="MBN+TN", jamfor="2026"))
    assert TOGETHER in said
    assert "Socialförvaltningen" not in said


def test_hr_lists_the_agreements_of_a_merging_of_its_departments(visit) -> None:
    both = {"roll": "hr", "mina": "MBN,TN"}
    app = visit("overenskommelser", forvaltning="MBN+TN", **both)
    listed = app.dataframe[0].value
    assert set(listed["Förvaltning"]) == {"MBN", "TN"}
    refused = words(visit("overenskommelser", forvaltning="MBN+TN", roll="hr", mina="MBN"))
    assert f"{TOGETHER} hör inte till dina förvaltningar" in refused


def test_the_summary_has_a_column_for_a_merging_where_it_tells_what_its_parts_may_not(
    visit,
) -> None:
    said = words(visit("sammanfattning"))
    assert ">MBN+TN</abbr>" in said
    names = "Miljö- och byggförvaltningen och Tekniska kontoret"
    assert f'title="{names}"' in said
    assert f"MBN+TN = {names}" in said
    # Nothing is hidden from the auditor, so nothing has to be put together.
    assert ">MBN+TN</abbr>" not in words(visit("sammanfattning", roll="revisor"))


def test_the_method_page_tells_what_is_read_together_and_why(visit) -> None:
    said = words(visit("metod"))
    assert TOGETHER in said
    assert "23 tillfrågade" in said or "23 tillfrågade" in said.replace("tillsammans var ", "")
    assert "Kan väljas under Förvaltning." in said


def test_the_nearest_of_a_hidden_department_is_told_first_and_can_be_chosen(visit) -> None:
    said = words(visit("styrning", forvaltning="MBN"))
    assert re.search(r'närmaste som kan visas: <a href="/styrning[^"]*MBN%2BTN"', said)
    later = words(visit("styrning", forvaltning="KFN", vag="2026"))
    assert "hela kommunen</a>" in later and "MBN%2BTN" not in later


# --- the same reason ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which nearly everything is hidden."""
    from ingest.load import Options, load_agreements, load_frame, load_survey

    folder = tmp_path_factory.mktemp("few")

    def cut(name: str, step: int) -> Path:
        lines = (DEMO / name).read_text("utf-8-sig").splitlines()
        (folder / name).write_text("\n".join([lines[0], *lines[1::step]]), "utf-8")
        return folder / name

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISTANSKOLLEN_STORE", str(folder / "store"))
        patch.setenv("DISTANSKOLLEN_KEY_FILE", str(folder / "key"))
        options = Options(store=folder / "store")
        load_frame(DEMO / "frame-2024.csv", "2024", options)
        load_survey(cut("survey-2024.csv", 7), "2024", options)
        load_agreements(cut("agreements-2026-10.csv", 14), options)
    return folder / "store"


@pytest.mark.parametrize("department", ["", "MBN", "MBN+TN"])
@pytest.mark.parametrize("page", ["sammanfattning", *THEMES, "regelverk"])
def test_wherever_something_is_hidden_the_reason_stands_in_the_same_words(
    few: Path, monkeypatch: pytest.MonkeyPatch, page: str, department: str
) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(few))
    app = _run(page, {"forvaltning": department} if department else {})
    assert "dolt" in words(app)
    for chart in app.get("plotly_chart"):
        if "Dolt: " in chart.proto.alt:
            assert WHY in chart.proto.alt
        for trace in json.loads(chart.proto.spec)["data"]:
            if trace.get("name") == "dolt":
                assert trace["hovertext"].replace("<br>", " ") == WHY
    tables_of = [e.proto.body for e in app.get("html") if ">dolt<" in e.proto.body]
    assert all(WHY in body for body in tables_of if "dk-list" in body and "dk-plan" not in body)
    assert WHY in words(app)


@pytest.mark.parametrize("page", THEMES)
def test_the_reason_and_the_nearest_are_told_of_each_thing_that_is_hidden(
    few: Path, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(few))
    said = words(_run(page, {"forvaltning": "MBN"}, "Varför dolt?"))
    reasons = re.findall(r"Dolt: [^<]*? (Talet är dolt[^<]*)</p>", said)
    assert reasons and set(reasons) == {WHY}
    nearest = said.count("Det närmaste som kan visas:") + said.count("Inte heller hela kommunen")
    assert nearest >= len(reasons)


def test_a_csv_file_says_in_each_row_why_it_is_hidden_and_nowhere_else(
    demo_store: Path,
) -> None:
    from queries.indicators import results

    reader = open_reader(Viewer(Role.POLITIKER), demo_store)
    table = results(reader, "2024", ["rattvist_fordelat"])
    text = tables.csv_bytes(table).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    told = {row["Kod"]: row["Varför dolt?"] for row in rows}
    assert told == {"BUN": "", "KFN": "", "KLK": "", "MBN": WHY, "SN": "", "TN": WHY, "": ""}
    shown = table[table["status"] != "hidden"]
    assert "Varför dolt?" not in tables.csv_bytes(shown).decode("utf-8-sig")
