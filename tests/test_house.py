"""The rules of the house, where a slip would not show as a wrong number."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [
    *(p for folder in ("ingest", "pages", "queries", "ui") for p in (ROOT / folder).glob("*.py")),
    ROOT / "dashboard.py",
    ROOT / "manage.py",
]


def imports(path: Path) -> set[str]:
    """Return the top modules that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("page", sorted((ROOT / "pages").glob("*.py")), ids=lambda p: p.stem)
def test_a_page_reads_like_a_story(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 80
    assert not re.search(r"\bselect\b.*\bfrom\b|groupby|plotly|go\.Figure", text, re.I)
    assert imports(page) <= {"streamlit", "queries", "ui"}


@pytest.mark.parametrize(
    ("folder", "never"),
    [
        ("queries", {"ingest", "ui", "pages", "streamlit", "plotly"}),
        ("ingest", {"ui", "pages", "streamlit", "plotly"}),
        ("ui", {"ingest", "duckdb"}),
        ("pages", {"ingest", "duckdb"}),
    ],
)
def test_data_walks_one_way_through_the_rooms(folder: str, never: set[str]) -> None:
    for path in (ROOT / folder).glob("*.py"):
        assert not imports(path) & never, path.name


def test_only_the_store_and_its_writer_open_a_database() -> None:
    openers = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if "duckdb.connect" in path.read_text(encoding="utf-8")
    }
    assert openers == {"queries/store.py", "ingest/snapshot.py"}


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    source = (ROOT / "manage.py").read_text(encoding="utf-8")
    commands = set(re.findall(r'command\("([a-z]+)"', source))
    assert commands
    assert [
        name for name in sorted(commands) if name not in readme and name != "questionnaire"
    ] == []


def test_the_message_template_holds_what_the_source_says() -> None:
    # A string that is not in the template can never be translated.
    done = subprocess.run([sys.executable, "tools/messages.py", "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0, "run `make messages`, translate what is named, commit locale/"
