"""The same answers are not loaded as two waves, whose difference would tell what one answered."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import pytest

from ingest.load import Options, load_frame, load_survey
from queries.store import StoreError
from tests import loading

DEMO = loading.ROOT / "data" / "demo"


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


def refused(path: Path, wave: str, dry_run: bool = False) -> str:
    before = loading.tree()
    with pytest.raises(StoreError) as caught:
        load_survey(path, wave, Options(dry_run=dry_run))
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


def test_the_answers_are_known_again_though_two_columns_were_exported_otherwise(
    tmp_path: Path, loaded: list[list[str]]
) -> None:
    header, *rows = loaded
    several = [n for n, name in enumerate(header) if "flera svar" in name]
    for columns in (several, [9], [9, 15]):
        changed = [["" if n in columns else v for n, v in enumerate(row)] for row in rows[:-1]]
        assert len(columns) in (1, 2) and changed != rows[:-1]
        assert "2024" in refused(written(tmp_path, [header, *changed]), "2025")


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
