"""What the register would look like under each rule set: who sees which numbers, and what to do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from queries import agreements
from queries.indicators import register_date
from queries.regelverk import (
    ANY,
    BROKEN,
    MINE,
    NUMBERS,
    OUTCOMES,
    SOON,
    asks_for_something,
    at,
    is_countable,
    outcomes,
    plan,
    scope_unknown,
)
from queries.rule_words import REASONS
from queries.rules import ruleset, rulesets
from queries.store import Reader, open_reader
from queries.viewer import AccessDenied, Role, Viewer
from tests.loading import rows
from tests.queries.conftest import Loader

SMALLEST = 5
GRANTED = ("SN", "KFN")


@pytest.fixture
def demo(demo_store: Path, monkeypatch: pytest.MonkeyPatch):
    """Return ``demo(role, *departments)``: a reader of the demo store."""
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))

    def read(role: str, *departments: str) -> Reader:
        return open_reader(Viewer(Role(role), frozenset(departments)))

    return read


def keyed(table: pd.DataFrame) -> dict[tuple[str, str, str | None], dict]:
    return {
        (r["ruleset"], r["rule"], r["department"] if isinstance(r["department"], str) else None): r
        for r in table.to_dict("records")
    }


def published() -> dict[tuple[str, str, str | None], tuple]:
    found = rows(
        "select ruleset, rule, department, failing, total, status from published.rule_outcome"
    )
    return {(r[0], r[1], r[2]): r[3:] for r in found}


# --- what each role may see -----------------------------------------------------------------------


def test_a_politician_gets_published_numbers_and_nothing_else(demo) -> None:
    table = outcomes(demo("politiker"), rulesets())
    assert not table["live"].any()
    shown = table[table["status"] == "shown"]
    assert len(shown) > 10
    told = {(k, v["failing"], v["total"]) for k, v in keyed(shown).items()}
    assert told <= {(k, v[0], v[1]) for k, v in published().items() if v[2] == "shown"}
    only = ["failing", "total"]
    assert table[[n for n in NUMBERS if n not in only]].isna().all(axis=None)
    assert table.loc[table["status"] != "shown", only].isna().all(axis=None)
    assert not any(table["reasons"])


def test_a_politician_never_gets_a_count_that_points_at_somebody(demo) -> None:
    shown = outcomes(demo("politiker"), rulesets()).query("status == 'shown'")
    kept = shown["total"] - shown["failing"]
    for count in (shown["failing"], kept):
        assert not count.between(1, SMALLEST - 1).any()


def test_a_politician_cannot_ask_about_another_day(demo) -> None:
    reader = demo("politiker")
    day = register_date(reader)
    assert day is not None
    with pytest.raises(AccessDenied, match="2026"):
        outcomes(reader, rulesets(), date(2026, 1, 1))
    pd.testing.assert_frame_equal(
        outcomes(reader, rulesets(), day), outcomes(reader, rulesets(), None)
    )


def test_admin_gets_nothing(demo) -> None:
    with pytest.raises(AccessDenied):
        outcomes(demo("admin"), rulesets())


def test_hr_sees_its_own_departments_live_and_the_whole_only_as_published(demo) -> None:
    hr = keyed(outcomes(demo("hr", *GRANTED), rulesets()))
    auditor = keyed(outcomes(demo("revisor"), rulesets()))
    politician = keyed(outcomes(demo("politiker"), rulesets()))
    assert any(row["status"] == "hidden" for row in hr.values())
    for (name, rule, department), row in hr.items():
        if department in GRANTED:
            expected = auditor[name, rule, department]
            assert [row[n] for n in NUMBERS] == [expected[n] for n in NUMBERS]
            assert row["live"]
        elif department != MINE:
            if department is None and row["status"] == "hidden":
                # The whole that would tell hr what is hidden of the others.
                continue
            expected = politician[name, rule, department]
            assert row["status"] == expected["status"]
            assert str(row["failing"]) == str(expected["failing"])
            assert not row["live"] and not row["reasons"]


def test_the_departments_of_hr_together_are_their_sum(demo) -> None:
    hr = keyed(outcomes(demo("hr", *GRANTED), rulesets()))
    for (name, rule, department), row in hr.items():
        if department == MINE:
            parts = [hr[name, rule, code] for code in GRANTED]
            for number in NUMBERS:
                assert row[number] == sum(part[number] for part in parts)


def test_on_another_day_hr_sees_nothing_outside_its_departments(demo) -> None:
    table = outcomes(demo("hr", *GRANTED), rulesets(), date(2026, 3, 1))
    others = table[~table["department"].isin([*GRANTED, MINE])]
    assert (others["status"] == "hidden").all()
    assert others[list(NUMBERS)].isna().all(axis=None)
    assert (table[table["department"] == MINE]["status"] != "hidden").all()


def test_hr_without_departments_sees_no_live_number(demo) -> None:
    table = outcomes(demo("hr"), rulesets())
    live = table[table["live"]]
    assert set(live["department"]) == {MINE}
    assert (live["total"] == 0).all() and (live["status"] == "no_answers").all()


def test_the_auditor_sees_every_department_and_their_sum_as_the_whole(demo) -> None:
    table = outcomes(demo("revisor"), rulesets())
    assert table["live"].all() and not (table["status"] == "hidden").any()
    parts = table[table["department"].notna()].groupby(["ruleset", "rule"])[list(NUMBERS)].sum()
    whole = table[table["department"].isna()].set_index(["ruleset", "rule"])[list(NUMBERS)]
    pd.testing.assert_frame_equal(parts.sort_index(), whole.sort_index())


def test_what_each_looks_at_is_the_department_else_all_that_may_be_counted(demo) -> None:
    for role, granted, place in (
        ("politiker", (), None),
        ("revisor", (), None),
        ("hr", GRANTED, MINE),
    ):
        reader = demo(role, *granted)
        table = outcomes(reader, rulesets()[:1])
        found = set(at(table, reader)["department"])
        assert found == {place} if place else all(not isinstance(code, str) for code in found)
        assert set(at(table, reader, "SN")["department"]) == {"SN"}


# --- the numbers ----------------------------------------------------------------------------------


def test_the_numbers_are_those_of_the_evaluation(demo) -> None:
    reader = demo("revisor")
    day = register_date(reader)
    assert day is not None
    lines = agreements.evaluation(reader, rulesets(), day)
    lines = lines[lines["agreement_id"].isin(_in_force(reader, day))]
    expected = lines.groupby(["ruleset", "rule", "department", "outcome"]).size()
    found = keyed(outcomes(reader, rulesets()))
    seen = 0
    for (name, rule, department), row in found.items():
        if rule == ANY or department is None:
            continue
        for outcome in OUTCOMES:
            assert row[outcome] == expected.get((name, rule, department, outcome), 0)
            seen += row[outcome]
    assert seen > 1000
    failing = lines[lines["outcome"].isin(["brister", "avviker"])]
    distinct = failing.groupby("ruleset")["agreement_id"].nunique()
    for own in rulesets():
        assert found[own.id, ANY, None]["failing"] == distinct.get(own.id, 0)


def test_a_cell_counts_exactly_the_agreements_that_it_opens(demo) -> None:
    reader = demo("hr", "SN", "KLK")
    day = register_date(reader)
    assert day is not None
    for own in (ruleset("vaggeryd"), ruleset("falkoping")):
        found = keyed(outcomes(reader, [own]))
        for (_set, rule, department), row in found.items():
            if department != "SN":
                continue
            asked = [("brister", "avviker")] if rule == ANY else [(o,) for o in OUTCOMES[:5]]
            for wanted in asked:
                behind = agreements.agreements_behind(
                    reader, own, None if rule == ANY else rule, wanted, department, day
                )
                expected = row["failing"] if rule == ANY else row[wanted[0]]
                assert behind["agreement_id"].nunique() == expected, (rule, wanted)


def _in_force(reader: Reader, day: date) -> set[str]:
    found = agreements.register(reader, day)
    return set(found["agreement_id"][found["state"].isin(["in_force", "renewed"])])


def test_an_aspect_that_is_not_regulated_is_nowhere_counted_as_passed(demo) -> None:
    table = outcomes(demo("revisor"), rulesets())
    assert not table["rule"].str.endswith(".none").any()
    assert not table["kind"].isin(["none", "text"]).any()
    assert not (table["modality"] == "kan").any()
    for own in rulesets():
        expected = {rule.id for rule in own.lines() if is_countable(rule)}
        assert set(table["rule"][table["ruleset"] == own.id]) == expected | {ANY}


def test_a_rule_that_no_longer_applies_is_not_regulated(demo) -> None:
    table = keyed(outcomes(demo("revisor"), [ruleset("skatteverket")]))
    row = table["skatteverket", "individuellt_avtal", None]
    assert row["status"] == "not_regulated"
    assert row["uppfyllt"] == 0 and row["failing"] == 0


def test_what_comes_due_soon_is_right_today_and_grows_with_the_days(demo) -> None:
    table = outcomes(demo("revisor"), rulesets())
    soon = [f"soon_{days}" for days in SOON]
    assert (table[soon[2]] > 0).any()
    assert (table[soon[0]] <= table[soon[1]]).all() and (table[soon[1]] <= table[soon[2]]).all()
    assert (table[soon[2]] <= table["uppfyllt"]).all()


def test_the_reasons_add_up_to_what_fails_and_what_is_missing(demo) -> None:
    for row in outcomes(demo("revisor"), rulesets()).query("rule != @ANY").to_dict("records"):
        broken = sum(n for reason, n in row["reasons"].items() if reason in BROKEN)
        assert broken == row["failing"]
        assert sum(row["reasons"].values()) == row["failing"] + row["uppgift_saknas"]


def test_every_reason_that_breaks_a_rule_belongs_to_some_kind() -> None:
    assert {reason for reasons in REASONS.values() for reason in reasons} >= BROKEN


def test_the_departments_stand_in_the_order_of_the_frame_and_the_whole_last(demo) -> None:
    reader = demo("revisor")
    table = outcomes(reader, rulesets()[:1])
    codes = [r[0] for r in reader.rows(
        "select code from published.department where wave = '2026' order by ordinal"
    )]  # fmt: skip
    for _rule, part in table.groupby("rule"):
        assert list(part["department"])[:-1] == codes
        assert part["department"].isna().iloc[-1]


# --- stores without what is needed ----------------------------------------------------------------


def test_without_a_register_there_is_nothing_to_tell(filled: Path) -> None:
    for role in ("politiker", "hr", "revisor"):
        reader = open_reader(Viewer(Role(role), frozenset({"AAA"})))
        assert outcomes(reader, rulesets()).empty


def register(loader: Loader, number: int, **more: str) -> None:
    loader.invited(AA=20, BB=20)
    head = ["Överenskommelse", "Förvaltning", "Start", "Form", "Typ", "Dagar per vecka", *more]
    lines = [
        (f"Ö{i}", "AA", "2026-01-01", "Muntlig", "Regelbundet", "1", *more.values())
        for i in range(number)
    ]
    loader.agreements([head, *lines], date(2026, 6, 1))


def test_a_department_without_agreements_is_neither_zero_nor_hidden_to_the_auditor(
    loader: Loader,
) -> None:
    register(loader, 6)
    table = keyed(outcomes(loader.reader("revisor"), [ruleset("vgr")]))
    assert table["vgr", "skriftlig_form", "BB"]["status"] == "no_answers"
    assert table["vgr", "skriftlig_form", "AA"]["failing"] == 6


def test_four_that_fail_are_hidden_from_politicians_and_known_to_hr(loader: Loader) -> None:
    register(loader, 4)
    sets = [ruleset("vgr")]
    told = outcomes(loader.reader("politiker"), sets)
    assert told[["failing", "total"]].isin([4]).sum(axis=None) == 0
    own = keyed(outcomes(loader.reader("hr", "AA"), sets))
    assert own["vgr", "skriftlig_form", "AA"]["failing"] == 4
    assert own["vgr", "skriftlig_form", None]["status"] == "hidden"


# --- what would have to be done -------------------------------------------------------------------


def test_the_plan_names_every_countable_rule_once_with_the_worst_first(demo) -> None:
    reader = demo("revisor")
    for own in rulesets():
        found = plan(at(outcomes(reader, [own]), reader), own)
        assert sorted(found["rule"]) == sorted(r.id for r in own.lines() if is_countable(r))
        assert found["rank"].is_monotonic_increasing
        assert set(found["who"]) <= {"chef", "hr", "it"}
        assert all(act for acts in found["acts"] for act, _number in acts)


def test_an_agreement_that_is_oral_is_to_be_written_and_one_of_unknown_form_asked_about(
    loader: Loader,
) -> None:
    loader.invited(AA=20)
    head = ["Överenskommelse", "Förvaltning", "Start", "Form", "Typ"]
    forms = ["Muntlig"] * 3 + [""] * 2 + ["Skriftlig"]
    lines = [(f"Ö{i}", "AA", "2026-01-01", form, "Regelbundet") for i, form in enumerate(forms)]
    loader.agreements([head, *lines], date(2026, 6, 1))
    reader = loader.reader("revisor")
    found = plan(at(outcomes(reader, [ruleset("vgr")]), reader), ruleset("vgr"))
    row = found.set_index("rule").loc["skriftlig_form"]
    assert [number for _act, number in row["acts"]] == [3, 2]
    assert "skriftlig" in row["acts"][0][0]
    assert (row["failing"], row["uppgift_saknas"], row["uppfyllt"]) == (3, 2, 1)


def test_what_decides_the_scope_is_asked_for_once_and_not_in_each_rule(loader: Loader) -> None:
    loader.invited(AA=20)
    head = ["Överenskommelse", "Förvaltning", "Start", "Dagar per vecka", "Form"]
    lines = [(f"Ö{i}", "AA", "2026-01-01", "2" if i else "", "Muntlig") for i in range(6)]
    loader.agreements([head, *lines], date(2026, 6, 1))
    reader = loader.reader("revisor")
    own = ruleset("falkoping")
    found = plan(at(outcomes(reader, [own]), reader), own)
    assert scope_unknown(found) == 1
    row = found.set_index("rule").loc["skriftlig_form"]
    assert [number for _act, number in row["acts"]] == [5]


def test_a_rule_that_asks_for_nothing_is_told_apart_but_a_hidden_one_is_not(demo) -> None:
    reader = demo("politiker")
    for own in rulesets():
        found = plan(at(outcomes(reader, [own]), reader), own)
        asks = asks_for_something(found)
        assert asks[found["status"] == "hidden"].all()
        assert not asks[(found["status"] == "shown") & (found["failing"] == 0)].any()
