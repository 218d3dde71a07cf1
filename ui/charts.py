"""Charts as pure functions: a result table in, a Plotly figure out, and its text alternative.

Grammar, the same in every chart: one row per department in the order of the table, the whole
municipality last and set apart; values written beside the marks, so that nothing must be hovered;
percent axes start at 0; what has no number is drawn as what it is (hidden: hatched band, no
answers: dashed frame, not asked and not regulated: dotted line) with its word.

The vertical axis counts pixels from the top. It lets rows differ in height (wrapped names, labels
above the bars on a narrow screen) while the figure stays plain data; a category axis cannot.
Numbers of rows that are not shown are dropped on entry, so they cannot reach the figure's JSON.
"""

from __future__ import annotations

import html
import math
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ui import formats as f
from ui.text import _, _n, join_words, list_names, plain, status_word
from ui.theme import Palette, ink_on, palette, ramp, template

LINE = 18
"""Height in pixels of a line of text."""
CHAR = 7.4
"""Generous width in pixels of a character at the template's size."""
NUMBERS = ("numerator", "denominator", "share", "low", "high", "bound_low", "bound_high")


@dataclass(frozen=True)
class _Row:
    """One row of a result table, ready to draw; every number is None unless it may be shown."""

    name: str
    whole: bool
    status: str
    count: float | None
    base: float | None
    share: float | None
    low: float | None
    high: float | None
    bound_low: float | None
    bound_high: float | None
    digits: int

    @property
    def shown(self) -> bool:
        return self.share is not None

    @property
    def value(self) -> str:
        if not self.shown:
            return status_word(self.status)
        return f.share_text(self.count, self.base, self.share, self.digits)

    @property
    def interval(self) -> str:
        return f.interval(self.low, self.high, self.digits) if self.low is not None else ""

    @property
    def told(self) -> str:
        """The share with its count, for sentences: "50 % (15 av 30)" or "3 av 17"."""
        count = f.count_text(self.count, self.base)
        return self.value if self.value == count else f"{self.value} ({count})"


def _rows(results: pd.DataFrame, digits: int) -> list[_Row]:
    """Return the rows of one indicator and wave: departments as given, the whole last."""
    for column in ("indicator", "wave"):
        if column in results and results[column].nunique(dropna=False) > 1:
            raise ValueError(f"one {column} expected, got {results[column].nunique(dropna=False)}")
    found = []
    for record in results.to_dict("records"):
        shown = f.is_shown(record)
        values = [record.get(c) if shown else None for c in NUMBERS]
        status = record["status"] if shown or record["status"] != "shown" else "no_answers"
        found.append(
            _Row(
                plain(record["name"]),
                f.is_missing(record["department"]),
                status,
                *(None if f.is_missing(v) else float(v) for v in values),
                digits,
            )
        )
    return sorted(found, key=lambda row: row.whole)


def _escape(text: str) -> str:
    """Return ``text`` safe for Plotly's pseudo-HTML; $ too, which would start a formula."""
    return html.escape(text, quote=False).replace("$", "&#36;")


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 8), break_on_hyphens=True) or [""]


def _joined(lines: Sequence[str], bold: bool = False) -> str:
    text = "<br>".join(_escape(line) for line in lines)
    return f"<b>{text}</b>" if bold else text


@dataclass
class _Slot:
    """Where a row stands, in pixels from the top: its label's middle and its bar's middle."""

    label: float
    bar: float
    top: float
    bottom: float
    lines: list[str]


def _place(
    names: Sequence[tuple[str, bool]], *, narrow: bool, width: int, top: float, bar: float
) -> tuple[list[_Slot], float]:
    """Return a slot per (name, whole) and the total height; ``bar`` is the bar area's height."""
    slots: list[_Slot] = []
    y = top
    for index, (name, whole) in enumerate(names):
        lines = _wrap(name, width)
        text = LINE * len(lines)
        if whole and index:
            y += 12
        if narrow:
            height = text + 4 + bar + 10
            slots.append(_Slot(y + text / 2, y + text + 4 + bar / 2, y, y + height, lines))
        else:
            height = max(text, bar) + 10
            slots.append(_Slot(y + height / 2, y + height / 2, y, y + height, lines))
        y += height
    return slots, y + 4


def _text(x: float, y: float, text: str, **more: Any) -> dict[str, Any]:
    """Return an annotation; x on the paper (0–1) unless ``xref`` says otherwise, y in pixels."""
    return {
        "x": x,
        "y": y,
        "xref": "paper",
        "yref": "y",
        "text": text,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "middle",
        "align": "left",
        **more,
    }


def _line(x0: float, x1: float, y0: float, y1: float, **more: Any) -> dict[str, Any]:
    line = {k: more.pop(k) for k in ("color", "width", "dash") if k in more}
    base = {"type": "line", "x0": x0, "x1": x1, "y0": y0, "y1": y1, "layer": "below"}
    return {**base, "line": line, **more}


def _separator(slots: list[_Slot], rows: Sequence[Any], p: Palette) -> list[dict[str, Any]]:
    """Return the line that sets the whole municipality apart, if something stands above it."""
    return [
        _line(0, 1, s.top - 6, s.top - 6, xref="paper", color=p.border, width=1)
        for i, (s, row) in enumerate(zip(slots, rows, strict=True))
        if i and row.whole and not rows[i - 1].whole
    ]


