"""The sentences, tables, charts and files of uncertainty: true of their numbers, and no more."""

from __future__ import annotations

import math
import re
from io import BytesIO

import pandas as pd
import pytest
from openpyxl import load_workbook

from queries.catalogue import indicator
from queries.comparisons import Differences, conclusions
from queries.differences import Association
from queries.uncertainty import UNCERTAINTY
from tests.ui.figures import flat, texts, valid
from ui import comparisons, findings, tables, uncertainty
from ui import uncertainty_charts as charts

NBSP = "\N{NO-BREAK SPACE}"
SURVEY = indicator("rattvist_fordelat")
SECRET = 0.123456789


def row(code=None, count=37, base=91, **more) -> dict:
    """Return a row of ``queries.uncertainty``: the rebuilt wave's 37 of 91, unless said."""
    found = dict.fromkeys(UNCERTAINTY, math.nan)
    found |= {"indicator": SURVEY.id, "wave": "2024", "department": code, "name": code or "Alla"}
    found |= {"status": "shown", "numerator": count, "denominator": base, "share": count / base}
    found |= {"low": 0.331, "high": 0.487, "bound_low": 0.167, "bound_high": 0.756}
    found |= {"weighted_share": 0.406, "weighted_low": 0.333, "weighted_high": 0.483}
    return found | more


def with_dont_know(**more) -> dict:
    """Return the row of the rebuilt wave with its 22 *vet ej*: without them it is a majority."""
    return row(
        dont_know=22, without_denominator=69, without_share=37 / 69, without_low=0.444,
        without_high=0.626, **more,
    )  # fmt: skip


def department(code="SN", count=8, base=33, **more) -> dict:
    found = {"difference": -0.2576, "diff_low": -0.397, "diff_high": -0.09, "diff_p": 0.008}
    found |= {"diff_bound_low": -0.694, "diff_bound_high": 0.486, "diff_exact": False}
    return row(code, count, base, **{**found, **more})


def said(text: str) -> str:
    return text.replace(NBSP, " ")


def short(whole: dict) -> str:
    return said(findings.sureness(SURVEY, whole, interval=False))


# --- the sentence in sight ------------------------------------------------------------------------


def test_the_short_sentence_names_what_the_claim_does_not_withstand() -> None:
    assert short(row()) == (
        "I hela kommunen är det mindre än hälften, också med osäkerheten. Men tycker de som inte "
        "svarat annorlunda kan det vara tvärtom: andelen kan vara 17–76 %."
    )
    assert "men inte om ”vet ej” räknas bort (då 54 %)." in short(with_dont_know())
    sure = row(count=62, base=90, low=0.6, high=0.75, bound_low=0.55, bound_high=0.78)
    assert short(sure) == (
        "I hela kommunen är det mer än hälften, också med osäkerheten. Det gäller vad de som inte "
        "svarat än tycker: andelen är 55–78 %."
    )


def test_what_chance_could_have_made_is_no_claim_and_the_silent_undo_none() -> None:
    assert short(row(low=0.4, high=0.6)) == (
        "Om det i hela kommunen är mer eller mindre än hälften går inte att säga. Med dem som inte "
        "svarat kan kommunens andel vara 17–76 %."
    )
    assert "går inte att säga" in short(row(count=45, base=90, low=0.4, high=0.6))


def test_the_short_sentence_and_the_long_one_claim_the_same() -> None:
    for low, high, bounds, without in (
        (0.33, 0.48, (0.2, 0.7), 0.54), (0.33, 0.48, (0.2, 0.45), 0.44),
        (0.33, 0.55, (0.2, 0.7), 0.44), (0.33, 0.49, (0.2, 0.7), math.nan),
    ):  # fmt: skip
        whole = with_dont_know()
        whole |= {"low": low, "high": high, "without_share": without}
        whole |= dict(zip(("bound_low", "bound_high"), bounds, strict=True))
        (long,) = (claim.sentence() for claim in conclusions(whole, None))
        told = short(whole)
        assert ("går inte att säga" in told) == ("ryms inom" in long)
        if "också med" in told:
            assert ("”vet ej”" in told) == ("inte om de som svarade ”vet ej” räknas bort" in long)
            assert ("tvärtom" in told) == ("tvärtom" in long)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, ("Det är lägre än bland övriga, också med osäkerheten (−25,8 procentenheter, 95 % "
             "intervall −40 till −9).")),
        ({"diff_p": 0.06}, ("Skillnaden mot övriga är inte tydlig (−25,8 procentenheter, "
                           "95 % intervall −40 till −9).")),
        ({"dont_know": 8, "diff_without": 0.05}, ("Det är lägre än bland övriga, men inte om ”vet "
         "ej” räknas bort (−25,8 procentenheter, 95 % intervall −40 till −9).")),
        ({"difference": 0.0, "diff_low": -0.1, "diff_high": 0.1},
         "Det är samma andel som bland övriga."),
        ({"count": 1, "base": 7}, ("Det är lägre än bland övriga, också med osäkerheten (övriga: "
                                  "36 av 84).")),
        ({"difference": math.nan}, ""),
    ],
)  # fmt: skip
def test_a_department_is_told_beside_the_rest_with_size_and_sureness(more, expected) -> None:
    assert said(findings.from_rest(department(**more), row())) == expected


