"""The page of rule sets: what is shown in which form, what is hidden, and what is not a number."""

from __future__ import annotations

import csv
import io
import re
import shutil
from datetime import date
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from streamlit.testing.v1 import AppTest

from queries import reference, rules
from queries.regelverk import ANY, COLUMNS, MINE, NUMBERS, OUTCOMES, plan
from queries.rules import ASPECTS, RuleSet, own, ruleset, rulesets
from tests import loading
from tests.ui.test_cards import HOSTILE, Parsed
from tests.visiting import at
from ui import regelverk as page
from ui import rule_tables, tables
from ui.text import status_reason

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 10, 31)
NBSP = "\N{NO-BREAK SPACE}"
TIMEOUT = 60
SECRET = 987654
PAIR = re.compile(r"(?<![\d-])(\d+) av (\d+)(?!\d)")


def row(own: RuleSet, rule: str, department: str | None = None, **more) -> dict:
    """Return a row of outcomes: 30 of 158 fail, unless ``more`` says otherwise."""
    found = own.rule(rule) if rule != ANY else None
    hard = found is None or found.modality == "ska"
    return {
        "ruleset": own.id,
        "rule": rule,
        "aspect": found.aspect if found else "",
        "kind": found.kind if found else "",
        "modality": found.modality if found else "",
        "department": department,
        "name": department or "Alla",
        "failing": 30,
        "total": 158,
        "uppfyllt": 100,
        "brister": 30 if hard else 0,
        "avviker": 0 if hard else 30,
        "uppgift_saknas": 8,
        "omfattas_inte": 20,
        "ej_reglerat": 0,
        "soon_30": 1,
        "soon_90": 11,
        "soon_365": 77,
        "reasons": {},
        "status": "shown",
        "live": True,
    } | more


def table(*rows: dict) -> pd.DataFrame:
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    return found.astype(dict.fromkeys(NUMBERS, "Int64"))


def all_rows(own: RuleSet, department: str | None = None, **more) -> list[dict]:
    countable = [r.id for r in own.lines() if rule_tables.queries.is_countable(r)]
    return [row(own, name, department, **more) for name in [*countable, ANY]]


def published(**more) -> dict:
    return {n: None for n in NUMBERS if n not in ("failing", "total")} | {"live": False} | more


def address(ruleset: str, rule: str, outcome: str, department: str | None) -> str:
    return f"/overenskommelser?regelverk={ruleset}&regel={rule}&utfall={outcome}&f={department}"


def text_of(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))).replace(NBSP, " ")


# --- side by side ---------------------------------------------------------------------------------


def test_the_comparison_is_a_table_with_a_caption_heads_and_a_row_per_aspect() -> None:
    html = rule_tables.side_by_side(rulesets(), DAY)
    found = Parsed(html)
    assert len(found.all("caption")) == 1
    heads = [th.get("scope") for th in found.all("th")]
    assert heads.count("col") == 1 + len(rulesets())
    assert heads.count("row") == 1 + len(ASPECTS)
    (region,) = [d for d in found.all("div") if d.get("role") == "region"]
    assert region["tabindex"] == "0" and region["aria-label"]


def test_every_rule_of_every_set_stands_in_the_wide_and_in_the_narrow_form() -> None:
    said = text_of(rule_tables.side_by_side(rulesets(), DAY))
    for one in rulesets():
        for rule in one.rules:
            assert said.count(re.sub(r"\s+", " ", rule.text)) >= 2, rule.id


def test_a_table_that_scrolls_sideways_says_so_and_one_that_fits_does_not() -> None:
    assert rule_tables.side_by_side(rulesets(), DAY).count("Rulla i sidled") == 1
    assert "Rulla i sidled" not in rule_tables.side_by_side(rulesets()[:4], DAY)


def test_the_own_set_stands_first_and_says_so_in_words() -> None:
    said = text_of(rule_tables.side_by_side(rulesets(), DAY))
    assert rulesets()[0].id == own().id
    assert said.index("kommunens eget") < said.index("Linköping")
    assert said.count("kommunens eget") == 2


def test_the_strength_of_a_rule_is_a_word() -> None:
    said = text_of(rule_tables.side_by_side([ruleset("falkoping")], DAY))
    assert "bör Kommunen rekommenderar" in said and "ska Två veckors" in said


