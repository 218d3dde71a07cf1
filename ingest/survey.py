"""Survey answers: from the rows of a form's export to validated answers, by option code.

A pydantic model is made for the columns that the file really has, one field per attribute and
question, so that every fault of a row is found at once and named by its column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, create_model

from ingest.headers import RowError, cell_text, fold_label, match_headers
from ingest.readers import Row, Table
from queries.i18n import _
from queries.reference import Field, Questionnaire

# When somebody answered is not ours to know: read past, and never stored.
TIMESTAMP = "Tidstämpel"
IGNORED = {"timestamp": (TIMESTAMP, "Timestamp", "Starttid", "Slutförandetid")}
ATTRIBUTE_HEADERS = {
    "department": "Förvaltning",
    "position": "Befattning",
    "occupation": "Roll",
    "sex": "Kön",
    "age": "Ålder",
}


@dataclass
class SurveyAnswers:
    """The validated answers of a file. ``people`` are in file order; nothing here is stored so."""

    people: list[Person] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Person:
    """One who answered: attributes by id (None: not given), option codes and texts by question."""

    line: int
    attributes: Mapping[str, str | None]
    answers: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, str]


def known_headers(questionnaire: Questionnaire) -> dict[str, list[str]]:
    """Return, per field id, the headers that its column may have."""
    known = {**{key: list(names) for key, names in IGNORED.items()}}
    for item in questionnaire.fields:
        names = [*item.headings, item.id]
        if item.id in ATTRIBUTE_HEADERS:
            names.append(ATTRIBUTE_HEADERS[item.id])
        known[item.id] = names
    return known


def read_answers(
    table: Table, questionnaire: Questionnaire, departments: Mapping[str, str]
) -> SurveyAnswers:
    """Validate every row of ``table``.

    ``departments`` maps the folded codes and names of the wave's frame to codes. A row with any
    fault is left out of ``people`` and all its faults are in ``errors``.
    """
    columns, unmapped = match_headers(table.headers, known_headers(questionnaire))
    columns.pop("timestamp", None)
    fields = {item.id: item for item in questionnaire.fields if item.id in columns}
    model = _model(fields.values(), departments)
    found = SurveyAnswers(
        errors=list(table.row_errors),
        unmapped=unmapped,
        asked=frozenset(q.id for q in questionnaire.questions if q.id in columns),
    )
    for row in table.rows:
        person, errors = _read_row(row, table.headers, columns, model, questionnaire)
        if errors or person is None:
            found.errors += errors
        else:
            found.people.append(person)
    found.errors.sort(key=lambda error: error.row)
    return found


def _read_row(
    row: Row,
    headers: list[str],
    columns: Mapping[str, int],
    model: type[BaseModel],
    questionnaire: Questionnaire,
) -> tuple[Person | None, list[RowError]]:
    raw = {name: row.values[index] for name, index in columns.items()}

    def fault(name: str, message: str) -> RowError:
        return RowError(row.line, headers[columns[name]], cell_text(raw[name]), message)

    try:
        values = model.model_validate(raw).model_dump()
    except ValidationError as problem:
        return None, [
            fault(str(error["loc"][0]), str(error["ctx"]["error"])) for error in problem.errors()
        ]
    errors = [fault(name, message) for name, message in _filter_faults(values, questionnaire)]
    if errors:
        return None, errors
    attributes = {a.id: values.get(a.id) for a in questionnaire.attributes}
    answers, texts = {}, {}
    for question in questionnaire.questions:
        value = values.get(question.id)
        if value and question.type == "text":
            texts[question.id] = value
        elif value:
            answers[question.id] = value if isinstance(value, tuple) else (value,)
    return Person(row.line, attributes, answers, texts), []


def _filter_faults(
    values: Mapping[str, Any], questionnaire: Questionnaire
) -> Iterable[tuple[str, str]]:
    """Yield the questions answered by someone whom the questionnaire does not ask.

    Refused rather than ignored: the base of a filtered question is who answered less who is not
    asked, and a silent repair would make a number that nobody can find in the file.
    """
    for question in questionnaire.questions:
        if not values.get(question.id):
            continue
        for opener, past in questionnaire.openers(question.id):
            answer = values.get(opener.id)
            if answer in past:
                yield (
                    question.id,
                    _(
                        "Frågan ställs inte till den som har svarat ”{answer}” på frågan "
                        "”{filter}”. Töm cellen, eller rätta det svaret."
                    ).format(answer=opener.option(answer).label, filter=opener.text),
                )


def _model(fields: Iterable[Field], departments: Mapping[str, str]) -> type[BaseModel]:
    definitions: dict[str, Any] = {}
    for item in fields:
        if item.id == "department":
            own = {fold_label(name): code for name, code in departments.items()}
            codes = {fold_label(code): code for code in departments.values()}
            also = {
                fold_label(name): codes[fold_label(option.code)]
                for option in item.options
                if fold_label(option.code) in codes
                for name in (option.code, *option.names)
            }
            parse: Callable[[Any], Any] = partial(_department, names={**also, **own})
        elif item.type == "text":
            parse = cell_text
        elif item.type == "multiple":
            parse = partial(_several, names=_names(item), item=item)
        else:
            parse = partial(_one, names=_names(item), item=item)
        definitions[item.id] = (Annotated[Any, BeforeValidator(parse)], None)
    return create_model(
        "SurveyRow", __config__=ConfigDict(extra="forbid", validate_default=False), **definitions
    )


def _names(item: Field) -> dict[str, str]:
    names = {fold_label(option.code): option.code for option in item.options}
    names |= {fold_label(name): option.code for option in item.options for name in option.names}
    return names


def _department(value: Any, names: Mapping[str, str]) -> str:
    text = cell_text(value)
    if not text:
        raise ValueError(_("Förvaltning saknas. Skriv förvaltningens kod eller namn."))
    code = names.get(fold_label(text))
    if code is None:
        raise ValueError(
            _("Förvaltningen finns inte i vågens ram. Där finns: {known}.").format(
                known=", ".join(dict.fromkeys(names.values()))
            )
        )
    return code


def _one(value: Any, names: Mapping[str, str], item: Field) -> str | None:
    text = cell_text(value)
    if not text:
        return None
    code = names.get(fold_label(text))
    if code is None:
        raise ValueError(_unknown(item.options))
    return code


def _several(value: Any, names: Mapping[str, str], item: Field) -> tuple[str, ...] | None:
    """Split a cell into options. An option may itself hold a comma, so known names lead."""
    text = cell_text(value)
    if not text:
        return None
    codes = _split(fold_label(text), sorted(names, key=len, reverse=True), names)
    if codes is None:
        # A part of a known option is no culprit: its own comma cut it off.
        parts = [part.strip() for part in re.split("[,;]", text)]
        odd = [p for p in parts if p and not any(fold_label(p) in name for name in names)]
        told = [
            _unknown(item.options),
            _("Flera val skiljs åt med kommatecken eller semikolon."),
            *([_("Känns inte igen: {parts}.").format(parts=", ".join(odd))] if odd else []),
        ]
        raise ValueError(" ".join(told))
    return tuple(dict.fromkeys(codes)) or None


def _split(text: str, longest_first: list[str], names: Mapping[str, str]) -> list[str] | None:
    """Return the codes of a joined text, None where it cannot be read as options alone.

    Reads on from each place that can be reached, the first way there being kept: a search that
    calls itself would run out of stack, or of time, on a cell that repeats an option endlessly.
    """
    start = len(text) - len(text.lstrip(" ,;"))
    ways: dict[int, tuple[int, str]] = {}
    waiting = [start]
    while waiting:
        at = waiting.pop()
        if at >= len(text):
            found = []
            while at != start:
                at, code = ways[at]
                found.append(code)
            return found[::-1]
        # Pushed shortest first, so that the longest is tried first.
        for name in reversed(longest_first):
            end = at + len(name)
            if not text.startswith(name, at):
                continue
            while end < len(text) and text[end] == " ":
                end += 1
            if end < len(text) and text[end] not in ",;":
                continue
            while end < len(text) and text[end] in " ,;":
                end += 1
            if end not in ways:
                ways[end] = at, names[name]
                waiting.append(end)
    return None


def _unknown(options: Iterable[Any]) -> str:
    return _("Svaret finns inte bland alternativen: {known}.").format(
        known=", ".join(f"”{option.label}”" for option in options)
    )
