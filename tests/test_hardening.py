"""What an attacker tries against the whole service, and against the code that speaks SQL.

A small dashboard behind the real guards is served as a process of its own, and spoken to as
programs speak that are no browser: with raw requests and with Streamlit's own messages.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import openpyxl
import pandas as pd
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

import manage
from queries.store import store_path
from queries.viewer import Role
from tests import loading
from tools import serving
from tools.serving import ROOT
from ui import calendar, tables
from ui.addresses import PAGES

SECRET = "hNw3vQ8rTz0KpXe71LmYbDs9uCfAiGoJ"
CLIENT_SECRET = "d41bV7nRk2WqXj9sEoYtHz6mUcPg"
PERSON = "Anna-Karin Sekretess 19700101-1234"
ISSUER = "https://idp.example"
SCRIPT = """
import streamlit as st

PERSON = "Anna-Karin Sekretess 19700101-1234"


def broken(*_args):
    raise RuntimeError(f"select * from records.answer where name = '{PERSON}'")


@st.cache_data
def cached():
    broken()


@st.fragment
def part():
    broken()


def file():
    return b"hemlig;fil"


def page():
    asked = st.query_params.get("fel", "")
    st.write("sida")
    if asked == "sida":
        broken()
    if asked == "cache":
        cached()
    if asked == "fragment":
        part()
    if asked == "fraga":
        import duckdb

        duckdb.connect(":memory:").execute(f"select cast('{PERSON}' as integer)")
    if asked == "knapp":
        st.button("Knapp", on_click=broken)
    if asked == "val":
        st.selectbox("Val", ["a", "b"], format_func=broken)
    if asked == "fil":
        st.download_button("Hämta", data=broken, file_name="a.csv")
    if asked == "hel":
        st.download_button("Hämta", data=file, file_name="a.csv", mime="text/csv")


if __name__ == "__main__":
    st.navigation([st.Page(page, title="Ett", default=True)]).run()
else:
    from ui import server

    app = st.App(__file__, **server.guards(__file__))
"""
SECRETS = f"""
[auth]
redirect_uri = "http://localhost:8631/oauth2callback"
cookie_secret = "{SECRET}"
client_id = "distanskollen"
client_secret = "{CLIENT_SECRET}"
server_metadata_url = "http://localhost:9/.well-known/openid-configuration"
"""
# Of code and of the machine: nothing of it may reach a browser.
REVEALING = (
    PERSON, "Traceback", "RuntimeError", "ConversionException", "records.answer", "select ",
    "site-packages", str(ROOT), "File ", "broken", "line ",
)  # fmt: skip


@dataclass
class Service:
    """A running service, spoken to without a browser."""

    server: serving.Server

    @property
    def port(self) -> int:
        return urlsplit(self.server.url).port or 0

    @property
    def log(self) -> str:
        return self.server.log.read_text(encoding="utf-8", errors="replace")

    def raw(self, request: bytes, wait: float = 10) -> bytes:
        """Return what the service answers to these bytes, until it closes."""
        with socket.create_connection(("127.0.0.1", self.port), wait) as link:
            link.settimeout(wait)
            answer = b""
            try:
                link.sendall(request)
                while part := link.recv(65536):
                    answer += part
            except OSError:  # it hung up before everything was sent or said
                pass
        return answer

    def get(self, path: str, method: str = "GET", **headers: str) -> tuple[int, str, str]:
        """Return status, heads and body of a request whose path is sent as it is written."""
        more = "".join(f"{name.replace('_', '-')}: {text}\r\n" for name, text in headers.items())
        host = "" if "Host" in headers else f"Host: localhost:{self.port}\r\n"
        request = f"{method} {path} HTTP/1.1\r\n{host}Connection: close\r\n{more}\r\n"
        head, _gap, body = self.raw(request.encode()).partition(b"\r\n\r\n")
        text = head.decode("latin-1")
        status = int(text.split(" ")[1]) if text.startswith("HTTP/") else 0
        return status, text, body.decode("utf-8", "replace")

    def socket(
        self, origin: str | None = "", cookies: str = "", token: str = "x"
    ) -> ClientConnection:
        headers = {"Cookie": cookies} if cookies else {}
        return connect(
            f"ws://localhost:{self.port}/_stcore/stream",
            origin=self.server.url if origin == "" else origin,  # type: ignore[arg-type] # its own alias of str
            subprotocols=["streamlit", token],  # type: ignore[list-item] # its own alias of str
            additional_headers=headers,
            max_size=None,
        )


def say(link: ClientConnection, message: BackMsg) -> None:
    link.send(message.SerializeToString())


def run_page(link: ClientConnection, query: str = "", **widgets: bool) -> list[ForwardMsg]:
    """Ask for a run of the page and return every message until it is over."""
    message = BackMsg()
    message.rerun_script.query_string = query
    for name in widgets:
        state = message.rerun_script.widget_states.widgets.add()
        state.id, state.trigger_value = name, True
    say(link, message)
    return hear(link, "script_finished")


def hear(link: ClientConnection, kind: str, wait: float = 20) -> list[ForwardMsg]:
    """Return the messages up to the first of ``kind``."""
    heard: list[ForwardMsg] = []
    end = time.monotonic() + wait
    while time.monotonic() < end:
        message = ForwardMsg()
        message.ParseFromString(link.recv(timeout=wait))  # type: ignore[arg-type] # frames are bytes
        heard.append(message)
        if message.WhichOneof("type") == kind:
            return heard
    raise AssertionError(f"no {kind} came")


def elements(messages: list[ForwardMsg], kind: str) -> list[object]:
    """Return the elements of ``kind`` that were drawn."""
    return [
        getattr(message.delta.new_element, kind)
        for message in messages
        if message.WhichOneof("type") == "delta" and message.delta.new_element.HasField(kind)
    ]


def make_folder(folder: Path, secrets: str = "") -> Path:
    (folder / "dashboard.py").write_text(SCRIPT, encoding="utf-8")
    shutil.copytree(ROOT / ".streamlit", folder / ".streamlit", dirs_exist_ok=True)
    if secrets:
        (folder / ".streamlit" / "secrets.toml").write_text(secrets, encoding="utf-8")
    return folder / "dashboard.py"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Return the small dashboard, served in local mode with every message of its log."""
    script = make_folder(tmp_path_factory.mktemp("local"))
    env = {"PYTHONPATH": str(ROOT), "STREAMLIT_LOGGER_LEVEL": "debug"}
    started = serving.start(script.parent / "log.txt", script, env)
    yield Service(started)
    started.stop()


