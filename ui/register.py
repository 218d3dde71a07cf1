"""HR's work list over the register: what is asked for, what is found, and how a line is told.

What an agreement lacks, and in which order, is decided in ``queries``; here it is chosen among and
put into words for the rows that are shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from queries import agreements as queries
from queries import rule_words as words
from queries.i18n import language
from queries.indicators import is_before_first_register
from queries.rules import as_json, base, own, ruleset
from queries.store import Reader
from queries.viewer import Role
from ui import formats as f
from ui import register_words as words_of
from ui.addresses import AS_OF, ENDS, LISTED, MANAGER, MISSING, OUTCOME, RULE, RULESET
from ui.choices import SEPARATOR
from ui.context import Context
from ui.text import _, plain

SHOWN = 500
"""Rows of the list at a time."""
FIRST_DAY, AHEAD = date(2015, 1, 1), timedelta(days=366)
"""The first day that can be asked for, and how long after the register's own the last one is."""
PAGE = "overenskommelser"
TO_DO = "att-gora"
LISTS: dict[str, tuple[str, ...]] = {
    TO_DO: (),
    "alla": queries.STATES,
    "galler": ("in_force",),
    "kommande": ("coming", "undecided"),
    "slut": ("past_end", "ended", "renewed"),
    "avslag": ("refused",),
}
"""What can be listed: what needs doing, or the agreements that are in some of these states."""
NOT_OVER = ("in_force", "coming", "undecided")
"""The states in which an agreement is still to end."""


# --- what is asked for ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """What the visitor asks for. ``department`` is the code of one, or of a merging whose
    departments are ``parts``; ``missing`` is a matter (kind of rule, or its field), ``ends`` days
    from ``as_of``.

    ``listed`` is one of ``LISTS``; of the register no ``missing`` is chosen.
    With ``ruleset`` the list is not what needs doing but the agreements that one of its rules
    (``rule``; None for any) gives an ``outcome`` (several joined by commas; None for any): so the
    comparison of rule sets leads here.
    """

    as_of: date
    department: str | None = None
    missing: str | None = None
    manager: str | None = None
    ends: int | None = None
    ruleset: str | None = None
    rule: str | None = None
    outcome: str | None = None
    parts: tuple[str, ...] = ()
    listed: str = TO_DO

    @property
    def narrows(self) -> bool:
        return any((self.department, self.missing, self.manager, self.ends))

    @property
    def of_register(self) -> bool:
        """Whether agreements are listed, one a line, and not what needs doing in them."""
        return self.listed != TO_DO and not self.ruleset

    def address(self, context: Context, **parameters: str | None) -> str:
        """Return the page's address with what is chosen, and ``parameters`` in its place."""
        chosen: dict[str, str | None] = {
            AS_OF: self.as_of.isoformat() if self.as_of != context.as_of else None,
            MISSING: self.missing,
            MANAGER: self.manager,
            ENDS: str(self.ends) if self.ends else None,
            LISTED: self.listed if self.of_register else None,
            RULESET: self.ruleset,
            RULE: self.rule,
            OUTCOME: self.outcome,
        }
        return context.link(PAGE, **{**chosen, **parameters})


