"""Coverage over time: one register indicator at the end of each month, as chart, sentence, table.

The whole municipality is a panel of its own; below it each department has a strip with the same
months, in the order of the frame, and in each strip the whole once more as a thin line. Strips and
not lines in one panel: six lines that cross cannot be told apart without colours, and forty cannot
at all. One chosen department gets a panel as large as the whole's.

The scale is absolute, 0–100 %, from the bottom of a panel to its top. A month without a number
breaks the line, and is drawn as what it is over the whole scale: a hatched band (hidden), an empty
dashed frame (nothing to count), a dotted upright line (not known). A gap is not a zero. Where only
hidden months lie between two that are shown, the hatching keeps to the foot of the scale and dashes
lead past it above: so often is a month hidden because hardly anything changed since the one before
that bands would leave little of the line. Which of the causes hid a month cannot be seen.

The axis of time is true: a day is as wide everywhere, and a month's mark stands at its end. Beside
the register the survey's waves may stand, each a point with its interval, in a panel of their own
with the same scale and the same time: what is counted and what is answered are never joined by a
line. A wave has a name and no date, so its point stands in the middle of the year, month or day
that the name holds, on a stroke as long as that; where a name holds none, or two waves lie too near
each other to be told apart, they stand beside each other in their order, without an axis of time.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from queries.i18n import language
from queries.months import period_of
from ui import formats as f
from ui.drawing import (
    CHAR,
    LINE,
    NARROW_CHARS,
    NARROW_PLOT,
    PAD,
    WIDE,
    Absence,
    Key,
    Parts,
    Row,
    draw_absences,
    empty,
    escape,
    figure,
    joined,
    limit_lines,
    line,
    name_width,
    note,
    pixel_axis,
    read_rows,
    small,
    stroke,
    wrap,
)
from ui.months import Line, abbreviated, absence_word, month_end, read_lines, short
from ui.text import _, plain, status_word
from ui.theme import Palette, palette

PANEL, STRIP = 164, 44
"""Height in pixels of a panel and of a strip, from 0 to 100 %."""
TICKS = 48
"""Width in pixels of the labels of a panel's scale."""
AXIS = 4 + 2 * LINE
"""Height in pixels of the labels of time: months, and years below them."""
LABEL = 34
"""Width in pixels that a label of time needs."""
RUG = 9
"""Height in pixels of the hatching below a line that leads past hidden months."""
COLUMN = 84
"""Width in pixels that a wave of the survey needs."""
WAVES = 3
"""Waves of the survey that are drawn, the latest; three are as many as a narrow screen holds."""
SMALL_CHAR = 6.4
"""Width in pixels of a character of the lesser notes."""


# --- the chart -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Panel:
    """Where a line stands: the pixels of its 100 % (top) and 0 % (bottom), and its name's lines."""

    line: Line
    top: float
    height: float
    label: list[str]
    name_at: float

    @property
    def large(self) -> bool:
        return self.height > STRIP

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def middle(self) -> float:
        return self.top + self.height / 2

    def y(self, share: float) -> float:
        """Return the pixel of a share; a ratio above one stays at the top, told by its label."""
        return self.bottom - min(share, 1.0) * self.height


@dataclass(frozen=True)
class Look:
    """What every part of one drawing needs to know.

    ``start``–``end`` is the axis, ``first``–``last`` the part of it that the register's days take.
    """

    palette: Palette
    narrow: bool
    left: float
    plot: float
    start: float
    end: float
    first: float
    last: float
    colour: str
    symbol: str

    def pixels(self, x0: float, x1: float) -> float:
        """Return how wide a stretch of time is at least on the screen."""
        return (x1 - x0) / (self.end - self.start) * self.plot

    def time(self, pixels: float) -> float:
        """Return how many days at most are as wide as that."""
        return pixels / self.plot * (self.end - self.start)


