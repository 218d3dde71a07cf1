"""Somebody who wants to know of single agreements, and has all that is published of the register.

The attacker reads every published count of a day, knows what the numbers mean (who has something is
among those who were asked; one rule is stricter than another) and which departments and positions
have agreements. Each number is an equation in how many agreements of a department and position lie
in a set; every count of agreements that have, or lack, something is bounded by its least and
largest value under all of them. What must be 1–4 is learnt. Written apart from the gate and by
other means: linear programs (HiGHS) against its search modulo a prime.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

LIMIT = 5
STEP = 3
IN_FORCE = "in force"
CLOSE = 1e-6

Place = tuple[str, str]
"""("all", ""), ("department", "AA"), ("position", "chef")."""
Cell = tuple[str, str]
"""Department and position ("" for none)."""


@dataclass(frozen=True)
class Agreement:
    """One agreement as it really is: where it belongs, and in which sets it lies."""

    cell: Cell
    sets: frozenset[str]


@dataclass
class Known:
    """What is told of one day, and what the words mean.

    ``told``: (set, place) → how many; ``within``: pairs of sets of which the first lies in the
    second; ``apart``: pairs that share nobody, ``halves``: and make up all in force; ``any_of``: a
    set → the sets it is made up of. ``seen``: departments of which everything is known (hr's own).
    """

    told: dict[tuple[str, Place], int]
    within: set[tuple[str, str]] = field(default_factory=set)
    apart: set[tuple[str, str]] = field(default_factory=set)
    halves: set[tuple[str, str]] = field(default_factory=set)
    any_of: dict[str, list[str]] = field(default_factory=dict)
    seen: frozenset[str] = frozenset()


def learn(known: Known, agreements: Sequence[Agreement], most: int = 1) -> list[str]:
    """Return what of 1–4 agreements the attacker is sure of, up to ``most`` things."""
    for what, pairs in (("within", known.within), ("apart", known.apart), ("halves", known.halves)):
        for one, other in pairs:
            for own in (agreement.sets for agreement in agreements):
                wrong = one in own and (other not in own if what == "within" else other in own)
                wrong |= what == "halves" and IN_FORCE in own and not {one, other} & own
                # What is known must be so, or nothing that follows from it means anything.
                assert not wrong, (what, one, other, own)
    found: list[str] = []
    for names, any_of in _components(known):
        found += _Equations(known, agreements, names, any_of).learn(most - len(found))
        if len(found) >= most:
            break
    return found


def _components(known: Known) -> Iterator[tuple[list[str], str]]:
    """Yield sets that have to do with each other, besides lying among those in force: solved
    apart, since nothing that is told of one can bound another. Then any rule with its rules."""
    names = {name for name, _place in known.told} | {n for pair in known.within for n in pair}
    names -= {IN_FORCE, *known.any_of}
    joined = {name: {name} for name in sorted(names)}
    for one, other in sorted(known.within | known.apart | known.halves):
        if one in joined and other in joined and joined[one] is not joined[other]:
            joined[one] |= joined[other]
            for name in joined[other]:
                joined[name] = joined[one]
    for group in {id(group): group for group in joined.values()}.values():
        yield sorted(group), ""
    for name, parts in known.any_of.items():
        yield sorted({name, *parts}), name


class _Equations:
    """What is told of some sets as equations in how many of each cell lie in each set."""

    def __init__(
        self, known: Known, agreements: Sequence[Agreement], names: Sequence[str], any_of: str
    ) -> None:
        self.known, self.agreements, self.any_of = known, agreements, any_of
        self.names = [IN_FORCE, *names]
        self.cells = sorted({agreement.cell for agreement in agreements})
        self.place = {name: i for i, name in enumerate(self.names)}
        self.width = len(self.names) * len(self.cells)
        where = {cell: i for i, cell in enumerate(self.cells)}
        # How many of each cell truly lie in each set, in the order of the unknowns.
        self.true = np.zeros(self.width)
        for agreement in agreements:
            for name in agreement.sets & self.place.keys():
                self.true[self.place[name] * len(self.cells) + where[agreement.cell]] += 1
        equal: list[tuple[np.ndarray, float]] = [
            (self.sum_of(name, self.of_place(place)), number)
            for (name, place), number in known.told.items()
            if name in self.place
        ]
        for name in self.names:
            for i, cell in enumerate(self.cells):
                if cell[0] in known.seen:
                    row = self.sum_of(name, [i])
                    equal.append((row, row @ self.true))
        most: list[tuple[np.ndarray, float]] = []
        for i in range(len(self.cells)):
            for one, other in known.within:
                if one in self.place and other in self.place:
                    most.append((self.sum_of(one, [i]) - self.sum_of(other, [i]), 0))
            for one, other in known.apart | known.halves:
                if one in self.place and other in self.place:
                    both = self.sum_of(one, [i]) + self.sum_of(other, [i])
                    rows = equal if (one, other) in known.halves else most
                    rows.append((both - self.sum_of(IN_FORCE, [i]), 0))
            if any_of:
                parts = sum(self.sum_of(part, [i]) for part in known.any_of[any_of])
                most.append((self.sum_of(any_of, [i]) - parts, 0))
        self.equal, self.value = self._rows(equal)
        self.most, self.cap = self._rows(most)

    def _rows(self, rows: list[tuple[np.ndarray, float]]) -> tuple[csr_array | None, np.ndarray]:
        if not rows:
            return None, np.zeros(0)
        unique = {(row.tobytes(), value): row for row, value in rows}
        return csr_array(np.array(list(unique.values()))), np.array([v for _row, v in unique])

    def sum_of(self, name: str, cells: Iterable[int]) -> np.ndarray:
        row = np.zeros(self.width)
        row[[self.place[name] * len(self.cells) + i for i in cells]] = 1
        return row

    def of_place(self, place: Place) -> list[int]:
        breakdown, group = place
        if breakdown == "all":
            return list(range(len(self.cells)))
        side = ("department", "position").index(breakdown)
        return [i for i, cell in enumerate(self.cells) if cell[side] == group]

    # --- what might be learnt -------------------------------------------------------------------

    def learn(self, most: int) -> list[str]:
        words, aims = self.aims()
        left = np.arange(len(aims))
        # Most need not be 1–4: ways in which everything could be, with few or many of all that is
        # left to ask about at once, show it of many. What they do not show is asked one by one.
        while len(left):
            ways = [self.extreme(sign * aims[left].sum(axis=0))[1] for sign in (1, -1)]
            still = left[np.all([self.may_be_few(aims[left], way) for way in ways], axis=0)]
            if len(still) == len(left):
                break
            left = still
        found: list[str] = []
        while len(left) and len(found) < most:
            aim = aims[left[0]]
            high, way = self.extreme(-aim)
            low = 0.0
            if -high < LIMIT - CLOSE:
                low, way = self.extreme(aim)
            if np.ceil(low - CLOSE) > 0:
                bounds = f"{np.ceil(low - CLOSE):.0f}–{np.floor(CLOSE - high):.0f}"
                found.append(f"{words[left[0]]}: {bounds} agreements")
                left = left[1:]
            else:
                left = left[1:][self.may_be_few(aims[left[1:]], way)]
        return found

    @staticmethod
    def may_be_few(aims: np.ndarray, way: np.ndarray | None) -> np.ndarray:
        """Return which sums are 1–4 (or between) if everything is in this way."""
        if way is None:
            return np.ones(len(aims), dtype=bool)
        return (aims @ way > CLOSE) & (aims @ way < LIMIT - CLOSE)

    def aims(self) -> tuple[list[str], np.ndarray]:
        """Return words and rows of all that the attacker would like to know and that is truly 1–4
        (nothing else can be known to be)."""
        n = len(self.cells)
        truth = self.true.reshape(-1, n)
        seen = np.array([cell[0] in self.known.seen for cell in self.cells])
        groups: dict[bytes, tuple[str, np.ndarray]] = {}
        for what, cells in self.groups():
            inside = np.isin(np.arange(n), cells) & ~seen
            if inside.any():
                groups.setdefault(inside.tobytes(), (what, inside))
        sums: list[tuple[str, dict[str, int]]] = [(name, {name: 1}) for name in self.names]
        sums += [
            (f"{other} without {one}", {other: 1, one: -1})
            for one, other in sorted(self.known.within)
            if one in self.place and other in self.place
        ]
        if self.any_of:
            # How often agreements fail one rule more: if 1–4, so many or fewer fail several.
            parts = dict.fromkeys(self.known.any_of[self.any_of], 1)
            sums.append((f"fails several of {self.any_of}", parts | {self.any_of: -1}))
        found: dict[bytes, tuple[str, np.ndarray]] = {}
        for words, weights in sums:
            each = sum(weight * truth[self.place[name]] for name, weight in weights.items())
            for what, inside in groups.values():
                if 0 < each @ inside < LIMIT:
                    row = np.zeros((len(self.names), n))
                    for name, weight in weights.items():
                        row[self.place[name]] = weight * inside
                    found.setdefault(row.tobytes(), (f"{words}, {what}", row.ravel()))
        rows = [row for _words, row in found.values()]
        return [words for words, _row in found.values()], np.array(rows)

    def groups(self) -> Iterator[tuple[str, list[int]]]:
        yield "all", self.of_place(("all", ""))
        for side, breakdown in enumerate(("department", "position")):
            codes = sorted({cell[side] for cell in self.cells})
            for code in codes:
                yield f"{breakdown} {code}", self.of_place((breakdown, code))
            for name in self.names:
                # Those that a set is not told of, together: what is left of the whole.
                left = [c for c in codes if (name, (breakdown, c)) not in self.known.told]
                cells = [i for i, cell in enumerate(self.cells) if cell[side] in left]
                if cells:
                    yield f"{breakdown}s untold of {name}", cells
        for i, cell in enumerate(self.cells):
            yield f"{cell[0]} × {cell[1]}", [i]

    def extreme(self, aim: np.ndarray) -> tuple[float, np.ndarray | None]:
        """Return the least value of a sum, and a way in which everything could be that gives it."""
        solved = linprog(
            aim,
            A_eq=self.equal,
            b_eq=self.value if self.equal is not None else None,
            A_ub=self.most,
            b_ub=self.cap if self.most is not None else None,
            bounds=(0, None),
        )
        if solved.status == 3:
            return -np.inf, None
        assert solved.status == 0, solved.message
        return float(solved.fun), solved.x


# --- from day to day, and from one publication to the next ----------------------------------------

Points = Mapping[tuple[date, str, str], tuple[int | None, int | None, str]]
"""Day, indicator, department ("": the whole) → numerator, denominator, status, as published."""


def _told(points: Points, key: tuple[date, str, str]) -> tuple[int | None, int | None, str]:
    """Return what is told: a department that is not named on a day has nothing to count."""
    have, of, status = points.get(key, (0, 0, ""))
    return (0, 0, "") if have == 0 and not of else (have, of, status)


def retold(earlier: Points, later: Points, until: date) -> list[str]:
    """Return what of the days up to ``until`` is not told as it was.

    The later publication no longer tells of days that are older than its oldest: whoever has the
    earlier one has these.
    """
    since = min(day for day, _name, _code in later)
    keys = {key for key in earlier.keys() | later.keys() if since <= key[0] <= until}
    return [
        f"{key}: {_told(earlier, key)} became {_told(later, key)}"
        for key in sorted(keys)
        if _told(earlier, key) != _told(later, key)
    ]


def together(publications: Iterable[Points]) -> Points:
    """Return all that any of the publications tells."""
    found: dict[tuple[date, str, str], tuple[int | None, int | None, str]] = {}
    for points in publications:
        for key, told in points.items():
            if key not in found or told[0] is not None:
                found[key] = told
    return found


def series_of(
    points: Points,
    codes: Sequence[str],
    asks_all: Collection[str],
    asks_some: Collection[str],
    finds_the_others: Collection[str],
) -> dict[str, dict[date, dict[str, int]]]:
    """Return set → day → department ("": the whole) → how many: who has it, who lacks it, who is in
    force, and who is in force and not asked.

    ``codes``: the departments. Of the indicators, ``asks_all`` ask all in force, ``asks_some`` some
    of them; those that lack what ``finds_the_others`` look for are all in force.
    """
    found: dict[str, dict[date, dict[str, int]]] = {}
    days = list(dict.fromkeys(key[:2] for key in points))
    for day, name in days:
        for code in ("", *codes):
            have, of, _status = _told(points, (day, name, code))
            if have is None:
                continue
            numbers = {IN_FORCE: have} if of is None else {f"have {name}": have}
            if of is not None:
                numbers[f"lack {name}"] = of - have
                numbers |= {IN_FORCE: of} if name in asks_all else {}
                numbers |= {IN_FORCE: of - have} if name in finds_the_others else {}
            for own, number in numbers.items():
                found.setdefault(own, {}).setdefault(day, {})[code] = number
    in_force = found.get(IN_FORCE, {})
    for day, name in days:
        for code in ("", *codes) if name in asks_some else ():
            _have, of, _status = _told(points, (day, name, code))
            if of is not None and code in in_force.get(day, {}):
                rest = in_force[day][code] - of
                found.setdefault(f"unasked {name}", {}).setdefault(day, {})[code] = rest
    return found


def learn_over_time(
    series: Mapping[str, Mapping[date, Mapping[str, int]]], registers: Collection[date]
) -> list[str]:
    """Return what neighbouring days tell of one or two agreements that came, went or changed.

    ``series``: per set and day the departments ("": the whole) of which its number is told. A
    register's own day may lie near what was told with the registers before: it was the current
    number once.
    """
    learnt = []
    for name, days in series.items():
        for code in sorted({code for told in days.values() for code in told}):
            told = sorted(day for day in days if code in days[day])
            steps = [(one, other, code or "all") for one, other in pairwise(told)]
            # And those who are not told of: the whole less the departments told both days.
            steps += [] if code else [(*pair, "the rest") for pair in _neighbours(days, told)]
            for one, other, what in steps:
                a, b = days[one], days[other]
                step = b[code] - a[code]
                if what == "the rest":
                    step -= sum(b[c] - a[c] for c in a.keys() & b.keys() if c)
                current = other in registers and any(one <= day < other for day in registers)
                if 0 < abs(step) < STEP and not current:
                    learnt.append(f"{name}, {what}: {step:+} from {one} to {other}")
    return learnt


def _neighbours(
    days: Mapping[date, Mapping[str, int]], told: Sequence[date]
) -> Iterator[tuple[date, date]]:
    """Yield days with none between that tells of all the departments that are told on both."""
    for place, one in enumerate(told):
        for number, other in enumerate(told[place + 1 :], place + 1):
            both = days[one].keys() & days[other].keys()
            if not any(both <= days[day].keys() for day in told[place + 1 : number]):
                yield one, other
