"""What can be said of the survey's shares beside the shares themselves: every uncertainty.

For a role without microdata everything here is a function of what is published and of how many were
invited and answered per department (``queries.places``): departments that are hidden for a question
are one stratum. Numbers that need more are the auditor's, and the table says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from queries import indicators as results
from queries.catalogue import SURVEY, indicators
from queries.conclusions import Claim, Conclusion, Evidence, conclude, seen
from queries.differences import holm
from queries.estimation import Estimates, Flags, Sample, estimate
from queries.municipality import Merging
from queries.places import CHOSE, SHARES, UNSURE_TOO, Counted, Side, compare, counted
from queries.poststratification import Cells, cells_of
from queries.reference import Question
from queries.selection import has_mean, scores
from queries.statistics import Floats
from queries.statistics import estimate as as_published
from queries.store import Reader

LIMITS = ("low", "high", "bound_low", "bound_high")
WITHOUT = ("dont_know", "without_denominator", "without_share", "without_low", "without_high")
WEIGHTED = ("weighted_share", "weighted_low", "weighted_high", "weighted_se", "weighted_df")
POST = ("post_denominator", "post_share", "post_low", "post_high")
MEAN = ("mean", "mean_low", "mean_high", "mean_bound_low", "mean_bound_high")
DIFFERENCE = ("difference", "diff_low", "diff_high", "diff_bound_low", "diff_bound_high", "diff_p",
              "diff_exact", "diff_without")  # fmt: skip
UNCERTAINTY = (
    "indicator", "wave", "department", "name", "status", "numerator", "denominator", "share",
    *LIMITS, *WITHOUT, *WEIGHTED, *POST, *MEAN, *DIFFERENCE,
)  # fmt: skip
STEPS = 3
"""The fewest steps that make a scale: of two, the mean is the share once more."""
COUNTS = ("numerator", "denominator", "dont_know", "without_denominator", "post_denominator")
FLAGS = ("diff_exact",)


@dataclass(frozen=True)
class Weighting:
    """By what the weighted numbers of a table are weighted, and what no weight can do.

    ``by``: the strata. ``poststratified``: the attributes that the post-stratified numbers meet the
    frame in; of none, ``reason`` says why. ``missing``: (code, name, invited) of departments where
    nobody answered. ``missing_kinds``: (what kind, people in the frame) of whom nobody answered,
    and ``left_out``: how many who answered are of no kind that the frame has.
    ``merged``: by indicator, the codes that are one stratum because they are hidden.
    """

    by: tuple[str, ...] = ("department",)
    poststratified: tuple[str, ...] = ()
    missing: tuple[tuple[str, str, int], ...] = ()
    merged: dict[str, tuple[str, ...]] = field(default_factory=dict)
    missing_kinds: tuple[tuple[str, int], ...] = ()
    left_out: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Rows:
    """The rows of a result table as places: ``at`` the indicator's number, ``parts`` [R, D],
    ``shown`` [R], ``whole`` [R] (the row is of all)."""

    table: pd.DataFrame
    at: np.ndarray
    parts: Flags
    shown: Flags
    whole: Flags

    def __getitem__(self, keep: Flags) -> Rows:
        return Rows(
            self.table[keep], *(x[keep] for x in (self.at, self.parts, self.shown, self.whole))
        )


def uncertainty(
    reader: Reader,
    wave: str,
    ids: Collection[str] | None = None,
    mergings: Sequence[Merging] = (),
) -> pd.DataFrame:
    """Return every uncertainty of the survey indicators with ``ids`` (all: None): ``UNCERTAINTY``.

    A row per indicator and place as in ``indicators.results(merged=True)``. Shares 0–1, means in
    steps of the scale. ``attrs["weighting"]`` is a ``Weighting``. Where nothing is shown every
    number is null. Raises ``UnknownWave``, ``AccessDenied``.

    Everything but what is called weighted, or post-stratified, is as published: each place is a
    simple random sample of those invited there, and so are all the others that it is compared with.
    """
    table = shares(reader, wave, ids, mergings)
    found = counted(reader, wave, ids)
    rows = rows_of(table, found, mergings)
    cells = cells_of(reader, found)
    columns: dict[str, Floats] = {}
    _without(columns, rows, found)
    _weighted(columns, rows, found)
    _post(columns, rows, found, cells)
    _means(columns, rows, found)
    _from_rest(columns, rows, found)
    table = typed(table.assign(**columns), UNCERTAINTY, COUNTS, FLAGS)
    table.attrs["weighting"] = _weighting(found, cells)
    return table


def shares(
    reader: Reader, wave: str, ids: Collection[str] | None, mergings: Sequence[Merging]
) -> pd.DataFrame:
    wanted = [
        i.id for i in indicators() if i.source.kind == SURVEY and (ids is None or i.id in ids)
    ]
    return results.results(reader, wave, wanted, merged=True, mergings=mergings)


def rows_of(table: pd.DataFrame, found: Counted, mergings: Sequence[Merging]) -> Rows:
    """Return the rows of a result table as places. One without a place is not shown."""
    ids = pd.Index(found.ids)
    at = ids.get_indexer(table["indicator"])
    known = {code: (code,) for code in found.codes} | {m.code: m.departments for m in mergings}
    together = ["+".join(c for c, out in zip(found.codes, row, strict=True) if out)
                for row in found.hidden[:, :-1]]  # fmt: skip
    codes = [code if isinstance(code, str) else None for code in table["department"]]
    parts = np.zeros((len(table), len(found.codes)), dtype=bool)
    for n, (i, code) in enumerate(zip(at, codes, strict=True)):
        if code is None:
            parts[n] = True
        elif code in known:
            parts[n] = [c in known[code] for c in found.codes]
        elif i >= 0 and together[i] == code:
            parts[n] = found.hidden[i, :-1]
    shown = (table["status"] == "shown").to_numpy(dtype=bool) & (at >= 0) & parts.any(axis=1)
    return Rows(table, at, parts, shown, np.array([code is None for code in codes], dtype=bool))


def _put(columns: dict[str, Floats], at: Flags, **values: Any) -> None:
    """Set the columns in the rows where ``at`` is true; elsewhere they are null."""
    for name, value in values.items():
        columns.setdefault(name, np.full(len(at), np.nan))[at] = value


def _without(columns: dict[str, Floats], rows: Rows, found: Counted) -> None:
    """Set the share of those who had an opinion."""
    apart = rows.shown & found.unsure[rows.at] if len(found.ids) else rows.shown
    _put(columns, apart, **without_unsure(found.side(rows.at[apart], rows.parts[apart])))


def without_unsure(side: Side) -> dict[str, Floats]:
    """Return ``WITHOUT`` of places: the share of those with an opinion, null where nobody had."""
    unsure = side.people[:, UNSURE_TOO]
    base = side.base - unsure
    some = base > 0
    held = side[some]
    share = as_published(
        held.people[:, CHOSE], base[some], held.answered, held.invited, held.aside + unsure[some]
    )
    values = (base[some], share.share, share.low, share.high)
    return {"dont_know": unsure} | {
        name: spread(some, value) for name, value in zip(WITHOUT[1:], values, strict=True)
    }


def _weighted(columns: dict[str, Floats], rows: Rows, found: Counted) -> None:
    """Set the share weighted to the frame, each department a stratum."""
    keep = rows.shown
    at, parts = rows.at[keep], rows.parts[keep]
    people, answered, invited = found.strata()
    inside = found.strata_in(at, parts)
    side = found.side(at, parts)
    counts = np.where(inside[..., None], people[at], 0.0)
    made = _estimate(counts[:, :, None], answered[:, None], invited, side.silent)
    names = {"share": "value", "low": "low", "high": "high", "se": "se", "df": "df"}
    values = {f"weighted_{name}": getattr(made, own)[:, 0, 0] for name, own in names.items()}
    _put(columns, keep, **values)


def _estimate(counts: Floats, answered: Floats, invited: Floats, silent: Floats,
              population: Floats | None = None) -> Estimates:  # fmt: skip
    """Estimate one share a row from counts [R, H, C, 3]."""
    sample = Sample(
        counts=counts[:, :, :, None],
        answered=answered,
        invited=invited,
        population=population,
        silent=silent[:, None],
    )
    return estimate(sample, SHARES[:1])


def _post(columns: dict[str, Floats], rows: Rows, found: Counted, cells: Cells) -> None:
    """Set the share that is weighted to the frame's numbers of each kind of people too."""
    _put(columns, np.zeros_like(rows.shown), **dict.fromkeys(POST, np.nan))
    if not cells.attributes:
        return
    keep = rows.shown
    at, parts = rows.at[keep], rows.parts[keep]
    counts = np.where(parts[:, :, None, None], cells.people[at], 0.0)
    silent = parts @ found.invited - counts.sum(axis=(1, 2, 3)) - found.side(at, parts).aside
    made = _estimate(counts, cells.answered, found.invited, np.maximum(silent, 0), cells.population)
    # Of those whose kind the frame knows: others are left out of it.
    _put(columns, keep, post_denominator=counts.sum(axis=(1, 2, 3)),
         post_share=made.value[:, 0, 0], post_low=made.low[:, 0, 0],
         post_high=made.high[:, 0, 0])  # fmt: skip


