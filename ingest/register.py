"""The register's history in the store, and what is published of it.

Every register that was loaded is kept, line by line; what held on which day is derived anew from
all of them. So a later register never changes what an earlier day looked like, one that is loaded
late finds its place, and a corrected one replaces the one of the same date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from ingest.snapshot import Builder
from queries import rules
from queries.catalogue import (
    REGISTER,
    Indicator,
    indicators,
    is_regulated,
    register_parameters,
)
from queries.disclosure import Profile, hidden_counts
from queries.months import MONTHS, month_ends
from queries.store import sql_file

STEP = 3
"""By how many agreements two published months differ at least, if they differ: fewer would tell of
the few who came, went or were assessed between them."""


def keep_register(
    builder: Builder,
    day: date,
    records: Sequence[Mapping[str, Any]],
    sealed: Mapping[str, str],
    file: str,
    sha256: str,
) -> None:
    """Add the register of ``day`` to the history, in the place of one of the same date.

    ``records`` are its lines (columns of ``records.register_row``), ``sealed`` the sealed name per
    hashed employee.
    """
    for table in ("register_load", "register_row"):
        builder.execute(f"delete from records.{table} where as_of = $day", {"day": day})
    builder.insert("records.register_load", {"as_of": [day], "file": [file], "sha256": [sha256]})
    builder.insert(
        "records.register_row",
        {
            "as_of": [day] * len(records),
            **{name: [record[name] for record in records] for name in records[0]},
            "file": [sha256] * len(records),
        },
    )
    if sealed:
        builder.temporary("named", ("employee",), [(employee,) for employee in sealed])
        builder.execute(
            "delete from records.employee where employee in (select employee from named)"
        )
    builder.insert("records.employee", {"employee": list(sealed), "sealed": list(sealed.values())})
    builder.execute(
        "delete from records.employee where employee not in "
        "(select employee from records.register_row where employee is not null)"
    )
    derive(builder)


def missing(builder: Builder, day: date, mentioned: Iterable[str]) -> list[str]:
    """Return the agreements that the register before ``day`` had and that this one leaves out.

    ``mentioned`` are the ids in the file, also those of lines that were refused. An agreement that
    was over or refused by then may leave a register without a word.
    """
    rows = builder.rows(
        "select distinct agreement_id from records.agreement where known_from < $day "
        "and known_to >= $day and list_contains(seen, (select max(as_of) "
        "from records.register_load where as_of < $day)) and ended is null "
        "and coalesce(decision, 'beviljad') <> 'avslagen' order by 1",
        {"day": day},
    )
    known = set(mentioned)
    return [agreement for (agreement,) in rows if agreement not in known]


def derive(builder: Builder) -> None:
    """Derive the versions of every agreement from the registers, and the register's own row."""
    builder.execute("delete from records.agreement")
    builder.execute(f"insert into records.agreement by name {sql_file('build_agreement_versions')}")
    builder.execute("delete from published.register")
    builder.execute(
        "insert into published.register by name "
        "select l.as_of, l.file, (select min(as_of) from records.register_load) as first_as_of, "
        "(select count(distinct agreement_id)::integer from records.register_row r "
        "where r.as_of = l.as_of) as agreements, $rules as rules "
        "from records.register_load l order by l.as_of desc limit 1",
        {"rules": rules.edition()},
    )


# --- publishing -----------------------------------------------------------------------------------


