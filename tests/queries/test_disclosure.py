"""The gate: what may be shown, and what an attacker can work out from what is.

The attacker of these tests has everything that is published, subtracts it from the whole, and knows
how many answered in each department (that is public).
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import publish
from ingest.load import Options, load_frame
from ingest.snapshot import CheckFailed
from queries import indicators
from queries.disclosure import (
    Answers,
    Profile,
    Tally,
    hidden_counts,
    hidden_together,
    is_safe,
)
from queries.profiles import load_profile

if TYPE_CHECKING:
    from tests.queries.conftest import Loader

STANDARD = Profile("standard", min_base=5, unanimous_below=10, min_groups=2)
calm = settings(deadline=None, max_examples=200)


def tally(*counts: int) -> Tally:
    return Tally(sum(counts), counts)


def hiding(**groups: set[str]) -> Callable[..., dict[str, frozenset[str]]]:
    """Return a gate that hides these groups and no others."""
    return lambda tallies, *_more: {b: frozenset(groups.get(b, ())) for b in tallies}


def total(*tallies: Tally) -> Tally:
    counts = zip(*(t.counts for t in tallies), strict=True)
    return Tally(sum(t.base for t in tallies), tuple(sum(c) for c in counts))


def gate(
    *groups: Tally, unplaced: Tally | None = None, also: frozenset[str] = frozenset()
) -> frozenset[str]:
    """Pass groups named a, b, c … through the gate."""
    named = dict(zip("abcdefgh", groups, strict=False))
    return gated(named, unplaced, also)


def gated(
    named: dict[str, Tally], unplaced: Tally | None, also: frozenset[str] = frozenset()
) -> frozenset[str]:
    """Return the groups of the one breakdown there is that are hidden, seen by themselves only."""
    kinds = [*named.values(), *([unplaced] if unplaced else [])]
    atoms = np.eye(len(kinds), dtype=bool)
    members = {("position", name): atom for name, atom in zip(named, atoms, strict=False)}
    members["all", ""] = atoms.any(axis=0)
    size = np.array([kind.base for kind in kinds])
    tallies = {"all": {"": total(*kinds)}, "position": named}
    answers = Answers(size, members)
    return frozenset(hidden_together(tallies, answers, STANDARD, {"position": also})["position"])


# --- the limits -----------------------------------------------------------------------------------


def test_the_shipped_profile_holds_the_limits_of_these_tests() -> None:
    assert load_profile().limits == STANDARD


@pytest.mark.parametrize(
    ("answers", "safe"),
    [
        ((2, 2), False),
        ((3, 2), True),
        ((0, 5), False),
        ((9, 0), False),
        ((10, 0), True),
        ((8, 1), False),
        ((7, 2), True),
        ((7, 1, 1), True),
        ((1, 1, 1, 1, 1), True),
        ((9, 1), True),
        ((0, 0), False),
    ],
)
def test_a_group_is_shown_from_five_answers_and_if_all_or_all_but_one_are_alike_from_ten(
    answers: tuple[int, ...], safe: bool
) -> None:
    assert is_safe(tally(*answers), STANDARD) is safe


def test_who_all_ticked_the_same_boxes_are_alike_also_when_there_are_several() -> None:
    assert not is_safe(Tally(6, (6, 6, 0)), STANDARD)
    assert not is_safe(Tally(6, (6, 4, 0)), STANDARD)  # each of them has ticked the first
    assert not is_safe(Tally(6, (5, 6, 0)), STANDARD)
    assert is_safe(Tally(6, (5, 4, 0)), STANDARD)


def test_the_mere_size_of_a_group_holds_no_answer_to_be_alike_in() -> None:
    assert is_safe(Tally(5, ()), STANDARD)
    assert not is_safe(Tally(4, ()), STANDARD)


# --- remainders -----------------------------------------------------------------------------------


def test_nobody_is_hidden_alone_because_the_rest_would_tell() -> None:
    """The audit's own fault: 91 less the shown departments is the four of MBN."""
    assert gate(tally(2, 2), tally(10, 7), tally(20, 10), tally(20, 13), tally(3, 4)) == {"a", "e"}


def test_two_small_groups_hide_each_other_only_when_they_are_enough_together() -> None:
    assert gate(tally(2, 1), tally(1, 1), tally(6, 6), tally(10, 10)) == {"a", "b"}
    assert gate(tally(1, 1), tally(1, 1), tally(6, 6), tally(10, 10)) == {"a", "b", "c"}


