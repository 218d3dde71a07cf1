"""The rule sets side by side, over the register, and as if one were adopted.

Pure functions give the markup and the files; those that take a ``Context`` draw. A cell of a rule
set is a list of rules, so the table is one of its own beside the matrix of numbers in ``ui.cards``;
both come in a wide and a narrow form in the markup.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from queries import regelverk as queries
from queries import rule_words as words
from queries.municipality import municipality
from queries.reference import ReferenceDataError
from queries.regelverk import ANY, MINE, OUTCOMES, SOON
from queries.rules import ASPECTS, Rule, RuleSet, own, rulesets
from queries.viewer import Role
from ui import cards, choices, tables
from ui import formats as f
from ui.addresses import AS_OF, RULESET
from ui.cards import escaped
from ui.context import Context
from ui.evidence import files, note, say, views, working_material
from ui.register import AHEAD, FIRST_DAY
from ui.shell import SAID
from ui.text import _, _n, list_names, plain, source_words, status_reason, status_word

COMPARED, ADOPTED = RULESET, "anta"
FIRST_SHOWN = ("linkoping", "vgr", "falkoping")
"""Compared with the municipality's own at first: two municipalities and a region."""
COVERS = "covers"
OPENS_AGREEMENTS = (Role.HR, Role.REVISOR)


# --- what is chosen -------------------------------------------------------------------------------


def choose_sets() -> tuple[RuleSet, ...]:
    """Show which rule sets to compare; return them in their fixed order, the own one first."""
    known = {ruleset.id: ruleset for ruleset in rulesets()}
    if isinstance(st.session_state.get(COMPARED), str):
        # On the page of agreements the same parameter is one rule set.
        del st.session_state[COMPARED]
    default = [own().id, *(name for name in FIRST_SHOWN if name in known and name != own().id)]
    chosen = choices.several(
        st,
        _("Regelverk att jämföra"),
        list(known),
        key=COMPARED,
        default=default,
        format_func=lambda name: known[name].name,
        placeholder=_("Välj regelverk"),
    )
    return tuple(ruleset for name, ruleset in known.items() if name in chosen)


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
    return known[name]


# --- side by side ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """A rule set as a column: its name, what kind of organisation it is, whether it is the own."""

    id: str
    label: str
    detail: str
    own: bool


@dataclass(frozen=True)
class Row:
    """A row: what it is about and, by rule set, what it holds as HTML that is already safe."""

    label: str
    cells: Mapping[str, str]


def columns_of(sets: Sequence[RuleSet]) -> list[Column]:
    mine = own().id
    return [
        Column(ruleset.id, ruleset.short, ruleset.organisation, ruleset.id == mine)
        for ruleset in sets
    ]


def side_by_side(sets: Sequence[RuleSet], day: date | None) -> str:
    """Return the table of what each rule set says of each aspect, its scope first."""
    rows = [Row(words.aspect_word(COVERS), {s.id: _covers(s) for s in sets})]
    for aspect in ASPECTS:
        cells = {s.id: _rules_html(_of_aspect(s, aspect), day) for s in sets}
        rows.append(Row(words.aspect_word(aspect), cells))
    caption = _("Ska är ett krav, bör ett råd och kan en tillåtelse. Ett streck: ej reglerat.")
    return grid(rows, columns_of(sets), caption=caption, label=_("Regelverken sida vid sida"))


def _of_aspect(ruleset: RuleSet, aspect: str) -> list[Rule]:
    return [r for r in ruleset.lines() if r.aspect == aspect and r.kind != "none"]


def _covers(ruleset: RuleSet) -> str:
    return escaped(ruleset.covers.text)


def dash() -> str:
    """Return a dash that is heard as what it means."""
    word = escaped(status_word("not_regulated"))
    return (
        f'<span class="dk-dash" title="{word}"><span aria-hidden="true">–</span>'
        f'<span class="dk-said">{word}</span></span>'
    )


def modality(code: str) -> str:
    """Return a modality as its word; weight and frame only repeat it."""
    return f'<strong class="dk-modality dk-{code}">{escaped(words.modality_word(code))}</strong>'


