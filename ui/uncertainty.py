"""The views of a survey indicator that say how sure it is, and whether anybody differs.

``show``         *Osäkerhet*: the three uncertainties of one share, and what a conclusion withstands
``groups``       the same of one group: a position, kind of role, sex or age
``options``      the same of one answer where several can be chosen
``differences``  *Skillnader*: each group less all others, every pair, and one test of them all
``changes_part`` the interval of a change between two waves, in words and as a table

Each is drawn when its view is opened, and everything it shows can be taken away as files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from queries.catalogue import Indicator
from queries.comparisons import Differences, Weighting, conclusions
from queries.conclusions import ROUNDING
from queries.reference import Question
from queries.selection import UNSURE, scores
from queries.uncertainty import UNCERTAINTY
from ui import cards, choices, findings, tables
from ui import formats as f
from ui import uncertainty_charts as charts
from ui.context import Context
from ui.contrast_charts import alt_contrasts, contrasts
from ui.evidence import files, note, notes_of, origin, say, show_figure
from ui.text import (
    _,
    _n,
    attribute_word,
    breakdown_word,
    join_words,
    list_names,
    plain,
    source_words,
    status_reason,
    status_word,
)

Row = Mapping[str, Any]

EVERYBODY = "alla"
"""Everybody, where one of several groups is chosen."""
TESTS = ("p_holm", "exact")
"""The columns of a difference that are of its test."""


# --- one share and its uncertainties --------------------------------------------------------------


def show(context: Context, indicator: Indicator) -> None:
    """Show how sure the share is, of the chosen department or of all: sentences, chart, table."""
    table = context.uncertainty(indicator.id)
    whole = findings.whole_of(table)
    chosen = table[table["department"] == context.department].to_dict("records")
    own = chosen[0] if chosen else None
    names = {id(own): plain(own["name"]) if own else "", id(whole): _("Hela kommunen")}
    row = own if own and f.is_shown(own) else whole
    for hidden in (own, whole):
        if hidden and not f.is_shown(hidden):
            say(_told_of(names[id(hidden)], status_reason(hidden["status"])))
    if not (row and f.is_shown(row)):
        return
    limit = indicator.thresholds[0] if indicator.thresholds else None
    place = names[id(row)]
    show_share(
        context,
        row,
        place,
        title=indicator.name,
        key=indicator.id,
        threshold=limit.value if limit else None,
        threshold_source=source_words(limit.source) if limit else "",
        no_unsure=unsure_among_several(context.question(indicator.source.question)),
    )
    weighting = table.attrs.get("weighting") or Weighting()
    told = weights_told(context, indicator.id, weighting, row)
    told += _mean_told(context, indicator, row)
    for text in told:
        note(text)
    _uncertainty_files(context, indicator, table, told)


def show_share(
    context: Context,
    row: Row,
    place: str,
    *,
    title: str,
    key: str,
    threshold: float | None = None,
    threshold_source: str = "",
    no_unsure: str = "",
) -> None:
    """Show what can be concluded of a share that is shown (a row of ``queries.uncertainty``), its
    uncertainties as a chart, and the ways to count it as a table.

    ``no_unsure``: why there is no share without *vet ej*; the question has none, if not said.
    """
    name = _("{indicator}, {place}").format(indicator=title, place=place)
    for sentence in concluded(row, threshold):
        # With what it is about, so that it can be quoted as it stands.
        say(_told_of(name, sentence))
    drawn = partial(
        charts.three,
        row,
        theme=context.theme,
        threshold=threshold,
        threshold_source=threshold_source,
    )
    show_figure(
        lambda narrow: drawn(narrow=narrow),
        charts.alt_three(row, title=f"{title}, {place}", threshold=threshold),
        f"three-{key}",
    )
    note(_caption(context, row, place, no_unsure))
    st.html(cards.data_table(ways_table(row), name))


def _told_of(place: str, sentence: str) -> str:
    return _("{place}: {sentence}").format(place=plain(place), sentence=sentence)


def concluded(row: Row, limit: float | None = None) -> list[str]:
    """Return what can be concluded of a row of ``queries.uncertainty``, a sentence for each claim.

    About the half, the threshold if there is one, and the rest if the row is of a department.
    """
    found = [claim.sentence() for claim in conclusions(row, limit)]
    return found or [_("Andelen är precis hälften, så det finns ingen majoritet att pröva.")]


def _caption(context: Context, row: Row, place: str, no_unsure: str = "") -> str:
    """Return what the bars are, whose share it is, and what cannot be drawn."""
    parts = [
        _("{place}, våg {wave}: {count} svar.").format(
            place=place,
            wave=context.wave_row()["label"],
            count=f.count_text(row["numerator"], row["denominator"]),
        ),
        _(
            "Statistisk osäkerhet: 95 % konfidensintervall. De som inte svarade: andelen om alla "
            "de svarat nej, respektive ja."
        )
        if not findings.nobody_silent(row)
        else _("Alla tillfrågade har svarat, så andelen är känd."),
    ]
    if f.is_missing(row["dont_know"]):
        parts.append(no_unsure or _("Frågan har inget ”vet ej” att räkna bort."))
    elif not row["dont_know"]:
        parts.append(_("Ingen svarade ”vet ej”."))
    elif f.is_missing(row["without_share"]):
        parts.append(_("Alla svarade ”vet ej”, så utan dem finns inget att räkna."))
    else:
        text = _n(
            "{n} svarade ”vet ej”; utan dem är andelen {share}.",
            "{n} svarade ”vet ej”; utan dem är andelen {share}.",
            int(row["dont_know"]),
        )
        parts.append(text.format(n=f.number(row["dont_know"]), share=findings.without_text(row)))
    return " ".join(parts)


GROUPED = ("position", "occupation", "sex", "age")
"""What people are grouped by beside their department."""


def groups(context: Context, indicator: Indicator, breakdown: str) -> None:
    """Show how sure the share of one group is, of the whole municipality: which, is chosen."""
    table = context.group_uncertainty(indicator.id, breakdown)
    head = breakdown_word(breakdown)
    shown = table[(table["status"] == "shown").to_numpy(dtype=bool)]
    rows = {_place_code(row): row for row in shown.to_dict("records")}
    if not set(rows) - {EVERYBODY}:
        statuses = set(table["status"][table["department"].notna()])
        only = status_reason(statuses.pop()) if len(statuses) == 1 else ""
        say(" ".join(filter(None, [_("Ingen av grupperna kan visas."), only])))
        return
    names = {code: plain(row["name"]) for code, row in rows.items()}
    if EVERYBODY in names:
        names[EVERYBODY] = _("Hela kommunen")
    chosen = choices.select(
        st, head, list(names), key=f"grupp-{breakdown}", default=next(iter(names)),
        names=names.__getitem__,
    )  # fmt: skip
    row, place = rows[chosen], names[chosen]
    limit = indicator.thresholds[0] if indicator.thresholds else None
    show_share(
        context,
        row,
        place,
        title=indicator.name,
        key=f"{indicator.id}-{breakdown}",
        threshold=limit.value if limit else None,
        threshold_source=source_words(limit.source) if limit else "",
        no_unsure=unsure_among_several(context.question(indicator.source.question)),
    )
    means = _mean_told(context, indicator, row)
    for text in (unweighted_told(), *means):
        note(text)
    exported = partial(uncertainty_export, table, mark=_mark(context), head=head)
    notes = [
        *notes_of(context, indicator),
        (_("Grupper"), groups_told(table)),
        *((_("Medelvärde"), text) for text in means),
        *origin(context, [context.wave], register=False),
    ]
    name = f"osakerhet-{indicator.id}-{breakdown}-{context.wave}"
    _two_files(context, name, exported, indicator, notes)


def _place_code(row: Row) -> str:
    return EVERYBODY if f.is_missing(row["department"]) else str(row["department"])


def unweighted_told() -> str:
    return _("Grupperna är ovägda: alla som svarade räknas lika.")


def groups_told(table: pd.DataFrame) -> str:
    """Return, for a file, what a group's uncertainties take for granted: it is not told how many of
    each were invited."""
    known = [row for row in table.to_dict("records") if f.is_shown(row)]
    if all(map(findings.nobody_silent, known)):
        text = _("Alla tillfrågade har svarat, så andelarna är kända.")
    else:
        text = _(
            "Hur många som tillfrågades i varje grupp är inte publicerat. Därför räknar "
            "bortfallsgränserna med att vilken som helst av dem som inte svarade, eller inte sade "
            "vilken grupp de hör till, kan höra dit."
        )
    return f"{text} {unweighted_told()}"


def options(context: Context, question: str, results: pd.DataFrame, where: str) -> None:
    """Show how sure the share of one answer is, where several can be chosen. ``results``: of
    ``Context.option_shares``; ``where``: whose they are, in words."""
    shown = [row for row in results.to_dict("records") if f.is_shown(row)]
    if not shown:
        say(_told_of(where, status_reason(results["status"].iloc[0])))
        return
    rows = {str(row["department"]): row for row in shown}
    names = {code: plain(row["name"]) for code, row in rows.items()}
    chosen = choices.select(
        st, _("Svar"), list(names), key=f"svar-{question}", default=next(iter(names)),
        names=names.__getitem__,
    )  # fmt: skip
    # An answer is no indicator: nothing but its share is worked out, and the rest is not known.
    row = dict.fromkeys(UNCERTAINTY, float("nan")) | rows[chosen]
    none = unsure_among_several(context.question(question))
    show_share(context, row, where, title=names[chosen], key=question, no_unsure=none)


def unsure_among_several(question: Question | None) -> str:
    """Return why there is no share without *vet ej* of a question with several answers that has it;
    "" of all others."""
    if question is None or question.type != "multiple" or UNSURE not in question.codes:
        return ""
    return _("Vid flera svar räknas ”vet ej” som ett av svaren.")


def ways_table(row: Row) -> pd.DataFrame:
    """Return the ways to count one share beside each other, as display strings."""
    ways = [(_("Som publicerat, ovägt"), "share", "low", "high", row["denominator"])]
    if not f.is_missing(row["without_share"]) and row["dont_know"]:
        ways.append((_("Utan ”vet ej”, ovägt"), *_of("without"), row["without_denominator"]))
    # A department by itself has one weight: its weighted share would be the same line once more.
    if _is_weighted(row):
        ways.append((_("Vägt till ramen"), *_of("weighted"), row["denominator"]))
    if not f.is_missing(row["post_share"]):
        # Whoever is of no kind that the frame has is left out of it.
        ways.append((_("Efterstratifierat"), *_of("post"), row["post_denominator"]))
    return pd.DataFrame(
        [
            {
                _("Sätt att räkna"): name,
                # Of people a weighted share is no count: there the base stands beside it.
                _("Andel"): f.share_text(row["numerator"], base, row[share], 1)
                if share in ("share", "without_share")
                else f.percent(row[share], 1),
                _("95 % intervall"): f.interval(row[low], row[high], 1),
                _("Underlag"): f.number(base),
            }
            for name, share, low, high, base in ways
        ],
        dtype=str,
    )


def _of(way: str) -> tuple[str, str, str]:
    return f"{way}_share", f"{way}_low", f"{way}_high"


def _is_weighted(row: Row) -> bool:
    """Return whether weights can say anything: not of one department, whose people weigh alike."""
    several = f.is_missing(row["department"]) or "+" in str(row["department"])
    return several and not f.is_missing(row["weighted_share"])


def weights_told(context: Context, indicator: str, weighting: Weighting, row: Row) -> list[str]:
    """Return which weights were used, what is one stratum because it is hidden, and whom no weight
    can speak for."""
    names = dict(context.departments()[["code", "name"]].itertuples(index=False, name=None))
    used = _("En förvaltning för sig vägs inte: alla som svarade där väger lika.")
    if _is_weighted(row):
        used = _(
            "Vägt till ramen: varje förvaltning väger så mycket som sin del av de tillfrågade, "
            "så att den där många svarade inte väger för tungt."
        )
        if merged := weighting.merged.get(indicator):
            text = _("{names} är dolda för frågan och vägs som en enda grupp.")
            used += " " + text.format(names=list_names(names.get(code, code) for code in merged))
    told = [used]
    for _code, name, invited in weighting.missing:
        text = _n(
            "{name}: 0 av {n} tillfrågad svarade, och ingen vikt kan låta någon annan svara för "
            "den förvaltningen.",
            "{name}: 0 av {n} tillfrågade svarade, och ingen vikt kan låta någon annan svara för "
            "den förvaltningen.",
            invited,
        )
        told.append(text.format(name=plain(name), n=f.number(invited)))
    return told + _post_told(weighting)


def _post_told(weighting: Weighting) -> list[str]:
    """Return by what the post-stratified share is weighted, or why there is none."""
    if not weighting.poststratified:
        none = _(
            "Efterstratifierat: saknas, för ramen har varken befattning, roll, kön eller ålder."
        )
        return [weighting.reason or none]
    words = join_words(attribute_word(name).lower() for name in weighting.poststratified)
    text = _("Efterstratifierat: vägt så att också {attributes} fördelar sig som i ramen.")
    told = text.format(attributes=words)
    for kind, people in weighting.missing_kinds:
        text = _n(
            "Ingen svarade av {kind} ({n} person i ramen).",
            "Ingen svarade av {kind} ({n} personer i ramen).",
            people,
        )
        told += " " + text.format(kind=plain(kind), n=f.number(people))
    if weighting.left_out:
        text = _n(
            "{n} svar är av ett slag som ramen inte har och räknas inte där.",
            "{n} svar är av ett slag som ramen inte har och räknas inte där.",
            weighting.left_out,
        )
        told += " " + text.format(n=f.number(weighting.left_out))
    return [told]


def _mean_told(context: Context, indicator: Indicator, row: Row) -> list[str]:
    """Return the mean of a question on a scale with its interval, and what the ends stand for."""
    asked = context.question(indicator.source.question)
    if f.is_missing(row["mean"]) or asked is None:
        return []
    apart = len(scores(asked)) < len(asked.options)
    return [" ".join([mean_text(row, apart=apart), scale_told(asked)])]


def scale_told(asked: Question) -> str:
    """Return what the ends of a question's scale stand for, and what a mean takes for granted."""
    steps = sorted(scores(asked).items(), key=lambda step: step[1])
    ends = [_end(value, plain(asked.option(code).label)) for code, value in (steps[0], steps[-1])]
    scale = _("Skalan är {ends}, och avståndet mellan stegen räknas som lika stort.")
    return scale.format(ends=join_words(ends))


