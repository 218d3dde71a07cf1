"""The auditor's workbench: every number counted once more in plain Python from the demo's files."""

from __future__ import annotations

import csv
import random
import shutil
import tomllib
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries import explore as workbench
from queries import indicators as results
from queries import selection as asking
from queries.catalogue import SURVEY, indicators
from queries.comparisons import group_uncertainty
from queries.explore import Answer, across, explore
from queries.explore_uncertainty import uncertainties
from queries.mergings import listed, of_departments
from queries.selection import ANSWERS, NOBODY, Material, Selection, has_mean, read
from queries.store import Reader, current_snapshot, opening_sql, sql_file
from queries.uncertainty import UNCERTAINTY, conclusions, uncertainty
from queries.viewer import AccessDenied, Role, Viewer
from tests import loading
from ui.explore import test_told as said_of

DATA = Path(__file__).resolve().parent.parent.parent / "data"
ATTRIBUTES = ("department", "position", "occupation", "sex", "age")
HEADS = {"department": "Förvaltning", "position": "Befattning", "occupation": "Roll", "sex": "Kön",
         "age": "Ålder"}  # fmt: skip
Person = dict[str, list[str]]

LONG = pytest.mark.slow


@pytest.fixture(scope="module")
def reader(demo_store: Path) -> Reader:
    return Reader(current_snapshot(demo_store), Viewer(Role.REVISOR))


@pytest.fixture(scope="module")
def found(reader: Reader) -> dict[str, Material]:
    return {wave: asking.material(reader, wave) for wave in ("2024", "2026")}


def ask(reader: Reader, found: Material, **parameters: str) -> Answer:
    """Count what an address asks for; the address must be right in every part."""
    selection, vain = read(parameters, found)
    assert vain == ()
    return explore(reader, selection, found)


def cell(answer: Answer, row: str = "", column: str = "", question: str = "") -> dict[str, Any]:
    table = answer.table
    keep = (table["row"] == row) & (table["column"] == column)
    keep &= (table["question"] == question) if question else True
    (found,) = table[keep].to_dict("records")
    return found


# --- counted once more ----------------------------------------------------------------------------


