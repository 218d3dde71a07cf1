"""HR's work list as it is drawn: what is asked for, the finding, the list, and one agreement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import groupby
from typing import Any

import pandas as pd
import streamlit as st

from queries import register_fields as fields
from queries import rule_words as words
from queries.agreements import LATE, names_are_closed
from queries.municipality import municipality
from queries.rules import BASE, ruleset, rulesets
from queries.viewer import Role
from ui import cards, choices, journal, timeline
from ui import formats as f
from ui import register_words as words_of
from ui.addresses import (
    AGREEMENT,
    AS_OF,
    ENDS,
    LISTED,
    MANAGER,
    MISSING,
    OUTCOME,
    RULE,
    RULESET,
)
from ui.choices import SEPARATOR
from ui.context import Context
from ui.evidence import XLSX, link_line, note, working_material
from ui.register import (
    AHEAD,
    FIRST_DAY,
    LISTS,
    PAGE,
    SHOWN,
    TO_DO,
    Choice,
    Found,
    Told,
    counted,
    days_since,
    in_states,
    key_of,
    lines_of,
    list_table,
    managers_of,
    named,
    narrowed,
    needing,
    needs_of,
    reckoned_back,
    register_list,
    register_of,
    story_of,
    tell,
    title_of,
    who_text,
)
from ui.register_files import (
    MOST_DATES,
    chosen_agreements,
    csv,
    excel,
    ics,
    personal,
    selection_words,
)
from ui.shell import DEPARTMENT, NONE, SAID, note_unknown
from ui.text import _, _n, join_words, plain, source_words

WITHIN = ("30", "60", "90")
LONG = 10_000
"""Rows of the list from which its Excel file takes so long that the reader should be told."""
CARDS = 25
"""Rows of the list on a narrow screen, where each is a card."""
ROWS, ROWS_BESIDE_STORY = 8, 4
ROW_HEIGHT = 66
"""Rows of the table in sight: fewer when a story stands below it, which should be seen. Each is as
high as what is to be done needs, on three lines; Streamlit breaks lines above 64 pixels."""
LINE_HEIGHT = 35
"""Of an agreement in the register's list, on one line."""


# --- the head of the page -------------------------------------------------------------------------


def head(context: Context) -> None:
    """Show the title and what the page holds; end the run calmly without anything to show."""
    st.html(f'<p class="dk dk-kicker">{cards.escaped(_kicker(context))}</p>')
    st.title(_("Överenskommelser"), anchor=False)
    if context.as_of is None:
        st.html(_no_register(context))
        st.stop()
    if context.viewer.role is Role.HR and not context.viewer.departments:
        text = _("Välj dina förvaltningar i sidofältet, så visas deras överenskommelser här.")
        st.html(cards.callout("info", _("Ingen förvaltning är vald"), text))
        st.stop()
    if not all(_may_see(context, code) for code in context.chosen):
        title = _("{name} hör inte till dina förvaltningar").format(name=context.department_name)
        text = _("Välj en annan förvaltning, eller alla, i filtret överst på sidan.")
        st.html(cards.callout("info", title, text))
        st.stop()
    if context.viewer.sees_microdata:
        st.html(cards.callout("warning", _("Arbetsmaterial"), working_material()))
    else:
        st.html(cards.callout("warning", personal()))
    if names_are_closed(context.reader):
        title = _("Namnen går inte att läsa här")
        text = _(
            "Nyckeln till dem saknas på datorn som tjänsten körs på, eller är en annan. "
            "Pseudonymer visas i stället. Vad som ska göras säger: {command}"
        ).format(command="python manage.py check")
        st.html(cards.callout("info", title, text))


def _may_see(context: Context, department: str) -> bool:
    return context.viewer.sees_microdata or department in context.viewer.departments


def _kicker(context: Context) -> str:
    name = municipality().name
    if context.as_of is None:
        return name
    return _("{municipality} · registret per {day}").format(
        municipality=name, day=f.date(context.as_of)
    )


