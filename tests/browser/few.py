"""The search for a person and for a count of a few in what a politician was sent.

Numbers are judged by what they mean: a count of agreements from one to four is a hit, and so is one
that follows from its neighbours (the rest of a pair, a share beside a hidden count). A column of
numbers that nobody has judged is a hit too.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import zip_longest
from typing import Any
from urllib.parse import unquote_plus

import numpy as np

from queries.catalogue import FRAME, REGISTER, Indicator, indicators
from queries.regelverk import OUTCOMES, SOON
from queries.rule_words import outcome_word
from tests.browser.received import Chart, Piece, Table, Text, Unknown, number
from tools import serving

LIMIT = 5
Pair = tuple[int, int]


# --- judging --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """What the judge may know. ``secrets``: values that stand for a person or an agreement.
    ``people``: pairs that count people, or agreements per people, and may be small. ``truth``: the
    numbers behind everything, by (name of indicator, code of department)."""

    secrets: frozenset[str] = frozenset()
    people: frozenset[Pair] = frozenset()
    truth: Mapping[tuple[str, str], Pair] = field(default_factory=dict)


def is_few(number: float | None) -> bool:
    return number is not None and 0 < number < LIMIT


def few_pair(part: float, whole: float) -> bool:
    """Whether a part, the rest or the whole counts from one to four."""
    return is_few(part) or is_few(whole - part) or is_few(whole)


def hits(pieces: Iterable[Piece], known: Known) -> list[str]:
    """Return what a politician should not have been sent, a line per finding."""
    every = list(pieces)
    shares = _shares(every)
    found: dict[str, None] = {}
    for piece in every:
        if isinstance(piece, Unknown):
            told = [f"unknown, to be judged: {piece.what}"]
        elif isinstance(piece, Text):
            told = in_text(piece, known, shares)
        elif isinstance(piece, Table):
            told = in_table(piece, known)
        else:
            told = [*in_text(Text(piece.where, piece.words), known, shares), *in_chart(piece)]
        told += [f"secret: {secret}" for secret in secrets_in(_all_of(piece), known.secrets)]
        found |= dict.fromkeys(f"{piece.where}: {one}" for one in told)
    return list(found)


def _all_of(piece: Piece) -> str:
    if isinstance(piece, Table):
        cells = [value for row in piece.rows for value in row]
        return "\n".join(map(str, [piece.where, piece.about, *piece.heads, *cells]))
    return "\n".join(map(str, vars(piece).values()))


def secrets_in(text: str, secrets: Collection[str]) -> list[str]:
    """Return which of the secrets are in the text, also as a browser's address spells them."""
    text = f"{text}\n{unquote_plus(text)}"
    return [secret for secret in secrets if secret in text]


# --- judging texts --------------------------------------------------------------------------------

_NUMBER = r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\d+"
PAIR = re.compile(rf"(?<![\d,.])({_NUMBER})\s+(?:av|of)\s+({_NUMBER})(?![,.]?\d)")
BARE = re.compile(
    r"(?<![\w,.:§/–-])([1-4])(?!\w|[\s\u00a0]?%|[,.:/–-]\d|[\u00a0\u202f]\d{3}(?!\d))"
)
PERCENT = re.compile(r"(?<![\w,.–-])(\d+(?:,(\d+))?)[ \u00a0]?%")
NO_AGREEMENTS = re.compile(
    r"\d+\sav\s\d+\s(mått|tal|regelverk|regler|indikatorer|förvaltning(ar)?|grupper)\b|"
    r"[1-4]\s(regel|regler)\ssyns\sinte\si\sregistret|[1-4]\stillåtelser?\b|"
    r"\boch\s\d+\still\b|\briktlinjer,\s[1-9]\s[A-ZÅÄÖ]|"
    r"\b0\s%\s50\s%\s100\s%|"  # the key below a matrix
    r"\b[1-5]\sAtt\s(?!göra)|"  # a recommendation of the audit
    r"\bhögst\s\d+\s(plats(er)?|dag(ar)?|månad(er)?)\b|"
    r"\b(kap\.|avsnitt)\s[1-9]\b|\btill\s\d+\smånad(er)?\b|\bminst\s\d\s(grupper|har\stillkommit)\b|"
    r"\b(Tabell|Figur|Bilaga|Rekommendation(er)?)\s[1-9]\b|\b95[\s\u00a0]%\s(konfidens)?intervall"
)
"""What counts something else than agreements, or nothing."""
AROUND = 12
"""So many characters must stand with a number in a file of ours for it to count nothing."""


