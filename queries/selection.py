"""What the auditor's workbench is asked for: one selection, to and from an address.

An address is written by people and shared; whatever it says, the answer is a selection that can be
counted, and a sentence for each thing in it that could not be had.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args
from urllib.parse import quote, unquote

from pydantic import BaseModel, ConfigDict

from queries import indicators as results
from queries import register_fields as fields
from queries.i18n import _
from queries.reference import Field, Question, Questionnaire
from queries.store import Reader, sql_file
from queries.viewer import AccessDenied

ATTRIBUTES = ("department", "position", "occupation", "sex", "age")
ANSWERS, NOBODY = "svar", "alla"
"""Axes that are no field: the answers to the questions asked about, and everybody in one."""
UNSURE = "vet_ej"
NOWHERE = "-"
"""A department that nobody belongs to."""
UNKNOWN = "–"
"""The value of a field of the register that says nothing."""
MOST_VALUES = 100
"""The values of a field that can be chosen among, the most common."""
SAID = 80
"""As much of an address as is repeated."""

Source = Literal["enkat", "register"]
Measure = Literal["antal", "radandel", "kolumnandel", "medel"]
SOURCES: tuple[Source, ...] = get_args(Source)
MEASURES: tuple[Measure, ...] = get_args(Measure)
UNWEIGHTED = "ingen"
WITH, WITHOUT = "med", "utan"
OWN, PUBLIC = "egen", "publicerbar"

(SOURCE, QUESTIONS, ROWS, COLUMNS, FILTER, MEASURE, WEIGHT, DONT_KNOW, VIEW, DAY) = (
    "kalla", "fragor", "rader", "kolumner", "filter", "matt", "vikt", "vetej", "vy", "per",
)  # fmt: skip
"""The parameters of the address. The wave is one that all pages share."""
TAB, OPTION, PLACE = "flik-", "svar-", "vilka-"
"""Begin the parameters that say which view of a question, or of the register, is shown, and
of which answer, and of whom, the uncertainty is."""
AGREEMENTS = "registret"
"""What the register is called in such a parameter."""
VIEWS: dict[Source, tuple[str, ...]] = {
    "enkat": ("korstabell", "diagram", "tal", "osakerhet"),
    "register": ("korstabell", "overenskommelser"),
}

DATES = (
    "applied", "start", "end", "risk_assessed", "measure_due", "measure_done", "followed_up",
    "evaluated", "it_briefing", "ended",
)  # fmt: skip
FLAGS = (
    "vpn", "encryption", "siths_card", "restricted_access", "home_insurance", "landlord_consent",
    "equipment_receipted",
)  # fmt: skip
IDENTITIES = ("agreement_id", "employee", "extended_from")
"""Fields that tell one agreement or person from the next: a table of them would count ones."""
STATE = "state"


def register_axes() -> tuple[str, ...]:
    """Return the fields of the register that it can be counted by, in its file's order."""
    return (STATE, *(name for name in fields.heads() if name not in IDENTITIES))


def length_of(field: str) -> int:
    """Return how much of a field's text is its value: a date counts by its year."""
    return 4 if field in DATES else 10_000


