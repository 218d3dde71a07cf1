"""Loading: one function per kind of file, each a single new snapshot or nothing at all."""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ingest.contradictions import remarks, rings
from ingest.headers import InputFileError, RowError, cell_text, fold, fold_label
from ingest.keys import key_of
from ingest.prune import refuse_pruned, without_pruned
from ingest.publish import publish_wave
from ingest.readers import Table, read_table
from ingest.register import keep_register, missing, publish_register
from ingest.rows import (
    AGREEMENT_COLUMNS,
    FRAME_COLUMNS,
    AgreementRow,
    Column,
    Context,
    FrameRow,
    Validated,
    known_headers,
    map_columns,
    required_headers,
    titles_of,
    validate_rows,
)
from ingest.same_answers import refuse_another_waves
from ingest.snapshot import Builder, migrate_if_older, write_snapshot
from ingest.survey import SurveyAnswers, read_answers
from ingest.survey import known_headers as survey_headers
from queries import log, pseudonyms, reference, rules
from queries.i18n import _, _n
from queries.profiles import STANDARD, load_profile
from queries.store import Reader, StoreError, current_id, open_reader, read_snapshot, store_path
from queries.viewer import Role, Viewer

DEFAULT_QUESTIONNAIRE = "vaggeryd-2024"
REGISTER_KIND, FRAME_KIND, SURVEY_KIND = "agreements", "frame", "survey"


@dataclass
class LoadResult:
    """What a load did. ``as_dict`` is the contract of ``load --json``."""

    accepted: int = 0
    rejected: int = 0
    unmapped_columns: list[str] = field(default_factory=list)
    snapshot: str | None = None
    errors: list[RowError] = field(default_factory=list)
    unchanged: bool = False
    # Agreements that the register before had and this one leaves out: told, not ended.
    missing: list[str] = field(default_factory=list)
    # How many questions wait with their latest answers (ingest.waiting), and how many were asked.
    waiting: tuple[int, int] = (0, 0)
    # Whether the survey is still open, and whether its answers are published for the first time.
    collecting: bool = False
    first: bool = False
    # What good rows say that does not fit together: told, and read as it stands.
    remarks: list[RowError] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "accepted": self.accepted,
            "rejected": self.rejected,
            "unmapped_columns": self.unmapped_columns,
            "snapshot": self.snapshot,
            "errors": [error.as_dict() for error in self.errors],
        }
        more = {"missing": self.missing, "remarks": [told.as_dict() for told in self.remarks]}
        return found | {name: told for name, told in more.items() if told}


class LoadRefused(Exception):
    """The file was read but may not be loaded; ``result`` holds the faults, row by row."""

    def __init__(self, message: str, result: LoadResult | None = None) -> None:
        super().__init__(message)
        self.result = result or LoadResult()


@dataclass(frozen=True)
class Options:
    """The flags that every load takes."""

    partial: bool = False
    dry_run: bool = False
    actor: str | None = None
    store: Path | None = None
    progress: Callable[[str], None] = lambda text: None


def _told(load: Callable[..., LoadResult]) -> Callable[..., LoadResult]:
    """Let the log tell also of what a load refuses, and of a file that is in force already.

    What is loaded is told by the snapshot's writer. A dry run leaves nothing behind, not even this.
    """

    @functools.wraps(load)
    def run(*given: Any, **named: Any) -> LoadResult:
        bound = inspect.signature(load).bind(*given, **named)
        bound.apply_defaults()
        options, wave = bound.arguments["options"], bound.arguments.get("wave")

        def tell(outcome: str) -> None:
            kind = load.__name__.removeprefix("load_")
            facts = {"kind": kind, "wave": wave, "file": bound.arguments["path"].name}
            if not options.dry_run:
                log.append(
                    "load",
                    actor=options.actor or log.system_user(),
                    what=" ".join(filter(None, ("load", kind, wave))),
                    facts={**facts, "outcome": outcome},
                    store=options.store,
                )

        try:
            result = load(*given, **named)
        except Exception:
            tell("refused")
            raise
        if result.unchanged:
            tell("unchanged")
        return result

    return run