def _no_register(context: Context) -> str:
    text = _("När registret över överenskommelser är inläst visas här vad som behöver göras.")
    if context.viewer.sees_microdata:
        text += "\n\n" + _("Registret läses in med: {command}").format(
            command="python manage.py load agreements FIL"
        )
    return cards.callout("info", _("Inget register är inläst ännu"), text)


def ask(context: Context) -> Choice:
    """Show the filters, and under them the matters with their counts; return what is chosen."""
    assert context.as_of is not None, "head() ends the run without a register"
    asked = st.query_params.get(AS_OF)
    behind = _asked_behind()
    with st.container(key="register-filters"):
        first, second, third = st.columns(3)
    day = choices.day(
        first,
        _("Visa läget den"),
        key=AS_OF,
        default=context.as_of,
        first=FIRST_DAY,
        last=context.as_of + AHEAD,
    )
    if asked and st.query_params.get(AS_OF) == asked and asked != day.isoformat():
        title = _("Dagen {value} går inte att visa").format(value=asked[:SAID])
        text = _("Skriv dagen som ÅÅÅÅ-MM-DD, från {first} till {last}.").format(
            first=FIRST_DAY.isoformat(), last=(context.as_of + AHEAD).isoformat()
        )
        st.html(cards.callout("warning", title, text))
    managers = managers_of(context.reader, key_of(context), day)
    _warn_of_unknown(managers)
    manager = choices.select(
        second,
        _("Ansvarig chef"),
        [NONE, *managers],
        key=MANAGER,
        default=NONE,
        names=lambda name: _("Alla chefer") if name == NONE else name,
    )
    ends = choices.select(
        third,
        _("Slutar inom"),
        [NONE, *WITHIN],
        key=ENDS,
        default=NONE,
        names=lambda n: _("När som helst") if n == NONE else _("{n} dagar").format(n=n),
    )
    choice = Choice(
        as_of=day,
        department=context.department,
        parts=context.chosen,
        manager=None if manager == NONE else manager,
        ends=None if ends == NONE else int(ends),
        **behind,
    )
    if choice.ruleset:
        st.html(_behind_note(context, choice))
        return choice
    choice = replace(choice, listed=_ask_list(context, choice))
    if choice.of_register:
        return choice
    return replace(choice, missing=_ask_matter(context, choice))


KINDS_OF_FILTER = (MISSING, MANAGER, ENDS, LISTED, RULE, OUTCOME)


def _warn_of_unknown(managers: Sequence[str]) -> None:
    """Say so when the address asks for a filter that does not exist, as of departments and waves.

    What is answered is the list without it, which would be taken for the one that was asked for.
    """
    asked = {name: st.query_params.get(name) for name in KINDS_OF_FILTER}
    told = (
        (MISSING, words_of.heads(), _("{value} finns inte bland det som kan saknas"), ()),
        (MANAGER, managers, _("{value} finns inte bland cheferna den här dagen"), ()),
        (ENDS, WITHIN, _("Slutar inom {value} går inte att välja"), WITHIN),
        (LISTED, LISTS, _("Listan {value} finns inte"), tuple(LISTS)),
    )
    for name, known, title, listed in told:
        value = asked[name]
        if value and value not in (NONE, *known):
            note_unknown(title.format(value=value[:SAID]), listed)
    alone = asked[RULE] or asked[OUTCOME]
    if alone and not st.query_params.get(RULESET):
        title = _("{value} hör till ett regelverk som adressen inte nämner")
        note_unknown(title.format(value=alone[:SAID]))