class Selection(BaseModel):
    """What is counted, and how. ``filters``: (field, value); values of one field are alternatives.

    ``rows`` and ``columns``: ``ANSWERS``, ``NOBODY``, an attribute, a question or, of the register,
    a field. ``unsure``: whether “vet ej” is counted as an answer. ``published``: answered by the
    published cube alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    wave: str
    source: Source = "enkat"
    questions: tuple[str, ...] = ()
    rows: str = "department"
    columns: str = ANSWERS
    filters: tuple[tuple[str, str], ...] = ()
    measure: Measure = "radandel"
    weight: str = UNWEIGHTED
    unsure: bool = True
    published: bool = False
    as_of: date | None = None

    def address(self) -> dict[str, str]:
        """Return the parameters of an address that gives this selection, defaults left out."""
        plain = Selection(wave=self.wave, source=self.source, **defaults(self.source))
        told = {
            SOURCE: (self.source, "enkat"),
            QUESTIONS: (",".join(self.questions), ""),
            ROWS: (self.rows, plain.rows),
            COLUMNS: (self.columns, plain.columns),
            FILTER: (",".join(filter_code(*pair) for pair in self.filters), ""),
            MEASURE: (self.measure, plain.measure),
            WEIGHT: (self.weight, UNWEIGHTED),
            DONT_KNOW: (WITH if self.unsure else WITHOUT, WITH),
            VIEW: (PUBLIC if self.published else OWN, OWN),
            DAY: (self.as_of.isoformat() if self.as_of else "", ""),
        }
        return {name: value for name, (value, default) in told.items() if value != default}


def defaults(source: Source) -> dict[str, str]:
    """Return the axes and the measure that a source begins with."""
    if source == "register":
        return {"rows": "department", "columns": STATE, "measure": "antal"}
    return {"rows": "department", "columns": ANSWERS, "measure": "radandel"}


def filter_code(field: str, value: str) -> str:
    """Return a filter as an address holds it. A value is text from a file and may hold anything."""
    return f"{field}.{quote(value, safe='')}"


def filter_of(code: str) -> tuple[str, str]:
    field, _dot, value = code.partition(".")
    return field, unquote(value)


# --- what can be chosen ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Material:
    """What a wave and the register give to choose among.

    ``asked``: the questions of the wave, free text left out. ``attributes``: (attribute, its
    values as (code, word)). ``frame``: the attributes that the frame knows. ``values``: of each
    field of the register, the values that it has on ``as_of``. ``pruned``: the wave's answers were
    removed by age, and only what was published of them is left.
    """

    wave: str
    questionnaire: Questionnaire | None
    asked: tuple[Question, ...]
    attributes: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    frame: tuple[str, ...]
    register_day: date | None
    as_of: date | None
    values: Mapping[str, tuple[str, ...]]
    pruned: bool = False

    def question(self, name: str) -> Question | None:
        return next((q for q in self.asked if q.id == name), None)

    def groups(self, field: str) -> tuple[tuple[str, str], ...]:
        """Return the values of an attribute or a question as (code, word), in their order."""
        question = self.question(field)
        if question is not None:
            return tuple((option.code, option.label) for option in question.options)
        return dict(self.attributes).get(field, ())

    def axes(self, source: Source) -> tuple[str, ...]:
        if source == "register":
            return (*register_axes(), NOBODY)
        names = [name for name, _values in self.attributes]
        return (ANSWERS, *names, *(q.id for q in self.asked), NOBODY)

    def weights(self) -> tuple[str, ...]:
        return (UNWEIGHTED, "department", *(a for a in self.frame if a in dict(self.attributes)))


def material(
    reader: Reader, wave: str, as_of: date | None = None, *, register: bool = True
) -> Material:
    """Return what can be chosen among; the values of the register only where they are asked for,
    because of a large one they take a while. Raises ``AccessDenied`` for all but the auditor."""
    require_auditor(reader)
    grid = results.departments(reader, wave)
    questionnaire = results.questionnaire_of(reader, wave)
    asked = {row[0] for row in reader.rows(
        "select question from published.question where wave = $wave and asked", wave=wave
    )}  # fmt: skip
    broken = {row[0] for row in reader.rows(
        "select distinct breakdown from published.cube where wave = $wave", wave=wave
    )}  # fmt: skip
    places = tuple(zip(grid["code"], grid["name"], strict=True))
    attributes = [("department", places)]
    questions: tuple[Question, ...] = ()
    if questionnaire is not None:
        attributes += [
            (a.id, tuple((o.code, o.label) for o in a.options))
            for a in questionnaire.attributes
            if a.id in broken and a.id != "department"
        ]
        questions = tuple(q for q in questionnaire.questions if q.id in asked and q.type != "text")
    known = reader.rows(
        "select count(position), count(occupation), count(sex), count(age) "
        "from records.frame_cell where wave = $wave",
        wave=wave,
    )[0]
    own = results.register_date(reader)
    day = as_of or own
    return Material(
        wave=wave,
        questionnaire=questionnaire,
        asked=questions,
        attributes=tuple(attributes),
        frame=tuple(a for a, n in zip(ATTRIBUTES[1:], known, strict=True) if n),
        register_day=own,
        as_of=day if own else None,
        values=_register_values(reader, day) if register and own and day else {},
        pruned=bool(
            reader.rows(
                "select 1 from published.wave where wave = $wave and pruned is not null", wave=wave
            )
        ),
    )


def within(selection: Selection, departments: Sequence[str]) -> Selection:
    """Return the selection of no other departments than these; of all if there are none."""
    if not departments:
        return selection
    own = [value for name, value in selection.filters if name == "department"]
    kept = [code for code in departments if code in own or not own]
    others = tuple(pair for pair in selection.filters if pair[0] != "department")
    # None of both leaves nobody, as it should.
    both = kept or [NOWHERE]
    filters = (*others, *(("department", code) for code in both))
    return selection.model_copy(update={"filters": filters})


def groups_of(axis: str, selection: Selection, found: Material) -> list[str]:
    """Return the groups of an axis that is a field, those that are filtered by; none of another."""
    if axis in (ANSWERS, NOBODY):
        return []
    only = {value for name, value in selection.filters if name == axis}
    question = found.question(axis)
    one_each = question is None or question.type != "multiple"
    return [c for c, _word in found.groups(axis) if not only or c in only or not one_each]


def question_of(found: Material, name: str) -> Question:
    """Return a question that is chosen among those of the wave."""
    assert found.questionnaire is not None, "a question comes from one"
    return found.questionnaire.question(name)


def poststratified(selection: Selection) -> bool:
    """Return whether it is weighted by people of each kind that the frame tells the number of."""
    return selection.weight not in (UNWEIGHTED, "department")


def require_auditor(reader: Reader) -> None:
    """Raise ``AccessDenied`` unless the viewer may count single answers."""
    if not reader.viewer.sees_microdata:
        raise AccessDenied(_("Bara revisorn räknar i de enskilda svaren och överenskommelserna."))


def register_sql() -> str:
    """Return the SELECT that gives the agreements known on ``$days`` with their state."""
    base = sql_file("register/_base").rstrip().rstrip(",")
    return f"{base}\n{sql_file('agreements/register')}"


def kept_sql(name: str) -> str:
    """Return the SQL of ``explore/{name}``, which reads the agreements that a selection keeps."""
    kept = sql_file("explore/_kept").format(register=register_sql())
    return f"{kept}{sql_file(f'explore/{name}')}"


def _register_values(reader: Reader, day: date) -> dict[str, tuple[str, ...]]:
    names = list(register_axes())
    rows = reader.rows(
        sql_file("explore/values").format(register=register_sql()),
        days=[day],
        names=names,
        lengths=[length_of(name) for name in names],
        most=MOST_VALUES,
    )
    found: dict[str, list[str]] = {name: [] for name in names}
    for name, value in rows:
        found[name].append(value)
    # Codes in the order of what they stand for; other values, and none, after them as they come.
    order = {name: {code: n for n, code in enumerate(fields.code_order(name))} for name in names}
    return {
        name: tuple(sorted(values, key=lambda value: order[name].get(value, len(order[name]))))
        for name, values in found.items()
    }


# --- what an address asks for ---------------------------------------------------------------------


def default_source(found: Material, sources: Sequence[Source]) -> Source:
    """Return what is asked first: the survey where it has answers, or where there is nothing."""
    return "enkat" if found.questionnaire is not None else sources[-1]


def read(
    parameters: Mapping[str, str],
    found: Material,
    days: tuple[date, date] | None = None,
    sources: Sequence[Source] = SOURCES,
) -> tuple[Selection, tuple[str, ...]]:
    """Return the selection that an address asks for, and what of it could not be had.

    ``days``: the first and last on which the register can be shown; ``sources``: what there is.

    Never raises for what an address may say: each thing that does not exist or does not fit gets
    its default and a sentence.
    """
    said: list[str] = []

    def one(name: str, known: Sequence[str], default: str, what: str) -> str:
        asked = parameters.get(name, "")
        if asked in known or not asked:
            return asked or default
        said.append(_("{value} finns inte bland {what}.").format(value=asked[:SAID], what=what))
        return default

    asked_for = one(SOURCE, sources, default_source(found, sources), _("källorna"))
    source = next(s for s in SOURCES if s == asked_for)
    plain = defaults(source)
    axes = found.axes(source)
    rows = one(ROWS, axes, plain["rows"], _("det som kan stå på raderna"))
    columns = one(COLUMNS, axes, plain["columns"], _("det som kan stå i kolumnerna"))
    if rows == columns and rows != NOBODY:
        said.append(_("Raderna och kolumnerna kan inte visa samma sak."))
        columns = plain["columns"] if rows != plain["columns"] else plain["rows"]
    measures = MEASURES if source == "enkat" else MEASURES[:-1]
    measure = one(MEASURE, measures, plain["measure"], _("måtten"))
    questions: list[str] = []
    weight, unsure, published = UNWEIGHTED, True, False
    if source == "enkat":
        asked = {q.id for q in found.asked}
        for name in filter(None, parameters.get(QUESTIONS, "").split(",")):
            if name in asked and name in (rows, columns):
                said.append(
                    _("Frågan {value} står på raderna eller i kolumnerna, och kan inte ställas mot "
                      "sig själv. Välj något annat där.").format(value=name)
                )  # fmt: skip
            elif name in asked and name not in questions:
                questions.append(name)
            elif name not in asked:
                said.append(
                    _("Frågan {value} finns inte i våg {wave}.").format(
                        value=name[:SAID], wave=found.wave
                    )
                )
        weight = one(WEIGHT, found.weights(), UNWEIGHTED, _("vikterna i den här vågens ram"))
        kept = one(DONT_KNOW, (WITH, WITHOUT), WITH, _("valen för vet ej"))
        unsure = kept == WITH
        published = one(VIEW, (OWN, PUBLIC), OWN, _("vyerna")) == PUBLIC
        ordered = [q for q in questions if has_mean(found.question(q))]
        if measure == "medel" and questions and not ordered:
            said.append(_("Ett medelvärde kräver en fråga vars svar har en ordning."))
            measure = plain["measure"]
    share_of = {"radandel": columns, "kolumnandel": rows}.get(measure)
    if share_of == NOBODY:
        said.append(_("Av alla tillsammans är varje andel 100 %. Här visas antalen."))
        measure = "antal"
    for name in questions if source == "enkat" else (AGREEMENTS,):
        one(TAB + name, VIEWS[source], VIEWS[source][0], _("sätten att visa tabellen"))
    selection = Selection(
        wave=found.wave,
        source=source,
        questions=tuple(questions),
        rows=rows,
        columns=columns,
        filters=_filters(parameters.get(FILTER, ""), source, found, said),
        measure=next(m for m in MEASURES if m == measure),
        weight=weight,
        unsure=unsure,
        published=published,
        as_of=_day(parameters.get(DAY, ""), found, days, said) if source == "register" else None,
    )
    return selection, tuple(said)


def out_of_sight(parameters: Mapping[str, str]) -> list[str]:
    """Return the parameters of views of what the address itself does not ask for."""
    chosen = set(parameters.get(QUESTIONS, "").split(","))
    if parameters.get(SOURCE) == "register":
        chosen.add(AGREEMENTS)
    kept = {kind + name for kind in (TAB, OPTION, PLACE) for name in chosen}
    return [n for n in parameters if n.startswith((TAB, OPTION, PLACE)) and n not in kept]


def _filters(
    text: str, source: Source, found: Material, said: list[str]
) -> tuple[tuple[str, str], ...]:
    kept: dict[tuple[str, str], None] = {}
    for code in filter(None, text.split(",")):
        field, value = filter_of(code)
        if source == "register":
            known = value in found.values.get(field, ())
        else:
            axes = found.axes(source)
            known = field in axes and value in dict(found.groups(field))
        if known:
            kept[field, value] = None
        else:
            said.append(_("Filtret {value} finns inte.").format(value=code[:SAID]))
    return tuple(kept)


def _day(
    text: str, found: Material, days: tuple[date, date] | None, said: list[str]
) -> date | None:
    """Return the day asked for; None for the register's own."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        if days and not days[0] <= day <= days[1]:
            raise ValueError(text)
    except ValueError:
        said.append(
            _("Dagen {value} går inte att visa. Skriv den som ÅÅÅÅ-MM-DD.").format(
                value=text[:SAID]
            )
        )
        return None
    return None if day == found.register_day else day


def has_mean(question: Field | None) -> bool:
    """Return whether a mean of the answers says something: one answer each, in an order."""
    return question is not None and question.type in ("single", "scale") and question.ordered


def scores(question: Question) -> dict[str, int]:
    """Return each answer's place on the question's scale, 1 the least; “vet ej” has none.

    A scale has its own numbers. Other ordered answers are counted from the end that speaks against,
    or from the first where none speaks for or against.
    """
    options = [o for o in question.options if o.code != UNSURE]
    if question.type == "scale":
        return {o.code: int(o.code) for o in options}
    sides = [o.favourable for o in options if o.favourable is not None]
    if sides and sides[0]:
        options.reverse()
    return {o.code: n for n, o in enumerate(options, start=1)}