def test_hidden_groups_that_are_all_alike_together_take_one_more_with_them() -> None:
    assert gate(tally(4, 0), tally(4, 0), tally(6, 6), tally(10, 10)) == {"a", "b", "c"}
    assert gate(tally(4, 0), tally(2, 2), tally(6, 6), tally(10, 10)) == {"a", "b"}


def test_that_one_more_is_hidden_does_not_tell_that_the_others_are_all_alike() -> None:
    """It could be that one of them differs. In the rebuilt wave of 2024 the eight of MBN and TN
    were all positive, and nothing but that explained that BUN was hidden beside them."""
    more = tally(6, 6), tally(10, 10)
    assert gate(tally(4, 0), tally(3, 1), *more) == gate(tally(4, 0), tally(4, 0), *more)
    assert gate(tally(6, 1), *more) == gate(tally(7, 0), *more) == {"a", "b"}
    assert gate(tally(5, 2), *more) == frozenset()


@pytest.mark.parametrize(("parts", "shown"), [((10, 3), False), ((10, 10), True), ((10, 0), True)])
def test_that_everybody_said_the_same_is_not_told_where_a_few_are_among_them(
    parts: tuple[int, int], shown: bool
) -> None:
    """How many answered in each department is public, so that the whole would tell the three."""
    groups = {code: tally(n, 0) for code, n in zip("ab", parts, strict=True)}
    atoms = np.array([n > 0 for n in parts])
    members = {
        ("department", code): np.arange(2)[atoms] == place for place, code in enumerate(groups)
    }
    members["all", ""] = atoms[atoms]
    answers = Answers(np.array(parts)[atoms], members)
    tallies = {"all": {"": total(*groups.values())}, "department": groups}
    assert (not hidden_together(tallies, answers, STANDARD)["all"]) is shown


def test_people_without_the_attribute_are_what_is_left_and_are_protected_too() -> None:
    groups = tally(6, 6), tally(10, 10)
    assert gate(*groups) == frozenset()
    # Two without a value: subtraction gives them, so the smaller group is hidden with them.
    assert gate(*groups, unplaced=tally(1, 1)) == {"a"}
    # They are one source; together with a hidden group they are two.
    assert gate(tally(2, 2), *groups, unplaced=tally(1, 1)) == {"a"}


def test_a_group_in_which_nobody_answered_is_no_cover_for_another() -> None:
    assert gate(tally(2, 2), tally(0, 0), tally(6, 6), tally(10, 10)) == {"a", "c"}


def test_the_whole_being_too_small_hides_every_group() -> None:
    assert gate(tally(2, 1), tally(0, 1)) == {"a", "b"}
    assert gate(tally(5, 0), tally(4, 0)) == {"a", "b"}


def test_what_is_hidden_for_the_filter_is_hidden_for_the_filtered_and_not_alone() -> None:
    groups = tally(6, 6), tally(7, 7), tally(10, 10)
    assert gate(*groups, also=frozenset("c")) == {"a", "c"}
    assert gate(*groups, also=frozenset("bc")) == {"b", "c"}
    # Nobody there was asked: still hidden, or the page would tell that all answered "never".
    assert "b" in gate(tally(6, 6), tally(0, 0), tally(10, 10), also=frozenset("b"))


def test_of_equally_large_groups_the_later_is_hidden_so_that_a_reload_hides_the_same() -> None:
    groups = tally(2, 2), tally(6, 6), tally(6, 6), tally(6, 6)
    assert gate(*groups) == {"a", "d"}
    assert len({gate(*groups) for _ in range(20)}) == 1


# --- an attacker ----------------------------------------------------------------------------------

small_tallies = st.lists(st.integers(0, 7), min_size=3, max_size=3).map(lambda c: tally(*c))


def attack(whole: Tally, groups: Mapping[str, Tally], hidden: frozenset[str]) -> list[str]:
    """Return what the attacker learns that was to be protected, in words; nothing: empty."""
    learnt = []
    shown = {code: t for code, t in groups.items() if code not in hidden and t.base}
    for code, t in shown.items():
        if t.base < 5 or (t.counts and t.base < 10 and set(t.counts) <= {0, t.base}):
            learnt.append(f"{code} is shown: {t}")
    left = whole.base - sum(t.base for t in shown.values())
    counts = [n - sum(t.counts[i] for t in shown.values()) for i, n in enumerate(whole.counts)]
    if shown and left:
        sources = [code for code, t in groups.items() if code in hidden and t.base]
        if sum(t.base for t in groups.values()) < whole.base:
            sources.append("without a value")
        if left < 5:
            learnt.append(f"{left} are left")
        if len(sources) < 2:
            learnt.append(f"what is left is of {sources} alone")
        if whole.counts and left < 10 and all(n in (0, left) for n in counts):
            learnt.append(f"the {left} that are left are all alike")
    return learnt