def _asked_behind() -> dict[str, str | None]:
    """Return which rule set, rule and outcomes the address asks for, all or nothing.

    What does not exist is told: the list of another question would be taken for the answer.
    """
    named, rule, outcome = (st.query_params.get(name) for name in (RULESET, RULE, OUTCOME))
    if not named:
        return {}
    rules = next((found for found in rulesets() if found.id == named), None)
    wrong = next(
        (
            asked
            for asked, known in (
                (named, rules is not None),
                (rule, rules is None or not rule or rule in {r.id for r in rules.lines()}),
                (outcome, not outcome or set(outcome.split(SEPARATOR)) <= set(words.OUTCOMES)),
            )
            if not known
        ),
        None,
    )
    if wrong is None:
        return {"ruleset": named, "rule": rule or None, "outcome": outcome or None}
    title = _("{value} finns inte bland regelverken").format(value=wrong[:SAID])
    text = _("Adressen pekar på något som inte finns. Här visas allt som behöver göras.")
    st.html(cards.callout("warning", title, text))
    return {}


def _behind_note(context: Context, choice: Choice) -> str:
    """Return what the list is about instead of what needs doing, and the way back from it."""
    assert choice.ruleset is not None, "asked for by the caller"
    rules = ruleset(choice.ruleset)
    title = _("Överenskommelser enligt {ruleset}").format(ruleset=rules.name)
    parts = []
    if choice.rule:
        parts.append(_("Regel: {text}").format(text=rules.rule(choice.rule).text))
    if choice.outcome:
        outcomes = join_words(map(words.outcome_word, choice.outcome.split(SEPARATOR)))
        parts.append(_("Utfall: {word}").format(word=outcomes))
    leave = {RULESET: None, RULE: None, OUTCOME: None}
    back = link_line(choice.address(context, **leave), _("Visa i stället allt som behöver göras"))
    return cards.callout("info", title, "\n\n".join(parts)) + back


def _ask_list(context: Context, choice: Choice) -> str:
    """Show what can be listed, with how many agreements each list holds; return the chosen one."""
    needing_some = int(narrowed(needing(context, choice), choice)["agreement_id"].nunique())
    counts = {TO_DO: needing_some, **in_states(context, choice)}

    def name(code: str) -> str:
        return f"{words_of.listed_word(code)} ({f.number(counts[code])})"

    return choices.pills(
        st, _("Visa överenskommelser"), list(LISTS), key=LISTED, default=TO_DO, names=name
    )


def _ask_matter(context: Context, choice: Choice) -> str | None:
    """Show what needs something, with its counts; return the head that is chosen."""
    rows = narrowed(needing(context, choice), choice)
    counts = counted(rows)
    # A head stays chosen when the other filters leave nothing of it: the list then says so.
    for code in (choices.kept(MISSING), st.query_params.get(MISSING)):
        if code in words_of.heads():
            counts.setdefault(str(code), 0)
    if not counts:
        return None
    everything = int(rows["agreement_id"].nunique())

    def name(code: str) -> str:
        said = _("Allt") if code == NONE else words_of.head(code)
        return f"{said} ({f.number(everything if code == NONE else counts[code])})"

    chosen = choices.pills(
        st,
        _("Vad som saknas, och i hur många överenskommelser"),
        [NONE, *counts],
        key=MISSING,
        default=NONE,
        names=name,
    )
    return None if chosen == NONE else chosen


def finding(context: Context, choice: Choice) -> None:
    """Say in a few sentences how many agreements there are, how many need something, what is worst.

    Of the chosen department; the other filters are about the list.
    """
    place = Choice(choice.as_of, department=choice.department, parts=choice.parts)
    needs = narrowed(needs_of(context.reader, key_of(context), choice.as_of), place)
    states = register_of(context.reader, key_of(context), choice.as_of)
    states = narrowed(states, place)["state"].value_counts()
    said = told({str(k): int(n) for k, n in states.items()}, needs, choice.as_of)
    st.html(f'<p class="dk dk-lead">{cards.escaped(said)}</p>')
    note(_day_note(context, choice.as_of))


