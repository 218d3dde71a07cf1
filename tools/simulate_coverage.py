"""Work out how often the 95 % intervals hold the truth: the tables of docs/coverage.md.

Towns of the audit's sizes are made with known answers, and as many as answered are drawn without
replacement. One group has so few outcomes that all of them are weighed by their probability: exact.
The whole municipality and means are simulated, with a fixed seed. The real functions are run.

    python tools/simulate_coverage.py          print the tables
    python tools/simulate_coverage.py --write  put them into docs/coverage.md, between the marks
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import stdtrit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from queries.differences import contrasts, standardise
from queries.estimation import Sample, estimate

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "coverage.md"
START, END = "<!-- tools/simulate_coverage.py -->\n", "<!-- end -->"
SEED, DRAWS = 20241104, 10_000
SLACK = 1e-9
GROUPS = ((4, 11), (7, 12), (17, 40), (30, 73), (33, 82), (90, 221))
YES, LIKERT = [[1.0, 0.0]], [[1.0, 2.0, 3.0, 4.0, 5.0]]
INVITED, ANSWERED = np.array([40, 73, 11, 82, 12]), np.array([17, 30, 4, 33, 7])
# The share in each department, in that order.
TOWNS = {
    "alike, 30 %": (0.3, 0.3, 0.3, 0.3, 0.3),
    "apart, 15–80 %": (0.15, 0.5, 0.8, 0.35, 0.4),
    "two unanimous": (0.0, 0.3, 1.0, 0.3, 0.3),
    "nearly unanimous, each its way": (0.05, 0.95, 0.91, 0.05, 0.92),
    "hardly anyone, 2 %": (0.02, 0.02, 0.02, 0.02, 0.02),
}
# Parts of a hundred who answer 1 … 5.
SCALES = {
    "even": (20, 20, 20, 20, 20),
    "most in the middle": (5, 20, 50, 20, 5),
    "two camps": (50, 0, 0, 0, 50),
    "skewed": (55, 25, 10, 6, 4),
    "nearly all alike": (92, 4, 2, 1, 1),
}
# Parts of a hundred in each of five kinds of work: of all, and of a department of another kind.
MIX = np.array([43, 19, 16, 14, 8]) / 100
OTHER = np.array([10, 45, 30, 10, 5]) / 100
KINDS = {
    "all kinds 30 %": (0.3, 0.3, 0.3, 0.3, 0.3),
    "all kinds 50 %": (0.5, 0.5, 0.5, 0.5, 0.5),
    "kinds apart, 10–80 %": (0.1, 0.8, 0.3, 0.6, 0.4),
}
Numbers = NDArray[np.float64]
Table = Iterator[list[str]]


def percent(x: float) -> str:
    # Never up to 95: a reader compares with that. A sum of parts that make a whole is not below it.
    return f"{np.floor(1000 * x + SLACK) / 10:.1f} %"


def one_sample(counts: Numbers, answered: Numbers, invited: Numbers) -> Sample:
    """Return every outcome [N, H, K] as a sample of its own along a leading axis."""
    return Sample(counts[:, :, None, None, :], answered[:, None], invited)


def outcomes(answered: int, invited: int, truths: Numbers) -> tuple[Numbers, Numbers]:
    """Return all numbers of yes [n + 1, 2], and how likely each is under each truth [T, n + 1]."""
    yes = np.arange(answered + 1)
    return (
        np.stack([yes, answered - yes], axis=1).astype(float),
        stats.hypergeom.pmf(yes, invited, truths[:, None], answered),
    )


def shares() -> Table:
    yield ["answers", "mean", "lowest", "at a share of", "5 %", "10 %", "30 %", "50 %", "width"]
    for answered, invited in GROUPS:
        truths = np.arange(invited + 1.0)
        counts, likely = outcomes(answered, invited, truths)
        found = estimate(
            one_sample(counts[:, None], np.array([answered]), np.array([invited])), YES
        )
        low, high = found.low.ravel(), found.high.ravel()
        share = truths[:, None] / invited
        held = (likely * ((low <= share + SLACK) & (share <= high + SLACK))).sum(axis=1)
        at = [held[round(invited * p)] for p in (0.05, 0.1, 0.3, 0.5)]
        yield [
            f"{answered} of {invited}", percent(held.mean()), percent(held.min()),
            f"{100 * held.argmin() / invited:.0f} %" if held.min() < 1 - SLACK else "all",
            *map(percent, at),
            f"{100 * (likely @ (high - low)).mean():.0f}",
        ]  # fmt: skip


def whole(random: np.random.Generator) -> Table:
    yield ["departments", "unweighted", "width", "weighted", "width"]
    for name, parts in TOWNS.items():
        yes = np.round(INVITED * np.array(parts))
        truth = yes.sum() / INVITED.sum()
        chosen = random.hypergeometric(
            yes.astype(int), (INVITED - yes).astype(int), ANSWERED, (DRAWS, len(yes))
        )
        sample = one_sample(np.stack([chosen, ANSWERED - chosen], axis=-1), ANSWERED, INVITED)
        cells = [name]
        for each in (sample.unstratified(), sample):
            found = estimate(each, YES)
            held = (found.low <= truth + SLACK) & (truth <= found.high + SLACK)
            cells += [percent(held.mean()), f"{100 * (found.high - found.low).mean():.1f}"]
        yield cells


def means(random: np.random.Generator) -> Table:
    yield ["answers", *SCALES]
    for answered, invited in GROUPS:
        cells = [f"{answered} of {invited}"]
        for parts in SCALES.values():
            people = np.diff(np.round(np.cumsum((0, *parts)) * invited / 100)).astype(int)
            truth = people @ np.array(LIKERT[0]) / invited
            counts = random.multivariate_hypergeometric(people, answered, size=DRAWS)
            one = one_sample(counts[:, None], np.array([answered]), np.array([invited]))
            found = estimate(one, LIKERT)
            held = (found.low <= truth + SLACK) & (truth <= found.high + SLACK)
            cells.append(percent(held.mean()))
        yield cells


def differences() -> Table:
    yield ["groups", "shares", "MOVER", "width", "± t·se", "width", "± t·se has no width"]
    for one, other in (((4, 11), (7, 12)), ((4, 11), (33, 82)), ((17, 40), (30, 73))):
        for parts in ((0.1, 0.1), (0.3, 0.3), (0.9, 0.5)):
            truths = [np.round([p * n]) for p, (_, n) in zip(parts, (one, other), strict=True)]
            truth = truths[0][0] / one[1] - truths[1][0] / other[1]
            (a, a_likely), (b, b_likely) = (
                outcomes(*group, yes) for group, yes in zip((one, other), truths, strict=True)
            )
            likely = (a_likely[0][:, None] * b_likely[0]).ravel()
            counts = np.zeros((len(a), len(b), 2, 1, 2, 2))
            counts[:, :, 0, 0, 0], counts[:, :, 1, 0, 1] = a[:, None], b
            answered, invited = np.array([one, other], dtype=float).T
            sample = Sample(
                counts.reshape(-1, 2, 1, 2, 2),
                answered[:, None],
                invited,
                silent=invited - answered,
            )
            found = contrasts(sample, YES)
            value, half = found.difference, stdtrit(found.df, 0.975) * found.se
            cells = [f"{one[0]} of {one[1]}, {other[0]} of {other[1]}"]
            cells.append(" and ".join(f"{100 * p:.0f}" for p in parts) + " %")
            for low, high in ((found.low, found.high), (value - half, value + half)):
                held = ((low <= truth + SLACK) & (truth <= high + SLACK)).ravel()
                cells += [percent(likely @ held), f"{100 * likely @ (high - low).ravel():.0f}"]
            yield [*cells, percent(likely @ (half.ravel() < SLACK))]


def standardised(random: np.random.Generator, draws: int = 2_000) -> Table:
    """Towns' own truth: what the kinds that were met say, with the standard's mix of them."""
    yield ["answers", "mix of work", *(x for name in KINDS for x in (name, "width")), "t·se"]
    for answered, invited in GROUPS[:-1]:
        for name, own in (("as all", MIX), ("another", OTHER)):
            people = np.diff(np.round(np.cumsum((0, *own)) * invited)).astype(int)
            cells, by_se = [f"{answered} of {invited}", name], []
            for parts in KINDS.values():
                yes = np.round(people * parts).astype(int)
                kinds = np.stack([yes, people - yes], axis=1).ravel()
                held, width = [], []
                samples = random.multivariate_hypergeometric(kinds, answered, size=draws)
                for drawn in samples.reshape(-1, 1, 1, len(people), 2):
                    sample = Sample(drawn, np.array([[answered]]), np.array([invited]))
                    found = standardise(sample, YES, len(people), MIX)
                    met = MIX * (drawn[0, 0].sum(axis=1) > 0)
                    truth = met @ (yes / np.maximum(people, 1)) / met.sum()
                    low, high = found.low[0, 0], found.high[0, 0]
                    held.append(low - SLACK <= truth <= high + SLACK)
                    width.append(high - low)
                    value, half = found.value[0, 0], stdtrit(found.df, 0.975)[0, 0] * found.se[0, 0]
                    by_se.append(abs(value - truth) <= half + SLACK)
                cells += [percent(np.mean(held)), f"{100 * np.mean(width):.0f}"]
            yield [*cells, percent(np.mean(by_se))]


def poststratified(random: np.random.Generator, draws: int = 1_000) -> Table:
    """A group by itself, weighted to its numbers of each kind of people; each kind was met."""
    parts = (0.1, 0.3, 0.5)
    yield ["answers", "kinds", *(f"{100 * p:.0f} %" for p in parts), "width at 30 %"]
    for answered, invited in ((17, 40), (30, 73), (90, 221)):
        for kinds in (2, 4, 8):
            people = np.bincount(np.arange(invited) % kinds)
            cells, width = [f"{answered} of {invited}", str(kinds)], 0.0
            for part in parts:
                yes = random.multivariate_hypergeometric(people, round(part * invited))
                truth = yes.sum() / invited
                town = np.stack([yes, people - yes], axis=1).ravel()
                samples = random.multivariate_hypergeometric(town, answered, size=draws)
                held, wide = [], []
                for drawn in samples.reshape(-1, 1, kinds, 1, 2):
                    here = drawn.sum(axis=(0, 2, 3))
                    if not here.all():
                        continue  # a kind nobody of answered is not represented, which is said
                    found = estimate(Sample(drawn, here[None], np.array([invited]), people), YES)
                    low, high = found.low[0, 0], found.high[0, 0]
                    held.append(low - SLACK <= truth <= high + SLACK)
                    wide.append(high - low)
                cells.append(percent(np.mean(held)))
                width = float(np.mean(wide)) if part == 0.3 else width
            yield [*cells, f"{100 * width:.0f}"]


def markdown(title: str, table: Table) -> str:
    head, *rows = table
    lines = [head, ["---"] * len(head), *rows]
    return f"### {title}\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines) + "\n"


def tables() -> str:
    """Return all tables as Markdown, the same every time."""
    random = np.random.default_rng(SEED)
    return "".join([
        markdown("One group: a share (exact, over all shares that the group can have)", shares()),
        markdown("The whole: 91 of 218 in five departments (simulated)", whole(random)),
        markdown("One group: a mean on a scale of five (simulated)", means(random)),
        markdown("Two departments: the difference in percentage points (exact)", differences()),
        markdown("One department with everybody's mix of work (simulated)", standardised(random)),
        markdown("A group weighted to its kinds of people (simulated)", poststratified(random)),
    ])  # fmt: skip


def main() -> None:
    text = tables()
    if "--write" not in sys.argv:
        print(text)
        return
    document = DOCUMENT.read_text(encoding="utf-8")
    before, after = document.split(START)[0], document.split(END)[1]
    DOCUMENT.write_text(f"{before}{START}\n{text}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
