"""The parts of the summary page: which indicators speak for each theme, and what follows.

What is hidden stays so by construction: every part takes its numbers from the result tables of the
visitor's role, where a hidden row holds none, and looks at a number only where the row is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from queries import reference
from queries.catalogue import REGISTER, Indicator, indicator, indicators
from queries.conclusions import Claim, Trial, conclude
from ui import cards, findings
from ui import formats as f
from ui.addresses import THEME_PAGES
from ui.cards import escaped
from ui.context import Context
from ui.evidence import nearest_line
from ui.findings import (
    alike,
    as_difference,
    difference_told,
    evidence,
    gain,
    is_sure,
    marks,
    whole_of,
    widest_difference,
)
from ui.text import _, _n, join_words, role_word, source_words, status_word, theme_word

# In the order of the page's question: how many answered, and whether it is fair, safe and well led.
KEY_FIGURES = (
    "svarsfrekvens", "rattvist_fordelat", "riskbedomd_fore_start", "mal_tydliga",
)  # fmt: skip
# Up to three per theme: those that the audit's findings turn on, and so few that the page fits one
# sheet of paper. The rest live on the theme pages.
MATRIX = {
    "svarsfrekvens": ("svarsfrekvens",),
    "styrning": ("riktlinjer_kanda", "mal_tydliga", "riktlinjer_forankrade"),
    "rattvisa": ("rattvist_fordelat", "egen_mojlighet", "insatser_kanda"),
    "arbetsmiljo": (
        "riskbedomd_fore_start", "arbetsmiljo_sakerstalld", "arbetsmiljo_foljs_upp",
    ),
    "it_sakerhet": ("it_sakerstalld", "it_utbildade", "it_genomgang_12_manader"),
    "verksamhet": ("produktivitet_positiv", "kvalitet_positiv", "metoder_kanda"),
}  # fmt: skip
LISTED = 3
DECISIONS = 4
ABBREVIATED = 12
"""Up to this many names stand below the matrix; more of them are folded away."""

Row = Mapping[str, Any]
Move = tuple[Indicator, Row, Row]


def _link(address: str, text: str) -> str:
    return f'<a href="{escaped(address)}" target="_self">{escaped(text)}</a>'


def _number(context: Context, dossier: Indicator, text: str) -> str:
    return _link(context.place_of(dossier), text)


# --- the head ---------------------------------------------------------------------------------


def head(context: Context) -> str:
    """Return what stands above the title: on screen whose figures, on paper everything chosen."""
    row = context.wave_row()
    parts = [_("Distanskollen"), _("våg {wave}").format(wave=_wave_words(row))]
    if context.compare:
        other = _wave_words(context.wave_row(context.compare))
        parts.append(_("jämförd med {wave}").format(wave=other))
    parts.append(context.department_name or _("alla förvaltningar"))
    role = role_word(context.viewer.role.value)
    # Not an abbreviation such as HR.
    role = role if role.isupper() else role.lower()
    parts.append(_("visat för {role}").format(role=role))
    if context.as_of:
        parts.append(_("registret {day}").format(day=f.date(context.as_of)))
    parts.append(_("ögonblicksbild {id}").format(id=context.snapshot.id))
    told = " · ".join(f"<span>{escaped(part)}</span>" for part in parts)
    return (
        '<div class="dk dk-head">'
        f'<p class="dk-kicker dk-screen">{escaped(context.kicker)}</p>'
        f'<p class="dk-paper">{told}</p>'
        f'<button type="button" class="dk-print dk-screen">{escaped(_("Skriv ut"))}</button></div>'
    )


def _wave_words(row: Row) -> str:
    """Return a wave's label and what kind of figures it holds, if it says: "2026 (exempel)"."""
    kinds = {"rekonstruerad": _("rekonstruerad"), "exempel": _("exempel")}
    kind = kinds.get(row["kind"])
    return f"{row['label']} ({kind})" if kind else str(row["label"])


# --- the paragraph ----------------------------------------------------------------------------


def paragraph(context: Context) -> str:
    """Return the verdict, the largest gap and what changed, each number a link."""
    overall = next(q for q in reference.audit_questions() if q.overall)
    sentences = [
        escaped(
            _("Revisionens samlade bedömning i februari 2025 var ”{verdict}”: {finding}").format(
                verdict=overall.verdict.lower(),
                finding=overall.finding[:1].lower() + overall.finding[1:],
            )
        ),
        _gap(context),
        _what_changed(context),
    ]
    return '<p class="dk dk-lead">' + " ".join(filter(None, sentences)) + "</p>"


