"""Charts with two marks in a row: register beside survey, and one wave after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from queries.mergings import of_several
from ui import formats as f
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
    wrap,
)
from ui.text import _, list_names, plain, status_word
from ui.theme import Palette, palette


@dataclass(frozen=True)
class Pair:
    """Two results of one department: two waves, or register and survey. ``lacking``: the status of
    one without a row."""

    name: str
    whole: bool
    first: Row | None
    second: Row | None
    lacking: str = "not_asked"

    @property
    def both(self) -> bool:
        return bool(self.first and self.first.shown and self.second and self.second.shown)

    @property
    def small(self) -> bool:
        """Whether a difference would be a percentage of fewer than 20 answers."""
        return any(end is not None and end.small for end in (self.first, self.second))

    @property
    def difference(self) -> float:
        assert self.first and self.second
        return (self.second.share or 0.0) - (self.first.share or 0.0)


HALF = 9
"""Pixels from the middle of a row to each of its two marks."""


def _status(pair: Pair, end: Row | None) -> str:
    """Return the status of one end."""
    return end.status if end else pair.lacking


def _word(pair: Pair, end: Row | None) -> str:
    """Return the value or the word of one end."""
    return end.value if end else status_word(pair.lacking)


def _pair_absences(pairs: Sequence[tuple[Pair, Slot]]) -> list[Absence]:
    """Return what is absent: over the whole row if it is the same in both, else in its half."""
    found = []
    for pair, slot in pairs:
        ends = [(pair.first, -HALF), (pair.second, HALF)]
        missing = [(_status(pair, end), shift) for end, shift in ends if not (end and end.shown)]
        if len(missing) == 2 and missing[0][0] == missing[1][0]:
            found.append(Absence(missing[0][0], slot.bar, 14))
        else:
            found += [Absence(status, slot.bar + shift, 6) for status, shift in missing]
    return found


def _pair_track(pairs: Sequence[tuple[Pair, Slot]]) -> list[tuple[float, float]]:
    """Return (middle, half height) of the track behind each mark that has a number."""
    return [
        (slot.bar + shift, HALF)
        for pair, slot in pairs
        for end, shift in ((pair.first, -HALF), (pair.second, HALF))
        if end and end.shown
    ]


# --- register beside survey ----------------------------------------------------------------------


def _side_by_side(register: pd.DataFrame, survey: pd.DataFrame, digits: int) -> list[Pair]:
    """Return a pair per department: the register's order, then the survey's own, the whole last.

    A merging stands only where both sides know it. It exists to let the survey say
    something about departments that it must hide; without a counterpart there is nothing to lay
    beside it, and its departments have rows of their own.
    """
    first = {r.code: r for r in read_rows(register, digits)}
    second = {r.code: r for r in read_rows(survey, digits)}
    every = dict.fromkeys([*first, *second])
    alone = of_several(every) - (first.keys() & second.keys())
    codes = [code for code in every if code not in alone]
    found = []
    for code in codes:
        a, b = first.get(code), second.get(code)
        name = (a or b).name  # type: ignore[union-attr]
        found.append(Pair(name, code is None, a, b))
    return sorted(found, key=lambda pair: pair.whole)


def beside(
    register: pd.DataFrame,
    survey: pd.DataFrame,
    *,
    names: tuple[str, str],
    theme: str = "light",
    title: str = "",
    narrow: bool = False,
    digits: int = 0,
) -> go.Figure:
    """Return what the register shows beside what people answer, a row per department, 0–100 %.

    Two result tables of one indicator each; ``names`` are short texts for (register, survey). In
    each row the register's square stands above the survey's circle with its 95 % interval; the
    register counts all, so its mark has none. The non-response bounds are in the hover text only: a
    third bar would drown the comparison. Nothing joins the two marks, since a line would be read as
    a change: they count different people, agreements in force and those who answered.
    """
    pairs = _side_by_side(register, survey, digits)
    if not pairs:
        return empty(theme, title)
    p = palette(theme)
    labels = [plain(name) for name in names]
    heads = [wrap(f"{mark} {label}", 17) for mark, label in zip("■●", labels, strict=True)]
    head = 8.0 if narrow else 8.0 + LINE * max(map(len, heads))
    width, own_line = name_width((r.name for r in pairs), 24), False
    if narrow:
        width, own_line = narrow_names(pairs, (_both_values(r) for r in pairs))
    slots, height = place(
        pairs, narrow=narrow, width=width, top=head, bar=2 * HALF + 16, own_line=own_line
    )
    placed = list(zip(pairs, slots, strict=True))
    traces, shapes = draw_absences(_pair_absences(placed), p)
    shapes += separator(slots, pairs, p)
    notes = name_notes(slots, pairs, narrow)
    counted = [(r.first, s.bar - HALF) for r, s in placed if r.first and r.first.shown]
    asked = [(r.second, s.bar + HALF) for r, s in placed if r.second and r.second.shown]
    register_name, survey_name = (escape(label) for label in labels)
    if counted:
        traces.append(
            marks(register_name, counted, p.ink, p.background, size=12, symbol="square",
                  width=1.5, hover=register_name)
        )  # fmt: skip
    if asked:
        interval = _("95 % konfidensintervall")
        traces += spans(interval, asked, p.interval, p.interval, hover=survey_name)
        traces.append(marks(survey_name, asked, p.accent, p.background, hover=survey_name))
    shift = 10 + CHAR * max(
        len(text) + 1 for text in [*heads[0], *(_word(r, r.first) for r in pairs)]
    )
    if narrow:
        ticks, track = narrow_scale(_pair_track(placed), height, p)
        notes += ticks
        shapes += track
        notes += [
            value_note(s, _both_values(r, bold=True), p, own_line=own_line, strong=True)
            for r, s in placed
        ]
    else:
        notes += _both_columns(placed, p, shift)
        for lines, x in zip(heads, (10.0, shift), strict=True):
            notes.append(
                note(1, head + 1, joined(lines), xshift=x, yanchor="bottom", font=small(p))
            )
    keys = [
        *([Key(labels[0], "square", p.ink, p.ink)] if counted else []),
        *([Key(labels[1], "circle", p.accent, p.accent)] if asked else []),
    ]
    if any(end.interval for end, _y in asked):
        keys.append(Key(_("95 % konfidensintervall"), "span", p.interval, p.interval))
    told = [text for r in pairs if r.second for text in (r.second.value, r.second.interval)]
    right = max(len(text) for text in [*heads[1], *told, status_word("not_asked")])
    return figure(
        traces,
        theme=theme,
        height=height,
        annotations=notes,
        shapes=shapes,
        title=title,
        left=PAD if narrow else left_margin(slots),
        right=PAD if narrow else shift + right * CHAR + 4,
        keys=keys,
        narrow=narrow,
        xaxis=percent_axis(narrow),
        yaxis=pixel_axis(height),
    )


def _both_values(pair: Pair, bold: bool = False) -> str:
    """Return "■ 90 %  ● 40 %  33–49 %", each value after its mark."""
    texts = []
    for mark, end in (("■", pair.first), ("●", pair.second)):
        text = escape(_word(pair, end)) if bold else _word(pair, end)
        if bold:
            text = f"<b>{text}</b>" if end and end.shown else f"<i>{text}</i>"
        texts.append(f"{mark}{f.NBSP}{text}")
    if pair.second and pair.second.interval:
        texts.append(pair.second.interval)
    return "  ".join(texts)


def _both_columns(placed: list[tuple[Pair, Slot]], p: Palette, shift: float) -> Parts:
    """Return the values in a column per source; the survey's interval stands under its value."""
    notes: Parts = []
    for pair, slot in placed:
        below = escape(pair.second.interval) if pair.second else ""
        y = slot.bar - 8 if below else slot.bar
        for end, x in ((pair.first, 10.0), (pair.second, shift)):
            text = escape(_word(pair, end))
            if end and end.shown:
                notes.append(note(1, y, f"<b>{text}</b>", xshift=x))
            else:
                notes.append(note(1, y, f"<i>{text}</i>", xshift=x, font={"color": p.muted}))
        if below:
            notes.append(note(1, slot.bar + 10, below, xshift=shift, font=small(p)))
    return notes


