"""Shares and means from a design: weighted, post-stratified, of any group, from counts alone.

Everything is a function of numbers of people, never of persons: so the same code serves the
auditor's microdata and the published cube. One linearised variance (``covariance``) carries shares,
means, differences, tests and standardised rates. ``queries/statistics.py`` is its special case for
one group that is a simple random sample of itself.

Agrees with R ``survey``: ``svydesign(strata =, fpc =)``, ``postStratify``, ``svymean`` on
``subset`` designs, with ``survey.lonely.psu = "adjust"``. Särndal, Swensson & Wretman (1992), 5.8
and 7.6; Korn & Graubard (1998).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from queries.statistics import CONFIDENCE, Floats, wilson

Flags = NDArray[np.bool_]

# A variance below this part of what the answers could have is rounding, not agreement.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Sample:
    """What was answered, as numbers of people.

    ``counts`` [..., H, C, G, K]: who in design stratum h and post-stratum c belongs to group g and
    answered option k. Groups are disjoint, and so are options: a question with several choices is
    one question per option (chosen, not chosen) along a leading axis.
    ``answered`` [H, C]: all who answered the survey, also those outside every group or the filter.
    ``invited`` [H]: people in the frame. ``population`` [C]: people in the frame per post-stratum,
    or None where that is not known (then C only sorts).
    ``silent`` [..., G]: people known to belong to group g, whose answer is not known.
    ``unplaced`` [...]: people whose answer is not known and who may belong to any of the groups;
    neither holds people known to be outside the filter. Both None: everybody in the frame who is
    not in ``counts`` may belong anywhere.

    A group that has a NaN anywhere (hidden) is taken out: its values are NaN, its neighbours' not.
    Raises ``ValueError`` when the numbers contradict each other.
    """

    counts: Floats
    answered: Floats
    invited: Floats
    population: Floats | None = None
    silent: Floats | None = None
    unplaced: Floats | None = None

    def __post_init__(self) -> None:
        def set_to(name: str, value: ArrayLike) -> Floats:
            array = np.asarray(value, dtype=float)
            object.__setattr__(self, name, array)
            return array

        counts = set_to("counts", self.counts)
        answered, invited = set_to("answered", self.answered), set_to("invited", self.invited)
        if counts.ndim < 4 or answered.shape != counts.shape[-4:-2]:
            raise ValueError("counts is [..., H, C, G, K] and answered [H, C]")
        if invited.shape != answered.shape[:1]:
            raise ValueError("invited is [H]")
        hidden = np.isnan(counts).any(axis=(-4, -3, -1), keepdims=True)
        counts = set_to("counts", np.where(hidden, 0.0, counts))
        inside = counts.sum(axis=(-1, -2))
        everyone = invited.sum()
        if self.silent is None and self.unplaced is None:
            object.__setattr__(self, "unplaced", everyone - inside.sum(axis=(-1, -2)))
        silent = set_to(
            "silent", np.zeros(counts.shape[-2]) if self.silent is None else self.silent
        )
        unplaced = set_to("unplaced", 0.0 if self.unplaced is None else self.unplaced)
        known = inside.sum(axis=(-1, -2)) + np.nansum(silent, axis=-1) + unplaced
        if (
            (counts < 0).any()
            or (inside > answered).any()
            or (answered.sum(axis=1) > invited).any()
            or (silent < 0).any()
            or (unplaced < 0).any()
            or (known > everyone).any()
        ):
            raise ValueError("counts ≤ answered ≤ invited, and who is silent is in the frame")
        if self.population is not None:
            population = set_to("population", self.population)
            if population.shape != answered.shape[1:]:
                raise ValueError("population is [C]")
            if not (population >= answered.sum(axis=0)).all():
                raise ValueError("a post-stratum has at least the people who answered in it")

    def unstratified(self) -> Sample:
        """Return the same answers as one simple random sample of all who were invited."""
        return replace(
            self,
            counts=self.counts.sum(axis=-4, keepdims=True),
            answered=self.answered.sum(axis=0, keepdims=True),
            invited=self.invited.sum(keepdims=True),
        )

    def without_population(self) -> Sample:
        """Return the same answers without post-stratification."""
        return replace(self, population=None)

    def grouped(self, members: ArrayLike) -> Sample:
        """Return the sample with new groups: row a of ``members`` [..., A, G] is the groups in it.

        Leading axes give as many samples; a group may be in several of them, but only in one row.
        """
        named = np.asarray(members, dtype=float)
        return replace(
            self,
            counts=np.einsum("...hcgk,...ag->...hcak", self.counts, named),
            silent=np.einsum("...g,...ag->...a", self.silent, named),
        )


@dataclass(frozen=True)
class Estimates:
    """Values of groups with their uncertainty; [..., G, S] unless said.

    ``value`` share 0–1 or mean in scale steps · ``se`` · ``df`` · ``low``/``high`` 95 % interval ·
    ``bound_low``/``bound_high`` non-response bounds · ``base`` people behind the value · ``n_eff``
    answers in a simple random sample without end that would be as sure.
    ``missing_strata`` [H] and ``missing_cells`` [C]: invited, or in the population, but nobody
    answered; ``missing_people``, ``missing_cell_people``: how many they are. They are not
    represented by any weight, which must be said.
    """

    value: Floats
    se: Floats
    df: Floats
    low: Floats
    high: Floats
    bound_low: Floats
    bound_high: Floats
    base: Floats
    n_eff: Floats
    missing_strata: Flags
    missing_people: float
    missing_cells: Flags
    missing_cell_people: float


def estimate(sample: Sample, scores: ArrayLike, *, bounded: bool = True) -> Estimates:
    """Estimate the mean of each row of ``scores`` [..., S, K] in each group of the sample.

    Scores of only 0 and 1 make a share, others (1–5) a mean. An option with score NaN is outside
    the base: so *vet ej* is left out.

    Weights are invited / answered of the stratum; with a population, times population / weighted
    answers of the post-stratum. df is answers less strata with answers, both in the group: ``degf``
    of R on the domain. A share has Wilson's interval with n_eff = p(1 − p)/v. Where v is nothing
    though not everybody answered (p = 0 or 1, all alike in each stratum) n_eff is what it would be
    if the share were the same everywhere: its limit in a simple random sample. A mean has ± t·se;
    where se is nothing, the Wilson interval of its place on the scale, as no variable within the
    scale varies more than a share. No degrees of freedom: the bounds are the interval. With a
    population no interval is narrower than if the post-strata were alike (``interval``).

    The bounds are the unweighted ones: they count every silent person in the frame, so there is
    nobody left to weight for. No limit leaves them, unless ``bounded`` is false: a difference needs
    the whole width of both.
    """
    scores = np.asarray(scores, dtype=float)
    weights, _kept = weights_of(sample)
    counts = sample.counts
    inside = ~np.isnan(scores)
    score = np.where(inside, scores, 0.0)
    weighted = np.einsum("hc,...hcgk->...gk", weights, counts)
    people = counts.sum(axis=(-4, -3))
    with np.errstate(invalid="ignore", divide="ignore"):
        base, size = (
            np.einsum("...gk,...sk->...gs", x, inside.astype(float)) for x in (people, weighted)
        )
        size = np.where(base > 0, size, np.nan)
        value = np.einsum("...gk,...sk->...gs", weighted, score) / size
        left = inside[..., None, :, :] * (score[..., None, :, :] - value[..., None])
        variance = _variances(sample, np.nan_to_num(left / size[..., None]))
        variance = np.where(base > 0, variance, np.nan)
        alike = _variance_of_alike(sample, inside) / size**2
        df = freedom(sample, inside)
        spread = None
        if sample.population is not None:
            apart = (inside * (score - value[..., None])) ** 2
            spread = np.einsum("...gk,...gsk->...gs", weighted, apart) / size
        se, low, high, n_eff = interval(value, variance, alike, df, scores, spread)

        silent = sample.silent + np.asarray(sample.unplaced)[..., None]
        bounds = [np.where(base > 0, end, np.nan) for end in bounds_of(people, silent, scores)]
    low, high = (
        np.where(df > 0, np.clip(limit, *bounds) if bounded else limit, bound)
        for limit, bound in zip((low, high), bounds, strict=True)
    )
    answered = sample.answered
    missing = (answered.sum(axis=1) == 0) & (sample.invited > 0)
    people_of = np.zeros(answered.shape[1]) if sample.population is None else sample.population
    missing_cells = (answered.sum(axis=0) == 0) & (people_of > 0)
    return Estimates(
        value=value, se=se, df=df, low=low, high=high, bound_low=bounds[0], bound_high=bounds[1],
        base=base, n_eff=n_eff,
        missing_strata=missing, missing_people=float(sample.invited[missing].sum()),
        missing_cells=missing_cells, missing_cell_people=float(people_of[missing_cells].sum()),
    )  # fmt: skip


def bounds_of(people: Floats, silent: Floats, scores: ArrayLike) -> tuple[Floats, Floats]:
    """Return the non-response bounds [..., G, S] of groups of people [..., G, K] beside whom
    ``silent`` [..., G] may have said anything; NaN where there is nobody."""
    scores = np.asarray(scores, dtype=float)
    inside = (~np.isnan(scores)).astype(float)
    base = np.einsum("...gk,...sk->...gs", people, inside)
    total = np.einsum("...gk,...sk->...gs", people, np.nan_to_num(scores))
    more = np.asarray(silent)[..., None]
    lowest, highest = _scale(scores)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (
            (total + more * lowest) / (base + more),
            (total + more * highest) / (base + more),
        )


def freedom(sample: Sample, inside: ArrayLike) -> Floats:
    """Return answers less strata with answers [..., G, S], for the options ``inside`` [..., S, K].

    R's ``degf`` of the domain. NaN where nobody in the group answered.
    """
    named = np.asarray(inside, dtype=float)
    people = np.einsum("...hgk,...sk->...hgs", sample.counts.sum(axis=-3), named)
    found = people.sum(axis=-3) - (people > 0).sum(axis=-3)
    return np.where(people.sum(axis=-3) > 0, found, np.nan)


def interval(
    value: Floats,
    variance: Floats,
    alike: Floats,
    df: Floats,
    scores: ArrayLike,
    spread: Floats | None = None,
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return standard error, lower and upper limit and n_eff of shares and means [..., G, S].

    ``alike`` is the variance per p(1 − p) of a share that is the same in every stratum. Without
    degrees of freedom all are NaN.

    ``spread`` is how much the scores vary over all strata and cells, p(1 − p) of a share. With it
    the limits, but not the standard error, take at least ``alike`` times that: a cell with one or
    two people hardly varies in itself, and its part of the variance would be missing
    (docs/coverage.md).
    """
    lowest, highest = _scale(np.asarray(scores, dtype=float))
    width = highest - lowest
    with np.errstate(invalid="ignore", divide="ignore"):
        place = (value - lowest) / width
        wide = variance if spread is None else np.maximum(variance, alike * spread)
        nothing = wide / width**2 <= ROUNDING * alike
        as_sure = place * (1 - place) * width**2 / wide
        n_eff = np.where(df > 0, np.where(nothing, 1 / alike, as_sure), np.nan)
        none = variance / width**2 <= ROUNDING * alike
        se = np.where(df > 0, np.where(none, 0.0, np.sqrt(np.maximum(variance, 0))), np.nan)
        usable = np.where(df > 0, df, np.nan)
        low, high = (lowest + width * x for x in wilson(np.clip(place, 0, 1), n_eff, usable))
        half = stdtrit(usable, (1 + CONFIDENCE) / 2) * np.sqrt(np.maximum(wide, 0))
    by_se = _is_mean(np.asarray(scores, dtype=float)) & ~nothing
    return (
        se,
        np.where(by_se, np.maximum(value - half, lowest), low),
        np.where(by_se, np.minimum(value + half, highest), high),
        n_eff,
    )


