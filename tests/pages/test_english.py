"""With English chosen, every page is English: what is left in Swedish is names and citations."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from pydantic import BaseModel
from streamlit.testing.v1 import AppTest

from queries import catalogue, i18n, reference, rules
from queries.municipality import municipality
from queries.viewer import Role
from tests.visiting import Opened, all_open, at
from tools import messages
from ui import choices
from ui.addresses import PAGES
from ui.text import source_words

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 60

# What is the same in both languages although it looks Swedish: the switch between them.
SWITCH = ("Språk · Language", "Svenska")


@pytest.fixture
def visit(demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., AppTest]]:
    """Return ``visit(page, **parameters)``: a finished run of that page, in English."""
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    monkeypatch.setattr(st, "tabs", all_open(st.tabs))
    shared = choices.shared
    monkeypatch.setattr(choices, "shared", lambda *a, **k: [Opened(p) for p in shared(*a, **k)])

    def run(page: str, **parameters: str) -> AppTest:
        app = at(page, **{"lang": "en", **parameters}).run()
        assert not app.exception, [e.value for e in app.exception]
        return app

    # The harness asks the choices for their words on this thread.
    with i18n.in_language("en"):
        yield run


# --- everything a page says -----------------------------------------------------------------------


class Said(HTMLParser):
    """Gathers the texts of markup, and the attributes that are read aloud or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent = tag in ("style", "script")
        for name, value in attrs:
            if name in ("aria-label", "aria-description", "alt", "title", "placeholder") and value:
                self.texts.append(value)

    def handle_endtag(self, tag: str) -> None:
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)


def texts_of_markup(markup: str) -> list[str]:
    said = Said()
    said.feed(re.sub(r"<br\s*/?>|</?(?:b|i|strong|em|abbr|wbr)>", " ", markup))
    said.close()
    return said.texts


def leaves(value: Any) -> Iterator[str]:
    """Yield every string in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)


# Fields of Streamlit's messages that nobody reads.
UNREAD = re.compile(
    r"\.(id|url|anchor|tag|type|key|form_id|icon|deferred_file_id|url_pathname|page_script_hash|"
    r"element_id|file_name|html_id|query_param_key|.*_hash|.*_id)$"
)


def proto_texts(proto: Any) -> Iterator[str]:
    """Yield every text in one of Streamlit's messages."""
    for field, value in proto.ListFields():
        values = value if field.is_repeated else [value]
        if field.message_type is not None:
            for inner in values:
                if hasattr(inner, "ListFields"):
                    yield from proto_texts(inner)
        elif field.type == field.TYPE_STRING and not UNREAD.search(f".{field.name}"):
            for text in values:
                if text[:1] in "{[" and field.name in ("spec", "config"):
                    yield from leaves(json.loads(text))
                else:
                    yield text


def nodes(node: Any) -> Iterator[Any]:
    yield node
    for child in getattr(node, "children", {}).values():
        yield from nodes(child)


def pieces(app: AppTest) -> list[str]:
    """Return every text of a page and its sidebar, each by itself, markup taken away."""
    found: list[str] = []
    for node in nodes(app._tree):
        proto = getattr(node, "proto", None)
        if not hasattr(proto, "ListFields"):
            continue
        kind = getattr(node, "type", "")
        if kind == "code":  # SQL and commands, the same in every language.
            continue
        for text in proto_texts(proto):
            found += texts_of_markup(text)
        if kind in ("dataframe", "table"):
            frame = node.value
            found += [str(name) for name in frame.columns]
            found += [str(cell) for column in frame for cell in frame[column]]
    tidy = (re.sub(r"\\([^\w\s])", r"\1", text).replace("\u00a0", " ") for text in found)
    return [" ".join(text.replace("\u00ad", "").split()) for text in tidy if text.strip()]


# --- what may stay, and what may not --------------------------------------------------------------


def facts(value: Any) -> Iterator[BaseModel]:
    """Yield a model and every model in it."""
    if isinstance(value, tuple):
        for part in value:
            yield from facts(part)
    elif isinstance(value, BaseModel):
        yield value
        for name in type(value).model_fields:
            yield from facts(getattr(value, name))


CATALOGUE = [
    pair
    for message in messages.read(messages.catalogues()["en"], "en")
    if message.id
    for pair in (
        zip(message.id, message.string, strict=True)
        if isinstance(message.id, tuple)
        else [(message.id, str(message.string))]
    )
]
ENGLISH = {english for _swedish, english in CATALOGUE}
# A law is named in both languages: Local Government Act (kommunallagen).
LAW = re.compile(r"\([^()]*(?:lagen|förordningen|reglementen|policy|riktlinjer)[^()]*\)")


def names_and_citations() -> list[str]:
    """Return what stays Swedish: departments, boards, documents and places in them."""
    with i18n.in_language("sv"):
        everything = (
            *(read() for read in messages.DATA.values()),
            *map(reference.load_questionnaire, reference.questionnaires()),
            *rules.rulesets(),
        )
        kept = {municipality().name, *SWITCH}
        for found in rules.rulesets():
            kept |= {found.name, found.short}
        # What somebody wrote in the register: names and reasons.
        for path in (reference.DATA_DIR / "demo").glob("agreements*.csv"):
            with path.open(encoding="utf-8-sig", newline="") as stream:
                for row in csv.DictReader(stream, delimiter=";"):
                    kept |= {row[name] for name in ("Anställd", "Skäl", "Orsak") if row[name]}
        for department in reference.departments():
            kept |= {department.name, department.board}
        for source in reference.sources():
            kept |= {source.short, source.title, source.publisher}
        for english in ENGLISH:
            kept |= set(LAW.findall(english))
        for fact in facts(everything):
            for name in ("source", "chapter"):
                cited = getattr(fact, name, None)
                if isinstance(cited, str) and cited:
                    kept |= {cited, source_words(cited)}
    tidy = {" ".join(text.replace("\u00a0", " ").split()) for text in kept}
    return sorted(tidy, key=len, reverse=True)