def series(
    results: pd.DataFrame,
    *,
    theme: str = "light",
    title: str = "",
    threshold: float | None = None,
    threshold_source: str = "",
    survey: pd.DataFrame | None = None,
    names: tuple[str, str] = ("", ""),
    digits: int = 0,
    narrow: bool = False,
) -> go.Figure:
    """Return one register indicator over time: a panel for the whole, a strip per department.

    ``results``: ``indicator, day, department, name, numerator, denominator, share, status``
    (``queries.coverage.series``); with a single department it gets a panel too. ``threshold``: a
    fraction. A hollow mark is a share of fewer than 20. ``survey``: a result table of one survey
    indicator with its waves, whose ``wave`` is what to call them; its answers then stand in a panel
    below each, ``names`` are short texts for (register, survey), and only the whole and a single
    department are drawn.
    """
    lines = read_lines(results, digits)
    if not lines or not any(line.whole for line in lines):
        return empty(theme, title)
    p = palette(theme)
    several = len(lines) > 2
    if survey is not None and several:
        lines = lines[:1]
    waves = waves_of(survey, digits)
    limit = limit_lines(threshold, threshold_source, narrow)
    strips = lines[1:] if several and survey is None else []
    width = name_width((each.name for each in strips), 24)
    labels = [wrap(each.name, NARROW_CHARS - 14 if narrow else width) for each in lines]
    left = TICKS if narrow else max(60, *(len(t) * CHAR + 18 for label in labels for t in label))
    if not strips and not narrow:
        left = 60.0
    right = PAD if narrow else 10 + _value_width(lines)
    days = lines[0].days
    plot = (NARROW_PLOT + 2 * PAD if narrow else WIDE) - left - right
    spans, dated = _periods(waves, days, plot)
    pad = max(12.0, (days[-1] - days[0]).days * 0.03)
    first, last = days[0].toordinal() - pad, days[-1].toordinal() + pad
    if days[0] == month_end(days[0]):
        # The month that the first mark ends has its room, and its label, before it.
        first = min(first, days[0].replace(day=1).toordinal() - 2.0)
    look = Look(
        p,
        narrow,
        left,
        plot,
        min([first, *(span[0] - pad / 2 for span in spans)]),
        max([last, *(span[1] + pad / 2 for span in spans)]),
        first,
        last,
        p.ink if waves else p.accent,
        "square" if waves else "diamond",
    )
    chars = NARROW_CHARS if narrow else 60
    titles = wrap(f"■ {plain(names[0])}", chars) if waves else []

    notes: Parts = []
    shapes: Parts = []
    traces: Parts = []
    panels: list[Panel] = []
    blocks: list[Panel] = []
    axes: list[float] = []
    y = 4.0
    for i, (each, label) in enumerate(zip(lines, labels, strict=True)):
        large = not several or not i or bool(waves)
        if i == 1 and strips:
            shapes.append(line(0, 1, y, y, xref="paper", color=p.border, width=1))
            y += 12
        if large:
            extra = limit if not i else []
            head = LINE * (1 + len(titles)) + (LINE * len(extra) if extra else 0) + 11
            panel = Panel(each, y + head, PANEL, [each.name], y + LINE / 2)
            notes += _large_names(panel, titles, extra, look)
            beside = _first_value(panel, panels[0] if panels else panel, look)
            notes += [*beside, *_times(panel.bottom, days, look)]
            axes.append(panel.bottom)
            y = panel.bottom + AXIS
            if not beside and len(each.shown) > 1:
                y += LINE
                notes.append(_first_below(panel, y, look))
            if waves:
                sign = "◆" if each.whole else "●"
                asked = wrap(f"{sign} {plain(names[1])}", chars)
                edge = -left if narrow else 0
                where = {"xshift": edge, "yanchor": "top", "font": small(p)}
                notes.append(note(0, y + 6, joined(asked), **where))
                block = Panel(each, y + 14 + LINE * len(asked), PANEL, [], 0)
                blocks.append(block)
                drawn = _survey_block(block, waves, spans, look)
                traces += drawn[0]
                shapes += drawn[1]
                notes += drawn[2] + _scale(block, look)
                y = block.bottom + 8
                if dated:
                    notes += _times(block.bottom, days, look)
                    axes.append(block.bottom)
                    y = block.bottom + AXIS
            y += 12
        elif narrow:
            text = LINE * len(label)
            panel = Panel(each, y + text + 9, STRIP, label, y + text / 2)
            y = panel.bottom + 14
        else:
            room = max(STRIP, LINE * len(label))
            panel = Panel(each, y + (room - STRIP) / 2, STRIP, label, y + room / 2)
            y += room + 12
        panels.append(panel)
    height = y - (6 if strips else 12)
    if strips:
        notes += _times(panels[-1].bottom, days, look)
        axes.append(panels[-1].bottom)

    bands, more, words = _gaps(panels, look)
    traces += bands
    shapes += [*more, _grid([*panels, *(blocks if dated else [])], look), _ticks(axes, look)]
    if not dated:
        shapes += [_grid(blocks, look, years=False)] if blocks else []
    notes += words
    traces += _reference(panels, look) + _passages(panels, look) + _marked_lines(panels, look)
    if threshold is not None:
        traces += _threshold(panels, threshold, look)
    for panel in panels:
        notes += _scale(panel, look) + _values(panel, look)
        if not panel.large:
            notes.append(_strip_name(panel, look))
    return figure(
        traces,
        theme=theme,
        height=height,
        annotations=notes,
        shapes=shapes,
        title=title,
        left=left,
        right=right,
        keys=_keys(panels, waves, look),
        below=AXIS + 8 if strips else 8,
        narrow=narrow,
        xaxis={"range": [look.start, look.end], "visible": False},
        yaxis=pixel_axis(height),
    )


