"""How places and groups differ in the survey's shares: size first, then interval and test.

What pages take from here is all that is said of shares beside the shares themselves.

For a role without microdata everything here is a function of what is published and of how many were
invited and answered per department (``queries.places``): departments that are hidden for a question
are one group. What needs more is the auditor's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import pandas as pd

from queries import indicators as results
from queries.catalogue import SURVEY, Indicator, indicator
from queries.changes import CHANGES, changes
from queries.differences import Association, association, holm, standardise
from queries.estimation import Flags, Sample
from queries.i18n import _
from queries.municipality import Merging
from queries.places import (
    CHOSE,
    SHARES,
    UNSURE_TOO,
    Counted,
    Groups,
    Side,
    attribute,
    compare,
    counted,
)
from queries.poststratification import crossed
from queries.reference import Question
from queries.statistics import Floats
from queries.store import Reader
from queries.uncertainty import (
    COUNTS,
    FLAGS,
    LIMITS,
    MEAN,
    UNCERTAINTY,
    Weighting,
    conclusions,
    has_scale,
    holm_by_place,
    means,
    rows_of,
    scale_of,
    shares,
    side_by_side,
    spread,
    typed,
    uncertainty,
    without_unsure,
)
from queries.viewer import AccessDenied

__all__ = [
    "CHANGES",
    "Differences",
    "Weighting",
    "changes",
    "conclusions",
    "differences",
    "group_uncertainty",
    "standardised",
    "uncertainty",
]

STANDARDISED = (
    "department", "name", "numerator", "denominator", "crude", "crude_gap", "value", "low", "high",
    "gap", "gap_low", "gap_high", "covered", "left_out", "whole", "status",
)  # fmt: skip
REST = (
    "code", "name", "numerator", "denominator", "share", "low", "high", "difference", "diff_low",
    "diff_high", "diff_bound_low", "diff_bound_high", "p_holm", "exact", "status",
)  # fmt: skip
PAIRS = (
    "first", "first_name", "second", "second_name", "first_numerator", "first_denominator",
    "first_share", "second_numerator", "second_denominator", "second_share", "difference", *LIMITS,
    "p_holm", "exact",
)  # fmt: skip


MEANS = (
    "code", "name", "denominator", *MEAN, "difference", "diff_low", "diff_high",
    "diff_bound_low", "diff_bound_high", "p_holm", "exact", "status",
)  # fmt: skip


def _no_means() -> pd.DataFrame:
    return _empty(MEANS)


@dataclass(frozen=True)
class Differences:
    """How groups differ in one indicator. ``association``: do they answer alike; ``rest``: each
    group less all others (``REST``); ``pairs`` (``PAIRS``). ``reason``: why nothing is tested.
    ``means``: each group's mean less that of all others in steps of the scale (``MEANS``); empty
    where the question has no scale."""

    association: Association | None
    rest: pd.DataFrame
    pairs: pd.DataFrame
    reason: str = ""
    means: pd.DataFrame = field(default_factory=_no_means)


def differences(
    reader: Reader,
    wave: str,
    indicator_id: str,
    breakdown: str = "department",
    mergings: Sequence[Merging] = (),
) -> Differences:
    """Return how the groups of a breakdown differ in a survey indicator, as far as is shown.

    ``breakdown``: department, position, occupation, sex or age. Departments are samples of their
    own, and their association is weighted to the frame; of other groups it is not known how many
    were invited, so they are parts of one sample, and every silent person may belong to each, and
    so may whoever left out the attribute: the others, whom a group is compared with, are everybody
    else who answered, but the bounds of the difference are of those who surely are others.
    Raises ``KeyError``, ``UnknownWave``, ``AccessDenied``.
    """
    wanted = indicator(indicator_id)
    reader.viewer.require_results()
    nothing = partial(Differences, None, _empty(REST), _empty(PAIRS))
    if wanted.source.kind != SURVEY:
        return nothing(_("Indikatorn är en fullständig räkning: där finns inget att pröva."))
    found = counted(reader, wave, [indicator_id])
    if not found.ids:
        return nothing(_("Frågan ställdes inte i den här vågen."))
    if breakdown == "department":
        groups, sample = _departments(reader, found, mergings)
    else:
        groups, sample = _groups(reader, found, wanted, breakdown)
    if groups is None or sample is None:
        return nothing(_("Enkäten frågade inte om detta."))
    rest = _rest(groups)
    whole = groups.table["status"].iloc[-1]
    shown = int(groups.unit.sum())
    if shown < 2:
        return replace(nothing(_nothing_to_compare(str(whole), groups)), rest=rest)
    tested = association(sample)
    reason = "" if tested.p_value == tested.p_value else _untestable(groups)
    return Differences(
        tested, rest, _pairs(groups), reason, _means_from_rest(groups, found.question(0))
    )


@dataclass(frozen=True)
class _Groups:
    """The groups of a breakdown: ``table`` a result table (the whole last), ``people`` each group
    and everybody else, a row per row of the table, ``steps`` the same by what they answered;
    ``shown`` [R]. ``unit`` [R]: groups that have nobody in common. ``apart``: whether *vet ej* can
    be left out of the base. ``opinions``: those of each group who have one, of an attribute."""

    table: pd.DataFrame
    people: Groups
    steps: Groups
    shown: Flags
    unit: Flags
    parts: Flags
    apart: bool
    opinions: Side | None = None

    @property
    def hidden(self) -> int:
        """How many groups are hidden, each by itself."""
        alone = (self.parts.sum(axis=1) == 1) & self.table["department"].notna().to_numpy()
        return int((alone & (self.table["status"] == "hidden").to_numpy(dtype=bool)).sum())


def _departments(
    reader: Reader, found: Counted, mergings: Sequence[Merging]
) -> tuple[_Groups, Sample]:
    table = shares(reader, found.wave, found.ids, mergings)
    rows = rows_of(table, found, mergings)
    at, parts = np.zeros(len(table), dtype=int), rows.parts
    shown = rows.shown & ~rows.whole
    unit = shown.copy()
    unit[shown] = side_by_side(parts[shown])
    count = np.nan_to_num(found.cube.count[found.question(0).id])
    side, others = found.side(at, parts), found.side(at, ~parts)
    steps = [
        replace(one, people=found.ways(at, own)[0] @ count)
        for one, own in ((side, parts), (others, ~parts))
    ]
    groups = _Groups(
        table, Groups(side, others, others), Groups(*steps, steps[-1]), shown, unit, parts,
        bool(found.unsure[0]),
    )  # fmt: skip
    people, answered, invited = found.strata()
    inside = found.strata_in(at[groups.unit], parts[groups.unit])
    counts = np.einsum("gh,hk->hgk", inside.astype(float), people[0])
    return groups, Sample(_chosen_or_not(counts[:, None]), answered[:, None], invited)


def _groups(
    reader: Reader, found: Counted, wanted: Indicator, breakdown: str
) -> tuple[_Groups | None, Sample | None]:
    """Return the groups of an attribute, and the sample that they are parts of."""
    table = results.by_group(reader, found.wave, wanted, breakdown)
    if table.empty:
        return None, None
    question = found.question(0)
    codes = [code for code in table["department"] if isinstance(code, str)]
    everybody = found.side(np.zeros(1, dtype=int), np.ones((1, len(found.codes)), dtype=bool))
    assert found.questionnaire is not None, "an indicator that was asked has a question"
    options = wanted.source.counted(found.questionnaire)
    made = attribute(
        reader, found.wave, question, found.openers, options, everybody, breakdown, codes
    )
    people = made.people.side.people
    unit = (table["status"] == "shown").to_numpy(dtype=bool) & table[
        "department"
    ].notna().to_numpy()
    groups = _Groups(
        table, made.people, made.steps, unit, unit, np.eye(len(table), dtype=bool), made.apart,
        made.opinions.side,
    )  # fmt: skip
    parts = people[unit]
    hidden = (table["status"] == "hidden").to_numpy()[:-1].any()
    if hidden and table["status"].iloc[-1] == "shown":
        parts = np.vstack([parts, people[-1] - parts.sum(axis=0)])
    counts = _chosen_or_not(parts[None, None])
    return groups, Sample(counts, everybody.answered[:, None], everybody.invited)


def _chosen_or_not(people: Floats) -> Floats:
    """Return counts [..., 2] of who chose and who did not, of people [..., 3]."""
    return np.stack([people[..., CHOSE], people.sum(axis=-1) - people[..., CHOSE]], axis=-1)


def _rest(groups: _Groups) -> pd.DataFrame:
    table = groups.table.assign(**_from_rest(groups))
    named = {"department": "code", "diff_p": "p_holm", "diff_exact": "exact"}
    table = table.rename(columns=named)[table["department"].notna()]
    return typed(table, REST, ("numerator", "denominator"), ("exact",))


def _from_rest(groups: _Groups) -> dict[str, Floats]:
    """Return each group less all the others, by the names of ``DIFFERENCE``, a row per row of the
    groups' table."""
    keep = groups.shown & (groups.people.others.base > 0)
    side, others, sure = groups.people[keep]
    made = compare(side, others, sure=sure)
    one = np.zeros(int(keep.sum()), dtype=int)
    rest = side.base, others.base
    hidden = np.full(len(one), groups.hidden)
    corrected = holm_by_place(made.p_value[:, 0], one, groups.parts[keep], rest, hidden)
    values = {f"diff_{name}": getattr(made, name)[:, 0] for name in LIMITS}
    values |= {
        "difference": made.difference[:, 0],
        "diff_p": corrected,
        "diff_exact": np.where(np.isnan(corrected), np.nan, made.exact[:, 0]),
    }
    if groups.apart:
        values["diff_without"] = made.difference[:, 1]
    return {name: spread(keep, value) for name, value in values.items()}


