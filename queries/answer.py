"""What a selection of the workbench gives: a table, whose groups may be tested, and its SQL.

Shared by the two ways of answering one: from the records (``queries.explore``) and from what is
published (``queries.published_view``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from queries.differences import Association, association
from queries.estimation import Flags, Sample
from queries.selection import ANSWERS, UNWEIGHTED, Selection
from queries.store import Reader

COLUMNS = (
    "question", "row", "column", "count", "base", "value", "se", "df", "low", "high", "bound_low",
    "bound_high", "status",
)  # fmt: skip
"""``row``, ``column``: a code, or "" for everybody. ``count`` of ``base``; ``value``: the share
(0–1) or the mean, empty for mere counts. ``status``: shown, hidden, no_answers, not_asked,
unpublished (the cube has no such combination), no_mean (the answers have no order)."""
ESTIMATED = COLUMNS[5:-1]
LIMITS = ("low", "high", "bound_low", "bound_high")
EVERYBODY, TOLD = "", "*"
"""Groups of an axis in the counts: everybody, and all who have a value on it."""

Floats = NDArray[np.float64]


# --- the SQL --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """One text of SQL, and what was put into it each time that it was run."""

    sql: str
    parameters: tuple[Mapping[str, Any], ...]


class Listening(Reader):
    """The same view of the store as another reader's, that remembers all it is asked.

    So what a page shows as the SQL behind its numbers is what was run, and nothing is forgotten.
    Not shared between threads: made for one answer.
    """

    def __init__(self, reader: Reader) -> None:
        self.snapshot, self.viewer = reader.snapshot, reader.viewer
        self._connection = reader._connection
        self._heard: dict[str, dict[str, Mapping[str, Any]]] = {}

    def frame(self, sql: str, **parameters: Any) -> pd.DataFrame:
        self._hear(sql, parameters)
        return super().frame(sql, **parameters)

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        self._hear(sql, parameters)
        return super().rows(sql, **parameters)

    def _hear(self, sql: str, parameters: Mapping[str, Any]) -> None:
        # The same question with the same parameters is told once.
        self._heard.setdefault(sql, {}).setdefault(repr(parameters), dict(parameters))

    @property
    def asked(self) -> tuple[Asked, ...]:
        """What was asked, in the order in which it first was."""
        return tuple(Asked(sql, tuple(each.values())) for sql, each in self._heard.items())


def all_asked(*parts: Sequence[Asked]) -> tuple[Asked, ...]:
    """Return what was asked for several answers as if it were for one."""
    heard: dict[str, dict[str, Mapping[str, Any]]] = {}
    for asked in (one for part in parts for one in part):
        for parameters in asked.parameters:
            heard.setdefault(asked.sql, {}).setdefault(repr(parameters), parameters)
    return tuple(Asked(sql, tuple(each.values())) for sql, each in heard.items())


# --- the numbers ----------------------------------------------------------------------------------


ROUNDING = 1e-9
"""Limits that differ from a value, or from each other, by less are the same."""


@dataclass(frozen=True)
class Counted:
    """The counts of one question, as the statistics take them.

    ``counts``: H × C × G × K people in stratum (department), cell of the weighting, group, option;
    ``base``: H × C × G, who has any of the options, which of several choices is not their sum.
    ``silent``: G, people who may belong there and of whom it is not known; ``at_home``: G × K, who
    of them are of the department, where the options are departments. ``wave``: H × C, who
    answered the survey; ``invited``: H; ``population``: C, people in the frame, or None.
    ``groups``, ``options``: codes; of a mean the groups are pairs. ``places``: G, which groups lie
    in one department, a stratum of its own. The last group is everybody, ``outside`` how many of
    them belong to no other. ``turned``: whether a test has the options for groups, so that it is of
    the table and not of the way that the table is turned; ``stratified``: whether either are
    departments.
    """

    counts: Floats
    base: Floats
    silent: Floats
    wave: Floats
    invited: Floats
    population: Floats | None
    strata: tuple[str, ...]
    groups: tuple[Any, ...]
    options: tuple[str, ...]
    places: Flags
    outside: int
    turned: bool = False
    stratified: bool = False
    at_home: Floats | None = None


@dataclass(frozen=True)
class Answer:
    """What a selection gives. ``table``: ``COLUMNS``; ``sql`` and ``parameters``: what counted it,
    and ``asked`` all that was asked of the store for it; ``weight``: what the numbers are weighted
    by, which is not what was asked for where that cannot be had; ``people``: how many passed the
    filters; ``counted``: by question, what the statistics are made from; ``testable``: the
    questions whose groups have nobody in common; ``titles``: what groups are called that are no
    values of their field; ``notes``: what must be known of the numbers, in sentences."""

    selection: Selection
    table: pd.DataFrame
    sql: str
    parameters: dict[str, Any]
    people: int
    weight: str = UNWEIGHTED
    asked: tuple[Asked, ...] = ()
    counted: dict[str, Counted] = field(default_factory=dict)
    testable: frozenset[str] = frozenset()
    titles: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @cached_property
    def tests(self) -> dict[str, Association | None]:
        """By question, whether the groups answer alike. Late: an exact test takes a while."""
        return {name: _test(self.counted[name], self.weight) for name in sorted(self.testable)}

    def surely_apart(self, name: str) -> bool:
        """Return whether some two groups differ whatever the silent would have answered.

        True where the non-response bounds of a share do not meet, which no test can undo.
        """
        if name not in self.testable:
            return False
        group, option = ("row", "column")[:: 1 if self.selection.measure == "radandel" else -1]
        table = self.table
        table = table[(table["question"] == name) & (table["status"] == "shown")]
        by = table[table[group] != EVERYBODY].groupby(option, sort=False)
        return bool((by["bound_low"].max() > by["bound_high"].min() + ROUNDING).any())


def _test(made: Counted, weight: str) -> Association | None:
    """Test whether the groups answer alike; None where there is nothing to compare.

    Of the table as it is counted: the departments are the groups, and each is a stratum, whichever
    side they stand on, and random tables are drawn of the same table turned the same way.
    """
    groups = len(made.groups) - 1
    if groups < 2 or len(made.options) < 2:
        return None
    counts = made.counts[:, :, :groups]
    counts = np.swapaxes(counts, 2, 3) if made.turned else counts
    try:
        sample = Sample(
            counts=counts,
            answered=made.wave,
            invited=made.invited,
            population=made.population,
        )
        alone = made.stratified or weight != UNWEIGHTED
        return association(sample if alone else sample.unstratified())
    except ValueError:
        # Numbers that contradict each other bear no test.
        return None


def across(selection: Selection) -> bool:
    """Return whether the share is of those who gave an answer, over the groups."""
    return (selection.measure == "radandel" and selection.rows == ANSWERS) or (
        selection.measure == "kolumnandel" and selection.columns == ANSWERS
    )


def rows_of(
    question: str,
    row: Sequence[Any],
    column: Sequence[Any],
    count: Floats,
    base: Floats,
    found: Mapping[str, Any],
) -> pd.DataFrame:
    """Return cells as ``COLUMNS``; what is not in ``found`` is empty, and so is a base of 0."""
    table = pd.DataFrame({"question": question, "row": row, "column": column})
    table["count"] = count.astype("int64")
    table["base"] = base.astype("int64")
    for name in ESTIMATED:
        table[name] = found.get(name, np.full(len(table), np.nan))
    table["status"] = np.where(base > 0, "shown", "no_answers")
    table.loc[base == 0, list(ESTIMATED)] = np.nan
    return table[list(COLUMNS)]


def no_rows() -> pd.DataFrame:
    return rows_of("", [], [], np.zeros(0), np.zeros(0), {})


def blank(question: str, status: str) -> pd.DataFrame:
    """Return the one row of a question that has no numbers, and why."""
    none = np.zeros(1)
    return rows_of(question, [EVERYBODY], [EVERYBODY], none, none, {}).assign(status=status)
