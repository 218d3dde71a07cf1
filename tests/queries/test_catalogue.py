"""The catalogue: each dossier is whole, points at what exists, and says what is counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from queries import reference, store
from queries.catalogue import (
    FRAME,
    REGISTER,
    SURVEY,
    Indicator,
    by_theme,
    indicator,
    indicators,
)
from queries.reference import DATA_DIR, ReferenceDataError

FORM = reference.load_questionnaire("vaggeryd-2024")
OF_SURVEY = [i for i in indicators() if i.source.kind == SURVEY]
SOURCES = {"003_2a6404414cd2e611.txt"}
each = pytest.mark.parametrize("dossier", indicators(), ids=lambda i: i.id)
each_of_survey = pytest.mark.parametrize("dossier", OF_SURVEY, ids=lambda i: i.id)

# The list of the design, theme by theme: what must be had, whatever it is called.
WANTED = {
    "svarsfrekvens": {"svarsfrekvens"},
    "styrning": {"policy_kand", "riktlinjer_kanda", "riktlinjer_tydliga", "mal_tydliga",
                 "riktlinjer_forankrade", "skriftlig_dar_det_kravs", "over_dagar",
                 "efter_slutdatum"},
    "rattvisa": {"rattvist_fordelat", "egen_mojlighet", "jamstalldhet_positiv", "insatser_kanda",
                 "tillgang", "anvandning", "avslag"},
    "arbetsmiljo": {"riskbedomd_fore_start", "uppfoljd_12_manader", "oppna_risker",
                    "forsenade_atgarder", "rod_risk_utan_atgard", "utvarderad_fore_forlangning",
                    "arbetsmiljo_sakerstalld", "arbetsmiljo_foljs_upp",
                    "arbetsmiljo_uppfoljd", "inga_arbetsmiljoatgarder"},
    "it_sakerhet": {"it_sakerstalld", "inga_it_atgarder", "it_utbildade", "it_rutiner_foljs_upp",
                    "it_genomgang_12_manader", "skydd_mot_sekretess"},
    "verksamhet": {"metoder_kanda", "produktivitet_positiv", "kvalitet_positiv",
                   "kommunikation_effektiv", "moten_varje_vecka"},
}  # fmt: skip


@pytest.mark.parametrize(("theme", "wanted"), WANTED.items())
def test_every_indicator_that_survey_and_register_can_feed_is_there(
    theme: str, wanted: set[str]
) -> None:
    assert {i.id for i in by_theme(theme)} == wanted


@each
def test_the_dossier_is_complete(dossier: Indicator) -> None:
    for text in (
        dossier.name, dossier.short, dossier.question, dossier.why, dossier.numerator,
        dossier.denominator, dossier.owner,
    ):  # fmt: skip
        assert text == text.strip() and text
    assert dossier.question.endswith("?") and dossier.why.endswith(".")
    # Numerator and denominator are put into sentences ("x av y"): no capital, no full stop.
    for part in (dossier.numerator, dossier.denominator):
        assert part[0].islower() and not part.endswith(".")
    assert dossier.changes
    assert all(change.date < dossier.review_date for change in dossier.changes)
    assert list(dossier.changes) == sorted(dossier.changes, key=lambda change: change.date)
    assert dossier.review_date > date(2026, 11, 22)


@each
def test_the_dossier_points_at_audit_question_recommendation_and_criteria_that_exist(
    dossier: Indicator,
) -> None:
    questions = {q.id: q for q in reference.audit_questions()}
    assert dossier.audit_question == "" or not questions[dossier.audit_question].overall
    # Only what belongs to none of the seven questions may leave it out.
    assert dossier.audit_question or dossier.theme in ("svarsfrekvens", "omfattning")
    numbers = {r.number for r in reference.recommendations()}
    assert dossier.recommendations and set(dossier.recommendations) <= numbers
    assert set(dossier.criteria) <= {c.id for c in reference.criteria()}
    assert len(set(dossier.criteria)) == len(dossier.criteria)


@each
def test_a_threshold_has_a_source_and_a_neutral_indicator_has_no_threshold(
    dossier: Indicator,
) -> None:
    for threshold in dossier.thresholds:
        file, comma, place = threshold.source.partition(", ")
        assert file in SOURCES and comma and place
    assert not (dossier.direction == "neutral" and dossier.thresholds)


@each_of_survey
def test_the_question_and_the_counted_options_are_in_the_questionnaire(dossier: Indicator) -> None:
    question = FORM.question(dossier.source.question)
    counted = dossier.source.counted(FORM)
    assert counted and set(counted) <= set(question.codes)
    assert len(counted) < len(question.codes)
    assert question.type != "text"
    assert question.theme == dossier.theme


@each_of_survey
def test_several_choices_count_one_option_so_that_nobody_is_counted_twice(
    dossier: Indicator,
) -> None:
    question = FORM.question(dossier.source.question)
    assert question.type != "multiple" or len(dossier.source.counted(FORM)) == 1


@each_of_survey
def test_the_direction_is_that_of_the_counted_options(dossier: Indicator) -> None:
    question = FORM.question(dossier.source.question)
    counted = dossier.source.counted(FORM)
    if question.type == "scale" and dossier.source.options:
        # A part of a scale that begins in its middle: all above it, nothing below.
        assert dossier.direction == "higher"
        assert counted == question.codes[question.codes.index(counted[0]) :]
        return
    speaks = {question.option(code).favourable for code in counted}
    assert speaks == {{"higher": True, "lower": False, "neutral": None}[dossier.direction]}


def test_what_stands_beside_a_register_indicator_is_of_its_theme_and_from_the_survey() -> None:
    found = {i.id: i for i in indicators()}
    pairs = [(i, found[i.beside]) for i in found.values() if i.beside]
    assert pairs
    for register, survey in pairs:
        assert (register.source.kind, survey.source.kind) == ("register", "survey")
        assert register.theme == survey.theme


@each_of_survey
def test_the_words_say_what_is_counted_and_of_whom(dossier: Indicator) -> None:
    question = FORM.question(dossier.source.question)
    assert ("vet ej" in dossier.denominator) is ("vet_ej" in question.codes)
    assert ("arbetar på annan plats" in dossier.denominator) is (question.asked_if is not None)
    quoted = set(re.findall("”(.+?)”", dossier.numerator))
    labels = {question.option(c).label.casefold() for c in dossier.source.counted(FORM)}
    others = {o.label.casefold() for o in question.options} - labels
    if "annat än" in dossier.numerator:
        assert quoted == others
    elif quoted:
        assert quoted == labels


def test_every_register_indicator_has_its_sql_and_every_sql_its_indicator() -> None:
    folder = store.QUERIES / "sql" / "register"
    files = {path.stem for path in folder.glob("*.sql") if not path.stem.startswith("_")}
    # The rules are evaluated for whole rule sets, not for an indicator, and the gate counts all.
    shared = {"evaluate", "regelverk", "any_rule", "cells", "cells_of_rules"}
    assert files - shared == {i.id for i in indicators() if i.source.kind == REGISTER}


@each
def test_the_sql_that_is_shown_is_the_one_that_runs(dossier: Indicator) -> None:
    sql = dossier.sql
    when = "day" if dossier.source.kind == REGISTER else "wave"
    for column in ("indicator", when, "department", "numerator", "denominator"):
        assert column in sql
    if dossier.source.kind == REGISTER:
        assert store.sql_file(f"register/{dossier.id}") in sql
        assert "met" in dossier.register_sql("trace")
    if dossier.source.kind == FRAME:
        assert f"{dossier.source.numerator}::integer as numerator" in sql


def test_only_the_survey_is_an_estimate() -> None:
    assert {i.id for i in indicators() if not i.full_count} == {i.id for i in OF_SURVEY}


def test_an_unknown_indicator_is_refused_by_name() -> None:
    assert indicator("policy_kand").theme == "styrning"
    with pytest.raises(KeyError, match="Indikatorn finns_inte finns inte"):
        indicator("finns_inte")


def twice(text: str) -> str:
    head, first, *rest = text.split("[[indicators]]")
    return "[[indicators]]".join([head, first, first, *rest])


def without_last_survey_question(text: str) -> str:
    return text.replace('source = { kind = "survey", question = "motesfrekvens" }\n', "")


@pytest.mark.parametrize(
    ("slip", "place", "message"),
    [
        (lambda text: text.replace("[[indicators]]", "[[indicators", 1), "", "line"),
        (lambda text: text.replace('unit = "andel"', 'unit = "kronor"', 1), "unit", "andel"),
        (lambda text: text.replace("why = ", "wy = ", 1), "why", "required"),
        (lambda text: text.replace("value = 1.0", "value = 100", 1), "value", "less than"),
        (lambda text: text.replace('id = "policy_kand"', 'id = "Policy"', 1), "id", "pattern"),
        (twice, "", "svarsfrekvens"),
        (without_last_survey_question, "source", "required"),
        (lambda text: text.replace('kind = "frame"', 'kind = "frames"', 1), "source", "frame"),
        (lambda text: text.replace("2027-03-31", '"i vår"', 1), "review_date", "date"),
    ],
)
def test_a_slip_in_the_catalogue_is_told_with_file_and_place(
    slip: Callable[[str], str], place: str, message: str, tmp_path: Path
) -> None:
    text = (DATA_DIR / "indicators.toml").read_text(encoding="utf-8")
    broken = tmp_path / "indicators.toml"
    assert slip(text) != text
    broken.write_text(slip(text), encoding="utf-8")
    with pytest.raises(ReferenceDataError) as told:
        indicators(broken)
    assert "indicators.toml" in str(told.value)
    assert place in told.value.place and message in told.value.message


def test_a_missing_catalogue_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(ReferenceDataError, match=r"indicators\.toml"):
        indicators(tmp_path / "indicators.toml")


def test_an_edit_of_the_catalogue_is_seen_at_once(tmp_path: Path) -> None:
    path = tmp_path / "indicators.toml"
    text = (DATA_DIR / "indicators.toml").read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    assert indicators(path) == indicators()
    path.write_text(text.replace('short = "Svarade"', 'short = "Svar"'), encoding="utf-8")
    assert indicators(path)[0].short == "Svar"