def validity(rule: Rule, day: date | None) -> str:
    """Return in words that a rule does not apply on the day; empty when it does.

    Without a day (no register, nothing to read it on) its limits are told as they are.
    """
    if day is None:
        limits = (_said(rule.valid_from), _said(rule.valid_to))
        return "–".join(limits) if any(limits) else ""
    if rule.valid_to and rule.valid_to < day:
        return _("gällde till och med {day}").format(day=f.date(rule.valid_to))
    if rule.valid_from and rule.valid_from > day:
        return _("gäller från {day}").format(day=f.date(rule.valid_from))
    return ""


def _rules_html(rules: Sequence[Rule], day: date | None) -> str:
    items = []
    for rule in rules:
        when = validity(rule, day)
        more = f' <span class="dk-detail">({escaped(when)})</span>' if when else ""
        items.append(f"<li>{modality(rule.modality)} {escaped(rule.text)}{more}</li>")
    return f'<ul class="dk-rules">{"".join(items)}</ul>' if items else dash()


def grid(
    rows: Sequence[Row],
    columns: Sequence[Column],
    *,
    caption: str,
    label: str,
    level: int = 3,
) -> str:
    """Return rows and rule sets as a table, and on a narrow screen as a list per rule set.

    Both forms are in the markup, as in ``cards.matrix``: a table that CSS turns into blocks means
    nothing to those who listen. ``label`` names the region that the keyboard scrolls.
    """
    heads = "".join(
        f'<th scope="col"{" class=dk-own" if c.own else ""}>{escaped(c.label)}'
        f'<span class="dk-detail">{_column_detail(c)}</span></th>'
        for c in columns
    )
    body = "".join(
        f'<tr><th scope="row">{escaped(row.label)}</th>'
        + "".join(
            f"<td{' class=dk-own' if c.own else ''}>{row.cells.get(c.id) or dash()}</td>"
            for c in columns
        )
        + "</tr>"
        for row in rows
    )
    table = (
        f'<div class="dk-scroll" tabindex="0" role="region" aria-label="{escaped(label)}"><table>'
        f"<caption>{escaped(caption)}</caption>"
        f'<thead><tr><th scope="col">{escaped(_("Vad regeln gäller"))}</th>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
    lists = "".join(
        _list_of(rows, column, level, index == 0) for index, column in enumerate(columns)
    )
    return (
        f'<div class="dk dk-rulesets dk-n{min(8, len(columns))}">{table}'
        f'<div class="dk-rulesets-list"><p class="dk-detail">{escaped(caption)}</p>{lists}</div>'
        "</div>"
    )


def _column_detail(column: Column) -> str:
    return escaped(_("kommunens eget") if column.own else column.detail)


def _list_of(rows: Sequence[Row], column: Column, level: int, is_open: bool) -> str:
    items = "".join(
        f"<dt>{escaped(row.label)}</dt><dd>{row.cells.get(column.id) or dash()}</dd>"
        for row in rows
    )
    name = f"<h{level}>{escaped(column.label)}</h{level}>"
    return (
        f"<details{' open' if is_open else ''}><summary>{name}"
        f' <span class="dk-detail">{_column_detail(column)}</span></summary><dl>{items}</dl>'
        "</details>"
    )


def rule_rows(sets: Sequence[RuleSet]) -> pd.DataFrame:
    """Return every rule of the sets in words, a row per rule, with source and remark.

    An aspect that a set does not regulate has its row too, with the word for it.
    """
    rows = []
    for ruleset in sets:
        scope = _rule_row(ruleset, COVERS, "", ruleset.covers.text, ruleset.covers.source)
        rows.append(scope | {_("Anmärkning"): plain(ruleset.covers.remark)})
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
                    for rule in _of_aspect(ruleset, aspect)
                ]
            row[plain(ruleset.name)] = "; ".join(told) or status_word("not_regulated")
        rows.append(row)
    return pd.DataFrame(rows, dtype=object)


# --- over the register ----------------------------------------------------------------------------

Link = Callable[..., str | None]
"""``link(ruleset, rule, outcome, department)`` → the address of the agreements behind, or None."""