def _value_width(lines: Sequence[Line]) -> float:
    """Return the width that the values to the right of the panels need."""
    texts = [text for each in lines for text in _value_lines(each.last)]
    return max([72.0, *(len(text) * 7.2 for text in texts)])


def _value_lines(row: Row) -> list[str]:
    """Return the share and its count, the count alone, or the word."""
    if not row.shown:
        return [absence_word(row.status)]
    return list(dict.fromkeys((row.value, row.counted)))


def _grid(panels: Sequence[Panel], look: Look, years: bool = True) -> dict[str, Any]:
    """Return the lines of every scale and of every turn of the year, as one shape."""
    path = []
    for panel in panels:
        for share in (0, 0.25, 0.5, 0.75, 1) if panel.large else (0, 0.5, 1):
            y = f"{panel.y(share):g}"
            path.append(f"M{look.start:.1f},{y}L{look.end:.1f},{y}")
        for month in _months(look) if years else ():
            if month.month == 1:
                x = month.toordinal()
                path.append(f"M{x},{panel.top:g}L{x},{panel.bottom:g}")
    stroke = {"color": look.palette.grid, "width": 1}
    return {"type": "path", "path": "".join(path), "layer": "below", "line": stroke}


def _months(look: Look) -> list[dt.date]:
    """Return the first day of each month that begins within the axis."""
    first, end = dt.date.fromordinal(int(look.start)), dt.date.fromordinal(int(look.end))
    count = 12 * (end.year - first.year) + end.month - first.month
    start = 12 * first.year + first.month - 1
    days = (dt.date(n // 12, n % 12 + 1, 1) for n in range(start, start + count + 1))
    return [day for day in days if look.start <= day.toordinal() <= look.end]


def _ticks(axes: Sequence[float], look: Look) -> dict[str, Any]:
    """Return a short stroke under each axis of time where a quarter begins, longer for a year.

    A stroke for every month where there is room for its name.
    """
    every = 1 if _step(look) == 1 else 3
    path = [
        f"M{month.toordinal()},{y:g}L{month.toordinal()},{y + (7 if month.month == 1 else 4):g}"
        for y in axes
        for month in _months(look)
        if (month.month - 1) % every == 0
    ]
    stroke = {"color": look.palette.rule, "width": 1}
    return {"type": "path", "path": "".join(path), "layer": "below", "line": stroke}


def _step(look: Look) -> int:
    """Return how many months lie between two that have room for their names; 12: a year or more."""
    month = look.pixels(0, 365.25 / 12)
    return next((n for n in (1, 3, 6) if n * month >= LABEL), 12)


def _times(y: float, days: Sequence[dt.date], look: Look) -> Parts:
    """Return the labels of time below ``y``: months, and each year once, below its first.

    A month's name stands under its middle, so that the mark of its end lies to the right of it.
    """
    where = {"xref": "x", "yanchor": "top", "xanchor": "center", "align": "center",
             "font": small(look.palette)}  # fmt: skip
    if days[0] == days[-1] and look.last == look.end and look.first == look.start:
        return [note(days[0].toordinal(), y + 6, short(days[0]), **where)]
    step = _step(look)
    every = max(1, math.ceil(LABEL / look.pixels(0, 365.25)))
    middle = 15 if step < 12 else 0
    half = look.time(LABEL / 2)
    named = [
        (month, month.toordinal() + middle)
        for month in _months(look)
        if (month.month - 1) % step == 0 and month.toordinal() + middle + half / 2 <= look.end
    ]
    notes: Parts = []
    until: int | None = None
    for i, (month, x) in enumerate(named):
        # The first year is named at the left edge, unless its successor needs the room.
        begins = month.month == 1 and month.year % every == 0
        later = named[i + 1][0] if i + 1 < len(named) else None
        if i == 0 and not begins:
            begins = every == 1 and (later is None or later.year == month.year or step == 3)
        name = "" if step == 12 else abbreviated(month)
        year = str(month.year) if begins and month.year != until else ""
        if year:
            until = month.year
        text = "<br>".join([*([name] if name else []), *([year] if year else [])])
        if text:
            notes.append(note(x, y + 6, text, **where))
    return notes


def _scale(panel: Panel, look: Look) -> Parts:
    """Return the labels of a panel's scale; on a wide screen a strip's name stands there."""
    if not panel.large and not look.narrow:
        return []
    return [
        note(0, panel.y(share), f.percent(share), xanchor="right", xshift=-5,
             font=small(look.palette))
        for share in ((0, 0.5, 1) if panel.large else (0, 1))
    ]  # fmt: skip


def _large_names(panel: Panel, titles: Sequence[str], limit: Sequence[str], look: Look) -> Parts:
    """Return what stands above a panel: whose it is, what is counted, and the threshold."""
    edge = {"xshift": -look.left if look.narrow else 0}
    notes = [note(0, panel.name_at, joined([panel.line.name], bold=True), **edge)]
    y = panel.name_at + LINE / 2 + 1
    if titles:
        notes.append(note(0, y, joined(titles), yanchor="top", font=small(look.palette), **edge))
    if limit:
        font = {"color": look.palette.threshold, "size": 13}
        y += LINE * len(titles)
        notes.append(note(0, y, joined(limit), yanchor="top", font=font, **edge))
    return notes


def _strip_name(panel: Panel, look: Look) -> dict[str, Any]:
    if look.narrow:
        return note(0, panel.name_at, joined(panel.label), xshift=-look.left)
    where: dict[str, Any] = {"xanchor": "right", "align": "right", "xshift": -8}
    return note(0, panel.name_at, joined(panel.label), **where)


# --- lines, marks, values ------------------------------------------------------------------------


def _told(row: Row) -> str:
    return _share_told(row.count, row.base, row.share, row.digits, language())


# Both drawings of a chart tell the same, and small counts come again and again: of forty
# departments in three years, writing numbers is nine tenths of what the chart costs.
@lru_cache(maxsize=8192)
def _share_told(
    count: float | None, base: float | None, share: float | None, digits: int, _language: str
) -> str:
    return Row(None, "", "shown", count, base, share, None, None, None, None, digits).told


def _reference(panels: Sequence[Panel], look: Look) -> Parts:
    """Return the whole as a thin line without marks in every panel that is not its own."""
    whole = panels[0].line
    x: list[float | None] = []
    y: list[float | None] = []
    for panel in panels[1:]:
        broken = {i for gap in panel.line.gaps for i in range(gap.first, gap.last + 1)}
        for i, (day, row) in enumerate(zip(whole.days, whole.rows, strict=True)):
            if row.status == "hidden":
                continue
            # Not over what has no number: there it would be taken for the hidden line itself.
            seen = row.share is not None and i not in broken
            x.append(day.toordinal())
            y.append(panel.y(row.share or 0.0) if seen else None)
        x.append(None)
        y.append(None)
    if all(value is None for value in y):
        return []
    return [stroke(x, y, look.palette.rule, 1) | {"name": escape(whole.name)}]


def _marked_lines(panels: Sequence[Panel], look: Look) -> Parts:
    """Return the lines with a mark a month: large panels in one trace, strips in another."""
    traces = []
    for large in (False, True):
        x: list[float | None] = []
        y: list[float | None] = []
        symbols, fills, told = [], [], []
        for panel in panels:
            if panel.large is not large:
                continue
            symbol = look.symbol if panel.line.whole or look.symbol == "square" else "circle"
            name = escape(panel.line.name)
            for day, row in zip(panel.line.days, panel.line.rows, strict=True):
                x.append(day.toordinal())
                y.append(None if row.share is None else panel.y(row.share))
                symbols.append(symbol)
                fills.append(look.palette.background if row.small else look.colour)
                told.append(f"<b>{name}</b><br>{row.name}<br>{_told(row)}" if row.shown else "")
            # Lines of different panels do not hang together.
            x.append(None)
            y.append(None)
            symbols.append(symbol)
            fills.append(look.colour)
            told.append("")
        if not x:
            continue
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": _("Andel"),
                "x": x,
                "y": y,
                "line": {"color": look.colour, "width": 2.5 if large else 1.5},
                "marker": {
                    "size": (8 if large else 5) - (1 if look.symbol == "square" else 0),
                    "symbol": symbols,
                    "color": fills,
                    "line": {"color": look.colour, "width": 1.5 if large else 1},
                },
                "hovertext": told,
                "hoverinfo": "text",
                "cliponaxis": False,
                "connectgaps": False,
            }
        )
    return traces


