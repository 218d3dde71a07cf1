"""Guards and delivery around Streamlit: who may ask, what may be asked, and how it is sent.

``dashboard.py`` hands :func:`guards` to ``st.App``, so ``streamlit run dashboard.py`` and
``uvicorn dashboard:app`` serve through the same middleware. Each middleware is plain ASGI:
Starlette's ``BaseHTTPMiddleware`` wraps every response in a task of its own and does not see
websockets, and the websocket is the door through which Streamlit's data goes.

Two modes. *Local mode* (no ``[auth]`` in the secrets): the visitor chooses a role freely, so only
this computer may be served; that holds at start-up, for each connection and for each host name.
*Login mode* (``[auth]`` is there): the service may listen anywhere, for the names it is given.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import ipaddress
import json
import os
import re
import sys
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from google.protobuf.message import DecodeError
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config, file_util, runtime
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.media_file_storage import MediaFileKind, MediaFileStorageError
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.secrets import secrets_singleton
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

from queries import access, log
from queries.i18n import _
from ui.addresses import PAGES

TITLE = "Distanskollen"
HOSTS_VARIABLE = "DISTANSKOLLEN_HOSTS"
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
YEAR = 365 * 24 * 3600

OPTIONS: dict[str, Any] = {
    "browser.gatherUsageStats": False,
    "client.allowedOrigins": [],
    "client.disableDataExport": True,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "logger.hideWelcomeMessage": True,
    "server.enableAgentApi": False,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.maxUploadSize": 50,
}
"""What must hold even when ``.streamlit/config.toml`` is missing; the file repeats them and, like a
flag or an environment variable, wins."""

HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), "
        "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
    ),
    # The address holds wave, department and role: it stays within the service.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    # Said again in the policy; this one is for readers that do not know frame-ancestors.
    "X-Frame-Options": "DENY",
}

INNER = "/_stcore"
NEEDED = tuple(f"{INNER}/{name}" for name in ("health", "host-config", "stream"))
"""What the pages need of Streamlit's own. Everything else below ``INNER`` is closed: memory
figures, the agent API and script health answer without login, and what a new version adds would.
So are uploads: no page takes files, and Streamlit keeps as many as anybody sends it in memory."""
MESSAGES = {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request"}
OPERATIONS = {"request_id", "session_id", "deferred_file", "dataframe_chunk"}
LONGEST_MESSAGE = 1_000_000
"""Bytes. A page's choices are some hundred; files are sent another way."""
STRANGE = re.compile(r"[\x00-\x1f\x7f\\]")
"""What no address of ours holds. Streamlit takes ``/_stcore/metrics%0A`` for the metrics: a pattern
that ends in ``$`` lets a last line break pass."""
FILES = "/media"
MOST_FILES = 10_000
QUIET = 600.0
"""Seconds between two lines of the log on the same refusal to those who are nobody."""
LONGEST_ANSWER = 10_000
"""Bytes of a message that says where a file that was asked for is."""
Person = tuple[str, str]

MACHINE = ("/_stcore", "/static", "/media", "/component", "/app/static")
"""Prefixes under which an HTML answer is somebody's file, never the page shell."""

SIGN_IN = ("/auth", "/oauth2callback")
"""Where Streamlit's own sign-in is answered."""

COMPRESSIBLE = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}


# ---------------------------------------------------------------- what dashboard.py calls


