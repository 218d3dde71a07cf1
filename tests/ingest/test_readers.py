"""What people export is read as it stands, and what is no table or not whole is refused."""

import csv
import datetime as dt
import io
import os
import re
import struct
import time
import zipfile
from contextlib import suppress

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import readers
from ingest.readers import (
    InputFileError,
    cell_text,
    clean,
    fold,
    fold_label,
    match_headers,
    read_bytes,
    read_table,
)

KNOWN = ["Förvaltning", "Namn", "Start", "Andel distans (%)"]
REQUIRED = ["Förvaltning", "Start"]


def read(data: bytes | str, name: str = "fil.csv", known=KNOWN, required=REQUIRED):
    if isinstance(data, str):
        data = data.encode()
    return read_bytes(data, name=name, known_headers=known, required=required)


def refusal(data: bytes | str, name: str = "fil.csv", **kwargs) -> str:
    with pytest.raises(InputFileError) as caught:
        read(data, name, **kwargs)
    return str(caught.value)


def workbook(fill, **options) -> bytes:
    """Return an xlsx that ``fill(book)`` has written."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, **options})
    fill(book)
    book.close()
    return stream.getvalue()


def sheet_of(rows, name=None):
    """Return a filler that writes ``rows`` to one sheet."""

    def fill(book):
        sheet = book.add_worksheet(name)
        for index, row in enumerate(rows):
            sheet.write_row(index, 0, row)

    return fill


def repacked(data: bytes, changes) -> bytes:
    """Return the archive with each part passed through ``changes(name, content)``."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for entry in old.namelist():
            new.writestr(entry, changes(entry, old.read(entry)))
    return stream.getvalue()


ROWS = [["Förvaltning", "Namn", "Start"], ["BUN", "Åsa Öberg", "2026-01-02"]]


class TestDialects:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    @pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
    def test_every_dialect_gives_the_same_table(self, delimiter, encoding, newline):
        text = newline.join(delimiter.join(row) for row in ROWS) + newline
        table = read(text.encode(encoding))
        assert table.headers == ROWS[0]
        assert table.rows == [(2, ROWS[1])]
        assert (table.delimiter, table.encoding) == (delimiter, encoding)
        assert (table.name, table.sheet, table.header_line) == ("fil.csv", None, 1)
        assert len(table.sha256) == 64

    def test_decimal_commas_do_not_hide_the_semicolon(self):
        text = "Förvaltning;Start;Andel distans (%)\nBUN;2026-01-02;0,58\nSN;2026-01-03;12,5\n"
        assert [row.values[2] for row in read(text).rows] == ["0,58", "12,5"]

    def test_headers_full_of_commas_do_not_hide_the_semicolon(self):
        text = "Förvaltning;Start;Hur bra, i så fall, och varför, då?\nBUN;2026-01-02;Bra\n"
        assert read(text).headers[2] == "Hur bra, i så fall, och varför, då?"

    def test_the_line_sep_that_excel_understands_is_passed_over(self):
        table = read("sep=;\nFörvaltning;Start\nBUN;2026-01-02\n")
        assert (table.header_line, table.rows[0].line) == (2, 3)

    def test_quotes_delimiters_and_newlines_within_cells_follow_rfc_4180(self):
        table = read('Förvaltning,Start,Namn\r\nBUN,2026,"a, ""b""\r\nc"\r\nSN,2026,d\r\n')
        assert table.rows == [(2, ["BUN", "2026", 'a, "b"\r\nc']), (3, ["SN", "2026", "d"])]

    def test_a_newline_within_a_header_is_kept_and_ignored_in_matching(self):
        table = read('"Förval\ntning\xa0 ";Start\nBUN;2026\n')
        assert table.headers == ["Förval\ntning\xa0 ", "Start"]
        assert table.rows[0].line == 2

    def test_cells_lose_surrounding_nbsp_and_invisible_characters(self):
        table = read("Förvaltning;Start\n\xa0 BUN\u200b \xa0; 2026\ufeff\n")
        assert table.rows[0].values == ["BUN", "2026"]

    def test_cells_that_look_like_formulas_are_plain_text(self):
        assert read("Förvaltning;Start\n=1+1;@a\n").rows[0].values == ["=1+1", "@a"]


