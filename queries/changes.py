"""How the survey's shares changed from one wave to another, in each place that both can tell of.

For a role without microdata a function of what is published of each wave, as all comparisons are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from queries.estimation import Flags
from queries.municipality import Merging, joint_name
from queries.places import CHOSE, Counted, Side, compare, counted
from queries.store import Reader
from queries.uncertainty import LIMITS, Rows, holm_by_place, rows_of, shares, spread, typed

CHANGES = (
    "indicator", "department", "name", "before_numerator", "before_denominator", "before_share",
    "after_numerator", "after_denominator", "after_share", "difference", *LIMITS, "p_holm",
    "exact", "status",
)  # fmt: skip
NOT_IN_WAVE = "not_in_wave"
"""Status of a place that one of the waves does not have: what was put there was asked of others."""


def changes(
    reader: Reader,
    before: str,
    after: str,
    ids: Collection[str] | None = None,
    mergings: Sequence[Merging] = (),
) -> pd.DataFrame:
    """Return how the survey indicators changed from one wave to another: ``CHANGES``.

    A row per indicator and place of either wave, in the order of the later; shares as published,
    and each wave is a simple random sample of those invited there, independent of the other. Holm
    over the places of the indicator; the whole is tested by itself. Where either end is not shown
    every number is null and ``status`` says why. Raises ``UnknownWave``, ``AccessDenied``.
    """
    ends = []
    for wave in (before, after):
        found = counted(reader, wave, ids)
        table = shares(reader, wave, ids, mergings)
        ends.append((found, rows_of(table, found, mergings)))
    table = _places_of_both(ends, {m.code: m.departments for m in mergings})
    read = [_end(table, found) for found, _rows in ends]
    status = _worst([end.status for end in read])
    shown = status == "shown"
    columns: dict[str, Any] = {"status": status}
    for name, end in zip(("before", "after"), read, strict=True):
        base = end.side.base
        with np.errstate(invalid="ignore", divide="ignore"):
            share = end.side.people[:, CHOSE] / base
        columns[f"{name}_numerator"] = np.where(shown, end.side.people[:, CHOSE], np.nan)
        columns[f"{name}_denominator"] = np.where(shown, base, np.nan)
        columns[f"{name}_share"] = np.where(shown, share, np.nan)
    earlier, later = (
        replace(end.side, key=np.insert(end.side.key, 0, wave, axis=1))[shown]
        for wave, end in enumerate(read)
    )
    made = compare(later, earlier)
    at = pd.factorize(table["indicator"][shown])[0]
    whole = table["department"][shown].isna().to_numpy()
    p_value = made.p_value[:, 0]
    corrected = p_value.copy()
    alone = (read[1].parts.sum(axis=1) == 1) & table["department"].notna().to_numpy()
    hidden = table["indicator"][alone & (status == "hidden")].value_counts()
    hidden = table["indicator"][shown].map(hidden).fillna(0).to_numpy(dtype=int)
    corrected[~whole] = holm_by_place(
        p_value[~whole], at[~whole], read[1].parts[shown][~whole], hidden=hidden[~whole]
    )
    for name, values in (
        ("difference", made.difference), *((n, getattr(made, n)) for n in LIMITS)
    ):  # fmt: skip
        columns[name] = spread(shown, values[:, 0])
    columns["p_holm"] = spread(shown, corrected)
    columns["exact"] = spread(shown, np.where(np.isnan(corrected), np.nan, made.exact[:, 0]))
    # Those that are hidden together in one wave alone, and that the other has no number of.
    told = ~table["made_up"].to_numpy(dtype=bool) | (status != "hidden")
    table = table.assign(**columns)[told].reset_index(drop=True)
    counts = [
        f"{name}_{part}" for name in ("before", "after") for part in ("numerator", "denominator")
    ]
    return typed(table, CHANGES, counts, ("exact",))


@dataclass(frozen=True)
class _End:
    """One wave's end of changes: status, ``known``, ``parts`` and samples, a row per place."""

    status: np.ndarray
    known: Flags
    parts: Flags
    side: Side