@_told
def load_frame(
    path: Path,
    wave: str,
    options: Options = Options(),
    *,
    label: str | None = None,
    kind: str = "egen",
    profile: str | None = None,
) -> LoadResult:
    """Load the frame of ``wave``: its departments, and how many were invited to answer.

    ``label`` names the wave to people, ``kind`` says what its figures are (``egen``,
    ``rekonstruerad``, ``exempel``) and is shown with them. ``profile`` names the wave's privacy
    profile (None: the standard one), which a wave that is loaded already keeps.
    Raises ``InputFileError``, ``LoadRefused`` or ``StoreError``; then the store is as it was.
    """
    options.progress(_("Läser {file} …").format(file=path.name))
    table = _read(path, FRAME_COLUMNS)
    fixed = _profile_of(wave, options)
    if fixed and profile and profile != fixed:
        raise LoadRefused(
            _(
                "Vågen {wave} har sekretessprofilen {fixed}, som låstes när den lästes in. Läs in "
                "ramen utan --profile. Är inget visat än: återställ versionen före vågen, och läs "
                "in den på nytt med den andra profilen."
            ).format(wave=wave, fixed=fixed)
        )
    profile = fixed or profile or STANDARD
    # Also with --dry-run: a name that does not exist is to be told.
    limits = None if fixed else load_profile(profile)
    fingerprint = _fingerprint(FRAME_KIND, wave, table.sha256, label or "", kind, profile)
    known = _already(fingerprint, options)
    if known:
        return known
    found = reference.load_questionnaire(DEFAULT_QUESTIONNAIRE)
    choices = {
        attribute.id: {name: option.code for option in attribute.options for name in option.names}
        for attribute in found.attributes
        if attribute.id in ("occupation", "sex", "age")
    }
    good, errors = validate_rows(table, FrameRow, FRAME_COLUMNS, Context(choices=choices))
    errors += _frame_faults(good, table)
    good = [row for row in good if row.row not in {error.row for error in errors}]
    result = _judge(good, errors, map_columns(table.headers, FRAME_COLUMNS)[1], options)

    def change(builder: Builder) -> None:
        if limits:
            builder.insert(
                "published.wave",
                {
                    "wave": [wave], "label": [label or wave], "kind": [kind],
                    "questionnaire": [None], "profile": [limits.id], "min_base": [limits.min_base],
                    "unanimous_below": [limits.unanimous_below],
                    "min_groups": [limits.min_groups], "min_change": [limits.min_change],
                    "profile_title": [limits.title], "profile_reason": [limits.reason],
                },
            )  # fmt: skip
        elif label:
            builder.execute(
                "update published.wave set label = $label, kind = $kind where wave = $wave",
                {"label": label, "kind": kind, "wave": wave},
            )
        refuse_pruned(builder, wave)
        _write_frame(builder, wave, good, table)
        _refuse_orphans(builder, wave)
        publish_wave(builder, wave)
        _note_input(builder, FRAME_KIND, wave, table, result, fingerprint)

    return _write(change, f"load frame {wave}", result, options)


