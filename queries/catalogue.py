"""The catalogue of indicators: one dossier each, read from ``data/indicators.toml``.

The dossier is the single definition: the queries count by it, the pages name and link by it, and
the method page shows it together with the SQL that ran.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from queries import rules
from queries.i18n import Translated, _, translated
from queries.reference import DATA_DIR, Questionnaire, ReferenceDataError
from queries.rules import Aspect
from queries.store import sql_file

SURVEY, FRAME, REGISTER = "survey", "frame", "register"
# Words that people read, in the visitor's language.
Words = Annotated[str, Translated()]
Span = tuple[date, date]
ONE_DAY = timedelta(days=1)
FrameColumn = Literal["invited", "answered", "eligible", "employees"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SurveySource(_Model):
    """Counts ``options`` of ``question``; without options, those marked favourable."""

    kind: Literal["survey"]
    question: str
    options: tuple[str, ...] = ()

    def counted(self, questionnaire: Questionnaire) -> tuple[str, ...]:
        """Return the option codes that make the numerator. Raises ``KeyError`` if not asked."""
        question = questionnaire.question(self.question)
        return self.options or tuple(o.code for o in question.options if o.favourable)


class FrameSource(_Model):
    """One column of the frame over another; a full count, and not an answer of anyone."""

    kind: Literal["frame"]
    numerator: FrameColumn
    denominator: FrameColumn


class RegisterSource(_Model):
    """Counts agreements with the SQL file named after the indicator.

    ``ratio``: the numerator is not a part of the denominator (agreements per person).
    ``rules``: it counts what the evaluation of the rules of kinds ``regulated_by`` says
    (``$rules``: those that ``settling`` gives) and speaks only where there are any. ``months``:
    where there are none it speaks all the same, as if a rule asked it of everybody every so many.
    ``aspect``: which rules (``queries.rules.ASPECTS``) speak of the same; what is published of them
    is protected together. Empty: it may have to do with any of them.
    ``reckoned_back``: whether days before the first register can be told from it. Not where the
    register keeps only the latest date, or none.
    """

    kind: Literal["register"]
    ratio: bool = False
    rules: bool = False
    regulated_by: tuple[str, ...] = ()
    months: int = Field(default=0, ge=0)
    aspect: Aspect | Literal[""] = ""
    reckoned_back: bool = True


class Threshold(_Model):
    value: float = Field(ge=0, le=1)
    label: Words = Field(min_length=1)
    source: str = Field(min_length=1)


class Change(_Model):
    date: date
    what: Words = Field(min_length=1)


class Indicator(_Model):
    """The dossier of one indicator."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    theme: Literal[
        "svarsfrekvens",
        "omfattning",
        "styrning",
        "rattvisa",
        "arbetsmiljo",
        "it_sakerhet",
        "verksamhet",
    ]
    name: Words = Field(min_length=1)
    short: Words = Field(min_length=1)
    question: Words = Field(min_length=1)
    why: Words = Field(min_length=1)
    numerator: Words = Field(min_length=1)
    denominator: Words = Field(min_length=1)
    source: SurveySource | FrameSource | RegisterSource = Field(discriminator="kind")
    unit: Literal["andel"]
    direction: Literal["higher", "lower", "neutral"]
    thresholds: tuple[Threshold, ...] = ()
    audit_question: str = ""
    recommendations: tuple[int, ...] = ()
    criteria: tuple[str, ...] = ()
    owner: Words = Field(min_length=1)
    review_date: date
    note: Words = ""
    # Of a register indicator: the survey indicator that speaks of the same from below.
    beside: str = ""
    # What those outside the numerator have said, to follow "35,7 % (25 av 70) …".
    complement: Words = ""
    changes: tuple[Change, ...]

    @property
    def full_count(self) -> bool:
        """Whether the numbers are a count of everything, without sampling error."""
        return self.source.kind != SURVEY

    @property
    def sql(self) -> str:
        """The SQL that counts this indicator, as the method page shows it."""
        if self.source.kind == REGISTER:
            return self.register_sql("count")
        if self.source.kind == FRAME:
            return sql_file("frame_indicator").format(
                numerator=self.source.numerator, denominator=self.source.denominator
            )
        return sql_file("survey_indicator")

    def register_sql(self, end: Literal["count", "positions", "marks", "trace"]) -> str:
        """The register query: the shared base, this indicator's cases, and what to do with them."""
        base = sql_file("register/_base")
        if self.source.rules:
            base = rules.evaluate_sql().rstrip() + ",\n"
        return base + sql_file(f"register/{self.id}") + sql_file(f"register/_{end}")


