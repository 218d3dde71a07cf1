"""A whole errand by keyboard alone, and where the focus is at every step of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from queries.viewer import Role
from tests.browser.everywhere import Wait, address, becomes, go
from ui import theme

TAB_LIMIT = 200
FOCUSED = """async () => {
  // The ring comes by a transition, which without motion is over in a frame or two.
  const frame = () => new Promise(done => requestAnimationFrame(done));
  for (let n = 0; n < 30; n += 1) {
    await frame();
    if (!document.activeElement.getAnimations().length && n > 1) break;
  }
  const shown = [];
  // The ring of a field may be drawn by the box it lies in.
  for (let e = document.activeElement; e && shown.length < 5; e = e.parentElement) {
    const s = getComputedStyle(e);
    // A ring around one hidden pixel is no ring.
    const drawn = s.outlineStyle !== 'none' && e.getBoundingClientRect().width > 8
      && !(e.matches('input[type=radio], input[type=checkbox]'));
    const width = drawn ? parseFloat(s.outlineWidth) : 0;
    shown.push({ width, colour: s.outlineColor });
  }
  const e = document.activeElement, box = e.getBoundingClientRect();
  const text = (e.ariaLabel || e.innerText || '').replace(/\\s+/g, ' ').trim();
  return {
    tag: e.tagName, id: e.id, text, rings: shown,
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    top: box.top, scrolled: document.querySelector('[data-testid=stMain]').scrollTop,
  };
}"""


def focused(page: Page) -> dict[str, Any]:
    """Return what has the focus; fail unless it is in view and a ring that can be seen is there."""
    now = page.evaluate(FOCUSED)
    rings = [ring for ring in now["rings"] if ring["width"] >= 2]
    assert rings, f"nothing shows that {now['tag']} “{now['text'][:40]}” has the focus"
    colour = re.fullmatch(r"rgb\((\d+), (\d+), (\d+)\)", rings[0]["colour"])
    assert colour, f"the ring of “{now['text'][:40]}” is see-through: {rings[0]}"
    for ground in (theme.LIGHT.background, theme.LIGHT.surface):
        assert theme.contrast("#" + "".join(f"{int(x):02x}" for x in colour.groups()), ground) >= 3
    assert now["seen"], f"{now['tag']} “{now['text'][:40]}” has the focus out of sight"
    return now


def tab_to(page: Page, text: str, tag: str = "") -> dict[str, Any]:
    """Press Tab until something named ``text`` has the focus, looking at every stop on the way."""
    for _press in range(TAB_LIMIT):
        page.keyboard.press("Tab")
        now = focused(page)
        if text in now["text"] and tag in now["tag"]:
            return now
    raise AssertionError(f"“{text}” is not reached by Tab")


def test_an_auditors_errand_by_keyboard_alone(page: Page, server: str, wait_ready: Wait) -> None:
    go(page, server + address("metod"), wait_ready)
    # Past the menu, and back into it.
    page.keyboard.press("Tab")
    assert focused(page)["text"] == "Hoppa till innehållet"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "stMain"
    focused(page)
    page.keyboard.press("Shift+Tab")
    go(page, server + address("metod"), wait_ready)
    tab_to(page, "Sammanfattning", "A")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sammanfattning*")
    wait_ready(page)
    # The new page's heading is where reading goes on.
    assert focused(page)["tag"] == "H1"
    assert page.title().startswith("Sammanfattning")

    # A number of the matrix leads to the section that explains it.
    tab_to(page, "24 %, Rättvist fördelat, Socialförvaltningen", "A")
    page.keyboard.press("Enter")
    page.wait_for_url("**/rattvisa?*#rattvist_fordelat")
    wait_ready(page)
    becomes(page, "() => document.activeElement.id === 'rattvist_fordelat'")
    landed = focused(page)
    assert landed["tag"] == "H3"
    assert 0 <= landed["top"] <= 150

    # Another wave: the focus stays on the choice, and what happened is told.
    for _press in range(TAB_LIMIT):
        page.keyboard.press("Shift+Tab")
        if focused(page)["text"] == "Våg":
            break
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name="2026")).to_be_visible()
    page.keyboard.type("2026")
    page.keyboard.press("Enter")
    page.wait_for_url("**vag=2026*")
    wait_ready(page)
    expect(page.get_by_role("status").get_by_text("Sidan är uppdaterad.")).to_be_attached()
    assert focused(page)["text"] == "Våg"

    # How to read the charts, behind a fold.
    tab_to(page, "Så läser du diagrammen", "SUMMARY")
    page.keyboard.press("Enter")
    expect(page.locator("[data-testid=stExpander] details[open] > summary")).to_be_focused()

    # The table behind the chart, one arrow key away, and its file.
    tab_to(page, "Per förvaltning")
    for _press in range(5):
        page.keyboard.press("ArrowRight")
        wait_ready(page)
        if focused(page)["text"] == "Tabell":
            break
    tab_to(page, "Hämta som Excel", "BUTTON")
    with page.expect_download() as wanted:
        page.keyboard.press("Enter")
    assert wanted.value.suggested_filename.endswith("-2026.xlsx")

    # And back: a browser without a window does not hear Alt and the arrow.
    page.go_back()
    page.wait_for_url("**vag=2024*")
    wait_ready(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_heading_named_in_the_address_stays_in_place_while_charts_are_drawn(
    page: Page, server: str, wait_ready: Wait
) -> None:
    page.goto(f"{server}/rattvisa#anvandning")
    where = "Math.round(document.getElementById('anvandning').getBoundingClientRect().top)"
    becomes(page, "() => document.activeElement?.id === 'anvandning'")
    assert 0 <= page.evaluate(where) <= 150
    wait_ready(page)
    page.wait_for_timeout(1000)
    landed = page.evaluate(where)
    assert 0 <= landed <= 150
    # Whoever scrolls away is not pulled back.
    page.mouse.move(700, 500)
    page.mouse.wheel(0, -900)
    becomes(page, f"() => {where} > {landed} + 500")
    page.set_viewport_size({"width": 1100, "height": 900})
    page.wait_for_timeout(1000)
    assert page.evaluate(where) > landed + 300


def test_a_row_of_tabs_that_is_drawn_anew_keeps_the_focus(
    page: Page, server: str, wait_ready: Wait
) -> None:
    """React puts in another element in its place when a slow answer comes; the element is taken out
    and put back here, which drops the focus in the same way."""
    go(page, server + address("rattvisa"), wait_ready)
    page.get_by_role("tab", name="Per förvaltning").first.focus()
    page.keyboard.press("ArrowRight")
    page.evaluate("""() => {
      const row = document.activeElement.closest('[role=tablist]'), next = row.nextSibling;
      const parent = row.parentNode;
      row.remove();
      window.dropped = document.activeElement === document.body;
      parent.insertBefore(row, next);
    }""")
    assert page.evaluate("window.dropped")
    becomes(page, "() => document.activeElement.getAttribute('aria-selected') === 'true'")
    assert focused(page)["text"] == "Svaren"
    # Whoever goes on is not pulled back.
    page.mouse.click(640, 5)
    page.wait_for_timeout(300)
    assert page.evaluate("document.activeElement.getAttribute('role')") != "tab"


def test_every_field_of_the_sidebar_shows_that_it_has_the_focus(
    page: Page, server: str, wait_ready: Wait
) -> None:
    go(page, server + address("metod", Role.HR), wait_ready)
    # Every stop on the way is looked at.
    tab_to(page, "Visa som")
    tab_to(page, "Mina förvaltningar")
    for _press in range(5):
        page.keyboard.press("Tab")
        focused(page)
        if page.evaluate("document.activeElement.type") == "radio":
            return
    raise AssertionError("the choice of language is not reached by Tab")


@pytest.mark.parametrize("way", ["menu", "back"])
def test_a_mouse_gets_the_top_of_the_page_and_no_ring(
    page: Page, server: str, wait_ready: Wait, way: str
) -> None:
    go(page, server + address("rattvisa"), wait_ready)
    page.get_by_role("link", name="Metod och källor", exact=True).click()
    page.wait_for_url("**/metod*")
    wait_ready(page)
    if way == "back":
        page.go_back()
        page.wait_for_url("**/rattvisa*")
        wait_ready(page)
    now = page.evaluate(FOCUSED)
    assert now["tag"] == "H1"
    assert now["scrolled"] == 0
    assert page.evaluate("document.activeElement.matches(':focus-visible')") is False


def test_a_first_visit_leaves_the_focus_at_the_top_of_the_document(
    page: Page, server: str, wait_ready: Wait
) -> None:
    go(page, server + "/", wait_ready)
    page.wait_for_timeout(500)
    assert page.evaluate("document.activeElement === document.body")


def test_the_print_button_prints(page: Page, server: str, wait_ready: Wait) -> None:
    go(page, server + address("sammanfattning"), wait_ready)
    page.evaluate("() => { window.printed = 0; window.print = () => { window.printed += 1; }; }")
    page.get_by_role("button", name="Skriv ut").first.click()
    assert page.evaluate("window.printed") == 1