def alt_beside(
    register: pd.DataFrame,
    survey: pd.DataFrame,
    *,
    names: tuple[str, str],
    title: str = "",
    digits: int = 0,
) -> str:
    """Return the finding of ``beside`` in words: the whole by both, and where they part most.

    Only departments that have both are compared. The sentence never calls a distance certain or
    significant: the register counts agreements, the survey people who answered.
    """
    pairs = _side_by_side(register, survey, digits)
    parts = heading(title)
    if not pairs:
        return " ".join([*parts, _("Det finns inget att visa.")])
    labels = [plain(name) for name in names]
    for pair in pairs:
        if pair.whole:
            told = _told_both(pair, labels)
            if pair.second and pair.second.interval:
                told += _(", 95 % konfidensintervall {x}").format(x=pair.second.interval)
            parts.append(_("{name}: {answers}.").format(name=pair.name, answers=told))
    single = [pair for pair in pairs if not pair.whole]
    both = [pair for pair in single if pair.both]
    if len(both) == 1:
        text = _("Bara {name} har tal i båda: {values}.")
        parts.append(text.format(name=both[0].name, values=_told_both(both[0], labels)))
    elif both:
        far = max(abs(pair.difference) for pair in both)
        if far < 1e-9:
            parts.append(_("De är lika i alla förvaltningar som har tal i båda."))
        else:
            apart = [pair for pair in both if abs(pair.difference) > far - 1e-9]
            text = _("Längst isär är {name}: {values}.")
            parts.append(text.format(name=apart[0].name, values=_told_both(apart[0], labels)))
            if len(apart) > 1:
                text = _("Lika långt isär är {names}.")
                parts.append(text.format(names=list_names(pair.name for pair in apart[1:])))
    elif single:
        parts.append(_("Ingen förvaltning har tal i båda."))
    for label, side in zip(labels, ("first", "second"), strict=True):
        missing = [
            (pair.name, _status(pair, end))
            for pair in pairs
            if not (end := getattr(pair, side)) or not end.shown
        ]
        if missing:
            parts.append(
                _("{source} saknar tal. {absences}").format(
                    source=label, absences=" ".join(absence_sentences(missing))
                )
            )
    return " ".join(parts)


