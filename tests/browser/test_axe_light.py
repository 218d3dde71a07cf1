"""No state of any page breaks WCAG 2.1 AA: the light theme. Its twin tests the other one.

Two files, so that two workers share the time; what they do is in everywhere.py.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import pytest
from playwright.sync_api import Page

from queries.viewer import Role
from tests.browser.everywhere import (
    NARROW,
    REFUSED,
    VISITS,
    Wait,
    address,
    go,
    often,
    opened,
)

Keep = Callable[..., Page]
VISITOR = {"color_scheme": "light", "bypass_csp": True}
# hr and the auditor meet parts of their own on these pages; elsewhere only other numbers, which
# whoever has time (make test-long) tries too.
OWN_PARTS = ("it-sakerhet", "metod", "overenskommelser")
# Themes that are drawn by the same code as it-sakerhet, which is the shortest with a register.
ALIKE = ("arbetsmiljo", "styrning", "verksamhet")
LIGHT = [
    pytest.param(
        path,
        role,
        marks=[pytest.mark.slow]
        if path in ALIKE or (role in (Role.HR, Role.REVISOR) and path not in OWN_PARTS)
        else [],
    )
    for path, role in (*VISITS, *REFUSED)
]


UNTABBED = "it-sakerhet"
"""Its tabs are drawn by the same code as those of a page that the other theme's file opens."""


@pytest.fixture(scope="module")
def empty(start_server: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of a service without any data."""
    return start_server(tmp_path_factory.mktemp("empty") / "store")


@pytest.mark.parametrize(("path", "role"), LIGHT)
def test_as_it_comes_and_with_everything_opened(
    keep_page: Keep,
    server: str,
    wait_ready: Wait,
    axe: Callable,
    long_run: bool,
    path: str,
    role: Role,
) -> None:
    page = go(keep_page(**VISITOR), server + address(path, role), wait_ready)
    states = opened(page, wait_ready)
    if role in (Role.POLITIKER, Role.ADMIN):
        axe(page, "as it comes")
    else:  # Closed, and under their tabs, the pages of the others are drawn by the same code.
        states = islice(states, 1)
    if path == UNTABBED and not long_run:
        states = islice(states, 1)
    for state, where in states:
        axe(page, state, where)


@pytest.mark.parametrize("path", often("rattvisa", "sammanfattning"))
def test_compared_with_another_wave_for_a_department_with_hidden_answers(
    keep_page: Keep, server: str, wait_ready: Wait, axe: Callable, long_run: bool, path: str
) -> None:
    url = server + address(path, jamfor="2026", forvaltning="MBN")
    page = go(keep_page(**VISITOR), url, wait_ready)
    # Tabs are drawn by the same code as without a comparison, that of the change on every page.
    states = opened(page, wait_ready)
    tabs = long_run and path in ("rattvisa", "arbetsmiljo")
    for state, where in states if tabs else islice(states, 1):
        axe(page, state, where)


@pytest.mark.parametrize(
    "path", often("sammanfattning", "it-sakerhet", "regelverk", "metod", "tillganglighet")
)
def test_on_a_phone(
    keep_page: Keep, server: str, wait_ready: Wait, axe: Callable, path: str
) -> None:
    page = go(keep_page(**VISITOR, viewport=NARROW), server + address(path), wait_ready)
    # The tabs are the same as on a wide screen; that they fit is tested in test_accessibility.
    axe(page, *next(opened(page, wait_ready)))


@pytest.mark.parametrize(
    ("path", "role"),
    [("sammanfattning", Role.POLITIKER), ("rattvisa", Role.POLITIKER), ("metod", Role.ADMIN)],
)
def test_before_anything_is_loaded(
    keep_page: Keep, empty: str, wait_ready: Wait, axe: Callable, path: str, role: Role
) -> None:
    axe(go(keep_page(**VISITOR), empty + address(path, role), wait_ready))
