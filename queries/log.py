"""The log: who did what when. One line of JSON per event, in ``<store>/log/log.jsonl``.

It lives in ``queries`` although it writes. Pages, commands and loads must all be able to add a
line, and this is the only room that all of them may enter. It adds to one file and reads it; no
snapshot is opened or changed here. It lies beside the snapshots and not inside: restoring an
earlier snapshot must not take back what is told of it.

Lines are only ever added. Each carries the SHA-256 of the line before it (its bytes without the
line break), so a line that is changed, removed or put in makes the chain break there. The end of
the file has no later line to vouch for it: therefore every snapshot's manifest holds the hash of
the line that tells of it, and ``verify`` looks for each. What is left is honest but small: lines
after the latest snapshot can be cut off without trace, and whoever may write in the whole store can
rewrite log and manifests together. Against that the log has to be copied elsewhere.

Two ways to add a line. ``append`` never fails: a page must not die because a disk is full, so what
cannot be written is said on stderr instead, where the server's own journal takes it. ``require`` is
for what changes the store (load, restore, prune): it raises, and the change is not made. It is
called when the next snapshot is built and checked, just before it is put in force: a crash between
the two leaves a line too many, never a change without a line.

A line never holds content of a file, an answer, a name beside the actor's, or a secret.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from queries.i18n import _
from queries.store import StoreError, list_snapshots, make_private, store_path
from queries.viewer import AccessDenied, Role, Viewer

if TYPE_CHECKING:
    # Imported late where used: pandas takes longer to start than a whole load takes to run.
    import pandas as pd

EVENTS = (
    "login", "logout", "denied", "load", "export", "change", "restore", "prune", "demo",
)  # fmt: skip
BROKEN = "broken"
"""The event of a line that cannot be read: one that a crash or a full disk cut off."""
COLUMNS = ("line", "time", "event", "actor", "role", "what", "facts")
START = "0" * 64
"""What the first line carries in the place of a line before it."""
LONGEST = 300
"""As much of a value as is kept, in characters."""
MOST_FACTS = 20
BEFORE = re.compile(rb'\{"before": "([0-9a-f]{64})"')
MODE = 0o660
"""Nobody else's to read; the group's, where commands and server run as two users."""
LOCK_SECONDS = 10.0
BLOCK = 65_536
ZONE = ZoneInfo("Europe/Stockholm")
"""Where a day begins for those who read the log; its own times are in UTC."""


class LogError(StoreError):
    """The log cannot be written, so the change that it would have told of is not made."""


@dataclass(frozen=True)
class Fault:
    """Something that is wrong with the log. ``line`` counts from 1; 0 where no line is to blame.

    ``kind``: ``broken`` (cut off in the middle, which a crash does), ``changed`` (the chain does
    not hold) or ``missing`` (a line that a snapshot vouches for is gone).
    """

    line: int
    kind: str
    message: str


def log_path(store: Path | None = None) -> Path:
    """Return the log's file."""
    return (store or store_path()) / "log" / "log.jsonl"


