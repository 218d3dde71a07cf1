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
