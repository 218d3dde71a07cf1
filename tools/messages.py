"""Bring the gettext catalogues up to date with the strings in the source.

    python tools/messages.py            write locale/distanskollen.pot and merge into each catalogue
    python tools/messages.py --check    exit 1 if the .pot is not what the source says

Swedish is the source text, so there is no Swedish catalogue. Babel does the work.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
TEMPLATE = LOCALE / "distanskollen.pot"
FOLDERS = ("ingest", "pages", "queries", "reports", "ui")
FILES = ("dashboard.py", "manage.py")
KEYWORDS = {"_": None, "_n": (1, 2), "_n_": None}


def extract() -> Catalog:
    """Return the catalogue of every string that the source marks for translation."""
    found = Catalog(
        project="Distanskollen",
        version="",
        copyright_holder="Distanskollen",
        msgid_bugs_address="",
        charset="utf-8",
        fuzzy=False,
        header_comment="# Strings of Distanskollen, made by tools/messages.py; do not edit.",
    )
    # A fixed date: the file changes when a string does, and never otherwise.
    found.creation_date = datetime(2026, 1, 1, tzinfo=UTC)
    for folder in (ROOT / name for name in FOLDERS):
        if folder.is_dir():
            for name, _line, message, *_rest in extract_from_dir(folder, keywords=KEYWORDS):
                # No line numbers: they would change with every edit of the source.
                found.add(message, locations=[(f"{folder.name}/{Path(name).as_posix()}", None)])
    for name in FILES:
        for _line, message, *_rest in extract_from_file("python", ROOT / name, keywords=KEYWORDS):
            found.add(message, locations=[(name, None)])
    return found


def written(catalogue: Catalog) -> bytes:
    """Return a catalogue as the bytes of its file."""
    stream = io.BytesIO()
    write_po(stream, catalogue, sort_output=True, width=100, omit_header=False)
    return stream.getvalue()


def main() -> int:
    """Write the template and merge it into every catalogue, or only check the template."""
    template = extract()
    if "--check" in sys.argv[1:]:
        same = TEMPLATE.is_file() and TEMPLATE.read_bytes() == written(template)
        return 0 if same else 1
    LOCALE.mkdir(exist_ok=True)
    TEMPLATE.write_bytes(written(template))
    for path in LOCALE.glob("*/LC_MESSAGES/distanskollen.po"):
        with path.open("rb") as stream:
            catalogue = read_po(stream, locale=path.parent.parent.name)
        catalogue.update(template, no_fuzzy_matching=True)
        path.write_bytes(written(catalogue))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