def system_user() -> str:
    """Return the name of the system's user: the actor of commands, and of pages without login."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "okänd"


def append(
    event: str,
    *,
    actor: str,
    role: str = "",
    what: str = "",
    facts: Mapping[str, object] | None = None,
    store: Path | None = None,
) -> None:
    """Add a line; never raises. What cannot be written is said on stderr.

    ``event``: one of ``EVENTS``. ``actor``: the login's identity, or ``system_user()``. ``what``: a
    few words on what it was done to (a page, a file's name). ``facts``: more of it by name; values
    become text, empty ones are left out. Text is cut at ``LONGEST`` characters and freed from
    control characters. The time is taken here, in UTC.
    """
    try:
        require(event, actor=actor, role=role, what=what, facts=facts, store=store)
    except Exception as error:  # noqa: BLE001  # whatever it is, the page is worth more than it
        line = _line(event, actor, role, what, facts, START).decode()
        print(_("Loggen går inte att skriva: {reason}").format(reason=error), file=sys.stderr)
        print(line, file=sys.stderr, flush=True)


@contextmanager
def telling_refusals(
    event: str, *, actor: str, what: str, store: Path | None = None
) -> Iterator[None]:
    """Add a line if what is done within is refused or fails. A store that is not there stays so."""
    try:
        yield
    except Exception:
        if (store or store_path()).exists():
            append(event, actor=actor, what=what, facts={"outcome": "refused"}, store=store)
        raise


def require(
    event: str,
    *,
    actor: str,
    role: str = "",
    what: str = "",
    facts: Mapping[str, object] | None = None,
    store: Path | None = None,
) -> str:
    """Add a line as ``append`` does, and return its hash. Raises ``LogError``."""
    if event not in EVENTS:
        raise ValueError(event)
    from filelock import FileLock, Timeout  # late: a command's help has no use for it

    path = log_path(store)
    try:
        make_private(path.parent, store or store_path())
        with FileLock(path.parent / "lock", timeout=LOCK_SECONDS, mode=MODE):
            return _add(path, event, actor, role, what, facts)
    except (Timeout, OSError) as error:
        reason = getattr(error, "strerror", None) or _("den är låst")
        raise LogError(
            _(
                "Det går inte att skriva i loggen {path} ({reason}). Det som inte kan loggas görs "
                "inte. Kontrollera att disken inte är full eller skrivskyddad och försök igen."
            ).format(path=path, reason=reason)
        ) from error


def _add(
    path: Path,
    event: str,
    actor: str,
    role: str,
    what: str,
    facts: Mapping[str, object] | None,
) -> str:
    new = not path.exists()
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags, MODE)
    try:
        last, whole = _last_line(handle)
        line = _line(event, actor, role, what, facts, _hash(last) if last is not None else START)
        # A line that a crash cut off is ended here and stays: it is part of what happened.
        data = (b"" if whole else b"\n") + line + b"\n"
        while data:
            data = data[os.write(handle, data) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    if new and os.name != "nt":  # Windows cannot open a folder, and needs no sync of one.
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return _hash(line)


def _last_line(handle: int) -> tuple[bytes | None, bool]:
    """Return the last line (None in an empty file), and whether a line break ends it."""
    place = os.lseek(handle, 0, os.SEEK_END)
    if place == 0:
        return None, True
    tail = b""
    while place and b"\n" not in tail[:-1]:
        step = min(BLOCK, place)
        place -= step
        os.lseek(handle, place, os.SEEK_SET)
        tail = os.read(handle, step) + tail
    whole = tail.endswith(b"\n")
    return (tail[:-1] if whole else tail).rpartition(b"\n")[2], whole


def _line(
    event: str,
    actor: str,
    role: str,
    what: str,
    facts: Mapping[str, object] | None,
    before: str,
) -> bytes:
    given = {
        _clean(name): _clean(value)
        for name, value in list((facts or {}).items())[:MOST_FACTS]
        if value not in (None, "")
    }
    told = {
        # First, so that a line that is cut off still tells which line it followed.
        "before": before,
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "event": event,
        "actor": _clean(actor) or "okänd",
        "role": _clean(role),
        "what": _clean(what),
        **({"facts": given} if given else {}),
    }
    return json.dumps(told, ensure_ascii=False).encode()


def _clean(value: object) -> str:
    """Return ``value`` as one short line: no control sign, no half of a character, no direction."""
    text = str(value)[: LONGEST * 4]
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


# --- reading --------------------------------------------------------------------------------------


def _lines(store: Path | None) -> Iterator[tuple[int, bytes]]:
    """Yield (number, bytes) of each line. Raises ``StoreError`` when the file cannot be read."""
    path = log_path(store)
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                yield number, line.removesuffix(b"\n")
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(
            _("Loggen {path} går inte att läsa ({reason}). Kontrollera rättigheterna.").format(
                path=path, reason=error.strerror
            )
        ) from error


def _told(line: bytes) -> dict[str, Any] | None:
    """Return what a line says; None for one that cannot be read."""
    try:
        told = json.loads(line)
        told["moment"] = datetime.fromisoformat(told["time"]).astimezone(UTC)
        texts = (told[name] for name in ("event", "actor", "role", "what", "before"))
        if not all(isinstance(text, str) for text in texts):
            return None
        facts = told.setdefault("facts", {})
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    return told if isinstance(facts, dict) else None


def _follows(line: bytes, told: dict[str, Any] | None) -> str | None:
    """Return the hash of the line that this one followed; None if it was cut off before that."""
    if told is not None:
        return str(told["before"])
    found = BEFORE.match(line)
    return found[1].decode() if found else None


def require_admin(viewer: Viewer) -> None:
    """Raise ``AccessDenied`` unless the viewer may read the log."""
    if viewer.role is not Role.ADMIN:
        raise AccessDenied(_("Loggen visas bara för administratören."))


def entries(
    viewer: Viewer,
    store: Path | None = None,
    *,
    event: str | None = None,
    since: date | None = None,
) -> pd.DataFrame:
    """Return the log, oldest first: ``line, time, event, actor, role, what, facts``.

    ``time`` is a time stamp in UTC (NaT for a broken line), ``facts`` a dict of texts. ``event``
    and ``since`` (a Swedish day) choose; a broken line has no time and is always told of unless an
    event is asked for. Raises ``AccessDenied`` for any other role than admin, ``StoreError``.
    """
    import pandas as pd

    require_admin(viewer)
    rows = []
    for number, line in _lines(store):
        told = _told(line)
        if told is None:
            found = (number, None, BROKEN, "", "", "", {})
        else:
            # Cleaned once more: a line may have been written by another hand than ours.
            texts = [_clean(told[name]) for name in COLUMNS[2:6]]
            kept = {_clean(name): _clean(value) for name, value in told["facts"].items()}
            found = (number, told["moment"], *texts, kept)
        if event and found[2] != event:
            continue
        if since and found[1] is not None and found[1].astimezone(ZONE).date() < since:
            continue
        rows.append(found)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["time"] = pd.to_datetime(table["time"], utc=True)
    return table


def facts_text(facts: Mapping[str, str]) -> str:
    """Return a line's facts as one text, as files hold them."""
    return "; ".join(f"{name}={value}" for name, value in facts.items())


def verify(store: Path | None = None) -> list[Fault]:
    """Return what is wrong with the log, in the order of its lines. Raises ``StoreError``.

    A line cut off by a crash is told (``broken``) but is no sign of tampering: the line after it
    carries its hash as any other's.
    """
    faults, seen, before = [], set(), START
    number = 0
    for number, line in _lines(store):
        told = _told(line)
        if told is None:
            text = _("Loggens rad {line} är avbruten och går inte att läsa.")
            faults.append(Fault(number, BROKEN, text.format(line=number)))
        if _follows(line, told) not in (before, None):
            text = (
                _("Loggens första rad är inte den som skrevs först: början saknas eller är ändrad.")
                if number == 1
                else _(
                    "Loggens rad {line} stämmer inte med raden före: någon av dem är ändrad, eller "
                    "så har en rad mellan dem tagits bort."
                )
            )
            faults.append(Fault(number, "changed", text.format(line=number)))
        before = _hash(line)
        seen.add(before)
    for manifest in list_snapshots(store):
        if manifest.get("log") and manifest["log"] not in seen:
            text = _(
                "Loggraden om ögonblicksbilden {id} är ändrad eller borttagen (loggen har {n} "
                "rader)."
            ).format(id=manifest["id"], n=number)
            faults.append(Fault(0, "missing", text))
    return faults
