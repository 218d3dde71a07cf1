"""The register replayed and judged in plain Python, from the words of the specification alone.

No pandas, no database, nothing of the modules under test: registers are lists of dicts (field →
``date``, number, text, truth value or None), rule sets are read from their TOML here. What SQL says
of the same registers must be the same, agreement by agreement and rule by rule.

``histories(loads)`` replays the registers, ``known_on`` says which terms of each agreement held and
were known on a day, ``Replay(…).judge`` what every rule makes of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

Row = Mapping[str, Any]
Loads = Mapping[date, Sequence[Row]]

FIELDS = (
    "agreement_id", "employee", "manager", "department", "position", "occupation", "kind", "form",
    "applied", "decision", "reason", "start", "end", "extended_from", "notice_days",
    "days_per_week", "remote_share", "places", "risk_assessed", "risk_level", "measure_due",
    "measure_done", "followed_up", "evaluated", "it_briefing", "vpn", "encryption", "siths_card",
    "restricted_access", "confidentiality", "home_insurance", "landlord_consent",
    "equipment_receipted", "ended", "end_reason",
)  # fmt: skip
# A dated fact and what is known only because of it.
FACTS = {
    "risk_assessed": ("risk_level", "measure_due"),
    "measure_done": (),
    "followed_up": (),
    "evaluated": (),
    "it_briefing": (),
    "ended": ("end_reason",),
}
BROKEN = ("brister", "avviker")
ASPECTS = ("form", "term", "notice", "share", "places", "risk", "follow_up", "it", "other")
ALWAYS = date(1, 1, 1)
ONE_DAY = timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """Return the same day ``months`` later, or the last of that month if it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (following - ONE_DAY).day
    return date(year, month + 1, min(day.day, last))


# --- what held, as it was known -------------------------------------------------------------------


class Version(NamedTuple):
    """Terms, from when they are known, what they are ordered by, the register that told them."""

    known_from: date
    rank: date
    loaded: date
    terms: Row


def versions(loads: Loads, agreement: str) -> list[Version]:
    """Return every version of one agreement that the registers of ``loads`` bring."""
    found: list[Version] = []
    previous: date | None = None
    stood = False
    told: dict[date | None, Row] = {}
    for as_of in sorted(loads):
        rows = [row for row in loads[as_of] if row["agreement_id"] == agreement]
        earliest = previous + ONE_DAY if previous else ALWAYS
        before = holding(found, previous) if previous else None
        for row in sorted(rows, key=lambda row: row.get("event_date") or ALWAYS):
            terms = {name: row.get(name) for name in FIELDS}
            event = row.get("event_date")
            if event is None and len(rows) > 1:
                # Beside events: what held before the first of them.
                if told.get(None) != terms:
                    found.append(Version(as_of if stood else earliest, ALWAYS, as_of, terms))
                told[None] = terms
            elif event is None:
                told[None] = terms
                if not stood:
                    found.append(Version(earliest, earliest, as_of, terms))
                elif before is not None and terms != before:
                    found.extend(_told_at_once(before, terms, previous, as_of))
                    found.append(Version(as_of, as_of, as_of, terms))
            elif told.get(event) != terms:
                late = stood and previous is not None and event <= previous
                known_from = as_of if late else max(event, earliest)
                found.append(Version(known_from, event, as_of, terms))
                told[event] = terms
        stood = stood or bool(rows)
        previous = as_of
    return found


def _told_at_once(before: Row, terms: Row, previous: date | None, as_of: date) -> Iterator[Version]:
    """Yield the versions of facts that happened between two registers: old terms, new fact."""
    new = [
        name
        for name in FACTS
        if terms[name] is not None
        and terms[name] != before[name]
        and previous is not None
        and previous < terms[name] <= as_of
    ]
    so_far = dict(before)
    for name in sorted(new, key=lambda name: terms[name]):
        so_far |= {each: terms[each] for each in (name, *FACTS[name])}
        yield Version(terms[name], terms[name], as_of, dict(so_far))


