"""The markup of rule sets: side by side, over the register, and as if one were adopted.

Pure functions. A cell of a rule set is a list of rules, so its table is one of its own beside the
matrix of numbers in ``ui.cards``. Every table comes in a wide and a narrow form in the markup, and
the stylesheet shows one: a table that CSS turns into blocks means nothing to those who listen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from queries import regelverk as queries
from queries import rule_words as words
from queries.regelverk import ANY, MINE, SOON
from queries.rules import ASPECTS, Rule, RuleSet, own
from ui import cards
from ui import formats as f
from ui.cards import escaped
from ui.text import _, _n, status_word

COVERS = "covers"
FITTING = 4
"""So many rule sets fit beside each other; of more, the table scrolls (ui/styles/regelverk.css)."""


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
        cells = {s.id: _rules_html(of_aspect(s, aspect), day) for s in sets}
        rows.append(Row(words.aspect_word(aspect), cells))
    caption = _("Ska är ett krav, bör ett råd och kan en tillåtelse. Ett streck: ej reglerat.")
    return grid(rows, columns_of(sets), caption=caption, label=_("Regelverken sida vid sida"))


def of_aspect(ruleset: RuleSet, aspect: str) -> list[Rule]:
    """Return the rules of an aspect; none where the set does not regulate it."""
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
        limits = [f.date(d) if d else "" for d in (rule.valid_from, rule.valid_to)]
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
    # Of the table alone: the list of a narrow screen does not scroll sideways.
    cue = _("Rulla i sidled för att se alla.") if len(columns) > FITTING else ""
    table = (
        f'<div class="dk-scroll" tabindex="0" role="region" aria-label="{escaped(label)}"><table>'
        f"<caption>{escaped(f'{caption} {cue}'.strip())}</caption>"
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
            rules = of_aspect(ruleset, aspect)
            items = [
                _counted(ruleset, rule, found.get((ruleset.id, rule.id)), day, link)
                for rule in rules
                if queries.is_countable(rule)
            ]
            items += _uncounted(rules)
            joined = "".join(f"<li>{item}</li>" for item in items)
            cells[ruleset.id] = f'<ul class="dk-rules">{joined}</ul>' if items else ""
        rows.append(Row(words.aspect_word(aspect), cells))
    caption = _(
        "Antal överenskommelser som brister mot ett ska eller avviker från ett bör. Tillåtelser "
        "räknas inte: det finns inget att bryta mot."
    )
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
        text = _n("{n} tillåtelse", "{n} tillåtelser", len(allowed))
        told.append(_detail(text.format(n=len(allowed))))
    return told


def _counted(
    ruleset: RuleSet, rule: Rule, row: Mapping[str, Any] | None, day: date, link: Link
) -> str:
    name = _name_in(of_aspect(ruleset, rule.aspect), rule)
    about = f"{name}, {ruleset.short}"
    what = f'<span class="dk-part">{modality(rule.modality)} {escaped(name)}</span>'
    when = validity(rule, day)
    if when or row is None:
        return what + _detail(when)
    if row["status"] != "shown":
        return _absent(row["status"]) + what
    outcome = "brister" if rule.modality == "ska" else "avviker"
    if some(row["failing"]):
        number = _linked(f.count_text(row["failing"], row["total"]), row, outcome, about, link)
    else:
        number = ""
    # Not the outcome's own word: "avviker från bör" would stand beside the word bör.
    verb = _("brister") if outcome == "brister" else _("avviker")
    if not number:
        # Not a heavy "0 av 120": what the register does not show is no finding.
        verb = _("inga kända brister") if outcome == "brister" else _("inga kända avvikelser")
    first = f'<span class="dk-part">{number} {escaped(verb)}</span>'
    others = [o for o in ("uppfyllt", "uppgift_saknas", "omfattas_inte") if some(row[o])]
    rest = " · ".join(
        '<span class="dk-nobr">'
        + _linked(f.number(row[o]), row, o, about, link, "dk-less")
        + f" {escaped(words.outcome_word(o))}</span>"
        for o in others
    )
    return first + what + (f'<span class="dk-detail dk-part">{rest}</span>' if rest else "")


def _whole_agreements(ruleset: RuleSet, row: Mapping[str, Any] | None, link: Link) -> str:
    if row is None:
        return _detail(_("inget som kan räknas"))
    if row["status"] != "shown":
        return _absent(row["status"])
    about = f"{_('Minst en regel')}, {ruleset.short}"
    number = _linked(f.count_text(row["failing"], row["total"]), row, "", about, link)
    # Of published numbers only their sum is known.
    split = [
        (_("{n} brister mot ett ska"), row["brister"]),
        (_("{n} avviker bara från ett bör"), row["avviker"]),
    ]
    told = " · ".join(text.format(n=f.number(n)) for text, n in split if some(n))
    change = _("stämmer inte")
    return f"{number} {escaped(change)}{_detail(told)}"


def _detail(text: str) -> str:
    return f'<span class="dk-detail dk-part">{escaped(text)}</span>' if text else ""


def absence(status: str) -> str:
    """Return the word in place of a count of agreements."""
    return _("inga i kraft") if status == "no_answers" else status_word(status)


def _absent(status: str) -> str:
    word = absence(status)
    return (
        f'<span class="dk-part"><span class="dk-absent dk-s-{escaped(status).replace("_", "-")}">'
        f'<span class="dk-pill dk-word">{escaped(word)}</span></span></span>'
    )


def some(number: Any) -> bool:
    """Whether a number is known and not zero."""
    return not f.is_missing(number) and int(number) > 0


def _linked(
    text: str,
    row: Mapping[str, Any],
    outcome: str,
    about: str,
    link: Link,
    kind: str = "dk-num",
) -> str:
    """Return a count as a link to the agreements behind it, where the viewer may open them.

    ``about``: what is counted, for those who hear the link without the cell around it.
    """
    number = f'<span class="{kind}">{escaped(text)}</span>'
    behind = row["failing"] if outcome in ("", "brister", "avviker") else row[outcome]
    place = row["department"] if isinstance(row["department"], str) else None
    opens = row["live"] and some(behind)
    href = link(row["ruleset"], row["rule"], outcome, place) if opens else None
    if not href:
        return number
    heard = ", ".join([" ".join([text, words.outcome_word(outcome)]).strip(), about])
    return f'<a href="{escaped(href)}" target="_self" aria-label="{escaped(heard)}">{number}</a>'


# --- if one were adopted ----------------------------------------------------------------------


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
        names = {rule.id: (rule, _name_in(of_aspect(ruleset, rule.aspect), rule))
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
        return cards.MatrixCell(absence(status), status)
    failing, total = int(record["failing"]), int(record["total"])
    outcome = {"ska": "brister", "bor": "avviker"}.get(record["modality"], "")
    code = record["department"] if isinstance(record["department"], str) else None
    href = link(record["ruleset"], record["rule"], outcome, code) if record["live"] else None
    return cards.MatrixCell(
        f.count_text(failing, total), status, failing / total, href=href if failing else None
    )


def plan_table(
    plan: pd.DataFrame, ruleset: RuleSet, link: Link, places: pd.DataFrame | None = None
) -> str:
    """Return what would have to be done, by whom, where and by when, the worst first.

    ``plan``: rows of ``queries.regelverk.plan``; ``places``: outcomes of every department, to tell
    where. When something falls due, and of how many a fact is missing, is known only of live
    numbers.
    """
    where = _where(places) if places is not None else {}
    rows, items = [], []
    said: set[str] = set()
    lines = [
        _plan_line(row, ruleset.rule(row["rule"]), link, where, said)
        for row in plan.to_dict("records")
    ]
    # A column that is empty in every line says nothing; what is to be done now always has its own.
    heads = [h for h in _plan_heads() if h == _("Nu") or any(line.get(h) for line in lines)]
    for line in lines:
        cells = "".join(
            f"<td{' class=dk-right' if _is_number(h) else ''}>{line.get(h, '')}</td>" for h in heads
        )
        rows.append(f'<tr><th scope="row">{line[_("Att göra")]}</th>{cells}</tr>')
        told = "".join(
            f"<div><dt>{escaped(h)}</dt><dd>{line[h]}</dd></div>" for h in heads if line.get(h)
        )
        items.append(f"<li>{line[_('Att göra')]}<dl>{told}</dl></li>")
    heads = [_("Att göra"), *heads]
    head = "".join(
        f'<th scope="col"{" class=dk-right" if _is_number(h) else ""}>{escaped(h)}</th>'
        for h in heads
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


def _plan_heads() -> list[str]:
    return [_("Vem"), _("Nu"), _("Var"), _("Uppgift saknas"), _("Förfaller senare")]


def _is_number(head: str) -> bool:
    return head in (_("Nu"), _("Uppgift saknas"))


def _where(places: pd.DataFrame) -> dict[str, str]:
    """Return rule → where it is broken and by how many, as far as may be told."""
    found = {}
    for rule, (shown, hidden) in queries.broken_where(places).items():
        told = [f"{code} {f.number(n)}" for code, n in shown.items()]
        if hidden:
            told.append(_("resten dolt") if told else status_word("hidden"))
        parts = (f'<span class="dk-nobr">{escaped(part)}</span>' for part in told)
        found[rule] = " · ".join(parts)
    return found


def _plan_line(
    row: Mapping[str, Any], rule: Rule, link: Link, where: Mapping[str, str], said: set[str]
) -> dict[str, str]:
    """Return a line of the plan as head → HTML; what there is nothing to say of is left out.

    ``said``: acts that lines above have told; those of this one are added.
    """
    line = {_("Att göra"): _act(row, rule, said), _("Vem"): escaped(words.who_word(row["who"]))}
    if row["status"] != "shown":
        return line | {_("Nu"): _absent(row["status"])}
    about = title_of(rule)
    outcome = "brister" if row["modality"] == "ska" else "avviker"
    line[_("Nu")] = _linked(f.number(row["failing"]), row, outcome, about, link)
    line[_("Var")] = where.get(row["rule"], "")
    if row["live"]:
        if some(row["uppgift_saknas"]):
            lacking = f.number(row["uppgift_saknas"])
            line[_("Uppgift saknas")] = _linked(
                lacking, row, "uppgift_saknas", about, link, "dk-less"
            )
            if some(unknown := queries.unreached(row)):
                text = _("varav {n} där det är okänt om regeln gäller")
                line[_("Uppgift saknas")] += _detail(text.format(n=f.number(unknown)))
        line[_("Förfaller senare")] = _soon(row)
    return line


def _soon(row: Mapping[str, Any]) -> str:
    """Return how many fall due within how many days; a longer time only where it adds some."""
    told, before = [], 0
    for days in SOON:
        number = int(row[f"soon_{days}"]) if some(row[f"soon_{days}"]) else 0
        if number > before:
            text = _("{n} inom {days} dagar").format(n=f.number(number), days=days)
            told.append(f'<span class="dk-nobr">{escaped(text)}</span>')
            before = number
    return "<br>".join(told)


def _act(row: Mapping[str, Any], rule: Rule, said: set[str]) -> str:
    """Return a rule, and above it what it asks for; of several acts, how many ask for each.

    What a line above has told is not told again: the same deed answers both rules.
    """
    told = []
    for act, number in row["acts"]:
        if act in said:
            continue
        said.add(act)
        many = f" ({f.number(number)})" if number and len(row["acts"]) > 1 else ""
        told.append(f'<span class="dk-part">{escaped(act + many)}</span>')
    if len(told) < len(row["acts"]):
        again = _("Det som står ovan, också för den här regeln.")
        told.append(f'<span class="dk-part">{escaped(again)}</span>')
    return (
        f'{"".join(told)}<span class="dk-detail dk-part">{modality(rule.modality)} '
        f"{escaped(rule.text)}</span>"
    )
