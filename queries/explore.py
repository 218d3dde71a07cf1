"""The auditor's own questions: one selection counted from the records in one pass of SQL.

For revisor alone; everybody else gets ``AccessDenied``. The text of the SQL is fixed, and what was
chosen goes into it as parameters: both are returned, to be shown beside the numbers. The published
view answers the same selection from the published cube alone, and says of what is not there that it
is not published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from queries import indicators as results
from queries.differences import Association, Homogeneity, association, response_homogeneity
from queries.disclosure import CROSSED
from queries.estimation import Sample, estimate
from queries.i18n import _
from queries.reference import Question
from queries.selection import (
    ANSWERS,
    ATTRIBUTES,
    NOBODY,
    UNKNOWN,
    UNSURE,
    UNWEIGHTED,
    Material,
    Selection,
    has_mean,
    kept_sql,
    length_of,
    require_auditor,
    scores,
)
from queries.store import Reader, sql_file
from queries.viewer import Role, Viewer

COLUMNS = (
    "question", "row", "column", "count", "base", "value", "se", "df", "low", "high", "bound_low",
    "bound_high", "status",
)  # fmt: skip
"""``row``, ``column``: a code, or "" for everybody. ``count`` of ``base``; ``value``: the share
(0–1) or the mean, empty for mere counts. ``status``: shown, hidden, no_answers, not_asked,
unpublished (the cube has no such combination), no_mean (the answers have no order)."""
ESTIMATED = COLUMNS[5:-1]
EVERYBODY, TOLD = "", "*"
"""Groups of an axis in the counts: everybody, and all who have a value on it."""


Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Counted:
    """The counts of one question, as the statistics take them.

    ``counts``: H × C × G × K people in stratum (department), cell of the weighting, group, option;
    ``base``: H × C × G, who has any of the options, which of several choices is not their sum.
    ``silent``: G, people who may belong there and of whom it is not known. ``wave``: H × C, who
    answered the survey; ``invited``: H; ``population``: C, people in the frame, or None.
    ``groups``, ``options``: codes; of a mean the groups are pairs. ``places``: whether the groups
    are departments, each a stratum of its own. The last group is everybody, ``outside`` how many of
    them belong to no other.
    """

    counts: Floats
    base: Floats
    silent: Floats
    wave: Floats
    invited: Floats
    population: Floats | None
    strata: tuple[str, ...]
    groups: tuple[Any, ...]
    options: tuple[str, ...]
    places: bool
    outside: int


@dataclass(frozen=True)
class Answer:
    """What a selection gives. ``table``: ``COLUMNS``; ``sql`` and ``parameters``: what counted it;
    ``people``: how many passed the filters; ``counted``: by question, what the statistics are made
    from; ``testable``: the questions whose groups have nobody in common; ``notes``: what must be
    known of the numbers, in sentences."""

    selection: Selection
    table: pd.DataFrame
    sql: str
    parameters: dict[str, Any]
    people: int
    counted: dict[str, Counted] = field(default_factory=dict)
    testable: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    @cached_property
    def tests(self) -> dict[str, Association | None]:
        """By question, whether the groups answer alike. Late: an exact test takes a while."""
        return {name: _test(self.counted[name], self.selection) for name in sorted(self.testable)}


def explore(reader: Reader, selection: Selection, found: Material) -> Answer:
    """Count a selection. Raises ``AccessDenied`` for everyone but the auditor."""
    require_auditor(reader)
    if selection.source == "register":
        return _register(reader, selection)
    if selection.published or found.pruned:
        return _published(reader, selection, found)
    return _survey(reader, selection, found)


# --- the survey's records -------------------------------------------------------------------------


def _survey(reader: Reader, selection: Selection, found: Material) -> Answer:
    sql, parameters = sql_file("explore/survey"), _survey_parameters(selection, found)
    rows = reader.frame(sql, **parameters)
    grid = results.departments(reader, selection.wave)
    places = [value for name, value in selection.filters if name == "department"]
    # A department that is filtered away is no part of the sample either.
    grid = grid[grid["code"].isin(places)] if places else grid
    population = _population(reader, selection, list(grid["code"]))
    notes: dict[str, None] = {}
    tables, counted, testable = [_empty()], {}, set()
    people = int(rows["people"][rows["what"] == "kept"].sum())
    if population is not None:
        rows = _within_frame(rows, population, notes)
    for name in selection.questions:
        question = _question(found, name)
        if grid.empty or (selection.measure == "medel" and not has_mean(question)):
            tables.append(_blank(name, "no_answers" if grid.empty else "no_mean"))
            continue
        made = _count(rows, selection, question, found, grid, population)
        counted[name] = made
        tables.append(_table(made, selection, question, notes))
        several = {name, selection.rows, selection.columns} & {
            q.id for q in found.asked if q.type == "multiple"
        }
        if selection.measure in ("radandel", "kolumnandel") and not several:
            testable.add(name)
    table = pd.concat(tables, ignore_index=True)
    return Answer(
        selection, table, sql, parameters, people, counted, frozenset(testable), tuple(notes)
    )


def _survey_parameters(selection: Selection, found: Material) -> dict[str, Any]:
    aside = [
        (q.id, q.asked_if.question, option.code)
        for q in found.asked
        if q.id in selection.questions and q.asked_if
        for option in _question(found, q.asked_if.question).options
        if option.code not in q.asked_if.options
    ]
    return {
        "wave": selection.wave,
        "questions": list(selection.questions),
        "rows": selection.rows,
        "columns": selection.columns,
        "cell": selection.weight if _poststratified(selection) else "",
        "fields": [name for name, _value in selection.filters],
        "values": [value for _name, value in selection.filters],
        "without": [UNSURE] if not selection.unsure or selection.measure == "medel" else [],
        "filtered": [row[0] for row in aside],
        "filters": [row[1] for row in aside],
        "excluded": [row[2] for row in aside],
    }


def _poststratified(selection: Selection) -> bool:
    return selection.weight not in (UNWEIGHTED, "department")


def _question(found: Material, name: str) -> Question:
    assert found.questionnaire is not None, "a question comes from one"
    return found.questionnaire.question(name)


def _population(reader: Reader, selection: Selection, places: list[str]) -> pd.Series | None:
    """Return the people of the frame by the attribute that is weighted by, or None."""
    if not _poststratified(selection):
        return None
    rows = reader.frame(
        sql_file("explore/population"),
        wave=selection.wave,
        cell=selection.weight,
        departments=places,
    )
    return rows.set_index("cell")["people"].astype(float)


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


def _axis(axis: str, selection: Selection, found: Material) -> list[str]:
    """Return the groups of an axis that is a field, none of another."""
    if axis in (ANSWERS, NOBODY):
        return []
    only = {value for name, value in selection.filters if name == axis}
    question = found.question(axis)
    one_each = question is None or question.type != "multiple"
    return [c for c, _word in found.groups(axis) if not only or c in only or not one_each]


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
    groups, others = _axis(grouped, selection, found), _axis(told, selection, found)
    options = [code for code in question.codes if code not in ((UNSURE,) if mean else ())]
    options = [code for code in options if selection.unsure or code != UNSURE]
    keys = {
        "department": strata,
        "cell": cells,
        name: (EVERYBODY, TOLD, *groups),
        other_name: (EVERYBODY, TOLD, *others),
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
    size = people("size").sum(axis=(0, 1))
    skipped = size - (people("not_asked") + people("answered")).sum(axis=(0, 1))
    last = [*range(2, 2 + len(groups)), 0]
    places = grouped == "department"
    if mean:
        across = [*range(2, 2 + len(others)), 0]
        pairs = [(line, side) for line in last for side in across]
        at = tuple(np.array(pairs).T)
        counts, answered = chose[:, :, *at], base[:, :, *at]
        silent = skipped[at] + [size[0, 0] - size[min(x, 1), min(y, 1)] for x, y in pairs]
        names: list[Any] = [(_name(groups, x), _name(others, y)) for x, y in pairs]
        places = places and told in (ANSWERS, NOBODY)
        columns, apart = options, base[:, :, 0, 0] - base[:, :, 1, 1]
    elif grouped == ANSWERS:
        # A group is those who gave one answer; the last is all who gave any.
        inner = np.moveaxis(chose[:, :, 0], -1, 2)
        counts = np.concatenate([inner[:, :, :, 2:], base[:, :, :1, 2:]], axis=2)
        answered = np.concatenate([inner[:, :, :, 1], base[:, :, :1, 1]], axis=2)
        everyone = np.concatenate([inner[:, :, :, 0], base[:, :, :1, 0]], axis=2)
        silent = skipped[0, 0] + (everyone - answered).sum(axis=(0, 1))
        names, columns, apart = [*options, EVERYBODY], others, np.zeros(1)
    else:
        counts = chose[:, :, last, 0] if told == ANSWERS else base[:, :, last, 2:]
        answered = base[:, :, last, 1]
        unknown = np.array([size[0, 0] - size[min(n, 1), 0] for n in last])
        silent = skipped[last, 0] + (base[:, :, last, 0] - answered).sum(axis=(0, 1)) + unknown
        names, apart = [*groups, EVERYBODY], base[:, :, 0, 1] - base[:, :, 1, 1]
        columns = options if told == ANSWERS else others
    wave = _array(rows[rows["what"] == "wave"], {"department": strata, "cell": cells})
    invited = grid["invited"].to_numpy(dtype=float)
    away = invited - wave.sum(axis=1)
    absent = np.full(len(names), away.sum())
    if places:
        at_home = dict(zip(strata, away, strict=True))
        absent = np.array([at_home.get(_place(g), away.sum()) for g in names])
    return Counted(
        counts=counts,
        base=answered,
        silent=silent + absent,
        wave=wave,
        invited=invited,
        population=None if population is None else population.to_numpy(),
        strata=strata,
        groups=tuple(names),
        options=tuple(columns),
        places=places,
        outside=int(apart.sum()),
    )


def _name(codes: Sequence[str], at: int) -> str:
    return codes[at - 2] if at > 1 else EVERYBODY


def _place(group: Any) -> str:
    return group[0] if isinstance(group, tuple) else group


def _array(rows: pd.DataFrame, keys: dict[str, Sequence[str]]) -> Floats:
    """Return the people of the rows as an array with an axis for each key; others are left out."""
    array = np.zeros([len(values) for values in keys.values()])
    at = [pd.Index(values).get_indexer(rows[name]) for name, values in keys.items()]
    known = np.logical_and.reduce([place >= 0 for place in at])
    np.add.at(array, tuple(place[known] for place in at), rows["people"].to_numpy()[known])
    return array


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
    parts, last = [], len(made.groups) - 1
    for groups in (slice(0, last), slice(last, None)):
        if not counts[groups].size:
            parts.append(dict.fromkeys(ESTIMATED, np.zeros(counts[groups].shape[:2])))
            continue
        sample = Sample(
            counts=counts[groups],
            answered=made.wave,
            invited=made.invited,
            population=made.population,
            silent=silent[groups],
        )
        alone = made.places and groups.stop is not None
        if weight == UNWEIGHTED and not alone:
            sample = sample.unstratified()
        found = estimate(sample, scored[None, :])
        parts.append({name: getattr(found, name)[..., 0, 0] for name in ESTIMATED})
    return {name: np.concatenate([part[name] for part in parts]) for name in ESTIMATED}


def _table(
    made: Counted, selection: Selection, question: Question, notes: dict[str, None]
) -> pd.DataFrame:
    counts, base = made.counts.sum(axis=(0, 1)), made.base.sum(axis=(0, 1))
    if selection.measure == "medel":
        scale = np.array([scores(question)[code] for code in made.options], dtype=float)
        found = _estimated(made, selection, scale, notes)
        row, column = zip(*made.groups, strict=True)
        return _rows(question.id, row, column, base, base, {k: v[:, 0] for k, v in found.items()})
    options: tuple[str, ...] = made.options
    if selection.measure == "antal":
        # Everybody in a column of their own: counts are for adding up.
        counts, options = np.column_stack([counts, base]), (*options, EVERYBODY)
        found = {}
    else:
        found = _estimated(made, selection, None, notes)
    shape = counts.shape
    group = np.repeat(np.array(made.groups, dtype=object), shape[1])
    option = np.tile(np.array(options, dtype=object), shape[0])
    row, column = (option, group) if selection.measure == "kolumnandel" else (group, option)
    bases = np.repeat(base, shape[1])
    return _rows(question.id, row, column, counts.ravel(), bases,
                 {name: values.ravel() for name, values in found.items()})  # fmt: skip


def _estimated(
    made: Counted, selection: Selection, scale: Floats | None, notes: dict[str, None]
) -> dict[str, Floats]:
    """Estimate as asked for; where the frame contradicts the answers unweighted, and say so."""
    missing = made.wave.sum(axis=1) == 0
    if selection.weight != UNWEIGHTED and missing.any():
        notes[
            _(
                "Ingen har svarat i {names} ({n} tillfrågade). Ingen vikt kan låta någon annan "
                "svara för dem, så de ingår inte i de vägda talen."
            ).format(
                names=", ".join(np.array(made.strata)[missing]), n=int(made.invited[missing].sum())
            )
        ] = None
    try:
        return _estimates(made, selection.weight, scale)
    except ValueError:
        if selection.weight == UNWEIGHTED:
            raise
        text = _("Ramen har färre personer än svaren i någon grupp. Talen är därför inte vägda.")
        notes[text] = None
        return _estimates(replace(made, population=None), UNWEIGHTED, scale)


def _test(made: Counted, selection: Selection) -> Association | None:
    """Test whether the groups answer alike; None where there is nothing to compare."""
    groups = [*range(len(made.groups) - 1)]
    if len(groups) < 2 or len(made.options) < 2:
        return None
    sample = Sample(
        counts=made.counts[:, :, groups],
        answered=made.wave,
        invited=made.invited,
        population=made.population,
    )
    alone = made.places or selection.weight != UNWEIGHTED
    try:
        return association(sample if alone else sample.unstratified())
    except ValueError:
        return None


def _rows(
    question: str,
    row: Sequence[Any],
    column: Sequence[Any],
    count: Floats,
    base: Floats,
    found: dict[str, Floats],
) -> pd.DataFrame:
    table = pd.DataFrame({"question": question, "row": row, "column": column})
    table["count"] = count.astype("int64")
    table["base"] = base.astype("int64")
    for name in ESTIMATED:
        table[name] = found.get(name, np.full(len(table), np.nan))
    table["status"] = np.where(base > 0, "shown", "no_answers")
    table.loc[base == 0, list(ESTIMATED)] = np.nan
    return table[list(COLUMNS)]


def _empty() -> pd.DataFrame:
    return _rows("", [], [], np.zeros(0), np.zeros(0), {})


def _blank(question: str, status: str) -> pd.DataFrame:
    """Return the one row of a question that has no numbers, and why."""
    none = np.zeros(1)
    return _rows(question, [EVERYBODY], [EVERYBODY], none, none, {}).assign(status=status)


# --- the published view ---------------------------------------------------------------------------

UNPUBLISHED = "unpublished"


def _published(reader: Reader, selection: Selection, found: Material) -> Answer:
    """Answer from the published cube: what a role without microdata can be shown of it.

    One of the axes must be the answers, and the groups (axis and filters together) a breakdown that
    is published. Intervals are those that such a role is shown: of departments and of the whole.
    """
    axis = selection.columns if selection.rows == ANSWERS else selection.rows
    groups = _axis(axis, selection, found)
    keys = {group: _published_key(axis, group, selection, found) for group in [*groups, EVERYBODY]}
    if ANSWERS not in (selection.rows, selection.columns):
        keys = dict.fromkeys(keys)
    sql = sql_file("explore/published")
    parameters = {
        "wave": selection.wave,
        "questions": list(selection.questions),
        "breakdowns": sorted({key[0] for key in keys.values() if key}),
    }
    rows = reader.frame(sql, **parameters)
    known = {
        (q, b, g): part.set_index("option")
        for (q, b, g), part in rows.groupby(["question", "breakdown", "group"], sort=False)
    }
    told = _published_limits(reader, selection)
    tables = [_empty()]
    for name in selection.questions:
        question = _question(found, name)
        if selection.measure == "medel" and not has_mean(question):
            tables.append(_blank(name, "no_mean"))
            continue
        cells = [
            cell
            for group, key in keys.items()
            for cell in _published_cells(
                question, selection, group, known.get((name, *key)) if key else None
            )
        ]
        table = pd.DataFrame(cells, columns=["group", "option", "count", "base", "value", "status"])
        if across(selection):
            table = _shares_across(table)
        tables.append(_placed(table, name, selection, told))
    notes = []
    if selection.weight != UNWEIGHTED:
        notes.append(_("Den publicerbara vyn visas utan vikt."))
    if any(key is None for key in keys.values()):
        notes.append(
            _(
                "Publicerat är svaren på en fråga i taget: för alla, per förvaltning, befattning, "
                "yrkesroll, kön eller ålder, och per förvaltning och befattning. Andra "
                "kombinationer publiceras inte."
            )
        )
    return Answer(
        selection, pd.concat(tables, ignore_index=True), sql, parameters, 0, notes=tuple(notes)
    )


def _published_key(
    axis: str, group: str, selection: Selection, found: Material
) -> tuple[str, str] | None:
    """Return the breakdown and the group that a group is, None if there is none."""
    fixed: dict[str, set[str]] = {}
    for name, value in selection.filters:
        fixed.setdefault(name, set()).add(value)
    if group:
        fixed[axis] = {group}
    if any(len(values) > 1 for values in fixed.values()):
        return None
    attributes = dict(found.attributes)
    if not fixed.keys() <= attributes.keys():
        return None
    ordered = [name for name in ATTRIBUTES if name in fixed]
    breakdown = "*".join(ordered) or "all"
    if len(ordered) > 1 and breakdown != CROSSED:
        return None
    return breakdown, " × ".join(next(iter(fixed[name])) for name in ordered)


def across(selection: Selection) -> bool:
    """Return whether the share is of those who gave an answer, over the groups."""
    return (selection.measure == "radandel" and selection.rows == ANSWERS) or (
        selection.measure == "kolumnandel" and selection.columns == ANSWERS
    )


def _published_cells(
    question: Question, selection: Selection, group: str, part: pd.DataFrame | None
) -> list[tuple[Any, ...]]:
    """Return (group, option, count, base, value, status) of one group."""
    mean = selection.measure == "medel"
    options = [c for c in question.codes if (selection.unsure and not mean) or c != UNSURE]
    status = UNPUBLISHED if part is None else str(part["status"].iloc[0])
    if part is None or status != "shown":
        empty = status if status != "shown" else UNPUBLISHED
        return [(group, c, 0, 0, np.nan, empty) for c in ([EVERYBODY] if mean else options)]
    counts = part["count"].astype(float)
    dropped = counts.get(UNSURE, 0.0) if UNSURE not in options else 0.0
    if dropped and question.type == "multiple":
        # The cube does not tell who ticked something else too.
        return [(group, c, 0, 0, np.nan, UNPUBLISHED) for c in options]
    base = float(part["base"].iloc[0]) - dropped
    status = "shown" if base else "no_answers"
    if mean:
        scale = scores(question)
        value = sum(scale[c] * counts[c] for c in options) / base if base else np.nan
        return [(group, EVERYBODY, base, base, value, status)]
    plain = selection.measure == "antal" or not base
    cells = [
        (group, c, counts[c], base, np.nan if plain else counts[c] / base, status) for c in options
    ]
    if selection.measure == "antal":
        cells.append((group, EVERYBODY, base, base, np.nan, status))
    return cells


def _shares_across(table: pd.DataFrame) -> pd.DataFrame:
    """Turn counts per group into shares of those who gave each answer. Where a group is hidden so
    is the sum, and with it every share."""
    groups = table[table["group"] != EVERYBODY]
    if groups.empty or not groups["status"].isin(["shown", "no_answers"]).all():
        untold = next((s for s in groups["status"] if s == UNPUBLISHED), "hidden")
        return groups.assign(count=0, base=0, value=np.nan, status=untold)
    base = groups.groupby("option")["count"].transform("sum")
    value = (groups["count"] / base).where(base > 0)
    status = np.where(base > 0, "shown", "no_answers")
    return groups.assign(base=base, value=value, status=status)


def _published_limits(reader: Reader, selection: Selection) -> pd.DataFrame:
    """Return the intervals that a politician is shown of the options, by option and department."""
    politician = Reader(reader.snapshot, Viewer(Role.POLITIKER))
    table = results.options(politician, selection.wave, selection.questions)
    table = table.assign(department=table["department"].fillna(EVERYBODY))
    return table.set_index(["indicator", "department"])[["low", "high", "bound_low", "bound_high"]]


def _placed(
    table: pd.DataFrame, question: str, selection: Selection, told: pd.DataFrame
) -> pd.DataFrame:
    """Return a question's published cells as ``COLUMNS``, with the limits that are published."""
    row, column = table["group"], table["option"]
    if selection.rows == ANSWERS:
        row, column = column, row
    found = _rows(
        question, list(row), list(column), table["count"].to_numpy(), table["base"].to_numpy(),
        {"value": table["value"].to_numpy(dtype=float)},
    )  # fmt: skip
    found["status"] = table["status"].to_numpy()
    axis = selection.columns if selection.rows == ANSWERS else selection.rows
    shares = selection.measure in ("radandel", "kolumnandel") and not across(selection)
    if shares and selection.unsure and not selection.filters and axis in ("department", NOBODY):
        keys = pd.MultiIndex.from_arrays([question + ":" + table["option"], table["group"]])
        limits = told.reindex(keys).to_numpy()
        limits[(found["status"] != "shown").to_numpy()] = np.nan
        found[list(told.columns)] = limits
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
        return Answer(selection, _empty(), sql, parameters, 0)
    total = int(counts.loc[EVERYBODY, EVERYBODY])
    lines = [*_in_order(counts.index), EVERYBODY]
    sides = [*_in_order(counts.columns), EVERYBODY]
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
    table = _rows("", row, column, n.ravel(), base.ravel(), value)
    return Answer(selection, table, sql, parameters, total)


