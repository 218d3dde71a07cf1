"""Who is asking. Every query takes a ``Viewer``; nothing is answered to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from queries.i18n import _


class Role(StrEnum):
    """The four roles, in the words that the command line and the addresses use."""

    POLITIKER = "politiker"
    HR = "hr"
    REVISOR = "revisor"
    ADMIN = "admin"


class AccessDenied(Exception):
    """The viewer's role does not include what was asked for. The message is in Swedish."""


@dataclass(frozen=True)
class Viewer:
    """A role and, for hr, the departments (codes) that the login grants."""

    role: Role
    departments: frozenset[str] = frozenset()

    @property
    def sees_microdata(self) -> bool:
        """Whether this viewer may open the survey records: the auditor alone."""
        return self.role is Role.REVISOR

    @property
    def sees_agreements(self) -> bool:
        """Whether this viewer may open agreement records (hr: only those of its departments)."""
        return self.role in (Role.REVISOR, Role.HR)

    @property
    def sees_results(self) -> bool:
        """Whether this viewer may see survey and register results at all: not admin."""
        return self.role is not Role.ADMIN

    def require_results(self) -> None:
        """Raise ``AccessDenied`` unless the viewer may see results."""
        if not self.sees_results:
            raise AccessDenied(
                _(
                    "Rollen admin ser inga resultat. Välj rollen politiker, hr eller revisor, "
                    "eller be någon med en sådan roll."
                )
            )