def _no_number(
    status: str, slot: _Slot, p: Palette, *, x0: float, x1: float, half: float
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return (traces, shapes) that draw a row without a number over x0–x1."""
    if status in ("no_answers", "not_asked", "not_regulated"):
        if status != "no_answers":
            line = _line(x0, x1, slot.bar, slot.bar, color=p.rule, width=1.5, dash="dot")
            return [], [line]
        frame = {"type": "rect", "x0": x0, "x1": x1, "layer": "below"}
        frame |= {"y0": slot.bar - half, "y1": slot.bar + half}
        return [], [{**frame, "line": {"color": p.rule, "width": 1, "dash": "4px,3px"}}]
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": [x1 - x0],
        "base": [x0],
        "y": [slot.bar],
        "width": [2 * half],
        "marker": {
            "color": "rgba(0,0,0,0)",
            "line": {"width": 0},
            "pattern": {
                "shape": "/",
                "fgcolor": p.hatch,
                "bgcolor": "rgba(0,0,0,0)",
                "size": 8,
                "solidity": 0.12,
            },
        },
        "hoverinfo": "skip",
        "showlegend": False,
        "name": status_word("hidden"),
    }
    return [trace], []


def _figure(
    traces: list[dict[str, Any]],
    *,
    theme: str,
    height: float,
    annotations: list[dict[str, Any]],
    shapes: list[dict[str, Any]],
    margin: dict[str, float],
    title: str,
    **layout: Any,
) -> go.Figure:
    """Return the figure; every chart ends here.

    Built without Plotly's validation, which takes nine tenths of the time (32 of 35 ms for 40
    departments); the tests validate every chart instead.
    """
    if title:
        lines = _wrap(plain(title), 60 if margin["l"] else 44)
        block = 20 * len(lines) + 8
        # An annotation, because Plotly cuts the first line of a title that has several.
        place = {"yref": "paper", "yanchor": "bottom", "xshift": -margin["l"], "yshift": 6}
        annotations = [
            *annotations,
            _text(0, 1, _joined(lines, bold=True), **place, font={"size": 16}),
        ]
        margin = {**margin, "t": margin["t"] + block}
    if sum(trace.get("showlegend", True) for trace in traces) < 2:  # One alone explains nothing.
        margin = {**margin, "b": 30}
        layout["showlegend"] = False
    return go.Figure(
        data=traces,
        layout={
            "template": template(theme),
            "separators": template(theme).layout.separators,
            "height": round(height + margin["t"] + margin["b"]),
            "margin": margin,
            "barmode": "overlay",
            "annotations": annotations,
            "shapes": shapes,
            **layout,
        },
        _validate=False,
    )


def _percent_axis(narrow: bool) -> dict[str, Any]:
    ticks = [0, 0.5, 1] if narrow else [0, 0.25, 0.5, 0.75, 1]
    return {
        "range": [-0.03, 1.03] if narrow else [-0.012, 1.012],
        "tickmode": "array",
        "tickvals": ticks,
        "ticktext": [f.percent(t) for t in ticks],
        "showticklabels": not narrow,
    }


def _narrow_ticks(p: Palette) -> list[dict[str, Any]]:
    """Return the tick labels of a narrow chart, turned inwards at the ends.

    The plot fills the width there, and a centred "100 %" would be cut off at the edge.
    """
    place = {
        "yref": "paper",
        "yanchor": "top",
        "yshift": -4,
        "font": {"color": p.muted, "size": 13},
    }
    anchors = {0.0: "left", 0.5: "center", 1.0: "right"}
    return [
        _text(x, 0, f.percent(x), xref="x", xanchor=anchor, **place)
        for x, anchor in anchors.items()
    ]


def _pixel_axis(height: float) -> dict[str, Any]:
    return {"range": [height, 0], "visible": False}


def _left(slots: Iterable[_Slot], least: float = 60) -> float:
    """Return the left margin that the longest line of the labels needs."""
    longest = max((len(line) for s in slots for line in s.lines), default=0)
    return max(least, longest * CHAR + 14)


def _names(slots: list[_Slot], rows: Sequence[Any], narrow: bool) -> list[dict[str, Any]]:
    """Return the row labels: to the left of the axis, or above the bars when narrow."""
    place: dict[str, Any] = (
        {"xanchor": "left"} if narrow else {"xanchor": "right", "align": "right", "xshift": -8}
    )
    return [
        _text(0, s.label, _joined(s.lines, bold=row.whole), **place)
        for s, row in zip(slots, rows, strict=True)
    ]


def _legend(y: float = 0) -> dict[str, Any]:
    place = {"yref": "container", "y": y, "yanchor": "bottom", "x": 0, "xanchor": "left"}
    # Plotly gives a legend half of the figure at most, and a scroll bar beyond.
    return {**place, "xref": "container", "traceorder": "normal", "maxheight": 1}


def _empty(theme: str, title: str) -> go.Figure:
    note = _text(0, 0.5, _("Det finns inget att visa."), yref="paper")
    return _figure(
        [], theme=theme, height=60, annotations=[note], shapes=[], title=title,
        margin={"l": 0, "r": 0, "t": 8, "b": 8}, xaxis={"visible": False}, yaxis={"visible": False},
    )  # fmt: skip


def _threshold(
    threshold: float, source: str, top: float, bottom: float, p: Palette, narrow: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the line and its label, which leans to the side that has room."""
    text = _("Gräns {x}").format(x=f.percent(threshold, 0 if (threshold * 100) % 1 == 0 else 1))
    if source:
        text += f" · {plain(source)}"
    label = _text(
        threshold, top - 6, _joined(_wrap(text, 40 if narrow else 60)), xref="x", yanchor="bottom",
        xanchor="left" if threshold < 0.5 else "right", font={"color": p.threshold, "size": 13},
        align="left" if threshold < 0.5 else "right",
    )  # fmt: skip
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": [threshold, threshold],
        "y": [top - 6, bottom],
        "line": {"color": p.threshold, "width": 2, "dash": "6px,3px"},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    return line, label


