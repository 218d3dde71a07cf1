"""An attacker with everything that is published learns nothing about a few, and wins when any of
the protections is switched off."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import publish, snapshot, waiting
from ingest.load import Options, load_frame
from queries import disclosure, indicators
from queries.derivable import exposed
from tests.attacker import Published, learn, learn_by_filter
from tests.queries.test_disclosure import FILTERED, POSITIONS, QUESTIONS, answering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from queries.disclosure import Profile, Tally
    from tests.queries.conftest import Loader


def nobody(*_args: Any) -> None:
    """Find nobody, whoever is exposed or cornered."""


SIDES = {
    "q1_1": (frozenset({"ja"}), frozenset({"nej"})),
    "q3_1b": (frozenset({"4", "5"}), frozenset({"1", "2"})),
}
DEPARTMENTS = ("AA", "BB", "CC", "DD", "EE", "FF")
OCCUPATIONS = ("stod", "ledning", "teknik")
SEXES = ("kvinna", "man", "annat")


def survey(seed: int) -> list[dict[str, Any]]:
    """Return people of many small groups, empty ones, groups within groups and unanimous ones."""
    draw = random.Random(seed)
    with_sex = draw.random() < 0.4
    people = []
    present = DEPARTMENTS[: draw.randint(1, 6)]
    for department in present:
        leaning = {q: [draw.choice((0, 0, 1, 4)) for _ in codes] for q, codes in QUESTIONS.items()}
        empty = () if department == present[-1] else (0, 0)
        home = draw.choice(OCCUPATIONS)
        for _ in range(draw.choice((*empty, 1, 2, 3, 4, 5, 6, 7, 9, 11, 14, 22))):
            position = draw.choices((*POSITIONS, ""), (2, 7, draw.choice((0, 1)), 0.2))[0]
            # Most managers lead, most others do what their department does.
            usual = "ledning" if position == "chef" else home
            person = {
                "department": department,
                "position": position,
                "occupation": usual if draw.random() < 0.8 else draw.choice((*OCCUPATIONS, "")),
                "sex": draw.choices((*SEXES, ""), (5, 3, 0.3, 0.2))[0] if with_sex else "",
            }
            people.append(answering(person, draw, leaning, silent=0.04))
    return people


def as_file(people: list[dict[str, Any]]) -> Iterator[list[str]]:
    yield ["Förvaltning", "Befattning", "Roll", "Kön", *QUESTIONS, "fritext"]
    for person in people:
        answers = ("; ".join(person[question]) for question in QUESTIONS)
        keys = ("department", "position", "occupation", "sex")
        yield [*(person[key] for key in keys), *answers, "Bara ett prov"]


@pytest.fixture(scope="module")
def framed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that holds a frame and waits for answers, to be copied."""
    folder = tmp_path_factory.mktemp("framed")
    frame = folder / "frame.csv"
    lines = ["Förvaltning,Tillfrågade", *(f"{code},30" for code in DEPARTMENTS)]
    frame.write_text("\n".join(lines), encoding="utf-8")
    load_frame(frame, "v", Options(store=folder / "store"))
    return folder / "store"


def published(loader: Loader) -> dict[str, Published]:
    """Return question → what anybody may be given."""
    reader = loader.reader("politiker")
    grid = indicators.departments(reader, "v")
    answered = {code: int(n) for code, n in zip(grid["code"], grid["answered"], strict=True)}
    found = {}
    for question, rows in indicators.published_cube(reader, "v").groupby("question", sort=False):
        one = Published({}, set(), SIDES.get(str(question), ()), answered)
        for key, group in rows.groupby(["breakdown", "group"], sort=False):
            if set(group["status"]) == {"hidden"}:
                one.hidden.add(key)
            else:
                counts = zip(group["option"], group["count"].astype(int), strict=True)
                one.shown[key] = int(group["base"].iloc[0]), dict(counts)
        found[str(question)] = one
    return found


def attack(loader: Loader, people: list[dict[str, Any]]) -> list[str]:
    """Return all that the attacker learns of a few people; nothing: empty."""
    seen = published(loader)
    learnt = [
        f"{question}: {what}"
        for question in seen
        for what in learn(seen[question], people, question)
    ]
    for question in FILTERED:
        learnt += learn_by_filter(seen["frekvens"], seen[question], people, "frekvens")
    return learnt


@pytest.mark.parametrize(
    "seed", [*range(100), *(pytest.param(s, marks=pytest.mark.slow) for s in range(100, 2000))]
)
def test_nobody_learns_of_a_few_from_all_that_is_published_of_a_random_survey(
    seed: int, loader: Loader, framed: Path
) -> None:
    shutil.copytree(framed, loader.folder / "store")
    people = survey(seed)
    loader.survey(as_file(people))
    assert attack(loader, people) == []


