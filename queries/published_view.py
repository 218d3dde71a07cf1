"""The auditor's selection as a role without microdata would be told it, and nothing more.

Every number comes from a connection of such a role, by the functions that the other pages take
theirs from: departments, mergings and the whole as ``indicators.options`` tells them, positions and
the like as ``indicators.option_by_group``. What is hidden for a question is told together where the
other pages do so, and a group that no page tells of is said not to be published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from queries import indicators as results
from queries import mergings as together
from queries.answer import (
    EVERYBODY,
    LIMITS,
    Answer,
    Asked,
    Floats,
    Listening,
    across,
    blank,
    no_rows,
    rows_of,
)
from queries.disclosure import CROSSED, JOIN
from queries.estimation import Sample, estimate
from queries.i18n import _
from queries.municipality import Merging
from queries.places import (
    TOLD,
    Counted,
    Side,
    attribute,
    cube_of,
    openers_of,
    set_aside,
    three_ways,
)
from queries.reference import Question
from queries.selection import (
    ANSWERS,
    ATTRIBUTES,
    NOBODY,
    UNSURE,
    UNWEIGHTED,
    Material,
    Selection,
    groups_of,
    has_mean,
    question_of,
    scores,
)
from queries.statistics import estimate as as_published
from queries.store import Reader, sql_file
from queries.viewer import Role, Viewer

UNPUBLISHED = "unpublished"
Limits = Mapping[str, tuple[float, float, float, float]]


@dataclass(frozen=True)
class Told:
    """What is told of one group: who chose each option, of ``base`` who answered the question.

    ``limits``: per option, interval and bounds where a page shows them. ``parts``: the departments
    that a place is. ``group``: the attribute and value of another group of the whole.
    """

    status: str
    count: Mapping[str, int] = field(default_factory=dict)
    base: int = 0
    limits: Limits = field(default_factory=dict)
    parts: tuple[str, ...] | None = None
    group: tuple[str, str] | None = None


NOT_PUBLISHED = Told(UNPUBLISHED)


def published(reader: Reader, selection: Selection, found: Material) -> Answer:
    """Answer from what is published.

    One of the axes must be the answers (of counts and means: or everybody), and the groups (axis
    and filters together) places or a breakdown that is published. Counts and means are told by
    both axes where those are what is published crossed.
    """
    view = _View(Listening(Reader(reader.snapshot, Viewer(Role.POLITIKER))), selection, found)
    axis = _axis(selection)
    notes: dict[str, None] = {}
    titles: dict[str, str] = {}
    tables = [no_rows()]
    for name in selection.questions:
        question = question_of(found, name)
        if selection.measure == "medel" and not has_mean(question):
            tables.append(blank(name, "no_mean"))
            continue
        if _both(selection):
            tables.append(_placed_both(view, question, notes))
            continue
        told = _told(view, question, axis, notes)
        titles |= {code: m.title for m in view.together(name) for code in [m.code] if code in told}
        if across(selection):
            cells = _shares_across(told, question, selection, axis)
        else:
            cells = [c for g, one in told.items() for c in _cells(view, question, g, one, notes)]
        tables.append(_placed(cells, name, selection, axis))
    if selection.weight != UNWEIGHTED:
        notes[_("Den publicerbara vyn visas utan vikt.")] = None
    asked = view.reader.asked
    # The one that counts; of nothing that is published there is none.
    main = next((one for one in asked if "published.cube" in one.sql), Asked("", ({},)))
    return Answer(
        selection=selection,
        table=pd.concat(tables, ignore_index=True),
        sql=main.sql,
        parameters=dict(main.parameters[0]),
        people=0,
        asked=asked,
        titles=titles,
        notes=tuple(notes),
    )


def _axis(selection: Selection) -> str | None:
    """Return the axis whose groups are told of, None where the two cannot be told together."""
    rows, columns = selection.rows, selection.columns
    if rows == ANSWERS:
        return columns
    if columns == ANSWERS:
        return rows
    if selection.measure in ("antal", "medel") and NOBODY in (rows, columns):
        return columns if rows == NOBODY else rows
    return None


def _both(selection: Selection) -> bool:
    """Return whether the axes are the two attributes that are published crossed."""
    axes = {selection.rows, selection.columns}
    return selection.measure in ("antal", "medel") and axes == set(CROSSED.split("*"))


def _placed_both(view: _View, question: Question, notes: dict[str, None]) -> pd.DataFrame:
    """Return the cells of a question by both axes as ``COLUMNS``, with everybody on each."""
    selection = view.selection
    axes = (selection.rows, selection.columns)
    rows, columns = ([*groups_of(a, selection, view.found), EVERYBODY] for a in axes)
    cells = []
    for row, column in product(rows, columns):
        chosen = {a: {g} for a, g in zip(axes, (row, column), strict=True) if g != EVERYBODY}
        told = view.of(question, view.fixed | chosen)
        if told.status == UNPUBLISHED:
            notes[_what_is_published()] = None
        # Each is of one number: what stands for its options is the other axis.
        cells += [one | {"option": column} for one in _cells(view, question, row, told, notes)]
    return _placed(cells, question.id, selection, selection.rows)


def _what_is_published() -> str:
    return _(
        "Publicerat är svaren på en fråga i taget: för alla, per förvaltning (också flera "
        "som läses ihop), befattning, yrkesroll, kön eller ålder, och per förvaltning och "
        "befattning. Andra kombinationer publiceras inte."
    )


def _told(
    view: _View, question: Question, axis: str | None, notes: dict[str, None]
) -> dict[str, Told]:
    """Return what is told of each group of the axis, everybody last."""
    if axis is None:
        groups = groups_of(view.selection.rows, view.selection, view.found)
        told = dict.fromkeys([*groups, EVERYBODY], NOT_PUBLISHED)
    else:
        fixed = view.fixed
        told = {
            group: view.of(question, fixed | {axis: {group}})
            for group in groups_of(axis, view.selection, view.found)
        }
        if axis == "department" and set(fixed) <= {"department"}:
            told |= view.nearest(question)
        told[EVERYBODY] = view.of(question, fixed)
    if any(one.status == UNPUBLISHED for one in told.values()):
        notes[_what_is_published()] = None
    return told


class _View:
    """What a role without microdata is told of the questions of a selection."""

    def __init__(self, reader: Listening, selection: Selection, found: Material) -> None:
        self.reader, self.selection, self.found = reader, selection, found
        self.fixed: dict[str, set[str]] = {}
        for name, value in selection.filters:
            self.fixed.setdefault(name, set()).add(value)
        self._by_group: dict[tuple[str, str], dict[str, Told]] = {}
        self._places: dict[str, dict[str, Told]] = {}

    @cached_property
    def grid(self) -> pd.DataFrame:
        return results.departments(self.reader, self.selection.wave)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        return tuple(self.grid["code"])

    @cached_property
    def _mergings(self) -> tuple[Merging, ...]:
        return together.of_departments(self.codes)

    @cached_property
    def _options(self) -> pd.DataFrame:
        """The options of every question as the pages have them: of departments, of mergings, and of
        those that are hidden for a question, which the pages tell together."""
        asked = list(self.selection.questions)
        known = results.options(self.reader, self.selection.wave, asked, self._mergings)
        hidden: dict[tuple[str, ...], list[str]] = {}
        for question, rows in known.groupby(_question_of(known), sort=False):
            out = rows[(rows["status"] == "hidden") & rows["department"].isin(self.codes)]
            parts = tuple(code for code in self.codes if code in set(out["department"]))
            hidden.setdefault(parts, []).append(str(question))
        tables = [known]
        for parts, questions in hidden.items():
            more = self._hidden_together(parts)
            if more is not None:
                table = results.options(self.reader, self.selection.wave, questions, [more])
                own = (table["department"] == more.code) & (table["status"] == "shown")
                tables.append(table[own])
        return pd.concat(tables, ignore_index=True)

    def _hidden_together(self, parts: tuple[str, ...]) -> Merging | None:
        """Return departments that are hidden for a question as one, where they are several, not
        all, and not a merging that the municipality has chosen already."""
        same = any(set(m.departments) == set(parts) for m in self._mergings)
        if len(parts) < 2 or len(parts) == len(self.codes) or same:
            return None
        made = Merging(departments=parts, reason=_("De är dolda för frågan."))
        return None if made.code in self.codes else made

    def together(self, question: str) -> list[Merging]:
        """Return what may be told of several departments: the mergings, and the hidden ones."""
        out = [
            code
            for code, one in self._places_of(question).items()
            if code in self.codes and one.status == "hidden"
        ]
        more = self._hidden_together(tuple(out))
        return [*self._mergings, *([more] if more else [])]

    def _places_of(self, question: str) -> dict[str, Told]:
        """Return each place by its code, the whole by EVERYBODY."""
        if question not in self._places:
            table = self._options
            table = table[_question_of(table) == question]
            parts = {code: (code,) for code in self.codes} | {EVERYBODY: self.codes}
            parts |= {m.code: m.departments for m in self._mergings}
            found = {}
            for place, rows in table.groupby(table["department"].fillna(EVERYBODY), sort=False):
                code = str(place)
                # Hidden departments are told together by their codes in the order of the frame.
                found[code] = _read(rows, parts.get(code) or tuple(code.split("+")))
            self._places[question] = found
        return self._places[question]

    def nearest(self, question: Question) -> dict[str, Told]:
        """Return what tells of departments that may not be told of alone, among those chosen."""
        table = self._options
        table = table[_question_of(table) == question.id]
        kept = together.listed(table, None, self._mergings, beside=True)
        chosen = self.fixed.get("department", set(self.codes))
        places = self._places_of(question.id)
        # A column of a department's own code may hold a plus as well.
        several = dict.fromkeys(c for c in kept["department"].dropna() if c not in self.codes)
        return {code: places[code] for code in several if set(places[code].parts or ()) < chosen}

    def of(self, question: Question, fixed: Mapping[str, set[str]]) -> Told:
        """Return what is told of the people who have one of the values of each field."""
        if set(fixed) <= {"department"}:
            return self._place(question, fixed.get("department", set(self.codes)))
        if not set(fixed) <= set(dict(self.found.attributes)):
            return NOT_PUBLISHED
        if any(len(values) > 1 for values in fixed.values()):
            return NOT_PUBLISHED
        ordered = [name for name in ATTRIBUTES if name in fixed]
        code = JOIN.join(next(iter(fixed[name])) for name in ordered)
        if len(ordered) == 1:
            return self._group(question, ordered[0], code)
        return self._crossed(question, code) if "*".join(ordered) == CROSSED else NOT_PUBLISHED

    def _place(self, question: Question, departments: set[str]) -> Told:
        for one in self._places_of(question.id).values():
            if set(one.parts or ()) == departments:
                return one
        return NOT_PUBLISHED

    def _group(self, question: Question, attribute: str, code: str) -> Told:
        key = question.id, attribute
        if key not in self._by_group:
            wave = self.selection.wave
            rows = pd.concat(
                [results.option_by_group(self.reader, wave, question.id, option, attribute)
                 for option in question.codes],
            )  # fmt: skip
            by = rows.groupby("department", sort=False) if len(rows) else ()
            self._by_group[key] = {
                str(group): replace(_read(part, None), group=(attribute, str(group)))
                for group, part in by
            }
        return self._by_group[key].get(code, NOT_PUBLISHED)

    def _crossed(self, question: Question, code: str) -> Told:
        return self._by_both.get((question.id, code), NOT_PUBLISHED)

    @cached_property
    def _by_both(self) -> dict[tuple[str, str], Told]:
        """What is told by department and position at once, of every question that is asked for."""
        rows = self.reader.frame(
            sql_file("explore/published"),
            wave=self.selection.wave,
            questions=list(self.selection.questions),
            breakdowns=[CROSSED],
        )
        found = {}
        for (question, code), cell in rows.groupby(["question", "group"], sort=False):
            status = str(cell["status"].iloc[0])
            told = Told(status)
            if status == "shown":
                count = dict(zip(cell["option"], cell["count"].astype(int), strict=True))
                told = Told(status, count, int(cell["base"].iloc[0]))
            found[str(question), str(code)] = told
        return found

    # --- without vet ej, and means ---

    @cached_property
    def _counted(self) -> dict[str, Counted]:
        """By question, what its places count."""
        wave, found = self.selection.wave, self.found
        put = [question_of(found, name) for name in self.selection.questions]
        return {q.id: counted_by_option(self.reader, wave, q, found, self.grid) for q in put}

    def side(self, question: Question, told: Told) -> Side | None:
        """Return those of a group who have an opinion, as the pages sample them; None of a group
        that they give no interval.

        A place is a sample of its own. Of another group it is not known how many were invited: it
        is a part of everybody, and each of the silent may belong to it, and whoever left out the
        attribute.
        """
        if told.parts is not None:
            unsure = told.count.get(UNSURE, 0)
            own = np.array([[code in told.parts for code in self.codes]])
            side = self._counted[question.id].side(np.zeros(1, dtype=int), own)
            opined = np.array([[told.base - unsure, 0.0, 0.0]])
            return replace(side, people=opined, aside=side.aside + unsure)
        if told.group is None:
            return None
        breakdown, code = told.group
        openers = openers_of(self.found.questionnaire, question)
        codes = list(self._by_group[question.id, breakdown])
        whole = self._counted[question.id].side(
            np.zeros(1, dtype=int), np.ones((1, len(self.codes)), dtype=bool)
        )
        made = attribute(
            self.reader, self.selection.wave, question, openers, (), whole, breakdown, codes
        )
        return made.opinions.side[np.array([codes.index(code)])]


def counted_by_option(
    reader: Reader,
    wave: str,
    question: Question,
    found: Material,
    grid: pd.DataFrame,
) -> Counted:
    """Return what each option of a question counts in the viewer's own cube, as if it were an
    indicator: who chose it, chose otherwise and do not know, by department and for the whole."""
    questionnaire = found.questionnaire
    assert questionnaire is not None, "a question comes from one"
    openers = openers_of(questionnaire, question)
    put = [question, *(q for q, _past in openers)]
    cube = cube_of(reader, wave, put, "department", list(grid["code"]))
    ways = [three_ways(cube, question, [code]) for code in question.codes]
    status = np.tile(cube.status[question.id], (len(ways), 1))
    told = np.isin(status, TOLD)
    aside = set_aside(cube, openers)
    return Counted(
        wave=wave,
        grid=grid,
        questionnaire=questionnaire,
        indicators=(),
        cube=cube,
        people=np.where(told[..., None], np.stack([people for people, _apart in ways]), 0.0),
        aside=np.where(told, aside, 0.0),
        told=told,
        hidden=status == "hidden",
        unsure=np.array([apart for _people, apart in ways]),
    )


def _question_of(options: pd.DataFrame) -> pd.Series:
    return options["indicator"].str.partition(":")[0]


def _read(rows: pd.DataFrame, parts: tuple[str, ...] | None) -> Told:
    """Return what the rows of a group tell, an option each, of a result table."""
    status = str(rows["status"].iloc[0])
    if status != "shown":
        return Told(status, parts=parts)
    codes = [name.partition(":")[2] for name in rows["indicator"]]
    return Told(
        status=status,
        count=dict(zip(codes, rows["numerator"].astype(int), strict=True)),
        base=int(rows["denominator"].iloc[0]),
        limits=dict(zip(codes, rows[list(LIMITS)].itertuples(index=False, name=None), strict=True)),
        parts=parts,
    )


# --- cells ----------------------------------------------------------------------------------------

Cell = dict[str, Any]


def _cell(group: str, option: str, status: str, **more: Any) -> Cell:
    return {"group": group, "option": option, "status": status, "count": 0, "base": 0} | more


def _cells(
    view: _View, question: Question, group: str, told: Told, notes: dict[str, None]
) -> list[Cell]:
    """Return the cells of one group: its shares, its counts or its mean."""
    selection = view.selection
    mean, counts = selection.measure == "medel", selection.measure == "antal"
    in_one = mean or ANSWERS not in (selection.rows, selection.columns)
    left_out = mean or not selection.unsure
    options = [c for c in question.codes if not (left_out and c == UNSURE)]
    shown = [EVERYBODY] if in_one else [*options, *([EVERYBODY] if counts else [])]
    if told.status != "shown":
        return [_cell(group, option, told.status) for option in shown]
    dropped = told.count.get(UNSURE, 0) if left_out else 0
    if dropped and question.type == "multiple":
        # The cube does not tell who ticked something else too.
        notes[_("Vid flera svar är det inte publicerat vilka som bara svarade vet ej.")] = None
        return [_cell(group, option, UNPUBLISHED) for option in shown]
    base = told.base - dropped
    if not base:
        return [_cell(group, option, "no_answers") for option in shown]
    if mean:
        return [_cell(group, EVERYBODY, "shown", count=base, base=base,
                      **_mean(view, question, told, base, notes))]  # fmt: skip
    if counts:
        number = dict(told.count) | {EVERYBODY: base}
        return [_cell(group, option, "shown", count=number[option], base=base) for option in shown]
    limits = _limits_without(view, question, told, options) if dropped else told.limits
    if not limits:
        _say_no_limits(notes)
    cells = []
    for option in options:
        more = {"value": told.count[option] / base}
        more |= dict(zip(LIMITS, limits[option], strict=True)) if limits else {}
        cells.append(_cell(group, option, "shown", count=told.count[option], base=base, **more))
    return cells


def _say_no_limits(notes: dict[str, None]) -> None:
    text = _("Per förvaltning och befattning på en gång är svaren publicerade, men utan intervall.")
    notes[text] = None


def _limits_without(view: _View, question: Question, told: Told, options: Sequence[str]) -> Limits:
    """Return the limits of a group's shares of those who had an opinion, as under *Osäkerhet*."""
    side = view.side(question, told)
    if side is None:
        return {}
    made = as_published(
        np.array([float(told.count[code]) for code in options]),
        side.base,
        side.answered,
        side.invited,
        side.aside,
    )
    found = zip(*(getattr(made, name) for name in LIMITS), strict=True)
    return dict(zip(options, found, strict=True))


