"""The grammar that every chart keeps: states, names, legend, sizes, language."""

from __future__ import annotations

import contextvars
import itertools
import json
from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.i18n import set_language
from tests.ui.figures import drawing, texts, valid
from tests.ui.results import LIKERT, answers, every_status, register, row, table, two_waves
from ui import charts, theme
from ui import drawing as grammar
from ui.text import status_word

HOSTILE = '<script>alert(1)</script> & "$x$" <a href="http://e.example">x</a>'
NAMES = ("Registret", "Enkäten")
STATES = ("shown", "hidden", "no_answers", "not_asked", "not_regulated")


def one(status: str, wave: str = "2024") -> pd.DataFrame:
    return table(
        [
            row("A", 15, 30, wave=wave)
            if status == "shown"
            else row("A", None, None, status, wave=wave)
        ]
    )


def likert_of(status: str) -> go.Figure:
    return charts.likert(answers([("A", [10, 10, 10] if status == "shown" else None, status)]))


def forest_of(status: str) -> go.Figure:
    return charts.forest(one(status))


def slope_of(status: str) -> go.Figure:
    return charts.slope(pd.concat([one(status), one(status, "2026")]))


def later_of(status: str) -> go.Figure:
    return charts.slope(pd.concat([one("shown"), one(status, "2026")]))


def beside_of(status: str) -> go.Figure:
    return charts.beside(one(status), one(status), names=NAMES)


def register_of(status: str) -> go.Figure:
    return charts.beside(one(status), one("shown"), names=NAMES)


def survey_of(status: str) -> go.Figure:
    return charts.beside(one("shown"), one(status), names=NAMES)


CHARTS = (forest_of, slope_of, later_of, beside_of, register_of, survey_of, likert_of)


@pytest.mark.parametrize("chart", CHARTS)
def test_five_states_have_five_drawings_and_their_word(chart: Callable[[str], go.Figure]):
    drawn = {status: drawing(chart(status)) for status in STATES}
    for a, b in itertools.combinations(STATES, 2):
        assert drawn[a] != drawn[b], (a, b)
        assert drawn[a] and drawn[b]
    for status in STATES[1:]:
        written = texts(chart(status))
        assert status_word(status) in written
        assert not any(status_word(s) in written for s in STATES[1:] if s != status)


@pytest.mark.parametrize("chart", CHARTS)
def test_an_unknown_state_is_drawn_as_hidden(chart: Callable[[str], go.Figure]):
    assert drawing(chart("nytt")) == drawing(chart("hidden"))


def test_what_has_no_number_is_drawn_at_no_place_on_the_scale():
    """A stroke in the middle would be read as a share of one half."""
    for status in STATES[1:]:
        figure = charts.forest(one(status))
        spans = [(s.x0, s.x1) for s in figure.layout.shapes if s.xref != "paper"]
        spans += [(t.base[0], t.base[0] + t.x[0]) for t in figure.data]
        assert spans == [(0, 1)]


def every_chart(narrow: bool, look: str = "light", title: str = "") -> list[go.Figure]:
    kind = {"theme": look, "narrow": narrow, "title": title}
    return [
        charts.forest(every_status(), threshold=0.5, threshold_source="Källa", **kind),
        charts.forest(every_status().tail(1), rows="groups", **kind),
        charts.slope(two_waves(), **kind),
        charts.beside(register(), every_status(), names=NAMES, **kind),
        charts.likert(answers(LIKERT), **kind),
        charts.forest(table([]), **kind),
        charts.slope(table([]), **kind),
        charts.beside(table([]), table([]), names=NAMES, **kind),
        charts.likert(answers([]), **kind),
    ]


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("look", ["light", "dark"])
def test_every_chart_is_valid_plotly_and_of_a_fixed_height(look, narrow):
    for figure in every_chart(narrow, look, title="Rubrik"):
        assert valid(figure).layout.height > 50
        assert "bdata" not in figure.to_json()


@pytest.mark.parametrize("narrow", [False, True])
def test_every_text_stands_within_the_height(narrow):
    """What hangs outside the figure is cut off: the legend, long headings, the last row."""
    for figure in every_chart(
        narrow, title="En lång rubrik som inte får plats på en enda rad " * 3
    ):
        layout = figure.layout
        plot = layout.height - layout.margin.t - layout.margin.b
        for a in layout.annotations:
            lines = a.text.count("<br>") + 1
            size = (a.font.size or 14) * 1.35 * lines
            if a.yref == "paper":
                y = layout.margin.t + (1 - a.y) * plot - (a.yshift or 0)
            else:
                # The pixel axis is scaled by less than a pixel, because the height is rounded.
                y = layout.margin.t + a.y
            top = {"middle": y - size / 2, "top": y, "bottom": y - size}[a.yanchor]
            assert top > -3 and top + size < layout.height + 3, a.text


