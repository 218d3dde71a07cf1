"""An attacker with everything that is published of the register learns nothing of 1–4 agreements,
and wins when any of the protections is switched off."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from ingest import register
from ingest.load import Options, load_agreements
from queries import coverage, indicators, regelverk, register_disclosure
from queries.catalogue import REGISTER, is_regulated, register_parameters
from queries.catalogue import indicators as catalogue
from queries.disclosure import Profile
from queries.register_disclosure import IN_FORCE as GATED
from queries.register_disclosure import Gate, gate, gate_today, hidden_of_any
from queries.rules import as_json, evaluate_sql, rulesets
from tests.loading import rows
from tests.oracles import random_register
from tests.queries.conftest import Loader
from tests.register_attacker import (
    IN_FORCE,
    Agreement,
    Known,
    Points,
    learn,
    learn_over_time,
    retold,
    series_of,
    together,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

STANDARD = Profile("standard", min_base=5, unanimous_below=10, min_groups=2)
DEPARTMENTS = ("AA", "BB", "CC", "DD", "EE", "FF")
POSITIONS = ("chef", "medarbetare")
# Matter → its sets: indicators ask some and find some; rules are failed by some of those in force.
INDICATORS = {
    "risk": ("assessed", "open", "late", "red"),
    "time": ("over", "followed"),
    "share": ("days",),
}
RULES = {
    "risk": (("own", "assess"), ("strict", "assess"), ("strict", "measures")),
    "time": (("own", "follow"), ("strict", "term")),
    "share": (("own", "days"), ("strict", "days")),
}
# What the words mean: the first is among the second.
WITHIN = (
    ("have red", "have open"),
    ("have late", "have open"),
    ("fails strict assess", "fails own assess"),
    ("fails own days", "have days"),
    ("have days", "fails own days"),
    ("fails own days", "fails strict days"),
    ("fails own follow", "fails strict term"),
)


def agreements_of(seed: int) -> list[tuple[tuple[str, str], set[str]]]:
    """Return agreements: (department, position) and the sets that each lies in. Many departments of
    a few; much that most have, and few lack; sets within each other that differ by one or two."""
    draw = random.Random(seed)
    few = {name: draw.choice((0.05, 0.15, 0.3, 0.5, 0.85)) for name in range(12)}
    found = []
    for department in DEPARTMENTS[: draw.randint(1, 6)]:
        for _ in range(draw.choice((0, 1, 2, 3, 4, 5, 6, 7, 9, 12, 18, 30))):
            position = draw.choices((*POSITIONS, ""), (2, draw.choice((2, 6)), 0.2))[0]
            is_true = {name: draw.random() < share for name, share in few.items()}
            sets = set()
            if draw.random() < 0.1:
                sets |= {"of over", "have over"}
            else:
                sets |= {IN_FORCE, "of assessed", "of open", "of over", "of followed", "of days"}
                sets |= {"have assessed"} if is_true[0] else {"fails own assess"}
                sets |= {"fails strict assess"} if not is_true[0] and not is_true[1] else set()
                sets |= {"have open"} if is_true[2] else set()
                sets |= {"of late"} if is_true[2] or is_true[3] else set()
                sets |= {"have late"} if is_true[2] and is_true[4] else set()
                sets |= {"of red"} if is_true[5] else set()
                sets |= {"have red"} if is_true[5] and is_true[2] else set()
                sets |= {"fails strict measures"} if is_true[6] else set()
                sets |= {"have followed"} if is_true[7] else {"fails own follow"}
                sets |= {"fails strict term"} if not is_true[7] or is_true[8] else set()
                sets |= {"have days", "fails own days"} if is_true[9] else set()
                sets |= {"fails strict days"} if is_true[9] or is_true[10] else set()
            found.append(((department, position), sets))
    return found


def gated(agreements: list[tuple[tuple[str, str], set[str]]]) -> Gate:
    """Return what the gate would show of these."""
    names = {IN_FORCE: 0}
    for matter, own in INDICATORS.items():
        for name in own:
            names |= {f"of {name}": len(names)}
            names |= {f"have {name}": len(names)}
        for ruleset, rule in RULES[matter]:
            names |= {f"fails {ruleset} {rule}": len(names)}
    cells = [
        (department, position or None, sum(1 << names[name] for name in sets), 1)
        for (department, position), sets in agreements
    ]
    sets: dict[str, dict[Any, tuple[int, int]]] = {GATED: {"use": (1, 1)}}
    rules: dict[str, dict[Any, tuple[int, int]]] = {}
    for matter, own in INDICATORS.items():
        sets[matter] = {n: (1 << names[f"have {n}"], 1 << names[f"of {n}"]) for n in own}
        rules[matter] = {(s, r): (1 << names[f"fails {s} {r}"], 1) for s, r in RULES[matter]}
    every = dict.fromkeys(sets, cells)
    ratios = frozenset(["use"])
    own_day = gate(every, sets, DEPARTMENTS, STANDARD, ratios)
    return gate_today(own_day, every, sets, rules, STANDARD, ratios)


def published(agreements: list[tuple[tuple[str, str], set[str]]]) -> Known:
    """Return what anybody may be given of these, and what the words mean."""
    own = gated(agreements)
    told: dict[tuple[str, tuple[str, str]], int] = {}

    def tell(name: str, place: tuple[str, str], number: int) -> None:
        if place != ("position", ""):
            told[name, place] = number

    for name, matter in own.matters.items():
        for place in matter.members:
            if place in own.hidden[name] or (place[0] == "department" and place[1] in own.closed):
                continue
            have, of = matter.count(name, place)
            if name in ("use", GATED):
                if place[0] != "position" and name == "use":
                    tell(IN_FORCE, place, have)
            elif isinstance(name, tuple):
                if place[0] != "position":
                    tell(f"fails {' '.join(name)}", place, have)
                    tell(IN_FORCE, place, of)
            else:
                tell(f"have {name}", place, have)
                tell(f"of {name}", place, of)
    within = {*WITHIN, *((f"fails {s} {r}", IN_FORCE) for own in RULES.values() for s, r in own)}
    any_of: dict[str, list[str]] = {}
    for names in INDICATORS.values():
        within |= {(f"have {name}", f"of {name}") for name in names}
        whole = {"assessed", "open", "followed", "days"} & set(names)
        within |= {(f"of {name}", IN_FORCE) for name in names if name != "over"}
        within |= {(IN_FORCE, f"of {name}") for name in {*whole, *({"over"} & set(names))}}
    for ruleset in ("own", "strict"):
        lines = [(s, r) for own in RULES.values() for s, r in own if s == ruleset]
        fails = [f"fails {s} {r}" for s, r in lines]
        several: dict[str, int] = {}
        for (department, _position), sets in agreements:
            if not sets.isdisjoint(fails):
                several[department] = several.get(department, 0) + 1
        counts, hidden = hidden_of_any(several, lines, own, STANDARD)
        name = f"any {ruleset}"
        for place, (number, _of) in counts.items():
            if place not in hidden:
                tell(name, place, number)
        any_of[name] = fails
        within |= {(name, IN_FORCE), *((one, name) for one in fails)}
    return Known(told, within, any_of=any_of)


def truly(agreements: list[tuple[tuple[str, str], set[str]]]) -> list[Agreement]:
    found = []
    for cell, sets in agreements:
        fails = {name.split()[1] for name in sets if name.startswith("fails")}
        found.append(Agreement(cell, frozenset(sets | {f"any {ruleset}" for ruleset in fails})))
    return found


def attack(seed: int) -> list[str]:
    agreements = agreements_of(seed)
    return learn(published(agreements), truly(agreements)) if agreements else []


@pytest.mark.parametrize("seed", range(40))
def test_nobody_learns_of_a_few_agreements_from_a_days_numbers(seed: int) -> None:
    assert attack(seed) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40, 1500))
def test_nobody_learns_of_a_few_agreements_from_a_days_numbers_however_they_lie(seed: int) -> None:
    assert attack(seed) == []


def test_without_the_search_of_sums_and_differences_the_attacker_wins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(register_disclosure, "exposed", lambda *_: None)
    assert any(attack(seed) for seed in (0, 2, 10))


def test_without_the_search_beside_any_rule_the_attacker_wins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unsearched(*arguments: Any) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(register_disclosure, "exposed", lambda *_: None)
            return register_disclosure.hidden_of_any(*arguments)

    monkeypatch.setattr("tests.queries.test_register_attacker.hidden_of_any", unsearched)
    assert any(attack(seed) for seed in (0, 10))


def test_where_all_rules_are_shown_any_rule_would_tell_how_few_fail_two(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ten of forty are not assessed, nine not followed up, sixteen either: three are both."""
    asked = {IN_FORCE, "of assessed", "of open", "of over", "of followed", "of days"}
    forty = []
    for number in range(40):
        risk = {"fails own assess"} if number < 10 else {"have assessed"}
        late = {"fails own follow", "fails strict term"} if 7 <= number < 16 else {"have followed"}
        forty.append((("AA", "medarbetare"), asked | risk | late))
    known = published(forty)
    assert known.told["fails own assess", ("all", "")] == 10
    assert learn(known, truly(forty)) == []
    monkeypatch.setattr(register_disclosure, "_tells", lambda *_: False)
    assert "fails several of any own" in learn(published(forty), truly(forty))[0]