@_told
def load_survey(
    path: Path,
    wave: str,
    options: Options = Options(),
    *,
    questionnaire_id: str = DEFAULT_QUESTIONNAIRE,
    collecting: bool = False,
) -> LoadResult:
    """Load the survey answers of ``wave``, replacing those that were there.

    ``collecting``: the survey is still open. Who answered is counted, and the auditor sees the
    answers, but nothing of them is published until they are loaded without it: what has been shown
    once holds back what comes later (``ingest.waiting``).
    Raises ``LoadRefused`` naming the command that is missing when the wave has no frame, and when
    a department has more answers than invited; ``StoreError`` when the answers are another wave's
    (``ingest.same_answers``); otherwise as ``load_frame``.
    """
    questionnaire = reference.load_questionnaire(questionnaire_id)
    frame = _frame_of(wave, options)
    options.progress(_("Läser {file} …").format(file=path.name))
    headers = survey_headers(questionnaire)
    table = read_table(
        path,
        known_headers=[name for names in headers.values() for name in names],
        required=[headers["department"]],
    )
    # The frame's departments too: they decide which rows are good.
    named = (text for code, name, _invited in frame for text in (code, name))
    state = ["collecting"] if collecting else []
    fingerprint = _fingerprint(
        SURVEY_KIND, wave, table.sha256, questionnaire.fingerprint, *state, *named
    )
    known = _already(fingerprint, options)
    if known:
        return known
    answers = read_answers(table, questionnaire, {n: c for c, name, _i in frame for n in (c, name)})
    if not answers.asked:
        raise InputFileError(
            _(
                "{file} har ingen kolumn med någon av frågorna i formuläret {id}. Frågorna visas "
                "med ”python manage.py questionnaire {id} --format json”."
            ).format(file=path.name, id=questionnaire_id)
        )
    result = _judge(answers.people, answers.errors, answers.unmapped, options)
    _refuse_surplus(answers, frame, result, options)

    def change(builder: Builder) -> None:
        refuse_pruned(builder, wave)
        _refuse_another_form(builder, wave, questionnaire_id)
        builder.execute(
            "update published.wave set questionnaire = $questionnaire, collecting = $collecting "
            "where wave = $wave",
            {"questionnaire": questionnaire_id, "collecting": collecting, "wave": wave},
        )
        _write_answers(builder, wave, answers, table)
        refuse_another_waves(builder, wave, table.sha256)
        builder.execute("delete from published.question where wave = $wave", {"wave": wave})
        builder.insert(
            "published.question",
            {
                "wave": [wave] * len(questionnaire.questions),
                "ordinal": list(range(len(questionnaire.questions))),
                "question": [q.id for q in questionnaire.questions],
                "asked": [q.id in answers.asked for q in questionnaire.questions],
            },
        )
        options.progress(_("Räknar och prövar vad som får visas …"))
        ((shown,),) = builder.rows(
            "select count(*) from records.published_atom where wave = $wave", {"wave": wave}
        )
        result.collecting, result.first = collecting, not (collecting or shown)
        publish_wave(builder, wave)
        (result.waiting,) = builder.rows(
            "select count_if(waiting), count_if(asked) from published.question where wave = $wave",
            {"wave": wave},
        )
        _note_input(builder, SURVEY_KIND, wave, table, result, fingerprint)

    return _write(change, f"load survey {wave}", result, options)


def _refuse_another_form(builder: Builder, wave: str, questionnaire_id: str) -> None:
    """Raise ``StoreError`` if what is published of the wave was asked by another questionnaire.

    Other questions would have nothing to wait for, though the answers are the same people's.
    """
    for (known,) in builder.rows(
        "select questionnaire from published.wave where wave = $wave and questionnaire <> $now "
        "and exists (from records.published_atom where wave = $wave)",
        {"wave": wave, "now": questionnaire_id},
    ):
        raise StoreError(
            _(
                "Vågen {wave} är redan inläst med formuläret {known}. Samma svar under andra "
                "frågor visar tillsammans vad enstaka personer har svarat. Läs in dem med "
                "--questionnaire {known}, eller låt versionen före vågens svar gälla igen "
                "(snapshots, restore)."
            ).format(wave=wave, known=known)
        )