ODD_PATHS = (
    "/_stcore/metrics%0a", "/_stcore/metrics%0A", "/_stcore/metrics%0d", "/_stcore/metrics%00",
    "/_stcore//metrics", "//_stcore/metrics", "/_stcore/metrics/", "/_stcore/%6detrics",
    "/_stcore/./metrics", "/_stcore/%2e/metrics", "/_stcore/x/../metrics",
    "/_stcore/health/../metrics", "/_stcore/health%2f..%2fmetrics", "/_STCORE/METRICS",
    "/_stcore/Metrics", "/_stcore%2fmetrics", "/%5fstcore/metrics", "/_stcore\\metrics",
    "/_stcore/metrics;x", "/_stcore/metrics%20", "/_stcore/metrics%23", "/_stcore/metrics?x=1",
    "/_stcore/metrics%3fx", "/x/..;/_stcore/metrics", "/x/../_stcore/metrics",
    "/_stcore/agent/openapi.json", "/_stcore/agent/openapi.json%0a", "/_stcore/agent/mcp",
    "/_stcore/agent%2finteract", "/_stcore/script-health-check%0a", "/_stcore/bidi-components/x",
    "http://localhost/_stcore/metrics", "/_stcore", "/_stcore/", "/_stcore/new-in-some-version",
)  # fmt: skip


