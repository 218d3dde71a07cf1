"""What every chart is made of: rows of a result table, their places, notes, axes and absences.

Grammar, the same in every chart: one row per department in the order of the table, the whole
municipality last and set apart; values written beside the marks, so that nothing must be hovered;
percent axes are absolute; what has no number is drawn as what it is, with its word beside it:

    hidden         a hatched band: something is there, and may not be seen
    no answers     an empty dashed frame: there was room, and nothing came
    not asked      a dotted line
    not regulated  long strokes far apart, the dash of a table where a rule says nothing

Each of them takes the whole width of the scale: a stroke in the middle would be read as 50 %.

The vertical axis counts pixels from the top. It lets rows differ in height (wrapped names, labels
above the bars on a narrow screen) while the figure stays plain data; a category axis cannot.
Numbers of rows that are not shown are dropped on entry, so they cannot reach the figure's JSON.
"""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import pandas as pd
import plotly.graph_objects as go

from ui import formats as f
from ui.text import _, list_names, plain, status_reason, status_word
from ui.theme import Palette, palette, template

LINE = 18
"""Height in pixels of a line of text."""
CHAR = 7.4
"""Generous width in pixels of a character at the template's size."""
NARROW_CHARS = 40
"""Characters that fit beside each other where it is narrowest: 1280 pixels at 400 % zoom."""
NARROW_PLOT = 276
"""Width in pixels of a narrow chart's scale there."""
WIDE = 584
"""Width in pixels of the narrowest screen that gets a wide chart, all included."""
PAD = 8
"""Room at both ends of a narrow scale, so that a mark at 0 or 100 % is whole."""
NUMBERS = ("numerator", "denominator", "share", "low", "high", "bound_low", "bound_high")

Parts = list[dict[str, Any]]


@dataclass(frozen=True)
class Row:
    """One row of a result table, ready to draw; every number is None unless it may be shown.

    Its texts are kept once written: each is used two or three times, and writing numbers in the
    visitor's language is most of what a chart costs.
    """

    code: str | None
    name: str
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
    def whole(self) -> bool:
        return self.code is None

    @property
    def shown(self) -> bool:
        return self.share is not None

    @property
    def small(self) -> bool:
        return self.base is not None and self.base < f.SMALL_BASE

    @cached_property
    def value(self) -> str:
        if not self.shown:
            return status_word(self.status)
        return f.share_text(self.count, self.base, self.share, self.digits)

    @cached_property
    def counted(self) -> str:
        return f.count_text(self.count, self.base) if self.shown else status_word(self.status)

    @cached_property
    def interval(self) -> str:
        return f.interval(self.low, self.high, self.digits) if self.low is not None else ""

    @cached_property
    def told(self) -> str:
        """The share with its count, for sentences: "50 % (15 av 30)" or "3 av 17"."""
        return self.value if self.value == self.counted else f"{self.value} ({self.counted})"

    @cached_property
    def hover(self) -> str:
        """What is told of the row on pointing at it: nothing that the table lacks."""
        lines = [self.told]
        if self.interval:
            lines.append(_("95 % intervall: {x}").format(x=self.interval))
        if self.bound_low is not None and self.bound_high is not None:
            bounds = f.interval(self.bound_low, self.bound_high, self.digits)
            lines.append(_("Med bortfallet: {x}").format(x=bounds))
        return "<br>".join([f"<b>{escape(self.name)}</b>", *map(escape, lines)])


class Placed(Protocol):
    """What the shared parts need to know of a row, whatever the chart."""

    @property
    def name(self) -> str: ...
    @property
    def whole(self) -> bool: ...


