"""The demo store, built by the same loads as anyone's own data."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

from ingest.load import LoadRefused, LoadResult, Options, load_agreements, load_frame, load_survey
from queries.i18n import _
from queries.reference import DATA_DIR
from queries.store import current_id, read_snapshot, store_path

DEMO_DIR = DATA_DIR / "demo"
ACTOR = "demo"


def build_demo(
    directory: Path = DEMO_DIR,
    store: Path | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> Iterator[tuple[str, LoadResult]]:
    """Load the demo's files in order, yielding each file's name and result.

    Raises ``LoadRefused`` when the store holds anything that is not the demo: a demonstration
    never mixes with a municipality's own answers.
    """
    snapshot_id = current_id(store or store_path())
    if snapshot_id and any(entry["actor"] != ACTOR for entry in _history(snapshot_id, store)):
        raise LoadRefused(
            _(
                "Lagret innehåller redan egna uppgifter. Bygg demonstrationen i ett annat lager: "
                "peka ut en tom mapp med DISTANSKOLLEN_STORE."
            )
        )
    plan = tomllib.loads((directory / "demo.toml").read_text(encoding="utf-8"))
    waves = {wave["id"]: wave for wave in plan["waves"]}
    options = Options(actor=ACTOR, store=store, progress=progress)
    for entry in plan["files"]:
        path, wave = directory / entry["file"], waves.get(entry.get("wave"), {})
        if entry["kind"] == "frame":
            result = load_frame(path, wave["id"], options, label=wave["label"], kind=wave["kind"])
        elif entry["kind"] == "survey":
            result = load_survey(path, wave["id"], options, questionnaire_id=wave["questionnaire"])
        else:
            result = load_agreements(path, options, as_of=entry.get("as_of", plan["as_of"]))
        yield path.name, result


def _history(snapshot_id: str | None, store: Path | None) -> Iterator[dict[str, str]]:
    """Yield the manifests from the snapshot in force back to the first."""
    while snapshot_id:
        manifest = read_snapshot(snapshot_id, store).manifest
        yield manifest
        snapshot_id = manifest["parent"]
