"""Differences, tests and standardised rates: against R, scipy and plain enumeration."""

from __future__ import annotations

import csv
import math
from itertools import combinations, pairwise, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from scipy import stats

from queries.differences import (
    DRAWS,
    Contrasts,
    association,
    contrasts,
    fisher,
    holm,
    rao_scott,
    response_homogeneity,
    standardise,
)
from queries.estimation import Sample, estimate
from queries.statistics import wilson
from tests.oracles.designs import METHODS, designs, number, rows, scores_of
from tools import simulate_coverage

AUDIT = Path(__file__).resolve().parents[2] / "data" / "audit" / "response.csv"
YES = np.array([[1.0, 0.0]])
LIKERT = np.array([[1.0, 2.0, 3.0, 4.0, 5.0]])
calm = settings(deadline=None, max_examples=30)


def told(test: str) -> list[dict[str, str]]:
    return [row for row in rows("survey_tests.csv") if row["test"].startswith(test)]


def departments(yes: list[int], answered: list[int], invited: list[int]) -> Sample:
    """Every department a stratum and a group of its own."""
    n = np.array(answered)
    cells = np.stack([np.array(yes), n - np.array(yes)], axis=-1)[:, None, None]
    return Sample(
        np.eye(len(n))[:, None, :, None] * cells, n[:, None], np.array(invited),
        silent=np.array(invited) - n,
    )  # fmt: skip


def pairs(sample: Sample, scores: ArrayLike) -> Contrasts:
    """Compare every group with every other one, in the order of ``combinations``."""
    groups = sample.counts.shape[-2]
    two = np.array(list(combinations(range(groups), 2)), dtype=int).reshape(-1, 2)
    return contrasts(sample.grouped(np.eye(groups)[two]), scores)


# --- second hands ---------------------------------------------------------------------------------


def test_rao_scott_f_agrees_with_r_svychisq_to_eight_decimals() -> None:
    cases = told("rao_scott")
    assert len({row["design"] for row in cases}) >= 20
    for row in cases:
        ours = rao_scott(METHODS[row["method"]](designs()[int(row["design"])]))
        r = [number(row[name]) for name in ("value", "se", "df", "p_value")]
        np.testing.assert_allclose(ours, r, rtol=1e-9, atol=1e-8, err_msg=str(row))


def test_differences_and_their_errors_agree_with_r_to_eight_decimals() -> None:
    """Also the t test of means, which in the script is checked against ``svyttest``."""
    asked = {(int(row["design"]), row["method"]) for row in told("difference")}
    ours = {}
    for nr, method in asked:
        sample = METHODS[method](designs()[nr])
        scores = scores_of(sample.counts.shape[-1])
        ours[nr, method] = pairs(sample, scores), estimate(sample, scores).df[:2]
    for row in told("difference"):
        found, freedom = ours[int(row["design"]), row["method"]]
        at = 0, int(row["test"][-1]) - 1
        assert found.difference[at] == pytest.approx(number(row["value"]), abs=1e-8), row
        if (freedom[:, at[1]] < 1).any():
            assert math.isnan(found.se[at]), "R has no spread of one answer; we have no error"
            continue
        for name in ("se", "df"):
            assert getattr(found, name)[at] == pytest.approx(number(row[name]), abs=1e-8), row
        if row["test"].endswith("3") and number(row["se"]) > 1e-8:
            assert found.p_value[at] == pytest.approx(number(row["p_value"]), abs=1e-8), row


def test_standardised_rates_agree_with_r_svystandardize_to_eight_decimals() -> None:
    left_out = False
    for row in told("standardised"):
        drawn = designs()[int(row["design"])]
        strata, kinds, groups, options = drawn.counts.shape
        counts = np.einsum("hcgk->hgck", drawn.counts).reshape(strata, 1, groups * kinds, options)
        sample = Sample(counts, drawn.answered.sum(axis=1)[:, None], drawn.invited)
        sample = METHODS[row["method"]](sample)
        # R drops a kind that nobody at all is of.
        mix = drawn.population * (drawn.counts.sum(axis=(0, 2, 3)) > 0)
        found = standardise(sample, scores_of(options)[:1], kinds, mix)
        at = int(row["test"][-1]) - 1, 0
        left_out |= bool(found.left_out[at[0]].any())
        assert found.value[at] == pytest.approx(number(row["value"]), abs=1e-8), row
        assert found.df[at] == number(row["df"])
        if found.df[at] > 0:
            assert found.se[at] == pytest.approx(number(row["se"]), abs=1e-8), row
    assert left_out, "no group lacked a kind: the hard case is not met"