def test_where_few_of_a_position_are_in_force_it_is_not_told_that_none_of_them_is_asked() -> None:
    """Three managers, none at a red risk; forty others, of whom twenty are."""
    asked = {IN_FORCE, "of assessed", "of open", "of over", "of followed", "of days"}
    here = [(("AA", "chef"), set(asked)) for _ in range(3)]
    here += [(("AA", "medarbetare"), asked | {"of red", "have red"}) for _ in range(20)]
    here += [(("AA", "medarbetare"), asked | {"have assessed"}) for _ in range(20)]
    found = register._of_positions("red", gated(here), LOADS[0])
    assert [row[1:] for row in found if row[1] == "chef"] == [("chef", None, None, "hidden")]


# --- from file to table ---------------------------------------------------------------------------

LOADS = (date(2026, 2, 28), date(2026, 10, 31))
REGISTERS = (date(2025, 2, 28), date(2025, 9, 30), date(2026, 4, 15))
NEAR = (
    date(2024, 2, 29), REGISTERS[0], date(2025, 3, 1), date(2025, 7, 31), REGISTERS[1],
    date(2026, 4, 14), REGISTERS[2],
)  # fmt: skip
CODES = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF")
OF_THOSE_IN_FORCE = (
    "riskbedomd_fore_start", "uppfoljd_12_manader", "oppna_risker", "it_genomgang_12_manader",
)  # fmt: skip
FINDS_OTHERS = ("efter_slutdatum", "avslag")


