"""The three questions of /jamforelser, on the demo store and where there is little to compare."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from tests.loading import run, write_frame, write_survey
from tests.visiting import Visitor, visiting
from ui import benchmarks
from ui.comparisons import silence_told
from ui.evidence import Views

NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def visitor() -> Iterator[Visitor]:
    with visiting() as visitor:
        yield visitor


@pytest.fixture
def demo(demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    monkeypatch.setenv("DISTANSKOLLEN_KEY_FILE", str(demo_store.parent / "key"))


def opened(visitor: Visitor, **parameters: str) -> tuple[str, dict[str, bytes]]:
    sent = visitor.visit("jamforelser", **parameters)
    assert not sent.app.exception, [e.value for e in sent.app.exception]
    return sent.words.replace(NBSP, " "), sent.files


@pytest.mark.usefixtures("demo")
def test_the_head_says_how_many_have_surely_changed_and_the_file_has_every_department(
    visitor: Visitor,
) -> None:
    said, files = opened(visitor, jamfor="2026")
    assert "Hela kommunen: 13 av 23 indikatorer har ändrats tydligt från våg 2024" in said
    assert "Störst är förändringen i ”Skriftlig policy finns”. Från 34 % till 75 %" in said
    assert "Men de som inte svarade är så många att det kan vara tvärtom" in said
    assert "Tydlig är en förändring när både intervallet och testet utesluter noll, eller" in said
    assert {"forandringar-2024-2026.xlsx", "forandringar-2024-2026.csv"} <= set(files)
    text = files["forandringar-2024-2026.csv"].decode("utf-8-sig")
    assert "Socialförvaltningen" in text and "Arbetsmaterial" not in text


@pytest.mark.usefixtures("demo")
def test_without_a_comparison_the_way_to_one_is_a_link(visitor: Visitor) -> None:
    said, _files = opened(visitor)
    assert "/jamforelser?vag=2024&amp;jamfor=2026&amp;fraga=vagor" in said


@pytest.mark.usefixtures("demo")
def test_a_department_is_told_beside_the_others_with_a_conclusion_for_each_indicator(
    visitor: Visitor,
) -> None:
    said, files = opened(visitor, fraga="forvaltningar", forvaltning="SN", roll="revisor")
    assert "Socialförvaltningen skiljer sig tydligt från övriga i 8 av 23 indikatorer" in said
    assert "Andelen är lägre än hos övriga som svarade." in said
    assert "Prövat med ett exakt test." in said
    marked = [name for name in files if name.startswith("mot-ovriga-SN-2024")]
    assert marked and all("arbetsmaterial" in name for name in marked)
    for name in marked:
        assert b"Arbetsmaterial" in files[name] or name.endswith("xlsx")


@pytest.mark.usefixtures("demo")
def test_what_is_hidden_stays_hidden_and_leads_to_the_nearest_in_the_same_view(
    visitor: Visitor,
) -> None:
    said, _files = opened(visitor, fraga="forvaltningar", forvaltning="MBN")
    assert "kan inte jämföras med övriga i någon indikator" in said
    assert '/jamforelser?vag=2024&amp;forvaltning=MBN%2BTN&amp;fraga=forvaltningar"' in said
    assert "En indikator i taget" not in said
    said, _files = opened(visitor, fraga="forvaltningar", forvaltning="MBN+TN")
    assert "MBN + TN tillsammans skiljer sig inte tydligt från övriga i någon av 21" in said
    said, _files = opened(visitor, jamfor="2026", forvaltning="MBN")
    assert "ingen förändring kan visas. I stället visas KFN + MBN + TN tillsammans." in said
    # A merging that is hidden in one of the waves has the same nearest as its departments.
    merged, _files = opened(visitor, vag="2026", jamfor="2024", forvaltning="MBN+TN")
    assert "I stället visas KFN + MBN + TN tillsammans." in merged
    assert "Hela kommunen: " not in merged
    merged, files = opened(visitor, vag="2026", fraga="forvaltningar", forvaltning="MBN+TN")
    assert "Det närmaste som kan visas: KFN + MBN + TN tillsammans." in merged
    assert "I stället visas KFN + MBN + TN tillsammans." in merged and files
    # None is sure: then none is called the largest.
    assert "ingen av 21 indikatorer har ändrats tydligt" in said and "Störst är" not in said


@pytest.mark.usefixtures("demo")
def test_the_overview_has_no_shades_of_shares_and_leads_to_each_department(
    visitor: Visitor,
) -> None:
    said, files = opened(visitor, fraga="forvaltningar")
    assert "indikatorer skiljer sig någon förvaltning tydligt från de övriga." in said
    assert 'forvaltning=KLK&amp;fraga=forvaltningar"' in said
    assert "dk-swatch dk-s0" not in said
    # Where a merging is hidden too it is said so, not that nobody was asked.
    assert "ej ställd" not in said
    assert "mot-ovriga-2024.xlsx" in files and "läs inte de andra som en rangordning" in said


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("role", ["politiker", "hr", "revisor"])
def test_any_indicator_is_compared_between_any_groups_that_were_asked_of(
    visitor: Visitor, role: str
) -> None:
    asked = {"fraga": "forvaltningar", "indikator": "policy_kand", "roll": role}
    said, files = opened(visitor, **asked, grupper="occupation")
    assert "Andelen i varje grupp minus andelen bland alla övriga, våg 2024." in said
    assert "Hur många som tillfrågades i varje grupp är inte publicerat" in said
    marked = "-arbetsmaterial" if role == "revisor" else ""
    name = f"skillnader-policy_kand-occupation-2024{marked}.csv"
    heads, *rows = files[name].decode("utf-8-sig").splitlines()
    assert "Yrkesroll" in heads and "p-värde enligt Holm" in heads and len(rows) > 2
    pairs = files[name.replace("-2024", "-2024-parvis")].decode("utf-8-sig")
    assert "p-värde enligt Holm" in pairs
    # Nothing is hidden from the auditor; from the others as on every page, and with the reason.
    hidden = any("dolt" in row for row in rows)
    assert hidden == (role != "revisor") == ("Varför dolt?" in said)
    assert ("Dolt: " in said) == hidden


@pytest.mark.usefixtures("demo")
def test_the_choice_of_groups_is_in_the_address_and_what_it_does_not_know_is_departments(
    visitor: Visitor,
) -> None:
    offered = {}
    for wave in ("2024", "2026"):
        app = visitor.visit("jamforelser", fraga="forvaltningar", vag=wave).app
        (groups,) = (found for found in app.button_group if found.label == "Grupper")
        offered[wave] = groups.options
    # The wave that is rebuilt from the report has no sex and no age.
    assert offered["2024"] == ["Förvaltning", "Befattning", "Yrkesroll"]
    assert offered["2026"] == [*offered["2024"], "Kön", "Ålder"]
    groups.set_value("sex").run()
    assert dict(app.query_params)["grupper"] == "sex" and not app.exception
    for unknown in ("skostorlek", "sex"):
        said, files = opened(visitor, fraga="forvaltningar", grupper=unknown)
        assert "Andelen i varje förvaltning minus andelen bland alla övriga" in said
        assert files and not any(unknown in name for name in files)


FOUR_FACTS = (
    "medlemmar i ett fackförbund", "svarsalternativen är andra", "viktade efter kön och ålder",
    "sex av tio tillfrågade medlemmar svarade inte",
)  # fmt: skip
"""Other people, other words, weighted, few answers: what must stand beside any number of ST's."""


