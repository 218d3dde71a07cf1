"""What the protection costs is told: that answers wait, which profile, how much is visible."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from ingest.load import load_frame, load_survey
from queries.indicators import departments, options
from queries.mergings import of_departments
from queries.protection import visibility, visibility_merged, waiting
from queries.store import open_reader
from queries.viewer import Role, Viewer
from tests.pages.test_pages import _run, words

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def one_more(demo_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo with one answer more in the wave of 2026."""
    shutil.copytree(demo_store, tmp_path / "store")
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "store"))
    lines = (ROOT / "data" / "demo" / "survey-2026.csv").read_text("utf-8-sig").splitlines()
    more = tmp_path / "survey.csv"
    more.write_text("\n".join([*lines, lines[-1]]), encoding="utf-8")
    load_survey(more, "2026")


@pytest.mark.usefixtures("one_more")
def test_a_page_says_that_answers_wait_and_of_which_wave() -> None:
    counted, asked = waiting(open_reader(Viewer(Role.POLITIKER)), "2026")
    assert 0 < counted <= asked
    said = words(_run("rattvisa", {"vag": "2024", "jamfor": "2026"}))
    assert "Våg 2026: nya svar väntar" in said and "Våg 2024: nya svar väntar" not in said
    assert f"för {counted} av {asked} frågor" in said
    assert "revisor ser dem" not in said
    said = words(_run("rattvisa", {"vag": "2026", "roll": "revisor"}))
    assert "Våg 2026: nya svar väntar" in said and "revisor ser dem redan" in said


def test_while_the_survey_is_open_pages_say_so_and_start_with_a_wave_that_is_shown(
    demo_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(demo_store, tmp_path / "store")
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "store"))
    load_frame(ROOT / "data" / "demo" / "frame-2026.csv", "2027")
    lines = (ROOT / "data" / "demo" / "survey-2024.csv").read_text("utf-8-sig").splitlines()
    # Not more of them: the same answers are refused as those of another wave.
    answers = tmp_path / "survey.csv"
    answers.write_text("\n".join(lines[:5]), encoding="utf-8")
    load_survey(answers, "2027", collecting=True)
    for address in ({"vag": "2027"}, {"vag": "2027", "roll": "revisor"}):
        for page in ("rattvisa", "sammanfattning", "metod"):
            app = _run(page, address)
            assert not app.exception
        said = words(_run("rattvisa", address))
        assert "Våg 2027: enkäten pågår" in said and "nya svar väntar" not in said
        assert ("revisor ser dem redan" in said) == ("roll" in address)
    assert "enkäten pågår" not in words(_run("rattvisa", {}))


def test_a_wave_of_which_nothing_waits_does_not_say_so(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    assert "svar väntar" not in words(_run("rattvisa", {"vag": "2026"}))


def test_the_method_page_tells_the_profile_its_reason_and_how_much_is_visible(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    said = words(_run("metod", {"vag": "2024"}))
    assert "Sekretessprofil: Standard (minst fem svar)" in said
    assert "Enkäten lovades anonym" in said and "låstes när vågen 2024 lästes in" in said
    table = visibility(open_reader(Viewer(Role.POLITIKER)), "2024")
    rows: list[Any] = table.set_index("breakdown").loc["department"].tolist()
    assert f"{rows[0]} av {rows[1]}" in said


def test_what_is_visible_is_counted_of_what_is_published(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    reader = open_reader(Viewer(Role.POLITIKER))
    table = visibility(reader, "2024").set_index("breakdown")
    cube = reader.rows(
        'select breakdown, question, "group", min(status), max(base) from published.cube '
        "where wave = '2024' group by all"
    )
    for breakdown, row in table.iterrows():
        own = [status for b, _q, _g, status, base in cube if b == breakdown and base != 0]
        shown = sum(status == "shown" for status in own)
        assert (row["shown"], row["groups"]) == (shown, len([s for s in own if s != "not_asked"]))
    assert table["shown"].le(table["groups"]).all() and table.loc["all", "shown"] > 0


def test_what_a_merging_makes_visible_is_counted_of_what_a_politician_is_told_of_it(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    reader = open_reader(Viewer(Role.POLITIKER))
    for wave in ("2024", "2026"):
        codes = list(departments(reader, wave)["code"])
        (merging,) = of_departments(codes)
        table = options(reader, wave, mergings=[merging])
        groups: dict[tuple[str, str], str] = {}
        for row in table.dropna(subset="department").to_dict("records"):
            if row["department"] in merging.departments or row["denominator"] == 0:
                continue
            if row["status"] in ("shown", "hidden"):
                groups[row["indicator"].split(":")[0], row["department"]] = row["status"]
        shown = sum(status == "shown" for status in groups.values())
        (told,) = visibility_merged(reader, wave, [merging]).to_dict("records")
        assert told == {"merging": merging.code, "shown": shown, "groups": len(groups)}
        assert 0 < shown < len(groups)
    said = words(_run("metod", {"vag": "2026"}))
    assert "som en grupp" in said and f"{shown} av {len(groups)}" in said
