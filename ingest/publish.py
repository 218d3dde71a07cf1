"""The publishing step of a load: count once, pass the gate, write what may be seen.

Both cubes hold the same complete grid; ``records.cube`` has every number, ``published.cube`` has
null wherever the gate says *hidden*. Pages and exports of a role without microdata read only the
latter, so nothing they can do brings a hidden number back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ingest.register import publish_register
from ingest.snapshot import Builder
from ingest.waiting import (
    ANSWERED,
    ATTRIBUTES,
    Person,
    Publication,
    Sides,
    after_waiting,
    answers_of,
    are_few,
    earlier,
    has_waited,
    is_unsafe,
    keep,
    must_wait,
    note_waiting,
    people_of,
    published,
)
from queries import reference
from queries.disclosure import (
    CROSSED,
    JOIN,
    Hidden,
    Profile,
    Tally,
    hidden_together,
)
from queries.profiles import load_profile, profiles
from queries.store import sql_file

# The wave whose answers the audit printed figures of (data/audit/published.csv).
AUDIT_WAVE = "2024"


def describe_profiles(builder: Builder) -> None:
    """Give waves of earlier versions, which kept only limits, their profile's name and reason."""
    known = profiles()
    for (name,) in builder.rows(
        "select distinct profile from published.wave where profile_title is null"
    ):
        found = load_profile(name) if name in known else None
        builder.execute(
            "update published.wave set profile_title = $title, profile_reason = $reason "
            "where profile = $name and profile_title is null",
            {
                "name": name,
                "title": found.title if found else name,
                "reason": found.reason if found else "",
            },
        )


def publish_wave(builder: Builder, wave: str) -> None:
    """Count ``wave`` anew and replace what is published of it.

    Nothing is left to count of a wave whose records were removed by age: what is published stays.
    """
    (row,) = builder.rows(
        "select pruned, questionnaire, coalesce(collecting, false), "
        "profile, min_base, unanimous_below, min_groups, min_change "
        "from published.wave where wave = $wave",
        {"wave": wave},
    )
    pruned, questionnaire_id, collecting, profile = *row[:3], Profile(*row[3:])
    if pruned is not None:
        return
    for table in ("records.cube", "published.cube", "records.group_size", "published.group_size"):
        builder.execute(f"delete from {table} where wave = $wave", {"wave": wave})
    for schema in ("records", "published"):
        builder.execute(f"delete from {schema}.published_figure where wave = $wave", {"wave": wave})
    builder.execute(
        "update published.department d set answered = (select count(*) from records.respondent r "
        "where r.wave = d.wave and r.department = d.code) where d.wave = $wave",
        {"wave": wave},
    )
    if questionnaire_id is not None:
        questionnaire = reference.load_questionnaire(questionnaire_id)
        _count(builder, wave, questionnaire)
        _gate(builder, wave, questionnaire, profile, collecting)
        _figures(builder, wave)
    # The waves' departments and limits are part of what is published of the register.
    publish_register(builder)


def _count(builder: Builder, wave: str, questionnaire: reference.Questionnaire) -> None:
    asked = _asked(builder, wave)
    options = [
        (q, question.id, o, option.code, question.id in asked)
        for q, question in enumerate(questionnaire.questions)
        if question.type != "text"
        for o, option in enumerate(question.options)
    ]
    builder.temporary("option_grid", ("q", "question", "o", "option", "asked"), options)
    departments = [
        code
        for (code,) in builder.rows(
            "select code from published.department where wave = $wave order by ordinal",
            {"wave": wave},
        )
    ]
    codes = {"all": [""], "department": departments}
    for attribute in questionnaire.attributes:
        if attribute.id in ATTRIBUTES and _has(builder, wave, attribute.id):
            codes[attribute.id] = [option.code for option in attribute.options]
    if "position" in codes:
        codes[CROSSED] = [f"{d} × {p}" for d in departments for p in codes["position"]]
    groups = [
        (b, breakdown, g, group)
        for b, (breakdown, members) in enumerate(codes.items())
        for g, group in enumerate(members)
    ]
    builder.temporary("group_grid", ("b", "breakdown", "g", "group"), groups)
    builder.execute(f"insert into records.cube by name {sql_file('build_cube')}", {"wave": wave})
    builder.execute(
        f"insert into records.group_size by name {sql_file('build_group_size')}", {"wave": wave}
    )


