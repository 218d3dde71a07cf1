"""HTML of cards, call-outs and the summary matrix: pure functions, for ``st.html``.

Every value is escaped here and nowhere else: names come from somebody's file. Classes are those of
``ui.theme.css``; no inline styles, so a strict content policy holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any

import pandas as pd

from ui import formats as f
from ui.text import _, plain, status_reason, status_word
from ui.theme import SHADES

KINDS = ("info", "hidden", "warning")
STATUSES = ("shown", "hidden", "no_answers", "not_asked", "not_regulated")
_RANGE, _NOBR = re.compile(r"\d+–\d+"), r'<span class="dk-nobr">\g<0></span>'
_SAFE_ADDRESS = re.compile(
    r"(?:/(?!/)|\?|#|\./)[^\s\\]*\Z|[a-z0-9][a-z0-9/_-]*(?:[?#][^\s\\]*)?\Z", re.I
)


def escaped(value: object) -> str:
    """Return ``value`` as one line of text that is safe in HTML, in an attribute too."""
    return escape(plain(value), quote=True)


_e = escaped


def linked(text: str, href: str | None, label: str = "") -> str:
    """Return already escaped ``text`` as a link within the service, or as it is.

    Only addresses of our own are let through (no scheme, no host): a name must not become a script.
    """
    if not href or not _SAFE_ADDRESS.match(href):
        return text
    named = f' aria-label="{_e(label)}"' if label else ""
    return f'<a href="{escape(href, quote=True)}" target="_self"{named}>{text}</a>'


_link = linked


def stat_card(title: str, value: str, detail: str = "", href: str | None = None) -> str:
    """Return one card: title (a link if ``href``), the value in large type, a line of detail.

    ``value`` may be the word for an absent number; it is then set as a word, not as a figure.
    """
    words = {status_word(status) for status in STATUSES[1:]}
    kind = "dk-value dk-word" if value in words else "dk-value"
    # A line for each part: a line break inside "33–49 %" reads as two numbers.
    parts = "".join(f'<span class="dk-part">{_e(p)}</span>' for p in detail.split(" · "))
    more = f'<span class="dk-detail">{parts}</span>' if detail else ""
    return (
        f'<div class="dk dk-card"><span class="dk-title">{_link(_e(title), href)}</span>'
        f'<span class="{kind}">{_e(value)}</span>{more}</div>'
    )


def card_row(cards: Sequence[str]) -> str:
    """Return cards (from ``stat_card``) side by side as a list; one column on a narrow screen."""
    return '<ul class="dk dk-cards">' + "".join(f"<li>{card}</li>" for card in cards) + "</ul>"


def callout(kind: str, title: str, body: str = "") -> str:
    """Return a boxed note. ``kind``: info, hidden or warning; others read as info.

    The title says what the note is; colour and border only repeat it. Blank lines in ``body`` part
    paragraphs.
    """
    kind = kind if kind in KINDS else "info"
    paragraphs = "".join(f"<p>{_e(part)}</p>" for part in body.split("\n\n") if part.strip())
    return (
        f'<div class="dk dk-callout dk-{kind}" role="note"><strong>{_e(title)}</strong>'
        f"{paragraphs}</div>"
    )


def footnotes(notes: Sequence[tuple[str, str]]) -> str:
    """Return notes (title, text) that stand as one line each and unfold.

    Seen on every page, read once: a box as heavy as the finding would take the finding's place.
    """
    return (
        '<div class="dk dk-notes">'
        + "".join(
            f"<details><summary>{_e(title)}</summary><p>{_e(text)}</p></details>"
            for title, text in notes
        )
        + "</div>"
    )


@dataclass(frozen=True)
class MatrixColumn:
    """A column of the summary matrix: a department, or the whole municipality (code None).

    ``title``: the name in full where ``label`` is a code. ``detail``: a few words beside the name
    in the list of a narrow screen, where the numbers of a department are folded away.
    """

    code: str | None
    label: str
    title: str = ""
    detail: str = ""


@dataclass(frozen=True)
class MatrixCell:
    """One cell: the text it shows and, only if shown, its share (for the shade) and its mark.

    ``mark``: "above" or "below" the others; ``gap``: by how much, where the text does not say it.
    """

    text: str
    status: str
    share: float | None = None
    detail: str = ""
    mark: str = ""
    gap: str = ""
    href: str | None = None


@dataclass(frozen=True)
class MatrixGroup:
    """What neighbouring rows of the matrix have in common: a theme, its page, a few words on it."""

    label: str
    href: str | None = None
    detail: str = ""


@dataclass(frozen=True)
class MatrixRow:
    """A row of the summary matrix: an indicator and its cells by department code."""

    label: str
    cells: Mapping[str | None, MatrixCell]
    href: str | None = None
    group: MatrixGroup | None = None


def matrix_of(
    results: pd.DataFrame,
    labels: Mapping[str, str],
    *,
    href: Callable[[str, str | None], str] | None = None,
    marks: Mapping[tuple[str, str | None], tuple[str, str]] | None = None,
    digits: int = 0,
) -> tuple[list[MatrixRow], list[MatrixColumn]]:
    """Return the rows and columns of ``matrix`` from a result table of one wave.

    ``labels``: indicator id → row label, in the order to show. ``href(indicator, department)``
    gives a cell's address (department None for the row itself and the whole). ``marks``: by
    (indicator, department), which way one surely differs from the others, and by how much.
    Departments as in the table, the whole last.
    """
    records = results.to_dict("records")
    found: dict[str, dict[str | None, dict[str, Any]]] = {}
    names: dict[str | None, str] = {}
    for record in records:
        code = None if f.is_missing(record["department"]) else record["department"]
        names.setdefault(code, record["name"])
        found.setdefault(record["indicator"], {})[code] = record
    columns = [
        MatrixColumn(code, name)
        for code, name in sorted(names.items(), key=lambda item: item[0] is None)
    ]
    rows = []
    for indicator, label in labels.items():
        of = found.get(indicator, {})
        cells = {}
        for code, record in of.items():
            mark = (marks or {}).get((indicator, code), ("", ""))
            cells[code] = _cell(record, mark, href(indicator, code) if href else None, digits)
        rows.append(MatrixRow(label, cells, href(indicator, None) if href else None))
    return rows, columns


def _cell(
    record: Mapping[str, Any], mark: tuple[str, str], href: str | None, digits: int
) -> MatrixCell:
    shown = f.is_shown(record)
    status = record["status"] if shown or record["status"] != "shown" else "no_answers"
    with_interval = shown and not f.is_missing(record["low"])
    return MatrixCell(
        f.cell_text(record, digits),
        status if status in STATUSES else "hidden",
        float(record["share"]) if shown else None,
        f.interval(record["low"], record["high"], digits) if with_interval else "",
        *(mark if shown else ("", "")),
        href,
    )


def _mark(cell: MatrixCell) -> str:
    """Return the mark: sign and size beside the number, its words on a line of their own."""
    if cell.status != "shown" or cell.mark not in ("above", "below"):
        return ""
    sign, words = ("▲", _("tydligt högre")) if cell.mark == "above" else ("▼", _("tydligt lägre"))
    # In one piece: a minus by itself on the next line is no number.
    sized = f'<span class="dk-mark-size">{sign} {_e(cell.gap)}</span>' if cell.gap else sign
    return f' <span class="dk-mark">{sized} <span class="dk-mark-words">{_e(words)}</span></span>'


def _class(cell: MatrixCell, whole: bool) -> str:
    names = ["dk-whole"] if whole else []
    if cell.status == "shown" and cell.share is not None:
        names.append(f"dk-s{round(min(1.0, max(0.0, cell.share)) * SHADES)}")
    elif cell.status != "shown":
        names.append("dk-s-" + cell.status.replace("_", "-"))
    return " ".join(names)


def _content(cell: MatrixCell, label: str, ranged: bool) -> str:
    """Return a cell's text, link and mark, and its interval where there is room for it."""
    text = f'<span class="dk-num">{_e(cell.text)}</span>'
    if cell.status != "shown":
        text = f'<span class="dk-pill dk-word">{_e(cell.text)}</span>'
    # The visible text stands first in the name, so that speech input finds what is seen.
    more = f' <span class="dk-range">{_e(cell.detail)}</span>' if ranged and cell.detail else ""
    return _link(text, cell.href, f"{cell.text}, {label}") + more + _mark(cell)


