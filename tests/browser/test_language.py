"""The switch of language, in a real browser: everything chosen is kept, and files follow it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

Wait = Callable[[Page], None]


def chosen(page: Page) -> dict[str, str]:
    """Return what each select box shows, by its label."""
    boxes = page.locator("[data-testid=stSelectbox] input").evaluate_all(
        "all => all.map(one => [one.getAttribute('aria-label'), one.value])"
    )
    return {label.split(". ")[-1]: value for label, value in boxes}


def speak(page: Page, name: str, heading: str, wait_ready: Wait) -> None:
    page.get_by_text(name, exact=True).click()
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    wait_ready(page)


def test_a_change_of_language_keeps_every_choice_and_tells_the_browser(
    page: Page, server: str, wait_ready: Wait
) -> None:
    page.goto(f"{server}/rattvisa?roll=revisor&jamfor=2026&forvaltning=SN")
    wait_ready(page)
    swedish = chosen(page)
    assert {"Revisor", "2026", "Socialförvaltningen"} <= set(swedish.values())
    speak(page, "English", "Fairness", wait_ready)
    assert page.evaluate("document.documentElement.lang") == "en"
    assert {"Auditor", "2026", "Socialförvaltningen"} <= set(chosen(page).values())
    assert "lang=en" in page.url and "roll=revisor" in page.url
    # The browser's own copy of each choice has followed: it is what comes back with the next click.
    page.get_by_role("link", name="Work environment", exact=True).first.click()
    expect(page.get_by_role("heading", name="Work environment", level=1)).to_be_visible()
    wait_ready(page)
    assert {"Auditor", "2026", "Socialförvaltningen"} <= set(chosen(page).values())
    speak(page, "Svenska", "Arbetsmiljö", wait_ready)
    assert page.evaluate("document.documentElement.lang") == "sv"
    assert chosen(page) == swedish
    assert "lang=" not in page.url and "roll=revisor" in page.url


def test_a_file_made_when_its_button_is_pressed_speaks_the_language_of_the_page(
    page: Page, server: str, wait_ready: Wait, tmp_path: Path
) -> None:
    page.goto(f"{server}/rattvisa?lang=en")
    wait_ready(page)
    page.get_by_role("tab", name="Table", exact=True).first.click()
    button = page.get_by_role("button", name="Download as CSV").first
    expect(button).to_be_visible()
    wait_ready(page)
    with page.expect_download() as download:
        button.click()
    download.value.save_as(tmp_path / "file.csv")
    text = (tmp_path / "file.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert [row["Department"] for row in rows][-1] == "All"
    assert {row["Indicator"] for row in rows} == {"Fairly distributed"}
    assert "hidden" in {row["Share"] for row in rows}
