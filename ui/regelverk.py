"""The page of rule sets: what is chosen, the sentences, the files, and the parts in their order.

How the tables look stands in ``ui.rule_tables``, what is counted in ``queries.regelverk``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from queries import regelverk as queries
from queries import rule_words as words
from queries.municipality import municipality
from queries.regelverk import ANY, MINE, OUTCOMES, SOON
from queries.rules import ASPECTS, RuleSet, is_outdated, own, rulesets
from queries.viewer import Role
from ui import cards, choices, tables
from ui import formats as f
from ui.addresses import AS_OF, RULESET
from ui.cards import escaped
from ui.context import Context
from ui.evidence import files, link_line, nearest_line, note, say, views, working_material
from ui.register import AHEAD, FIRST_DAY, reckoned_back
from ui.rule_tables import (
    COVERS,
    Link,
    absence,
    hit,
    of_aspect,
    plan_table,
    side_by_side,
    some,
    standing,
    title_of,
)  # fmt: skip
from ui.shell import SAID
from ui.text import _, _n, list_names, plain, source_words, status_reason, status_word

COMPARED, ADOPTED = RULESET, "anta"
FIRST_SHOWN = ("linkoping", "vgr", "falkoping")
"""Compared with the municipality's own at first: two municipalities and a region."""


# --- what is chosen -------------------------------------------------------------------------------


def choose_sets() -> tuple[RuleSet, ...]:
    """Show which rule sets to compare; return them in their fixed order, the own one first."""
    known = {ruleset.id: ruleset for ruleset in rulesets()}
    # Read before the choice is drawn, which drops from the address what does not exist.
    asked = st.query_params.get(COMPARED, "").split(choices.SEPARATOR)
    default = [own().id, *(name for name in FIRST_SHOWN if name in known and name != own().id)]
    chosen = choices.several(
        st,
        _("Regelverk att jämföra ({n} finns)").format(n=len(known)),
        list(known),
        key=COMPARED,
        default=default,
        format_func=lambda name: known[name].name,
        placeholder=_("Välj regelverk"),
    )
    _warn_of_unknown([name for name in asked if name and name not in known], known)
    return tuple(ruleset for name, ruleset in known.items() if name in chosen)


def _warn_of_unknown(unknown: Sequence[str], known: Mapping[str, RuleSet]) -> None:
    """Say so when the address asks for rule sets that cannot be chosen, and which can."""
    if not unknown:
        return
    title = _("Regelverket {value} går inte att välja").format(value=", ".join(unknown)[:SAID])
    text = _("Adressen pekar på något som inte finns att välja här. Det som finns: {known}.")
    st.html(cards.callout("warning", title, text.format(known=", ".join(known))))


def choose_adopted() -> RuleSet:
    """Show which rule set to try on; return it. Never the own one, which is in force already."""
    place, _rest = st.columns(2)
    known = {ruleset.id: ruleset for ruleset in rulesets() if ruleset.id != own().id}
    name = choices.select(
        place,
        _("Regelverk att pröva"),
        list(known),
        key=ADOPTED,
        default=next(iter(known)),
        names=lambda name: known[name].name,
    )
    asked = st.query_params.get(ADOPTED)
    _warn_of_unknown([asked] if asked and asked not in known else [], known)
    return known[name]


# --- if one were adopted --------------------------------------------------------------------------


def would_change(
    adopted: Mapping[str, Any] | None,
    mine: Mapping[str, Any] | None,
    name: str,
    where: str,
    rules: Sequence[Mapping[str, Any]] = (),
) -> str:
    """Return in words how many agreements would have to change, and how many fail today.

    ``adopted``, ``mine``: the ``ANY`` rows of the set tried on and of the own. ``where`` is what
    they count ("hela kommunen"). ``rules``: the rows of the rules tried on; where the whole is
    hidden, no fewer fail than fail the rule that most do.
    """
    if adopted is None:
        return _("Inget i reglerna från {name} går att räkna i registret.").format(name=name)
    if adopted["status"] == "no_answers":
        return _("Ingen överenskommelse är i kraft ({where}).").format(where=where)
    least = max((r for r in rules if r["status"] == "shown"), key=_failing, default=None)
    if adopted["status"] == "shown":
        of = adopted
        said = _(
            "{n} av {m} gällande överenskommelser stämmer inte med minst en regel från {name}, ska "
            "eller bör ({where})."
        )
    elif least and _failing(least):
        of = least
        said = _(
            "Minst {n} av {m} gällande överenskommelser stämmer inte med reglerna från {name}, ska "
            "eller bör ({where}); det exakta antalet är dolt."
        )
    else:
        of = {"failing": None, "total": None}
        said = _(
            "Hur många överenskommelser som inte stämmer med reglerna från {name} är dolt "
            "({where})."
        )
    said = said.format(name=name, n=f.number(of["failing"]), m=f.number(of["total"]), where=where)
    # A floor beside an exact number would be read as a fall.
    if mine is None or mine["status"] != "shown" or adopted["status"] != "shown":
        return said
    now = _("Med kommunens egna regler stämmer {k} inte.").format(k=f.number(mine["failing"]))
    return f"{said} {now}"


