"""Answers to one question as diverging bars, and the same in words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ui import formats as f
from ui.drawing import (
    CHAR,
    LINE,
    NARROW_PLOT,
    PAD,
    Absence,
    Key,
    Parts,
    Slot,
    absence_sentences,
    draw_absences,
    empty,
    escape,
    figure,
    heading,
    left_margin,
    line,
    name_notes,
    name_width,
    narrow_names,
    note,
    pixel_axis,
    place,
    separator,
    small,
    value_note,
)
from ui.text import _, _n, join_words, list_names, plain, status_word
from ui.theme import Palette, ink_on, palette, ramp


@dataclass(frozen=True)
class Answers:
    """The answers of one row: option → count; empty unless shown. ``shares``: weighted ones, of
    which no count is told."""

    name: str
    status: str
    base: int | None
    counts: dict[str, int]
    whole: bool = False
    shares: dict[str, float] | None = None

    def share(self, option: str) -> float:
        if self.shares is not None:
            return self.shares.get(option, 0.0)
        return self.counts.get(option, 0) / self.base if self.base else 0.0

    def text(self, option: str) -> str:
        """The value as written in a segment: a count under 20 answers, otherwise a percentage."""
        if (self.base or 0) < f.SMALL_BASE and self.shares is None:
            return f.number(self.counts.get(option, 0))
        return f.percent(self.share(option))

    def told(self, options: Sequence[str]) -> str:
        """The joint share of ``options``, with its count under 20 answers."""
        if self.shares is not None:
            return f.percent(sum(self.share(o) for o in options))
        count = sum(self.counts.get(o, 0) for o in options)
        return f.share_text(count, self.base, count / self.base if self.base else None)


@dataclass(frozen=True)
class Scale:
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


def _scale(table: pd.DataFrame) -> Scale:
    """Return the sides of the options. Without any favourable option all of them are the middle.

    Options come in the order of the questionnaire, which may begin at either end; the side that
    comes first is the one whose first option is its strongest.
    """
    labels: dict[str, str] = {}
    side: dict[str, Any] = {}
    for record in _records(table, "option", "label", "favourable"):
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
    return Scale(against, middle, speaking, [o for o in labels if o == UNSURE], labels)


def _answers(table: pd.DataFrame) -> list[Answers]:
    """Return a row per group of a Likert table, in order of first appearance."""
    # Splits the rows that queries has counted, to draw them; nothing is added up here.
    groups: dict[str, list[dict[str, Any]]] = {}
    weighted = "share" in table
    columns = ["group", "name", "option", "count", "base", "status"]
    for record in _records(table, *columns, *(["share"] if weighted else [])):
        code = "" if f.is_missing(record["group"]) else str(record["group"])
        groups.setdefault(code, []).append(record)
    found = []
    for code, records in groups.items():
        base = records[0]["base"]
        other = [r["status"] for r in records if r["status"] != "shown"]
        shown = not other and not f.is_missing(base) and base > 0
        counts = {r["option"]: r["count"] for r in records} if shown else {}
        found.append(
            Answers(
                plain(records[0]["name"]),
                "shown" if shown else (other[0] if other else "no_answers"),
                int(base) if shown else None,
                {o: 0 if f.is_missing(c) else int(c) for o, c in counts.items()},
                code == "",
                {r["option"]: float(r["share"]) for r in records} if shown and weighted else None,
            )
        )
    return sorted(found, key=lambda a: a.whole)


def _records(table: pd.DataFrame, *columns: str) -> Iterator[dict[str, Any]]:
    """Yield the rows as dicts, column by column: ten times as fast as pandas' own for so few."""
    for cells in zip(*(table[column].tolist() for column in columns), strict=True):
        yield dict(zip(columns, cells, strict=True))


def _colours(scale: Scale, p: Palette) -> dict[str, str]:
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


SPAN = 2.2
"""How many times 100 % a chart is wide at least, both sides and "vet ej" together."""


