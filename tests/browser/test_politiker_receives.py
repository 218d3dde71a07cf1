"""What a politician is given of the register: no person, no agreement, and no count of a few.

Everything that the service sends is kept and read: each message of the web socket, through which
Streamlit sends all that a page shows, each other answer, and each file. First with a browser, on
every page; then, as hand-made addresses can, with every department, rule set and dossier. The store
holds no survey, whose answers have rules of their own, so that every number is about agreements, or
about people of the frame.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin

import duckdb
import numpy as np
import openpyxl
import plotly.graph_objects as go
import pyarrow as pa
import pytest
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from playwright.sync_api import Page
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from queries.catalogue import REGISTER, indicators
from queries.indicators import results
from queries.rules import own, rulesets
from queries.store import Reader, current_snapshot
from queries.viewer import Role, Viewer
from tests import loading
from tests.browser.everywhere import CLOSED
from tests.browser.few import Known, hits
from tests.browser.received import Inbox, Piece, Visitor, of_csv, of_file, of_message, of_records
from tools import serving
from ui.addresses import PAGES

DEMO = serving.ROOT / "data" / "demo"
STATIC = re.compile(r"/(static|_stcore/health)|\.(js|css|png|svg|woff2?|ico)$|/media/")
BUTTONS = """() => [...document.querySelectorAll('[data-testid=stDownloadButton]')]
  .filter(box => box.checkVisibility())
  .map(box => [box, box.closest('[class*=st-key-]').className.match(/st-key-\\S+/)[0]])
  .filter(([box, name]) => !(window.pressed ||= new Set()).has(name))
  .map(([box, name]) => { window.pressed.add(name); box.querySelector('button').click(); })
  .length"""
"""JavaScript: press each button of a file in view that was not pressed before; how many it was."""
OPEN_TABS = """number => document.querySelectorAll('[role=tablist]')
  .forEach(list => list.querySelectorAll('[role=tab]')[number]?.click())"""
TABS = """() => Math.max(1, ...[...document.querySelectorAll('[role=tablist]')]
  .map(list => list.querySelectorAll('[role=tab]').length))"""


# --- what is asked, and who asks ------------------------------------------------------------------


@pytest.fixture(scope="module")
def register_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with the demo's departments and registers, and no survey."""
    folder = tmp_path_factory.mktemp("register") / "store"
    plan = tomllib.loads((DEMO / "demo.toml").read_text("utf-8"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISTANSKOLLEN_STORE", str(folder))
        patch.setenv("DISTANSKOLLEN_KEY_FILE", str(folder.parent / "key"))
        loading.run("load", "frame", DEMO / "frame-2026.csv", "--wave", "2026")
        for entry in plan["files"]:
            if entry["kind"] == "agreements":
                day = entry.get("as_of", plan["as_of"])
                loading.run("load", "agreements", DEMO / entry["file"], "--as-of", day)
    return folder


@pytest.fixture(scope="module")
def address(register_store: Path, start_server: Callable[..., str]) -> str:
    return start_server(register_store)


@pytest.fixture(scope="module")
def known(register_store: Path) -> Known:
    """Return who must not be told, which small pairs are public, and the numbers behind it all."""
    records = loading.rows("select agreement_id, employee, manager from records.register_row",
                           register_store)  # fmt: skip
    secrets = {value for row in records for value in row if value}
    # What a revisor sees in place of a name. One of digits alone stands by chance in other numbers.
    short = {employee[:6].upper() for _id, employee, _manager in records if employee}
    secrets |= {name for name in short if not name.isdigit()}
    for path in DEMO.glob("agreements-*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            secrets |= {row["Anställd"] for row in csv.DictReader(file, delimiter=";")}
    assert len(secrets) > 500, "there is somebody to find"

    people = loading.rows("select eligible, employees from published.department", register_store)
    people += loading.rows("select answered, invited from published.department", register_store)
    people += loading.rows(
        "select numerator, eligible from published.department join published.coverage "
        "on \"group\" = code and indicator = 'anvandning' and numerator >= 5",
        register_store,
    )
    reader = Reader(current_snapshot(register_store), Viewer(Role.REVISOR))
    table = results(reader, "2026")
    counted = {i.id: i.name for i in indicators()
               if i.source.kind == REGISTER and not i.source.ratio}  # fmt: skip
    truth = {
        (counted[row.indicator], place): (int(row.numerator), int(row.denominator))
        for row in table[table["indicator"].isin(list(counted))].itertuples()
        if row.status == "shown"
        for place in (row.department or row.name, row.name)
    }
    assert any(0 < part < 5 for part, _whole in truth.values()), "there is something to hide"
    return Known(frozenset(secrets - {""}), frozenset(people), truth)


def judge(inbox: Inbox, known: Known) -> None:
    """Fail on whatever should not have been sent; the bytes themselves hold no person either."""
    pieces = list(inbox.pieces())
    raw = inbox.raw()
    assert [secret for secret in known.secrets if secret in raw] == []
    found = hits(pieces, known)
    assert not found, f"{len(found)} hits:\n" + "\n".join(found[:40])


def press_all(page: Page, inbox: Inbox) -> None:
    """Press every button of a file in view and keep the files."""
    before = len(inbox.links())
    wanted = before + page.evaluate(BUTTONS)
    for _turn in range(600):
        if len(inbox.links()) == wanted:
            break
        page.wait_for_timeout(50)
    links = inbox.links()
    assert len(links) == wanted, "every button gave its file"
    # Taken by hand from where the browser is sent: of many at a time it leaves some be.
    for link in links[before:]:
        inbox.keep_file(urljoin(page.url, link))


# --- everything that is sent ----------------------------------------------------------------------


def test_a_politicians_browser_is_given_no_person_and_no_count_of_a_few(
    address: str, known: Known, open_page: Callable[..., Page], wait_ready: Callable[[Page], None]
) -> None:
    inbox, answers = Inbox(), list[Any]()
    page = open_page(accept_downloads=True)
    inbox.listen(page)
    page.on("response", lambda answer: answers.append(answer))
    for place in PAGES:
        # The pages a politician lacks too: what is refused must not have been sent before.
        page.goto(f"{address}/{place.path}?vag=2026")
        wait_ready(page)
        for number in range(page.evaluate(TABS)):
            page.evaluate(OPEN_TABS, number)
            page.evaluate("w => document.querySelectorAll(w).forEach(e => e.click())", CLOSED)
            wait_ready(page)
            press_all(page, inbox)
        for answer in answers:
            if not STATIC.search(answer.url):
                inbox.answers[answer.url, answer.text()] = None
                inbox.answers[f"{answer.url}, headers", str(answer.all_headers())] = None
        answers.clear()

    names = [name for name, _data in inbox.files]
    assert sum(name.endswith(".xlsx") for name in names) > 20, "files were looked at too"
    assert any("over-tid" in name for name in names) and any("anta" in name for name in names)
    assert "gällande överenskommelser" in inbox.raw(), "the register was spoken of"
    judge(inbox, known)


def test_no_address_gives_a_politician_a_person_or_a_count_of_a_few(
    address: str, known: Known, register_store: Path, long_run: bool
) -> None:
    inbox = Inbox()
    visitor = Visitor(address, inbox)
    every = ",".join(ruleset.id for ruleset in rulesets())
    others = [ruleset for ruleset in rulesets() if ruleset.id != own().id]
    for ruleset in others if long_run else others[:2]:
        query = urlencode({"regelverk": every, "anta": ruleset.id})
        visitor.visit("regelverk", query, views=True, files=True)
    departments = [code for (code,) in loading.rows(
        "select code from published.department order by ordinal", register_store)]  # fmt: skip
    for code in departments:
        for place in ("sammanfattning", "regelverk", "arbetsmiljo"):
            visitor.visit(place, f"vag=2026&forvaltning={code}")
    # Of a department that is mostly hidden, all that can be clicked.
    for place in ("arbetsmiljo", "styrning", "it-sakerhet", "rattvisa", "regelverk"):
        visitor.visit(place, "vag=2026&forvaltning=KFN", views=True, files=True)
    for indicator in indicators():
        if indicator.source.kind == REGISTER:
            visitor.visit("metod", f"indikator={indicator.id}", views=True, files=True)
    assert len(inbox.files) > 50
    judge(inbox, known)


def asked_for(agreement: str, manager: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the addresses that open an agreement, or those behind a count, for hr."""
    wanted = {
        "overenskommelse": agreement, "regelverk": "linkoping", "regel": "skriftligt",
        "utfall": "brister,avviker", "saknas": "risk_before_start", "chef": manager,
        "slutar": "90", "per": "2025-12-31", "mina": "KLK,SN", "forvaltning": "KFN",
    }  # fmt: skip
    for name, value in wanted.items():
        yield "overenskommelser", {name: value}
    for path in ("overenskommelser", "regelverk", "arbetsmiljo"):
        yield path, wanted
    yield "regelverk", {"overenskommelse": agreement, "per": "2025-12-31"}
    yield "metod", {**wanted, "indikator": "riskbedomd_fore_start"}


def test_hand_made_addresses_give_a_politician_nothing_and_do_not_tell_what_exists(
    address: str, known: Known
) -> None:
    said: list[list[str]] = []
    for agreement, manager in (("DEMO-0001", "demo-chef-15"), ("NONE-0001", "none-chef-15")):
        inbox = Inbox()
        visitor = Visitor(address, inbox)
        for path, parameters in asked_for(agreement, manager):
            visitor.visit(path, urlencode(parameters))
        # Asked for, it may be said back in the address alone.
        judge(inbox, known)
        elements = [ForwardMsg.FromString(data).delta.new_element for data in inbox.messages]
        said.append([element.html.body for element in elements if element.html.body])
    assert said[0] == said[1]


# --- commands, and the database behind everything ------------------------------------------------


def command(store: Path, *arguments: str) -> loading.Finished:
    place = {"DISTANSKOLLEN_STORE": str(store), "DISTANSKOLLEN_KEY_FILE": str(store.parent / "key")}
    return loading.process(*arguments, **place)


def test_the_command_line_gives_a_politician_no_person_and_no_count_of_a_few(
    register_store: Path, known: Known
) -> None:
    pieces: list[Piece] = []
    for form in ("json", "csv"):
        for name, role in (("indicators", ("--role", "politiker")), ("publish", ())):
            done = command(register_store, name, "--wave", "2026", *role, "--format", form)
            assert done.code == 0
            if form == "csv":
                pieces += of_csv(f"{name} as csv", done.out, ",")
            else:
                pieces += of_records(f"{name} as json", done.json)
    assert "skydd_mot_sekretess" in str(pieces)
    assert hits(pieces, known) == []
    for asked in (
        ("agreements",),
        ("agreements", "--department", "KLK"),
        ("indicators", "--wave", "2026", "--as-of", "2025-12-31"),
    ):
        done = command(register_store, *asked, "--role", "politiker", "--format", "json")
        # Refused by what the command says of the role, or by what it says of the day.
        assert done.code in (1, 2) and not done.out, asked
        assert not [secret for secret in known.secrets if secret in done.err]


def test_what_a_politicians_connection_can_open_holds_no_person_and_no_count_of_a_few(
    register_store: Path, known: Known
) -> None:
    pieces: list[Piece] = []
    tables = ("coverage", "rule_outcome", "register", "cube", "published_figure", "group_size")
    reader = Reader(current_snapshot(register_store), Viewer(Role.POLITIKER))
    for name in tables:
        found = reader.frame(f"select * from published.{name}")
        records = found.astype(object).where(found.notna(), None).to_dict("records")
        pieces += of_records(name, records)
    assert len(reader.rows("select * from published.rule_outcome")) > 100
    assert hits(pieces, known) == []


# --- the search finds what it is for --------------------------------------------------------------


def test_one_count_of_a_few_that_slips_through_the_gate_is_found_wherever_it_is_sent(
    register_store: Path, start_server: Callable[..., str]
) -> None:
    store = register_store.parent / "leaking"
    shutil.copytree(register_store, store)
    with duckdb.connect(current_snapshot(store).path / "published.duckdb") as published:
        published.execute(
            "update coverage set numerator = 3, denominator = 47, status = 'shown' "
            "where indicator = 'over_dagar' and \"group\" = 'KLK' and current"
        )
    inbox = Inbox()
    visitor = Visitor(start_server(store), inbox)
    visitor.visit("sammanfattning")
    visitor.visit("styrning", views=True, files=True)
    name = next(i.name for i in indicators() if i.id == "over_dagar")
    found = hits(inbox.pieces(), Known(truth={(name, "KLK"): (3, 47)}))
    for channel in (
        "html: a pair of a few",
        "html, table : a number where 3 of 47 is to be hidden",
        f"html, table {name}: a count of a few",
        "forest-over_dagar-wide: a pair of a few",
        "series-over_dagar-narrow: a pair of a few",
        "over_dagar-over-tid.csv: a count of a few",
        "over_dagar-over-tid.xlsx",
        "over_dagar-2026.csv: a count of a few",
        "over_dagar-2026.xlsx",
    ):
        assert any(channel in one for one in found), channel


def message(kind: str, **fields: Any) -> bytes:
    found = ForwardMsg()
    element = getattr(found.delta.new_element, kind)
    for name, value in fields.items():
        setattr(element, name, value)
    return found.SerializeToString()


def chart(traces: list[dict[str, Any]], alt: str = "", **axis: Any) -> bytes:
    layout = {"xaxis": {"range": [-0.012, 1.012], **axis}}
    return message("plotly_chart", spec=go.Figure(traces, layout).to_json(), alt=alt)


def workbook(change: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Indikatorns id", "Antal", "Underlag", "Andel"])
    book.active.append(["over_dagar", 10, 120, 10 / 120])
    book.create_sheet("Om uppgifterna").append(["Indikator", "Fler dagar än reglerna medger"])
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def arrow(columns: dict[str, list[Any]]) -> bytes:
    table, out = pa.table(columns), io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as stream:
        stream.write_table(table)
    found = ForwardMsg()
    found.delta.new_element.dataframe.arrow_data.data = out.getvalue()
    return found.SerializeToString()


DOTS = {"type": "scatter", "mode": "markers", "x": [0.25, 0.5], "y": [10, 20],
        "hovertext": ["SN<br>25 % (10 av 40)", "Alla<br>50 % (50 av 100)"]}  # fmt: skip
LINE = {"type": "scatter", "mode": "lines+markers", "x": [738885, 738976], "y": [40.5, None],
        "hovertext": ["juni 2023<br>10 av 40", ""]}  # fmt: skip
TIME = {"range": [738791.12, 739940]}
HEADS = "Indikatorns id;Kod;Antal;Underlag;Andel"
MATRIX = (
    "<table><tr><th>Indikator</th><th>KFN</th></tr><tr><th>Fler dagar</th><td>{}</td></tr></table>"
)
KNOWN = Known(
    frozenset({"DEMO-0078", "Åsa Öman"}), frozenset({(10, 12)}), {("Fler dagar", "KFN"): (3, 30)}
)


def html(body: str) -> Iterator[Piece]:
    return of_message(message("html", body=body))


def rows(*lines: str) -> Iterator[Piece]:
    return of_csv("rows.csv", "\n".join([HEADS, *lines]), ";")


def a_changed(trace: dict[str, Any], **more: Any) -> Iterator[Piece]:
    return of_message(chart([trace | more]))


MAY_BE_SENT: dict[str, Callable[[], Iterator[Piece]]] = {
    "a sentence": lambda: html("<p>Alla: 8 % (10 av 120).</p>"),
    "other counts": lambda: html("<p>3 av 7 mått är dolda. 1 regel syns inte i registret.</p>"),
    "a rule": lambda: html("<li>I de flesta fall högst två dagar i veckan.</li>"),
    "a number of a file of ours": lambda: html("<p>en skala från 1 (aldrig) till 5</p>"),
    "a ratio to people": lambda: html("<p>Användning av möjligheten: 10 av 12.</p>"),
    "a hidden cell": lambda: html(MATRIX.format("dolt")),
    "dots": lambda: a_changed(DOTS),
    "a line": lambda: of_message(chart([LINE], **TIME)),
    "rows": lambda: rows("over_dagar;SN;5;36;0,1388888", "over_dagar;KFN;dolt;dolt;dolt"),
    "rows of people": lambda: rows("tillgang;KFN;2;3;0,6666667", "anvandning;MBN;10;12;0,8333333"),
    "a workbook": lambda: of_file("f.xlsx", workbook(lambda book: None)),
    "a data frame": lambda: of_message(arrow({"Antal": [10], "Underlag": [120]})),
}
MAY_NOT: dict[str, Callable[[], Iterator[Piece]]] = {
    "a pair": lambda: html("<p>Alla: 3 av 17.</p>"),
    "a pair over tags": lambda: html("<p><b>3</b> av <span>17</span></p>"),
    "a rest": lambda: html("<p>Alla: 14 av 17.</p>"),
    "a whole": lambda: html("<p>Alla: 0 av 3.</p>"),
    "a pair of people told of agreements": lambda: html("<p>Fler dagar: 10 av 12.</p>"),
    "a bare number": lambda: html("<p>Ytterligare 3 stämmer inte.</p>"),
    "a bare number in a cell": lambda: html("<table><tr><th>Nu</th><tr><td>3</td></table>"),
    "a number to come": lambda: html("<td>+4</td>"),
    "a tooltip": lambda: html('<td title="3 av 17">dolt</td>'),
    "what is heard": lambda: html('<a aria-label="14 av 17, Form">dolt</a>'),
    "an attribute of data": lambda: html('<td data-n="3 av 17">dolt</td>'),
    "a script in the markup": lambda: html("<script>let n = '3 av 17'</script>"),
    "a comment in the markup": lambda: html("<p>dolt<!-- 3 av 17 --></p>"),
    "an address": lambda: html('<a href="/overenskommelser?overenskommelse=DEMO-0078">dolt</a>'),
    "an address, spelled": lambda: html('<a href="/regelverk?chef=%C3%85sa+%C3%96man">dolt</a>'),
    "a share of nothing told": lambda: html("<p>KFN: 12,3 %. Alla: 8 % (10 av 120).</p>"),
    "a share in a hidden cell": lambda: html(MATRIX.format("10 %") + "<p>10 % (12 av 120)</p>"),
    "Markdown": lambda: of_message(message("markdown", body="Alla: **3 av 17**")),
    "a name in Markdown": lambda: of_message(message("markdown", body="Åsa Öman")),
    "a help text": lambda: of_message(message("radio", label="Form", help="3 av 17")),
    "an element nobody knows": lambda: of_message(message("metric", body="30", label="Brister")),
    "a number of a metric": lambda: of_message(message("metric", body="3", label="Brister")),
    "a hover text": lambda: a_changed(DOTS, hovertext=["SN<br>3 av 40", "Alla<br>50 av 100"]),
    "a mark of a few": lambda: a_changed(DOTS, x=[0.075, 0.5]),
    "a mark in bytes": lambda: a_changed(DOTS, x=np.array([0.075, 0.5])),
    "numbers behind a mark": lambda: a_changed(DOTS, customdata=[[3], [50]]),
    "sizes of marks": lambda: a_changed(DOTS, marker={"size": [3, 50]}),
    "a text on a mark": lambda: a_changed(DOTS, text=["3 av 40", ""]),
    "a name of a line": lambda: a_changed(DOTS, name="DEMO-0078"),
    "a text alternative": lambda: of_message(chart([DOTS], alt="KFN med 3 av 30.")),
    "a month that is not told": lambda: of_message(chart([LINE | {"y": [40.5, 30.25]}], **TIME)),
    "a line through a hidden month": lambda: of_message(
        chart([LINE, {"type": "scatter", "mode": "lines", "x": [738885, 738976],
                      "y": [40.5, 30.25]}], **TIME)
    ),
    "a count in a file": lambda: rows("over_dagar;KFN;3;36;0,0833333"),
    "a rest in a file": lambda: rows("over_dagar;KFN;33;36;0,9166667"),
    "a whole in a file": lambda: rows("over_dagar;KFN;0;3;0"),
    "a whole beside a hidden count": lambda: rows("over_dagar;KFN;dolt;3;dolt"),
    "a share beside a hidden count": lambda: rows("over_dagar;KFN;dolt;36;0,0833333"),
    "a share of another count": lambda: rows("over_dagar;KFN;0;36;0,0833333"),
    "a few of a ratio": lambda: rows("anvandning;KFN;3;12;0,25"),
    "a column nobody knows": lambda: of_csv("f", "Kod;Öppna\nKFN;30", ";"),
    "an outcome in a file": lambda: of_csv("f", "Brister;I kraft\n3;36", ";"),
    "a name in a file": lambda: of_csv("f", "Kod;Ansvarig\nKFN;Åsa Öman", ";"),
    "a file nobody knows": lambda: of_file("f.ics", b"BEGIN:VCALENDAR"),
    "a name of a file": lambda: of_file("DEMO-0078.csv", b"Kod\nKFN"),
    "a hidden sheet": lambda: of_file("f.xlsx", workbook(hidden_sheet)),
    "a comment in a workbook": lambda: of_file("f.xlsx", workbook(comment)),
    "a defined name": lambda: of_file("f.xlsx", workbook(defined_name)),
    "the properties of a workbook": lambda: of_file("f.xlsx", workbook(title)),
    "a note of a workbook": lambda: of_file("f.xlsx", workbook(noted)),
    "a data frame's cell": lambda: of_message(arrow({"Antal": [3], "Underlag": [120]})),
    "a data frame's name": lambda: of_message(arrow({"Ansvarig": ["Åsa Öman"]})),
}  # fmt: skip


def hidden_sheet(book: openpyxl.Workbook) -> None:
    sheet = book.create_sheet("Dold", 1)
    sheet.sheet_state = "hidden"
    sheet.append(["Brister", "I kraft"])
    sheet.append([3, 36])


def comment(book: openpyxl.Workbook) -> None:
    book.active["A1"].comment = Comment("3 av 36", "x")


def defined_name(book: openpyxl.Workbook) -> None:
    book.defined_names["x"] = DefinedName("x", attr_text='"DEMO-0078"')


def title(book: openpyxl.Workbook) -> None:
    book.properties.title = "Åsa Öman"


def noted(book: openpyxl.Workbook) -> None:
    book.worksheets[-1].append(["KFN", "3 av 36"])


@pytest.mark.parametrize("name", MAY_BE_SENT)
def test_the_search_lets_pass_what_may_be_sent(name: str) -> None:
    assert hits(MAY_BE_SENT[name](), KNOWN) == []


@pytest.mark.parametrize("name", MAY_NOT)
def test_the_search_finds_what_may_not_be_sent(name: str) -> None:
    assert hits(MAY_NOT[name](), KNOWN)