def holding(found: Sequence[Version], day: date) -> Row | None:
    """Return the terms that hold on ``day``: the latest of the versions known by then.

    Of two that are ordered alike, the one told in the later register, and in it the last.
    """
    known = [version for version in reversed(found) if version.known_from <= day]
    return max(known, key=lambda v: (v.rank, v.loaded)).terms if known else None


@dataclass(frozen=True)
class History:
    """One agreement through all registers: its versions and the registers it stood in."""

    versions: Sequence[Version]
    stood: Sequence[date]


def histories(loads: Loads) -> dict[str, History]:
    """Return agreement → history."""
    by_agreement: dict[str, dict[date, list[Row]]] = {}
    for as_of, rows in loads.items():
        for row in rows:
            of_all = by_agreement.setdefault(row["agreement_id"], {each: [] for each in loads})
            of_all[as_of].append(row)
    return {
        name: History(versions(own, name), sorted(as_of for as_of, rows in own.items() if rows))
        for name, own in by_agreement.items()
    }


def version_on(told: Mapping[str, History], day: date) -> dict[str, Row]:
    """Return agreement → the terms that hold on ``day``, facts of later days still in them."""
    found = {name: holding(history.versions, day) for name, history in told.items()}
    return {name: terms for name, terms in found.items() if terms is not None}


def known_on(told: Mapping[str, History], day: date) -> dict[str, Row]:
    """Return agreement → what was known of it on ``day``: no fact of a later day."""
    found = {name: known(history, day) for name, history in told.items()}
    return {name: row for name, row in found.items() if row is not None}


def known(history: History, day: date) -> Row | None:
    """Return what was known of one agreement on ``day``, None if nothing.

    An agreement is known from the day it was applied for (or starts), or a register told of it.
    """
    terms = holding(history.versions, day)
    if terms is None or ((terms["applied"] or terms["start"]) > day and history.stood[0] > day):
        return None
    later = {
        each
        for fact, companions in FACTS.items()
        if terms[fact] is not None and terms[fact] > day
        for each in (fact, *companions)
    }
    row = {each: None if each in later else terms[each] for each in FIELDS}
    done, assessed = row["measure_done"], row["risk_assessed"]
    if done is not None and assessed is not None and done < assessed:
        row["measure_done"] = None  # of an earlier assessment
    return row


# --- what the rules make of it --------------------------------------------------------------------


class Judged(NamedTuple):
    """One agreement × rule. ``since``: the first of the days up to this one on each of which the
    rule was broken, the agreement being where it is; ``due``: what is next to be done, by when."""

    outcome: str
    reason: str
    since: date | None = None
    due: date | None = None


class Verdict(NamedTuple):
    """What a kind of rule says of an agreement, before its modality: met, broken, …"""

    word: str
    reason: str
    due: date | None = None


def met(reason: str = "met", due: date | None = None) -> Verdict:
    return Verdict("met", reason, due=due)


def broken(reason: str, due: date | None = None) -> Verdict:
    return Verdict("broken", reason, due)


def missing(reason: str, due: date | None = None) -> Verdict:
    return Verdict("missing", reason, due=due)


def outside(reason: str) -> Verdict:
    return Verdict("outside", reason)


def read_rule_set(path: Path) -> dict[str, Any]:
    """Return a rule set as its file has it, with its rules and the aspects that have none."""
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    rules = found.get("rules", [])
    if found["id"] != "uppfoljning":
        regulated = {rule["aspect"] for rule in rules}
        rules = rules + [
            {"id": f"{aspect}.none", "aspect": aspect, "kind": "none"}
            for aspect in ASPECTS
            if aspect not in regulated
        ]
    return {**found, "rules": rules}


