"""What a page needs to know of this visit, and its results, cached by snapshot and role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import streamlit as st

from queries import indicators as queries
from queries.catalogue import Indicator
from queries.catalogue import indicator as indicator_of
from queries.reference import Questionnaire
from queries.store import (
    Reader,
    Snapshot,
    current_id,
    current_snapshot,
    read_snapshot,
    store_path,
)
from queries.viewer import Role, Viewer
from ui.addresses import link

# The cache holds whole waves: a page then filters, and two pages of one visit share the work.
CACHED = 128


@dataclass(frozen=True)
class Context:
    """One visit: who asks, what is chosen, and the snapshot that answers.

    ``department`` is None for all; ``compare`` None without comparison; ``as_of`` the date of the
    register, None without one.
    """

    snapshot: Snapshot
    viewer: Viewer
    waves: pd.DataFrame
    wave: str
    compare: str | None
    department: str | None
    as_of: date | None
    theme: str
    address: dict[str, str]

    @property
    def reader(self) -> Reader:
        return Reader(self.snapshot, self.viewer)

    @property
    def questionnaire(self) -> Questionnaire | None:
        return queries.questionnaire_of(self.reader, self.wave)

    def wave_row(self, wave: str | None = None) -> pd.Series:
        """Return the wave's label, kind, profile, invited and answered."""
        return self.waves.set_index("wave").loc[wave or self.wave]

    def departments(self) -> pd.DataFrame:
        return queries.departments(self.reader, self.wave)

    def results(self, *ids: str, wave: str | None = None, merged: bool = False) -> pd.DataFrame:
        """Return the result table of the indicators, cut down to the chosen department."""
        table = _results(*self._key, wave or self.wave, merged)
        table = table[table["indicator"].isin(ids)] if ids else table
        if self.department:
            table = table[table["department"].isna() | (table["department"] == self.department)]
        return table.reset_index(drop=True)

    def compared(self, *ids: str) -> pd.DataFrame:
        """Return the result tables of both waves, the earlier first."""
        both = sorted({self.wave, self.compare or self.wave})
        return pd.concat([self.results(*ids, wave=wave) for wave in both], ignore_index=True)

    def answers(self, question: str) -> pd.DataFrame:
        """Return the answers to a question per department, cut down to the chosen one."""
        table = _answers(*self._key, self.wave, question)
        if self.department:
            table = table[table["group"].isin(["", self.department])]
        return table.reset_index(drop=True)

    def by_group(self, indicator: Indicator, breakdown: str) -> pd.DataFrame:
        """Return the indicator per position, occupation, sex or age, of the whole municipality."""
        return _by_group(*self._key, self.wave, indicator.id, breakdown)

    def figures(self) -> pd.DataFrame:
        return queries.figures(self.reader, self.wave)

    def trace(self, indicator: Indicator) -> pd.DataFrame:
        return queries.trace(self.reader, self.wave, indicator, self.department)

    def link(self, path: str, **parameters: str | None) -> str:
        """Return a page's address that keeps what is chosen."""
        return link(path, **{**self.address, **parameters})

    @property
    def _key(self) -> tuple[str, str, tuple[str, ...]]:
        """The cache's key: the snapshot's folder, which never changes, and who asks."""
        departments = tuple(sorted(self.viewer.departments))
        return str(self.snapshot.path), self.viewer.role.value, departments


def load_snapshot() -> Snapshot:
    """Return the snapshot in force; the manifest is read once per snapshot.

    Raises ``StoreError`` (``EmptyStore`` for a store without one).
    """
    snapshot_id = current_id()
    return _snapshot(snapshot_id, store_path()) if snapshot_id else current_snapshot()


# Streamlit's cache and not functools': it clears and counts with the rest, and hands each caller a
# copy, so that a page cannot change another page's table.
@st.cache_data(max_entries=8, show_spinner=False)
def _snapshot(snapshot_id: str, store: Path) -> Snapshot:
    return read_snapshot(snapshot_id, store)


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _results(
    folder: str, role: str, departments: tuple[str, ...], wave: str, merged: bool
) -> pd.DataFrame:
    return queries.results(_reader(folder, role, departments), wave, merged=merged)


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _answers(
    folder: str, role: str, departments: tuple[str, ...], wave: str, question: str
) -> pd.DataFrame:
    return queries.answers(_reader(folder, role, departments), wave, question)


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _by_group(
    folder: str,
    role: str,
    departments: tuple[str, ...],
    wave: str,
    indicator_id: str,
    breakdown: str,
) -> pd.DataFrame:
    reader = _reader(folder, role, departments)
    return queries.by_group(reader, wave, indicator_of(indicator_id), breakdown)


def _reader(folder: str, role: str, departments: tuple[str, ...]) -> Reader:
    path = Path(folder)
    snapshot = _snapshot(path.name, path.parent.parent)
    return Reader(snapshot, Viewer(Role(role), frozenset(departments)))