def people_of(wave: str) -> tuple[list[Person], dict[str, dict[str, Any]]]:
    """Return who answered, from the file itself: field → codes; and the questions, from theirs."""
    text = (DATA / "questionnaires" / "vaggeryd-2024.toml").read_text("utf-8")
    content = tomllib.loads(text)
    questions = {q["id"]: q for q in content["questions"]}
    words = {
        f["id"]: {
            name: o["code"] for o in f["options"] for name in (o["label"], *o.get("aliases", ()))
        }
        for f in (*content["attributes"], *content["questions"])
        if f.get("options")
    }
    heads = {f["id"]: f["text"] for f in content["questions"]} | HEADS
    people = []
    with (DATA / "demo" / f"survey-{wave}.csv").open(encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            person: Person = {}
            for name, known in words.items():
                said = line.get(heads[name], "") or ""
                if questions.get(name, {}).get("type") == "multiple":
                    # An option may hold a comma itself.
                    codes = dict.fromkeys(code for word, code in known.items() if word in said)
                    person[name] = list(codes)
                else:
                    person[name] = [known[said.strip()]] if said.strip() else []
            people.append(person)
    return people, questions


def recount(
    people: list[Person], question: str, selection: Selection, row: str, column: str
) -> tuple[int, int]:
    """Return (count, base) of one cell, person by person."""
    skip = {"vet_ej"} if not selection.unsure else set()

    def told(person: Person) -> list[str]:
        return [code for code in person[question] if code not in skip]

    def on(person: Person, axis: str) -> list[str]:
        return told(person) if axis == ANSWERS else person[axis] if axis != NOBODY else [""]

    wanted: dict[str, set[str]] = {}
    for name, value in selection.filters:
        wanted.setdefault(name, set()).add(value)
    kept = [p for p in people if all(set(p[name]) & values for name, values in wanted.items())]
    kept = [p for p in kept if told(p)]
    of_row = [p for p in kept if row == "" or row in on(p, selection.rows)]
    by_column = selection.measure == "kolumnandel"
    of_column = [
        p
        for p in kept
        # The sum of a row is of those who are in one of its columns.
        if column in on(p, selection.columns)
        or (column == "" and (by_column or on(p, selection.columns)))
    ]
    both = len({id(p) for p in of_row} & {id(p) for p in of_column})
    if by_column:
        return both, sum(bool(on(p, selection.rows)) for p in of_column)
    return both, sum(bool(on(p, selection.columns)) for p in of_row)


def chosen(found: Material, chance: random.Random) -> Selection:
    """Return a selection at random that an address can ask for."""
    axes = [a for a in found.axes("enkat") if a != NOBODY]
    rows, columns = chance.sample(axes, 2)
    if chance.random() < 0.6:
        rows, columns = chance.choice([(rows, ANSWERS), (ANSWERS, columns)])
    if rows == columns:
        rows, columns = "department", ANSWERS
    fields = [a for a in axes if a != ANSWERS]
    filters = {
        (name, chance.choice(found.groups(name))[0]): None
        for name in chance.choices(fields[:12], k=chance.randrange(3))
    }
    return Selection(
        wave=found.wave,
        questions=tuple(
            chance.sample([q.id for q in found.asked if q.id not in (rows, columns)], 2)
        ),
        rows=rows,
        columns=columns,
        filters=tuple(filters),
        measure=chance.choice(["antal", "radandel", "kolumnandel"]),
        unsure=chance.random() < 0.7,
    )


@pytest.mark.parametrize("wave", ["2024", "2026"])
def test_every_cell_is_what_counting_the_file_person_by_person_gives(
    reader: Reader, found: dict[str, Material], wave: str
) -> None:
    people, _questions = people_of(wave)
    chance, cells = random.Random(wave), 0
    for _ in range(15):
        selection = chosen(found[wave], chance)
        answer = explore(reader, selection, found[wave])
        for line in answer.table.to_dict("records"):
            count, base = recount(people, line["question"], selection, line["row"], line["column"])
            assert (line["count"], line["base"]) == (count, base), (selection, line)
            if base == 0:
                assert line["status"] == "no_answers" and pd.isna(line["value"])
            elif selection.measure != "antal":
                assert line["value"] == pytest.approx(count / base, abs=1e-12)
            cells += 1
    assert cells > 500


def test_a_mean_is_that_of_the_answers_in_the_file(
    reader: Reader, found: dict[str, Material]
) -> None:
    people, questions = people_of("2026")
    answer = ask(reader, found["2026"], fragor="q3_1b,q2_1b", matt="medel", kolumner="sex")
    for question, codes in (
        ("q3_1b", ["1", "2", "3", "4", "5"]),
        ("q2_1b", [o["code"] for o in reversed(questions["q2_1b"]["options"])]),
    ):
        for row, column in (("", ""), ("SN", "kvinna"), ("KLK", ""), ("", "man")):
            own = [
                codes.index(p[question][0]) + 1
                for p in people
                if p[question] and row in ("", *p["department"]) and column in ("", *p["sex"])
            ]
            line = cell(answer, row, column, question)
            assert line["base"] == len(own) > 5
            assert line["value"] == pytest.approx(sum(own) / len(own))
            assert line["bound_low"] <= line["low"] < line["value"] < line["high"]


@pytest.mark.parametrize("wave", ["2024", "2026"])
def test_unweighted_is_to_the_last_digit_what_every_other_page_shows(
    reader: Reader, found: dict[str, Material], wave: str
) -> None:
    answer = ask(reader, found[wave], fragor=",".join(q.id for q in found[wave].asked))
    mine = answer.table.assign(
        indicator=answer.table["question"] + ":" + answer.table["column"]
    ).set_index(["indicator", "row"])
    others = results.options(reader, wave)
    others = others.assign(row=others["department"].fillna("")).set_index(["indicator", "row"])
    assert len(mine) == len(others) > 600
    others = others.loc[mine.index]
    for name, other in (("value", "share"), *((n, n) for n in ("low", "high", "bound_low",
                                                               "bound_high"))):  # fmt: skip
        np.testing.assert_allclose(mine[name], others[other].astype(float), atol=1e-9)


def register_of_files() -> dict[str, dict[str, str]]:
    """Return each agreement's latest line, file after file."""
    known: dict[str, dict[str, str]] = {}
    for path in sorted((DATA / "demo").glob("agreements-*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line in csv.DictReader(file, delimiter=";"):
                known[line["Överenskommelse"]] = line
    return known


def test_agreements_are_crossed_as_the_lines_of_the_files_are(
    reader: Reader, found: dict[str, Material]
) -> None:
    lines = list(register_of_files().values())
    words = {"Ja": "true", "Nej": "false", "": "–", "Skriftlig": "skriftlig", "Muntlig": "muntlig"}
    answer = ask(reader, found["2024"], kalla="register", rader="form", kolumner="vpn",
                 matt="radandel", filter="department.SN,department.KLK")  # fmt: skip
    own = [(words[x["Form"]], words[x["VPN"]]) for x in lines if x["Förvaltning"] in ("SN", "KLK")]
    assert answer.people == len(own) > 90
    for row in {"", *(form for form, _vpn in own)}:
        base = sum(row in ("", form) for form, _vpn in own)
        for column in {"", *(vpn for _form, vpn in own)}:
            count = sum(row in ("", form) and column in ("", vpn) for form, vpn in own)
            line = cell(answer, row, column)
            assert (line["count"], line["base"]) == (count, base)
            assert line["value"] == pytest.approx(count / base) and pd.isna(line["low"])
    ids, asked = workbench.agreements(reader, answer.selection)
    assert len(ids) == len(own) and "agreement_id from kept" in asked[0].sql
    years = ask(reader, found["2024"], kalla="register", rader="start", kolumner=NOBODY)
    assert cell(years, "2023")["count"] == sum(x["Start"][:4] == "2023" for x in lines) > 0


# --- weights --------------------------------------------------------------------------------------


def test_weighted_by_department_each_counts_as_many_as_were_invited(
    reader: Reader, found: dict[str, Material]
) -> None:
    answer = ask(reader, found["2024"], fragor="q2_1a", vikt="department")
    grid = results.departments(reader, "2024").set_index("code")
    some = grid[grid["answered"] > 0]
    shares = pd.Series({code: cell(answer, code, "ja")["value"] for code in some.index})
    expected = (shares * some["invited"]).sum() / some["invited"].sum()
    assert cell(answer, "", "ja")["value"] == pytest.approx(expected)
    assert any("KFN" in text for text in answer.notes), "who cannot be represented is said"


@pytest.fixture
def by_position(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return ``load(managers, unsaid=0)``: fills a store whose frame has so many managers in AAA;
    so many who answered do not say what they are."""

    def load(managers: int, unsaid: int = 0) -> tuple[Reader, Material]:
        monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / f"store-{managers}"))
        heads = (*loading.FRAME_HEADERS, "Befattning")
        rows = [
            (*head, str(n), position)
            for code, name, board, staff, possible, invited in loading.DEPARTMENTS
            for head in [(code, name, board, staff, possible)]
            for position, n in (
                ("Chef", managers if code == "AAA" else 7),
                ("Medarbetare", int(invited) - (managers if code == "AAA" else 7)),
            )
        ]
        loading.run("load", "frame", loading.write_csv(tmp_path / "f.csv", [heads, *rows]),
                    "--wave", "2024")  # fmt: skip
        people = [
            row | ({"Befattning": ""} if n < unsaid else {})
            for n, row in enumerate(loading.people())
        ]
        survey = loading.write_records(tmp_path / "s.csv", people)
        loading.run("load", "survey", survey, "--wave", "2024")
        reader = Reader(current_snapshot(), Viewer(Role.REVISOR))
        return reader, asking.material(reader, "2024")

    return load


def test_whoever_no_weight_can_be_given_is_no_more_silent_for_it(by_position: Any) -> None:
    reader, found = by_position(10, unsaid=5)
    for rows in (NOBODY, "department", "position"):
        asked = {"fragor": "q1_1", "rader": rows}
        plain = ask(reader, found, **asked).table
        weighed = ask(reader, found, **asked, vikt="position").table
        both = plain["value"].notna() & weighed["value"].notna()
        assert both.sum() >= 3
        for end in ("bound_low", "bound_high"):
            pd.testing.assert_series_equal(weighed[end][both], plain[end][both])
        assert (weighed["low"] >= weighed["bound_low"] - 1e-12)[both].all()
        assert (weighed["high"] <= weighed["bound_high"] + 1e-12)[both].all()
        assert weighed["base"].iloc[-1] < plain["base"].iloc[-1]


def test_poststratified_a_position_counts_as_many_as_the_frame_has(by_position: Any) -> None:
    reader, found = by_position(10)
    assert found.weights() == ("ingen", "department", "position")
    plain = ask(reader, found, fragor="q1_1", rader="position")
    answer = ask(reader, found, fragor="q1_1", rader=NOBODY, vikt="position")
    # Within a position the departments have the weights of the frame as well.
    counted = ask(reader, found, fragor="q1_1", rader="position", kolumner="department",
                  matt="antal")  # fmt: skip
    invited = {"AAA": 40, "BBB": 30, "CCC": 9}
    answered = {"AAA": 20, "BBB": 12}
    in_frame = {"chef": 24, "medarbetare": 55}
    by_place = ask(reader, found, fragor="q1_1", rader="position", filter="department.AAA")
    other = ask(reader, found, fragor="q1_1", rader="position", filter="department.BBB")
    expected = 0.0
    for position, people in in_frame.items():
        weights = {p: invited[p] / answered[p] for p in answered}
        yes = {"AAA": cell(by_place, position, "ja")["count"],
               "BBB": cell(other, position, "ja")["count"]}  # fmt: skip
        n = {p: cell(counted, position, p)["count"] for p in answered}
        mean = sum(weights[p] * yes[p] for p in n) / sum(weights[p] * n[p] for p in n)
        expected += people * mean / sum(in_frame.values())
    assert cell(answer, "", "ja")["value"] == pytest.approx(expected)
    assert cell(answer, "", "ja")["value"] != pytest.approx(cell(plain, "", "ja")["value"])


@pytest.mark.parametrize("rows", ["department", "position", NOBODY])
@pytest.mark.parametrize("filters", ["", "department.AAA"])
def test_a_frame_with_fewer_people_than_answers_weights_nothing_and_says_so(
    by_position: Any, rows: str, filters: str
) -> None:
    reader, found = by_position(0)
    # With no managers in AAA there are 14 in all, fewer than answered only where AAA is alone.
    asked = {"fragor": "q1_1", "filter": filters, "rader": rows}
    answer = ask(reader, found, vikt="position", **asked)
    plain = ask(reader, found, **asked)
    assert plain.weight == "ingen"
    if filters:
        assert answer.weight == "ingen" and "inte vägda" in answer.notes[0]
        pd.testing.assert_frame_equal(answer.table, plain.table)
        assert answer.parameters["cell"] == "", "the SQL that is shown is the one that was run"
        assert answer.tests == plain.tests
    else:
        assert answer.weight == "position"
        assert answer.tests["q1_1"] is None or 0 <= answer.tests["q1_1"].p_value <= 1


def test_counts_are_people_and_are_not_weighted(by_position: Any) -> None:
    reader, found = by_position(10)
    asked = {"fragor": "q1_1", "matt": "antal"}
    answer, plain = ask(reader, found, vikt="position", **asked), ask(reader, found, **asked)
    pd.testing.assert_frame_equal(answer.table, plain.table)
    assert answer.weight == "ingen" and answer.notes == ("Antal är personer och vägs inte.",)


def test_a_frame_that_tells_the_position_of_some_weights_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "store"))
    heads = (*loading.FRAME_HEADERS, "Befattning")
    rows = [(*row[:5], row[5] if row[0] != "AAA" else n, position)
            for row in loading.DEPARTMENTS
            for n, position in ((("10", "Chef"), ("30", "Medarbetare")) if row[0] == "AAA"
                                else ((row[5], ""),))]  # fmt: skip
    loading.run("load", "frame", loading.write_csv(tmp_path / "f.csv", [heads, *rows]),
                "--wave", "2024")  # fmt: skip
    loading.run("load", "survey", loading.write_survey(tmp_path / "s.csv"), "--wave", "2024")
    reader = Reader(current_snapshot(), Viewer(Role.REVISOR))
    found = asking.material(reader, "2024")
    answer = ask(reader, found, fragor="q1_1", vikt="position")
    assert answer.weight == "ingen" and "inte om alla" in answer.notes[0]
    # Of AAA it tells of everybody.
    assert ask(reader, found, fragor="q1_1", vikt="position", filter="department.AAA").weight != (
        "ingen"
    )


# --- whatever is selected -------------------------------------------------------------------------

ODD = (
    ("AAA", "Alfaförvaltningen", "Alfanämnden", "100", "60", "40"),
    ("BBB", "Betaförvaltningen", "Betanämnden", "80", "30", "30"),
    ("CCC", "Gammakontoret", "Gammanämnden", "12", "12", "9"),
    ("DDD", "Deltakontoret", "Deltanämnden", "12", "12", "6"),
)


@pytest.fixture(
    scope="module", params=[(1, 1, 1, 1), (10, 5, 2, 2)], ids=["few managers", "managers"]
)
def odd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a survey with everything that is awkward, its material and its people: one answer in a
    department, none in another, all of a third alike, some without a position, and a frame with
    fewer managers than answered."""
    folder = tmp_path_factory.mktemp("odd")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISTANSKOLLEN_STORE", str(folder / "store"))
        patch.setenv("DISTANSKOLLEN_KEY_FILE", str(folder / "key"))
        rows = [
            (*row[:5], str(people), position)
            for row, managers in zip(ODD, request.param, strict=True)
            for people, position in ((managers, "Chef"), (int(row[5]) - managers, "Medarbetare"))
        ]
        frame = loading.write_csv(folder / "f.csv", [(*loading.FRAME_HEADERS, "Befattning"), *rows])
        records = loading.people({"AAA": 20, "BBB": 1, "DDD": 6})
        for n, record in enumerate(records):
            record["Befattning"] = "" if n % 7 == 3 else record["Befattning"]
            record["q1_1"] = "" if n % 9 == 4 else record["q1_1"]
            if record["Förvaltning"] == "DDD":
                record["q1_1"] = "Ja"
                record["it_atgarder"] = record["it_atgarder"] and "VPN"
        loading.run("load", "frame", frame, "--wave", "2024")
        survey = loading.write_survey(folder / "s.csv", records)
        loading.run("load", "survey", survey, "--wave", "2024")
        reader = Reader(current_snapshot(), Viewer(Role.REVISOR))
        people: dict[str, Person] = {}
        for name, *values in reader.rows(
            f"select respondent, {', '.join(ATTRIBUTES)} from records.respondent"
        ):
            told = zip(ATTRIBUTES, values, strict=True)
            people[name] = {field: [value] if value else [] for field, value in told}
        found = asking.material(reader, "2024")
        for person in people.values():
            person |= {q.id: [] for q in found.asked}
        for name, question, option in reader.rows(
            "select respondent, question, option from records.answer where option is not null"
        ):
            people[name].setdefault(question, []).append(option)
        yield reader, found, list(people.values())


@settings(max_examples=60)
@given(data=st.data())
def test_no_selection_breaks_and_every_number_can_be_true(odd: Any, data: st.DataObject) -> None:
    reader, found, people = odd
    axes = st.sampled_from(
        [ANSWERS, NOBODY, "department", "position", "occupation", "q1_1", "frekvens", "it_atgarder"]
    )
    pairs = [(a, code) for a in ("department", "position", "q1_1", "it_atgarder")
             for code, _word in found.groups(a)]  # fmt: skip
    asked = Selection(
        wave="2024",
        questions=tuple(data.draw(st.sets(st.sampled_from(["q1_1", "q3_1b", "it_atgarder"]),
                                          min_size=1))),
        rows=data.draw(axes),
        columns=data.draw(axes),
        filters=tuple(data.draw(st.lists(st.sampled_from(pairs), max_size=3, unique=True))),
        measure=data.draw(st.sampled_from(asking.MEASURES)),
        weight=data.draw(st.sampled_from(found.weights())),
        unsure=data.draw(st.booleans()),
        published=data.draw(st.booleans()),
    )  # fmt: skip
    # As an address gives it: what makes no sense gets its default, and a sentence.
    selection, _said = read(asked.address(), found)
    answer = explore(reader, selection, found)
    for test in answer.tests.values():
        assert test is None or pd.isna(test.p_value) or 0 <= test.p_value <= 1 + 1e-9
    weighed = answer.weight == "position"
    for line in answer.table.to_dict("records"):
        if line["status"] != "shown":
            assert line["base"] == 0 and pd.isna(line["value"]) and pd.isna(line["low"]), line
            continue
        if selection.measure == "medel":
            lowest, highest = 1, 5
        else:
            lowest, highest = 0, 1
            if not selection.published:
                known = [p for p in people if p["position"]] if weighed else people
                told = line["question"], selection, line["row"], line["column"]
                assert (line["count"], line["base"]) == recount(known, *told), line
        if selection.measure == "antal":
            continue
        limits = [line[name] for name in ("value", "low", "high", "bound_low", "bound_high")]
        assert lowest <= limits[0] <= highest, line
        if not selection.published:
            assert not pd.isna(limits).any(), line
        if pd.isna(line["low"]):
            continue
        value, low, high, bound_low, bound_high = limits
        assert bound_low - 1e-9 <= low <= high <= bound_high + 1e-9, line
        if weighed and not low - 1e-9 <= value <= high + 1e-9:
            # One who weighs less than himself: the interval ends at the bound, and that is said.
            assert any("utanför bortfallsgränserna" in text for text in answer.notes)
            assert low == bound_low or high == bound_high
        else:
            assert low - 1e-9 <= value <= high + 1e-9, line


@pytest.mark.parametrize("weight", ["ingen", "department"])
@pytest.mark.parametrize("other", [ANSWERS, "position", "q3_1a"])
def test_a_test_is_of_the_table_whichever_way_it_is_turned(
    reader: Reader, found: dict[str, Material], weight: str, other: str
) -> None:
    told = set()
    for rows, columns in (("department", other), (other, "department")):
        for measure in ("radandel", "kolumnandel"):
            answer = ask(reader, found["2024"], fragor="q2_1a", rader=rows, kolumner=columns,
                         matt=measure, vikt=weight)  # fmt: skip
            told.add(repr(answer.tests["q2_1a"]))
    assert len(told) == 1


@pytest.mark.parametrize(("invited", "apart"), [(("3", "1"), True), (("40", "2"), False)])
def test_groups_whose_bounds_do_not_meet_differ_whatever_a_test_of_so_few_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, invited: tuple[str, str], apart: bool
) -> None:
    """AAA: two no and one silent, BBB: one yes of one. The silent one cannot make them alike."""
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "store"))
    frame = [(c, c, c, "50", "50", n) for c, n in zip(("AAA", "BBB"), invited, strict=True)]
    loading.run("load", "frame", loading.write_frame(tmp_path / "f.csv", frame), "--wave", "2024")
    people = loading.people({"AAA": 2, "BBB": 1})
    for person in people:
        person["q1_1"] = "Nej" if person["Förvaltning"] == "AAA" else "Ja"
    survey = loading.write_survey(tmp_path / "s.csv", people)
    loading.run("load", "survey", survey, "--wave", "2024")
    reader = Reader(current_snapshot(), Viewer(Role.REVISOR))
    found = asking.material(reader, "2024")
    for turned in ({"rader": "department"}, {"rader": ANSWERS, "kolumner": "department"}):
        for measure in ("radandel", "kolumnandel"):
            answer = ask(reader, found, fragor="q1_1", **turned, matt=measure)
            test = answer.tests["q1_1"]
            assert test and test.p_value > 0.05
            # Of those who said no the silent of AAA may be one more, which parts nothing.
            if not across(answer.selection):
                assert answer.surely_apart("q1_1") == apart
                said = said_of(test, apart=apart)
                assert said.startswith("Några grupper" if apart else "Skillnaderna mellan")
                assert ("p =" in said.replace("\N{NO-BREAK SPACE}", " ")) != apart


# --- hard cases -----------------------------------------------------------------------------------


def test_a_filter_that_leaves_nobody_gives_no_number(
    reader: Reader, found: dict[str, Material]
) -> None:
    for asked in ("department.KFN", "department.TN,q3_2.ja,position.chef"):
        answer = ask(reader, found["2024"], fragor="q2_1a,it_atgarder", filter=asked)
        assert answer.people == 0
        assert set(answer.table["status"]) == {"no_answers"}
        assert answer.table[list(workbench.ESTIMATED)].isna().all(axis=None)
    selection = asking.within(read({"fragor": "q2_1a", "filter": "department.SN"},
                                   found["2024"])[0], ["KLK"])  # fmt: skip
    assert set(explore(reader, selection, found["2024"]).table["status"]) == {"no_answers"}


def test_one_answer_and_all_alike_get_the_limits_that_nothing_more_is_known(
    reader: Reader, found: dict[str, Material]
) -> None:
    answer = ask(reader, found["2024"], fragor="q2_1a", filter="position.chef")
    (one,) = [
        r for r in answer.table.to_dict("records") if (r["row"], r["column"]) == ("MBN", "ja")
    ]
    assert (one["count"], one["base"], one["value"]) == (1, 1, 1.0)
    assert (one["low"], one["high"]) == (one["bound_low"], one["bound_high"])
    assert one["low"] < 0.2 and pd.isna(one["se"])
    alike = ask(reader, found["2024"], fragor="q1_2", filter="department.MBN")
    whole = cell(alike, "", "ja")
    assert whole["base"] == whole["count"] == 4
    assert whole["low"] < 1.0, "four of eleven who agree are not all"


def test_a_question_that_is_filtered_by_says_of_its_own_answers_only_what_the_filter_does(
    reader: Reader, found: dict[str, Material]
) -> None:
    """Who was silent may pass the filter, but only by giving the answer that it asks for."""
    limits = ("low", "high", "bound_low", "bound_high")
    own = {"fragor": "q2_1a,q1_1", "rader": "alla"}
    one = ask(reader, found["2024"], **own, filter="q2_1a.ja")
    for option, share in (("ja", 1.0), ("nej", 0.0), ("vet_ej", 0.0)):
        told = cell(one, column=option, question="q2_1a")
        assert [told[end] for end in limits] == [share] * 4
    two = ask(reader, found["2024"], **own, filter="q2_1a.ja,q2_1a.nej")
    told = cell(two, column="vet_ej", question="q2_1a")
    assert [told[end] for end in limits] == [0.0] * 4
    # Between those two answers, and of any other question, the silent may be of all minds.
    for answer, column, question in ((two, "ja", "q2_1a"), (one, "ja", "q1_1")):
        told = cell(answer, column=column, question=question)
        assert told["bound_low"] < told["low"] < told["value"] < told["bound_high"]


def test_one_department_is_a_sample_of_itself(reader: Reader, found: dict[str, Material]) -> None:
    alone = ask(reader, found["2024"], fragor="q2_1a", filter="department.SN")
    among = ask(reader, found["2024"], fragor="q2_1a")
    for name in ("value", "low", "high", "bound_low", "bound_high"):
        assert cell(alone, "", "ja")[name] == pytest.approx(cell(among, "SN", "ja")[name])


def test_of_several_choices_each_share_is_of_those_who_answered(
    reader: Reader, found: dict[str, Material]
) -> None:
    answer = ask(reader, found["2024"], fragor="it_atgarder", rader=NOBODY)
    table = answer.table
    assert set(table["base"]) == {70} and table["value"].sum() > 1.5
    assert table["low"].between(0, 1).all() and (table["low"] < table["value"]).all()
    assert answer.tests == {}, "people in several groups at once are not tested"
    told = ask(reader, found["2024"], fragor="it_atgarder", rader=NOBODY, vetej="utan")
    assert set(told.table["base"]) == {65}
    public = ask(reader, found["2024"], fragor="it_atgarder", vetej="utan", vy="publicerbar")
    shown = public.table[public.table["status"] == "shown"]
    # Who ticked more is not in the cube; where nobody ticked vet ej there is nobody to leave out.
    assert set(shown["row"]) == {"MBN+TN"}
    assert cell(public, "", "vpn")["status"] == "unpublished"


def test_without_dont_know_those_people_are_neither_counted_nor_silent(
    reader: Reader, found: dict[str, Material]
) -> None:
    kept = cell(ask(reader, found["2024"], fragor="q2_1a"), "", "ja")
    left = cell(ask(reader, found["2024"], fragor="q2_1a", vetej="utan"), "", "ja")
    assert (kept["count"], kept["base"]) == (37, 91) and (left["count"], left["base"]) == (37, 69)
    # 130 are silent in both, and the 22 who did not know are none of them.
    assert left["bound_low"] == pytest.approx(37 / 199)
    assert left["bound_high"] == pytest.approx(167 / 199)


def test_a_mean_of_answers_without_an_order_is_refused_in_words(
    reader: Reader, found: dict[str, Material]
) -> None:
    selection, vain = read({"fragor": "q2_1a", "matt": "medel"}, found["2024"])
    assert len(vain) == 1 and selection.measure == "radandel"
    both = ask(reader, found["2024"], fragor="q2_1a,q3_1b", matt="medel")
    assert list(both.table["status"][both.table["question"] == "q2_1a"]) == ["no_mean"]


# --- the published view ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def politician(demo_store: Path) -> Reader:
    return Reader(current_snapshot(demo_store), Viewer(Role.POLITIKER))


LIMITS = ("low", "high", "bound_low", "bound_high")


def alike(line: dict[str, Any], page: dict[str, Any], names: dict[str, str]) -> None:
    """Check that a cell of the view says what a page's row says; ``names``: the page's columns."""
    assert line["status"] == page["status"], (line, page)
    for name, other in names.items():
        if line["status"] == "shown":
            assert line[name] == pytest.approx(float(page[other]), nan_ok=True), (name, line, page)
        else:
            assert not line[name] or pd.isna(line[name]), line


OF_SHARES = {"count": "numerator", "base": "denominator", "value": "share"} | {n: n for n in LIMITS}


@pytest.mark.parametrize("wave", ["2024", "2026"])
def test_per_department_the_published_view_is_what_a_politician_is_told(
    reader: Reader, politician: Reader, found: dict[str, Material], wave: str
) -> None:
    questions = [q.id for q in found[wave].asked]
    answer = ask(reader, found[wave], fragor=",".join(questions), vy="publicerbar")
    assert all("records." not in asked.sql for asked in answer.asked)
    codes = results.departments(politician, wave)["code"]
    mergings = of_departments(codes)
    pages = results.options(politician, wave, questions, mergings)
    # Hidden departments that are no merging are told together of an indicator.
    singles = {
        i.id: f"{i.source.question}:{options[0]}"
        for i in indicators()
        if i.source.kind == SURVEY and i.source.question in questions
        for options in [i.source.counted(found[wave].questionnaire)]
        if len(options) == 1
    }
    table = results.results(politician, wave, list(singles), merged=True, mergings=mergings)
    table = table.assign(indicator=table["indicator"].map(singles))
    told = {
        (row["indicator"], row["department"] if isinstance(row["department"], str) else ""): row
        for part in (pages, table)
        for row in part.to_dict("records")
    }
    hidden, several = 0, set()
    for line in answer.table.to_dict("records"):
        place = line["row"]
        key = f"{line['question']}:{line['column']}", place
        hidden += line["status"] == "hidden"
        if place and place not in set(codes):
            several.add(place)
            if key not in told:
                # Of several options no indicator tells: the parts are hidden and it is their sum.
                whole = cell(answer, "", line["column"], line["question"])
                shown = [told[key[0], code] for code in codes if code not in place.split("+")]
                rest = whole["count"] - sum(row["numerator"] for row in shown)
                assert line["status"] == "shown" and line["count"] == rest
                continue
        alike(line, told[key], OF_SHARES)
    # One that the municipality has chosen, and those that are hidden together for some question.
    assert (
        hidden
        and several == {"2024": {"MBN+TN", "BUN+MBN+TN"}, "2026": {"KFN+MBN", "KFN+MBN+TN"}}[wave]
    )
    # Every place that a page shows beside what is hidden is a row here.
    shown = listed(pd.concat([pages, table]), None, mergings, beside=True)
    keys = {(row["indicator"], row["department"]) for row in shown.to_dict("records")
            if isinstance(row["department"], str)}  # fmt: skip
    lines = answer.table.to_dict("records")
    assert keys <= {(f"{x['question']}:{x['column']}", x["row"]) for x in lines}


def by_cell(answer: Answer) -> dict[tuple[str, str, str], dict[str, Any]]:
    lines = answer.table.to_dict("records")
    return {(line["question"], line["row"], line["column"]): line for line in lines}


@pytest.mark.parametrize(
    ("wave", "measure"),
    [("2024", "medel"), ("2026", "antal"),
     *(pytest.param(*each, marks=LONG) for each in (("2024", "antal"), ("2026", "medel")))],
)  # fmt: skip
def test_both_axes_of_what_is_published_crossed_tell_what_each_cell_does(
    reader: Reader, found: dict[str, Material], wave: str, measure: str
) -> None:
    asked_of = [q for q in found[wave].asked if measure == "antal" or has_mean(q)]
    questions = [q.id for q in asked_of[:: 3 if measure == "antal" else 1]]
    asked = {"fragor": ",".join(questions), "rader": "department", "matt": measure}
    crossed = asked | {"kolumner": "position"}
    answer = ask(reader, found[wave], **crossed, vy="publicerbar")
    own = ask(reader, found[wave], **crossed)
    assert all("records." not in one.sql for one in answer.asked)
    turned = ask(reader, found[wave], **crossed | {"rader": "position", "kolumner": "department"},
                 vy="publicerbar")  # fmt: skip
    # By one axis at a time, as the pages have it: the margins, and a department's two positions.
    one = {"": ask(reader, found[wave], **asked, kolumner=NOBODY, vy="publicerbar")}
    for code, _word in found[wave].groups("position"):
        some = f"position.{code}"
        one[code] = ask(
            reader, found[wave], **asked, kolumner=NOBODY, filter=some, vy="publicerbar"
        )
    owns, turns = by_cell(own), by_cell(turned)
    ones = {code: by_cell(each) for code, each in one.items()}
    shown = 0
    for line in answer.table.to_dict("records"):
        row, column, name = line["row"], line["column"], line["question"]
        mine = owns[name, row, column]
        for same in (ones[column][name, row, ""], turns[name, column, row]):
            assert (line["status"], line["count"]) == (same["status"], same["count"])
            assert line["value"] == pytest.approx(same["value"], nan_ok=True)
            assert line["low"] == pytest.approx(same["low"], nan_ok=True)
        if line["status"] == "shown":
            shown += bool(row and column)
            assert line["count"] == mine["count"]
            assert line["value"] == pytest.approx(mine["value"], nan_ok=True)
        else:
            assert not line["count"] and pd.isna(line["value"])
    assert shown, "some cell of both is published"
    assert set(answer.table["row"]) >= {code for code, _word in found[wave].groups("department")}


def test_a_cross_that_is_not_published_says_so_of_every_group(
    reader: Reader, found: dict[str, Material]
) -> None:
    asked = {"fragor": "q2_1b", "rader": "department", "kolumner": "occupation"}
    table = ask(reader, found["2024"], **asked, matt="medel", vy="publicerbar").table
    departments = {code for code, _word in found["2024"].groups("department")}
    assert set(table["row"]) == departments | {""}
    assert set(table["status"]) == {"unpublished"}


@pytest.mark.parametrize("wave", ["2024", "2026"])
@pytest.mark.parametrize("axis", ["position", "occupation", "sex", pytest.param("age", marks=LONG)])
def test_per_group_the_published_view_is_what_a_politician_is_told(
    reader: Reader, politician: Reader, found: dict[str, Material], wave: str, axis: str
) -> None:
    if axis not in dict(found[wave].attributes):
        return
    compared = 0
    for indicator in indicators():
        if indicator.source.kind != SURVEY or not found[wave].question(indicator.source.question):
            continue
        counted = indicator.source.counted(found[wave].questionnaire)
        page = results.by_group(politician, wave, indicator, axis).to_dict("records")
        if len(counted) != 1:
            continue
        asked = {"fragor": indicator.source.question, "vy": "publicerbar"}
        answer = ask(reader, found[wave], **asked, rader=axis)
        for row in page:
            group = row["department"] if isinstance(row["department"], str) else ""
            alike(cell(answer, group, counted[0]), row, OF_SHARES)
            compared += row["status"] == "shown"
        # Turned, and as everybody in a selection, which the pages tell of as well.
        turned = ask(reader, found[wave], **asked, rader="svar", kolumner=axis, matt="kolumnandel")
        alike(cell(turned, counted[0], page[0]["department"]), page[0], OF_SHARES)
        filtered = {**asked, "filter": f"{axis}.{page[0]['department']}"}
        own = ask(reader, found[wave], **filtered, rader=NOBODY)
        alike(cell(own, "", counted[0]), page[0], OF_SHARES)
    assert compared > 10


@pytest.mark.parametrize("wave", ["2024", "2026"])
def test_without_dont_know_and_as_means_the_published_view_is_what_a_politician_is_told(
    reader: Reader, politician: Reader, found: dict[str, Material], wave: str
) -> None:
    mergings = of_departments(results.departments(politician, wave)["code"])
    pages = uncertainty(politician, wave, mergings=mergings)
    means = opinions = 0
    without = {"value": "without_share", "low": "without_low", "high": "without_high",
               "base": "without_denominator", "count": "numerator"}  # fmt: skip
    for indicator in indicators():
        page = pages[pages["indicator"] == indicator.id]
        if page.empty or not found[wave].question(indicator.source.question):
            continue
        asked = {"fragor": indicator.source.question, "vy": "publicerbar"}
        counted = indicator.source.counted(found[wave].questionnaire)
        places = {(r["department"] if isinstance(r["department"], str) else ""): r
                  for r in page.to_dict("records")}  # fmt: skip
        if not page["mean"].isna().all():
            answer = ask(reader, found[wave], **asked, matt="medel")
            for line in answer.table.to_dict("records"):
                names = {"value": "mean", "low": "mean_low", "high": "mean_high"}
                alike(line, places[line["row"]], names)
                means += line["status"] == "shown"
        if not page["without_share"].isna().all() and len(counted) == 1:
            answer = ask(reader, found[wave], **asked, vetej="utan")
            for line in answer.table[answer.table["column"] == counted[0]].to_dict("records"):
                alike(line, places[line["row"]], without)
                opinions += line["status"] == "shown"
    assert means >= 4 and opinions > 20


@pytest.mark.parametrize(
    "axis", ["position", "occupation", *(pytest.param(a, marks=LONG) for a in ("sex", "age"))]
)
def test_of_a_group_too_the_published_view_is_what_a_politician_is_told_under_uncertainty(
    reader: Reader, politician: Reader, found: dict[str, Material], axis: str
) -> None:
    means = opinions = 0
    names = {"without": {"value": "without_share", "low": "without_low", "high": "without_high",
                         "base": "without_denominator"},
             "mean": {"value": "mean", "low": "mean_low", "high": "mean_high",
                      "bound_low": "mean_bound_low", "bound_high": "mean_bound_high"}}  # fmt: skip
    for indicator in indicators():
        if indicator.source.kind != SURVEY or not found["2026"].question(indicator.source.question):
            continue
        page = group_uncertainty(politician, "2026", indicator.id, axis)
        counted = indicator.source.counted(found["2026"].questionnaire)
        asked = {"fragor": indicator.source.question, "rader": axis, "vy": "publicerbar"}
        rows = {r["department"]: r for r in page.to_dict("records")
                if isinstance(r["department"], str)}  # fmt: skip
        if not page["mean"].isna().all():
            answer = ask(reader, found["2026"], **asked, matt="medel")
            for code, row in rows.items():
                alike(cell(answer, code), row, names["mean"])
                means += row["status"] == "shown"
        if not page["without_share"].isna().all() and len(counted) == 1:
            answer = ask(reader, found["2026"], **asked, vetej="utan")
            for code, row in rows.items():
                alike(cell(answer, code, counted[0]), row, names["without"])
                opinions += row["status"] == "shown"
    assert means > 2 and opinions > 5


def test_a_filter_on_departments_leaves_what_a_politician_is_told_of_them(
    reader: Reader, politician: Reader, found: dict[str, Material]
) -> None:
    view = {"fragor": "q2_1a", "vy": "publicerbar"}
    codes = results.departments(politician, "2024")["code"]
    pages = results.options(politician, "2024", ["q2_1a"], of_departments(codes))
    told = {(row["indicator"], row["department"]): row for row in pages.to_dict("records")}
    for chosen, place in (("SN", "SN"), ("MBN", "MBN"), ("MBN,TN", "MBN+TN")):
        filters = ",".join(f"department.{code}" for code in chosen.split(","))
        answer = ask(reader, found["2024"], **view, filter=filters)
        for option in ("ja", "nej", "vet_ej"):
            alike(cell(answer, "", option), told[f"q2_1a:{option}", place], OF_SHARES)
        assert set(answer.table["row"]) == {"", *chosen.split(",")}
    several = ask(reader, found["2024"], **view, filter="department.SN,department.KLK")
    everybody = several.table[several.table["row"] == ""]
    assert set(everybody["status"]) == {"unpublished"}, "no page tells of just these two together"


@pytest.mark.parametrize("public", ["", "publicerbar"])
@pytest.mark.parametrize("wave", ["2024", "2026"])
def test_the_uncertainties_of_an_answer_are_those_of_the_indicator_that_counts_it(
    reader: Reader, politician: Reader, found: dict[str, Material], wave: str, public: str
) -> None:
    mergings = of_departments(results.departments(reader, wave)["code"])
    pages = uncertainty(politician if public else reader, wave, mergings=mergings)
    compared: set[str] = set()
    for indicator in indicators():
        if indicator.source.kind != SURVEY or not found[wave].question(indicator.source.question):
            continue
        counted = indicator.source.counted(found[wave].questionnaire)
        if len(counted) != 1:
            continue
        name = indicator.source.question
        selection, _said = read({"fragor": name, "vy": public}, found[wave])
        table, asked = uncertainties(reader, selection, found[wave], name)
        assert asked and not (public and any("records." in one.sql for one in asked))
        mine = table[table["indicator"] == f"{name}:{counted[0]}"].to_dict("records")
        page = {(r["department"] if isinstance(r["department"], str) else None): r
                for r in pages[pages["indicator"] == indicator.id].to_dict("records")}  # fmt: skip
        assert None in [row["department"] for row in mine]
        for row in mine:
            other = page[row["department"]]
            for column in UNCERTAINTY[4:]:
                if column.startswith(("post_", "mean")):
                    # By one attribute that is chosen, and of its own measure.
                    continue
                value, expected = row[column], other[column]
                assert pd.isna(value) == pd.isna(expected), (column, row, other)
                if not pd.isna(value):
                    compared.add(column)
                    same = value == expected
                    assert same or float(value) == pytest.approx(float(expected)), (column, row)
            assert [c.sentence() for c in conclusions(row)] == [
                c.sentence() for c in conclusions(other)
            ]
    assert {"without_share", "weighted_share", "diff_p", "diff_without"} <= compared


def test_the_uncertainties_of_a_selection_are_of_those_selected(
    reader: Reader, found: dict[str, Material], by_position: Any
) -> None:
    selection, _said = read({"fragor": "q2_1a", "filter": "position.chef,department.SN"},
                            found["2024"])  # fmt: skip
    table, _asked = uncertainties(reader, selection, found["2024"], "q2_1a")
    plain = explore(reader, selection, found["2024"])
    for row in table[table["status"] == "shown"].to_dict("records"):
        line = cell(plain, row["department"] or "", row["indicator"].partition(":")[2])
        assert (row["numerator"], row["denominator"]) == (line["count"], line["base"])
        assert row["bound_high"] == line["bound_high"]
        assert pd.isna(row["difference"]) and pd.isna(row["weighted_share"])
    nobody = asking.within(selection, ["KLK"])
    table, _asked = uncertainties(reader, nobody, found["2024"], "q2_1a")
    assert set(table["status"]) == {"no_answers"}
    other, material = by_position(10)
    selection, _said = read({"fragor": "q1_1", "vikt": "position"}, material)
    table, _asked = uncertainties(other, selection, material, "q1_1")
    assert table["post_share"].notna().any()
    assert table.attrs["weighting"].poststratified == ("position",)


def test_all_sql_that_was_run_for_an_answer_is_told(by_position: Any) -> None:
    reader, found = by_position(10)
    answer = ask(reader, found, fragor="q1_1", vikt="position")
    texts = [one.sql for one in answer.asked]
    assert answer.sql in texts and sql_file("explore/population") in texts
    assert any("from published.department" in text for text in texts), "who was invited"
    ran: list[str] = []
    frame, rows = Reader.frame, Reader.rows

    def seen(run: Any) -> Any:
        def spy(self: Reader, sql: str, **parameters: Any) -> Any:
            ran.append(sql)
            return run(self, sql, **parameters)

        return spy

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reader, "frame", seen(frame))
        patch.setattr(Reader, "rows", seen(rows))
        again = ask(reader, found, fragor="q1_1", vikt="position", vetej="utan")
    assert ran and set(ran) <= {one.sql for one in again.asked}
    assert workbench.response(reader, "2024").asked


