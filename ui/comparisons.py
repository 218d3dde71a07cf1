"""The three questions of the page Jämförelser: wave to wave, one department to the rest, us to
others. One is shown at a time; which, and which indicator and groups, stands in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from queries.catalogue import SURVEY, Indicator, indicators
from queries.catalogue import indicator as indicator_of
from queries.changes import NOT_IN_WAVE
from queries.comparisons import conclusions
from queries.conclusions import Claim, Trial, conclude, seen
from ui import cards, choices, findings, sections, tables, uncertainty
from ui import formats as f
from ui.benchmarks import benchmarks_section
from ui.context import Context
from ui.contrast_charts import alt_contrasts, contrasts
from ui.evidence import (
    Views,
    files,
    link_line,
    note,
    origin,
    say,
    show_figure,
    views,
    why_hidden,
)
from ui.text import (
    _,
    _n,
    breakdown_word,
    list_names,
    plain,
    status_reason,
    status_word,
    theme_word,
)

PAGE, VIEW, INDICATOR, GROUPS = "jamforelser", "fraga", "indikator", "grupper"
WAVES, DEPARTMENTS, OTHERS = "vagor", "forvaltningar", "andra"
DRAWN = 10
"""As many indicators a chart shows, and all that surely differ; the table has every one."""

Row = Mapping[str, Any]


def ask() -> str:
    """Let the visitor choose one of the three questions; return which."""
    words = {
        WAVES: _("Vad har ändrats mellan vågorna?"),
        DEPARTMENTS: _("Skiljer sig en förvaltning från de övriga?"),
        OTHERS: _("Hur står vi oss mot andra?"),
    }
    return choices.pills(
        st, _("Vad vill du veta?"), list(words), key=VIEW, default=WAVES, names=words.__getitem__
    )


def show(context: Context, view: str) -> None:
    """Answer one of the questions."""
    answers: dict[str, Callable[[Context], None]] = {
        WAVES: between_waves,
        DEPARTMENTS: between_departments,
        OTHERS: benchmarks_section,
    }
    answers[view](context)


def _asked() -> list[Indicator]:
    return [i for i in indicators() if i.source.kind == SURVEY]


def _known(row: Row) -> bool:
    return row["status"] == "shown" and not f.is_missing(row["difference"])


def _names(table: pd.DataFrame) -> list[str]:
    """Return the name of the indicator of each row."""
    known = {i.id: i.name for i in _asked()}
    return [known[name] for name in table["indicator"]]


def _one_indicator(rows: pd.DataFrame) -> Indicator | None:
    """Let the visitor choose an indicator of those in ``rows`` (of ``_sorted``) that are shown,
    the first to begin with; None without any."""
    told = list(rows["indicator"][rows["status"] == "shown"].unique())
    if not told:
        return None
    names = {i.id: i.name for i in _asked() if i.id in told}
    chosen = choices.select(
        st, _("Indikator"), list(names), key=INDICATOR, default=told[0], names=names.__getitem__
    )
    return indicator_of(chosen)


def _staying(context: Context, view: str, **more: str) -> Context:
    """Return the context whose links come back to the same question, with ``more`` chosen."""
    return replace(context, address={**context.address, VIEW: view, **more})


def _sorted(table: pd.DataFrame, prefix: str = "") -> pd.DataFrame:
    """Return the rows by consequence: sure differences first, each part by size, absences last."""
    keys = [_weight(row, prefix) for row in table.to_dict("records")]
    order = sorted(range(len(table)), key=keys.__getitem__)
    return table.iloc[order].reset_index(drop=True)


def _weight(row: Row, prefix: str) -> tuple[bool, bool, float]:
    if not _known(row):
        return True, True, 0.0
    return False, not _sure(row, prefix), -abs(row["difference"])


def _sure(row: Row, prefix: str) -> bool:
    return _known(row) and findings.is_sure(row if prefix else findings.as_difference(row))


def _drawn(table: pd.DataFrame, prefix: str) -> pd.DataFrame:
    """Return the rows of ``_sorted`` that fit a chart: all sure ones, at least ``DRAWN`` in all."""
    known = [row for row in table.to_dict("records") if _known(row)]
    sure = sum(_sure(row, prefix) for row in known)
    return table.head(min(len(known), max(DRAWN, sure)))


def _chart(
    context: Context,
    table: pd.DataFrame,
    prefix: str,
    title: str,
    sides: tuple[str, str],
    about: str,
) -> None:
    """Draw the indicators with the largest differences, and say how many are not drawn.

    ``about``: what a difference is, and when it is called sure.
    """
    rows = _drawn(table, prefix)
    drawn = uncertainty.contrast_rows(rows) if prefix else rows
    # Each row is an indicator here: none of them is the whole that stands apart.
    drawn = drawn.assign(name=_names(rows), department=rows["indicator"])
    show_figure(
        lambda narrow: contrasts(drawn, theme=context.theme, narrow=narrow, sides=sides, width=34),
        alt_contrasts(drawn, title=title),
        f"contrasts-{PAGE}-{'rest' if prefix else 'change'}",
    )
    note(about)
    left = sum(map(_known, table.to_dict("records"))) - len(rows)
    if left > 0:
        text = _n(
            "Ytterligare {n} indikator utan tydlig skillnad står i tabellen.",
            "Ytterligare {n} indikatorer utan tydlig skillnad står i tabellen.",
            left,
        )
        note(text.format(n=f.number(left)))


def _take_away(
    context: Context,
    name: str,
    title: str,
    made: Callable[[], pd.DataFrame],
    told: Sequence[tuple[str, str]],
    waves: Sequence[str],
) -> None:
    unit = _("I filen är 0,25 en andel på 25 procent, eller en skillnad på 25 procentenheter.")
    notes = [*told, (_("Enhet"), unit), *origin(context, waves)]
    files(
        context,
        name,
        lambda: tables.xlsx_bytes(made(), title, notes),
        lambda: tables.csv_bytes(made()),
    )


def _mark(context: Context) -> str:
    return _("Arbetsmaterial") if context.viewer.sees_microdata else ""


# --- between the waves ----------------------------------------------------------------------------


def between_waves(context: Context) -> None:
    """Show what has changed: all indicators, then one of them in every department."""
    if not context.compare:
        _choose_a_wave(context)
        return
    table = context.changes()
    rows = _sorted(table[_place(context, table)])
    of_one = len(rows) and not f.is_missing(rows["department"].iloc[0])
    where = plain(rows["name"].iloc[0]) if of_one else _("Hela kommunen")
    for sentence in changes_told(context, rows, where):
        say(sentence)
    if not of_one and (gone := _not_in_both(table)):
        text = _("Alla förvaltningar fanns inte i båda vågorna ({names}): hela kommunen är inte "
                 "samma förvaltningar i dem.")  # fmt: skip
        note(text.format(names=list_names(gone)))
    if not any(map(_known, rows.to_dict("records"))):
        return
    waves = _labels(context)
    title = _("{place}: förändring från våg {before} till våg {after}").format(
        place=where, before=waves[0], after=waves[1]
    )
    sides = (_("minskat"), _("ökat"))
    about = _about_sure(rows)
    shown: Views = {
        _("Diagram"): partial(_chart, context, rows, "", title, sides, about),
        _("Tabell"): partial(_changes_table, context, table, rows, title),
        _("Så räknas det"): lambda: note(_about_changes()),
    }
    place = f"{PAGE}#andringar"
    views(f"{PAGE}-vagor", shown | why_hidden(_staying(context, WAVES), table, place))
    if context.department:
        return
    sections.part(_("En indikator i taget, per förvaltning"))
    if indicator := _one_indicator(rows):
        _one_change(context, indicator)


def _place(context: Context, table: pd.DataFrame) -> pd.Series:
    """Return which rows are of the place to tell of, and say so when it is not the chosen one:
    the department, else what is shown nearest to it, else the whole."""
    place = table["department"]
    if not context.department:
        return place.isna()
    shown = place[(table["status"] == "shown") & place.notna()].value_counts()
    if context.department in shown:
        return place == context.department
    own = table["status"][place == context.department]
    nearest = shown.index[0] if len(shown) else None
    found = place.isna() if nearest is None else place == nearest
    text = _("{name}: ingen förändring kan visas. I stället visas {nearest}.")
    # Of a department that was not there a question may not have been asked at all.
    if (own == NOT_IN_WAVE).any() and own.isin([NOT_IN_WAVE, "not_asked"]).all():
        text = _("{name} fanns inte i båda vågorna. I stället visas {nearest}.")
    near = _("hela kommunen") if nearest is None else plain(table["name"][found].iloc[0])
    say(text.format(name=plain(context.department_name), nearest=near))
    return found


def _not_in_both(table: pd.DataFrame) -> list[str]:
    """Return the names of the departments that one of the waves lacks."""
    lacking = table[(table["status"] == NOT_IN_WAVE) & table["department"].notna()]
    alone = lacking[~lacking["department"].astype(str).str.contains("+", regex=False)]
    return list(dict.fromkeys(alone["name"]))


def _labels(context: Context) -> list[str]:
    return [str(context.wave_row(wave)["label"]) for wave in context.pair]


def _choose_a_wave(context: Context) -> None:
    """Say that nothing is compared, with the way to each comparison; or that there is none."""
    others = context.waves[context.waves["wave"] != context.wave]
    if others.empty:
        text = _("När en våg till är inläst visas här vad som har ändrats, och hur säkert det är.")
        st.html(cards.callout("info", _("Det finns bara en våg att visa"), text))
        return
    say(_("Välj vilken våg som våg {wave} ska jämföras med:").format(
        wave=context.wave_row()["label"]
    ))  # fmt: skip
    lines = [
        link_line(
            context.link(PAGE, jamfor=row["wave"], **{VIEW: WAVES}),
            _("Jämför med våg {wave}").format(wave=row["label"]),
        )
        for row in others.to_dict("records")
    ]
    st.html("".join(lines))


def changes_told(context: Context, rows: pd.DataFrame, where: str) -> list[str]:
    """Return how many indicators have surely changed in a place, which way, and the largest."""
    waves = _labels(context)
    known = [row for row in rows.to_dict("records") if _known(row)]
    if not known:
        statuses = list(rows["status"].unique())
        only = status_reason(statuses[0]) if len(statuses) == 1 and "shown" not in statuses else ""
        none = _("Ingen indikator kan jämföras mellan våg {before} och våg {after}.")
        return [" ".join(filter(None, [none.format(before=waves[0], after=waves[1]), only]))]
    sure = [row for row in known if _sure(row, "")]
    if not sure:
        text = _(
            "{place}: ingen av {all} indikatorer har ändrats tydligt från våg {before} till våg "
            "{after}."
        )
    else:
        text = _(
            "{place}: {sure} av {all} indikatorer har ändrats tydligt från våg {before} till våg "
            "{after}."
        )
    told = [
        text.format(
            place=where,
            sure=f.number(len(sure)),
            all=f.number(len(known)),
            before=waves[0],
            after=waves[1],
        )
    ]
    if sure:
        told[0] += " " + _which_way(sure)
        moved = _("Störst är förändringen i ”{name}”. {moved}")
        name = indicator_of(sure[0]["indicator"]).name
        told.append(moved.format(name=name, moved=findings.moved(sure[0])))
        told += filter(None, [silence_told(sure, "")])
    if absent := len(rows) - len(known):
        text = _n(
            "{n} indikator kan inte jämföras; varför står i tabellen.",
            "{n} indikatorer kan inte jämföras; varför står i tabellen.",
            absent,
        )
        told.append(text.format(n=f.number(absent)))
    return told


def _which_way(sure: Sequence[Row]) -> str:
    """Return how many of the changes are for the better, where a direction is the better one."""
    better = worse = 0
    for row in sure:
        direction = indicator_of(row["indicator"]).direction
        if direction != "neutral":
            up = (row["difference"] > 0) == (direction == "higher")
            better, worse = better + up, worse + (not up)
    told = _("Till det bättre: {better}. Till det sämre: {worse}.").format(
        better=f.number(better), worse=f.number(worse)
    )
    if neither := len(sure) - better - worse:
        text = _("Varken bättre eller sämre: {neither}.")
        told += " " + text.format(neither=f.number(neither))
    return told


def silence_told(sure: Sequence[Row], prefix: str) -> str:
    """Return how many of the sure differences hold whatever those who did not answer think; ""
    where everybody has answered."""
    if all(findings.nobody_silent(row, prefix) for row in sure):
        return ""
    holds = sum(_whatever(row, prefix) for row in sure)
    if holds == len(sure):
        return _("Det gäller vad de som inte svarade än tycker.")
    if not holds:
        return _(
            "Det står sig mot den statistiska osäkerheten. Men de som inte svarade är så många "
            "att det kan vara tvärtom, om de tycker annorlunda."
        )
    return _("{holds} av {all} gäller vad de som inte svarade än tycker.").format(
        holds=f.number(holds), all=f.number(len(sure))
    )


def _whatever(row: Row, prefix: str) -> bool:
    found = findings.evidence(row if prefix else findings.as_difference(row), "diff_")
    claim = seen(found)
    return claim is not None and Trial.SILENT in conclude(claim, found).holds


def _changes_table(context: Context, table: pd.DataFrame, rows: pd.DataFrame, title: str) -> None:
    """Show the changes, most consequential first; the file has every department."""
    told = uncertainty.changes_table(rows, _labels(context))
    told.insert(0, _("Indikator"), _names(rows))
    st.html(cards.data_table(told.drop(columns=_("Förvaltning")), title))
    if not context.department:
        note(_("Filerna har också varje förvaltning."))

    def made() -> pd.DataFrame:
        found = uncertainty.changes_export(table, _labels(context), mark=_mark(context))
        found.insert(1 if _mark(context) else 0, _("Indikator"), _names(table))
        return found

    told_of = [(_("Förändring"), _about_changes())]
    name = f"forandringar-{'-'.join(context.pair)}"
    _take_away(context, name, _("Förändringar"), made, told_of, context.pair)


def _about_changes() -> str:
    return _(
        "Förändringen är andelen i den senare vågen minus andelen i den tidigare, i "
        "procentenheter. Intervallet (95 %) är det för skillnaden mellan två oberoende vågor; "
        "vilka som har svarat båda gångerna är inte känt. Bortfallsgränserna är förändringen om "
        "alla som inte svarade hade tyckt så olika som möjligt. En förändring kallas tydlig när "
        "både intervallet och testet utesluter noll, eller bortfallsgränserna ensamma; mellan "
        "förvaltningar är testet rättat enligt Holm för hur många de är. Varje indikator prövas "
        "för sig: av tjugo som inte har ändrats ser i genomsnitt en ändå ut att ha gjort det. En "
        "fråga som bara ställdes i den ena vågen "
        "jämförs inte."
    )


def _about_sure(rows: pd.DataFrame) -> str:
    """Return when a change is called sure, and what could still undo it, if anybody was silent."""
    known = [row for row in rows.to_dict("records") if _known(row)]
    if all(map(findings.nobody_silent, known)):
        return _("Alla tillfrågade har svarat i båda vågorna, så förändringarna är kända.")
    return _(
        "Tydlig är en förändring när både intervallet och testet utesluter noll, eller "
        "bortfallsgränserna ensamma. Når bortfallsgränserna noll kan bortfallet ändå ändra den."
    )


def _one_change(context: Context, indicator: Indicator) -> None:
    """Show one indicator's change in each department."""
    table = context.changes(indicator.id)

    def draw() -> None:
        drawn = partial(contrasts, table, theme=context.theme, sides=(_("minskat"), _("ökat")))
        alt = alt_contrasts(table, title=indicator.name)
        show_figure(lambda narrow: drawn(narrow=narrow), alt, f"change-{indicator.id}")

    shown: Views = {
        _("Diagram"): draw,
        _("Tabell"): partial(uncertainty.changes_part, context, indicator),
    }
    views(f"{PAGE}-en", shown)


