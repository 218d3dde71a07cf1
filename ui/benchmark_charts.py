"""Charts of benchmarks: ours beside theirs with its caveat, and how a table's groups spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from queries.benchmarks import Benchmark, Table, by_pair
from ui import formats as f
from ui.drawing import (
    CHAR,
    LINE,
    NARROW_CHARS,
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
    small,
    spans,
    stroke,
    value_note,
    wrap,
)
from ui.text import _, plain
from ui.theme import Palette, palette

HALF = 9
"""Pixels from the middle of a pair to each of its two marks."""
CAVEAT_CHARS = (96, 46)
"""Characters of a caveat's line, on a wide and on a narrow screen."""
CAVEAT_LINE = 17
HEAD_CHARS = (70, 36)
"""Characters of the line of a head, which is larger and bold."""


def closeness_word(closeness: str) -> str:
    """Return how near two questions are to each other, as a head."""
    if closeness == "liknande":
        return _("Liknande frågor")
    return _("Samma tema, olika frågor: jämför inte nivåerna")


@dataclass(frozen=True)
class Quoted(Row):
    """A number that others have published, in their own words where it is no whole per cent."""

    words: str = ""

    @cached_property
    def value(self) -> str:
        return self.words or f.percent(self.share)

    @cached_property
    def counted(self) -> str:
        return self.value


@dataclass(frozen=True)
class Beside:
    """One pair: our result and theirs; their caveat belongs to both."""

    title: str
    closeness: str
    caveat: str
    ours: Row
    theirs: Quoted

    @property
    def name(self) -> str:
        return self.title

    @property
    def whole(self) -> bool:
        return False


def read_pairs(table: pd.DataFrame, digits: int = 0) -> list[Beside]:
    """Return the pairs of a table from ``queries.benchmarks.set_beside``, in its order.

    ValueError unless each has one row of ours and one of theirs.
    """
    found = []
    for rows in by_pair(table):
        ours, theirs = rows[rows["side"] == "ours"], rows[rows["side"] == "theirs"]
        if (len(ours), len(theirs)) != (1, 1):
            raise ValueError("one row of ours and one of theirs expected in each pair")
        row = theirs.iloc[0]
        blank = [None] * 4
        quoted = Quoted(
            "", plain(row["name"]), "shown", None, None, float(row["share"]), *blank, digits,
            words=plain(row["told"]),
        )  # fmt: skip
        found.append(
            Beside(
                plain(row["title"]),
                str(row["closeness"]),
                plain(row["caveat"]),
                read_rows(ours, digits)[0],
                quoted,
            )
        )
    return found


# --- ours beside theirs ---------------------------------------------------------------------------


