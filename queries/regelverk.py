"""What the register would look like under each rule set: today's, and one that might be adopted.

One table for all that the page tells, so that its parts cannot tell the same number differently.
Where it comes from is settled here and nowhere else: a role without agreement records reads what is
published; hr reads its own departments live and everything else, the whole too, as published; the
auditor reads everything live.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from queries import rule_words
from queries.i18n import _
from queries.indicators import register_date
from queries.mergings import combined
from queries.municipality import Merging
from queries.rules import Rule, RuleSet, as_json, evaluate_sql
from queries.store import Reader, sql_file
from queries.viewer import AccessDenied, Role, Viewer

OUTCOMES = ("uppfyllt", "brister", "avviker", "uppgift_saknas", "omfattas_inte", "ej_reglerat")
SOON = (30, 90, 365)
ANY = "*"
"""In place of a rule: whole agreements, each counted once by the worst that its rules find."""
MINE = "mina"
"""In place of a department: all that hr may open, together."""
COLUMNS = (
    "ruleset", "rule", "aspect", "kind", "modality", "department", "name",
    "failing", "total", *OUTCOMES, *(f"soon_{days}" for days in SOON),
    "reasons", "status", "live",
)  # fmt: skip
BROKEN = frozenset({
    "other_form", "open_ended", "too_long", "has_end", "notice_differs", "too_many_days",
    "too_large_share", "all_remote", "too_many_places", "said_no", "never", "late", "overdue",
    "red_open", "too_long_ago", "lacking", "past_end",
})  # fmt: skip
"""The reasons for which a rule is broken, as queries/sql/register/evaluate.sql gives them."""
UNREACHED = ("scope_unknown", "applies_unknown")
NUMBERS = ("failing", "total", *OUTCOMES, *(f"soon_{days}" for days in SOON))


def is_countable(rule: Rule) -> bool:
    """Whether the register can tell if an agreement keeps the rule, and the rule can be broken."""
    return rule.modality != "kan" and rule.kind not in ("text", "none")


def outcomes(
    reader: Reader,
    sets: Sequence[RuleSet],
    as_of: date | None = None,
    merging: Merging | None = None,
) -> pd.DataFrame:
    """Return how the agreements in force on the day meet each rule (``COLUMNS``).

    A row per rule set, rule and department in the order of the frame, the whole (department None)
    last; for hr also ``MINE``. ``rule`` is ``ANY`` for whole agreements; those come last in a set.
    Rules that are permissions, and rules of which the register holds nothing, have no rows.
    ``failing`` = brister + avviker, ``total`` = agreements in force; ``soon_30`` … of those that
    are right on the day, how many must be seen to within so many days. ``reasons``: why, of those
    that fail or lack a fact, reason → number. ``live`` is False for published numbers, of which
    only failing and total are known. ``status``: shown, hidden, not_regulated, no_answers (no
    agreement in force). With a ``merging`` it has rows as a department has: live where all its
    departments are. Empty without a register.

    Raises ``AccessDenied`` for admin, and for a role without records on another day than the
    register's own.
    """
    viewer = reader.viewer
    viewer.require_results()
    own_day = register_date(reader)
    if own_day is None or not sets:
        return pd.DataFrame(columns=list(COLUMNS))
    day = as_of or own_day
    if day != own_day and not viewer.sees_agreements:
        raise AccessDenied(
            _(
                "Registret är publicerat per {day}. Andra datum kan bara revisor se, och hr för "
                "sina egna förvaltningar."
            ).format(day=own_day)
        )
    live = _live(reader, sets, day) if viewer.sees_agreements else {}
    published = {} if viewer.role is Role.REVISOR else _published(reader, sets, own_day)
    if viewer.role is Role.HR:
        published = _guarded(published, viewer.departments)
    names = _departments(reader, {code for _s, _r, code in (*live, *published) if code})
    joined = merging if merging and set(merging.departments) <= names.keys() else None
    rows = []
    for ruleset in sets:
        for rule in _rules(ruleset):
            places = _places(viewer.role, viewer.departments, names)
            for code, name, of in places:
                if of is None:
                    # Nothing is published of another day than the register's own.
                    key = (ruleset.id, rule["rule"], code)
                    numbers = _of_published(published.get(key, {}) if day == own_day else {})
                else:
                    numbers = _of_live(
                        [r for part in of for r in live.get((ruleset.id, rule["rule"], part), ())]
                    )
                rows.append({"ruleset": ruleset.id, **rule, "department": code, "name": name}
                            | numbers)  # fmt: skip
            if joined and _counts_all(viewer, joined):
                parts = [live.get((ruleset.id, rule["rule"], code), ()) for code in names
                         if code in joined.departments]  # fmt: skip
                rows.append(
                    {"ruleset": ruleset.id, **rule, "department": joined.code, "name": joined.title}
                    | _of_live([row for part in parts for row in part])
                )
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    if joined and not _counts_all(viewer, joined):
        table = pd.concat([table, _published_merging(table, joined)], ignore_index=True)
    return table.astype(dict.fromkeys(NUMBERS, "Int64"))


def _counts_all(viewer: Viewer, merging: Merging) -> bool:
    """Return whether the viewer has the records of every department of the merging."""
    granted = viewer.role is Role.HR and viewer.departments.issuperset(merging.departments)
    return viewer.role is Role.REVISOR or granted


def _published_merging(table: pd.DataFrame, merging: Merging) -> pd.DataFrame:
    """Return the rows of a merging, as far as those of ``table`` give them."""
    about = ["ruleset", "rule", "aspect", "kind", "modality"]
    told = table[table["department"] != MINE]
    rows = combined(told, [merging], about, ["failing", "total"])
    # Of two shown departments of which one has nothing in force, both may be counted.
    statuses = rows["status"].mask(rows["total"] == 0, "no_answers")
    rows = rows.assign(status=statuses, name=merging.title, live=False)
    rows["reasons"] = [{} for _row in range(len(rows))]
    return rows.reindex(columns=list(COLUMNS))


def at(table: pd.DataFrame, reader: Reader, department: str | None = None) -> pd.DataFrame:
    """Return the rows of what the viewer looks at: a department, else all that it may count.

    For hr that is its own departments together, for others the whole municipality.
    """
    place = department or (MINE if reader.viewer.role is Role.HR else None)
    rows = table["department"].isna() if place is None else table["department"] == place
    return table[rows].reset_index(drop=True)


def plan(table: pd.DataFrame, ruleset: RuleSet) -> pd.DataFrame:
    """Return what would have to be done if ``ruleset`` were adopted, the worst first.

    ``table``: rows of one place, from ``at``. A row per rule that can be counted: the columns of
    ``outcomes`` and ``acts`` (tuple of (what to do, how many agreements; None where only published
    numbers are known)), ``who`` (code of who must act) and ``rank`` (1 is worst).
    """
    rules = {rule.id: rule for rule in ruleset.lines()}
    rows = []
    for row in table[(table["ruleset"] == ruleset.id) & (table["rule"] != ANY)].to_dict("records"):
        rule = rules[row["rule"]]
        field = rule.parameters.get("field")
        rows.append(
            row
            | {
                "acts": _acts(rule, row),
                "who": rule_words.who(rule.kind, field),
                "rank": _rank(rule, row),
            }
        )
    found = pd.DataFrame(rows, columns=[*COLUMNS, "acts", "who", "rank"])
    found = found.astype(dict.fromkeys(NUMBERS, "Int64"))
    many = -found[["failing", "uppgift_saknas"]].fillna(0).astype(int).sum(axis=1)
    return (
        found.assign(_many=many)
        .sort_values(["rank", "_many"], kind="stable")
        .drop(columns="_many")
        .reset_index(drop=True)
    )


def _acts(rule: Rule, row: Mapping[str, Any]) -> tuple[tuple[str, int | None], ...]:
    """Return the acts that a rule asks for; several reasons may ask for the same one."""
    found: dict[str, int] = {}

    def order(pair: tuple[str, int]) -> tuple[bool, int, int]:
        return pair[0] not in BROKEN, _rank_of(rule, pair[0]), -pair[1]

    reasons = sorted(row["reasons"].items(), key=order)
    # What decides whether the rules reach an agreement is missing once, not once in each rule.
    own = [pair for pair in reasons if pair[0] not in UNREACHED]
    for reason, number in own or reasons:
        act = rule_words.what_to_do(rule.kind, reason, **rule.parameters)
        if act:
            found[act] = found.get(act, 0) + number
    if found:
        return tuple(found.items())
    # Nothing is known of why, or nothing is wrong yet: what the kind's first fault that anybody can
    # do something about would ask for.
    known = rule_words.REASONS[rule.kind]
    usual = (
        rule_words.what_to_do(rule.kind, reason, **rule.parameters)
        for reason in sorted(known, key=lambda reason: reason not in BROKEN)
    )
    return ((next((act for act in usual if act), rule.text), None),)


def _rank(rule: Rule, row: Mapping[str, Any]) -> int:
    """Return the rank of the worst that the rule found; what is hidden may be its worst."""
    reasons = list(row["reasons"])
    if not reasons and (row["status"] == "hidden" or row["failing"]):
        reasons = [r for r in rule_words.REASONS[rule.kind] if r in BROKEN][:1]
    return min((_rank_of(rule, reason) for reason in reasons), default=rule_words.LEAST_RANK)


def _rank_of(rule: Rule, reason: str) -> int:
    outcome = "uppgift_saknas"
    if reason in BROKEN:
        outcome = "brister" if rule.modality == "ska" else "avviker"
    return rule_words.rank(rule.kind, reason, outcome, rule.modality)


def broken_where(table: pd.DataFrame) -> dict[str, tuple[dict[str, int], bool]]:
    """Return rule → (department → how many break it there, whether another's number is hidden).

    ``table``: rows of one rule set, from ``outcomes``. Departments that are known to have none are
    left out.
    """
    found: dict[str, tuple[dict[str, int], bool]] = {}
    places = table[table["department"].notna() & (table["department"] != MINE)]
    for row in places.to_dict("records"):
        shown, hidden = found.get(row["rule"], ({}, False))
        if row["status"] == "shown" and row["failing"]:
            shown = {**shown, row["department"]: int(row["failing"])}
        found[row["rule"]] = shown, hidden or row["status"] == "hidden"
    return found


def unreached(row: Mapping[str, Any]) -> int:
    """Return of how many agreements it is not known whether the rule, or its set, covers them."""
    return sum(number for reason, number in row["reasons"].items() if reason in UNREACHED)


def scope_unknown(plan: pd.DataFrame) -> int:
    """Return of how many agreements it is not known whether the rule set covers them."""
    return max((int(r.get("scope_unknown", 0)) for r in plan["reasons"]), default=0)


def asks_for_something(plan: pd.DataFrame) -> pd.Series[bool]:
    """Return which rows of a plan ask for something now or within a year, or may do so unseen."""
    numbers = plan[["failing", "uppgift_saknas", f"soon_{SOON[-1]}"]].fillna(0).astype(int)
    return (numbers.sum(axis=1) > 0) | (plan["status"] == "hidden")


# --- where numbers come from ----------------------------------------------------------------------


def _live(
    reader: Reader, sets: Sequence[RuleSet], day: date
) -> dict[tuple[str, str, str], list[Mapping[str, Any]]]:
    """Return the counts by (rule set, rule, department): a row per outcome and reason."""
    sql = f"{evaluate_sql()},\n{sql_file('register/regelverk')}"
    counts = reader.frame(sql, days=[day], rules=as_json(sets))
    found: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for row in counts.to_dict("records"):
        found.setdefault((row["ruleset"], row["rule"], row["department"]), []).append(row)
    return found


def _published(
    reader: Reader, sets: Sequence[RuleSet], day: date
) -> dict[tuple[str, str, str | None], dict[str, Any]]:
    rows = reader.rows(
        "select ruleset, rule, department, failing, total, status from published.rule_outcome "
        "where day = $day and list_contains($sets, ruleset)",
        day=day,
        sets=[ruleset.id for ruleset in sets],
    )
    return {
        (ruleset, rule, department): {"failing": failing, "total": total, "status": status}
        for ruleset, rule, department, failing, total, status in rows
    }


def _guarded(
    published: dict[tuple[str, str, str | None], dict[str, Any]], own: frozenset[str]
) -> dict[tuple[str, str, str | None], dict[str, Any]]:
    """Return the published rows without the wholes from which hr, who has its own departments' live
    numbers, could work out what is hidden of the others (as queries.indicators does)."""
    hidden: dict[tuple[str, str], set[bool]] = {}
    for (ruleset, rule, department), row in published.items():
        if department is not None and row["status"] == "hidden":
            hidden.setdefault((ruleset, rule), set()).add(department in own)
    both = {key for key, sides in hidden.items() if sides == {True, False}}
    return {key: row for key, row in published.items() if key[2] or key[:2] not in both}


def _departments(reader: Reader, also: Iterable[str]) -> dict[str, str]:
    """Return code → name in the order of the latest frame; what only the register knows is last."""
    rows = reader.rows(
        "select code, name from published.department "
        "qualify row_number() over (partition by code order by wave desc) = 1 "
        "order by wave desc, ordinal"
    )
    named = dict(rows)
    return named | {code: code for code in sorted(set(also) - named.keys())}


def _places(
    role: Role, granted: frozenset[str], names: Mapping[str, str]
) -> list[tuple[str | None, str, tuple[str, ...] | None]]:
    """Return (department, name, the departments counted live for it; None: as published)."""
    everything = tuple(names)
    mine = tuple(code for code in names if code in granted)
    places: list[tuple[str | None, str, tuple[str, ...] | None]] = []
    for code, name in names.items():
        counted = role is Role.REVISOR or (role is Role.HR and code in granted)
        places.append((code, name, (code,) if counted else None))
    if role is Role.HR:
        places.append((MINE, _("Mina förvaltningar"), mine))
    # For hr the whole is the published one: less its own departments, a live one would tell theirs.
    places.append((None, _("Alla"), everything if role is Role.REVISOR else None))
    return places


def _rules(ruleset: RuleSet) -> list[dict[str, str]]:
    rules = [
        {"rule": r.id, "aspect": r.aspect, "kind": r.kind, "modality": r.modality}
        for r in ruleset.lines()
        if is_countable(r)
    ]
    whole = {"rule": ANY, "aspect": "", "kind": "", "modality": ""}
    return [*rules, whole] if rules else []


def _of_published(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the numbers of a published row; without one, or with an unknown status, hidden."""
    status = found.get("status", "hidden")
    status = status if status in ("shown", "not_regulated", "no_answers") else "hidden"
    known = {name: found[name] for name in ("failing", "total")} if status == "shown" else {}
    if known and not known["total"]:
        status = "no_answers"
    return {**dict.fromkeys(NUMBERS), **known, "reasons": {}, "status": status, "live": False}


def _of_live(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    counts, reasons = dict.fromkeys(OUTCOMES, 0), dict[str, int]()
    for row in found:
        counts[row["outcome"]] += int(row["agreements"])
        if row["rule"] != ANY and row["outcome"] in ("brister", "avviker", "uppgift_saknas"):
            reasons[row["reason"]] = reasons.get(row["reason"], 0) + int(row["agreements"])
    soon = {f"soon_{days}": sum(int(row[f"soon_{days}"]) for row in found) for days in SOON}
    total = sum(counts.values())
    status = "shown" if total else "no_answers"
    if total and counts["ej_reglerat"] == total:
        status = "not_regulated"
    return {
        **counts,
        **soon,
        "failing": counts["brister"] + counts["avviker"],
        "total": total,
        "reasons": reasons,
        "status": status,
        "live": True,
    }
