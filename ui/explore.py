"""The auditor's workbench as it is drawn: what is asked for, the tables, who answered, the SQL."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from queries import explore as queries
from queries import register_fields as fields
from queries import selection as asking
from queries.answer import EVERYBODY, Answer, Asked, across, all_asked
from queries.comparisons import Weighting
from queries.differences import EXACT_BELOW, Homogeneity
from queries.explore import Response
from queries.explore_uncertainty import has_uncertainties, uncertainties
from queries.selection import (
    ANSWERS,
    COLUMNS,
    DAY,
    DONT_KNOW,
    FILTER,
    FLAGS,
    MEASURE,
    NOBODY,
    OPTION,
    OWN,
    PLACE,
    PUBLIC,
    QUESTIONS,
    ROWS,
    SOURCE,
    STATE,
    TAB,
    UNKNOWN,
    UNWEIGHTED,
    VIEW,
    WEIGHT,
    WITH,
    WITHOUT,
    Material,
    Selection,
)
from queries.store import Reader, opening_sql
from ui import cards, charts, choices, tables, uncertainty
from ui import formats as f
from ui import register_words as words_of
from ui.context import Context
from ui.evidence import files, note, origin, say, shared_views, show_figure, working_material
from ui.register import AHEAD, FIRST_DAY, Key, key_of, register_of
from ui.register_files import register_table
from ui.text import _, _n, any_of, attribute_word, join_words, list_names, plain, status_word

SHORT = 60
"""Letters of a question's text where it is one of many."""
MOST_GROUPS = 60
"""Groups that a table on the page shows; the files have all."""
MOST_RECORDS = 50
MOST_SAID = 8
"""As many of the things that an address asks for in vain as are told one by one."""
COUNTED = "_counted"
"""In the session: what was counted at the last run, the answers or the agreements."""
ENROLLED = ("unpublished", "no_mean")


# --- what is asked for ----------------------------------------------------------------------------


def ask(context: Context) -> tuple[Selection, Material]:
    """Show the choices, and what the address asks for in vain; return what is chosen."""
    days = (FIRST_DAY, context.as_of + AHEAD) if context.as_of else None
    found = _material(context, None, register=False)
    sources = [s for s in asking.SOURCES if s != "register" or context.as_of]
    first = asking.default_source(found, sources)
    if len(sources) > 1:
        with st.container(key="explore-source"):
            source = choices.radio(
                st,
                _("Vad vill du räkna?"),
                sources,
                key=SOURCE,
                default=first,
                names=lambda s: _("Enkätsvaren") if s == "enkat" else _("Överenskommelserna"),
            )
    else:
        source = choices.settle(sources, key=SOURCE, default=first)
    _begin_anew(source)
    if source == "register":
        found = _ask_register(context, found)
    elif found.questionnaire is not None:
        _ask_survey(found)
    # A question that was taken away takes with it which view of it was open.
    choices.forget(asking.out_of_sight(st.query_params.to_dict()))
    # Read from the address, which now holds what is chosen, and still what it asks for in vain.
    selection, vain = asking.read(st.query_params.to_dict(), found, days, sources)
    if vain:
        title = _("Adressen frågar efter något som inte går att visa")
        told = list(vain[:MOST_SAID])
        if more := len(vain) - len(told):
            text = _n("Och {n} sak till.", "Och {n} saker till.", more)
            told.append(text.format(n=f.number(more)))
        st.html(cards.callout("warning", title, "\n\n".join(told)))
    return asking.within(selection, context.chosen), found


def _begin_anew(source: str) -> None:
    """Begin with the measure that a source begins with, when it was the other that was counted.

    Each has its own, and what the address does not tell would be written to it: the browser's way
    back would then not lead to the table that was left.
    """
    before = st.session_state.get(COUNTED)
    if before not in (None, source) and MEASURE not in st.query_params:
        choices.clear(MEASURE, default=asking.defaults(source)["measure"])
    st.session_state[COUNTED] = source


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
    measure = _ask_measure(first, asking.MEASURES, plain_["measure"])
    # A mean is of those who have a place on the scale, whatever is chosen.
    counted = _("räknas med, men inte i medelvärdet") if measure == "medel" else _("räknas med")
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
        names=lambda v: counted if v == WITH else _("räknas inte"),
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


