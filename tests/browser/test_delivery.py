"""What the guards of ui/server.py must let through: a real Chromium uses every kind of element.

The page is made for the test, so that this holds whatever the real pages happen to show.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tools.serving import ROOT

SCRIPT = """
import pandas as pd
import plotly.graph_objects as go
import streamlit as st


def one():
    st.title("Prov")
    st.caption("Bildtext")
    st.html("<p style='margin:0'>eget</p>")
    st.plotly_chart(go.Figure(go.Bar(x=["KLK", "SN"], y=[1, 2])), alt="Staplar")
    table = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    st.dataframe(table)
    st.table(table)
    st.download_button("Hämta", data="a;b", file_name="a.csv")
    st.button("Knapp", type="primary")
    st.info("Upplysning")
    st.warning("Varning")
    with st.sidebar:
        st.caption("Sidotext")
        st.multiselect("Förvaltning", ["BUN", "SN"], default=["SN"])


def two():
    st.title("Sida två")


if __name__ == "__main__":
    pages = [st.Page(one, title="Ett", default=True), st.Page(two, title="Två", url_path="tva")]
    st.navigation(pages).run()
else:
    from ui import server

    app = st.App(__file__, **server.guards(__file__))
"""


@pytest.fixture(scope="module")
def address(start_server: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of a service with the guards and the theme, and this module's page."""
    folder = tmp_path_factory.mktemp("page")
    shutil.copytree(ROOT / ".streamlit", folder / ".streamlit")
    script = folder / "dashboard.py"
    script.write_text(SCRIPT, encoding="utf-8")
    return start_server(script=script, PYTHONPATH=str(ROOT))


def test_the_policy_lets_every_element_work(
    address: str, page: Page, wait_ready: Callable[[Page], None]
):
    """The fixture ``page`` fails the test on any breach of the policy or request elsewhere."""
    page.goto(address)
    wait_ready(page)
    expect(page.locator(".js-plotly-plot .bars path")).to_have_count(2)
    expect(page.locator("[data-testid=stDataFrame] canvas").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Hämta").click()
    assert download.value.suggested_filename == "a.csv"
    page.get_by_role("link", name="Två").click()
    expect(page.get_by_role("heading", name="Sida två")).to_be_visible()
    assert page.url.endswith("/tva")


def test_the_policy_stops_a_foreign_script(
    address: str, page: Page, wait_ready: Callable[[Page], None], console_errors: list[str]
):
    page.goto(address)
    wait_ready(page)
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.taken = 1';"
        " document.body.append(s); }"
    )
    assert page.evaluate("window.taken") is None
    assert any("Content Security Policy" in text for text in console_errors)
    console_errors.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_has_contrast_enough(
    scheme: str,
    address: str,
    open_page: Callable[..., Page],
    wait_ready: Callable[[Page], None],
    axe: Callable[[Page], None],
):
    page = open_page(color_scheme=scheme)
    page.goto(address)
    wait_ready(page)
    background = page.locator(".stApp").evaluate("e => getComputedStyle(e).colorScheme")
    assert background == scheme
    axe(page)


def test_a_fresh_visit_is_small(
    address: str, open_page: Callable[..., Page], wait_ready: Callable[[Page], None]
):
    """3.2 MB with a chart and a grid; 8.9 MB if the scripts went out as they are."""
    page = open_page()
    sent: list[float] = []
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.on("Network.loadingFinished", lambda event: sent.append(event["encodedDataLength"]))
    page.goto(address)
    wait_ready(page)
    # Until nothing more comes for a while: the browser's own word for idle may never be said on a
    # busy machine.
    before = -1
    while before != len(sent):
        before = len(sent)
        page.wait_for_timeout(2000)
    assert 500_000 < sum(sent) < 4_000_000
