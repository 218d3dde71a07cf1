"""The pages in a real Chromium: what a person can do with them, and whether everyone can."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from queries.viewer import Role
from ui.addresses import PAGES as ADDRESSES

Open = Callable[..., Page]
Wait = Callable[[Page], None]


def go(page: Page, server: str, address: str, wait_ready: Wait) -> Page:
    page.goto(f"{server}/{address}")
    wait_ready(page)
    return page


def choose(page: Page, label: str, option: str, wait_ready: Wait) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()
    wait_ready(page)


def test_the_very_first_visit_of_a_server_meets_the_roles_and_not_the_bare_file(
    start_server: Callable[..., str], store: Path, page: Page, wait_ready: Wait
) -> None:
    # Until the first run Streamlit would take the folder pages/ for its old scheme.
    go(page, start_server(store), "sammanfattning", wait_ready)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Är distansarbetet rättvist, säkert och väl lett?"
    )
    expect(page.get_by_text("Visa som")).to_be_visible()


def test_choices_live_in_the_address_follow_to_other_pages_and_come_back(
    page: Page, server: str, wait_ready: Wait
) -> None:
    go(page, server, "rattvisa", wait_ready)
    assert page.url == f"{server}/rattvisa"
    choose(page, "Förvaltning", "Socialförvaltningen", wait_ready)
    assert page.url == f"{server}/rattvisa?forvaltning=SN"
    choose(page, "Våg", "2026", wait_ready)
    assert "vag=2026" in page.url
    page.get_by_role("link", name="Metod och källor").click()
    wait_ready(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Metod och källor")
    assert "/metod" in page.url
    assert "forvaltning=SN" in page.url
    assert "vag=2026" in page.url
    page.reload()
    wait_ready(page)
    expect(page.get_by_text("Våg 2026: exempel")).to_be_visible()


def test_an_address_can_be_shared_with_someone_who_has_never_been_here(
    open_page: Open, server: str, wait_ready: Wait
) -> None:
    page = go(open_page(), server, "rattvisa?forvaltning=KLK&jamfor=2026", wait_ready)
    told = page.get_by_text(re.compile(r"Kommunledningskontoret: 60\s%")).first
    expect(told).to_be_visible()
    expect(page.get_by_role("tab", name="Förändring").first).to_be_visible()


def test_the_root_leads_to_the_summary_and_keeps_what_was_asked(
    page: Page, server: str, wait_ready: Wait
) -> None:
    go(page, server, "?jamfor=2026", wait_ready)
    expect(page.get_by_role("heading", name="Till det bättre")).to_be_visible()
    assert page.url == f"{server}/sammanfattning?jamfor=2026"


def test_an_address_that_leads_nowhere_gets_a_swedish_page(
    page: Page, server: str, wait_ready: Wait
) -> None:
    go(page, server, "finns/inte", wait_ready)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sidan finns inte")
    expect(page.get_by_text("Page not found")).to_have_count(0)


@pytest.mark.parametrize(
    "path",
    ["verksamhet"]
    + [
        pytest.param(path, marks=pytest.mark.slow)
        for path in ("styrning", "rattvisa", "it-sakerhet", "arbetsmiljo")
    ],
)
def test_what_an_address_asks_for_in_vain_is_told_and_left_in_the_address(
    page: Page, server: str, wait_ready: Wait, path: str
) -> None:
    for asked, told in (
        ("vag=1999", "Vågen 1999 finns inte"),
        ("jamfor=1066", "Vågen 1066 finns inte"),
        ("forvaltning=XYZ", "Förvaltningen XYZ finns inte"),
    ):
        go(page, server, f"{path}?{asked}", wait_ready)
        expect(page.get_by_text(told)).to_be_visible()
        expect(page.get_by_role("heading", name="I korthet")).to_be_visible()
        # Rewritten, it would catch whoever steps back in the browser.
        assert page.url == f"{server}/{path}?{asked}"
    choose(page, "Förvaltning", "Socialförvaltningen", wait_ready)
    assert page.url == f"{server}/{path}?forvaltning=SN"
    expect(page.get_by_text("finns inte")).to_have_count(0)


def test_a_role_without_the_page_meets_a_calm_refusal(
    page: Page, server: str, wait_ready: Wait
) -> None:
    go(page, server, "rattvisa?roll=admin", wait_ready)
    expect(page.get_by_role("heading", level=1)).to_have_text("Ingen åtkomst")
    expect(page.get_by_text("Rättvist fördelat")).to_have_count(0)


def test_changing_role_shows_the_auditor_what_others_may_not_see(
    page: Page, server: str, wait_ready: Wait
) -> None:
    go(page, server, "sammanfattning", wait_ready)
    cell = page.get_by_role("link", name="3 av 4, Rättvist fördelat", exact=False)
    expect(cell).to_have_count(0)
    choose(page, "Visa som", "Revisor", wait_ready)
    assert "roll=revisor" in page.url
    expect(cell.first).to_be_visible()


def test_a_cell_of_the_matrix_opens_the_theme_on_that_department(
    page: Page, server: str, wait_ready: Wait
) -> None:
    go(page, server, "sammanfattning", wait_ready)
    page.get_by_role("link", name="24 %, Rättvist fördelat", exact=False).first.click()
    page.wait_for_url("**/rattvisa?*")
    wait_ready(page)
    expect(page.get_by_text("Socialförvaltningen: 24 %", exact=False).first).to_be_visible()


def test_downloads_hold_the_figures_on_screen_and_hide_what_is_hidden(
    page: Page, server: str, wait_ready: Wait, tmp_path: Path
) -> None:
    go(page, server, "rattvisa", wait_ready)
    page.get_by_role("tab", name="Tabell").first.click()
    wait_ready(page)
    with page.expect_download() as wanted:
        page.get_by_role("button", name="Hämta som Excel").first.click()
    path = tmp_path / wanted.value.suggested_filename
    wanted.value.save_as(path)
    assert path.name == "rattvist_fordelat-2024.xlsx"
    rows = list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))
    table = {row[rows[0].index("Kod")]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert table["SN"]["Antal"] == 8
    assert table["SN"]["Andel"] == pytest.approx(8 / 33)
    assert table["MBN"]["Antal"] == "dolt"
    assert table["KFN"]["Andel"] == "inga svar"

    with page.expect_download() as wanted:
        page.get_by_role("button", name="Hämta som CSV").first.click()
    wanted.value.save_as(tmp_path / "table.csv")
    raw = (tmp_path / "table.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    assert next(line for line in lines if line["Kod"] == "SN")["Andel"].startswith("0,2424")
    assert next(line for line in lines if line["Kod"] == "TN")["Antal"] == "dolt"


def test_an_empty_store_says_so_and_tells_the_one_who_loads_what_to_do(
    start_server: Callable[..., str], page: Page, wait_ready: Wait, tmp_path: Path
) -> None:
    server = start_server(tmp_path / "empty")
    go(page, server, "sammanfattning", wait_ready)
    expect(page.get_by_text("Här finns inget att visa ännu")).to_be_visible()
    go(page, server, "metod?roll=admin", wait_ready)
    expect(page.get_by_text("python manage.py demo", exact=False)).to_be_visible()


def test_the_title_of_the_tab_is_the_page_and_the_language_swedish(
    page: Page, server: str, wait_ready: Wait
) -> None:
    go(page, server, "rattvisa", wait_ready)
    assert "Rättvisa" in page.title()
    assert page.evaluate("document.documentElement.lang") == "sv"


def test_no_refused_page_ends_in_an_error(page: Page, server: str, wait_ready: Wait) -> None:
    for address in (a for a in ADDRESSES if Role.ADMIN not in a.roles):
        go(page, server, f"{address.path}?roll=admin", wait_ready)
        expect(page.get_by_role("heading", level=1)).to_have_text("Ingen åtkomst")
        expect(page.locator("[data-testid=stException]")).to_have_count(0)


def test_a_dash_for_a_wave_is_met_calmly(page: Page, server: str, wait_ready: Wait) -> None:
    # It stands for "no comparison" in another parameter.
    go(page, server, "rattvisa?vag=–", wait_ready)
    expect(page.get_by_text("Vågen – finns inte")).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


def test_findings_are_seen_and_not_only_written(page: Page, server: str, wait_ready: Wait) -> None:
    go(page, server, "arbetsmiljo", wait_ready)
    sentences = page.locator(".stMain p.dk").all()
    assert len(sentences) > 5
    assert all((box := s.bounding_box()) and box["height"] > 10 for s in sentences)


def test_each_step_back_undoes_one_thing_that_the_visitor_did(
    page: Page, server: str, wait_ready: Wait
) -> None:
    # Not as the default role: the menu's click strips the address of all but the role first.
    go(page, server, "sammanfattning?roll=revisor", wait_ready)
    choose(page, "Våg", "2026", wait_ready)
    choose(page, "Förvaltning", "Socialförvaltningen", wait_ready)
    page.get_by_role("link", name="Styrning", exact=True).first.click()
    page.wait_for_url("**/styrning*")
    wait_ready(page)

    def place() -> tuple[str, dict[str, list[str]]]:
        parts = urlsplit(page.url)
        return parts.path, parse_qs(parts.query)

    chosen = {"vag": ["2026"], "forvaltning": ["SN"], "roll": ["revisor"]}
    assert place() == ("/styrning", chosen)
    page.go_back()
    wait_ready(page)
    assert place() == ("/sammanfattning", chosen)
    page.go_back()
    wait_ready(page)
    assert place() == ("/sammanfattning", {"vag": ["2026"], "roll": ["revisor"]})
    expect(page.get_by_text("Våg 2026: exempel")).to_be_visible()
