"""A store that the version before wrote: nothing of it is lost when this one brings it forward."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

from ingest import publish
from ingest.load import Options, load_agreements, load_survey
from ingest.snapshot import migrate_if_older
from queries import disclosure
from queries.catalogue import REGISTER, indicators
from queries.indicators import results
from queries.store import QUERIES, StoreError, current_snapshot, open_reader
from queries.viewer import Role, Viewer
from tests import loading

QUESTION = (
    "Finns det en beslutad skriftlig policy eller riktlinje för hemarbete inom din förvaltning?"
)


def as_first_version(folder: Path) -> None:
    """Turn the snapshot in force into what the first version of the schema would have written."""
    for name in ("published", "records"):
        new = folder / f"{name}.duckdb"
        old = folder / "old.duckdb"
        connection = duckdb.connect(":memory:")
        connection.execute(f"attach '{new}' as newer (read_only)")
        connection.execute(f"attach '{old}' as {name}")
        connection.execute(f"use {name}")
        connection.execute((QUERIES / "migrations" / name / "0001_initial.sql").read_text("utf-8"))
        tables = connection.execute(
            "select table_name from duckdb_tables() where database_name = $name", {"name": name}
        ).fetchall()
        for (table,) in tables:
            source = {"agreement": "register_row"}.get(table, table)
            columns = ", ".join(
                f'"{column}"'
                for (column,) in connection.execute(
                    "select column_name from duckdb_columns() "
                    "where database_name = $name and table_name = $table",
                    {"name": name, "table": table},
                ).fetchall()
            )
            # A number that later versions do not tell.
            given = columns.replace('"agreements"', "0")
            if table != "coverage":
                connection.execute(
                    f"insert into {name}.{table} ({columns}) select {given} from newer.{source}"
                )
        connection.close()
        old.replace(new)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**manifest, "schema_version": 1}))


def test_a_register_of_the_first_version_is_counted_the_same_after_it_is_brought_forward(
    filled: Path,
) -> None:
    records = loading.agreements(12)
    for index, record in enumerate(records):
        record |= {
            "Riskbedömning": "2024-01-01",
            "Senaste uppföljning": f"2024-0{index % 9 + 1}-20",
        }
    path = loading.write_records(filled / "register.csv", records)
    load_agreements(path, Options(), as_of=date(2024, 10, 1))
    ids = [i.id for i in indicators() if i.source.kind == REGISTER]

    def counted() -> list[str]:
        return [
            results(open_reader(Viewer(role)), "2024", ids).to_csv()
            for role in (Role.REVISOR, Role.POLITIKER)
        ]

    before = counted()
    as_first_version(current_snapshot().path)
    with pytest.raises(StoreError, match="äldre version"):
        open_reader(Viewer(Role.POLITIKER))
    migrate_if_older()
    assert counted() == before
    assert loading.rows("select as_of from records.register_load") == [(date(2024, 10, 1),)]
    loading.run("check")
    # And the next register is added to it.
    load_agreements(path, Options(), as_of=date(2024, 11, 1))
    assert len(loading.rows("select as_of from records.register_load")) == 2


def test_what_an_earlier_gate_let_through_is_hidden_when_the_store_is_brought_forward(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All who lead are managers, and four managers do not lead: a subtraction gave them away."""
    people = [("Chef", "Ledning och verksamhetsutveckling")] * 8
    people += [("Chef", "Administration och stöd")] * 4
    people += [("Medarbetare", "Administration och stöd")] * 20
    rows = [
        ["Förvaltning", "Befattning", "Roll", QUESTION],
        *(["AAA", *who, "Ja" if n % 3 else "Nej"] for n, who in enumerate(people)),
    ]
    path = loading.write_csv(filled / "answers.csv", rows)

    def shown() -> set[str]:
        found = loading.rows(
            "select distinct \"group\" from published.cube where question = 'q1_1' "
            "and breakdown in ('position', 'occupation') and status = 'shown' and base > 0"
        )
        return {group for (group,) in found}

    with monkeypatch.context() as earlier:
        earlier.setattr(disclosure, "exposed", lambda *_args: None)
        earlier.setattr(disclosure, "cornered", lambda *_args: False)
        earlier.setattr(disclosure, "forced", lambda *_args: False)
        earlier.setattr(publish, "must_wait", lambda *_args: False)
        load_survey(path, "2024", Options(partial=True))
    assert shown() == {"chef", "medarbetare", "ledning", "administration_stod"}
    manifest = current_snapshot().path / "manifest.json"
    content = json.loads(manifest.read_text("utf-8"))
    manifest.write_text(json.dumps({**content, "schema_version": 2}))
    migrate_if_older()
    assert shown() == {"chef", "medarbetare"}
    loading.run("check")