def _up(value: float, step: float = 0.1) -> float:
    """Return ``value`` rounded up to a step, at least one step."""
    return max(step, math.ceil(round(value / step, 6)) * step)


def _starts(row: Answers, scale: Scale) -> dict[str, float]:
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
    dotted grey on the same scale, because it is an answer but takes no side. Shares are of the
    whole base, "vet ej" included. Segments under 20 answers carry counts. With a column share (a
    fraction) that is drawn and written: a weighted share is no count of people.
    """
    if table.empty:
        return empty(theme, title)
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
    # 100 % is as long in one chart as in the next, unless somebody's answers need more room.
    high += max(0.0, SPAN * (1 - gap) - (low + high + unsure))
    # What is written above the bars has the margin to the left of zero too, unless it is narrow.
    least = min(low, high) * NARROW_PLOT if narrow else high * 220
    least /= low + high + unsure
    split = (1 - gap) * (low + high) / (low + high + unsure)

    head = 12.0 + LINE
    width, own_line = name_width((r.name for r in rows), 26), False
    if narrow:
        width, own_line = narrow_names(rows, (_base_text(r) for r in rows))
    slots, height = place(rows, narrow=narrow, width=width, top=head, bar=28, own_line=own_line)
    pairs = list(zip(rows, slots, strict=True))
    drawn = [(r, s) for r, s in pairs if r.base]
    colours = _colours(scale, p)
    options = [(o, colours[o]) for o in scale.left_to_right] + [(o, None) for o in scale.unsure]
    traces = [
        _segments(option, drawn, starts, scale.labels[option], colour, p)
        for option, colour in options
        if drawn
    ]
    missing = [Absence(r.status, s.bar, 11) for r, s in pairs if not r.base]
    # No share is more than all: what is beyond is room, not scale.
    more, shapes = draw_absences(missing, p, x0=-low, x1=min(high, 1.0))
    traces += more
    shapes += separator(slots, rows, p)
    if low and shown and not scale.middle:
        # With middle options zero lies inside a segment, where a line would cross its number.
        shapes += [
            line(0, 0, s.bar - 15, s.bar + 15, color=p.ink, width=1, layer="above")
            for _r, s in drawn
        ]
    notes = name_notes(slots, rows, narrow)
    notes += [_base_note(row, slot, p, narrow, own_line) for row, slot in pairs]
    if low and shown:
        notes += _directions(low, high, least, head - 12, p)
    if unsure and not narrow:
        label = " / ".join(scale.labels[o] for o in scale.unsure)
        notes.append(note(0, head - 12, escape(label), xref="x2", font=small(p)))
    layout: dict[str, Any] = {"xaxis": _both_ways(low, high, [0, split], narrow)}
    if unsure:
        layout["xaxis2"] = {**_both_ways(0, unsure, [split + gap, 1], narrow), "anchor": "y"}
    keys = [
        Key(scale.labels[o], "bar", colour, colour)
        if colour
        else Key(scale.labels[o], "dotted", p.surface, p.hatch)
        for o, colour in options
    ]
    return figure(
        traces,
        theme=theme,
        height=height,
        annotations=notes,
        shapes=shapes,
        title=title,
        left=PAD if narrow else left_margin(slots),
        right=PAD if narrow else 12 + CHAR * max(len(_base_text(r)) for r in rows),
        keys=keys,
        below=8 if narrow else 30,
        narrow=narrow,
        yaxis=pixel_axis(height),
        uniformtext={"mode": "hide", "minsize": 13},
        **layout,
    )


def _directions(low: float, high: float, least: float, y: float, p: Palette) -> Parts:
    """Return which way speaks for: on both sides of zero, or at the ends if there is no room.

    ``least`` is the width in pixels that the shorter side has at least.
    """
    words = "← " + _("talar emot"), _("talar för") + " →"
    at_zero = least > 6.3 * max(map(len, words)) + 6
    against = note(0 if at_zero else -low, y, words[0], xref="x", font=small(p))
    speaking = note(0 if at_zero else high, y, words[1], xref="x", font=small(p))
    if at_zero:
        return [against | {"xanchor": "right", "xshift": -6}, speaking | {"xshift": 6}]
    return [against, speaking | {"xanchor": "right"}]


def _segments(
    option: str,
    drawn: list[tuple[Answers, Slot]],
    starts: dict[int, dict[str, float]],
    label: str,
    colour: str | None,
    p: Palette,
) -> dict[str, Any]:
    """Return the bars of one option over all rows; ``colour`` None means "vet ej".

    Plotly leaves out a number that does not fit into its segment (``uniformtext`` of the layout);
    the table has it, and so has the hover text.
    """
    shares = [r.share(option) for r, _s in drawn]
    marker: dict[str, Any] = {"line": {"color": p.background, "width": 1.5}}
    if colour is None:
        # Dots and a frame: strokes belong to what is hidden.
        pattern = {"shape": ".", "fgcolor": p.hatch, "bgcolor": p.surface, "size": 6}
        marker |= {"color": p.surface, "pattern": pattern, "line": {"color": p.hatch, "width": 1}}
    else:
        marker["color"] = colour
    written = [r.text(option) if r.counts.get(option) else "" for r, _s in drawn]
    return {
        "type": "bar",
        "orientation": "h",
        "name": escape(label),
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
        "constraintext": "inside" if colour else "none",
        "xaxis": "x" if colour else "x2",
        "hovertext": [
            f"<b>{escape(r.name)}</b><br>{escape(label)}: " + r.told([option]) for r, _s in drawn
        ],
        "hoverinfo": "text",
    }


def _both_ways(low: float, high: float, domain: list[float], narrow: bool) -> dict[str, Any]:
    """Return a percent axis from −low to high that is labelled without signs."""
    step = 0.5 if narrow or low + high > 1.2 else 0.25
    # The outermost labels are centred on the edge: of two panels side by side they would collide.
    last = int(high / step - 0.1) if domain[0] == 0 and domain[1] < 1 else int(high / step + 1e-9)
    last = min(last, int(1 / step))
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


def _base_text(row: Answers) -> str:
    """Return what stands at the end of a row: its base, or why it has none."""
    if row.base:
        return _n("{n} svar", "{n} svar", row.base).format(n=f.number(row.base))
    return status_word(row.status)


def _base_note(
    row: Answers, slot: Slot, p: Palette, narrow: bool, own_line: bool
) -> dict[str, Any]:
    text = escape(_base_text(row)) if row.base else f"<i>{escape(_base_text(row))}</i>"
    if narrow:
        return value_note(slot, text, p, own_line=own_line, strong=False)
    return note(1, slot.bar, text, xshift=12, font=small(p))


def alt_likert(table: pd.DataFrame, *, title: str = "") -> str:
    """Return the finding of ``likert`` in words; a single row has every option written out."""
    parts = heading(title)
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
        if len(groups) == 1:
            told = _told(groups[0], scale.speaking)
            parts.append(_("{name}: {answers}.").format(name=groups[0].name, answers=told))
        elif math.isclose(high, low, abs_tol=1e-9):
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
            top = max(map(row.share, row.counts), default=0.0)
            options = [o for o in row.counts if row.share(o) == top]
            common = [scale.labels[o] for o in options]
            text = _("{name}: vanligaste svaret är {option} ({value}).")
            parts.append(
                text.format(name=row.name, option=join_words(common), value=_told(row, options[:1]))
            )
    if not shown:
        parts.append(_("Inga svar kan visas."))
    parts += absence_sentences((r.name, r.status) for r in rows if not r.base)
    return " ".join(parts)


def _told(row: Answers, options: list[str]) -> str:
    """Return the joint share of ``options`` in a row, with its count under 20 answers."""
    return row.told(options)


def _at(rows: list[Answers], level: dict[int, float], value: float, scale: Scale) -> str:
    same = [r for r in rows if math.isclose(level[id(r)], value, abs_tol=1e-9)]
    return list_names(f"{r.name} ({_told(r, scale.speaking)})" for r in same)
