"""What of a wave may be published anew when its answers are loaded again.

Whoever kept what was published before subtracts it from what is published now, and has what the
few who came in between answered. So the answers to a question wait, and what was published stays,
until the difference too is safe: no sum or difference of the groups of both publications points at
fewer than ``min_change`` people who came or went, at fewer than ``min_base`` people otherwise, or
at a few who are alike (``queries.derivable.exposed``, over the people of both), and no zero or
bound of either leaves a few one answer (``cornered``, ``certain``). A question and those its filter
opens wait together.

Compared is with what is published, not with what was loaded last: three loads of one new answer
each wait until they are three answers. And with each earlier publication: a group that was shown,
then hidden, and is shown again would else tell of the few who came in the meantime. Not searched
for is what three publications tell together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ingest.snapshot import Builder
from queries.derivable import (
    MIXED,
    Atoms,
    Ints,
    certain,
    cornered,
    distinct,
    exposed,
    what_is_asked,
)
from queries.disclosure import CROSSED, JOIN, Answers, Profile
from queries.store import sql_file

ATTRIBUTES = ("position", "occupation", "sex", "age")
ANSWERED = ""
"""In the place of a question: having answered at all."""
STAYED, LEFT, CAME = "stayed", "left", "came"

Group = tuple[str, str]
Person = tuple[Any, ...]
"""Department, the attributes, and last the whole answer (its options)."""
Sides = Sequence[frozenset[str]]
_KNOWN_BY = (("department", *ATTRIBUTES), ("department",), ())
"""By what people are taken to be the same in two publications, beside what they answered. By less
too: where an attribute came with a later file, or was named otherwise, all have left and all come
by the whole of it, and the one who is new would be lost among them."""
# Of an atom: nobody of it has been seen yet.
_UNSEEN = -2


@dataclass(frozen=True)
class Publication:
    """Who answered a question, and which groups' numbers are told of it."""

    people: Counter[Person]
    shown: frozenset[Group]


def must_wait(
    old: Publication,
    past: Sequence[Publication],
    new: Publication,
    sides: Sides,
    profile: Profile,
) -> bool:
    """Return whether ``old``, which is published now, must stay instead of ``new``, to those who
    have seen it and each of the ``past``.

    What was itself published unsafely (by an earlier version of the gate) is not what stays.
    """
    for one in (old, *past):
        for known in _KNOWN_BY:
            before, after = _by(one, known), _by(new, known)
            # By less far fewer have moved only where an attribute is told otherwise.
            if known != _KNOWN_BY[0] and 2 * _moved(before, after) >= _moved(one, new):
                continue
            if not may_follow(before, after, sides, profile):
                return not is_unsafe(old, sides, profile)
    return False


def _moved(old: Publication, new: Publication) -> int:
    return (old.people - new.people).total() + (new.people - old.people).total()


def _by(one: Publication, known: tuple[str, ...]) -> Publication:
    """Return a publication as it is when of the attributes only these are looked at."""
    if known == ("department", *ATTRIBUTES):
        return one
    people: Counter[Person] = Counter()
    for (department, *others, answer), number in one.people.items():
        kept = department if "department" in known else ""
        people[kept, *(None for _other in others), answer] += number
    return Publication(
        people, frozenset(group for group in one.shown if group[0] in {"all", *known})
    )


def is_unsafe(one: Publication, sides: Sides, profile: Profile) -> bool:
    """Return whether sums and differences of what is shown tell of a few, as they do where an
    earlier version of the gate let it through."""
    lines = [((*person[:-1], STAYED), person[-1], number) for person, number in one.people.items()]
    atoms, size, looks = atoms_of(lines, sides)
    if not any(answer for _attributes, answer, _number in lines):
        looks = ()
    told = _told(atoms, np.ones(len(atoms), dtype=np.bool_), one.shown)
    return exposed(told, size, looks, profile.min_base, profile.unanimous_below) is not None