KEPT = names_and_citations()
# Whole strings that are another in English, and not somebody's own words in a file.
STRINGS = {swedish for swedish, english in CATALOGUE if swedish != english} - ENGLISH - set(KEPT)
# A law or an authority is named in Swedish too, in the translation itself.
SPELT = {word for english in ENGLISH for word in re.findall(r"\w*[åäöÅÄÖ]\w*", english)}
SMALL_WORDS = re.compile(
    r"\b(och|inte|som|eller|av|svar|svarade|alla|hela|kommunen|enligt|med|mot|andel|dolt|ej)\b",
    re.I,
)


def fragments() -> set[str]:
    """Return the parts of Swedish strings between placeholders, those that are no English."""
    english = "\n".join(ENGLISH)
    parts = {
        " ".join(part.replace("\u00a0", " ").split()).strip(" .,:;()”*–")
        for swedish in STRINGS
        for part in messages.PLACEHOLDER.split(swedish)
    }
    return {part for part in parts if (" " in part or len(part) > 8) and part not in english}


FRAGMENTS = fragments()


@cache
def betrayed(piece: str) -> tuple[str, ...]:
    """Return what shows that a text is Swedish; nothing of one that is not."""
    rest = piece
    for name in KEPT:
        rest = rest.replace(name, " ")
    words = set(re.findall(r"\w*[åäöÅÄÖ]\w*", rest)) - SPELT
    words |= set(SMALL_WORDS.findall(rest))
    words |= {part for part in FRAGMENTS if part in rest}
    words |= set(re.findall(r"(?:^|[\s(])”", rest))  # Swedish opens a quotation so.
    if piece in STRINGS:
        words.add("a whole string")
    return tuple(sorted(words))


def swedish_left(found: list[str]) -> list[str]:
    """Return each piece that is still Swedish, with what betrays it."""
    return sorted({f"{betrayed(piece)}: {piece[:300]}" for piece in found if betrayed(piece)})


VISITS: dict[str, tuple[str, dict[str, str]]] = {
    **{
        address.path: (
            Path(address.file).stem,
            {}
            if Role.POLITIKER in address.roles
            else {"roll": "hr", "mina": "SN,BUN"}
            if Role.HR in address.roles
            else {"roll": "admin"},
        )
        for address in PAGES
    },
    "one agreement": ("overenskommelser", {"roll": "revisor", "overenskommelse": "DEMO-0110"}),
    "auditor at the rules": ("regelverk", {"roll": "revisor", "anta": "vgr", "per": "2026-02-28"}),
    "summary compared": ("sammanfattning", {"jamfor": "2026"}),
    "work environment compared": ("arbetsmiljo", {"jamfor": "2026"}),
    "example wave": ("rattvisa", {"vag": "2026", "jamfor": "2024"}),
    "one department": ("sammanfattning", {"forvaltning": "SN", "jamfor": "2026"}),
    "one hidden department": ("rattvisa", {"forvaltning": "MBN"}),
    "auditor": ("arbetsmiljo", {"roll": "revisor"}),
    "auditor at the method": (
        "metod",
        {"roll": "revisor", "indikator": "rattvist_fordelat", "forvaltning": "MBN"},
    ),
    "auditor at an agreement": ("metod", {"roll": "revisor", "indikator": "oppna_risker"}),
    "hr": ("arbetsmiljo", {"roll": "hr", "mina": "SN,BUN"}),
    "admin": ("metod", {"roll": "admin"}),
    "unknown wave": ("styrning", {"vag": "1999"}),
    "unknown department": ("styrning", {"forvaltning": "QQ"}),
    "unknown address": ("", {"okand": "nonsens"}),
}


@pytest.mark.parametrize(("page", "parameters"), VISITS.values(), ids=VISITS)
def test_an_english_page_has_no_swedish_left(visit, page: str, parameters: dict[str, str]) -> None:
    found = pieces(visit(page, **parameters))
    assert len(found) > 10
    assert swedish_left(found) == []


def test_an_empty_store_is_met_in_english(visit, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "none"))
    found = pieces(visit("sammanfattning"))
    assert "There is nothing to show here yet" in found
    assert swedish_left(found) == []


def test_a_swedish_page_is_found_out(visit) -> None:
    # The check must be able to fail: the same page in Swedish is full of what it looks for.
    with i18n.in_language("sv"):
        found = pieces(visit("rattvisa", lang="sv"))
    assert len(swedish_left(found)) > 0.4 * len(set(found))


def test_two_dossiers_are_told_apart_in_english_as_in_swedish() -> None:
    swedish = catalogue.indicators()
    with i18n.in_language("en"):
        english = catalogue.indicators()
    assert len({i.name for i in english}) == len(english)
    assert len({i.short for i in english}) == len({i.short for i in swedish})


def test_the_pages_are_called_by_english_names() -> None:
    with i18n.in_language("en"):
        titles = [address.title for address in PAGES]
    assert titles == [
        "Summary",
        "Governance",
        "Fairness",
        "Work environment",
        "IT security",
        "Operations",
        "Agreements",
        "Rule sets",
        "Comparisons",
        "Explore",
        "Import",
        "Method and sources",
        "Accessibility",
    ]
