"""The auditor's workbench as it is drawn: what is asked for, the tables, who answered, the SQL."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from queries import explore as queries
from queries import register_fields as fields
from queries import selection as asking
from queries.explore import EVERYBODY, Answer, Response
from queries.selection import (
    ANSWERS,
    COLUMNS,
    DAY,
    DONT_KNOW,
    FILTER,
    FLAGS,
    MEASURE,
    NOBODY,
    OWN,
    PUBLIC,
    QUESTIONS,
    ROWS,
    SOURCE,
    STATE,
    UNKNOWN,
    UNWEIGHTED,
    VIEW,
    WEIGHT,
    WITH,
    WITHOUT,
    Material,
    Selection,
)
from queries.store import Reader
from ui import cards, charts, choices, tables
from ui import formats as f
from ui import register_words as words_of
from ui.context import Context
from ui.evidence import Views, files, note, origin, say, show_figure, views, working_material
from ui.register import AHEAD, FIRST_DAY, Key, key_of, register_of
from ui.register_files import register_table
from ui.text import _, _n, attribute_word, join_words, list_names, plain, status_word
from ui.uncertainty import test_text

SHORT = 60
"""Letters of a question's text where it is one of many."""
MOST_GROUPS = 60
"""Groups that a table on the page shows; the files have all."""
MOST_RECORDS = 50
ENROLLED = ("unpublished", "no_mean")


# --- what is asked for ----------------------------------------------------------------------------


def ask(context: Context) -> tuple[Selection, Material]:
    """Show the choices, and what the address asks for in vain; return what is chosen."""
    days = (FIRST_DAY, context.as_of + AHEAD) if context.as_of else None
    found = _material(context, None, register=False)
    sources = [s for s in asking.SOURCES if s != "register" or context.as_of]
    with st.container(key="explore-source"):
        source = choices.radio(
            st,
            _("Vad vill du räkna?"),
            sources,
            key=SOURCE,
            default=asking.default_source(found, sources),
            names=lambda s: _("Enkätsvaren") if s == "enkat" else _("Överenskommelserna"),
        )
    if source == "register":
        found = _ask_register(context, found)
    elif found.questionnaire is not None:
        _ask_survey(found)
    # Read from the address, which now holds what is chosen, and still what it asks for in vain.
    selection, vain = asking.read(st.query_params.to_dict(), found, days, sources)
    if vain:
        title = _("Adressen frågar efter något som inte går att visa")
        st.html(cards.callout("warning", title, "\n\n".join(vain)))
    return asking.within(selection, context.chosen), found


def _ask_survey(found: Material) -> None:
    plain_ = asking.defaults("enkat")
    choices.several(
        st,
        _("Frågor"),
        [q.id for q in found.asked],
        key=QUESTIONS,
        default=[],
        format_func=lambda name: field_word(name, found, "enkat"),
        placeholder=_("Välj en eller flera frågor"),
    )
    first, second = st.columns(2)
    _ask_axes(first, second, found, "enkat", plain_)
    _ask_filter(
        found,
        "enkat",
        [
            (field, code)
            for field in (a for a in found.axes("enkat") if a not in (ANSWERS, NOBODY))
            for code, _word in found.groups(field)
        ],
    )
    first, second, third, fourth = st.columns(4)
    _ask_measure(first, asking.MEASURES, plain_["measure"])
    choices.select(
        second,
        _("Vikt"),
        found.weights(),
        key=WEIGHT,
        default=UNWEIGHTED,
        names=weight_word,
    )
    choices.radio(
        third,
        _("Vet ej"),
        [WITH, WITHOUT],
        key=DONT_KNOW,
        default=WITH,
        names=lambda v: _("räknas med") if v == WITH else _("räknas inte"),
    )
    choices.radio(
        fourth,
        _("Visa"),
        [OWN, PUBLIC],
        key=VIEW,
        default=OWN,
        names=lambda v: _("alla tal") if v == OWN else _("det publicerbara"),
    )


