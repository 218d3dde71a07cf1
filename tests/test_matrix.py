"""Role × page × download × command: what everybody may do, written out once and tried in full.

The tables below are the expectation. They are not derived from the program's own tables, so that a
slip there is a difference here; and they must be complete: a page, file or command that is not
written down here fails, until somebody has said who may have it.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import manage
from queries.rules import rulesets
from queries.viewer import Role, Viewer
from tests import loading
from tests.browser.few import secrets_in
from tests.browser.received import Table, Text, of_file
from tests.visiting import Sent, Visitor, visiting
from ui import shell
from ui.addresses import PAGES

DEMO = Path(__file__).resolve().parent.parent / "data" / "demo"
GRANTED = ("KFN", "SN")

# --- the expectation ------------------------------------------------------------------------------

WHO = ("nobody", "stranger", "politiker", "hr", "hr-none", "revisor", "admin")
"""``nobody``: not logged in where login is on; ``stranger``: logged in, but no rule covers it;
``hr``: of ``GRANTED``; ``hr-none``: hr without departments."""
OUTSIDE = {"nobody": "Logga in", "stranger": "Du har ingen behörighet än"}
"""What those who are not let in are told, at every address."""
OPENS = {
    "sammanfattning": ("politiker", "hr", "hr-none", "revisor"),
    "styrning": ("politiker", "hr", "hr-none", "revisor"),
    "rattvisa": ("politiker", "hr", "hr-none", "revisor"),
    "arbetsmiljo": ("politiker", "hr", "hr-none", "revisor"),
    "it-sakerhet": ("politiker", "hr", "hr-none", "revisor"),
    "verksamhet": ("politiker", "hr", "hr-none", "revisor"),
    "overenskommelser": ("hr", "hr-none", "revisor"),
    "regelverk": ("politiker", "hr", "hr-none", "revisor"),
    "rekommendationer": ("politiker", "hr", "hr-none", "revisor"),
    "jamforelser": ("politiker", "hr", "hr-none", "revisor"),
    "utforska": ("revisor",),
    "importera": ("admin",),
    "metod": ("politiker", "hr", "hr-none", "revisor", "admin"),
    "tillganglighet": ("politiker", "hr", "hr-none", "revisor", "admin"),
}
"""The addresses of the contract and who may open each; everybody else is refused."""
NOT_BUILT = {"rekommendationer"}
"""Addresses of the contract that are not there yet: nobody finds anything at them."""

OF_INDICATORS = (
    r"((svar|osakerhet|skillnader|standardiserat)-)?[a-z0-9_]+(-[a-z0-9_]+)?"
    r"-(2024|2024-parvis|over-tid|per-befattning)"
)
OF_STATISTICS = (
    r"(osakerhet|skillnader|forandring(ar)?|mot-ovriga|standardiserat)"
    r"-[A-Za-z0-9_+-]*20\d\d(-parvis)?"
)
OF_BENCHMARKS = r"(jamforelse-)?st-2025-[a-z0-9]+"
OF_RULES = r"regelverk-(sida-vid-sida|jamforelse-2026-10-31|anta-linkoping-2026-10-31)"
OF_WORKBENCH = (
    r"(utforska|svarsfrekvens|(korstabell|osakerhet)-[a-z0-9_]+)-2024"
    r"|(utforska-(registret|overenskommelser)|korstabell-registret)-2026-10-31"
)
OF_LOG = r"logg-\d{4}-\d\d-\d\d"
OF_AGREEMENTS = r"overenskommelser-2026-10-31"
FILES = {
    "styrning": (OF_INDICATORS, "xlsx csv"),
    "rattvisa": (OF_INDICATORS, "xlsx csv"),
    "arbetsmiljo": (OF_INDICATORS, "xlsx csv"),
    "it-sakerhet": (OF_INDICATORS, "xlsx csv"),
    "verksamhet": (OF_INDICATORS, "xlsx csv"),
    "overenskommelser": (OF_AGREEMENTS, "xlsx csv ics"),
    "regelverk": (OF_RULES, "xlsx csv"),
    "utforska": (OF_WORKBENCH, "xlsx csv"),
    "importera": (OF_LOG, "xlsx csv"),
}
"""Page → the names of its files, and every ending that is offered; other pages offer none."""
LOOKED_INTO = ("rattvisa", "arbetsmiljo", "overenskommelser", "regelverk", "metod", "importera")
"""Pages of which every tab and file is opened; of the others, which are made of the same parts, in
the long run."""
TRACE = r"rader-rattvist_fordelat-2024"
"""The lines behind a number, on the method page: the auditor's alone, as CSV."""
OF_NOBODY = r"regelverk-sida-vid-sida|st-2025-(fordelar|nackdelar|tal)"
"""What holds no number of ours, and so nothing to mark."""

