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
    apart,
    beside,
    changes,
    differences,
    finding,
    gain,
    largest_gap,
    theme_finding,
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


def table(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(
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


def test_departments_differ_only_when_their_intervals_do_not_meet() -> None:
    whole = row(None, 37, 91, 221)
    far = said(row("SN", 8, 33, 82), row("KLK", 18, 30, 73), whole)
    assert "Lägst är SN (24 %), högst KLK (60 %). Skillnaden är större än osäkerheten." in far
    near = said(row("SN", 12, 33, 82), row("KLK", 13, 30, 73), whole)
    # No ranking of what chance could have turned round.
    assert "Ingen skillnad mellan dem som visas är större än osäkerheten." in near
    assert "Lägst" not in near


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
    few = said(row("BUN", 1, 17, 40), row("KLK", 25, 30, 73), row(None, 37, 91, 221))
    assert "Lägst är BUN (1 av 17), högst KLK (25 av 30)." in few


def test_a_chosen_department_is_told_beside_what_it_is_hidden_with() -> None:
    merged = row("SN+TN", 9, 20, 40)
    assert "SN: 24 %." in said(row("SN", 8, 33, 82), merged, row(None, 37, 91, 221))


def test_a_theme_is_told_by_its_lowest_its_highest_and_its_widest_gap() -> None:
    known, fair = indicator("riktlinjer_kanda"), SURVEY
    results = table(
        row("SN", 8, 33, 82), row("KLK", 18, 30, 73), row(None, 37, 91, 221),
        row("SN", 20, 33, 82, of=known), row("KLK", 20, 30, 73, of=known),
        row(None, 60, 91, 221, of=known),
    )  # fmt: skip
    text = theme_finding([known, fair], results).replace(NBSP, " ")
    assert "Lägst av måtten i kommunen är ”Rättvist fördelat” (41 %)" in text
    assert "högst ”Känner till riktlinjerna” (66 %)" in text
    assert "skiljer sig mest i ”Rättvist fördelat”: KLK 60 %, SN 24 %." in text


def test_a_theme_without_a_number_says_so() -> None:
    hidden = table(row(None, 0, 0, 0, "hidden"))
    assert theme_finding([SURVEY], hidden) == "Inget av måtten kan visas för den här vågen."


def test_a_theme_of_one_number_does_not_say_that_there_is_none() -> None:
    one = table(row("SN", 8, 33, 82), row(None, 0, 0, 0, "hidden"))
    assert theme_finding([SURVEY], one) == ""


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


@given(st.lists(counts, min_size=2, max_size=6))
def test_the_largest_gap_prefers_one_that_is_more_than_noise(groups) -> None:
    rows = [row(f"F{i}", *group) for i, group in enumerate(groups)]
    found = largest_gap(table(*rows), [SURVEY])
    assert found is not None
    _dossier, low, high = found
    assert high["share"] - low["share"] == max(r["share"] for r in rows) - min(
        r["share"] for r in rows
    )
    assert apart(low, high) == (low["high"] < high["low"])