FEW, FITTING, MANY = 2, 7, 10
"""Up to FEW columns the table needs no full width; above FITTING they stand closer; above MANY it
fits no sheet of paper."""


def matrix(
    rows: Sequence[MatrixRow],
    columns: Sequence[MatrixColumn],
    *,
    caption: str = "",
    corner: str = "",
    level: int = 3,
) -> str:
    """Return the summary matrix: a table, on narrow screens a list per department.

    Number first; the shade follows the share on an absolute scale 0–100 %; absent numbers carry
    their word. Rows that share a group stand below its head. Both forms are in the markup and the
    stylesheet shows one of them, because turning a table into blocks by CSS takes its semantics
    away and leaves the focus order by rows. ``level`` is the heading level (2–6) of the departments
    in the list.
    """
    level = min(6, max(2, level))
    head = "".join(_column_head(c) for c in columns)
    body = "".join(_table_part(group, part, columns) for group, part in _by_group(rows))
    title = f"<caption>{_e(caption)}</caption>" if caption else ""
    first = f'<th scope="col">{_e(corner or _("Indikator"))}</th>'
    table = (
        f'<div class="dk-scroll"><table>{title}<thead><tr>{first}{head}</tr></thead>{body}</table>'
        "</div>"
    )
    # Of many, the whole first, and open: whoever scrolls past the rest has at least seen that.
    few = len(columns) <= FEW
    ordered = columns if few else sorted(columns, key=lambda c: c.code is not None)
    lists = "".join(_list_part(rows, c, level, few or c.code is None) for c in ordered)
    size = " dk-many" if len(columns) > MANY else " dk-tight" if len(columns) > FITTING else ""
    size = " dk-few" if few else size
    return (
        f'<div class="dk dk-matrix{size}">{table}'
        f'<div class="dk-matrix-list">{lists}</div>{_key(rows, columns)}</div>'
    )