def read_rows(results: pd.DataFrame, digits: int, wave: object = None) -> list[Row]:
    """Return the rows of one indicator and wave: departments as given, the whole last.

    ``wave`` picks one of several; without it ValueError if there are several.
    """
    # Column by column: a pass over the rows with pandas takes longer than drawing them.
    columns = {str(column): results[column].tolist() for column in results.columns}
    for column in ("indicator", "wave") if wave is None else ("indicator",):
        if (kinds := len(set(columns.get(column, ())))) > 1:
            raise ValueError(f"one {column} expected, got {kinds}")
    found = []
    for cells in zip(*columns.values(), strict=True):
        record = dict(zip(columns, cells, strict=True))
        if wave is not None and record["wave"] != wave:
            continue
        shown = f.is_shown(record)
        values = [record.get(c) if shown else None for c in NUMBERS]
        status = record["status"] if shown or record["status"] != "shown" else "no_answers"
        code = record["department"]
        found.append(
            Row(
                None if f.is_missing(code) else str(code),
                plain(record["name"]),
                status,
                *(None if f.is_missing(v) else float(v) for v in values),
                digits,
            )
        )
    return sorted(found, key=lambda row: row.whole)


# --- text ------------------------------------------------------------------------------------


def escape(text: str) -> str:
    """Return ``text`` safe for Plotly's pseudo-HTML; $ too, which would start a formula."""
    return html.escape(text, quote=False).replace("$", "&#36;")


def wrap(text: str, width: int) -> list[str]:
    """Return ``text`` in lines; a word longer than a line is cut with a hyphen."""
    width = max(width, 8)
    words = []
    for word in text.split(" "):
        while len(word) > width:
            words.append(word[: width - 1] + "-")
            word = word[width - 1 :]
        words.append(word)
    return textwrap.wrap(" ".join(words), width, break_on_hyphens=True) or [""]


def name_width(names: Iterable[str], width: int) -> int:
    """Return ``width``, or up to eight characters more to keep the longest word whole."""
    longest = max((len(word) for name in names for word in name.split()), default=0)
    return min(max(width, longest), width + 8)


def joined(lines: Sequence[str], bold: bool = False) -> str:
    text = "<br>".join(escape(line) for line in lines)
    return f"<b>{text}</b>" if bold else text


def note(x: float, y: float, text: str, **more: Any) -> dict[str, Any]:
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


def small(p: Palette) -> dict[str, Any]:
    """Return the font of headings and lesser notes."""
    return {"color": p.muted, "size": 13}


# --- places ----------------------------------------------------------------------------------


@dataclass
class Slot:
    """Where a row stands, in pixels from the top.

    ``label`` and ``bar`` are the middles of its name and its bar, ``value`` that of the text that
    tells its value on a narrow screen: the last line of the name, or a line of its own.
    """

    label: float
    bar: float
    value: float
    top: float
    bottom: float
    lines: list[str]


def place(
    rows: Sequence[Placed],
    *,
    narrow: bool,
    width: int,
    top: float,
    bar: float,
    own_line: bool = False,
) -> tuple[list[Slot], float]:
    """Return a slot per row and the total height.

    ``bar`` is the height of the bar's area, ``width`` the characters of a name's line; with
    ``own_line`` the values of a narrow chart get a line of their own under the name.
    """
    slots: list[Slot] = []
    y = top
    for index, row in enumerate(rows):
        lines = wrap(row.name, width)
        text = LINE * len(lines)
        if row.whole and index:
            y += 12
        if narrow:
            extra = LINE if own_line else 0
            height = text + extra + 4 + bar + 12
            slots.append(
                Slot(
                    y + text / 2,
                    y + text + extra + 4 + bar / 2,
                    y + text + extra - LINE / 2,
                    y,
                    y + height,
                    lines,
                )
            )
        else:
            height = max(text, bar) + 10
            middle = y + height / 2
            slots.append(Slot(middle, middle, middle, y, y + height, lines))
        y += height
    return slots, y + 4


def narrow_names(rows: Iterable[Placed], texts: Iterable[str]) -> tuple[int, bool]:
    """Return the width of names on a narrow screen and whether values need a line of their own."""
    room = NARROW_CHARS - max((len(text) for text in texts), default=0) - 2
    names = name_width((row.name for row in rows), 24)
    return (room, False) if room >= names else (NARROW_CHARS, True)


