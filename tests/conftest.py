"""Shared fixtures. Every test runs away from the real store and this machine's settings."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# The same examples in every run, so that a red build is about the change; and no deadline, because
# a busy machine is slow. `HYPOTHESIS_PROFILE=search` looks for new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(autouse=True)
def _away_from_the_real_store(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Point the store at an empty folder: a test that forgets its own cannot touch the user's."""
    folder = tmp_path_factory.mktemp("store")
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(folder / "store"))
    monkeypatch.setenv("DISTANSKOLLEN_KEY_FILE", str(folder / "key"))
    monkeypatch.delenv("DISTANSKOLLEN_HOSTS", raising=False)


@pytest.fixture(scope="session", autouse=True)
def _pages_as_on_a_server() -> Iterator[None]:
    """Have pages run through ``dashboard.py``, and look for Streamlit's components once only: the
    harness otherwise reads what every installed package says of itself at each run."""
    from streamlit.components.v2 import manifest_scanner

    from tests.visiting import through_the_entry

    with pytest.MonkeyPatch.context() as patch:
        through_the_entry(patch)
        scan = manifest_scanner.scan_component_manifests
        patch.setattr(manifest_scanner, "scan_component_manifests", functools.cache(scan))
        yield


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a demo store, built once by the production loader; each worker has a
    copy, with the key beside it.

    Not to be written to: a test that loads anything copies it first.
    """
    from ingest.demo import build_demo

    own = tmp_path_factory.mktemp("demo-store")
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    built = shared / "demo-built"
    with FileLock(shared / "demo-built.lock"), pytest.MonkeyPatch.context() as patch:
        if not built.exists():
            making = shared / "demo-making"
            patch.setenv("DISTANSKOLLEN_STORE", str(making / "store"))
            patch.setenv("DISTANSKOLLEN_KEY_FILE", str(making / "key"))
            for _name, _result in build_demo():
                pass
            making.rename(built)
    shutil.copytree(built, own, dirs_exist_ok=True)
    return own / "store"


@pytest.fixture(scope="session")
def small_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a store with three departments and 32 answers. Not to be written to."""
    from tests import loading

    folder = tmp_path_factory.mktemp("small-store") / "store"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISTANSKOLLEN_STORE", str(folder))
        loading.fill()
    return folder


@pytest.fixture
def filled(small_store: Path, tmp_path: Path) -> Path:
    """Return a folder for files; the store of the test is a copy of ``small_store``."""
    shutil.copytree(small_store, os.environ["DISTANSKOLLEN_STORE"])
    return tmp_path
