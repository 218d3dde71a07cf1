"""Rows of the frame and of the agreement register: columns, types, and validation row by row.

``AGREEMENT_COLUMNS`` and ``FRAME_COLUMNS`` are the one place where a Swedish header meets a field
name; templates, validation and error messages all read them. Each cell is parsed by a function
that raises ``CellError`` with a Swedish message and nothing else; pydantic collects the errors, so
that every fault of a row is told at once.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from ingest.headers import RowError, cell_text, clean, fold, fold_label, match_headers
from ingest.readers import Cell, Table
from queries.i18n import _

FIRST_YEAR, LAST_YEAR = 1990, 2100
LARGEST_INTEGER = 2_000_000_000
DAYS_IN_WEEK = 7
_EXCEL_EPOCH = dt.date(1899, 12, 30)
_TOTALS = frozenset({"summa", "summor", "totalt", "total", "totalsumma", "alla", "samtliga"})
# In English as files store them, and in Swedish as Excel exports them to text.
_EXCEL_ERRORS = frozenset(
    [
        "#N/A",
        "#REF!",
        "#DIV/0!",
        "#VALUE!",
        "#NAME?",
        "#NUM!",
        "#NULL!",
        "#SPILL!",
        "#CALC!",
        "#SAKNAS!",
        "#REFERENS!",
        "#DIVISION/0!",
        "#VÄRDEFEL!",
        "#NAMN?",
        "#OGILTIGT!",
        "#SKÄRNING!",
    ]
)
_CACHE = 65_536
LONGEST_NAME = 200
# Control characters but tab and line breaks, and those that turn the direction of writing: with
# them, what is shown (on a page, in a spreadsheet) is not what is stored.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class CellError(ValueError):
    """A cell cannot be read as what its column holds; the message is Swedish."""


class Count(NamedTuple):
    """A whole number, and whether the source gives it as approximate (``ca 60``)."""

    value: int
    approximate: bool = False


def _n_(text: str) -> str:
    """Mark a text for translation that is translated when it is shown, not when it is defined."""
    return text


# --- parsing of single cells --------------------------------------------------------------------

_TIME = r"(?:(?:T|\s+)\s*[0-9]{1,2}[.:][0-9]{2}.*)?"
_YEAR_FIRST = re.compile(rf"([0-9]{{4}})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}}){_TIME}", re.DOTALL)
_DAY_FIRST = re.compile(rf"([0-9]{{1,2}})([-/.])([0-9]{{1,2}})\2([0-9]{{4}}){_TIME}", re.DOTALL)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_INTEGER = re.compile(r"([+-]?)([0-9]+|[0-9]{1,3}(?: [0-9]{3})+)(?:[.,](0*))?")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?: [0-9]{3})+)(?:[.,][0-9]*)?|[+-]?[.,][0-9]+")
_APPROXIMATE = re.compile(r"(?:c:?a\.?|cirka|circa|omkring|ungefär|drygt|knappt|~|≈)\s*")

_YES = frozenset({"ja", "j", "yes", "y", "x", "1", "true", "sant"})
_NO = frozenset({"nej", "n", "no", "0", "false", "falskt"})


def _no_date(text: str) -> CellError:
    return CellError(_("”{value}” är inget datum. Skriv datum som 2026-11-22.").format(value=text))


def _checked_date(year: int, month: int, day: int, text: str) -> dt.date:
    """Return the date if it exists and lies within the years that can be meant."""
    try:
        found = dt.date(year, month, day)
    except ValueError:
        raise _no_date(text) from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CellError(
            _("”{value}” ligger utanför åren {first}–{last}. Rätta årtalet.").format(
                value=text, first=FIRST_YEAR, last=LAST_YEAR
            )
        )
    return found


@lru_cache(maxsize=_CACHE)
def _date_of_text(text: str) -> dt.date:
    """Parse a date written as text; with two-digit years it is refused, being ambiguous."""
    if match := _YEAR_FIRST.fullmatch(text):
        year, _sep, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(text):
        day, _sep, month, year = match.groups()
    elif match := _COMPACT.fullmatch(text):
        year, month, day = match.groups()
    else:
        raise _no_date(text)
    return _checked_date(int(year), int(month), int(day), text)


def parse_date(value: Cell) -> dt.date | None:
    """Return the date of a cell, None if it is empty. A time of day is dropped.

    Text: year first with ``-``, ``/`` or ``.``; day first with the same; eight digits. Numbers,
    which only a workbook gives: Excel's day numbers (1 = 1900-01-01) within 1990–2100, or eight
    digits. Month first is never read: ``11/22/2026`` is refused.
    """
    if isinstance(value, str):
        text = clean(value)
        return _date_of_text(text) if text else None
    if value is None:
        return None
    if isinstance(value, dt.date):  # a datetime is a date too
        return _checked_date(value.year, value.month, value.day, cell_text(value))
    text = cell_text(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _no_date(text)
    first = (dt.date(FIRST_YEAR, 1, 1) - _EXCEL_EPOCH).days
    last = (dt.date(LAST_YEAR, 12, 31) - _EXCEL_EPOCH).days
    if first <= value < last + 1:
        return _EXCEL_EPOCH + dt.timedelta(days=int(value))
    if _COMPACT.fullmatch(text):
        return _date_of_text(text)
    raise _no_date(text)


def _plain_number(text: str) -> str:
    """Return ``text`` with every kind of blank as a space and every minus sign as a hyphen."""
    return " ".join(text.split()).replace("\u2212", "-")


def parse_int(value: Cell) -> int | None:
    """Return the whole number of a cell, None if it is empty.

    ``1 200`` · ``12.`` · ``12,0`` are read; ``12,5`` is refused, and so is ``1.200`` or ``1,000``,
    since it may mean a thousand as well as one.
    """
    text = cell_text(value)
    if not text:
        return None
    if isinstance(value, (bool, dt.date, dt.time, dt.timedelta)):
        match = None
    else:
        match = _INTEGER.fullmatch(_plain_number(text))
    if match is None or match[3] == "000" or len(match[2]) > 20:
        raise CellError(_("”{value}” är inget heltal. Skriv till exempel 12.").format(value=text))
    number = int(match[1] + match[2].replace(" ", ""))
    if number < 0:
        raise CellError(_("”{value}” är negativt. Talet ska vara 0 eller mer.").format(value=text))
    if number > LARGEST_INTEGER:
        raise CellError(_("”{value}” är orimligt stort. Rätta talet.").format(value=text))
    return number


def parse_count(value: Cell) -> Count | None:
    """Return a whole number that may be marked as approximate: ``ca 60``, ``~60``."""
    if not isinstance(value, str):
        number = parse_int(value)
        return None if number is None else Count(number)
    text = clean(value)
    rest = _APPROXIMATE.sub("", text.casefold(), count=1) if text else ""
    approximate = bool(text) and _APPROXIMATE.match(text.casefold()) is not None
    try:
        number = parse_int(rest if approximate else text)
    except CellError:
        number = None
        if not approximate:
            raise
    if number is None:
        if not text:
            return None
        raise CellError(
            _("”{value}” är inget heltal. Skriv till exempel 60 eller ca 60.").format(value=text)
        )
    return Count(number, approximate)


def _number(value: Cell, text: str) -> float:
    """Return the decimal number of a cell that is not empty; comma or point."""
    if isinstance(value, str):
        plain = _plain_number(text)
        if _DECIMAL.fullmatch(plain) and len(plain) <= 40:
            return float(plain.replace(" ", "").replace(",", "."))
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    raise CellError(_("”{value}” är inget tal. Skriv till exempel 2,5.").format(value=text))


def parse_days_per_week(value: Cell) -> float | None:
    """Return days per week, 0–7, with decimals; None if the cell is empty."""
    text = cell_text(value)
    if not text:
        return None
    number = _number(value, text)
    if not 0 <= number <= DAYS_IN_WEEK:
        raise CellError(
            _("”{value}” dagar per vecka går inte. Skriv ett tal från 0 till 7.").format(value=text)
        )
    return number


LEAST_PERCENT = 5
"""Nobody agrees on less: half a day a week is 10 %."""


def parse_percent(value: Cell) -> float | None:
    """Return a share in per cent (0–100), None if the cell is empty.

    ``58`` · ``58%`` · ``58 %`` are 58. A value above 0 and at most 1 that is written with a decimal
    sign and without ``%`` is a fraction: ``0,58`` is 58. A bare number from 1 to below
    ``LEAST_PERCENT`` may be so many per cent or a hundred times as many (in a workbook's cell that
    is formatted as per cent 1,2 is shown as 120 %, and the format is not known here; in a column of
    fractions 1 is the whole): refused rather than guessed.
    """
    text = cell_text(value)
    if not text:
        return None
    signed = isinstance(value, str) and text.endswith("%")
    bare = clean(text[:-1]) if signed else text
    try:
        number = _number(bare if signed else value, bare)
    except CellError:
        raise CellError(
            _("”{value}” är ingen andel. Skriv den i procent, till exempel 40.").format(value=text)
        ) from None
    fraction = number <= 1 and isinstance(value, str) and ("," in text or "." in text)
    if not signed and not fraction and 1 <= number < LEAST_PERCENT:
        raise CellError(
            _(
                "{value} kan betyda {value} % eller {hundred} %. Skriv andelen som text, till "
                "exempel ”100 %”; högst 100."
            ).format(value=text, hundred=f"{number * 100:g}")
        )
    if 0 < number <= 1 and not signed and ("," in text or "." in text):
        number = round(number * 100, 10)
    if not 0 <= number <= 100:
        raise CellError(_("”{value}” är ingen andel mellan 0 och 100 %.").format(value=text))
    return number


def parse_yes_no(value: Cell) -> bool | None:
    """Return True for Ja, False for Nej, None (unknown) for an empty cell."""
    if isinstance(value, bool):
        return value
    text = cell_text(value)
    if not text:
        return None
    key = text.casefold()
    if key in _YES:
        return True
    if key in _NO:
        return False
    raise CellError(
        _("”{value}” är varken Ja eller Nej. Skriv Ja, Nej eller lämna cellen tom.").format(
            value=text
        )
    )


def parse_text(value: Cell) -> str | None:
    """Return the text of a cell, None if it is empty; an error value of Excel is refused."""
    text = cell_text(value)
    if text.startswith("#") and text.upper() in _EXCEL_ERRORS:
        raise CellError(
            _("Cellen visar Excels felvärde {value}. Rätta formeln eller skriv värdet.").format(
                value=text
            )
        )
    if _UNSEEN.search(text):
        raise CellError(
            _(
                "”{value}” innehåller styrtecken som inte syns och som kan få texten att se ut som "
                "en annan. Skriv om den för hand."
            ).format(value=_visible(text))
        )
    return text or None


def parse_name(value: Cell) -> str | None:
    """Return the name or number of something, as ``parse_text``, of a length that can be shown."""
    text = parse_text(value)
    if text is not None and len(text) > LONGEST_NAME:
        raise CellError(
            _("”{value} …” är längre än {limit} tecken. Korta texten.").format(
                value=text[:40], limit=LONGEST_NAME
            )
        )
    return text


def _visible(text: str) -> str:
    """Return text that can be shown in a message: what does not show stands as its number."""
    cut = text if len(text) <= LONGEST_NAME else text[:40] + " …"
    return _UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", cut)


def _choice(value: Cell, codes: Mapping[str, str], labels: Iterable[str]) -> str | None:
    """Return the code whose label (folded, in ``codes``) the cell holds; None if it is empty."""
    text = cell_text(value)
    if not text:
        return None
    try:
        return codes[fold_label(text)]
    except KeyError:
        raise CellError(
            _("”{value}” är inget av de värden som går att välja: {allowed}.").format(
                value=text, allowed=", ".join(labels)
            )
        ) from None


# Code → label as the file contract writes it. Codes are what the store holds.
CHOICES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "position": {"chef": "Chef", "medarbetare": "Medarbetare"},
        "kind": {"regelbundet": "Regelbundet", "tillfalligt": "Tillfälligt"},
        "form": {"skriftlig": "Skriftlig", "muntlig": "Muntlig"},
        "decision": {"beviljad": "Beviljad", "avslagen": "Avslagen"},
        "risk_level": {"gron": "Grön", "gul": "Gul", "rod": "Röd"},
        "confidentiality": {"oppen": "Öppen", "intern": "Intern", "sekretess": "Sekretess"},
    }
)


def _choice_parser(name: str) -> Callable[[Cell], str | None]:
    """Return the parser of the enumerated column ``name`` of ``CHOICES``."""
    labels = CHOICES[name]
    codes = {fold_label(label): code for code, label in labels.items()}
    # A code is accepted too, so that what was exported can be loaded again.
    codes |= {code: code for code in labels}
    return lambda value: _choice(value, codes, labels.values())


@dataclass(frozen=True)
class Context:
    """What a row is checked against beyond itself.

    departments  ``fold_label(code or name)`` → code, in the order of the frame; ``fold`` of it
                 too where that tells departments apart (ÖN and ON are two)
    choices      field → {label: code} for columns whose values the questionnaire gives
                 (occupation, sex, age); a field that is absent takes any text
    """

    departments: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def _parse_department(value: Cell, info: ValidationInfo) -> str | None:
    """Return the code of a known department, given by code or name."""
    text = cell_text(value)
    departments = info.context.departments
    try:
        exact = departments.get(fold_label(text))
        return exact if exact is not None else departments[fold(text)]
    except KeyError:
        raise CellError(
            _("”{value}” är ingen känd förvaltning. Välj någon av: {allowed}.").format(
                value=text, allowed=", ".join(dict.fromkeys(departments.values())) or "–"
            )
        ) from None


_CODE = re.compile(r"[^\W_][\w&+-]{0,19}")


def _parse_department_code(value: Cell) -> str:
    """Return a department code as the frame defines it: one short word.

    It stands in addresses, where a comma parts two, in the names of crosses (``BUN × chef``) and
    first in cells of files, where ``-`` and ``+`` begin a formula. A full-width letter looks like
    another code than it is.
    """
    text = cell_text(value)
    if not _CODE.fullmatch(text) or unicodedata.normalize("NFKC", text) != text:
        raise CellError(
            _(
                "”{value}” går inte som kod för en förvaltning. Skriv högst 20 bokstäver och "
                "siffror utan mellanslag, till exempel BUN."
            ).format(value=_visible(text))
        )
    return text


def _parse_attribute(value: Cell, info: ValidationInfo) -> str | None:
    """Return the code of an attribute's value, or its text if the context has no list for it."""
    labels = info.context.choices.get(info.field_name)
    if labels is None:
        return parse_text(value)
    codes = {fold_label(label): code for label, code in labels.items()}
    codes |= {fold_label(code): code for code in labels.values()}
    return _choice(value, codes, labels)


