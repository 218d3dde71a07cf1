"""What follows from published groups: the fast search finds what trying everything finds."""

from __future__ import annotations

from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries import derivable
from queries.derivable import MIXED, certain, cornered, exposed, forced, what_is_asked

LIMIT, ALIKE = 5, 10
calm = settings(deadline=None, max_examples=250)


@st.composite
def published(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return groups over atoms of three attributes (some shown, some not), sizes and answers."""
    ways = [range(draw(st.integers(1, 3))) for _ in range(3)]
    every = list(product(*ways))
    cells = draw(st.lists(st.sampled_from(every), min_size=1, max_size=7, unique=True))
    groups = [np.ones(len(cells), dtype=bool)]
    for attribute, values in enumerate(ways):
        for value in values:
            group = np.array([cell[attribute] == value for cell in cells])
            if group.any() and draw(st.booleans()):
                groups.append(group)
    size = draw(st.lists(st.integers(1, 7), min_size=len(cells), max_size=len(cells)))
    look = draw(st.lists(st.sampled_from((MIXED, 0, 1)), min_size=len(cells), max_size=len(cells)))
    return np.array(groups), np.array(size), np.array(look)


def by_trying(shown: np.ndarray, size: np.ndarray, look: np.ndarray, limit: int) -> bool:
    """Try every vector of −1, 0 and 1: is one that points at a few in the span?"""
    matrix = shown.astype(float)
    rank = np.linalg.matrix_rank(matrix)
    for signs in product((-1, 0, 1), repeat=len(size)):
        vector = np.array(signs)
        if not vector.any():
            continue
        people = int((size * abs(vector)).sum())
        is_sum = bool((vector >= 0).all())
        answers = set(look[vector != 0].tolist())
        alike = is_sum and people < ALIKE and len(answers) == 1 and MIXED not in answers
        few = people < min(limit, LIMIT) or (is_sum and people < limit)
        if (few or alike) and np.linalg.matrix_rank(np.vstack([matrix, vector])) == rank:
            return True
    return False


@given(what=published(), limit=st.sampled_from((3, 5, 7)))
@calm
def test_the_search_finds_a_few_just_when_trying_every_sum_and_difference_does(
    what: tuple[np.ndarray, np.ndarray, np.ndarray], limit: int
) -> None:
    shown, size, look = what
    found = exposed(shown, size, [look], limit, ALIKE)
    assert (found is not None) == by_trying(shown, size, look, limit)
    again = exposed(shown, size, [look], limit, ALIKE)
    assert (found is None) == (again is None)
    assert found is None or (found == again).all(), "the same is found each time"


def test_three_groups_that_each_are_large_give_one_person_together() -> None:
    """A ∪ B, B ∪ C and C ∪ A of fives, and the whole with one more: half their sum is the rest."""
    size = np.array([5, 5, 5, 1])
    shown = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 1, 1]], dtype=bool)
    found = exposed(shown, size, [], LIMIT, ALIKE)
    assert found is not None and size[found].sum() < LIMIT
    assert exposed(shown[:3], np.array([5, 5, 5, 1]), [], LIMIT, ALIKE) is None


@pytest.mark.parametrize(
    ("left", "came", "limit", "moved_limit", "told"),
    [
        (1, 2, LIMIT, 3, True),  # one corrected, one new: two people
        (2, 2, LIMIT, 3, True),
        (0, 3, LIMIT, 3, False),
        (1, 3, LIMIT, 3, False),
        (3, 0, LIMIT, 3, False),
        (4, 9, 10, 10, True),  # a stricter profile
        (9, 9, 10, 10, True),
        (4, 10, 10, 10, False),
        (10, 10, 10, 10, False),
    ],
)
def test_people_who_changed_are_counted_once_whether_they_left_came_or_both(
    left: int, came: int, limit: int, moved_limit: int, told: bool
) -> None:
    size = np.array([20, left, came])
    there = size > 0
    shown = np.array([[1, 1, 0], [1, 0, 1]], dtype=bool)[:, there]
    moved = np.array([0, -1, 1])[there]
    found = exposed(shown, size[there], [], limit, 0, moved, moved_limit)
    assert (found is not None) == told
    assert found is None or not (found & (moved == 0)).any()


def test_what_an_option_lost_is_told_of_those_who_left() -> None:
    """Twenty came and two or three left; an option that has gained says nothing of who left."""
    told, came = np.ones((1, 2), dtype=bool), np.array([20, 0])
    left = np.array([0, 2])
    net = np.array([[5, 8, 5]])
    assert not cornered(told, net, came, 3, ALIKE, left)
    assert not cornered(told, -net, left, 3, ALIKE, came)
    # The second option lost one: at least one of the two had chosen it.
    assert cornered(told, -np.array([[11, -1, 8]]), left, 3, ALIKE, came)
    # It lost three of the three who left: all had.
    assert cornered(told, -np.array([[11, -3, 9]]), np.array([0, 3]), 3, ALIKE, came)
    # And two of three: one of them at least had not, nobody knows who.
    assert not cornered(told, -np.array([[11, -2, 8]]), np.array([0, 3]), 3, ALIKE, came)


def test_who_can_have_said_it_are_those_in_no_group_that_counts_none() -> None:
    # Two departments by two positions: 3 managers at TN, of 12; nobody else's manager said "no".
    size = np.array([3, 9, 6, 20])
    tn, sn = np.array([1, 1, 0, 0], dtype=bool), np.array([0, 0, 1, 1], dtype=bool)
    managers, others = np.array([1, 0, 1, 0], dtype=bool), np.array([0, 1, 0, 1], dtype=bool)
    told = np.array([np.ones(4, dtype=bool), tn, sn, managers, others])
    #                whole    TN       SN       managers  others:  yes, no
    said = np.array([[36, 2], [10, 2], [26, 0], [7, 2], [29, 0]])
    assert cornered(told, said, size, LIMIT, ALIKE)
    spread = np.array([[35, 3], [10, 2], [25, 1], [7, 2], [28, 1]])
    assert not cornered(told, spread, size, LIMIT, ALIKE)
    # Seven may have said it, and all did.
    all_of_them = np.array([[31, 7], [5, 7], [26, 0], [2, 7], [29, 0]])
    assert cornered(told, all_of_them, np.array([7, 5, 6, 20]), LIMIT, ALIKE)


def test_a_number_of_a_few_that_cannot_be_otherwise_is_found() -> None:
    """Two at TN and six others; seven of the eight said yes, and one of the six did not."""
    told = np.array([[1, 1, 1], [0, 1, 1], [1, 1, 0], [0, 0, 1]], dtype=bool)
    size, few = np.array([2, 6, 5]), np.array([[1, 0, 0]], dtype=bool)
    #                yes, no
    chose = np.array([[2, 0], [4, 2], [3, 2]])
    assert forced(told, told.astype(int) @ chose, size, chose, few, ALIKE)
    # Without the six told of by themselves, and with what they are told of, others can be no.
    left = told[[0, 2, 3]]
    assert not forced(left, left.astype(int) @ chose, size, chose, few, ALIKE)
    # Six of a mind are told of too where zeros leave them one answer; ten are many.
    told = np.array([[1, 1, 0], [1, 0, 1]], dtype=bool)
    chose = np.array([[6, 0, 0], [4, 4, 0], [4, 0, 4]])
    for scale, found in ((1, True), (2, False)):
        of = scale * chose
        given = told, told.astype(int) @ of, of.sum(axis=1), of
        assert forced(*given, np.zeros((0, 3), dtype=bool), ALIKE) is found


@pytest.mark.parametrize(("other_managers", "found"), [(0, True), (1, False)])
def test_in_a_large_survey_a_number_between_two_bounds_that_meet_is_still_found(
    other_managers: int, found: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight of nine in a department said yes, so at least one of its two managers did; and of all
    managers only so many did."""
    monkeypatch.setattr(derivable, "_CELLS", 0)
    told = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 1, 0]], dtype=bool)
    size, few = np.array([2, 7, 10, 30]), np.array([[1, 0, 0, 0]], dtype=bool)
    yes = np.array([1, 7, other_managers, 20])
    chose = np.stack([yes, size - yes], axis=1)
    assert forced(told, told.astype(int) @ chose, size, chose, few, 2) is found


