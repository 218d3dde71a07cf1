"""The uncertainties of the shares in a cross table of the workbench, and what they bear.

The same rows as ``queries.uncertainty`` gives of an indicator, a row for each answer and place, so
that pages draw and conclude the same of both. Here an answer need not be an indicator, and the
people may be any that a selection filters out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from queries import indicators as results
from queries.answer import LIMITS, Answer, Asked, Listening, across, all_asked
from queries.estimation import Flags, Sample, estimate
from queries.explore import explore
from queries.i18n import _
from queries.places import SHARES, Counted, compare, without_opinion
from queries.published_view import counted_by_option
from queries.selection import (
    ANSWERS,
    NOBODY,
    UNSURE,
    UNWEIGHTED,
    Material,
    Selection,
    poststratified,
    question_of,
)
from queries.store import Reader
from queries.uncertainty import COUNTS, FLAGS, UNCERTAINTY, Weighting, holm_by_place, typed
from queries.viewer import Role, Viewer

Cells = Mapping[tuple[str, str], Mapping[str, Any]]
NOTHING = {"status": "no_answers"}
"""Of a selection that leaves no department at all."""


def has_uncertainties(selection: Selection) -> bool:
    """Return whether the table's shares are of people who answered, each answer by itself."""
    shares = selection.measure in ("radandel", "kolumnandel") and not across(selection)
    return shares and ANSWERS in (selection.rows, selection.columns)


def uncertainties(
    reader: Reader, selection: Selection, found: Material, name: str
) -> tuple[pd.DataFrame, tuple[Asked, ...]]:
    """Return every uncertainty of the answers to a question: the columns ``UNCERTAINTY``.

    A row per option (``indicator`` is ``question:option``) and place: the departments, where the
    table has them, and everybody in the selection (``department`` null), last. The numbers that
    are called weighted are so by department, whatever the table is weighted by; those that are
    called post-stratified by what it is weighted by, if by anything else. The difference from the
    rest is of departments without a filter. ``attrs["weighting"]`` is a ``Weighting``. With
    it comes what was asked of the store. Raises ``AccessDenied`` for everyone but the auditor.
    """
    own = not (selection.published or found.pruned)
    axis = "department" if "department" in (selection.rows, selection.columns) else NOBODY
    plain = selection.model_copy(
        update={"questions": (name,), "rows": axis, "columns": ANSWERS, "measure": "radandel",
                "weight": UNWEIGHTED, "unsure": True}
    )  # fmt: skip
    answer = explore(reader, plain, found)
    ways = {"": answer, "without": explore(reader, _as(plain, unsure=False), found)}
    grid = results.departments(reader, selection.wave)
    places = {value for field, value in selection.filters if field == "department"}
    here = grid[grid["code"].isin(places)] if places else grid
    # The people of one department weigh alike.
    if own and len(here) > 1:
        ways["weighted"] = explore(reader, _as(plain, weight="department"), found)
    if own and poststratified(selection):
        ways["post"] = explore(reader, _as(plain, weight=selection.weight), found)
    question = question_of(found, name)
    asked = [made.asked for made in ways.values()]
    names = dict(zip(grid["code"], grid["name"], strict=True)) | dict(answer.titles)
    cells = {way: _cells(made) for way, made in ways.items()}
    lines = []
    for option in question.codes:
        apart = without_opinion(question, [option])
        for place in dict.fromkeys(answer.table["row"]):
            row = cells[""].get((place, option), NOTHING)
            line = {
                "indicator": f"{name}:{option}",
                "wave": selection.wave,
                "department": place or None,
                "name": names.get(place, _("Alla")),
                "status": row["status"],
            }
            if row["status"] == "no_answers":
                line |= {"numerator": 0, "denominator": 0}
            if row["status"] == "shown":
                line |= {"numerator": row["count"], "denominator": row["base"],
                         "share": row["value"], **{end: row[end] for end in LIMITS}}  # fmt: skip
                if apart:
                    line["dont_know"] = cells[""][place, UNSURE]["count"]
                    line |= _way(cells["without"], (place, option), "without")
                    line["without_denominator"] = cells["without"][place, option]["base"]
                for way in ("weighted", "post"):
                    # One that could not be had is the same as published, and no number of its own.
                    if way in ways and ways[way].weight != UNWEIGHTED:
                        line |= _way(cells[way], (place, option), way)
                        if way == "post" and "post_share" in line:
                            line["post_denominator"] = cells[way][place, option]["base"]
            lines.append(line)
    table = typed(pd.DataFrame(lines), UNCERTAINTY, COUNTS, FLAGS)
    # As elsewhere: the whole has no department at all.
    table["department"] = (
        table["department"].astype(object).where(table["department"].notna(), None)
    )
    hidden: tuple[str, ...] = ()
    if not selection.filters:
        viewer = reader if own else Reader(reader.snapshot, Viewer(Role.POLITIKER))
        listening = Listening(viewer)
        made = counted_by_option(listening, selection.wave, question, found, grid)
        asked.append(listening.asked)
        hidden = tuple(c for c, out in zip(made.codes, made.hidden[0, :-1], strict=True) if out)
        more = _from_rest(table, made, own)
        table = typed(table.assign(**more), UNCERTAINTY, COUNTS, FLAGS)
    weighting = _weighting(selection, found, here, ways, own)
    # Weighted as one, because they are hidden.
    merged = {name: hidden} if len(hidden) > 1 else {}
    table.attrs["weighting"] = replace(weighting, merged=merged)
    return table, all_asked(*asked)