def _ask_register(context: Context, found: Material) -> Material:
    assert context.as_of is not None, "the source is offered with a register"
    plain_ = asking.defaults("register")
    first, second, third, fourth = st.columns(4)
    day = choices.day(
        first,
        _("Visa läget den"),
        key=DAY,
        default=context.as_of,
        first=FIRST_DAY,
        last=context.as_of + AHEAD,
    )
    found = _material(context, day, register=True)
    _ask_axes(second, third, found, "register", plain_)
    _ask_measure(fourth, asking.MEASURES[:-1], plain_["measure"])
    _ask_filter(found, "register", [(name, v) for name, vs in found.values.items() for v in vs])
    return found


def _ask_axes(
    first: Any, second: Any, found: Material, source: str, default: dict[str, str]
) -> None:
    for place, label, key, name in (
        (first, _("Rader"), ROWS, "rows"),
        (second, _("Kolumner"), COLUMNS, "columns"),
    ):
        choices.select(
            place,
            label,
            found.axes(source),
            key=key,
            default=default[name],
            names=lambda axis: field_word(axis, found, source),
        )


def _ask_filter(found: Material, source: str, pairs: Sequence[tuple[str, str]]) -> None:
    known = {asking.filter_code(*pair): pair for pair in pairs}

    def name(code: str) -> str:
        field, value = known[code]
        field_said = _short(field_word(field, found, source))
        return f"{field_said}: {value_word(field, value, found, source)}"

    choices.several(
        st,
        _("Urval"),
        list(known),
        key=FILTER,
        default=[],
        format_func=name,
        placeholder=_("Alla"),
        help=_("Flera värden av samma slag: något av dem. Olika slag: alla på en gång."),
    )


def _ask_measure(place: Any, measures: Sequence[str], default: str) -> None:
    choices.select(place, _("Mått"), measures, key=MEASURE, default=default, names=measure_word)


def _material(context: Context, day: date | None, *, register: bool) -> Material:
    return _found(context.reader, key_of(context), context.wave, day, register)


# Resources and not data: immutable, or changed by nobody, and large enough that a copy costs.
@st.cache_resource(max_entries=8, show_spinner=False)
def _found(_reader: Reader, key: Key, wave: str, day: date | None, register: bool) -> Material:
    return asking.material(_reader, wave, day, register=register)


@st.cache_resource(max_entries=32, show_spinner=False)
def _answer(
    _reader: Reader, key: Key, asked: str, _selection: Selection, _found: Material
) -> Answer:
    return queries.explore(_reader, _selection, _found)


def answer_of(context: Context, selection: Selection, found: Material) -> Answer:
    """Return what the selection gives; counted once per snapshot."""
    key = key_of(context)
    return _answer(context.reader, key, selection.model_dump_json(), selection, found)


# --- words ----------------------------------------------------------------------------------------


def field_word(name: str, found: Material, source: str) -> str:
    """Return what an axis or the field of a filter is called."""
    if name == ANSWERS:
        return _("Svaren på frågan")
    if name == NOBODY:
        return _("Alla tillsammans")
    if source == "register":
        return _("Läge") if name == STATE else fields.heads()[name]
    question = found.question(name)
    return plain(question.text) if question else attribute_word(name)


def value_word(field: str, value: str, found: Material, source: str) -> str:
    """Return what a group of an axis is called."""
    if value == EVERYBODY:
        return _("Alla")
    if source != "register":
        return plain(dict(found.groups(field)).get(value, value))
    if value == UNKNOWN:
        return _("uppgift saknas")
    if field == STATE:
        return words_of.state_word(value)
    if field in FLAGS:
        return fields.yes_or_no(value == "true")
    if field == "department":
        return plain(dict(found.groups(field)).get(value, value))
    if field in ("days_per_week", "remote_share"):
        return value.removesuffix(".0").replace(".", ",")
    return plain(fields.code_word(field, value))


def measure_word(measure: str) -> str:
    return {
        "antal": _("Antal"),
        "radandel": _("Andel av raden"),
        "kolumnandel": _("Andel av kolumnen"),
        "medel": _("Medelvärde"),
    }[measure]


def weight_word(weight: str) -> str:
    if weight == UNWEIGHTED:
        return _("Ingen, som publicerat")
    if weight == "department":
        return _("Ramen per förvaltning")
    return _("Ramen, efterstratifierat på {attribute}").format(
        attribute=fields.within(attribute_word(weight))
    )


