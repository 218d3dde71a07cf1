"""Which groups may be shown. The one gate, applied when a wave is published into the snapshot.

The rule (docs/decisions.md tells why): a group is shown only if its answered base is at least
``min_base`` and its members are not all alike, or all but one, while fewer than
``unanimous_below``; and the same test holds for what can be had by subtraction, the people of the
parent who are in no shown group, who must also come from at least ``min_groups`` groups that
answered. Otherwise the next smallest shown group is hidden too. A question and those its filter
opens are protected together: the base of the filtered question is itself an answer to the filter.

All breakdowns of a question are protected together (``hidden_together``): no sum or difference of
what is shown may point at fewer than ``min_base`` people, or at a few who are all alike, and what
somebody chose must be possible for as many, also for a reader who knows which kinds of people there
are (``queries/derivable.py``). What is kept comes in the order of ``ORDER``; within each breakdown
the most groups, then the most answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

import numpy as np

from queries.derivable import Atoms, Ints, cornered, distinct, exposed, forced

ORDER = ("all", "department", "position", "occupation", "sex", "age", "department*position")
"""Every breakdown that may be published, the one to keep first; crossed ones last."""

CROSSED = "department*position"
JOIN = " × "
_TRIES = 400
"""How many ways to hide one group more are tried before the whole breakdown is hidden."""

Hidden = frozenset[str]
Bounded = Callable[[tuple[Atoms, Ints]], bool]
"""The test whether bounds on what is told (who is in each group, how many chose what) tell more."""


@dataclass(frozen=True)
class Profile:
    """The limits, as fixed for a wave when it was loaded.

    ``min_change``: by how many people what is published changes at least, if it changes.
    """

    id: str
    min_base: int
    unanimous_below: int
    min_groups: int
    min_change: int = 3


@dataclass(frozen=True)
class Tally:
    """The answers of one group to one question.

    ``base`` is how many answered, ``counts`` how many chose each option (option order). The counts
    add up to the base except for a multiple-choice question. ``sides`` are how many chose an
    option that speaks for and one that speaks against a good arrangement (where there are several).
    """

    base: int
    counts: tuple[int, ...]
    sides: tuple[int, ...] = ()

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.base + other.base,
            tuple(a + b for a, b in zip(self.counts, other.counts, strict=True)),
            tuple(a + b for a, b in zip(self.sides, other.sides, strict=True)),
        )

    def __sub__(self, other: Tally) -> Tally:
        return Tally(
            self.base - other.base,
            tuple(a - b for a, b in zip(self.counts, other.counts, strict=True)),
            tuple(a - b for a, b in zip(self.sides, other.sides, strict=True)),
        )

    @property
    def unanimous(self) -> bool:
        """Whether knowing the counts is knowing something that each person answered: all chose one
        option, or all are on the same side ("8 av 8 är positiva", be it much or a little).

        Without counts (the mere size of a group) there is no answer to know. That nobody is on one
        side is not enough: some may be in the middle, or not know.
        """
        return self.base in (*self.counts, *self.sides)

    @property
    def alike(self) -> bool:
        """Whether all are unanimous, or all but one are alike.

        Hidden are both, because what is hidden can be worked out: where nothing else explains it (a
        group of seven, or one of eleven beside two small ones that are eight together), it tells
        why. So it tells no more than the counts of a group that may be shown.
        """
        most = self.base - 1
        whole = max(self.counts, default=0) >= most > 0
        near = whole and all(n <= 1 or n >= most for n in self.counts)
        return self.unanimous or near or max(self.sides, default=0) >= most > 0


def is_safe(tally: Tally, profile: Profile) -> bool:
    """Return whether a group with these answers may be shown, looked at by itself."""
    if tally.base < profile.min_base:
        return False
    return tally.base >= profile.unanimous_below or not tally.alike


def _unsafe(groups: Mapping[str, Tally], also: Hidden, profile: Profile) -> Hidden:
    """Return the groups that must be hidden whatever is shown beside them."""
    return Hidden(
        code
        for code, tally in groups.items()
        if code in also or (tally.base > 0 and not is_safe(tally, profile))
    )


def _cover(whole: Tally, groups: Mapping[str, Tally], profile: Profile) -> Callable[[Hidden], bool]:
    """Return the test whether what is left of ``whole`` may be known when some are hidden."""
    unplaced = whole
    for tally in groups.values():
        unplaced = unplaced - tally

    def covered(out: Hidden) -> bool:
        left = unplaced
        for code in out:
            left = left + groups[code]
        sources = sum(groups[code].base > 0 for code in out) + (unplaced.base > 0)
        # Alike is too much in a remainder of any size: how many answered in each department is
        # public, so that the few in it are told too.
        enough = left.base >= profile.min_base and not left.alike
        return left.base == 0 or (sources >= profile.min_groups and enough)

    return covered


def _fewest_more(
    hidden: Hidden, answered: Mapping[str, int], suffices: Callable[[Hidden], bool]
) -> Hidden | None:
    """Return ``hidden`` with the fewest further groups that suffice, of those the fewest answers.

    ``answered`` are the groups in order with their answers; of equals the later is hidden first.
    ``None`` if hiding all but the last does not suffice, or the tries are spent.
    """
    if suffices(hidden):
        return hidden
    order = list(answered)
    left = sorted(
        (code for code in order if code not in hidden),
        key=lambda code: (answered[code], -order.index(code)),
    )
    tries = 0
    for more in (1, 2):
        ways: Iterable[tuple[str, ...]] = combinations(left, more)
        if more > 1:
            ways = sorted(ways, key=lambda way: sum(answered[code] for code in way))
        for way in islice(ways, _TRIES - tries):
            tries += 1
            if suffices(hidden | frozenset(way)):
                return hidden | frozenset(way)
    for count in range(3, len(left)):
        if suffices(hidden | frozenset(left[:count])):
            return hidden | frozenset(left[:count])
    return None


@dataclass(frozen=True)
class Answers:
    """Who answered one question, by atom: the people who are alike in every attribute.

    ``size`` people per atom; ``members`` which atoms each (breakdown, group) holds; ``looks`` ways
    to see the answer: per atom the number of the answer that all its people gave, or ``MIXED``;
    ``chose`` how many of each atom chose each option (option order); ``things`` what is asked of a
    few, as of ``queries.derivable.what_is_asked`` (without: each option).
    """

    size: Ints
    members: Mapping[tuple[str, str], Atoms]
    looks: tuple[Ints, ...] = ()
    chose: Ints | None = None
    things: Ints | None = None

    def few(self, told: Atoms, limit: int) -> Atoms:
        """Return the sets of fewer than ``limit`` people that somebody may know of: the atoms, the
        groups, what two groups have in common, and those who are told of in the same groups."""
        groups = np.array(list(self.members.values()), dtype=bool)
        pairs = (groups[:, None] & groups[None, :]).reshape(-1, len(self.size))
        _columns, block = distinct(told.T)
        blocks = block == np.unique(block)[:, None]
        named = np.vstack([np.eye(len(self.size), dtype=bool), pairs, blocks])
        people = named @ self.size
        return distinct(named[(people > 0) & (people < limit)])[0]


def hidden_together(
    tallies: Mapping[str, Mapping[str, Tally]],
    answers: Answers,
    profile: Profile,
    also: Mapping[str, Hidden] | None = None,
) -> dict[str, Hidden]:
    """Return the groups of every breakdown that must be hidden for one question.

    ``tallies`` by breakdown and group, ``all`` with the one group "" among them; crossed groups are
    named by department and position. ``also`` are hidden from the start (those hidden for the
    filter question). What is left open is safe however it is added and subtracted.
    """
    also = also or {}
    whole = tallies["all"][""]
    out = {b: also.get(b, Hidden()) & groups.keys() for b, groups in tallies.items()}
    if whole.base == 0:
        return out
    # Everybody alike tells every department, and how many answered in each is public.
    departments = tallies.get("department", {})
    few = any(0 < tally.base < profile.unanimous_below for tally in departments.values())
    if out["all"] or not is_safe(whole, profile) or (whole.unanimous and few):
        return {breakdown: Hidden(groups) for breakdown, groups in tallies.items()}

    def is_open(breakdown: str, hidden: Hidden) -> list[Atoms]:
        return [
            answers.members[breakdown, group]
            for group, tally in tallies[breakdown].items()
            if group not in hidden and tally.base > 0
        ]

    limits = profile.min_base, profile.unanimous_below
    order = [b for b in ORDER if b in tallies]

    def certain(told: tuple[Atoms, Ints], exact: bool) -> bool:
        """Return whether a number of a few follows from what is told."""
        if answers.chose is None:
            return False
        named = answers.few(told[0], profile.min_base)
        limit = profile.unanimous_below
        return forced(*told, answers.size, answers.chose, named, limit, answers.things, exact)

    def hide(bounded: Bounded) -> dict[str, Hidden]:
        now = dict(out)
        for many, breakdown in enumerate(order[1:], start=2):
            now[breakdown] = now[breakdown] | add(breakdown, order[:many], now, bounded)
        return now

    def add(
        breakdown: str, among: Sequence[str], kept: Mapping[str, Hidden], bounded: Bounded
    ) -> Hidden:
        """Return what of one more breakdown must be hidden beside what is shown of those kept."""
        groups = tallies[breakdown]
        hidden, units, covered = _stage(breakdown, tallies, kept, profile)

        def cells(rows: Hidden) -> Hidden:
            return Hidden(cell for row in rows for cell in units[row])

        def suffices(rows: Hidden) -> bool:
            if not covered(rows):
                return False
            now = {**kept, breakdown: cells(rows)}
            told = _told(tallies, answers, now, among)
            counts = told[1] if answers.things is None else told[1] @ answers.things
            if cornered(told[0], counts, answers.size, *limits):
                return False
            shown = np.array([group for each in among for group in is_open(each, now[each])])
            if exposed(shown, answers.size, answers.looks, *limits) is not None:
                return False
            return not bounded(told)

        sizes = {row: sum(groups[cell].base for cell in of) for row, of in units.items()}
        answered = {row: size for row, size in sizes.items() if size}
        found = _fewest_more(hidden, answered, suffices)
        return cells(hidden | answered.keys() if found is None else found)

    # Bounds are dear, and what is told of all breakdowns bounds more than what is told of some: so
    # they are sought once at the end, and only where they find something at each breakdown.
    found = hide(lambda _told: False)
    for bounded in (
        lambda told: certain(told, exact=False),
        lambda told: certain(told, exact=True),
    ):
        if bounded(_told(tallies, answers, found, order)):
            found = hide(bounded)
    return found


def _told(
    tallies: Mapping[str, Mapping[str, Tally]],
    answers: Answers,
    out: Mapping[str, Hidden],
    breakdowns: Iterable[str],
) -> tuple[Atoms, Ints]:
    """Return who is in each group that is shown or left by subtraction (row per group, column per
    atom), and how many there chose each option."""
    members: list[Atoms] = []
    counts: list[tuple[int, ...]] = []
    for breakdown in breakdowns:
        # Cells are what is left of a position; every other group is what is left of all.
        wholes = "position" if breakdown == CROSSED else "all"
        for code, whole in tallies[wholes].items():
            if code in out[wholes] or not whole.base:
                continue
            left, others = whole, answers.members[wholes, code]
            for group, tally in tallies[breakdown].items():
                if group in out[breakdown] or not tally.base:
                    continue
                if breakdown != CROSSED or group.split(JOIN)[1] == code:
                    members.append(answers.members[breakdown, group])
                    counts.append(tally.counts)
                    left, others = left - tally, others & ~members[-1]
            if left.base:
                members.append(others)
                counts.append(left.counts)
    return np.array(members), np.array(counts)


def _stage(
    breakdown: str,
    tallies: Mapping[str, Mapping[str, Tally]],
    out: Mapping[str, Hidden],
    profile: Profile,
) -> tuple[Hidden, dict[str, list[str]], Callable[[Hidden], bool]]:
    """Return what of a breakdown is hidden from the start, its units (groups that are hidden as
    one) and the test of what is left by subtraction."""
    groups = tallies[breakdown]
    if breakdown != CROSSED:
        hidden = _unsafe(groups, out[breakdown], profile)
        each = {code: [code] for code in groups}
        return hidden, each, _cover(tallies["all"][""], groups, profile)
    # A department's cells stand or fall together: one alone is the department less the others.
    units: dict[str, list[str]] = {}
    for cell in groups:
        units.setdefault(cell.split(JOIN)[0], []).append(cell)
    closed = any(
        tally.base > 0 and code in out["position"] for code, tally in tallies["position"].items()
    )
    unsafe = _unsafe(groups, out[breakdown], profile)
    hidden = Hidden(
        row
        for row, cells in units.items()
        if closed
        or row in out["department"]
        or not unsafe.isdisjoint(cells)
        or sum(groups[cell].base for cell in cells) != tallies["department"][row].base
    )
    columns = [
        _cover(
            tally,
            {row: groups[f"{row}{JOIN}{code}"] for row in units},
            profile,
        )
        for code, tally in tallies["position"].items()
    ]
    return hidden, units, lambda rows: all(column(rows) for column in columns)


def hidden_counts(
    whole: tuple[int, int],
    groups: Mapping[str, tuple[int, int]],
    profile: Profile,
    ratio: bool = False,
    also: frozenset[str] = frozenset(),
) -> tuple[bool, frozenset[str]]:
    """Return (whether the whole is hidden, which groups are) for a register indicator.

    Each value is (numerator, denominator) in agreements. A count from 1 to ``min_base`` − 1 of
    agreements that have, or that lack, what is asked for points at someone; none does not, unless
    the group is small and so everybody in it is told. With ``ratio`` the denominator is a public
    number of people, and only the numerator counts agreements. ``also`` are hidden from the start
    (those whose number of agreements is hidden, where that number is the denominator).
    """

    def size(pair: tuple[int, int]) -> int:
        # In agreements, whatever is shared by what: so that two waves hide the same departments.
        return pair[0] if ratio else pair[1]

    def safe(numerator: int, denominator: int) -> bool:
        if ratio:
            return numerator == 0 or numerator >= profile.min_base
        parts = (numerator, denominator - numerator)
        if any(0 < part < profile.min_base for part in parts):
            return False
        return is_safe(Tally(denominator, parts), profile)

    real = {code: pair for code, pair in groups.items() if pair[0] > 0 or pair[1] > 0}
    if not safe(*whole):
        return True, frozenset(real)
    hidden = {code for code, pair in real.items() if code in also or not safe(*pair)}
    while hidden:
        rest = tuple(sum(groups[code][i] for code in hidden) for i in (0, 1))
        sources = sum(size(groups[code]) > 0 for code in hidden)
        if sources >= profile.min_groups and safe(*rest):
            break
        candidates = [code for code in real if code not in hidden and size(real[code]) > 0]
        if not candidates:
            break
        order = list(groups)
        hidden.add(min(candidates, key=lambda c: (size(groups[c]), -order.index(c))))
    return False, frozenset(hidden)