def _end(value: int, label: str) -> str:
    """Return a step of a scale and its word; many a scale has the number in the word."""
    number = f.number(value)
    return label if label.startswith(number) else _("{n} = {label}").format(n=number, label=label)


def mean_text(row: Row, *, apart: bool = True) -> str:
    """Return "Medelvärde: 3,40 (95 % intervall 3,10–3,70)." and what the silent could make of it.

    ``apart``: the question has *vet ej*, which is not in the mean.
    """
    ends = ("low", "high", "bound_low", "bound_high")
    values = {end: f.number(row[f"mean_{end}"], 2) for end in ends}
    text = (
        _("Medelvärde utan ”vet ej”: {mean} (95 % intervall {low}–{high}).")
        if apart
        else _("Medelvärde: {mean} (95 % intervall {low}–{high}).")
    )
    if not findings.nobody_silent(row):
        text += " " + _(
            "Hade alla som inte svarade valt det lägsta steget vore det {bound_low}, och det "
            "högsta {bound_high}."
        )
    return text.format(mean=f.number(row["mean"], 2), **values)


def _uncertainty_files(
    context: Context, indicator: Indicator, table: pd.DataFrame, told: Sequence[str]
) -> None:
    exported = partial(uncertainty_export, table, mark=_mark(context))
    notes = [
        *notes_of(context, indicator),
        (_("Vikter"), " ".join(told)),
        *origin(context, [context.wave], register=False),
    ]
    _two_files(context, f"osakerhet-{indicator.id}-{context.wave}", exported, indicator, notes)