# --- a department and the others ------------------------------------------------------------------


def between_departments(context: Context) -> None:
    """Show who differs from the others: the chosen department, else all of them at a glance."""
    table = context.uncertainty()
    table = pd.DataFrame(table.to_dict("list"))
    if not (table["status"] == "shown").any():
        say(_("Ingen av enkätens indikatorer kan visas för våg {wave}.").format(
            wave=context.wave_row()["label"]
        ))  # fmt: skip
        return
    if alone := _nobody_else(context, table):
        _say_alone(context, alone)
    elif context.department:
        _against_the_rest(context, table)
    else:
        _everybody(context, table)
    place = table["department"]
    # Where no department is shown the whole may be, and then also other groups.
    rows = table[place == context.department] if context.department else table
    if not (rows["status"] == "shown").any():
        return
    told = rows["indicator"][rows["status"] == "shown"].unique()
    asked = [] if alone else ["department"]
    asked += [
        name
        for name in uncertainty.GROUPED
        if any(not context.by_group(indicator_of(one), name).empty for one in told[:1])
    ]
    if not asked:
        return
    sections.part(_("En indikator i taget"))
    if indicator := _one_indicator(_sorted(rows, "diff_")):
        _between_groups(context, indicator, asked)


def _nobody_else(context: Context, table: pd.DataFrame) -> str:
    """Return why no department can have any others to be compared with; "" where one may."""
    grid, rows = context.departments(), table[table["department"].notna()]
    wave = context.wave_row()["label"]
    if len(grid) == 1:
        return _("Våg {wave} har bara en förvaltning: {name}. Det finns inga övriga.").format(
            wave=wave, name=plain(grid["name"].iloc[0])
        )
    if any(map(_known, rows.to_dict("records"))) or (rows["status"] == "hidden").any():
        return ""
    return _("I våg {wave} har bara en förvaltning svarat. Det finns inga övriga svar.").format(
        wave=wave
    )