def test_what_is_not_regulated_is_a_dash_that_is_heard_as_words() -> None:
    assert text_of(rule_tables.dash()).split() == ["–", "ej", "reglerat"]
    assert 'aria-hidden="true">–' in rule_tables.dash()
    html = rule_tables.side_by_side([ruleset("universitet")], DAY)
    silent = len([r for r in ruleset("universitet").lines() if r.kind == "none"])
    assert html.count("ej reglerat</span>") == 2 * silent


def test_a_rule_that_no_longer_applies_says_until_when() -> None:
    html = rule_tables.side_by_side([ruleset("skatteverket")], DAY)
    assert "gällde till och med 2024-10-31" in html
    assert "gällde till och med" not in rule_tables.side_by_side(
        [ruleset("skatteverket")], date(2024, 5, 1)
    )
    assert "gäller från 2024-11-01" in rule_tables.side_by_side(
        [ruleset("skatteverket")], date(2024, 5, 1)
    )
    assert "–2024-10-31" in rule_tables.side_by_side([ruleset("skatteverket")], None)


def test_names_and_texts_of_a_municipalitys_own_file_are_escaped() -> None:
    vgr = ruleset("vgr")
    hostile = vgr.model_copy(
        update={
            "short": HOSTILE,
            "organisation": HOSTILE,
            "covers": vgr.covers.model_copy(update={"text": HOSTILE}),
            "rules": tuple(r.model_copy(update={"text": HOSTILE}) for r in vgr.rules),
        }
    )
    rows = all_rows(hostile)
    for html in (
        rule_tables.side_by_side([hostile], DAY),
        rule_tables.standing([hostile], table(*rows), DAY, address),
        rule_tables.plan_table(plan(table(*rows), hostile), hostile, address),
        rule_tables.hit(hostile, own(), table(*rows), address),
    ):
        assert "<script" not in html and "<img" not in html
        assert "&lt;script" in html


# --- over the register ----------------------------------------------------------------------------


def test_a_count_leads_to_the_agreements_behind_it_and_nothing_does_where_there_are_none() -> None:
    vgr = ruleset("vgr")
    html = rule_tables.standing([vgr], table(row(vgr, "skriftlig_form")), DAY, address)
    assert "regel=skriftlig_form&amp;utfall=brister&amp;f=None" in html
    assert "utfall=uppgift_saknas" in html and "utfall=omfattas_inte" in html
    none = row(vgr, "skriftlig_form", failing=0, brister=0, uppgift_saknas=0, omfattas_inte=0)
    html = rule_tables.standing([vgr], table(none), DAY, address)
    assert "utfall=brister" not in html and "0 av 158" not in text_of(html)
    assert "inga kända brister" in text_of(html)
    assert "uppgift saknas" not in html


def test_a_link_is_heard_with_what_it_counts_and_begins_as_it_reads() -> None:
    vgr = ruleset("vgr")
    html = rule_tables.standing([vgr], table(row(vgr, "skriftlig_form")), DAY, address)
    links = re.findall(r'<a [^>]*aria-label="([^"]+)"[^>]*>(.*?)</a>', html)
    assert links
    for heard, seen in links:
        assert heard.startswith(text_of(seen).strip().replace(" av ", f"{NBSP}av{NBSP}"))
        assert heard.endswith("Skriftlig form, VGR")


def test_a_published_count_leads_nowhere_and_claims_no_other_outcome() -> None:
    vgr = ruleset("vgr")
    rows = all_rows(vgr, **published())
    html = rule_tables.standing([vgr], table(*rows), DAY, address)
    assert "<a " not in html
    assert "30 av 158" in text_of(html)
    assert "uppfyllt" not in html


def test_a_hidden_count_is_a_word_whatever_lies_behind_it() -> None:
    vgr = ruleset("vgr")
    rows = all_rows(vgr, status="hidden", **dict.fromkeys(NUMBERS, SECRET))
    shown = table(*rows)
    for html in (
        rule_tables.standing([vgr], shown, DAY, address),
        rule_tables.plan_table(plan(shown, vgr), vgr, address),
        rule_tables.hit(vgr, own(), shown, address),
    ):
        assert "dolt" in html
        assert str(SECRET) not in html and "987" not in html
    exported = page.counted_rows([vgr], shown)
    assert str(SECRET) not in exported.to_csv()
    assert str(SECRET) not in page.plan_rows(plan(shown, vgr), vgr).to_csv()
    adopted = shown.to_dict("records")[-1]
    assert "dolt" in page.would_change(adopted, adopted, "VGR", "hela kommunen")
    assert str(SECRET) not in page.would_change(adopted, adopted, "VGR", "hela kommunen")


