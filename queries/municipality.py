"""Whose service this is: the one file that a municipality writes about itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path

from pydantic import Field, ValidationError, field_validator

from queries.i18n import _, translated
from queries.reference import DATA_DIR, Facts, Prose, ReferenceDataError, Text, _convert, _toml
from queries.toml_lines import Lines


def joint_name(codes: Iterable[str]) -> str:
    """Return what departments are called together. By their codes: their names would read as the
    departments themselves, one by one, beside which it stands."""
    return _("{codes} tillsammans").format(codes=" + ".join(codes))


class Merging(Facts):
    """Departments that may be read together: their codes in the order to tell them, why they may
    be, and a name if "MBN + TN tillsammans" is not good enough."""

    departments: tuple[Text, ...]
    reason: Prose
    name: str = ""

    @property
    def code(self) -> str:
        """What stands for it in an address, a command and a file: ``MBN+TN``."""
        return "+".join(self.departments)

    @property
    def title(self) -> str:
        """What it is called in a list, a chart and a table."""
        return self.name.strip() or joint_name(self.departments)

    @field_validator("departments")
    @classmethod
    def _several(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(codes)) < 2 or len(set(codes)) < len(codes):
            raise ValueError(_("En sammanslagning är av minst två olika förvaltningar."))
        return codes


class Municipality(Facts):
    """Name, where faults are reported (may be empty), and when accessibility was last assessed.

    ``ruleset`` is the id of the municipality's own rule set, a file in ``data/regelverk/``;
    ``mergings`` are the departments that may be read together.
    """

    name: str = Field(min_length=1)
    contact: str = ""
    assessed: date
    ruleset: str = Field(default="vaggeryd", min_length=1)
    mergings: tuple[Merging, ...] = ()

    @field_validator("mergings")
    @classmethod
    def _each_once(cls, mergings: tuple[Merging, ...]) -> tuple[Merging, ...]:
        seen = [frozenset(merging.departments) for merging in mergings]
        for merging, departments in zip(mergings, seen, strict=True):
            if seen.count(departments) > 1:
                raise ValueError(_("{name} finns två gånger.").format(name=merging.code))
        return mergings


def municipality(path: Path | None = None) -> Municipality:
    """Return what ``data/municipality.toml`` says. Raises ``ReferenceDataError``."""
    path = path or DATA_DIR / "municipality.toml"
    return translated(_read(path, path.stat().st_mtime_ns if path.is_file() else 0))


@lru_cache(maxsize=2)
def _read(path: Path, _changed: int) -> Municipality:
    try:
        text = path.read_bytes()
        content = _toml(path, text)
        return Municipality.model_validate(content)
    except OSError as error:
        raise ReferenceDataError(path, "", _("Filen går inte att läsa.")) from error
    except ValidationError as error:
        where = Lines(text.decode("utf-8")).of(error.errors()[0]["loc"])
        raise _convert(path, error, content, _("rad {n}").format(n=where)) from error
