"""Differences as dots around a zero line, in the look of ``charts.forest``.

A row is a group less all others, or a place's change between two waves. Whether a difference is
sure is written in words beside it; the mark (filled or hollow) only repeats it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ui import findings
from ui import formats as f
from ui.drawing import (
    CHAR,
    LINE,
    NUMBERS,
    PAD,
    Absence,
    Key,
    Parts,
    Row,
    Slot,
    absence_sentences,
    draw_absences,
    empty,
    escape,
    figure,
    heading,
    left_margin,
    line,
    marks,
    name_notes,
    name_width,
    narrow_names,
    note,
    pixel_axis,
    place,
    separator,
    small,
    spans,
    value_note,
)
from ui.text import _, list_names, plain, status_word
from ui.theme import Palette, palette

STEP = 0.1
"""The scale ends at a whole multiple of this, the same on both sides of zero."""
LISTED = 6
"""As many sure differences the text alternative tells one by one."""


@dataclass(frozen=True)
class Contrast(Row):
    """A difference (in ``share``, −1 to 1) with its limits; no number unless it may be shown."""

    sure: bool = False
    change: bool = False

    @cached_property
    def value(self) -> str:
        return f.points_short(self.share) if self.shown else status_word(self.status)

    @cached_property
    def interval(self) -> str:
        if self.low is None or f.is_point(self.low, self.high):
            return ""
        return f.points_interval(self.low, self.high, unit=False)

    @property
    def word(self) -> str:
        """Whether the difference is sure, in words; nothing where there is none."""
        if not self.shown:
            return ""
        if not self.sure:
            return _unsure_word([self]).lower()
        return _("tydlig förändring") if self.change else _("tydlig skillnad")

    @cached_property
    def told(self) -> str:
        """The difference with its interval, for sentences."""
        if not self.interval:
            return f.points(self.share)
        return _("{difference}, 95 % intervall {interval}").format(
            difference=f.points(self.share), interval=self.interval
        )

    @cached_property
    def hover(self) -> str:
        lines = [self.told, self.word]
        if self.bound_low is not None and self.bound_high is not None:
            bounds = f.points_interval(self.bound_low, self.bound_high, unit=False)
            lines.append(_("Med bortfallet: {x}").format(x=bounds))
        return "<br>".join([f"<b>{escape(self.name)}</b>", *map(escape, lines)])


def read_contrasts(table: pd.DataFrame) -> list[Contrast]:
    """Return the rows to draw, the whole municipality (if it is one of them) last.

    A name gets its count behind it where fewer than 20 answers stand behind the difference.
    """
    found = []
    place_of = "department" if "department" in table else "code" if "code" in table else "name"
    for record in table.to_dict("records"):
        shown = record["status"] == "shown" and not f.is_missing(record["difference"])
        status = record["status"] if shown or record["status"] != "shown" else "no_answers"
        read = {name: record.get(name) if shown else None for name in NUMBERS}
        read["share"] = record["difference"] if shown else None
        values = {n: None if f.is_missing(v) else float(v) for n, v in read.items()}  # type: ignore[arg-type]  # what is not missing is a number
        code = record[place_of]
        found.append(
            Contrast(
                code=None if f.is_missing(code) else str(code),
                name=_counted(record) if shown else plain(record["name"]),
                status=status,
                count=values["numerator"],
                base=values["denominator"],
                share=values["share"],
                low=values["low"],
                high=values["high"],
                bound_low=values["bound_low"],
                bound_high=values["bound_high"],
                digits=1,
                change="before_share" in record,
                sure=shown and findings.is_sure(findings.as_difference(record)),
            )
        )
    return sorted(found, key=lambda row: row.whole)


def _counted(record: Mapping[str, Any]) -> str:
    """Return a row's name, with the counts behind it when they are few."""
    name = plain(record["name"])
    ends = [
        (record[f"{end}numerator"], record[f"{end}denominator"])
        for end in ("", "before_", "after_")
        if not f.is_missing(record.get(f"{end}denominator"))
    ]
    if not ends or min(base for _count, base in ends) >= f.SMALL_BASE:
        return name
    counts = " → ".join(f.count_text(*end) for end in ends)
    return f"{name} ({counts})"