@_told
def load_agreements(
    path: Path,
    options: Options = Options(),
    *,
    as_of: date | None = None,
    new_key: bool = False,
) -> LoadResult:
    """Load the whole register as it stands on ``as_of`` (default: today).

    Earlier registers are kept: each tells what was known on its day. One of the same date replaces
    it. Agreements that the register before had and this one lacks are reported in ``missing`` and
    stay as they were; what good rows say that does not fit together is told in ``remarks``. The
    employee is stored as a keyed hash, the name sealed; the key never enters the store. A lost or
    changed key is refused unless ``new_key`` accepts that everybody gets a new pseudonym.
    Raises ``InputFileError``, ``LoadRefused`` or ``StoreError``.
    """
    today = datetime.now().astimezone().date()
    day = as_of or today
    if day > today:
        # Told and not refused: a clock may be wrong, and a demonstration has its own day.
        text = _("Registrets dag {day} ligger i framtiden. Är det fel: återställ med restore.")
        options.progress(text.format(day=day.isoformat()))
    departments = _known_departments(options)
    options.progress(_("Läser {file} …").format(file=path.name))
    table = _read(path, AGREEMENT_COLUMNS)
    known_names = (text for pair in sorted(departments.items()) for text in pair)
    # The rule files too: their counts are published with the register.
    fingerprint = _fingerprint(
        REGISTER_KIND, "", table.sha256, day.isoformat(), rules.edition(), *known_names
    )
    known = None if new_key else _already(fingerprint, options)
    if known:
        return known
    occupation = reference.load_questionnaire(DEFAULT_QUESTIONNAIRE).attribute("occupation")
    names = {name: option.code for option in occupation.options for name in option.names}
    good, errors = validate_rows(
        table,
        AgreementRow,
        AGREEMENT_COLUMNS,
        Context(departments=departments, choices={"occupation": names}),
    )
    titles = titles_of(table.headers, AGREEMENT_COLUMNS)
    untrue = _events_ahead(good, day, titles) + rings(good, titles)
    errors += untrue
    good = [row for row in good if row.row not in {error.row for error in untrue}]
    told = remarks(good, day, titles)
    result = _judge(good, errors, map_columns(table.headers, AGREEMENT_COLUMNS)[1], options, told)
    mentioned = _ids_in(table)

    counted_by: list[str] = []

    def change(builder: Builder) -> None:
        counted_by[:] = [found for (found,) in builder.rows("select rules from published.register")]
        options.progress(_("Räknar registrets indikatorer …"))
        try:
            key = key_of(builder, dry_run=options.dry_run, new_key=new_key)
        except pseudonyms.KeyProblem as error:
            raise LoadRefused(str(error)) from error
        records, sealed = _without_names(good, key)
        records = without_pruned(builder, records)
        if not records:
            raise LoadRefused(_("Alla rader gäller överenskommelser som är gallrade."))
        result.accepted = len(records)
        if len(records) < len(good):
            told_of = _n(
                "En rad gäller en överenskommelse som är gallrad och läses inte in igen.",
                "{n} rader gäller överenskommelser som är gallrade och läses inte in igen.",
                len(good) - len(records),
            )
            options.progress(told_of.format(n=len(good) - len(records)))
        keep_register(builder, day, records, sealed, _stored_name(table), table.sha256)
        result.missing = missing(builder, day, mentioned)
        publish_register(builder)
        _note_input(builder, REGISTER_KIND, None, table, result, fingerprint, day)

    _write(change, f"load agreements {day}", result, options)
    if counted_by and counted_by != [rules.edition()] and not options.dry_run:
        # What is published of the register is now judged by other rules than before.
        log.append(
            "change",
            actor=options.actor or log.system_user(),
            what="rules",
            facts={"edition": rules.edition(), "snapshot": result.snapshot},
            store=options.store,
        )
    return result


# --- the common path ------------------------------------------------------------------------------


def _read(path: Path, columns: Sequence[Column]) -> Table:
    return read_table(
        path, known_headers=known_headers(columns), required=required_headers(columns)
    )


