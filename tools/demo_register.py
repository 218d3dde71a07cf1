"""The made-up register of agreements of the demo. Used by ``make_demo.py``.

Every id is plainly invented. How many agreements lack what is decided by the plans below; chance
only decides which ones, and the days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from demo_chance import Draw, between, pick, shuffled

AS_OF = date(2026, 10, 31)

AGREEMENT_HEADER = (
    "Överenskommelse",
    "Anställd",
    "Ansvarig chef",
    "Förvaltning",
    "Befattning",
    "Roll",
    "Typ",
    "Form",
    "Ansökt",
    "Beslut",
    "Skäl",
    "Start",
    "Slut",
    "Förlängd från",
    "Uppsägningstid (dagar)",
    "Dagar per vecka",
    "Andel distans (%)",
    "Antal platser",
    "Riskbedömning",
    "Risknivå",
    "Åtgärd senast",
    "Åtgärdad",
    "Senaste uppföljning",
    "Utvärdering",
    "IT-genomgång",
    "VPN",
    "Kryptering",
    "SITHS-kort",
    "Begränsad åtkomst",
    "Sekretessklass",
    "Hemförsäkring",
    "Hyresvärd godkänt",
    "Utrustning kvitterad",
    "Avslutad",
    "Orsak",
)


@dataclass(frozen=True)
class Plan:
    """A department's register in counts; rates are shares of those the rule concerns."""

    code: str
    granted: int
    refused: int
    before: int  # risk assessed before start; granted − before − after were never assessed
    after: int
    oral: int
    extended: int  # pairs: an earlier agreement and the one that goes on from it
    ended: int
    lapsed: int  # end date passed, nobody has ended or extended it
    managers: int
    overdue: float  # share of those due for a yearly follow-up who have not had it
    briefed: float  # share with an IT briefing within twelve months
    roles: str
    secrecy: str


PLANS = (
    Plan(
        code="BUN",
        granted=24,
        refused=2,
        before=13,
        after=4,
        oral=9,
        extended=1,
        ended=3,
        lapsed=3,
        managers=6,
        overdue=0.45,
        briefed=0.5,
        roles="administration_stod 10 utbildning_vard 7 ledning 4",
        secrecy="Intern 5 Sekretess 4 Öppen 1",
    ),
    Plan(
        code="KFN",
        granted=5,
        refused=0,
        before=2,
        after=1,
        oral=1,
        extended=0,
        ended=0,
        lapsed=0,
        managers=1,
        overdue=0.5,
        briefed=0.6,
        roles="administration_stod 4 annat 1",
        secrecy="Öppen 3 Intern 2",
    ),
    Plan(
        code="KLK",
        granted=62,
        refused=2,
        before=46,
        after=7,
        oral=8,
        extended=5,
        ended=5,
        lapsed=2,
        managers=8,
        overdue=0.2,
        briefed=0.75,
        roles="administration_stod 28 ledning 6 teknik_miljo 5 annat 1",
        secrecy="Intern 7 Öppen 2 Sekretess 1",
    ),
    Plan(
        code="MBN",
        granted=11,
        refused=0,
        before=9,
        after=1,
        oral=1,
        extended=1,
        ended=1,
        lapsed=0,
        managers=1,
        overdue=0.25,
        briefed=0.8,
        roles="handlaggning 6 administration_stod 2 teknik_miljo 1",
        secrecy="Intern 6 Öppen 4",
    ),
    Plan(
        code="SN",
        granted=48,
        refused=4,
        before=23,
        after=9,
        oral=20,
        extended=2,
        ended=5,
        lapsed=5,
        managers=9,
        overdue=0.65,
        briefed=0.45,
        roles="handlaggning 16 administration_stod 10 utbildning_vard 5 ledning 3",
        secrecy="Sekretess 7 Intern 3",
    ),
    Plan(
        code="TN",
        granted=8,
        refused=1,
        before=5,
        after=1,
        oral=2,
        extended=0,
        ended=1,
        lapsed=1,
        managers=2,
        overdue=0.4,
        briefed=0.6,
        roles="teknik_miljo 4 administration_stod 3",
        secrecy="Öppen 5 Intern 4",
    ),
)

REFUSALS = (
    "Uppgifterna kräver närvaro",
    "Ny i tjänsten och behöver handledning på plats",
    "Arbetsplatsen uppfyller inte kraven på sekretess",
    "Bemanningen på plats räcker inte",
)
REASONS = ("", "", "Koncentrationskrävande arbete", "Minskad restid", "Dokumentation och utredning")
ENDINGS = ("Bytt tjänst", "Slutat anställningen", "Uppsagd av medarbetaren", "Uppsagd av chefen")


def workday(day: date) -> date:
    """Return the day, or the Friday before if it is a weekend."""
    return day - timedelta(max(0, day.weekday() - 4))


def year_after(day: date) -> date:
    """Return the last day of the year that begins on ``day``."""
    return day + timedelta(364)