def contrasts(
    table: pd.DataFrame,
    *,
    theme: str = "light",
    title: str = "",
    narrow: bool = False,
    unit: str = "",
    sides: tuple[str, str] | None = None,
    width: int = 24,
) -> go.Figure:
    """Return a forest plot of differences: a row per place, zero in the middle, symmetric scale.

    ``table``: ``name, department`` (or ``code``), ``difference, low, high, bound_low, bound_high,
    p_holm, status``, shares as fractions; ``numerator, denominator`` (or those of ``before_`` and
    ``after_``) if there are. ``sides``: what is left and right of zero; ``width``: characters of a
    name's line. Dot = difference, dark bar = 95 % interval, pale bar = non-response bounds.
    """
    found = read_contrasts(table)
    if not found:
        return empty(theme, title)
    p = palette(theme)
    unit = unit or _("procentenheter")
    sides = sides or (_("lägre"), _("högre"))
    head = 8.0 + (2 * LINE if narrow else LINE)
    names, own_line = name_width((r.name for r in found), width), False
    if narrow:
        names, own_line = narrow_names(found, (_in_a_line(r) for r in found))
    bar = 22 if narrow else 2 * LINE
    slots, height = place(found, narrow=narrow, width=names, top=head, bar=bar, own_line=own_line)
    pairs = list(zip(found, slots, strict=True))
    shown = [(r, s.bar) for r, s in pairs if r.shown]
    end = _end([r for r, _y in shown])

    missing = [Absence(r.status, s.bar, 9) for r, s in pairs if not r.shown]
    traces, shapes = draw_absences(missing, p, x0=-end, x1=end)
    outer = spans(_("Bortfallsgränser"), shown, p.accent_soft, p.bounds, bounds=True, width=18)
    inner = spans(_("95 % konfidensintervall"), shown, p.interval, p.interval)
    traces = outer + inner + traces
    sure = [(r, y) for r, y in shown if r.sure]
    unsure = [(r, y) for r, y in shown if not r.sure]
    for name, rows, fill, edge in (
        (_sure_word(found), sure, p.accent, p.background),
        (_unsure_word(found), unsure, p.background, p.accent),
    ):
        traces += [marks(name, rows, fill, edge)] if rows else []
    shapes += separator(slots, found, p)
    notes = name_notes(slots, found, narrow)
    if narrow:
        notes += _narrow_values(pairs, p, own_line)
        notes += _scale_notes(end, height, unit, p)
    else:
        notes += _columns(pairs, p, head, unit)
    if shown:
        shapes += _zero(slots, p, head, height, narrow)
        notes += _side_notes(sides, head, p)
    side = max((len(text) for r in found for text in (r.interval, r.word)), default=0)
    ticks = [-end, -end / 2, 0, end / 2, end]
    return figure(
        traces,
        theme=theme,
        height=height,
        annotations=notes,
        shapes=shapes,
        title=title,
        left=PAD if narrow else left_margin(slots),
        right=PAD if narrow else 76 + max(side, 14) * CHAR,
        keys=_keys(shown, sure, unsure, p),
        narrow=narrow,
        xaxis={
            "range": [-end * 1.012, end * 1.012] if not narrow else [-end, end],
            "tickmode": "array",
            "tickvals": ticks,
            "ticktext": [f.points_short(t, 0) for t in ticks],
            "showticklabels": not narrow,
            "showgrid": not narrow,
            "zeroline": False,
        },
        yaxis=pixel_axis(height),
    )  # fmt: skip


def _sure_word(rows: Sequence[Contrast]) -> str:
    return _("Tydlig förändring") if rows and rows[0].change else _("Tydlig skillnad")


def _unsure_word(rows: Sequence[Contrast]) -> str:
    # Not "within the uncertainty": the interval by itself can leave out 0 where the test, which is
    # corrected for how many are compared, does not bear it.
    if rows and rows[0].change:
        return _("Ingen tydlig förändring")
    return _("Ingen tydlig skillnad")


def _end(shown: Sequence[Contrast]) -> float:
    """Return where the scale ends: the furthest of all that is drawn, rounded outwards."""
    ends = [
        abs(value)
        for r in shown
        for value in (r.share, r.low, r.high, r.bound_low, r.bound_high)
        if value is not None
    ]
    steps = math.ceil(round(max(ends, default=0.0) / STEP, 9))
    return min(1.0, max(1, steps) * STEP)


def _in_a_line(row: Contrast) -> str:
    parts = [row.value, row.interval, row.word if row.sure else ""]
    return "  ".join(part for part in parts if part)


