"""What a survey indicator counts in a place: a department, several together, or all of them.

Everything comes from the viewer's own cube, so that whatever is made of it is a function of numbers
that the viewer already has. The departments that are hidden for an indicator are one place: the
whole less the shown, which the gate has tested. What cannot be added up from that is not told.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from queries import indicators as results
from queries.catalogue import SURVEY, Indicator, indicators
from queries.differences import Contrasts, contrasts
from queries.estimation import Flags, Sample
from queries.reference import Question, Questionnaire
from queries.selection import UNSURE
from queries.statistics import Floats, belonging
from queries.store import Reader, sql_file

CHOSE, OTHER, UNSURE_TOO = range(3)
"""What people are counted by: a counted option, another, *vet ej*."""
SHARES = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, np.nan]])
"""The share of all who answered, and of those who had an opinion."""
TOLD = ("shown", "no_answers")


@dataclass(frozen=True)
class Cube:
    """The answers to a wave's questions per group of a breakdown; the whole is the last group.

    ``count`` by question [D + 1, K] in the order of its options, ``base`` [D + 1], ``status``
    [D + 1]; NaN where hidden. ``groups``: the codes of the D groups.
    """

    groups: tuple[str, ...]
    count: dict[str, Floats]
    base: dict[str, Floats]
    status: dict[str, np.ndarray]


def cube_of(
    reader: Reader, wave: str, asked: Sequence[Question], breakdown: str, groups: Sequence[str]
) -> Cube:
    """Read the viewer's cube for some questions; those that the wave lacks are not in it."""
    rows = reader.frame(
        sql_file("comparisons/answers").format(schema=reader.schema),
        wave=wave,
        questions=[question.id for question in asked],
        breakdown=breakdown,
    )
    place = pd.Index([*groups, ""]).get_indexer(rows["group"])
    count, base, status = {}, {}, {}
    parts = {str(name): at for name, at in rows.groupby("question", sort=False).indices.items()}
    values = {name: rows[name].to_numpy() for name in ("option", "status")}
    numbers = {name: rows[name].to_numpy(dtype=float) for name in ("count", "base")}
    for question in asked:
        at = parts.get(question.id, np.zeros(0, dtype=int))
        at = at[place[at] >= 0]
        if not len(at):
            continue
        option = pd.Index(question.codes).get_indexer(values["option"][at])
        # A group that the cube does not know has nothing to count.
        count[question.id] = np.zeros((len(groups) + 1, len(question.codes)))
        base[question.id] = np.zeros(len(groups) + 1)
        status[question.id] = np.full(len(groups) + 1, "no_answers", dtype=object)
        count[question.id][place[at], option] = numbers["count"][at]
        base[question.id][place[at]] = numbers["base"][at]
        status[question.id][place[at]] = values["status"][at]
    return Cube(tuple(groups), count, base, status)


def without_opinion(question: Question, counted: Collection[str]) -> bool:
    """Return whether *vet ej* can be left out of the base: not where it is what is counted, nor
    where several may be chosen, because the cube does not tell who chose something else too."""
    single = question.type != "multiple"
    return single and UNSURE in question.codes and UNSURE not in counted


