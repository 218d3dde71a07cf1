"""Osäkerhet, Skillnader and Förändring on the theme pages of the demo store, as each role."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st

from queries import comparisons
from queries.catalogue import SURVEY, by_theme
from queries.reference import load_questionnaire
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


def test_a_group_has_the_three_uncertainties_and_one_that_is_hidden_cannot_be_chosen(
    opened,
) -> None:
    said = opened("Osäkerhet", f"{FAIR}-position")
    assert "Hur många som tillfrågades i varje grupp är inte publicerat" in said
    # The first group that is shown; the rebuilt wave has 8 of 16 managers, just the half.
    assert "Chef, våg 2024: 8 av 16 svar." in said and "8 av 16, 5–95 %" in said
    said = opened("Osäkerhet", f"{FAIR}-position", **{"grupp-position": "medarbetare"})
    assert "Medarbetare: Mindre än hälften av dem som svarade valde detta." in said
    assert "Medarbetare: Andelen är lägre än hos övriga som svarade." in said
    assert "Utan ”vet ej”: " in said and "Grupperna är ovägda" in said
    # Of those whom nobody may tell of there is nothing, whatever the address asks for.
    hidden = opened("Osäkerhet", f"{FAIR}-occupation", **{"grupp-occupation": "annat"})
    assert "Annat, våg 2024" not in hidden and "Administration och stöd, våg 2024" in hidden
    auditor = opened("Osäkerhet", f"{FAIR}-occupation", roll="revisor",
                     **{"grupp-occupation": "annat"})  # fmt: skip
    assert "Annat, våg 2024" in auditor


@pytest.mark.parametrize("role", ["politiker", "revisor"])
def test_the_file_of_groups_has_every_uncertainty_of_what_is_shown_and_a_word_for_the_rest(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    with visiting() as visitor:
        sent = visitor.visit(
            "jamforelser", fraga="forvaltningar", indikator="egen_mojlighet",
            grupper="occupation", roll=role,
        )  # fmt: skip
    mark = "-arbetsmaterial" if role == "revisor" else ""
    name = f"osakerhet-egen_mojlighet-occupation-2024{mark}.csv"
    text = sent.files[name].decode("utf-8-sig")
    rows = {row["Yrkesroll"]: row for row in csv.DictReader(io.StringIO(text), delimiter=";")}
    own = rows["Administration och stöd"]
    for head in ("Andel", "95 % intervall, nedre", "Bortfallsgräns, övre", "Medelvärde",
                 "Medelvärde, bortfallsgräns, nedre", "Skillnad mot övriga"):  # fmt: skip
        assert float(own[head].replace(",", ".")) is not None, head
    absent = {head for head, value in rows["Annat"].items() if value == "dolt"}
    numbers = {"Andel", "Underlag", "Medelvärde", "Bortfallsgräns, nedre", "Skillnad mot övriga"}
    assert (absent >= numbers) == bool(absent) == (role == "politiker")
    said = sent.words.replace(NBSP, " ")
    assert "Skalan är 1 = Mycket dåligt och 5 = Mycket bra, och avståndet mellan stegen" in said


def test_one_of_several_answers_has_its_interval_and_what_the_silent_could_make_of_it(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    with visiting() as visitor:
        sent = visitor.visit("it-sakerhet", **{"svar-it_atgarder": "kryptering"})
    said = sent.words.replace(NBSP, " ")
    assert "Vid flera svar räknas ”vet ej” som ett av svaren" in said
    assert "Hela kommunen: Mindre än hälften av dem som svarade valde detta." in said
    table = next(body for body in sent.tables if "Svarsalternativ" in body)
    assert "95 % intervall" in table and "Bortfallsgränser" in table
    heads = sent.files["it_atgarder-2024.csv"].decode("utf-8-sig").splitlines()[0]
    assert "95 % intervall, nedre" in heads and "Bortfallsgräns, övre" in heads


def test_differences_are_told_with_sizes_for_departments_and_for_groups(opened) -> None:
    said = opened("Skillnader")
    assert "Tydlig skillnad mot övriga: Kommunledningskontoret +28,9 procentenheter" in said
    assert "Fishers exakta test, p = 0,038" in said
    assert "Standardiserat" not in said
    groups = opened("Skillnader", f"{FAIR}-position")
    assert "Störst är skillnaden för Chef +11,3 procentenheter" in groups


def test_means_are_compared_where_there_is_a_scale_and_only_there(opened) -> None:
    said = opened("Skillnader", "egen_mojlighet")
    assert "Tydlig skillnad i medelvärde mot övriga: Kommunledningskontoret +" in said
    assert "Skillnaderna är i steg på skalan; läs hellre andelarna ovan." in said
    assert "medelvärde" not in opened("Skillnader")


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


@pytest.mark.parametrize("page", ["arbetsmiljo", "it-sakerhet"])
def test_a_question_that_has_vet_ej_is_never_said_to_have_none(
    page: str, demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two indicators are of questions with several answers, vet ej among them."""
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    with visiting() as visitor:
        said = visitor.visit(page, vag="2026", forvaltning="SN").words
    form, theme = load_questionnaire("vaggeryd-2024"), page.replace("-", "_")
    asked = [form.question(i.source.question) for i in by_theme(theme) if i.source.kind == SURVEY]
    without = [question.id for question in asked if "vet_ej" not in question.codes]
    assert len(without) < len(asked)
    assert said.count("Frågan har inget ”vet ej” att räkna bort") == len(without)
    assert "Vid flera svar räknas ”vet ej” som ett av svaren." in said
    assert "Skalan är 1 = 1" not in said
