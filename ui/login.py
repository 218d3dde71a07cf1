"""The login as pages: who is let in, what everybody else is told, and the way out.

Every run asks anew whether the identity still counts, also in a tab that has been open all day: the
roles are read from the file each time, and an identity that has expired, or that was logged out of
in another tab, is turned away at the next click. A tab that nobody touches turns itself away:
``ui/shell.js`` loads it anew when its time is out, or when another tab has logged out.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from queries import access
from queries.access import Grants, Refusal
from queries.i18n import language
from queries.municipality import municipality
from queries.reference import ReferenceDataError
from ui import cards
from ui.addresses import PAGES
from ui.door import ENTER, FAILED, NO_ROLE, OUTCOME, TO, WHY
from ui.text import _, join_words, plain, role_word


@dataclass(frozen=True)
class Login:
    """Somebody who is logged in and granted at least one role."""

    claims: Mapping[str, Any]
    grants: Grants

    def sign_out(self, role: str) -> None:
        """Show who is logged in, as what, and the way out. In the sidebar, last."""
        left = max(0, round(access.expires(self.claims) - time.time()))
        name = escape(plain(access.name_of(self.claims)))
        st.html(
            f'<p class="dk dk-who" data-dk-left="{left}">{escape(_("Inloggad som"))} '
            f"<strong>{name}</strong><br>{escape(role_word(role))}</p>"
        )
        _way_out(self.claims, role)


def let_in() -> Login:
    """Return who is logged in; anybody else gets a page that says why not, and the run ends."""
    claims = _claims()
    if claims.pop("is_logged_in", False) is not True:
        _instead(lambda path: _door(path, None))
    why = access.refusal(claims)
    if why is not None:
        if why is not Refusal.ENDED:
            note("denied", what=WHY[why], claims=claims)
        _instead(lambda path: _door(path, why))
    try:
        grants = access.grants(claims)
    except ReferenceDataError as error:
        # For whoever mends the file; the visitor is not told what stands in it.
        print(error, file=sys.stderr, flush=True)
        _instead(lambda path: _closed(path, claims))
    if not grants.roles:
        note("denied", what=NO_ROLE, claims=claims)
        _instead(lambda path: _unknown(path, claims))
    granted = {
        "roles": ", ".join(grants.roles),
        "departments": ", ".join(sorted(grants.departments)),
    }
    note("login", facts=granted, claims=claims)
    return Login(claims, grants)


def actor() -> str:
    """Return who is asking, for the log: the login's identity, or the system's user without one."""
    return access.actor_of(_claims())


def note(
    event: str,
    *,
    role: str = "",
    what: str = "",
    facts: Mapping[str, object] | None = None,
    claims: Mapping[str, Any] | None = None,
) -> None:
    """Write in the log what somebody does or is refused, once for each login."""
    access.note(_claims() if claims is None else claims, event, role=role, what=what, facts=facts)


def whom_to_ask() -> str:
    """Return who can help with a login, as it is written within a sentence."""
    try:
        contact = municipality().contact
    except ReferenceDataError:
        contact = ""
    return plain(contact) or _("den som sköter behörigheterna")


def _claims() -> dict[str, Any]:
    return {key: value for key, value in st.user.to_dict().items() if key != "tokens"}


# ---------------------------------------------------------------- what everybody else is shown


def _instead(draw: Callable[[str], None]) -> None:
    """Draw a page of ours at every address and end the run: no page of the service is registered,
    so none can be asked for, by address or by a message that somebody has made.

    ``draw`` gets the path that was asked for, empty for the start.
    """

    def at(path: str) -> Any:
        first = {"default": True, "url_path": "start"} if not path else {"url_path": path}
        return st.Page(lambda: draw(path), title=_("Logga in"), visibility="hidden", **first)

    page = st.navigation([at(path) for path in ("", *(a.path for a in PAGES))], position="hidden")
    st.set_page_config(page_title=f"{page.title} · {_('Distanskollen')}")
    page.run()
    st.stop()


def _door(path: str, why: Refusal | None) -> None:
    _heading(_("Logga in"))
    if why is None and st.query_params.get(OUTCOME) == FAILED:
        _say(
            _("Inloggningen blev inte av"),
            _("Den avbröts, eller så svarade inte kommunens inloggning. Försök igen."),
        )
    elif why is not None:
        _say(*_reason(why))
    else:
        st.html(
            '<p class="dk dk-lead">'
            + escape(
                _(
                    "Distanskollen följer upp distansarbetet i kommunen: är det rättvist, säkert "
                    "och väl lett?"
                )
            )
            + "</p>"
        )
    title = next((page.title for page in PAGES if page.path == path), "")
    after = (
        _("Du loggar in med ditt arbetskonto och kommer sedan till sidan {page}.").format(
            page=title
        )
        if title
        else _("Du loggar in med ditt arbetskonto.")
    )
    help_ = _("Kommer du inte in? Vänd dig till {whom}.").format(whom=whom_to_ask())
    place = f"{ENTER}?{urlencode({TO: _place(path)})}"
    st.html(
        '<div class="dk dk-door" data-dk-door>'
        f'<a class="dk-button" href="{escape(place)}" target="_self">{escape(_("Logga in"))}</a>'
        f"<p>{escape(after)}</p><p>{escape(help_)}</p>{_tongue(path)}</div>"
    )


def _reason(why: Refusal) -> tuple[str, str]:
    again = _("Logga in igen. Hjälper det inte, vänd dig till {whom}.").format(whom=whom_to_ask())
    return {
        Refusal.EXPIRED: (
            _("Inloggningen har gått ut"),
            _("Den gäller bara en viss tid. Logga in igen, så kommer du tillbaka hit."),
        ),
        Refusal.ENDED: (
            _("Du är utloggad"),
            _("Du har loggat ut, här eller i en annan flik."),
        ),
        Refusal.UNDATED: (_("Inloggningen säger inte hur länge den gäller"), again),
        Refusal.EARLY: (_("Inloggningen gäller inte än: någons klocka går fel"), again),
    }[why]


def _unknown(path: str, claims: Mapping[str, Any]) -> None:
    _heading(_("Du har ingen behörighet än"))
    name, address = access.name_of(claims), access.actor_of(claims)
    who = f"{name} ({address})" if address not in ("", name) else name
    st.html(
        cards.callout(
            "info",
            _("Du är inloggad som {who}").format(who=plain(who) or "–"),
            _(
                "Det går bra att logga in, men ingen roll i Distanskollen hör till dig, så det "
                "finns inget att visa. Be {whom} om en roll och tala om vem du är inloggad som."
            ).format(whom=whom_to_ask())
            + "\n\n"
            + _(
                "Roller som finns: {roles}. När du har fått en: logga ut och logga in igen."
            ).format(roles=join_words(map(role_word, access.ROLES))),
        )
    )
    _way_out(claims, "", container_width="content")
    st.html(f'<div class="dk dk-door">{_tongue(path)}</div>')


def _closed(path: str, claims: Mapping[str, Any]) -> None:
    _heading(_("Ingen släpps in just nu"))
    _say(
        _("Det är fel i filen med behörigheter"),
        _("Du är inte orsaken. Tala om det för {whom}, som ser i tjänstens logg vad som är fel.")
        .format(whom=whom_to_ask()),
    )  # fmt: skip
    _way_out(claims, "", container_width="content")
    st.html(f'<div class="dk dk-door">{_tongue(path)}</div>')


def _heading(text: str) -> None:
    with suppress(ReferenceDataError):
        st.html(f'<p class="dk dk-kicker">{escape(municipality().name)}</p>')
    st.title(text, anchor=False)


def _say(title: str, body: str) -> None:
    st.html(cards.callout("info", title, body))


def _way_out(claims: Mapping[str, Any], role: str, container_width: str = "stretch") -> None:
    if st.button(_("Logga ut"), key="logga_ut", width=container_width):
        access.end(claims)
        note("logout", role=role, claims=claims)
        st.logout()
        st.stop()


def _place(path: str, **other: str) -> str:
    """Return the address that was asked for, path and query, to come back to."""
    asked = {k: v for k, v in st.query_params.to_dict().items() if k != OUTCOME} | other
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/{path}" + (f"?{query}" if query else "")


def _tongue(path: str) -> str:
    """Return the link to the same page in the other language, named in that language."""
    swedish = language() != "en"
    place = _place(path, lang="en" if swedish else "")
    code, name = ("en", "In English") if swedish else ("sv", "På svenska")
    return f'<p><a href="{escape(place)}" target="_self" lang="{code}">{name}</a></p>'
