"""What stands behind a finding, told the same way everywhere: its views, tables, files, reasons."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from queries.catalogue import REGISTER, SURVEY, Indicator
from queries.mergings import of_several
from queries.municipality import Merging
from ui import cards, choices, journal, tables
from ui import formats as f
from ui.context import Context
from ui.text import _, join_words, kind_word, list_names, source_words, status_reason, status_word
from ui.theme import CONFIG

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATUSES = ("hidden", "no_answers", "not_asked")
"""Why there may be no number in a file."""
Views = dict[str, Callable[[], None]]
"""What can be shown of one thing: the name of each view, and what draws it."""


# --- sentences ------------------------------------------------------------------------------------


def say(text: str) -> None:
    """Write a sentence that may hold names from somebody's file.

    Not as Markdown, where an address in a name becomes a link however it is escaped.
    """
    st.html(f'<p class="dk dk-sentence">{unbroken(text)}</p>')


def note(text: str) -> None:
    """Write a caption that may hold names from somebody's file."""
    st.html(f'<p class="dk dk-detail">{unbroken(text)}</p>')


def unbroken(text: str) -> str:
    """Return text as HTML whose intervals stay on one line: at its dash "33–" reads as a number."""
    return re.sub(r"([\d,.]+–[\d,.]+\s?%)", r'<span class="dk-nobr">\1</span>', escape(text))


def link_line(address: str, text: Any) -> str:
    return f'<p class="dk">{_linked(address, str(text))}</p>'


# --- views and figures ----------------------------------------------------------------------------


def views(key: str, shown: Views) -> None:
    """Show one of several views of the same figures; the others are made when they are asked for.

    One under the other they made pages of fourteen thousand pixels, on which nobody found the next
    finding, and three times the charts for every visitor to wait for.
    """
    for tab, draw in zip(choices.tabs(list(shown), key=key), shown.values(), strict=True):
        if tab.open:
            with tab:
                draw()


def shared_views(key: str, label: str, shown: Mapping[str, tuple[str, Callable[[], None]]]) -> None:
    """Show one of several views, as ``views``; which one is the address parameter ``key``.

    ``shown``: what the address calls each view, its name, and what draws it. ``label``: of what.
    """
    names = {code: name for code, (name, _draw) in shown.items()}
    parts = choices.shared(names, key=key, label=label)
    for part, (_name, draw) in zip(parts, shown.values(), strict=True):
        if part.open:
            with part:
                draw()


def show_figure(draw: Callable[[bool], object], alt: str, key: str) -> None:
    """Show a chart in its wide and its narrow drawing; the stylesheet shows one of them.

    ``draw(narrow)`` gives the figure. The server cannot know the width of the screen, and one
    drawing cannot serve both.
    """
    for narrow, form in ((False, "wide"), (True, "narrow")):
        with st.container(key=f"{form}-{key}"):
            st.plotly_chart(draw(narrow), config=CONFIG, alt=alt, key=f"{key}-{form}", theme=None)


# --- tables and files -----------------------------------------------------------------------------


def table_and_files(
    context: Context,
    key: str,
    title: str,
    results: pd.DataFrame,
    notes: Sequence[tuple[str, str]] = (),
    *,
    head: str | None = None,
) -> None:
    """Show the same figures as a table, with the two files to take away."""
    st.html(cards.data_table(tables.results_table(results, digits=1, head=head), title))
    waves = list(dict.fromkeys(results["wave"]))
    mark = _("Arbetsmaterial") if context.viewer.sees_microdata else ""
    told = [*notes, *origin(context, waves)]
    files(
        context,
        "-".join([key, *waves]),
        lambda: tables.xlsx_bytes(results, title, told, head=head, mark=mark),
        lambda: tables.csv_bytes(results, head=head, mark=mark),
    )


def files(
    context: Context,
    name: str,
    excel: Callable[[], bytes],
    text: Callable[[], bytes],
    *,
    public: bool = False,
) -> None:
    """Show the buttons of two files, which are made when they are asked for.

    ``public``: they hold what a politician may see and nothing else, whoever asks for them.
    """
    name += "-arbetsmaterial" if context.viewer.sees_microdata and not public else ""
    with st.container(horizontal=True):
        for label, data, ending, mime in (
            (_("Hämta som Excel"), excel, "xlsx", XLSX),
            (_("Hämta som CSV"), text, "csv", "text/csv"),
        ):
            journal.download(
                context.viewer,
                label,
                data,
                name=f"{name}.{ending}",
                mime=mime,
                key=f"{ending}-{name}",
                wave=context.wave,
                department=context.department,
            )


def notes_of(context: Context, indicator: Indicator) -> list[tuple[str, str]]:
    return [
        (_("Indikator"), indicator.name),
        (_("Täljare"), indicator.numerator),
        (_("Nämnare"), indicator.denominator),
        (_("Källa"), source_of(context, indicator)),
    ]


