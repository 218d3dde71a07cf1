"""Coverage over time: one register indicator at the end of each month, as chart, sentence, table.

The whole municipality is a panel of its own; below it each department has a strip with the same
months, in the order of the frame, and in each strip the whole once more as a thin line. Strips and
not lines in one panel: six lines that cross cannot be told apart without colours, and forty cannot
at all. One chosen department gets a panel as large as the whole's.

The scale is absolute, 0–100 %, from the bottom of a panel to its top. A month without a number
breaks the line, and is drawn as what it is over the whole scale: a hatched band (hidden), an empty
dashed frame (nothing to count), a dotted upright line (not known). A gap is not a zero. A month
that is left out, because so few came or went since the one before that they could be made out, has
no mark, and dashes lead past it.

The axis of time is true: a day is as wide everywhere. Beside the register the survey's waves may
stand, each a point with its interval in a panel of their own to the right: a wave has a name and no
date, and what is counted and what is answered are never joined by a line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from queries.i18n import language
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
    hatching,
    joined,
    line,
    name_width,
    note,
    pixel_axis,
    read_rows,
    small,
    wrap,
)
from ui.months import LEFT_OUT, Line, absence_word, read_lines, short
from ui.text import _, plain, status_word
from ui.theme import Palette, palette

PANEL, STRIP = 164, 44
"""Height in pixels of a panel and of a strip, from 0 to 100 %."""
TICKS = 48
"""Width in pixels of the labels of a panel's scale."""
COLUMN = 80
"""Width in pixels of a wave of the survey."""
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
    """What every part of one drawing needs to know."""

    palette: Palette
    narrow: bool
    left: float
    plot: float
    start: float
    end: float
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
    indicator with its waves, whose ``wave`` is what to call them; its answers then stand to the
    right of each panel, ``names`` are short texts for (register, survey), and only the whole and a
    single department are drawn.
    """
    lines = read_lines(results, digits)
    if not lines or not any(line.whole for line in lines):
        return empty(theme, title)
    p = palette(theme)
    several = len(lines) > 2
    if survey is not None and several:
        lines = lines[:1]
    waves = waves_of(survey, digits)
    limit = _limit_lines(threshold, threshold_source, narrow)
    strips = lines[1:] if several and survey is None else []
    width = name_width((each.name for each in strips), 24)
    labels = [wrap(each.name, NARROW_CHARS - 14 if narrow else width) for each in lines]
    left = TICKS if narrow else max(60, *(len(t) * CHAR + 18 for label in labels for t in label))
    if not strips and not narrow:
        left = 60.0
    columns = 0.0 if narrow or not waves else COLUMN * len(waves) + 16
    right = PAD if narrow else 10 + _value_width(lines) + columns
    days = lines[0].days
    pad = max(12.0, (days[-1] - days[0]).days * 0.03)
    look = Look(
        p,
        narrow,
        left,
        (NARROW_PLOT + 2 * PAD if narrow else WIDE) - left - right,
        days[0].toordinal() - pad,
        days[-1].toordinal() + pad,
        p.ink if waves else p.accent,
        "square" if waves else "diamond",
    )
    titles = wrap(f"■ {plain(names[0])}", NARROW_CHARS if narrow else 44) if waves else []

    notes: Parts = []
    shapes: Parts = []
    panels: list[Panel] = []
    y = 4.0
    for i, (each, label) in enumerate(zip(lines, labels, strict=True)):
        large = not several or not i or bool(waves)
        if i == 1 and strips:
            shapes.append(line(0, 1, y, y, xref="paper", color=p.border, width=1))
            y += 12
        if large:
            extra = limit if not i else []
            head = (
                LINE * (1 + len(titles))
                + (LINE * len(extra) if extra else 0)
                + (11 if narrow else 6)
            )
            panel = Panel(each, y + head, PANEL, [each.name], y + LINE / 2)
            notes += _large_names(panel, titles, extra, look)
            y = panel.bottom + 26
            if waves:
                drawn, columns_notes, y = _survey_block(panel, waves, names[1], y, look)
                shapes += drawn
                notes += columns_notes
            y += 10
        elif narrow:
            text = LINE * len(label)
            panel = Panel(each, y + text + 5, STRIP, label, y + text / 2)
            y = panel.bottom + 14
        else:
            room = max(STRIP, LINE * len(label))
            panel = Panel(each, y + (room - STRIP) / 2, STRIP, label, y + room / 2)
            y += room + 12
        panels.append(panel)
    height = y - (6 if strips else 10)

    traces, more, words = _gaps(panels, look)
    shapes += more
    notes += words
    shapes.append(_grid(panels, look))
    traces += _reference(panels, look) + _passages(panels, look) + _marked_lines(panels, look)
    if threshold is not None:
        traces += _threshold(panels, threshold, look)
    for panel in panels:
        notes += _scale(panel, look) + _values(panel, look)
        if not panel.large:
            notes.append(_strip_name(panel, look))
        if panel.large:
            first = _first_value(panel, panels[0], look)
            at_start = len(panel.line.shown) > 1 and panel.line.rows[0].shown
            told = panel.line.rows[0].told if first is None and at_start else ""
            notes += [*([first] if first else []), *_times(panel, look, told)]
    if strips:
        notes += _times(panels[-1], look)
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
        below=28 if strips else 8,
        narrow=narrow,
        xaxis={"range": [look.start, look.end], "visible": False},
        yaxis=pixel_axis(height),
    )


def _limit_lines(threshold: float | None, source: str, narrow: bool) -> list[str]:
    if threshold is None:
        return []
    text = _("Gräns {x}").format(x=f.percent(threshold, 0 if (threshold * 100) % 1 == 0 else 1))
    if source:
        text += f" · {plain(source)}"
    return wrap(text, NARROW_CHARS if narrow else 60)


def _value_width(lines: Sequence[Line]) -> float:
    """Return the width that the values to the right of the panels need."""
    texts = [text for each in lines for text in _value_lines(each.last)]
    return max([72.0, *(len(text) * 7.2 for text in texts)])


def _value_lines(row: Row) -> list[str]:
    """Return the share and its count, the count alone, or the word."""
    if not row.shown:
        return [absence_word(row.status)]
    return list(dict.fromkeys((row.value, row.counted)))


def _grid(panels: Sequence[Panel], look: Look) -> dict[str, Any]:
    """Return the lines of every scale and of every turn of the year, as one shape."""
    path = []
    for panel in panels:
        for share in (0, 0.25, 0.5, 0.75, 1) if panel.large else (0, 0.5, 1):
            y = f"{panel.y(share):g}"
            path.append(f"M{look.start:.1f},{y}L{look.end:.1f},{y}")
        for x in _years(panel.line.days).values():
            path.append(f"M{x},{panel.top:g}L{x},{panel.bottom:g}")
    stroke = {"color": look.palette.grid, "width": 1}
    return {"type": "path", "path": "".join(path), "layer": "below", "line": stroke}


def _years(days: Sequence[dt.date]) -> dict[int, int]:
    """Return the first day of each year within the series, as a place on the axis."""
    years = range(days[0].year + 1, days[-1].year + 1)
    return {year: dt.date(year, 1, 1).toordinal() for year in years}


def _times(panel: Panel, look: Look, first: str = "") -> Parts:
    """Return the labels of time below a panel: the first and last day, and the years between.

    ``first``: the first value, where it has no room beside its mark.
    """
    days = panel.line.days
    where = {"xref": "x", "yanchor": "top", "font": small(look.palette)}
    y = panel.bottom + 4
    begin, end = days[0].toordinal(), days[-1].toordinal()
    if begin == end:
        return [note(begin, y, short(days[0]), xanchor="center", **where)]
    texts = [f"{short(days[0])}: {first}" if first else short(days[0]), short(days[-1])]
    notes = [
        note(begin, y, escape(texts[0]), xanchor="left", xshift=-4, **where),
        note(end, y, texts[1], xanchor="right", xshift=4, **where),
    ]
    free = begin + look.time(len(texts[0]) * SMALL_CHAR)
    stop = end - look.time(len(texts[1]) * SMALL_CHAR)
    half = look.time(4 * SMALL_CHAR / 2 + 6)
    for year, x in _years(days).items():
        if free < x - half and x + half < stop:
            notes.append(note(x, y, str(year), xanchor="center", **where))
            free = x + half
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
        for day, row, own in zip(whole.days, whole.rows, panel.line.rows, strict=True):
            if row.status == LEFT_OUT:
                continue
            # Not over what has no number: there it would be taken for the hidden line itself.
            seen = row.share is not None and (own.shown or own.status == LEFT_OUT)
            x.append(day.toordinal())
            y.append(panel.y(row.share or 0.0) if seen else None)
        x.append(None)
        y.append(None)
    if all(value is None for value in y):
        return []
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": escape(whole.name),
            "x": x,
            "y": y,
            "line": {"color": look.palette.rule, "width": 1},
            "hoverinfo": "skip",
        }
    ]


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
    """Return the dashes past months that are left out."""
    x: list[float | None] = []
    y: list[float | None] = []
    for panel in panels:
        for ends in panel.line.passages:
            x += [*(panel.line.days[i].toordinal() for i in ends), None]
            y += [*(panel.y(panel.line.rows[i].share or 0.0) for i in ends), None]
    if not x:
        return []
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "y": y,
            "line": {"color": look.colour, "width": 1.5, "dash": "4px,3px"},
            "hoverinfo": "skip",
        }
    ]


def _threshold(panels: Sequence[Panel], threshold: float, look: Look) -> Parts:
    """Return the threshold's line; thinner in the strips, where it would look like a border."""
    traces: Parts = []
    for large in (True, False):
        heights = [panel.y(threshold) for panel in panels if panel.large is large]
        if heights:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": [look.start, look.end, None] * len(heights),
                    "y": [y for height in heights for y in (height, height, None)],
                    "line": {
                        "color": look.palette.threshold,
                        "width": 2 if large else 1,
                        "dash": "6px,3px",
                    },
                    "hoverinfo": "skip",
                    "cliponaxis": False,
                }
            )
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


