"""Every string a person sees can be in another language, per visitor."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from queries import i18n

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Rättvisa"
msgstr "Fairness"

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
