"""Results: against the audit's figures, against counts by hand of the demo's files, at edges."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from ingest.load import load_agreements, load_frame
from queries import indicators as queries
from queries import reference
from queries.catalogue import FRAME, REGISTER, SURVEY, indicator
from queries.catalogue import indicators as catalogue
from queries.coverage import by_position, series
from queries.indicators import UnknownWave, results
from queries.regelverk import outcomes
from queries.rules import ruleset
from queries.statistics import estimate
from queries.store import Reader, open_reader
from queries.viewer import AccessDenied, Role, Viewer

if TYPE_CHECKING:
    from tests.queries.conftest import Loader

DEMO = Path(__file__).resolve().parent.parent.parent / "data" / "demo"
ORDER = ["BUN", "KFN", "KLK", "MBN", "SN", "TN"]
AS_OF = date(2026, 10, 31)
REGISTER_IDS = [i.id for i in catalogue() if i.source.kind == REGISTER]
# Of what a register keeps only the latest date, or none; but for what no rule asks for here.
NOT_BEFORE_THE_FIRST = {
    "over_dagar", "uppfoljd_12_manader", "it_genomgang_12_manader", "skydd_mot_sekretess",
}  # fmt: skip
SURVEY_IDS = [i.id for i in catalogue() if i.source.kind == SURVEY]
NUMBERS = ["numerator", "denominator", *queries.NUMBERS]


@pytest.fixture
def read(demo_store: Path) -> Callable[..., Reader]:
    """Return a way to open the demo store as a role."""
    return lambda role, *departments: open_reader(
        Viewer(Role(role), frozenset(departments)), demo_store
    )


def one(table: pd.DataFrame, indicator_id: str, department: str | None = None) -> pd.Series:
    """Return the only row of an indicator and department (None: the whole)."""
    place = table["department"].isna() if department is None else table["department"] == department
    rows = table[(table["indicator"] == indicator_id) & place]
    assert len(rows) == 1, (indicator_id, department, len(rows))
    return rows.iloc[0]


def pair(row: pd.Series) -> tuple[int, int]:
    return int(row["numerator"]), int(row["denominator"])


def read_csv(name: str, delimiter: str = ",") -> list[dict[str, str]]:
    with (DEMO / name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=delimiter))


# --- the audit's own numbers ----------------------------------------------------------------------

PUBLISHED_OF_ALL = [
    ("frekvens:en_tva_dagar_veckan", 28, 91), ("frekvens:aldrig", 21, 91),
    ("q1_4:vet_ej", 38, 91), ("q1_4:nej", 26, 91),
    ("q1_5:inte_alls", 22, 91), ("q1_5:delvis", 25, 91),
    ("q2_1a:ja", 37, 91), ("q2_1a:nej", 32, 91), ("q2_1a:vet_ej", 22, 91),
    ("q2_1b:mycket_bra", 46, 91), ("q2_1b:mycket_daligt", 6, 91),
    ("q2_1c:delvis", 36, 91), ("q2_1c:mycket_positivt", 27, 91),
    ("q2_2:vet_ej", 54, 91), ("q2_2:nej", 20, 91), ("q2_2:ja", 17, 91),
    ("q3_1a:nej", 27, 70), ("q3_1a:ja", 24, 70), ("q3_1b:1", 25, 70),
    ("q3_2:vet_ej", 34, 70), ("q3_2:nej", 30, 70),
]  # fmt: skip
PUBLISHED_OF_DEPARTMENTS = [
    ("q1_1:ja", "KLK", 15, 30), ("q1_1:ja", "BUN", 3, 17),
    ("q1_2:ja", "SN", 11, 33), ("q1_2:ja", "MBN", 4, 4), ("q1_2:ja", "TN", 4, 7),
    ("q1_5:inte_alls", "BUN", 14, 17),
    ("q3_1a:ja", "MBN", 1, 4), ("q3_1a:nej", "MBN", 2, 4), ("q3_1a:vet_ej", "MBN", 1, 4),
    ("q3_1a:ja", "TN", 1, 4),
]  # fmt: skip
RESPONSE = {
    "BUN": (17, 40), "KFN": (0, 3), "KLK": (30, 73), "MBN": (4, 11), "SN": (33, 82), "TN": (7, 12),
    None: (91, 221),
}  # fmt: skip
ACCESS = {
    "BUN": (27, 512), "KFN": (5, 34), "KLK": (60, 103), "MBN": (12, 12), "SN": (49, 450),
    "TN": (8, 42), None: (161, 1153),
}  # fmt: skip


def test_every_count_that_the_audit_published_comes_out_for_the_auditor(
    read: Callable[..., Reader],
) -> None:
    reader = read("revisor")
    options = queries.options(reader, "2024")
    for name, count, base in PUBLISHED_OF_ALL:
        assert pair(one(options, name)) == (count, base), name
    for name, department, count, base in PUBLISHED_OF_DEPARTMENTS:
        assert pair(one(options, name, department)) == (count, base), (name, department)
    for department, count, base in (("BUN", 10, 17), ("SN", 17, 33)):
        unclear = [one(options, f"q1_3:{o}", department) for o in ("otydliga", "mycket_otydliga")]
        assert sum(pair(row)[0] for row in unclear) == count
        assert {pair(row)[1] for row in unclear} == {base}
    spread = queries.attributes(reader, "2024")
    for name, count in (
        ("department:SN", 33), ("department:KLK", 30), ("department:BUN", 17),
        ("occupation:administration_stod", 39), ("occupation:utbildning_vard", 17),
    ):  # fmt: skip
        assert pair(one(spread, name)) == (count, 91), name


@pytest.mark.parametrize("role", ["politiker", "revisor"])
def test_response_and_access_are_the_audits_and_are_shown_to_all_also_where_nobody_answered(
    role: str, read: Callable[..., Reader]
) -> None:
    table = results(read(role), "2024", ["svarsfrekvens", "tillgang"])
    for indicator_id, facts in (("svarsfrekvens", RESPONSE), ("tillgang", ACCESS)):
        for department, expected in facts.items():
            row = one(table, indicator_id, department)
            assert (pair(row), row["status"]) == (expected, "shown"), (indicator_id, department)
            assert row["share"] == expected[0] / expected[1]
            # A full count: nothing was drawn, so there is nothing to be uncertain about.
            assert row[["low", "high", "bound_low", "bound_high"]].isna().all()


def test_three_of_seventeen_stands_beside_the_printed_twenty_per_cent_as_a_deviation(
    read: Callable[..., Reader],
) -> None:
    for role in ("revisor", "politiker"):
        figure = queries.figures(read(role), "2024").set_index("id").loc["q1_1_bun"]
        assert (figure["count"], figure["base"], figure["printed"]) == (3, 17, 0.20)
        assert figure["share"] == pytest.approx(0.1765, abs=5e-5)
        assert abs(figure["share"] - figure["printed"]) > 0.005
        assert "17,6" in figure["note"]
    deviating = {f.id for f in reference.published_figures() if f.deviates}
    assert deviating == {"q1_1_bun"}


def test_every_other_printed_figure_is_met_with_the_rounding_the_source_used(
    read: Callable[..., Reader],
) -> None:
    figures = queries.figures(read("revisor"), "2024").set_index("id")
    known = {f.id: f for f in reference.published_figures()}
    assert set(figures.index) == set(known)
    for name, row in figures.iterrows():
        figure = known[str(name)]
        assert (row["count"], row["base"]) == (figure.count, figure.base), name
        assert (abs(row["share"] - row["printed"]) <= figure.tolerance) is (name != "q1_1_bun")


def test_what_the_source_told_of_four_people_is_not_told_again_to_a_politician(
    read: Callable[..., Reader],
) -> None:
    figures = queries.figures(read("politiker"), "2024")
    assert not figures["department"].isin(["MBN", "TN"]).any()
    assert figures["count"].notna().all()
    assert queries.figures(read("politiker"), "2026").empty


# --- every number, counted by hand ----------------------------------------------------------------


class Survey:
    """A demo wave's file, counted with nothing but the csv module and the questionnaire."""

    def __init__(self, wave: str) -> None:
        self.rows = read_csv(f"survey-{wave}.csv")
        self.frame = {row["Förvaltning"]: row for row in read_csv(f"frame-{wave}.csv")}
        self.codes = {row["Namn"]: code for code, row in self.frame.items()}
        self.form = reference.load_questionnaire("vaggeryd-2024")

    def of(self, department: str | None) -> list[dict[str, str]]:
        return [r for r in self.rows if department in (None, self.codes[r["Förvaltning"]])]

    def invited(self, department: str | None) -> int:
        rows = [row for code, row in self.frame.items() if department in (None, code)]
        return sum(int(row["Tillfrågade"]) for row in rows)

    def count(
        self, question_id: str, codes: Iterable[str], department: str | None
    ) -> tuple[int, int]:
        question = self.form.question(question_id)
        cells = [row[question.text] for row in self.of(department)]
        # Labels of several choices hold commas themselves, so look for them in the cell.
        several = question.type == "multiple"
        chosen = {name for code in codes for name in question.option(code).names}
        labels = {question.option(code).label for code in codes}
        met = [c for c in cells if (any(x in c for x in labels) if several else c in chosen)]
        return len(met), sum(cell != "" for cell in cells)

    def set_aside(self, question_id: str, department: str | None) -> int:
        if self.form.question(question_id).asked_if is None:
            return 0
        filter_text = self.form.question("frekvens").text
        return sum(row[filter_text] == "Aldrig" for row in self.of(department))


