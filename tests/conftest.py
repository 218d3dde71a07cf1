"""Shared fixtures. Every test runs away from the real store and this machine's settings."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _away_from_the_real_store(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Point the store at an empty folder: a test that forgets its own cannot touch the user's."""
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path_factory.mktemp("store") / "store"))
    monkeypatch.delenv("DISTANSKOLLEN_HOSTS", raising=False)