def uncertainty_export(
    table: pd.DataFrame, *, mark: str = "", head: str | None = None
) -> pd.DataFrame:
    """Return every uncertainty of each place for a file: real numbers, shares as fractions.

    ``head``: what the places are (default "Förvaltning").
    """
    several = {
        "": _("95 % intervall"),
        "without": _("Utan vet ej"),
        "weighted": _("Vägt till ramen"),
        "post": _("Efterstratifierat"),
        "mean": _("Medelvärde"),
    }
    heads = {
        "numerator": _("Antal"),
        "denominator": _("Underlag"),
        "share": _("Andel"),
        **_limits(several[""], "low", "high"),
        **_limits(_("Bortfallsgräns"), "bound_low", "bound_high"),
        "dont_know": _("Vet ej"),
        "without_denominator": _("Underlag utan vet ej"),
    }
    for way in ("without", "weighted", "post"):
        heads[f"{way}_share"] = several[way]
        heads |= _limits(several[way], f"{way}_low", f"{way}_high")
    heads |= {
        "weighted_se": _("Vägt till ramen, medelfel"),
        "weighted_df": _("Vägt till ramen, frihetsgrader"),
        "mean": several["mean"],
        **_limits(several["mean"], "mean_low", "mean_high"),
        **_limits(_("Medelvärde, bortfallsgräns"), "mean_bound_low", "mean_bound_high"),
        "difference": _("Skillnad mot övriga"),
        **_limits(_("Skillnad mot övriga"), "diff_low", "diff_high"),
        **_limits(_("Skillnad mot övriga, bortfallsgräns"), "diff_bound_low", "diff_bound_high"),
        "diff_p": _("p-värde enligt Holm"),
        "diff_exact": _("Exakt test"),
        "diff_without": _("Skillnad mot övriga utan vet ej"),
    }
    # A question without *vet ej*, or a frame without positions, has no such column at all.
    heads = {name: head for name, head in heads.items() if not table[name].isna().all()}
    names = {"department": _("Kod"), "name": head or _("Förvaltning")}
    return exported(table, names, heads, mark=mark)


