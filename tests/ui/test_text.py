"""Words, written lists, and text that comes from somebody's file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui import text


def test_lists_are_written_out():
    assert text.join_words([]) == ""
    assert text.join_words(["KLK"]) == "KLK"
    assert text.join_words(["KLK", "SN"]) == "KLK och SN"
    assert text.join_words(["KLK", "SN", "BUN"]) == "KLK, SN och BUN"
    assert text.list_names([str(i) for i in range(10)], limit=3) == "0, 1, 2 och 7 till"


@pytest.mark.parametrize("status", ["hidden", "no_answers", "not_asked", "not_regulated"])
def test_each_absence_has_its_own_word_and_reason(status):
    others = {"hidden", "no_answers", "not_asked", "not_regulated"} - {status}
    assert text.status_word(status) not in {text.status_word(o) for o in others}
    assert text.status_reason(status) not in {text.status_reason(o) for o in others}


def test_what_is_shown_is_never_said_to_be_hidden_and_an_unknown_status_is():
    assert text.status_reason("shown") == text.status_reason("no_answers")
    assert text.status_reason("new") == text.status_reason("hidden")


def test_crossed_breakdowns_are_named_after_their_parts():
    assert text.breakdown_word("department*position") == "Förvaltning × Befattning"
    assert text.theme_word("rattvisa") == "Rättvisa"
    assert text.role_word("unknown") == "unknown"


def test_plain_drops_what_could_turn_a_line_around():
    assert text.plain("a\u202eb\x00c\td\r\ne") == "abc d e"


@given(st.text())
def test_plain_is_one_line_and_stable(value):
    once = text.plain(value)
    assert text.plain(once) == once
    assert not set(once) & set("\n\r\t\x00\u202e\u2066")


@pytest.mark.parametrize(
    "name", ["$a$", "[x](http://e)", "**fet**", ":red[x]", "<b>", "1. a", "- b"]
)
def test_markdown_shows_names_literally(name):
    escaped = text.markdown_text(name)
    assert escaped.replace("\\", "") == name
    assert escaped != name


def test_ordinary_names_need_no_escape():
    assert (
        text.markdown_text("Kultur- och fritidsnämnden (KFN)") == "Kultur- och fritidsnämnden (KFN)"
    )
