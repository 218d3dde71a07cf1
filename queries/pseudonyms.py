"""The key that hides who an agreement is with, and what can be done with it.

The store holds a keyed hash of each employee, and the name sealed with the same key. The key lies
outside the store, so that a copy of the store alone can neither be matched against a list of
employees nor read. Whoever serves the pages without the key shows pseudonyms.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

import platformdirs

from queries.i18n import _
from queries.store import StoreError, store_path

KEY_VARIABLE = "DISTANSKOLLEN_KEY_FILE"
PSEUDONYM_LENGTH = 6


class KeyProblem(StoreError):
    """The key cannot be read or made. The Swedish message says what to do about it."""


def key_path() -> Path:
    """Return where the key lies: ``DISTANSKOLLEN_KEY_FILE``, else the user's own data folder."""
    named = os.environ.get(KEY_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_data_dir("distanskollen")) / "key"


def read_key(create: bool = False) -> bytes:
    """Return the key; with ``create`` it is made on first use. Raises ``KeyProblem``, also when it
    lies within the store: whoever copies or steals the one would have the other."""
    path = key_path()
    if path.resolve().is_relative_to(store_path().resolve()):
        raise KeyProblem(
            _(
                "Nyckelfilen {path} ligger i lagrets mapp, så den som kopierar lagret får med sig "
                "nyckeln. Flytta den till en säker plats utanför, och peka ut den med {variable}."
            ).format(path=path, variable=KEY_VARIABLE)
        )
    try:
        if create and not path.exists():
            _make_key(path)
        key = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise KeyProblem(
            _(
                "Nyckeln som döljer de anställdas identitet går inte att läsa eller skapa i {path} "
                "({reason}). Peka ut en fil på en säker plats med {variable}."
            ).format(path=path, reason=error.strerror, variable=KEY_VARIABLE)
        ) from error
    if len(key) < 32 or not key.isascii():
        raise KeyProblem(
            _(
                "Nyckelfilen {path} är tom eller skadad. Lägg tillbaka den från en säkerhetskopia. "
                "Är den borta för alltid, se ”Om nyckeln är borta” i handboken."
            ).format(path=path)
        )
    return key.encode("ascii")


def passing_key() -> bytes:
    """Return a key for this moment only, to try a load that writes nothing."""
    return secrets.token_hex(32).encode("ascii")


def keyed_hash(key: bytes, employee: str) -> str:
    """Return HMAC-SHA256 (64 hex digits) of an employee as already normalised by the caller."""
    return hmac.new(key, employee.encode(), hashlib.sha256).hexdigest()


def pseudonym(employee: str | None) -> str:
    """Return the short name under which a hash is shown: six digits, upper case."""
    return (employee or "")[:PSEUDONYM_LENGTH].upper()


def seal(key: bytes, names: Iterable[str]) -> list[str]:
    """Return the names encrypted (Fernet: AES-128-CBC with HMAC-SHA256), in the same order."""
    cipher = _cipher(key)
    return [cipher.encrypt(name.encode()).decode("ascii") for name in names]


def unseal(sealed: Iterable[str]) -> list[str | None]:
    """Return the names behind sealed ones; None where this machine's key does not open it."""
    from cryptography.fernet import InvalidToken

    try:
        cipher = _cipher(read_key())
    except KeyProblem:
        return [None for _name in sealed]
    found: list[str | None] = []
    for text in sealed:
        try:
            found.append(cipher.decrypt(text.encode("ascii")).decode())
        except InvalidToken:
            found.append(None)
    return found


def opens_any(key: bytes, sealed: Iterable[str]) -> bool:
    """Return whether the key opens any of the sealed names: all of a store are sealed with one."""
    from cryptography.fernet import InvalidToken

    cipher = _cipher(key)
    for text in sealed:
        try:
            cipher.decrypt(text.encode("ascii"))
        except InvalidToken:
            continue
        return True
    return False


def _cipher(key: bytes):
    from cryptography.fernet import Fernet

    # Another use, another key: what is derived for names says nothing about the hashes.
    own = hmac.new(key, b"distanskollen: names", hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(own))


def _make_key(path: Path) -> None:
    """Write a new key, whole from the moment that it has its name: a load may be killed here.

    Linked and not renamed into place: of two first loads at once, both use the key that came first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(32))
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            pass
        except OSError:  # a disk without hard links
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
