"""What SQL says of each agreement × rule is what plain Python says, on registers made at random.

``tests/oracles/register.py`` knows nothing of the code under test; it reads the same TOML and the
rows that the file was written from.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ingest.load import Options, load_agreements, load_frame
from queries import agreements, catalogue, rules
from queries.indicators import live_counts
from queries.reference import DATA_DIR
from queries.store import Reader, open_reader
from queries.viewer import Role, Viewer
from tests import loading
from tests.oracles import random_register
from tests.oracles import register as oracle

LOADS = (date(2025, 2, 28), date(2025, 9, 30), date(2026, 4, 15))
# Before, between, on and after the registers; the leap day; 1 November 2024, when a rule ends.
DAYS = (
    date(2024, 2, 29), date(2024, 10, 31), date(2024, 11, 1), date(2025, 2, 28), date(2025, 3, 1),
    date(2025, 7, 31), date(2025, 9, 30), date(2026, 2, 28), date(2026, 4, 15), date(2026, 12, 31),
)  # fmt: skip
NUMBER = 2000
DAY = timedelta(days=1)
FILES = [*sorted((DATA_DIR / "regelverk").glob("*.toml")), DATA_DIR / "uppfoljning.toml"]

# Every kind, modality, condition and parameter that no rule set of the sources happens to have.
ALL = """
id = "{id}"
name = "Allt"
short = "Allt"
organisation = "prov"
source = "Prov"
{covers}
"""
COVERS = """
[covers]
text = "Regelbundet, minst två dagar i veckan, inte teknik."
source = "Prov"
kinds = ["regelbundet"]
min_days_per_week = 2
not_occupations = ["teknik_miljo", "annat"]
"""
RULES: tuple[tuple[str, str, str], ...] = (
    ("form", "form", 'form = "skriftlig"'),
    ("form", "form", 'form = "muntlig"\napplies = {kinds = ["tillfalligt"]}'),
    ("form", "individual", 'applies = {forms = ["skriftlig"]}'),
    ("term", "longest_term", "months = 6"),
    ("term", "longest_term", 'months = 24\napplies = {positions = ["chef"]}'),
    ("term", "open_ended", ""),
    ("term", "past_end", ""),
    ("notice", "notice", "days = 30"),
    ("notice", "notice", "months = 2"),
    ("share", "most_days", "days = 2.5"),
    ("share", "most_share", 'percent = 50\napplies = {occupations = ["ledning", "annat"]}'),
    ("share", "not_all", "valid_to = 2025-02-28"),
    ("places", "most_places", "places = 1\nvalid_from = 2025-03-01"),
    ("risk", "risk_before_start", ""),
    ("risk", "risk_graded", ""),
    ("risk", "measures_on_time", ""),
    ("risk", "red_measure", ""),
    ("follow_up", "follow_up", "months = 6"),
    ("follow_up", "follow_up", "months = 1\nvalid_from = 2024-11-01\nvalid_to = 2025-09-30"),
    ("follow_up", "check_in", ""),
    ("follow_up", "evaluated_before_renewal", ""),
    ("follow_up", "evaluated_within", "months = 12"),
    ("it", "it_briefing", "months = 11"),
    ("it", "controls", 'oppen = []\nintern = ["encryption"]\nsekretess = ["vpn", "siths_card"]'),
    ("it", "text", 'applies = {confidentiality = ["intern", "sekretess"]}'),
    ("other", "decided", ""),
    ("other", "in_register", ""),
    *(("other", "yes", f'field = "{name}"') for name in random_register.YES_NO),
)


@pytest.fixture(scope="module")
def loads() -> oracle.Loads:
    return random_register.Maker(20261122, DAYS, LOADS).registers(NUMBER)


@pytest.fixture(scope="module")
def told(loads: oracle.Loads) -> Mapping[str, oracle.History]:
    return oracle.histories(loads)


@pytest.fixture(scope="module")
def replay(told: Mapping[str, oracle.History], loads: oracle.Loads) -> oracle.Replay:
    return oracle.Replay(told, loads)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory, loads: oracle.Loads) -> Reader:
    """Return the auditor's reader of a store that the registers were loaded into."""
    folder = tmp_path_factory.mktemp("random")
    store = Options(store=folder / "store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISTANSKOLLEN_KEY_FILE", str(folder / "key"))
        load_frame(loading.write_frame(folder / "frame.csv"), "2024", store)
        for as_of, rows in sorted(loads.items()):
            path = random_register.write(folder / f"{as_of}.csv", rows)
            assert load_agreements(path, store, as_of=as_of).accepted == len(rows)
    return open_reader(Viewer(Role.REVISOR), store.store)