def in_text(piece: Text, known: Known, shares: Collection[float]) -> list[str]:
    """Return pairs and bare numbers from one to four, and percentages of no pair that was shown.

    What stands in a file of the repository word for word ("högst 2 dagar i veckan") counts nothing.
    """
    text = NO_AGREEMENTS.sub("…", piece.text)
    about_people = any(name in piece.where + piece.text for name in _people_names())
    found = []

    def judge(match: re.Match[str]) -> str:
        pair = _integer(match[1]), _integer(match[2])
        public = about_people and pair in known.people
        if few_pair(*pair) and not public and not _said(text, match):
            found.append(f"a pair of a few: {_excerpt(text, match)}")
        return "…"

    rest = PAIR.sub(judge, text)
    found += [
        f"a number from 1 to 4: {_excerpt(rest, match)}"
        for match in BARE.finditer(rest)
        if not _said(rest, match)
    ]
    for match in PERCENT.finditer(rest):
        step = 0.5 * 10 ** -len(match[2] or "")
        share = float(match[1].replace(",", "."))
        told = any(abs(share - 100 * other) <= step + 1e-9 for other in shares)
        if not (told or share in (0, 100) or _said(rest, match)):
            found.append(f"a percentage of no pair that was shown: {_excerpt(rest, match)}")
    return found