def _asked(builder: Builder, wave: str) -> set[str]:
    rows = builder.rows(
        "select question from published.question where wave = $wave and asked", {"wave": wave}
    )
    return {question for (question,) in rows}


def _has(builder: Builder, wave: str, attribute: str) -> bool:
    ((given,),) = builder.rows(
        f"select count({attribute}) from records.respondent where wave = $wave", {"wave": wave}
    )
    return given > 0


def _gate(
    builder: Builder,
    wave: str,
    questionnaire: reference.Questionnaire,
    profile: Profile,
    collecting: bool,
) -> None:
    """Write what may be published: what is safe by itself, and beside what is published already.

    While the survey is ``collecting`` nothing new is: everything waits, also what waits for nothing
    else.
    """
    people = people_of(builder, wave)
    sides = _sides(questionnaire)
    tallies = _tallies(builder, wave, sides)
    hidden = _hidden(questionnaire, tallies, people, sides, profile)
    empty = _empty_departments(builder, wave)
    # A department in which nobody answered has nothing to protect, also crossed. Only there: an
    # attribute's option may have the same code as a department.
    verdicts = {
        (question, breakdown, group)
        for question, by_breakdown in hidden.items()
        for breakdown, groups in by_breakdown.items()
        for group in groups
        if breakdown not in ("department", CROSSED) or group.split(JOIN)[0] not in empty
    }
    sizes = _group_sizes(builder, wave)
    small = _hidden_sizes(sizes, people.get(ANSWERED, {}), empty, profile)
    now = {
        question: frozenset(
            (breakdown, group)
            for breakdown, groups in by_breakdown.items()
            for group, tally in groups.items()
            if tally.base and (question, breakdown, group) not in verdicts
        )
        for question, by_breakdown in tallies.items()
    }
    now[ANSWERED] = frozenset(
        (breakdown, group)
        for breakdown, groups in sizes.items()
        if breakdown in ATTRIBUTES
        for group, tally in groups.items()
        if tally.base and (breakdown, group) not in small
    )
    after = {
        question: Publication(people.get(question, Counter()), shown)
        for question, shown in now.items()
    }
    before, past = published(builder, wave), earlier(builder, wave)
    waited = has_waited(builder, wave)
    held = _held(before, past, after, sides, after_waiting(profile) if waited else profile)
    note_waiting(builder, wave, held, waited or not are_few(before, after, profile))
    if collecting:
        held = frozenset(after) | tallies.keys()
    _publish_cube(builder, wave, verdicts, held)
    _publish_sizes(builder, wave, small, held)
    # What is not asked any longer was published once: it is what an answer to it comes after.
    keep(builder, wave, after, before, past, held | (before.keys() - after.keys()))


def _hidden(
    questionnaire: reference.Questionnaire,
    tallies: Mapping[str, dict[str, dict[str, Tally]]],
    people: Mapping[str, Counter[Person]],
    sides: Mapping[str, Sides],
    profile: Profile,
) -> dict[str, dict[str, Hidden]]:
    """Return question → breakdown → the groups that must be hidden."""
    hidden: dict[str, dict[str, Hidden]] = {}
    for question in questionnaire.questions:
        if question.id in tallies:
            groups = [(b, g) for b, found in tallies[question.id].items() for g in found]
            answers = answers_of(
                people.get(question.id, {}),
                groups,
                sides.get(question.id, ()),
                [option.code for option in question.options],
            )
            filter_id = question.asked_if.question if question.asked_if else ""
            hidden[question.id] = hidden_together(
                tallies[question.id], answers, profile, hidden.get(filter_id)
            )
    return hidden


