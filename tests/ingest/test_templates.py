"""Templates: what a user fills in is what the loader reads."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

import manage
from ingest.load import LoadRefused, load_agreements, load_frame, load_survey
from ingest.rows import AGREEMENT_COLUMNS, FRAME_COLUMNS
from ingest.templates import write_templates
from queries.reference import load_questionnaire
from tests import loading

NAMES = ["frame", "survey-vaggeryd-2024", "agreements"]


def headers(path: Path) -> list[str]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return next(csv.reader(stream, delimiter=";"))
    book = openpyxl.load_workbook(path)
    try:
        return [cell.value for cell in book.worksheets[0][1]]
    finally:
        book.close()


def test_each_kind_of_file_has_a_csv_and_a_workbook_with_the_headers_of_the_contract(
    tmp_path: Path,
) -> None:
    written = write_templates(tmp_path / "ny" / "mapp")
    assert [path.name for path in written] == [f"{n}.{e}" for n in NAMES for e in ("csv", "xlsx")]
    form = load_questionnaire("vaggeryd-2024")
    survey = [
        "Förvaltning",
        "Befattning",
        "Roll",
        "Kön",
        "Ålder",
        *(q.text for q in form.questions),
    ]
    wanted = {
        "frame": [column.header for column in FRAME_COLUMNS],
        "agreements": [column.header for column in AGREEMENT_COLUMNS],
        "survey-vaggeryd-2024": survey,
    }
    for path in written:
        assert headers(path) == wanted[path.stem]


def test_a_csv_template_opens_right_in_a_swedish_excel(tmp_path: Path) -> None:
    for path in write_templates(tmp_path):
        if path.suffix == ".csv":
            content = path.read_bytes()
            assert content.startswith(b"\xef\xbb\xbf") and b";" in content
            assert content.count(b"\n") == 1


def test_every_column_is_explained_in_the_workbook(tmp_path: Path) -> None:
    for path in write_templates(tmp_path):
        if path.suffix == ".xlsx":
            book = openpyxl.load_workbook(path)
            told = [(a.value, b.value) for a, b in book.worksheets[1].iter_rows(max_col=2)]
            book.close()
            assert [name for name, _text in told] == headers(path)
            assert all(text and text.endswith(".") for _name, text in told), path


def test_a_file_that_somebody_has_begun_to_fill_in_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "frame.csv").write_text("mitt arbete", "utf-8")
    written = write_templates(tmp_path)
    assert (tmp_path / "frame.csv").read_text("utf-8") == "mitt arbete"
    assert len(written) == 5
    assert write_templates(tmp_path) == []


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_filled_in_template_is_loaded_without_a_word(tmp_path: Path, suffix: str) -> None:
    write_templates(tmp_path)

    def fill_in(name: str, **values: str) -> Path:
        own = headers(tmp_path / f"{name}.{suffix}")
        rows = [own, [values.get(header.split()[0], "") for header in own]]
        write = loading.write_csv if suffix == "csv" else loading.write_xlsx
        return write(tmp_path / f"filled-{name}.{suffix}", rows)

    results = [
        load_frame(fill_in("frame", Förvaltning="AAA", Namn="Alfa", Tillfrågade="7"), "2024"),
        load_survey(fill_in(NAMES[1], Förvaltning="Alfa", Befattning="Chef"), "2024"),
        load_agreements(
            fill_in("agreements", Överenskommelse="1", Förvaltning="AAA", Start="2024-01-01")
        ),
    ]
    assert [(r.accepted, r.rejected, r.unmapped_columns) for r in results] == [(1, 0, [])] * 3


def test_an_empty_template_is_refused_and_not_taken_for_an_empty_register(filled: Path) -> None:
    for path in write_templates(filled):
        command = {"f": "frame", "s": "survey", "a": "agreements"}[path.name[0]]
        wave = [] if command == "agreements" else ["--wave", "2024"]
        before = loading.tree()
        assert manage.main(["load", command, str(path), *wave]) == 1
        assert loading.tree() == before


def test_a_folder_that_cannot_be_made_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fil").write_text("")
    with pytest.raises(LoadRefused, match="går inte att skriva"):
        write_templates(tmp_path / "fil" / "mapp")
    assert manage.main(["templates", "--out", str(tmp_path / "fil")]) == 1
    assert capsys.readouterr().out == ""


def test_the_command_prints_what_it_wrote(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert manage.main(["templates", "--out", str(tmp_path)]) == 0
    printed = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert len(printed) == 6 and all(path.is_file() for path in printed)
