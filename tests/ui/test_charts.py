"""Charts: what is in the figure, what must never be, and sentences that are true of the data."""

from __future__ import annotations

import itertools
import json
import math

import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ui.results import SECRET, answers, every_status, leaking, row, table
from ui import charts
from ui import formats as f

HOSTILE = '<script>alert(1)</script> & "$x$" <a href="http://e.example">x</a>'


def texts(figure: go.Figure) -> str:
    return " | ".join(a.text for a in figure.layout.annotations)


def valid(figure: go.Figure) -> go.Figure:
    """Charts skip Plotly's validation for speed; here it happens."""
    return go.Figure(json.loads(figure.to_json()))


def two_waves() -> pd.DataFrame:
    later = [
        row("KLK", 24, 30, wave="2026"),
        row("BUN", 2, 20, wave="2026"),
        row("MBN", status="hidden", wave="2026"),
        row("KFN", 5, 9, wave="2026"),
        row(None, 50, 91, wave="2026"),
    ]
    return pd.concat([every_status(), table(later)], ignore_index=True)


LIKERT = [
    ("KLK", [14, 9, 7], "shown"),
    ("BUN", [3, 9, 5], "shown"),
    ("MBN", None, "hidden"),
    ("KFN", [0, 0, 0], "no_answers"),
    (None, [37, 32, 22], "shown"),
]


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_chart_is_valid_plotly(theme, narrow):
    for figure in (
        charts.forest(every_status(), theme=theme, narrow=narrow, threshold=0.5, title="Rubrik"),
        charts.slope(two_waves(), theme=theme, narrow=narrow),
        charts.likert(answers(LIKERT), theme=theme, narrow=narrow),
        charts.forest(table([]), theme=theme, narrow=narrow),
        charts.slope(table([]), theme=theme, narrow=narrow),
        charts.likert(answers([]), theme=theme, narrow=narrow),
        charts.forest(every_status().tail(1), theme=theme, narrow=narrow),
    ):
        assert valid(figure).layout.height > 50
        assert "bdata" not in figure.to_json()


def test_forest_writes_every_value_beside_its_mark():
    written = texts(charts.forest(every_status())).replace(f.NBSP, " ")
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


def test_forest_axis_is_absolute():
    low, high = charts.forest(table([row("KLK", 1, 100)])).layout.xaxis.range
    assert low <= 0 and high >= 1


def test_the_threshold_is_drawn_with_its_source():
    figure = charts.forest(every_status(), threshold=0.5, threshold_source="Riktlinje 2025")
    assert "Gräns 50 % · Riktlinje 2025" in texts(figure).replace(f.NBSP, " ").replace("<br>", " ")
    assert any(
        list(t.x) == [0.5, 0.5] for t in figure.data if t.type == "scatter" and t.mode == "lines"
    )


def test_mixed_indicators_or_waves_are_refused():
    with pytest.raises(ValueError, match="wave"):
        charts.forest(two_waves())


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("status", ["hidden", "not_asked", "no_answers", "not_regulated", "new"])
def test_numbers_that_are_not_shown_are_nowhere(status, narrow):
    frame = leaking(status)
    both = pd.concat([frame, frame.assign(wave="2026")], ignore_index=True)
    likert = answers([("KLK", [14, 9, 7], "shown"), ("MBN", [4321, 8765, 1], status)])
    found = [
        charts.forest(frame, narrow=narrow, threshold=0.4).to_json(),
        charts.slope(both, narrow=narrow).to_json(),
        charts.likert(likert, narrow=narrow).to_json(),
        charts.alt_forest(frame, threshold=0.4),
        charts.alt_slope(both),
        charts.alt_likert(likert),
    ]
    for text in found:
        flat = text.replace(f.NBSP, "").replace("\\u00a0", "")
        for secret in ("4321", "8765", "13087", str(SECRET), "0.1234", "12,3"):
            assert secret not in flat


@pytest.mark.parametrize("narrow", [False, True])
def test_hostile_names_are_text(narrow):
    frame = table([row("X", 15, 30, name=HOSTILE), row("Y", status="hidden", name=HOSTILE + "2")])
    likert = answers([(HOSTILE, [14, 9, 7], "shown"), ("B", [1, 2, 3], "shown")])
    both = pd.concat([frame, frame.assign(wave=HOSTILE)], ignore_index=True)
    for figure in (
        charts.forest(frame, narrow=narrow, title=HOSTILE, threshold=0.5, threshold_source=HOSTILE),
        charts.slope(both, narrow=narrow),
        charts.likert(likert, narrow=narrow),
    ):
        found = json.loads(figure.to_json())
        text = json.dumps([found["data"], found["layout"]["annotations"]])
        assert "<script" not in text and "<a " not in text and "$x$" not in text


def test_forty_departments_and_long_names_get_room():
    name = "Förvaltningen för kultur, fritid, samhällsbyggnad, räddningstjänst och överförmyndare"
    rows = [row(f"D{i}", i, 60, name=name if i % 5 == 0 else f"Nr {i}") for i in range(40)]
    few, many = charts.forest(table(rows[:5])), charts.forest(table(rows))
    assert many.layout.height > 40 * 30 > few.layout.height
    lines = [a for a in many.layout.annotations if "kultur" in a.text]
    assert len(lines) == 8 and all(a.text.count("<br>") >= 2 for a in lines)
    assert charts.forest(table(rows), narrow=True).layout.margin.l < 20 < many.layout.margin.l


