"""The uncertainty of a share: against the published anchors, a second hand and R ``survey``."""

from __future__ import annotations

import csv
import math
import shutil
import subprocess
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from queries.statistics import Estimate, estimate, nonresponse_bounds

ORACLES = Path(__file__).resolve().parent.parent / "oracles"
ROUNDING = 1e-12
# count, base, answered, invited, not asked
Design = tuple[int, int, int, int, int]
# A busy machine is not a fault of the formula.
calm = settings(deadline=None)


def numbers(found: Estimate) -> dict[str, float]:
    return {name: float(value) for name, value in vars(found).items()}


def by_hand(count: int, base: int, answered: int, invited: int, not_asked: int) -> dict[str, float]:
    """Return the same numbers from the textbook formulas, without numpy.

    The variance is that of the total of the residuals over the whole sample, person by person.
    """
    share = count / base
    silent = invited - not_asked - base
    bounds = count / (base + silent), (count + silent) / (base + silent)
    found = {
        "share": share, "df": base - 1.0, "bound_low": bounds[0], "bound_high": bounds[1],
    }  # fmt: skip
    if base == 1:
        return {**found, "se": math.nan, "low": bounds[0], "high": bounds[1]}
    people = [(1, 1)] * count + [(1, 0)] * (base - count) + [(0, 0)] * (answered - base)
    residuals = [inside * (yes - share) / base for inside, yes in people]
    mean = sum(residuals) / answered
    spread = sum((r - mean) ** 2 for r in residuals) / (answered - 1)
    se = math.sqrt((1 - answered / invited) * answered * spread)
    if answered == invited:
        return {**found, "se": se, "low": share, "high": share}
    if 0 < count < base:
        n_eff = share * (1 - share) / se**2
    else:
        n_eff = base / answered * (answered - 1) / (1 - answered / invited)
    t = float(stats.t.ppf(0.975, base - 1))
    middle = (share + t * t / (2 * n_eff)) / (1 + t * t / n_eff)
    half = t / (1 + t * t / n_eff)
    half *= math.sqrt(share * (1 - share) / n_eff + t * t / (4 * n_eff * n_eff))
    low, high = max(middle - half, bounds[0]), min(middle + half, bounds[1])
    return {**found, "se": se, "low": low, "high": high}


@st.composite
def designs(draw: st.DrawFn, smallest: int = 1, largest: int = 300) -> Design:
    """Draw (count, base, answered, invited, not_asked) that do not contradict each other."""
    invited = draw(st.integers(smallest, largest))
    answered = draw(st.integers(smallest, invited))
    base = draw(st.integers(smallest, answered))
    not_asked = draw(st.integers(0, answered - base))
    return draw(st.integers(0, base)), base, answered, invited, not_asked


# --- anchors --------------------------------------------------------------------------------------


def test_the_published_share_of_the_whole_has_its_standard_error_interval_and_bounds() -> None:
    found = numbers(estimate(37, 91, 91, 221))
    assert found["share"] == 37 / 91
    assert found["se"] == pytest.approx(0.0397, abs=5e-5)
    assert found["df"] == 90
    assert (found["low"], found["high"]) == pytest.approx((0.3310, 0.4869), abs=5e-5)
    assert (found["bound_low"], found["bound_high"]) == pytest.approx((0.167, 0.756), abs=5e-4)
    assert (found["bound_low"], found["bound_high"]) == (37 / 221, 167 / 221)


def test_a_filtered_question_is_a_domain_of_the_whole_design() -> None:
    found = numbers(estimate(25, 70, 91, 221, not_asked=21))
    assert found["se"] == pytest.approx(0.04417, abs=5e-6)
    assert found["df"] == 69
    assert (found["low"], found["high"]) == pytest.approx((0.2750, 0.4486), abs=5e-5)
    # Of 221, 21 are known to be outside the filter: 130 silent, not 151.
    assert (found["bound_low"], found["bound_high"]) == (25 / 200, 155 / 200)


# --- second hands ---------------------------------------------------------------------------------


@given(design=designs())
@settings(deadline=None, max_examples=300)
def test_agrees_with_the_textbook_formulas_person_by_person(
    design: Design,
) -> None:
    found, expected = numbers(estimate(*design)), by_hand(*design)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=1e-8, nan_ok=True), name


def oracle(path: Path) -> dict[str, np.ndarray]:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


def test_agrees_with_r_survey_to_eight_decimals() -> None:
    r = oracle(ORACLES / "survey_means.csv")
    assert len(r["share"]) >= 20
    found = estimate(r["count"], r["base"], r["answered"], r["invited"], r["not_asked"])
    for name in ("share", "se", "df", "low", "high"):
        np.testing.assert_allclose(getattr(found, name), r[name], rtol=0, atol=1e-8, err_msg=name)


def test_the_committed_oracle_is_what_r_survey_says_today(tmp_path: Path) -> None:
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("R is not installed: the committed values stand unchecked here")
    has = subprocess.run([rscript, "-e", "library(survey)"], capture_output=True, check=False)
    if has.returncode:
        pytest.skip("R lacks the package survey: the committed values stand unchecked here")
    out = tmp_path / "fresh.csv"
    subprocess.run([rscript, ORACLES / "survey_means.R", out], check=True, capture_output=True)
    committed, fresh = oracle(ORACLES / "survey_means.csv"), oracle(out)
    for name, values in committed.items():
        np.testing.assert_allclose(fresh[name], values, rtol=0, atol=1e-10, err_msg=name)


# --- properties -----------------------------------------------------------------------------------


