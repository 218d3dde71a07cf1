"""The results: every indicator and every answer option, per department and for the whole.

One shape for all (``COLUMNS``), so that a page, a file and the command line cannot tell the same
number differently. Share, interval, bounds and status are derived here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from queries import mergings as together
from queries import reference
from queries.catalogue import (
    FRAME,
    REGISTER,
    SURVEY,
    Indicator,
    indicators,
    is_regulated,
    register_parameters,
)
from queries.i18n import _, translated
from queries.municipality import Merging, joint_name
from queries.reference import Question, Questionnaire
from queries.statistics import belonging, estimate
from queries.store import Reader, sql_file
from queries.viewer import AccessDenied, Role

COLUMNS = (
    "indicator", "wave", "department", "name", "numerator", "denominator", "share", "low", "high",
    "bound_low", "bound_high", "status",
)  # fmt: skip
STATUSES = ("shown", "hidden", "no_answers", "not_asked", "not_regulated")
UNTOLD = ("hidden", "left_out")
"""Of published rows of the register: protected on the day, or too near the point before."""
NUMBERS = ("share", "low", "high", "bound_low", "bound_high")


class UnknownWave(Exception):
    """The wave (or a department of it) does not exist; the message lists those that do."""


def waves(reader: Reader) -> pd.DataFrame:
    """Return the waves, oldest first: ``wave, label, kind, questionnaire, profile, invited,
    answered`` and the limits of the wave's privacy profile."""
    return reader.frame(
        "select w.*, sum(d.invited)::integer as invited, sum(d.answered)::integer as answered "
        "from published.wave w left join published.department d using (wave) "
        "group by all order by wave"
    )


def departments(reader: Reader, wave: str) -> pd.DataFrame:
    """Return the wave's departments in the order of the frame. Raises ``UnknownWave``."""
    found = reader.frame(
        "select * exclude (wave) from published.department where wave = $wave order by ordinal",
        wave=wave,
    )
    if found.empty:
        known = ", ".join(waves(reader)["wave"])
        raise UnknownWave(
            _("Vågen {wave} finns inte. Inlästa vågor: {known}.").format(
                wave=wave, known=known or "–"
            )
        )
    return found


def every_department(reader: Reader) -> list[str]:
    """Return the codes of all departments that any wave has, in the order of the last frame."""
    rows = reader.rows("select code from published.department order by wave desc, ordinal")
    return list(dict.fromkeys(code for (code,) in rows))


def register_date(reader: Reader) -> date | None:
    """Return the date that the register shows, ``None`` when none has been loaded."""
    rows = reader.rows("select as_of from published.register")
    return rows[0][0] if rows else None


def first_register_date(reader: Reader) -> date | None:
    """Return the date of the first register that was loaded, ``None`` without one.

    Days before it are reckoned back from the dates that it holds.
    """
    rows = reader.rows("select first_as_of from published.register")
    return rows[0][0] if rows else None


def is_before_first_register(reader: Reader, day: date) -> bool:
    """Return whether ``day`` lies before every register: it is told by what the first one says.

    Its terms (form, days, controls …) are taken to have held all along, and of what it keeps only
    the latest date of (follow-up, IT briefing) what was done before that is not known.
    """
    first = first_register_date(reader)
    return first is not None and day < first


def questionnaire_of(reader: Reader, wave: str) -> Questionnaire | None:
    """Return the questionnaire of the wave in the language of this context, for display and codes.

    ``None`` when no survey has been loaded for the wave. Never to match a file by.
    """
    rows = reader.rows(
        "select questionnaire from published.wave where wave = $wave and questionnaire is not null",
        wave=wave,
    )
    return translated(reference.load_questionnaire(rows[0][0])) if rows else None


