"""Every string a person sees can be in another language, per visitor."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import BaseModel, ConfigDict, Field

from queries import catalogue, i18n, reference

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Rättvisa"
msgstr "Fairness"

msgid "en halv"
msgstr "half"

msgid "{n} rad"
msgid_plural "{n} rader"
msgstr[0] "{n} row"
msgstr[1] "{n} rows"
"""


@pytest.fixture
def english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "distanskollen.po").write_text(PO, encoding="utf-8")
    monkeypatch.setattr(i18n, "LOCALE_DIR", tmp_path)
    i18n._catalogue.cache_clear()
    yield
    i18n.set_language("sv")
    i18n._catalogue.cache_clear()


@pytest.mark.usefixtures("english")
def test_a_translated_string_follows_the_language_and_an_untranslated_stays_swedish() -> None:
    assert i18n._("Rättvisa") == "Rättvisa"
    i18n.set_language("en")
    assert i18n._("Rättvisa") == "Fairness"
    assert i18n._n("{n} rad", "{n} rader", 2) == "{n} rows"
    assert i18n._("Arbetsmiljö") == "Arbetsmiljö"


@pytest.mark.usefixtures("english")
def test_two_visitors_of_one_server_read_different_languages_at_once() -> None:
    i18n.set_language("en")
    heard: list[str] = []
    other = threading.Thread(target=lambda: heard.append(i18n._("Rättvisa")))
    other.start()
    other.join()
    assert heard == ["Rättvisa"]
    assert i18n._("Rättvisa") == "Fairness"


def test_a_language_that_does_not_exist_means_swedish() -> None:
    i18n.set_language("xx")
    assert i18n.language() == "sv"


@pytest.mark.usefixtures("english")
def test_the_language_is_spoken_within_the_block_and_the_former_after_it() -> None:
    with i18n.in_language("en"):
        assert i18n._("Rättvisa") == "Fairness"
        with i18n.in_language("sv"):
            assert i18n._("Rättvisa") == "Rättvisa"
        assert i18n.language() == "en"
    assert i18n.language() == "sv"
    with contextlib.suppress(ZeroDivisionError), i18n.in_language("en"):
        raise ZeroDivisionError
    assert i18n.language() == "sv"
    with i18n.in_language("xx"):
        assert i18n.language() == "sv"


@pytest.mark.usefixtures("english")
def test_a_bound_function_speaks_its_own_language_on_a_thread_that_has_none() -> None:
    def word(name: str, *, mark: str) -> str:
        return i18n._(name) + mark

    with i18n.in_language("en"):
        later = i18n.bound(word)
    heard: list[str] = []
    other = threading.Thread(
        target=lambda: heard.extend([word("Rättvisa", mark="?"), later("Rättvisa", mark="!")])
    )
    other.start()
    other.join()
    assert heard == ["Rättvisa?", "Fairness!"]
    assert i18n.language() == "sv"


class Part(BaseModel):
    model_config = ConfigDict(frozen=True)
    code: str
    label: Annotated[str, i18n.Translated()]


class Whole(BaseModel):
    model_config = ConfigDict(frozen=True)
    title: Annotated[str, i18n.Translated()] = Field(min_length=1)
    note: Annotated[str, i18n.Translated()] = ""
    source: str = "Rättvisa"
    origin: Annotated[str, i18n.Translated(unless=r"\w+\.txt")] = ""
    parts: tuple[Part, ...] = ()


@pytest.mark.usefixtures("english")
def test_only_the_marked_fields_of_a_model_are_translated_however_deep_they_lie() -> None:
    whole = Whole(
        title="Rättvisa",
        parts=(Part(code="Rättvisa", label="en halv"), Part(code="b", label="okänd")),
    )
    assert list(i18n.prose((whole,))) == ["Rättvisa", "en halv", "okänd"]
    assert i18n.translated(whole) is whole
    with i18n.in_language("en"):
        (spoken,) = i18n.translated((whole,))
        assert i18n.translated(whole) is i18n.translated(whole)
    assert (spoken.title, spoken.source, spoken.note) == ("Fairness", "Rättvisa", "")
    assert [(part.code, part.label) for part in spoken.parts] == [
        ("Rättvisa", "half"),
        ("b", "okänd"),
    ]
    assert spoken.parts[1] is whole.parts[1]
    assert whole.title == "Rättvisa"


