"""The administrator's page: what is loaded, its versions, the log, and the commands that load.

No result of any survey is here, and nothing of what the files hold beside their number of rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from queries import indicators as queries
from queries import log
from queries.months import last_day
from queries.store import Reader, StoreError, current_id, list_snapshots, store_path
from queries.viewer import Role, Viewer
from ui import cards, choices, journal, tables
from ui import formats as f
from ui.context import load_snapshot
from ui.evidence import XLSX, say
from ui.text import _, _n, list_names, plain, role_word

EVENT, PERIOD = "handelse", "tid"
EVERYTHING = "allt"
PERIODS = {"7": 7, "30": 30, "365": 365, EVERYTHING: None}
"""What the address calls each period, and its days."""
KEPT_YEARS = 3
"""Whole years after which the page asks whether records are still needed: the follow-up of an audit
is over by then. How long they are kept is the municipality's to decide."""
LINES, VERSIONS = 50, 10
"""As many lines and versions as are shown; the files and the commands have all."""
SHORT = 12
"""As much of a SHA-256 as tells two files apart."""


# --- the state in a glance ------------------------------------------------------------------------


def finding(viewer: Viewer) -> None:
    """Say when the store last changed, by whom, and whether store and log are whole."""
    try:
        manifest = load_snapshot().manifest
    except StoreError as error:
        if current_id_or_none() is not None or list_snapshots():
            st.html(cards.callout("warning", _("Lagret behöver ses över"), str(error)))
        else:
            text = _("Läs in kommunens uppgifter, eller bygg demonstrationen: se nedan hur.")
            st.html(cards.callout("info", _("Ingenting är inläst ännu"), text))
        return
    inputs = manifest["inputs"]
    say(
        _("Senast ändrat {time} av {actor}: {what}.").format(
            time=moment(manifest["created"]),
            actor=manifest["actor"],
            what=_action(manifest["action"]),
        )
    )
    waves = sorted({entry["wave"] for entry in inputs if entry["wave"]})
    registers = sorted(str(e.get("as_of") or "") for e in inputs if e["kind"] == "agreements")
    rejected = sum(entry["rejected"] for entry in inputs)
    faults = log_faults()
    st.html(
        cards.card_row(
            [
                cards.stat_card(_("Vågor"), f.number(len(waves)), list_names(waves)),
                cards.stat_card(
                    _("Register"),
                    f.number(len(registers)),
                    _("senast {day}").format(day=registers[-1]) if registers and registers[-1]
                    else "",
                ),
                cards.stat_card(
                    _("Avvisade rader"),
                    f.number(rejected),
                    _("utelämnade med --partial") if rejected else _("allt i filerna är med"),
                ),
                cards.stat_card(
                    _("Loggen"),
                    _("Skadad") if faults else _("Hel"),
                    _("se nedan") if faults else _("ingen rad ändrad eller borttagen"),
                ),
            ]
        )
    )  # fmt: skip


def current_id_or_none() -> str | None:
    """Return the snapshot that the pointer names; None where it names none or is damaged."""
    try:
        return current_id()
    except StoreError:
        return None


def moment(value: Any, parts: int = 3) -> str:
    """Return a time stamp as Swedish time: 2026-11-22 14:05:09.

    ``parts``: 1 is the day, 2 to the minute, 3 to the second.
    """
    if f.is_missing(value):
        return f.MISSING
    time = datetime.fromisoformat(value) if isinstance(value, str) else value
    form = {1: "%Y-%m-%d", 2: "%Y-%m-%d %H:%M", 3: "%Y-%m-%d %H:%M:%S"}[parts]
    return time.astimezone(log.ZONE).strftime(form)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lines(table: pd.DataFrame, label: str, kind: str = "dk-lines") -> str:
    """Return a table of lines that are not broken at a date or in the middle of a name."""
    return f'<div class="{kind}">{cards.data_table(table, label)}</div>'


# --- what is loaded -------------------------------------------------------------------------------


def kind_of_file(kind: str) -> str:
    """Return what a loaded file is, in a word."""
    words = {"frame": _("Ram"), "survey": _("Enkätsvar"), "agreements": _("Register")}
    return words.get(kind, kind)