def _by_group(
    rows: Sequence[MatrixRow],
) -> list[tuple[MatrixGroup | None, list[MatrixRow]]]:
    return [(group, list(part)) for group, part in groupby(rows, key=lambda row: row.group)]


def _cell_of(row: MatrixRow, column: MatrixColumn) -> MatrixCell:
    return row.cells.get(column.code) or MatrixCell(status_word("not_asked"), "not_asked")


def _filled(row: MatrixRow, column: MatrixColumn, ranged: bool) -> str:
    label = f"{row.label}, {column.title or column.label}"
    return _content(_cell_of(row, column), label, ranged)


def _table_part(
    group: MatrixGroup | None, rows: Sequence[MatrixRow], columns: Sequence[MatrixColumn]
) -> str:
    """Return one ``tbody``, with the head of its group if it has one."""
    head = ""
    if group:
        detail = f' <span class="dk-group-detail">{_e(group.detail)}</span>' if group.detail else ""
        # The span stays in sight when the table scrolls; the cell itself is as wide as the table.
        head = (
            f'<tr class="dk-group"><th scope="rowgroup" colspan="{len(columns) + 1}">'
            f'<span class="dk-group-name">{_link(_e(group.label), group.href)}{detail}</span>'
            "</th></tr>"
        )
    lines, few = [], len(columns) <= FEW
    for row in rows:
        cells = "".join(
            f'<td class="{_class(_cell_of(row, c), c.code is None)}">'
            f"{_filled(row, c, few or c.code is None)}</td>"
            for c in columns
        )
        lines.append(f'<tr><th scope="row">{_link(_e(row.label), row.href)}</th>{cells}</tr>')
    return f"<tbody>{head}{''.join(lines)}</tbody>"