def make_agreements(seed: int, labels: dict[str, str]) -> list[dict[str, str]]:
    """Return the register on AS_OF, a row per agreement, numbered in the order of their start."""
    random = Random(seed).random
    register: list[dict] = []
    for plan in PLANS:
        register += make_department(random, plan, labels)
    register.sort(key=lambda entry: (entry["Start"], entry["serial"]))
    for number, entry in enumerate(register, start=1):
        entry["Överenskommelse"] = f"DEMO-{number:04d}"
    people: dict[object, str] = {}
    rows = []
    for entry in register:
        people.setdefault(entry["person"], f"demo-anställd-{len(people) + 1:03d}")
        entry["Anställd"] = people[entry["person"]]
        if "earlier" in entry:
            entry["Förlängd från"] = entry["earlier"]["Överenskommelse"]
        rows.append({name: str(entry.get(name, "")) for name in AGREEMENT_HEADER})
    return rows


def make_department(random: Draw, plan: Plan, labels: dict[str, str]) -> list[dict]:
    """Return the entries of one department; dates still as dates, ids not yet given."""
    kinds = ["earlier", "later"] * plan.extended
    kinds += ["ended"] * plan.ended + ["lapsed"] * plan.lapsed
    kinds += ["active"] * (plan.granted - len(kinds))
    risks = ["before"] * plan.before + ["after"] * plan.after
    risks = shuffled(random, risks + [""] * (plan.granted - len(risks)))
    # An agreement with a last day is one somebody wrote down: oral ones are among the active.
    active = shuffled(random, [n for n, kind in enumerate(kinds) if kind == "active"])
    oral = set(active[: plan.oral])
    open_ended = oral | set(active[plan.oral :][: (len(active) - plan.oral) * 2 // 5])
    entries: list[dict] = []
    for n, kind in enumerate(kinds):
        earlier = entries[-1] if kind == "later" else None
        entry = basics(random, plan, labels, kind, n in oral, n in open_ended, earlier)
        entry["serial"] = f"{plan.code}{n:03d}"
        entry["person"] = earlier["person"] if earlier else entry["serial"]
        add_risk(random, entry, risks[n])
        add_security(random, entry, plan)
        entries.append(entry)
    add_follow_up(random, entries, plan)
    return entries + [refusal(random, plan, labels, n) for n in range(plan.refused)]


def basics(
    random: Draw,
    plan: Plan,
    labels: dict[str, str],
    kind: str,
    oral: bool,
    open_ended: bool,
    earlier: dict | None,
) -> dict:
    """Return who, what and when: everything that is agreed from the start."""
    if earlier:
        start = earlier["Slut"] + timedelta(1)
    else:
        # Days before AS_OF. Who has a last day within a year began within a year.
        low, high = {
            "earlier": (440, 640),
            "ended": (200, 700),
            "lapsed": (375, 520),
            "active": (60, 1000) if open_ended else (20, 340),
        }[kind]
        start = workday(AS_OF - timedelta(between(random, low, high)))
    term = 548 if random() < 0.06 and kind == "active" else 364
    end = None if open_ended else start + timedelta(term)
    days = pick(random, "_ 3 0,5 2 1 4" if oral else "1 5 2 8 1,5 1 3 1")
    entry = {
        "Ansvarig chef": f"demo-chef-{manager_number(plan, between(random, 1, plan.managers)):02d}",
        "Förvaltning": plan.code,
        "Befattning": "Chef" if random() < 0.14 else "Medarbetare",
        "Roll": labels[pick(random, plan.roles)],
        "Typ": "Tillfälligt" if oral and random() < 0.7 else "Regelbundet",
        "Form": "Muntlig" if oral else "Skriftlig",
        "Ansökt": "" if oral else workday(start - timedelta(between(random, 14, 50))),
        "Beslut": "Beviljad",
        "Skäl": REASONS[between(random, 0, len(REASONS) - 1)],
        "Start": start,
        "Slut": end or "",
        "Uppsägningstid (dagar)": "" if oral else pick(random, "30 8 14 2 _ 1"),
        "Dagar per vecka": days,
        "Andel distans (%)": f"{float(days.replace(',', '.')) * 20:.0f}" if days else "",
        "Antal platser": pick(random, "1 12 2 4 3 1 _ 2"),
    }
    for name in ("Befattning", "Roll", "Ansvarig chef"):
        if earlier:
            entry[name] = earlier[name]
    if kind == "earlier":
        entry |= {"Avslutad": end, "Orsak": "Förlängd"}
    if kind == "ended":
        last = min(AS_OF, end or AS_OF)
        ended = workday(start + timedelta(between(random, 60, max(61, (last - start).days))))
        entry |= {"Avslutad": ended, "Orsak": ENDINGS[between(random, 0, len(ENDINGS) - 1)]}
    if earlier:
        entry["earlier"] = earlier
    return entry


def manager_number(plan: Plan, within: int) -> int:
    """Return a number for the manager that no other department uses."""
    return sum(p.managers for p in PLANS[: PLANS.index(plan)]) + within


def last_day(entry: dict) -> date:
    """Return the last day on which something can have happened to the agreement."""
    return min(AS_OF, entry.get("Avslutad") or AS_OF)


def add_risk(random: Draw, entry: dict, when: str) -> None:
    """Add the risk assessment and, where it is not green, the measure it calls for."""
    if not when:
        return
    if when == "before":
        assessed = workday(entry["Start"] - timedelta(between(random, 2, 30)))
    else:
        room = (last_day(entry) - entry["Start"]).days
        assessed = workday(entry["Start"] + timedelta(between(random, 12, min(150, room))))
    entry["Riskbedömning"] = assessed
    entry["Risknivå"] = pick(random, "Grön 56 Gul 31 Röd 13")
    if entry["Risknivå"] == "Grön":
        return
    wait = 30 if entry["Risknivå"] == "Röd" else 90
    entry["Åtgärd senast"] = assessed + timedelta(wait)
    done = pick(random, "in_time 48 late 12 open 40")
    day = assessed + timedelta(
        between(random, 5, wait) if done == "in_time" else wait + between(random, 5, 60)
    )
    if done != "open" and workday(day) <= last_day(entry):
        entry["Åtgärdad"] = workday(day)


def add_security(random: Draw, entry: dict, plan: Plan) -> None:
    """Add the IT briefing, the controls in place and what else is agreed about the place."""
    entry["Sekretessklass"] = pick(random, plan.secrecy)
    draw = random()
    if draw < plan.briefed:
        ago = between(random, 5, 350)
    elif draw < plan.briefed + 0.22:
        ago = between(random, 380, 760)
    else:
        ago = None
    if ago is not None:
        entry["IT-genomgång"] = workday(last_day(entry) - timedelta(ago))
    secret = entry["Sekretessklass"] == "Sekretess"
    # Demanding more where more is at stake, and still not everywhere: the gap to be found.
    odds = "Ja 80 Nej 13 _ 7" if secret else "Ja 60 Nej 30 _ 10"
    for name in ("VPN", "Kryptering", "SITHS-kort", "Begränsad åtkomst"):
        entry[name] = pick(random, "Ja 93 Nej 4 _ 3" if name == "VPN" else odds)
    if entry["Form"] == "Skriftlig":
        entry["Hemförsäkring"] = pick(random, "Ja 70 Nej 8 _ 22")
        entry["Hyresvärd godkänt"] = pick(random, "Ja 35 Nej 5 _ 60")
        entry["Utrustning kvitterad"] = pick(random, "Ja 65 Nej 15 _ 20")


def add_follow_up(random: Draw, entries: list[dict], plan: Plan) -> None:
    """Add the latest follow-up, so that the planned share of those due has missed it."""
    due = [e for e in entries if not e.get("Avslutad") and year_after(e["Start"]) < AS_OF]
    missed = shuffled(random, due)[: round(plan.overdue * len(due))]
    missed_ids = {entry["serial"] for entry in missed}
    for entry in entries:
        last = last_day(entry)
        room = (last - entry["Start"]).days
        if entry["serial"] in missed_ids:
            # Half had one long ago, half never.
            if random() < 0.5 and room > 440:
                entry["Senaste uppföljning"] = workday(last - timedelta(between(random, 375, 430)))
        elif any(entry["serial"] == e["serial"] for e in due):
            entry["Senaste uppföljning"] = workday(last - timedelta(between(random, 5, 340)))
        elif room > 70 and random() < 0.5:
            entry["Senaste uppföljning"] = workday(
                entry["Start"] + timedelta(between(random, 50, room))
            )
        if entry.get("Orsak") == "Förlängd" and random() < 0.7:
            entry["Utvärdering"] = workday(entry["Slut"] - timedelta(between(random, 5, 40)))


def refusal(random: Draw, plan: Plan, labels: dict[str, str], n: int) -> dict:
    """Return an application that was refused: Start is the day applied for."""
    start = workday(AS_OF - timedelta(between(random, 30, 500)))
    manager = manager_number(plan, between(random, 1, plan.managers))
    return {
        "serial": f"{plan.code}R{n}",
        "person": f"{plan.code}R{n}",
        "Ansvarig chef": f"demo-chef-{manager:02d}",
        "Förvaltning": plan.code,
        "Befattning": "Medarbetare",
        "Roll": labels[pick(random, plan.roles)],
        "Typ": "Regelbundet",
        "Form": "Skriftlig",
        "Ansökt": workday(start - timedelta(between(random, 14, 50))),
        "Beslut": "Avslagen",
        "Skäl": REFUSALS[between(random, 0, len(REFUSALS) - 1)],
        "Start": start,
    }