@dataclass(frozen=True)
class Publication:
    """What was published with one register: of every day, and all of its own."""

    day: date
    points: Points
    own: Known


def load(loader: Loader, seed: int) -> list[Publication]:
    """Fill a store with a frame and random registers of six departments, some of them tiny."""
    draw = random.Random(seed)
    number = draw.randint(10, 60)
    made = random_register.Maker(seed, LOADS, LOADS).registers(number, events=0.1)
    weights = [draw.choice((1, 1, 2, 4, 8)) for _code in CODES]
    home: dict[str, str] = {}
    for lines in made.values():
        for row in lines:
            row["department"] = home.setdefault(
                row["agreement_id"], draw.choices(CODES, weights)[0]
            )
    return load_by_steps(loader, made, CODES)


def load_by_steps(
    loader: Loader, made: Mapping[date, Any], codes: Sequence[str]
) -> list[Publication]:
    """Load registers in the order of their dates, and return what was published with each."""
    head = ("Förvaltning", "Antal anställda", "Möjlighet till distansarbete", "Tillfrågade")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISTANSKOLLEN_STORE", str(loader.folder / "store"))
        patch.setenv("DISTANSKOLLEN_KEY_FILE", str(loader.folder / "key"))
        loader.frame([head, *((code, 90, 60, 30) for code in codes)])
        found = []
        for as_of in sorted(made):
            path = random_register.write(loader.folder / f"{as_of}.csv", made[as_of])
            load_agreements(path, as_of=as_of, options=Options(partial=True))
            found.append(Publication(as_of, points(), told(loader, "politiker")))
        return found