def left_margin(slots: Iterable[Slot], least: float = 60) -> float:
    """Return the left margin that the longest line of the labels needs."""
    longest = max((len(line) for s in slots for line in s.lines), default=0)
    return max(least, longest * CHAR + 18)


def name_notes(slots: Sequence[Slot], rows: Sequence[Placed], narrow: bool) -> Parts:
    """Return the row labels: to the left of the axis, or above the bars when narrow."""
    where: dict[str, Any] = (
        {"xanchor": "left", "xshift": -PAD}
        if narrow
        else {"xanchor": "right", "align": "right", "xshift": -8}
    )
    return [
        note(0, s.label, joined(s.lines, bold=row.whole), **where)
        for s, row in zip(slots, rows, strict=True)
    ]


def value_note(
    slot: Slot, text: str, p: Palette, *, own_line: bool, strong: bool
) -> dict[str, Any]:
    """Return the value of a row on a narrow screen, at the right end or under the name."""
    font = {"color": p.ink if strong else p.muted}
    if own_line:
        return note(0, slot.value, text, xshift=-PAD, font=font)
    return note(1, slot.value, text, xanchor="right", align="right", xshift=PAD, font=font)


def limit_lines(threshold: float | None, source: str, narrow: bool) -> list[str]:
    """Return the label of a threshold (a fraction) in lines; none without a threshold."""
    if threshold is None:
        return []
    text = _("Gräns {x}").format(x=f.percent(threshold, 0 if (threshold * 100) % 1 == 0 else 1))
    if source:
        text += f" · {plain(source)}"
    return wrap(text, NARROW_CHARS if narrow else 60)