@pytest.mark.parametrize(
    "asked",
    [
        {"fragor": "q2_1a", "rader": "department", "vikt": "department"},
        {"fragor": "q2_1a", "rader": "department", "vy": "publicerbar"},
        {"kalla": "register", "rader": "risk_level", "filter": "department.SN"},
    ],
)
def test_the_sql_that_is_shown_gives_the_same_rows_in_any_duckdb(
    asked: dict[str, str], reader: Reader, found: dict[str, Material], monkeypatch: Any
) -> None:
    material = asking.material(reader, "2024", register="kalla" in asked)
    answer = ask(reader, material, **asked)
    shown = list(answer.asked)
    if "kalla" in asked:
        selection, _vain = read(asked, material)
        shown += workbench.agreements(reader, selection)[1]
    # What is published is asked for as a politician, who has no more attached.
    teller = Reader(reader.snapshot, Viewer(Role.POLITIKER)) if "vy" in asked else reader
    monkeypatch.chdir(reader.snapshot.path)
    with duckdb.connect(":memory:") as connection:
        connection.execute(opening_sql())
        assert shown
        for one in shown:
            for parameters in one.parameters:
                mine = connection.execute(one.sql, parameters or None).fetchall()
                theirs = teller.rows(one.sql, **parameters)
                assert sorted(map(repr, mine)) == sorted(map(repr, theirs)) and mine


