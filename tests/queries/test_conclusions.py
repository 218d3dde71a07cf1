"""Whether a conclusion holds, and the sentence that says so."""

from __future__ import annotations

import math
from itertools import product

import pytest

from queries.conclusions import Claim, Conclusion, Evidence, Trial, Verdict, conclude, seen
from queries.i18n import in_language

S, B, D = Trial.SAMPLING, Trial.SILENT, Trial.DONT_KNOW
SHARE_CLAIMS = (Claim.MAJORITY, Claim.MINORITY, Claim.ABOVE, Claim.BELOW)


def share(
    value: float, half: float, bound: float, without_dont_know: float | None = None
) -> Evidence:
    return Evidence(
        value, value - half, value + half, value - bound, value + bound, without_dont_know
    )


@pytest.mark.parametrize(
    ("evidence", "verdict", "holds", "fails"),
    [
        (share(0.7, 0.1, 0.15, 0.8), Verdict.ALL, (S, B, D), ()),
        (share(0.7, 0.1, 0.15), Verdict.ALL, (S, B), ()),
        (share(0.7, 0.1, 0.3, 0.8), Verdict.SOME, (S, D), (B,)),
        (share(0.7, 0.1, 0.15, 0.4), Verdict.SOME, (S, B), (D,)),
        (share(0.7, 0.1, 0.3, 0.5), Verdict.SOME, (S,), (B, D)),
        (share(0.7, 0.25, 0.3, 0.8), Verdict.SOME, (D,), (S, B)),
        (share(0.7, 0.25, 0.3), Verdict.NONE, (), (S, B)),
        (share(0.7, 0.25, 0.3, 0.4), Verdict.NONE, (), (S, B, D)),
        (share(0.7, 0.1, 0.15, math.nan), Verdict.SOME, (S, B), (D,)),
        (share(0.5, 0.0, 0.0, 0.9), Verdict.NOT_SEEN, (), ()),
        (share(math.nan, 0, 0), Verdict.UNKNOWN, (), ()),
    ],
)
def test_a_majority_is_tried_three_times(
    evidence: Evidence, verdict: Verdict, holds: tuple[Trial, ...], fails: tuple[Trial, ...]
) -> None:
    assert conclude(Claim.MAJORITY, evidence) == Conclusion(Claim.MAJORITY, verdict, holds, fails)


def test_no_difference_at_all_without_dont_know_is_a_trial_that_fails() -> None:
    evidence = Evidence(-0.2, -0.35, -0.05, -0.7, 0.3, without_dont_know=0.0)
    assert conclude(Claim.LOWER_THAN_REST, evidence).fails == (B, D)


def test_one_difference_among_many_needs_the_corrected_test_as_well() -> None:
    for p_value, holds in ((0.01, (S,)), (0.06, ()), (math.nan, (S,)), (None, (S,))):
        evidence = Evidence(-0.2, -0.35, -0.05, -0.7, 0.3, p_value=p_value)
        assert conclude(Claim.LOWER_THAN_REST, evidence).holds == holds


def test_a_limit_that_is_just_touched_is_not_passed() -> None:
    assert conclude(Claim.MAJORITY, Evidence(0.6, 0.5, 0.7, 0.5, 0.8)).holds == ()
    assert conclude(Claim.BELOW, Evidence(0.3, 0.2, 0.4, 0.1, 0.6), limit=0.4).holds == ()
    assert conclude(Claim.BELOW, Evidence(0.3, 0.2, 0.39, 0.1, 0.6), limit=0.4).holds == (S,)
    assert conclude(Claim.ABOVE, Evidence(0.3, 0.2, 0.4, 0.1, 0.6), limit=0.3).verdict == "not_seen"
    hair = 0.5 + 1e-15
    assert conclude(Claim.MAJORITY, Evidence(hair, hair, hair, hair, 1)).verdict == "not_seen"
    assert seen(share(hair, 0.1, 0.2), limit=0.5) is None