def _judge(
    good: Sequence[Any],
    errors: list[RowError],
    unmapped: list[str],
    options: Options,
    told: Sequence[RowError] = (),
) -> LoadResult:
    """Decide whether what was read may be loaded. Raises ``LoadRefused``."""
    result = LoadResult(
        accepted=len(good),
        rejected=len({error.row for error in errors}),
        unmapped_columns=unmapped,
        errors=sorted(errors, key=lambda error: error.row),
        remarks=list(told),
    )
    if errors and (not options.partial or not good):
        result.accepted, result.snapshot = 0, _current(options.store)
        message = _n(
            "En rad går inte att läsa in. Ingenting har ändrats.",
            "{n} rader går inte att läsa in. Ingenting har ändrats.",
            result.rejected,
        ).format(n=result.rejected)
        if good:
            message += " " + _n(
                "Rätta den, eller läs in de övriga med --partial.",
                "Rätta dem, eller läs in de övriga med --partial.",
                result.rejected,
            )
        raise LoadRefused(message, result)
    return result


def _write(
    change: Callable[[Builder], None], action: str, result: LoadResult, options: Options
) -> LoadResult:
    options.progress(_("Skriver nästa ögonblicksbild …"))
    snapshot = write_snapshot(
        change,
        action=action,
        store=options.store,
        actor=options.actor,
        dry_run=options.dry_run,
    )
    result.snapshot = snapshot or None
    return result


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _already(fingerprint: str, options: Options) -> LoadResult | None:
    """Return the result of doing nothing if the very same load is what is in force.

    A load of which rows were left out is the same only to one who again asks for ``--partial``.
    """
    snapshot_id = _current(options.store)
    if snapshot_id is None:
        return None
    for entry in read_snapshot(snapshot_id, options.store).manifest["inputs"]:
        if entry.get("pruned"):
            continue  # what it held is gone: to load it again is not to do nothing
        if entry["fingerprint"] == fingerprint and (options.partial or not entry["rejected"]):
            return LoadResult(snapshot=snapshot_id, unchanged=True)
    return None


def _note_input(
    builder: Builder,
    kind: str,
    wave: str | None,
    table: Table,
    result: LoadResult,
    fingerprint: str,
    day: date | None = None,
) -> None:
    """Note the file in the manifest and in the records, in the place of the one it replaces.

    Of registers (``day``) all that the history is made of are noted, and no other.
    """
    entry = {
        "kind": kind,
        "wave": wave,
        "name": _stored_name(table),
        "sha256": table.sha256,
        "accepted": result.accepted,
        "rejected": result.rejected,
        "loaded_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "fingerprint": fingerprint,
    }
    gone = "kind = $kind and wave is not distinct from $wave"
    if day is None:
        kept = [old for old in builder.inputs if (old["kind"], old["wave"]) != (kind, wave)]
    else:
        entry["as_of"] = day.isoformat()
        days = {str(d) for (d,) in builder.rows("select as_of from records.register_load")}
        days.discard(entry["as_of"])
        kept = [old for old in builder.inputs if old["kind"] != kind or old.get("as_of") in days]
        gone += " and not coalesce(as_of in (select as_of from records.register_load), false)"
        gone += f" or kind = $kind and as_of = date '{day.isoformat()}'"
    builder.inputs = [*kept, entry]
    builder.execute(f"delete from records.source_file where {gone}", {"kind": kind, "wave": wave})
    builder.insert(
        "records.source_file",
        {name: [value] for name, value in entry.items() if name != "rejected"},
    )


def _stored_name(table: Table) -> str:
    """Return the file's name with a ? for each byte of it that is no text."""
    return table.name.encode("utf-8", "replace").decode("utf-8")


def _current(store: Path | None = None) -> str | None:
    return current_id(store or store_path())


# --- frame ----------------------------------------------------------------------------------------


