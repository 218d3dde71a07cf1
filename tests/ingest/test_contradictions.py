"""What a register says that cannot be: refused where nothing could make it true, else remarked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.contradictions import rings
from ingest.load import LoadRefused, Options, load_agreements
from ingest.rows import AgreementRow, Validated
from tests import loading

DAY = date(2026, 10, 31)
WHOLE = {"Förvaltning": "AAA", "Beslut": "Beviljad", "Start": "2026-01-01"}


def write(folder: Path, *rows: Mapping[str, Any]) -> Path:
    """Write a register of ``rows``, whole but for what is given; the first is Ö-1, on line 2."""
    named = [{"Överenskommelse": f"Ö-{n}", **WHOLE, **row} for n, row in enumerate(rows, start=1)]
    return loading.write_records(folder / "register.csv", named)


def load(path: Path, *, partial: bool = False, refused: bool = False) -> dict[str, Any]:
    """Load a register; return what ``load --json`` prints of it."""
    options = Options(partial=partial)
    if not refused:
        return load_agreements(path, options, as_of=DAY).as_dict()
    with pytest.raises(LoadRefused) as error:
        load_agreements(path, options, as_of=DAY)
    return error.value.result.as_dict()


def told(found: Any, key: str = "remarks") -> list[tuple[int, str, str]]:
    return [(each["row"], each["column"], each["value"]) for each in found.get(key, [])]


def test_an_agreement_that_continues_itself_is_refused_and_the_others_can_be_kept(
    filled: Path,
) -> None:
    path = write(filled, {"Förlängd från": "Ö-1"}, {"Förlängd från": "Ö-1"})
    found = load(path, refused=True)
    assert told(found, "errors") == [(2, "Förlängd från", "Ö-1")]
    assert "kan inte förlänga sig själv" in found["errors"][0]["message"]
    assert (found["accepted"], found["rejected"]) == (0, 1)
    kept = load(path, partial=True)
    assert (kept["accepted"], kept["rejected"]) == (1, 1)
    assert loading.rows("select agreement_id from records.register_row") == [("Ö-2",)]


def test_agreements_that_continue_each_other_in_a_ring_are_refused_all_of_them(
    filled: Path,
) -> None:
    path = write(
        filled,
        {"Förlängd från": "Ö-3"},
        {"Förlängd från": "Ö-1"},
        {"Förlängd från": "Ö-2"},
        # Into the ring, a chain of its own, and one that the register does not know.
        {"Förlängd från": "Ö-3"},
        {},
        {"Förlängd från": "Ö-5", "Start": "2026-02-01"},
        {"Förlängd från": "Ö-6", "Start": "2026-03-01"},
        {"Förlängd från": "Ö-99"},
    )
    found = load(path, refused=True)
    assert told(found, "errors") == [
        (2, "Förlängd från", "Ö-3"), (3, "Förlängd från", "Ö-1"), (4, "Förlängd från", "Ö-2"),
    ]  # fmt: skip
    kept = load(path, partial=True)
    assert (kept["accepted"], kept["rejected"]) == (5, 3)
    assert "missing" not in kept


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=14))
def test_a_row_is_in_a_ring_where_a_plain_walk_comes_back_to_it(
    pairs: list[tuple[int, int]],
) -> None:
    rows = [
        Validated(
            line,
            AgreementRow.model_construct(agreement_id=f"{one}", extended_from=f"{other}"),
        )
        for line, (one, other) in enumerate(pairs, start=2)
    ]
    reached = {pair: {pair[1]} for pair in pairs}
    for _step in pairs:
        for met in reached.values():
            met |= {other for one, other in pairs if one in met}
    back = {line for line, pair in enumerate(pairs, start=2) if pair[0] in reached[pair]}
    found = {error.row for error in rings(rows, {"extended_from": "Förlängd från"})}
    assert found >= back
    # Beyond those only what lies between two rings, which no register of one line each can have.
    if len({one for one, _other in pairs}) == len(pairs):
        assert found == back


def test_a_long_chain_of_renewals_is_no_ring(filled: Path) -> None:
    chain = [
        {"Förlängd från": f"Ö-{n}" if n else "", "Start": f"20{n // 12 + 10:02}-{n % 12 + 1:02}-01"}
        for n in range(150)
    ]
    assert load(write(filled, *chain))["accepted"] == 150


# What stands in the row, and the columns that are remarked upon.
CASES: dict[str, tuple[dict[str, str], list[str]]] = {
    "nothing": ({"Riskbedömning": "2025-12-01", "Risknivå": "Gul", "Åtgärd senast": "2026-02-01",
                 "Åtgärdad": "2026-03-01", "Senaste uppföljning": "2026-10-31",
                 "Utvärdering": "2026-01-01", "Dagar per vecka": "2",
                 "Andel distans (%)": "40", "Antal platser": "1", "Avslutad": "2026-10-31",
                 "Orsak": "Ny tjänst", "Ansökt": "2026-10-31"}, []),
    "an assessment after the start": ({"Riskbedömning": "2026-05-01"}, []),
    "a measure without a last day": (
        {"Riskbedömning": "2025-12-01", "Risknivå": "Röd", "Åtgärdad": "2025-12-02"}, []),
    "an application ahead": ({"Ansökt": "2026-11-01"}, ["Ansökt"]),
    "an assessment ahead": ({"Riskbedömning": "2026-11-01"}, ["Riskbedömning"]),
    "a measure ahead": (
        {"Riskbedömning": "2025-12-01", "Åtgärdad": "2026-11-01"}, ["Åtgärdad"]),
    "a follow-up ahead": ({"Senaste uppföljning": "2062-05-01"}, ["Senaste uppföljning"]),
    "an evaluation ahead": ({"Utvärdering": "2026-11-01"}, ["Utvärdering"]),
    "a briefing ahead": ({"IT-genomgång": "2026-11-01"}, ["IT-genomgång"]),
    "an end ahead": ({"Avslutad": "2026-11-01"}, ["Avslutad"]),
    "a follow-up before the start": (
        {"Senaste uppföljning": "2025-12-31"}, ["Senaste uppföljning"]),
    "an evaluation before the start": ({"Utvärdering": "2025-12-31"}, ["Utvärdering"]),
    "a level without an assessment": ({"Risknivå": "Röd"}, ["Risknivå"]),
    "a level and a measure without an assessment": (
        {"Risknivå": "Gul", "Åtgärd senast": "2026-02-01", "Åtgärdad": "2026-01-02"}, ["Risknivå"]),
    "a measure without an assessment": ({"Åtgärdad": "2026-02-01"}, ["Åtgärdad"]),
    "a measure before the assessment": (
        {"Riskbedömning": "2025-12-01", "Åtgärdad": "2025-11-30"}, ["Åtgärdad"]),
    "a last day before the assessment": (
        {"Riskbedömning": "2025-12-01", "Åtgärd senast": "2025-11-30"}, ["Åtgärd senast"]),
    "a reason to end without an end": ({"Orsak": "Ny tjänst"}, ["Orsak"]),
    "a reason of one that was refused": ({"Orsak": "Ny tjänst", "Beslut": "Avslagen"}, []),
    "one day and all of the week": (
        {"Dagar per vecka": "1", "Andel distans (%)": "100"}, ["Andel distans (%)"]),
    "no days and half of the week": (
        {"Dagar per vecka": "0", "Andel distans (%)": "50"}, ["Andel distans (%)"]),
    "four days and a tenth": (
        {"Dagar per vecka": "4", "Andel distans (%)": "10"}, ["Andel distans (%)"]),
    "two days and all of a half-time week": (
        {"Dagar per vecka": "2", "Andel distans (%)": "100"}, []),
    "five days and all of the week": ({"Dagar per vecka": "5", "Andel distans (%)": "100"}, []),
    "two days of a week of six, rounded": (
        {"Dagar per vecka": "2", "Andel distans (%)": "33"}, []),
    "nothing and nothing": ({"Dagar per vecka": "0", "Andel distans (%)": "0"}, []),
    "no place at all": ({"Antal platser": "0"}, ["Antal platser"]),
}  # fmt: skip


def test_what_does_not_fit_together_is_remarked_upon_and_kept(filled: Path) -> None:
    found = load(write(filled, *(cells for cells, _columns in CASES.values())))
    assert (found["accepted"], found["rejected"], found["errors"]) == (len(CASES), 0, [])
    assert loading.rows("select count(*) from records.register_row") == [(len(CASES),)]
    remarked: dict[str, list[tuple[str, str]]] = {case: [] for case in CASES}
    for row, column, value in told(found):
        remarked[list(CASES)[row - 2]].append((column, value))
    assert remarked == {
        case: [(column, cells[column]) for column in columns]
        for case, (cells, columns) in CASES.items()
    }


def test_nothing_is_said_where_there_is_nothing_to_say(filled: Path) -> None:
    contract = {"accepted", "rejected", "unmapped_columns", "snapshot", "errors"}
    assert set(load(write(filled, {}, {}))) == contract


@pytest.mark.parametrize(
    ("start", "remarked"), [("2025-12-31", 1), ("2026-01-01", 1), ("2026-01-02", 0)]
)
def test_a_renewal_that_begins_no_later_than_what_it_continues_is_remarked_upon(
    filled: Path, start: str, remarked: int
) -> None:
    path = write(filled, {}, {"Förlängd från": "Ö-1", "Start": start})
    assert told(load(path)) == [(3, "Förlängd från", "Ö-1")] * remarked


def test_remarks_are_told_in_words_beside_a_load_and_beside_a_refusal(filled: Path) -> None:
    odd = {"Risknivå": "Röd", "Åtgärdad": "2026-02-01"}
    path = write(filled, odd, odd)
    done = loading.process("load", "agreements", path, "--as-of", str(DAY))
    assert done.code == 0
    lines = [line for line in done.err.splitlines() if line.startswith("Anmärkning")]
    assert len(lines) == 2
    assert lines[0].startswith("Anmärkning, rad 2, Risknivå: ”Röd”. Datum för Riskbedömning saknas")
    path = write(filled, odd, {"Start": "2026-13-01"})
    done = loading.process("load", "agreements", path, "--as-of", str(DAY), "--json")
    assert done.code == 1
    refused = done.json
    assert told(refused) == [(2, "Risknivå", "Röd")]
    assert told(refused, "errors") == [(3, "Start", "2026-13-01")]