def origin(
    context: Context,
    waves: Iterable[str],
    absent: Sequence[tuple[str, str]] = (),
    *,
    register: bool = True,
    public: bool = False,
) -> list[tuple[str, str]]:
    """Return what every file says of itself: waves, register, words for absence, snapshot.

    ``absent``: (word, reason), where they are others than a survey's. ``register``: whether any of
    its numbers can come from the register. ``public``: as of ``files``.
    """
    secret = context.viewer.sees_microdata and not public
    rows = [context.wave_row(name) for name in waves]
    statuses = (*STATUSES, "not_in_wave") if len(rows) > 1 else STATUSES
    profiles = dict.fromkeys(str(row["profile"]) for row in rows)
    return [
        *([(_("Arbetsmaterial"), working_material())] if secret else []),
        *((_("Våg"), f"{w['label']} ({kind_word(w['kind'])})") for w in rows),
        *([(_("Registret per"), f.date(context.as_of))] if register and context.as_of else []),
        *(absent or [(status_word(s), status_reason(s)) for s in statuses]),
        *([(_("Sekretessprofil"), ", ".join(profiles))] if profiles else []),
        (_("Ögonblicksbild"), context.snapshot.id),
    ]


# --- definitions and reasons ----------------------------------------------------------------------


def source_of(context: Context, indicator: Indicator) -> str:
    """Return where the indicator's numbers come from, in one line."""
    if indicator.source.kind == SURVEY:
        question = context.question(indicator.source.question)
        if question is None:
            return _("Enkäten")
        return _("Enkätfrågan ”{text}” ({source})").format(
            text=question.text, source=source_words(question.source)
        )
    if indicator.source.kind == REGISTER:
        return _("Registret över överenskommelser")
    return _("Ramen: förvaltningarnas uppgifter om anställda, möjlighet och tillfrågade")


def how_it_is_counted(context: Context, indicator: Indicator) -> None:
    """Show the definition in words, and where the rest of the dossier is."""
    st.markdown(
        "\n".join(
            [
                f"- **{_('Täljare')}:** {indicator.numerator}",
                f"- **{_('Nämnare')}:** {indicator.denominator}",
                f"- **{_('Källa')}:** {source_of(context, indicator)}",
                f"- **{_('Varför det är viktigt')}:** {indicator.why}",
                *([f"- **{_('Att tänka på')}:** {indicator.note}"] if indicator.note else []),
            ]
        )
    )
    more = _("Hela definitionen med SQL och källor: {name}").format(name=indicator.name)
    st.html(link_line(context.link("metod", indikator=indicator.id), more))


def why_hidden(
    context: Context, results: pd.DataFrame, place: str, *, question: str | None = None
) -> Views:
    """Return, where something is hidden, the view that says why and what is nearest.

    ``place``: the page that shows it, and its anchor. ``question``: of which ``results`` are the
    options, in the chosen department.
    """
    if not (results["status"] == "hidden").any():
        return {}

    # All of it when it is asked for: a page has a dozen of these, and hardly one is opened.
    def tell() -> None:
        hidden = results["name"][results["status"] == "hidden"]
        names = [context.department_name or _("Hela kommunen")] if question else hidden.unique()
        near, whole = context.nearest(results, question=question)
        known = {merging.code for merging in near}
        rows = results[results["status"] == "shown"].dropna(subset="department")
        several = of_several(results["department"]) - known - {context.department}
        more = rows["name"][rows["department"].isin(several)]
        say(
            _("Dolt: {names}. {reason}").format(
                names=list_names(names), reason=status_reason("hidden")
            )
        )
        st.html(nearest_line(context, near, whole, place, list(dict.fromkeys(more))))
        st.html(link_line(context.link("metod") + "#skydd", _("Så skyddas enskilda svar")))

    return {_("Varför dolt?"): tell}


def nearest_line(
    context: Context,
    near: Sequence[Merging],
    whole: bool,
    place: str,
    more: Sequence[str] = (),
    **kept: str | None,
) -> str:
    """Return what can be shown nearest to what is hidden, as a link to it (HTML).

    ``near`` and ``whole``: from ``Context.nearest``. ``place``: the page, and its anchor. ``more``:
    names of departments that stand together beside it and cannot be chosen. ``kept``: what else the
    address must keep.
    """
    page, _sign, anchor = place.partition("#")

    def there(code: str | None) -> str:
        return context.link(page, forvaltning=code, **kept) + (f"#{anchor}" if anchor else "")

    links = [_linked(there(merging.code), merging.title) for merging in near]
    links += [escape(name) for name in more]
    if not links and whole:
        # Where nothing is chosen the whole is in sight already.
        words = _("hela kommunen")
        links = [_linked(there(None), words) if context.department else escape(words)]
    if not links:
        return f'<p class="dk">{escape(_("Inte heller hela kommunen kan visas."))}</p>'
    text = escape(_("Det närmaste som kan visas: {names}."))
    return f'<p class="dk">{text.format(names=join_words(links))}</p>'


def _linked(address: str, text: str) -> str:
    return f'<a href="{escape(address)}" target="_self">{escape(text)}</a>'


def working_material() -> str:
    """Return why an auditor's view, which hides nothing, must not be passed on."""
    return _(
        "Rollen revisor ser också det som är dolt för andra för att skydda enskilda personer. "
        "Sprid inte sidan eller filerna vidare."
    )