def benchmarks_chart(
    table: pd.DataFrame,
    *,
    names: tuple[str, str],
    theme: str = "light",
    title: str = "",
    narrow: bool = False,
) -> go.Figure:
    """Return our results beside what others have published, a row per pair, 0–100 %.

    ``table``: from ``queries.benchmarks.set_beside``; ``names``: short texts for (ours, theirs). In
    each row our dot with its 95 % interval stands above their hollow square, which has none: the
    source gives no base. Nothing joins the two and nothing is subtracted. The caveat is a part of
    the picture, so that whoever copies it copies the caveat too.
    """
    pairs = read_pairs(table)
    if not pairs:
        return empty(theme, title)
    p = palette(theme)
    labels = [plain(name) for name in names]
    heads = [wrap(f"{mark} {label}", 17) for mark, label in zip("●□", labels, strict=True)]
    width, own_line = name_width((pair.name for pair in pairs), 26), False
    if narrow:
        width, own_line = narrow_names(pairs, (_both_values(pair) for pair in pairs))
    top = 8.0 if narrow else 8.0 + LINE * max(map(len, heads))
    slots, height, blocks, below = _places(pairs, top, narrow, width, own_line)
    left = PAD if narrow else left_margin(slots)
    placed = list(zip(pairs, slots, strict=True))

    missing = [Absence(r.ours.status, s.bar - HALF, 6) for r, s in placed if not r.ours.shown]
    traces, shapes = draw_absences(missing, p)
    own = [(r.ours, s.bar - HALF) for r, s in placed if r.ours.shown]
    quoted: list[tuple[Row, float]] = [(r.theirs, s.bar + HALF) for r, s in placed]
    ours_name, theirs_name = (escape(label) for label in labels)
    if own:
        interval = _("95 % konfidensintervall")
        traces += spans(interval, own, p.interval, p.interval, hover=ours_name)
        traces.append(
            marks(ours_name, own, p.accent, p.background, symbol="circle", hover=ours_name)
        )
    traces.append(
        marks(theirs_name, quoted, p.background, p.ink, size=12, symbol="square", hover=theirs_name)
    )
    notes = name_notes(slots, pairs, narrow)
    notes += _caveats(pairs, below, p, left, narrow)
    for lines, y in blocks:
        notes.append(note(0, y, joined(lines, bold=True), xshift=-left, font={"size": 15}))
    shift = 10 + CHAR * max(len(text) + 1 for text in [*heads[0], *(r.ours.value for r in pairs)])
    if narrow:
        bars = [(s.bar - HALF, HALF) for r, s in placed if r.ours.shown]
        ticks, track = narrow_scale(bars + [(s.bar + HALF, HALF) for s in slots], height, p)
        notes += ticks
        shapes += track
        for pair, slot in placed:
            text = _both_values(pair, bold=True)
            notes.append(value_note(slot, text, p, own_line=own_line, strong=True))
    else:
        notes += _columns(placed, p, shift)
        notes += [
            note(1, top + 1, joined(lines), xshift=x, yanchor="bottom", font=small(p))
            for lines, x in zip(heads, (10.0, shift), strict=True)
        ]
    keys = [
        *([Key(labels[0], "circle", p.accent, p.accent)] if own else []),
        *(
            [Key(_("95 % konfidensintervall"), "span", p.interval, p.interval)]
            if any(row.interval for row, _y in own)
            else []
        ),
        Key(labels[1], "hollow square", p.background, p.ink),
    ]
    right = max(len(text) for text in [*heads[1], *(r.theirs.value for r in pairs)])
    return figure(
        traces,
        theme=theme,
        height=height,
        annotations=notes,
        shapes=shapes,
        title=title,
        left=left,
        right=PAD if narrow else shift + right * CHAR + 4,
        keys=keys,
        narrow=narrow,
        xaxis=percent_axis(narrow),
        yaxis=pixel_axis(height),
    )


def _places(
    pairs: Sequence[Beside], top: float, narrow: bool, width: int, own_line: bool
) -> tuple[list[Slot], float, list[tuple[list[str], float]], list[float]]:
    """Return a slot per pair, the height, (head, middle) of each block, and where caveats begin.

    Each pair is placed by itself: between two of them stand a caveat and perhaps a head.
    """
    slots, below, blocks, y = [], list[float](), list[tuple[list[str], float]](), top
    for index, pair in enumerate(pairs):
        if not index or pair.closeness != pairs[index - 1].closeness:
            y += 8 if index else 0
            lines = wrap(closeness_word(pair.closeness), HEAD_CHARS[narrow])
            blocks.append((lines, y + LINE * len(lines) / 2 + 4))
            y += LINE * len(lines) + 14
        found, y = place(
            [pair], narrow=narrow, width=width, top=y, bar=2 * HALF + 16, own_line=own_line
        )
        slots += found
        below.append(y - 4)
        y += CAVEAT_LINE * len(_caveat_lines(pair, narrow)) + 16
    return slots, y, blocks, below


def _caveat_lines(pair: Beside, narrow: bool) -> list[str]:
    return wrap(pair.caveat, CAVEAT_CHARS[narrow])


