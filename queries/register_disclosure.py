"""What may be told of the register on a day: all its numbers together.

Every number that is published of the register is how many agreements lie in a set: those in force,
those that have or lack what an indicator asks for, those that fail a rule. Sets lie within each
other (assessed in time, in force), make each other up (the departments, the whole) and return in
several rule sets, so that a reader who adds and subtracts gets further numbers. None of these may
be 1–4 agreements.

What a reader is taken to know:

* which departments and positions have agreements;
* of sets of one *matter* every relation that holds on the day, also those that hold by accident
  ("every late measure is also an open risk"). Up to ``ONE_MATTER`` agreements everything is one;
* of more, risk, time, IT … are matters of their own (``joined``), and of sets of different matters
  it is known that both lie among the agreements in force, and no more.

Then no sum or difference of numbers of *several* matters is a number of a few agreements unless
those of one matter alone are: a sum of functions of things that vary freely takes only the values 0
and 1 just if it depends on one of them. So each matter is searched by itself, beside the agreements
in force (``gate``; the search is ``derivable.exposed``), and *any rule of the set*, which crosses
matters, beside each rule that is within it (``hidden_of_any``).

Rejected: one matter whatever the size, because the search grows with the cube of it, while what it
adds (3 numbers in 3 278 of random registers) shrinks; and a list of the relations that follow from
the definitions, which each new rule file could falsify.

A register's day is published first with its rules and positions, and with every later register
without them. So its indicators are decided by themselves, as those of any day (``gate``), and rules
and positions beside them (``gate_today``). Decided together they would show other groups once these
are gone, and whoever kept both publications would subtract.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from queries.derivable import Atoms, Ints, exposed
from queries.disclosure import Hidden, Profile, hidden_counts

Place = tuple[str, str]
"""Breakdown and group: ("all", ""), ("department", "SN"), ("position", "chef")."""
Cell = tuple[str, str | None, int, int]
"""Department, position, marks (bits) and how many agreements."""
Marks = tuple[int, int]
"""The marks of a set: of those who have it, and of those of whom it is asked."""
Counts = dict[str, tuple[int, int]]

WHOLE: Place = ("all", "")
BREAKDOWNS = ("all", "department", "position")
"""In the order in which they are kept."""
IN_FORCE = ""
"""The set of all agreements in force, and the matter of what has to do with every matter."""
IN_FORCE_MARK = 1
ANY = "*"
"""The set of those who fail any rule of a rule set."""

ONE_MATTER = 200
"""Up to how many agreements on a day everything is one matter."""
WORK = 4_000_000_000
"""How much is computed for one matter of one day (multiplications, about): when it is spent, what
has not been found safe stays hidden. Counted and not timed, so that the same is always hidden."""


def joined(aspect: str, agreements: int) -> str:
    """Return the matter that what concerns ``aspect`` belongs to, on a day with so many agreements.

    How long an agreement runs, when notice is given and when it is followed up hang on the same
    days: one that ends within a year of its start has begun within the year.
    """
    if not aspect:
        return IN_FORCE
    if agreements <= ONE_MATTER:
        return "all"
    return "time" if aspect in ("term", "notice", "follow_up") else aspect


@dataclass(frozen=True)
class Matter:
    """The sets of one matter on one day, by atom: the agreements that lie in the same of them and
    belong to the same department (and position).

    ``size`` agreements per atom; ``members`` the atoms of each place; ``sets`` by name: who has
    it, of whom. Of ``ratios`` the second is told as people and not as agreements.
    """

    size: Ints
    members: Mapping[Place, Atoms]
    sets: Mapping[Any, tuple[Atoms, Atoms]]
    ratios: frozenset[Any]

    def count(self, name: Any, place: Place) -> tuple[int, int]:
        """Return (who has it, of how many) in a place."""
        here, (have, of) = self.members[place], self.sets[name]
        return int(self.size[here & have].sum()), int(self.size[here & of].sum())

    def counts(self, name: Any, breakdown: str) -> Counts:
        """Return the counts of every group of a breakdown."""
        return {own[1]: self.count(name, own) for own in self.members if own[0] == breakdown}

    def rows(self, name: Any, place: Place) -> list[Atoms]:
        """Return the sets whose sizes are told where ``name`` is shown in ``place``."""
        here, (have, of) = self.members[place], self.sets[name]
        return [have & here] if name in self.ratios else [have & here, of & here]


def matter_of(
    cells: Iterable[Cell],
    sets: Mapping[Any, Marks],
    departments: Sequence[str],
    ratios: frozenset[Any] = frozenset(),
    positions: bool = False,
) -> Matter:
    """Return the matter of ``sets``; cells that are alike in these are put together."""
    mask = 0
    for have, of in sets.values():
        mask |= have | of
    merged: dict[tuple[str, str, int], int] = {}
    for department, position, marks, number in cells:
        key = department, (position or "") if positions else "", marks & mask
        if key[2]:
            merged[key] = merged.get(key, 0) + number
    keys = list(merged)
    where = np.array([key[0] for key in keys], dtype=object)
    as_what = np.array([key[1] for key in keys], dtype=object)
    members = {WHOLE: np.ones(len(keys), dtype=bool)}
    members |= {("department", code): where == code for code in departments}
    if positions:
        members |= {("position", code): as_what == code for code in sorted({k[1] for k in keys})}

    def marked(mark: int) -> Atoms:
        return np.array([key[2] & mark > 0 for key in keys], dtype=bool)

    return Matter(
        np.array(list(merged.values()), dtype=np.int64),
        members,
        {name: (marked(have), marked(of)) for name, (have, of) in sets.items()},
        ratios,
    )


@dataclass(frozen=True)
class Gate:
    """What is counted on one day and what of it is hidden, by set. ``closed``: the departments
    whose number of agreements is hidden."""

    matters: Mapping[Any, Matter]
    hidden: Mapping[Any, set[Place]]
    closed: Hidden

    @property
    def places(self) -> list[Place]:
        """The whole, and each department."""
        return [place for place in self.matters[IN_FORCE].members if place[0] != "position"]

    def counts(self, name: Any, breakdown: str) -> Counts:
        """Return the counts of every group of a breakdown, hidden or not."""
        return self.matters[name].counts(name, breakdown)

    def shows(self, name: Any, breakdown: str, group: str) -> bool:
        """Return whether the counts of a set in a group may be shown."""
        return (breakdown, group) not in self.hidden[name]

    def tells_in_force(self, name: Any, group: str) -> bool:
        """Return whether the counts of a set tell how many are in force, in the whole ("") or a
        department."""
        of = self.matters[name]
        place = ("department", group) if group else WHOLE
        (in_force,) = of.rows(IN_FORCE, place)
        rows = of.rows(name, place)
        if len(rows) == 2:
            rows.append(rows[1] & ~rows[0])
        return any(np.array_equal(row, in_force) for row in rows)

    def unasked(self, name: Any, place: Place) -> int | None:
        """Return how many in force a set does not ask about, if all of whom it asks are in force
        and how many these are may be shown."""
        of = self.matters[name]
        in_force, asked = of.rows(IN_FORCE, place)[0], of.rows(name, place)[-1]
        if place in self.hidden[IN_FORCE] or (asked & ~in_force).any():
            return None
        return int(of.size[in_force & ~asked].sum())


def gate(
    cells: Mapping[str, Sequence[Cell]],
    sets: Mapping[str, Mapping[Any, Marks]],
    departments: Sequence[str],
    profile: Profile,
    ratios: frozenset[Any] = frozenset(),
) -> Gate:
    """Return what may be shown of the indicators on one day, in the whole and the departments.

    ``cells`` and ``sets`` by matter, each in the order of what to keep; those of ``IN_FORCE`` have
    to do with every matter and are kept first, the agreements in force before all. Within a matter
    wholes are kept before departments. It turns on nothing but the day: not on what else is told of
    it while it is the last (``gate_today``), nor on what comes later.
    """
    common = _common(sets)
    ratios = ratios | {IN_FORCE}
    matters: dict[Any, Matter] = {}
    hidden: dict[Any, set[Place]] = {}
    closed = Hidden()
    stages = [(IN_FORCE, [IN_FORCE]), (IN_FORCE, [n for n in common if n != IN_FORCE])]
    stages += [(matter, list(own)) for matter, own in sets.items() if matter != IN_FORCE]
    for matter, names in stages:
        of = matter_of(cells[matter], {**common, **sets.get(matter, {})}, departments, ratios)
        state = Told(of, profile)
        state.add_shown(common, hidden)
        hidden |= {name: set() for name in names}
        for breakdown in BREAKDOWNS[:2]:
            for name in names:
                _decide([state], name, breakdown, closed, hidden[name])
        matters |= dict.fromkeys(names, of)
        if names == [IN_FORCE]:
            # How many agreements there are is the denominator of most sets: where it is hidden, all
            # are.
            closed = Hidden(group for own, group in hidden[IN_FORCE] if own == "department")
    return Gate(matters, hidden, closed)


def gate_today(
    own: Gate,
    cells: Mapping[str, Sequence[Cell]],
    sets: Mapping[str, Mapping[Any, Marks]],
    rules: Mapping[str, Mapping[Any, Marks]],
    profile: Profile,
    ratios: frozenset[Any] = frozenset(),
) -> Gate:
    """Return ``own``, and what may be shown beside all that it shows of the ``rules``, and then of
    the indicators by position.

    ``own``: the gate of the indicators on the day (of ``sets``, with ``ratios``); it stays as it
    is. ``cells``, ``sets`` and ``rules`` by matter (no rules of ``IN_FORCE``).
    """
    common = _common(sets)
    departments = [place[1] for place in own.places if place != WHOLE]
    states: dict[str, Told] = {}
    for matter in dict.fromkeys([IN_FORCE, *sets, *rules]):
        found = {**common, **sets.get(matter, {}), **rules.get(matter, {})}
        of = matter_of(cells[matter], found, departments, ratios | {IN_FORCE}, positions=True)
        states[matter] = Told(of, profile)
        states[matter].add_shown(found, own.hidden)
    hidden = {name: set(places) for name, places in own.hidden.items()}
    matters = {IN_FORCE: states[IN_FORCE].matter}
    for matter, state in states.items():
        matters |= dict.fromkeys([*sets.get(matter, ()), *rules.get(matter, ())], state.matter)
        positions = {place for place in state.matter.members if place[0] == "position"}
        hidden |= {
            name: set(positions) for name in rules.get(matter, ())
        }  # no rule is told of these
    for breakdown in BREAKDOWNS[:2]:
        for matter, lines in rules.items():
            for name in lines:
                _decide([states[matter]], name, breakdown, own.closed, hidden[name])
    # Those without a position are what is left of the whole, and are never shown.
    closed = Hidden([""])
    for name in common:
        _decide(list(states.values()), name, "position", closed, hidden[name])
        if name == IN_FORCE:
            closed |= {group for where, group in hidden[name] if where == "position"}
    for matter, names in sets.items():
        for name in names if matter != IN_FORCE else ():
            _decide([states[matter]], name, "position", closed, hidden[name])
    return Gate(matters, hidden, own.closed)


def _common(sets: Mapping[str, Mapping[Any, Marks]]) -> dict[Any, Marks]:
    """Return the sets that have to do with every matter, the agreements in force first."""
    return {IN_FORCE: (IN_FORCE_MARK, IN_FORCE_MARK), **sets.get(IN_FORCE, {})}


@dataclass
class Told:
    """What is shown so far of a matter: distinct sets of atoms, none of them empty."""

    matter: Matter
    profile: Profile
    shown: dict[bytes, Atoms] = field(default_factory=dict)
    work: int = WORK

    def _with(self, rows: Iterable[Atoms]) -> dict[bytes, Atoms]:
        return self.shown | {row.tobytes(): row for row in rows if row.any()}

    def add(self, rows: Iterable[Atoms]) -> None:
        """Show ``rows`` too."""
        self.shown = self._with(rows)

    def add_shown(self, names: Iterable[Any], hidden: Mapping[Any, Collection[Place]]) -> None:
        """Show what of these sets is decided and not ``hidden``, in the whole and departments."""
        for name in names:
            for place in self.matter.members if name in hidden else ():
                if place[0] != "position" and place not in hidden[name]:
                    self.add(self.matter.rows(name, place))

    def may_add(self, rows: Iterable[Atoms]) -> bool:
        """Whether nothing of a few agreements can be told if ``rows`` are shown too."""
        now = self._with(rows)
        if len(now) == len(self.shown):
            return True
        told = np.array(list(now.values()))
        columns = len(np.unique(told, axis=1).T)
        self.work -= len(told) * min(len(told), columns) * columns + columns**2
        if self.work < 0:
            return False
        return exposed(told, self.matter.size, (), self.profile.min_base, 0) is None


def _decide(
    states: Sequence[Told], name: Any, breakdown: str, closed: Hidden, hidden: set[Place]
) -> None:
    """Add to ``hidden`` the places of a breakdown where a set is hidden, and to ``states`` what is
    shown: safe by itself and beside what every one of them holds.

    ``closed``: the groups of the breakdown that are hidden for every set.
    """
    matter = states[0].matter
    groups = matter.counts(name, breakdown)
    if breakdown == "all":
        safe = not hidden_counts(groups[""], {}, states[0].profile, name in matter.ratios)[0]
        safe = safe and all(state.may_add(state.matter.rows(name, WHOLE)) for state in states)
        out = Hidden() if safe else None
    elif breakdown == "position" and WHOLE in hidden:
        out = None
    else:
        out = _fewest(states, name, breakdown, closed)
    if out is None:
        out = Hidden(code for code, pair in groups.items() if any(pair) or not code)
    hidden |= {(breakdown, group) for group in out}
    for state in states:
        for group in groups.keys() - out:
            state.add(state.matter.rows(name, (breakdown, group)))


def _fewest(states: Sequence[Told], name: Any, breakdown: str, also: Hidden) -> Hidden | None:
    """Return the fewest groups to hide, of these the smallest; ``None``: all. What is shown then is
    safe by itself and beside what every one of ``states`` holds."""
    matter, profile = states[0].matter, states[0].profile
    groups, whole = matter.counts(name, breakdown), matter.count(name, WHOLE)
    tried: set[Hidden] = set()
    for more in _ways(groups):
        closed, hidden = hidden_counts(whole, groups, profile, name in matter.ratios, also | more)
        if closed:
            return None
        if hidden in tried:
            continue
        tried.add(hidden)
        shown = [(breakdown, group) for group in groups if group not in hidden]
        if all(
            state.may_add([row for place in shown for row in state.matter.rows(name, place)])
            for state in states
        ):
            return hidden
    return None


def _ways(groups: Counts) -> Iterator[Hidden]:
    """Yield which groups to hide too: none, one, two, then the smallest and one more each time."""
    order = list(groups)
    real = [group for group in order if any(groups[group])]
    real.sort(key=lambda group: (groups[group][1], -order.index(group)))
    yield Hidden()
    yield from (Hidden([group]) for group in real)
    if len(real) <= 8:
        yield from (Hidden(pair) for pair in combinations(real, 2))
    for many in range(3, len(real)):
        yield Hidden(real[:many])


# --- any rule of a set ----------------------------------------------------------------------------


def hidden_of_any(
    failing: Mapping[str, int], lines: Sequence[Any], own: Gate, profile: Profile
) -> tuple[dict[Place, tuple[int, int]], set[Place]]:
    """Return how many agreements fail any rule of a set, of how many, in the whole and in every
    department, and the places in which that is hidden.

    ``failing``: per department; ``lines``: the rules of the set that say something. Each rule is
    within any rule: so it is searched beside every one of them. Where all rules are shown, what
    they add up to above any rule is how often agreements fail one more: if that is 1–4, so many or
    fewer fail several. Where one is hidden, those fail it at least whom the shown ones do not
    account for: where that is anybody, it is told of them.
    """
    total = {place: own.matters[IN_FORCE].count(IN_FORCE, place)[0] for place in own.places}
    several = {place: failing.get(place[1], 0) for place in total}
    several[WHOLE] = sum(failing.values())
    counts = {place: (several[place], total[place]) for place in total}
    departments = [place[1] for place in total if place != WHOLE]
    states = []
    for line in lines:
        cells: list[Cell] = []
        for code in departments:
            one = own.matters[line].count(line, ("department", code))[0]
            any_rule, of = counts["department", code]
            marked = ((7, one), (5, any_rule - one), (1, of - any_rule))
            cells += [(code, None, mark, number) for mark, number in marked if number]
        sets = {IN_FORCE: (1, 1), line: (2, 1), ANY: (4, 1)}
        state = Told(matter_of(cells, sets, departments, frozenset([IN_FORCE])), profile)
        for name in (IN_FORCE, line):
            for place in total:
                if place not in own.hidden[name]:
                    state.add(state.matter.rows(name, place))
        states.append(state)
    everywhere = {("department", code) for code in departments}
    if hidden_counts(counts[WHOLE], {}, profile)[0]:
        return counts, {WHOLE, *everywhere}
    tells = {place for place in total if _tells(several[place], place, lines, own, profile)}
    out: set[Place] = set()
    if WHOLE in tells or not all(s.may_add(s.matter.rows(ANY, WHOLE)) for s in states):
        out.add(WHOLE)
    else:
        for state in states:
            state.add(state.matter.rows(ANY, WHOLE))
    crowded = Hidden(code for breakdown, code in tells if breakdown != "all")
    hidden = _fewest(states, ANY, "department", own.closed | crowded)
    return counts, out | (
        everywhere if hidden is None else {("department", code) for code in hidden}
    )


def _tells(several: int, place: Place, lines: Sequence[Any], own: Gate, profile: Profile) -> bool:
    """Whether what is shown of the rules and of any rule in a place tells of a few agreements."""
    open_lines = [line for line in lines if place not in own.hidden[line]]
    shown = [own.matters[line].count(line, place)[0] for line in open_lines]
    if len(shown) < len(lines):
        return several > sum(shown)
    return 0 < sum(shown) - several < profile.min_base
