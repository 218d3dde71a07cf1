"""The made-up registers of agreements of the demo. Used by ``make_demo.py``.

Every id is plainly invented. How many agreements began when, and how many of them lack what, is
decided by the cohorts in ``demo_cohorts.py``; chance only decides which ones, and the days. An
agreement is made once, as the life it has led until the last register; each register then tells
what of that life was known on its day. So a later register never says anything about an earlier day
that an earlier one denies, except where a life was amended, or told late, on purpose.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from demo_chance import Draw, between, pick, shuffled
from demo_cohorts import DEPARTMENTS, Cohort, Department

REGISTERS = (date(2024, 12, 31), date(2025, 6, 30), date(2026, 2, 28), date(2026, 10, 31))
AS_OF = REGISTERS[-1]
SEED = 2611
NEW_SYSTEM = date(2026, 2, 1)
"""From when on IT briefings are given out of the new system, and far more seldom."""
SPRING = date(2026, 3, 1)
LEFT_BEHIND, TOOK_OVER, NEW_MANAGER = 11, 12, date(2026, 9, 1)
"""demo-chef-11 left early in 2026; months later demo-chef-12 has those agreements too."""
ABOUT_THE_PLACE = ("Hemförsäkring", "Hyresvärd godkänt", "Utrustning kvitterad")
WAIT = {"Gul": 90, "Röd": 30}
"""Days until a measure is to be done, by the level of the risk."""
WAITING = date(2026, 10, 19)
"""The day of the application that nobody has decided yet."""
CONTROLS = ("VPN", "Kryptering", "SITHS-kort", "Begränsad åtkomst")

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
EVENT_HEADER = (*AGREEMENT_HEADER, "Händelsedatum")

REFUSALS = (
    "Uppgifterna kräver närvaro",
    "Ny i tjänsten och behöver handledning på plats",
    "Arbetsplatsen uppfyller inte kraven på sekretess",
    "Bemanningen på plats räcker inte",
)
REASONS = ("", "", "Koncentrationskrävande arbete", "Minskad restid", "Dokumentation och utredning")
ENDINGS = ("Bytt tjänst", "Slutat anställningen", "Uppsagd av medarbetaren", "Uppsagd av chefen")


@dataclass
class Fact:
    """Something that happened on a day.

    ``told``: the day of the first register that tells it, when that is not the next one.
    """

    day: date
    values: dict[str, object]
    told: date | None = None


@dataclass
class Life:
    """An agreement from application to the last register.

    ``terms`` as they stand last; ``was``: what they were instead until a day. ``entered``: from
    when on the register knows it.
    """

    serial: str
    person: str
    cohort: Cohort
    terms: dict[str, object]
    entered: date
    facts: list[Fact] = field(default_factory=list)
    was: list[tuple[date, dict[str, object]]] = field(default_factory=list)
    earlier: Life | None = None
    number: str = ""

    @property
    def start(self) -> date:
        return self.terms["Start"]

    @property
    def over(self) -> date:
        """The last day on which something can have happened to it."""
        end = self.terms["Slut"] or AS_OF
        return min([AS_OF, end, *(f.day for f in self.facts if "Avslutad" in f.values)])

    def value(self, name: str) -> object:
        return self.known(AS_OF, AS_OF).get(name, "")

    def known(self, day: date, register: date) -> dict[str, object]:
        """Return the columns on ``day`` as ``register`` tells them."""
        row = dict(self.terms)
        for until, old in sorted(self.was, key=lambda change: change[0], reverse=True):
            if day < until:
                row |= old
        for fact in sorted(self.facts, key=lambda fact: fact.day):
            if fact.day <= day and (fact.told or fact.day) <= register:
                row |= fact.values
        return row


def workday(day: date) -> date:
    """Return the day, or the Friday before if it is a weekend."""
    return day - timedelta(max(0, day.weekday() - 4))


def year_after(day: date) -> date:
    """Return the last day of the year that begins on ``day``."""
    return day + timedelta(364)


def drawn_day(random: Draw, window: tuple[str, str]) -> date:
    """Return a working day within the window (or the Friday before its first day)."""
    first, last = map(date.fromisoformat, window)
    return workday(first + timedelta(between(random, 0, (last - first).days)))


# --- the registers --------------------------------------------------------------------------------


def make_lives(labels: dict[str, str]) -> list[Life]:
    """Return every agreement and refusal, numbered in the order of their start.

    ``labels``: the kinds of role as the register writes them, by code.
    """
    random = Random(SEED).random
    lives = [life for plan in DEPARTMENTS for life in make_department(random, plan, labels)]
    amend(lives)
    lives.sort(key=lambda life: (life.start, life.serial))
    for number, life in enumerate(lives, start=1):
        life.number = f"DEMO-{number:04d}"
    return lives


def make_registers(labels: dict[str, str]) -> dict[date, list[dict[str, str]]]:
    """Return the rows of every register by its day.

    The first comes from a system that kept events: what happened more than once is told there as a
    row per event. The others have a row per agreement.
    """
    lives = make_lives(labels)
    people: dict[str, str] = {}
    for life in lives:
        people.setdefault(life.person, f"demo-anställd-{len(people) + 1:03d}")
    registers: dict[date, list[dict[str, str]]] = {}
    for register in REGISTERS:
        rows = registers[register] = []
        for life in lives:
            if life.entered > register or (life.cohort.gone and register == AS_OF):
                continue
            days = moments(life, register) if register == REGISTERS[0] else []
            for day in days if len(days) > 2 else [register]:
                row = life.known(day, register) | {
                    "Överenskommelse": life.number,
                    "Anställd": people[life.person],
                    "Förlängd från": life.earlier.number if life.earlier else "",
                    "Händelsedatum": day if len(days) > 2 else "",
                }
                header = EVENT_HEADER if register == REGISTERS[0] else AGREEMENT_HEADER
                rows.append({name: str(row.get(name, "")) for name in header})
    return registers


def moments(life: Life, register: date) -> list[date]:
    """Return the days on which the life became another, the first being when it was entered."""
    days = {fact.day for fact in life.facts} | {until for until, _old in life.was}
    return [life.entered, *sorted(day for day in days if life.entered < day <= register)]


# --- the lives ------------------------------------------------------------------------------------


def make_department(random: Draw, plan: Department, labels: dict[str, str]) -> list[Life]:
    """Return the agreements and refusals of one department; numbers not yet given."""
    lives: list[Life] = []
    for cohort in plan.cohorts:
        marks = ["before"] * cohort.before + ["after"] * cohort.after
        marks = shuffled(random, marks + [""] * (cohort.count - len(marks)))
        for mark in marks:
            earlier = lives[-cohort.count] if cohort.kind == "later" else None
            life = basics(random, plan, cohort, labels, f"{plan.code}{len(lives):03d}", earlier)
            add_end(random, life)
            add_risk(random, life, mark, plan)
            add_security(random, life, plan)
            add_follow_ups(random, life, plan)
            add_briefings(random, life, plan)
            if cohort.kind == "applied":
                life.terms |= {"Ansökt": WAITING, "Beslut": "", "Skäl": ""}
                life.entered = WAITING
            lives.append(life)
    return lives + [refusal(random, plan, labels, n) for n in range(plan.refused)]


def basics(
    random: Draw,
    plan: Department,
    cohort: Cohort,
    labels: dict[str, str],
    serial: str,
    earlier: Life | None,
) -> Life:
    """Return who, what and when: everything that is agreed from the start."""
    start = earlier.terms["Slut"] + timedelta(1) if earlier else drawn_day(random, cohort.begun)
    days = pick(random, "_ 3 0,5 2 1 4" if cohort.oral else "1 5 2 8 1,5 1 3 1")
    manager = cohort.manager or between(random, *plan.managers)
    if not cohort.manager and manager == LEFT_BEHIND:
        manager = TOOK_OVER
    applied = "" if cohort.oral else workday(start - timedelta(between(random, 14, 50)))
    terms: dict[str, object] = {
        "Ansvarig chef": f"demo-chef-{manager:02d}",
        "Förvaltning": plan.code,
        "Befattning": "Chef" if random() < 0.14 else "Medarbetare",
        "Roll": labels[pick(random, plan.roles)],
        "Typ": "Tillfälligt" if cohort.oral and random() < 0.7 else "Regelbundet",
        "Form": "Muntlig" if cohort.oral else "Skriftlig",
        "Ansökt": applied,
        "Beslut": "Beviljad",
        "Skäl": REASONS[between(random, 0, len(REASONS) - 1)],
        "Start": start,
        "Slut": "" if cohort.kind in ("open", "ended") else year_after(start),
        "Uppsägningstid (dagar)": "" if cohort.oral else pick(random, "30 8 14 2 _ 1"),
        "Dagar per vecka": days,
        "Andel distans (%)": share(days),
        "Antal platser": pick(random, "1 12 2 4 3 1 _ 2"),
    }
    for name in ("Befattning", "Roll", "Ansvarig chef"):
        if earlier:
            terms[name] = earlier.terms[name]
    entered = workday(applied + timedelta(between(random, 4, 9))) if applied else start
    return Life(
        serial, earlier.person if earlier else serial, cohort, terms, entered, earlier=earlier
    )


def share(days: str) -> str:
    """Return the share of a five-day week in per cent, as the register writes it."""
    return f"{float(days.replace(',', '.')) * 20:.0f}" if days else ""


def add_end(random: Draw, life: Life) -> None:
    """Add the day on which it was over, to those that somebody has closed."""
    start, end = life.start, life.terms["Slut"]
    if life.cohort.kind == "earlier" and end <= AS_OF:
        life.facts.append(Fact(end, {"Avslutad": end, "Orsak": "Förlängd"}))
        if random() < 0.7:
            day = workday(end - timedelta(between(random, 5, 40)))
            life.facts.append(Fact(day, {"Utvärdering": day}))
    if life.cohort.kind == "ended":
        ended = drawn_day(random, life.cohort.over)
        reason = ENDINGS[between(random, 0, len(ENDINGS) - 1)]
        life.facts.append(Fact(ended, {"Avslutad": ended, "Orsak": reason}))
        if ended <= year_after(start):
            life.terms["Slut"] = year_after(start)


def add_risk(random: Draw, life: Life, when: str, plan: Department) -> None:
    """Add the risk assessment and, where it is not green, the measure it calls for."""
    if not when:
        return
    if when == "before":
        assessed = workday(life.start - timedelta(between(random, 2, 30)))
    else:
        room = (life.over - life.start).days
        assessed = workday(life.start + timedelta(between(random, 12, min(150, room))))
    level = pick(random, "Grön 58 Gul 34 Röd 8")
    done = pick(random, plan.measures)
    # A red risk is mended, if late; the two that are not are told in ``amend``.
    if level == "Röd" and done == "open":
        done = "late"
    mended = None
    wait = WAIT.get(level, 0)
    if level != "Grön" and done != "open":
        late = between(random, 5, 60) + wait if done == "late" else between(random, 5, wait)
        mended = workday(assessed + timedelta(late))
        if mended > life.over:
            mended = life.over if level == "Röd" else None
    set_risk(life, assessed, level, mended)


def set_risk(life: Life, assessed: date, level: str, mended: date | None) -> None:
    """Make this the life's only risk assessment."""
    life.facts = [f for f in life.facts if not {"Riskbedömning", "Åtgärdad"} & f.values.keys()]
    due = assessed + timedelta(WAIT[level]) if level in WAIT else ""
    values = {"Riskbedömning": assessed, "Risknivå": level, "Åtgärd senast": due}
    life.facts.append(Fact(assessed, values))
    if mended:
        life.facts.append(Fact(mended, {"Åtgärdad": mended}))