Text = Annotated[str | None, BeforeValidator(parse_text)]
Name = Annotated[str | None, BeforeValidator(parse_name)]
RequiredName = Annotated[str, BeforeValidator(parse_name)]
Date = Annotated[dt.date | None, BeforeValidator(parse_date)]
RequiredDate = Annotated[dt.date, BeforeValidator(parse_date)]
YesNo = Annotated[bool | None, BeforeValidator(parse_yes_no)]
Integer = Annotated[int | None, BeforeValidator(parse_int)]
RequiredInteger = Annotated[int, BeforeValidator(parse_int)]
MaybeCount = Annotated[Count | None, BeforeValidator(parse_count)]
Days = Annotated[float | None, BeforeValidator(parse_days_per_week)]
Percent = Annotated[float | None, BeforeValidator(parse_percent)]
KnownDepartment = Annotated[str, BeforeValidator(_parse_department)]
DepartmentCode = Annotated[str, BeforeValidator(_parse_department_code)]
Attribute = Annotated[str | None, BeforeValidator(_parse_attribute)]
Position = Annotated[str | None, BeforeValidator(_choice_parser("position"))]
Kind = Annotated[str | None, BeforeValidator(_choice_parser("kind"))]
Form = Annotated[str | None, BeforeValidator(_choice_parser("form"))]
Decision = Annotated[str | None, BeforeValidator(_choice_parser("decision"))]
RiskLevel = Annotated[str | None, BeforeValidator(_choice_parser("risk_level"))]
Confidentiality = Annotated[str | None, BeforeValidator(_choice_parser("confidentiality"))]


