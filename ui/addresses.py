"""The addresses of the pages (a contract: people share and bookmark them) and who may open them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from queries.i18n import _
from queries.viewer import Role

EVERYONE = frozenset(Role)
READERS = EVERYONE - {Role.ADMIN}
PARAMETERS = ("vag", "jamfor", "forvaltning", "roll", "mina", "indikator")


@dataclass(frozen=True)
class Address:
    """One page: its path, the file that draws it, and the roles that may open it."""

    path: str
    file: str
    roles: frozenset[Role] = READERS

    @property
    def title(self) -> str:
        return {
            "sammanfattning": _("Sammanfattning"),
            "rattvisa": _("Rättvisa"),
            "metod": _("Metod och källor"),
        }[self.path]


PAGES = (
    Address("sammanfattning", "pages/sammanfattning.py"),
    Address("rattvisa", "pages/rattvisa.py"),
    Address("metod", "pages/metod.py", EVERYONE),
)
THEME_PAGES = {"rattvisa": "rattvisa"}


def link(path: str, **parameters: str | None) -> str:
    """Return the address of a page within the service, with the parameters that have a value."""
    given = {key: value for key, value in parameters.items() if value}
    return f"/{path}" + (f"?{urlencode(given)}" if given else "")