def cell_word(status: str) -> str:
    """Return the word of a cell without a number, also those that only the workbench knows."""
    return {"unpublished": _("publiceras inte"), "no_mean": _("inget medelvärde")}.get(
        status
    ) or status_word(status)


def _short(text: str) -> str:
    return text if len(text) <= SHORT else text[: SHORT - 1].rstrip() + "…"


def described(selection: Selection, found: Material) -> list[tuple[str, str]]:
    """Return what is chosen, in words: for the page's captions and every file."""
    source = selection.source
    told = [
        (_("Rader"), field_word(selection.rows, found, source)),
        (_("Kolumner"), field_word(selection.columns, found, source)),
        (_("Mått"), measure_word(selection.measure)),
        (_("Urval"), _filters_told(selection, found) or _("Alla")),
    ]
    if source == "register":
        return told
    return [
        *told,
        (_("Vikt"), weight_word(selection.weight)),
        (_("Vet ej"), _("räknas med") if selection.unsure else _("räknas inte")),
        (_("Visa"), _("det publicerbara") if selection.published else _("alla tal")),
    ]


def _filters_told(selection: Selection, found: Material) -> str:
    kept: dict[str, list[str]] = {}
    for field, value in selection.filters:
        word = value_word(field, value, found, selection.source)
        kept.setdefault(field_word(field, found, selection.source), []).append(word)
    return "; ".join(f"{field}: {list_names(values)}" for field, values in kept.items())


# --- the survey -----------------------------------------------------------------------------------


def survey_part(context: Context, selection: Selection, found: Material) -> None:
    """Show the cross tables of the questions, their charts, files and SQL."""
    if found.questionnaire is None:
        return
    if not selection.questions:
        text = _("Välj minst en fråga ovan, så visas svaren här. Adressen minns vad du har valt.")
        st.html(cards.callout("info", _("Ingen fråga är vald"), text))
        return
    answer = answer_of(context, selection, found)
    _say_of(answer, selection, found)
    for name in selection.questions:
        _question(context, answer, name, found)
    told = [*described(selection, found), *((_("Att tänka på"), n) for n in answer.notes)]
    told += origin(context, [context.wave])
    st.subheader(_("Ta med tabellerna"), anchor="filer")
    crossed = [
        (_short(field_word(q, found, "enkat")), cross_export(answer, found, q))
        for q in selection.questions
    ]
    export = export_table(answer, found)
    files(
        context,
        f"utforska-{context.wave}",
        lambda: tables.xlsx_bytes(export, _("Alla tal"), told, more=crossed),
        lambda: tables.csv_bytes(export),
    )
    sql_part(answer)


def _say_of(answer: Answer, selection: Selection, found: Material) -> None:
    if selection.published or found.pruned:
        say(_("Så här mycket är publicerat: det som rollen politiker kan visas av samma urval."))
    elif answer.people == 0:
        text = _("Ingen som svarade har allt det du har valt. Ta bort något av filtren.")
        st.html(cards.callout("info", _("Urvalet är tomt"), text))
    elif selection.filters:
        text = _n("Urvalet är {n} person som svarade: {what}.",
                  "Urvalet är {n} personer som svarade: {what}.", answer.people)  # fmt: skip
        say(text.format(n=f.number(answer.people), what=_filters_told(selection, found)))
    for text in answer.notes:
        note(text)


def _question(context: Context, answer: Answer, name: str, found: Material) -> None:
    selection, question = answer.selection, found.question(name)
    assert question is not None, "only questions that the wave asked are chosen"
    table = answer.table[answer.table["question"] == name]
    st.subheader(question.text, anchor=name)
    if (table["status"] == "no_mean").all():
        note(_("Svaren på frågan har ingen ordning, så de har inget medelvärde."))
        return
    note(_caption(answer, found, name))
    shown: Views = {_("Korstabell"): lambda: _cross(answer, found, name)}
    if draw := _chart(context, answer, found, name):
        shown[_("Diagram")] = draw
    if selection.measure != "antal":
        shown[_("Alla tal")] = lambda: _all_numbers(answer, found, name)
    views(f"utforska-{name}", shown)