def test_a_difference_that_only_the_bounds_bear_is_not_told_with_a_test_that_does_not() -> None:
    """Where many of a few answered: the silent cannot undo it, though the test has no strength."""
    bounded = department(diff_bound_low=-0.4, diff_bound_high=-0.01)
    for p_value, word in (
        (1.0, "tydlig skillnad (vad de som inte svarade än tycker)"),
        (0.01, "tydlig skillnad (p = 0,010)"),
    ):
        table = pd.DataFrame([{**bounded, "diff_p": p_value, "diff_exact": True}])
        rest = comparisons._as_rest(table)
        assert said(uncertainty.rest_table(rest, "Grupp")["Prövning"].iloc[0]) == word
        told = comparisons.withstood(table.to_dict("records")[0])
        assert "Det är säkert" in told and ("exakt test" in told) == (p_value < 0.05)
    undone = pd.DataFrame([{**bounded, "diff_p": 1.0, "diff_bound_high": 0.01}])
    rest = comparisons._as_rest(undone)
    told = uncertainty.rest_table(rest, "Grupp")["Prövning"].iloc[0]
    assert said(told) == "ingen tydlig skillnad (p = 1,000)"


def test_no_difference_is_denied_that_the_view_of_differences_calls_sure() -> None:
    rows = [department(share=0.35, low=0.3, high=0.4), department("KLK", share=0.4, difference=0.2,
            low=0.35, high=0.5, diff_low=0.1, diff_high=0.3), row()]  # fmt: skip
    told = findings.headline(pd.DataFrame(rows))
    assert said(told) == "Tydligt högre än övriga: KLK (40 %). Tydligt lägre: SN (35 %)."
    rows = [{**one, "diff_p": 0.2} for one in rows]
    assert "Ingen av dem som visas" in findings.headline(pd.DataFrame(rows))


def test_a_matrix_marks_whom_the_view_of_differences_calls_sure_and_nobody_else() -> None:
    """Though the two intervals meet: what is sure is the difference, by interval and test."""
    sure = department(low=0.1, high=0.45)
    rows = [sure, department("KLK", diff_p=0.06), department("TN", diff_low=-0.4, diff_high=0.01),
            department("BUN", status="hidden"), department("MBN", difference=0.003, diff_low=0.001,
            diff_high=0.005), row()]  # fmt: skip
    found = findings.marks(pd.DataFrame(rows))
    assert found == {
        (SURVEY.id, "SN"): ("below", "−26"), (SURVEY.id, "MBN"): ("above", "+0,3"),
    }  # fmt: skip
    assert [code for _name, code in found] == [
        each["department"] for each in rows if each["status"] == "shown" and findings.is_sure(each)
    ]


def change_row(**more) -> dict:
    found = {"department": None, "name": "Alla", "status": "shown"}
    found |= {"before_numerator": 37, "before_denominator": 91, "before_share": 37 / 91}
    found |= {"after_numerator": 70, "after_denominator": 123, "after_share": 70 / 123}
    found |= {"difference": 0.1625, "low": 0.06, "high": 0.26, "bound_low": -0.4}
    return found | {"bound_high": 0.6, "p_holm": 0.004, "exact": False} | more