def points() -> Points:
    """Return what is published of every day, in the whole and the departments."""
    found = rows(
        'select day, indicator, "group", numerator, denominator, status from published.coverage '
        "where breakdown in ('all', 'department') and status <> 'not_regulated'"
    )
    return {row[:3]: row[3:] for row in found}


def meanings() -> tuple[set[tuple[str, str]], set[tuple[str, str]], set[tuple[str, str]]]:
    """Return what follows from the words of catalogue and rules: which sets lie within which, which
    share nobody, which make up all in force."""
    within = {("have rod_risk_utan_atgard", "have oppna_risker"), (IN_FORCE, "of efter_slutdatum")}
    apart: set[tuple[str, str]] = set()
    halves: set[tuple[str, str]] = set()
    for one in catalogue():
        if one.source.kind == REGISTER:
            within.add((f"have {one.id}", f"of {one.id}"))
            if one.id not in ("efter_slutdatum", "avslag"):
                within.add((f"of {one.id}", IN_FORCE))
    within |= {(IN_FORCE, f"of {name}") for name in OF_THOSE_IN_FORCE}
    lines = [line for line in json.loads(as_json(rulesets())) if line["modality"] != "kan"]
    scopes = [key for key in lines[0] if key.startswith(("scope", "applies"))]
    limits = ("months", "days", "percent", "places")
    by_act = {"risk_before_start": OF_THOSE_IN_FORCE[0], "follow_up": OF_THOSE_IN_FORCE[1]}
    for a in lines:
        fails = f"fails {a['ruleset']} {a['rule']}"
        within |= {(fails, IN_FORCE), (fails, f"any {a['ruleset']}")}
        if a["kind"] in by_act and a["months"] in (None, 12):
            everybody = all(a[key] is None for key in scopes)
            (halves if everybody else apart).add((fails, f"have {by_act[a['kind']]}"))
        for b in lines:
            other = f"fails {b['ruleset']} {b['rule']}"
            narrower = all(b[key] in (None, a[key]) for key in scopes)
            same = a["kind"] == b["kind"] and all(
                a[key] == b[key] for key in ("form", "field", "oppen", "intern", "sekretess")
            )
            laxer = all(a[key] == b[key] or (a[key] or 0) > (b[key] or 99) for key in limits)
            always = b["valid_from"] is None and b["valid_to"] is None
            if a is not b and same and narrower and laxer and always and a["kind"] != "notice":
                within.add((fails, other))
    return within, apart, halves


def as_they_are(loader: Loader, day: date) -> list[Agreement]:
    """Return every agreement of the day with the sets it lies in, asked of the whole store."""
    reader = loader.reader("revisor")
    cells: dict[str, tuple[str, str]] = {}
    sets: dict[str, set[str]] = {}

    def add(row: dict[str, Any], *names: str) -> None:
        position = row["position"] if isinstance(row["position"], str) else ""
        cells[row["agreement_id"]] = (row["department"], position)
        sets.setdefault(row["agreement_id"], set()).update(names)

    for one in catalogue():
        if one.source.kind == REGISTER and is_regulated(one):
            marks = reader.frame(
                one.register_sql("marks"), days=[day], of=1, have=2, **register_parameters(one)
            )
            for row in marks.to_dict("records"):
                add(row, f"of {one.id}", *([f"have {one.id}"] if row["marks"] > 1 else []))
                if one.id in OF_THOSE_IN_FORCE:
                    add(row, IN_FORCE)
    judged = (
        evaluate_sql() + "select ruleset, rule, agreement_id, department, position from evaluated "
        "semi join in_force using (day, agreement_id) where outcome in ('brister', 'avviker')"
    )
    for row in reader.frame(judged, days=[day], rules=as_json(rulesets())).to_dict("records"):
        add(row, f"fails {row['ruleset']} {row['rule']}", f"any {row['ruleset']}")
    return [Agreement(cells[number], frozenset(own)) for number, own in sets.items()]


