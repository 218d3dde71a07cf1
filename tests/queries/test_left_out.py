"""People who left out their sex, position or kind of role may be of any of its groups: the result
tables and the auditor's workbench say so with the same bounds, and other roles from what is shown.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from queries import indicators as results
from queries import reference
from queries.catalogue import indicator
from queries.comparisons import differences, group_uncertainty
from queries.explore import explore
from queries.selection import material, read
from tests.queries.conftest import SMALL
from tests.queries.test_attacker import as_file, framed
from tests.queries.test_disclosure import POSITIONS, QUESTIONS, answering

if TYPE_CHECKING:
    from queries.store import Reader
    from tests.queries.conftest import Loader

__all__ = ["framed"]  # a fixture
INVITED = 180
GROUPS = {
    "position": POSITIONS,
    "occupation": ("stod", "ledning", "teknik"),
    "sex": ("kvinna", "man", "annat"),
}
ASKED = {"policy_kand": ("q1_1", "ja"), "arbetsmiljo_foljs_upp": ("q3_1b", "")}
"""Put to all, with *vet ej*; a scale, put to those whose answer to another question opens it."""
BOUNDS = ("bound_low", "bound_high")
People = list[dict[str, Any]]


def survey(seed: int) -> People:
    """Return people of whom some left out attributes, and some questions."""
    draw = random.Random(seed)
    people = []
    for department in ("AA", "BB", "CC", "DD"):
        leaning = {q: [draw.choice((1, 1, 2, 4)) for _ in codes] for q, codes in QUESTIONS.items()}
        for _ in range(draw.randint(12, 26)):
            person = {"department": department} | {
                name: "" if draw.random() < 0.15 else draw.choices(codes, (4, 5, 2))[0]
                for name, codes in GROUPS.items()
            }
            answering(person, draw, leaning, silent=0.1)
            if person["q3_1b"] and draw.random() < 0.2:
                person["q3_1b"] = ["vet_ej"]
            people.append(person)
    return people


def load(loader: Loader, framed: Path, people: People, role: str = "revisor") -> Reader:
    shutil.copytree(framed, loader.folder / "store")
    load_answers(loader, people)
    return loader.reader(role)


def load_answers(loader: Loader, people: People) -> None:
    """Load a survey whose steps have a *vet ej* beside them."""
    last = '  { code = "5", label = "5", favourable = true },\n'
    own = SMALL.replace('id = "small"', 'id = "own"')
    own = own.replace('type = "scale"', 'type = "single"\nordered = true')
    own = own.replace(last, last + '  { code = "vet_ej", label = "Vet ej" },\n')
    (reference.DATA_DIR / "questionnaires" / "own.toml").write_text(own, encoding="utf-8")
    loader.survey(as_file(people), questionnaire="own")


def rows_of(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the rows by group, the whole by ""."""
    rows = table.to_dict("records")
    return {row["department"] if isinstance(row["department"], str) else "": row for row in rows}


def silent_of(people: People, name: str, code: str, question: str) -> int:
    """Return how many may be of a group and have said nothing that counts there, one by one."""
    may = INVITED - len(people)
    for person in people:
        put = question != "q3_1b" or person["frekvens"] != ["aldrig"]
        if person[name] == "":
            may += put
        elif person[name] == code:
            may += put and not person[question]
    return may


