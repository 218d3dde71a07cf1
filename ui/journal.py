"""The files that are taken away: each is told to the log when it is made."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import streamlit as st

from queries import log
from queries.i18n import bound
from queries.viewer import Viewer
from ui.login import actor


def _teller(event: str, viewer: Viewer, what: str, facts: dict[str, object]) -> Callable[[], None]:
    """Return what adds the line; who asks and where is looked up now, in the visitor's thread."""
    line = {
        "actor": actor(),
        "role": viewer.role.value,
        "what": what,
        "facts": {
            **facts,
            "departments": ", ".join(sorted(viewer.departments)),
            "page": urlsplit(st.context.url or "").path.strip("/"),
        },
    }
    return lambda: log.append(event, **line)


def download(
    viewer: Viewer,
    label: str,
    data: Callable[[], bytes],
    *,
    name: str,
    mime: str,
    key: str,
    **facts: object,
) -> None:
    """Show the button of a file, which is made, and told to the log, when it is asked for.

    ``data`` runs in a thread of its own, without this visitor's language, hence ``bound``. The line
    is added there and not by ``on_click``: that would draw the page anew for each file, and tells
    of a click and not of a file that was made.
    """
    tell = _teller("export", viewer, name, facts)
    make = bound(data)

    def made() -> bytes:
        content = make()
        tell()
        return content

    st.download_button(label, data=made, file_name=name, mime=mime, key=key, on_click="ignore")