def forest(
    results: pd.DataFrame,
    *,
    theme: str = "light",
    title: str = "",
    threshold: float | None = None,
    threshold_source: str = "",
    digits: int = 0,
    narrow: bool = False,
) -> go.Figure:
    """Return a forest plot of one indicator in one wave: a row per department, axis 0–100 %.

    ``results`` is a result table; ``threshold`` a fraction. Dot = share, dark bar = 95 % interval,
    pale bar = non-response bounds. ValueError if several indicators or waves are mixed.
    """
    rows = _rows(results, digits)
    if not rows:
        return _empty(theme, title)
    p = palette(theme)
    head = 8.0
    if threshold is not None:
        width = 40 if narrow else 60
        head += LINE * len(_wrap(f"Gräns 100 % · {plain(threshold_source)}", width)) + 4
    elif not narrow:
        head += LINE
    named = [(r.name, r.whole) for r in rows]
    slots, height = _place(named, narrow=narrow, width=24, top=head, bar=24)
    pairs = list(zip(rows, slots, strict=True))
    shown = [(r, s) for r, s in pairs if r.shown]
    hover = {id(r): _hover(r) for r, _s in shown}

    traces: list[dict[str, Any]] = []
    for kind, low, high, width, fill, edge in (
        (_("Bortfallsgränser"), "bound_low", "bound_high", 18, p.accent_soft, p.bounds),
        (_("95 % konfidensintervall"), "low", "high", 8, p.interval, p.interval),
    ):
        with_both = [
            (r, s, a, b)
            for r, s in shown
            if (a := getattr(r, low)) is not None and (b := getattr(r, high)) is not None
        ]
        if with_both:
            traces.append(
                {
                    "type": "bar",
                    "orientation": "h",
                    "name": kind,
                    "base": [a for _r, _s, a, _b in with_both],
                    "x": [b - a for _r, _s, a, b in with_both],
                    "y": [s.bar for _r, s, _a, _b in with_both],
                    "width": [width] * len(with_both),
                    "marker": {"color": fill, "line": {"color": edge, "width": 1}},
                    "hovertext": [hover[id(r)] for r, *_rest in with_both],
                    "hoverinfo": "text",
                }
            )
    shapes = _separator(slots, rows, p)
    for row, slot in pairs:
        if not row.shown:
            more, drawn = _no_number(row.status, slot, p, x0=0, x1=1, half=9)
            traces += more
            shapes += drawn
    if shown:
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": _("Andel"),
                "x": [r.share for r, _s in shown],
                "y": [s.bar for _r, s in shown],
                "marker": {
                    "size": 13,
                    "symbol": ["diamond" if r.whole else "circle" for r, _s in shown],
                    "color": p.accent,
                    "line": {"color": p.background, "width": 2},
                },
                "hovertext": [hover[id(r)] for r, _s in shown],
                "hoverinfo": "text",
                "cliponaxis": False,
            }
        )

    notes = _names(slots, rows, narrow) + _values(pairs, p, narrow, head)
    notes += _narrow_ticks(p) if narrow else []
    if threshold is not None:
        line, label = _threshold(threshold, threshold_source, head, height, p, narrow)
        # Over the bars but under the dots, which are the last trace.
        traces.insert(len(traces) - bool(shown), line)
        notes.append(label)
    side = max((len(r.interval) for r in rows), default=0)
    side = max(side, len(_("95 % intervall"))) if side else 0
    return _figure(
        traces,
        theme=theme,
        height=height,
        annotations=notes,
        shapes=shapes,
        title=title,
        margin={
            "l": 0 if narrow else _left(slots),
            "r": 2 if narrow else 92 + side * CHAR,
            "t": 4,
            "b": 96 if narrow else 80,
        },
        xaxis=_percent_axis(narrow),
        yaxis=_pixel_axis(height),
        legend=_legend(),
    )


def _hover(row: _Row) -> str:
    lines = [f"<b>{_escape(row.name)}</b>", row.told]
    if row.interval:
        lines.append(_("95 % intervall: {x}").format(x=row.interval))
    if row.bound_low is not None and row.bound_high is not None:
        bounds = f.interval(row.bound_low, row.bound_high, row.digits)
        lines.append(_("Med bortfallet: {x}").format(x=bounds))
    return "<br>".join(_escape(t) if i else t for i, t in enumerate(lines))


