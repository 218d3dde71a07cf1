"""What sums and differences of published groups give away: the arithmetic of an attacker.

People with the same attributes are an *atom*. A published group is a set of atoms, of which the
number of answers (and of each option) is told. Whoever adds and subtracts published groups gets the
same numbers for every vector over the atoms that lies in the span of the groups' indicator vectors,
and no others. The attacker is assumed to know which atoms there are ("there is one manager at the
technical office"), though nothing published tells.

Found is what points at few people, exactly and not by sampling:

* a sum or difference, entries −1, 0 and 1, that involves fewer than ``limit`` people (above five:
  a sum);
* a set of fewer than ``alike_below`` people who all answered alike;
* an answer that only a few can have given, because everybody else is in a group that counts none;
* a number of a few (how many of them chose an option, or are on a side) that what is told leaves no
  other value for, by bounds.

Rejected: testing pairs and triples of groups only, which misses what four groups tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations, pairwise, permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, identity, kron, vstack

Atoms = NDArray[np.bool_]
Ints = NDArray[np.int64]

MIXED = -1
"""In the place of an answer: not all of the atom answered alike (or alike is no harm)."""

# Arithmetic modulo a prime is exact, and products of two such numbers fit in 64 bits.
_PRIME = 2_147_483_647
_SEED = 221
_CLOSE = 1e-6
# Up to so many numbers bounds are sought for, and after so many ways one by one.
_CELLS = 1_500
_WAYS = 6
# Before that, by exchanges of answers, from so many bases of them.
_BASES = 4
_APART, _MOST = 8, 4_000
# In whole people up to so many: above that one program can take seconds.
_EXACT = 300
# A way in whole people need not be the nearest one.
_ROUGH = 1.0
# Above that, for options that people of so many blocks at most can have chosen.
_RARE = 150
# Sums and differences of fewer people than this are searched in full.
_MET = 5


def exposed(
    shown: Atoms,
    size: Ints,
    answers: Sequence[Ints],
    limit: int,
    alike_below: int,
    moved: Ints | None = None,
    moved_limit: int = 0,
) -> Atoms | None:
    """Return the atoms of one group that follows from what is shown and is too small, or ``None``.

    ``shown`` has a row per published group and a column per atom; ``size`` people per atom (≥ 1).
    Each of ``answers`` is a way to look at an answer: per atom the number of the answer that all
    its people gave, or ``MIXED``. Of several such groups any one is returned, always the same.

    ``moved`` atoms are of people in only one of two publications that ``shown`` holds the groups
    of: 1 in the later, −1 in the earlier, 0 in both. For groups of these alone the limit is
    ``moved_limit`` (a ``limit`` above five holds for them too), and people are counted on the side
    that has more of them: an answer that was corrected is one person and stands on both.
    """
    if not shown.size:
        return None
    told = shown if moved is None else np.vstack([shown, moved])
    columns, place = np.unique(told, axis=1, return_inverse=True)
    columns, gone = (columns, None) if moved is None else (columns[:-1], columns[-1])
    place = place.reshape(-1)
    people = np.bincount(place, weights=size).astype(np.int64)
    rows = columns.astype(np.int64)
    reduced, pivots = _reduced(rows)
    inside = columns.any(axis=0)
    met = min(limit, _MET)
    few = _few(_fingerprints(reduced, pivots), np.where(inside, people, met), met)
    if gone is not None and limit <= met:
        few = (
            group for group in few
            if not gone[group].all() or _moved(people[group], gone[group]) < moved_limit
        )  # fmt: skip
    found = next(few, None)
    if found is None and gone is not None and 2 * (moved_limit - 1) >= met:
        found = _changed(rows, people, gone, moved_limit)
    if found is None and limit > met:
        # A stricter profile: sums of more people than can be met in the middle, by the solver.
        found = _alike(rows, len(pivots), people, np.where(inside, 0, MIXED), limit)
    for look in answers:
        if found is not None:
            break
        low = np.full(len(people), np.iinfo(np.int64).max)
        high = np.full(len(people), MIXED)
        np.minimum.at(low, place, look)
        np.maximum.at(high, place, look)
        answer = np.where(inside & (low == high), low, MIXED)
        found = _alike(rows, len(pivots), people, answer, alike_below)
    return None if found is None else np.isin(place, found)


def cornered(
    told: Atoms,
    counts: Ints,
    size: Ints,
    limit: int,
    alike_below: int,
    opposite: Ints | None = None,
) -> bool:
    """Return whether some answer can have been given by too few people.

    ``told`` has a row per group whose numbers are known, ``counts`` its answers by option. Where a
    group counts nobody for an option, none of its people chose it; so those who chose it in another
    group are among the rest of that group ("one at the technical office, and no manager: …"). There
    must be ``limit`` such people, and ``alike_below`` if all of them chose it. So with those who
    did not choose an option, where a group counts everybody for it: of several choices that is an
    answer of its own (of one it follows from the others).

    ``opposite`` people per atom are subtracted in ``counts``: those who left, where ``size`` came,
    or the other way. What is below zero then says nothing of ``size``, and what is above is the
    least that they can be.
    """
    away = told @ (np.zeros_like(size) if opposite is None else opposite)
    people = told @ size - away
    for others in (people[:, None] - counts).T:
        could = told @ (size * ~told[(others == 0) & (away == 0)].any(axis=0))
        if ((others > 0) & (could < limit)).any():
            return True
    for chosen in counts.T:
        could = size * ~told[(chosen == 0) & (away == 0)].any(axis=0)
        people = told @ could
        few = (people < limit) | ((people == chosen) & (people < alike_below))
        if ((chosen > 0) & few).any():
            return True
    return False


def what_is_asked(options: Sequence[str], sides: Sequence[frozenset[str]]) -> Ints:
    """Return which options each thing holds that is asked of a few [option, thing]: every option by
    itself, and the sides of several options ("positive", be it much or a little)."""
    several = [side for side in sides if len(side.intersection(options)) > 1]
    of = [[option in side for side in several] for option in options]
    return np.hstack(
        [
            np.eye(len(options), dtype=np.int64),
            np.array(of, dtype=np.int64).reshape(len(options), len(several)),
        ]
    )


def forced(
    told: Atoms,
    counts: Ints,
    size: Ints,
    chose: Ints,
    few: Atoms,
    alike_below: int,
    things: Ints | None = None,
    exact: bool = True,
) -> bool:
    """Return whether how many of a few chose an option, or are on a side, can be only one number,
    and not 0: whether anything is ``certain``."""
    found = certain(told, counts, size, chose, few, alike_below, things, exact)
    return next(found, None) is not None


def certain(
    told: Atoms,
    counts: Ints,
    size: Ints,
    chose: Ints,
    few: Atoms,
    alike_below: int,
    things: Ints | None = None,
    exact: bool = True,
) -> Iterator[tuple[Atoms, int]]:
    """Yield (which atoms, which thing) of a few of whom how many chose it can be only one number,
    and not 0.

    ``told`` and ``counts`` by option as in ``cornered``; ``chose`` who truly chose each option, by
    atom; ``few`` a row per set of atoms to ask about; ``things`` as of ``what_is_asked`` (without:
    every option). Sizes bound as well as zeros do: where more of a group chose it than there are in
    it outside of the few, some of the few did. Fewer than ``alike_below`` of whom it is certain
    that all chose the same are a few, too. Those of a group that is told to be all alike are told
    anyway.

    Bounded in whole people, over all options at once unless each person could choose several. Not
    ``exact`` in parts of people, which is quicker and finds nearly all. With more than ``_CELLS``
    blocks (atoms in the same groups) times options each group is taken as a bound by itself
    (``_pinned``), and programs are solved for what few can have chosen (``_rare``).
    """
    things = np.eye(counts.shape[1], dtype=np.int64) if things is None else things
    blocks, place = distinct(told.T)
    columns = blocks.T
    # Of floats, as these are multiplied many times faster; they hold such numbers exactly.
    member = np.zeros((len(size), columns.shape[1]))
    member[np.arange(len(size)), place] = 1
    people, chose = (size @ member).astype(np.int64), (member.T @ chose).astype(np.int64)
    numbers, truly = counts @ things, chose @ things
    # People of one block can change places. So a number of a part of one is certain only where all
    # of the block chose the same, and then it is that of the whole block.
    inside = (few * size.astype(float)) @ member
    wholes, _place = distinct((inside > 0)[((inside == 0) | (inside == people)).all(axis=1)])
    one_mind = (people < alike_below)[:, None] & (truly == people[:, None])
    sets = np.vstack([wholes, np.eye(len(people), dtype=bool)[one_mind.any(axis=1)]])
    bases = columns @ people
    # All on one side tells the side only; all of one answer tells that they gave no other.
    alike = numbers == bases[:, None]
    alike[alike[:, : counts.shape[1]].any(axis=1)] = True
    asked = (sets.astype(float) @ (columns.T.astype(float) @ alike)) == 0
    asked[len(wholes) :] &= one_mind[one_mind.any(axis=1)]
    sets, asked = sets[asked.any(axis=1)], asked[asked.any(axis=1)]
    if columns.shape[1] * counts.shape[1] > _CELLS:
        found = chain(
            _pinned(columns, numbers, people, sets, asked),
            _rare(columns, numbers, people, truly, sets, asked, exact),
        )
    elif (counts.sum(axis=1) == bases).all():
        found = _fixed(columns, counts, people, chose, sets, asked, exact, things)
    else:
        found = (
            (row, thing)
            for thing in range(things.shape[1])
            for row, _only in _fixed(
                columns,
                numbers[:, [thing]],
                people,
                truly[:, [thing]],
                sets,
                asked[:, [thing]],
                exact,
            )
        )
    for row, thing in found:
        yield row[place], thing


def distinct(rows: Atoms) -> tuple[Atoms, Ints]:
    """Return the different ones of ``rows``, in a fixed order, and which of these each row is.

    Rows are compared as bytes of eight: NumPy's own way compares a field per column and takes most
    of the time that a large survey takes.
    """
    bytes_of = np.ascontiguousarray(np.packbits(rows, axis=1))
    if not bytes_of.size:
        rows = np.asarray(rows, dtype=np.bool_)
        return rows[:1], np.zeros(len(rows), dtype=np.int64)
    keys = bytes_of.view(f"V{bytes_of.shape[1]}")[:, 0]
    _keys, first, place = np.unique(keys, return_index=True, return_inverse=True)
    return rows[first], place.reshape(-1)


def _pinned(
    told: Atoms, counts: Ints, size: Ints, few: Atoms, asked: Atoms
) -> Iterator[tuple[Atoms, int]]:
    """Yield (set, thing) where the groups, each a bound by itself, leave one number above 0.

    Where more of a group chose it than there are in it outside of the few, some of the few did; and
    no more of them than the group counts. What several groups give in sum is not seen.
    """
    people = told @ size
    here = (few * size.astype(float)) @ told.T.astype(float)
    many = few @ size
    inside = here == many[:, None]
    for thing, chosen in enumerate(counts.T):
        least = np.maximum(chosen - (people - here), 0).max(axis=1, initial=0)
        most = np.where(inside, np.minimum(chosen, many[:, None]), many[:, None])
        sure = (least > 0) & (least == most.min(axis=1, initial=np.iinfo(np.int64).max))
        yield from ((few[at], thing) for at in np.flatnonzero(sure & asked[:, thing]))


def _rare(
    told: Atoms, counts: Ints, size: Ints, chose: Ints, few: Atoms, asked: Atoms, exact: bool
) -> Iterator[tuple[Atoms, int]]:
    """Yield what ``_fixed`` does, for each thing that only people of few blocks can have chosen:
    all others are in a group that counts none."""
    for thing, chosen in enumerate(counts.T):
        could = ~told[chosen == 0].any(axis=0)
        rows = told[:, could].any(axis=1)
        sets, _place = distinct(few[asked[:, thing]][:, could])
        sets = sets[sets.any(axis=1)]
        if could.sum() > _RARE or not len(sets):
            continue
        for part, _only in _fixed(
            told[rows][:, could], counts[rows][:, [thing]], size[could], chose[could][:, [thing]],
            sets, np.ones((len(sets), 1), dtype=np.bool_), exact,
        ):  # fmt: skip
            row = np.zeros(len(could), dtype=np.bool_)
            row[could] = part
            yield row, thing


def _fixed(
    told: Atoms,
    counts: Ints,
    size: Ints,
    chose: Ints,
    few: Atoms,
    asked: Atoms,
    exact: bool,
    things: Ints | None = None,
) -> Iterator[tuple[Atoms, int]]:
    """Yield the sets of ``few`` and things that what is told leaves one number for, above 0.

    With ``things`` everybody chose just one of the options; without, the one option that ``counts``
    has, or not.
    """
    atoms, options = chose.shape
    exact = exact and atoms * options <= _EXACT
    equal = kron(csr_array(told.astype(float)), identity(options))
    value = counts.ravel().astype(float)
    if things is not None:
        equal = vstack([equal, kron(identity(atoms), np.ones((1, options)))])
        value = np.concatenate([value, size])
    things = np.eye(options, dtype=np.int64) if things is None else things
    truth = few @ chose @ things
    asked = asked & (truth > 0)
    asked = asked & ~_exchanged(told, size, chose, few, things)
    sets, choices = np.nonzero(asked)
    sought, numbers = few[sets], truth[sets, choices]
    equal, most = equal.tocsr(), np.repeat(size, options)

    def numbers_of(way: NDArray[np.float64]) -> NDArray[np.float64]:
        of = way.reshape(atoms, options) @ things
        return (sought * of[:, choices].T).sum(axis=1)

    def least(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how many of each block chose each option where the numbers, by these weights, are
        the least that they can be; in parts of people too."""
        aim = ((weights[:, None] * sought).T @ things.T[choices]).ravel()
        solved = linprog(aim, A_eq=equal, b_eq=value, bounds=np.column_stack([0 * most, most]))
        assert solved.status == 0, solved.message  # the truth is one way
        return np.asarray(solved.x)

    def whole(way: NDArray[np.float64], rules: Sequence[LinearConstraint] = ()) -> Any:
        """Return the way if it is in whole people, else one near it that is and keeps the
        ``rules``; None if none is found, which is to be taken as that there is none."""
        if not exact or np.abs(way - np.round(way)).max() < _CLOSE:
            return way
        return milp(
            -way,
            constraints=[LinearConstraint(equal, value, value), *rules],
            integrality=np.ones(len(most)),
            bounds=Bounds(0, most),
            options={"mip_rel_gap": _ROUGH},
        ).x

    def other(way: NDArray[np.float64]) -> Atoms:
        """Return which numbers are not what they truly are."""
        return np.abs(numbers_of(way) - numbers) > 1 - _CLOSE

    # In some way or other most of the numbers are not what they truly are: those are not certain.
    draw = np.random.default_rng(_SEED)
    parted = []
    for _ in range(_WAYS):
        if not len(sought):
            return
        way = least(draw.standard_normal(len(sought)))
        if not exact or np.abs(way - np.round(way)).max() < _CLOSE:
            keep = ~other(way)
            sought, choices, numbers = sought[keep], choices[keep], numbers[keep]
        else:
            parted.append(way)
    for way in parted:
        # Whole people are dear, and needed only for what no other way has shown.
        if len(sought) and other(way).any() and (way := whole(way)) is not None:
            keep = ~other(way)
            sought, choices, numbers = sought[keep], choices[keep], numbers[keep]
    while len(sought):
        # The first of those left, by itself: as few as can be, and as many.
        free = np.zeros(len(sought), dtype=np.bool_)
        for sign in (1, -1):
            way = least(sign * np.eye(1, len(sought))[0])
            if other(way)[0]:
                one = (sought[0][:, None] * things[:, choices[0]]).ravel()
                beyond = LinearConstraint(sign * one, -np.inf, sign * numbers[0] - 1)
                way = whole(way, [beyond])
                if way is not None:
                    free = other(way)
                    break
        if not free[0]:
            yield sought[0], int(choices[0])
        free[0] = True
        sought, choices, numbers = sought[~free], choices[~free], numbers[~free]


