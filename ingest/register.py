"""The register's history in the store, and what is published of it.

Every register that was loaded is kept, line by line; what held on which day is derived anew from
all of them. So a later register never changes what an earlier day looked like, one that is loaded
late finds its place, and a corrected one replaces the one of the same date.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
from queries.disclosure import Profile
from queries.months import MONTHS, month_ends
from queries.register_disclosure import (
    ANY,
    IN_FORCE,
    IN_FORCE_MARK,
    Cell,
    Gate,
    Marks,
    gate,
    gate_today,
    hidden_of_any,
    joined,
)
from queries.store import sql_file

GONE = "gallrad-"
"""What the id of an agreement begins with that has been removed by age (``ingest.prune``)."""
STEP = 3
"""By how many agreements two published months differ at least, if they differ: fewer would tell of
the few who came, went or were assessed between them."""
NUMBERS = ("shown", "no_answers")
"""The statuses of a row that tells a number, be it 0."""

PARTS = 3
"""How many numbers a row tells, of which each is a series of its own."""

Row = tuple[Any, ...]
"""Day, department, numerator, denominator, status, and how many in force are not asked about where
that can be worked out."""


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
    builder.execute("delete from records.register_load where as_of = $day", {"day": day})
    # What was removed by age stays as it was: it is no longer in what is loaded (ingest.prune).
    builder.execute(
        "delete from records.register_row "
        "where as_of = $day and not starts_with(agreement_id, $gone)",
        {"day": day, "gone": GONE},
    )
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
        "and coalesce(decision, 'beviljad') <> 'avslagen' "
        "and not starts_with(agreement_id, $gone) order by 1",
        {"day": day, "gone": GONE},
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
        "$rules as rules "
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
    counted = [i for i in found if is_regulated(i)]
    for indicator in found:
        if indicator not in counted:
            silent = (own_day, "", None, None, "not_regulated")
            _insert_coverage(builder, indicator.id, [silent], own_day)
    asked = {
        i.id: [day for day in days if day >= first_day or i.source.reckoned_back] for i in counted
    }
    _mark(builder, counted, days, asked)
    _judge(builder, own_day)
    gates = _gates(builder, counted, days, profile)
    # How many are in force stands below most of the others: what would tell a few who came or went
    # there is left out of all of them.
    _rows, near = _far_enough_apart(_of_days(IN_FORCE, True, gates, days, ()), registers)
    for indicator in counted:
        ratio = indicator.source.ratio
        rows = _of_days(indicator.id, ratio, gates, asked[indicator.id], near)
        untold = frozenset(
            (day, code) for day, code in near if gates[day].tells_in_force(indicator.id, code)
        )
        rows, _near_ones = _far_enough_apart(rows, registers, untold)
        told = [row for row in _of_past_days(rows, own_day) if row[0] in published]
        _insert_coverage(builder, indicator.id, told, own_day)
        if not ratio:  # how many managers could work elsewhere is not known
            rows = _of_positions(indicator.id, gates[own_day], own_day)
            _insert_coverage(builder, indicator.id, rows, own_day, "position")
    _publish_rules(builder, own_day, profile, gates[own_day])


def _mark(
    builder: Builder,
    counted: Sequence[Indicator],
    days: Sequence[date],
    asked: Mapping[str, Sequence[date]],
) -> None:
    """Write to ``register_mark`` what every agreement is to each indicator on each day, as bits
    (``_marks``): their sum over a day tells which agreements lie in the same sets."""
    builder.execute(
        "create or replace temp table register_mark (day date, agreement_id varchar, "
        "department varchar, position varchar, marks hugeint)"
    )
    insert, marks = "insert into register_mark ", sql_file("register/_marks")
    builder.execute(
        insert + sql_file("register/_base") + sql_file("register/_in_force") + marks,
        {"days": list(days), "of": IN_FORCE_MARK, "have": 0},
    )
    for number, indicator in enumerate(counted):
        have, of = _marks(number)
        builder.execute(
            insert + indicator.register_sql("marks"),
            {
                "days": list(asked[indicator.id]),
                "of": of,
                "have": have,
                **register_parameters(indicator),
            },
        )


def _marks(number: int) -> Marks:
    """Return the bits of an indicator; the first one says that an agreement is in force."""
    return 4 << 2 * number, 2 << 2 * number


def _judge(builder: Builder, day: date) -> None:
    """Write to ``register_judged`` which rules the agreements in force fail."""
    evaluated = rules.evaluate_sql().rstrip()
    builder.execute(
        "create or replace temp table register_judged as "
        f"{evaluated},\n{sql_file('register/_failing')}",
        {"days": [day], "rules": rules.as_json(rules.rulesets())},
    )


def _gates(
    builder: Builder, counted: Sequence[Indicator], days: Sequence[date], profile: Profile
) -> dict[date, Gate]:
    """Return the gate of each day: of the indicators, and on the last day of positions and rules
    too."""
    # By code: if a later frame has them in another order, nothing is decided anew.
    departments = [
        code
        for (code,) in builder.rows(
            f"{sql_file('register/_base').rstrip().rstrip(',')} "
            "select department from grid order by department",
            {"days": [days[-1]]},
        )
    ]
    ratios = frozenset(i.id for i in counted if i.source.ratio)
    cells: dict[date, list[Cell]] = {day: [] for day in days}
    for day, *cell in builder.rows(sql_file("register/cells")):
        cells[day].append(tuple(cell))
    size = {day: sum(cell[3] for cell in own) for day, own in cells.items()}

    def sets_on(day: date) -> dict[str, dict[Any, Marks]]:
        found: dict[str, dict[Any, Marks]] = {IN_FORCE: {}}
        for number, indicator in enumerate(counted):
            matter = joined(indicator.source.aspect, size[day])
            found.setdefault(matter, {})[indicator.id] = _marks(number)
        return found

    out = {}
    for day in days:
        sets = sets_on(day)
        out[day] = gate(dict.fromkeys(sets, cells[day]), sets, departments, profile, ratios)
    # Of the last day the rules too, which come after the indicators: the municipality's own first.
    rules_of = _rules_of_today(builder, size[days[-1]])
    today = dict.fromkeys([*sets, *rules_of], cells[days[-1]])
    first = 2 * len(counted) + 1
    lines = [line for own in rules_of.values() for line in own]
    told = {line: first + number for number, line in enumerate(lines)}
    marks_of = {
        matter: {line: (1 << told[line], IN_FORCE_MARK) for line in own}
        for matter, own in rules_of.items()
    }
    if told:
        today |= {matter: [] for matter in rules_of}
        builder.temporary(
            "register_line",
            ("matter", "ruleset", "rule", "number"),
            [(m, *line, told[line]) for m, own in rules_of.items() for line in own],
        )
        for matter, department, position, marks, fails, number in builder.rows(
            sql_file("register/cells_of_rules"), {"day": days[-1]}
        ):
            marks += sum(1 << bit for bit in fails or ())
            today[matter].append((department, position, marks, number))
    out[days[-1]] = gate_today(out[days[-1]], today, sets, marks_of, profile, ratios)
    return out


def _rules_of_today(builder: Builder, agreements: int) -> dict[str, list[tuple[str, str]]]:
    """Return the rules that say something of some agreement in force, by matter."""
    says = set(builder.rows("select distinct ruleset, rule from register_judged"))
    found: dict[str, list[tuple[str, str]]] = {}
    for ruleset in rules.rulesets():
        for line in ruleset.lines():
            if (ruleset.id, line.id) in says:
                matter = joined(line.aspect, agreements)
                found.setdefault(matter, []).append((ruleset.id, line.id))
    return found


def _of_days(
    name: str,
    ratio: bool,
    gates: Mapping[date, Gate],
    days: Sequence[date],
    near: Collection[tuple[date, str]],
) -> list[Row]:
    """Return what may be told of an indicator day by day, of every department, also of those with
    nothing to count (days and groups ``near`` do not tell how many are in force)."""
    rows: list[Row] = []
    for day in days:
        own = gates[day]
        for place in own.places:
            code, pair = place[1], own.matters[name].count(name, place)
            # Where the number of agreements is hidden, it is not told that none counts here.
            hidden = place in own.hidden[name] or code in own.closed
            untold = hidden or ratio or (day, code) in near
            rest = None if untold else own.unasked(name, place)
            rows.append((day, code, *_shown(pair, hidden, ratio), rest))
    return rows


def _of_past_days(rows: Iterable[Row], own_day: date) -> Iterator[Row]:
    """Yield the rows without the departments that had nothing to count on a past day."""
    for row in rows:
        if row[0] == own_day or not row[1] or row[4] not in NUMBERS or row[2] or row[3]:
            yield row


def _far_enough_apart(
    rows: list[Row],
    registers: set[date],
    untold: frozenset[tuple[date, str]] = frozenset(),
) -> tuple[list[Row], frozenset[tuple[date, str]]]:
    """Return the rows, those of months that lie too near the one shown before, or a register, as
    left out; and which days and groups these are. ``untold`` are left out from the start.

    Two neighbouring points that differ by one agreement tell what that one lacks; so do the whole
    less the departments that are told on both days, though days between may tell of fewer. A
    department left out alone takes the whole with it, which less the others would tell it.

    One register at a time: the months since the one before are first told with it, and give way to
    its own day and to all that was told before. What was told before stays, whatever the registers'
    own days show: who kept it has it. These stay, too: each was the current number once.
    """
    out = set(untold)
    points = {row[:2]: _parts(row) for row in rows if row[4] in NUMBERS and row[:2] not in untold}
    hidden = {row[0] for row in rows if row[1] and row[4] == "hidden"}
    codes = sorted({row[1] for row in rows if row[1]})
    told_on: dict[tuple[date, int], frozenset[str]] = {}

    def too_near(group: str, shown: Sequence[date], day: date) -> bool:
        return any(near(part, group, shown, day) for part in range(PARTS))

    def near(part: int, group: str, shown: Sequence[date], day: date) -> bool:
        between: list[frozenset[str]] = []
        for one in reversed(shown):
            then, now = points[one, group][part], points[day, group][part]
            if then is None or now is None:
                continue
            if not between and _few(now - then):
                return True
            if group:
                return False
            both = told_on[one, part] & told_on[day, part]
            moved = sum(points[day, code][part] - points[one, code][part] for code in both)
            if not any(both <= told for told in between) and _few(now - then - moved):
                return True
            between.append(told_on[one, part])
            if told_on[day, part] <= told_on[one, part]:
                return False
        return False

    told_of: dict[str, list[date]] = {}
    for days in _by_register(sorted({row[0] for row in rows}), registers):
        for group in [*codes, ""]:  # the whole last: what it tells depends on what they tell
            if not group:
                left_out = {day: sum((day, code) in out for code in codes) for day in days}
                out |= {(day, "") for day in days if left_out[day] == 1 and day not in hidden}
                for day in days:
                    told = [c for c in codes if (day, c) in points and (day, c) not in out]
                    for part in range(PARTS):
                        known = (code for code in told if points[day, code][part] is not None)
                        told_on[day, part] = frozenset(known)
            shown = told_of.setdefault(group, [])
            settled = len(shown)
            for day in days:
                if (day, group) not in points or (day, group) in out:
                    continue
                while day in registers and too_near(group, shown[settled:], day):
                    out.add((shown.pop(), group))
                if day in registers or not too_near(group, shown, day):
                    shown.append(day)
                else:
                    out.add((day, group))
    return [
        (*row[:2], None, None, "left_out", None) if row[4] in NUMBERS and row[:2] in out else row
        for row in rows
    ], frozenset(out)


def _parts(row: Row) -> tuple[int | None, ...]:
    """Return the ``PARTS`` numbers of a row, ``None`` where one is not told: how many have it, how
    many lack it, how many in force are not asked about."""
    _day, _group, have, of, _status, unasked = row
    return have, None if of is None else of - have, unasked


def _few(step: int) -> bool:
    """Whether a step between two points is of so few agreements that it tells of them."""
    return 0 < abs(step) < STEP


def _by_register(days: Iterable[date], registers: Collection[date]) -> list[list[date]]:
    """Return the days in parts, each of which ends with a register's own."""
    parts: list[list[date]] = [[]]
    for day in days:
        parts[-1].append(day)
        if day in registers:
            parts.append([])
    return parts


