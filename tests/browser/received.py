"""All that visitors are sent, taken apart into texts, tables and charts.

Messages of the web socket, files and printed tables: what somebody may read, hear or count with.
What is not known here (an element, a part of a workbook) becomes ``Unknown``, so that it must be
judged before anybody is sent it. What may not be sent is judged in ``tests.browser.few``.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import count
from typing import Any
from urllib.parse import unquote_plus
from urllib.request import urlopen

import openpyxl
import pyarrow as pa
from google.protobuf.message import Message
from playwright.sync_api import Page
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

# --- pieces ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Text:
    """Words as somebody reads or hears them, without markup; a line per tag of the markup."""

    where: str
    text: str


@dataclass(frozen=True)
class Table:
    """Rows under heads. ``about``: the name or id of the one indicator that the table tells."""

    where: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    about: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart as Plotly gets it, and all its words, the text alternative too."""

    where: str
    spec: Mapping[str, Any]
    words: str


@dataclass(frozen=True)
class Unknown:
    """Something that nobody has judged yet."""

    where: str
    what: str


Piece = Text | Table | Chart | Unknown


# --- messages -------------------------------------------------------------------------------------

MARKUP = {"html", "markdown"}
DATA = {"dataframe", "table"}
PLAIN = {
    "button_group", "code", "download_button", "empty", "heading", "multiselect", "page_link",
    "radio", "selectbox", "skeleton", "space", "text",
}  # fmt: skip
"""Elements of which the words are all that tells anything; their numbers are places and sizes."""


def of_message(data: bytes) -> Iterator[Piece]:
    """Take a message of the web socket apart."""
    message = ForwardMsg.FromString(data)
    kind = str(message.WhichOneof("type"))
    element = message.delta.new_element
    name = element.WhichOneof("type")
    if name is None:
        yield Text(kind, "\n".join(_strings(message)))
        return
    inner = getattr(element, name)
    where = f"{name} {getattr(inner, 'id', '')}".strip()
    if name in MARKUP:
        yield from of_markup(inner.body, where)
        yield Text(where, "\n".join(s for s in _strings(element) if s != inner.body))
    elif name == "plotly_chart":
        spec = json.loads(inner.spec)
        rest = [s for s in _strings(inner) if s not in (inner.spec, inner.config)]
        words = [*(word for word in _words(spec) if word not in TICKS), *rest]
        yield Chart(where, spec, "\n".join(_plain(word) for word in words))
    elif name in DATA:
        yield from _of_arrow(inner, where)
    else:
        if name not in PLAIN:
            yield Unknown(where, f"element {name}")
        yield Text(where, "\n".join(_plain(s) for s in _strings(element)))


def _strings(message: Message) -> Iterator[str]:
    """Yield every string and every readable run of bytes of a message, whatever its fields."""
    for _field, value in message.ListFields():
        single = isinstance(value, str | bytes) or not hasattr(value, "__iter__")
        values = [value] if single else value
        for one in values.values() if isinstance(values, Mapping) else values:
            if isinstance(one, Message):
                yield from _strings(one)
            elif isinstance(one, bytes):
                yield one.decode("utf-8", "replace")
            elif isinstance(one, str):
                yield one


TICKS = {f"{n}\u00a0%" for n in (0, 25, 50, 75, 100)}
"""The scale of a chart; the value of a mark is set in bold and looks otherwise."""
STYLE = {"color", "font", "line", "marker", "path", "template"}


def _words(value: Any) -> Iterator[str]:
    """Yield the words of a chart, not those of its style."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            if key not in STYLE:
                yield from _words(one)
    elif isinstance(value, list):
        for one in value:
            yield from _words(one)


def _of_arrow(message: Message, where: str) -> Iterator[Piece]:
    """Yield the table in each field of bytes that holds one as Arrow's stream."""
    found = False
    for data in _bytes(message):
        try:
            table = pa.ipc.open_stream(data).read_all()
        except pa.ArrowInvalid:
            continue
        found = True
        rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
        yield from _told(where, tuple(map(str, table.column_names)), tuple(rows))
    if not found:
        yield Unknown(where, "a data frame without Arrow data")
    yield Text(where, "\n".join(_plain(s) for s in _strings(message) if "\ufffd" not in s))


def _bytes(message: Message) -> Iterator[bytes]:
    for _field, value in message.ListFields():
        for one in value if hasattr(value, "add") else [value]:
            if isinstance(one, bytes):
                yield one
            elif isinstance(one, Message):
                yield from _bytes(one)


# --- markup ---------------------------------------------------------------------------------------

TOLD = {"alt", "aria-label", "aria-description", "aria-valuetext", "placeholder", "title", "value"}
UNTOLD = {"style"}


