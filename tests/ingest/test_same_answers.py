"""The same answers are not loaded as two waves, whose difference would tell what one answered."""

from __future__ import annotations

import csv
import io
import random
import shutil
from datetime import date
from pathlib import Path

import pytest

from ingest.load import Options, load_frame, load_survey
from ingest.prune import prune
from queries import reference
from queries.store import StoreError
from tests import loading

DEMO = loading.ROOT / "data" / "demo"
OLD = date(2025, 6, 1)
"""Of records before this day those of the wave of 2024 are."""


def demo_rows() -> list[list[str]]:
    text = (DEMO / "survey-2024.csv").read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


@pytest.fixture
def loaded(tmp_path: Path) -> list[list[str]]:
    """Return the rows of wave 2024, loaded; wave 2025 has a frame and waits for its answers."""
    for wave in ("2024", "2025"):
        load_frame(DEMO / "frame-2024.csv", wave)
    load_survey(DEMO / "survey-2024.csv", "2024")
    return demo_rows()


def refused(path: Path, wave: str, dry_run: bool = False, form: str = "vaggeryd-2024") -> str:
    before = loading.tree()
    with pytest.raises(StoreError) as caught:
        load_survey(path, wave, Options(dry_run=dry_run), questionnaire_id=form)
    assert loading.tree() == before
    return str(caught.value)


def written(tmp_path: Path, rows: list[list[str]]) -> Path:
    return loading.write_csv(tmp_path / "survey.csv", rows)


def made_up(loaded: list[list[str]], number: int, draw: random.Random) -> list[list[str]]:
    """Return rows of other people: of each column what somebody has answered there."""
    header, *rows = loaded
    never = [column for column, name in enumerate(header) if name == header[4]]
    found = []
    for n in range(number):
        # The filter decides who is asked the rest, so it and the department stay together.
        own = [row[column] for row in [rows[n]] for column in range(len(header))]
        if own[never[0]] != "Aldrig":
            for column in range(5, len(header)):
                own[column] = draw.choice([r[column] for r in rows if r[4] != "Aldrig"])
        found.append(own)
    return found


@pytest.mark.parametrize("dry_run", [True, False])
def test_the_same_answers_and_one_more_are_refused_under_another_name(
    tmp_path: Path, loaded: list[list[str]], dry_run: bool
) -> None:
    one_more = [*loaded, loaded[-1][:5]]
    said = refused(written(tmp_path, one_more), "2025", dry_run)
    assert "2024" in said and "--wave 2024" in said and "restore" in said
    assert load_survey(written(tmp_path, one_more), "2024", Options(dry_run=dry_run)).accepted == 92


def test_a_part_of_the_answers_and_the_answers_in_another_order_are_refused(
    tmp_path: Path, loaded: list[list[str]]
) -> None:
    header, *rows = loaded
    assert "2024" in refused(written(tmp_path, [header, *rows[:40]]), "2025")
    assert "2024" in refused(written(tmp_path, [header, *reversed(rows)]), "2025")


def test_the_answers_are_known_again_though_columns_were_exported_otherwise(
    tmp_path: Path, loaded: list[list[str]]
) -> None:
    header, *rows = loaded
    several = [n for n, name in enumerate(header) if "flera svar" in name]
    for columns in (several, [9], [9, 15], range(6, 17)):
        changed = [["" if n in columns else v for n, v in enumerate(row)] for row in rows[:-1]]
        assert len(columns) in (1, 2, 11) and changed != rows[:-1]
        assert "2024" in refused(written(tmp_path, [header, *changed]), "2025")


def test_the_answers_are_known_again_though_dont_knows_were_exported_as_empty(
    tmp_path: Path, loaded: list[list[str]]
) -> None:
    header, *rows = loaded
    every = reference.load_questionnaire("vaggeryd-2024").questions
    labels = [o.label for q in every if q.type == "multiple" for o in q.options]

    def first(cell: str) -> str:
        return next((label for label in labels if cell.startswith(label)), cell)

    for way in (lambda v: "" if v == "Vet ej" else v, first):
        changed = [[*row[:5], *map(way, row[5:])] for row in rows]
        assert changed != rows
        assert "2024" in refused(written(tmp_path, [header, *changed]), "2025")


_QUESTION = """
[[questions]]
id = "{id}"
theme = "{theme}"
text = "{text}"
type = "{type}"
source = "Egen enkät"
{asked_if}
options = [{options}]
"""


