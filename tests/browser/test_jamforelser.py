"""Jämförelser in a real Chromium: from a question to a file, and the address that is shared."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.browser.everywhere import Wait, go
from ui.theme import contrast, palette


def test_a_question_is_chosen_followed_to_a_department_shared_and_taken_away(
    open_page: Callable[..., Page], server: str, wait_ready: Wait, tmp_path: Path
) -> None:
    page = go(open_page(), f"{server}/jamforelser", wait_ready)
    page.get_by_role("link", name="Jämför med våg 2026").click()
    expect(page.get_by_text("13 av 23 indikatorer har ändrats tydligt")).to_be_visible()

    page.get_by_text("Skiljer sig en förvaltning från de övriga?").click()
    page.locator("td a", has_text="−25").first.click()
    expect(page.get_by_text("skiljer sig tydligt från övriga i")).to_be_visible()
    wait_ready(page)
    page.get_by_role("tab", name="Tabell").first.click()
    row = page.locator("tr", has_text="Rättvist fördelat")
    expect(row.first).to_be_visible()
    # The table stands before its buttons do, and another table's file before both.
    wait_ready(page)
    with page.expect_download() as wanted:
        page.get_by_role("button", name="Hämta som Excel").first.click()
    path = tmp_path / wanted.value.suggested_filename
    assert path.name == "mot-ovriga-SN-2024.xlsx"
    wanted.value.save_as(path)
    heads, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    cells = {line[heads.index("Indikator")]: dict(zip(heads, line, strict=True)) for line in rows}
    told = cells["Rättvist fördelat"]
    assert isinstance(told["Skillnad mot övriga"], float) and told["Slutsats"]

    shared = go(open_page(), page.url, wait_ready)
    expect(shared.get_by_text("skiljer sig tydligt från övriga i")).to_be_visible()


def test_every_chosen_pill_reads_in_the_dark(
    open_page: Callable[..., Page], server: str, wait_ready: Wait
) -> None:
    address = f"{server}/jamforelser?fraga=forvaltningar&grupper=position"
    page = go(open_page(color_scheme="dark"), address, wait_ready)
    chosen = page.locator("[data-testid=stButtonGroup] button[aria-checked=true]")
    expect(chosen).to_have_count(2)
    colours = chosen.locator("p").evaluate_all("all => all.map(e => getComputedStyle(e).color)")
    ground = palette("dark").background
    for colour in colours:
        red, green, blue = (int(n) for n in re.findall(r"\d+", colour)[:3])
        assert contrast(f"#{red:02x}{green:02x}{blue:02x}", ground) >= 4.5, colours
