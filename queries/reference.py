"""Reference facts: questionnaires, departments and what the audit published.

Everything is read from ``data/`` (TOML and CSV) into frozen models. A slip in a file is met when
the file is read, with the file and the place in it, never later as a strange number on a page.
Each entry carries its source; what the source does not say is marked as inferred.

The words are Swedish in the files. What pages show comes in the visitor's language; the
questionnaire does not, because files are matched by its Swedish headings and answers
(``queries.indicators.questionnaire_of`` gives the one to show).

Files are read anew at each call and only the parsing is cached, by content. A cache keyed by name
alone would go on serving the old questionnaire after an edit in a long-lived server.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationError,
    model_validator,
)

from queries.i18n import Translated, _, translated

DATA_DIR = Path(__file__).resolve().parent.parent / "data"

ID_PATTERN = r"^[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*$"
OPTION_PATTERN = re.compile(r"^[a-z0-9]+(?:_[a-z0-9]+)*$")
DEPARTMENT_PATTERN = re.compile(r"^[A-Z][A-Z0-9]{1,9}$")
SCALE_CODES = ("1", "2", "3", "4", "5")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
# Words that people read, and that the catalogues of other languages hold. `Text` stays as it is.
Prose = Annotated[Text, Translated()]
Remark = Annotated[str, Translated()]
# A citation, or our own words on where something comes from.
Origin = Annotated[Text, Translated(unless=r"[0-9a-f_]+\.txt,")]
Identifier = Annotated[str, StringConstraints(pattern=ID_PATTERN)]

Theme = Literal["styrning", "rattvisa", "arbetsmiljo", "it_sakerhet", "verksamhet", "omfattning"]
QuestionType = Literal["single", "multiple", "scale", "text"]
Inferred = Literal["text", "options", "base", "figure"]


class ReferenceDataError(ValueError):
    """A reference file is missing or wrong. ``str()`` is a Swedish message with file and place."""

    def __init__(self, file: Path | str, place: str, message: str) -> None:
        self.file = str(file)
        self.place = place
        self.message = message
        where = f"{Path(file).name}: {place}" if place else Path(file).name
        super().__init__(
            _("Fel i referensfilen {where}. {message}").format(where=where, message=message)
        )


def fold(text: str) -> str:
    """Return ``text`` without case, spaces and diacritics: how headers and labels are compared."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c) and not c.isspace())


class Facts(BaseModel):
    """Base of every reference model: immutable, and no key that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- questionnaire --------------------------------------------------------------------------------


class Option(Facts):
    """One answer to a question. ``favourable`` is None where the answer speaks for neither side."""

    code: str
    label: Prose
    favourable: bool | None = None
    aliases: tuple[Text, ...] = ()
    inferred: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Every way the answer may be written in a file: label first, then the aliases."""
        return (self.label, *self.aliases)


class AskedIf(Facts):
    """Filter: the question is put only to those who gave one of ``options`` to ``question``."""

    question: Identifier
    options: tuple[str, ...]


