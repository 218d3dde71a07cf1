"""The parts of the summary page: which indicators speak for each theme, and what follows."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import pandas as pd

from queries import reference
from queries.catalogue import REGISTER, Indicator, indicator, indicators
from ui import cards
from ui import formats as f
from ui.addresses import THEME_PAGES
from ui.context import Context
from ui.findings import apart, gain, largest_gap, whole_of
from ui.findings import changes as changes_of
from ui.text import _, markdown_text, status_word

# One or two per theme: those that the audit's findings turn on. The rest live on the theme pages.
KEY_FIGURES = ("svarsfrekvens", "rattvist_fordelat", "riskbedomd_fore_start", "it_utbildade")
MATRIX = (
    "svarsfrekvens", "riktlinjer_kanda", "riktlinjer_forankrade", "rattvist_fordelat",
    "egen_mojlighet", "riskbedomd_fore_start", "arbetsmiljo_sakerstalld", "it_utbildade",
    "it_genomgang_12_manader", "metoder_kanda",
)  # fmt: skip
LISTED = 3


def address_of(context: Context, dossier: Indicator, department: str | None = None) -> str:
    """Return where an indicator is told in full: its theme's page, else its dossier."""
    path = THEME_PAGES.get(dossier.theme)
    if path is None:
        return context.link("metod", indikator=dossier.id)
    return context.link(path, forvaltning=department or context.department) + f"#{dossier.id}"


def _number(context: Context, dossier: Indicator, text: str) -> str:
    return f'<a href="{escape(address_of(context, dossier))}" target="_self">{escape(text)}</a>'


def paragraph(context: Context, results: pd.DataFrame) -> str:
    """Return the verdict, the largest gap and what changed, each number a link."""
    overall = next(q for q in reference.audit_questions() if q.overall)
    sentences = [
        escape(
            _("Revisionens samlade bedömning i februari 2025 var ”{verdict}”: {finding}").format(
                verdict=overall.verdict.lower(),
                finding=overall.finding[:1].lower() + overall.finding[1:],
            )
        )
    ]
    gap = largest_gap(results, indicators())
    if gap:
        dossier, low, high = gap
        words = (
            _("Förvaltningarna skiljer sig mest i {name}: {high} {high_share}, {low} {low_share}.")
            if apart(low, high)
            else _(
                "Ingen skillnad mellan förvaltningar är större än osäkerheten; störst är den i "
                "{name}: {high} {high_share}, {low} {low_share}."
            )
        )
        sentences.append(
            words.format(
                name=_number(context, dossier, f"”{dossier.name}”"),
                high=escape(high["name"]),
                high_share=_number(context, dossier, _share(high)),
                low=escape(low["name"]),
                low_share=_number(context, dossier, _share(low)),
            )
        )
    sentences.append(_what_changed(context))
    return '<p class="dk dk-lead">' + " ".join(filter(None, sentences)) + "</p>"


def _share(row: object) -> str:
    return f.share_text(row["numerator"], row["denominator"], row["share"])  # type: ignore[index]


def _what_changed(context: Context) -> str:
    moved = _sure_changes(context)
    if not context.compare:
        return ""
    if not moved:
        return escape(_("Mellan vågorna har inget förändrats mer än osäkerheten."))
    dossier, before, after = max(moved, key=lambda item: abs(gain(*item)))
    return _("Mest har {name} förändrats i hela kommunen: från {before} till {after}.").format(
        name=_number(context, dossier, f"”{dossier.name}”"),
        before=escape(f.percent(before["share"])),
        after=_number(context, dossier, f.percent(after["share"])),
    )


def _sure_changes(context: Context) -> list:
    if not context.compare:
        return []
    found = changes_of(context.compared(), indicators())
    return [item for item in found if apart(item[1], item[2])]


def key_figures(context: Context, results: pd.DataFrame) -> list[str]:
    """Return the cards of the key figures."""
    return [_card(context, results, indicator(name)) for name in KEY_FIGURES]


def _card(context: Context, results: pd.DataFrame, dossier: Indicator) -> str:
    """Return one card: of the chosen department beside the whole, or of the whole."""
    rows = results[results["indicator"] == dossier.id]
    whole = whole_of(rows)
    chosen = rows[rows["department"] == context.department].to_dict("records")
    row = chosen[0] if chosen else whole
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
    if chosen and whole is not None:
        parts.append(_("hela kommunen {share}").format(share=f.cell_text(whole, 1)))
    return cards.stat_card(dossier.name, value, " · ".join(parts), address_of(context, dossier))