def _caption(answer: Answer, found: Material, name: str) -> str:
    """Return what the numbers of a question are, and whether its groups answer alike."""
    selection, question = answer.selection, found.question(name)
    parts = {
        "antal": _("Antal personer som svarade."),
        "radandel": _("Andel av dem på raden som svarade, med 95 % konfidensintervall."),
        "kolumnandel": _("Andel av dem i kolumnen som svarade, med 95 % konfidensintervall."),
        "medel": _("Medelvärde av svaren utan vet ej, med 95 % konfidensintervall."),
    }
    said = [parts[selection.measure]]
    if selection.measure == "medel" and question is not None:
        ends = sorted(asking.scores(question).items(), key=lambda pair: pair[1])
        labels = [(n, question.option(code).label) for code, n in (ends[0], ends[-1])]
        # The answers of a scale are called by their numbers already.
        words = [w if question.type == "scale" else f"{n} = {w}" for n, w in labels]
        said.append(_("Skalan: {ends}.").format(ends=join_words(words)))
    if question is not None and question.type == "multiple":
        said.append(_("Flera svar är möjliga, så andelarna blir tillsammans mer än 100 %."))
    if selection.measure != "antal" and not selection.published:
        weight = fields.within(weight_word(selection.weight))
        said.append(_("Vikt: {weight}.").format(weight=weight))
    counted = answer.counted.get(name)
    if counted is not None and counted.outside:
        alone = _n("{n} svar hör inte till någon av grupperna och räknas bara bland alla.",
                   "{n} svar hör inte till någon av grupperna och räknas bara bland alla.",
                   counted.outside)  # fmt: skip
        said.append(alone.format(n=f.number(counted.outside)))
    if tested := test_told(answer.tests.get(name)):
        said.append(tested)
    return " ".join(said)


def test_told(test: Any) -> str:
    """Return whether the groups answer alike, with the test's numbers; "" without a test."""
    if test is None or f.is_missing(test.p_value):
        return ""
    if test.p_value < 0.05:
        said = _("Grupperna skiljer sig mer åt än slumpen brukar ge ({numbers}).")
    else:
        said = _("Skillnaderna mellan grupperna är inte större än slumpen kan ge ({numbers}).")
    return said.format(numbers=test_text(test))


# --- tables ---------------------------------------------------------------------------------------


def _cell(row: dict[str, Any], measure: str) -> str:
    if row["status"] != "shown":
        return cell_word(row["status"])
    if measure == "antal":
        return f.number(row["count"])
    if measure == "medel":
        value = f.number(row["value"], 2)
        if f.is_missing(row["low"]):
            return value
        return f"{value} ({f.number(row['low'], 2)}–{f.number(row['high'], 2)})"
    value = f.share_text(row["count"], row["base"], row["value"], 1)
    if f.is_missing(row["low"]):
        return value
    return f"{value} ({f.interval(row['low'], row['high'])})"


def _heads(
    answer: Answer, found: Material, name: str
) -> tuple[str, dict[str, str], dict[str, str]]:
    """Return the head of the rows' names, and the words of rows and of columns, in their order."""
    selection, source = answer.selection, answer.selection.source
    table = answer.table[answer.table["question"] == name]

    def words(axis: str, column: str) -> dict[str, str]:
        field = name if axis == ANSWERS else axis
        codes = list(dict.fromkeys(table[column]))
        # Everybody last, wherever the counting has it.
        codes.sort(key=lambda code: code == EVERYBODY)
        return {code: value_word(field, code, found, source) for code in codes}

    head = _("Svar") if selection.rows == ANSWERS else field_word(selection.rows, found, source)
    return head, words(selection.rows, "row"), words(selection.columns, "column")


def cross_table(answer: Answer, found: Material, name: str) -> pd.DataFrame:
    """Return the cross table of a question (of the register: "") as display strings."""
    head, rows, columns = _heads(answer, found, name)
    measure = answer.selection.measure
    cells = {
        (row["row"], row["column"]): row
        for row in answer.table[answer.table["question"] == name].to_dict("records")
    }
    lines = []
    for code, word in rows.items():
        mine = [cells.get((code, column)) for column in columns]
        line = [word, *(_cell(cell, measure) if cell else f.MISSING for cell in mine)]
        if measure == "radandel":
            line.append(_base_of(mine))
        lines.append(line)
    if answer.selection.columns == "department":
        # Six full names do not fit beside each other; a line below tells them.
        columns = {code: code or word for code, word in columns.items()}
    heads = [_short(head), *columns.values(), *([_("Underlag")] if measure == "radandel" else [])]
    if measure == "kolumnandel":
        bases = [_base_of([cells.get((code, column)) for code in rows]) for column in columns]
        lines.append([_("Underlag"), *bases])
    return pd.DataFrame(lines, columns=_distinct(heads), dtype=str)