def _ask_measure(place: Any, measures: Sequence[str], default: str) -> str:
    return choices.select(
        place, _("Mått"), measures, key=MEASURE, default=default, names=measure_word
    )


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


@st.cache_resource(max_entries=32, show_spinner=False)
def _uncertain(
    _reader: Reader, key: Key, asked: str, _selection: Selection, _found: Material, name: str
) -> tuple[pd.DataFrame, tuple[Asked, ...]]:
    return uncertainties(_reader, _selection, _found, name)


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


def _group_word(answer: Answer, field: str, value: str, found: Material) -> str:
    """Return what a group of an answer is called, also departments that are told together."""
    title = answer.titles.get(value) if field == "department" else None
    return plain(title) if title else value_word(field, value, found, answer.selection.source)


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


def described(answer: Answer, found: Material) -> list[tuple[str, str]]:
    """Return what is told, in words: for every file. The weight is the one that was used."""
    selection = answer.selection
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
        (_("Vikt"), weight_word(answer.weight)),
        (
            _("Vet ej"),
            _("räknas med")
            if selection.unsure and selection.measure != "medel"
            else _("räknas inte"),
        ),
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
    told = _about(context, answer, found, selection.questions)
    st.subheader(_("Ta med tabellerna"), anchor="filer")
    note(_("Excelfilen har alla tal och varje frågas korstabell, CSV-filen alla tal."))
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
        public=selection.published,
    )
    sql_part(context, answer.asked, answer.sql)


def _mark(selection: Selection) -> dict[str, str]:
    """Return the column that marks each row of a file, and its word; none of what is published."""
    return {} if selection.published else {_("Märkning"): _("Arbetsmaterial")}


def _about(
    context: Context, answer: Answer, found: Material, names: Sequence[str]
) -> list[tuple[str, str]]:
    """Return what the files of some of a selection's questions say of themselves."""
    told = described(answer, found)
    for name in names:
        said = _caption(answer, found, name, filed=True)
        if len(names) > 1:
            said = f"{field_word(name, found, 'enkat')} {said}"
        if nobody := _nobody_told(answer, found, name):
            said = f"{said} {nobody}"
        told.append((_("Så läses talen"), said))
    told += [(_("Att tänka på"), text) for text in answer.notes]
    public = answer.selection.published
    return told + origin(context, [context.wave], register=False, public=public)


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
    note(_caption(answer, found, name))
    if (table["status"] == "no_mean").all():
        return
    if said := _nobody_told(answer, found, name):
        note(said)
    shown: dict[str, tuple[str, Callable[[], None]]] = {
        "korstabell": (
            _("Korstabell"),
            lambda: _cross_and_files(context, answer, found, name),
        )
    }
    if draw := _chart(context, answer, found, name):
        shown["diagram"] = _("Diagram"), draw
    if selection.measure != "antal":
        shown["tal"] = _("Alla tal"), lambda: _all_numbers(answer, found, name)
    own = name in {field for field, _value in selection.filters}
    # Of those who were chosen for their answer the answer says nothing.
    if has_uncertainties(selection) and not own:
        shown["osakerhet"] = (
            _("Osäkerhet"),
            lambda: _uncertainty(context, answer, found, name),
        )
    label = _("Vy av ”{question}”").format(question=plain(_short(question.text)))
    shared_views(f"{TAB}{name}", label, shown)


