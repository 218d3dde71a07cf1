"""Fixtures for tests in a real Chromium against the real service on the demo store.

``page`` is one visitor; ``open_page`` makes visitors of other kinds (dark, narrow). After each test
nothing may have been asked of another host and nothing may have gone wrong in the browser's
console, where a breach of the content policy is told.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.everywhere import becomes
from tools import serving

DRAWN = """() => [...document.querySelectorAll('[data-testid="stPlotlyChart"]')]
  .every(chart => chart.checkVisibility() === false || chart.querySelector('.main-svg'))"""
"""JavaScript: whether every chart that is in view is drawn; their library is loaded late."""
LISTENS = """(() => {
  const RERUN = 11 << 3 | 2, FINISHED = 6 << 3;
  const run = window.dkRun = {asked: 0, over: 0};
  const number = (bytes, at) => {
    let value = 0, factor = 1;
    for (; bytes[at] > 127; at++, factor *= 128) value += (bytes[at] & 127) * factor;
    return [value + bytes[at] * factor, at + 1];
  };
  const finishes = bytes => {
    for (let at = 0, tag, size; at < bytes.length;) {
      [tag, at] = number(bytes, at);
      if (tag === FINISHED) return true;
      [size, at] = number(bytes, at);
      if ((tag & 7) === 2) at += size;
    }
    return false;
  };
  const heard = new WeakSet(), send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (!heard.has(this)) {
      heard.add(this);
      this.addEventListener('message', said => {
        if (finishes(new Uint8Array(said.data))) run.over = performance.now();
      });
      this.addEventListener('close', () => { run.over = Infinity; });
    }
    if (data[0] === RERUN) run.asked = performance.now();
    return send.call(this, data);
  };
})()"""
"""JavaScript, before any of a page's own: notes in ``dkRun`` when a run was last asked for and when
the server last told that one was over (Streamlit's messages ``rerun_script`` and
``script_finished``). A busy server lets the browser wait before it says that a run has begun, and
until then the page looks as if nothing was going on."""
ANSWERED = "() => window.dkRun === undefined || window.dkRun.over >= window.dkRun.asked"
# A busy machine is slow, and nothing here measures how fast a page is.
expect.set_options(timeout=30_000)
AXE_RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder ``browser``."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def store(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a demo store with the key beside it, which visitors write their log
    in."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copytree(demo_store.parent, folder, dirs_exist_ok=True)
    return folder / "store"


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Return ``start(store, script=…, **env)``: serves and returns the address, no last slash."""
    running: list[serving.Server] = []

    def start(
        store: Path | None = None, script: Path = serving.ROOT / "dashboard.py", **env: str
    ) -> str:
        if store is not None:
            env["DISTANSKOLLEN_STORE"] = str(store)
            # Beside the store and never the user's own; hr's pages read names with it.
            env["DISTANSKOLLEN_KEY_FILE"] = str(store.parent / "key")
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
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=serving.chromium(), args=list(serving.FLAGS)
        )
        yield browser
        browser.close()


@dataclass
class Visit:
    """What went wrong while pages were looked at: requests to other hosts, and errors."""

    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def note_request(self, url: str) -> None:
        if serving.outside(url):
            self.outside.append(url)

    def note_said(self, said: ConsoleMessage) -> None:
        where = said.location.get("url", "")
        if said.type == "error" and not serving.expected_error(where):
            self.errors.append(f"{said.text} ({where})")

    def open(self, browser: Browser, **options: Any) -> Page:
        """Return a page of a new visitor, with Playwright's context options."""
        settings: Mapping[str, Any] = {
            "color_scheme": "light",
            "locale": "sv-SE",
            "reduced_motion": "reduce",
            "timezone_id": "Europe/Stockholm",
            "viewport": {"width": 1280, "height": 900},
            **options,
        }
        context = browser.new_context(**settings)
        context.add_init_script(LISTENS)
        context.on("request", lambda request: self.note_request(request.url))
        page = context.new_page()
        page.on("websocket", lambda socket: self.note_request(socket.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self.note_said)
        return page

    def check(self) -> None:
        """Fail if anything was noted, and forget it: the next test is about itself."""
        outside, errors = self.outside[:], self.errors[:]
        self.outside.clear()
        self.errors.clear()
        assert outside == [], "the page asked other hosts"
        assert errors == [], "errors in the browser's console"


@pytest.fixture
def visit() -> Visit:
    """Return the notes about this test's visitors."""
    return Visit()


@pytest.fixture
def console_errors(visit: Visit) -> list[str]:
    """Return the browser's errors so far. A test that provokes some clears the list."""
    return visit.errors


@pytest.fixture
def open_page(browser: Browser, visit: Visit) -> Iterator[Callable[..., Page]]:
    """Return ``open_page(**options)``: a new visitor, with Playwright's context options."""
    pages: list[Page] = []

    def open_page(**options: Any) -> Page:
        pages.append(visit.open(browser, **options))
        return pages[-1]

    yield open_page
    for page in pages:
        page.context.close()
    visit.check()


@pytest.fixture(scope="module")
def _kept(browser: Browser) -> Iterator[tuple[Visit, dict[str, Page]]]:
    visit, pages = Visit(), {}
    yield visit, pages
    for page in pages.values():
        page.context.close()


@pytest.fixture
def keep_page(
    browser: Browser, _kept: tuple[Visit, dict[str, Page]]
) -> Iterator[Callable[..., Page]]:
    """Return ``keep_page(**options)``: the same visitor for the whole file when asked alike.

    For tests that only look: a new visitor loads and compiles every script anew, which takes as
    long as the test.
    """
    visit, pages = _kept

    def keep_page(**options: Any) -> Page:
        name = repr(sorted(options.items()))
        if name not in pages:
            pages[name] = visit.open(browser, **options)
        return pages[name]

    yield keep_page
    visit.check()


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """Return one visitor: light theme, 1280 × 900, Swedish."""
    return open_page()


@pytest.fixture(scope="session")
def wait_ready() -> Callable[[Page], None]:
    """Return ``wait_ready(page)``: waits until the run is over and everything is drawn."""

    def wait(page: Page, within: float = 90) -> None:
        becomes(page, ANSWERED, within)
        becomes(page, serving.READY, within)
        # A navigation page switches once more after its first run.
        page.wait_for_timeout(250)
        becomes(page, ANSWERED, within)
        becomes(page, serving.READY, within)
        becomes(page, DRAWN, within)

    return wait


@pytest.fixture(scope="session")
def long_run(pytestconfig: pytest.Config) -> bool:
    """Return whether the slow tests run too: then nothing that is alike is left out."""
    return "not slow" not in pytestconfig.option.markexpr


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Return ``axe(page, state, within)``: asserts that axe finds no violation of WCAG 2.1 A or AA,
    in the whole page or in what matches the selector ``within``."""

    def check(page: Page, state: str = "", within: str | None = None) -> None:
        found = Axe().run(page, within, {"resultTypes": ["violations"], **AXE_RULES})
        told = [
            f"{state} {violation['id']}: {node['target']} {node['html'][:160]} "
            f"{node['failureSummary']}"
            for violation in found.response["violations"]
            for node in violation["nodes"]
        ]
        assert told == [], "\n".join(told)

    return check