def test_what_is_not_published_says_so_and_a_sum_over_hidden_groups_is_hidden(
    reader: Reader, found: dict[str, Material]
) -> None:
    view = {"fragor": "q2_1a", "vy": "publicerbar"}
    for asked in (
        {"rader": "q1_1"},
        {"rader": "occupation", "filter": "position.chef"},
        {"rader": "occupation", "kolumner": "position"},
        {"filter": "q1_1.ja"},
    ):
        answer = ask(reader, found["2024"], **view, **asked)
        # Of everybody in one the question is published, whatever the rows are.
        table = answer.table[answer.table["row"] != ""]
        assert set(table["status"]) == {"unpublished"}, asked
        assert table["value"].isna().all() and answer.notes
    # Of whom who gave an answer: the whole tells how many they are, the hidden stay hidden.
    across = ask(reader, found["2024"], **view, rader="svar", kolumner="department")
    own = ask(reader, found["2024"], fragor="q2_1a", rader="svar", kolumner="department")
    for row in across.table[across.table["status"] == "shown"].to_dict("records"):
        if row["column"] != "MBN+TN":
            value = cell(own, row["row"], row["column"])["value"]
            assert row["value"] == pytest.approx(value)
    hidden = across.table[across.table["status"] == "hidden"]
    assert set(hidden["column"]) == {"MBN", "TN"} and hidden["value"].isna().all()
    crossed = ask(reader, found["2026"], **view, rader="position", filter="department.SN")
    cube = results.published_cube(reader, "2026")
    own = cube.query("breakdown == 'department*position' and group == 'SN × medarbetare'")
    own = own[(own["question"] == "q2_1a") & (own["option"] == "ja")].iloc[0]
    assert cell(crossed, "medarbetare", "ja")["status"] == own["status"]


