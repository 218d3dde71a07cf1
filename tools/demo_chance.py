"""Chance for the demo, the same on every Python.

Only ``Random.random()`` is used: its sequence is promised to stay the same between versions, while
``shuffle``, ``choice`` and ``gauss`` have changed before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
Draw = Callable[[], float]  # Random(seed).random


def normal(random: Draw) -> float:
    """Return a number with mean 0 and variance 1, near enough to normal."""
    return 2.0 * (random() + random() + random() - 1.5)


def shuffled(random: Draw, items: list[T]) -> list[T]:
    """Return the items in random order (Fisher–Yates)."""
    result = list(items)
    for last in range(len(result) - 1, 0, -1):
        other = int(random() * (last + 1))
        result[last], result[other] = result[other], result[last]
    return result


def pick(random: Draw, weighted: str) -> str:
    """Return one word of "word 3 word 1 …", as often as its number says ("_" is empty)."""
    words = weighted.split()
    pairs = list(zip(words[::2], map(float, words[1::2]), strict=True))
    left = random() * sum(weight for _, weight in pairs)
    chosen = pairs[-1][0]
    for word, weight in pairs:
        left -= weight
        if left < 0:
            chosen = word
            break
    return "" if chosen == "_" else chosen


def between(random: Draw, low: int, high: int) -> int:
    """Return a whole number from low to high, both included."""
    return low + int(random() * (high - low + 1))
