"""What is said of who answered: judged by the test that fits few answers, and weights advised only
where they can do something."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from queries.explore import response
from queries.store import open_reader
from queries.viewer import Role, Viewer
from tests import loading
from ui.explore import response_told

WEIGH = "talen vägda till ramen"


@pytest.fixture
def told(tmp_path: Path):
    """Return a function that loads (answered, invited) per department, and tells who answered."""

    def tell(departments: Mapping[str, tuple[int, int]]) -> list[str]:
        frame = [(c, c, c, "99", "50", str(n)) for c, (_answered, n) in departments.items()]
        loading.run("load", "frame", loading.write_frame(tmp_path / "f.csv", frame), "--wave", "v")
        people = loading.people({c: answered for c, (answered, _n) in departments.items()})
        loading.run(
            "load", "survey", loading.write_survey(tmp_path / "s.csv", people), "--wave", "v"
        )
        sentences = response_told(response(open_reader(Viewer(Role.REVISOR)), "v"))
        return [text.replace("\N{NO-BREAK SPACE}", " ") for text in sentences]

    return tell


def test_where_everybody_answered_nothing_is_said_of_the_silent(told) -> None:
    assert told({"AAA": (10, 10), "BBB": (11, 11)}) == [
        "21 av 21 svarade (100,0 %).",
        "Alla tillfrågade har svarat, så det finns inget bortfall att beskriva.",
    ]


def test_one_silent_department_is_not_a_reason_to_weigh_the_others(told) -> None:
    sentences = told({"AAA": (20, 40), "BBB": (21, 41), "CCC": (0, 9)})
    text = " ".join(sentences)
    assert "så olika grad" not in text and WEIGH not in text
    assert sentences[1].startswith(
        "Att ingen svarade i CCC räcker slumpen knappast som skäl för. Bland de förvaltningar där "
        "någon svarade är skillnaderna inte större än slumpen kan ge."
    )
    assert "ingen vikt kan låta någon annan svara" in sentences[-1]


def test_uneven_departments_are_told_with_a_silent_one_beside_them_and_without(told) -> None:
    for departments, words in (
        ({"AAA": (40, 50), "BBB": (10, 50)}, "Förvaltningarna svarade i så olika grad"),
        ({"AAA": (40, 50), "BBB": (10, 50), "CCC": (0, 5)}, "De förvaltningar där någon svarade"),
    ):
        sentences = told(departments)
        assert sentences[1].startswith(words) and WEIGH in sentences[2]


def test_few_answers_are_judged_by_the_exact_test(told) -> None:
    """Chi-square alone would say that they differ: p = 0.036, exact 0.080."""
    sentences = told({"AAA": (5, 6), "BBB": (1, 5)})
    assert "p = 0,036; antalen är små, så det exakta testet gäller: p = 0,080" in sentences[1]
    assert "inte större än slumpen kan ge" in sentences[1] and WEIGH not in sentences[2]


def test_one_department_is_compared_with_nobody(told) -> None:
    sentences = told({"AAA": (5, 9)})
    assert sentences[1] == "Om förvaltningarna svarade i samma grad går inte att pröva."
    assert "samma grad" not in sentences[2]