def _frame_faults(good: Sequence[Validated], table: Table) -> list[RowError]:
    """Return what is wrong between the rows of a frame: one department told in two ways."""
    columns, _unmapped = map_columns(table.headers, FRAME_COLUMNS)
    faults = []
    first: dict[str, Validated] = {}
    owners = {fold_label(row.model.department): row for row in good}
    codes = set(owners)
    for row in good:
        key = fold_label(row.model.department)
        if any(code != key and f"+{code}+" in f"+{key}+" for code in codes):
            faults.append(
                RowError(
                    row.row,
                    table.headers[columns["department"]],
                    row.model.department,
                    _(
                        "”{code}” är så som en sammanslagning av andra förvaltningar i filen "
                        "skrivs. Ge förvaltningen en annan kod."
                    ).format(code=row.model.department),
                )
            )
        start = first.setdefault(key, row)
        owner = owners.setdefault(fold_label(row.model.name or row.model.department), row)
        if fold_label(owner.model.department) != key:
            faults.append(
                RowError(
                    row.row,
                    table.headers[columns["name"]],
                    row.model.name,
                    _(
                        "{code} på rad {line} heter också så. Skriv namn som skiljer "
                        "förvaltningarna åt; svar kan annars hamna hos fel förvaltning."
                    ).format(code=owner.model.department, line=owner.row),
                )
            )
        for name in ("name", "board"):
            ours, theirs = getattr(row.model, name), getattr(start.model, name)
            if ours is not None and theirs is not None and ours != theirs:
                header = table.headers[columns[name]]
                faults.append(
                    RowError(
                        row.row,
                        header,
                        ours,
                        _(
                            "Förvaltningen {code} har ”{other}” på rad {line}. Skriv samma på alla "
                            "dess rader."
                        ).format(code=row.model.department, other=theirs, line=start.row),
                    )
                )
        attributes = ("position", "occupation", "sex", "age")
        whole = all(getattr(row.model, a) is None for a in attributes)
        start_whole = all(getattr(start.model, a) is None for a in attributes)
        if row is not start and whole != start_whole:
            faults.append(
                RowError(
                    row.row,
                    table.headers[columns["department"]],
                    row.model.department,
                    _(
                        "Förvaltningen står både med och utan uppdelning (rad {line}). Då räknas "
                        "de tillfrågade två gånger; behåll det ena."
                    ).format(line=start.row),
                )
            )
    return faults


def _write_frame(builder: Builder, wave: str, good: Sequence[Validated], table: Table) -> None:
    cells = [{**row.model.record(), "line": row.row} for row in good]
    # One spelling of a code through all waves, or they could not be compared: the first one.
    known = builder.rows("select code from published.department order by wave desc, ordinal desc")
    codes: dict[str, str] = {}
    spelled = {fold_label(code): code for (code,) in known}
    for cell in cells:
        key = fold_label(cell["department"])
        cell["department"] = codes.setdefault(key, spelled.get(key, cell["department"]))
    for name in ("records.frame_cell", "published.department"):
        builder.execute(f"delete from {name} where wave = $wave", {"wave": wave})
    builder.insert(
        "records.frame_cell",
        {
            "wave": [wave] * len(cells),
            **{
                column: [cell[source] for cell in cells]
                for column, source in {
                    "department": "department", "position": "position",
                    "occupation": "occupation", "sex": "sex", "age": "age",
                    "employees": "staff", "eligible": "possible", "invited": "invited",
                    "line": "line",
                }.items()
            },
            "file": [table.sha256] * len(cells),
        },
    )  # fmt: skip
    rows = []
    for code in codes.values():
        own = [cell for cell in cells if cell["department"] == code]
        named = {
            key: next((cell[key] for cell in own if cell[key]), None) for key in ("name", "board")
        }
        rows.append(
            {
                "wave": wave, "ordinal": len(rows), "code": code, "name": named["name"] or code,
                "board": named["board"],
                "employees": _sum(own, "staff"), "eligible": _sum(own, "possible"),
                "employees_approximate": any(cell["staff_approximate"] for cell in own),
                "eligible_approximate": any(cell["possible_approximate"] for cell in own),
                "invited": _sum(own, "invited"), "answered": 0,
            }
        )  # fmt: skip
    builder.insert("published.department", {name: [row[name] for row in rows] for name in rows[0]})


def _sum(cells: Sequence[Mapping[str, Any]], name: str) -> int | None:
    """Return the sum, None if any part is unknown: a sum of some would pass for the whole."""
    values = [cell[name] for cell in cells]
    return None if any(value is None for value in values) else sum(values)


