"""The parts that theme pages are made of, each told the same way on every page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from queries import reference
from queries.catalogue import REGISTER, SURVEY, Indicator, by_theme
from queries.catalogue import indicator as indicator_of
from queries.i18n import bound
from ui import cards, charts, findings, tables
from ui import formats as f
from ui.context import Context
from ui.text import (
    _,
    breakdown_word,
    kind_word,
    list_names,
    markdown_text,
    source_words,
    status_reason,
    status_word,
    theme_word,
)

CHART = {"displayModeBar": False, "responsive": True}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BREAKDOWNS = ("position", "occupation", "sex", "age")


# --- the head of a page ---------------------------------------------------------------------------


def theme_title(context: Context, theme: str) -> None:
    """Show the page's title, and above it whose figures these are and of when."""
    st.html(f'<p class="dk dk-kicker">{escape(context.kicker)}</p>')
    st.title(theme_word(theme), anchor=False)


def part(title: str, text: str = "") -> None:
    """Begin a part of the page."""
    st.header(title, anchor=False)
    if text:
        st.markdown(text)


def verdict(question_id: str) -> None:
    """Show the audit's question and its verdict, with the source."""
    question = next(q for q in reference.audit_questions() if q.id == question_id)
    st.html(
        cards.callout(
            "info",
            _("Revisionens fråga: {question}").format(question=question.question),
            _("Bedömning i februari 2025: {verdict}. {finding}").format(
                verdict=question.verdict.lower(), finding=question.finding
            )
            + "\n\n"
            + _("Källa: {source}").format(source=source_words(question.source)),
        )
    )


def question_part(question_id: str) -> None:
    """Begin the part of the page that answers one of several audit questions."""
    question = next(q for q in reference.audit_questions() if q.id == question_id)
    part(question.title)
    verdict(question_id)


def wave_note(context: Context) -> None:
    """Say what the waves' figures are, wherever they are shown: one box, not one per wave."""
    if context.viewer.sees_microdata:
        st.html(cards.callout("warning", _("Arbetsmaterial"), working_material()))
    titles, texts = [], []
    for name in filter(None, (context.wave, context.compare)):
        row = context.wave_row(name)
        if not isinstance(row["questionnaire"], str):
            st.html(_without_answers(str(row["label"]), name, context.viewer.sees_microdata))
        if row["kind"] == "rekonstruerad":
            titles.append(_("Våg {wave}: rekonstruerad").format(wave=row["label"]))
            texts.append(
                _(
                    "Svaren är återskapade så att revisionsrapportens publicerade antal "
                    "stämmer. Hur svaren hänger ihop i övrigt är påhittat."
                )
            )
        elif row["kind"] == "exempel":
            titles.append(_("Våg {wave}: exempel").format(wave=row["label"]))
            texts.append(_("En påhittad uppföljning som visar hur två vågor jämförs."))
    if titles:
        st.html(cards.callout("reconstructed", " · ".join(titles), "\n\n".join(texts)))


def _without_answers(label: str, name: str, may_ask_for_it: bool) -> str:
    """Return the note on a wave without answers; commands are for those who can have them run."""
    text = _("Ramen är inläst men inte svaren. Det som räknas ur ramen och registret visas.")
    if may_ask_for_it:
        text += "\n\n" + _("Svaren läses in med: {command}").format(
            command=f"python manage.py load survey FIL --wave {name}"
        )
    return cards.callout("info", _("Våg {wave} har inga enkätsvar ännu").format(wave=label), text)


def working_material() -> str:
    """Return why an auditor's view, which hides nothing, must not be passed on."""
    return _(
        "Rollen revisor ser också det som är dolt för andra för att skydda enskilda personer. "
        "Sprid inte sidan eller filerna vidare."
    )


def at_a_glance(context: Context, indicators: Sequence[Indicator]) -> None:
    """Show the theme in a sentence and a matrix, each cell leading to its place on the page."""
    results = context.results(*(i.id for i in indicators))
    part(_("I korthet"))
    st.markdown(markdown_text(findings.theme_finding(indicators, results)))
    # Codes as heads: six full names do not fit beside each other. The key below tells them.
    called = dict(zip(results["department"], results["name"], strict=True))
    rows, columns = cards.matrix_of(
        results.assign(name=results["department"].fillna(results["name"])),
        {i.id: i.name for i in indicators},
        href=lambda name, department: context.place_of(indicator_of(name), department),
    )
    columns = [replace(c, title=called[c.code]) if c.code else c for c in columns]
    st.html(cards.matrix(rows, columns, corner=_("Indikator"), level=3))
    st.caption(
        _(
            "Andel i procent; under 20 svar skrivs antalet. Tydligt högre eller lägre: hela "
            "konfidensintervallet ligger utanför kommunens. {names}"
        ).format(names=context.abbreviations())
    )


