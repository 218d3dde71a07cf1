"""The agreement records: what each rule finds in them, what needs doing, and each one's story.

Only for hr (its departments' agreements; the connection holds no others) and revisor; everyone else
is refused with ``AccessDenied``. Every function takes the day that it speaks of, ``as_of``, and
tells what was true and known that day: what is dated later had not happened.

Evaluation and counting are SQL over the whole register (``queries/sql/register/evaluate.sql``).
Words are made here, for the rows that are shown and no others. The tables hold each employee as the
register does, a keyed hash, and a short pseudonym; ``people`` gives the names behind the rows that
a page shows, and gives them to hr alone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, get_args

import pandas as pd

from queries import register_fields as fields
from queries import rule_words
from queries.i18n import _
from queries.pseudonyms import pseudonym, unseal
from queries.rules import Confidentiality, RuleSet, as_json, base, evaluate_sql
from queries.rules import own as own_ruleset
from queries.store import Reader, require_agreements, sql_file
from queries.viewer import Role

EVALUATED = (
    "day", "ruleset", "rule", "ordinal", "aspect", "kind", "modality", "agreement_id",
    "department", "position", "manager", "outcome", "reason", "since", "due", "value",
)  # fmt: skip
STATES = ("in_force", "coming", "past_end", "ended", "renewed", "refused", "undecided")
LATE = "late"
"""The reason of what was done too late: a finding about the past."""
NEEDED = ("brister", "avviker", "uppgift_saknas")


# --- evaluation -----------------------------------------------------------------------------------


def evaluation(
    reader: Reader, sets: Sequence[RuleSet], as_of: date, words: bool = False
) -> pd.DataFrame:
    """Return each agreement × rule of ``sets`` with its outcome: the columns ``EVALUATED``.

    ``since``: of a broken rule the first of the days up to this one on each of which it was broken,
    in the department where the agreement stands (``queries/sql/register/_since.sql``); ``due``: the
    next day by which something is to be done; ``value``: the agreement's own value as the register
    has it. All three may be null. ``words=True`` adds the words of ``with_words``, which is slow
    for many rows. In the order of agreement, rule set and rule.
    """
    require_agreements(reader.viewer)
    found = reader.frame(
        evaluate_sql(since=True)
        + f" select {', '.join(EVALUATED)} from evaluated order by agreement_id, ruleset, ordinal",
        days=[as_of],
        rules=as_json(sets),
    )
    return with_words(found, sets, as_of) if words else found


def agreements_behind(
    reader: Reader,
    ruleset: RuleSet,
    rule: str | None,
    outcomes: Collection[str] | None,
    department: str | None,
    as_of: date,
) -> pd.DataFrame:
    """Return the agreements in force behind a cell of the comparison, the worst outcome first.

    The columns of ``EVALUATED`` and ``field``, ``employee`` (hash), ``person`` (pseudonym),
    ``department_name``, ``start``, ``end``, ``days_to_end``, ``who``. None as rule, outcomes or
    department: any.
    """
    require_agreements(reader.viewer)
    found = reader.frame(
        evaluate_sql(since=True) + sql_file("agreements/behind"),
        days=[as_of],
        rules=as_json([ruleset]),
        rule=rule,
        outcomes=None if outcomes is None else sorted(outcomes),
        department=department,
    )
    return _named(reader, _with_who(found))


# --- what needs doing -----------------------------------------------------------------------------


def needs(reader: Reader, own: RuleSet, as_of: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what needs doing under ``own`` and the common checks, and what was done too late.

    A row per agreement and matter (the kind of rule, and for kind ``yes`` its field); where ``own``
    judges a matter its line goes before that of the common checks. A red risk and the day of its
    measure are one line, whose ``also`` is what the day's own would have been for: ``overdue``,
    ``no_due_date``, else null. What came too late (reason ``LATE``) nothing mends that anybody does
    now: it stands apart, with the same columns. Both are sorted by ``rank`` (1 = worst), then what
    has lasted longest, then department and agreement.

    Columns: ``agreement_id``, ``employee`` (hash), ``person`` (pseudonym), ``department``,
    ``department_name``, ``manager``, ``kind``, ``field``, ``rule``, ``ruleset``, ``outcome``,
    ``reason``, ``also``, ``value``, ``since``, ``due``, ``rank``, ``start``, ``end``,
    ``days_to_end`` (negative when past), ``who`` (chef, hr, it).
    """
    require_agreements(reader.viewer)
    sets = (own, base())
    found = reader.frame(
        evaluate_sql(since=True) + "," + sql_file("agreements/needs"),
        days=[as_of],
        rules=as_json(sets),
        own=own.id,
        ranks=_ranks(sets),
    )
    found = _named(reader, _with_who(found))
    late = found["reason"] == LATE
    return found[~late].reset_index(drop=True), found[late].reset_index(drop=True)