@pytest.mark.parametrize("seed", range(3))
def test_a_group_has_the_same_bounds_on_a_page_and_on_the_workbench_whatever_people_left_out(
    seed: int, loader: Loader, framed: Path
) -> None:
    people = survey(seed)
    reader = load(loader, framed, people)
    found = material(reader, "v")

    def workbench(**address: str) -> dict[tuple[str, str], dict[str, Any]]:
        selection, vain = read(address, found)
        assert vain == ()
        table = explore(reader, selection, found).table
        return {(row["row"], row["column"]): row for row in table.to_dict("records")}

    for name, codes in GROUPS.items():
        for measure, (question, option) in ASKED.items():
            address = {"rader": name, "fragor": question}
            page = rows_of(group_uncertainty(reader, "v", measure, name))
            cells, without = workbench(**address), workbench(**address, vetej="utan")
            means = {} if option else workbench(**address, matt="medel")
            for code in (*codes, ""):
                if option:
                    for end in ("low", "high", *BOUNDS):
                        cell = cells[code, option]
                        assert page[code][end] == pytest.approx(cell[end]), (name, code, end)
                    for end in ("low", "high"):
                        cell = without[code, option]
                        assert page[code][f"without_{end}"] == pytest.approx(cell[end]), (name, end)
                else:
                    for end in ("low", "high", *BOUNDS):
                        cell = means[code, ""]
                        assert page[code][f"mean_{end}"] == pytest.approx(cell[end]), (name, end)
            # An answer by itself, as the tables of the theme pages have it, counted one by one.
            for step in QUESTIONS[question]:
                table = rows_of(results.option_by_group(reader, "v", question, step, name))
                for code in codes:
                    own = [p[question] for p in people if p[name] == code and p[question]]
                    chose, silent = own.count([step]), silent_of(people, name, code, question)
                    everyone = len(own) + silent
                    for end, of in zip(BOUNDS, (chose, chose + silent), strict=True):
                        assert table[code][end] == pytest.approx(of / everyone), (name, code, step)
                        assert cells[code, step][end] == pytest.approx(of / everyone)
                for end in BOUNDS:
                    assert table[""][end] == pytest.approx(cells["", step][end]), (name, step)


@pytest.mark.parametrize("role", ["revisor", "politiker"])
def test_whoever_people_are_and_whatever_they_think_share_and_difference_are_within_the_bounds(
    role: str, loader: Loader
) -> None:
    """Everybody answered, but not what sex they have, and some not the question."""
    people = survey(7)
    loader.invited(**Counter(person["department"] for person in people))
    load_answers(loader, people)
    reader, tried = loader.reader(role), 0
    for name in GROUPS:
        found = differences(reader, "v", "policy_kand", name)
        table = rows_of(results.by_group(reader, "v", indicator("policy_kand"), name))
        for row in found.rest[found.rest["status"] == "shown"].to_dict("records"):
            code = row["code"]
            # Who may be of the group is, if that makes its share the greatest, or the least.
            for more, at, inside in product((True, False), (0, 1), (True, False)):
                said: tuple[list[bool], list[bool]] = ([], [])
                for person in people:
                    answer = person["q1_1"] == ["ja"] if person["q1_1"] else more
                    place = person[name] == code if person[name] else (answer == inside) == at
                    said[not place].append(answer if person["q1_1"] else answer == bool(place))
                share, rest = (sum(own) / len(own) for own in said)
                low, high = (table[code][end] for end in BOUNDS)
                assert low - 1e-12 <= share <= high + 1e-12, (name, code)
                low, high = (row[f"diff_{end}"] for end in BOUNDS)
                assert low - 1e-12 <= share - rest <= high + 1e-12, (name, code)
                assert high - low < 1.5, "bounds that say everything say nothing"
                tried += 1
    assert tried > 30


def test_others_have_bounds_of_what_is_shown_alone_and_never_narrower_than_the_auditors(
    loader: Loader, framed: Path
) -> None:
    load(loader, framed, survey(5))
    auditor = loader.reader("revisor")
    politician = loader.reader("politiker")
    for measure in ASKED:
        for name in GROUPS:
            own = rows_of(results.by_group(auditor, "v", indicator(measure), name))
            shown = rows_of(results.by_group(politician, "v", indicator(measure), name))
            for code, row in shown.items():
                if row["status"] == "shown":
                    assert row["bound_low"] <= own[code]["bound_low"] + 1e-12
                    assert row["bound_high"] >= own[code]["bound_high"] - 1e-12
