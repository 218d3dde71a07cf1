"""The login as requests: what it must be set up with, the way in and back, and closed files.

Streamlit's own sign-in does the exchange with the provider. Three things it leaves open are closed
here: it starts with any settings, however weak; it leads everybody back to the start page; and a
file that a page offers answers whoever knows its address. The pages' side is ``ui/login.py``.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, unquote, urlencode, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.runtime.secrets import secrets_singleton
from streamlit.user_info import generate_login_redirect_url
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from queries import access
from queries.access import Refusal
from queries.i18n import _
from queries.reference import ReferenceDataError
from ui import server

ENTER, OUT = "/logga-in", "/auth/logout"
CALLBACK = "/oauth2callback"
TO, OUTCOME, FAILED = "till", "inloggning", "misslyckades"
PLACE = "distanskollen_plats"
KEPT = 900
"""Seconds that the asked address is kept: as long as a login may take."""
LONGEST = 2000
SECRET_LENGTH, SECRET_SIGNS = 32, 10
PLACEHOLDERS = ("change", "replace", "example", "secret", "password", "hemlig", "exempel")
REQUIRED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")


# ---------------------------------------------------------------- what it must be set up with


def faults() -> list[str]:
    """Return what is wrong with the settings of the login, in Swedish; empty if nothing is, or if
    there is no login at all."""
    files = [Path(name) for name in config.get_option("secrets.files")]
    if not secrets_singleton.load_if_toml_exists():
        # Broken secrets look like none, and without login everybody chooses a role: whoever has
        # written the file must not get that by a slip of the pen.
        return [
            _("{file} går inte att läsa: den är inte giltig TOML.").format(file=name)
            for name in files
            if name.is_file()
        ]
    if "auth" not in secrets_singleton:
        return []
    auth = secrets_singleton.get("auth")
    auth = auth if isinstance(auth, Mapping) else {}
    found = [
        _("[auth] saknar {name}.").format(name=name)
        for name in REQUIRED
        if not isinstance(auth.get(name), str) or not auth[name].strip()
    ]
    if any(isinstance(value, Mapping) and "client_id" in value for value in auth.values()):
        found.append(
            _("Bara en inloggning kan användas. Skriv client_id direkt under [auth], utan namn.")
        )
    if not found:
        found += _address_faults(auth) + _secret_faults(auth)
    if config.get_option("server.trustedUserHeaders"):
        found.append(
            _("server.trustedUserHeaders låter vem som helst uppge vem den är. Ta bort den.")
        )
    try:
        access.access_rules()
    except ReferenceDataError as error:
        found.append(
            _("Utan behörigheter kommer ingen in ({path}). {error}").format(
                path=access.access_file(), error=error
            )
        )
    return found


def _address_faults(auth: Mapping[str, Any]) -> list[str]:
    found = []
    for name in ("redirect_uri", "server_metadata_url"):
        try:
            parts = urlsplit(auth[name].replace("{port}", "1"))
            sound = parts.scheme == "https" or (
                parts.scheme == "http" and server.is_loopback(parts.hostname)
            )
            sound = sound and bool(parts.hostname) and "@" not in parts.netloc
        except ValueError:
            parts, sound = urlsplit(""), False
        if not sound:
            found.append(
                _("{name} ska vara en adress som börjar med https://. Det står: {value}").format(
                    name=name, value=auth[name]
                )
            )
        elif name == "redirect_uri" and (not parts.path.endswith(CALLBACK) or parts.query):
            found.append(
                _("redirect_uri ska sluta med {end}. Det står: {value}").format(
                    end=CALLBACK, value=auth[name]
                )
            )
    return found


def _secret_faults(auth: Mapping[str, Any]) -> list[str]:
    secret = auth["cookie_secret"]
    weak = (
        len(secret) < SECRET_LENGTH
        or len(set(secret)) < SECRET_SIGNS
        or any(word in secret.lower() for word in PLACEHOLDERS)
        # The same piece over and over.
        or secret in (secret + secret)[1:-1]
        or secret == auth["client_secret"]
    )
    if not weak:
        return []
    # The secret itself is never told: this is printed where logs are kept.
    return [
        _(
            "cookie_secret är för svag: den som gissar den kan logga in som vem som helst. Den ska "
            "vara slumpad och minst {n} tecken. Gör en ny så här: "
            'python -c "import secrets; print(secrets.token_urlsafe(48))"'
        ).format(n=SECRET_LENGTH)
    ]


# ---------------------------------------------------------------- who a request comes from


# Swedish whatever the visitor reads: the log has one language.
WHY = {
    Refusal.EXPIRED: "inloggningen har gått ut",
    Refusal.UNDATED: "inloggning utan giltighetstid",
    Refusal.EARLY: "inloggning som inte gäller än",
    Refusal.ENDED: "fil efter utloggning",
}
NO_ROLE = "ingen behörighet"
NO_GRANTS = "behörighetsfilen går inte att läsa"
NOT_OURS = "inloggningskaka som tjänsten inte har gett ut"
NO_LOGIN = "fil utan inloggning"


def closed_to(claims: Mapping[str, Any]) -> str:
    """Return why these claims are turned away now, in the log's words; "" if they are admitted."""
    why = access.refusal(claims)
    if why is not None:
        return WHY[why]
    try:
        return "" if access.grants(claims).roles else NO_ROLE
    except ReferenceDataError:
        return NO_GRANTS


