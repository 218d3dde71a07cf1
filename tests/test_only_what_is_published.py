"""What a role without microdata gets is a function of the published database and of nothing else.

Shown by experiment: everything is gathered once, and once more when behind the same published
database lie other records, or none that can be read. Not one byte may differ. And what lies in the
published database is written down column by column, with the reason why it may be there.
"""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import manage
from queries.store import Reader, current_id, current_snapshot
from queries.viewer import Viewer
from tests import loading
from tests.visiting import Visitor, visiting

DEPARTMENT = "SN"
"""Of the hr whose visits are compared."""
Gathered = dict[str, bytes]

Visits = tuple[tuple[str, dict[str, str]], ...]
VISITS: Visits = (
    ("sammanfattning", {"jamfor": "2026"}),
    ("regelverk", {"anta": "falkoping", "forvaltning": "TN", "per": "2025-12-31"}),
    ("metod", {"indikator": "skydd_mot_sekretess"}),
    ("overenskommelser", {"overenskommelse": "DEMO-0001"}),
    ("importera", {}),
    ("rattvisa", {"forvaltning": "MBN", "jamfor": "2026"}),
    ("arbetsmiljo", {"vag": "2026", "mina": "SN"}),
    ("it-sakerhet", {"forvaltning": "MBN+TN", "lang": "en"}),
    ("jamforelser", {"jamfor": "2026", "forvaltning": "MBN"}),
    ("jamforelser", {"fraga": "forvaltningar", "indikator": "rattvist_fordelat"}),
)
"""Pages with every tab, each file, and choices made by hand."""
FEW = 5
"""So many of them are gathered once more for each further change."""
REST: Visits = (
    ("styrning", {"vag": "2026", "jamfor": "2024"}),
    ("verksamhet", {"vag": "2026", "forvaltning": "MBN"}),
    ("tillganglighet", {}),
    ("regelverk", {}),
    ("jamforelser", {"vag": "2026", "jamfor": "2024", "indikator": "rattvist_fordelat"}),
    ("jamforelser", {"fraga": "forvaltningar", "forvaltning": "SN"}),
    ("jamforelser", {"fraga": "andra", "forvaltning": "TN"}),
    ("metod", {"vag": "2026", "forvaltning": "KFN"}),
    *((path, {"vag": "2026", "forvaltning": code})
      for path in ("styrning", "rattvisa", "arbetsmiljo", "it-sakerhet", "verksamhet")
      for code in ("KLK", "TN", "KFN", "BUN")),
)  # fmt: skip
"""For the long run."""
PASSED_ON: Visits = (
    ("utforska", {"fragor": "q2_1a,it_atgarder", "flik-q2_1a": "osakerhet"}),
    ("utforska", {"vag": "2026", "fragor": "q2_1a,q2_1b", "rader": "department",
                  "kolumner": "svar", "matt": "medel", "vikt": "position"}),
    ("utforska", {"vag": "2026", "fragor": "q2_1a,q3_3", "rader": "occupation",
                  "filter": "department.SN", "vetej": "utan", "flik-q3_3": "osakerhet"}),
)  # fmt: skip
"""What an auditor asks of the publishable view."""
COMMANDS = (
    ("indicators", "--wave", "2024", "--role", "politiker"),
    ("indicators", "--wave", "2026", "--role", "politiker", "--format", "csv"),
    ("indicators", "--wave", "2026", "--role", "politiker", "--department", "MBN"),
    ("indicators", "--wave", "2026", "--role", "politiker", "--as-of", "2025-12-31"),
    ("indicators", "--wave", "2024", "--role", "admin"),
    ("publish", "--wave", "2024"),
    ("publish", "--wave", "2026", "--format", "csv"),
    ("waves",),
    ("snapshots",),
)


# --- the same published database before other records ---------------------------------------------


@pytest.fixture(scope="module")
def visitor() -> Iterator[Visitor]:
    with visiting() as visitor:
        yield visitor