def guards(script: str | Path) -> dict[str, Any]:
    """Return the keyword arguments for ``st.App(script, …)``: ``middleware`` and ``lifespan``.

    Not a factory that returns the App itself: ``streamlit run`` reads the file without running it
    and sees an ASGI app only where ``st.App(…)`` is called by that name. Without the app in sight
    it would serve the script bare, past every guard.

    Exits the process with status 2 and a Swedish message when Streamlit has been told to listen
    beyond this computer in local mode.
    """
    if config._main_script_path is None:
        # Not started by `streamlit run`: say where the script lives before anything reads the
        # options, or .streamlit/config.toml beside it is not found from another folder.
        config._main_script_path = str(Path(script).resolve())
        config.get_config_options(force_reparse=True)
    for name, value in OPTIONS.items():
        if not config.is_manually_set(name):
            config.set_option(name, value)
    # Until the first st.navigation of the process Streamlit takes a pages/ folder for its own old
    # scheme and would run a page's file bare, past who is asking. The folder's name is a contract.
    PagesManager.uses_pages_directory = False
    # Not above: it needs this module.
    from ui.door import ENTER, LoginDoor, faults

    refuse_open_bind()
    refuse_weak_login(faults())
    paths = [page.path for page in PAGES]
    base = config.get_option("server.baseUrlPath") or ""
    shell = Shell(Path(file_util.get_static_dir()) / "index.html")
    given = Given()
    return {
        "lifespan": _announce,
        "middleware": [
            Middleware(SecurityHeaders, policy=content_security_policy(shell.script_hashes)),
            Middleware(OnlyThisComputer),
            Middleware(KnownHosts),
            Middleware(SameOriginSockets),
            Middleware(KnownMessages, script=Path(script).resolve(), given=given),
            Middleware(ClosedPaths, base=base),
            Middleware(KnownAddresses, paths=[*paths, ENTER.strip("/")], base=base),
            Middleware(SecureCookies),
            Middleware(LoginDoor, paths=paths, base=base),
            Middleware(OwnFiles, given=given, base=base),
            Middleware(CompressedStatic, root=Path(file_util.get_static_dir()), base=base),
            Middleware(PageShell, shell=shell, base=base),
        ],
    }


def login_configured() -> bool:
    """Return whether the secrets hold an ``[auth]`` section, that is, whether login is on.

    Unreadable secrets count as no login: the narrower mode.
    """
    try:
        return bool(secrets_singleton.load_if_toml_exists() and secrets_singleton.get("auth"))
    except Exception:  # noqa: BLE001 - whatever is wrong with the secrets, the answer is no
        return False


def is_loopback(address: str | None) -> bool:
    """Return whether ``address`` (a name or number, no port) means this computer only."""
    if not address:
        return False
    if address.lower() == "localhost":
        return True
    try:
        number = ipaddress.ip_address(address.strip("[]").split("%")[0])
    except ValueError:
        return False
    # Before Python 3.13 an IPv4 address dressed as IPv6 is not recognised as loopback.
    mapped = getattr(number, "ipv4_mapped", None)
    return (mapped or number).is_loopback


def refuse_open_bind() -> None:
    """Exit with status 2 if Streamlit itself is about to listen beyond loopback in local mode.

    Only under ``streamlit run`` (which has bound its port by now but answers nothing before the
    app is loaded). Plain uvicorn does not tell the app where it listens; there
    :class:`OnlyThisComputer` refuses each connection instead. Guessing from ``sys.argv`` was
    rejected: it would miss gunicorn, a wrapper and ``UVICORN_HOST``.
    """
    served_by_streamlit = str(getattr(config, "_server_mode", None)).startswith("starlette-app")
    address = config.get_option("server.address")
    if not served_by_streamlit or is_loopback(address) or login_configured():
        return
    print(
        "\n"
        + _(
            "Distanskollen startar inte: tjänsten skulle lyssna på {address}, men ingen inloggning "
            "är inställd. Utan inloggning väljer besökaren själv sin roll, och därför får bara den "
            "egna datorn nå tjänsten."
        ).format(address=address or _("alla nätverkskort"))
        + "\n"
        + _(
            "Gör så här: starta med --server.address 127.0.0.1, eller ställ in [auth] i "
            ".streamlit/secrets.toml."
        )
        + "\n",
        file=sys.stderr,
        flush=True,
    )
    raise SystemExit(2)


def refuse_weak_login(faults: Sequence[str]) -> None:
    """Exit with status 2 and a Swedish message if the login has ``faults``: a service that lets
    the wrong people in, or nobody, should not look as if it worked."""
    if not faults:
        return
    print(
        "\n"
        + _("Distanskollen startar inte: inloggningen är inte rätt inställd.")
        + "".join(f"\n- {fault}" for fault in faults)
        + "\n"
        + _("Inställningarna står i .streamlit/secrets.toml; se Handboken, Inloggning.")
        + "\n",
        file=sys.stderr,
        flush=True,
    )
    raise SystemExit(2)


