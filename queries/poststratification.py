"""Kinds of people that the frame tells the number of, to weigh answers by: the auditor's alone.

How many the frame has of a kind is not published, and neither is department by kind of role.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from queries.i18n import _
from queries.places import Counted, without_opinion
from queries.selection import UNSURE
from queries.statistics import Floats
from queries.store import Reader, sql_file

ATTRIBUTES = ("position", "sex", "age")
"""What may be weighed by; the first is kept longest where there are too few answers for all."""


def _none() -> Floats:
    return np.zeros(0)


@dataclass(frozen=True)
class Cells:
    """C kinds of people: ``people`` [I, D, C, 3] per indicator and department, ``answered`` [D, C],
    ``population`` [C]; ``attributes``: what they are made of. Of none, ``reason`` says why.
    ``missing``: (kind, people in the frame) where nobody answered; ``left_out``: how many who
    answered are of no kind that the frame has."""

    attributes: tuple[str, ...] = ()
    people: Floats = field(default_factory=_none)
    answered: Floats = field(default_factory=_none)
    population: Floats = field(default_factory=_none)
    missing: tuple[tuple[str, int], ...] = ()
    left_out: int = 0
    reason: str = ""


def cells_of(reader: Reader, found: Counted) -> Cells:
    """Return the kinds of people by which the answers of a wave can be weighed.

    By all the attributes that the frame tells of everybody, crossed; where a kind would be without
    answers, by fewer of them, but for one: then that is told.
    """
    if not reader.viewer.sees_microdata:
        return Cells(
            reason=_(
                "Hur många det finns av varje befattning, kön och ålder publiceras inte. Därför är "
                "det bara revisor som ser efterstratifierade tal."
            )
        )
    if not found.ids:
        return Cells()
    frame = reader.frame(sql_file("comparisons/cells"), wave=found.wave)
    invited = frame[frame["invited"] > 0]
    known = [name for name in ATTRIBUTES if len(invited) and invited[name].notna().all()]
    if not known:
        return Cells(
            reason=_(
                "Ramen säger inte hur många det finns av varje befattning, kön eller ålder, så "
                "talen kan inte efterstratifieras."
            )
        )
    while True:
        sizes = frame.dropna(subset=known).groupby(known)[["invited", "answered"]].sum()
        sizes = sizes[sizes["invited"] > 0]
        empty = sizes["answered"] == 0
        if not empty.any() or len(known) == 1:
            break
        known = known[:-1]
    if (sizes["answered"] > sizes["invited"]).any():
        return Cells(
            reason=_(
                "Ramen har färre personer än svaren av någon befattning, något kön eller någon "
                "ålder, så talen kan inte efterstratifieras."
            )
        )
    kinds = [name if isinstance(name, tuple) else (name,) for name in sizes.index]
    placed = _place(frame, known, kinds)
    department = pd.Index(found.codes).get_indexer(frame["department"])
    answered = np.zeros((len(found.codes), len(kinds)))
    here = (placed >= 0) & (department >= 0)
    np.add.at(answered, (department[here], placed[here]), frame["answered"].to_numpy()[here])
    return Cells(
        attributes=tuple(known),
        people=crossed(reader, found, known, kinds),
        answered=answered,
        population=sizes["invited"].to_numpy(dtype=float),
        missing=tuple(
            (_label(found, known, kind), int(people))
            for kind, people, nobody in zip(kinds, sizes["invited"], empty, strict=True)
            if nobody
        ),
        left_out=int(found.answered.sum() - answered.sum()),
    )


def crossed(
    reader: Reader, found: Counted, attributes: Sequence[str], kinds: Sequence[tuple[str, ...]]
) -> Floats:
    """Return who chose, chose otherwise, do not know [I, D, C, 3], from the records.

    ``kinds`` [C]: values of the ``attributes``; people of other kinds are left out.
    """
    assert found.questionnaire is not None, "indicators that were asked have questions"
    lines = []
    for n, indicator in enumerate(found.indicators):
        question = found.question(n)
        options = indicator.source.counted(found.questionnaire)  # type: ignore[union-attr]  # survey only
        lines += [(indicator.id, question.id, option, True) for option in options]
        if without_opinion(question, options):
            lines.append((indicator.id, question.id, UNSURE, False))
    rows = reader.frame(
        sql_file("comparisons/crossed"),
        wave=found.wave,
        attributes=list(attributes),
        **{
            name: [line[n] for line in lines]
            for n, name in enumerate(("indicators", "questions", "options", "chosen"))
        },
    )
    at = pd.Index(found.ids).get_indexer(rows["indicator"])
    department = pd.Index(found.codes).get_indexer(rows["department"])
    kind = _place(rows, attributes, kinds)
    base, chose, unsure = (rows[name].to_numpy(dtype=float) for name in ("base", "chose", "unsure"))
    people = np.zeros((len(found.ids), len(found.codes), len(kinds), 3))
    here = (department >= 0) & (kind >= 0)
    values = np.stack([chose, base - chose - unsure, unsure], axis=1)
    np.add.at(people, (at[here], department[here], kind[here]), values[here])
    return people


def _place(
    rows: pd.DataFrame, attributes: Sequence[str], kinds: Sequence[tuple[str, ...]]
) -> np.ndarray:
    """Return the number of the kind that each row is of, −1 of none."""
    known = {kind: n for n, kind in enumerate(kinds)}
    named = zip(*(rows[name] for name in attributes), strict=True)
    return np.array([known.get(tuple(kind), -1) for kind in named], dtype=int)


def _label(found: Counted, attributes: Sequence[str], kind: tuple[str, ...]) -> str:
    """Return what a kind of people is called: "Chef, kvinna"."""
    assert found.questionnaire is not None
    words = []
    for name, code in zip(attributes, kind, strict=True):
        attribute = next((a for a in found.questionnaire.attributes if a.id == name), None)
        labels = {option.code: option.label for option in attribute.options} if attribute else {}
        words.append(labels.get(code, code))
    return ", ".join(words)