def _profile_of(wave: str, options: Options) -> str | None:
    """Return the privacy profile that the wave has; None for a wave that is not loaded."""
    if _current(options.store) is None:
        return None
    rows = _reader(options).rows("select profile from published.wave where wave = $wave", wave=wave)
    return rows[0][0] if rows else None


def _refuse_orphans(builder: Builder, wave: str) -> None:
    """Refuse a new frame that leaves out a department, or invites too few, for loaded answers."""
    rows = builder.rows(
        "select r.department, count(*), any_value(d.invited) from records.respondent r "
        "left join published.department d on d.wave = r.wave and d.code = r.department "
        "where r.wave = $wave group by r.department "
        "having any_value(d.invited) is null or count(*) > any_value(d.invited) order by 1",
        {"wave": wave},
    )
    if rows:
        raise LoadRefused(
            _(
                "Den nya ramen stämmer inte med de svar som redan är inlästa för vågen {wave}: "
                "{departments}. Rätta ramen. Gäller den en annan enkät: läs in den under ett annat "
                "namn på vågen."
            ).format(
                wave=wave,
                departments="; ".join(
                    _("{code} har {answers} svar men {invited} tillfrågade").format(
                        code=code, answers=answers, invited=_("inga") if n is None else n
                    )
                    for code, answers, n in rows
                ),
            )
        )


# --- survey ---------------------------------------------------------------------------------------


def _frame_of(wave: str, options: Options) -> list[tuple[str, str, int]]:
    """Return (code, name, invited) of the wave's departments. Raises ``LoadRefused`` without."""
    rows = []
    if _current(options.store) is not None:
        rows = _reader(options).rows(
            "select code, name, invited from published.department where wave = $wave "
            "order by ordinal",
            wave=wave,
        )
    if not rows:
        raise LoadRefused(
            _(
                "Vågen {wave} har ingen ram, så svaren kan inte ställas mot hur många som fick "
                "frågan. Läs in den först: python manage.py load frame FIL --wave {wave}"
            ).format(wave=wave)
        )
    return rows


def _reader(options: Options) -> Reader:
    """Open what is in force, brought forward first if an older version of the program wrote it."""
    if not options.dry_run:
        migrate_if_older(options.store)
    return open_reader(Viewer(Role.POLITIKER), options.store)


def _refuse_surplus(
    answers: SurveyAnswers,
    frame: Sequence[tuple[str, str, int]],
    result: LoadResult,
    options: Options,
) -> None:
    """Refuse more answers than invited: a share of a population needs the population."""
    invited = {code: number for code, _name, number in frame}
    lines: dict[str, list[int]] = {}
    for person in answers.people:
        lines.setdefault(str(person.attributes["department"]), []).append(person.line)
    errors = [
        RowError(
            own[invited[code]],
            _("Förvaltning"),
            code,
            _(
                "{code} har {answers} svar men bara {invited} tillfrågade enligt ramen. Ta bort "
                "dubbletter, eller rätta ramen."
            ).format(code=code, answers=len(own), invited=invited[code]),
        )
        for code, own in lines.items()
        if len(own) > invited[code]
    ]
    if errors:
        result.errors = sorted([*result.errors, *errors], key=lambda error: error.row)
        result.rejected = len({error.row for error in result.errors})
        result.accepted, result.snapshot = 0, _current(options.store)
        raise LoadRefused(
            _("Fler svar än tillfrågade: {codes}. Ingenting har ändrats.").format(
                codes=", ".join(error.value for error in errors)
            ),
            result,
        )