def _first_value(panel: Panel, whole: Panel, look: Look) -> dict[str, Any] | None:
    """Return the first value beside its mark, above or below all that is drawn there.

    None if there is room for it on neither side.
    """
    if len(panel.line.shown) < 2:
        return None
    day, row = panel.line.shown[0]
    start = day.toordinal()
    reach = start + look.time(len(row.told) * SMALL_CHAR + 12)
    near = [
        panel.y(other.share or 0.0)
        for each in (panel.line, whole.line)
        for d, other in each.shown
        if start <= d.toordinal() <= reach
    ]
    where = {"xref": "x", "xshift": -4, "font": small(look.palette)}
    for y, room, anchor in (
        (min(near) - 8, min(near) - 8 - LINE - panel.top, "bottom"),
        (max(near) + 8, panel.bottom - max(near) - 8 - LINE, "top"),
    ):
        if room > 0:
            return note(start, y, escape(row.told), yanchor=anchor, **where)
    return None


def _gaps(panels: Sequence[Panel], look: Look) -> tuple[Parts, Parts, Parts]:
    """Return (traces, shapes, notes) of the months without a number."""
    bands: list[Absence] = []
    shapes: Parts = []
    words: Parts = []
    for panel in panels:
        days = panel.line.days
        for gap in panel.line.gaps:
            x0 = _between(days, gap.first - 1, look.start)
            x1 = _between(days, gap.last, look.end)
            if gap.status in ("not_asked", LEFT_OUT):
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
    waves: Sequence[tuple[str, dict[str | None, Row]]],
    look: Look,
) -> list[Key]:
    """Return the legend of what is in fact drawn."""
    p = look.palette
    rows = [row for panel in panels for row in panel.line.rows]
    keys = []
    if waves:
        # What each panel shows stands above it.
        if any(row.interval for _label, of in waves for row in of.values()):
            keys.append(Key(_("95 % konfidensintervall"), "span", p.interval, p.interval))
    elif any(row.shown and not row.small for row in rows):
        label = _("Andel vid månadens slut")
        keys.append(Key(label, "circle", look.colour, look.colour))
    if any(row.small for row in rows):
        kind = "hollow square" if waves else "ring"
        keys.append(Key(_("Underlag under 20"), kind, p.background, look.colour))
    if _reference(panels, look):
        keys.append(Key(panels[0].line.name, "line", p.rule, p.rule))
    if any(panel.line.passages for panel in panels):
        keys.append(Key(_("Månader som inte visas"), "dashes", look.colour, look.colour))
    kinds = {"no_answers": "framed", "not_asked": "strokes", LEFT_OUT: "strokes"}
    for status in dict.fromkeys(gap.status for panel in panels for gap in panel.line.gaps):
        word = absence_word(status)
        kind = kinds.get(status, "hatched")
        keys.append(Key(word[:1].upper() + word[1:], kind, "rgba(0,0,0,0)", p.hatch))
    return keys