def test_exact_p_values_agree_with_r_fisher() -> None:
    exact = simulated = 0
    for row in told("fisher"):
        table = designs()[int(row["design"])].counts.sum(axis=(0, 1))
        if row["test"] == "fisher_yes":
            table = np.stack([table[:, :2].sum(axis=1), table[:, 2:].sum(axis=1)], axis=1)
        ours, drawn = fisher(table)
        r = number(row["p_value"])
        error = 5 * math.sqrt(max(r * (1 - r), 0.001) / DRAWS) if drawn else 1e-8
        assert ours == pytest.approx(r, abs=error), row
        exact, simulated = exact + (not drawn), simulated + drawn
    assert exact >= 30 and simulated >= 1


def test_holm_agrees_with_r_and_leaves_out_what_has_no_p() -> None:
    r = told("holm")
    p = [number(row["value"]) for row in r]
    np.testing.assert_allclose(holm(p), [number(row["p_value"]) for row in r], atol=1e-12)
    with_nan = holm([[math.nan], *([x] for x in p)])
    assert math.isnan(with_nan[0, 0])
    np.testing.assert_allclose(with_nan[1:, 0], holm(p))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.integers(0, 8))
def test_whoever_is_shown_less_is_told_of_nothing_as_surer(p: list[float], shown: int) -> None:
    """Of some of all p, the others untold: each at least what it is among all."""
    kept = p[: max(shown, 1)]
    some, every = holm(kept, len(p) - len(kept)), holm(p)
    assert (some >= every[: len(kept)] - 1e-12).all()
    assert holm(p, 0).tolist() == every.tolist()


def brute(table: np.ndarray) -> float:
    """Every table with these margins, one by one."""
    sizes, chosen = table.sum(axis=1), table[:, 0].sum()

    def likely(column: tuple[int, ...]) -> int:
        return math.prod(math.comb(int(n), x) for n, x in zip(sizes, column, strict=True))

    ways = [x for x in product(*(range(int(n) + 1) for n in sizes)) if sum(x) == chosen]
    seen = likely(tuple(int(x) for x in table[:, 0]))
    return sum(likely(x) for x in ways if likely(x) <= seen) / sum(map(likely, ways))


@given(cells=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=4))
@calm
def test_the_exact_p_is_that_of_every_table_with_the_margins(cells: list[tuple[int, int]]) -> None:
    table = np.array(cells)
    kept = table[table.sum(axis=1) > 0]
    p, simulated = fisher(table)
    assert not simulated
    if len(kept) < 2 or not kept.sum(axis=0).all():
        assert math.isnan(p)
    else:
        assert p == pytest.approx(brute(kept), abs=1e-9)


@given(cells=st.lists(st.integers(0, 9), min_size=4, max_size=4))
@calm
def test_two_by_two_is_exact_in_pairs_as_scipy_has_it(cells: list[int]) -> None:
    table = np.array(cells).reshape(2, 2)
    answered = table.sum(axis=1)
    sample = departments(list(table[:, 0]), list(answered), list(answered + 50))
    found = pairs(sample, YES)
    if found.exact[0, 0]:
        expected = stats.fisher_exact(table).pvalue
        assert found.p_value[0, 0] == pytest.approx(expected, abs=1e-9)
    elif answered.all() and table.sum(axis=0).all():
        assert stats.contingency.expected_freq(table).min() >= 5
        assert found.p_value[0, 0] == pytest.approx(association(sample).p_value, abs=1e-12)


@pytest.mark.parametrize("shape", [(6, 6), (6, 5), (4, 3)])
def test_a_table_has_the_same_exact_p_however_it_is_turned_and_sorted(
    shape: tuple[int, int],
) -> None:
    """Also where tables are drawn, of which the first two have too many to list."""
    draw = np.random.default_rng(1)
    for _ in range(2):
        table = draw.integers(0, 9 if shape[0] == 6 else 4, shape)
        mixed = table[draw.permutation(shape[0])][:, draw.permutation(shape[1])]
        first, *others = (fisher(one) for one in (table, table.T, mixed, mixed.T))
        assert first[1] == (shape[0] == 6)
        for p, simulated in others:
            assert simulated == first[1]
            assert p == pytest.approx(first[0], abs=1e-12)