def test_a_change_has_its_interval_and_is_larger_only_when_the_test_bears_it() -> None:
    assert said(findings.moved(change_row())) == (
        "Från 41 % till 57 % (+16,3 procentenheter, 95 % intervall +6 till +26). Förändringen är "
        "större än osäkerheten."
    )
    assert "är inte tydlig" in findings.moved(change_row(p_holm=0.2))
    same = change_row(after_numerator=50, after_share=50 / 123, difference=-0.0001, low=-0.1,
                      high=0.1, p_holm=0.99)  # fmt: skip
    assert said(findings.moved(same)).startswith("Oförändrat, 41 % (0,0 procentenheter, 95 % ")
    few = change_row(before_numerator=4, before_denominator=11, before_share=4 / 11)
    assert said(findings.moved(few)).startswith("Från 4 av 11 till 70 av 123. ")
    assert findings.moved(change_row(status="hidden")) == ""


# --- the three uncertainties ----------------------------------------------------------------------


def test_each_uncertainty_has_its_bar_its_numbers_and_the_line_of_the_half() -> None:
    for narrow in (False, True):
        figure = charts.three(with_dont_know(), narrow=narrow)
        valid(figure)
        written = texts(figure)
        for text in ("41 %", "33–49 %", "17–76 %", "54 %", "44–63 %", "Hälften"):
            assert text in written, text
        ends = [(bar.base[0], bar.base[0] + bar.x[0]) for bar in figure.data if bar.type == "bar"]
        expected = [(0.331, 0.487), (0.167, 0.756), (0.444, 0.626)]
        assert [pytest.approx(pair) for pair in expected] == ends
        low, high = figure.layout.xaxis.range
        assert low <= 0 and high >= 1
    limited = texts(charts.three(row(), threshold=0.8, threshold_source="Riktlinje"))
    assert "Gräns 80 % · Riktlinje" in limited and "Hälften" not in limited


def test_where_nobody_could_say_or_said_vet_ej_there_is_no_bar_for_it() -> None:
    for whole in (row(), row(dont_know=0, without_share=37 / 91, without_denominator=91),
                  row(dont_know=91)):  # fmt: skip
        assert len(charts.uncertainties(whole)) == 2


def test_of_a_hidden_row_nothing_is_drawn() -> None:
    leaking = row(status="hidden", share=SECRET)
    assert charts.uncertainties(leaking) == []
    assert flat(str(SECRET)) not in flat(charts.alt_three(leaking, title="Rättvist"))
    with pytest.raises(ValueError, match="not shown"):
        charts.three(leaking)


@pytest.mark.parametrize("count", [0, 1])
def test_one_answer_and_a_full_count_have_a_chart_and_never_a_lone_percentage(count) -> None:
    one = row(count=count, base=1, low=0.0, high=1.0, bound_low=0.0, bound_high=1.0)
    assert f"{count} av 1" in texts(charts.three(one))
    known = row(low=0.4, high=0.4, bound_low=0.4, bound_high=0.4)
    valid(charts.three(known))


def test_the_ways_to_count_stand_beside_each_other_and_one_department_is_not_weighted() -> None:
    ways = uncertainty.ways_table(with_dont_know(post_share=0.41, post_low=0.3, post_high=0.5))
    assert list(ways["Sätt att räkna"]) == [
        "Som publicerat, ovägt", "Utan ”vet ej”, ovägt", "Vägt till ramen", "Efterstratifierat",
    ]  # fmt: skip
    alone = uncertainty.ways_table(department())
    assert list(alone["Sätt att räkna"]) == ["Som publicerat, ovägt"]
    together = uncertainty.ways_table(department("MBN+TN", 4, 11))
    assert "Vägt till ramen" in list(together["Sätt att räkna"])
    assert together.loc[0, "Andel"].replace(NBSP, " ") == "4 av 11"


def test_the_mean_of_a_scale_has_its_interval_and_what_the_silent_could_make_of_it() -> None:
    mean = {"mean": 3.4, "mean_low": 3.125, "mean_high": 3.7}
    mean |= {"mean_bound_low": 1.9, "mean_bound_high": 4.2}
    assert uncertainty.mean_text(row(**mean)) == (
        "Medelvärde utan ”vet ej”: 3,40 (95 % intervall 3,13–3,70). Hade alla som inte svarade "
        "valt det lägsta steget vore det 1,90, och det högsta 4,20."
    )
    known = row(bound_low=0.4, bound_high=0.4, **mean)
    assert uncertainty.mean_text(known, apart=False) == (
        "Medelvärde: 3,40 (95 % intervall 3,13–3,70)."
    )