def _base_of(cells: Sequence[dict[str, Any] | None]) -> str:
    """Return how many answered in a row or a column, or why that is not told."""
    cell = next((cell for cell in cells if cell), None)
    if cell is None:
        return f.MISSING
    known = cell["status"] in ("shown", "no_answers")
    return f.number(cell["base"]) if known else cell_word(cell["status"])


def _distinct(heads: Sequence[str]) -> list[str]:
    """Return heads of which no two are alike, as a table must have them."""
    seen: dict[str, int] = {}
    for head in heads:
        seen[head] = seen.get(head, 0) + 1
    found: dict[str, int] = {}
    told = []
    for head in heads:
        found[head] = found.get(head, 0) + 1
        told.append(head if seen[head] == 1 else f"{head} ({found[head]})")
    return told


def _cross(answer: Answer, found: Material, name: str) -> None:
    table = cross_table(answer, found, name)
    label = field_word(name, found, "enkat") if name else _("Överenskommelserna")
    shown = table.iloc[:MOST_GROUPS, : MOST_GROUPS + 1]
    st.html(_unbroken(cards.data_table(shown, label)))
    if answer.selection.columns == "department":
        _head, _rows, columns = _heads(answer, found, name)
        note("; ".join(f"{code}: {word}" for code, word in columns.items() if code))
    if shown.shape != table.shape:
        note(_("Här visas de {n} första grupperna; filerna har alla.").format(n=MOST_GROUPS))


def _unbroken(table: str) -> str:
    """Return a table's markup whose intervals stay on one line: at its dash "33–" reads as a
    number."""
    return re.sub(r"(?<=[>(])([\d,.]+–[\d,.]+(?:\s%)?)(?=[)<])",
                  r'<span class="dk-nobr">\1</span>', table)  # fmt: skip


def cross_export(answer: Answer, found: Material, name: str) -> pd.DataFrame:
    """Return the cross table with numbers, for a sheet of its own; marked in every row."""
    head, rows, columns = _heads(answer, found, name)
    measure = answer.selection.measure
    cells = {
        (row["row"], row["column"]): row
        for row in answer.table[answer.table["question"] == name].to_dict("records")
    }

    def number(row: dict[str, Any] | None) -> Any:
        if row is None:
            return None
        if row["status"] != "shown":
            return cell_word(row["status"])
        return int(row["count"]) if measure == "antal" else float(row["value"])

    heads = _distinct([_("Märkning"), head, *columns.values()])
    lines = [
        [_("Arbetsmaterial"), word, *(number(cells.get((code, c))) for c in columns)]
        for code, word in rows.items()
    ]
    return pd.DataFrame(lines, columns=heads, dtype=object)


def export_table(answer: Answer, found: Material) -> pd.DataFrame:
    """Return every number of the selection for a file: a row per cell, unrounded."""
    selection, source = answer.selection, answer.selection.source
    axes = {
        "row": field_word(selection.rows, found, source),
        "column": field_word(selection.columns, found, source),
    }
    mean = selection.measure == "medel"
    numbers = {
        "count": _("Antal"),
        "base": _("Underlag"),
        "value": _("Medelvärde") if mean else _("Andel"),
        "se": _("Standardfel"),
        "df": _("Frihetsgrader"),
        "low": _("95 % intervall, nedre"),
        "high": _("95 % intervall, övre"),
        "bound_low": _("Bortfallsgräns, nedre"),
        "bound_high": _("Bortfallsgräns, övre"),
    }
    # What nothing has is left out: a register has no intervals.
    numbers = {k: v for k, v in numbers.items() if answer.table[k].notna().any()}
    lines = []
    for row in answer.table.to_dict("records"):
        line: dict[str, Any] = {_("Märkning"): _("Arbetsmaterial")}
        if source == "enkat":
            line |= {
                _("Fråga"): field_word(row["question"], found, source),
                _("Frågans id"): row["question"],
            }
        for side, axis in (("row", selection.rows), ("column", selection.columns)):
            field = row["question"] if axis == ANSWERS else axis
            head = axes[side]
            head += " 2" if side == "column" and head in line else ""
            line[head] = value_word(field, row[side], found, source)
        for name, head in numbers.items():
            value = row[name]
            if row["status"] != "shown":
                line[head] = cell_word(row["status"])
            elif f.is_missing(value):
                line[head] = None
            else:
                line[head] = int(value) if name in ("count", "base") else float(value)
        lines.append(line)
    return pd.DataFrame(lines, dtype=object)