def _told_both(pair: Pair, labels: list[str]) -> str:
    """Return "registret 90 % (36 av 40), enkäten 3 av 17"."""
    told = []
    for label, end in zip(labels, (pair.first, pair.second), strict=True):
        text = f"{_mid_sentence(label)} {end.told if end else _word(pair, end)}"
        told.append(text)
    return ", ".join(told)


def _mid_sentence(name: str) -> str:
    """Return a name as it stands within a sentence; an abbreviation keeps its capitals."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


# --- change between two waves ------------------------------------------------------------------


def ends_told(before: Row, after: Row) -> tuple[str, str]:
    """Return both ends of a change in the same form: shares, or counts if either base is small.

    "3 av 17 → 28 %" would make the reader convert one of them; a share of fewer than 20 answers is
    never written without its count.
    """
    if before.shown and after.shown and (before.small or after.small):
        return before.counted, after.counted
    return before.value, after.value


def _pairs_of_waves(
    results: pd.DataFrame, waves: tuple[str, str] | None, digits: int
) -> tuple[list[Pair], str, str]:
    """Return a pair per department, and the names of both waves.

    Departments are matched by code, so that one that was renamed between the waves keeps its row;
    it goes by its later name.
    """
    found = list(dict.fromkeys(results["wave"].tolist()))
    first, last = waves or (found[0], found[-1]) if found else ("", "")
    before = {r.code: r for r in read_rows(results, digits, first)}
    after = {r.code: r for r in read_rows(results, digits, last)}
    pairs = []
    for code in dict.fromkeys([*after, *before]):
        a, b = before.get(code), after.get(code)
        pairs.append(Pair((b or a).name, code is None, a, b, "not_in_wave"))  # type: ignore[union-attr]
    return sorted(pairs, key=lambda pair: pair.whole), plain(first), plain(last)


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
    rows, first, last = _pairs_of_waves(results, waves, digits)
    if not rows:
        return empty(theme, title)
    p = palette(theme)
    head = 8.0 if narrow else 8.0 + LINE
    width, own_line = name_width((r.name for r in rows), 24), False
    if narrow:
        width, own_line = narrow_names(rows, (_change_line(r) for r in rows))
    slots, height = place(
        rows, narrow=narrow, width=width, top=head, bar=2 * HALF + 16, own_line=own_line
    )
    placed = list(zip(rows, slots, strict=True))
    traces, shapes = draw_absences(_pair_absences(placed), p)
    shapes += separator(slots, rows, p)
    notes = name_notes(slots, rows, narrow)
    if narrow:
        ticks, track = narrow_scale(_pair_track(placed), height, p)
        notes += ticks
        shapes += track
    keys = []
    for wave, side, shift in ((first, "first", -HALF), (last, "second", HALF)):
        ends = [
            (end, slot.bar + shift)
            for row, slot in placed
            if (end := getattr(row, side)) is not None and end.shown
        ]
        later = side == "second"
        traces += _wave_marks(ends, wave, p, later=later)
        if ends:
            notes.append(_wave_label(*ends[0], wave, p))
            fill = p.accent if later else p.background
            keys.append(Key(wave, "circle" if later else "ring", fill, p.accent))
    traces = _joining_lines(placed, p) + traces
    for row, slot in placed:
        notes += _change_notes(row, slot, p, narrow, own_line)
    if not narrow:
        span = _("{first} → {last}").format(first=escape(first), last=escape(last))
        notes.append(note(1, head - 8, span, xshift=10, font=small(p)))
    if any(end and end.interval for r in rows for end in (r.first, r.second)):
        keys.append(Key(_("95 % konfidensintervall"), "span", p.interval, p.interval))
    side = max(len(_change_words(r)) for r in rows)
    return figure(
        traces,
        theme=theme,
        height=height,
        annotations=notes,
        shapes=shapes,
        title=title,
        left=PAD if narrow else left_margin(slots),
        right=PAD if narrow else 24 + max(side, 22) * CHAR,
        keys=keys,
        narrow=narrow,
        xaxis=percent_axis(narrow),
        yaxis=pixel_axis(height),
    )


def _wave_label(end: Row, y: float, wave: str, p: Palette) -> dict[str, Any]:
    """Return a wave's name beside its first mark, outside the interval where there is room."""
    low = end.share if end.low is None else end.low
    high = end.share if end.high is None else end.high
    at, side = (high, "left") if (high or 0.0) < 0.8 else (low, "right")
    shift = 9 if side == "left" else -9
    # Over the track behind a narrow chart's marks, which would strike it through.
    where = {"xref": "x", "xanchor": side, "xshift": shift, "bgcolor": p.background}
    return note(at or 0.0, y, escape(wave), **where, font=small(p))


