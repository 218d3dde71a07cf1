"""Result tables made up for the tests of ui: one indicator, every status."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

NUMBERS = ("numerator", "denominator", "share", "low", "high", "bound_low", "bound_high")
SECRET = 0.123456789
WHY = "Talet är dolt för att inget om en enskild person ska kunna räknas fram."


def row(
    department: str | None,
    count: int | None = None,
    base: int | None = None,
    status: str = "shown",
    *,
    name: str | None = None,
    wave: str = "2024",
    indicator: str = "rattvist",
    low: float | None = None,
    high: float | None = None,
) -> dict[str, object]:
    share = count / base if status == "shown" and count is not None and base else None
    if share is not None and low is None:
        low, high = max(0.0, share - 0.08), min(1.0, share + 0.08)
    return {
        "indicator": indicator,
        "wave": wave,
        "department": department,
        "name": name or department or "Alla",
        "numerator": count,
        "denominator": base,
        "share": share,
        "low": low,
        "high": high,
        "bound_low": None if share is None else share / 2,
        "bound_high": None if share is None else (1 + share) / 2,
        "status": status,
    }


def table(rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    frame = pd.DataFrame(
        rows, columns=["indicator", "wave", "department", "name", *NUMBERS, "status"]
    )
    for column in NUMBERS[:2]:
        frame[column] = frame[column].astype("Int64")
    for column in NUMBERS[2:]:
        frame[column] = frame[column].astype(float)
    return frame


def every_status() -> pd.DataFrame:
    return table(
        [
            row("KLK", 15, 30),
            row("BUN", 3, 17),
            row("MBN", status="hidden"),
            row("KFN", 0, 0, "no_answers"),
            row("TN", status="not_asked"),
            row("SN", status="not_regulated"),
            row(None, 37, 91, low=0.3310, high=0.4869),
        ]
    )


def leaking(status: str = "hidden") -> pd.DataFrame:
    """A table that breaks the contract: a row that must not be shown still holds its numbers."""
    frame = table([row("KLK", 15, 30), row("MBN", 4321, 8765, status), row(None, 37, 91)])
    frame.loc[1, "share"] = SECRET
    for column in NUMBERS[3:]:
        frame.loc[1, column] = SECRET
    return frame


def answers(rows: Sequence[tuple[str | None, Sequence[int] | None, str]]) -> pd.DataFrame:
    options = [("ja", "Ja", True), ("nej", "Nej", False), ("vet_ej", "Vet ej", None)]
    return pd.DataFrame(
        [
            {
                "group": group,
                "name": group or "Alla",
                "option": option,
                "label": label,
                "favourable": favourable,
                "count": None if counts is None else counts[i],
                "base": None if counts is None else sum(counts),
                "status": status,
            }
            for group, counts, status in rows
            for i, (option, label, favourable) in enumerate(options)
        ]
    )


LIKERT: tuple[tuple[str | None, Sequence[int] | None, str], ...] = (
    ("KLK", [14, 9, 7], "shown"),
    ("BUN", [3, 9, 5], "shown"),
    ("MBN", None, "hidden"),
    ("KFN", [0, 0, 0], "no_answers"),
    (None, [37, 32, 22], "shown"),
)


def two_waves() -> pd.DataFrame:
    later = [
        row("KLK", 24, 30, wave="2026"),
        row("BUN", 2, 20, wave="2026"),
        row("MBN", status="hidden", wave="2026"),
        row("KFN", 5, 9, wave="2026"),
        row(None, 50, 91, wave="2026"),
    ]
    return pd.concat([every_status(), table(later)], ignore_index=True)


def register() -> pd.DataFrame:
    """A register's table: full counts, so no intervals; the merged row is the survey's affair."""
    frame = table(
        [
            row("BUN", 36, 40, wave="2026", indicator="riskbedomd"),
            row("KLK", 41, 58, wave="2026", indicator="riskbedomd"),
            row("MBN", status="hidden", wave="2026", indicator="riskbedomd"),
            row("MBN+TN", 10, 12, wave="2026", indicator="riskbedomd"),
            row(None, 107, 159, wave="2026", indicator="riskbedomd"),
        ]
    )
    for column in NUMBERS[3:]:
        frame[column] = float("nan")
    return frame
