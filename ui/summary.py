"""The parts of the summary page: which indicators speak for each theme, and what follows."""

from __future__ import annotations

from html import escape

import pandas as pd

from queries import reference
from queries.catalogue import Indicator, indicator, indicators
from ui import cards
from ui import formats as f
from ui.addresses import THEME_PAGES
from ui.context import Context
from ui.findings import apart, gain, largest_gap, whole_of
from ui.findings import changes as changes_of
from ui.text import _

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
            _("Revisionens samlade bedömning i februari 2025 var: {verdict}.").format(
                verdict=overall.verdict.lower()
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
    return _("Mest har {name} förändrats: från {before} till {after}.").format(
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
    whole = whole_of(results[results["indicator"] == dossier.id])
    if whole is None or not f.is_shown(whole):
        value = f.cell_text(whole) if whole else _("ej ställd")
        return cards.stat_card(dossier.name, value, "", address_of(context, dossier))
    detail = _("{count} av {base}").format(
        count=f.number(whole["numerator"]), base=f.number(whole["denominator"])
    )
    if not f.is_missing(whole["low"]):
        detail += " · " + _("osäkerhet {interval}").format(
            interval=f.interval(whole["low"], whole["high"])
        )
    return cards.stat_card(
        dossier.name, f.percent(whole["share"], 1), detail, address_of(context, dossier)
    )


def matrix(context: Context, results: pd.DataFrame) -> str:
    """Return the matrix of indicators × departments."""
    table = results[results["indicator"].isin(MATRIX)]
    # Codes as heads: six full names do not fit beside each other. The key below tells them.
    short = table.assign(name=table["department"].fillna(table["name"]))
    rows, columns = cards.matrix_of(
        short,
        {name: indicator(name).name for name in MATRIX},
        href=lambda name, department: address_of(context, indicator(name), department),
    )
    return cards.matrix(rows, columns, corner=_("Indikator"), level=3)


def matrix_caption(context: Context) -> str:
    """Return how the matrix is read, and of which day the register's figures are."""
    text = _(
        "Andel i procent; under 20 svar skrivs antalet. Markerat över eller under övriga: hela "
        "konfidensintervallet ligger utanför kommunens. En cell leder till sidan om ämnet."
    )
    if context.as_of:
        text += " " + _("Överenskommelser räknas ur registret per {day}.").format(
            day=f.date(context.as_of)
        )
    return text


def decisions(context: Context, results: pd.DataFrame) -> str:
    """Return what falls short of a stated requirement: who has to decide what, with the number.

    Only requirements that have a source (thresholds of the catalogue) can be broken.
    """
    items = []
    for dossier in indicators():
        whole = whole_of(results[results["indicator"] == dossier.id])
        if not dossier.thresholds or whole is None or not f.is_shown(whole):
            continue
        if whole["share"] >= dossier.thresholds[0].value:
            continue
        missing = int(whole["denominator"]) - int(whole["numerator"])
        items.append(
            _("{name}: {missing} av {base} överenskommelser saknar det. {label}.").format(
                name=_number(context, dossier, dossier.name),
                missing=f.number(missing),
                base=f.number(whole["denominator"]),
                label=escape(dossier.thresholds[0].label),
            )
            + f'<br><span class="dk-detail">{escape(_who_decides(dossier))}</span>'
        )
    if not items:
        return (
            f'<p class="dk">{escape(_("Inget krav med en källa är brutet i det som visas."))}</p>'
        )
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