# --- the audit's own numbers ----------------------------------------------------------------------


def response() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    with AUDIT.open(encoding="utf-8", newline="") as stream:
        found = list(csv.DictReader(stream))
    return tuple(np.array([row[x] for row in found]) for x in ("department", "answered", "invited"))


def test_the_response_rates_of_the_audit_differ_no_more_than_by_chance() -> None:
    names, answered, invited = response()
    answered, invited = answered.astype(int), invited.astype(int)
    every = response_homogeneity(answered, invited)
    assert (round(every.statistic, 3), every.df) == (3.722, 5)
    without = response_homogeneity(answered[names != "KFN"], invited[names != "KFN"])
    assert (round(without.statistic, 3), without.df) == (1.587, 4)
    for found, name in ((every, "rates_every"), (without, "rates_without")):
        [chi], [exact] = told(name + "_chi"), told(name + "_exact")
        r = [number(chi[x]) for x in ("value", "df", "p_value")]
        assert (found.statistic, found.df, found.p_value) == pytest.approx(r, abs=1e-8)
        assert not found.simulated
        assert found.exact_p == pytest.approx(number(exact["p_value"]), abs=1e-8)


def test_groups_that_nobody_was_invited_from_take_no_part_and_too_few_give_no_test() -> None:
    assert response_homogeneity([4, 0, 7], [11, 0, 12]).df == 1
    for answered, invited in (([4], [11]), ([0, 0], [3, 5]), ([3, 5], [3, 5])):
        assert math.isnan(response_homogeneity(answered, invited).p_value)
    with pytest.raises(ValueError, match="must hold"):
        response_homogeneity([5, 3], [4, 9])


# --- two groups at a time -------------------------------------------------------------------------


def test_an_effect_is_the_difference_in_points_with_newcombes_interval() -> None:
    """From each share to its far Wilson limit, as the two sides of a right angle."""
    sample = departments([15, 11], [30, 33], [73, 82])
    found, each = pairs(sample, YES), estimate(sample, YES)
    a, b = 15 / 30, 11 / 33
    (la, lb), (ua, ub) = wilson(each.value, each.n_eff, each.df)
    assert found.difference[0, 0] == pytest.approx(a - b)
    low, high = found.low[0, 0], found.high[0, 0]
    assert low == pytest.approx(a - b - math.hypot(a - la.item(), ub.item() - b))
    assert high == pytest.approx(a - b + math.hypot(ua.item() - a, b - lb.item()))
    # Whatever the silent think: all of one department no and of the other yes, or the reverse.
    assert found.bound_low[0, 0] == pytest.approx(15 / 73 - (11 + 49) / 82)


def test_the_interval_takes_account_of_groups_that_vary_together() -> None:
    """Positions across departments: both answers hang on how their departments were weighted."""
    cells = np.array([[[9, 1], [7, 3]], [[2, 10], [3, 11]]], dtype=float)[:, None]
    sample = Sample(cells, np.array([[20], [26]]), np.array([30, 190]), unplaced=np.array(174.0))
    found, each = pairs(sample, YES), estimate(sample, YES, bounded=False)
    (a, b), (s, t) = each.value[:, 0], each.se[:, 0]
    together = (s**2 + t**2 - found.se[0, 0] ** 2) / (2 * s * t)
    assert abs(together) > 0.02
    x, y = a - each.low[0, 0], each.high[1, 0] - b
    assert found.low[0, 0] == pytest.approx(a - b - math.sqrt(x * x + y * y - 2 * together * x * y))


def test_unanimous_groups_differ_with_a_width_and_an_exact_p() -> None:
    found = pairs(departments([4, 0], [4, 7], [11, 12]), YES)
    assert found.se[0, 0] == 0
    assert found.low[0, 0] < 0.8 and found.high[0, 0] == 1
    assert found.exact[0, 0]
    assert found.p_value[0, 0] == pytest.approx(1 / math.comb(11, 4))