def test_slope_joins_only_what_can_be_compared():
    figure = charts.slope(two_waves())
    joined = [
        t
        for t in figure.data
        if t.type == "scatter" and t.mode == "lines" and len(t.x) == 2 and t.y[0] != t.y[1]
    ]
    assert len(joined) == 3
    written = texts(figure).replace(f.NBSP, " ")
    assert "50 % → 80 %" in written and "+30,0 procentenheter" in written
    assert "inga svar → 5 av 9" in written and "dolt → dolt" not in written


def test_likert_parts_for_against_and_unsure():
    figure = charts.likert(answers(LIKERT))
    by_name = {t.name: t for t in figure.data if t.showlegend is not False}
    assert list(by_name) == ["Nej", "Ja", "Vet ej"]
    assert all(base < 0 for base in by_name["Nej"].base)
    assert all(base == pytest.approx(0) for base in by_name["Ja"].base)
    assert by_name["Vet ej"].xaxis == "x2" and by_name["Vet ej"].marker.pattern.shape
    assert by_name["Ja"].text[0].replace(f.NBSP, " ") == "47 %"
    assert by_name["Ja"].text[1] == "3"
    assert {t.xaxis for t in figure.data} >= {"x2"}


def test_likert_puts_the_strongest_outermost_from_either_end():
    def scale(order):
        marks = {"mb": True, "b": True, "d": False, "md": False}
        return pd.DataFrame(
            [
                {"group": "A", "name": "A", "option": o, "label": o, "favourable": marks[o],
                 "count": 10, "base": 40, "status": "shown"}
                for o in order
            ]
        )  # fmt: skip

    for order in (["mb", "b", "d", "md"], ["md", "d", "b", "mb"]):
        figure = charts.likert(scale(order))
        assert [t.name for t in figure.data] == ["md", "d", "b", "mb"]
        assert [t.base[0] for t in figure.data] == pytest.approx([-0.5, -0.25, 0, 0.25])


def test_neutral_options_straddle_zero_and_unordered_ones_start_there():
    figure = charts.likert(
        pd.DataFrame(
            [
                {"group": "A", "name": "A", "option": o, "label": o, "favourable": fav,
                 "count": 10, "base": 30, "status": "shown"}
                for o, fav in (("bra", True), ("varken", None), ("daligt", False))
            ]
        )
    )  # fmt: skip
    middle = next(t for t in figure.data if t.name == "varken")
    assert middle.base[0] == pytest.approx(-middle.x[0] / 2)
    plain = answers([("A", [10, 10, 10], "shown")]).assign(favourable=None)
    assert min(t.base[0] for t in charts.likert(plain).data) == 0


def test_the_sentence_names_highest_lowest_whole_and_what_is_absent():
    told = charts.alt_forest(every_status(), title="Rättvist?", threshold=0.5).replace(f.NBSP, " ")
    assert told == (
        "Rättvist. Högst är KLK med 50 % (15 av 30), lägst BUN med 3 av 17. "
        "1 av 2 förvaltningar når gränsen 50 %. "
        "Alla: 41 % (37 av 91), 95 % konfidensintervall 33–49 %. "
        "Dolt: MBN. Inga svar: KFN. Ej ställd: TN. Ej reglerat: SN."
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "Det finns inget att visa."),
        ([row("A", status="hidden")], "Ingen förvaltnings resultat kan visas. Dolt: A."),
        ([row("A", 30, 60)], "A ligger på 50 % (30 av 60)."),
        ([row("A", 30, 60), row("B", 20, 40)], "ligger lika: A (50 % (30 av 60)) och B"),
        ([row("A", 30, 60), row("B", 30, 60)], "Alla 2 förvaltningar med resultat ligger lika"),
        ([row("A", 9, 60), row("B", 30, 60), row("C", 30, 60)], "Högst är B och C med 50 %"),
    ],
)
def test_the_sentence_is_right_for_odd_tables(rows, expected):
    assert expected in charts.alt_forest(table(rows)).replace(f.NBSP, " ")


counted = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda p: (min(p), max(p)))
statuses = st.sampled_from(["shown", "shown", "hidden", "no_answers", "not_asked"])


@settings(max_examples=60, deadline=None)
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
    likert = answers(
        [
            (r["name"], [r["numerator"], r["denominator"] - r["numerator"], 0], "shown")
            if r["share"] is not None
            else (r["name"], None, r["status"])
            for r in rows
        ]
        or [("A", None, "hidden")]
    )
    valid(charts.likert(likert, narrow=narrow))
    assert charts.alt_likert(likert)
    both = pd.concat([frame, frame.assign(wave="2026")], ignore_index=True)
    valid(charts.slope(both, narrow=narrow))
    assert charts.alt_slope(both)


def test_changes_are_told_with_direction_and_what_cannot_be_compared():
    told = charts.alt_slope(two_waves()).replace(f.NBSP, " ")
    assert "Störst ökning: KLK från 50 % till 80 % (+30,0 procentenheter)" in told
    assert "Störst minskning: BUN från 3 av 17 till 10 %" in told
    assert "MBN (dolt)" in told and "KFN (inga svar → 5 av 9)" in told


def test_a_single_row_of_answers_is_told_in_full():
    told = charts.alt_likert(answers([(None, [37, 32, 22], "shown")])).replace(f.NBSP, " ")
    assert told == "Alla: Ja 41 %, Nej 35 % och Vet ej 24 %."