@given(what=published(), draw=st.randoms(use_true_random=False))
@calm
def test_what_is_found_in_a_large_survey_is_found_by_the_linear_programs_too(
    what: tuple[np.ndarray, np.ndarray, np.ndarray], draw: Random
) -> None:
    told, size, _look = what
    chose = np.array([[draw.randint(0, n), 0] for n in size])
    chose[:, 1] = size - chose[:, 0]
    given = told, told.astype(int) @ chose, size, chose, np.eye(len(size), dtype=bool), ALIKE
    everything = forced(*given)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(derivable, "_CELLS", 0)
        alone = forced(*given)
    assert everything or not alone


def test_who_alone_can_have_left_a_box_unticked_is_found() -> None:
    """All at TN have VPN, and all managers. So the one who has not is one of two at SN."""
    told = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0]], dtype=bool)
    size = np.array([4, 8, 9, 2])
    #               VPN, encryption: several choices
    ticked = np.array([[4, 2], [8, 4], [9, 4], [1, 1]])
    assert cornered(told, told.astype(int) @ ticked, size, LIMIT, ALIKE)
    ticked = np.array([[3, 2], [7, 4], [8, 4], [1, 1]])
    assert not cornered(told, told.astype(int) @ ticked, size, LIMIT, ALIKE)