@pytest.fixture(scope="module")
def every_kind(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Path]:
    """Return files of rule sets with every kind, as must, advice and permission."""
    folder = tmp_path_factory.mktemp("data") / "regelverk"
    folder.mkdir()
    found = []
    for name, covers, modalities in (
        ("allt", "", ("ska", "bor", "kan")),
        ("regelbundet", COVERS, ("bor",)),
    ):
        text = ALL.format(id=name, covers=covers)
        for number, (aspect, kind, more) in enumerate(RULES):
            for modality in modalities:
                text += (
                    f'\n[[rules]]\nid = "{kind}_{number}_{modality}"\naspect = "{aspect}"\n'
                    f'kind = "{kind}"\nmodality = "{modality}"\ntext = "Prov"\n'
                    f'source = "Prov"\n{more}\n'
                )
        found.append(folder / f"{name}.toml")
        found[-1].write_text(text, encoding="utf-8")
    return found


def dates(column: pd.Series) -> list[date | None]:
    """Return a column of days as plain dates, however the engine gave them."""
    plain = {day: None if pd.isna(day) else pd.Timestamp(day).date() for day in column.unique()}
    return [plain.get(day) for day in column]


def evaluated(reader: Reader, sets: Sequence[rules.RuleSet], day: date) -> dict[Any, Any]:
    """Return what the code under test says, in the oracle's shape; each line once."""
    table = agreements.evaluation(reader, sets, day)
    keys = zip(table["ruleset"], table["rule"], table["agreement_id"], strict=True)
    values = zip(
        table["outcome"], table["reason"], dates(table["since"]), dates(table["due"]), strict=True
    )
    found = dict(zip(keys, values, strict=True))
    assert len(found) == len(table), "an agreement is judged twice by a rule"
    return found


def explained(
    expected: Mapping[Any, Any],
    found: Mapping[Any, Any],
    known: Mapping[str, oracle.Row],
) -> str:
    """Return the first five differences with the agreements' fields, and how many there are."""
    wrong = [key for key in expected.keys() | found.keys() if expected.get(key) != found.get(key)]
    by_rule: dict[Any, int] = defaultdict(int)
    for key in wrong:
        by_rule[key[:2]] += 1
    lines = [f"{len(wrong)} differ, by rule: {dict(by_rule)}"]
    for key in sorted(wrong)[:5]:
        fields = {k: str(v) for k, v in known.get(key[2], {}).items() if v is not None}
        lines.append(f"{key}\n  oracle {expected.get(key)}\n  SQL    {found.get(key)}\n  {fields}")
    return "\n".join(lines)


def compare(
    reader: Reader,
    replay: oracle.Replay,
    files: Sequence[Path],
    sets: Sequence[rules.RuleSet],
    day: date,
) -> int:
    """Assert that both say the same of every agreement and rule; return how many lines that is."""
    ours = [oracle.read_rule_set(path) for path in files]
    expected = replay.judge(ours, day)
    found = evaluated(reader, sets, day)
    if expected != found:
        pytest.fail(explained(expected, found, oracle.known_on(replay.told, day)), pytrace=False)
    return len(found)


