"""Cards, call-outs and the matrix: escaped, structured, complete without colour."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.results import SECRET, every_status, leaking, row, table
from ui import cards
from ui import formats as f

HOSTILE = '"><script>alert(1)</script><img src=x onerror=y>'


class Parsed(HTMLParser):
    """The tags, their attributes and the text of a piece of HTML; open tags must close."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def drawn(results: pd.DataFrame, **more) -> str:
    rows, columns = cards.matrix_of(results, {"rattvist": "Rättvist fördelat"}, **more)
    return cards.matrix(rows, columns, caption="Andel gynnsamma svar")


def test_a_card_shows_value_and_detail():
    found = Parsed(cards.stat_card("Rättvist", "40,7 %", "95 % intervall", "/rattvisa?x=1&y=2"))
    assert "40,7 %" in found.text and "95 % intervall" in found.text
    assert found.all("a")[0]["href"] == "/rattvisa?x=1&y=2"
    assert "dk-word" in cards.stat_card("Rättvist", "dolt")


@pytest.mark.parametrize("kind", [*cards.KINDS, "unknown"])
def test_callouts_say_what_they_are(kind):
    found = Parsed(cards.callout(kind, "Varför är något dolt?", "Ett.\n\nTvå."))
    assert len(found.all("p")) == 2 and found.all("strong")


@given(st.text(), st.text(), st.text())
def test_no_text_becomes_markup(a, b, c):
    for html in (
        cards.stat_card(a, b, c, a),
        cards.callout(a, b, c),
        cards.card_row([cards.stat_card(a, b)]),
        drawn(table([row("X", 15, 30, name=a), row("Y", status="hidden", name=b)])),
    ):
        found = Parsed(html)
        allowed = {
            "div", "span", "a", "p", "strong", "ul", "li", "table", "caption", "thead", "tbody",
            "tr", "th", "td", "h3", "dl", "dt", "dd", "abbr",
        }  # fmt: skip
        assert {tag for tag, _attrs in found.tags} <= allowed
        assert not any(name.startswith("on") for _tag, attrs in found.tags for name in attrs)


def test_hostile_names_are_shown_as_they_are():
    html = drawn(table([row("X", 15, 30, name=HOSTILE)]))
    assert "<script" not in html and "<img" not in html
    assert Parsed(html).text.count(HOSTILE) == 2


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", "//e.example", "http://e.example", "data:x", "/a b", "\\\\e", ""],
)
def test_only_addresses_of_our_own_become_links(href):
    assert "<a" not in cards.stat_card("x", "1", "", href)


@pytest.mark.parametrize("href", ["/rattvisa", "?vag=2024", "#fragor", "rattvisa?a=b", "./x"])
def test_addresses_within_the_service_become_links(href):
    assert Parsed(cards.stat_card("x", "1", "", href)).all("a")[0]["target"] == "_self"


def test_the_matrix_is_a_real_table_and_a_list_per_department():
    found = Parsed(drawn(every_status()))
    assert [th["scope"] for th in found.all("th")] == ["col"] * 8 + ["row"]
    assert len(found.all("td")) == len(found.all("dd")) == 7
    assert len(found.all("h3")) == 7
    assert len(found.all("caption")) == 1


def test_every_status_is_told_in_words_and_looks_its_own_way():
    html = drawn(every_status())
    text = Parsed(html).text.replace(f.NBSP, " ")
    for word in ("50 %", "3 av 17", "dolt", "inga svar", "ej ställd", "ej reglerat"):
        assert text.count(word) >= 2
    for kind in ("hidden", "no-answers", "not-asked", "not-regulated"):
        assert f'<td class="dk-s-{kind}">' in html


def test_the_shade_is_absolute():
    html = drawn(table([row("A", 0, 40), row("B", 20, 40), row("C", 40, 40)]))
    assert re.findall(r'<td class="(dk-s\d+)">', html) == ["dk-s0", "dk-s5", "dk-s10"]


def test_a_mark_needs_intervals_apart():
    whole = row(None, 40, 100, low=0.3, high=0.5)
    above = row("A", 30, 40, low=0.6, high=0.85)
    near = row("B", 20, 40, low=0.35, high=0.65)
    below = row("C", 2, 40, low=0.01, high=0.2)
    assert [cards.mark_of(r, whole) for r in (above, near, below)] == ["above", "", "below"]
    assert cards.mark_of(above, None) == ""
    assert cards.mark_of(above | {"low": None}, whole) == ""
    html = drawn(table([above, near, below, whole]))
    assert html.count("över övriga") == html.count("under övriga") == 2
    assert "över övriga" in drawn(table([near, whole]), marks={("rattvist", "B"): "above"})


@pytest.mark.parametrize("status", ["hidden", "not_asked", "new"])
def test_hidden_numbers_are_not_in_the_markup(status):
    html = drawn(leaking(status), marks={("rattvist", "MBN"): "above"})
    for secret in ("4321", "8765", str(SECRET), "12 %", "12,3"):
        assert secret not in html.replace(f.NBSP, " ")
    assert "övriga" not in html
    assert re.findall(r'<td class="([^"]*)">', html)[1].startswith("dk-s-")


def test_cells_lead_to_their_department():
    html = drawn(every_status(), href=lambda i, d: f"/rattvisa?forvaltning={d or ''}")
    links = Parsed(html).all("a")
    assert {"/rattvisa?forvaltning=KLK", "/rattvisa?forvaltning="} <= {a["href"] for a in links}
    names = [a["aria-label"] for a in links if "aria-label" in a]
    assert any("Rättvist fördelat, KLK" in n for n in names)


def test_an_indicator_without_rows_is_not_asked():
    rows, columns = cards.matrix_of(every_status(), {"rattvist": "A", "annat": "B"})
    assert Parsed(cards.matrix(rows, columns)).text.count("ej ställd") >= 14