def matrix(context: Context, results: pd.DataFrame) -> str:
    """Return the matrix of indicators × departments."""
    table = results[results["indicator"].isin(MATRIX)]
    # Codes as heads: six full names do not fit beside each other. The key below tells them.
    called = dict(zip(table["department"], table["name"], strict=True))
    short = table.assign(name=table["department"].fillna(table["name"]))
    rows, columns = cards.matrix_of(
        short,
        {name: indicator(name).name for name in MATRIX},
        href=lambda name, department: address_of(context, indicator(name), department),
    )
    columns = [replace(c, title=called[c.code]) if c.code else c for c in columns]
    return cards.matrix(rows, columns, corner=_("Indikator"), level=3)


def matrix_caption(context: Context) -> str:
    """Return how the matrix is read, and of which day the register's figures are."""
    text = _(
        "Andel i procent; under 20 svar skrivs antalet. Markerat över eller under övriga: hela "
        "konfidensintervallet ligger utanför kommunens. En cell leder till sidan om ämnet."
    )
    grid = context.departments()
    grid = grid[grid["code"] == context.department] if context.department else grid
    names = (f"{c} = {n}" for c, n in zip(grid["code"], grid["name"], strict=True))
    text += " " + _("Förkortningar: {names}.").format(names=", ".join(names))
    if context.as_of:
        text += " " + _("Överenskommelser räknas ur registret per {day}.").format(
            day=f.date(context.as_of)
        )
    return markdown_text(text)


def decisions(context: Context, results: pd.DataFrame) -> str:
    """Return what falls short of a stated requirement: who has to decide what, with the number.

    Only requirements that have a source (thresholds of the catalogue) can be broken.
    """
    items, tried = [], 0
    for dossier in indicators():
        whole = whole_of(results[results["indicator"] == dossier.id])
        if not dossier.thresholds or whole is None or not f.is_shown(whole):
            continue
        tried += 1
        if whole["share"] >= dossier.thresholds[0].value:
            continue
        missing = int(whole["denominator"]) - int(whole["numerator"])
        items.append(
            _(
                "{name}: saknas i {missing} av {base} överenskommelser i hela kommunen. "
                "Kravet: {label}."
            ).format(
                name=_number(context, dossier, dossier.name),
                missing=f.number(missing),
                base=f.number(whole["denominator"]),
                label=escape(dossier.thresholds[0].label.lower()),
            )
            + f'<br><span class="dk-detail">{escape(_who_decides(dossier))}</span>'
        )
    if not items:
        text = _("Inget krav med en källa är brutet i det som visas.")
        if not tried:
            text = _("Inget krav kan prövas: registret över överenskommelser är inte inläst.")
        return f'<p class="dk">{escape(text)}</p>'
    return '<ol class="dk">' + "".join(f"<li>{item}</li>" for item in items) + "</ol>"


def _who_decides(dossier: Indicator) -> str:
    found = [r for r in reference.recommendations() if r.number in dossier.recommendations]
    return " ".join(
        _("Rekommendation {number} till {whom}: {title}.").format(
            number=r.number,
            whom=_("kommunstyrelsen") if len(r.boards) == 1 else _("samtliga nämnder"),
            title=r.title.rstrip("."),
        )
        for r in found
    )


def changes(context: Context) -> str:
    """Return the changes between the waves that are larger than the uncertainty."""
    if not context.compare:
        text = _("Välj en våg under ”Jämför med” för att se vad som har förändrats.")
        if len(context.waves) < 2:
            text = _("Det finns bara en våg. Förändringar visas när nästa är inläst.")
        return f'<p class="dk">{escape(text)}</p>'
    moved = _sure_changes(context)
    better = [item for item in moved if gain(*item) > 0][:LISTED]
    worse = [item for item in reversed(moved) if gain(*item) < 0][:LISTED]
    parts = []
    for title, items in ((_("Till det bättre"), better), (_("Till det sämre"), worse)):
        listed = "".join(
            "<li>"
            + _("{name}: från {before} till {after}").format(
                name=_number(context, dossier, dossier.name),
                before=escape(f.percent(before["share"])),
                after=escape(f.percent(after["share"])),
            )
            + "</li>"
            for dossier, before, after in items
        )
        empty = f"<li>{escape(_('Inget som är större än osäkerheten.'))}</li>"
        parts.append(f'<h3>{escape(title)}</h3><ul class="dk">{listed or empty}</ul>')
    return '<div class="dk">' + "".join(parts) + "</div>"