def another_form(
    data: Path, loaded: list[list[str]], anew: set[str]
) -> tuple[str, list[list[str]]]:
    """Make the folder of reference data one that has a questionnaire of its own too, in which ids,
    codes, labels, texts or the order are ``anew``; return its id and the answers to it."""
    known = reference.load_questionnaire("vaggeryd-2024")
    questions = list(enumerate(known.questions))
    if "order" in anew:  # those that are asked of some only must follow what decides it
        questions.sort(key=lambda numbered: (numbered[1].asked_if is not None, -numbered[0]))
    ids = {
        question.id: f"p{place}" if "ids" in anew else question.id
        for place, (_n, question) in enumerate(questions)
    }
    parts, columns, cells = [], [], {}
    for number, question in questions:
        codes = {
            option.code: f"k{9 - n}"
            if "codes" in anew and question.type != "scale"
            else option.code
            for n, option in enumerate(question.options)
        }
        text = f"Punkt {number + 1}?" if "texts" in anew else question.text
        labels = {
            option.label: f"Svar {9 - n}" if "labels" in anew else option.label
            for n, option in enumerate(question.options)
        }
        rule = question.asked_if
        filtered = [o.code for o in known.question(rule.question).options] if rule else []
        parts.append(
            _QUESTION.format(
                id=ids[question.id],
                theme=question.theme,
                text=text.replace('"', "'"),
                type=question.type,
                asked_if=(
                    rule
                    and 'asked_if = {{ question = "{}", options = {} }}'.format(
                        ids[rule.question],
                        [
                            f"k{9 - filtered.index(code)}" if "codes" in anew else code
                            for code in rule.options
                        ],
                    )
                )
                or "",
                options=", ".join(
                    f'{{ code = "{codes[o.code]}", label = "{labels[o.label]}" }}'
                    for o in question.options
                ),
            )
        )
        columns.append((question, text))
        cells[question.id] = labels
    source = reference.DATA_DIR
    shutil.copytree(source, data, ignore=shutil.ignore_patterns("store", "demo"))
    folder = data / "questionnaires"
    attributes = (folder / "vaggeryd-2024.toml").read_text(encoding="utf-8")
    attributes = attributes[: attributes.index("[[questions]]")]
    head = attributes.replace('id = "vaggeryd-2024"', 'id = "egen"', 1)
    (folder / "egen.toml").write_text(head + "".join(parts), encoding="utf-8")

    header, *rows = loaded
    at = {reference.fold(name): n for n, name in enumerate(header)}
    places = [
        next(
            (at[key] for name in (question.text, *question.aliases)
             if (key := reference.fold(name)) in at),
            None,
        )
        for question, _text in columns
    ]  # fmt: skip
    assert sum(place is not None for place in places) > 20
    answers = [["Förvaltning", "Befattning", *(text for _question, text in columns)]]
    for row in rows:
        given = [
            "" if place is None else ";".join(
                now for was, now in cells[question.id].items()
                if was in (row[place] if question.type == "multiple" else [row[place]])
            )
            for place, (question, _text) in zip(places, columns, strict=True)
        ]  # fmt: skip
        answers.append([*row[1:3], *given])
    return "egen", answers