@st.composite
def surveys(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return people whose groups Hypothesis makes: small ones, empty ones, unanimous ones. What it
    finds it makes smaller, so that a leak is told in few people."""
    kinds = st.tuples(
        st.sampled_from(DEPARTMENTS[:4]),
        st.sampled_from((*POSITIONS, "")),
        st.sampled_from((*OCCUPATIONS, "")),
        st.integers(0, 3),  # which of the department's habits they have
    )
    groups = draw(
        st.lists(st.tuples(kinds, st.sampled_from((1, 2, 3, 4, 5, 8, 12))), min_size=1, max_size=14)
    )
    habits = [
        {question: draw(st.sampled_from(codes)) for question, codes in QUESTIONS.items()}
        for _ in range(4)
    ]
    room = dict.fromkeys(DEPARTMENTS, 30)
    people = []
    for (department, position, occupation, habit), many in groups:
        given = {question: [code] for question, code in habits[habit].items()}
        if given["frekvens"] == ["aldrig"]:
            given |= {question: [] for question in FILTERED}
        person = {"department": department, "position": position, "occupation": occupation}
        number = min(many, room[department])
        room[department] -= number
        people += [{**person, "sex": "", **given} for _ in range(number)]
    return people


def _nobody_learns(loader: Loader, framed: Path, people: list[dict[str, Any]]) -> None:
    shutil.rmtree(loader.folder / "store", ignore_errors=True)
    shutil.copytree(framed, loader.folder / "store")
    loader.survey(as_file(people))
    assert attack(loader, people) == []


# The store is made anew for each example.
made = {"suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}


@given(people=surveys())
@settings(max_examples=25, **made)
def test_nobody_learns_of_a_few_from_what_is_published_of_a_made_survey(
    people: list[dict[str, Any]], loader: Loader, framed: Path
) -> None:
    _nobody_learns(loader, framed, people)


@pytest.mark.slow
@given(people=surveys())
@settings(max_examples=400, **made)
def test_nobody_learns_of_a_few_from_what_is_published_of_many_made_surveys(
    people: list[dict[str, Any]], loader: Loader, framed: Path
) -> None:
    _nobody_learns(loader, framed, people)


# --- each protection is needed --------------------------------------------------------------------

TRIES = 40
"""Surveys in which the attacker may try, when a protection is off."""
FIRST = {"the sides": 60}
"""From this one on; few of them tell of a side and of no answer."""


def nothing_left(*_args: Any) -> Any:
    return lambda _out: True


def without_the_few(tally: Tally, profile: Profile) -> bool:
    return tally.base >= profile.unanimous_below or not tally.unanimous


def without_the_alike(tally: Tally, profile: Profile) -> bool:
    return tally.base >= profile.min_base


def only_sums(shown: Any, size: Any, _looks: Any, *limits: int) -> Any:
    return exposed(shown, size, (), *limits)


OFF: dict[str, dict[str, Any]] = {
    "the limit": {"is_safe": without_the_few, "exposed": nobody, "cornered": nobody},
    "all alike": {"is_safe": without_the_alike, "exposed": only_sums, "cornered": nobody},
    "what is left by subtraction": {"_cover": nothing_left, "exposed": nobody, "cornered": nobody},
    "all breakdowns together": {"exposed": nobody},
    "who can have said it": {"cornered": nobody},
    "bounds": {},
}


@pytest.mark.parametrize("what", [*OFF, "the sides", "the filter"])
def test_the_attacker_wins_when_a_protection_is_switched_off(
    what: str, loader: Loader, framed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The store's own checks would stop some of these loads; here they are to go through.
    monkeypatch.setattr(snapshot, "run_checks", lambda *_args, **_more: [])
    for name, instead in OFF.get(what, {}).items():
        monkeypatch.setattr(disclosure, name, instead)
    if what in OFF:
        # What cannot be otherwise is found too by whoever searches for it last.
        monkeypatch.setattr(disclosure, "forced", nobody)
    if what == "the sides":
        real_things = waiting.what_is_asked
        monkeypatch.setattr(
            waiting, "what_is_asked", lambda options, _sides: real_things(options, ())
        )
    if what == "the filter":
        real = disclosure.hidden_together
        monkeypatch.setattr(publish, "hidden_together", lambda *given: real(*given[:3]))
    for seed in range(FIRST.get(what, 0), FIRST.get(what, 0) + TRIES):
        shutil.copytree(framed, loader.folder / "store")
        people = survey(seed)
        loader.survey(as_file(people))
        if attack(loader, people):
            return
        shutil.rmtree(loader.folder / "store")
    pytest.fail(f"without {what} the attacker learnt nothing in {TRIES} surveys")


@pytest.mark.parametrize("more", [0, 60])
def test_what_a_few_said_is_not_told_by_there_being_nobody_else_who_can_have_said_it(
    more: int, loader: Loader, framed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four who are not managers do not know, none of them at AA; of those in support two. The other
    two lead at BB, and there are two. No sum tells it, and each answer could be many people's.

    Also among ``more`` departments, where everybody knows: too many for all bounds to be sought."""
    kinds = [
        ("AA", "medarbetare", "stod", "ja nej " * 6),
        ("AA", "chef", "ledning", "ja nej " * 3),
        ("AA", "chef", "stod", "ja nej ja nej ja"),
        ("BB", "medarbetare", "ledning", "vet_ej vet_ej"),
        ("BB", "medarbetare", "stod", "vet_ej vet_ej ja ja nej"),
        ("CC", "chef", "ledning", "vet_ej ja nej"),
        ("DD", "chef", "ledning", "vet_ej ja nej"),
    ]
    others = [f"X{number}" for number in range(more)]
    kinds += [
        (code, position, occupation, "ja nej")
        for code in others
        for position in ("medarbetare", "chef", "annan")
        for occupation in ("stod", "ledning", "teknik")
    ]
    people = [
        {"department": d, "position": p, "occupation": o, "sex": "", "q1_1": [answer]}
        | {question: [] for question in QUESTIONS if question != "q1_1"}
        for d, p, o, answers in kinds
        for answer in answers.split()
    ]
    telling = {("department", "AA"), ("position", "medarbetare"), ("occupation", "stod")}
    for forced, told in (("off", True), ("on", False)):
        with monkeypatch.context() as without:
            if forced == "off":
                without.setattr(disclosure, "forced", lambda *_: False)
            shutil.copytree(framed, loader.folder / "store")
            if others:
                loader.invited(**dict.fromkeys((*DEPARTMENTS, *others), 60))
            loader.survey(as_file(people))
            assert (telling <= published(loader)["q1_1"].shown.keys()) is told
        shutil.rmtree(loader.folder / "store")
