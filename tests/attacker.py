"""Somebody who wants to know what single people answered, and has all that is published.

The attacker adds and subtracts, bounds hidden numbers by solving for their least and largest value,
and knows more than is published: which kinds of people answered (a colleague does), and how many
answered in each department (that is public). Written apart from the gate and by other means:
floating-point null spaces and linear programs against its arithmetic modulo a prime.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations, product
from typing import Any

import numpy as np
from scipy.linalg import null_space
from scipy.optimize import LinearConstraint, linprog, milp

from queries.statistics import estimate

LIMIT, ALIKE_BELOW = 5, 10
ATTRIBUTES = ("department", "position", "occupation", "sex", "age")
JOIN = " × "
CLOSE = 1e-8
# More sets of small blocks than this are sampled.
MOST = 4000
_WAYS = 8
"""So many ways that all can have answered are drawn before anything is asked about one by one."""

PRINTED = ("numerator", "denominator", "share", "low", "high", "bound_low", "bound_high")
"""The numbers of a row, as the result tables and the command line call them."""
SKIPPED = 12
"""So many at most are taken to have left out a question that they were put."""
EXACT = 1e-9
"""So near is a number that was printed to one that was worked out: as many digits as it has."""

Key = tuple[str, str]
Person = Mapping[str, Any]


@dataclass
class Published:
    """What is told of one question: per (breakdown, group) base and counts; the rest is hidden."""

    shown: dict[Key, tuple[int, dict[str, int]]]
    hidden: set[Key]
    # Options that speak for, and those that speak against: "8 av 8" of either tells of all eight.
    sides: tuple[frozenset[str], ...] = ()
    answered: dict[str, int] = field(default_factory=dict)


def belongs(person: Person, key: Key) -> bool:
    """Whether the person is of the group."""
    breakdown, group = key
    if breakdown == "all":
        return True
    pairs = zip(breakdown.split("*"), group.split(JOIN), strict=True)
    # Several groups that are told as one are joined by +.
    return all((person.get(name) or "") in code.split("+") for name, code in pairs)


def told(people: Sequence[Person], question: str, sides: Sequence[frozenset[str]]) -> str:
    """Return what is wrong with knowing how these people answered, in words; nothing: empty."""
    if 0 < len(people) < LIMIT:
        return f"{len(people)} people"
    if 0 < len(people) < ALIKE_BELOW:
        given = {tuple(person[question]) for person in people}
        if len(given) == 1:
            return f"{len(people)} people who all said {given.pop()}"
        if any(side.issuperset(options) for side in sides for options in [set().union(*given)]):
            return f"{len(people)} people who are all on one side"
    return ""


def learn(published: Published, everybody: Sequence[Person], question: str) -> list[str]:
    """Return what the attacker learns of a few people; nothing: empty."""
    people = [person for person in everybody if person[question]]
    if not people or not published.shown:
        return []
    learnt = [
        f"{key} is shown: {why}"
        for key in published.shown
        if (why := told([p for p in people if belongs(p, key)], question, published.sides))
    ]
    learnt += _by_adding(published, people, question)
    learnt += _by_bounding(published, people, question)
    learnt += _by_knowing(published, people, question)
    return learnt


def learn_by_filter(
    asked: Published, opened: Published, everybody: Sequence[Person], question: str
) -> list[str]:
    """Return what the base of a filtered question tells of a group that its filter hides."""
    people = [person for person in everybody if person[question]]
    return [
        f"{key} has a base in the filtered question, which tells of {why}"
        for key in opened.shown
        if key in asked.hidden
        and (why := told([p for p in people if belongs(p, key)], question, asked.sides))
    ]


# --- counts behind what is printed ----------------------------------------------------------------


def counted_back(
    row: Mapping[str, Any], answered: int, invited: int, skipped: int = SKIPPED
) -> set[tuple[int, int, int]]:
    """Return every (count, base, asked) that the numbers of a printed row can stand for.

    ``row``: numerator, denominator, share, low, high, bound_low, bound_high, any of them missing;
    ``answered`` of ``invited`` people of the group answered the survey, ``asked`` of them were put
    the question, and at most ``skipped`` of these left it empty. Of a group of an attribute
    ``asked`` are those who may be of it: that can be all who answered. Whoever knows the method (a
    page tells it) tries all whole numbers. Where nothing is printed nothing is returned: everything
    is possible.
    """
    printed = {name: float(row[name]) for name in PRINTED if _is_number(row.get(name))}
    if not printed:
        return set()
    found = _outcomes(answered, invited, skipped)
    fits = np.ones(len(found["asked"]), dtype=bool)
    for name, value in printed.items():
        with np.errstate(invalid="ignore"):
            fits &= np.abs(found[name] - value) < EXACT
    columns = (found[name][fits].astype(int) for name in ("numerator", "denominator", "asked"))
    return set(zip(*(column.tolist() for column in columns), strict=True))


def _is_number(value: Any) -> bool:
    return value is not None and value == value and str(value) != "<NA>"


@cache
def _outcomes(answered: int, invited: int, skipped: int) -> dict[str, np.ndarray]:
    """Return what would be printed for every count, base and number of people asked."""
    every = np.indices((answered + 1,) * 3, dtype=float).reshape(3, -1)
    count, base, asked = every[:, (every[0] <= every[1]) & (every[1] <= every[2])]
    near = asked - base <= skipped
    count, base, asked = count[near], base[near], asked[near]
    printed = estimate(count, base, answered, invited, answered - asked)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = count / base
    return {
        "numerator": count,
        "denominator": base,
        "asked": asked,
        "share": share,
        "low": printed.low,
        "high": printed.high,
        "bound_low": printed.bound_low,
        "bound_high": printed.bound_high,
    }


# --- sums and differences -------------------------------------------------------------------------


def _by_adding(published: Published, people: list[Person], question: str) -> list[str]:
    blocks: dict[tuple[bool, ...], list[Person]] = {}
    for person in people:
        column = tuple(belongs(person, key) for key in published.shown)
        blocks.setdefault(column, []).append(person)
    members = list(blocks.values())
    free = null_space(np.array(list(blocks), dtype=float).T)
    size = np.array([len(block) for block in members])

    def follows(vector: np.ndarray) -> bool:
        return bool(np.abs(vector @ free).max(initial=0) < CLOSE)

    def name(chosen: Sequence[int]) -> str:
        kinds = Counter(
            JOIN.join(str(person.get(a) or "–") for a in ATTRIBUTES)
            for i in chosen
            for person in members[i]
        )
        return ", ".join(f"{n} {kind}" for kind, n in kinds.items())

    learnt = []
    small = [i for i in range(len(members)) if size[i] < LIMIT]
    for chosen, signs in _few(small, size):
        vector = np.zeros(len(members))
        vector[list(chosen)] = signs
        if follows(vector):
            learnt.append(f"sums and differences give {name(chosen)}")
            break
    for chosen in _sets(published, members, question, size):
        vector = np.zeros(len(members))
        vector[list(chosen)] = 1
        why = told([p for i in chosen for p in members[i]], question, published.sides)
        if why and follows(vector):
            learnt.append(f"sums and differences give {why}: {name(chosen)}")
            break
    return learnt


def _few(small: Sequence[int], size: np.ndarray) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Yield sets of fewer than LIMIT people with every sign (the first is +)."""
    for many in range(1, LIMIT):
        left = MOST
        for chosen in combinations(small, many):
            if size[list(chosen)].sum() >= LIMIT:
                continue
            left -= 1
            if left < 0:
                break
            for signs in product((1, -1), repeat=many - 1):
                yield chosen, (1, *signs)