def covariance(sample: Sample, influence: ArrayLike) -> Floats:
    """Return the linearised covariance [..., V, V] of V values.

    ``influence`` [..., V, G, K]: how much one more in group g with option k would move value v, for
    each that the person stands for. People outside all groups have none, but they count among the
    answered of the stratum, and a post-stratification moves them too.
    """
    flat = np.asarray(influence, dtype=float)
    cells = flat.shape[-2] * flat.shape[-1]
    flat = flat.reshape(*flat.shape[:-2], cells)
    counts = sample.counts.reshape(*sample.counts.shape[:-2], cells)
    weights, kept = weights_of(sample)
    answered, everyone = sample.answered, sample.answered.sum(axis=1)
    totals = np.einsum("...hcj,...vj->...hcv", counts, flat)
    if sample.population is None:
        means = np.zeros((answered.shape[1], 1))
    else:
        design = _design_weights(sample)
        size = np.maximum(design @ answered, np.finfo(float).tiny)
        means = np.einsum("h,...hcv->...cv", design, totals) / size[:, None]
    # [..., C, J] and [C]: what people inside and outside the groups weigh in the sum of squares.
    scale = kept[:, None] * weights**2
    inside = np.einsum("hc,...hcj->...cj", scale, counts)
    outside = np.einsum("hc,...hc->...c", scale, answered - counts.sum(axis=-1))
    moved = flat[..., None, :, :] - means[..., :, None]
    squares = np.einsum("...cvj,...cj,...cwj->...vw", moved, inside, moved, optimize=True)
    squares += np.einsum("...cv,...c,...cw->...vw", means, outside, means, optimize=True)
    # One answer alone in its stratum has nothing to be centred on (R's "adjust").
    centred = np.where(everyone > 1, kept / np.maximum(everyone, 1), 0.0)
    sums = np.einsum(
        "hc,...hcv->...hv", weights, totals - answered[..., None] * means[..., None, :, :]
    )
    return squares - np.einsum("...hv,h,...hw->...vw", sums, centred, sums, optimize=True)


