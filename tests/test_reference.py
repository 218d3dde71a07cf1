"""The reference facts load, say what the audit says, and refuse a slip with file and place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError

from queries import reference
from queries.reference import ReferenceDataError, load_questionnaire

SECTIONS_1_AND_2 = [
    "frekvens", "q1_1", "q1_2", "q1_3", "q1_4", "q1_5", "q2_1a", "q2_1b", "q2_1c", "q2_2",
]  # fmt: skip
SECTION_3 = [
    "q3_1a", "q3_1b", "q3_2", "q3_3", "q3_4", "q3_5", "produktivitet", "motesfrekvens",
    "arbetsmiljoatgarder", "it_atgarder", "it_utbildning", "it_uppfoljning",
]  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory of one's own to spoil."""
    for name in ("questionnaires", "audit"):
        shutil.copytree(reference.DATA_DIR / name, tmp_path / name)
    shutil.copy(reference.DATA_DIR / "departments.toml", tmp_path)
    return tmp_path


def spoil(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


# --- questionnaire --------------------------------------------------------------------------------


def test_question_ids_and_order_are_the_contract():
    questionnaire = load_questionnaire("vaggeryd-2024")
    assert [question.id for question in questionnaire.questions] == SECTIONS_1_AND_2 + SECTION_3
    assert [a.id for a in questionnaire.attributes] == [
        "department", "position", "occupation", "sex", "age",
    ]  # fmt: skip
    assert [a.text for a in questionnaire.attributes] == [
        "Förvaltning", "Befattning", "Roll", "Kön", "Ålder",
    ]  # fmt: skip
    assert [a.id for a in questionnaire.attributes if a.optional] == ["sex", "age"]


def test_section_three_is_asked_of_those_who_work_elsewhere():
    questionnaire = load_questionnaire("vaggeryd-2024")
    others = set(questionnaire.question("frekvens").codes) - {"aldrig"}
    filtered = [q for q in questionnaire.questions if q.asked_if]
    assert [q.id for q in filtered] == SECTION_3
    for question in filtered:
        assert question.asked_if.question == "frekvens"
        assert set(question.asked_if.options) == others
        assert "base" in question.inferred


def test_dont_know_speaks_for_neither_side():
    for field in load_questionnaire("vaggeryd-2024").fields:
        for option in field.options:
            if option.code == "vet_ej":
                assert option.favourable is None, field.id


def test_every_opinion_question_has_something_favourable():
    for question in load_questionnaire("vaggeryd-2024").questions:
        assert bool(question.favourable_codes) == (question.id != "frekvens"), question.id


def test_department_options_are_the_departments():
    attribute = load_questionnaire("vaggeryd-2024").attribute("department")
    told = {(o.code, o.label) for o in attribute.options}
    assert told == {(d.code, d.name) for d in reference.departments()}
    for department in reference.departments():
        names = attribute.option(department.code).names
        assert {department.code, department.name, department.board} <= set(names)


def test_fingerprint_follows_the_bytes_of_the_file(data: Path):
    before = load_questionnaire("vaggeryd-2024", data)
    assert before == load_questionnaire("vaggeryd-2024")
    file = data / "questionnaires" / "vaggeryd-2024.toml"
    spoil(file, 'title = "Styrning', 'title = "Ny styrning')
    after = load_questionnaire("vaggeryd-2024", data)
    assert after.fingerprint != before.fingerprint
    assert after.title.startswith("Ny styrning")


def test_models_cannot_be_changed():
    with pytest.raises(ValidationError):
        load_questionnaire("vaggeryd-2024").title = "annat"


# --- what the audit published ---------------------------------------------------------------------


def test_response_table_adds_up_to_the_published_totals():
    rows = reference.response_table()
    assert sum(row.invited for row in rows) == 221
    assert sum(row.answered for row in rows) == 91
    assert round(91 / 221, 2) == 0.41
    for row in rows:
        # 17 of 40 is 42.5 %, told as 43: half a point either way, ends included.
        assert abs(row.answered / row.invited - row.published_rate) <= 0.005 + 1e-9
        assert not row.staff_approximate
        assert row.possibility_approximate == (row.department != "MBN")
    assert [row.department for row in rows] == [d.code for d in reference.departments()]


def test_each_published_figure_follows_from_its_count_but_one():
    figures = reference.published_figures()
    assert [figure.id for figure in figures if figure.deviates] == ["q1_1_bun"]
    for figure in figures:
        for count in figure.also:
            other = figure.model_copy(update={"count": count})
            assert not other.deviates, figure.id


def test_no_whole_number_of_seventeen_gives_twenty_per_cent():
    figure = next(f for f in reference.published_figures() if f.id == "q1_1_bun")
    assert (figure.count, figure.base, figure.published) == (3, 17, "20 %")
    assert all(
        figure.model_copy(update={"count": count}).deviates for count in range(figure.base + 1)
    )


def test_seventy_is_the_only_base_that_gives_all_five_shares_of_section_three():
    shares = [f.published_share for f in reference.published_figures() if f.base == 70]
    assert len(shares) == 5
    fitting = [
        base
        for base in range(1, 92)
        if all(
            any(abs(count / base - share) <= 0.0005 for count in range(base + 1))
            for share in shares
        )
    ]
    assert fitting == [70]


def test_published_figures_point_at_questions_options_and_bases_that_exist():
    questionnaire = load_questionnaire("vaggeryd-2024")
    fields = {field.id: field for field in questionnaire.fields}
    answered = {row.department: row.answered for row in reference.response_table()}
    for figure in reference.published_figures():
        assert figure.options
        assert set(figure.options) <= set(fields[figure.question].codes), figure.id
        if figure.department is None:
            assert figure.base in (91, 70)
            assert (figure.base == 70) == ("base" in figure.inferred)
        else:
            assert figure.base in (answered[figure.department], 4)


def test_recommendations_make_fifteen_things_to_follow_up():
    boards = {department.board_code for department in reference.departments()}
    recommendations = reference.recommendations()
    assert [r.number for r in recommendations] == [1, 2, 3, 4, 5]
    assert sum(len(r.boards) for r in recommendations) == 15
    asked = {question.id for question in reference.audit_questions()}
    for recommendation in recommendations:
        assert set(recommendation.boards) <= boards
        assert set(recommendation.audit_questions) <= asked


def test_seven_audit_questions_and_the_overall_one():
    questions = reference.audit_questions()
    assert [q.number for q in questions] == list(range(8))
    assert [q.id for q in questions if q.overall] == ["samlad"]
    verdicts = {q.id: q.verdict for q in questions}
    assert verdicts["samlad"] == "Till viss del"
    assert verdicts["arbetsmiljo"] == verdicts["likabehandling"] == "Endast till viss del"


def test_seven_traps_are_told():
    assert [trap.number for trap in reference.traps()] == [1, 2, 3, 4, 5, 6, 7]


def test_criteria_not_from_the_audit_are_marked_and_no_law_is_said_to_be_read():
    for criterion in reference.criteria():
        assert criterion.inferred == (not criterion.audit), criterion.id
        assert not criterion.read
        assert "§" not in criterion.requires


def test_every_fact_cites_a_source():
    questionnaire = load_questionnaire("vaggeryd-2024")
    for fact in (
        *questionnaire.fields,
        *reference.departments(),
        *reference.audit_questions(),
        *reference.recommendations(),
        *reference.criteria(),
        *reference.traps(),
        *reference.response_table(),
        *reference.published_figures(),
    ):
        cites = fact.source.startswith(("003_2a6404414cd2e611.txt, ", "000_1c2be27eeeb5d98a.txt, "))
        assert cites or fact.source.startswith("Projektets urval"), fact


# --- a slip in a file -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('id = "q1_2"', 'id = "q1_1"', "'q1_1' finns två gånger"),
        ('label = "Ja", favourable', "favourable", "questions q1_1, options ja, label"),
        ('theme = "styrning"', 'theme = "styrning"\nsvar = 1', "questions q1_1, svar"),
        ('theme = "styrning"', 'theme = "styrnig"', "questions q1_1, theme"),
        ('type = "scale"', 'type = "skala"', "questions q3_1b, type"),
        ('code = "5"', 'code = "6"', "exakt alternativen 1, 2, 3, 4 och 5"),
        ('code = "vet_ej"', 'code = "Vet ej"', "Koden 'Vet ej' har inte rätt form"),
        ('code = "nej"', 'code = "ja"', "Koden 'ja' finns två gånger"),
        ('label = "Nej"', 'label = "JA"', "Svaret 'ja' pekar på två alternativ"),
        ('"Ditt kön"', '"Alder"', "Rubriken 'alder' pekar på två frågor"),
        ('question = "frekvens"', 'question = "it_utbildning"', "inte är en tidigare fråga"),
        ('options = ["mer_sallan"', 'options = ["ibland"', "svar som inte finns: ibland"),
        ("003_2a6404414cd2e611.txt, Figur 1:4", "  ", "questions q1_4, source"),
        ('inferred = ["options", "base"]', 'inferred = ["base"]', "inferred stämmer inte"),
        ('id = "vaggeryd-2024"', 'id = "vaggeryd"', "detsamma som filens namn"),
        ('title = "', "title = ", "inte giltig TOML"),
    ],
)
def test_a_slip_in_the_questionnaire_is_told_with_file_and_place(
    data: Path, old: str, new: str, told: str
):
    file = data / "questionnaires" / "vaggeryd-2024.toml"
    spoil(file, old, new)
    with pytest.raises(ReferenceDataError, match=r"vaggeryd-2024\.toml") as caught:
        load_questionnaire("vaggeryd-2024", data)
    assert told in str(caught.value)


