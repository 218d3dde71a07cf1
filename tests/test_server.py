"""What ui/server.py promises: who is served, what is closed, and how it is sent.

The middleware is tested through the app that ``dashboard.py`` hands to the server, over ASGI; what
only a process can show (refusal to start) is tested with a process.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from streamlit import config, file_util

from tools.serving import ROOT, environment
from ui import server, theme

STATIC = Path(file_util.get_static_dir())
SCRIPT = ROOT / "dashboard.py"
HOST = "localhost:8501"
LOCAL = ("127.0.0.1", 50000)
SHELL_WORDS = json.loads((ROOT / "ui" / "shell_words.json").read_text(encoding="utf-8"))
STREAM = f"ws://{HOST}/_stcore/stream"


@pytest.fixture(scope="module")
def app() -> st.App:
    """Return an app built as dashboard.py builds it."""
    return st.App(SCRIPT, **server.guards(SCRIPT))


def test_every_guard_stands_before_the_pages_the_outermost_first() -> None:
    """Each is tested by what it does; but one that is left out of the app does nothing."""
    assert [guard.cls.__name__ for guard in server.guards(SCRIPT)["middleware"]] == [
        "SecurityHeaders", "OnlyThisComputer", "KnownHosts", "SameOriginSockets", "KnownMessages",
        "ClosedPaths", "KnownAddresses", "SecureCookies", "LoginDoor", "OwnFiles",
        "CompressedStatic", "PageShell",
    ]  # fmt: skip


@pytest.fixture
def visit(app: st.App) -> Callable[..., TestClient]:
    """Return ``visit(client=…, base_url=…)``: a visitor; requests only, no session is started."""

    def make(base_url: str = f"http://{HOST}", client: tuple[str, int] = LOCAL) -> TestClient:
        return TestClient(app, base_url=base_url, client=client)

    return make


@pytest.fixture(scope="module")
def _running(app: st.App) -> Iterator[None]:
    """Keep one runtime for the module: Streamlit allows one in a process."""
    with TestClient(app, base_url=f"http://{HOST}", client=LOCAL):
        yield


pytestmark = pytest.mark.usefixtures("_running")


@pytest.fixture
def local(visit: Callable[..., TestClient]) -> TestClient:
    """Return a visitor on this computer."""
    return visit()


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that the secrets have an ``[auth]`` section."""
    secrets = {"auth": {"redirect_uri": "https://distans.kommunen.se/oauth2callback"}}
    fake = SimpleNamespace(load_if_toml_exists=lambda: True, get=secrets.get)
    monkeypatch.setattr(server, "secrets_singleton", fake)


def script_of(folder: str = "js") -> Path:
    """Return the largest of Streamlit's own scripts."""
    files = (STATIC / "static" / folder).iterdir()
    return max(files, key=lambda path: path.stat().st_size)


class TestDelivery:
    def test_a_big_script_goes_out_gzipped_and_whole(self, local: TestClient):
        big = script_of()
        url = f"/static/js/{big.name}"
        with local.stream("GET", url, headers={"accept-encoding": "gzip"}) as answer:
            raw = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
        assert int(answer.headers["content-length"]) == len(raw)
        assert len(raw) < 0.4 * big.stat().st_size
        assert gzip.decompress(raw) == big.read_bytes()
        assert answer.headers["content-type"].startswith("text/javascript")

    def test_a_hashed_file_may_be_kept_for_a_year_by_encoding(self, local: TestClient):
        for accepted in ("gzip", "identity"):
            answer = local.get(
                f"/static/js/{script_of().name}", headers={"accept-encoding": accepted}
            )
            assert "immutable" in answer.headers["cache-control"]
            assert "max-age=31536000" in answer.headers["cache-control"]
            assert "Accept-Encoding" in answer.headers["vary"]

    @pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", "br", ""])
    def test_a_client_that_takes_no_gzip_gets_none(self, local: TestClient, accepted: str):
        big = script_of()
        answer = local.get(f"/static/js/{big.name}", headers={"accept-encoding": accepted})
        assert "content-encoding" not in answer.headers
        assert answer.content == big.read_bytes()
        assert (
            "content-encoding" not in local.get("/", headers={"accept-encoding": accepted}).headers
        )

    def test_the_same_version_is_not_sent_twice(self, local: TestClient):
        for url in ("/", f"/static/js/{script_of().name}"):
            first = local.get(url)
            again = local.get(url, headers={"if-none-match": first.headers["etag"]})
            assert again.status_code == 304
            assert again.content == b""

    def test_head_tells_the_length_without_a_body(self, local: TestClient):
        for url in ("/", f"/static/js/{script_of().name}"):
            answer = local.head(url)
            assert int(answer.headers["content-length"]) > 0
            assert answer.content == b""

    def test_a_range_is_left_to_streamlit(self, local: TestClient):
        answer = local.get(f"/static/js/{script_of().name}", headers={"range": "bytes=0-99"})
        assert answer.status_code == 206
        assert len(answer.content) == 100

    def test_fonts_are_not_compressed_again(self, local: TestClient):
        font = next((STATIC / "static" / "media").glob("*.woff2"))
        answer = local.get(f"/static/media/{font.name}", headers={"accept-encoding": "gzip"})
        assert "content-encoding" not in answer.headers

    @pytest.mark.parametrize(
        "path", ["/static/..%2f..%2fversion.py", "/static/js/..%2f..%2f..%2f..%2fversion.py"]
    )
    def test_no_path_leads_out_of_the_static_folder(self, local: TestClient, path: str):
        assert (STATIC.parent / "version.py").is_file()
        answer = local.get(path)
        assert "__version__" not in answer.text