# --- one indicator --------------------------------------------------------------------------------


def indicator_section(context: Context, indicator: Indicator) -> None:
    """Tell one indicator: finding, forest plot, answers, change, table, how it is counted."""
    results = context.results(indicator.id, merged=True)
    st.subheader(indicator.name, anchor=indicator.id)
    st.html(finding_html(context, indicator, results))
    if (results["status"] == "not_asked").all():
        # Nothing to draw: a chart of dotted lines would say the same sentence once more.
        how_it_is_counted(context, indicator)
        return
    threshold = indicator.thresholds[0] if indicator.thresholds else None
    limit = threshold.value if threshold else None
    show_figure(
        lambda narrow: charts.forest(
            results,
            theme=context.theme,
            threshold=limit,
            threshold_source=source_words(threshold.source) if threshold else "",
            narrow=narrow,
        ),
        charts.alt_forest(results, title=indicator.name, threshold=limit),
        f"forest-{indicator.id}",
    )
    st.caption(_caption(context, indicator, results))
    if indicator.source.kind == SURVEY:
        _answers(context, indicator)
        if context.compare:
            _change(context, indicator)
    table = context.compared(indicator.id, merged=True) if context.compare else results
    with more(indicator.id):
        table_and_files(context, indicator.id, indicator.name, table, _notes(context, indicator))
        with st.expander(_("Så räknas det")):
            how_it_is_counted(context, indicator)
        why_hidden(context, results)


def finding_html(context: Context, indicator: Indicator, results: pd.DataFrame) -> str:
    """Return the finding: the number, which leads to its dossier, and beside it what it means."""
    whole = findings.whole_of(results)
    if not (whole and f.is_shown(whole)):
        return f'<p class="dk">{escape(findings.finding(indicator, results))}</p>'
    number = f.percent(whole["share"], 1)
    label = _("{number}, så räknas {name}").format(number=number, name=indicator.name)
    place = context.link("metod", indikator=indicator.id)
    return (
        '<div class="dk dk-finding"><p class="dk-figure">'
        f'<a href="{escape(place)}" target="_self" aria-label="{escape(label)}">{escape(number)}'
        f'</a><span class="dk-detail">{escape(findings.count_of(whole))}</span></p>'
        f"<p>{escape(findings.meaning(indicator, results))}</p></div>"
    )


def more(key: str) -> Any:
    """Return the container of what can be unfolded below a figure, one line for each."""
    return st.container(key=f"more-{key}", gap=None)


def show_figure(draw: Callable[[bool], object], alt: str, key: str) -> None:
    """Show a chart in its wide and its narrow drawing; the stylesheet shows one of them.

    ``draw(narrow)`` gives the figure. The server cannot know the width of the screen, and one
    drawing cannot serve both.
    """
    for narrow, form in ((False, "wide"), (True, "narrow")):
        with st.container(key=f"{form}-{key}"):
            st.plotly_chart(draw(narrow), config=CHART, alt=alt, key=f"{key}-{form}", theme=None)


def _caption(context: Context, indicator: Indicator, results: pd.DataFrame) -> str:
    whole = findings.whole_of(results) or {}
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
    question = context.questionnaire and context.questionnaire.question(indicator.source.question)
    if table.empty or not question or question.type == "multiple":
        return
    same = (i for i in by_theme(indicator.theme) if i.source.kind == SURVEY)
    first = next(i for i in same if i.source.question == question.id)
    if first.id != indicator.id:
        text = _("Hur svaren fördelar sig visas under ”{name}”.").format(name=first.name)
        st.html(_link(context.place_of(first), text))
        return
    st.html(f'<h4 class="dk dk-step">{escape(_("Hur svaren fördelar sig"))}</h4>')
    st.html(f'<p class="dk dk-detail">{escape(_("Frågan: {text}").format(text=question.text))}</p>')
    show_figure(
        lambda narrow: charts.likert(table, theme=context.theme, narrow=narrow),
        charts.alt_likert(table, title=indicator.name),
        f"likert-{indicator.id}",
    )