@pytest.mark.parametrize("wave", ["2024", "2026"])
def test_every_option_and_indicator_is_what_the_csv_file_says_with_its_interval_and_bounds(
    wave: str, read: Callable[..., Reader]
) -> None:
    survey = Survey(wave)
    reader = read("revisor")
    wanted = {
        f"{q.id}:{o.code}": (q.id, (o.code,)) for q in survey.form.questions for o in q.options
    }
    for i in catalogue():
        if i.source.kind == SURVEY:
            question = survey.form.question(i.source.question)
            favourable = tuple(o.code for o in question.options if o.favourable is True)
            wanted[i.id] = (question.id, i.source.options or favourable)
    tables = [queries.options(reader, wave), results(reader, wave, SURVEY_IDS)]
    table = pd.concat(tables, ignore_index=True)
    assert len(table) == len(wanted) * (len(ORDER) + 1)
    for row in table.itertuples(index=False):
        question, codes = wanted[row.indicator]
        department = row.department if isinstance(row.department, str) else None
        count, base = survey.count(question, codes, department)
        assert (row.numerator, row.denominator) == (count, base), (row.indicator, department)
        assert row.status == ("shown" if base else "no_answers")
        expected = estimate(
            count, base, len(survey.of(department)), survey.invited(department),
            survey.set_aside(question, department),
        )  # fmt: skip
        for name in queries.NUMBERS:
            assert getattr(row, name) == pytest.approx(
                float(getattr(expected, name)), abs=1e-12, nan_ok=True
            ), (row.indicator, department, name)


def test_the_uncertainty_of_the_named_anchors_reaches_the_result_table(
    read: Callable[..., Reader],
) -> None:
    for role in ("revisor", "politiker"):
        fair = one(results(read(role), "2024", ["rattvist_fordelat"]), "rattvist_fordelat")
        limits = fair[["low", "high", "bound_low", "bound_high"]].tolist()
        assert limits == pytest.approx([0.3310, 0.4869, 0.167, 0.756], abs=5e-4)
        never = one(queries.options(read(role), "2024", ["q3_1b"]), "q3_1b:1")
        assert never[["low", "high"]].tolist() == pytest.approx([0.2750, 0.4486], abs=5e-5)


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


ONE_REGISTER = "agreements-2026-10.csv"


@pytest.fixture(scope="module")
def read_one(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Reader]:
    """Return a way to open a store that holds but one register: the demo's last.

    A day before it is reckoned back from that file, so a count by hand needs no history.
    """
    folder = tmp_path_factory.mktemp("one-register") / "store"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISTANSKOLLEN_STORE", str(folder))
        patch.setenv("DISTANSKOLLEN_KEY_FILE", str(folder.parent / "key"))
        load_frame(DEMO / "frame-2026.csv", "2026")
        load_agreements(DEMO / ONE_REGISTER, as_of=AS_OF)
    return lambda role, *of: open_reader(Viewer(Role(role), frozenset(of)), folder)