def _caption(answer: Answer, found: Material, name: str, *, filed: bool = False) -> str:
    """Return what the numbers of a question are, and whether its groups answer alike.

    ``filed``: of a file, where limits have columns of their own.
    """
    selection, question = answer.selection, found.question(name)
    if (answer.table["status"][answer.table["question"] == name] == "no_mean").all():
        return _("Svaren på frågan har ingen ordning, så de har inget medelvärde.")
    parts = {
        "antal": _("Antal personer som svarade."),
        "radandel": _("Andel av dem på raden som svarade."),
        "kolumnandel": _("Andel av dem i kolumnen som svarade."),
        "medel": _("Medelvärde av svaren utan vet ej."),
    }
    said = [parts[selection.measure]]
    if name in {field for field, _value in selection.filters}:
        said.append(_("Urvalet är gjort på svaren på just den här frågan."))
    if answer.table["low"][answer.table["question"] == name].notna().any():
        if not filed:
            said.append(_("Inom parentes: 95 % konfidensintervall."))
        alone = answer.table[(answer.table["question"] == name) & (answer.table["df"] == 0)]
        if (alone["status"] == "shown").any():
            text = _("Där svaren är för få för ett intervall står bortfallsgränserna i stället.")
            said.append(text)
    if selection.measure == "medel" and question is not None:
        said.append(uncertainty.scale_told(question))
    if question is not None and question.type == "multiple" and _over_the_answers(selection):
        said.append(_("Flera svar är möjliga, så andelarna kan tillsammans bli mer än 100 %."))
    if selection.measure != "antal" and not selection.published:
        weight = fields.within(weight_word(answer.weight))
        said.append(_("Vikt: {weight}.").format(weight=weight))
    counted = answer.counted.get(name)
    if counted is not None and counted.outside:
        alone = _n("{n} svar hör inte till någon av grupperna och räknas bara bland alla.",
                   "{n} svar hör inte till någon av grupperna och räknas bara bland alla.",
                   counted.outside)  # fmt: skip
        said.append(alone.format(n=f.number(counted.outside)))
    if tested := test_told(answer.tests.get(name), apart=answer.surely_apart(name)):
        said.append(tested)
    # A number is not parted from its sign, where a narrow screen breaks the line.
    return " ".join(said).replace(" %", f"{f.NBSP}%")


def _nobody_told(answer: Answer, found: Material, name: str) -> str:
    """Return that nobody of a selection answered, and to whom alone the question was put; "" where
    somebody did, or nobody is selected."""
    table = answer.table[answer.table["question"] == name]
    if not answer.people or (table["status"] != "no_answers").any():
        return ""
    told = [_("Ingen i urvalet har svarat på frågan.")]
    assert found.questionnaire is not None, "a question comes from one"
    for opener, past in found.questionnaire.openers(name):
        words = [plain(o.label) for o in opener.options if o.code not in past]
        text = _("Den ställdes bara till den som på ”{question}” svarade {answers}.")
        answers = any_of(_("”{answer}”").format(answer=word) for word in words)
        told.append(text.format(question=plain(_short(opener.text)), answers=answers))
    return " ".join(told)


def _over_the_answers(selection: Selection) -> bool:
    """Return whether a line's shares are those of a question's answers, of the same people."""
    across_of = {"radandel": selection.columns, "kolumnandel": selection.rows}
    return across_of.get(selection.measure) == ANSWERS


def test_told(test: Any, *, apart: bool) -> str:
    """Return whether the groups answer alike, with the test's numbers; "" without a test.

    ``apart``: the non-response bounds of some do not meet. As on the other pages that is told
    without the p of a test that does not bear it.
    """
    untested = test is None or f.is_missing(test.p_value)
    if apart and (untested or test.p_value >= 0.05):
        return _(
            "Några grupper skiljer sig åt hur de som teg än hade svarat: bortfallsgränserna möts "
            "inte."
        )
    if untested:
        return ""
    if test.p_value < 0.05:
        said = _("Grupperna skiljer sig mer åt än slumpen brukar ge ({numbers}).")
    else:
        said = _("Skillnaderna mellan grupperna är inte större än slumpen kan ge ({numbers}).")
    return said.format(numbers=uncertainty.test_text(test))


# --- tables ---------------------------------------------------------------------------------------


def _cell(row: dict[str, Any], measure: str, *, weighted: bool = False) -> str:
    if row["status"] != "shown":
        return cell_word(row["status"])
    if measure == "antal":
        return f.number(row["count"])
    if measure == "medel":
        value = f.number(row["value"], 2)
        if not f.is_missing(row["low"]):
            value = f"{value} ({f.number(row['low'], 2)}–{f.number(row['high'], 2)})"
        text = _n("{value}, {n} svar", "{value}, {n} svar", int(row["base"]))
        told = text.format(value=value, n=f.number(row["base"]))
        return f.NBSP.join(told.rsplit(" ", 1))  # "7 svar" on one line
    value = f.share_text(row["count"], row["base"], row["value"], 1)
    if weighted:
        # Of people a weighted share is no count: that it is of few is said beside it.
        value = f.percent(row["value"], 1)
    if not f.is_missing(row["low"]):
        value = f"{value} ({f.interval(row['low'], row['high'])})"
    if weighted and row["base"] < f.SMALL_BASE:
        told = _n("{value}, {n} svar", "{value}, {n} svar", int(row["base"]))
        value = f.NBSP.join(told.format(value=value, n=f.number(row["base"])).rsplit(" ", 1))
    return value


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
        return {code: _group_word(answer, field, code, found) for code in codes}

    head = _("Svar") if selection.rows == ANSWERS else field_word(selection.rows, found, source)
    return head, words(selection.rows, "row"), words(selection.columns, "column")


