"""The parts that theme pages are made of, each told the same way on every page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from html import escape

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from queries import reference
from queries.catalogue import REGISTER, SURVEY, Indicator, by_theme
from queries.catalogue import indicator as indicator_of
from ui import cards, charts, course, findings, tables, uncertainty
from ui import formats as f
from ui.addresses import THEME_PAGES
from ui.context import Context
from ui.evidence import (
    STATUSES,
    Views,
    files,
    how_it_is_counted,
    link_line,
    nearest_line,
    note,
    notes_of,
    origin,
    say,
    show_figure,
    table_and_files,
    unbroken,
    views,
    why_hidden,
    working_material,
)
from ui.months import absence_word
from ui.summary import matrix_note
from ui.text import (
    _,
    breakdown_word,
    join_words,
    source_words,
    status_reason,
    theme_word,
)

# --- the head of a page ---------------------------------------------------------------------------


def page_title(context: Context, title: str) -> None:
    """Show a page's title, and above it whose figures these are and of when."""
    st.html(f'<p class="dk dk-kicker">{escape(context.kicker)}</p>')
    st.title(title, anchor=False)


def theme_title(context: Context, theme: str) -> None:
    """Show the title of a theme's page."""
    page_title(context, theme_word(theme))


def part(title: str, text: str = "") -> None:
    """Begin a part of the page."""
    st.header(title, anchor=False)
    if text:
        say(text)


def verdict(question_id: str) -> None:
    """Show the audit's question and its verdict, with the source."""
    question = next(q for q in reference.audit_questions() if q.id == question_id)
    st.html(
        '<section class="dk dk-verdict"><p class="dk-detail">'
        f"{escape(_('Revisionens fråga, februari 2025'))}</p>"
        f'<p class="dk-asked">{escape(question.question)}</p>'
        f'<p><strong class="dk-grade">{escape(question.verdict)}.</strong> '
        f"{escape(question.finding)}</p>"
        f'<p class="dk-detail">{escape(_("Källa: {source}"))}</p></section>'.replace(
            "{source}", escape(source_words(question.source))
        )
    )


def question_part(question_id: str) -> None:
    """Begin the part of the page that answers one of several audit questions."""
    question = next(q for q in reference.audit_questions() if q.id == question_id)
    part(question.title)
    verdict(question_id)


def wave_note(context: Context, *, marked: bool = True) -> None:
    """Say what the waves' figures are, wherever they are shown: one box, not one per wave.

    ``marked``: whether whoever sees what is hidden is told so.
    """
    if marked and context.viewer.sees_microdata:
        st.html(cards.callout("warning", _("Arbetsmaterial"), working_material()))
    notes = []
    for name in filter(None, (context.wave, context.compare)):
        row = context.wave_row(name)
        if not isinstance(row["questionnaire"], str):
            st.html(_without_answers(str(row["label"]), name, context.viewer.sees_microdata))
        if not f.is_missing(row["pruned"]):
            title = _("Våg {wave}: svaren gallrades {day}").format(
                wave=row["label"], day=f.date(row["pruned"])
            )
            text = _(
                "De enskilda svaren är borttagna. Det som publicerades står kvar och är det som "
                "visas, för alla roller."
            )
            notes.append((title, text))
        if (note := _waiting(context, name, row)) is not None:
            # That all is hidden is what the page is about; that a count is older is a note to it.
            if row["collecting"]:
                st.html(cards.callout("info", *note))
            else:
                notes.append(note)
        if row["kind"] == "rekonstruerad":
            title = _("Våg {wave}: rekonstruerad ur rapportens publicerade antal").format(
                wave=row["label"]
            )
            text = _(
                "Svaren är återskapade så att revisionsrapportens publicerade antal "
                "stämmer. Hur svaren hänger ihop i övrigt är påhittat."
            )
            notes.append((title.format(wave=row["label"]), text))
        elif row["kind"] == "exempel":
            title = _("Våg {wave}: exempel, påhittade svar").format(wave=row["label"])
            notes.append((title, _("En påhittad uppföljning som visar hur två vågor jämförs.")))
    if notes:
        st.html(cards.footnotes(notes))