# --- models -------------------------------------------------------------------------------------


class _RowModel(BaseModel):
    """A row of a file. Empty cells are left out, so that a missing field is an empty cell."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    IDENTITY: ClassVar[tuple[str, ...]]
    """Fields of which no two rows may have the same values; the first is the one errors name."""

    def identity(self) -> tuple[Any, ...]:
        """Return the values of ``IDENTITY``, as they are compared between rows."""
        return tuple(getattr(self, name) for name in self.IDENTITY)

    def record(self) -> dict[str, Any]:
        """Return the row as field → value; a ``Count`` becomes ``x`` and ``x_approximate``."""
        found: dict[str, Any] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if name in self._counts():
                found[name] = None if value is None else value.value
                found[f"{name}_approximate"] = value is not None and value.approximate
            else:
                found[name] = value
        return found

    @classmethod
    def _counts(cls) -> Collection[str]:
        return ()


class FrameRow(_RowModel):
    """One department of a wave, or one combination of department and attributes.

    ``staff`` and ``possible`` (able to work elsewhere) may be approximate. ``invited`` may not:
    it is the population of the survey, and weights and variances rest on it. ``invited`` may
    exceed ``possible``, as it does in the audit.
    """

    IDENTITY: ClassVar = ("department", "position", "occupation", "sex", "age")

    department: DepartmentCode
    name: Name = None
    board: Name = None
    staff: MaybeCount = None
    possible: MaybeCount = None
    invited: RequiredInteger
    position: Position = None
    occupation: Attribute = None
    sex: Attribute = None
    age: Attribute = None

    def identity(self) -> tuple[Any, ...]:
        """Return the combination, the department folded: BUN and bun are one, ÖN and ON two."""
        return (fold_label(self.department), *super().identity()[1:])

    @classmethod
    def _counts(cls) -> Collection[str]:
        return ("staff", "possible")


class AgreementRow(_RowModel):
    """One agreement on remote work, or one event of it if ``event_date`` is given.

    Enumerated fields hold the codes of ``CHOICES``; ``remote_share`` is in per cent (0–100),
    ``notice_days`` in days, ``days_per_week`` in days of the week. None: not stated. A risk
    assessment after the start is no error here but a finding of the follow-up.
    """

    IDENTITY: ClassVar = ("agreement_id", "event_date")

    agreement_id: RequiredName
    employee: Name = None
    manager: Name = None
    department: KnownDepartment
    position: Position = None
    occupation: Attribute = None
    kind: Kind = None
    form: Form = None
    applied: Date = None
    decision: Decision = None
    reason: Text = None
    start: RequiredDate
    end: Date = None
    extended_from: Name = None
    notice_days: Integer = None
    days_per_week: Days = None
    remote_share: Percent = None
    places: Integer = None
    risk_assessed: Date = None
    risk_level: RiskLevel = None
    measure_due: Date = None
    measure_done: Date = None
    followed_up: Date = None
    evaluated: Date = None
    it_briefing: Date = None
    vpn: YesNo = None
    encryption: YesNo = None
    siths_card: YesNo = None
    restricted_access: YesNo = None
    confidentiality: Confidentiality = None
    home_insurance: YesNo = None
    landlord_consent: YesNo = None
    equipment_receipted: YesNo = None
    ended: Date = None
    end_reason: Text = None
    event_date: Date = None

    @field_validator("end", "ended")
    @classmethod
    def _not_before_start(cls, value: dt.date | None, info: ValidationInfo) -> dt.date | None:
        # A field validator and not a model validator: it speaks up beside the row's other errors.
        start = info.data.get("start")
        if value is not None and start is not None and value < start:
            raise CellError(
                _("{date} ligger före Start {start}. Rätta det ena datumet.").format(
                    date=value.isoformat(), start=start.isoformat()
                )
            )
        return value


# --- columns ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """A column of the file contract: header, field of the model, other headers, what it holds."""

    header: str
    field: str
    source_description: str
    aliases: tuple[str, ...] = ()
    required: bool = False

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header the column is known by, the contract's first."""
        return (self.header, *self.aliases)

    @property
    def description(self) -> str:
        """What to write in the column, in the language of the reader."""
        return _(self.source_description)