def test_lower_and_higher_than_the_rest_look_at_the_difference() -> None:
    lower = Evidence(-0.2, -0.35, -0.05, -0.7, 0.3, -0.1)
    assert conclude(Claim.LOWER_THAN_REST, lower).holds == (S, D)
    assert conclude(Claim.HIGHER_THAN_REST, lower).verdict is Verdict.NOT_SEEN
    assert seen(lower) is Claim.LOWER_THAN_REST
    assert seen(share(0.7, 0.1, 0.2), limit=0.5) is Claim.ABOVE
    assert seen(share(0.5, 0.1, 0.2), limit=0.5) is None and seen(share(math.nan, 0, 0)) is None


@pytest.mark.parametrize("claim", Claim)
def test_a_threshold_belongs_to_the_claims_that_have_one(claim: Claim) -> None:
    limit = None if claim in (Claim.ABOVE, Claim.BELOW) else 0.4
    with pytest.raises(ValueError, match="threshold"):
        conclude(claim, share(0.3, 0.1, 0.2), limit)


def test_what_the_silent_cannot_undo_chance_cannot_either() -> None:
    """Limits that are computed apart may disagree in the last decimal; the sentence may not."""
    assert conclude(Claim.MAJORITY, Evidence(0.7, 0.5, 0.8, 0.5000001, 0.9)).holds == (S, B)


def outcomes() -> dict[tuple[str, ...], str]:
    """Every sentence that can come, by claim, trials made and outcome."""
    found = {}
    values = (0.1, 0.4, 0.6, 0.9)
    for claim, (value, half, more, without) in product(
        Claim, product(values, (0.05, 0.3), (0.0, 0.5), (None, *values))
    ):
        if claim in SHARE_CLAIMS:
            evidence = share(value, half, half + more, without)
        else:
            shift = None if without is None else without - 0.5
            evidence = share(value - 0.5, half, half + more, shift)
        limit = 0.5 if claim in (Claim.ABOVE, Claim.BELOW) else None
        conclusion = conclude(claim, evidence, limit)
        key = (claim, conclusion.verdict, *conclusion.holds, "/", *conclusion.fails)
        found[key] = conclusion.sentence()
    return found


def known(value: float, without: float | None = None) -> Evidence:
    """Return a share of a place where everybody answered."""
    return Evidence(*[value] * 5, without_dont_know=without)


@pytest.mark.parametrize(
    ("without", "sentence"),
    [
        (None, "Det är säkert: alla som fick frågan har svarat."),
        (
            0.8,
            (
                "Det är säkert: alla som fick frågan har svarat, och det gäller både med och utan "
                "”vet ej”."
            ),
        ),
        (
            0.4,
            (
                "Alla som fick frågan har svarat. Men det gäller inte om de som svarade ”vet ej” "
                "räknas bort."
            ),
        ),
    ],
)
def test_where_everybody_answered_no_sentence_speaks_of_those_who_did_not(
    without: float | None, sentence: str
) -> None:
    told = conclude(Claim.MAJORITY, known(0.7, without)).sentence()
    assert told == f"Mer än hälften av dem som svarade valde detta. {sentence}"
    for claim in Claim:
        limit = 0.6 if claim in (Claim.ABOVE, Claim.BELOW) else None
        for value in (0.7, -0.2):
            assert "inte svarade" not in conclude(claim, known(value, without), limit).sentence()


def test_every_outcome_has_a_sentence_of_its_own_that_names_what_it_does_not_withstand() -> None:
    found = outcomes()
    # Six claims: nine outcomes (five with vet ej tried, one more where both fail; three without)
    # and one where the answers do not even say it.
    assert len(found) == len(set(found.values())) == 6 * 10
    for key, sentence in found.items():
        fails = key[key.index("/") + 1 :]
        assert sentence.endswith(".") and "  " not in sentence
        if key[1] == "not_seen":
            continue
        tried = D in key
        assert ("vet ej" in sentence) == tried, sentence
        assert ("Det är säkert" in sentence) == (not fails), sentence
        assert ("ryms inom" in sentence) == (S in fails), sentence
        assert ("räknas bort" in sentence) == (D in fails), sentence


def test_no_answers_is_said_and_never_a_verdict() -> None:
    empty = conclude(Claim.MAJORITY, share(math.nan, 0, 0))
    assert "inga svar" in empty.sentence()


def test_the_sentence_is_in_the_language_of_the_reader() -> None:
    conclusion = conclude(Claim.MAJORITY, share(0.7, 0.1, 0.3))
    with in_language("sv"):
        assert conclusion.sentence().startswith("Mer än hälften")
