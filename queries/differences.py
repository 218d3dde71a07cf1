"""Differences between groups and waves, with their size, interval and test, from counts alone.

A difference is told as its size first: percentage points (or scale steps) with an interval, and
then whether a test bears it. Tests: Rao & Scott (1984), second-order F, as ``svychisq`` of R
``survey``; where an expected number is under five, the exact test of Fisher, Freeman & Halton
(1951) on people. Intervals: MOVER (Zou & Donner 2008), which is Newcombe's (1998) hybrid for two
Wilson intervals: it stays within ±100 points and has a width also when both groups are unanimous,
which ± t·se does not. Many comparisons: Holm (1979). Standardisation: ``svystandardize``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import comb, prod

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, fdtrc, gammaln, stdtr

from queries.estimation import (
    Flags,
    Sample,
    bounds_of,
    covariance,
    estimate,
    freedom,
    interval,
    weights_of,
)
from queries.statistics import CONFIDENCE, Floats

Ints = NDArray[np.int64]

EXACT_BELOW = 5  # an expected number of people under this calls for the exact test (Cochran 1954)
# Half tables that are met in the middle, and draws where that is too many.
ENUMERATED = 200_000
DRAWS = 19_999
SEED = 1925
TIED = 1e-7  # as R: tables are as likely when they differ by less, relatively


@dataclass(frozen=True)
class Association:
    """Whether groups answer alike: Rao & Scott's F with its degrees of freedom, and a p value.

    ``exact``: the p value is of the exact test, ``simulated`` from a fixed number of random tables.
    NaN: nothing to test (fewer than two groups or options with answers, or everybody answered).
    """

    statistic: float
    df1: float
    df2: float
    p_value: float
    exact: bool
    simulated: bool
    smallest_expected: float


@dataclass(frozen=True)
class Contrasts:
    """Differences of two groups, the first less the second; all [P, S].

    ``difference`` in share 0–1 or scale steps · ``low``/``high`` 95 % interval · ``bound_low``/
    ``bound_high`` whatever the silent think · ``p_value`` · ``p_holm`` over all P · ``exact``.
    """

    difference: Floats
    se: Floats
    df: Floats
    low: Floats
    high: Floats
    bound_low: Floats
    bound_high: Floats
    p_value: Floats
    p_holm: Floats
    exact: Flags


@dataclass(frozen=True)
class Standardised:
    """Values of groups if all had the same mix of kinds of people; [A, S] unless said.

    ``covered`` [A]: the part of the mix that the group has answers for; ``left_out`` [A, O] is the
    rest, and the value speaks of the covered part alone. ``whole`` is everybody's value on the same
    part, ``gap`` the group less that with ``gap_low``/``gap_high``; ``crude``, ``crude_gap`` (less
    the same ``whole``) before standardising.
    """

    crude: Floats
    crude_gap: Floats
    value: Floats
    se: Floats
    df: Floats
    low: Floats
    high: Floats
    whole: Floats
    gap: Floats
    gap_low: Floats
    gap_high: Floats
    covered: Floats
    left_out: Flags


@dataclass(frozen=True)
class Homogeneity:
    """Whether groups answered to the same extent: Pearson's chi-square and an exact p.

    ``smallest_expected``: of the people, answered or silent, that each group would have if all had
    answered to the same extent. NaN: nothing to test.
    """

    statistic: float
    df: int
    p_value: float
    exact_p: float
    simulated: bool
    smallest_expected: float

    @property
    def judged_p(self) -> float:
        """The p that is judged by: the exact one where an expected number is under five."""
        return self.exact_p if self.smallest_expected < EXACT_BELOW else self.p_value

    @property
    def differ(self) -> bool:
        """Whether the groups differ more than chance would have it; False if nothing is tested."""
        return self.judged_p < 1 - CONFIDENCE


def association(sample: Sample) -> Association:
    """Test whether the groups of a sample [H, C, G, K] answer alike over the options.

    The exact test counts people and knows neither weights nor that the population is small, so it
    claims less than it could.
    """
    people = sample.counts.sum(axis=(0, 1))
    groups, options = people.sum(axis=1) > 0, people.sum(axis=0) > 0
    nan = float("nan")
    if groups.sum() < 2 or options.sum() < 2:
        return Association(nan, nan, nan, nan, False, False, nan)
    kept = replace(
        sample, counts=sample.counts[:, :, groups][..., options], silent=sample.silent[groups]
    )
    table = kept.counts.sum(axis=(0, 1))
    statistic, df1, df2, p_value = (float(x) for x in rao_scott(kept))
    expected = float(_expected(table).min())
    exact = simulated = False
    if not _everybody_answered(kept) and (expected < EXACT_BELOW or np.isnan(p_value)):
        exact, (p_value, simulated) = True, fisher(table)
    return Association(statistic, df1, df2, p_value, exact, simulated, expected)


def rao_scott(sample: Sample) -> tuple[Floats, Floats, Floats, Floats]:
    """Return F, its two degrees of freedom and p [...] of the table of groups by options.

    NaN where a group or an option has no answers, and where there is no variance to speak of. The
    second df is (first df) · ``degf`` of the domain, also with a post-stratification, where
    ``svychisq`` would count the people outside the domain too.
    """
    weights, _kept = weights_of(sample)
    weighted = np.einsum("hc,...hcgk->...gk", weights, sample.counts)
    groups, options = weighted.shape[-2:]
    cells = groups * options
    with np.errstate(invalid="ignore", divide="ignore"):
        share = weighted / weighted.sum(axis=(-1, -2), keepdims=True)
        expected = share.sum(axis=-1, keepdims=True) * share.sum(axis=-2, keepdims=True)
        usable = (expected > 0).all(axis=(-1, -2))
        distance = ((share - expected) ** 2 / expected).sum(axis=(-1, -2))
        flat = share.reshape(*share.shape[:-2], cells)
        one_more = (np.eye(cells) - flat[..., :, None]) / weighted.sum(axis=(-1, -2))[
            ..., None, None
        ]
        inverse = np.where(flat > 0, 1 / flat, 0.0)
    one_more = np.nan_to_num(one_more).reshape(*one_more.shape[:-1], groups, options)
    spread = covariance(sample, one_more)
    # Any basis of the interactions will do: contrasts of groups times contrasts of options.
    basis = np.kron(*(np.vstack([np.eye(n - 1), -np.ones(n - 1)]) for n in (groups, options)))
    scaled = inverse[..., None] * np.nan_to_num(basis)
    free = basis.T @ scaled
    regular = usable & (np.linalg.matrix_rank(free) == free.shape[-1])
    free = np.where(regular[..., None, None], free, np.eye(free.shape[-1]))
    effect = np.linalg.solve(free, np.swapaxes(scaled, -1, -2) @ spread @ scaled)
    trace = np.trace(effect, axis1=-2, axis2=-1)
    squares = np.einsum("...ij,...ji->...", effect, effect)
    inside = np.ones((1, options))
    df = freedom(sample.grouped(np.ones((1, groups))), inside)[..., 0, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        regular = regular & (trace > np.finfo(float).eps) & (df > 0)
        statistic = np.where(regular, distance / trace, np.nan)
        df1 = np.where(regular, trace**2 / squares, np.nan)
    return statistic, df1, df1 * df, fdtrc(df1, df1 * df, statistic)


def fisher(table: ArrayLike) -> tuple[float, bool]:
    """Return p of the test of Fisher, Freeman & Halton of a table [G, K], and if simulated.

    Sums the probability of every table with these margins that is at most as likely. The rows are
    dealt into two halves; each half's tables are listed with their column sums and met in the
    middle. Where a half has too many, tables are drawn (``scipy``, fixed seed).
    """
    counts = np.asarray(table, dtype=np.int64)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) < 2:
        return float("nan"), False
    counts = _turned(counts)
    found = _by_halves(counts)
    if found is not None:
        return found, False
    # Late: to import it takes longer than everything else here, and few tables are drawn.
    from scipy.stats import random_table

    # Not scipy's own fisher_exact on drawn tables: 1.17 cannot reshape some that are not square.
    tables = random_table(counts.sum(axis=1), counts.sum(axis=0), seed=SEED).rvs(DRAWS)
    rare, seen = (-gammaln(x + 1).sum(axis=(-1, -2)) for x in (tables, counts))
    return float((1 + (rare <= seen + TIED).sum()) / (1 + DRAWS)), True


def contrasts(
    two: Sample, scores: ArrayLike, sure: tuple[Floats, Floats] | None = None
) -> Contrasts:
    """Compare the two groups of each sample [P, H, C, 2, K], on each row of ``scores`` [S, K].

    A share is tested by its table of chosen or not, a mean by t on ``degf`` − 1 (``svyttest``).
    NaN where nothing is left to chance, or a mean has no spread.

    ``sure``: people [P, 2, K] who are surely of the groups, and how many [P, 2] may be, whatever
    they answered. The bounds are of these; None: all who are counted are surely of their group.
    """
    scores = np.asarray(scores, dtype=float)
    found = estimate(two, scores, bounded=False)
    value, se = found.value, found.se
    low, high, bound_low, bound_high = found.low, found.high, found.bound_low, found.bound_high
    if sure is not None:
        some = ~np.isnan(value)
        bound_low, bound_high = (np.where(some, end, np.nan) for end in bounds_of(*sure, scores))
        # Without degrees of freedom the bounds are the interval.
        free = found.df > 0
        low, high = np.where(free, low, bound_low), np.where(free, high, bound_high)
    share = (np.isnan(scores) | (scores == 0) | (scores == 1)).all(axis=-1)
    spread = _covariance_of_two(two, scores, value)
    with np.errstate(invalid="ignore", divide="ignore"):
        together = np.nan_to_num(np.clip(spread / (se[:, 0] * se[:, 1]), -1, 1))
        difference = value[:, 0] - value[:, 1]
        error = np.sqrt(np.maximum(se[:, 0] ** 2 + se[:, 1] ** 2 - 2 * spread, 0))
        below, above = np.maximum(value - low, 0), np.maximum(high - value, 0)
        down, up = (
            np.sqrt(np.maximum(x**2 + y**2 - 2 * together * x * y, 0))
            for x, y in ((below[:, 0], above[:, 1]), (above[:, 0], below[:, 1]))
        )
        df = freedom(two.grouped(np.ones((1, 2))), ~np.isnan(scores))[:, 0] - 1
        t_test = 2 * stdtr(np.where(df > 0, df, np.nan), -np.abs(difference) / error)
        # Also of one answer, which has no n_eff: nobody is left who could have said otherwise.
        known = np.isinf(found.n_eff).all(axis=1) | (bound_high - bound_low < 1e-9).all(axis=1)
    bounds = (bound_low[:, 0] - bound_high[:, 1], bound_high[:, 0] - bound_low[:, 1])
    by_table, exact = _two_by_two(two, scores)
    p_value = np.where(share, by_table, np.where(error > 0, t_test, np.nan))
    p_value = np.where(known | np.isnan(difference), np.nan, p_value)
    return Contrasts(
        difference=difference, se=error, df=df,
        low=np.clip(difference - down, *bounds), high=np.clip(difference + up, *bounds),
        bound_low=bounds[0], bound_high=bounds[1],
        p_value=p_value, p_holm=holm(p_value), exact=exact & share & ~np.isnan(p_value),
    )  # fmt: skip


def standardise(
    sample: Sample, scores: ArrayLike, kinds: int, mix: ArrayLike | None = None
) -> Standardised:
    """Give every group the same mix of kinds of people: direct standardisation.

    The groups of ``sample`` are pairs, group by group: (0, kind 0), (0, kind 1) … ``mix`` [kinds]
    are numbers or parts of the standard; None is the weighted mix of all who answered the question.
    A population is not used: the standard takes its place. ``scores`` without NaN.

    ``se`` is that of ``svystandardize``, which takes each kind's answers as they are; with few
    people of a kind ± t·se holds the truth in only 53–90 of 100 samples. The limits
    are therefore never narrower than where all kinds are one: docs/coverage.md. The limits of the
    gap are MOVER's of the group and of everybody as if these were apart: a group is a part of
    everybody, so they are rather too wide.
    """
    sample, scores = sample.without_population(), np.asarray(scores, dtype=float)
    groups = sample.counts.shape[-2] // kinds
    if np.isnan(scores).any() or groups * kinds != sample.counts.shape[-2]:
        raise ValueError("the groups are pairs (group, kind), and every option has a score")
    if mix is None:
        weights, _kept = weights_of(sample)
        people = np.einsum("hc,hcgk->g", weights, sample.counts)
        standard = people.reshape(groups, kinds).sum(axis=0)
    else:
        standard = np.asarray(mix, dtype=float)
        if standard.shape != (kinds,) or (standard < 0).any() or not standard.sum() > 0:
            raise ValueError("the mix has a part for every kind")
    standard = standard / max(standard.sum(), np.finfo(float).tiny)
    own = _with_mix(sample, scores, kinds, standard)
    has = own.size > 0
    everybody = sample.grouped(np.tile(np.eye(kinds), groups))
    # Everybody on the part of the mix that each group has answers for.
    wholes = [_with_mix(everybody, scores, kinds, standard * here) for here in has]
    whole, whole_low, whole_high = (
        np.concatenate([getattr(each, name) for each in wholes])
        for name in ("value", "low", "high")
    )
    gap = own.value - whole
    with np.errstate(invalid="ignore", divide="ignore"):
        crude = np.einsum("aos,ao->as", own.rate, own.size) / own.size.sum(axis=1, keepdims=True)
    return Standardised(
        crude=crude, crude_gap=crude - whole, value=own.value, se=own.se, df=own.df, low=own.low,
        high=own.high, whole=whole, gap=gap,
        gap_low=gap - np.hypot(own.value - own.low, whole_high - whole),
        gap_high=gap + np.hypot(own.high - own.value, whole - whole_low),
        covered=has @ standard, left_out=~has & (standard > 0),
    )  # fmt: skip


@dataclass(frozen=True)
class _Mixed:
    """Groups with a given mix: ``size`` [A, O] weighted people, ``rate`` [A, O, S] their values;
    the rest [A, S], NaN where the group has nobody of the mix."""

    size: Floats
    rate: Floats
    value: Floats
    se: Floats
    df: Floats
    low: Floats
    high: Floats


def _with_mix(sample: Sample, scores: Floats, kinds: int, standard: Floats) -> _Mixed:
    """Return the values of groups with the mix ``standard`` [kinds] of kinds of people, of which
    only those that the group has answers for are used."""
    groups = sample.counts.shape[-2] // kinds
    weights, kept = weights_of(sample)
    weighted = np.einsum("hc,hcgk->gk", weights, sample.counts)
    size = weighted.sum(axis=1).reshape(groups, kinds)
    has = size > 0
    covered = has @ standard
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.nan_to_num(np.where(has, standard, 0.0) / covered[:, None])
        chosen = np.nan_to_num(weighted.reshape(groups, kinds, -1) / size[..., None])
        rate = chosen @ scores.T
        value = np.where(covered[:, None] > 0, np.einsum("ao,aos->as", part, rate), np.nan)
        # One more person of a kind moves the group's value by this, and no other group's.
        each = (part / np.where(has, size, 1.0))[:, :, None, None]
        moved = each * (scores - rate[..., None])
        own = np.einsum("ab,aosk->asbok", np.eye(groups), moved)
        own = own.reshape(groups * scores.shape[0], groups * kinds, -1)
        variance = np.diag(covariance(sample, own)).reshape(groups, -1)
        squares = np.einsum("h,hc,hcgk->g", kept, weights**2, sample.counts)
        alike = (each[..., 0, 0] ** 2 * squares.reshape(groups, kinds)).sum(axis=1, keepdims=True)
        merged = sample.grouped(np.repeat(np.eye(groups), kinds, axis=1))
        df = freedom(merged, np.ones_like(scores))
        spread = np.einsum("ao,aok,ask->as", part, chosen, (scores - value[..., None]) ** 2)
        se, low, high, _n_eff = interval(
            value, variance, np.broadcast_to(alike, df.shape), df, scores, spread
        )
    return _Mixed(size, rate, value, se, df, low, high)


def response_homogeneity(answered: ArrayLike, invited: ArrayLike) -> Homogeneity:
    """Test whether groups [G] that were invited answered to the same extent.

    The exact p stands beside since a cell is often small. Groups without anybody invited are left
    out; NaN when fewer than two are left, or when all or none answered.
    """
    answered, invited = (np.asarray(x, dtype=np.int64) for x in (answered, invited))
    table = np.stack([answered, invited - answered], axis=1)[invited > 0]
    if (table < 0).any():
        raise ValueError("answered ≤ invited must hold")
    if len(table) < 2 or not table.sum(axis=0).all():
        nan = float("nan")
        return Homogeneity(nan, max(len(table) - 1, 0), nan, nan, False, nan)
    expected = _expected(table)
    statistic, df = float(((table - expected) ** 2 / expected).sum()), len(table) - 1
    exact, simulated = fisher(table)
    p_value = float(chdtrc(df, statistic))
    return Homogeneity(statistic, df, p_value, exact, simulated, float(expected.min()))


def holm(p_values: ArrayLike, untold: int = 0) -> Floats:
    """Return Holm's adjusted p values along the first axis; NaN stays out and stays NaN.

    ``untold``: how many more comparisons there are, whose p is not told here. They count as the
    least striking, so that each p is at least what it is to whoever is told of all.
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, axis=0)  # NaN last
    tested = (~np.isnan(p)).sum(axis=0)
    factor = tested + untold - np.arange(len(p)).reshape(-1, *[1] * (p.ndim - 1))
    raised = np.minimum(np.take_along_axis(p, order, axis=0) * factor, 1.0)
    found = np.empty_like(p)
    np.put_along_axis(found, order, np.fmax.accumulate(raised, axis=0), axis=0)
    return np.where(np.isnan(p), np.nan, found)