def _sets(
    published: Published, members: list[list[Person]], question: str, size: np.ndarray
) -> Iterator[tuple[int, ...]]:
    """Yield groups that have a name, what is left of them, and those who answered alike."""
    named = [*published.shown, *published.hidden]
    inside = {
        key: {i for i, block in enumerate(members) if all(belongs(p, key) for p in block)}
        for key in named
    }
    sets = list(inside.values())
    yield from (tuple(s) for s in sets if s)
    for a, b in product(sets, sets):
        yield from (tuple(s) for s in (a & b, a - b) if s)
    for a, b, c in combinations(sets, 3):
        yield from (tuple(s) for s in (a - b - c, b - a - c, (a & b) - c) if s)
    looks: dict[Any, list[int]] = {}
    for i, block in enumerate(members):
        if size[i] >= ALIKE_BELOW:
            continue
        given = {tuple(person[question]) for person in block}
        if len(given) == 1:
            looks.setdefault(next(iter(given)), []).append(i)
        for side in published.sides:
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


# --- bounds ---------------------------------------------------------------------------------------


def _by_bounding(published: Published, people: list[Person], question: str) -> list[str]:
    """Look for a count of a hidden group that can have one value only, and not 0.

    Here the attacker does not know which kinds of people there are: every combination of the
    attributes' values can be.
    """
    if any(len(person[question]) > 1 for person in people):
        return []  # of several answers only the sums above are tried
    options = list(next(iter(published.shown.values()))[1])
    names = [a for a in ATTRIBUTES if any(a in key[0] for key in published.shown)]
    values = [sorted({str(person.get(a) or "") for person in people}) for a in names]
    cells = [dict(zip(names, combination, strict=True)) for combination in product(*values)]
    if len(cells) * len(options) > 2500:
        return []

    def indicator(key: Key, option: str | None) -> np.ndarray:
        hit = np.array([belongs(cell, key) for cell in cells], dtype=float)
        wanted = np.array([option in (None, o) for o in options], dtype=float)
        return np.outer(hit, wanted).ravel()

    equal, value = [], []
    for key, (_base, counts) in published.shown.items():
        for option in options:
            equal.append(indicator(key, option))
            value.append(counts[option])
    most = [indicator(("department", code), None) for code in published.answered]
    cap = list(published.answered.values())
    if "department" not in names:
        most, cap = [], []
    # What could have been answered, as far as seen: where somebody here is silent, they can be.
    possible: list[np.ndarray] = []
    for key in _small(published, people, names):
        for option in options:
            aim = indicator(key, option)
            if any(aim @ one < 1e-6 for one in possible):
                continue  # perhaps nobody
            # Where a group counts nobody, none of its cells can hold anybody.
            none = [row for row, n in zip(equal, value, strict=True) if n == 0]
            if not (aim * ~np.any([row > 0 for row in none], axis=0) if none else aim).any():
                continue
            least, one = _extreme(aim, equal, value, most, cap)
            possible.append(one)
            if least < 1e-6:
                continue
            lowest = round(np.ceil(least - 1e-6))
            highest = round(np.floor(1e-6 - _extreme(-aim, equal, value, most, cap)[0]))
            if highest - lowest == 1:
                # Whole numbers only: linear programs can be half a person too wide.
                lowest, highest = (
                    round(sign * _extreme(sign * aim, equal, value, most, cap, whole=True)[0])
                    for sign in (1, -1)
                )
            if lowest == highest:
                return [f"{key} said {option!r} {lowest} times: it cannot be otherwise"]
    return []


