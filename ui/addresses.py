"""The addresses of the pages (a contract: people share and bookmark them) and who may open them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from queries.i18n import _
from queries.viewer import Role

EVERYONE = frozenset(Role)
READERS = EVERYONE - {Role.ADMIN}
RECORDS = frozenset({Role.HR, Role.REVISOR})
AS_OF, MISSING, MANAGER, ENDS, AGREEMENT = "per", "saknas", "chef", "slutar", "overenskommelse"
LISTED, RULESET, RULE, OUTCOME = "visa", "regelverk", "regel", "utfall"
"""What the address of the agreements' page may ask for, beside what all pages share."""


@dataclass(frozen=True)
class Address:
    """One page: its path, the file that draws it, and the roles that may open it.

    ``waves``: whether it shows anything of a wave; the register has a day of its own. ``compares``:
    whether it sets one wave beside another. ``departments``: whether it shows anything of one.
    """

    path: str
    file: str
    roles: frozenset[Role] = READERS
    waves: bool = True
    compares: bool = True
    departments: bool = True

    @property
    def title(self) -> str:
        return {
            "sammanfattning": _("Sammanfattning"),
            "styrning": _("Styrning"),
            "rattvisa": _("Rättvisa"),
            "arbetsmiljo": _("Arbetsmiljö"),
            "it-sakerhet": _("IT-säkerhet"),
            "verksamhet": _("Verksamhet"),
            "regelverk": _("Regelverk"),
            "overenskommelser": _("Överenskommelser"),
            "jamforelser": _("Jämförelser"),
            "utforska": _("Utforska"),
            "importera": _("Importera"),
            "metod": _("Metod och källor"),
            "tillganglighet": _("Tillgänglighet"),
        }[self.path]


PAGES = (
    Address("sammanfattning", "pages/sammanfattning.py"),
    Address("styrning", "pages/styrning.py"),
    Address("rattvisa", "pages/rattvisa.py"),
    Address("arbetsmiljo", "pages/arbetsmiljo.py"),
    Address("it-sakerhet", "pages/it_sakerhet.py"),
    Address("verksamhet", "pages/verksamhet.py"),
    Address("overenskommelser", "pages/overenskommelser.py", RECORDS, waves=False),
    Address("regelverk", "pages/regelverk.py", waves=False),
    Address("jamforelser", "pages/jamforelser.py"),
    Address("utforska", "pages/utforska.py", frozenset({Role.REVISOR}), compares=False),
    Address("importera", "pages/importera.py", frozenset({Role.ADMIN}), waves=False),
    Address("metod", "pages/metod.py", EVERYONE),
    Address("tillganglighet", "pages/tillganglighet.py", EVERYONE, waves=False, departments=False),
)
THEME_PAGES = {
    "styrning": "styrning",
    "rattvisa": "rattvisa",
    "arbetsmiljo": "arbetsmiljo",
    "it_sakerhet": "it-sakerhet",
    "verksamhet": "verksamhet",
}
"""The page that tells the indicators of a theme; a theme without one is told by its dossiers."""


def link(path: str, **parameters: str | None) -> str:
    """Return the address of a page within the service, with the parameters that have a value."""
    given = {key: value for key, value in parameters.items() if value}
    return f"/{path}" + (f"?{urlencode(given)}" if given else "")
