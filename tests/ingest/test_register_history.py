"""The register's history: a day shows what was true, and known, then, whatever comes later."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from ingest.load import LoadResult, Options, load_agreements, load_frame
from queries.indicators import results
from queries.store import open_reader
from queries.viewer import Role, Viewer
from tests import loading
from tests.oracles import random_register
from tests.oracles.register import FIELDS, Loads, histories, known_on, version_on
from tests.register_attacker import Points, retold

DAY = timedelta(days=1)
FIRST, SECOND, THIRD = date(2025, 2, 28), date(2025, 9, 30), date(2026, 4, 15)
DAYS = (date(2024, 2, 29), FIRST, FIRST + DAY, date(2025, 7, 31), SECOND, THIRD - DAY, THIRD)
# Enough to see the register from several sides; every one is in the coverage over time.
SOME = ("riskbedomd_fore_start", "uppfoljd_12_manader", "rod_risk_utan_atgard", "efter_slutdatum")
# A register with all that is published of it takes a second to load, the history alone a quarter.
# A smaller seed is no simpler register, so nothing is won by shrinking.
few = settings(
    max_examples=4,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(3, 40)


@pytest.fixture(scope="module")
def framed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a store that has a frame and no register. Not to be written to."""
    folder = tmp_path_factory.mktemp("framed")
    load_frame(loading.write_frame(folder / "f.csv"), "2024", Options(store=folder / "store"))
    return folder / "store"


class Shelf:
    """Stores side by side, each begun as a copy of the framed one."""

    def __init__(self, framed: Path, folder: Path) -> None:
        self.framed, self.folder, self.number = framed, folder, 0

    def store(self) -> Path:
        self.number += 1
        return Path(shutil.copytree(self.framed, self.folder / f"store-{self.number}"))

    def load(
        self, store: Path, as_of: date, rows: Iterable[Mapping[str, Any]], publish: bool = False
    ) -> LoadResult:
        """Load a register. Without ``publish`` what is drawn from the history is left out."""
        path = random_register.write(self.folder / f"register-{as_of}.csv", rows)
        with pytest.MonkeyPatch.context() as patch:
            if not publish:
                patch.setattr("ingest.load.publish_register", lambda _builder: None)
            return load_agreements(path, Options(store=store), as_of=as_of)

    def filled(self, loads: Loads) -> Path:
        store = self.store()
        for as_of in sorted(loads):
            self.load(store, as_of, loads[as_of])
        return store


@pytest.fixture
def shelf(framed: Path, tmp_path: Path) -> Shelf:
    return Shelf(framed, tmp_path)


def made(seed: int, number: int) -> dict[date, list[dict[str, Any]]]:
    return random_register.Maker(seed, DAYS, (FIRST, SECOND, THIRD)).registers(number)


def stored(store: Path) -> list[dict[str, Any]]:
    """Return every version in the store, with the span in which it holds."""
    names = (*FIELDS, "known_from", "known_to")
    columns = ", ".join(f'"{name}"' for name in names)
    found = loading.rows(f"select {columns} from records.agreement order by all", store)
    return [dict(zip(names, row, strict=True)) for row in found]


def held(versions: Iterable[Mapping[str, Any]], day: date) -> dict[str, dict[str, Any]]:
    """Return agreement → the terms that the store says hold on ``day``; one version each."""
    found: dict[str, dict[str, Any]] = {}
    for version in versions:
        if version["known_from"] <= day < version["known_to"]:
            assert version["agreement_id"] not in found, f"two versions hold on {day}: {version}"
            found[version["agreement_id"]] = {name: version[name] for name in FIELDS}
    return found


def picture(store: Path, days: Iterable[date]) -> dict[date, Any]:
    """Return what can be seen of ``days``: the terms that hold, and indicators."""
    versions = stored(store)
    reader = open_reader(Viewer(Role.REVISOR), store)
    return {
        day: (
            held(versions, day),
            results(reader, "2024", SOME, as_of=day).to_csv(index=False),
        )
        for day in days
    }


def differences(expected: Mapping[Any, Any], found: Mapping[Any, Any]) -> list[Any]:
    """Return the first five agreements, and of them the fields, in which two states differ."""
    wrong = []
    for name in sorted(expected.keys() | found.keys()):
        ours, theirs = expected.get(name), found.get(name)
        if ours != theirs:
            fields = [
                (each, "oracle", ours[each], "store", theirs[each])
                for each in FIELDS
                if ours and theirs and ours[each] != theirs[each]
            ]
            wrong.append((name, fields or ("oracle", ours, "store", theirs)))
    return wrong[:5]


