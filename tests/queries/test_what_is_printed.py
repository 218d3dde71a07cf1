"""The attacker begins with what is printed, by pages and commands, and counts back from it.

Every number is turned into the counts that it can stand for: intervals and bounds by trying all
whole numbers, the base of a filtered question into those who were not put it, departments that are
told as one into their sum. What comes out must be the published cube, number by number, and else
nothing but what can be added up from it.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import manage
from queries import indicators as results
from queries.catalogue import SURVEY, indicators
from queries.municipality import Merging
from queries.store import Reader
from tests import loading
from tests.attacker import PRINTED, SKIPPED, Published, counted_back, learn
from tests.browser.few import PAIR
from tests.browser.received import Table, number, of_file
from tests.queries.test_attacker import SIDES, as_file, framed, survey
from tests.queries.test_disclosure import FILTERED, QUESTIONS
from tests.visiting import visiting

if TYPE_CHECKING:
    from tests.queries.conftest import Loader

__all__ = ["framed"]  # a fixture
FIRST, FAST, LONG = 5000, 4, 200
NEVER = ("frekvens", "aldrig")
WHOLE = ("all", "")

Key = tuple[str, str]
Pair = tuple[int, int]


@dataclass
class Facts:
    """What is known of one wave: (question, (breakdown, group), options) → (count of any, base)."""

    known: dict[tuple[str, Key, frozenset[str]], Pair] = field(default_factory=dict)
    never: dict[Key, set[int]] = field(default_factory=dict)
    """How many of a group never work elsewhere, as the bases of filtered questions tell."""
    doubtful: list[str] = field(default_factory=list)

    def add(self, question: str, key: Key, options: Iterable[str], pair: Pair) -> None:
        if pair[1] == 0:
            return  # of nobody nothing is learnt
        fact = question, key, frozenset(options)
        if self.known.setdefault(fact, pair) != pair:
            self.doubtful.append(f"{fact}: {pair} and {self.known[fact]}")

    def singles(self) -> dict[tuple[str, Key, str], Pair]:
        return {
            (question, key, *options): pair
            for (question, key, options), pair in self.known.items()
            if len(options) == 1 and "+" not in key[1]
        }


# --- counting back --------------------------------------------------------------------------------


@dataclass
class Attacker:
    """Reads what is printed of a wave; knows the method and how many were invited and answered."""

    people: Mapping[str, Pair]
    """Department ("" for all) → (answered, invited): public."""
    counts: Mapping[str, tuple[str, tuple[str, ...]]]
    """Indicator → its question and the options that it counts: on the method page."""
    facts: Facts = field(default_factory=Facts)

    def read(self, rows: Iterable[Mapping[str, Any]], breakdown: str = "department") -> None:
        """Read the rows of a result table or of the command line."""
        for row in rows:
            question, options = self.counts.get(str(row["indicator"]), ("", ()))
            if not question:
                continue
            group = row["department"] if isinstance(row["department"], str) else ""
            parts = group.split("+") if group and breakdown == "department" else [""]
            answered, invited = (sum(self.people[part][i] for part in parts) for i in (0, 1))
            # Whoever left out an attribute may be of any of its groups.
            may_be = SKIPPED if breakdown == "department" or not group else answered
            found = counted_back(row, answered, invited, may_be)
            if not found:
                if any(_is_told(row, name) for name in PRINTED):
                    self.facts.doubtful.append(f"{row} stands for nothing")
                continue
            key = (breakdown, group) if group else WHOLE
            pairs = {(count, base) for count, base, _asked in found}
            if len(pairs) == 1:
                self.facts.add(question, key, options, pairs.pop())
            else:
                self.facts.doubtful.append(f"{row} stands for {pairs}")
            if question in FILTERED and breakdown == "department":
                never = {answered - asked for _count, _base, asked in found}
                self.facts.never[key] = self.facts.never.get(key, never) & never

    def read_answers(self, question: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Read the answers to a question, per department."""
        for row in rows:
            if _is_told(row, "count") or _is_told(row, "base"):
                key = ("department", row["group"]) if row["group"] else WHOLE
                pair = int(row["count"]), int(row["base"])
                self.facts.add(question, key, [row["option"]], pair)


def _is_told(row: Mapping[str, Any], name: str) -> bool:
    value = row.get(name)
    return value is not None and value == value and str(value) not in ("", "<NA>")