def test_means_that_do_not_spread_have_an_interval_but_no_test() -> None:
    cells = np.zeros((2, 1, 2, 5))
    cells[0, 0, 0, 4], cells[1, 0, 1, 0] = 4, 7
    sample = Sample(cells, np.array([[4], [7]]), np.array([11, 12]), silent=np.array([7, 5]))
    found = pairs(sample, LIKERT)
    assert math.isnan(found.p_value[0, 0])
    assert found.difference[0, 0] == 4 and 1 < found.low[0, 0] < 4


@pytest.mark.parametrize("sizes", [[5, 9], [5, 1], [1, 1]])
def test_nothing_is_tested_where_everybody_answered(sizes: list[int]) -> None:
    chose = [3, 8] if sizes == [5, 9] else [1, 0]
    sample = departments(chose, sizes, sizes)
    found = pairs(sample, YES)
    assert found.low == found.high == found.difference
    assert math.isnan(found.p_value[0, 0])
    assert sizes != [5, 9] or math.isnan(association(sample).p_value)


def test_a_group_without_answers_has_no_difference_and_leaves_the_others_theirs() -> None:
    with_none = departments([3, 0, 4], [17, 0, 7], [40, 3, 12])
    found = pairs(with_none, YES)
    assert np.isnan(found.difference[[0, 2], 0]).all() and np.isnan(found.p_value[[0, 2], 0]).all()
    # Holm counts the one test that was made.
    assert found.p_holm[1, 0] == found.p_value[1, 0]


def test_the_exact_test_is_used_when_fewer_than_five_are_expected_and_only_then() -> None:
    few, many = departments([3, 4], [17, 7], [40, 12]), departments([8, 6], [17, 17], [40, 40])
    assert (association(few).smallest_expected, association(many).smallest_expected) == (49 / 24, 7)
    assert association(few).exact and not association(many).exact
    expected = stats.fisher_exact([[3, 14], [4, 3]]).pvalue
    assert association(few).p_value == pytest.approx(expected)


@given(data=st.data())
@calm
def test_a_difference_stays_within_what_the_silent_can_make_of_it(data: st.DataObject) -> None:
    answered = data.draw(st.lists(st.integers(1, 12), min_size=2, max_size=3))
    yes = [data.draw(st.integers(0, n)) for n in answered]
    invited = [n + data.draw(st.integers(0, 20)) for n in answered]
    sample = departments(yes, answered, invited)
    found = pairs(sample, YES)
    order = [found.bound_low, found.low, found.difference, found.high, found.bound_high]
    for less, more in pairwise(order):
        assert (less <= more + 1e-9).all()
    p = found.p_value[~np.isnan(found.p_value)]
    assert ((p >= 0) & (p <= 1)).all()


def test_differences_hold_the_truth_in_95_samples_of_100() -> None:
    """Exact: every sample that can be drawn of two departments, at nine pairs of shares."""
    _head, *rows_told = simulate_coverage.differences()
    assert len(rows_told) == 9
    for row in rows_told:
        assert float(row[2].split()[0]) >= 95, row


# --- standardisation ------------------------------------------------------------------------------


def test_a_gap_that_is_only_the_mix_of_work_is_gone_when_standardised() -> None:
    """Office 80 % yes and care 20 % in both departments; one is mostly office, the other care."""
    cells = np.array([[[16, 4], [2, 8]], [[8, 2], [4, 16]]], dtype=float).reshape(1, 1, 4, 2)
    sample = Sample(cells, np.array([[60]]), np.array([200]))
    found = standardise(sample, YES, kinds=2)
    assert found.crude[:, 0] == pytest.approx([0.6, 0.4])
    assert found.crude_gap[:, 0] == pytest.approx([0.1, -0.1])
    assert found.gap[:, 0] == pytest.approx([0, 0])
    assert (found.low < found.value).all() and (found.value < found.high).all()
    assert found.covered.tolist() == [1, 1]


def test_work_that_a_department_has_no_answers_for_is_left_out_and_said() -> None:
    cells = np.array([[[16, 4], [0, 0]], [[8, 2], [4, 16]]], dtype=float).reshape(1, 1, 4, 2)
    found = standardise(Sample(cells, np.array([[60]]), np.array([200])), YES, 2, [1, 3])
    assert found.covered.tolist() == [0.25, 1]
    assert found.left_out.tolist() == [[False, True], [False, False]]
    # Compared with everybody's on the part that it has answers for.
    assert found.whole[:, 0] == pytest.approx([24 / 30, 0.25 * 24 / 30 + 0.75 * 4 / 20])
    assert found.gap[0, 0] == pytest.approx(0)


