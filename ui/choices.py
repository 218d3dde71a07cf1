"""Choices that live in the address, so that what is seen can be shared and gone back to.

Streamlit's own ``bind="query-params"`` was tried and rejected: it writes the words that are shown
(“Socialförvaltningen”), which differ with language and are not what the contract's addresses hold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from ui.text import _

SEEN, PLACE = "_seen_", "_place"
SEPARATOR = ","


def begin() -> None:
    """Note whether this run is on another page than the last. Called once, first in each run.

    A click in the menu drops every parameter from the address, and must not drop the choices;
    going back in the browser to an address without a parameter must. Only the page tells which.
    """
    place = st.context.url
    st.session_state["_moved"] = st.session_state.get(PLACE) != place
    st.session_state[PLACE] = place


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
    history, so that the back button never got past it, and would drop the part after ``#``.
    """
    options = list(options)
    asked = _asked(key)
    if asked is not None:
        st.session_state[key] = asked if asked in options else default
    if st.session_state.get(key) not in options:
        st.session_state[key] = default
    more = {"placeholder": _("Välj"), **more}
    chosen = container.selectbox(label, options, format_func=names, key=key, **more)
    spelled = st.query_params.get(key) == chosen
    _write(key, chosen if chosen != default or spelled else "")
    return str(chosen)


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
    kept = [x for x in st.session_state.get(key, default) if x in options]
    st.session_state[key] = kept
    chosen = container.multiselect(label, options, key=key, **more)
    joined = SEPARATOR.join(chosen)
    spelled = st.query_params.get(key) == joined
    _write(key, joined if list(chosen) != list(default) or spelled else "")
    return list(chosen)


def _asked(key: str) -> str | None:
    """Return what the address newly asks for; "" when it asks for the default, None for nothing."""
    now, seen = st.query_params.get(key, ""), st.session_state.get(SEEN + key)
    if now == seen or (not now and (seen is None or st.session_state["_moved"])):
        return None
    return now


def _write(key: str, value: str) -> None:
    if value and st.query_params.get(key) != value:
        st.query_params[key] = value
    elif not value and key in st.query_params:
        del st.query_params[key]
    st.session_state[SEEN + key] = value