def register_by_hand(as_of: date) -> dict[str, dict[str, tuple[int, int]]]:
    """Count the register indicators as their dossiers word them: indicator → department → pair."""
    rows = read_csv(ONE_REGISTER, ";")
    by_id = {row["Överenskommelse"]: row for row in rows}
    year_ago = as_of.replace(year=as_of.year - 1)

    def on(row: dict[str, str], name: str) -> date | None:
        return day(row[name])

    def by_then(row: dict[str, str], name: str) -> date | None:
        when = on(row, name)
        return when if when is not None and when <= as_of else None

    def granted(row: dict[str, str]) -> bool:
        start = on(row, "Start")
        return row["Beslut"] != "Avslagen" and start is not None and start <= as_of

    def in_force(row: dict[str, str]) -> bool:
        last = on(row, "Slut")
        return granted(row) and not by_then(row, "Avslutad") and (last is None or last >= as_of)

    def past_end(row: dict[str, str]) -> bool:
        last = on(row, "Slut")
        renewed = any(granted(r) for r in rows if r["Förlängd från"] == row["Överenskommelse"])
        over = last is not None and last < as_of and not by_then(row, "Avslutad")
        return granted(row) and over and not renewed

    def recent(row: dict[str, str], name: str) -> bool:
        when = by_then(row, name)
        return when is not None and year_ago <= when

    def risk(row: dict[str, str]) -> str:
        # A level belongs to its assessment, and is not known before it.
        return row["Risknivå"] if by_then(row, "Riskbedömning") else ""

    def not_done(row: dict[str, str]) -> bool:
        done, assessed = by_then(row, "Åtgärdad"), by_then(row, "Riskbedömning")
        return done is None or (assessed is not None and done < assessed)

    def protected(row: dict[str, str]) -> bool:
        controls = {
            "Öppen": [], "Intern": ["VPN"],
            "Sekretess": ["VPN", "Kryptering", "SITHS-kort", "Begränsad åtkomst"],
        }[row["Sekretessklass"]]  # fmt: skip
        return all(row[name] == "Ja" for name in controls)

    def decided(row: dict[str, str]) -> bool:
        return bool(row["Beslut"]) and (on(row, "Ansökt") or on(row, "Start")) <= as_of

    def evaluated(row: dict[str, str]) -> bool:
        when = by_then(by_id[row["Förlängd från"]], "Utvärdering")
        return when is not None and when <= on(row, "Start")

    def days(row: dict[str, str]) -> float | None:
        if row["Dagar per vecka"]:
            return float(row["Dagar per vecka"].replace(",", "."))
        return float(row["Andel distans (%)"]) / 20 if row["Andel distans (%)"] else None

    cases: dict[str, tuple[Callable[..., bool], Callable[..., Any]]] = {
        "avslag": (decided, lambda r: r["Beslut"] == "Avslagen"),
        "riskbedomd_fore_start": (
            in_force,
            lambda r: by_then(r, "Riskbedömning") and on(r, "Riskbedömning") <= on(r, "Start"),
        ),
        "uppfoljd_12_manader": (
            in_force, lambda r: recent(r, "Senaste uppföljning") or on(r, "Start") >= year_ago,
        ),
        "oppna_risker": (in_force, lambda r: risk(r) in ("Gul", "Röd") and not_done(r)),
        "rod_risk_utan_atgard": (lambda r: in_force(r) and risk(r) == "Röd", not_done),
        "forsenade_atgarder": (
            lambda r: in_force(r) and risk(r) in ("Gul", "Röd") and r["Åtgärd senast"],
            lambda r: on(r, "Åtgärd senast") < as_of and not_done(r),
        ),
        "utvarderad_fore_forlangning": (
            lambda r: in_force(r) and r["Förlängd från"] in by_id, evaluated,
        ),
        "over_dagar": (in_force, lambda r: (days(r) or 0) > 2),
        "efter_slutdatum": (lambda r: in_force(r) or past_end(r), past_end),
        "it_genomgang_12_manader": (in_force, lambda r: recent(r, "IT-genomgång")),
        "skydd_mot_sekretess": (lambda r: in_force(r) and r["Sekretessklass"], protected),
    }  # fmt: skip
    found = {}
    for name, (belongs, met) in cases.items():
        found[name] = {}
        for code in ORDER:
            of = [r for r in rows if r["Förvaltning"] == code and belongs(r)]
            found[name][code] = (sum(bool(met(r)) for r in of), len(of))
    found["anvandning"] = {
        row["Förvaltning"]: (
            sum(r["Förvaltning"] == row["Förvaltning"] and in_force(r) for r in rows),
            int(row["Möjlighet till distansarbete"].removeprefix("ca ")),
        )
        for row in read_csv("frame-2026.csv")
    }
    return found


@pytest.mark.parametrize(
    "as_of",
    [AS_OF, date(2027, 5, 31), date(2025, 6, 30), date(2024, 6, 1), date(2020, 1, 1)],
    ids=str,
)
def test_every_register_indicator_is_what_the_csv_file_says_on_that_day(
    as_of: date, read_one: Callable[..., Reader]
) -> None:
    by_hand = register_by_hand(as_of)
    # Vaggeryd's own rules ask for no form, so that one has nothing to count.
    assert set(by_hand) == set(REGISTER_IDS) - {"skriftlig_dar_det_kravs"}
    table = results(read_one("revisor"), "2026", REGISTER_IDS, as_of=as_of)
    assert set(table[table["indicator"] == "skriftlig_dar_det_kravs"]["status"]) == {
        "not_regulated"
    }
    for name, groups in by_hand.items():
        if as_of < AS_OF and name in NOT_BEFORE_THE_FIRST:
            continue
        whole = tuple(sum(pair[i] for pair in groups.values()) for i in (0, 1))
        for department, expected in [*groups.items(), (None, whole)]:
            row = one(table, name, department)
            assert pair(row) == expected, (name, department)
            assert row["status"] == ("shown" if expected[1] else "no_answers")
            share = expected[0] / expected[1] if expected[1] else np.nan
            assert row["share"] == pytest.approx(share, nan_ok=True)
            assert row[["low", "high", "bound_low", "bound_high"]].isna().all()


def test_what_a_register_has_no_dates_of_is_not_told_of_days_before_the_first(
    read_one: Callable[..., Reader],
) -> None:
    eve = AS_OF - timedelta(days=1)
    for role in ("revisor", "hr"):
        reader = read_one(role, "SN", "KLK")
        for as_of, told in ((AS_OF, True), (eve, False), (date(2024, 6, 1), False)):
            assert queries.is_before_first_register(reader, as_of) is not told
            table = results(reader, "2026", REGISTER_IDS, as_of=as_of)
            rows = table[table["indicator"].isin(NOT_BEFORE_THE_FIRST)]
            own = rows[rows["department"] == "SN"]
            assert set(own["status"]) == ({"shown"} if told else {"not_asked"})
            if not told:
                assert set(rows["status"]) == {"not_asked"}
                assert rows[NUMBERS].isna().all(axis=None)
            # What has dates of its own is told of any day.
            assert one(table, "riskbedomd_fore_start", "SN")["status"] == "shown"
    for name in NOT_BEFORE_THE_FIRST:
        reader, wanted = read_one("revisor"), indicator(name)
        assert queries.trace(reader, "2026", wanted, None, eve).empty
        assert not queries.trace(reader, "2026", wanted, None, AS_OF).empty
        days = pd.to_datetime(queries.live_counts(reader, wanted, [eve, AS_OF])["day"])
        assert set(days.dt.date) == {AS_OF}


def test_without_a_date_the_register_is_counted_on_its_own(read: Callable[..., Reader]) -> None:
    reader = read("revisor")
    assert queries.register_date(reader) == AS_OF
    pd.testing.assert_frame_equal(
        results(reader, "2024", REGISTER_IDS), results(reader, "2024", REGISTER_IDS, as_of=AS_OF)
    )


# --- the grid and its statuses --------------------------------------------------------------------


@pytest.mark.parametrize("role", ["politiker", "hr", "revisor"])
@pytest.mark.parametrize("wave", ["2024", "2026"])
def test_the_grid_is_complete_and_in_the_order_of_catalogue_and_frame(
    role: str, wave: str, read: Callable[..., Reader]
) -> None:
    reader = read(role, "KLK")
    table = results(reader, wave)
    assert tuple(table.columns) == queries.COLUMNS
    grid = [(i.id, code) for i in catalogue() for code in [*ORDER, None]]
    places = [code if isinstance(code, str) else None for code in table["department"]]
    assert list(zip(table["indicator"], places, strict=True)) == grid
    assert set(table["wave"]) == {wave} and set(table["status"]) <= set(queries.STATUSES)
    assert table["name"][6] == "Alla" and table["name"][0] == "Barn- och utbildningsförvaltningen"
    for column in ("numerator", "denominator"):
        assert table[column].dtype == "Int64"
    hidden = table["status"].isin(["hidden", "not_asked"])
    assert table.loc[hidden, NUMBERS].isna().all(axis=None)
    empty = table["status"] == "no_answers"
    assert (table.loc[empty, ["numerator", "denominator"]] == 0).all(axis=None)
    assert table.loc[empty, list(queries.NUMBERS)].isna().all(axis=None)
    shown = table[table["status"] == "shown"]
    assert shown[["numerator", "denominator", "share"]].notna().all(axis=None)
    limits = shown[["bound_low", "low", "share", "high", "bound_high"]].dropna().to_numpy()
    assert (np.diff(limits, axis=1) >= -1e-12).all() and len(limits)
    options = queries.options(reader, wave)
    assert len(options) % (len(ORDER) + 1) == 0
    assert tuple(options.columns) == queries.COLUMNS


