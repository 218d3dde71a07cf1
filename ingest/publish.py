"""The publishing step of a load: count once, pass the gate, write what may be seen.

Both cubes hold the same complete grid; ``records.cube`` has every number, ``published.cube`` has
null wherever the gate says *hidden*. Pages and exports of a role without microdata read only the
latter, so nothing they can do brings a hidden number back.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from ingest.register import publish_register
from ingest.snapshot import Builder
from queries import reference
from queries.disclosure import Profile, Tally, hidden_groups, is_safe
from queries.i18n import _
from queries.store import sql_file

ATTRIBUTES = ("position", "occupation", "sex", "age")
# The wave whose answers the audit printed figures of (data/audit/published.csv).
AUDIT_WAVE = "2024"
CROSS = "department*position"
PROFILES = Path(__file__).resolve().parent.parent / "data" / "profiles"


class ProfileError(Exception):
    """The privacy profile cannot be used; the message says why."""


def load_profile(profile_id: str = "standard") -> Profile:
    """Return the named privacy profile of ``data/profiles``. Raises ``ProfileError``."""
    path = PROFILES / f"{profile_id}.toml"
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        return Profile(
            id=found["id"],
            min_base=int(found["min_base"]),
            unanimous_below=int(found["unanimous_below"]),
            min_groups=int(found["min_groups"]),
        )
    except (OSError, KeyError, ValueError) as error:
        raise ProfileError(
            _("Sekretessprofilen {id} går inte att läsa: {reason}").format(
                id=profile_id, reason=error
            )
        ) from error


def publish_wave(builder: Builder, wave: str) -> None:
    """Count ``wave`` anew and replace what is published of it."""
    (row,) = builder.rows(
        "select questionnaire, profile, min_base, unanimous_below, min_groups "
        "from published.wave where wave = $wave",
        {"wave": wave},
    )
    questionnaire_id, profile = row[0], Profile(*row[1:])
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
        _gate(builder, wave, questionnaire, profile)
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
        codes[CROSS] = [f"{d} × {p}" for d in departments for p in codes["position"]]
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
    builder: Builder, wave: str, questionnaire: reference.Questionnaire, profile: Profile
) -> None:
    hidden: dict[tuple[str, str], frozenset[str]] = {}
    tallies = _tallies(builder, wave)
    verdicts: list[tuple[str, str, str]] = []
    for question in questionnaire.questions:
        if question.id not in tallies:
            continue
        whole = tallies[question.id]["all"][""]
        filter_id = question.asked_if.question if question.asked_if else None
        for breakdown, groups in tallies[question.id].items():
            if breakdown == "all":
                # Nobody answered: nothing to protect, unless the filter is.
                unsafe = whole.base > 0 and not is_safe(whole, profile)
                if unsafe or hidden.get((str(filter_id), "all")):
                    hidden[question.id, "all"] = frozenset([""])
            elif breakdown == CROSS:
                # Not published by this first gate: its margins are protected one by one, and two
                # margins and a cross together can be solved for a group of one.
                hidden[question.id, breakdown] = frozenset(groups)
            else:
                also = hidden.get((str(filter_id), breakdown), frozenset())
                hidden[question.id, breakdown] = (
                    frozenset(groups)
                    if hidden.get((question.id, "all"))
                    else hidden_groups(whole, groups, profile, also)
                )
            verdicts += [
                (question.id, breakdown, group)
                for group in hidden.get((question.id, breakdown), ())
            ]
    empty = _empty_departments(builder, wave)
    # A department in which nobody answered has nothing to protect, also crossed. Only there: an
    # attribute's option may have the same code as a department.
    verdicts = [
        v
        for v in verdicts
        if v[1] not in ("department", CROSS) or v[2].split(" × ")[0] not in empty
    ]
    _publish(builder, wave, "cube", ("question", "breakdown", "group"), verdicts, ("count", "base"))
    sizes = _group_sizes(builder, wave)
    answered = sum(tally.base for tally in sizes.get("department", {}).values())
    size_verdicts = []
    for breakdown, groups in sizes.items():
        if breakdown == CROSS:
            out = frozenset(g for g in groups if g.split(" × ")[0] not in empty)
        elif breakdown == "department":
            out = frozenset()
        else:
            out = hidden_groups(Tally(answered, ()), groups, profile)
        size_verdicts += [(breakdown, group) for group in out]
    _publish(builder, wave, "group_size", ("breakdown", "group"), size_verdicts, ("answered",))


def _tallies(builder: Builder, wave: str) -> dict[str, dict[str, dict[str, Tally]]]:
    """Return question → breakdown → group → tally, in the order of the cube; asked ones only."""
    rows = builder.rows(
        'select question, breakdown, "group", any_value(base), list(count order by ordinal) '
        "from records.cube where wave = $wave and status <> 'not_asked' "
        "group by all order by min(ordinal)",
        {"wave": wave},
    )
    found: dict[str, dict[str, dict[str, Tally]]] = {}
    for question, breakdown, group, base, counts in rows:
        tally = Tally(base, tuple(counts))
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


def _empty_departments(builder: Builder, wave: str) -> set[str]:
    rows = builder.rows(
        "select code from published.department where wave = $wave and answered = 0", {"wave": wave}
    )
    return {code for (code,) in rows}


def _publish(
    builder: Builder,
    wave: str,
    table: str,
    key: tuple[str, ...],
    hidden: list[tuple[str, ...]],
    numbers: tuple[str, ...],
) -> None:
    """Copy ``records.<table>`` to ``published.<table>`` with null numbers where hidden."""
    builder.temporary("verdict", key, hidden or [])
    if not hidden:
        columns = ", ".join(f"'' as \"{column}\"" for column in key)
        builder.execute(f"create or replace temporary table verdict as select {columns} limit 0")
    using = ", ".join(f'"{column}"' for column in key)
    masked = ", ".join(f"case when v.out then null else {c} end as {c}" for c in numbers)
    builder.execute(
        f"insert into published.{table} by name "
        f"select r.* exclude ({', '.join(numbers)}, status), {masked}, "
        "case when v.out then 'hidden' else status end as status "
        f"from records.{table} r left join (select *, true as out from verdict) v using ({using}) "
        "where r.wave = $wave and r.status <> 'not_asked' "
        "union all by name "
        f"select * replace ({', '.join(f'null as {c}' for c in numbers)}) "
        f"from records.{table} where wave = $wave and status = 'not_asked' order by ordinal",
        {"wave": wave},
    )


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