# --- who may, and what an address may say ---------------------------------------------------------


@pytest.mark.parametrize("role", [Role.POLITIKER, Role.HR, Role.ADMIN])
def test_nobody_but_the_auditor_may_count(
    demo_store: Path, found: dict[str, Material], role: Role
) -> None:
    other = Reader(current_snapshot(demo_store), Viewer(role, frozenset({"SN"})))
    for source in asking.SOURCES:
        for published in (True, False):
            selection = Selection(wave="2024", source=source, published=published)
            with pytest.raises(AccessDenied):
                explore(other, selection, found["2024"])
    with pytest.raises(AccessDenied):
        asking.material(other, "2024")
    with pytest.raises(AccessDenied):
        workbench.agreements(other, Selection(wave="2024", source="register"))


def test_an_address_gives_the_selection_that_it_was_made_of(found: dict[str, Material]) -> None:
    chance = random.Random(6)
    for n in range(200):
        selection = chosen(found["2026"], chance)
        selection = selection.model_copy(update={"weight": "department", "published": n % 2 == 0})
        assert read(selection.address(), found["2026"]) == (selection, ())
    text = "Lugn, ro. 50 % & mer+"
    of_file = replace(found["2026"], values={**found["2026"].values, "reason": (text,)})
    register = Selection(
        wave="2026",
        source="register",
        rows="manager",
        columns="vpn",
        measure="kolumnandel",
        filters=(("reason", text), ("start", "2023")),
        as_of=date(2025, 12, 31),
    )
    assert read(register.address(), of_file) == (register, ())