def _limits(head: str, low: str, high: str) -> dict[str, str]:
    lower, upper = _("{head}, nedre"), _("{head}, övre")
    return {low: lower.format(head=head), high: upper.format(head=head)}


def exported(
    table: pd.DataFrame, names: Mapping[str, str], heads: Mapping[str, str], *, mark: str = ""
) -> pd.DataFrame:
    """Return a table for a file: ``names`` columns as text, ``heads`` columns as numbers.

    Every number of a row whose ``status`` is not shown is the word for why; without that column
    all rows are shown. ``mark`` stands in a column of its own.
    """
    rows = []
    for record in table.to_dict("records"):
        word = "" if record.get("status", "shown") == "shown" else status_word(record["status"])
        row = {_("Märkning"): mark} if mark else {}
        for column, head in names.items():
            value = record[column]
            row[head] = "" if f.is_missing(value) else plain(value)
        for column, head in heads.items():
            row[head] = word or _number(record[column])
        rows.append(row)
    columns = [*([_("Märkning")] if mark else []), *names.values(), *heads.values()]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _number(value: Any) -> Any:
    return None if f.is_missing(value) else value


# --- differences ----------------------------------------------------------------------------------


def differences(context: Context, indicator: Indicator, breakdown: str = "department") -> None:
    """Show whether the groups differ: the sizes, the test, each against the rest, every pair."""
    found = context.differences(indicator.id, breakdown)
    rest, pairs = found.rest, found.pairs
    of_departments = breakdown == "department"
    if of_departments and context.department:
        chosen = context.department
        rest = rest[rest["code"] == chosen]
        pairs = pairs[(pairs["first"] == chosen) | (pairs["second"] == chosen)]
    for sentence in differences_told(found, rest, breakdown):
        say(sentence)
    compared = rest[rest["status"].eq("shown") & rest["difference"].notna()]
    if compared.empty:
        return
    head = breakdown_word(breakdown)
    key = indicator.id if of_departments else f"{indicator.id}-{breakdown}"
    title = _("{indicator}, skillnad mot övriga").format(indicator=indicator.name)
    drawn = contrast_rows(rest)
    show_figure(
        lambda narrow: contrasts(drawn, theme=context.theme, narrow=narrow),
        alt_contrasts(drawn, title=title),
        f"contrasts-{key}",
    )
    note(about_differences(context, breakdown, rest))
    st.html(cards.data_table(rest_table(rest, head), title))
    about = origin(context, [context.wave], register=False)
    notes = [*notes_of(context, indicator), *_tests_told(found), *about]
    name = f"skillnader-{key}-{context.wave}"
    mark = _mark(context)
    _two_files(context, name, partial(rest_export, rest, head, mark=mark), indicator, notes)
    # Of two groups the only pair is what stands above.
    if len(pairs) > 1:
        with st.expander(_("Parvis, var och en mot var och en")):
            st.html(cards.data_table(pairs_table(pairs), title))
            made = partial(pairs_export, pairs, mark=mark)
            _two_files(context, f"{name}-parvis", made, indicator, notes)
    _mean_differences(
        context, indicator, found.means[found.means["code"].isin(rest["code"])], head, key
    )
    if of_departments and context.viewer.sees_microdata:
        _standardised(context, indicator, _sure_codes(rest))


def _sure_codes(rest: pd.DataFrame) -> set[str]:
    """Return the codes of those who surely differ from the rest."""
    rows = rest[rest["status"].eq("shown") & rest["difference"].notna()].to_dict("records")
    return {row["code"] for row in rows if findings.is_sure(row)}


def contrast_rows(rest: pd.DataFrame) -> pd.DataFrame:
    """Return the rows as a chart of contrasts reads them: the limits are of the difference."""
    kept = rest.drop(columns=["low", "high"])
    return kept.rename(
        columns={f"diff_{end}": end for end in ("low", "high", "bound_low", "bound_high")}
    )


def differences_told(found: Differences, rest: pd.DataFrame, breakdown: str) -> list[str]:
    """Return the sizes first, then whether a test bears them, each in a plain sentence.

    ``rest``: the rows of ``found`` that are told of.
    """
    rows = [
        row
        for row in rest.to_dict("records")
        if row["status"] == "shown" and not f.is_missing(row["difference"])
    ]
    told = []
    if rows:
        sure = [row for row in rows if findings.is_sure(row)]
        if not any(map(_differs, rows)):
            # Of nothing none is the largest; where all are alike the reason below says it.
            told += [] if found.reason else [_("Andelen är densamma som hos övriga.")]
        elif sure:
            sizes = join_words(_sized(row) for row in _widest_first(sure))
            told.append(_("Tydlig skillnad mot övriga: {sizes}.").format(sizes=sizes))
        else:
            largest = _widest_first(rows)[0]
            text = (
                _("{size}. Skillnaden mot övriga är inte tydlig.")
                if len(rows) == 1
                else _("Ingen skiljer sig tydligt från övriga. Störst är skillnaden för {size}.")
            )
            told.append(text.format(size=_sized(largest)))
    elif len(rest) == 1 and rest["status"].iloc[0] != "shown":
        only = rest.to_dict("records")[0]
        told.append(_told_of(only["name"], status_reason(only["status"])))
    told += [found.reason] if found.reason else []
    if together := association_told(found, breakdown, rows):
        told.append(together)
    return told