def _gap(context: Context) -> str:
    """Return where a department, or the chosen one, differs the most from all the others."""
    found = widest_difference(context.uncertainty(), indicators())
    if not found:
        return ""
    dossier, own, rest, sure = found
    own_share, rest_share = alike(own, rest)
    return difference_told(sure, chosen=bool(context.department)).format(
        place=escaped(own["name"]),
        name=_number(context, dossier, _("”{name}”").format(name=dossier.name)),
        own=_number(context, dossier, own_share),
        rest=_number(context, dossier, rest_share),
    )


def _own(context: Context, rows: pd.DataFrame) -> dict[str, Any] | None:
    """Return the row of the chosen department, None without one."""
    found = rows[rows["department"] == context.department].to_dict("records")
    return found[0] if context.department and found else None


def _what_changed(context: Context) -> str:
    if not context.compare:
        return ""
    about = _moves(context)
    if not about.moves:
        return ""
    sure = [move for move in about.moves if move[0].id in about.sure]
    if not sure:
        return escaped(_("Mellan vågorna har inget förändrats mer än osäkerheten."))
    dossier, before, after = max(sure, key=lambda move: abs(gain(*move)))
    first, last = _before_after(before, after)
    return _(
        "Mest har {name} förändrats i {place} till våg {wave}: från {before} till {after}."
    ).format(
        wave=escaped(_wave_words(context.wave_row(context.pair[1]))),
        name=_number(context, dossier, _("”{name}”").format(name=dossier.name)),
        place=escaped(about.name or _("hela kommunen")),
        before=_number(context, dossier, first),
        after=_number(context, dossier, last),
    )


# --- the cards --------------------------------------------------------------------------------


def key_figures(context: Context, results: pd.DataFrame) -> list[str]:
    """Return the cards of the key figures."""
    return [_card(context, results, indicator(name)) for name in KEY_FIGURES]


def _card(context: Context, results: pd.DataFrame, dossier: Indicator) -> str:
    """Return one card: of the chosen department beside the whole, or of the whole."""
    rows = results[results["indicator"] == dossier.id]
    whole, own = whole_of(rows), _own(context, rows)
    row = own or whole
    if row is None:
        return cards.stat_card(dossier.name, status_word("not_asked"), "", None)
    parts, value = [], f.cell_text(row, 1)
    if f.is_shown(row):
        count = f.count_text(row["numerator"], row["denominator"])
        parts += [count] if value != count else []
        if not f.is_missing(row["low"]):
            interval = f.interval(row["low"], row["high"])
            parts.append(_("osäkerhet {interval}").format(interval=interval))
        elif dossier.source.kind == REGISTER and context.as_of:
            # The register is of one day, whatever the wave: 2024 must not be read into it.
            parts.append(_("registret {day}").format(day=f.date(context.as_of)))
    if own and whole is not None:
        parts.append(_("hela kommunen {share}").format(share=f.cell_text(whole, 1)))
    return cards.stat_card(dossier.name, value, " · ".join(parts), context.place_of(dossier))


# --- the matrix -------------------------------------------------------------------------------


def matrix(context: Context, results: pd.DataFrame) -> str:
    """Return the matrix of indicators × departments, below a head for each theme."""
    names = [name for part in MATRIX.values() for name in part]
    table = results[results["indicator"].isin(names)]
    called = dict(zip(table["department"], table["name"], strict=True)) | context.merging_names()
    # Codes as heads where six full names do not fit beside each other; the key below tells them.
    short = table.assign(name=table["department"].fillna(table["name"]))
    rows, columns = cards.matrix_of(
        table if context.department else short,
        {name: indicator(name).name for name in names},
        href=lambda name, department: context.place_of(indicator(name), department),
        marks=marks(context.uncertainty_everywhere(*names)),
    )
    groups = {name: _group(context, theme) for theme, part in MATRIX.items() for name in part}
    rows = [replace(row, group=groups[name]) for row, name in zip(rows, names, strict=True)]
    answered, titles = rows[0].cells, called | {None: _("Hela kommunen")}
    columns = [
        replace(c, title=titles[c.code], detail=_answered(answered.get(c.code))) for c in columns
    ]
    return cards.matrix(rows, columns, corner=_("Indikator"), level=3)


