"""Whether a conclusion holds under each of the three uncertainties, and the words for it.

A conclusion is a claim about a share, or about a share compared with that of the others. The
answers must first of all say it; then it is tried three times:

- ``SAMPLING``: the whole 95 % interval says it, and for a difference among several the test too,
  with Holm's correction: of twenty departments one would be lower than the rest by chance;
- ``SILENT``: the whole span of the non-response bounds says it: whatever the silent think. Then no
  chance in who answered can undo it either;
- ``DONT_KNOW``: the share says it with *vet ej* among the answers, and without. A question without
  *vet ej* is not tried for it.

Strictly: a limit that is just touched does not say it. The sentences are whole ones, one for each
outcome, so that they can be translated and read by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import isnan

from queries.i18n import _
from queries.statistics import CONFIDENCE

LIMITS = ("low", "high", "bound_low", "bound_high")
# Fifteen of thirty, weighted, can come out a hair over a half.
ROUNDING = 1e-9


class Claim(StrEnum):
    """What can be claimed: four of a share, two of a difference from the rest."""

    MAJORITY = "majority"
    MINORITY = "minority"
    ABOVE = "above"
    BELOW = "below"
    HIGHER_THAN_REST = "higher_than_rest"
    LOWER_THAN_REST = "lower_than_rest"


class Trial(StrEnum):
    """What a claim is tried against."""

    SAMPLING = "sampling"
    SILENT = "silent"
    DONT_KNOW = "dont_know"


class Verdict(StrEnum):
    """``NOT_SEEN``: the answers themselves do not say it. ``UNKNOWN``: there are no answers."""

    ALL = "all"
    SOME = "some"
    NONE = "none"
    NOT_SEEN = "not_seen"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Evidence:
    """A share (0–1) or a difference of shares (first less rest, −1 to 1) and its uncertainties.

    NaN is not known. ``without_dont_know``: the same with *vet ej* left out of the base; None where
    the question has no such option, NaN where nobody had an opinion. ``p_value``: of the test of a
    difference, corrected for how many are made; None or NaN where there is none.
    """

    value: float
    low: float
    high: float
    bound_low: float
    bound_high: float
    without_dont_know: float | None = None
    p_value: float | None = None

    @property
    def nobody_silent(self) -> bool:
        """Whether everybody who was asked has answered: then the bounds are the value itself, and
        there is nobody of whom something else could be thought. Not known: False."""
        return abs(self.bound_high - self.bound_low) <= ROUNDING


@dataclass(frozen=True)
class Conclusion:
    """A claim, what it withstands and what it does not; a trial that is in neither was not made.

    ``nobody_silent``: everybody who was asked has answered, so that the value is known.
    """

    claim: Claim
    verdict: Verdict
    holds: tuple[Trial, ...] = ()
    fails: tuple[Trial, ...] = ()
    nobody_silent: bool = False

    def sentence(self) -> str:
        """Return the claim and what it withstands, in the reader's language."""
        if self.verdict is Verdict.UNKNOWN:
            return _("Det finns inga svar att dra någon slutsats av.")
        if self.verdict is Verdict.NOT_SEEN:
            return _not_seen(self.claim)
        return f"{_claimed(self.claim)} {_withstood(self)}"


def conclude(claim: Claim, evidence: Evidence, limit: float | None = None) -> Conclusion:
    """Try a claim. ``limit`` (0–1) is the threshold of ABOVE and BELOW, and only theirs.

    Raises ``ValueError`` when a threshold is missing, or given for a claim that has its own.
    """
    if (limit is not None) != (claim in (Claim.ABOVE, Claim.BELOW)):
        raise ValueError("a threshold belongs to ABOVE and BELOW, and to no other claim")
    if limit is None:
        limit = 0.5 if claim in (Claim.MAJORITY, Claim.MINORITY) else 0.0
    below = claim in (Claim.MINORITY, Claim.BELOW, Claim.LOWER_THAN_REST)

    def says(low: float, high: float) -> bool:
        return high < limit - ROUNDING if below else low > limit + ROUNDING

    if isnan(evidence.value):
        return Conclusion(claim, Verdict.UNKNOWN)
    if not says(evidence.value, evidence.value):
        return Conclusion(claim, Verdict.NOT_SEEN)
    whatever = says(evidence.bound_low, evidence.bound_high)
    by_chance = evidence.p_value is not None and evidence.p_value >= 1 - CONFIDENCE
    sure = says(evidence.low, evidence.high) and not by_chance
    made = {Trial.SAMPLING: whatever or sure, Trial.SILENT: whatever}
    if evidence.without_dont_know is not None:
        made[Trial.DONT_KNOW] = says(evidence.without_dont_know, evidence.without_dont_know)
    holds = tuple(trial for trial, withstood in made.items() if withstood)
    fails = tuple(trial for trial, withstood in made.items() if not withstood)
    verdict = Verdict.NONE if not holds else Verdict.SOME if fails else Verdict.ALL
    return Conclusion(claim, verdict, holds, fails, evidence.nobody_silent)


