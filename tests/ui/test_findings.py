"""The sentences say what the numbers bear, and no more, for any data."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.catalogue import indicator
from queries.indicators import COLUMNS
from queries.statistics import estimate
from ui.findings import (
    TOLD,
    beside,
    changes,
    differences,
    finding,
    gain,
    headline,
    marks,
    theme_finding,
    widest_difference,
)

NBSP = "\N{NO-BREAK SPACE}"
SURVEY = indicator("rattvist_fordelat")
REGISTER = indicator("riskbedomd_fore_start")


def row(code, count, base, invited, status="shown", wave="2024", of=SURVEY, full=False) -> dict:
    """Return a result row with the real estimate, or with nulls where nothing is shown."""
    found = dict.fromkeys(COLUMNS)
    found |= {"indicator": of.id, "wave": wave, "department": code, "name": code or "Alla"}
    found |= {"status": status, "share": math.nan}
    for name in ("low", "high", "bound_low", "bound_high"):
        found[name] = math.nan
    if status != "shown":
        return found
    found |= {"numerator": count, "denominator": base, "share": count / base}
    if not full:
        e = estimate(count, base, base, invited)
        found |= {
            name: float(getattr(e, name)) for name in ("low", "high", "bound_low", "bound_high")
        }
    return found


def against(found: dict, by: float, half: float = 0.1, p: float = 0.01) -> dict:
    """Return a row with its difference from the others: ``by`` ± ``half``, and the test's p."""
    limits = {"diff_low": by - half, "diff_high": by + half, "diff_p": p}
    bounds = {"diff_bound_low": -1.0, "diff_bound_high": 1.0}
    return found | {"difference": by} | limits | bounds


def table(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(dict.fromkeys([*COLUMNS, *TOLD]))).astype(
        {"numerator": "Int64", "denominator": "Int64", "department": object}
    )


def said(*rows: dict, of=SURVEY) -> str:
    return finding(of, table(*rows)).replace(NBSP, " ")


def test_a_minority_is_said_only_with_the_silent_named_when_they_could_turn_it() -> None:
    text = said(row(None, 37, 91, 221))
    assert "40,7 % (37 av 91)" in text
    assert "mindre än hälften" in text
    assert "Statistisk osäkerhet: 33–49 %." in text
    assert "det vara tvärtom: andelen kan vara 17–76 %." in text


def test_what_is_said_of_the_half_is_not_taken_for_the_department_that_stands_before_it() -> None:
    text = said(row("MBN", 4, 11, 23), row(None, 37, 91, 221))
    assert "I hela kommunen är det mindre än hälften" in text
    assert "andelen kan vara" in text


def test_neither_more_nor_less_than_half_is_said_when_the_interval_covers_it() -> None:
    text = said(row(None, 4, 11, 23))
    assert "går inte att säga" in text
    assert "mindre än hälften, också" not in text


def test_a_majority_is_said_when_the_whole_interval_is_one() -> None:
    assert "mer än hälften, också" in said(row(None, 62, 90, 100))


def test_of_what_is_far_from_half_it_goes_without_saying() -> None:
    assert "hälften" not in said(row(None, 2, 90, 221))
    assert "hälften" not in said(row(None, 85, 90, 221))
    # Half is nobody's wish where lower is better.
    lower = indicator("inga_it_atgarder")
    assert "hälften" not in said(row(None, 40, 90, 221, of=lower), of=lower)


def test_departments_differ_only_when_interval_and_test_of_the_difference_say_so() -> None:
    whole = row(None, 37, 91, 221)
    low, high = row("SN", 8, 33, 82), row("KLK", 18, 30, 73)
    far = said(against(low, -0.26), against(high, 0.29), whole)
    assert "Tydligt högre än övriga: KLK (60 %). Tydligt lägre: SN (24 %)." in far
    one = said(against(low, -0.26, p=0.06), against(high, 0.29), whole)
    assert "Tydligt högre än övriga: KLK (60 %)." in one and "SN" not in one
    # Though their own intervals do not meet: they are the extremes of all.
    for near in (
        said(against(low, -0.26, p=0.06), against(high, 0.29, p=0.06), whole),
        said(against(low, -0.26, half=0.3), against(high, 0.29, half=0.3), whole),
    ):
        assert "Ingen av dem som visas skiljer sig tydligt från övriga." in near
        # No ranking of what chance could have turned round.
        assert "Lägst" not in near and "SN" not in near
    unknown = said(low, high, whole)
    assert "Om de som visas skiljer sig åt går inte att pröva." in unknown