@pytest.mark.parametrize(
    "anew",
    [
        {"ids"},
        {"ids", "order"},
        {"codes"},
        {"ids", "codes", "texts"},
        {"ids", "codes", "labels", "texts", "order"},
    ],
    ids=lambda anew: "+".join(sorted(anew)),
)
def test_another_questionnaire_does_not_let_the_same_answers_in(
    tmp_path: Path, loaded: list[list[str]], anew: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    form, (header, *rows) = another_form(tmp_path / "data", loaded, anew)
    monkeypatch.setattr(reference, "DATA_DIR", tmp_path / "data")
    random.Random(3).shuffle(rows)
    path = written(tmp_path, [header, *rows, rows[0]])
    assert "2024" in refused(path, "2025", form=form)


def test_a_wave_stays_with_its_questionnaire(
    tmp_path: Path, loaded: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    form, (header, *rows) = another_form(tmp_path / "data", loaded, {"ids"})
    monkeypatch.setattr(reference, "DATA_DIR", tmp_path / "data")
    said = refused(written(tmp_path, [header, *rows, rows[0]]), "2024", form=form)
    assert "--questionnaire vaggeryd-2024" in said and "restore" in said


@pytest.mark.parametrize("seed", range(3))
def test_the_same_people_who_mostly_answer_as_last_time_are_another_wave(
    tmp_path: Path, loaded: list[list[str]], seed: int
) -> None:
    """Four answers of five as last time, whatever the questions are paired by."""
    draw = random.Random(seed)
    header, *rows = loaded
    working = [row for row in rows if row[4] != "Aldrig"]
    again = []
    for row in rows:
        now = list(row)
        if now[4] != "Aldrig":
            for column in range(5, len(header)):
                if draw.random() < 0.2:
                    now[column] = draw.choice(working)[column]
        again.append(now)
    assert load_survey(written(tmp_path, [header, *again]), "2025").accepted == 91


def test_nearly_everybody_of_one_mind_twice_are_two_waves(
    tmp_path: Path, loaded: list[list[str]]
) -> None:
    """What few tell of themselves in each wave, others tell of themselves in the other."""
    header, *rows = loaded
    (one, *_others) = [row for row in rows if row[4] != "Aldrig" and all(row[5:20])]
    places = [n for n in range(5, len(header)) if one[n]]
    waves = []
    for seed in range(2):
        draw = random.Random(seed)
        wave = []
        for row in rows[:60]:
            now = [*row[:4], *one[4:]]
            if draw.random() < 0.3:
                place = draw.choice(places)
                now[place] = draw.choice([r[place] for r in rows if r[4] != "Aldrig"])
            wave.append(now)
        waves.append(wave)
    load_frame(DEMO / "frame-2024.csv", "2023")
    assert load_survey(written(tmp_path, [header, *waves[0]]), "2023").accepted == 60
    assert load_survey(written(tmp_path, [header, *waves[1]]), "2025").accepted == 60


@pytest.mark.parametrize("how", ["replaced", "removed by age"])
@pytest.mark.parametrize("more", [-2, 1, 4])
def test_answers_that_were_published_once_are_known_again_when_they_are_there_no_more(
    tmp_path: Path, loaded: list[list[str]], how: str, more: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    header, *rows = loaded
    if how == "replaced":
        # Other people's answers under the wave's name, shown whatever they tell of the first.
        monkeypatch.setattr("ingest.publish.must_wait", lambda *_: False)
        load_survey(written(tmp_path, [header, *made_up(loaded, 85, random.Random(3))]), "2024")
    else:
        assert prune(OLD).waves == ["2024"]
    again = [*rows, *rows[:more]] if more > 0 else rows[:more]
    said = refused(written(tmp_path, [header, *again]), "2025")
    assert "2024" in said and "Antalen" in said


@pytest.mark.parametrize("seed", range(4))
def test_the_same_people_who_answer_again_are_another_wave_also_after_the_first_is_removed(
    tmp_path: Path, loaded: list[list[str]], seed: int
) -> None:
    """Six of seven answers as last time, and one in eight of the people is new."""
    draw = random.Random(seed)
    header, *rows = loaded
    working = [row for row in rows if row[4] != "Aldrig"]
    again = [*map(list, rows), *made_up(loaded, 11 * (seed % 2), draw)]
    for row in again:
        if row[4] != "Aldrig":
            for column in range(5, len(header)):
                if draw.random() < 1 / 7:
                    row[column] = draw.choice(working)[column]
    prune(OLD)
    assert load_survey(written(tmp_path, [header, *again]), "2025").accepted == len(again)


def test_the_very_same_file_is_refused_however_short_the_questionnaire(filled: Path) -> None:
    load_frame(loading.write_frame(filled / "frame.csv"), "2025")
    said = refused(loading.write_survey(filled / "survey.csv"), "2025")
    assert "Filen är densamma" in said


def test_other_peoples_answers_are_another_wave_also_when_many_say_the_same(
    tmp_path: Path, loaded: list[list[str]]
) -> None:
    header, *rows = loaded
    fresh = made_up(loaded, 60, random.Random(1))
    # Some of last time's rows come again, word for word: fewer than half.
    assert load_survey(written(tmp_path, [header, *fresh, *rows[60:80]]), "2025").accepted == 80


def test_short_answers_that_many_share_do_not_tell_of_the_same_people(filled: Path) -> None:
    """Four questions: next year's answers are the same combinations, and nobody's own."""
    load_frame(loading.write_frame(filled / "frame.csv"), "2025")
    records = loading.people({"AAA": 20, "BBB": 12, "CCC": 1})
    assert load_survey(loading.write_survey(filled / "next.csv", records), "2025").accepted == 33
