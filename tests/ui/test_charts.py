"""Forest and slope: what is in the figure, what must never be, and sentences true of the data."""

from __future__ import annotations

import itertools
import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ui.figures import flat, texts, valid
from tests.ui.results import SECRET, WHY, every_status, leaking, row, table, two_waves
from ui import charts
from ui import formats as f


def lines(figure, **like):
    """Return the traces that are lines and whose line is ``like``."""
    return [
        t
        for t in figure.data
        if t.type == "scatter"
        and t.mode == "lines"
        and all(t.line[k] == v for k, v in like.items())
    ]


def test_forest_writes_every_value_beside_its_mark():
    written = texts(charts.forest(every_status()))
    for text in ("50 %", "3 av 17", "41 %", "33–49 %", "dolt", "inga svar", "ej ställd"):
        assert text in written
    assert "ej reglerat" in written


def test_forest_keeps_the_order_and_sets_the_whole_last_and_apart():
    shuffled = pd.concat([every_status().tail(1), every_status().head(6)])
    figure = charts.forest(shuffled)
    names = [a.text for a in figure.layout.annotations if a.xanchor == "right"]
    assert names == ["KLK", "BUN", "MBN", "KFN", "TN", "SN", "<b>Alla</b>"]
    rows = [a.y for a in figure.layout.annotations if a.xanchor == "right"]
    steps = [b - a for a, b in itertools.pairwise(rows)]
    assert all(math.isclose(s, steps[0]) for s in steps[:-1]) and steps[-1] > steps[0]


@pytest.mark.parametrize("narrow", [False, True])
def test_axes_are_absolute(narrow):
    for figure in (
        charts.forest(table([row("KLK", 1, 100)]), narrow=narrow),
        charts.slope(table([row("KLK", 1, 100), row("KLK", 2, 100, wave="2026")]), narrow=narrow),
    ):
        low, high = figure.layout.xaxis.range
        assert -0.05 < low <= 0 and 1 <= high < 1.05


def test_the_threshold_is_drawn_with_its_source():
    for narrow in (False, True):
        figure = charts.forest(
            every_status(), threshold=0.5, threshold_source="Riktlinje 2025", narrow=narrow
        )
        assert "Gräns 50 % · Riktlinje 2025" in texts(figure)
        (line,) = lines(figure, dash="6px,3px")
        assert {x for x in line.x if x is not None} == {0.5}


def test_a_narrow_threshold_leaves_the_names_alone():
    """Names stand inside the plot there, and a line through them could not be read."""
    figure = charts.forest(every_status(), threshold=0.5, narrow=True)
    (line,) = lines(figure, dash="6px,3px")
    stretches = [(line.y[i], line.y[i + 1]) for i in range(0, len(line.y), 3)]
    names = [a.y for a in figure.layout.annotations if a.text in ("KLK", "BUN", "TN")]
    assert len(names) == 3 and len(stretches) == 7
    assert not any(top - 6 < y < bottom + 6 for y in names for top, bottom in stretches)


def test_mixed_indicators_or_waves_are_refused():
    with pytest.raises(ValueError, match="wave"):
        charts.forest(two_waves())
    with pytest.raises(ValueError, match="indicator"):
        charts.slope(table([row("A", 1, 30), row("A", 2, 30, wave="2026", indicator="annan")]))


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("status", ["hidden", "not_asked", "no_answers", "not_regulated", "new"])
def test_numbers_that_are_not_shown_are_nowhere(status, narrow):
    frame = leaking(status)
    both = pd.concat([frame, frame.assign(wave="2026")], ignore_index=True)
    found = [
        charts.forest(frame, narrow=narrow, threshold=0.4).to_json(),
        charts.forest(frame, narrow=narrow, rows="options").to_json(),
        charts.slope(both, narrow=narrow).to_json(),
        charts.alt_forest(frame, threshold=0.4),
        charts.alt_slope(both),
    ]
    for text in found:
        for secret in ("4321", "8765", str(SECRET), "0.1234", "12,3"):
            assert secret not in flat(text)