_D = _n_("Datum, till exempel 2026-11-22.")
_YN = _n_("Ja, Nej eller tomt (okänt).")

FRAME_COLUMNS: tuple[Column, ...] = (
    Column(
        "Förvaltning",
        "department",
        _n_("Förvaltningens kod, till exempel BUN."),
        ("Förvaltningskod",),
        required=True,
    ),
    Column("Namn", "name", _n_("Förvaltningens namn."), ("Förvaltningens namn",)),
    Column("Nämnd", "board", _n_("Nämnden som ansvarar för förvaltningen.")),
    Column("Antal anställda", "staff", _n_("Heltal; ca framför om det är ungefärligt.")),
    Column(
        "Möjlighet till distansarbete",
        "possible",
        _n_("Antal som kan arbeta på distans; ca framför om det är ungefärligt."),
    ),
    Column(
        "Tillfrågade",
        "invited",
        _n_("Antal som fick enkäten; exakt heltal."),
        ("Antal tillfrågade",),
        required=True,
    ),
    Column("Befattning", "position", _n_("Chef eller Medarbetare; en rad per kombination.")),
    Column("Roll", "occupation", _n_("Slag av arbete; en rad per kombination.")),
    Column("Kön", "sex", _n_("En rad per kombination.")),
    Column("Ålder", "age", _n_("Åldersgrupp; en rad per kombination.")),
)