class TestRows:
    def test_blank_rows_are_skipped_but_counted(self):
        table = read("\nFörvaltning;Start\n\n;\nBUN;2026\n \n\nSN;2026\n\n\n")
        assert table.header_line == 2
        assert [row.line for row in table.rows] == [5, 8]

    def test_title_rows_above_the_header_are_passed_over(self):
        table = read("Register 2026;;\nUttag;2026-01-01;\n;;\nFörvaltning;Start;Namn\nBUN;2026;a\n")
        assert (table.header_line, table.rows[0].line) == (4, 5)

    def test_a_header_below_the_thirtieth_row_is_not_found(self):
        assert "30 första" in refusal("x\n" * 30 + "Förvaltning;Start\nBUN;2026\n")
        assert read("x\n" * 29 + "Förvaltning;Start\nBUN;2026\n").header_line == 30

    def test_totals_below_are_left_to_validation(self):
        assert len(read("Förvaltning;Start\nBUN;1\nSumma;2\n").rows) == 2

    def test_short_rows_are_filled_up(self):
        assert read("Förvaltning;Start;Namn\nBUN;1\nSN;2;b\n").rows[0].values == ["BUN", "1", ""]

    def test_empty_surplus_cells_are_ignored(self):
        assert read("Förvaltning;Start\nBUN;1;;\n").rows[0].values == ["BUN", "1"]

    def test_a_row_with_more_values_than_headers_is_an_error_of_that_row(self):
        table = read("Förvaltning,Start\nBUN,2,5\nSN,1\n")
        assert [row.line for row in table.rows] == [3]
        (error,) = table.row_errors
        assert (error.row, error.value) == (2, "5")
        assert "3 celler" in error.message
        assert "2 rubriker" in error.message

    def test_a_column_without_a_header_is_named_if_it_holds_values(self):
        table = read(";Förvaltning;;Start;;\n7;BUN;;1;;\n")
        assert table.headers == ["(kolumn 1 utan rubrik)", "Förvaltning", "", "Start"]
        assert table.rows[0].values == ["7", "BUN", "", "1"]


class TestHeaders:
    def test_case_spaces_and_diacritics_do_not_matter(self):
        table = read("  forvaltning ;S T A R T\nBUN;1\n")
        assert match_headers(table.headers, {"d": ["Förvaltning"], "s": ["Start"]}) == (
            {"d": 0, "s": 1},
            [],
        )

    def test_one_of_a_group_of_required_headers_is_enough(self):
        table = read("Avtal;Start\nA1;1\n", required=[("Överenskommelse", "Avtal"), "Start"])
        assert table.rows[0].values == ["A1", "1"]

    def test_equal_known_headers_name_both_columns(self):
        message = refusal("Förvaltning;Start;Namn;START \nBUN;1;a;2\n")
        assert "B ”Start”" in message
        assert "D ”START”" in message

    def test_equal_unknown_headers_are_left_alone(self):
        assert read("Förvaltning;Start;Övrigt;Övrigt\nBUN;1;a;b\n").rows[0].values[2:] == ["a", "b"]

    def test_the_header_of_the_contract_goes_before_its_alias_which_is_then_unmapped(self):
        known = {"id": ["Överenskommelse", "Avtal"]}
        assert match_headers(["Avtal", "ÖVERENSKOMMELSE"], known) == ({"id": 1}, ["Avtal"])
        assert match_headers(["Avtal"], known) == ({"id": 0}, [])

    def test_equal_headers_are_refused_in_matching_too(self):
        with pytest.raises(InputFileError, match="samma rubrik"):
            match_headers(["Avtal", "AVTAL"], {"id": ["Överenskommelse", "Avtal"]})

    def test_unknown_headers_are_listed_in_order(self):
        known = {"d": ["Förvaltning"]}
        assert match_headers(["Z\n", "Förvaltning", "", "A"], known) == ({"d": 1}, ["Z\n", "A"])

    def test_known_headers_that_collide_are_a_fault_of_the_definition(self):
        with pytest.raises(ValueError, match="folds like"):
            match_headers([], {"a": ["Ål"], "b": ["Al"]})

    def test_a_missing_header_row_tells_what_was_sought_and_seen(self):
        message = refusal("Namn;Start;Ort\na;1;b\n")
        assert "Saknas: Förvaltning." in message
        assert "Namn, Start, Ort" in message

    @given(st.text())
    def test_folding_is_idempotent(self, text):
        assert fold(fold(text)) == fold(text)
        assert fold_label(fold_label(text)) == fold_label(text)

    @given(st.text())
    def test_cleaning_is_idempotent(self, text):
        assert clean(clean(text)) == clean(text)

    def test_folding_drops_dashes_quotes_and_invisible_characters(self):
        assert fold("”IT–genom\u00adgång”\u200b") == fold("it-genomgang") == "itgenomgang"

    def test_labels_keep_diacritics_but_not_typography(self):
        assert fold_label("1\u20132  Dagar\xa0") == "1-2 dagar"
        assert fold_label("A\u030a") == "å" != fold_label("a")
        assert fold_label("”Ja’") == "\"ja'"