@given(
    groups=st.lists(small_tallies, min_size=1, max_size=6),
    unplaced=small_tallies | st.none(),
    also=st.frozensets(st.sampled_from("abcdef")),
)
@calm
def test_subtracting_what_is_shown_from_the_whole_never_gives_a_few_or_one_group_or_the_alike(
    groups: list[Tally], unplaced: Tally | None, also: frozenset[str]
) -> None:
    named = dict(zip("abcdef", groups, strict=False))
    whole = total(*groups, *([unplaced] if unplaced else []))
    hidden = gated(named, unplaced, also)
    assert attack(whole, named, hidden) == []
    assert also & set(named) <= hidden
    if whole.base and not is_safe(whole, STANDARD):
        assert hidden == set(named)


@given(counts=st.lists(st.tuples(st.integers(1, 9), st.integers(9, 30)), min_size=1, max_size=8))
@calm
def test_nothing_is_hidden_where_every_group_is_large_and_mixed(
    counts: list[tuple[int, int]],
) -> None:
    assert gate(*(tally(*pair) for pair in counts)) == frozenset()


def register(pairs: list[tuple[int, int]]) -> tuple[tuple[int, int], dict[str, tuple[int, int]]]:
    """Return (whole, groups) as numerator and denominator, of those who have and those who lack."""
    groups = {c: (have, have + lack) for c, (have, lack) in zip("abcdef", pairs, strict=False)}
    have, of = (sum(pair[i] for pair in groups.values()) for i in (0, 1))
    return (have, of), groups


@given(
    pairs=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=6),
    ratio=st.booleans(),
    also=st.frozensets(st.sampled_from("abcdef")),
)
@calm
def test_agreements_that_have_or_lack_something_cannot_be_worked_out_below_five(
    pairs: list[tuple[int, int]], ratio: bool, also: frozenset[str]
) -> None:
    whole, groups = register(pairs)
    whole_hidden, hidden = hidden_counts(whole, groups, STANDARD, ratio, also)

    def tells(have: int, of: int) -> bool:
        if ratio:
            return 0 < have < 5
        few = 0 < have < 5 or 0 < of - have < 5
        return few or of < 5 or (of < 10 and have in (0, of))

    real = {code: pair for code, pair in groups.items() if pair[1] > 0}
    assert also & set(real) <= hidden <= set(real)
    if whole_hidden:
        assert tells(*whole) and hidden == set(real)
        return
    assert not any(tells(*pair) for code, pair in real.items() if code not in hidden)
    if hidden:
        left = tuple(sum(groups[code][i] for code in hidden) for i in (0, 1))
        # Who has no agreement is no cover for who has.
        having = {code for code in real if groups[code][0 if ratio else 1] > 0}
        assert len(hidden & having) >= 2 or hidden >= having
        assert not tells(*left)


@given(
    pairs=st.lists(st.tuples(st.integers(5, 30), st.integers(5, 30)), min_size=1, max_size=6),
    ratio=st.booleans(),
)
@calm
def test_no_agreement_count_is_hidden_where_all_are_large(
    pairs: list[tuple[int, int]], ratio: bool
) -> None:
    whole, groups = register(pairs)
    assert hidden_counts(whole, groups, STANDARD, ratio) == (False, frozenset())


@pytest.mark.parametrize(
    ("pair", "ratio", "hidden"),
    [
        ((4, 20), False, True),
        ((5, 20), False, False),
        ((16, 20), False, True),
        ((15, 20), False, False),
        ((0, 20), False, False),
        ((20, 20), False, False),
        ((0, 9), False, True),
        ((0, 10), False, False),
        ((9, 9), False, True),
        # Agreements per person with the possibility: only the agreements are agreements.
        ((4, 100), True, True),
        ((5, 6), True, False),
        ((0, 3), True, False),
        ((7, 5), True, False),
    ],
)
def test_a_register_count_is_hidden_from_one_to_four_of_those_who_have_or_who_lack(
    pair: tuple[int, int], ratio: bool, hidden: bool
) -> None:
    assert hidden_counts(pair, {"a": pair}, STANDARD, ratio)[0] is hidden