def _values(
    pairs: list[tuple[_Row, _Slot]], p: Palette, narrow: bool, head: float
) -> list[dict[str, Any]]:
    """Return the values: two columns to the right, or one right-aligned text above the bar."""
    notes: list[dict[str, Any]] = []
    for row, slot in pairs:
        value = f"<b>{_escape(row.value)}</b>" if row.shown else f"<i>{_escape(row.value)}</i>"
        colour = p.ink if row.shown else p.muted
        if narrow:
            text = value + (f"  {row.interval}" if row.interval else "")
            place = {"xanchor": "right", "align": "right", "yanchor": "middle"}
            y = slot.label + (len(slot.lines) - 1) * LINE / 2
            notes.append(_text(1, y, text, font={"color": colour}, **place))
            continue
        notes.append(_text(1, slot.bar, value, xshift=10, font={"color": colour}))
        if row.interval:
            notes.append(_text(1, slot.bar, row.interval, xshift=84, font={"color": p.muted}))
    if not narrow:
        small = {"color": p.muted, "size": 13}
        notes.append(_text(1, head - 8, _("Andel"), xshift=10, font=small))
        if any(row.interval for row, _slot in pairs):
            notes.append(_text(1, head - 8, _("95 % intervall"), xshift=84, font=small))
    return notes


def _extremes(rows: list[_Row]) -> str:
    """Return the sentence on the highest and lowest of at least one shown row."""
    if len(rows) == 1:
        return _("{name} ligger på {value}.").format(name=rows[0].name, value=rows[0].told)
    shares = [r.share for r in rows if r.share is not None]
    high, low = max(shares), min(shares)
    if math.isclose(high, low, abs_tol=1e-9):
        told = {r.told for r in rows}
        if len(told) == 1:
            text = _("Alla {n} förvaltningar med resultat ligger lika: {value}.")
            return text.format(n=f.number(len(rows)), value=told.pop())
        listed = list_names(f"{r.name} ({r.told})" for r in rows)
        return _("Alla förvaltningar med resultat ligger lika: {names}.").format(names=listed)

    def at(level: float) -> str:
        same = [r for r in rows if math.isclose(r.share or 0.0, level, abs_tol=1e-9)]
        if len({r.told for r in same}) == 1:
            names = list_names(r.name for r in same)
            return _("{names} med {value}").format(names=names, value=same[0].told)
        return list_names(_("{names} med {value}").format(names=r.name, value=r.told) for r in same)

    return _("Högst är {high}, lägst {low}.").format(high=at(high), low=at(low))