@pytest.mark.usefixtures("demo")
def test_others_numbers_never_stand_without_their_caveat(visitor: Visitor) -> None:
    said, files = opened(visitor, fraga="andra")
    assert "Jämfört med Fackförbundet ST" in said and "Läs det aldrig utan förbehållet" in said
    assert len(files) == 8
    for name, data in files.items():
        if name.endswith("csv"):
            _head, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";")
            told = [" ".join(row) for row in rows]
        else:
            sheets = openpyxl.load_workbook(io.BytesIO(data)).worksheets
            told = [" ".join(str(cell.value) for page in sheets for row in page for cell in row)]
        assert told and all(fact in row for row in told for fact in FOUR_FACTS), name


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("tab", ["Diagram", "Tabell", "Frågorna", "Om undersökningen"])
def test_the_whole_caveat_stands_by_each_view_of_ours_beside_theirs(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, tab: str
) -> None:
    """Only the tab that is asked for is open: the part before the next heading is what is seen."""

    def one_tab(_key: str, shown: Views) -> None:
        if tab in shown:
            shown[tab]()

    monkeypatch.setattr(benchmarks, "views", one_tab)
    sent = visitor.visit("jamforelser", fraga="andra")
    said = sent.words.partition("Jämfört med Fackförbundet ST")[2]
    said = said.partition("Fördelar med distansarbete")[0].replace(NBSP, " ")
    assert all(fact in said for fact in FOUR_FACTS) and "Våra tal är våg 2024" in said