def _means_from_rest(groups: _Groups, question: Question) -> pd.DataFrame:
    """Return each group's mean less that of all the others: ``MEANS``."""
    if not has_scale(question):
        return _no_means()
    keep = groups.shown & (groups.people.others.base > 0)
    own, others, sure = groups.steps[keep]
    made = compare(own, others, scale_of(question), sure)
    one = np.zeros(int(keep.sum()), dtype=int)
    rest = tuple(side[keep].base for side in (groups.people.side, groups.people.others))
    hidden = np.full(len(one), groups.hidden)
    corrected = holm_by_place(made.p_value[:, 0], one, groups.parts[keep], rest, hidden)
    values = {f"diff_{name}": getattr(made, name)[:, 0] for name in LIMITS}
    values |= {"difference": made.difference[:, 0], "p_holm": corrected}
    values |= means(question, own.people, own)
    table = groups.table.assign(**{name: spread(keep, value) for name, value in values.items()})
    table = table.rename(columns={"department": "code"})[table["department"].notna()]
    return typed(table, MEANS, ("denominator",), ("exact",))


def group_uncertainty(reader: Reader, wave: str, indicator_id: str, breakdown: str) -> pd.DataFrame:
    """Return every uncertainty of a survey indicator per group of an attribute: ``UNCERTAINTY``.

    ``breakdown``: position, occupation, sex or age. A row per group (``department`` is its code),
    the whole last; where a group is not shown every number is null. Empty where the wave did not
    ask for the attribute, or not the question. How many of a group were invited is not published:
    it is a part of one sample of everybody, every silent person may belong to it, and nothing is
    weighted. Raises ``KeyError``, ``UnknownWave``, ``AccessDenied``.
    """
    wanted = indicator(indicator_id)
    reader.viewer.require_results()
    found = counted(reader, wave, [indicator_id])
    groups = _groups(reader, found, wanted, breakdown)[0] if found.ids else None
    if groups is None:
        return _empty(UNCERTAINTY)
    shown = (groups.table["status"] == "shown").to_numpy(dtype=bool)
    columns = _from_rest(groups)
    if groups.apart and groups.opinions is not None:
        own = without_unsure(groups.opinions[shown])
        own["dont_know"] = groups.people.side.people[shown, UNSURE_TOO]
        columns |= {name: spread(shown, value) for name, value in own.items()}
    question = found.question(0)
    if has_scale(question):
        side = groups.steps.side[shown]
        own = means(question, side.people, side)
        columns |= {name: spread(shown, value) for name, value in own.items()}
    return typed(groups.table.assign(**columns), UNCERTAINTY, COUNTS, FLAGS)


