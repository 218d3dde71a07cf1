"""The agreement records: what each kind of rule finds, what needs doing, each one's story.

Every register here is a file that goes through the production load.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ingest.load import load_agreements, load_frame
from ingest.rows import AGREEMENT_COLUMNS
from queries import agreements, rules
from queries.catalogue import indicator, is_regulated
from queries.indicators import live_counts
from queries.reference import DATA_DIR
from queries.rules import KINDS, RuleSet, base, own
from queries.store import Reader, open_reader
from queries.viewer import AccessDenied, Role, Viewer

DAY = date(2026, 10, 31)
FIELDS = {column.field: column.header for column in AGREEMENT_COLUMNS}
PLAIN = {"department": "AA", "decision": "Beviljad", "start": "2026-01-01"}


def write(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write a register; a row is given by field names, and the rest of it is ``PLAIN``."""
    names = list(dict.fromkeys(name for row in rows for name in (*PLAIN, *row)))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([FIELDS[name] for name in names])
        writer.writerows([({**PLAIN, **row}).get(name) or "" for name in names] for row in rows)
    return path


def rules_of(
    *rules: Mapping[str, Any], id: str = "prov", covers: Mapping[str, Any] | None = None
) -> RuleSet:
    """Return a rule set; aspect and modality of a rule are ``other`` and ``ska`` unless given."""
    common = {"aspect": "other", "modality": "ska", "text": "Prov.", "source": "Prov"}
    return RuleSet.model_validate(
        {
            "id": id, "name": "Prov", "short": "Prov", "organisation": "Prov", "source": "Prov",
            "covers": {"text": "Prov.", "source": "Prov", **(covers or {})},
            "rules": [{**common, "id": f"regel_{n}", **rule} for n, rule in enumerate(rules)],
        }
    )  # fmt: skip