@dataclass(frozen=True)
class Counted:
    """What the survey indicators of a wave count. I indicators that were asked, D departments.

    ``people`` [I, D + 1, 3] who chose, chose otherwise, do not know; ``aside`` [I, D + 1] who are
    known to be outside the question's filter; the last place is the whole. Both 0 where hidden.
    ``told``, ``hidden`` [I, D + 1]. ``unsure`` [I]: whether *vet ej* can be left out of the base.
    """

    wave: str
    grid: pd.DataFrame
    questionnaire: Questionnaire | None
    indicators: tuple[Indicator, ...]
    cube: Cube
    people: Floats
    aside: Floats
    told: Flags
    hidden: Flags
    unsure: Flags

    @property
    def codes(self) -> tuple[str, ...]:
        return self.cube.groups

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(i.id for i in self.indicators)

    @property
    def answered(self) -> Floats:
        return self.grid["answered"].to_numpy(dtype=float)

    @property
    def invited(self) -> Floats:
        return self.grid["invited"].to_numpy(dtype=float)

    def question(self, at: int) -> Question:
        assert self.questionnaire is not None, "an indicator that was asked has a question"
        return self.questionnaire.question(self.indicators[at].source.question)  # type: ignore[union-attr]  # survey only

    @property
    def openers(self) -> Openers:
        """What opens the question of the first indicator."""
        return openers_of(self.questionnaire, self.question(0))

    def ways(self, at: np.ndarray, parts: Flags) -> tuple[Floats, Flags]:
        """Return how places [R, D] are added up from the cube [R, D + 1], and if they can be [R].

        ``at`` [R]: the indicator. Of departments that are told, their sum; with all of the hidden
        ones among them, the whole less the told others.
        """
        told, hidden = self.told[at, :-1], self.hidden[at, :-1]
        some = (hidden & parts).any(axis=1)
        all_hidden = ~(hidden & ~parts).any(axis=1)
        sums = np.where(told & parts, 1.0, 0.0)
        less = np.where(told & ~parts, -1.0, 0.0)
        every = parts.all(axis=1)
        from_whole = some | every
        way = np.column_stack([np.where(from_whole[:, None], less, sums), from_whole])
        known = np.where(from_whole, self.told[at, -1] & all_hidden, True)
        return way, known

    def read(self, at: np.ndarray, parts: Flags) -> tuple[Floats, Floats, Flags]:
        """Return people [R, 3] and aside [R] of places [R, D], and which are told [R]."""
        way, known = self.ways(at, parts)
        people = np.einsum("rd,rdk->rk", way, self.people[at])
        aside = np.einsum("rd,rd->r", way, self.aside[at])
        return people, aside, known

    def side(self, at: np.ndarray, parts: Flags) -> Side:
        """Return places as samples of their own: as published."""
        people, aside, _known = self.read(at, parts)
        # While an answer that was withdrawn waits, more are told of than have answered.
        answered = np.maximum(parts @ self.answered, people.sum(axis=1) + aside)
        invited = np.maximum(parts @ self.invited, answered)
        return Side(people, aside, answered, invited, np.column_stack([parts, answered, invited]))

    def strata(self) -> tuple[Floats, Floats, Floats]:
        """Return the people of the strata of each indicator [I, H, 3], and answered and invited of
        the strata [H]: the departments, and those that are hidden together for some indicator."""
        kinds, which = np.unique(self.hidden[:, :-1], axis=0, return_inverse=True)
        which = which.reshape(-1)
        shown = self.people[:, :-1] * self.told[:, :-1, None]
        people = np.zeros((len(self.people), len(self.codes) + len(kinds), self.people.shape[2]))
        people[:, : len(self.codes)] = shown
        together = (self.people[:, -1] - shown.sum(axis=1)) * kinds.any(axis=1)[which, None]
        people[np.arange(len(which)), len(self.codes) + which] = together
        answered, invited = (np.concatenate([n, kinds @ n]) for n in (self.answered, self.invited))
        answered = np.maximum(answered, people.sum(axis=2).max(axis=0, initial=0))
        return people, answered, np.maximum(invited, answered)

    def strata_in(self, at: np.ndarray, parts: Flags) -> Flags:
        """Return which of the strata are in each place [R, H]; a place that is told is of whole
        strata."""
        kinds = np.unique(self.hidden[:, :-1], axis=0)
        return np.column_stack(
            [parts & ~self.hidden[at, :-1], ~(kinds[None] & ~parts[:, None]).any(axis=2)]
        )