def _mean(
    view: _View, question: Question, told: Told, base: int, notes: dict[str, None]
) -> dict[str, float]:
    """Return the mean of a group with its limits, as under *Osäkerhet*."""
    steps = scores(question)
    side = view.side(question, told)
    if side is None:
        _say_no_limits(notes)
        total = sum(steps[code] * n for code, n in told.count.items() if code in steps)
        return {"value": total / base}
    counts = np.array([float(told.count[code]) for code in question.codes])
    sample = Sample(
        counts=counts[None, None, None],
        answered=side.answered[:, None],
        invited=side.invited,
        silent=side.silent,
    )
    made = estimate(sample, np.array([[steps.get(code, np.nan) for code in question.codes]]))
    return {name: float(getattr(made, name)[0, 0]) for name in ("value", *LIMITS)}


def _shares_across(
    told: Mapping[str, Told], question: Question, selection: Selection, axis: str | None
) -> list[Cell]:
    """Return shares of those who gave each answer, over the groups.

    Everybody has a department, so the whole tells how many they are. Of other groups it is their
    sum, and where one is hidden so is every share.
    """
    groups = {group: one for group, one in told.items() if group != EVERYBODY}
    options = [c for c in question.codes if selection.unsure or c != UNSURE]
    whole = told[EVERYBODY]
    if axis == "department" and whole.status == "shown":
        bases = dict(whole.count)
    elif groups and all(one.status in ("shown", "no_answers") for one in groups.values()):
        bases = {c: sum(one.count.get(c, 0) for one in groups.values()) for c in options}
    else:
        untold = next((s for s in (g.status for g in groups.values()) if s == UNPUBLISHED), None)
        status = untold or next(iter(groups.values()), whole).status
        status = status if status in (UNPUBLISHED, "not_asked") else "hidden"
        return [_cell(group, option, status) for group in groups for option in options]
    cells = []
    for group, one in groups.items():
        for option in options:
            if one.status not in ("shown", "no_answers"):
                cells.append(_cell(group, option, one.status))
            elif not bases[option] or one.status == "no_answers":
                # Where nobody answered nothing is known: that is no share of 0.
                cells.append(_cell(group, option, "no_answers"))
            else:
                count = one.count.get(option, 0)
                share = count / bases[option]
                cells.append(_cell(group, option, "shown", count=count, base=bases[option],
                                   value=share))  # fmt: skip
    return cells


def _placed(
    cells: Sequence[Cell], question: str, selection: Selection, axis: str | None
) -> pd.DataFrame:
    """Return a question's cells as ``COLUMNS``, the groups on the axis that asks for them."""
    if not cells:
        return no_rows()
    table = pd.DataFrame(list(cells)).reindex(columns=["group", "option", "status", "count", "base",
                                                       "value", *LIMITS])  # fmt: skip
    row, column = list(table["group"]), list(table["option"])
    if axis is not None and axis != selection.rows:
        row, column = column, row
    found: dict[str, Floats] = {
        name: table[name].to_numpy(dtype=float) for name in ("value", *LIMITS)
    }
    made = rows_of(
        question, row, column, table["count"].to_numpy(), table["base"].to_numpy(), found
    )
    return made.assign(status=table["status"].to_numpy())