def narrowed(rows: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """Return the rows that the choice asks for, in their order.

    Works on what needs doing and on the register alike: ``department, manager, days_to_end`` and,
    if something lacking is chosen, ``matter``. What ends within so many days has not ended yet:
    of the register (``state``) neither what was ended before its day, nor what was refused.
    """
    keep = pd.Series(True, index=rows.index)
    if choice.department:
        keep &= rows["department"].isin(choice.parts or (choice.department,))
    if choice.manager:
        keep &= rows["manager"] == choice.manager
    if choice.ends:
        keep &= rows["days_to_end"].between(0, choice.ends).fillna(False)
        if "state" in rows:
            keep &= rows["state"].isin(NOT_OVER)
    if choice.missing:
        keep &= (rows["matter"] == choice.missing) | (rows["second"] == choice.missing)
    return rows[keep]


def matters(needs: pd.DataFrame) -> pd.Series:
    """Return under which head each line is chosen: what is broken by its matter, the rest together.

    A rule that is advice and a field that nobody has filled in would otherwise be counted with the
    red risks and the missing assessments.
    """
    own_head = (needs["outcome"] == "brister") | needs["reason"].isin(words_of.ALONE)
    return needs["field"].fillna(needs["kind"]).where(own_head, needs["outcome"])


ALSO_OVERDUE = "measures_on_time"
"""The other head under which a red risk stands whose measure is late as well."""


def with_matters(needs: pd.DataFrame) -> pd.DataFrame:
    """Return the lines with ``matter``, the head of each, and ``second``, its other head or null.

    One line that tells two things is found and counted under both.
    """
    second = needs["also"].map({"overdue": ALSO_OVERDUE})
    return needs.assign(matter=matters(needs), second=second.astype(object))


def counted(needs: pd.DataFrame) -> dict[str, int]:
    """Return how many agreements there are under each head, the worst consequence first."""
    more = needs[needs["second"].notna()]
    rank = words.rank(ALSO_OVERDUE, "overdue", "brister")
    both = pd.concat([needs, more.assign(matter=more["second"], rank=rank)])
    return queries.agreements_per(both, "matter")


def who_text(row: Mapping[str, Any]) -> str:
    """Return who must act: the manager by name, or the function that does it."""
    named = isinstance(row["manager"], str) and plain(row["manager"])
    if row["who"] == "chef":
        return named or _("chef saknas i registret")
    return words.who_word(row["who"])


# --- what is found --------------------------------------------------------------------------------

Key = tuple[str, str, tuple[str, ...], str, str]
CACHED = 64


def key_of(context: Context, named: str | None = None) -> Key:
    """Return what the answers kept below depend on besides their day: the snapshot, the viewer, and
    the rules (of the set ``named`` too), whose files may be edited while the server runs."""
    viewer = context.viewer
    departments = tuple(sorted(viewer.departments))
    rules = as_json((own(), base(), *([ruleset(named)] if named else [])))
    edition = hashlib.sha256(rules.encode()).hexdigest()[:16]
    return str(context.snapshot.path), viewer.role.value, departments, language(), edition


# To judge sixty thousand agreements takes seconds, and even a hundred take longer than all else on
# the page; to choose among what was found takes milliseconds. So what needs doing is found once per
# day and viewer. A resource and not data: a copy for each run would cost as much again, and nobody
# changes it.
@st.cache_resource(max_entries=6, show_spinner=False)
def lines_of(_reader: Reader, key: Key, as_of: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what needs doing, and what was done too late: for an agreement's story alone."""
    to_do, late = queries.needs(_reader, own(), as_of)
    return with_matters(to_do), with_matters(late)


def needs_of(reader: Reader, key: Key, as_of: date) -> pd.DataFrame:
    """Return what needs doing."""
    return lines_of(reader, key, as_of)[0]


@st.cache_resource(max_entries=6, show_spinner=False)
def _behind(
    _reader: Reader, key: Key, as_of: date, named: str, rule: str | None, outcome: str | None
) -> pd.DataFrame:
    outcomes = outcome.split(SEPARATOR) if outcome else None
    found = queries.agreements_behind(_reader, ruleset(named), rule, outcomes, None, as_of)
    if rule is None:
        # Of all rules, each agreement once: with the worst that is to be said of it.
        found = found.drop_duplicates("agreement_id", ignore_index=True)
    return found.assign(matter=found["outcome"], also=None, second=None)


@st.cache_resource(max_entries=2, show_spinner=False)
def register_of(_reader: Reader, key: Key, as_of: date) -> pd.DataFrame:
    register = queries.register(_reader, as_of)
    register["days_to_end"] = days_between(register["end"], as_of)
    return register.set_index("agreement_id", drop=False)


@st.cache_data(max_entries=CACHED, show_spinner=False)
def managers_of(_reader: Reader, key: Key, as_of: date) -> list[str]:
    return queries.managers(_reader, as_of)


@st.cache_data(max_entries=CACHED, show_spinner=False)
def story_of(_reader: Reader, key: Key, as_of: date, agreement: str) -> pd.DataFrame:
    return queries.story(_reader, agreement, as_of)


def days_between(days: pd.Series, as_of: date) -> pd.Series:
    """Return how many days lie between ``as_of`` and each day; negative when it has passed."""
    return (pd.to_datetime(days) - pd.Timestamp(as_of)).dt.days.astype("Int64")


@dataclass(frozen=True)
class Found:
    """What the viewer's choice gives: the rows to show, of all rows that it gives."""

    all: pd.DataFrame
    rows: pd.DataFrame

    @property
    def lines(self) -> int:
        return len(self.all)

    @property
    def agreements(self) -> int:
        return int(self.all["agreement_id"].nunique())


def needing(context: Context, choice: Choice) -> pd.DataFrame:
    """Return all that the list is taken from: what needs doing, agreements in some states, or what
    an outcome is about."""
    key = key_of(context, choice.ruleset)
    if choice.of_register:
        register = register_of(context.reader, key, choice.as_of).reset_index(drop=True)
        return register[register["state"].isin(LISTS[choice.listed])]
    if choice.ruleset:
        return _behind(
            context.reader, key, choice.as_of, choice.ruleset, choice.rule, choice.outcome
        )
    return needs_of(context.reader, key, choice.as_of)


def find(context: Context, choice: Choice) -> Found:
    """Return what the choice gives, the worst first; names only in the rows that are shown."""
    found = in_order(narrowed(needing(context, choice), choice), choice)
    return Found(found, named(context, found.head(SHOWN)))


def in_order(rows: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """Return agreements in the order of a calendar: what ends or begins first; of those that are
    over or never began, the last. What needs doing stands in its own order already."""
    if not choice.of_register:
        return rows
    if choice.listed in ("kommande", "avslag"):
        first = choice.listed == "kommande"
        return rows.sort_values(["start", "agreement_id"], ascending=[first, True])
    days = rows["ended"].fillna(rows["end"]) if choice.listed == "slut" else rows["end"]
    ordered = rows.assign(day=pd.to_datetime(days)).sort_values(
        ["day", "agreement_id"], ascending=[choice.listed != "slut", True]
    )
    return ordered.drop(columns="day")


def in_states(context: Context, choice: Choice) -> dict[str, int]:
    """Return how many agreements each of ``LISTS`` but the first holds under the other filters."""
    register = register_of(context.reader, key_of(context), choice.as_of)
    counts = narrowed(register, replace(choice, missing=None))["state"].value_counts()
    return {
        name: sum(int(counts.get(state, 0)) for state in states)
        for name, states in LISTS.items()
        if name != TO_DO
    }


def named(context: Context, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the names that hr may read in place of pseudonyms."""
    if context.viewer.role is not Role.HR or rows.empty:
        return rows
    names = queries.people(context.reader, rows["employee"].dropna().unique())
    return rows.assign(person=rows["employee"].map(names).fillna(rows["person"]))


def reckoned_back(context: Context, day: date) -> str:
    """Return what is not known of a day before the first register; "" of any other."""
    if not is_before_first_register(context.reader, day):
        return ""
    return _(
        "Dagen ligger före det första registret. Läget är räknat tillbaka ur vad det säger, så "
        "uppföljningar, IT-genomgångar, form, dagar och skydd kan ha varit annorlunda då."
    )


# --- words for a line -----------------------------------------------------------------------------


TITLED = ("kind", "field", "outcome", "reason", "also")


def title_of(row: Mapping[str, Any]) -> str:
    return words_of.title(*(row[name] for name in TITLED))


def each(rows: pd.DataFrame, names: Sequence[str], say: Callable[..., Any]) -> list[Any]:
    """Return ``say(*values)`` of each row's ``names``, called once for each combination: of tens of
    thousands of lines most say the same."""
    keys = list(zip(*(rows[name].array for name in names), strict=True))
    said = {key: say(*key) for key in dict.fromkeys(keys)}
    return [said[key] for key in keys]


def titles(rows: pd.DataFrame) -> list[str]:
    """Return the title of each line."""
    return each(rows, TITLED, words_of.title)


def actors(rows: pd.DataFrame) -> list[str]:
    """Return who must act on each line."""
    return each(rows, ("manager", "who"), lambda m, w: who_text({"manager": m, "who": w}))


@dataclass(frozen=True)
class Told:
    """Why a line is in the list, and what to do about it, in sentences."""

    why: str
    to_do: str


def tell(rows: pd.DataFrame, as_of: date) -> list[Told]:
    """Return the sentences of each line. Many lines say the same, and each is put together once."""
    parameters: dict[tuple[str, str], dict[str, Any]] = {}
    for name in rows["ruleset"].unique():
        parameters |= {(name, rule.id): rule.parameters for rule in ruleset(name).lines()}

    def say(
        name: str, rule: str, kind: str, reason: str, value: Any, since: Any, due: Any, start: Any
    ) -> Told:
        facts = {"value": value, "since": since, "due": due, "start": start, "as_of": as_of}
        facts = {**parameters[name, rule], **facts}
        return Told(words.why(kind, reason, **facts), words.what_to_do(kind, reason, **facts))

    return each(rows, ("ruleset", "rule", "kind", "reason", "value", "since", "due", "start"), say)


def days_of(since: pd.Series, as_of: date) -> list[int | None]:
    """Return ``days_since`` of each."""
    return each(since.to_frame("since"), ("since",), lambda day: days_since(day, as_of))


def days_since(since: Any, as_of: date) -> int | None:
    """Return for how many days something has been so on ``as_of``; None when nobody knows."""
    if f.is_missing(since):
        return None
    day = since.date() if isinstance(since, datetime) else since
    return (as_of - day).days


def register_list(
    context: Context, rows: pd.DataFrame, as_of: date, *, departments: bool = True
) -> pd.DataFrame:
    """Return agreements as they are listed: a row each, with how much needs doing in it."""
    counts = needs_of(context.reader, key_of(context), as_of)["agreement_id"].value_counts()
    managers = [plain(name) if isinstance(name, str) else "" for name in rows["manager"]]
    table = {
        _("Överenskommelse"): list(rows["agreement_id"]),
        _("Anställd"): list(rows["person"]),
        _("Läge"): each(rows, ("state",), words_of.state_word),
        _("Ansvarig chef"): managers,
        _("Start"): list(rows["start"]),
        _("Slut"): list(rows["ended"].fillna(rows["end"])),
        _("Att göra"): [int(counts.get(name, 0)) for name in rows["agreement_id"]],
        _("Förvaltning"): list(rows["department"]),
    }
    if not departments:
        table.pop(_("Förvaltning"))
    return pd.DataFrame(table)


def list_table(rows: pd.DataFrame, as_of: date, *, departments: bool = True) -> pd.DataFrame:
    """Return the list as it is shown: a row per thing to do, days as dates, codes as words.

    What is needed to act comes first: on a laptop the last columns are reached by scrolling.
    """
    table = {
        _("Vad"): titles(rows),
        _("Gör så här"): [told.to_do for told in tell(rows, as_of)],
        _("Ska agera"): actors(rows),
        _("Överenskommelse"): list(rows["agreement_id"]),
        _("Anställd"): list(rows["person"]),
        _("Dagar"): days_of(rows["since"], as_of),
        _("Slut"): list(rows["end"]),
        _("Förvaltning"): list(rows["department"]),
    }
    if not departments:
        table.pop(_("Förvaltning"))
    return pd.DataFrame(table).astype({_("Dagar"): "Int64"})