def loaded() -> None:
    """Show every file whose content is in force, and what is missing beside it."""
    try:
        inputs = load_snapshot().manifest["inputs"]
    except StoreError:
        inputs = []
    if not inputs:
        st.markdown(_("Inga filer är inlästa."))
        return
    # By what they are about, not by when they happened to be loaded.
    rows = sorted(inputs, key=lambda e: (e["wave"] is None, e["wave"] or e.get("as_of") or ""))
    st.html(
        _lines(
            pd.DataFrame(
                [
                    {
                        _("Slag"): kind_of_file(entry["kind"]),
                        _("Våg eller dag"): plain(entry["wave"] or entry.get("as_of") or f.MISSING),
                        _("Fil"): plain(entry["name"]),
                        _("Rader"): f.number(entry["accepted"]),
                        _("Avvisade"): f.number(entry["rejected"]),
                        _("Inläst"): moment(entry["loaded_at"], parts=2),
                        **(
                            {_("Gallrad"): moment(entry.get("pruned"), parts=1)}
                            if any(e.get("pruned") for e in rows)
                            else {}
                        ),
                        "SHA-256": plain(entry["sha256"])[:SHORT],
                    }
                    for entry in rows
                ]
            ),
            _("Inlästa filer"),
        )
    )
    st.caption(_("SHA-256 är filens fingeravtryck, här dess första {n} tecken.").format(n=SHORT))
    answered = {entry["wave"] for entry in inputs if entry["kind"] == "survey"}
    silent = [e["wave"] for e in inputs if e["kind"] == "frame" and e["wave"] not in answered]
    if silent:
        title = _("Svar saknas för våg {waves}").format(waves=list_names(sorted(silent)))
        text = _("Ramen är inläst men inte svaren. Läs in dem med load survey.")
        st.html(cards.callout("info", title, text))


def old_records(viewer: Viewer) -> None:
    """Say which records have lain for long, if any, and how they are removed."""
    try:
        snapshot = load_snapshot()
        waves = queries.waves(Reader(snapshot, viewer)).to_dict("records")
    except StoreError:
        return
    # The first day of a year, so that what was removed on this advice stays enough until the next.
    before = date(datetime.now(log.ZONE).year - KEPT_YEARS, 1, 1)
    inputs = snapshot.manifest["inputs"]
    loaded = {
        entry["wave"]: datetime.fromisoformat(entry["loaded_at"]).astimezone(log.ZONE).date()
        for entry in inputs
        if entry["kind"] == "survey"
    }
    old = [
        wave["wave"]
        for wave in waves
        if wave["wave"] in loaded and f.is_missing(wave["pruned"])
        and (last_day(wave["wave"], wave["label"], loaded[wave["wave"]]) or before) < before
    ]  # fmt: skip
    registers = sorted(str(e["as_of"]) for e in inputs if e["kind"] == "agreements" and e["as_of"])
    told = []
    if old:
        text = _("Enskilda svar finns kvar för våg {waves}.")
        told.append(text.format(waves=list_names(sorted(old))))
    if registers and registers[0] < before.isoformat() and not _pruned_since(before):
        text = _("Det äldsta registret är per {day}: där finns överenskommelser som kan vara slut.")
        told.append(text.format(day=registers[0]))
    if not told:
        return
    told.append(
        _(
            "Hur länge de behövs avgör kommunens plan för gallring. Det som är publicerat står "
            "kvar. Så prövar du vad som skulle tas bort:"
        )
    )
    title = _("Uppgifter från före {year} kan behöva gallras").format(year=before.year)
    st.html(cards.callout("info", title, " ".join(told)))
    st.code(f"python manage.py prune --before {before} --dry-run", language="shell")


def _pruned_since(day: date) -> bool:
    """Return whether the log tells of a removal of all that is older than the day."""
    try:
        found = _read(_version_of_log())[0]
    except StoreError:
        return False
    told = found["facts"][found["event"] == "prune"]
    return any(facts.get("before", "") >= day.isoformat() for facts in told)