def stroke(
    x: Sequence[float | None],
    y: Sequence[float | None],
    colour: str,
    width: float,
    dash: str | None = None,
) -> dict[str, Any]:
    """Return a line without marks and without hover text; None breaks it."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": colour, "width": width, **({"dash": dash} if dash else {})},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def marks(
    name: str,
    ends: Sequence[tuple[Row, float]],
    fill: str,
    edge: str,
    *,
    size: float = 13,
    symbol: str = "",
    width: float = 2,
    hover: str = "",
) -> dict[str, Any]:
    """Return a mark at the share of each (row, pixel): a diamond for the whole, else a circle.

    ``symbol`` for all of them; ``hover`` stands in a line above what is told of the row.
    """
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [row.share for row, _y in ends],
        "y": [y for _row, y in ends],
        "marker": {
            "size": size,
            "symbol": symbol or ["diamond" if row.whole else "circle" for row, _y in ends],
            "color": fill,
            "line": {"color": edge, "width": width},
        },
        "hovertext": [f"{hover}<br>{row.hover}" if hover else row.hover for row, _y in ends],
        "hoverinfo": "text",
        "cliponaxis": False,
    }


def spans(
    name: str,
    ends: Sequence[tuple[Row, float]],
    fill: str,
    edge: str,
    *,
    bounds: bool = False,
    width: float = 8,
    hover: str = "",
) -> Parts:
    """Return bars over the 95 % intervals of (row, pixel), or over the non-response bounds."""
    found = [
        (row, y, *((row.bound_low, row.bound_high) if bounds else (row.low, row.high)))
        for row, y in ends
    ]
    both = [(row, y, a, b) for row, y, a, b in found if a is not None and b is not None]
    if not both:
        return []
    return [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "base": [a for _row, _y, a, _b in both],
            "x": [b - a for _row, _y, a, b in both],
            "y": [y for _row, y, _a, _b in both],
            "width": [width] * len(both),
            "marker": {"color": fill, "line": {"color": edge, "width": 1}},
            "hovertext": [f"{hover}<br>{r.hover}" if hover else r.hover for r, *_rest in both],
            "hoverinfo": "text",
        }
    ]


def separator(slots: Sequence[Slot], rows: Sequence[Placed], p: Palette) -> Parts:
    """Return the line that sets the whole municipality apart, if something stands above it."""
    return [
        line(0, 1, s.top - 6, s.top - 6, xref="paper", color=p.border, width=1)
        for i, (s, row) in enumerate(zip(slots, rows, strict=True))
        if i and row.whole and not rows[i - 1].whole
    ]


def line(x0: float, x1: float, y0: float, y1: float, **more: Any) -> dict[str, Any]:
    style = {k: more.pop(k) for k in ("color", "width", "dash") if k in more}
    base = {"type": "line", "x0": x0, "x1": x1, "y0": y0, "y1": y1, "layer": "below"}
    return {**base, "line": style, **more}


# --- what has no number ------------------------------------------------------------------------


@dataclass(frozen=True)
class Absence:
    """A place without a number: its status, its middle and its half height in pixels.

    ``x0``–``x1`` where it is a stretch of its own, as the months of a series.
    """

    status: str
    y: float
    half: float
    x0: float | None = None
    x1: float | None = None

    def stretch(self, x0: float, x1: float) -> tuple[float, float]:
        return (x0 if self.x0 is None else self.x0, x1 if self.x1 is None else self.x1)


def draw_absences(
    absences: Sequence[Absence], p: Palette, *, x0: float = 0, x1: float = 1
) -> tuple[Parts, Parts]:
    """Return (traces, shapes) that draw places without a number over x0–x1.

    An unknown status is drawn as hidden, as ``status_word`` calls it.
    """
    shapes: Parts = []
    hidden = []
    for absent in absences:
        start, end = absent.stretch(x0, x1)
        if absent.status in ("not_asked", "not_in_wave"):
            shapes.append(
                line(start, end, absent.y, absent.y, color=p.rule, width=2, dash="2px,5px")
            )
        elif absent.status == "not_regulated":
            shapes.append(
                line(start, end, absent.y, absent.y, color=p.rule, width=2, dash="22px,26px")
            )
        elif absent.status == "no_answers":
            shapes.append(
                {
                    "type": "rect",
                    "x0": start,
                    "x1": end,
                    "y0": absent.y - absent.half,
                    "y1": absent.y + absent.half,
                    "layer": "below",
                    "line": {"color": p.rule, "width": 1, "dash": "4px,3px"},
                }
            )
        else:
            hidden.append(absent)
    if not hidden:
        return [], shapes
    pattern = {
        "shape": "/",
        "fgcolor": p.hatch,
        "bgcolor": "rgba(0,0,0,0)",
        "size": 8,
        "solidity": 0.12,
    }
    stretches = [absent.stretch(x0, x1) for absent in hidden]
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": [end - start for start, end in stretches],
        "base": [start for start, _end in stretches],
        "y": [absent.y for absent in hidden],
        "width": [2 * absent.half for absent in hidden],
        "marker": {"color": "rgba(0,0,0,0)", "line": {"width": 0}, "pattern": pattern},
        "hoverinfo": "text",
        "hovertext": "<br>".join(map(escape, textwrap.wrap(status_reason("hidden"), 44))),
        "name": status_word("hidden"),
    }
    return [trace], shapes


def hatching(x0: float, x1: float, y0: float, y1: float, step: float) -> str:
    """Return the path of slanting lines that fill a box, for what has no bar to take a pattern."""
    path = []
    low, high = min(y0, y1), max(y0, y1)
    at = x0 + low + step
    while at < x1 + high:
        # Where the line x + y = at enters the box below, and where it leaves it above.
        start, end = max(x0, at - high), min(x1, at - low)
        path.append(f"M{start:g},{at - start:g}L{end:g},{at - end:g}")
        at += step
    return "".join(path)


def absence_sentences(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Return a sentence per kind of absence, of (name, status) pairs; of the hidden also why."""
    found: dict[str, list[str]] = {}
    for name, status in rows:
        found.setdefault(status_word(status), []).append(name)
    told = []
    for word, names in found.items():
        status = word[:1].upper() + word[1:]
        told.append(_("{status}: {names}.").format(status=status, names=list_names(names)))
        told += [status_reason("hidden")] if word == status_word("hidden") else []
    return told


# --- axes and the figure -----------------------------------------------------------------------


