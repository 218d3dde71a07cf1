"""Login end to end: a provider on loopback, the service in login mode, and a real browser.

What each is shown in detail, and what the settings must be: ``tests/ui/test_login.py``.
"""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from streamlit.navigation.page import calc_hash
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app_utils import (
    create_signed_value,
    generate_xsrf_token_string,
)
from streamlit.web.server.starlette.starlette_server_config import (
    USER_COOKIE_NAME,
    XSRF_COOKIE_NAME,
)
from websockets.sync.client import connect

from queries.viewer import Role
from tests.browser.conftest import Visit
from tests.browser.received import Inbox, Text
from tools import serving
from ui.addresses import PAGES
from ui.door import NOT_OURS, PLACE
from ui.text import role_word

STYLESHEET = "cdn.jsdelivr.net"

PEOPLE: dict[str, dict[str, Any]] = {
    "pia": {"name": "Pia Politiker", "roles": ["p"]},
    "hans": {"name": "Hans Handläggare", "groups": ["hr-sn", "hr-klk"]},
    "rut": {"name": "Rut Revisor", "roles": ["r", "p"]},
    "ada": {"name": "Ada Administratör", "email": "ada@KOMMUNEN.example", "email_verified": True},
    "okand": {"name": "Okänd", "email": "ada@kommunen.example", "email_verified": False},
}
RULES = """
[[rules]]
claim = "roles"
value = "p"
role = "politiker"
[[rules]]
claim = "groups"
value = "hr-sn"
role = "hr"
departments = ["SN"]
[[rules]]
claim = "groups"
value = "hr-klk"
role = "hr"
departments = ["KLK"]
[[rules]]
claim = "roles"
value = "r"
role = "revisor"
[[rules]]
claim = "email"
value = "ada@kommunen.example"
role = "admin"
"""


