"""The workbench's page: what is asked in vain is said, and every file is marked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.received import Table, of_file
from tests.loading import run, write_frame
from tests.visiting import Visitor, visiting

MARK = "Arbetsmaterial"


@pytest.fixture(scope="module")
def visitor() -> Iterator[Visitor]:
    with visiting() as visitor:
        yield visitor


@pytest.fixture(autouse=True)
def _of_the_demo(demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    monkeypatch.setenv("DISTANSKOLLEN_KEY_FILE", str(demo_store.parent / "key"))


def tables_of(files: dict[str, bytes]) -> dict[tuple[str, str], Table]:
    return {
        (name, piece.where.rpartition("/")[2]): piece
        for name, data in files.items()
        for piece in of_file(name, data)
        if isinstance(piece, Table) and "Om uppgifterna" not in piece.where
    }


def test_every_row_of_every_file_is_marked_and_has_the_numbers_of_the_page(
    visitor: Visitor,
) -> None:
    sent = visitor.visit(
        "utforska",
        roll="revisor",
        fragor="q2_1a,q3_1b",
        matt="medel",
        kolumner="position",
        vikt="department",
    )
    assert "2,33" in "".join(sent.tables)
    assert "svaren på frågan har ingen ordning" in sent.words.lower()
    assert "Ingen har svarat i KFN" in sent.words
    assert "select unnest($fields::varchar[])" in sent.words
    assert set(sent.files) == {
        f"{name}-arbetsmaterial.{ending}"
        for name in ("utforska-2024", "svarsfrekvens-2024")
        for ending in ("xlsx", "csv")
    }
    found = tables_of(sent.files)
    assert len(found) >= 5
    for where, table in found.items():
        place = table.heads.index("Märkning")
        assert table.rows and all(row[place] == MARK for row in table.rows), where


def test_the_register_goes_out_with_its_records_and_without_a_name(visitor: Visitor) -> None:
    sent = visitor.visit("utforska", roll="revisor", kalla="register", filter="department.SN")
    assert MARK in sent.words
    assert "53 överenskommelser" in sent.words.replace("\N{NO-BREAK SPACE}", " ")
    found = tables_of(sent.files)
    (register,) = (table for table in found.values() if "Anställd" in table.heads)
    assert len(register.rows) == 53
    assert {row[register.heads.index("Kod")] for row in register.rows} == {"SN"}
    assert "demo-anställd" not in sent.words + str(register.rows)


def test_what_is_asked_in_vain_is_said_and_the_rest_is_answered(visitor: Visitor) -> None:
    sent = visitor.visit(
        "utforska",
        roll="revisor",
        fragor="q2_1a,<script>",
        rader="' or 1=1 --",
        filter="a.b",
        matt="medel",
        vy="publicerbar",
    )
    assert "Adressen frågar efter något som inte går att visa" in sent.words
    assert "Frågan &lt;script&gt; finns inte i våg 2024." in sent.words
    assert "Ett medelvärde kräver en fråga" in sent.words
    cross = next(table for table in sent.tables if "Tekniska kontoret" in table and "Nej" in table)
    # As a politician sees it: two departments are hidden and one has no answers.
    assert cross.count('dk-word">dolt') == 2 * 4 and cross.count("inga svar") == 3


def test_an_empty_store_is_met_calmly(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "none"))
    sent = visitor.visit("utforska", roll="revisor", fragor="q2_1a")
    assert sent.title == "Utforska" and not sent.buttons
    assert "Här finns inget att visa ännu" in sent.words


def test_a_wave_with_neither_answers_nor_register_is_met_calmly(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "store"))
    run("load", "frame", write_frame(tmp_path / "frame.csv"), "--wave", "2024")
    for asked in ({}, {"kalla": "register"}, {"fragor": "q2_1a"}):
        sent = visitor.visit("utforska", roll="revisor", **asked)
        assert "har inga enkätsvar ännu" in sent.words and not sent.buttons, asked