def agreements_per(needs: pd.DataFrame, column: str) -> dict[str, int]:
    """Return how many agreements lines of ``needs`` tell of, per value of ``column``; the value
    with the worst consequence first. An agreement counts once for each value that it has."""
    found = needs.groupby(column, sort=False).agg(
        rank=("rank", "min"), n=("agreement_id", "nunique")
    )
    return {str(k): int(n) for k, n in found.sort_values("rank", kind="stable")["n"].items()}


def managers(reader: Reader, as_of: date) -> list[str]:
    """Return the managers who answer for an agreement known on the day, in Swedish order."""
    require_agreements(reader.viewer)
    rows = reader.rows(
        _sql("register/_base").rstrip().rstrip(",")
        + " select distinct manager from known where manager is not null"
        " order by manager collate sv",
        days=[as_of],
    )
    return [row[0] for row in rows]


def _with_who(lines: pd.DataFrame) -> pd.DataFrame:
    """Return lines with ``who`` must act; asked by matter, of which there are some twenty."""
    matters = lines[["kind", "field"]].drop_duplicates()
    pairs = zip(matters["kind"], matters["field"].fillna(""), strict=True)
    matters["who"] = pd.Series(
        [rule_words.who(*pair) for pair in pairs], index=matters.index, dtype="str"
    )
    days_to_end = lines["days_to_end"].astype("Int64")
    return lines.assign(days_to_end=days_to_end).merge(matters, how="left", on=["kind", "field"])


def _named(reader: Reader, table: pd.DataFrame) -> pd.DataFrame:
    """Return ``table`` with ``department_name``, the latest, after its column ``department``."""
    names = dict(
        reader.rows("select code, arg_max(name, wave) from published.department group by code")
    )
    codes = {code: names.get(code, code) for code in table["department"].unique()}
    place = table.columns.get_loc("department") + 1
    table.insert(place, "department_name", table["department"].map(codes).astype("str"))
    return table


def _ranks(sets: Sequence[RuleSet]) -> str:
    """Return the rank of all that rules of these kinds may find, as the JSON that SQL joins with.

    Some hundreds of combinations, instead of a call for each of tens of thousands of lines.
    """
    return json.dumps(
        [
            {
                "kind": kind,
                "reason": reason,
                "outcome": outcome,
                "confidentiality": secrecy,
                "rank": rule_words.rank(kind, reason, outcome, confidentiality=secrecy or None),
            }
            for kind in sorted({rule.kind for found in sets for rule in found.lines()})
            for reason in (*rule_words.REASONS[kind], *rule_words.COMMON_REASONS)
            for outcome in NEEDED
            for secrecy in ("", *get_args(Confidentiality))
        ]
    )


def _sql(*names: str) -> str:
    return "\n".join(sql_file(name) for name in names)


# --- people ---------------------------------------------------------------------------------------


def people(reader: Reader, hashes: Iterable[str | None]) -> dict[str, str]:
    """Return what to call the employees behind ``hashes``: for the rows that are shown.

    hr: the name, where it was loaded and this machine's key opens it; otherwise, and for revisor,
    the pseudonym.
    """
    require_agreements(reader.viewer)
    wanted = sorted({text for text in hashes if isinstance(text, str)})
    found = {text: pseudonym(text) for text in wanted}
    if reader.viewer.role is not Role.HR or not wanted:
        return found
    rows = reader.rows(
        "select employee, sealed from records.employee where list_contains($wanted, employee)",
        wanted=wanted,
    )
    names = unseal([sealed for _hash, sealed in rows])
    return found | {row[0]: name for row, name in zip(rows, names, strict=True) if name}


def names_are_closed(reader: Reader) -> bool:
    """Return whether hr could read names but for the key, which is lacking here or another one."""
    require_agreements(reader.viewer)
    if reader.viewer.role is not Role.HR:
        return False
    sealed = [text for (text,) in reader.rows("select sealed from records.employee limit 1")]
    return bool(sealed) and unseal(sealed) == [None]


# --- the register ---------------------------------------------------------------------------------