class Replay:
    """Judges agreements on any day, each as it was known that day."""

    def __init__(self, told: Mapping[str, History], loads: Loads) -> None:
        self.told, self.registers = told, sorted(loads)
        self.known = cache(lambda name, day: known(told[name], day))
        self.case = cache(self._case)
        self.turns = cache(self._turns)
        # Who has ever named whom as the agreement before it.
        self.before: dict[str, set[str]] = {name: set() for name in told}
        self.after: dict[str, set[str]] = {name: set() for name in told}
        for name, history in told.items():
            for version in history.versions:
                earlier = version.terms["extended_from"]
                if earlier != name and earlier in told:
                    self.before[name].add(earlier)
                    self.after[earlier].add(name)

    def judge(
        self, sets: Sequence[Mapping[str, Any]], day: date
    ) -> dict[tuple[str, str, str], Judged]:
        """Return ``(rule set, rule, agreement)`` → what is said of it on ``day``."""
        found = {}
        for name in self.told:
            case = self.case(name, day)
            for rule_set in sets if case else ():
                for rule in rule_set["rules"]:
                    judged = judge_one(case, rule_set, rule)
                    if judged is None:
                        continue
                    if judged.outcome in BROKEN:
                        judged = judged._replace(since=self._since(name, rule_set, rule, day))
                    found[rule_set["id"], rule["id"], name] = judged
        return found

    def is_broken(
        self, name: str, rule_set: Mapping[str, Any], rule: Mapping[str, Any], day: date, where: str
    ) -> bool:
        """Return whether the rule was broken on ``day`` by the agreement, at the department."""
        case = self.case(name, day)
        if case is None or case.row["department"] != where:
            return False
        judged = judge_one(case, rule_set, rule)
        return judged is not None and judged.outcome in BROKEN

    def _since(
        self, name: str, rule_set: Mapping[str, Any], rule: Mapping[str, Any], day: date
    ) -> date:
        """Go back from ``day``, from one day on which something may turn to the one before it."""
        where = self.case(name, day).row["department"]
        turns = self.turns(name, rule.get("months"), rule.get("valid_from"))
        since = day
        for turn in reversed([each for each in turns if each <= day]):
            if not self.is_broken(name, rule_set, rule, turn, where):
                return since
            since = turn
        return since

    def _turns(self, name: str, months: int | None, valid_from: date | None) -> list[date]:
        """Return the days on which what is said of an agreement may become another: all dates that
        stand in it or in its neighbours, those that lie the rule's months later, and the day after
        each."""
        found = {valid_from} - {None}
        for each in (name, *self.before[name], *self.after[name]):
            history = self.told[each]
            found.add(history.stood[0])
            for version in history.versions:
                dates = {value for value in version.terms.values() if isinstance(value, date)}
                found |= {version.known_from, *dates}
                if months is not None:
                    found |= {add_months(value, months) for value in dates}
        return sorted(found | {each + ONE_DAY for each in found})

    def _case(self, name: str, day: date) -> Case | None:
        """Return the agreement if it can be asked of on ``day``: begun, and not rightly over."""
        row = self.known(name, day)
        if row is None or row["decision"] == "avslagen" or row["start"] > day:
            return None
        if row["ended"] is not None:
            return None
        over = row["end"] is not None and row["end"] < day
        if over and any(self._renews(each, name, row, day) for each in self.after[name]):
            return None
        stood = [as_of for as_of in self.told[name].stood if as_of <= day]
        earlier = row["extended_from"]
        return Case(
            row=row,
            day=day,
            over=over,
            gone=bool(stood) and stood[-1] < max(each for each in self.registers if each <= day),
            predecessor=self.known(earlier, day) if earlier in self.before[name] else None,
        )

    def _renews(self, later: str, name: str, row: Row, day: date) -> bool:
        """Return whether another agreement has taken over: it names this one, is not refused, has
        begun, and began later (two that name each other renew nobody)."""
        other = self.known(later, day)
        return (
            other is not None
            and other["extended_from"] == name
            and other["decision"] != "avslagen"
            and row["start"] < other["start"] <= day
        )