def _change(context: Context, indicator: Indicator) -> None:
    both = context.compared(indicator.id)
    pair = context.pair
    title = _("Förändring från {first} till {last}").format(
        first=context.wave_row(pair[0])["label"], last=context.wave_row(pair[1])["label"]
    )
    st.html(f'<h4 class="dk dk-step">{escape(title)}</h4>')
    before, after = (findings.whole_of(both[both["wave"] == wave]) for wave in pair)
    told = [findings.change(before, after) if before and after else ""]
    if context.department:
        rows = both[both["department"] == context.department].set_index("wave")
        if set(pair) <= set(rows.index):
            ends = [rows.loc[wave].to_dict() for wave in pair]
            moved = findings.change(*ends)
            told.append(f"{ends[1]['name']}: {moved}" if moved else "")
    if any(told):
        st.markdown(markdown_text(" ".join(filter(None, told))))
    show_figure(
        lambda narrow: charts.slope(both, theme=context.theme, waves=pair, narrow=narrow),
        charts.alt_slope(both, title=indicator.name, waves=pair),
        f"slope-{indicator.id}",
    )


# --- several indicators, groups and options -------------------------------------------------------


def beside_sections(context: Context, recorded: Sequence[Indicator]) -> None:
    """Set what the register says beside what the survey says, where both speak of the same."""
    pairs = [(i, indicator_of(i.beside)) for i in recorded if i.beside]
    if not pairs or context.as_of is None or context.questionnaire is None:
        return
    part(
        _("Säger registret och enkäten detsamma?"),
        _(
            "Registret är vad som är antecknat om överenskommelserna den {day}. Enkäten är vad "
            "medarbetarna svarade i våg {wave}. De räknar olika saker och olika människor: en "
            "skillnad är en fråga att ställa, inget bevis."
        ).format(day=f.date(context.as_of), wave=context.wave_row()["label"]),
    )
    for register, survey in pairs:
        _beside(context, register, survey)


def _beside(context: Context, register: Indicator, survey: Indicator) -> None:
    first, second = context.results(register.id), context.results(survey.id)
    title = _("{register} – {survey}").format(register=register.name, survey=survey.name)
    st.subheader(title, anchor=f"{register.id}-{survey.id}")
    names = (
        _("Registret: {name}").format(name=register.short),
        _("Enkäten: {name}").format(name=survey.short),
    )
    st.markdown(markdown_text(findings.beside(register, survey, first, second)))
    show_figure(
        lambda narrow: charts.beside(
            first, second, names=names, theme=context.theme, narrow=narrow
        ),
        charts.alt_beside(first, second, names=names, title=title),
        f"beside-{register.id}",
    )
    st.caption(
        _(
            "Andel i procent. Kvadrat: registret, där alla överenskommelser räknas. Punkt med "
            "stapel: enkäten, med 95 % konfidensintervall."
        )
    )
    both = pd.concat([first, second], ignore_index=True)
    key = f"{register.id}-{survey.id}"
    with more(key):
        table_and_files(context, key, title, both, _sources(context))


def group_sections(context: Context, indicator: Indicator) -> None:
    """Tell one survey indicator per position, occupation, sex and age, where they were asked."""
    tables_of = {name: context.by_group(indicator, name) for name in BREAKDOWNS}
    if all(table.empty for table in tables_of.values()):
        return
    part(
        _("Skillnader mellan grupper"),
        _(
            "Hela kommunen, våg {wave}. Hur många som tillfrågades i varje grupp är inte känt, så "
            "intervallen räknar med att vilken som helst av dem som inte svarat kan höra dit."
        ).format(wave=context.wave_row()["label"]),
    )
    for breakdown, results in tables_of.items():
        if not results.empty:
            _group(context, indicator, breakdown, results)


