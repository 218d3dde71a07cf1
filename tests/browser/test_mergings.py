"""Departments read together, in a real browser: chosen, shared, left, and the way to them."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

Wait = Callable[[Page], None]
TOGETHER = "MBN + TN tillsammans"
WHY = "Talet är dolt för att inget om en enskild person ska kunna räknas fram."


def test_a_merging_is_chosen_shared_and_left_like_a_department(
    page: Page, server: str, wait_ready: Wait
) -> None:
    page.goto(f"{server}/rattvisa?forvaltning=TN+MBN")
    wait_ready(page)
    box = page.get_by_role("combobox", name="Förvaltning")
    expect(box).to_have_value(TOGETHER)
    # As it was written, so that the back button gets past it.
    assert page.url.endswith("?forvaltning=TN+MBN")
    box.click()
    page.get_by_role("option", name="Alla förvaltningar").click()
    expect(page).to_have_url(f"{server}/rattvisa")
    wait_ready(page)
    box.click()
    page.get_by_role("option", name=TOGETHER).click()
    expect(page).to_have_url(f"{server}/rattvisa?forvaltning=MBN%2BTN")
    wait_ready(page)
    page.get_by_role("link", name="Styrning", exact=True).first.click()
    expect(page.get_by_role("heading", name="Styrning", level=1)).to_be_visible()
    expect(box).to_have_value(TOGETHER)
    expect(page).to_have_url(re.compile(r"/styrning\?forvaltning=MBN%2BTN$"))


def test_a_hidden_department_leads_to_the_merging_that_is_shown(
    page: Page, server: str, wait_ready: Wait
) -> None:
    page.goto(f"{server}/rattvisa?forvaltning=TN")
    wait_ready(page)
    expect(page.get_by_text(WHY).first).to_be_visible()
    page.get_by_role("link", name=TOGETHER).first.click()
    expect(page).to_have_url(re.compile(r"/rattvisa\?.*forvaltning=MBN%2BTN"))
    expect(page.get_by_role("combobox", name="Förvaltning")).to_have_value(TOGETHER)