def test_permissions_and_what_the_register_cannot_show_are_said_and_not_counted() -> None:
    one = ruleset("linkoping")
    html = rule_tables.standing([one], table(*all_rows(one)), DAY, address)
    said = text_of(html)
    assert "1 tillåtelse" in said and "inget att bryta mot" in said
    assert "syns inte i registret" in said
    countable = [r for r in one.lines() if rule_tables.queries.is_countable(r)]
    assert len(PAIR.findall(said)) == 2 * (len(countable) + 1)  # in both forms


def test_a_rule_outside_its_time_has_no_count() -> None:
    one = ruleset("skatteverket")
    rows = [row(one, "individuellt_avtal", status="not_regulated", **dict.fromkeys(NUMBERS))]
    html = rule_tables.standing([one], table(*rows), DAY, address)
    assert "gällde till och med 2024-10-31" in html
    assert not PAIR.search(text_of(html))


def test_no_agreement_in_force_is_no_zero() -> None:
    vgr = ruleset("vgr")
    rows = all_rows(vgr, **dict.fromkeys(NUMBERS, 0) | {"status": "no_answers"})
    said = text_of(rule_tables.standing([vgr], table(*rows), DAY, address))
    assert "inga i kraft" in said and "0 av 0" not in said


# --- if one were adopted --------------------------------------------------------------------------


def test_the_sentence_says_how_many_would_change_and_how_many_fail_today() -> None:
    adopted, mine = row(ruleset("vgr"), ANY, failing=74), row(own(), ANY, failing=65)
    said = page.would_change(adopted, mine, "VGR", "hela kommunen")
    assert "74 av 158" in said and "65" in said and "hela kommunen" in said
    assert "65" not in page.would_change(adopted, mine | {"status": "hidden"}, "VGR", "SN")
    assert "i kraft" in page.would_change(adopted | {"status": "no_answers"}, mine, "VGR", "SN")
    assert "VGR" in page.would_change(None, mine, "VGR", "SN")


def test_where_the_whole_is_hidden_no_fewer_are_said_than_fail_one_rule_that_is_shown() -> None:
    vgr = ruleset("vgr")
    hidden = row(vgr, ANY, status="hidden", failing=SECRET, total=SECRET)
    others = [
        row(vgr, "skriftlig_form", failing=11),
        row(vgr, "hogst_ett_ar", failing=60),
        row(vgr, "uppsagning_en_manad", status="hidden", failing=SECRET),
    ]
    said = page.would_change(hidden, None, "VGR", "hela kommunen", others)
    assert "Minst 60 av 158" in said and "dolt" in said and str(SECRET) not in said
    said = page.would_change(hidden, None, "VGR", "hela kommunen", others[2:])
    assert "dolt" in said and not PAIR.search(said)


def test_what_is_not_known_is_said_apart_from_what_is_right() -> None:
    said = page.certainty(row(ruleset("vgr"), ANY, uppgift_saknas=16, omfattas_inte=29))
    assert "16" in said and "29" in said
    assert page.certainty(row(ruleset("vgr"), ANY, **published())) == ""


def test_the_matrix_of_departments_has_the_own_set_today_and_the_adopted_rule_by_rule() -> None:
    vgr = ruleset("vgr")
    rows = []
    for department in ("BUN", "SN", MINE, None):
        rows += [row(own(), ANY, department), *all_rows(vgr, department)]
    html = rule_tables.hit(vgr, own(), table(*rows), address)
    said = text_of(html)
    assert said.index("I dag, Vaggeryd") < said.index("Om antaget, VGR")
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', html)
    assert [text_of(h).strip() for h in heads] == ["Regel", "BUN", "SN", "Alla"]
    assert "f=SN" in html and "f=mina" not in html
    of_one = rule_tables.hit(vgr, own(), table(*rows), address, "SN")
    assert "BUN" not in of_one and "Alla" in of_one


def test_when_things_fall_due_is_told_of_live_numbers_alone() -> None:
    vgr = ruleset("vgr")
    live = text_of(rule_tables.plan_table(plan(table(*all_rows(vgr)), vgr), vgr, address))
    assert "inom 30 dagar" in live and "77 inom 365 dagar" in live
    rows = table(*all_rows(vgr, **published()))
    told = text_of(rule_tables.plan_table(plan(rows, vgr), vgr, address))
    assert "Inom" not in told and "Uppgift saknas" not in told and "30" in told


