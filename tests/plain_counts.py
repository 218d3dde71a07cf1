"""Counts and what follows from them, a place at a time: the long way that queries.comparisons is
tested against. A place is made of strata, and knows nothing but their numbers of people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from queries import indicators as results
from queries.catalogue import SURVEY, Indicator, indicators
from queries.differences import contrasts
from queries.estimation import Sample, estimate
from queries.reference import Questionnaire
from queries.statistics import estimate as as_published
from queries.store import Reader
from tests import loading

SHARES = np.array([[1, 0, 0], [1, 0, np.nan]])
UNSURE = "vet_ej"


@dataclass(frozen=True)
class Stratum:
    """Departments that are one place, and how many of them chose, answered, do not know, are
    outside the filter; ``steps``: how many gave each option of a scale."""

    codes: frozenset[str]
    chose: int
    base: int
    unsure: int
    aside: int
    answered: int
    invited: int
    steps: tuple[int, ...] = ()

    @property
    def people(self) -> list[int]:
        return [self.chose, self.base - self.chose - self.unsure, self.unsure]

    @property
    def silent(self) -> int:
        return self.invited - self.base - self.aside

    def __add__(self, other: Stratum) -> Stratum:
        numbers = (
            getattr(self, name) + getattr(other, name)
            for name in ("chose", "base", "unsure", "aside", "answered", "invited")
        )
        steps = tuple(a + b for a, b in zip(self.steps, other.steps, strict=True))
        return Stratum(self.codes | other.codes, *numbers, steps)


def together(strata: Iterable[Stratum]) -> Stratum:
    first, *others = strata
    for other in others:
        first = first + other
    return first


def survey_indicators(questionnaire: Questionnaire) -> list[Indicator]:
    return [
        i for i in indicators() if i.source.kind == SURVEY and questionnaire.find(i.source.question)
    ]


Given = Mapping[str, Sequence[tuple[str, frozenset[str]]]]
"""Question → who answered it: department and options, a line per person."""


def from_people(
    given: Given,
    grid: Mapping[str, tuple[int, int]],
    questionnaire: Questionnaire,
    wanted: Indicator,
) -> list[Stratum]:
    """Count people one by one, a stratum per department. ``grid``: code → (answered, invited)."""
    question = questionnaire.question(wanted.source.question)
    counted = set(wanted.source.counted(questionnaire))
    found = []
    for code, (answered, invited) in grid.items():
        own = [options for department, options in given.get(question.id, ()) if department == code]
        opened = question.asked_if
        aside = (
            sum(
                department == code and not options & set(opened.options)
                for department, options in given.get(opened.question, ())
            )
            if opened
            else 0
        )
        apart = question.type != "multiple" and UNSURE in question.codes
        found.append(
            Stratum(
                frozenset([code]),
                chose=sum(bool(options & counted) for options in own),
                base=len(own),
                unsure=sum(UNSURE in options for options in own) if apart else 0,
                aside=aside,
                answered=answered,
                invited=invited,
                steps=tuple(sum(step in options for options in own) for step in question.codes),
            )
        )
    return found


def of_records(wave: str, store: Any = None) -> Given:
    """Read who answered what straight from the records, past every query of ours."""
    people: dict[tuple[str, str], tuple[str, set[str]]] = {}
    for question, person, department, option in loading.rows(
        "select question, respondent, department, option from records.answer "
        f"join records.respondent using (wave, respondent) where wave = '{wave}'",
        store,
    ):
        people.setdefault((question, person), (department, set()))[1].add(option)
    found: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for (question, _person), (department, options) in people.items():
        found.setdefault(question, []).append((department, frozenset(options)))
    return found


Printed = dict[str, dict[str, tuple[Counter[str], int, str]]]
"""Question → department ("" for all) → how many chose each option, base and status."""


def printed(reader: Reader, wave: str) -> Printed:
    """Read what ``publish`` prints of the departments and of all."""
    cube: Printed = {}
    for row in results.published_cube(reader, wave).to_dict("records"):
        if row["breakdown"] in ("all", "department"):
            groups = cube.setdefault(row["question"], {})
            counts, base, status = groups.get(row["group"], (Counter(), 0, row["status"]))
            if row["status"] == "shown":
                counts[row["option"]] += int(row["count"])
                base = int(row["base"])
            groups[row["group"]] = counts, base, status
    return cube


def from_cube(
    reader: Reader, wave: str, wanted: Indicator, cube: Printed | None = None
) -> list[Stratum] | None:
    """Make strata of what ``publish`` prints and of invited and answered per department: those
    that are hidden are one. None where nothing is told of the whole."""
    questionnaire = results.questionnaire_of(reader, wave)
    assert questionnaire is not None
    question = questionnaire.question(wanted.source.question)
    counted = wanted.source.counted(questionnaire)
    cube = cube or printed(reader, wave)
    grid = results.departments(reader, wave).set_index("code")
    own, opened = cube[question.id], question.asked_if

    def stratum(code: str) -> Stratum:
        counts, base, _status = own[code]
        outside = cube[opened.question][code][0] if opened else Counter()
        people = grid.loc[[code]] if code else grid
        return Stratum(
            frozenset([code] if code else grid.index),
            chose=sum(counts[option] for option in counted),
            base=base,
            unsure=counts[UNSURE] if question.type != "multiple" else 0,
            aside=sum(
                n for option, n in outside.items() if opened and option not in opened.options
            ),
            answered=int(people["answered"].sum()),
            invited=int(people["invited"].sum()),
            steps=tuple(counts[step] for step in question.codes),
        )

    if own[""][2] not in ("shown", "no_answers"):
        return None
    told = [stratum(code) for code in grid.index if own[code][2] in ("shown", "no_answers")]
    out = frozenset(grid.index).difference(*(s.codes for s in told))
    if not out:
        return told
    whole = stratum("")
    left = {
        name: getattr(whole, name) - sum(getattr(s, name) for s in told)
        for name in ("chose", "base", "unsure", "aside", "answered", "invited")
    }
    steps = tuple(n - sum(s.steps[k] for s in told) for k, n in enumerate(whole.steps))
    return [*told, Stratum(out, **left, steps=steps)]


def expected(
    strata: Sequence[Stratum], codes: frozenset[str], *, apart: bool, scale: Sequence[float] | None
) -> dict[str, float] | None:
    """Return a row of ``comparisons.uncertainty`` for a place, but for what goes by several rows.

    ``apart``: whether *vet ej* can be left out; ``scale``: the steps' numbers. None where the place
    is not made of whole strata, or nobody answered there.
    """
    own = [s for s in strata if s.codes <= codes]
    if not own or frozenset().union(*(s.codes for s in own)) != codes or together(own).base == 0:
        return None
    place, others = together(own), [s for s in strata if not s.codes <= codes]
    shares = as_published(place.chose, place.base, place.answered, place.invited, place.aside)
    row: dict[str, Any] = {"numerator": place.chose, "denominator": place.base}
    row |= {
        name: getattr(shares, name) for name in ("share", "low", "high", "bound_low", "bound_high")
    }
    if apart:
        row["dont_know"] = place.unsure
        opined = place.base - place.unsure
        if opined:
            held = as_published(
                place.chose, opined, place.answered, place.invited, place.aside + place.unsure
            )
            row |= {"without_denominator": opined, "without_share": held.share}
            row |= {"without_low": held.low, "without_high": held.high}
    sample = Sample(
        np.array([s.people for s in own])[:, None, None],
        np.array([[s.answered] for s in own]),
        np.array([s.invited for s in own]),
        silent=np.array([place.silent]),
    )
    weighted = estimate(sample, SHARES)
    names = {"share": "value", "low": "low", "high": "high", "se": "se", "df": "df"}
    row |= {f"weighted_{name}": getattr(weighted, own)[0, 0] for name, own in names.items()}
    if scale is not None:
        alone = Sample(
            np.array([[[place.steps]]]), [[place.answered]], [place.invited], silent=[place.silent]
        )
        mean = estimate(alone, np.array([scale]))
        ends = {end: getattr(mean, end) for end in ("low", "high", "bound_low", "bound_high")}
        row |= {"mean": mean.value[0, 0]} | {f"mean_{n}": v[0, 0] for n, v in ends.items()}
    if others:
        row |= against(place, together(others), apart)
    return {name: float(value) for name, value in row.items()}


def against(one: Stratum, other: Stratum, apart: bool) -> dict[str, Any]:
    """Return one place less another, as two samples."""
    counts = np.zeros((1, 2, 1, 2, 3))
    counts[0, 0, 0, 0], counts[0, 1, 0, 1] = one.people, other.people
    made = contrasts(
        Sample(
            counts,
            np.array([[one.answered], [other.answered]]),
            np.array([one.invited, other.invited]),
            silent=np.array([[one.silent, other.silent]]),
        ),
        SHARES,
    )
    row = {"difference": made.difference[0, 0], "p_value": made.p_value[0, 0]}
    row |= {
        f"diff_{name}": getattr(made, name)[0, 0]
        for name in ("low", "high", "bound_low", "bound_high")
    }
    if not np.isnan(made.p_value[0, 0]):
        row["diff_exact"] = made.exact[0, 0]
    if apart:
        row["diff_without"] = made.difference[0, 1]
    return row