@dataclass(frozen=True)
class Case:
    """An agreement on a day: in force, or past its end without anyone having ended it."""

    row: Row
    day: date
    over: bool
    gone: bool
    predecessor: Row | None


def week_days(row: Row) -> float | None:
    if row["days_per_week"] is not None:
        return float(row["days_per_week"])
    return None if row["remote_share"] is None else row["remote_share"] / 20


def share(row: Row) -> float | None:
    if row["remote_share"] is not None:
        return float(row["remote_share"])
    return None if row["days_per_week"] is None else row["days_per_week"] * 20


def judge_one(case: Case, rule_set: Mapping[str, Any], rule: Mapping[str, Any]) -> Judged | None:
    """Return what is said of an agreement by a rule, but for since when; None if it is not asked:
    what is past its end is asked of that alone."""
    if case.over and rule["kind"] not in ("past_end", "in_register"):
        return None
    if rule["kind"] == "none":
        return Judged("ej_reglerat", "not_regulated")
    if case.day < rule.get("valid_from", date.min) or case.day > rule.get("valid_to", date.max):
        return Judged("ej_reglerat", "not_in_force")
    scope = _all(_scope(case.row, rule_set.get("covers", {})))
    if scope is not True:
        return _not_judged(scope, "outside_scope", "scope_unknown")
    applies = _all(_applies(case.row, rule.get("applies", {})))
    if applies is not True:
        return _not_judged(applies, "not_for_these", "applies_unknown")
    if rule["modality"] == "kan":
        return Judged("uppfyllt", "permitted")
    verdict = KINDS[rule["kind"]](case, rule)
    outcome = {
        "met": "uppfyllt",
        "broken": "brister" if rule["modality"] == "ska" else "avviker",
        "missing": "uppgift_saknas",
        "outside": "omfattas_inte",
    }[verdict.word]
    return Judged(outcome, verdict.reason, due=verdict.due)


def _all(conditions: Iterable[bool | None]) -> bool | None:
    """Return False if any is, else None (unknown) if any is, else True."""
    told = list(conditions)
    if False in told:
        return False
    return None if None in told else True


def _not_judged(answer: bool | None, no: str, unknown: str) -> Judged:
    if answer is None:
        return Judged("uppgift_saknas", unknown)
    return Judged("omfattas_inte", no)


def _scope(row: Row, covers: Mapping[str, Any]) -> Iterator[bool | None]:
    if "kinds" in covers:
        yield _among(row["kind"], covers["kinds"])
    if "min_days_per_week" in covers:
        days = week_days(row)
        yield None if days is None else days >= covers["min_days_per_week"]
    if "not_occupations" in covers:
        inside = _among(row["occupation"], covers["not_occupations"])
        yield None if inside is None else not inside


def _applies(row: Row, applies: Mapping[str, Any]) -> Iterator[bool | None]:
    for several, one in (
        ("kinds", "kind"),
        ("forms", "form"),
        ("positions", "position"),
        ("occupations", "occupation"),
        ("confidentiality", "confidentiality"),
    ):
        if several in applies:
            yield _among(row[one], applies[several])


def _among(value: str | None, allowed: Sequence[str]) -> bool | None:
    return None if value is None else value in allowed


# --- the kinds of rules ---------------------------------------------------------------------------

