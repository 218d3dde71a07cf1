"""Uncertainty of a share, for few answers out of a small, known population.

All functions are vectorised over equally long arrays (or scalars) and return float arrays; a value
that cannot be had is NaN, never a guess.

The design is a simple random sample without replacement of ``answered`` out of ``invited`` people
within the group that is described (for the whole municipality: all who were invited). A question
with a filter, or one that some left empty, is a domain of that design: its size is itself random.

Sources: Cochran, *Sampling Techniques* (1977), 3.2 and 2.11 (domains); Wilson (1927); Korn &
Graubard (1998) for the effective sample size; Särndal, Swensson & Wretman (1992), ch. 5.8 for the
linearised variance of a domain mean. Agrees with R ``survey``: ``svymean`` on ``subset`` designs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

CONFIDENCE = 0.95

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A share and its three uncertainties; all arrays have the shape of the input.

    ``share`` 0–1 · ``se`` standard error · ``df`` degrees of freedom · ``low``/``high`` 95 %
    Wilson interval · ``bound_low``/``bound_high`` non-response bounds.
    """

    share: Floats
    se: Floats
    df: Floats
    low: Floats
    high: Floats
    bound_low: Floats
    bound_high: Floats


def nonresponse_bounds(
    count: ArrayLike, base: ArrayLike, silent: ArrayLike
) -> tuple[Floats, Floats]:
    """Return the share if every silent person had said no, and if every one had said yes.

    ``silent`` is the number of people who belong (or may belong) to the group asked but whose
    answer is not known: those who did not answer the survey, and those who skipped the question.
    Manski (1989): the bounds that no assumption about the silent can leave.
    """
    count, base, silent = (np.asarray(x, dtype=float) for x in (count, base, silent))
    with np.errstate(invalid="ignore", divide="ignore"):
        everyone = np.where(base + silent > 0, base + silent, np.nan)
        return count / everyone, (count + silent) / everyone


@dataclass(frozen=True)
class Belonging:
    """Who may belong to each group of an attribute, of whom no answer counts there: [G + 1], the
    last is everybody.

    ``answered``: how many answered the survey at all; ``outside`` of those are known not to be of
    the group, or not to have been put the question. ``left_empty`` are of the group and left the
    question empty. ``unplaced``: answered the survey, may have been put the question, and may be of
    any group, as they left out the attribute (or nothing is told of their group).
    """

    answered: float
    outside: Floats
    left_empty: Floats
    unplaced: float


def belonging(answered: float, size: ArrayLike, base: ArrayLike, aside: ArrayLike) -> Belonging:
    """Return who may belong to each group of an attribute.

    Per group [G], of which nobody is in two, and of everybody, last: ``size`` how many answered the
    survey, ``base`` the question, and ``aside`` are known not to have been put it; NaN where hidden
    or not known. Whoever is in no group as far as is told may be in each of them: not to have said
    one's sex is not to be neither woman nor man. So what is hidden makes bounds wider, and they
    tell nothing but what the given numbers do.
    """
    size, base, aside = (np.asarray(x, dtype=float) for x in (size, base, aside))
    counted = np.nan_to_num(base) + np.nan_to_num(aside)
    # One whose size is hidden although its answers are shown has at least these in it.
    known = np.fmax(size, counted)
    # While an answer that was withdrawn waits, more are told of than have answered.
    answered = float(max(answered, known.max()))
    nowhere = max(answered - known[:-1].sum(), 0.0)
    # Those of them who were not put the question, wherever they may belong: all who were not, less
    # those whose group is known. Of a group that does not tell how many, everybody may be.
    elsewhere = np.where(np.isnan(aside), known, aside)[:-1].sum()
    unplaced = max(nowhere - max(np.nan_to_num(aside[-1]) - elsewhere, 0.0), 0.0)
    left_empty = np.append(known[:-1], answered) - counted
    outside = answered - np.nan_to_num(base) - left_empty
    outside[:-1] -= unplaced
    return Belonging(answered, outside, left_empty, unplaced)