def _passages(panels: Sequence[Panel], look: Look) -> Parts:
    """Return the dashes past hidden months."""
    x: list[float | None] = []
    y: list[float | None] = []
    for panel in panels:
        for ends in panel.line.passages:
            x += [*(panel.line.days[i].toordinal() for i in ends), None]
            y += [*(panel.y(panel.line.rows[i].share or 0.0) for i in ends), None]
    return [stroke(x, y, look.colour, 1.5, "4px,3px")] if x else []


def _threshold(panels: Sequence[Panel], threshold: float, look: Look) -> Parts:
    """Return the threshold's line; thinner in the strips, where it would look like a border."""
    traces: Parts = []
    for large in (True, False):
        heights = [panel.y(threshold) for panel in panels if panel.large is large]
        if heights:
            x = [look.start, look.end, None] * len(heights)
            y = [y for height in heights for y in (height, height, None)]
            traces.append(stroke(x, y, look.palette.threshold, 2 if large else 1, "6px,3px"))
    return traces


def _values(panel: Panel, look: Look) -> Parts:
    """Return the last value of a panel: to its right, on a narrow screen above it."""
    row = panel.line.last
    lines = _value_lines(row)
    texts = [f"<b>{escape(lines[0])}</b>" if row.shown else f"<i>{escape(lines[0])}</i>"]
    ink = look.palette.ink if row.shown else look.palette.muted
    notes: Parts = []
    if look.narrow:
        text = "  ".join([*texts, *(escape(t) for t in lines[1:])])
        where: dict[str, Any] = {"xanchor": "right", "align": "right", "xshift": PAD}
        notes.append(note(1, panel.name_at, text, font={"color": ink}, **where))
    else:
        y = panel.middle
        if panel.large and row.share is not None:
            y = min(max(panel.y(row.share), panel.top + 10), panel.bottom - 16)
        half = 9 if len(lines) > 1 else 0
        notes.append(note(1, y - half, texts[0], xshift=10, font={"color": ink}))
        notes += [
            note(1, y + half + 1, escape(t), xshift=10, font=small(look.palette)) for t in lines[1:]
        ]
    return notes