def told(states: Mapping[str, int], needs: pd.DataFrame, as_of: date) -> str:
    """Return the page's finding. ``states``: how many agreements are in each state."""
    n, past = states.get("in_force", 0), states.get("past_end", 0)
    if not n + past:
        return _(
            "Registret känner ingen överenskommelse som gällde den {day}. Välj en annan dag."
        ).format(day=f.date(as_of))
    first = _n(
        "{n} överenskommelse gäller den {day}", "{n} överenskommelser gäller den {day}", n
    ).format(n=f.number(n), day=f.date(as_of))
    if past:
        # Judged too, and counted among those that need something.
        first += _n(
            ", och {n} har passerat sitt slutdatum utan att avslutas",
            ", och {n} har passerat sina slutdatum utan att avslutas",
            past,
        ).format(n=f.number(past))
    first += "."
    lacking = int(needs["agreement_id"].nunique())
    if not lacking:
        return first + " " + _("Registret visar inget som behöver göras i dem.")
    second = _("Av dem behöver {n} något.").format(n=f.number(lacking))
    head, count = next(iter(counted(needs).items()))
    third = _("Allvarligast: {head} ({n}).").format(
        head=fields.within(words_of.head(head)), n=f.number(count)
    )
    return " ".join((first, second, third))


def _day_note(context: Context, day: date) -> str:
    assert context.as_of is not None
    if caution := reckoned_back(context, day):
        return caution
    if day == context.as_of:
        return _("Läget är registrets egen dag. Välj en tidigare dag för att se hur det såg ut då.")
    if day < context.as_of:
        return _(
            "Läget visas som det var känt den {day}: det som har hänt eller skrivits in senare "
            "räknas inte. Registret är från {own}."
        ).format(day=f.date(day), own=f.date(context.as_of))
    return _(
        "Registret är från {own}. Visat är hur det ser ut den {day} om inget mer skrivs in."
    ).format(day=f.date(day), own=f.date(context.as_of))


# --- the list -------------------------------------------------------------------------------------


def show(context: Context, choice: Choice, found: Found) -> str | None:
    """Show what needs doing, and let one agreement be opened; return its id.

    The address, the table and the select box say the same. The table is drawn on a canvas, which a
    screen reader hardly reads: the box is the way for keyboard and ear, and a link leads past the
    table to it. On paper an open story stands without the list.
    """
    with st.container(key="list-head"):
        whole = choice.ruleset or choice.of_register
        st.header(_("Överenskommelserna") if whole else _("Att göra"), anchor=False)
        _hits(choice, found)
        _others_end(context, choice, found)
    opened = _opened(context, choice, found)
    if not found.lines:
        _nothing(context, choice)
    if found.lines:
        with st.container(key="wide-worklist"):
            skip = cards.escaped(_("Hoppa över tabellen"))
            st.html(f'<p class="dk dk-skip"><a href="#{PAST_TABLE}">{skip}</a></p>')
            _table(context, choice, found, opened)
        with st.container(key="narrow-worklist"):
            st.html(cards_html(context, choice, found.rows, opened))
        st.html(f'<span class="dk" id="{PAST_TABLE}" tabindex="-1"></span>')
    with st.container(horizontal=True, vertical_alignment="bottom", key="oppna"):
        opened = _select(context, found, opened)
        # Of agreements that lack nothing there is still the register, and the dates to come.
        files = bool(found.lines) or not chosen_agreements(context, choice).empty
        if files:
            _downloads(context, choice)
    if files:
        with st.container(key="list-note"):
            note(files_note(found, choice))
    return opened


def files_note(found: Found, choice: Choice) -> str:
    """Return what the files hold, and of a long list that its file takes a while to make: the
    button says nothing until the file is there."""
    whole = (
        _("Filerna har hela urvalet, med alla uppgifter ur registret.")
        if choice.of_register
        else _("Filerna har hela urvalet, Excelfilen också registret.")
    )
    dates = _(
        "Kalenderfilen öppnas i Outlook och har de datum som kommer inom ett år (högst {n}), utan "
        "namn på anställda."
    ).format(n=f.number(MOST_DATES))
    text = f"{whole} {dates}"
    if found.lines < LONG:
        return text
    wait = _(
        "Listan har {n} rader. Excelfilen kan därför dröja upp till en minut efter att du har "
        "tryckt på knappen."
    )
    return f"{text} {wait.format(n=f.number(found.lines))}"