def _group(context: Context, theme: str) -> cards.MatrixGroup | None:
    """Return the head of a theme, with the audit's verdicts; none for the row that needs none."""
    if theme not in THEME_PAGES:
        return None
    asked = [q for q in reference.audit_questions() if theme in q.themes and not q.overall]
    # Several questions of one theme have a verdict each: which is about what must be said.
    verdicts = [
        f"{q.title} – {q.verdict.lower()}" if len(asked) > 1 else q.verdict.lower() for q in asked
    ]
    said = _("Revisionen: {verdicts}").format(verdicts=" · ".join(verdicts)) if asked else ""
    return cards.MatrixGroup(theme_word(theme), context.link(THEME_PAGES[theme]), said)


def _answered(cell: cards.MatrixCell | None) -> str:
    if cell is None or cell.status != "shown":
        return ""
    return _("svarade: {share}").format(share=cell.text)


def matrix_note(context: Context, results: pd.DataFrame, *, register: bool = True) -> str:
    """Return how a matrix of ``results`` is read, what its codes mean, and which day's register.

    ``register``: whether any of its indicators is counted from the register.
    """
    text = _(
        "Andel i procent; under 20 svar skrivs antalet. ▲ tydligt högre, ▼ tydligt lägre än alla "
        "andra tillsammans, och hur många procentenheter: både 95 % intervallet och testet "
        "utesluter noll, eller bortfallsgränserna ensamma."
    )
    if register and context.as_of:
        text += " " + _("Överenskommelser räknas ur registret per {day}.").format(
            day=f.date(context.as_of)
        )
    leads = escaped(_("En cell leder till sidan om ämnet."))
    note = f'<p class="dk dk-note">{escaped(text)} <span class="dk-screen">{leads}</span>'
    if context.department:
        return note + "</p>"
    grid = context.departments()
    names = dict(zip(grid["code"], grid["name"], strict=True))
    shown = set(results["department"].dropna())
    names |= {code: full for code, full in context.merging_names().items() if code in shown}
    called = ", ".join(
        f"{escaped(code)}{f.NBSP}= {escaped(name)}" for code, name in names.items() if code != name
    )
    if called and len(grid) <= ABBREVIATED:
        return note + " " + _("Förkortningar: {names}.").format(names=called) + "</p>"
    if called:
        title = escaped(_("Förkortningar"))
        return f'{note}</p><details class="dk dk-note"><summary>{title}</summary>{called}</details>'
    return note + "</p>"


def nearest(context: Context, results: pd.DataFrame) -> str:
    """Return what can be shown nearest to hidden cells of the matrix, whose key says why."""
    table = results[results["indicator"].isin([name for part in MATRIX.values() for name in part])]
    if not (table["status"] == "hidden").any():
        return ""
    line = nearest_line(context, *context.nearest(table), "sammanfattning")
    # On paper there is no room for it, nor for a link.
    return line.replace('class="dk"', 'class="dk dk-screen"', 1)


# --- what needs a decision --------------------------------------------------------------------


def decisions(context: Context, results: pd.DataFrame) -> str:
    """Return what falls short of a stated requirement: who has to decide what, with the number.

    Only requirements that have a source (thresholds of the catalogue) can be broken. Those with the
    same requirement and the same boards stand together. Most missing first: in the chosen
    department, where its number is shown, then in the whole.
    """
    found: list[tuple[tuple[bool, int, int], Indicator, str]] = []
    tried = False
    for dossier in indicators():
        rows = results[results["indicator"] == dossier.id]
        own, whole = (
            _missing(dossier, row) if row and f.is_shown(row) else None
            for row in (_own(context, rows), whole_of(rows))
        )
        if not dossier.thresholds or (own is None and whole is None):
            continue
        tried = True
        if own or whole:
            key = (own is not None, own or 0, whole or 0)
            found.append((key, dossier, _lacks(context, dossier, rows)))
    if not found:
        text = _("Inget krav med en källa är brutet i det som visas.")
        held = {i.id for i in indicators() if i.thresholds}
        if not tried and (results[results["indicator"].isin(held)]["status"] == "hidden").any():
            text = _("Inget krav kan prövas: de tal som kraven gäller är dolda.")
        elif not tried:
            text = _("Inget krav kan prövas: registret över överenskommelser är inte inläst.")
        return f'<p class="dk">{escaped(text)}</p>'
    found.sort(key=lambda item: item[0], reverse=True)
    together: dict[tuple[str, ...], list[str]] = {}
    for _key, dossier, text in found[:DECISIONS]:
        together.setdefault(_demand(context, dossier), []).append(f"<li>{text}</li>")
    parts = [_demanded(demand, items) for demand, items in together.items()]
    if len(found) > DECISIONS:
        text = _("Ytterligare krav är brutna ({n}); de står på sidorna om ämnena.")
        more = escaped(text.format(n=len(found) - DECISIONS))
        parts.append(f'<p class="dk-note">{more}</p>')
    return f'<div class="dk dk-points">{"".join(parts)}</div>'