def _list_part(rows: Sequence[MatrixRow], column: MatrixColumn, level: int, is_open: bool) -> str:
    """Return the numbers of one department, to be folded out."""
    detail = f'<span class="dk-group-detail">{_e(column.detail)}</span>' if column.detail else ""
    parts = []
    for group, part in _by_group(rows):
        if group:
            parts.append(f'<p class="dk-group-name">{_link(_e(group.label), group.href)}</p>')
        items = "".join(
            f'<div><dt>{_e(row.label)}</dt><dd class="{_class(_cell_of(row, column), False)}">'
            f"{_filled(row, column, True)}</dd></div>"
            for row in part
        )
        parts.append(f"<dl>{items}</dl>")
    name = _e(column.title or column.label)
    return (
        f"<details{' open' if is_open else ''}><summary><h{level}>{name}</h{level}>{detail}"
        f"</summary>{''.join(parts)}</details>"
    )


def _column_head(column: MatrixColumn) -> str:
    text = _e(column.label)
    if column.title and column.title != column.label:
        text = f'<abbr title="{_e(column.title)}">{text}</abbr>'
    kind = ' class="dk-whole"' if column.code is None else ""
    return f'<th scope="col"{kind}>{text}</th>'


def _key(rows: Sequence[MatrixRow], columns: Sequence[MatrixColumn]) -> str:
    """Return the key below the matrix: the shade's ends, and each kind of absence that occurs."""
    cells = [_cell_of(row, c) for row in rows for c in columns]
    seen = {cell.status for cell in cells}
    items = [
        f'<li><span class="dk-swatch dk-s{k}"></span>{_e(f.percent(k / SHADES))}</li>'
        for k in (0, SHADES // 2, SHADES)
        # Differences have no shade.
        if any(cell.share is not None for cell in cells)
    ]
    items += [
        f'<li><span class="dk-swatch dk-s-{s.replace("_", "-")}"></span>'
        f"{_e(status_word(s))}: {_e(status_reason(s))}</li>"
        for s in STATUSES[1:]
        if s in seen
    ]
    return f'<ul class="dk-key">{"".join(items)}</ul>'


def data_table(table: pd.DataFrame, label: str, below: Sequence[str] = ()) -> str:
    """Return display strings as a real table, its first column as row heads.

    ``label`` names it for those who do not see it. It scrolls sideways in a region that the
    keyboard reaches; Streamlit's own table does so in one that it does not. What is hidden has the
    same hatching as everywhere, and below the table the same reason. ``below``: what must be read
    with each row, under it over the whole width, where a narrow screen shows it too.
    """
    hidden = status_word("hidden")

    def drawn(cell: object) -> str:
        if cell != hidden:
            return f"<td>{_e(cell)}</td>"
        word = f'<span class="dk-pill dk-word">{_e(cell)}</span>'
        return f'<td><span class="dk-s-hidden">{word}</span></td>'

    # "18–29 år" in one piece: at its dash it would read as a number.
    heads = "".join(
        f'<th scope="col">{_RANGE.sub(_NOBR, _e(column))}</th>' for column in table.columns
    )
    under = [
        f'<tr class="dk-under"><td colspan="{table.shape[1]}"><div>{_e(t)}</div></td></tr>'
        for t in below
    ]
    # Named rather than found by :has(+ …): a rule like that is tried anew for every row whenever
    # anything on the page is measured, and charts measure each of their texts.
    opened = '<tr class="dk-over">' if below else "<tr>"
    rows = "".join(
        f'{opened}<th scope="row">{_e(first)}</th>' + "".join(map(drawn, rest)) + "</tr>" + more
        for (first, *rest), more in zip(
            table.itertuples(index=False, name=None), under or [""] * len(table), strict=True
        )
    )
    return (
        f'<div class="dk dk-scroll" tabindex="0" role="region" aria-label="{_e(label)}">'
        f'<table class="dk-list"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
        + (hidden_line() if (table == hidden).any(axis=None) else "")
    )


def hidden_line() -> str:
    """Return the line below whatever holds the word for hidden: why, whatever the cause."""
    return f'<p class="dk dk-note">{_e(status_reason("hidden"))}</p>'
