"""Who is let in as what: from the claims of a login to roles and departments, and for how long."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries import access, log
from queries.access import Grants, Refusal, access_rules, grants, refusal
from queries.reference import ReferenceDataError
from queries.viewer import AccessDenied, Role, Viewer

NOW = 1_790_000_000.0
EXAMPLE = access.ROOT / "data" / "behorigheter.exempel.toml"
SOUND = {"claim": '"roles"', "value": '"x"', "role": '"revisor"'}


def rule(**fields: str) -> str:
    lines = [f"{name} = {value}" for name, value in {**SOUND, **fields}.items() if value]
    return "\n".join(["[[rules]]", *lines, ""])


def rules_of(tmp_path: Path, *texts: str) -> access.AccessRules:
    path = tmp_path / "behorigheter.toml"
    path.write_text("\n".join(texts), encoding="utf-8")
    return access_rules(path)


def given_roles(tmp_path: Path, claims: dict[str, Any], **fields: str) -> tuple[Role, ...]:
    return grants(claims, rules_of(tmp_path, rule(**fields))).roles


# --- what is granted ------------------------------------------------------------------------------


@pytest.mark.parametrize("claim", ["x", ["a", "x"], ("x",)])
def test_a_claim_of_one_word_or_of_several_grants_the_role(tmp_path: Path, claim: Any) -> None:
    assert given_roles(tmp_path, {"roles": claim}) == (Role.REVISOR,)


@pytest.mark.parametrize(
    "claim",
    [
        "X",
        " x",
        "x ",
        "xx",
        "a x",
        "a,x",
        "",
        "х",
        "ｘ",
        None,
        True,
        1,
        {"x": 1},
        [["x"]],
        [None],
        [],
    ],
)
def test_nothing_but_the_very_word_grants_anything(tmp_path: Path, claim: Any) -> None:
    assert given_roles(tmp_path, {"roles": claim}) == ()


def test_a_composed_and_a_decomposed_letter_are_two_values(tmp_path: Path) -> None:
    assert given_roles(tmp_path, {"roles": "a\u030a"}, value='"å"') == ()


def test_whoever_no_rule_covers_gets_nothing(tmp_path: Path) -> None:
    assert grants({}, rules_of(tmp_path, rule())) == Grants()
    assert grants({"role": "x", "Roles": "x"}, rules_of(tmp_path, rule())) == Grants()


def test_a_claim_within_another_is_found_by_its_path_alone(tmp_path: Path) -> None:
    path = '["realm_access", "roles"]'
    assert given_roles(tmp_path, {"realm_access": {"roles": ["x"]}}, claim=path) == (Role.REVISOR,)
    for other in ({"realm_access.roles": ["x"]}, {"realm_access": ["x"]}, {"roles": ["x"]}):
        assert given_roles(tmp_path, other, claim=path) == ()


def test_several_rules_give_all_their_roles_in_order_and_hr_all_its_departments(
    tmp_path: Path,
) -> None:
    rules = rules_of(
        tmp_path,
        rule(),
        rule(role='"hr"', departments='["SN"]'),
        rule(role='"hr"', departments='["KLK", "SN"]', value='["y", "z"]'),
        rule(role='"hr"', departments='["BUN"]', value='"w"'),
        rule(role='"politiker"'),
    )
    found = grants({"roles": ["x", "z"]}, rules)
    assert found.roles == (Role.POLITIKER, Role.HR, Role.REVISOR)
    assert found.departments == {"SN", "KLK"}


def test_a_viewer_is_never_more_than_what_is_granted() -> None:
    found = Grants((Role.HR,), frozenset({"SN", "KLK"}))
    assert found.viewer("hr") == Viewer(Role.HR, frozenset({"SN", "KLK"}))
    assert found.viewer(Role.HR, ["SN", "BUN"]) == Viewer(Role.HR, frozenset({"SN"}))
    assert found.viewer(Role.HR, []) == Viewer(Role.HR)
    for role in ("politiker", "revisor", "admin", "", "chef"):
        with pytest.raises(AccessDenied):
            found.viewer(role)
    assert Grants((Role.REVISOR,), frozenset({"SN"})).viewer("revisor") == Viewer(Role.REVISOR)


# --- e-mail ---------------------------------------------------------------------------------------

EMAIL = {"claim": '"email"', "value": '"Anna.Ek@Kommunen.example"'}


@pytest.mark.parametrize("email", ["Anna.Ek@Kommunen.example", "Anna.Ek@KOMMUNEN.EXAMPLE"])
@pytest.mark.parametrize("said", [{}, {"email_verified": True}, {"email_verified": "true"}])
def test_an_address_counts_whatever_the_case_of_its_domain(
    tmp_path: Path, email: str, said: dict[str, Any]
) -> None:
    assert given_roles(tmp_path, {"email": email, **said}, **EMAIL) == (Role.REVISOR,)


@pytest.mark.parametrize("said", [False, "false", "", None, 0, 1, "ja", [True]])
def test_an_address_that_is_not_said_to_be_verified_counts_for_nothing(
    tmp_path: Path, said: Any
) -> None:
    claims = {"email": "Anna.Ek@Kommunen.example", "email_verified": said}
    assert given_roles(tmp_path, claims, **EMAIL) == ()


@pytest.mark.parametrize(
    "email",
    [
        "anna.ek@kommunen.example",
        # The Kelvin sign, whose lower case is k.
        "Anna.Ek@\N{KELVIN SIGN}ommunen.example",
        "Anna.Ek@kommunen.example.evil",
        "Anna.Ek",
        ["Anna.Ek@Kommunen.example"],
    ],
)
def test_an_address_that_only_looks_alike_is_another(tmp_path: Path, email: Any) -> None:
    assert given_roles(tmp_path, {"email": email}, **EMAIL) == ()


# --- the file -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("", 1, "claim, value, role, departments"),
        ("[[regler]]\n", 1, "[[rules]]"),
        ("rules = 'x'", 1, "[[rules]]"),
        ("rules = [1]", 1, "[[rules]]"),
        (rule(role='"chef"'), 4, "politiker, hr, revisor, admin"),
        (rule(role='"Revisor"'), 4, "politiker, hr, revisor, admin"),
        (rule(role='["hr"]'), 4, "politiker, hr, revisor, admin"),
        (rule(role='"hr"'), 4, "kräver departments"),
        (rule(role='"hr"', departments="[]"), 5, "kräver departments"),
        (rule(role='"hr"', departments='["SN", ""]'), 5, "inte tom"),
        (rule(role='"hr"', departments='["SN", 3]'), 5, "inom raka citattecken"),
        (rule(departments='["SN"]'), 5, "gäller bara rollen hr"),
        (rule(value=""), 1, "value saknas"),
        (rule(value="", vale='"x"'), 4, "vale är okänt"),
        (rule(value="[]"), 3, "inte tom"),
        (rule(value='""'), 3, "inte tom"),
        (rule(value='" x"'), 3, "utan mellanslag"),
        (rule(value="3"), 3, "inom raka citattecken"),
        (rule(claim="[]"), 2, "inte tom"),
        (rule() + rule(role='"chef"'), 8, "politiker, hr, revisor, admin"),
        (rule() + "[[rules]\n", 5, "[[rules]]"),
        (rule() + "claim = \n", 5, "citattecken"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_line_and_what_may_stand_there_and_nobody_is_let_in(
    tmp_path: Path, text: str, line: int, told: str
) -> None:
    path = tmp_path / "behorigheter.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReferenceDataError) as caught:
        access_rules(path)
    assert f"behorigheter.toml: rad {line}." in str(caught.value)
    assert told in str(caught.value)
    with pytest.raises(ReferenceDataError):
        grants({"roles": "x"}, access_rules(path))


def test_a_file_that_is_missing_lets_nobody_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_ACCESS", str(tmp_path / "saknas.toml"))
    with pytest.raises(ReferenceDataError, match=r"saknas\.toml.*går inte att läsa"):
        grants({"roles": "x"})


def test_a_changed_file_counts_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "behorigheter.toml"
    monkeypatch.setenv("DISTANSKOLLEN_ACCESS", str(path))
    path.write_text(rule(), encoding="utf-8")
    assert grants({"roles": "x"}).roles == (Role.REVISOR,)
    path.write_text(rule(value='"other"'), encoding="utf-8")
    assert grants({"roles": "x"}).roles == ()


def test_the_example_is_sound_and_shows_every_role_and_field() -> None:
    rules = access_rules(EXAMPLE).rules
    assert {rule.role for rule in rules} == set(Role)
    assert any(len(rule.claim) > 1 for rule in rules)
    assert any(len(rule.value) > 1 for rule in rules)
    text = EXAMPLE.read_text(encoding="utf-8")
    assert all(f"#   {name} " in text for name in access.FIELDS)


# --- for how long ---------------------------------------------------------------------------------

VALID = {"sub": "a", "exp": NOW + 60, "iat": NOW, "nonce": "n"}


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({}, None),
        ({"exp": NOW + 0.5}, None),
        ({"iat": NOW + 299, "nbf": NOW + 299}, None),
        ({"exp": NOW}, Refusal.EXPIRED),
        ({"exp": NOW - 1}, Refusal.EXPIRED),
        ({"exp": 0}, Refusal.EXPIRED),
        ({"exp": -1e300}, Refusal.EXPIRED),
        ({"exp": None}, Refusal.UNDATED),
        ({"exp": str(int(NOW + 60))}, Refusal.UNDATED),
        ({"exp": True}, Refusal.UNDATED),
        ({"exp": float("nan")}, Refusal.UNDATED),
        ({"exp": float("inf")}, Refusal.UNDATED),
        ({"exp": 10**400}, Refusal.UNDATED),
        ({"exp": [NOW + 60]}, Refusal.UNDATED),
        ({"iat": NOW + 301}, Refusal.EARLY),
        ({"nbf": NOW + 301}, Refusal.EARLY),
        ({"iat": "igår"}, Refusal.UNDATED),
        ({"nbf": None}, Refusal.UNDATED),
    ],
)
def test_an_identity_counts_within_its_time_and_only_if_it_tells_it(
    claims: dict[str, Any], why: Refusal | None
) -> None:
    assert refusal({**VALID, **claims}, NOW) is why


def test_an_identity_without_an_end_is_refused() -> None:
    assert refusal({"sub": "a"}, NOW) is Refusal.UNDATED


ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.none())


@given(exp=ANYTHING, iat=ANYTHING, nbf=ANYTHING)
def test_whatever_the_times_are_only_an_end_to_come_is_let_through(
    exp: Any, iat: Any, nbf: Any
) -> None:
    if refusal({"exp": exp, "iat": iat, "nbf": nbf}, NOW) is None:
        assert isinstance(exp, (int, float)) and not isinstance(exp, bool) and exp > NOW
        assert iat <= NOW + access.AHEAD and nbf <= NOW + access.AHEAD


def test_a_login_that_was_ended_counts_no_more_but_the_next_of_the_same_person_does() -> None:
    claims = {**VALID, "nonce": "ended"}
    access.end({**claims, "is_logged_in": True, "tokens": {}}, NOW)
    assert refusal(claims, NOW) is Refusal.ENDED
    assert refusal({**claims, "nonce": "next"}, NOW) is None
    assert refusal(claims, NOW + 61) is Refusal.EXPIRED


def test_what_was_ended_is_forgotten_when_it_has_expired_by_itself() -> None:
    kept = access._Kept()
    kept.add("a", "", NOW + 10, NOW)
    kept.add("b", "", NOW + 99, NOW + 11)
    assert list(kept._until) == ["b"]


def test_what_was_ended_is_ended_after_a_restart_and_in_another_process(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, other = access._Ended(), access._Ended()
    first.add("a", NOW + 10, NOW)
    other.add("b", NOW + 99, NOW + 11)
    assert first.has("b", NOW + 11) and access._Ended().has("b", NOW + 11)
    path = access.ended_path()
    assert path.stat().st_mode & 0o077 == 0
    assert list(json.loads(path.read_text())) == ["b"], "what has expired is no longer kept"
    # A damaged file shuts nobody out, is told once, and is mended by the next log-out.
    path.write_text("{")
    assert not other.has("c", NOW) and not other.has("d", NOW) and other.has("b", NOW)
    assert capsys.readouterr().err.count("ended.json") == 1
    other.add("c", NOW + 99, NOW)
    assert access._Ended().has("c", NOW)


def test_a_log_out_that_cannot_be_saved_counts_all_the_same(
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = access.ended_path().parent
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")
    kept = access._Ended()
    kept.add("a", NOW + 10, NOW)
    assert kept.has("a", NOW)
    assert "Utloggningen går inte att spara" in capsys.readouterr().err


def test_one_login_cannot_fill_the_log_with_whatever_it_asks_for() -> None:
    claims = {**VALID, "nonce": "many"}
    for number in range(3 * access.MOST_TOLD):
        access.note(claims, "denied", what=f"förvaltningen {number}")
    assert len(log.entries(Viewer(Role.ADMIN))) == access.MOST_TOLD


def test_the_same_is_told_once_for_each_login() -> None:
    one, other = {**VALID, "nonce": "told"}, {**VALID, "nonce": "told too"}
    told = [access.first_time(c, w, 9e9) for c in (one, one, other) for w in ("a", "a", "b")]
    assert told == [True, False, True, False, False, False, True, False, True]


def test_somebody_is_called_by_name_and_logged_by_address() -> None:
    claims = {"sub": "7f", "email": "a@b.example", "name": " Anna "}
    assert (access.name_of(claims), access.actor_of(claims)) == ("Anna", "a@b.example")
    assert (access.name_of({"sub": "7f"}), access.actor_of({"sub": "7f"})) == ("7f", "7f")
    assert (access.name_of({"name": 3}), access.actor_of({"name": 3})) == ("", "")
    assert access.actor_of({}) == log.system_user()