class Store:
    """A store of the test's own, with departments AA and BB."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        frame = folder / "frame.csv"
        frame.write_text("Förvaltning,Namn,Tillfrågade\nBB,Beta,9\nAA,Alfa,9\n", encoding="utf-8")
        load_frame(frame, "v")

    def load(self, *rows: Mapping[str, Any], as_of: date = DAY) -> None:
        load_agreements(write(self.folder / f"register-{as_of}.csv", rows), as_of=as_of)

    def reader(self, role: str = "revisor", *departments: str) -> Reader:
        return open_reader(Viewer(Role(role), frozenset(departments)))


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("DISTANSKOLLEN_KEY_FILE", str(tmp_path / "key"))
    return Store(tmp_path)


# --- each kind of rule ----------------------------------------------------------------------------

START = "2026-01-01"
CONTROLS = {"kind": "controls", "oppen": [], "intern": ["vpn"], "sekretess": ["vpn", "encryption"]}
MEASURES, RED = {"kind": "measures_on_time"}, {"kind": "red_measure"}
YEARLY, EVALUATED = {"kind": "follow_up", "months": 12}, {"kind": "evaluated_within", "months": 12}
BRIEFING, TERM = {"kind": "it_briefing", "months": 12}, {"kind": "longest_term", "months": 12}
RENEWAL = {"kind": "evaluated_before_renewal"}
DAYS, SHARE = {"kind": "most_days", "days": 2.5}, {"kind": "most_share", "percent": 49}
MONTH, WEEKS = {"kind": "notice", "months": 1}, {"kind": "notice", "days": 14}
WRITTEN = {"kind": "form", "form": "skriftlig"}
PAST = {"end": "2026-10-30"}
RISK = {"risk_assessed": START}


def earlier_version(patch: pytest.MonkeyPatch) -> None:
    """Load as before rings of renewals were refused: a store of then may hold them."""
    patch.setattr("ingest.load.rings", lambda *_rows: [])


def told(days: str) -> dict[str, str]:
    """Return an agreement that started two years ago and was followed up on a day."""
    return {"start": "2024-10-31", "followed_up": days}


# rule, agreement → outcome, reason, since, due
CASES: list[tuple[dict[str, Any], dict[str, Any], tuple[str | None, ...]]] = [
    (WRITTEN, {"form": "Skriftlig"}, ("uppfyllt", "met", None, None)),
    (WRITTEN, {"form": "Muntlig"}, ("brister", "other_form", START, None)),
    (WRITTEN, {}, ("uppgift_saknas", "not_stated", None, None)),
    ({"kind": "individual"}, {"employee": "Eva"}, ("uppfyllt", "met", None, None)),
    ({"kind": "individual"}, {}, ("uppgift_saknas", "not_stated", None, None)),
    (TERM, {"end": "2027-01-01"}, ("uppfyllt", "met", None, None)),
    (TERM, {"end": "2027-01-02"}, ("brister", "too_long", START, "2027-01-01")),
    (TERM, {}, ("brister", "open_ended", START, "2027-01-01")),
    # Of the month in which the term ends there is no 31st: its last day is meant.
    ({**TERM, "months": 6}, {"start": "2026-08-31", "end": "2027-02-28"},
     ("uppfyllt", "met", None, None)),
    ({**TERM, "months": 6}, {"start": "2026-08-31", "end": "2027-03-01"},
     ("brister", "too_long", "2026-08-31", "2027-02-28")),
    ({"kind": "open_ended"}, {}, ("uppfyllt", "met", None, None)),
    ({"kind": "open_ended"}, {"end": "2027-01-01"}, ("brister", "has_end", START, None)),
    (WEEKS, {"notice_days": "14"}, ("uppfyllt", "met", None, None)),
    (WEEKS, {"notice_days": "30"}, ("brister", "notice_differs", START, None)),
    (WEEKS, {}, ("uppgift_saknas", "not_stated", None, None)),
    (MONTH, {"notice_days": "28"}, ("uppfyllt", "met", None, None)),
    (MONTH, {"notice_days": "31"}, ("uppfyllt", "met", None, None)),
    (MONTH, {"notice_days": "27"}, ("brister", "notice_differs", START, None)),
    (MONTH, {"notice_days": "32"}, ("brister", "notice_differs", START, None)),
    (DAYS, {"days_per_week": "2,5"}, ("uppfyllt", "met", None, None)),
    (DAYS, {"days_per_week": "3"}, ("brister", "too_many_days", START, None)),
    (DAYS, {"remote_share": "50"}, ("uppfyllt", "met", None, None)),
    (DAYS, {"remote_share": "51"}, ("brister", "too_many_days", START, None)),
    (DAYS, {"days_per_week": "2", "remote_share": "90"}, ("uppfyllt", "met", None, None)),
    (DAYS, {}, ("uppgift_saknas", "not_stated", None, None)),
    (SHARE, {"remote_share": "49"}, ("uppfyllt", "met", None, None)),
    (SHARE, {"remote_share": "50"}, ("brister", "too_large_share", START, None)),
    (SHARE, {"days_per_week": "2,5"}, ("brister", "too_large_share", START, None)),
    (SHARE, {}, ("uppgift_saknas", "not_stated", None, None)),
    ({"kind": "not_all"}, {"remote_share": "99"}, ("uppfyllt", "met", None, None)),
    ({"kind": "not_all"}, {"days_per_week": "5"}, ("brister", "all_remote", START, None)),
    ({"kind": "not_all"}, {}, ("uppgift_saknas", "not_stated", None, None)),
    ({"kind": "most_places", "places": 2}, {"places": "2"}, ("uppfyllt", "met", None, None)),
    ({"kind": "most_places", "places": 2}, {"places": "3"},
     ("brister", "too_many_places", START, None)),
    ({"kind": "most_places", "places": 2}, {}, ("uppgift_saknas", "not_stated", None, None)),
    *(
        ({"kind": "yes", "field": field}, {field: said}, (outcome, reason, since, None))
        for field in ("home_insurance", "landlord_consent", "equipment_receipted", "vpn",
                      "encryption", "siths_card", "restricted_access")
        for said, outcome, reason, since in (
            ("Ja", "uppfyllt", "met", None),
            ("Nej", "brister", "said_no", START),
            ("", "uppgift_saknas", "not_stated", None),
        )
    ),
    ({"kind": "risk_before_start"}, RISK, ("uppfyllt", "met", None, None)),
    ({"kind": "risk_before_start"}, {"risk_assessed": "2026-01-02"},
     ("brister", "late", START, None)),
    ({"kind": "risk_before_start"}, {}, ("brister", "never", START, None)),
    ({"kind": "risk_graded"}, {**RISK, "risk_level": "Gul"}, ("uppfyllt", "met", None, None)),
    ({"kind": "risk_graded"}, RISK, ("uppgift_saknas", "no_level", None, None)),
    ({"kind": "risk_graded"}, {}, ("uppgift_saknas", "no_assessment", None, None)),
    (MEASURES, {**RISK, "risk_level": "Grön"}, ("uppfyllt", "no_measure_needed", None, None)),
    (MEASURES, {**RISK, "risk_level": "Gul", "measure_due": "2026-02-01",
                "measure_done": "2026-10-31"}, ("uppfyllt", "done", None, None)),
    (MEASURES, {**RISK, "risk_level": "Gul", "measure_due": "2026-10-31"},
     ("uppfyllt", "not_yet_due", None, "2026-10-31")),
    (MEASURES, {**RISK, "risk_level": "Gul", "measure_due": "2026-10-30"},
     ("brister", "overdue", "2026-10-31", "2026-10-30")),
    # What is done after the day of looking is not done yet.
    (MEASURES, {**RISK, "risk_level": "Gul", "measure_due": "2026-10-30",
                "measure_done": "2026-11-01"}, ("brister", "overdue", "2026-10-31", "2026-10-30")),
    (MEASURES, {**RISK, "risk_level": "Gul"}, ("uppgift_saknas", "no_due_date", None, None)),
    (MEASURES, RISK, ("uppgift_saknas", "no_level", None, None)),
    (MEASURES, {}, ("uppgift_saknas", "no_assessment", None, None)),
    (RED, {**RISK, "risk_level": "Röd", "measure_done": "2026-10-31"},
     ("uppfyllt", "done", None, None)),
    (RED, {**RISK, "risk_level": "Röd", "measure_due": "2026-12-31"},
     ("brister", "red_open", START, "2026-12-31")),
    (RED, {**RISK, "risk_level": "Gul", "measure_done": "2026-02-01"},
     ("omfattas_inte", "not_red", None, None)),
    (RED, {**RISK, "risk_level": "Grön"}, ("omfattas_inte", "not_red", None, None)),
    (RED, RISK, ("uppgift_saknas", "no_level", None, None)),
    (RED, {}, ("uppgift_saknas", "no_assessment", None, None)),
    (YEARLY, told("2025-10-31"), ("uppfyllt", "in_time", None, "2026-10-31")),
    (YEARLY, told("2025-10-30"), ("brister", "too_long_ago", "2026-10-31", "2026-10-30")),
    (YEARLY, told(""), ("brister", "never", "2025-11-01", "2025-10-31")),
    (YEARLY, {"start": "2025-10-31"}, ("uppfyllt", "in_time", None, "2026-10-31")),
    (YEARLY, {"start": "2025-10-30"}, ("brister", "never", "2026-10-31", "2026-10-30")),
    (YEARLY, told("2026-11-01"), ("brister", "never", "2025-11-01", "2025-10-31")),
    ({"kind": "check_in"}, {"followed_up": START}, ("uppfyllt", "met", None, None)),
    ({"kind": "check_in"}, {"followed_up": "2025-12-31"},
     ("uppgift_saknas", "none_yet", None, None)),
    ({"kind": "check_in"}, {}, ("uppgift_saknas", "none_yet", None, None)),
    (RENEWAL, {"extended_from": "FÖRE-1"}, ("uppfyllt", "met", None, None)),
    (RENEWAL, {"extended_from": "FÖRE-2"}, ("brister", "late", START, None)),
    (RENEWAL, {"extended_from": "FÖRE-3"}, ("brister", "never", START, None)),
    (RENEWAL, {"extended_from": "SAKNAS"}, ("uppgift_saknas", "predecessor_unknown", None, None)),
    (RENEWAL, {"extended_from": "SJÄLV"}, ("uppgift_saknas", "predecessor_unknown", None, None)),
    (RENEWAL, {}, ("omfattas_inte", "not_renewed", None, None)),
    (EVALUATED, {"start": "2024-10-31", "evaluated": "2025-10-31"},
     ("uppfyllt", "in_time", None, "2026-10-31")),
    (EVALUATED, {"start": "2024-10-31", "evaluated": "2025-10-30"},
     ("brister", "too_long_ago", "2026-10-31", "2026-10-30")),
    (EVALUATED, {"start": "2024-10-31"}, ("brister", "never", "2025-11-01", "2025-10-31")),
    (BRIEFING, {"it_briefing": "2025-10-31"}, ("uppfyllt", "in_time", None, "2026-10-31")),
    (BRIEFING, {"it_briefing": "2025-10-30"},
     ("brister", "too_long_ago", "2026-10-31", "2026-10-30")),
    (BRIEFING, {}, ("brister", "never", START, None)),
    (CONTROLS, {"confidentiality": "Öppen"}, ("uppfyllt", "met", None, None)),
    (CONTROLS, {"confidentiality": "Intern", "vpn": "Ja", "encryption": "Nej"},
     ("uppfyllt", "met", None, None)),
    (CONTROLS, {"confidentiality": "Sekretess", "vpn": "Ja", "encryption": "Ja"},
     ("uppfyllt", "met", None, None)),
    (CONTROLS, {"confidentiality": "Sekretess", "vpn": "Nej"}, ("brister", "lacking", START, None)),
    (CONTROLS, {"confidentiality": "Sekretess", "vpn": "Ja"},
     ("uppgift_saknas", "not_stated", None, None)),
    (CONTROLS, {"vpn": "Ja"}, ("uppgift_saknas", "no_class", None, None)),
    ({"kind": "past_end"}, {}, ("uppfyllt", "in_time", None, None)),
    ({"kind": "past_end"}, {"end": "2026-10-31"}, ("uppfyllt", "in_time", None, "2026-10-31")),
    ({"kind": "past_end"}, PAST, ("brister", "past_end", "2026-10-31", "2026-10-30")),
    ({"kind": "decided"}, {"applied": START}, ("uppfyllt", "met", None, None)),
    ({"kind": "decided"}, {"applied": START, "decision": None},
     ("uppgift_saknas", "undecided", None, None)),
    ({"kind": "decided"}, {"decision": None}, ("omfattas_inte", "no_application", None, None)),
    ({"kind": "in_register"}, {}, ("uppfyllt", "met", None, None)),
    ({"kind": "in_register"}, PAST, ("uppfyllt", "met", None, None)),
    ({"kind": "text"}, {}, ("uppgift_saknas", "no_field", None, None)),
    # What is judged before the kind is looked at: validity, scope, to whom it applies, modality.
    ({**WRITTEN, "valid_to": date(2026, 10, 30)}, {}, ("ej_reglerat", "not_in_force", None, None)),
    ({**WRITTEN, "valid_to": DAY}, {}, ("uppgift_saknas", "not_stated", None, None)),
    ({**WRITTEN, "valid_from": date(2026, 11, 1)}, {}, ("ej_reglerat", "not_in_force", None, None)),
    ({**WRITTEN, "valid_from": DAY}, {}, ("uppgift_saknas", "not_stated", None, None)),
    ({**WRITTEN, "applies": {"kinds": ["regelbundet"]}}, {"kind": "Tillfälligt"},
     ("omfattas_inte", "not_for_these", None, None)),
    ({**WRITTEN, "applies": {"kinds": ["regelbundet"]}}, {"form": "Muntlig"},
     ("uppgift_saknas", "applies_unknown", None, None)),
    ({**WRITTEN, "applies": {"kinds": ["regelbundet"], "positions": ["chef"]}},
     {"position": "Medarbetare"}, ("omfattas_inte", "not_for_these", None, None)),
    ({**WRITTEN, "applies": {"confidentiality": ["intern", "sekretess"]}},
     {"confidentiality": "Intern", "form": "Skriftlig"}, ("uppfyllt", "met", None, None)),
    ({**WRITTEN, "modality": "kan"}, {"form": "Muntlig"}, ("uppfyllt", "permitted", None, None)),
    ({**WRITTEN, "modality": "bor"}, {"form": "Muntlig"}, ("avviker", "other_form", START, None)),
    ({**YEARLY, "modality": "kan"}, {}, ("uppfyllt", "permitted", None, None)),
]  # fmt: skip
BEFORE = [
    {"agreement_id": "FÖRE-1", "start": "2025-01-01", "end": "2026-06-30", "evaluated": START},
    {"agreement_id": "FÖRE-2", "start": "2025-01-01", "end": "2026-06-30",
     "evaluated": "2026-01-02"},
    {"agreement_id": "FÖRE-3", "start": "2025-01-01", "end": "2026-06-30"},
]  # fmt: skip


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pd.DataFrame]:
    """Return the evaluation, in words, of an agreement P0 … Pn for each of ``CASES``, whose rules
    make up one rule set."""
    folder = tmp_path_factory.mktemp("cases")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISTANSKOLLEN_STORE", str(folder / "store"))
        patch.setenv("DISTANSKOLLEN_KEY_FILE", str(folder / "key"))
        earlier_version(patch)
        store = Store(folder)
        asked = [{"agreement_id": f"P{n}", **row} for n, (_r, row, _w) in enumerate(CASES)]
        for row in asked:
            if row.get("extended_from") == "SJÄLV":
                row["extended_from"] = row["agreement_id"]
        store.load(*BEFORE, *asked)
        sets = [rules_of(*(rule for rule, _row, _want in CASES))]
        table = agreements.evaluation(store.reader(), sets, DAY, words=True)
        yield table.set_index(["agreement_id", "rule"])


def line(reader: Reader, found: RuleSet, agreement: str, day: date = DAY) -> dict[str, Any]:
    """Return the line of the agreement under the set's one rule."""
    table = agreements.evaluation(reader, [found], day)
    lines = table[(table["agreement_id"] == agreement) & (table["rule"] == found.rules[0].id)]
    assert len(lines) == 1, lines
    return lines.iloc[0].to_dict()


