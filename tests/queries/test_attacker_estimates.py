"""An attacker who has every weighted share, mean, interval, test and difference learns no more than
from the published counts; and wins where totals are weighted by departments that are hidden."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from queries import comparisons
from queries import indicators as results
from queries.estimation import Sample, estimate
from queries.places import Counted, counted
from queries.store import Reader
from tests.attacker import Published, learn
from tests.plain_counts import Stratum, from_cube, printed, survey_indicators
from tests.queries.test_attacker import as_file, framed, published, survey, surveys
from tests.queries.test_comparisons import assert_rows
from tests.queries.test_mergings import some_mergings

if TYPE_CHECKING:
    from tests.queries.conftest import Loader

__all__ = ["framed"]  # a fixture
YES = np.array([[1.0, 0.0]])
WEIGHTED = {"share": "value", "low": "low", "high": "high", "se": "se", "df": "df"}
CLOSE = 1e-9
TELLING = (17, 23, 12, 38, 2, 5, 8)
"""Surveys of which the first four hide two departments that weights would tell apart."""
OTHERS = [seed for seed in range(400) if seed not in TELLING]
SIZES = ("answered", "invited")
BREAKDOWNS = ("department", "position", "occupation", "sex")

People = list[dict[str, Any]]


def load(loader: Loader, framed: Path, people: People) -> Reader:
    """Load a survey and take the records away: what a politician sees is made without them."""
    shutil.rmtree(loader.folder / "store", ignore_errors=True)
    shutil.copytree(framed, loader.folder / "store")
    loader.survey(as_file(people))
    reader = loader.reader("politiker")
    (reader.snapshot.path / "records.duckdb").write_bytes(b"gone")
    return loader.reader("politiker")


def strata_of(reader: Reader) -> dict[str, list[Stratum] | None]:
    questionnaire = results.questionnaire_of(reader, "v")
    assert questionnaire is not None
    cube = printed(reader, "v")
    return {i.id: from_cube(reader, "v", i, cube) for i in survey_indicators(questionnaire)}


# --- what the attacker does -----------------------------------------------------------------------


def narrowed(table: pd.DataFrame, strata: dict[str, list[Stratum] | None], grid: Any) -> list[str]:
    """Return where the weighted numbers of the whole tell how two hidden departments divide what is
    known of them together: by trying every way with the weights of each, which are public."""
    learnt = []
    for row in table[table["department"].isna() & (table["status"] == "shown")].to_dict("records"):
        own = strata[row["indicator"]] or []
        hidden = next((s for s in own if len(s.codes) > 1), None)
        if hidden is None or len(hidden.codes) > 2 or hidden.base == 0:
            continue
        known = [s for s in own if s is not hidden]
        silent = sum(s.silent for s in own)
        if _fits(row, _weighed([*known, hidden], [[hidden.chose]], [[hidden.base]], silent)).all():
            continue  # as one stratum: whichever way they divide it comes out the same
        one, two = (
            Stratum(frozenset([code]), 0, 0, 0, 0, *(int(grid[n][code]) for n in SIZES))
            for code in sorted(hidden.codes)
        )
        ways = np.array(
            [
                ((chose, hidden.chose - chose), (base, hidden.base - base))
                for base, chose in product(range(hidden.base + 1), range(hidden.chose + 1))
                if chose <= base <= one.answered
                and 0 <= hidden.chose - chose <= hidden.base - base <= two.answered
            ]
        )
        found = _weighed([*known, one, two], ways[:, 0], ways[:, 1], silent)
        left = int(_fits(row, found).sum())
        if 0 < left < len(ways):
            learnt.append(f"{row['indicator']}: {left} of {len(ways)} ways are left")
    return learnt


def _weighed(
    strata: Sequence[Stratum], chose: Any, base: Any, silent: int
) -> dict[str, np.ndarray]:
    """Return the weighted numbers that would be printed, were ``chose`` [N, n] of ``base`` [N, n]
    those of the last n strata."""
    chose, base = np.asarray(chose), np.asarray(base)
    people = np.array([[[s.chose, s.base - s.chose] for s in strata]] * len(chose), dtype=float)
    people[:, -chose.shape[1] :] = np.stack([chose, base - chose], axis=-1)
    sample = Sample(
        people[:, :, None, None],
        np.array([[s.answered] for s in strata]),
        np.array([s.invited for s in strata]),
        silent=np.full((len(chose), 1), silent),
    )
    found = estimate(sample, YES)
    return {name: getattr(found, own)[:, 0, 0] for name, own in WEIGHTED.items()}


def _fits(row: dict[str, Any], found: dict[str, np.ndarray]) -> np.ndarray:
    near = [
        np.isclose(found[name], float(row[f"weighted_{name}"]), rtol=0, atol=CLOSE, equal_nan=True)
        for name in WEIGHTED
    ]
    return np.logical_and.reduce(near)


def told_by(table: pd.DataFrame, found: comparisons.Differences) -> dict[tuple[str, str], Any]:
    """Return group → (base, counts) of the policy question, as the tables tell them: yes, do not
    know, and so no; and both ends of every pair."""
    told = {}
    for row in table[(table["indicator"] == "policy_kand") & (table["status"] == "shown")].to_dict(
        "records"
    ):
        key = (
            ("department", row["department"]) if isinstance(row["department"], str) else ("all", "")
        )
        yes, base, unsure = (int(row[n]) for n in ("numerator", "denominator", "dont_know"))
        told[key] = base, {"ja": yes, "nej": base - yes - unsure, "vet_ej": unsure}
        # Without vet ej it is the same people less those, and not somebody else.
        if base > unsure:
            assert row["without_share"] * (base - unsure) == pytest.approx(yes)
            assert row["without_denominator"] == base - unsure
    for row in found.pairs.to_dict("records"):
        for side in ("first", "second"):
            assert told["department", row[side]][0] == row[f"{side}_denominator"]
            assert told["department", row[side]][1]["ja"] == row[f"{side}_numerator"]
    return told


def attack(reader: Reader, people: People, mergings: Sequence[Any], seen: Published) -> list[str]:
    """Return what the attacker learns of a few by all that the comparisons print."""
    table = comparisons.uncertainty(reader, "v", mergings=mergings)
    strata = strata_of(reader)
    # Every number is what the published counts give by another way, so none says more than they do.
    assert_rows(table, reader, "v", strata)
    assert table["post_share"].isna().all()
    for breakdown in BREAKDOWNS:
        found = comparisons.differences(reader, "v", "policy_kand", breakdown, mergings)
        _says_only_what_is_shown(found, seen, breakdown)
        if breakdown == "department":
            seen.shown |= told_by(table, found)
    grid = results.departments(reader, "v").set_index("code")
    return [*narrowed(table, strata, grid), *learn(seen, people, "q1_1")]


def _says_only_what_is_shown(
    found: comparisons.Differences, seen: Published, breakdown: str
) -> None:
    """Whoever is compared is shown, and by the counts that are shown."""
    whole, _counts = seen.shown.get(("all", ""), (0, {}))
    for row in found.rest.to_dict("records"):
        if row["status"] != "shown":
            numbers = [row[name] for name in comparisons.REST[2:-1]]
            assert all(pd.isna(n) or (n == 0 and row["status"] == "no_answers") for n in numbers)
        elif "+" not in row["code"]:
            base, counts = seen.shown[breakdown, row["code"]]
            assert (row["numerator"], row["denominator"]) == (counts["ja"], base)
            if whole > base:
                yes = seen.shown["all", ""][1]["ja"] - counts["ja"]
                assert row["difference"] == pytest.approx(
                    counts["ja"] / base - yes / (whole - base)
                )
    shown = {row["code"] for row in found.rest.to_dict("records") if row["status"] == "shown"}
    assert {*found.pairs["first"], *found.pairs["second"]} <= shown


# --- and learns nothing ---------------------------------------------------------------------------


def assert_nothing_is_learnt(loader: Loader, framed: Path, people: People, seed: int) -> None:
    reader = load(loader, framed, people)
    codes = list(results.departments(reader, "v")["code"])
    seen = published(loader)
    cube = results.published_cube(reader, "v")
    # What is shown is shown with every answer: "vet ej", the other steps of a scale, and so a mean.
    assert not cube[cube["status"] == "shown"]["count"].isna().any()
    assert attack(reader, people, some_mergings(codes, seed), seen["q1_1"]) == []


@pytest.mark.parametrize(
    "seed", [*TELLING, *(pytest.param(s, marks=pytest.mark.slow) for s in OTHERS)]
)
def test_nobody_learns_of_a_few_from_what_is_estimated_of_a_random_survey(
    seed: int, loader: Loader, framed: Path
) -> None:
    assert_nothing_is_learnt(loader, framed, survey(seed), seed)


made = {"suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}


@pytest.mark.slow
@given(people=surveys())
@settings(max_examples=60, **made)
def test_nobody_learns_of_a_few_from_what_is_estimated_of_a_made_survey(
    people: People, loader: Loader, framed: Path
) -> None:
    assert_nothing_is_learnt(loader, framed, people, len(people))


# --- unless the hidden departments are strata of their own ----------------------------------------


def test_the_attacker_wins_where_hidden_departments_are_strata_of_their_own(
    loader: Loader, framed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weighted from the records, as the auditor's numbers are: two totals, weighted and not, are
    two equations in two hidden departments."""
    for seed in TELLING:
        people = survey(seed)
        shutil.rmtree(loader.folder / "store", ignore_errors=True)
        shutil.copytree(framed, loader.folder / "store")
        loader.survey(as_file(people))
        true = counted(loader.reader("revisor"), "v", None).strata()
        reader = loader.reader("politiker")
        grid = results.departments(reader, "v").set_index("code")
        beyond = len(true[1]) - len(grid)
        with monkeypatch.context() as off:
            off.setattr(Counted, "strata", lambda *_given, true=true: true)
            off.setattr(
                Counted,
                "strata_in",
                lambda _found, _at, parts, more=beyond: np.pad(parts, ((0, 0), (0, more))),
            )
            table = comparisons.uncertainty(reader, "v")
        if found := narrowed(table, strata_of(reader), grid):
            assert any(text.split(": ")[1].startswith("1 of") for text in found)
            return
    pytest.fail("weighted by hidden departments, and the attacker learnt nothing")