def _pairs(groups: _Groups) -> pd.DataFrame:
    units = np.flatnonzero(groups.unit)
    one, two = np.array(list(combinations(units, 2)), dtype=int).reshape(-1, 2).T
    made = compare(groups.people.side[one], groups.people.side[two])
    told = len(units) + groups.hidden - int((groups.parts[units].sum(axis=1) > 1).sum())
    p_value = holm(made.p_value[:, 0], max(comb(told, 2) - len(one), 0))
    columns: dict[str, Any] = {name: getattr(made, name)[:, 0] for name in LIMITS}
    columns |= {
        "difference": made.difference[:, 0],
        "p_holm": p_value,
        "exact": np.where(np.isnan(p_value), np.nan, made.exact[:, 0]),
    }
    for side, at in (("first", one), ("second", two)):
        own = groups.table.iloc[at]
        columns |= {side: own["department"].to_numpy(), f"{side}_name": own["name"].to_numpy()}
        for name in ("numerator", "denominator", "share"):
            columns[f"{side}_{name}"] = own[name].to_numpy()
    counts = [f"{side}_{n}" for side in ("first", "second") for n in ("numerator", "denominator")]
    return typed(pd.DataFrame(columns), PAIRS, counts, ("exact",))


def _nothing_to_compare(whole: str, groups: _Groups) -> str:
    if whole == "hidden":
        return _("Svaren är dolda, för att ingen enskild ska kunna räknas fram.")
    if whole == "no_answers":
        return _("Ingen har svarat på frågan.")
    if (groups.table["status"] == "hidden").any():
        return _("Det är för få grupper som kan visas för att jämföra dem.")
    return _("Det är bara en grupp som har svarat.")