def test_where_nobody_is_silent_there_is_no_bar_for_them() -> None:
    known = with_dont_know(low=0.41, high=0.41, bound_low=0.41, bound_high=0.41)
    assert [one.name for one in charts.uncertainties(known)] == [
        "Statistisk osäkerhet", "Utan ”vet ej”",
    ]  # fmt: skip
    for narrow in (False, True):
        valid(charts.three(known, narrow=narrow))
    assert "De som inte svarade" not in charts.alt_three(known)
    group = [{**known, "status": "shown"}]
    assert "Alla tillfrågade har svarat" in uncertainty.groups_told(pd.DataFrame(group))
    assert "inte publicerat" in uncertainty.groups_told(pd.DataFrame([*group, row()]))


def test_a_file_holds_every_number_of_what_is_shown_and_a_word_for_the_rest() -> None:
    hidden = dict.fromkeys(UNCERTAINTY, SECRET) | {
        "department": "MBN", "name": "MBN", "status": "hidden", "indicator": SURVEY.id,
    }  # fmt: skip
    frame = pd.DataFrame([department(dont_know=8), hidden, with_dont_know()])
    exported = uncertainty.uncertainty_export(frame, mark="Arbetsmaterial")
    assert set(exported.loc[1, "Antal":]) == {"dolt"}
    assert str(SECRET) not in tables.csv_bytes(exported).decode("utf-8").replace(",", ".")
    assert exported.loc[2, "Utan vet ej"] == pytest.approx(37 / 69)
    assert exported.loc[0, "Skillnad mot övriga, nedre"] == -0.397
    assert set(exported["Märkning"]) == {"Arbetsmaterial"}
    made = tables.xlsx_bytes(exported, "Rättvist", forms=uncertainty.forms(exported))
    first, *_rest = load_workbook(BytesIO(made)).worksheets[0].iter_rows(min_row=2)
    form = dict(zip(exported.columns, (cell.number_format for cell in first), strict=True))
    assert form["Skillnad mot övriga, nedre"] == "0.0%"
    assert form["p-värde enligt Holm"] == "0.000", "a p value is no share"


# --- differences ----------------------------------------------------------------------------------


def rest(*rows: dict) -> pd.DataFrame:
    keep = ("name", "numerator", "denominator", "share", "low", "high", "difference", "diff_low",
            "diff_high", "diff_bound_low", "diff_bound_high", "status")  # fmt: skip
    return pd.DataFrame(
        [
            {"code": one["department"], "p_holm": one["diff_p"], "exact": one["diff_exact"]}
            | {name: one[name] for name in keep}
            for one in rows
        ]
    )


TESTED = Association(3.2, 2.4, 210.0, 0.02, False, False, 7.5)


def told(frame: pd.DataFrame, association=TESTED, reason="") -> list[str]:
    found = Differences(association, frame, pd.DataFrame(), reason)
    return [said(text) for text in uncertainty.differences_told(found, frame, "department")]


def test_the_size_of_a_difference_comes_before_its_test_and_no_star_stands_for_it() -> None:
    first, second = told(rest(department(), department("KLK", difference=0.1, diff_p=0.9)))
    assert first == (
        "Tydlig skillnad mot övriga: SN −25,8 procentenheter (95 % intervall −40 till −9)."
    )
    assert second == (
        "Alla förvaltningar tillsammans skiljer sig mer åt än slumpen brukar ge (Rao–Scotts "
        "F(2,4; 210,0) = 3,20, p = 0,020)."
    )
    assert not re.search(r"[*]|signifikan", first + second)


def test_no_sure_difference_is_told_as_none_with_the_largest_named() -> None:
    exact = Association(math.nan, math.nan, math.nan, 0.3, True, False, 2.0)
    first, second = told(rest(department(diff_p=0.1), department("KLK", diff_p=0.2)), exact)
    assert first.startswith(
        "Ingen skiljer sig tydligt från övriga. Störst är skillnaden för SN −25"
    )
    assert "går inte att säga" in second and "(Fishers exakta test, p = 0,300)" in second


def test_of_a_difference_that_the_silent_cannot_undo_chance_is_not_said_to_make_it() -> None:
    exact = Association(math.nan, math.nan, math.nan, 0.333, True, False, 0.7)
    known = department("AAA", 0, 2, difference=-1.0, diff_low=-1.0, diff_high=-2 / 3, diff_p=1.0,
                       diff_bound_low=-1.0, diff_bound_high=-2 / 3)  # fmt: skip
    (only,) = told(rest(known), exact)
    assert only.startswith("Tydlig skillnad mot övriga: AAA −100")
    # A test that bears it is told all the same.
    assert len(told(rest(known))) == 2


