"""An attacker who has every weighted share, mean, interval, test, difference and change, of every
department and group, learns no more than from the published counts; and wins where totals are
weighted by departments that are hidden."""

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
from queries.catalogue import indicator
from queries.estimation import Sample, estimate
from queries.places import Counted, counted
from queries.selection import scores
from queries.store import Reader
from tests.attacker import Published, learn
from tests.plain_counts import (
    Stratum,
    against,
    from_cube,
    printed,
    survey_indicators,
    together,
)
from tests.queries.test_attacker import DEPARTMENTS, as_file, framed, published, survey, surveys
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
GROUPED = ("policy_kand", "arbetsmiljo_foljs_upp", "inga_it_atgarder")
SCALE = "arbetsmiljo_foljs_upp"
"""Of groups: with *vet ej*, a scale behind a filter, and several choices."""

People = list[dict[str, Any]]


def load(loader: Loader, framed: Path, people: People) -> Reader:
    """Load a survey and take the records away: what a politician sees is made without them."""
    shutil.rmtree(loader.folder / "store", ignore_errors=True)
    shutil.copytree(framed, loader.folder / "store")
    loader.survey(as_file(people))
    reader = loader.reader("politiker")
    (reader.snapshot.path / "records.duckdb").write_bytes(b"gone")
    return loader.reader("politiker")


def strata_of(reader: Reader, wave: str = "v") -> dict[str, list[Stratum] | None]:
    questionnaire = results.questionnaire_of(reader, wave)
    assert questionnaire is not None
    cube = printed(reader, wave)
    return {i.id: from_cube(reader, wave, i, cube) for i in survey_indicators(questionnaire)}


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


def attack(
    reader: Reader, people: People, mergings: Sequence[Any], every: dict[str, Published]
) -> list[str]:
    """Return what the attacker learns of a few by all that the comparisons print."""
    seen = every["q1_1"]
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
            continue
        for name in GROUPED:
            question = indicator(name).source.question
            _groups_say_only_what_is_shown(reader, name, breakdown, every[question])
    for breakdown in BREAKDOWNS:
        means = comparisons.differences(reader, "v", SCALE, breakdown, mergings).means
        _means_say_only_what_is_shown(means, breakdown, every[indicator(SCALE).source.question])
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
    assert found.means.empty, "yes and no are no scale"
    shown = {row["code"] for row in found.rest.to_dict("records") if row["status"] == "shown"}
    assert {*found.pairs["first"], *found.pairs["second"]} <= shown


def _groups_say_only_what_is_shown(
    reader: Reader, name: str, breakdown: str, seen: Published
) -> None:
    """Every uncertainty of a group is worked out from the counts that are shown of it and of all,
    and from how many people are silent, which its printed bounds tell."""
    wanted, questionnaire = indicator(name), results.questionnaire_of(reader, "v")
    assert questionnaire is not None
    question, options = wanted.source.question, wanted.source.counted(questionnaire)
    put = questionnaire.question(question)
    steps = scores(put) if put.type == "scale" else {}
    whole, of_all = seen.shown.get(("all", ""), (0, {}))
    printed = results.by_group(reader, "v", wanted, breakdown)
    table = comparisons.group_uncertainty(reader, "v", name, breakdown)
    assert list(table["name"]) == list(printed["name"])
    numbers = [c for c in table.columns if c not in ("indicator", "wave", "department", "name",
                                                     "status")]  # fmt: skip
    for row, known in zip(table.to_dict("records"), printed.to_dict("records"), strict=True):
        code = row["department"]
        key = (breakdown, code) if isinstance(code, str) else ("all", "")
        base, counts = seen.shown.get(key, (0, {}))
        assert (row["status"] == "shown") == (base > 0), row
        told = {n: None if pd.isna(row[n]) else float(row[n]) for n in numbers}
        if row["status"] != "shown":
            assert all(not told[n] for n in numbers), row
            continue
        for part in ("numerator", "denominator", "share", *comparisons.LIMITS):
            assert told.pop(part) == known[part], part
        chose, others = (sum(of[option] for option in options) for of in (counts, of_all))
        others -= chose
        unsure = counts.get("vet_ej", 0)
        opined, rest = base - unsure, whole - base - (of_all.get("vet_ej", 0) - unsure)
        silent = base * (width := known["bound_high"] - known["bound_low"]) / (1 - width)
        want: dict[str, float] = {}
        if "vet_ej" in counts:
            want["dont_know"] = unsure
            if opined:
                want |= {"without_denominator": opined, "without_share": chose / opined}
            if opined and rest > 0 and whole > base:
                want["diff_without"] = chose / opined - others / rest
        if steps:
            total = sum(steps[option] * n for option, n in counts.items())
            want |= {"mean": total / base, "mean_bound_low": (total + silent) / (base + silent)}
            want |= {"mean_bound_high": (total + 5 * silent) / (base + silent)}
        if whole > base:
            want["difference"] = chose / base - others / (whole - base)
        for part, value in want.items():
            assert told.pop(part) == pytest.approx(value), (name, breakdown, code, part)
        # What is left are limits, and tests, of the numbers above.
        limits = {n for n in told if n.endswith(("_low", "_high")) or n in ("diff_p", "diff_exact")}
        assert all(value is None for n, value in told.items() if n not in limits), told