def how_to() -> None:
    """Show the commands that load, in their order."""
    st.markdown(
        _(
            "Inläsningen görs med kommandon på den dator där tjänsten körs. Pröva först med "
            "--dry-run, som läser och kontrollerar allt men inte skriver. Är något fel i en fil "
            "får du veta rad, kolumn och varför, och lagret är orört."
        )
    )
    if not list_snapshots():
        st.markdown(
            _(
                "Med det första kommandot bygger du en demonstration att se dig om i. Egna "
                "uppgifter läses in i ett eget lager: först ramen, sedan svaren, sist registret. "
                "Mallar för filerna skrivs med templates."
            )
        )
        st.code("python manage.py demo", language="shell")
    st.code(
        "python manage.py templates --out mallar\n"
        "python manage.py load frame ram.csv --wave 2026 --dry-run\n"
        "python manage.py load frame ram.csv --wave 2026\n"
        "python manage.py load survey svar.csv --wave 2026\n"
        "python manage.py load agreements register.xlsx --as-of 2026-10-31\n"
        "python manage.py check",
        language="shell",
        wrap_lines=True,
    )


# --- versions -------------------------------------------------------------------------------------


def versions() -> None:
    """Show the snapshots, newest first, and which of them is in force."""
    found = list_snapshots()[::-1]
    if not found:
        st.markdown(_("Det finns inga versioner ännu. Varje inläsning blir en."))
        return
    st.markdown(
        _(
            "Varje inläsning blir en ny version; ingen gammal ändras. Är något fel går en tidigare "
            "att låta gälla igen, och det blir i sin tur en ny version."
        )
    )
    current = current_id_or_none()
    st.html(_lines(_versions(found[:VERSIONS], current), _("Versioner")))
    if len(found) > VERSIONS:
        with st.expander(
            _n("En äldre version", "{n} äldre versioner", len(found) - VERSIONS).format(
                n=f.number(len(found) - VERSIONS)
            )
        ):
            st.html(_lines(_versions(found[VERSIONS:], current), _("Äldre versioner")))
    st.code("python manage.py restore ID", language="shell")


def _versions(manifests: Sequence[Mapping[str, Any]], current: str | None) -> pd.DataFrame:
    rows = []
    for manifest in manifests:
        damaged = "error" in manifest
        state = _("gäller nu") if manifest["id"] == current else ""
        rows.append(
            {
                _("Tid"): f.MISSING if damaged else moment(manifest["created"]),
                _("Vem"): f.MISSING if damaged else plain(manifest["actor"]),
                _("Vad"): plain(
                    manifest["error"] if damaged else _capital(_action(manifest["action"]))
                ),
                _("Läge"): _("skadad") if damaged else state,
                "ID": plain(manifest["id"]),
            }
        )
    return pd.DataFrame(rows)


def _action(action: str) -> str:
    """Return what a write did, in words; an unknown action is returned as it is."""
    name, *rest = str(action).split(" ")
    told = " ".join(rest[1:])
    match name, rest[0] if rest else "":
        case "load", "frame":
            return _("ramen för våg {wave} lästes in").format(wave=told)
        case "load", "survey":
            return _("enkätsvaren för våg {wave} lästes in").format(wave=told)
        case "load", "agreements":
            return _("registret per {day} lästes in").format(day=told)
        case "restore", snapshot if snapshot:
            return _("version {id} gjordes gällande igen").format(id=snapshot)
        case "rules", "":
            return _("regelverken ändrades och registret räknades med de nya")
        case "migrate", "":
            return _("lagret fördes fram till programmets nya version")
        case "prune", day if day:
            return _("uppgifter före {day} gallrades").format(day=day)
    return action


# --- the log --------------------------------------------------------------------------------------


def event_word(event: str) -> str:
    """Return the name of a kind of event; an unknown one is returned as it is."""
    return {
        "login": _("Inloggning"),
        "logout": _("Utloggning"),
        "denied": _("Nekad åtkomst"),
        "load": _("Inläsning"),
        "export": _("Uttag"),
        "change": _("Ändring"),
        "restore": _("Återställning"),
        "prune": _("Gallring"),
        "demo": _("Demonstration"),
        log.BROKEN: _("Avbruten rad"),
    }.get(event, event)


def _fact_word(fact: str) -> str:
    return {
        "kind": _("slag"),
        "wave": _("våg"),
        "as_of": _("dag"),
        "file": _("fil"),
        "sha256": "SHA-256",
        "accepted": _("inlästa rader"),
        "rejected": _("avvisade rader"),
        "outcome": _("utfall"),
        "snapshot": _("version"),
        "department": _("förvaltning"),
        "departments": _("egna förvaltningar"),
        "page": _("sida"),
        "format": _("form"),
        "ruleset": _("regelverk"),
        "before": _("före"),
        "waves": _("vågor"),
        "agreements": _("överenskommelser"),
        "attempts": _("försök"),
        "address": _("från"),
        "roles": _("roller"),
        "event": _("bara händelsen"),
        "since": _("från och med"),
    }.get(fact, fact)