def publish_register(builder: Builder) -> None:
    """Count the register's indicators and rules, and write what passes the gate.

    On the register's own day and at the end of each month before it. Once over all departments,
    whatever the waves: the wholes of two waves with different departments would otherwise differ by
    a department that is hidden.
    """
    builder.execute(sql_file("register/_elsewhere"))  # all are at hand here: it stays empty
    builder.execute("delete from published.coverage")
    builder.execute("delete from published.rule_outcome")
    register = builder.rows("select as_of, first_as_of from published.register")
    limits = builder.rows(
        "select max(min_base), max(unanimous_below), max(min_groups) from published.wave"
    )
    if not register or limits[0][0] is None:
        return
    own_day, first_day = register[0]
    # The strictest of the waves' profiles: the register is one, whatever wave it is seen beside.
    profile = Profile("strictest", *limits[0])
    registers = {day for (day,) in builder.rows("select as_of from records.register_load")}
    # Reckoned from a month that stays, so that what is left out today is left out tomorrow.
    since = (own_day.year - first_day.year) * 12 + own_day.month - first_day.month
    days = sorted({*month_ends(own_day, MONTHS + since), *registers})
    published = set(month_ends(own_day)) | registers
    found = [i for i in indicators() if i.source.kind == REGISTER]
    departments = [
        code
        for (code,) in builder.rows(
            f"{sql_file('register/_base').rstrip().rstrip(',')} "
            "select department from grid order by ordinal, department",
            {"days": [own_day]},
        )
    ]
    # How many agreements a department has is the denominator of most of the others: where it is
    # hidden (a ratio to people counts just them) they are hidden too, or they would tell it.
    also: dict[date, frozenset[str]] = {}
    for indicator in sorted(found, key=lambda i: not i.source.ratio):
        if not is_regulated(indicator):
            silent = (own_day, "", None, None, "not_regulated")
            _insert_coverage(builder, indicator, [silent], own_day)
            continue
        told = [day for day in days if day >= first_day or indicator.source.reckoned_back]
        counted, positions = _counted(builder, indicator, told, departments)
        hidden = _publish_days(
            builder, indicator, counted, profile, also, own_day, registers, published
        )
        _publish_positions(builder, indicator, positions, own_day, profile, hidden[own_day][0])
        if indicator.source.ratio:
            also = {day: out for day, (_whole, out) in hidden.items()}
    _publish_rules(builder, own_day, profile, also.get(own_day, frozenset()))


Counts = dict[str, tuple[int, int]]


def _counted(
    builder: Builder, indicator: Indicator, days: Sequence[date], departments: Sequence[str]
) -> tuple[dict[date, Counts], Counts]:
    """Return per day the (numerator, denominator) of every department, and of each position on the
    last day: counted together, since planning a query takes longer than these few rows."""
    rows = builder.rows(
        indicator.register_sql("positions"),
        {"days": list(days), **register_parameters(indicator)},
    )
    found: dict[date, Counts] = {day: dict.fromkeys(departments, (0, 0)) for day in days}
    positions: Counts = {}
    for day, department, position, *pair in rows:
        found[day][department] = _sum([found[day][department], tuple(pair)])
        if day == days[-1]:
            name = position or ""
            positions[name] = _sum([positions.get(name, (0, 0)), tuple(pair)])
    return found, dict(sorted(positions.items()))


def _publish_days(
    builder: Builder,
    indicator: Indicator,
    counted: Mapping[date, Counts],
    profile: Profile,
    also: Mapping[date, frozenset[str]],
    own_day: date,
    registers: set[date],
    published: set[date],
) -> dict[date, tuple[bool, frozenset[str]]]:
    """Publish an indicator day by day. Returns per day whether the whole and who is hidden."""
    out: dict[date, tuple[bool, frozenset[str]]] = {}
    rows: list[tuple[Any, ...]] = []
    for day, groups in counted.items():
        whole = _sum(groups.values())
        ratio = indicator.source.ratio
        out[day] = hidden_counts(whole, groups, profile, ratio, also.get(day, frozenset()))
        # A department without agreements has nothing to tell on a past day, and nothing to hide.
        listed = groups if day == own_day else {c: p for c, p in groups.items() if p[1]}
        for code, pair in {"": whole, **listed}.items():
            # Where the number of agreements is hidden, it is not told that none counts here.
            kept = out[day][1] | also.get(day, frozenset())
            rows.append((day, code, *_shown(pair, code in kept if code else out[day][0], ratio)))
    rows = [row for row in _far_enough_apart(rows, registers) if row[0] in published]
    _insert_coverage(builder, indicator, rows, own_day)
    return out