def attacker(reader: Reader, wave: str) -> Attacker:
    grid = results.departments(reader, wave)
    people = {
        row.code: (int(row.answered), int(row.invited)) for row in grid.itertuples(index=False)
    }
    people[""] = tuple(sum(pair[i] for pair in people.values()) for i in (0, 1))
    asked = results.questionnaire_of(reader, wave)
    assert asked is not None
    counts = {
        i.id: (
            i.source.question,
            tuple(o for o in i.source.counted(asked) if o in QUESTIONS[i.source.question]),
        )
        for i in indicators()
        if i.source.kind == SURVEY and i.source.question in QUESTIONS
    }
    single = {f"{q}:{code}": (q, (code,)) for q, codes in QUESTIONS.items() for code in codes}
    return Attacker(people, counts | single)


def read_everything(reader: Reader, wave: str, mergings: Sequence[Merging]) -> Facts:
    """Return what follows from all tables that pages and commands make of the survey."""
    reading = attacker(reader, wave)
    for merged in (False, True):
        reading.read(records(results.results(reader, wave, merged=merged, mergings=mergings)))
    reading.read(records(results.options(reader, wave, mergings=mergings)))
    for question in QUESTIONS:
        reading.read_answers(question, records(results.answers(reader, wave, question, mergings)))
    for indicator in indicators():
        if indicator.id in reading.counts:
            for breakdown in ("position", "occupation", "sex"):
                table = results.by_group(reader, wave, indicator, breakdown)
                reading.read(records(table), breakdown)
    return reading.facts


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return table.to_dict("records")


def every_merging(codes: Sequence[str]) -> list[Merging]:
    """Return every way of joining departments: whatever a municipality may come to choose."""
    return [
        Merging(departments=some, reason="Prov")
        for many in range(2, len(codes))
        for some in combinations(codes, many)
    ]


# --- what may be known ----------------------------------------------------------------------------

Cube = dict[tuple[str, Key], dict[str, Pair]]


def cube_of(reader: Reader, wave: str) -> Cube:
    """Return (question, key) → option → (count, base) as published; what is hidden is absent."""
    found: Cube = {}
    rows = reader.rows(
        'select question, breakdown, "group", option, count, base from published.cube '
        "where wave = $wave and count is not null",
        wave=wave,
    )
    for question, breakdown, group, option, count, base in rows:
        found.setdefault((question, (breakdown, group)), {})[option] = (count, base)
    return found


def lawful(cube: Cube, departments: Sequence[str], question: str, key: Key, options: Any) -> Any:
    """Return what the cube gives of a fact, by adding and subtracting alone; None for nothing."""
    breakdown, group = key

    def told(code: str) -> Pair | None:
        rows = cube.get((question, (breakdown, code) if code else WHOLE))
        if rows is None:
            return None
        return sum(rows[option][0] for option in options), next(iter(rows.values()))[1]

    if "+" not in group:
        return told(group)
    parts = group.split("+")
    own = [told(code) for code in parts]
    if None not in own:
        return tuple(sum(pair[i] for pair in own) for i in (0, 1))
    others = [told(code) for code in departments if code not in parts or told(code)]
    whole = told("")
    if None in others or whole is None:
        return None
    shown_parts = [told(code) for code in parts if told(code)]
    hidden = [whole[i] - sum(pair[i] for pair in others) for i in (0, 1)]
    return tuple(hidden[i] + sum(pair[i] for pair in shown_parts) for i in (0, 1))


BY_DEPARTMENT = ("all", "department")


def by_department(cube: Cube) -> dict[tuple[str, Key, str], Pair]:
    """Return what is shown of the whole and per department, but for what nobody answered."""
    return {
        (question, key, option): pair
        for (question, key), rows in cube.items()
        for option, pair in rows.items()
        if key[0] in BY_DEPARTMENT and pair[1] > 0
    }


def judge(reader: Reader, wave: str, facts: Facts, people: Sequence[Mapping[str, Any]]) -> None:
    """Fail if the facts are more than the published cube, are less, or tell of a few."""
    assert facts.doubtful == []
    cube = cube_of(reader, wave)
    departments = [row["code"] for row in records(results.departments(reader, wave))]
    for (question, key, options), pair in facts.known.items():
        assert lawful(cube, departments, question, key, options) == pair, (question, key, options)
    singles = {fact: pair for fact, pair in facts.singles().items() if fact[1][0] in BY_DEPARTMENT}
    assert singles == by_department(cube)
    for key, numbers in facts.never.items():
        never = lawful(cube, departments, NEVER[0], key, NEVER[1:])
        # Where it says how many, that is what the filter question is shown to say.
        assert len(numbers) != 1 or never is None or never[0] in numbers, key
        assert len(numbers) != 1 or never is not None, f"{key}: {numbers} never work elsewhere"
    for question in QUESTIONS:
        assert learn(as_published(facts, question), people, question) == []


