"""The same answers under the names of two waves are refused.

Within a wave new answers wait until they are enough to hide among (``ingest.waiting``). Loaded
under another name the same answers and one more would be published at once beside the first ones,
and the difference is what that one answered. So a survey is refused when it is, for the most part,
another wave's.

What the questions and the options are called is not trusted: another questionnaire names them
otherwise. Questions of two waves are paired by what they ask, and once more so that their answers
are as often given as can be; within a pair the options by what they say, else by how often they
were chosen. Rejected: comparing ids (another questionnaire passes) and the files' headers (another
export does).

Of what a wave was published with earlier, and of one whose records were removed by age, there are
no rows left, but counts by department. These are held against the new ones: the same people give
the same counts in every question, others do not.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import ceil, pi, sqrt

import numpy as np
from scipy.optimize import linear_sum_assignment

from ingest.snapshot import Builder
from queries import reference
from queries.i18n import _
from queries.store import StoreError, sql_file

LEAST = 10
"""How many of the questions that both waves have a row must answer to be told from others'. Two
people of two waves hardly answer ten or more alike, while three questions have few answers."""
FEW = 5
"""So many rows in common are needed: as few as a group that is shown has people."""
KEPT = {1.0: 0.5, 0.8: 0.75, 0.6: 0.75, 0.4: 0.75}
"""These parts of the questions are compared in turn, those that were answered most alike, and so
large a part of the rows must be in both. What was exported otherwise this time (*vet ej* as empty,
the first of several) was not answered alike. More rows are asked for where questions are left out:
they are all there when a file is loaded again, and people who answer anew are alike in some things.
"""

LOST = 0.01
"""So large a part of the counts may be missing, or else be new, where people only came or left."""
AS_BY_CHANCE = 0.3
"""And so much may all counts differ, after scaling to as many people, of what they do for other
people. Those who answer a second time, 85 of 100 as before, come to 0.4."""

Counts = dict[str, Counter[str]]
"""Question → option → how many chose it."""
Pictured = Counter[tuple[str, ...]]
"""(Question, department, option), or the latter two → people."""
Words = dict[tuple[str, str], str]
"""(Question, "") and (question, option) → what it says."""


@dataclass(frozen=True)
class _Pair:
    """A question of each of two waves, its ``own`` options, and which own option, if any, each of
    the other's stands for. ``unlike`` 0: as often given; 1: none alike."""

    question: str
    other: str
    own: tuple[str, ...]
    options: dict[str, str]
    unlike: float


def refuse_another_waves(builder: Builder, wave: str, sha256: str) -> None:
    """Raise ``StoreError`` if the answers of ``wave``, just written, are another wave's.

    That is if another wave was loaded from the same file (``sha256``), or if most (``KEPT``) of the
    rows that tell who they are (``queries/sql/same_answers.sql``), of the wave that has fewer, are
    in both, and a third of all its rows.
    """
    for entry in builder.inputs:
        if entry["kind"] == "survey" and entry["sha256"] == sha256 and entry["wave"] != wave:
            raise StoreError(_refused(entry["wave"], _("Filen är densamma.")))
    counts = _counts(builder)
    own = counts.pop(wave, {})
    for other, others in counts.items():
        words = _words(builder, wave), _words(builder, other)
        ways = [_paired(own, others, *words, by_name) for by_name in (True, False)]
        for pairs in ways if ways[0] != ways[1] else ways[:1]:
            for part, enough in KEPT.items():
                many = max(LEAST, ceil(part * len(pairs)))
                if many <= len(pairs):
                    _refuse_if_shared(builder, wave, other, pairs[:many], enough)
    _refuse_if_published(builder, wave)


def _refuse_if_shared(
    builder: Builder, wave: str, other: str, pairs: list[_Pair], enough: float
) -> None:
    rows = [
        row
        for place, pair in enumerate(pairs)
        for row in (
            *((wave, pair.question, option, place, option) for option in pair.own),
            *((other, pair.other, option, place, own) for option, own in pair.options.items()),
        )
    ]
    builder.temporary("alike", ("wave", "question", "option", "pair", "said"), rows)
    ((shared, own, others, fewest),) = builder.rows(
        sql_file("same_answers"), {"wave": wave, "least": LEAST}
    )
    if shared >= FEW and shared > enough * min(own, others) and 3 * shared > fewest:
        told = _("{shared} av {own} svarsrader finns i båda.")
        raise StoreError(_refused(other, told.format(shared=shared, own=own)))


def _refuse_if_published(builder: Builder, wave: str) -> None:
    """Raise ``StoreError`` if the counts of ``wave`` are those of a publication of another wave."""
    pictures: dict[tuple[str, int], Pictured] = {}
    for other, publication, *cell, people in builder.rows(
        sql_file("earlier_pictures"), {"wave": wave}
    ):
        pictures.setdefault((other, publication), Counter())[tuple(cell)] = people
    if not pictures:
        return
    own: Pictured = Counter()
    for *cell, people in builder.rows(
        "select question, department, option, count(*) from records.answer "
        "join records.respondent using (wave, respondent) where wave = $wave group by all",
        {"wave": wave},
    ):
        own[tuple(cell)] = people
    mine = _said(own, _words(builder, wave))
    for (other, _publication), counts in pictures.items():
        if _is_same(mine, _said(counts, _words(builder, other))):
            raise StoreError(_refused(other, _("Antalen är desamma som visades av den.")))


