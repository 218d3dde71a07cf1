"""Departments that are read together, as the municipality has chosen.

A merging is derived from what the viewer is shown of its departments and of the whole, and from
nothing else: either all its parts are told, and it is their sum; or those of its parts that are not
told are all that is not told, and it is the whole less the others. So it is never new information,
and there is nothing for the gate to test again. Otherwise it is hidden, as any department may be.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from queries.municipality import Merging, municipality

SHOWN, HIDDEN = "shown", "hidden"
KNOWN = (SHOWN, "no_answers")
ABSENT = ("not_asked", "not_regulated")
LABEL, PARTS = "label", "parts"
"""Columns that tell the row of a merging from that of a department: its name and its codes."""

Numbers = Mapping[str, Any]


def of_departments(codes: Iterable[str]) -> tuple[Merging, ...]:
    """Return the configured mergings of which every department is among ``codes``, and not all.

    One that is spelt as a department of its own is left out: an address could not tell them apart.
    """
    known = list(codes)
    return tuple(
        merging
        for merging in municipality().mergings
        if set(merging.departments) < set(known) and merging.code not in known
    )


def find(asked: str, mergings: Iterable[Merging]) -> Merging | None:
    """Return the merging that an address or a command asks for, None for none.

    Its departments in any order, joined by plus or by the space that a plus in an address becomes.
    """
    wanted = _words(asked)
    return next((m for m in mergings if _words(m.code) == wanted), None)


def _words(code: str) -> list[str]:
    return sorted(re.split(r"[+\s]+", code.strip()))


def combined(
    counts: pd.DataFrame,
    mergings: Sequence[Merging],
    by: Sequence[str],
    numbers: Sequence[str],
    place: str = "department",
) -> pd.DataFrame:
    """Return the rows of the mergings: ``by``, ``place``, ``status``, ``numbers``, ``label`` and
    ``parts`` (the departments' codes), a row per combination of ``by`` and merging.

    ``counts``: a row per combination and department, and one of the whole (``place`` null or
    empty). A department without a row beside a whole has nothing to count.
    """
    groups: dict[tuple[Hashable, ...], dict[str | None, Numbers]] = {}
    if mergings and len(counts):
        for row in counts.to_dict("records"):
            found = groups.setdefault(tuple(row[name] for name in by), {})
            found[_code(row[place])] = {str(name): value for name, value in row.items()}
    rows = []
    for key, found in groups.items():
        for merging in mergings:
            told = _derived(merging.departments, found, numbers)
            if told is not None:
                rows.append(
                    dict(zip(by, key, strict=True))
                    | {place: merging.code, LABEL: merging.title, PARTS: merging.departments}
                    | told
                )
    return pd.DataFrame(rows, columns=[*by, place, "status", *numbers, LABEL, PARTS])


def _derived(
    parts: Sequence[str], found: Mapping[str | None, Numbers], numbers: Sequence[str]
) -> dict[str, Any] | None:
    """Return status and numbers of the ``parts`` together; None where nothing is told of them."""
    whole = found.get(None)
    if whole is None and not set(parts) <= found.keys():
        return None
    blank = dict.fromkeys(numbers)
    nothing = {"status": "no_answers", **dict.fromkeys(numbers, 0)}
    own = [found.get(code, nothing) for code in parts]
    statuses = {str(row["status"]) for row in own}
    if statuses <= set(KNOWN):
        status = SHOWN if SHOWN in statuses else "no_answers"
        return {"status": status, **{n: sum(_number(row, n) for row in own) for n in numbers}}
    if len(statuses) == 1 and statuses <= set(ABSENT):
        return {"status": statuses.pop(), **blank}
    if statuses <= {*KNOWN, *ABSENT}:
        # A sum of some of them would pass for all.
        return {"status": "not_asked", **blank}
    others = [row for code, row in found.items() if code is not None and code not in parts]
    if (
        whole is None
        or whole["status"] != SHOWN
        or not statuses.isdisjoint(ABSENT)
        or any(row["status"] not in KNOWN for row in others)
    ):
        return {"status": HIDDEN, **blank}
    rest = {n: whole[n] - sum(_number(row, n) for row in others) for n in numbers}
    return {"status": SHOWN, **rest}


def _number(row: Numbers, name: str) -> Any:
    """Return a number of a row that is known; of nothing to count it may be left out."""
    return 0 if row["status"] == "no_answers" and pd.isna(row[name]) else row[name]


def listed(
    table: pd.DataFrame, chosen: str | None, mergings: Sequence[Merging], *, beside: bool
) -> pd.DataFrame:
    """Return the rows of a result table to show: of the ``chosen`` department or merging and the
    whole, or of every department (None).

    With ``beside`` also the mergings that tell what one of these departments may not, where they
    do: the nearest that may be shown.
    """
    known = {merging.code: merging.departments for merging in mergings}
    own = set(known.get(chosen or "") or (chosen,))
    columns = [table[name].tolist() for name in ("indicator", "wave", "department", "status")]
    rows = [(i, wave, _code(code), status) for i, wave, code, status in zip(*columns, strict=True)]
    hidden: dict[tuple[str, str], set[str]] = {}
    untold = set()
    for indicator, wave, code, status in rows:
        if code and code not in known and status == HIDDEN:
            hidden.setdefault((indicator, wave), set()).add(code)
        if code and code == chosen and status == HIDDEN:
            untold.add((indicator, wave))
    keep = []
    for indicator, wave, code, status in rows:
        if code is None or code == chosen:
            keep.append(True)
            continue
        out = hidden.get((indicator, wave), set())
        parts = set(known.get(code) or _joined(code, out))
        if not parts:
            keep.append(chosen is None)
        elif not beside or status != SHOWN:
            keep.append(False)
        elif chosen is None:
            keep.append(not parts.isdisjoint(out))
        else:
            keep.append(own <= parts and (indicator, wave) in untold)
    return table[keep].reset_index(drop=True)


def _joined(code: str, out: set[str]) -> tuple[str, ...]:
    """Return the hidden departments that a row stands for, if their codes joined are its code.

    A department's own code may hold a plus, and then it stands for itself.
    """
    found = tuple(part for part in code.split("+") if part in out)
    return found if len(found) > 1 and code not in out else ()


def of_several(codes: Iterable[object]) -> set[str]:
    """Return those of a table's codes that stand for several departments: in which another of them
    stands between pluses. A department's own code may hold a plus, but not another's code
    (``ingest.load``)."""
    known = {code for value in codes if (code := _code(value))}
    return {
        code
        for code in known
        if any(other != code and f"+{other}+" in f"+{code}+" for other in known)
    }


def telling(table: pd.DataFrame, mergings: Sequence[Merging]) -> set[str]:
    """Return the mergings' codes that somewhere tell what one of their departments may not."""
    kept = listed(table, None, mergings, beside=True)["department"].dropna()
    return {merging.code for merging in mergings} & set(kept)


def nearest(
    table: pd.DataFrame, hidden: str, mergings: Sequence[Merging]
) -> tuple[tuple[str, ...], bool]:
    """Return what is shown nearest to a ``hidden`` department: the codes of the mergings that hold
    it, the smallest first, and whether the whole is shown.

    ``table``: rows of one thing that is hidden there, or of several. Reads statuses and no numbers,
    so that it cannot tell why.
    """
    shown = table[table["status"] == SHOWN]
    codes = {_code(code) for code in shown["department"]}
    about = [m for m in mergings if hidden in m.departments and m.code in codes]
    about.sort(key=lambda merging: len(merging.departments))
    return tuple(merging.code for merging in about), None in codes


def _code(value: object) -> str | None:
    """Return a department's code; None for the whole, which some tables leave empty."""
    return value if isinstance(value, str) and value else None
