"""Survey answers: options recognised however they are written, and nobody recognisable kept."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.load import LoadRefused, Options, load_frame, load_survey
from ingest.readers import Row, Table, read_table
from ingest.survey import read_answers
from queries import reference
from queries.reference import Questionnaire, load_questionnaire
from queries.store import store_path
from tests import loading

DEPARTMENTS = {"AAA": "AAA", "Alfaförvaltningen": "AAA", "BBB": "BBB"}
COMMA = "Ergonomisk utrustning (stol, skärm eller liknande)"


@pytest.fixture
def form() -> Questionnaire:
    return load_questionnaire("vaggeryd-2024")


def read(form: Questionnaire, records: list[dict[str, Any]]) -> Any:
    headers = list(dict.fromkeys(name for record in records for name in record))
    table = Table(
        headers,
        [Row(n, [r.get(h, "") for h in headers]) for n, r in enumerate(records, start=2)],
        header_line=1,
        sha256="0" * 64,
        name="svar.csv",
    )
    return read_answers(table, form, DEPARTMENTS)


def answer(form: Questionnaire, question: str, value: Any) -> tuple[str, ...] | None:
    found = read(form, [{"Förvaltning": "AAA", question: value}])
    assert found.errors == [], found.errors
    return found.people[0].answers.get(question)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("VPN, Kryptering", ("vpn", "kryptering")),
        ("VPN;Kryptering", ("vpn", "kryptering")),
        ("VPN;Kryptering;", ("vpn", "kryptering")),
        ("VPN, Kryptering, ", ("vpn", "kryptering")),
        (";VPN ;; kryptering,;", ("vpn", "kryptering")),
        ("vpn-anslutning", ("vpn",)),
        ("VPN, VPN", ("vpn",)),
        ("VPN,Kryptering av data", ("vpn", "kryptering")),
        ("Kryptering av data, SITHS", ("kryptering", "siths_kort")),
        ("", None),
        (" ; ", None),
    ],
)
def test_several_choices_are_split_however_the_form_joined_them(
    form: Questionnaire, text: str, codes: tuple[str, ...] | None
) -> None:
    assert answer(form, "it_atgarder", text) == codes


@pytest.mark.parametrize("joint", [", ", ";", "; ", ","])
def test_an_option_that_holds_a_comma_is_one_option(form: Questionnaire, joint: str) -> None:
    text = joint.join(["Riskbedömning av arbetsplatsen", COMMA, "Samtal med min chef"])
    assert answer(form, "arbetsmiljoatgarder", text) == ("riskbedomning", "ergonomi", "dialog")


def test_every_option_of_every_question_is_read_by_each_of_its_names(form: Questionnaire) -> None:
    for item in form.questions:
        for option in item.options:
            for name in (*option.names, option.code, option.label.upper(), f" {option.label} "):
                assert answer(form, item.id, name) == (option.code,), (item.id, name)


def test_an_unknown_choice_among_known_ones_is_refused_and_the_options_named(
    form: Questionnaire,
) -> None:
    found = read(form, [{"Förvaltning": "AAA", "it_atgarder": "VPN, Hänglås"}])
    (error,) = found.errors
    assert (error.row, error.column, error.value) == (2, "it_atgarder", "VPN, Hänglås")
    assert "vpn-anslutning" in error.message.casefold() and found.people == []


def test_a_cell_that_repeats_an_option_endlessly_costs_neither_stack_nor_time(
    form: Questionnaire,
) -> None:
    start = time.perf_counter()
    assert answer(form, "it_atgarder", "VPN;" * 5000) == ("vpn",)
    found = read(form, [{"Förvaltning": "AAA", "it_atgarder": "VPN, " * 5000 + "Hänglås"}])
    assert len(found.errors) == 1
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("value", [3, 3.0, "3", " 3 "])
def test_a_scale_is_read_as_number_and_as_text(form: Questionnaire, value: Any) -> None:
    assert answer(form, "q3_1b", value) == ("3",)


@pytest.mark.parametrize("value", [0, 6, 2.5, "tre", "3–4", True])
def test_what_is_not_on_the_scale_is_refused(form: Questionnaire, value: Any) -> None:
    found = read(form, [{"Förvaltning": "AAA", "q3_1b": value}])
    assert [error.column for error in found.errors] == ["q3_1b"]


def test_an_answer_beyond_its_filter_is_refused_by_row_and_column(form: Questionnaire) -> None:
    good = {"Förvaltning": "AAA", "frekvens": "1–2 dagar i veckan", "q3_5": "Ja"}
    bad = {"Förvaltning": "AAA", "frekvens": "Aldrig", "q3_5": "Ja", "q3_1b": "4"}
    silent = {"Förvaltning": "BBB", "frekvens": "", "q3_5": "Nej"}
    found = read(form, [good, bad, silent])
    assert {(e.row, e.column, e.value) for e in found.errors} == {
        (3, "q3_5", "Ja"),
        (3, "q3_1b", "4"),
    }
    assert all("”Aldrig”" in error.message for error in found.errors)
    assert [person.line for person in found.people] == [2, 4]


def test_all_faults_of_a_row_are_told_at_once(form: Questionnaire) -> None:
    row = {"Förvaltning": "XXX", "Befattning": "Kung", "q1_1": "Kanske", "q1_4": "Ja"}
    found = read(form, [row])
    assert [error.column for error in found.errors] == ["Förvaltning", "Befattning", "q1_1"]
    assert "AAA, BBB" in found.errors[0].message


def test_a_department_may_be_written_as_code_name_or_known_alias_in_any_case(
    form: Questionnaire,
) -> None:
    table = Table(
        ["Förvaltning"],
        [Row(n, [v]) for n, v in enumerate(["bun", "BUN ", "barn- och utbildningsnämnden"], 2)],
        header_line=1,
        sha256="0" * 64,
        name="svar.csv",
    )
    found = read_answers(table, form, {"bun": "bun", "Skolan": "bun"})
    assert [p.attributes["department"] for p in found.people] == ["bun"] * 3


def test_headers_are_matched_by_text_alias_and_id_without_case_blanks_and_diacritics(
    form: Questionnaire,
) -> None:
    text = form.question("q1_1").text
    found = read(
        form,
        [
            {
                " FORVALTNING\u00a0": "AAA",
                text.upper().replace(" ", "  "): "Ja",
                "Q1_2": "Nej",
                "Hur är vädret?": "Grått",
            }
        ],
    )
    assert found.people[0].answers == {"q1_1": ("ja",), "q1_2": ("nej",)}
    assert found.unmapped == ["Hur är vädret?"]
    assert found.asked == {"q1_1", "q1_2"}


# --- Microsoft Forms ------------------------------------------------------------------------------


def test_a_microsoft_forms_workbook_is_read_and_nobody_in_it_reaches_the_store(
    tmp_path: Path,
) -> None:
    form = load_questionnaire("vaggeryd-2024")
    loading.run("load", "frame", loading.write_frame(tmp_path / "frame.csv"), "--wave", "2024")
    headers = [
        "ID",
        "Starttid",
        "Slutförandetid",
        "E-post",
        "Namn",
        "Förvaltning",
        form.question("q1_1").text,
        form.question("q3_1b").text,
        form.question("it_atgarder").text,
    ]
    rows = [
        [
            n,
            45600.3 + n,
            45600.31 + n,
            f"hemlig.person{n}@kommunen.example",
            f"Hemliga Personsson{n}",
            "AAA",
            "Ja",
            n % 5 + 1,
            "VPN-anslutning;Kryptering av data;",
        ]
        for n in range(1, 9)
    ]
    path = loading.write_xlsx(tmp_path / "Enkät(1-8).xlsx", [headers, *rows])
    result = load_survey(path, "2024")
    assert result.accepted == 8
    assert {"ID", "E-post", "Namn"} <= set(result.unmapped_columns)
    held = loading.everything()
    for secret in ("hemlig", "personsson", "@", "45601", "2024-11-0"):
        assert secret not in held.casefold(), secret
    bytes_held = b"".join(p.read_bytes() for p in store_path().rglob("*") if p.is_file()).lower()
    for secret in (b"hemlig", b"personsson", b"kommunen.example"):
        assert secret not in bytes_held, secret
    counted = loading.rows(
        "select option, count(*) from records.answer where question = 'q3_1b' "
        "group by all order by all"
    )
    assert sum(n for _option, n in counted) == 8


def test_neither_time_nor_order_of_the_file_is_stored(tmp_path: Path) -> None:
    loading.run("load", "frame", loading.write_frame(tmp_path / "frame.csv"), "--wave", "2024")
    path = loading.write_survey(tmp_path / "survey.csv")
    orders = set()
    for attempt in range(3):
        path.write_bytes(path.read_bytes() + b"\r\n" * attempt)
        load_survey(path, "2024")
        assert "07." not in loading.everything()
        (stored,) = loading.rows(
            "select list(line order by r.rowid) from records.respondent r "
            "join records.provenance p using (wave, respondent)"
        )
        lines = stored[0]
        assert sorted(lines) == list(range(2, 34))
        assert lines != sorted(lines)
        orders.add(tuple(lines))
    assert len(orders) == 3  # drawn anew each time


# --- text questions -------------------------------------------------------------------------------


def test_a_text_answer_is_kept_but_never_counted_nor_published(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = filled / "data"
    (folder / "questionnaires").mkdir(parents=True)
    source = (reference.DATA_DIR / "questionnaires" / "vaggeryd-2024.toml").read_text("utf-8")
    free = '\n[[questions]]\nid = "fritt"\ntheme = "styrning"\ntext = "Vad mer?"\ntype = "text"\n'
    (folder / "questionnaires" / "egen.toml").write_text(
        source.replace('id = "vaggeryd-2024"', 'id = "egen"', 1) + free + 'source = "test"\n',
        "utf-8",
    )
    records = [{**row, "Vad mer?": f"Stolen knarrar {n}"} for n, row in enumerate(loading.people())]
    path = loading.write_survey(filled / "fritt.csv", records)
    for name in ("departments.toml", "indicators.toml"):
        (folder / name).write_bytes((reference.DATA_DIR / name).read_bytes())
    (folder / "audit").mkdir()
    for file in (reference.DATA_DIR / "audit").iterdir():
        (folder / "audit" / file.name).write_bytes(file.read_bytes())
    (folder / "questionnaires" / "vaggeryd-2024.toml").write_text(source, "utf-8")
    monkeypatch.setattr(reference, "DATA_DIR", folder)
    load_frame(loading.write_frame(filled / "frame.csv"), "2025")
    load_survey(path, "2025", questionnaire_id="egen")
    assert loading.rows("select count(*) from records.text_answer where answer like 'Stolen%'") == [
        (32,)
    ]
    for table in ("records.cube", "published.cube"):
        assert loading.rows(f"select count(*) from {table} where question = 'fritt'") == [(0,)]
    published = loading.current_snapshot().path / "published.duckdb"
    assert b"knarrar" not in published.read_bytes()


# --- property -------------------------------------------------------------------------------------

CODED = ("frekvens", "q1_1", "q1_3", "q2_1c", "q3_1b", "it_atgarder", "arbetsmiljoatgarder")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 60))
def test_a_good_survey_in_any_dialect_gives_exactly_the_counts_that_were_written(
    tmp_path_factory: pytest.TempPathFactory, form: Questionnaire, seed: int, size: int
) -> None:
    chance = random.Random(seed)
    records, expected = [], {}
    for _person in range(size):
        code = chance.choice(["AAA", "Alfaförvaltningen", "bbb"])
        department = "BBB" if code == "bbb" else "AAA"
        record = {"Förvaltning": code}
        never = False
        for name in CODED:
            question = form.question(name)
            if chance.random() < 0.15 or (question.asked_if and never):
                continue
            picked = chance.sample(
                question.options, chance.randint(1, 3) if question.type == "multiple" else 1
            )
            never = never or picked[0].code == "aldrig"
            labels = [chance.choice(option.names) for option in picked]
            joint = chance.choice([", ", ";", "; "])
            text = joint.join(labels) + (chance.choice(["", joint]) if len(labels) > 1 else "")
            record[question.text] = chance.choice([text, text.upper(), f"  {text}\u00a0"])
            for option in picked:
                key = department, name, option.code
                expected[key] = expected.get(key, 0) + 1
        records.append(record)
    headers = ["Förvaltning", *(form.question(name).text for name in CODED), "Övrigt; eller, annat"]
    chance.shuffle(headers)
    encoding = chance.choice(["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    path = loading.write_csv(
        tmp_path_factory.mktemp("dialect") / "svar.csv",
        [headers, *([record.get(header, "") for header in headers] for record in records)],
        delimiter=chance.choice(",;\t"),
        encoding=encoding,
    )
    known = [name for item in form.fields for name in (*item.headings, item.id)]
    table = read_table(path, known_headers=known, required=["Förvaltning"])
    found = read_answers(table, form, DEPARTMENTS)
    assert found.errors == []
    assert len(found.people) == size
    counted: dict[tuple[str, str, str], int] = {}
    for person in found.people:
        for name, codes in person.answers.items():
            for code in codes:
                key = str(person.attributes["department"]), name, code
                counted[key] = counted.get(key, 0) + 1
    assert counted == expected


@pytest.mark.parametrize("seed", range(3))
def test_what_was_written_is_what_the_cube_holds(
    tmp_path: Path, form: Questionnaire, seed: int
) -> None:
    chance = random.Random(seed)
    loading.run("load", "frame", loading.write_frame(tmp_path / "frame.csv"), "--wave", "2024")
    records = []
    for code, number in {"AAA": chance.randint(0, 40), "BBB": chance.randint(1, 30)}.items():
        for _person in range(number):
            records.append(
                {
                    "Förvaltning": code,
                    "Befattning": chance.choice(["Chef", "Medarbetare", ""]),
                    "q1_1": chance.choice(["Ja", "Nej", "Vet ej", ""]),
                    "it_atgarder": chance.choice(["VPN, Kryptering", "VPN", "Inga", ""]),
                }
            )
    path = loading.write_survey(
        tmp_path / "svar.csv",
        records,
        delimiter=chance.choice(",;"),
        encoding=chance.choice(["utf-8", "cp1252"]),
    )
    try:
        load_survey(path, "2024", Options())
    except LoadRefused as error:  # pragma: no cover - shows the rows where it fails
        pytest.fail(str(error.result.errors))
    for group in ("", "AAA", "BBB", "CCC"):
        own = [r for r in records if group in ("", r["Förvaltning"])]
        for question, option, label in (("q1_1", "ja", "Ja"), ("it_atgarder", "vpn", "VPN")):
            ((count, base),) = loading.rows(
                f"select count, base from records.cube where question = '{question}' "
                f"and option = '{option}' and \"group\" = '{group}' "
                "and breakdown in ('all', 'department')"
            )
            assert count == sum(label in r[question].split(", ") for r in own)
            assert base == sum(r[question] != "" for r in own)