def _differs(row: Row) -> bool:
    return abs(row["difference"]) > ROUNDING


def without_empty_tests(table: pd.DataFrame, side: str = "") -> pd.DataFrame:
    """Return differences without the tests of those where everybody on both sides has chosen alike:
    of nothing to try p = 1 is no finding. ``side``: the prefix of one side's counts."""
    counts, bases = (table[f"{side}{name}"] for name in ("numerator", "denominator"))
    none = pd.to_numeric(table["difference"]).abs().le(ROUNDING)
    nothing = none & (counts.eq(0) | counts.eq(bases))
    tests = {name: table[name].mask(nothing.fillna(False).astype(bool)) for name in TESTS}
    return table.assign(**tests)


def _widest_first(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: -abs(row["difference"]))


def _sized(row: Row) -> str:
    """Return "SN −25,8 procentenheter (95 % intervall −40 till −9)"; what is known has none."""
    if f.is_point(row["diff_low"], row["diff_high"]):
        return f"{plain(row['name'])} {f.points(row['difference'])}"
    return _("{name} {difference} (95 % intervall {interval})").format(
        name=plain(row["name"]),
        difference=f.points(row["difference"]),
        interval=f.points_interval(row["diff_low"], row["diff_high"], unit=False),
    )


def association_told(found: Differences, breakdown: str, rows: Iterable[Row] = ()) -> str:
    """Return whether chance is enough to explain all the differences; "" if nothing is tested.

    ``rows``: the differences that are told of. Of one that is there whatever the silent think no
    test says that chance may have made it.
    """
    test = found.association
    if test is None or f.is_missing(test.p_value):
        return ""
    if test.p_value >= 0.05 and any(map(findings.known_to_differ, rows)):
        return ""
    departments = breakdown == "department"
    if test.p_value < 0.05:
        text = (
            _("Alla förvaltningar tillsammans skiljer sig mer åt än slumpen brukar ge ({test}).")
            if departments
            else _("Alla grupper tillsammans skiljer sig mer åt än slumpen brukar ge ({test}).")
        )
    else:
        text = (
            _(
                "Att förvaltningarna som helhet skiljer sig åt går inte att säga: så stora "
                "skillnader kan slumpen ensam ge ({test})."
            )
            if departments
            else _(
                "Att grupperna som helhet skiljer sig åt går inte att säga: så stora skillnader "
                "kan slumpen ensam ge ({test})."
            )
        )
    return text.format(test=test_text(test))


def test_text(test: Any) -> str:
    """Return a test by its name with its numbers."""
    p = f.p_value(test.p_value)
    if test.exact and test.simulated:
        return _("Fishers exakta test, simulerat, {p}").format(p=p)
    if test.exact:
        return _("Fishers exakta test, {p}").format(p=p)
    return _("Rao–Scotts F({df1}; {df2}) = {value}, {p}").format(
        df1=f.number(test.df1, 1),
        df2=f.number(test.df2, 1),
        value=f.number(test.statistic, 2),
        p=p,
    )


def _tests_told(found: Differences) -> list[tuple[str, str]]:
    test = found.association
    told = [(_("Test"), test_text(test))] if test and not f.is_missing(test.p_value) else []
    text = _(
        "En skillnad kallas tydlig när både 95 % intervallet och testet utesluter noll, eller "
        "bortfallsgränserna ensamma; testet är rättat enligt Holm för att flera jämförs."
    )
    return [*told, (_("Tydlig skillnad"), text)]


def about_differences(context: Context, breakdown: str, rest: pd.DataFrame) -> str:
    """Return what is subtracted from what, and when the difference is called sure; or that it is
    known, where everybody has answered. ``rest``: the rows that are told of."""
    who = (
        _("Andelen i varje förvaltning minus andelen bland alla övriga, våg {wave}.")
        if breakdown == "department"
        else _("Andelen i varje grupp minus andelen bland alla övriga, våg {wave}.")
    )
    known = [
        row
        for row in rest.to_dict("records")
        if row["status"] == "shown" and not f.is_missing(row["difference"])
    ]
    sure = (
        _("Alla tillfrågade har svarat, så skillnaderna är kända och behöver inte prövas.")
        if all(findings.nobody_silent(row, "diff_") for row in known)
        else _(
            "Tydlig är en skillnad när både intervallet och testet utesluter noll, också när "
            "hänsyn tas till att flera jämförs, eller bortfallsgränserna ensamma. Når "
            "bortfallsgränserna noll kan bortfallet ändå ändra den."
        )
    )
    return " ".join([who.format(wave=context.wave_row()["label"]), sure])


def _sureness(row: Row, *, change: bool = False) -> str:
    """Return the word for what a row's difference is, with the test's p value."""
    if f.is_missing(row["p_holm"]) and not _differs(row):
        return _("lika")
    if findings.is_sure(row):
        word = _("tydlig förändring") if change else _("tydlig skillnad")
    else:
        word = _("ingen tydlig förändring") if change else _("ingen tydlig skillnad")
    if findings.sure_by_bounds(row):
        return _("{word} (vad de som inte svarade än tycker)").format(word=word)
    p = row["p_holm"]
    return word if f.is_missing(p) else _("{word} ({p})").format(word=word, p=f.p_value(p))