def _say_alone(context: Context, why: str) -> None:
    """Say that there is nobody else to compare with, and what can be seen instead."""
    st.html(cards.callout("info", _("Det finns ingen annan förvaltning att jämföra med"), why))
    there = context.link(PAGE, **{VIEW: OTHERS})
    st.html(link_line(there, _("Jämför i stället med vad andra har publicerat")))
    st.html(link_line(context.link("sammanfattning"), _("Se svaren i sammanfattningen")))


def _between_groups(context: Context, indicator: Indicator, asked: Sequence[str]) -> None:
    """Show how the groups that are chosen differ in one indicator: departments, else those of what
    the questionnaire asked people about themselves; ``asked``: those that there are."""
    breakdown = choices.pills(
        st, _("Grupper"), asked, key=GROUPS, default=asked[0], names=breakdown_word
    )
    shown: Views = {
        _("Skillnader"): partial(uncertainty.differences, context, indicator, breakdown)
    }
    if breakdown == "department":
        shown[_("Osäkerhet")] = partial(uncertainty.show, context, indicator)
        views(f"{PAGE}-forvaltningar", shown)
        return
    # Before the numbers: where a department is chosen, these are still of everybody.
    results = context.by_group(indicator, breakdown)
    say(sections.groups_of_all(context, results))
    shown[_("Osäkerhet")] = partial(uncertainty.groups, context, indicator, breakdown)
    here = _staying(context, DEPARTMENTS, **{INDICATOR: indicator.id, GROUPS: breakdown})
    views(f"{PAGE}-grupper", shown | why_hidden(here, results, PAGE))