def _far_enough_apart(rows: list[tuple[Any, ...]], registers: set[date]) -> list[tuple[Any, ...]]:
    """Return the rows, those of months that lie too near the one shown before, or a register, as
    left out.

    Two neighbouring points that differ by one agreement tell what that one lacks. The registers'
    days stay: each was the current number once. A department left out alone takes the whole with
    it, which less the others would tell it.
    """
    out: set[tuple[date, str]] = set()
    days = sorted({row[0] for row in rows})
    for group in {row[1] for row in rows}:
        points = {row[0]: row for row in rows if row[1] == group and row[4] == "shown"}
        shown: list[tuple[Any, ...]] = []
        settled = 0  # how many of them an earlier register has left as they are
        for day in days:
            row = points.get(day)
            if row is not None and day in registers:
                while len(shown) > settled and _near(shown[-1], row):
                    out.add(shown.pop()[:2])
                shown.append(row)
            elif row is not None and shown and _near(shown[-1], row):
                out.add(row[:2])
            elif row is not None:
                shown.append(row)
            if day in registers:
                settled = len(shown)
    untold: dict[date, int] = {}
    for row in rows:
        if row[1] and (row[4] == "hidden" or row[:2] in out):
            untold[row[0]] = untold.get(row[0], 0) + 1
    out |= {(day, "") for day, _code in out if untold.get(day) == 1}
    return [
        (*row[:2], None, None, "left_out") if row[4] == "shown" and row[:2] in out else row
        for row in rows
    ]