def _write_answers(builder: Builder, wave: str, answers: SurveyAnswers, table: Table) -> None:
    """Write the people under random ids and in the order of those, which says nothing."""
    for name in ("respondent", "answer", "text_answer", "provenance"):
        builder.execute(f"delete from records.{name} where wave = $wave", {"wave": wave})
    people = sorted(
        ((secrets.token_hex(8), person) for person in answers.people), key=lambda p: p[0]
    )
    builder.insert(
        "records.respondent",
        {
            "wave": [wave] * len(people),
            "respondent": [key for key, _person in people],
            **{
                name: [person.attributes.get(name) for _key, person in people]
                for name in ("department", "position", "occupation", "sex", "age")
            },
        },
    )
    chosen = [
        (key, question, option)
        for key, person in people
        for question, options in person.answers.items()
        for option in options
    ]
    texts = [
        (key, question, text) for key, person in people for question, text in person.texts.items()
    ]
    for name, last, rows in (("answer", "option", chosen), ("text_answer", "answer", texts)):
        builder.insert(
            f"records.{name}",
            {
                "wave": [wave] * len(rows),
                "respondent": [row[0] for row in rows],
                "question": [row[1] for row in rows],
                last: [row[2] for row in rows],
            },
        )
    builder.insert(
        "records.provenance",
        {
            "wave": [wave] * len(people),
            "respondent": [key for key, _person in people],
            "file": [table.sha256] * len(people),
            "line": [person.line for _key, person in people],
        },
    )


# --- agreements -----------------------------------------------------------------------------------


def _known_departments(options: Options) -> dict[str, str]:
    """Return folded code, name and alias → code of every department that any wave knows."""
    rows = []
    if _current(options.store) is not None:
        rows = _reader(options).rows(
            "select code, name from published.department order by wave desc, ordinal"
        )
    if not rows:
        raise LoadRefused(
            _(
                "Inga förvaltningar är inlästa. Läs in en ram först: "
                "python manage.py load frame FIL --wave VÅG"
            )
        )
    codes = {code for code, _name in rows}
    aliases = [
        (name, option.code)
        for option in reference.load_questionnaire(DEFAULT_QUESTIONNAIRE)
        .attribute("department")
        .options
        if option.code in codes
        for name in option.names
    ]
    # Later ones win: own names over the questionnaire's, codes over names, newer over older.
    own = [(text, code) for code, name in reversed(rows) for text in (name, code)]
    names = {fold_label(text): code for text, code in (*aliases, *own)}
    # Without diacritics and dashes too, as headers are read, unless that would confuse ÖN with ON.
    loose: dict[str, set[str]] = {}
    for text, code in (*aliases, *own):
        loose.setdefault(fold(text), set()).add(code)
    return {key: code for key, (code, *more) in loose.items() if not more} | names


def _without_names(
    good: Sequence[Validated], key: bytes
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the rows with hashed employees, and per hash the sealed name as it is written."""
    records = [{**row.model.record(), "line": row.row} for row in good]
    names: dict[str, str] = {}
    for record in records:
        if record["employee"] is not None:
            # Case and blanks apart: one person, however a row is typed.
            hashed = pseudonyms.keyed_hash(key, fold_label(record["employee"]))
            names[hashed] = record["employee"]
            record["employee"] = hashed
    return records, dict(zip(names, pseudonyms.seal(key, names.values()), strict=True))


def _events_ahead(
    good: Sequence[Validated], day: date, titles: Mapping[str, str]
) -> list[RowError]:
    """Return an error for each event that the register tells before it has happened.

    Between two registers it would be taken for what already held.
    """
    return [
        RowError(
            row.row,
            titles["event_date"],
            row.model.event_date.isoformat(),
            _(
                "Händelsen ligger efter registrets dag {day}. Läs in den när den har hänt, eller "
                "rätta datumet eller --as-of."
            ).format(day=day.isoformat()),
        )
        for row in good
        if row.model.event_date is not None and row.model.event_date > day
    ]


def _ids_in(table: Table) -> set[str]:
    """Return every agreement that the file names, also on lines that are refused."""
    place = map_columns(table.headers, AGREEMENT_COLUMNS)[0]["agreement_id"]
    return {cell_text(values[place]) for _line, values in table.rows}


def describe(result: LoadResult) -> str:
    """Return the result as JSON, as ``load --json`` prints it."""
    return json.dumps(result.as_dict(), ensure_ascii=False)