def add_security(random: Draw, life: Life, plan: Department) -> None:
    """Add the controls in place and what else is agreed about the place."""
    terms = life.terms
    terms["Sekretessklass"] = pick(random, plan.secrecy)
    secret = terms["Sekretessklass"] == "Sekretess"
    # Demanding more where more is at stake, and still not everywhere: the gap to be found.
    odds = "Ja 84 Nej 10 _ 6" if secret else "Ja 60 Nej 30 _ 10"
    for name in CONTROLS:
        terms[name] = pick(random, "Ja 93 Nej 4 _ 3" if name == "VPN" else odds)
    if secret and terms["Kryptering"] == "Nej":
        terms["Kryptering"] = "Ja"  # the one that lacks it is told in ``amend``
    if terms["Form"] == "Skriftlig":
        terms["Hemförsäkring"] = pick(random, "Ja 70 Nej 8 _ 22")
        terms["Hyresvärd godkänt"] = pick(random, "Ja 35 Nej 5 _ 60")
        terms["Utrustning kvitterad"] = pick(random, "Ja 65 Nej 15 _ 20")


def add_follow_ups(random: Draw, life: Life, plan: Department) -> None:
    """Add the follow-ups: near the anniversary, those that the department gets around to."""
    if life.cohort.manager == LEFT_BEHIND:
        # demo-chef-11 spoke with everybody each spring, for as long as there was a demo-chef-11.
        spring = between(random, 45, 110)
        for year in (2023, 2024, 2025):
            day = workday(date(year, 1, 1) + timedelta(spring - 4 * (year - 2023)))
            if day > life.start:
                life.facts.append(Fact(day, {"Senaste uppföljning": day}))
        return
    day = life.start + timedelta(between(random, 300, 350))
    while day < life.over:
        if random() < plan.followed:
            life.facts.append(Fact(workday(day), {"Senaste uppföljning": workday(day)}))
        day += timedelta(between(random, 335, 355))


