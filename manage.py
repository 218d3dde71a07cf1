"""The command line: the same functions as the pages, for those who script and check.

Exit codes: 0 done, 1 the data was refused (why on stderr), 2 wrong usage. Results go to stdout,
everything else (progress, reasons) to stderr, so that output can be piped.
"""

from __future__ import annotations

import argparse
import gettext
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Before NumPy is there: its threads wait for each other over matrices as small as ours, and take
# twice the time of the processor for nothing.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from queries.i18n import _, _n
from queries.viewer import AccessDenied, Role, Viewer

if TYPE_CHECKING:
    import pandas as pd

    from ingest.load import LoadResult, Options

# Control characters but tab and line breaks, and those that turn the direction of writing.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
EXIT_DONE, EXIT_REFUSED, EXIT_USAGE = 0, 1, 2
REPORTED_ERRORS = 20
INDICATOR_FIELDS = (
    "indicator", "wave", "department", "numerator", "denominator", "share", "low", "high", "status",
)  # fmt: skip


class Refused(Exception):
    """The data was refused. The Swedish message goes to stderr, the exit code is 1."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    # First of all: help and wrong usage are Swedish too, whatever the console's encoding.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A file's name may hold bytes that are no UTF-8: they go out as they came in.
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")
    try:
        options = build_parser().parse_args(arguments)
    except SystemExit:  # help has been printed, or what is wrong
        _flush()
        raise
    try:
        options.run(options)
        _flush()
    except BrokenPipeError:
        _close_quietly()
        return EXIT_DONE
    except KeyboardInterrupt:
        say(_("Avbrutet. Lagret är som det var."))
        return EXIT_REFUSED
    except Exception as error:
        if not _expected(error):
            raise
        if isinstance(error, AccessDenied):
            _note("denied", options)
        say(str(error))
        return EXIT_REFUSED
    return EXIT_DONE


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _close_quietly()


def _close_quietly() -> None:
    """Send what is still buffered nowhere: the reader of the pipe has had enough, which is no
    error of ours, and Python would complain when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _expected(error: Exception) -> bool:
    """Whether the error is one of ours, with a message for the user; the rest are faults."""
    from ingest.headers import InputFileError
    from ingest.load import LoadRefused
    from queries.indicators import UnknownWave
    from queries.reference import ReferenceDataError
    from queries.store import StoreError

    ours = (
        Refused, AccessDenied, InputFileError, LoadRefused, ReferenceDataError, StoreError,
        UnknownWave,
    )  # fmt: skip
    return isinstance(error, ours)


def say(text: str) -> None:
    """Write a line to stderr: progress, reasons, anything that is not the result.

    Cells and names of files are among it: what a terminal would obey is left out.
    """
    print(UNSEEN.sub("", text), file=sys.stderr, flush=True)


def _note(event: str, options: argparse.Namespace, /, **facts: object) -> None:
    """Add a line to the log on the command that is run."""
    from queries import log

    given = vars(options)
    facts |= {name: given.get(name) for name in ("wave", "ruleset", "as_of", "format")}
    log.append(
        event,
        actor=log.system_user(),
        role=given.get("role") or "",
        what=f"manage.py {options.command}",
        facts={**facts, "departments": ", ".join(given.get("department") or ())},
    )


# --- commands -------------------------------------------------------------------------------------


def demo(options: argparse.Namespace) -> None:
    from ingest.demo import build_demo

    _note("demo", options)
    for name, result in build_demo(progress=say):
        say(
            _("{name}: oförändrad.").format(name=name)
            if result.unchanged
            else _n(
                "{name}: {n} rad inläst.", "{name}: {n} rader inlästa.", result.accepted
            ).format(name=name, n=result.accepted)
        )


def templates(options: argparse.Namespace) -> None:
    from ingest.templates import write_templates

    for path in write_templates(options.out):
        print(path)