def _failing(row: Mapping[str, Any]) -> int:
    return int(row["failing"])


def certainty(adopted: Mapping[str, Any] | None) -> str:
    """Return what the number leaves open: missing facts, and agreements that are not covered."""
    if adopted is None or adopted["status"] != "shown" or not adopted["live"]:
        return ""
    parts = []
    if some(adopted["brister"]) and some(adopted["avviker"]):
        parts.append(
            _("{n} av dem brister mot ett ska, övriga avviker bara från ett bör.").format(
                n=f.number(adopted["brister"])
            )
        )
    if some(adopted["uppgift_saknas"]):
        parts.append(
            _n(
                "För ytterligare {n} går det inte att säga: en uppgift saknas.",
                "För ytterligare {n} går det inte att säga: uppgifter saknas.",
                int(adopted["uppgift_saknas"]),
            ).format(n=f.number(adopted["uppgift_saknas"]))
        )
    if some(adopted["omfattas_inte"]):
        parts.append(
            _n(
                "{n} omfattas inte av någon regel som kan räknas.",
                "{n} omfattas inte av någon regel som kan räknas.",
                int(adopted["omfattas_inte"]),
            ).format(n=f.number(adopted["omfattas_inte"]))
        )
    return " ".join(parts)


# --- files ----------------------------------------------------------------------------------------


def rule_rows(sets: Sequence[RuleSet]) -> pd.DataFrame:
    """Return every rule of the sets in words, a row per rule, with source and remark.

    An aspect that a set does not regulate has its row too, with the word for it.
    """
    rows = []
    for ruleset in sets:
        scope = _rule_row(ruleset, COVERS, "", ruleset.covers.text, ruleset.covers.source)
        remark = " ".join(text for text in (ruleset.covers.remark, ruleset.remark) if text)
        rows.append(scope | {_("Anmärkning"): plain(remark)})
        for rule in ruleset.lines():
            if rule.kind == "none":
                rows.append(_rule_row(ruleset, rule.aspect, "", "", ""))
                continue
            word = words.modality_word(rule.modality)
            row = _rule_row(ruleset, rule.aspect, word, rule.text, rule.source)
            told = (_said(rule.valid_from), _said(rule.valid_to), plain(rule.remark))
            rows.append(row | dict(zip(list(row)[-3:], told, strict=True)))
    return pd.DataFrame(rows, dtype=object)


def _rule_row(ruleset: RuleSet, aspect: str, word: str, text: str, source: str) -> dict[str, str]:
    return {
        _("Regelverk"): plain(ruleset.name),
        _("Vad regeln gäller"): words.aspect_word(aspect),
        _("Ska, bör eller kan"): word,
        _("Regel"): plain(text) if text else status_word("not_regulated"),
        _("Källa"): source_words(source),
        _("Gäller från"): "",
        _("Gäller till"): "",
        _("Anmärkning"): "",
    }


def _said(day: date | None) -> str:
    return f.date(day) if day else ""


def wide_rows(sets: Sequence[RuleSet]) -> pd.DataFrame:
    """Return the side-by-side table for a file: a row per aspect, a column per rule set."""
    rows = []
    for aspect in (COVERS, *ASPECTS):
        row = {_("Vad regeln gäller"): words.aspect_word(aspect)}
        for ruleset in sets:
            if aspect == COVERS:
                told = [plain(ruleset.covers.text)]
            else:
                told = [
                    f"{words.modality_word(rule.modality)}: {plain(rule.text)}"
                    for rule in of_aspect(ruleset, aspect)
                ]
            row[plain(ruleset.name)] = "; ".join(told) or status_word("not_regulated")
        rows.append(row)
    return pd.DataFrame(rows, dtype=object)