def standing(sets: Sequence[RuleSet], table: pd.DataFrame, day: date, link: Link) -> str:
    """Return how the register meets the sets: the rows and columns of ``side_by_side``, counted.

    ``table``: rows of one place, from ``queries.regelverk.at``.
    """
    found = {(row["ruleset"], row["rule"]): row for row in table.to_dict("records")}
    whole = {s.id: _whole_agreements(s, found.get((s.id, ANY)), link) for s in sets}
    rows = [Row(_("Minst en regel"), whole)]
    for aspect in ASPECTS:
        cells = {}
        for ruleset in sets:
            rules = _of_aspect(ruleset, aspect)
            items = [
                _counted(rule, _name_in(rules, rule), found.get((ruleset.id, rule.id)), day, link)
                for rule in rules
                if queries.is_countable(rule)
            ]
            items += _uncounted(rules)
            joined = "".join(f"<li>{item}</li>" for item in items)
            cells[ruleset.id] = f'<ul class="dk-rules">{joined}</ul>' if items else ""
        rows.append(Row(words.aspect_word(aspect), cells))
    caption = _("Antal överenskommelser som brister mot ett ska eller avviker från ett bör.")
    return grid(rows, columns_of(sets), caption=caption, label=_("Regelverken över registret"))


def _name_in(rules: Sequence[Rule], rule: Rule) -> str:
    """Return what to call a rule: its kind, or its text where its aspect has two of one kind."""
    titles = [title_of(other) for other in rules if queries.is_countable(other)]
    return rule.text if titles.count(title_of(rule)) > 1 else title_of(rule)


def title_of(rule: Rule) -> str:
    """Return a rule's kind in a few words."""
    if rule.kind == "form":
        forms = {"skriftlig": _("Skriftlig form"), "muntlig": _("Muntlig form")}
        return forms[rule.parameters["form"]]
    return words.kind_title(rule.kind, rule.parameters.get("field"))


def _uncounted(rules: Sequence[Rule]) -> list[str]:
    """Return in a few words how many rules there is no counting of, and why."""
    allowed = [rule for rule in rules if rule.modality == "kan"]
    silent = [rule for rule in rules if rule.modality != "kan" and not queries.is_countable(rule)]
    told = []
    if silent:
        text = _n(
            "{n} regel syns inte i registret", "{n} regler syns inte i registret", len(silent)
        )
        told.append(_detail(text.format(n=len(silent))))
    if allowed:
        text = _n(
            "{n} tillåtelse, inget att bryta mot", "{n} tillåtelser, inget att bryta mot",
            len(allowed),
        )  # fmt: skip
        told.append(_detail(text.format(n=len(allowed))))
    return told


def _counted(rule: Rule, name: str, row: Mapping[str, Any] | None, day: date, link: Link) -> str:
    what = f'<span class="dk-part">{modality(rule.modality)} {escaped(name)}</span>'
    when = validity(rule, day)
    if when or row is None:
        return what + _detail(when)
    if row["status"] != "shown":
        return _absent(row["status"]) + what
    outcome = "brister" if rule.modality == "ska" else "avviker"
    number = _linked(f.count_text(row["failing"], row["total"]), row, outcome, link)
    # Not the outcome's own word: "avviker från bör" would stand beside the word bör.
    verb = _("brister") if outcome == "brister" else _("avviker")
    first = f'<span class="dk-part">{number} {escaped(verb)}</span>'
    others = [o for o in ("uppfyllt", "uppgift_saknas", "omfattas_inte") if _some(row[o])]
    rest = " · ".join(
        _linked(f.number(row[o]), row, o, link, "dk-less") + f" {escaped(words.outcome_word(o))}"
        for o in others
    )
    return first + what + (f'<span class="dk-detail dk-part">{rest}</span>' if rest else "")


def _whole_agreements(ruleset: RuleSet, row: Mapping[str, Any] | None, link: Link) -> str:
    if row is None:
        return _detail(_("inget som kan räknas"))
    if row["status"] != "shown":
        return _absent(row["status"])
    number = _linked(f.count_text(row["failing"], row["total"]), row, "", link)
    hard = (
        _("varav {n} brister mot ett ska").format(n=f.number(row["brister"]))
        if _some(row["brister"]) and _some(row["avviker"])
        else ""
    )
    change = _("behöver ändras") if ruleset.id == own().id else _("skulle behöva ändras")
    return f"{number} {escaped(change)}{_detail(hard)}"