ROWS_HEADS = {
    "Indikator", "Indikatorns id", "Våg", "Datum", "Kod", "Förvaltning", "Befattning", "Yrkesroll",
    "Kön", "Ålder", "Svarsalternativ", "Antal", "Underlag", "Andel", "95 % intervall, nedre",
    "95 % intervall, övre", "Bortfallsgräns, nedre", "Bortfallsgräns, övre",
}  # fmt: skip
RULES_HEADS = {
    "Regelverk", "Vad regeln gäller", "Ska, bör eller kan", "Regel", "Källa", "Gäller från",
    "Gäller till", "Anmärkning", "Kod", "Förvaltning", "Brister eller avviker", "I kraft",
    "Uppfyllt", "Brister", "Avviker från bör", "Uppgift saknas", "Omfattas inte", "Ej reglerat",
    "Förfaller inom 30 dagar", "Förfaller inom 90 dagar", "Förfaller inom 365 dagar", "Att göra",
    "Vem", "Varför dolt?",
}  # fmt: skip
ENDS = ("", ", nedre", ", övre", ", bortfallsgräns, nedre", ", bortfallsgräns, övre")
STATISTICS_HEADS = {
    "Exakt test", "p-värde enligt Holm", "Vet ej", "Underlag utan vet ej", "Slutsats",
    "Skillnad mot övriga utan vet ej", "Vägt till ramen, medelfel",
    "Vägt till ramen, frihetsgrader", "Varför dolt?",
    *(f"Den {one}{what}" for one in ("ena", "andra")
      for what in ("", ", andel", ", antal", ", underlag")),
    *(f"{what}{end}" for what in ("Skillnad mot övriga", "Skillnad", "Förändring", "Utan vet ej",
                                  "Vägt till ramen", "Medelvärde", "Steg mot övriga")
      for end in ENDS),
}  # fmt: skip
BENCHMARK_HEADS = {
    "Alla", "Andel i källans ord", "Förbehåll", "Förbehåll, hela undersökningen", "Jämförelse",
    "Närhet", "Svar", "Uppgift", "Vilka",
    "Svar i hela undersökningen", "Vad som räknas", "Vems tal", "Källa",
    "Anmärkning",
    *(f"{who} {age} år" for who in ("Kvinnor", "Män")
      for age in ("18–29", "30–39", "40–49", "50–66")),
}  # fmt: skip
LOG_HEADS = {
    "Rad", "Tid", "Tid (UTC)", "Händelse", "Vem", "Roll", "Vad", "slag", "våg", "dag", "fil",
    "SHA-256", "inlästa rader", "avvisade rader", "utfall", "version", "förvaltning",
    "egna förvaltningar", "sida", "form", "regelverk", "före", "vågor", "överenskommelser",
}  # fmt: skip
"""Every column that may stand in a file of counts. A column of records is none of them."""
ABOUT = "Om uppgifterna"
MARK = "Arbetsmaterial"

BY_ROLE = {
    "indicators": {"politiker": 0, "hr": 0, "hr-none": 2, "revisor": 0, "admin": 1, "nobody": 2},
    "agreements": {"politiker": 2, "hr": 0, "hr-none": 2, "revisor": 0, "admin": 2, "nobody": 2},
}
"""Command with ``--role`` → exit code; 0 is an answer."""
ALIKE = {
    "publish", "waves", "snapshots", "questionnaire", "rules", "check", "templates", "log",
}  # fmt: skip
"""Commands that ask for no role and so may tell nobody anything that is hidden."""
CHANGES = {"demo", "load frame", "load survey", "load agreements", "restore", "prune"}
"""Commands that change the store: of whoever may write to its folder."""

