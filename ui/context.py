"""What a page needs to know of this visit, and its results, cached by snapshot and role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import streamlit as st

from queries import comparisons, coverage, protection, regelverk, rules
from queries import indicators as queries
from queries import mergings as together
from queries.catalogue import REGISTER, Indicator
from queries.catalogue import indicator as indicator_of
from queries.i18n import language
from queries.municipality import Merging, municipality
from queries.reference import Question, Questionnaire
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
from ui.text import _, join_words

# The cache holds whole waves: a page then filters, and two pages of one visit share the work.
CACHED = 128

Key = tuple[str, str, tuple[str, ...], str, str, tuple[tuple[str, int], ...]]
"""The snapshot's folder, the role, its departments, the language, the configured mergings."""


@dataclass(frozen=True)
class Context:
    """One visit: who asks, what is chosen, and the snapshot that answers.

    ``department`` is a department's code or that of a merging (``MBN+TN``), None for all;
    ``compare`` None without comparison; ``as_of`` the date of the register, None without one.
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

    def question(self, id: str | None) -> Question | None:
        """Return a question as the wave put it, None if it did not."""
        return self.questionnaire.find(id) if self.questionnaire else None

    def wave_row(self, wave: str | None = None) -> pd.Series:
        """Return the wave's label, kind, profile, invited and answered."""
        return self.waves.set_index("wave").loc[wave or self.wave]

    def waiting(self, wave: str | None = None) -> tuple[int, int]:
        """Return (questions whose latest answers wait to be published, questions asked)."""
        return protection.waiting(self.reader, wave or self.wave)

    def visibility(self) -> pd.DataFrame:
        """Return how many groups of the wave are shown, per breakdown."""
        return protection.visibility(self.reader, self.wave)

    def visibility_merged(self) -> pd.DataFrame:
        """Return how many groups of departments are shown with each merging read as one."""
        return protection.visibility_merged(self.reader, self.wave, self.mergings())

    def departments(self) -> pd.DataFrame:
        return _departments(self._key, self.wave)

    def mergings(self, wave: str | None = None) -> tuple[Merging, ...]:
        """Return the departments that may be read together in the wave."""
        return _mergings(self._key, wave or self.wave)

    def merging_names(self) -> dict[str, str]:
        """Return the departments of each merging, by its code, in full."""
        grid = self.departments()
        names = dict(zip(grid["code"], grid["name"], strict=True))
        return {m.code: join_words(names[c] for c in m.departments) for m in self.mergings()}

    @property
    def merging(self) -> Merging | None:
        """The chosen merging; None when a department is chosen, or all."""
        return next((m for m in self.mergings() if m.code == self.department), None)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The codes of the chosen departments: of a merging several, of all none."""
        found = self.merging
        return found.departments if found else (self.department,) if self.department else ()

    def results(self, *ids: str, wave: str | None = None, merged: bool = False) -> pd.DataFrame:
        """Return the result table of the indicators, cut down to the chosen department.

        With ``merged`` also what is shown nearest to what is hidden (``queries.mergings.listed``).
        """
        table = _results(self._key, wave or self.wave)
        table = table[table["indicator"].isin(ids)] if ids else table
        return together.listed(table, self.department, self.mergings(wave), beside=merged)

    def overview(self, *ids: str) -> pd.DataFrame:
        """Return the result table of several indicators in which each column is told throughout:
        that of a merging too, if it somewhere tells what one of its departments may not."""
        if self.department:
            return self.results(*ids)
        table = _results(self._key, self.wave)
        table = table[table["indicator"].isin(ids)] if ids else table
        told = together.telling(table, self.mergings())
        own = set(self.departments()["code"]) | told
        place = table["department"]
        return table[place.isna() | place.isin(own)].reset_index(drop=True)

    def nearest(
        self, results: pd.DataFrame, *, question: str | None = None
    ) -> tuple[tuple[Merging, ...], bool]:
        """Return the mergings that are shown nearest to what is hidden in ``results``, and whether
        the whole is; of the options of a ``question`` where that is asked about."""
        hidden = results[results["status"] == "hidden"]
        if question:
            table, codes = _options(self._key, self.wave, question), {self.department}
        else:
            table, codes = _results(self._key, self.wave), set(hidden["department"])
            table = table[table["indicator"].isin(hidden["indicator"])]
        known = {merging.code: merging for merging in self.mergings()}
        found = [together.nearest(table, c, tuple(known.values())) for c in sorted(map(str, codes))]
        about = dict.fromkeys(code for near, _whole in found for code in near)
        return tuple(known[code] for code in about), any(whole for _near, whole in found)

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
        asked = self.question(question)
        if asked is None:
            return pd.DataFrame()
        table = _options(self._key, self.wave, question)
        place = table["department"]
        table = table[place == self.department if self.department else place.isna()]
        if (table["status"] == "not_asked").all():
            return pd.DataFrame()
        codes = [name.partition(":")[2] for name in table["indicator"]]
        labels = [asked.option(code).label for code in codes]
        return table.assign(indicator=question, department=codes, name=labels)

    def answers(self, question: str) -> pd.DataFrame:
        """Return the answers to a question per department, cut down to the chosen one."""
        table = _answers(self._key, self.wave, question)
        # A merging's answers are its departments' once more: only where it is chosen.
        known = {merging.code for merging in self.mergings()}
        place = table["group"]
        keep = place.isin(["", self.department]) if self.department else ~place.isin(known)
        return table[keep].reset_index(drop=True)

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
        place = table["department"]
        known = {merging.code for merging in self.mergings()}
        keep = place.isna() | (place == self.department) if self.department else ~place.isin(known)
        return table[keep].reset_index(drop=True)

    @property
    def first_register(self) -> date | None:
        """The date of the first register that was loaded; None without one."""
        return _first_register(self._key)

    def figures(self) -> pd.DataFrame:
        return queries.figures(self.reader, self.wave)

    def rule_outcomes(
        self, sets: Sequence[RuleSet], day: date, merging: Merging | None = None
    ) -> pd.DataFrame:
        """Return how the register of the day meets the rule sets (``queries.regelverk``), with the
        rows of a merging: without one, of the chosen."""
        merging = merging or self.merging
        code = merging.code if merging else ""
        return _rule_outcomes(self._key, as_json(sets), day, code, merging, tuple(sets))

    def uncertainty(self, *ids: str) -> pd.DataFrame:
        """Return every uncertainty of the survey indicators (``comparisons.uncertainty``), cut down
        to the chosen department; ``attrs["weighting"]`` as there."""
        return self._listed(_uncertainty(self._key, self.wave), ids)

    def uncertainty_everywhere(self, *ids: str) -> pd.DataFrame:
        """Return the same of every place that is told of anywhere, also where none is chosen."""
        table = _uncertainty(self._key, self.wave)
        return table[table["indicator"].isin(ids)]

    def differences(self, indicator: str, breakdown: str = "department") -> comparisons.Differences:
        """Return how groups differ in a survey indicator, of the whole municipality."""
        return _differences(self._key, self.wave, indicator, breakdown)

    def group_uncertainty(self, indicator: str, breakdown: str) -> pd.DataFrame:
        """Return every uncertainty of a survey indicator per position, occupation, sex or age, of
        the whole municipality (``comparisons.group_uncertainty``)."""
        return _group_uncertainty(self._key, self.wave, indicator, breakdown)

    def changes(self, *ids: str) -> pd.DataFrame:
        """Return the changes from the earlier to the later wave, cut down to the chosen department;
        empty without a comparison."""
        if not self.pair:
            return pd.DataFrame(columns=list(comparisons.CHANGES))
        return self._listed(_changes(self._key, *self.pair), ids)

    def standardised(self, indicator: str) -> pd.DataFrame:
        """Return the departments' shares with everybody's mix of work. The auditor's alone."""
        return _standardised(self._key, self.wave, indicator)

    def answer_sets(self, wanted: Mapping[str, tuple[str, Sequence[str]]]) -> pd.DataFrame:
        """Return the result table of answers counted together (``indicators.answer_sets``)."""
        sets = tuple((name, put, tuple(options)) for name, (put, options) in wanted.items())
        return _answer_sets(self._key, self.wave, sets)

    def _listed(self, table: pd.DataFrame, ids: Sequence[str]) -> pd.DataFrame:
        """Return the rows of the indicators (none: all) and of the chosen department, with what is
        shown nearest to what is hidden."""
        table = table[table["indicator"].isin(ids)] if ids else table
        told = table if "wave" in table else table.assign(wave=self.wave)
        kept = together.listed(told, self.department, self.mergings(), beside=True)
        return kept[list(table.columns)]

    def trace(self, indicator: Indicator) -> pd.DataFrame:
        each = self.chosen or (None,)
        found = [queries.trace(self.reader, self.wave, indicator, code) for code in each]
        return pd.concat(found, ignore_index=True)

    @property
    def department_name(self) -> str:
        """The name of the chosen department or merging; empty when none is chosen."""
        if self.merging:
            return self.merging.title
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

        Names and labels in the tables are words. What hr and the auditor read of the register is
        judged by the rules as their files stand.
        """
        departments = tuple(sorted(self.viewer.departments))
        mergings = repr(municipality().mergings)
        who = self.viewer.role.value, departments, language()
        return str(self.snapshot.path), *who, mergings, rules.versions()


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
def _results(key: Key, wave: str) -> pd.DataFrame:
    return queries.results(_reader(key), wave, merged=True, mergings=_mergings(key, wave))


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _answers(key: Key, wave: str, question: str) -> pd.DataFrame:
    return queries.answers(_reader(key), wave, question, _mergings(key, wave))


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _options(key: Key, wave: str, question: str) -> pd.DataFrame:
    return queries.options(_reader(key), wave, [question], _mergings(key, wave))


# A resource and not data: immutable, so nothing needs to be copied for each of its many uses.
@st.cache_resource(max_entries=CACHED, show_spinner=False)
def _questionnaire(key: Key, wave: str) -> Questionnaire | None:
    return queries.questionnaire_of(_reader(key), wave)


@st.cache_resource(max_entries=CACHED, show_spinner=False)
def _mergings(key: Key, wave: str) -> tuple[Merging, ...]:
    return together.of_departments(_departments(key, wave)["code"])


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _departments(key: Key, wave: str) -> pd.DataFrame:
    return queries.departments(_reader(key), wave)


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _by_group(key: Key, wave: str, indicator_id: str, breakdown: str) -> pd.DataFrame:
    return queries.by_group(_reader(key), wave, indicator_of(indicator_id), breakdown)


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _uncertainty(key: Key, wave: str) -> pd.DataFrame:
    return comparisons.uncertainty(_reader(key), wave, mergings=_mergings(key, wave))


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _differences(key: Key, wave: str, indicator_id: str, breakdown: str) -> comparisons.Differences:
    mergings = _mergings(key, wave)
    return comparisons.differences(_reader(key), wave, indicator_id, breakdown, mergings)


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _group_uncertainty(key: Key, wave: str, indicator_id: str, breakdown: str) -> pd.DataFrame:
    return comparisons.group_uncertainty(_reader(key), wave, indicator_id, breakdown)


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _changes(key: Key, before: str, after: str) -> pd.DataFrame:
    mergings = _mergings(key, after)
    return comparisons.changes(_reader(key), before, after, mergings=mergings)


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _standardised(key: Key, wave: str, indicator_id: str) -> pd.DataFrame:
    return comparisons.standardised(_reader(key), wave, indicator_id)


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _answer_sets(
    key: Key, wave: str, sets: tuple[tuple[str, str, tuple[str, ...]], ...]
) -> pd.DataFrame:
    wanted = {name: (question, options) for name, question, options in sets}
    return queries.answer_sets(_reader(key), wave, wanted, _mergings(key, wave))


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _by_position(key: Key, indicator_id: str) -> pd.DataFrame:
    return coverage.by_position(_reader(key), indicator_of(indicator_id))


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _series(key: Key, indicator_id: str, departments: dict[str, str]) -> pd.DataFrame:
    reader = _reader(key)
    mergings = together.of_departments(departments)
    table = coverage.series(reader, indicator_of(indicator_id), mergings)
    # What was counted for this visitor lacks only months with nothing to count.
    own = reader.viewer.departments
    live = set(own) if reader.viewer.role is Role.HR else set()
    live |= {m.code for m in mergings if live.issuperset(m.departments)}
    if reader.viewer.role is Role.REVISOR:
        live = {None, *table["department"].dropna()}
    return completed(table, departments, live)


@st.cache_data(max_entries=CACHED, show_spinner=False)
def _first_register(key: Key) -> date | None:
    return queries.first_register_date(_reader(key))


# What the sets say is in the key, and not their names: a rule file may be edited while we serve.
@st.cache_data(max_entries=CACHED, show_spinner=False)
def _rule_outcomes(
    key: Key,
    rules: str,
    day: date,
    code: str,
    _merging: Merging | None,
    _sets: tuple[RuleSet, ...],
) -> pd.DataFrame:
    return regelverk.outcomes(_reader(key), _sets, day, _merging)


def _reader(key: Key) -> Reader:
    folder, role, departments, _language, _configured, _rules = key
    path = Path(folder)
    snapshot = _snapshot(path.name, path.parent.parent)
    return Reader(snapshot, Viewer(Role(role), frozenset(departments)))
