"""The random designs of ``survey_designs.csv`` as samples, and R's answers about them."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from queries.estimation import Sample

HERE = Path(__file__).resolve().parent
METHODS = {
    "srs": lambda s: s.unstratified().without_population(),
    "strata": Sample.without_population,
    "srs_post": Sample.unstratified,
    "strata_post": lambda s: s,
}


def rows(name: str, folder: Path = HERE) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def number(text: str) -> float:
    return float("nan") if text in ("", "NA") else float(text)


@cache
def designs() -> dict[int, Sample]:
    """Return every design: groups and options as R drew them, C is the post-stratum."""
    by_design: dict[int, list[dict[str, str]]] = defaultdict(list)
    for row in rows("survey_designs.csv"):
        by_design[int(row["design"])].append(row)
    return {nr: _sample(found) for nr, found in by_design.items()}


def scores_of(options: int) -> np.ndarray[Any, Any]:
    """A share, a share without the last option, a mean: as in ``survey_designs.R``."""
    option = np.arange(1, options + 1)
    return np.array(
        [option <= 2, np.where(option < options, option <= 1, np.nan), option], dtype=float
    )


def _sample(found: list[dict[str, str]]) -> Sample:
    shape = next(tuple(int(row[x]) for x in "hcgk") for row in found if row["what"] == "shape")
    counts, answered = np.zeros(shape), np.zeros(shape[:2])
    invited, population = np.zeros(shape[0]), np.zeros(shape[1])
    for row in found:
        people = float(row["number"])
        h, c, g, k = (int(row[x] or 1) - 1 for x in "hcgk")
        if row["what"] == "invited":
            invited[h] = people
        elif row["what"] == "population":
            population[c] = people
        elif row["what"] != "shape":
            answered[h, c] += people
            counts[h, c, g, k] += people * (row["what"] == "asked")
    return Sample(counts, answered, invited, population)