def _demand(context: Context, dossier: Indicator) -> tuple[str, ...]:
    """Return who decides (may be empty), the requirement with its source, the recommendations."""
    threshold = dossier.thresholds[0]
    about = [r for r in reference.recommendations() if r.number in dossier.recommendations]
    return (
        _who_decides(context, about) if about else "",
        _("Krav: {label}. Källa: {source}.").format(
            label=threshold.label[:1].lower() + threshold.label[1:],
            source=source_words(threshold.source),
        ),
        *(
            _("Rekommendation {number}: {title}.").format(number=r.number, title=r.title.strip("."))
            for r in about
        ),
    )


def _demanded(demand: tuple[str, ...], items: Sequence[str]) -> str:
    boards, *details = demand
    title = f"<h3>{escaped(boards[:1].upper() + boards[1:])}</h3>" if boards else ""
    told = "".join(f'<p class="dk-note">{escaped(text)}</p>' for text in details)
    return f"{title}<ol>{''.join(items)}</ol>{told}"


def _missing(dossier: Indicator, row: Row) -> int:
    """Return how many cases break the indicator's requirement; 0 if it is met, or there is none.

    Of a survey: 0 too where chance in who answered could have broken it.
    """
    if not dossier.thresholds:
        return 0
    limit, lower = dossier.thresholds[0].value, dossier.direction == "lower"
    if row["share"] <= limit if lower else row["share"] >= limit:
        return 0
    claim, found = Claim.ABOVE if lower else Claim.BELOW, evidence(row)
    if not dossier.full_count and Trial.SAMPLING not in conclude(claim, found, limit).holds:
        return 0
    return int(row["numerator"] if lower else row["denominator"] - row["numerator"])


def _lacks(context: Context, dossier: Indicator, rows: pd.DataFrame) -> str:
    """Return what is missing, of the chosen department before the whole."""
    own, whole = _own(context, rows), whole_of(rows)
    told = []
    if own:
        place, what = escaped(own["name"]), _lacking(context, dossier, own)
        told.append(_("{place}: {what}.").format(place=place, what=what))
    if whole:
        place, what = escaped(_("Hela kommunen")), _lacking(context, dossier, whole)
        told.append(_("{place}: {what}.").format(place=place, what=what))
    lines = "".join(f'<span class="dk-part">{text}</span>' for text in told)
    return f"<strong>{escaped(dossier.name)}</strong>{lines}"


def _lacking(context: Context, dossier: Indicator, row: Row) -> str:
    """Return in how many cases the requirement is not met, or the word for why there is no number.

    HTML: the number is a link.
    """
    if not f.is_shown(row):
        return escaped(status_word(row["status"]))
    if not dossier.full_count:
        # A limit for how many of the people, which no single one of them meets or breaks.
        return _("{share} bland dem som svarade, gränsen är {limit}").format(
            share=_number(context, dossier, f.cell_text(row)),
            limit=escaped(f.percent(dossier.thresholds[0].value)),
        )
    count = f.count_text(_missing(dossier, row), row["denominator"])
    words = (
        _("saknas i {count} överenskommelser")
        if dossier.source.kind == REGISTER and dossier.direction != "lower"
        else _("{count} når inte kravet")
    )
    return words.format(count=_number(context, dossier, count))


def _who_decides(context: Context, about: Sequence[reference.Recommendation]) -> str:
    """Return the boards that the recommendations are given to; of a department, its own."""
    boards = []
    if any(len(r.boards) == 1 for r in about):
        boards.append(_("kommunstyrelsen"))
    if any(len(r.boards) > 1 for r in about):
        grid = context.departments()
        own = [b for b in grid["board"][grid["code"].isin(context.chosen)] if isinstance(b, str)]
        boards += own if own else [_("samtliga nämnder")]
    return join_words(dict.fromkeys(boards))


# --- what has changed -------------------------------------------------------------------------


@dataclass(frozen=True)
class Moves:
    """The changes between two waves, and of whom: a department's name, "" for the whole.

    ``sure``: the indicators whose change interval and test bear, as on the theme's page.
    """

    name: str
    moves: list[Move]
    sure: frozenset[str]


def _moves(context: Context) -> Moves:
    """Return the changes of the chosen department; of the whole if nothing of it is comparable."""
    both = context.compared()
    own = both[both["department"] == context.department]
    moves = findings.changes(own.assign(department=None), indicators()) if len(own) else []
    if moves:
        return Moves(context.department_name, moves, _sure(context, context.department))
    return Moves("", findings.changes(both, indicators()), _sure(context, None))