def test_no_answers_is_not_nought_per_cent(read: Callable[..., Reader]) -> None:
    for role in ("politiker", "revisor"):
        table = results(read(role), "2024")
        for indicator_id in SURVEY_IDS:
            row = one(table, indicator_id, "KFN")
            assert (row["status"], *pair(row)) == ("no_answers", 0, 0)
            assert row[list(queries.NUMBERS)].isna().all()


def test_the_four_of_mbn_and_those_who_would_give_them_away_are_hidden_from_politicians(
    read: Callable[..., Reader],
) -> None:
    table = pd.concat([results(read("politiker"), "2024", SURVEY_IDS),
                       queries.options(read("politiker"), "2024")])  # fmt: skip
    two = table[table["department"].isin(["MBN", "TN"])]
    assert set(two["status"]) == {"hidden"}
    assert two[NUMBERS].isna().all(axis=None)
    full = results(read("revisor"), "2024", SURVEY_IDS)
    assert set(full.loc[full["department"] == "MBN", "denominator"]) == {4}


def test_nothing_is_hidden_from_the_auditor(read: Callable[..., Reader]) -> None:
    for wave in ("2024", "2026"):
        assert "hidden" not in set(results(read("revisor"), wave)["status"])
        assert "hidden" not in set(queries.options(read("revisor"), wave)["status"])


def test_the_choice_of_indicators_does_not_change_their_numbers(
    read: Callable[..., Reader],
) -> None:
    everything = results(read("politiker"), "2024")
    some = results(read("politiker"), "2024", ["avslag", "policy_kand"])
    expected = everything[everything["indicator"].isin(["avslag", "policy_kand"])]
    pd.testing.assert_frame_equal(some, expected.reset_index(drop=True))
    assert results(read("politiker"), "2024", []).empty


# --- merged ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("wave", ["2024", "2026"])
def test_what_is_hidden_together_is_the_whole_less_the_shown_with_its_own_uncertainty(
    wave: str, read: Callable[..., Reader]
) -> None:
    survey = Survey(wave)
    table = results(read("politiker"), wave, merged=True)
    plain = results(read("politiker"), wave)
    is_merged = table["department"].str.contains("+", regex=False).fillna(False).astype(bool)
    pd.testing.assert_frame_equal(table[~is_merged].reset_index(drop=True), plain)
    merged = table[is_merged]
    if wave == "2024":
        assert set(merged.loc[merged["indicator"].isin(SURVEY_IDS), "department"]) >= {"MBN+TN"}
    hidden = plain[plain["department"].notna() & (plain["status"] == "hidden")]
    untold = set(plain[plain["department"].isna() & (plain["status"] == "hidden")]["indicator"])
    assert untold.isdisjoint(merged["indicator"])
    for indicator_id, rows in hidden[~hidden["indicator"].isin(untold)].groupby("indicator"):
        row = merged[merged["indicator"] == indicator_id].iloc[0]
        codes = list(rows["department"])
        assert row["department"] == "+".join(codes)
        assert row["name"] == " + ".join(codes) + " tillsammans"
        of = plain[(plain["indicator"] == indicator_id) & (plain["status"] == "shown")]
        whole, shown = of[of["department"].isna()].iloc[0], of[of["department"].notna()]
        for name in ("numerator", "denominator"):
            assert row[name] == whole[name] - shown[name].sum()
        source = indicator(str(indicator_id)).source
        if source.kind != SURVEY:
            assert np.isnan(row["low"])
            continue
        people = [person for code in codes for person in survey.of(code)]
        aside = sum(survey.set_aside(source.question, code) for code in codes)
        invited = sum(survey.invited(code) for code in codes)
        expected = estimate(*pair(row), len(people), invited, aside)
        for name in queries.NUMBERS:
            assert row[name] == pytest.approx(float(getattr(expected, name))), name


# --- roles ----------------------------------------------------------------------------------------


def test_hr_sees_its_own_departments_as_the_auditor_and_the_others_as_a_politician(
    read: Callable[..., Reader],
) -> None:
    hr = results(read("hr", "KLK", "MBN"), "2026", REGISTER_IDS)
    own = hr["department"].isin(["KLK", "MBN"])
    for table, mask in (
        (results(read("revisor"), "2026", REGISTER_IDS), own),
        # The whole is another test's matter: it may be hidden from hr.
        (results(read("politiker"), "2026", REGISTER_IDS), ~own & hr["department"].notna()),
    ):
        pd.testing.assert_frame_equal(hr[mask], table[mask])
    assert "hidden" in set(hr.loc[~own, "status"]) and "hidden" not in set(hr.loc[own, "status"])
    survey = results(read("hr", "MBN"), "2024", SURVEY_IDS)
    pd.testing.assert_frame_equal(survey, results(read("politiker"), "2024", SURVEY_IDS))


def test_hr_on_another_day_sees_its_own_departments_and_nothing_of_the_others(
    read: Callable[..., Reader],
) -> None:
    other = date(2025, 6, 30)
    hr = results(read("hr", "SN"), "2026", REGISTER_IDS, as_of=other)
    full = results(read("revisor"), "2026", REGISTER_IDS, as_of=other)
    own = hr["department"] == "SN"
    pd.testing.assert_frame_equal(hr[own], full[own])
    assert set(hr.loc[~own, "status"]) == {"hidden", "not_regulated"}
    assert "not_asked" not in set(hr["status"])
    assert hr.loc[~own, NUMBERS].isna().all(axis=None)


def test_hr_is_given_no_remainder_that_the_gate_has_not_tested(
    read: Callable[..., Reader],
) -> None:
    """Its own live numbers taken away too, what is left may be one small department."""
    table = results(read("hr", "KLK", "SN", "BUN", "KFN"), "2026", REGISTER_IDS, merged=True)
    assert not table["department"].str.contains("+", regex=False).any()


def test_admin_sees_no_results(read: Callable[..., Reader]) -> None:
    reader = read("admin")
    for call in (
        lambda: results(reader, "2024"), lambda: queries.options(reader, "2024"),
        lambda: queries.attributes(reader, "2024"), lambda: queries.figures(reader, "2024"),
        lambda: queries.answers(reader, "2024", "q1_1"),
    ):  # fmt: skip
        with pytest.raises(AccessDenied, match="admin ser inga resultat"):
            call()


def test_a_politician_who_asks_for_another_day_is_told_why_not(
    read: Callable[..., Reader],
) -> None:
    with pytest.raises(AccessDenied, match="publicerat per 2026-10-31") as refused:
        results(read("politiker"), "2026", REGISTER_IDS, as_of=date(2026, 10, 30))
    assert "Utelämna --as-of" in str(refused.value)
    same = results(read("politiker"), "2026", REGISTER_IDS, as_of=AS_OF)
    pd.testing.assert_frame_equal(same, results(read("politiker"), "2026", REGISTER_IDS))


