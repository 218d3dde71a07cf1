"""Privacy profiles: the limits of what may be shown, each with a name and its reason.

A profile is a file in ``data/profiles``. A wave gets one when its frame is first loaded, and keeps
it: the limits, the name and the reason are copied into the store, so that a later edit of the file
cannot open what was promised closed.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationError, model_validator

from queries.disclosure import Profile
from queries.i18n import _
from queries.reference import DATA_DIR, Facts, Prose, ReferenceDataError, _convert, _toml

STANDARD = "standard"


class NamedProfile(Facts):
    """One profile file. ``min_base``, ``unanimous_below``, ``min_groups`` and ``min_change`` are
    those of ``queries.disclosure.Profile``; a profile may be stricter than five, never laxer."""

    id: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    title: Prose
    reason: Prose
    min_base: int = Field(ge=5, le=100)
    unanimous_below: int = Field(ge=10, le=200)
    min_groups: int = Field(ge=2, le=10)
    min_change: int = Field(ge=3, le=100)

    @model_validator(mode="after")
    def _ordered(self) -> NamedProfile:
        if self.unanimous_below < self.min_base:
            raise ValueError(_("unanimous_below får inte vara mindre än min_base."))
        if self.min_change > self.min_base:
            raise ValueError(_("min_change får inte vara större än min_base."))
        return self

    @property
    def limits(self) -> Profile:
        return Profile(
            self.id, self.min_base, self.unanimous_below, self.min_groups, self.min_change
        )


def profiles(folder: Path | None = None) -> dict[str, Path]:
    """Return id → file of every profile there is."""
    return {path.stem: path for path in sorted((folder or DATA_DIR / "profiles").glob("*.toml"))}


def load_profile(profile_id: str = STANDARD, folder: Path | None = None) -> NamedProfile:
    """Return the named profile. Raises ``ReferenceDataError``, naming file and place, or the
    profiles that there are."""
    found = profiles(folder)
    if profile_id not in found:
        # Looked up and never made into a path: the name comes from a command line.
        raise ReferenceDataError(
            (folder or DATA_DIR / "profiles") / "",
            "",
            _("Sekretessprofilen {id} finns inte. Det finns: {known}.").format(
                id=profile_id, known=", ".join(found)
            ),
        )
    path = found[profile_id]
    try:
        content = _toml(path, path.read_bytes())
        profile = NamedProfile.model_validate(content)
    except OSError as error:
        raise ReferenceDataError(path, "", _("Filen går inte att läsa.")) from error
    except ValidationError as error:
        raise _convert(path, error, content) from error
    if profile.id != path.stem:
        raise ReferenceDataError(
            path, "id", _("Profilens id ska vara filens namn, {name}.").format(name=path.stem)
        )
    return profile