def as_published(facts: Facts, question: str) -> Published:
    """Return what was counted back of a question, in the shape that the attacker begins with."""
    told: dict[Key, tuple[int, dict[str, int]]] = {}
    for (asked, key, options), (count, base) in facts.known.items():
        if asked == question and len(options) == 1:
            told.setdefault(key, (base, {}))[1][next(iter(options))] = count
    whole = {key: rows for key, rows in told.items() if len(rows[1]) == len(QUESTIONS[question])}
    return Published(whole, set(), SIDES.get(question, ()))


# --- random surveys -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "seed",
    [
        *range(FIRST, FIRST + FAST),
        *(pytest.param(s, marks=pytest.mark.slow) for s in range(FIRST + FAST, FIRST + LONG)),
    ],
)
def test_what_tables_and_commands_print_is_the_published_cube_and_nothing_more(
    seed: int, loader: Loader, framed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(framed, loader.folder / "store")
    people = survey(seed)
    loader.survey(as_file(people))
    reader = loader.reader("politiker")
    codes = [row["code"] for row in records(results.departments(reader, "v"))]
    facts = read_everything(reader, "v", every_merging(codes))
    judge(reader, "v", facts, people)

    # The command line, in both of its forms, and with a department picked out.
    before = cube_of(reader, "v")
    for form in ("json", "csv"):
        reading = attacker(reader, "v")
        reading.read(printed(capsys, form, "indicators", "--wave", "v", "--role", "politiker"))
        assert reading.facts.doubtful == []
        assert reading.facts.singles() == by_department(before)
        cube = printed(capsys, form, "publish", "--wave", "v")
        assert {
            (row["question"], (row["breakdown"], row["group"]), row["option"]): (
                int(row["count"]),
                int(row["base"]),
            )
            for row in cube
            if any(_is_told(row, name) for name in ("count", "base", "share"))
        } == {(q, key, o): pair for (q, key), rows in before.items() for o, pair in rows.items()}


def printed(capsys: Any, form: str, *command: str) -> list[dict[str, Any]]:
    """Return the rows that a command prints, numbers as numbers."""
    capsys.readouterr()
    assert manage.main([*command, "--format", form]) == 0
    out = capsys.readouterr().out
    if form == "json":
        return list(json.loads(out))
    return [
        {name: float(value) if name in PRINTED and value else value or None
         for name, value in row.items()} | {"group": row.get("group", "")}
        for row in csv.DictReader(io.StringIO(out))
    ]  # fmt: skip


def test_a_second_wave_beside_the_first_changes_and_tells_nothing_of_it(
    loader: Loader, framed: Path
) -> None:
    shutil.copytree(framed, loader.folder / "store")
    first = survey(FIRST + 3)
    loader.survey(as_file(first))
    before = cube_of(loader.reader(), "v")
    second = [*survey(FIRST + 4), *first[: len(first) // 2]]
    present = {person["department"] for person in second}
    loader.invited("w", **dict.fromkeys(sorted(present), 80))
    loader.survey(as_file(second), wave="w")
    reader = loader.reader()
    assert cube_of(reader, "v") == before
    for wave, people in (("v", first), ("w", second)):
        codes = [row["code"] for row in records(results.departments(reader, wave))]
        judge(reader, wave, read_everything(reader, wave, every_merging(codes)), people)


# --- pages ----------------------------------------------------------------------------------------

PLACES = ("styrning", "arbetsmiljo", "it-sakerhet", "sammanfattning")
OTHERS = re.compile(r"\d+ av \d+ (mått|regler|tal|förvaltning\w*|indikatorer|grupper|publicerade)")
"""Pairs that count no answers."""


@pytest.mark.parametrize(
    "seed", [FIRST + 1, *(pytest.param(FIRST + s, marks=pytest.mark.slow) for s in range(2, 12))]
)
def test_what_pages_say_whatever_is_asked_for_can_be_added_up_from_the_published_cube(
    seed: int, loader: Loader, framed: Path
) -> None:
    for entry in (loading.ROOT / "data").iterdir():  # pages need the other facts too
        if not (loader.folder / "data" / entry.name).exists() and entry.name != "store":
            (loader.folder / "data" / entry.name).symlink_to(entry)
    shutil.copytree(framed, loader.folder / "store")
    people = [
        {**person, "occupation": "", "sex": "", "position": person["position"].replace("annan", "")}
        for person in survey(seed)
    ]
    # The pages tell of every question that the indicators know.
    loader.survey(as_file(people), questionnaire="vaggeryd-2024")
    reader = loader.reader("politiker")
    codes = [row["code"] for row in records(results.departments(reader, "v"))]
    cube = cube_of(reader, "v")
    may_be_said = {*attacker(reader, "v").people.values()}  # 11 answered of 30
    for question in QUESTIONS:
        options = tuple(next(rows for (q, _key), rows in cube.items() if q == question))
        some = [o for n in range(1, len(options) + 1) for o in combinations(options, n)]
        hidden = [code for code in codes if (question, ("department", code)) not in cube]
        keys = {key for asked, key in cube if asked == question}
        for key in (*keys, *([("department", "+".join(hidden))] if hidden else [])):
            for union in some:
                own = lawful(cube, codes, question, key, union)
                whole = lawful(cube, codes, question, WHOLE, union)
                may_be_said.add(own)
                if own and whole:  # all the others, with whom a department is compared
                    may_be_said.add((whole[0] - own[0], whole[1] - own[1]))
                unsure = "vet_ej" in options and lawful(cube, codes, question, key, ("vet_ej",))
                if own and unsure and "vet_ej" not in union:  # of those who had an opinion
                    may_be_said.add((own[0], own[1] - unsure[0]))

    said: set[Pair] = set()
    with visiting() as visitor:
        for group in ("", *codes):
            for place in PLACES if not group else PLACES[1:2]:
                asked = {"forvaltning": group} if group else {}
                sent = visitor.visit(place, roll="politiker", vag="v", **asked)
                words = OTHERS.sub("…", sent.words.replace("\N{NO-BREAK SPACE}", " "))
                said |= {(int(m[1]), int(m[2])) for m in PAIR.finditer(words)}
                for name, data in sent.files.items():
                    said |= pairs_of_file(name, data)
    # Of some surveys next to nothing may be shown; of the one that is always tried, much.
    assert len(said) > (10 if seed == FIRST + 1 else 0)
    assert said <= may_be_said


def pairs_of_file(name: str, data: bytes) -> set[Pair]:
    """Return each count with its base in a file that is taken away."""
    found: set[Pair] = set()
    for piece in of_file(name, data):
        if isinstance(piece, Table) and {"Antal", "Underlag"} <= set(piece.heads):
            columns = [piece.heads.index(head) for head in ("Antal", "Underlag")]
            numbers = [tuple(number(row[column]) for column in columns) for row in piece.rows]
            found |= {(int(n), int(m)) for n, m in numbers if n is not None and m is not None}
    return found


# --- the attack finds what it is for --------------------------------------------------------------


@pytest.fixture
def hiding(loader: Loader, framed: Path) -> Loader:
    """Return a store in which something is hidden."""
    shutil.copytree(framed, loader.folder / "store")
    people = survey(FIRST)
    loader.survey(as_file(people))
    ((hidden,),) = loading.rows("select count(*) from published.cube where status = 'hidden'")
    assert hidden
    return loader


@pytest.mark.parametrize("left", [("low", "high"), ("bound_low", "bound_high"), ("share",)])
def test_a_hidden_row_that_keeps_its_interval_or_share_is_counted_back(
    hiding: Loader, left: tuple[str, ...]
) -> None:
    truth = records(results.options(hiding.reader("revisor"), "v"))
    told = records(results.options(hiding.reader("politiker"), "v"))
    leaking = [
        {**row, **{name: true[name] for name in left}} if row["status"] == "hidden" else row
        for row, true in zip(told, truth, strict=True)
    ]
    reading = attacker(hiding.reader(), "v")
    reading.read(leaking)
    # Of a share alone the base is not certain, and of few people's bounds not always.
    more = len(reading.facts.singles()) + len(reading.facts.doubtful)
    plain = attacker(hiding.reader(), "v")
    plain.read(told)
    assert more > len(plain.facts.singles())


def test_tables_that_are_counted_from_the_records_are_found(
    hiding: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The auditor's numbers in a politician's table: what a slip of a schema's name would give.
    reader = hiding.reader("revisor")
    facts = read_everything(reader, "v", ())
    with pytest.raises(AssertionError):
        judge(hiding.reader("politiker"), "v", facts, survey(FIRST))