class TestPageShell:
    @pytest.mark.parametrize("path", ["/", "/rattvisa", "/finns-inte"])
    def test_every_address_gets_a_swedish_shell(self, local: TestClient, path: str):
        answer = local.get(path)
        assert '<html lang="sv">' in answer.text
        assert "<title>Distanskollen</title>" in answer.text
        assert "behöver JavaScript" in answer.text
        assert "You need to enable JavaScript" not in answer.text
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["cache-control"] == "no-cache"

    def test_the_language_follows_the_address_and_nothing_else(self, local: TestClient):
        assert '<html lang="en">' in local.get("/?lang=en").text
        assert '<html lang="en">' in local.get("/rattvisa?vag=2024&lang=en").text
        assert '<html lang="sv">' in local.get("/", headers={"cookie": "lang=en"}).text
        assert '<html lang="sv">' in local.get('/?lang="><script>').text

    def test_nothing_points_a_program_at_the_agent_api(self, local: TestClient):
        answer = local.get("/")
        assert "service-desc" not in answer.text
        assert "_stcore/agent" not in answer.text
        assert "link" not in answer.headers

    def test_streamlits_scripts_are_still_there(self, local: TestClient):
        source = (STATIC / "index.html").read_text(encoding="utf-8")
        ours = local.get("/").text
        for reference in re.findall(r'(?:src|href)="(\./static/[^"]+)"', source):
            assert reference in ours
        assert '<div id="root"></div>' in ours


class TestHeaders:
    @pytest.mark.parametrize(
        "path", ["/", "/rattvisa", "/_stcore/health", "/_stcore/metrics", "static", "refused"]
    )
    def test_every_answer_carries_them(self, local: TestClient, path: str):
        if path == "static":
            path = f"/static/js/{script_of().name}"
        host = {"host": "evil.example"} if path == "refused" else {}
        headers = local.get("/" if path == "refused" else path, headers=host).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]

    def test_the_policy_names_no_other_host_and_no_eval(self, local: TestClient):
        policy = local.get("/").headers["content-security-policy"]
        assert "http" not in policy
        assert "*" not in policy
        assert "unsafe-eval" not in policy
        scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
        assert "unsafe-inline" not in scripts
        assert policy.startswith("default-src 'none'")

    def test_the_policy_lets_exactly_the_shells_inline_scripts_run(self, local: TestClient):
        answer = local.get("/")
        inline = re.findall(r"<script>(.*?)</script>", answer.text, flags=re.DOTALL)
        allowed = re.findall(r"'sha256-[^']+'", answer.headers["content-security-policy"])
        assert len(inline) == len(allowed) >= 1