def questionnaire(options: argparse.Namespace) -> None:
    from queries.reference import load_questionnaire

    found = load_questionnaire(options.id)
    fields = found.attributes if options.attributes else found.questions
    print_json(
        [
            {
                "id": item.id,
                "theme": item.theme,
                "text": item.text,
                "type": item.type,
                "options": [
                    {"code": o.code, "label": o.label, "favourable": o.favourable}
                    for o in item.options
                ],
                "asked_if": (
                    {"question": item.asked_if.question, "options": list(item.asked_if.options)}
                    if getattr(item, "asked_if", None)
                    else None
                ),
            }
            for item in fields
        ]
    )


def load_frame(options: argparse.Namespace) -> None:
    from ingest.load import load_frame as load

    _load(
        options,
        lambda flags: load(
            options.file, options.wave, flags, label=options.label, profile=options.profile
        ),
    )


def load_survey(options: argparse.Namespace) -> None:
    from ingest.load import load_survey as load

    _load(
        options,
        lambda flags: load(
            options.file,
            options.wave,
            flags,
            questionnaire_id=options.questionnaire,
            collecting=options.collecting,
        ),
    )


def load_agreements(options: argparse.Namespace) -> None:
    from ingest.load import load_agreements as load

    _load(
        options,
        lambda flags: load(options.file, flags, as_of=options.as_of, new_key=options.new_key),
    )


def _load(options: argparse.Namespace, run: Callable[[Options], LoadResult]) -> None:
    """Run a load and report it, as text or as the contract's JSON, also when it is refused."""
    from ingest.headers import InputFileError
    from ingest.load import LoadRefused, LoadResult, Options
    from queries.store import StoreError

    flags = Options(partial=options.partial, dry_run=options.dry_run, progress=say)
    try:
        result = run(flags)
    except Exception as error:
        if not _expected(error):
            raise
        result = error.result if isinstance(error, LoadRefused) else LoadResult()
        result.snapshot = _current_or_none()
        if options.json:
            found = result.as_dict()
            if not found["errors"]:
                about = {"row": None, "column": None, "value": None, "message": str(error)}
                found["errors"] = [about]
            print_json(found)
        _report(result)
        if isinstance(error, InputFileError | LoadRefused | StoreError):
            raise Refused(str(error)) from error
        raise
    _report(result)
    if result.missing:
        say(
            _n(
                "En överenskommelse ur det förra registret saknas i det nya och står kvar som "
                "den var: {ids}.",
                "{n} överenskommelser ur det förra registret saknas i det nya och står kvar som "
                "de var: {ids}.",
                len(result.missing),
            ).format(
                n=len(result.missing),
                ids=", ".join(result.missing[:REPORTED_ERRORS])
                + (" …" if len(result.missing) > REPORTED_ERRORS else ""),
            )
        )
    if options.json:
        print_json(result.as_dict())
    if result.unchanged:
        say(_("Samma fil är redan inläst; ingenting har ändrats."))
    else:
        text = (
            _n(
                "En rad går att läsa in. Ingenting har skrivits (--dry-run).",
                "{n} rader går att läsa in. Ingenting har skrivits (--dry-run).",
                result.accepted,
            )
            if options.dry_run
            else _n(
                "En rad inläst. Ögonblicksbild {id}.",
                "{n} rader inlästa. Ögonblicksbild {id}.",
                result.accepted,
            )
        )
        say(text.format(n=result.accepted, id=result.snapshot))


def _current_or_none() -> str | None:
    """Return the snapshot in force; None also where the pointer is damaged."""
    from queries.store import StoreError, current_id

    try:
        return current_id()
    except StoreError:
        return None