def rest_table(rest: pd.DataFrame, head: str) -> pd.DataFrame:
    """Return each group less all others as display strings."""
    rows = []
    for record in without_empty_tests(rest).to_dict("records"):
        known = record["status"] == "shown" and not f.is_missing(record["difference"])
        word = status_word(record["status"]) if record["status"] != "shown" else f.MISSING
        share = record["status"] == "shown"
        rows.append(
            {
                head: plain(record["name"]),
                _("Andel"): _share_and_count(record) if share else word,
                _("Skillnad mot övriga, procentenheter"): f.points_short(record["difference"])
                if known
                else word,
                _("95 % intervall"): _span(record, "diff_") if known else word,
                _("Bortfallsgränser"): _span(record, "diff_bound_") if known else word,
                _("Prövning"): _sureness(record) if known else word,
            }
        )
    return pd.DataFrame(rows, dtype=str)


def _span(record: Row, prefix: str = "") -> str:
    return f.points_interval(record[f"{prefix}low"], record[f"{prefix}high"], unit=False)


def _share_and_count(record: Row, prefix: str = "") -> str:
    """Return "24,2 % (8 av 33)", or "3 av 17"."""
    count, base, share = (record[prefix + n] for n in ("numerator", "denominator", "share"))
    told = f.share_text(count, base, share, 1)
    counted = f.count_text(count, base)
    return told if told == counted else f"{told} ({counted})"


