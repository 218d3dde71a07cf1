"""Choices that live in the address, so that what is seen can be shared and gone back to.

Streamlit's own ``bind="query-params"`` was tried and rejected: it writes the words that are shown
(“Socialförvaltningen”), which differ with language and are not what the contract's addresses hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import date
from typing import Any

import streamlit as st

from ui.text import _

SEEN, SPOKEN, PLACE = "_seen_", "_spoken_", "_place"
SEPARATOR = ","


def begin() -> None:
    """Note whether this run is on another page than the last. Called once, first in each run.

    A click in the menu drops every parameter from the address, and must not drop the choices;
    going back in the browser to an address without a parameter must. Only the page tells which.
    """
    place = st.context.url
    st.session_state["_moved"] = st.session_state.get(PLACE) != place
    st.session_state[PLACE] = place


def settle(
    options: Sequence[str], *, key: str, default: str, reads: Callable[[str], str] = str
) -> str:
    """Return the choice of ``key`` as the address or the visitor left it, without a widget.

    For what must be known before anything is drawn: the language. ``reads`` turns what an address
    asks for into an option, where one may be spelt in several ways.
    """
    asked = _asked(key)
    if asked is not None:
        asked = reads(asked)
        st.session_state[key] = asked if asked in options else default
    if st.session_state.get(key) not in options:
        st.session_state[key] = default
    return str(st.session_state[key])


def radio(
    container: Any,
    label: str,
    options: Sequence[str],
    *,
    key: str,
    default: str,
    names: Callable[[str], str] = str,
) -> str:
    """Show a row of radio buttons whose choice is the address parameter ``key``."""
    more = {"key": key, "default": default, "names": names, "horizontal": True}
    return _choose(container.radio, label, options, **more)


def select(
    container: Any,
    label: str,
    options: Sequence[str],
    *,
    key: str,
    default: str,
    names: Callable[[str], str] = str,
    **more: Any,
) -> str:
    """Show a select box whose choice is the address parameter ``key``; return the choice.

    The default is not written to the address: a plain visit keeps a plain address. An address that
    spells the default out is left as it is: rewriting it would be a new step in the browser's
    history, so that the back button never got past it, and would drop the part after ``#``. So is
    one that spells the choice in another way (``reads``, as in ``settle``).
    """
    more = {"placeholder": _("Välj"), **more, "key": key, "default": default, "names": names}
    return _choose(container.selectbox, label, options, **more)


def pills(
    container: Any,
    label: str,
    options: Sequence[str],
    *,
    key: str,
    default: str,
    names: Callable[[str], str] = str,
) -> str:
    """Show every option as a button whose choice is the address parameter ``key``."""
    more = {"key": key, "default": default, "names": names, "required": True}
    return _choose(container.pills, label, options, **more)


def segmented(
    container: Any,
    label: str,
    options: Sequence[str],
    *,
    key: str,
    default: str,
    names: Callable[[str], str] = str,
) -> str:
    """Show every option as a part of one button whose choice is the address parameter ``key``;
    ``label`` is read aloud and not shown."""
    more = {"key": key, "default": default, "names": names, "required": True}
    return _choose(
        container.segmented_control, label, options, label_visibility="collapsed", **more
    )


def _choose(
    widget: Callable[..., Any],
    label: str,
    options: Sequence[str],
    *,
    key: str,
    default: str,
    names: Callable[[str], str],
    reads: Callable[[str], str] = str,
    **more: Any,
) -> str:
    """Draw a widget with one choice of several, which the address gives and is given."""
    options = list(options)
    settle(options, key=key, default=default, reads=reads)
    _speak(key, options, names)
    chosen = widget(label, options, format_func=names, key=key, **more)
    _written(key, str(chosen), default, options, reads)
    return str(chosen)


def _speak(key: str, options: Sequence[str], names: Callable[[str], str]) -> None:
    """Send the browser the word of what is chosen, when that word has changed since it was drawn.

    It holds the word that it shows and not the value behind it: of another language, or with
    another count in it, the old one would come back and mean nothing.
    """
    before, now = st.session_state.get(SPOKEN + key), {code: names(code) for code in options}
    chosen = st.session_state[key]
    if before is None or before.get(chosen, now[chosen]) != now[chosen]:
        st.session_state[key] = chosen
    st.session_state[SPOKEN + key] = now


def day(container: Any, label: str, *, key: str, default: date, first: date, last: date) -> date:
    """Show a date whose choice is the address parameter ``key`` (ISO); return the day chosen.

    An address that names no day, or one outside ``first`` … ``last``, gets the default; it stays as
    it is until a day is chosen, so that the page can say what is wrong with it.
    """
    asked = _asked(key)
    if asked is not None:
        st.session_state[key] = _day(asked, first, last) or default
    kept = st.session_state.get(key)
    if not isinstance(kept, date) or not first <= kept <= last:
        st.session_state[key] = default
    chosen = container.date_input(
        label, key=key, min_value=first, max_value=last, format="YYYY-MM-DD"
    )
    chosen = chosen if isinstance(chosen, date) else default
    now = st.query_params.get(key)
    known = [now] if now and _day(now, first, last) else []
    _written(key, chosen.isoformat(), default.isoformat(), known)
    return chosen


def keep(
    options: Sequence[str], *, key: str, default: str, reads: Callable[[str], str] = str
) -> str:
    """Return the choice of ``key`` and keep it, on a page that does not show it.

    Streamlit forgets the choice of what is not drawn, and the next page would not know it.
    """
    chosen = settle(options, key=key, default=default, reads=reads)
    st.session_state[key] = chosen
    # Where it is drawn next it is a new box in the browser, which has to be told.
    st.session_state.pop(SPOKEN + key, None)
    _written(key, chosen, default, options)
    return chosen


def _day(text: str, first: date, last: date) -> date | None:
    """Return the day that ``text`` names in ISO form, None if it names none within the limits."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if first <= found <= last else None


