"""Make the demo inputs in ``data/demo`` from committed tables, always to the same bytes.

    python tools/make_demo.py [--out DIR]

Wave 2024 is a reconstruction: its counts are those that the audit published, everything else is
made up. Wave 2026 and the register of agreements are made up altogether. The counts are therefore
written out (``demo_tables.py``, ``demo_register.py``), not left to chance: chance only decides
which respondent gave which answer, and even that by an attitude that runs through a person's
answers.

Nothing but the standard library is imported, so the script cannot inherit a mistake from the
loader that reads its files. It ends by counting its own output against ``data/audit`` and exits 1
on any mismatch.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

import demo_tables as tables
from demo_chance import Draw, normal, shuffled
from demo_register import PLANNED, REGISTERS, make_registers

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
QUESTIONNAIRE = "vaggeryd-2024"
DEPARTMENTS = ("BUN", "KFN", "KLK", "MBN", "SN", "TN")

FRAME_HEADER = (
    "Förvaltning",
    "Namn",
    "Nämnd",
    "Antal anställda",
    "Möjlighet till distansarbete",
    "Tillfrågade",
)


@dataclass(frozen=True)
class Wave:
    """What a wave is made from. ``zone`` is written after each time stamp."""

    id: str
    seed: int
    frame: tuple
    attributes: str
    answers: str
    pinned: dict
    first_day: date
    zone: str


WAVES = (
    Wave(
        id="2024",
        seed=2024,
        frame=tables.FRAMES["2024"],
        attributes=tables.ATTRIBUTES_2024,
        answers=tables.ANSWERS_2024,
        pinned=tables.PINNED_2024,
        first_day=date(2024, 11, 4),
        zone="CET",
    ),
    Wave(
        id="2026",
        seed=2026,
        frame=tables.FRAMES["2026"],
        attributes=tables.ATTRIBUTES_2026,
        answers=tables.ANSWERS_2026,
        pinned={},
        first_day=date(2026, 9, 21),
        zone="CEST",
    ),
)


# --- survey ---------------------------------------------------------------------------------------


@dataclass
class Person:
    """A respondent: department, attitude, and the answers given (codes; several in a list)."""

    department: str
    attitude: float
    by_theme: dict[str, float]
    answers: dict[str, list[str]] = field(default_factory=dict)

    def holds(self, code: str) -> bool:
        """Whether the code is among the answers that lean others (attributes and frequency)."""
        leaning = ("occupation", "position", "age", "frekvens")
        return any(code in self.answers.get(name, ()) for name in leaning)


@dataclass(frozen=True)
class Margin:
    """One question's row of a table: ``alone`` are the codes that exclude every other."""

    codes: tuple[str, ...]
    alone: frozenset[str]
    counts: dict[str, tuple[int, ...]]


def margins(text: str) -> dict[str, Margin]:
    """Read a table of ``demo_tables``: question → codes and counts per department."""
    entries: dict[str, list[str]] = {}
    name = ""
    for line in text.strip().splitlines():
        if line.startswith(" "):
            entries[name][1] += line
        else:
            name, _colon, codes = line.partition(":")
            entries[name] = [codes, ""]
    result = {}
    for name, (order, numbers) in entries.items():
        several, _slash, alone = order.partition("/")
        codes = (*several.split(), *alone.split())
        counts = {}
        for part in numbers.split("|"):
            department, *values = part.split()
            if len(values) != len(codes):
                raise SystemExit(f"{name}, {department}: {len(values)} of {len(codes)} counts")
            counts[department] = tuple(map(int, values))
        result[name] = Margin(codes, frozenset(alone.split()), counts)
    return result


def score(random: Draw, person: Person, name: str, theme: str) -> float:
    """Return how warmly the person answers this question; higher is warmer.

    Role, sex and age are no attitudes: only leanings that name them reach them.
    """
    background = theme == "bakgrund"
    lean = sum(
        shift
        for question, department, code, shift in tables.LEANINGS
        if (question == name or (question == "*" and theme not in ("bakgrund", "omfattning")))
        and department in (person.department, "*")
        and person.holds(code)
    )
    attitude = 0.0 if background else person.attitude + 0.8 * person.by_theme[theme]
    return attitude + 0.9 * normal(random) + lean


