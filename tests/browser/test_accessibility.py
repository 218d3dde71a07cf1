"""What axe does not look for: 400 % zoom, spaced-out text, motion, and which language is spoken."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import islice

import pytest
from playwright.sync_api import Page

from queries.viewer import Role
from tests.browser.everywhere import Wait, address, go, often, opened
from tools.serving import ROOT

# One page of each kind each time; the others, drawn by the same code, in the long run.
KINDS = ("sammanfattning", "it-sakerhet", "regelverk", "metod", "tillganglighet")
Keep = Callable[..., Page]
ZOOMED = {"width": 320, "height": 256}
"""1280 × 1024 at 400 %, which is how WCAG 1.4.10 is measured."""

OUTSIDE = """() => {
  // What lies in a part that scrolls by itself (a table, code) is reached there; WCAG excepts it.
  const scrolls = e => e && (/auto|scroll/.test(getComputedStyle(e).overflowX)
    && !e.matches('[data-testid=stMain]') || scrolls(e.parentElement));
  const kinds = 'h1,h2,h3,h4,p,li,button,a,summary,input,label,[role=group],.dk-card,.dk-callout,'
    + '[data-testid=stPlotlyChart]';
  return [...document.querySelectorAll('main :is(' + kinds + ')')]
    .filter(e => e.checkVisibility({ visibilityProperty: true }) && !scrolls(e.parentElement))
    .map(e => [e, e.getBoundingClientRect()])
    .filter(([e, box]) => box.width > 0 && (box.right > innerWidth + 1 || box.left < -1))
    .map(([e, box]) => `${e.tagName}.${e.className} “${e.textContent.trim().slice(0, 40)}” `
      + `${Math.round(box.left)}–${Math.round(box.right)}`);
}"""
SIDEWAYS = """() => [document.documentElement, document.querySelector('[data-testid=stMain]')]
  .map(e => e.scrollWidth - e.clientWidth)"""
CUT = """() => [...document.querySelectorAll('main *')].filter(e => {
  if (e.closest('svg, canvas, [role=grid], .dk-said') || !e.checkVisibility()) return false;
  if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) return false;
  for (let box = e; box && box.tagName !== 'MAIN'; box = box.parentElement) {
    const { overflowX, overflowY, clipPath } = getComputedStyle(box);
    if (clipPath !== 'none') continue;
    const range = document.createRange();
    range.selectNodeContents(e);
    const text = range.getBoundingClientRect(), frame = box.getBoundingClientRect();
    if (/hidden|clip/.test(overflowX) && text.right > frame.right + 1) return true;
    if (/hidden|clip/.test(overflowY) && text.bottom > frame.bottom + 2) return true;
  }
  return false;
}).map(e => `${e.tagName}.${e.className} “${e.textContent.trim().slice(0, 60)}”`)"""
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
  word-spacing: .16em !important } p { margin-bottom: 2em !important }"""
MOVING = """() => document.getAnimations()
  .filter(a => a.playState === 'running' && a.effect.getComputedTiming().duration > 10)
  .map(a => `${a.animationName || a.transitionProperty} ${a.effect.target?.className}`)"""
NAMES = """() => {
  const told = [];
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('svg, script, style, noscript') || !e.checkVisibility()) continue;
    for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
      if (e.getAttribute(name)) told.push(e.getAttribute(name));
    if (e.matches('button, summary, [role=option], [data-live-announcer] *, [role=dialog] *'))
      for (const n of e.childNodes) if (n.nodeType === 3 && n.data.trim()) told.push(n.data.trim());
  }
  return [...new Set(told)];
}"""
WORDS = json.loads((ROOT / "ui" / "shell_words.json").read_text(encoding="utf-8"))
# Words that a control in English has and Swedish lacks: they find what the list does not know of.
ENGLISH = re.compile(
    r"\b(the|and|to|of|your|open|close|search|remove|clear|choose|copy|heading|navigate|collapse|"
    r"expand|loading|running|results?|options?|dismiss|show|hide|upload|sidebar|fullscreen)\b",
    re.IGNORECASE,
)


def english(page: Page) -> list[str]:
    """Return what is in English among what the page's controls are called."""
    known = [
        re.compile(re.escape(word).replace(r"\*", ".+"))
        for zone in WORDS
        for word, swedish in zone["words"].items()
        if word != swedish and not word.startswith("*")
    ]
    names = [name for name in page.evaluate(NAMES) if name not in ("Språk · Language", "English")]
    return [
        name
        for name in names
        if ENGLISH.search(name) or any(word.fullmatch(name) for word in known)
    ]


