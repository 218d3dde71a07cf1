"""The parts that theme pages are made of, each told the same way on every page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from queries import reference
from queries.catalogue import REGISTER, SURVEY, Indicator
from ui import cards, charts, tables
from ui import formats as f
from ui.context import Context
from ui.findings import change, differences, finding, whole_of
from ui.text import (
    _,
    breakdown_word,
    list_names,
    markdown_text,
    source_words,
    status_reason,
    status_word,
    theme_word,
)

CHART = {"displayModeBar": False, "responsive": True}


def wave_note(context: Context) -> None:
    """Say what the wave's figures are, wherever they are shown."""
    if context.viewer.sees_microdata:
        st.html(cards.callout("warning", _("Arbetsmaterial"), working_material()))
    for name in filter(None, (context.wave, context.compare)):
        row = context.wave_row(name)
        if not isinstance(row["questionnaire"], str):
            st.html(
                cards.callout(
                    "info",
                    _("Våg {wave} har inga enkätsvar ännu").format(wave=row["label"]),
                    _("Ramen är inläst. Svaren läses in med: {command}").format(
                        command=f"python manage.py load survey FIL --wave {name}"
                    ),
                )
            )
        if row["kind"] == "rekonstruerad":
            st.html(
                cards.callout(
                    "reconstructed",
                    _("Våg {wave}: rekonstruerad").format(wave=row["label"]),
                    _(
                        "Svaren är återskapade så att revisionsrapportens publicerade antal "
                        "stämmer. Hur svaren hänger ihop i övrigt är påhittat."
                    ),
                )
            )
        elif row["kind"] == "exempel":
            st.html(
                cards.callout(
                    "reconstructed",
                    _("Våg {wave}: exempel").format(wave=row["label"]),
                    _("En påhittad uppföljning som visar hur två vågor jämförs."),
                )
            )


def working_material() -> str:
    """Return why an auditor's view, which hides nothing, must not be passed on."""
    return _(
        "Rollen revisor ser också det som är dolt för andra för att skydda enskilda personer. "
        "Sprid inte sidan eller filerna vidare."
    )


def verdict(question_id: str) -> None:
    """Show the audit's question and its verdict, with the source."""
    question = next(q for q in reference.audit_questions() if q.id == question_id)
    st.html(
        cards.callout(
            "info",
            _("Revisionens fråga: {question}").format(question=question.question),
            _("Bedömning i februari 2025: {verdict}. {finding}").format(
                verdict=question.verdict.lower(), finding=question.finding
            ),
        )
    )
    st.caption(_("Källa: {source}").format(source=source_words(question.source)))


def show_figure(figure: object, narrow: object, alt: str, key: str) -> None:
    """Show a chart in its wide and its narrow drawing; the stylesheet shows one of them.

    The server cannot know the width of the screen, and one drawing cannot serve both.
    """
    with st.container(key=f"wide-{key}"):
        st.plotly_chart(figure, config=CHART, alt=alt, key=f"{key}-wide", theme=None)
    with st.container(key=f"narrow-{key}"):
        st.plotly_chart(narrow, config=CHART, alt=alt, key=f"{key}-narrow", theme=None)


def indicator_section(context: Context, indicator: Indicator, *, answers: bool = False) -> None:
    """Tell one indicator: finding, forest plot, answers, change, table, how it is counted."""
    results = context.results(indicator.id, merged=True)
    st.subheader(indicator.name, anchor=indicator.id)
    st.markdown(markdown_text(finding(indicator, results)))
    if (results["status"] == "not_asked").all():
        # Nothing to draw: a chart of dotted lines would say the same sentence once more.
        how_it_is_counted(context, indicator)
        return
    threshold = indicator.thresholds[0] if indicator.thresholds else None
    drawing = {
        "theme": context.theme,
        "threshold": threshold.value if threshold else None,
        "threshold_source": source_words(threshold.source) if threshold else "",
    }
    show_figure(
        charts.forest(results, **drawing),
        charts.forest(results, **drawing, narrow=True),
        charts.alt_forest(
            results, title=indicator.name, threshold=threshold.value if threshold else None
        ),
        f"forest-{indicator.id}",
    )
    st.caption(_caption(context, indicator, results))
    if answers and indicator.source.kind == SURVEY:
        _answers(context, indicator)
    if context.compare and indicator.source.kind == SURVEY:
        _change(context, indicator)
    with st.expander(_("Samma uppgifter som tabell")):
        st.html(cards.data_table(tables.results_table(results, digits=1), indicator.name))
        _downloads(context, indicator, results)
    with st.expander(_("Så räknas det")):
        how_it_is_counted(context, indicator)
    why_hidden(results)


def group_section(context: Context, indicator: Indicator, breakdown: str) -> None:
    """Tell one survey indicator per position, occupation, sex or age, if the wave asked for it."""
    results = context.by_group(indicator, breakdown)
    if results.empty:
        return
    name = _("{indicator} per {breakdown}").format(
        indicator=indicator.name, breakdown=breakdown_word(breakdown).lower()
    )
    st.subheader(name, anchor=f"{indicator.id}-{breakdown}")
    st.markdown(markdown_text(differences(results)))
    show_figure(
        charts.forest(results, theme=context.theme),
        charts.forest(results, theme=context.theme, narrow=True),
        charts.alt_forest(results, title=name),
        f"forest-{indicator.id}-{breakdown}",
    )
    st.caption(
        _(
            "Hela kommunen, våg {wave}. Hur många som tillfrågades i varje grupp är inte känt, så "
            "intervallen räknar med att vilken som helst av dem som inte svarat kan höra dit."
        ).format(wave=context.wave_row()["label"])
    )
    with st.expander(_("Samma uppgifter som tabell")):
        head = breakdown_word(breakdown)
        st.html(cards.data_table(tables.results_table(results, digits=1, head=head), name))
    why_hidden(results)