class TestRefusals:
    @pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf\r\n", b"\xff\xfe"])
    def test_empty(self, data):
        assert "är tom" in refusal(data)

    def test_headers_only(self):
        assert "inga rader" in refusal("Förvaltning;Start\n;\n\n")

    @pytest.mark.parametrize(
        ("data", "kind"),
        [
            (b"%PDF-1.7 x", "PDF"),
            (b"\x89PNG\r\n\x1a\n", "PNG"),
            (b'{"a": [1, 2]}', "JSON"),
            (b'\n[{"F\xc3\xb6rvaltning": 1}]', "JSON"),
            (b"<!DOCTYPE html><html>", "HTML"),
            (b"<?xml version='1.0'?><a/>", "XML"),
            (b"\x1f\x8b\x08", "gzip"),
            (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "äldre Office"),
        ],
    )
    @pytest.mark.parametrize("name", ["fil.csv", "fil.xlsx"])
    def test_other_types_are_named(self, data, kind, name):
        assert f"av typen {kind}" in refusal(data, name)

    @pytest.mark.parametrize(
        ("entry", "kind"),
        [("word/document.xml", "Word"), ("mimetype", "OpenDocument"), ("a", "zip")],
    )
    @pytest.mark.parametrize("name", ["fil.csv", "fil.xlsx"])
    def test_other_archives_are_named(self, entry, kind, name):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr(entry, "x")
        assert f"av typen {kind}" in refusal(stream.getvalue(), name)

    def test_a_workbook_named_csv(self):
        assert "till .xlsx" in refusal(workbook(sheet_of(ROWS)))

    def test_a_text_named_xlsx(self):
        assert "till .csv" in refusal("Förvaltning;Start\nBUN;1\n", "fil.xlsx")

    @pytest.mark.parametrize("name", ["fil.ods", "fil.xls", "fil.json", "fil"])
    def test_unknown_suffix(self, name):
        assert "stöds" in refusal("Förvaltning;Start\nBUN;1\n", name)

    def test_password(self):
        data = bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le")
        assert "lösenord" in refusal(data, "fil.xlsx")

    @pytest.mark.parametrize(
        "data",
        [
            b"F\xc3\xb6rvaltning;Start\nBUN;\x00\n",
            "Förvaltning;Start\nBUN;1\n".encode("utf-16-le"),
            b"\x81\x8d\x8f;\x90\n",
            bytes(range(1, 128)) * 3,
        ],
    )
    def test_binary_content(self, data):
        assert "ingen textfil" in refusal(data)

    def test_two_encodings_in_one_file(self):
        data = "Förvaltning;Start\n".encode() + "Överförmyndaren;ä\n".encode("cp1252")
        assert "två teckenkodningar" in refusal(data)

    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(InputFileError, match="finns inte"):
            read_table(tmp_path / "a.csv", known_headers=KNOWN, required=REQUIRED)

    def test_a_folder(self, tmp_path):
        with pytest.raises(InputFileError, match="är en mapp"):
            read_table(tmp_path, known_headers=KNOWN, required=REQUIRED)

    def test_a_path_that_cannot_be(self):
        with pytest.raises(InputFileError, match="går inte att läsa"):
            read_table("a\x00.csv", known_headers=KNOWN, required=REQUIRED)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
    def test_a_named_pipe_does_not_hang(self, tmp_path):
        os.mkfifo(tmp_path / "a.csv")
        with pytest.raises(InputFileError, match="vanlig fil"):
            read_table(tmp_path / "a.csv", known_headers=KNOWN, required=REQUIRED)

    def test_a_file_that_may_not_be_read(self, tmp_path, monkeypatch):
        path = tmp_path / "a.csv"
        path.write_text("x")

        def refuse(*_args, **_kwargs):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("pathlib.Path.open", refuse)
        with pytest.raises(InputFileError, match="behörigheten"):
            read_table(path, known_headers=KNOWN, required=REQUIRED)

    def test_too_large(self, monkeypatch):
        monkeypatch.setattr(readers, "MAX_FILE_BYTES", 10)
        assert "större än" in refusal("Förvaltning;Start\n")

    def test_too_many_rows(self, monkeypatch):
        monkeypatch.setattr(readers, "MAX_ROWS", 3)
        assert "fler än 3 rader" in refusal("Förvaltning;Start\n" + "BUN;1\n" * 4)
        assert len(read("Förvaltning;Start\n" + "BUN;1\n" * 3).rows) == 3


