"""A visitor in Streamlit's own test harness who keeps all that is sent: messages and files.

As on a server every run goes through ``dashboard.py``. Every tab is open, so that one run draws all
that a page can show of its choices, and each file behind a button can be made and opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from google.protobuf.message import Message
from streamlit.elements.widgets import button
from streamlit.navigation.page import calc_hash
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from tests.browser.received import Inbox
from ui import choices

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT = 60


class Opened:
    """A tab that says it is the one shown, so that its page draws it."""

    open = True

    def __init__(self, tab: Any) -> None:
        self._tab = tab

    def __enter__(self) -> Any:
        return self._tab.__enter__()

    def __exit__(self, *args: Any) -> Any:
        return self._tab.__exit__(*args)


def all_open(tabs: Callable[..., list[Any]]) -> Callable[..., list[Opened]]:
    """Return ``st.tabs`` with every tab open at once; only the open one is drawn otherwise."""
    return lambda labels, **_more: [Opened(tab) for tab in tabs(labels)]


def through_the_entry(patch: pytest.MonkeyPatch) -> None:
    """Have every run go through ``dashboard.py``, as on a server.

    The harness would find pages/ and run a page's file by itself, past who is asking.
    """
    made = PagesManager.__init__

    def of_a_server(self: PagesManager, *args: Any, **kwargs: Any) -> None:
        PagesManager.uses_pages_directory = False
        made(self, *args, **kwargs)

    patch.setattr(PagesManager, "__init__", of_a_server)


def at(path: str = "", **parameters: str) -> AppTest:
    """Return a visitor who is about to open an address: ``run()`` opens it.

    ``path``: "" as ``/``, a page's address or its file's name. The harness's own ``switch_page``
    only knows the pages of the role, and first runs the summary, which takes longer than most.
    """
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=TIMEOUT)
    for name, value in parameters.items():
        app.query_params[name] = value
    # The name that Streamlit gives a path, by which a browser asks for it.
    app._page_hash = calc_hash(path.replace("_", "-")) if path else ""
    return app


@dataclass
class Sent:
    """What one visit was sent. ``title``: of the page that was reached."""

    app: AppTest
    messages: list[Message] = field(default_factory=list)
    buttons: dict[str, Any] = field(default_factory=dict)
    _files: dict[str, bytes] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return " ".join(str(title.value) for title in self.app.title)

    @property
    def files(self) -> dict[str, bytes]:
        """The content of each file by its name; each is made once, as by a press of its button."""
        for name, data in self.buttons.items():
            if name not in self._files:
                self._files[name] = data() if callable(data) else bytes(data)
        return self._files

    @property
    def tables(self) -> list[str]:
        """The markup that holds a table."""
        bodies = [message.delta.new_element.html.body for message in self.messages]
        return [body for body in bodies if "<table" in body]

    @property
    def words(self) -> str:
        """All that was sent but for the files, as one text."""
        return "\n".join(data.decode("utf-8", "replace") for data in self.bytes_of_messages())

    def bytes_of_messages(self) -> list[bytes]:
        return [message.SerializeToString(deterministic=True) for message in self.messages]

    def bytes_of_elements(self) -> list[bytes]:
        """Return what is drawn, in its order, without where: no session, no run."""
        return [
            message.delta.SerializeToString(deterministic=True)
            for message in self.messages
            if message.WhichOneof("type") == "delta"
        ]

    def inbox(self) -> Inbox:
        """Return messages and files as ``tests.browser.received`` takes them apart."""
        return Inbox(
            messages=dict.fromkeys(self.bytes_of_messages()),
            files=dict.fromkeys(self.files.items()),
        )


class Visitor:
    """Opens addresses, each as a visitor of its own, and returns what is sent."""

    def __init__(self) -> None:
        self.views = True
        """Whether every tab is open; otherwise the first, as a visitor finds it."""
        self.place: Mapping[str, str] = {}
        self._now = Sent(at())

    def visit(
        self, path: str = "", user: Mapping[str, Any] | None = None, **parameters: str
    ) -> Sent:
        """Open an address, as ``user`` (the claims of a login). Fails if the page breaks down."""
        app = at(path, **parameters)
        app.user = dict(user or {})
        self._now = Sent(app)
        app.run()
        assert not app.exception, [error.value for error in app.exception]
        return self._now

    def _keep_message(self, message: Message) -> None:
        kept = type(message).FromString(message.SerializeToString())
        if kept.delta.new_element.download_button.deferred_file_id:
            kept.delta.new_element.download_button.deferred_file_id = ""  # random at each run
        self._now.messages.append(kept)

    def _keep_file(self, data: Any, name: str | None) -> None:
        self._now.buttons[name or f"file {len(self._now.buttons)}"] = data


@contextmanager
def visiting() -> Iterator[Visitor]:
    """Lend a visitor of the store that the environment names."""
    visitor = Visitor()
    enqueue, marshall = ForwardMsgQueue.enqueue, button.marshall_file

    def kept(self: ForwardMsgQueue, message: Message) -> None:
        visitor._keep_message(message)
        enqueue(self, message)

    def offered(place: str, data: Any, proto: Any, mime: str | None, name: str | None = None,
                **more: Any) -> None:  # fmt: skip
        visitor._keep_file(data, name)
        marshall(place, data, proto, mime, name, **more)

    with pytest.MonkeyPatch.context() as patch:
        plain, opened = st.tabs, all_open(st.tabs)
        patch.setattr(
            st, "tabs", lambda *a, **more: (opened if visitor.views else plain)(*a, **more)
        )
        shared = choices.shared
        patch.setattr(
            choices,
            "shared",
            lambda *a, **more: (
                [Opened(part) for part in shared(*a, **more)]
                if visitor.views
                else shared(*a, **more)
            ),
        )
        # Before anything is dropped: what a rerun takes back has been sent all the same.
        patch.setattr(ForwardMsgQueue, "enqueue", kept)
        patch.setattr(button, "marshall_file", offered)
        yield visitor