def _report(result: LoadResult) -> None:
    if result.unmapped_columns:
        say(
            _("Kolumner som inte känns igen och inte har lästs in: {columns}.").format(
                columns=", ".join(f"”{' '.join(name.split())}”" for name in result.unmapped_columns)
            )
        )
    for error in result.errors[:REPORTED_ERRORS]:
        say(
            _("Rad {row}, {column}: ”{value}”. {message}").format(
                row=error.row,
                column=" ".join(error.column.split()) or "–",
                value=error.value,
                message=error.message,
            )
        )
    rest = len(result.errors) - REPORTED_ERRORS
    if rest > 0:
        say(_n("… och ett fel till.", "… och {n} fel till (alla med --json).", rest).format(n=rest))
    waiting, asked = result.waiting
    if result.collecting:
        say(
            _(
                "Enkäten pågår: inget av vad de nya svaren säger visas för andra än revisorn. Läs "
                "in hela svarsfilen utan --collecting när den är stängd."
            )
        )
    elif waiting:
        text = _(
            "Nya svar väntar i {waiting} av {asked} frågor: skillnaden mot det som redan har "
            "visats skulle kunna tala om vad några enstaka svarat. Där visas det som visades förut."
        )
        say(text.format(waiting=waiting, asked=asked))
    elif result.first:
        say(
            _(
                "Vågens svar visas nu för första gången. Kommer det fler svar sedan får de oftast "
                "vänta. Pågår enkäten än, och ingen har sett bilden: låt versionen före gälla igen "
                "(restore) och läs in svaren med --collecting."
            )
        )
    for told in result.remarks[:REPORTED_ERRORS]:
        say(
            _("Anmärkning, rad {row}, {column}: ”{value}”. {message}").format(
                row=told.row,
                column=" ".join(told.column.split()),
                value=told.value,
                message=told.message,
            )
        )
    rest = len(result.remarks) - REPORTED_ERRORS
    if rest > 0:
        text = _n(
            "… och en anmärkning till.", "… och {n} anmärkningar till (alla med --json).", rest
        )
        say(text.format(n=rest))


def indicators(options: argparse.Namespace) -> None:
    import pandas as pd

    from queries import indicators as results
    from queries.mergings import find, of_departments
    from queries.store import open_reader

    role = Role(options.role)
    asked = tuple(dict.fromkeys(options.department or ()))
    if role is Role.HR and not asked:
        options.usage(_("Rollen hr kräver --department: de förvaltningar som inloggningen ger."))
    anyone = open_reader(Viewer(role))
    anyone.viewer.require_results()
    known = list(results.departments(anyone, options.wave)["code"])
    mergings = of_departments(known)
    found = {code: None if code in known else find(code, mergings) for code in asked}
    chosen = [merging for merging in dict.fromkeys(found.values()) if merging]
    unknown = [code for code, merging in found.items() if code not in known and not merging]
    if unknown:
        raise Refused(
            _("Förvaltningen {code} finns inte i vågen {wave}. Där finns: {known}.").format(
                code=", ".join(unknown),
                wave=options.wave,
                known=", ".join([*known, *(merging.code for merging in mergings)]),
            )
        )
    # A merging is granted with its departments.
    parts = [code for code in asked if code in known]
    parts += [code for merging in chosen for code in merging.departments]
    reader = open_reader(Viewer(role, frozenset(parts) if role is Role.HR else frozenset()))
    table = pd.concat(
        [
            results.results(reader, options.wave, as_of=options.as_of, mergings=chosen),
            results.options(reader, options.wave, mergings=chosen),
            results.attributes(reader, options.wave),
        ],
        ignore_index=True,
    )
    if asked and role is not Role.HR:
        rows = [merging.code if merging else code for code, merging in found.items()]
        table = table[table["department"].isin(rows)]
    _note("export", options)
    print_table(table[list(INDICATOR_FIELDS)], options.format)


def rules(options: argparse.Namespace) -> None:
    from queries.rules import ruleset, rulesets

    found = [ruleset(options.id)] if options.id else rulesets()
    print_json([item.model_dump(mode="json") for item in found])