@dataclass(frozen=True)
class Side:
    """One side of comparisons: people [P, 3], who is set aside [P], of ``answered`` [P] of
    ``invited`` [P]; ``key`` [P, …], numbers, tells which sample that is."""

    people: Floats
    aside: Floats
    answered: Floats
    invited: Floats
    key: np.ndarray

    @property
    def base(self) -> Floats:
        return self.people.sum(axis=1)

    @property
    def silent(self) -> Floats:
        return self.invited - self.base - self.aside

    def __getitem__(self, rows: np.ndarray) -> Side:
        return Side(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def compare(
    first: Side, second: Side, scores: Floats = SHARES, sure: Side | None = None
) -> Contrasts:
    """Compare two places at a time: first less second, each by ``scores`` of what people are
    counted by.

    A place is a simple random sample of those who were invited there, as published; places with
    the same key are parts of one sample. The bounds are of the two by themselves: who may belong to
    either belongs, for each end, where that makes the difference the greatest. ``sure``: those of
    the second that surely belong there, where it counts others too.
    """
    wide = max(first.key.shape[1], second.key.shape[1])
    keys = np.concatenate(
        [np.pad(side.key, ((0, 0), (0, wide - side.key.shape[1]))) for side in (first, second)]
    )
    _kinds, start, which = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    which = which.reshape(2, -1)
    answered, invited = (
        np.concatenate([getattr(side, name) for side in (first, second)])[start]
        for name in ("answered", "invited")
    )
    rows = np.arange(len(first.people))
    counts = np.zeros((len(rows), len(start), 1, 2, first.people.shape[1]))
    for group, side in enumerate((first, second)):
        counts[rows, which[group], 0, group] = side.people
    surely = (first, second if sure is None else sure)
    return contrasts(
        # The bounds are of those who are sure: of the sample nobody else is asked for.
        Sample(counts, answered[:, None], invited, silent=np.zeros((len(rows), 2))),
        scores,
        (
            np.stack([side.people for side in surely], axis=1),
            np.stack([side.silent for side in surely], axis=1),
        ),
    )


def counted(reader: Reader, wave: str, ids: Collection[str] | None) -> Counted:
    """Count the survey indicators of a wave with ``ids`` (all: None) that it has asked."""
    grid = results.departments(reader, wave)
    questionnaire = results.questionnaire_of(reader, wave)
    wanted = [
        i
        for i in indicators()
        if i.source.kind == SURVEY
        and (ids is None or i.id in ids)
        and questionnaire is not None
        and questionnaire.find(i.source.question)
    ]
    put = [questionnaire.question(i.source.question) for i in wanted] if questionnaire else []
    openers = {q.id: openers_of(questionnaire, q) for q in put}
    every = {q.id: q for q in [*put, *(q for found in openers.values() for q, _past in found)]}
    cube = cube_of(reader, wave, list(every.values()), "department", list(grid["code"]))
    asked = [
        (i, q)
        for i, q in zip(wanted, put, strict=True)
        if q.id in cube.status
        and cube.status[q.id][-1] != "not_asked"
        and not set(q.codes).isdisjoint(i.source.counted(questionnaire))
    ]
    people = np.zeros((len(asked), len(grid) + 1, 3))
    aside = np.zeros((len(asked), len(grid) + 1))
    status = np.full(aside.shape, "", dtype=object)
    unsure = np.zeros(len(asked), dtype=bool)
    for n, (indicator, question) in enumerate(asked):
        options = indicator.source.counted(questionnaire)
        people[n], unsure[n] = three_ways(cube, question, options)
        status[n] = cube.status[question.id]
        aside[n] = set_aside(cube, openers[question.id])
    told = np.isin(status, TOLD)
    return Counted(
        wave=wave,
        grid=grid,
        questionnaire=questionnaire,
        indicators=tuple(i for i, _q in asked),
        cube=cube,
        people=np.where(told[..., None], people, 0.0),
        aside=np.where(told, aside, 0.0),
        told=told,
        hidden=status == "hidden",
        unsure=unsure,
    )


Openers = tuple[tuple[Question, tuple[str, ...]], ...]
"""Questions whose answers open another one, each with its answers that do not."""


def openers_of(questionnaire: Questionnaire | None, question: Question) -> Openers:
    """Return what opens a question, none of one that is put to all."""
    return questionnaire.openers(question.id) if questionnaire else ()


def three_ways(cube: Cube, question: Question, options: Collection[str]) -> tuple[Floats, bool]:
    """Return who chose, chose otherwise, do not know [D + 1, 3], and if the last is told apart."""
    count, base = cube.count[question.id], cube.base[question.id]
    chose = count[:, [code in options for code in question.codes]].sum(axis=1)
    apart = without_opinion(question, options)
    unsure = count[:, question.codes.index(UNSURE)] if apart else np.zeros(len(base))
    return np.stack([chose, base - chose - unsure, unsure], axis=1), apart


def set_aside(cube: Cube, openers: Openers) -> Floats:
    """Return how many are known not to have been put a question [D + 1]; not known: 0."""
    each = [np.nan_to_num(known_aside(cube, (one,))) for one in openers]
    return np.sum([np.zeros(len(cube.groups) + 1), *each], axis=0)


def known_aside(cube: Cube, openers: Openers) -> Floats:
    """Return how many were not put a question [D + 1]; NaN where that is hidden or not known.
    Without ``openers`` it was put to all."""
    found = np.zeros(len(cube.groups) + 1)
    for opener, past in openers:
        if opener.id not in cube.count:
            return np.full(len(found), np.nan)
        # Nobody is led past twice: who was led past the opener has no answer to it.
        found += cube.count[opener.id][:, [code in past for code in opener.codes]].sum(axis=1)
    return found


@dataclass(frozen=True)
class Groups:
    """The groups of an attribute as parts of one sample of everybody; a row per group, the whole
    last. ``side``: each group, ``others``: everybody else who answered, ``sure``: those of them who
    surely are of another group. Where a group is hidden its people are 0."""

    side: Side
    others: Side
    sure: Side

    def __getitem__(self, rows: np.ndarray) -> tuple[Side, Side, Side]:
        return self.side[rows], self.others[rows], self.sure[rows]


@dataclass(frozen=True)
class Attribute:
    """A question by the groups of an attribute: ``people`` by how they are counted, ``opinions``
    the same of those alone who did not say *vet ej*, and these by the ``steps`` that they chose.
    ``apart``: whether *vet ej* is told apart from what is counted."""

    people: Groups
    opinions: Groups
    steps: Groups
    apart: bool


def attribute(
    reader: Reader,
    wave: str,
    question: Question,
    openers: Openers,
    options: Collection[str],
    everybody: Side,
    breakdown: str,
    codes: Sequence[str],
) -> Attribute:
    """Read who gave some ``options`` in the groups (``codes``) of an attribute and in all."""
    cube = cube_of(reader, wave, [question, *(q for q, _past in openers)], breakdown, codes)
    told, apart = three_ways(cube, question, options)
    count, base = cube.count[question.id], cube.base[question.id]
    aside = known_aside(cube, openers)
    rows = reader.frame(
        f'select "group", answered from {reader.schema}.group_size '
        "where wave = $wave and breakdown in ('all', $breakdown)",
        wave=wave,
        breakdown=breakdown,
    )
    size = rows.set_index("group")["answered"].astype(float).reindex([*codes, ""]).to_numpy()
    # Whoever does not know is neither counted nor silent where only opinions count.
    single = question.type != "multiple"
    unsure = np.array([single and code == UNSURE for code in question.codes])
    dont_know = (count * unsure).sum(axis=1)
    opined = size, base - dont_know, aside + dont_know
    with_opinion = told.copy()
    with_opinion[:, UNSURE_TOO] = np.where(np.isnan(dont_know), np.nan, 0.0)
    return Attribute(
        people=grouped(everybody, told, size, base, aside),
        opinions=grouped(everybody, with_opinion, *opined),
        steps=grouped(everybody, count * ~unsure, *opined),
        apart=apart,
    )


def grouped(everybody: Side, people: Floats, size: Floats, base: Floats, aside: Floats) -> Groups:
    """Return the groups of an attribute from who answered what in them.

    ``everybody``: the one place that is all of them; ``people`` [G + 1, K], NaN where hidden, by
    what they are counted by; ``size`` [G + 1] how many answered the survey, ``base`` the question,
    ``aside`` were not put it (``queries.statistics.belonging``). Of a group it is not known how
    many were invited: every silent person may belong to it, and whoever is in no group that is
    told of.
    """
    of = belonging(float(everybody.answered[0]), size, base, aside)
    answered = np.full(len(people), of.answered)
    invited = np.maximum(np.full(len(people), everybody.invited[0]), answered)
    key = np.zeros((len(people), 1))
    shown = ~np.isnan(people).any(axis=1)
    own = np.where(shown[:, None], people, 0.0)
    may = invited - answered + of.unplaced  # to whichever group they belong

    def side(counted: Floats, silent: Floats) -> Side:
        away = np.maximum(invited - counted.sum(axis=1) - silent, 0.0)
        return Side(counted, away, answered, invited, key)

    silent = of.left_empty + np.append(may[:-1], invited[-1] - of.answered)
    rest = np.where(shown[:, None], own[-1] - own, 0.0)
    if of.unplaced:
        sure = np.where(shown[:, None], own[:-1].sum(axis=0) - own, 0.0)
        left = of.left_empty[:-1].sum() - of.left_empty
    else:
        # Then all others are of another group, also those who are hidden one group at a time.
        sure, left = rest, of.left_empty[-1] - of.left_empty
    sure[-1], left[-1] = 0.0, 0.0
    return Groups(side(own, silent), side(rest, left + may), side(sure, left + may))