AGREEMENT_COLUMNS: tuple[Column, ...] = (
    Column(
        "Överenskommelse",
        "agreement_id",
        _n_("Överenskommelsens nummer eller annan beteckning, unik i filen."),
        ("Avtal", "Överenskommelsenummer", "Avtalsnummer"),
        required=True,
    ),
    Column("Anställd", "employee", _n_("Namn eller annan beteckning; lagras som en kod.")),
    Column("Ansvarig chef", "manager", _n_("Namn eller annan beteckning."), ("Chef",)),
    Column(
        "Förvaltning",
        "department",
        _n_("Förvaltningens kod eller namn."),
        ("Avdelning", "Förvaltningskod"),
        required=True,
    ),
    Column("Befattning", "position", _n_("Chef eller Medarbetare.")),
    Column("Roll", "occupation", _n_("Slag av arbete.")),
    Column("Typ", "kind", _n_("Regelbundet eller Tillfälligt.")),
    Column("Form", "form", _n_("Skriftlig eller Muntlig.")),
    Column("Ansökt", "applied", _D, ("Ansökningsdatum",)),
    Column("Beslut", "decision", _n_("Beviljad eller Avslagen.")),
    Column("Skäl", "reason", _n_("Skäl till beslutet."), ("Skäl till beslut",)),
    Column("Start", "start", _D, ("Startdatum", "Från och med"), required=True),
    Column(
        "Slut", "end", _n_("Datum; tomt om den gäller tills vidare."), ("Slutdatum", "Till och med")
    ),
    Column(
        "Förlängd från",
        "extended_from",
        _n_("Beteckningen på den tidigare överenskommelsen."),
    ),
    Column(
        "Uppsägningstid (dagar)", "notice_days", _n_("Antal dagar, heltal."), ("Uppsägningstid",)
    ),
    Column("Dagar per vecka", "days_per_week", _n_("Tal från 0 till 7, till exempel 2,5.")),
    Column("Andel distans (%)", "remote_share", _n_("Procent, 0–100."), ("Andel distans",)),
    Column("Antal platser", "places", _n_("Antal platser som arbetet sker på, heltal.")),
    Column("Riskbedömning", "risk_assessed", _D),
    Column("Risknivå", "risk_level", _n_("Grön, Gul eller Röd.")),
    Column("Åtgärd senast", "measure_due", _D),
    Column("Åtgärdad", "measure_done", _D),
    Column("Senaste uppföljning", "followed_up", _D, ("Uppföljning",)),
    Column("Utvärdering", "evaluated", _D),
    Column("IT-genomgång", "it_briefing", _D),
    Column("VPN", "vpn", _YN),
    Column("Kryptering", "encryption", _YN),
    Column("SITHS-kort", "siths_card", _YN, ("SITHS",)),
    Column("Begränsad åtkomst", "restricted_access", _YN),
    Column("Sekretessklass", "confidentiality", _n_("Öppen, Intern eller Sekretess.")),
    Column("Hemförsäkring", "home_insurance", _YN),
    Column("Hyresvärd godkänt", "landlord_consent", _YN),
    Column("Utrustning kvitterad", "equipment_receipted", _YN),
    Column("Avslutad", "ended", _D),
    Column("Orsak", "end_reason", _n_("Orsak till att den avslutades.")),
    Column("Händelsedatum", "event_date", _n_("Datum; bara när filen har en rad per händelse.")),
)