def _group(context: Context, indicator: Indicator, breakdown: str, results: pd.DataFrame) -> None:
    head = breakdown_word(breakdown)
    name = _("{indicator} per {breakdown}").format(indicator=indicator.name, breakdown=head.lower())
    st.subheader(name, anchor=f"{indicator.id}-{breakdown}")
    st.markdown(markdown_text(findings.differences(results)))
    show_figure(
        lambda narrow: charts.forest(results, theme=context.theme, narrow=narrow),
        charts.alt_forest(results, title=name, rows="groups"),
        f"forest-{indicator.id}-{breakdown}",
    )
    notes = _notes(context, indicator)
    key = f"{indicator.id}-{breakdown}"
    with more(key):
        table_and_files(context, key, name, results, notes, head=head)
        why_hidden(context, results)


def several_section(context: Context, question_id: str, title: str) -> None:
    """Tell a question with several answers: a row per option, of all who answered."""
    results = context.option_shares(question_id)
    if results.empty:
        return
    where = context.department_name or _("Hela kommunen")
    st.subheader(title, anchor=question_id)
    st.markdown(markdown_text(findings.most_common(results, where)))
    show_figure(
        lambda narrow: charts.forest(results, theme=context.theme, narrow=narrow, rows="options"),
        charts.alt_forest(results, title=f"{title}, {where}", rows="options"),
        f"options-{question_id}",
    )
    st.caption(
        _(
            "{where}. Andel av dem som svarade på frågan; flera svar är möjliga, så andelarna blir "
            "tillsammans mer än 100 %."
        ).format(where=where)
    )
    with more(question_id):
        head = _("Svarsalternativ")
        table_and_files(context, question_id, title, results, _sources(context), head=head)
        why_hidden(context, results)


# --- tables, files, definitions, reasons ----------------------------------------------------------


def table_and_files(
    context: Context,
    key: str,
    title: str,
    results: pd.DataFrame,
    notes: Sequence[tuple[str, str]],
    *,
    head: str | None = None,
) -> None:
    """Show the same figures as a table, with the two files to take away."""
    secret = context.viewer.sees_microdata
    name = f"{key}-{'-'.join(context.pair) or context.wave}" + ("-arbetsmaterial" if secret else "")
    mark = _("Arbetsmaterial") if secret else ""
    with st.expander(_("Samma uppgifter som tabell")):
        shown = tables.results_table(results, digits=1, head=head)
        st.html(cards.data_table(shown, title))
        # The files are made when they are asked for, in a thread without this visitor's language.
        excel = bound(lambda: tables.xlsx_bytes(results, title, notes, head=head, mark=mark))
        text = bound(lambda: tables.csv_bytes(results, head=head, mark=mark))
        with st.container(horizontal=True):
            for label, data, ending, mime in (
                (_("Hämta som Excel"), excel, "xlsx", XLSX),
                (_("Hämta som CSV"), text, "csv", "text/csv"),
            ):
                st.download_button(
                    label,
                    data=data,
                    file_name=f"{name}.{ending}",
                    mime=mime,
                    key=f"{ending}-{key}",
                    on_click="ignore",
                )


def _notes(context: Context, indicator: Indicator) -> list[tuple[str, str]]:
    return [
        (_("Indikator"), indicator.name),
        (_("Täljare"), indicator.numerator),
        (_("Nämnare"), indicator.denominator),
        (_("Källa"), source_of(context, indicator)),
        *_sources(context),
    ]


def _sources(context: Context) -> list[tuple[str, str]]:
    """Return what every file says of itself: waves, register, words for absence, snapshot."""
    secret = context.viewer.sees_microdata
    waves = [context.wave_row(name) for name in context.pair or (context.wave,)]
    return [
        *([(_("Arbetsmaterial"), working_material())] if secret else []),
        *((_("Våg"), f"{w['label']} ({kind_word(w['kind'])})") for w in waves),
        *([(_("Registret per"), f.date(context.as_of))] if context.as_of else []),
        *((status_word(s), status_reason(s)) for s in ("hidden", "no_answers", "not_asked")),
        (_("Sekretessprofil"), str(context.wave_row()["profile"])),
        (_("Ögonblicksbild"), context.snapshot.id),
    ]


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
    more = _("Hela definitionen med SQL och källor: {name}").format(name=indicator.name)
    st.html(_link(context.link("metod", indikator=indicator.id), more))


def why_hidden(context: Context, results: pd.DataFrame) -> None:
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
        st.html(_link(context.link("metod") + "#skydd", _("Så skyddas enskilda svar")))


def _link(address: str, text: Any) -> str:
    return f'<p class="dk"><a href="{escape(address)}" target="_self">{escape(str(text))}</a></p>'