def _exchanged(told: Atoms, size: Ints, chose: Ints, few: Atoms, things: Ints) -> Atoms:
    """Return of which sets of ``few`` and things the number is another one when people exchange
    answers in a way that nothing of what is told shows.

    Some blocks get one more of an answer and one less of another, others the opposite, so that the
    groups' numbers stay. Where that can be, the number is not certain: found without solving
    anything, it is most often found so. ``chose`` with one option only is of those who could choose
    it or not.
    """
    if chose.shape[1] == 1:
        chose = np.hstack([chose, size[:, None] - chose])
        things = np.vstack([things, 0 * things])
    ways = _exchanges(told)
    other = np.zeros((len(few), things.shape[1]), dtype=np.bool_)
    if not len(ways) or not len(few):
        return other
    touched = (few.astype(float) @ ways.T.astype(float)) != 0
    for gives, takes in permutations(range(chose.shape[1]), 2):
        can = (chose[:, gives] >= ways).all(axis=1) & (chose[:, takes] >= -ways).all(axis=1)
        differs = things[gives] != things[takes]
        if can.any() and differs.any():
            other |= touched[:, can].any(axis=1)[:, None] & differs
    return other


def _exchanges(told: Atoms) -> Ints:
    """Return numbers of people to add to each block (−2 to 2) that are 0 in each group: a row each,
    many different ones and always the same."""
    columns = told.shape[1]
    draw = np.random.default_rng(_SEED)
    # Two blocks and two others that are in the same groups together: the fewest answers must be
    # there to be exchanged. A block in no group stands for one that is not needed.
    blocks = np.hstack([told.astype(np.int64), np.zeros((len(told), 1), dtype=np.int64)])
    one, two = np.triu_indices(columns + 1, 1)
    sums = draw.integers(1, _PRIME, len(told)) @ blocks
    sums = sums[one] + sums[two]
    order = np.argsort(sums, kind="stable")
    pairs = []
    for apart in range(1, _APART):
        first, second = order[:-apart], order[apart:]
        same = sums[first] == sums[second]
        pairs.append(np.stack([first[same], second[same]]))
    first, second = np.hstack(pairs)[:, :_MOST]
    ways = np.zeros((len(first), columns + 1), dtype=np.int64)
    at = np.arange(len(first))
    for place, sign in ((one[first], 1), (two[first], 1), (one[second], -1), (two[second], -1)):
        np.add.at(ways, (at, place), sign)
    found = [ways[:, :columns]]
    for _ in range(_BASES):
        order = draw.permutation(columns)
        reduced, pivots = _reduced(told[:, order].astype(np.int64))
        free = np.setdiff1d(np.arange(columns), pivots)
        ways = np.zeros((len(free), columns), dtype=np.int64)
        ways[np.arange(len(free)), order[free]] = 1
        given = -reduced[:, free].T % _PRIME
        ways[:, order[pivots]] = np.where(given > _PRIME // 2, given - _PRIME, given)
        found.append(ways[np.abs(ways).max(axis=1, initial=0) <= 2])
    ways = np.vstack(found)
    # Sums can be equal by chance.
    return ways[((ways.astype(float) @ told.T.astype(float)) == 0).all(axis=1)]


def _reduced(rows: Ints) -> tuple[Ints, Ints]:
    """Return (the row-reduced rows modulo the prime, the column of each row's leading one)."""
    work = rows % _PRIME
    pivots: list[int] = []
    for row in range(len(work)):
        left = np.flatnonzero(work[row:].any(axis=1))
        if not len(left):
            break
        other = row + int(left[0])
        work[[row, other]] = work[[other, row]]
        column = int(np.flatnonzero(work[row])[0])
        work[row] = work[row] * pow(int(work[row, column]), -1, _PRIME) % _PRIME
        factors = work[:, column].copy()
        factors[row] = 0
        touched = np.flatnonzero(factors)
        work[touched] = (work[touched] - factors[touched, None] * work[row]) % _PRIME
        pivots.append(column)
    return work[: len(pivots)], np.array(pivots, dtype=np.int64)


def _fingerprints(reduced: Ints, pivots: Ints) -> Ints:
    """Return two random vectors that every row is at right angles to, a column per atom.

    A vector lies in the span of the rows just when its product with all such vectors is 0; with two
    random ones a vector outside passes by chance once in 2⁶².
    """
    columns = reduced.shape[1]
    vectors = np.random.default_rng(_SEED).integers(1, _PRIME, (2, columns), dtype=np.int64)
    vectors[:, pivots] = 0
    for vector in vectors:
        vector[pivots] = -(reduced * vector % _PRIME).sum(axis=1) % _PRIME
    return vectors


def _key(vectors: Ints) -> Ints:
    """Return one number per column, the same for a column and its negative; 0 only for 0."""
    negative = -vectors % _PRIME
    return np.minimum((vectors[0] << 31) | vectors[1], (negative[0] << 31) | negative[1])


def _few(prints: Ints, people: Ints, limit: int) -> Iterator[Ints]:
    """Yield columns of fewer than ``limit`` people together, some sum or difference of which is
    in the span. Each column has at least one person, so there are at most ``limit`` − 1 of them:
    those of one and two are looked up, those of three and four are met in the middle. Of three and
    four there may be some that smaller ones make up."""
    most = limit - 1
    small = np.flatnonzero(people <= most)
    keys, count = _key(prints[:, small]), people[small]
    yield from small[keys == 0][:, None]
    for run in _runs(keys, np.lexsort((count, keys))):
        for one, other in combinations(run, 2):
            if count[one] + count[other] > most:
                break
            yield small[[one, other]]
    singles = small[count == 1]
    if most < 3 or len(singles) < 2:
        return
    a, b = np.triu_indices(len(singles), 1)
    left, right = prints[:, singles[a]], prints[:, singles[b]]
    pairs = np.concatenate([_key((left + right) % _PRIME), _key((left - right) % _PRIME)])
    a, b = np.tile(singles[a], 2), np.tile(singles[b], 2)
    thirds = small[count <= most - 2]
    third_keys = _key(prints[:, thirds])
    for i in np.flatnonzero(np.isin(pairs, third_keys)):
        for c in thirds[third_keys == pairs[i]]:
            if c not in (a[i], b[i]):
                yield np.array([a[i], b[i], c])
    if most < 4:
        return
    for run in _runs(pairs, np.argsort(pairs, kind="stable")):
        for i, j in combinations(run, 2):
            four = {int(x) for k in (i, j) for x in (a[k], b[k])}
            if len(four) == 4:
                yield np.array(sorted(four))


def _runs(keys: Ints, order: Ints) -> Iterator[Ints]:
    """Yield the places of equal keys, where there are several, in the given (sorting) order."""
    ends = np.flatnonzero(np.diff(keys[order])) + 1
    for start, end in pairwise([0, *ends.tolist(), len(order)]):
        if end - start > 1:
            yield order[start:end]


def _moved(people: Ints, moved: Ints) -> int:
    """Return how many people at least have come, gone or changed their answer."""
    return max(int(people[moved > 0].sum()), int(people[moved < 0].sum()))


def _changed(rows: Ints, people: Ints, moved: Ints, below: int) -> Ints | None:
    """Return columns of people who moved, fewer than ``below`` on either side, of whom those who
    came less those who left are in the span."""
    if not moved.any():
        return None
    # Where those who left count as −1 it is a sum.
    signed = rows * np.where(moved < 0, -1, 1)
    sides = [np.where(moved == side, people, 0) for side in (1, -1)]
    return _smallest(signed, people, moved != 0, [(side, below - 1) for side in sides])


def _alike(rows: Ints, rank: int, people: Ints, answer: Ints, below: int) -> Ints | None:
    """Return columns in which fewer than ``below`` people gave the same answer, and whose sum is in
    the span."""
    for same in np.unique(answer[answer != MIXED]):
        allowed = (answer == same) & (people < below)
        if not allowed.any():
            continue
        # Vectors of the span that are 0 for everybody else: most often there is none but 0.
        if rank == len(_reduced(rows[:, ~allowed])[1]):
            continue
        found = _smallest(rows, people, allowed)
        if found is not None and people[found].sum() < below:
            return found
    return None


def _smallest(
    rows: Ints, people: Ints, allowed: Atoms, most: Sequence[tuple[Ints, int]] = ()
) -> Ints | None:
    """Return the fewest people among ``allowed`` whose indicator vector is in the span, with at
    ``most`` so many of each kind (weights per column, their largest sum)."""
    groups, columns = rows.shape
    nothing = np.zeros(groups)
    free = np.full(groups, np.inf)
    solved = milp(
        np.concatenate([nothing, people.astype(float)]),
        constraints=[
            LinearConstraint(np.hstack([rows.T.astype(float), -np.eye(columns)]), 0, 0),
            LinearConstraint(np.concatenate([nothing, np.ones(columns)])[None, :], 1, np.inf),
            *(
                LinearConstraint(np.concatenate([nothing, weights])[None, :], -np.inf, largest)
                for weights, largest in most
            ),
        ],
        integrality=np.concatenate([nothing, np.ones(columns)]),
        bounds=Bounds(
            np.concatenate([-free, np.zeros(columns)]),
            np.concatenate([free, allowed.astype(float)]),
        ),
    )
    return None if solved.x is None else np.flatnonzero(solved.x[groups:] > 0.5)
