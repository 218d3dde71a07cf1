"""HR's Monday in a real Chromium: filter, open an agreement, take the files, share the view."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from icalendar import Calendar
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.browser.everywhere import becomes
from ui.worklist import LINE_HEIGHT, ROW_HEIGHT

Open = Callable[..., Page]
Wait = Callable[[Page], None]
HR = "overenskommelser?roll=hr&mina=KLK,SN"


def go(page: Page, server: str, address: str, wait_ready: Wait) -> Page:
    page.goto(f"{server}/{address}")
    wait_ready(page)
    return page


def asked(page: Page) -> dict[str, str]:
    """Return the parameters of the page's address."""
    return {name: values[-1] for name, values in parse_qs(urlsplit(page.url).query).items()}


def pick_row(page: Page, row: int, wait_ready: Wait, height: int = ROW_HEIGHT) -> None:
    """Tick a row of the table, which is a canvas: by where its box stands."""
    table = page.locator("[data-testid=stDataFrame]")
    table.click(position={"x": 18, "y": 35 + height * row + height // 2})
    wait_ready(page)


def take(page: Page, button: str, folder: Path) -> Path:
    with page.expect_download() as wanted:
        page.get_by_role("button", name=button).click()
    path = folder / wanted.value.suggested_filename
    wanted.value.save_as(path)
    return path


def test_hr_filters_opens_an_agreement_both_ways_and_shares_the_address(
    open_page: Open, server: str, wait_ready: Wait
) -> None:
    page = go(open_page(), server, HR, wait_ready)
    expect(page.get_by_role("heading", level=1)).to_have_text("Överenskommelser")
    expect(page.get_by_text("Personuppgifter: sprid inte")).to_be_visible()
    expect(page.get_by_text(re.compile("överenskommelser gäller den"))).to_be_visible()

    page.get_by_role("radio", name=re.compile("^Ingen riskbedömning ")).click()
    wait_ready(page)
    assert asked(page)["saknas"] == "risk_before_start"

    pick_row(page, 0, wait_ready)
    first = asked(page)["overenskommelse"]
    expect(page.get_by_role("heading", name=first, exact=True)).to_be_visible()
    story = page.locator(".dk-timeline")
    expect(story.locator("li.dk-today")).to_have_count(1)
    assert story.locator("li").count() > 2
    expect(page.locator(".dk-todo")).to_contain_text("Ingen riskbedömning")

    box = page.get_by_role("combobox", name="Öppna överenskommelse")
    # A list that is open while the page scrolls closes itself.
    box.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    box.press("ArrowDown")
    page.get_by_role("option").nth(2).click()
    wait_ready(page)
    second = asked(page)["overenskommelse"]
    assert second != first
    expect(page.get_by_role("heading", name=second, exact=True)).to_be_visible()

    shared = go(open_page(), server, page.url.removeprefix(f"{server}/"), wait_ready)
    expect(shared.get_by_role("heading", name=second, exact=True)).to_be_visible()
    chosen = shared.get_by_role("radio", name=re.compile("^Ingen riskbedömning "))
    expect(chosen).to_be_checked()
    assert shared.locator(".dk-story").inner_text() == page.locator(".dk-story").inner_text()

    shared.get_by_role("button", name="Rensa filtren").click()
    wait_ready(shared)
    assert "saknas" not in asked(shared)

    # One that lacks nothing stands among all.
    shared.get_by_role("radio", name=re.compile("^Gäller ")).click()
    wait_ready(shared)
    assert asked(shared)["visa"] == "galler"
    pick_row(shared, 3, wait_ready, LINE_HEIGHT)
    third = asked(shared)["overenskommelse"]
    expect(shared.get_by_role("heading", name=third, exact=True)).to_be_visible()


def test_the_files_hold_the_list_the_register_and_the_coming_dates_without_names(
    page: Page, server: str, wait_ready: Wait, tmp_path: Path
) -> None:
    go(page, server, f"{HR}&forvaltning=SN", wait_ready)
    told = page.get_by_text(re.compile(r"saker i .* överenskommelser, det allvarligaste"))
    lines = int(re.match(r"(\d+)", told.inner_text().replace("\N{NO-BREAK SPACE}", ""))[1])

    path = take(page, "Hämta som Excel", tmp_path)
    assert re.fullmatch(r"overenskommelser-\d{4}-\d\d-\d\d\.xlsx", path.name)
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names == ["Att göra", "Registret", "Om uppgifterna"]
    heads, *rows = book.get_sheet_by_name("Att göra").to_python()
    assert len(rows) == lines
    assert {row[heads.index("Kod")] for row in rows} == {"SN"}
    names = {row[heads.index("Anställd")] for row in rows}
    assert all(name.startswith("demo-anställd-") for name in names)
    told = dict(row[:2] for row in book.get_sheet_by_name("Om uppgifterna").to_python())
    assert told["Urval"] == "SN"

    # What an agreement is called, whose it is and where stands under one head on both sheets.
    other, *_register = book.get_sheet_by_name("Registret").to_python()
    assert {"Överenskommelse", "Anställd", "Kod", "Förvaltning", "Slut"} <= set(heads) & set(other)
    assert {row[heads.index("Förvaltning")] for row in rows} == {"Socialförvaltningen"}
    assert not any("_" in row[heads.index("Regel")] for row in rows)

    calendar = Calendar.from_ical(take(page, "Hämta till kalendern", tmp_path).read_bytes())
    events = calendar.walk("VEVENT")
    assert events
    agreements = {row[heads.index("Överenskommelse")] for row in rows}
    text = calendar.to_ical().decode().replace("\r\n ", "")
    assert any(agreement in text for agreement in agreements)
    assert "demo-anställd" not in text
    assert len({event["uid"] for event in events}) == len(events)


def test_a_foreign_agreement_is_answered_like_one_that_does_not_exist(
    page: Page, server: str, wait_ready: Wait
) -> None:
    go(page, server, "overenskommelser?roll=revisor&forvaltning=BUN", wait_ready)
    # The list of the narrow screen is in the page, only not shown.
    place = page.locator(".dk-worklist a").first.get_attribute("href") or ""
    others = parse_qs(urlsplit(place).query)["overenskommelse"][0]
    said = []
    for agreement in (others, "FINNS-INTE"):
        go(
            page,
            server,
            f"overenskommelser?roll=hr&mina=SN&overenskommelse={agreement}",
            wait_ready,
        )
        note = page.locator(".dk-callout", has_text="går inte att visa")
        said.append(note.inner_text().replace(agreement, "…"))
        expect(page.locator(".dk-story")).to_have_count(0)
    assert said[0] == said[1]


def test_the_wave_chosen_elsewhere_is_neither_asked_for_nor_lost_here(
    page: Page, server: str, wait_ready: Wait
) -> None:
    go(page, server, "verksamhet?roll=revisor&vag=2026", wait_ready)
    page.get_by_role("link", name="Överenskommelser", exact=True).first.click()
    page.wait_for_url("**/overenskommelser*")
    wait_ready(page)
    expect(page.get_by_role("combobox", name="Våg")).to_have_count(0)
    page.get_by_role("radio", name=re.compile("^Skydd saknas ")).click()
    wait_ready(page)
    page.get_by_role("link", name="Styrning", exact=True).first.click()
    page.wait_for_url("**/styrning*")
    wait_ready(page)
    assert asked(page)["vag"] == "2026"
    assert "saknas" not in asked(page)
    box = page.get_by_role("combobox", name="Våg")
    assert "2026" in (box.input_value() or "") + box.inner_text()


def test_a_phone_gets_a_list_of_links_and_no_sideways_scrolling(
    open_page: Open, server: str, wait_ready: Wait
) -> None:
    page = go(open_page(viewport={"width": 390, "height": 800}), server, HR, wait_ready)
    expect(page.locator("[data-testid=stDataFrame]")).to_be_hidden()
    page.locator(".dk-worklist a").first.click()
    page.wait_for_url("**overenskommelse=*")
    wait_ready(page)
    expect(page.locator(".dk-story")).to_be_visible()
    assert page.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth")


def test_the_keyboard_gets_past_the_table_and_what_to_do_is_within_a_laptops_width(
    page: Page, server: str, wait_ready: Wait
) -> None:
    go(page, server, HR, wait_ready)
    link = page.get_by_role("link", name="Hoppa över tabellen")
    link.focus()
    link.press("Enter")
    page.keyboard.press("Tab")
    focused = "!!document.activeElement.closest('.st-key-oppna')"
    becomes(page, focused)
    # The canvas keeps a hidden grid for the ear, written anew whenever it is drawn: waited for and
    # read in one go. Its heads stand in the order in which they are seen.
    within = """() => {
        const heads = document.querySelectorAll('[data-testid=stDataFrame] [role=columnheader]')
        const place = Array.from(heads, (head) => head.textContent).indexOf('Gör så här')
        return place >= 0 && place <= 2
    }"""
    becomes(page, within)


def test_an_open_story_is_printed_without_the_list(
    page: Page, server: str, wait_ready: Wait
) -> None:
    go(page, server, HR, wait_ready)
    # On paper the filters are gone: what they chose is told in words.
    expect(page.get_by_text("Urval:")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".dk-worklist").first).to_be_visible()
    expect(page.get_by_text("Urval:")).to_be_visible()
    agreement = page.locator(".dk-worklist a").first.get_attribute("href") or ""
    go(page, server, agreement.lstrip("/"), wait_ready)
    expect(page.locator(".dk-story")).to_be_visible()
    expect(page.get_by_role("heading", name="Att göra")).to_be_hidden()
    expect(page.locator(".dk-listed")).to_be_hidden()