def test_of_several_that_are_lowest_together_only_those_who_surely_are_are_named() -> None:
    """Whatever their order: of none of five all is uncertain, of none of forty little."""
    rows = [
        against(row("FEW", 0, 5, 40), -0.4, half=0.5), against(row("MANY", 0, 40, 40), -0.5),
        against(row("HIGH", 20, 40, 40), 0.5), row(None, 20, 85, 120),
    ]  # fmt: skip
    for order in (rows, [rows[1], rows[0], *rows[2:]]):
        text = said(*order)
        assert "Tydligt högre än övriga: HIGH (50 %). Tydligt lägre: MANY (0 %)." in text


def test_what_is_hidden_is_never_estimated_and_no_part_of_the_finding() -> None:
    text = said(
        row("KLK", 18, 30, 73), row("MBN", 3, 4, 11, "hidden"), row("KFN", 0, 0, 3, "no_answers"),
        row(None, 37, 91, 221),
    )  # fmt: skip
    assert "MBN" not in text
    assert "KFN" not in text
    assert "3 av 4" not in text


@pytest.mark.parametrize("status", ["hidden", "no_answers", "not_asked"])
def test_without_a_number_there_is_a_reason_and_no_number(status: str) -> None:
    text = said(row(None, 0, 0, 0, status))
    assert text.startswith("Rättvist fördelat:")
    assert len(text) > len("Rättvist fördelat: ")
    assert "nan" not in text.lower()


def test_a_requirement_counts_what_is_missing() -> None:
    text = said(row(None, 73, 123, 0, of=REGISTER, full=True), of=REGISTER)
    assert "Kravet: ska vara alla. Det saknas i 50 av 123." in text
    assert "Gränsen 100 % nås." in said(row(None, 9, 9, 0, of=REGISTER, full=True), of=REGISTER)


def test_two_shares_are_told_in_the_same_form() -> None:
    few = said(
        against(row("BUN", 1, 17, 40), -0.5), against(row("KLK", 25, 30, 73), 0.6),
        row(None, 37, 91, 221),
    )  # fmt: skip
    assert "Tydligt högre än övriga: KLK (25 av 30). Tydligt lägre: BUN (1 av 17)." in few


def test_a_chosen_department_is_told_beside_what_it_is_hidden_with() -> None:
    merged = row("SN+TN", 9, 20, 40)
    assert "SN: 24 %." in said(row("SN", 8, 33, 82), merged, row(None, 37, 91, 221))


def test_a_theme_is_told_by_its_lowest_its_highest_and_its_widest_difference() -> None:
    known, fair = indicator("riktlinjer_kanda"), SURVEY
    wide = against(row("TN", 1, 20, 60, of=known), -0.7, half=0.8)
    results = table(
        against(row("SN", 8, 33, 82), -0.26), against(row("KLK", 18, 30, 73), 0.29, p=0.06),
        row(None, 37, 91, 221), wide, row(None, 60, 91, 221, of=known),
    )  # fmt: skip
    text = theme_finding([known, fair], results, results, chosen=False).replace(NBSP, " ")
    assert "Lägst av måtten i kommunen är ”Rättvist fördelat” (41 %)" in text
    assert "högst ”Känner till riktlinjerna” (66 %)" in text
    # What is sure goes before what is not, however wide.
    assert text.endswith(
        "Störst av de tydliga skillnaderna är den i ”Rättvist fördelat”: SN 24 %, övriga 50 %."
    )
    own = results[results["department"].isna() | (results["department"] == "SN")]
    text = theme_finding([known, fair], own, own, chosen=True).replace(NBSP, " ")
    assert text.endswith(
        "SN skiljer sig tydligt från övriga, mest i ”Rättvist fördelat”: 24 %, övriga 50 %."
    )
    unsure = results[results["indicator"] == known.id]
    text = theme_finding([known, fair], unsure, unsure, chosen=False).replace(NBSP, " ")
    assert text.endswith(
        "Ingen förvaltning skiljer sig tydligt från övriga; störst är skillnaden i ”Känner till "
        "riktlinjerna”: TN 5 %, övriga 83 %."
    )


def test_a_theme_without_a_number_says_so() -> None:
    hidden = table(row(None, 0, 0, 0, "hidden"))
    assert (
        theme_finding([SURVEY], hidden, hidden, chosen=False)
        == "Inget av måtten kan visas för den här vågen."
    )


