"""Answers that are loaded again: what was published and what is published tell nothing together."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest import publish, snapshot
from ingest.load import LoadRefused, Options, load_frame
from queries import indicators
from queries.reference import ReferenceDataError
from tests.attacker import Published, told
from tests.attacker_reload import CAME, FEW_MOVED, LEFT, STAYED, Moved, learn_by_reload
from tests.queries.test_attacker import DEPARTMENTS, as_file, framed, published, survey
from tests.queries.test_disclosure import FILTERED, QUESTIONS

if TYPE_CHECKING:
    from tests.queries.conftest import Loader

__all__ = ["framed"]  # a fixture, used by name

OPTIONS = {
    "frekvens": ("mer_sallan", "en_tva_dagar_veckan", "aldrig"),
    "q1_1": ("ja", "nej", "vet_ej"),
    "q3_1b": ("2", "3", "4"),
    "it_atgarder": ("vpn", "inga", "kryptering"),
}


def person(department: str, turn: int, position: str = "medarbetare") -> dict[str, Any]:
    """Return somebody who answers as it comes to their turn, nobody ever "never"."""
    answers = {question: [codes[turn % 3]] for question, codes in OPTIONS.items()}
    answers["frekvens"] = [OPTIONS["frekvens"][turn % 2]]
    attributes = {"department": department, "position": position, "occupation": "", "sex": ""}
    return attributes | answers


def never(department: str, turn: int) -> dict[str, Any]:
    """Return somebody who never works elsewhere, and is not asked what that opens."""
    one = person(department, turn)
    return one | {"frekvens": ["aldrig"]} | {question: [] for question in FILTERED}


def two_departments(number: int = 12) -> list[dict[str, Any]]:
    return [person(code, turn) for code in ("AA", "BB") for turn in range(number)]


@pytest.fixture
def load(loader: Loader) -> Any:
    """Return a function that loads people as the whole survey of the wave."""
    loader.invited(AA=30, BB=30, CC=30)

    def loads(people: list[dict[str, Any]]) -> None:
        assert not loader.survey(as_file(people)).errors

    return loads


def cube(loader: Loader, role: str = "politiker") -> list[tuple[Any, ...]]:
    reader = loader.reader(role)
    return reader.rows(
        f'select question, breakdown, "group", option, count, base, status '
        f"from {reader.schema}.cube order by all"
    )


def waits(loader: Loader) -> set[str]:
    rows = loader.reader().rows("select question from published.question where waiting")
    return {question for (question,) in rows}


def base(loader: Loader, question: str = "q1_1", group: str = "AA") -> int | None:
    for asked, breakdown, code, _option, _count, number, _status in cube(loader):
        if (asked, breakdown, code) == (question, "department", group):
            return number
    return None


def test_one_more_answer_waits_and_the_auditor_sees_it(load: Any, loader: Loader) -> None:
    load(two_departments())
    before, counted = cube(loader), cube(loader, "revisor")
    load([*two_departments(), person("AA", 1)])
    assert cube(loader) == before
    assert waits(loader) == set(QUESTIONS)
    assert cube(loader, "revisor") != counted
    # How many have answered is no answer, and is told.
    grid = indicators.departments(loader.reader(), "v").set_index("code")
    assert grid["answered"]["AA"] == 13


def test_three_more_answers_of_a_kind_that_differ_are_published(load: Any, loader: Loader) -> None:
    load(two_departments())
    load([*two_departments(), *(person("AA", turn) for turn in range(3))])
    assert waits(loader) == set()
    assert base(loader) == 15


def test_answers_that_come_one_by_one_wait_until_they_are_three(load: Any, loader: Loader) -> None:
    people = two_departments()
    load(people)
    for more in (1, 2):
        load([*people, *(person("AA", turn) for turn in range(more))])
        assert base(loader) == 12
    load([*people, *(person("AA", turn) for turn in range(3))])
    assert base(loader) == 15


def test_three_more_in_as_many_departments_are_one_more_in_each(load: Any, loader: Loader) -> None:
    people = [person(code, turn) for code in ("AA", "BB", "CC") for turn in range(12)]
    load(people)
    load([*people, *(person(code, turn) for turn, code in enumerate(("AA", "BB", "CC")))])
    assert base(loader) == 12 and waits(loader) == set(QUESTIONS)


def test_a_corrected_answer_waits_and_so_does_a_withdrawn_one(load: Any, loader: Loader) -> None:
    people = two_departments()
    load(people)
    before = cube(loader)
    load([{**people[0], "q1_1": ["nej"]}, *people[1:]])
    assert cube(loader) == before
    assert waits(loader) == {"q1_1"}
    load(people[1:])
    assert cube(loader) == before


def test_two_who_left_are_waited_for_though_they_answered_differently(
    load: Any, loader: Loader
) -> None:
    people = two_departments()
    load(people)
    load(people[2:])
    assert waits(loader) == set(QUESTIONS)


def said(people: list[dict[str, Any]], option: str, many: int, department: str = "AA") -> list[int]:
    """Return the places of the first ``many`` of a department who answered so."""
    found = [
        place
        for place, one in enumerate(people)
        if one["department"] == department and one["q1_1"] == [option]
    ]
    return found[:many]


def corrected(people: list[dict[str, Any]], places: list[int], option: str) -> list[dict[str, Any]]:
    return [
        {**one, "q1_1": [option]} if place in places else one for place, one in enumerate(people)
    ]


@pytest.mark.parametrize(("before", "after"), [("ja", "nej"), ("ja", "vet_ej")])
def test_a_corrected_answer_does_not_let_one_that_is_new_through(
    load: Any, loader: Loader, before: str, after: str
) -> None:
    """One who said yes says no, one who says no is new: one less, two more tell of both."""
    people = two_departments()
    load(people)
    seen = cube(loader)
    again = corrected(people, said(people, before, 1), after)
    load([*again, person("AA", 0) | {"q1_1": [after]}])
    assert cube(loader) == seen and waits(loader) == set(QUESTIONS)


def test_a_few_who_all_changed_the_same_answer_alike_wait(load: Any, loader: Loader) -> None:
    people = two_departments(18)
    load(people)
    seen = cube(loader)
    for many in (2, 3, 4):
        load(corrected(people, said(people, "ja", many), "nej"))
        assert cube(loader) == seen and waits(loader) == {"q1_1"}


def test_three_of_one_mind_who_left_wait_though_one_came(load: Any, loader: Loader) -> None:
    people = two_departments(18)
    load(people)
    seen = base(loader)
    gone = said(people, "ja", 3)
    rest = [one for place, one in enumerate(people) if place not in gone]
    load([*rest, person("AA", 0) | {"q1_1": ["nej"]}])
    assert base(loader) == seen and "q1_1" in waits(loader)


def test_one_who_left_among_many_who_came_is_lost_in_them(load: Any, loader: Loader) -> None:
    """Those who came answered in every way, so that none tells how the one who left did."""
    people = two_departments()
    load(people)
    load([*people[1:], *(person("AA", turn) for turn in range(6))])
    assert waits(loader) == set() and base(loader) == 17


def test_the_same_answers_in_another_order_are_nothing_new(load: Any, loader: Loader) -> None:
    people = two_departments()
    load(people)
    before = cube(loader)
    load(people[::-1])
    assert cube(loader) == before and waits(loader) == set()


@pytest.mark.parametrize("name", ["position", "occupation", "sex"])
@pytest.mark.parametrize("later", [True, False])
def test_one_more_answer_waits_also_where_an_attribute_came_or_went_with_the_file(
    name: str, later: bool, load: Any, loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By all that is known of them everybody left and others came, one more than before."""
    codes = {"position": "medarbetare", "occupation": "stod", "sex": "kvinna"}
    people = [{**one, name: ""} for one in two_departments()]
    named = [{**one, name: codes[name]} for one in people]
    one_more = person("AA", 1) | {name: codes[name] if later else ""}
    first, second = (people, named) if later else (named, people)
    load(first)
    before = {question: base(loader, question) for question in QUESTIONS}
    load([*second, one_more])
    assert waits(loader) == set(QUESTIONS)
    assert {question: base(loader, question) for question in QUESTIONS} == before


