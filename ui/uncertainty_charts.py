"""One share and its three uncertainties, one under the other on the same axis.

The statistical uncertainty is the dark bar and non-response the pale one, as in ``charts.forest``;
*vet ej* is a share of its own, of those who had an opinion, with its own interval. The line that
the share is judged by crosses all three: the threshold where there is one, otherwise the half.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from ui import formats as f
from ui.drawing import (
    CHAR,
    LINE,
    PAD,
    Parts,
    escape,
    figure,
    heading,
    joined,
    left_margin,
    limit_lines,
    name_notes,
    name_width,
    narrow_names,
    narrow_scale,
    note,
    percent_axis,
    pixel_axis,
    place,
    small,
    stroke,
    value_note,
)
from ui.findings import nobody_silent
from ui.text import _
from ui.theme import Palette, palette

HALF = 0.5


@dataclass(frozen=True)
class Uncertainty:
    """One of the three: what is uncertain, the share it leaves, and between what limits.

    ``whole`` only sets a row apart in ``ui.drawing``; none of these is.
    """

    name: str
    share: float
    low: float
    high: float
    count: float
    base: float
    bounds: bool = False
    hollow: bool = False
    whole: bool = False

    @property
    def value(self) -> str:
        return f.share_text(self.count, self.base, self.share)

    @property
    def interval(self) -> str:
        return f.interval(self.low, self.high)

    @property
    def told(self) -> str:
        """The name as a part of a sentence, with its numbers."""
        text = _("{name}: {share}, {interval}")
        return text.format(name=self.name, share=self.value, interval=self.interval)


def uncertainties(row: Mapping[str, Any]) -> list[Uncertainty]:
    """Return what can be drawn of a row of ``queries.uncertainty``; nothing if it is not shown."""
    if not f.is_shown(row):
        return []
    count, base, share = (float(row[name]) for name in ("numerator", "denominator", "share"))
    found = []
    if not f.is_missing(row["low"]):
        name = _("Statistisk osäkerhet")
        found.append(Uncertainty(name, share, row["low"], row["high"], count, base))
    if not (f.is_missing(row["bound_low"]) or nobody_silent(row)):
        name = _("De som inte svarade")
        ends = row["bound_low"], row["bound_high"]
        found.append(Uncertainty(name, share, *ends, count, base, bounds=True))
    if not f.is_missing(row["without_share"]) and row["dont_know"]:
        name = _("Utan ”vet ej”")
        values = (row[f"without_{end}"] for end in ("share", "low", "high"))
        opined = float(row["without_denominator"])
        found.append(Uncertainty(name, *values, count, opined, hollow=True))
    return found


def three(
    row: Mapping[str, Any],
    *,
    theme: str = "light",
    title: str = "",
    threshold: float | None = None,
    threshold_source: str = "",
    narrow: bool = False,
) -> go.Figure:
    """Return a share with each of its uncertainties as a bar, axis 0–100 %.

    ``row``: of ``queries.uncertainty``, shown. The line is at ``threshold`` (a fraction), without
    one at the half. ValueError for a row with nothing to draw.
    """
    found = uncertainties(row)
    if not found:
        raise ValueError("nothing to draw of a row that is not shown")
    p = palette(theme)
    limit = limit_lines(threshold, threshold_source, narrow) or [_("Hälften")]
    at = HALF if threshold is None else threshold
    head = 8.0 + LINE * len(limit) + 4
    width, own_line = name_width((u.name for u in found), 24), False
    if narrow:
        width, own_line = narrow_names(found, (f"{u.value}  {u.interval}" for u in found))
    slots, height = place(
        found, narrow=narrow, width=width, top=head, bar=22 if narrow else 24, own_line=own_line
    )
    drawn = list(zip(found, (slot.bar for slot in slots), strict=True))
    notes, shapes = name_notes(slots, found, narrow), []
    if narrow:
        ticks, shapes = narrow_scale([(y, 11) for _u, y in drawn], height, p)
        notes += ticks
        for one, slot in zip(found, slots, strict=True):
            text = f"<b>{escape(one.value)}</b>  {one.interval}"
            notes.append(value_note(slot, text, p, own_line=own_line, strong=True))
    else:
        for one, y in drawn:
            notes.append(note(1, y, f"<b>{escape(one.value)}</b>", xshift=10))
            notes.append(note(1, y, one.interval, xshift=84, font={"color": p.muted}))
        notes.append(note(1, head - 8, _("Andel"), xshift=10, font=small(p)))
        notes.append(note(1, head - 8, _("Kan vara"), xshift=84, font=small(p)))
    ink = p.muted if threshold is None else p.threshold
    notes.append(_line_label(at, limit, head - 6, ink, narrow))
    stretches = [(s.bar - 13, s.bar + 13) for s in slots] if narrow else [(head - 6, height)]
    line = _line(at, stretches, ink, "6px,3px" if threshold is not None else "2px,3px")
    side = max(len(_("95 % intervall")), *(len(one.interval) for one in found))
    return figure(
        [*_bars(drawn, p), line, _marks(drawn, p)],
        theme=theme,
        height=height,
        annotations=notes,
        shapes=shapes,
        title=title,
        left=PAD if narrow else left_margin(slots),
        right=PAD if narrow else 92 + side * CHAR,
        narrow=narrow,
        xaxis=percent_axis(narrow),
        yaxis=pixel_axis(height),
    )


def _bars(drawn: Sequence[tuple[Uncertainty, float]], p: Palette) -> Parts:
    """Return the bars: pale and wide for the silent, dark and narrow for an interval."""
    made: Parts = []
    for one, y in drawn:
        fill, edge = (p.accent_soft, p.bounds) if one.bounds else (p.interval, p.interval)
        made.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": escape(one.name),
                "base": [one.low],
                "x": [one.high - one.low],
                "y": [y],
                "width": [18 if one.bounds else 8],
                "marker": {"color": fill, "line": {"color": edge, "width": 1}},
                "hovertext": escape(one.told),
                "hoverinfo": "text",
            }
        )
    return made


def _marks(drawn: Sequence[tuple[Uncertainty, float]], p: Palette) -> dict[str, Any]:
    """Return the marks; hollow for what is another share than the published."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [one.share for one, _y in drawn],
        "y": [y for _one, y in drawn],
        "marker": {
            "size": 13,
            "symbol": "circle",
            "color": [p.background if one.hollow else p.accent for one, _y in drawn],
            "line": {
                "color": [p.accent if one.hollow else p.background for one, _y in drawn],
                "width": 2,
            },
        },
        "hovertext": [escape(one.told) for one, _y in drawn],
        "hoverinfo": "text",
        "cliponaxis": False,
    }


def _line(at: float, stretches: Sequence[tuple[float, float]], ink: str, dash: str) -> Any:
    y: list[float | None] = []
    for top, bottom in stretches:
        y += [top, bottom, None]
    return stroke([None if value is None else at for value in y[:-1]], y[:-1], ink, 2, dash)


def _line_label(at: float, lines: list[str], y: float, ink: str, narrow: bool) -> dict[str, Any]:
    font = {"color": ink, "size": 13}
    if at == HALF and lines == [_("Hälften")]:
        return note(at, y, joined(lines), xref="x", yanchor="bottom", xanchor="center", font=font)
    if narrow:
        return note(0, y, joined(lines), xshift=-PAD, yanchor="bottom", font=font)
    side = "left" if at < HALF else "right"
    return note(
        at, y, joined(lines), xref="x", yanchor="bottom", xanchor=side, align=side, font=font
    )


def alt_three(row: Mapping[str, Any], *, title: str = "", threshold: float | None = None) -> str:
    """Return ``three`` in words: each uncertainty with its limits, and where the line is."""
    parts = heading(title) + [f"{one.told}." for one in uncertainties(row)]
    if threshold is not None:
        parts.append(_("Gränsen är {value}.").format(value=f.percent(threshold)))
    return " ".join(parts)