def _outcome_word(outcome: str) -> str:
    return {
        "refused": _("Avvisad"),
        "unchanged": _("Oförändrad"),
        "failed": _("Misslyckad"),
    }.get(outcome, outcome)


def told(row: Mapping[str, Any]) -> str:
    """Return what a line of the log tells, in words."""
    facts = dict(row["facts"])
    outcome = facts.pop("outcome", "")
    if row["event"] == log.BROKEN:
        return _("Raden skrevs inte färdigt och går inte att läsa.")
    if row["event"] in ("load", "change", "restore", "prune"):
        text = _("{what}: {file}") if facts.get("file") else "{what}"
        said = text.format(what=_tried(row["what"]), file=facts.get("file"))
        if "accepted" in facts:
            said += " · " + _("{n} rader, {rejected} avvisade").format(
                n=facts["accepted"], rejected=facts["rejected"]
            )
        said += " · " + _("våg {waves}").format(waves=facts["waves"]) if facts.get("waves") else ""
        if facts.get("agreements", "").isdecimal():
            number = int(facts["agreements"])
            text = _n("En överenskommelse", "{n} överenskommelser", number)
            said += " · " + text.format(n=f.number(number))
        return f"{_outcome_word(outcome)} · {said}" if outcome else said
    page = f"/{facts.pop('page')}" if facts.get("page") else ""
    kept = [facts.pop(name, "") for name in ("wave", "department", "departments")]
    if row["event"] == "login":
        # In words, and what is granted before where.
        kept.insert(0, ", ".join(map(role_word, facts.pop("roles", "").split(", "))))
    if facts.get("event"):
        facts["event"] = event_word(facts["event"])
    more = [f"{_fact_word(name)}: {value}" for name, value in facts.items()]
    return " · ".join(filter(None, (row["what"], *dict.fromkeys(kept), *more, page)))


def _tried(what: str) -> str:
    """Return what was done, or tried, as a thing and not as a deed that was done."""
    name, *rest = what.split(" ")
    if name == "load" and rest:
        return " ".join([kind_of_file(rest[0]), *rest[1:]])
    return _capital(_action(what))


def log_faults() -> list[log.Fault]:
    """Return what is wrong with the log, but for lines that a crash cut off."""
    return [fault for fault in _read(_version_of_log())[1] if fault.kind != log.BROKEN]


def _version_of_log() -> tuple[str, int, int, str]:
    """Return what changes when the log or the list of snapshots does: the key of the cache."""
    path = log.log_path()
    try:
        state = path.stat()
        size, changed = state.st_size, state.st_mtime_ns
    except OSError:
        size, changed = 0, 0
    folder = store_path() / "snapshots"
    names = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
    return str(path), size, changed, ",".join(names)


# A log of years takes a second to read, and each choice on the page would read it anew.
@st.cache_data(max_entries=2, show_spinner=False)
def _read(version: tuple[str, int, int, str]) -> tuple[pd.DataFrame, list[log.Fault]]:
    store = Path(version[0]).parent.parent
    return log.entries(Viewer(Role.ADMIN), store), log.verify(store)


