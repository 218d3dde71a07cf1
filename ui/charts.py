"""Charts as pure functions: a result table in, a Plotly figure out, and its text alternative.

``forest``  one indicator in one wave, a row per department (or per option of a question)
``beside``  register beside survey, two marks in a row per department (``ui.pairs``)
``slope``   one indicator in two waves, two marks in a row per department (``ui.pairs``)
``likert``  the answers to one question as diverging bars (``ui.likert``)
``series``  one register indicator over time, a panel for the whole, a strip per department
            (``ui.series``)

Their shared grammar is told and kept in ``ui.drawing``. Each ``alt_…`` takes the same table and
says the finding in words; it is the chart's alternative text.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go

from ui import formats as f
from ui.course import alt_series
from ui.drawing import (
    CHAR,
    LINE,
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
    joined,
    left_margin,
    limit_lines,
    marks,
    name_notes,
    name_width,
    narrow_names,
    narrow_scale,
    note,
    percent_axis,
    pixel_axis,
    place,
    read_rows,
    separator,
    small,
    spans,
    stroke,
    value_note,
)
from ui.likert import alt_likert, likert
from ui.pairs import alt_beside, alt_slope, beside, ends_told, slope
from ui.series import series
from ui.text import _, _n, list_names
from ui.theme import Palette, palette

__all__ = [
    "alt_beside",
    "alt_forest",
    "alt_likert",
    "alt_series",
    "alt_slope",
    "beside",
    "ends_told",
    "forest",
    "likert",
    "series",
    "slope",
]

RowKind = Literal["departments", "groups", "options"]
"""What the rows are, for the words: departments, groups of people, or options of a question."""


# --- one indicator in one wave -----------------------------------------------------------------


def forest(
    results: pd.DataFrame,
    *,
    theme: str = "light",
    title: str = "",
    threshold: float | None = None,
    threshold_source: str = "",
    digits: int = 0,
    narrow: bool = False,
    rows: RowKind = "departments",
) -> go.Figure:
    """Return a forest plot of one indicator in one wave: a row per department, axis 0–100 %.

    ``results`` is a result table; ``threshold`` a fraction. Dot = share, dark bar = 95 % interval,
    pale bar = non-response bounds. ``rows="options"`` for the options of a question (``department``
    holds the option's code, ``name`` its label), whose labels get longer lines. ValueError if
    several indicators or waves are mixed.
    """
    found = read_rows(results, digits)
    if not found:
        return empty(theme, title)
    p = palette(theme)
    limit = limit_lines(threshold, threshold_source, narrow)
    head = 8.0 + (LINE * len(limit) + 4 if limit else 0 if narrow else LINE)
    width, own_line = name_width((r.name for r in found), 34 if rows == "options" else 24), False
    if narrow:
        width, own_line = narrow_names(found, (_value_and_interval(r) for r in found))
    slots, height = place(
        found, narrow=narrow, width=width, top=head, bar=22 if narrow else 24, own_line=own_line
    )
    pairs = list(zip(found, slots, strict=True))
    shown = [(r, s.bar) for r, s in pairs if r.shown]

    missing = [Absence(r.status, s.bar, 9) for r, s in pairs if not r.shown]
    traces, shapes = draw_absences(missing, p)
    traces = _spans(shown, p) + traces
    shapes += separator(slots, found, p)
    notes = name_notes(slots, found, narrow)
    if narrow:
        ticks, track = narrow_scale([(y, 11) for _r, y in shown], height, p)
        notes += ticks
        shapes += track
        for row, slot in pairs:
            value = f"<b>{escape(row.value)}</b>" if row.shown else f"<i>{escape(row.value)}</i>"
            text = value + (f"  {row.interval}" if row.interval else "")
            notes.append(value_note(slot, text, p, own_line=own_line, strong=row.shown))
    else:
        notes += _columns(pairs, p, head)
    if limit and threshold is not None:
        stretches = [(s.bar - 13, s.bar + 13) for s in slots] if narrow else [(head - 6, height)]
        traces.append(_threshold_line(threshold, stretches, p))
        notes.append(_threshold_note(threshold, limit, head - 6, p, narrow))
    if shown:
        traces.append(marks(_("Andel"), shown, p.accent, p.background))
    # As wide without intervals as with: the charts of a page can be laid on each other.
    side = max((len(_("95 % intervall")), *(len(r.interval) for r in found)))
    return figure(
        traces,
        theme=theme,
        height=height,
        annotations=notes,
        shapes=shapes,
        title=title,
        left=PAD if narrow else left_margin(slots),
        right=PAD if narrow else 92 + side * CHAR,
        keys=_forest_keys(shown, p),
        narrow=narrow,
        xaxis=percent_axis(narrow),
        yaxis=pixel_axis(height),
    )


def _spans(shown: list[tuple[Row, float]], p: Palette) -> Parts:
    """Return the bars of a forest plot: non-response bounds, and over them the 95 % interval."""
    outer = spans(_("Bortfallsgränser"), shown, p.accent_soft, p.bounds, bounds=True, width=18)
    return outer + spans(_("95 % konfidensintervall"), shown, p.interval, p.interval)


def _forest_keys(shown: list[tuple[Row, float]], p: Palette) -> list[Key]:
    """Return the legend of what is in fact drawn."""
    keys = [Key(_("Andel"), "circle", p.accent, p.accent)]
    if any(r.interval for r, _y in shown):
        keys.append(Key(_("95 % konfidensintervall"), "span", p.interval, p.interval))
    if any(r.bound_low is not None and r.bound_high is not None for r, _y in shown):
        keys.append(Key(_("Bortfallsgränser"), "bar", p.accent_soft, p.bounds))
    return keys if shown else []


def _value_and_interval(row: Row) -> str:
    return f"{row.value}  {row.interval}" if row.interval else row.value


def _columns(pairs: list[tuple[Row, Slot]], p: Palette, head: float) -> Parts:
    """Return the values of a wide forest plot: two columns to the right of the scale."""
    notes: Parts = []
    for row, slot in pairs:
        value = f"<b>{escape(row.value)}</b>" if row.shown else f"<i>{escape(row.value)}</i>"
        font = {"color": p.ink if row.shown else p.muted}
        notes.append(note(1, slot.bar, value, xshift=10, font=font))
        if row.interval:
            notes.append(note(1, slot.bar, row.interval, xshift=84, font={"color": p.muted}))
    notes.append(note(1, head - 8, _("Andel"), xshift=10, font=small(p)))
    if any(row.interval for row, _slot in pairs):
        notes.append(note(1, head - 8, _("95 % intervall"), xshift=84, font=small(p)))
    return notes


def _threshold_line(
    threshold: float, stretches: list[tuple[float, float]], p: Palette
) -> dict[str, Any]:
    """Return the line, in one piece or, where names stand inside the plot, only at the bars."""
    y: list[float | None] = []
    for top, bottom in stretches:
        y += [top, bottom, None]
    x = [None if value is None else threshold for value in y[:-1]]
    return stroke(x, y[:-1], p.threshold, 2, "6px,3px")


def _threshold_note(
    threshold: float, lines: list[str], y: float, p: Palette, narrow: bool
) -> dict[str, Any]:
    """Return the threshold's label: at its line, leaning to the side that has room.

    On a narrow screen neither side has, and the label begins at the edge.
    """
    font = {"color": p.threshold, "size": 13}
    if narrow:
        return note(0, y, joined(lines), xshift=-PAD, yanchor="bottom", font=font)
    side = "left" if threshold < 0.5 else "right"
    return note(
        threshold, y, joined(lines), xref="x", yanchor="bottom", xanchor=side, align=side,
        font=font,
    )  # fmt: skip


def _alike(rows: RowKind, n: int, value: str) -> str:
    """Return the sentence for rows that all have the same value."""
    if rows == "options":
        text = _("Alla {n} svarsalternativ är lika vanliga: {value}.")
    elif rows == "groups":
        text = _("Alla {n} grupper med resultat ligger lika: {value}.")
    else:
        text = _("Alla {n} förvaltningar med resultat ligger lika: {value}.")
    return text.format(n=f.number(n), value=value)


def _alike_listed(rows: RowKind, names: str) -> str:
    """Return the sentence for equal shares that are told differently ("50 % (15 av 30)")."""
    if rows == "options":
        text = _("Alla svarsalternativ är lika vanliga: {names}.")
    elif rows == "groups":
        text = _("Alla grupper med resultat ligger lika: {names}.")
    else:
        text = _("Alla förvaltningar med resultat ligger lika: {names}.")
    return text.format(names=names)


def _none_shown(rows: RowKind) -> str:
    if rows == "options":
        return _("Inget svarsalternativ kan visas.")
    if rows == "groups":
        return _("Ingen grupps resultat kan visas.")
    return _("Ingen förvaltnings resultat kan visas.")


def _reaching(rows: RowKind, k: int, n: int, limit: str) -> str:
    if rows == "options":
        text = _n(
            "{k} av {n} svarsalternativ når gränsen {x}.",
            "{k} av {n} svarsalternativ når gränsen {x}.",
            n,
        )
    elif rows == "groups":
        text = _n("{k} av {n} grupp når gränsen {x}.", "{k} av {n} grupper når gränsen {x}.", n)
    else:
        text = _n(
            "{k} av {n} förvaltning når gränsen {x}.",
            "{k} av {n} förvaltningar når gränsen {x}.",
            n,
        )
    return text.format(k=f.number(k), n=f.number(n), x=limit)


def _extremes(rows: list[Row], kind: RowKind) -> str:
    """Return the sentence on the highest and lowest of at least one shown row."""
    if len(rows) == 1:
        return _("{name} ligger på {value}.").format(name=rows[0].name, value=rows[0].told)
    shares = [r.share for r in rows if r.share is not None]
    high, low = max(shares), min(shares)
    if math.isclose(high, low, abs_tol=1e-9):
        told = {r.told for r in rows}
        if len(told) == 1:
            return _alike(kind, len(rows), told.pop())
        return _alike_listed(kind, list_names(f"{r.name} ({r.told})" for r in rows))

    def at(level: float) -> str:
        same = [r for r in rows if math.isclose(r.share or 0.0, level, abs_tol=1e-9)]
        if len({r.told for r in same}) == 1:
            names = list_names(r.name for r in same)
            return _("{names} med {value}").format(names=names, value=same[0].told)
        return list_names(_("{names} med {value}").format(names=r.name, value=r.told) for r in same)

    if kind == "options":
        text = _("Vanligast är {high}, minst vanligt {low}.")
    else:
        text = _("Högst är {high}, lägst {low}.")
    return text.format(high=at(high), low=at(low))


def alt_forest(
    results: pd.DataFrame,
    *,
    title: str = "",
    threshold: float | None = None,
    digits: int = 0,
    rows: RowKind = "departments",
) -> str:
    """Return the finding of ``forest`` in words: highest, lowest, threshold, whole, absences.

    ``rows`` says what the rows are, so that options and occupations are not called departments.
    """
    found = read_rows(results, digits)
    parts = heading(title)
    if not found:
        return " ".join([*parts, _("Det finns inget att visa.")])
    single = [r for r in found if not r.whole]
    shown = [r for r in single if r.shown]
    if shown:
        parts.append(_extremes(shown, rows))
    elif single:
        parts.append(_none_shown(rows))
    if threshold is not None and shown:
        reach = [r for r in shown if (r.share or 0.0) >= threshold]
        parts.append(_reaching(rows, len(reach), len(shown), f.percent(threshold, digits)))
    for row in found:
        if row.whole and row.shown:
            text = _("{name}: {value}").format(name=row.name, value=row.told)
            if row.interval:
                text += _(", 95 % konfidensintervall {x}").format(x=row.interval)
            parts.append(text + ".")
    parts += absence_sentences((r.name, r.status) for r in found if not r.shown)
    return " ".join(parts)