def results(
    reader: Reader,
    wave: str,
    ids: Collection[str] | None = None,
    as_of: date | None = None,
    merged: bool = False,
    mergings: Sequence[Merging] = (),
) -> pd.DataFrame:
    """Return the result table (``COLUMNS``) of the indicators with ``ids`` (all: ``None``).

    A row per indicator and department in the order of catalogue and frame, then one per merging,
    the whole (department null) last. Register indicators are counted ``as_of`` (default: the
    register's date). With ``merged``, the hidden departments of an indicator follow as one row,
    their codes joined by ``+``, unless they are one of the ``mergings``: the whole less the shown,
    which anybody can work out and which the gate has therefore tested. Raises ``UnknownWave``,
    ``AccessDenied``.
    """
    reader.viewer.require_results()
    grid = departments(reader, wave)
    wanted = [i for i in indicators() if ids is None or i.id in ids]
    parts = [
        _survey(reader, wave, [i for i in wanted if i.source.kind == SURVEY]),
        *(_frame(reader, wave, i) for i in wanted if i.source.kind == FRAME),
        *(_register(reader, wave, i, as_of) for i in wanted if i.source.kind == REGISTER),
    ]
    counts = _stack(parts)
    full = {i.id for i in wanted if i.full_count}
    own = _mergings(counts, mergings)
    if merged:
        # hr sees its own departments live beside what is published of the others: what is left then
        # is not what the gate has tested.
        live = reader.viewer.role is Role.HR
        register = {i.id for i in wanted if live and i.source.kind == REGISTER}
        gated = counts[~counts["indicator"].isin(register)]
        own = _stack([own, _merged(gated, list(grid["code"]), mergings)])
    counts = _stack([counts, own])
    return _complete(counts, grid, wave, [i.id for i in wanted], full)


def options(
    reader: Reader,
    wave: str,
    questions: Collection[str] | None = None,
    mergings: Sequence[Merging] = (),
) -> pd.DataFrame:
    """Return the result table of every answer option; ``indicator`` is ``question:option``."""
    reader.viewer.require_results()
    grid = departments(reader, wave)
    questionnaire = questionnaire_of(reader, wave)
    if questionnaire is None:
        return _complete(_no_counts(), grid, wave, [], set())
    pairs = [
        (f"{q.id}:{o.code}", q.id, o.code)
        for q in questionnaire.questions
        if q.type != "text" and (questions is None or q.id in questions)
        for o in q.options
    ]
    counts = _count_options(reader, wave, questionnaire, pairs)
    counts = _stack([counts, _mergings(counts, mergings)])
    return _complete(counts, grid, wave, [pair[0] for pair in pairs], set())


def answer_sets(
    reader: Reader,
    wave: str,
    wanted: Mapping[str, tuple[str, Sequence[str]]],
    mergings: Sequence[Merging] = (),
) -> pd.DataFrame:
    """Return the result table of answers counted together: name → (question, options).

    For what is no indicator of its own ("at least a day a week"). ``indicator`` is the name; a set
    that the wave's questionnaire cannot give was not asked. Only questions with one answer each:
    of others somebody would be counted twice.
    """
    reader.viewer.require_results()
    grid = departments(reader, wave)
    questionnaire = questionnaire_of(reader, wave)
    asked = {q.id: set(q.codes) for q in questionnaire.questions} if questionnaire else {}
    pairs = [
        (name, question, option)
        for name, (question, options) in wanted.items()
        if set(options) <= asked.get(question, set())
        for option in options
    ]
    counts = _no_counts()
    if questionnaire and pairs:
        counts = _count_options(reader, wave, questionnaire, pairs)
    counts = _stack([counts, _mergings(counts, mergings)])
    return _complete(counts, grid, wave, list(wanted), set())


def attributes(reader: Reader, wave: str) -> pd.DataFrame:
    """Return how the respondents are spread over departments, positions and other attributes.

    Result table with ``indicator`` = ``attribute:option``, for the whole only. The spread over
    departments is a full count of public numbers; the others are estimates like any share.
    """
    reader.viewer.require_results()
    grid = departments(reader, wave)
    answered = int(grid["answered"].sum())
    sizes = reader.frame(
        'select breakdown, "group", answered, status from ' + f"{reader.schema}.group_size "
        "where wave = $wave and breakdown not in ('all', 'department*position') order by ordinal",
        wave=wave,
    )
    counts = pd.DataFrame(
        {
            "indicator": sizes["breakdown"] + ":" + sizes["group"],
            "wave": wave,
            "department": None,
            "numerator": sizes["answered"],
            "denominator": np.where(sizes["status"] == "hidden", np.nan, answered),
            "status": np.where(sizes["status"] == "hidden", "hidden", "shown"),
            "not_asked": 0,
        }
    )
    full = set(counts["indicator"][sizes["breakdown"] == "department"])
    return _complete(counts, grid, wave, list(counts["indicator"]), full, only_whole=True)