def pairs_table(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return every pair as display strings."""
    rows = []
    for record in without_empty_tests(pairs, "first_").to_dict("records"):
        rows.append(
            {
                _("Den ena"): plain(record["first_name"]),
                _("Den andra"): plain(record["second_name"]),
                _("Andelar"): _("{one} mot {other}").format(
                    one=_share_and_count(record, "first_"),
                    other=_share_and_count(record, "second_"),
                ),
                _("Skillnad, procentenheter"): f.points_short(record["difference"]),
                _("95 % intervall"): _span(record),
                _("Prövning"): _sureness(findings.as_difference(record)),
            }
        )
    return pd.DataFrame(rows, dtype=str)


def rest_export(rest: pd.DataFrame, head: str, *, mark: str = "") -> pd.DataFrame:
    """Return each group less all others for a file."""
    heads = {
        "numerator": _("Antal"),
        "denominator": _("Underlag"),
        "share": _("Andel"),
        **_limits(_("95 % intervall"), "low", "high"),
        "difference": _("Skillnad mot övriga"),
        **_limits(_("Skillnad mot övriga"), "diff_low", "diff_high"),
        **_limits(_("Skillnad mot övriga, bortfallsgräns"), "diff_bound_low", "diff_bound_high"),
        "p_holm": _("p-värde enligt Holm"),
        "exact": _("Exakt test"),
    }
    return exported(without_empty_tests(rest), {"code": _("Kod"), "name": head}, heads, mark=mark)


def pairs_export(pairs: pd.DataFrame, *, mark: str = "") -> pd.DataFrame:
    """Return every pair for a file."""
    names = {"first_name": _("Den ena"), "second_name": _("Den andra")}
    heads: dict[str, str] = {}
    for side, name in (("first", names["first_name"]), ("second", names["second_name"])):
        for column, word in (
            ("numerator", _("{name}, antal")),
            ("denominator", _("{name}, underlag")),
            ("share", _("{name}, andel")),
        ):
            heads[f"{side}_{column}"] = word.format(name=name)
    heads |= {
        "difference": _("Skillnad"),
        **_limits(_("95 % intervall"), "low", "high"),
        **_limits(_("Bortfallsgräns"), "bound_low", "bound_high"),
        "p_holm": _("p-värde enligt Holm"),
        "exact": _("Exakt test"),
    }
    return exported(without_empty_tests(pairs, "first_"), names, heads, mark=mark)


# --- differences of means -------------------------------------------------------------------------


def _mean_differences(
    context: Context, indicator: Indicator, means: pd.DataFrame, head: str, key: str
) -> None:
    """Show each group's mean less that of all others, of a question on a scale."""
    known = means[means["difference"].notna()]
    asked = context.question(indicator.source.question)
    if known.empty or asked is None:
        return
    with st.expander(_("Medelvärden, mot övriga")):
        say(means_told(known))
        title = _("{indicator}, medelvärden mot övriga").format(indicator=indicator.name)
        st.html(cards.data_table(means_table(means, head), title))
        about = " ".join(
            [scale_told(asked), _("Skillnaderna är i steg på skalan; läs hellre andelarna ovan.")]
        )
        note(about)
        notes = [
            *notes_of(context, indicator),
            (_("Medelvärde"), about),
            *origin(context, [context.wave], register=False),
        ]
        name = f"skillnader-medelvarde-{key}-{context.wave}"
        made = partial(means_export, means, head, mark=_mark(context))
        _two_files(context, name, made, indicator, notes)


def means_told(known: pd.DataFrame) -> str:
    """Return whose mean surely differs from that of the others, each with its size."""
    rows = known.to_dict("records")
    sure = [row for row in rows if findings.is_sure(row)]
    if sure:
        sizes = join_words(_stepped(row) for row in _widest_first(sure))
        return _("Tydlig skillnad i medelvärde mot övriga: {sizes}.").format(sizes=sizes)
    if len(rows) == 1:
        text = _("{size}. Skillnaden i medelvärde mot övriga är inte tydlig.")
    else:
        text = _("Ingens medelvärde skiljer sig tydligt från övrigas. Störst är {size}.")
    return text.format(size=_stepped(_widest_first(rows)[0]))


def _stepped(row: Row) -> str:
    """Return "SN −0,61 steg (95 % intervall −0,97 till −0,26)"."""
    return _("{name} {difference} steg (95 % intervall {interval})").format(
        name=plain(row["name"]), difference=_steps(row["difference"]), interval=_step_span(row)
    )


def _steps(value: Any) -> str:
    return ("+" if not f.is_missing(value) and value >= 0.005 else "") + f.number(value, 2)


def _step_span(row: Row, prefix: str = "diff_") -> str:
    ends = (_steps(row[f"{prefix}{end}"]) for end in ("low", "high"))
    return _("{low} till {high}").format(**dict(zip(("low", "high"), ends, strict=True)))


def means_table(means: pd.DataFrame, head: str) -> pd.DataFrame:
    """Return each group's mean less that of all others as display strings."""
    rows = []
    for record in means.to_dict("records"):
        known = record["status"] == "shown" and not f.is_missing(record["difference"])
        word = status_word(record["status"]) if record["status"] != "shown" else f.MISSING
        said = {
            _("Medelvärde"): f.number(record["mean"], 2),
            _("Skillnad mot övriga, steg"): _steps(record["difference"]),
            _("95 % intervall"): _step_span(record) if known else word,
            _("Bortfallsgränser"): _step_span(record, "diff_bound_") if known else word,
            _("Prövning"): _sureness(record) if known else word,
        }
        rows.append({head: plain(record["name"])} | (said if known else dict.fromkeys(said, word)))
    return pd.DataFrame(rows, dtype=str)


def means_export(means: pd.DataFrame, head: str, *, mark: str = "") -> pd.DataFrame:
    """Return each group's mean less that of all others for a file, in steps of the scale."""
    heads = {
        "mean": _("Medelvärde"),
        **_limits(_("Medelvärde"), "mean_low", "mean_high"),
        **_limits(_("Medelvärde, bortfallsgräns"), "mean_bound_low", "mean_bound_high"),
        "difference": _("Steg mot övriga"),
        **_limits(_("Steg mot övriga"), "diff_low", "diff_high"),
        **_limits(_("Steg mot övriga, bortfallsgräns"), "diff_bound_low", "diff_bound_high"),
        "p_holm": _("p-värde enligt Holm"),
    }
    return exported(means, {"code": _("Kod"), "name": head}, heads, mark=mark)


# --- standardised for the kind of role ------------------------------------------------------------


def _standardised(context: Context, indicator: Indicator, sure: set[str]) -> None:
    """Show the auditor how much of each gap remains with the municipality's mix of work.

    In words of those who surely differ (``sure``), or of whom is chosen: of four answers a gap is
    no finding.
    """
    table = context.standardised(indicator.id)
    if context.department:
        table, sure = table[table["department"] == context.department], {context.department}
    with st.expander(_("Standardiserat för typ av roll (arbetsmaterial)")):
        known = [row for row in table.to_dict("records") if _is_known(row)]
        if not known:
            say(_("Inget går att standardisera: svaren saknar typ av roll."))
            return
        for row in known:
            if row["department"] in sure:
                say(standardised_told(row))
        title = _("{indicator}, standardiserat för typ av roll").format(indicator=indicator.name)
        st.html(cards.data_table(standardised_table(table), title, below=coverage(table)))
        about = _(
            "Så här skulle det se ut om varje förvaltning hade samma blandning av roller som alla. "
            "Alla är de som svarade och uppgav sin roll, vägda efter hur många varje förvaltning "
            "har i ramen. Det som återstår förklarar rollerna inte. Med två eller tre svar av ett "
            "slag säger talet lite: se intervallen. En roll som ingen i förvaltningen har svarat "
            "för är utelämnad, och förvaltningen jämförs både före och efter med alla i de övriga "
            "rollerna."
        )
        note(about)
        made = partial(standardised_export, table, mark=_mark(context))
        notes = [
            *notes_of(context, indicator),
            (_("Standardisering"), about),
            *origin(context, [context.wave], register=False),
        ]
        name = f"standardiserat-{indicator.id}-{context.wave}"
        _two_files(context, name, made, indicator, notes)


def _is_known(row: Row) -> bool:
    return row["status"] == "shown" and not f.is_missing(row["gap"])


def standardised_told(row: Row) -> str:
    """Return how much of a department's gap remains, and what could not be covered."""
    text = _(
        "{name} skiljer sig {crude} från alla i samma slags roller. Med deras blandning av roller "
        "vore skillnaden {gap} (95 % intervall {interval})."
    )
    return text.format(
        name=plain(row["name"]),
        crude=f.points(row["crude_gap"]),
        gap=f.points(row["gap"]),
        interval=f.points_interval(row["gap_low"], row["gap_high"], unit=False),
    )


def coverage(table: pd.DataFrame) -> list[str]:
    """Return per row which part of the mix the standardised share speaks of."""
    told = []
    for row in table.to_dict("records"):
        if not _is_known(row):
            told.append("")
        elif left := _left_out(row):
            text = _("Gäller {covered} av blandningen; svar saknas från {names}.")
            told.append(text.format(covered=f.percent(row["covered"]), names=left))
        else:
            told.append(_("Gäller hela blandningen."))
    return told


def _left_out(row: Row) -> str:
    """Return the names of the kinds of role that the department has no answers of."""
    return list_names(row["left_out"])


def standardised_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return crude and standardised shares and gaps as display strings."""
    rows = []
    for record in table.to_dict("records"):
        known = _is_known(record)
        word = status_word(record["status"]) if record["status"] != "shown" else f.MISSING
        said = {
            _("Svar"): f.count_text(record["numerator"], record["denominator"]),
            _("Andel"): f.percent(record["crude"], 1),
            _("Skillnad mot alla, procentenheter"): f.points_short(record["crude_gap"]),
            _("Standardiserad andel"): f.percent(record["value"], 1),
            _("95 % intervall"): f.interval(record["low"], record["high"]),
            _("Skillnad som återstår"): f.points_short(record["gap"]),
            _("95 % intervall för skillnaden"): f.points_interval(
                record["gap_low"], record["gap_high"], unit=False
            ),
        }
        name = {_("Förvaltning"): plain(record["name"])}
        rows.append(name | (said if known else dict.fromkeys(said, word)))
    return pd.DataFrame(rows, dtype=str)


def standardised_export(table: pd.DataFrame, *, mark: str = "") -> pd.DataFrame:
    """Return the standardised shares for a file."""
    told = table.assign(left_out=[_left_out(row) for row in table.to_dict("records")])
    names = {"department": _("Kod"), "name": _("Förvaltning"), "left_out": _("Svar saknas från")}
    heads = {
        "numerator": _("Antal"),
        "denominator": _("Underlag"),
        "crude": _("Andel"),
        "crude_gap": _("Skillnad mot alla"),
        "value": _("Standardiserad andel"),
        **_limits(_("Standardiserad andel"), "low", "high"),
        "whole": _("Alla på samma del"),
        "gap": _("Skillnad som återstår"),
        **_limits(_("Skillnad som återstår"), "gap_low", "gap_high"),
        "covered": _("Täcker"),
    }
    return exported(told, names, heads, mark=mark)


# --- changes --------------------------------------------------------------------------------------


def changes_part(context: Context, indicator: Indicator) -> None:
    """Show the table of the changes with their intervals, and its files."""
    table = context.changes(indicator.id)
    if table.empty:
        return
    waves = [str(context.wave_row(wave)["label"]) for wave in context.pair]
    title = _("{indicator}, förändring").format(indicator=indicator.name)
    st.html(cards.data_table(changes_table(table, waves), title))
    about = _(
        "Förändringen i procentenheter, med intervallet för skillnaden mellan två oberoende vågor. "
        "Den kallas tydlig när både intervallet och testet, rättat för hur många förvaltningar som "
        "jämförs, utesluter noll, eller bortfallsgränserna ensamma. Vilka som har svarat båda "
        "gångerna är inte känt."
    )
    note(about)
    notes = [
        *notes_of(context, indicator),
        (_("Förändring"), about),
        *origin(context, context.pair, register=False),
    ]
    name = f"forandring-{indicator.id}-{'-'.join(context.pair)}"
    made = partial(changes_export, table, waves, mark=_mark(context))
    _two_files(context, name, made, indicator, notes)


def change_told(context: Context, indicator: Indicator, department: str | None) -> str:
    """Return how a department, or the whole (None), moved, with the interval; "" if unknown."""
    table = context.changes(indicator.id)
    place = table["department"]
    rows = table[place.isna() if department is None else place == department]
    return next((findings.moved(row) for row in rows.to_dict("records")), "")


def changes_table(table: pd.DataFrame, waves: Sequence[str]) -> pd.DataFrame:
    """Return changes between two waves as display strings; ``waves``: their labels."""
    rows = []
    for record in without_empty_tests(table, "before_").to_dict("records"):
        known = record["status"] == "shown" and not f.is_missing(record["difference"])
        word = status_word(record["status"]) if record["status"] != "shown" else f.MISSING
        said = {
            _("Våg {wave}").format(wave=plain(wave)): (
                _share_and_count(record, end) if known else word
            )
            for wave, end in zip(waves, ("before_", "after_"), strict=True)
        }
        sure = _sureness(findings.as_difference(record), change=True) if known else word
        said |= {
            _("Förändring, procentenheter"): f.points_short(record["difference"])
            if known
            else word,
            _("95 % intervall"): _span(record) if known else word,
            _("Bortfallsgränser"): _span(record, "bound_") if known else word,
            _("Prövning"): sure,
        }
        rows.append({_("Förvaltning"): plain(record["name"])} | said)
    return pd.DataFrame(rows, dtype=str)


def changes_export(table: pd.DataFrame, waves: Sequence[str], *, mark: str = "") -> pd.DataFrame:
    """Return changes between two waves for a file."""
    heads: dict[str, str] = {}
    for end, wave in zip(("before", "after"), waves, strict=True):
        for column, word in (
            ("numerator", _("Antal, våg {wave}")),
            ("denominator", _("Underlag, våg {wave}")),
            ("share", _("Andel, våg {wave}")),
        ):
            heads[f"{end}_{column}"] = word.format(wave=wave)
    heads |= {
        "difference": _("Förändring"),
        **_limits(_("95 % intervall"), "low", "high"),
        **_limits(_("Bortfallsgräns"), "bound_low", "bound_high"),
        "p_holm": _("p-värde enligt Holm"),
        "exact": _("Exakt test"),
    }
    names = {"department": _("Kod"), "name": _("Förvaltning")}
    return exported(without_empty_tests(table, "before_"), names, heads, mark=mark)


# --- files ----------------------------------------------------------------------------------------


def _mark(context: Context) -> str:
    return _("Arbetsmaterial") if context.viewer.sees_microdata else ""


def _two_files(
    context: Context,
    name: str,
    made: Callable[[], pd.DataFrame],
    indicator: Indicator,
    notes: Sequence[tuple[str, str]],
) -> None:
    """Show the buttons of a table's two files; the table is made when one is asked for."""
    files(
        context,
        name,
        lambda: tables.xlsx_bytes(table := made(), indicator.short, notes, forms=forms(table)),
        lambda: tables.csv_bytes(made()),
    )


def forms(table: pd.DataFrame) -> dict[str, str]:
    """Return the forms of a file's columns that are not told by their numbers alone: differences
    of shares are per cent, also where one is negative, and p values are not."""
    p_value = _("p-värde enligt Holm")
    limits = [_("95 % intervall"), _("Bortfallsgräns"), _("Skillnad"), _("Förändring")]
    found = {str(head): "share" for head in table.columns if str(head).startswith(tuple(limits))}
    return found | ({p_value: "p"} if p_value in table.columns else {})