def test_standardised_intervals_hold_the_truth_also_where_a_kind_has_few_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(simulate_coverage, "GROUPS", ((33, 82), (90, 221)))
    _head, *rows = simulate_coverage.standardised(np.random.default_rng(1), draws=300)
    assert [row[1] for row in rows] == ["as all", "another"]
    for row in rows:
        # In 300 draws chance alone makes 95 % into 92 %.
        assert all(float(told.split()[0]) >= 92 for told in row[2:8:2]), row


def test_what_remains_of_a_gap_has_an_interval_that_holds_it() -> None:
    """Two departments of two kinds of work: what remains of the gap between each and everybody."""
    invited, answered = np.array([40, 73]), np.array([17, 30])
    people = np.array([[[8, 12], [6, 14]], [[20, 10], [25, 18]]])  # department, kind, yes or no
    everybody = people.sum(axis=0)
    mix = everybody.sum(axis=1) / everybody.sum()
    truth = (people[..., 0] / people.sum(axis=-1) - everybody[:, 0] / everybody.sum(axis=1)) @ mix
    draw, held, draws = np.random.default_rng(5), np.zeros(2), 300
    for _ in range(draws):
        counts = np.zeros((2, 1, 4, 2))
        for h in range(2):
            drawn = draw.multivariate_hypergeometric(people[h].ravel(), answered[h])
            counts[h, 0, 2 * h : 2 * h + 2] = drawn.reshape(2, 2)
        found = standardise(Sample(counts, answered[:, None], invited), YES, 2, mix)
        assert (found.gap_low <= found.gap).all() and (found.gap <= found.gap_high).all()
        held += (found.gap_low[:, 0] <= truth) & (truth <= found.gap_high[:, 0])
    assert (held / draws >= 0.94).all()


def test_kinds_that_are_each_of_one_mind_leave_a_standardised_share_uncertain() -> None:
    """R's standard error is 0 there: within each kind everybody who answered agrees."""
    cells = np.array([[[4, 0], [0, 3]]], dtype=float).reshape(1, 1, 2, 2)
    found = standardise(Sample(cells, np.array([[7]]), np.array([12])), YES, 2, [1, 1])
    assert found.se[0, 0] == 0
    assert found.low[0, 0] < 0.3 and found.high[0, 0] > 0.7


@pytest.mark.parametrize(
    ("kinds", "mix", "scores"),
    [(3, None, YES), (2, [1], YES), (2, [0, 0], YES), (2, None, [[1, np.nan]])],
)
def test_a_standard_that_does_not_fit_is_refused(
    kinds: int, mix: list[int] | None, scores: list[list[float]]
) -> None:
    sample = Sample(np.ones((1, 1, 4, 2)), np.array([[8]]), np.array([20]))
    with pytest.raises(ValueError, match=r"mix|pairs"):
        standardise(sample, scores, kinds, mix)


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "counts", "answered", "invited"),
    [
        ("nobody answered", [[[0, 0], [0, 0]]], [0], [5]),
        ("a filter that leaves nobody", [[[0, 0], [0, 0]]], [3], [5]),
        ("nobody invited", [[[0, 0]]], [0], [0]),
        ("one group alone", [[[3, 2]]], [5], [9]),
        ("one answer in all", [[[1, 0], [0, 0]]], [1], [5]),
        ("all alike", [[[4, 0], [3, 0]]], [7], [20]),
        ("an empty department", [[[4, 2], [0, 0]], [[0, 0], [0, 0]]], [6, 0], [20, 3]),
    ],
)
def test_where_nothing_can_be_compared_there_is_no_test_and_no_crash(
    what: str, counts: list[list[list[int]]], answered: list[int], invited: list[int]
) -> None:
    sample = Sample(np.array(counts)[:, None], np.array(answered)[:, None], np.array(invited))
    assert math.isnan(association(sample).p_value)
    several = (sample.counts.sum(axis=(0, 1)) > 0).any(axis=-1).sum() > 1
    for scores in (YES, [[1.0, 5.0]]):
        found = pairs(sample, scores)
        if not several:
            assert np.isnan(found.difference).all() and np.isnan(found.p_value).all()
        assert np.nan_to_num(standardise(sample, scores, 1).gap) == pytest.approx(0)