# --- the survey beside ---------------------------------------------------------------------------


def waves_of(survey: pd.DataFrame | None, digits: int) -> list[tuple[str, dict[str | None, Row]]]:
    """Return the latest waves, each with its rows by department."""
    if survey is None or survey.empty:
        return []
    found = list(dict.fromkeys(survey["wave"].tolist()))
    return [
        (plain(wave), {row.code: row for row in read_rows(survey, digits, wave)})
        for wave in found[-WAVES:]
    ]


def _survey_block(
    panel: Panel,
    waves: Sequence[tuple[str, dict[str | None, Row]]],
    name: str,
    y: float,
    look: Look,
) -> tuple[Parts, Parts, float]:
    """Return (shapes, notes) of the survey's waves beside a panel, and where what follows begins.

    On a narrow screen they stand below the panel, on a scale of their own.
    """
    p = look.palette
    x: float = 0
    width = COLUMN * len(waves)
    top = panel.top
    if look.narrow:
        title = wrap(f"● {plain(name)}", NARROW_CHARS)
        at = {"x": 0, "xshift": -look.left, "yanchor": "top"}
        top = y + 6 + LINE * len(title) + 8
        notes = [note(y=y + 6, text=joined(title), font=small(p), **at)]
    else:
        # From the right end of the figure, beyond the register's last value.
        x = _value_offset(panel, look) + 8
        title = wrap(f"● {plain(name)}", max(12, int(width / 6.6)))
        at = {"x": 1, "xshift": x, "yanchor": "bottom"}
        notes = [note(y=panel.top - 6, text=joined(title), font=small(p), **at)]
    block = Panel(panel.line, top, PANEL, [], 0)
    paper: dict[str, Any] = {"xref": "paper", "xsizemode": "pixel", "xanchor": at["x"]}
    shapes = [
        line(x, x + width, block.y(s), block.y(s), color=p.grid, width=1, **paper)
        for s in (0, 0.25, 0.5, 0.75, 1)
    ]
    if look.narrow:
        notes += _scale(block, look)
    for i, (label, rows) in enumerate(waves):
        row = rows.get(panel.line.code)
        middle = x + i * COLUMN + 12
        called = joined(wrap(label, 12)[:2])
        under = {"xshift": middle - 6, "yanchor": "top", "font": small(p)}
        notes.append(note(at["x"], block.bottom + 4, called, **under))
        if row is None or row.share is None:
            status = row.status if row else "not_asked"
            drawn = _column_absence(status, block, x + i * COLUMN, p)
            shapes += [{**paper, **shape} for shape in drawn]
            word = f"<i>{escape(status_word(status))}</i>"
            notes.append(
                note(at["x"], block.middle, word, xshift=middle - 6, font={"color": p.muted},
                     bgcolor=p.background, borderpad=1)
            )  # fmt: skip
            continue
        shapes += [{**paper, **shape} for shape in _asked_mark(row, block, middle, p)]
        texts = [f"<b>{escape(row.value)}</b>"]
        more = [t for t in (row.counted, row.interval) if t and t != row.value]
        texts += [f'<span style="color:{p.muted};font-size:13px">{escape(t)}</span>' for t in more]
        half = LINE * len(texts) / 2
        y_text = min(max(block.y(row.share), block.top + half), block.bottom - half)
        notes.append(note(at["x"], y_text, "<br>".join(texts), xshift=middle + 12))
    return shapes, notes, block.bottom + 30 if look.narrow else y