@dataclass(frozen=True)
class Service:
    """The dashboard and the provider that it logs in with: addresses, secret, log."""

    url: str
    provider: str
    secret: str
    log: Path

    def know(self, sub: str, **claims: Any) -> None:
        """Tell the provider of somebody."""
        request = urllib.request.Request(
            f"{self.provider}/users/{sub}",
            json.dumps(claims).encode(),
            {"Content-Type": "application/json"},
            method="PUT",
        )
        urllib.request.urlopen(request).close()

    def logged(self, event: str) -> list[dict[str, Any]]:
        lines = map(json.loads, self.log.read_text(encoding="utf-8").splitlines())
        return [line for line in lines if line["event"] == event]


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a provider of its own process, on a port that the system picks."""
    log = tmp_path_factory.mktemp("provider") / "log.txt"
    quiet = {"AUTHLIB_INSECURE_TRANSPORT": "1", "PYTHONWARNINGS": "ignore"}
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "oidc_provider_mock", "--port", "0"],
            env=serving.environment(quiet),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    deadline = time.monotonic() + 30
    said = None
    while not said and process.poll() is None and time.monotonic() < deadline:
        said = re.search(r"running on http://127\.0\.0\.1:(\d+)", log.read_text(encoding="utf-8"))
        time.sleep(0.05)
    try:
        assert said, log.read_text(encoding="utf-8")
        yield f"http://localhost:{said[1]}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def settings(
    provider: str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., dict[str, str]]:
    """Return ``settings(**auth)``: the environment of a service that logs in with the provider."""

    def make(**auth: str) -> dict[str, str]:
        folder = tmp_path_factory.mktemp("login")
        told = {
            "redirect_uri": "http://localhost:{port}/oauth2callback",
            "client_id": "distanskollen",
            "client_secret": secrets.token_urlsafe(24),
            "server_metadata_url": f"{provider}/.well-known/openid-configuration",
            **auth,
        }
        lines = "\n".join(f"{name} = {json.dumps(value)}" for name, value in told.items())
        (folder / "secrets.toml").write_text(f"[auth]\n{lines}\n", encoding="utf-8")
        (folder / "behorigheter.toml").write_text(RULES, encoding="utf-8")
        return {
            "DISTANSKOLLEN_ACCESS": str(folder / "behorigheter.toml"),
            "STREAMLIT_SECRETS_FILES": str(folder / "secrets.toml"),
        }

    return make


@pytest.fixture(scope="module")
def service(
    provider: str,
    settings: Callable[..., dict[str, str]],
    start_server: Callable[..., str],
    store: Path,
) -> Service:
    secret = secrets.token_urlsafe(48)
    url = start_server(store, **settings(cookie_secret=secret))
    found = Service(url, provider, secret, store / "log" / "log.jsonl")
    for sub, claims in PEOPLE.items():
        found.know(sub, **claims)
    return found


# --- in the browser -------------------------------------------------------------------------------


@pytest.fixture
def visitor(
    service: Service, open_page: Callable[..., Page], visit: Visit
) -> Iterator[Callable[..., Page]]:
    """Return ``open_page``, for whom the provider's own pages are not held against ours: they ask
    for a stylesheet of another host (which nobody finds from here) and for an icon."""
    yield open_page
    visit.outside[:] = [url for url in visit.outside if STYLESHEET not in url]
    own = (service.provider, STYLESHEET)
    visit.errors[:] = [said for said in visit.errors if not any(host in said for host in own)]


def title(page: Page, text: str, timeout: float = 30_000) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text, timeout=timeout)


def log_in(page: Page, service: Service, sub: str, path: str = "") -> None:
    """Go to ``path`` (or stay at the door) and log in at the provider as ``sub``."""
    if path:
        page.goto(service.url + path)
    title(page, "Logga in")
    page.get_by_role("link", name="Logga in").click()
    title(page, "Authorize Client")
    page.get_by_placeholder("sub").fill(sub)
    page.get_by_role("button", name="Authorize").click()


def log_out(page: Page) -> None:
    """Log out, here and at the provider, which leads back to the door."""
    page.get_by_role("button", name="Logga ut").click()
    title(page, "End Session")
    page.get_by_role("button", name="End session").click()
    title(page, "Logga in")


def menu(page: Page) -> list[str]:
    return [
        urlsplit(link.get_attribute("href") or "").path
        for link in page.get_by_test_id("stSidebarNavLink").all()
    ]


def cookie(page: Page, name: str = USER_COOKIE_NAME) -> str:
    return next((c["value"] for c in page.context.cookies() if c["name"] == name), "")


@pytest.mark.parametrize(
    ("sub", "path", "heading", "role"),
    [
        ("pia", "/rattvisa?vag=2024&forvaltning=SN", "Rättvisa", Role.POLITIKER),
        ("hans", "/overenskommelser?saknas=risk", "Överenskommelser", Role.HR),
        ("rut", "/metod?lang=sv&roll=revisor", "Metod och källor", Role.REVISOR),
        ("ada", "/metod", "Metod och källor", Role.ADMIN),
    ],
)
def test_each_role_comes_to_the_address_it_asked_for_and_to_no_other_pages(
    service: Service,
    visitor: Callable[..., Page],
    sub: str,
    path: str,
    heading: str,
    role: Role,
) -> None:
    page = visitor()
    log_in(page, service, sub, path)
    title(page, heading)
    expect(page).to_have_url(service.url + path)
    who = page.locator(".dk-who")
    expect(who).to_contain_text(PEOPLE[sub]["name"])
    expect(who).to_contain_text(role_word(role.value))
    assert menu(page) == [f"/{a.path}" for a in PAGES if role in a.roles]
    if sub == "hans":
        mine = page.get_by_test_id("stMultiSelect")
        expect(mine).to_contain_text("Socialförvaltningen")
        expect(mine).to_contain_text("Kommunledningskontoret")
        expect(mine).not_to_contain_text("Barn")
    # No script may read who is logged in, and the place that was kept is forgotten.
    assert cookie(page) and USER_COOKIE_NAME not in page.evaluate("document.cookie")
    assert not cookie(page, PLACE)


def test_an_unknown_user_gets_nothing_and_can_log_out(
    service: Service, visitor: Callable[..., Page]
) -> None:
    page = visitor()
    log_in(page, service, "okand", "/rattvisa")
    title(page, "Du har ingen behörighet än")
    expect(page.get_by_role("note")).to_contain_text("Okänd (ada@kommunen.example)")
    assert menu(page) == []
    log_out(page)
    assert not cookie(page)
    assert service.logged("denied")[-1]["what"] == "ingen behörighet"


def test_an_identity_that_expires_turns_an_untouched_tab_away_and_leads_back_to_it(
    service: Service, visitor: Callable[..., Page]
) -> None:
    page = visitor()
    shown = page.get_by_role("heading", level=1, name="Metod och källor")
    # On a busy machine the short life may be over before the page is there: then a longer one.
    for life in (8, 40):
        service.know("kort", **PEOPLE["pia"], exp=int(time.time()) + life)
        log_in(page, service, "kort", "/metod?vag=2026")
        expect(shown.or_(page.get_by_role("note")).first).to_be_visible(timeout=30_000)
        if shown.is_visible():
            break
    title(page, "Logga in", 60_000)
    expect(page.get_by_role("note")).to_contain_text("Inloggningen har gått ut")
    assert menu(page) == []
    service.know("kort", **PEOPLE["pia"])
    log_in(page, service, "kort")
    title(page, "Metod och källor")
    expect(page).to_have_url(f"{service.url}/metod?vag=2026")


def test_a_log_out_ends_the_other_tabs_and_whoever_copied_the_cookie(
    service: Service, visitor: Callable[..., Page]
) -> None:
    page = visitor()
    log_in(page, service, "rut", "/metod")
    title(page, "Metod och källor")
    copied = cookie(page)
    assert "Metod och källor" in received(service, "metod", copied)
    other = page.context.new_page()
    other.goto(f"{service.url}/tillganglighet")
    title(other, "Tillgänglighet")
    log_out(page)
    # By itself: nobody has touched it.
    title(other, "Logga in")
    door = received(service, "metod", copied)
    assert "Du är utloggad" in door and "Metod och källor" not in door.replace(
        "sidan Metod och källor", ""
    )


def test_a_login_that_is_refused_is_told(
    service: Service, open_page: Callable[..., Page], console_errors: list[str]
) -> None:
    page = open_page()
    back = f"{service.url}/oauth2callback?error=access_denied&state=x"
    page.goto(f"{service.url}/rattvisa")
    title(page, "Logga in")
    page.goto(back)
    title(page, "Logga in")
    expect(page.get_by_role("note")).to_contain_text("Inloggningen blev inte av")
    console_errors.clear()


# --- by hand: what a browser would not send -------------------------------------------------------


def signed(service: Service, secret: str = "", name: str = USER_COOKIE_NAME, **claims: Any) -> str:
    """Return a cookie as Streamlit makes it, with the service's own secret unless told another."""
    told = {"sub": "rut", "roles": ["r"], "exp": time.time() + 600, "origin": service.url}
    text = json.dumps({**told, "is_logged_in": True, "nonce": secrets.token_hex(), **claims})
    return create_signed_value(secret or service.secret, name, text).decode()


