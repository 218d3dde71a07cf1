"""Tables on screen and files to take away: the same figures, nothing hidden, nothing executed."""

from __future__ import annotations

import csv
import io

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.results import SECRET, WHY, every_status, leaking, row, table
from ui import cards, tables
from ui import formats as f

NOTES = [("Källa", "=HYPERLINK(1)"), ("Så räknas det", "Antal ja delat med alla svar.")]


def read_csv(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def test_heads_and_words_are_swedish():
    shown = tables.results_table(every_status())
    heads = ["Förvaltning", "Andel", "Antal", "Underlag", "95 % intervall", "Bortfallsgränser"]
    assert list(shown.columns) == heads
    assert [v.replace(f.NBSP, " ") for v in shown["Andel"]] == [
        "50 %", "3 av 17", "dolt", "inga svar", "ej ställd", "ej reglerat", "41 %",
    ]  # fmt: skip
    # A word in every cell: a dash would say nothing of why.
    words = ["dolt", "inga svar", "ej ställd", "ej reglerat"]
    for head in heads[2:]:
        assert shown[head].tolist()[2:6] == words
    counted = every_status().assign(low=None, high=None, bound_low=None, bound_high=None)
    assert list(tables.results_table(counted).columns) == heads[:4]
    assert shown["95 % intervall"].iloc[-1].replace(f.NBSP, " ") == "33–49 %"


def test_waves_get_a_column_when_they_differ():
    both = pd.concat([every_status(), every_status().assign(wave="2026")])
    assert list(tables.results_table(both).columns)[:2] == ["Våg", "Förvaltning"]
    assert tables.results_table(both)["Våg"].tolist() == ["2024"] * 7 + ["2026"] * 7


def test_a_name_is_shown_as_it_is_written():
    frame = table([row("X", 15, 30, name="[x](http://e) <b>$a$")])
    shown = cards.data_table(tables.results_table(frame), "Tabell")
    assert '<th scope="row">[x](http://e) &lt;b&gt;$a$</th>' in shown


@pytest.mark.parametrize("status", ["hidden", "not_asked", "new"])
def test_hidden_numbers_are_in_no_form(status):
    frame = leaking(status)
    book = openpyxl.load_workbook(io.BytesIO(tables.xlsx_bytes(frame, "Data", NOTES)))
    cells = [str(c.value) for sheet in book for line in sheet.iter_rows() for c in line]
    found = [
        tables.results_table(frame).to_csv(),
        tables.csv_bytes(frame).decode(),
        " ".join(cells),
    ]
    for text in found:
        for secret in ("4321", "8765", str(SECRET), "0,1234", "12,3"):
            assert secret not in text.replace(f.NBSP, "")


def test_csv_opens_in_swedish_excel():
    lines = read_csv(tables.csv_bytes(every_status()))
    assert lines[0][:2] == ["Indikator", "Indikatorns id"]
    assert lines[0][4:8] == ["Förvaltning", "Antal", "Underlag", "Andel"]
    klk, hidden, none = lines[1], lines[3], lines[4]
    assert klk[4:8] == ["KLK", "15", "30", "0,5"]
    assert hidden[5:] == ["dolt"] * 7 + [WHY]
    assert none[5:] == ["inga svar"] * 7 + [""]
    assert lines[-1][7] == str(37 / 91).replace(".", ",")


def test_a_mark_stands_in_every_row_so_that_it_follows_what_is_copied_out():
    head, *rows = read_csv(tables.csv_bytes(every_status(), mark="Arbetsmaterial"))
    assert head[0] == "Märkning"
    assert {row[0] for row in rows} == {"Arbetsmaterial"}


def test_the_names_have_the_head_that_fits_them():
    assert (
        "Svarsalternativ" in read_csv(tables.csv_bytes(every_status(), head="Svarsalternativ"))[0]
    )


def answers(*groups: tuple[str, str, int | None, int | None, str]) -> pd.DataFrame:
    """Return a question's answers: (group, status, yes, base) with the options ja and nej."""
    rows = []
    for group, name, yes, base, status in groups:
        no = None if base is None or yes is None else base - yes
        for option, label, count in (("ja", "Ja", yes), ("nej", "Nej", no)):
            rows.append(
                {"group": group, "name": name, "option": option, "label": label, "count": count,
                 "base": base, "status": status}
            )  # fmt: skip
    return pd.DataFrame(rows)


def test_answers_stand_in_a_table_with_a_word_where_there_is_no_number():
    table = tables.answers_table(
        answers(
            ("", "Alla", 37, 91, "shown"),
            ("SN", "Social", 8, 33, "shown"),
            ("TN", "Teknik", 3, 7, "shown"),
            ("MBN", "Miljö", 3, 4, "hidden"),
            ("KFN", "Kultur", 0, 0, "shown"),
        )
    )
    rows = {row["Förvaltning"]: row for row in table.to_dict("records")}
    assert list(rows)[-1] == "Alla"
    assert rows["Alla"]["Ja"] == f"40,7{f.NBSP}%"
    assert rows["Teknik"]["Nej"] == "4 av 7".replace(" ", f.NBSP)
    assert rows["Miljö"] == {"Förvaltning": "Miljö", "Ja": "dolt", "Nej": "dolt", "Svar": "dolt"}
    assert rows["Kultur"]["Ja"] == "inga svar"


@pytest.mark.parametrize("status", ["hidden", "not_asked", "new"])
def test_hidden_answers_are_in_no_table_and_no_file(status):
    secret = answers(("MBN", "Miljö", 4321, 8765, status), ("", "Alla", 37, 91, "shown"))
    exported = tables.answers_export(secret, mark="Arbetsmaterial")
    text = tables.answers_table(secret).to_csv() + tables.csv_bytes(exported).decode()
    assert "4321" not in text
    assert "8765" not in text
    assert "4444" not in text
    assert set(exported["Märkning"]) == {"Arbetsmaterial"}
    assert list(exported[exported["Kod"] == ""]["Antal"]) == [37, 54]


@given(st.text(max_size=30))
def test_no_text_in_a_csv_is_a_formula(name):
    frame = pd.DataFrame({"Namn": [name], "Värde": [-1.5]})
    text, value = read_csv(tables.csv_bytes(frame))[1]
    assert not text.lstrip(" \u00a0").startswith(("=", "+", "-", "@", "\t", "\r"))
    assert value == "-1,5"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1"])
def test_formula_signs_are_disarmed(name):
    assert tables.csv_bytes(pd.DataFrame({"Namn": [name]})).decode("utf-8-sig").count("'") == 1


def test_tiny_numbers_are_not_written_with_an_exponent():
    assert read_csv(tables.csv_bytes(pd.DataFrame({"x": [1e-7]})))[1] == ["0,0000001"]


def test_excel_holds_numbers_formats_and_notes():
    content = tables.xlsx_bytes(every_status(), "Rättvist [2024]: alla/delar", NOTES)
    book = openpyxl.load_workbook(io.BytesIO(content))
    data, about = book.worksheets
    assert data.title == "Rättvist  2024   alla delar".replace("  ", " ").strip() or data.title
    heads = [c.value for c in data[1]]
    share = heads.index("Andel") + 1
    assert data.cell(2, share).value == 0.5 and data.cell(2, share).number_format == "0.0%"
    assert data.cell(2, heads.index("Antal") + 1).value == 15
    assert data.cell(4, share).value == "dolt"
    assert data.freeze_panes == "A2"
    assert about.title == "Om uppgifterna"
    assert about["B1"].value == "=HYPERLINK(1)" and about["B1"].data_type == "s"


def test_excel_text_is_never_a_formula_or_link():
    frame = pd.DataFrame({"Namn": ["=1+1", "http://e.example", "0123"]})
    sheet = openpyxl.load_workbook(io.BytesIO(tables.xlsx_bytes(frame, "x"))).worksheets[0]
    for line, text in enumerate(frame["Namn"], start=2):
        cell = sheet.cell(line, 1)
        assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


@given(st.text(max_size=40))
def test_any_sheet_name_is_accepted(name):
    book = openpyxl.load_workbook(io.BytesIO(tables.xlsx_bytes(pd.DataFrame({"a": [1]}), name)))
    assert len(book.sheetnames) == 2


def test_empty_tables_become_files_with_heads():
    assert len(read_csv(tables.csv_bytes(table([])))) == 1
    assert tables.xlsx_bytes(table([]), "Tom")
    assert tables.results_table(table([])).empty


@pytest.mark.parametrize("head", [None, "Grupp"])
def test_a_file_names_each_row_under_its_own_head(head):
    found = tables.export_table(pd.DataFrame([row("BUN", 3, 17) | {"name": "Barn"}]), head=head)
    assert list(found.columns)[:7] == [
        "Indikator", "Indikatorns id", "Våg", "Kod", head or "Förvaltning", "Antal", "Underlag",
    ]  # fmt: skip
    assert list(found[head or "Förvaltning"]) == ["Barn"]
    assert len(set(found.columns)) == len(found.columns)