def register(reader: Reader, as_of: date) -> pd.DataFrame:
    """Return every agreement known on the day with its ``state`` (``STATES``) and its fields.

    ``agreement_id, employee`` (hash), ``person`` (pseudonym), ``department, department_name,
    state``, the columns of the file contract by their field names, ``file`` and ``line`` (of the
    line that tells it), ``known_from, loaded, last_seen``. In the order of the departments.
    """
    require_agreements(reader.viewer)
    known = sql_file("register/_base").rstrip().rstrip(",")
    found = reader.frame(f"{known}\n{sql_file('agreements/register')}", days=[as_of])
    return _named(reader, found)


def coming_dates(reader: Reader, own: RuleSet, as_of: date, days: int = 365) -> pd.DataFrame:
    """Return what lies ahead of the agreements within ``days`` of ``as_of``, by date.

    ``date, agreement_id, department, manager, event, label``. Events: ``start`` (of an application
    that nobody has decided on ``planned_start``), ``end``, ``measure_due`` of the agreements
    themselves, and ``DUE_EVENTS``, by which rules of ``own`` and the common checks ask for
    something. ``label`` is in words.
    """
    require_agreements(reader.viewer)
    found = reader.frame(
        evaluate_sql() + "," + sql_file("agreements/coming"),
        days=[as_of],
        rules=as_json((own, base())),
        own=own.id,
        days_ahead=days,
    )
    return found.assign(label=found["event"].map(_coming_labels()).astype("str"))


# The kinds of rule that ask for something by a day, and what that day is called as an event.
DUE_KINDS = ("follow_up", "evaluated_within", "it_briefing", "longest_term")
DUE_EVENTS = tuple(f"{kind}_due" for kind in DUE_KINDS)


def _coming_labels() -> dict[str, str]:
    return {
        "start": _("Börjar"),
        "planned_start": _("Börjar, om ansökan beviljas"),
        "end": _("Slutar"),
        "measure_due": _("Åtgärd senast"),
        "follow_up_due": _("Uppföljning senast"),
        "evaluated_within_due": _("Utvärdering senast"),
        "it_briefing_due": _("IT-genomgång senast"),
        "longest_term_due": _("Längsta tid går ut"),
    }


# --- one agreement's story ------------------------------------------------------------------------

STORY = ("date", "event", "label", "detail", "when", "file", "line")
# What was agreed, as against what has been done since. A change of these is an amendment.
TERMS = (
    "employee", "manager", "department", "position", "occupation", "kind", "form", "start", "end",
    "extended_from", "notice_days", "days_per_week", "remote_share", "places", "vpn", "encryption",
    "siths_card", "restricted_access", "confidentiality", "home_insurance", "landlord_consent",
    "equipment_receipted",
)  # fmt: skip
# Told each time they are done: every date that any version knew of.
DEEDS = ("risk_assessed", "measure_done", "followed_up", "evaluated", "it_briefing")
# Of one and the same day, in the order in which they would come about.
EVENTS = (
    "applied", "decided", "risk_assessed", "renewed_from", "start", "amended", "measure_due",
    "measure_done", "followed_up", "evaluated", "it_briefing", *DUE_EVENTS, "renewed_by", "end",
    "ended", "gone",
)  # fmt: skip
# What has not passed on its day.
LASTING = ("measure_due", *DUE_EVENTS, "end")


def story(reader: Reader, agreement_id: str, as_of: date) -> pd.DataFrame:
    """Return one agreement's story as known on the day, the earliest event first.

    ``date, event`` (code, one of ``EVENTS``), ``label``, ``detail`` (words, may be empty), ``when``
    (past or coming), ``file, line`` (where it was told; for revisor, else null). What is coming
    are the agreement's own dates and those by which the municipality's own rules and the common
    checks ask for something; of the latter also those that have passed. Empty if no such agreement
    was known that day, or if it is not the viewer's to see.
    """
    require_agreements(reader.viewer)
    known = _sql("register/_base").rstrip().rstrip(",")
    now = reader.frame(
        known + " select known.*, (select max(as_of) from records.register_load"
        " where as_of <= day) as latest_load from known where agreement_id = $agreement",
        days=[as_of],
        agreement=agreement_id,
    )
    if now.empty:
        return pd.DataFrame(columns=list(STORY))
    versions = reader.frame(sql_file("agreements/versions"), day=as_of, agreement=agreement_id)
    told = [_plain(row) for row in versions.to_dict("records")]
    events = [
        *_what_happened(told, _plain(now.to_dict("records")[0])),
        *_neighbours(reader, known, agreement_id, as_of),
        *_asked_for(reader, agreement_id, as_of),
    ]
    events.sort(key=lambda event: (event["date"], EVENTS.index(event["event"])))
    found = pd.DataFrame(events, columns=list(STORY))
    # On the day itself a deed is done, while what is to be done by it can still be done in time.
    found["when"] = [
        "past" if day < as_of or (day == as_of and event not in LASTING) else "coming"
        for day, event in zip(found["date"], found["event"], strict=True)
    ]
    return _with_files(reader, found)


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    """Return a row with None for what is missing (pandas has three ways to say it)."""
    return {str(name): None if pd.isna(value) else value for name, value in row.items()}