NAMES = st.sampled_from(
    ["kalla", "fragor", "rader", "kolumner", "filter", "matt", "vikt", "vetej", "vy", "per"]
)
SAID = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["enkat", "register", "svar", "alla", "department", "q2_1a", "q2_1a,q3_1b", "medel",
         "antal", "radandel", "kolumnandel", "position.chef", "q1_1.ja,q1_1.nej", "state.in_force",
         "utan",         "publicerbar", "2026-01-31", "9999-12-31", "vpn.true", "start"]
    ),
)  # fmt: skip


@settings(max_examples=40)
@given(asked=st.dictionaries(NAMES, SAID))
def test_whatever_an_address_says_the_answer_is_a_selection_that_can_be_counted(
    reader: Reader, found: dict[str, Material], asked: dict[str, str]
) -> None:
    selection, vain = read(asked, found["2024"])
    assert read(selection.address(), found["2024"]) == (selection, ())
    assert all(vain)
    answer = explore(reader, selection, found["2024"])
    assert set(answer.table["status"]) <= {
        "shown", "hidden", "no_answers", "not_asked", "unpublished", "no_mean",
    }  # fmt: skip


def test_what_is_chosen_is_never_a_part_of_the_sql(
    reader: Reader, found: dict[str, Material]
) -> None:
    first = ask(reader, found["2024"], fragor="q2_1a")
    hostile = Selection(
        wave="2024",
        questions=("q2_1a",),
        rows="position",
        filters=(("position", "chef' or 1=1 --"), ("x'; drop table wave", "1")),
    )
    second = explore(reader, hostile, found["2024"])
    assert first.sql == second.sql and second.people == 0
    assert "chef' or 1=1 --" in second.parameters["values"]