# The table of kinds: every reason that a rule of the kind may get.
REASONS = {
    "form": {"met", "other_form", "not_stated"},
    "individual": {"met", "not_stated"},
    "longest_term": {"met", "open_ended", "too_long"},
    "open_ended": {"met", "has_end"},
    "notice": {"met", "notice_differs", "not_stated"},
    "most_days": {"met", "too_many_days", "not_stated"},
    "most_share": {"met", "too_large_share", "not_stated"},
    "not_all": {"met", "all_remote", "not_stated"},
    "most_places": {"met", "too_many_places", "not_stated"},
    "yes": {"met", "said_no", "not_stated"},
    "risk_before_start": {"met", "never", "late"},
    "risk_graded": {"met", "no_assessment", "no_level"},
    "measures_on_time": {
        "no_measure_needed", "done", "not_yet_due", "overdue", "no_level", "no_assessment",
        "no_due_date",
    },
    "red_measure": {"done", "red_open", "no_level", "no_assessment", "not_red"},
    "follow_up": {"in_time", "never", "too_long_ago"},
    "check_in": {"met", "none_yet"},
    "evaluated_before_renewal": {"met", "never", "late", "predecessor_unknown", "not_renewed"},
    "evaluated_within": {"in_time", "never", "too_long_ago"},
    "it_briefing": {"in_time", "never", "too_long_ago"},
    "controls": {"met", "lacking", "no_class", "not_stated"},
    "past_end": {"in_time", "past_end"},
    "decided": {"met", "undecided", "no_application"},
    "in_register": {"met", "gone"},
    "text": {"no_field"},
    "none": {"not_regulated"},
}  # fmt: skip
# Before the rule's own kind is asked, any rule may get these.
COMMON_REASONS = {
    "not_in_force", "outside_scope", "scope_unknown", "not_for_these", "applies_unknown",
    "permitted",
}  # fmt: skip


def _form(case: Case, rule: Row) -> Verdict:
    if case.row["form"] is None:
        return missing("not_stated")
    if case.row["form"] == rule["form"]:
        return met()
    return broken("other_form")


def _individual(case: Case, _rule: Row) -> Verdict:
    return missing("not_stated") if case.row["employee"] is None else met()


def _longest_term(case: Case, rule: Row) -> Verdict:
    start, end = case.row["start"], case.row["end"]
    limit = add_months(start, rule["months"])
    if end is None:
        return broken("open_ended", limit)
    return met() if end <= limit else broken("too_long", limit)


def _open_ended(case: Case, _rule: Row) -> Verdict:
    return met() if case.row["end"] is None else broken("has_end")


def _notice(case: Case, rule: Row) -> Verdict:
    notice = case.row["notice_days"]
    if notice is None:
        return missing("not_stated")
    if rule.get("days") is not None:
        agrees = notice == rule["days"]
    else:
        agrees = 28 * rule["months"] <= notice <= 31 * rule["months"]
    return met() if agrees else broken("notice_differs")


def _at_most(value: float | None, limit: float, reason: str) -> Verdict:
    if value is None:
        return missing("not_stated")
    return met() if value <= limit else broken(reason)


def _most_days(case: Case, rule: Row) -> Verdict:
    return _at_most(week_days(case.row), rule["days"], "too_many_days")


def _most_share(case: Case, rule: Row) -> Verdict:
    return _at_most(share(case.row), rule["percent"], "too_large_share")


def _not_all(case: Case, _rule: Row) -> Verdict:
    part = share(case.row)
    if part is None:
        return missing("not_stated")
    return met() if part < 100 else broken("all_remote")


def _most_places(case: Case, rule: Row) -> Verdict:
    return _at_most(case.row["places"], rule["places"], "too_many_places")


def _yes(case: Case, rule: Row) -> Verdict:
    answer = case.row[rule["field"]]
    if answer is None:
        return missing("not_stated")
    return met() if answer else broken("said_no")


def _risk_before_start(case: Case, _rule: Row) -> Verdict:
    assessed, start = case.row["risk_assessed"], case.row["start"]
    if assessed is None:
        return broken("never")
    return met() if assessed <= start else broken("late")


def _no_level(row: Row) -> str:
    return "no_assessment" if row["risk_assessed"] is None else "no_level"


def _risk_graded(case: Case, _rule: Row) -> Verdict:
    if case.row["risk_assessed"] is None or case.row["risk_level"] is None:
        return missing(_no_level(case.row))
    return met()