# --- the oracle's own feet ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2025-02-28", 12, "2026-02-28"),
        ("2023-02-28", 12, "2024-02-28"),
        ("2025-08-31", 1, "2025-09-30"),
        ("2025-08-31", 6, "2026-02-28"),
        ("2025-01-31", 1, "2025-02-28"),
        ("2023-12-31", 2, "2024-02-29"),
        ("2025-11-30", 1, "2025-12-30"),
        ("2025-12-15", 1, "2026-01-15"),
        ("2025-12-31", 12, "2026-12-31"),
        ("2025-03-31", -1, "2025-02-28"),
        ("2025-01-15", -1, "2024-12-15"),
        ("2025-06-30", 0, "2025-06-30"),
    ],
)
def test_months_are_added_as_a_calendar_has_them(day: str, months: int, then: str) -> None:
    assert oracle.add_months(date.fromisoformat(day), months) == date.fromisoformat(then)


def test_the_random_registers_reach_everything_that_can_be_said(
    replay: oracle.Replay, every_kind: Sequence[Path]
) -> None:
    # A comparison that never meets a case says nothing of it.
    reached: dict[str, set[str]] = defaultdict(set)
    sets = [oracle.read_rule_set(path) for path in (*every_kind, *FILES)]
    kinds = {(each["id"], rule["id"]): rule["kind"] for each in sets for rule in each["rules"]}
    for day in (DAYS[1], DAYS[9]):
        for (rule_set, rule, _agreement), judged in replay.judge(sets, day).items():
            reached[kinds[rule_set, rule]].add(judged.reason)
    assert set().union(*reached.values()) >= oracle.COMMON_REASONS
    own = {kind: reasons - oracle.COMMON_REASONS for kind, reasons in reached.items()}
    assert own == oracle.REASONS
    assert set(oracle.KINDS) == set(rules.KINDS) == oracle.REASONS.keys() - {"none"}


def test_broken_since_is_reached_in_every_way_and_is_what_each_single_day_says(
    replay: oracle.Replay, every_kind: Sequence[Path]
) -> None:
    sets = {each["id"]: each for each in map(oracle.read_rule_set, (*every_kind, *FILES))}
    rules_of = {key: {rule["id"]: rule for rule in each["rules"]} for key, each in sets.items()}
    seen: dict[str, int] = defaultdict(int)
    judged = replay.judge(list(sets.values()), DAYS[8])
    broken = [(key, each.since) for key, each in judged.items() if each.since is not None]
    for number, ((rule_set, rule_id, name), since) in enumerate(broken):
        assert since <= DAYS[8]
        rule, versions = rules_of[rule_set][rule_id], replay.told[name].versions
        row = replay.case(name, DAYS[8]).row
        began = {version.known_from for version in versions if version.known_from <= DAYS[8]}
        seen["from the start"] += since == row["start"]
        seen["by an amendment"] += row["start"] < since in began and len(began) > 1
        seen["through amendments"] += since < max(began)
        seen["by the rule"] += since == rule.get("valid_from")
        eve = replay.case(name, since - DAY)
        seen["by a move"] += eve is not None and eve.row["department"] != row["department"]
        if number % 50 == 0:
            asked = sets[rule_set], rule
            day = DAYS[8]
            while replay.is_broken(name, *asked, day - DAY, row["department"]):
                day -= DAY
            assert day == since, (rule_set, rule_id, name)
            seen["day by day"] += 1
            earlier = [row["start"] + n * DAY for n in range((since - row["start"]).days)]
            seen["anew"] += any(
                replay.is_broken(name, *asked, d, row["department"]) for d in earlier
            )
    # A comparison that never meets a case says nothing of it.
    assert len(seen) == 7 and min(seen.values()) > 10, dict(seen)


# --- the code under test --------------------------------------------------------------------------


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_eight_rule_sets_and_the_follow_up_agree_for_every_agreement(
    reader: Reader, replay: oracle.Replay, day: date
) -> None:
    assert len(FILES) == 9
    lines = compare(reader, replay, FILES, (*rules.rulesets(), rules.base()), day)
    assert lines > 10_000