# --- what is known of the demo --------------------------------------------------------------------


@dataclass
class Secrets:
    """What stands for a person or an agreement, by department."""

    of: dict[str, set[str]] = field(default_factory=dict)

    @property
    def all(self) -> set[str]:
        return set().union(*self.of.values())

    def beyond(self, *granted: str) -> set[str]:
        """Return what may not be told to whoever has these departments."""
        own: set[str] = set().union(*(self.of[code] for code in granted))
        return self.all - own


@pytest.fixture(scope="module")
def secrets(demo_store: Path) -> Secrets:
    found: dict[str, set[str]] = {}
    rows = loading.rows(
        "select department, agreement_id, employee, manager from records.register_row", demo_store
    )
    for department, agreement, employee, manager in rows:
        of = found.setdefault(department, set())
        of |= {agreement, employee or "", manager or ""}
        short = employee[:6].upper() if employee else ""  # what the auditor sees of it
        of |= {short} if not short.isdecimal() else set()
    codes = dict(loading.rows("select name, code from published.department", demo_store))
    for path in DEMO.glob("agreements-*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file, delimiter=";"):
                code = codes.get(row["Förvaltning"], row["Förvaltning"])
                found[code].add(row["Anställd"])
    kept = Secrets({code: values - {""} for code, values in found.items()})
    assert len(kept.all) > 500 and len(kept.beyond(*GRANTED)) > 300, "there is somebody to find"
    return kept


@pytest.fixture(scope="module")
def visitor(demo_store: Path) -> Iterator[Visitor]:
    place = {
        "DISTANSKOLLEN_STORE": str(demo_store),
        "DISTANSKOLLEN_KEY_FILE": str(demo_store.parent / "key"),
    }
    with visiting() as visitor:
        visitor.place = place
        yield visitor


CLAIMS = {"sub": "1", "email": "okand@example.com", "is_logged_in": True, "exp": 4_000_000_000}


@pytest.fixture
def ask(visitor: Visitor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Return ``ask(who, path, **parameters)``: what is sent to that visitor."""
    for name, value in visitor.place.items():
        monkeypatch.setenv(name, value)
    rules = tmp_path / "behorigheter.toml"
    rules.write_text('[[rules]]\nclaim = "roles"\nvalue = "R"\nrole = "revisor"\n', "utf-8")
    monkeypatch.setenv("DISTANSKOLLEN_ACCESS", str(rules))

    def visit(who: str, path: str, **parameters: str) -> Sent:
        with pytest.MonkeyPatch.context() as patch:
            if who in OUTSIDE:
                patch.setattr(shell, "login_configured", lambda: True)
                asked = {"roll": "revisor", "mina": "SN", **parameters}
                return visitor.visit(path, CLAIMS if who == "stranger" else None, **asked)
            if who == "hr-none":
                # In local mode somebody is always granted something.
                patch.setattr(shell, "ask_who", lambda: Viewer(Role.HR))
            elif who == "hr":
                parameters = {"roll": "hr", "mina": ",".join(GRANTED), **parameters}
            else:
                parameters = {"roll": who, **parameters}
            return visitor.visit(path, **parameters)

    def views(opened: bool) -> None:
        visitor.views = opened

    visit.views = views  # type: ignore[attr-defined]  # a function with a switch
    views(True)
    return visit


@pytest.fixture(scope="module")
def kept() -> dict[tuple[str, str], Sent]:
    """Return what plain visits were sent: pages are looked at, and then their files."""
    return {}


# --- role × page ----------------------------------------------------------------------------------

BUILT = [address.path for address in PAGES]
REFUSED = "Ingen åtkomst"


def test_every_page_of_the_contract_is_judged_and_no_other_is_there() -> None:
    assert set(BUILT) == set(OPENS) - NOT_BUILT


def start_of(who: str) -> str:
    """Return the page that an address which leads nowhere leads to."""
    return next(path for path in BUILT if who in OPENS[path])


@pytest.mark.parametrize("who", WHO)
def test_who_opens_which_page_and_who_is_refused(
    ask: Any, who: str, secrets: Secrets, kept: dict[tuple[str, str], Sent]
) -> None:
    titles = {address.path: address.title for address in PAGES}
    titles["sammanfattning"] = "Är distansarbetet rättvist, säkert och väl lett?"
    for path, opens in OPENS.items():
        if who == "hr-none" and path in FILES and path not in ("overenskommelser", "regelverk"):
            continue  # what every hr is sent there is looked at as hr
        ask.views(path in LOOKED_INTO)
        sent = kept[who, path] = ask(who, path)
        if who in OUTSIDE:
            assert sent.title == OUTSIDE[who], path
            assert not re.search(r"\d+ av \d+|\d %", sent.words), path
        elif path not in BUILT:
            assert sent.title == titles[start_of(who)], path
            continue
        else:
            assert sent.title == (titles[path] if who in opens else REFUSED), path
        if who in OUTSIDE or who not in opens:
            assert not sent.buttons and not sent.tables, path
        if who == "revisor" and path in BUILT and who in opens and path != "tillganglighet":
            assert MARK.lower() in sent.words.lower(), path
        if who != "revisor":
            hidden = secrets.beyond(*GRANTED) if who == "hr" else secrets.all
            assert not secrets_in(sent.words, hidden), path


@pytest.mark.parametrize("who", ["politiker", "hr-none", "admin"])
def test_an_empty_store_is_met_calmly_by_every_role_on_every_page(
    ask: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, who: str
) -> None:
    ask("admin", "metod")  # before the store is another: the fixture has set its place
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "none"))
    for path in BUILT:
        sent = ask(who, path)
        assert (sent.title == REFUSED) == (who not in OPENS[path]), path
        assert not sent.buttons or path == "importera", path


# --- role × page × address ------------------------------------------------------------------------

OWN, OTHERS, NO_ONES = "DEMO-OWN", "DEMO-OTHERS", "DEMO-9999"
HOSTILE: tuple[dict[str, str], ...] = (
    {"overenskommelse": OTHERS},
    {"overenskommelse": OTHERS, "mina": "KLK", "roll2": "revisor"},
    {"chef": "demo-chef-15", "saknas": "risk_before_start", "slutar": "90"},
    {"forvaltning": "KLK", "per": "2025-12-31"},
    {"vag": "2026", "forvaltning": "MBN"},
    {"vag": "' or 1=1 --", "forvaltning": "<script>alert(1)</script>", "per": "inget"},
    {"regelverk": "linkoping", "regel": "skriftligt", "utfall": "brister,avviker"},
)


def told(secrets: Secrets, asked: dict[str, str]) -> set[str]:
    """Return the secrets without what the visitor wrote into the address."""
    return {s for s in secrets.all if not any(s in value for value in asked.values())}


@pytest.mark.parametrize("asked", HOSTILE, ids=lambda asked: " ".join(asked.values())[:40])
def test_no_address_gives_a_role_what_it_lacks(
    ask: Any, demo_store: Path, secrets: Secrets, asked: dict[str, str]
) -> None:
    ((others,),) = loading.rows(
        "select min(agreement_id) from records.agreement where department = 'KLK'", demo_store
    )
    asked = {name: value.replace(OTHERS, others) for name, value in asked.items()}
    may = told(secrets, asked)
    for path in ("overenskommelser", "arbetsmiljo" if "vag" in asked else "regelverk"):
        sent = ask("politiker", path, **asked)
        assert (sent.title == REFUSED) == (path == "overenskommelser")
        assert not secrets_in(sent.words, may), path
    # hr names its departments in the address itself, in local mode.
    mine = {name: value for name, value in asked.items() if name != "mina"}
    for path in ("overenskommelser", "regelverk"):
        sent = ask("hr", path, **mine)
        assert not secrets_in(sent.words, secrets.beyond(*GRANTED) & may), path
        rows = [str(row) for name, data in sent.files.items() for row in of_file(name, data)]
        assert not secrets_in("\n".join(rows), secrets.beyond(*GRANTED) & may), path


def test_hr_is_not_told_whether_another_department_has_the_agreement_that_is_asked_for(
    ask: Any, demo_store: Path
) -> None:
    ((others,),) = loading.rows(
        "select min(agreement_id) from records.agreement where department = 'KLK'", demo_store
    )
    said = []
    for agreement in (others, NO_ONES):
        sent = ask("hr", "overenskommelser", overenskommelse=agreement)
        said.append([m.replace(agreement.encode(), b"ASKED") for m in sent.bytes_of_elements()])
    assert said[0] == said[1]


@pytest.mark.parametrize("role", ["kung", "Revisor", "revisor,admin", "REVISOR "])
def test_a_role_that_does_not_exist_is_the_least(ask: Any, role: str) -> None:
    sent = ask("politiker", "overenskommelser", roll=role)
    assert sent.title == REFUSED


# --- role × page × download -----------------------------------------------------------------------


@pytest.mark.parametrize("others", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("who", ["politiker", "hr", "revisor", "hr-none", "admin"])
def test_every_file_that_a_page_offers_is_of_its_role(
    ask: Any, who: str, others: bool, secrets: Secrets, kept: dict[tuple[str, str], Sent]
) -> None:
    pages = [path for path in BUILT if who in OPENS[path] and (path in LOOKED_INTO) != others]
    if who == "hr-none":
        # Elsewhere what every hr gets.
        pages = [] if others else ["overenskommelser", "regelverk"]
    for path in pages:
        kept_or_not = None if others else kept.get((who, path))
        files = (kept_or_not or ask(who, path)).files
        names, endings = FILES.get(path, ("", ""))
        if path == "metod" and who == "revisor":
            names, endings = TRACE, "csv"
        if path == "overenskommelser" and who == "hr-none":
            assert not files  # of nothing nothing is offered
            continue
        assert {name.rpartition(".")[2] for name in files} == set(endings.split()), path
        for name, data in files.items():
            marked = "-arbetsmaterial" if who == "revisor" else ""
            assert re.fullmatch(rf"({names}){marked}\.\w+", name), f"{path}: {name}"
            judge(who, name, data, secrets)


@pytest.mark.parametrize("who", ["politiker", "hr", "revisor"])
def test_every_file_of_the_comparisons_is_of_its_role(ask: Any, who: str, secrets: Secrets) -> None:
    asked: tuple[dict[str, str], ...] = (
        {"jamfor": "2026"},
        {"fraga": "forvaltningar"},
        {"fraga": "forvaltningar", "forvaltning": "MBN+TN"},
        {"fraga": "forvaltningar", "grupper": "occupation"},
        {"fraga": "andra"},
    )
    for choice in asked:
        files = ask(who, "jamforelser", **choice).files
        assert {name.rpartition(".")[2] for name in files} == {"xlsx", "csv"}, choice
        for name, data in files.items():
            marked = "-arbetsmaterial" if who == "revisor" else ""
            known = rf"({OF_STATISTICS}|{OF_BENCHMARKS}){marked}\.\w+"
            assert re.fullmatch(known, name), name
            judge(who, name, data, secrets)


def judge(who: str, name: str, data: bytes, secrets: Secrets) -> None:
    """Open a file and fail on whatever its role may not have; and on what it lacks."""
    if name.endswith(".ics"):
        text = data.decode("utf-8").replace("\r\n ", "")
        assert not secrets_in(text, secrets.beyond(*GRANTED) if who == "hr" else ())
        assert who != "hr-none" or "BEGIN:VEVENT" not in text
        assert who != "revisor" or MARK.lower() in text.lower()
        return
    pieces = list(of_file(name, data))
    everything = "\n".join(map(str, pieces))
    assert "Unknown(" not in everything, everything
    for piece in pieces:
        if isinstance(piece, Text) and "docProps" in piece.where:
            no_person_and_no_place(name, piece.text)
        elif isinstance(piece, Table):
            columns(who, name, piece)
    if who in ("politiker", "hr-none", "admin"):
        assert not secrets_in(everything, secrets.all), name
    elif who == "hr":
        assert not secrets_in(everything, secrets.beyond(*GRANTED)), name
    elif not re.match(OF_NOBODY, name):
        assert MARK.lower() in everything.replace(name, "").lower(), f"{name} is not marked inside"


def no_person_and_no_place(name: str, properties: str) -> None:
    """What a workbook says of itself: the program's name and its own sheets."""
    for line in filter(None, map(str.strip, properties.splitlines())):
        known = line in ("Microsoft Excel", "false", "Worksheets", "Named Ranges", ABOUT)
        known = known or line.endswith("!Print_Titles") or line.isdecimal()
        # A sheet's title is a word of the page's, at most 31 letters, and never a path.
        title = len(line) <= 31 and not re.search(r"[/\\@]|\.\w{2,4}$", line)
        assert known or title, f"{name} says {line!r} of itself"


def columns(who: str, name: str, table: Table) -> None:
    """Fail on a column that may not stand in a file of this role."""
    heads = set(table.heads)
    if who == "revisor":
        of_rules = re.match(OF_NOBODY, name)
        assert of_rules or "Märkning" in heads, f"{table.where} has rows without a mark"
        place = table.heads.index("Märkning") if not of_rules else 0
        assert of_rules or all(row[place] == MARK for row in table.rows), table.where
        return
    if re.match(OF_AGREEMENTS, name):
        code = table.heads.index("Kod")
        assert {row[code] for row in table.rows} <= (set(GRANTED) if who == "hr" else set())
        return
    allowed = ROWS_HEADS | RULES_HEADS | {ruleset.name for ruleset in rulesets()}
    if re.match(OF_LOG, name):
        allowed = LOG_HEADS
    elif re.match(OF_STATISTICS, name):
        allowed = ROWS_HEADS | STATISTICS_HEADS
        heads = {re.sub(r", våg \d{4}$", "", head) for head in heads}
    elif re.match(OF_BENCHMARKS, name):
        allowed = ROWS_HEADS | BENCHMARK_HEADS
    assert heads <= allowed, f"{table.where}: {heads - allowed}"


# --- role × command -------------------------------------------------------------------------------


def commands(parser: argparse.ArgumentParser, before: str = "") -> dict[str, set[str]]:
    """Return every command with the flags that it takes."""
    found: dict[str, set[str]] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                found |= commands(inner, f"{before} {name}".strip())
    return found or {before: {flag for a in parser._actions for flag in a.option_strings}}


def test_every_command_is_judged() -> None:
    found = commands(manage.build_parser())
    assert set(found) == {*BY_ROLE, *ALIKE, *CHANGES}
    assert {name for name, flags in found.items() if "--role" in flags} == set(BY_ROLE)


@pytest.fixture
def call(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """Return a function that runs a command on the demo store and returns what it left."""
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    monkeypatch.setenv("DISTANSKOLLEN_KEY_FILE", str(demo_store.parent / "key"))

    def run(*arguments: str) -> loading.Finished:
        capsys.readouterr()
        try:
            code = manage.main(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        return loading.Finished(code, *capsys.readouterr())

    return run


def asked_by(command: str, who: str, *more: str) -> list[str]:
    wave = ["--wave", "2026"] if command == "indicators" else []
    departments = [flag for code in GRANTED for flag in ("--department", code)]
    role = [] if who == "nobody" else ["--role", who.removesuffix("-none")]
    return [command, *wave, *role, *(departments if who == "hr" else []), *more]


@pytest.mark.parametrize("command", BY_ROLE)
@pytest.mark.parametrize("form", ["json", "csv"])
def test_what_a_command_answers_each_role(
    call: Any, secrets: Secrets, command: str, form: str
) -> None:
    for who, code in BY_ROLE[command].items():
        done = call(*asked_by(command, who, "--format", form))
        assert done.code == code, who
        assert bool(done.out) == (code == 0), who
        if who == "revisor":
            continue
        if who == "hr":
            # A secret may stand for somebody of the own departments too: that is no secret then.
            assert not secrets_in(done.out + done.err, secrets.beyond(*GRANTED)), who
        else:
            assert not secrets_in(done.out + done.err, secrets.all), who
    if command == "agreements" and form == "json":
        own = call(*asked_by(command, "hr", "--format", form)).json
        assert {row["department"] for row in own} == set(GRANTED)
        unknown = call("agreements", "--role", "hr", "--department", "XYZ")
        assert (unknown.code, unknown.out) == (1, "")
        assert "XYZ" in unknown.err and "SN" in unknown.err


def test_hr_is_told_of_others_what_a_politician_is_and_of_its_own_what_the_auditor_is(
    call: Any,
) -> None:
    tables: dict[str, dict[tuple[str, str | None], Any]] = {}
    for who in ("politiker", "hr", "revisor"):
        rows = call(*asked_by("indicators", who, "--format", "json")).json
        tables[who] = {(row["indicator"], row["department"]): row for row in rows}
    register = {i for i, _d in tables["hr"] if i in agreement_indicators()}
    assert len(register) > 5
    own_is_more = 0
    for (indicator, department), row in tables["hr"].items():
        if indicator in register and department in GRANTED:
            assert row == tables["revisor"][indicator, department]
            own_is_more += row != tables["politiker"][indicator, department]
        elif indicator in register and department is None and row["status"] == "hidden":
            assert {row[n] for n in ("numerator", "denominator", "share", "low", "high")} == {None}
        else:
            assert row == tables["politiker"][indicator, department]
    assert own_is_more


def agreement_indicators() -> set[str]:
    from queries.catalogue import REGISTER, indicators

    return {i.id for i in indicators() if i.source.kind == REGISTER}


def test_commands_without_a_role_tell_nobody_anything_that_is_hidden(
    call: Any, secrets: Secrets, tmp_path: Path
) -> None:
    for arguments in (
        ["publish", "--wave", "2024"],
        ["publish", "--wave", "2026", "--format", "csv"],
        ["waves"],
        ["snapshots"],
        ["questionnaire"],
        ["questionnaire", "--attributes"],
        ["rules"],
        ["check"],
        ["log"],
        ["templates", "--out", str(tmp_path / "mallar")],
    ):
        done = call(*arguments)
        assert done.code == 0, arguments
        assert not secrets_in(done.out + done.err, secrets.all), arguments
        if arguments[0] == "publish" and "csv" not in arguments:
            hidden = [row for row in json.loads(done.out) if row["status"] == "hidden"]
            assert hidden
            assert {v for row in hidden for v in (row["count"], row["base"], row["share"])} == {
                None
            }
        elif "csv" in arguments:
            lines = list(csv.DictReader(io.StringIO(done.out)))
            hidden = [row for row in lines if row["status"] == "hidden"]
            assert hidden
            assert {row[n] for row in hidden for n in ("count", "base", "share")} == {""}


# --- the search finds what it is for --------------------------------------------------------------


def test_the_matrix_fails_when_a_page_is_opened_to_a_role_that_lacks_it(
    ask: Any, monkeypatch: pytest.MonkeyPatch, secrets: Secrets
) -> None:
    monkeypatch.setattr(f"{__name__}.OPENS", {"overenskommelser": OPENS["overenskommelser"]})
    monkeypatch.setattr(Viewer, "sees_agreements", property(lambda self: True))
    opened = [
        type(a)(a.path, a.file, frozenset(Role), a.waves) if a.path == "overenskommelser" else a
        for a in PAGES
    ]
    monkeypatch.setattr(shell, "PAGES", opened)
    with pytest.raises(AssertionError, match="overenskommelser"):
        test_who_opens_which_page_and_who_is_refused(ask, "politiker", secrets, {})


def test_the_matrix_fails_when_a_file_holds_records_or_lacks_its_mark(secrets: Secrets) -> None:
    rows = "Kod;Förvaltning;Anställd\nSN;Socialförvaltningen;Någon\n".encode("utf-8-sig")
    with pytest.raises(AssertionError, match="Anställd"):
        judge("politiker", "policy_kand-2024.csv", rows, secrets)
    with pytest.raises(AssertionError, match="without a mark"):
        judge("revisor", "policy_kand-2024-arbetsmaterial.csv", rows, secrets)
    other = next(iter(secrets.beyond(*GRANTED)))
    with pytest.raises(AssertionError):
        judge("hr", "policy_kand-2024.csv", f"Kod;Förvaltning\nSN;{other}\n".encode(), secrets)