def _said(counts: Pictured, words: Words) -> dict[str, Pictured]:
    """Return question → (department, option) → people, by what questions and options say."""
    found: dict[str, Pictured] = {}
    for (question, department, option), people in counts.items():
        cells = found.setdefault(words.get((question, ""), question), Counter())
        cells[department, words.get((question, option), option)] += people
    return found


def _is_same(own: dict[str, Pictured], others: dict[str, Pictured]) -> bool:
    """Return whether counts are of the same people, a few more or fewer."""
    asked = [question for question in own if question in others]
    if len(asked) < LEAST:
        return False
    gone = new = everybody = differing = by_chance = 0.0
    for question in asked:
        theirs = others[question]
        there = {department for department, _option in theirs}
        mine = {cell: n for cell, n in own[question].items() if cell[0] in there}
        scale = theirs.total() / max(sum(mine.values()), 1)
        people = Counter[str]()
        for (department, _option), number in theirs.items():
            people[department] += number
        for cell in sorted(theirs.keys() | mine.keys()):
            before, now = theirs[cell], mine.get(cell, 0)
            gone, new = gone + max(before - now, 0), new + max(now - before, 0)
            differing += max(before - scale * now, 0)
            # Half the mean difference of two binomial counts.
            by_chance += sqrt(before * (1 - before / max(people[cell[0]], 1)) / pi)
        everybody += theirs.total()
    return (
        everybody >= FEW * len(asked)
        and min(gone, new) <= LOST * everybody
        and differing < AS_BY_CHANCE * by_chance
    )


def _counts(builder: Builder) -> dict[str, Counts]:
    """Return wave → its answers, counted."""
    found: dict[str, Counts] = {}
    for wave, question, option, number in builder.rows(
        "select wave, question, option, count(*) from records.answer group by all order by all"
    ):
        found.setdefault(wave, {}).setdefault(question, Counter())[option] = number
    return found


def _words(builder: Builder, wave: str) -> Words:
    """Return what the wave's questions and options say; nothing of a questionnaire that is no
    longer there."""
    ((id,),) = builder.rows(
        "select questionnaire from published.wave where wave = $wave", {"wave": wave}
    )
    if id not in reference.questionnaires():
        return {}
    said: Words = {}
    for question in reference.load_questionnaire(id).questions:
        said[question.id, ""] = reference.fold(question.text)
        for option in question.options:
            said[question.id, option.code] = reference.fold(option.label)
    return said


def _paired(own: Counts, others: Counts, mine: Words, theirs: Words, by_name: bool) -> list[_Pair]:
    """Return the questions of two waves in pairs, those that were answered most alike first.

    ``by_name``: those that ask the same are a pair (without words: that have the same id), and only
    what is left is paired by its answers.
    """
    if not own or not others:
        return []

    def name(words: Words, question: str) -> str:
        return words.get((question, ""), question)

    pairs = [[_pair(a, b, own[a], others[b], mine, theirs) for b in others] for a in own]
    unlike = np.array([[pair.unlike for pair in row] for row in pairs])
    same = np.array([[name(mine, a) == name(theirs, b) for b in others] for a in own])
    # Of equally alike ones too those that ask the same: a small thing beside one answer more.
    weight = 2 * len(unlike) if by_name else 1e-6
    found = linear_sum_assignment(unlike - weight * same)
    chosen = [pairs[a][b] for a, b in zip(*found, strict=True)]
    return sorted(chosen, key=lambda pair: (pair.unlike, pair.question))


def _pair(
    own: str,
    other: str,
    mine: Counter[str],
    theirs: Counter[str],
    own_words: Words,
    other_words: Words,
) -> _Pair:
    said = {own_words.get((own, option), option): option for option in mine}
    options = {
        option: said[word]
        for option in theirs
        if (word := other_words.get((other, option), option)) in said
    }
    left = [option for option, _n in mine.most_common() if option not in options.values()]
    rest = [option for option, _n in theirs.most_common() if option not in options]
    options |= dict(zip(rest, left, strict=False))
    alike = sum(min(mine[a], theirs[b]) for b, a in options.items())
    # What has no counterpart is an answer all the same, and nobody's own.
    options |= {option: f"{other}: {option}" for option in rest[len(left) :]}
    return _Pair(own, other, tuple(mine), options, 1 - 2 * alike / (mine.total() + theirs.total()))


def _refused(other: str, told: str) -> str:
    return " ".join(
        [
            _("Svaren finns redan, under vågen {other}.").format(other=other),
            told,
            _(
                "Två vågor med samma svar visar tillsammans vad enstaka personer har svarat. Är "
                "det fler eller rättade svar till samma enkät: läs in dem med --wave {other}. Fick "
                "vågen fel namn: återställ versionen före den (snapshots, restore)."
            ).format(other=other),
        ]
    )