def are_few(
    before: Mapping[str, Publication], after: Mapping[str, Publication], profile: Profile
) -> bool:
    """Return whether some question's answers would wait whatever they say, as those who came or
    left are too few."""

    def silent(one: Publication) -> Publication:
        people: Counter[Person] = Counter()
        for person, number in one.people.items():
            people[*person[:-1], ()] += number
        return replace(one, people=people)

    return any(
        not may_follow(silent(before[question]), silent(after[question]), (), profile)
        for question in sorted(before.keys() & after.keys())
    )


def after_waiting(profile: Profile) -> Profile:
    """Return the limits for answers that have waited for what they say.

    Three who came waited, and everybody may know that they said the same in some question: beside
    one more the next picture would tell which, and what. Beside ten it does not.
    """
    return replace(profile, min_change=max(profile.min_change, profile.unanimous_below))


def may_follow(old: Publication, new: Publication, sides: Sides, profile: Profile) -> bool:
    """Return whether ``new`` may be shown to those who have seen ``old``.

    People cannot be told apart but by what they are and answered: an answer that was corrected is
    one who left and one who came. What was itself published unsafely (by an earlier version of the
    gate) holds nothing back.
    """
    came, left = new.people - old.people, old.people - new.people
    # The same people may be told of in other groups than before: what the filter hides is hidden
    # here too, and others may have answered the filter since.
    if not came and not left and new.shown <= old.shown:
        return True
    lines = [
        ((*person[:-1], state), person[-1], number)
        for state, people in ((STAYED, old.people & new.people), (LEFT, left), (CAME, came))
        for person, number in people.items()
    ]
    atoms, size, looks = atoms_of(lines, sides)
    if not any(answer for _attributes, answer, _number in lines):
        looks = ()  # having answered at all is no answer to be alike in
    states = np.array([atom[-1] for atom in atoms])

    limits = profile.min_base, profile.unanimous_below
    before = _told(atoms, states != CAME, old.shown)
    after = _told(atoms, states != LEFT, new.shown)
    if exposed(before, size, looks, *limits) is not None:
        return True
    moved = (states == CAME).astype(np.int64) - (states == LEFT)
    both = np.vstack([before, after])
    if exposed(both, size, looks, *limits, moved, profile.min_change) is not None:
        return False
    limit, alike = profile.min_change, profile.unanimous_below
    if _tells_more(before, after, atoms, lines, size, sides, profile):
        return False
    # Who came and who left may be known. How much more or less an option was chosen is then told of
    # both together, and where fewer chose it some of those who left must have.
    groups = _told(atoms, moved != 0, old.shown & new.shown)
    arrived, more = _counted(groups, atoms, CAME, came, sides, left)
    gone, less = _counted(groups, atoms, LEFT, left, sides, came)
    change = more - less
    return not (
        cornered(groups, change, arrived, limit, alike, gone)
        or cornered(groups, -change, gone, limit, alike, arrived)
    )


def _tells_more(
    before: Atoms,
    after: Atoms,
    atoms: Sequence[Person],
    lines: Sequence[tuple[Person, Sequence[str], int]],
    size: Ints,
    sides: Sides,
    profile: Profile,
) -> bool:
    """Return whether all groups of both together leave some answer to too few people, or a few
    people one answer, where neither publication does alone: by zeros, and by bounds.

    A group that is shown in one of them only tells of the other too: where nobody in it chose an
    option, somebody elsewhere did, of those who came or left as of those who stayed.
    """
    both, _place = distinct(np.vstack([before, after]))
    if not both.any():
        return False
    here = both.any(axis=0)
    size, kept = size[here], [atom for atom, inside in zip(atoms, here, strict=True) if inside]
    known = set(kept)
    lines = [line for line in lines if line[0] in known]
    options = sorted({option for _atom, answer, _number in lines for option in answer})
    chose, things = _chose(kept, lines, options), what_is_asked(options, sides)
    limits = profile.min_base, profile.unanimous_below

    def corners(told: Atoms) -> bool:
        told = told[:, here]
        return cornered(told, told.astype(np.int64) @ chose @ things, size, *limits)

    def sure(told: Atoms, few: Atoms, alike_below: int) -> Iterator[tuple[bytes, int]]:
        told = told[:, here]
        counts = told.astype(np.int64) @ chose
        for row, thing in certain(told, counts, size, chose, few, alike_below, things):
            rows[row.tobytes()] = row
            yield row.tobytes(), thing

    if corners(both) and not corners(before) and not corners(after):
        return True
    rows: dict[bytes, Atoms] = {}
    found = set(sure(both, _few(both[:, here], kept, size, profile), profile.unanimous_below))
    if not found:
        return False
    asked = np.array([rows[row] for row, _thing in found])
    return not found <= {*sure(before, asked, 0), *sure(after, asked, 0)}