def told(loader: Loader, role: str, *granted: str) -> Known:
    """Return what the pages and commands give a role of the register's own day."""
    reader = loader.reader(role, *granted)
    within, apart, halves = meanings()
    found: dict[tuple[str, tuple[str, str]], int] = {}
    for one in catalogue():
        if one.source.kind != REGISTER:
            continue
        table = indicators.results(reader, "v", [one.id]).assign(breakdown="department")
        table = pd.concat([table, coverage.by_position(reader, one).assign(breakdown="position")])
        for row in table[table["status"].isin(register.NUMBERS)].to_dict("records"):
            code = row["department"] if isinstance(row["department"], str) else ""
            place = (row["breakdown"], code) if code else ("all", "")
            have, of = int(row["numerator"]), int(row["denominator"])
            if one.source.ratio:
                found[IN_FORCE, place] = have
                continue
            found[f"have {one.id}", place], found[f"of {one.id}", place] = have, of
            if one.id == "efter_slutdatum":
                found[IN_FORCE, place] = of - have
    for row in regelverk.outcomes(reader, rulesets()).query("status == 'shown'").to_dict("records"):
        code = row["department"] if isinstance(row["department"], str) else ""
        if code != regelverk.MINE:
            place = ("department", code) if code else ("all", "")
            name = "any" if row["rule"] == regelverk.ANY else "fails"
            rule = "" if name == "any" else f" {row['rule']}"
            found[f"{name} {row['ruleset']}{rule}", place] = int(row["failing"])
            found[IN_FORCE, place] = int(row["total"])
    sets = {s.id: [line.id for line in s.lines()] for s in rulesets()}
    known_sets = {name for name, _place in found}
    any_of = {
        f"any {s}": [f"fails {s} {rule}" for rule in own] for s, own in sets.items()
        if f"any {s}" in known_sets
    }  # fmt: skip
    return Known(found, within, apart, halves, any_of, frozenset(granted))


def over_time(points: Points) -> dict[str, dict[date, dict[str, int]]]:
    """Return what is published day by day: who has it, who lacks it, who is in force."""
    register = [one for one in catalogue() if one.source.kind == REGISTER and not one.source.ratio]
    some = {one.id for one in register} - {*OF_THOSE_IN_FORCE, *FINDS_OTHERS}
    return series_of(points, CODES, OF_THOSE_IN_FORCE, some, FINDS_OTHERS[:1])


def learnt_by(loader: Loader, role: str, *granted: str) -> list[str]:
    """Return what a role learns of the last register's own day."""
    agreements = as_they_are(loader, LOADS[-1])
    return learn(told(loader, role, *granted), agreements) if agreements else []


def learnt_together(loader: Loader, publications: Sequence[Publication]) -> list[str]:
    """Return what those learn of few who kept every publication: from day to day, and of each
    register's day, of which its own told positions and rules."""
    whole = together(one.points for one in publications)
    found = learn_over_time(over_time(whole), {one.day for one in publications})
    for one in publications:
        of_day = dict(one.own.told)
        for (_day, name, code), (have, of, _status) in whole.items():
            if _day == one.day and have is not None:
                place = ("department", code) if code else ("all", "")
                if of is None:
                    of_day[IN_FORCE, place] = have
                else:
                    of_day[f"have {name}", place], of_day[f"of {name}", place] = have, of
        agreements = as_they_are(loader, one.day)
        known = replace(one.own, told=of_day)
        found += [f"{one.day}: {word}" for word in learn(known, agreements)] if agreements else []
    return found


def retold_later(publications: Sequence[Publication]) -> list[str]:
    """Return what a publication tells otherwise than one before it did."""
    pairs = combinations(publications, 2)
    return [word for one, other in pairs for word in retold(one.points, other.points, one.day)]


Filled = tuple[Loader, list[Publication]]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Filled]:
    """Return the way to a store with the registers of a seed, loaded once for all who read it, and
    to what was published with each."""
    filled: dict[int, Filled] = {}

    def take(seed: int) -> Filled:
        if seed not in filled:
            loader = Loader(tmp_path_factory.mktemp(f"register-{seed}"))
            filled[seed] = loader, load(loader, seed)
        return filled[seed]

    return take