def test_a_few_who_came_and_are_all_alike_wait_also_when_they_are_three(
    load: Any, loader: Loader
) -> None:
    people = two_departments()
    load(people)
    alike = [person("AA", 0) | {"it_atgarder": OPTIONS["it_atgarder"][i : i + 1]} for i in range(3)]
    load([*people, *({**one, "frekvens": ["mer_sallan"]} for one in alike)])
    assert waits(loader) >= {"q1_1"}
    # Ten who are alike tell of nobody in particular.
    load([*people, *(person("AA", 0) for _ in range(10))])
    assert waits(loader) == set()


def test_a_question_waits_together_with_those_that_its_filter_opens(
    load: Any, loader: Loader
) -> None:
    people = two_departments()
    load(people)
    # Enough answer the filtered questions, but one of the four has answered "never".
    more = [person("AA", turn) for turn in range(3)]
    never = person("AA", 1) | {"frekvens": ["aldrig"], "q3_1b": [], "it_atgarder": []}
    load([*people, *more, {**never, "department": "BB"}])
    assert waits(loader) == {"frekvens", *FILTERED, "q1_1"}
    assert base(loader, "q3_1b") == 12


def test_a_new_frame_publishes_nothing_that_waits(load: Any, loader: Loader) -> None:
    load(two_departments())
    before = cube(loader)
    load([*two_departments(), person("AA", 1)])
    loader.invited(AA=31, BB=30, CC=30)
    assert cube(loader) == before and waits(loader) == set(QUESTIONS)
    # A department that comes has nothing to show until the others' answers have stopped waiting.
    loader.invited(AA=31, BB=30, CC=30, DD=30)
    assert [row for row in cube(loader) if row[2] not in ("DD",)][: len(before)]
    assert base(loader) == 12 and base(loader, group="DD") == 0