def _first_value(panel: Panel, whole: Panel, look: Look) -> Parts:
    """Return the first value beside its mark, above or below all that is drawn there.

    Nothing if there is room for it on neither side.
    """
    if len(panel.line.shown) < 2:
        return []
    day, row = panel.line.shown[0]
    start = day.toordinal()
    reach = start + look.time(len(row.told) * SMALL_CHAR + 12)
    if reach > look.end:
        return []
    near = [
        panel.y(other.share or 0.0)
        for each in (panel.line, whole.line)
        for d, other in each.shown
        if start <= d.toordinal() <= reach
    ]
    foot = panel.bottom - (RUG if panel.line.passages else 0)
    where = {"xref": "x", "xshift": -4, "font": small(look.palette)}
    for y, room, anchor in (
        (min(near) - 8, min(near) - 8 - LINE - panel.top, "bottom"),
        (max(near) + 8, foot - max(near) - 8 - LINE, "top"),
    ):
        if room > 0:
            return [note(start, y, escape(row.told), yanchor=anchor, **where)]
    return []


def _first_below(panel: Panel, y: float, look: Look) -> dict[str, Any]:
    """Return the first value in a line under the labels of time, which ends at ``y``."""
    day, row = panel.line.shown[0]
    text = _("{when}: {value}").format(when=short(day), value=row.told)
    edge = -look.left if look.narrow else 0
    return note(0, y - LINE / 2, escape(text), xshift=edge, font=small(look.palette))