def _detail(text: str) -> str:
    return f'<span class="dk-detail dk-part">{escaped(text)}</span>' if text else ""


def _absent(status: str) -> str:
    word = _("inga i kraft") if status == "no_answers" else status_word(status)
    return (
        f'<span class="dk-part"><span class="dk-absent dk-s-{escaped(status).replace("_", "-")}">'
        f'<span class="dk-pill dk-word">{escaped(word)}</span></span></span>'
    )


def _some(number: Any) -> bool:
    return not f.is_missing(number) and int(number) > 0


def _linked(
    text: str, row: Mapping[str, Any], outcome: str, link: Link, kind: str = "dk-num"
) -> str:
    """Return a count as a link to the agreements behind it, where the viewer may open them."""
    number = f'<span class="{kind}">{escaped(text)}</span>'
    behind = row["failing"] if outcome in ("", "brister", "avviker") else row[outcome]
    place = row["department"] if isinstance(row["department"], str) else None
    opens = row["live"] and _some(behind)
    href = link(row["ruleset"], row["rule"], outcome, place) if opens else None
    return f'<a href="{escaped(href)}" target="_self">{number}</a>' if href else number


# --- if one were adopted --------------------------------------------------------------------------


def would_change(
    adopted: Mapping[str, Any] | None, mine: Mapping[str, Any] | None, name: str, where: str
) -> str:
    """Return in a sentence how many agreements would have to change, and how many fail today.

    ``adopted``, ``mine``: the ``ANY`` rows of the set tried on and of the own. ``where`` is what
    they count ("hela kommunen").
    """
    if adopted is None:
        return _("Inget i reglerna från {name} går att räkna i registret.").format(name=name)
    if adopted["status"] == "no_answers":
        return _("Ingen överenskommelse är i kraft ({where}).").format(where=where)
    if adopted["status"] != "shown":
        return _(
            "Hur många överenskommelser som skulle behöva ändras med reglerna från {name} är dolt "
            "({where}). Regel för regel visas det som kan visas."
        ).format(name=name, where=where)
    said = _(
        "Med reglerna från {name} skulle {n} av {m} gällande överenskommelser behöva ändras "
        "({where})"
    ).format(name=name, n=f.number(adopted["failing"]), m=f.number(adopted["total"]), where=where)
    if mine is None or mine["status"] != "shown":
        return said + "."
    now = _("i dag avviker {k} från kommunens egna.").format(k=f.number(mine["failing"]))
    return f"{said}; {now}"


def certainty(adopted: Mapping[str, Any] | None) -> str:
    """Return what the number leaves open: missing facts, and agreements that are not covered."""
    if adopted is None or adopted["status"] != "shown" or not adopted["live"]:
        return ""
    parts = []
    if _some(adopted["brister"]) and _some(adopted["avviker"]):
        parts.append(
            _("{n} av dem brister mot ett ska, övriga avviker bara från ett bör.").format(
                n=f.number(adopted["brister"])
            )
        )
    if _some(adopted["uppgift_saknas"]):
        parts.append(
            _n(
                "För ytterligare {n} går det inte att säga: en uppgift saknas.",
                "För ytterligare {n} går det inte att säga: uppgifter saknas.",
                int(adopted["uppgift_saknas"]),
            ).format(n=f.number(adopted["uppgift_saknas"]))
        )
    if _some(adopted["omfattas_inte"]):
        parts.append(
            _n(
                "{n} omfattas inte av någon regel som kan räknas.",
                "{n} omfattas inte av någon regel som kan räknas.",
                int(adopted["omfattas_inte"]),
            ).format(n=f.number(adopted["omfattas_inte"]))
        )
    return " ".join(parts)


