"""Who a login is: from the claims of the municipality's provider to roles and departments.

The rules stand in ``behorigheter.toml`` beside Streamlit's ``secrets.toml`` (or where the variable
``DISTANSKOLLEN_ACCESS`` points); ``data/behorigheter.exempel.toml`` shows every form. A login that
no rule covers gets nothing. Several rules may cover one: the roles are then all granted, one at a
time is chosen, and the departments of hr are those of all its rules together.

Values are compared exactly, letter by letter: two groups whose names look alike are two groups.
Only in an e-mail address is the part after @ compared without regard to case (that of ASCII alone:
other letters also have a lower case that is another letter), and an address counts only if the
provider does not say that it is unverified.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import string
import sys
import threading
import time
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError, model_validator

from queries import log
from queries.i18n import _
from queries.reference import Facts, ReferenceDataError
from queries.rules import _Slip, _syntax, _text
from queries.store import make_private, store_path
from queries.toml_lines import Lines
from queries.viewer import AccessDenied, Role, Viewer

ACCESS_VARIABLE = "DISTANSKOLLEN_ACCESS"
ROOT = Path(__file__).resolve().parent.parent
EMAIL = "email"
AHEAD = 300
"""Seconds that the provider's clock may be before ours."""
FORGOTTEN = 3600
"""Seconds that a refused identity is remembered, so that it is told once in the log."""
MOST_TOLD = 100
"""Different things that one login is told of in the log: an address may ask for anything."""
LOCK_SECONDS = 10.0
ROLES = tuple(role.value for role in Role)
FIELDS = ("claim", "value", "role", "departments")

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def _listed(value: Any) -> Any:
    """Let one text stand for a list of one."""
    return (value,) if isinstance(value, str) else value


# With a space at an end it could never be equal to a claim.
Word = Annotated[str, StringConstraints(strict=True, min_length=1, pattern=r"^\S(.*\S)?$")]
Words = Annotated[tuple[Word, ...], BeforeValidator(_listed), Field(min_length=1)]


class AccessRule(Facts):
    """Whoever has ``value`` (or one of several) in the claim ``claim`` is granted ``role``.

    A ``claim`` of several parts lies within others: ``["realm_access", "roles"]``. ``departments``
    are codes, and for hr alone.
    """

    claim: Words
    value: Words
    role: Role
    departments: Annotated[tuple[Word, ...], BeforeValidator(_listed)] = ()

    @model_validator(mode="after")
    def _departments_are_hrs(self) -> AccessRule:
        if self.role is Role.HR and not self.departments:
            raise _Slip(
                _(
                    "Rollen hr kräver departments: en lista med koden för minst en förvaltning, "
                    'till exempel ["KLK"]. Utan förvaltning ser hr ingenting.'
                ),
                "departments" if "departments" in self.model_fields_set else "role",
            )
        if self.role is not Role.HR and self.departments:
            raise _Slip(_("departments gäller bara rollen hr. Ta bort raden."), "departments")
        return self

    def covers(self, claims: Mapping[str, Any]) -> bool:
        """Return whether a login with these claims is one that the rule is about."""
        if self.claim == (EMAIL,):
            found = claims.get(EMAIL)
            if not isinstance(found, str) or not _verified(claims):
                return False
            return _address(found) in {_address(value) for value in self.value}
        found = _within(claims, self.claim)
        given = found if isinstance(found, (list, tuple)) else (found,)
        return any(isinstance(item, str) and item in self.value for item in given)