def _by_knowing(published: Published, people: list[Person], question: str) -> list[str]:
    """The same by somebody who knows which kinds of people answered, of options and of sides."""
    blocks: dict[tuple[bool, ...], list[Person]] = {}
    for person in people:
        blocks.setdefault(tuple(belongs(person, key) for key in published.shown), []).append(person)
    members = list(blocks.values())
    asked = [(i,) for i, block in enumerate(members) if len(block) < LIMIT]
    for key in [*published.hidden, *_small(published, people, list(ATTRIBUTES))]:
        of = tuple(i for i, block in enumerate(members) if all(belongs(p, key) for p in block))
        inside = sum(len(members[i]) for i in of)
        if 0 < inside < LIMIT and inside == sum(belongs(p, key) for p in people):
            asked.append(of)
    inside = np.array(list(blocks), dtype=float).T
    return only_way(inside, list(published.shown.values()), members, asked, question, published)


def only_way(
    inside: np.ndarray,
    numbers: Sequence[tuple[int, dict[str, int]]],
    members: list[list[Person]],
    asked: Sequence[tuple[int, ...]],
    question: str,
    published: Published,
) -> list[str]:
    """Return a number of one of the ``asked`` sets of blocks that what is told leaves one value
    for, and not 0; in words, nothing: empty. Of blocks that are no such set, and fewer than so many
    that being alike is no harm, that all of them said one thing.

    ``inside`` a row per group that is told of and a column per block, ``numbers`` the group's base
    and counts. Solved in whole numbers; of several choices each option by itself.
    """
    options = sorted({option for _base, of in numbers for option in of})
    size = np.array([len(block) for block in members])
    single = all(len(person[question]) == 1 for block in members for person in block)
    together = [options] if single else [[option] for option in options]
    wanted = [frozenset([option]) for option in options]
    if single:
        wanted += [side for side in published.sides if len(side) > 1]
    # Of a group that is told to be all alike, or all on one side, that is no news.
    known = {
        thing: set(
            np.flatnonzero(
                inside[[n > 0 and n == sum(of.get(o, 0) for o in thing) for n, of in numbers]].any(
                    axis=0
                )
            )
        )
        for thing in wanted
    }
    of_one = set().union(*(known[thing] for thing in wanted if len(thing) == 1))
    draw = np.random.default_rng(0)
    for some in together:
        many = len(some)
        equal = [np.kron(row, unit) for row in inside for unit in np.eye(many)]
        value = [of.get(option, 0) for _base, of in numbers for option in some]
        most = [np.kron(unit, one) for unit in np.eye(len(size)) for one in np.eye(many)]
        cap = [int(n) for n in size for _option in some]
        if single:
            equal += [np.kron(unit, np.ones(many)) for unit in np.eye(len(size))]
            value += size.tolist()
        ways = [
            way
            for way in (
                _extreme(draw.standard_normal(len(size) * many), equal, value, most, cap)[1]
                for _way in range(_WAYS)
            )
            if np.abs(way - np.round(way)).max() < CLOSE
        ]
        every = [(i,) for i in range(len(size)) if size[i] < ALIKE_BELOW]
        for chosen, thing in product(
            dict.fromkeys([*asked, *every]), [t for t in wanted if t <= set(some)]
        ):
            if not (known[thing] | of_one).isdisjoint(chosen):
                continue
            here = [person for i in chosen for person in members[i]]
            truly = sum(not thing.isdisjoint(person[question]) for person in here)
            on = np.isin(np.arange(len(size)), list(chosen)).astype(float)
            aim = np.kron(on, np.array([o in thing for o in some], dtype=float))
            if chosen not in asked and truly < len(here):
                continue
            if truly and all(abs(aim @ way - truly) < 1 - CLOSE for way in ways):
                ends = [_extreme(sign * aim, equal, value, most, cap, whole=True)[0] * sign
                        for sign in (1, -1)]  # fmt: skip
                if round(ends[0]) == round(ends[1]):
                    what = sorted(thing)
                    return [f"{what} {truly} times among {len(here)}: it cannot be otherwise"]
    return []