def hit(
    adopted: RuleSet, mine: RuleSet, table: pd.DataFrame, link: Link, department: str | None = None
) -> str:
    """Return the matrix of rules and departments: how many agreements would be hit in each.

    ``department`` leaves that one and the whole.
    """
    table = table[(table["department"] != MINE)]
    if department:
        table = table[table["department"].isna() | (table["department"] == department)]
    columns = []
    for code, name in dict(zip(table["department"], table["name"], strict=True)).items():
        code = code if isinstance(code, str) else None
        columns.append(cards.MatrixColumn(code, code or name, name))
    rows = []
    for ruleset, wanted in ((mine, {ANY}), (adopted, None)):
        group = cards.MatrixGroup(
            _("I dag, {name}").format(name=ruleset.short)
            if wanted
            else _("Om antaget, {name}").format(name=ruleset.short)
        )
        of = table[table["ruleset"] == ruleset.id]
        names = {rule.id: (rule, _name_in(_of_aspect(ruleset, rule.aspect), rule))
                 for rule in ruleset.lines()}  # fmt: skip
        for name in sorted(of["rule"].unique(), key=lambda rule: rule != ANY):
            if wanted and name not in wanted:
                continue
            label = _("Minst en regel")
            if name != ANY:
                rule, title = names[name]
                label = f"{words.modality_word(rule.modality)}: {title}"
            cells = {}
            for record in of[of["rule"] == name].to_dict("records"):
                code = record["department"] if isinstance(record["department"], str) else None
                cells[code] = _hit_cell(record, link)
            rows.append(cards.MatrixRow(label, cells, None, group))
    return cards.matrix(
        rows,
        columns,
        corner=_("Regel"),
        caption=_("Antal överenskommelser som brister eller avviker, av dem som är i kraft."),
    )


def _hit_cell(record: Mapping[str, Any], link: Link) -> cards.MatrixCell:
    status = str(record["status"])
    if status != "shown":
        word = _("inga i kraft") if status == "no_answers" else status_word(status)
        return cards.MatrixCell(word, status)
    failing, total = int(record["failing"]), int(record["total"])
    outcome = {"ska": "brister", "bor": "avviker"}.get(record["modality"], "")
    code = record["department"] if isinstance(record["department"], str) else None
    href = link(record["ruleset"], record["rule"], outcome, code) if record["live"] else None
    return cards.MatrixCell(
        f.count_text(failing, total), status, failing / total, href=href if failing else None
    )


def plan_table(plan: pd.DataFrame, ruleset: RuleSet, link: Link) -> str:
    """Return what would have to be done, by whom and by when, the worst first.

    ``plan``: rows of ``queries.regelverk.plan``. When something falls due, and of how many a fact
    is missing, is known only of live numbers.
    """
    live = bool(plan["live"].any())
    heads = [_("Att göra"), _("Vem"), _("Nu")]
    if live:
        heads += [_("Uppgift saknas"), *(_("Inom {n} dagar").format(n=days) for days in SOON)]
    rows, items = [], []
    for row in plan.to_dict("records"):
        act = _act(row, ruleset.rule(row["rule"]))
        who = escaped(words.who_word(row["who"]))
        numbers = _plan_numbers(row, live, link)
        cells = "".join(f'<td class="dk-right">{number}</td>' for number in numbers)
        rows.append(f'<tr><th scope="row">{act}</th><td>{who}</td>{cells}</tr>')
        # In the list a line of zeros says nothing that its absence does not.
        told = "".join(
            f"<div><dt>{escaped(head)}</dt><dd>{value}</dd></div>"
            for head, value in zip(heads[1:], [who, *numbers], strict=True)
            if head in heads[:3] or _text_of(value) not in ("0", f.MISSING)
        )
        items.append(f"<li>{act}<dl>{told}</dl></li>")
    head = "".join(
        f'<th scope="col"{" class=dk-right" if i > 1 else ""}>{escaped(h)}</th>'
        for i, h in enumerate(heads)
    )
    caption = _("Antal överenskommelser, det allvarligaste först.")
    label = _("Vad som skulle behöva göras")
    return (
        f'<div class="dk dk-plan"><div class="dk-scroll" tabindex="0" role="region" '
        f'aria-label="{escaped(label)}"><table class="dk-list">'
        f"<caption>{escaped(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
        f'<ol class="dk-plan-list">{"".join(items)}</ol></div>'
    )


def _text_of(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html)


def _act(row: Mapping[str, Any], rule: Rule) -> str:
    """Return a rule, and below it what it asks for; of several acts, how many ask for each."""
    acts = row["acts"]
    told = []
    for act, number in acts:
        many = f" ({f.number(number)})" if number and len(acts) > 1 else ""
        told.append(f'<span class="dk-part">{escaped(act + many)}</span>')
    return (
        f'{"".join(told)}<span class="dk-detail dk-part">{modality(rule.modality)} '
        f"{escaped(rule.text)}</span>"
    )


