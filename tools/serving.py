"""The real service as a process of its own, on loopback and any free port, and a browser for it.

Shared by the tests in a browser and by tools/shots.py: both must wait for the same thing.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
ANNOUNCED = re.compile(r"Distanskollen är igång: http://localhost:(\d+)/")
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
READY = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  return app !== null
    && app.getAttribute('data-test-script-state') === 'notRunning'
    && app.getAttribute('data-test-connection-state') === 'CONNECTED'
    && !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]')
    && document.querySelector('[data-testid="stMainBlockContainer"]').innerText.trim() !== '';
}"""
"""JavaScript: whether Streamlit's run is over and nothing stale is left."""


def chromium() -> str | None:
    """Return the Chromium of ``DISTANSKOLLEN_CHROMIUM``, or one on the path.

    None without either: Playwright then takes its own, which ``tools/bootstrap.py`` may have
    fetched.
    """
    named = os.environ.get("DISTANSKOLLEN_CHROMIUM")
    return named or next(filter(None, map(shutil.which, CHROMIUMS)), None)


def outside(url: str) -> bool:
    """Return whether a request for ``url`` leaves this computer."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in LOOPBACK


def expected_error(address: str) -> bool:
    """Return whether the browser's complaint about ``address`` is Streamlit's own habit.

    On a deep link it looks for its server below the page's own address first.
    """
    return re.search(r"/[^/]+/_stcore/(health|host-config)$", address) is not None


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment without settings of Streamlit's or ours, plus ``extra``."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("STREAMLIT_", "DISTANSKOLLEN_"))
    }
    return {**kept, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", **(extra or {})}


@dataclass
class Server:
    """A running service: its address without a trailing slash, its process, its log."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> None:
        """End this process, and only this one; the log stays."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def start(
    log: Path, script: Path = ROOT / "dashboard.py", env: Mapping[str, str] | None = None
) -> Server:
    """Run ``streamlit run script`` until it answers; the log goes to ``log``.

    The port is 0 (the system picks a free one) and read from what the service says: looking for a
    free port beforehand is a race between two test workers.

    Raises ``RuntimeError`` with the log if the process ends or does not answer within 60 seconds.
    """
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", "0"]
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command,
            cwd=script.parent,
            env=environment(env),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    server = Server("", process, log)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        said = ANNOUNCED.search(log.read_text(encoding="utf-8", errors="replace"))
        if said:
            server.url = f"http://localhost:{said[1]}"
            try:
                with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=5):
                    return server
            except (urllib.error.URLError, OSError):
                pass
        time.sleep(0.1)
    server.stop()
    text = log.read_text(encoding="utf-8", errors="replace")
    raise RuntimeError(f"the service did not start (exit {process.returncode}):\n{text}")