def _as(selection: Selection, **update: Any) -> Selection:
    return selection.model_copy(update=update)


def _cells(answer: Answer) -> Cells:
    return {(row["row"], row["column"]): row for row in answer.table.to_dict("records")}


def _way(cells: Cells, at: tuple[str, str], way: str) -> dict[str, Any]:
    """Return share and interval of a cell under the names of one way to count."""
    row = cells.get(at)
    if row is None or row["status"] != "shown":
        return {}
    found = {"share": row["value"], "low": row["low"], "high": row["high"]}
    found |= {"se": row["se"], "df": row["df"]} if way == "weighted" else {}
    return {f"{way}_{name}": value for name, value in found.items()}


def _from_rest(table: pd.DataFrame, made: Counted, own: bool) -> dict[str, Any]:
    """Return each place less all the others, and of what is published the weighted share: both as
    ``queries.uncertainty`` makes them, from the same counts."""
    options = list(dict.fromkeys(table["indicator"]))
    at = pd.Index(options).get_indexer(table["indicator"])
    known = {code: (code,) for code in made.codes}
    places = [code if isinstance(code, str) else None for code in table["department"]]
    parts: Flags = np.array(
        [[p is None or c in known.get(p, tuple(p.split("+"))) for c in made.codes] for p in places],
        dtype=bool,
    ).reshape(len(places), len(made.codes))
    shown = (table["status"] == "shown").to_numpy(dtype=bool)
    columns: dict[str, Any] = {}

    def put(keep: Flags, **values: Any) -> None:
        for name, value in values.items():
            columns[name] = np.full(len(table), np.nan)
            columns[name][keep] = value

    keep = shown & ~parts.all(axis=1)
    if keep.any():
        side, others = made.side(at[keep], parts[keep]), made.side(at[keep], ~parts[keep])
        found = compare(side, others)
        hidden = (parts.sum(axis=1) == 1) & (table["status"] == "hidden").to_numpy(dtype=bool)
        hidden = np.bincount(at[hidden], minlength=at.max() + 1)[at[keep]]
        rest = side.base, others.base
        p_value = holm_by_place(found.p_value[:, 0], at[keep], parts[keep], rest, hidden)
        put(
            keep,
            difference=found.difference[:, 0],
            **{f"diff_{end}": getattr(found, end)[:, 0] for end in LIMITS},
            diff_p=p_value,
            diff_exact=np.where(np.isnan(p_value), np.nan, found.exact[:, 0]),
            diff_without=np.where(made.unsure[at[keep]], found.difference[:, 1], np.nan),
        )
    if not own and shown.any():
        people, answered, invited = made.strata()
        inside = made.strata_in(at[shown], parts[shown])
        counts = np.where(inside[..., None], people[at[shown]], 0.0)
        sample = Sample(
            counts=counts[:, :, None, None],
            answered=answered[:, None],
            invited=invited,
            silent=made.side(at[shown], parts[shown]).silent[:, None],
        )
        weighted = estimate(sample, SHARES[:1])
        names = {"share": "value", "low": "low", "high": "high", "se": "se", "df": "df"}
        put(shown, **{f"weighted_{n}": getattr(weighted, of)[:, 0, 0] for n, of in names.items()})
    return columns


def _weighting(
    selection: Selection,
    found: Material,
    grid: pd.DataFrame,
    ways: Mapping[str, Answer],
    own: bool,
) -> Weighting:
    silent = grid[(grid["answered"] == 0) & (grid["invited"] > 0)]
    post = ways.get("post")
    had = post is not None and post.weight != UNWEIGHTED
    if not own:
        reason = _(
            "Efterstratifierat: publiceras inte, för hur många det finns av varje befattning, kön "
            "och ålder är inte publicerat."
        )
    elif post is not None:
        reason = " ".join(post.notes)
    elif len(found.weights()) > 2:
        reason = _("Efterstratifierat: välj en sådan vikt ovanför tabellen.")
    else:
        reason = ""
    return Weighting(
        poststratified=(selection.weight,) if had else (),
        missing=tuple(
            zip(silent["code"], silent["name"], silent["invited"].astype(int), strict=True)
        ),
        reason="" if had else reason,
    )