def _held(
    before: Mapping[str, Publication],
    past: Mapping[str, Sequence[Publication]],
    after: Mapping[str, Publication],
    sides: Mapping[str, Sides],
    profile: Profile,
) -> frozenset[str]:
    """Return the questions (and ``ANSWERED``) whose new answers wait: all that have any, or none.

    That one question waits and another does not would tell how the few who came answered: alike, in
    the one. And the base of a filtered question is an answer to its filter. What was itself
    published unsafely (by an earlier version of the gate) does not stay for that.
    """

    def waits(question: str) -> bool:
        given = past.get(question, ()), after[question], sides.get(question, ()), profile
        return must_wait(before[question], *given)

    both = before.keys() & after.keys()
    if not any(waits(question) for question in sorted(both)):
        return frozenset()
    return frozenset(
        question
        for question in after
        if before.get(question) != after[question]
        and not (question in both and is_unsafe(before[question], sides.get(question, ()), profile))
    )


def _publish_cube(
    builder: Builder, wave: str, hidden: set[tuple[str, str, str]], held: frozenset[str]
) -> None:
    """Write what is published of every question; of the ``held`` ones what already was."""
    _verdicts(builder, ("question", "breakdown", "group"), hidden)
    given = {"wave": wave, "held": sorted(held)}
    builder.execute(
        "delete from records.published_cube where wave = $wave "
        "and question in (select question from records.cube where wave = $wave "
        "and status <> 'not_asked') and not list_contains($held, question)",
        given,
    )
    builder.execute(
        "insert into records.published_cube by name "
        "select c.* exclude (ordinal) replace "
        "(case when v.out then 'hidden' else c.status end as status) "
        'from records.cube c left join verdict v using (question, breakdown, "group") '
        "where c.wave = $wave and c.status <> 'not_asked' and not list_contains($held, question)",
        given,
    )
    builder.execute(
        "update published.question set waiting = list_contains($held, question) where wave = $wave",
        given,
    )
    builder.execute(
        f"insert into published.cube by name {sql_file('publishable_cube')}", {"wave": wave}
    )


def _publish_sizes(
    builder: Builder, wave: str, hidden: set[tuple[str, str]], held: frozenset[str]
) -> None:
    """Write how many answered in each group; of attributes what already was if they are held.

    How many answered in a department is told whatever they answered, and never waits.
    """
    _verdicts(builder, ("breakdown", "group"), hidden)
    given = {"wave": wave, "waits": ANSWERED in held}
    builder.execute(
        "delete from records.published_size where wave = $wave "
        "and not ($waits and list_contains($attributes, breakdown))",
        {**given, "attributes": list(ATTRIBUTES)},
    )
    builder.execute(
        "insert into records.published_size by name "
        "select s.* exclude (ordinal) replace "
        "(case when v.out then 'hidden' else s.status end as status) "
        'from records.group_size s left join verdict v using (breakdown, "group") '
        "where s.wave = $wave and not ($waits and list_contains($attributes, breakdown))",
        {**given, "attributes": list(ATTRIBUTES)},
    )
    builder.execute(
        f"insert into published.group_size by name {sql_file('publishable_sizes')}", {"wave": wave}
    )


def _verdicts(builder: Builder, key: tuple[str, ...], hidden: Collection[tuple[str, ...]]) -> None:
    """Make the temporary table ``verdict`` of what is hidden."""
    # One row that nothing matches: a table is made of at least one.
    rows = sorted(hidden) or [tuple("" for _column in key)]
    matches = bool(hidden)
    builder.temporary("verdict", (*key, "out"), [(*row, matches) for row in rows])


def _sides(questionnaire: reference.Questionnaire) -> dict[str, list[frozenset[str]]]:
    """Return question → the options that speak for, and those that speak against, a good
    arrangement. Not of questions with several answers: one person can tick both."""
    return {
        question.id: [
            frozenset(o.code for o in question.options if o.favourable is side)
            for side in (True, False)
        ]
        for question in questionnaire.questions
        if question.type != "multiple"
    }