def _places_of_both(
    ends: Sequence[tuple[Counted, Rows]], configured: Mapping[str, tuple[str, ...]]
) -> pd.DataFrame:
    """Return ``indicator, department, name, several, made_up, parts`` (codes; None: all) of both
    waves. ``made_up``: several that are together only because they are hidden.

    Departments first, then several together, the whole last; those of the later wave first.
    """
    places: dict[str, dict[str | None, tuple[Any, ...]]] = {}
    for found, rows in reversed(ends):
        for row, parts, whole in zip(
            rows.table.itertuples(index=False), rows.parts, rows.whole, strict=True
        ):
            code = None if whole else row.department
            codes = configured.get(code or "") or tuple(np.array(found.codes)[parts].tolist())
            several = not whole and codes != (code,)
            mine = places.setdefault(row.indicator, {})
            made_up = several and code not in configured
            mine.setdefault(code, (row.name, several, made_up, None if whole else codes))
    for indicator_id, codes in _hidden_in_either(ends).items():
        code = "+".join(codes)
        if set(codes) not in (set(place[3] or ()) for place in places[indicator_id].values()):
            places[indicator_id][code] = joint_name(codes), True, True, codes
    listed = [
        (indicator_id, code, *place)
        for indicator_id, mine in places.items()
        for code, place in sorted(mine.items(), key=lambda item: (item[0] is None, item[1][1]))
    ]
    return pd.DataFrame(
        listed, columns=["indicator", "department", "name", "several", "made_up", "parts"]
    )


def _hidden_in_either(ends: Sequence[tuple[Counted, Rows]]) -> dict[str, tuple[str, ...]]:
    """Return, by indicator, the departments that are hidden in one of the waves, where some are so
    in both: together they are the nearest that both waves can tell of."""
    found: dict[str, list[set[str]]] = {}
    for wave, _rows in ends:
        for indicator_id, hidden in zip(wave.ids, wave.hidden[:, :-1], strict=True):
            found.setdefault(indicator_id, []).append(set(np.array(wave.codes)[hidden].tolist()))
    order = ends[1][0].codes
    return {
        indicator_id: tuple(code for code in order if code in sets[0] | sets[1])
        for indicator_id, sets in found.items()
        if len(sets) == 2 and sets[0] & sets[1] and (sets[0] | sets[1]) < set(order)
    }


def _end(table: pd.DataFrame, found: Counted) -> _End:
    at = pd.Index(found.ids).get_indexer(table["indicator"])
    codes = pd.Index(found.codes)
    parts = np.array(
        [codes.isin(found.codes if own is None else own) for own in table["parts"]], dtype=bool
    ).reshape(len(table), len(codes))
    there = np.array([own is None or set(own) <= set(found.codes) for own in table["parts"]])
    asked = there & (at >= 0)
    size = len(table)
    side = Side(
        np.zeros((size, 3)), *(np.zeros(size) for _n in range(3)), np.zeros((size, 1), np.uint8)
    )
    known = np.zeros(size, dtype=bool)
    if asked.any():
        own = found.side(at[asked], parts[asked])
        known[asked] = found.ways(at[asked], parts[asked])[1]
        place = np.flatnonzero(asked)
        side = own[np.searchsorted(place, np.arange(size)).clip(max=len(place) - 1)]
    base = np.where(known, side.base, 0)
    # Of a department that the wave does not have, nobody was left out.
    lacking = (at >= 0) & ~there
    status = np.select(
        [lacking, ~asked, ~known, base == 0],
        [NOT_IN_WAVE, "not_asked", "hidden", "no_answers"],
        "shown",
    )
    return _End(status, known, parts, side)


def _worst(ends: Sequence[np.ndarray]) -> np.ndarray:
    """Return what hinders a row of both ends: hidden before the others, shown if nothing does."""
    order = ("hidden", "not_asked", NOT_IN_WAVE, "no_answers")
    return np.select(
        [np.logical_or.reduce([end == status for end in ends]) for status in order], order, "shown"
    )