# --- two groups at a time -------------------------------------------------------------------------


def _covariance_of_two(two: Sample, scores: Floats, value: Floats) -> Floats:
    """Return the covariance [P, S] of the values of the two groups of each sample."""
    weights, _kept = weights_of(two)
    inside = ~np.isnan(scores)
    weighted = np.einsum("hc,phcgk->pgk", weights, two.counts)
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.einsum("pgk,sk->pgs", weighted, inside.astype(float))
        left = inside * (np.where(inside, scores, 0.0) - value[..., None]) / size[..., None]
    own = np.einsum("gq,pgsk->psgqk", np.eye(2), np.nan_to_num(left))
    # A row of scores at a time: only its own two groups vary together.
    by_score = replace(
        two, counts=two.counts[:, None], silent=two.silent[..., None, :],
        unplaced=np.asarray(two.unplaced)[..., None],
    )  # fmt: skip
    return covariance(by_score, own)[..., 0, 1]


def _two_by_two(two: Sample, scores: Floats) -> tuple[Floats, Flags]:
    """Return p values [P, S] of chosen or not in two groups, and where the exact test was used."""
    sides = np.stack([scores == 1, scores == 0], axis=1).astype(float)  # [S, 2, K]
    counts = np.einsum("phcgk,sek->pshcge", two.counts, sides)
    tables = replace(
        two,
        counts=counts,
        silent=two.silent[..., None, :],
        unplaced=np.asarray(two.unplaced)[..., None],
    )
    p_value = rao_scott(tables)[3]
    people = counts.sum(axis=(2, 3))
    with np.errstate(invalid="ignore"):
        exact = (_expected(people).min(axis=(-1, -2)) < EXACT_BELOW) | np.isnan(p_value)
    exact &= (people.sum(axis=-1) > 0).all(axis=-1)
    p_value = np.where(exact, np.nan, p_value)
    p_value[exact] = _fisher_of_two(people[exact])
    return p_value, exact