# --- change between two waves ---------------------------------------------------------------------


def test_slope_joins_only_what_can_be_compared():
    figure = charts.slope(two_waves())
    joined = lines(figure, width=2)[0]
    ends = [x for x in joined.x if x is not None]
    assert len(ends) == 2 * 3 and all(y is None for y in joined.y[2::3])
    written = texts(figure)
    assert "50 % → 80 %" in written and "+30,0 procentenheter" in written
    assert "inga svar → 5 av 9" in written and "dolt → dolt" not in written


def test_both_ends_of_a_change_are_in_the_same_form():
    """Counts and percentages cannot be compared by eye, and few answers need their count."""
    rows = [row("A", 3, 17), row("A", 9, 32, wave="2026"), row("B", 20, 40)]
    rows += [row("B", 30, 40, wave="2026"), row("C", 9, 30), row("C", 4, 12, wave="2026")]
    for narrow in (False, True):
        written = texts(charts.slope(table(rows), narrow=narrow))
        assert "3 av 17 → 9 av 32" in written and "50 % → 75 %" in written
        assert "9 av 30 → 4 av 12" in written
    told = charts.alt_slope(table(rows[:2])).replace(f.NBSP, " ")
    assert "A från 3 av 17 till 9 av 32." in told
    # The difference would be a percentage of fewer than 20 answers by the back door.
    assert "procentenheter" not in told
    assert not any("10,5" in text for text in texts(charts.slope(table(rows[:2]))))


@pytest.mark.parametrize("narrow", [False, True])
def test_both_waves_are_named_beside_their_first_mark(narrow):
    for share in (0.1, 0.95):
        count = round(share * 100)
        rows = [row("A", count, 100, wave=wave) for wave in ("2024", "2026")]
        figure = charts.slope(table(rows), narrow=narrow)
        named = {a.text: a for a in figure.layout.annotations if a.xref == "x" and a.xshift}
        assert named["2024"].y < named["2026"].y
        # At the right end of the scale the name stands to the left of its mark.
        sides = {named[wave].xanchor for wave in ("2024", "2026")}
        assert sides == {"left" if share < 0.5 else "right"}


def test_slope_draws_both_intervals():
    rows = table(
        [row("A", 15, 30, low=0.31, high=0.69), row("A", 9, 30, wave="2026", low=0.14, high=0.47)]
    )
    drawn = [tuple(x for x in t.x if x is not None) for t in lines(charts.slope(rows))]
    assert (0.31, 0.69) in drawn and (0.14, 0.47) in drawn


def test_a_renamed_department_keeps_its_row():
    rows = table(
        [row("KFN", 15, 30, name="Fritid"), row("KFN", 20, 30, name="Kultur", wave="2026")]
    )
    written = texts(charts.slope(rows))
    assert "Kultur" in written and "Fritid" not in written and "50 % → 67 %" in written


def test_an_end_without_a_number_is_drawn_in_its_half_of_the_row():
    rows = table([row("A", 15, 30), row("A", status="hidden", wave="2026")])
    figure = charts.slope(rows)
    (band,) = [t for t in figure.data if t.type == "bar"]
    (name,) = [a for a in figure.layout.annotations if a.text == "A"]
    assert band.y[0] > name.y and band.width[0] < 16
    whole = charts.slope(rows.assign(status="hidden"))
    (band,) = [t for t in whole.data if t.type == "bar"]
    assert band.width[0] > 20


def test_changes_are_told_with_direction_and_what_cannot_be_compared():
    told = charts.alt_slope(two_waves()).replace(f.NBSP, " ")
    assert "Störst ökning: KLK från 50 % till 80 % (+30,0 procentenheter)" in told
    assert "Störst minskning: BUN från 3 av 17 till 2 av 20" in told
    assert "MBN (dolt)" in told and "KFN (inga svar → 5 av 9)" in told