def test_the_published_cube_is_the_same_for_every_role(read: Callable[..., Reader]) -> None:
    for wave in ("2024", "2026"):
        cube = queries.published_cube(read("politiker"), wave)
        assert list(cube.columns) == [
            "wave", "question", "breakdown", "group", "option", "count", "base", "share", "status",
        ]  # fmt: skip
        for role in ("hr", "revisor"):
            pd.testing.assert_frame_equal(queries.published_cube(read(role, "MBN"), wave), cube)
        assert "hidden" in set(cube["status"])
        shown = cube[(cube["status"] == "shown") & (cube["base"] > 0)]
        assert (shown["base"] >= 5).all()
        assert (shown["share"] == (shown["count"] / shown["base"]).astype(float)).all()


def test_a_politician_is_told_how_groups_are_spread_only_where_they_are_not_small(
    read: Callable[..., Reader],
) -> None:
    table = queries.attributes(read("politiker"), "2024")
    public = table["indicator"].str.startswith("department:")
    assert (table.loc[public, "status"] != "hidden").all()
    assert pair(one(table, "department:MBN")) == (4, 91)
    shown = table[~public & (table["status"] == "shown")]
    assert (shown["numerator"] == 0).sum() + (shown["numerator"] >= 5).sum() == len(shown)
    full = queries.attributes(read("revisor"), "2024")
    assert (full["status"] == "shown").all()
    for prefix in ("department", "position", "occupation"):
        rows = full[full["indicator"].str.startswith(prefix + ":")]
        assert rows["numerator"].sum() == 91


# --- from the number to the line ------------------------------------------------------------------


@pytest.mark.parametrize("wave", ["2024", "2026"])
def test_each_survey_number_leads_to_the_lines_of_the_file_that_make_it(
    wave: str, read: Callable[..., Reader]
) -> None:
    survey, reader = Survey(wave), read("revisor")
    lines = dict(enumerate(survey.rows, start=2))
    table = results(reader, wave, SURVEY_IDS)
    for indicator_id in SURVEY_IDS:
        wanted = indicator(indicator_id)
        question = survey.form.question(wanted.source.question)
        trace = queries.trace(reader, wave, wanted)
        assert (int(trace["met"].sum()), len(trace)) == pair(one(table, indicator_id))
        assert trace["line"].is_unique and set(trace["file"]) == {f"survey-{wave}.csv"}
        counted = set(wanted.source.counted(survey.form))
        for row in trace.itertuples(index=False):
            cell = lines[row.line][question.text]
            codes = row.answer.split(", ")
            assert survey.codes[lines[row.line]["Förvaltning"]] == row.department
            assert all(any(n in cell for n in question.option(c).names) for c in codes)
            assert row.met == bool(counted & set(codes))
    for department in ORDER:
        part = queries.trace(reader, wave, indicator("policy_kand"), department)
        assert (int(part["met"].sum()), len(part)) == pair(one(table, "policy_kand", department))
        assert set(part["department"]) <= {department}


@pytest.mark.parametrize("as_of", [None, date(2025, 6, 30)])
def test_each_register_number_leads_to_the_lines_of_the_register_that_make_it(
    as_of: date | None, read: Callable[..., Reader]
) -> None:
    reader = read("revisor")
    lines = {
        path.name: dict(enumerate(read_csv(path.name, ";"), start=2))
        for path in DEMO.glob("agreements*.csv")
    }
    table = results(reader, "2026", REGISTER_IDS, as_of=as_of)
    for name in REGISTER_IDS:
        wanted = indicator(name)
        if one(table, name)["status"] == "not_regulated":
            continue
        for department in (None, "SN"):
            trace = queries.trace(reader, "2026", wanted, department, as_of)
            numerator, denominator = pair(one(table, name, department))
            assert int(trace["met"].sum()) == numerator
            assert wanted.source.ratio or len(trace) == denominator
            assert trace["record"].is_unique
            for row in trace.itertuples(index=False):
                line = lines[row.file][row.line]
                assert (line["Överenskommelse"], line["Förvaltning"]) == (
                    row.record, row.department,
                )  # fmt: skip


def test_only_the_auditor_is_led_to_lines(read: Callable[..., Reader]) -> None:
    for role in ("politiker", "hr", "admin"):
        for indicator_id in ("policy_kand", "avslag", "svarsfrekvens"):
            with pytest.raises(AccessDenied, match="Bara revisorn"):
                queries.trace(read(role, "SN"), "2024", indicator(indicator_id))


def test_a_number_of_the_frame_has_no_lines_of_people_behind_it(
    read: Callable[..., Reader],
) -> None:
    for wanted in (i for i in catalogue() if i.source.kind == FRAME):
        assert queries.trace(read("revisor"), "2024", wanted).empty


# --- waves ----------------------------------------------------------------------------------------


def test_an_unknown_wave_names_those_that_exist(read: Callable[..., Reader]) -> None:
    for call in (results, queries.options, queries.attributes, queries.published_cube):
        with pytest.raises(UnknownWave, match=r"2019 finns inte\. Inlästa vågor: 2024, 2026"):
            call(read("revisor"), "2019")


def test_the_waves_come_in_order_with_what_kind_of_answers_they_hold(
    read: Callable[..., Reader],
) -> None:
    waves = queries.waves(read("politiker"))
    assert list(waves["wave"]) == ["2024", "2026"]
    assert list(waves["kind"]) == ["rekonstruerad", "exempel"]
    assert (waves.loc[0, "answered"], waves.loc[0, "invited"]) == (91, 221)
    assert (waves["min_base"] == 5).all()


# --- a municipality's own, odd waves --------------------------------------------------------------


@pytest.mark.parametrize("role", ["politiker", "revisor"])
def test_with_only_a_frame_the_survey_was_not_asked_and_nothing_breaks(
    role: str, loader: Loader
) -> None:
    loader.invited(AA=10, BB=20)
    reader = loader.reader(role)
    table = results(reader, "v", merged=True)
    assert set(table["status"]) == {"not_asked"} and table[NUMBERS].isna().all(axis=None)
    assert len(table) == 3 * len(catalogue())
    assert set(results(reader, "v", ["policy_kand"])["status"]) == {"not_asked"}
    assert set(results(reader, "v", ["avslag"], merged=True)["status"]) == {"not_asked"}
    assert queries.options(reader, "v").empty
    assert queries.answers(reader, "v", "q1_1").empty
    assert queries.published_cube(reader, "v").empty
    assert set(queries.attributes(reader, "v")["indicator"]) <= {"department:AA", "department:BB"}
    assert queries.figures(reader, "v").empty
    if role == "revisor":
        assert all(queries.trace(reader, "v", wanted).empty for wanted in catalogue())


def test_a_wave_with_one_department_shows_it_as_it_shows_the_whole(loader: Loader) -> None:
    loader.invited(AA=20)
    loader.survey([["Förvaltning", "q1_1"], *[["AA", "Ja"]] * 4, *[["AA", "Nej"]] * 4])
    table = results(loader.reader(), "v", ["policy_kand"], merged=True)
    assert list(table["department"].fillna("")) == ["AA", ""]
    assert table.loc[0, NUMBERS].tolist() == table.loc[1, NUMBERS].tolist()
    assert pair(table.iloc[0]) == (4, 8)