@pytest.mark.parametrize("narrow", [False, True])
def test_the_legend_shows_what_is_drawn_and_fits_the_narrowest_screen(narrow):
    figure = charts.beside(
        register(), every_status(), names=("Riskbedömda", "Säger ja"), narrow=narrow
    )
    assert not figure.layout.showlegend
    keys = [a for a in figure.layout.annotations if a.yref == "paper"]
    assert [a.text for a in keys] == ["Riskbedömda", "Säger ja", "95 % konfidensintervall"]
    left = figure.layout.margin.l
    for a in keys:
        start = a.xshift + left
        assert start >= 0 and start + 7 * len(a.text) < (300 if narrow else 600)
    without = charts.beside(register(), register(), names=("A", "B"), narrow=narrow)
    assert "konfidensintervall" not in texts(without)


@pytest.mark.parametrize("narrow", [False, True])
def test_hostile_names_are_text(narrow):
    frame = table([row("X", 15, 30, name=HOSTILE), row("Y", status="hidden", name=HOSTILE + "2")])
    likert = answers([(HOSTILE, [14, 9, 7], "shown"), ("B", [1, 2, 3], "shown")])
    likert["label"] = [HOSTILE, "Nej", "Vet ej"] * 2
    both = pd.concat([frame, frame.assign(wave=HOSTILE)], ignore_index=True)
    for figure in (
        charts.forest(frame, narrow=narrow, title=HOSTILE, threshold=0.5, threshold_source=HOSTILE),
        charts.slope(both, narrow=narrow),
        charts.beside(frame, frame, names=(HOSTILE, HOSTILE), narrow=narrow),
        charts.likert(likert, narrow=narrow),
    ):
        found = json.loads(figure.to_json())
        text = json.dumps([found["data"], found["layout"]["annotations"]])
        assert "<script" not in text and "<a " not in text and "$x$" not in text


LONG = "Förvaltningen för kultur, fritid, samhällsbyggnad, räddningstjänst och överförmyndare"


def test_forty_departments_and_long_names_get_room():
    rows = [row(f"D{i}", i, 60, name=LONG if i % 5 == 0 else f"Nr {i}") for i in range(40)]
    few, many = charts.forest(table(rows[:5])), charts.forest(table(rows))
    assert many.layout.height > 40 * 30 > few.layout.height
    lines = [a for a in many.layout.annotations if "kultur" in a.text]
    assert len(lines) == 8 and all(a.text.count("<br>") >= 2 for a in lines)
    assert charts.forest(table(rows), narrow=True).layout.margin.l < 20 < many.layout.margin.l


@given(st.text(st.sampled_from("abåä -"), max_size=90), st.integers(4, 30))
def test_no_line_is_longer_than_asked_and_no_letter_is_lost(text, width):
    lines = grammar.wrap(text, width)
    assert all(len(line) <= max(width, 8) for line in lines)
    kept = "".join(lines).replace("-", "").replace(" ", "")
    assert kept == text.replace("-", "").replace(" ", "")


def test_a_long_word_is_cut_with_a_hyphen_and_a_shorter_one_gets_room():
    assert grammar.wrap("Samhällsbyggnadsförvaltningen", 20) == [
        "Samhällsbyggnadsför-",
        "valtningen",
    ]
    assert grammar.name_width(["Samhällsbyggnadsförvaltningen"], 24) == 29
    assert grammar.name_width(["x" * 90], 24) == 32


def test_narrow_values_get_a_line_of_their_own_when_names_would_be_cut():
    rows = grammar.read_rows(every_status(), 0)
    assert grammar.narrow_names(rows, ["50 %"]) == (34, False)
    assert grammar.narrow_names(rows, ["3 av 17 → 9 av 32 (+10,5)"]) == (grammar.NARROW_CHARS, True)


def in_language(code: str, act: Callable[[], object]) -> object:
    def run() -> object:
        set_language(code)
        return act()

    return contextvars.copy_context().run(run)


def test_numbers_are_written_in_the_visitors_language():
    rows = table([row("A", 1239, 3000), row("B", 12345, 20000, low=0.601, high=0.634)])

    def written() -> str:
        figure = charts.forest(rows, digits=1)
        return texts(figure) + " | " + " ".join(figure.data[-1].hovertext).replace("\u00a0", " ")

    swedish, english = in_language("sv", written), in_language("en", written)
    assert "41,3 %" in swedish and "60,1–63,4 %" in swedish and "12 345" in swedish
    assert "41.3%" in english and "60.1–63.4%" in english and "12,345" in english


@pytest.mark.parametrize("look", ["light", "dark"])
def test_separators_follow_the_visitor_and_not_the_first_one(look):
    def separators() -> tuple[str, str]:
        figure = charts.forest(every_status(), theme=look)
        return figure.layout.separators, theme.template(look).layout.separators

    for code, expected in (("sv", ",\u00a0"), ("en", ".,"), ("sv", ",\u00a0")):
        assert in_language(code, separators) == (expected, expected)
    assert theme.template(look) is theme.template(look)