def _measures_on_time(case: Case, _rule: Row) -> Verdict:
    row = case.row
    if row["risk_level"] == "gron":
        return met("no_measure_needed")
    if row["measure_done"] is not None:
        return met("done")
    due = row["measure_due"]
    if due is not None:
        if due >= case.day:
            return met("not_yet_due", due)
        return broken("overdue", due)
    return missing(_no_level(row) if row["risk_level"] is None else "no_due_date")


def _red_measure(case: Case, _rule: Row) -> Verdict:
    row = case.row
    if row["risk_level"] is None:
        return missing(_no_level(row), None if row["measure_done"] else row["measure_due"])
    if row["risk_level"] != "rod":
        return outside("not_red")
    if row["measure_done"] is not None:
        return met("done")
    return broken("red_open", row["measure_due"])


def _at_intervals(case: Case, last: date | None, months: int) -> Verdict:
    due = add_months(max(case.row["start"], last or date.min), months)
    if case.day <= due:
        return met("in_time", due)
    return broken("never" if last is None else "too_long_ago", due)


def _follow_up(case: Case, rule: Row) -> Verdict:
    return _at_intervals(case, case.row["followed_up"], rule["months"])


def _evaluated_within(case: Case, rule: Row) -> Verdict:
    return _at_intervals(case, case.row["evaluated"], rule["months"])


def _check_in(case: Case, _rule: Row) -> Verdict:
    last = case.row["followed_up"]
    return missing("none_yet") if last is None or last < case.row["start"] else met()


def _evaluated_before_renewal(case: Case, _rule: Row) -> Verdict:
    start = case.row["start"]
    if case.row["extended_from"] is None:
        return outside("not_renewed")
    if case.predecessor is None:
        return missing("predecessor_unknown")
    evaluated = case.predecessor["evaluated"]
    if evaluated is None:
        return broken("never")
    return met() if evaluated <= start else broken("late")


def _it_briefing(case: Case, rule: Row) -> Verdict:
    briefed = case.row["it_briefing"]
    if briefed is None:
        return broken("never")
    due = add_months(briefed, rule["months"])
    if case.day <= due:
        return met("in_time", due)
    return broken("too_long_ago", due)


def _controls(case: Case, rule: Row) -> Verdict:
    if case.row["confidentiality"] is None:
        return missing("no_class")
    answers = [case.row[control] for control in rule[case.row["confidentiality"]]]
    if False in answers:
        return broken("lacking")
    return missing("not_stated") if None in answers else met()


def _past_end(case: Case, _rule: Row) -> Verdict:
    end = case.row["end"]
    return broken("past_end", end) if case.over else met("in_time", end)


def _decided(case: Case, _rule: Row) -> Verdict:
    if case.row["decision"] is not None:
        return met()
    return outside("no_application") if case.row["applied"] is None else missing("undecided")


def _in_register(case: Case, _rule: Row) -> Verdict:
    return missing("gone") if case.gone else met()


def _text(_case: Case, _rule: Row) -> Verdict:
    return missing("no_field")


KINDS = {
    "form": _form,
    "individual": _individual,
    "longest_term": _longest_term,
    "open_ended": _open_ended,
    "notice": _notice,
    "most_days": _most_days,
    "most_share": _most_share,
    "not_all": _not_all,
    "most_places": _most_places,
    "yes": _yes,
    "risk_before_start": _risk_before_start,
    "risk_graded": _risk_graded,
    "measures_on_time": _measures_on_time,
    "red_measure": _red_measure,
    "follow_up": _follow_up,
    "check_in": _check_in,
    "evaluated_before_renewal": _evaluated_before_renewal,
    "evaluated_within": _evaluated_within,
    "it_briefing": _it_briefing,
    "controls": _controls,
    "past_end": _past_end,
    "decided": _decided,
    "in_register": _in_register,
    "text": _text,
}