def seen(evidence: Evidence, limit: float | None = None) -> Claim | None:
    """Return the claim that the answers themselves point to, or None where they point nowhere.

    With a ``limit`` a share above or below it; without, a difference from the rest.
    """
    if limit is None:
        up, down, at = Claim.HIGHER_THAN_REST, Claim.LOWER_THAN_REST, 0.0
    else:
        up, down, at = Claim.ABOVE, Claim.BELOW, limit
    if isnan(evidence.value) or abs(evidence.value - at) <= ROUNDING:
        return None
    return up if evidence.value > at else down


def _claimed(claim: Claim) -> str:
    return {
        Claim.MAJORITY: _("Mer än hälften av dem som svarade valde detta."),
        Claim.MINORITY: _("Mindre än hälften av dem som svarade valde detta."),
        Claim.ABOVE: _("Andelen av dem som svarade är högre än gränsen."),
        Claim.BELOW: _("Andelen av dem som svarade är lägre än gränsen."),
        Claim.HIGHER_THAN_REST: _("Andelen är högre än hos övriga som svarade."),
        Claim.LOWER_THAN_REST: _("Andelen är lägre än hos övriga som svarade."),
    }[claim]


def _not_seen(claim: Claim) -> str:
    return {
        Claim.MAJORITY: _("Det är inte mer än hälften ens av dem som svarade."),
        Claim.MINORITY: _("Det är inte mindre än hälften ens av dem som svarade."),
        Claim.ABOVE: _("Andelen är inte högre än gränsen ens bland dem som svarade."),
        Claim.BELOW: _("Andelen är inte lägre än gränsen ens bland dem som svarade."),
        Claim.HIGHER_THAN_REST: _(
            "Andelen är inte högre än hos övriga, ens bland dem som svarade."
        ),
        Claim.LOWER_THAN_REST: _("Andelen är inte lägre än hos övriga, ens bland dem som svarade."),
    }[claim]


def _withstood(conclusion: Conclusion) -> str:
    def trial(which: Trial) -> bool | None:
        return which in conclusion.holds if which in conclusion.holds + conclusion.fails else None

    if conclusion.nobody_silent:
        return {
            True: _(
                "Det är säkert: alla som fick frågan har svarat, och det gäller både med och utan "
                "”vet ej”."
            ),
            False: _(
                "Alla som fick frågan har svarat. Men det gäller inte om de som svarade ”vet ej” "
                "räknas bort."
            ),
            None: _("Det är säkert: alla som fick frågan har svarat."),
        }[trial(Trial.DONT_KNOW)]
    return {
        (True, True, True): _(
            "Det är säkert: det gäller vad de som inte svarade än tycker, och både med och utan "
            "”vet ej”."
        ),
        (True, True, False): _(
            "Det gäller vad de som inte svarade än tycker. Men det gäller inte om de som svarade "
            "”vet ej” räknas bort."
        ),
        (True, True, None): _("Det är säkert: det gäller vad de som inte svarade än tycker."),
        (True, False, True): _(
            "Det står sig mot den statistiska osäkerheten, och både med och utan ”vet ej”. Men de "
            "som inte svarade är så många att det kan vara tvärtom, om de tycker annorlunda."
        ),
        (True, False, False): _(
            "Det står sig mot den statistiska osäkerheten. Men det gäller inte om de som svarade "
            "”vet ej” räknas bort, och de som inte svarade är så många att det kan vara tvärtom."
        ),
        (True, False, None): _(
            "Det står sig mot den statistiska osäkerheten. Men de som inte svarade är så många att "
            "det kan vara tvärtom, om de tycker annorlunda."
        ),
        (False, False, True): _(
            "Det gäller både med och utan ”vet ej”, men bara bland dem som svarade. Det ryms inom "
            "den statistiska osäkerheten, så det kan vara tvärtom bland alla."
        ),
        (False, False, False): _(
            "Det säger inget säkert om alla: det ryms inom den statistiska osäkerheten, och det "
            "gäller inte om de som svarade ”vet ej” räknas bort."
        ),
        (False, False, None): _(
            "Det säger inget säkert om alla: det ryms inom den statistiska osäkerheten."
        ),
    }[trial(Trial.SAMPLING), trial(Trial.SILENT), trial(Trial.DONT_KNOW)]
