"""Whose service this is: the one file that a municipality writes about itself."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from pydantic import Field, ValidationError

from queries.i18n import _
from queries.reference import DATA_DIR, Facts, ReferenceDataError, _convert, _toml


class Municipality(Facts):
    """Name, where faults are reported (may be empty), and when accessibility was last assessed.

    ``ruleset`` is the id of the municipality's own rule set, a file in ``data/regelverk/``.
    """

    name: str = Field(min_length=1)
    contact: str = ""
    assessed: date
    ruleset: str = Field(default="vaggeryd", min_length=1)


def municipality(path: Path | None = None) -> Municipality:
    """Return what ``data/municipality.toml`` says. Raises ``ReferenceDataError``."""
    path = path or DATA_DIR / "municipality.toml"
    return _read(path, path.stat().st_mtime_ns if path.is_file() else 0)


@lru_cache(maxsize=2)
def _read(path: Path, _changed: int) -> Municipality:
    try:
        content = _toml(path, path.read_bytes())
        return Municipality.model_validate(content)
    except OSError as error:
        raise ReferenceDataError(path, "", _("Filen går inte att läsa.")) from error
    except ValidationError as error:
        raise _convert(path, error, content) from error