def _first(words: Mapping[str, str]) -> dict[str, str]:
    """Return the first groups of an axis, and everybody, whom each is compared with."""
    kept = [code for code in words if code != EVERYBODY][:MOST_GROUPS]
    return {code: word for code, word in words.items() if code in kept or code == EVERYBODY}


def cross_table(answer: Answer, found: Material, name: str) -> pd.DataFrame:
    """Return the cross table of a question (of the register: "") as display strings, of at most
    ``MOST_GROUPS`` groups on either axis."""
    head, *axes = _heads(answer, found, name)
    rows, columns = map(_first, axes)
    measure, weighted = answer.selection.measure, answer.weight != UNWEIGHTED
    cells = {
        (row["row"], row["column"]): row
        for row in answer.table[answer.table["question"] == name].to_dict("records")
    }
    lines = []
    for code, word in rows.items():
        mine = [cells.get((code, column)) for column in columns]
        told = (_cell(cell, measure, weighted=weighted) if cell else f.MISSING for cell in mine)
        line = [word, *told]
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
    told = [cell for cell in cells if cell]
    if not told:
        return f.MISSING
    # A cell of a department where nobody answered has no base of its own.
    cell = max(told, key=lambda cell: int(cell["base"]))
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
    st.html(_unbroken(cards.data_table(table, label)))
    _head, rows, columns = _heads(answer, found, name)
    if answer.selection.columns == "department":
        told = _first(columns).items()
        note("; ".join(f"{code}: {word}" for code, word in told if code))
    if any(len(_first(words)) < len(words) for words in (rows, columns)):
        note(_("Här visas de {n} första grupperna; filerna har alla.").format(n=MOST_GROUPS))


def _cross_and_files(context: Context, answer: Answer, found: Material, name: str) -> None:
    """Show the cross table of a question, and the files of just that table."""
    _cross(answer, found, name)
    export = cross_export(answer, found, name)
    told = [(_("Fråga"), field_word(name, found, "enkat")), *_about(context, answer, found, [name])]
    files(
        context,
        f"korstabell-{name}-{context.wave}",
        lambda: tables.xlsx_bytes(export, _("Korstabell"), told),
        lambda: tables.csv_bytes(export),
        public=answer.selection.published,
    )


def _unbroken(table: str) -> str:
    """Return a table's markup whose intervals stay on one line: at its dash "33–" reads as a
    number."""
    return re.sub(r"(?<=[>(])([\d,.]+–[\d,.]+(?:\s%)?)(?=[)<])",
                  r'<span class="dk-nobr">\1</span>', table)  # fmt: skip


def cross_export(answer: Answer, found: Material, name: str) -> pd.DataFrame:
    """Return the cross table with numbers, for a sheet of its own; each row of what is not
    published is marked."""
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

    def base(row: dict[str, Any] | None) -> int | None:
        return int(row["base"]) if row and row["status"] in ("shown", "no_answers") else None

    mark = _mark(answer.selection)
    heads = [*mark, head, *columns.values()]
    lines = [
        [*mark.values(), word, *(number(cells.get((code, c))) for c in columns)]
        for code, word in rows.items()
    ]

    def whole(told: Sequence[dict[str, Any] | None]) -> int | str | None:
        some = [cell for cell in told if cell]
        # A cell of a department where nobody answered has no base of its own.
        last = max(some, key=lambda cell: int(cell["base"]), default=None)
        return base(last) if last is None or base(last) is not None else cell_word(last["status"])

    if measure == "radandel":
        heads.append(_("Underlag"))
        for line, code in zip(lines, rows, strict=True):
            line.append(whole([cells.get((code, column)) for column in columns]))
    if measure == "kolumnandel":
        bases = [whole([cells.get((code, column)) for code in rows]) for column in columns]
        lines.append([*mark.values(), _("Underlag"), *bases])
    if measure == "medel":
        heads += [_("{name}, underlag").format(name=word) for word in columns.values()]
        heads.append(_("Skala"))
        for line, code in zip(lines, rows, strict=True):
            line += [base(cells.get((code, column))) for column in columns]
            line.append(_scale(found, name))
    return pd.DataFrame(lines, columns=_distinct(heads), dtype=object)