def _others_end(context: Context, choice: Choice, found: Found) -> None:
    """Lead to those that end within the chosen days and lack nothing: they too need a decision."""
    if not choice.ends or choice.ruleset or choice.of_register or choice.missing:
        return
    every = replace(choice, listed="alla")
    more = len(narrowed(needing(context, every), every)) - found.agreements
    if more > 0:
        text = _n(
            "{n} till slutar inom {days} dagar utan att något saknas. Visa alla",
            "{n} till slutar inom {days} dagar utan att något saknas. Visa alla",
            more,
        ).format(n=f.number(more), days=choice.ends)
        st.html(link_line(every.address(context), text))


def _hits(choice: Choice, found: Found) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if found.lines:
            # On paper the filters are gone, and what they chose must stand somewhere.
            told = _("Urval: {chosen}").format(chosen=plain(selection_words(choice)) or _("Allt"))
            st.html(
                f'<p class="dk dk-sentence">{cards.escaped(hits(found, choice))}</p>'
                f'<p class="dk dk-on-paper dk-detail">{cards.escaped(told)}</p>',
                width="stretch",
            )
        if choice.narrows:
            st.button(_("Rensa filtren"), on_click=_clear, key="rensa")


def hits(found: Found, choice: Choice) -> str:
    """Return how much there is in the list, in which order, and how to open a row of it.

    Behind a cell of the comparison stands each agreement once, and nothing is to be done.
    """
    lines = _n("{n} sak", "{n} saker", found.lines).format(n=f.number(found.lines))
    agreements = _n("{n} överenskommelse", "{n} överenskommelser", found.agreements)
    if choice.of_register and found.lines > 1:
        cut = _("Här visas de {n} första; filerna har alla.").format(n=f.number(SHOWN))
        order = {
            "kommande": _("{agreements}, de som börjar först överst."),
            "slut": _("{agreements}, de som slutade sist överst."),
            "avslag": _("{agreements}, de senaste överst."),
        }.get(choice.listed, _("{agreements}, de som slutar först överst."))
        last = _("Öppna en för att se hela historien.")
        told = " ".join([order, *([cut] if found.lines > SHOWN else []), last])
        return told.format(agreements=agreements.format(n=f.number(found.agreements)))
    if found.lines == 1:
        # Of one there is no order, nor which of them to open.
        alone = choice.ruleset or choice.of_register
        first = _("{agreements}.") if alone else _("{lines} i {agreements}.")
        parts = [first, _("Öppna den för att se hela historien.")]
    else:
        first = (
            _("{agreements}, det värsta utfallet först.")
            if choice.ruleset
            else _(
                "{lines} i {agreements}, det allvarligaste först och sedan det som väntat längst."
            )
        )
        cut = _("Här visas de {n} första; filerna har alla.").format(n=f.number(SHOWN))
        last = _("Öppna en för att se hela historien.")
        parts = [first, *([cut] if found.lines > SHOWN else []), last]
    return " ".join(parts).format(
        lines=lines, agreements=agreements.format(n=f.number(found.agreements))
    )


def _clear() -> None:
    choices.clear(MISSING, MANAGER, ENDS, DEPARTMENT, default=NONE)


def _nothing(context: Context, choice: Choice) -> None:
    title, text = nothing(choice, known=not needing(context, choice).empty)
    st.html(cards.callout("info", title, text))


def nothing(choice: Choice, *, known: bool) -> tuple[str, str]:
    """Return why the list is empty, as a title and a sentence.

    ``known``: whether there is something without the filters, so that it helps to clear them.
    """
    day = f.date(choice.as_of)
    if choice.of_register:
        title = _("Ingen överenskommelse här")
        text = _("Registret har ingen sådan överenskommelse den {day}.").format(day=day)
    elif choice.ruleset:
        title = _("Ingen överenskommelse här")
        text = _("Ingen överenskommelse har det utfallet den {day}.").format(day=day)
    else:
        title = _("Inget att göra")
        text = _("Registret visar inget som behöver göras den {day}.").format(day=day)
    if known and choice.narrows:
        title = _("Inget för det här urvalet")
        text = _("Registret visar inget för det den {day}. Rensa filtren för att se allt.")
        text = text.format(day=day)
    return title, text