def _value_offset(panel: Panel, look: Look) -> float:
    """Return how far right of the plot the survey's columns begin: beyond the last value."""
    return 10 + max(72.0, *(len(text) * 7.2 for text in _value_lines(panel.line.last)))


def _asked_mark(row: Row, block: Panel, x: float, p: Palette) -> Parts:
    """Return a wave's point over its interval, as the charts per department have them."""
    assert row.share is not None
    shapes: Parts = []
    if row.low is not None and row.high is not None:
        shapes.append(
            {"type": "rect", "x0": x - 4, "x1": x + 4, "y0": block.y(row.high),
             "y1": block.y(row.low), "fillcolor": p.interval, "line": {"width": 0}}
        )  # fmt: skip
    y = block.y(row.share)
    edge = {"color": p.background, "width": 2}
    if row.whole:
        path = f"M{x},{y - 8:g}L{x + 8},{y:g}L{x},{y + 8:g}L{x - 8},{y:g}Z"
        return [*shapes, {"type": "path", "path": path, "fillcolor": p.accent, "line": edge}]
    box = {"x0": x - 7, "x1": x + 7, "y0": y - 7, "y1": y + 7}
    return [*shapes, {"type": "circle", **box, "fillcolor": p.accent, "line": edge}]


def _column_absence(status: str, block: Panel, x: float, p: Palette) -> Parts:
    """Return what stands over a wave's whole scale when it has no number."""
    middle = x + 12
    if status in ("not_asked", "not_regulated"):
        dash = "2px,5px" if status == "not_asked" else "22px,26px"
        return [line(middle, middle, block.top, block.bottom, color=p.rule, width=2, dash=dash)]
    box = (x, x + COLUMN - 16, block.top, block.bottom)
    if status == "no_answers":
        frame = dict(zip(("x0", "x1", "y0", "y1"), box, strict=True))
        return [{"type": "rect", **frame, "line": {"color": p.rule, "width": 1, "dash": "4px,3px"}}]
    return [{"type": "path", "path": hatching(*box, 8), "line": {"color": p.hatch, "width": 1}}]