class TestTruncation:
    WHOLE = 'Förvaltning;Start;Namn\r\nBUN;1;"Åke"\r\nSN;2;"Östen"\r\n'

    def test_cut_within_a_quote(self):
        message = refusal(self.WHOLE.encode()[:-7])
        assert "avkortad" in message
        assert "rad 3" in message

    def test_cut_before_the_last_cell(self):
        assert "rad 3 är inte hel" in refusal("Förvaltning;Start;Namn\nBUN;1;a\nSN;2")

    def test_cut_within_a_letter(self):
        data = self.WHOLE.encode()
        assert "avkortad" in refusal(data[: data.index("Ö".encode()) + 1])

    def test_windows_1252_that_ends_in_a_letter_is_not_cut(self):
        table = read("Förvaltning;Start\nBUN;må".encode("cp1252"))
        assert table.rows[0].values[1] == "må"

    def test_a_full_last_row_without_line_end_is_whole(self):
        assert len(read("Förvaltning;Start\nBUN;1\nSN;2").rows) == 2

    def test_a_short_last_row_among_short_rows_is_whole(self):
        assert len(read("Förvaltning;Start;Namn\nBUN;1\nSN;2").rows) == 2

    def test_a_stray_quote_is_named_by_line(self):
        message = refusal('Förvaltning;Start\nBUN;1\nSN;"a"b\n')
        assert "rad 3" in message
        assert "citattecken" in message

    def test_any_cut_of_a_workbook_is_noticed(self):
        data = workbook(sheet_of(ROWS))
        for length in range(4, len(data) - 1, 97):
            assert refusal(data[:length], "fil.xlsx")