def _caveats(
    pairs: Sequence[Beside], below: Sequence[float], p: Palette, left: float, narrow: bool
) -> Parts:
    """Return the caveats, each under its numbers and as wide as the figure."""
    # On the page's own colour: the lines of the scale would run through the text.
    where = {"xshift": -left, "yanchor": "top", "font": small(p), "bgcolor": p.background}
    return [
        note(0, y, joined(_caveat_lines(pair, narrow)), borderpad=0, **where)
        for pair, y in zip(pairs, below, strict=True)
    ]


def _both_values(pair: Beside, bold: bool = False) -> str:
    """Return "● 35 %  28–43 %  □ 2 av 3"."""
    ours, theirs = pair.ours.value, pair.theirs.value
    if bold:
        ours = f"<b>{escape(ours)}</b>" if pair.ours.shown else f"<i>{escape(ours)}</i>"
        theirs = f"<b>{escape(theirs)}</b>"
    texts = [f"●{f.NBSP}{ours}", pair.ours.interval, f"□{f.NBSP}{theirs}"]
    return "  ".join(filter(None, texts))


def _columns(placed: Sequence[tuple[Beside, Slot]], p: Palette, shift: float) -> Parts:
    """Return the values of a wide chart: a column each, our interval under our value."""
    notes: Parts = []
    for pair, slot in placed:
        interval = pair.ours.interval
        y = slot.bar - 8 if interval else slot.bar
        shown = pair.ours.shown
        text = f"<b>{escape(pair.ours.value)}</b>" if shown else f"<i>{escape(pair.ours.value)}</i>"
        notes.append(note(1, y, text, xshift=10, font={"color": p.ink if shown else p.muted}))
        if interval:
            notes.append(note(1, slot.bar + 10, interval, xshift=10, font=small(p)))
        notes.append(note(1, y, f"<b>{escape(pair.theirs.value)}</b>", xshift=shift))
    return notes


def alt_benchmarks(table: pd.DataFrame, *, names: tuple[str, str], title: str = "") -> str:
    """Return ``benchmarks_chart`` in words: both numbers of each pair, and their caveat."""
    pairs = read_pairs(table)
    parts = heading(title)
    if not pairs:
        return " ".join([*parts, _("Det finns inget att visa.")])
    ours_name, theirs_name = map(plain, names)
    for pair in pairs:
        told = pair.ours.told
        if pair.ours.interval:
            told += _(", 95 % konfidensintervall {x}").format(x=pair.ours.interval)
        parts.append(
            _("{title}: {ours} {value}, {theirs} {quoted}. {caveat}").format(
                title=pair.title,
                ours=ours_name,
                value=told,
                theirs=theirs_name,
                quoted=pair.theirs.value,
                caveat=pair.caveat,
            )
        )
    parts += absence_sentences((r.title, r.ours.status) for r in pairs if not r.ours.shown)
    return " ".join(parts)


# --- the groups of a table ------------------------------------------------------------------------


@dataclass(frozen=True)
class Spread:
    """One answer: the share of everybody and of each group, as fractions by the group's label."""

    name: str
    share: float
    groups: dict[str, float]
    whole: bool = False

    @property
    def ends(self) -> tuple[float, float]:
        return min(self.groups.values()), max(self.groups.values())

    @property
    def between(self) -> str:
        return f.interval(*self.ends)

    @property
    def value(self) -> str:
        return f.percent(self.share)


def spreads(benchmark: Benchmark, table: Table) -> list[Spread]:
    """Return the rows of a table, the first group being everybody."""
    labels = [group.label for group in benchmark.groups]
    return [
        Spread(
            row.label,
            row.percents[0] / 100,
            {name: n / 100 for name, n in zip(labels[1:], row.percents[1:], strict=True)},
        )
        for row in table.rows
    ]