def _event(day: date, event: str, label: str, detail: str = "", row: Any = None) -> dict[str, Any]:
    place = {"file": row["file"], "line": row["line"]} if row else {"file": None, "line": None}
    return {"date": day, "event": event, "label": label, "detail": detail, **place}


def _what_happened(
    versions: Sequence[dict[str, Any]], now: dict[str, Any]
) -> Iterable[dict[str, Any]]:
    """Yield what the versions tell: its beginning, each change, each deed, its end."""
    refused = now["decision"] == "avslagen"
    if now["applied"]:
        yield _event(now["applied"], "applied", _("Ansökan"), row=versions[0])
    yield from _decision(versions, now)
    if not refused:
        # The terms that it began with: what has been amended since is told where it was.
        began = next((v for v in reversed(versions) if v["known_from"] <= now["start"]), None)
        began = began or versions[0]
        yield _event(now["start"], "start", _("Start"), _kind(began), began)
    for before, after in pairwise(versions):
        changes = "; ".join(_changes(before, after))
        if changes:
            yield _event(after["known_from"], "amended", _("Ändrad"), changes, after)
    for deed in DEEDS:
        first: dict[date, dict[str, Any]] = {}
        for row in versions:
            if row[deed]:
                first.setdefault(row[deed], row)
        for day, row in first.items():
            yield _event(day, deed, field_label(deed), _deed_detail(deed, row), row)
    if now["measure_due"] and not now["measure_done"]:
        yield _event(now["measure_due"], "measure_due", field_label("measure_due"), row=now)
    if now["ended"]:
        yield _event(now["ended"], "ended", _("Avslutad"), now["end_reason"] or "", now)
    elif now["end"] and not refused:
        yield _event(now["end"], "end", _("Slut enligt överenskommelsen"), row=now)
    if now["latest_load"] and now["last_seen"] and now["last_seen"] < now["latest_load"]:
        label = _("Saknas i registret")
        detail = _("Stod senast i registret per {day}.").format(day=now["last_seen"].isoformat())
        yield _event(now["latest_load"], "gone", label, detail)