class Field(Facts):
    """What questions and attributes share: a column of the survey file and its known answers."""

    id: Identifier
    text: Prose
    type: QuestionType
    ordered: bool = False
    aliases: tuple[Text, ...] = ()
    options: tuple[Option, ...] = ()
    source: Text
    inferred: tuple[Inferred, ...] = ()
    note: Remark = ""

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading the column may have in a file: the text first, then the aliases."""
        return (self.text, *self.aliases)

    @property
    def codes(self) -> tuple[str, ...]:
        """Option codes in the order of the questionnaire."""
        return tuple(option.code for option in self.options)

    @property
    def favourable_codes(self) -> tuple[str, ...]:
        """Codes of the options that speak for a well-led, fair, safe arrangement."""
        return tuple(option.code for option in self.options if option.favourable)

    def option(self, code: str) -> Option:
        """Return the option with ``code``; KeyError if there is none."""
        for option in self.options:
            if option.code == code:
                return option
        raise KeyError(code)

    @model_validator(mode="after")
    def _options_are_sound(self) -> Field:
        if self.type == "text":
            if self.options:
                raise ValueError(_("En fritextfråga har inga svarsalternativ."))
            return self
        if not self.options:
            raise ValueError(_("Frågan saknar svarsalternativ."))
        if self.type == "scale" and self.codes != SCALE_CODES:
            raise ValueError(_("En skalfråga ska ha exakt alternativen 1, 2, 3, 4 och 5."))
        pattern = DEPARTMENT_PATTERN if self.id == "department" else OPTION_PATTERN
        for code in self.codes:
            if not pattern.match(code):
                raise ValueError(_("Koden {code} har inte rätt form.").format(code=repr(code)))
        _refuse_repeats(self.codes, _("Koden {name} finns två gånger."))
        # A name that leads to two options would let the file decide by chance what was answered.
        # The same name twice on one option is harmless, hence the set.
        _refuse_repeats(
            (name for option in self.options for name in {fold(n) for n in option.names}),
            _("Svaret {name} pekar på två alternativ."),
        )
        if any(option.inferred for option in self.options) != ("options" in self.inferred):
            raise ValueError(_("Märkningen inferred stämmer inte med svarsalternativens."))
        return self


class Attribute(Field):
    """A background fact about the respondent, used for breakdowns. ``optional``: may be absent."""

    theme: Literal["bakgrund"] = "bakgrund"
    optional: bool = False


class Question(Field):
    """A question of the survey. ``asked_if`` None means that everybody is asked."""

    theme: Theme
    asked_if: AskedIf | None = None


class Questionnaire(Facts):
    """A questionnaire as read from ``data/questionnaires/<id>.toml``.

    ``fingerprint`` is the SHA-256 (hex) of the file: the same answers loaded under a changed
    questionnaire are not the same load.
    """

    id: Identifier
    title: Prose
    source: Text
    attributes: tuple[Attribute, ...]
    questions: tuple[Question, ...]
    fingerprint: str

    @property
    def fields(self) -> tuple[Field, ...]:
        """Attributes, then questions, in order."""
        return (*self.attributes, *self.questions)

    def question(self, id: str) -> Question:
        """Return the question with ``id``; KeyError if there is none."""
        found = self.find(id)
        if found is None:
            raise KeyError(id)
        return found

    def find(self, id: str | None) -> Question | None:
        """Return the question with ``id``, None if there is none: an indicator may ask about what
        a municipality's own questionnaire leaves out."""
        return next((question for question in self.questions if question.id == id), None)

    def openers(self, id: str) -> tuple[tuple[Question, tuple[str, ...]], ...]:
        """Return the questions whose answers open the question ``id``, the nearest first, each with
        its answers that do not.

        Also what opens its opener, and so on: who is led past the one is led past the other, and
        has no answer to the one that would tell.
        """
        rule = self.question(id).asked_if
        if rule is None:
            return ()
        opener = self.question(rule.question)
        past = tuple(code for code in opener.codes if code not in rule.options)
        return (opener, past), *self.openers(opener.id)

    def attribute(self, id: str) -> Attribute:
        """Return the attribute with ``id``; KeyError if there is none."""
        for attribute in self.attributes:
            if attribute.id == id:
                return attribute
        raise KeyError(id)

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Questionnaire:
        _refuse_repeats((f.id for f in self.fields), _("Id {name} finns två gånger."))
        _refuse_repeats(
            (heading for f in self.fields for heading in {fold(h) for h in f.headings}),
            _("Rubriken {name} pekar på två frågor."),
        )
        earlier: dict[str, Question] = {}
        for question in self.questions:
            _check_filter(question, earlier)
            earlier[question.id] = question
        return self


def _check_filter(question: Question, earlier: dict[str, Question]) -> None:
    """Raise ValueError unless the filter of ``question`` points at an earlier question's options.

    Only earlier ones: a respondent cannot be sent by an answer not yet given, and circles are
    ruled out at the same time.
    """
    rule = question.asked_if
    if rule is None:
        return
    if rule.question not in earlier:
        raise ValueError(
            _("{id}: asked_if pekar på {other}, som inte är en tidigare fråga.").format(
                id=question.id, other=repr(rule.question)
            )
        )
    if earlier[rule.question].type == "multiple":
        # Who chose both an answer that opens the question and one that does not: was it put?
        raise ValueError(
            _(
                "{id}: asked_if pekar på {other}, där flera svar är möjliga. "
                "Välj en fråga med ett svar."
            ).format(id=question.id, other=repr(rule.question))
        )
    unknown = [code for code in rule.options if code not in earlier[rule.question].codes]
    if unknown or not rule.options:
        raise ValueError(
            _("{id}: asked_if anger svar som inte finns: {codes}.").format(
                id=question.id, codes=", ".join(unknown) or "–"
            )
        )