class _Markup(HTMLParser):
    """Collects the words, those of attributes too, and each table with its label."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.tables: list[tuple[str, list[list[str]]]] = []
        self.label = ""
        self.closed: list[str] = []
        self.cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNTOLD:
            self.closed.append(tag)
        for name, value in attrs:
            if value and (name in TOLD or name.startswith("data-")):
                self.lines.append(value)
            elif value and name == "href":
                self.lines.append(unquote_plus(value).replace("=", " = "))
            if name == "aria-label" and value:
                self.label = value
        if tag == "table":
            self.tables.append((self.label, []))
        elif tag == "tr" and self.tables:
            self.tables[-1][1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1][1]:
            self.tables[-1][1][-1].append("")
        self.cell = tag in ("td", "th") or (self.cell and tag not in ("table", "tr"))

    def handle_comment(self, data: str) -> None:
        self.lines.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self.closed and tag == self.closed[-1]:
            self.closed.pop()
        if tag in ("td", "th", "table"):
            self.cell = False

    def handle_data(self, data: str) -> None:
        if self.closed:
            return
        self.lines.append(data)
        if self.cell and self.tables and self.tables[-1][1] and self.tables[-1][1][-1]:
            row = self.tables[-1][1][-1]
            row[-1] = f"{row[-1]} {data}".strip()


def of_markup(body: str, where: str) -> Iterator[Piece]:
    """Take HTML or Markdown apart: its words, and each of its tables once more as a table."""
    markup = _Markup()
    markup.feed(body)
    markup.close()
    yield Text(where, "\n".join(markup.lines))
    for label, rows in markup.tables:
        if len(rows) > 1:
            heads, *body_rows = map(tuple, rows)
            yield Table(f"{where}, table {label}", heads, tuple(body_rows), label)


def _plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "\n", markup))


# --- files ----------------------------------------------------------------------------------------

KNOWN_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core)\.xml|xl/_rels/workbook\.xml\.rels|"
    r"xl/(workbook|styles|sharedStrings)\.xml|xl/theme/theme1\.xml|xl/worksheets/sheet\d+\.xml"
)
"""What a workbook consists of; a comment, drawing, pivot table or connection is none of it."""


def of_file(name: str, data: bytes) -> Iterator[Piece]:
    """Take a downloaded file apart, by the ending of its name."""
    yield Text(name, name)
    if name.endswith(".csv"):
        yield from of_csv(name, data.decode("utf-8-sig"), ";")
    elif name.endswith(".xlsx"):
        yield from _of_workbook(name, data)
    else:
        yield Unknown(name, "a file of an unknown kind")


def of_csv(where: str, text: str, delimiter: str) -> Iterator[Piece]:
    """Take a table that was written as CSV apart."""
    heads, *rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    yield from _told(where, tuple(heads), tuple(map(tuple, rows)))


def _of_workbook(name: str, data: bytes) -> Iterator[Piece]:
    """Yield every sheet, hidden ones and hidden columns too, and what the file says of itself."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        for part in parts.namelist():
            if not KNOWN_PARTS.fullmatch(part):
                yield Unknown(f"{name}, {part}", "a part of a workbook")
            if part.startswith("docProps/"):
                said = re.findall(r">([^<]+)<", parts.read(part).decode("utf-8"))
                # Its own version and dates, and how many sheets it has.
                kept = [s for s in said if not re.fullmatch(r"[\d.:TZ-]+", s)]
                yield Text(f"{name}, {part}", "\n".join(map(html.unescape, kept)))
    book = openpyxl.load_workbook(io.BytesIO(data))
    for title, defined in book.defined_names.items():
        yield Text(f"{name}, defined name", f"{title}\n{defined.value}")
    for sheet in book:
        rows = [tuple(cell.value for cell in row) for row in sheet.iter_rows()]
        where = f"{name}, {sheet.title}"
        margins = [part for side in (sheet.oddHeader, sheet.oddFooter)
                   for part in (side.left.text, side.center.text, side.right.text)]  # fmt: skip
        comments = [cell.comment.text for row in sheet for cell in row if cell.comment]
        yield Text(where, "\n".join([sheet.title, *filter(None, margins), *comments]))
        if sheet is book.worksheets[-1]:
            # Label and text, without a head.
            yield Text(where, "\n".join(str(v) for row in rows for v in row if v is not None))
        elif rows:
            yield from _told(where, tuple(str(v) for v in rows[0]), tuple(rows[1:]))


def of_records(where: str, records: Sequence[Mapping[str, Any]]) -> Iterator[Piece]:
    """Take the rows that a command printed as JSON apart."""
    heads = tuple(records[0]) if records else ()
    yield from _told(where, heads, tuple(tuple(row[h] for h in heads) for row in records))


def _told(where: str, heads: tuple[str, ...], rows: tuple[tuple[Any, ...], ...]) -> Iterator[Piece]:
    """Yield a table, and the words of its cells and heads."""
    yield Table(where, heads, rows)
    words = [v for row in rows for v in row if isinstance(v, str) and number(v) is None]
    yield Text(where, "\n".join(dict.fromkeys([*heads, *words])))