def _waiting(context: Context, wave: str, row: pd.Series) -> tuple[str, str] | None:
    """Return the note that answers wait, and for what; None where none does."""
    waiting, asked = context.waiting(wave)
    if not waiting:
        return None
    if row["collecting"]:
        title = _("Våg {wave}: enkäten pågår")
        text = _(
            "Svaren räknas in i svarsfrekvensen. Vad de säger visas när enkäten är stängd: en "
            "tidig bild skulle tillsammans med den färdiga kunna tala om vad några enstaka svarat."
        )
    else:
        title = _("Våg {wave}: nya svar väntar")
        text = _(
            "De svar som lästes in sist räknas inte in än: skillnaden mot det som redan har visats "
            "skulle kunna tala om vad några enstaka svarat. Så länge visas räkningen från före dem "
            "för {waiting} av {asked} frågor. De väntande svaren är inte borttagna."
        ).format(waiting=waiting, asked=asked)
    if context.viewer.sees_microdata:
        text += " " + _("Rollen revisor ser dem redan.")
    return title.format(wave=row["label"]), text


def _without_answers(label: str, name: str, may_ask_for_it: bool) -> str:
    """Return the note on a wave without answers; commands are for those who can have them run."""
    text = _("Ramen är inläst men inte svaren. Det som räknas ur ramen och registret visas.")
    if may_ask_for_it:
        text += "\n\n" + _("Svaren läses in med: {command}").format(
            command=f"python manage.py load survey FIL --wave {name}"
        )
    return cards.callout("info", _("Våg {wave} har inga enkätsvar ännu").format(wave=label), text)


def at_a_glance(context: Context, indicators: Sequence[Indicator]) -> None:
    """Show the theme in a sentence and a matrix, each cell leading to its place on the page."""
    results = context.results(*(i.id for i in indicators))
    overview = context.overview(*(i.id for i in indicators))
    part(_("I korthet"))
    hidden_note(context, results)
    # Without the columns that no finding is told from, as one kind: sliced in one piece.
    apart = context.uncertainty(*(i.id for i in indicators))
    apart = apart[["indicator", *findings.TOLD]].astype(object)
    chosen = bool(context.department)
    if told := findings.theme_finding(indicators, results, apart, chosen=chosen):
        say(told)
    # Codes as heads where six full names do not fit beside each other; the note below tells them.
    called = dict(zip(overview["department"], overview["name"], strict=True))
    called |= context.merging_names()
    short = overview.assign(name=overview["department"].fillna(overview["name"]))
    rows, columns = cards.matrix_of(
        overview if context.department else short,
        {i.id: i.name for i in indicators},
        href=lambda name, department: context.place_of(indicator_of(name), department),
        marks=findings.marks(context.uncertainty_everywhere(*(i.id for i in indicators))),
    )
    columns = [replace(c, title=called[c.code]) if c.code else c for c in columns]
    st.html(cards.matrix(rows, columns, corner=_("Indikator"), level=3))
    register = any(i.source.kind == REGISTER for i in indicators)
    st.html(matrix_note(context, overview, register=register))
    with st.expander(_("Så läser du diagrammen")):
        st.markdown(
            _(
                "**Punkten** är andelen: i enkäten av dem som svarade, i registret av alla "
                "överenskommelser. **Den mörka stapeln** är 95 % konfidensintervall: så mycket kan "
                "andelen skilja sig om andra hade svarat. **Den ljusa stapeln** är "
                "bortfallsgränserna: andelen om alla som inte svarat hade svarat nej, respektive "
                "ja. Registret har inga staplar, för där räknas alla. Skalan är alltid 0–100 %, "
                "förvaltningarna står alltid i samma ordning, och hela kommunen står sist. Det "
                "stora talet vid varje mått leder till hur det räknas."
            )
        )