def admitted(claims: Mapping[str, Any] | None) -> bool:
    """Return whether these claims count now and are granted anything."""
    return claims is not None and not closed_to(claims)


# ---------------------------------------------------------------- the way in and back


def own_place(asked: str, known: Collection[str]) -> str | None:
    """Return ``asked`` as the address (path and query) of one of our pages, None if it is not one.

    Put together anew from what was understood of it: no scheme, host, ``//``, backslash or control
    character survives, so that nobody can be led elsewhere by a link to our login.
    """
    if len(asked) > LONGEST or not re.fullmatch(r"/[^\\\x00-\x20\x7f]*", asked):
        return None
    try:
        parts = urlsplit(asked)
        given = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or parts.path not in known:
        return None
    query = urlencode([(name, value) for name, value in given if name != OUTCOME])
    return parts.path + (f"?{query}" if query else "")


class LoginDoor:
    """Keep the address that was asked for over the login, and close files to strangers.

    ``/logga-in?till=/rattvisa?vag=2024`` begins a login. The place is kept in a cookie of the
    visitor's own browser (HttpOnly, not sent from other sites' forms, for a quarter of an hour); it
    is tried against the known pages both when it is written and when it is read, so it needs no
    signature. Rejected: the browser's session storage, which would draw the start page first.
    """

    def __init__(self, app: ASGIApp, paths: Iterable[str], base: str = "") -> None:
        self.app, self.base, self.unknown = app, base, server.Unknown()
        self.known = {"/", *(f"/{path}" for path in paths)}
        self.root = f"/{base.strip('/')}" if base.strip("/") else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            # Streamlit takes whoever has such a cookie for nobody, without a word.
            told = scope["type"] == "websocket" and server.login_configured()
            if told and server.is_forged(scope):
                await self._tell(scope, None)
            return await self.app(scope, receive, send)
        path = server._route(scope, self.base)
        if path == ENTER:
            return await self._enter(scope, receive, send)
        if path == OUT and (claims := server.identity(scope)):
            # Also for whoever opens the address by hand: Streamlit only takes the cookie away. The
            # page's button has ended the login before it leads here, and has told of it.
            by_hand = access.refusal(claims) is not Refusal.ENDED
            await asyncio.to_thread(access.end, claims)
            if by_hand:
                await asyncio.to_thread(access.note, claims, "logout")
        if path == CALLBACK:
            return await self.app(scope, receive, self._leading(scope, send))
        if server.login_configured() and server._is_file(path):
            claims = server.identity(scope)
            if not admitted(claims):
                await self._tell(scope, claims)
                text = _("Logga in för att hämta filen.")
                return await server._refuse(scope, receive, send, 403, text)
        return await self.app(scope, receive, send)

    async def _tell(self, scope: Scope, claims: Mapping[str, Any] | None) -> None:
        """Tell the log of somebody who is turned away."""
        if claims is None:
            what = NOT_OURS if server.is_forged(scope) else NO_LOGIN
            return await self.unknown.tell(what, scope)
        await asyncio.to_thread(access.note, claims, "denied", what=closed_to(claims) or NO_GRANTS)

    async def _enter(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        place = own_place(query.get(TO, [""])[-1], self.known)
        if not server.login_configured():
            answer = RedirectResponse(self.root + (place or "/"), 303)
        else:
            answer = RedirectResponse(generate_login_redirect_url("default"), 303)
            answer.headers["set-cookie"] = self._keep(place)
        answer.headers["cache-control"] = "no-store"
        return await answer(scope, receive, send)

    def _keep(self, place: str | None) -> str:
        """Return the cookie that keeps the place, or that forgets what was kept."""
        value, age = (quote(place, safe=""), KEPT) if place else ("", 0)
        path = self.root or "/"
        return f"{PLACE}={value}; Path={path}; Max-Age={age}; HttpOnly; SameSite=Lax"

    def _leading(self, scope: Scope, send: Send) -> Send:
        """Return ``send`` that leads whoever has logged in to the place that was asked for."""
        kept = unquote(server.cookies(scope).get(PLACE, ""))
        place = own_place(kept, self.known) or "/"
        # Streamlit comes here after a log-out too, and then without anything.
        tried = bool(scope.get("query_string"))

        async def leading(message: Message) -> None:
            if message["type"] == "http.response.start" and 300 <= message["status"] < 400:
                headers = MutableHeaders(scope=message)
                written = (value.split(";")[0] for value in headers.getlist("set-cookie"))
                signed = any(
                    name == USER_COOKIE_NAME and value.strip('"')
                    for name, _equals, value in (cookie.partition("=") for cookie in written)
                )
                if signed:
                    headers["location"] = self.root + place
                elif tried:
                    mark = "&" if "?" in place else "?"
                    headers["location"] = f"{self.root}{place}{mark}{OUTCOME}={FAILED}"
                headers.append("set-cookie", self._keep(None))
            await send(message)

        return leading
