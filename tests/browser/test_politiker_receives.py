"""What a politician's browser is given of the register: no person, and no count of a few.

Every message of the web socket, through which Streamlit sends all that a page shows, and every file
downloaded are kept and read. The store holds no survey, whose answers have rules of their own, so
that every "n av m" is about agreements.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from python_calamine import CalamineWorkbook

from tests import loading
from tools import serving
from ui.addresses import PAGES

DEMO = serving.ROOT / "data" / "demo"
LIMIT = 5
PAIR = re.compile(r"(?<![\d,.])(\d{1,3})[ \u00a0]av[ \u00a0](\d{1,3})(?!,?\d)")
WITH_TABS = ("styrning", "arbetsmiljo", "it-sakerhet")
# Sentences that count something else than agreements.
OTHER_COUNTS = re.compile(
    r"\d+[ \u00a0]av[ \u00a0]\d+ (mått|regelverk|regler|indikatorer|förvaltningar)"
)


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


@pytest.fixture
def received() -> list[bytes]:
    return []


@pytest.fixture
def visitor(open_page: Callable[..., Page], received: list[bytes], tmp_path: Path) -> Page:
    page = open_page(accept_downloads=True)
    page.on(
        "websocket",
        lambda socket: socket.on(
            "framereceived",
            lambda data: received.append(data if isinstance(data, bytes) else data.encode()),
        ),
    )
    return page


def few(text: str, public: set[tuple[int, int]]) -> list[str]:
    """Return every "n av m" of ``text`` that counts from one to four, on either side."""
    text = OTHER_COUNTS.sub("", text)
    found = []
    for match in PAIR.finditer(text):
        part, whole = int(match[1]), int(match[2])
        is_few = 0 < part < LIMIT or 0 < whole - part < LIMIT
        if part <= whole and is_few and (part, whole) not in public:
            found.append(text[max(0, match.start() - 60) : match.end() + 30])
    return found


def test_a_politician_is_given_no_person_no_agreement_and_no_count_of_a_few(
    register_store: Path,
    start_server: Callable[..., str],
    visitor: Page,
    received: list[bytes],
    wait_ready: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    address = start_server(register_store)
    files: list[Path] = []
    for place in PAGES:
        # The pages a politician lacks too: what is refused must not have been sent before.
        visitor.goto(f"{address}/{place.path}?vag=2026")
        wait_ready(visitor)
        if place.path in WITH_TABS:
            for tab in visitor.get_by_role("tab", name=re.compile("Över tid|Tabell")).all():
                tab.click()
                visitor.wait_for_function(serving.READY)
        buttons = visitor.get_by_test_id("stDownloadButton").locator("button:visible").all()
        for number, button in enumerate(buttons[:2]):
            with visitor.expect_download() as saved:
                button.click()
            path = tmp_path / f"{place.path}-{number}-{saved.value.suggested_filename}"
            saved.value.save_as(path)
            files.append(path)
    assert {path.suffix for path in files} == {".csv", ".xlsx"}, "files were looked at too"

    sheets = [
        repr(CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python())
        for path in files
        if path.suffix == ".xlsx"
    ]
    texts = [part.decode("utf-8", "replace") for part in received] + sheets
    texts += [path.read_text("utf-8") for path in files if path.suffix == ".csv"]
    everything = "\n".join(texts)
    assert "gällande överenskommelser" in everything, "the register was spoken of"

    records = loading.rows(
        "select agreement_id, employee, manager from records.register_row", register_store
    )
    secrets = {value for row in records for value in row if value}
    assert len(secrets) > 200
    assert [value for value in secrets if value in everything] == []
    assert "demo-anställd" not in everything

    # Numbers of people and not of agreements, on one side or both, and KFN's in the audit's report.
    people = ("eligible, employees", "answered, invited", "numerator, eligible")
    public = {(0, 3)} | {
        pair
        for columns in people
        for pair in loading.rows(
            f"select {columns} from published.department left join published.coverage "
            "on \"group\" = code and indicator = 'anvandning' and numerator >= 5",
            register_store,
        )
    }
    assert few("3 av 17 och 12 av 14", set()) and not few("5 av 17", set())
    hits = {hit for text in texts for hit in few(text, public)}
    assert not hits, "\n".join(sorted(hits))