def _caption(context: Context, indicator: Indicator, results: pd.DataFrame) -> str:
    whole = whole_of(results) or {}
    if indicator.source.kind == REGISTER:
        when = _("Registret per {day}.").format(day=f.date(context.as_of)) if context.as_of else ""
        return _(
            "Andel i procent. Alla överenskommelser räknas, så det finns ingen osäkerhet av "
            "urval. {when}"
        ).format(when=when)
    if indicator.full_count:
        return _("Andel i procent av förvaltningarnas egna uppgifter; de flesta är ungefärliga.")
    return _(
        "Andel i procent av dem som svarade ({base} svar, våg {wave}). Punkt: andelen. Mörk "
        "stapel: 95 % konfidensintervall. Ljus stapel: bortfallsgränserna, det vill säga andelen "
        "om alla som inte svarat hade svarat nej respektive ja."
    ).format(base=f.number(whole.get("denominator")), wave=context.wave_row()["label"])


def _answers(context: Context, indicator: Indicator) -> None:
    table = context.answers(indicator.source.question)
    if table.empty:
        return
    st.markdown(f"**{_('Hur svaren fördelar sig')}**")
    show_figure(
        charts.likert(table, theme=context.theme),
        charts.likert(table, theme=context.theme, narrow=True),
        charts.alt_likert(table, title=indicator.name),
        f"likert-{indicator.id}",
    )


def _change(context: Context, indicator: Indicator) -> None:
    both = context.compared(indicator.id)
    waves = sorted({context.wave, str(context.compare)})
    before, after = (whole_of(both[both["wave"] == wave]) for wave in waves)
    st.markdown(
        f"**{_('Förändring mellan vågorna')}** "
        + (change(before, after) if before and after else "")
    )
    _change_of_chosen(context, both, waves)
    pair = (waves[0], waves[1])
    show_figure(
        charts.slope(both, theme=context.theme, waves=pair),
        charts.slope(both, theme=context.theme, waves=pair, narrow=True),
        charts.alt_slope(both, title=indicator.name, waves=pair),
        f"slope-{indicator.id}",
    )


def _change_of_chosen(context: Context, both: pd.DataFrame, waves: list[str]) -> None:
    """Tell how the chosen department moved: the sentence before it is about the whole."""
    rows = both[both["department"] == context.department].set_index("wave")
    if context.department and set(waves) <= set(rows.index):
        before, after = (rows.loc[wave].to_dict() for wave in waves)
        moved = change(before, after)
        if moved:
            st.markdown(markdown_text(f"{after['name']}: {moved}"))


def _downloads(context: Context, indicator: Indicator, results: pd.DataFrame) -> None:
    secret = context.viewer.sees_microdata
    day = [(_("Registret per"), f.date(context.as_of))]
    name = f"{indicator.id}-{context.wave}" + ("-arbetsmaterial" if secret else "")
    notes = [
        *([(_("Arbetsmaterial"), working_material())] if secret else []),
        (_("Indikator"), indicator.name),
        (_("Täljare"), indicator.numerator),
        (_("Nämnare"), indicator.denominator),
        (_("Våg"), f"{context.wave_row()['label']} ({context.wave_row()['kind']})"),
        (_("Källa"), source_of(context, indicator)),
        *(day if indicator.source.kind == REGISTER else []),
        *((status_word(s), status_reason(s)) for s in ("hidden", "no_answers", "not_asked")),
        (_("Sekretessprofil"), str(context.wave_row()["profile"])),
        (_("Ögonblicksbild"), context.snapshot.id),
    ]
    left, right, _rest = st.columns([1, 1, 2])
    left.download_button(
        _("Hämta som Excel"),
        data=lambda: tables.xlsx_bytes(results, indicator.short, notes),
        file_name=f"{name}.xlsx",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key=f"xlsx-{indicator.id}",
        on_click="ignore",
    )
    right.download_button(
        _("Hämta som CSV"),
        data=lambda: tables.csv_bytes(results),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=f"csv-{indicator.id}",
        on_click="ignore",
    )


def source_of(context: Context, indicator: Indicator) -> str:
    """Return where the indicator's numbers come from, in one line."""
    if indicator.source.kind == SURVEY and context.questionnaire:
        question = context.questionnaire.question(indicator.source.question)
        return _("Enkätfrågan ”{text}” ({source})").format(
            text=question.text, source=source_words(question.source)
        )
    if indicator.source.kind == SURVEY:
        return _("Enkäten")
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
    st.html(
        '<p class="dk">'
        f'<a href="{context.link("metod", indikator=indicator.id)}" target="_self">'
        f"{_('Hela definitionen med SQL och källor: {name}').format(name=indicator.name)}</a></p>"
    )


def why_hidden(results: pd.DataFrame) -> None:
    """Say, where something is hidden, why and which lawful view is nearest."""
    hidden = results[results["status"] == "hidden"]
    if hidden.empty:
        return
    merged = results[results["department"].fillna("").str.contains("+", regex=False)]
    nearest = (
        _("Det närmaste som kan visas: {names}.").format(names=list_names(merged["name"]))
        if len(merged)
        else _("Det närmaste som kan visas är hela kommunen.")
    )
    with st.expander(_("Varför är något dolt?")):
        why = _("Dolt: {names}. {reason} {nearest}").format(
            names=list_names(hidden["name"]), reason=status_reason("hidden"), nearest=nearest
        )
        st.markdown(markdown_text(why))


def theme_title(theme: str) -> None:
    st.title(theme_word(theme), anchor=False)
