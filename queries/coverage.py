"""The register's coverage over time: month by month, as it was then.

A role without the records sees what was published of each month; months that lie too near their
neighbour are left out there (ingest/register.py says why). hr sees its own departments live beside
that, the auditor everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from queries.catalogue import Indicator, is_regulated, register_parameters
from queries.i18n import _
from queries.indicators import COLUMNS as RESULTS
from queries.indicators import (
    UNTOLD,
    live_counts,
    published_counts,
    register_date,
    with_own_departments,
)
from queries.mergings import combined
from queries.months import month_ends
from queries.municipality import Merging
from queries.store import Reader
from queries.viewer import Role

COLUMNS = (
    "indicator", "day", "department", "name", "numerator", "denominator", "share", "status",
)  # fmt: skip


def series(reader: Reader, wanted: Indicator, mergings: Sequence[Merging] = ()) -> pd.DataFrame:
    """Return a register indicator at the end of each month and on the register's own day.

    ``COLUMNS``: a row per day and department or merging that had anything to count, the whole
    (department null) last of each day; numbers are null unless ``status`` is ``shown``
    (``left_out``: too near the point before). Days before the first register are left out where it
    cannot tell them. A ratio to people has no series: how many have
    the possibility is known only when a survey is made. Raises ``AccessDenied``.
    """
    reader.viewer.require_results()
    own = register_date(reader)
    if own is None or wanted.source.ratio or not is_regulated(wanted):
        return pd.DataFrame(columns=list(COLUMNS))
    if reader.viewer.role is Role.POLITIKER:
        table = published_counts(reader, wanted)
    else:
        live = live_counts(reader, wanted, [*month_ends(own), own])
        if reader.viewer.role is Role.HR:
            table = with_own_departments(reader, published_counts(reader, wanted), live)
        else:
            table = _with_whole(live)
    if mergings:
        more = combined(table, mergings, ["indicator", "day"], ["numerator", "denominator"])
        table = pd.concat([table, more], join="inner", ignore_index=True)
    table = table[(table["denominator"].fillna(0) > 0) | table["status"].isin(UNTOLD)]
    names = _names(reader) | {merging.code: merging.title for merging in mergings}
    return _told(table, names)


def by_position(reader: Reader, wanted: Indicator) -> pd.DataFrame:
    """Return a register indicator per position on the register's own day, the whole last.

    A result table (``queries.indicators.COLUMNS``) without wave, whose ``department`` is the
    position's code (chef, medarbetare); for everyone but the auditor as published, and from hr it
    is hidden where hr's own agreements are among those counted. Agreements
    without a position are in the whole alone. Empty where it is not counted so.
    """
    reader.viewer.require_results()
    own = register_date(reader)
    if own is None or wanted.source.ratio or not is_regulated(wanted):
        return pd.DataFrame(columns=list(RESULTS))
    if reader.viewer.role is Role.REVISOR:
        cells = reader.frame(
            wanted.register_sql("positions"), days=[own], **register_parameters(wanted)
        )
        sums = cells.groupby("position")[["numerator", "denominator"]].sum().reset_index()
        whole = cells[["numerator", "denominator"]].sum()
        rows = [*sums.itertuples(index=False, name=None), (None, *whole)]
        table = pd.DataFrame(rows, columns=["department", "numerator", "denominator"])
        table["status"] = np.where(table["denominator"] > 0, "shown", "no_answers")
    else:
        table = reader.frame(
            "select nullif(\"group\", '') as department, numerator, denominator, status "
            "from published.coverage where indicator = $indicator and current "
            "and breakdown in ('all', 'position') order by breakdown = 'all', \"group\"",
            indicator=wanted.id,
        )
        if reader.viewer.role is Role.HR:
            table["status"] = table["status"].mask(_tells_hr(reader, wanted, own, table), "hidden")
            table[["numerator", "denominator"]] = table[["numerator", "denominator"]].mask(
                table["status"] == "hidden"
            )
    labels = {"chef": _("Chef"), "medarbetare": _("Medarbetare")}
    codes = [code if isinstance(code, str) else None for code in table["department"]]
    numbers = table[["numerator", "denominator"]].astype("Int64")
    with np.errstate(invalid="ignore", divide="ignore"):
        share = numbers["numerator"].astype(float) / numbers["denominator"].astype(float)
    return pd.DataFrame(
        {
            "indicator": wanted.id,
            "wave": "",
            "department": pd.Series(codes, dtype=object),
            "name": [_("Alla") if code is None else labels.get(code, code) for code in codes],
            "numerator": numbers["numerator"].array,
            "denominator": numbers["denominator"].array,
            "share": share.array,
            **dict.fromkeys(("low", "high", "bound_low", "bound_high"), np.nan),
            "status": list(table["status"]),
        },
        columns=list(RESULTS),
    )


def _tells_hr(reader: Reader, wanted: Indicator, day: date, table: pd.DataFrame) -> pd.Series[bool]:
    """Return which rows of a published table by position hr may not see.

    A position less hr's own agreements is a part of it that the gate has not tested, wherever hr
    has any; the whole is hidden as it is beside the departments.
    """
    live = live_counts(reader, wanted, [day])
    beside = with_own_departments(reader, published_counts(reader, wanted).query("current"), live)
    whole = beside.loc[beside["department"].isna(), "status"].isin(UNTOLD).any()
    own = live["department"].isin(list(reader.viewer.departments))
    mine = live.loc[own, "denominator"].sum() > 0
    return pd.Series(np.where(table["department"].isna(), whole, mine), table.index, dtype=bool)


def _with_whole(live: pd.DataFrame) -> pd.DataFrame:
    whole = live.groupby(["indicator", "day"], as_index=False, sort=False)[
        ["numerator", "denominator"]
    ].sum()
    return pd.concat([live, whole.assign(department=None)], ignore_index=True).assign(
        status="shown"
    )


def _told(table: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    order = list(names)
    codes = [code if isinstance(code, str) else None for code in table["department"]]
    shown = (table["status"] == "shown").to_numpy(dtype=bool)
    numerator = table["numerator"].astype("Int64").where(shown)
    denominator = table["denominator"].astype("Int64").where(shown)
    told = pd.DataFrame(
        {
            "indicator": list(table["indicator"]),
            "day": [pd.Timestamp(day).date() for day in table["day"]],
            "department": pd.Series(codes, dtype=object),
            "name": [_("Alla") if code is None else names.get(code, code) for code in codes],
            "numerator": numerator.array,
            "denominator": denominator.array,
            "share": (numerator.astype(float) / denominator.astype(float)).array,
            "status": list(table["status"]),
        },
        columns=list(COLUMNS),
    )
    place = [len(order) if c is None else order.index(c) if c in order else -1 for c in codes]
    keys = np.lexsort((place, told["day"].to_numpy(dtype="datetime64[D]")))
    return told.iloc[keys].reset_index(drop=True)


def _names(reader: Reader) -> dict[str, str]:
    """Return code → name of every department, in the order of the latest wave that has it."""
    rows = reader.rows("select code, name from published.department order by wave desc, ordinal")
    found: dict[str, str] = {}
    for code, name in rows:
        found.setdefault(code, name)
    return found