def hand_out(
    random: Draw, people: list[Person], name: str, theme: str, margin: Margin, pinned: dict
) -> None:
    """Give the people of one department exactly the answers of the margin.

    The warmest answers go to the warmest people, which is what correlates a person's answers.
    """
    if not people:
        return
    left = dict(zip(margin.codes, margin.counts[people[0].department], strict=True))
    waiting = []
    for person in people:
        key = (person.department, "".join(person.answers.get("position", ())))
        code = pinned.get(key, {}).get(name)
        if code:
            person.answers[name] = [code]
            left[code] -= 1
        else:
            waiting.append(person)
    # Unanswered items fall on anybody: leaving one out is no attitude.
    waiting = shuffled(random, waiting)
    silent = left.pop("-", 0)
    for person in waiting[:silent]:
        person.answers[name] = []
    scores = {id(person): score(random, person, name, theme) for person in waiting[silent:]}
    ranked = sorted(waiting[silent:], key=lambda person: -scores[id(person)])
    if margin.alone:
        ranked = hand_out_several(random, ranked, name, left, margin.alone)
    queue = [code for code in margin.codes if code in left for _ in range(left[code])]
    if len(queue) != len(ranked):
        raise SystemExit(f"{name}: {len(queue)} answers for {len(ranked)} people")
    for person, code in zip(ranked, queue, strict=True):
        person.answers[name] = [code]


def hand_out_several(
    random: Draw, ranked: list[Person], name: str, left: dict[str, int], alone: frozenset[str]
) -> list[Person]:
    """Give the warmest their several choices; return the rest, who get an answer that stands alone.

    From the second choice on, people who still have none come first, so that everybody has one.
    """
    several = len(ranked) - sum(count for code, count in left.items() if code in alone)
    choosers, rest = ranked[:several], ranked[several:]
    for person in choosers:
        person.answers[name] = []
    for code in [code for code in left if code not in alone]:
        order = sorted(shuffled(random, choosers), key=lambda person: len(person.answers[name]) > 0)
        for person in order[: left.pop(code)]:
            person.answers[name].append(code)
    if not all(person.answers[name] for person in choosers):
        raise SystemExit(f"{name}: too few choices for {several} people")
    return rest


def make_people(wave: Wave, questionnaire: dict) -> list[Person]:
    """Return the respondents of a wave, in the order in which they answered."""
    random = Random(wave.seed).random
    questions = {entry["id"]: entry for entry in questionnaire["questions"]}
    themes = sorted({entry["theme"] for entry in questions.values()})
    table = margins(wave.attributes) | margins(wave.answers)
    people = [
        Person(department, normal(random), {theme: normal(random) for theme in themes})
        for department in DEPARTMENTS
        for _ in range(sum(table["occupation"].counts.get(department, ())))
    ]
    # Position last of the attributes: who is a manager leans on role and age.
    background = [name for name in ("occupation", "sex", "age", "position") if name in table]
    for name in (*background, *questions):
        question = questions.get(name, {"theme": "bakgrund"})
        rule = question.get("asked_if")
        for department in DEPARTMENTS:
            asked = [
                person
                for person in people
                if person.department == department
                and (not rule or person.answers[rule["question"]][0] in rule["options"])
            ]
            hand_out(random, asked, name, question["theme"], table[name], wave.pinned)
    return shuffled(random, people)


def timestamps(seed: int, first: date, days: int, count: int) -> list[datetime]:
    """Return ``count`` moments in time order: working days and hours, most of them early.

    A reminder after six working days brings a second, lower wave.
    """
    random = Random(seed).random
    weekdays = [day for day in (first + timedelta(n) for n in range(days)) if day.weekday() < 5]
    weights = [1.0 / (1 + n % 6) * (1.0 if n < 6 else 0.6) for n in range(len(weekdays))]
    moments: set[datetime] = set()
    while len(moments) < count:
        left = random() * sum(weights)
        n = 0
        while n < len(weekdays) - 1 and left >= weights[n]:
            left -= weights[n]
            n += 1
        second = int((6.8 + 10.5 * (random() + random()) / 2) * 3600)
        moments.add(datetime.combine(weekdays[n], time()) + timedelta(seconds=second))
    return sorted(moments)


def google_time(moment: datetime, zone: str) -> str:
    """Return the moment as a Swedish Google Forms export writes it."""
    half = "fm" if moment.hour < 12 else "em"
    return f"{moment:%Y/%m/%d} {moment.hour % 12 or 12}:{moment:%M:%S} {half} {zone}"


