"""Whose service this is: the one file that a municipality writes about itself."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path

from pydantic import Field, ValidationError

from queries.reference import DATA_DIR, Facts, ReferenceDataError


class Municipality(Facts):
    """Name, where faults are reported (may be empty), and when accessibility was last assessed."""

    name: str = Field(min_length=1)
    contact: str = ""
    assessed: date


def municipality(path: Path | None = None) -> Municipality:
    """Return what ``data/municipality.toml`` says. Raises ``ReferenceDataError``."""
    path = path or DATA_DIR / "municipality.toml"
    return _read(path, path.stat().st_mtime_ns if path.is_file() else 0)


@lru_cache(maxsize=2)
def _read(path: Path, _changed: int) -> Municipality:
    try:
        return Municipality.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ReferenceDataError(path, "", str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ReferenceDataError(path, where, str(first["msg"])) from error