class TestWorkbooks:
    def test_real_dates_beside_text_dates_keep_their_types(self):
        def fill(book):
            sheet = book.add_worksheet("Blad1")
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            sheet.write_row(0, 0, ["Förvaltning", "Start", "Antal", "Andel", "Ja"])
            sheet.write_row(1, 0, ["BUN", "2026-01-02", 12, 0.58])
            sheet.write_boolean(1, 4, True)
            sheet.write(2, 0, "SN\xa0")
            sheet.write_datetime(2, 1, dt.date(2026, 1, 2), day)

        table = read(workbook(fill), "fil.xlsx")
        assert table.sheet == "Blad1"
        assert table.encoding is None
        assert table.rows == [
            (2, ["BUN", "2026-01-02", 12, 0.58, True]),
            (3, ["SN", dt.date(2026, 1, 2), "", "", ""]),
        ]
        assert isinstance(table.rows[0].values[2], int)

    def test_dates_counted_from_1904_are_right(self):
        def fill(book):
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["Förvaltning", "Start"])
            sheet.write(1, 0, "BUN")
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            sheet.write_datetime(1, 1, dt.date(2026, 1, 2), day)

        table = read(workbook(fill, date_1904=True), "fil.xlsx")
        assert table.rows[0].values[1] == dt.date(2026, 1, 2)

    def test_rows_and_columns_are_counted_from_the_corner_of_the_sheet(self):
        def fill(book):
            sheet = book.add_worksheet()
            sheet.write(2, 2, "Titel")
            sheet.write_row(4, 2, ["Förvaltning", "", "Start"])
            sheet.write_row(6, 2, ["BUN", "x", "1"])

        table = read(workbook(fill), "fil.xlsm")
        assert table.header_line == 5
        assert table.headers == ["", "", "Förvaltning", "(kolumn 4 utan rubrik)", "Start"]
        assert table.rows == [(7, ["", "", "BUN", "x", "1"])]

    def test_the_first_visible_sheet_with_the_headers_is_read(self):
        def fill(book):
            sheet_of([["Läs mig"]], "Om")(book)
            sheet_of([["Förvaltning", "Start"], ["X", "X"]], "Listor")(book)
            book.get_worksheet_by_name("Listor").hide()
            sheet_of(ROWS, "Formulärsvar 1")(book)
            sheet_of(ROWS, "Kopia")(book)
            book.add_worksheet("Tom")
            book.add_chartsheet("Diagram").set_chart(self.chart(book))

        table = read(workbook(fill), "fil.xlsx")
        assert table.sheet == "Formulärsvar 1"
        assert table.other_sheets == ["Kopia"]

    @staticmethod
    def chart(book):
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=Om!$A$1:$A$2"})
        return chart

    def test_without_a_header_row_the_sheets_are_named(self):
        message = refusal(workbook(sheet_of([["Namn", "Start"], ["a", 1]], "Blå")), "fil.xlsx")
        assert "”Blå”" in message
        assert "Saknas: Förvaltning." in message

    def test_headers_only_and_empty_workbooks(self):
        assert "inga rader" in refusal(workbook(sheet_of(ROWS[:1])), "fil.xlsx")
        assert "saknar en rubrikrad" in refusal(workbook(sheet_of([])), "fil.xlsx")

    def test_error_values_and_uncalculated_formulas_do_not_vanish(self):
        book = openpyxl.Workbook()
        book.active.append(["Förvaltning", "Start", "Namn"])
        book.active.append(["BUN", "#N/A", '=A2&"<b>"'])
        assert book.active["B2"].data_type == "e"
        stream = io.BytesIO()
        book.save(stream)
        table = read(stream.getvalue(), "fil.xlsx")
        assert table.rows[0].values == ["BUN", "#N/A", '=A2&"<b>"']

    def test_calculated_formulas_give_their_result(self):
        def fill(book):
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["Förvaltning", "Start", "Namn"])
            sheet.write_formula(1, 0, '="B"&"UN"', None, "BUN")
            sheet.write_formula(1, 1, "=1+1", None, 2)
            sheet.write_formula(1, 2, '=""', None, "")

        def as_excel(_name, content):  # which marks an empty text that was calculated
            return content.replace(b'<c r="C2">', b'<c r="C2" t="str">')

        table = read(repacked(workbook(fill), as_excel), "fil.xlsx")
        assert table.rows[0].values == ["BUN", 2, ""]

    def test_a_sheet_that_is_broken_inside(self):
        def halve(name, content):
            return content[: len(content) // 2] if "sheet1" in name else content

        assert "skadad" in refusal(repacked(workbook(sheet_of(ROWS)), halve), "fil.xlsx")

    def test_entities_are_refused(self):
        def bomb(name, content):
            return content.replace(b"<worksheet", b"<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet")

        assert "skadad" in refusal(repacked(workbook(sheet_of(ROWS)), bomb), "fil.xlsx")


class TestBombs:
    @pytest.mark.parametrize("place", [(1_048_575, 16_383), (1_048_575, 0), (150_000, 16_383)])
    def test_one_stray_cell_far_away_does_not_fill_the_memory(self, place):
        def fill(book):
            sheet_of(ROWS)(book)
            book.worksheets()[0].write(*place, "x")

        assert "ifylld cell" in refusal(workbook(fill), "fil.xlsx")

    @pytest.mark.parametrize(
        "cell",
        [
            b"<c\tr='XFD1048576' t='n'><v>1</v></c>",
            b'<c s="0" r="xfd1048576"><v>1</v></c>',
            b'<x:c xmlns:x="y" r="XFD1048576"><v>1</v></x:c>',
            b'<c r="XFD1048576" a="/"><v>1</v></c>',
        ],
    )
    def test_other_spellings_of_a_cell_are_seen(self, cell):
        def add(_name, content):
            return content.replace(b"</sheetData>", b'<row r="3">' + cell + b"</row></sheetData>")

        assert "ifylld cell" in refusal(repacked(workbook(sheet_of(ROWS)), add), "fil.xlsx")

    def test_cells_without_a_place_are_counted(self):
        def add(_name, content):
            row = b'<row r="1048576"><c><v>1</v></c></row></sheetData>'
            return content.replace(b"</sheetData>", row)

        assert "ifylld cell" in refusal(repacked(workbook(sheet_of(ROWS)), add), "fil.xlsx")

    def test_formats_far_below_the_table_are_no_bomb(self):
        def fill(book):
            sheet_of(ROWS)(book)
            book.worksheets()[0].write_blank(1_048_575, 0, None, book.add_format({"bold": True}))

        assert len(read(workbook(fill), "fil.xlsx").rows) == 1

    def test_a_zip_bomb_is_refused_by_its_declared_size(self):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", "x")
            with archive.open("xl/worksheets/sheet1.xml", "w") as part:
                for _turn in range(21):
                    part.write(bytes(10_000_000))
        assert len(stream.getvalue()) < 1_000_000
        assert "för stor" in refusal(stream.getvalue(), "fil.xlsx")

    def test_a_zip_bomb_that_lies_about_its_size_is_refused(self):
        stream = io.BytesIO()
        content = bytes(1_000_000)
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", content)
        data = stream.getvalue().replace(struct.pack("<L", len(content)), struct.pack("<L", 10))
        assert "skadad" in refusal(data, "fil.xlsx")

    @pytest.mark.parametrize(
        "cell",
        [
            # calamine takes each for a filled cell in the last corner, and makes room for 550 GB.
            b'<c a=">" r="XFD1048576"><v>1</v></c>',
            b'<c a="<" r="XFD1048576"><v>1</v></c>',
            b'<c r="XFD1048576" a="/>"><v>1</v></c>',
            b'<c r="XFD1048576" a="></"><v>1</v></c>',
            b"<c a='>' r='XFD1048576'><v>1</v></c>",
        ],
    )
    def test_no_cell_hides_behind_an_angle_bracket_in_a_value(self, cell):
        def add(_name, content):
            return content.replace(b"</sheetData>", b'<row r="3">' + cell + b"</row></sheetData>")

        told = refusal(repacked(workbook(sheet_of(ROWS)), add), "fil.xlsx")
        assert "skadad" in told or "ifylld cell" in told

    def test_no_row_hides_its_number_behind_an_angle_bracket(self):
        def add(_name, content):
            row = b'<row a=">" r="1048576"><c><v>1</v></c></row></sheetData>'
            return content.replace(b"</sheetData>", row)

        assert "skadad" in refusal(repacked(workbook(sheet_of(ROWS)), add), "fil.xlsx")

    @pytest.mark.parametrize(
        "mark", [b"<c ", b"<row ", b"<x:c ", b'<c r="A1" t="e" ', b"<v ", b"<x:"]
    )
    def test_marks_that_are_never_ended_take_no_time(self, mark):
        """In proportion to the square of the file: hours for what takes a tenth of a second."""

        def add(_name, content):
            return content.replace(b"</sheetData>", mark * 400_000 + b"</sheetData>")

        begun = time.monotonic()
        assert refusal(repacked(workbook(sheet_of(ROWS)), add), "fil.xlsx")
        assert time.monotonic() - begun < 20

    def test_a_sheet_by_another_name_is_looked_into_too(self):
        def add(name, content):
            cell = b'<row r="3"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
            content = content.replace(b"</sheetData>", cell)
            return content.replace(b"worksheets/sheet1.xml", b"worksheets/sheet1.dat")

        plain = io.BytesIO(repacked(workbook(sheet_of(ROWS)), add))
        renamed = io.BytesIO()
        with zipfile.ZipFile(plain) as old, zipfile.ZipFile(renamed, "w") as new:
            for entry in old.infolist():
                name = entry.filename.replace("sheet1.xml", "sheet1.dat")
                new.writestr(name, old.read(entry))
        assert "ifylld cell" in refusal(renamed.getvalue(), "fil.xlsx")

    @pytest.mark.parametrize("number", [b"4000000000", b"99999999999999999999999", b"+010000001"])
    def test_a_number_of_texts_that_is_not_true_makes_no_room(self, number):
        def lie(_name, content):
            return re.sub(rb'(uniqueCount=")[0-9]+', rb"\g<1>" + number, content)

        assert "för stor" in refusal(repacked(workbook(sheet_of(ROWS)), lie), "fil.xlsx")

    @pytest.mark.parametrize(
        ("part", "element"),
        [("xl/workbook.xml", b"<sheets>"), ("xl/_rels/workbook.xml.rels", b"</Relationships>")],
    )
    def test_a_list_of_sheets_beyond_reason_is_refused(self, part, element):
        def add(name, content):
            return (
                content.replace(element, b"<a>" * 2_000_000 + element) if name == part else content
            )

        assert "för stor" in refusal(repacked(workbook(sheet_of(ROWS)), add), "fil.xlsx")

    def test_two_names_for_one_sheet_are_refused(self):
        def add(name, content):
            more = b'<sheet name="B" sheetId="9" r:id="rId1"/></sheets>'
            return content.replace(b"</sheets>", more) if name == "xl/workbook.xml" else content

        assert "skadad" in refusal(repacked(workbook(sheet_of(ROWS)), add), "fil.xlsx")

    @pytest.mark.parametrize(
        "start",
        [
            b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
            b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
            b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
            b'<?xml version="1.0" encoding="utf-7"?>',
            b'<?xml version="1.0" encoding="utf-32"?>',
            b'<?xml version="1.0" encoding="nonsense"?>',
        ],
    )
    @pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
    def test_entities_and_odd_encodings_are_refused(self, start, part):
        def change(name, content):
            return start + content.split(b"?>", 1)[1] if name == part else content

        assert "skadad" in refusal(repacked(workbook(sheet_of(ROWS)), change), "fil.xlsx")

    def test_an_archive_within_the_archive_is_left_as_it_is(self):
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", bytes(50_000_000))
        outer = io.BytesIO(workbook(sheet_of(ROWS)))
        with zipfile.ZipFile(outer, "a") as archive:
            archive.writestr("xl/embeddings/a.xlsx", inner.getvalue())
        assert len(read(outer.getvalue(), "fil.xlsx").rows) == 1

    def test_a_cell_longer_than_anybody_writes_is_named_by_its_row(self):
        def grow(_name, content):
            return content.replace(b"BUN", b"B" * 150_000)

        told = refusal(repacked(workbook(sheet_of(ROWS)), grow), "fil.xlsx")
        assert "rad 2: en cell är längre än" in told
        csv_text = "Förvaltning;Start\nBUN;" + "x" * 150_000 + "\n"
        assert "rad 2: en cell är längre än" in refusal(csv_text)

    @pytest.mark.parametrize(
        "text",
        [
            "Förvaltning;Start" + ";x" * 20_000 + "\nBUN;2024-01-01\n",
            "Förvaltning;Start\n" + ";" * 20_000 + "\n",
        ],
    )
    def test_more_columns_than_a_spreadsheet_has_are_refused(self, text):
        assert "för många kolumner" in refusal(text)

    def test_more_cells_in_a_text_than_a_workbook_may_have_are_refused(self, monkeypatch):
        monkeypatch.setattr(readers, "MAX_AREA", 1_000)
        assert "för många kolumner" in refusal("Förvaltning;Start\n" + ";;;;;;;;;\n" * 101)

    def test_one_long_text_shown_by_many_cells_is_refused(self, monkeypatch):
        rows = [["Förvaltning", "Start"], *[["BUN", "x" * 30_000]] * 40]
        data = workbook(sheet_of(rows))
        assert len(data) < 10_000
        monkeypatch.setattr(readers, "MAX_TEXT_BYTES", 1_300_000)
        assert len(read(data, "fil.xlsx").rows) == 40
        monkeypatch.setattr(readers, "MAX_TEXT_BYTES", 1_000_000)
        assert "för stor" in refusal(data, "fil.xlsx")

    def test_too_many_entries_and_doubled_names(self, monkeypatch):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("xl/workbook.xml", "a")
            with pytest.warns(UserWarning, match="Duplicate name"):
                archive.writestr("xl/workbook.xml", "b")
        assert "skadad" in refusal(stream.getvalue(), "fil.xlsx")
        monkeypatch.setattr(readers, "MAX_ZIP_ENTRIES", 1)
        assert "för stor" in refusal(stream.getvalue(), "fil.xlsx")


class TestCellText:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ("\xa0a ", "a"),
            (None, ""),
            (1001.0, "1001"),
            (12.5, "12,5"),
            (True, "SANT"),
            (dt.date(2026, 11, 22), "2026-11-22"),
            (dt.datetime.fromisoformat("2026-11-22T08:30"), "2026-11-22 08:30:00"),
        ],
    )
    def test_cells_read_as_a_swedish_spreadsheet_shows_them(self, value, text):
        assert cell_text(value) == text


CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), include_characters="\n"),
    max_size=12,
)
WESTERN = st.text(
    st.characters(codec="cp1252", exclude_categories=("Cc",), include_characters="\n"), max_size=12
)


@settings(deadline=None)
@given(
    data=st.data(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_what_a_csv_writer_wrote_is_read_back_with_its_lines(
    data, encoding, delimiter, newline, quoting
):
    cells = WESTERN if encoding == "cp1252" else CELLS
    rows = data.draw(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=8))
    headers = ["Förvaltning", "Start", "Övrigt"]
    # With a bare \r as line end Python's writer leaves a \n in a cell unquoted: no reader can tell.
    if newline == "\r":
        quoting = csv.QUOTE_ALL
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=newline, quoting=quoting)
    writer.writerows([headers, *rows])
    content = stream.getvalue().encode(encoding)
    if encoding == "cp1252":
        # The first non-ASCII letter of the header is no UTF-8, so the fallback is certain.
        assert b"F\xf6rvaltning" in content
    expected = [
        (line, [clean(cell) for cell in row])
        for line, row in enumerate(rows, start=2)
        if any(map(clean, row))
    ]
    if not expected:
        assert "inga rader" in refusal(content)
        return
    table = read(content)
    assert table.headers == headers
    assert table.rows == expected
    assert not table.row_errors


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=400), st.sampled_from(["fil.csv", "fil.xlsx"]))
def test_no_bytes_whatever_give_anything_but_a_table_or_a_refusal(data, name):
    for content in (data, b"F\xc3\xb6rvaltning;Start\n" + data, b"PK\x03\x04" + data):
        with suppress(InputFileError):
            assert read(content, name).headers
