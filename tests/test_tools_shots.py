"""What is shot is everything once, and what is wrong with a page is told and fails the run."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest

from queries.viewer import Role, Viewer
from tools import shots
from ui.addresses import PAGES

WELL: dict[str, Any] = {
    "page": "rattvisa",
    "role": "hr",
    "theme": "dark",
    "width": 390,
    "state": "demo",
    "name": "rattvisa_demo_hr_dark_390",
    "pictures": ["rattvisa_demo_hr_dark_390.png"],
    "ready": True,
    "height": 4000,
    "heading": "Rättvisa",
    "language": "sv",
    "overflow": 0,
    "failed": [],
    "console": [],
    "outside": [],
    "cut": [],
    "out": [],
    "overlaps": [],
    "left_over": [],
}


def test_every_page_is_shot_for_each_of_its_roles_in_both_themes_and_widths() -> None:
    taken = {(s.page, s.role, s.theme, s.width, s.state) for s in shots.matrix()}
    wanted = {
        (address.path, role.value, theme, width, state)
        for address in PAGES
        for role in address.roles
        for theme in ("light", "dark")
        for width in (1280, 390)
        for state in ("demo", "empty", "english")
    }
    assert wanted
    assert wanted <= taken


def test_a_comparison_and_a_hidden_department_are_shot_for_whoever_sees_results() -> None:
    taken = {(s.page, s.role, s.state) for s in shots.matrix()}
    for address in PAGES:
        for role in address.roles:
            for state in ("comparison", "hidden"):
                expected = Viewer(role).sees_results
                assert ((address.path, role.value, state) in taken) is expected


def test_no_page_is_shot_for_a_role_that_lacks_it() -> None:
    roles = {address.path: {role.value for role in address.roles} for address in PAGES}
    assert all(shot.role in roles[shot.page] for shot in shots.matrix())


def test_nothing_is_shot_twice_and_no_picture_overwrites_another() -> None:
    taken = shots.matrix()
    assert len(set(taken)) == len(taken)
    assert len({shot.name for shot in taken}) == len(taken)
    assert len({(s.address, s.theme, s.width, shots.STATES[s.state].store) for s in taken}) == len(
        taken
    )


def test_the_browser_changes_theme_and_width_as_seldom_as_it_can() -> None:
    visitors = [(shot.theme, shot.width) for shot in shots.matrix()]
    changes = sum(a != b for a, b in pairwise(visitors))
    assert changes == len(set(visitors)) - 1


def test_what_is_asked_for_narrows_what_is_shot() -> None:
    options = shots.parse(["--pages", "metod", "--roles", "admin,hr", "--widths", "320"])
    pages = [address for address in PAGES if address.path in options.pages]
    taken = shots.matrix(pages, options.roles, ("dark",), options.widths, ["empty"])
    assert [(s.page, s.role, s.theme, s.width, s.state) for s in taken] == [
        ("metod", "hr", "dark", 320, "empty"),
        ("metod", "admin", "dark", 320, "empty"),
    ]


@pytest.mark.parametrize("wrong", [["--pages", "finns"], ["--roles", ""], ["--states", "demo,x"]])
def test_an_unknown_choice_is_refused_and_not_passed_over(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        shots.parse(wrong)
    assert ended.value.code == 2
    assert "choose of" in capsys.readouterr().err


def test_the_address_says_role_and_state() -> None:
    shot = shots.Shot("rattvisa", "revisor", "light", 1280, "hidden")
    assert shot.address == "/rattvisa?roll=revisor&forvaltning=MBN"


@pytest.mark.parametrize(
    "broken",
    [
        {"ready": False},
        {"failed": ["KeyError"]},
        {"heading": ""},
        {"overflow": 12},
        {"console": ["Refused to load"]},
        {"outside": ["https://example.org/x.js"]},
    ],
    ids=lambda broken: next(iter(broken)),
)
def test_a_broken_page_is_a_fault(broken: dict[str, Any]) -> None:
    assert shots.faults(WELL) == []
    assert len(shots.faults(WELL | broken)) == 1


@pytest.mark.parametrize("key", ["cut", "out", "overlaps", "left_over"])
def test_what_only_eyes_can_judge_is_a_remark_and_no_fault(key: str) -> None:
    assert shots.remarks(WELL) == []
    record = WELL | {key: ["a", "b"]}
    assert shots.remarks(record)[0].startswith("2 ")
    assert shots.faults(record) == []


def test_a_page_too_tall_for_one_picture_is_remarked_and_all_of_it_is_on_the_sheet() -> None:
    tall = WELL | {"height": shots.TALLEST + 1, "pictures": ["x.png", "x-2.png"]}
    assert shots.remarks(tall) == [f"{shots.TALLEST + 1} px tall"]
    sheet = shots.index([tall | {"faults": [], "remarks": []}])
    assert re.findall(r'href="([^"]*)"', sheet) == ["x.png", "x-2.png"]


def test_a_page_in_another_language_than_asked_for_is_remarked() -> None:
    assert shots.remarks(WELL | {"language": "en"}) == ["lang is 'en'"]
    assert shots.remarks(WELL | {"state": "english"}) == ["lang is 'sv'"]


def test_words_of_the_platform_stand_out_on_a_swedish_page() -> None:
    swedish = ["Ladda ner", "Öppna menyn", "41,2 %", "Stopp", "Våg 2024", "Välj förvaltning"]
    assert shots.left_over([*swedish, "Open", "Choose an option"], "sv") == [
        "Choose an option",
        "Open",
    ]


def test_swedish_sentences_stand_out_on_an_english_page() -> None:
    english = ["Remote work", "3 of 17", "The audit's question", "Lowest is Barn- och utbildning"]
    assert shots.left_over([*english, "3 av 17", "Så räknas det"], "en") == [
        "3 av 17",
        "Så räknas det",
    ]


def test_the_contact_sheet_stands_alone_and_shows_what_is_wrong() -> None:
    record = WELL | {"faults": ["<12> px too wide"], "remarks": []}
    sheet = shots.index([record], "1 shot")
    assert re.findall(r'(?:href|src)="([^"]*)"', sheet) == [
        "rattvisa_demo_hr_dark_390.png",
        "rattvisa_demo_hr_dark_390.jpg",
    ]
    assert "&lt;12&gt; px too wide" in sheet
    assert "<script" not in sheet


def test_the_summary_counts_each_fault_by_page() -> None:
    wrong = WELL | {"faults": ["no heading"], "remarks": ["1 cut texts"]}
    told = shots.summary([wrong, wrong, WELL | {"faults": [], "remarks": []}])
    assert "faults: 2 shots" in told
    assert "2 × /rattvisa: no heading" in told


def test_every_role_has_something_to_shoot() -> None:
    assert {shot.role for shot in shots.matrix()} == {role.value for role in Role}