def spread_chart(
    rows: Sequence[Spread], *, theme: str = "light", title: str = "", narrow: bool = False
) -> go.Figure:
    """Return how many of each group gave each answer, 0–100 %: a row per answer.

    The filled dot is everybody, the rings are the groups, which are told on pointing and in the
    table. No intervals: the source gives no bases.
    """
    if not rows or not rows[0].groups:
        return empty(theme, title)
    p = palette(theme)
    top = 8.0 if narrow else 8.0 + LINE
    width, own_line = name_width((row.name for row in rows), 30), False
    if narrow:
        width, own_line = narrow_names(rows, (_spread_value(row) for row in rows))
        width = min(width, NARROW_CHARS)
    slots, height = place(
        rows, narrow=narrow, width=width, top=top, bar=22 if narrow else 24, own_line=own_line
    )
    placed = list(zip(rows, slots, strict=True))
    x = [end for row, _s in placed for end in (*row.ends, None)]
    y = [at for _row, s in placed for at in (s.bar, s.bar, None)]
    singles = [(name, part, s.bar, row) for row, s in placed for name, part in row.groups.items()]
    rings = {
        **_points([part for _n, part, _y, _r in singles], [at for _n, _p, at, _r in singles]),
        "name": _("Grupper"),
        "marker": {
            "size": 10,
            "symbol": "circle",
            "color": p.background,
            "line": {"color": p.interval, "width": 2},
        },
        "hovertext": [
            f"<b>{escape(row.name)}</b><br>{escape(name)}: {escape(f.percent(part))}"
            for name, part, _y, row in singles
        ],
    }
    everybody = {
        **_points([row.share for row in rows], [s.bar for s in slots]),
        "name": _("Alla"),
        "marker": {
            "size": 13,
            "symbol": "circle",
            "color": p.accent,
            "line": {"color": p.background, "width": 2},
        },
        "hovertext": [
            f"<b>{escape(row.name)}</b><br>{escape(_('Alla'))}: {escape(row.value)}" for row in rows
        ],
    }
    notes, shapes = name_notes(slots, rows, narrow), list[dict[str, Any]]()
    if narrow:
        ticks, shapes = narrow_scale([(s.bar, 11) for s in slots], height, p)
        notes += ticks
        for row, slot in placed:
            text = f"<b>{escape(row.value)}</b>  {escape(row.between)}"
            notes.append(value_note(slot, text, p, own_line=own_line, strong=True))
    else:
        notes.append(note(1, top - 8, escape(_("Alla")), xshift=10, font=small(p)))
        notes.append(note(1, top - 8, escape(_("Grupperna")), xshift=70, font=small(p)))
        for row, slot in placed:
            notes.append(note(1, slot.bar, f"<b>{escape(row.value)}</b>", xshift=10))
            muted = {"color": p.muted}
            notes.append(note(1, slot.bar, escape(row.between), xshift=70, font=muted))
    return figure(
        [stroke(x, y, p.interval, 2), rings, everybody],
        theme=theme,
        height=height,
        annotations=notes,
        shapes=shapes,
        title=title,
        left=PAD if narrow else left_margin(slots),
        right=PAD if narrow else 160,
        keys=[
            Key(_("Alla"), "circle", p.accent, p.accent),
            Key(_("Grupper efter kön och ålder"), "ring", p.background, p.interval),
        ],
        narrow=narrow,
        xaxis=percent_axis(narrow),
        yaxis=pixel_axis(height),
    )


def _points(x: Sequence[float], y: Sequence[float]) -> dict[str, Any]:
    return {"type": "scatter", "mode": "markers", "x": list(x), "y": list(y), "hoverinfo": "text",
            "cliponaxis": False}  # fmt: skip


def _spread_value(row: Spread) -> str:
    return f"{row.value}  {row.between}"


def alt_spread(rows: Sequence[Spread], *, title: str = "") -> str:
    """Return ``spread_chart`` in words: everybody, and the groups with the most and the fewest."""
    parts = heading(title)
    if not rows or not rows[0].groups:
        return " ".join([*parts, _("Det finns inget att visa.")])
    for row in rows:
        low, high = row.ends
        parts.append(
            _("{name}: alla {value}, från {low} ({few}) till {high} ({many}).").format(
                name=row.name,
                value=row.value,
                low=f.percent(low),
                few=next(name for name, part in row.groups.items() if part == low),
                high=f.percent(high),
                many=next(name for name, part in row.groups.items() if part == high),
            )
        )
    return " ".join(parts)