def _refuse_repeats(names: Iterable[str], message: str) -> None:
    """Raise ValueError with ``message`` (holding ``{name}``) at the first name met twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(message.format(name=repr(name)))
        seen.add(name)


# --- departments and the audit's facts ------------------------------------------------------------


def _blank_to_none(value: Any) -> Any:
    """Read an empty text as "not given": CSV has no other way to say it, and TOML has no null."""
    return None if isinstance(value, str) and not value.strip() else value


def _yes_no(value: Any) -> Any:
    return {"ja": True, "nej": False}.get(value, value) if isinstance(value, str) else value


def _plus_list(value: Any) -> Any:
    """Split ``a+b`` into its parts; an empty text has none."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split("+") if part.strip())
    return value


OptionalDate = Annotated[date | None, BeforeValidator(_blank_to_none)]
OptionalInt = Annotated[int | None, BeforeValidator(_blank_to_none)]
OptionalText = Annotated[str | None, BeforeValidator(_blank_to_none)]
YesNo = Annotated[bool, BeforeValidator(_yes_no)]
PlusList = Annotated[tuple[str, ...], BeforeValidator(_plus_list)]


class Department(Facts):
    """A department, the board it answers to, and when it exists.

    ``successor`` is the code of the department that took over, so that waves can be compared across
    a reorganisation.
    """

    code: Annotated[str, StringConstraints(pattern=DEPARTMENT_PATTERN.pattern)]
    name: Text
    board: Text
    board_code: Annotated[str, StringConstraints(pattern=DEPARTMENT_PATTERN.pattern)]
    valid_from: date
    valid_to: OptionalDate = None
    successor: OptionalText = None
    source: Text
    inferred: tuple[str, ...] = ()
    note: str = ""

    def valid_on(self, day: date) -> bool:
        """Whether the department exists on ``day`` (both ends included)."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class AuditQuestion(Facts):
    """One of the audit's questions and its verdict. ``overall`` marks the one above the seven."""

    id: Identifier
    number: int
    overall: bool = False
    title: Prose
    question: Prose
    verdict: Prose
    finding: Prose
    themes: tuple[Theme, ...]
    chapter: Text
    source: Text
    inferred: tuple[str, ...] = ()


class Recommendation(Facts):
    """One of the audit's recommendations; ``boards`` are the codes of those it is given to."""

    number: int
    title: Prose
    summary: Prose
    boards: tuple[str, ...]
    audit_questions: tuple[Identifier, ...]
    source: Text
    inferred: tuple[str, ...] = ()


class Criterion(Facts):
    """Law, norm or rule to judge by.

    ``audit``: the audit names it. ``read``: the text itself was read for this project (otherwise
    only what another source says of it). ``inferred``: the choice or the wording is ours.
    """

    id: Identifier
    title: Prose
    kind: Literal["internt", "lag", "foreskrift", "standard", "vagledning"]
    requires: Prose
    themes: tuple[Theme, ...]
    audit: bool
    read: bool
    inferred: bool
    source: Origin
    note: Remark = ""


class Trap(Facts):
    """Something in the source that would mislead, and what the system does about it."""

    id: Identifier
    number: int
    title: Prose
    says: Prose
    action: Prose
    source: Text


class AccessibilityFault(Facts):
    """Something in the service that not everyone can use, known and not mended."""

    id: Identifier
    what: Prose
    whom: Prose
    instead: Prose


class Source(Facts):
    """A document that facts are taken from; ``short`` is what people read for its file name.

    Its names stay Swedish in every language: it is the Swedish document that a citation leads to.
    """

    file: Text
    short: Text
    title: Text
    publisher: Prose
    date: str
    gives: Prose


class ResponseRow(Facts):
    """Invited and answered of one department as published. ``published_rate`` is a fraction."""

    department: Text
    board: Text
    invited: int
    answered: int
    published_rate: float
    staff: int
    staff_approximate: YesNo
    possibility: int
    possibility_approximate: YesNo
    source: Text


# How far a true share may lie from the published one, by the way the source words it. "about" is
# "ca" and "drygt"; "half" is "ungefär hälften", which nobody says of exactly two decimals.
ROUNDING_TOLERANCE = {
    "exact_0.1": 0.0005,
    "whole": 0.005,
    "about": 0.025,
    "half": 0.075,
    "count": 0.0,
}


