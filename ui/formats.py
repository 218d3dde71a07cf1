"""Numbers, shares and dates as people read them, in the language of the visitor.

Everything is rounded in decimal before it is written: half away from zero, as the spreadsheet that
somebody checks us with does (Babel alone rounds half to even, and binary floats turn 0.145 into
14 % or 15 % by accident). A share is a fraction 0–1 everywhere in the code; percent only here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from typing import Any

import pandas as pd
from babel.numbers import NumberPattern, parse_pattern

from queries.i18n import language
from ui.text import _, _n, status_word

NBSP = "\u00a0"
MISSING = "–"
SMALL_BASE = 20
"""Below this many answers a share is written as its count ("3 av 17")."""


def is_missing(value: Any) -> bool:
    """Return True for None, NaN, NaT and pandas' NA."""
    return value is None or bool(pd.isna(value))


def _rounded(value: Any, digits: int) -> Decimal:
    """Return ``value`` rounded half away from zero; never a negative zero."""
    number = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    with localcontext(prec=400):
        result = number.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return abs(result) if result == 0 else result


@lru_cache(maxsize=16)
def _pattern(digits: int) -> NumberPattern:
    return parse_pattern("#,##0" + ("." + "0" * digits if digits else ""))


def _decimal(value: Decimal, digits: int) -> str:
    pattern = _pattern(digits)
    text = pattern.apply(value, language(), decimal_quantization=False)
    return text.replace("-", "−")


def _unit(text: str) -> str:
    """Return ``text`` with the percent sign as the language writes it."""
    return f"{text}{NBSP}%" if language() == "sv" else f"{text}%"


def _hundred(share: Any) -> Decimal:
    return Decimal(repr(float(share))) * 100


def _apart(difference: Any) -> Decimal:
    """Return a difference in percentage points. Three fifths less three eighths are 22.5 of them,
    and a hair less as a float."""
    return _hundred(round(float(difference), 12))


def percent(share: Any, digits: int = 0) -> str:
    """Return a fraction as a percentage: 0.407 → "41 %".

    A share that is not exactly 0 or 1 is never written as 0 % or 100 %, but as "< 1 %" or "> 99 %":
    one dissenter among a thousand is still one.
    """
    if is_missing(share):
        return MISSING
    value = _hundred(share)
    shown = _rounded(value, digits)
    step = Decimal(1).scaleb(-digits)
    if 0 < value < 100 and shown == 0:
        return f"<{NBSP}{_unit(_decimal(step, digits))}"
    if 0 < value < 100 and shown == 100:
        return f">{NBSP}{_unit(_decimal(100 - step, digits))}"
    return _unit(_decimal(shown, digits))


def points(difference: Any, digits: int = 1) -> str:
    """Return a difference between two shares: 0.042 → "+4,2 procentenheter"."""
    if is_missing(difference):
        return MISSING
    shown = _rounded(_apart(difference), digits)
    sign = "+" if shown > 0 else ""
    whole = int(abs(shown)) if digits == 0 else 2
    unit = _n("{x} procentenhet", "{x} procentenheter", whole)
    return unit.format(x=sign + _decimal(shown, digits)).replace(" ", NBSP, 1)


def points_short(difference: Any, digits: int = 1) -> str:
    """Return a difference between two shares without its unit: 0.042 → "+4,2"."""
    if is_missing(difference):
        return MISSING
    shown = _rounded(_apart(difference), digits)
    return ("+" if shown > 0 else "") + _decimal(shown, digits)


def points_interval(low: Any, high: Any, digits: int = 0, *, unit: bool = True) -> str:
    """Return the limits of a difference: (−0.397, −0.09) → "−40 till −9 procentenheter".

    A limit that is not 0 and would be rounded to it gets up to two digits more (both limits):
    whether an interval reaches 0 is what it is read for; closer than that it is written as 0 after
    all. One that is a point is written as the difference itself is. ``unit=False`` where the unit
    has just been written.
    """
    if is_missing(low) or is_missing(high):
        return MISSING
    ends = (_apart(low), _apart(high))
    helped = [end for end in ends if _rounded(end, digits + 2) != 0]
    used = max(digits, 1) if is_point(low, high) else digits
    while any(_rounded(end, used) == 0 for end in helped):
        used += 1
    last = points(high, used) if unit else points_short(high, used)
    if points_short(low, used) == points_short(high, used):
        return last
    text = _("{low} till {high}").replace(" ", NBSP)
    return text.format(low=points_short(low, used), high=last)


def is_point(low: Any, high: Any) -> bool:
    """Return whether an interval has no width: everybody who was asked has answered."""
    return not is_missing(low) and not is_missing(high) and abs(high - low) < 1e-9


def p_value(value: float) -> str:
    """Return "p = 0,031", or "p < 0,001"."""
    text = f"p < {number(0.001, 3)}" if value < 0.001 else f"p = {number(value, 3)}"
    return text.replace(" ", NBSP)


def number(value: Any, digits: int = 0) -> str:
    """Return a number with the language's separators: 22328 → "22 328" (no-break space)."""
    if is_missing(value):
        return MISSING
    return _decimal(_rounded(value, digits), digits)


def count_text(count: Any, base: Any) -> str:
    """Return "3 av 17"."""
    if is_missing(count) or is_missing(base):
        return MISSING
    text = _("{count} av {base}").format(count=number(count), base=number(base))
    return text.replace(" ", NBSP)


def share_text(count: Any, base: Any, share: Any, digits: int = 0) -> str:
    """Return a share as it may be quoted: "3 av 17" under 20 answers, otherwise "41 %"."""
    if is_missing(share) or is_missing(base) or base == 0:
        return MISSING
    return count_text(count, base) if base < SMALL_BASE else percent(share, digits)


def interval(low: Any, high: Any, digits: int = 0) -> str:
    """Return two limits: "33–49 %"; a single one if they read the same.

    A limit that would be rounded to a false 0 or 100 gets up to two digits more (both limits, so
    that they stay comparable); closer than that to 0 or 1 it is written as 0 or 100 after all.
    """
    if is_missing(low) or is_missing(high):
        return MISSING
    ends = (_hundred(low), _hundred(high))
    # A limit too close to 0 or 1 for the digits asks for none, whatever the other limit needs.
    helped = [end for end in ends if 0 < end < 100 and _rounded(end, digits + 2) not in (0, 100)]
    used = digits
    while any(_rounded(end, used) in (0, 100) for end in helped):
        used += 1
    texts = [_decimal(_rounded(end, used), used) for end in ends]
    return _unit(texts[0] if texts[0] == texts[1] else "–".join(texts))


def date(value: Any) -> str:
    """Return a date as 2026-11-22 in every language (unambiguous, and the Swedish custom)."""
    if is_missing(value):
        return MISSING
    if isinstance(value, str):
        value = dt.date.fromisoformat(value[:10])
    return value.strftime("%Y-%m-%d") if value.year > 999 else value.isoformat()[:10]


def is_shown(row: Mapping[str, Any]) -> bool:
    """Return True if a result row's numbers may be written at all."""
    return row["status"] == "shown" and not is_missing(row["share"])


def cell_text(row: Mapping[str, Any], digits: int = 0) -> str:
    """Return what one result row shows: its share, or the word for why there is none.

    A row that says "shown" but has no share and a base of 0 reads as without answers; the numbers
    of any other status are not even looked at.
    """
    if is_shown(row):
        return share_text(row["numerator"], row["denominator"], row["share"], digits)
    return status_word("no_answers" if row["status"] == "shown" else row["status"])