def _against_the_rest(context: Context, table: pd.DataFrame) -> None:
    """Show the chosen department beside all others, indicator by indicator."""
    sections.hidden_note(_staying(context, DEPARTMENTS), table, PAGE)
    rows = _sorted(table[table["department"] == context.department], "diff_")
    where = plain(context.department_name)
    if len(nearest := _told_instead(context, table, rows)):
        text = _(
            "{name} kan inte jämföras med övriga i någon indikator. I stället visas {nearest}."
        )
        rows, name = nearest, where
        where = plain(rows["name"].iloc[0])
        say(text.format(name=name, nearest=where))
    for sentence in rest_told(rows, where):
        say(sentence)
    if any(map(_known, rows.to_dict("records"))):
        title = _("{name} mot övriga").format(name=where)
        rest = _as_rest(rows)
        sides = (_("lägre"), _("högre"))
        about = uncertainty.about_differences(context, "department", rows)
        shown: Views = {
            _("Diagram"): partial(_chart, context, rest, "diff_", title, sides, about),
            _("Tabell"): partial(_rest_table, context, rows, title),
            _("Så räknas det"): lambda: note(_about_rest()),
        }
        place = f"{PAGE}#skillnader"
        views(f"{PAGE}-rest", shown | why_hidden(_staying(context, DEPARTMENTS), rows, place))
    text = _("Alla förvaltningar mot övriga")
    st.html(link_line(context.link(PAGE, forvaltning=None, **{VIEW: DEPARTMENTS}), text))