def _all_numbers(answer: Answer, found: Material, name: str) -> None:
    """Show every number behind the cross table: count, base, interval, bounds, standard error."""
    mean = answer.selection.measure == "medel"
    head, rows, columns = _heads(answer, found, name)

    def limits(row: dict[str, Any], low: str, high: str) -> str:
        if not mean:
            return f.interval(row[low], row[high], 1)
        if f.is_missing(row[low]):
            return f.MISSING
        return f"{f.number(row[low], 2)}–{f.number(row[high], 2)}"

    lines = []
    for row in answer.table[answer.table["question"] == name].to_dict("records"):
        word = "" if row["status"] == "shown" else cell_word(row["status"])
        told = [
            *([] if mean else [f.number(row["count"])]),
            f.number(row["base"]),
            f.number(row["value"], 2) if mean else f.percent(row["value"], 1),
            limits(row, "low", "high"),
            limits(row, "bound_low", "bound_high"),
            f.number(row["se"], 4),
            f.number(row["df"]),
        ]
        lines.append([rows[row["row"]], columns[row["column"]], *(word or cell for cell in told)])
    heads = [
        _short(head),
        _("Svar") if answer.selection.columns == ANSWERS else _("Kolumn"),
        *([] if mean else [_("Antal")]),
        _("Underlag"),
        _("Medelvärde") if mean else _("Andel"),
        _("95 % intervall"),
        _("Bortfallsgränser"),
        _("Standardfel"),
        _("Frihetsgrader"),
    ]
    table = pd.DataFrame(lines, columns=_distinct(heads), dtype=str)
    st.html(_unbroken(cards.data_table(table, field_word(name, found, "enkat"))))


# --- charts ---------------------------------------------------------------------------------------


def _chart(
    context: Context, answer: Answer, found: Material, name: str
) -> Callable[[], None] | None:
    """Return what draws the answers of a question, None where no chart fits."""
    selection, question = answer.selection, found.question(name)
    assert question is not None, "only questions that the wave asked are chosen"
    table = answer.table[answer.table["question"] == name]
    group, option = ("column", "row") if selection.rows == ANSWERS else ("row", "column")
    across = queries.across(selection)
    if ANSWERS not in (selection.rows, selection.columns) or across:
        return None
    if selection.measure == "medel" or question.type == "multiple":
        return None
    words = _heads(answer, found, name)[1 if group == "row" else 2]
    rows = table[table[option] != EVERYBODY]
    rows = rows[rows[group].isin(list(words)[-MOST_GROUPS:])]
    options = {o.code: o for o in question.options}
    bars = pd.DataFrame(
        {
            "group": rows[group],
            "name": rows[group].map(words),
            "option": rows[option],
            "label": [options[code].label for code in rows[option]],
            "favourable": [options[code].favourable for code in rows[option]],
            "count": rows["count"],
            "base": rows["base"],
            "status": rows["status"].replace("unpublished", "hidden"),
        }
    )
    if rows.empty or (rows["status"] == "unpublished").all():
        return None
    bars = bars[rows["status"] != "unpublished"]

    def draw() -> None:
        show_figure(
            lambda narrow: charts.likert(bars, theme=context.theme, narrow=narrow),
            charts.alt_likert(bars, title=question.text),
            f"utforska-{name}",
        )
        if selection.weight != UNWEIGHTED:
            note(_("Diagrammet visar svaren som de är, utan vikt."))

    return draw


# --- who answered ---------------------------------------------------------------------------------