def agreements(options: argparse.Namespace) -> None:
    from queries.agreements import evaluation
    from queries.indicators import every_department, register_date
    from queries.rules import BASE, base, own, ruleset
    from queries.store import open_reader, require_agreements

    role = Role(options.role)
    granted = frozenset(options.department or ())
    if role is Role.HR and not granted:
        options.usage(_("Rollen hr kräver --department: de förvaltningar som inloggningen ger."))
    reader = open_reader(Viewer(role, granted if role is Role.HR else frozenset()))
    day = options.as_of or register_date(reader)
    if day is None:
        raise Refused(
            _("Inget register är inläst. Läs in det med ”python manage.py load agreements FIL”.")
        )
    require_agreements(reader.viewer)
    known = every_department(reader)
    if unknown := sorted(granted - set(known)):
        raise Refused(
            _("Förvaltningen {code} finns inte. Där finns: {known}.").format(
                code=", ".join(unknown), known=", ".join(known)
            )
        )
    named = ruleset(options.ruleset) if options.ruleset else own()
    sets = (named,) if named.id == BASE else (named, base())
    table = evaluation(reader, sets, day, words=True)
    if granted and role is not Role.HR:
        table = table[table["department"].isin(granted)]
    _note("export", options)
    print_table(table, options.format)


def publish(options: argparse.Namespace) -> None:
    from queries.indicators import published_cube
    from queries.store import open_reader

    cube = published_cube(open_reader(Viewer(Role.POLITIKER)), options.wave)
    if options.format == "parquet":
        if sys.stdout.isatty():
            raise Refused(_("Parquet går inte att visa i en terminal. Skriv till en fil med >."))
        _note("export", options)
        cube.to_parquet(sys.stdout.buffer, index=False)
        return
    _note("export", options)
    print_table(cube, options.format)


def waves(options: argparse.Namespace) -> None:
    from queries import indicators as results
    from queries.store import EmptyStore, open_reader

    try:
        found = results.waves(open_reader(Viewer(Role.POLITIKER)))
    except EmptyStore:
        print_json([])
        return
    columns = ["wave", "label", "kind", "questionnaire", "profile", "invited", "answered"]
    print_table(found[columns], "json")


def snapshots(options: argparse.Namespace) -> None:
    from queries.store import StoreError, current_id, list_snapshots

    try:
        current = current_id()
    except StoreError as error:
        # Told and passed over: this list is what the way out of a damaged pointer begins with.
        say(str(error))
        current = None
    print_json([{**found, "current": found["id"] == current} for found in list_snapshots()])


def restore(options: argparse.Namespace) -> None:
    from ingest.snapshot import restore as put_back

    print(put_back(options.snapshot))
    say(_("Ögonblicksbilden {id} gäller igen, som en ny version.").format(id=options.snapshot))


def read_log(options: argparse.Namespace) -> None:
    from queries import log

    found = log.entries(Viewer(Role.ADMIN), event=options.event, since=options.since)
    for fault in log.verify():
        say(fault.message)
    found["time"] = found["time"].map(lambda time: time.isoformat(), na_action="ignore")
    if options.format == "csv":
        found["facts"] = found["facts"].map(log.facts_text)
    if len(found):  # to look into an empty store makes no store
        _note("export", options, event=options.event, since=options.since)
    print_table(found, options.format)


def prune(options: argparse.Namespace) -> None:
    from ingest.prune import prune as remove

    found = remove(options.before, dry_run=options.dry_run)
    if options.json:
        print_json(found.as_dict())
    if not (found.waves or found.agreements or found.snapshots):
        say(_("Inget är äldre än {day}. Ingenting har ändrats.").format(day=options.before))
        return
    waves = ", ".join(found.waves) or "–"
    facts = {"waves": waves, "n": found.agreements, "old": found.snapshots}
    if options.dry_run:
        say(
            _(
                "Det här skulle gallras. Enkätsvar i våg: {waves}. Antal överenskommelser: {n}. "
                "Antal äldre versioner: {old}. Ingenting har skrivits (--dry-run)."
            ).format(**facts)
        )
        return
    say(
        _(
            "Gallrat. Enkätsvar i våg: {waves}. Antal överenskommelser: {n}. Antal äldre "
            "versioner: {old}. Det som är publicerat står kvar. Gallra också säkerhetskopior och "
            "starta om tjänsten."
        ).format(**facts)
    )