def test_a_department_with_few_agreements_takes_the_next_smallest_with_it() -> None:
    groups = {"a": (2, 12), "b": (10, 20), "c": (20, 40)}
    assert hidden_counts((32, 72), groups, STANDARD) == (False, {"a", "b"})
    # Small in agreements, not in people: another wave has other people and the same agreements.
    shares = {"a": (3, 60), "b": (10, 50), "c": (20, 40), "d": (0, 8)}
    assert hidden_counts((33, 158), shares, STANDARD, ratio=True) == (False, {"a", "b"})


# --- the whole way: files in, published tables out ------------------------------------------------

QUESTIONS = {
    "frekvens": ("aldrig", "mer_sallan", "en_tva_dagar_veckan"),
    "q1_1": ("ja", "nej", "vet_ej"),
    "q3_1b": ("1", "2", "3", "4", "5"),
    "it_atgarder": ("vpn", "kryptering", "inga"),
}
FILTERED = ("q3_1b", "it_atgarder")
POSITIONS = ("chef", "medarbetare", "annan")
DEPARTMENTS = ("AA", "BB", "CC", "DD", "EE")


def random_survey(seed: int) -> list[dict[str, Any]]:
    """Return people with a department, perhaps a position, and option codes by question."""
    draw = random.Random(seed)
    people = []
    for department in (present := DEPARTMENTS[: draw.randint(1, 5)]):
        leaning = {
            question: [draw.choice((0, 0, 1, 3)) for _ in codes]
            for question, codes in QUESTIONS.items()
        }
        # An empty file is refused: the last department always has somebody.
        empty = () if department == present[-1] else (0, 0)
        for _ in range(draw.choice((*empty, 2, 3, 4, 5, 6, 9, 10, 12, 15))):
            person = {"department": department}
            person["position"] = draw.choices((*POSITIONS, ""), (1, 6, 2, draw.choice((0, 1))))[0]
            people.append(answering(person, draw, leaning, silent=0.05))
    return people


def answering(
    person: dict[str, Any], draw: random.Random, leaning: dict[str, list[int]], silent: float
) -> dict[str, Any]:
    """Return the person with answers by question, as the department leans; none where not asked."""
    for question, codes in QUESTIONS.items():
        weights = leaning[question] if any(leaning[question]) else [1] * len(codes)
        outside = question in FILTERED and person["frekvens"] == ["aldrig"]
        if outside or draw.random() < silent:
            person[question] = []
        elif question == "it_atgarder":
            ticked = draw.choices(codes, weights, k=draw.randint(1, 3))
            person[question] = sorted(set(ticked), key=codes.index)
        else:
            person[question] = draw.choices(codes, weights)
    return person


def as_file(people: list[dict[str, Any]]) -> list[list[str]]:
    rows = [["Förvaltning", "Befattning", *QUESTIONS, "fritext"]]
    for person in people:
        answers = ("; ".join(person[question]) for question in QUESTIONS)
        rows.append([person["department"], person["position"], *answers, "Bara ett prov"])
    return rows


def count(people: list[dict[str, Any]], question: str) -> Tally:
    answered = [person[question] for person in people if person[question]]
    ticks = Counter(option for answer in answered for option in answer)
    return Tally(len(answered), tuple(ticks[option] for option in QUESTIONS[question]))


def truth(people: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Tally]]:
    """Return (question, breakdown) → group → what the file says, counted by hand."""
    return {
        (question, breakdown): {
            group: count([p for p in people if not by or p[by] == group], question)
            for group in groups
        }
        for question in QUESTIONS
        for breakdown, by, groups in (
            ("all", "", [""]),
            ("department", "department", [*DEPARTMENTS]),
            ("position", "position", [*POSITIONS]),
        )
    }


def sizes(people: list[dict[str, Any]], attribute: str) -> dict[str, Tally]:
    found = Counter(person[attribute] for person in people if person[attribute])
    return {group: Tally(n, ()) for group, n in found.items()}


