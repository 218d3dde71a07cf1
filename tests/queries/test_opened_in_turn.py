"""A question that is opened by one that another question opens: whoever was led past the first is
not silent on the last, is not let answer it, and is counted so everywhere."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from pydantic import ValidationError

from ingest.load import LoadRefused
from queries import indicators as results
from queries import reference
from queries.catalogue import indicator
from queries.comparisons import differences, group_uncertainty
from queries.explore import explore
from queries.explore_uncertainty import uncertainties
from queries.selection import material, read
from tests.queries.conftest import SMALL

if TYPE_CHECKING:
    from tests.queries.conftest import Loader

INVITED = {"AA": 40, "BB": 36}
SILENT = {"AA": 0, "BB": 6}
ID = "arbetsmiljo_foljs_upp"
"""Of ``q3_1b``, opened by “ja” to ``q1_1``, which is opened by not “aldrig” to ``frekvens``."""
HEADS = ["Förvaltning", "Befattning", "frekvens", "q1_1", "q3_1b"]


def in_turn() -> str:
    first = '[[questions]]\nid = "q1_1"\n'
    rule = 'asked_if = { question = "frekvens", options = ["mer_sallan", "en_tva_dagar_veckan"] }\n'
    head, last = SMALL.split('[[questions]]\nid = "q3_1b"')
    last = last.replace(rule, 'asked_if = { question = "q1_1", options = ["ja"] }\n', 1)
    text = head.replace(first, first + rule) + '[[questions]]\nid = "q3_1b"' + last
    return text.replace('id = "small"', 'id = "in_turn"')


def people() -> list[list[str]]:
    draw = random.Random(5)
    found = []
    for department, invited in INVITED.items():
        for _ in range(invited - SILENT[department]):
            often = draw.choice(["Aldrig", "Sällan", "Ofta", "Ofta"])
            policy = "" if often == "Aldrig" else draw.choice(["Ja", "Ja", "Nej", "Vet ej"])
            step = draw.choice("12345") if policy == "Ja" else ""
            place = draw.choice(["Chef", "Medarbetare", "Medarbetare"])
            found.append([department, place, often, policy, step])
    return found


def load(loader: Loader, rows: list[list[str]]) -> Any:
    form = reference.DATA_DIR / "questionnaires" / "in_turn.toml"
    form.write_text(in_turn(), encoding="utf-8")
    loader.invited(**INVITED)
    return loader.survey([HEADS, *rows], questionnaire="in_turn")


def bounds(rows: list[list[str]], silent: int) -> tuple[float, float]:
    """Return the share of 4 and 5 if everybody silent had chosen otherwise, or so."""
    steps = [row[-1] for row in rows if row[-1]]
    high = sum(step in "45" for step in steps)
    return high / (len(steps) + silent), (high + silent) / (len(steps) + silent)


def by_place(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    rows = table.to_dict("records")
    return {row["department"] if isinstance(row["department"], str) else "": row for row in rows}


@pytest.mark.parametrize("role", ["revisor", "politiker"])
def test_who_was_led_past_the_first_question_is_not_silent_on_the_last(
    role: str, loader: Loader
) -> None:
    rows = people()
    load(loader, rows)
    reader = loader.reader(role)
    table = by_place(results.results(reader, "v", [ID]))
    for place in ("AA", "BB", ""):
        mine = [row for row in rows if place in ("", row[0])]
        silent = SILENT.get(place, sum(SILENT.values()))
        shown = table[place]
        assert (shown["bound_low"], shown["bound_high"]) == pytest.approx(bounds(mine, silent))
    # Everybody who was put the question has answered: nothing is left to be unsure of.
    assert table["AA"]["bound_low"] == table["AA"]["bound_high"] == table["AA"]["share"]
    groups = by_place(group_uncertainty(reader, "v", ID, "position"))
    for place in ("chef", "medarbetare"):
        mine = [row for row in rows if row[1].casefold() == place]
        told = groups[place]["bound_low"], groups[place]["bound_high"]
        assert told == pytest.approx(bounds(mine, sum(SILENT.values())))
    apart = differences(reader, "v", ID).rest.set_index("code").loc["AA"]
    own = bounds([row for row in rows if row[0] == "AA"], 0)[0]
    low, high = bounds([row for row in rows if row[0] == "BB"], SILENT["BB"])
    told = apart["diff_bound_low"], apart["diff_bound_high"]
    assert told == pytest.approx((own - high, own - low))


@pytest.mark.parametrize("view", ["egen", "publicerbar"])
def test_the_workbench_counts_the_silent_of_such_a_question_as_the_pages_do(
    view: str, loader: Loader
) -> None:
    rows = people()
    load(loader, rows)
    reader = loader.reader("revisor")
    found = material(reader, "v")
    for axis, place, mine, silent in (
        ("department", "AA", [r for r in rows if r[0] == "AA"], 0),
        ("position", "chef", [r for r in rows if r[1] == "Chef"], SILENT["BB"]),
    ):
        selection, vain = read({"fragor": "q3_1b", "rader": axis, "vy": view}, found)
        assert vain == ()
        table = explore(reader, selection, found).table
        cells = table[table["row"] == place].set_index("column")
        one = cells.loc["5"]
        fives = [[*r[:-1], "5" if r[-1] == "5" else r[-1] and "1"] for r in mine]
        told = one["bound_low"], one["bound_high"]
        assert told == pytest.approx(bounds(fives, silent)), axis
        if axis == "department":
            sure, _asked = uncertainties(reader, selection, found, "q3_1b")
            line = sure[(sure["indicator"] == "q3_1b:5") & (sure["department"] == place)].iloc[0]
            assert (line["bound_low"], line["bound_high"]) == pytest.approx(told)


def test_an_answer_to_a_question_that_was_opened_by_nothing_is_told_with_what_closed_it(
    loader: Loader,
) -> None:
    rows = people()
    rows[3] = ["AA", "Chef", "Aldrig", "", "4"]
    with pytest.raises(LoadRefused, match="Rätta den, eller läs in") as refused:
        load(loader, rows)
    (error,) = refused.value.result.errors
    assert (error.row, error.column) == (5, "q3_1b")
    assert "”Aldrig”" in error.message and "Hur ofta?" in error.message


def test_a_question_with_several_answers_opens_none(loader: Loader) -> None:
    often = 'text = "Hur ofta?"\ntype = '
    text = in_turn().replace(f'{often}"single"', f'{often}"multiple"')
    form = reference.DATA_DIR / "questionnaires" / "in_turn.toml"
    form.write_text(text, encoding="utf-8")
    with pytest.raises((ValidationError, ValueError), match="flera svar är möjliga"):
        reference.load_questionnaire("in_turn")


def test_what_opens_a_question_is_told_to_the_first() -> None:
    """On Vaggeryd's own questionnaire, where each question is opened by one at most."""
    own = reference.load_questionnaire("vaggeryd-2024")
    wanted = indicator(ID).source.question  # type: ignore[union-attr]  # of the survey
    ((opener, past),) = own.openers(wanted)
    assert (opener.id, past) == ("frekvens", ("aldrig",)) and own.openers("frekvens") == ()
