"""Make a register of any size for measuring, always the same for the same arguments.

    python tools/big_register.py --agreements 60000 --out DIR [--departments 6] [--registers 3]

Writes the frame and one register or more (the later ones amend, follow up and end what the earlier
ones hold) to DIR, which is not to be in the repository. The agreements lead the same kind of lives
as those of the demo (``demo_register.py``) over three years, without its story; every id is plainly
invented.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tomllib
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent))

from demo_chance import Draw, between
from demo_cohorts import Cohort, Department
from demo_register import AGREEMENT_HEADER, REGISTERS, Life, make_department
from make_demo import DATA, FRAME_HEADER, QUESTIONNAIRE, write_csv

SEED = 4
# Parts in a hundred: kind, parts, begun, oral, over. Assessed before start: two in three.
SPREAD = (
    ("open", 18, ("2023-11-01", "2026-10-01"), True, ("", "")),
    ("open", 27, ("2023-11-01", "2026-10-01"), False, ("", "")),
    ("year", 25, ("2025-11-04", "2026-10-15"), False, ("", "")),
    ("ended", 12, ("2023-11-01", "2025-06-30"), False, ("2025-09-01", "2026-10-30")),
    ("lapsed", 6, ("2024-11-01", "2025-10-25"), False, ("", "")),
    ("earlier", 4, ("2024-11-01", "2025-10-30"), False, ("", "")),
    ("later", 4, ("", ""), False, ("", "")),
)
REFUSED = 4
ROLES = "administration_stod 8 handlaggning 5 utbildning_vard 4 teknik_miljo 3 ledning 1 annat 1"


def department(code: str, size: int, first_manager: int) -> Department:
    """Return the plan of a department of ``size`` agreements and refusals."""
    cohorts = []
    for kind, parts, begun, oral, over in SPREAD:
        count = size * parts // 100
        before, after = count * 2 // 3, count // 8
        if count:
            cohorts.append(Cohort(kind, count, begun, before, after, oral, over))
    refused = size * REFUSED // 100
    rest = size - refused - sum(cohort.count for cohort in cohorts)
    cohorts.append(Cohort("open", rest, SPREAD[1][2]))
    return Department(
        code=code,
        refused=refused,
        managers=(first_manager, first_manager + size // 12),
        followed=0.7,
        briefed=0.8,
        measures="in_time 5 late 2 open 3",
        roles=ROLES,
        secrecy="Intern 5 Öppen 3 Sekretess 2",
        cohorts=tuple(cohorts),
    )


def sizes(agreements: int, departments: int) -> list[int]:
    """Return how many agreements each department has: every one half as many as the one before,
    but never fewer than a tenth of an even share."""
    weights = [max(0.5**n, 0.1 / departments) for n in range(departments)]
    found = [int(agreements * weight / sum(weights)) for weight in weights]
    return [found[0] + agreements - sum(found), *found[1:]]


def amend(random: Draw, lives: Sequence[Life]) -> None:
    """Give one in ten another manager or more days a week on the way."""
    for life in lives:
        if life.cohort.kind == "refused" or random() > 0.1:
            continue
        day = life.start + timedelta(between(random, 60, 700))
        if random() < 0.5:
            life.was.append((day, {"Ansvarig chef": f"prov-chef-{between(random, 1, 99)}"}))
        else:
            life.was.append((day, {"Dagar per vecka": "1", "Andel distans (%)": "20"}))


def make(out: Path, agreements: int, departments: int = 6, registers: int = 1) -> list[Path]:
    """Write ``frame.csv`` and the registers, which are returned, the oldest first."""
    out.mkdir(parents=True, exist_ok=True)
    asked = tomllib.loads((DATA / "questionnaires" / f"{QUESTIONNAIRE}.toml").read_text("utf-8"))
    roles = next(a for a in asked["attributes"] if a["id"] == "occupation")["options"]
    labels = {role["code"]: role["label"] for role in roles}
    random = Random(SEED).random
    frame: list[tuple[object, ...]] = [FRAME_HEADER]
    lives: list[Life] = []
    for n, size in enumerate(sizes(agreements, departments)):
        code = f"F{n + 1:02d}"
        plan = department(code, size, 100 + len(lives))
        lives += make_department(random, plan, labels)
        name = f"Provförvaltning {n + 1:02d}"
        frame.append((code, name, f"Provnämnd {n + 1:02d}", 4 * size, 2 * size, size))
    amend(random, lives)
    write_csv(out / "frame.csv", frame, lineterminator="\n")
    lives.sort(key=lambda life: (life.start, life.serial))
    people: dict[str, str] = {}
    for number, life in enumerate(lives, start=1):
        life.number = f"PROV-{number:06d}"
        people.setdefault(life.person, f"prov-anställd-{len(people) + 1:06d}")
    files = []
    for as_of in REGISTERS[-registers:]:
        files.append(out / f"agreements-{as_of.isoformat()}.csv")
        with files[-1].open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, AGREEMENT_HEADER, extrasaction="ignore")
            writer.writeheader()
            for life in lives:
                if life.entered <= as_of:
                    writer.writerow(row(life, as_of, people))
    return files


def row(life: Life, as_of: date, people: dict[str, str]) -> dict[str, object]:
    """Return the life as the register of ``as_of`` has it."""
    return life.known(as_of, as_of) | {
        "Överenskommelse": life.number,
        "Anställd": people[life.person],
        "Förlängd från": life.earlier.number if life.earlier else "",
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="Make a register of any size for measuring.")
    parser.add_argument("--agreements", type=int, default=60_000)
    parser.add_argument("--departments", type=int, default=6)
    parser.add_argument("--registers", type=int, default=1, choices=range(1, len(REGISTERS) + 1))
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    if options.out.resolve().is_relative_to(DATA.parent):
        parser.error("--out: a folder outside the repository")
    if options.departments < 1 or options.agreements < 20 * options.departments:
        parser.error("--agreements: at least 20 for each department")
    for file in make(options.out, options.agreements, options.departments, options.registers):
        print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
