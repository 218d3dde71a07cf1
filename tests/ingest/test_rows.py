"""Each cell means one thing or is refused by name, and every fault of a row is told at once."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.headers import fold
from ingest.readers import Row, Table, read_bytes
from ingest.rows import (
    AGREEMENT_COLUMNS,
    CHOICES,
    FRAME_COLUMNS,
    AgreementRow,
    CellError,
    Context,
    Count,
    FrameRow,
    known_headers,
    map_columns,
    parse_count,
    parse_date,
    parse_days_per_week,
    parse_int,
    parse_percent,
    parse_text,
    parse_yes_no,
    required_headers,
    validate_rows,
)

PARSERS = [
    parse_count,
    parse_date,
    parse_days_per_week,
    parse_int,
    parse_percent,
    parse_text,
    parse_yes_no,
]
DAY = dt.date(2026, 11, 22)
CONTEXT = Context(
    departments={
        fold(key): code
        for code, name in [("BUN", "Barn och utbildning"), ("SN", "Socialförvaltningen")]
        for key in (code, name)
    }
)


def table_of(headers, *rows) -> Table:
    return Table(
        list(headers),
        [Row(line, list(values)) for line, values in enumerate(rows, start=2)],
        header_line=1,
        sha256="",
        name="fil.csv",
    )


def agreements(headers, *rows, context=CONTEXT):
    return validate_rows(table_of(headers, *rows), AgreementRow, AGREEMENT_COLUMNS, context)


def frame(headers, *rows, context=None):
    return validate_rows(table_of(headers, *rows), FrameRow, FRAME_COLUMNS, context)


def agreement_errors(**cells):
    """Return the errors of one agreement that is whole but for ``cells`` (header → value)."""
    row = {"Överenskommelse": "A1", "Förvaltning": "BUN", "Start": "2026-01-01", **cells}
    return agreements(row.keys(), row.values())[1]


class TestDates:
    @pytest.mark.parametrize(
        "value",
        [
            DAY,
            dt.datetime.fromisoformat("2026-11-22T00:00"),
            dt.datetime.fromisoformat("2026-11-22T13:05"),
            "2026-11-22",
            "2026/11/22",
            "2026.11.22",
            "22.11.2026",
            "22/11/2026",
            "22-11-2026",
            "20261122",
            20261122,
            46348,
            46348.75,
            "\xa02026-11-22 ",
            "2026-11-22 00:00:00",
            "2026-11-22T13:05:00Z",
            "2026/11/22 8:53:03 fm CET",
            "2026-11-22 14.54.27",
            "22.11.2026 14:54",
        ],
    )
    def test_every_way_of_writing_one_day(self, value):
        assert parse_date(value) == DAY

    @pytest.mark.parametrize("value", ["", " ", "\xa0", None])
    def test_empty(self, value):
        assert parse_date(value) is None

    def test_the_day_comes_before_the_month(self):
        assert parse_date("03/04/2026") == dt.date(2026, 4, 3)

    @pytest.mark.parametrize(
        "value",
        [
            "32/13",
            "11/22/2026",
            "2026-02-29",
            "2026-13-01",
            "26-11-22",
            "2026-11/22",
            "2026",
            "46348",
            "snart",
            "2026-11-22 och framåt",
            "²026-11-22",
            2026,
            0.5,
            True,
            dt.time(8, 30),
            float("inf"),
            float("nan"),
        ],
    )
    def test_what_is_no_date(self, value):
        with pytest.raises(CellError, match=r"är inget datum\. Skriv datum som 2026-11-22"):
            parse_date(value)

    @pytest.mark.parametrize(
        "value", ["1989-12-31", "2101-01-01", "0206-01-01", dt.date(1900, 1, 1)]
    )
    def test_years_that_nobody_means(self, value):
        with pytest.raises(CellError, match="utanför åren 1990–2100"):
            parse_date(value)

    def test_the_ends_of_the_years_by_number_and_by_text(self):
        assert parse_date(32874) == parse_date("1990-01-01") == dt.date(1990, 1, 1)
        assert parse_date(73415) == parse_date("2100-12-31") == dt.date(2100, 12, 31)
        for number in (32873, 73416):
            with pytest.raises(CellError):
                parse_date(number)


class TestNumbers:
    @pytest.mark.parametrize(
        ("value", "number"),
        [
            ("12", 12),
            ("12.", 12),
            ("12,0", 12),
            ("12.00", 12),
            ("1 200", 1200),
            ("1\xa0200", 1200),
            ("1\u202f200", 1200),
            ("+3", 3),
            ("-0", 0),
            (12.0, 12),
            (0, 0),
            ("", None),
        ],
    )
    def test_whole_numbers(self, value, number):
        assert parse_int(value) == number

    @pytest.mark.parametrize(
        "value", ["12,5", 12.5, "ca 60", "1.200", "1,000", "12 00", "tolv", "1e3", True, DAY, "١"]
    )
    def test_what_is_no_whole_number(self, value):
        with pytest.raises(CellError, match="är inget heltal"):
            parse_int(value)

    @pytest.mark.parametrize("value", ["-1", -1, "\u22121"])
    def test_negative(self, value):
        with pytest.raises(CellError, match="negativt"):
            parse_int(value)

    def test_unreasonably_large(self):
        with pytest.raises(CellError, match="stort"):
            parse_int("9999999999")

    @pytest.mark.parametrize(
        "text", ["ca 60", "ca. 60", "Cirka 60", "c:a 60", "~60", "ca60", "ca 60."]
    )
    def test_approximate_counts_are_flagged(self, text):
        assert parse_count(text) == Count(60, approximate=True)

    def test_exact_counts_are_not_flagged(self):
        assert parse_count("12.") == Count(12) == parse_count(12)
        assert parse_count("") is None

    @pytest.mark.parametrize("text", ["ca", "ca ca 60", "60 ca", "ca 12,5"])
    def test_what_is_no_count(self, text):
        with pytest.raises(CellError, match="är inget heltal"):
            parse_count(text)

    @pytest.mark.parametrize(
        ("value", "number"),
        [("2,5", 2.5), ("2.5", 2.5), (2.5, 2.5), ("0", 0), ("7", 7), ("", None)],
    )
    def test_days_per_week(self, value, number):
        assert parse_days_per_week(value) == number

    @pytest.mark.parametrize("value", ["8", "-1", "1-2", "två", 7.5, float("nan"), True, DAY])
    def test_what_is_no_number_of_days_in_a_week(self, value):
        with pytest.raises(CellError):
            parse_days_per_week(value)

    @pytest.mark.parametrize(
        ("value", "per_cent"),
        [
            ("58%", 58),
            ("58 %", 58),
            ("58\xa0%", 58),
            ("58", 58),
            ("0,58", 58),
            ("0.58", 58),
            (0.58, 58),
            (",5", 50),
            ("1,0", 100),
            ("1 %", 1),
            ("0,5 %", 0.5),
            ("12,5", 12.5),
            ("0", 0),
            ("0,0", 0),
            (0, 0),
            (100, 100),
            ("", None),
        ],
    )
    def test_shares(self, value, per_cent):
        assert parse_percent(value) == per_cent

    @pytest.mark.parametrize("value", ["101", "100,1 %", "-1", "hälften", "%", "5 %%", True, DAY])
    def test_what_is_no_share(self, value):
        with pytest.raises(CellError, match="ingen andel"):
            parse_percent(value)

    @pytest.mark.parametrize(
        ("value", "told"),
        [
            (1, "1 % eller 100 %"), (1.2, "1.2 % eller 120 %"), (2, "2 % eller 200 %"),
            ("1", "1 % eller 100 %"), ("1,2", "1,2 % eller 120 %"),
        ],
    )  # fmt: skip
    def test_a_small_bare_number_is_asked_about_not_guessed(self, value, told):
        """A cell that shows 120 % holds 1.2: it must not become one per cent."""
        with pytest.raises(CellError, match=told):
            parse_percent(value)


class TestWords:
    @pytest.mark.parametrize(
        "value", ["Ja", "JA", "Ja ", "ja\xa0", "x", "X", "1", "true", "sant", True, 1]
    )
    def test_yes(self, value):
        assert parse_yes_no(value) is True

    @pytest.mark.parametrize("value", ["Nej", "nej", "0", "falskt", "False", False, 0])
    def test_no(self, value):
        assert parse_yes_no(value) is False

    @pytest.mark.parametrize("value", ["", None, "\xa0"])
    def test_unknown(self, value):
        assert parse_yes_no(value) is None

    @pytest.mark.parametrize("value", ["kanske", "vet ej", 2, "2026-01-01"])
    def test_neither(self, value):
        with pytest.raises(CellError, match="varken Ja eller Nej"):
            parse_yes_no(value)

    def test_ids_of_a_workbook_have_no_decimals(self):
        assert parse_text(1001.0) == "1001"

    @pytest.mark.parametrize("value", ["#N/A", "#SAKNAS!", "#REF!"])
    def test_error_values_are_no_text(self, value):
        with pytest.raises(CellError, match="felvärde"):
            parse_text(value)

    @pytest.mark.parametrize(
        "header", ["Befattning", "Typ", "Form", "Beslut", "Risknivå", "Sekretessklass"]
    )
    def test_enumerations_take_labels_in_any_case_and_name_what_is_allowed(self, header):
        name = next(column.field for column in AGREEMENT_COLUMNS if column.header == header)
        for code, label in CHOICES[name].items():
            for text in (label, label.upper(), f" {label}\xa0", code):
                assert agreement_errors(**{header: text}) == []
        (error,) = agreement_errors(**{header: "Blå"})
        assert error.column == header
        assert ", ".join(CHOICES[name].values()) in error.message


@given(
    st.one_of(
        st.text(max_size=30),
        st.integers(),
        st.floats(),
        st.booleans(),
        st.none(),
        st.dates(),
        st.datetimes(),
        st.times(),
        st.timedeltas(),
        st.from_regex(r"[0-9]{1,8}[-./ ,][0-9]{1,4}[-./ ,]?[0-9]{0,6} ?%?", fullmatch=True),
    )
)
def test_no_cell_whatever_gives_anything_but_a_value_or_a_refusal(value):
    for parse in PARSERS:
        try:
            parse(value)
        except CellError as error:
            message = str(error)
        else:
            continue
        assert message


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31)))
def test_every_date_is_read_from_every_form(day):
    number = (day - dt.date(1899, 12, 30)).days
    forms = [day, day.isoformat(), f"{day:%Y%m%d}", f"{day.day}/{day.month}/{day.year}", number]
    assert {parse_date(form) for form in forms} == {day}


@given(st.integers(0, 2_000_000_000))
def test_every_count_is_read_with_and_without_spaces(number):
    spaced = f"{number:,}".replace(",", "\xa0")
    assert parse_int(str(number)) == parse_int(spaced) == parse_int(float(number)) == number


class TestColumns:
    @pytest.mark.parametrize(
        ("columns", "model"), [(AGREEMENT_COLUMNS, AgreementRow), (FRAME_COLUMNS, FrameRow)]
    )
    def test_columns_and_fields_are_the_same_in_the_same_order(self, columns, model):
        assert [column.field for column in columns] == list(model.model_fields)
        assert all(column.description for column in columns)

    def test_the_headers_of_the_contract_map_to_every_field(self):
        found, unmapped = map_columns([c.header for c in AGREEMENT_COLUMNS], AGREEMENT_COLUMNS)
        assert len(found) == len(AGREEMENT_COLUMNS) == 36
        assert unmapped == []

    def test_only_id_department_and_start_are_required(self):
        required = [column.header for column in AGREEMENT_COLUMNS if column.required]
        assert required == ["Överenskommelse", "Förvaltning", "Start"]
        good, errors = agreements(["Avtal", "Avdelning", "Startdatum"], ["A1", "SN", "2026-01-02"])
        assert errors == []
        assert good[0].row == 2
        assert good[0].model.record() == {
            **dict.fromkeys(AgreementRow.model_fields),
            "agreement_id": "A1",
            "department": "SN",
            "start": dt.date(2026, 1, 2),
        }


class TestAgreements:
    def test_a_row_that_uses_every_column(self):
        values = {
            "Överenskommelse": 1001,
            "Anställd": "exempel-1",
            "Ansvarig chef": "exempel-2",
            "Förvaltning": "socialförvaltningen",
            "Befattning": "medarbetare",
            "Roll": "Administration",
            "Typ": "Tillfälligt",
            "Form": "Skriftlig",
            "Ansökt": "2025-12-01",
            "Beslut": "Beviljad",
            "Skäl": "=1+1",
            "Start": dt.date(2026, 1, 1),
            "Slut": "31.12.2026",
            "Förlängd från": "900",
            "Uppsägningstid (dagar)": "30",
            "Dagar per vecka": "2,5",
            "Andel distans (%)": "0,4",
            "Antal platser": 2,
            "Riskbedömning": "2026-02-01",
            "Risknivå": "Röd",
            "Åtgärd senast": "2026-03-01",
            "Åtgärdad": "",
            "Senaste uppföljning": "2026-04-01",
            "Utvärdering": "2026-05-01",
            "IT-genomgång": "2026-01-02",
            "VPN": "Ja",
            "Kryptering": "Nej",
            "SITHS-kort": "x",
            "Begränsad åtkomst": "",
            "Sekretessklass": "Öppen",
            "Hemförsäkring": True,
            "Hyresvärd godkänt": "0",
            "Utrustning kvitterad": "JA",
            "Avslutad": "2026-06-01",
            "Orsak": "Ny tjänst",
            "Händelsedatum": "2026-06-01",
        }
        good, errors = agreements(values.keys(), values.values())
        assert errors == []
        assert list(good[0].model.record().values()) == [
            "1001",
            "exempel-1",
            "exempel-2",
            "SN",
            "medarbetare",
            "Administration",
            "tillfalligt",
            "skriftlig",
            dt.date(2025, 12, 1),
            "beviljad",
            "=1+1",
            dt.date(2026, 1, 1),
            dt.date(2026, 12, 31),
            "900",
            30,
            2.5,
            40.0,
            2,
            dt.date(2026, 2, 1),
            "rod",
            dt.date(2026, 3, 1),
            None,
            dt.date(2026, 4, 1),
            dt.date(2026, 5, 1),
            dt.date(2026, 1, 2),
            True,
            False,
            True,
            None,
            "oppen",
            True,
            False,
            True,
            dt.date(2026, 6, 1),
            "Ny tjänst",
            dt.date(2026, 6, 1),
        ]

    def test_every_fault_of_a_row_is_told_at_once(self):
        good, errors = agreements(
            ["Överenskommelse", "FÖRVALTNING ", "Start", "Slut", "Ansökt", "VPN"],
            ["", "XYZ", "2026-01-01", "2025-01-01", "32/13", "kanske"],
        )
        assert good == []
        assert [(error.row, error.column, error.value) for error in errors] == [
            (2, "Överenskommelse", ""),
            (2, "FÖRVALTNING ", "XYZ"),
            (2, "Ansökt", "32/13"),
            (2, "Slut", "2025-01-01"),
            (2, "VPN", "kanske"),
        ]
        assert errors[0].message == "Cellen är tom men måste fyllas i."
        assert errors[1].message.endswith("Välj någon av: BUN, SN.")
        assert errors[2].message == "”32/13” är inget datum. Skriv datum som 2026-11-22."
        assert "före Start 2026-01-01" in errors[3].message
        assert errors[0].as_dict() == {
            "row": 2,
            "column": "Överenskommelse",
            "value": "",
            "message": "Cellen är tom men måste fyllas i.",
        }

    @pytest.mark.parametrize("header", ["Slut", "Avslutad"])
    def test_an_end_before_the_start_is_an_error_and_the_same_day_is_none(self, header):
        assert "före Start" in agreement_errors(**{header: "2025-12-31"})[0].message
        assert agreement_errors(**{header: "2026-01-01"}) == []

    def test_a_risk_assessment_after_the_start_is_a_finding_not_an_error(self):
        assert agreement_errors(Riskbedömning="2026-12-31") == []

    def test_a_department_is_known_by_code_and_by_name(self):
        for text in ("bun", " BUN", "BARN OCH UTBILDNING", "Barn-och utbildning"):
            assert agreement_errors(Förvaltning=text) == []

    def test_roles_are_checked_when_the_questionnaire_gives_them(self):
        context = Context(CONTEXT.departments, {"occupation": {"Vård och omsorg": "vard"}})
        headers = ["Överenskommelse", "Förvaltning", "Start", "Roll"]
        rows = [["A1", "SN", "2026-01-01", "vård och  omsorg"], ["A2", "SN", "2026-01-01", "Annat"]]
        good, errors = agreements(headers, *rows, context=context)
        assert good[0].model.occupation == "vard"
        assert errors[0].message.endswith(": Vård och omsorg.")

    def test_the_errors_of_the_reader_come_along_in_order(self):
        data = (
            "Överenskommelse,Förvaltning,Start\nA1,XX,2026-01-01\n"
            "A2,BUN,2026-01-01,2,5\nA3,SN,2026-01-01\n"
        )
        table = read_bytes(
            data.encode(),
            name="fil.csv",
            known_headers=known_headers(AGREEMENT_COLUMNS),
            required=required_headers(AGREEMENT_COLUMNS),
        )
        good, errors = validate_rows(table, AgreementRow, AGREEMENT_COLUMNS, CONTEXT)
        assert [item.row for item in good] == [4]
        assert [error.row for error in errors] == [2, 3]

    @pytest.mark.parametrize("word", ["Summa", "TOTALT", "Summa:"])
    def test_a_line_of_totals_is_named_as_one(self, word):
        headers = ["Kommentar", "Överenskommelse", "Förvaltning", "Start"]
        for row in ([word, "", "", "12"], ["", word, "", ""], ["", word, "BUN", "2026-01-01"]):
            good, errors = agreements(headers, row)
            assert good == []
            assert [error.value for error in errors] == [word]
            assert "summering" in errors[0].message

    def test_a_word_for_totals_in_a_comment_is_no_line_of_totals(self):
        headers = ["Kommentar", "Överenskommelse", "Förvaltning", "Start"]
        good, errors = agreements(headers, ["Alla", "A1", "BUN", "2026-01-01"])
        assert len(good) == 1
        assert errors == []


class TestRepeats:
    HEADERS = ("Överenskommelse", "Förvaltning", "Start", "Dagar per vecka", "Händelsedatum")

    def test_the_same_row_twice_is_refused_the_second_time(self):
        row = ["A1", "BUN", "2026-01-01", "2", ""]
        good, errors = agreements(self.HEADERS, row, ["A2", *row[1:]], [*row[:3], "2,0", ""])
        assert [item.row for item in good] == [2, 3]
        (error,) = errors
        assert (error.row, error.column, error.value) == (4, "Överenskommelse", "A1")
        assert "Står två gånger: även på rad 2" in error.message

    def test_rows_that_contradict_each_other_are_all_refused(self):
        good, errors = agreements(
            self.HEADERS,
            ["A1", "BUN", "2026-01-01", "2", ""],
            ["A1", "SN", "2026-01-01", "3", ""],
        )
        assert good == []
        assert [(error.row, error.message) for error in errors] == [
            (2, "Motsäger rad 3: Förvaltning, Dagar per vecka. Behåll bara den rad som gäller."),
            (3, "Motsäger rad 2: Förvaltning, Dagar per vecka. Behåll bara den rad som gäller."),
        ]

    def test_events_on_different_days_are_different_rows(self):
        good, errors = agreements(
            self.HEADERS,
            ["A1", "BUN", "2026-01-01", "2", ""],
            ["A1", "BUN", "2026-01-01", "3", "2026-02-01"],
            ["A1", "BUN", "2026-01-01", "3", "2026-03-01"],
        )
        assert len(good) == 3
        assert errors == []


class TestFrame:
    HEADERS = (
        "Förvaltning",
        "Namn",
        "Nämnd",
        "Antal anställda",
        "Möjlighet till distansarbete",
        "Tillfrågade",
    )

    def test_approximate_figures_keep_their_flag(self):
        good, errors = frame(
            self.HEADERS,
            ["KLK", "Kommunledningskontoret", "Kommunstyrelsen", "ca 103", "60", "73"],
            ["MBN", "", "", "", "12", "11"],
        )
        assert errors == []
        assert good[0].model.record() == {
            "department": "KLK",
            "name": "Kommunledningskontoret",
            "board": "Kommunstyrelsen",
            "staff": 103,
            "staff_approximate": True,
            "possible": 60,
            "possible_approximate": False,
            "invited": 73,
            "position": None,
            "occupation": None,
            "sex": None,
            "age": None,
        }
        assert good[1].model.record()["staff"] is None

    def test_more_invited_than_possible_is_no_error(self):
        assert frame(self.HEADERS, ["SN", "", "", "450", "49", "82"])[1] == []

    def test_the_number_invited_must_be_given_and_exact(self):
        _good, errors = frame(
            self.HEADERS, ["SN", "", "", "1", "1", ""], ["X", "", "", "", "", "ca 9"]
        )
        assert [(error.row, error.column) for error in errors] == [
            (2, "Tillfrågade"),
            (3, "Tillfrågade"),
        ]

    @pytest.mark.parametrize("code", ["två ord", "a" * 21, "a×b", "a\nb"])
    def test_a_code_is_one_short_word(self, code):
        (error,) = frame(["Förvaltning", "Tillfrågade"], [code, "1"])[1]
        assert "som kod för en förvaltning" in error.message

    def test_a_line_of_totals_is_no_department(self):
        good, errors = frame(["Förvaltning", "Tillfrågade"], ["BUN", "40"], ["Summa", "221"])
        assert len(good) == 1
        assert "summering" in errors[0].message

    def test_one_row_for_each_combination(self):
        headers = ["Förvaltning", "Tillfrågade", "Befattning"]
        rows = [["BUN", "4", "Chef"], ["BUN", "36", "Medarbetare"], ["bun", "5", "chef"]]
        good, errors = frame(headers, *rows)
        assert [item.row for item in good] == [3]
        assert [error.row for error in errors] == [2, 4]
        assert "Motsäger rad 2: Förvaltning, Tillfrågade" in errors[1].message


def test_a_register_of_realistic_size_is_validated_in_a_breath():
    """Guards against a parser that stops being cached: 5 000 rows take about 0.25 s."""
    headers = [column.header for column in AGREEMENT_COLUMNS[:13]]
    rows = [
        [
            f"A{n}",
            "e",
            "c",
            "BUN",
            "Chef",
            "r",
            "",
            "",
            "2025-12-01",
            "",
            "",
            "2026-01-01",
            "",
        ]
        for n in range(5_000)
    ]
    clock = dt.datetime.now(dt.UTC)
    good, errors = agreements(headers, *rows)
    assert len(good) == 5_000
    assert errors == []
    assert dt.datetime.now(dt.UTC) - clock < dt.timedelta(seconds=5)


class TestWhatACodeMayBe:
    """A code stands in addresses, in names of crosses and mergings, and first in cells of files."""

    @pytest.mark.parametrize(
        "code", ["BUN", "Söder", "MBN+TN", "SN&KLK", "a-1", "7", "Å_2", "学校"]
    )
    def test_a_short_word_is_one(self, code):
        good, errors = frame(["Förvaltning", "Tillfrågade"], [code, "3"])
        assert errors == []
        assert good[0].model.department == code

    @pytest.mark.parametrize(
        "code",
        [
            "=1+1", "+BUN", "-BUN", "@BUN", "_BUN", "A,B", "A;B", "A × B", "A×B", "A B", "A/B",
            "..", "../x", "A.B", "A'B", 'A"B', "A<b>", "A\x00B", "A\u202eB", "A\u200bB", "ＢＵＮ",
            "ﬁ", "①", "A\nB", "A\tB", "x" * 21, "$wave", "{0}", ":red[A]", "![](x)", "A|B", "A=B",
            "A%B", "😀",
        ],
    )  # fmt: skip
    def test_nothing_else_is(self, code):
        good, (error,) = frame(["Förvaltning", "Tillfrågade"], [code, "3"])
        assert good == []
        assert (error.row, error.column) == (2, "Förvaltning")
        assert "går inte som kod för en förvaltning" in error.message
        assert not set("\x00\u202e") & set(error.message)

    @pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x7f", "\x85", "\u202e", "\u202a", "\u2066"])
    @pytest.mark.parametrize("column", ["Namn", "Nämnd"])
    def test_no_name_turns_the_line_around_or_commands_a_terminal(self, column, sign):
        headers = ["Förvaltning", "Tillfrågade", column]
        good, (error,) = frame(headers, ["BUN", "3", f"Barn{sign}nämnden"])
        assert good == []
        assert (error.row, error.column) == (2, column)
        assert f"[U+{ord(sign):04X}]" in error.message

    def test_a_name_longer_than_can_be_shown_is_refused(self):
        headers = ["Förvaltning", "Tillfrågade", "Namn"]
        _good, (error,) = frame(headers, ["BUN", "3", "a" * 201])
        assert "längre än 200 tecken" in error.message
        assert len(error.message) < 120
        assert frame(headers, ["BUN", "3", "a" * 200])[1] == []
