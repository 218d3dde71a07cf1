"""A municipality's own questionnaire may leave out what the indicators ask about."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from queries import reference
from tests import loading
from tests.visiting import visiting

PUT = ("q1_1",)
DEPARTMENTS = [
    ("A+B", "Alfa och beta", "Alfanämnden", "100", "60", "40"),
    ("CCC", "Gammakontoret", "Gammanämnden", "80", "30", "30"),
]


@pytest.fixture
def few_questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fill the store with a wave whose questionnaire puts the questions ``PUT`` alone."""
    data = tmp_path / "data"
    shutil.copytree(reference.DATA_DIR, data, ignore=shutil.ignore_patterns("store"))
    text = (data / "questionnaires" / "vaggeryd-2024.toml").read_text(encoding="utf-8")
    head, *parts = re.split(r"(?m)^(?=\[\[)", text.replace('"vaggeryd-2024"', '"liten"', 1))
    kept = [
        part
        for part in parts
        if part.startswith("[[attributes]]") or re.search(f'(?m)^id = "({"|".join(PUT)})"', part)
    ]
    (data / "questionnaires" / "liten.toml").write_text("".join([head, *kept]), encoding="utf-8")
    monkeypatch.setattr(reference, "DATA_DIR", data)
    asked = {"Förvaltning", "Befattning", "Roll", *PUT}
    told = loading.people({"A+B": 20, "CCC": 15})
    rows = [{name: row[name] for name in row if name in asked} for row in told]
    survey = loading.write_survey(tmp_path / "svar.csv", rows)
    frame = loading.write_frame(tmp_path / "ram.csv", DEPARTMENTS)
    loading.run("load", "frame", frame, "--wave", "2024")
    loading.run("load", "survey", survey, "--wave", "2024", "--questionnaire", "liten")


@pytest.mark.parametrize(
    ("path", "more", "words"),
    [
        ("styrning", {}, "Alfa och beta 7 av 20"),
        ("rattvisa", {}, "Frågan ställdes inte"),
        ("metod", {"indikator": "rattvis_fordelning"}, "Rättvist fördelat"),
    ],
)
def test_what_was_not_asked_is_said_and_breaks_no_page_and_no_file(
    few_questions: None, path: str, more: dict[str, str], words: str
) -> None:
    with visiting() as visitor:
        sent = visitor.visit(path, roll="politiker" if path == "styrning" else "revisor", **more)
        said = sent.words.replace("&nbsp;", " ").replace("\u00a0", " ")
        assert words in said
        assert all(sent.files.values())