class PublishedFigure(Facts):
    """A figure that the audit published, and the count that gives it.

    ``options`` are added together; ``department`` None means all. ``count`` is the count behind the
    figure in the reconstructed wave, ``also`` other counts that the wording allows.
    """

    id: Identifier
    question: Identifier
    options: PlusList
    department: OptionalText = None
    base: int
    published: Prose
    published_share: float
    rounding: Literal["exact_0.1", "whole", "about", "half", "count"]
    count: OptionalInt = None
    also: Annotated[tuple[int, ...], BeforeValidator(_plus_list)] = ()
    note: Remark = ""
    source: Text
    inferred: PlusList = ()

    @property
    def share(self) -> float | None:
        """Fraction given by the count, unrounded; None without a count."""
        return None if self.count is None else self.count / self.base

    @property
    def deviates(self) -> bool:
        """Whether the count fails to give what was published, with the source's own rounding."""
        if self.share is None:
            return True
        return abs(self.share - self.published_share) > self.tolerance

    @property
    def tolerance(self) -> float:
        """Largest distance (fraction) that the wording allows; a hair is added for floats."""
        return ROUNDING_TOLERANCE[self.rounding] + 1e-9


# --- reading --------------------------------------------------------------------------------------

FactsT = TypeVar("FactsT", bound=Facts)


def _message(kind: str) -> str:
    """Return a Swedish message for a pydantic error type, in the language of this context."""
    yes_no = _("Här ska det stå ja eller nej (true eller false).")
    messages = {
        "missing": _("Uppgiften saknas."),
        "extra_forbidden": _("Uppgiften är okänd; kontrollera stavningen."),
        "string_too_short": _("Texten är tom."),
        "string_type": _("Här ska det stå text."),
        "string_pattern_mismatch": _("Värdet har inte rätt form."),
        "literal_error": _("Värdet är inte ett av de tillåtna."),
        "bool_type": yes_no,
        "bool_parsing": yes_no,
        "int_parsing": _("Här ska det stå ett heltal."),
        "int_type": _("Här ska det stå ett heltal."),
        "float_parsing": _("Här ska det stå ett tal."),
        "float_type": _("Här ska det stå ett tal."),
        "tuple_type": _("Här ska det stå en lista."),
    }
    return messages.get(kind, _("Värdet är inte giltigt."))


def _convert(
    file: Path, error: ValidationError, entry: dict[str, Any], start: str = ""
) -> ReferenceDataError:
    """Turn the first pydantic error into ours; the rest often follow from the first.

    The place is told with the ids of ``entry`` where it has them ("questions q1_2, options ja"):
    nobody counts to the seventh question of a long file.
    """
    first = error.errors()[0]
    parts = [start] if start else []
    value: Any = entry
    for step in first["loc"]:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            value = None
        name = str(step + 1) if isinstance(step, int) else step
        if isinstance(step, int) and isinstance(value, dict):
            name = str(value.get("id") or value.get("code") or name)
        if isinstance(step, int) and parts:
            parts[-1] += f" {name}"
        else:
            parts.append(name)
    if first["type"] == "value_error":
        return ReferenceDataError(file, ", ".join(parts), str(first["ctx"]["error"]))
    return ReferenceDataError(file, ", ".join(parts), _message(first["type"]))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ReferenceDataError(file, "", _("Filen går inte att läsa.")) from error