def published_cube(reader: Reader, wave: str) -> pd.DataFrame:
    """Return the published cube of ``wave`` with shares: what anyone may be given.

    ``wave, question, breakdown, group, option, count, base, share, status``; the same for every
    role, because it is the published one.
    """
    departments(reader, wave)
    cube = reader.frame(
        'select wave, question, breakdown, "group", option, count, base, '
        "case when base > 0 then count / base end as share, status "
        "from published.cube where wave = $wave order by ordinal",
        wave=wave,
    )
    return cube.astype({"count": "Int64", "base": "Int64"})


def answers(
    reader: Reader, wave: str, question: str, mergings: Sequence[Merging] = ()
) -> pd.DataFrame:
    """Return one question's answers per department, then per merging and, last, for the whole.

    ``group`` (code, empty for the whole), ``name``, ``option``, ``label``, ``favourable``,
    ``count``, ``base``, ``status``: a row per group and option, in the viewer's own version.
    Empty when the wave has no survey.
    """
    reader.viewer.require_results()
    grid = departments(reader, wave)
    questionnaire = questionnaire_of(reader, wave)
    found = reader.frame(
        'select "group", option, count, base, status ' + f"from {reader.schema}.cube "
        "where wave = $wave and question = $question and breakdown in ('all', 'department') "
        "order by breakdown = 'all', ordinal",
        wave=wave,
        question=question,
    ).astype({"count": "Int64", "base": "Int64"})
    if questionnaire is None or found.empty:
        return found.assign(name="", label="", favourable=None)
    names = dict(zip(grid["code"], grid["name"], strict=True)) | {"": _("Alla")}
    if mergings:
        names |= {merging.code: merging.title for merging in mergings}
        more = together.combined(found, mergings, ["option"], ["count", "base"], "group")
        whole = found["group"] == ""
        # Grouped by option, to be read by merging as the departments are.
        order = {merging.code: n for n, merging in enumerate(mergings)}
        more = more.sort_values("group", key=lambda codes: codes.map(order), kind="stable")
        found = pd.concat([found[~whole], more[found.columns], found[whole]], ignore_index=True)
        found = found.astype({"count": "Int64", "base": "Int64"})
    chosen = {option.code: option for option in questionnaire.question(question).options}
    return found.assign(
        name=[names[group] for group in found["group"]],
        label=[chosen[code].label for code in found["option"]],
        favourable=[chosen[code].favourable for code in found["option"]],
    )


def by_group(reader: Reader, wave: str, wanted: Indicator, breakdown: str) -> pd.DataFrame:
    """Return a survey indicator per group of an attribute (position, occupation, sex, age).

    A result table whose ``department`` is the group's option code and ``name`` its label, the
    whole last; empty when the wave did not ask for the attribute. How many of a group were
    invited is not known, so a group is a domain of the whole wave, and every silent person may
    belong to it, and whoever left out the attribute: intervals and bounds are wider than a
    department's, and rightly so.
    """
    reader.viewer.require_results()
    grid = departments(reader, wave)
    questionnaire = questionnaire_of(reader, wave)
    if questionnaire is None or wanted.source.kind != SURVEY:
        return pd.DataFrame(columns=list(COLUMNS))
    put = questionnaire.find(wanted.source.question)
    if put is None:
        return pd.DataFrame(columns=list(COLUMNS))
    options = list(wanted.source.counted(questionnaire))
    return _groups(reader, wave, grid, wanted.id, questionnaire, put, options, breakdown)


def option_by_group(
    reader: Reader, wave: str, question: str, option: str, breakdown: str
) -> pd.DataFrame:
    """Return one answer to a question that the wave put, per group of an attribute, as
    ``by_group``; ``indicator`` is ``question:option``."""
    reader.viewer.require_results()
    grid = departments(reader, wave)
    questionnaire = questionnaire_of(reader, wave)
    put = questionnaire.find(question) if questionnaire else None
    if questionnaire is None or put is None:
        return pd.DataFrame(columns=list(COLUMNS))
    name = f"{question}:{option}"
    return _groups(reader, wave, grid, name, questionnaire, put, [option], breakdown)