def hidden_note(context: Context, results: pd.DataFrame, page: str = "") -> bool:
    """Say once, and first, that the chosen department is mostly hidden, and where to look: on
    ``page``, else on that of the theme. Return whether that was so."""
    of_chosen = results[results["department"] == context.department]
    hidden = int((of_chosen["status"] == "hidden").sum())
    if not context.department or 2 * hidden <= len(of_chosen):
        return False
    title = _("{hidden} av {all} mått är dolda för {name}").format(
        hidden=hidden, all=len(of_chosen), name=context.department_name
    )
    st.html(cards.callout("hidden", title, status_reason("hidden")))
    themes = {indicator_of(name).theme for name in results["indicator"]}
    if not page:
        theme = themes.pop() if len(themes) == 1 else ""
        page = THEME_PAGES.get(theme, "sammanfattning")
    near, whole = context.nearest(of_chosen)
    # Those that are hidden together, where ``results`` tells them: they can be named, not chosen.
    known = {context.department, *(merging.code for merging in near)}
    beside = results[(results["status"] == "shown") & results["department"].notna()]
    more = beside["name"][~beside["department"].isin(known)].unique()
    st.html(nearest_line(context, near, whole, page, list(more)))
    return True


def recorded_and_perceived(context: Context, theme: str) -> None:
    """Tell a theme that both the register and the survey speak of: side by side, then each."""
    indicators = by_theme(theme)
    perceived = [i for i in indicators if not i.full_count]
    recorded = [i for i in indicators if i.full_count]

    theme_title(context, theme)
    verdict(theme)
    wave_note(context)
    at_a_glance(context, indicators)

    beside_sections(context, recorded)

    part(_("Så ser det ut i registret"))
    for indicator in recorded:
        indicator_section(context, indicator)

    part(_("Så upplevs det"))
    for indicator in perceived:
        indicator_section(context, indicator)


# --- one indicator --------------------------------------------------------------------------------


def indicator_section(context: Context, indicator: Indicator) -> None:
    """Tell one indicator: the finding, then one view at a time of what is behind it."""
    results = context.results(indicator.id, merged=True)
    st.subheader(indicator.name, anchor=indicator.id)
    st.html(finding_html(context, indicator, results))
    if results["status"].isin(["not_asked", "not_regulated"]).all():
        # Nothing to draw: a chart of dotted lines would say the same sentence once more.
        how_it_is_counted(context, indicator)
        return
    shown: Views = {_("Per förvaltning"): lambda: _forest(context, indicator, results)}
    if indicator.source.kind == REGISTER and not indicator.source.ratio:
        shown[_("Över tid")] = lambda: _over_time(context, indicator)
        shown[_("Per befattning")] = lambda: _positions(context, indicator)
    if indicator.source.kind == SURVEY:
        if _has_scale(context, indicator):
            shown[_("Svaren")] = lambda: _answers(context, indicator)
        shown[_("Osäkerhet")] = lambda: _uncertainty(context, indicator)
        shown[_("Skillnader")] = lambda: uncertainty.differences(context, indicator)
        if context.compare:
            shown[_("Förändring")] = lambda: _change(context, indicator)
    # The register is of one day, whatever the waves.
    of_waves = context.compare and indicator.source.kind != REGISTER
    table = context.compared(indicator.id, merged=True) if of_waves else results
    notes = notes_of(context, indicator)
    shown[_("Tabell")] = lambda: table_and_files(
        context, indicator.id, indicator.name, table, notes
    )
    shown[_("Så räknas det")] = lambda: how_it_is_counted(context, indicator)
    views(indicator.id, shown | why_hidden(context, results, _place(indicator)))


def _place(indicator: Indicator, *more: str) -> str:
    """Return the page that tells the indicator, and its anchor there."""
    return f"{THEME_PAGES[indicator.theme]}#{'-'.join([indicator.id, *more])}"