def test_a_question_that_the_file_lacks_was_not_asked_and_one_left_empty_has_no_answers(
    loader: Loader,
) -> None:
    loader.invited(AA=20, BB=20)
    rows = [[d, often, "Ja", ""] for d in ("AA", "BB") for often in ("Sällan", "Ofta")] * 4
    loader.survey([["Förvaltning", "frekvens", "q1_1", "q3_1b"], *rows])
    for role in ("politiker", "revisor"):
        reader = loader.reader(role)
        options = queries.options(reader, "v")
        assert set(options.loc[options["indicator"].str.startswith("it_"), "status"]) == {
            "not_asked"
        }
        follow = options[options["indicator"].str.startswith("q3_1b")]
        assert set(follow["status"]) == {"no_answers"}
        # A question of our catalogue that the wave's questionnaire does not have at all.
        assert set(results(reader, "v", ["rattvist_fordelat"])["status"]) == {"not_asked"}


def test_a_filtered_question_to_which_nobody_was_put_has_no_answers(loader: Loader) -> None:
    loader.invited(AA=20, BB=20)
    rows = [["AA", "Aldrig", "Ja", ""]] * 11 + [["BB", "Aldrig", "Nej", ""]] * 11
    loader.survey([["Förvaltning", "frekvens", "q1_1", "q3_1b"], *rows])
    for role in ("politiker", "revisor"):
        table = results(loader.reader(role), "v", ["arbetsmiljo_foljs_upp"])
        assert set(table["status"]) == {"no_answers"}
        assert (table[["numerator", "denominator"]] == 0).all(axis=None)


def test_where_the_filter_is_hidden_nobody_learns_that_nobody_was_asked(loader: Loader) -> None:
    loader.invited(AA=20, BB=20, CC=40)
    rows = [["AA", "Aldrig", ""]] * 6 + [["BB", "Sällan", "3"]] * 7
    rows += [["CC", "Sällan", "1"], ["CC", "Aldrig", ""]] * 12
    loader.survey([["Förvaltning", "frekvens", "q3_1b"], *rows])
    follow = results(loader.reader(), "v", ["arbetsmiljo_foljs_upp"])
    assert one(follow, "arbetsmiljo_foljs_upp", "AA")["status"] == "hidden"
    full = results(loader.reader("revisor"), "v", ["arbetsmiljo_foljs_upp"])
    assert one(full, "arbetsmiljo_foljs_upp", "AA")["status"] == "no_answers"


def test_a_text_question_is_read_and_is_nowhere_in_the_results(loader: Loader) -> None:
    loader.invited(AA=20)
    rows = [["AA", "Ja", "Chefen Anna vet"]] * 5 + [["AA", "Nej", ""]] * 5
    loader.survey([["Förvaltning", "q1_1", "fritext"], *rows])
    for role in ("politiker", "revisor"):
        reader = loader.reader(role)
        for table in (
            results(reader, "v"), queries.options(reader, "v"),
            queries.published_cube(reader, "v"), queries.attributes(reader, "v"),
        ):  # fmt: skip
            text = table.to_csv()
            assert "fritext" not in text and "Anna" not in text
        assert queries.answers(reader, "v", "fritext").empty


def test_who_skips_a_question_is_silent_on_it_but_answered_the_survey(loader: Loader) -> None:
    loader.invited(AA=30)
    rows = [["AA", "Aldrig", "Ja", ""]] * 4 + [["AA", "Sällan", "Nej", "5"]] * 5
    rows += [["AA", "Sällan", "", "1"]] * 3 + [["AA", "", "Ja", ""]] * 2
    loader.survey([["Förvaltning", "frekvens", "q1_1", "q3_1b"], *rows])
    table = results(loader.reader(), "v", ["svarsfrekvens", "policy_kand", "arbetsmiljo_foljs_upp"])
    assert pair(one(table, "svarsfrekvens")) == (14, 30)
    policy, follow = one(table, "policy_kand"), one(table, "arbetsmiljo_foljs_upp")
    assert (pair(policy), pair(follow)) == ((6, 11), (5, 8))
    # 30 less the 11 who answered it; for the filtered, less the 4 who are known not to be asked.
    assert (policy["bound_low"], policy["bound_high"]) == (6 / 30, (6 + 19) / 30)
    assert (follow["bound_low"], follow["bound_high"]) == (5 / 26, (5 + 18) / 26)
    expected = estimate([6, 5], [11, 8], 14, 30, [0, 4])
    assert [policy["low"], follow["low"]] == pytest.approx(expected.low.tolist())
    assert [policy["high"], follow["high"]] == pytest.approx(expected.high.tolist())


def test_hidden_departments_are_merged_also_where_a_third_answered_but_was_not_asked(
    loader: Loader,
) -> None:
    """Those whom the filter sets aside elsewhere are not set aside among the hidden."""
    loader.invited(AA=20, BB=5, CC=6, DD=30)
    rows = [["AA", "Aldrig", ""]] * 12 + [["BB", "Sällan", "4"]] * 3 + [["BB", "Aldrig", ""]]
    rows += [["CC", "Sällan", "1"], ["CC", "Ofta", "5"]] * 2 + [["DD", "Sällan", "2"]] * 20
    loader.survey([["Förvaltning", "frekvens", "q3_1b"], *rows])
    table = results(loader.reader(), "v", ["arbetsmiljo_foljs_upp"], merged=True)
    assert list(table["status"]) == ["no_answers", "hidden", "hidden", "shown", "shown", "shown"]
    merged = one(table, "arbetsmiljo_foljs_upp", "BB+CC")
    assert pair(merged) == (5, 7)
    assert (merged["bound_low"], merged["bound_high"]) == (5 / 10, 8 / 10)


def test_a_department_that_is_itself_two_merged_can_be_hidden_with_another(
    loader: Loader,
) -> None:
    loader.frame([["Förvaltning", "Tillfrågade"], ["MBN+TN", 20], ["BB", 9], ["CC", 30]])
    rows = [["MBN+TN", "Ja"]] * 4 + [["BB", "Nej"]] * 3 + [["CC", "Nej"], ["CC", "Ja"]] * 10
    loader.survey([["Förvaltning", "q1_1"], *rows])
    table = results(loader.reader(), "v", ["policy_kand"], merged=True)
    assert list(table["department"].fillna("")) == ["MBN+TN", "BB", "CC", "MBN+TN+BB", ""]
    merged = one(table, "policy_kand", "MBN+TN+BB")
    assert pair(merged) == (4, 7) and merged["bound_high"] == (4 + 22) / 29


def test_a_department_that_does_not_state_who_has_the_possibility_leaves_use_and_whole_unsaid(
    loader: Loader,
) -> None:
    head = ["Förvaltning", "Möjlighet till distansarbete", "Antal anställda", "Tillfrågade"]
    loader.frame([head, ["AA", 40, 100, 50], ["BB", "", 100, 50], ["CC", 40, "", 50]])
    codes = ["AA"] * 8 + ["BB"] * 10 + ["CC"] * 12
    register = [[f"X{n}", code, "2026-01-01"] for n, code in enumerate(codes)]
    loader.agreements([["Överenskommelse", "Förvaltning", "Start"], *register], date(2026, 5, 1))
    for role in ("politiker", "revisor", "hr"):
        table = results(loader.reader(role, "AA", "BB"), "v", ["anvandning", "tillgang"])
        use = {d: one(table, "anvandning", d) for d in ("AA", "BB", "CC", None)}
        assert [use[d]["status"] for d in use] == ["shown", "not_asked", "shown", "not_asked"]
        assert use["BB"][NUMBERS].isna().all() and use[None][NUMBERS].isna().all()
        assert pair(use["AA"]) == (8, 40)
        access = [one(table, "tillgang", d)["status"] for d in use]
        assert access == ["shown", "not_asked", "not_asked", "not_asked"]