PAST_TABLE = "efter-tabellen"
"""Id of the place that the link past the table leads to."""
TABLE = "lista"
"""Prefix of the table's key; what is chosen follows, so that another list is another table."""


def _opened(context: Context, choice: Choice, found: Found) -> str | None:
    """Return the agreement that the address, the table or the select box asks for.

    One that the viewer may not see is answered like one that does not exist.
    """
    asked = st.query_params.get(AGREEMENT)
    kept = choices.kept(AGREEMENT)
    ids = list(dict.fromkeys(found.rows["agreement_id"]))
    others = [i for i in (asked, kept) if i and i != NONE and i not in ids]
    ids += [i for i in dict.fromkeys(others) if _terms(context, choice.as_of, i) is not None]
    chosen = choices.settle([NONE, *ids], key=AGREEMENT, default=NONE)
    if asked and asked not in (NONE, *ids) and chosen == NONE:
        title = _("Överenskommelsen {value} går inte att visa").format(value=asked[:SAID])
        text = _(
            "Den finns inte bland de överenskommelser som du kan öppna den här dagen. Kontrollera "
            "numret, eller välj i listan."
        )
        st.html(cards.callout("info", title, text))
    return None if chosen == NONE else chosen


def _select(context: Context, found: Found, opened: str | None) -> str | None:
    people = dict(zip(found.rows["agreement_id"], found.rows["person"], strict=True))
    ids = list(people) + ([opened] if opened and opened not in people else [])
    if not ids:
        return None

    def name(code: str) -> str:
        if code == NONE:
            return _("Ingen vald")
        return " · ".join(filter(None, (code, people.get(code))))

    chosen = choices.select(
        st,
        _("Öppna överenskommelse"),
        [NONE, *ids],
        key=AGREEMENT,
        default=NONE,
        names=name,
        width=300,
    )
    return None if chosen == NONE else chosen


def _table(context: Context, choice: Choice, found: Found, opened: str | None) -> None:
    key = "-".join([TABLE, context.snapshot.id, *map(str, _shown_key(choice))])
    ids = list(found.rows["agreement_id"])
    _mark_opened(key, ids, opened)

    def picked() -> None:
        rows = choices.picked_rows(key)
        choices.choose(AGREEMENT, ids[rows[0]] if rows and rows[0] < len(ids) else NONE)

    rows = min(len(ids), ROWS_BESIDE_STORY if opened else ROWS)
    vary = _departments_vary(found.rows)
    height, table = ROW_HEIGHT, list_table
    if choice.of_register:
        rows, height, table = rows * 2, LINE_HEIGHT, partial(register_list, context)
        rows = min(rows, len(ids))
    st.dataframe(
        table(found.rows, choice.as_of, departments=vary),
        key=key,
        on_select=picked,
        selection_mode="single-row",
        hide_index=True,
        row_height=height,
        height=35 + height * rows + 3,
        column_config=_register_columns() if choice.of_register else _columns(),
        placeholder="",
        alt=_("Överenskommelser, en rad var. Samma sak finns i filerna.")
        if choice.of_register
        else _("Vad som behöver göras, en rad per sak. Samma sak finns i filerna."),
    )


def _shown_key(choice: Choice) -> Sequence[object]:
    return (
        choice.as_of, choice.department, choice.missing, choice.manager, choice.ends,
        choice.listed, choice.ruleset, choice.rule, choice.outcome,
    )  # fmt: skip


def _mark_opened(key: str, ids: Sequence[str], opened: str | None) -> None:
    """Let the table show as chosen what was opened by other ways."""
    rows = choices.picked_rows(key)
    if [ids[i] for i in rows if i < len(ids)] != ([opened] if opened in ids else []):
        choices.tick(key, [ids.index(opened)] if opened in ids else [])


