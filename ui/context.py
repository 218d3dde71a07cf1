"""What a page needs to know of this visit, and its results, cached by snapshot and role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import streamlit as st

from queries import coverage, regelverk
from queries import indicators as queries
from queries.catalogue import REGISTER, Indicator
from queries.catalogue import indicator as indicator_of
from queries.i18n import language
from queries.municipality import municipality
from queries.reference import Questionnaire
from queries.rules import RuleSet, as_json
from queries.store import (
    Reader,
    Snapshot,
    current_id,
    current_snapshot,
    read_snapshot,
    store_path,
)
from queries.viewer import Role, Viewer
from ui.addresses import THEME_PAGES, link
from ui.months import completed
from ui.text import _

# The cache holds whole waves: a page then filters, and two pages of one visit share the work.
CACHED = 128

Key = tuple[str, str, tuple[str, ...], str]
"""The snapshot's folder, the role, its departments, the language."""


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
        return _questionnaire(self._key, self.wave)

    def wave_row(self, wave: str | None = None) -> pd.Series:
        """Return the wave's label, kind, profile, invited and answered."""
        return self.waves.set_index("wave").loc[wave or self.wave]

    def departments(self) -> pd.DataFrame:
        return _departments(self._key, self.wave)

    def results(self, *ids: str, wave: str | None = None, merged: bool = False) -> pd.DataFrame:
        """Return the result table of the indicators, cut down to the chosen department."""
        table = _results(self._key, wave or self.wave, merged)
        table = table[table["indicator"].isin(ids)] if ids else table
        if self.department:
            # With what is hidden together with it: the nearest that may be shown.
            parts = table["department"].fillna("").str.split("+")
            own = parts.map(lambda codes: self.department in codes)
            table = table[table["department"].isna() | own]
        return table.reset_index(drop=True)

    @property
    def pair(self) -> tuple[str, ...]:
        """The two waves that are compared, the earlier first; empty without a comparison."""
        return tuple(sorted((self.wave, self.compare))) if self.compare else ()

    def compared(self, *ids: str, merged: bool = False) -> pd.DataFrame:
        """Return the result tables of both waves, the earlier first."""
        waves = self.pair or (self.wave,)
        both = [self.results(*ids, wave=wave, merged=merged) for wave in waves]
        return pd.concat(both, ignore_index=True)

    def option_shares(self, question: str) -> pd.DataFrame:
        """Return a question's options as a result table: a row per option, no whole.

        Of the chosen department, else of the whole; ``department`` is the option's code and
        ``name`` its label. Empty when the wave did not put the question.
        """
        asked = self.questionnaire
        if asked is None or question not in {q.id for q in asked.questions}:
            return pd.DataFrame()
        table = _options(self._key, self.wave, question)
        place = table["department"]
        table = table[place == self.department if self.department else place.isna()]
        if (table["status"] == "not_asked").all():
            return pd.DataFrame()
        codes = [name.partition(":")[2] for name in table["indicator"]]
        labels = [asked.question(question).option(code).label for code in codes]
        return table.assign(indicator=question, department=codes, name=labels)

    def answers(self, question: str) -> pd.DataFrame:
        """Return the answers to a question per department, cut down to the chosen one."""
        table = _answers(self._key, self.wave, question)
        if self.department:
            table = table[table["group"].isin(["", self.department])]
        return table.reset_index(drop=True)

    def by_group(self, indicator: Indicator, breakdown: str) -> pd.DataFrame:
        """Return the indicator per position, occupation, sex or age, of the whole municipality.

        Of the register per position alone.
        """
        if indicator.source.kind == REGISTER:
            return _by_position(self._key, indicator.id)
        return _by_group(self._key, self.wave, indicator.id, breakdown)

    def series(self, indicator: Indicator) -> pd.DataFrame:
        """Return a register indicator over time, cut down to the chosen department.

        As ``queries.coverage.series``, with a row for each department and month, also those that
        it lacks (``ui.months.completed``). Empty without a register.
        """
        grid = self.departments()
        departments = dict(zip(grid["code"], grid["name"], strict=True))
        table = _series(self._key, indicator.id, departments)
        if self.department:
            place = table["department"]
            table = table[place.isna() | (place == self.department)]
        return table.reset_index(drop=True)

    @property
    def first_register(self) -> date | None:
        """The date of the first register that was loaded; None without one."""
        return _first_register(self._key)

    def figures(self) -> pd.DataFrame:
        return queries.figures(self.reader, self.wave)

    def rule_outcomes(self, sets: Sequence[RuleSet], day: date) -> pd.DataFrame:
        """Return how the register of the day meets the rule sets (``queries.regelverk``)."""
        return _rule_outcomes(self._key, as_json(sets), day, tuple(sets))

    def trace(self, indicator: Indicator) -> pd.DataFrame:
        return queries.trace(self.reader, self.wave, indicator, self.department)

    @property
    def department_name(self) -> str:
        """The chosen department's name; empty when none is chosen."""
        grid = self.departments()
        return "".join(grid["name"][grid["code"] == self.department])

    @property
    def kicker(self) -> str:
        """The line above a page's title: whose figures these are, and of which wave."""
        row = self.wave_row()
        return _("{municipality} · våg {wave}").format(
            municipality=municipality().name, wave=row["label"]
        )

    def place_of(self, indicator: Indicator, department: str | None = None) -> str:
        """Return the address where an indicator is told in full: its theme's page, or its dossier.

        ``department`` chooses one; None keeps what is chosen.
        """
        path = THEME_PAGES.get(indicator.theme)
        if path is None:
            return self.link("metod", indikator=indicator.id)
        return self.link(path, forvaltning=department or self.department) + f"#{indicator.id}"

    def link(self, path: str, **parameters: str | None) -> str:
        """Return a page's address that keeps what is chosen."""
        return link(path, **{**self.address, **parameters})

    @property
    def _key(self) -> Key:
        """The cache's key: the snapshot's folder, which never changes, who asks, and the language.

        Names and labels in the tables are words.
        """
        departments = tuple(sorted(self.viewer.departments))
        return str(self.snapshot.path), self.viewer.role.value, departments, language()


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
def _results(key: Key, wave: str, merged: bool) -> pd.DataFrame:
    return queries.results(_reader(key), wave, merged=merged)


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _answers(key: Key, wave: str, question: str) -> pd.DataFrame:
    return queries.answers(_reader(key), wave, question)


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _options(key: Key, wave: str, question: str) -> pd.DataFrame:
    return queries.options(_reader(key), wave, [question])