@pytest.mark.parametrize("path", often(*KINDS))
def test_at_400_percent_nothing_is_beside_the_screen(
    keep_page: Keep, server: str, wait_ready: Wait, path: str
) -> None:
    page = go(keep_page(viewport=ZOOMED), server + address(path), wait_ready)
    for state, _where in opened(page, wait_ready):
        # Here, because every tab is opened: names are what they are at any size.
        assert english(page) == [], state
        assert page.evaluate(SIDEWAYS) == [0, 0], state
        assert page.evaluate(OUTSIDE) == [], state


@pytest.mark.parametrize("path", often(*KINDS))
def test_text_that_the_reader_spaces_out_is_not_cut(
    keep_page: Keep, server: str, wait_ready: Wait, long_run: bool, path: str
) -> None:
    page = go(keep_page(), server + address(path), wait_ready)
    states = opened(page, wait_ready)
    for _state, _where in states if long_run else islice(states, 2):
        assert page.evaluate(CUT) == []
        page.add_style_tag(content=SPACED)
        page.wait_for_timeout(300)
        assert page.evaluate(CUT) == []


@pytest.mark.parametrize("path", often(*KINDS, "overenskommelser"))
def test_nothing_is_called_by_an_english_name_in_swedish(
    keep_page: Keep, server: str, wait_ready: Wait, long_run: bool, path: str
) -> None:
    page = go(keep_page(), server + address(path, Role.HR), wait_ready)
    states = opened(page, wait_ready)
    for _state, _where in states if long_run else islice(states, 1):
        assert english(page) == []
    assert page.evaluate("document.documentElement.lang") == "sv"


def test_what_opens_speaks_swedish_too(page: Page, server: str, wait_ready: Wait) -> None:
    go(page, server + address("metod", Role.HR), wait_ready)
    for label in ("Våg", "Mina förvaltningar"):
        page.get_by_role("combobox", name=label, exact=True).click()
        page.keyboard.type("finns inte")
        page.get_by_text("Inget passar").wait_for()
        assert english(page) == []
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Dölj sidofältet").click()
    page.get_by_role("button", name="Visa sidofältet").wait_for()
    assert english(page) == []


def test_in_english_the_language_is_told_and_streamlits_words_are_left(
    page: Page, server: str, wait_ready: Wait
) -> None:
    go(page, f"{server}/metod?lang=en", wait_ready)
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.get_by_role("navigation", name="App pages").count() == 1
    # The choice in the sidebar turns it, both ways, without a new page.
    for code, language, name in (("sv", "Svenska", "Sidor"), ("en", "English", "App pages")):
        page.get_by_role("radiogroup").get_by_text(language).click()
        wait_ready(page)
        page.get_by_role("navigation", name=name).wait_for()
        assert page.evaluate("document.documentElement.lang") == code


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_for_those_who_want_no_motion(
    open_page: Callable[..., Page], server: str, wait_ready: Wait, motion: str
) -> None:
    page = open_page(reduced_motion=motion)
    go(page, server + address("rattvisa"), wait_ready)
    page.locator("[data-testid=stExpander] summary").first.click()
    moving = page.evaluate(MOVING)
    page.get_by_role("link", name="Metod och källor", exact=True).click()
    page.wait_for_url("**/metod*")
    moving += page.evaluate(MOVING)
    wait_ready(page)
    # Without the wish there is Streamlit's motion, which also shows that it would be seen.
    assert bool(moving) is (motion == "no-preference"), moving
    assert page.get_by_role("heading", level=1).inner_text() == "Metod och källor"


def test_the_current_page_is_told_to_those_who_do_not_see_its_colour(
    page: Page, server: str, wait_ready: Wait
) -> None:
    go(page, server + address("metod"), wait_ready)
    current = page.locator("[aria-current=page]")
    assert current.all_inner_texts() == ["Metod och källor"]
    menu = page.get_by_role("navigation", name="Sidor")
    menu.get_by_role("link", name="Rättvisa", exact=True).click()
    page.wait_for_url("**/rattvisa*")
    wait_ready(page)
    assert current.all_inner_texts() == ["Rättvisa"]


def test_a_chart_is_one_sentence_and_not_its_pieces_of_text(
    page: Page, server: str, wait_ready: Wait
) -> None:
    go(page, server + address("rattvisa"), wait_ready)
    heard = page.get_by_role("figure").first.aria_snapshot()
    assert "Rättvist fördelat" in heard
    assert "img" not in heard