def response_part(context: Context, found: Material) -> None:
    """Tell who answered and who is missing, per department, and what that may mean."""
    if found.questionnaire is None:
        return
    response = queries.response(context.reader, context.wave)
    st.header(_("Vilka svarade, och vilka saknas?"), anchor="bortfall")
    for text in response_told(response):
        say(text)
    st.html(cards.data_table(response_table(response), _("Svar per förvaltning")))
    note(
        _(
            "Väntat antal är hur många som hade svarat om svarsfrekvensen vore densamma överallt. "
            "Ett minus i sista kolumnen betyder att så många saknas."
        )
    )
    export = response_export(response)
    told = [*((_("Bedömning"), text) for text in response_told(response))]
    told += origin(context, [context.wave])
    files(
        context,
        f"svarsfrekvens-{context.wave}",
        lambda: tables.xlsx_bytes(export, _("Svarsfrekvens"), told),
        lambda: tables.csv_bytes(export),
    )


def response_told(response: Response) -> list[str]:
    """Return the finding of the response analysis, and what it may mean, in sentences."""
    table = response.table
    invited, answered = int(table["invited"].sum()), int(table["answered"].sum())
    if not invited or not answered:
        return [_("Ingen har svarat, så det finns inget bortfall att beskriva.")]
    first = _("{answered} av {invited} svarade ({rate}).").format(
        answered=f.number(answered),
        invited=f.number(invited),
        rate=f.percent(answered / invited, 1),
    )
    most = table.sort_values("difference").iloc[0]
    if most["difference"] < -0.5:
        first += " " + _(
            "Flest saknas i {name}: {n} färre än om alla hade svarat i samma grad."
        ).format(name=most["name"], n=f.number(-most["difference"], 1))
    tested, silent = response.all, response.silent
    if f.is_missing(tested.statistic):
        second = _("Svarsfrekvensen går inte att pröva.")
    else:
        second = (
            _("Skillnaderna mellan förvaltningarna är inte större än slumpen kan ge.")
            if tested.p_value >= 0.05
            else _("Förvaltningarna svarade i så olika grad att slumpen knappast räcker som skäl.")
        )
        second += " " + _("Prövat för alla: {test}.").format(test=_chi2(tested))
        if silent and not f.is_missing(response.answering.statistic):
            second += " " + _("Utan {names}, där ingen svarade: {test}.").format(
                names=join_words(map(plain, silent)), test=_chi2(response.answering)
            )
    if f.is_missing(tested.statistic) or tested.p_value >= 0.05:
        third = _(
            "Att förvaltningarna svarade i ungefär samma grad säger inte att de som teg tycker som "
            "de som svarade: bortfallsgränserna visar hur mycket det kan betyda."
        )
    else:
        third = _(
            "Det som är vanligast där många svarade väger då för tungt i kommunens tal: jämför "
            "med talen vägda till ramen. Även inom en förvaltning kan de som teg tycka annorlunda."
        )
    fourth = []
    if silent:
        fourth = [
            _(
                "Om {names} säger enkäten ingenting, och ingen vikt kan låta någon annan svara "
                "för dem."
            ).format(names=join_words(map(plain, silent)))
        ]
    return [first, second, third, *fourth]


def _chi2(test: Any) -> str:
    text = _("χ² = {value} med {df} frihetsgrader, {p}").format(
        value=f.number(test.statistic, 3), df=f.number(test.df), p=f.p_value(test.p_value)
    )
    exact = getattr(test, "exact_p", None)
    if exact is not None and not f.is_missing(exact):
        text += _(" (exakt {p})").format(p=f.p_value(exact))
    return text


def _response_heads() -> dict[str, str]:
    return {
        "name": _("Förvaltning"),
        "invited": _("Tillfrågade"),
        "answered": _("Svarade"),
        "rate": _("Svarsfrekvens"),
        "expected": _("Väntat antal"),
        "difference": _("Skillnad"),
    }


def response_table(response: Response) -> pd.DataFrame:
    """Return the response analysis as display strings."""
    table = response.table
    said = {
        "name": table["name"].map(plain),
        "invited": table["invited"].map(f.number),
        "answered": table["answered"].map(f.number),
        "rate": table["rate"].map(lambda share: f.percent(share, 1)),
        "expected": table["expected"].map(lambda n: f.number(n, 1)),
        "difference": table["difference"].map(_signed),
    }
    return pd.DataFrame({head: said[name] for name, head in _response_heads().items()}, dtype=str)