def finding_html(context: Context, indicator: Indicator, results: pd.DataFrame) -> str:
    """Return the finding: the number, which leads to its dossier, and beside it what it means."""
    whole = findings.whole_of(results)
    place = context.link("metod", indikator=indicator.id)
    if not (whole and f.is_shown(whole)):
        text = _("Så räknas {name}").format(name=indicator.name)
        way = f'<a href="{escape(place)}" target="_self">{escape(text)}</a>'
        return f'<p class="dk">{escape(findings.finding(indicator, results))} {way}</p>'
    number = f.percent(whole["share"], 1)
    label = _("{number}, så räknas {name}").format(number=number, name=indicator.name)
    under = [f.count_text(whole["numerator"], whole["denominator"])]
    if context.department:
        under.insert(0, _("hela kommunen"))
    if not f.is_missing(whole["low"]):
        interval = f.interval(whole["low"], whole["high"])
        under.append(_("osäkerhet {interval}").format(interval=interval))
    lines = "".join(f'<span class="dk-detail">{escape(line)}</span>' for line in under)
    if indicator.source.kind == SURVEY:
        # The same rows with more columns: what vet ej and the rest make of it. As objects, which
        # are sliced in one piece: six kinds of columns took as long as the chart.
        results = context.uncertainty(indicator.id)[list(findings.TOLD)].astype(object)
        whole = findings.whole_of(results) or whole
    first = findings.headline(results)
    rest = findings.sureness(indicator, whole, interval=False)
    if context.compare and indicator.source.kind == SURVEY:
        moved = uncertainty.change_told(context, indicator, None)
        waves = "–".join(str(context.wave_row(wave)["label"]) for wave in context.pair)
        rest += " " + _("{waves}: {change}").format(waves=waves, change=moved) if moved else ""
    texts = [f"<p><strong>{unbroken(first)}</strong></p>"] if first else []
    texts += [f"<p>{unbroken(rest)}</p>"] if rest.strip() else []
    texts = texts or [f"<p>{escape(indicator.question)}</p>"]
    return (
        '<div class="dk dk-finding"><p class="dk-figure">'
        f'<a href="{escape(place)}" target="_self" aria-label="{escape(label)}">{escape(number)}'
        f"</a>{lines}</p><div>{''.join(texts)}</div></div>"
    )


def _show_with_limit(
    context: Context,
    indicator: Indicator,
    table: pd.DataFrame,
    draw: Callable[..., go.Figure],
    describe: Callable[..., str],
    kind: str,
    title: str = "",
) -> None:
    """Show the chart that ``draw`` makes of ``table`` beside the indicator's threshold, if any."""
    limit, source = None, ""
    if indicator.thresholds:
        first = indicator.thresholds[0]
        limit, source = first.value, source_words(first.source)
    show_figure(
        lambda narrow: draw(
            table, theme=context.theme, threshold=limit, threshold_source=source, narrow=narrow
        ),
        describe(table, title=title or indicator.name, threshold=limit),
        f"{kind}-{indicator.id}",
    )


def _forest(context: Context, indicator: Indicator, results: pd.DataFrame) -> None:
    _show_with_limit(context, indicator, results, charts.forest, charts.alt_forest, "forest")
    note(_caption(context, indicator, results))


def _uncertainty(context: Context, indicator: Indicator) -> None:
    """Show how sure the share is, and the way to where other groups' are shown."""
    uncertainty.show(context, indicator)
    tables_of = {name: context.by_group(indicator, name) for name in uncertainty.GROUPED}
    asked = [name for name, table in tables_of.items() if table["status"].eq("shown").any()]
    if asked:
        place = {"fraga": "forvaltningar", "indikator": indicator.id, "grupper": asked[0]}
        text = _("Samma för andra grupper: {names}").format(
            names=join_words(breakdown_word(name).lower() for name in asked)
        )
        st.html(link_line(context.link("jamforelser", **place), text))