def _fisher_of_two(tables: Floats) -> Floats:
    """Return Fisher's p value of many tables [N, 2, 2] at once."""
    if not len(tables):
        return np.zeros(0)
    rows, columns, total = tables.sum(axis=2), tables.sum(axis=1), tables.sum(axis=(1, 2))
    row, column = rows.argmin(axis=1), columns.argmin(axis=1)
    which = np.arange(len(tables))
    fewest, chosen = rows[which, row], columns[which, column]
    x = np.arange(np.minimum(fewest, chosen).max() + 1)[:, None]
    likely = _likely(x, total, fewest, chosen)
    seen = _likely(tables[which, row, column], total, fewest, chosen)
    return np.minimum(np.where(likely <= seen * (1 + TIED), likely, 0.0).sum(axis=0), 1.0)


def _likely(x: ArrayLike, total: Floats, fewest: Floats, chosen: Floats) -> Floats:
    """Return the hypergeometric probability of ``x`` of the fewest among the chosen; 0 where there
    cannot be so many."""

    def ways(n: ArrayLike, k: ArrayLike) -> Floats:
        return gammaln(np.add(n, 1)) - gammaln(np.add(k, 1)) - gammaln(np.subtract(n, k) + 1)

    others = ways(np.subtract(total, fewest), np.subtract(chosen, x))
    return np.exp(ways(fewest, x) + others - ways(total, chosen))


