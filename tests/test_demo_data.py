"""The demo inputs are what the script makes, and their counts are the published ones.

Counted here with the csv module alone and with the expected numbers written out: a mistake in the
loader, in the reference files or in the script's own check cannot hide a wrong count.
"""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from queries.indicators import results
from queries.store import Reader, current_snapshot, open_reader
from queries.viewer import Role, Viewer
from tests import loading

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "data" / "demo"
AS_OF = date(2026, 10, 31)
REGISTERS = (date(2024, 12, 31), date(2025, 6, 30), date(2026, 2, 28), AS_OF)
NAMES = {
    "Barn- och utbildningsförvaltningen": "BUN",
    "Kultur- och fritidsförvaltningen": "KFN",
    "Kommunledningskontoret": "KLK",
    "Miljö- och byggförvaltningen": "MBN",
    "Socialförvaltningen": "SN",
    "Tekniska kontoret": "TN",
}
# A word that only the heading of this question holds.
HEADING = {
    "frekvens": "Hur ofta arbetar du på distans",
    "q1_1": "skriftlig policy",
    "q1_2": "bekant med",
    "q1_3": "Hur tydliga är",
    "q1_4": "tydliga mål",
    "q1_5": "förankrade",
    "q2_1a": "rättvist fördelad",
    "q2_1b": "egen del",
    "q2_1c": "jämställdheten",
    "q2_2": "särskilda insatser",
    "q3_1a": "arbetsmiljö är god vid hemarbete av",
    "q3_1b": "arbetsmiljö och trivsel",
    "q3_2": "mäta produktivitet",
    "atgarder": "Vilka åtgärder vidtas",
    "it_utbildning": "utbildning om IT-säkerhet",
}


def rows(name: str) -> list[dict[str, str]]:
    encoding, delimiter = ("utf-8-sig", ";") if name[0] == "a" else ("utf-8", ",")
    with (DEMO / name).open(encoding=encoding, newline="") as stream:
        return list(csv.DictReader(stream, delimiter=delimiter, strict=True))


def heading(answers: list[dict[str, str]], question: str) -> str:
    (found,) = [name for name in answers[0] if HEADING[question] in name]
    return found


def count(answers: list[dict[str, str]], question: str, *labels: str, department: str = "") -> int:
    column = heading(answers, question)
    return sum(
        row[column] in labels for row in answers if department in ("", NAMES[row["Förvaltning"]])
    )


@pytest.fixture(scope="module")
def answers() -> list[dict[str, str]]:
    return rows("survey-2024.csv")


@pytest.fixture(scope="module")
def later() -> list[dict[str, str]]:
    return rows("survey-2026.csv")


@pytest.fixture(scope="module")
def registers() -> dict[date, list[dict[str, str]]]:
    return {as_of: rows(register_file(as_of)) for as_of in REGISTERS}


@pytest.fixture(scope="module")
def agreements(registers) -> list[dict[str, str]]:
    return registers[AS_OF]


def register_file(as_of: date) -> str:
    return f"agreements-{as_of:%Y-%m}.csv"


