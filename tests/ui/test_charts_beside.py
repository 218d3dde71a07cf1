"""Register beside survey: two marks, two sources, and a sentence that compares only what can be."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ui.figures import flat, texts, valid
from tests.ui.results import SECRET, WHY, every_status, leaking, register, row, table
from ui import charts
from ui import formats as f

NAMES = ("Registret", "Enkäten")


def rows_of(figure) -> list[str]:
    return [a.text for a in figure.layout.annotations if a.xanchor == "right"]


def marks(figure) -> dict[str, dict[float, str]]:
    """Return label → {share: symbol}."""
    return {
        t.name: (
            dict.fromkeys(t.x, t.marker.symbol)
            if isinstance(t.marker.symbol, str)
            else dict(zip(t.x, t.marker.symbol, strict=True))
        )
        for t in figure.data
        if t.type == "scatter" and t.mode == "markers"
    }


def test_each_source_has_its_mark_and_only_the_survey_an_interval():
    figure = charts.beside(register(), every_status(), names=NAMES)
    found = marks(figure)
    assert set(found["Registret"].values()) == {"square"}
    assert list(found["Enkäten"].values()) == ["circle", "circle", "diamond"]
    assert len(found["Registret"]) == 3 and len(found["Enkäten"]) == 3
    (spans,) = [t for t in figure.data if t.type == "bar" and t.name != "dolt"]
    (asked,) = [t for t in figure.data if t.name == "Enkäten"]
    assert len(spans.x) == 3 and list(spans.y) == list(asked.y)
    assert all(low >= 0 for low in spans.base)
    # The interval of a register is none, even if the table should bring one.
    again = charts.beside(register().assign(low=0.1, high=0.9), every_status(), names=NAMES)
    (spans,) = [t for t in again.data if t.type == "bar" and t.name != "dolt"]
    assert len(spans.x) == 3


def test_non_response_bounds_are_told_on_pointing_but_not_drawn():
    figure = charts.beside(register(), every_status(), names=NAMES)
    (asked,) = [t for t in figure.data if t.name == "Enkäten"]
    assert all("Med bortfallet" in text for text in asked.hovertext)
    assert "Bortfallsgränser" not in texts(figure)


def test_rows_follow_the_register_then_the_survey_and_the_whole_is_last():
    figure = charts.beside(register(), every_status(), names=NAMES)
    assert rows_of(figure) == ["BUN", "KLK", "MBN", "KFN", "TN", "SN", "<b>Alla</b>"]


def test_merged_departments_stand_only_where_both_sides_know_them():
    assert "MBN+TN" not in texts(charts.beside(register(), every_status(), names=NAMES))
    survey = pd.concat([every_status(), table([row("MBN+TN", 5, 11)])], ignore_index=True)
    assert "MBN+TN" in rows_of(charts.beside(register(), survey, names=NAMES))
    assert "MBN+TN" not in texts(charts.beside(every_status(), survey, names=NAMES))


def test_values_are_written_for_both_sources():
    for narrow in (False, True):
        written = texts(charts.beside(register(), every_status(), names=NAMES, narrow=narrow))
        for text in ("90 %", "3 av 17", "71 %", "50 %", "67 %", "41 %", "33–49 %", "dolt"):
            assert text in written, text
    narrow = texts(charts.beside(register(), every_status(), names=NAMES, narrow=True))
    assert "■ <b>90 %</b> ● <b>3 av 17</b>" in " ".join(narrow.split())


def test_nothing_joins_the_marks_and_nothing_is_called_significant():
    figure = charts.beside(register(), every_status(), names=NAMES)
    assert not [t for t in figure.data if t.type == "scatter" and t.mode != "markers"]
    told = charts.alt_beside(register(), every_status(), names=NAMES).lower()
    for word in ("signifikant", "osäkerhet", "säker", "beror", "därför"):
        assert word not in told


def test_the_axis_is_absolute():
    low, high = charts.beside(register(), every_status(), names=NAMES).layout.xaxis.range
    assert -0.05 < low <= 0 and 1 <= high < 1.05


def test_the_sentence_names_the_whole_the_furthest_apart_and_who_lacks_what():
    told = charts.alt_beside(register(), every_status(), names=NAMES, title="Riskbedömning")
    assert told.replace(f.NBSP, " ") == (
        "Riskbedömning. "
        "Alla: registret 67 % (107 av 159), enkäten 41 % (37 av 91), "
        "95 % konfidensintervall 33–49 %. "
        "Längst isär är BUN: registret 90 % (36 av 40), enkäten 3 av 17. "
        f"Registret saknar tal. Dolt: MBN. {WHY} Ej ställd: KFN, TN och SN. "
        f"Enkäten saknar tal. Dolt: MBN. {WHY} Inga svar: KFN. Ej ställd: TN. Ej reglerat: SN."
    )


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([], [], "Det finns inget att visa."),
        ([row("A", 30, 60)], [row("A", status="hidden")], "Ingen förvaltning har tal i båda."),
        ([row("A", 30, 60)], [row("A", 20, 80)], "Bara A har tal i båda: registret 50 %"),
        (
            [row("A", 30, 60), row("B", 30, 60)],
            [row("A", 40, 80), row("B", 40, 80)],
            "De är lika i alla förvaltningar som har tal i båda.",
        ),
        (
            [row("A", 30, 60), row("B", 30, 60)],
            [row("A", 20, 80), row("B", 60, 80)],
            "registret 50 % (30 av 60), enkäten 25 % (20 av 80). Lika långt isär är B.",
        ),
    ],
)
def test_the_sentence_is_right_for_odd_tables(first, second, expected):
    told = charts.alt_beside(table(first), table(second), names=NAMES)
    assert expected in told.replace(f.NBSP, " ")


def test_an_abbreviation_keeps_its_capitals_within_a_sentence():
    told = charts.alt_beside(register(), every_status(), names=("IT-genomgång", "Enkäten"))
    assert "IT-genomgång 90" in told and "iT-" not in told and " enkäten 3" in told


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("status", ["hidden", "not_asked", "no_answers", "not_regulated", "new"])
def test_numbers_that_are_not_shown_are_nowhere(status, narrow):
    bad, good = leaking(status), every_status()
    for pair in ((bad, good), (good, bad), (bad, bad)):
        figure = charts.beside(*pair, names=NAMES, narrow=narrow).to_json()
        for text in (figure, charts.alt_beside(*pair, names=NAMES)):
            for secret in ("4321", "8765", str(SECRET), "0.1234", "12,3"):
                assert secret not in flat(text)


# Counts that nothing else in a figure could hold by chance.
secret = st.sampled_from([918_273_645, 827_364_519, 736_451_928, 645_192_837])
counted = st.tuples(st.integers(0, 60), st.integers(1, 60)).map(lambda p: (min(p), max(p)))
cell = st.one_of(
    counted.map(lambda pair: ("shown", *pair)),
    st.tuples(st.sampled_from(["hidden", "no_answers", "not_asked", "nytt"]), secret, secret),
)


def drawn_from(cells) -> tuple[pd.DataFrame, set[str]]:
    """Return a table whose hidden rows still hold their numbers, and what must not be seen."""
    rows, secrets = [], set()
    for i, (status, count, base) in enumerate(cells):
        rows.append(row(f"D{i}", count, base, status))
        if status != "shown":
            rows[-1]["share"] = rows[-1]["low"] = rows[-1]["high"] = count / 1e9
            secrets |= {str(count), str(base)}
    return table(rows), secrets


@settings(max_examples=25, deadline=None)
@given(st.lists(cell, max_size=6), st.lists(cell, max_size=6), st.booleans())
def test_any_two_tables_can_be_laid_beside_each_other(first, second, narrow):
    (a, hidden_a), (b, hidden_b) = drawn_from(first), drawn_from(second)
    figure = charts.beside(a, b, names=NAMES, narrow=narrow)
    valid(figure)
    told = charts.alt_beside(a, b, names=NAMES)
    for text in (flat(figure.to_json()), flat(told)):
        assert not [number for number in hidden_a | hidden_b if number in text]
    shown = [
        (abs(x[1] / x[2] - y[1] / y[2]), f"D{i}")
        for i, (x, y) in enumerate(zip(first, second, strict=False))
        if x[0] == y[0] == "shown"
    ]
    if len(shown) > 1 and max(shown)[0] > 1e-9:
        far = [name for gap, name in shown if gap > max(shown)[0] - 1e-9]
        assert f"Längst isär är {far[0]}:" in told
