"""The benchmarks say what the source says, refuse a slip, and never stand without their caveat."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from queries import benchmarks, indicators, reference
from queries.benchmarks import Benchmark, load_benchmarks, set_beside
from queries.reference import ReferenceDataError
from queries.store import open_reader
from queries.viewer import Role, Viewer
from tests.ui.results import SECRET, row, table

# Of each group, all its percentages added: a transposed or mistyped number changes one of them.
COLUMN_SUMS = {
    "fordelar": [461, 421, 464, 455, 420, 496, 512, 488, 428],
    "nackdelar": [98, 149, 131, 128, 107, 120, 97, 92, 71],
}
ROW_SUMS = {
    "fordelar": [748, 688, 664, 628, 585, 611, 221],
    "nackdelar": [249, 348, 176, 109, 111],
}
WEEKLY = "frekvens:en_tva_dagar_veckan+tre_dagar_eller_fler"


@pytest.fixture(scope="module")
def st() -> Benchmark:
    (found,) = load_benchmarks()
    return found


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory of one's own to spoil."""
    shutil.copytree(reference.DATA_DIR / "benchmarks", tmp_path / "benchmarks")
    return tmp_path


def spoil(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


# --- what the source says -------------------------------------------------------------------------


def test_both_tables_are_whole_nine_groups_of_everybody_men_and_women_in_four_ages(st):
    people = [(group.label[:3], group.label[-9:]) for group in st.groups[1:]]
    ages = ["18–29 år", "30–39 år", "40–49 år", "50–66 år"]
    assert [age.strip() for _sex, age in people] == ages * 2
    assert [sex for sex, _age in people] == ["Män"] * 4 + ["Kvi"] * 4
    assert [(t.code, len(t.rows)) for t in st.tables] == [("6.2", 7), ("6.3", 5)]
    for published in st.tables:
        columns = zip(*(row.percents for row in published.rows), strict=True)
        assert [sum(column) for column in columns] == COLUMN_SUMS[published.id]
        assert [sum(row.percents) for row in published.rows] == ROW_SUMS[published.id]


def test_one_mix_of_the_groups_gives_the_share_of_everybody_in_all_twelve_rows(st):
    """The source weighs its groups alike in both tables: each total must be a mean of its row."""
    rows = np.array([row.percents for t in st.tables for row in t.rows], dtype=float)
    whole, parts = rows[:, 0], rows[:, 1:]
    n = parts.shape[1]
    distance = -np.ones((len(rows), 1))
    found = linprog(
        [*np.zeros(n), 1],
        A_ub=np.vstack([np.hstack([parts, distance]), np.hstack([-parts, distance])]),
        b_ub=np.concatenate([whole, -whole]),
        A_eq=[[*np.ones(n), 0]],
        b_eq=[1],
    )
    # In percentage points; rounding alone would allow up to 1.
    assert found.fun < 0.5


@pytest.mark.parametrize(
    ("name", "share", "told"),
    [
        ("inga_nackdelar", 0.41, ""),
        ("varje_vecka", 2 / 3, "2 av 3"),
        ("chefer_positiva", 0.67, ""),
        ("chefer_negativa", 0.12, ""),
        ("chefer_skilja", 0.25, "1 av 4"),
        ("response", 0.38, ""),
        ("fordelar:minskad_restid:alla", 0.84, ""),
        ("fordelar:livspussel:kvinnor_30_39", 0.87, ""),
        ("nackdelar:social_sammanhallning:man_18_29", 0.48, ""),
        ("nackdelar:sjalvdisciplin:kvinnor_50_66", 0.04, ""),
    ],
)
def test_the_numbers_that_others_know_the_report_by(st, name: str, share: float, told: str):
    value = st.value(name)
    assert value.share == pytest.approx(share, abs=5e-4)
    assert value.told == told


def test_the_stated_response_rate_is_more_than_its_own_numbers_allow(st):
    assert (st.survey.answered, st.survey.invited_at_least) == (22328, 60000)
    assert st.survey.highest_response == pytest.approx(0.372, abs=5e-4)
    assert st.survey.highest_response < st.survey.response == 0.38


def test_every_number_cites_its_page_and_what_is_no_whole_per_cent_keeps_its_own_words(st):
    for entry in (*st.tables, *st.figures, st.survey):
        assert entry.source.startswith(f"{st.file}, ") and "(s. " in entry.source
    for figure in st.figures:
        whole = round(figure.share * 100, 6) % 1 == 0
        assert whole or figure.told, figure.id
        assert "%" not in figure.told, figure.id


def test_each_pair_names_something_that_the_wave_gives(st, demo_store: Path):
    reader = open_reader(Viewer(Role.POLITIKER), demo_store)
    sets = indicators.answer_sets(reader, "2024", benchmarks.answer_sets([st]))
    ours = pd.concat([indicators.results(reader, "2024", [p.indicator for p in st.pairs]), sets])
    found = set_beside(ours[ours["department"].isna()], [st])
    mine = found[found["side"] == "ours"].set_index("pair")
    assert (mine["status"] == "shown").all()
    # 28 + 4 of 91, and the audit's own response rate.
    weekly = mine.loc["varje_vecka"]
    assert (weekly["numerator"], weekly["denominator"], weekly["n"]) == (32, 91, 91)
    assert mine.loc["svarsfrekvens", "share"] == 91 / 221
    # The interval is that of any share, and a full count has none.
    assert 0.27 < weekly["low"] < 32 / 91 < weekly["high"] < 0.44
    assert pd.isna(mine.loc["svarsfrekvens", "low"])


def test_answers_counted_together_are_the_sum_of_the_options_and_hide_where_they_do(
    demo_store: Path,
):
    wanted = {"either": ("frekvens", ("en_tva_dagar_veckan", "tre_dagar_eller_fler"))}
    for role in (Role.POLITIKER, Role.REVISOR):
        reader = open_reader(Viewer(role), demo_store)
        together = indicators.answer_sets(reader, "2024", wanted)
        each = indicators.options(reader, "2024", ["frekvens"])
        each = each[each["indicator"].str.split(":").str[1].isin(wanted["either"][1])]
        for _i, one in together.iterrows():
            same = each[each["name"] == one["name"]]
            assert set(same["status"]) == {one["status"]}
            if one["status"] == "shown":
                assert same["numerator"].sum() == one["numerator"]
            else:
                assert one[["numerator", "share", "low"]].isna().all() or not one["numerator"]
    assert "hidden" not in set(together["status"])
    unknown = {"a": ("finns_inte", ("x",)), "b": ("frekvens", ("finns_inte",))}
    assert set(indicators.answer_sets(reader, "2024", unknown)["status"]) == {"not_asked"}


# --- ours and theirs ------------------------------------------------------------------------------


def test_no_number_stands_without_its_caveat_and_theirs_have_no_base_of_their_own(st):
    ours = table([row(None, 32, 91, indicator=WEEKLY)])
    found = set_beside(ours, [st], {WEEKLY: "Hur ofta?"})
    assert tuple(found.columns) == benchmarks.COLUMNS
    assert found["caveat"].str.endswith(".").all() and (found["caveat"].str.len() > 60).all()
    assert list(found["side"]) == ["ours", "theirs"] * len(st.pairs)
    first, theirs = found.iloc[0], found.iloc[1]
    assert (first["wording"], first["share"], first["n"]) == ("Hur ofta?", 32 / 91, 91)
    assert (theirs["name"], theirs["told"], theirs["n"]) == ("Fackförbundet ST", "2 av 3", 22328)
    assert theirs[["numerator", "denominator", "low", "high"]].isna().all()
    # What was not asked is said, not left out.
    assert set(found["status"][found["side"] == "ours"][1:]) == {"not_asked"}
    assert len(set_beside(pd.DataFrame(), [st])) == 2 * len(st.pairs)


def test_a_number_that_is_hidden_does_not_pass_through(st):
    secret = {**row("MBN", 1, 4, indicator=WEEKLY), "share": SECRET, "low": SECRET}
    found = set_beside(table([{**secret, "status": "hidden"}]), [st])
    mine = found.iloc[0]
    assert mine["status"] == "hidden" and mine["department"] == "MBN"
    numbers = ["numerator", "denominator", "share", "low", "high", "bound_low", "bound_high", "n"]
    assert mine[numbers].isna().all()


# --- a slip in a file -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("-fordelar.csv", "restid,84", "restid,840", "rad 2, alla. Här ska det stå ett heltal"),
        ("-fordelar.csv", "84,75", "84,7.5", "rad 2, man_18_29. Här ska det stå ett heltal"),
        ("-fordelar.csv", "restid,84", "restid,48", "utanför gruppernas"),
        ("-fordelar.csv", "man_30_39", "man_30_30", "rad 1. Kolumnerna ska vara id, label, alla"),
        ("-fordelar.csv", "farre_avbrott", "fokuserat", "rad 6. 'fokuserat' finns två gånger"),
        ("-fordelar.csv", ",82\n", "\n", "rad 2. Raden har fel antal fält"),
        (".toml", "-nackdelar.csv", "-borta.csv", "borta.csv. Filen går inte att läsa"),
        (".toml", 'id = "alla"', 'id = "hela"', "Kolumnerna ska vara id, label, hela"),
        (".toml", "share = 0.41", "share = 41", "figures inga_nackdelar, share"),
        (".toml", 'told = "2 av 3"', "told = 2", "figures varje_vecka, told"),
        (".toml", 'closeness = "tema"', 'closeness = "lika"', "pairs mojlighet, closeness"),
        (".toml", 'caveat = "ST frågar', 'cavat = "ST frågar', "pairs varje_vecka, caveat"),
        (".toml", 'figure = "varje_vecka"', 'figure = "x"', "figure pekar på 'x', som inte finns"),
        (".toml", ':alla"\ncaveat', ':barn"\ncaveat', "fokuserat:barn', som inte finns"),
        (".toml", '"tillgang"', '"tilgang"', "mojlighet: indikatorn tilgang finns inte"),
        (".toml", '"tre_dagar_eller_fler"', '"sju"', "har frågan frekvens med de svaren"),
        (".toml", 'indicator = "tillgang"', "", "Ange antingen indicator eller question"),
        (".toml", 'question = "frekvens"\n', "", "Ange antingen indicator eller question"),
        (".toml", '"000_1c2be27eeeb5d98a.txt"', '"x.txt"', "x.txt finns inte i sources.toml"),
        (".toml", 'id = "varje_vecka"', 'id = "inga_nackdelar"', "finns två gånger"),
        (".toml", '"nackdelar:social_sammanhallning:alla"', '"inga"', "pekar på 'inga', som inte"),
        (".toml", 'repeats = "fordelar:minskad_restid', 'repeats = "fordelar:styra_dagen', "annat"),
        (".toml", 'id = "st-2025"', 'id = "st"', "detsamma som filens namn"),
        (".toml", 'title = "', "title = ", "inte giltig TOML"),
    ],
)
def test_a_slip_is_told_with_file_and_place(data: Path, file: str, old: str, new: str, told: str):
    spoil(data / "benchmarks" / f"st-2025{file}", old, new)
    with pytest.raises(ReferenceDataError, match="st-2025") as caught:
        load_benchmarks(data)
    assert told in str(caught.value)


def test_answers_of_a_question_with_several_are_not_added_up(data: Path):
    file = data / "benchmarks" / "st-2025.toml"
    spoil(file, 'question = "frekvens"', 'question = "it_atgarder"')
    spoil(file, '["en_tva_dagar_veckan", "tre_dagar_eller_fler"]', '["vpn", "kryptering"]')
    with pytest.raises(ReferenceDataError, match="går inte att lägga ihop"):
        load_benchmarks(data)


def test_an_edit_of_a_table_is_seen_and_no_benchmarks_at_all_is_none(data: Path, tmp_path: Path):
    before = load_benchmarks(data)
    assert before == load_benchmarks()
    spoil(data / "benchmarks" / "st-2025-fordelar.csv", "restid,84", "restid,85")
    assert load_benchmarks(data)[0].value("fordelar:minskad_restid:alla").share == 0.85
    assert load_benchmarks(tmp_path / "nothing") == ()