def _told_instead(context: Context, table: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of those who are told together with a chosen place of which nothing is; empty
    where something is, or where what is nearest can be chosen and has been named with a link."""
    place, merged = table["department"], {m.code for m in context.mergings()}
    beside = place.notna() & (place != context.department) & (table["status"] == "shown")
    beside &= ~place.isin(set(context.departments()["code"]))
    shown = place[beside].value_counts()
    if any(map(_known, rows.to_dict("records"))) or not len(shown) or shown.index[0] in merged:
        return table.head(0)
    return _sorted(table[place == shown.index[0]], "diff_")


def _as_rest(table: pd.DataFrame) -> pd.DataFrame:
    """Return rows of ``queries.uncertainty`` as those of ``Differences.rest`` are named."""
    named = {"department": "code", "diff_p": "p_holm", "diff_exact": "exact"}
    # The non-response bounds there are those of the difference alone.
    return table.drop(columns=["bound_low", "bound_high"]).rename(columns=named)


def rest_told(rows: pd.DataFrame, where: str) -> list[str]:
    """Return in how many indicators a department surely differs, which way, and the largest."""
    known = [row for row in rows.to_dict("records") if _known(row)]
    if not known:
        return [_("{name} kan inte jämföras med övriga i någon indikator.").format(name=where)]
    sure = [row for row in known if _sure(row, "diff_")]
    if not sure:
        text = _("{name} skiljer sig inte tydligt från övriga i någon av {all} indikatorer.")
        return [text.format(name=where, all=f.number(len(known)))]
    higher = sum(row["difference"] > 0 for row in sure)
    text = _(
        "{name} skiljer sig tydligt från övriga i {sure} av {all} indikatorer: högre i {higher}, "
        "lägre i {lower}."
    )
    first = text.format(
        name=where,
        sure=f.number(len(sure)),
        all=f.number(len(known)),
        higher=f.number(higher),
        lower=f.number(len(sure) - higher),
    )
    largest = sure[0]
    text = _("Störst är skillnaden i ”{name}”: {share} ({size}).")
    return [
        first,
        text.format(
            name=indicator_of(largest["indicator"]).name,
            share=_share(largest),
            size=findings.difference_text(largest),
        ),
        *filter(None, [silence_told(sure, "diff_")]),
    ]


def _share(row: Row) -> str:
    told = f.share_text(row["numerator"], row["denominator"], row["share"])
    counted = f.count_text(row["numerator"], row["denominator"])
    return told if told == counted else _("{share}, {count}").format(share=told, count=counted)


def withstood(row: Row) -> str:
    """Return what a row's difference from the rest withstands, in a sentence."""
    if not _known(row):
        return status_reason(row["status"]) if row["status"] != "shown" else ""
    about = (Claim.HIGHER_THAN_REST, Claim.LOWER_THAN_REST)
    told = [c.sentence() for c in conclusions(row, None) if c.claim in about]
    if not told:
        return _("Andelen är densamma som hos övriga.")
    exact = row["diff_exact"] == True  # noqa: E712  # null where nothing is tested
    # What is sure whatever the silent think does not rest on the test.
    test = [_("Prövat med ett exakt test.")] if exact and not findings.sure_by_bounds(row) else []
    return " ".join([*told, *test])


def _rest_table(context: Context, rows: pd.DataFrame, title: str) -> None:
    rest = _as_rest(rows).assign(name=_names(rows))
    sentences = [withstood(row) for row in rows.to_dict("records")]
    st.html(cards.data_table(uncertainty.rest_table(rest, _("Indikator")), title, sentences))

    def made() -> pd.DataFrame:
        found = uncertainty.rest_export(_as_rest(rows), _("Förvaltning"), mark=_mark(context))
        found.insert(1 if _mark(context) else 0, _("Indikator"), _names(rows))
        return found.assign(**{_("Slutsats"): sentences})

    told = [(_("Skillnad mot övriga"), _about_rest())]
    name = f"mot-ovriga-{context.department}-{context.wave}"
    _take_away(context, name, title, made, told, [context.wave])


def _about_rest() -> str:
    return _(
        "Skillnaden är andelen i förvaltningen minus andelen bland alla övriga som svarade, i "
        "procentenheter, med 95 % intervall. Bortfallsgränserna är skillnaden om alla som inte "
        "svarade hade tyckt så olika som möjligt. En skillnad kallas tydlig när både intervallet "
        "och testet utesluter noll, och testet är rättat enligt Holm för hur många förvaltningar "
        "som jämförs, eller när bortfallsgränserna ensamma utesluter noll. Där svaren är få "
        "används ett exakt test. Varje indikator prövas för sig: av tjugo där inget skiljer ser i "
        "genomsnitt en ändå ut att göra det."
    )


def _everybody(context: Context, table: pd.DataFrame) -> None:
    """Show every department's difference from the others in every indicator."""
    for sentence in everybody_told(table):
        say(sentence)

    def draw() -> None:
        rows, columns = differences_matrix(context, table)
        st.html(cards.matrix(rows, columns, corner=_("Indikator"), level=3))
        note(
            _(
                "Procentenheter mot alla övriga, i våg {wave}. Bara de som är märkta med ord "
                "skiljer sig tydligt: läs inte de andra som en rangordning. Där färre än 20 svar "
                "ligger bakom står antalet vid. Varje tal leder till förvaltningens jämförelse."
            ).format(wave=context.wave_row()["label"])
        )

    def made() -> pd.DataFrame:
        rest = table[table["department"].notna()]
        found = uncertainty.rest_export(_as_rest(rest), _("Förvaltning"), mark=_mark(context))
        found.insert(1 if _mark(context) else 0, _("Indikator"), _names(rest))
        return found

    told = [(_("Skillnad mot övriga"), _about_rest())]
    name = f"mot-ovriga-{context.wave}"
    title = _("Skillnader mot övriga")
    shown: Views = {
        _("Översikt"): draw,
        _("Filer"): lambda: _take_away(context, name, title, made, told, [context.wave]),
        _("Så räknas det"): lambda: note(_about_rest()),
    }
    place = f"{PAGE}#skillnader"
    views(f"{PAGE}-alla", shown | why_hidden(_staying(context, DEPARTMENTS), table, place))


def everybody_told(table: pd.DataFrame) -> list[str]:
    """Return how many differences are sure, and the largest of them."""
    rows = _sorted(table[table["department"].notna()], "diff_").to_dict("records")
    known = [row for row in rows if _known(row)]
    sure = [row for row in known if _sure(row, "diff_")]
    if not known:
        return [_("Ingen förvaltning kan jämföras med de övriga.")]
    if not sure:
        return [_("Ingen förvaltning skiljer sig tydligt från de övriga i någon indikator.")]
    count = len({row["indicator"] for row in sure})
    text = _n(
        "I {n} av {all} indikatorer skiljer sig någon förvaltning tydligt från de övriga.",
        "I {n} av {all} indikatorer skiljer sig någon förvaltning tydligt från de övriga.",
        count,
    )
    asked = len({row["indicator"] for row in known})
    largest = sure[0]
    size = _("Störst är skillnaden för {place} i ”{name}”: {share} ({size}).")
    return [
        text.format(n=f.number(count), all=f.number(asked)),
        size.format(
            place=plain(largest["name"]),
            name=indicator_of(largest["indicator"]).name,
            share=_share(largest),
            size=findings.difference_text(largest),
        ),
        *filter(None, [silence_told(sure, "diff_")]),
    ]


def differences_matrix(
    context: Context, table: pd.DataFrame
) -> tuple[list[cards.MatrixRow], list[cards.MatrixColumn]]:
    """Return departments × indicators of differences; each cell leads to its department."""
    # As in the other matrices: also a merging that somewhere tells what its departments may not.
    overview = context.overview(*(i.id for i in _asked())).dropna(subset="department")
    names = dict(zip(overview["department"], overview["name"], strict=True))
    names |= {code: name for code, name in context.merging_names().items() if code in names}
    columns = [cards.MatrixColumn(code, code, title=plain(name)) for code, name in names.items()]
    kept = table[table["department"].isin(names)]
    found = {
        (row["indicator"], row["department"]): {"difference": None, **row}
        # A merging stands in the table only where it is nearest to something hidden.
        for row in [*overview.to_dict("records"), *kept.to_dict("records")]
    }
    groups = {
        theme: cards.MatrixGroup(theme_word(theme))
        for theme in dict.fromkeys(i.theme for i in _asked())
    }
    rows = []
    for indicator in _asked():
        cells = {
            code: _difference_cell(context, found[indicator.id, code])
            for code in names
            if (indicator.id, code) in found
        }
        # A question that was not put has the same word in every cell: it is not in the matrix.
        if cells and any(cell.status != "not_asked" for cell in cells.values()):
            group = groups[indicator.theme]
            rows.append(cards.MatrixRow(indicator.name, cells, group=group))
    return rows, columns


def _difference_cell(context: Context, row: Row) -> cards.MatrixCell:
    href = context.link(PAGE, forvaltning=row["department"], **{VIEW: DEPARTMENTS})
    if not _known(row):
        word = f.MISSING if row["status"] == "shown" else status_word(row["status"])
        return cards.MatrixCell(word, row["status"], href=href)
    text = f.points_short(row["difference"], 0)
    if row["denominator"] < f.SMALL_BASE:
        text += f" ({f.count_text(row['numerator'], row['denominator'])})"
    mark = ("above" if row["difference"] > 0 else "below") if _sure(row, "diff_") else ""
    return cards.MatrixCell(text, "shown", mark=mark, href=href)