def _columns(pairs: Sequence[tuple[Contrast, Slot]], p: Palette, head: float, unit: str) -> Parts:
    """Return what stands to the right of the scale: the size, its interval and the word."""
    notes: Parts = []
    for row, slot in pairs:
        value = f"<b>{escape(row.value)}</b>" if row.shown else f"<i>{escape(row.value)}</i>"
        font = {"color": p.ink if row.shown else p.muted}
        at = slot.bar - LINE / 2 if row.shown else slot.bar
        notes.append(note(1, at, value, xshift=10, font=font))
        if row.interval:
            notes.append(note(1, at, row.interval, xshift=68, font={"color": p.muted}))
        if row.word:
            word = f"<b>{escape(row.word)}</b>" if row.sure else escape(row.word)
            font = {"color": p.ink if row.sure else p.muted, "size": 13}
            notes.append(note(1, slot.bar + LINE / 2, word, xshift=10, font=font))
    notes.append(note(1, head - 8, unit[:1].upper() + unit[1:], xshift=10, font=small(p)))
    return notes


def _narrow_values(pairs: Sequence[tuple[Contrast, Slot]], p: Palette, own_line: bool) -> Parts:
    notes = []
    for row, slot in pairs:
        text = f"<i>{escape(row.value)}</i>"
        if row.shown:
            text = "  ".join([f"<b>{escape(row.value)}</b>", *_in_a_line(row).split("  ")[1:]])
        notes.append(value_note(slot, text, p, own_line=own_line, strong=row.shown))
    return notes


def _scale_notes(end: float, height: float, unit: str, p: Palette) -> Parts:
    """Return the labels of a narrow scale; its ends turn inwards."""
    where = {"xref": "x", "yanchor": "top", "font": small(p)}
    last = f"{f.points_short(end, 0)} {unit}"
    return [
        note(-end, height, f.points_short(-end, 0), xanchor="left", xshift=-PAD, **where),
        note(0, height, "0", xanchor="center", **where),
        note(end, height, last, xanchor="right", xshift=PAD, **where),
    ]


def _zero(slots: Sequence[Slot], p: Palette, head: float, height: float, narrow: bool) -> Parts:
    """Return the zero line; on a narrow screen only at the bars, where no names are."""
    stretches = [(s.bar - 13, s.bar + 13) for s in slots] if narrow else [(head - 2, height)]
    return [line(0, 0, top, bottom, color=p.ink, width=1.5) for top, bottom in stretches]


def _side_notes(sides: tuple[str, str], head: float, p: Palette) -> Parts:
    """Return what the two sides of zero mean, above the scale."""
    where = {"xref": "x", "font": small(p)}
    y = head - LINE / 2 - 2
    return [
        note(0, y, f"← {escape(sides[0])}", xanchor="right", xshift=-10, **where),
        note(0, y, f"{escape(sides[1])} →", xanchor="left", xshift=10, **where),
    ]


def _keys(
    shown: Sequence[tuple[Contrast, float]],
    sure: Sequence[object],
    unsure: Sequence[object],
    p: Palette,
) -> list[Key]:
    """Return the legend of what is in fact drawn."""
    keys = []
    if sure:
        keys.append(Key(_sure_word([r for r, _y in shown]), "circle", p.accent, p.accent))
    if unsure:
        keys.append(Key(_unsure_word([r for r, _y in unsure]), "ring", p.background, p.accent))
    if any(r.interval for r, _y in shown):
        keys.append(Key(_("95 % konfidensintervall"), "span", p.interval, p.interval))
    if any(r.bound_low is not None for r, _y in shown):
        keys.append(Key(_("Bortfallsgränser"), "bar", p.accent_soft, p.bounds))
    return keys


def alt_contrasts(table: pd.DataFrame, *, title: str = "") -> str:
    """Return ``contrasts`` in words: the sure differences, how many are not, the absences."""
    found = read_contrasts(table)
    parts = heading(title)
    if not found:
        return " ".join([*parts, _("Det finns inget att visa.")])
    shown = [row for row in found if row.shown]
    sure = sorted((row for row in shown if row.sure), key=lambda row: -abs(row.share or 0))
    for row in sure[:LISTED]:
        text = _("{name}: {difference}, {word}.")
        parts.append(text.format(name=row.name, difference=row.told, word=row.word))
    if more := sure[LISTED:]:
        names = list_names(row.name for row in more)
        parts.append(_("{word} också: {names}.").format(word=_sure_word(found), names=names))
    if unsure := [row for row in shown if not row.sure]:
        told = list_names(f"{row.name} ({row.value})" for row in unsure)
        parts.append(_("{word}: {names}.").format(word=_unsure_word(found), names=told))
    parts += absence_sentences((row.name, row.status) for row in found if not row.shown)
    return " ".join(parts)
