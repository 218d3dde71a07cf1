"""Fixtures for tests in a real Chromium against the real service on the demo store.

``page`` is one visitor; ``open_page`` makes visitors of other kinds (dark, narrow). After each test
nothing may have been asked of another host and nothing may have gone wrong in the browser's
console, where a breach of the content policy is told.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.browser import serving

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "msedge")
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    # A container has no user namespaces for the sandbox; only our own pages are opened.
    "--no-sandbox",
    # Even a request that slips through finds nobody.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "::1"}
AXE_RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
READY = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  return app !== null
    && app.getAttribute('data-test-script-state') === 'notRunning'
    && app.getAttribute('data-test-connection-state') === 'CONNECTED'
    && !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]')
    && document.querySelector('[data-testid="stMainBlockContainer"]').innerText.trim() !== '';
}"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder ``browser``."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a demo store, built by the command line as a user would."""
    folder = tmp_path_factory.mktemp("demo") / "store"
    subprocess.run(
        [sys.executable, "manage.py", "demo"],
        cwd=serving.ROOT,
        env=serving.environment({"DISTANSKOLLEN_STORE": str(folder)}),
        stdin=subprocess.DEVNULL,
        check=True,
        timeout=240,
    )
    return folder


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Return ``start(store, script=…, **env)``: serves and returns the address, no last slash."""
    running: list[serving.Server] = []

    def start(
        store: Path | None = None, script: Path = serving.ROOT / "dashboard.py", **env: str
    ) -> str:
        if store is not None:
            env["DISTANSKOLLEN_STORE"] = str(store)
        log = tmp_path_factory.mktemp("server") / "log.txt"
        running.append(serving.start(log, script, env))
        return running[-1].url

    yield start
    for server in running:
        server.stop()


@pytest.fixture(scope="session")
def server(start_server: Callable[..., str], store: Path) -> str:
    """Return the address of the service on the demo store."""
    return start_server(store)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a headless Chromium: the one of ``DISTANSKOLLEN_CHROMIUM``, or one on the path."""
    named = os.environ.get("DISTANSKOLLEN_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    with sync_playwright() as playwright:
        # Without a path Playwright takes its own, which `tools/bootstrap.py test` may have fetched.
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def outside_requests() -> list[str]:
    """Return the requests to other hosts so far; the test fails if any are left."""
    return []


@pytest.fixture
def console_errors() -> list[str]:
    """Return the browser's errors so far. A test that provokes some clears the list."""
    return []


@pytest.fixture
def open_page(
    browser: Browser, outside_requests: list[str], console_errors: list[str]
) -> Iterator[Callable[..., Page]]:
    """Return ``open_page(**options)``: a new visitor, with Playwright's context options."""
    contexts = []

    def note(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in LOOPBACK:
            outside_requests.append(url)

    def note_error(said: ConsoleMessage) -> None:
        # On a deep link Streamlit looks for its server below the page's own address first.
        sought = re.search(r"/[^/]+/_stcore/(health|host-config)$", said.location.get("url", ""))
        if said.type == "error" and not sought:
            console_errors.append(f"{said.text} ({said.location.get('url', '')})")

    def open_page(**options: Any) -> Page:
        settings: Mapping[str, Any] = {
            "color_scheme": "light",
            "locale": "sv-SE",
            "reduced_motion": "reduce",
            "timezone_id": "Europe/Stockholm",
            "viewport": {"width": 1280, "height": 900},
            **options,
        }
        context = browser.new_context(**settings)
        contexts.append(context)
        context.on("request", lambda request: note(request.url))
        page = context.new_page()
        page.on("websocket", lambda socket: note(socket.url))
        page.on("pageerror", lambda error: console_errors.append(str(error)))
        page.on("console", note_error)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert outside_requests == [], "the page asked other hosts"
    assert console_errors == [], "errors in the browser's console"


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """Return one visitor: light theme, 1280 × 900, Swedish."""
    return open_page()


@pytest.fixture(scope="session")
def wait_ready() -> Callable[[Page], None]:
    """Return ``wait_ready(page)``: waits until the run is over and nothing stale is left."""

    def wait(page: Page, timeout: float = 30_000) -> None:
        page.wait_for_function(READY, timeout=timeout)
        # A navigation page switches once more after its first run; charts are drawn a frame later.
        page.wait_for_timeout(250)
        page.wait_for_function(READY, timeout=timeout)

    return wait


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Return ``axe(page)``: asserts that axe finds no violation of WCAG 2.1 A or AA."""

    def check(page: Page) -> None:
        found = Axe().run(page, options={"resultTypes": ["violations"], **AXE_RULES})
        told = [
            f"{violation['id']}: {node['target']} {node['html'][:160]} {node['failureSummary']}"
            for violation in found.response["violations"]
            for node in violation["nodes"]
        ]
        assert told == [], "\n".join(told)

    return check