def published(cube: pd.DataFrame, question: str, breakdown: str) -> dict[str, Tally | None]:
    """Return group → what is published; None: hidden."""
    table = cube[(cube["question"] == question) & (cube["breakdown"] == breakdown)]
    found: dict[str, Tally | None] = {}
    for group, rows in table.groupby("group", sort=False):
        hidden = set(rows["status"]) == {"hidden"}
        assert hidden == rows["count"].isna().all() == rows["base"].isna().all()
        assert hidden or not rows[["count", "base"]].isna().any(axis=None)
        assert not hidden or rows["share"].isna().all()
        counts = () if hidden else tuple(map(int, rows["count"]))
        found[group] = None if hidden else Tally(int(rows["base"].iloc[0]), counts)
    return found


@pytest.fixture(scope="module")
def framed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that holds a frame and waits for answers, to be copied."""
    folder = tmp_path_factory.mktemp("framed")
    frame = folder / "frame.csv"
    lines = ["Förvaltning,Tillfrågade", *(f"{code},16" for code in DEPARTMENTS)]
    frame.write_text("\n".join(lines), encoding="utf-8")
    load_frame(frame, "v", Options(store=folder / "store"))
    return folder / "store"


@pytest.mark.parametrize("seed", range(40))
def test_from_file_to_table_no_random_survey_tells_a_politician_about_a_few(
    seed: int, loader: Loader, framed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = random_survey(seed)
    shutil.copytree(framed, loader.folder / "store")
    facts = truth(people)
    dangerous = any(
        attack(facts[question, "all"][""], groups, frozenset())
        for (question, breakdown), groups in facts.items()
        if breakdown != "all"
    ) or any(
        facts[question, "all"][""].base > 0 and not is_safe(facts[question, "all"][""], STANDARD)
        for question in QUESTIONS
    )

    # 1. With the gate switched off the store's own checks stop the load. (Of every other survey:
    # each costs a load.)
    with monkeypatch.context() as off:
        off.setattr(publish, "hidden_together", hiding())
        if dangerous and seed % 2:
            with pytest.raises(CheckFailed) as stopped:
                loader.survey(as_file(people))
            assert any("published_hides" in name for name in stopped.value.broken)

    # 2. With it, what is published is true, and nothing follows from it about a few.
    loader.survey(as_file(people))
    reader = loader.reader("politiker")
    cube = indicators.published_cube(reader, "v")
    for (question, breakdown), groups in facts.items():
        shown = published(cube, question, breakdown)
        whole = published(cube, question, "all")[""]
        for group, found in shown.items():
            assert found is None or found == groups[group], (question, breakdown, group)
        hidden = frozenset(group for group, found in shown.items() if found is None)
        if whole is None:
            assert hidden >= {group for group, t in groups.items() if t.base}
        elif breakdown != "all":
            assert attack(whole, groups, hidden) == []
        elif whole.base:
            assert is_safe(whole, STANDARD)
    for question, rows in cube[cube["breakdown"] == "department*position"].groupby("question"):
        for group in rows["group"][rows["status"] == "shown"]:
            department, position = group.split(" × ")
            assert published(cube, str(question), "department")[department] is not None
            assert published(cube, str(question), "position")[position] is not None
    for question in FILTERED:
        for breakdown in ("department", "position"):
            of_filter = published(cube, "frekvens", breakdown)
            of_filtered = published(cube, question, breakdown)
            assert not [g for g, t in of_filter.items() if t is None and of_filtered[g] is not None]

    # 3. No other way to the same numbers tells more than the cube.
    for table in (
        indicators.results(reader, "v", merged=True), indicators.options(reader, "v"),
    ):  # fmt: skip
        survey = table[~table["indicator"].isin(["svarsfrekvens", "tillgang"])]
        assert_tells_nothing(survey)
    for question in QUESTIONS:
        answers = indicators.answers(reader, "v", question)
        by_department = published(cube, question, "department")
        for group, rows in answers.groupby("group", sort=False):
            expected = published(cube, question, "all")[""] if not group else by_department[group]
            if expected is None:
                assert rows[["count", "base"]].isna().all(axis=None)
            else:
                assert tuple(rows["count"]) == expected.counts
    spread = indicators.attributes(reader, "v")
    for attribute in ("department", "position"):
        table = spread[spread["indicator"].str.startswith(attribute + ":")]
        told = {
            name.partition(":")[2]: Tally(int(n), ())
            for name, n, status in zip(
                table["indicator"], table["numerator"].fillna(-1), table["status"], strict=True
            )
            if status == "shown"
        }
        real = sizes(people, attribute)
        assert all(real.get(group, Tally(0, ())) == t for group, t in told.items())
        if attribute == "position":
            hidden = frozenset(real) - frozenset(told)
            assert attack(Tally(len(people), ()), real, hidden) == []

    # 4. And what is not published cannot be reached, whatever is asked.
    with pytest.raises(duckdb.Error):
        reader.rows("select * from records.answer")
    with pytest.raises(duckdb.Error):
        reader.rows(f"attach '{reader.snapshot.path / 'records.duckdb'}' as records")


def assert_tells_nothing(table: pd.DataFrame) -> None:
    """Assert that no base under five is in a result table, nor follows from it."""
    numbers = ["numerator", "denominator", *indicators.NUMBERS]
    assert table.loc[table["status"] == "hidden", numbers].isna().all(axis=None)
    shown = table[table["status"] == "shown"]
    assert (shown["denominator"] >= 5).all()
    for _indicator, rows in shown.groupby("indicator"):
        whole = rows[rows["department"].isna()]
        parts = rows[rows["department"].notna()]
        merged = parts["department"].str.contains("+", regex=False)
        if parts.empty:
            continue
        assert len(whole) == 1
        for name in ("numerator", "denominator"):
            left = whole[name].iloc[0] - parts.loc[~merged, name].sum()
            assert left >= 0
            if name == "denominator":
                assert left == 0 or left >= 5
            if merged.any():
                assert parts.loc[merged, name].iloc[0] == left


def test_a_department_named_like_an_answer_does_not_open_what_is_hidden(loader: Loader) -> None:
    """An empty department has nothing to protect; a position with its code still has."""
    loader.invited(chef=20, BB=20, CC=30)
    rows = [["BB", "Chef", "Ja"]] * 6 + [["BB", "Medarbetare", "Nej"]] * 14
    rows += [["CC", "Medarbetare", "Ja"]] * 10
    loader.survey([["Förvaltning", "Befattning", "q1_1"], *rows])
    cube = indicators.published_cube(loader.reader(), "v")
    assert published(cube, "q1_1", "position") == {
        "chef": None, "medarbetare": None, "annan": Tally(0, (0, 0, 0)),
    }  # fmt: skip


def test_six_who_are_all_alike_are_stopped_by_the_checks_when_the_gate_lets_them_through(
    loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large enough in number: only the rule about the alike speaks against it."""
    loader.invited(AA=10, BB=30)
    rows = [["AA", "Ja"]] * 6 + [["BB", "Ja"]] * 10 + [["BB", "Nej"]] * 10
    monkeypatch.setattr(publish, "hidden_together", hiding())
    with pytest.raises(CheckFailed) as stopped:
        loader.survey([["Förvaltning", "q1_1"], *rows])
    assert "published_hides_small_groups" in stopped.value.broken