def _decision(versions: Sequence[dict[str, Any]], now: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Yield the decision. The register has no date of it, unless it came between two registers."""
    if not now["decision"]:
        return
    row = next(row for row in versions if row["decision"] == now["decision"])
    told_later = row is not versions[0]
    day = row["known_from"] if told_later else now["applied"] or now["start"]
    label = _("Avslag") if now["decision"] == "avslagen" else _("Beviljad")
    detail = now["reason"] or ""
    if not told_later:
        untold = _("Beslutets dag står inte i registret.")
        detail = f"{detail.rstrip('.')}. {untold}" if detail else untold
    yield _event(day, "decided", label, detail, row)


def _kind(row: dict[str, Any]) -> str:
    return ", ".join(
        f"{field_label(name)}: {shown(name, row[name])}"
        for name in ("kind", "form", "days_per_week", "remote_share")
        if row[name] is not None
    )


def _deed_detail(deed: str, row: dict[str, Any]) -> str:
    if deed == "risk_assessed" and row["risk_level"]:
        return f"{field_label('risk_level')}: {shown('risk_level', row['risk_level'])}"
    return ""


def _changes(before: dict[str, Any], after: dict[str, Any]) -> Iterable[str]:
    """Yield in words which terms ``after`` has changed. Who the employee is stays unsaid."""
    same_risk = before["risk_assessed"] == after["risk_assessed"]
    moved = ("measure_due",) if same_risk and before["measure_due"] else ()
    for name in (*TERMS, *moved):
        old, new = before[name], after[name]
        if old == new:
            continue
        if name == "employee":
            yield _("Anställd ändrad")
        elif old is None:
            yield _("{field}: {new}").format(field=field_label(name), new=shown(name, new))
        elif new is None:
            yield _("{field}: inte längre {old}").format(
                field=field_label(name), old=shown(name, old)
            )
        else:
            yield _("{field}: från {old} till {new}").format(
                field=field_label(name), old=shown(name, old), new=shown(name, new)
            )


def _neighbours(
    reader: Reader, known: str, agreement_id: str, as_of: date
) -> Iterable[dict[str, Any]]:
    """Yield the agreement that this one continues, and the one that continues it.

    One that stands in a department which hr does not have is only said to stand in another.
    """
    apart = reader.rows(
        "select relation, since from elsewhere where agreement_id = $agreement"
        " and known_from <= $day and $day < known_to order by since",
        agreement=agreement_id,
        day=as_of,
    )
    from_another = any(relation == "before" for relation, _since in apart)
    rows = reader.frame(
        known + " select agreement_id, extended_from, start, file, line from known"
        " where decision is distinct from 'avslagen' and agreement_id <> extended_from"
        " and (agreement_id = $agreement or extended_from = $agreement)",
        days=[as_of],
        agreement=agreement_id,
    )
    for row in rows.to_dict("records"):
        mine = row["agreement_id"] == agreement_id
        other = row["extended_from"] if mine else row["agreement_id"]
        event = "renewed_from" if mine else "renewed_by"
        label = _("Förlänger en tidigare") if mine else _("Förlängd av en ny")
        if mine and from_another:
            other = _("{agreement}, i en annan förvaltning").format(agreement=other)
        yield _event(row["start"], event, label, other, row)
    for relation, since in apart:
        if relation == "continued":
            detail = _("I en annan förvaltning.")
            yield _event(since, "renewed_by", _("Förlängd av en ny"), detail)


def _asked_for(reader: Reader, agreement_id: str, as_of: date) -> Iterable[dict[str, Any]]:
    """Yield the days by which the own rules, else the common checks, ask for something."""
    own = own_ruleset()
    rows = reader.rows(
        evaluate_sql() + " select kind, due from evaluated"
        " where agreement_id = $agreement and list_contains($kinds, kind) and due is not null"
        " qualify row_number() over (partition by kind order by ruleset <> $own, due) = 1",
        days=[as_of],
        rules=as_json((own, base())),
        agreement=agreement_id,
        kinds=list(DUE_KINDS),
        own=own.id,
    )
    labels = _coming_labels()
    for kind, due in rows:
        yield _event(due, f"{kind}_due", labels[f"{kind}_due"])


def _with_files(reader: Reader, events: pd.DataFrame) -> pd.DataFrame:
    """Return the events with the name of the file in which they were told, for revisor alone."""
    if reader.viewer.role is not Role.REVISOR:
        return events.assign(file=None, line=None)
    names = dict(reader.rows("select sha256, any_value(name) from records.source_file group by 1"))
    return events.assign(file=events["file"].map(names), line=events["line"].astype("Int64"))


# --- words ----------------------------------------------------------------------------------------


def with_words(lines: pd.DataFrame, sets: Sequence[RuleSet], as_of: date) -> pd.DataFrame:
    """Return lines of ``evaluation``, ``needs`` or ``agreements_behind`` with what people read.

    Adds ``title`` (the matter), ``why``, ``what`` (what to do, empty if nothing) and ``who``
    (chef, hr, it). Some 10 000 lines a second: for the lines that are shown. ``sets`` must hold the
    rule sets of the lines; for ``needs`` those are the own and ``queries.rules.base()``.
    """
    rules = {(found.id, rule.id): rule.parameters for found in sets for rule in found.lines()}
    words = []
    for row in lines.to_dict("records"):
        facts = rules[row["ruleset"], row["rule"]] | {
            "since": row["since"], "due": row["due"], "start": row.get("start"), "as_of": as_of,
        }  # fmt: skip
        about = (row["kind"], row["reason"], row["value"])
        field = facts.get("field")
        words.append(
            (
                rule_words.kind_title(row["kind"], field),
                rule_words.why(*about, **facts),
                rule_words.what_to_do(*about, **facts),
                rule_words.who(row["kind"], field),
            )
        )
    told = pd.DataFrame(words, columns=["title", "why", "what", "who"], index=lines.index)
    return lines.assign(**told.to_dict("series"))


def field_label(name: str) -> str:
    """Return what a field is called in a story, where each of several follow-ups is told."""
    return _("Uppföljning") if name == "followed_up" else fields.heads()[name]


def shown(name: str, value: Any) -> str:
    """Return a field's value as it stands in a sentence; what is text in the register stays."""
    if isinstance(value, bool):
        return fields.within(fields.yes_or_no(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return f"{value:g}".replace(".", ",")
    if name == "occupation" or name not in fields.CODED:
        return fields.code_word(name, value)
    return fields.within(fields.code_word(name, value))