@pytest.mark.usefixtures("english")
def test_a_field_that_may_hold_a_citation_is_translated_only_when_it_holds_none() -> None:
    cited, ours = (Whole(title="x", origin=text) for text in ("a.txt, Rättvisa", "Rättvisa"))
    assert list(i18n.prose((cited, ours))) == ["x", "x", "Rättvisa"]
    with i18n.in_language("en"):
        assert i18n.translated(cited) is cited
        assert i18n.translated(ours).origin == "Fairness"


@pytest.mark.usefixtures("english")
def test_an_empty_text_is_not_answered_with_the_head_of_the_catalogue() -> None:
    with i18n.in_language("en"):
        assert i18n._("") == ""
        assert i18n.translated(Whole(title="Rättvisa")).note == ""


@pytest.mark.usefixtures("english")
def test_a_new_catalogue_is_not_answered_from_the_old_ones_copies() -> None:
    whole = Whole(title="Rättvisa")
    with i18n.in_language("en"):
        assert i18n.translated(whole).title == "Fairness"
        path = i18n.LOCALE_DIR / "en" / "LC_MESSAGES" / "distanskollen.po"
        path.write_text(PO.replace("Fairness", "Equity"), encoding="utf-8")
        i18n._catalogue.cache_clear()
        assert i18n.translated(whole).title == "Equity"


@pytest.mark.usefixtures("english")
def test_the_copies_kept_are_few_and_room_is_made_for_new_ones() -> None:
    wholes = [Whole(title="Rättvisa", source=str(n)) for n in range(i18n.SPOKEN_MAX + 10)]
    with i18n.in_language("en"):
        assert [i18n.translated(w).source for w in wholes] == [w.source for w in wholes]
        assert {i18n.translated(w).title for w in wholes} == {"Fairness"}
        assert len(i18n._SPOKEN) == i18n.SPOKEN_MAX
        # The newest are still there, and the room is made one by one.
        assert i18n.translated(wholes[-1]) is i18n.translated(wholes[-1])
        assert sum(kept[0] in wholes[-20:] for kept in i18n._SPOKEN.values()) == 20


READERS = {
    "indicators": catalogue.indicators,
    "audit questions": reference.audit_questions,
    "recommendations": reference.recommendations,
    "criteria": reference.criteria,
    "traps": reference.traps,
    "sources": reference.sources,
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_the_facts_that_pages_show_come_in_the_visitors_language_and_keep_their_citations(
    read,
) -> None:
    swedish = read()
    with i18n.in_language("en"):
        english = read()
    assert list(i18n.prose(english)) != list(i18n.prose(swedish))
    for ours, theirs in zip(swedish, english, strict=True):
        for name in ("id", "file", "chapter", "criteria", "boards"):
            assert getattr(ours, name, None) == getattr(theirs, name, None)
        if ".txt, " in str(getattr(ours, "source", "")):
            assert ours.source.split("; ")[-1][:30] == theirs.source.split("; ")[-1][:30]
    assert read() == swedish


def test_a_cited_document_keeps_its_swedish_names() -> None:
    swedish = reference.sources()
    with i18n.in_language("en"):
        english = reference.sources()
    assert [(s.short, s.title) for s in english] == [(s.short, s.title) for s in swedish]


def test_files_are_matched_by_the_swedish_words_whatever_the_language() -> None:
    swedish = reference.load_questionnaire("vaggeryd-2024")
    with i18n.in_language("en"):
        assert reference.load_questionnaire("vaggeryd-2024") == swedish
        shown = i18n.translated(swedish)
    for ours, theirs in zip(swedish.fields, shown.fields, strict=True):
        assert ours.codes == theirs.codes and ours.aliases == theirs.aliases
        assert [o.aliases for o in ours.options] == [o.aliases for o in theirs.options]
        # The shown one's `headings` are therefore not those of a file; nobody may match by them.
        assert ours.text != theirs.text