def check(options: argparse.Namespace) -> None:
    from ingest.keys import fault_of
    from ingest.snapshot import check_folder, migrate_if_older
    from queries import access, log
    from queries.catalogue import indicators as dossiers
    from queries.profiles import load_profile, profiles
    from queries.reference import load_questionnaire, published_figures, questionnaires
    from queries.rules import base as base_rules
    from queries.rules import is_outdated
    from queries.rules import own as own_rules
    from queries.rules import rulesets as every_ruleset
    from queries.store import current_snapshot, open_reader

    for name in questionnaires():
        load_questionnaire(name)
    for read in (every_ruleset, base_rules, own_rules):
        read()
    for profile in profiles():
        load_profile(profile)
    if access.access_file().is_file():
        access.access_rules()
    say(_("Referensfilerna är hela ({n} indikatorer).").format(n=len(dossiers())))
    published_figures()
    faults = log.verify()
    for fault in faults:
        say(fault.message)
    migrate_if_older()
    snapshot = current_snapshot()
    check_folder(snapshot.path)
    say(_("Ögonblicksbilden {id} är hel och håller alla regler.").format(id=snapshot.id))
    if any(fault.kind != log.BROKEN for fault in faults):
        raise Refused(_("Loggen är ändrad i efterhand. Jämför den med en säkerhetskopia."))
    if wrong_key := fault_of(snapshot.path):
        raise Refused(wrong_key)
    reader = open_reader(Viewer(Role.POLITIKER))
    if is_outdated(reader):
        say(
            _(
                "Regelverken har ändrats sedan registret lästes in: det som är publicerat är "
                "räknat med de gamla. Läs in registret igen, så räknas det om."
            )
        )


# --- output ---------------------------------------------------------------------------------------


def print_json(value: Any) -> None:
    # Dates as in CSV; of anything else that JSON lacks it is still an error.
    print(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False, default=date.isoformat))


def print_table(table: pd.DataFrame, form: str) -> None:
    """Print rows as JSON (null for what is missing) or CSV (comma, decimal point).

    In CSV, text that begins like a formula gets an apostrophe: people open such files in a
    spreadsheet. A number is a number, also below zero. Programs that want every text as it stands
    take JSON.
    """
    if form == "csv":
        from queries.cells import safe_text

        table = table.map(lambda value: safe_text(value) if isinstance(value, str) else value)
        sys.stdout.write(table.to_csv(index=False, lineterminator="\n"))
        return
    plain = table.astype(object).where(table.notna(), None)
    print_json(plain.to_dict(orient="records"))


# --- arguments ------------------------------------------------------------------------------------


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            _("”{text}” är inget datum. Skriv det som 2026-11-22.").format(text=text)
        ) from None


def _event(text: str) -> str:
    from queries.log import EVENTS

    if text not in EVENTS:
        raise argparse.ArgumentTypeError(
            _("”{text}” finns inte i loggen. Välj bland {known}.").format(
                text=text, known=", ".join(EVENTS)
            )
        )
    return text