def _signed(value: float) -> str:
    text = f.number(value, 1)
    return f"+{text}" if value > 0 and not text.startswith("0,0") else text


def response_export(response: Response) -> pd.DataFrame:
    """Return the response analysis with numbers; marked in every row."""
    heads = {"department": _("Kod"), **_response_heads()}
    table = response.table[list(heads)].rename(columns=heads).astype(object)
    table.insert(0, _("Märkning"), _("Arbetsmaterial"))
    return table


# --- the register ---------------------------------------------------------------------------------


def working_note() -> None:
    """Mark the page, where it shows nothing of a wave that has notes of its own."""
    st.html(cards.callout("warning", _("Arbetsmaterial"), working_material()))


def register_part(context: Context, selection: Selection, found: Material) -> None:
    """Show the agreements crossed by two fields, and the records themselves, with files and SQL."""
    day = found.as_of
    assert day is not None, "the register is offered where there is one"
    answer = answer_of(context, selection, found)
    if not answer.people:
        text = _("Ingen överenskommelse som var känd den {day} har allt det du har valt.")
        st.html(cards.callout("info", _("Urvalet är tomt"), text.format(day=f.date(day))))
        sql_part(answer)
        return
    ids = queries.agreements(context.reader, selection)
    register = register_of(context.reader, key_of(context), day)
    records = register_table(register.loc[ids], _("Arbetsmaterial"))
    told = _n("{n} överenskommelse som var känd den {day}.",
              "{n} överenskommelser som var kända den {day}.", answer.people)  # fmt: skip
    filters = _filters_told(selection, found)
    said = told.format(n=f.number(answer.people), day=f.date(day))
    say(f"{said} {filters}." if filters else said)
    note(
        _(
            "Alla överenskommelser i registret räknas, så det finns ingen osäkerhet av urval. "
            "Datum räknas per år."
        )
    )
    views(
        "utforska-registret",
        {
            _("Korstabell"): lambda: _cross(answer, found, ""),
            _("Överenskommelserna"): lambda: _records(records),
        },
    )
    export = export_table(answer, found)
    about = [
        *described(selection, found),
        (_("Läget den"), f.date(day)),
        (_("Källa"), _("Registret över överenskommelser")),
        *origin(context, []),
    ]
    more = [
        (_("Korstabell"), cross_export(answer, found, "")),
        (_("Registret"), records),
    ]
    files(
        context,
        f"utforska-registret-{day.isoformat()}",
        lambda: tables.xlsx_bytes(export, _("Alla tal"), about, more=more),
        lambda: tables.csv_bytes(export),
    )
    sql_part(answer)


def _records(records: pd.DataFrame) -> None:
    """Show the agreements themselves, those columns that say anything; the file has all."""
    shown = records.drop(columns=_("Märkning")).head(MOST_RECORDS)
    said = shown.map(_record_cell)
    said = said.loc[:, (said != "").any()]
    st.html(cards.data_table(said, _("Överenskommelserna")))
    if len(records) > len(shown):
        note(
            _("Här visas de {n} första av {all}; Excelfilen har alla.").format(
                n=len(shown), all=f.number(len(records))
            )
        )


def _record_cell(value: Any) -> str:
    if f.is_missing(value):
        return ""
    if isinstance(value, bool):
        return fields.yes_or_no(value)
    if isinstance(value, int | float):
        return f"{value:g}".replace(".", ",")
    return f.date(value) if hasattr(value, "strftime") else plain(value)


# --- the SQL --------------------------------------------------------------------------------------


def sql_part(answer: Answer) -> None:
    """Show the SQL that counted, and what was put into it."""
    with st.expander(_("SQL som räknar talen")):
        note(
            _(
                "Texten är alltid densamma. Det du har valt sätts in som parametrar, var och en "
                "där dess namn står efter ett dollartecken."
            )
        )
        st.code(answer.sql, language="sql", wrap_lines=True)
        told = json.dumps(answer.parameters, ensure_ascii=False, indent=1, default=str)
        st.code(told, language="json", wrap_lines=True)