def counted_rows(sets: Sequence[RuleSet], table: pd.DataFrame, mark: str = "") -> pd.DataFrame:
    """Return the comparison for a file: a row per rule set, rule and department, real numbers.

    A row without numbers holds the word for why in each of them; what is not published of a shown
    row is blank. Permissions and what the register cannot show have no rows.
    """
    told = {s.id: (s, {rule.id: rule for rule in s.lines()}) for s in sets}
    rows = []
    for row in table[table["ruleset"].isin(list(told))].to_dict("records"):
        ruleset, rules = told[row["ruleset"]]
        rule = rules.get(row["rule"])
        place = row["department"] if isinstance(row["department"], str) else ""
        rows.append(
            {
                **({_("Märkning"): mark} if mark else {}),
                _("Regelverk"): plain(ruleset.name),
                _("Vad regeln gäller"): words.aspect_word(rule.aspect) if rule else "",
                _("Ska, bör eller kan"): words.modality_word(rule.modality) if rule else "",
                _("Regel"): plain(rule.text) if rule else _("Minst en regel"),
                _("Kod"): "" if place == MINE else place,
                _("Förvaltning"): plain(row["name"]),
                **_numbers(row, _heads()),
            }
        )
    return pd.DataFrame(rows, dtype=object)


def plan_rows(plan: pd.DataFrame, ruleset: RuleSet, mark: str = "") -> pd.DataFrame:
    """Return the plan for a file: a row per rule, the worst first, real numbers."""
    rows = []
    heads = [h for h in _heads() if h[1] in ("failing", "uppgift_saknas") or "soon" in h[1]]
    for row in plan.to_dict("records"):
        rule = ruleset.rule(row["rule"])
        rows.append(
            {
                **({_("Märkning"): mark} if mark else {}),
                _("Att göra"): " ".join(act for act, _number in row["acts"]),
                _("Ska, bör eller kan"): words.modality_word(rule.modality),
                _("Regel"): plain(rule.text),
                _("Vem"): words.who_word(row["who"]),
                **_numbers(row, heads),
            }
        )
    return pd.DataFrame(rows, dtype=object)