def survey_rows(
    people: list[Person], moments: list[datetime], zone: str, questionnaire: dict
) -> list[list[str]]:
    """Return header and rows of the survey file, labels as the questionnaire writes them."""
    asked = {name for person in people for name in person.answers} | {"department"}
    fields = [
        entry
        for entry in (*questionnaire["attributes"], *questionnaire["questions"])
        if entry["id"] in asked
    ]
    # A linear scale is exported as its bare number.
    labels = {
        entry["id"]: {
            option["code"]: option["code" if entry["type"] == "scale" else "label"]
            for option in entry["options"]
        }
        for entry in fields
    }
    rows = [["Tidstämpel", *(entry["text"] for entry in fields)]]
    for person, moment in zip(people, moments, strict=True):
        person.answers["department"] = [person.department]
        row = [google_time(moment, zone)]
        for entry in fields:
            names = labels[entry["id"]]
            chosen = person.answers.get(entry["id"], [])
            row.append(", ".join(name for code, name in names.items() if code in chosen))
        rows.append(row)
    return rows


# --- writing and checking -------------------------------------------------------------------------

DEMO_TOML = """\
# Made by tools/make_demo.py. What the demo store is built from, in the order to load.
# kind: rekonstruerad = answers built back from published counts, all that was not published is
# made up; exempel = made up altogether. Both are to be said wherever the wave is shown.

as_of = 2026-10-31
register_kind = "exempel"

[[waves]]
id = "2024"
label = "2024"
kind = "rekonstruerad"
questionnaire = "vaggeryd-2024"
note = "Svaren är rekonstruerade ur de publicerade antalen. Allt som inte publicerats är påhittat."
source = "003_2a6404414cd2e611.txt, Bilaga 1 – Enkätundersökning"

[[waves]]
id = "2026"
label = "2026"
kind = "exempel"
questionnaire = "vaggeryd-2024"
note = "Påhittad uppföljning som visar hur två vågor jämförs."
source = "Påhittat exempel"

[[files]]
kind = "frame"
wave = "2024"
file = "frame-2024.csv"

[[files]]
kind = "survey"
wave = "2024"
file = "survey-2024.csv"

[[files]]
kind = "frame"
wave = "2026"
file = "frame-2026.csv"

[[files]]
kind = "survey"
wave = "2026"
file = "survey-2026.csv"
"""

REGISTER_TOML = """
[[files]]
kind = "agreements"
file = "{file}"
as_of = {as_of}
"""


def write_csv(file: Path, rows: list, **style: object) -> None:
    """Write rows with explicit line ends: the bytes must not depend on the machine."""
    encoding = style.pop("encoding", "utf-8")
    with file.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, **style).writerows(rows)