@asynccontextmanager
async def _announce(_app: Any) -> AsyncIterator[None]:
    """Say where the service is. Streamlit's own greeting is off: to print it, it asks a server on
    the internet for the machine's outer address."""
    if str(config._server_mode).startswith("starlette-app"):
        scheme = "https" if config.get_option("server.sslCertFile") else "http"
        base = (config.get_option("server.baseUrlPath") or "").strip("/")
        url = f"{scheme}://localhost:{config.get_option('server.port')}/{base}"
        print(_("Distanskollen är igång: {url}").format(url=url), file=sys.stderr, flush=True)
    yield


# ---------------------------------------------------------------- small shared parts


def _route(scope: Scope, base: str = "") -> str:
    """Return the path within the app: without mount prefix, base path and doubled slashes."""
    path = re.sub(r"/{2,}", "/", scope.get("path", "/"))
    for prefix in (scope.get("root_path", "").rstrip("/"), "/" + base.strip("/") if base else ""):
        if prefix and (path == prefix or path.startswith(prefix + "/")):
            path = path[len(prefix) :]
    return path or "/"


def _under(path: str, prefixes: Iterable[str]) -> bool:
    return any(path == prefix or path.startswith(prefix + "/") for prefix in prefixes)


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, text: str) -> None:
    """Answer with a short plain text; a websocket is closed before it opens (the client's 403)."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": ""})
        return
    answer = PlainTextResponse(text, status, headers={"Cache-Control": "no-store"})
    await answer(scope, receive, send)


def _accepts_gzip(headers: Headers) -> bool:
    """Return whether the client takes gzip (``gzip;q=0`` is a no)."""
    for part in headers.get("accept-encoding", "").split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name in ("gzip", "*"):
            return not any(re.fullmatch(r"q=0(\.0*)?", piece) for piece in parameters)
    return False


def _same_tag(headers: Headers, tag: str) -> bool:
    """Return whether ``If-None-Match`` names ``tag`` (weak comparison, as for GET)."""
    given = headers.get("if-none-match", "")
    return given == "*" or tag in (part.strip().removeprefix("W/") for part in given.split(","))


async def _send_bytes(
    scope: Scope, receive: Receive, send: Send, body: bytes, headers: dict[str, str]
) -> None:
    """Send ``body`` with its headers, or 304 without it when the client already has that tag."""
    if _same_tag(Headers(scope=scope), headers["etag"]):
        kept = {k: v for k, v in headers.items() if k in ("etag", "cache-control", "vary")}
        await Response(status_code=304, headers=kept)(scope, receive, send)
        return
    await Response(body, headers=headers)(scope, receive, send)


# ---------------------------------------------------------------- who may ask


class OnlyThisComputer:
    """In local mode, refuse every connection that does not begin and end on this computer.

    Holds also when the service was made to listen on every network card (plain uvicorn), and when a
    proxy in front passes strangers on: uvicorn then gives the stranger's address as the client.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or login_configured():
            return await self.app(scope, receive, send)
        ends = (scope.get("client") or (None,))[0], (scope.get("server") or (None,))[0]
        if all(is_loopback(end) for end in ends):
            return await self.app(scope, receive, send)
        text = _(
            "Tjänsten går bara att nå från datorn den körs på, eftersom ingen inloggning är "
            "inställd."
        )
        return await _refuse(scope, receive, send, 403, text)