def _numbers(row: Mapping[str, Any], heads: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return a row's numbers by head; where it has none, the word for why."""
    word = absence(row["status"])
    shown = row["status"] == "shown"
    return {
        head: (None if f.is_missing(row[name]) else int(row[name])) if shown else word
        for head, name in heads
    }


def _heads() -> list[tuple[str, str]]:
    return [
        (_("Brister eller avviker"), "failing"),
        (_("I kraft"), "total"),
        *((_first_upper(words.outcome_word(o)), o) for o in OUTCOMES),
        *((_("Förfaller inom {n} dagar").format(n=days), f"soon_{days}") for days in SOON),
    ]


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- the parts of the page ------------------------------------------------------------------------


def head(context: Context) -> None:
    """Show the title and what the page is."""
    kicker = municipality().name
    if context.as_of:
        kicker = _("{municipality} · registret per {day}").format(
            municipality=kicker, day=f.date(context.as_of)
        )
    st.html(f'<p class="dk dk-kicker">{escaped(kicker)}</p>')
    st.title(_("Regelverk"), anchor=False)
    say(
        _(
            "Vad olika arbetsgivares regler för distansarbete säger, hur registret ser ut med dem, "
            "och vad som skulle behöva göras om kommunen antog något av dem."
        )
    )
    if context.viewer.sees_microdata:
        st.html(cards.callout("warning", _("Arbetsmaterial"), working_material()))


def ask_day(context: Context) -> date | None:
    """Show the day that the register is read as of; return it, None without a register.

    Only its own day is published, so a role without agreement records has nothing to choose.
    """
    if context.as_of is None:
        return None
    if not context.viewer.sees_agreements:
        note(
            _(
                "Registret per {day}. Antalen är publicerade för den dagen; andra dagar kan bara "
                "hr och revisor välja."
            ).format(day=f.date(context.as_of))
        )
        wanted = st.query_params.get(AS_OF)
        if wanted and wanted != context.as_of.isoformat():
            title = _("Dagen i adressen är inte publicerad")
            text = _("Sidan visar i stället registret per {day}.")
            st.html(cards.callout("warning", title, text.format(day=f.date(context.as_of))))
        return context.as_of
    asked, last = st.query_params.get(AS_OF), context.as_of + AHEAD
    place, _rest = st.columns([1, 3])
    day = choices.day(
        place, _("Visa läget den"), key=AS_OF, default=context.as_of, first=FIRST_DAY, last=last
    )
    if asked and st.query_params.get(AS_OF) == asked and asked != day.isoformat():
        title = _("Dagen {value} går inte att visa").format(value=asked[:SAID])
        text = _("Skriv dagen som ÅÅÅÅ-MM-DD, från {first} till {last}.").format(
            first=f.date(FIRST_DAY), last=f.date(last)
        )
        st.html(cards.callout("warning", title, text))
    if caution := reckoned_back(context, day):
        note(caution)
    if day != context.as_of and context.viewer.role is Role.HR:
        note(
            _(
                "Andra förvaltningar och hela kommunen är publicerade bara för {day}: för en annan "
                "dag är de dolda."
            ).format(day=f.date(context.as_of))
        )
    return day


def finding(context: Context, day: date) -> None:
    """Begin with what the numbers say: of the own rules, and of the others the most and least."""
    table = queries.at(_outcomes(context, rulesets(), day), context.reader, context.department)
    st.html(f'<p class="dk dk-lead">{escaped(standing_sentence(table, place_of(context)))}</p>')


def standing_sentence(table: pd.DataFrame, where: str) -> str:
    """Return in words how the agreements in force meet the own set, and which other set most and
    fewest of them would fail. ``table``: rows of one place; ``where`` names it."""
    names = {ruleset.id: ruleset.short for ruleset in rulesets()}
    whole = {row["ruleset"]: row for row in table[table["rule"] == ANY].to_dict("records")}
    mine = whole.pop(own().id, None)
    if mine is not None and mine["status"] == "no_answers":
        return _("{where}: ingen överenskommelse är i kraft.").format(where=where)
    others = sorted((r for r in whole.values() if r["status"] == "shown"), key=_failing)
    first = _of_own(mine, where)
    if len(others) < 2 or _failing(others[0]) == _failing(others[-1]):
        return first
    most, least = (
        list_names([names[row["ruleset"]] for row in others if _failing(row) == _failing(end)])
        for end in (others[-1], others[0])
    )
    second = (
        _(
            "Av de andra regelverken skulle flest inte stämma med {most} ({n}) och minst med "
            "{least} ({k}); de har olika många regler som går att räkna."
        )
        if len(others) == len(whole)
        else _(
            "Av de andra regelverk vars antal kan visas skulle flest inte stämma med {most} ({n}) "
            "och minst med {least} ({k}); de har olika många regler som går att räkna."
        )
    )
    n, k = (f.number(_failing(row)) for row in (others[-1], others[0]))
    return f"{first} {second.format(most=most, n=n, least=least, k=k)}"


def _of_own(mine: Mapping[str, Any] | None, where: str) -> str:
    """Return in words how many agreements break the municipality's own rules."""
    if mine is None or mine["status"] == "not_regulated":
        text = _("{where}: kommunens egna regler har inget som går att räkna i registret.")
        return text.format(where=where)
    if mine["status"] != "shown":
        text = _(
            "{where}: hur många överenskommelser som inte stämmer med kommunens egna regler är "
            "dolt."
        )
        return text.format(where=where)
    if not _failing(mine):
        text = _(
            "{where}: registret visar inget brott mot kommunens egna regler i {m} gällande "
            "överenskommelser."
        )
        return text.format(where=where, m=f.number(mine["total"]))
    said = _(
        "{where}: {n} av {m} gällande överenskommelser stämmer inte med minst en av kommunens egna "
        "regler."
    ).format(where=where, n=f.number(mine["failing"]), m=f.number(mine["total"]))
    if not some(mine["brister"]) or _failing(mine) == int(mine["brister"]):
        return said
    more = _("{n} av dem brister mot ett ska.").format(n=f.number(mine["brister"]))
    return f"{said} {more}"


def side_by_side_part(day: date | None) -> tuple[RuleSet, ...]:
    """Begin with what the rules say; return the sets that are compared."""
    sets = choose_sets()
    if not sets:
        say(_("Välj minst ett regelverk att visa."))
        return sets
    st.html(side_by_side(sets, day))
    for remark, names in _remarks(sets).items():
        note(_("{names}: {remark}").format(names=list_names(names), remark=remark))
    return sets


def _remarks(sets: Sequence[RuleSet]) -> dict[str, list[str]]:
    """Return what is to be known of whole sets, and of which."""
    found: dict[str, list[str]] = {}
    for ruleset in sets:
        if ruleset.remark:
            found.setdefault(ruleset.remark, []).append(ruleset.short)
    return found


def sources_part(context: Context, sets: Sequence[RuleSet]) -> None:
    """Show, on demand, where each rule comes from; the files hold every rule set."""
    every = rulesets()
    with st.expander(_("Källor och anmärkningar")):
        for ruleset in sets or every:
            st.html(f'<p class="dk"><strong>{escaped(ruleset.name)}</strong></p>')
            told = rule_rows([ruleset]).drop(columns=[_("Regelverk")])
            told = told[told[_("Källa")] != ""]
            used = [c for c in told.columns if (told[c] != "").any()]
            st.html(cards.data_table(told[used], ruleset.name))
    files(
        context,
        "regelverk-sida-vid-sida",
        lambda: tables.xlsx_bytes(
            wide_rows(every),
            _("Sida vid sida"),
            _origin(context),
            more=[(_("Regler och källor"), rule_rows(every))],
        ),
        lambda: tables.csv_bytes(rule_rows(every)),
    )
    note(_("Filerna har alla {n} regelverk, med källor och anmärkningar.").format(n=len(every)))


def _origin(context: Context) -> list[tuple[str, str]]:
    return [
        *((status_word(s), status_reason(s)) for s in ("hidden", "not_regulated")),
        (_("Ögonblicksbild"), context.snapshot.id),
    ]


def standing_part(context: Context, sets: Sequence[RuleSet], day: date) -> None:
    """Show how the agreements in force meet each rule of the compared sets."""
    if not sets:
        return
    everything = _outcomes(context, sets, day)
    if not everything["live"].all() and is_outdated(context.reader):
        text = _(
            "De publicerade antalen är räknade med reglerna som de var då, och nya regelverk har "
            "inga antal än. De räknas om när registret läses in igen."
        )
        title = _("Reglerna har ändrats sedan registret lästes in")
        st.html(cards.callout("warning", title, text))
    table = queries.at(everything, context.reader, context.department)
    say(_in_force(table, place_of(context), day))
    hidden = table[table["status"] == "hidden"]
    if context.department and 2 * len(hidden) > len(table):
        title = _("{hidden} av {all} tal är dolda för {name}").format(
            hidden=len(hidden), all=len(table), name=context.department_name
        )
        st.html(cards.callout("hidden", title, status_reason("hidden")))
    link = opening(context, day)
    st.html(standing(sets, table, day, link))
    unseen = [r for s in sets for r in s.lines() if r.kind == "text" and r.modality != "kan"]
    if any(rule.aspect == "it" for rule in unseen):
        note(
            _(
                "En regel syns inte i registret när registret saknar kolumn för det den gäller. "
                "IT-genomgång och skydd mot sekretess följs ändå upp, med de gemensamma "
                "kontrollerna:"
            )
        )
        st.html(link_line(context.link("it-sakerhet"), _("IT-säkerhet")))
    if not table["live"].all():
        note(_only_published())
    why_hidden(context, sets, day, everything, hidden)
    _counted_files(context, sets, everything, "regelverk-jamforelse", day)


def why_hidden(
    context: Context,
    sets: Sequence[RuleSet],
    day: date,
    everything: pd.DataFrame,
    hidden: pd.DataFrame,
) -> None:
    """Say why counts are hidden, if any are, and lead to what is shown nearest to them.

    ``hidden``: their rows. Near a department is a merging that it belongs to, or the whole, where
    any of the same rules is shown; near the whole, how many break any rule of the set, if that is.
    """
    if hidden.empty:
        return
    note(status_reason("hidden"))
    codes = set(hidden["department"].dropna()) - {MINE}
    if not codes:
        of = _shown(everything)
        of = of[of["department"].isna() & (of["rule"] == ANY)]
        names = [s.short for s in sets if s.id in set(of["ruleset"]) & set(hidden["ruleset"])]
        text = _("Det närmaste som kan visas: minst en regel, för {names}.")
        say(text.format(names=list_names(names)) if names else _("Inget närmare kan visas."))
        return
    asked = set(zip(hidden["ruleset"], hidden["rule"], strict=True))

    def tells(rows: pd.DataFrame) -> bool:
        return not asked.isdisjoint(zip(rows["ruleset"], rows["rule"], strict=True))

    near = []
    for merging in context.mergings():
        if codes & set(merging.departments):
            rows = _shown(context.rule_outcomes(sets, day, merging))
            near += [merging] if tells(rows[rows["department"] == merging.code]) else []
    shown = _shown(everything)
    kept = {key: st.query_params.get(key) for key in (COMPARED, ADOPTED, AS_OF)}
    whole = tells(shown[shown["department"].isna()])
    st.html(nearest_line(context, near, whole, "regelverk", **kept))


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["status"] == "shown"]