def test_one_hidden_department_alone_is_stopped_by_the_checks(
    loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader.invited(AA=10, BB=30)
    rows = [["AA", "Ja"]] * 6 + [["BB", "Ja"]] * 10 + [["BB", "Nej"]] * 10
    monkeypatch.setattr(publish, "hidden_together", hiding(department={"AA"}))
    with pytest.raises(CheckFailed) as stopped:
        loader.survey([["Förvaltning", "q1_1"], *rows])
    assert "published_hides_small_remainders" in stopped.value.broken


def test_a_small_groups_size_is_stopped_by_the_checks(
    loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three managers who skipped every question: only how many they are would give them away."""
    loader.invited(AA=40)
    rows = [["AA", "Chef", ""]] * 3
    rows += [["AA", "Medarbetare", "Ja"], ["AA", "Medarbetare", "Nej"]] * 8
    file = [["Förvaltning", "Befattning", "q1_1"], *rows]

    def only_answers(tallies: Mapping[str, Mapping[str, Tally]], *more: Any) -> Any:
        return hidden_together(tallies, *more) if tallies["all"][""].counts else {}

    monkeypatch.setattr(publish, "hidden_together", only_answers)
    with pytest.raises(CheckFailed) as stopped:
        loader.survey(file)
    assert set(stopped.value.broken) == {"published_hides_small_group_sizes"}
    monkeypatch.setattr(publish, "hidden_together", hidden_together)
    loader.survey(file)
    spread = indicators.attributes(loader.reader(), "v").set_index("indicator")["status"]
    assert set(spread[["position:chef", "position:medarbetare"]]) == {"hidden"}