def _joining_lines(placed: list[tuple[Pair, Slot]], p: Palette) -> Parts:
    """Return the lines from earlier to later of all rows that have both, as one trace."""
    x: list[float | None] = []
    y: list[float | None] = []
    for row, slot in placed:
        if row.both and row.first and row.second:
            x += [row.first.share, row.second.share, None]
            y += [slot.bar - HALF, slot.bar + HALF, None]
    return [stroke(x, y, p.accent, 2)] if x else []


def _wave_marks(ends: list[tuple[Row, float]], wave: str, p: Palette, later: bool) -> Parts:
    """Return the marks of one wave with whiskers for the intervals."""
    if not ends:
        return []
    x: list[float | None] = []
    y: list[float | None] = []
    for end, at in ends:
        if end.low is not None and end.high is not None:
            x += [end.low, end.high, None]
            y += [at, at, None]
    fill, edge = (p.accent, p.background) if later else (p.background, p.accent)
    return [
        stroke(x, y, p.interval if later else p.rule, 5 if later else 3),
        marks(escape(wave), ends, fill, edge, size=12, hover=escape(wave)),
    ]


def _change_words(pair: Pair) -> str:
    """Return "33 % → 45 %"; one word if both ends lack a number for the same reason."""
    if pair.both and pair.first and pair.second:
        before, after = ends_told(pair.first, pair.second)
    else:
        before, after = _word(pair, pair.first), _word(pair, pair.second)
        if before == after:
            return before
    return f"{before} → {after}"


def _change_line(pair: Pair) -> str:
    """Return what a narrow chart says of a row in one line."""
    moved = f"  ({f.points_short(pair.difference)})" if pair.both and not pair.small else ""
    return _change_words(pair) + moved


def _change_notes(pair: Pair, slot: Slot, p: Palette, narrow: bool, own_line: bool) -> Parts:
    """Return "33 % → 45 %" and below it the difference in percentage points."""
    ends = escape(_change_words(pair))
    if narrow:
        text = f"<b>{ends}</b>" if pair.both else f"<i>{ends}</i>"
        moved = escape(_change_line(pair)[len(_change_words(pair)) :])
        return [value_note(slot, text + moved, p, own_line=own_line, strong=pair.both)]
    if not (pair.both and pair.second):
        return [note(1, slot.bar, f"<i>{ends}</i>", xshift=10, font={"color": p.muted})]
    if pair.small:
        return [note(1, slot.bar, f"<b>{ends}</b>", xshift=10)]
    moved = escape(f.points(pair.difference, max(1, pair.second.digits)))
    return [
        note(1, slot.bar - 9, f"<b>{ends}</b>", xshift=10),
        note(1, slot.bar + 10, moved, xshift=10, font=small(p)),
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
    rows, first, last = _pairs_of_waves(results, waves, digits)
    parts = heading(title)
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


def _told_change(pair: Pair) -> str:
    assert pair.first and pair.second
    before, after = ends_told(pair.first, pair.second)
    ends = _("från {a} till {b}").format(a=before, b=after)
    text = _("{name} {ends}").format(name=pair.name, ends=ends)
    if not pair.small:
        text = _("{name} {ends} ({difference})").format(
            name=pair.name,
            ends=ends,
            difference=f.points(pair.difference, max(1, pair.second.digits)),
        )
    a, b = pair.first, pair.second
    if None not in (a.low, a.high, b.low, b.high) and (a.high < b.low or b.high < a.low):  # type: ignore[operator]
        text += _(", mer än osäkerheten")
    return text