def percent_axis(narrow: bool) -> dict[str, Any]:
    ticks = [0, 0.5, 1] if narrow else [0, 0.25, 0.5, 0.75, 1]
    return {
        "range": [0, 1] if narrow else [-0.012, 1.012],
        "tickmode": "array",
        "tickvals": ticks,
        "ticktext": [f.percent(t) for t in ticks],
        "showticklabels": not narrow,
        # Narrow charts have their names inside the plot, where a line would cross them.
        "showgrid": not narrow,
    }


def narrow_scale(
    bars: Iterable[tuple[float, float]], height: float, p: Palette
) -> tuple[Parts, Parts]:
    """Return (notes, shapes) of a narrow chart's scale: tick labels, and a track behind each bar.

    ``bars``: (middle, half height) of each bar. The labels turn inwards at the ends, where a
    centred "100 %" would be cut off at the edge.
    """
    where = {"yanchor": "top", "font": small(p)}
    anchors = ((0.0, "left", -PAD), (0.5, "center", 0), (1.0, "right", PAD))
    notes = [
        note(x, height, f.percent(x), xref="x", xanchor=anchor, xshift=shift, **where)
        for x, anchor, shift in anchors
    ]
    path = "".join(
        f"M0,{y:g}L1,{y:g}"
        + "".join(f"M{x},{y - half:g}L{x},{y + half:g}" for x in ("0", ".5", "1"))
        for y, half in bars
    )
    if not path:
        return notes, []
    return notes, [
        {"type": "path", "path": path, "layer": "below", "line": {"color": p.border, "width": 1}}
    ]


def pixel_axis(height: float) -> dict[str, Any]:
    return {"range": [height, 0], "visible": False}


@dataclass(frozen=True)
class Key:
    """An entry of the legend: a mark as it is drawn in the chart, and its label.

    ``kind``: "bar" (as high as the label), "span" (an interval's height), "circle", "square",
    "ring" and "hollow square" (a mark without its fill), "line", "dashes", "dotted", and for what
    has no number "hatched", "framed" and "strokes" (upright and dotted).
    """

    label: str
    kind: str
    fill: str
    edge: str


def _legend(
    keys: Sequence[Key], left: float, below: float, narrow: bool
) -> tuple[Parts, Parts, float]:
    """Return (notes, shapes) of the legend and its height.

    Drawn here and not by Plotly, which gives a legend the width of the plot alone, so that its
    height would depend on the screen: either entries were cut, or a hole was left under the chart.
    """
    notes: Parts = []
    shapes: Parts = []
    x, y = 1.0, below + LINE / 2
    for key in keys:
        width = 24 + len(key.label) * 6.3 + 20
        if x > 1 and x + width > (NARROW_PLOT + 2 * PAD if narrow else WIDE) + 20:
            x, y = 1.0, y + LINE + 4
        notes.append(
            note(0, 0, escape(key.label), yref="paper", xshift=x + 24 - left, yshift=-y,
                 font={"size": 13})
        )  # fmt: skip
        shapes += _key_shapes(key, x - left, -y)
        x += width
    return notes, shapes, y + LINE / 2 + 6