def received(
    service: Service, path: str, cookie: str = "", query: str = "", **widgets: str | list[str]
) -> str:
    """Return all that is sent to a visitor with this cookie who asks for a page by its hash; with
    ``widgets`` (label: what is claimed to be chosen) of a second run."""
    inbox = Inbox()
    token = generate_xsrf_token_string()
    with connect(
        service.url.replace("http", "ws", 1) + "/_stcore/stream",
        origin=service.url,
        subprotocols=["streamlit", token],
        additional_headers={"Cookie": f"{XSRF_COOKIE_NAME}={token}; {USER_COOKIE_NAME}={cookie}"},
        max_size=None,
    ) as socket:
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_script_hash = calc_hash(path)
        message.rerun_script.context_info.url = f"{service.url}/{path}"
        ids = _run(socket, message, inbox)
        if widgets:
            inbox = Inbox()
            for label, value in widgets.items():
                state = message.rerun_script.widget_states.widgets.add(id=ids[label])
                if isinstance(value, str):
                    state.string_value = value
                else:
                    state.string_array_value.data.extend(value)
            _run(socket, message, inbox)
    return "\n".join(piece.text for piece in inbox.pieces() if isinstance(piece, Text))


def _run(socket: Any, message: BackMsg, inbox: Inbox) -> dict[str, str]:
    """Send the message, read until the run is done, and return the widgets' ids by their labels."""
    socket.send(message.SerializeToString())
    ids = {}
    while True:
        data = socket.recv(timeout=60)
        answer = ForwardMsg.FromString(data)
        inbox.messages[data] = None
        element = answer.delta.new_element
        for widget in (element.selectbox, element.multiselect):
            if widget.id:
                ids[widget.label] = widget.id
        if answer.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY and (
            answer.WhichOneof("type") == "script_finished"
        ):
            return ids