class Coded:
    """Whether the employees of two states are the same people: one is told in keyed hashes."""

    def __init__(self) -> None:
        self.code_of: dict[str, str] = {}

    def named(self, state: Mapping[str, Any], plain: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``state`` with the names of ``plain`` for the hashes that stand for them."""
        found = {}
        for name, terms in state.items():
            person = plain.get(name, terms)["employee"]
            code = terms["employee"]
            same = (
                person is not None
                and code is not None
                and person != code
                and self.code_of.setdefault(person, code) == code
            )
            found[name] = {**terms, "employee": person} if same else terms
        return found


# --- the words of the specification, one by one ---------------------------------------------------


def row(**fields: Any) -> dict[str, Any]:
    return {"agreement_id": "Ö-1", "department": "AAA", "start": date(2024, 5, 1), **fields}


CASES: dict[str, tuple[Loads, list[tuple[date, str, Any]]]] = {
    "a line of the first register held all along": (
        {FIRST: [row(places=1)]},
        [(date(2023, 1, 1), "places", 1), (THIRD, "places", 1)],
    ),
    "an agreement of a later register is known from the day after the one before": (
        {SECOND: [row(places=1)]},
        [(FIRST, "places", "unknown"), (FIRST + DAY, "places", 1)],
    ),
    "amended terms hold from the register that tells them": (
        {FIRST: [row(places=1)], SECOND: [row(places=2)], THIRD: [row(places=2)]},
        [(SECOND - DAY, "places", 1), (SECOND, "places", 2), (THIRD, "places", 2)],
    ),
    "terms that are taken back hold in between": (
        {FIRST: [row(places=1)], SECOND: [row(places=2)], THIRD: [row(places=1)]},
        [(FIRST, "places", 1), (THIRD - DAY, "places", 2), (THIRD, "places", 1)],
    ),
    "a fact between two registers is known from its day, the new terms not yet": (
        {
            FIRST: [row(places=1)],
            SECOND: [row(places=2, followed_up=date(2025, 6, 1))],
        },
        [
            (date(2025, 5, 31), "followed_up", None),
            (date(2025, 6, 1), "followed_up", date(2025, 6, 1)),
            (date(2025, 6, 1), "places", 1),
            (SECOND, "places", 2),
        ],
    ),
    "a risk assessment brings its level and the day of its measure": (
        {
            FIRST: [row(risk_assessed=date(2024, 4, 1), risk_level="gron")],
            SECOND: [
                row(risk_assessed=date(2025, 6, 1), risk_level="rod", measure_due=date(2025, 12, 1))
            ],
        },
        [
            (date(2025, 5, 31), "risk_level", "gron"),
            (date(2025, 6, 1), "risk_level", "rod"),
            (date(2025, 6, 1), "measure_due", date(2025, 12, 1)),
        ],
    ),
    "facts between two registers add up in the order of their days": (
        {
            FIRST: [row()],
            SECOND: [
                row(
                    evaluated=date(2025, 7, 1),
                    followed_up=date(2025, 6, 1),
                    ended=date(2025, 8, 1),
                    end_reason="Slutat",
                )
            ],
        },
        [
            (date(2025, 6, 1), "evaluated", None),
            (date(2025, 7, 1), "followed_up", date(2025, 6, 1)),
            (date(2025, 7, 1), "ended", None),
            (date(2025, 8, 1), "end_reason", "Slutat"),
            (date(2025, 8, 1), "evaluated", date(2025, 7, 1)),
        ],
    ),
    "a fact that is told late does not change the past": (
        {FIRST: [row()], SECOND: [row(followed_up=FIRST)]},
        [
            (FIRST, "followed_up", None),
            (SECOND - DAY, "followed_up", None),
            (SECOND, "followed_up", FIRST),
        ],
    ),
    "a fact on the day after the register before is news of that day": (
        {FIRST: [row()], SECOND: [row(followed_up=FIRST + DAY)]},
        [(FIRST, "followed_up", None), (FIRST + DAY, "followed_up", FIRST + DAY)],
    ),
    "a fact that is withdrawn is withdrawn from the register that lacks it": (
        {FIRST: [row(evaluated=date(2025, 1, 1))], SECOND: [row()]},
        [(SECOND - DAY, "evaluated", date(2025, 1, 1)), (SECOND, "evaluated", None)],
    ),
    "what is missing in a register stays as it was": (
        {FIRST: [row(places=1)]},
        [(SECOND, "places", 1), (THIRD, "places", 1)],
    ),
    "what comes back is no new agreement, and news only since the register that lacked it": (
        {
            FIRST: [row(places=1)],
            THIRD: [row(places=2, followed_up=date(2025, 6, 1), evaluated=date(2026, 1, 1))],
        },
        [
            (SECOND, "places", 1),
            (date(2026, 1, 1), "evaluated", date(2026, 1, 1)),
            (date(2026, 1, 1), "followed_up", None),
            (THIRD - DAY, "places", 1),
            (THIRD, "followed_up", date(2025, 6, 1)),
        ],
    ),
    "events of the first register hold from their days": (
        {
            FIRST: [
                row(places=1, event_date=date(2024, 5, 1)),
                row(places=2, event_date=date(2024, 8, 1)),
                row(places=3, event_date=FIRST),
            ]
        },
        [
            (date(2024, 4, 30), "places", "unknown"),
            (date(2024, 5, 1), "places", 1),
            (date(2024, 7, 31), "places", 1),
            (FIRST - DAY, "places", 2),
            (FIRST, "places", 3),
        ],
    ),
    "an event between two registers holds from its day": (
        {
            FIRST: [row(places=1, event_date=date(2024, 5, 1))],
            SECOND: [
                row(places=1, event_date=date(2024, 5, 1)),
                row(places=2, event_date=FIRST + DAY),
            ],
        },
        [(FIRST, "places", 1), (FIRST + DAY, "places", 2)],
    ),
    "an event that is told late holds from the register that tells it": (
        {
            FIRST: [row(places=1, event_date=date(2024, 5, 1))],
            SECOND: [
                row(places=1, event_date=date(2024, 5, 1)),
                row(places=2, event_date=FIRST),
            ],
        },
        [(SECOND - DAY, "places", 1), (SECOND, "places", 2)],
    ),
    "an event that is told late does not push out a later one": (
        {
            FIRST: [
                row(places=1, event_date=date(2024, 5, 1)),
                row(places=3, event_date=date(2024, 9, 1)),
            ],
            SECOND: [row(places=2, event_date=date(2024, 7, 1))],
        },
        [(date(2024, 8, 1), "places", 1), (SECOND, "places", 3)],
    ),
    "a corrected event holds from the register that corrects it": (
        {
            FIRST: [row(places=1, event_date=date(2024, 5, 1))],
            SECOND: [row(places=2, event_date=date(2024, 5, 1))],
        },
        [(SECOND - DAY, "places", 1), (SECOND, "places", 2)],
    ),
    "a correction of an event that is taken back is taken back": (
        {
            FIRST: [row(places=1, event_date=date(2024, 5, 1))],
            SECOND: [row(places=2, event_date=date(2024, 5, 1))],
            THIRD: [row(places=1, event_date=date(2024, 5, 1))],
        },
        [(FIRST, "places", 1), (THIRD - DAY, "places", 2), (THIRD, "places", 1)],
    ),
    "the reason for an end that was known is known when it is told": (
        {
            FIRST: [row(ended=date(2025, 6, 1))],
            SECOND: [
                row(ended=date(2025, 6, 1), end_reason="Slutat", followed_up=date(2025, 7, 1))
            ],
        },
        [(SECOND - DAY, "end_reason", None), (SECOND, "end_reason", "Slutat")],
    ),
    "a line without a day beside events says what held before the first of them": (
        {
            FIRST: [row(places=1), row(places=2, event_date=date(2024, 8, 1))],
            SECOND: [
                row(places=1),
                row(places=2, event_date=date(2024, 8, 1)),
                row(places=3, event_date=date(2025, 7, 1)),
            ],
            THIRD: [
                row(places=1),
                row(places=2, event_date=date(2024, 8, 1)),
                row(places=3, event_date=date(2025, 7, 1)),
            ],
        },
        [
            (date(2024, 7, 31), "places", 1),
            (FIRST, "places", 2),
            (date(2025, 6, 30), "places", 2),
            (SECOND, "places", 3),
            (THIRD, "places", 3),
        ],
    ),
    "such a line that comes first in a later register lets the events before it hold": (
        {SECOND: [row(places=1), row(places=2, event_date=date(2024, 8, 1))]},
        [(FIRST, "places", "unknown"), (FIRST + DAY, "places", 2), (SECOND, "places", 2)],
    ),
    "events of an agreement that is new in a later register do not reach behind the one before": (
        {
            SECOND: [
                row(places=1, event_date=date(2024, 5, 1)),
                row(places=2, event_date=date(2024, 8, 1)),
                row(places=3, event_date=date(2025, 6, 1)),
            ],
        },
        [
            (FIRST, "places", "unknown"),
            (FIRST + DAY, "places", 2),
            (date(2025, 6, 1), "places", 3),
        ],
    ),
}


@pytest.fixture(scope="module")
def told_in_words() -> Loads:
    """Return three registers with an agreement for each case; Ö-0 is in all of them."""
    loads: dict[date, list[Any]] = {
        as_of: [row(agreement_id="Ö-0")] for as_of in (FIRST, SECOND, THIRD)
    }
    for case, (registers, _expected) in CASES.items():
        for as_of, rows in registers.items():
            loads[as_of].extend({**each, "agreement_id": case} for each in rows)
    return loads


@pytest.fixture(scope="module")
def in_words(
    framed: Path, tmp_path_factory: pytest.TempPathFactory, told_in_words: Loads
) -> list[dict[str, Any]]:
    """Return the versions that a store makes of the cases."""
    folder = tmp_path_factory.mktemp("words")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISTANSKOLLEN_KEY_FILE", str(folder / "key"))
        return stored(Shelf(framed, folder).filled(told_in_words))


@pytest.mark.parametrize("case", CASES)
def test_the_history_is_as_the_words_say(
    told_in_words: Loads, in_words: list[dict[str, Any]], case: str
) -> None:
    told = histories(told_in_words)
    for day, name, value in CASES[case][1]:
        for who, state in (("store", held(in_words, day)), ("oracle", version_on(told, day))):
            found = state[case][name] if case in state else "unknown"
            assert found == value, (who, day, name)


def test_the_oracle_knows_no_fact_before_its_day() -> None:
    terms = row(risk_assessed=date(2025, 1, 10), risk_level="rod", measure_due=date(2025, 3, 1))
    told = histories({FIRST: [terms]})
    assert known_on(told, date(2024, 4, 30)) == {}
    before, after = (known_on(told, date(2025, 1, day))["Ö-1"] for day in (9, 10))
    assert (before["risk_assessed"], before["risk_level"], before["measure_due"]) == (None,) * 3
    assert (after["risk_level"], after["measure_due"]) == ("rod", date(2025, 3, 1))


# --- against the replay in plain Python -----------------------------------------------------------


def test_every_day_is_as_the_oracle_replays_it(shelf: Shelf) -> None:
    loads = made(20261122, 600)
    versions, told, coded = stored(shelf.filled(loads)), histories(loads), Coded()
    turns = {version["known_from"] for version in versions}
    days = sorted({day for day in turns if day > date(2022, 1, 1)} | set(DAYS))
    chosen = Random(1).sample(days, 25) + list(DAYS)
    for day in sorted({*chosen, *(day - DAY for day in chosen)}):
        expected = version_on(told, day)
        found = coded.named(held(versions, day), expected)
        assert expected == found, (day, differences(expected, found))
    codes = list(coded.code_of.values())
    assert len(set(codes)) == len(codes), "two people have one code"


# --- whatever comes later -------------------------------------------------------------------------


def coverage(store: Path) -> Points:
    """Return what is published of every day, in the whole and the departments."""
    rows = loading.rows(
        'select day, indicator, "group", numerator, denominator, status from published.coverage '
        "where breakdown in ('all', 'department') and status <> 'not_regulated'",
        store,
    )
    return {row[:3]: row[3:] for row in rows}


@few
@given(seeds, sizes)
def test_a_later_register_never_changes_what_was_seen_of_the_past(
    shelf: Shelf, seed: int, number: int
) -> None:
    loads = made(seed, number)
    store = shelf.store()
    seen: dict[date, Any] = {}
    for as_of in sorted(loads):
        shelf.load(store, as_of, loads[as_of])
        now = picture(store, [day for day in DAYS if day <= as_of])
        for day, before in seen.items():
            assert now[day][0] == before[0], (day, as_of, differences(before[0], now[day][0]))
            assert now[day][1] == before[1], (day, as_of)
        seen = now


def assert_published_once(shelf: Shelf, seed: int, number: int) -> None:
    """Load three registers; what was published of a day is published of it with every later one."""
    loads = made(seed, number)
    store = shelf.store()
    seen: list[tuple[date, Points]] = []
    for as_of in (FIRST, SECOND, THIRD):
        shelf.load(store, as_of, loads[as_of], publish=True)
        now = coverage(store)
        assert len(now) > 300
        for day, before in seen:
            assert retold(before, now, day) == []
        seen.append((as_of, now))


@settings(few, max_examples=2)
@example(348216465, 120)
@example(2563432515, 67)
@example(381464229, 100)
@given(seeds, st.integers(60, 200))
def test_what_was_published_of_a_day_is_published_of_it_whatever_comes_later(
    shelf: Shelf, seed: int, number: int
) -> None:
    assert_published_once(shelf, seed, number)


@pytest.mark.slow
@settings(few, max_examples=25)
@given(seeds, st.integers(20, 300))
def test_what_was_published_of_a_day_stays_in_registers_of_any_size(
    shelf: Shelf, seed: int, number: int
) -> None:
    assert_published_once(shelf, seed, number)


@few
@given(seeds, sizes, st.sampled_from(DAYS))
def test_events_of_later_days_never_change_an_earlier_one(
    shelf: Shelf, seed: int, number: int, day: date
) -> None:
    rows = random_register.Maker(seed, DAYS, (THIRD,)).registers(number, events=1)[THIRD]
    until = [each for each in rows if (each["event_date"] or day) <= day]
    if until:
        store = shelf.filled({THIRD: until})
        before = picture(store, [day])
        shelf.load(store, THIRD, rows)
        assert picture(store, [day]) == before


@few
@given(seeds, sizes, st.permutations((FIRST, SECOND, THIRD)))
def test_neither_the_order_of_registers_nor_of_rows_nor_a_corrected_mistake_matters(
    shelf: Shelf, seed: int, number: int, order: list[date]
) -> None:
    loads, wrong = made(seed, number), made(seed + 1, number)
    otherwise, corrected = shelf.store(), order[seed % 3]
    shelf.load(otherwise, corrected, wrong[corrected])
    for as_of in order:
        shelf.load(otherwise, as_of, Random(seed).sample(loads[as_of], len(loads[as_of])))
    assert stored(otherwise) == stored(shelf.filled(loads))
    registers = loading.rows("select as_of from records.register_load order by 1", otherwise)
    assert registers == [(FIRST,), (SECOND,), (THIRD,)]


def test_the_same_file_again_changes_nothing(shelf: Shelf) -> None:
    loads = made(7, 30)
    store = shelf.filled(loads)
    before = loading.tree(store)
    for as_of in (SECOND, THIRD, FIRST):
        result = shelf.load(store, as_of, loads[as_of])
        assert (result.accepted, result.unchanged) == (0, True)
    assert loading.tree(store) == before


def test_what_is_missing_is_reported_and_not_ended(shelf: Shelf) -> None:
    rows = [row(agreement_id=f"Ö-{number}") for number in range(4)]
    store = shelf.store()
    assert shelf.load(store, FIRST, rows).missing == []
    assert sorted(shelf.load(store, SECOND, [rows[0], rows[2]]).missing) == ["Ö-1", "Ö-3"]
    assert sorted(held(stored(store), THIRD)) == ["Ö-0", "Ö-1", "Ö-2", "Ö-3"]
    assert {version["ended"] for version in stored(store)} == {None}
    # Missing still, and said again? The register before did not have it either.
    assert shelf.load(store, THIRD, rows[:3]).missing == []
    seen = loading.rows("select agreement_id, seen from records.agreement order by 1", store)
    assert dict(seen) == {
        "Ö-0": [FIRST, SECOND, THIRD],
        "Ö-1": [FIRST, THIRD],
        "Ö-2": [FIRST, SECOND, THIRD],
        "Ö-3": [FIRST],
    }