def test_nothing_to_test_is_told_with_its_reason_and_a_hidden_group_by_the_usual_one() -> None:
    hidden = rest(department("MBN", status="hidden", difference=math.nan))
    (only, reason) = told(hidden, None, "Det är bara en grupp som har svarat.")
    assert only.startswith("MBN: Talet är dolt för att inget om en enskild person")
    assert reason == "Det är bara en grupp som har svarat."


def test_one_department_alone_is_compared_with_nobody_and_is_not_said_to_be_hidden() -> None:
    alone = rest(department("AAA", 9, 17, difference=math.nan))
    assert told(alone, None, "Det är bara en grupp som har svarat.") == [
        "Det är bara en grupp som har svarat."
    ]


def test_where_all_are_alike_none_is_the_largest_and_no_test_is_told() -> None:
    def alike(code: str, count: int) -> dict:
        return department(code, count, 20, share=count / 20, difference=0.0, diff_low=-0.1,
                          diff_high=0.1, diff_p=1.0, diff_exact=True)  # fmt: skip

    frame = rest(alike("AAA", 20), alike("BBB", 20))
    reason = "Alla som svarade har svarat lika, så det finns ingen skillnad att pröva."
    assert told(frame, None, reason) == [reason]
    assert list(uncertainty.rest_table(frame, "Förvaltning")["Prövning"]) == ["lika", "lika"]
    exported = uncertainty.rest_export(frame, "Förvaltning")
    assert exported["p-värde enligt Holm"].isna().all() and exported["Exakt test"].isna().all()
    # As many of each, but not all alike: that is tried, and chance could have hidden a difference.
    frame = rest(alike("AAA", 10), alike("BBB", 10))
    assert told(frame, None)[0] == "Andelen är densamma som hos övriga."
    for word in uncertainty.rest_table(frame, "Förvaltning")["Prövning"]:
        assert said(word) == "ingen tydlig skillnad (p = 1,000)"


def test_of_pairs_and_waves_that_are_all_alike_no_test_is_told_either() -> None:
    pair = {"first": "A", "first_name": "A", "second": "B", "second_name": "B", "difference": 0.0}
    nobody = {"numerator": 0, "denominator": 20, "share": 0.0}
    pair |= {f"{side}_{name}": nobody[name] for side in ("first", "second") for name in nobody}
    pair |= {"low": -0.1, "high": 0.1, "bound_low": -0.5, "bound_high": 0.5, "p_holm": 1.0}
    frame = pd.DataFrame([pair | {"exact": True}])
    assert uncertainty.pairs_table(frame).loc[0, "Prövning"] == "lika"
    assert uncertainty.pairs_export(frame)["p-värde enligt Holm"].isna().all()
    same = change_row(before_numerator=20, before_denominator=20, before_share=1.0,
                      after_numerator=30, after_denominator=30, after_share=1.0, difference=0.0,
                      p_holm=1.0)  # fmt: skip
    frame = pd.DataFrame([same])
    assert uncertainty.changes_table(frame, ["2024", "2026"]).loc[0, "Prövning"] == "lika"
    assert uncertainty.changes_export(frame, ["2024", "2026"])["p-värde enligt Holm"].isna().all()


def test_where_everybody_has_answered_nothing_is_said_of_the_silent() -> None:
    known = row(count=62, base=90, share=62 / 90, low=62 / 90, high=62 / 90, bound_low=62 / 90,
                bound_high=62 / 90)  # fmt: skip
    assert short(known) == (
        "I hela kommunen är det mer än hälften, också med osäkerheten. Alla tillfrågade har "
        "svarat, så andelen är känd."
    )
    assert findings.nobody_silent(known) and not findings.nobody_silent(row())
    assert not findings.nobody_silent(row(bound_low=math.nan, bound_high=math.nan))


def mean_row(code="SN", **more) -> dict:
    found = {"code": code, "name": code, "status": "shown", "mean": 3.65, "difference": -0.612}
    found |= {"mean_low": 3.33, "mean_high": 3.97, "mean_bound_low": 2.2, "mean_bound_high": 4.4}
    found |= {"diff_low": -0.965, "diff_high": -0.259, "diff_bound_low": -2.36}
    return found | {"diff_bound_high": 1.53, "p_holm": 0.002, "exact": False} | more