# A resource and not data: immutable, so nothing needs to be copied for each of its many uses.
@st.cache_resource(max_entries=CACHED, show_spinner=False)
def _questionnaire(key: Key, wave: str) -> Questionnaire | None:
    return queries.questionnaire_of(_reader(key), wave)


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _departments(key: Key, wave: str) -> pd.DataFrame:
    return queries.departments(_reader(key), wave)


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _by_group(key: Key, wave: str, indicator_id: str, breakdown: str) -> pd.DataFrame:
    return queries.by_group(_reader(key), wave, indicator_of(indicator_id), breakdown)


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _by_position(key: Key, indicator_id: str) -> pd.DataFrame:
    return coverage.by_position(_reader(key), indicator_of(indicator_id))


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _series(key: Key, indicator_id: str, departments: dict[str, str]) -> pd.DataFrame:
    reader = _reader(key)
    table = coverage.series(reader, indicator_of(indicator_id))
    # What was counted for this visitor lacks only months with nothing to count.
    live = set(reader.viewer.departments) if reader.viewer.role is Role.HR else set()
    if reader.viewer.role is Role.REVISOR:
        live = {None, *table["department"].dropna()}
    return completed(table, departments, live)


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _first_register(key: Key) -> date | None:
    return coverage.first_register_date(_reader(key))


# What the sets say is in the key, and not their names: a rule file may be edited while we serve.
@st.cache_data(max_entries=CACHED, show_spinner=False)
def _rule_outcomes(key: Key, rules: str, day: date, _sets: tuple[RuleSet, ...]) -> pd.DataFrame:
    return regelverk.outcomes(_reader(key), _sets, day)


def _reader(key: Key) -> Reader:
    folder, role, departments, _language = key
    path = Path(folder)
    snapshot = _snapshot(path.name, path.parent.parent)
    return Reader(snapshot, Viewer(Role(role), frozenset(departments)))