def _tallies(
    builder: Builder, wave: str, sides: dict[str, list[frozenset[str]]]
) -> dict[str, dict[str, dict[str, Tally]]]:
    """Return question → breakdown → group → tally, in the order of the cube; asked ones only."""
    rows = builder.rows(
        'select question, breakdown, "group", any_value(base), list(count order by ordinal), '
        "list(option order by ordinal) "
        "from records.cube where wave = $wave and status <> 'not_asked' "
        "group by all order by min(ordinal)",
        {"wave": wave},
    )
    found: dict[str, dict[str, dict[str, Tally]]] = {}
    for question, breakdown, group, base, counts, options in rows:
        by_option = dict(zip(options, counts, strict=True))
        on = tuple(sum(by_option[code] for code in side) for side in sides.get(question, []))
        tally = Tally(base, tuple(counts), on)
        found.setdefault(question, {}).setdefault(breakdown, {})[group] = tally
    return found


def _group_sizes(builder: Builder, wave: str) -> dict[str, dict[str, Tally]]:
    rows = builder.rows(
        'select breakdown, "group", answered from records.group_size where wave = $wave '
        "and breakdown <> 'all' order by ordinal",
        {"wave": wave},
    )
    found: dict[str, dict[str, Tally]] = {}
    for breakdown, group, answered in rows:
        found.setdefault(breakdown, {})[group] = Tally(answered, ())
    return found


def _hidden_sizes(
    sizes: Mapping[str, Mapping[str, Tally]],
    people: Mapping[Person, int],
    empty: Collection[str],
    profile: Profile,
) -> set[tuple[str, str]]:
    """Return the (breakdown, group) of which it is not told how many answered.

    Those of the attributes together, as the answers to a question are; how many answered in a
    department is public.
    """
    hidden = {
        (CROSSED, group) for group in sizes.get(CROSSED, ()) if group.split(JOIN)[0] not in empty
    }
    answered = sum(tally.base for tally in sizes.get("department", {}).values())
    tallies = {"all": {"": Tally(answered, ())}}
    tallies |= {breakdown: dict(sizes[breakdown]) for breakdown in ATTRIBUTES if breakdown in sizes}
    groups = [(breakdown, group) for breakdown, of in tallies.items() for group in of]
    # Having answered at all is no answer to be alike in.
    atoms = replace(answers_of(people, groups, (), ()), looks=(), chose=None)
    out = hidden_together(tallies, atoms, profile)
    return hidden | {(breakdown, group) for breakdown, of in out.items() for group in of}


def _empty_departments(builder: Builder, wave: str) -> set[str]:
    rows = builder.rows(
        "select code from published.department where wave = $wave and answered = 0", {"wave": wave}
    )
    return {code for (code,) in rows}


def _figures(builder: Builder, wave: str) -> None:
    """Store the source's printed figures: all for the auditor, those that pass for the others."""
    if wave != AUDIT_WAVE:
        return
    figures = reference.published_figures()
    columns = {
        "wave": [wave] * len(figures),
        "ordinal": list(range(len(figures))),
        "id": [f.id for f in figures],
        "question": [f.question for f in figures],
        "options": ["+".join(f.options) for f in figures],
        "department": [f.department for f in figures],
        "text": [f.published for f in figures],
        "share": [f.published_share for f in figures],
        "rounding": [f.rounding for f in figures],
        "count": [f.count for f in figures],
        "base": [f.base for f in figures],
        "note": [f.note for f in figures],
        "source": [f.source for f in figures],
        "status": ["shown"] * len(figures),
    }
    builder.insert("records.published_figure", columns)
    builder.execute(
        f"insert into published.published_figure by name {sql_file('publishable_figures')}",
        {"wave": wave},
    )
