"""The publishing step of a load: count once, pass the gate, write what may be seen.

Both cubes hold the same complete grid; ``records.cube`` has every number, ``published.cube`` has
null wherever the gate says *hidden*. Pages and exports of a role without microdata read only the
latter, so nothing they can do brings a hidden number back.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np

from ingest.register import publish_register
from ingest.snapshot import Builder
from queries import reference
from queries.derivable import MIXED, Atoms
from queries.disclosure import (
    CROSSED,
    JOIN,
    Answers,
    Hidden,
    Profile,
    Tally,
    hidden_groups,
    hidden_together,
)
from queries.i18n import _
from queries.store import sql_file

ATTRIBUTES = ("position", "occupation", "sex", "age")
# The wave whose answers the audit printed figures of (data/audit/published.csv).
AUDIT_WAVE = "2024"
# Of an atom: nobody of it has been seen yet.
_UNSEEN = -2
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
    builder: Builder, wave: str, questionnaire: reference.Questionnaire, profile: Profile
) -> None:
    hidden: dict[str, dict[str, Hidden]] = {}
    sides = _sides(questionnaire)
    tallies = _tallies(builder, wave, sides)
    answers = _answers(builder, wave, tallies, sides)
    for question in questionnaire.questions:
        if question.id in tallies:
            filter_id = question.asked_if.question if question.asked_if else ""
            hidden[question.id] = hidden_together(
                tallies[question.id], answers[question.id], profile, hidden.get(filter_id)
            )
    verdicts = [
        (question, breakdown, group)
        for question, by_breakdown in hidden.items()
        for breakdown, groups in by_breakdown.items()
        for group in groups
    ]
    empty = _empty_departments(builder, wave)
    # A department in which nobody answered has nothing to protect, also crossed. Only there: an
    # attribute's option may have the same code as a department.
    verdicts = [
        v
        for v in verdicts
        if v[1] not in ("department", CROSSED) or v[2].split(" × ")[0] not in empty
    ]
    _publish(builder, wave, "cube", ("question", "breakdown", "group"), verdicts, ("count", "base"))
    sizes = _group_sizes(builder, wave)
    answered = sum(tally.base for tally in sizes.get("department", {}).values())
    size_verdicts = []
    for breakdown, groups in sizes.items():
        if breakdown == CROSSED:
            out = frozenset(g for g in groups if g.split(" × ")[0] not in empty)
        elif breakdown == "department":
            out = frozenset()
        else:
            out = hidden_groups(Tally(answered, ()), groups, profile)
        size_verdicts += [(breakdown, group) for group in out]
    _publish(builder, wave, "group_size", ("breakdown", "group"), size_verdicts, ("answered",))


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


def _answers(
    builder: Builder,
    wave: str,
    tallies: dict[str, dict[str, dict[str, Tally]]],
    sides: dict[str, list[frozenset[str]]],
) -> dict[str, Answers]:
    """Return question → who answered it, by atom, and how they can be seen to be alike."""
    rows: dict[str, list[tuple[Any, ...]]] = {question: [] for question in tallies}
    for row in builder.rows(sql_file("build_atoms"), {"wave": wave}):
        if row[0] in rows:
            rows[row[0]].append(row[1:])
    found = {}
    for question, lines in rows.items():
        atoms: dict[tuple[Any, ...], int] = {}
        for line in lines:
            atoms.setdefault(line[:5], len(atoms))
        size = np.zeros(len(atoms), dtype=np.int64)
        # The whole answer, then only its side.
        looks = np.full((2, len(atoms)), _UNSEEN, dtype=np.int64)
        answers: dict[tuple[str, ...], int] = {}
        for *attributes, answer, people in lines:
            atom = atoms[tuple(attributes)]
            size[atom] += people
            options = tuple(answer)
            on = [i for i, side in enumerate(sides.get(question, [])) if side.issuperset(options)]
            seen = answers.setdefault(options, len(answers)), on[0] if on else MIXED
            for look, value in zip(looks, seen, strict=True):
                look[atom] = value if look[atom] in (_UNSEEN, value) else MIXED
        found[question] = Answers(size, _members(list(atoms), tallies[question]), tuple(looks))
    return found


def _members(
    atoms: list[tuple[Any, ...]], tallies: dict[str, dict[str, Tally]]
) -> dict[tuple[str, str], Atoms]:
    """Return (breakdown, group) → which of ``atoms`` (department, then ``ATTRIBUTES``) it holds."""
    places = {name: place for place, name in enumerate(("department", *ATTRIBUTES))}
    found = {}
    for breakdown, groups in tallies.items():
        for group in groups:
            wanted: dict[int, str] = {}
            if breakdown != "all":
                names = breakdown.split("*")
                codes = group.split(JOIN) if len(names) > 1 else [group]
                wanted = {places[name]: code for name, code in zip(names, codes, strict=True)}
            found[breakdown, group] = np.array(
                [all(atom[place] == code for place, code in wanted.items()) for atom in atoms],
                dtype=np.bool_,
            )
    return found


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
