"""What the screenshots' inspector sees in a real Chromium: each fault on a page made to have it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tools import shots

FRAME = """<!doctype html><html lang="sv"><body style="margin:0">
<div data-testid="stApp"><section data-testid="stMain" style="height:300px;overflow:auto">
<div data-testid="stMainBlockContainer"><h1>Rubrik</h1>{}</div></section></div></body></html>"""
CHART = """<div data-testid="stPlotlyChart" style="width:300px;height:100px">
<div class="js-plotly-plot" style="width:300px;height:100px">
<svg class="main-svg" width="300" height="100"><g class="infolayer">{}</g></svg></div></div>"""


@pytest.fixture
def narrow(browser: Browser) -> Iterator[Page]:
    """Return an empty tab of a phone's width."""
    page = browser.new_page(viewport={"width": 390, "height": 300})
    yield page
    page.close()


def inspect(page: Page, body: str) -> dict[str, Any]:
    page.set_content(FRAME.format(body))
    return page.evaluate(shots.INSPECT)


def test_a_plain_page_has_nothing_to_tell(narrow: Page) -> None:
    body = "<p>En mening.</p>" + CHART.format('<text x="10" y="40">Alla</text>')
    seen = inspect(narrow, body)
    assert (seen["heading"], seen["language"], seen["overflow"]) == ("Rubrik", "sv", 0)
    assert {key: seen[key] for key in ("cut", "out", "overlaps", "failed")} == {
        "cut": [],
        "out": [],
        "overlaps": [],
        "failed": [],
    }


def test_a_page_wider_than_its_window_is_told_in_pixels(narrow: Page) -> None:
    seen = inspect(narrow, '<p style="width:440px">En bred mening.</p>')
    assert seen["overflow"] == 50
    assert len(seen["out"]) == 1
    assert "En bred mening." in seen["out"][0]


def test_what_scrolls_in_a_frame_of_its_own_is_no_fault(narrow: Page) -> None:
    table = '<div style="overflow-x:auto"><p style="width:900px">Bred tabell</p></div>'
    seen = inspect(narrow, table)
    assert (seen["overflow"], seen["out"]) == (0, [])


@pytest.mark.parametrize(
    "body",
    [
        '<p style="width:80px;overflow:hidden;white-space:nowrap">Kultur- och fritidsnämnden</p>',
        '<p style="height:12px;overflow:hidden">En<br>två<br>tre</p>',
        '<input value="Ingen jämförelse alls" style="width:40px">',
        CHART.format('<text x="250" y="40">Barn- och utbildningsförvaltningen</text>'),
    ],
    ids=["ellipsis", "lines", "field", "chart"],
)
def test_a_text_that_is_cut_is_told(narrow: Page, body: str) -> None:
    assert len(inspect(narrow, body)["cut"]) == 1


def test_texts_on_top_of_each_other_in_a_chart_are_told(narrow: Page) -> None:
    texts = '<text x="10" y="40">talar emot</text><text x="40" y="42">talar för</text>'
    assert len(inspect(narrow, CHART.format(texts))["overlaps"]) == 1


def test_what_is_not_shown_is_not_told(narrow: Page) -> None:
    hidden = '<div style="display:none"><p style="width:900px">Ser ingen</p></div>'
    seen = inspect(narrow, hidden)
    assert (seen["out"], "Ser ingen" in seen["texts"]) == ([], False)


def test_texts_and_names_are_collected_but_for_code_and_declared_languages(narrow: Page) -> None:
    body = '<button aria-label="Expand">Mer</button><code>select</code><p lang="en">English</p>'
    assert set(inspect(narrow, body)["texts"]) == {"Rubrik", "Expand", "Mer"}


def test_a_page_settles_only_when_its_charts_are_drawn(narrow: Page) -> None:
    narrow.set_content(FRAME.format(CHART.format("")))
    assert narrow.evaluate(shots.SETTLED, [3000]) is True
    narrow.evaluate("() => document.querySelector('.infolayer').remove()")
    assert narrow.evaluate(shots.SETTLED, [1000]) is False