def _only_published() -> str:
    """Say what a published number leaves open: that none fails does not mean that all are right."""
    return _(
        "Bara brister och avvikelser publiceras. Inga kända eller 0 betyder att registret inte "
        "visar någon, inte att alla uppfyller regeln: uppgifter kan saknas, och alla omfattas inte."
    )


def _outcomes(context: Context, sets: Sequence[RuleSet], day: date) -> pd.DataFrame:
    """Return the outcomes of the sets. All are counted at once: one costs as much as eight."""
    found = context.rule_outcomes(rulesets(), day)
    return found[found["ruleset"].isin([ruleset.id for ruleset in sets])].reset_index(drop=True)


def _counted_files(
    context: Context,
    sets: Sequence[RuleSet],
    table: pd.DataFrame,
    name: str,
    day: date,
    more: Callable[[], Sequence[tuple[str, pd.DataFrame]]] = tuple,
) -> None:
    """Show the files of the comparison; ``more`` gives further sheets of the Excel file."""
    mark = _mark(context)
    notes = [
        *([(_("Arbetsmaterial"), working_material())] if mark else []),
        (_("Registret per"), f.date(day)),
        (_("Brister eller avviker"), _("Antal överenskommelser i kraft som bryter regeln.")),
        (_("Minst en regel"), _("Hela överenskommelser, räknade en gång efter det värsta.")),
        *_origin(context),
    ]
    files(
        context,
        f"{name}-{f.date(day)}",
        lambda: tables.xlsx_bytes(
            counted_rows(sets, table, mark), _("Jämförelse"), notes, more=more()
        ),
        lambda: tables.csv_bytes(counted_rows(sets, table, mark)),
    )