def _means(columns: dict[str, Floats], rows: Rows, found: Counted) -> None:
    """Set the mean of questions whose answers have an order, as published."""
    _put(columns, np.zeros_like(rows.shown), **dict.fromkeys(MEAN, np.nan))
    scaled = np.array([has_scale(found.question(n)) for n in range(len(found.ids))], dtype=bool)
    keep = rows.shown & scaled[rows.at] if len(scaled) else rows.shown & False
    for n in np.unique(rows.at[keep]):
        question = found.question(n)
        mine = keep & (rows.at == n)
        at, parts = rows.at[mine], rows.parts[mine]
        way, _known = found.ways(at, parts)
        counts = way @ np.nan_to_num(found.cube.count[question.id])
        _put(columns, mine, **means(question, counts, found.side(at, parts)))


def has_scale(question: Question) -> bool:
    """Return whether the answers are steps of a scale, at least ``STEPS`` of them: *vet ej* is not
    one, and of yes and no the mean would say what the share says."""
    return (question.type == "scale" or has_mean(question)) and len(scores(question)) >= STEPS


def scale_of(question: Question) -> Floats:
    """Return the steps of the answers [1, K]; NaN of one that is no step."""
    steps = scores(question)
    return np.array([[steps.get(code, np.nan) for code in question.codes]])