def test_a_cookie_that_is_altered_forged_or_unsigned_gets_the_door_and_no_data(
    service: Service,
) -> None:
    sound = signed(service)
    told = ("Socialförvaltningen", "Inloggad som", "rbetsmaterial")
    shown = received(service, "rattvisa", sound)
    assert [word for word in told if word not in shown] == []
    body, _dot, sign = sound.rpartition(".")
    refused = {
        "none": "",
        "altered sign": f"{body}.{sign[:-3]}{'AAA' if sign[-3:] != 'AAA' else 'BBB'}",
        "altered body": f"{body[:10]}{'A' if body[10] != 'A' else 'B'}{body[11:]}.{sign}",
        "another's sign": f"{signed(service, sub='ada').rpartition('.')[0]}.{sign}",
        "other secret": signed(service, "x" * 64),
        "no secret": signed(service, " "),
        "other cookie": signed(service, name="_streamlit_user_tokens"),
        "unsigned": json.dumps({"is_logged_in": True, "roles": ["r"], "exp": 9e9}),
        "other origin": signed(service, origin="https://evil.example"),
        "expired": signed(service, exp=time.time() - 1),
        "no end": signed(service, exp=None),
        "not logged in": signed(service, is_logged_in=False),
        "unknown": signed(service, roles=["R"]),
    }
    paths = cycle(("rattvisa", "overenskommelser", "metod"))
    for (name, value), path in zip(refused.items(), paths, strict=False):
        words = received(service, path, value, "roll=revisor&mina=SN")
        assert "Logga in" in words or "Du har ingen behörighet än" in words, name
        assert [word for word in told if word in words] == [], name
    # Once, however many: anybody may try, as often as they like.
    denied = [line["actor"] for line in service.logged("denied") if line["what"] == NOT_OURS]
    assert denied == ["okänd"]


def test_no_message_made_by_hand_gives_a_role_or_a_department_that_is_not_granted(
    service: Service,
) -> None:
    pia = signed(service, roles=["p"])
    for query in ("roll=revisor", "roll=hr&mina=SN", "roll=politiker&roll=revisor"):
        for path, known in (("overenskommelser", "Ingen åtkomst"), ("rattvisa", "Rättvisa")):
            words = received(service, path, pia, query)
            assert known in words and "DEMO-0" not in words and "rbetsmaterial" not in words
    rut = signed(service, roles=["r", "p"])
    assert "rbetsmaterial" in received(service, "rattvisa", rut, **{"Visa som": "Revisor"})
    for claimed in ("HR", "hr", "Administratör", "admin", ""):
        words = received(service, "overenskommelser", rut, **{"Visa som": claimed})
        assert "Mina förvaltningar" not in words and "demo-anst" not in words
    hans = signed(service, roles=[], groups=["hr-klk", "hr-sn"])
    mine = received(service, "overenskommelser", hans)
    assert "DEMO-" in mine
    for claimed in (["Barn- och utbildningsförvaltningen"], ["BUN"], ["BUN", "SN"]):
        words = received(service, "overenskommelser", hans, **{"Mina förvaltningar": claimed})
        assert "Barn- och utbildning" not in words


@pytest.mark.parametrize(
    ("auth", "told"),
    [
        ({"cookie_secret": "xxx"}, "cookie_secret är för svag"),
        (
            {
                "cookie_secret": secrets.token_urlsafe(48),
                "redirect_uri": "http://distans.kommunen.example/oauth2callback",
            },
            "redirect_uri ska vara en adress som börjar med https://",
        ),
    ],
)
def test_a_weak_login_does_not_start(
    settings: Callable[..., dict[str, str]], tmp_path: Path, auth: dict[str, str], told: str
) -> None:
    with pytest.raises(RuntimeError, match=told) as caught:
        serving.start(tmp_path / "log.txt", env=settings(**auth))
    assert "(exit 2)" in str(caught.value)


def test_the_pages_of_the_login_have_no_faults_of_accessibility(
    service: Service,
    open_page: Callable[..., Page],
    axe: Callable[..., None],
    wait_ready: Callable[[Page], None],
) -> None:
    page = open_page(viewport={"width": 390, "height": 800}, color_scheme="dark")
    page.goto(f"{service.url}/rattvisa")
    title(page, "Logga in")
    wait_ready(page)
    axe(page, "door")
    page.context.add_cookies(
        [{"name": USER_COOKIE_NAME, "value": signed(service, roles=[]), "url": service.url}]
    )
    page.reload()
    title(page, "Du har ingen behörighet än")
    wait_ready(page)
    axe(page, "unknown")