def _positions(context: Context, indicator: Indicator) -> None:
    """Show a register indicator per position, of the whole municipality."""
    results = context.by_group(indicator, "position")
    head = breakdown_word("position")
    name = _("{indicator} per {breakdown}").format(indicator=indicator.name, breakdown=head.lower())
    described = partial(charts.alt_forest, rows="groups")
    _show_with_limit(context, indicator, results, charts.forest, described, "positions", name)
    note(
        _(
            "Hela kommunen, registret per {day}. En överenskommelse utan angiven befattning räknas "
            "bara bland alla."
        ).format(day=f.date(context.as_of))
    )
    st.html(cards.data_table(tables.results_table(results, digits=1, head=head), name))
    # A series of one day: the register has that, and no wave.
    dated = results.assign(day=context.as_of)
    _register_files(context, indicator, dated, "per-befattning", [], head=head)


def _over_time(context: Context, indicator: Indicator) -> None:
    """Tell how a register indicator has moved: what changed, the chart, its table and files."""
    table = context.series(indicator)
    say(course.development(table))
    if not (table["status"] == "shown").any():
        # Nothing to draw: the sentence has said why.
        return
    _show_with_limit(context, indicator, table, charts.series, charts.alt_series, "series")
    note(_about_time(context, table, lower=indicator.direction == "lower"))
    _months(context, indicator, table)


def _about_time(context: Context, table: pd.DataFrame, *, lower: bool, drawn: bool = True) -> str:
    """Return what must be known of a series: what is counted, and how its past is known.

    Not ``drawn``: in a file, which has neither scales nor lines.
    """
    what = _("Andel vid varje månads slut.")
    if drawn:
        what = _("Andel i procent vid varje månads slut; varje skala går från 0 till 100 %.")
    sentences = [
        what,
        *([_("Lägre är bättre.")] if lower else []),
        _("Alla överenskommelser räknas, så det finns ingen osäkerhet av urval."),
        _about_past(context, table, drawn=drawn),
    ]
    return " ".join(sentences)


def _about_past(context: Context, table: pd.DataFrame, *, drawn: bool = True) -> str:
    """Return how the past of a series is known, and why months of it may be hidden."""
    first = context.first_register
    sentences = [_("Det förflutna visas som det var känt då.")]
    if first and not table.empty and table["day"].min() < first:
        text = _("Före {day}, då registret först lästes in, är det räknat bakåt ur dess datum.")
        sentences.append(text.format(day=f.date(first)))
    why = course.why_months(course.read_lines(table), drawn=drawn)
    return " ".join([*sentences, *why])


def _months(context: Context, indicator: Indicator, table: pd.DataFrame) -> None:
    """Show a series as a table to unfold, with the two files to take away."""
    with st.expander(_("Tabell månad för månad")):
        st.html(cards.data_table(course.series_table(table), indicator.name))
    lower = indicator.direction == "lower"
    told = [(_("Över tid"), _about_time(context, table, lower=lower, drawn=False))]
    _register_files(context, indicator, table, "over-tid", told)


def _register_files(
    context: Context,
    indicator: Indicator,
    table: pd.DataFrame,
    ending: str,
    told: list[tuple[str, str]],
    head: str | None = None,
) -> None:
    """Show the two files of a register indicator by day; its words for absence are its own."""
    mark = _("Arbetsmaterial") if context.viewer.sees_microdata else ""
    exported = course.series_export(table, indicator.name, head=head, mark=mark)
    reasons = {
        "no_answers": _("Det fanns inga överenskommelser att räkna."),
        "not_asked": _("Registret säger inget om den tiden."),
    }
    absent = [(absence_word(s), reasons.get(s) or status_reason(s)) for s in STATUSES]
    told = [*notes_of(context, indicator), *told, *origin(context, [], absent)]
    files(
        context,
        f"{indicator.id}-{ending}",
        lambda: tables.xlsx_bytes(exported, indicator.short, told),
        lambda: tables.csv_bytes(exported),
    )


