"""The auditor's workbench in a real Chromium: from no choice at all to a file with the numbers."""

from __future__ import annotations

from collections.abc import Callable
from math import isclose, sqrt
from pathlib import Path

from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.browser.everywhere import Wait, go
from tests.browser.test_overenskommelser import asked

FAIR = "Är möjligheten till hemarbete rättvist fördelad"


def choose(page: Page, box: str, option: str, wait_ready: Wait) -> None:
    """Choose in a select box by typing, as with a keyboard."""
    field = page.get_by_role("combobox", name=box)
    field.fill(option)
    page.get_by_role("option", name=option).first.click()
    page.keyboard.press("Escape")
    wait_ready(page)


def test_the_auditor_asks_a_question_of_his_own_takes_the_file_and_shares_the_address(
    open_page: Callable[..., Page], server: str, wait_ready: Wait, tmp_path: Path
) -> None:
    page = go(open_page(), f"{server}/utforska?roll=revisor", wait_ready)
    expect(page.get_by_role("heading", level=1)).to_have_text("Utforska")
    expect(page.get_by_text("Ingen fråga är vald")).to_be_visible()
    expect(page.get_by_text("3,722")).to_be_visible()

    choose(page, "Frågor", FAIR, wait_ready)
    choose(page, "Rader", "Befattning", wait_ready)
    row = page.locator("tr", has_text="Chef")
    expect(row).to_contain_text("8 av 16")
    assert (asked(page)["fragor"], asked(page)["rader"]) == ("q2_1a", "position")

    with page.expect_download() as wanted:
        # The first pair of files has the cross table alone, the third is about who answered.
        page.get_by_role("button", name="Hämta som Excel").nth(1).click()
    path = tmp_path / wanted.value.suggested_filename
    wanted.value.save_as(path)
    assert path.name == "utforska-2024-arbetsmaterial.xlsx"
    book = CalamineWorkbook.from_path(str(path))
    heads, *rows = book.get_sheet_by_name("Alla tal").to_python()
    cells = {
        (row[heads.index("Befattning")], row[heads.index("Svaren på frågan")]): dict(
            zip(heads, row, strict=True)
        )
        for row in rows
    }
    assert {group for group, _option in cells} == {"Chef", "Medarbetare", "Alla"}
    chief, everybody = cells["Chef", "Ja"], cells["Alla", "Ja"]
    assert (chief["Antal"], chief["Underlag"], chief["Andel"]) == (8, 16, 0.5)
    assert (everybody["Antal"], everybody["Underlag"]) == (37, 91)
    assert round(everybody["95 % intervall, nedre"], 4) == 0.3310
    assert round(everybody["95 % intervall, övre"], 4) == 0.4869
    # 91 of 221 are one sample of all: by hand, with 130 who could all have said no, or yes.
    se = sqrt((1 - 91 / 221) * (37 / 91) * (54 / 91) / 90)
    assert isclose(everybody["Standardfel"], se) and everybody["Frihetsgrader"] == 90
    assert isclose(everybody["Bortfallsgräns, nedre"], 37 / 221)
    assert isclose(everybody["Bortfallsgräns, övre"], (37 + 130) / 221)
    assert {row[heads.index("Märkning")] for row in rows} == {"Arbetsmaterial"}
    told = dict(row[:2] for row in book.get_sheet_by_name("Om uppgifterna").to_python())
    assert told["Rader"] == "Befattning" and told["Vikt"] == "Ingen, som publicerat"

    shared = go(open_page(), page.url, wait_ready)
    expect(shared.locator("tr", has_text="Chef")).to_contain_text("8 av 16")
    assert shared.locator("table").first.inner_text() == page.locator("table").first.inner_text()


def test_which_view_is_open_is_shared_with_the_address_and_keeps_the_focus(
    open_page: Callable[..., Page], server: str, wait_ready: Wait
) -> None:
    start = f"{server}/utforska?roll=revisor&fragor=q2_1a,q1_1"
    page = go(open_page(), start, wait_ready)
    views = page.get_by_role("radiogroup", name=FAIR[:30])
    expect(views.get_by_role("radio", name="Korstabell")).to_be_checked()
    views.get_by_role("radio", name="Korstabell").focus()
    # To move is not to choose: the address, and the browser's history, are left alone.
    page.keyboard.press("ArrowRight")
    expect(views.get_by_role("radio", name="Diagram")).to_be_focused()
    page.wait_for_timeout(300)
    assert "flik-q2_1a" not in asked(page)
    page.keyboard.press("Space")
    wait_ready(page)
    expect(views.get_by_role("radio", name="Diagram")).to_be_focused()
    assert asked(page)["flik-q2_1a"] == "diagram" and "flik-q1_1" not in asked(page)
    expect(page.get_by_test_id("stPlotlyChart").first).to_be_visible()

    shared = go(open_page(), page.url, wait_ready)
    first, second = (shared.get_by_role("radiogroup", name=f"Vy av ”{n}") for n in ("Är", "Finns"))
    expect(first.get_by_role("radio", name="Diagram")).to_be_checked()
    expect(second.get_by_role("radio", name="Korstabell")).to_be_checked()
    expect(shared.get_by_test_id("stPlotlyChart").first).to_be_visible()
    page.go_back()
    wait_ready(page)
    expect(views.get_by_role("radio", name="Korstabell")).to_be_checked()


def test_the_way_back_from_the_agreements_leads_to_the_table_that_was_left(
    open_page: Callable[..., Page], server: str, wait_ready: Wait
) -> None:
    start = f"{server}/utforska?roll=revisor&fragor=q2_1a&rader=position"
    page = go(open_page(), start, wait_ready)
    left = page.locator("table").first.inner_text()
    page.get_by_text("Överenskommelserna", exact=True).first.click()
    wait_ready(page)
    assert asked(page)["kalla"] == "register" and "matt" not in asked(page)
    page.go_back()
    wait_ready(page)
    expect(page.locator("tr", has_text="Chef")).to_contain_text("8 av 16")
    assert page.locator("table").first.inner_text() == left
    assert "kalla" not in asked(page) and "matt" not in asked(page)