def add_briefings(random: Draw, life: Life, plan: Department) -> None:
    """Add the IT briefings: at the start and then yearly, until the system was changed."""
    day = life.start - timedelta(between(random, 0, 10))
    while day < life.over:
        if random() < plan.briefed * (0.45 if day >= NEW_SYSTEM else 1.0):
            life.facts.append(Fact(workday(day), {"IT-genomgång": workday(day)}))
        day += timedelta(between(random, 335, 355))


def refusal(random: Draw, plan: Department, labels: dict[str, str], n: int) -> Life:
    """Return an application that was refused: Start is the day applied for."""
    cohort = Cohort("refused", 1, begun=("2024-11-04", "2026-09-30"))
    serial = f"{plan.code}R{n}"
    life = basics(random, plan, cohort, labels, serial, None)
    kept = ("Ansvarig chef", "Förvaltning", "Roll", "Ansökt", "Start")
    life.terms = {name: life.terms[name] for name in kept} | {
        "Befattning": "Medarbetare",
        "Typ": "Regelbundet",
        "Form": "Skriftlig",
        "Beslut": "Avslagen",
        "Skäl": REFUSALS[between(random, 0, len(REFUSALS) - 1)],
    }
    return life


# --- what is planned one by one -------------------------------------------------------------------


def amend(lives: list[Life]) -> None:
    """Add what changed on the way, and the few agreements that a board would talk about."""
    used: set[str] = set()

    def take(
        code: str,
        kind: str,
        begun: tuple[str, str],
        number: int = 1,
        where: Callable[[Life], bool] = lambda life: True,
    ) -> list[Life]:
        """Return the oldest ``number`` lives of a kind that nothing was planned for yet."""
        first, last = map(date.fromisoformat, begun)
        found = [
            life
            for life in sorted(lives, key=lambda life: (life.start, life.serial))
            if (life.terms["Förvaltning"], life.cohort.kind) == (code, kind)
            and first <= life.start <= last
            and life.serial not in used
            and not life.cohort.gone
            and where(life)
        ][:number]
        if len(found) < number:
            raise SystemExit(f"{code} {kind} {begun}: {len(found)} of {number}")
        used.update(life.serial for life in found)
        return found

    # A manager leaves, and months later another takes over.
    for life in lives:
        if life.cohort.manager == LEFT_BEHIND:
            life.terms["Ansvarig chef"] = f"demo-chef-{TOOK_OVER}"
            life.was.append((NEW_MANAGER, {"Ansvarig chef": f"demo-chef-{LEFT_BEHIND}"}))

    # Miljö och bygg writes down, in the autumn of 2025, what had been agreed by word of mouth, and
    # goes over to agreements of a year with the same people.
    written = take("MBN", "ended", ("2023-01-01", "2025-01-01"), 2, lambda life: life.over > SPRING)
    for life, day in zip(written, (3, 24), strict=True):
        names = ("Uppsägningstid (dagar)", *ABOUT_THE_PLACE)
        life.was.append((date(2025, 11, day), dict.fromkeys(names, "") | {"Form": "Muntlig"}))
        life.terms["Ansökt"] = ""
        life.entered = life.start
    for life in take("MBN", "ended", ("2023-01-01", "2025-01-01"), 2) + written:
        (new,) = take("MBN", "year", ((life.over + timedelta(1)).isoformat(), "2026-08-31"))
        new.person = life.person
        for fact in life.facts:
            if "Orsak" in fact.values:
                fact.values["Orsak"] = "Ersatt av ny överenskommelse"

    # Two red risks that nobody mended.
    for life, wait in (
        (take("SN", "open", ("2025-08-11", "2026-03-31"), where=assessed_after)[0], 24),
        (take("BUN", "open", ("2024-02-01", "2025-06-30"), where=assessed_before)[0], -8),
    ):
        set_risk(life, workday(life.start + timedelta(wait)), "Röd", None)

    # What is secret lies on a computer that has not been encrypted since it was replaced.
    (life,) = take("SN", "open", ("2023-01-01", "2025-12-31"), where=is_secret)
    life.terms |= {"Kryptering": "Nej", "VPN": "Ja"}
    life.was.append((date(2026, 5, 11), {"Kryptering": "Ja"}))

    # More days than the two of the guidelines.
    raised = take("KLK", "open", ("2022-10-01", "2024-06-30"), 2)
    raised += take("SN", "open", ("2025-04-07", "2025-11-30"), 2)
    days = (date(2024, 9, 2), date(2025, 10, 6), date(2025, 12, 15), date(2026, 6, 8))
    for life, day in zip(raised, days, strict=True):
        life.terms |= {"Dagar per vecka": "3", "Andel distans (%)": "60"}
        life.was.append((day, {"Dagar per vecka": "2", "Andel distans (%)": "40"}))

    # One term made shorter, two made longer without a new agreement.
    (life,) = take("KLK", "year", ("2025-11-10", "2026-02-20"))
    life.was.append((date(2026, 5, 18), {"Slut": life.start + timedelta(548)}))
    for code in ("BUN", "SN"):
        (life,) = take(code, "year", ("2025-11-10", "2026-03-31"))
        life.was.append((date(2026, 8, 24), {"Slut": life.terms["Slut"]}))
        life.terms["Slut"] = life.start + timedelta(548)

    # Assessed in time, but told a register later.
    for code, kind in (("BUN", "open"), ("KLK", "open"), ("KLK", "earlier")):
        (life,) = take(code, kind, ("2025-01-15", "2025-06-10"), where=assessed_before)
        for fact in life.facts:
            if {"Riskbedömning", "Åtgärdad"} & fact.values.keys():
                fact.told = max(fact.day, REGISTERS[2])