def test_a_department_that_starts_to_answer_while_others_wait_is_hidden_and_not_empty(
    load: Any, loader: Loader
) -> None:
    load(two_departments())
    load([*two_departments(), *(person("CC", turn) for turn in range(2))])
    statuses = {row[6] for row in cube(loader) if row[1:3] == ("department", "CC")}
    assert statuses == {"hidden"}


def test_what_is_hidden_of_who_came_to_an_empty_group_does_not_tell_who_was_asked(
    load: Any, loader: Loader
) -> None:
    people = two_departments()
    load(people)
    seen = []
    for one in (never("CC", 1), person("CC", 1)):
        load([*people, {**one, "position": "chef"}])
        seen.append([(*row[:4], row[6]) for row in cube(loader)])
    assert seen[0] == seen[1]


def test_who_is_hidden_does_not_change_for_the_same_answers_because_the_filter_has_new_ones(
    load: Any, loader: Loader
) -> None:
    """Both are told of the same 37; hidden are first CC (3), AA and BB, then CC and DD."""
    loader.invited(AA=30, BB=30, CC=30, DD=30, EE=30)
    people = [{**person("AA", turn), "frekvens": ["mer_sallan"]} for turn in range(7)]
    people += [person(*one) for code, n in (("BB", 8), ("CC", 3), ("DD", 6), ("EE", 13))
               for one in zip([code] * n, range(n), strict=True)]  # fmt: skip
    people += [never(code, turn) for code in ("CC", "DD", "EE") for turn in range(9)]
    load(people)
    before = {base(loader, "q3_1b", code) for code in ("AA", "BB", "CC")}
    load([*people, *(never(code, turn) for code in ("AA", "BB") for turn in range(6))])
    after = {base(loader, "q3_1b", code) for code in ("CC", "DD")}
    assert before != {None} or after != {None}


def test_how_many_of_each_position_answered_waits_too(load: Any, loader: Loader) -> None:
    """Also where a department is told to have few: how many answered there is public, and waits
    for nobody."""
    people = [
        person(code, turn, ("chef", "medarbetare")[turn % 2])
        for code, many in (("AA", 12), ("BB", 12), ("CC", 4))
        for turn in range(many)
    ]
    load(people)

    def sizes() -> list[tuple[Any, ...]]:
        return loader.reader().rows(
            'select breakdown, "group", answered, status from published.group_size '
            "where breakdown = 'position' order by all"
        )

    before = sizes()
    load([*people, person("AA", 1, "chef")])
    assert sizes() == before
    load([*people, *(person("AA", turn, "chef") for turn in range(3))])
    assert sizes() != before