def _toml(file: Path, content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ReferenceDataError(
            file, "", _("Filen är inte giltig TOML i UTF-8: {error}").format(error=error)
        ) from error


def _csv_rows(file: Path, content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, row) of a comma-separated UTF-8 file; the header is line 1."""
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
        for row in reader:
            if None in row or None in row.values():
                raise ReferenceDataError(
                    file, _("rad {n}").format(n=reader.line_num), _("Raden har fel antal fält.")
                )
            yield reader.line_num, row
    except (csv.Error, UnicodeDecodeError) as error:
        raise ReferenceDataError(
            file, "", _("Filen är inte giltig CSV i UTF-8: {error}").format(error=error)
        ) from error


@lru_cache(maxsize=64)
def _parse_toml_list(
    model: type[FactsT], key: str, identity: str, file: Path, content: bytes
) -> tuple[FactsT, ...]:
    entries = []
    for number, entry in enumerate(_toml(file, content).get(key, []), start=1):
        try:
            entries.append(model(**entry))
        except ValidationError as error:
            raise _convert(file, error, entry, f"{key} {number}") from error
    return _checked(file, tuple(entries), identity)


@lru_cache(maxsize=64)
def _parse_csv(
    model: type[FactsT], identity: str, file: Path, content: bytes
) -> tuple[FactsT, ...]:
    entries = []
    for line, row in _csv_rows(file, content):
        try:
            entries.append(model(**row))
        except ValidationError as error:
            raise _convert(file, error, row, _("rad {n}").format(n=line)) from error
    return _checked(file, tuple(entries), identity)


def _checked(file: Path, entries: tuple[FactsT, ...], identity: str) -> tuple[FactsT, ...]:
    if not entries:
        raise ReferenceDataError(file, "", _("Filen är tom."))
    try:
        _refuse_repeats((str(getattr(e, identity)) for e in entries), _("{name} finns två gånger."))
    except ValueError as error:
        raise ReferenceDataError(file, identity, str(error)) from error
    return entries


@lru_cache(maxsize=16)
def _parse_questionnaire(file: Path, content: bytes) -> Questionnaire:
    entry = _toml(file, content)
    try:
        questionnaire = Questionnaire(**entry, fingerprint=hashlib.sha256(content).hexdigest())
    except ValidationError as error:
        raise _convert(file, error, entry) from error
    if questionnaire.id != file.stem:
        raise ReferenceDataError(file, "id", _("Id ska vara detsamma som filens namn."))
    return questionnaire


def questionnaires(directory: Path | None = None) -> list[str]:
    """Return the ids of the questionnaires at hand, sorted."""
    folder = (directory or DATA_DIR) / "questionnaires"
    return sorted(file.stem for file in folder.glob("*.toml"))


def load_questionnaire(id: str, directory: Path | None = None) -> Questionnaire:
    """Return questionnaire ``id`` from ``directory`` (a data directory; default ``DATA_DIR``).

    Raises ReferenceDataError if there is none, or if its file is wrong.
    """
    known = questionnaires(directory)
    file = (directory or DATA_DIR) / "questionnaires" / f"{id}.toml"
    if id not in known:  # also keeps "../" in an id from reaching another file
        raise ReferenceDataError(
            file,
            "",
            _("Det finns inget frågeformulär som heter {id}. Välj bland: {known}.").format(
                id=repr(id), known=", ".join(known) or "–"
            ),
        )
    return _parse_questionnaire(file, _read(file))


def departments(directory: Path | None = None) -> tuple[Department, ...]:
    """Return the departments in the order fixed everywhere (that of the audit's table)."""
    file = (directory or DATA_DIR) / "departments.toml"
    return _parse_toml_list(Department, "departments", "code", file, _read(file))


def audit_questions(directory: Path | None = None) -> tuple[AuditQuestion, ...]:
    """Return the overall audit question first, then the seven, with verdicts."""
    file = (directory or DATA_DIR) / "audit" / "questions.toml"
    return translated(_parse_toml_list(AuditQuestion, "questions", "id", file, _read(file)))


def recommendations(directory: Path | None = None) -> tuple[Recommendation, ...]:
    """Return the audit's five recommendations, by number."""
    file = (directory or DATA_DIR) / "audit" / "recommendations.toml"
    found = _parse_toml_list(Recommendation, "recommendations", "number", file, _read(file))
    return translated(found)


def criteria(directory: Path | None = None) -> tuple[Criterion, ...]:
    """Return the criteria: the audit's own, then law and norms."""
    file = (directory or DATA_DIR) / "audit" / "criteria.toml"
    return translated(_parse_toml_list(Criterion, "criteria", "id", file, _read(file)))


def traps(directory: Path | None = None) -> tuple[Trap, ...]:
    """Return what in the source would mislead a reader, by number."""
    file = (directory or DATA_DIR) / "audit" / "traps.toml"
    return translated(_parse_toml_list(Trap, "traps", "id", file, _read(file)))


def accessibility_faults(directory: Path | None = None) -> tuple[AccessibilityFault, ...]:
    """Return what the accessibility statement owns up to, in the order of the file."""
    file = (directory or DATA_DIR) / "accessibility.toml"
    return translated(_parse_toml_list(AccessibilityFault, "faults", "id", file, _read(file)))


def sources(directory: Path | None = None) -> tuple[Source, ...]:
    """Return the documents that the other files cite."""
    file = (directory or DATA_DIR) / "sources.toml"
    return translated(_parse_toml_list(Source, "sources", "file", file, _read(file)))


def response_table(directory: Path | None = None) -> tuple[ResponseRow, ...]:
    """Return invited, answered, staff and possibility per department as published."""
    file = (directory or DATA_DIR) / "audit" / "response.csv"
    return _parse_csv(ResponseRow, "department", file, _read(file))


def published_figures(directory: Path | None = None) -> tuple[PublishedFigure, ...]:
    """Return every figure that the audit published and that an answer can give."""
    file = (directory or DATA_DIR) / "audit" / "published.csv"
    return _parse_csv(PublishedFigure, "id", file, _read(file))