@pytest.fixture(scope="module")
def whole_store(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(demo_store, tmp_path_factory.mktemp("whole"))


def copied(store: Path, folder: Path) -> Path:
    """Return a copy of a store with the snapshot in force alone, and its key beside it.

    In another folder: whatever is kept in memory of the first is not of this one.
    """
    snapshot = current_id(store)
    assert snapshot
    new = folder / "store"
    shutil.copytree(store / "snapshots" / snapshot, new / "snapshots" / snapshot)
    shutil.copy(store / "current", new / "current")
    if (store.parent / "key").exists():
        shutil.copy(store.parent / "key", folder / "key")
    return new


def records_of(store: Path) -> Path:
    return current_snapshot(store).path / "records.duckdb"


def unreadable(store: Path) -> None:
    records_of(store).write_bytes(b"these are no records")


def other_records(store: Path) -> None:
    """Put the records of another municipality there: all that they hold differs."""
    with duckdb.connect(records_of(store)) as records:
        for (table,) in records.execute("select table_name from duckdb_tables()").fetchall():
            columns = records.execute(
                "select column_name, data_type from duckdb_columns() where table_name = $table",
                {"table": table},
            ).fetchall()
            if table == "cube":
                # Numbers that can be, so that a page which reads them has no error to show.
                records.execute(
                    "update cube set count = base - count where question in ('q1_1', 'q2_1a')"
                )
            if table in ("cube", "group_size"):
                continue
            for column, kind in columns:
                if kind in ("INTEGER", "DOUBLE"):
                    records.execute(f'update "{table}" set "{column}" = "{column}" + 1')
                elif kind == "DATE":
                    records.execute(f'update "{table}" set "{column}" = "{column}" - 400')
                elif kind == "BOOLEAN":
                    records.execute(f'update "{table}" set "{column}" = not "{column}"')
            records.execute(f'delete from "{table}" where rowid % 3 = 0')


def gather(visitor: Visitor, store: Path, visits: Any, role: dict[str, str]) -> Gathered:
    """Return all that a visitor is sent of the addresses, and the files behind all their buttons.

    By what it is, so that a difference says where it is.
    """
    found: Gathered = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISTANSKOLLEN_STORE", str(store))
        patch.setenv("DISTANSKOLLEN_KEY_FILE", str(store.parent / "key"))
        for number, (path, parameters) in enumerate(visits):
            sent = visitor.visit(path, **role, **parameters)
            name = f"{number} /{path}"
            for place, element in enumerate(sent.bytes_of_elements()):
                found[f"{name}, element {place}"] = element
            for file, data in sent.files.items():
                found |= {f"{name}, {file}{part}": one for part, one in parts(file, data)}
    return found


def parts(file: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a file; a workbook part by part, without the time at which it was made."""
    if not file.endswith(".xlsx"):
        yield "", data
        return
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        for part in book.namelist():
            text = book.read(part)
            if part == "docProps/core.xml":
                text = re.sub(rb">\d{4}-\d\d-\d\dT[\d:]+Z<", b"><", text)
            yield f", {part}", text


def printed(store: Path, capsys: pytest.CaptureFixture[str], commands: Any = COMMANDS) -> Gathered:
    """Return all that the commands print, and how they end."""
    found: Gathered = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISTANSKOLLEN_STORE", str(store))
        patch.setenv("DISTANSKOLLEN_KEY_FILE", str(store.parent / "key"))
        for command in commands:
            capsys.readouterr()
            try:
                code = manage.main(command)
            except SystemExit as end:
                code = int(end.code or 0)
            out = capsys.readouterr()
            found[" ".join(command)] = f"{code}\n{out.out}\n{out.err}".encode()
    return found


def same(one: Gathered, other: Gathered) -> None:
    different = [name for name in {**one, **other} if one.get(name) != other.get(name)]
    assert not different, f"depends on more than what is published: {different[:10]}"


@pytest.fixture(scope="module")
def of_a_politician(visitor: Visitor, whole_store: Path) -> Gathered:
    return gather(visitor, whole_store, VISITS, {"roll": "politiker"})


def test_a_politician_is_sent_the_same_when_the_records_cannot_be_read(
    visitor: Visitor, whole_store: Path, of_a_politician: Gathered, tmp_path: Path
) -> None:
    assert len(of_a_politician) > 800 and sum(".xlsx" in name for name in of_a_politician) > 300
    store = copied(whole_store, tmp_path)
    unreadable(store)
    same(of_a_politician, gather(visitor, store, VISITS, {"roll": "politiker"}))


@pytest.mark.slow
def test_a_politician_is_sent_the_same_on_every_page_and_of_every_department(
    visitor: Visitor, whole_store: Path, tmp_path: Path
) -> None:
    store = copied(whole_store, tmp_path)
    unreadable(store)
    politician = {"roll": "politiker"}
    same(*(gather(visitor, each, REST, politician) for each in (whole_store, store)))


def test_a_politician_is_sent_the_same_before_other_records(
    visitor: Visitor, whole_store: Path, of_a_politician: Gathered, tmp_path: Path
) -> None:
    store = copied(whole_store, tmp_path)
    other_records(store)
    found = gather(visitor, store, VISITS[:FEW], {"roll": "politiker"})
    same({name: of_a_politician[name] for name in found if name in of_a_politician}, found)


def test_the_files_an_auditor_may_pass_on_are_the_same_before_other_records(
    visitor: Visitor, whole_store: Path, tmp_path: Path
) -> None:
    """They are not marked: nothing in them may come of the records beside them."""
    store = copied(whole_store, tmp_path)
    other_records(store)
    before, after = (
        {name: data for name, data in found.items() if ".xlsx" in name or name.endswith(".csv")}
        for found in (
            gather(visitor, each, PASSED_ON, {"roll": "revisor", "vy": "publicerbar"})
            for each in (whole_store, store)
        )
    )
    free = [name for name in before if "arbetsmaterial" not in name]
    assert len({re.sub(r",[^,]*$", "", name) for name in free}) > 2 * len(PASSED_ON)
    same({n: before[n] for n in free}, {n: d for n, d in after.items() if "arbetsm" not in n})
    assert not any(b"Arbetsmaterial" in before[name] for name in free)


@pytest.mark.parametrize("change", [unreadable, other_records], ids=lambda change: change.__name__)
def test_commands_print_the_same_before_other_records(
    whole_store: Path, tmp_path: Path, capsys: Any, change: Callable[[Path], None]
) -> None:
    before = printed(whole_store, capsys)
    store = copied(whole_store, tmp_path)
    change(store)
    same(before, printed(store, capsys))


def test_an_admin_is_sent_the_same_when_the_records_cannot_be_read(
    visitor: Visitor, whole_store: Path, tmp_path: Path
) -> None:
    visits = (("metod", {}), ("sammanfattning", {"vag": "2026"}), ("tillganglighet", {}))
    store = copied(whole_store, tmp_path)
    unreadable(store)
    admin = {"roll": "admin"}
    same(gather(visitor, whole_store, visits, admin), gather(visitor, store, visits, admin))


# --- hr: its own departments' agreements, and nothing more ----------------------------------------

HR_VISITS: Visits = (
    ("overenskommelser", {}),
    ("overenskommelser", {"per": "2025-12-31", "saknas": "risk_before_start"}),
    ("regelverk", {"anta": "falkoping"}),
    ("metod", {"indikator": "riskbedomd_fore_start"}),
)
HR_COMMANDS = tuple(
    (command, *wave, "--role", "hr", "--department", DEPARTMENT, *more)
    for command, wave in (("indicators", ("--wave", "2026")), ("agreements", ()))
    for more in ((), ("--as-of", "2025-12-31"), ("--format", "csv"))
)
LINKS = {
    "agreement_id", "department", "extended_from", "start", "end", "ended", "decision", "evaluated",
    "known_from", "known_to", "loaded", "seen",
}  # fmt: skip
"""Of another department's agreement, what a bare link is made of: that one of hr's own goes on in
it, or came from it, and whether it was evaluated in time."""


def others_changed(store: Path) -> None:
    """Change every answer, and all of other departments' agreements that hr has no business with.

    Those that nothing of its own goes on in, or came from, are taken away; of the rest everything
    but the link is changed.
    """
    with duckdb.connect(records_of(store)) as records:
        for table in ("answer", "respondent", "text_answer", "provenance", "frame_cell", "cube",
                      "group_size", "published_figure", "register_row"):  # fmt: skip
            assert records.execute(f"delete from {table} returning 1").fetchall() or (
                table == "text_answer"
            )
        mine = f"department = '{DEPARTMENT}'"
        linked = (
            f"select extended_from from agreement where {mine} and extended_from is not null "
            f"union all select agreement_id from agreement where extended_from in "
            f"(select agreement_id from agreement where {mine})"
        )
        gone = f"delete from agreement where not {mine} and agreement_id not in ({linked})"
        assert len(records.execute(f"{gone} returning 1").fetchall()) > 100
        columns = records.execute(
            "select column_name, data_type from duckdb_columns() where table_name = 'agreement'"
        ).fetchall()
        for column, kind in columns:
            if column not in LINKS:
                value = "'X'" if kind == "VARCHAR" else "null"
                value = "0" if column == "line" else value
                records.execute(f'update agreement set "{column}" = {value} where not {mine}')
        records.execute(
            "delete from employee where employee not in "
            f"(select employee from agreement where {mine} and employee is not null)"
        )


@pytest.fixture(scope="module")
def of_hr(visitor: Visitor, whole_store: Path) -> Gathered:
    return gather(visitor, whole_store, HR_VISITS, {"roll": "hr", "mina": DEPARTMENT})


def test_hr_is_sent_the_same_whatever_was_answered_and_whatever_others_agreed(
    visitor: Visitor, whole_store: Path, of_hr: Gathered, tmp_path: Path, capsys: Any
) -> None:
    before = of_hr | printed(whole_store, capsys, HR_COMMANDS)
    assert b"DEMO-" in b"".join(before.values())
    store = copied(whole_store, tmp_path)
    others_changed(store)
    after = gather(visitor, store, HR_VISITS, {"roll": "hr", "mina": DEPARTMENT})
    same(before, after | printed(store, capsys, HR_COMMANDS))


# --- the experiment finds what it is for ----------------------------------------------------------

PEEKING = (("metod", {"indikator": "rattvist_fordelat"}),)


def test_a_page_that_reads_records_for_a_politician_is_found(
    visitor: Visitor, whole_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Beside the store of the other tests: what was read for a politician is kept in memory.
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole, changed = (copied(whole_store, tmp_path / name) for name in "ab")
    other_records(changed)
    monkeypatch.setattr(Viewer, "sees_microdata", property(lambda self: True))
    with pytest.raises(AssertionError, match="depends on more"):
        same(
            *(gather(visitor, store, PEEKING, {"roll": "politiker"}) for store in (whole, changed))
        )


def test_a_command_that_reads_records_for_a_politician_is_found(
    whole_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole, changed = (copied(whole_store, tmp_path / name) for name in "ab")
    other_records(changed)
    monkeypatch.setattr(Reader, "schema", property(lambda self: "records"))
    monkeypatch.setattr(Viewer, "sees_microdata", property(lambda self: True))
    with pytest.raises(AssertionError, match="depends on more"):
        same(*(printed(store, capsys, COMMANDS[:1]) for store in (whole, changed)))


def test_hr_that_reads_of_another_department_is_found(
    visitor: Visitor, whole_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from queries import store as stores

    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole, changed = (copied(whole_store, tmp_path / name) for name in "ab")
    others_changed(changed)
    copy = stores._copy_agreements
    more = frozenset({DEPARTMENT, "KLK"})
    monkeypatch.setattr(stores, "_copy_agreements", lambda c, r, _own: copy(c, r, more))
    hr = {"roll": "hr", "mina": DEPARTMENT}
    with pytest.raises(AssertionError, match="depends on more"):
        same(*(gather(visitor, store, HR_VISITS[:1], hr) for store in (whole, changed)))


# --- what lies in the published database ----------------------------------------------------------

NAME, RULE, PUBLIC = "names it", "how it was asked or protected", "told of every wave, no answers"
GATED = "a count that has passed the gate, null where hidden"
COLUMNS: dict[str, dict[str, str]] = {
    "wave": {
        "wave": NAME, "label": NAME, "kind": NAME, "questionnaire": RULE, "profile": RULE,
        "min_base": RULE, "unanimous_below": RULE, "min_groups": RULE, "min_change": RULE,
        "profile_title": RULE, "profile_reason": RULE, "pruned": PUBLIC, "collecting": RULE,
    },
    "department": {
        "wave": NAME, "ordinal": NAME, "code": NAME, "name": NAME, "board": NAME,
        "employees": PUBLIC, "employees_approximate": PUBLIC, "eligible": PUBLIC,
        "eligible_approximate": PUBLIC, "invited": PUBLIC, "answered": PUBLIC,
    },
    "question": {
        "wave": NAME, "ordinal": NAME, "question": NAME, "asked": RULE, "waiting": RULE,
    },
    "cube": {
        "wave": NAME, "ordinal": NAME, "question": NAME, "breakdown": NAME, "group": NAME,
        "option": NAME, "count": GATED, "base": GATED, "status": RULE,
    },
    "group_size": {
        "wave": NAME, "ordinal": NAME, "breakdown": NAME, "group": NAME, "answered": GATED,
        "status": RULE,
    },
    "register": {
        "as_of": PUBLIC, "file": NAME,
        "first_as_of": PUBLIC, "rules": RULE,
    },
    "coverage": {
        "day": NAME, "indicator": NAME, "breakdown": NAME, "group": NAME, "numerator": GATED,
        "denominator": GATED, "status": RULE, "current": NAME,
    },
    "rule_outcome": {
        "day": NAME, "ruleset": NAME, "rule": NAME, "department": NAME, "failing": GATED,
        "total": GATED, "status": RULE,
    },
    "published_figure": {
        "wave": NAME, "ordinal": NAME, "id": NAME, "question": NAME, "options": NAME,
        "department": NAME, "text": "what the audit printed, of groups that are shown",
        "share": "as text", "rounding": RULE, "count": "as text", "base": "as text", "note": NAME,
        "source": NAME, "status": RULE,
    },
}  # fmt: skip
"""Every column that a role without microdata can open, and why it may be there."""
MANIFEST = {
    "id": NAME, "parent": NAME, "created": PUBLIC, "actor": "who loaded", "action": NAME,
    "schema_version": RULE, "log": "the hash of the line that tells of it",
    "inputs": {
        "kind": NAME, "wave": NAME, "name": NAME, "sha256": "shown to revisor and admin alone",
        "accepted": "shown to revisor and admin alone", "as_of": PUBLIC, "loaded_at": PUBLIC,
        "rejected": "shown to revisor and admin alone", "fingerprint": "shown nowhere",
    },
}  # fmt: skip


def test_every_column_that_is_published_has_a_reason_to_be_there(demo_store: Path) -> None:
    found: dict[str, set[str]] = {}
    for table, column in loading.rows(
        "select table_name, column_name from duckdb_columns() where database_name = 'published'",
        demo_store,
    ):
        found.setdefault(table, set()).add(column)
    assert found == {table: set(columns) for table, columns in COLUMNS.items()}
    others = loading.rows(
        "select view_name from duckdb_views() where database_name = 'published' and not internal "
        "union all select sequence_name from duckdb_sequences() where database_name = 'published'",
        demo_store,
    )
    assert others == []


def test_a_hidden_row_holds_no_number_and_every_other_what_was_counted(demo_store: Path) -> None:
    numbers = {
        "cube": ("count", "base"),
        "group_size": ("answered",),
        "coverage": ("numerator", "denominator"),
        "rule_outcome": ("failing", "total"),
    }
    for table, columns in numbers.items():
        given = " or ".join(f'"{column}" is not null' for column in columns)
        sql = f"select count(*) filter ({given}), count(*) from published.{table} where status in "
        assert loading.rows(f"{sql}('hidden', 'left_out')", demo_store)[0][0] == 0, table
        assert loading.rows(f"{sql}('hidden')", demo_store)[0][1] > 10, table


def test_a_manifest_holds_nothing_but_what_is_known_of_it(demo_store: Path) -> None:
    manifest = current_snapshot(demo_store).manifest
    assert set(manifest) <= set(MANIFEST)
    for entry in manifest["inputs"]:
        assert set(entry) <= set(MANIFEST["inputs"])
        assert "/" not in entry["name"] and "\\" not in entry["name"]


def test_the_names_of_the_store_s_files_tell_nothing(demo_store: Path) -> None:
    known = re.compile(
        r"current|lock|log/(lock|log\.jsonl|[\w.]+)|snapshots/[0-9TZ]+-[0-9a-f]{6}/"
        r"(published\.duckdb|records\.duckdb|manifest\.json)"
    )
    files = [p.relative_to(demo_store) for p in demo_store.rglob("*") if p.is_file()]
    # No log of writing that was left beside a database, and no file of another kind.
    assert [path for path in files if not known.fullmatch(path.as_posix())] == []


# --- what lies in its bytes -----------------------------------------------------------------------


def in_bytes(store: Path, name: str, wanted: set[str]) -> set[str]:
    data = (current_snapshot(store).path / name).read_bytes()
    return {value for value in wanted if value.encode() in data}


def test_no_person_agreement_or_answer_lies_in_the_bytes_of_what_is_published(
    demo_store: Path,
) -> None:
    rows = loading.rows(
        "select agreement_id, employee, manager from records.agreement union all "
        "select respondent, null, null from records.respondent union all "
        "select sealed, null, null from records.employee union all "
        "select answer, null, null from records.text_answer where length(answer) > 20 union all "
        "select sha256, fingerprint, null from records.source_file",
        demo_store,
    )
    wanted = {value for row in rows for value in row if value}
    assert len(in_bytes(demo_store, "records.duckdb", wanted)) > 500, "they can be found in bytes"
    for name in ("published.duckdb",):
        assert in_bytes(demo_store, name, wanted) == set()
    # The manifest lies open beside it; of the records it holds the files' hashes alone.
    hashes = {value for value in wanted if re.fullmatch("[0-9a-f]{64}", value)}
    assert in_bytes(demo_store, "manifest.json", wanted - hashes) == set()


def test_nothing_that_was_replaced_is_left_in_the_bytes_of_a_database(filled: Path) -> None:
    # Of what is published: numbers that are hidden now. Of the records: persons who are gone.
    wanted = {"published": b"Xyzzy", "records": b"Frotz"}
    for name, manager in (("Xyzzyförvaltningen", "Frotz {}"), ("Alfaförvaltningen", "någon annan")):
        frame = [list(row) for row in loading.DEPARTMENTS]
        frame[0][1] = name
        loading.run("load", "frame", loading.write_frame(filled / "f.csv", frame), "--wave", "2024")
        register = loading.agreements(30)
        for index, row in enumerate(register):
            row["Ansvarig chef"] = manager.format(index)
        path = loading.write_records(filled / "r.csv", register)
        loading.run("load", "agreements", path, "--as-of", "2026-01-01")
        for database, marker in wanted.items():
            file = current_snapshot().path / f"{database}.duckdb"
            assert (marker in file.read_bytes()) == ("Xyzzy" in name), database
    for database in wanted:
        file = current_snapshot().path / f"{database}.duckdb"
        with duckdb.connect(file, read_only=True) as connection:
            free = connection.sql("select free_blocks from pragma_database_size()").fetchall()
        assert free == [(0,)], database