def _untestable(groups: _Groups) -> str:
    side = groups.people.side
    if (side.answered >= side.invited)[groups.unit].all():
        return _("Alla tillfrågade har svarat, så skillnaderna är kända och behöver inte prövas.")
    return _("Alla som svarade har svarat lika, så det finns ingen skillnad att pröva.")


def _empty(columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns))


def standardised(reader: Reader, wave: str, indicator_id: str) -> pd.DataFrame:
    """Return what every department's share would be with everybody's mix of work: ``STANDARDISED``.

    ``crude`` is the share (``numerator`` of ``denominator``) of those who stated their occupation,
    ``value`` that with everybody's mix; ``crude_gap`` and ``gap`` are these less ``whole``:
    everybody, weighted to the frame, with the part of the mix (``covered``) that the department has
    answers of. ``left_out`` names the rest. Raises ``AccessDenied`` for everyone but the auditor:
    it needs department by occupation, which is not published.
    """
    if not reader.viewer.sees_microdata:
        raise AccessDenied(_("Standardisering bygger på enskilda svar och visas bara för revisor."))
    found = counted(reader, wave, [indicator_id])
    grid = found.grid[["code", "name"]].rename(columns={"code": "department"})
    if not found.ids:
        return grid.assign(left_out=[()] * len(grid), status="not_asked").reindex(
            columns=list(STANDARDISED)
        )
    assert found.questionnaire is not None, "an indicator that was asked has a question"
    attribute = next((a for a in found.questionnaire.attributes if a.id == "occupation"), None)
    kinds = {option.code: option.label for option in attribute.options} if attribute else {}
    people = crossed(reader, found, ["occupation"], [(code,) for code in kinds])[0]
    departments, size = people.shape[:2]
    status = np.where(people.sum(axis=(1, 2)) > 0, "shown", "no_answers")
    if not (status == "shown").any():
        return grid.assign(left_out=[()] * len(grid), status="no_answers").reindex(
            columns=list(STANDARDISED)
        )
    own = np.eye(departments)[:, :, None, None] * _chosen_or_not(people)[None]
    own = np.moveaxis(own, 1, 0).reshape(departments, 1, departments * size, 2)
    sample = Sample(own, found.answered[:, None], found.invited)
    made = standardise(sample, SHARES[:1, :2], size)
    labels = np.array(list(kinds.values()), dtype=object)
    counts = _chosen_or_not(people).sum(axis=1)
    values = {name: getattr(made, name)[:, 0] for name in ("crude", "crude_gap", "value", "low",
              "high", "gap", "gap_low", "gap_high", "whole")}  # fmt: skip
    values |= {"numerator": counts[:, 0], "denominator": counts.sum(axis=1)}
    return grid.assign(
        **{name: np.where(status == "shown", of, np.nan) for name, of in values.items()},
        covered=np.where(status == "shown", made.covered, np.nan),
        left_out=[tuple(labels[row]) if told else () for row, told in
                  zip(made.left_out, status == "shown", strict=True)],
        status=status,
    ).reindex(columns=list(STANDARDISED))  # fmt: skip