def test_a_column_in_which_nothing_falls_due_is_not_shown() -> None:
    vgr = ruleset("vgr")
    rows = all_rows(vgr, soon_30=0, soon_90=0, uppgift_saknas=0)
    html = rule_tables.plan_table(plan(table(*rows), vgr), vgr, address)
    assert [text_of(h).strip() for h in re.findall(r'<th scope="col"[^>]*>(.*?)</th>', html)] == [
        "Att göra", "Vem", "Nu", "Förfaller senare",
    ]  # fmt: skip
    (body,) = re.findall(r"<tbody>(.*?)</tbody>", html)
    assert all(line.count("<td") == 3 for line in body.split("</tr>") if line)


def test_whole_agreements_are_told_apart_by_what_they_break() -> None:
    vgr = ruleset("vgr")
    rows = [row(vgr, ANY, brister=21, avviker=9)]
    said = text_of(rule_tables.standing([vgr], table(*rows), DAY, address))
    assert "21 brister mot ett ska · 9 avviker bara från ett bör" in said
    said = text_of(rule_tables.standing([vgr], table(row(vgr, ANY, **published())), DAY, address))
    assert "30 av 158 stämmer inte" in said and "mot ett ska ·" not in said


# --- files ----------------------------------------------------------------------------------------


def test_the_file_of_rules_holds_every_rule_with_its_source_and_every_silence() -> None:
    data = tables.csv_bytes(page.rule_rows(rulesets())).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(data), delimiter=";"))
    assert len(lines) == sum(1 + len(one.lines()) for one in rulesets())
    told = {(line["Regelverk"], line["Regel"]) for line in lines}
    for one in rulesets():
        assert all((one.name, rule.text) in told for rule in one.rules)
    for line in lines:
        assert bool(line["Källa"]) == (line["Regel"] != "ej reglerat")
        assert ".txt" not in line["Källa"]


def test_the_wide_sheet_has_all_eight_sets_as_columns_and_is_read_back_whole() -> None:
    data = tables.xlsx_bytes(
        page.wide_rows(rulesets()), "Sida vid sida", more=[("Regler", page.rule_rows(rulesets()))]
    )
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    head, *lines = book.get_sheet_by_name("Sida vid sida").to_python()
    assert head[1:] == [one.name for one in rulesets()]
    assert len(lines) == 1 + len(ASPECTS)
    assert "ej reglerat" in lines[2]
    assert len(book.get_sheet_by_name("Regler").to_python()) > 80


def test_the_file_of_the_comparison_holds_numbers_as_numbers_and_words_for_the_hidden() -> None:
    vgr = ruleset("vgr")
    rows = [*all_rows(vgr, "SN"), *all_rows(vgr, "TN", status="hidden", **dict.fromkeys(NUMBERS))]
    found = page.counted_rows([vgr], table(*rows), "Arbetsmaterial")
    shown, hidden = found[found["Kod"] == "SN"], found[found["Kod"] == "TN"]
    assert (shown["Brister eller avviker"] == 30).all() and (shown["I kraft"] == 158).all()
    assert (hidden.iloc[:, -len(OUTCOMES) :] == "dolt").all(axis=None)
    assert (found["Märkning"] == "Arbetsmaterial").all()
    assert "Minst en regel" in set(found["Regel"])
    of_published = page.counted_rows([vgr], table(*all_rows(vgr, **published())))
    assert of_published["Uppfyllt"].isna().all()


# --- the page, role by role -----------------------------------------------------------------------


def visit(**parameters: str) -> AppTest:
    app = at("regelverk", **parameters).run()
    assert not app.exception, [e.value for e in app.exception]
    return app


def markup(app: AppTest) -> str:
    return "\n".join(e.proto.body for e in app.get("html") if "<style" not in e.proto.body)


