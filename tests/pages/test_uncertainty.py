"""Osäkerhet, Skillnader and Förändring on the theme pages of the demo store, as each role."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st

from queries import comparisons
from tests.pages.test_pages import words
from tests.visiting import Visitor, at, visiting

NBSP = "\N{NO-BREAK SPACE}"
FAIR = "rattvist_fordelat"


@pytest.fixture
def opened(demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Return ``opened(view, key, **parameters)``: what /rattvisa says with that one view open."""
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))

    def run(view: str, key: str = FAIR, **parameters: str) -> str:
        app = at("rattvisa", **parameters)
        app.session_state[f"syn-{key}"] = view
        app.run()
        assert not app.exception, [e.value for e in app.exception]
        return words(app)

    return run


def test_the_view_of_uncertainty_has_the_three_the_weights_and_whom_they_cannot_speak_for(
    opened,
) -> None:
    said = opened("Osäkerhet")
    assert "Hela kommunen: Mindre än hälften av dem som svarade valde detta." in said
    assert "räknas bort, och de som inte svarade är så många att det kan vara tvärtom." in said
    assert "Utan ”vet ej”: 54 %, 44–63 %." in said
    assert "Kultur- och fritidsförvaltningen: 0 av 3 tillfrågade svarade" in said
    assert "Tekniska kontoret är dolda för frågan och vägs som en enda grupp." in said


def test_a_hidden_department_keeps_its_reason_and_a_shown_one_is_told_beside_the_rest(
    opened,
) -> None:
    hidden = opened("Osäkerhet", forvaltning="MBN")
    assert "Miljö- och byggförvaltningen: Talet är dolt för att inget om en enskild" in hidden
    assert "3 av 4" not in hidden
    shown = opened("Osäkerhet", forvaltning="SN")
    assert "Socialförvaltningen: Andelen är lägre än hos övriga som svarade." in shown
    assert "Det är lägre än bland övriga, också med osäkerheten (−25,8 procentenheter" in shown


def test_differences_are_told_with_sizes_for_departments_and_for_groups(opened) -> None:
    said = opened("Skillnader")
    assert "Tydlig skillnad mot övriga: Kommunledningskontoret +28,9 procentenheter" in said
    assert "Fishers exakta test, p = 0,038" in said
    assert "Standardiserat" not in said
    groups = opened("Skillnader", f"{FAIR}-position")
    assert "Störst är skillnaden för Chef +11,3 procentenheter" in groups


def test_the_auditor_sees_what_remains_of_a_gap_with_everybodys_mix_of_work(opened) -> None:
    said = opened("Skillnader", roll="revisor")
    text = "Socialförvaltningen skiljer sig −19,1 procentenheter från alla i samma slags roller."
    assert text in said
    assert "svar saknas från" in said


def test_a_change_has_the_interval_of_the_change(opened) -> None:
    said = opened("Förändring", jamfor="2026", forvaltning="SN")
    assert "Socialförvaltningen: Från 24 % till 13 % (−11,7 procentenheter, 95 % intervall" in said
    assert "Prövning" in said and "Bortfallsgränser" in said


def test_what_is_under_a_closed_view_is_not_counted(
    opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: object, **_more: object) -> None:
        raise AssertionError("counted for a view that nobody has opened")

    st.cache_data.clear()
    for name in ("differences", "changes", "standardised"):
        monkeypatch.setattr(comparisons, name, fails)
    assert "I hela kommunen är det mindre än hälften" in opened("Per förvaltning")


def test_every_table_of_the_views_is_two_files_that_can_be_made(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    with visiting() as visitor:
        sent = visitor.visit("rattvisa", jamfor="2026", roll="revisor")
        kinds = ("osakerhet", "skillnader", "forandring", "standardiserat")
        for kind in kinds:
            own = {n: b for n, b in sent.buttons.items() if n.startswith(f"{kind}-{FAIR}")}
            assert {name.rpartition(".")[2] for name in own} == {"xlsx", "csv"}, kind
            for name, data in own.items():
                made = data()
                assert made[:2] == b"PK" if name.endswith("xlsx") else b"Arbetsmaterial" in made
        assert any(f"skillnader-{FAIR}-position" in name for name in sent.buttons)
        assert any("parvis" in name for name in sent.buttons)


def test_the_file_of_a_series_says_nothing_of_lines_that_it_does_not_have(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ui import tables

    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    notes: list[str] = []
    monkeypatch.setattr(
        tables, "xlsx_bytes", lambda _t, _s, told=(), **_m: notes.extend(x for _n, x in told) or b""
    )
    with visiting() as visitor:
        _series_file(visitor)
    assert any("som det var känt då" in text for text in notes)
    assert not any("streckad" in text or "skala går" in text for text in notes)


def _series_file(visitor: Visitor) -> None:
    sent = visitor.visit("arbetsmiljo")
    assert "Där linjen går streckad" in sent.words
    for name, data in sent.buttons.items():
        if "over-tid" in name and name.endswith("xlsx"):
            data()