@pytest.mark.parametrize("day", [DAYS[0], DAYS[3], DAYS[5], DAYS[9]], ids=str)
def test_every_kind_condition_and_modality_agrees_for_every_agreement(
    reader: Reader,
    replay: oracle.Replay,
    every_kind: Sequence[Path],
    day: date,
) -> None:
    sets = [rules.ruleset(path.stem, path.parent.parent) for path in every_kind]
    assert compare(reader, replay, every_kind, sets, day) > 10_000


# --- hr, that holds only some departments' agreements ---------------------------------------------


def plain(table: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return the rows of a table, in no order, with one word for all that is missing."""
    values = table.astype(object).where(table.notna(), None)
    return sorted(values.itertuples(index=False, name=None), key=str)


@pytest.mark.parametrize("departments", [("AAA",), ("BBB",), ("AAA", "CCC")], ids=str)
def test_hr_is_told_of_its_agreements_what_the_auditor_is_wherever_the_others_lie(
    reader: Reader, departments: tuple[str, ...], every_kind: Sequence[Path]
) -> None:
    hr = Reader(reader.snapshot, Viewer(Role.HR, frozenset(departments)))
    sets = [rules.base(), rules.ruleset("allt", every_kind[0].parent.parent)]
    seen: dict[str, int] = defaultdict(int)
    for day in (DAYS[1], DAYS[4], DAYS[6], DAYS[9]):
        whole = agreements.evaluation(reader, sets, day)
        whole = whole[whole["department"].isin(departments)].reset_index(drop=True)
        own = agreements.evaluation(hr, sets, day)
        # When the earlier agreement was evaluated is the other department's business.
        untold = (
            (whole["kind"] == "evaluated_before_renewal")
            & whole["value"].notna()
            & own["value"].isna()
        )
        assert plain(own.drop(columns="value")) == plain(whole.drop(columns="value")), day
        assert plain(own[~untold]) == plain(whole[~untold]), day
        columns = ["agreement_id", "department", "state"]
        registered = agreements.register(reader, day)[columns]
        ours = agreements.register(hr, day)[columns]
        assert plain(ours) == plain(registered[registered["department"].isin(departments)]), day
        seen["evaluated"] += int(untold.sum())
    held = hr.rows("select distinct department from records.agreement")
    assert {department for (department,) in held} == set(departments)
    for relation, evaluated in hr.rows("select relation, evaluated from elsewhere"):
        seen[f"{relation} {evaluated}"] += 1
    # A comparison that never meets a case says nothing of it.
    told = {"evaluated", "continued None", "before None", "before late", "before on_time"}
    assert set(seen) == told and min(seen.values()) > 10, seen


# --- the indicators beside the rules --------------------------------------------------------------


# Indicator → the kind of rule that speaks of the same, the reasons that count, and those that are
# in the base besides (None: all in force).
SAME: dict[str, tuple[str, set[str], set[str] | None]] = {
    "riskbedomd_fore_start": ("risk_before_start", {"met"}, None),
    "uppfoljd_12_manader": ("follow_up", {"in_time"}, None),
    "it_genomgang_12_manader": ("it_briefing", {"in_time"}, None),
    "skydd_mot_sekretess": ("controls", {"met"}, {"lacking", "not_stated"}),
    "rod_risk_utan_atgard": ("red_measure", {"red_open"}, None),
    "forsenade_atgarder": ("measures_on_time", {"overdue"}, None),
    "utvarderad_fore_forlangning": ("evaluated_before_renewal", {"met"}, {"never", "late"}),
    "efter_slutdatum": ("past_end", {"past_end"}, {"in_time"}),
    "over_dagar": ("most_days", {"too_many_days"}, None),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_an_indicator_counts_what_the_rule_of_the_same_matter_finds(
    reader: Reader, name: str
) -> None:
    kind, counted, besides = SAME[name]
    found = catalogue.judging((kind,))
    assert found is not None
    days = [DAYS[3], DAYS[6], DAYS[8]]
    table = live_counts(reader, catalogue.indicator(name), days)
    for day in days:
        lines = agreements.evaluation(reader, [found], day)
        reasons = lines.loc[lines["kind"] == kind, "reason"].value_counts()
        ours = table[pd.to_datetime(table["day"]).dt.date == day]
        numerator = sum(int(reasons.get(each, 0)) for each in counted)
        assert ours["numerator"].sum() == numerator > 0, (name, day)
        if besides is not None:
            base = numerator + sum(int(reasons.get(each, 0)) for each in besides)
            assert ours["denominator"].sum() == base > numerator, (name, day)


# What the own rules are made to say: the yearly follow-up ends, managers get a stricter one before
# that, and of the IT briefing, which they said nothing of, they begin to speak for some.
ADOPTED = """
[[rules]]
id = "uppfoljning_av_chefer"
aspect = "follow_up"
kind = "follow_up"
months = 6
valid_from = 2025-09-30
valid_to = 2026-04-14
modality = "bor"
applies = {positions = ["chef"]}
text = "Prov."
source = "Prov"

[[rules]]
id = "it_genomgang"
aspect = "it"
kind = "it_briefing"
months = 6
valid_from = 2025-03-01
modality = "ska"
applies = {kinds = ["regelbundet"]}
text = "Prov."
source = "Prov"

[[rules]]
id = "it_genomgang_sekretess"
aspect = "it"
kind = "it_briefing"
months = 2
valid_from = 2025-03-01
modality = "ska"
applies = {confidentiality = ["sekretess"]}
text = "Prov."
source = "Prov"
"""
YEARLY = 'id = "uppfoljning_varje_ar"\n'
ALWAYS = {"id": "alltid", "kind": "follow_up", "months": 12, "modality": "bor"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [("uppfoljd_12_manader", "follow_up"), ("it_genomgang_12_manader", "it_briefing")],
)
def test_each_day_is_counted_by_the_rules_that_held_that_day_for_those_they_reach(
    reader: Reader,
    replay: oracle.Replay,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    kind: str,
) -> None:
    days = [day for day in DAYS if day >= LOADS[0]]
    before = live_counts(reader, catalogue.indicator(name), days)
    data = tmp_path / "data"
    shutil.copytree(DATA_DIR, data, ignore=shutil.ignore_patterns("store"))
    own = data / "regelverk" / "vaggeryd.toml"
    text = own.read_text(encoding="utf-8")
    assert YEARLY in text
    text = text.replace(YEARLY, f"{YEARLY}valid_to = 2026-04-14\n") + ADOPTED
    own.write_text(text, encoding="utf-8")
    monkeypatch.setattr(rules, "DATA_DIR", data)
    after = live_counts(reader, catalogue.indicator(name), days)
    # Nobody's rule in the end: every twelve months, of everybody.
    nobody = {"id": "ingens", "rules": [ALWAYS] if kind == "follow_up" else []}
    sets = [oracle.read_rule_set(own), oracle.read_rule_set(data / "uppfoljning.toml"), nobody]
    changed = 0
    for day in days:
        said: dict[str, list[str]] = {}
        for rule_set in sets:
            asks = [rule for rule in rule_set["rules"] if rule["kind"] == kind]
            judged = replay.judge([{**rule_set, "rules": asks}], day)
            if any(each.reason != "not_in_force" for each in judged.values()):
                for (_set, _rule, agreement), each in judged.items():
                    if each.outcome not in ("omfattas_inte", "ej_reglerat"):
                        said.setdefault(agreement, []).append(each.outcome)
                break
        met = sum(set(outcomes) == {"uppfyllt"} for outcomes in said.values())
        here, then = (
            table[pd.to_datetime(table["day"]).dt.date == day][["numerator", "denominator"]].sum()
            for table in (after, before)
        )
        assert tuple(here) == (met, len(said)), day
        changed += tuple(here) != tuple(then)
    assert 2 <= changed < len(days)
    early = pd.to_datetime(before["day"]) < pd.Timestamp(2025, 3, 1)
    assert early.any()
    pd.testing.assert_frame_equal(after[early], before[early])