def oral(life: Life) -> bool:
    return life.terms["Form"] == "Muntlig"


def is_secret(life: Life) -> bool:
    return life.terms["Sekretessklass"] == "Sekretess"


def assessed_after(life: Life) -> bool:
    return bool(life.value("Riskbedömning")) and not assessed_before(life)


def assessed_before(life: Life) -> bool:
    assessed = life.value("Riskbedömning")
    return bool(assessed) and assessed <= life.start


# --- what is planned ------------------------------------------------------------------------------

PLANNED: dict[date, dict[str, object]] = {
    date(2024, 12, 31): {
        "BUN": (10, 3),
        "KFN": (2, 1),
        "KLK": (35, 26),
        "MBN": (5, 2),
        "SN": (13, 13),
        "TN": (4, 2),
        "beviljade": 71,
        "avslagna": 1,
        "riskbedömda före start": 47,
        "aldrig riskbedömda": 16,
        "öppna röda risker över tiden": 1,
        "sekretess utan kryptering": 0,
    },
    date(2025, 6, 30): {
        "BUN": (14, 5),
        "KFN": (3, 1),
        "KLK": (39, 28),
        "MBN": (5, 2),
        "SN": (25, 13),
        "TN": (5, 2),
        "beviljade": 98,
        "avslagna": 3,
        "riskbedömda före start": 53,
        "aldrig riskbedömda": 34,
        "öppna röda risker över tiden": 1,
        "sekretess utan kryptering": 0,
    },
    date(2026, 2, 28): {
        "BUN": (18, 9),
        "KFN": (3, 1),
        "KLK": (43, 34),
        "MBN": (6, 4),
        "SN": (35, 13),
        "TN": (6, 2),
        "beviljade": 137,
        "avslagna": 6,
        "riskbedömda före start": 78,
        "aldrig riskbedömda": 40,
        "öppna röda risker över tiden": 2,
        "sekretess utan kryptering": 0,
    },
    date(2026, 10, 31): {
        "BUN": (17, 10),
        "KFN": (4, 2),
        "KLK": (47, 38),
        "MBN": (10, 10),
        "SN": (35, 13),
        "TN": (6, 3),
        "beviljade": 158,
        "avslagna": 9,
        "riskbedömda före start": 98,
        "aldrig riskbedömda": 37,
        "öppna röda risker över tiden": 2,
        "sekretess utan kryptering": 1,
    },
}
"""What each register says on its own day: (in force, of them assessed before start), and totals."""