class TestRawRequests:
    @pytest.mark.parametrize("path", ODD_PATHS)
    def test_what_no_page_needs_is_closed_however_it_is_spelled(self, service: Service, path: str):
        for method in ("GET", "HEAD", "POST"):
            status, _head, body = service.get(path, method)
            # The shell of a page tells nothing; a program that takes no HTML gets it for a page.
            assert status in (400, 404, 405) or "<title>Distanskollen" in body or method == "HEAD"
            assert "session_events" not in body
            assert "openapi" not in body

    def test_old_http_gets_no_more(self, service: Service):
        asked = b"GET /_stcore/metrics%0a HTTP/1.0\r\nHost: localhost\r\n\r\n"
        assert service.raw(asked).startswith(b"HTTP/1.1 404")
        assert service.raw(b"GET / HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 400")
        assert service.raw(b"GET /\r\n\r\n").startswith(b"HTTP/1.1 400")

    def test_two_host_names_or_none_are_refused(self, service: Service):
        own = f"Host: localhost:{service.port}\r\n".encode()
        other = b"Host: evil.example\r\n"
        for hosts in (own + other, other + own, own + own, b""):
            answer = service.raw(b"GET / HTTP/1.1\r\n" + hosts + b"Connection: close\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 400")

    def test_another_host_in_the_address_or_in_a_proxys_head_leads_nowhere(self, service: Service):
        status, _head, body = service.get("http://evil.example/")
        assert status == 404
        assert service.get("/", Host="evil.example", X_Forwarded_Host="localhost")[0] == 400
        status, head, body = service.get("/", X_Forwarded_Host="evil.example")
        assert "evil.example" not in head + body

    def test_a_proxy_that_tells_of_a_stranger_is_believed(self, service: Service):
        assert service.get("/", X_Forwarded_For="203.0.113.9")[0] == 403

    def test_a_request_hidden_in_anothers_body_is_a_request_like_others(self, service: Service):
        answer = service.raw(
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            b"GET /_stcore/metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        assert b"session_events" not in answer

    @pytest.mark.parametrize("size", [1_000_000, 30_000_000])
    def test_an_endless_address_or_head_is_refused(self, service: Service, size: int):
        for request in (b"GET /?x=%b HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nX: %b\r\n"):
            sent = request % (b"a" * size) + b"Host: localhost\r\nConnection: close\r\n\r\n"
            answer = service.raw(sent)
            assert answer == b"" or answer.startswith(b"HTTP/1.1 400")

    def test_a_long_query_string_costs_nothing(self, service: Service):
        begun = time.monotonic()
        status, _head, _body = service.get("/?" + "a=1&" * 15_000, Accept="text/html")
        assert status in (200, 400)
        assert time.monotonic() - begun < 5

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"])
    @pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_stcore/host-config", "/media/x"])
    def test_nothing_takes_a_body(self, service: Service, method: str, path: str):
        assert service.get(path, method)[0] == 405

    def test_no_page_takes_files_so_none_can_be_left(self, service: Service):
        """Streamlit would take them from whoever looks at a page, as many as are sent."""
        _status, head, _body = service.get("/_stcore/health")
        cookie = next(
            line.split(": ", 1)[1].split(";")[0]
            for line in head.split("\r\n")
            if line.lower().startswith("set-cookie: _streamlit_xsrf")
        )
        heads = {"Cookie": cookie, "X_Xsrftoken": cookie.split("=", 1)[1]}
        with service.socket() as link:
            path = f"/_stcore/upload_file/{session_of(run_page(link))}/f1"
            for size in ("0", "52428801"):
                assert service.get(path, "PUT", Content_Length=size, **heads)[0] == 404
            assert service.get(path, "DELETE", **heads)[0] == 404


def session_of(messages: list[ForwardMsg]) -> str:
    return next(m.new_session.initialize.session_id for m in messages if m.HasField("new_session"))


class TestWhatTheBrowserIsTold:
    @pytest.mark.parametrize("place", ["sida", "cache", "fragment", "fraga", "val"])
    def test_an_error_is_told_in_the_log_and_not_to_the_visitor(self, service: Service, place: str):
        with service.socket() as link:
            told = run_page(link, f"fel={place}")
        assert_nothing_revealed(told)
        assert elements(told, "exception"), "the visitor is told that something went wrong"
        assert "Traceback" in service.log

    def test_nor_is_an_error_in_what_a_button_does(self, service: Service):
        with service.socket() as link:
            (button,) = elements(run_page(link, "fel=knapp"), "button")
            told = run_page(link, "fel=knapp", **{button.id: True})  # type: ignore[attr-defined] # a message
        assert_nothing_revealed(told)

    def test_nor_is_an_error_in_the_making_of_a_file(self, service: Service):
        with service.socket() as link:
            told, address = fetch(link, "fel=fil")
        assert_nothing_revealed(told)
        assert (
            told[-1].backend_operation_response.error_msg == "Failed to generate file for download"
        )
        assert address == ""

    @pytest.mark.parametrize("data", [b"\xff\xff\xff", b"\x0a\xff", b"{}"])
    def test_nor_what_is_wrong_with_a_message(self, service: Service, data: bytes):
        with service.socket() as link:
            link.send(data)
            _heard, reason = until_closed(link)
        assert "Traceback" not in reason
        assert str(ROOT) not in reason

    @pytest.mark.parametrize(
        "path",
        ["/media/../../x", "/media/" + "a" * 5000, "/static/%ff", "/_stcore/upload_file/%00/x",
         "/component/x/y", "/?lang=%ff%fe", "/sammanfattning?vag=%00"],
    )  # fmt: skip
    def test_nor_does_an_answer_hold_anything_of_the_machine(self, service: Service, path: str):
        for method in ("GET", "PUT", "OPTIONS"):
            _status, head, body = service.get(path, method)
            assert str(ROOT) not in head + body
            assert "Traceback" not in body
            assert "site-packages" not in body


def until_closed(link: ClientConnection) -> tuple[list[str | bytes], str]:
    """Return what came before the service ended the connection, and why it did."""
    heard = []
    try:
        while True:
            heard.append(link.recv(timeout=20))
    except ConnectionClosed as closed:
        return heard, str(closed)


def operation(session: str) -> BackMsg:
    """Return a message for an operation of a session, which is still to be said."""
    message = BackMsg()
    message.backend_operation_request.request_id = "1"
    message.backend_operation_request.session_id = session
    return message


def fetch(link: ClientConnection, query: str) -> tuple[list[ForwardMsg], str]:
    """Press the page's button for a file; return what came and the address, "" for none."""
    drawn = run_page(link, query)
    (button,) = elements(drawn, "download_button")
    message = operation(session_of(drawn))
    message.backend_operation_request.deferred_file.file_id = button.deferred_file_id  # type: ignore[attr-defined] # a message
    say(link, message)
    told = hear(link, "backend_operation_response")
    return told, told[-1].backend_operation_response.deferred_file.url


def assert_nothing_revealed(messages: list[ForwardMsg]) -> None:
    text = "\n".join(message.SerializeToString().decode("utf-8", "replace") for message in messages)
    assert [word for word in REVEALING if word in text] == []


def test_no_page_is_told_where_the_program_lies_or_on_which_computer(service: Service):
    with service.socket() as link:
        begun = next(m.new_session for m in run_page(link) if m.HasField("new_session"))
    assert begun.main_script_path == "dashboard.py"
    assert str(service.server.log.parent) not in str(begun)
    assert not begun.initialize.user_info.installation_id


class TestWhatTheBrowserMayAsk:
    @pytest.mark.parametrize(
        "kind", ["clear_cache", "load_git_info", "set_run_on_save", "debug_shutdown_runtime",
                 "debug_disconnect_websocket"],
    )  # fmt: skip
    def test_streamlits_tools_for_programmers_do_nothing(self, service: Service, kind: str):
        message = BackMsg()
        setattr(message, kind, True)
        assert not heard_of(message, service)

    @pytest.mark.parametrize("operation_name", ["install_skills", "dismiss_skills_nudge"])
    def test_nothing_is_written_beside_the_program(self, service: Service, operation_name: str):
        before = sorted(service.server.log.parent.rglob("*"))
        with service.socket() as link:
            drawn = run_page(link)
            message = operation(session_of(drawn))
            getattr(message.backend_operation_request, operation_name).SetInParent()
            say(link, message)
            told = {m.WhichOneof("type") for m in run_page(link)}
        assert "backend_operation_response" not in told
        assert sorted(service.server.log.parent.rglob("*")) == before

    def test_an_endless_message_ends_the_connection(self, service: Service):
        message = BackMsg()
        message.rerun_script.query_string = "a" * 1_100_000
        with service.socket() as link:
            say(link, message)
            heard, _reason = until_closed(link)
        assert heard == [], "no page was run"

    @pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:1", "null"])
    def test_a_page_of_another_origin_gets_no_connection(self, service: Service, origin: str):
        with pytest.raises(Exception, match="403"):
            service.socket(origin=origin)


def heard_of(message: BackMsg, service: Service) -> list[ForwardMsg]:
    """Return what a message leads to, other than the run of the page that is asked for after it."""
    with service.socket() as link:
        usual = {m.WhichOneof("type") for m in run_page(link)}
        say(link, message)
        return [m for m in run_page(link) if m.WhichOneof("type") not in usual]


ACCESS = """
[[rules]]
claim = "groups"
value = "alla"
role = "politiker"
"""


@pytest.fixture(scope="module")
def behind_login(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    script = make_folder(tmp_path_factory.mktemp("login"), SECRETS)
    env = {"PYTHONPATH": str(ROOT), "STREAMLIT_LOGGER_LEVEL": "debug", **access(script.parent)}
    started = serving.start(script.parent / "log.txt", script, env)
    yield Service(started)
    started.stop()


class TestFilesBehindLogin:
    """A file that a page has made, and who gets it when the address is known."""

    @pytest.fixture
    def address(self, behind_login: Service) -> Iterator[str]:
        """Return the address of a file that is made for one person, who still looks at it."""
        token, cookies = signed_in(behind_login, "en")
        with behind_login.socket(cookies=cookies, token=token) as link:
            _told, address = fetch(link, "fel=hel")
            assert address.startswith("/media/")
            yield address

    def test_it_is_given_to_whom_it_was_made_for_and_not_kept(
        self, behind_login: Service, address: str
    ):
        _token, cookies = signed_in(behind_login, "en")
        status, head, body = behind_login.get(address, Cookie=cookies)
        assert status == 200
        assert "hemlig;fil" in body
        assert "cache-control: private, no-store" in head.lower()

    @pytest.mark.parametrize("ending", ["", ".png", ".svg", ".csv", ".csv%0a", "/", ".CSV"])
    def test_another_person_does_not_get_it_however_it_is_asked_for(
        self, behind_login: Service, address: str, ending: str
    ):
        path = address.rsplit(".", 1)[0] + ending
        other = signed_in(behind_login, "annan")[1]
        altered = signed_in(behind_login, "en", secret="x" * 40)[1]
        stranger = signed_in(behind_login, "en", iss="https://other.example")[1]
        out = signed_in(behind_login, "en", is_logged_in=False)[1]
        for cookies in ("a=b", other, altered, stranger, out):
            for method in ("GET", "HEAD"):
                status, _head, body = behind_login.get(path, method, Cookie=cookies)
                assert status in (403, 404)
                assert "hemlig" not in body

    def test_who_asks_for_anothers_file_is_told_in_the_log(
        self, behind_login: Service, address: str
    ):
        log = behind_login.server.log.parent / "store" / "log" / "log.jsonl"

        def denied() -> list[str]:
            text = log.read_text(encoding="utf-8") if log.exists() else ""
            lines = [json.loads(line) for line in text.splitlines()]
            return [line["actor"] for line in lines if line["event"] == "denied"]

        before = denied()
        behind_login.get(address, Cookie=signed_in(behind_login, "en")[1])
        assert denied() == before
        curious = signed_in(behind_login, "nyfiken")[1]
        for _time in range(2):
            behind_login.get(address, Cookie=curious)
        assert denied() == [*before, "nyfiken@example.se"]

    def test_no_secret_is_in_what_is_logged_or_sent(self, behind_login: Service):
        token, cookies = signed_in(behind_login, "en")
        with behind_login.socket(cookies=cookies, token=token) as link:
            told = run_page(link, "fel=sida")
        behind_login.get("/auth/login", Accept="text/html")
        behind_login.get("/oauth2callback?code=KODEN123&state=x", Accept="text/html")
        behind_login.get("/", Cookie=cookies)
        log = behind_login.log
        assert "Traceback" in log
        sent = "".join(str(message) for message in told)
        signed = cookies.split("_streamlit_user=")[1]
        for secret in (SECRET, CLIENT_SECRET, signed, "KODEN123", token):
            assert secret not in log
            assert secret not in sent

    def test_behind_https_the_browser_is_told_to_come_by_https_alone(self, behind_login: Service):
        named = {"Host": "distans.example.se", "Accept": "text/html"}
        _status, head, _body = behind_login.get("/", X_Forwarded_Proto="https", **named)
        assert "strict-transport-security: max-age=31536000\r\n" in head.lower() + "\r\n"
        for heads in (named, {"X_Forwarded_Proto": "https", "Accept": "text/html"}):
            _status, head, _body = behind_login.get("/", **heads)
            assert "strict-transport-security" not in head.lower()


def access(folder: Path) -> dict[str, str]:
    """Return the variables that give every role to everybody who is logged in with us."""
    path = folder / "behorigheter.toml"
    path.write_text(ACCESS, encoding="utf-8")
    return {
        "DISTANSKOLLEN_ACCESS": str(path),
        "DISTANSKOLLEN_HOSTS": "distans.example.se",
        "DISTANSKOLLEN_STORE": str(folder / "store"),
        "DISTANSKOLLEN_KEY_FILE": str(folder / "key"),
    }


def signed_in(
    service: Service, subject: str, secret: str = SECRET, **more: object
) -> tuple[str, str]:
    """Return the token and the cookies of somebody who has logged in."""
    from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

    now = int(time.time())
    claims = {
        "origin": service.server.url, "is_logged_in": True, "iss": ISSUER, "sub": subject,
        "email": f"{subject}@example.se", "email_verified": True, "aud": "distanskollen",
        "iat": now, "exp": now + 3600, "groups": ["alla"], **more,
    }  # fmt: skip
    token = generate_xsrf_token_string()
    signed = create_signed_value(secret, "_streamlit_user", json.dumps(claims)).decode()
    return token, f"_streamlit_xsrf={token}; _streamlit_user={signed}"


# --- the real pages -------------------------------------------------------------------------------

# Written by whoever makes an address by hand, for every parameter that any page reads.
PARAMETERS = (
    "vag", "jamfor", "forvaltning", "mina", "indikator", "lang", "per", "saknas", "chef", "slutar",
    "overenskommelse", "regelverk", "regel", "utfall", "handelse", "tid",
    "kalla", "fraga", "fragor", "rader", "kolumner", "filter", "matt", "vikt", "vetej", "vy",
    "anta", "okand", "inloggning", "inte-nagon",
)  # fmt: skip
BY_HAND = (
    "'; drop table published.wave; --", "\" or 1=1 --", "$wave", "<img src=x onerror=alert(1)>",
    "../../../etc/passwd", "%00", "\x00", "\u202e", "a" * 5_000, ",,,,,", "=1+1", "{0.__class__}",
    "%s%s%s", "-1", "9" * 400, "2024-13-45", "0001-01-01", "9999-12-31", "NaN", "null", "😀",
)  # fmt: skip
HOOK = '''
import sys

LOCAL = ("127.0.0.1", "::1", "localhost", "", None, "0.0.0.0")


def heard(event, given):
    """Note every look-up, connection and program that this process begins."""
    told = None
    if event == "socket.getaddrinfo" and given[0] not in LOCAL:
        told = given[0]
    elif event in ("socket.connect", "socket.sendto"):
        place = given[1]
        told = place[0] if isinstance(place, tuple) and place[0] not in LOCAL else None
    elif event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"):
        told = repr(given)[:200]
    elif event in ("socket.gethostbyname", "socket.gethostbyaddr"):
        told = given[0]
    if told:
        print(f"OUTSIDE {event} {told}", file=sys.stderr, flush=True)


sys.addaudithook(heard)
'''


@pytest.fixture(scope="module")
def pages(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Return the real service on the demo, in a process that tells of all it does outwards."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
    env = {
        "PYTHONPATH": str(folder),
        "DISTANSKOLLEN_STORE": str(demo_store),
        "DISTANSKOLLEN_KEY_FILE": str(demo_store.parent / "key"),
    }
    started = serving.start(folder / "log.txt", env=env)
    yield Service(started)
    started.stop()


def open_address(link: ClientConnection, path: str, query: str) -> list[ForwardMsg]:
    """Open an address as a browser does, and follow it where the start page leads on."""
    message = BackMsg()
    message.rerun_script.page_name = path
    message.rerun_script.query_string = query
    say(link, message)
    return hear(link, "script_finished", 60)


ROLES = [role for role in Role if role is not Role.ADMIN]


@pytest.mark.parametrize(
    "role",
    [pytest.param(r, marks=[] if r is Role.REVISOR else [pytest.mark.slow]) for r in ROLES],
)
def test_no_page_asks_anything_of_anybody_and_no_file_does(pages: Service, role: Role):
    """The server's side; what the browser asks is watched by the fixtures of tests/browser."""
    for page in (page for page in PAGES if role in page.roles):
        with pages.socket() as link:
            drawn = open_address(link, page.path, urlencode({"roll": role, "mina": "KLK"}))
            assert elements(drawn, "exception") == []
            for button in elements(drawn, "download_button"):
                message = operation(session_of(drawn))
                name = button.deferred_file_id  # type: ignore[attr-defined] # a message
                message.backend_operation_request.deferred_file.file_id = name
                say(link, message)
                told = hear(link, "backend_operation_response", 60)[-1].backend_operation_response
                assert told.deferred_file.url.startswith("/media/")
    assert "OUTSIDE" not in pages.log
    assert "Traceback" not in pages.log


def test_what_is_watched_for_would_be_heard(tmp_path: Path):
    (tmp_path / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
    tried = (
        "import socket\ntry: socket.create_connection(('192.0.2.1', 9), 0.01)\nexcept OSError: 0"
    )
    done = subprocess.run(
        [sys.executable, "-c", tried],
        env=serving.environment({"PYTHONPATH": str(tmp_path)}),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert "OUTSIDE socket.getaddrinfo 192.0.2.1" in done.stderr


@pytest.mark.parametrize(
    "turn", [pytest.param(n, marks=[pytest.mark.slow] if n else []) for n in range(len(BY_HAND))]
)
def test_no_address_made_by_hand_breaks_a_page_or_is_run(pages: Service, turn: int):
    """Every parameter at once, each with another of these values; in all turns, each with each."""
    values = {
        name: BY_HAND[(number + turn) % len(BY_HAND)] for number, name in enumerate(PARAMETERS)
    }
    with pages.socket() as link:
        for page in (page for page in PAGES if Role.REVISOR in page.roles):
            query = urlencode({**values, "roll": Role.REVISOR})
            drawn = open_address(link, page.path, query)
            assert elements(drawn, "exception") == [], page.path
            assert elements(drawn, "heading") or elements(drawn, "html"), page.path
    assert "Traceback" not in pages.log
    assert "Error" not in pages.log


# --- the code -------------------------------------------------------------------------------------

# What is put into SQL by hand, and why it may be: all are names of ours, never somebody's words.
PUT_IN = {
    "ingest/keys.py": {"sql"},  # two questions of the file itself, passed on
    "ingest/load.py": {"gone", "name"},  # conditions and tables that stand a few lines above
    "ingest/prune.py": {"table", "column"},  # tables and columns listed in the file
    "ingest/publish.py": {"table", "schema", "attribute"},  # the cube's own
    "ingest/register.py": {  # files of queries/sql, and a line above them
        "sql", "insert", "marks", "evaluated",
        "indicator.register_sql('positions')", "indicator.register_sql('marks')",
    },
    "ingest/snapshot.py": {
        "name", "database", "table", "given", "names",  # of the two databases and their tables
        "sql", "path.read_text(encoding='utf-8')",  # files of queries/, and what others pass on
    },
    "queries/agreements.py": {"known", "', '.join(EVALUATED)"},  # files of queries/sql, columns
    "queries/answer.py": {"sql"},  # what the queries ask, passed on
    "queries/comparisons.py": {"reader.schema"},  # one of two names
    "queries/coverage.py": {"wanted.register_sql('positions')"},
    "queries/explore.py": {  # files of queries/sql
        "sql", "kept_sql('register')", "kept_sql('agreements')",
    },
    "queries/indicators.py": {
        "reader.schema", "wanted.sql", "wanted.register_sql('trace')",  # two names, and files
    },
    "queries/register_disclosure.py": {"IN_FORCE", "ANY", "name"},  # of a table in memory, no SQL
    "queries/places.py": {"reader.schema"},  # one of two names
    "queries/regelverk.py": {"sql"},  # joined from files of queries/sql
    "queries/selection.py": {"register_sql()"},
    "queries/store.py": {"sql"},  # what the queries ask
}  # fmt: skip
RUNS = {"execute", "executemany", "sql", "frame", "rows", "query"}
SAFE_CALLS = {"sql_file", "_sql", "evaluate_sql", "quote"}


def put_in(node: ast.expr) -> Iterator[str]:
    """Yield the source of everything in an SQL text that does not stand there as it is."""
    match node:
        case ast.Constant():
            return
        case ast.JoinedStr():
            for part in node.values:
                if isinstance(part, ast.FormattedValue):
                    yield from put_in(part.value)
        case ast.BinOp(op=ast.Add()):
            yield from put_in(node.left)
            yield from put_in(node.right)
        case ast.Call(func=ast.Name(id=name)) if name in SAFE_CALLS:
            return
        case ast.Call(func=ast.Attribute(value=text, attr="rstrip" | "format")):
            yield from put_in(text)
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                yield from put_in(argument)
        case _:
            yield ast.unparse(node)


def sql_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and source of everything that a file puts into SQL."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Attribute(attr=name), args=[text, *_rest]) if name in RUNS:
                yield from ((node.lineno, found) for found in put_in(text))


ROOMS = ("queries", "ingest", "ui", "pages")
CODE = [
    *(path for room in ROOMS for path in (ROOT / room).rglob("*.py")),
    ROOT / "manage.py",
    ROOT / "dashboard.py",
]  # fmt: skip


def test_nothing_but_names_of_ours_is_put_into_sql_by_hand():
    found = [
        f"{path.relative_to(ROOT)}:{line} {source}"
        for path in CODE
        for line, source in sql_of(path)
        if source not in PUT_IN.get(path.relative_to(ROOT).as_posix(), ())
    ]
    assert found == [], "give the value as a parameter ($name), or say in PUT_IN why it is safe"


@pytest.mark.parametrize(
    "code",
    [
        "c.execute(f\"select * from t where a = '{a}'\")",
        "c.execute('select ' + a)",
        "reader.rows('select {}'.format(a))",
        "reader.frame('select {a}'.format(a=request['a']))",
        "reader.frame(text)",
        "reader.frame('select %s' % a)",
        "c.sql(' '.join(parts))",
    ],
)
def test_values_put_into_sql_are_seen(tmp_path: Path, code: str):
    (tmp_path / "x.py").write_text(code, encoding="utf-8")
    assert list(sql_of(tmp_path / "x.py"))


@pytest.mark.parametrize(
    "word",
    [
        "unsafe_allow_html", "unsafe_allow_javascript", "st.exception(", "st.components",
        "st.iframe", "pickle", "eval(", "exec(", "os.system", "shell=True", "yaml", "requests.",
        "urlopen", "httpx", "http.client", "st.connection(",
    ],
)  # fmt: skip
def test_no_page_and_no_query_uses_what_opens_a_door(word: str):
    found = [
        str(path.relative_to(ROOT)) for path in CODE if word in path.read_text(encoding="utf-8")
    ]
    assert found == []


# --- files that people open -----------------------------------------------------------------------

FORMULAS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\u2003=1",
    "\u200b=1", "\ufeff=1", "\u202e=1", "\x00=1", "\x1f=1", "＝1", "＋1", "－1", "＠1",
    " \t \u00a0=1",
    "=cmd|' /C calc'!A0", '=HYPERLINK("http://evil.example";"x")', "-2+3+cmd|' /C calc'!A0",
)  # fmt: skip
BLANK = " \t\r\n\u00a0\u2003\u200b\ufeff\u202e\x00\x1f"


def begins_a_formula(text: str) -> bool:
    return text.lstrip(BLANK)[:1] in set("=+-@＝＋－＠")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_and_no_head_of_a_csv_is_run_by_a_spreadsheet(text: str):
    table = pd.DataFrame({text: [text], "Tal": [-1.5]})
    written = tables.csv_bytes(table).decode("utf-8-sig")
    head, line = list(csv.reader(io.StringIO(written, newline=""), delimiter=";"))
    assert not begins_a_formula(head[0])
    assert not begins_a_formula(line[0])
    assert line[1] == "-1,5", "a number below zero stays one"


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_head_sheet_or_note_of_a_workbook_is_run(text: str):
    table = pd.DataFrame({text: [text], "Tal": [-1.5]})
    data = tables.xlsx_bytes(table, text, [(text, text)], more=[(text, table)])
    book = openpyxl.load_workbook(io.BytesIO(data))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None
    cell = book.worksheets[0]["A2"]
    # Or it becomes a formula when somebody edits the cell.
    assert cell.quotePrefix or not begins_a_formula(str(cell.value))


def test_the_command_lines_csv_is_run_by_no_spreadsheet_and_its_json_is_as_it_stands(
    capsys: pytest.CaptureFixture[str],
):
    table = pd.DataFrame({"agreement_id": ["=1+1", "Ö-1"], "low": [-0.5, None]})
    manage.print_table(table, "csv")
    assert capsys.readouterr().out == "agreement_id,low\n'=1+1,-0.5\nÖ-1,\n"
    manage.print_table(table, "json")
    assert json.loads(capsys.readouterr().out)[0] == {"agreement_id": "=1+1", "low": -0.5}


def test_a_calendar_holds_no_line_of_somebody_elses(tmp_path: Path):
    hostile = 'Ö1\r\nATTACH:http://evil.example\r\nBEGIN:VALARM;X="y"'
    dates = pd.DataFrame(
        [{"date": "2026-12-01", "agreement_id": hostile, "department": "BUN", "manager": hostile,
          "event": "end", "label": hostile}]
    )  # fmt: skip
    stamp = datetime(2026, 11, 22, tzinfo=UTC)
    data = calendar.ics_bytes(
        dates, name=hostile, owner=hostile, stamp=stamp, departments={"BUN": hostile}
    )
    lines = data.decode().replace("\r\n ", "").split("\r\n")
    assert not [line for line in lines if line.startswith(("ATTACH", "BEGIN:VALARM"))]
    begun = [line for line in lines if line.startswith("BEGIN:")]
    assert begun == ["BEGIN:VCALENDAR", "BEGIN:VEVENT"]
    assert max(map(len, data.split(b"\r\n"))) <= 75


# --- files that people load -----------------------------------------------------------------------


def test_what_a_file_holds_gives_the_terminal_no_orders(capsys: pytest.CaptureFixture[str]):
    manage.say("Rad 2: \x1b]0;titel\x07\x1b[2J\x9b31m\u202eback åäö\n\tnästa")
    assert capsys.readouterr().err == "Rad 2: ]0;titel[2J31mback åäö\n\tnästa\n"


@pytest.mark.parametrize(
    "wave", ["-2024", ".", "..", "_1", "2024,2026", "a b", "=1", "2024×", "å" * 41, ""]
)
def test_a_wave_is_named_so_that_its_name_is_only_a_name(
    wave: str, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as ended:
        manage.main(["load", "frame", "x.csv", f"--wave={wave}"])
    assert ended.value.code == manage.EXIT_USAGE
    assert "går inte som namn på en våg" in capsys.readouterr().err


def test_a_code_that_is_written_as_a_merging_of_others_is_refused_by_its_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    rows = [
        ("A", "Alfa"),
        ("B", "Beta"),
        ("B+A", "Tillsammans"),
        ("C+D", "Egen"),
        ("b+x", "Nästan"),
    ]
    path = loading.write_frame(
        tmp_path / "ram.csv", [(code, name, "", "", "", "9") for code, name in rows]
    )
    assert manage.main(["load", "frame", str(path), "--wave", "2024"]) == manage.EXIT_REFUSED
    told = capsys.readouterr().err
    assert "Rad 4, Förvaltning: ”B+A”" in told
    assert "Rad 6, Förvaltning: ”b+x”" in told
    assert "sammanslagning av andra förvaltningar" in told
    assert "C+D" not in told


def test_a_bomb_changes_nothing_and_takes_little(tmp_path: Path):
    """1 GB in a file of 1 MB, loaded as a user would; the limit ends a process that unpacks it."""
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "x")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _turn in range(1_000):
                part.write(bytes(1_000_000))
    limited = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30));"
        f"sys.argv = ['manage.py', 'load', 'frame', {str(path)!r}, '--wave', '2024'];"
        "runpy.run_path('manage.py', run_name='__main__')"
    )
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", limited],
        cwd=ROOT, capture_output=True, encoding="utf-8", check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == manage.EXIT_REFUSED, done.stderr
    assert "blir för stor när den packas upp" in done.stderr
    assert not (store_path() / "current").exists()
    assert time.monotonic() - begun < 60