def test_means_are_compared_in_steps_with_interval_and_test_and_hidden_ones_not_at_all() -> None:
    hidden = mean_row("MBN", status="hidden", **dict.fromkeys(("mean", "difference"), SECRET))
    frame = pd.DataFrame([mean_row(), hidden])
    sure = uncertainty.means_told(frame[frame["status"] == "shown"])
    assert said(sure) == (
        "Tydlig skillnad i medelvärde mot övriga: SN −0,61 steg (95 % intervall −0,97 till −0,26)."
    )
    unsure = [mean_row(p_holm=0.06), mean_row("KLK", difference=0.3, p_holm=0.5)]
    assert said(uncertainty.means_told(pd.DataFrame(unsure))).startswith(
        "Ingens medelvärde skiljer sig tydligt från övrigas. Störst är SN −0,61 steg (95 %"
    )
    shown = uncertainty.means_table(frame, "Förvaltning")
    assert set(shown.iloc[1, 1:]) == {"dolt"}
    assert said(shown.loc[0, "Prövning"]) == "tydlig skillnad (p = 0,002)"
    exported = uncertainty.means_export(frame, "Förvaltning")
    assert str(SECRET) not in tables.csv_bytes(exported).decode("utf-8").replace(",", ".")
    assert exported.loc[0, "Steg mot övriga, nedre"] == -0.965
    assert "Steg mot övriga" not in uncertainty.forms(exported), "steps are not per cent"


def test_tables_of_differences_hide_what_is_hidden_and_their_files_too() -> None:
    frame = rest(department(), department("MBN", status="hidden", share=SECRET, difference=SECRET))
    shown = uncertainty.rest_table(frame, "Förvaltning")
    assert set(shown.iloc[1, 1:]) == {"dolt"}
    assert shown.loc[0, "Prövning"].replace(NBSP, " ") == "tydlig skillnad (p = 0,008)"
    exported = uncertainty.rest_export(frame, "Förvaltning")
    assert set(exported.loc[1, "Antal":]) == {"dolt"}
    assert exported.loc[0, "Skillnad mot övriga"] == -0.2576


def test_what_remains_of_a_gap_is_told_with_what_it_does_not_cover() -> None:
    own = {"department": "SN", "name": "SN", "status": "shown", "crude": 0.24, "crude_gap": -0.17}
    own |= {"value": 0.19, "low": 0.11, "high": 0.31, "gap": -0.1, "covered": 0.94, "whole": 0.29}
    own |= {"gap_low": -0.22, "gap_high": 0.04, "numerator": 8, "denominator": 33}
    frame = pd.DataFrame([own | {"left_out": ("Teknik",)}])
    assert said(uncertainty.standardised_told(frame.iloc[0].to_dict())) == (
        "SN skiljer sig −17,0 procentenheter från alla i samma slags roller. Med deras blandning "
        "av roller vore skillnaden −10,0 procentenheter (95 % intervall −22 till +4)."
    )
    (row,) = uncertainty.standardised_table(frame).to_dict("records")
    assert (
        said(row["Svar"]) == "8 av 33"
        and said(row["95 % intervall för skillnaden"]) == "−22 till +4"
    )
    (covered,) = uncertainty.coverage(frame)
    assert said(covered) == "Gäller 94 % av blandningen; svar saknas från Teknik."
    assert uncertainty.standardised_export(frame).loc[0, "Svar saknas från"] == "Teknik"


def test_changes_are_a_table_and_a_file_with_words_where_a_wave_is_hidden() -> None:
    hidden = change_row(department="MBN", name="MBN", status="hidden", difference=SECRET)
    frame = pd.DataFrame([hidden, change_row()])
    shown = uncertainty.changes_table(frame, ["2024", "2026"])
    assert set(shown.iloc[0, 1:]) == {"dolt"}
    assert shown.loc[1, "Prövning"].replace(NBSP, " ") == "tydlig förändring (p = 0,004)"
    exported = uncertainty.changes_export(frame, ["2024", "2026"])
    assert set(exported.loc[0, "Antal, våg 2024":]) == {"dolt"}
    assert exported.loc[1, "Förändring"] == 0.1625