def _caption(context: Context, indicator: Indicator, results: pd.DataFrame) -> str:
    whole = findings.whole_of(results) or {"status": "not_asked"}
    if indicator.source.kind == REGISTER:
        when = _("Registret per {day}.").format(day=f.date(context.as_of)) if context.as_of else ""
        return _(
            "Andel i procent. Alla överenskommelser räknas, så det finns ingen osäkerhet av "
            "urval. {when}"
        ).format(when=when)
    if indicator.full_count:
        return _("Andel i procent av förvaltningarnas egna uppgifter; de flesta är ungefärliga.")
    label = context.wave_row()["label"]
    if not f.is_shown(whole):
        return _("Andel i procent av dem som svarade, våg {wave}.").format(wave=label)
    return _("Andel i procent av dem som svarade: {base} svar, våg {wave}.").format(
        base=f.number(whole["denominator"]), wave=label
    )


def _has_scale(context: Context, indicator: Indicator) -> bool:
    """Return whether the question has one answer each, which a bar can be divided by."""
    asked = context.question(indicator.source.question)
    return asked is not None and asked.type != "multiple"


def _answers(context: Context, indicator: Indicator) -> None:
    table = context.answers(indicator.source.question)
    asked = context.question(indicator.source.question)
    if table.empty or asked is None:
        return
    note(_("Frågan: {text}").format(text=asked.text))
    show_figure(
        lambda narrow: charts.likert(table, theme=context.theme, narrow=narrow),
        charts.alt_likert(table, title=indicator.name),
        f"likert-{indicator.id}",
    )
    st.html(cards.data_table(tables.answers_table(table), indicator.name))
    mark = _("Arbetsmaterial") if context.viewer.sees_microdata else ""
    exported = tables.answers_export(table, mark=mark)
    told = [(_("Fråga"), asked.text)]
    told += origin(context, [context.wave])
    files(
        context,
        f"svar-{indicator.id}-{context.wave}",
        lambda: tables.xlsx_bytes(exported, indicator.short, told),
        lambda: tables.csv_bytes(exported),
    )


def _change(context: Context, indicator: Indicator) -> None:
    both = context.compared(indicator.id)
    pair = context.pair
    for code in dict.fromkeys([context.department, None]):
        moved = uncertainty.change_told(context, indicator, code)
        name = context.department_name if code else _("Hela kommunen")
        if moved:
            say(_("{place}: {sentence}").format(place=name, sentence=moved))
    show_figure(
        lambda narrow: charts.slope(both, theme=context.theme, waves=pair, narrow=narrow),
        charts.alt_slope(both, title=indicator.name, waves=pair),
        f"slope-{indicator.id}",
    )
    note(
        _("Förändring från våg {first} till våg {last}, med 95 % konfidensintervall.").format(
            first=context.wave_row(pair[0])["label"], last=context.wave_row(pair[1])["label"]
        )
    )
    uncertainty.changes_part(context, indicator)


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
    say(findings.beside(register, survey, first, second))

    def draw() -> None:
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

    def draw_time() -> None:
        table = context.series(register)
        waves = [str(wave) for wave in context.waves["wave"]]
        perceived = pd.concat([context.results(survey.id, wave=wave) for wave in waves])
        perceived = perceived.assign(wave=perceived["wave"].map(_wave_label(context)))
        say(course.development(table, _("Enligt registret")))
        if not (table["status"] == "shown").any():
            return
        show_figure(
            lambda narrow: charts.series(
                table, survey=perceived, names=names, theme=context.theme, narrow=narrow
            ),
            charts.alt_series(table, survey=perceived, names=names, title=title),
            f"beside-series-{register.id}",
        )
        note(
            _(
                "Överst står registret, där alla överenskommelser räknas vid varje månads slut; "
                "därunder enkäten, med 95 % konfidensintervall för dem som svarat. De räknar olika "
                "saker och olika människor: jämför riktningen, men dra inte det ena talet från det "
                "andra. En våg har ingen dag, så punkten står mitt i den tid som vågens namn "
                "anger, på ett streck så långt som den."
            )
            + " "
            + _about_past(context, table)
        )

    key = f"{register.id}-{survey.id}"
    both = pd.concat([first, second], ignore_index=True)
    views(
        key,
        {
            _("Per förvaltning"): draw,
            _("Över tid"): draw_time,
            _("Tabell"): lambda: table_and_files(
                context,
                key,
                title,
                both,
                [*notes_of(context, register), *notes_of(context, survey)],
            ),
        }
        | why_hidden(context, both, f"{THEME_PAGES[register.theme]}#{key}"),
    )