def clear(*keys: str, default: str) -> None:
    """Take back the choices of ``keys``. For the click of a button: before they are drawn."""
    for key in keys:
        st.session_state[key] = default


def kept(key: str) -> Any:
    """Return what is chosen now under ``key``, drawn or not; None for nothing."""
    return st.session_state.get(key)


def forget(keys: Sequence[str]) -> None:
    """Take the choices of ``keys``, which nothing draws any longer, out of the address."""
    for key in keys:
        st.session_state.pop(key, None)
        _write(key, "")


def choose(key: str, value: str) -> None:
    """Make a choice for the visitor. For a click: before it is drawn."""
    st.session_state[key] = value


def picked_rows(key: str) -> list[int]:
    """Return the rows that are ticked in the table ``key``."""
    found = st.session_state.get(key)
    return list(found["selection"]["rows"]) if found else []


def tick(key: str, rows: Sequence[int]) -> None:
    """Tick these rows of the table ``key``, and no others."""
    st.session_state[key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}


def several(
    container: Any,
    label: str,
    options: Sequence[str],
    *,
    key: str,
    default: Sequence[str],
    **more: Any,
) -> list[str]:
    """Show a multiselect whose choices are the address parameter ``key``, joined by commas."""
    asked = _asked(key)
    if asked is not None:
        st.session_state[key] = [x for x in asked.split(SEPARATOR) if x in options] or list(default)
    held = st.session_state.get(key, default)
    # Another page may hold one choice under the same parameter, as a word and not as a list.
    kept = [x for x in (default if isinstance(held, str) else held) if x in options]
    st.session_state[key] = kept
    chosen = container.multiselect(label, options, key=key, **more)
    joined = SEPARATOR.join(chosen)
    now = st.query_params.get(key, "").split(SEPARATOR)
    known = [x for x in now if x in options]
    if any(now) and known != now and list(chosen) == (known or list(default)):
        # As with one choice: what is asked for in vain stays, so that the page can say so.
        st.session_state[SEEN + key] = SEPARATOR.join(now)
        return list(chosen)
    spelled = st.query_params.get(key) == joined
    _write(key, joined if list(chosen) != list(default) or spelled else "")
    return list(chosen)


def tabs(labels: Sequence[str], *, key: str) -> list[Any]:
    """Return tabs, of which the open one is kept by its place: its word differs with the language.

    Not in the address, which was tried: each arrow key was then a step of the browser's history,
    and whoever moved faster than the address followed was thrown back, without focus. Where the
    address is to hold what is open, ``shared``.
    """
    name, labels = f"syn-{key}", list(labels)
    seen = st.session_state.get(SEEN + name, 0)
    if st.session_state.get(name) not in labels:
        st.session_state[name] = labels[seen if seen < len(labels) else 0]
    shown = list(st.tabs(labels, key=name, on_change="rerun"))
    st.session_state[SEEN + name] = next((i for i, tab in enumerate(shown) if tab.open), 0)
    return shown


class Part(nullcontext[None]):
    """One of several parts of which one is shown; ``open``: this one."""

    def __init__(self, shown: bool) -> None:
        super().__init__()
        self.open = shown


def shared(names: Mapping[str, str], *, key: str, label: str) -> list[Part]:
    """Return the parts called ``names`` (by what the address calls them), one of which is open.

    Chosen by buttons and not by tabs: nothing is chosen until a button is pressed, so that the
    arrow keys leave the address alone. ``label`` says what is chosen; it is read aloud.
    """
    codes = list(names)
    chosen = segmented(st, label, codes, key=key, default=codes[0], names=names.__getitem__)
    return [Part(code == chosen) for code in codes]


def _written(
    key: str,
    chosen: str,
    default: str,
    options: Sequence[str],
    reads: Callable[[str], str] = str,
) -> None:
    """Write a choice to the address, unless the address asks for what does not exist.

    That stays, until the visitor chooses something else: the page says what is wrong with it, also
    after a reload, and a rewritten address would bring the visitor back here at each step back.
    """
    now = st.query_params.get(key)
    if now is not None and now not in options and reads(now) == chosen:
        st.session_state[SEEN + key] = now
        return
    unknown = now is not None and reads(now) not in options
    if unknown and chosen == default and st.session_state.get(SEEN + key) in (None, now):
        st.session_state[SEEN + key] = now
        return
    _write(key, chosen if chosen != default or now == chosen else "")


def _asked(key: str) -> str | None:
    """Return what the address newly asks for; "" when it asks for the default, None for nothing."""
    now, seen = st.query_params.get(key, ""), st.session_state.get(SEEN + key)
    if key not in st.session_state:
        # A first visit; or one that comes back to a page of which Streamlit has forgotten the
        # choices, while the address has kept them.
        return now or None
    if now == seen or (not now and (seen is None or st.session_state["_moved"])):
        return None
    return now


def _write(key: str, value: str) -> None:
    if value and st.query_params.get(key) != value:
        st.query_params[key] = value
    elif not value and key in st.query_params:
        del st.query_params[key]
    st.session_state[SEEN + key] = value