def _departments_vary(rows: pd.DataFrame) -> bool:
    return rows["department"].nunique() > 1


def _columns() -> dict[str, Any]:
    """Return the widths: what to do stands within a laptop's width, without scrolling sideways."""
    config, day = st.column_config, "YYYY-MM-DD"
    return {
        _("Vad"): config.TextColumn(width=126),
        _("Gör så här"): config.TextColumn(width=238),
        _("Ska agera"): config.TextColumn(width=112),
        _("Överenskommelse"): config.TextColumn(width=118),
        _("Anställd"): config.TextColumn(width=134),
        _("Dagar"): config.NumberColumn(
            format="localized", width=58, help=_("Så många dagar har det varit så.")
        ),
        _("Slut"): config.DateColumn(format=day, width=98),
        _("Förvaltning"): config.TextColumn(width=95),
    }


def _register_columns() -> dict[str, Any]:
    config, day = st.column_config, "YYYY-MM-DD"
    return {
        _("Överenskommelse"): config.TextColumn(width=124),
        _("Anställd"): config.TextColumn(width=134),
        _("Läge"): config.TextColumn(width=150),
        _("Ansvarig chef"): config.TextColumn(width=112),
        _("Start"): config.DateColumn(format=day, width=94),
        _("Slut"): config.DateColumn(format=day, width=94),
        _("Att göra"): config.NumberColumn(
            format="%d", width=75, help=_("Så många saker behöver göras.")
        ),
        _("Förvaltning"): config.TextColumn(width=95),
    }


def cards_html(
    context: Context, choice: Choice, rows: pd.DataFrame, opened: str | None = None
) -> str:
    """Return the first rows as lists of links, for a screen too narrow for a table.

    Folded away when an agreement is open, whose story would else stand far below.
    """
    first = rows.head(CARDS)
    if choice.of_register:
        items = "".join(_plain_card(context, choice, row) for row in first.to_dict("records"))
        cards_of = f'<ul class="dk-worklist">{items}</ul>'
    else:
        cards_of = _cards_by_matter(context, choice, first)
    if len(rows) > CARDS:
        text = _("Här visas de {n} första. Välj med filtren, eller hämta filen som har alla.")
        cards_of += f'<p class="dk-detail">{cards.escaped(text.format(n=CARDS))}</p>'
    if opened:
        summary = cards.escaped(_("Visa listan"))
        cards_of = f"<details><summary>{summary}</summary>{cards_of}</details>"
    return f'<div class="dk dk-listed">{cards_of}</div>'


def _cards_by_matter(context: Context, choice: Choice, rows: pd.DataFrame) -> str:
    parts = []
    listed = zip(rows.to_dict("records"), tell(rows, choice.as_of), strict=True)
    for title, matter in groupby(listed, key=lambda told: title_of(told[0])):
        parts.append(f"<h3>{cards.escaped(title)}</h3>")
        for to_do, group in groupby(matter, key=lambda told: told[1].to_do):
            act = f'<p class="dk-detail">{cards.escaped(to_do)}</p>' if to_do else ""
            items = "".join(_card(context, choice, row) for row, _told in group)
            parts.append(f'{act}<ul class="dk-worklist">{items}</ul>')
    return "".join(parts)


def _plain_card(context: Context, choice: Choice, row: Mapping[str, Any]) -> str:
    day = row["end"] if f.is_missing(row["ended"]) else row["ended"]
    ends = "" if f.is_missing(day) else _("slut {day}").format(day=f.date(day))
    return _item(context, choice, row, words_of.state_word(row["state"]), row["department"], ends)


def _card(context: Context, choice: Choice, row: Mapping[str, Any]) -> str:
    days = days_since(row["since"], choice.as_of)
    late = "" if days is None else _n("{n} dag", "{n} dagar", days).format(n=f.number(days))
    return _item(context, choice, row, who_text(row), row["department"], late)