def _of_positions(name: str, own: Gate, day: date) -> list[Row]:
    """Return what may be told of an indicator per position. As of the departments: where the number
    of agreements is hidden, it is not told that none counts here."""
    rows: list[Row] = []
    for code, pair in own.counts(name, "position").items():
        hidden = not (own.shows(name, "position", code) and own.shows(IN_FORCE, "position", code))
        if code and (pair[1] or hidden):
            rows.append((day, code, *_shown(pair, hidden, False)))
    return rows


def _publish_rules(builder: Builder, day: date, profile: Profile, own: Gate) -> None:
    """Publish how many agreements fail each rule of each rule set, of all in force that day."""
    failing: dict[str, dict[str, int]] = {}
    for ruleset, department, number in builder.rows(sql_file("register/any_rule")):
        failing.setdefault(ruleset, {})[department] = number
    in_force = own.matters[IN_FORCE]
    places = [place for place in own.places if in_force.count(IN_FORCE, place)[0]]
    table: list[tuple[Any, ...]] = []
    for ruleset in rules.rulesets():
        lines = [(ruleset.id, line.id) for line in ruleset.lines()]
        spoken = [line for line in lines if line in own.matters]
        if spoken:
            counts, hidden = hidden_of_any(failing.get(ruleset.id, {}), spoken, own, profile)
        for place in places:
            code = place[1] or None
            if spoken:
                told = _shown(counts[place], place in hidden, False)
                table.append((ruleset.id, ANY, code, *told))
            for line in lines:
                told = (None, None, "not_regulated")
                if line in own.matters:
                    pair = own.matters[line].count(line, place)
                    told = _shown(pair, place in own.hidden[line], False)
                table.append((*line, code, *told))
    names = ("ruleset", "rule", "department", "failing", "total", "status")
    builder.insert(
        "published.rule_outcome",
        {
            "day": [day] * len(table),
            **{name: [row[i] for row in table] for i, name in enumerate(names)},
        },
    )


def _shown(pair: tuple[int, int], hidden: bool, ratio: bool) -> tuple[Any, Any, str]:
    """Return (numerator, denominator, status) as published."""
    if hidden:
        return None, None, "hidden"
    if ratio:
        return pair[0], None, "shown"
    return (*pair, "shown" if pair[1] else "no_answers")


def _insert_coverage(
    builder: Builder,
    indicator: str,
    rows: Sequence[tuple[Any, ...]],
    own_day: date,
    breakdown: str = "",
) -> None:
    builder.insert(
        "published.coverage",
        {
            "day": [row[0] for row in rows],
            "indicator": [indicator] * len(rows),
            "breakdown": [breakdown or ("department" if row[1] else "all") for row in rows],
            "group": [row[1] for row in rows],
            "numerator": [row[2] for row in rows],
            "denominator": [row[3] for row in rows],
            "status": [row[4] for row in rows],
            "current": [row[0] == own_day for row in rows],
        },
    )