def test_the_side_of_a_few_that_cannot_be_otherwise_is_found() -> None:
    """The three who are against are all at TN. So the three elsewhere who are not in support are
    for it, two much and one a little, though nobody can say of how many that is true."""
    whole, support, tn = [1, 1, 1, 1, 1], [0, 0, 1, 1, 1], [0, 1, 1, 0, 1]
    told = np.array([whole, support, tn], dtype=bool)
    #                much, a little, against
    chose = np.array([[2, 1, 0], [2, 1, 1], [1, 0, 1], [2, 1, 0], [0, 0, 1]])
    few = np.eye(5, dtype=bool)[:1]
    options, sides = ("much", "little", "not"), (frozenset({"much", "little"}), frozenset({"not"}))
    things = what_is_asked(options, sides)
    assert things.tolist() == [[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 1, 0]]
    given = told, told.astype(int) @ chose, chose.sum(axis=1), chose, few, 2
    assert not forced(*given)
    assert [thing for _row, thing in certain(*given, things)] == [3]


def test_what_parts_of_people_leave_open_and_whole_people_do_not_is_found() -> None:
    """Seventeen people, told of whole, by department, by occupation and by sex. In parts of people
    the one woman in support at AA could have said something else, in whole people only no."""
    kinds = np.array([[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0], [1, 1, 1]])
    told = np.array([kinds[:, 0] < 2, kinds[:, 0] == 0, kinds[:, 1] == 1, kinds[:, 2] == 1])
    #                yes, no, do not know
    chose = np.array([[0, 3, 1], [0, 4, 0], [1, 2, 0], [0, 1, 0], [1, 0, 1], [0, 1, 0], [0, 1, 1]])
    few = (kinds == [0, 1, 1]).all(axis=1)[None, :]
    given = told, told.astype(int) @ chose, chose.sum(axis=1), chose, few, 2
    assert not forced(*given, exact=False)
    assert {thing for _row, thing in certain(*given)} == {1}


@given(draw=st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_just_what_no_way_of_answering_has_otherwise_is_found(draw: Random) -> None:
    """Against all ways that all can have answered, one after the other."""
    atoms, groups = draw.randint(2, 4), draw.randint(1, 4)
    size = np.array([draw.randint(1, 3) for _ in range(atoms)])
    told = np.array([[draw.random() < 0.6 for _ in range(atoms)] for _ in range(groups)])
    options, sides = ("much", "little", "not"), (frozenset({"much", "little"}),)
    things = what_is_asked(options, sides)
    leaning = draw.choice(((1, 1, 1), (5, 1, 1), (1, 0, 2)))
    chose = np.array(
        [np.bincount(draw.choices(range(3), leaning, k=int(n)), minlength=3) for n in size]
    )
    counts = told.astype(int) @ chose
    inside = told.any(axis=0)
    ways = [
        np.array(way)
        for way in product(*(_divided(n) for n in size.tolist()))
        if (told.astype(int) @ np.array(way) == counts).all()
    ]
    numbers = np.array([way @ things for way in ways])
    told_of_all = (counts @ things) == (told @ size)[:, None]
    expected = False
    for atom, thing in np.argwhere((chose @ things > 0) & inside[:, None]):
        # All of one answer, or on this side, in a group: it is told of them.
        is_told = told_of_all[told[:, atom]][:, [0, 1, 2, thing]].any()
        if not is_told and (numbers[:, atom, thing] == (chose @ things)[atom, thing]).all():
            expected = True
    few = np.eye(atoms, dtype=bool)
    assert forced(told, counts, size, chose, few, 100, things) is expected


def _divided(people: int) -> list[tuple[int, int, int]]:
    """Return every way that so many people can give one of three answers each."""
    return [(a, b, people - a - b) for a in range(people + 1) for b in range(people + 1 - a)]