def _groups(
    reader: Reader,
    wave: str,
    grid: pd.DataFrame,
    name: str,
    questionnaire: Questionnaire,
    put: Question,
    options: Sequence[str],
    breakdown: str,
) -> pd.DataFrame:
    """Return who chose one of the ``options`` per group of a breakdown, under the ``name``."""
    openers = questionnaire.openers(put.id)
    found = reader.frame(
        sql_file("group_indicator").format(schema=reader.schema),
        wave=wave,
        question=put.id,
        options=list(options),
        breakdown=breakdown,
        filters=[opener.id for opener, past in openers for _code in past],
        excluded=[code for _opener, past in openers for code in past],
    )
    if not (found["code"] != "").any():
        return pd.DataFrame(columns=list(COLUMNS))
    labels = {o.code: o.label for o in questionnaire.attribute(breakdown).options}
    numerator, base, size, not_asked = (
        found[name].astype(float).to_numpy()
        for name in ("numerator", "denominator", "answered", "not_asked")
    )
    shown = (found["status"] == "shown").to_numpy(dtype=bool)
    of = belonging(float(grid["answered"].sum()), size, base, not_asked)
    invited = max(float(grid["invited"].sum()), of.answered)
    blank = np.where(shown, 0.0, np.nan)
    uncertain = estimate(numerator + blank, base + blank, of.answered, invited, of.outside)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(shown, numerator / base, np.nan)
    return pd.DataFrame(
        {
            "indicator": name,
            "wave": wave,
            "department": [code or None for code in found["code"]],
            "name": [labels.get(code, _("Alla")) for code in found["code"]],
            "numerator": pd.array(numerator, dtype="Int64"),
            "denominator": pd.array(base, dtype="Int64"),
            "share": share,
            "low": uncertain.low,
            "high": uncertain.high,
            "bound_low": uncertain.bound_low,
            "bound_high": uncertain.bound_high,
            "status": found["status"],
        },
        columns=list(COLUMNS),
    )


def figures(reader: Reader, wave: str) -> pd.DataFrame:
    """Return what the source printed beside what the viewer's cube gives, one row per figure.

    ``id, question, options, department, text, printed, rounding, count, base, share, note,
    source``; ``share`` is null where no cube has the number.
    """
    reader.viewer.require_results()
    found = reader.frame(sql_file("figures").format(schema=reader.schema), wave=wave)
    # The words went into the store as the source's file has them, in Swedish.
    words = {name: [_(text) for text in found[name].fillna("")] for name in ("text", "note")}
    return found.assign(**words).astype({"count": "Int64", "base": "Int64"})


def trace(
    reader: Reader,
    wave: str,
    wanted: Indicator,
    department: str | None = None,
    as_of: date | None = None,
) -> pd.DataFrame:
    """Return the lines of the files behind a number: ``department, file, line, met`` and the
    answer (option codes) or the agreement's id. ``met``: whether it is in the numerator.

    Raises ``AccessDenied`` for everyone but the auditor. Empty for an indicator of the frame.
    """
    if not reader.viewer.sees_microdata:
        raise AccessDenied(_("Bara revisorn ser enskilda rader."))
    if wanted.source.kind == SURVEY:
        questionnaire = questionnaire_of(reader, wave)
        if questionnaire is None or questionnaire.find(wanted.source.question) is None:
            return pd.DataFrame(columns=["department", "file", "line", "answer", "met"])
        return reader.frame(
            sql_file("survey_trace"),
            wave=wave,
            question=wanted.source.question,
            options=list(wanted.source.counted(questionnaire)),
            department=department,
        )
    day = as_of or register_date(reader)
    if wanted.source.kind == REGISTER and day is not None and _tellable(reader, wanted, [day]):
        return reader.frame(
            wanted.register_sql("trace"),
            days=[day],
            department=department,
            **register_parameters(wanted),
        )
    return pd.DataFrame(columns=["department", "file", "line", "met"])


# --- counting -------------------------------------------------------------------------------------


def _no_counts() -> pd.DataFrame:
    return pd.DataFrame(
        columns=["indicator", "wave", "department", "numerator", "denominator", "status",
                 "not_asked"]
    )  # fmt: skip