def _absent(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Return a sentence per kind of absence, of (name, status) pairs."""
    found: dict[str, list[str]] = {}
    for name, status in rows:
        found.setdefault(status_word(status), []).append(name)
    return [
        _("{status}: {names}.").format(status=word[:1].upper() + word[1:], names=list_names(names))
        for word, names in found.items()
    ]


def alt_forest(
    results: pd.DataFrame, *, title: str = "", threshold: float | None = None, digits: int = 0
) -> str:
    """Return the finding of ``forest`` in words: highest, lowest, threshold, whole, absences."""
    rows = _rows(results, digits)
    parts = [f"{plain(title).rstrip('.?!')}."] if plain(title) else []
    if not rows:
        return " ".join([*parts, _("Det finns inget att visa.")])
    single = [r for r in rows if not r.whole]
    shown = [r for r in single if r.shown]
    if shown:
        parts.append(_extremes(shown))
    elif single:
        parts.append(_("Ingen förvaltnings resultat kan visas."))
    if threshold is not None and shown:
        reach = [r for r in shown if (r.share or 0.0) >= threshold]
        parts.append(
            _n(
                "{k} av {n} förvaltning når gränsen {x}.",
                "{k} av {n} förvaltningar når gränsen {x}.",
                len(shown),
            ).format(k=len(reach), n=len(shown), x=f.percent(threshold, digits))
        )
    for row in rows:
        if row.whole and row.shown:
            text = _("{name}: {value}").format(name=row.name, value=row.told)
            if row.interval:
                text += _(", 95 % konfidensintervall {x}").format(x=row.interval)
            parts.append(text + ".")
    parts += _absent((r.name, r.status) for r in rows if not r.shown)
    return " ".join(parts)


# --- change between two waves -------------------------------------------------------------------


@dataclass(frozen=True)
class _Change:
    name: str
    whole: bool
    before: _Row | None
    after: _Row | None

    @property
    def both(self) -> bool:
        return bool(self.before and self.after and self.before.shown and self.after.shown)

    @property
    def difference(self) -> float:
        assert self.before and self.after
        return (self.after.share or 0.0) - (self.before.share or 0.0)


def _status_of(row: _Row | None) -> str:
    """Return the word or value of one end of a change; a missing row was not asked."""
    return row.value if row else status_word("not_asked")


def _changes(
    results: pd.DataFrame, waves: tuple[str, str] | None, digits: int
) -> tuple[list[_Change], str, str]:
    found = list(dict.fromkeys(results["wave"])) if len(results) else []
    first, last = waves or (found[0], found[-1]) if found else ("", "")
    before = {(r.name, r.whole): r for r in _rows(results[results["wave"] == first], digits)}
    after = {(r.name, r.whole): r for r in _rows(results[results["wave"] == last], digits)}
    keys = list(dict.fromkeys([*after, *before]))
    rows = [_Change(*k, before.get(k), after.get(k)) for k in keys]
    return sorted(rows, key=lambda r: r.whole), plain(first), plain(last)


def slope(
    results: pd.DataFrame,
    *,
    theme: str = "light",
    title: str = "",
    waves: tuple[str, str] | None = None,
    digits: int = 0,
    narrow: bool = False,
) -> go.Figure:
    """Return the change of one indicator between two waves, a row per department, axis 0–100 %.

    In each row the earlier wave (hollow mark) stands above the later (filled), both with their 95 %
    intervals, joined by a line whose slope is the change. Rows rather than crossing lines: with the
    usual two-column slope graph labels collide from six departments on, and the departments would
    leave the places that they have in the forest plot. ``waves`` = (earlier, later); without it the
    first and last of the table.
    """
    rows, first, last = _changes(results, waves, digits)
    if not rows:
        return _empty(theme, title)
    p = palette(theme)
    head = 8.0 if narrow else 8.0 + LINE
    slots, height = _place(
        [(r.name, r.whole) for r in rows], narrow=narrow, width=24, top=head, bar=34
    )
    traces: list[dict[str, Any]] = []
    shapes = _separator(slots, rows, p)
    notes = _names(slots, rows, narrow) + (_narrow_ticks(p) if narrow else [])
    for row, slot in zip(rows, slots, strict=True):
        if row.both:
            assert row.before and row.after
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": [row.before.share, row.after.share],
                    "y": [slot.bar - 9, slot.bar + 9],
                    "line": {"color": p.accent, "width": 2},
                    "showlegend": False,
                    "hoverinfo": "skip",
                }
            )
        elif not any(end and end.shown for end in (row.before, row.after)):
            status = (row.after or row.before).status  # type: ignore[union-attr]
            more, drawn = _no_number(status, slot, p, x0=0, x1=1, half=14)
            traces += more
            shapes += drawn
        notes += _change_text(row, slot, p, narrow)
    for wave, side, shift in ((first, "before", -9), (last, "after", 9)):
        ends = [
            (end, slot.bar + shift)
            for row, slot in zip(rows, slots, strict=True)
            if (end := getattr(row, side)) is not None and end.shown
        ]
        traces += _wave_marks(ends, wave, p, later=side == "after")
    if not narrow:
        small = {"color": p.muted, "size": 13}
        span = _("{first} → {last}").format(first=_escape(first), last=_escape(last))
        notes.append(_text(1, head - 8, span, xshift=10, font=small))
    side = max(len(_change_words(r)) for r in rows)
    return _figure(
        traces,
        theme=theme,
        height=height,
        annotations=notes,
        shapes=shapes,
        title=title,
        margin={
            "l": 0 if narrow else _left(slots),
            "r": 2 if narrow else 24 + max(side, 22) * CHAR,
            "t": 4,
            "b": 60 if narrow else 58,
        },
        xaxis=_percent_axis(narrow),
        yaxis=_pixel_axis(height),
        legend=_legend(),
    )


def _wave_marks(
    ends: list[tuple[_Row, float]], wave: str, p: Palette, later: bool
) -> list[dict[str, Any]]:
    """Return the marks of one wave with whiskers for the intervals."""
    if not ends:
        return []
    spans: dict[str, list[float | None]] = {"x": [], "y": []}
    for end, y in ends:
        if end.low is not None and end.high is not None:
            spans["x"] += [end.low, end.high, None]
            spans["y"] += [y, y, None]
    whiskers = {
        "type": "scatter",
        "mode": "lines",
        **spans,
        "line": {"color": p.interval if later else p.rule, "width": 5 if later else 3},
        "showlegend": False,
        "hoverinfo": "skip",
    }
    marks = {
        "type": "scatter",
        "mode": "markers",
        "name": _escape(wave),
        "x": [end.share for end, _y in ends],
        "y": [y for _end, y in ends],
        "marker": {
            "size": 12,
            "symbol": "circle",
            "color": p.accent if later else p.background,
            "line": {"color": p.background if later else p.accent, "width": 2},
        },
        "hovertext": [f"{_escape(wave)}<br>{_hover(end)}" for end, _y in ends],
        "hoverinfo": "text",
        "cliponaxis": False,
    }
    return [whiskers, marks]


def _change_words(row: _Change) -> str:
    """Return "33 % → 45 %"; one word if both ends lack a number for the same reason."""
    before, after = _status_of(row.before), _status_of(row.after)
    if before == after and not row.both:
        return before
    return f"{before} → {after}"


def _change_text(row: _Change, slot: _Slot, p: Palette, narrow: bool) -> list[dict[str, Any]]:
    """Return "33 % → 45 %" and below it the difference in percentage points."""
    ends = _escape(_change_words(row))
    difference = (
        f.points(row.difference, max(1, row.after.digits)) if row.both and row.after else ""
    )
    if narrow:
        y = slot.label + (len(slot.lines) - 1) * LINE / 2
        sign = f"  ({_escape(f.points_short(row.difference))})" if row.both else ""
        text = f"<b>{ends}</b>{sign}" if row.both else f"<i>{ends}</i>"
        font = {"color": p.ink if row.both else p.muted}
        return [_text(1, y, text, xanchor="right", align="right", font=font)]
    if not difference:
        return [_text(1, slot.bar, ends, xshift=10, font={"color": p.muted})]
    return [
        _text(1, slot.bar - 9, f"<b>{ends}</b>", xshift=10),
        _text(1, slot.bar + 10, difference, xshift=10, font={"color": p.muted, "size": 13}),
    ]


def alt_slope(
    results: pd.DataFrame,
    *,
    title: str = "",
    waves: tuple[str, str] | None = None,
    digits: int = 0,
) -> str:
    """Return the finding of ``slope`` in words: largest rise, largest fall, whole, not comparable.

    A change is called larger than the uncertainty only if the two intervals do not meet, which is
    stricter than a test of the difference; the test itself belongs to ``queries``.
    """
    rows, first, last = _changes(results, waves, digits)
    parts = [f"{plain(title).rstrip('.?!')}."] if plain(title) else []
    if not rows:
        return " ".join([*parts, _("Det finns inget att visa.")])
    parts.append(_("Från {first} till {last}.").format(first=first, last=last))
    single = [r for r in rows if r.both and not r.whole]
    rise = max(single, key=lambda r: r.difference, default=None)
    fall = min(single, key=lambda r: r.difference, default=None)
    if rise is None:
        parts.append(_("Ingen förvaltning kan jämföras mellan vågorna."))
    if rise and rise.difference > 1e-9:
        parts.append(_("Störst ökning: {x}.").format(x=_told_change(rise)))
    if fall and fall.difference < -1e-9:
        parts.append(_("Störst minskning: {x}.").format(x=_told_change(fall)))
    if rise and fall and rise.difference <= 1e-9 and fall.difference >= -1e-9:
        parts.append(_("Ingen förändring i de förvaltningar som kan jämföras."))
    parts += [f"{_told_change(r)}." for r in rows if r.whole and r.both]
    lost = [r for r in rows if not r.both]
    if (lost and rise is not None) or any(r.whole for r in lost):
        listed = list_names(f"{r.name} ({_change_words(r)})" for r in lost)
        parts.append(_("Kan inte jämföras: {names}.").format(names=listed))
    return " ".join(parts)


def _told_change(row: _Change) -> str:
    assert row.before and row.after
    text = _("{name} {ends} ({difference})").format(
        name=row.name,
        ends=_("från {a} till {b}").format(a=row.before.value, b=row.after.value),
        difference=f.points(row.difference, max(1, row.after.digits)),
    )
    a, b = row.before, row.after
    if None not in (a.low, a.high, b.low, b.high) and (a.high < b.low or b.high < a.low):  # type: ignore[operator]
        text += _(", mer än osäkerheten")
    return text


# --- answers to one or several questions ----------------------------------------------------------


@dataclass(frozen=True)
class _Answers:
    """The answers of one row: option label → (count, share); empty unless shown."""

    name: str
    status: str
    base: int | None
    counts: dict[str, int]
    whole: bool = False

    def share(self, option: str) -> float:
        return self.counts.get(option, 0) / self.base if self.base else 0.0

    def text(self, option: str) -> str:
        """The value as written in a segment: a count under 20 answers, otherwise a percentage."""
        if (self.base or 0) < f.SMALL_BASE:
            return f.number(self.counts.get(option, 0))
        return f.percent(self.share(option))


@dataclass(frozen=True)
class _Scale:
    """The options of a Likert table by side, each from the outermost to the innermost."""

    against: list[str]
    middle: list[str]
    speaking: list[str]
    unsure: list[str]
    labels: dict[str, str]

    @property
    def left_to_right(self) -> list[str]:
        return [*self.against, *self.middle, *reversed(self.speaking)]


UNSURE = "vet_ej"


def _scale(table: pd.DataFrame) -> _Scale:
    """Return the sides of the options. Without any favourable option all of them are the middle.

    Options come in the order of the questionnaire, which may begin at either end; the side that
    comes first is the one whose first option is its strongest.
    """
    labels: dict[str, str] = {}
    side: dict[str, Any] = {}
    for record in table[["option", "label", "favourable"]].to_dict("records"):
        labels.setdefault(record["option"], plain(record["label"]))
        value = record["favourable"]
        side.setdefault(record["option"], None if f.is_missing(value) else bool(value))
    order = [o for o in labels if o != UNSURE]
    speaking = [o for o in order if side[o] is True]
    against = [o for o in order if side[o] is False]
    if speaking and against and order.index(against[0]) < order.index(speaking[0]):
        speaking.reverse()
    else:
        against.reverse()
    middle = [o for o in order if side[o] is None]
    return _Scale(against, middle, speaking, [o for o in labels if o == UNSURE], labels)


def _answers(table: pd.DataFrame) -> list[_Answers]:
    """Return a row per group of a Likert table, in order of first appearance."""
    found = []
    # Splits the rows that queries has counted, to draw them; nothing is added up here.
    for group, part in table.groupby("group", sort=False, dropna=False):
        record = part.iloc[0]
        counts, base = part["count"], record["base"]
        shown = bool((part["status"] == "shown").all()) and not f.is_missing(base) and base > 0
        other = [s for s in part["status"] if s != "shown"]
        found.append(
            _Answers(
                plain(record["name"]),
                "shown" if shown else (other[0] if other else "no_answers"),
                int(base) if shown else None,
                {
                    o: 0 if f.is_missing(c) else int(c)
                    for o, c in zip(part["option"], counts, strict=True)
                }
                if shown
                else {},
                f.is_missing(group) or group == "",
            )
        )
    return sorted(found, key=lambda a: a.whole)


def _colours(scale: _Scale, p: Palette) -> dict[str, str]:
    diverging = bool(scale.against or scale.speaking)
    middle = (
        [p.neutral] * len(scale.middle)
        if diverging
        else ramp(p.high3, p.high2, p.high1, len(scale.middle))
    )
    return (
        dict(zip(scale.against, ramp(p.low3, p.low2, p.low1, len(scale.against)), strict=True))
        | dict(
            zip(scale.speaking, ramp(p.high3, p.high2, p.high1, len(scale.speaking)), strict=True)
        )
        | dict(zip(scale.middle, middle, strict=True))
    )


def _up(value: float, step: float = 0.1) -> float:
    """Return ``value`` rounded up to a step, at least one step."""
    return max(step, math.ceil(round(value / step, 6)) * step)


def _starts(row: _Answers, scale: _Scale) -> dict[str, float]:
    """Return where each option's segment starts; zero lies in the middle of the middle options."""
    diverging = bool(scale.against or scale.speaking)
    x = -sum(row.share(o) for o in scale.against)
    if diverging:
        x -= sum(row.share(o) for o in scale.middle) / 2
    starts = {}
    for option in scale.left_to_right:
        starts[option] = x
        x += row.share(option)
    return starts


def likert(
    table: pd.DataFrame,
    *,
    theme: str = "light",
    title: str = "",
    narrow: bool = False,
) -> go.Figure:
    """Return answers as diverging stacked bars: against to the left of zero, for to the right.

    ``table``: a row per group × option with group, name, option, label, favourable (True, False or
    missing), count, base, status; one set of options. "Vet ej" stands apart at the far right, in
    hatched grey on the same scale, because it is an answer but takes no side. Shares are of the
    whole base, "vet ej" included. Segments under 20 answers carry counts.
    """
    if table.empty:
        return _empty(theme, title)
    rows, scale = _answers(table), _scale(table)
    p = palette(theme)
    shown = [r for r in rows if r.base]
    starts = {id(r): _starts(r, scale) for r in shown}
    left = max((-min(starts[id(r)].values(), default=0.0) for r in shown), default=0.0)
    ends = [
        max((starts[id(r)][o] + r.share(o) for o in scale.left_to_right), default=0.0)
        for r in shown
    ]
    low = _up(left) if scale.against or (scale.middle and scale.speaking) else 0.0
    high = _up(max(ends, default=0.0))
    if not shown:
        low, high = (1.0, 1.0) if low else (0.0, 1.0)
    unsure = _up(max((r.share(o) for r in shown for o in scale.unsure), default=0.0))
    # Room beyond the longest bar for its number, which stands outside.
    unsure = unsure + 0.15 * (low + high) if scale.unsure and shown else 0.0
    gap = 0.05 if unsure else 0.0
    room = (340 if narrow else 640) / (low + high + unsure)
    split = (1 - gap) * (low + high) / (low + high + unsure)

    head = 8.0 + LINE
    slots, height = _place(
        [(r.name, r.whole) for r in rows],
        narrow=narrow,
        width=30 if narrow else 26,
        top=head,
        bar=32,
    )
    pairs = list(zip(rows, slots, strict=True))
    drawn = [(r, s) for r, s in pairs if r.base]
    colours = _colours(scale, p)
    traces = [
        _segments(option, drawn, starts, scale.labels[option], colours[option], p, room)
        for option in scale.left_to_right
        if drawn
    ]
    for option in scale.unsure if drawn else []:
        traces.append(_segments(option, drawn, starts, scale.labels[option], None, p, room))
    shapes = _separator(slots, rows, p)
    if low and shown and not scale.middle:
        # With middle options zero lies inside a segment, where a line would cross its number.
        shapes += [
            _line(0, 0, s.bar - 15, s.bar + 15, color=p.ink, width=1, layer="above")
            for _r, s in drawn
        ]
    notes = _names(slots, rows, narrow)
    for row, slot in pairs:
        if not row.base:
            more, shape = _no_number(row.status, slot, p, x0=-low, x1=high, half=11)
            traces += more
            shapes += shape
        notes.append(_base_note(row, slot, p, narrow))
    small = {"color": p.muted, "size": 13}
    if low and shown:
        notes.append(_text(0, head - 8, "← " + _("talar emot"), xref="x", xanchor="right",
                           xshift=-6, font=small))  # fmt: skip
        notes.append(_text(0, head - 8, _("talar för") + " →", xref="x", xshift=6, font=small))
    if unsure and not narrow:
        label = " / ".join(scale.labels[o] for o in scale.unsure)
        notes.append(_text(0, head - 8, _escape(label), xref="x2", font=small))
    layout: dict[str, Any] = {"xaxis": _both_ways(low, high, [0, split], narrow)}
    if unsure:
        layout["xaxis2"] = {**_both_ways(0, unsure, [split + gap, 1], narrow), "anchor": "y"}
    return _figure(
        traces,
        theme=theme,
        height=height,
        annotations=notes,
        shapes=shapes,
        title=title,
        margin={
            "l": 0 if narrow else _left(slots),
            "r": 2 if narrow else 76,
            "t": 4,
            "b": (16 if narrow else 36) + 20 * _legend_lines(scale, narrow),
        },
        yaxis=_pixel_axis(height),
        legend=_legend(),
        **layout,
    )


def _legend_lines(scale: _Scale, narrow: bool) -> int:
    """Return how many lines the legend may take; entries share the widest one's column."""
    widest = max((len(label) for label in scale.labels.values()), default=0) * CHAR + 45
    return math.ceil(len(scale.labels) / max(1, int((340 if narrow else 680) / widest)))


def _segments(
    option: str,
    drawn: list[tuple[_Answers, _Slot]],
    starts: dict[int, dict[str, float]],
    label: str,
    colour: str | None,
    p: Palette,
    room: float,
) -> dict[str, Any]:
    """Return the bars of one option over all rows; ``colour`` None means "vet ej".

    ``room`` is the pixels that 100 % takes: a number that does not fit into its segment is left to
    the table, instead of running into the next.
    """
    shares = [r.share(option) for r, _s in drawn]
    marker: dict[str, Any] = {"line": {"color": p.background, "width": 1.5}}
    if colour is None:
        pattern = {"shape": "/", "fgcolor": p.hatch, "bgcolor": p.surface, "size": 6}
        marker |= {"color": p.surface, "pattern": pattern, "line": {"color": p.hatch, "width": 1}}
    else:
        marker["color"] = colour
    written = [
        r.text(option)
        if r.counts.get(option)
        and (colour is None or r.share(option) * room >= len(r.text(option)) * CHAR + 4)
        else ""
        for r, _s in drawn
    ]
    return {
        "type": "bar",
        "orientation": "h",
        "name": _escape(label),
        "x": shares,
        "base": [starts[id(r)][option] if colour else 0 for r, _s in drawn],
        "y": [s.bar for _r, s in drawn],
        "width": [24] * len(drawn),
        "marker": marker,
        "text": written,
        "textposition": "inside" if colour else "outside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": {"color": ink_on(colour) if colour else p.ink, "size": 13},
        "cliponaxis": False,
        "constraintext": "none",
        "xaxis": "x" if colour else "x2",
        "hovertext": [
            f"<b>{_escape(r.name)}</b><br>{_escape(label)}: "
            + f.share_text(r.counts.get(option, 0), r.base, r.share(option))
            for r, _s in drawn
        ],
        "hoverinfo": "text",
    }


def _both_ways(low: float, high: float, domain: list[float], narrow: bool) -> dict[str, Any]:
    """Return a percent axis from −low to high that is labelled without signs."""
    step = 0.5 if narrow or low + high > 1.2 else 0.25
    # The outermost labels are centred on the edge: of two panels side by side they would collide.
    last = int(high / step - 0.1) if domain[0] == 0 and domain[1] < 1 else int(high / step + 1e-9)
    ticks = [k * step for k in range(-int(low / step + 1e-9), last + 1)]
    return {
        "range": [-low, high],
        "domain": domain,
        # On a narrow screen the segments' own numbers are the scale: ticks would collide.
        "showgrid": not narrow,
        "showticklabels": not narrow,
        "tickmode": "array",
        "tickvals": ticks,
        "ticktext": [f.percent(abs(t)) for t in ticks],
    }


def _base_note(row: _Answers, slot: _Slot, p: Palette, narrow: bool) -> dict[str, Any]:
    """Return the note at the end of a row: its base, or why it has none."""
    if row.base:
        text = _n("{n} svar", "{n} svar", row.base).format(n=f.number(row.base))
    else:
        text = f"<i>{_escape(status_word(row.status))}</i>"
    font = {"color": p.muted, "size": 13}
    if narrow:
        y = slot.label + (len(slot.lines) - 1) * LINE / 2
        return _text(1, y, text, xanchor="right", align="right", font=font)
    return _text(1, slot.bar, text, xshift=12, font=font)


def alt_likert(table: pd.DataFrame, *, title: str = "") -> str:
    """Return the finding of ``likert`` in words; a single row has every option written out."""
    parts = [f"{plain(title).rstrip('.?!')}."] if plain(title) else []
    if table.empty:
        return " ".join([*parts, _("Det finns inget att visa.")])
    rows, scale = _answers(table), _scale(table)
    shown = [r for r in rows if r.base]
    if len(shown) == 1:
        row = shown[0]
        order = [*reversed(scale.left_to_right), *scale.unsure]
        order = order if scale.speaking else [*scale.left_to_right, *scale.unsure]
        listed = join_words(f"{scale.labels[o]} {_told(row, [o])}" for o in order)
        parts.append(_("{name}: {answers}.").format(name=row.name, answers=listed))
    elif shown and scale.speaking:
        groups = [r for r in shown if not r.whole] or shown
        level = {id(r): sum(r.share(o) for o in scale.speaking) for r in groups}
        high, low = max(level.values()), min(level.values())
        if math.isclose(high, low, abs_tol=1e-9):
            text = _("Andelen svar som talar för är lika överallt: {value}.")
            parts.append(text.format(value=f.percent(high)))
        else:
            text = _("Störst andel svar som talar för har {high}, minst {low}.")
            parts.append(
                text.format(
                    high=_at(groups, level, high, scale), low=_at(groups, level, low, scale)
                )
            )
        for row in shown:
            if row.whole and row not in groups:
                told = _told(row, scale.speaking)
                parts.append(_("{name}: {answers}.").format(name=row.name, answers=told))
    else:
        for row in shown:
            top = max(row.counts.values(), default=0)
            common = [scale.labels[o] for o, c in row.counts.items() if c == top]
            options = [o for o, c in row.counts.items() if c == top]
            text = _("{name}: vanligaste svaret är {option} ({value}).")
            parts.append(
                text.format(name=row.name, option=join_words(common), value=_told(row, options[:1]))
            )
    if not shown:
        parts.append(_("Inga svar kan visas."))
    parts += _absent((r.name, r.status) for r in rows if not r.base)
    return " ".join(parts)


def _told(row: _Answers, options: list[str]) -> str:
    """Return the joint share of ``options`` in a row, with its count under 20 answers."""
    count = sum(row.counts.get(o, 0) for o in options)
    return f.share_text(count, row.base, count / row.base if row.base else None)


def _at(rows: list[_Answers], level: dict[int, float], value: float, scale: _Scale) -> str:
    same = [r for r in rows if math.isclose(level[id(r)], value, abs_tol=1e-9)]
    return list_names(f"{r.name} ({_told(r, scale.speaking)})" for r in same)