def _gaps(panels: Sequence[Panel], look: Look) -> tuple[Parts, Parts, Parts]:
    """Return (traces, shapes, notes) of the months without a number."""
    bands: list[Absence] = []
    shapes: Parts = []
    words: Parts = []
    for panel in panels:
        days = panel.line.days
        rug = RUG if panel.large else RUG / 1.5
        for i, j in panel.line.passages:
            ends = _between(days, i, look.first), _between(days, j - 1, look.last)
            bands.append(Absence("hidden", panel.bottom - rug / 2, rug / 2, *ends))
        for gap in panel.line.gaps:
            x0 = _between(days, gap.first - 1, look.first)
            x1 = _between(days, gap.last, look.last)
            if gap.status == "not_asked":
                path = "".join(
                    f"M{day.toordinal()},{panel.top:g}L{day.toordinal()},{panel.bottom:g}"
                    for day in days[gap.first : gap.last + 1]
                )
                stroke = {"color": look.palette.rule, "width": 2, "dash": "2px,5px"}
                shapes.append({"type": "path", "path": path, "layer": "below", "line": stroke})
            else:
                bands.append(Absence(gap.status, panel.middle, panel.height / 2, x0, x1))
            word = absence_word(gap.status)
            alone = gap.last == len(days) - 1 and not gap.first
            if look.pixels(x0, x1) > len(word) * SMALL_CHAR + 10 and not alone:
                words.append(
                    note((x0 + x1) / 2, panel.middle, f"<i>{escape(word)}</i>", xref="x",
                         xanchor="center", font=small(look.palette),
                         bgcolor=look.palette.background, borderpad=1)
                )  # fmt: skip
    traces, frames = draw_absences(bands, look.palette)
    return traces, shapes + frames, words


def _between(days: Sequence[dt.date], i: int, edge: float) -> float:
    """Return the middle between a day and the next; the edge where there is none."""
    if i < 0 or i + 1 >= len(days):
        return edge
    return (days[i].toordinal() + days[i + 1].toordinal()) / 2


def _keys(
    panels: Sequence[Panel],
    waves: Sequence[Wave],
    look: Look,
) -> list[Key]:
    """Return the legend of what is in fact drawn."""
    p = look.palette
    rows = [row for panel in panels for row in panel.line.rows]
    keys = []
    if waves:
        # What each panel shows stands above it.
        if any(row.interval for wave in waves for row in wave.rows.values()):
            keys.append(Key(_("95 % konfidensintervall"), "span", p.interval, p.interval))
    elif any(row.shown and not row.small for row in rows):
        label = _("Andel vid månadens slut")
        keys.append(Key(label, "circle", look.colour, look.colour))
    if any(row.small for row in rows):
        kind = "hollow square" if waves else "ring"
        keys.append(Key(_("Underlag under 20"), kind, p.background, look.colour))
    if _reference(panels, look):
        keys.append(Key(panels[0].line.name, "line", p.rule, p.rule))
    kinds = {"no_answers": "framed", "not_asked": "strokes"}
    statuses = [gap.status for panel in panels for gap in panel.line.gaps]
    if any(panel.line.passages for panel in panels):
        statuses.insert(0, "hidden")
    for status in dict.fromkeys(statuses):
        word = absence_word(status)
        kind = kinds.get(status, "hatched")
        keys.append(Key(word[:1].upper() + word[1:], kind, "rgba(0,0,0,0)", p.hatch))
    return keys


# --- the survey beside ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Wave:
    """One wave of the survey: what it is called, and its rows by department."""

    label: str
    rows: dict[str | None, Row]

    @property
    def period(self) -> tuple[dt.date, dt.date] | None:
        """The first and last day of the year, month or day that the label holds; None of none."""
        return period_of(self.label)


def waves_of(survey: pd.DataFrame | None, digits: int) -> list[Wave]:
    """Return the latest waves of a survey indicator's result table."""
    if survey is None or survey.empty:
        return []
    found = list(dict.fromkeys(survey["wave"].tolist()))
    return [
        Wave(plain(wave), {row.code: row for row in read_rows(survey, digits, wave)})
        for wave in found[-WAVES:]
    ]