class TestShellScript:
    """The script of our own in the page shell; what it does is shown in tests/browser."""

    def test_it_stands_in_the_page_with_its_words_and_the_policy_lets_it_run(
        self, local: TestClient
    ):
        answer = local.get("/rattvisa")
        ours = next(
            text
            for text in re.findall(r"<script>(.*?)</script>", answer.text, flags=re.DOTALL)
            if "MutationObserver" in text
        )
        digest = base64.b64encode(hashlib.sha256(ours.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]
        assert '"Skip to main content":"Hoppa till innehållet"' in ours
        assert "/* words */" not in ours
        # Before Streamlit's own script, or it misses what is drawn first.
        assert answer.text.index(ours) < answer.text.index("<body")

    def test_it_asks_for_nothing_the_policy_forbids(self):
        script = (ROOT / "ui" / "shell.js").read_text(encoding="utf-8")
        forbidden = (
            "eval(",
            "new Function",
            "innerHTML",
            "outerHTML",
            "document.write",
            "onclick=",
        )
        assert [word for word in forbidden if word in script] == []
        assert "</" not in script

    def test_a_word_cannot_end_the_script_element(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        (tmp_path / "shell.js").write_text("const WORDS = /* words */ [];", encoding="utf-8")
        (tmp_path / "shell_words.json").write_text('["</script>"]', encoding="utf-8")
        monkeypatch.setattr(server, "__file__", str(tmp_path / "server.py"))
        assert server._shell_script() == 'const WORDS = ["<\\/script>"];'

    @pytest.mark.parametrize("zone", SHELL_WORDS, ids=[zone["at"][0] for zone in SHELL_WORDS])
    def test_every_word_is_in_swedish_and_varies_in_the_same_places(self, zone: dict):
        for english, swedish in zone["words"].items():
            # Nothing but what varies would match any text at all.
            assert english.strip("* •,") != ""
            assert swedish.count("*") <= english.count("*")
            assert not re.search(r"\b(the|and|to|of|your|please)\b", swedish, re.IGNORECASE)

    def test_no_word_is_looked_for_among_our_own_texts(self):
        # A department may be called Open: only what Streamlit itself writes is looked at.
        ours = {"stMain", "stHtml", "stMarkdownContainer", "stTable", "stHeading", "stCaption"}
        for zone in SHELL_WORDS:
            assert not ours & set(zone["at"])
            # These hold our own texts too: only the element itself, or its buttons.
            if {"stSidebar", "stTabs", "stSidebarNav"} & set(zone["at"]):
                assert zone["parts"] in ("", "button")


class TestClosedPaths:
    @pytest.mark.parametrize(
        "path",
        [
            "/_stcore/metrics",
            "/_stcore/metrics/",
            "//_stcore/metrics",
            "/_stcore/%6detrics",
            "/_stcore/agent/openapi.json",
            "/_stcore/agent/interact",
            "/_stcore/agent/mcp",
            "/_stcore/script-health-check",
        ],
    )
    @pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
    def test_it_answers_404_to_everyone(self, local: TestClient, path: str, method: str):
        answer = local.request(method, f"http://{HOST}{path}", follow_redirects=False)
        assert answer.status_code == 404
        assert answer.text == "Sidan finns inte."

    def test_what_the_pages_need_stays_open(self, local: TestClient):
        assert local.get("/_stcore/health").text == "ok"
        settings = local.get("/_stcore/host-config").json()
        assert settings["allowedOrigins"] == []


class TestWhoMayAsk:
    @pytest.mark.parametrize(
        "host",
        ["localhost", "localhost:8501", "127.0.0.1:9", "[::1]:8501", "LOCALHOST", "localhost."],
    )
    def test_this_computers_names_are_served(self, local: TestClient, host: str):
        assert local.get("/_stcore/health", headers={"host": host}).status_code == 200

    @pytest.mark.parametrize(
        "host",
        [
            "evil.example",
            "localhost.evil.example",
            "evil.example:8501",
            "localhost@evil.example",
            "127.0.0.1.evil.example",
            "localhost/evil",
            "",
            "localhost:port",
            "10.0.0.5",
        ],
    )
    def test_a_strange_host_name_is_told_so_in_swedish(self, local: TestClient, host: str):
        for path in ("/", "/_stcore/health", f"/static/js/{script_of().name}"):
            answer = local.get(path, headers={"host": host})
            assert answer.status_code == 400
            assert "känner inte igen adressen" in answer.text

    def test_the_hosts_variable_does_not_open_local_mode(
        self, local: TestClient, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setenv(server.HOSTS_VARIABLE, "evil.example")
        assert local.get("/", headers={"host": "evil.example"}).status_code == 400

    @pytest.mark.usefixtures("login")
    def test_with_login_the_named_hosts_are_served(
        self, visit: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setenv(server.HOSTS_VARIABLE, "distans.example.se, *.intern.example.se")
        stranger = visit(client=("203.0.113.9", 4711))
        for host in ("distans.example.se", "a.intern.example.se", "distans.kommunen.se"):
            assert stranger.get("/_stcore/health", headers={"host": host}).status_code == 200
        for host in ("intern.example.se", "evil.example", "xdistans.example.se"):
            assert stranger.get("/_stcore/health", headers={"host": host}).status_code == 400

    @pytest.mark.parametrize(
        "address", ["203.0.113.9", "10.0.0.5", "::ffff:10.0.0.5", "fe80::1%eth0"]
    )
    def test_without_login_another_computer_is_refused(
        self, visit: Callable[..., TestClient], address: str
    ):
        answer = visit(client=(address, 4711)).get("/")
        assert answer.status_code == 403
        assert "ingen inloggning" in answer.text

    def test_without_login_a_connection_to_an_outer_address_is_refused(
        self, visit: Callable[..., TestClient]
    ):
        answer = visit(base_url="http://10.0.0.5:8501").get("/", headers={"host": HOST})
        assert answer.status_code == 403

    @pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
    def test_every_form_of_loopback_is_this_computer(
        self, visit: Callable[..., TestClient], address: str
    ):
        assert visit(client=(address, 4711)).get("/_stcore/health").status_code == 200

    @pytest.mark.parametrize(
        ("address", "host", "origin"),
        [
            ("203.0.113.9", HOST, f"http://{HOST}"),
            ("127.0.0.1", "evil.example", "http://evil.example"),
            ("127.0.0.1", HOST, "http://evil.example"),
            ("127.0.0.1", HOST, "http://localhost:9999"),
            ("127.0.0.1", HOST, "null"),
        ],
    )
    def test_a_websocket_from_elsewhere_is_refused(
        self, visit: Callable[..., TestClient], address: str, host: str, origin: str
    ):
        visitor = visit(client=(address, 4711))
        headers = {"host": host, "origin": origin}
        with (
            pytest.raises(WebSocketDisconnect) as refused,
            visitor.websocket_connect(STREAM, headers=headers),
        ):
            pass
        assert refused.value.code == 1008

    def test_a_strange_origin_starts_no_look_up_of_our_outer_address(
        self, local: TestClient, monkeypatch: pytest.MonkeyPatch
    ):
        asked: list[str] = []
        monkeypatch.setattr("streamlit.net_util.get_external_ip", lambda: asked.append("out"))
        headers = {"host": HOST, "origin": "http://evil.example"}
        with (
            pytest.raises(WebSocketDisconnect),
            local.websocket_connect(STREAM, headers=headers),
        ):
            pass
        assert asked == []

    def test_our_own_pages_websocket_is_let_in(self, local: TestClient):
        headers = {"host": HOST, "origin": f"http://{HOST}"}
        with local.websocket_connect(STREAM, headers=headers, subprotocols=["streamlit"]):
            pass


class TestCookies:
    def test_by_https_every_cookie_is_secure_and_keeps_same_site(
        self, visit: Callable[..., TestClient]
    ):
        cookie = visit(base_url=f"https://{HOST}").get("/_stcore/health").headers["set-cookie"]
        assert cookie.endswith("; Secure")
        assert "SameSite=Lax" in cookie

    def test_a_proxy_on_this_computer_is_believed_about_https(self, local: TestClient):
        answer = local.get("/_stcore/health", headers={"x-forwarded-proto": "https"})
        assert "; Secure" in answer.headers["set-cookie"]

    def test_by_http_a_cookie_is_not_secure_or_the_browser_drops_it(self, local: TestClient):
        assert "Secure" not in local.get("/_stcore/health").headers["set-cookie"]

    def test_a_strangers_word_about_https_is_not_believed(
        self, visit: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
    ):
        secrets = {"auth": {"redirect_uri": f"http://{HOST}/oauth2callback"}}
        fake = SimpleNamespace(load_if_toml_exists=lambda: True, get=secrets.get)
        monkeypatch.setattr(server, "secrets_singleton", fake)
        answer = visit(client=("203.0.113.9", 4711)).get(
            "/_stcore/health", headers={"x-forwarded-proto": "https"}
        )
        assert "Secure" not in answer.headers["set-cookie"]

    @pytest.mark.usefixtures("login")
    def test_a_login_that_leads_back_to_https_needs_no_word_of_it(
        self, visit: Callable[..., TestClient]
    ):
        answer = visit(client=("203.0.113.9", 4711)).get("/_stcore/health")
        assert "; Secure" in answer.headers["set-cookie"]


def run_streamlit(folder: Path, *options: str, env: dict[str, str] | None = None):
    """Run a dashboard in ``folder`` and return the finished process; it is meant to end itself."""
    return subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "dashboard.py", "--server.port", "0", *options],
        cwd=folder,
        env=environment({"PYTHONPATH": str(ROOT), **(env or {})}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


class TestStart:
    """A dashboard of its own, in a folder of its own: no real page is needed to refuse."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "dashboard.py").write_text(
            "import streamlit as st\n"
            "from ui import server\n"
            "if __name__ != '__main__':\n"
            "    app = st.App(__file__, **server.guards(__file__))\n",
            encoding="utf-8",
        )
        (tmp_path / ".streamlit").mkdir()
        settings = (ROOT / ".streamlit" / "config.toml").read_bytes()
        (tmp_path / ".streamlit" / "config.toml").write_bytes(settings)
        return tmp_path

    @pytest.mark.parametrize("address", ["0.0.0.0", "::"])
    def test_it_refuses_to_listen_to_others_without_login(self, folder: Path, address: str):
        ended = run_streamlit(folder, "--server.address", address)
        assert ended.returncode == 2
        assert "Distanskollen startar inte" in ended.stderr
        assert "--server.address 127.0.0.1" in ended.stderr
        assert "Traceback" not in ended.stderr

    def test_it_refuses_what_an_environment_variable_asks_for(self, folder: Path):
        ended = run_streamlit(folder, env={"STREAMLIT_SERVER_ADDRESS": "0.0.0.0"})
        assert ended.returncode == 2
        assert "0.0.0.0" in ended.stderr

    @pytest.mark.parametrize(
        "address",
        ["0.0.0.0", "::", "[::]", "0", "", None, "10.0.0.5", "::ffff:0.0.0.0", "::ffff:10.0.0.5",
         "fe80::1%eth0", "localhost.evil.example", "127.0.0.1.evil.example", "this-computer",
         "127.0.0.1:8501", "unix:/tmp/x", "2130706433"],
    )  # fmt: skip
    def test_whatever_is_not_surely_this_computer_is_refused(
        self, address: str | None, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(config, "_server_mode", "starlette-app")
        monkeypatch.setattr(config, "get_option", {"server.address": address}.get)
        with pytest.raises(SystemExit) as ended:
            server.refuse_open_bind()
        assert ended.value.code == 2

    @pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "localhost", "::1", "[::1]"])
    def test_this_computer_is_not_refused(self, address: str, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(config, "_server_mode", "starlette-app")
        monkeypatch.setattr(config, "get_option", {"server.address": address}.get)
        server.refuse_open_bind()

    def test_it_refuses_when_the_settings_are_gone_and_streamlit_listens_to_all(self, folder: Path):
        (folder / ".streamlit" / "config.toml").unlink()
        ended = run_streamlit(
            folder, "--server.headless", "true", "--logger.hideWelcomeMessage", "1"
        )
        assert ended.returncode == 2
        assert "alla nätverkskort" in ended.stderr

    @pytest.mark.usefixtures("login")
    def test_with_login_it_may_listen_to_others(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(config, "_server_mode", "starlette-app")
        monkeypatch.setattr(config, "get_option", {"server.address": "0.0.0.0"}.get)
        server.refuse_open_bind()

    def test_plain_uvicorn_starts_though_streamlit_has_no_address(
        self, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(config, "_server_mode", None)
        monkeypatch.setattr(config, "get_option", {"server.address": None}.get)
        server.refuse_open_bind()

    def test_the_dashboard_itself_is_seen_as_an_app_by_streamlit_run(self):
        from streamlit.web.server.app_discovery import discover_asgi_app

        found = discover_asgi_app(SCRIPT)
        assert (found.is_asgi_app, found.import_string) == (True, "dashboard:app")


class TestSettings:
    def test_the_options_that_protect_hold_without_the_file(self, tmp_path: Path):
        code = (
            "import json; from ui import server; from streamlit import config;"
            "server.guards('dashboard.py');"
            "print(json.dumps({name: config.get_option(name) for name in server.OPTIONS}))"
        )
        told = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env=environment({"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}),
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        assert json.loads(told.stdout) == server.OPTIONS

    def test_the_file_says_the_same_as_the_code(self):
        written = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
        for name, value in server.OPTIONS.items():
            section, option = name.split(".")
            assert written[section][option] == value
        assert written["server"]["address"] == "127.0.0.1"
        assert written["server"]["headless"] is True

    def test_no_setting_names_another_host(self):
        text = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
        assert "http" not in text

    @pytest.mark.parametrize("name", ["light", "dark"])
    def test_the_themes_colours_are_those_of_the_charts(self, name: str):
        written = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
        colours, palette = written["theme"][name], theme.palette(name)
        assert colours["backgroundColor"] == palette.background
        assert colours["secondaryBackgroundColor"] == palette.surface
        assert colours["textColor"] == palette.ink
        assert colours["linkColor"] == palette.accent
        assert colours["sidebar"]["backgroundColor"] == palette.surface
        # Streamlit writes white on the primary colour in either theme.
        assert theme.contrast(colours["primaryColor"], "#ffffff") >= 4.5
        # A line around a field must be seen (WCAG 1.4.11).
        assert theme.contrast(colours["borderColor"], palette.background) >= 3