@pytest.mark.usefixtures("demo")
def test_the_key_figures_of_the_report_are_shown_with_what_is_remarked_on_them(
    visitor: Visitor,
) -> None:
    said, files = opened(visitor, fraga="andra")
    for remark in (
        "87 % kan inte gälla båda",
        "kallar det den största fördelen",
        "kallar det den största nackdelen",
        "Säger i stort samma som Fackförbundet ST 2025, Figur 6.2 (s. 10): 84 % (Alla).",
    ):
        assert remark in said
        assert remark in files["st-2025-tal.csv"].decode("utf-8-sig").replace(NBSP, " ")
    shown = files["st-2025-tal.csv"].decode("utf-8-sig")
    assert shown.count("Nyckeltal (s. 2)") == 6, "all six of them"


def test_a_wave_with_only_a_frame_is_said_and_has_no_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visitor: Visitor
) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "store"))
    run("load", "frame", write_frame(tmp_path / "frame.csv"), "--wave", "2024")
    said, files = opened(visitor)
    assert "Det finns bara en våg att visa" in said
    said, files = opened(visitor, fraga="forvaltningar")
    assert "Ingen av enkätens indikatorer kan visas" in said and not files


def test_whether_the_silent_could_undo_it_is_counted() -> None:
    sure = {"difference": 0.3, "low": 0.2, "high": 0.4, "p_holm": 0.001, "status": "shown"}
    undone = {**sure, "bound_low": -0.1, "bound_high": 0.6}
    holds = {**sure, "bound_low": 0.1, "bound_high": 0.5}
    assert "kan vara tvärtom" in silence_told([undone, undone], "")
    assert silence_told([undone, holds], "").startswith("1 av 2 gäller")
    assert silence_told([holds], "").startswith("Det gäller vad")
    # Where everybody has answered there is nobody who could undo anything.
    known = {**sure, "bound_low": 0.3, "bound_high": 0.3}
    assert silence_told([known, known], "") == ""
    assert silence_told([known, undone], "").startswith("1 av 2 gäller")


FRAME = (
    ("AAA", "Alfaförvaltningen", "Alfanämnden", "100", "60"),
    ("BBB", "Betaförvaltningen", "Betanämnden", "80", "30"),
)


def loaded(folder: Path, answers: dict[str, str], invited: tuple[int, ...]) -> None:
    """Load a wave: ``answers`` of each department to the policy question, J or N."""
    word = {"J": "Ja", "N": "Nej"}
    people = [
        {"Förvaltning": code, "Befattning": "Medarbetare", "q1_1": word[letter]}
        for code, letters in answers.items()
        for letter in letters
    ]
    frame = [(*row, str(n)) for row, n in zip(FRAME, invited, strict=False)]
    run("load", "frame", write_frame(folder / "frame.csv", frame), "--wave", "2024")
    run("load", "survey", write_survey(folder / "survey.csv", people), "--wave", "2024")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("DISTANSKOLLEN_KEY_FILE", str(tmp_path / "key"))
    return tmp_path