# What an agreement holds, and what it counts to on 2026-05-01: in use, an open risk, a measure past
# its day, followed up. None: it is not in the denominator.
THE_VERY_DAY: list[tuple[dict[str, str], int, int | None, int | None, int | None]] = [
    ({}, 1, 0, None, 0),
    ({"Slut": "2026-05-01"}, 1, 0, None, 0),
    ({"Slut": "2026-04-30"}, 0, None, None, None),
    ({"Avslutad": "2026-05-01"}, 0, None, None, None),
    ({"Avslutad": "2026-05-02"}, 1, 0, None, 0),
    ({"Start": "2026-05-01"}, 1, 0, None, 1),
    ({"Start": "2026-05-02"}, 0, None, None, None),
    ({"Start": "2025-05-01"}, 1, 0, None, 1),
    ({"Start": "2025-04-30"}, 1, 0, None, 0),
    ({"Beslut": "Avslagen"}, 0, None, None, None),
    ({"Senaste uppföljning": "2025-05-01"}, 1, 0, None, 1),
    ({"Senaste uppföljning": "2025-04-30"}, 1, 0, None, 0),
    ({"Senaste uppföljning": "2026-05-02"}, 1, 0, None, 0),
    ({"Risknivå": "Röd", "Åtgärdad": "2026-05-02"}, 1, 1, None, 0),
    ({"Risknivå": "Gul", "Åtgärdad": "2026-05-01"}, 1, 0, None, 0),
    ({"Risknivå": "Grön"}, 1, 0, None, 0),
    ({"Åtgärd senast": "2026-05-01"}, 1, 0, 0, 0),
    ({"Åtgärd senast": "2026-04-30"}, 1, 0, 1, 0),
    ({"Åtgärd senast": "2026-04-30", "Åtgärdad": "2026-05-02"}, 1, 0, 1, 0),
]


def test_the_register_counts_the_very_day(loader: Loader) -> None:
    places = [f"F{n:02}" for n in range(len(THE_VERY_DAY))]
    loader.frame(
        [
            ["Förvaltning", "Möjlighet till distansarbete", "Tillfrågade"],
            *([place, 9, 9] for place in places),
        ]
    )
    rows = [
        {"Överenskommelse": place, "Förvaltning": place, "Start": "2024-01-01", **case[0]}
        for place, case in zip(places, THE_VERY_DAY, strict=True)
    ]
    heads = list(dict.fromkeys(name for row in rows for name in row))
    loader.agreements(
        [heads, *([row.get(name, "") for name in heads] for row in rows)], date(2026, 5, 1)
    )
    table = results(loader.reader("revisor"), "v", REGISTER_IDS)
    for place, (cells, use, risk, late, followed) in zip(places, THE_VERY_DAY, strict=True):
        assert pair(one(table, "anvandning", place)) == (use, 9), cells
        for indicator_id, met in (
            ("oppna_risker", risk), ("forsenade_atgarder", late),
            ("uppfoljd_12_manader", followed),
        ):  # fmt: skip
            expected = (0, 0) if met is None else (met, 1)
            assert pair(one(table, indicator_id, place)) == expected, (cells, indicator_id)


def test_a_decided_application_counts_though_its_start_lies_ahead(loader: Loader) -> None:
    loader.invited(AA=9)
    rows = [["Överenskommelse", "Förvaltning", "Start", "Ansökt", "Beslut"]]
    rows += [["1", "AA", "2026-07-01", "", "Avslagen"], ["2", "AA", "2026-07-01", "", "Beviljad"]]
    rows += [["3", "AA", "2026-07-01", "2026-06-01", "Beviljad"], ["4", "AA", "2026-01-01", "", ""]]
    loader.agreements(rows, date(2026, 5, 1))
    # The third was applied for after the day; the fourth is not decided.
    assert pair(one(results(loader.reader("revisor"), "v", ["avslag"]), "avslag")) == (1, 2)
    earlier = results(loader.reader("revisor"), "v", ["avslag"], as_of=date(2026, 4, 1))
    assert pair(one(earlier, "avslag")) == (0, 0)


def test_a_share_of_nobody_is_no_share_for_any_role(loader: Loader) -> None:
    loader.frame([["Förvaltning", "Möjlighet till distansarbete", "Tillfrågade"], ["AA", 0, 9]])
    rows = [[str(i), "AA", "2026-01-01"] for i in range(6)]
    head = ["Överenskommelse", "Förvaltning", "Start"]
    loader.agreements([head, *rows], date(2026, 5, 1))
    for role in ("revisor", "politiker"):
        found = one(results(loader.reader(role), "v", ["anvandning"]), "anvandning")
        assert found["status"] == "not_asked", role
        assert found[["numerator", "denominator", "share"]].isna().all()


def test_a_group_s_indicator_is_a_domain_of_the_whole_wave(demo_store: Path, monkeypatch) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    reader = open_reader(Viewer(Role.REVISOR))
    for dossier in catalogue():
        if dossier.source.kind != "survey":
            continue
        whole = one(results(reader, "2026", [dossier.id]), dossier.id)
        for breakdown in ("position", "occupation", "sex", "age"):
            table = queries.by_group(reader, "2026", dossier, breakdown)
            last = table.iloc[-1]
            assert pd.isna(last["department"])
            for name in ("numerator", "denominator", "low", "high", "bound_low", "bound_high"):
                assert last[name] == pytest.approx(whole[name]), (dossier.id, breakdown, name)
            groups = table.iloc[:-1]
            assert groups["numerator"].sum() == last["numerator"]
            assert (groups["bound_low"].dropna() <= groups["low"].dropna() + 1e-12).all()
            assert (groups["high"].dropna() <= groups["bound_high"].dropna() + 1e-12).all()


def test_a_group_s_indicator_hides_what_the_cube_hides(demo_store: Path, monkeypatch) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    table = queries.by_group(
        open_reader(Viewer(Role.POLITIKER)), "2024", indicator("rattvist_fordelat"), "occupation"
    ).set_index("department")
    for code in ("teknik_miljo", "annat"):
        assert table.loc[code, "status"] == "hidden"
        assert table.loc[code, ["numerator", "denominator", "share", "low"]].isna().all()
    assert table.loc["administration_stod", "denominator"] == 39
    reader = open_reader(Viewer(Role.POLITIKER))
    empty = queries.by_group(reader, "2024", indicator("rattvist_fordelat"), "sex")
    assert empty.empty