def wilson(share: ArrayLike, n_eff: ArrayLike, df: ArrayLike) -> tuple[Floats, Floats]:
    """Return Wilson's interval for a share that is worth ``n_eff`` answers, with the t quantile.

    ``n_eff`` may be infinite (everybody answered: the point). What is NaN stays NaN.
    Wilson (1927); Korn & Graubard (1998).
    """
    share, n_eff, df = (np.asarray(x, dtype=float) for x in (share, n_eff, df))
    with np.errstate(invalid="ignore", divide="ignore"):
        t = stdtrit(df, (1 + CONFIDENCE) / 2)
        t2n = np.where(np.isinf(n_eff), 0.0, t**2 / n_eff)
        centre = (share + t2n / 2) / (1 + t2n)
        half = np.sqrt(share * (1 - share) * t2n + t2n**2 / 4) / (1 + t2n)
    return centre - half, centre + half


def estimate(
    count: ArrayLike,
    base: ArrayLike,
    answered: ArrayLike,
    invited: ArrayLike,
    not_asked: ArrayLike = 0,
) -> Estimate:
    """Estimate the share ``count / base`` with its interval and its non-response bounds.

    ``count`` of ``base`` chose the option; ``answered`` of ``invited`` people of the group answered
    the survey at all; ``not_asked`` of the answered are known to be outside the question's filter.
    All are numbers of people, with count ≤ base ≤ answered − not_asked and answered ≤ invited.

    Variance of a domain mean under simple random sampling with finite-population correction:
    v = (1 − n/N) · n/(n − 1) · p(1 − p)/n_D, with n = answered, N = invited, n_D = base.
    The interval is Wilson's with n_eff = p(1 − p)/v, which is n_D(n − 1)/(n(1 − n/N)) for every p
    and so has its limit at p = 0 and 1, and the t quantile on n_D − 1 degrees of freedom.
    One answer has no variance: the bounds are its interval. All answered: the point.
    The interval never leaves the bounds.

    Raises ``ValueError`` when the numbers contradict each other.
    """
    count, base, answered, invited, not_asked = np.broadcast_arrays(
        *(np.asarray(x, dtype=float) for x in (count, base, answered, invited, not_asked))
    )
    known = ~(np.isnan(count) | np.isnan(base) | np.isnan(answered) | np.isnan(invited))
    wrong = known & (
        (count < 0) | (count > base) | (base + not_asked > answered) | (answered > invited)
    )
    if wrong.any():
        raise ValueError("count ≤ base ≤ answered − not_asked and answered ≤ invited must hold")

    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(base > 0, count / base, np.nan)
        fpc = 1 - answered / invited
        spread = share * (1 - share)
        df = base - 1
        # More than one answer in the group but one in the domain still leaves no freedom.
        estimable = (base > 1) & (answered > 1)
        variance = np.where(estimable, fpc * answered / (answered - 1) * spread / base, np.nan)
        n_eff = np.where(estimable, base * (answered - 1) / (answered * fpc), np.nan)
        wilson_low, wilson_high = wilson(share, n_eff, np.where(estimable, df, np.nan))
        bound_low, bound_high = nonresponse_bounds(count, base, invited - not_asked - base)
        low = np.where(estimable, wilson_low, bound_low)
        high = np.where(estimable, wilson_high, bound_high)
        low, high = np.maximum(low, bound_low), np.minimum(high, bound_high)
        # No answer at all is not an interval from 0 to 1: there is nothing to be uncertain about.
        low, high, bound_low, bound_high = (
            np.where(base > 0, limit, np.nan) for limit in (low, high, bound_low, bound_high)
        )
    return Estimate(
        share=share,
        se=np.sqrt(variance),
        df=np.where(base > 0, df, np.nan),
        low=low,
        high=high,
        bound_low=bound_low,
        bound_high=bound_high,
    )
