"""Departments that are read together: what can be worked out of what is shown, and nothing else."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from queries import coverage, indicators, regelverk
from queries import mergings as together
from queries.catalogue import REGISTER, indicator
from queries.catalogue import indicators as catalogue
from queries.municipality import Merging, municipality
from queries.rules import rulesets
from queries.store import Reader, open_reader
from queries.viewer import Role, Viewer
from tests.queries.test_attacker import DEPARTMENTS, as_file, framed, survey

if TYPE_CHECKING:
    from tests.queries.conftest import Loader

__all__ = ["framed"]

HR = (("BUN", "MBN"), ("MBN", "TN"), ("KFN", "KLK", "SN"))


def merging(*codes: str) -> Merging:
    return Merging(departments=codes, reason="Prov")


def some_mergings(codes: Sequence[str], seed: int) -> list[Merging]:
    """Return mergings of two, three and four departments, some of which overlap."""
    draw = random.Random(seed)
    drawn = [draw.sample(list(codes), size) for size in (2, 2, 2, 3, 3, 4)]
    return [merging(*of) for of in {frozenset(of): of for of in drawn}.values()]


def follows(parts: Iterable[str], told: pd.DataFrame, codes: Sequence[str]) -> bool:
    """Whether the sum of the ``parts`` is a linear combination of the rows that are told.

    ``told``: ``department`` (null or empty: the whole) and ``status``; what has nothing to count is
    known to be nought.
    """
    rows = [
        [float(not place or place == code) for code in codes]
        for place, status in zip(told["department"], told["status"], strict=True)
        if status in ("shown", "no_answers")
        for place in [place if isinstance(place, str) else ""]
    ]
    wanted = [float(code in set(parts)) for code in codes]
    if not rows:
        return False
    found, *_rest = np.linalg.lstsq(np.array(rows).T, np.array(wanted), rcond=None)
    return bool(np.allclose(np.array(rows).T @ found, wanted))


def assert_follows(
    table: pd.DataFrame, joined: Sequence[Merging], numbers: Sequence[str]
) -> tuple[int, int]:
    """Assert that each merging is shown exactly where it can be worked out of the rows of the
    departments and the whole; return how many are shown and hidden."""
    own = {m.code: m.departments for m in joined}
    place = table["department"].fillna("")
    told = table[~place.isin(list(own))]
    codes = [code for code in told["department"].dropna().unique() if code]
    shown = hidden = 0
    for row in table[place.isin(list(own))].to_dict("records"):
        parts = own[row["department"]]
        if row["status"] in ("not_asked", "not_regulated"):
            assert set(told["status"]) & {"not_asked", "not_regulated"}
            continue
        derivable = follows(parts, told, codes)
        assert (row["status"] != "hidden") == derivable, (row, told[["department", "status"]])
        hidden += not derivable
        shown += derivable
        if not derivable:
            assert all(pd.isna(row[name]) for name in numbers)
    return shown, hidden


@pytest.mark.parametrize("seed", [*range(12), *(pytest.param(s, marks=pytest.mark.slow)
                                                for s in range(12, 300))])  # fmt: skip
def test_a_merging_of_a_random_survey_is_a_sum_or_difference_of_what_is_shown_and_no_more(
    seed: int, loader: Loader, framed: Path
) -> None:
    shutil.copytree(framed, loader.folder / "store")
    people = survey(seed)
    loader.survey(as_file(people))
    reader, auditor = loader.reader(), loader.reader("revisor")
    joined = some_mergings(DEPARTMENTS, seed)
    for question in ("q1_1", "q3_1b", "frekvens"):
        table = indicators.answers(reader, "v", question, joined)
        true = indicators.answers(auditor, "v", question, joined).set_index(["group", "option"])
        for _option, rows in table.groupby("option", sort=False):
            assert_follows(rows.rename(columns={"group": "department"}), joined, ["count", "base"])
        shown = table[table["status"] == "shown"].set_index(["group", "option"])
        pd.testing.assert_frame_equal(
            shown[["count", "base"]], true.loc[shown.index, ["count", "base"]]
        )
        # As a sum of the microdata.
        for row in shown.reset_index().to_dict("records"):
            if "+" in row["group"]:
                of = [p for p in people if p["department"] in row["group"].split("+")]
                assert row["base"] == sum(bool(p[question]) for p in of)
    results = indicators.results(reader, "v", ["policy_kand"], merged=True, mergings=joined)
    one = results[results["department"].isin([m.code for m in joined])]
    full = indicators.results(auditor, "v", ["policy_kand"], mergings=joined)
    full = full.set_index("department")
    for row in one[one["status"] == "shown"].to_dict("records"):
        expected = full.loc[row["department"]]
        if not isinstance(expected, pd.Series):
            expected = expected.iloc[0]
        for name in ("numerator", "denominator", *indicators.NUMBERS):
            assert row[name] == pytest.approx(expected[name], nan_ok=True), name


@pytest.fixture
def read(demo_store: Path, monkeypatch: pytest.MonkeyPatch):
    def reader(role: str, *departments: str) -> Reader:
        return open_reader(Viewer(Role(role), frozenset(departments)), demo_store)

    return reader


VIEWERS = [("politiker",), ("revisor",), *(("hr", *own) for own in HR)]


@pytest.mark.parametrize("who", VIEWERS, ids="-".join)
def test_a_merging_of_the_register_is_what_can_be_worked_out_of_what_the_visitor_sees(
    who: tuple[str, ...], read
) -> None:
    reader = read(*who)
    codes = list(indicators.departments(reader, "2026")["code"])
    joined = [merging("MBN", "TN"), *some_mergings(codes, 1)]
    counted = [i for i in catalogue() if i.source.kind == REGISTER]
    table = indicators.results(reader, "2026", [i.id for i in counted], mergings=joined)
    seen = [
        assert_follows(rows, joined, ["numerator", "denominator", "share"])
        for _indicator, rows in table.groupby("indicator")
    ]
    for i in counted[:4]:
        days = coverage.series(reader, i, joined)
        seen += [assert_follows(_zeros(rows, codes), joined, ["numerator"])
                 for _day, rows in days.groupby("day")]  # fmt: skip
        # A month without a row must really have had nothing, or the sum would be wrong.
        shown = days[
            (days["status"] == "shown") & days["department"].isin([m.code for m in joined])
        ]
        true = coverage.series(read("revisor"), i, joined).set_index(["department", "day"])
        for row in shown.to_dict("records"):
            of = true.loc[(row["department"], row["day"])]
            assert (row["numerator"], row["denominator"]) == (of["numerator"], of["denominator"])
    assert sum(shown for shown, _hidden in seen) > 0
    assert who[0] == "revisor" or sum(hidden for _shown, hidden in seen) > 0


def _zeros(rows: pd.DataFrame, codes: Sequence[str]) -> pd.DataFrame:
    """Return the rows of a day with those of departments that had nothing to count."""
    lacking = sorted(set(codes) - set(rows["department"].dropna()))
    more = pd.DataFrame({"department": lacking, "status": "no_answers"})
    return pd.concat([rows, more], ignore_index=True)


def test_hr_counts_a_merging_of_its_own_departments_live_and_any_other_as_published(read) -> None:
    joined = [merging("MBN", "TN")]
    full = indicators.results(read("revisor"), "2026", ["riskbedomd_fore_start"], mergings=joined)
    own = indicators.results(
        read("hr", "MBN", "TN"), "2026", ["riskbedomd_fore_start"], mergings=joined
    )
    other = indicators.results(
        read("hr", "MBN"), "2026", ["riskbedomd_fore_start"], mergings=joined
    )
    at = [table.set_index("department").loc["MBN+TN"] for table in (full, own, other)]
    assert at[0]["status"] == at[1]["status"] == "shown"
    assert at[0]["numerator"] == at[1]["numerator"]
    # Its own live numbers taken away, the rest would be those of the other.
    assert at[2]["status"] == "hidden" and pd.isna(at[2]["numerator"])


def test_a_merging_meets_the_rules_as_its_departments_do(read) -> None:
    joined = merging("MBN", "TN")
    for who in VIEWERS:
        reader = read(*who)
        table = regelverk.outcomes(reader, rulesets(), None, joined)
        plain = regelverk.outcomes(reader, rulesets(), None)
        is_joined = table["department"] == joined.code
        pd.testing.assert_frame_equal(table[~is_joined].reset_index(drop=True), plain)
        live = who[0] == "revisor" or set(joined.departments) <= set(who[1:])
        assert is_joined.any() and set(table.loc[is_joined, "live"]) == {live}
        for _key, rows in table.groupby(["ruleset", "rule"]):
            known = rows[rows["department"] != regelverk.MINE]
            assert_follows(known, [joined], ["failing", "total"])
    full = regelverk.outcomes(read("revisor"), rulesets(), None, joined).dropna(subset="department")
    sums = full[full["department"].isin(joined.departments)].groupby(["ruleset", "rule"])
    of = full[full["department"] == joined.code].set_index(["ruleset", "rule"])
    assert (sums["failing"].sum().reindex(of.index) == of["failing"]).all()


def test_the_eleven_of_mbn_and_tn_can_be_told_where_neither_can_alone(read) -> None:
    reader = read("politiker")
    found = together.of_departments(indicators.departments(reader, "2024")["code"])
    assert [m.code for m in found] == ["MBN+TN"]
    table = indicators.results(reader, "2024", mergings=found).set_index("department")
    rows = table.loc["MBN+TN"].set_index("indicator")
    assert rows.loc["svarsfrekvens", ["numerator", "denominator"]].tolist() == [11, 23]
    assert rows.loc["tillgang", "denominator"] == 12 + 42
    assert rows.loc["rattvist_fordelat", ["status", "denominator"]].tolist() == ["shown", 11]
    assert set(table.loc["MBN", "status"]) >= {"hidden"}
    assert rows.loc["rattvist_fordelat", "name"] == "MBN + TN tillsammans"
    # Without it nothing is added to what is printed and published.
    plain = indicators.results(reader, "2024")
    assert set(plain["department"].dropna()) == {"BUN", "KFN", "KLK", "MBN", "SN", "TN"}


def test_the_automatic_row_stands_only_where_no_configured_one_says_the_same(read) -> None:
    reader, joined = read("politiker"), [merging("TN", "MBN")]
    table = indicators.results(reader, "2024", merged=True, mergings=joined)
    codes = table[table["indicator"] == "rattvist_fordelat"]["department"].dropna()
    assert [code for code in codes if "+" in code] == ["TN+MBN"]
    later = indicators.results(reader, "2026", merged=True, mergings=joined)
    codes = later[later["indicator"] == "rattvist_fordelat"]["department"].dropna()
    assert [code for code in codes if "+" in code] == ["TN+MBN", "KFN+MBN"]


# --- which there are ------------------------------------------------------------------------------


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch):
    def these(*joined: Merging) -> None:
        made = municipality().model_copy(update={"mergings": joined})
        monkeypatch.setattr(together, "municipality", lambda: made)

    return these


def test_a_merging_exists_only_in_waves_that_have_its_departments(configured) -> None:
    configured(merging("A", "B"), merging("A", "X"), merging("A", "B", "C"), merging("B", "C"))
    assert [m.code for m in together.of_departments(["A", "B", "C", "D"])] == [
        "A+B", "A+B+C", "B+C",
    ]  # fmt: skip
    # Of all of them it would be the whole.
    assert [m.code for m in together.of_departments(["A", "B"])] == []
    # One that a department is called: the address could not tell them apart.
    assert [m.code for m in together.of_departments(["A", "B", "A+B"])] == []


@pytest.mark.parametrize("asked", ["MBN+TN", "TN+MBN", "MBN TN", " TN  MBN "])
def test_a_merging_is_found_however_its_departments_are_joined(asked: str) -> None:
    joined = [merging("KFN", "TN"), merging("MBN", "TN")]
    found = together.find(asked, joined)
    assert found and found.code == "MBN+TN"


@pytest.mark.parametrize("asked", ["MBN", "MBN+TN+SN", "MBN+MBN+TN", "", "+", "MBNTN"])
def test_nothing_else_is_taken_for_a_merging(asked: str) -> None:
    assert together.find(asked, [merging("MBN", "TN")]) is None


# --- what is nearest ------------------------------------------------------------------------------


def made(**statuses: str) -> pd.DataFrame:
    """Return rows of one indicator by department; ``whole`` is the whole, ``_`` stands for plus."""
    places = [None if code == "whole" else code.replace("_", "+") for code in statuses]
    return pd.DataFrame(
        {"indicator": "i", "wave": "w", "department": places, "status": list(statuses.values())}
    )


AB, ABC = merging("A", "B"), merging("A", "B", "C")


def test_the_nearest_is_the_smallest_merging_that_is_shown_and_else_the_whole() -> None:
    table = made(A="hidden", B="hidden", C="shown", A_B="shown", A_B_C="shown", whole="shown")
    assert together.nearest(table, "A", [ABC, AB]) == (("A+B", "A+B+C"), True)
    table = made(A="hidden", A_B="hidden", A_B_C="no_answers", whole="shown")
    assert together.nearest(table, "A", [ABC, AB]) == ((), True)
    assert together.nearest(made(A="hidden", whole="hidden"), "A", [AB]) == ((), False)
    assert together.nearest(made(C="hidden", A_B="shown", whole="shown"), "C", [AB]) == ((), True)


def test_a_merging_stands_beside_the_departments_only_where_it_tells_what_one_may_not() -> None:
    table = made(A="hidden", B="shown", C="hidden", A_B="shown", whole="shown", A_C="shown")
    kept = together.listed(table, None, [AB], beside=True)
    # A+C is the automatic one.
    assert list(kept["department"].fillna("")) == ["A", "B", "C", "A+B", "", "A+C"]
    plain = together.listed(table, None, [AB], beside=False)
    assert list(plain["department"].fillna("")) == ["A", "B", "C", ""]
    shown = made(A="shown", B="shown", A_B="shown", whole="shown")
    assert "A+B" not in set(together.listed(shown, None, [AB], beside=True)["department"])


def test_with_a_choice_only_that_and_what_is_nearest_to_it_stand_beside_the_whole() -> None:
    table = made(A="hidden", B="shown", C="hidden", A_B="shown", A_C="shown", whole="shown")

    def rows(chosen: str, beside: bool) -> list[str]:
        return list(together.listed(table, chosen, [AB], beside=beside)["department"].fillna(""))

    assert rows("A", True) == ["A", "A+B", "A+C", ""]
    assert rows("B", True) == ["B", ""]
    assert rows("A", False) == ["A", ""]
    assert rows("A+B", True) == rows("A+B", False) == ["A+B", ""]


def test_a_department_whose_own_code_holds_a_plus_stands_for_itself() -> None:
    table = made(A_B="hidden", C="hidden", whole="shown")
    assert list(together.listed(table, None, [], beside=False)["department"].fillna("")) == [
        "A+B", "C", "",
    ]  # fmt: skip


def test_the_share_of_a_merging_has_the_uncertainty_of_its_own_people(read) -> None:
    assert indicator("rattvist_fordelat").source.kind != REGISTER
    joined = [merging("MBN", "TN")]
    table = indicators.results(read("revisor"), "2024", ["rattvist_fordelat"], mergings=joined)
    row = table.set_index("department").loc["MBN+TN"]
    # Twelve of 23 are silent: 4 of 11 lies between 4 and 16 of 23.
    assert (row["bound_low"], row["bound_high"]) == (4 / 23, 16 / 23)


def test_a_code_with_a_plus_is_a_merging_only_where_it_spells_another_of_the_codes() -> None:
    of_several = together.of_several
    assert of_several(["A+B", "C", None, float("nan")]) == set()
    assert of_several(["A", "B", "A+B", "C"]) == {"A+B"}
    assert of_several(["A", "A+B", "C"]) == {"A+B"}, "cut down to one of its departments"
    assert of_several(["A+B", "C", "A+B+C"]) == {"A+B+C"}
    assert of_several(["60+", "50-59"]) == set()
    assert of_several(["A", "AA+B"]) == set()