def test_agreements_where_nobody_is_said_to_have_the_possibility_are_neither_a_share_nor_told(
    loader: Loader,
) -> None:
    """The possibility is an approximate number from another year: nought does happen."""
    head = ["Förvaltning", "Möjlighet till distansarbete", "Tillfrågade"]
    loader.frame([head, ["AA", 0, 50], ["BB", 30, 50], ["CC", 40, 50]])
    codes = ["AA"] * 3 + ["BB"] * 9 + ["CC"] * 12
    rows = [[f"X{n}", code, "2026-01-01"] for n, code in enumerate(codes)]
    loader.agreements([["Överenskommelse", "Förvaltning", "Start"], *rows], date(2026, 5, 1))
    politician = results(loader.reader(), "v", ["anvandning"], merged=True)
    assert list(politician["status"]) == ["hidden", "hidden", "shown", "shown", "shown"]
    assert list(politician["department"].fillna("")) == ["AA", "BB", "CC", "AA+BB", ""]
    assert [pair(row) for _, row in politician[2:].iterrows()] == [(12, 40), (12, 30), (24, 70)]
    more = [[f"Y{n}", "AA", "2026-01-01"] for n in range(3)]
    rows = [["Överenskommelse", "Förvaltning", "Start"], *rows, *more]
    for role in ("revisor", "politiker"):
        # Three are the auditor's alone; six would be told to all, if they were a share.
        table = results(loader.reader(role), "v", ["anvandning"])
        assert list(table["status"]) == ["not_asked", "shown", "shown", "shown"]
        assert table.loc[0, NUMBERS].isna().all()
        loader.agreements(rows, date(2026, 5, 1))


def test_one_departments_agreements_cannot_be_worked_out_from_two_indicators_together(
    loader: Loader,
) -> None:
    """AA has 3 agreements. If use hid AA and BB, and risk assessment AA and CC, then the second
    would tell BB and the first then AA: both add up to the same agreements in force."""
    head = ["Förvaltning", "Möjlighet till distansarbete", "Tillfrågade"]
    loader.frame([head, ["AA", 50, 60], ["BB", 12, 60], ["CC", 100, 120], ["DD", 200, 300]])
    agreements = [["Överenskommelse", "Förvaltning", "Start", "Riskbedömning"]]
    for code, assessed, count in (("AA", 3, 3), ("BB", 5, 10), ("CC", 2, 30), ("DD", 20, 40)):
        agreements += [
            [f"{code}{n}", code, "2026-01-01", "2025-12-01" if n < assessed else ""]
            for n in range(count)
        ]
    loader.agreements(agreements, date(2026, 5, 1))
    table = results(loader.reader(), "v", REGISTER_IDS)
    told = {
        department
        for indicator_id in ("anvandning", "riskbedomd_fore_start", "uppfoljd_12_manader",
                             "oppna_risker", "it_genomgang_12_manader")
        for department in ("AA", "BB", "CC", "DD")
        if one(table, indicator_id, department)["status"] == "shown"
    }  # fmt: skip
    assert pair(one(table, "anvandning")) == (83, 362)
    # What no indicator tells is AA and one more, who together are at least five.
    assert told == {"CC", "DD"}


def test_who_ticked_the_counted_option_among_others_is_counted_once_and_led_to(
    loader: Loader,
) -> None:
    loader.invited(AA=20)
    cells = ["VPN; Inga"] * 3 + ["VPN; Kryptering"] * 4 + ["Inga"] * 2
    loader.survey([["Förvaltning", "it_atgarder"], *(["AA", cell] for cell in cells)])
    reader = loader.reader("revisor")
    assert pair(one(results(reader, "v"), "inga_it_atgarder")) == (5, 9)
    trace = queries.trace(reader, "v", indicator("inga_it_atgarder"))
    assert sorted(trace.loc[trace["met"].astype(bool), "line"]) == [2, 3, 4, 9, 10]


# --- coverage per position ------------------------------------------------------------------------


def test_a_register_indicator_per_position_is_the_line_by_line_count(
    read_one: Callable[..., Reader],
) -> None:
    rows = read_csv(ONE_REGISTER, ";")
    decided = [row for row in rows if row["Beslut"] and day(row["Ansökt"] or row["Start"]) <= AS_OF]
    refused = [row for row in decided if row["Beslut"] == "Avslagen"]
    table = by_position(read_one("revisor"), indicator("avslag"))
    by_hand = {
        code: (
            sum(row["Befattning"] == label for row in refused),
            sum(row["Befattning"] == label for row in decided),
        )
        for code, label in (("chef", "Chef"), ("medarbetare", "Medarbetare"))
    }
    assert {r["department"]: pair(r) for _i, r in table.dropna(subset="department").iterrows()} == (
        by_hand
    )
    assert pair(one(table, "avslag")) == (len(refused), len(decided))


def test_positions_never_tell_a_few_also_not_by_those_without_one(loader: Loader) -> None:
    """Twelve managers, twenty others and two without a position: the whole less the positions."""
    loader.invited(AA=100)
    header = ("Överenskommelse", "Förvaltning", "Befattning", "Start", "Riskbedömning")
    people = [("Chef", n) for n in range(12)] + [("Medarbetare", n) for n in range(20)]
    people += [("", n) for n in range(2)]
    lines = [
        (f"{place}{n}", "AA", place, "2026-01-10", "2026-01-05" if n % 2 else "")
        for place, n in people
    ]
    loader.agreements([header, *lines], date(2026, 6, 30))
    table = by_position(loader.reader("politiker"), indicator("riskbedomd_fore_start"))
    shown = table[table["department"].notna() & (table["status"] == "shown")]
    whole = one(table, "riskbedomd_fore_start")
    assert whole["status"] == "shown"
    left = [int(whole[name] - shown[name].sum()) for name in ("numerator", "denominator")]
    assert min(left[0], left[1] - left[0]) >= 5, "what is left of the whole is no small group"


@pytest.mark.parametrize("granted", [("TN",), ("KFN",), ("MBN", "SN"), ("KFN", "TN"), ("BUN",)])
def test_what_is_left_for_hr_is_what_the_gate_has_tested_or_nothing(
    granted: tuple[str, ...], read: Callable[..., Reader]
) -> None:
    """The whole less all that hr sees: never a part of what is hidden together."""
    sets = [ruleset("vgr"), ruleset("falkoping")]
    wanted = [i for i in catalogue() if i.source.kind == REGISTER]

    def tables(reader: Reader) -> list[pd.DataFrame]:
        months = [series(reader, i).assign(rule="") for i in wanted]
        rules = outcomes(reader, sets).query("department != 'mina'")
        rules = rules.assign(indicator=rules["ruleset"], day="")
        return [*(table for table in months if not table.empty), rules]

    def untold(table: pd.DataFrame) -> dict[tuple[Any, ...], tuple[set[str], bool]]:
        found = {}
        for key, group in table.groupby(["indicator", "day", "rule"]):
            place = group["department"]
            hidden = group["status"] == "hidden"
            whole = place.isna() & (group["status"] == "shown")
            found[key] = set(place[hidden & place.notna()]), bool(whole.any())
        return found

    guarded = 0
    for theirs, ours in zip(tables(read("politiker")), tables(read("hr", *granted)), strict=True):
        public = untold(theirs)
        for key, (left, whole) in untold(ours).items():
            before = public.get(key, (set(), False))[0]
            if left != before and left:
                assert not whole, (key, left)
                guarded += 1
    assert guarded or granted == ("BUN",)
