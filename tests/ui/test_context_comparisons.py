"""What a page gets of uncertainties and changes is cut down to the chosen department."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from queries import comparisons
from queries import indicators as results
from queries.store import current_snapshot, open_reader
from queries.viewer import AccessDenied, Role, Viewer
from ui.context import Context


@pytest.fixture
def context(demo_store: Path) -> Context:
    viewer = Viewer(Role.POLITIKER)
    return Context(
        snapshot=current_snapshot(demo_store),
        viewer=viewer,
        waves=results.waves(open_reader(viewer, demo_store)),
        wave="2024",
        compare=None,
        department="MBN",
        as_of=None,
        theme="",
        address={},
    )


def test_a_chosen_department_is_told_with_what_is_shown_nearest_to_it_and_the_whole(
    context: Context,
) -> None:
    table = context.uncertainty("policy_kand")
    assert list(table["department"].fillna("")) == ["MBN", "MBN+TN", ""]
    assert list(table["status"]) == ["hidden", "shown", "shown"]
    assert table.attrs["weighting"].merged["policy_kand"] == ("MBN", "TN")
    every = replace(context, department=None).uncertainty()
    assert set(every["department"].dropna()) > {"BUN", "KFN", "SN"}
    assert len(set(every["indicator"])) > 20


def test_changes_are_from_the_earlier_wave_whichever_is_compared_with(context: Context) -> None:
    assert context.changes().empty and list(context.changes()) == list(comparisons.CHANGES)
    both = [replace(context, compare="2026"), replace(context, wave="2026", compare="2024")]
    one, other = (c.changes("policy_kand") for c in both)
    assert one["before_denominator"].iloc[-1] == other["before_denominator"].iloc[-1] == 91
    assert set(one["department"].fillna("")) >= {"MBN", ""}


def test_groups_are_compared_of_all_and_the_mix_of_work_is_the_auditors(context: Context) -> None:
    found = context.differences("policy_kand", "position")
    assert list(found.rest["code"]) == ["chef", "medarbetare"]
    assert "MBN+TN" in set(context.differences("policy_kand").rest["code"])
    with pytest.raises(AccessDenied):
        context.standardised("policy_kand")
    auditor = replace(context, viewer=Viewer(Role.REVISOR))
    assert len(auditor.standardised("policy_kand")) == 6


def test_answers_counted_together_are_those_of_the_query(context: Context) -> None:
    sets = {"often": ("frekvens", ["en_tva_dagar_veckan", "tre_dagar_eller_fler"])}
    table = context.answer_sets(sets)
    assert table.equals(results.answer_sets(context.reader, "2024", sets, context.mergings()))