def _item(context: Context, choice: Choice, row: Mapping[str, Any], *details: str) -> str:
    place = choice.address(context, **{AGREEMENT: row["agreement_id"]})
    name = " · ".join(filter(None, (row["agreement_id"], row["person"])))
    link = cards.linked(cards.escaped(name), place)
    detail = " · ".join(filter(None, details))
    return f'<li>{link}<p class="dk-detail">{cards.escaped(detail)}</p></li>'


def _downloads(context: Context, choice: Choice) -> None:
    """Show the buttons of the files, which are made when they are asked for."""
    name = f"overenskommelser-{choice.as_of.isoformat()}"
    name += "-arbetsmaterial" if context.viewer.sees_microdata else ""
    for label, data, ending, mime in (
        (_("Hämta som Excel"), lambda: excel(context, choice), "xlsx", XLSX),
        (_("Hämta som CSV"), lambda: csv(context, choice), "csv", "text/csv"),
        (_("Hämta till kalendern"), lambda: ics(context, choice), "ics", "text/calendar"),
    ):
        journal.download(
            context.viewer,
            label,
            data,
            name=f"{name}.{ending}",
            mime=mime,
            key=f"{ending}-{PAGE}",
            department=context.department,
        )


# --- one agreement --------------------------------------------------------------------------------


def story(context: Context, choice: Choice, agreement: str) -> None:
    """Tell one agreement: whose it is, what it lacks, its events and its terms as of the day."""
    terms = _terms(context, choice.as_of, agreement)
    if terms is None:
        return
    st.header(agreement, anchor="overenskommelse")
    st.html(f'<p class="dk dk-who">{cards.escaped(_whose(context, terms))}</p>')
    events = story_of(context.reader, key_of(context), choice.as_of, agreement)
    lines = lines_of(context.reader, key_of(context), choice.as_of)
    lacks, noted = (_told_needs(context, found, choice.as_of, agreement) for found in lines)
    sources = context.viewer.sees_microdata
    st.html(timeline.story_html(lacks, events, terms, choice.as_of, noted=noted, sources=sources))


def _whose(context: Context, terms: Mapping[str, Any]) -> str:
    person = named(context, pd.DataFrame([terms]))["person"].iloc[0]
    manager = terms["manager"] if isinstance(terms["manager"], str) else ""
    parts = [
        str(person),
        str(terms["department_name"]),
        _("Ansvarig chef: {manager}").format(manager=manager) if manager else "",
        words_of.state_word(str(terms["state"])),
    ]
    return " · ".join(plain(part) for part in parts if part)


def _told_needs(
    context: Context, lines: pd.DataFrame, as_of: date, agreement: str
) -> list[timeline.Need]:
    rows = lines[lines["agreement_id"] == agreement]
    told = tell(rows, as_of)
    return [
        _need(context, row, said) for row, said in zip(rows.to_dict("records"), told, strict=True)
    ]


def _need(context: Context, row: Mapping[str, Any], said: Told) -> timeline.Need:
    rules = ruleset(row["ruleset"])
    rule = rules.rule(row["rule"])
    late = row["reason"] == LATE
    since = _("Sedan {day}").format(day=f.date(row["since"]))
    return timeline.Need(
        title=title_of(row)
        if row["also"] == "overdue"
        else words_of.lack(row["kind"], row["field"], row["outcome"], row["reason"]),
        outcome=str(row["outcome"]),
        outcome_word=words.outcome_word(row["outcome"]),
        why=said.why,
        # Nobody is to act on what came too late.
        to_do="" if late else said.to_do,
        who="" if late else _("Ska agera: {who}").format(who=who_text(row)),
        since="" if late or f.is_missing(row["since"]) else since,
        rule=rule.text,
        ruleset=rules.name,
        source=source_words(rule.source),
        # The common checks are no organisation's: they stand in no comparison.
        href=None if rules.id == BASE else context.link("regelverk", **{RULESET: rules.id}),
    )


def _terms(context: Context, as_of: date, agreement: str) -> dict[str, Any] | None:
    register = register_of(context.reader, key_of(context), as_of)
    return dict(register.loc[agreement]) if agreement in register.index else None