def test_an_unknown_questionnaire_is_refused_and_the_known_ones_named():
    with pytest.raises(ReferenceDataError, match="Välj bland: vaggeryd-2024"):
        load_questionnaire("vaggeryd-2030")


def test_an_id_cannot_reach_a_file_outside_the_questionnaires():
    with pytest.raises(ReferenceDataError, match="inget frågeformulär"):
        load_questionnaire("../departments")


def test_a_slip_in_a_table_is_told_with_its_line(data: Path):
    spoil(data / "audit" / "response.csv", "KFN,KFN,3,0", "KFN,KFN,tre,0")
    with pytest.raises(ReferenceDataError, match=r"response\.csv: rad 3, invited"):
        reference.response_table(data)


def test_a_row_with_a_field_too_many_is_told_with_its_line(data: Path):
    spoil(data / "audit" / "response.csv", "KFN,KFN,3,0", "KFN,KFN,3,0,9")
    with pytest.raises(ReferenceDataError, match=r"rad 3\. Raden har fel antal fält"):
        reference.response_table(data)


def test_a_department_listed_twice_is_refused(data: Path):
    spoil(data / "departments.toml", 'code = "KFN"', 'code = "BUN"')
    with pytest.raises(ReferenceDataError, match="'BUN' finns två gånger"):
        reference.departments(data)


def test_a_missing_file_is_told_by_name(tmp_path: Path):
    with pytest.raises(ReferenceDataError, match=r"departments\.toml\. Filen går inte att läsa"):
        reference.departments(tmp_path)
