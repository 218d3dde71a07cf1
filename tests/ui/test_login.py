"""The login: what each is shown, what its settings must be, and the way in and back.

With a real provider and a real browser: ``tests/browser/test_login.py``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from streamlit.testing.v1 import AppTest
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from queries import access, log
from queries.viewer import Role, Viewer
from tests.visiting import at
from ui import door, login, server, shell
from ui.addresses import PAGES

SECRET = "t0Zq-8sKf3vLr9XwYbN2mHc5JdQpGuAe"
AUTH = {
    "redirect_uri": "https://distans.kommunen.example/oauth2callback",
    "cookie_secret": SECRET,
    "client_id": "distanskollen",
    "client_secret": "another-thing",
    "server_metadata_url": "https://login.example/.well-known/openid-configuration",
}
RULES = """
[[rules]]
claim = "roles"
value = "p"
role = "politiker"
[[rules]]
claim = "roles"
value = "h"
role = "hr"
departments = ["AAA", "CCC"]
[[rules]]
claim = "roles"
value = "r"
role = "revisor"
[[rules]]
claim = "roles"
value = "a"
role = "admin"
"""


@pytest.fixture(autouse=True)
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of the permissions; what was told before is forgotten."""
    path = tmp_path / "behorigheter.toml"
    path.write_text(RULES, encoding="utf-8")
    monkeypatch.setenv("DISTANSKOLLEN_ACCESS", str(path))
    monkeypatch.setattr(access, "_told", access._Kept())
    return path


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return secrets with a sound login, to be changed by the test."""

    class Secrets(dict[str, Any]):
        def load_if_toml_exists(self) -> bool:
            return True

    found = Secrets(auth=dict(AUTH))
    for module in (door, server):
        monkeypatch.setattr(module, "secrets_singleton", found)
    monkeypatch.setattr("streamlit.web.server.server_util.secrets_singleton", found)
    return found


# --- pages ----------------------------------------------------------------------------------------


@pytest.fixture
def come(filled: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Return ``come(claims, path, **parameters)``: a run of somebody with these claims, who is
    logged in for an hour unless they say otherwise; None for nobody."""
    monkeypatch.setattr(shell, "login_configured", lambda: True)

    def come(claims: dict[str, Any] | None, path: str = "", **parameters: str) -> AppTest:
        app = at(path, **parameters)
        if claims is not None:
            person = {"sub": "7f", "name": "Anna Ek", "email": "anna@kommunen.example"}
            app.user = {"is_logged_in": True, "exp": time.time() + 3600, **person, **claims}
        app.run()
        assert not app.exception, [error.value for error in app.exception]
        return app

    return come


def viewers(monkeypatch: pytest.MonkeyPatch) -> list[Viewer]:
    """Return a list that gets each viewer for whom pages are registered."""
    seen: list[Viewer] = []
    pages_for = shell.pages_for

    def noting(viewer: Viewer) -> list[Any]:
        seen.append(viewer)
        return pages_for(viewer)

    monkeypatch.setattr(shell, "pages_for", noting)
    return seen


def said(app: AppTest) -> str:
    return "\n".join(
        [str(e.value) for e in app.title] + [str(e.proto.body) for e in app.get("html")]
    )


def logged() -> list[tuple[str, str, str, str]]:
    """Return what the log tells of visitors; the loading of the store is told there too."""
    table = log.entries(Viewer(Role.ADMIN))
    table = table[table["event"] != "load"]
    return [tuple(row) for row in table[["event", "actor", "role", "what"]].to_numpy()]