@pytest.mark.parametrize(
    ("number", "case"), list(enumerate(CASES)), ids=[f"{n}-{c[2][1]}" for n, c in enumerate(CASES)]
)
def test_each_kind_of_rule_finds_what_its_words_say(
    cases: pd.DataFrame,
    number: int,
    case: tuple[dict[str, Any], dict[str, Any], tuple[str | None, ...]],
) -> None:
    found = cases.loc[f"P{number}", f"regel_{number}"]
    days = tuple(found[name].isoformat() if found[name] else None for name in ("since", "due"))
    assert (found["outcome"], found["reason"], *days) == case[2]


def test_every_kind_is_tried_above_and_every_finding_has_words(cases: pd.DataFrame) -> None:
    assert {rule["kind"] for rule, _row, _want in CASES} == set(KINDS)
    assert (cases["why"].str.len() > 10).all()
    needed = cases["outcome"].isin(agreements.NEEDED)
    assert (cases.loc[needed, "what"].str.len() > 10).all()


@pytest.mark.parametrize(
    ("covers", "row", "expected"),
    [
        ({"kinds": ["regelbundet"]}, {"kind": "Tillfälligt"}, "outside_scope"),
        ({"kinds": ["regelbundet"]}, {}, "scope_unknown"),
        ({"kinds": ["regelbundet"]}, {"kind": "Regelbundet"}, "other_form"),
        ({"min_days_per_week": 1.0}, {"days_per_week": "0,5"}, "outside_scope"),
        ({"min_days_per_week": 1.0}, {"remote_share": "20"}, "other_form"),
        ({"min_days_per_week": 1.0}, {}, "scope_unknown"),
        ({"not_occupations": ["utbildning_vard"]}, {"occupation": "Utbildning och vård"},
         "outside_scope"),
        ({"not_occupations": ["utbildning_vard"]}, {"occupation": "Annat"}, "other_form"),
        ({"not_occupations": ["utbildning_vard"]}, {}, "scope_unknown"),
        # One condition that is false decides, whatever is unknown of the others.
        ({"kinds": ["regelbundet"], "min_days_per_week": 1.0}, {"days_per_week": "0"},
         "outside_scope"),
    ],
)  # fmt: skip
def test_a_rule_set_is_put_only_to_those_it_covers(
    store: Store, covers: dict[str, Any], row: dict[str, str], expected: str
) -> None:
    store.load({"agreement_id": "A", "form": "Muntlig", **row})
    found = line(store.reader(), rules_of(WRITTEN, covers=covers), "A")
    assert found["reason"] == expected