def _integer(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def _excerpt(text: str, match: re.Match[str]) -> str:
    return " ".join(text[max(0, match.start() - 60) : match.end() + 40].split())


def _said(text: str, match: re.Match[str]) -> bool:
    """Whether a number stands with what is before or after it on its line in a file of ours."""
    before = text[: match.start()].rpartition("\n")[2][-AROUND:]
    after = text[match.end() :].partition("\n")[0][:AROUND]
    windows = (f"{before}{match[0]}", f"{match[0]}{after}")
    return any(len(w) >= AROUND and " ".join(w.split()) in _sources() for w in windows)


@cache
def _sources() -> str:
    """Return all words that the service has by itself: reference data, method, SQL."""
    files = [
        path
        for folder, pattern in (("data", "*.toml"), ("queries", "*.sql"), ("docs", "*.md"))
        for path in sorted((serving.ROOT / folder).rglob(pattern))
    ]
    return " ".join(" ".join(path.read_text("utf-8").split()) for path in files)


@cache
def _people_names() -> tuple[str, ...]:
    """Return the names and ids of indicators that count people, or agreements per people."""
    return tuple(
        name for i in indicators() if _kind(i) != "agreements" for name in (i.id, i.name, i.short)
    )


def _shares(pieces: Sequence[Piece]) -> set[float]:
    """Return the share of every pair that the pieces show."""
    pairs = set()
    for piece in pieces:
        if isinstance(piece, Text | Chart):
            words = piece.words if isinstance(piece, Chart) else piece.text
            pairs |= {(_integer(m[1]), _integer(m[2])) for m in PAIR.finditer(words)}
        elif isinstance(piece, Table):
            for row in piece.rows:
                named = dict(zip(piece.heads, map(number, row), strict=False))
                pairs |= {(named[part], named.get(whole)) for part, whole in COUNTS.items()
                          if part in named}  # fmt: skip
    return {part / whole for part, whole in pairs if part is not None and whole}


# --- judging tables -------------------------------------------------------------------------------

COUNTS = {
    "Antal": "Underlag",
    "Brister eller avviker": "I kraft",
    **{outcome_word(o)[:1].upper() + outcome_word(o)[1:]: "I kraft" for o in OUTCOMES},
    **{f"Förfaller inom {n} dagar": "I kraft" for n in SOON},
    "numerator": "denominator",
    "failing": "total",
    "Nu": "I kraft",
    "Inlästa rader": "",
    "agreements": "",
}
"""Columns that count agreements (or people, by the row's indicator) → the column of the whole."""
SHARES = {"Andel": ("Antal", "Underlag"), "share": ("numerator", "denominator")}
NO_COUNTS = {"Våg", "wave", "Tillfrågade", "Svarade", "Avvisade rader"}
"""Columns whose numbers count people, or nothing that is in force."""
INDICATOR = ("Indikatorns id", "indicator", "Indikator")


def in_table(table: Table, known: Known) -> list[str]:
    """Return counts of a few, shares without their counts, and columns that nobody has judged."""
    found = []
    columns = list(zip_longest(*table.rows)) if table.rows else [()] * len(table.heads)
    judged = {*COUNTS, *COUNTS.values(), *SHARES, *NO_COUNTS}
    for head, values in zip_longest(table.heads, columns):
        # A percentage on a page is judged as a text, whatever its column.
        numbers = [v for v in values if number(v) is not None and not str(v).endswith("%")]
        if numbers and head not in judged:
            found.append(f"unknown column of numbers, to be judged: {head} ({numbers[0]})")
    for row in table.rows:
        named = dict(zip(table.heads, row, strict=False))
        name = next((str(named[head]) for head in INDICATOR if named.get(head)), table.about)
        told = " · ".join(f"{head}: {value}" for head, value in named.items() if value)[:300]
        found += [f"{what}: {told}" for what in _in_row(name, named)]
        found += [f"{what}: {told}" for what in _in_matrix(table, row, known)]
    return found


def _in_row(name: str, row: Mapping[str, Any]) -> Iterator[str]:
    numbers = {head: number(value) for head, value in row.items()}
    kind = _kinds().get(name, "agreements")
    for part_of, whole_of in COUNTS.items():
        if kind == "people" or (part_of not in numbers and whole_of not in numbers):
            continue
        part, whole = numbers.get(part_of), numbers.get(whole_of)
        if is_few(part):
            yield f"a count of a few ({part_of})"
        # Of a ratio the whole is people, whose number is public.
        if kind == "agreements" and is_few(whole):
            yield f"a whole of a few ({whole_of})"
        if kind == "agreements" and None not in (part, whole) and is_few(whole - part):
            yield f"a rest of a few ({whole_of} less {part_of})"
    for share_of, (part_of, whole_of) in SHARES.items():
        share, part, whole = (numbers.get(head) for head in (share_of, part_of, whole_of))
        if share is None:
            continue
        if part is None or not whole:
            yield "a share without its counts"
        elif abs(share - part / whole) > 0.00051:
            yield "a share of other counts than those beside it"


def _in_matrix(table: Table, row: Sequence[Any], known: Known) -> Iterator[str]:
    """Yield each cell of a matrix of indicators and departments that has a number of a few."""
    for head, value in zip(table.heads[1:], row[1:], strict=False):
        truth = known.truth.get((str(row[0]), head))
        if truth and few_pair(*truth) and re.search(r"\d", str(value or "")):
            yield f"a number where {truth[0]} of {truth[1]} is to be hidden ({head})"


@cache
def _kinds() -> Mapping[str, str]:
    """Return what each indicator counts, by id and by name: agreements, people, or a ratio."""
    return {name: _kind(i) for i in indicators() for name in (i.id, i.name)}


def _kind(indicator: Indicator) -> str:
    if indicator.source.kind == FRAME:
        return "people"
    is_ratio = indicator.source.kind == REGISTER and indicator.source.ratio
    return "ratio" if is_ratio else "agreements"


# --- judging charts -------------------------------------------------------------------------------

PLACES = {"x", "y", "base", "width"}
"""Lists of numbers that say where a mark stands."""


def in_chart(chart: Chart) -> list[str]:
    """Return marks that stand where no number is told, and numbers that say no place.

    On an axis of shares each mark must be the share of a pair in the chart's words; on an axis of
    pixels each must be where a mark with a text of its own is.
    """
    pairs = [(_integer(m[1]), _integer(m[2])) for m in PAIR.finditer(chart.words)]
    allowed = {0.0, 1.0, *(part / whole for part, whole in pairs if whole)}
    allowed |= {float(m[1].replace(",", ".")) / 100 for m in PERCENT.finditer(chart.words)}
    traces = [{k: _decoded(v) for k, v in t.items()} for t in chart.spec.get("data", [])]
    found = [f"unknown numbers, to be judged: {key}" for trace in traces for key in _lists(trace)]
    layout = chart.spec.get("layout", {})
    for axis in "xy":
        if _is_share_axis(layout.get(f"{axis}axis", {})):
            found += [
                f"a mark at {value}, the share of no pair that is told"
                for trace in traces
                for key in (axis, *(["base"] if trace.get("type") == "bar" else []))
                for value in trace.get(key, [])
                if value is not None and not any(abs(value - one) < 1e-6 for one in allowed)
            ]
    if not any(_is_share_axis(layout.get(f"{axis}axis", {})) for axis in "xy"):
        found += _untold_marks(traces, layout.get("xaxis", {}).get("range", []))
    return found


def _untold_marks(traces: Sequence[Mapping[str, Any]], ends: Sequence[float]) -> list[str]:
    """Return marks without a text, and corners of lines where there is no mark.

    ``ends``: of the scale, between which a threshold's line runs.
    """
    marks = set()
    for trace in traces:
        texts = trace.get("hovertext")
        if isinstance(texts, list):
            points = list(zip(trace["x"], trace["y"], texts, strict=True))
            marks |= {(x, y) for x, y, text in points if text and y is not None}
            if any(y is not None and not text for _x, y, text in points):
                return ["a mark without a text"]
    days = {x for x, _y in marks}
    found = []
    for trace in traces:
        if trace.get("type") == "scatter" and "lines" in trace.get("mode", ""):
            corners = [(x, y) for x, y in zip(trace["x"], trace["y"], strict=True) if y is not None]
            # The whole is drawn thinly once more behind each department, on another scale.
            again = trace.get("name") == "Alla" and trace.get("hoverinfo") == "skip"
            lost = [c for c in corners if (c[0] not in days if again else c not in marks)]
            lost = [c for c in lost if c[0] not in ends]
            found += [f"a line by {lost[0]}, where nothing is told"] if lost else []
    return found


def _is_share_axis(axis: Mapping[str, Any]) -> bool:
    ends = axis.get("range") or [2, 2]
    return all(isinstance(end, int | float) and -0.1 <= end <= 1.1 for end in ends)


def _lists(trace: Mapping[str, Any]) -> list[str]:
    """Return the names of a trace's own lists of numbers that say no place."""
    return [
        key
        for key, value in trace.items()
        if key not in PLACES
        and isinstance(value, list)
        and any(number(v) is not None for v in _leaves(value))
    ] + [f"marker.{key}" for key, value in (trace.get("marker") or {}).items()
         if isinstance(value, list) and any(isinstance(v, int | float) for v in value)]  # fmt: skip


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for one in value:
            yield from _leaves(one)
    elif isinstance(value, Mapping):
        yield from _leaves(list(value.values()))
    else:
        yield value


def _decoded(value: Any) -> Any:
    """Return a list in place of Plotly's own coding of numbers in bytes."""
    if isinstance(value, Mapping) and "bdata" in value:
        data = np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"])
        return data.tolist()
    return value
