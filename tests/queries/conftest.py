"""Small stores, filled by the production loads from files that a test writes."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from ingest.load import LoadResult, load_agreements, load_frame, load_survey
from queries import reference
from queries.store import Reader, open_reader
from queries.viewer import Role, Viewer

# A filter, a question put to some, several choices, a scale and a text, in few columns.
SMALL = """
id = "small"
title = "Litet formulär"
source = "Prov"

[[attributes]]
id = "department"
text = "Förvaltning"
type = "single"
source = "Prov"
options = [{ code = "AA", label = "Alfa" }]

[[attributes]]
id = "position"
text = "Befattning"
type = "single"
optional = true
source = "Prov"
options = [
  { code = "chef", label = "Chef" },
  { code = "medarbetare", label = "Medarbetare" },
  { code = "annan", label = "Annan" },
]

[[attributes]]
id = "occupation"
text = "Roll"
type = "single"
optional = true
source = "Prov"
options = [
  { code = "stod", label = "Stöd" },
  { code = "ledning", label = "Ledning" },
  { code = "teknik", label = "Teknik" },
]

[[attributes]]
id = "sex"
text = "Kön"
type = "single"
optional = true
source = "Prov"
options = [
  { code = "kvinna", label = "Kvinna" },
  { code = "man", label = "Man" },
  { code = "annat", label = "Annat" },
]

[[questions]]
id = "frekvens"
theme = "omfattning"
text = "Hur ofta?"
type = "single"
source = "Prov"
options = [
  { code = "aldrig", label = "Aldrig" },
  { code = "mer_sallan", label = "Sällan" },
  { code = "en_tva_dagar_veckan", label = "Ofta" },
]

[[questions]]
id = "q1_1"
theme = "styrning"
text = "Finns en policy?"
type = "single"
source = "Prov"
options = [
  { code = "ja", label = "Ja", favourable = true },
  { code = "nej", label = "Nej", favourable = false },
  { code = "vet_ej", label = "Vet ej" },
]

[[questions]]
id = "q3_1b"
theme = "arbetsmiljo"
text = "Hur ofta följs det upp?"
type = "scale"
source = "Prov"
asked_if = { question = "frekvens", options = ["mer_sallan", "en_tva_dagar_veckan"] }
options = [
  { code = "1", label = "1", favourable = false },
  { code = "2", label = "2", favourable = false },
  { code = "3", label = "3" },
  { code = "4", label = "4", favourable = true },
  { code = "5", label = "5", favourable = true },
]

[[questions]]
id = "it_atgarder"
theme = "it_sakerhet"
text = "Vilka skydd?"
type = "multiple"
source = "Prov"
asked_if = { question = "frekvens", options = ["mer_sallan", "en_tva_dagar_veckan"] }
options = [
  { code = "vpn", label = "VPN", favourable = true },
  { code = "kryptering", label = "Kryptering", favourable = true },
  { code = "inga", label = "Inga", favourable = false },
]

[[questions]]
id = "fritext"
theme = "styrning"
text = "Något mer?"
type = "text"
source = "Prov"
"""


@dataclass
class Loader:
    """A store of the test's own. Rows are lists of cells; the first row is the header."""

    folder: Path

    def _file(self, name: str, rows: Iterable[Sequence[object]]) -> Path:
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows)
        return path

    def frame(self, rows: Iterable[Sequence[object]], wave: str = "v") -> LoadResult:
        return load_frame(self._file("frame.csv", rows), wave)

    def invited(self, wave: str = "v", **departments: int) -> LoadResult:
        """Load a frame of no more than departments and how many were invited in each."""
        return self.frame([("Förvaltning", "Tillfrågade"), *departments.items()], wave)

    def survey(
        self,
        rows: Iterable[Sequence[object]],
        wave: str = "v",
        questionnaire: str = "small",
        collecting: bool = False,
    ) -> LoadResult:
        file = self._file("survey.csv", rows)
        return load_survey(file, wave, questionnaire_id=questionnaire, collecting=collecting)

    def agreements(self, rows: Iterable[Sequence[object]], as_of: date) -> LoadResult:
        return load_agreements(self._file("agreements.csv", rows), as_of=as_of)

    def reader(self, role: str = "politiker", *departments: str) -> Reader:
        return open_reader(Viewer(Role(role), frozenset(departments)))


@pytest.fixture
def loader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loader:
    """Return an empty store and the ways to fill it; the questionnaire ``small`` is at hand."""
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("DISTANSKOLLEN_KEY_FILE", str(tmp_path / "key"))
    forms = tmp_path / "data" / "questionnaires"
    forms.mkdir(parents=True)
    shutil.copy(reference.DATA_DIR / "questionnaires" / "vaggeryd-2024.toml", forms)
    (forms / "small.toml").write_text(SMALL, encoding="utf-8")
    monkeypatch.setattr(reference, "DATA_DIR", tmp_path / "data")
    return Loader(tmp_path)