def the_log(viewer: Viewer) -> None:
    """Show the log, newest first, by event and period, with the files that hold all of it."""
    log.require_admin(viewer)
    st.markdown(
        _(
            "Loggen tar emot rader men ändrar ingen. Varje rad bär fingeravtrycket av raden före, "
            "så att en ändrad eller borttagen rad märks. Den säger vem som gjorde vad, aldrig vad "
            "som stod i en fil eller ett svar."
        )
    )
    try:
        everything, faults = _read(_version_of_log())
    except StoreError as error:
        st.html(cards.callout("warning", _("Loggen går inte att läsa"), str(error)))
        return
    _tell(faults)
    if everything.empty:
        text = _("Här syns inloggningar, inläsningar, uttag och ändringar när de sker.")
        st.html(cards.callout("info", _("Loggen är tom"), text))
        return
    shown = _chosen(everything)
    if shown.empty:
        st.markdown(_("Ingen rad stämmer med valet. Välj en längre tid eller en annan händelse."))
        return
    rows = shown.head(LINES).to_dict("records")
    table = pd.DataFrame(
        {
            _("Tid"): [moment(row["time"], parts=2) for row in rows],
            _("Vem"): [
                " · ".join(filter(None, (plain(row["actor"]), role_word(plain(row["role"])))))
                for row in rows
            ],
            _("Händelse"): [
                " · ".join(filter(None, (event_word(row["event"]), plain(told(row)))))
                for row in rows
            ],
        }
    )
    st.html(_lines(table, _("Loggen"), "dk-lines dk-told"))
    more = len(shown) - LINES
    if more > 0:
        text = _n("Ytterligare en rad finns i filerna.", "Ytterligare {n} rader finns i filerna.",
                  more)  # fmt: skip
        st.caption(text.format(n=f.number(more)))
    _files(viewer, shown)


def _tell(faults: Sequence[log.Fault]) -> None:
    """Say what is wrong with the log: what no crash does apart from what a crash does."""
    for title, found in (
        (_("Loggen är ändrad i efterhand"), [x for x in faults if x.kind != log.BROKEN]),
        (_("Loggen har avbrutna rader"), [x for x in faults if x.kind == log.BROKEN]),
    ):
        if found:
            kind = "info" if found[0].kind == log.BROKEN else "warning"
            text = "\n\n".join(fault.message for fault in found[:5])
            st.html(cards.callout(kind, title, text))


def _chosen(everything: pd.DataFrame) -> pd.DataFrame:
    """Return the lines of the chosen event and period, newest first."""
    first, second = st.columns(2)
    events = [EVERYTHING, *(e for e in (*log.EVENTS, log.BROKEN) if e in set(everything["event"]))]
    event = choices.select(
        first, _("Händelse"), events, key=EVENT, default=EVERYTHING,
        names=lambda e: _("Alla händelser") if e == EVERYTHING else event_word(e),
    )  # fmt: skip
    words = {"7": _("Senaste veckan"), "30": _("Senaste månaden"), "365": _("Senaste året")}
    period = choices.select(
        second, _("Tid"), list(PERIODS), key=PERIOD, default="30",
        names=lambda name: words.get(name, _("Hela loggen")),
    )  # fmt: skip
    kept = everything if event == EVERYTHING else everything[everything["event"] == event]
    days = PERIODS[period]
    if days is not None:
        # A broken line has no time of its own, and is never left out.
        since = pd.Timestamp.now("UTC") - timedelta(days=days)
        kept = kept[kept["time"].isna() | (kept["time"] >= since)]
    return kept.iloc[::-1].reset_index(drop=True)


def _files(viewer: Viewer, shown: pd.DataFrame) -> None:
    """Show the buttons of the files, which hold every chosen line with all that it says."""

    def table() -> pd.DataFrame:
        rows = shown.to_dict("records")
        names = list(dict.fromkeys(name for row in rows for name in row["facts"]))
        return pd.DataFrame(
            {
                _("Rad"): [row["line"] for row in rows],
                _("Tid"): [moment(row["time"]) for row in rows],
                _("Tid (UTC)"): [
                    "" if f.is_missing(row["time"]) else row["time"].isoformat() for row in rows
                ],
                _("Händelse"): [event_word(row["event"]) for row in rows],
                _("Vem"): [row["actor"] for row in rows],
                _("Roll"): [role_word(row["role"]) for row in rows],
                _("Vad"): [row["what"] for row in rows],
                **{_fact_word(name): [r["facts"].get(name) for r in rows] for name in names},
            },
            dtype=object,
        )

    name = f"logg-{datetime.now(log.ZONE):%Y-%m-%d}"
    with st.container(horizontal=True):
        for label, data, ending, mime in (
            (_("Hämta som Excel"), lambda: tables.xlsx_bytes(table(), _("Loggen")), "xlsx", XLSX),
            (_("Hämta som CSV"), lambda: tables.csv_bytes(table()), "csv", "text/csv"),
        ):
            journal.download(
                viewer, label, data, name=f"{name}.{ending}", mime=mime, key=f"logg-{ending}"
            )
