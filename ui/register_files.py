"""The files of the work list: what needs doing as Excel and CSV, what is to come as a calendar."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd

from queries import agreements as queries
from queries import register_fields as fields
from queries import rule_words as words
from queries.municipality import municipality
from queries.rules import base, own, ruleset
from ui import calendar, tables
from ui import formats as f
from ui import register_words as words_of
from ui.choices import SEPARATOR
from ui.context import Context
from ui.evidence import working_material
from ui.register import (
    Choice,
    actors,
    days_of,
    each,
    in_order,
    key_of,
    named,
    narrowed,
    needing,
    register_of,
    tell,
    titles,
)
from ui.text import _, _n, join_words

DAYS_AHEAD = 365
MOST_DATES = 5000
"""The nearest: a calendar program that is given more does not open."""


def _everything(context: Context, choice: Choice) -> pd.DataFrame:
    """Return all that the choice gives, however much, with names where they may be read."""
    return named(context, narrowed(needing(context, choice), choice))


def csv(context: Context, choice: Choice) -> bytes:
    """Return the list as a CSV file."""
    if choice.of_register:
        register = named(context, in_order(chosen_agreements(context, choice), choice))
        return tables.csv_bytes(register_table(register, _mark(context)))
    return tables.csv_bytes(file_table(_everything(context, choice), choice.as_of, _mark(context)))


def excel(context: Context, choice: Choice) -> bytes:
    """Return an Excel file: the list, the agreements that it is about, and what they are."""
    if choice.of_register:
        chosen = named(context, in_order(chosen_agreements(context, choice), choice))
        about = about_file(context, choice, 0, len(chosen))
        return tables.xlsx_bytes(register_table(chosen, _mark(context)), _("Registret"), about)
    rows = _everything(context, choice)
    register = register_table(named(context, chosen_agreements(context, choice)), _mark(context))
    return tables.xlsx_bytes(
        file_table(rows, choice.as_of, _mark(context)),
        _("Överenskommelser") if choice.ruleset else _("Att göra"),
        about_file(context, choice, len(rows), len(register)),
        more=[(_("Registret"), register)],
    )


def ics(context: Context, choice: Choice) -> bytes:
    """Return the coming dates of the chosen agreements as a calendar file."""
    dates = queries.coming_dates(context.reader, own(), choice.as_of, DAYS_AHEAD)
    chosen = chosen_agreements(context, choice)
    names = dict(zip(chosen["department"], chosen["department_name"], strict=True))
    return calendar.ics_bytes(
        dates[dates["agreement_id"].isin(chosen["agreement_id"])].head(MOST_DATES),
        name=_("Överenskommelser om distansarbete"),
        mark=_mark(context),
        owner=municipality().name,
        stamp=datetime.fromisoformat(context.snapshot.created),
        departments=names,
    )


def chosen_agreements(context: Context, choice: Choice) -> pd.DataFrame:
    """Return the agreements that the choice is about: also those that lack nothing, unless what is
    lacking is chosen."""
    if choice.of_register:
        return narrowed(needing(context, choice), choice)
    register = register_of(context.reader, key_of(context), choice.as_of)
    if not (choice.missing or choice.ruleset):
        return narrowed(register, choice)
    found = narrowed(needing(context, choice), choice)
    return register[register["agreement_id"].isin(found["agreement_id"])]


def _mark(context: Context) -> str:
    return _("Arbetsmaterial") if context.viewer.sees_microdata else _("Personuppgifter")


def file_table(rows: pd.DataFrame, as_of: date, mark: str = "") -> pd.DataFrame:
    """Return the list for a file: the columns of the page, and why, by whom, under which rule.

    What the register's sheet has too stands under the same heads there.
    """
    told, heads = tell(rows, as_of), fields.heads()
    sets = {name: ruleset(name) for name in rows["ruleset"].unique()}
    return pd.DataFrame(
        {
            _("Märkning"): [mark] * len(rows),
            _("Vad"): titles(rows),
            _("Utfall"): each(rows, ("outcome",), words.outcome_word),
            _("Varför"): [t.why for t in told],
            _("Gör så här"): [t.to_do for t in told],
            _("Ska agera"): actors(rows),
            _("Sedan"): list(rows["since"]),
            _("Dagar"): days_of(rows["since"], as_of),
            heads["agreement_id"]: list(rows["agreement_id"]),
            heads["employee"]: list(rows["person"]),
            _("Kod"): list(rows["department"]),
            heads["department"]: list(rows["department_name"]),
            heads["manager"]: list(rows["manager"]),
            heads["end"]: list(rows["end"]),
            _("Regelverk"): each(rows, ("ruleset",), lambda name: sets[name].name),
            _("Regel"): each(rows, ("ruleset", "rule"), lambda s, r: sets[s].rule(r).text),
        },
        dtype=object,
    )


def register_table(register: pd.DataFrame, mark: str = "") -> pd.DataFrame:
    """Return the register for a file, under the heads of the file that it was read from.

    A department is named, as on the sheet of the list; its code stands beside it.
    """
    table = {_("Märkning"): [mark] * len(register)}
    columns = {"employee": "person", "department": "department_name"}
    for name, head in fields.heads().items():
        values = register[columns.get(name, name)]
        if name == "department":
            table[_("Kod")] = list(register["department"])
        if name in fields.CODED:
            said = {code: fields.code_word(name, code) for code in values.dropna().unique()}
            values = [said.get(code, "") for code in values]
        table[head] = list(values)
    table[_("Läge")] = each(register, ("state",), words_of.state_word)
    return pd.DataFrame(table, dtype=object)


def selection_words(choice: Choice) -> str:
    """Return what the list is cut down to, in words; "" for nothing."""
    parts = [
        *_behind(choice),
        *([words_of.listed_word(choice.listed)] if choice.of_register else []),
        *([choice.department] if choice.department else []),
        *([words_of.head(choice.missing)] if choice.missing else []),
        *([choice.manager] if choice.manager else []),
        *([_("slutar inom {n} dagar").format(n=choice.ends)] if choice.ends else []),
    ]
    return " · ".join(parts)


def about_file(
    context: Context, choice: Choice, lines: int, agreements: int
) -> list[tuple[str, str]]:
    """Return what the file says of itself: its day, what is chosen, its source, for whom it is."""
    warn = working_material() if context.viewer.sees_microdata else personal()
    who = (
        _("Revisorn")
        if context.viewer.sees_microdata
        else _("HR för {departments}").format(
            departments=", ".join(sorted(context.viewer.departments))
        )
    )
    assert context.as_of is not None
    return [
        (_mark(context), warn),
        (_("Får läsas av"), who),
        (_("Läget den"), f.date(choice.as_of)),
        (_("Registret per"), f.date(context.as_of)),
        (_("Urval"), selection_words(choice) or _("Allt")),
        (_("Rader"), _extent(choice, lines, agreements)),
        *([] if choice.of_register else _judged(choice)),
        (_("Källa"), _("Registret över överenskommelser")),
        (_("Ögonblicksbild"), context.snapshot.id),
    ]


def _behind(choice: Choice) -> list[str]:
    """Return which rule set, rule and outcomes the list is about, when it is a cell's."""
    if not choice.ruleset:
        return []
    rules = ruleset(choice.ruleset)
    said = [rules.name]
    if choice.rule:
        said.append(_("Regel: {text}").format(text=rules.rule(choice.rule).text))
    if choice.outcome:
        outcomes = join_words(map(words.outcome_word, choice.outcome.split(SEPARATOR)))
        said.append(_("Utfall: {word}").format(word=outcomes))
    return said


def _extent(choice: Choice, lines: int, agreements: int) -> str:
    n = f.number(agreements)
    if choice.ruleset or choice.of_register:
        # There and behind a cell stands each agreement once.
        return _n("{n} överenskommelse", "{n} överenskommelser", agreements).format(n=n)
    return _("{lines} saker att göra, {agreements} överenskommelser").format(
        lines=f.number(lines), agreements=n
    )


def _judged(choice: Choice) -> list[tuple[str, str]]:
    order = _("Efter hur allvarligt det är, sedan efter hur länge det har väntat.")
    return [(_("Regler"), _judged_by(choice)), (_("Sortering"), order)]


def _judged_by(choice: Choice) -> str:
    if choice.ruleset:
        return ruleset(choice.ruleset).name
    return f"{own().name} · {base().name}"


def personal() -> str:
    return _("Personuppgifter: sprid inte sidan eller filerna vidare.")