@pytest.fixture
def demo(demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("adopted", ["linkoping", "falkoping"])
def test_a_politician_sees_no_link_to_agreements_and_no_count_under_five(adopted: str) -> None:
    for view in ("Vad som behöver göras", "Vilka förvaltningar som berörs"):
        app = visit(anta=adopted)
        app.session_state["syn-anta"] = view
        html = markup(app.run())
        assert "overenskommelser?" not in html
        said = text_of(html)
        pairs = {(int(a), int(b)) for a, b in PAIR.findall(said)}
        assert pairs
        for count, base in pairs:
            assert not 0 < count < 5 and not 0 < base - count < 5, (count, base)
        assert "Antalen är publicerade för den dagen" in said
        assert "0 betyder att registret inte visar någon" in said


@pytest.mark.usefixtures("demo")
def test_a_politicians_address_cannot_ask_for_another_day() -> None:
    at_once, asked = markup(visit()), markup(visit(per="2025-03-01"))
    assert PAIR.findall(text_of(at_once)) == PAIR.findall(text_of(asked))
    assert "2025-03-01" not in asked


@pytest.mark.usefixtures("demo")
def test_the_auditor_opens_the_agreements_behind_each_cell_on_the_day_asked_about() -> None:
    html = unescape(markup(visit(roll="revisor", per="2026-03-01", forvaltning="SN")))
    links = re.findall(r'href="(/overenskommelser\?[^"]+)"', html)
    assert links
    assert all("per=2026-03-01" in link and "roll=revisor" in link for link in links)
    assert any("regelverk=vgr" in link and "regel=skriftlig_form" in link for link in links)
    assert "Arbetsmaterial" in html and "Socialförvaltningen, 2026-03-01" in html


@pytest.mark.usefixtures("demo")
def test_hr_opens_its_own_agreements_and_no_others() -> None:
    app = visit(roll="hr", mina="SN")
    html = unescape(markup(app))
    assert "Mina förvaltningar, 2026-10-31" in html
    links = re.findall(r'href="(/overenskommelser\?[^"]+)"', html)
    assert links and all("mina=SN" in link and "roll=hr" in link for link in links)
    other = unescape(markup(visit(roll="hr", mina="SN", forvaltning="KLK")))
    assert "overenskommelser?" not in other


@pytest.mark.usefixtures("demo")
def test_a_department_that_is_mostly_hidden_leads_to_the_whole_with_the_same_choice() -> None:
    html = unescape(markup(visit(forvaltning="MBN", anta="vgr")))
    assert re.search(r"\d+ av \d+ tal är dolda för Miljö", html)
    # Under the comparison, under what would have to be done, and under whom it would hit.
    links = re.findall(r'kan visas: <a href="([^"]+)"[^>]*>hela kommunen', html)
    (link,) = set(links)
    assert len(links) > 1
    assert link.startswith("/regelverk?") and "anta=vgr" in link and "forvaltning" not in link


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"forvaltning": "TN"},
        {"forvaltning": "MBN"},
        {"forvaltning": "MBN+TN"},
        {"roll": "hr", "mina": "SN", "forvaltning": "MBN"},
        {"roll": "hr", "mina": "MBN,TN", "forvaltning": "BUN"},
    ],
)
def test_whatever_is_hidden_is_explained_and_leads_to_the_nearest(asked: dict[str, str]) -> None:
    html = unescape(markup(visit(**asked)))
    assert "dolt" in html
    reason = status_reason("hidden")
    near = html.count("Det närmaste som kan visas") + html.count("Inte heller hela kommunen kan")
    assert near == html.count(reason) - html.count("tal är dolda för") > 0


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("asked", [{}, {"forvaltning": "MBN"}])
def test_of_hrs_own_departments_nothing_is_hidden_and_nothing_explained(
    asked: dict[str, str],
) -> None:
    html = unescape(markup(visit(roll="hr", mina="MBN,TN", **asked)))
    assert "dolt" not in html and "närmaste som kan visas" not in html


@pytest.mark.usefixtures("demo")
def test_the_address_chooses_the_sets_and_none_chosen_is_said_calmly() -> None:
    html = markup(visit(regelverk="universitet,skatteverket"))
    first = html[: html.index("</table>")]
    heads = re.findall(r'<th scope="col"[^>]*>([^<]*)', first)
    assert heads[1:] == ["Skatteverket", "Lärosäten"]
    app = visit()
    app.multiselect(key="regelverk").set_value([]).run()
    assert not app.exception
    assert "Välj minst ett regelverk" in text_of(markup(app))


@pytest.mark.usefixtures("demo")
def test_an_address_that_asks_for_what_cannot_be_chosen_is_said_to() -> None:
    said = text_of(markup(visit(regelverk="vgr,atlantis", anta="<b>lemuria")))
    assert "Regelverket atlantis går inte att välja" in said
    # A name from the address is text, never markup.
    html = markup(visit(anta="<b>lemuria"))
    assert "Regelverket &lt;b&gt;lemuria går inte att välja" in html
    assert "går inte att välja" not in markup(visit(regelverk="vgr", anta="falkoping"))
    assert "är inte publicerad" in markup(visit(per="2025-03-01"))


