"""What a number looks like: rounding, units, small bases and words for absent numbers."""

from __future__ import annotations

import datetime as dt
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.i18n import in_language, set_language
from tests.ui.results import row
from ui import formats as f

fractions = st.floats(0, 1)


@pytest.fixture
def english():
    set_language("en")
    yield
    set_language("sv")


def plain(text: str) -> str:
    return text.replace(f.NBSP, " ")


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [
        (37 / 91, 1, "40,7 %"),
        (37 / 91, 0, "41 %"),
        (0, 0, "0 %"),
        (1, 0, "100 %"),
        (0.0049, 0, "< 1 %"),
        (0.9951, 0, "> 99 %"),
        (0.0004, 1, "< 0,1 %"),
        (0.145, 0, "15 %"),
        (0.125, 0, "13 %"),
        (0.285, 0, "29 %"),
        (-0.0001, 0, "0 %"),
        (float("nan"), 0, "–"),
        (pd.NA, 0, "–"),
    ],
)
def test_percent_is_rounded_as_a_spreadsheet_does(share, digits, text):
    assert plain(f.percent(share, digits)) == text


@given(fractions, st.integers(0, 3))
def test_percent_never_claims_nobody_or_everybody(share, digits):
    text = f.percent(share, digits)
    number = text.replace(f.NBSP, "").rstrip("%").replace(",", ".")
    if 0 < share < 1 and not number.startswith(("<", ">")):
        assert 0 < float(number) < 100
    if not number.startswith(("<", ">")):
        assert abs(float(number) - share * 100) <= 0.5 * 10**-digits + 1e-9


@given(st.floats(-1, 1))
def test_no_number_is_a_negative_zero(value):
    for text in (f.percent(value), f.points(value), f.number(value)):
        assert not plain(text).startswith(("−0 ", "-0 ", "−0,0 ", "+0 ", "+0,0 ")) or text == ""
        assert "-" not in text


def test_points_carry_sign_and_unit():
    assert plain(f.points(0.042)) == "+4,2 procentenheter"
    assert plain(f.points(-0.042)) == "−4,2 procentenheter"
    assert plain(f.points(0)) == "0,0 procentenheter"
    assert plain(f.points(0.01, 0)) == "+1 procentenhet"
    assert plain(f.points_short(0.1234)) == "+12,3"
    # Half away from zero, though a float is a hair less: of five, of eight and of sixteen people.
    assert plain(f.points_short(3 / 5 - 3 / 8, 0)) == "+23"
    assert plain(f.points_short(2 / 5 - 9 / 16)) == "−16,3"
    assert f.points(None) == f.points_short(None) == f.MISSING


def test_thousands_are_parted_by_a_no_break_space():
    assert f.number(22328) == f"22{f.NBSP}328"
    assert f.number(None) == f.MISSING


def test_under_twenty_answers_a_share_is_its_count():
    assert plain(f.share_text(3, 17, 3 / 17)) == "3 av 17"
    assert plain(f.share_text(10, 19, 10 / 19)) == "10 av 19"
    assert plain(f.share_text(10, 20, 0.5)) == "50 %"
    assert plain(f.share_text(37, 91, 37 / 91, 1)) == "40,7 %"
    assert f.share_text(0, 0, None) == f.MISSING


def test_interval_is_written_once():
    assert plain(f.interval(0.3310, 0.4869)) == "33–49 %"
    assert plain(f.interval(0.5, 0.5)) == "50 %"
    assert plain(f.interval(0, 1)) == "0–100 %"
    assert f.interval(None, 0.5) == f.MISSING


