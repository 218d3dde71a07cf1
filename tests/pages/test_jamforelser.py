"""The three questions of /jamforelser, on the demo store and where there is little to compare."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.loading import run, write_frame
from tests.visiting import Visitor, visiting
from ui.comparisons import silence_told

NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def visitor() -> Iterator[Visitor]:
    with visiting() as visitor:
        yield visitor


@pytest.fixture
def demo(demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    monkeypatch.setenv("DISTANSKOLLEN_KEY_FILE", str(demo_store.parent / "key"))


def opened(visitor: Visitor, **parameters: str) -> tuple[str, dict[str, bytes]]:
    sent = visitor.visit("jamforelser", **parameters)
    assert not sent.app.exception, [e.value for e in sent.app.exception]
    return sent.words.replace(NBSP, " "), sent.files


@pytest.mark.usefixtures("demo")
def test_the_head_says_how_many_have_surely_changed_and_the_file_has_every_department(
    visitor: Visitor,
) -> None:
    said, files = opened(visitor, jamfor="2026")
    assert "Hela kommunen: 13 av 23 indikatorer har ändrats tydligt från våg 2024" in said
    assert "Störst är förändringen i ”Skriftlig policy finns”. Från 34 % till 75 %" in said
    assert "Men de som inte svarade är så många att det kan vara tvärtom" in said
    assert "Tydlig är en förändring när både intervallet och testet utesluter noll." in said
    assert {"forandringar-2024-2026.xlsx", "forandringar-2024-2026.csv"} <= set(files)
    text = files["forandringar-2024-2026.csv"].decode("utf-8-sig")
    assert "Socialförvaltningen" in text and "Arbetsmaterial" not in text


@pytest.mark.usefixtures("demo")
def test_without_a_comparison_the_way_to_one_is_a_link(visitor: Visitor) -> None:
    said, _files = opened(visitor)
    assert "/jamforelser?vag=2024&amp;jamfor=2026&amp;fraga=vagor" in said


@pytest.mark.usefixtures("demo")
def test_a_department_is_told_beside_the_others_with_a_conclusion_for_each_indicator(
    visitor: Visitor,
) -> None:
    said, files = opened(visitor, fraga="forvaltningar", forvaltning="SN", roll="revisor")
    assert "Socialförvaltningen skiljer sig tydligt från övriga i 8 av 23 indikatorer" in said
    assert "Andelen är lägre än hos övriga som svarade." in said
    assert "Prövat med ett exakt test." in said
    marked = [name for name in files if name.startswith("mot-ovriga-SN-2024")]
    assert marked and all("arbetsmaterial" in name for name in marked)
    for name in marked:
        assert b"Arbetsmaterial" in files[name] or name.endswith("xlsx")


@pytest.mark.usefixtures("demo")
def test_what_is_hidden_stays_hidden_and_leads_to_the_nearest_in_the_same_view(
    visitor: Visitor,
) -> None:
    said, _files = opened(visitor, fraga="forvaltningar", forvaltning="MBN")
    assert "kan inte jämföras med övriga i någon indikator" in said
    assert '/jamforelser?vag=2024&amp;forvaltning=MBN%2BTN&amp;fraga=forvaltningar"' in said
    assert "En indikator i taget" not in said
    said, _files = opened(visitor, fraga="forvaltningar", forvaltning="MBN+TN")
    assert "MBN + TN tillsammans skiljer sig inte tydligt från övriga i någon av 21" in said
    said, _files = opened(visitor, jamfor="2026", forvaltning="MBN")
    assert "ingen förändring kan visas. I stället visas KFN + MBN + TN tillsammans." in said
    # None is sure: then none is called the largest.
    assert "ingen av 21 indikatorer har ändrats tydligt" in said and "Störst är" not in said


@pytest.mark.usefixtures("demo")
def test_the_overview_has_no_shades_of_shares_and_leads_to_each_department(
    visitor: Visitor,
) -> None:
    said, files = opened(visitor, fraga="forvaltningar")
    assert "indikatorer skiljer sig någon förvaltning tydligt från de övriga." in said
    assert 'forvaltning=KLK&amp;fraga=forvaltningar"' in said
    assert "dk-swatch dk-s0" not in said
    # Where a merging is hidden too it is said so, not that nobody was asked.
    assert "ej ställd" not in said
    assert "mot-ovriga-2024.xlsx" in files and "läs inte de andra som en rangordning" in said


@pytest.mark.usefixtures("demo")
def test_others_numbers_never_stand_without_their_caveat(visitor: Visitor) -> None:
    said, _files = opened(visitor, fraga="andra")
    assert "Jämfört med Fackförbundet ST" in said and "Läs det aldrig utan förbehållet" in said


def test_a_wave_with_only_a_frame_is_said_and_has_no_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visitor: Visitor
) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "store"))
    run("load", "frame", write_frame(tmp_path / "frame.csv"), "--wave", "2024")
    said, files = opened(visitor)
    assert "Det finns bara en våg att visa" in said
    said, files = opened(visitor, fraga="forvaltningar")
    assert "Ingen av enkätens indikatorer kan visas" in said and not files


def test_whether_the_silent_could_undo_it_is_counted() -> None:
    sure = {"difference": 0.3, "low": 0.2, "high": 0.4, "p_holm": 0.001, "status": "shown"}
    undone = {**sure, "bound_low": -0.1, "bound_high": 0.6}
    holds = {**sure, "bound_low": 0.1, "bound_high": 0.5}
    assert "kan vara tvärtom" in silence_told([undone, undone], "")
    assert silence_told([undone, holds], "").startswith("1 av 2 gäller")
    assert silence_told([holds], "").startswith("Det gäller vad")