@pytest.mark.usefixtures("demo")
def test_the_same_parameter_left_as_one_word_by_another_page_does_no_harm() -> None:
    app = visit()
    app.session_state["regelverk"] = "falkoping"
    app.run()
    assert not app.exception


@pytest.mark.usefixtures("demo")
def test_a_mistake_in_a_rule_file_gives_a_calm_page_that_names_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(reference.DATA_DIR / "regelverk", tmp_path / "regelverk")
    shutil.copy(reference.DATA_DIR / "municipality.toml", tmp_path)
    path = tmp_path / "regelverk" / "vgr.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('modality = "ska"', 'modality = "skall"', 1), encoding="utf-8")
    line = text[: text.index('modality = "ska"')].count("\n") + 1
    monkeypatch.setattr(rules, "DATA_DIR", tmp_path)
    said = text_of(markup(visit()))
    assert "behöver rättas" in said
    assert "vgr.toml" in said and f"rad {line}" in said and "bor" in said


def test_without_a_register_the_rules_are_still_told(filled: Path) -> None:
    for role in ("politiker", "hr", "revisor"):
        said = text_of(markup(visit(roll=role)))
        assert "Inget register är inläst ännu" in said
        assert "En månads uppsägningstid" in said


def test_an_empty_store_is_said_to_be_empty() -> None:
    assert "Här finns inget att visa ännu" in text_of(markup(visit()))
    assert loading.store_path().name == "store"


def test_the_first_sentence_tells_of_the_own_rules_and_who_asks_the_most_and_the_least() -> None:
    rows = [
        {
            "ruleset": name,
            "rule": ANY,
            "status": "shown",
            "failing": failing,
            "total": 120,
            "brister": 58 if name == "vaggeryd" else None,
        }
        for name, failing in (("vaggeryd", 65), ("vgr", 74), ("falkoping", 92), ("linkoping", 63))
    ]
    said = page.standing_sentence(pd.DataFrame(rows), "Hela kommunen")
    assert "58 av dem brister mot ett ska" in said
    assert "65 av 120" in said and "Falköping (92)" in said and "Linköping (63)" in said
    rows[2] |= {"status": "hidden", "failing": SECRET}
    said = page.standing_sentence(pd.DataFrame(rows), "Hela kommunen")
    assert "kan visas" in said and "VGR (74)" in said and str(SECRET) not in said
    rows[0] |= {"status": "hidden", "failing": SECRET}
    said = page.standing_sentence(pd.DataFrame(rows), "Hela kommunen")
    assert "är dolt" in said and str(SECRET) not in said
    rows[1]["failing"] = 63
    rows.append(rows[1] | {"ruleset": "universitet", "failing": 90})
    assert "VGR och Linköping (63)" in page.standing_sentence(pd.DataFrame(rows), "Hela kommunen")
    rows[0]["status"] = "no_answers"
    assert "ingen överenskommelse" in page.standing_sentence(pd.DataFrame(rows), "SN")


def test_an_act_that_answers_several_rules_is_told_once() -> None:
    vgr = ruleset("vgr")
    rows = all_rows(vgr, reasons={"no_assessment": 11}, uppgift_saknas=11)
    told = text_of(rule_tables.plan_table(plan(table(*rows), vgr), vgr, address))
    wide = told.split("Det allvarligaste")[0]
    acts = [act for _i, row in plan(table(*rows), vgr).iterrows() for act, _n in row["acts"]]
    assert all(acts), "every line says what to do"
    for act in {act for act in acts if acts.count(act) > 1}:
        assert wide.count(act) <= 2, "once in the table, once in the narrow list"


def test_each_line_of_the_plan_tells_where_and_never_a_hidden_count() -> None:
    vgr = ruleset("vgr")
    rows = all_rows(vgr)
    rule = rows[0]["rule"]
    places = pd.DataFrame(
        [
            {"rule": rule, "department": "KLK", "status": "shown", "failing": 20},
            {"rule": rule, "department": "SN", "status": "shown", "failing": 0},
            {"rule": rule, "department": "MBN", "status": "hidden", "failing": SECRET},
            {"rule": rule, "department": None, "status": "shown", "failing": 31},
        ]
    )
    told = text_of(rule_tables.plan_table(plan(table(*rows), vgr), vgr, address, places))
    assert "KLK 20 · resten dolt" in told and "SN" not in told and "MBN" not in told
    assert str(SECRET) not in told
