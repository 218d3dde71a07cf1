"""The auditor's own questions: one selection counted from the records in one pass of SQL.

For revisor alone; everybody else gets ``AccessDenied``. The text of the SQL is fixed, and what was
chosen goes into it as parameters: all that was asked of the store is returned, to be shown beside
the numbers. The published view (``queries.published_view``) answers the same selection from what a
role without microdata is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from queries import indicators as results
from queries.answer import (
    COLUMNS,
    ESTIMATED,
    EVERYBODY,
    ROUNDING,
    TOLD,
    Answer,
    Asked,
    Counted,
    Floats,
    Listening,
    across,
    blank,
    no_rows,
    rows_of,
)
from queries.differences import Homogeneity, response_homogeneity
from queries.estimation import Sample, estimate
from queries.i18n import _
from queries.published_view import published
from queries.reference import Question
from queries.register_fields import code_order
from queries.selection import (
    ANSWERS,
    NOBODY,
    UNKNOWN,
    UNSURE,
    UNWEIGHTED,
    Material,
    Selection,
    groups_of,
    has_mean,
    kept_sql,
    length_of,
    poststratified,
    question_of,
    require_auditor,
    scores,
)
from queries.store import Reader, sql_file

__all__ = ["COLUMNS", "ESTIMATED", "EVERYBODY", "Answer", "across", "explore"]


def explore(reader: Reader, selection: Selection, found: Material) -> Answer:
    """Count a selection. Raises ``AccessDenied`` for everyone but the auditor."""
    require_auditor(reader)
    listening = Listening(reader)
    if selection.source == "register":
        made = _register(listening, selection)
    elif selection.published or found.pruned:
        return published(reader, selection, found)
    else:
        made = _survey(listening, selection, found)
    return replace(made, asked=listening.asked)


# --- the survey's records -------------------------------------------------------------------------


def _survey(reader: Reader, selection: Selection, found: Material) -> Answer:
    if selection.measure == "antal" and selection.weight != UNWEIGHTED:
        return _without_weight(reader, selection, found, _("Antal är personer och vägs inte."))
    grid = results.departments(reader, selection.wave)
    places = [value for name, value in selection.filters if name == "department"]
    # A department that is filtered away is no part of the sample either.
    grid = grid[grid["code"].isin(places)] if places else grid
    sql, parameters = sql_file("explore/survey"), _survey_parameters(selection, found)
    rows = reader.frame(sql, **parameters)
    rows = every = rows[rows["department"].isin(grid["code"])]
    notes: dict[str, None] = {}
    people = int(rows["people"][rows["what"] == "kept"].sum())
    population = _population(reader, selection, list(grid["code"]))
    if population is not None:
        if why := _unweighable(rows, population, int(grid["invited"].sum())):
            return _without_weight(reader, selection, found, why)
        rows = _within_frame(rows, population, notes)
    tables, counted, testable = [no_rows()], {}, set()
    for name in selection.questions:
        question = question_of(found, name)
        if grid.empty or (selection.measure == "medel" and not has_mean(question)):
            tables.append(blank(name, "no_answers" if grid.empty else "no_mean"))
            continue
        made = _count(rows, selection, question, found, grid, population)
        counted[name] = made
        # Whoever no weight can be given has answered all the same: bounds are not weighted.
        plain = (
            None
            if population is None
            else _count(every.assign(cell=""), selection, question, found, grid, None)
        )
        tables.append(_table(made, selection, question, notes, plain))
        several = {name, selection.rows, selection.columns} & {
            q.id for q in found.asked if q.type == "multiple"
        }
        if selection.measure in ("radandel", "kolumnandel") and not several:
            testable.add(name)
    return Answer(
        selection=selection,
        table=pd.concat(tables, ignore_index=True),
        sql=sql,
        parameters=parameters,
        people=people,
        weight=selection.weight,
        counted=counted,
        testable=frozenset(testable),
        notes=tuple(notes),
    )


def _without_weight(reader: Reader, selection: Selection, found: Material, why: str) -> Answer:
    """Return what is asked for without the weight that it cannot be given, and why."""
    plain = _survey(reader, selection.model_copy(update={"weight": UNWEIGHTED}), found)
    return replace(plain, selection=selection, notes=(why, *plain.notes))


def _survey_parameters(selection: Selection, found: Material) -> dict[str, Any]:
    # Also of what stands on an axis or is filtered by: whoever was not asked has no value there.
    told = {*selection.questions, selection.rows, selection.columns}
    told |= {name for name, _value in selection.filters}
    aside = [
        (q.id, opener.id, code)
        for q in found.asked
        if q.id in told and found.questionnaire is not None
        for opener, past in found.questionnaire.openers(q.id)
        for code in past
    ]
    return {
        "wave": selection.wave,
        "questions": list(selection.questions),
        "rows": selection.rows,
        "columns": selection.columns,
        "cell": selection.weight if poststratified(selection) else "",
        "fields": [name for name, _value in selection.filters],
        "values": [value for _name, value in selection.filters],
        "without": [UNSURE] if not selection.unsure or selection.measure == "medel" else [],
        "filtered": [row[0] for row in aside],
        "filters": [row[1] for row in aside],
        "excluded": [row[2] for row in aside],
    }


def _population(reader: Reader, selection: Selection, places: list[str]) -> pd.Series | None:
    """Return the people of the frame by the attribute that is weighted by, or None."""
    if not poststratified(selection):
        return None
    rows = reader.frame(
        sql_file("explore/population"),
        wave=selection.wave,
        cell=selection.weight,
        departments=places,
    )
    return rows.set_index("cell")["people"].astype(float)


def _unweighable(rows: pd.DataFrame, population: pd.Series, invited: int) -> str:
    """Return why the answers cannot be weighed to the people of the frame; "" where they can."""
    if population.sum() != invited:
        return _(
            "Ramen säger inte om alla tillfrågade vilken grupp de hör till. Talen är därför inte "
            "vägda."
        )
    answered = rows[rows["what"] == "wave"].groupby("cell")["people"].sum()
    if (population < answered.reindex(population.index, fill_value=0)).any():
        return _("Ramen har färre personer än svaren i någon grupp. Talen är därför inte vägda.")
    return ""


def _within_frame(
    rows: pd.DataFrame, population: pd.Series, notes: dict[str, None]
) -> pd.DataFrame:
    """Return the counts of those to whom the frame can give a weight."""
    outside = ~rows["cell"].isin(population.index)
    lost = int(rows["people"][outside & (rows["what"] == "wave")].sum())
    if lost:
        text = _("{n} svar hör till en grupp som ramen inte har, kan inte vägas och är utelämnade.")
        notes[text.format(n=lost)] = None
    return rows[~outside]


def _count(
    rows: pd.DataFrame,
    selection: Selection,
    question: Question,
    found: Material,
    grid: pd.DataFrame,
    population: pd.Series | None,
) -> Counted:
    """Return the counts of one question as arrays, whatever the axes are."""
    mean, by_column = selection.measure == "medel", selection.measure == "kolumnandel"
    strata = tuple(grid["code"])
    cells = ("",) if population is None else tuple(population.index)
    # What is told per group: per row, unless the measure goes by column.
    axes = [("line", selection.rows), ("side", selection.columns)]
    (name, grouped), (other_name, told) = reversed(axes) if by_column else axes
    ranks = {axis: n for n, axis in enumerate(found.axes("enkat"))} | {
        ANSWERS: len(found.asked) + 99
    }
    groups, others = groups_of(grouped, selection, found), groups_of(told, selection, found)
    options = [code for code in question.codes if code not in ((UNSURE,) if mean else ())]
    options = [code for code in options if selection.unsure or code != UNSURE]
    keys = {
        "department": strata,
        "cell": cells,
        name: (EVERYBODY, TOLD, *groups, NOT_ASKED),
        other_name: (EVERYBODY, TOLD, *others, NOT_ASKED),
    }
    mine = rows[rows["question"] == question.id]

    def people(what: str, **more: Sequence[str]) -> Floats:
        array = _array(mine[mine["what"] == what], keys | more)
        # On an axis that is no field everybody has told.
        if grouped in (ANSWERS, NOBODY):
            array[:, :, 1] = array[:, :, 0]
        if told in (ANSWERS, NOBODY):
            array[:, :, :, 1] = array[:, :, :, 0]
        return array

    base, chose = people("base"), people("option", option=tuple(options))
    # Who is in the base, or may be: did not answer the question, or may pass the filters.
    possible = base + people("size") - people("not_asked") - people("answered")
    possible += people("perhaps") - people("perhaps_not_asked")
    last = [*range(2, 2 + len(groups)), 0]
    # Of each group, the department that it lies in; "" of one that lies in several.
    if mean:
        across = [*range(2, 2 + len(others)), 0]
        pairs = [(line, side) for line in last for side in across]
        at = tuple(np.array(pairs).T)
        counts, answered = chose[:, :, *at], base[:, :, *at]
        may = np.stack([_may_be(_may_be(possible, x, 2), y, 2) for x, y in pairs], axis=-1)
        names: list[Any] = [(_name(groups, x), _name(others, y)) for x, y in pairs]
        axis = {grouped: 0, told: 1}.get("department")
        of = [EVERYBODY if axis is None else pair[axis] for pair in names]
        columns, apart = options, base[:, :, 0, 0] - base[:, :, 1, 1]
    elif grouped == ANSWERS:
        # A group is those who gave one answer; the last is all who gave any.
        inner = np.moveaxis(chose[:, :, 0], -1, 2)
        counts = np.concatenate([inner[:, :, :, 2:-1], base[:, :, :1, 2:-1]], axis=2)
        answered = np.concatenate([inner[:, :, :, 1], base[:, :, :1, 1]], axis=2)
        everyone = np.concatenate([inner, base[:, :, :1]], axis=2)
        unsaid = (possible - base)[:, :, 0]
        may = everyone[..., 0] - everyone[..., -1] + (unsaid[..., 0] - unsaid[..., -1])[..., None]
        names, columns, apart = [*options, EVERYBODY], others, np.zeros(1)
        of = [EVERYBODY] * len(names)
    else:
        counts = chose[:, :, last, 0] if told == ANSWERS else base[:, :, last, 2:-1]
        answered = base[:, :, last, 1]
        may = np.stack([_may_be(possible, n, 2) for n in last], axis=-1)
        may = may[:, :, 0] - may[:, :, -1]
        names, apart = [*groups, EVERYBODY], base[:, :, 0, 1] - base[:, :, 1, 1]
        columns = options if told == ANSWERS else others
        of = names if grouped == "department" else [EVERYBODY] * len(names)
    wave = _array(rows[rows["what"] == "wave"], {"department": strata, "cell": cells})
    invited = grid["invited"].to_numpy(dtype=float)
    away = np.repeat((invited - wave.sum(axis=1))[:, None], len(names), axis=1)
    # Of a department those who did not answer are known.
    away = np.where([[g not in (h, EVERYBODY) for g in of] for h in strata], 0.0, away)
    silent = (may - answered).sum(axis=1) + away
    return Counted(
        counts=counts,
        base=answered,
        silent=silent.sum(axis=0),
        at_home=silent.T if told == "department" and not mean else None,
        wave=wave,
        invited=invited,
        population=None if population is None else population.to_numpy(),
        strata=strata,
        groups=tuple(names),
        options=tuple(columns),
        places=np.array([g != EVERYBODY for g in of]),
        outside=int(apart.sum()),
        turned=ranks[told] < ranks[grouped],
        stratified="department" in (grouped, told),
    )


def _name(codes: Sequence[str], at: int) -> str:
    return codes[at - 2] if at > 1 else EVERYBODY


def _may_be(people: Floats, group: int, axis: int) -> Floats:
    """Return who is in a group of an axis, or may be: nothing is known of them there."""
    if group == 0:
        return people.take(0, axis)
    everybody, told, apart = (people.take(at, axis) for at in (0, 1, -1))
    return people.take(group, axis) + everybody - told - apart


def _array(rows: pd.DataFrame, keys: dict[str, Sequence[str]]) -> Floats:
    """Return the people of the rows as an array with an axis for each key; others are left out."""
    array = np.zeros([len(values) for values in keys.values()])
    at = [pd.Index(values).get_indexer(rows[name]) for name, values in keys.items()]
    known = np.logical_and.reduce([place >= 0 for place in at])
    np.add.at(array, tuple(place[known] for place in at), rows["people"].to_numpy()[known])
    return array


NOT_ASKED = "-"
"""In an axis: who was not put the question that stands there, and so is in none of its groups."""

# --- statistics -----------------------------------------------------------------------------------


def _estimates(made: Counted, weight: str, scale: Floats | None) -> dict[str, Floats]:
    """Return value, se, df, limits and bounds, each G × K; of a mean (``scale``) G × 1.

    As published, a department is a sample of its own and all else one sample of everybody. Each
    group is estimated by itself, because those of several choices have people in common.
    """
    counts, scored = np.moveaxis(made.counts, 2, 0)[:, None, :, :, None, :], scale
    if scored is None:
        # Each option against all others: several choices have no common sum.
        yes = np.moveaxis(made.counts, (2, 3), (0, 1))
        base = np.moveaxis(made.base, 2, 0)[:, None]
        counts = np.stack([yes, base - yes], axis=-1)[:, :, :, :, None]
        scored = np.array([1.0, 0.0])
    silent = np.broadcast_to(made.silent[:, None, None], (*counts.shape[:2], 1))
    found = {name: np.full(counts.shape[:2], np.nan) for name in ESTIMATED}
    for alone in (True, False):
        groups = made.places == alone
        if not counts[groups].size:
            continue
        sample = Sample(
            counts=counts[groups],
            answered=made.wave,
            invited=made.invited,
            population=made.population,
            silent=silent[groups],
        )
        if weight == UNWEIGHTED and not alone:
            sample = sample.unstratified()
        estimates = estimate(sample, scored[None, :])
        for name, values in found.items():
            values[groups] = getattr(estimates, name)[..., 0, 0]
    return found if made.at_home is None else _at_home(made, found)


def _at_home(made: Counted, found: dict[str, Floats]) -> dict[str, Floats]:
    """Narrow the bounds of shares that are of departments: only those of one can be of it."""
    own, base = made.at_home, made.base.sum(axis=(0, 1))[:, None]
    assert own is not None, "only of departments"
    counts = made.counts.sum(axis=(0, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        low = np.where(base > 0, counts / (base + made.silent[:, None] - own), np.nan)
        high = np.where(base > 0, (counts + own) / (base + own), np.nan)
    sure = found["df"] > 0
    return found | {
        "bound_low": low,
        "bound_high": high,
        "low": np.where(sure, np.clip(found["low"], low, high), low),
        "high": np.where(sure, np.clip(found["high"], low, high), high),
    }


def _table(
    made: Counted,
    selection: Selection,
    question: Question,
    notes: dict[str, None],
    plain: Counted | None,
) -> pd.DataFrame:
    counts, base = made.counts.sum(axis=(0, 1)), made.base.sum(axis=(0, 1))
    if selection.measure == "medel":
        scale = np.array([scores(question)[code] for code in made.options], dtype=float)
        found = _estimated(made, selection, scale, notes, plain)
        row, column = zip(*made.groups, strict=True)
        return rows_of(question.id, row, column, base, base, {k: v[:, 0] for k, v in found.items()})
    options: tuple[str, ...] = made.options
    if selection.measure == "antal":
        # Everybody in a column of their own: counts are for adding up.
        counts, options = np.column_stack([counts, base]), (*options, EVERYBODY)
        found = {}
    else:
        found = _estimated(made, selection, None, notes, plain)
        found |= _within_its_filter(made, selection, question, found)
    shape = counts.shape
    group = np.repeat(np.array(made.groups, dtype=object), shape[1])
    option = np.tile(np.array(options, dtype=object), shape[0])
    row, column = (option, group) if selection.measure == "kolumnandel" else (group, option)
    bases = np.repeat(base, shape[1])
    if made.at_home is not None and selection.measure != "antal":
        # Where nobody answered nothing is known: that is no share of 0.
        silent = made.base[:, :, -1].sum(axis=1) == 0
        bases[np.isin(option, np.array(made.strata)[silent])] = 0
    return rows_of(question.id, row, column, counts.ravel(), bases,
                 {name: values.ravel() for name, values in found.items()})  # fmt: skip


def _within_its_filter(
    made: Counted, selection: Selection, question: Question, found: dict[str, Floats]
) -> dict[str, Floats]:
    """Return the limits of the answers to a question that is itself filtered by: nobody who passes
    has given one that does not, and all have given the only one that does."""
    kept = [value for name, value in selection.filters if name == question.id]
    told = selection.rows if selection.measure == "kolumnandel" else selection.columns
    if not kept or told != ANSWERS:
        return {}
    single = question.type != "multiple"
    out = np.array([single and code not in kept for code in made.options])
    all_ = np.array([kept == [code] for code in made.options])
    known, value = out | all_, np.where(all_, 1.0, 0.0)
    some = ~np.isnan(found["value"])
    limits = ("low", "high", "bound_low", "bound_high")
    ends = {name: np.where(known & some, value, found[name]) for name in limits}
    return ends | {"se": np.where(known & some, 0.0, found["se"])}


def _estimated(
    made: Counted,
    selection: Selection,
    scale: Floats | None,
    notes: dict[str, None],
    plain: Counted | None,
) -> dict[str, Floats]:
    """Estimate as asked for, and say whom no weight can speak for. ``plain``: who answered, weighed
    or not, for the bounds; None: as ``made``."""
    missing = (made.wave.sum(axis=1) == 0) & (made.invited > 0)
    if selection.weight != UNWEIGHTED and missing.any():
        notes[
            _(
                "Ingen har svarat i {names} ({n} tillfrågade). Ingen vikt kan låta någon annan "
                "svara för dem, så de ingår inte i de vägda talen."
            ).format(
                names=", ".join(np.array(made.strata)[missing]), n=int(made.invited[missing].sum())
            )
        ] = None
    found = _estimates(made, selection.weight, scale)
    if plain is not None:
        bounds = _estimates(plain, UNWEIGHTED, scale)
        some = ~np.isnan(found["value"])
        low, high = (np.where(some, bounds[f"bound_{end}"], np.nan) for end in ("low", "high"))
        sure = found["df"] > 0
        found |= {
            "bound_low": low,
            "bound_high": high,
            "low": np.where(sure, np.clip(found["low"], low, high), low),
            "high": np.where(sure, np.clip(found["high"], low, high), high),
        }
    with np.errstate(invalid="ignore"):
        beyond = (found["value"] < found["low"] - ROUNDING) | (
            found["value"] > found["high"] + ROUNDING
        )
    if beyond.any():
        notes[
            _(
                "Där ramen har färre av ett slag än de som svarade står för, väger var och en av "
                "dem mindre än sig själv. Då kan ett vägt tal hamna utanför bortfallsgränserna, "
                "och intervallet slutar vid gränsen."
            )
        ] = None
    return found


# --- the register ---------------------------------------------------------------------------------


def _register(reader: Reader, selection: Selection) -> Answer:
    """Cross two fields of the agreements known on the day: a full count, without intervals."""
    day = selection.as_of or results.register_date(reader)
    sql = kept_sql("register")
    axes = ["" if axis == NOBODY else axis for axis in (selection.rows, selection.columns)]
    parameters: dict[str, Any] = {
        "days": [day] if day else [],
        "rows": axes[0],
        "columns": axes[1],
        "rows_length": length_of(axes[0]),
        "columns_length": length_of(axes[1]),
        "fields": [name for name, _value in selection.filters],
        "lengths": [length_of(name) for name, _value in selection.filters],
        "values": [value for _name, value in selection.filters],
    }
    found = reader.frame(sql, **parameters).drop_duplicates(["line", "side"])
    counts = found.pivot(index="line", columns="side", values="people").fillna(0.0)
    if counts.empty:
        return Answer(selection, no_rows(), sql, parameters, 0)
    total = int(counts.loc[EVERYBODY, EVERYBODY])
    lines, sides = (
        [*_in_order(values, axis), EVERYBODY]
        for values, axis in zip((counts.index, counts.columns), axes, strict=True)
    )
    n = counts.loc[lines, sides].to_numpy()
    base = np.full(n.shape, float(total))
    if selection.measure == "radandel":
        base = np.broadcast_to(n[:, -1:], n.shape)
    elif selection.measure == "kolumnandel":
        base = np.broadcast_to(n[-1:, :], n.shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = {} if selection.measure == "antal" else {"value": (n / base).ravel()}
    row = np.repeat(np.array(lines, dtype=object), len(sides))
    column = np.tile(np.array(sides, dtype=object), len(lines))
    table = rows_of("", row, column, n.ravel(), base.ravel(), value)
    return Answer(selection, table, sql, parameters, total)


def _in_order(values: pd.Index, axis: str) -> list[str]:
    """Return the groups of an axis without the whole: codes in the order of what they stand for,
    numbers by size, what is not said last."""
    known = code_order(axis)

    def rank(value: str) -> tuple[Any, ...]:
        if value in known:
            return False, -1, known.index(value), ""
        try:
            return value == UNKNOWN, 0, float(value), ""
        except ValueError:
            return value == UNKNOWN, 1, 0.0, value

    return sorted((v for v in values if v != EVERYBODY), key=rank)


def agreements(reader: Reader, selection: Selection) -> tuple[list[str], tuple[Asked, ...]]:
    """Return the ids of the agreements that pass the selection's filters on its day, and what was
    asked of the store for them."""
    require_auditor(reader)
    listening = Listening(reader)
    day = selection.as_of or results.register_date(reader)
    rows = listening.rows(
        kept_sql("agreements"),
        days=[day] if day else [],
        fields=[name for name, _value in selection.filters],
        lengths=[length_of(name) for name, _value in selection.filters],
        values=[value for _name, value in selection.filters],
    )
    return [row[0] for row in rows], listening.asked


# --- who answered ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Response:
    """Who answered, per department. ``table``: ``department, name, invited, answered, rate,
    expected, difference``; ``tests``: whether the rates are alike, of all departments and of those
    where anybody answered; ``silent``: those where nobody did; ``asked``: what was asked of the
    store."""

    table: pd.DataFrame
    all: Homogeneity
    answering: Homogeneity
    silent: tuple[str, ...]
    asked: tuple[Asked, ...] = ()


def response(reader: Reader, wave: str) -> Response:
    """Return the response analysis of a wave. Invited and answered are public, the rest follows."""
    reader.viewer.require_results()
    listening = Listening(reader)
    grid = results.departments(listening, wave)
    invited, answered = (grid[name].to_numpy(dtype=float) for name in ("invited", "answered"))
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = answered / invited
        expected = invited * answered.sum() / invited.sum()
    some = answered > 0
    table = pd.DataFrame(
        {
            "department": grid["code"],
            "name": grid["name"],
            "invited": grid["invited"],
            "answered": grid["answered"],
            "rate": rate,
            "expected": expected,
            "difference": answered - expected,
        }
    )
    return Response(
        table=table,
        all=response_homogeneity(answered, invited),
        answering=response_homogeneity(answered[some], invited[some]),
        silent=tuple(grid["name"][(answered == 0) & (invited > 0)]),
        asked=listening.asked,
    )