class KnownHosts:
    """Refuse host names that are not ours.

    A page elsewhere can let its own name point at 127.0.0.1 (DNS rebinding) and so become "same
    origin" with a local service; the Host header still tells. Streamlit's ``server.allowedHosts``
    looks only at websockets, and an empty list means any host.

    Local mode: this computer's names only. Login mode: also ``server.allowedHosts``, the variable
    ``DISTANSKOLLEN_HOSTS`` (separated by commas, ``*.example.se`` for subdomains) and the host of
    ``auth.redirect_uri``.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    @staticmethod
    def allowed() -> set[str]:
        """Return the allowed host names, lower case, without ports."""
        names = set(LOCAL_HOSTS)
        if login_configured():
            names.update(config.get_option("server.allowedHosts") or [])
            names.update(os.environ.get(HOSTS_VARIABLE, "").split(","))
            redirect = secrets_singleton.get("auth", {}).get("redirect_uri", "")
            names.add(urlsplit(redirect).hostname or "")
        return {name.strip().lower().strip("[]").rstrip(".") for name in names if name.strip()}

    @staticmethod
    def name(header: str) -> str | None:
        """Return the name in a Host header, without port; None if it is not a plain host."""
        try:
            parts = urlsplit(f"//{header}")
            _port = parts.port
        except ValueError:
            return None
        if parts.netloc != header or "@" in header:
            return None
        return (parts.hostname or "").rstrip(".") or None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        given = Headers(scope=scope).getlist("host")
        name = self.name(given[0]) if len(given) == 1 else None
        allowed = self.allowed()
        wild = (entry[1:] for entry in allowed if entry.startswith("*."))
        if name and (name in allowed or any(name.endswith(tail) for tail in wild)):
            return await self.app(scope, receive, send)
        text = _(
            "Tjänsten känner inte igen adressen som du kom hit med. Öppna den på adressen som "
            "visas när den startar, till exempel http://localhost:8501."
        )
        return await _refuse(scope, receive, send, 400, text)


class SameOriginSockets:
    """Refuse a websocket opened by a page of another origin.

    Streamlit refuses most of them too, but first asks the internet for this machine's outer
    address in order to compare, and it lets any other port of this computer in.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            allowed = config.get_option("server.corsAllowedOrigins") or []
            same = origin is not None and urlsplit(origin).netloc == headers.get("host")
            if origin is not None and not same and origin not in allowed:
                return await _refuse(scope, receive, send, 403, "")
        return await self.app(scope, receive, send)


# ---------------------------------------------------------------- what may be asked


class KnownMessages:
    """Let in from a websocket what the browser's side of a page sends, and no more than that.

    Streamlit obeys more, from anybody: it clears every visitor's cache, tells which files of the
    program have been changed, and writes files beside the program. No menu offers it here.

    And the other way it tells every visitor where on the disk the program lies, and a mark that
    knows the computer again: both are taken out. To whom the address of a file is sent is noted in
    ``given``, for ``OwnFiles``.
    """

    def __init__(self, app: ASGIApp, script: Path, given: Given) -> None:
        self.app, self.script, self.given = app, script, given

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            return await self.app(scope, receive, send)
        name = self.script.name.encode()
        person = _person(identity(scope)) if login_configured() else None

        async def discreet(message: Message) -> None:
            data = message.get("bytes") or b"" if message["type"] == "websocket.send" else b""
            if name in data:
                message["bytes"] = self._without_place(data)
            if person and len(data) < LONGEST_ANSWER and FILES.encode() in data:
                told = ForwardMsg.FromString(data).backend_operation_response
                self.given.note(told.deferred_file.url, person)
            await send(message)

        async def wanted() -> Message:
            while True:
                message = await receive()
                data = message.get("bytes") if message["type"] == "websocket.receive" else None
                if data is not None and len(data) > LONGEST_MESSAGE:
                    return {"type": "websocket.disconnect", "code": 1009}
                if data is None or _is_wanted(data):
                    return message

        return await self.app(scope, wanted, discreet)

    def _without_place(self, data: bytes) -> bytes:
        """Return a message that begins a session without the machine that it tells of."""
        told = ForwardMsg()
        told.ParseFromString(data)
        if told.WhichOneof("type") == "new_session":
            told.new_session.main_script_path = self.script.name
            told.new_session.initialize.user_info.Clear()
        return told.SerializeToString()


def _is_wanted(data: bytes) -> bool:
    """Return whether a message from the browser is one of ``MESSAGES``."""
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return True  # Streamlit closes the connection.
    kind = message.WhichOneof("type")
    if kind != "backend_operation_request":
        return kind in MESSAGES
    asked = {field.name for field, _value in message.backend_operation_request.ListFields()}
    return asked <= OPERATIONS