def _wave(text: str) -> str:
    allowed = text[:1].isalnum() and all(c.isalnum() or c in "-_." for c in text)
    if not allowed or len(text) > 40:
        raise argparse.ArgumentTypeError(
            _("”{text}” går inte som namn på en våg. Använd bokstäver, siffror och - _ .").format(
                text=text
            )
        )
    return text


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    _speak_swedish()
    parser = argparse.ArgumentParser(
        prog="manage.py",
        description=_("Distanskollen: uppföljning av distansarbete. Lagret pekas ut med "
                      "DISTANSKOLLEN_STORE (annars data/store)."),
    )  # fmt: skip
    commands = parser.add_subparsers(title=_("kommandon"), required=True, metavar=_("KOMMANDO"))

    def command(name: str, run: Callable[[argparse.Namespace], None], text: str,
                into: Any = commands) -> argparse.ArgumentParser:  # fmt: skip
        added = into.add_parser(name, help=text, description=text)
        added.set_defaults(run=run, usage=added.error, command=name)
        return added

    command("demo", demo, _("bygg demonstrationslagret ur data/demo"))
    added = command("templates", templates, _("skriv tomma mallar för filerna som läses in"))
    added.add_argument(
        "--out", type=Path, required=True, metavar=_("MAPP"), help=_("mappen att skriva dem i")
    )
    added = command("questionnaire", questionnaire, _("visa ett frågeformulär"))
    added.add_argument(
        "id", nargs="?", default="vaggeryd-2024", metavar="ID", help=_("formulär; %(default)s")
    )
    form = {"default": "json", "help": _("utdatans form; %(default)s")}
    added.add_argument("--format", choices=["json"], **form)
    added.add_argument(
        "--attributes", action="store_true", help=_("visa bakgrundsfrågorna i stället")
    )
    load = commands.add_parser("load", help=_("läs in en fil"), description=_("läs in en fil"))
    kinds = load.add_subparsers(title=_("slag av fil"), required=True, metavar=_("SLAG"))
    for name, run, text in (
        ("frame", load_frame, _("en vågs ram: förvaltningar och antal tillfrågade; läses först")),
        ("survey", load_survey, _("enkätsvaren för en våg")),
        ("agreements", load_agreements, _("hela registret över överenskommelser")),
    ):
        added = command(name, run, text, kinds)
        added.add_argument("file", type=Path, metavar=_("FIL"), help=_("CSV eller Excel (.xlsx)"))
        added.add_argument("--partial", action="store_true", help=_("läs in de rader som går"))
        added.add_argument(
            "--dry-run", action="store_true", help=_("pröva allt men skriv ingenting")
        )
        added.add_argument("--json", action="store_true", help=_("skriv resultatet som JSON"))
        if name == "agreements":
            added.add_argument(
                "--as-of", type=_date, metavar=_("DATUM"), help=_("dagen registret visar; i dag")
            )
            added.add_argument(
                "--new-key", action="store_true",
                help=_("den gamla nyckeln är borta för alltid: alla får nya pseudonymer"),
            )  # fmt: skip
        else:
            _add_wave(added)
        if name == "frame":
            added.add_argument("--label", metavar=_("TEXT"), help=_("vågens namn på sidorna"))
            added.add_argument(
                "--profile", metavar="ID",
                help=_("sekretessprofil ur data/profiles; låses när vågen läses in första gången"),
            )  # fmt: skip
        if name == "survey":
            added.add_argument(
                "--questionnaire", default="vaggeryd-2024", metavar="ID",
                help=_("formuläret som svaren följer; %(default)s"),
            )  # fmt: skip
            added.add_argument(
                "--collecting", action="store_true",
                help=_("enkäten pågår: räkna in vilka som har svarat, visa inget av vad"),
            )  # fmt: skip
    added = command("indicators", indicators, _("visa alla indikatorer och svar för en våg"))
    _add_wave(added)
    added.add_argument(
        "--role", choices=[role.value for role in Role], required=True, help=_("vem som frågar")
    )
    added.add_argument(
        "--department", action="append", metavar=_("FÖRVALTNING"),
        help=_("förvaltningens kod; kan upprepas. För hr de som inloggningen ger, annars urval"),
    )  # fmt: skip
    added.add_argument(
        "--as-of", type=_date, metavar=_("DATUM"), help=_("dagen registret räknas; dess egen")
    )
    added.add_argument("--format", choices=["json", "csv"], **form)
    added = command("rules", rules, _("visa regelverken, eller ett av dem"))
    added.add_argument("id", nargs="?", metavar="ID", help=_("till exempel falkoping; annars alla"))
    added = command(
        "agreements", agreements, _("pröva varje överenskommelse mot reglerna ett visst datum")
    )
    added.add_argument(
        "--role", choices=[Role.HR.value, Role.REVISOR.value], required=True,
        help=_("vem som frågar"),
    )  # fmt: skip
    added.add_argument(
        "--ruleset", metavar="ID", help=_("regelverket; kommunens eget om inget anges")
    )
    added.add_argument(
        "--department", action="append", metavar=_("FÖRVALTNING"),
        help=_("förvaltningens kod; kan upprepas. För hr de som inloggningen ger, annars urval"),
    )  # fmt: skip
    added.add_argument(
        "--as-of", type=_date, metavar=_("DATUM"), help=_("dagen som prövas; registrets egen")
    )
    added.add_argument("--format", choices=["json", "csv"], **form)
    added = command("publish", publish, _("skriv det som är publicerat av en våg"))
    _add_wave(added)
    added.add_argument("--format", choices=["json", "csv", "parquet"], **form)
    command("waves", waves, _("lista vågorna"))
    command("snapshots", snapshots, _("lista alla ögonblicksbilder av lagret"))
    added = command("restore", restore, _("låt en tidigare ögonblicksbild gälla igen"))
    added.add_argument("snapshot", metavar="ID", help=_("ur listan som snapshots skriver"))
    added = command(
        "prune", prune, _("gallra: ta bort svar och överenskommelser som är äldre än en dag")
    )
    added.add_argument(
        "--before", type=_date, required=True, metavar=_("DATUM"),
        help=_("enkätsvar vars period, och överenskommelser som, tog slut före den dagen tas bort; "
               "det som är publicerat står kvar, äldre versioner tas bort"),
    )  # fmt: skip
    added.add_argument(
        "--dry-run", action="store_true", help=_("visa vad som skulle tas bort, skriv ingenting")
    )
    added.add_argument("--json", action="store_true", help=_("skriv resultatet som JSON"))
    added = command("log", read_log, _("visa loggen: vem som gjorde vad och när"))
    added.add_argument(
        "--event", type=_event, metavar=_("HÄNDELSE"),
        help=_("bara det slaget, till exempel export eller denied"),
    )  # fmt: skip
    added.add_argument(
        "--since", type=_date, metavar=_("DATUM"), help=_("bara från och med den dagen")
    )
    added.add_argument("--format", choices=["json", "csv"], **form)
    command("check", check, _("pröva referensfiler och lagrets regler"))
    return parser