def _few(told: Atoms, atoms: Sequence[Person], size: Ints, profile: Profile) -> Atoms:
    """Return the sets of too few people that may be asked about: atoms, those who are in the same
    groups of ``told``, and who of a group, of what is left of one, or of what two groups have in
    common, stayed, left, came, was there before or after.

    Too few are ``min_change`` where all of them came, or all left, and ``min_base`` otherwise.
    """
    states = np.array([atom[-1] for atom in atoms])
    came, left = states == CAME, states == LEFT
    values = [
        np.array([atom[place] == value for atom in atoms])
        for place in range(1 + len(ATTRIBUTES))
        for value in dict.fromkeys(atom[place] for atom in atoms)
    ]
    groups = np.array(values)
    named = np.vstack([(groups[:, None] & groups[None, :]).reshape(-1, len(atoms)), told])
    named, _place = distinct(named)
    _columns, block = distinct(told.T)
    smallest = np.vstack([np.eye(len(atoms), dtype=np.bool_), block == np.unique(block)[:, None]])
    moved = ~(smallest & ~(came | left)).any(axis=1)
    limits = np.where(moved, profile.min_change, profile.min_base)
    sets = [smallest[smallest @ size < limits]]
    for which, limit in (
        (came, profile.min_change),
        (left, profile.min_change),
        (~came & ~left, profile.min_base),
        (~came, profile.min_base),
        (~left, profile.min_base),
    ):
        of = named & which
        people = of @ size
        sets.append(of[(people > 0) & (people < limit)])
    return distinct(np.vstack(sets))[0]


def _counted(
    groups: Atoms,
    atoms: Sequence[Person],
    state: str,
    people: Counter[Person],
    sides: Sides,
    others: Iterable[Person] = (),
) -> tuple[Ints, Ints]:
    """Return (how many of ``people`` each atom has, how many of each of ``groups`` chose each
    option, and are on each of the ``sides``); the options are those of ``others`` too."""
    lines = [((*person[:-1], state), person[-1], number) for person, number in people.items()]
    options = sorted({option for person in (*people, *others) for option in person[-1]})
    chose, on = _chose(atoms, lines, options), _sided(atoms, lines, sides)
    place = {atom: index for index, atom in enumerate(atoms)}
    size = np.zeros(len(atoms), dtype=np.int64)
    for atom, _answer, number in lines:
        size[place[atom]] += number
    return size, groups.astype(np.int64) @ np.hstack([chose, on])


def _told(atoms: Sequence[Person], there: Atoms, shown: frozenset[Group]) -> Atoms:
    """Return who of those who are ``there`` is in each group of ``shown``, and in what is left of
    each breakdown: a row per group with anybody, a column per atom."""
    rows = []
    for breakdown in sorted({name for name, _group in shown}):
        # Cells are what is left of a position; every other group is what is left of all, who are
        # told also where only sizes are.
        wholes = [("all", "")]
        if breakdown == CROSSED:
            wholes = [group for group in sorted(shown) if group[0] == "position"]
        for whole in wholes:
            rest = members(atoms, *whole) & there
            for name, group in sorted(shown):
                if name == breakdown and (name != CROSSED or group.split(JOIN)[1] == whole[1]):
                    rows.append(members(atoms, name, group) & there)
                    rest = rest & ~rows[-1]
            rows.append(rest)
    rows = [row for row in rows if row.any()]
    return np.array(rows, dtype=np.bool_).reshape(len(rows), len(atoms))


