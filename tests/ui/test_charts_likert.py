"""Diverging bars: sides, places, numbers, and the sentence."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ui.figures import flat, texts, valid
from tests.ui.results import LIKERT, WHY, answers
from ui import charts
from ui import formats as f


def test_likert_parts_for_against_and_unsure():
    figure = charts.likert(answers(LIKERT))
    by_name = {t.name: t for t in figure.data if t.name != "dolt"}
    assert list(by_name) == ["Nej", "Ja", "Vet ej"]
    assert all(base < 0 for base in by_name["Nej"].base)
    assert all(base == pytest.approx(0) for base in by_name["Ja"].base)
    assert by_name["Vet ej"].xaxis == "x2"
    assert by_name["Ja"].text[0].replace(f.NBSP, " ") == "47 %"
    assert by_name["Ja"].text[1] == "3"
    written = texts(figure)
    assert "30 svar" in written and "dolt" in written and "inga svar" in written


def test_unsure_looks_like_neither_hidden_nor_a_side():
    traces = {t.name: t.marker.pattern.shape for t in charts.likert(answers(LIKERT)).data}
    assert traces["Vet ej"] and traces["dolt"] and traces["Vet ej"] != traces["dolt"]
    assert traces["Ja"] is None and traces["Nej"] is None


def test_numbers_that_do_not_fit_are_left_out_and_never_shrunk():
    layout = charts.likert(answers(LIKERT)).layout
    assert layout.uniformtext.mode == "hide" and layout.uniformtext.minsize == 13


def scale(*options: tuple[str, bool | None]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"group": "A", "name": "A", "option": o, "label": o, "favourable": side,
             "count": 10, "base": 10 * len(options), "status": "shown"}
            for o, side in options
        ]
    )  # fmt: skip


def test_likert_puts_the_strongest_outermost_from_either_end():
    order = [("mb", True), ("b", True), ("d", False), ("md", False)]
    for options in (order, order[::-1]):
        figure = charts.likert(scale(*options))
        assert [t.name for t in figure.data] == ["md", "d", "b", "mb"]
        assert [t.base[0] for t in figure.data] == pytest.approx([-0.5, -0.25, 0, 0.25])


def test_neutral_options_straddle_zero_and_unordered_ones_start_there():
    figure = charts.likert(scale(("bra", True), ("varken", None), ("daligt", False)))
    middle = next(t for t in figure.data if t.name == "varken")
    assert middle.base[0] == pytest.approx(-middle.x[0] / 2)
    plain = answers([("A", [10, 10, 10], "shown")]).assign(favourable=None)
    assert min(t.base[0] for t in charts.likert(plain).data) == 0


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("status", ["hidden", "not_asked", "no_answers", "not_regulated", "new"])
def test_answers_that_are_not_shown_are_nowhere(status, narrow):
    table = answers([("KLK", [14, 9, 7], "shown"), ("MBN", [4321, 8765, 1], status)])
    for text in (charts.likert(table, narrow=narrow).to_json(), charts.alt_likert(table)):
        for secret in ("4321", "8765", "13087"):
            assert secret not in flat(text)


counts = st.lists(st.integers(0, 60), min_size=3, max_size=3)
statuses = st.sampled_from(["shown", "shown", "hidden", "no_answers", "not_asked"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(counts, statuses), min_size=1, max_size=7), st.booleans())
def test_any_answers_can_be_drawn_and_told(cells, narrow):
    table = answers(
        [
            (f"D{i}", found if status == "shown" else None, status)
            for i, (found, status) in enumerate(cells)
        ]
    )
    figure = valid(charts.likert(table, narrow=narrow))
    told = charts.alt_likert(table)
    for i, (found, status) in enumerate(cells):
        if status != "shown" or not sum(found):
            assert f"D{i}" in told
    left, right = figure.layout.xaxis.range
    for trace in figure.data:
        if trace.xaxis != "x2":
            for base, x in zip(trace.base or (), trace.x or (), strict=True):
                assert left - 1e-9 <= base and base + x <= right + 1e-9


def test_a_single_row_of_answers_is_told_in_full():
    told = charts.alt_likert(answers([(None, [37, 32, 22], "shown")])).replace(f.NBSP, " ")
    assert told == "Alla: Ja 41 %, Nej 35 % och Vet ej 24 %."


def test_the_sentence_names_most_and_least_for():
    told = charts.alt_likert(answers(LIKERT), title="Rättvist?").replace(f.NBSP, " ")
    assert told == (
        "Rättvist. Störst andel svar som talar för har KLK (47 %), minst BUN (3 av 17). "
        f"Alla: 41 %. Dolt: MBN. {WHY} Inga svar: KFN."
    )
