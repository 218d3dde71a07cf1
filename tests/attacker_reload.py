"""Somebody who kept what was published, and subtracts it from what is published now.

Knows who answered the first time and who the second (colleagues talk), not what. Written apart from
``ingest.waiting`` and by other means, as ``tests/attacker.py`` is from the gate.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from scipy.linalg import null_space

from tests.attacker import (
    ALIKE_BELOW,
    CLOSE,
    LIMIT,
    MOST,
    Key,
    Person,
    Published,
    _few,
    belongs,
    only_way,
)

FEW_MOVED = 3
STAYED, LEFT, CAME = 0, 1, 2
Moved = tuple[Person, int]


def learn_by_reload(
    before: Published,
    after: Published,
    people: Sequence[Moved],
    question: str,
) -> list[str]:
    """Return what both publications together tell of a few; nothing: empty. ``people`` are those of
    both times with what became of them."""
    people = [(person, state) for person, state in people if person[question]]
    if not people or not before.shown or not after.shown:
        return []
    return [
        *_by_subtracting(before, after, people, question),
        *_by_elimination(before, after, people, question),
        *_by_bounds(before, after, people, question),
    ]


def _by_subtracting(
    before: Published, after: Published, people: list[Moved], question: str
) -> list[str]:
    blocks: dict[tuple[bool, ...], list[Moved]] = {}
    for person, state in people:
        column = (
            *(state != CAME and belongs(person, key) for key in before.shown),
            *(state != LEFT and belongs(person, key) for key in after.shown),
        )
        blocks.setdefault(column, []).append((person, state))
    members = list(blocks.values())
    free = null_space(np.array(list(blocks), dtype=float).T)
    size = np.array([len(block) for block in members])

    def follows(chosen: Sequence[int], signs: Any = 1) -> bool:
        vector = np.zeros(len(members))
        vector[list(chosen)] = signs
        return bool(np.abs(vector @ free).max(initial=0) < CLOSE)

    def of(chosen: Sequence[int]) -> list[Moved]:
        return [one for i in chosen for one in members[i]]

    small = [i for i in range(len(members)) if size[i] < LIMIT]
    for chosen, signs in _few(small, size):
        states = [state for _person, state in of(chosen)]
        moved = STAYED not in states
        # Somebody who changed an answer stands both among those who left and those who came.
        people_at_least = max(states.count(LEFT), states.count(CAME)) if moved else len(states)
        if people_at_least < (FEW_MOVED if moved else LIMIT) and follows(chosen, signs):
            return [f"{len(of(chosen))} people, moved: {moved}"]
    for chosen in _alike(members, question, before.sides):
        if size[list(chosen)].sum() < ALIKE_BELOW and follows(chosen):
            return [f"{len(of(chosen))} people who are alike"]
    return []


def _by_bounds(
    before: Published, after: Published, people: list[Moved], question: str
) -> list[str]:
    """Look for a number of a few that all the groups of both leave one value for, and not 0."""
    numbers = [pair for p in (before, after) for pair in p.shown.values()]
    blocks: dict[tuple[bool, ...], list[Moved]] = {}
    for person, state in people:
        column = (
            *(state != CAME and belongs(person, key) for key in before.shown),
            *(state != LEFT and belongs(person, key) for key in after.shown),
        )
        blocks.setdefault(column, []).append((person, state))
    members = list(blocks.values())
    asked = _asked_about(members, before)
    inside = np.array(list(blocks), dtype=float).T
    of = [[person for person, _state in block] for block in members]
    return only_way(inside, numbers, of, asked, question, before)


def _asked_about(members: list[list[Moved]], published: Published) -> list[Any]:
    """Return the sets of blocks of a few people: a block, and a group's of one state."""
    few = []
    for i, block in enumerate(members):
        moved = all(state != STAYED for _person, state in block)
        if len(block) < (FEW_MOVED if moved else LIMIT):
            few.append((i,))
    for key in [*published.shown, *published.hidden]:
        for state in (STAYED, LEFT, CAME):
            of = [
                i for i, block in enumerate(members)
                if all(own == state and belongs(person, key) for person, own in block)
            ]  # fmt: skip
            every = sum(
                own == state and belongs(person, key) for block in members for person, own in block
            )
            people = sum(len(members[i]) for i in of)
            limit = LIMIT if state == STAYED else FEW_MOVED
            if 0 < people == every < limit:
                few.append(tuple(of))
    return list(dict.fromkeys(few))


def _alike(members: list[list[Moved]], question: str, sides: Sequence[frozenset[str]]) -> Any:
    """Yield sets of blocks in which all answered alike, or are on the same side."""
    looks: dict[Any, list[int]] = {}
    for i, block in enumerate(members):
        given = {tuple(person[question]) for person, _state in block}
        if len(given) == 1:
            looks.setdefault(next(iter(given)), []).append(i)
        for side in sides:
            if side.issuperset(set().union(*given)):
                looks.setdefault(side, []).append(i)
    for alike in looks.values():
        left = MOST
        for many in range(1, min(len(alike), 5) + 1):
            for chosen in combinations(alike, many):
                left -= 1
                if left < 0:
                    break
                yield chosen


def _by_elimination(
    before: Published, after: Published, people: list[Moved], question: str
) -> list[str]:
    """Find an answer of those who came, or of those who left, that only one or two of them can have
    given, or that a few of them have all given."""
    both = before.shown.keys() & after.shown.keys()
    options = {option for person, _state in people for option in person[question]}
    for state, sign in ((CAME, 1), (LEFT, -1)):
        ours = [person for person, own in people if own == state]
        other = [person for person, own in people if own not in (state, STAYED)]

        def more(key: Key, option: str, sign: int = sign) -> int:
            return sign * (after.shown[key][1][option] - before.shown[key][1][option])

        # Where nobody went the other way, the difference is theirs alone.
        alone = [key for key in both if not any(belongs(person, key) for person in other)]
        for option in options:
            nobody = [key for key in alone if more(key, option) == 0]
            could = [p for p in ours if not any(belongs(p, key) for key in nobody)]
            for key in both:
                here = [person for person in could if belongs(person, key)]
                at_least = more(key, option)
                if at_least > 0 and (len(here) < FEW_MOVED or len(here) == at_least < ALIKE_BELOW):
                    which = "came" if state == CAME else "left"
                    return [f"{option!r} in {key}: {at_least} of {len(here)} who {which}"]
    return []