def test_one_department_has_nobody_to_be_compared_with_and_hides_nothing(
    store: Path, visitor: Visitor
) -> None:
    loaded(store, {"AAA": "J" * 9 + "N" * 8}, (40,))
    for chosen in ({}, {"forvaltning": "AAA"}):
        said, _files = opened(visitor, fraga="forvaltningar", roll="revisor", **chosen)
        assert "Våg 2024 har bara en förvaltning: Alfaförvaltningen." in said
        assert "Jämför i stället med vad andra har publicerat" in said
        assert "dk-matrix" not in said.partition("</style>")[2]
        assert "Talet är dolt" not in said


def test_where_only_one_of_the_departments_answered_there_is_nothing_to_compare(
    store: Path, visitor: Visitor
) -> None:
    loaded(store, {"AAA": "J" * 9 + "N" * 8}, (40, 30))
    said, _files = opened(visitor, fraga="forvaltningar", roll="revisor")
    assert "I våg 2024 har bara en förvaltning svarat." in said


def test_a_department_that_a_wave_lacks_is_said_to_be_absent_and_not_unasked(
    store: Path, visitor: Visitor
) -> None:
    loaded(store, {"AAA": "J" * 9 + "N" * 8}, (40,))
    people = [
        {"Förvaltning": code, "Befattning": "Medarbetare", "q1_1": "Ja" if n % 3 else "Nej"}
        for code in ("AAA", "BBB")
        for n in range(20)
    ]
    run("load", "frame", write_frame(store / "next.csv", [(*row, "40") for row in FRAME]),
        "--wave", "2025")  # fmt: skip
    run("load", "survey", write_survey(store / "next-survey.csv", people), "--wave", "2025")
    own, _files = opened(visitor, vag="2025", jamfor="2024", forvaltning="BBB")
    assert "Betaförvaltningen fanns inte i båda vågorna. I stället visas hela kommunen." in own
    said, files = opened(visitor, vag="2025", jamfor="2024")
    assert "Alla förvaltningar fanns inte i båda vågorna (Betaförvaltningen): hela" in said
    assert "Alla förvaltningar fanns inte" not in opened(visitor, vag="2025", jamfor="2025")[0]
    (name,) = (name for name in files if name.startswith("forandringar") and name.endswith("csv"))
    rows = list(csv.reader(io.StringIO(files[name].decode("utf-8-sig")), delimiter=";"))
    policy = {row[2]: row for row in rows if row[0] == "Skriftlig policy finns"}
    assert "fanns inte i vågen" in policy["Betaförvaltningen"]
    assert "ej ställd" not in policy["Betaförvaltningen"]
    book = openpyxl.load_workbook(io.BytesIO(files[name.replace(".csv", ".xlsx")]))
    told = {row[0]: row[1] for row in book["Om uppgifterna"].iter_rows(values_only=True)}
    assert "fanns inte" in told["fanns inte i vågen"]


def test_where_everybody_has_answered_no_silence_can_undo_what_is_known(
    store: Path, visitor: Visitor
) -> None:
    loaded(store, {"AAA": "J" * 12, "BBB": "N" * 6 + "J" * 3}, (12, 9))
    for chosen in ({}, {"forvaltning": "AAA"}):
        said, _files = opened(visitor, fraga="forvaltningar", roll="revisor", **chosen)
        assert "så skillnaderna är kända och behöver inte prövas." in said
        assert "Bortfallet kan ändå ändra den" not in said
        assert "det kan vara tvärtom" not in said and "Det gäller vad de som inte" not in said


def test_where_all_have_answered_alike_there_is_no_largest_difference(
    store: Path, visitor: Visitor
) -> None:
    loaded(store, {"AAA": "J" * 20, "BBB": "J" * 12}, (40, 30))
    for chosen in ({}, {"forvaltning": "AAA"}):
        said, files = opened(visitor, fraga="forvaltningar", roll="revisor", **chosen)
        assert "så det finns ingen skillnad att pröva." in said
        assert "Störst är skillnaden" not in said and "p = 1,000" not in said
        text = files["skillnader-policy_kand-2024-arbetsmaterial.csv"].decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
        assert rows and not any(row["p-värde enligt Holm"] for row in rows)