def _sure(context: Context, department: str | None) -> frozenset[str]:
    """Return the indicators whose change in one place is larger than the uncertainty."""
    table = context.changes()
    place = table["department"]
    rows = table[place.isna() if department is None else place == department]
    shown = rows[rows["status"] == "shown"].to_dict("records")
    return frozenset(r["indicator"] for r in shown if is_sure(as_difference(r)))


def changes(context: Context) -> str:
    """Return what has improved and worsened most; what may be noise is neither, and counted."""
    if len(context.waves) < 2:
        text = _("Det finns bara en våg. Förändringar visas när nästa är inläst.")
        return f'<p class="dk">{escaped(text)}</p>'
    if not context.compare:
        return _offers(context)
    about = _moves(context)
    if not about.moves:
        text = _("Ingen fråga har svar som kan visas i båda vågorna.")
        return f'<p class="dk">{escaped(text)}</p>'
    sure = [move for move in about.moves if move[0].id in about.sure]
    better = [move for move in sure if gain(*move) > 0]
    worse = [move for move in sure if gain(*move) < 0]
    return (
        f'<div class="dk dk-points"><p class="dk-note">{escaped(_about_whom(context, about))}</p>'
        + _moved(context, _("Till det bättre"), better, _("Inget har tydligt blivit bättre."))
        + _moved(context, _("Till det sämre"), worse, _("Inget har tydligt blivit sämre."))
        + _within(len(about.moves) - len(sure), len(about.moves))
        + "</div>"
    )


def _within(unsure: int, compared: int) -> str:
    """Return how many changes are left out because chance could have made them."""
    if not unsure:
        return ""
    text = _n(
        "{n} av {all} förändring är inte tydlig och står inte här.",
        "{n} av {all} förändringar är inte tydliga och står inte här.",
        compared,
    )
    words = text.format(n=f.number(unsure), all=f.number(compared))
    return f'<p class="dk-note">{escaped(words)}</p>'


def _offers(context: Context) -> str:
    """Return a link per other wave that compares with it: one step instead of a sentence on how."""
    others = context.waves[context.waves["wave"] != context.wave].to_dict("records")
    links = "".join(
        "<p>"
        + _link(
            context.link("sammanfattning", jamfor=row["wave"]),
            _("Jämför med {wave}").format(wave=_wave_words(row)),
        )
        + "</p>"
        for row in others
    )
    text = escaped(_("Ingen jämförelse är vald."))
    return f'<div class="dk dk-points"><p class="dk-note">{text}</p>{links}</div>'


def _about_whom(context: Context, about: Moves) -> str:
    before, after = (context.wave_row(wave)["label"] for wave in context.pair)
    if about.name:
        text = _("{place}, från våg {before} till våg {after}.")
    elif context.department:
        text = _(
            "Hela kommunen, från våg {before} till våg {after}: för {department} finns inget som "
            "kan jämföras."
        )
    else:
        text = _("Hela kommunen, från våg {before} till våg {after}.")
    return text.format(
        place=about.name, department=context.department_name, before=before, after=after
    )


def _moved(context: Context, title: str, moves: Sequence[Move], empty: str) -> str:
    """Return the largest of these changes."""
    ordered = sorted(moves, key=lambda move: -abs(gain(*move)))
    items = "".join(f"<li>{_move(context, *move)}</li>" for move in ordered[:LISTED])
    listed = f"<ol>{items}</ol>" if items else f"<p>{escaped(empty)}</p>"
    return f"<h3>{escaped(title)}</h3>{listed}"


def _move(context: Context, dossier: Indicator, before: Row, after: Row) -> str:
    first, last = _before_after(before, after)
    text = _("{name}: från {before} till {after}").format(
        name=_number(context, dossier, dossier.name), before=escaped(first), after=escaped(last)
    )
    if dossier.direction != "lower":
        return text
    return f'{text} <span class="dk-detail">({escaped(_("lägre är bättre"))})</span>'


def _before_after(before: Row, after: Row) -> tuple[str, str]:
    """Return two shares written alike: "5 av 17" is not to be read against "64 %".

    A decimal only where the two would otherwise read the same.
    """
    if min(before["denominator"], after["denominator"]) < f.SMALL_BASE:
        return alike(before, after)
    whole = [f.percent(row["share"]) for row in (before, after)]
    digits = 1 if whole[0] == whole[1] else 0
    return f.percent(before["share"], digits), f.percent(after["share"], digits)
