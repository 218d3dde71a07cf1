"""Every uncertainty and difference is what a count of the records gives; a role without records
gets what its published cube gives, by another way; what cannot be told is told as that."""

from __future__ import annotations

import math
import shutil
import subprocess
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from queries import comparisons, mergings
from queries import indicators as results
from queries.catalogue import indicator
from queries.conclusions import Claim, Trial
from queries.differences import association, holm, standardise
from queries.estimation import Sample, estimate
from queries.municipality import Merging
from queries.selection import scores
from queries.statistics import estimate as as_published
from queries.store import Reader, open_reader
from queries.viewer import AccessDenied, Role, Viewer
from tests import loading
from tests.plain_counts import (
    SHARES,
    Stratum,
    against,
    expected,
    from_cube,
    from_people,
    of_records,
    printed,
    survey_indicators,
    together,
)
from tests.queries.test_differences import pairs as all_pairs
from tests.queries.test_disclosure import QUESTIONS

if TYPE_CHECKING:
    from tests.queries.conftest import Loader

ROLES = {Role.POLITIKER: (), Role.HR: ("MBN", "KLK"), Role.REVISOR: ()}
EMPTY = "no_answers"
BY_ROW = (
    "numerator", "denominator", "share", "low", "high", "bound_low", "bound_high", "dont_know",
    "without_denominator", "without_share", "without_low", "without_high", "weighted_share",
    "weighted_low", "weighted_high", "weighted_se", "weighted_df", "mean", "mean_low", "mean_high",
    "mean_bound_low", "mean_bound_high",
    "difference", "diff_low", "diff_high", "diff_bound_low", "diff_bound_high", "diff_exact",
    "diff_without",
)  # fmt: skip


def reader_of(role: Role, store: Path | None) -> Reader:
    return open_reader(Viewer(role, frozenset(ROLES[role])), store)


def merging(*codes: str) -> Merging:
    return Merging(departments=codes, reason="Prov")


def number(value: Any) -> float:
    return math.nan if pd.isna(value) else float(value)


def assert_rows(
    table: pd.DataFrame, reader: Reader, wave: str, strata: dict[str, list[Stratum] | None]
) -> int:
    """Compare every row with what its strata give; return how many had numbers."""
    questionnaire = results.questionnaire_of(reader, wave)
    assert questionnaire is not None
    codes = list(results.departments(reader, wave)["code"])
    told = 0
    for name, rows in table.groupby("indicator", sort=False):
        if name not in strata:
            assert set(rows["status"]) == {"not_asked"} and rows[list(BY_ROW)].isna().all(axis=None)
            continue
        wanted = indicator(str(name))
        question = questionnaire.question(wanted.source.question)
        apart = question.type != "multiple" and "vet_ej" in question.codes
        ordered = question.type == "scale" or (question.type == "single" and question.ordered)
        steps = scores(question) if ordered else {}
        scale = [steps.get(code, math.nan) for code in question.codes] if len(steps) > 2 else None
        p_values, at = [], []
        for row in rows.to_dict("records"):
            own = strata[wanted.id]
            place = row["department"]
            parts = frozenset(place.split("+") if isinstance(place, str) else codes)
            found = expected(own, parts, apart=apart, scale=scale) if own else None
            assert (found is not None) == (row["status"] == "shown"), row
            nothing = {"numerator": 0.0, "denominator": 0.0} if row["status"] == EMPTY else {}
            for column in BY_ROW:
                want = (found or nothing).get(column, math.nan)
                assert number(row[column]) == pytest.approx(want, abs=1e-12, nan_ok=True), (
                    wanted.id, place, column,
                )  # fmt: skip
            told += found is not None
            if found and len(parts) < len(codes):
                p_values.append(found["p_value"])
                at.append((parts, number(row["diff_p"])))
        alone = rows["department"].isin(codes) & (rows["status"] == "hidden")
        assert_holm(p_values, at, int(alone.sum()))
    return told


def assert_holm(
    p_values: list[float], rows: list[tuple[frozenset[str], float]], hidden: int
) -> None:
    """Departments are tested beside each other, and beside several that are told in their place:
    the fewest. Others that are several stand in the place of whomever they hold. Two that are each
    other's rest are one comparison, with one p. Each hidden department counts as one more that is
    not striking at all."""
    beside: list[int] = []
    for n in sorted(range(len(rows)), key=lambda n: len(rows[n][0])):
        if not any(rows[n][0] & rows[m][0] for m in beside):
            beside.append(n)
    for n, (parts, told) in enumerate(rows):
        family = [n, *(m for m in beside if m != n and not rows[m][0] & parts)]
        if len(parts) == 1:  # not beside several: of them the auditor is told one by one
            family = [m for m in family if len(rows[m][0]) == 1]
        more = hidden if len(parts) == 1 else max(hidden - len(parts), 0)
        want = holm([p_values[m] for m in family] + [1.0] * more)[0]
        if len(beside) == 2 and n in beside:
            one, two = (p_values[m] for m in beside)
            same = one == pytest.approx(two, rel=1e-6, abs=0)
            want = min(one * (hidden + 1), 1.0) if same else want
        assert told == pytest.approx(want, abs=1e-12, nan_ok=True), parts


# --- the demo -------------------------------------------------------------------------------------


@pytest.mark.parametrize("wave", ["2024", "2026"])
def test_the_auditors_numbers_are_what_a_count_of_the_records_person_by_person_gives(
    wave: str, demo_store: Path
) -> None:
    reader = reader_of(Role.REVISOR, demo_store)
    questionnaire = results.questionnaire_of(reader, wave)
    assert questionnaire is not None
    grid = results.departments(reader, wave).set_index("code")
    people = {c: (int(row["answered"]), int(row["invited"])) for c, row in grid.iterrows()}
    given = of_records(wave, demo_store)
    strata = {
        i.id: from_people(given, people, questionnaire, i) for i in survey_indicators(questionnaire)
    }
    table = comparisons.uncertainty(
        reader, wave, mergings=[merging("MBN", "TN"), merging("KLK", "SN", "KFN")]
    )
    assert assert_rows(table, reader, wave, strata) > 150