def atoms_of(
    lines: Iterable[tuple[Person, Sequence[str], int]], sides: Sides
) -> tuple[list[Person], Ints, tuple[Ints, ...]]:
    """Return (the atoms, how many people each has, two looks at their answers) of lines of (what
    the people are, their whole answer, how many).

    The looks are the whole answer and its side, as ``queries.disclosure.Answers`` has them.
    """
    lines = list(lines)
    atoms: dict[Person, int] = {}
    for attributes, _answer, _people in lines:
        atoms.setdefault(attributes, len(atoms))
    size = np.zeros(len(atoms), dtype=np.int64)
    looks = np.full((2, len(atoms)), _UNSEEN, dtype=np.int64)
    answers: dict[tuple[str, ...], int] = {}
    for attributes, answer, people in lines:
        atom = atoms[attributes]
        size[atom] += people
        options = tuple(answer)
        on = [i for i, side in enumerate(sides) if side.issuperset(options)]
        seen = answers.setdefault(options, len(answers)), on[0] if on else MIXED
        for look, value in zip(looks, seen, strict=True):
            look[atom] = value if look[atom] in (_UNSEEN, value) else MIXED
    return list(atoms), size, (looks[0], looks[1])


def members(atoms: Sequence[Person], breakdown: str, group: str) -> Atoms:
    """Return which of ``atoms`` (department, then ``ATTRIBUTES``) the group holds."""
    places = {name: place for place, name in enumerate(("department", *ATTRIBUTES))}
    wanted: dict[int, str] = {}
    if breakdown != "all":
        names = breakdown.split("*")
        codes = group.split(JOIN) if len(names) > 1 else [group]
        wanted = {places[name]: code for name, code in zip(names, codes, strict=True)}
    return np.array(
        [all(atom[place] == code for place, code in wanted.items()) for atom in atoms],
        dtype=np.bool_,
    )


# --- in the store ---------------------------------------------------------------------------------


def people_of(builder: Builder, wave: str) -> dict[str, Counter[Person]]:
    """Return question → people, of the answers that are loaded; also under ``ANSWERED``."""
    return _people(builder.rows(sql_file("build_atoms"), {"wave": wave}))


def answers_of(
    people: Mapping[Person, int],
    groups: Iterable[Group],
    sides: Sides,
    options: Sequence[str],
) -> Answers:
    """Return the people as the gate takes them, with the members of each of ``groups``."""
    lines = [(person[:-1], person[-1], number) for person, number in people.items()]
    atoms, size, looks = atoms_of(lines, sides)
    inside = {group: members(atoms, *group) for group in groups}
    chose, things = _chose(atoms, lines, options), what_is_asked(options, sides)
    return Answers(size, inside, looks, chose, things)


def _chose(
    atoms: Sequence[Person],
    lines: Iterable[tuple[Person, Sequence[str], int]],
    options: Sequence[str],
) -> Ints:
    """Return how many of each atom chose each option."""
    chosen = np.zeros((len(atoms), len(options)), dtype=np.int64)
    place = {atom: index for index, atom in enumerate(atoms)}
    at = {option: index for index, option in enumerate(options)}
    for attributes, answer, number in lines:
        for option in answer:
            chosen[place[attributes], at[option]] += number
    return chosen


def _sided(
    atoms: Sequence[Person], lines: Iterable[tuple[Person, Sequence[str], int]], sides: Sides
) -> Ints:
    """Return how many of each atom are on each side."""
    on = np.zeros((len(atoms), len(sides)), dtype=np.int64)
    place = {atom: index for index, atom in enumerate(atoms)}
    for attributes, answer, number in lines:
        for at, side in enumerate(sides):
            on[place[attributes], at] += number * side.issuperset(answer)
    return on


def published(builder: Builder, wave: str) -> dict[str, Publication]:
    """Return question (and ``ANSWERED``) → what is published of the wave now."""
    people = _people(
        builder.rows(
            "select question, department, position, occupation, sex, age, answer, people "
            "from records.published_atom where wave = $wave",
            {"wave": wave},
        )
    )
    shown: dict[str, set[Group]] = {}
    for question, breakdown, group in builder.rows(
        'select distinct question, breakdown, "group" from records.published_cube '
        "where wave = $wave and status = 'shown' and base > 0 union all "
        "select '', breakdown, \"group\" from records.published_size "
        "where wave = $wave and status = 'shown' and answered > 0",
        {"wave": wave},
    ):
        if _waits(question, breakdown):
            shown.setdefault(question, set()).add((breakdown, group))
    return {
        question: Publication(found, frozenset(shown.get(question, ())))
        for question, found in people.items()
    }