# --- sentences ------------------------------------------------------------------------------------


def test_the_sentence_names_highest_lowest_whole_and_what_is_absent():
    told = charts.alt_forest(every_status(), title="Rättvist?", threshold=0.5).replace(f.NBSP, " ")
    assert told == (
        "Rättvist. Högst är KLK med 50 % (15 av 30), lägst BUN med 3 av 17. "
        "1 av 2 förvaltningar når gränsen 50 %. "
        "Alla: 41 % (37 av 91), 95 % konfidensintervall 33–49 %. "
        f"Dolt: MBN. {WHY} Inga svar: KFN. Ej ställd: TN. Ej reglerat: SN."
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "Det finns inget att visa."),
        ([row("A", status="hidden")], f"Ingen förvaltnings resultat kan visas. Dolt: A. {WHY}"),
        ([row("A", 30, 60)], "A ligger på 50 % (30 av 60)."),
        ([row("A", 30, 60), row("B", 20, 40)], "ligger lika: A (50 % (30 av 60)) och B"),
        ([row("A", 30, 60), row("B", 30, 60)], "Alla 2 förvaltningar med resultat ligger lika"),
        ([row("A", 9, 60), row("B", 30, 60), row("C", 30, 60)], "Högst är B och C med 50 %"),
    ],
)
def test_the_sentence_is_right_for_odd_tables(rows, expected):
    assert expected in charts.alt_forest(table(rows)).replace(f.NBSP, " ")


TABLES = [
    [row("A", status="hidden"), row("B", status="hidden")],
    [row("A", 30, 60)],
    [row("A", 30, 60), row("B", 30, 60)],
    [row("A", 30, 60), row("B", 20, 40)],
    [row("A", 9, 60), row("B", 30, 60), row("C", status="not_asked")],
]


@pytest.mark.parametrize("kind", ["groups", "options"])
@pytest.mark.parametrize("rows", TABLES)
def test_rows_that_are_no_departments_are_not_called_departments(rows, kind):
    told = charts.alt_forest(table(rows), threshold=0.4, rows=kind)
    assert "förvaltning" not in told
    assert told != charts.alt_forest(table(rows), threshold=0.4) or "ligger på" in told


def test_options_of_a_question_are_told_by_how_common_they_are():
    rows = [row("vpn", 41, 70, name="VPN"), row("krypt", 22, 70, name="Kryptering")]
    told = charts.alt_forest(table(rows), title="Skydd", rows="options").replace(f.NBSP, " ")
    assert told == (
        "Skydd. Vanligast är VPN med 59 % (41 av 70), minst vanligt Kryptering med 31 % (22 av 70)."
    )
    figure = charts.forest(table(rows), rows="options")
    assert "VPN" in texts(figure) and "diamond" not in figure.to_json()


counted = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda p: (min(p), max(p)))
statuses = st.sampled_from(["shown", "shown", "hidden", "no_answers", "not_asked"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(counted, statuses), max_size=7), st.booleans())
def test_any_table_can_be_drawn_and_told(cells, narrow):
    rows = []
    for i, ((count, base), status) in enumerate(cells):
        shown = status == "shown" and base > 0
        status = status if shown or status != "shown" else "no_answers"
        rows.append(row(f"D{i}", count if shown else None, base if shown else None, status))
    frame = table(rows)
    valid(charts.forest(frame, narrow=narrow, threshold=0.5))
    told = charts.alt_forest(frame)
    shown = {r["name"]: r["share"] for r in rows if r["share"] is not None}
    if len(set(shown.values())) > 1:
        highest = [n for n, s in shown.items() if s == max(shown.values())]
        assert all(n in told.split("lägst")[0] for n in highest)
    for r in rows:
        if r["share"] is None:
            assert str(r["name"]) in told
    both = pd.concat([frame, frame.assign(wave="2026")], ignore_index=True)
    valid(charts.slope(both, narrow=narrow))
    assert charts.alt_slope(both)