def _key_shapes(key: Key, x: float, y: float) -> Parts:
    base: dict[str, Any] = {
        "xref": "paper",
        "yref": "paper",
        "xsizemode": "pixel",
        "ysizemode": "pixel",
        "xanchor": 0,
        "yanchor": 0,
        "fillcolor": key.fill,
        "line": {"color": key.edge, "width": 1},
    }

    def box(kind: str, x0: float, x1: float, half: float, **more: Any) -> dict[str, Any]:
        return {**base, "type": kind, "x0": x + x0, "x1": x + x1, "y0": y - half, "y1": y + half,
                **more}  # fmt: skip

    if key.kind == "circle":
        return [box("circle", 3, 14, 5.5)]
    if key.kind == "square":
        return [box("rect", 3, 14, 5.5)]
    if key.kind == "ring":
        return [box("circle", 3.5, 13.5, 5, line={"color": key.edge, "width": 2})]
    if key.kind == "hollow square":
        return [box("rect", 3.5, 13.5, 5, line={"color": key.edge, "width": 2})]
    if key.kind == "span":
        return [box("rect", 0, 17, 4)]
    if key.kind == "line":
        return [box("rect", 0, 17, 0.5, line={"width": 0})]
    if key.kind == "dashes":
        dashed = {"color": key.edge, "width": 1.5, "dash": "4px,3px"}
        return [{**base, "type": "line", "x0": x, "x1": x + 18, "y0": y, "y1": y, "line": dashed}]
    if key.kind == "framed":
        return [box("rect", 0, 17, 6.5, line={"color": key.edge, "width": 1, "dash": "4px,3px"})]
    if key.kind == "strokes":
        dots = {"color": key.edge, "width": 2, "dash": "2px,3px"}
        return [
            {**base, "type": "line", "x0": x + dx, "x1": x + dx, "y0": y - 6.5, "y1": y + 6.5,
             "line": dots}
            for dx in (4, 12)
        ]  # fmt: skip
    if key.kind == "hatched":
        lines = hatching(x, x + 17, y - 6.5, y + 6.5, 5)
        return [{**base, "type": "path", "path": lines}]
    frame = box("rect", 0, 17, 6.5)
    if key.kind != "dotted":
        return [frame]
    corners = [(x + dx, y + dy) for dx in (3, 8, 13) for dy in (-4, 2)]
    dots = "".join(
        f"M{a:g},{b:g}L{a + 2:g},{b:g}L{a + 2:g},{b + 2:g}L{a:g},{b + 2:g}Z" for a, b in corners
    )
    plain_dots = {"path": dots, "fillcolor": key.edge, "line": {"width": 0}}
    return [frame, {**base, "type": "path", **plain_dots}]


def heading(title: str) -> list[str]:
    """Return the beginning of a sentence: the title without its stop, or nothing."""
    return [f"{plain(title).rstrip('.?!')}."] if plain(title) else []


def figure(
    traces: Parts,
    *,
    theme: str,
    height: float,
    annotations: Parts,
    shapes: Parts,
    title: str,
    left: float,
    right: float,
    keys: Sequence[Key] = (),
    below: float = 30,
    narrow: bool = False,
    **layout: Any,
) -> go.Figure:
    """Return the figure; every chart ends here.

    ``left`` and ``right`` are margins; the legend of ``keys`` starts ``below`` the plot, under the
    labels of the axis. A single key is left out: one alone explains nothing.

    Built without Plotly's validation, which takes nine tenths of the time (32 of 35 ms for 40
    departments); the tests validate every chart instead.
    """
    above, bottom = 4.0, float(below)
    if title:
        lines = wrap(plain(title), 34 if narrow else 60)
        # An annotation, because Plotly cuts the first line of a title that has several.
        where = {"yref": "paper", "yanchor": "bottom", "xshift": -left, "yshift": 6}
        heading_note = note(0, 1, joined(lines, bold=True), **where, font={"size": 16})
        annotations = [*annotations, heading_note]
        above += 20 * len(lines) + 8
    if len(keys) > 1:
        notes, marks, bottom = _legend(keys, left, below, narrow)
        annotations, shapes = annotations + notes, shapes + marks
    look = template(theme)
    return go.Figure(
        data=traces,
        layout={
            "template": look,
            "separators": look.layout.separators,
            "height": round(height + above + bottom),
            "margin": {"l": left, "r": right, "t": above, "b": bottom},
            "barmode": "overlay",
            "showlegend": False,
            "annotations": annotations,
            "shapes": shapes,
            **layout,
        },
        _validate=False,
    )


def empty(theme: str, title: str) -> go.Figure:
    muted = {"color": palette(theme).muted}
    nothing = note(0, 0.5, _("Det finns inget att visa."), yref="paper", font=muted)
    hidden = {"visible": False}
    return figure(
        [], theme=theme, height=60, annotations=[nothing], shapes=[], title=title, left=0, right=0,
        below=8, xaxis=hidden, yaxis=hidden,
    )  # fmt: skip
