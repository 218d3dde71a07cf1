"""Bring the gettext catalogues up to date with the strings in the source and in the data files.

    python tools/messages.py            write locale/distanskollen.pot and merge into each catalogue
    python tools/messages.py --check    exit 1, saying why, unless the template is what the source
                                        and the data say and every catalogue is whole

Swedish is the source text, so there is no Swedish catalogue. Babel does the work.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from queries import benchmarks, catalogue, municipality, profiles, reference, rules  # noqa: E402 – found only once the root is on the path
from queries.i18n import DEFAULT_LANGUAGE, in_language, prose  # noqa: E402

LOCALE = ROOT / "locale"
TEMPLATE = LOCALE / "distanskollen.pot"
FOLDERS = ("ingest", "pages", "queries", "reports", "ui")
FILES = ("dashboard.py", "manage.py")
# How many of a call's first arguments are the message and its plural.
WORDS = {"_": 1, "_n": 2, "_n_": 1}
# The data files with words for people, and who reads each; the fields are marked in its models.
DATA = {
    "data/accessibility.toml": reference.accessibility_faults,
    "data/audit/criteria.toml": reference.criteria,
    "data/audit/published.csv": reference.published_figures,
    "data/audit/questions.toml": reference.audit_questions,
    "data/audit/recommendations.toml": reference.recommendations,
    "data/audit/traps.toml": reference.traps,
    "data/indicators.toml": catalogue.indicators,
    "data/municipality.toml": municipality.municipality,
    "data/sources.toml": reference.sources,
    "data/uppfoljning.toml": rules.base,
}


def data_strings() -> Iterator[tuple[str, str]]:
    """Yield (file, string) of every text in the data files that people read."""
    with in_language(DEFAULT_LANGUAGE):
        for name, read in DATA.items():
            yield from ((name, text) for text in prose(read()))
        for id in reference.questionnaires():
            name = f"data/questionnaires/{id}.toml"
            yield from ((name, text) for text in prose(reference.load_questionnaire(id)))
        for found in sorted(rules.rulesets(), key=lambda ruleset: ruleset.id):
            name = f"data/regelverk/{found.id}.toml"
            yield from ((name, text) for text in prose(found))
        for found in benchmarks.load_benchmarks():
            # The words of its tables stand in files of their own; the reader joins them.
            name = f"data/benchmarks/{found.id}.toml"
            yield from ((name, text) for text in prose(found))
        for id, path in profiles.profiles().items():
            name = f"data/profiles/{path.name}"
            yield from ((name, text) for text in prose(profiles.load_profile(id)))


def source_strings() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Yield (file, message) of every string that the source marks for translation.

    Read from the syntax tree: Babel's own reader passes over what stands inside an f-string.
    """
    folders = (path for name in FOLDERS for path in sorted((ROOT / name).glob("*.py")))
    for path in (*folders, *(ROOT / name for name in FILES)):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            words = node.args[: WORDS.get(node.func.id, 0)]
            texts = tuple(getattr(word, "value", None) for word in words)
            if any(isinstance(word, ast.JoinedStr) for word in words):
                raise SystemExit(f"{path}:{node.lineno}: an f-string cannot be translated")
            if texts and all(isinstance(text, str) for text in texts):
                yield path.relative_to(ROOT).as_posix(), texts if len(texts) > 1 else texts[0]


def extract() -> Catalog:
    """Return the catalogue of every string that a person can meet."""
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
    for name, message in (*source_strings(), *data_strings()):
        # No line numbers: they would change with every edit of the source.
        found.add(message, locations=[(name, None)])
    return found


def written(catalogue: Catalog) -> bytes:
    """Return a catalogue as the bytes of its file."""
    stream = io.BytesIO()
    write_po(stream, catalogue, sort_output=True, width=100, omit_header=False)
    return stream.getvalue()


def catalogues() -> dict[str, Path]:
    """Return the catalogue file of each language that has one."""
    return {p.parent.parent.name: p for p in sorted(LOCALE.glob("*/LC_MESSAGES/distanskollen.po"))}


def read(path: Path, code: str) -> Catalog:
    """Return the catalogue in a file."""
    with path.open("rb") as stream:
        return read_po(stream, locale=code)


# --- what is wrong with a catalogue ---------------------------------------------------------------

PLACEHOLDER = re.compile(r"\{[^{}]*\}")
TAG = re.compile(r"</?[a-z][^<>]*>", re.I)


def marks(text: str) -> Counter[str]:
    """Return what a translation must keep as it is: placeholders, per cent signs, HTML tags."""
    return Counter([*PLACEHOLDER.findall(text), *TAG.findall(text), *("%" * text.count("%"))])


def faults(template: Catalog, translation: Catalog) -> Iterator[str]:
    """Yield one line for each thing that is wrong with a translation of ``template``."""
    for message in template:
        if message.id:
            yield from _message_faults(message, translation.get(message.id))
    wanted = {_key(message) for message in template}
    for message in translation:
        if _key(message) not in wanted:
            yield f"is no longer in the source: {_key(message)!r}"
    yield from (f"is no longer in the source: {_key(m)!r}" for m in translation.obsolete.values())


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _message_faults(message: Message, found: Message | None) -> Iterator[str]:
    name = repr(_key(message))
    sources = [message.id] if isinstance(message.id, str) else list(message.id)
    forms = (
        [] if found is None else [found.string] if isinstance(found.string, str) else found.string
    )
    if len(forms) != len(sources) or not all(form.strip() for form in forms):
        yield f"lacks a translation: {name}"
        return
    if found is not None and found.fuzzy:
        yield f"is marked fuzzy: {name}"
    for source, form in zip(sources, forms, strict=True):
        if marks(source) != marks(form):
            yield f"has other placeholders, per cent signs or tags than {source!r}: {form!r}"
        if (
            source[:1].isspace() != form[:1].isspace()
            or source[-1:].isspace() != form[-1:].isspace()
        ):
            yield f"has other space at its ends than {source!r}: {form!r}"


def check() -> list[str]:
    """Return what is wrong with the template and the catalogues, a line for each; empty if none."""
    template = extract()
    found = []
    if not TEMPLATE.is_file() or TEMPLATE.read_bytes() != written(template):
        found.append(f"{TEMPLATE.name} is not what the source says; run tools/messages.py")
    for code, path in catalogues().items():
        found += [f"{code}: {fault}" for fault in faults(template, read(path, code))]
    return found


def main() -> int:
    """Write the template and merge it into every catalogue, or only check them."""
    if "--check" in sys.argv[1:]:
        found = check()
        print("\n".join(found), file=sys.stderr)
        return 1 if found else 0
    template = extract()
    LOCALE.mkdir(exist_ok=True)
    TEMPLATE.write_bytes(written(template))
    for code, path in catalogues().items():
        translation = read(path, code)
        translation.update(template, no_fuzzy_matching=True)
        # What the source no longer says is in the history; a heap of dead strings helps nobody.
        translation.obsolete.clear()
        path.write_bytes(written(translation))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
