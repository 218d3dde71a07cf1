"""Every page as every role: what tests that go everywhere share.

The matrix comes from ``ui.addresses``: a new page is covered by being there.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Error, Page

from queries.viewer import Role
from ui.addresses import PAGES

PATHS = [page.path for page in PAGES]
VISITS = [(page.path, role) for page in PAGES for role in Role if role in page.roles]
REFUSED = [("rattvisa", Role.ADMIN)]
NARROW = {"width": 390, "height": 844}
CLOSED = "details:not([open]) > summary"
LISTS = "[role=tablist], [class*=st-key-flik-]"
CHOSEN_TABS = f"""[...new Set([
  ...[...document.querySelectorAll('{LISTS}')].slice(0, 2),
  ...[...document.querySelectorAll('{LISTS}')].slice(-1)])]
  .map(list => list.querySelectorAll('[role=tab], button')[n]).filter(tab => tab)"""
"""JavaScript: tab ``n`` of the first two and of the last section of a page, or the part of a button
that stands where tabs do elsewhere."""

Wait = Callable[[Page], None]


def address(path: str, role: Role = Role.POLITIKER, **parameters: str) -> str:
    """Return a page's address, with its first slash, as ``role`` sees it."""
    if role is not Role.POLITIKER:
        parameters["roll"] = role.value
    return f"/{path}" + (f"?{urlencode(parameters)}" if parameters else "")


def often(*paths: str) -> list[Any]:
    """Return every page, those that are not named for the long run only."""
    return [pytest.param(path, marks=[] if path in paths else [pytest.mark.slow]) for path in PATHS]


def go(page: Page, url: str, wait_ready: Wait) -> Page:
    """Open the address and wait until everything is drawn."""
    page.goto(url)
    wait_ready(page)
    return page


def becomes(page: Page, script: str, within: float = 60) -> None:
    """Wait until the script gives something true; fail after ``within`` seconds.

    Asked from outside again and again: Playwright's own waiting asks from within the page, where
    the policy forbids what it needs unless the answer is there at once.
    """
    end = time.monotonic() + within
    while time.monotonic() < end:
        # On its way to another address a page has nothing to answer with.
        with suppress(Error):
            if page.evaluate(script):
                return
        page.wait_for_timeout(50)
    raise AssertionError(f"never became true: {script}")


def opened(page: Page, wait_ready: Wait) -> Iterator[tuple[str, str | None]]:
    """Open every expander, then each tab in turn; yield each state's name and where it differs.

    By script and not by mouse: what is tested is the state. The tabs of the first two and of the
    last section are opened: all sections of a page are drawn by the same code, and each opened tab
    is a run of the page.
    """
    page.evaluate("where => document.querySelectorAll(where).forEach(e => e.click())", CLOSED)
    becomes(page, f"!document.querySelector({json.dumps(CLOSED)})")
    wait_ready(page)
    yield "expanders opened", None
    most = page.evaluate(
        f"() => Math.max(0, ...[...document.querySelectorAll('{LISTS}')]"
        ".map(list => list.querySelectorAll('[role=tab], button').length))"
    )
    for number in range(1, most):
        page.evaluate(f"n => {CHOSEN_TABS}.forEach(tab => tab.click())", number)
        wait_ready(page)
        tabs = page.query_selector("[data-testid=stTabs]")
        yield f"tab {number + 1}", "[data-testid=stTabs]" if tabs else None