def _small(published: Published, people: list[Person], names: list[str]) -> list[Key]:
    """Return the groups of a few, named or crossed from the attributes, whose people can be known.

    That of many in a hidden group exactly three said so is no harm.
    """
    crossed = [
        ("*".join(some), JOIN.join(values))
        for many in (2, 3)
        for some in combinations(names, many)
        for values in sorted({tuple(str(p.get(a) or "") for a in some) for p in people})
    ]
    found = []
    for key in dict.fromkeys([*sorted(published.hidden), *crossed]):
        if key not in published.shown and set(key[0].split("*")) <= set(names):
            of = [person for person in people if belongs(person, key)]
            if 0 < len(of) < LIMIT:
                found.append(key)
    return found


def _extreme(
    aim: np.ndarray,
    equal: list[np.ndarray],
    value: list[int],
    most: list[np.ndarray],
    cap: list[int],
    whole: bool = False,
) -> tuple[float, np.ndarray]:
    """Return the least that ``aim`` can be, and answers with which it is."""
    if whole:
        rules = [LinearConstraint(np.array(equal), value, value)]
        if most:
            rules.append(LinearConstraint(np.array(most), -np.inf, cap))
        solved = milp(aim, constraints=rules, integrality=np.ones(len(aim)))
    else:
        upper = {"A_ub": np.array(most), "b_ub": cap} if most else {}
        solved = linprog(aim, A_eq=np.array(equal), b_eq=value, **upper)
    assert solved.status == 0, solved.message
    return float(solved.fun), solved.x
