"""Benchmarks on a page and in files: ours with its interval, theirs without, the caveat by both."""

from __future__ import annotations

import io

import openpyxl
import pandas as pd
import pytest

from queries.benchmarks import COLUMNS, load_benchmarks, set_beside
from queries.i18n import in_language
from tests.ui.figures import drawing, flat, texts, valid
from tests.ui.results import SECRET, row, table
from ui import benchmark_charts as charts
from ui import benchmarks, cards, tables

NAMES = ("Vaggeryds kommun", "Fackförbundet ST")
WEEKLY = "frekvens:en_tva_dagar_veckan+tre_dagar_eller_fler"
(ST,) = load_benchmarks()


def beside(status: str = "shown") -> pd.DataFrame:
    """Return one pair of each kind of ours: a share, a full count, one without number."""
    ours = [
        row(None, 32, 91, indicator=WEEKLY, low=0.2796, high=0.4312),
        {**row(None, 91, 221, indicator="svarsfrekvens"), "low": None, "high": None},
        row(None, 161, 1153, indicator="tillgang"),
        row(None, 54, 70, status, indicator="produktivitet_positiv"),
    ]
    return set_beside(table(ours), [ST], {WEEKLY: "Hur ofta?"})


def marks(figure, name: str):
    (found,) = [t for t in figure.data if t.type == "scatter" and t.name == name]
    return found


@pytest.mark.parametrize("narrow", [False, True])
def test_ours_is_a_dot_with_its_interval_and_theirs_a_hollow_square_with_none(narrow: bool):
    figure = valid(charts.benchmarks_chart(beside(), names=NAMES, narrow=narrow))
    ours, theirs = marks(figure, NAMES[0]), marks(figure, NAMES[1])
    assert (ours.marker.symbol, theirs.marker.symbol) == ("circle", "square")
    assert list(theirs.x) == [0.667, 0.38, 0.667, 0.8]
    (spans,) = [t for t in figure.data if t.type == "bar"]
    # Of the full count none; and each at the height of our mark, never of theirs.
    assert len(spans.x) == 3 and set(spans.y) <= set(ours.y)
    assert not set(ours.y) & set(theirs.y)
    assert not [t for t in figure.data if t.type == "scatter" and t.mode == "lines"]


@pytest.mark.parametrize("narrow", [False, True])
def test_the_caveat_is_a_part_of_the_picture_and_of_its_words(narrow: bool):
    found = beside()
    figure = texts(charts.benchmarks_chart(found, names=NAMES, narrow=narrow))
    said = charts.alt_benchmarks(found, names=NAMES)
    for pair in ST.pairs:
        assert pair.caveat in figure and pair.caveat in said
    for head in ("Liknande frågor", "jämför inte nivåerna"):
        assert figure.count(head) == 1
    # In their own words, and not as the 66.7 % that the mark stands at.
    assert "2 av 3" in figure and "67 %" not in figure and "67 %" not in said.replace("\xa0", " ")
    assert "28–43 %" in figure


def test_each_caveat_stands_right_under_the_marks_that_it_is_about():
    figure = charts.benchmarks_chart(beside(), names=NAMES)
    theirs = list(marks(figure, NAMES[1]).y)
    notes = {a.text.replace("<br>", " "): a.y for a in figure.layout.annotations}
    for pair, at, after in zip(ST.pairs, theirs, [*theirs[1:], 1e9], strict=True):
        assert at < notes[pair.caveat] < min(after, at + 40)


@pytest.mark.parametrize("status", ["hidden", "no_answers", "not_asked"])
def test_without_a_number_of_ours_the_word_stands_and_theirs_remains(status: str):
    found = beside(status)
    figure = charts.benchmarks_chart(found, names=NAMES)
    word = {"hidden": "dolt", "no_answers": "inga svar", "not_asked": "ej ställd"}[status]
    assert f"<i>{word}</i>" in texts(figure)
    assert len(marks(figure, NAMES[0]).x) == 3 and len(marks(figure, NAMES[1]).x) == 4
    assert drawing(figure) != drawing(charts.benchmarks_chart(beside(), names=NAMES))
    assert word in charts.alt_benchmarks(found, names=NAMES)
    shown = benchmarks.pairs_table(found, NAMES)
    assert list(shown[NAMES[0]])[-1] == list(shown["95 % intervall"])[-1] == word
    assert benchmarks.pairs_export(found, ST.survey.caveat)["Andel"].iloc[-2] == word


