"""On paper: the summary on one sheet with all its numbers, no page with chrome, no chart cut."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

Open = Callable[..., Page]
Wait = Callable[[Page], None]

# A4 less the margins of ui/styles/print.css, in CSS pixels.
SHEET = {"width": 702, "height": 1047}
PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
DRAWN = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9A-F]+)> Tj")


class Pdf:
    """What a PDF written by Chromium holds: its number of pages, its text without white space.

    Enough for these tests and no more, so that they need no library: plain objects, one content
    stream per page, glyphs as hexadecimal codes with a ToUnicode table for each font.
    """

    def __init__(self, raw: bytes) -> None:
        found = re.finditer(rb"(\d+) 0 obj\n(.*?)endobj", raw, re.S)
        self._objects = {int(m[1]): m[2] for m in found}
        pages = [body for body in self._objects.values() if PAGE.search(body)]
        self.pages = len(pages)
        # Ligatures are characters of their own in the file.
        text = unicodedata.normalize("NFKC", "".join(map(self._page_text, pages)))
        self.text = re.sub(r"\s", "", text)

    def _stream(self, number: int) -> bytes:
        head, _, rest = self._objects[number].partition(b"stream\n")
        body = rest.rpartition(b"\nendstream")[0]
        return zlib.decompress(body) if b"FlateDecode" in head else body

    def _page_text(self, page: bytes) -> str:
        named = re.findall(rb"/(F\d+) (\d+) 0 R", page)
        fonts = {name: self._table(int(number)) for name, number in named}
        contents = re.search(rb"/Contents (\d+)", page)
        assert contents
        text, (size, table) = [], (2, {})
        for font, codes in DRAWN.findall(self._stream(int(contents[1]))):
            if font:
                size, table = fonts[font]
            text += [
                table.get(int(codes[i : i + size], 16), "") for i in range(0, len(codes), size)
            ]
        return "".join(text)

    def _table(self, font: int) -> tuple[int, dict[int, str]]:
        """Return how many hexadecimal digits a code has, and which character each code is."""
        number = re.search(rb"/ToUnicode (\d+)", self._objects[font])
        if not number:
            return 2, {}
        said = self._stream(int(number[1])).decode("ascii")
        codes = re.search(r"begincodespacerange\s*<([0-9A-F]+)>", said)
        assert codes, "a font's table without its range of codes"
        size = len(codes[1])
        table: dict[int, str] = {}
        for part in re.findall(r"beginbfchar(.*?)endbfchar", said, re.S):
            for code, char in re.findall(r"<(\w+)> <(\w+)>", part):
                table[int(code, 16)] = bytes.fromhex(char).decode("utf-16-be")
        for part in re.findall(r"beginbfrange(.*?)endbfrange", said, re.S):
            for first, last, char in re.findall(r"<(\w+)> <(\w+)> <(\w+)>", part):
                for code in range(int(first, 16), int(last, 16) + 1):
                    table[code] = chr(int(char, 16) + code - int(first, 16))
        return size, table


def go(page: Page, address: str, wait_ready: Wait) -> Page:
    page.goto(address)
    wait_ready(page)
    return page


def printed(page: Page) -> Pdf:
    return Pdf(page.pdf(format="A4"))


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("", {}),
        ("?jamfor=2026", {"viewport": {"width": 1920, "height": 1080}}),
        ("?jamfor=2026", {"viewport": {"width": 390, "height": 844}}),
        ("?jamfor=2026&forvaltning=SN", {"color_scheme": "dark"}),
        ("?jamfor=2026&roll=revisor", {}),
    ],
)
def test_the_summary_is_printed_on_one_sheet(
    open_page: Open, server: str, wait_ready: Wait, query: str, options: dict
) -> None:
    page = go(open_page(**options), f"{server}/sammanfattning{query}", wait_ready)
    pdf = printed(page)
    assert pdf.pages == 1
    assert "Behöverbeslut" in pdf.text and "Harförändrats" in pdf.text


def test_the_sheet_holds_every_number_of_the_matrix_and_what_was_chosen_but_no_chrome(
    page: Page, server: str, wait_ready: Wait
) -> None:
    go(page, f"{server}/sammanfattning?jamfor=2026", wait_ready)
    # The words of a mark are in the note below, so that each row is one line.
    page.evaluate("() => document.querySelectorAll('.dk-mark-words').forEach(e => e.remove())")
    rows = page.locator(".dk-matrix tbody tr").all_text_contents()
    text = printed(page).text
    assert any("▲" in row for row in rows) and "▲tydligthögre" in text
    assert len(rows) == 16 + 5
    for row in rows:
        assert re.sub(r"\s", "", row) in text
    for said in ("jämfördmed2026(exempel)", "visatförpolitiker", "Våg2024:rekonstruerad"):
        assert said in text
    for chrome in ("Visasom", "Metodochkällor", "Skrivut", "Lokaltläge", "Ingenjämförelse"):
        assert chrome not in text


def test_nothing_on_the_sheet_reaches_beyond_its_edge(
    page: Page, server: str, wait_ready: Wait
) -> None:
    go(page, f"{server}/sammanfattning?jamfor=2026", wait_ready)
    page.set_viewport_size(SHEET)
    page.emulate_media(media="print")
    outside = page.evaluate(
        "width => [...document.querySelectorAll('.stMain *')].filter(e =>"
        " e.getClientRects().length && e.getBoundingClientRect().right > width + 1)"
        ".map(e => e.outerHTML.slice(0, 120))",
        SHEET["width"],
    )
    assert outside == []
    cut = page.evaluate(
        "() => [...document.querySelectorAll('.dk-matrix :is(td, th)')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"
    )
    assert cut == []


def test_a_page_that_is_dark_on_screen_is_light_on_paper(
    open_page: Open, server: str, wait_ready: Wait
) -> None:
    page = go(open_page(color_scheme="dark"), f"{server}/sammanfattning", wait_ready)
    colours = (
        "() => [getComputedStyle(document.querySelector('.stApp')).backgroundColor,"
        " getComputedStyle(document.querySelector('.dk-lead')).color]"
    )
    assert page.evaluate(colours) == ["rgb(17, 23, 29)", "rgb(238, 242, 245)"]
    page.emulate_media(media="print")
    assert page.evaluate(colours) == ["rgb(255, 255, 255)", "rgb(16, 24, 32)"]


@pytest.mark.parametrize("width", [390, 1920])
def test_charts_fit_the_sheet_in_one_drawing_each(
    open_page: Open, server: str, wait_ready: Wait, width: int
) -> None:
    """Drawn for the screen, a chart is wider than the sheet, or the drawing is a phone's."""
    page = open_page(viewport={"width": width, "height": 1000})
    go(page, f"{server}/rattvisa?jamfor=2026", wait_ready)
    page.locator(".main-svg").first.wait_for(state="attached")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.set_viewport_size(SHEET)
    drawn = page.evaluate(
        """() => [...document.querySelectorAll('[class*="st-key-wide-"],[class*="st-key-narrow-"]')]
          .map(e => [/st-key-(wide|narrow)-/.exec(e.className)[1], e.getBoundingClientRect().height,
            ...[...e.querySelectorAll('.main-svg')].map(s => s.getBoundingClientRect().right)])"""
    )
    assert {form for form, height, *_ in drawn if height} == {"wide"}
    assert len([form for form, height, *_ in drawn if height]) == len(drawn) / 2 > 3
    for _form, _height, *rights in (row for row in drawn if row[1]):
        assert rights and max(rights) <= SHEET["width"] + 1
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator(".main-svg[viewBox]")).to_have_count(0)


def test_the_button_prints(page: Page, server: str, wait_ready: Wait) -> None:
    go(page, f"{server}/sammanfattning", wait_ready)
    page.evaluate("() => { window.asked = 0; window.print = () => { window.asked += 1; }; }")
    page.get_by_role("button", name="Skriv ut").click()
    assert page.evaluate("window.asked") == 1