def test_an_aspect_without_a_rule_is_not_regulated_even_for_those_outside_the_scope(
    store: Store,
) -> None:
    store.load({"agreement_id": "A", "kind": "Tillfälligt"})
    table = agreements.evaluation(
        store.reader(), [rules_of(WRITTEN, covers={"kinds": ["regelbundet"]})], DAY
    )
    reasons = dict(zip(table["aspect"], table["outcome"], strict=True))
    assert reasons.pop("other") == "omfattas_inte"
    assert len(reasons) == 8 and set(reasons.values()) == {"ej_reglerat"}


def test_only_agreements_in_force_are_judged_and_those_past_their_end_only_for_that(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier_version(monkeypatch)
    store.load(
        {"agreement_id": "gäller"},
        {"agreement_id": "obeslutad", "decision": None},
        {"agreement_id": "avslagen", "decision": "Avslagen"},
        {"agreement_id": "kommande", "start": "2026-11-01"},
        {"agreement_id": "avslutad", "ended": "2026-10-31"},
        {"agreement_id": "avslutas", "ended": "2026-11-01"},
        {"agreement_id": "passerad", **PAST},
        {"agreement_id": "förlängd", **PAST},
        {"agreement_id": "förlänger", "extended_from": "förlängd", "start": "2026-10-31"},
        {"agreement_id": "nekad", **PAST},
        {"agreement_id": "nekas", "extended_from": "nekad", "decision": "Avslagen"},
        {"agreement_id": "väntar", **PAST},
        {"agreement_id": "väntas", "extended_from": "väntar", "start": "2026-11-01"},
        {"agreement_id": "själv", **PAST, "extended_from": "själv"},
        {"agreement_id": "ring", **PAST, "extended_from": "gnir"},
        {"agreement_id": "gnir", **PAST, "extended_from": "ring"},
    )
    table = agreements.evaluation(
        store.reader(), [rules_of(WRITTEN, {"kind": "past_end"}, {"kind": "in_register"})], DAY
    )
    asked = table.groupby("rule")["agreement_id"].agg(set)
    running = {"gäller", "obeslutad", "avslutas", "förlänger"}
    past = {"passerad", "nekad", "väntar", "själv", "ring", "gnir"}
    assert asked["regel_0"] == running
    assert asked["regel_1"] == asked["regel_2"] == running | past
    broken = table[(table["rule"] == "regel_1") & (table["outcome"] == "brister")]
    assert set(broken["agreement_id"]) == past


def test_an_agreement_that_a_later_register_lacks_is_gone_from_that_day(store: Store) -> None:
    store.load({"agreement_id": "A"}, {"agreement_id": "B"}, as_of=date(2026, 6, 30))
    store.load({"agreement_id": "B"})
    gone = rules_of({"kind": "in_register"})
    reader = store.reader()
    assert line(reader, gone, "A", date(2026, 10, 30))["reason"] == "met"
    assert line(reader, gone, "A")["reason"] == "gone"
    assert line(reader, gone, "B")["reason"] == "met"


def test_the_past_is_judged_by_what_was_known_then(store: Store) -> None:
    store.load({"agreement_id": "A", "form": "Muntlig"}, as_of=date(2026, 6, 30))
    store.load({"agreement_id": "A", "form": "Skriftlig", "risk_assessed": "2026-09-15"})
    reader, written = store.reader(), rules_of(WRITTEN)
    assert line(reader, written, "A", date(2026, 10, 30))["outcome"] == "brister"
    assert line(reader, written, "A")["outcome"] == "uppfyllt"
    risk = rules_of({"kind": "risk_before_start"})
    assert line(reader, risk, "A", date(2026, 9, 14))["reason"] == "never"
    assert line(reader, risk, "A", date(2026, 9, 15))["reason"] == "late"


def test_controls_name_what_lacks_or_else_what_is_not_stated(store: Store) -> None:
    secret = {"confidentiality": "Sekretess"}
    store.load(
        {"agreement_id": "A", **secret, "vpn": "Nej", "encryption": "Nej"},
        {"agreement_id": "B", **secret, "vpn": "Nej"},
        {"agreement_id": "C", **secret, "vpn": "Ja"},
    )
    values = [line(store.reader(), rules_of(CONTROLS), name)["value"] for name in "ABC"]
    assert values == ["vpn,encryption", "vpn", "encryption"]


# --- behind a cell --------------------------------------------------------------------------------


def test_the_agreements_behind_a_cell_come_with_the_worst_first(store: Store) -> None:
    store.load(
        {"agreement_id": "A", "form": "Skriftlig"},
        {"agreement_id": "B"},
        {"agreement_id": "C", "form": "Muntlig", "employee": "Eva"},
        {"agreement_id": "D", "form": "Muntlig", "start": "2025-01-01", "department": "BB"},
    )
    written = rules_of(WRITTEN)
    found = agreements.agreements_behind(store.reader(), written, "regel_0", None, None, DAY)
    assert list(found["agreement_id"]) == ["D", "C", "B", "A"]
    assert found["department_name"].iloc[0] == "Beta" and len(found["person"].iloc[1]) == 6
    broken = agreements.agreements_behind(
        store.reader(), written, "regel_0", ["brister"], "AA", DAY
    )
    assert list(broken["agreement_id"]) == ["C"]


# --- what needs doing -----------------------------------------------------------------------------

# Under no rule of its own set does the base set's check of the same matter stand.
OWN = rules_of(
    {"kind": "form", "form": "skriftlig", "aspect": "form"},
    {"kind": "risk_before_start", "aspect": "risk"},
    {"kind": "follow_up", "months": 12, "aspect": "follow_up"},
    {"kind": "it_briefing", "months": 24, "aspect": "it"},
    {"kind": "most_days", "days": 2, "modality": "bor", "aspect": "share"},
    {"kind": "yes", "field": "home_insurance"},
    {"kind": "yes", "field": "landlord_consent"},
    {"kind": "text"},
)
GOOD = {
    "form": "Skriftlig", "risk_assessed": "2024-01-01", "risk_level": "Grön", "applied": START,
    "it_briefing": "2026-01-01", "days_per_week": "2", "home_insurance": "Ja",
    "landlord_consent": "Ja", "confidentiality": "Öppen",
}  # fmt: skip


def good(name: str, **changes: str | None) -> dict[str, Any]:
    """Return an agreement that lacks nothing but what ``changes`` say."""
    return {"agreement_id": name, **GOOD, **changes}


def test_what_needs_doing_is_sorted_by_consequence_then_by_how_long(store: Store) -> None:
    store.load(
        good("ingenting"),
        good("dagar", days_per_week="3"),
        good("oklar", home_insurance=None),
        good("obeslutad", decision=None),
        good("försäkring", home_insurance="Nej"),
        good("muntlig", form="Muntlig"),
        good("uppföljning-ny", start="2025-10-30"),
        good("uppföljning", start="2025-01-02"),
        good("sen", risk_assessed="2026-01-02"),
        good("passerad", end="2026-10-30"),
        good("åtgärd", risk_level="Gul", measure_due="2026-10-30"),
        good("intern", confidentiality="Intern", vpn="Nej"),
        good("sekretess", confidentiality="Sekretess", vpn="Nej"),
        good("obedömd", risk_assessed=None),
        good("röd", risk_level="Röd", measure_due="2026-12-31"),
    )
    found, late = agreements.needs(store.reader(), OWN, DAY)
    assert list(zip(found["agreement_id"], found["kind"], found["rank"], strict=True)) == [
        ("röd", "red_measure", 1),
        ("obedömd", "risk_before_start", 2),
        ("sekretess", "controls", 3),
        ("åtgärd", "measures_on_time", 4),
        ("passerad", "past_end", 5),
        ("uppföljning", "follow_up", 7),
        ("uppföljning-ny", "follow_up", 7),
        ("muntlig", "form", 8),
        ("intern", "controls", 9),
        ("försäkring", "yes", 11),
        ("obeslutad", "decided", 12),
        ("oklar", "yes", 13),
        ("dagar", "most_days", 14),
    ]
    assert list(found.query("kind == 'controls'")["who"]) == ["it", "it"]
    assert found["days_to_end"].dropna().tolist() == [-1]
    # Nothing that anybody does now mends what came too late.
    assert late[["agreement_id", "kind", "rank"]].values.tolist() == [
        ["sen", "risk_before_start", 6]
    ]
    assert list(late.columns) == list(found.columns)


def test_of_equals_the_departments_stand_in_the_order_of_the_frame(store: Store) -> None:
    store.load(
        good("C", form="Muntlig"),
        good("B", form="Muntlig"),
        good("A", form="Muntlig", department="BB"),
    )
    found, _late = agreements.needs(store.reader(), OWN, DAY)
    assert list(found["agreement_id"]) == ["A", "B", "C"]
    assert list(found["department_name"]) == ["Beta", "Alfa", "Alfa"]


def test_the_own_rule_set_goes_before_the_common_check_of_the_same_matter(store: Store) -> None:
    # Twelve months by the common check, twenty-four by the own rule.
    store.load(
        good("A", start="2024-12-01", followed_up="2026-01-01", it_briefing="2025-06-01"),
        good("B", start="2024-12-01", followed_up="2026-01-01", it_briefing="2024-06-01"),
    )
    found, _late = agreements.needs(store.reader(), OWN, DAY)
    told = found[["agreement_id", "kind", "ruleset"]].values.tolist()
    assert told == [["B", "it_briefing", "prov"]]
    without, _late = agreements.needs(store.reader(), rules_of(WRITTEN), DAY)
    told = without[["agreement_id", "kind", "ruleset"]].values.tolist()
    assert told == [["B", "it_briefing", "uppfoljning"], ["A", "it_briefing", "uppfoljning"]]


def test_one_agreement_may_lack_several_fields_but_no_assessment_is_said_once(
    store: Store,
) -> None:
    store.load(
        good("A", home_insurance="Nej", landlord_consent="Nej"),
        good("B", risk_assessed=None, risk_level=None),
    )
    found, _late = agreements.needs(store.reader(), OWN, DAY)
    told = found[["agreement_id", "kind", "field"]].fillna("").values.tolist()
    assert told == [
        ["B", "risk_before_start", ""],
        ["A", "yes", "home_insurance"],
        ["A", "yes", "landlord_consent"],
    ]


def test_a_red_risk_and_the_day_of_its_measure_are_one_line_that_says_both(store: Store) -> None:
    store.load(
        good("sen", risk_level="Röd", measure_due="2026-10-30"),
        good("odaterad", risk_level="Röd"),
        good("i tid", risk_level="Röd", measure_due="2026-12-31"),
        good("gul", risk_level="Gul", measure_due="2026-10-30"),
    )
    found, _late = agreements.needs(store.reader(), OWN, DAY)
    told = found[["agreement_id", "kind", "also"]].astype(object)
    assert sorted(told.where(told.notna(), "").values.tolist()) == [
        ["gul", "measures_on_time", ""],
        ["i tid", "red_measure", ""],
        ["odaterad", "red_measure", "no_due_date"],
        ["sen", "red_measure", "overdue"],
    ]


def test_what_came_too_late_takes_no_other_lines_place(store: Store) -> None:
    # Of whom nobody knows whether the own rule reaches them, the common check judges too.
    scoped = rules_of(
        {"kind": "evaluated_before_renewal"}, covers={"kinds": ["regelbundet"]}, id="prov"
    )
    store.load(
        good("A", end="2026-05-31", evaluated="2026-07-01"),
        good("B", start="2026-06-01", extended_from="A"),
    )
    found, late = agreements.needs(store.reader(), scoped, DAY)
    told = found[found["kind"] == "evaluated_before_renewal"]
    assert told[["agreement_id", "reason"]].values.tolist() == [["B", "scope_unknown"]]
    assert late[["agreement_id", "ruleset"]].values.tolist() == [["B", base().id]]


def test_the_days_to_an_end_count_from_the_day_itself_and_are_negative_when_it_has_passed(
    store: Store,
) -> None:
    ends = {"A": "2026-10-31", "B": "2026-11-30", "C": None, "D": "2026-10-30"}
    store.load(*(good(name, form="Muntlig", end=day) for name, day in ends.items()))
    found, _late = agreements.needs(store.reader(), OWN, DAY)
    days = found.set_index("agreement_id")["days_to_end"].astype(object)
    assert days.where(days.notna(), None).to_dict() == {"A": 0, "B": 30, "C": None, "D": -1}


def test_where_nothing_needs_doing_the_answer_has_its_columns(store: Store) -> None:
    store.load(good("A"), good("B", form="Muntlig", department="BB"))
    some, _late = agreements.needs(store.reader(), OWN, DAY)
    for nothing in agreements.needs(store.reader("hr", "AA"), OWN, DAY):
        assert nothing.empty and list(nothing.columns) == list(some.columns)


def test_an_agreement_without_an_employee_has_an_empty_person_and_no_nan(store: Store) -> None:
    store.load({"agreement_id": "A", "form": "Muntlig", "employee": "Eva"},
               {"agreement_id": "B", "form": "Muntlig"})  # fmt: skip
    reader = store.reader()
    for found in (
        agreements.needs(reader, OWN, DAY)[0],
        agreements.agreements_behind(reader, OWN, None, ["brister"], None, DAY),
        agreements.register(reader, DAY),
    ):
        people = {str(k): v for k, v in found.groupby("agreement_id")["person"].first().items()}
        assert people["B"] == "" and len(people["A"]) == 6


# --- rules that a municipality has changed --------------------------------------------------------


def share_of(store: Store, name: str) -> tuple[int, int]:
    """Return what is published of an indicator, which is also what is counted now."""
    sql = "select numerator, denominator from published.coverage where current and indicator = $i"
    (published,) = store.reader().rows(f"{sql} and breakdown = 'all'", i=name)
    counted = live_counts(store.reader(), indicator(name), [DAY])
    assert published == (counted["numerator"].sum(), counted["denominator"].sum())
    return published


def test_an_edited_check_moves_the_indicator_of_the_same_matter(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    shutil.copytree(DATA_DIR, data, ignore=shutil.ignore_patterns("store"))
    monkeypatch.setattr(rules, "DATA_DIR", data)
    rows = [
        {"agreement_id": f"{n}", "confidentiality": "Intern" if n < 20 else "Sekretess",
         "vpn": "Ja" if n >= 8 else "Nej", "it_briefing": f"2026-0{1 + n // 10 * 2}-01"}
        for n in range(40)
    ]  # fmt: skip

    def edited(old: str, new: str) -> None:
        text = (data / "uppfoljning.toml").read_text(encoding="utf-8")
        assert old in text
        (data / "uppfoljning.toml").write_text(text.replace(old, new), encoding="utf-8")
        store.load(*rows)

    store.load(*rows)
    assert share_of(store, "skydd_mot_sekretess") == (12, 40)
    assert share_of(store, "it_genomgang_12_manader") == (40, 40)
    edited('intern = ["vpn"]', "intern = []")
    assert share_of(store, "skydd_mot_sekretess") == (20, 40)
    edited('sekretess = ["vpn", "encryption", "siths_card", "restricted_access"]', "sekretess = []")
    assert share_of(store, "skydd_mot_sekretess") == (40, 40)
    edited("months = 12", "months = 6")  # since the end of April: May and July
    assert share_of(store, "it_genomgang_12_manader") == (20, 40)
    # The own rules go before the common checks, and nothing is asked where nobody asks.
    own_file = data / "regelverk" / f"{own(data).id}.toml"
    plain = own_file.read_text(encoding="utf-8")
    own_file.write_text(
        plain + '\n[[rules]]\nid = "prov"\naspect = "it"\nkind = "it_briefing"\n'
        'modality = "ska"\nmonths = 4\ntext = "Prov."\nsource = "Prov"\n',
        encoding="utf-8",
    )
    store.load(*rows)
    assert share_of(store, "it_genomgang_12_manader") == (10, 40)
    own_file.write_text(plain, encoding="utf-8")
    edited(
        'kind = "controls"\noppen = []\nintern = []\nsekretess = []\n',
        'kind = "yes"\nfield = "vpn"\n',
    )
    assert not is_regulated(indicator("skydd_mot_sekretess"))


# --- the register and each agreement's story ------------------------------------------------------


def test_every_agreement_known_on_the_day_is_in_one_state(store: Store) -> None:
    store.load(
        {"agreement_id": "in_force"},
        {"agreement_id": "coming", "start": "2026-11-01"},
        {"agreement_id": "undecided", "start": "2026-11-01", "applied": START, "decision": None},
        {"agreement_id": "refused", "decision": "Avslagen"},
        {"agreement_id": "ended", "ended": "2026-10-31"},
        {"agreement_id": "past_end", "end": "2026-10-30"},
        {"agreement_id": "renewed", "end": "2026-10-30"},
        {"agreement_id": "ny", "start": "2026-10-31", "extended_from": "renewed"},
    )
    found = agreements.register(store.reader(), DAY)
    states = dict(zip(found["agreement_id"], found["state"], strict=True))
    assert states.pop("ny") == "in_force"
    assert all(name == state for name, state in states.items())
    assert set(states) == set(agreements.STATES)
    # A year before only what had been applied for by then was known.
    before = agreements.register(store.reader(), date(2026, 1, 1))
    assert set(before["agreement_id"]) == {
        "in_force", "undecided", "refused", "ended", "past_end", "renewed",
    }  # fmt: skip


def test_the_story_tells_what_was_changed_and_every_follow_up_that_any_register_knew(
    store: Store,
) -> None:
    first = {
        "agreement_id": "A", "employee": "Eva Ek", "manager": "Bo", "applied": "2025-03-01",
        "start": "2025-04-01", "risk_assessed": "2025-03-15", "risk_level": "Gul",
        "measure_due": "2026-12-01", "days_per_week": "2", "form": "Muntlig", "end": "2026-12-31",
        "extended_from": "B", "followed_up": "2025-10-01",
    }  # fmt: skip
    changed = {"followed_up": "2026-08-20", "days_per_week": "2,5", "form": "Skriftlig"}
    before = {"agreement_id": "B", "start": "2024-04-01", "end": "2025-03-31"}
    store.load(first, before, as_of=date(2026, 6, 30))
    store.load(
        {**first, **changed}, before, {"agreement_id": "C", "start": "2027-01-01",
                                       "extended_from": "A"},
    )  # fmt: skip
    found = agreements.story(store.reader(), "A", DAY)
    assert [(str(d), e, w) for d, e, w in found[["date", "event", "when"]].values.tolist()] == [
        ("2025-03-01", "applied", "past"),
        ("2025-03-01", "decided", "past"),
        ("2025-03-15", "risk_assessed", "past"),
        ("2025-04-01", "renewed_from", "past"),
        ("2025-04-01", "start", "past"),
        ("2025-10-01", "followed_up", "past"),
        ("2026-08-20", "followed_up", "past"),
        ("2026-10-31", "amended", "past"),
        ("2026-12-01", "measure_due", "coming"),
        ("2026-12-31", "end", "coming"),
        ("2027-01-01", "renewed_by", "coming"),
        ("2027-08-20", "follow_up_due", "coming"),
    ]
    details = dict(zip(found["event"], found["detail"], strict=True))
    assert (
        details["amended"] == "Form: från muntlig till skriftlig; Dagar per vecka: från 2 till 2,5"
    )
    assert details["start"] == "Form: muntlig, Dagar per vecka: 2"  # as it began, not as it is
    assert (details["renewed_from"], details["renewed_by"]) == ("B", "C")
    lines = dict(zip(found["event"], found["line"], strict=True))
    assert lines["amended"] == 2 and pd.isna(lines["follow_up_due"])
    assert found["file"].dropna().nunique() == 2
    # In June nobody knew of August, nor of the change.
    june = agreements.story(store.reader(), "A", date(2026, 6, 30))
    assert june["date"].max() == date(2026, 12, 31)
    assert "amended" not in set(june["event"])
    assert set(june.query("event == 'followed_up'")["date"]) == {date(2025, 10, 1)}


def test_what_is_to_be_done_by_a_day_has_not_passed_on_that_day(store: Store) -> None:
    row = {"agreement_id": "A", "start": "2025-10-31", "end": "2027-01-01", "risk_level": "Gul"}
    store.load({**row, "risk_assessed": "2025-10-01", "measure_due": "2026-10-31"})
    found = agreements.story(store.reader(), "A", DAY).set_index("event")["when"]
    assert found["measure_due"] == found["follow_up_due"] == "coming"
    assert found["risk_assessed"] == "past"
    late = agreements.story(store.reader(), "A", date(2026, 11, 1)).set_index("event")["when"]
    assert late["measure_due"] == late["follow_up_due"] == "past"


def test_the_story_calls_a_role_what_the_questionnaire_does(store: Store) -> None:
    row = {"agreement_id": "A", "occupation": "Annat"}
    store.load(row, as_of=date(2026, 6, 30))
    store.load({**row, "occupation": "Administration och stöd"})
    found = agreements.story(store.reader(), "A", DAY)
    detail = found.query("event == 'amended'")["detail"].iloc[0]
    assert detail == "Roll: från Annat till Administration och stöd"
    assert agreements.shown("occupation", "Trädgård") == "Trädgård"


def test_the_story_tells_a_late_decision_an_end_and_an_absence(store: Store) -> None:
    new = {"start": "2026-09-01", "applied": "2026-05-01", "decision": None}
    store.load({"agreement_id": "A", **new}, {"agreement_id": "B"}, as_of=date(2026, 6, 30))
    refused = {**new, "decision": "Avslagen", "reason": "Inte lämpligt"}
    ended = {"agreement_id": "B", "ended": "2026-08-31", "end_reason": "Ny tjänst"}
    store.load({"agreement_id": "A", **refused}, ended, as_of=date(2026, 9, 30))
    store.load(ended)
    told = {}
    for name in "AB":
        found = agreements.story(store.reader(), name, DAY)
        told[name] = [(str(d), e, t) for d, e, t in found[["date", "event", "detail"]].values]
    assert told["A"] == [
        ("2026-05-01", "applied", ""),
        ("2026-09-30", "decided", "Inte lämpligt"),
        ("2026-10-31", "gone", "Stod senast i registret per 2026-09-30."),
    ]
    assert told["B"][-1] == ("2026-08-31", "ended", "Ny tjänst")
    assert agreements.story(store.reader(), "finns inte", DAY).empty


def test_coming_dates_are_those_ahead_and_no_further_than_asked(store: Store) -> None:
    store.load(
        good("A", end="2026-11-01", start="2025-12-01", it_briefing="2026-01-01"),
        good("B", start="2026-11-15"),
        good("C", decision="Avslagen", start="2026-11-15"),
        good("D", end="2026-11-20", ended="2026-10-30"),
        good("E", risk_level="Röd", measure_due="2026-11-05", start="2025-10-31"),
        good("F", risk_level="Grön", measure_due="2026-11-05", start="2026-06-01"),
        # What has not begun has an end and measures too, unless it is refused.
        good("G", risk_level="Gul", measure_due="2026-11-06", start="2026-11-10", end="2026-11-25"),
        good(
            "H",
            risk_level="Gul",
            measure_due="2026-11-06",
            start="2026-11-10",
            end="2026-11-25",
            decision="Avslagen",
        ),
        good("I", risk_level="Gul", measure_due="2026-11-06", start="2026-06-01", end="2026-10-30"),
        # Nobody has decided: it may never begin, and then it does not end either.
        good("J", applied=START, decision=None, start="2026-11-16", end="2026-11-28"),
        good("K", end="2026-10-31", start="2025-12-01"),  # its last day is today
    )
    found = agreements.coming_dates(store.reader(), OWN, DAY, days=31)
    assert [(str(d), a, e) for d, a, e in found[["date", "agreement_id", "event"]].values] == [
        ("2026-10-31", "K", "end"),
        ("2026-10-31", "E", "follow_up_due"),
        ("2026-11-01", "A", "end"),
        ("2026-11-05", "E", "measure_due"),
        ("2026-11-06", "G", "measure_due"),
        ("2026-11-10", "G", "start"),
        ("2026-11-15", "B", "start"),
        ("2026-11-16", "J", "planned_start"),
        ("2026-11-25", "G", "end"),
        ("2026-12-01", "A", "follow_up_due"),
        ("2026-12-01", "K", "follow_up_due"),
    ]
    assert found["label"].iloc[-1] == "Uppföljning senast"


# --- who may ask ----------------------------------------------------------------------------------

QUESTIONS = {
    "evaluation": lambda r: agreements.evaluation(r, [OWN], DAY),
    "behind": lambda r: agreements.agreements_behind(r, OWN, None, None, None, DAY),
    "needs": lambda r: pd.concat(agreements.needs(r, OWN, DAY)),
    "managers": lambda r: agreements.managers(r, DAY),
    "people": lambda r: agreements.people(r, ["a" * 64]),
    "register": lambda r: agreements.register(r, DAY),
    "coming_dates": lambda r: agreements.coming_dates(r, OWN, DAY, 4000),
    "story": lambda r: agreements.story(r, "HEMLIG", DAY),
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store with an agreement of each department; that of AA is called HEMLIG."""
    folder = tmp_path_factory.mktemp("shared")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISTANSKOLLEN_STORE", str(folder / "store"))
        patch.setenv("DISTANSKOLLEN_KEY_FILE", str(folder / "key"))
        store = Store(folder)
        row = {"start": "2025-01-01", "end": "2027-01-01", "form": "Muntlig"}
        store.load(
            {**row, "agreement_id": "HEMLIG", "employee": "Ann Alm", "manager": "Ada"},
            {**row, "agreement_id": "ÖPPEN", "employee": "Bo Berg", "manager": "Bea",
             "department": "BB", "extended_from": "HEMLIG"},
        )  # fmt: skip
    return store


@pytest.fixture
def named(shared: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Return ``shared`` as the store of this test."""
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(shared.folder / "store"))
    monkeypatch.setenv("DISTANSKOLLEN_KEY_FILE", str(shared.folder / "key"))
    return shared


@pytest.mark.parametrize("question", QUESTIONS)
def test_politiker_and_admin_are_refused_and_hr_meets_only_its_own_departments(
    named: Store, question: str
) -> None:
    ask = QUESTIONS[question]
    for role in ("politiker", "admin"):
        with pytest.raises(AccessDenied):
            ask(named.reader(role))
    found = ask(named.reader())
    everything, own_part = as_text(found), as_text(ask(named.reader("hr", "BB")))
    secret = ("HEMLIG", "Ada", "AA")
    if question == "people":
        return
    if question == "story":
        assert len(found) and ask(named.reader("hr", "BB")).empty
    else:
        assert any(word in everything for word in secret)
    # What the own agreement says that it continues stands in its own row.
    own_part = own_part.replace("HEMLIG", "") if question == "register" else own_part
    assert not any(word in own_part for word in secret)


def test_hr_is_told_that_an_agreement_goes_on_in_another_department_and_nothing_more(
    store: Store,
) -> None:
    mine = {"agreement_id": "MIN", "start": "2025-01-01", "end": "2026-06-30"}
    after = {
        "agreement_id": "EFTER", "start": "2026-07-01", "extended_from": "MIN", "department": "BB",
        "employee": "Ann Alm", "manager": "Ada", "applied": "2026-02-03", "end": "2026-12-24",
    }  # fmt: skip
    late = {"agreement_id": "SEN", "start": "2025-05-05", "evaluated": "2026-02-02",
            "department": "BB"}  # fmt: skip
    ours = {"agreement_id": "VÅR", "extended_from": "SEN"}
    refused = {**after, "agreement_id": "NEJ", "extended_from": "VÅR", "decision": "Avslagen"}
    store.load(mine, after, late, ours, refused, as_of=date(2026, 8, 31))
    # What else happens there makes no new line here.
    store.load(mine, {**after, "followed_up": "2026-09-09"}, late, ours, refused)
    hr = store.reader("hr", "AA")
    begun, forever = date(2026, 7, 1), date(9999, 12, 31)
    assert hr.rows("select * from elsewhere order by all") == [
        ("MIN", "continued", begun, None, begun, forever),
        ("VÅR", "before", None, "late", date(2026, 2, 2), forever),
        ("VÅR", "before", None, None, date(2026, 1, 1), date(2026, 2, 2)),
    ]
    assert store.reader("revisor").rows("select * from elsewhere") == []
    for day, state in ((date(2026, 6, 30), "in_force"), (DAY, "renewed")):
        found = agreements.register(hr, day).set_index("agreement_id")["state"]
        assert found["MIN"] == state
    events = agreements.story(hr, "MIN", DAY).query("event == 'renewed_by'")
    assert events[["date", "detail"]].values.tolist() == [[begun, "I en annan förvaltning."]]
    events = agreements.story(hr, "VÅR", DAY).query("event == 'renewed_from'")
    assert list(events["detail"]) == ["SEN, i en annan förvaltning"]
    everything = "".join(as_text(agreements.story(hr, name, DAY)) for name in ("MIN", "VÅR"))
    assert not any(
        word in everything for word in ("EFTER", "NEJ", "Ada", "BB", "2026-12-24", "2026-02-03")
    )
    # A day that tells nothing to hr's own is not there, nor who it is.
    whole = repr(hr.rows("select * from elsewhere")) + repr(hr.rows("from records.employee"))
    assert "2026, 9, 9" not in whole and "2025, 5, 5" not in whole
    assert hr.rows("select count(*) from records.employee") == [(0,)]


def as_text(found: Any) -> str:
    """Return a whole answer as one text, hashes left out: they may hold any letters."""
    if not isinstance(found, pd.DataFrame):
        return str(found)
    return found.drop(columns=["employee", "person", "file"], errors="ignore").to_csv()


def test_hr_meets_names_of_its_own_and_revisor_pseudonyms(
    named: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes = list(agreements.register(named.reader(), DAY)["employee"])
    assert all(len(text) == 64 for text in hashes)
    short = {text: text[:6].upper() for text in hashes}
    assert agreements.people(named.reader(), hashes) == short
    names = agreements.people(named.reader("hr", "BB"), [*hashes, None])
    assert sorted(names.values()) == sorted(["Bo Berg", short[hashes[1]]]) or sorted(
        names.values()
    ) == sorted(["Bo Berg", short[hashes[0]]])
    assert not agreements.names_are_closed(named.reader("hr", "BB"))
    # Without the key of the machine that loaded them there are no names.
    monkeypatch.setenv("DISTANSKOLLEN_KEY_FILE", str(named.folder / "another"))
    assert agreements.people(named.reader("hr", "BB"), hashes) == short
    assert agreements.names_are_closed(named.reader("hr", "BB"))
    assert not agreements.names_are_closed(named.reader())  # revisor has none to miss
    with pytest.raises(AccessDenied):
        agreements.names_are_closed(named.reader("politiker"))


def test_only_revisor_is_told_the_file_and_line_of_an_event(named: Store) -> None:
    assert agreements.story(named.reader(), "ÖPPEN", DAY)["line"].notna().any()
    mine = agreements.story(named.reader("hr", "BB"), "ÖPPEN", DAY)
    assert len(mine) and mine[["file", "line"]].isna().all(axis=None)