def known_headers(columns: Iterable[Column]) -> list[str]:
    """Return every header of ``columns``, aliases included, for ``read_table``."""
    return [header for column in columns for header in column.headers]


def required_headers(columns: Iterable[Column]) -> list[tuple[str, ...]]:
    """Return the groups of headers that must be in the file, for ``read_table``."""
    return [column.headers for column in columns if column.required]


def map_columns(
    headers: Sequence[str], columns: Iterable[Column]
) -> tuple[dict[str, int], list[str]]:
    """Return ``(field → column index, unmapped headers)``; see ``match_headers``."""
    return match_headers(headers, {column.field: column.headers for column in columns})


def titles_of(headers: Sequence[str], columns: Iterable[Column]) -> dict[str, str]:
    """Return field → header as the file has it; as the contract has it where the file does not."""
    columns = tuple(columns)
    places, _unmapped = map_columns(headers, columns)
    named = {name: headers[index] for name, index in places.items()}
    return {column.field: column.header for column in columns} | named


# --- validation ---------------------------------------------------------------------------------


class Validated(NamedTuple):
    """A good row: its number as a spreadsheet shows it, and its model."""

    row: int
    model: Any


def validate_rows(
    table: Table,
    model: type[_RowModel],
    columns: Sequence[Column],
    context: Context | None = None,
) -> tuple[list[Validated], list[RowError]]:
    """Validate every row of ``table``; return the good rows and every error, by row.

    A row with any error is not among the good ones. The errors include those the reader found.
    Rows that say the same twice are refused from the second on; rows that contradict each other
    are all refused, since none of them can be believed before the other.
    """
    context = context or Context()
    places, _unmapped = map_columns(table.headers, columns)
    cells = sorted((index, name) for name, index in places.items())
    titles = titles_of(table.headers, columns)
    good: list[Validated] = []
    errors = list(table.row_errors)
    identity = places.get(model.IDENTITY[0])
    for line, values in table.rows:
        filled = {name: values[index] for index, name in cells if values[index] != ""}
        total = _total_index(values)
        if total is not None and total == identity:
            errors.append(_total_error(line, values[total], table.headers[total]))
            continue
        try:
            good.append(Validated(line, model.model_validate(filled, context=context)))
        except ValidationError as error:
            if total is None:
                errors.extend(_row_errors(line, filled, titles, error))
            else:
                errors.append(_total_error(line, values[total], table.headers[total]))
    good, repeated = _without_repeats(good, model, titles)
    errors.extend(repeated)
    errors.sort(key=lambda error: error.row)
    return good, errors