def test_a_hidden_number_reaches_neither_chart_words_table_nor_file():
    found = beside("hidden")
    mine = (found["pair"] == "fokus_produktivitet") & (found["side"] == "ours")
    for column in ("share", "low", "high", "bound_low", "bound_high"):
        found.loc[mine, column] = SECRET
    found.loc[mine, ["numerator", "denominator", "n"]] = 4321
    told = [
        charts.benchmarks_chart(found, names=NAMES).to_json(),
        charts.alt_benchmarks(found, names=NAMES),
        cards.data_table(benchmarks.pairs_table(found, NAMES), "x"),
        tables.csv_bytes(benchmarks.pairs_export(found, ST.survey.caveat)).decode("utf-8-sig"),
    ]
    for text in map(flat, told):
        assert "4321" not in text
        assert "123456" not in text and "12,3" not in text and "12%" not in text


def test_the_table_has_each_caveat_under_its_row():
    found = beside()
    caveats = [pair.caveat for pair in ST.pairs]
    html = cards.data_table(benchmarks.pairs_table(found, NAMES), "Jämförelse", caveats)
    rows = html.partition("<tbody>")[2].split("<tr")
    for pair, line, under in zip(ST.pairs, rows[1::2], rows[2::2], strict=True):
        assert pair.title in line
        assert pair.caveat in under and 'colspan="4"' in under
    assert "32\xa0av\xa091" in html and "28,0–43,1\xa0%" in html


def test_the_file_has_numbers_words_caveat_and_source_in_every_row():
    made = benchmarks.pairs_export(beside("hidden"), ST.survey.caveat, mark="Arbetsmaterial")
    content = tables.xlsx_bytes(made, "Jämförelse", [("Förbehåll", ST.survey.caveat)])
    book = openpyxl.load_workbook(io.BytesIO(content))
    head, *rows = [[cell.value for cell in line] for line in book["Jämförelse"].iter_rows()]
    lines = [dict(zip(head, line, strict=True)) for line in rows]
    assert len(lines) == 2 * len(ST.pairs)
    assert all(line["Förbehåll"].endswith(".") for line in lines)
    assert {line["Förbehåll, hela undersökningen"] for line in lines} == {ST.survey.caveat}
    assert {line["Märkning"] for line in lines} == {"Arbetsmaterial"}
    ours, theirs = lines[:2]
    assert (ours["Vems tal"], ours["Våg"], ours["Antal"]) == ("Vaggeryds kommun", "2024", 32)
    assert ours["Andel"] == pytest.approx(32 / 91)
    assert ours["Vad som räknas"] == "Hur ofta?"
    assert (theirs["Andel"], theirs["Andel i källans ord"]) == (0.667, "2 av 3")
    assert theirs["Svar i hela undersökningen"] == 22328 and theirs["Underlag"] is None
    assert theirs["Källa"].startswith("Fackförbundet ST 2025, ") and "(s. 11)" in theirs["Källa"]
    assert lines[-2]["Andel"] == lines[-2]["Underlag"] == "dolt"


def test_the_groups_of_a_table_are_rings_around_everybody():
    published = ST.tables[0]
    rows = charts.spreads(ST, published)
    figure = valid(charts.spread_chart(rows))
    rings = marks(figure, "Grupper")
    assert len(rings.x) == 7 * 8 and marks(figure, "Alla").x[0] == 0.84
    assert "Kvinnor 30–39 år: 88\xa0%" in rings.hovertext[5]
    assert "75–88 %" in texts(figure)
    said = charts.alt_spread(rows).replace("\xa0", " ")
    assert "Minskad restid: alla 84 %, från 75 % (Män 18–29 år) till 88 %" in said


def test_nothing_to_show_is_said():
    nothing = pd.DataFrame(columns=list(COLUMNS))
    words = "Det finns inget att visa"
    assert words in texts(charts.benchmarks_chart(nothing, names=NAMES))
    assert words in charts.alt_benchmarks(nothing, names=NAMES)
    assert words in texts(charts.spread_chart([])) and words in charts.alt_spread([])


def test_two_rows_of_ours_in_a_pair_are_refused():
    ours = table([row("A", 1, 2, indicator=WEEKLY), row("B", 1, 2, indicator=WEEKLY)])
    with pytest.raises(ValueError, match="one row of ours"):
        charts.read_pairs(set_beside(ours, [ST]))


def test_numbers_follow_the_language():
    with in_language("en"):
        figure = charts.benchmarks_chart(beside(), names=NAMES)
    assert "28–43%" in texts(figure) and "38%" in texts(figure)