class _Catalogue(_Model):
    indicators: tuple[Indicator, ...]

    @model_validator(mode="after")
    def _names_lead_somewhere(self) -> _Catalogue:
        ids = [indicator.id for indicator in self.indicators]
        twice = sorted({i for i in ids if ids.count(i) > 1})
        if twice:
            raise ValueError(f"ids used twice: {', '.join(twice)}")
        surveyed = {i.id for i in self.indicators if i.source.kind == SURVEY}
        for indicator in self.indicators:
            if indicator.beside and indicator.beside not in surveyed:
                raise ValueError(f"{indicator.id}: beside names no survey indicator")
        return self


def indicators(path: Path | None = None) -> tuple[Indicator, ...]:
    """Return every dossier in the language of this context, in the order of the file.

    Raises ``ReferenceDataError``.
    """
    path = path or DATA_DIR / "indicators.toml"
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise ReferenceDataError(path, "", _("Filen går inte att läsa.")) from error
    return translated(_read(path, changed))


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int) -> tuple[Indicator, ...]:
    try:
        return _Catalogue.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).indicators
    except tomllib.TOMLDecodeError as error:
        raise ReferenceDataError(path, "", str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise ReferenceDataError(
            path, ".".join(str(part) for part in first["loc"]), str(first["msg"])
        ) from error


def indicator(indicator_id: str) -> Indicator:
    """Return one dossier. Raises ``KeyError`` with a Swedish message for an unknown id."""
    for found in indicators():
        if found.id == indicator_id:
            return found
    raise KeyError(_("Indikatorn {id} finns inte.").format(id=indicator_id))


def judging(kinds: Collection[str]) -> rules.RuleSet | None:
    """Return the rule set that settles matters of ``kinds``: the municipality's own, or where that
    says nothing of them the common checks (``data/uppfoljning.toml``). A permission says nothing.
    """
    for found in (rules.own(), rules.base()):
        if any(line.kind in kinds and line.modality != "kan" for line in found.lines()):
            return found
    return None


def is_regulated(wanted: Indicator) -> bool:
    """Return whether any rule, or its own number of months, says something of what it counts."""
    source = wanted.source
    kinds = source.regulated_by if source.kind == REGISTER and not source.months else ()
    return not kinds or judging(kinds) is not None


def register_parameters(wanted: Indicator) -> dict[str, Any]:
    """Return the parameters of a register indicator's SQL besides days and indicator."""
    found: dict[str, Any] = {}
    if wanted.source.rules:
        kinds, months = wanted.source.regulated_by, wanted.source.months
        found["rules"] = rules.as_json(settling(kinds, months), kinds)
    return found


def settling(kinds: Collection[str], months: int = 0) -> list[rules.RuleSet]:
    """Return what settles matters of ``kinds`` day by day; no two of the sets hold on the same day.

    The municipality's own rules; on days when none of them holds, the common checks; when none of
    these does either, with ``months``, the deed every so many months. So a rule that is adopted,
    changed or ends leaves the days before it as they were.
    """
    sets = [rules.own(), rules.base()]
    if months:
        sets.append(rules.every_months(next(iter(kinds)), months))
    found, silent = [], [(date.min, date.max)]
    for each in sets:
        lines = [line for line in each.lines() if line.kind in kinds and line.modality != "kan"]
        within = [
            line.model_copy(update={"valid_from": first, "valid_to": last})
            for line in lines
            for begin, end in silent
            if (first := max(line.valid_from or date.min, begin))
            <= (last := min(line.valid_to or date.max, end))
        ]
        found.append(each.model_copy(update={"rules": tuple(within)}))
        for line in within:
            silent = _without(silent, line.valid_from, line.valid_to)
    return found


def _without(spans: Sequence[Span], first: date, last: date) -> list[Span]:
    """Return the spans of days (both inclusive) less the days from ``first`` to ``last``."""
    left = []
    for begin, end in spans:
        if begin < first:
            left.append((begin, min(end, first - ONE_DAY)))
        if end > last:
            left.append((max(begin, last + ONE_DAY), end))
    return left


def by_theme(theme: str) -> tuple[Indicator, ...]:
    """Return the dossiers of a theme, in the order of the file."""
    return tuple(found for found in indicators() if found.theme == theme)
