"""The workbench's page: what is asked in vain is said, and every file is marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.received import Table, of_file
from tests.loading import (
    DEPARTMENTS,
    FRAME_HEADERS,
    run,
    write_csv,
    write_frame,
    write_survey,
)
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


def spaced(text: str) -> str:
    """Return a text with plain spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


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
        for name in ("utforska-2024", "svarsfrekvens-2024", "korstabell-q3_1b-2024")
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
    names = ("utforska-registret", "utforska-overenskommelser", "korstabell-registret")
    assert set(sent.files) == {
        f"{name}-2026-10-31-arbetsmaterial.{ending}" for name in names for ending in ("xlsx", "csv")
    }
    found = tables_of(sent.files)
    registers = [table for table in found.values() if "Anställd" in table.heads]
    # In the book of all, in one of its own, and as CSV.
    assert len(registers) == 3
    for register in registers:
        assert len(register.rows) == 53
        assert {row[register.heads.index("Kod")] for row in register.rows} == {"SN"}
        assert "demo-anställd" not in sent.words + str(register.rows)
    assert "select agreement_id from kept order by agreement_id" in sent.words
    assert "Här finns ingen publicerbar vy" in sent.words


def test_every_table_has_its_sql_and_both_its_files(visitor: Visitor) -> None:
    sent = visitor.visit("utforska", roll="revisor", fragor="q2_1a")
    names = ("utforska", "korstabell-q2_1a", "osakerhet-q2_1a", "svarsfrekvens")
    assert set(sent.files) == {
        f"{name}-2024-arbetsmaterial.{ending}" for name in names for ending in ("xlsx", "csv")
    }
    cross = [t for (name, _), t in tables_of(sent.files).items() if name.startswith("korstabell")]
    assert len(cross) == 2 and cross[0].heads == cross[1].heads
    assert [row[0] for row in cross[0].rows] == [row[0] for row in cross[1].rows] == [MARK] * 7
    for title in ("SQL som räknar talen", "SQL bakom osäkerheten", "SQL bakom svarsfrekvensen"):
        assert title in sent.words
    # Once for the answers, once for the uncertainty, once for the response analysis.
    assert sent.words.count("from published.department where wave = $wave") == 3
    public = visitor.visit("utforska", roll="revisor", fragor="q2_1a", vy="publicerbar")
    assert "Survey indicators, for the whole and per department" in public.words
    assert "from published.cube" in public.words


def test_what_an_address_asks_for_in_vain_is_told_and_counted_beyond_a_few(
    visitor: Visitor,
) -> None:
    own = {"roll": "revisor", "fragor": "q2_1a", "rader": "q2_1a"}
    said = visitor.visit("utforska", **own, filter=",".join(f"x.{n}" for n in range(40))).words
    # Against itself each answer is all of its own, which is no finding.
    assert "q2_1a står på raderna eller i kolumnerna" in said and "Fishers" not in said
    assert "Filtret x.6 finns inte." in said and "Filtret x.7 finns inte." not in said
    assert "Och 33 saker till." in said


def test_a_question_that_nobody_of_a_selection_was_put_says_to_whom_it_was(
    visitor: Visitor,
) -> None:
    said = visitor.visit("utforska", roll="revisor", fragor="q3_1a", filter="frekvens.aldrig").words
    assert "Ingen i urvalet har svarat på frågan. Den ställdes bara till den som på ”Hur" in said
    assert "” eller ”" in said


def test_a_weighted_share_of_few_says_of_how_many_and_every_file_has_the_base(
    visitor: Visitor,
) -> None:
    sent = visitor.visit("utforska", roll="revisor", fragor="q2_1a", rader="position",
                         filter="department.SN", vikt="department")  # fmt: skip
    assert re.search(r"\), \d\xa0svar", sent.words)
    cross = [t for (name, _), t in tables_of(sent.files).items() if name.startswith("korstabell")]
    for made in cross:
        assert made.heads[-1] == "Underlag"
        assert [int(row[-1]) for row in made.rows] == [5, 28, 33]


def test_shares_are_said_to_pass_a_hundred_only_where_they_can(visitor: Visitor) -> None:
    own = {"roll": "revisor", "fragor": "it_atgarder"}
    across = {"rader": "department", "matt": "kolumnandel"}
    for more, said in (
        ({}, True), ({"rader": "svar", "kolumner": "department", "matt": "kolumnandel"}, True),
        ({"matt": "antal"}, False), (across, False),
        ({"rader": "position", "kolumner": "occupation"}, False),
    ):  # fmt: skip
        words = visitor.visit("utforska", **own, **more).words
        assert ("kan tillsammans bli mer än 100" in words) == said, more