@given(design=designs())
@settings(deadline=None, max_examples=300)
def test_the_interval_holds_the_share_and_stays_within_the_bounds_and_within_zero_to_one(
    design: Design,
) -> None:
    f = numbers(estimate(*design))
    order = [0, f["bound_low"], f["low"], f["share"], f["high"], f["bound_high"], 1]
    assert all(a <= b + ROUNDING for a, b in pairwise(order)), f


@given(base=st.integers(1, 200), share=st.floats(0, 1), set_aside=st.integers(0, 50))
@calm
def test_when_everybody_asked_answered_the_interval_is_the_point(
    base: int, share: float, set_aside: int
) -> None:
    everyone = base + set_aside
    f = numbers(estimate(round(share * base), base, everyone, everyone, set_aside))
    assert f["low"] == f["high"] == f["bound_low"] == f["bound_high"] == f["share"]


@given(invited=st.integers(2, 200), count=st.integers(0, 1), more=st.integers(0, 20))
@calm
def test_one_answer_has_the_bounds_for_interval_and_no_standard_error(
    invited: int, count: int, more: int
) -> None:
    """Also when others answered the survey but only one of them this question."""
    f = numbers(estimate(count, 1, min(1 + more, invited), invited))
    assert (f["low"], f["high"]) == (f["bound_low"], f["bound_high"])
    assert math.isnan(f["se"])
    assert f["bound_low"] == count / invited and f["bound_high"] == (count + invited - 1) / invited


@given(design=designs(smallest=2))
@calm
def test_nobody_and_everybody_are_the_limits_of_their_neighbours(
    design: Design,
) -> None:
    """A count of next to nothing gives next to the same interval as none: no jump at the ends."""
    _count, base, answered, invited, not_asked = design
    little = 1e-9
    for end, near in ((0, little), (base, base - little)):
        at = numbers(estimate(end, base, answered, invited, not_asked))
        by = numbers(estimate(near, base, answered, invited, not_asked))
        assert at["se"] == 0
        for name in ("low", "high"):
            assert at[name] == pytest.approx(by[name], abs=1e-4)


@given(
    share=st.fractions(0, 1, max_denominator=20), answered=st.integers(2, 100),
    invited=st.integers(2, 300), more=st.integers(1, 50),
)  # fmt: skip
@calm
def test_the_interval_is_wider_when_fewer_answer(
    share: Fraction, answered: int, invited: int, more: int
) -> None:
    assume(answered + more <= invited)
    few = numbers(estimate(float(share * answered), answered, answered, invited))
    many_answered = answered + more
    many = numbers(estimate(float(share * many_answered), many_answered, many_answered, invited))
    for low, high in (("low", "high"), ("bound_low", "bound_high")):
        assert few[low] <= many[low] + ROUNDING
        assert few[high] >= many[high] - ROUNDING
        assert few[high] - few[low] > many[high] - many[low]


@given(design=designs())
@calm
def test_every_limit_rises_with_the_count(design: Design) -> None:
    _count, base, *rest = design
    found = estimate(np.arange(base + 1), base, *rest)
    for name in ("share", "low", "high", "bound_low", "bound_high"):
        assert (np.diff(getattr(found, name)) >= -ROUNDING).all(), name


@given(design=designs())
@calm
def test_yes_and_no_are_mirror_images(design: Design) -> None:
    count, base, *rest = design
    yes, no = numbers(estimate(count, base, *rest)), numbers(estimate(base - count, base, *rest))
    for low, high in (("low", "high"), ("bound_low", "bound_high")):
        assert yes[low] == pytest.approx(1 - no[high], abs=1e-9)
        assert yes[high] == pytest.approx(1 - no[low], abs=1e-9)


# --- edges ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "design"),
    [
        ("more yes than answers", (5, 4, 10, 20, 0)),
        ("fewer than no yes", (-1, 4, 10, 20, 0)),
        ("more answers to the question than to the survey", (2, 11, 10, 20, 0)),
        ("answers from people whom the filter set aside", (2, 8, 10, 20, 3)),
        ("more answers than invited", (2, 8, 21, 20, 0)),
    ],
)
def test_numbers_that_contradict_each_other_are_refused(what: str, design: Design) -> None:
    with pytest.raises(ValueError, match="must hold"):
        estimate(*design)
    # One wrong row among right ones is enough.
    rows = np.array([(1, 2, 3, 4, 0), design]).T
    with pytest.raises(ValueError, match="must hold"):
        estimate(*rows)


@pytest.mark.parametrize("design", [(0, 0, 0, 3, 0), (0, 0, 5, 9, 5), (0, 0, 0, 0, 0)])
def test_without_an_answer_there_is_no_number_at_all(
    design: Design,
) -> None:
    assert all(math.isnan(value) for value in numbers(estimate(*design)).values())


def test_a_hidden_number_stays_unknown_and_leaves_its_neighbours_alone() -> None:
    found = estimate([np.nan, 37], [np.nan, 91], [4, 91], [11, 221])
    for value in vars(found).values():
        assert math.isnan(value[0]) and not math.isnan(value[1])


def test_many_rows_at_once_are_the_rows_one_by_one() -> None:
    rows = [(37, 91, 91, 221, 0), (25, 70, 91, 221, 21), (0, 4, 4, 11, 0), (1, 1, 1, 3, 0)]
    together = estimate(*np.array(rows).T)
    for place, row in enumerate(rows):
        for name, value in numbers(estimate(*row)).items():
            assert getattr(together, name)[place] == pytest.approx(value, nan_ok=True)


def test_bounds_are_where_all_who_are_silent_say_no_and_where_all_say_yes() -> None:
    assert nonresponse_bounds(37, 91, 130) == (37 / 221, 167 / 221)
    assert all(np.isnan(limit) for limit in nonresponse_bounds(0, 0, 0))