def _waits(question: str, breakdown: str) -> bool:
    """Return whether a group is one that waits: how many answered at all and in a department is
    told at once."""
    return question != ANSWERED or breakdown in ATTRIBUTES


def earlier(builder: Builder, wave: str) -> dict[str, list[Publication]]:
    """Return question (and ``ANSWERED``) → what was published of the wave before that, in order."""
    people: dict[tuple[str, int], Counter[Person]] = {}
    for question, publication, *attributes, answer, number in builder.rows(
        "select question, publication, department, position, occupation, sex, age, answer, people "
        "from records.earlier_atom where wave = $wave order by all",
        {"wave": wave},
    ):
        found = people.setdefault((question, publication), Counter())
        found[*attributes, tuple(answer)] += number
    shown: dict[tuple[str, int], set[Group]] = {}
    for question, publication, breakdown, group in builder.rows(
        'select question, publication, breakdown, "group" from records.earlier_group '
        "where wave = $wave",
        {"wave": wave},
    ):
        if _waits(question, breakdown):
            shown.setdefault((question, publication), set()).add((breakdown, group))
    past: dict[str, list[Publication]] = {}
    for (question, publication), found in people.items():
        told = frozenset(shown.get((question, publication), ()))
        past.setdefault(question, []).append(Publication(found, told))
    return past


def has_waited(builder: Builder, wave: str) -> bool:
    """Return whether answers have waited for what they say since the last publication."""
    return bool(builder.rows("select 1 from records.waited where wave = $wave", {"wave": wave}))


def note_waiting(
    builder: Builder, wave: str, held: frozenset[str], for_what_they_say: bool
) -> None:
    """Note that answers wait (``held``) for what they say; no longer, once they are published."""
    builder.execute("delete from records.waited where wave = $wave", {"wave": wave})
    if held and for_what_they_say:
        builder.insert("records.waited", {"wave": [wave]})


def keep(
    builder: Builder,
    wave: str,
    now: Mapping[str, Publication],
    before: Mapping[str, Publication],
    past: Mapping[str, Sequence[Publication]],
    held: frozenset[str],
) -> None:
    """Note what is published ``now`` of all but the ``held`` questions, whose publication stays as
    it was, and put what was published ``before`` to the ``past`` where that is something else."""
    builder.execute(
        "delete from records.published_atom where wave = $wave "
        "and not list_contains($held, question)",
        {"wave": wave, "held": sorted(held)},
    )
    replaced = {
        question: (len(past.get(question, ())), old)
        for question, old in before.items()
        if question not in held
        and old != now.get(question)
        and old.shown
        and old not in past.get(question, ())
    }
    names = ("wave", "question", "department", *ATTRIBUTES, "answer", "people")
    rows = [
        (wave, question, *person[:-1], list(person[-1]), number)
        for question, new in now.items()
        if question not in held
        for person, number in new.people.items()
    ]
    _insert(builder, "records.published_atom", names, rows)
    rows = [
        (wave, question, *person[:-1], list(person[-1]), number, publication)
        for question, (publication, old) in replaced.items()
        for person, number in old.people.items()
    ]
    _insert(builder, "records.earlier_atom", (*names, "publication"), rows)
    groups = [
        (wave, question, publication, *group)
        for question, (publication, old) in replaced.items()
        for group in sorted(old.shown)
    ]
    names = ("wave", "question", "publication", "breakdown", "group")
    _insert(builder, "records.earlier_group", names, groups)


def _insert(
    builder: Builder, table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    builder.insert(table, {name: [row[at] for row in rows] for at, name in enumerate(names)})


def _people(rows: Iterable[tuple[Any, ...]]) -> dict[str, Counter[Person]]:
    found: dict[str, Counter[Person]] = {}
    for question, *attributes, answer, number in rows:
        found.setdefault(question, Counter())[*attributes, tuple(answer)] += number
    return found