# --- the table as a whole -------------------------------------------------------------------------


def _expected(table: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        margins = table.sum(axis=-1, keepdims=True) * table.sum(axis=-2, keepdims=True)
        return margins / table.sum(axis=(-1, -2), keepdims=True)


def _everybody_answered(sample: Sample) -> bool:
    """Whether nothing is left to chance: all strata with people in the table answered in full."""
    _weights, kept = weights_of(sample)
    return not kept[sample.counts.sum(axis=(1, 2, 3)) > 0].any()


def _turned(counts: Ints) -> Ints:
    """Return the table, or it transposed, with its rows and columns by size: the same table for all
    ways to write the same answers. At least as many rows as columns.

    The draws follow from the margins, in their order, and what can be listed from which of them are
    the rows: a table that was turned had another p.
    """
    by_row, by_column = (np.argsort(counts.sum(axis=n), kind="stable") for n in (1, 0))
    table = counts[by_row][:, by_column]
    rows, columns = (tuple(table.sum(axis=n).tolist()) for n in (1, 0))
    return table if (len(rows), rows) >= (len(columns), columns) else table.T


def _by_halves(counts: Ints) -> float | None:
    """Return the exact p value by meeting in the middle, or None where a half is too large."""
    # The largest column is what the others leave, so that a rare answer has few tables.
    counts = counts[:, np.argsort(counts.sum(axis=0), kind="stable")]
    sizes, columns = counts.sum(axis=1), counts.sum(axis=0)
    within = [prod(int(min(n, m)) + 1 for m in columns[:-1]) for n in sizes]
    ways = [min(x, comb(int(n) + len(columns) - 1, len(columns) - 1))
            for n, x in zip(sizes, within, strict=True)]  # fmt: skip
    halves = _split(ways)
    if halves is None or max(within) > 10 * ENUMERATED:
        return None
    part = np.log(columns / columns.sum())
    # Under this tilt the margins are likely ones, and no sum is lost beside a larger one.
    step = np.concatenate([[1], np.cumprod(columns[:-1] + 1)[:-1]])

    def likelihood(rows: Ints) -> Floats:
        return gammaln(rows.sum(axis=-1) + 1) + (rows * part - gammaln(rows + 1)).sum(axis=-1)

    def listed(half: list[int]) -> tuple[Ints, Floats]:
        sums, logs = np.zeros((1, len(columns)), dtype=np.int64), np.zeros(1)
        for n in sizes[half]:
            rows = _rows(int(n), columns)
            sums = (sums[:, None] + rows).reshape(-1, len(columns))
            logs = (logs[:, None] + likelihood(rows)).reshape(-1)
            fits = (sums <= columns).all(axis=1)
            sums, logs = sums[fits], logs[fits]
        return sums[:, :-1] @ step, logs

    (here, here_log), (there, there_log) = (listed(half) for half in halves)
    limit = likelihood(counts).sum() + TIED
    wanted = columns[:-1] @ step - here
    # Each of the one half asks for the sum of those of the other that complete it and are as rare.
    code = np.concatenate([there, wanted])
    log = np.concatenate([there_log, limit - here_log])
    asks = np.arange(len(code)) >= len(there)
    order = np.lexsort((asks, log, code))
    running = np.concatenate(
        [[0.0], np.cumsum(np.where(asks, 0.0, np.exp(np.minimum(log, 0.0)))[order])]
    )
    place = np.empty(len(code), dtype=np.int64)
    place[order] = np.arange(len(code))
    start = np.searchsorted(code[order], wanted, side="left")
    rare = running[place[asks]] - running[start]
    total = float(likelihood(columns[None, :])[0])
    return float(min(1.0, (np.exp(here_log) * rare).sum() / np.exp(total)))


def _split(ways: list[int]) -> tuple[list[int], list[int]] | None:
    """Deal rows into two halves with few tables each, the largest first to the smaller half."""
    halves: tuple[list[int], list[int]] = ([], [])
    tables = [1, 1]
    for row in sorted(range(len(ways)), key=lambda r: -ways[r]):
        side = int(tables[1] < tables[0])
        halves[side].append(row)
        tables[side] *= ways[row]
    return None if max(tables) > ENUMERATED else halves


def _rows(n: int, columns: Ints) -> Ints:
    """Return every way [:, K] to place ``n`` people in the columns, within their sums."""
    grid = np.indices(np.minimum(n, columns[:-1]) + 1).reshape(len(columns) - 1, -1).T
    last = n - grid.sum(axis=1)
    fits = (last >= 0) & (last <= columns[-1])
    return np.column_stack([grid[fits], last[fits]])