def _total_error(line: int, value: str, header: str) -> RowError:
    """Return the error for a line of totals."""
    message = _("Raden ser ut som en summering (”{value}”). Ta bort den ur filen.")
    return RowError(line, header, value, message.format(value=value))


def _total_index(values: Sequence[Cell]) -> int | None:
    """Return the index of the first filled cell if it says Summa or the like, else None."""
    for index, value in enumerate(values):
        if value != "":
            is_total = isinstance(value, str) and value.casefold().rstrip(" :") in _TOTALS
            return index if is_total else None
    return None


def _row_errors(
    line: int, filled: Mapping[str, Cell], titles: Mapping[str, str], error: ValidationError
) -> list[RowError]:
    """Return pydantic's errors of one row in our own words."""
    found = []
    for item in error.errors(include_url=False):
        name = str(item["loc"][0]) if item["loc"] else ""
        cause = item.get("ctx", {}).get("error")
        if isinstance(cause, CellError):
            message = str(cause)
        elif name not in filled:
            message = _("Cellen är tom men måste fyllas i.")
        else:
            message = _("Värdet kan inte användas i den här kolumnen.")
        value = cell_text(filled.get(name, ""))
        found.append(RowError(line, titles.get(name, ""), value, message))
    return found


def _without_repeats(
    good: list[Validated], model: type[_RowModel], titles: Mapping[str, str]
) -> tuple[list[Validated], list[RowError]]:
    """Return the rows whose identity is theirs alone, and errors for the others."""
    groups: dict[tuple[Any, ...], list[Validated]] = {}
    for item in good:
        groups.setdefault(item.model.identity(), []).append(item)
    if len(groups) == len(good):
        return good, []
    refused: set[int] = set()
    errors: list[RowError] = []
    column = titles[model.IDENTITY[0]]
    for items in groups.values():
        first = items[0]
        contradicted = next((item for item in items[1:] if item.model != first.model), None)
        for item in items if contradicted else items[1:]:
            other = first if item is not first else contradicted
            differing = [
                titles[name]
                for name in model.model_fields
                if getattr(item.model, name) != getattr(other.model, name)
            ]
            if differing:
                message = _("Motsäger rad {line}: {columns}. Behåll bara den rad som gäller.")
                message = message.format(line=other.row, columns=", ".join(differing))
            else:
                message = _("Står två gånger: även på rad {line}. Ta bort den ena raden.")
                message = message.format(line=other.row)
            refused.add(item.row)
            value = str(getattr(item.model, model.IDENTITY[0]))
            errors.append(RowError(item.row, column, value, message))
    return [item for item in good if item.row not in refused], errors