def latest(register: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    """Return a row per agreement: the last of its events, which stand in their order."""
    return {row["Överenskommelse"]: row for row in register}


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


# --- the script -----------------------------------------------------------------------------------


def test_the_script_makes_the_committed_bytes(tmp_path: Path):
    subprocess.run(
        [sys.executable, str(ROOT / "tools" / "make_demo.py"), "--out", str(tmp_path)], check=True
    )
    made = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    kept = {file.name: file.read_bytes() for file in DEMO.iterdir()}
    assert made == kept


def test_the_script_refuses_its_own_output_when_it_is_not_what_was_published(tmp_path: Path):
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    for name in ("audit", "questionnaires"):
        shutil.copytree(ROOT / "data" / name, tmp_path / "data" / name)
    shutil.copy(ROOT / "data" / "departments.toml", tmp_path / "data")
    file = tmp_path / "data" / "audit" / "published.csv"
    text = file.read_text("utf-8")
    file.write_text(text.replace("exact_0.1,37,", "exact_0.1,38,"), "utf-8")
    run = subprocess.run(
        [sys.executable, str(tmp_path / "tools" / "make_demo.py")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "q2_1a_ja: 37 of 91, published 38 of 91" in run.stderr


def test_the_load_order_names_files_that_exist_and_frames_come_before_surveys():
    demo = tomllib.loads((DEMO / "demo.toml").read_text("utf-8"))
    assert demo["as_of"] == AS_OF
    assert {w["id"]: w["kind"] for w in demo["waves"]} == {
        "2024": "rekonstruerad",
        "2026": "exempel",
    }
    order = [(entry["kind"], entry.get("wave")) for entry in demo["files"]]
    for wave in demo["waves"]:
        assert order.index(("frame", wave["id"])) < order.index(("survey", wave["id"]))
    loads = [(e["file"], e["as_of"]) for e in demo["files"] if e["kind"] == "agreements"]
    assert loads == [(register_file(as_of), as_of) for as_of in REGISTERS]
    assert {kind for kind, _wave in order[-len(loads) :]} == {"agreements"}
    named = {entry["file"] for entry in demo["files"]}
    assert named == {file.name for file in DEMO.iterdir()} - {"demo.toml"}


# --- wave 2024 ------------------------------------------------------------------------------------


def test_frame_2024_is_as_published():
    assert [tuple(row.values()) for row in rows("frame-2024.csv")] == [
        ("BUN", "Barn- och utbildningsförvaltningen", "Barn- och utbildningsnämnden", "512",
         "ca 27", "40"),
        ("KFN", "Kultur- och fritidsförvaltningen", "Kultur- och fritidsnämnden", "34", "ca 5",
         "3"),
        ("KLK", "Kommunledningskontoret", "Kommunstyrelsen", "103", "ca 60", "73"),
        ("MBN", "Miljö- och byggförvaltningen", "Miljö- och byggnämnden", "12", "12", "11"),
        ("SN", "Socialförvaltningen", "Socialnämnden", "450", "ca 49", "82"),
        ("TN", "Tekniska kontoret", "Tekniska nämnden", "42", "ca 8", "12"),
    ]  # fmt: skip


def test_respondents_per_department_and_role(answers):
    assert Counter(NAMES[row["Förvaltning"]] for row in answers) == {
        "BUN": 17, "KLK": 30, "MBN": 4, "SN": 33, "TN": 7,
    }  # fmt: skip
    roles = Counter(row["Roll"] for row in answers)
    assert roles.most_common(2) == [("Administration och stöd", 39), ("Utbildning och vård", 17)]


@pytest.mark.parametrize(
    ("question", "labels", "department", "expected"),
    [
        ("frekvens", ["1–2 dagar i veckan"], "", 28),
        ("frekvens", ["Aldrig"], "", 21),
        ("q1_1", ["Ja"], "KLK", 15),
        ("q1_1", ["Ja"], "BUN", 3),
        ("q1_2", ["Ja"], "SN", 11),
        ("q1_2", ["Ja"], "MBN", 4),
        ("q1_2", ["Ja"], "TN", 4),
        ("q1_3", ["Otydliga", "Mycket otydliga"], "BUN", 10),
        ("q1_3", ["Otydliga", "Mycket otydliga"], "SN", 17),
        ("q1_3", ["Tydliga", "Mycket tydliga"], "MBN", 4),
        ("q1_4", ["Vet ej"], "", 38),
        ("q1_4", ["Nej"], "", 26),
        ("q1_5", ["Inte alls"], "", 22),
        ("q1_5", ["Delvis"], "", 25),
        ("q1_5", ["Inte alls"], "BUN", 14),
        ("q1_5", ["Mycket väl", "Delvis"], "MBN", 4),
        ("q2_1a", ["Ja"], "", 37),
        ("q2_1a", ["Nej"], "", 32),
        ("q2_1a", ["Vet ej"], "", 22),
        ("q2_1b", ["Mycket bra"], "", 46),
        ("q2_1b", ["Mycket dåligt"], "", 6),
        ("q2_1c", ["Delvis"], "", 36),
        ("q2_1c", ["Mycket positivt"], "", 27),
        ("q2_2", ["Vet ej"], "", 54),
        ("q2_2", ["Nej"], "", 20),
        ("q2_2", ["Ja"], "", 17),
        ("q3_1a", ["Nej"], "", 27),
        ("q3_1a", ["Ja"], "", 24),
        ("q3_1a", ["Ja"], "MBN", 1),
        ("q3_1a", ["Nej"], "MBN", 2),
        ("q3_1a", ["Vet ej"], "MBN", 1),
        ("q3_1a", ["Ja"], "TN", 1),
        ("q3_1b", ["1"], "", 25),
        ("q3_1b", ["1", "2"], "TN", 2),
        ("q3_1b", ["4", "5"], "TN", 0),
        ("q3_2", ["Vet ej"], "", 34),
        ("q3_2", ["Nej"], "", 30),
        ("atgarder", ["Inga särskilda åtgärder"], "MBN", 3),
    ],
)
def test_counts_are_the_published_ones(answers, question, labels, department, expected):
    assert count(answers, question, *labels, department=department) == expected


def test_section_three_is_answered_by_exactly_the_seventy_who_work_elsewhere(answers):
    columns = list(answers[0])
    first = columns.index(heading(answers, "q3_1a"))
    frequency = heading(answers, "frekvens")
    for row in answers:
        values = list(row.values())
        assert all(values[:first])
        assert all(values[first:]) if row[frequency] != "Aldrig" else not any(values[first:])
    assert sum(row[frequency] != "Aldrig" for row in answers) == 70
    per_department = Counter(
        NAMES[row["Förvaltning"]] for row in answers if row[frequency] != "Aldrig"
    )
    assert (per_department["MBN"], per_department["TN"]) == (4, 4)


def test_the_only_manager_at_mbn_answers_as_the_audit_tells(answers):
    (manager,) = [
        row for row in answers if (NAMES[row["Förvaltning"]], row["Befattning"]) == ("MBN", "Chef")
    ]
    assert manager[heading(answers, "q3_1a")] == "Vet ej"
    assert manager[heading(answers, "q3_1b")] not in ("1", "2")
    assert manager[heading(answers, "atgarder")] == "Inga särskilda åtgärder"


def test_frequent_follow_up_is_mostly_klk_and_hardly_bun(answers):
    often = {d: count(answers, "q3_1b", "4", "5", department=d) for d in NAMES.values()}
    assert often["KLK"] > sum(often.values()) / 2
    assert 0 < often["BUN"] <= 2


def test_answers_hang_together(answers):
    """Who finds it unfair is seldom content with the own possibility: attitudes, not noise."""
    fair, own = heading(answers, "q2_1a"), heading(answers, "q2_1b")
    content = {
        answer: sum(row[own] == "Mycket bra" for row in answers if row[fair] == answer)
        / sum(row[fair] == answer for row in answers)
        for answer in ("Ja", "Nej")
    }
    assert content["Ja"] > content["Nej"] + 0.25


@pytest.mark.parametrize("name", ["survey-2024.csv", "survey-2026.csv"])
def test_surveys_look_like_a_swedish_google_forms_export_in_time_order(name):
    text = (DEMO / name).read_bytes().decode("utf-8")
    assert text.startswith('"Tidstämpel","Förvaltning","Befattning","Roll",')
    moments = []
    for row in rows(name):
        found = re.fullmatch(
            r"(\d{4}/\d\d/\d\d) (\d{1,2}):(\d\d:\d\d) (fm|em) CES?T", row["Tidstämpel"]
        )
        assert found
        hour = int(found[2]) % 12 + (12 if found[4] == "em" else 0)
        # Wall clock of one zone: no conversion, so no zone is attached.
        moment = datetime.strptime(f"{found[1]} {hour:02d}:{found[3]}", "%Y/%m/%d %H:%M:%S")
        assert moment.weekday() < 5
        assert moment.date() <= AS_OF
        moments.append(moment)
    assert moments == sorted(moments)


# --- wave 2026 ------------------------------------------------------------------------------------


def test_follow_up_wave_has_the_responses_it_is_meant_to_have(later):
    invited = {row["Förvaltning"]: int(row["Tillfrågade"]) for row in rows("frame-2026.csv")}
    assert sum(invited.values()) == 235
    answered = Counter(NAMES[row["Förvaltning"]] for row in later)
    assert answered == {"BUN": 22, "KFN": 4, "KLK": 41, "MBN": 8, "SN": 41, "TN": 9}
    assert all(answered[code] <= invited[code] for code in invited)


def test_follow_up_wave_tells_its_story(answers, later):
    def share(wave, question, *labels, department=""):
        column = heading(wave, question)
        base = sum(
            bool(row[column]) for row in wave if department in ("", NAMES[row["Förvaltning"]])
        )
        return count(wave, question, *labels, department=department) / base

    for question, labels in (
        ("q1_1", ["Ja"]),
        ("q1_2", ["Ja"]),
        ("q1_5", ["Mycket väl", "Väl"]),
        ("it_utbildning", ["Ja"]),
    ):
        assert share(later, question, *labels) > share(answers, question, *labels) + 0.15
    assert share(later, "q3_1a", "Ja") > share(answers, "q3_1a", "Ja")
    assert abs(share(later, "q2_1a", "Ja") - share(answers, "q2_1a", "Ja")) < 0.01
    assert share(later, "q2_1a", "Ja", department="SN") < share(
        answers, "q2_1a", "Ja", department="SN"
    )
    assert abs(share(later, "q3_2", "Ja") - share(answers, "q3_2", "Ja")) < 0.05


def test_some_items_are_left_unanswered_in_the_follow_up(later):
    assert count(later, "q2_1a", "") == 2
    asked = [row for row in later if row[heading(later, "frekvens")] != "Aldrig"]
    assert 0 < count(asked, "q3_1b", "") < 5


# --- registers ------------------------------------------------------------------------------------

PAST = (
    "Ansökt", "Riskbedömning", "Åtgärdad", "Senaste uppföljning", "Utvärdering", "IT-genomgång",
    "Avslutad",
)  # fmt: skip


def test_registers_have_the_columns_of_the_file_contract(registers):
    columns = [
        "Överenskommelse", "Anställd", "Ansvarig chef", "Förvaltning", "Befattning", "Roll", "Typ",
        "Form", "Ansökt", "Beslut", "Skäl", "Start", "Slut", "Förlängd från",
        "Uppsägningstid (dagar)", "Dagar per vecka", "Andel distans (%)", "Antal platser",
        "Riskbedömning", "Risknivå", "Åtgärd senast", "Åtgärdad", "Senaste uppföljning",
        "Utvärdering", "IT-genomgång", "VPN", "Kryptering", "SITHS-kort", "Begränsad åtkomst",
        "Sekretessklass", "Hemförsäkring", "Hyresvärd godkänt", "Utrustning kvitterad", "Avslutad",
        "Orsak",
    ]  # fmt: skip
    for as_of, register in registers.items():
        events = ["Händelsedatum"] if as_of == REGISTERS[0] else []
        assert list(register[0]) == columns + events
        assert (DEMO / register_file(as_of)).read_bytes().startswith(b"\xef\xbb\xbf")


def test_register_ids_are_plainly_invented_and_the_same_in_every_register(registers):
    people: dict[str, str] = {}
    for register in registers.values():
        keys = [(row["Överenskommelse"], row.get("Händelsedatum")) for row in register]
        assert len(keys) == len(set(keys))
        for row in register:
            assert re.fullmatch(r"demo-anställd-\d{3}", row["Anställd"])
            assert re.fullmatch(r"demo-chef-\d{2}", row["Ansvarig chef"])
            assert people.setdefault(row["Överenskommelse"], row["Anställd"]) == row["Anställd"]
    assert sorted(people) == [f"DEMO-{n:04d}" for n in range(1, len(people) + 1)]
    assert len({row["Ansvarig chef"] for row in registers[AS_OF]}) > 15


def test_a_register_knows_nothing_that_happens_after_its_day(registers):
    for as_of, register in registers.items():
        for row in register:
            told = day(row.get("Händelsedatum", "")) or as_of
            assert told <= as_of
            for name in PAST:
                assert not row[name] or day(row[name]) <= told, (row["Överenskommelse"], name)
            for name in ("Slut", "Senaste uppföljning", "Utvärdering", "Avslutad"):
                late = not row[name] or day(row[name]) >= day(row["Start"])
                assert late, (row["Överenskommelse"], name)


def test_some_agreements_are_told_as_events_from_the_day_they_were_entered(registers):
    """What was followed up more than once cannot be told in one row: only the latest has a cell."""
    events: dict[str, list[dict[str, str]]] = {}
    for row in registers[REGISTERS[0]]:
        events.setdefault(row["Överenskommelse"], []).append(row)
    several = [told for told in events.values() if len(told) > 1]
    assert len(several) > 40 and len(events) - len(several) > 5
    for told in several:
        days = [day(row["Händelsedatum"]) for row in told]
        assert days == sorted(days) and days[0] <= day(told[0]["Start"])
    assert any(len({row["Senaste uppföljning"] for row in told}) > 2 for told in several)
    assert any(len({row["Dagar per vecka"] for row in told}) > 1 for told in several)


def test_a_later_register_denies_an_earlier_one_only_where_an_agreement_was_amended(registers):
    amended: Counter[str] = Counter()
    told_late = 0
    for before, after in pairwise(REGISTERS):
        new = latest(registers[after])
        for number, row in latest(registers[before]).items():
            for name in (set(row) & set(new.get(number, {}))) - {"Överenskommelse"}:
                if row[name] == new[number][name]:
                    continue
                later = day(new[number][name]) if name in PAST and new[number][name] else None
                if later and name in ("Senaste uppföljning", "IT-genomgång"):
                    assert later > before
                elif later and not row[name]:
                    told_late += later <= before
                elif name not in ("Risknivå", "Åtgärd senast", "Orsak"):
                    amended[name] += 1
    assert amended == {
        "Ansvarig chef": 14, "Andel distans (%)": 3, "Dagar per vecka": 3, "Slut": 3, "Form": 2,
        "Hemförsäkring": 1, "Hyresvärd godkänt": 1, "Utrustning kvitterad": 2,
        "Uppsägningstid (dagar)": 2, "Kryptering": 1,
    }  # fmt: skip
    assert told_late == 3


def test_two_agreements_vanish_from_the_last_register_without_a_word(registers):
    gone = [
        row
        for number, row in latest(registers[REGISTERS[2]]).items()
        if number not in latest(registers[AS_OF])
    ]
    assert [(row["Förvaltning"], row["Avslutad"]) for row in gone] == [("TN", ""), ("SN", "")]
    assert [bool(row["Slut"]) for row in gone] == [True, False]


def test_the_last_register_has_the_gaps_it_is_meant_to_have(agreements):
    granted = [row for row in agreements if row["Beslut"] == "Beviljad"]
    assert len(granted) == 158
    refused = [row for row in agreements if row["Beslut"] == "Avslagen"]
    assert len(refused) == 9 and all(row["Skäl"] for row in refused)
    assert len(agreements) == 158 + 9 + 1  # and one that nobody has decided
    before = [
        row
        for row in granted
        if row["Riskbedömning"] and day(row["Riskbedömning"]) <= day(row["Start"])
    ]
    assert len(before) == 98  # 62 %
    assert sum(not row["Riskbedömning"] for row in granted) == 37

    running = [row for row in granted if not row["Avslutad"] and day(row["Start"]) <= AS_OF]
    past = [row for row in running if row["Slut"] and day(row["Slut"]) < AS_OF]
    assert Counter(row["Förvaltning"] for row in past) == {"BUN": 3, "KLK": 2, "SN": 5, "TN": 1}
    in_force = [row for row in running if row not in past]
    late = [
        row
        for row in in_force
        if row["Risknivå"] in ("Gul", "Röd")
        and not row["Åtgärdad"]
        and day(row["Åtgärd senast"]) < AS_OF
    ]
    assert sorted(r["Förvaltning"] for r in late if r["Risknivå"] == "Röd") == ["BUN", "SN"]
    assert any(row["Risknivå"] == "Gul" for row in late)
    (bare,) = [
        row
        for row in in_force
        if row["Sekretessklass"] == "Sekretess" and row["Kryptering"] == "Nej"
    ]
    assert bare["Förvaltning"] == "SN"
    assert any(day(row["Start"]) > AS_OF for row in granted)


def test_extended_agreements_follow_an_earlier_one_of_the_same_person(agreements):
    by_id = {row["Överenskommelse"]: row for row in agreements}
    extended = [row for row in agreements if row["Förlängd från"]]
    assert len(extended) == 9
    for row in extended:
        earlier = by_id[row["Förlängd från"]]
        assert earlier["Anställd"] == row["Anställd"]
        assert day(earlier["Slut"]) < day(row["Start"])


def test_agreements_fit_the_possibility_of_each_department(registers):
    possible = {
        row["Förvaltning"]: int(row["Möjlighet till distansarbete"].removeprefix("ca "))
        for row in rows("frame-2026.csv")
    }
    for as_of, register in registers.items():
        running = Counter(
            row["Förvaltning"]
            for row in latest(register).values()
            if row["Beslut"] == "Beviljad" and not row["Avslutad"] and day(row["Start"]) <= as_of
        )
        assert all(running[code] <= possible[code] for code in possible)


# --- the story, read back through the production loader -------------------------------------------

RISK, FOLLOWED, BRIEFED = "riskbedomd_fore_start", "uppfoljd_12_manader", "it_genomgang_12_manader"
# indicator, department (None: all), then (count, in force) on the four days.
DAYS = (date(2025, 3, 31), date(2025, 9, 30), date(2026, 1, 31), AS_OF)
STORY = (
    (RISK, None, (47, 75), (52, 98), (61, 111), (76, 120)),
    (RISK, "SN", (13, 13), (13, 28), (13, 35), (13, 36)),
    (RISK, "MBN", (2, 5), (2, 5), (4, 6), (10, 10)),
    (RISK, "KLK", (26, 37), (29, 41), (32, 42), (38, 47)),
    (RISK, "KFN", (1, 4), (1, 3), (1, 3), (2, 4)),
    (FOLLOWED, "KLK", (37, 37), (41, 41), (42, 42), (33, 47)),
    (FOLLOWED, None, (70, 75), (88, 98), (102, 111), (93, 120)),
    (BRIEFED, None, (71, 75), (87, 98), (101, 111), (67, 120)),
    (BRIEFED, "KLK", (37, 37), (41, 41), (42, 42), (25, 47)),
)


@pytest.fixture
def reader(demo_store: Path) -> Iterator[Reader]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
        yield open_reader(Viewer(Role.REVISOR))


def test_every_line_of_the_registers_is_accepted(demo_store: Path, registers):
    inputs = current_snapshot(demo_store).manifest["inputs"]
    told = {entry["name"]: (entry["accepted"], entry["rejected"]) for entry in inputs}
    assert told[register_file(AS_OF)] == (len(registers[AS_OF]), 0)
    loads = loading.rows(
        "select as_of, count(*) from records.register_row group by all order by all", demo_store
    )
    assert loads == [(as_of, len(registers[as_of])) for as_of in REGISTERS]


def test_the_story_is_in_the_coverage_of_four_days(reader: Reader):
    tables = {as_of: results(reader, "2026", {row[0] for row in STORY}, as_of) for as_of in DAYS}
    found = []
    for name, department, *_pairs in STORY:
        pairs = []
        for table in tables.values():
            own = (
                table["department"].isna()
                if department is None
                else table["department"].eq(department)
            )
            (row,) = table[table["indicator"].eq(name) & own].to_dict("records")
            pairs.append((row["numerator"], row["denominator"]))
        found.append((name, department, *pairs))
    assert tuple(found) == STORY


def test_on_its_own_day_the_coverage_is_what_that_register_says(reader: Reader, registers):
    """What was read later never changes it; what has vanished since still counts."""
    for as_of, register in registers.items():
        since = as_of.replace(year=as_of.year - 1).isoformat()
        known = latest(register)
        if as_of == AS_OF:
            known = latest(registers[REGISTERS[2]]) | known
        in_force = {
            number: row
            for number, row in known.items()
            if row["Beslut"] != "Avslagen"
            and day(row["Start"]) <= as_of
            and not row["Avslutad"]
            and (not row["Slut"] or day(row["Slut"]) >= as_of)
        }
        met = {
            RISK: {k for k, r in in_force.items() if "" < r["Riskbedömning"] <= r["Start"]},
            FOLLOWED: {
                k for k, r in in_force.items() if max(r["Senaste uppföljning"], r["Start"]) >= since
            },
            BRIEFED: {k for k, r in in_force.items() if r["IT-genomgång"] >= since},
        }
        table = results(reader, "2026", met, as_of).dropna(subset="department")
        assert len(table) == 18
        for row in table.itertuples():
            of = {k for k, r in in_force.items() if r["Förvaltning"] == row.department}
            expected = (len(met[row.indicator] & of), len(of))
            assert (row.numerator, row.denominator) == expected, (as_of, row)


def test_what_a_board_is_shown_still_tells_the_story(demo_store: Path):
    """Small departments are hidden; the months that carry the story are not."""
    shown = {
        (name, as_of, group): (numerator, denominator)
        for name, as_of, group, numerator, denominator in loading.rows(
            'select indicator, day, "group", numerator, denominator from published.coverage '
            "where status = 'shown' and breakdown in ('all', 'department')",
            demo_store,
        )
    }
    for name, department, *pairs in STORY:
        if department != "KFN":
            assert shown[name, AS_OF, department or ""] == pairs[-1]
    assert not any(group == "KFN" for _name, _day, group in shown)

    # Which months lie far enough apart to be shown is for the gate to say, not for the story.
    def shares(name: str, department: str) -> list[float]:
        months = sorted(key for key in shown if key[::2] == (name, department))
        return [shown[key][0] / shown[key][1] for key in months]

    assert 1.0 in shares(RISK, "SN") and shares(RISK, "SN")[-1] < 0.4
    assert len(shares(RISK, "SN")) >= 6
    assert shares(FOLLOWED, "KLK")[0] == 1.0 and shares(FOLLOWED, "KLK")[-1] < 0.75
    assert shares(RISK, "MBN")[-1] == 1.0


def test_the_script_refuses_a_register_that_is_not_as_planned(tmp_path: Path):
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    for name in ("audit", "questionnaires"):
        shutil.copytree(ROOT / "data" / name, tmp_path / "data" / name)
    shutil.copy(ROOT / "data" / "departments.toml", tmp_path / "data")
    file = tmp_path / "tools" / "demo_cohorts.py"
    text = file.read_text("utf-8")
    # The department that is drawn last: nothing else becomes another.
    assert text.count("refused=1,") == 1
    file.write_text(text.replace("refused=1,", "refused=2,"), "utf-8")
    run = subprocess.run(
        [sys.executable, str(tmp_path / "tools" / "make_demo.py")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "2026-10-31 avslagna: 10, planned 9" in run.stderr


def test_a_register_for_measuring_is_loaded_whole_and_is_the_same_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def make(out: Path, *more: str) -> subprocess.CompletedProcess[str]:
        script = str(ROOT / "tools" / "big_register.py")
        arguments = ["--agreements", "200", "--departments", "3", "--registers", "2", *more]
        return subprocess.run(
            [sys.executable, script, *arguments, "--out", str(out)],
            capture_output=True,
            text=True,
            check=False,
        )

    for name in ("one", "two"):
        assert make(tmp_path / name).returncode == 0
    one, two = (
        {file.name: file.read_bytes() for file in (tmp_path / name).iterdir()}
        for name in ("one", "two")
    )
    assert one == two and len(one) == 3
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "store"))
    loading.run("load", "frame", tmp_path / "one" / "frame.csv", "--wave", "2026")
    for as_of in REGISTERS[2:]:
        file = tmp_path / "one" / f"agreements-{as_of}.csv"
        loading.run("load", "agreements", file, "--as-of", as_of)
    ((known, several),) = loading.rows(
        "select count(distinct agreement_id), count(*) from records.agreement"
    )
    assert known == 200 < several
    refused = make(ROOT / "data" / "big")
    assert refused.returncode == 2 and "outside the repository" in refused.stderr


# --- all files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", sorted(DEMO.iterdir()), ids=lambda file: file.name)
def test_no_file_holds_anything_like_a_real_person(file: Path):
    text = file.read_text("utf-8-sig")
    assert "@" not in text
    assert not re.search(r"\b(19|20)?\d{6}[-+]\d{4}\b", text)  # personal identity number
    assert not re.search(r"\b0\d{1,3}[- ]\d{5,}", text)  # telephone