def means(question: Question, counts: Floats, side: Side) -> dict[str, Floats]:
    """Return ``MEAN`` of places [R] from who gave each answer, ``counts`` [R, K]: in steps of the
    scale, each place a sample of its own."""
    own = np.arange(len(counts))
    placed = np.zeros((len(own), len(own), 1, 1, counts.shape[1]))
    placed[own, own, 0, 0] = counts
    sample = Sample(counts=placed, answered=side.answered[:, None], invited=side.invited,
                    silent=np.maximum(side.silent, 0)[:, None])  # fmt: skip
    made = estimate(sample, scale_of(question))
    values = (made.value, made.low, made.high, made.bound_low, made.bound_high)
    return {name: value[:, 0, 0] for name, value in zip(MEAN, values, strict=True)}


def _from_rest(columns: dict[str, Floats], rows: Rows, found: Counted) -> None:
    """Set each place less all the others."""
    _put(columns, np.zeros_like(rows.shown), **dict.fromkeys(DIFFERENCE, np.nan))
    keep = rows.shown & ~rows.whole & ~rows.parts.all(axis=1)
    at, parts = rows.at[keep], rows.parts[keep]
    if not len(at):
        return
    side, others = found.side(at, parts), found.side(at, ~parts)
    made = compare(side, others)
    hidden = found.hidden[at, :-1].sum(axis=1)
    p_value = holm_by_place(made.p_value[:, 0], at, parts, (side.base, others.base), hidden)
    apart = found.unsure[at]
    _put(
        columns, keep,
        difference=made.difference[:, 0],
        diff_low=made.low[:, 0], diff_high=made.high[:, 0],
        diff_bound_low=made.bound_low[:, 0], diff_bound_high=made.bound_high[:, 0],
        diff_p=p_value,
        diff_exact=np.where(np.isnan(p_value), np.nan, made.exact[:, 0]),
        diff_without=np.where(apart, made.difference[:, 1], np.nan),
    )  # fmt: skip