# --- who answered ---------------------------------------------------------------------------------


def test_the_response_rates_are_as_alike_as_the_audit_lets_one_work_out(reader: Reader) -> None:
    found = workbench.response(reader, "2024")
    assert (round(found.all.statistic, 3), found.all.df) == (3.722, 5)
    assert (round(found.answering.statistic, 3), found.answering.df) == (1.587, 4)
    assert found.silent == ("Kultur- och fritidsförvaltningen",)
    table = found.table.set_index("department")
    assert table["difference"].sum() == pytest.approx(0)
    assert table.loc["SN", "expected"] == pytest.approx(82 * 91 / 221)
    assert all(a > b for a, b in pairwise([table["rate"].max(), table["rate"].min()]))


def test_after_pruning_only_what_was_published_is_left(
    demo_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(demo_store, tmp_path / "store")
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "store"))
    shutil.copy(demo_store.parent / "key", tmp_path / "key")
    monkeypatch.setenv("DISTANSKOLLEN_KEY_FILE", str(tmp_path / "key"))
    loading.run("prune", "--before", "2025-06-01")
    reader = Reader(current_snapshot(), Viewer(Role.REVISOR))
    found = asking.material(reader, "2024")
    assert found.pruned
    answer = ask(reader, found, fragor="q2_1a")
    assert cell(answer, "", "ja")["count"] == 37
    assert cell(answer, "MBN", "ja")["status"] == "hidden"


