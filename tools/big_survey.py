"""Make a survey of any size for measuring the protection, always the same for the same arguments.

Departments of unlike size, each leaning its own way; every attribute that the questionnaire knows.
All answers are drawn at random and are nobody's.
"""

from __future__ import annotations

import csv
import random
import shutil
from pathlib import Path

from queries import reference
from queries.reference import Questionnaire

SEED = 5
SILENT = 0.04
FORM = "stort"
_MORE = """
[[questions]]
id = "mer_{number}"
theme = "styrning"
text = "Fråga {number} för mätning"
type = "single"
source = "Mätning"
options = [
  {{ code = "ja", label = "Ja", favourable = true }},
  {{ code = "nej", label = "Nej", favourable = false }},
  {{ code = "vet_ej", label = "Vet ej" }},
]
"""


def make_form(data: Path, questions: int) -> Questionnaire:
    """Write a copy of the audit's questionnaire with so many countable questions to ``data``, which
    becomes the folder of reference data; return it."""
    source = reference.DATA_DIR
    shutil.copytree(source, data, ignore=shutil.ignore_patterns("store", "demo"))
    reference.DATA_DIR = data
    folder = data / "questionnaires"
    text = (folder / "vaggeryd-2024.toml").read_text(encoding="utf-8")
    known = sum(q.type != "text" for q in reference.load_questionnaire("vaggeryd-2024").questions)
    text = text.replace('id = "vaggeryd-2024"', f'id = "{FORM}"', 1)
    text += "".join(_MORE.format(number=number) for number in range(questions - known))
    (folder / f"{FORM}.toml").write_text(text, encoding="utf-8")
    return reference.load_questionnaire(FORM)


def make_survey(
    folder: Path, form: Questionnaire, departments: int, answers: int, later: int = 0
) -> tuple[Path, Path, Path]:
    """Write (frame, survey, survey with ``later`` answers more) to ``folder``; return the paths."""
    draw = random.Random(SEED)
    codes = [f"F{number:02}" for number in range(departments)]
    weights = [1 / (1 + number) ** 0.5 for number in range(departments)]
    frame = folder / "frame.csv"
    lines = ["Förvaltning,Tillfrågade", *(f"{code},{answers + later}" for code in codes)]
    frame.write_text("\n".join(lines), encoding="utf-8")
    attributes = [a for a in form.attributes if a.id != "department"]
    questions = [q for q in form.questions if q.type != "text"]
    leaning = {
        (code, q.id): [draw.choice((0.3, 1, 1, 4)) for _ in q.options]
        for code in codes
        for q in questions
    }

    def person() -> list[str]:
        (code,) = draw.choices(codes, weights)
        row = [code]
        for attribute in attributes:
            parts = [1 / (place + 1) for place in range(len(attribute.options))]
            parts = [1, 7] if attribute.id == "position" and len(parts) == 2 else parts
            row.append(draw.choices(attribute.options, parts)[0].label)
        given: dict[str, str] = {}
        for question in questions:
            rule = question.asked_if
            outside = rule is not None and given.get(rule.question) not in rule.options
            if outside or draw.random() < SILENT:
                row.append("")
                continue
            (option,) = draw.choices(question.options, leaning[code, question.id])
            given[question.id] = option.code
            row.append(option.label)
        return row

    head = ["Förvaltning", *(a.text for a in attributes), *(q.text for q in questions)]
    people = [person() for _ in range(answers + later)]
    paths = []
    for name, number in (("survey", answers), ("later", answers + later)):
        paths.append(folder / f"{name}.csv")
        with paths[-1].open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([head, *people[:number]])
    return frame, paths[0], paths[1]