class ClosedPaths:
    """Answer 404 on what is not ``NEEDED``, and on an address that holds what none of ours does."""

    def __init__(self, app: ASGIApp, base: str = "") -> None:
        self.app, self.base = app, base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        path = _route(scope, self.base)
        closed = _under(path.lower(), (INNER,)) and not _under(path, NEEDED)
        if closed or STRANGE.search(scope.get("path", "")):
            return await _refuse(scope, receive, send, 404, _("Sidan finns inte."))
        return await self.app(scope, receive, send)


class OwnFiles:
    """Give a file that a page has made to the person it was made for, and let nobody keep it.

    Streamlit keeps it under an address that is the hash of its content until a page is run again,
    and gives it to whoever asks: also to another role that has been sent the address.
    The ending of the address means nothing to Streamlit, so what is a file to take away is asked of
    its store. In local mode everybody is the same person.
    """

    def __init__(self, app: ASGIApp, given: Given, base: str = "") -> None:
        self.app, self.given, self.base = app, given, base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = _route(scope, self.base) if scope["type"] == "http" else ""
        if not _is_file(path):
            return await self.app(scope, receive, send)
        if login_configured():
            claims = identity(scope)
            if not self.given.allows(path, _person(claims)):
                if claims and self.given.knows(path):
                    what = "fil som en annan har hämtat"
                    await asyncio.to_thread(access.note, claims, "denied", what=what)
                return await _refuse(scope, receive, send, 404, _("Sidan finns inte."))

        async def not_kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["cache-control"] = "private, no-store"
            await send(message)

        return await self.app(scope, receive, not_kept)


def _is_file(path: str) -> bool:
    """Return whether ``path`` is the address of a file to take away."""
    return _under(path, (FILES,)) and _is_download(path)


def _is_download(path: str) -> bool:
    """Return whether ``path`` names a file to take away, and not the word mark or the icon.

    What is not there counts as one: Streamlit answers 404.
    """
    if not runtime.exists():
        return True
    try:
        found = runtime.get_instance().media_file_mgr._storage.get_file(path.split("/")[2])
    except (IndexError, MediaFileStorageError):
        return True
    return found.kind is MediaFileKind.DOWNLOADABLE


class Given:
    """To whom the service has sent the address of a file: the file's name → people.

    Streamlit does not keep it. A person is known by issuer and subject, which a provider never
    gives to another. What was given longest ago is forgotten first; so is all when the service
    starts anew, and then the files are gone too.
    """

    def __init__(self) -> None:
        self._people: OrderedDict[str, set[Person]] = OrderedDict()

    def note(self, address: str, person: Person | None) -> None:
        """Remember that ``person`` was sent the ``address``; nobody is remembered for None."""
        if person is None or not address:
            return
        self._people.setdefault(_file_name(address), set()).add(person)
        while len(self._people) > MOST_FILES:
            self._people.popitem(last=False)

    def allows(self, address: str, person: Person | None) -> bool:
        return person is not None and person in self._people.get(_file_name(address), ())

    def knows(self, address: str) -> bool:
        """Return whether the address was sent to anybody."""
        return _file_name(address) in self._people


def _file_name(address: str) -> str:
    """Return what Streamlit knows a file by: the end of its address, whatever ending that has."""
    return address.rpartition("/")[2].partition(".")[0]


def cookies(scope: Scope) -> dict[str, str]:
    """Return the cookies of a request."""
    return cookie_parser(Headers(scope=scope).get("cookie", ""))


def identity(scope: Scope) -> dict[str, Any] | None:
    """Return the claims of the signed identity in a request, as the pages get them; None for
    nobody. Whether they count is another question (``access.refusal``)."""
    try:
        raw = _get_signed_cookie_with_chunks(cookies(scope), USER_COOKIE_NAME)
        claims = json.loads(raw) if raw else None
    except ValueError:
        return None
    if not isinstance(claims, dict) or claims.pop("is_logged_in", None) is not True:
        return None
    claims.pop("origin", None)
    return claims


def is_forged(scope: Scope) -> bool:
    """Return whether a request claims an identity that this service has not signed: one that was
    made up or altered, or signed with a secret that has been replaced."""
    given = cookies(scope)
    if not given.get(USER_COOKIE_NAME, "").strip('"'):
        return False
    try:
        return _get_signed_cookie_with_chunks(given, USER_COOKIE_NAME) is None
    except ValueError:
        return True