def _in_order(values: pd.Index) -> list[str]:
    """Return the groups without the whole, numbers by size, what is not said last."""

    def rank(value: str) -> tuple[Any, ...]:
        try:
            return value == UNKNOWN, 0, float(value), ""
        except ValueError:
            return value == UNKNOWN, 1, 0.0, value

    return sorted((v for v in values if v != EVERYBODY), key=rank)


def agreements(reader: Reader, selection: Selection) -> list[str]:
    """Return the ids of the agreements that pass the selection's filters on its day."""
    require_auditor(reader)
    day = selection.as_of or results.register_date(reader)
    rows = reader.rows(
        kept_sql("agreements"),
        days=[day] if day else [],
        fields=[name for name, _value in selection.filters],
        lengths=[length_of(name) for name, _value in selection.filters],
        values=[value for _name, value in selection.filters],
    )
    return [row[0] for row in rows]


# --- who answered ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Response:
    """Who answered, per department. ``table``: ``department, name, invited, answered, rate,
    expected, difference``; ``tests``: whether the rates are alike, of all departments and of those
    where anybody answered; ``silent``: those where nobody did."""

    table: pd.DataFrame
    all: Homogeneity
    answering: Homogeneity
    silent: tuple[str, ...]


def response(reader: Reader, wave: str) -> Response:
    """Return the response analysis of a wave. Invited and answered are public, the rest follows."""
    reader.viewer.require_results()
    grid = results.departments(reader, wave)
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
    )