def _scale(found: Material, name: str) -> str | None:
    """Return what a question's means are steps of, for a column: a text file has no other place."""
    question = found.question(name)
    return uncertainty.scale_told(question) if question and asking.has_mean(question) else None


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
    if selection.measure == "antal" and source == "enkat" and selection.published:
        # Published are the groups, and of a row of answers there may be some that are hidden.
        del numbers["base"]
    # What nothing has is left out: a register has no intervals.
    numbers = {k: v for k, v in numbers.items() if answer.table[k].notna().any()}
    lines = []
    for row in answer.table.to_dict("records"):
        line: dict[str, Any] = {**_mark(selection)}
        if source == "enkat":
            line |= {
                _("Fråga"): field_word(row["question"], found, source),
                _("Frågans id"): row["question"],
            }
        for side, axis in (("row", selection.rows), ("column", selection.columns)):
            field = row["question"] if axis == ANSWERS else axis
            head = axes[side]
            head += " 2" if side == "column" and head in line else ""
            line[head] = _group_word(answer, field, row[side], found)
        for name, head in numbers.items():
            value = row[name]
            if row["status"] != "shown":
                line[head] = cell_word(row["status"])
            elif f.is_missing(value):
                line[head] = None
            else:
                line[head] = int(value) if name in ("count", "base") else float(value)
        if mean:
            line[_("Skala")] = _scale(found, row["question"])
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

    mine = answer.table[answer.table["question"] == name]
    # What is published has neither.
    errors = mine["se"].notna().any()
    lines = []
    for row in mine.to_dict("records"):
        word = "" if row["status"] == "shown" else cell_word(row["status"])
        told = [
            *([] if mean else [f.number(row["count"])]),
            f.number(row["base"]),
            f.number(row["value"], 2) if mean else f.percent(row["value"], 1),
            limits(row, "low", "high"),
            limits(row, "bound_low", "bound_high"),
            *([f.number(row["se"], 4), f.number(row["df"])] if errors else []),
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
        *([_("Standardfel"), _("Frihetsgrader")] if errors else []),
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
    if ANSWERS not in (selection.rows, selection.columns) or across(selection):
        return None
    if selection.measure == "medel" or question.type == "multiple":
        return None
    words = _heads(answer, found, name)[1 if group == "row" else 2]
    rows = table[table[option] != EVERYBODY]
    rows = rows[rows[group].isin(_first(words))]
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
    if answer.weight != UNWEIGHTED:
        bars["share"] = rows["value"]
    if rows.empty or (rows["status"] == "unpublished").all():
        return None
    bars = bars[rows["status"] != "unpublished"]

    def draw() -> None:
        show_figure(
            lambda narrow: charts.likert(bars, theme=context.theme, narrow=narrow),
            charts.alt_likert(bars, title=question.text),
            f"utforska-{name}",
        )
        if len(_first(words)) < len(words):
            note(_("Här visas de {n} första grupperna; filerna har alla.").format(n=MOST_GROUPS))
        if answer.weight != UNWEIGHTED:
            weight = fields.within(weight_word(answer.weight))
            text = _("Staplarna är vägda som tabellen ({weight}); antalet svar är personer.")
            note(text.format(weight=weight))

    return draw


# --- how sure a share is --------------------------------------------------------------------------


def _uncertainty(context: Context, answer: Answer, found: Material, name: str) -> None:
    """Show the three uncertainties of one answer, of everybody or a department, as other pages do;
    the files have every answer."""
    selection, question = answer.selection, found.question(name)
    assert question is not None, "only questions that the wave asked are chosen"
    asked = selection.model_dump_json()
    table, heard = _uncertain(context.reader, key_of(context), asked, selection, found, name)
    first, second = st.columns(2)
    # Of those who do not know nothing can be left out.
    options = {o.code: plain(o.label) for o in question.options if o.code != asking.UNSURE}
    spoken = next((o.code for o in question.options if o.favourable), next(iter(options)))
    option = choices.select(
        first, _("Svar"), list(options), key=f"{OPTION}{name}", default=spoken,
        names=options.__getitem__,
    )  # fmt: skip
    mine = table[table["indicator"] == f"{name}:{option}"]
    places = {row["department"] or EVERYBODY: row for row in mine.to_dict("records")}
    words = {code: plain(each["name"]) for code, each in places.items()}
    words[EVERYBODY] = _everybody(selection, found)
    place = EVERYBODY
    if len(places) > 1:
        place = choices.select(
            second, _("Vilka"), [EVERYBODY, *(code for code in places if code)],
            key=f"{PLACE}{name}", default=EVERYBODY,
            names=words.__getitem__,
        )  # fmt: skip
    for key, known, what in (
        (OPTION, options, _("frågans svar")),
        (PLACE, words, _("dem som visas")),
    ):
        wanted = st.query_params.get(f"{key}{name}")
        if wanted and wanted not in known:
            vain = _("{value} finns inte bland {what}.")
            note(vain.format(value=wanted[: asking.SAID], what=what))
    row = places[place]
    weighting = table.attrs.get("weighting") or Weighting()
    told = []
    if row["status"] == "shown":
        uncertainty.show_share(
            context,
            row,
            words[place],
            title=options[option],
            key=f"utforska-{name}",
            no_unsure=uncertainty.unsure_among_several(question),
        )
        told = uncertainty.weights_told(context, name, weighting, row)
        for text in told:
            note(text)
    else:
        say(_("{place}: {word}.").format(place=words[place], word=cell_word(row["status"])))
    _uncertainty_files(context, answer, found, name, table, told)
    sql_part(context, heard, label=_("SQL bakom osäkerheten"))


def _everybody(selection: Selection, found: Material) -> str:
    """Return whom the last row of a table is of, in words."""
    filters = _filters_told(selection, found)
    return _("Urvalet ({what})").format(what=filters) if filters else _("Hela kommunen")


def _uncertainty_files(
    context: Context,
    answer: Answer,
    found: Material,
    name: str,
    table: pd.DataFrame,
    told: Sequence[str],
) -> None:
    question = found.question(name)
    assert question is not None, "only questions that the wave asked are chosen"
    words = {f"{name}:{o.code}": plain(o.label) for o in question.options}
    public = answer.selection.published
    mark = "" if public else _("Arbetsmaterial")
    made = uncertainty.uncertainty_export(table, mark=mark)
    made.insert(
        0 if public else 1, _("Svarsalternativ"), [words[code] for code in table["indicator"]]
    )
    about = [
        (_("Fråga"), field_word(name, found, "enkat")),
        (_("Urval"), _filters_told(answer.selection, found) or _("Alla")),
        (_("Visa"), _("det publicerbara") if public else _("alla tal")),
        (_("Vikter"), " ".join(told)),
        *origin(context, [context.wave], register=False, public=public),
    ]
    files(
        context,
        f"osakerhet-{name}-{context.wave}",
        lambda: tables.xlsx_bytes(made, _("Osäkerhet"), about, forms=uncertainty.forms(made)),
        lambda: tables.csv_bytes(made),
        public=public,
    )


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
    told += origin(context, [context.wave], register=False)
    files(
        context,
        f"svarsfrekvens-{context.wave}",
        lambda: tables.xlsx_bytes(export, _("Svarsfrekvens"), told),
        lambda: tables.csv_bytes(export),
    )
    sql_part(
        context,
        response.asked,
        label=_("SQL bakom svarsfrekvensen"),
        about=_(
            "Svarsfrekvensen är svarade delat med tillfrågade. Väntat antal är tillfrågade gånger "
            "svarsfrekvensen för alla, och skillnaden är svarade minus väntat antal."
        ),
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
    if answered >= invited:
        everybody = _("Alla tillfrågade har svarat, så det finns inget bortfall att beskriva.")
        return [first, everybody]
    most = table.sort_values("difference").iloc[0]
    if most["difference"] < -0.5:
        first += " " + _(
            "Flest saknas i {name}: {n} färre än om alla hade svarat i samma grad."
        ).format(name=most["name"], n=f.number(-most["difference"], 1))
    silent = join_words(map(plain, response.silent))
    # No weight makes a department that is silent heard: only of the others is there a choice.
    uneven = response.answering.differ if silent else response.all.differ
    told = [first, _how_alike(response, silent, uneven)]
    if uneven:
        text = _(
            "Det som är vanligast där många svarade väger då för tungt i kommunens tal: jämför "
            "med talen vägda till ramen. Även inom en förvaltning kan de som teg tycka annorlunda."
        )
    else:
        text = _(
            "Hur många som svarade säger inte vad de som teg tycker: bortfallsgränserna visar hur "
            "mycket det kan betyda."
        )
    told.append(text)
    if silent:
        text = _(
            "Om {names} säger enkäten ingenting, och ingen vikt kan låta någon annan svara för dem."
        )
        told.append(text.format(names=silent))
    return told


def _how_alike(response: Response, silent: str, uneven: bool) -> str:
    """Return whether the departments answered to the same extent, with the tests. ``silent``: where
    nobody did, in words; ``uneven``: the departments where somebody did differ."""
    tested, answering = response.all, response.answering
    if f.is_missing(tested.statistic):
        return _("Om förvaltningarna svarade i samma grad går inte att pröva.")
    if uneven:
        text = (
            _(
                "De förvaltningar där någon svarade gjorde det i så olika grad att slumpen "
                "knappast räcker som skäl."
            )
            if silent
            else _("Förvaltningarna svarade i så olika grad att slumpen knappast räcker som skäl.")
        )
    elif tested.differ:
        text = (
            _("Att ingen svarade i {names} räcker slumpen knappast som skäl för.")
            if f.is_missing(answering.statistic)
            else _(
                "Att ingen svarade i {names} räcker slumpen knappast som skäl för. Bland de "
                "förvaltningar där någon svarade är skillnaderna inte större än slumpen kan ge."
            )
        ).format(names=silent)
    else:
        text = _("Skillnaderna mellan förvaltningarna är inte större än slumpen kan ge.")
    text += " " + _("Prövat för alla: {test}.").format(test=_chi2(tested))
    if silent and not f.is_missing(answering.statistic):
        text += " " + _("Utan {names}, där ingen svarade: {test}.").format(
            names=silent, test=_chi2(answering)
        )
    return text


def _chi2(test: Homogeneity) -> str:
    """Return a test in numbers: the exact p first where it is what is judged by."""
    chi2 = _n(
        "χ² = {value} med {df} frihetsgrad",
        "χ² = {value} med {df} frihetsgrader",
        test.df,
    ).format(value=f.number(test.statistic, 3), df=f.number(test.df))
    chi2 = chi2.replace(" = ", f"{f.NBSP}={f.NBSP}")  # on one line, as p is
    by_chi2, exact = f.p_value(test.p_value), f.p_value(test.exact_p)
    if test.smallest_expected < EXACT_BELOW:
        text = _("{chi2}, {p}; antalen är små, så det exakta testet gäller: {exact}")
        return text.format(chi2=chi2, exact=exact, p=by_chi2)
    return _("{chi2}, {p} (exakt {exact})").format(chi2=chi2, p=by_chi2, exact=exact)


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


def public_note() -> None:
    """Say which part of the page may be passed on, where it shows what is published."""
    text = _(
        "Frågornas tabeller, diagram och filer visar bara det som rollen politiker kan visas, och "
        "får spridas. Svarsfrekvensen längst ned och dess fil är arbetsmaterial."
    )
    st.html(cards.callout("info", _("Publicerbar vy"), text))


def register_part(context: Context, selection: Selection, found: Material) -> None:
    """Show the agreements crossed by two fields, and the records themselves, with files and SQL."""
    day = found.as_of
    assert day is not None, "the register is offered where there is one"
    answer = answer_of(context, selection, found)
    if not answer.people:
        text = _("Ingen överenskommelse som var känd den {day} har allt det du har valt.")
        st.html(cards.callout("info", _("Urvalet är tomt"), text.format(day=f.date(day))))
        sql_part(context, answer.asked, answer.sql)
        return
    ids, heard = queries.agreements(context.reader, selection)
    register = register_of(context.reader, key_of(context), day)
    records = register_table(register.loc[ids], _("Arbetsmaterial"))
    known = Asked(asking.register_sql(), ({"days": [day]},))
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
    note(
        _(
            "Här finns ingen publicerbar vy: av registret publiceras inga korstabeller, bara "
            "indikatorerna per förvaltning och befattning och hur många som bryter mot en regel. "
            "Rollen politiker ser dem på temasidorna och under Regelverk."
        )
    )
    export = export_table(answer, found)
    about = [
        *described(answer, found),
        (_("Läget den"), f.date(day)),
        (_("Källa"), _("Registret över överenskommelser")),
        *origin(context, []),
    ]
    crossed = cross_export(answer, found, "")
    name = f"utforska-registret-{day.isoformat()}"

    def cross() -> None:
        _cross(answer, found, "")
        files(
            context,
            f"korstabell-registret-{day.isoformat()}",
            lambda: tables.xlsx_bytes(crossed, _("Korstabell"), about),
            lambda: tables.csv_bytes(crossed),
        )

    def lines() -> None:
        _records(records)
        files(
            context,
            f"utforska-overenskommelser-{day.isoformat()}",
            lambda: tables.xlsx_bytes(records, _("Registret"), about),
            lambda: tables.csv_bytes(records),
        )

    shown = {
        "korstabell": (_("Korstabell"), cross),
        "overenskommelser": (_("Överenskommelserna"), lines),
    }
    shared_views(f"{TAB}{asking.AGREEMENTS}", _("Vy av överenskommelserna"), shown)
    st.subheader(_("Ta med tabellerna"), anchor="filer")
    note(_("Excelfilen har alla tal, korstabellen och överenskommelserna, CSV-filen alla tal."))
    more = [(_("Korstabell"), crossed), (_("Registret"), records)]
    files(
        context,
        name,
        lambda: tables.xlsx_bytes(export, _("Alla tal"), about, more=more),
        lambda: tables.csv_bytes(export),
    )
    sql_part(context, all_asked(answer.asked, heard, [known]), answer.sql)


def _records(records: pd.DataFrame) -> None:
    """Show the agreements themselves, those columns that say anything; the file has all."""
    shown = records.drop(columns=_("Märkning")).head(MOST_RECORDS)
    said = shown.map(_record_cell)
    said = said.loc[:, (said != "").any()]
    st.html(cards.data_table(said, _("Överenskommelserna")))
    if len(records) > len(shown):
        note(
            _("Här visas de {n} första av {all}; filerna har alla.").format(
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


def sql_part(
    context: Context, asked: Sequence[Asked], first: str = "", *, label: str = "", about: str = ""
) -> None:
    """Show all the SQL that was run for a table, ``first`` the one that counts, and what was put
    into it, so that it can be run again; ``about``: what is worked out of it without SQL."""
    with st.expander(label or _("SQL som räknar talen")):
        note(
            _(
                "Texten är alltid densamma. Det du har valt sätts in som parametrar, var och en "
                "där dess namn står efter ett dollartecken."
            )
        )
        if about:
            note(about)
        opening = _("Först: öppna ögonblicksbilden {id} i dess mapp, snapshots/{id} i lagret")
        opening = opening.format(id=context.snapshot.id)
        st.html(f'<p class="dk dk-sentence"><strong>{escape(opening)}</strong></p>')
        st.code(opening_sql(), language="sql", wrap_lines=True)
        for one in sorted(asked, key=lambda one: one.sql != first):
            st.html(f'<p class="dk dk-sentence"><strong>{escape(sql_word(one.sql))}</strong></p>')
            st.code(one.sql, language="sql", wrap_lines=True)
            for parameters in one.parameters:
                if parameters:
                    told = json.dumps(parameters, ensure_ascii=False, indent=1, default=str)
                    st.code(told, language="json", wrap_lines=True)


def sql_word(sql: str) -> str:
    """Return what a text of SQL is asked for, by what it reads."""
    words = {
        "from kept order by": _("Vilka överenskommelser som är med i urvalet"),
        "grouping(line)": _("Överenskommelserna i korstabellen"),
        "records.agreement": _("Överenskommelserna som de var kända dagen"),
        "records.answer": _("Svaren i urvalet"),
        "records.frame_cell": _("Ramens antal personer av varje slag"),
        "published.cube": _("Det som är publicerat av svaren"),
        "records.cube": _("Svaren per förvaltning"),
        "published.department": _("Tillfrågade och svarande per förvaltning"),
        "published.wave": _("Vågens frågeformulär"),
        "published.register": _("Registrets dag"),
    }
    return next((word for part, word in words.items() if part in sql), _("Övrigt underlag"))