SAME = ("value", "low", "high", "bound_low", "bound_high", "base", "count")


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(one[name] == pytest.approx(other[name], abs=1e-12, nan_ok=True) for name in SAME)


@pytest.mark.parametrize("wave", ["2024", "2026"])
@pytest.mark.parametrize("unsure", ["med", "utan"])
@pytest.mark.parametrize(
    ("axis", "question"),
    [
        ("department", "q2_1a"), ("position", "q1_1"), ("occupation", "q3_1a"),
        ("q2_1b", "q2_1a"), ("q3_1a", "produktivitet"), ("q3_1b", "q1_1"),
        ("it_atgarder", "it_utbildning"), ("frekvens", "it_atgarder"), ("q1_1", "frekvens"),
    ],
)  # fmt: skip
def test_a_group_is_told_alike_whether_it_is_a_row_or_filtered_by(
    reader: Reader, found: dict[str, Material], wave: str, unsure: str, axis: str, question: str
) -> None:
    """Whoever left out what is filtered by may belong, and whoever was not asked it does not."""
    rows = ask(reader, found[wave], fragor=question, rader=axis, vetej=unsure)
    compared = 0
    for value, _word in found[wave].groups(axis):
        alone = ask(
            reader, found[wave], fragor=question, rader="alla", vetej=unsure,
            filter=f"{axis}.{value}",
        )  # fmt: skip
        for option in {*rows.table["column"]}:
            one, other = cell(rows, value, option), cell(alone, "", option)
            assert same(one, other), (value, option, one, other)
            compared += 1
    assert compared > 3


@pytest.mark.parametrize("other", ["position", "occupation", "q1_1", "q3_1a"])
def test_the_silent_of_a_department_are_its_own_also_beside_another_axis(
    reader: Reader, found: dict[str, Material], other: str
) -> None:
    both = ask(
        reader, found["2026"], fragor="q2_1b", rader="department", kolumner=other, matt="medel"
    )
    for value, _word in found["2026"].groups(other):
        one_axis = ask(
            reader, found["2026"], fragor="q2_1b", rader="department", kolumner="alla",
            matt="medel", filter=f"{other}.{value}",
        )  # fmt: skip
        for code, _name in found["2026"].groups("department"):
            one, alone = cell(both, code, value), cell(one_axis, code)
            assert same(one, alone), (code, value, one, alone)


def test_of_those_who_gave_an_answer_only_a_departments_own_silent_can_be_its(
    reader: Reader, found: dict[str, Material]
) -> None:
    """Of the 24 who never work elsewhere none is of KFN, where nobody answered, and two are of BUN,
    where 23 were silent."""
    told = ask(reader, found["2024"], fragor="frekvens", rader="svar", kolumner="department")
    grid = results.departments(reader, "2024").set_index("code")
    never = told.table[(told.table["row"] == "aldrig")].set_index("column")
    total = int(never["base"].max())
    for code, row in never.iterrows():
        silent = int(grid["invited"][code] - grid["answered"][code])
        if not grid["answered"][code]:
            # Nobody answered: nothing is known, and 0 % is not said.
            assert row["status"] == "no_answers" and np.isnan(row["value"])
            continue
        assert row["bound_high"] == pytest.approx((row["count"] + silent) / (total + silent))
        others = int(grid["invited"].sum() - grid["answered"].sum()) - silent
        assert row["bound_low"] == pytest.approx(row["count"] / (total + others))
    assert (never["status"] == "no_answers").sum() == 1