def _periods(
    waves: Sequence[Wave], days: Sequence[dt.date], plot: float
) -> tuple[list[tuple[float, float]], bool]:
    """Return each wave's stretch of the axis, and whether it is the true one."""
    start, end = days[0].toordinal(), days[-1].toordinal()
    periods = [wave.period for wave in waves]
    spans = [(float(p[0].toordinal()), float(p[1].toordinal())) for p in periods if p]
    if len(spans) == len(waves) and waves:
        length = max([end, *(b for _a, b in spans)]) - min([start, *(a for a, _b in spans)])
        middles = [(a + b) / 2 for a, b in spans]
        apart = [b - a for a, b in pairwise(middles)]
        if all(gap / max(length, 1) * plot * 0.94 >= COLUMN for gap in apart):
            return spans, True
    width = max(end - start, 30) / max(len(waves), 1)
    return [(start + i * width, start + (i + 1) * width) for i in range(len(waves))], False


def _survey_block(
    block: Panel, waves: Sequence[Wave], spans: Sequence[tuple[float, float]], look: Look
) -> tuple[Parts, Parts, Parts]:
    """Return (traces, shapes, notes) of the survey's waves in their own panel.

    Each has its name, its value, its count and its interval written beside its point.
    """
    p = look.palette
    shapes: Parts = []
    notes: Parts = []
    bands: list[Absence] = []
    lesser = f'<span style="color:{p.muted};font-size:13px">{{}}</span>'
    for wave, (start, end) in zip(waves, spans, strict=True):
        row, x = wave.rows.get(block.line.code), (start + end) / 2
        if row is None or row.share is None:
            status = row.status if row else "not_in_wave"
            half = max((end - start) / 2, look.time(COLUMN / 2))
            bands.append(Absence(status, block.middle, block.height / 2, x - half, x + half))
            texts = [lesser.format(escape(wave.label)), f"<i>{escape(status_word(status))}</i>"]
            notes.append(
                note(x, block.middle, "<br>".join(texts), xref="x", xanchor="center",
                     align="center", bgcolor=p.background, borderpad=2)
            )  # fmt: skip
            continue
        shapes += _asked_mark(row, block, x, (start, end), p)
        more = [t for t in (row.counted, row.interval) if t and t != row.value]
        texts = [lesser.format(escape(wave.label)), f"<b>{escape(row.value)}</b>"]
        texts += [lesser.format(escape(text)) for text in more]
        # Above the stroke, or where there is no room below it; never across it.
        y, room = block.y(row.share), LINE * len(texts)
        y += -room / 2 - 3 if y - room - 3 >= block.top else room / 2 + 3
        longest = max(len(text) for text in (wave.label, row.value, *more))
        side = 1 if x + look.time(12 + longest * SMALL_CHAR) <= look.end else -1
        where = {"xanchor": "left" if side > 0 else "right", "align": "left", "xshift": 12 * side}
        notes.append(note(x, y, "<br>".join(texts), xref="x", **where))
    traces, frames = draw_absences(bands, p)
    return traces, shapes + frames, notes


def _asked_mark(row: Row, block: Panel, x: float, span: tuple[float, float], p: Palette) -> Parts:
    """Return a wave's point over its interval, as the charts per department have them.

    Below it lies a thin stroke over the time that the wave's name holds.
    """
    assert row.share is not None
    y = block.y(row.share)
    shapes: Parts = [line(*span, y, y, color=p.bounds, width=1.5)]
    fixed: dict[str, Any] = {"xsizemode": "pixel", "xanchor": x}
    if row.low is not None and row.high is not None:
        shapes.append(
            {"type": "rect", "x0": -4, "x1": 4, "y0": block.y(row.high), "y1": block.y(row.low),
             "fillcolor": p.interval, "line": {"width": 0}, **fixed}
        )  # fmt: skip
    mark: dict[str, Any] = {
        "fillcolor": p.accent, "line": {"color": p.background, "width": 2}, **fixed,
    }  # fmt: skip
    if row.whole:
        path = f"M0,{y - 8:g}L8,{y:g}L0,{y + 8:g}L-8,{y:g}Z"
        return [*shapes, {"type": "path", "path": path, **mark}]
    return [*shapes, {"type": "circle", "x0": -7, "x1": 7, "y0": y - 7, "y1": y + 7, **mark}]