def _person(claims: dict[str, Any] | None) -> Person | None:
    """Return who has an identity, by issuer and subject; None for nobody."""
    issuer, subject = (claims or {}).get("iss"), (claims or {}).get("sub")
    known = isinstance(issuer, str) and isinstance(subject, str) and subject
    return (issuer, subject) if known else None


class Unknown:
    """Tells the log of refusals to those who are nobody, and who may knock as often as they like.

    The first is told at once, and then a line at most every ``QUIET`` seconds for each ``what``,
    with how many there were: the log tells of it without being filled. Nothing of what was shown
    is told, least of all whom it claimed to be: anybody may claim that.
    """

    def __init__(self) -> None:
        self._next: dict[str, float] = {}
        self._number: dict[str, int] = {}

    async def tell(self, what: str, scope: Scope) -> None:
        """Count a refusal and tell of it if it is time. ``what``: one of a few texts of ours."""
        self._number[what] = self._number.get(what, 0) + 1
        now = time.monotonic()
        if now < self._next.get(what, now):
            return
        self._next[what] = now + QUIET
        facts = {"attempts": self._number.pop(what), "address": (scope.get("client") or ("",))[0]}
        await asyncio.to_thread(log.append, "denied", actor="", what=what, facts=facts)


class KnownAddresses:
    """Lead an address that no page has to the start, which says so in Swedish.

    Streamlit would serve its shell for any address and then cover the first page with an English
    box. Only what a person opens is led on (a document that takes HTML), never a file or a socket.
    """

    def __init__(self, app: ASGIApp, paths: Iterable[str], base: str = "") -> None:
        self.app, self.base = app, base
        self.known = {"/", *(f"/{path}" for path in paths)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return await self.app(scope, receive, send)
        path = _route(scope, self.base)
        opened = "text/html" in Headers(scope=scope).get("accept", "")
        if not opened or path in self.known or _under(path, (*MACHINE, *SIGN_IN)):
            return await self.app(scope, receive, send)
        start = f"/{self.base.strip('/')}/" if self.base.strip("/") else "/"
        plain = path.rstrip("/")
        if plain in self.known:
            query = scope.get("query_string", b"").decode("latin-1")
            target = start.rstrip("/") + plain + (f"?{query}" if query else "")
        else:
            kept = parse_qsl(scope.get("query_string", b"").decode("latin-1"))
            kept = [(name, value) for name, value in kept if name in ("lang", "roll")]
            target = f"{start}?{urlencode([('okand', plain.lstrip('/')[:80]), *kept])}"
        return await RedirectResponse(target, 303)(scope, receive, send)


# ---------------------------------------------------------------- how it is sent


def content_security_policy(script_hashes: Iterable[str] = ()) -> str:
    """Return the Content-Security-Policy: nothing from, and nothing to, any other host.

    ``script_hashes``: the sources (``sha256-…``) of the page's own inline scripts. Styles must be
    allowed inline: Streamlit (emotion), Plotly and the data grid write style elements while
    running. ``data:`` and ``blob:`` images are icons and charts saved as pictures. There is no
    ``unsafe-eval``: nothing the pages use needs it.
    """
    hashes = " ".join(f"'{value}'" for value in script_hashes)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {hashes}".strip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


class SecurityHeaders:
    """Put ``HEADERS`` and the policy on every answer, the refusals of the other guards included."""

    def __init__(self, app: ASGIApp, policy: str) -> None:
        self.app = app
        self.headers = {**HEADERS, "Content-Security-Policy": policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers[name] = value
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


class SecureCookies:
    """Mark cookies ``Secure`` when the visitor came by https.

    Streamlit does so only with a certificate of its own; behind a proxy that ends https, cookies
    (the login among them) would also travel in clear. The header of a proxy counts only when the
    proxy is on this computer: anyone can send it. A login that leads back to https needs none.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        client = (scope.get("client") or (None,))[0]
        forwarded = Headers(scope=scope).get("x-forwarded-proto", "").split(",")[0].strip()
        https = scope["scheme"] in ("https", "wss") or (
            forwarded.lower() == "https" and is_loopback(client)
        )
        host = KnownHosts.name(Headers(scope=scope).get("host", ""))
        only_https = https and login_configured() and host not in LOCAL_HOSTS
        if not https and login_configured():
            https = str(secrets_singleton.get("auth")["redirect_uri"]).startswith("https:")

        async def secured(message: Message) -> None:
            if only_https and message["type"] == "http.response.start":
                # For this name alone: what else the municipality runs below it is not ours to say.
                # Never for "localhost", whose other services would be locked out.
                age = f"max-age={YEAR}"
                MutableHeaders(scope=message)["strict-transport-security"] = age
            if message["type"] in ("http.response.start", "websocket.accept"):
                message["headers"] = [
                    (name, value + b"; Secure")
                    if name.lower() == b"set-cookie" and not _has_secure(value)
                    else (name, value)
                    for name, value in message.get("headers", [])
                ]
            await send(message)

        return await self.app(scope, receive, secured if https else send)


def _has_secure(cookie: bytes) -> bool:
    return b"secure" in (part.strip().lower() for part in cookie.split(b";")[1:])


@lru_cache(maxsize=1024)
def _compressed(path: Path, _mtime_ns: int, _size: int) -> bytes:
    """Return the file gzipped, kept in memory; a changed file is another key.

    Level 6: level 9 takes three times as long on the Plotly bundle for under one per cent. All of
    Streamlit's text files together are about 8 MB compressed, so nothing is ever thrown out.
    """
    return gzip.compress(path.read_bytes(), 6, mtime=0)


class CompressedStatic:
    """Send Streamlit's own scripts and styles gzipped, compressing each once.

    Streamlit leaves them uncompressed on purpose: its gzip middleware would compress anew for every
    visitor. Here the result is kept. Only files found when the service starts are served, by exact
    name, so no path can lead out of the folder; everything else (fonts and pictures, compressed
    already, clients without gzip, ranges) goes on to Streamlit. Names carry a hash of the content:
    they may be kept for a year.
    """

    def __init__(self, app: ASGIApp, root: Path, base: str = "") -> None:
        self.app, self.base = app, base
        self.files = {
            "/" + path.relative_to(root).as_posix(): path
            for path in (root / "static").rglob("*")
            if path.suffix in COMPRESSIBLE and path.is_file()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = self.files.get(_route(scope, self.base)) if scope["type"] == "http" else None
        if path is None or scope["method"] not in ("GET", "HEAD"):
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        if not _accepts_gzip(headers) or "range" in headers:
            return await self.app(scope, receive, _varying(send))
        try:
            stat = path.stat()
            # In a thread: the first visitor's 0.2 s must not stop everybody else's.
            body = await asyncio.to_thread(_compressed, path, stat.st_mtime_ns, stat.st_size)
        except OSError:
            return await self.app(scope, receive, send)
        answer = {
            "content-type": COMPRESSIBLE[path.suffix],
            "content-encoding": "gzip",
            "cache-control": f"public, immutable, max-age={YEAR}",
            "etag": f'"{stat.st_mtime_ns:x}-{stat.st_size:x}-gzip"',
            "vary": "Accept-Encoding",
        }
        return await _send_bytes(scope, receive, send, body, answer)


def _varying(send: Send) -> Send:
    """Return ``send`` that adds ``Vary: Accept-Encoding`` to the answer."""

    async def varying(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).add_vary_header("Accept-Encoding")
        await send(message)

    return varying


def _shell_script() -> str:
    """Return ``ui/shell.js`` with the words of ``ui/shell_words.json`` in it."""
    folder = Path(__file__).parent
    words = json.loads((folder / "shell_words.json").read_text(encoding="utf-8"))
    script = (folder / "shell.js").read_text(encoding="utf-8")
    # A "</" in a word would end the script element.
    told = json.dumps(words, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return script.replace("/* words */ []", told, 1)


class Shell:
    """Streamlit's ``index.html`` made ours: language, title, script, words without JavaScript.

    ``script_hashes``: the policy sources of its inline scripts. ``page(language)``: the bytes,
    their gzip and their tag.
    """

    def __init__(self, index: Path) -> None:
        source = index.read_text(encoding="utf-8")
        # Its comments and the agent link tell programs of an API that is closed here.
        source = re.sub(r"<!--.*?-->\s*", "", source, flags=re.DOTALL)
        source = re.sub(r'<link rel="service-desc"[^>]*>\s*', "", source)
        source = re.sub(r"<title>.*?</title>", f"<title>{TITLE}</title>", source, flags=re.DOTALL)
        # Inline and before Streamlit's own: it must see the first thing that is drawn, and a file
        # of its own would be one more request and one more path to serve.
        source = source.replace("</head>", f"<script>{_shell_script()}</script>\n  </head>", 1)
        self._source = source
        inline = re.findall(r"<script>(.*?)</script>", source, flags=re.DOTALL)
        self.script_hashes = [
            "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            for text in inline
        ]
        self._pages = {language: self._make(language) for language in ("sv", "en")}

    def _make(self, language: str) -> tuple[bytes, bytes, str]:
        words = {
            # Both languages stand here, not in a catalogue: made once, before any visitor.
            "sv": "Distanskollen behöver JavaScript. Slå på det i webbläsaren och ladda om sidan.",
            "en": "Distanskollen needs JavaScript. Turn it on in the browser and reload the page.",
        }
        html = re.sub(r"<html[^>]*>", f'<html lang="{language}">', self._source, count=1)
        notice = f"<noscript><p>{words[language]}</p></noscript>"
        html = re.sub(r"<noscript>.*?</noscript>", notice, html, flags=re.DOTALL)
        body = html.encode()
        tag = hashlib.sha256(body).hexdigest()[:20]
        return body, gzip.compress(body, 9, mtime=0), tag

    def page(self, language: str) -> tuple[bytes, bytes, str]:
        """Return (bytes, gzipped bytes, tag) of the page in ``language``; unknown is Swedish."""
        return self._pages.get(language, self._pages["sv"])


def _language(scope: Scope) -> str:
    """Return the language asked for by ``?lang=``; Swedish otherwise. What the pages do too: a
    cookie would make the shell's language another than the words'."""
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang")
    return asked[-1] if asked else "sv"


class PageShell:
    """Replace the page shell that Streamlit sends for every address with ours, gzipped if taken.

    Streamlit answers first and its answer is exchanged, rather than ours sent beside it: which
    addresses lead to a page, which redirect and which are refused stays Streamlit's decision.
    """

    def __init__(self, app: ASGIApp, shell: Shell, base: str = "") -> None:
        self.app, self.shell, self.base = app, shell, base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return await self.app(scope, receive, send)
        # Below these there are files and sockets. Where Streamlit finds none it sends its shell all
        # the same, in English and with status 200.
        machine = _under(_route(scope, self.base), MACHINE)
        exchanged = False

        async def exchange(message: Message) -> None:
            nonlocal exchanged
            if message["type"] == "http.response.start":
                kind = Headers(scope=message).get("content-type", "")
                if message["status"] in (200, 206) and kind.startswith("text/html"):
                    exchanged = True
                    if machine:
                        return await _refuse(scope, receive, send, 404, _("Sidan finns inte."))
                    await self._send(scope, receive, send, MutableHeaders(scope=message))
            if not exchanged:
                await send(message)

        return await self.app(scope, receive, exchange)

    async def _send(
        self, scope: Scope, receive: Receive, send: Send, given: MutableHeaders
    ) -> None:
        body, packed, tag = self.shell.page(_language(scope))
        headers = {
            "content-type": "text/html; charset=utf-8",
            "cache-control": "no-cache",
            "vary": "Accept-Encoding",
            "etag": f'"{tag}"',
        }
        if _accepts_gzip(Headers(scope=scope)):
            body = packed
            headers |= {"content-encoding": "gzip", "etag": f'"{tag}-gzip"'}
        cookies = given.getlist("set-cookie")

        async def with_cookies(message: Message) -> None:
            if message["type"] == "http.response.start":
                for cookie in cookies:
                    MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        await _send_bytes(scope, receive, with_cookies, body, headers)