def _mark(context: Context) -> str:
    return _("Arbetsmaterial") if context.viewer.sees_microdata else ""


def place_of(context: Context) -> str:
    """Return what the counts are of: the chosen department, hr's own together, or the whole."""
    if context.department:
        return context.department_name
    if context.viewer.role is Role.HR:
        return _("Mina förvaltningar")
    return _("Hela kommunen")


def _in_force(table: pd.DataFrame, where: str, day: date) -> str:
    """Return what is counted: where, which day, and how many where that is known."""
    known = table[(table["rule"] == ANY) & (table["status"] == "shown")]["total"].dropna()
    if known.empty:
        return _("{where}, {day}.").format(where=where, day=f.date(day))
    number = int(known.max())
    text = _n(
        "{where}, {day}: {n} överenskommelse i kraft.",
        "{where}, {day}: {n} överenskommelser i kraft.",
        number,
    )
    return text.format(where=where, day=f.date(day), n=f.number(number))


def opening(context: Context, day: date) -> Link:
    """Return what gives the address of the agreements behind a count, where the role has them."""

    def link(ruleset: str, rule: str, outcome: str, department: str | None) -> str | None:
        if not context.viewer.sees_agreements:
            return None
        return context.link(
            "overenskommelser",
            regelverk=ruleset,
            regel=None if rule == ANY else rule,
            # What must be changed breaks either kind of rule.
            utfall=outcome or "brister,avviker",
            forvaltning=None if department == MINE else department,
            per=None if day == context.as_of else day.isoformat(),
        )

    return link