class AccessRules(Facts):
    """The whole file."""

    rules: tuple[AccessRule, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Grants:
    """What a login may be: roles in the order of ``Role``, and hr's departments (codes)."""

    roles: tuple[Role, ...] = ()
    departments: frozenset[str] = field(default_factory=frozenset)

    def viewer(self, role: Role | str, departments: Collection[str] | None = None) -> Viewer:
        """Return the viewer in one of the granted roles; for hr with those of ``departments`` that
        are granted (all of them if None). Raises ``AccessDenied`` for a role that is not granted.
        """
        if role not in self.roles:
            raise AccessDenied(_("Rollen ingår inte i din behörighet."))
        if role != Role.HR:
            return Viewer(Role(role))
        chosen = self.departments if departments is None else frozenset(departments)
        return Viewer(Role.HR, chosen & self.departments)


def _verified(claims: Mapping[str, Any]) -> bool:
    """Return whether the e-mail may be trusted: only if nothing says that it is not.

    Some providers do not send the claim, and some send it as text; whatever is not a yes is a no.
    """
    said = claims.get("email_verified", True)
    return said is True or (isinstance(said, str) and said.translate(_LOWER) == "true")


def _address(email: str) -> str:
    name, at, domain = email.rpartition("@")
    return name + at + domain.translate(_LOWER)


def _within(claims: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        claims = claims.get(step) if isinstance(claims, Mapping) else None
    return claims


# --- the file -------------------------------------------------------------------------------------


def access_file() -> Path:
    """Return where the rules stand."""
    named = os.environ.get(ACCESS_VARIABLE)
    return Path(named) if named else ROOT / ".streamlit" / "behorigheter.toml"


def access_rules(path: Path | None = None) -> AccessRules:
    """Return the rules of ``path`` (default ``access_file()``), read anew when the file changes.

    Raises ``ReferenceDataError`` with file, line and what may stand there. Nothing is then granted
    to anybody: half of the rules would let some in and shut others out without a word.
    """
    path = path or access_file()
    try:
        stat = path.stat()
    except OSError as error:
        raise ReferenceDataError(path, "", _("Filen går inte att läsa.")) from error
    return _read(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int, _size: int) -> AccessRules:
    text = _text(path)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(path, text, error) from error
    try:
        return AccessRules.model_validate(content)
    except ValidationError as error:
        raise _convert(path, Lines(text), error) from error


def _convert(path: Path, lines: Lines, error: ValidationError) -> ReferenceDataError:
    """Tell the first mistake of the file, by line; a misspelt field before the missing one."""
    told = []
    faults = error.errors()
    for fault in faults:
        loc, slip = fault["loc"], fault.get("ctx", {}).get("error")
        # A list that holds a faulty item is called too short as well.
        if any(other["loc"][: len(loc)] == loc and other is not fault for other in faults):
            continue
        if isinstance(slip, _Slip):
            loc = (*loc, slip.field)
        line = lines.of(loc)
        told.append((lines.of(loc[:2]), fault["type"] == "missing", line, loc, fault))
    _entry, _later, line, loc, fault = min(told, key=lambda t: t[:3])
    return ReferenceDataError(path, _("rad {n}").format(n=line), _message(loc, fault))


def _message(loc: tuple[int | str, ...], fault: Any) -> str:
    """Say in Swedish what is wrong with the field at ``loc``, and what may stand there."""
    name = next((str(step) for step in reversed(loc) if isinstance(step, str)), "")
    fields = ", ".join(FIELDS)
    type_, given = fault["type"], fault.get("input")
    if type_ == "value_error":
        return str(fault["ctx"]["error"])
    if loc[:1] != ("rules",) or len(loc) < 3:
        return _(
            "Filen består av regler, var och en under rubriken [[rules]], med fälten {fields}. "
            "Minst en behövs."
        ).format(fields=fields)
    if type_ == "missing":
        return _("Fältet {name} saknas. Här krävs: {fields}.").format(
            name=name, fields="claim, value, role"
        )
    if type_ == "extra_forbidden":
        return _("Fältet {name} är okänt. Möjliga fält här: {fields}.").format(
            name=name, fields=fields
        )
    if name == "role":
        return _("{name}: {value} är okänt. Välj bland: {known}.").format(
            name=name,
            value=json.dumps(given, default=str, ensure_ascii=False),
            known=", ".join(ROLES),
        )
    return _(
        "{name}: här ska det stå text inom raka citattecken, eller en lista med sådana inom "
        "hakparenteser, utan mellanslag först eller sist och inte tom."
    ).format(name=name)


def grants(claims: Mapping[str, Any], rules: AccessRules | None = None) -> Grants:
    """Return what the rules give a login with these claims: nothing if none covers it.

    Raises ``ReferenceDataError`` if the file has a mistake.
    """
    met = [rule for rule in (rules or access_rules()).rules if rule.covers(claims)]
    given = {rule.role for rule in met}
    departments = frozenset(code for rule in met for code in rule.departments)
    return Grants(tuple(role for role in Role if role in given), departments)


# --- who, and for how long ------------------------------------------------------------------------


class Refusal(Enum):
    """Why a signed identity does not count."""

    EXPIRED = "expired"
    UNDATED = "undated"
    EARLY = "early"
    ENDED = "ended"


def refusal(claims: Mapping[str, Any], now: float | None = None) -> Refusal | None:
    """Return why the identity does not count at ``now`` (seconds since 1970), None if it does.

    Streamlit keeps the identity for 30 days and looks at none of these. ``exp`` must be there; an
    ``iat`` or ``nbf`` that lies more than ``AHEAD`` seconds ahead is another clock than ours, or
    made up.
    """
    now = time.time() if now is None else now
    until = _seconds(claims.get("exp"))
    if until is None:
        return Refusal.UNDATED
    for name in ("iat", "nbf"):
        if name in claims:
            start = _seconds(claims[name])
            if start is None:
                return Refusal.UNDATED
            if start > now + AHEAD:
                return Refusal.EARLY
    if until <= now:
        return Refusal.EXPIRED
    return Refusal.ENDED if _ended.has(fingerprint(claims), now) else None


def expires(claims: Mapping[str, Any]) -> float:
    """Return the second (since 1970) at which an identity without refusal ends."""
    return _seconds(claims.get("exp")) or 0.0


def _seconds(value: Any) -> float | None:
    """Return a claim's time; None for what is no number (a yes is none, nor is infinity)."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def name_of(claims: Mapping[str, Any]) -> str:
    """Return what to call whoever is logged in: name, else address, else the provider's id."""
    return next(
        (
            text.strip()
            for key in ("name", EMAIL, "preferred_username", "sub")
            if isinstance(text := claims.get(key), str) and text.strip()
        ),
        "",
    )


def actor_of(claims: Mapping[str, Any]) -> str:
    """Return who it is for the log: the address, which two people do not share, else the id.

    Without login (no claims) the system's user.
    """
    if not claims:
        return log.system_user()
    return next(
        (
            text.strip()
            for key in (EMAIL, "preferred_username", "sub", "name")
            if isinstance(text := claims.get(key), str) and text.strip()
        ),
        "",
    )


def fingerprint(claims: Mapping[str, Any]) -> str:
    """Return what tells this login from every other: a hash of all its claims, which hold a nonce
    of their own or at least the second."""
    kept = {key: value for key, value in claims.items() if key not in ("tokens", "is_logged_in")}
    text = json.dumps(kept, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class _Kept:
    """What is remembered of logins until they have expired by themselves: login → what → until."""

    def __init__(self) -> None:
        self._until: dict[str, dict[str, float]] = {}
        self._lock = threading.Lock()  # each visitor's run has a thread of its own

    def add(self, login: str, what: str, until: float, now: float) -> None:
        with self._lock:
            self._until.setdefault(login, {})[what] = until
            kept = {
                key: {told: end for told, end in ends.items() if end > now}
                for key, ends in self._until.items()
            }
            self._until = {key: ends for key, ends in kept.items() if ends}

    def has(self, login: str, what: str, now: float) -> bool:
        return self._until.get(login, {}).get(what, 0.0) > now

    def number(self, login: str) -> int:
        return len(self._until.get(login, ()))


class _Ended:
    """The logins that somebody has ended, also over a restart of the service.

    In ``<store>/login/ended.json``: fingerprint → the second at which the login ends by itself. It
    tells nobody whose a login was. Read anew when it changes, so that two processes on one store
    know what either has ended. Where it cannot be written a log-out counts until the restart.
    """

    def __init__(self) -> None:
        self._own: dict[str, float] = {}
        self._read: tuple[object, dict[str, float]] = (None, {})

    def add(self, login: str, until: float, now: float) -> None:
        if until <= now or self.has(login, now):
            return
        self._own = {key: end for key, end in self._own.items() if end > now} | {login: until}
        try:
            self._write(now)
        except OSError as error:  # a lock that is not given is one, too
            text = _("Utloggningen går inte att spara ({reason}): den gäller till omstarten.")
            print(text.format(reason=error.strerror or error), file=sys.stderr, flush=True)

    def has(self, login: str, now: float) -> bool:
        return max(self._own.get(login, 0.0), self._filed().get(login, 0.0)) > now

    def _write(self, now: float) -> None:
        from filelock import FileLock  # late: a command's help has no use for it

        path = ended_path()
        make_private(path.parent, store_path())
        with FileLock(path.parent / "lock", timeout=LOCK_SECONDS, mode=0o600):
            kept = {key: end for key, end in (self._filed() | self._own).items() if end > now}
            new = path.with_suffix(".new")
            handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(kept, stream)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(new, path)

    def _filed(self) -> dict[str, float]:
        path = ended_path()
        state: object = path
        try:
            stat = path.stat()
            state = (path, stat.st_ino, stat.st_mtime_ns, stat.st_size)
            if self._read[0] != state:
                told = json.loads(path.read_text(encoding="utf-8"))
                self._read = (state, {str(key): float(end) for key, end in told.items()})
            return self._read[1]
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            # Nobody is shut out for it: a login that was ended also expires by itself.
            if self._read[0] != state:
                print(f"{path}: {error}", file=sys.stderr, flush=True)
            self._read = (state, {})
            return {}


def ended_path() -> Path:
    """Return the file of the logins that somebody has ended."""
    return store_path() / "login" / "ended.json"


_ended, _told = _Ended(), _Kept()


def end(claims: Mapping[str, Any], now: float | None = None) -> None:
    """Let this login count no more, in any tab and whoever holds its cookie.

    The log-out takes the cookie from the browser, but the other tabs have read it, and whoever has
    copied it still holds it.
    """
    now = time.time() if now is None else now
    _ended.add(fingerprint(claims), expires(claims), now)


def first_time(claims: Mapping[str, Any], what: str, until: float) -> bool:
    """Return whether this login is met with ``what`` for the first time, and remember it."""
    login, now = fingerprint(claims), time.time()
    if _told.has(login, what, now) or _told.number(login) >= MOST_TOLD:
        return False
    _told.add(login, what, until, now)
    return True


def note(
    claims: Mapping[str, Any],
    event: str,
    *,
    role: str = "",
    what: str = "",
    facts: Mapping[str, object] | None = None,
) -> None:
    """Write in the log what a login does or is refused, once for each login.

    Not once for each visit: a page that is loaded anew begins another, and whoever is refused
    could fill the log by holding down a key.
    """
    until = max(expires(claims), time.time() + FORGOTTEN)
    if first_time(claims, f"{event} {role} {what}", until):
        log.append(event, actor=actor_of(claims), role=role, what=what, facts=facts)