def test_what_an_earlier_gate_let_through_does_not_stay_because_answers_wait(
    load: Any, loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [*two_departments(), *(person("CC", turn) for turn in range(2))]
    with monkeypatch.context() as earlier:
        earlier.setattr(
            publish, "hidden_together", lambda tallies, *_: dict.fromkeys(tallies, frozenset())
        )
        earlier.setattr(snapshot, "run_checks", lambda *_args: {})
        load(people)
    assert base(loader, group="CC") == 2
    load([*people, person("AA", 1)])
    assert base(loader, group="CC") is None


def test_all_new_answers_wait_where_those_to_one_question_do(load: Any, loader: Loader) -> None:
    """Three who came say all the same to one question, and differ in the others: that it alone
    waits would tell so."""
    people = two_departments()
    load(people)
    came = [{**person("AA", turn), "q1_1": ["ja"]} for turn in range(3)]
    load([*people, *came])
    assert waits(loader) == {*QUESTIONS}
    assert {base(loader, question) for question in OPTIONS} == {12}


def test_who_said_what_is_not_told_by_others_who_waited_before(load: Any, loader: Loader) -> None:
    """Three say all the same to one question, and wait. The next who says otherwise would else be
    told from them; with ten nobody is. Three who never waited are not held up by that."""
    people = two_departments()
    load(people)
    alike = [{**person("AA", turn), "q1_1": ["ja"]} for turn in range(3)]
    others = [person("AA", turn) for turn in range(7)]
    load([*people, *alike])
    for more in range(1, 7):
        load([*people, *alike, *others[:more]])
        assert (base(loader), waits(loader)) == (12, {*QUESTIONS})
    load([*people, *alike, *others])
    assert (base(loader), waits(loader)) == (22, set())
    load([*people, *alike, *others, *(person("AA", turn) for turn in range(3))])
    assert (base(loader), waits(loader)) == (25, set())


def test_while_the_survey_is_open_nothing_of_it_is_published_and_so_nothing_waits_afterwards(
    loader: Loader,
) -> None:
    """Thirty answers, then one more, then all: shown is what all say, and who has answered."""
    loader.invited(AA=30, BB=30)
    people = two_departments(16)
    for now in (people[:30], people[:31]):
        result = loader.survey(as_file(now), collecting=True)
        assert (result.collecting, result.first) == (True, False)
        assert waits(loader) == {*QUESTIONS}
        assert {row[-1] for row in cube(loader) if row[1] != "sex"} <= {"hidden", "no_answers"}
        assert {row[4:6] for row in cube(loader)} <= {(None, None), (0, 0)}
        assert base(loader) is None
        sizes = loader.reader().rows(
            "select breakdown, sum(answered) from published.group_size "
            "where status = 'shown' group by all order by all"
        )
        assert sizes == [("all", len(now)), ("department", len(now))]
        reader = loader.reader("revisor")
        (counted,) = reader.rows(
            f"select max(base) from {reader.schema}.cube where question = 'q1_1'"
        )
        assert counted == (len(now),)
    result = loader.survey(as_file(people))
    assert (result.collecting, result.first) == (False, True)
    assert waits(loader) == set()
    assert base(loader) == 16


def test_the_same_answers_are_published_when_the_survey_is_closed_and_stay_when_it_opens_again(
    loader: Loader,
) -> None:
    loader.invited(AA=30, BB=30)
    people = two_departments()
    loader.survey(as_file(people), collecting=True)
    assert loader.survey(as_file(people), collecting=True).unchanged
    assert not loader.survey(as_file(people)).unchanged
    assert base(loader) == 12
    loader.survey(as_file([*people, *two_departments(9)]), collecting=True)
    assert base(loader) == 12
    # A new frame publishes nothing of what is being collected either.
    loader.invited(AA=40, BB=40)
    assert base(loader) == 12


# --- profiles -------------------------------------------------------------------------------------


def test_a_stricter_profile_shows_fewer_and_stays_with_the_wave(loader: Loader) -> None:
    rows = [("Förvaltning", "Tillfrågade"), ("AA", 30), ("BB", 30)]
    path = loader._file("frame.csv", rows)
    load_frame(path, "v", profile="strang")
    people = [person("AA", turn) for turn in range(12)] + [person("BB", turn) for turn in range(8)]
    loader.survey(as_file(people))
    assert base(loader, group="BB") is None
    ((profile, title, reason, change),) = loader.reader().rows(
        "select profile, profile_title, profile_reason, min_change from published.wave"
    )
    assert profile == "strang" and "tio" in title and reason and change == 10
    # A later frame may not loosen it, and need not name it.
    with pytest.raises(LoadRefused, match="strang"):
        load_frame(loader._file("frame2.csv", [*rows, ("CC", 5)]), "v", profile="standard")
    load_frame(loader._file("frame3.csv", [*rows, ("CC", 6)]), "v")
    assert base(loader, group="BB") is None
    assert load_frame(loader._file("frame4.csv", [*rows, ("CC", 6)]), "v").unchanged
    assert load_frame(
        loader._file("frame5.csv", [*rows, ("CC", 6)]), "v", profile="strang"
    ).unchanged


def test_a_profile_that_is_unknown_is_refused_with_those_that_there_are(loader: Loader) -> None:
    path = loader._file("frame.csv", [("Förvaltning", "Tillfrågade"), ("AA", 30)])
    for name in ("../../hemlig", "saknas", ""):
        with pytest.raises(ReferenceDataError, match="standard, strang"):
            load_frame(path, "v", Options(dry_run=True), profile=name or "nej")


# --- the attacker ---------------------------------------------------------------------------------


def loaded_again(seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[Moved]]:
    """Return the people of a first load, of a second, and of both with what became of them."""
    draw = random.Random(seed + 70_000)
    before = survey(seed)
    stayed, moved = list(before), []
    room = Counter(dict.fromkeys(DEPARTMENTS, 30))
    room.subtract(one["department"] for one in before)
    here = {one["department"] for one in before}
    came = []
    for one in survey(seed + 500_000):
        if one["department"] in here and room[one["department"]] > 0:
            came.append(one)
            room[one["department"]] -= 1
    draw.shuffle(came)
    came = came[: draw.choice((1, 2, 3, 4, 6, 9, 14, 30))]
    if draw.random() < 0.3:
        # All of one department, or of one mind.
        code = came[0]["department"] if came else "AA"
        came = [one for one in came if one["department"] == code]
    for _ in range(draw.choice((0, 0, 0, 1, 2, 4))):
        gone = stayed.pop(draw.randrange(len(stayed))) if stayed else None
        if gone:
            moved.append((gone, LEFT))
            if draw.random() < 0.5:  # corrected
                came.append({**gone, "q1_1": [draw.choice(("ja", "nej"))]})
    after = [*stayed, *came]
    both = [*((p, STAYED) for p in stayed), *moved, *((p, CAME) for p in came)]
    return before, after, both


def by_filter(
    before: dict[str, Published],
    after: dict[str, Published],
    people: list[Moved],
    waiting: set[str],
) -> list[str]:
    """Return what the base of a filtered question that is new tells of its filter that waits."""
    if "frekvens" not in waiting:
        return []
    learnt = []
    for question in FILTERED:
        for key in before[question].shown.keys() & after[question].shown.keys():
            more = after[question].shown[key][0] - before[question].shown[key][0]
            came = [p for p, state in people if state == CAME and p["frekvens"]]
            here = [p for p in came if key[0] == "department" and p["department"] == key[1]]
            if more and (len(here) < FEW_MOVED or told(here * 2, "frekvens", ())):
                learnt.append(f"{key}: of {len(here)} who came {more} were asked {question}")
    return learnt


@pytest.fixture
def each_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Publish what does not wait beside what does. More is told so than by the product, where all
    waits or nothing, and each protection has more to withstand."""

    def held(before: Any, past: Any, after: Any, sides: Any, profile: Any) -> frozenset[str]:
        of = {
            q for q in before.keys() & after.keys()
            if publish.must_wait(before[q], past.get(q, ()), after[q], sides.get(q, ()), profile)
        }  # fmt: skip
        family = {"frekvens", *FILTERED}
        return frozenset(of | family if of & family else of)

    monkeypatch.setattr(publish, "_held", held)


def attack(loader: Loader, framed: Path, seed: int) -> list[str]:
    shutil.copytree(framed, loader.folder / "store")
    first, second, both = loaded_again(seed)
    if not second or len(second) > 180:
        return []
    return attack_on(loader, first, second, both)


def attack_on(
    loader: Loader, first: list[dict[str, Any]], second: list[dict[str, Any]], both: list[Moved]
) -> list[str]:
    """Return what is learnt of a few people from the first publication and the second."""
    loader.survey(as_file(first))
    before = published(loader)
    loader.survey(as_file(second))
    after, waiting = published(loader), waits(loader)
    learnt = [
        f"{question}: {what}"
        for question in before
        if question not in waiting
        for what in learn_by_reload(
            before[question], after[question], same(both, question), question
        )
    ]
    for question in waiting:
        told_of = {key: pair for key, pair in after[question].shown.items() if pair[0]}
        assert before[question].shown.items() >= told_of.items()
    return learnt + by_filter(before, after, both, waiting)


def attack_in_turn(loader: Loader, framed: Path, seed: int) -> list[str]:
    """Return what is learnt from any two of what four loads of one survey publish."""
    shutil.copytree(framed, loader.folder / "store")
    draw = random.Random(seed + 900_000)
    here, waiting_room = survey(seed), survey(seed + 700_000)
    codes = {one["department"] for one in here}
    waiting_room = [one for one in waiting_room if one["department"] in codes]
    told: dict[str, list[tuple[list[dict[str, Any]], Published]]] = {}
    for turn in range(4):
        if turn:
            for _ in range(draw.choice((0, 0, 1, 3))):
                if here:
                    waiting_room.append(here.pop(draw.randrange(len(here))))
            draw.shuffle(waiting_room)
            more = draw.choice((1, 3, 4, 6, 12))
            here, waiting_room = [*here, *waiting_room[:more]], waiting_room[more:]
        counted = Counter(one["department"] for one in here)
        if not here or len(here) > 150 or max(counted.values()) > 30:
            break
        loader.survey(as_file(here))
        now, waiting = published(loader), waits(loader)
        for question, new in now.items():
            if question not in waiting:
                for people, old in told.get(question, ()):
                    both = [*((one, LEFT) for one in people), *((one, CAME) for one in here)]
                    learnt = learn_by_reload(old, new, same(both, question), question)
                    if learnt:
                        return [f"{question}, load {turn}: {what}" for what in learnt]
                told.setdefault(question, []).append((list(here), new))
    return []


@pytest.mark.usefixtures("each_by_itself")
@pytest.mark.parametrize(
    "seed", [*range(8), *(pytest.param(s, marks=pytest.mark.slow) for s in range(8, 400))]
)
def test_nobody_learns_of_a_few_from_what_was_published_earlier_still(
    seed: int, loader: Loader, framed: Path
) -> None:
    assert attack_in_turn(loader, framed, seed) == []


def same(people: list[Moved], question: str) -> list[Moved]:
    """Return the people of one question: who left and came again with the same answer stayed."""
    names = ("department", "position", "occupation", "sex")

    def kind(one: Any) -> tuple[Any, ...]:
        return (*(one[name] for name in names), tuple(one[question]))

    left = Counter(kind(p) for p, state in people if state == LEFT)
    came = Counter(kind(p) for p, state in people if state == CAME)
    again = left & came
    out, seen = [], Counter[tuple[Any, ...]]()
    for p, state in people:
        now = state
        if state != STAYED and seen[state, kind(p)] < again[kind(p)]:
            seen[state, kind(p)] += 1
            if state == LEFT:
                continue
            now = STAYED
        out.append((p, now))
    return out


@pytest.mark.usefixtures("each_by_itself")
@pytest.mark.parametrize(
    "seed", [*range(15), *(pytest.param(s, marks=pytest.mark.slow) for s in range(15, 1000))]
)
def test_nobody_learns_of_a_few_from_a_survey_that_is_loaded_again(
    seed: int, loader: Loader, framed: Path
) -> None:
    assert attack(loader, framed, seed) == []


OFF: dict[str, list[tuple[str, Any]]] = {
    "waiting": [("ingest.publish.must_wait", lambda *_: False)],
    "sums and differences over both": [("ingest.waiting.exposed", lambda *_: None)],
    "those who left": [
        ("ingest.waiting.cornered", lambda *_: False),
        ("ingest.waiting._tells_more", lambda *_: False),
    ],
    "bounds over both": [("ingest.waiting._tells_more", lambda *_: False)],
}


@pytest.mark.usefixtures("each_by_itself")
@pytest.mark.parametrize("what", OFF)
def test_the_attacker_wins_over_two_loads_when_a_protection_is_switched_off(
    what: str, loader: Loader, framed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "run_checks", lambda *_args, **_more: {})
    for place, never in OFF[what]:
        monkeypatch.setattr(place, never)
    for seed in range(60):
        if attack(loader, framed, seed):
            return
        shutil.rmtree(loader.folder / "store", ignore_errors=True)
    pytest.fail(f"without {what} the attacker learnt nothing in 60 surveys")


def test_who_alone_of_those_who_came_can_have_said_it_is_not_told(
    load: Any, loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four came to each department and four to each occupation. One said "ja", at AA, and of the
    occupation that only two of those at AA have."""
    first = [
        {**person(code, turn), "occupation": ("stod", "ledning")[turn // 3 % 2]}
        for code in ("AA", "BB")
        for turn in range(18)
    ]
    kinds = [("AA", "ledning", "ja"), ("AA", "ledning", "nej")]
    others = ("AA", "stod"), ("BB", "stod"), ("BB", "ledning")
    kinds += [(*where, answer) for where in others for answer in ("nej", "vet_ej")]
    came = [
        {**person(code, turn), "occupation": occupation, "q1_1": [answer]}
        for turn, (code, occupation, answer) in enumerate(kinds)
    ]
    both = [*((p, STAYED) for p in first), *((p, CAME) for p in came)]
    assert attack_on(loader, first, [*first, *came], both) == []
    assert "q1_1" in waits(loader)
    monkeypatch.setattr("ingest.waiting.cornered", lambda *_: False)
    monkeypatch.setattr("ingest.waiting._tells_more", lambda *_: False)
    assert any("q1_1" in what for what in attack_on(loader, first, [*first, *came], both))


def mixed(department: str, answers: str) -> list[dict[str, Any]]:
    """Return people of a department who gave these answers to q1_1, a letter each."""
    said = {"j": "ja", "n": "nej", "v": "vet_ej"}
    return [
        person(department, turn) | {"q1_1": [said[letter]]} for turn, letter in enumerate(answers)
    ]


@pytest.mark.parametrize("way", ["came", "left"])
@pytest.mark.parametrize("bounded", [True, False])
def test_what_nobody_said_in_a_group_that_is_shown_once_does_not_tell_who_else_came_or_left(
    way: str, bounded: bool, load: Any, loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SN gets one "ja" and one "vet ej", TN one "nej", and both are shown for the first time: SN
    without a "nej", so that the only newcomer of TN said it. Backwards when they leave."""
    if not bounded:
        monkeypatch.setattr("ingest.waiting._tells_more", lambda *_: False)
    loader.invited(KLK=30, BUN=30, SN=30, TN=30)
    many = [*mixed("KLK", "jnvjnvjnvjjn"), *mixed("BUN", "jnvjnvjnvjjv")]
    few = [*many, *mixed("SN", "jjvv"), *mixed("TN", "jjnv")]
    more = [*many, *mixed("SN", "jjvvjv"), *mixed("TN", "jjnvn")]
    first, second = (few, more) if way == "came" else (more, few)
    load(first)
    before = [row for row in cube(loader) if row[0] == "q1_1"]
    load(second)
    same = [row for row in cube(loader) if row[0] == "q1_1"] == before
    assert same is ("q1_1" in waits(loader)) is bounded


@pytest.mark.usefixtures("each_by_itself")
@pytest.mark.parametrize("kept", [True, False])
def test_a_group_that_is_shown_again_tells_nothing_beside_what_it_was_before_it_was_hidden(
    kept: bool, load: Any, loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SN is shown with six, hidden beside TN where all but one say the same, and could be shown
    with seven when TN has more: then the seventh's answer is what has been added."""
    if not kept:
        monkeypatch.setattr("ingest.publish.earlier", lambda *_: {})
    loader.invited(KLK=30, BUN=30, SN=30, TN=30)
    many = [*mixed("KLK", "jnvjnvjnvjjn"), *mixed("BUN", "jnvjnvjnvjjv")]
    loads = [
        [*many, *mixed("SN", "jnvjnv")],
        [*many, *mixed("SN", "jnvjnvj"), *mixed("TN", "nnnnnj")],
        [*many, *mixed("SN", "jnvjnvj"), *mixed("TN", "nnnnnjvvjv")],
    ]
    bases = []
    for people in loads:
        load(people)
        bases.append((base(loader, group="SN"), "q1_1" in waits(loader)))
    assert bases == [(6, False), (None, False), (None, True) if kept else (7, False)]
