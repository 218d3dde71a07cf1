"""Which groups may be shown. The one gate, applied when a wave is published into the snapshot.

The rule (docs/decisions.md tells why): a group is shown only if its answered base is at least
``min_base`` and its members are not all alike while fewer than ``unanimous_below``; and the same
test holds for what can be had by subtraction, the people of the parent who are in no shown group,
who must also come from at least ``min_groups`` groups that answered. Otherwise the smallest shown
group is hidden too. A question and those its filter opens are protected together: the base of the
filtered question is itself an answer to the filter.

This first gate protects each breakdown by itself and publishes no crossed one; joint protection of
all breakdowns is built on top of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """The limits, as fixed for a wave when it was loaded."""

    id: str
    min_base: int
    unanimous_below: int
    min_groups: int


@dataclass(frozen=True)
class Tally:
    """The answers of one group to one question.

    ``base`` is how many answered, ``counts`` how many chose each option (option order). The counts
    add up to the base except for a multiple-choice question.
    """

    base: int
    counts: tuple[int, ...]

    def __sub__(self, other: Tally) -> Tally:
        return Tally(
            self.base - other.base,
            tuple(a - b for a, b in zip(self.counts, other.counts, strict=True)),
        )

    @property
    def unanimous(self) -> bool:
        """Whether knowing the counts is knowing each person's whole answer.

        Without counts (the mere size of a group) there is no answer to know.
        """
        return bool(self.counts) and all(count in (0, self.base) for count in self.counts)


def is_safe(tally: Tally, profile: Profile) -> bool:
    """Return whether a group with these answers may be shown, looked at by itself."""
    if tally.base < profile.min_base:
        return False
    return tally.base >= profile.unanimous_below or not tally.unanimous


def hidden_groups(
    whole: Tally,
    groups: Mapping[str, Tally],
    profile: Profile,
    also: frozenset[str] = frozenset(),
) -> frozenset[str]:
    """Return the groups of one breakdown that must be hidden for one question.

    ``groups`` partition at most the ``whole``: people without a value of the attribute are in no
    group, and count as a group that is never shown. ``also`` are hidden from the start (those
    hidden for the filter question). Groups in which nobody answered are hidden only if in ``also``;
    they neither protect nor endanger anyone.

    Deterministic: of equally large groups, the later one is hidden first.
    """
    if whole.base == 0:
        return also & frozenset(groups)
    if not is_safe(whole, profile):
        return frozenset(groups)
    hidden = {
        code
        for code, tally in groups.items()
        if code in also or (tally.base > 0 and not is_safe(tally, profile))
    }
    order = list(groups)
    while True:
        shown = [code for code in order if code not in hidden]
        remainder = whole
        for code in shown:
            remainder = remainder - groups[code]
        unplaced = whole
        for code in order:
            unplaced = unplaced - groups[code]
        sources = sum(groups[code].base > 0 for code in hidden) + (unplaced.base > 0)
        if remainder.base == 0:
            return frozenset(hidden)
        if sources >= profile.min_groups and is_safe(remainder, profile):
            return frozenset(hidden)
        candidates = [code for code in shown if groups[code].base > 0]
        if not candidates:
            # All are hidden: what remains is the whole, which is safe by itself.
            return frozenset(hidden)
        hidden.add(min(candidates, key=lambda code: (groups[code].base, -order.index(code))))


def hidden_counts(
    whole: tuple[int, int],
    groups: Mapping[str, tuple[int, int]],
    profile: Profile,
    ratio: bool = False,
    also: frozenset[str] = frozenset(),
) -> tuple[bool, frozenset[str]]:
    """Return (whether the whole is hidden, which groups are) for a register indicator.

    Each value is (numerator, denominator) in agreements. A count from 1 to ``min_base`` − 1 of
    agreements that have, or that lack, what is asked for points at someone; none does not, unless
    the group is small and so everybody in it is told. With ``ratio`` the denominator is a public
    number of people, and only the numerator counts agreements. ``also`` are hidden from the start
    (those whose number of agreements is hidden, where that number is the denominator).
    """

    def size(pair: tuple[int, int]) -> int:
        # In agreements, whatever is shared by what: so that two waves hide the same departments.
        return pair[0] if ratio else pair[1]

    def safe(numerator: int, denominator: int) -> bool:
        if ratio:
            return numerator == 0 or numerator >= profile.min_base
        parts = (numerator, denominator - numerator)
        if any(0 < part < profile.min_base for part in parts):
            return False
        return is_safe(Tally(denominator, parts), profile)

    real = {code: pair for code, pair in groups.items() if pair[0] > 0 or pair[1] > 0}
    if not safe(*whole):
        return True, frozenset(real)
    hidden = {code for code, pair in real.items() if code in also or not safe(*pair)}
    while hidden:
        rest = tuple(sum(groups[code][i] for code in hidden) for i in (0, 1))
        sources = sum(size(groups[code]) > 0 for code in hidden)
        if sources >= profile.min_groups and safe(*rest):
            break
        candidates = [code for code in real if code not in hidden and size(real[code]) > 0]
        if not candidates:
            break
        order = list(groups)
        hidden.add(min(candidates, key=lambda c: (size(groups[c]), -order.index(c))))
    return False, frozenset(hidden)