def test_only_the_view_that_the_address_names_is_made(visitor: Visitor) -> None:
    own = {"roll": "revisor", "fragor": "q2_1a"}
    visitor.views = False
    try:
        plain = visitor.visit("utforska", **own)
        uncertain = visitor.visit("utforska", **own, **{"flik-q2_1a": "osakerhet"})
        wrong = visitor.visit("utforska", **own, **{"flik-q2_1a": "skrap"})
        # A view that the measure does not have: the first, and the address is left as it was.
        counts = visitor.visit("utforska", **own, **{"flik-q2_1a": "osakerhet"}, matt="antal")
        lines = visitor.visit("utforska", roll="revisor", kalla="register",
                              **{"flik-registret": "overenskommelser"})  # fmt: skip
    finally:
        visitor.views = True
    for sent, has in ((plain, 0), (uncertain, 1), (wrong, 0), (counts, 0)):
        assert any(name.startswith("osakerhet") for name in sent.files) == has
        assert any(name.startswith("korstabell") for name in sent.files) != has
    assert counts.app.query_params["flik-q2_1a"] == "osakerhet"
    # One that there is not: said, and left too. One of what is not asked for: out of the address.
    assert "skrap finns inte bland sätten att visa tabellen." in wrong.words
    assert wrong.app.query_params["flik-q2_1a"] == "skrap"
    gone = visitor.visit("utforska", **own, **{"flik-q1_1": "tal", "flik-registret": "tal",
                         "svar-q2_1a": "nej", "vilka-q2_1a": "??", "vilka-q1_1": "SN"})  # fmt: skip
    assert set(gone.app.query_params) == {"roll", "fragor", "svar-q2_1a", "vilka-q2_1a"}
    assert "?? finns inte bland dem som visas." in gone.words
    assert "finns inte bland frågans svar" not in gone.words
    assert any(name.startswith("utforska-overenskommelser") for name in lines.files)
    assert not any(name.startswith("korstabell") for name in lines.files)


def test_the_uncertainty_of_an_answer_is_told_as_on_the_theme_page(visitor: Visitor) -> None:
    own = visitor.visit("utforska", roll="revisor", fragor="q2_1a", **{"vilka-q2_1a": "SN"})
    page = visitor.visit("rattvisa", roll="revisor", forvaltning="SN")
    told = re.findall(
        r"Socialförvaltningen: (?:Mindre än hälften|Andelen är lägre)[^<]*", own.words
    )
    assert len(told) == 2 and all(sentence in page.words for sentence in told)
    ways = next(table for table in own.tables if "Sätt att räkna" in table)
    assert ways.count("<tr>") == 3, "as published and without vet ej; a department weighs itself"
    whole = visitor.visit("utforska", roll="revisor", fragor="q2_1a", **{"svar-q2_1a": "nej"})
    ways = next(table for table in whole.tables if "Sätt att räkna" in table)
    assert "35,2" in ways and "Vägt till ramen" in ways


def test_a_weight_that_cannot_be_had_is_not_said_to_have_been_used(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "store"))
    heads = (*FRAME_HEADERS, "Befattning")
    rows = [
        (*row[:5], str(people), position)
        for row in DEPARTMENTS
        for people, position in ((1, "Chef"), (int(row[5]) - 1, "Medarbetare"))
    ]
    run("load", "frame", write_csv(tmp_path / "f.csv", [heads, *rows]), "--wave", "2024")
    run("load", "survey", write_survey(tmp_path / "s.csv"), "--wave", "2024")
    for more in ({}, {"filter": "department.AAA"}, {"rader": "position"}):
        sent = visitor.visit("utforska", roll="revisor", fragor="q1_1", vikt="position", **more)
        assert "Ramen har färre personer än svaren" in sent.words
        assert "Vikt: ingen, som publicerat" in sent.words
        assert "efterstratifierat på befattning." not in sent.words
        weights = [
            piece.text
            for name, data in sent.files.items()
            for piece in of_file(name, data)
            if "Om uppgifterna" in piece.where and "\nVikt\n" in getattr(piece, "text", "")
        ]
        assert len(weights) == 2, "in the book of all, and in that of the cross table"
        assert all("\nVikt\nIngen, som publicerat\n" in text for text in weights)


def test_an_interval_is_only_spoken_of_where_there_is_one(visitor: Visitor) -> None:
    view = {"roll": "revisor", "fragor": "q2_1a", "vy": "publicerbar"}
    for more, some in (
        ({}, True),
        ({"rader": "position"}, True),
        ({"filter": "department.SN"}, True),
        ({"filter": "department.MBN,department.TN"}, True),
        ({"filter": "department.MBN"}, False),
        ({"rader": "svar", "kolumner": "department"}, False),
        ({"matt": "antal"}, False),
    ):
        sent = visitor.visit("utforska", **view, **more)
        cross = next(table for table in sent.tables if "Alla" in table or "Ja" in table)
        assert ("konfidensintervall." in sent.words) == some == ("\N{EN DASH}" in cross), more


