"""Loading: all of a file or nothing, each fault by its line, and the store as it was if refused."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import manage
from ingest.headers import InputFileError
from ingest.load import LoadRefused, Options, load_agreements, load_frame, load_survey
from queries.pseudonyms import read_key, unseal
from queries.store import current_id, list_snapshots, open_reader, store_path
from queries.viewer import Role, Viewer
from tests import loading

PARTIAL, DRY = Options(partial=True), Options(dry_run=True)


def refused(run: Callable[[], Any], *texts: str) -> LoadRefused:
    """Assert that ``run`` is refused with ``texts`` and leaves the store as it was."""
    before = loading.tree() if store_path().exists() else {}
    with pytest.raises(LoadRefused) as caught:
        run()
    assert (loading.tree() if store_path().exists() else {}) == before
    for text in texts:
        assert text in str(caught.value)
    return caught.value


# --- frame ----------------------------------------------------------------------------------------


def test_a_frame_gives_departments_in_its_order_and_flags_approximate_numbers(
    tmp_path: Path,
) -> None:
    result = load_frame(loading.write_frame(tmp_path / "frame.csv"), "2024")
    assert (result.accepted, result.rejected) == (3, 0)
    assert loading.rows(
        "select code, name, employees, employees_approximate, eligible, eligible_approximate, "
        "invited, answered from published.department order by ordinal"
    ) == [
        ("AAA", "Alfaförvaltningen", 100, False, 60, True, 40, 0),
        ("BBB", "Betaförvaltningen", 80, False, 30, False, 30, 0),
        ("CCC", "Gammakontoret", 12, False, 12, False, 9, 0),
    ]


def test_combinations_of_a_frame_add_up_and_a_part_not_given_leaves_the_sum_unknown(
    tmp_path: Path,
) -> None:
    rows = [
        [
            "Förvaltning",
            "Namn",
            "Antal anställda",
            "Möjlighet till distansarbete",
            "Tillfrågade",
            "Befattning",
            "Kön",
        ],
        ["AAA", "Alfa", "10", "ca 4", "3", "Chef", "Kvinna"],
        ["aaa", "", "20", "5", "7", "Medarbetare", "Kvinna"],
        ["AAA", "", "30", "6", "11", "Medarbetare", "Man"],
        ["BBB", "Beta", "10", "", "2", "Chef", ""],
        ["BBB", "", "20", "9", "8", "Medarbetare", ""],
    ]
    load_frame(loading.write_csv(tmp_path / "frame.csv", rows), "2024")
    assert loading.rows(
        "select code, name, employees, eligible, eligible_approximate, invited "
        "from published.department order by ordinal"
    ) == [("AAA", "Alfa", 60, 15, True, 21), ("BBB", "Beta", 30, None, False, 10)]
    assert loading.rows("select count(*), count(distinct line) from records.frame_cell") == [(5, 5)]


@pytest.mark.parametrize(
    ("second", "text"),
    [
        (["AAA", "Alfa", "9", ""], "både med och utan uppdelning"),
        (["AAA", "Alva", "9", "Medarbetare"], "Skriv samma"),
        (["AAA", "Alfa", "5", "Chef"], "Motsäger rad 2"),
        (["BBB", "alfa", "5", "Chef"], "heter också så"),
        (["BBB", "AAA", "5", "Chef"], "heter också så"),
    ],
)
def test_a_frame_that_says_two_things_of_a_department_is_refused(
    tmp_path: Path, second: list[str], text: str
) -> None:
    rows = [
        ["Förvaltning", "Namn", "Tillfrågade", "Befattning"],
        ["AAA", "Alfa", "3", "Chef"],
        second,
    ]
    path = loading.write_csv(tmp_path / "frame.csv", rows)
    error = refused(lambda: load_frame(path, "2024"))
    assert any(text in fault.message for fault in error.result.errors), error.result.errors


def test_a_frame_may_have_one_department_or_forty_with_names_of_eighty_characters(
    tmp_path: Path,
) -> None:
    for wave, number in (("2024", 1), ("2025", 40)):
        many = [(f"D{n:02}", f"{n:02}-" + "ö" * 77, "", "", "", "5") for n in range(number)]
        path = loading.write_frame(tmp_path / f"{wave}.csv", many)
        assert load_frame(path, wave).accepted == number
        records = [{"Förvaltning": row[1], "q1_1": "Ja"} for row in many for _n in range(5)]
        survey = loading.write_survey(tmp_path / f"s{wave}.csv", records)
        assert load_survey(survey, wave).accepted == 5 * number
        assert list(loading.answered(wave=wave).values()) == [5] * number


def test_a_code_written_in_another_case_is_the_same_department_in_every_wave(filled: Path) -> None:
    lower = [(row[0].lower(), *row[1:]) for row in loading.DEPARTMENTS]
    path = loading.write_frame(filled / "lower.csv", lower)
    load_frame(path, "2024")
    assert loading.answered() == loading.ANSWERS
    load_frame(path, "2025")
    assert list(loading.answered(wave="2025")) == ["AAA", "BBB", "CCC"]


def test_a_new_frame_with_fewer_invited_than_answered_is_refused(filled: Path) -> None:
    fewer = [("AAA", "Alfaförvaltningen", "", "", "", "19"), *loading.DEPARTMENTS[1:]]
    path = loading.write_frame(filled / "fewer.csv", fewer)
    refused(lambda: load_frame(path, "2024"), "AAA har 20 svar men 19 tillfrågade", "Rätta ramen")


def test_a_new_frame_without_a_department_that_answered_is_refused(filled: Path) -> None:
    path = loading.write_frame(filled / "without.csv", loading.DEPARTMENTS[1:])
    refused(lambda: load_frame(path, "2024"), "AAA har 20 svar men inga tillfrågade")
    without = loading.write_frame(filled / "ok.csv", loading.DEPARTMENTS[:2])
    load_frame(without, "2024")  # nobody in CCC answered
    assert list(loading.answered()) == ["AAA", "BBB"]


# --- survey ---------------------------------------------------------------------------------------


def test_more_answers_than_invited_is_refused_naming_the_first_that_is_too_much(
    filled: Path,
) -> None:
    path = loading.write_survey(filled / "many.csv", loading.people({"AAA": 5, "CCC": 11}))
    for options in (Options(), PARTIAL, DRY):
        error = refused(
            lambda o=options: load_survey(path, "2024", o), "CCC", "Ingenting har ändrats"
        )
        (fault,) = error.result.errors
        assert (fault.row, fault.value) == (2 + 5 + 9, "CCC")
        assert "11 svar men bara 9 tillfrågade" in fault.message


def test_a_survey_without_frame_names_the_command_that_is_missing(tmp_path: Path) -> None:
    path = loading.write_survey(tmp_path / "survey.csv")
    refused(lambda: load_survey(path, "2024"), "python manage.py load frame FIL --wave 2024")
    # The log alone: it tells also of what was refused.
    assert [entry.name for entry in store_path().iterdir()] == ["log"]
    load_frame(loading.write_frame(tmp_path / "frame.csv"), "2024")
    refused(lambda: load_survey(path, "2031"), "load frame FIL --wave 2031")


def test_agreements_without_any_frame_name_the_command_that_is_missing(tmp_path: Path) -> None:
    path = loading.write_records(tmp_path / "register.csv", loading.agreements())
    refused(lambda: load_agreements(path), "python manage.py load frame FIL --wave")


BAD = {"Förvaltning": "XXX", "q1_1": "Kanske"}


def test_strict_stores_nothing_and_partial_keeps_the_good_rows(filled: Path) -> None:
    records = [*loading.people({"AAA": 6}), BAD, {"Förvaltning": "BBB", "q1_1": "Nej"}]
    path = loading.write_survey(filled / "mixed.csv", records)
    error = refused(lambda: load_survey(path, "2024"), "--partial")
    told = [(fault.row, fault.column, fault.value) for fault in error.result.errors]
    assert told == [(8, "Förvaltning", "XXX"), (8, "q1_1", "Kanske")]
    assert (error.result.accepted, error.result.rejected) == (0, 1)
    result = load_survey(path, "2024", PARTIAL)
    assert (result.accepted, result.rejected, result.errors) == (7, 1, error.result.errors)
    assert loading.answered() == {"AAA": 6, "BBB": 1, "CCC": 0}


def test_partial_with_no_good_row_is_refused(filled: Path) -> None:
    path = loading.write_survey(filled / "bad.csv", [BAD, BAD])
    error = refused(lambda: load_survey(path, "2024", PARTIAL), "Ingenting har ändrats")
    assert error.result.rejected == 2 and "--partial" not in str(error)


@pytest.mark.parametrize("kind", ["frame", "survey", "agreements"])
def test_a_dry_run_stores_nothing_and_reports_what_the_real_one_reports(
    filled: Path, kind: str
) -> None:
    if kind == "frame":
        path = loading.write_frame(
            filled / "f.csv", [*loading.DEPARTMENTS, ("D D", "", "", "", "", "x")]
        )
        load = partial(load_frame, path, "2024")
    elif kind == "survey":
        path = loading.write_survey(filled / "s.csv", [*loading.people({"AAA": 3}), BAD])
        load = partial(load_survey, path, "2024")
    else:
        bad = {"Överenskommelse": "Ö-9", "Förvaltning": "AAA", "Start": "2024-02-30", "Extra": "?"}
        path = loading.write_records(filled / "a.csv", [*loading.agreements(), bad])
        load = partial(load_agreements, path, as_of=date(2024, 9, 1))
    before = loading.tree()
    told = load(Options(partial=True, dry_run=True)).as_dict()
    assert loading.tree() == before
    assert not Path(os.environ["DISTANSKOLLEN_KEY_FILE"]).exists()
    real = load(PARTIAL).as_dict()
    assert told.pop("snapshot") != real.pop("snapshot") == current_id()
    assert told == real and told["rejected"] == 1 and told["accepted"] >= 3


def test_a_dry_run_of_what_a_check_would_stop_is_refused_like_the_real_one(filled: Path) -> None:
    path = loading.write_frame(filled / "without.csv", loading.DEPARTMENTS[1:])
    assert str(refused(lambda: load_frame(path, "2024", DRY))) == str(
        refused(lambda: load_frame(path, "2024"))
    )


def test_the_same_file_again_changes_nothing(filled: Path) -> None:
    register = loading.write_records(filled / "register.csv", loading.agreements())
    day = date(2024, 9, 1)
    assert load_agreements(register, as_of=day).accepted == 6
    before = loading.tree()
    for again in (
        load_frame(loading.write_frame(filled / "f.csv"), "2024"),
        load_survey(loading.write_survey(filled / "renamed.csv"), "2024"),
        load_agreements(register, as_of=day),
    ):
        assert (again.accepted, again.rejected, again.unchanged) == (0, 0, True)
        assert again.snapshot == current_id()
    assert loading.tree() == before
    assert load_agreements(register, as_of=date(2024, 9, 2)).accepted == 6


def test_rows_left_out_are_read_when_the_frame_has_been_mended(filled: Path) -> None:
    """The same file is not the same load when what decides which rows are good has changed."""
    records = [*loading.people({"AAA": 4}), {"Förvaltning": "DDD", "q1_1": "Ja"}]
    path = loading.write_survey(filled / "four.csv", records)
    assert load_survey(path, "2024", PARTIAL).accepted == 4
    assert load_survey(path, "2024", PARTIAL).unchanged
    four = [*loading.DEPARTMENTS, ("DDD", "Deltakontoret", "", "", "", "5")]
    load_frame(loading.write_frame(filled / "frame4.csv", four), "2024")
    assert load_survey(path, "2024", PARTIAL).accepted == 5
    assert load_survey(path, "2024").unchanged


def test_a_reload_replaces_the_answers_of_its_wave_and_of_no_other(filled: Path) -> None:
    load_frame(filled / loading.write_frame(filled / "f.csv").name, "2025")
    load_survey(loading.write_survey(filled / "b.csv", loading.people({"BBB": 7})), "2025")
    load_survey(loading.write_survey(filled / "a.csv", loading.people({"AAA": 9})), "2024")
    assert loading.answered() == {"AAA": 9, "BBB": 0, "CCC": 0}
    assert loading.answered(wave="2025") == {"AAA": 0, "BBB": 7, "CCC": 0}
    assert loading.rows("select count(*) from records.provenance") == [(16,)]
    assert loading.rows("select count(*) from records.source_file") == [(4,)]


def test_a_file_without_any_question_is_refused(filled: Path) -> None:
    path = loading.write_survey(filled / "none.csv", [{"Förvaltning": "AAA", "Väder": "Sol"}])
    before = loading.tree()
    with pytest.raises(InputFileError, match="questionnaire vaggeryd-2024"):
        load_survey(path, "2024")
    assert loading.tree() == before


# --- agreements -----------------------------------------------------------------------------------


def test_bad_agreements_are_named_by_line_column_value_and_reason(filled: Path) -> None:
    good = loading.agreements(3)
    bad = [
        {**good[0], "Överenskommelse": "Ö-7", "Start": "2024-02-30"},
        {**good[0], "Överenskommelse": "Ö-8", "Start": "i våras"},
        {**good[0], "Överenskommelse": "Ö-9", "Förvaltning": "Okänt kontor"},
        {**good[0], "Överenskommelse": "", "VPN": "kanske"},
    ]
    path = loading.write_records(filled / "register.csv", [*good, *bad])
    error = refused(lambda: load_agreements(path), "4 rader går inte att läsa in", "--partial")
    told = {(f.row, f.column, f.value) for f in error.result.errors}
    assert told == {
        (5, "Start", "2024-02-30"),
        (6, "Start", "i våras"),
        (7, "Förvaltning", "Okänt kontor"),
        (8, "Överenskommelse", ""),
        (8, "VPN", "kanske"),
    }
    assert all(fault.message.endswith(".") for fault in error.result.errors)


def test_the_employee_is_a_keyed_hash_and_the_name_is_nowhere(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = loading.agreements()
    records[0]["Anställd"], records[1]["Anställd"] = "Hemlig  Person", "hemlig person"
    path = loading.write_records(filled / "register.csv", records)

    def hashes(day: int) -> list[str]:
        load_agreements(path, as_of=date(2024, 9, day))
        rows = loading.rows("select employee, as_of from records.register_row order by line")
        return [employee for employee, as_of in rows if as_of == date(2024, 9, day)]

    first = hashes(1)
    assert first[0] == first[1] != first[2] and len(first[0]) == 64
    assert hashes(2) == first
    held = loading.everything() + "".join(
        p.read_bytes().decode("latin-1") for p in store_path().rglob("*") if p.is_file()
    )
    assert "hemlig  person" not in held.casefold() and "hemlig person" not in held.casefold()
    assert "Person 2" not in held
    key = Path(os.environ["DISTANSKOLLEN_KEY_FILE"])
    assert key.read_text("ascii").strip() not in held
    if os.name == "posix":
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [p.name for p in key.parent.glob("key*")] == ["key"]


@pytest.mark.parametrize("other", ["none", "another"])
def test_a_lost_or_changed_key_changes_nobody_until_that_is_asked_for(
    filled: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], other: str
) -> None:
    path = loading.write_records(filled / "register.csv", loading.agreements())
    load_agreements(path, as_of=date(2024, 9, 1))
    loading.run("check")

    def employees() -> set[str]:
        return {row[0] for row in loading.rows("select employee from records.register_row")}

    def sealed() -> list[str | None]:
        return unseal([row[0] for row in loading.rows("select sealed from records.employee")])

    first, names = employees(), sealed()
    assert "Person 1" in names
    elsewhere = filled / "annan" / "nyckel"
    monkeypatch.setenv("DISTANSKOLLEN_KEY_FILE", str(elsewhere))
    if other == "another":
        read_key(create=True)
    word = "saknas" if other == "none" else "en annan"
    for options in (Options(), Options(dry_run=True)):
        refused(
            lambda how=options: load_agreements(path, how, as_of=date(2024, 9, 2)),
            word,
            "handboken",
        )
    assert elsewhere.exists() == (other == "another")
    assert manage.main(["check"]) == 1
    assert word in capsys.readouterr().err

    loading.run("load", "agreements", path, "--as-of", "2024-09-02", "--new-key")
    assert employees() - first and sorted(filter(None, sealed())) == sorted(filter(None, names))
    loading.run("check")
    # Now the old key is the wrong one.
    monkeypatch.setenv("DISTANSKOLLEN_KEY_FILE", str(store_path().parent / "key"))
    refused(lambda: load_agreements(path, as_of=date(2024, 9, 3)), "en annan")


def test_a_key_inside_the_store_is_refused(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_KEY_FILE", str(store_path() / "key"))
    path = loading.write_records(filled / "register.csv", loading.agreements())
    refused(lambda: load_agreements(path), "ligger i lagrets mapp", "DISTANSKOLLEN_KEY_FILE")
    assert not (store_path() / "key").exists()


@pytest.mark.parametrize("content", [b"", b"kort", b"\xff" * 80])
def test_a_damaged_key_is_never_replaced_on_the_quiet(filled: Path, content: bytes) -> None:
    key = Path(os.environ["DISTANSKOLLEN_KEY_FILE"])
    key.write_bytes(content)
    path = loading.write_records(filled / "register.csv", loading.agreements())
    refused(lambda: load_agreements(path), "Nyckelfilen", "skadad")
    assert key.read_bytes() == content


def test_a_key_that_cannot_be_made_is_told_with_the_way_out(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (filled / "fil").write_text("")
    monkeypatch.setenv("DISTANSKOLLEN_KEY_FILE", str(filled / "fil" / "key"))
    path = loading.write_records(filled / "register.csv", loading.agreements())
    refused(lambda: load_agreements(path), "DISTANSKOLLEN_KEY_FILE")


def test_a_register_of_events_counts_each_agreement_once(filled: Path) -> None:
    base = loading.agreements(1)[0]
    events = [
        {**base, "Händelsedatum": f"2024-0{n}-15", "VPN": v} for n, v in ((1, "Nej"), (5, "Ja"))
    ]
    path = loading.write_records(filled / "register.csv", events)
    assert load_agreements(path, as_of=date(2024, 9, 1)).accepted == 2
    counted = "select count(distinct agreement_id) from records.register_row"
    assert loading.rows(counted) == [(1,)]
    assert loading.rows("select as_of from published.register") == [(date(2024, 9, 1),)]


# --- files that cannot be used --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("tom.csv", b"", "är tom"),
        ("blank.csv", b"\xef\xbb\xbf\r\n\r\n", "är tom"),
        ("svar.pdf", b"%PDF-1.7", "filtyp"),
        ("svar.csv", b"%PDF-1.7 ...", "PDF"),
        ("svar.xlsx", b"Namn;Alder\r\n", "ingen Excelfil"),
        ("svar.xlsx", b"PK\x03\x04trasig", "skadad"),
        ("svar.csv", b"Hej;alla\r\n1;2\r\n", "rubrikrad"),
        (
            "svar.csv",
            "Förvaltning;q1_1;Tillfrågade;Överenskommelse;Start\r\n".encode(),
            "inga rader",
        ),
    ],
)
@pytest.mark.parametrize("kind", ["frame", "survey", "agreements"])
def test_a_file_that_is_no_table_is_refused_and_the_store_is_as_it_was(
    filled: Path, kind: str, name: str, content: bytes, text: str
) -> None:
    path = filled / name
    path.write_bytes(content)
    load = {
        "frame": lambda: load_frame(path, "2024"),
        "survey": lambda: load_survey(path, "2024"),
        "agreements": lambda: load_agreements(path),
    }[kind]
    before = loading.tree()
    with pytest.raises(InputFileError, match=text):
        load()
    assert loading.tree() == before


def test_title_rows_above_the_header_are_passed_over_and_lines_stay_right(filled: Path) -> None:
    rows = [
        ["Enkät om distansarbete"],
        [],
        ["Hämtad 2024-12-01"],
        ["Förvaltning", "q1_1"],
        ["AAA", "Ja"],
        ["AAA", "Kanske"],
    ]
    for path in (
        loading.write_csv(filled / "t.csv", rows),
        loading.write_xlsx(filled / "t.xlsx", rows),
    ):
        error = refused(lambda p=path: load_survey(p, "2024"))
        assert [(f.row, f.column) for f in error.result.errors] == [(6, "q1_1")]
        assert load_survey(path, "2024", PARTIAL).accepted == 1


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names there are always text")
def test_a_file_whose_name_is_no_utf8_is_loaded_under_a_name_that_is(filled: Path) -> None:
    path = filled / os.fsdecode(b"enk\xe4t.csv")
    loading.write_survey(path, loading.people({"AAA": 9}))
    done = loading.process("load", "survey", path, "--wave", "2024", errors="replace")
    assert done.code == 0 and "9 rader inlästa" in done.err
    assert list_snapshots()[-1]["inputs"][-1]["name"] == "enk?t.csv"
    register = filled / os.fsdecode(b"l\xf6pande.csv")
    loading.write_records(register, loading.agreements())
    assert loading.process("load", "agreements", register, errors="replace").code == 0
    assert loading.rows("select file from published.register") == [("l?pande.csv",)]


def test_unknown_columns_are_listed_as_the_file_has_them(filled: Path) -> None:
    records = [{"Förvaltning": "AAA", "q1_1": "Ja", "Hur\nmår du? ": "Bra", "Kommentar": ""}]
    path = loading.write_survey(filled / "extra.csv", records)
    assert load_survey(path, "2024").unmapped_columns == ["Hur\nmår du? ", "Kommentar"]
    assert "Bra" not in loading.everything()


def test_two_departments_that_differ_by_a_diacritic_are_two(tmp_path: Path) -> None:
    frame = tmp_path / "frame.csv"
    frame.write_text("Förvaltning,Namn,Tillfrågade\nÖN,Överförmyndaren,9\nON,Omsorgen,9\n", "utf-8")
    assert load_frame(frame, "2026").accepted == 2
    register = tmp_path / "register.csv"
    register.write_text(
        "Överenskommelse,Förvaltning,Start\n"
        "a1,ÖN,2026-01-01\na2,on,2026-01-01\na3,OMSORGEN,2026-01-01\n",
        "utf-8",
    )
    assert load_agreements(register).accepted == 3
    found = open_reader(Viewer(Role.REVISOR)).rows(
        "select agreement_id, department from records.agreement order by 1"
    )
    assert found == [("a1", "ÖN"), ("a2", "ON"), ("a3", "ON")]