def _plan_numbers(row: Mapping[str, Any], live: bool, link: Link) -> list[str]:
    places = 2 + len(SOON) if live else 1
    if row["status"] != "shown":
        return [_absent(row["status"]), *[f.MISSING] * (places - 1)]
    outcome = "brister" if row["modality"] == "ska" else "avviker"
    numbers = [_linked(f.number(row["failing"]), row, outcome, link)]
    if row["live"]:
        lacking = f.number(row["uppgift_saknas"])
        numbers.append(_linked(lacking, row, "uppgift_saknas", link, "dk-less"))
        soon = [row[f"soon_{days}"] for days in SOON]
        numbers += [escaped(f"+{f.number(n)}" if _some(n) else "0") for n in soon]
    return numbers + [f.MISSING] * (places - len(numbers))


# --- files ----------------------------------------------------------------------------------------


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
        shown = row["status"] == "shown"
        word = _("inga i kraft") if row["status"] == "no_answers" else status_word(row["status"])
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
                **{
                    head: (None if f.is_missing(row[name]) else int(row[name])) if shown else word
                    for head, name in _heads()
                },
            }
        )
    return pd.DataFrame(rows, dtype=object)


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
    """Show the title and what the page is; end the run calmly if a rule file has a mistake."""
    kicker = municipality().name
    if context.as_of:
        kicker = _("{municipality} · registret per {day}").format(
            municipality=kicker, day=f.date(context.as_of)
        )
    st.html(f'<p class="dk dk-kicker">{escaped(kicker)}</p>')
    st.title(_("Regelverk"), anchor=False)
    try:
        rulesets()
    except ReferenceDataError as error:
        title = _("En fil med fasta uppgifter behöver rättas")
        st.html(cards.callout("warning", title, str(error)))
        st.stop()
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
    if day != context.as_of and context.viewer.role is Role.HR:
        note(
            _(
                "Andra förvaltningar och hela kommunen är publicerade bara för {day}: för en annan "
                "dag är de dolda."
            ).format(day=f.date(context.as_of))
        )
    return day


def side_by_side_part(day: date | None) -> tuple[RuleSet, ...]:
    """Begin with what the rules say; return the sets that are compared."""
    sets = choose_sets()
    if not sets:
        say(_("Välj minst ett regelverk att visa."))
        return sets
    st.html(side_by_side(sets, day))
    return sets


def sources_part(context: Context) -> None:
    """Show, on demand, where each rule comes from; the files hold every rule set."""
    every = rulesets()
    with st.expander(_("Källor och anmärkningar")):
        for ruleset in every:
            st.html(f'<p class="dk"><strong>{escaped(ruleset.name)}</strong></p>')
            told = rule_rows([ruleset]).drop(columns=[_("Regelverk")])
            told = told[told[_("Källa")] != ""]
            used = [c for c in told.columns if (told[c] != "").any()]
            st.html(cards.data_table(told[used], ruleset.name))
    files(
        context,
        "regelverk-sida-vid-sida",
        lambda: tables.xlsx_bytes(
            wide_rows(every), _("Regelverk"), [*_source_notes(every), *_origin(context)]
        ),
        lambda: tables.csv_bytes(rule_rows(every)),
    )
    note(_("Filerna har alla {n} regelverk, med källor och anmärkningar.").format(n=len(every)))


def _source_notes(sets: Sequence[RuleSet]) -> list[tuple[str, str]]:
    notes = []
    for row in rule_rows(sets).to_dict("records"):
        if row[_("Källa")]:
            about = f"{row[_('Regelverk')]}, {row[_('Vad regeln gäller')].lower()}"
            parts = (row[_("Regel")], row[_("Källa")], row[_("Anmärkning")])
            notes.append((about, " · ".join(part for part in parts if part)))
    return notes


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
    table = queries.at(everything, context.reader, context.department)
    say(f"{place_of(context)}: {_in_force(table, day)}")
    link = opening(context, day)
    st.html(standing(sets, table, day, link))
    if not table["live"].all():
        note(_only_published())
    if (table["status"] == "hidden").any():
        note(f"{status_word('hidden')}: {status_reason('hidden')}")
    _counted_files(context, sets, everything, "regelverk-jamforelse", day)