@pytest.mark.parametrize("path", ["", "rattvisa", "overenskommelser", "metod"])
def test_whoever_is_not_logged_in_gets_the_door_at_every_address_and_no_page(
    come: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    seen = viewers(monkeypatch)
    app = come(None, path, vag="2024", lang="en")
    assert app.title[0].value in ("Logga in", "Log in")
    assert seen == [] and not app.sidebar.children
    place = quote(f"/{path}?vag=2024&lang=en", safe="")
    assert f'href="/logga-in?till={place}"' in said(app)


@pytest.mark.parametrize(
    "claims", [{"is_logged_in": False}, {"is_logged_in": "true"}, {"is_logged_in": 1}]
)
def test_only_a_plain_yes_is_logged_in(
    come: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch, claims: dict[str, Any]
) -> None:
    seen = viewers(monkeypatch)
    assert come({"roles": "r", **claims}).title[0].value == "Logga in"
    assert seen == []


@pytest.mark.parametrize(
    ("claims", "words", "event"),
    [
        ({"exp": 1}, "Inloggningen har gått ut", "inloggningen har gått ut"),
        ({"exp": None}, "hur länge den gäller", "inloggning utan giltighetstid"),
        ({"exp": "9999999999"}, "hur länge den gäller", "inloggning utan giltighetstid"),
        ({"iat": 9e9}, "någons klocka går fel", "inloggning som inte gäller än"),
        ({"nbf": 9e9}, "någons klocka går fel", "inloggning som inte gäller än"),
    ],
)
def test_an_identity_that_does_not_count_is_turned_away_with_the_reason_and_once_in_the_log(
    come: Callable[..., AppTest],
    monkeypatch: pytest.MonkeyPatch,
    claims: dict[str, Any],
    words: str,
    event: str,
) -> None:
    seen = viewers(monkeypatch)
    app = come({"roles": "r", **claims}, "rattvisa")
    assert seen == []
    assert words in said(app) and "logga-in?till=%2Frattvisa" in said(app)
    app.run()
    assert logged() == [("denied", "anna@kommunen.example", "", event)]


def test_an_identity_that_expires_while_the_tab_is_open_is_turned_away_at_the_next_run(
    come: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = come({"roles": "r"}, "metod")
    assert app.title[0].value == "Metod och källor"
    now = time.time()
    monkeypatch.setattr(access.time, "time", lambda: now + 3601)
    app.run()
    assert app.title[0].value == "Logga in"
    assert "Inloggningen har gått ut" in said(app)


def test_an_unknown_user_gets_nothing_and_is_told_whom_to_ask_and_as_whom(
    come: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = viewers(monkeypatch)
    app = come({"name": "<b>Eva</b>", "roles": ["R", "rr"]}, "rattvisa")
    assert seen == [] and not app.sidebar.children
    assert app.title[0].value == "Du har ingen behörighet än"
    assert "&lt;b&gt;Eva&lt;/b&gt; (anna@kommunen.example)" in said(app)
    assert "den som sköter behörigheterna" in said(app)
    assert [button.label for button in app.button] == ["Logga ut"]
    assert logged() == [("denied", "anna@kommunen.example", "", "ingen behörighet")]


def test_the_municipalitys_contact_is_whom_to_ask(
    come: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    named = SimpleNamespace(name="K", contact="servicedesk, tel. 123")
    monkeypatch.setattr(login, "municipality", lambda: named)
    assert "Be servicedesk, tel. 123 om en roll" in said(come({}))


def test_a_mistake_in_the_permissions_lets_nobody_in_and_is_told_to_the_operator_alone(
    come: Callable[..., AppTest],
    monkeypatch: pytest.MonkeyPatch,
    rules: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    seen = viewers(monkeypatch)
    rules.write_text(RULES + '[[rules]]\nclaim = "x"\nvalue = "hemligt"\nrole = "chef"\n')
    app = come({"roles": "r"})
    assert seen == []
    assert app.title[0].value == "Ingen släpps in just nu"
    assert "chef" not in said(app) and "hemligt" not in said(app)
    assert "behorigheter.toml: rad 22." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("roles", "viewer", "choices"),
    [
        ("p", Viewer(Role.POLITIKER), []),
        ("h", Viewer(Role.HR, frozenset({"AAA", "CCC"})), []),
        ("r", Viewer(Role.REVISOR), []),
        ("a", Viewer(Role.ADMIN), []),
        # The least first: more has to be chosen.
        (["r", "p"], Viewer(Role.POLITIKER), ["Politiker", "Revisor"]),
    ],
)
def test_each_gets_the_role_that_is_granted_and_chooses_only_among_several(
    come: Callable[..., AppTest],
    monkeypatch: pytest.MonkeyPatch,
    roles: Any,
    viewer: Viewer,
    choices: list[str],
) -> None:
    seen = viewers(monkeypatch)
    app = come({"roles": roles}, "metod")
    assert set(seen) == {viewer}
    boxes = [box for box in app.sidebar.selectbox if box.label == "Visa som"]
    assert [option for box in boxes for option in box.options] == choices
    assert "Anna Ek" in said(app) and "Lokalt läge" not in said(app)
    app.run()
    assert logged() == [("login", "anna@kommunen.example", "", "")]


@pytest.mark.parametrize("asked", ["revisor", "admin", "hr", "chef", "Revisor", ""])
def test_the_address_gives_no_role_and_says_so(
    come: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    seen = viewers(monkeypatch)
    app = come({"roles": "p"}, "metod", roll=asked)
    assert set(seen) == {Viewer(Role.POLITIKER)}
    known = asked in [role.value for role in Role]
    assert ("ingår inte i din behörighet" in said(app)) is known
    assert ("finns inte" in said(app)) is (bool(asked) and not known)
    denied = ("denied", "anna@kommunen.example", "politiker", f"rollen {asked}")
    assert (denied in logged()) is known


def test_the_address_chooses_among_the_granted_roles(
    come: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = viewers(monkeypatch)
    come({"roles": ["p", "r"]}, "metod", roll="revisor")
    assert set(seen) == {Viewer(Role.REVISOR)}


@pytest.mark.parametrize(
    ("mine", "departments", "denied"),
    [
        ("AAA", {"AAA"}, None),
        ("AAA,BBB", {"AAA"}, "BBB"),
        ("BBB", {"AAA", "CCC"}, "BBB"),
        ("XXX,CCC", {"CCC"}, "XXX"),
        ("", {"AAA", "CCC"}, None),
    ],
)
def test_the_address_never_widens_the_departments_of_hr_and_says_so(
    come: Callable[..., AppTest],
    monkeypatch: pytest.MonkeyPatch,
    mine: str,
    departments: set[str],
    denied: str | None,
) -> None:
    seen = viewers(monkeypatch)
    app = come({"roles": "h"}, "metod", mina=mine)
    assert set(seen) == {Viewer(Role.HR, frozenset(departments))}
    app.run()
    told = f"Förvaltningen {denied} ingår inte i din behörighet"
    assert (told in said(app)) is (denied is not None)
    line = ("denied", "anna@kommunen.example", "hr", f"förvaltningen {denied}")
    assert (line in logged()) is (denied is not None)


def test_what_a_box_is_made_to_say_is_held_against_what_is_granted(
    come: Callable[..., AppTest],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    seen = viewers(monkeypatch)
    monkeypatch.setattr(shell, "_ask_departments", lambda _granted: (["AAA", "BBB"], ["AAA"]))
    come({"roles": "h"}, "metod")
    assert set(seen) == {Viewer(Role.HR, frozenset({"AAA"}))}
    seen.clear()
    settle = shell.choices.settle
    monkeypatch.setattr(
        shell.choices,
        "settle",
        lambda options, *, key, **more: (
            "revisor" if key == shell.ROLE else settle(options, key=key, **more)
        ),
    )
    with pytest.raises(AssertionError):
        come({"roles": "p"}, "metod")
    assert seen == [] and "AccessDenied" in caplog.text


def test_in_local_mode_an_unknown_role_or_department_is_said(
    come: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell, "login_configured", lambda: False)
    assert "Rollen chef finns inte" in said(come(None, "metod", roll="chef"))
    app = come(None, "metod", roll="hr", mina="AAA,XXX")
    assert "Förvaltningen XXX finns inte" in said(app)
    assert "Förvaltningen" not in said(come(None, "metod", roll="hr", mina="AAA,BBB"))


def test_a_page_that_the_role_lacks_is_refused_and_logged(come: Callable[..., AppTest]) -> None:
    app = come({"roles": "p"}, "overenskommelser")
    assert app.title[0].value == "Ingen åtkomst"
    denied = ("denied", "anna@kommunen.example", "politiker", "sidan /overenskommelser")
    assert denied in logged()


def test_whoever_logs_out_is_out_in_every_tab_also_when_the_service_starts_anew(
    come: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = {"roles": "r", "exp": time.time() + 900, "nonce": "n"}
    other = come(claims, "metod")
    app = come(claims, "metod")
    next(button for button in app.button if button.label == "Logga ut").click().run()
    monkeypatch.setattr(access, "_ended", access._Ended())  # as after a restart
    assert other.run().title[0].value == "Logga in"
    assert "Du är utloggad" in said(other)
    assert [line[0] for line in logged()] == ["login", "logout"]
    # The same person may come back.
    assert come({**claims, "nonce": "m"}, "metod").title[0].value == "Metod och källor"


# --- settings -------------------------------------------------------------------------------------


def test_a_sound_login_has_no_faults(secrets: dict[str, Any]) -> None:
    assert door.faults() == []
    secrets["auth"]["redirect_uri"] = "http://localhost:{port}/oauth2callback"
    assert door.faults() == []
    secrets.clear()
    assert door.faults() == []


@pytest.mark.parametrize("name", door.REQUIRED)
@pytest.mark.parametrize("value", [None, "", "  ", 7])
def test_a_setting_that_is_missing_is_named(secrets: dict[str, Any], name: str, value: Any) -> None:
    secrets["auth"][name] = value
    assert f"[auth] saknar {name}." in door.faults()


@pytest.mark.parametrize(
    "secret",
    [
        "short",
        "x" * 64,
        "abcdefgh" * 8,
        "0123456789abcdef" * 4,
        "please-change-this-to-something-of-your-own",
        "byt-till-en-egen-HEMLIGHET-av-slumpade-tecken",
        SECRET[:31],
    ],
)
def test_a_weak_cookie_secret_is_refused_and_never_repeated(
    secrets: dict[str, Any], secret: str
) -> None:
    secrets["auth"]["cookie_secret"] = secret
    found = door.faults()
    assert len(found) == 1 and "cookie_secret är för svag" in found[0]
    assert secret not in found[0]


def test_the_cookie_secret_is_nobody_elses_secret(secrets: dict[str, Any]) -> None:
    secrets["auth"]["client_secret"] = SECRET
    assert "cookie_secret är för svag" in door.faults()[0]


@pytest.mark.parametrize(
    "address",
    [
        "http://distans.kommunen.example/oauth2callback",
        "//distans.kommunen.example/oauth2callback",
        "https:///oauth2callback",
        "https://distans.kommunen.example@evil.example/oauth2callback",
        "http://localhost.evil.example/oauth2callback",
        "https://distans.kommunen.example/",
        "https://distans.kommunen.example/oauth2callback?x=1",
        "ftp://localhost/oauth2callback",
        "https://[/oauth2callback",
    ],
)
def test_the_way_back_is_https_or_this_computer(secrets: dict[str, Any], address: str) -> None:
    secrets["auth"]["redirect_uri"] = address
    assert len(door.faults()) == 1 and address in door.faults()[0]


def test_the_provider_is_asked_by_https(secrets: dict[str, Any]) -> None:
    secrets["auth"]["server_metadata_url"] = "http://login.example/.well-known/openid-configuration"
    assert "server_metadata_url ska vara" in door.faults()[0]


def test_a_second_provider_headers_of_a_proxy_and_missing_permissions_are_refused(
    secrets: dict[str, Any], rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets["auth"]["google"] = {"client_id": "x"}
    rules.unlink()
    real = door.config.get_option
    names = {"server.trustedUserHeaders": {"X-User": "email"}}
    monkeypatch.setattr(door.config, "get_option", lambda name: names.get(name) or real(name))
    found = door.faults()
    assert [text.split()[0] for text in found] == ["Bara", "server.trustedUserHeaders", "Utan"]


def test_secrets_that_cannot_be_read_are_not_taken_for_no_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "secrets.toml"
    real = door.config.get_option
    names = {"secrets.files": [str(broken)]}
    monkeypatch.setattr(door.config, "get_option", lambda name: names.get(name) or real(name))
    monkeypatch.setattr(
        door, "secrets_singleton", SimpleNamespace(load_if_toml_exists=lambda: False)
    )
    assert door.faults() == []
    broken.write_text("[auth\n", encoding="utf-8")
    assert [str(broken) in text for text in door.faults()] == [True]


# --- the way in and back --------------------------------------------------------------------------

KNOWN = {"/", *(f"/{page.path}" for page in PAGES)}


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ("/rattvisa", "/rattvisa"),
        ("/rattvisa?vag=2024&forvaltning=SN", "/rattvisa?vag=2024&forvaltning=SN"),
        ("/?okand=%C3%A5", "/?okand=%C3%A5"),
        ("/rattvisa?x=//evil.example", "/rattvisa?x=%2F%2Fevil.example"),
        ("/rattvisa#q1", "/rattvisa"),
        ("/rattvisa?inloggning=misslyckades&vag=2024", "/rattvisa?vag=2024"),
        ("/rattvisa?a=%0d%0aSet-Cookie:b", "/rattvisa?a=%0D%0ASet-Cookie%3Ab"),
    ],
)
def test_the_own_pages_are_come_back_to(asked: str, place: str) -> None:
    assert door.own_place(asked, KNOWN) == place


@pytest.mark.parametrize(
    "asked",
    [
        "", "rattvisa", "//evil.example", "///evil.example", "//evil.example/rattvisa",
        "https://evil.example/rattvisa", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
        " /rattvisa", "/rattvisa\r\nX: y", "/rattvisa/", "/rattvisa/../metod", "/%2frattvisa",
        "/finns-inte", "/auth/logout", "/logga-in?till=/rattvisa", "javascript:alert(1)",
        "/rattvisa;x", "/rattvisa?" + "a" * 2000, "/rattvisa?" + "a=1&" * 60, "//[/rattvisa",
        "/@evil.example", "/rattvisa\x00", "/.evil.example",
    ],
)  # fmt: skip
def test_nobody_is_led_anywhere_else(asked: str) -> None:
    assert door.own_place(asked, KNOWN) is None


@pytest.fixture
def visitor(secrets: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """Return a visitor of the door before stand-ins for Streamlit's own routes."""
    monkeypatch.setattr(door, "generate_login_redirect_url", lambda name: f"/auth/login?{name}")
    # Of which there is none without a running service.
    monkeypatch.setattr(server, "_is_download", lambda path: path != "/media/brand.svg")

    async def callback(request: Any) -> Response:
        answer = RedirectResponse("/", 302)
        if "code" in request.query_params:
            answer.set_cookie(USER_COOKIE_NAME, "signed")
        elif request.query_params:
            answer.delete_cookie(USER_COOKIE_NAME)
        return answer

    async def file(_request: Any) -> Response:
        return PlainTextResponse("content")

    routes = [
        Route("/oauth2callback", callback),
        Route("/media/{name}", file),
    ]
    app = door.LoginDoor(Starlette(routes=routes), paths=[page.path for page in PAGES])
    return TestClient(app, base_url="http://localhost", follow_redirects=False)


def test_a_deep_link_survives_the_login(visitor: TestClient) -> None:
    place = "/rattvisa?vag=2024&forvaltning=SN"
    answer = visitor.get("/logga-in", params={"till": place})
    assert (answer.status_code, answer.headers["location"]) == (303, "/auth/login?default")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age=900" in cookie
    back = visitor.get("/oauth2callback?code=1&state=2")
    assert back.headers["location"] == place
    assert not visitor.cookies.get(door.PLACE)
    # Once: the next login is about something else.
    assert visitor.get("/oauth2callback?code=1&state=2").headers["location"] == "/"


def test_a_login_that_fails_comes_back_to_the_same_place_and_says_so(visitor: TestClient) -> None:
    visitor.get("/logga-in", params={"till": "/metod?lang=en"})
    answer = visitor.get("/oauth2callback?error=access_denied&state=2")
    assert answer.headers["location"] == "/metod?lang=en&inloggning=misslyckades"
    # After a log-out the provider leads here with nothing.
    assert visitor.get("/oauth2callback").headers["location"] == "/"


def test_a_cookie_that_somebody_made_leads_nowhere_else(visitor: TestClient) -> None:
    visitor.cookies.set(door.PLACE, quote("https://evil.example/rattvisa", safe=""))
    assert visitor.get("/oauth2callback?code=1").headers["location"] == "/"


def test_a_link_to_our_login_keeps_no_place_of_others(visitor: TestClient) -> None:
    visitor.get("/logga-in", params={"till": "/metod"})
    answer = visitor.get("/logga-in", params={"till": "//evil.example"})
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert visitor.get("/oauth2callback?code=1").headers["location"] == "/"


def test_without_login_the_way_in_leads_to_the_page(
    visitor: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "login_configured", lambda: False)
    answer = visitor.get("/logga-in", params={"till": "/metod"})
    assert answer.headers["location"] == "/metod"
    assert visitor.get("/media/a.xlsx").status_code == 200


def signed(claims: dict[str, Any], secret: str = SECRET, name: str = USER_COOKIE_NAME) -> str:
    text = json.dumps({"is_logged_in": True, "origin": "http://localhost", **claims})
    return create_signed_value(secret, name, text).decode()


def test_a_file_is_for_those_who_are_logged_in_and_granted_something(visitor: TestClient) -> None:
    good = {"exp": time.time() + 60, "roles": "p", "nonce": "file"}
    sound = signed(good)
    refused = [
        "",
        "x",
        sound[:-2] + ("AA" if not sound.endswith("AA") else "BB"),
        "A" + sound,
        signed(good, secret=SECRET.swapcase()),
        signed(good, name="_streamlit_user_tokens"),
        signed({**good, "exp": 1}),
        signed({**good, "roles": "unknown"}),
        signed({**good, "is_logged_in": "yes"}),
        signed({"roles": "p"}),
    ]
    for cookie in refused:
        visitor.cookies.set(USER_COOKIE_NAME, cookie)
        assert visitor.get("/media/a.xlsx").status_code == 403, cookie
        assert visitor.get("/media/brand.svg").status_code == 200
    visitor.cookies.set(USER_COOKIE_NAME, sound)
    assert visitor.get("/media/a.xlsx").status_code == 200
    # Streamlit only takes the cookie away, and whoever has copied it would still be in.
    visitor.get("/auth/logout")
    visitor.get("/auth/logout")
    assert visitor.get("/media/a.xlsx").status_code == 403
    # Each who is known once, and all who are nobody now and then.
    assert set(logged()) == {
        ("denied", "okänd", "", "fil utan inloggning"),
        ("denied", "okänd", "", "ingen behörighet"),
        ("denied", "okänd", "", "inloggning utan giltighetstid"),
        ("denied", "okänd", "", "inloggningen har gått ut"),
        ("denied", "okänd", "", "inloggningskaka som tjänsten inte har gett ut"),
        ("denied", "okänd", "", "fil efter utloggning"),
        ("logout", "okänd", "", ""),
    }
    assert len(logged()) == 7


def test_a_file_refused_for_a_mistake_in_the_permissions_is_told_as_that(
    visitor: TestClient, rules: Path
) -> None:
    rules.write_text("mistake", encoding="utf-8")
    visitor.cookies.set(USER_COOKIE_NAME, signed({"exp": time.time() + 60, "roles": "p"}))
    assert visitor.get("/media/a.xlsx").status_code == 403
    assert logged() == [("denied", "okänd", "", "behörighetsfilen går inte att läsa")]


def test_forged_cookies_are_told_without_filling_the_log(
    visitor: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(server.time, "monotonic", lambda: now[0])

    def knock(cookie: str) -> None:
        visitor.cookies.set(USER_COOKIE_NAME, cookie)
        with pytest.raises(WebSocketDisconnect), visitor.websocket_connect("/_stcore/stream"):
            pass

    sound = signed({"exp": time.time() + 60, "roles": "p", "nonce": "x"})
    forged = signed({"sub": "rut", "roles": "r"}, secret=SECRET.swapcase())
    for cookie in ("", sound, *(f"{forged}{n}" for n in range(50))):
        knock(cookie)
    told = log.entries(Viewer(Role.ADMIN)).to_dict("records")
    assert [(line["event"], line["actor"], line["what"]) for line in told] == [
        ("denied", "okänd", "inloggningskaka som tjänsten inte har gett ut")
    ]
    now[0] += server.QUIET
    knock("x")
    told = log.entries(Viewer(Role.ADMIN)).to_dict("records")
    assert [line["facts"]["attempts"] for line in told] == ["1", "50"]
    # Nothing of the cookie, and not whom it claims to be.
    text = log.log_path().read_text(encoding="utf-8")
    assert forged not in text and "rut" not in text