@pytest.fixture
def filled(
    shelf: Callable[[int], Filled], monkeypatch: pytest.MonkeyPatch
) -> Callable[[int], Filled]:
    """Return the way to such a store, which the environment names from then on."""

    def take(seed: int) -> Filled:
        loader, publications = shelf(seed)
        monkeypatch.setenv("DISTANSKOLLEN_STORE", str(loader.folder / "store"))
        monkeypatch.setenv("DISTANSKOLLEN_KEY_FILE", str(loader.folder / "key"))
        return loader, publications

    return take


@pytest.mark.parametrize(
    "seed", [3, *(pytest.param(n, marks=pytest.mark.slow) for n in (0, *range(4, 60)))]
)
def test_from_file_to_page_neither_a_politician_nor_hr_learns_of_a_few_agreements(
    seed: int, filled: Callable[[int], Filled]
) -> None:
    loader, publications = filled(seed)
    assert retold_later(publications) == []
    assert learnt_together(loader, publications) == []
    assert learnt_by(loader, "hr", "AAA") == []
    assert learnt_by(loader, "hr", "BBB", "DDD") == []


# --- one publication after the other --------------------------------------------------------------


def step_by_step(loader: Loader, seed: int, number: int) -> list[Publication]:
    """Load three registers of three departments, and return what was published with each."""
    made = random_register.Maker(seed, NEAR, REGISTERS).registers(number)
    return load_by_steps(loader, made, CODES[:3])


@pytest.mark.parametrize(
    ("seed", "number"),
    [
        (2159432582, 117),
        *(pytest.param(n, 50 + 4 * n, marks=pytest.mark.slow) for n in range(40)),
    ],
)
def test_whoever_keeps_every_publication_learns_of_nobody(
    seed: int, number: int, loader: Loader
) -> None:
    publications = step_by_step(loader, seed, number)
    assert retold_later(publications) == []
    assert learnt_together(loader, publications) == []


def test_a_frame_in_another_order_does_not_show_what_was_hidden(loader: Loader) -> None:
    """CC has three, and one of two as large is hidden with it: the same one ever after."""
    loader.invited(CC=30, AA=30, BB=30)
    table = [("Överenskommelse", "Förvaltning", "Start")]
    for code, number in {"AA": 7, "BB": 7, "CC": 3}.items():
        table += [(f"{code}-{n}", code, "2025-01-01") for n in range(number)]
    loader.agreements(table, LOADS[0])
    before = points()
    shown = {before[LOADS[0], "anvandning", code][2] for code in ("AA", "BB")}
    assert shown == {"hidden", "shown"}
    loader.invited("w", BB=30, CC=30, AA=30, DD=30)
    assert retold(before, points(), LOADS[0]) == []