@pytest.mark.parametrize(
    ("wave", "role"),
    [("2024", Role.POLITIKER), ("2026", Role.POLITIKER), ("2026", Role.HR)],
)
def test_others_get_what_publish_prints_gives_and_need_no_records(
    wave: str, role: Role, demo_store: Path, tmp_path: Path
) -> None:
    """The file with the answers is replaced by another's: nothing changes but for hr's agreements,
    which are copied out of it when the store is opened."""
    store = tmp_path / "store"
    shutil.copytree(demo_store, store)
    if role is Role.POLITIKER:
        for path in store.glob("snapshots/*/records.duckdb"):
            path.write_bytes(b"nothing to see")
    reader = reader_of(role, store)
    questionnaire = results.questionnaire_of(reader, wave)
    assert questionnaire is not None
    cube = printed(reader, wave)
    strata = {i.id: from_cube(reader, wave, i, cube) for i in survey_indicators(questionnaire)}
    assert any(len(s.codes) > 1 for own in strata.values() for s in own or ())
    table = comparisons.uncertainty(reader, wave, mergings=[merging("MBN", "TN")])
    assert assert_rows(table, reader, wave, strata) > 100
    assert table["post_share"].isna().all()
    weighting = table.attrs["weighting"]
    assert "publiceras inte" in weighting.reason
    for name, codes in weighting.merged.items():
        assert any(s.codes == frozenset(codes) for s in strata[name] or ())
    missing = {code for code, _name, _invited in weighting.missing}
    assert missing == ({"KFN"} if wave == "2024" else set())


def place(department: Any) -> str:
    return department if isinstance(department, str) else ""


def row_of(table: pd.DataFrame, department: str | None = None, **more: Any) -> pd.Series:
    place = table["department"] if "department" in table else table["code"]
    keep = place.isna() if department is None else place == department
    for name, value in more.items():
        keep &= table[name] == value
    (row,) = (row for _n, row in table[keep].iterrows())
    return row


@pytest.mark.parametrize("role", ROLES)
def test_the_anchors_of_the_audit(role: Role, demo_store: Path) -> None:
    """37 of 91 out of 221, 25 of 70, and 15 of 30 at KLK; KFN's three are told of, in no weight."""
    table = comparisons.uncertainty(reader_of(role, demo_store), "2024")
    fair = row_of(table, indicator="rattvist_fordelat")
    assert (fair["low"], fair["high"]) == pytest.approx((0.3310, 0.4869), abs=5e-5)
    assert (fair["bound_low"], fair["bound_high"]) == (37 / 221, 167 / 221)
    assert (fair["dont_know"], fair["without_denominator"]) == (22, 69)
    assert fair["without_share"] == pytest.approx(37 / 69)
    never = row_of(table, indicator="arbetsmiljo_uppfoljd")
    assert (1 - never["high"], 1 - never["low"]) == pytest.approx((0.2750, 0.4486), abs=5e-5)
    assert pd.isna(never["dont_know"]) and pd.isna(never["without_share"])
    policy = row_of(table, "KLK", indicator="policy_kand")
    assert policy["difference"] == pytest.approx(15 / 30 - 16 / 61)
    assert table.attrs["weighting"].missing == (("KFN", "Kultur- och fritidsförvaltningen", 3),)


R_SCRIPT = """
suppressPackageStartupMessages(library(survey)); options(survey.lonely.psu = "adjust")
people <- read.csv(commandArgs(TRUE)[1]); asked <- names(people)[-(1:2)]
design <- svydesign(ids = ~1, strata = ~department, fpc = ~invited, data = people)
for (name in asked) {
  own <- subset(design, !is.na(people[[name]]))
  mean <- svymean(as.formula(paste0("~", name)), own)
  cat(name, format(c(coef(mean), SE(mean), degf(own)), digits = 15), "\\n")
}
"""