def adoption_part(context: Context, day: date) -> None:
    """Show what it would take to adopt another rule set: the sentence, who, what and by when."""
    mine, adopted = own(), choose_adopted()
    everything = _outcomes(context, (mine, adopted), day)
    table = queries.at(everything, context.reader, context.department)
    link = opening(context, day)
    st.html(f'<p class="dk dk-lead">{escaped(_sentence(context, table, mine, adopted))}</p>')
    more = certainty(_row(table, adopted))
    if more:
        say(more)
    plan = queries.plan(table, adopted)
    to_do = plan[queries.asks_for_something(plan)]
    hidden = table[(table["status"] == "hidden") & (table["ruleset"] == adopted.id)]
    places = None if context.department else everything[everything["ruleset"] == adopted.id]
    if places is not None and context.viewer.role is Role.HR:
        places = places[places["live"]]  # what is counted here is its own departments

    def what_to_do() -> None:
        _plan_view(adopted, plan, to_do, link, places)
        why_hidden(context, (adopted,), day, everything, hidden)

    def who_is_hit() -> None:
        st.html(hit(adopted, mine, everything, link, context.department))
        there = everything[everything["department"] != MINE]
        if context.department:
            there = there[there["department"].isna() | (there["department"] == context.department)]
        there = there[(there["ruleset"] == adopted.id) | (there["rule"] == ANY)]
        unseen = there[there["status"] == "hidden"]
        why_hidden(context, (mine, adopted), day, everything, unseen)

    views(
        "anta",
        {
            _("Vad som behöver göras"): what_to_do,
            _("Vilka förvaltningar som berörs"): who_is_hit,
        },
    )
    name = f"regelverk-anta-{adopted.id}"
    _counted_files(
        context, (mine, adopted), everything, name, day,
        lambda: [(_("Att göra"), plan_rows(plan, adopted, _mark(context)))],
    )  # fmt: skip


def _row(table: pd.DataFrame, ruleset: RuleSet) -> Mapping[str, Any] | None:
    found = table[(table["ruleset"] == ruleset.id) & (table["rule"] == ANY)].to_dict("records")
    return found[0] if found else None


def _sentence(context: Context, table: pd.DataFrame, mine: RuleSet, adopted: RuleSet) -> str:
    where = place_of(context)
    if not context.department:
        where = where[:1].lower() + where[1:]
    of = table[(table["ruleset"] == adopted.id) & (table["rule"] != ANY)].to_dict("records")
    return would_change(_row(table, adopted), _row(table, mine), adopted.short, where, of)


def _plan_view(
    adopted: RuleSet,
    plan: pd.DataFrame,
    to_do: pd.DataFrame,
    link: Link,
    places: pd.DataFrame | None,
) -> None:
    if to_do.empty:
        text = _("Registret visar inget som skulle behöva göras med reglerna från {name}.")
        say(text.format(name=adopted.short))
    else:
        st.html(plan_table(to_do, adopted, link, places))
        if to_do["live"].any():
            note(
                _(
                    "Nu: bryter mot regeln i dag. Uppgift saknas: registret säger inget, så det "
                    "måste först tas reda på. Förfaller senare: är rätt i dag, men nästa datum "
                    "infaller inom så många dagar; kortare tid ingår i längre."
                )
            )
    unknown = queries.scope_unknown(plan)
    if unknown:
        text = _n(
            "För {n} överenskommelse saknas den uppgift som avgör om reglerna omfattar den; den "
            "räknas under Uppgift saknas på varje rad.",
            "För {n} överenskommelser saknas den uppgift som avgör om reglerna omfattar dem; de "
            "räknas under Uppgift saknas på varje rad.",
            unknown,
        )
        say(text.format(n=f.number(unknown)))
    rest = plan[~plan.index.isin(to_do.index) & (plan["status"] == "shown")]
    kept = [title_of(adopted.rule(rule)) for rule in rest["rule"]]
    if kept:
        say(_("Ingen bryter i dag mot: {names}.").format(names=list_names(dict.fromkeys(kept))))
    if not plan["live"].all() and not to_do.empty:
        note(
            _(
                "Allt under Nu bryter mot regeln redan i dag och skulle behöva göras när "
                "regelverket börjar gälla. Vad som förfaller senare publiceras inte."
            )
        )
    if not plan["live"].all():
        note(_only_published())
    silent = [r.text for r in adopted.lines() if r.kind == "text" and r.modality != "kan"]
    if silent:
        st.html(_told(_("Detta kan registret inte visa"), silent))
    allowed = [rule.text for rule in adopted.lines() if rule.modality == "kan"]
    if allowed:
        st.html(_told(_("Detta skulle vara tillåtet"), allowed))


def _told(title: str, texts: Sequence[str]) -> str:
    items = "".join(f"<li>{escaped(text)}</li>" for text in texts)
    return f'<div class="dk dk-points"><h3>{escaped(title)}</h3><ul>{items}</ul></div>'