def make(out: Path) -> None:
    """Write every demo file to ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    questionnaire = tomllib.loads(
        (DATA / "questionnaires" / f"{QUESTIONNAIRE}.toml").read_text("utf-8")
    )
    departments = {
        entry["code"]: entry
        for entry in tomllib.loads((DATA / "departments.toml").read_text("utf-8"))["departments"]
    }
    for wave in WAVES:
        rows = [FRAME_HEADER]
        for code, staff, possibility, invited in wave.frame:
            entry = departments[code]
            rows.append((code, entry["name"], entry["board"], staff, possibility, invited))
        write_csv(out / f"frame-{wave.id}.csv", rows, lineterminator="\n")
        people = make_people(wave, questionnaire)
        moments = timestamps(wave.seed + 1, wave.first_day, 19, len(people))
        rows = survey_rows(people, moments, wave.zone, questionnaire)
        write_csv(out / f"survey-{wave.id}.csv", rows, quoting=csv.QUOTE_ALL, lineterminator="\n")
    roles = next(a for a in questionnaire["attributes"] if a["id"] == "occupation")["options"]
    plan = DEMO_TOML
    for as_of, agreements in make_registers({r["code"]: r["label"] for r in roles}).items():
        file = register_file(as_of)
        write_csv(
            out / file,
            [list(agreements[0]), *(list(row.values()) for row in agreements)],
            delimiter=";",
            lineterminator="\r\n",
            encoding="utf-8-sig",
        )
        plan += REGISTER_TOML.format(file=file, as_of=as_of)
    (out / "demo.toml").write_bytes(plan.encode("utf-8"))


def register_file(as_of: date) -> str:
    return f"agreements-{as_of:%Y-%m}.csv"


def mismatches(out: Path) -> list[str]:
    """Count wave 2024 as written and return where it differs from what the audit published."""
    questionnaire = tomllib.loads(
        (DATA / "questionnaires" / f"{QUESTIONNAIRE}.toml").read_text("utf-8")
    )
    fields = {f["id"]: f for f in (*questionnaire["attributes"], *questionnaire["questions"])}
    answers = read(out / "survey-2024.csv")
    names = {o["label"]: o["code"] for o in fields["department"]["options"]}
    found = []
    for row in read(DATA / "audit" / "published.csv"):
        entry = fields[row["question"]]
        wanted = {
            option["code"] if entry["type"] == "scale" else option["label"]
            for option in entry["options"]
            if option["code"] in row["options"].split("+")
        }
        group = [
            answer
            for answer in answers
            if row["department"] in ("", names[answer["Förvaltning"]]) and answer[entry["text"]]
        ]
        count = sum(answer[entry["text"]] in wanted for answer in group)
        if (str(count), str(len(group))) != (row["count"], row["base"]):
            found.append(
                f"{row['id']}: {count} of {len(group)}, published {row['count']} of {row['base']}"
            )
    frame = {row["Förvaltning"]: row for row in read(out / "frame-2024.csv")}
    for row in read(DATA / "audit" / "response.csv"):
        about = {"ja": "ca ", "nej": ""}
        code = row["department"]
        told = (
            row["invited"],
            row["answered"],
            about[row["staff_approximate"]] + row["staff"],
            about[row["possibility_approximate"]] + row["possibility"],
        )
        made = (
            frame[code]["Tillfrågade"],
            str(sum(names[answer["Förvaltning"]] == code for answer in answers)),
            frame[code]["Antal anställda"],
            frame[code]["Möjlighet till distansarbete"],
        )
        if told != made:
            found.append(f"{code}: {made}, published {told}")
    return found


def unplanned(out: Path) -> list[str]:
    """Count each register as written, on its own day, and return where it is not as planned."""
    found = []
    for as_of in REGISTERS:
        rows: dict[str, dict[str, str]] = {}
        for row in read(out / register_file(as_of), ";"):
            # The events of an agreement stand in the order in which they happened.
            rows[row["Överenskommelse"]] = row
        granted = [row for row in rows.values() if row["Beslut"] == "Beviljad"]
        day = as_of.isoformat()
        in_force = [
            row
            for row in granted
            if row["Start"] <= day
            and not row["Avslutad"]
            and (not row["Slut"] or row["Slut"] >= day)
        ]
        made: dict[str, object] = {
            code: (
                sum(row["Förvaltning"] == code for row in in_force),
                sum(row["Förvaltning"] == code for row in in_force if assessed_in_time(row)),
            )
            for code in DEPARTMENTS
        }
        made |= {
            "beviljade": len(granted),
            "avslagna": sum(row["Beslut"] == "Avslagen" for row in rows.values()),
            "riskbedömda före start": sum(map(assessed_in_time, granted)),
            "aldrig riskbedömda": sum(not row["Riskbedömning"] for row in granted),
            "öppna röda risker över tiden": sum(
                row["Risknivå"] == "Röd" and not row["Åtgärdad"] and row["Åtgärd senast"] < day
                for row in in_force
            ),
            "sekretess utan kryptering": sum(
                row["Sekretessklass"] == "Sekretess" and row["Kryptering"] == "Nej"
                for row in in_force
            ),
        }
        planned = PLANNED[as_of]
        found += [
            f"{day} {name}: {made[name]}, planned {planned.get(name)}"
            for name in made
            if made[name] != planned.get(name)
        ]
    return found


def assessed_in_time(row: dict[str, str]) -> bool:
    return "" < row["Riskbedömning"] <= row["Start"]


def read(file: Path, delimiter: str = ",") -> list[dict[str, str]]:
    """Return the rows of a UTF-8 file."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=delimiter, strict=True))


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the demo inputs, always to the same bytes.")
    parser.add_argument("--out", type=Path, default=DATA / "demo", help="default: data/demo")
    out = parser.parse_args().out
    make(out)
    found = mismatches(out) + unplanned(out)
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