def test_a_theme_of_one_number_does_not_say_that_there_is_none() -> None:
    one = table(row("SN", 8, 33, 82), row(None, 0, 0, 0, "hidden"))
    assert theme_finding([SURVEY], one, one, chosen=False) == ""


def test_one_group_beside_the_hidden_ones_is_told_and_none_is_said_only_where_there_is_none() -> (
    None
):
    whole, hidden = row(None, 37, 91, 221), row("man", 0, 0, 0, "hidden")
    told = differences(table(row("kvinna", 18, 50, 90), hidden, whole)).replace(NBSP, " ")
    assert told == "Bara en grupp kan visas: kvinna 36 %."
    assert differences(table(hidden, whole)).startswith("Ingen grupp kan visas.")


def test_register_and_survey_are_told_apart_and_never_subtracted() -> None:
    register, survey = indicator("uppfoljd_12_manader"), indicator("arbetsmiljo_uppfoljd")
    text = beside(
        register,
        survey,
        table(row(None, 107, 123, 0, of=register, full=True)),
        table(row(None, 45, 70, 221, of=survey)),
    ).replace(NBSP, " ")
    assert "Enligt registret: ”Uppföljd i tid” 87,0 % (107 av 123)." in text
    assert (
        "Enligt enkäten: ”Arbetsmiljön följs upp någon gång” 64,3 % (45 av 70, osäkerhet " in text
    )
    assert "35,7 % (25 av 70) svarar att det aldrig sker." in text
    assert "procentenheter" not in text


def test_what_is_hidden_beside_is_told_as_hidden() -> None:
    register, survey = indicator("uppfoljd_12_manader"), indicator("arbetsmiljo_uppfoljd")
    hidden = table(row(None, 3, 4, 11, "hidden", of=survey))
    text = beside(register, survey, table(row(None, 9, 12, 0, of=register, full=True)), hidden)
    assert "3 av 4" not in text.replace(NBSP, " ")
    assert "Arbetsmiljön följs upp någon gång: Talet är dolt" in text


def test_lower_is_a_gain_where_lower_is_better() -> None:
    worse = indicator("inga_it_atgarder")
    before, after = row(None, 50, 90, 200, of=worse), row(None, 10, 90, 200, of=worse)
    assert gain(worse, before, after) > 0
    assert gain(SURVEY, before, after) < 0


def test_changes_leave_out_what_has_no_better_or_worse() -> None:
    neutral = indicator("svarsfrekvens")
    rows = [row(None, 50, 90, 200, of=neutral, wave=w) for w in ("2024", "2026")]
    assert changes(table(*rows), [neutral]) == []


counts = st.integers(1, 60).flatmap(
    lambda base: st.tuples(st.integers(0, base), st.just(base), st.integers(base, 3 * base))
)


@given(st.lists(counts, min_size=1, max_size=6), counts)
def test_every_finding_is_a_sentence_without_holes(groups, whole) -> None:
    rows = [row(f"F{i}", *group) for i, group in enumerate(groups)]
    text = said(*rows, row(None, *whole))
    assert text.endswith(".")
    assert "nan" not in text.lower()
    assert "None" not in text
    assert "{" not in text


differing = st.tuples(counts, st.floats(-0.9, 0.9), st.floats(0, 0.5), st.floats(0, 1))


@given(st.lists(differing, min_size=1, max_size=6))
def test_none_is_said_to_differ_exactly_where_no_mark_in_a_matrix_says_so(groups) -> None:
    """The headline, the widest difference and the marks of a matrix never contradict each other."""
    rows = [against(row(f"F{i}", *n), by, half, p) for i, (n, by, half, p) in enumerate(groups)]
    whole = [sum(n[k] for n, *_rest in groups) + 1 for k in range(3)]
    made = table(*rows, row(None, *whole))
    marked = {place for _id, place in marks(made)}
    found = widest_difference(made, [SURVEY])
    assert found is not None and found[3] == bool(marked)
    own = {r["department"]: abs(r["difference"]) for r in rows if r["department"] in marked}
    assert not marked or abs(found[1]["difference"]) == max(own.values())
    told = headline(made)
    if len(rows) > 1 and len({r["share"] for r in rows}) > 1:
        assert {r["department"] for r in rows if f"{r['department']} (" in told} == marked
        assert ("Ingen av dem" in told) == (not marked)