def _means_say_only_what_is_shown(means: Any, breakdown: str, seen: Published) -> None:
    """A difference of means is that of the scales that are shown: of the group, and of all."""

    def mean(counts: dict[str, int]) -> float:
        return sum(int(step) * n for step, n in counts.items()) / sum(counts.values())

    _base, whole = seen.shown.get(("all", ""), (0, {}))
    for row in means.to_dict("records"):
        _base, counts = seen.shown.get((breakdown, row["code"]), (0, {}))
        if row["status"] != "shown":
            assert all(pd.isna(row[name]) or row[name] == 0 for name in comparisons.MEANS[2:-1])
            continue
        if "+" in row["code"]:
            # Those that are hidden, or chosen to stand together: the sum, or what is left of all.
            own = [seen.shown.get((breakdown, code)) for code in row["code"].split("+")]
            left = {key[1]: of for key, of in seen.shown.items() if key[0] == breakdown}
            if all(own):
                counts = {k: sum(of[1][k] for of in own if of) for k in whole}
            else:
                others = [of[1] for code, of in left.items() if code not in row["code"].split("+")]
                counts = {k: whole[k] - sum(of.get(k, 0) for of in others) for k in whole}
        assert row["mean"] == pytest.approx(mean(counts))
        rest = {step: whole[step] - n for step, n in counts.items()}
        if sum(rest.values()):
            assert row["difference"] == pytest.approx(mean(counts) - mean(rest))


# --- and learns nothing ---------------------------------------------------------------------------


def assert_nothing_is_learnt(loader: Loader, framed: Path, people: People, seed: int) -> None:
    reader = load(loader, framed, people)
    codes = list(results.departments(reader, "v")["code"])
    seen = published(loader)
    cube = results.published_cube(reader, "v")
    # What is shown is shown with every answer: "vet ej", the other steps of a scale, and so a mean.
    assert not cube[cube["status"] == "shown"]["count"].isna().any()
    assert attack(reader, people, some_mergings(codes, seed), seen) == []


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


def of_places(strata: list[Stratum] | None, codes: frozenset[str]) -> Stratum | None:
    """Return what is printed of some departments together; None where that is nothing."""
    own = [s for s in strata or () if s.codes <= codes]
    if not own or frozenset().union(*(s.codes for s in own)) != codes:
        return None
    return together(own)


@pytest.mark.parametrize(
    "seed", [*TELLING[:4], *(pytest.param(s, marks=pytest.mark.slow) for s in OTHERS[:100])]
)
def test_changes_tell_only_what_both_waves_print_and_nobody_learns_more(
    seed: int, loader: Loader, framed: Path
) -> None:
    """Other departments are hidden in the one wave than in the other. Each change is worked out
    from what is printed of its place in both; of every other place there is no number."""
    shutil.copytree(framed, loader.folder / "store")
    loader.survey(as_file(survey(seed)))
    loader.invited("w", **dict.fromkeys(DEPARTMENTS, 30))
    loader.survey(as_file(survey(seed + 1)), "w")
    reader = loader.reader("politiker")
    (reader.snapshot.path / "records.duckdb").write_bytes(b"gone")
    reader = loader.reader("politiker")
    ends = [strata_of(reader, wave) for wave in ("v", "w")]
    mergings = some_mergings(list(DEPARTMENTS), seed)
    table = comparisons.changes(reader, "v", "w", mergings=mergings)
    told = 0
    for row in table[table["indicator"].isin(ends[0])].to_dict("records"):
        place = row["department"]
        codes = frozenset(place.split("+") if isinstance(place, str) else DEPARTMENTS)
        before, after = (of_places(end[row["indicator"]], codes) for end in ends)
        numbers = {n: row[n] for n in comparisons.CHANGES[3:-1]}
        if not (before and after and before.base and after.base):
            assert row["status"] != "shown" and pd.Series(numbers).isna().all(), row
            continue
        told += 1
        want: dict[str, float] = {}
        for name, end in (("before", before), ("after", after)):
            want |= {f"{name}_numerator": end.chose, f"{name}_denominator": end.base}
            want |= {f"{name}_share": end.chose / end.base}
        made = against(after, before, apart=False)
        want |= {n: made[f"diff_{n}"] for n in comparisons.LIMITS}
        want |= {"difference": made["difference"]}
        for name, value in want.items():
            assert numbers[name] == pytest.approx(value, abs=1e-9), (row, name)
    assert told or seed not in TELLING, "some are told of, or nothing was tried"


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