def number(value: Any) -> float | None:
    """Return the number of a cell, as a number or as a file or page spells it; else None."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value) if value == value else None
    text = re.sub(r"[ \u00a0\u202f]", "", str(value)).replace(",", ".")
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?%?", text):
        return None
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)


# --- what was received ----------------------------------------------------------------------------


@dataclass
class Inbox:
    """Everything that visitors were sent: messages, bodies of other answers, files by name."""

    messages: dict[bytes, None] = field(default_factory=dict)
    answers: dict[tuple[str, str], None] = field(default_factory=dict)
    files: dict[tuple[str, bytes], None] = field(default_factory=dict)

    def listen(self, page: Page) -> None:
        """Keep what the browser of ``page`` is sent from now on."""

        def keep(data: str | bytes) -> None:
            self.messages[data if isinstance(data, bytes) else data.encode()] = None

        page.on("websocket", lambda socket: socket.on("framereceived", keep))

    def links(self) -> list[str]:
        """Return the addresses of the files that were asked for, in their order."""
        return [found for data in self.messages if (found := _link_in(ForwardMsg.FromString(data)))]

    def keep_file(self, url: str) -> None:
        """Fetch a file and keep it under the name that it is saved by."""
        with urlopen(url) as body:  # noqa: S310 (our own server, on loopback)
            self.files[body.headers.get_filename() or url, body.read()] = None

    def pieces(self) -> Iterator[Piece]:
        for message in self.messages:
            yield from of_message(message)
        for name, data in self.files:
            yield from of_file(name, data)
        for url, body in self.answers:
            if body.lstrip().lower().startswith("<!doctype html"):
                # Its scripts are files of the service, written into the page.
                yield from of_markup(re.sub(r"(?s)<script.*?</script>|<meta[^>]*>", "", body), url)
            else:
                yield Text(url, body)

    def raw(self) -> str:
        """Return all bytes but those of workbooks, which are packed, as one text."""
        texts = [data.decode("utf-8", "replace") for data in self.messages]
        texts += [d.decode("utf-8", "replace") for name, d in self.files if "xlsx" not in name]
        return "\n".join([*texts, *(f"{url} {body}" for url, body in self.answers)])


def _link_in(message: ForwardMsg) -> str:
    return str(message.backend_operation_response.deferred_file.url)


# --- a visitor without a browser ------------------------------------------------------------------


@dataclass
class Visitor:
    """Speaks with the service as the browser does, a visit per address, and keeps what it says."""

    address: str
    inbox: Inbox

    def visit(self, path: str, query: str = "", views: bool = False, files: bool = False) -> None:
        """Open an address; with ``views`` each tab, with ``files`` each button of what is shown."""
        door = self.address.replace("http", "ws", 1) + "/_stcore/stream"
        with connect(
            door, origin=self.address, subprotocols=["streamlit"], max_size=None
        ) as socket:
            run = _Run(socket, self, path, query)
            shown = run.again({})
            pressed: set[str] = set()
            for number in count():
                if files:
                    run.fetch({k: v for k, v in shown.buttons.items() if k not in pressed})
                    pressed |= set(shown.buttons)
                chosen = {
                    name: labels[number + 1]
                    for name, labels in shown.tabs.items()
                    if number + 1 < len(labels)
                }
                if not views or not chosen:
                    return
                shown = run.again(chosen)


@dataclass
class _Shown:
    """What can be clicked: labels by the id of their tabs, file ids by the id of their button."""

    tabs: dict[str, list[str]] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)


@dataclass
class _Run:
    socket: ClientConnection
    visitor: Visitor
    path: str
    query: str
    session: str = ""

    def again(self, tabs: Mapping[str, str]) -> _Shown:
        """Run the page with these tabs open and read until it is done."""
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.page_name = self.path
        message.rerun_script.context_info.url = f"{self.visitor.address}/{self.path}"
        for name, label in tabs.items():
            message.rerun_script.widget_states.widgets.add(id=name, string_value=label)
        self.socket.send(message.SerializeToString())
        shown, places = _Shown(), dict[tuple[int, ...], str]()
        while True:
            answer = self._next()
            self.session = answer.new_session.initialize.session_id or self.session
            place = tuple(answer.metadata.delta_path)
            block, button = answer.delta.add_block, answer.delta.new_element.download_button
            if block.tab_container.id:
                places[place] = block.tab_container.id
                shown.tabs[block.tab_container.id] = []
            elif block.HasField("tab"):
                shown.tabs[places[place[:-1]]].append(block.tab.label)
            if button.id:
                shown.buttons[button.id] = button.deferred_file_id
            ended = answer.WhichOneof("type") == "script_finished"
            if ended and answer.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                return shown

    def fetch(self, buttons: Mapping[str, str]) -> None:
        """Press the buttons and keep the files."""
        for name, file in buttons.items():
            message = BackMsg()
            message.backend_operation_request.request_id = name
            message.backend_operation_request.session_id = self.session
            message.backend_operation_request.deferred_file.file_id = file
            self.socket.send(message.SerializeToString())
            while (answer := self._next()).WhichOneof("type") != "backend_operation_response":
                pass
            link = _link_in(answer)
            assert link, f"{name} gave no file: {answer.backend_operation_response.error_msg}"
            self.visitor.inbox.keep_file(self.visitor.address + link)

    def _next(self) -> ForwardMsg:
        data = self.socket.recv(timeout=60)
        self.visitor.inbox.messages[data if isinstance(data, bytes) else data.encode()] = None
        return ForwardMsg.FromString(data)