def _near(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Whether two shown points differ, but by fewer than STEP agreements somewhere."""
    moved = [abs(other[2] - one[2])]
    if one[3] is not None and other[3] is not None:
        moved.append(abs((other[3] - other[2]) - (one[3] - one[2])))
    return any(0 < step < STEP for step in moved)


def _publish_positions(
    builder: Builder,
    indicator: Indicator,
    groups: Counts,
    day: date,
    profile: Profile,
    whole_hidden: bool,
) -> None:
    """Publish an indicator per position, on the register's own day."""
    if indicator.source.ratio:
        return  # how many managers could work elsewhere is not known
    whole = _sum(groups.values())
    # Those without a position are what is left of the whole: a group that is never shown.
    hidden, out = hidden_counts(whole, groups, profile, also=frozenset([""]))
    everything = hidden or whole_hidden
    shown = [
        (day, code, *_shown(pair, everything or code in out, False))
        for code, pair in groups.items()
        if code
    ]
    _insert_coverage(builder, indicator, shown, day, "position")


ANY_RULE = "*"
"""In the place of a rule: any rule of the set."""


def _publish_rules(builder: Builder, day: date, profile: Profile, also: frozenset[str]) -> None:
    """Publish how many agreements fail each rule of each rule set, of all in force that day."""
    sets = rules.rulesets()
    evaluated = sql_file("register/_base") + sql_file("register/evaluate").rstrip()
    sql = f"{evaluated},\n{sql_file('register/_failing')}"
    found: dict[tuple[str, str], Counts] = {}
    silent: set[tuple[str, str]] = set()
    for ruleset, rule, department, failing, total, judged in builder.rows(
        sql, {"days": [day], "rules": rules.as_json(sets)}
    ):
        found.setdefault((ruleset, rule), {})[department] = (failing, total)
        if not judged:
            silent.add((ruleset, rule))
    aspects = {(s.id, line.id): line.aspect for s in sets for line in s.lines()}
    # In the order of the sets, the municipality's own first: what is shown of one may hide another.
    keys = [key for s in sets for key in found if key[0] == s.id and key in aspects]
    shown: dict[str, list[Counts]] = {}
    table: list[tuple[Any, ...]] = []
    open_rules: dict[tuple[str, str | None], list[int]] = {}
    of_set: dict[str, list[Counts]] = {}
    closed: set[tuple[str, str | None]] = set()
    for key in keys:
        if key in silent:
            continue
        own = _gated(found[key], profile, also, shown.setdefault(aspects[key], []))
        told = {code: pair for code, pair in own.items() if pair}
        shown[aspects[key]].append(told)
        of_set.setdefault(key[0], []).append(told)
        for code, pair in own.items():
            place = (key[0], code or None)
            failing = (found[key].get(code) or _sum(found[key].values()))[0]
            if not pair:
                closed.add(place)
            elif failing:
                open_rules.setdefault(place, []).append(failing)
            status = _shown(pair, False, False) if pair else (None, None, "hidden")
            table.append((*key, code or None, *status))
    for key in silent & set(keys):
        table += [(*key, code, None, None, "not_regulated") for code in (None, *found[key])]
    for ruleset in (s.id for s in sets):
        every = found.get((ruleset, ANY_RULE), {})
        # Every rule is within any rule of the set.
        own = _gated(every, profile, also, of_set.get(ruleset, []))
        for code, pair in own.items():
            place = (ruleset, code or None)
            failing = open_rules.get(place, [])
            # With two rules, those that fail both could be worked out. Of a hidden rule at least
            # those fail that the shown ones do not account for: where that is nobody, it is safe.
            tells = place in closed and pair is not None and pair[0] > sum(failing)
            safe = pair and not tells and len(failing) != 2
            status = _shown(pair, False, False) if safe else (None, None, "hidden")
            if every and (ruleset, ANY_RULE) not in silent:
                table.append((ruleset, ANY_RULE, code or None, *status))
    names = ("ruleset", "rule", "department", "failing", "total", "status")
    builder.insert(
        "published.rule_outcome",
        {
            "day": [day] * len(table),
            **{name: [row[i] for row in table] for i, name in enumerate(names)},
        },
    )


def _gated(
    groups: Counts, profile: Profile, also: frozenset[str], beside: Sequence[Counts]
) -> dict[str, tuple[int, int] | None]:
    """Return what may be shown of one rule: "" the whole, then each department; None is hidden.

    ``beside`` is what is shown of rules on the same matter in other sets. Such rules are often one
    within the other (at most 2 days, at most 49 %): where their counts differ by a few, those few
    are agreements that can be told, so the later one is hidden.
    """

    def near(code: str, failing: int) -> bool:
        return any(
            0 < abs(failing - other[code][0]) < profile.min_base
            for other in beside
            if code in other
        )

    whole = _sum(groups.values())
    crowded = frozenset(code for code, pair in groups.items() if near(code, pair[0]))
    whole_hidden, out = hidden_counts(whole, groups, profile, also=also | crowded)
    whole_hidden = whole_hidden or near("", whole[0])
    return {
        "": None if whole_hidden else whole,
        **{code: None if code in out else pair for code, pair in groups.items()},
    }


def _sum(pairs: Iterable[tuple[int, int]]) -> tuple[int, int]:
    pairs = list(pairs)
    return sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)


def _shown(pair: tuple[int, int], hidden: bool, ratio: bool) -> tuple[Any, Any, str]:
    """Return (numerator, denominator, status) as published."""
    if hidden:
        return None, None, "hidden"
    if ratio:
        return pair[0], None, "shown"
    return (*pair, "shown" if pair[1] else "no_answers")


def _insert_coverage(
    builder: Builder,
    indicator: Indicator,
    rows: Sequence[tuple[Any, ...]],
    own_day: date,
    breakdown: str = "",
) -> None:
    builder.insert(
        "published.coverage",
        {
            "day": [row[0] for row in rows],
            "indicator": [indicator.id] * len(rows),
            "breakdown": [breakdown or ("department" if row[1] else "all") for row in rows],
            "group": [row[1] for row in rows],
            "numerator": [row[2] for row in rows],
            "denominator": [row[3] for row in rows],
            "status": [row[4] for row in rows],
            "current": [row[0] == own_day for row in rows],
        },
    )