def test_a_weighted_chart_shows_the_shares_of_the_table(visitor: Visitor) -> None:
    asked = {"roll": "revisor", "fragor": "q2_1a", "rader": "position"}
    weighted = visitor.visit("utforska", **asked, vikt="department")
    plain = visitor.visit("utforska", **asked)
    assert "Staplarna är vägda som tabellen" in weighted.words
    table = spaced(next(t for t in weighted.tables if "Chef" in t))
    share = re.search(r"Chef</th><td>(\d\d),\d %", table)
    assert share and share[1] != "50" and "8 av 16" not in table, "a weighted share is no count"
    # The chart's own words.
    assert f"Störst andel svar som talar för har Chef ({share[1]} %)" in spaced(weighted.words)
    assert "Störst andel svar som talar för har Chef (8 av 16)" in spaced(plain.words)


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
    # Together they are shown, as where a politician chooses them.
    assert "MBN + TN tillsammans" in spaced(cross) and "4 av 11" in spaced(cross)


@pytest.mark.parametrize("view", ["", "publicerbar"])
def test_a_mean_that_cannot_be_had_leaves_numbers_on_the_page_and_in_the_files(
    visitor: Visitor, view: str
) -> None:
    """Of a share of everybody each is 100 %: neither what is asked for nor its default fits."""
    sent = visitor.visit(
        "utforska", roll="revisor", vag="2026", fragor="q1_1", rader="department",
        kolumner="alla", matt="medel", vy=view,
    )  # fmt: skip
    assert "Ett medelvärde kräver en fråga" in sent.words and "Här visas antalen" in sent.words
    tables = tables_of(sent.files)
    assert tables and all(len(table.rows) > 3 for table in tables.values())


def test_a_mean_says_how_many_it_is_of_and_what_is_not_counted(visitor: Visitor) -> None:
    sent = visitor.visit(
        "utforska", roll="revisor", vag="2026", fragor="q2_1b", rader="department",
        kolumner="position", matt="medel",
    )  # fmt: skip
    said = spaced(sent.words)
    assert re.search(r">\d,\d\d \(.{0,40}\d,\d\d–\d,\d\d.{0,12}\), \d+ svar<", said)
    assert "Där svaren är för få för ett intervall står bortfallsgränserna i stället." in said
    assert "räknas med, men inte i medelvärdet" in said
    heads = (
        sent.files["korstabell-q2_1b-2026-arbetsmaterial.csv"].decode("utf-8-sig").splitlines()[0]
    )
    assert "Chef, underlag" in heads
    scale = "Skalan är 1 = Mycket dåligt och 5 = Mycket bra, och avståndet mellan stegen"
    assert scale in said
    for name, data in sent.files.items():
        if "svarsfrekvens" not in name:
            whole = (
                data.decode() if name.endswith("csv") else "".join(map(str, of_file(name, data)))
            )
            assert scale in whole, name


def test_of_more_groups_than_are_shown_everybody_stays_and_the_chart_says_so_too(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.explore.MOST_GROUPS", 3)
    for more in (
        {"rader": "department"},
        {"rader": "department", "flik-q2_1b": "diagram"},
        {"rader": "svar", "kolumner": "department", "matt": "kolumnandel"},
    ):
        sent = visitor.visit("utforska", roll="revisor", fragor="q2_1b", **more)
        assert "Här visas de 3 första grupperna; filerna har alla." in sent.words, more
        if "kolumner" in more:
            heads = re.findall(r"<th[^>]*>([^<]*)", "".join(sent.tables[:1]))
            assert heads[2:6] == ["BUN", "KFN", "KLK", "Alla"]
        elif len(more) == 1:
            table = "".join(sent.tables[:1])
            assert "Kommunledningskontoret" in table and ">Alla<" in table
            assert "Socialförvaltningen" not in table
    said = visitor.visit("utforska", roll="revisor", fragor="q2_1b", rader="department").words
    assert "Här visas de" in said
    monkeypatch.undo()
    said = visitor.visit("utforska", roll="revisor", fragor="q2_1b", rader="department").words
    assert "Här visas de" not in said


def test_a_file_says_how_its_numbers_are_read_and_whether_the_groups_differ(
    visitor: Visitor,
) -> None:
    sent = visitor.visit("utforska", roll="revisor", fragor="q2_1a,q2_1b", rader="department")
    books = {n: "".join(map(str, of_file(n, d))) for n, d in sent.files.items() if "xlsx" in n}
    for name in ("korstabell-q2_1a", "korstabell-q2_1b", "utforska"):
        told = books[f"{name}-2024-arbetsmaterial.xlsx"]
        assert told.count("Fishers exakta test") == (2 if name == "utforska" else 1)
        assert "Andel av dem på raden som svarade." in told and "Inom parentes" not in told
        assert "Registret per" not in told


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
