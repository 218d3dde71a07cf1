"""What the tests of loading share: small good files, the command line, and a look at the store."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

import manage
from queries.store import current_snapshot, store_path

ROOT = Path(__file__).resolve().parent.parent
# code, name, board, staff, possible, invited
DEPARTMENTS = (
    ("AAA", "Alfaförvaltningen", "Alfanämnden", "100", "ca 60", "40"),
    ("BBB", "Betaförvaltningen", "Betanämnden", "80", "30", "30"),
    ("CCC", "Gammakontoret", "Gammanämnden", "12", "12", "9"),
)
FRAME_HEADERS = (
    "Förvaltning",
    "Namn",
    "Nämnd",
    "Antal anställda",
    "Möjlighet till distansarbete",
    "Tillfrågade",
)
ANSWERS = {"AAA": 20, "BBB": 12, "CCC": 0}


def write_csv(
    path: Path, rows: Iterable[Sequence[Any]], delimiter: str = ";", encoding: str = "utf-8-sig"
) -> Path:
    """Write ``rows``, the first of which is the header."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_xlsx(path: Path, rows: Iterable[Sequence[Any]]) -> Path:
    """Write ``rows`` with their types as they are: numbers are numbers."""
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Formulärsvar 1")
        for index, row in enumerate(rows):
            sheet.write_row(index, 0, row)
    return path


def write_records(path: Path, records: Sequence[Mapping[str, Any]], **how: Any) -> Path:
    """Write records as CSV; the columns are those of all of them together."""
    headers = list(dict.fromkeys(name for record in records for name in record))
    rows = [headers, *([record.get(name, "") for name in headers] for record in records)]
    return write_csv(path, rows, **how)


def write_frame(path: Path, departments: Iterable[Sequence[str]] = DEPARTMENTS) -> Path:
    return write_csv(path, [FRAME_HEADERS, *departments])


def people(numbers: Mapping[str, int] = ANSWERS, start: int = 0) -> list[dict[str, str]]:
    """Return answers: question q1_1 goes Ja, Nej, Vet ej in turn, one in four never works away."""
    found = []
    for code, number in numbers.items():
        for index in range(start, start + number):
            never = index % 4 == 0
            found.append(
                {
                    "Tidstämpel": f"2024-11-04 07.{index:02}.00",
                    "Förvaltning": code,
                    "Befattning": "Chef" if index % 5 == 0 else "Medarbetare",
                    "Roll": "Handläggning" if index % 2 else "Annat",
                    "frekvens": "Aldrig" if never else "1–2 dagar i veckan",
                    "q1_1": ("Ja", "Nej", "Vet ej")[index % 3],
                    "q3_1b": "" if never else str(index % 5 + 1),
                    "it_atgarder": "" if never else ("VPN, Kryptering", "Inga")[index % 2],
                }
            )
    return found


def write_survey(
    path: Path, records: Sequence[Mapping[str, str]] | None = None, **how: Any
) -> Path:
    return write_records(path, people() if records is None else records, **how)


def agreements(number: int = 6) -> list[dict[str, str]]:
    return [
        {
            "Överenskommelse": f"Ö-{index}",
            "Anställd": f"Person {index % 5}",
            "Förvaltning": ("AAA", "Betaförvaltningen", "ccc")[index % 3],
            "Beslut": "Beviljad",
            "Start": f"2024-0{index % 9 + 1}-01",
            "VPN": "Ja",
        }
        for index in range(number)
    ]


def fill(store_folder: Path | None = None) -> None:
    """Load frame and survey of wave 2024 into the store that the environment names."""
    folder = (store_folder or store_path()).parent
    folder.mkdir(parents=True, exist_ok=True)
    run("load", "frame", write_frame(folder / "frame.csv"), "--wave", "2024")
    run("load", "survey", write_survey(folder / "survey.csv"), "--wave", "2024")


def run(*arguments: object) -> None:
    """Run a command in this process; it must succeed."""
    assert manage.main([str(argument) for argument in arguments]) == 0


@dataclass(frozen=True)
class Finished:
    """What a command left: exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def process(
    *arguments: object, encoding: str | None = "utf-8", errors: str = "strict", **environment: str
) -> Finished:
    """Run ``manage.py`` as a process of its own. ``encoding=None``: ``out`` is latin-1 bytes."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        env={**os.environ, **environment},
        timeout=120,
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode("utf-8", "replace")
    out = done.stdout.decode(encoding or "latin-1")
    return Finished(done.returncode, out, done.stderr.decode("utf-8", errors))


def tree(store: Path | None = None) -> dict[str, str]:
    """Return the SHA-256 of every file of the store but locks and log, by its path.

    The log tells of what was refused, too, so it is no part of what a refused load leaves alone.
    """
    folder = store or store_path()
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "folder"
        for path in sorted(folder.rglob("*"))
        if path.name != "lock" and path.relative_to(folder).parts[0] != "log"
    }


def rows(sql: str, store: Path | None = None) -> list[tuple[Any, ...]]:
    """Query both databases of the snapshot in force, past every guard."""
    connection = duckdb.connect(":memory:")
    try:
        for name in ("published", "records"):
            path = current_snapshot(store).path / f"{name}.duckdb"
            connection.execute(f"attach '{path}' as {name} (read_only)")
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def everything(store: Path | None = None) -> str:
    """Return every value of every table of the snapshot in force as one text."""
    tables = rows("select database_name, table_name from duckdb_tables() order by all", store)
    return "\n".join(
        repr(row)
        for database, table in tables
        for row in rows(f'select * from {database}."{table}"', store)
    )


def answered(store: Path | None = None, wave: str = "2024") -> dict[str, int]:
    """Return how many answered per department of ``wave``."""
    found = rows("select wave, code, answered from published.department order by ordinal", store)
    return {code: number for own, code, number in found if own == wave}