def test_the_weighted_shares_are_those_of_r_survey(demo_store: Path, tmp_path: Path) -> None:
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("R is not installed")
    reader = reader_of(Role.REVISOR, demo_store)
    ids = ["rattvist_fordelat", "policy_kand", "arbetsmiljo_uppfoljd", "inga_it_atgarder"]
    questionnaire = results.questionnaire_of(reader, "2024")
    assert questionnaire is not None
    invited = results.departments(reader, "2024").set_index("code")["invited"]
    given: dict[str, dict[str, set[str]]] = {}
    for person, department, question, option in loading.rows(
        "select respondent, department, question, option from records.respondent "
        "join records.answer using (wave, respondent) where wave = '2024'",
        demo_store,
    ):
        given.setdefault(f"{person},{department}", {}).setdefault(question, set()).add(option)
    lines = [",".join(["department", "invited", *ids])]
    for person, answers in given.items():
        department = person.split(",")[1]
        cells = [department, str(invited[department])]
        for name in ids:
            source = indicator(name).source
            chosen = answers.get(source.question)
            hit = chosen and bool(chosen & set(source.counted(questionnaire)))
            cells.append("NA" if chosen is None else str(int(bool(hit))))
        lines.append(",".join(cells))
    (tmp_path / "people.csv").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "weighted.R").write_text(R_SCRIPT, encoding="utf-8")
    command = [rscript, tmp_path / "weighted.R", tmp_path / "people.csv"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "survey" in done.stderr and done.returncode:
        pytest.skip("R lacks the package survey")
    table = comparisons.uncertainty(reader, "2024", ids)
    told = [line.split() for line in done.stdout.splitlines()]
    assert [name for name, *_numbers in told] == ids
    for name, *numbers in told:
        row = row_of(table, indicator=name)
        ours = [row[f"weighted_{part}"] for part in ("share", "se", "df")]
        assert ours == pytest.approx([float(n) for n in numbers], abs=1e-8)


# --- differences ----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ["rattvist_fordelat", "produktivitet_positiv", "inga_it_atgarder"])
def test_departments_are_compared_as_their_counts_say(
    name: str, role: Role, demo_store: Path
) -> None:
    reader = reader_of(role, demo_store)
    found = comparisons.differences(reader, "2024", name, mergings=[merging("MBN", "TN")])
    strata = from_cube(reader, "2024", indicator(name))
    if role is Role.REVISOR:
        questionnaire = results.questionnaire_of(reader, "2024")
        assert questionnaire is not None
        grid = results.departments(reader, "2024").set_index("code")
        people = {c: (int(row["answered"]), int(row["invited"])) for c, row in grid.iterrows()}
        strata = from_people(of_records("2024", demo_store), people, questionnaire, indicator(name))
    units = [s for s in strata or () if s.base]
    counts = np.zeros((len(units), 1, len(units), 2))
    for n, unit in enumerate(units):
        counts[n, 0, n] = unit.chose, unit.base - unit.chose
    sample = Sample(
        counts,
        np.array([[s.answered] for s in units]),
        np.array([s.invited for s in units]),
        silent=np.array([s.silent for s in units]),
    )
    tested = association(sample)
    assert found.reason == "" and found.association is not None
    for part in ("statistic", "df1", "df2", "p_value", "exact", "smallest_expected"):
        assert getattr(found.association, part) == pytest.approx(getattr(tested, part), rel=1e-9)
    pairs = all_pairs(sample, SHARES[:1, :2])
    assert len(found.pairs) == len(units) * (len(units) - 1) // 2
    hidden = (found.rest["status"] == "hidden") & ~found.rest["code"].str.contains("+", regex=False)
    apart = len(units) + int(hidden.sum()) - sum(len(s.codes) > 1 for s in units)
    untold = apart * (apart - 1) // 2 - len(pairs.p_value)
    corrected = holm([*pairs.p_value[:, 0], *[1.0] * untold])
    for row in found.pairs.to_dict("records"):
        first, second = (
            next(n for n, s in enumerate(units) if s.codes == frozenset(row[side].split("+")))
            for side in ("first", "second")
        )
        at = list(combinations(range(len(units)), 2)).index((first, second))
        assert (row["first_numerator"], row["second_denominator"]) == (
            units[first].chose, units[second].base,
        )  # fmt: skip
        for part in ("difference", "low", "high", "bound_low", "bound_high", "exact"):
            assert row[part] == pytest.approx(getattr(pairs, part)[at, 0], abs=1e-12), part
        assert row["p_holm"] == pytest.approx(corrected[at], abs=1e-12, nan_ok=True)
    # Each against the rest is what stands in the table of uncertainties.
    table = comparisons.uncertainty(reader, "2024", [name], [merging("MBN", "TN")])
    mine = table[table["department"].notna()].reset_index(drop=True)
    assert list(found.rest["code"]) == list(mine["department"])
    for ours, theirs in (
        ("difference", "difference"), ("diff_low", "diff_low"), ("p_holm", "diff_p"),
        ("exact", "diff_exact"), ("share", "share"), ("status", "status"),
    ):  # fmt: skip
        pd.testing.assert_series_equal(found.rest[ours], mine[theirs], check_names=False)


@pytest.mark.parametrize("wave", ["2024", "2026"])
def test_nobody_is_told_of_a_difference_as_surer_than_the_auditor_is(
    wave: str, demo_store: Path
) -> None:
    """Who sees fewer departments compares fewer, and would be told of more for it."""
    auditor = comparisons.uncertainty(reader_of(Role.REVISOR, demo_store), wave)
    keys = ["indicator", "department"]
    known = auditor.dropna(subset=["department", "diff_p"]).set_index(keys)["diff_p"]
    for role in (Role.POLITIKER, Role.HR):
        table = comparisons.uncertainty(reader_of(role, demo_store), wave)
        told = table.dropna(subset=["department", "diff_p"]).set_index(keys)["diff_p"]
        both = told.index.intersection(known.index)
        assert len(both) > 40 and (told[both] >= known[both] - 1e-12).all()
        pairs = 0
        for name in ("rattvist_fordelat", "policy_kand", "mal_tydliga"):
            mine, theirs = (
                comparisons.differences(reader_of(r, demo_store), wave, name).pairs.set_index(
                    ["first", "second"]
                )["p_holm"]
                for r in (role, Role.REVISOR)
            )
            both = mine.index.intersection(theirs.index)
            pairs += len(both)
            assert (mine[both] >= theirs[both] - 1e-12).all()
        assert pairs > 5


@pytest.mark.parametrize("role", [Role.POLITIKER, Role.REVISOR])
def test_groups_of_an_attribute_are_parts_of_one_sample(role: Role, demo_store: Path) -> None:
    """Share and limits as in the table of groups; the pairs by the counts that are shown there, and
    all who are silent may be of either group."""
    reader = reader_of(role, demo_store)
    wanted = indicator("arbetsmiljo_sakerstalld")
    found = comparisons.differences(reader, "2026", wanted.id, "position")
    table = results.by_group(reader, "2026", wanted, "position").set_index("department")
    grid = results.departments(reader, "2026")
    answered, invited = int(grid["answered"].sum()), int(grid["invited"].sum())
    for row in found.rest.to_dict("records"):
        for part in ("numerator", "denominator", "share", "low", "high"):
            assert row[part] == table.loc[row["code"], part]
    groups = table.iloc[:2]
    chose, base = (groups[name].to_numpy(dtype=float) for name in ("numerator", "denominator"))
    # Of a group it is known who left the question empty, and of the silent nothing.
    left_empty = np.round(chose / groups["bound_low"].to_numpy() - base - (invited - answered))
    sample = Sample(
        np.stack([chose, base - chose], axis=1)[None, None],
        np.array([[answered]]),
        np.array([invited]),
        silent=left_empty,
        unplaced=np.array(invited - answered),
    )
    pairs = all_pairs(sample, SHARES[:1, :2])
    (row,) = found.pairs.to_dict("records")
    for part in ("difference", "low", "high", "bound_low", "bound_high", "p_holm"):
        assert row[part] == pytest.approx(getattr(pairs, part)[0, 0], abs=1e-12), part
    assert found.association is not None
    assert found.association.p_value == pytest.approx(association(sample).p_value)
    assert row["bound_low"] < -0.5 and row["bound_high"] > 0.5


def test_hidden_groups_of_an_attribute_are_one_in_the_test_of_all(demo_store: Path) -> None:
    reader = reader_of(Role.POLITIKER, demo_store)
    wanted = indicator("arbetsmiljo_sakerstalld")
    found = comparisons.differences(reader, "2026", wanted.id, "occupation")
    table = results.by_group(reader, "2026", wanted, "occupation")
    assert list(table["status"]).count("hidden") == 2
    shown = table[(table["status"] == "shown") & table["department"].notna()]
    pairs = shown[["numerator", "denominator"]].to_numpy(dtype=float)
    whole = table[["numerator", "denominator"]].iloc[-1].to_numpy(dtype=float)
    pairs = np.vstack([pairs, whole - pairs.sum(axis=0)])
    counts = np.stack([pairs[:, 0], pairs[:, 1] - pairs[:, 0]], axis=1)[None, None]
    grid = results.departments(reader, "2026")
    tested = association(Sample(counts, [[grid["answered"].sum()]], [grid["invited"].sum()]))
    assert found.association is not None
    assert found.association.p_value == pytest.approx(tested.p_value)
    assert found.association.statistic == pytest.approx(tested.statistic)
    assert len(found.pairs) == 6


def test_changes_are_two_independent_samples_of_the_counts_of_each_wave(demo_store: Path) -> None:
    pair = [merging("MBN", "TN")]
    for role in (Role.POLITIKER, Role.REVISOR):
        reader = reader_of(role, demo_store)
        table = comparisons.changes(reader, "2024", "2026", mergings=pair).astype(object)
        before, after = (
            {
                (row["indicator"], place(row["department"])): row
                for row in results.results(reader, wave, mergings=pair).to_dict("records")
            }
            for wave in ("2024", "2026")
        )
        assert not table["indicator"].isin(["svarsfrekvens", "riskbedomda"]).any()
        shown = 0
        for row in table.to_dict("records"):
            key = row["indicator"], place(row["department"])
            if key not in before or key not in after:
                continue  # several that are hidden together: below
            ends = before[key], after[key]
            hinders = ("hidden", "not_asked", "no_answers")
            found = {end["status"] for end in ends}
            assert row["status"] == next((s for s in hinders if s in found), "shown"), row
            numbers = [row[name] for name in comparisons.CHANGES[3:-1]]
            if row["status"] != "shown":
                assert all(pd.isna(n) for n in numbers), row
                continue
            shown += 1
            for name, end in zip(("before", "after"), ends, strict=True):
                assert row[f"{name}_numerator"] == end["numerator"]
                assert row[f"{name}_denominator"] == end["denominator"]
            assert row["difference"] == pytest.approx(row["after_share"] - row["before_share"])
        assert shown >= 90


def test_a_change_has_the_interval_and_the_p_of_the_two_waves_by_themselves(
    demo_store: Path,
) -> None:
    reader = reader_of(Role.REVISOR, demo_store)
    given, strata = {}, {}
    for wave in ("2024", "2026"):
        questionnaire = results.questionnaire_of(reader, wave)
        assert questionnaire is not None
        grid = results.departments(reader, wave).set_index("code")
        people = {c: (int(r["answered"]), int(r["invited"])) for c, r in grid.iterrows()}
        given[wave] = of_records(wave, demo_store)
        for name in ("rattvist_fordelat", "arbetsmiljo_sakerstalld"):
            strata[wave, name] = from_people(given[wave], people, questionnaire, indicator(name))
    table = comparisons.changes(reader, "2024", "2026", mergings=[merging("MBN", "TN")])
    for name in ("rattvist_fordelat", "arbetsmiljo_sakerstalld"):
        codes = ["BUN", "KLK", "MBN", "SN", "TN"]
        places = [[code] for code in codes] + [["MBN", "TN"], [*codes, "KFN"]]
        found = []
        for place in places:
            after, before = (
                together(s for s in strata[wave, name] if s.codes <= set(place))
                for wave in ("2026", "2024")
            )
            found.append(against(after, before, apart=True))
        p = [f["p_value"] for f in found]
        corrected = [*holm(p[:5]), holm([p[5], *(p[n] for n in (0, 1, 3))])[0], p[6]]
        for place, want, p_holm in zip(places, found, corrected, strict=True):
            code = None if len(place) > 2 else "+".join(place)
            row = row_of(table, code, indicator=name)
            for part in ("low", "high", "bound_low", "bound_high"):
                assert row[part] == pytest.approx(want[f"diff_{part}"], abs=1e-12), (place, part)
            assert row["difference"] == pytest.approx(want["difference"], abs=1e-12)
            assert row["p_holm"] == pytest.approx(p_holm, abs=1e-12)


def test_departments_hidden_in_one_wave_or_the_other_are_told_together_by_what_both_publish(
    demo_store: Path,
) -> None:
    """MBN and TN in 2024, KFN and MBN in 2026: of these three both waves publish the remainder."""
    reader = reader_of(Role.POLITIKER, demo_store)
    table = comparisons.changes(reader, "2024", "2026")
    row = row_of(table, "KFN+MBN+TN", indicator="rattvist_fordelat")
    assert row["status"] == "shown" and row["name"] == "KFN + MBN + TN tillsammans"
    ends = {}
    for wave in ("2024", "2026"):
        strata = from_cube(reader, wave, indicator("rattvist_fordelat")) or []
        ends[wave] = together(s for s in strata if s.codes <= {"KFN", "MBN", "TN"})
        assert ends[wave].codes == {"KFN", "MBN", "TN"}
    assert (row["before_numerator"], row["before_denominator"]) == (4, 11)
    assert (row["after_numerator"], row["after_denominator"]) == (
        ends["2026"].chose, ends["2026"].base,
    )  # fmt: skip
    want = against(ends["2026"], ends["2024"], apart=True)
    for part in ("low", "high", "bound_low", "bound_high"):
        assert row[part] == pytest.approx(want[f"diff_{part}"], abs=1e-12)
    assert not table["department"].isin(["KFN+MBN"]).any()


def test_the_departments_mix_of_work_is_the_auditors_and_is_what_standardise_says(
    demo_store: Path,
) -> None:
    for role in (Role.POLITIKER, Role.HR):
        with pytest.raises(AccessDenied):
            comparisons.standardised(reader_of(role, demo_store), "2024", "rattvist_fordelat")
    reader = reader_of(Role.REVISOR, demo_store)
    table = comparisons.standardised(reader, "2024", "rattvist_fordelat")
    grid = results.departments(reader, "2024")
    questionnaire = results.questionnaire_of(reader, "2024")
    assert questionnaire is not None
    kinds = [option.code for option in questionnaire.attribute("occupation").options]
    people = Counter(
        loading.rows(
            "select department, occupation, option = 'ja' from records.answer "
            "join records.respondent using (wave, respondent) "
            "where wave = '2024' and question = 'q2_1a'",
            demo_store,
        )
    )
    counts = np.zeros((len(grid), 1, len(grid) * len(kinds), 2))
    for h, code in enumerate(grid["code"]):
        for o, kind in enumerate(kinds):
            counts[h, 0, h * len(kinds) + o] = people[code, kind, True], people[code, kind, False]
    sample = Sample(counts, grid["answered"].to_numpy()[:, None], grid["invited"].to_numpy())
    want = standardise(sample, SHARES[:1, :2], len(kinds))
    for n, row in enumerate(table.to_dict("records")):
        if row["department"] == "KFN":
            assert row["status"] == "no_answers" and pd.isna(row["value"]) and row["left_out"] == ()
            continue
        said = counts[n].sum(axis=(0, 1))
        assert (row["numerator"], row["denominator"]) == (said[0], said.sum())
        for part in ("crude", "crude_gap", "value", "low", "high", "gap", "gap_low", "gap_high",
                     "whole"):  # fmt: skip
            assert row[part] == pytest.approx(getattr(want, part)[n, 0], abs=1e-12), part
        assert row["covered"] == pytest.approx(want.covered[n])
        assert len(row["left_out"]) == want.left_out[n].sum()


# --- conclusions ----------------------------------------------------------------------------------


def test_what_is_worth_concluding_of_a_row_is_tried_with_its_own_numbers(demo_store: Path) -> None:
    table = comparisons.uncertainty(reader_of(Role.POLITIKER, demo_store), "2024")
    row = row_of(table, "SN", indicator="rattvist_fordelat")
    found = {c.claim: c for c in comparisons.conclusions(row.to_dict(), limit=0.2)}
    assert set(found) == {Claim.MINORITY, Claim.ABOVE, Claim.LOWER_THAN_REST}
    assert found[Claim.LOWER_THAN_REST].holds == (Trial.SAMPLING, Trial.DONT_KNOW)
    assert found[Claim.LOWER_THAN_REST].fails == (Trial.SILENT,)
    assert "Mindre än hälften" in found[Claim.MINORITY].sentence()
    whole = row_of(table, indicator="rattvist_fordelat")
    (only,) = comparisons.conclusions(whole)
    # 40,7 % of all, but 53,6 % of those with an opinion.
    assert only.claim is Claim.MINORITY and Trial.DONT_KNOW in only.fails
    hidden = row_of(table, "MBN", indicator="rattvist_fordelat")
    assert comparisons.conclusions(hidden, limit=0.2) == []
    scale = row_of(table, indicator="arbetsmiljo_foljs_upp")
    tried = {t for c in comparisons.conclusions(scale) for t in (*c.holds, *c.fails)}
    assert tried == {Trial.SAMPLING, Trial.SILENT}


# --- edges ----------------------------------------------------------------------------------------

HEADER = ["Förvaltning", "Befattning", "Roll", "Kön", *QUESTIONS]


def answers(department: str, *policy: str, position: str = "Medarbetare") -> list[list[str]]:
    """Return lines of people who never work elsewhere and answered the first question so."""
    return [[department, position, "", "", "aldrig", answer, "", ""] for answer in policy]


def policy(loader: Loader, role: str = "politiker", **more: Any) -> pd.DataFrame:
    return comparisons.uncertainty(loader.reader(role), "v", ["policy_kand"], **more)


def nothing_in(row: pd.Series) -> bool:
    return bool(row.drop(["indicator", "wave", "department", "name", "status"]).isna().all())


MIXED = ("ja", "nej", "vet_ej", "ja", "nej", "ja")


def test_without_a_survey_or_a_questionnaire_nothing_was_asked(loader: Loader) -> None:
    loader.invited(AA=10, BB=5)
    for role in ("politiker", "revisor"):
        table = policy(loader, role)
        assert list(table["status"]) == ["not_asked"] * 3
        assert all(nothing_in(row) for _n, row in table.iterrows())
        found = comparisons.differences(loader.reader(role), "v", "policy_kand")
        assert found.association is None and "ställdes inte" in found.reason
        assert found.rest.empty and found.pairs.empty
    standard = comparisons.standardised(loader.reader("revisor"), "v", "policy_kand")
    assert list(standard["status"]) == ["not_asked"] * 2


def test_an_unknown_wave_and_an_admin_are_refused(loader: Loader) -> None:
    loader.invited(AA=10)
    with pytest.raises(results.UnknownWave):
        comparisons.uncertainty(loader.reader(), "x")
    with pytest.raises(AccessDenied):
        comparisons.uncertainty(loader.reader("admin"), "v")
    with pytest.raises(AccessDenied):
        comparisons.differences(loader.reader("admin"), "v", "policy_kand")


def test_a_base_of_none_and_one_and_all_alike_give_no_number_that_is_wrong(loader: Loader) -> None:
    """AA: one answer; BB: nobody; CC: all alike; DD: only vet ej; EE: nobody was even invited."""
    loader.invited(AA=3, BB=4, CC=20, DD=20, EE=0)
    people = [
        *answers("AA", "ja"), *answers("CC", *["ja"] * 12), *answers("DD", *["vet_ej"] * 12),
    ]  # fmt: skip
    loader.survey([HEADER, *people])
    table = policy(loader, "revisor")
    one = row_of(table, "AA")
    assert (one["low"], one["high"]) == (one["bound_low"], one["bound_high"]) == (1 / 3, 1)
    assert (one["weighted_low"], one["weighted_high"]) == (1 / 3, 1)
    assert pd.isna(one["weighted_se"]) and one["weighted_df"] == 0
    assert one["diff_low"] <= one["difference"] <= one["diff_high"]
    for code in ("BB", "EE"):
        assert row_of(table, code)["status"] == "no_answers" and nothing_in(
            row_of(table, code).drop(["numerator", "denominator"])
        )
    alike = row_of(table, "CC")
    assert (alike["share"], alike["weighted_se"]) == (1.0, 0.0)
    assert alike["weighted_low"] == alike["low"] < 1
    unsure = row_of(table, "DD")
    assert unsure["dont_know"] == unsure["denominator"] == 12
    assert pd.isna(unsure["without_denominator"]) and pd.isna(unsure["without_share"])
    assert pd.isna(unsure["diff_without"])
    # Who was invited and is silent altogether can be represented by nobody, and that is told.
    assert table.attrs["weighting"].missing == (("BB", "BB", 4),)
    (worded,) = (c for c in comparisons.conclusions(unsure) if c.claim is Claim.MINORITY)
    assert Trial.DONT_KNOW in worded.fails


def test_of_one_department_there_is_no_rest_and_nothing_to_compare(loader: Loader) -> None:
    loader.invited(AA=30)
    loader.survey([HEADER, *answers("AA", *MIXED * 2)])
    for role in ("politiker", "revisor"):
        table = policy(loader, role)
        assert list(table["status"]) == ["shown", "shown"]
        assert table[["difference", "diff_p", "diff_without"]].isna().all(axis=None)
        assert (table["weighted_share"] == table["share"]).all()
        found = comparisons.differences(loader.reader(role), "v", "policy_kand")
        assert found.association is None and "bara en grupp" in found.reason
        found = comparisons.differences(loader.reader(role), "v", "policy_kand", "occupation")
        assert found.association is None and found.reason


def test_a_question_that_everybody_left_empty_has_no_answers_and_nothing_to_compare(
    loader: Loader,
) -> None:
    loader.invited(AA=30, BB=30)
    people = [*answers("AA", *[""] * 12), *answers("BB", *[""] * 12)]
    loader.survey([HEADER, *people])
    for role in ("politiker", "revisor"):
        assert list(policy(loader, role)["status"]) == ["no_answers"] * 3
        found = comparisons.differences(loader.reader(role), "v", "policy_kand")
        assert found.association is None and found.reason == "Ingen har svarat på frågan."
    standard = comparisons.standardised(loader.reader("revisor"), "v", "policy_kand")
    assert list(standard["status"]) == ["no_answers"] * 2


def test_where_everybody_answered_the_difference_is_known_and_not_tested(loader: Loader) -> None:
    loader.invited(AA=12, BB=12)
    people = [*answers("AA", *MIXED * 2), *answers("BB", *["ja"] * 7, *["nej"] * 5)]
    loader.survey([HEADER, *people])
    row = row_of(policy(loader), "AA")
    assert row["diff_low"] == row["difference"] == row["diff_high"] == pytest.approx(-1 / 12)
    assert pd.isna(row["diff_p"]) and pd.isna(row["diff_exact"])
    found = comparisons.differences(loader.reader(), "v", "policy_kand")
    assert "har svarat" in found.reason and len(found.pairs) == 1


def test_what_is_hidden_is_null_in_every_number_and_hidden_alone_is_one_stratum(
    loader: Loader,
) -> None:
    """AA is shown; BB (4) and CC (4) are one; DD was invited and silent: two strata answered."""
    loader.invited(AA=40, BB=10, CC=30, DD=5)
    people = [*answers("AA", *MIXED * 3), *answers("BB", "ja", "nej", "nej", "vet_ej"),
              *answers("CC", "ja", "ja", "ja", "nej")]  # fmt: skip
    loader.survey([HEADER, *people])
    table = policy(loader)
    assert list(table["status"]) == ["shown", "hidden", "hidden", "no_answers", "shown", "shown"]
    assert nothing_in(row_of(table, "BB")) and nothing_in(row_of(table, "CC"))
    assert table.attrs["weighting"].merged == {"policy_kand": ("BB", "CC")}
    whole, pair = row_of(table), row_of(table, "BB+CC")
    assert pair["weighted_share"] == pair["share"] == 4 / 8
    # 40/18 for each at AA, 40/8 for each of the hidden: not 10/4 and 30/4.
    want = (9 * 40 / 18 + 4 * 40 / 8) / 80
    assert whole["weighted_share"] == pytest.approx(want)
    auditor = row_of(policy(loader, "revisor"))
    assert auditor["weighted_share"] == pytest.approx((9 * 40 / 18 + 1 * 10 / 4 + 3 * 30 / 4) / 80)
    assert whole["weighted_share"] != pytest.approx(auditor["weighted_share"], abs=1e-4)
    found = comparisons.differences(loader.reader(), "v", "policy_kand")
    assert list(found.pairs["first"] + found.pairs["second"]) == ["AABB+CC"]
    assert list(found.rest["status"]) == ["shown", "hidden", "hidden", "no_answers", "shown"]


def test_where_even_the_whole_is_hidden_there_is_nothing(loader: Loader) -> None:
    loader.invited(AA=5, BB=5)
    loader.survey([HEADER, *answers("AA", "ja", "nej"), *answers("BB", "ja")])
    table = policy(loader)
    assert list(table["status"]) == ["hidden"] * 3
    assert all(nothing_in(row) for _n, row in table.iterrows())
    for breakdown in ("department", "position"):
        found = comparisons.differences(loader.reader(), "v", "policy_kand", breakdown)
        assert found.association is None and "dolda" in found.reason
        assert found.pairs.empty and found.rest["difference"].isna().all()


def test_those_outside_the_filter_are_neither_in_the_base_nor_among_the_silent(
    loader: Loader,
) -> None:
    """20 of 30 answered: 8 never work elsewhere, 11 told, 1 left it empty. 10 + 1 are silent."""
    loader.invited(AA=30)
    people = [*answers("AA", *["ja"] * 8)] + [
        ["AA", "", "", "", "mer_sallan", "ja", str(step), "vpn; inga" if step > 2 else "vpn"]
        for step in (1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5)
    ]
    people.append(["AA", "", "", "", "mer_sallan", "ja", "", ""])
    loader.survey([HEADER, *people])
    ids = ["arbetsmiljo_foljs_upp", "inga_it_atgarder"]
    for role in ("politiker", "revisor"):
        table = comparisons.uncertainty(loader.reader(role), "v", ids)
        row = row_of(table, indicator="arbetsmiljo_foljs_upp")
        assert (row["numerator"], row["denominator"]) == (4, 11)
        assert (row["bound_low"], row["bound_high"]) == (4 / 22, 15 / 22)
        want = as_published(4, 11, 20, 30, 8)
        assert (row["weighted_low"], row["weighted_high"]) == pytest.approx(
            (float(want.low), float(want.high))
        )
        assert row["mean"] == pytest.approx(31 / 11)
        scale = np.arange(1.0, 6)[None]
        mean = estimate(Sample(np.array([[[[3, 2, 2, 2, 2]]]]), [[20]], [30], silent=[11]), scale)
        assert (row["mean_low"], row["mean_high"]) == (mean.low[0, 0], mean.high[0, 0])
        # Several choices: of those who answered, each counted once.
        several = row_of(table, indicator="inga_it_atgarder")
        assert (several["numerator"], several["denominator"]) == (6, 11)
        assert pd.isna(several["dont_know"]) and pd.isna(several["mean"])


@pytest.mark.parametrize("role", [Role.POLITIKER, Role.REVISOR])
def test_every_question_with_an_order_has_a_mean_as_the_textbook_has_it(
    role: Role, demo_store: Path
) -> None:
    """Of the whole: m ± t · √((1 − n/N) · n/(n − 1) · Σ(x − m)²) / d, with *vet ej* outside."""
    reader = reader_of(role, demo_store)
    table = comparisons.uncertainty(reader, "2024").set_index("indicator")
    table = table[table["department"].isna()]
    cube, n, invited = printed(reader_of(Role.POLITIKER, demo_store), "2024"), 91, 221
    questionnaire = results.questionnaire_of(reader, "2024")
    assert questionnaire is not None
    told = {}
    for name, row in table.iterrows():
        question = questionnaire.question(indicator(str(name)).source.question)
        if pd.isna(row["mean"]):
            continue
        counts = cube[question.id][""][0]
        steps = {option: step for option, step in scores(question).items() if option != "vet_ej"}
        values = np.repeat([*steps.values()], [counts[option] for option in steps])
        mean, size = values.mean(), len(values)
        spread = (1 - n / invited) * n / (n - 1) * ((values - mean) ** 2).sum()
        half = stats.t.ppf(0.975, size - 1) * math.sqrt(spread) / size
        assert (row["mean"], row["mean_low"], row["mean_high"]) == pytest.approx(
            (mean, mean - half, mean + half)
        ), name
        told[question.id] = len(steps)
    assert told == {
        "frekvens": 5, "q1_3": 4, "q1_5": 4, "q2_1b": 5, "q2_1c": 5, "q3_1b": 5, "it_utbildning": 3,
        "it_uppfoljning": 5, "produktivitet": 5, "q3_3": 5, "q3_4": 4, "motesfrekvens": 4,
    }  # fmt: skip
    # Of yes and no the mean would be the share once more; of several choices there is none.
    assert pd.isna(
        table.loc[["policy_kand", "rattvist_fordelat", "inga_it_atgarder"], "mean"]
    ).all()


def test_what_one_wave_did_not_ask_or_one_hides_is_said_and_has_no_numbers(loader: Loader) -> None:
    """BB is new in the second wave; CC is hidden in it; the second wave did not ask about work."""
    loader.invited("v", AA=30, CC=30, DD=30)
    loader.survey([HEADER, *(line for c in ("AA", "CC", "DD") for line in answers(c, *MIXED * 2))])
    loader.invited("w", AA=30, BB=30, CC=30, DD=30)
    people = [*answers("AA", *MIXED * 2), *answers("BB", *MIXED), *answers("CC", "ja", "nej", "ja"),
              *answers("DD", *MIXED * 2)]  # fmt: skip
    short = [[line[n] for n in (0, 1, 5)] for line in people]
    loader.survey([["Förvaltning", "Befattning", "q1_1"], *short], "w")
    table = comparisons.changes(
        loader.reader(), "v", "w", ["policy_kand", "arbetar_pa_annan_plats"]
    )
    assert set(table[table["indicator"] == "arbetar_pa_annan_plats"]["status"]) == {"not_asked"}
    mine = table[table["indicator"] == "policy_kand"].set_index("department")["status"]
    assert mine["AA"] == "shown" and mine["BB"] in ("not_in_wave", "hidden")
    assert mine["CC"] == "hidden" and mine.iloc[-1] == "shown"
    numbers = table[table["status"] != "shown"].drop(
        columns=["indicator", "department", "name", "status"]
    )
    assert numbers.isna().all(axis=None)
    backwards = comparisons.changes(loader.reader("revisor"), "w", "v", ["policy_kand"])
    assert list(backwards["department"].fillna("")) == ["AA", "CC", "DD", "BB", ""]
    assert list(backwards["status"]) == ["shown", "shown", "shown", "not_in_wave", "shown"]


def test_two_waves_of_the_same_size_are_still_two_samples(loader: Loader) -> None:
    """As many invited and as many answers: 6 of 12 and then 9 of 12."""
    for wave, yes in (("v", 6), ("w", 9)):
        loader.invited(wave, AA=30, BB=30)
        said = ["ja"] * yes + ["nej"] * (12 - yes)
        loader.survey([HEADER, *answers("AA", *said), *answers("BB", *said)], wave)
    table = comparisons.changes(loader.reader(), "v", "w", ["policy_kand"])
    end = {yes: Stratum(frozenset("AA"), yes, 12, 0, 0, 12, 30) for yes in (6, 9)}
    want = against(end[9], end[6], apart=True)
    row = row_of(table, "AA")
    assert row["difference"] == 0.25
    assert (row["low"], row["high"]) == pytest.approx((want["diff_low"], want["diff_high"]))


def test_an_answer_that_was_withdrawn_and_waits_leaves_numbers_and_no_fault(loader: Loader) -> None:
    """What is told is still of all who had answered, who are then more than have answered."""
    loader.invited(AA=12, BB=30)
    people = [*answers("AA", *MIXED * 2), *answers("BB", *MIXED * 2)]
    loader.survey([HEADER, *people])
    before = policy(loader)
    loader.survey([HEADER, *people[1:]])
    assert policy(loader)["numerator"].equals(before["numerator"])
    assert row_of(policy(loader), "AA")["low"] == row_of(before, "AA")["low"]
    assert comparisons.differences(loader.reader(), "v", "policy_kand").association is not None
    table = comparisons.differences(loader.reader(), "v", "policy_kand", "position")
    assert list(table.rest["status"])


# --- post-stratified ------------------------------------------------------------------------------


def framed_by_position(loader: Loader, chiefs: int = 6, staff: int = 24) -> None:
    loader.frame(
        [("Förvaltning", "Befattning", "Tillfrågade")]
        + [(code, kind, n) for code in ("AA", "BB") for kind, n in
           (("Chef", chiefs), ("Medarbetare", staff))]
    )  # fmt: skip


def test_the_auditor_has_numbers_that_meet_the_frame_in_every_kind_of_people(
    loader: Loader,
) -> None:
    framed_by_position(loader)
    people = [
        *answers("AA", *MIXED), *answers("AA", "ja", "ja", "nej", position="Chef"),
        *answers("BB", *MIXED, "nej", "nej"), *answers("BB", "ja", position="Chef"),
        *answers("BB", "nej", position=""),
    ]  # fmt: skip
    loader.survey([HEADER, *people])
    table = policy(loader, "revisor")
    weighting = table.attrs["weighting"]
    assert weighting.poststratified == ("position",) and weighting.reason == ""
    assert weighting.left_out == 1 and weighting.missing_kinds == ()
    # [department, position (chef, medarbetare), yes or not]
    yes = np.array([[[2, 1], [3, 3]], [[1, 0], [3, 5]]])[:, :, None, :]
    sample = Sample(yes, [[3, 6], [1, 8]], [30, 30], population=[12, 48])
    whole = estimate(sample, SHARES[:1, :2])
    row = row_of(table)
    assert row["post_share"] == pytest.approx(whole.value[0, 0], abs=1e-12)
    assert (row["post_low"], row["post_high"]) == pytest.approx(
        (whole.low[0, 0], whole.high[0, 0]), abs=1e-12
    )
    # One left out the position, and is not among those who are weighed so.
    assert (row["post_denominator"], row["denominator"]) == (18, 19)
    own = estimate(Sample(yes * [[[[1]]], [[[0]]]], [[3, 6], [1, 8]], [30, 30], population=[12, 48],
                          silent=[21]), SHARES[:1, :2])  # fmt: skip
    assert row_of(table, "AA")["post_share"] == pytest.approx(own.value[0, 0], abs=1e-12)
    politician = policy(loader)
    assert politician[["post_share", "post_low", "post_high"]].isna().all(axis=None)
    assert "bara revisor" in politician.attrs["weighting"].reason


def test_a_kind_without_answers_is_told_and_one_smaller_than_its_answers_stops_it(
    loader: Loader,
) -> None:
    framed_by_position(loader)
    loader.survey([HEADER, *answers("AA", *MIXED), *answers("BB", *MIXED)])
    table = policy(loader, "revisor")
    assert table.attrs["weighting"].missing_kinds == (("Chef", 12),)
    assert row_of(table)["post_share"] == pytest.approx(0.5)


def test_a_frame_with_fewer_of_a_kind_than_answered_gives_no_such_number(loader: Loader) -> None:
    framed_by_position(loader, chiefs=1, staff=30)
    people = [*answers("AA", *MIXED), *answers("AA", "ja", "ja", "nej", position="Chef"),
              *answers("BB", *MIXED)]  # fmt: skip
    loader.survey([HEADER, *people])
    table = policy(loader, "revisor")
    assert table["post_share"].isna().all() and table["weighted_share"].notna().all()
    assert "färre personer" in table.attrs["weighting"].reason


def test_a_frame_of_departments_alone_cannot_be_met_in_anything_else(demo_store: Path) -> None:
    table = comparisons.uncertainty(reader_of(Role.REVISOR, demo_store), "2024", ["policy_kand"])
    assert table["post_share"].isna().all()
    assert "kan inte efterstratifieras" in table.attrs["weighting"].reason


def test_the_mergings_of_the_municipality_are_those_of_the_results(demo_store: Path) -> None:
    reader = reader_of(Role.POLITIKER, demo_store)
    own = mergings.of_departments(results.departments(reader, "2026")["code"])
    table = comparisons.uncertainty(reader, "2026", mergings=own)
    shares = results.results(reader, "2026", merged=True, mergings=own)
    shares = shares[shares["indicator"].isin(table["indicator"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(table[list(shares.columns)], shares)