def test_were_rules_decided_beside_the_indicators_the_next_publication_would_tell_of_few(
    loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def anew(own: Gate, cells: Any, sets: Any, rules: Any, profile: Profile, ratios: Any) -> Gate:
        both = {matter: {**sets.get(matter, {}), **rules.get(matter, {})} for matter in cells}
        departments = [code for _breakdown, code in own.places if code]
        return gate(cells, both, departments, profile, ratios)

    monkeypatch.setattr(register, "gate_today", anew)
    publications = step_by_step(loader, 2159432582, 117)
    assert retold_later(publications)
    assert any(word.startswith("2025-02-28") for word in learnt_together(loader, publications))


def test_months_however_near_each_other_would_tell_who_came_and_went(
    loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register, "_few", lambda _step: False)
    load(loader, 0)
    assert learn_over_time(over_time(points()), LOADS)


def test_one_indicator_would_tell_how_many_are_in_force_in_a_month_that_another_leaves_out(
    loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = register._far_enough_apart
    monkeypatch.setattr(
        register, "_far_enough_apart", lambda rows, registers, _untold=None: alone(rows, registers)
    )
    load(loader, 0)
    assert any(word.startswith(IN_FORCE) for word in learn_over_time(over_time(points()), LOADS))


def test_the_whole_of_a_month_is_left_out_if_less_the_departments_it_tells_of_one() -> None:
    """One came in AA and three in BB, who are too few to be shown: the whole rose by four."""
    months = [date(2026, month, 28) for month in (1, 2)]
    points = [
        (months[0], "AA", 20, None, "shown", None),
        (months[1], "AA", 23, None, "shown", None),
        (months[0], "BB", None, None, "hidden", None),
        (months[1], "BB", None, None, "hidden", None),
        (months[0], "CC", None, None, "hidden", None),
        (months[1], "CC", None, None, "hidden", None),
        (months[0], "", 30, None, "shown", None),
        (months[1], "", 34, None, "shown", None),
    ]
    told, out = register._far_enough_apart(points, set())
    assert out == {(months[1], "")}
    assert [row[4] for row in told if not row[1]] == ["shown", "left_out"]


def test_what_was_told_with_a_register_stays_whatever_that_register_hid() -> None:
    """Five in a month, hidden in the first register, seven in the second: whoever kept the first
    publication has the five. Months that are told first with the second give way to both."""
    months = [date(2026, month, 28) for month in (1, 2, 3, 4)]

    def told(*numbers: int | None) -> list[str]:
        points = [
            (month, "AA", number, None, "hidden" if number is None else "shown", None)
            for month, number in zip(months, numbers, strict=False)
        ]
        rows, _out = register._far_enough_apart(points, {months[1], months[3]})
        return [row[4] for row in rows]

    assert told(5, None) == ["shown", "hidden"]
    assert told(5, None, 5, 7) == ["shown", "hidden", "left_out", "shown"]
    assert told(5, None, 6, 9) == ["shown", "hidden", "left_out", "shown"]
    assert told(5, None, 9, 9) == ["shown", "hidden", "shown", "shown"]


def test_the_whole_less_the_departments_is_compared_past_a_day_that_tells_of_fewer() -> None:
    """AA grew by four, unseen on the way as BB went down and up; one more came elsewhere."""
    months = [date(2026, month, 28) for month in (1, 2, 3)]
    points = []
    for month, own, whole in zip(months, (20, None, 23), (40, 40, 44), strict=True):
        status = "hidden" if own is None else "shown"
        points.append((month, "AA", own, None, status, None))
        points += [(month, code, None, None, "hidden", None) for code in ("BB", "CC")]
        points.append((month, "", whole, None, "shown", None))
    assert register._far_enough_apart(points, set())[1] == {(months[2], "")}


def test_who_is_not_asked_is_compared_past_a_month_that_does_not_tell() -> None:
    months = [date(2026, month, 28) for month in (1, 2, 3)]
    rows = zip(months, (21, 18, 15), (34, 31, 28), (7, None, 5), strict=True)
    points = [(month, "", have, of, "shown", rest) for month, have, of, rest in rows]
    assert register._far_enough_apart(points, set())[1] == {(months[2], "")}


def test_a_department_that_has_emptied_is_known_to_be_none() -> None:
    """All eight went and two came elsewhere: the whole fell by six."""
    months = [date(2026, month, 28) for month in (1, 2)]
    points = [
        (months[0], "AA", 8, 8, "shown", None),
        (months[1], "AA", 0, 0, "no_answers", None),
        *((month, code, None, None, "hidden", None) for month in months for code in ("BB", "CC")),
        (months[0], "", 30, 30, "shown", None),
        (months[1], "", 24, 24, "shown", None),
    ]
    assert register._far_enough_apart(points, set())[1] == {(months[1], "")}


def test_hr_would_learn_of_others_from_the_whole_beside_its_own(
    filled: Callable[[int], Filled], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indicators, "UNTOLD", ())
    assert learnt_by(filled(3)[0], "hr", "AAA")


def test_hr_would_learn_of_others_from_positions_and_their_whole(
    filled: Callable[[int], Filled], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        coverage, "_tells_hr", lambda _reader, _wanted, _day, table: table["status"] == ""
    )
    assert learnt_by(filled(3)[0], "hr", "AAA")


def test_hr_would_learn_of_others_from_the_whole_of_a_rule(
    filled: Callable[[int], Filled], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regelverk, "_guarded", lambda published, _own: published)
    assert learnt_by(filled(3)[0], "hr", "AAA")