def holm_by_place(
    p_value: Floats,
    at: np.ndarray,
    parts: Flags,
    rest: tuple[Floats, Floats] | None = None,
    hidden: np.ndarray | None = None,
) -> Floats:
    """Return Holm's p over the places of each indicator that have nobody in common.

    What stands for several departments is read in the place of those, not beside them: a department
    is corrected for the other departments, several together for those outside them. ``rest``: the
    answers of each place and of all the others, when it is those that it is compared with: two that
    are each other's rest make one comparison. ``hidden``: at each place, how many departments or
    groups of its indicator are hidden. Each is a comparison too, so that nobody who is shown less
    is told of more that is sure.
    """
    found = np.full(len(p_value), np.nan)
    for n in np.unique(at):
        mine = np.flatnonzero(at == n)
        own = parts[mine]
        size, unit = own.sum(axis=1), side_by_side(own)
        untold = 0 if hidden is None else int(hidden[mine[0]])
        alone = mine[unit & (size == 1)]
        found[alone] = holm(p_value[alone], untold)
        for row, count in zip(mine[size > 1], size[size > 1], strict=True):
            others = mine[unit & ~(own & parts[row]).any(axis=1)]
            found[row] = holm(p_value[[row, *others]], max(untold - int(count), 0))[0]
        units = mine[unit]
        # Their p may differ all the same: people of departments in which nobody answered belong to
        # the rest of both.
        alike = len(units) == 2 and np.isclose(*p_value[units], rtol=1e-6, atol=0)
        if alike and rest is not None and (rest[0][units] == rest[1][units[::-1]]).all():
            found[units] = np.minimum(p_value[units] * (untold + 1), 1.0)
    return found


def side_by_side(parts: Flags) -> Flags:
    """Return which of places [R, D] have nobody in common: the departments, and then several
    together that hold none of these, the fewest first."""
    sizes = parts.sum(axis=1)
    found = sizes == 1
    taken = parts[found].any(axis=0)
    for row in np.argsort(sizes, kind="stable"):
        if sizes[row] > 1 and not (parts[row] & taken).any():
            found[row], taken = True, taken | parts[row]
    return found


def spread(at: Flags, values: Any) -> Floats:
    """Return the values in the rows where ``at`` is true, NaN elsewhere."""
    found = np.full(len(at), np.nan)
    found[at] = values
    return found


def typed(
    table: pd.DataFrame, columns: Sequence[str], whole: Collection[str], flags: Collection[str]
) -> pd.DataFrame:
    """Return the columns of a table with whole numbers and flags that may be null."""
    made = table.reindex(columns=list(columns))
    kinds = dict.fromkeys(whole, "Int64") | dict.fromkeys(flags, "boolean")
    return made.astype(kinds)


def _weighting(found: Counted, cells: Cells) -> Weighting:
    grid = found.grid
    silent = grid[(grid["answered"] == 0) & (grid["invited"] > 0)]
    merged = {
        name: tuple(c for c, out in zip(found.codes, row, strict=True) if out)
        for name, row in zip(found.ids, found.hidden[:, :-1], strict=True)
        if row.sum() > 1
    }
    return Weighting(
        poststratified=cells.attributes,
        missing=tuple(
            zip(silent["code"], silent["name"], silent["invited"].astype(int), strict=True)
        ),
        merged=merged,
        missing_kinds=cells.missing,
        left_out=cells.left_out,
        reason=cells.reason,
    )


def conclusions(row: Mapping[str, Any], limit: float | None = None) -> list[Conclusion]:
    """Return what is worth concluding of a row of ``uncertainty``, tried: a majority or a minority,
    above or below the ``limit`` (0–1), higher or lower than the rest. Nothing where nothing is
    shown; a claim that the answers themselves do not make is not among them."""
    if row["status"] != "shown":
        return []
    apart = pd.notna(row["dont_know"])
    share = Evidence(
        *(_number(row[name]) for name in ("share", *LIMITS)),
        without_dont_know=_number(row["without_share"]) if apart else None,
    )
    rest = Evidence(
        *(_number(row[name]) for name in ("difference", *(f"diff_{name}" for name in LIMITS))),
        without_dont_know=_number(row["diff_without"]) if apart else None,
        p_value=_number(row["diff_p"]),
    )
    majority = {Claim.ABOVE: Claim.MAJORITY, Claim.BELOW: Claim.MINORITY}
    half = seen(share, 0.5)
    found = [conclude(majority[half], share)] if half else []
    threshold = None if limit is None else seen(share, limit)
    if threshold:
        found.append(conclude(threshold, share, limit))
    other = seen(rest)
    return [*found, *([conclude(other, rest)] if other else [])]


def _number(value: Any) -> float:
    return float("nan") if pd.isna(value) else float(value)