def _wave_label(context: Context) -> dict[str, str]:
    labels = zip(context.waves["wave"], context.waves["label"], strict=True)
    return {wave: _("Våg {wave}").format(wave=label) for wave, label in labels}


def group_sections(context: Context, indicator: Indicator) -> None:
    """Tell one survey indicator per position, occupation, sex and age, where they were asked."""
    tables_of = {name: context.by_group(indicator, name) for name in uncertainty.GROUPED}
    asked = {name: table for name, table in tables_of.items() if not table.empty}
    if not asked:
        return
    part(_("Skillnader mellan grupper"), groups_of_all(context, pd.concat(asked.values())))
    for breakdown, results in asked.items():
        _group(context, indicator, breakdown, results)


def groups_of_all(context: Context, results: pd.DataFrame) -> str:
    """Return whose the groups are, and what their uncertainty takes for granted. ``results``: of
    ``Context.by_group``."""
    where = _("Hela kommunen, våg {wave}.").format(wave=context.wave_row()["label"])
    shown = [row for row in results.to_dict("records") if f.is_shown(row)]
    if all(map(findings.nobody_silent, shown)):
        return where
    text = _(
        "Hur många som tillfrågades i varje grupp är inte publicerat, så osäkerheten räknar med "
        "att vilken som helst av dem som inte svarat, eller inte sagt vilken grupp de hör till, "
        "kan höra dit."
    )
    return f"{where} {text}"


def _group(context: Context, indicator: Indicator, breakdown: str, results: pd.DataFrame) -> None:
    head = breakdown_word(breakdown)
    name = _("{indicator} per {breakdown}").format(indicator=indicator.name, breakdown=head.lower())
    st.subheader(name, anchor=f"{indicator.id}-{breakdown}")
    say(findings.differences(context.group_uncertainty(indicator.id, breakdown)))
    key = f"{indicator.id}-{breakdown}"
    notes = notes_of(context, indicator)
    views(
        key,
        {
            _("Diagram"): lambda: show_figure(
                lambda narrow: charts.forest(results, theme=context.theme, narrow=narrow),
                charts.alt_forest(results, title=name, rows="groups"),
                f"forest-{key}",
            ),
            _("Osäkerhet"): lambda: uncertainty.groups(context, indicator, breakdown),
            _("Skillnader"): lambda: uncertainty.differences(context, indicator, breakdown),
            _("Tabell"): lambda: table_and_files(context, key, name, results, notes, head=head),
        }
        | why_hidden(context, results, _place(indicator, breakdown)),
    )


def several_section(context: Context, question_id: str, title: str) -> None:
    """Tell a question with several answers: a row per option, of all who answered."""
    results, asked = context.option_shares(question_id), context.question(question_id)
    if results.empty or asked is None:
        return
    page = THEME_PAGES[asked.theme]
    where = context.department_name or _("Hela kommunen")
    st.subheader(title, anchor=question_id)
    say(findings.most_common(results, where))

    def draw() -> None:
        show_figure(
            lambda narrow: charts.forest(
                results, theme=context.theme, narrow=narrow, rows="options"
            ),
            charts.alt_forest(results, title=f"{title}, {where}", rows="options"),
            f"options-{question_id}",
        )
        note(
            _(
                "{where}. Andel av dem som svarade på frågan; flera svar är möjliga, så andelarna "
                "kan tillsammans bli mer än 100 %."
            ).format(where=where)
        )

    head = _("Svarsalternativ")
    views(
        question_id,
        {
            _("Diagram"): draw,
            _("Osäkerhet"): lambda: uncertainty.options(context, question_id, results, where),
            _("Tabell"): lambda: table_and_files(context, question_id, title, results, head=head),
        }
        | why_hidden(context, results, f"{page}#{question_id}", question=question_id),
    )
