"""HR's work list: what is chosen, counted and said, an agreement's story, and the files."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from icalendar import Calendar
from python_calamine import CalamineWorkbook
from streamlit.testing.v1 import AppTest

from ingest.load import load_agreements
from queries import rule_words
from queries.agreements import needs as find_needs
from queries.agreements import register as read_register
from queries.indicators import register_date
from queries.reference import load_questionnaire
from queries.rules import KINDS, base, own, ruleset
from queries.store import open_reader
from queries.viewer import Role, Viewer
from tests.visiting import at
from ui import calendar, register, register_words, tables, timeline, worklist
from ui import formats as f
from ui.register import Choice, Found
from ui.register_files import excel, file_table, register_table
from ui.register_files import ics as make_ics

DAY = date(2026, 10, 31)
ROOT = Path(__file__).resolve().parents[2]


def need(agreement: str, kind: str = "follow_up", **other: Any) -> dict[str, Any]:
    return {
        "agreement_id": agreement, "employee": "ab" * 32, "person": "ABABAB", "department": "SN",
        "department_name": "Socialförvaltningen", "manager": "Eva Ek", "position": None,
        "kind": kind, "field": None, "rule": "uppfoljning_varje_ar", "ruleset": "vaggeryd",
        "aspect": "follow_up",
        "modality": "ska", "outcome": "brister", "reason": "never", "value": None,
        "since": date(2026, 10, 1), "due": None, "rank": 7, "start": date(2025, 9, 30),
        "end": None, "days_to_end": pd.NA, "who": "chef", "also": None, **other,
    }  # fmt: skip


def needs(*rows: dict[str, Any]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows)).astype({"days_to_end": "Int64"})
    return register.with_matters(table)


MIXED = needs(
    need("A", "red_measure", rank=1, reason="red_open", manager="Bo", also="overdue"),
    need("B", "risk_before_start", rank=2, days_to_end=30),
    need("C", "measures_on_time", rank=4, reason="overdue", days_to_end=31),
    need("A", days_to_end=-1, department="TN"),
    need("D", "in_register", rank=12, outcome="uppgift_saknas", reason="gone", who="hr"),
    need("D", "most_days", rank=13, outcome="uppgift_saknas", reason="not_stated"),
    need("E", "yes", field="vpn", rank=13, outcome="uppgift_saknas", reason="not_stated"),
    need("E", "it_briefing", rank=14, outcome="avviker", who="it"),
)


# --- what is chosen and counted -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, "ABCADDEE"),
        ({"department": "TN"}, "A"),
        ({"manager": "Bo"}, "A"),
        ({"ends": 30}, "B"),
        ({"ends": 60}, "BC"),
        ({"ends": 60, "missing": "measures_on_time"}, "C"),
        ({"missing": "risk_before_start"}, "B"),
        ({"missing": "measures_on_time"}, "AC"),
        ({"missing": "red_measure"}, "A"),
        ({"missing": "uppgift_saknas"}, "DE"),
        ({"missing": "follow_up", "department": "SN"}, ""),
    ],
)
def test_a_filter_leaves_what_it_asks_for_and_what_has_ended_ends_no_more(asked, found):
    assert "".join(register.narrowed(MIXED, Choice(DAY, **asked))["agreement_id"]) == found


def test_advice_and_empty_fields_are_never_counted_with_what_is_broken():
    assert register.counted(MIXED) == {
        "red_measure": 1, "risk_before_start": 1, "measures_on_time": 2, "follow_up": 1,
        "in_register": 1, "uppgift_saknas": 2, "avviker": 1,
    }  # fmt: skip
    assert next(iter(register.counted(MIXED))) == "red_measure"


def test_what_ends_on_the_day_itself_ends_within_any_number_of_days():
    today = needs(need("A", days_to_end=0), need("B", days_to_end=-1), need("C"))
    assert list(register.narrowed(today, Choice(DAY, ends=30))["agreement_id"]) == ["A"]


def test_each_head_leads_to_as_many_agreements_as_it_says(hr):
    whole = open_reader(Viewer(Role.REVISOR, frozenset()))
    day = register_date(hr)
    lines = register.with_matters(find_needs(whole, own(), day)[0])
    told = register.counted(lines)
    found: set[str] = set()
    for head, agreements in told.items():
        rows = register.narrowed(lines, Choice(day, missing=head))
        assert rows["agreement_id"].nunique() == agreements > 0, head
        found |= set(rows.index)
    # Under the heads together stands all that is to be done.
    assert found == set(lines.index)
    assert len(told) > 5


def test_where_nothing_is_to_be_done_nothing_is_counted_and_nothing_fails():
    empty = MIXED.head(0)
    assert register.counted(register.with_matters(empty)) == {}
    assert register.narrowed(empty, Choice(DAY, missing="follow_up", ends=30)).empty


def test_an_agreement_is_counted_once_however_many_fields_are_empty():
    twice = needs(
        *(need("A", k, outcome="uppgift_saknas", reason="not_stated") for k in ("form", "notice"))
    )
    assert register.counted(twice) == {"uppgift_saknas": 1}


@pytest.mark.parametrize("asked", ["own", "base", "ruleset"])
def test_an_edited_rule_file_is_judged_anew(asked, monkeypatch):
    context: Any = SimpleNamespace(
        snapshot=SimpleNamespace(path="s"), viewer=Viewer(Role.REVISOR, frozenset())
    )
    before = register.key_of(context, "vgr")
    assert before == register.key_of(context, "vgr") != register.key_of(context)
    found = {"own": own(), "base": base(), "ruleset": ruleset("vgr")}[asked]
    edited = found.model_copy(update={"rules": found.rules[1:]})
    monkeypatch.setattr(register, asked, lambda *_of: edited)
    assert register.key_of(context, "vgr") != before


def test_who_must_act_is_a_name_or_a_function_and_never_empty():
    assert register.who_text(need("A")) == "Eva Ek"
    assert register.who_text(need("A", who="it")) == "IT-avdelningen"
    assert register.who_text(need("A", manager=None)) == "chef saknas i registret"


def test_an_agreement_without_an_employee_is_named_by_its_number_alone():
    context: Any = SimpleNamespace(as_of=DAY, link=lambda page, **_parameters: f"/{page}")
    rows = needs(need("A-1", person="", employee=None), need("A-2"))
    said = worklist.cards_html(context, Choice(DAY), rows)
    assert ">A-1</a>" in said
    assert said.count("Följ upp överenskommelsen nu") == 1
    assert ">A-2 · ABABAB</a>" in said
    # What differs is told under one heading.
    apart = needs(need("A-1", "controls", reason="lacking", value="vpn"),
                  need("A-2", "controls", reason="lacking", value="encryption"))  # fmt: skip
    said = worklist.cards_html(context, Choice(DAY), apart)
    assert said.count("<h3>Skydd saknas</h3>") == 1
    assert "VPN" in said and "kryptering" in said
    assert not re.search(r"\bnan\b", said.lower())


# --- words ----------------------------------------------------------------------------------------


def test_every_kind_of_rule_has_a_head_that_says_what_is_wrong():
    for kind in set(KINDS) - {"yes", "text"}:
        assert kind in register_words.heads()
        said = register_words.title(kind, None, "brister", "x")
        # The rule's own title says what is right: "Uppföljd i tid" would read as done.
        assert said != rule_words.kind_title(kind)


def test_a_head_tells_broken_rules_advice_and_empty_fields_apart():
    title = register_words.title
    assert title("most_days", None, "avviker", "too_many_days").startswith("Avviker från bör: för")
    assert title("yes", "vpn", "uppgift_saknas", "not_stated") == "Uppgift saknas: VPN"
    assert title("in_register", None, "uppgift_saknas", "gone") == "Borta ur registret"
    assert title("risk_before_start", None, "brister", "late") == "Riskbedömd efter start"


def test_the_finding_names_the_worst_first_and_good_news_is_told():
    said = worklist.told({"in_force": 1200, "past_end": 12}, MIXED, DAY).replace(f.NBSP, " ")
    assert said == (
        "1 200 överenskommelser gäller den 2026-10-31, och 12 har passerat sina slutdatum utan att "
        "avslutas. Av dem behöver 5 något. Allvarligast: röd risk utan åtgärd (1)."
    )
    assert "inget som behöver göras" in worklist.told({"in_force": 1}, MIXED.head(0), DAY)
    assert "känner ingen" in worklist.told({}, MIXED.head(0), DAY)


def test_a_list_that_is_cut_says_so():
    cut = Found(MIXED.loc[MIXED.index.repeat(100)], MIXED)
    assert "filerna har alla" in worklist.hits(cut, Choice(DAY))
    assert "filerna" not in worklist.hits(Found(MIXED, MIXED), Choice(DAY))


def test_only_of_a_long_list_the_reader_is_told_to_wait_for_the_file():
    long = Found(MIXED.loc[MIXED.index.repeat(worklist.LONG)], MIXED)
    assert "80 000 rader" in worklist.files_note(long, Choice(DAY)).replace(f.NBSP, " ")
    assert "upp till en minut" in worklist.files_note(long, Choice(DAY))
    assert "minut" not in worklist.files_note(Found(MIXED, MIXED), Choice(DAY))


def test_of_a_single_thing_to_do_no_order_is_told():
    one = Found(MIXED.head(1), MIXED.head(1))
    said = worklist.hits(one, Choice(DAY))
    assert said == "1 sak i 1 överenskommelse. Öppna den för att se hela historien."
    assert worklist.hits(one, Choice(DAY, ruleset="vgr")).startswith("1 överenskommelse. Öppna")


def test_behind_a_cell_of_the_comparison_nothing_is_said_to_be_done():
    behind = worklist.hits(Found(MIXED, MIXED), Choice(DAY, ruleset="vgr"))
    assert behind.startswith("5 överenskommelser, det värsta utfallet först.")
    title, text = worklist.nothing(Choice(DAY, ruleset="vgr"), known=False)
    assert "göra" not in title + text


def test_filters_are_blamed_for_an_empty_list_only_when_there_is_more_without_them():
    asked = Choice(DAY, manager="Bo")
    assert "Rensa" in worklist.nothing(asked, known=True)[1]
    assert "Rensa" not in worklist.nothing(asked, known=False)[1]
    assert "Rensa" not in worklist.nothing(Choice(DAY), known=True)[1]


def test_a_red_risk_whose_measure_is_late_is_one_line_that_says_both(hr):
    day = register_date(hr)
    whole = open_reader(Viewer(Role.REVISOR, frozenset()))
    lines = register.with_matters(find_needs(whole, own(), day)[0])
    both = lines[lines["also"] == "overdue"]
    assert len(both)
    for row in both.to_dict("records"):
        mine = lines[lines["agreement_id"] == row["agreement_id"]]
        assert "measures_on_time" not in set(mine["kind"])
    said = register.tell(both, day)[0].why
    assert "röd" in said and "skulle ha varit klar senast" in said
    assert set(register.titles(both)) == {"Röd risk, åtgärden försenad"}
    found = register.narrowed(lines, Choice(day, missing="measures_on_time"))
    assert set(both["agreement_id"]) < set(found["agreement_id"])
    assert register.counted(lines)["measures_on_time"] == found["agreement_id"].nunique()


def test_what_came_too_late_is_nothing_to_do_but_is_in_the_agreements_story(hr, visit):
    day = register_date(hr)
    to_do, late = find_needs(hr, own(), day)
    assert "late" not in set(to_do["reason"])
    assert set(late["reason"]) == {"late"}
    agreement = late["agreement_id"].iloc[0]
    told = said(visit(roll="hr", mina="SN", overenskommelse=agreement))
    assert "Gjort för sent" in told
    assert "Riskbedömd efter start" in told
    assert "Gör nästa före start" not in told


# --- one agreement --------------------------------------------------------------------------------

EVENTS = pd.DataFrame(
    [
        (date(2025, 1, 1), "start", "Start", "<b>muntlig</b>", "past", "r.csv", 7),
        (date(2026, 1, 1), "measure_due", "Åtgärd senast", "", "past", None, None),
        (date(2027, 1, 1), "end", "Slut", "", "coming", None, None),
    ],
    columns=["date", "event", "label", "detail", "when", "file", "line"],
)


def test_the_story_is_in_order_with_its_day_between_what_was_and_what_comes():
    said = timeline.timeline_html(EVENTS, DAY)
    marks = ["dk-past", "dk-missed", "dk-today", "dk-coming"]
    places = [said.index(f'class="{mark}"') for mark in marks]
    assert places == sorted(places)
    # Not by colour and stroke alone.
    assert "har passerat" in said
    assert "kommande" in said
    assert "&lt;b&gt;" in said
    assert "<b>" not in said


def test_only_the_auditor_is_told_the_file_and_the_line():
    assert "rad 7" in timeline.timeline_html(EVENTS, DAY, sources=True)
    assert "r.csv" not in timeline.timeline_html(EVENTS, DAY)


def test_terms_say_what_the_register_does_not_say():
    said = timeline.terms_html({"form": "muntlig", "vpn": True, "reason": "<i>", "end": None})
    assert "Muntlig" in said
    assert "<dd>Ja</dd>" in said
    assert "&lt;i&gt;" in said
    assert "Registret säger inget om: " in said
    assert "IT-genomgång" in said


def test_an_agreement_that_no_rule_is_about_is_not_praised_for_keeping_them():
    def told(state: str) -> str:
        return timeline.story_html([], EVENTS, {"state": state}, DAY)

    assert "Inget saknas enligt reglerna" in told("in_force")
    assert "Inget saknas" not in told("refused")


# --- files ----------------------------------------------------------------------------------------

DATES = pd.DataFrame(
    {
        "date": [date(2026, 12, 31), date(2027, 3, 1)],
        "agreement_id": ["A-1", "A-1"],
        "department": ["SN", "SN"],
        "manager": ["Eva Ek\nBEGIN:VEVENT", None],
        "event": ["end", "follow_up_due"],
        "label": ["Slutar", "Uppföljning senast"],
    }
)
STAMP = datetime(2026, 11, 1, 8, tzinfo=UTC)


def ics(dates: pd.DataFrame) -> list[Any]:
    data = calendar.ics_bytes(dates, name="Test", owner="Vaggeryd", stamp=STAMP)
    return Calendar.from_ical(data).walk("VEVENT")


def test_calendar_events_are_whole_days_that_take_no_time():
    first = ics(DATES)[0]
    assert first["dtstart"].dt == date(2026, 12, 31)
    assert first["dtend"].dt == date(2027, 1, 1)
    assert first["transp"] == "TRANSPARENT"
    assert first["summary"] == "Slutar: A-1, SN"
    assert "Eva Ek BEGIN:VEVENT" in first["description"]
    assert "uppgift saknas" in ics(DATES)[1]["description"]


def test_a_moved_date_keeps_its_identity_and_others_have_their_own():
    moved = DATES.assign(date=[date(2027, 6, 30), date(2027, 3, 1)])
    before, after = ([str(e["uid"]) for e in ics(d)] for d in (DATES, moved))
    assert before == after
    assert len(set(before)) == 2
    other = calendar.ics_bytes(DATES, name="Test", owner="Jönköping", stamp=STAMP)
    assert str(Calendar.from_ical(other).walk("VEVENT")[0]["uid"]) not in before


def test_an_excel_file_can_hold_several_sheets_before_its_notes():
    data = tables.xlsx_bytes(
        pd.DataFrame({"a": [1]}),
        "Lista",
        [("Källa", "x")],
        more=[("Lista", pd.DataFrame({"b": [date(2026, 1, 2)]}))],
    )
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == ["Lista", "Lista 2", "Om uppgifterna"]
    assert book.get_sheet_by_name("Lista 2").to_python() == [["b"], [date(2026, 1, 2)]]


@pytest.fixture
def hr(demo_store: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    return open_reader(Viewer(Role.HR, frozenset({"SN"})))


def test_every_line_of_the_demo_is_told_in_sentences_and_without_codes(hr):
    day = register_date(hr)
    lines, _late = find_needs(hr, own(), day)
    table = file_table(lines, day, "Personuppgifter")
    assert len(table) == len(lines) > 0
    # The two sheets call the same thing the same.
    shared = {"Överenskommelse", "Anställd", "Kod", "Förvaltning", "Ansvarig chef", "Slut"}
    assert shared <= set(table) & set(register_table(read_register(hr, day)))
    texts = {rule.text for found in (own(), base()) for rule in found.lines()}
    assert set(table["Regel"]) <= texts
    for column in ("Vad", "Varför", "Gör så här", "Ska agera", "Regelverk"):
        assert table[column].str.len().gt(1).all()
        assert not table[column].str.contains("_", regex=False).any()
    shown = register.list_table(lines, day, departments=False)
    assert "Förvaltning" not in shown
    assert shown["Dagar"].dropna().ge(0).all()


def test_the_register_in_the_file_has_the_heads_it_was_read_from(hr):
    found = register_table(read_register(hr, register_date(hr)))
    header = next(ROOT.glob("data/demo/agreements*.csv")).read_text("utf-8-sig").splitlines()[0]
    assert set(header.split(";")) - {"Händelsedatum"} <= set(found.columns)
    assert set(found["Kod"]) == {"SN"}
    assert set(found["Förvaltning"]) == {"Socialförvaltningen"}
    assert set(found["Typ"]) <= {"Regelbundet", "Tillfälligt", ""}
    asked = load_questionnaire("vaggeryd-2024").attribute("occupation")
    assert set(found["Roll"]) - {""} <= {option.label for option in asked.options}
    assert register_words.code_word("occupation", "Trädgård") == "Trädgård"


def test_a_file_of_the_comparison_says_what_it_was_compared_with(hr, demo_store):
    day = register_date(hr)
    context: Any = SimpleNamespace(
        reader=hr, viewer=hr.viewer, as_of=day, snapshot=SimpleNamespace(path=demo_store, id="s1")
    )
    rules = ruleset("vgr")
    rule = next(line for line in rules.lines() if line.kind == "form")
    choice = Choice(day, ruleset="vgr", rule=rule.id, outcome="brister,uppfyllt")
    book = CalamineWorkbook.from_filelike(io.BytesIO(excel(context, choice)))
    assert book.sheet_names == ["Överenskommelser", "Registret", "Om uppgifterna"]
    n = len(book.get_sheet_by_name("Överenskommelser").to_python()) - 1
    notes = dict(row[:2] for row in book.get_sheet_by_name("Om uppgifterna").to_python())
    assert notes["Regler"] == rules.name
    assert notes["Rader"] == f"{n} överenskommelser"
    assert n > 1
    for said in (rules.name, rule.text, "Utfall: brister och uppfyllt"):
        assert said.lower() in notes["Urval"].lower()
    plain = CalamineWorkbook.from_filelike(io.BytesIO(excel(context, Choice(day))))
    notes = dict(row[:2] for row in plain.get_sheet_by_name("Om uppgifterna").to_python())
    assert plain.sheet_names[0] == "Att göra"
    assert notes["Regler"] == f"{own().name} · {base().name}"
    assert "saker att göra" in notes["Rader"]


# --- the page -------------------------------------------------------------------------------------


@pytest.fixture
def visit(demo_store: Path, monkeypatch: pytest.MonkeyPatch):
    """Return ``visit(**parameters)``: a finished run of the page on the demo store."""
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))

    def run(**parameters: str) -> AppTest:
        app = at("overenskommelser", **parameters).run()
        assert not app.exception, [e.value for e in app.exception]
        return app

    return run


def said(app: AppTest) -> str:
    return "\n".join(e.proto.body for e in app.get("html"))


def test_another_departments_agreements_are_told_to_be_out_of_reach(visit):
    app = visit(roll="hr", mina="SN", forvaltning="TN")
    assert "hör inte till dina förvaltningar" in said(app)
    assert not app.dataframe


def test_an_earlier_day_is_shown_as_it_was_known_then(visit):
    app = visit(roll="revisor", per="2025-03-01")
    assert app.date_input(key="per").value == date(2025, 3, 1)
    assert "som det var känt den 2025-03-01" in said(app)


@pytest.mark.parametrize("asked", ["igår", "1999-01-01", "2026-13-01"])
def test_a_day_that_cannot_be_shown_is_told_and_left_in_the_address(visit, asked):
    app = visit(roll="revisor", per=asked)
    assert "går inte att visa" in said(app)
    assert app.query_params["per"] in (asked, [asked])


def test_filters_that_leave_nothing_say_so_and_can_be_cleared(visit):
    app = visit(roll="revisor", saknas="landlord_consent", slutar="30")
    assert "Inget för det här urvalet" in said(app)
    app.button(key="rensa").click().run()
    assert app.dataframe
    assert "saknas" not in app.query_params


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("slutar", "7<b>", "Slutar inom 7&lt;b&gt; går inte att välja"),
        ("saknas", "risk_late", "risk_late finns inte bland det som kan saknas"),
        ("chef", "Ingen Alls", "Ingen Alls finns inte bland cheferna"),
        ("regel", "r1", "r1 hör till ett regelverk som adressen inte nämner"),
        ("utfall", "brister", "brister hör till ett regelverk"),
        ("overenskommelse", "X-1", "Överenskommelsen X-1 går inte att visa"),
    ],
)
def test_an_address_that_asks_for_what_does_not_exist_is_told(visit, name, value, told):
    app = visit(roll="hr", mina="SN", **{name: value})
    assert told in said(app)
    assert app.dataframe
    assert "finns inte" not in said(visit(roll="hr", mina="SN", slutar="30", saknas="follow_up"))


GOOD = {
    "Överenskommelse": "OK-1", "Anställd": "Ada Ask", "Ansvarig chef": "Eva Ek",
    "Förvaltning": "AAA", "Befattning": "Medarbetare", "Typ": "Regelbundet", "Form": "Skriftlig",
    "Beslut": "Beviljad", "Start": "2026-02-01", "Slut": "2027-01-31", "Dagar per vecka": "2",
    "Riskbedömning": "2026-01-15", "Risknivå": "Grön", "IT-genomgång": "2026-08-01",
    "Senaste uppföljning": "2026-08-01", "Sekretessklass": "Öppen",
}  # fmt: skip


def test_where_nothing_needs_doing_the_register_and_its_dates_can_still_be_taken(
    filled: Path, tmp_path: Path
):
    path = tmp_path / "register.csv"
    path.write_text(f"{';'.join(GOOD)}\n{';'.join(GOOD.values())}\n", encoding="utf-8")
    load_agreements(path, as_of=DAY)
    app = at("overenskommelser", roll="hr", mina="AAA").run()
    assert not app.exception
    assert "Inget att göra" in said(app)
    assert not app.dataframe
    assert "Kalenderfilen öppnas i Outlook" in "".join(said(app))
    context = app.session_state["_context"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(excel(context, Choice(DAY))))
    assert len(book.get_sheet_by_name("Att göra").to_python()) == 1
    assert len(book.get_sheet_by_name("Registret").to_python()) == 2
    events = Calendar.from_ical(make_ics(context, Choice(DAY))).walk("VEVENT")
    assert date(2027, 1, 31) in {event["dtstart"].dt for event in events}


@pytest.mark.parametrize("listed", [name for name in register.LISTS if name != register.TO_DO])
def test_every_agreement_can_be_listed_and_opened_whether_it_lacks_anything_or_not(
    visit, hr, listed: str
):
    day = register_date(hr)
    known = read_register(hr, day)
    wanted = known[known["state"].isin(register.LISTS[listed])]
    app = visit(roll="hr", mina=",".join(hr.viewer.departments), visa=listed)
    table = app.dataframe[0].value
    assert sorted(table["Överenskommelse"]) == sorted(wanted["agreement_id"]) != []
    assert set(table["Läge"]) == {register_words.state_word(state) for state in wanted["state"]}
    to_do = find_needs(hr, own(), day)[0]["agreement_id"].value_counts()
    told = dict(zip(table["Överenskommelse"], table["Att göra"], strict=True))
    assert told == {name: to_do.get(name, 0) for name in wanted["agreement_id"]}
    if listed == "galler":
        assert 0 in told.values(), "one that lacks nothing"
        lacks_nothing = min(name for name, n in told.items() if n == 0)
        opened = visit(
            roll="hr",
            mina=",".join(hr.viewer.departments),
            visa=listed,
            overenskommelse=lacks_nothing,
        )
        assert lacks_nothing in [heading.value for heading in opened.header]
    choice = Choice(day, listed=listed)
    book = CalamineWorkbook.from_filelike(io.BytesIO(excel(app.session_state["_context"], choice)))
    heads, *lines = book.get_sheet_by_name("Registret").to_python()
    assert [row[heads.index("Överenskommelse")] for row in lines] == list(table["Överenskommelse"])


def test_what_ends_within_so_many_days_is_everything_that_does_and_the_list_to_do_says_so(
    visit, hr
):
    known = read_register(hr, register_date(hr))
    days = (pd.to_datetime(known["end"]) - pd.Timestamp(register_date(hr))).dt.days
    ending = known[days.between(0, 90) & known["state"].isin(["in_force", "coming", "undecided"])]
    app = visit(roll="hr", mina=",".join(hr.viewer.departments), slutar="90", visa="alla")
    shown = list(app.dataframe[0].value["Överenskommelse"])
    assert sorted(shown) == sorted(ending["agreement_id"])
    assert list(app.dataframe[0].value["Slut"]) == sorted(ending["end"])
    to_do = visit(roll="hr", mina=",".join(hr.viewer.departments), slutar="90")
    listed = to_do.dataframe[0].value["Överenskommelse"].nunique()
    more = len(shown) - listed
    assert more > 0 and f"{more} till slutar inom 90 dagar" in said(to_do)
    assert "visa=alla" in said(to_do)


def test_a_list_that_does_not_exist_is_told_and_one_that_is_empty_says_so(visit):
    assert "Listan atlantis finns inte" in said(visit(roll="revisor", visa="atlantis"))
    empty = visit(roll="hr", mina="KLK", visa="avslag", chef="demo-chef-01", slutar="30")
    assert "Ingen överenskommelse här" in said(empty) or "Inget för det här" in said(empty)


def test_a_day_before_the_first_register_is_told_to_be_reckoned_back(visit):
    assert "före det första registret" in said(visit(roll="revisor", per="2024-06-30"))
    assert "före det första registret" not in said(visit(roll="revisor", per="2024-12-31"))


def test_a_rule_set_that_does_not_exist_is_told_and_answered_with_what_needs_doing(visit):
    assert "finns inte bland regelverken" in said(visit(roll="revisor", regelverk="atlantis"))
    app = visit(roll="revisor", regelverk="vgr", utfall="brister,avviker")
    assert "Västra Götalandsregionen" in said(app)
    ids = list(app.dataframe[0].value["Överenskommelse"])
    assert len(ids) == len(set(ids)) > 0


def test_without_a_register_the_page_says_how_to_load_one(filled: Path):
    app = at("overenskommelser", roll="revisor").run()
    assert not app.exception
    assert "Inget register är inläst ännu" in said(app)
    assert "load agreements" in said(app)