def _variances(sample: Sample, influence: Floats) -> Floats:
    """Return the variance [..., G, S] of values that only their own group moves [..., G, S, K]."""
    groups, rows = influence.shape[-3:-1]
    own = np.eye(groups)[:, None, :, None] * influence[..., :, :, None, :]
    own = own.reshape(*own.shape[:-4], groups * rows, *own.shape[-2:])
    found = np.einsum("...vv->...v", covariance(sample, own))
    return found.reshape(*found.shape[:-1], groups, rows)


def _variance_of_alike(sample: Sample, inside: Flags) -> Floats:
    """Return the variance [..., G, S] of a total, per p(1 − p), were p the same everywhere."""
    weights, kept = weights_of(sample)
    return np.einsum(
        "hc,...hcgk,...sk->...gs", kept[:, None] * weights**2, sample.counts, inside.astype(float),
        optimize=True,
    )  # fmt: skip


def _design_weights(sample: Sample) -> Floats:
    """Return how many of the frame each who answered in a stratum stands for [H]; nobody: 0."""
    answered = sample.answered.sum(axis=1)
    return np.divide(sample.invited, answered, out=np.zeros_like(answered), where=answered > 0)


def weights_of(sample: Sample) -> tuple[Floats, Floats]:
    """Return the weights [H, C], and (1 − n/N) · n/(n − 1) of each stratum [H]."""
    answered = sample.answered.sum(axis=1)
    design = _design_weights(sample)
    weights = np.repeat(design[:, None], sample.answered.shape[1], axis=1)
    if sample.population is not None:
        size = design @ sample.answered
        weights *= np.divide(sample.population, size, out=np.zeros_like(size), where=size > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = np.where(answered > 0, 1 - answered / sample.invited, 0.0)
    return weights, kept * np.where(answered > 1, answered / np.maximum(answered - 1, 1), 1.0)


def _is_mean(scores: Floats) -> Flags:
    """Return which rows of scores [..., S, K] are a mean and not a share: [..., 1, S]."""
    share = np.isnan(scores) | (scores == 0) | (scores == 1)
    return ~share.all(axis=-1)[..., None, :]


def _scale(scores: Floats) -> tuple[Floats, Floats]:
    """Return the lowest and highest score of each row, [..., 1, S]; 0 and 1 of a share."""
    if np.isnan(scores).all(axis=-1).any():
        raise ValueError("every row of scores needs an option inside the base")
    mean = _is_mean(scores)
    lowest, highest = (
        np.where(mean, end(scores, axis=-1)[..., None, :], other)
        for end, other in ((np.nanmin, 0.0), (np.nanmax, 1.0))
    )
    if (lowest == highest).any():
        raise ValueError("a mean needs two different scores")
    return lowest, highest