def _only_published() -> str:
    """Say what a published number leaves open: that none fails does not mean that all are right."""
    return _(
        "Bara brister och avvikelser publiceras. 0 betyder att registret inte visar någon, inte "
        "att alla uppfyller regeln: uppgifter kan saknas, och alla omfattas inte."
    )


def _outcomes(context: Context, sets: Sequence[RuleSet], day: date) -> pd.DataFrame:
    """Return the outcomes of the sets. All are counted at once: one costs as much as eight."""
    found = context.rule_outcomes(rulesets(), day)
    return found[found["ruleset"].isin([ruleset.id for ruleset in sets])].reset_index(drop=True)


def _counted_files(
    context: Context, sets: Sequence[RuleSet], table: pd.DataFrame, name: str, day: date
) -> None:
    mark = _("Arbetsmaterial") if context.viewer.sees_microdata else ""
    notes = [
        *([(_("Arbetsmaterial"), working_material())] if mark else []),
        (_("Registret per"), f.date(day)),
        (_("Brister eller avviker"), _("Antal överenskommelser i kraft som bryter regeln.")),
        *_origin(context),
    ]
    files(
        context,
        f"{name}-{f.date(day)}",
        lambda: tables.xlsx_bytes(counted_rows(sets, table, mark), _("Jämförelse"), notes),
        lambda: tables.csv_bytes(counted_rows(sets, table, mark)),
    )


def place_of(context: Context) -> str:
    """Return what the counts are of: the chosen department, hr's own together, or the whole."""
    if context.department:
        return context.department_name
    if context.viewer.role is Role.HR:
        return _("Mina förvaltningar")
    return _("Hela kommunen")


def _in_force(table: pd.DataFrame, day: date) -> str:
    known = table[table["rule"] == ANY]["total"].dropna()
    if known.empty:
        return _("registret per {day}.").format(day=f.date(day))
    return _n(
        "{n} överenskommelse i kraft {day}.", "{n} överenskommelser i kraft {day}.",
        int(known.max()),
    ).format(n=f.number(known.max()), day=f.date(day))  # fmt: skip


def opening(context: Context, day: date) -> Link:
    """Return what gives the address of the agreements behind a count, where the role has them."""

    def link(ruleset: str, rule: str, outcome: str, department: str | None) -> str | None:
        if context.viewer.role not in OPENS_AGREEMENTS:
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
    views(
        "anta",
        {
            _("Vad som behöver göras"): lambda: _plan_view(adopted, plan, to_do, link),
            _("Vilka förvaltningar som berörs"): lambda: st.html(
                hit(adopted, mine, everything, link, context.department)
            ),
        },
    )
    _counted_files(context, (mine, adopted), everything, f"regelverk-anta-{adopted.id}", day)


def _row(table: pd.DataFrame, ruleset: RuleSet) -> Mapping[str, Any] | None:
    found = table[(table["ruleset"] == ruleset.id) & (table["rule"] == ANY)].to_dict("records")
    return found[0] if found else None


def _sentence(context: Context, table: pd.DataFrame, mine: RuleSet, adopted: RuleSet) -> str:
    where = place_of(context)
    return would_change(
        _row(table, adopted), _row(table, mine), adopted.short, where[:1].lower() + where[1:]
        if not context.department else where
    )  # fmt: skip


def _plan_view(adopted: RuleSet, plan: pd.DataFrame, to_do: pd.DataFrame, link: Link) -> None:
    if to_do.empty:
        text = _("Registret visar inget som skulle behöva göras med reglerna från {name}.")
        say(text.format(name=adopted.short))
    else:
        st.html(plan_table(to_do, adopted, link))
        if to_do["live"].any():
            note(
                _(
                    "Nu: bryter mot regeln i dag. Uppgift saknas: registret säger inget, så det "
                    "måste först tas reda på. Inom 30, 90 och 365 dagar: är rätt i dag, men nästa "
                    "datum infaller inom så många dagar; kortare tid ingår i längre."
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
