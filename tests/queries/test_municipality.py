"""Whose service it is: the one file that a municipality writes about itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from queries.municipality import municipality
from queries.reference import ReferenceDataError

GOOD = 'name = "Provköpings kommun"\ncontact = "it@example.se"\nassessed = 2026-01-31\n'


def test_the_municipality_writes_its_own_name_and_contact(tmp_path: Path) -> None:
    path = tmp_path / "municipality.toml"
    path.write_text(GOOD, "utf-8")
    found = municipality(path)
    assert (found.name, found.contact) == ("Provköpings kommun", "it@example.se")
    assert found.assessed.isoformat() == "2026-01-31"


def test_the_repository_names_no_contact_that_nobody_answers_at() -> None:
    assert municipality().name
    assert municipality().contact == ""


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (GOOD.replace("name =", "namn ="), "name"),
        (GOOD.replace('"Provköpings kommun"', '""'), "name"),
        (GOOD.replace("2026-01-31", '"i våras"'), "assessed"),
        (GOOD.replace("name", "name name"), ""),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_place(
    tmp_path: Path, text: str, place: str
) -> None:
    path = tmp_path / "municipality.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ReferenceDataError) as raised:
        municipality(path)
    assert "municipality.toml" in str(raised.value)
    assert place in str(raised.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReferenceDataError):
        municipality(tmp_path / "none.toml")


MERGING = '[[mergings]]\ndepartments = ["A", "B"]\nreason = "Små"\n'


def test_departments_that_may_be_read_together_are_named_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "municipality.toml"
    path.write_text(
        GOOD + MERGING + MERGING.replace('"B"', '"B", "C"') + 'name = "Alla små"', "utf-8"
    )
    two, three = municipality(path).mergings
    assert (two.code, two.title, two.reason) == ("A+B", "A + B tillsammans", "Små")
    assert (three.code, three.title) == ("A+B+C", "Alla små")


def test_a_municipality_without_mergings_has_none(tmp_path: Path) -> None:
    path = tmp_path / "municipality.toml"
    path.write_text(GOOD, "utf-8")
    assert municipality(path).mergings == ()


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (MERGING.replace("reason", "skal"), 4, "reason. Uppgiften saknas"),
        (MERGING.replace('"Små"', '" "'), 6, "reason"),
        (MERGING.replace('"A", "B"', '"A"'), 5, "minst två olika förvaltningar"),
        (MERGING.replace('"A", "B"', '"A", "A"'), 5, "minst två olika förvaltningar"),
        (MERGING.replace('["A", "B"]', '"A"'), 5, "Här ska det stå en lista"),
        (MERGING + 'namn = "x"\n', 7, "namn"),
        (MERGING + MERGING.replace('"A", "B"', '"B", "A"'), 4, "A+B finns två gånger"),
    ],
)
def test_a_mistake_in_a_merging_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    path = tmp_path / "municipality.toml"
    path.write_text(GOOD + text, "utf-8")
    with pytest.raises(ReferenceDataError) as raised:
        municipality(path)
    assert said in str(raised.value)
    assert f"rad {line}" in str(raised.value)