@given(fractions, fractions)
def test_interval_limits_are_false_only_when_two_digits_more_would_not_help(a, b):
    low, high = sorted((a, b))
    text = plain(f.interval(low, high)).removesuffix(" %").replace(",", ".")
    ends = [float(part) for part in text.split("–")]
    if low >= 0.00005:
        assert ends[0] > 0
    if high <= 0.99994:
        assert ends[-1] < 100


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_an_interval_of_a_difference_reaches_nought_only_where_two_digits_more_would_not_help(a, b):
    low, high = sorted((a, b))
    text = plain(f.points_interval(low, high, unit=False)).replace(",", ".").replace("−", "-")
    ends = [float(part) for part in text.split(" till ")]
    for limit, told in zip((low, high), (ends[0], ends[-1]), strict=True):
        assert (told == 0) == (abs(limit) < 0.00005) or abs(abs(limit) - 0.00005) < 1e-9


def test_an_interval_of_a_difference_is_as_short_as_it_can_be():
    assert plain(f.points_interval(-0.397, -0.09)) == "−40 till −9 procentenheter"
    assert plain(f.points_interval(-0.39992, 0.000004, unit=False)) == "−40 till 0"
    assert plain(f.points_interval(-0.39992, 0.0004, unit=False)) == "−39,99 till +0,04"
    # What is known is written as the difference itself.
    assert plain(f.points_interval(-0.0889, -0.0889, unit=False)) == "−8,9"
    assert f.points_interval(None, 0.1) == f.MISSING


def test_dates_are_iso():
    assert f.date(dt.date(2026, 11, 22)) == "2026-11-22"
    assert f.date("2026-11-22") == "2026-11-22"
    assert f.date(pd.Timestamp("2026-11-22 10:00")) == "2026-11-22"
    assert f.date(pd.NaT) == f.MISSING


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("hidden", "dolt"),
        ("no_answers", "inga svar"),
        ("not_asked", "ej ställd"),
        ("not_regulated", "ej reglerat"),
        ("something_new", "dolt"),
    ],
)
def test_a_cell_without_a_number_says_why_and_nothing_else(status, word):
    assert f.cell_text(row("MBN", 2, 4, status) | {"share": 0.5}) == word


def test_a_cell_that_is_shown_without_answers_says_so():
    assert f.cell_text(row("KFN", 0, 0)) == "inga svar"
    assert plain(f.cell_text(row("BUN", 3, 17))) == "3 av 17"


@pytest.mark.usefixtures("english")
def test_english_numbers_follow_the_language():
    assert f.percent(0.407, 1) == "40.7%"
    assert f.number(22328) == "22,328"
    assert f.points(0.042) == f"+4.2{f.NBSP}percentage points"
    assert f.points(-0.01, 0) == f"−1{f.NBSP}percentage point"
    assert f.points_short(-0.1234) == "−12.3"
    assert f.percent(0.0004, 1) == f"<{f.NBSP}0.1%"
    assert f.percent(0.9951) == f">{f.NBSP}99%"
    assert f.number(1234.5, 1) == "1,234.5"
    assert f.number(-1234) == "−1,234"
    assert plain(f.count_text(1200, 2400)) == "1,200 of 2,400"
    assert plain(f.share_text(3, 17, 3 / 17)) == "3 of 17"
    assert f.share_text(37, 91, 37 / 91, 1) == "40.7%"
    assert f.interval(0.3310, 0.4869, 1) == "33.1–48.7%"
    assert f.interval(0.5, 0.5) == "50%"
    assert f.date(dt.date(2026, 11, 22)) == "2026-11-22"
    assert f.cell_text(row("MBN", 2, 4, "hidden")) == "hidden"
    assert f.cell_text(row("KFN", 0, 0)) == "no answers"
    assert f.number(None) == f.percent(None) == f.points(None) == f.date(None) == f.MISSING


def test_no_swedish_mark_is_in_an_english_number_and_none_of_english_in_a_swedish():
    for value in (0.0004, 0.1234, 0.9996, 1):
        with in_language("en"):
            said = f.percent(value, 1) + f.points(value) + f.interval(0, value, 2)
            assert "," not in said and f"{f.NBSP}%" not in said
        said = f.percent(value, 1) + f.points(value) + f.interval(0, value, 2)
        assert "." not in said and not re.search(r"\d%", said)