def _add_wave(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--wave", type=_wave, required=True, metavar=_("VÅG"), help=_("till exempel 2026")
    )


def _speak_swedish() -> None:
    """Give argparse, which asks gettext for its own words, Swedish ones."""
    own = {
        "usage: ": _("användning: "),
        "positional arguments": _("argument"),
        "options": _("flaggor"),
        "show this help message and exit": _("visa den här hjälpen och avsluta"),
        "the following arguments are required: %s": _("följande saknas: %s"),
        "unrecognized arguments: %s": _("okända argument: %s"),
        "%(prog)s: error: %(message)s\n": _("%(prog)s: fel: %(message)s\n"),
        "argument %(argument_name)s: %(message)s": _("%(argument_name)s: %(message)s"),
        "expected one argument": _("ett värde krävs"),
        "ambiguous option: %(option)s could match %(matches)s": _(
            "%(option)s är tvetydigt: %(matches)s"
        ),
        "ignored explicit argument %r": _("tar inget värde, men fick %r"),
        "invalid choice: %(value)r (choose from %(choices)s)": _(
            "%(value)r går inte att välja (välj bland %(choices)s)"
        ),
    }

    def words(text: str) -> str:
        return own.get(text, gettext.gettext(text))

    # argparse offers no other way in: it looks up its words by this name.
    argparse._ = words  # type: ignore[attr-defined]  # no stub declares the name


if __name__ == "__main__":
    raise SystemExit(main())