def _stack(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return the parts under each other; of nothing but empty ones, an empty table."""
    full = [part for part in parts if not part.empty]
    return pd.concat(full, ignore_index=True) if full else _no_counts()


def _survey(reader: Reader, wave: str, wanted: Sequence[Indicator]) -> pd.DataFrame:
    questionnaire = questionnaire_of(reader, wave)
    if questionnaire is None or not wanted:
        return _no_counts()
    known = {question.id for question in questionnaire.questions}
    pairs = [
        (i.id, i.source.question, option)
        for i in wanted
        if i.source.kind == SURVEY and i.source.question in known
        for option in i.source.counted(questionnaire)
    ]
    return _count_options(reader, wave, questionnaire, pairs)


def _count_options(
    reader: Reader,
    wave: str,
    questionnaire: Questionnaire,
    pairs: Sequence[tuple[str, str, str]],
) -> pd.DataFrame:
    filters = [
        (q.id, opener.id, code)
        for q in questionnaire.questions
        for opener, past in questionnaire.openers(q.id)
        for code in past
    ]
    return reader.frame(
        sql_file("survey_indicator").format(cube=f"{reader.schema}.cube"),
        wave=wave,
        indicators=[pair[0] for pair in pairs],
        questions=[pair[1] for pair in pairs],
        options=[pair[2] for pair in pairs],
        filtered=[f[0] for f in filters],
        filters=[f[1] for f in filters],
        excluded=[f[2] for f in filters],
    )


def _frame(reader: Reader, wave: str, wanted: Indicator) -> pd.DataFrame:
    counts = reader.frame(wanted.sql, indicator=wanted.id, wave=wave)
    whole = {
        "indicator": wanted.id,
        "wave": wave,
        "department": None,
        "numerator": counts["numerator"].sum(skipna=False),
        "denominator": counts["denominator"].sum(skipna=False),
    }
    counts = pd.concat([counts.astype(object), pd.DataFrame([whole], dtype=object)])
    missing = counts["numerator"].isna() | counts["denominator"].isna()
    if wanted.source.numerator == "answered" and questionnaire_of(reader, wave) is None:
        missing[:] = True
    empty = ~missing & (counts["denominator"] == 0)
    counts["status"] = np.select([missing, empty], ["not_asked", "no_answers"], "shown")
    counts.loc[missing, ["numerator", "denominator"]] = None
    counts["not_asked"] = 0
    return counts


def _register(reader: Reader, wave: str, wanted: Indicator, as_of: date | None) -> pd.DataFrame:
    own = register_date(reader)
    if own is None:
        return _no_counts()
    day = as_of or own
    viewer = reader.viewer
    if day != own and not viewer.sees_agreements:
        raise AccessDenied(
            _(
                "Registret är publicerat per {day}. Andra datum kan bara revisor se, och hr för "
                "sina egna förvaltningar. Utelämna --as-of eller ange {day}."
            ).format(day=own)
        )
    if not is_regulated(wanted):
        return _without_numbers(reader, wave, wanted, "not_regulated")
    if not _tellable(reader, wanted, [day]):
        return _without_numbers(reader, wave, wanted, "not_asked")
    if viewer.role is Role.REVISOR:
        counts = live_counts(reader, wanted, [day])
        whole = counts[["numerator", "denominator"]].sum()
        counts.loc[len(counts)] = [wanted.id, day, None, *whole]
        counts = counts.assign(status=np.where(counts["denominator"] > 0, "shown", "no_answers"))
    elif day == own:
        counts = published_counts(reader, wanted).query("current")
    else:
        # Nothing is published of that day: what lies outside the login's departments is hidden.
        counts = live_counts(reader, wanted, [day]).assign(
            numerator=None, denominator=None, status="hidden"
        )
        counts.loc[len(counts)] = [wanted.id, day, None, None, None, "hidden"]
    if viewer.role is Role.HR:
        counts = with_own_departments(reader, counts, live_counts(reader, wanted, [day]))
    counts = counts.drop(columns=["day", "current"], errors="ignore").assign(wave=wave, not_asked=0)
    if wanted.source.ratio:
        counts = _per_person(counts, departments(reader, wave))
    return counts


def _tellable(reader: Reader, wanted: Indicator, days: Sequence[date]) -> list[date]:
    """Return the days of which the register can tell the indicator: not those before the first
    register, where it keeps only the latest date of what is counted, or none."""
    first = None if wanted.source.reckoned_back else first_register_date(reader)
    return [day for day in days if first is None or day >= first]


def _without_numbers(reader: Reader, wave: str, wanted: Indicator, status: str) -> pd.DataFrame:
    """Return a row of ``status`` per department of the wave, and for the whole."""
    blank = {"numerator": None, "denominator": None, "status": status, "not_asked": 0}
    places = [*departments(reader, wave)["code"], None]
    return pd.DataFrame(
        [{"indicator": wanted.id, "wave": wave, "department": code, **blank} for code in places]
    )


def live_counts(reader: Reader, wanted: Indicator, days: Sequence[date]) -> pd.DataFrame:
    """Return a register indicator counted now: ``indicator, day, department, numerator,
    denominator``, a row per day and department that a wave or the register knows. Days before the
    first register are left out where it cannot tell them."""
    days = _tellable(reader, wanted, days)
    counts = reader.frame(wanted.sql, days=days, indicator=wanted.id, **register_parameters(wanted))
    return counts.astype({"department": object})


def published_counts(reader: Reader, wanted: Indicator) -> pd.DataFrame:
    """Return what is published of a register indicator: ``indicator, day, department`` (null: the
    whole), ``numerator, denominator, status, current``, a row per published day and department."""
    return reader.frame(
        "select indicator, day, nullif(\"group\", '') as department, numerator, denominator, "
        "status, current from published.coverage "
        "where indicator = $indicator and breakdown in ('all', 'department')",
        indicator=wanted.id,
    ).astype({"department": object})


def with_own_departments(
    reader: Reader, published: pd.DataFrame, live: pd.DataFrame
) -> pd.DataFrame:
    """Return the published rows with those of hr's own departments replaced by live ones.

    The whole is hidden on a day on which one of its own departments is untold and another is too:
    the whole less the shown less its own would be a part of what the gate has kept together.
    """
    own = list(reader.viewer.departments)
    hidden = published[published["status"].isin(UNTOLD) & published["department"].notna()]
    mine = hidden["department"].isin(own)
    days = set(hidden["day"][mine]) & set(hidden["day"][~mine])
    guarded = published["department"].isna() & published["day"].isin(days)
    published = published.assign(
        numerator=published["numerator"].mask(guarded),
        denominator=published["denominator"].mask(guarded),
        status=published["status"].mask(guarded, "hidden"),
    )
    live = live[live["department"].isin(own)]
    live = live.assign(status=np.where(live["denominator"] > 0, "shown", "no_answers"))
    return _stack([live, published[~published["department"].isin(own)]])


def _per_person(counts: pd.DataFrame, grid: pd.DataFrame) -> pd.DataFrame:
    """Return agreements set against those who have the possibility, as the wave's frame has it.

    Of a department that did not state it, or where nobody has it, there is no share. Nor of the
    whole, if a department is missing: a sum of some would pass for all.
    """
    eligible = dict(zip(grid["code"], grid["eligible"].astype(object), strict=True))
    eligible = {code: None if pd.isna(n) else int(n) for code, n in eligible.items()}
    holders = {
        row.department
        for row in counts.itertuples()
        if _none(row.department) and (pd.isna(row.numerator) or row.numerator > 0)
    }
    complete = None not in eligible.values() and holders <= set(eligible)
    whole = sum(eligible.values()) if complete else None
    found = [whole if _none(code) is None else eligible.get(code) for code in counts["department"]]
    people = pd.array(found, dtype="Int64")
    # Nobody at all with an agreement is a number here, not the lack of one.
    counts = counts.assign(
        denominator=people, status=counts["status"].replace("no_answers", "shown")
    )
    unclear = (counts["status"] == "shown") & (
        counts["denominator"].isna()
        | ((counts["denominator"] == 0) & (counts["numerator"].fillna(0) > 0))
    ).to_numpy(dtype=bool)
    hidden = (counts["status"] == "hidden") | unclear
    counts["status"] = counts["status"].mask(unclear, "not_asked")
    return counts.assign(
        numerator=counts["numerator"].astype("Int64").mask(hidden),
        denominator=counts["denominator"].mask(hidden),
    )


COUNTED = ("numerator", "denominator", "not_asked")


def _mergings(counts: pd.DataFrame, mergings: Sequence[Merging]) -> pd.DataFrame:
    return together.combined(counts, mergings, ["indicator", "wave"], COUNTED)


def _merged(
    counts: pd.DataFrame, order: list[str], mergings: Sequence[Merging] = ()
) -> pd.DataFrame:
    """Return a row per indicator for its hidden departments together, where there are several.

    ``order``: the departments in the order of the frame, in which the joined codes stand too. None
    for those that are one of the ``mergings``, which has a row of its own.
    """
    known = {frozenset(merging.departments) for merging in mergings}
    rows = []
    for (indicator, wave), table in counts.groupby(["indicator", "wave"], sort=False):
        codes = [_none(code) for code in table["department"]]
        whole = table[[code is None for code in codes]]
        out = {c for c, s in zip(codes, table["status"], strict=True) if c and s == "hidden"}
        hidden = [code for code in order if code in out]
        # Where nobody answered there may still be people whom the filter sets aside.
        told = table[[code is not None for code in codes]].query("status != 'hidden'")
        shown = told.query("status == 'shown'")
        if len(hidden) < 2 or shown.empty or whole.empty or whole["status"].iloc[0] != "shown":
            continue
        # One that the wave does not know would be in the number and not in the name.
        if frozenset(hidden) in known or len(hidden) < len(out):
            continue
        rest = {name: whole[name].iloc[0] - told[name].sum() for name in COUNTED}
        if rest["denominator"] > 0:
            rows.append(
                {"indicator": indicator, "wave": wave, "department": "+".join(hidden),
                 "status": "shown", together.LABEL: joint_name(hidden),
                 together.PARTS: tuple(hidden), **rest}
            )  # fmt: skip
    return pd.DataFrame(rows, columns=[*counts.columns, together.LABEL, together.PARTS])


# --- completing -----------------------------------------------------------------------------------


def _complete(
    counts: pd.DataFrame,
    grid: pd.DataFrame,
    wave: str,
    ids: Iterable[str],
    full: set[str],
    only_whole: bool = False,
) -> pd.DataFrame:
    """Put counts on the complete grid of indicators × departments and derive the rest.

    What has no count was not asked: a question that the wave's file lacks, or no register.
    """
    joined: list[Any] = []
    if together.PARTS in counts:
        joined = list(counts[counts[together.PARTS].notna()].itertuples(index=False))
    keyed = {(row.indicator, _none(row.department)): row for row in counts.itertuples(index=False)}
    places = [] if only_whole else list(zip(grid["code"], grid["name"], strict=True))
    mergings: dict[str, list[tuple[str, str]]] = {}
    for row in joined:
        mergings.setdefault(row.indicator, []).append((row.department, row.label))
    rows = pd.DataFrame(
        [
            (indicator, wave, code, name)
            for indicator in dict.fromkeys(ids)
            for code, name in [*places, *mergings.get(indicator, ()), (None, _("Alla"))]
        ],
        columns=["indicator", "wave", "department", "name"],
    )
    people = {
        code: (invited, answered)
        for code, invited, answered in zip(
            grid["code"], grid["invited"], grid["answered"], strict=True
        )
    }
    for row in joined:
        parts = [people[code] for code in row.parts]
        people[row.department] = (sum(p[0] for p in parts), sum(p[1] for p in parts))
    people[None] = (int(grid["invited"].sum()), int(grid["answered"].sum()))
    codes = [_none(code) for code in rows["department"]]
    found = [keyed.get(key) for key in zip(rows["indicator"], codes, strict=True)]
    numerator, denominator, not_asked = (
        np.array([np.nan if row is None else _number(getattr(row, name)) for row in found])
        for name in ("numerator", "denominator", "not_asked")
    )
    status = np.array(["not_asked" if row is None else row.status for row in found], dtype=object)
    status[(status == "shown") & (denominator == 0)] = "no_answers"
    invited, answered = (np.array([people[code][i] for code in codes], dtype=float) for i in (0, 1))
    # While an answer that was withdrawn waits, more are told of than have answered.
    answered = np.fmax(answered, denominator + not_asked)
    invited = np.fmax(invited, answered)
    sampled = (status == "shown") & ~rows["indicator"].isin(full).to_numpy(dtype=bool)
    blank = np.where(sampled, 0.0, np.nan)
    found_estimate = estimate(numerator + blank, denominator + blank, answered, invited, not_asked)
    shown = status == "shown"
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(shown, numerator / denominator, np.nan)
    return rows.assign(
        numerator=pd.array(numerator, dtype="Int64"),
        denominator=pd.array(denominator, dtype="Int64"),
        share=share,
        low=found_estimate.low,
        high=found_estimate.high,
        bound_low=found_estimate.bound_low,
        bound_high=found_estimate.bound_high,
        status=status,
    )


def _none(code: object) -> str | None:
    """Return a department's code, None for the whole (pandas turns None into NaN)."""
    return code if isinstance(code, str) else None


def _number(value: object) -> float:
    return np.nan if pd.isna(value) else float(value)
