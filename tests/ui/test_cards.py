"""Cards, call-outs and the matrix: escaped, structured, complete without colour."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.results import SECRET, every_status, leaking, row, table
from ui import cards
from ui import formats as f
from ui.theme import STYLES

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
            "tr", "th", "td", "h3", "dl", "dt", "dd", "abbr", "details", "summary",
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
    assert len(found.all("h3")) == len(found.all("details")) == 7
    assert len(found.all("caption")) == 1


def test_the_list_opens_on_the_whole_and_folds_the_departments_away():
    html = drawn(every_status())
    folds = re.findall(r"<details( open)?><summary><h3>([^<]*)</h3>", html)
    assert folds[0] == (" open", "Alla")
    assert [opened for opened, _name in folds[1:]] == [""] * 6


def test_a_chosen_department_stands_before_the_whole_both_open_and_with_intervals():
    html = drawn(table([row("A", 15, 30, low=0.33, high=0.67), row(None, 37, 91)]))
    assert re.findall(r"<details( open)?><summary><h3>([^<]*)</h3>", html) == [
        (" open", "A"),
        (" open", "Alla"),
    ]
    assert html.count("33–67") == 2
    assert '<div class="dk dk-matrix dk-few">' in html


def test_more_departments_than_a_sheet_has_room_for_are_printed_as_lists():
    assert "dk-many" in drawn(table([row(f"D{i}", 15, 30) for i in range(20)]))
    assert "dk-many" not in drawn(every_status())


def grouped() -> str:
    rows, columns = cards.matrix_of(every_status(), {"rattvist": "Ett", "x": "Två", "y": "Tre"})
    first = cards.MatrixGroup("Rättvisa", "/rattvisa", "Revisionen: till viss del")
    second = cards.MatrixGroup(HOSTILE, "javascript:alert(1)", HOSTILE)
    parts = (None, first, second)
    rows = [replace(r, group=group) for r, group in zip(rows, parts, strict=True)]
    return cards.matrix(rows, [replace(c, detail=HOSTILE, title=HOSTILE) for c in columns])


def test_each_theme_has_a_body_and_a_head_that_leads_to_its_page():
    found = Parsed(grouped())
    assert len(found.all("tbody")) == 3
    heads = [th for th in found.all("th") if th["scope"] == "rowgroup"]
    assert [th["colspan"] for th in heads] == ["8", "8"]
    assert sum(a["href"] == "/rattvisa" for a in found.all("a")) == 1 + 7
    assert "Revisionen: till viss del" in found.text


def test_names_of_groups_and_departments_stay_text_in_attributes_too():
    html = grouped()
    assert "<script" not in html and "<img" not in html
    found = Parsed(html)
    assert not any(name.startswith("on") for _tag, attrs in found.tags for name in attrs)
    assert {a["title"] for a in found.all("abbr")} == {HOSTILE}
    assert not any("javascript" in a["href"] for a in found.all("a"))


def test_a_name_cannot_turn_the_line_around():
    assert cards.escaped("A\u202eB <b>") == "AB &lt;b&gt;"


def test_every_status_is_told_in_words_and_looks_its_own_way():
    html = drawn(every_status())
    text = Parsed(html).text.replace(f.NBSP, " ")
    for word in ("50 %", "3 av 17", "dolt", "inga svar", "ej ställd", "ej reglerat"):
        assert text.count(word) >= 2
    for kind in ("hidden", "no-answers", "not-asked", "not-regulated"):
        assert f'<td class="dk-s-{kind}">' in html


def test_the_four_absences_have_each_their_form_without_colour():
    sheet = (STYLES / "matrix.css").read_text(encoding="utf-8")
    forms = []
    for kind in ("hidden", "no-answers", "not-asked", "not-regulated"):
        found = re.findall(rf"^\.dk-s-{kind}\{{([^}}]*)\}}", sheet, re.M)
        assert len(found) == 1, kind
        forms.append(re.sub(r"\s+", "", found[0]))
    assert [form.split(":")[0] for form in forms] == [
        "background",
        "outline",
        "outline",
        "background",
    ]
    assert "repeating" in forms[0] and "dashed" in forms[1] and "dotted" in forms[2]
    assert "repeating" not in forms[3] and "no-repeat" in forms[3]


def test_the_shade_is_absolute():
    html = drawn(table([row("A", 0, 40), row("B", 20, 40), row("C", 40, 40)]))
    assert re.findall(r'<td class="(dk-s\d+)">', html) == ["dk-s0", "dk-s5", "dk-s10"]


def test_a_mark_stands_with_its_size_and_only_where_it_is_given():
    rows = [row("A", 30, 40), row("B", 20, 40), row("C", 2, 40), row(None, 52, 120)]
    marks = {("rattvist", "A"): ("above", "+48"), ("rattvist", "C"): ("below", "−58")}
    text = Parsed(drawn(table(rows), marks=marks)).text
    assert text.count("▲ +48 tydligt högre") == text.count("▼ −58 tydligt lägre") == 2
    assert text.count("tydligt") == 4 and "tydligt" not in Parsed(drawn(table(rows))).text


@pytest.mark.parametrize("status", ["hidden", "not_asked", "new"])
def test_hidden_numbers_are_not_in_the_markup(status):
    html = drawn(leaking(status), marks={("rattvist", "MBN"): ("above", "+66")})
    for secret in ("4321", "8765", str(SECRET), "12 %", "12,3", "+66"):
        assert secret not in html.replace(f.NBSP, " ")
    assert "tydligt" not in html
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


def test_what_is_hidden_is_hatched_in_a_table_and_nothing_else_is():
    made = pd.DataFrame([["dolt", "dolt", "inga svar", "34 %"]], columns=list("abcd"))
    found = cards.data_table(made, "Tabell")
    assert found.count("dk-s-hidden") == 1
    assert '<th scope="row">dolt</th>' in found and "<td>inga svar</td><td>34 %</td>" in found
