"""The summary: every theme, what must be decided and by whom, what moved; nothing hidden told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from queries.catalogue import indicator
from queries.municipality import Merging
from queries.viewer import Role, Viewer
from tests.ui.results import SECRET, row, table
from tests.ui.test_cards import HOSTILE, Parsed
from tests.visiting import at
from ui import formats as f
from ui import summary
from ui.context import Context
from ui.text import theme_word

ROOT = Path(__file__).resolve().parents[2]
RISK, FOLLOWED, FAIR, GOALS = (
    "riskbedomd_fore_start",
    "uppfoljd_12_manader",
    "rattvist_fordelat",
    "mal_tydliga",
)
UNPROTECTED = "inga_it_atgarder"  # Lower is better.
BOARDS = {"SN": "Socialnämnden", "TN": None}


@dataclass(frozen=True)
class Made(Context):
    """A visit whose result tables are made up, by wave."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def departments(self) -> pd.DataFrame:
        return pd.DataFrame(
            [
                {"code": code, "name": name, "board": BOARDS.get(code)}
                for code, name in self.names.items()
            ],
            columns=["code", "name", "board"],
        )

    def mergings(self, wave: str | None = None) -> tuple[Merging, ...]:
        return ()

    def changes(self, *ids: str) -> pd.DataFrame:
        """A change of more than 16 points is sure, of a thousand answers any."""
        both = [t.set_index(["indicator", "department"]) for t in self.tables.values()]
        rows = []
        for key in both[0].index.intersection(both[1].index):
            before, after = (t.loc[[key]].iloc[0] for t in both)
            shown = {before["status"], after["status"]} == {"shown"}
            difference = after["share"] - before["share"]
            span = 0.0 if shown and after["denominator"] >= 1000 else 0.16
            rows.append(
                {"indicator": key[0], "department": key[1], "difference": difference,
                 "status": "shown" if shown else "hidden", "p_holm": None}
                | {f"{kind}low": difference - span for kind in ("", "bound_")}
                | {f"{kind}high": difference + span for kind in ("", "bound_")}
            )  # fmt: skip
        columns = ["indicator", "department", "status", "difference", "p_holm"]
        return pd.DataFrame(rows) if rows else pd.DataFrame(columns=columns)

    def results(self, *ids: str, wave: str | None = None, merged: bool = False) -> pd.DataFrame:
        rows = self.tables[wave or self.wave]
        if self.department:
            rows = rows[rows["department"].isna() | (rows["department"] == self.department)]
        return rows.reset_index(drop=True)

    def uncertainty_everywhere(self, *ids: str) -> pd.DataFrame:
        """What is shown differs from nobody; what is hidden would be sure, were it told."""
        rows = self.tables[self.wave]
        rows = rows[rows["indicator"].isin(ids)] if ids else rows
        span = np.where(rows["status"] == "shown", 1.0, 0.0)
        ends = {f"diff_{kind}low": SECRET - span for kind in ("", "bound_")}
        ends |= {f"diff_{kind}high": SECRET + span for kind in ("", "bound_")}
        return rows.assign(difference=SECRET, diff_p=None, **ends)

    def uncertainty(self, *ids: str) -> pd.DataFrame:
        rows = self.uncertainty_everywhere(*ids)
        # All are more than one department, so that there are others beside it.
        many = np.where(rows["department"].isna(), 10, 1)
        rows = rows.assign(**{n: rows[n] * many for n in ("numerator", "denominator")})
        chosen = rows["department"].isna() | (rows["department"] == self.department)
        return rows[chosen] if self.department else rows


def visit(
    *rows: dict,
    department: str | None = None,
    compare: str | None = None,
    waves: Sequence[str] = ("2024", "2026"),
    names: dict[str, str] | None = None,
) -> Made:
    made = table(rows)
    return Made(
        snapshot=SimpleNamespace(id="20261122T000000-abc123"),
        viewer=Viewer(Role.POLITIKER),
        waves=pd.DataFrame(
            {
                "wave": waves,
                "label": waves,
                "kind": ["rekonstruerad", "exempel"][: len(waves)],
                "answered": [10] * len(waves),
            }
        ),
        wave="2024",
        compare=compare,
        department=department,
        as_of=date(2026, 10, 31),
        theme="light",
        address={"vag": "2024"},
        tables={wave: made[made["wave"] == wave] for wave in waves},
        names=names or {"SN": "Socialförvaltningen", "TN": "Tekniska kontoret"},
    )


def told(html: str) -> str:
    """Return what is read, numbers and units kept together by plain spaces."""
    return re.sub(r"\s+", " ", Parsed(html.replace("</", " </")).text.replace(f.NBSP, " "))


def register(department: str | None, count: int, base: int, which: str = RISK, **more) -> dict:
    return row(department, count, base, indicator=which, **more) | {"low": None, "high": None}


def moved(which: str, before: int, after: int, department: str | None = None, **more) -> list[dict]:
    """Return a share of 100 in either wave, each with an interval of ± 8 percentage points."""
    return [
        row(department, before, 100, indicator=which, **more),
        row(department, after, 100, indicator=which, wave="2026", **more),
    ]


def leaking(which: str, department: str = "SN") -> list[dict]:
    """Return rows that break the contract: they must not be shown and still hold numbers."""
    secret = {"share": SECRET, "low": SECRET, "high": SECRET}
    rows = (
        row(department, 4321, 8765, "hidden", name="Socialförvaltningen", wave=w, indicator=which)
        for w in ("2024", "2026")
    )
    return [r | secret for r in rows]


# --- the matrix -------------------------------------------------------------------------------


def test_the_matrix_holds_every_theme_with_two_or_three_indicators_of_its_own():
    assert list(summary.MATRIX) == [
        "svarsfrekvens", "styrning", "rattvisa", "arbetsmiljo", "it_sakerhet", "verksamhet",
    ]  # fmt: skip
    for theme, names in summary.MATRIX.items():
        assert {indicator(name).theme for name in names} == {theme}
        assert theme == "svarsfrekvens" or 2 <= len(names) <= 3
    assert set(summary.KEY_FIGURES) <= {n for part in summary.MATRIX.values() for n in part}


def test_each_theme_of_the_matrix_is_headed_by_its_name_verdict_and_page():
    context = visit(row(None, 37, 91, indicator=FAIR), row("SN", 8, 33, indicator=FAIR))
    found = Parsed(summary.matrix(context, context.results()))
    assert [th["scope"] for th in found.all("th")].count("rowgroup") == 5
    for theme, path in (("styrning", "styrning"), ("it_sakerhet", "it-sakerhet")):
        assert theme_word(theme) in found.text
        assert any(a["href"] == f"/{path}?vag=2024" for a in found.all("a"))
    assert "Revisionen: endast till viss del" in found.text
    assert "Kommunikation – effektiv i stora delar" in found.text


def test_the_matrix_names_departments_by_code_and_a_chosen_one_in_full():
    rows = [row("SN", 8, 33, name="Socialförvaltningen", indicator=FAIR)]
    rows.append(row(None, 37, 91, indicator=FAIR))
    context = visit(*rows)
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', summary.matrix(context, table(rows)))
    assert heads[1] == '<abbr title="Socialförvaltningen">SN</abbr>'
    context = visit(*rows, department="SN")
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', summary.matrix(context, table(rows)))
    assert heads[1] == "Socialförvaltningen"


def test_the_note_folds_many_abbreviations_away_and_never_makes_markup_of_them():
    few = summary.matrix_note(visit(names={"A": HOSTILE, "B": "www.exempel.se"}), table([]))
    assert "<details" not in few and "<script" not in few and "<a" not in few
    assert "www.exempel.se" in few and "än alla andra tillsammans" in few and "2026-10-31" in few
    many = summary.matrix_note(visit(names={f"D{i}": f"Namn {i}" for i in range(40)}), table([]))
    assert "<details" in many and "Namn 39" in many
    assert "Förkortningar" not in summary.matrix_note(visit(department="SN"), table([]))


# --- what must be decided ---------------------------------------------------------------------


def test_a_broken_requirement_says_what_how_many_by_whom_and_on_what_ground():
    context = visit(register(None, 73, 123))
    html = summary.decisions(context, context.results())
    text = told(html)
    assert "Samtliga nämnder" in text
    assert "Riskbedömd före start" in text
    assert "saknas i 50 av 123 överenskommelser" in text
    assert "Krav: ska vara alla. Källa: Revisionsrapporten" in text
    assert "Rekommendation 4: " in text
    numbers = re.findall(r'<a href="([^"]*)"[^>]*>50.av.123</a>', html)
    assert numbers == ["/arbetsmiljo?vag=2024#riskbedomd_fore_start"]


def test_decisions_stand_with_the_most_missing_first_and_a_shared_ground_told_once():
    context = visit(register(None, 107, 123), register(None, 120, 123, FOLLOWED))
    text = told(summary.decisions(context, context.results()))
    assert text.index("Riskbedömd") < text.index("Uppföljd")
    context = visit(register(None, 107, 123), register(None, 100, 123, FOLLOWED))
    text = told(summary.decisions(context, context.results()))
    assert text.index("Uppföljd") < text.index("Riskbedömd")
    assert text.count("Krav:") == text.count("Rekommendation 4") == 1


def test_of_a_chosen_department_its_own_number_stands_first_and_its_own_board_decides():
    rows = [register(None, 73, 123), register("SN", 16, 36, name="Socialförvaltningen")]
    context = visit(*rows, department="SN")
    text = told(summary.decisions(context, context.results()))
    assert "Socialnämnden" in text and "Samtliga nämnder" not in text
    assert text.index("20 av 36") < text.index("50 av 123")
    rows[1] = register("TN", 2, 8, name="Tekniska kontoret")
    context = visit(*rows, department="TN")
    assert "Samtliga nämnder" in told(summary.decisions(context, context.results()))


def test_what_is_known_of_the_chosen_department_stands_before_what_is_hidden_of_it():
    rows = [
        register(None, 110, 123),
        register("SN", 27, 36, name="Socialförvaltningen"),
        register(None, 73, 123, FOLLOWED),
        register("SN", 0, 0, FOLLOWED, status="hidden", name="Socialförvaltningen"),
    ]
    context = visit(*rows, department="SN")
    text = told(summary.decisions(context, context.results()))
    assert text.index("9 av 36") < text.index("Socialförvaltningen: dolt.") < text.index("50 av")


def test_a_department_that_falls_short_is_told_though_the_whole_does_not_and_the_reverse():
    rows = [register(None, 123, 123), register("SN", 16, 36, name="Socialförvaltningen")]
    context = visit(*rows, department="SN")
    assert "saknas i 20 av 36" in told(summary.decisions(context, context.results()))
    rows = [register(None, 100, 123), register("SN", 36, 36, name="Socialförvaltningen")]
    context = visit(*rows, department="SN")
    text = told(summary.decisions(context, context.results()))
    assert "Socialförvaltningen: saknas i 0 av 36" in text and "23 av 123" in text


def test_without_a_broken_requirement_or_a_register_that_is_what_is_said():
    context = visit(register(None, 123, 123))
    assert "Inget krav med en källa är brutet" in summary.decisions(context, context.results())
    context = visit(row(None, 37, 91, indicator=FAIR))
    assert "är inte inläst" in summary.decisions(context, context.results())


# --- what has changed -------------------------------------------------------------------------


def listed(html: str, title: str) -> list[str]:
    part = html.partition(f"<h3>{title}</h3>")[2].partition("<h3>")[0]
    return [told(item) for item in re.findall(r"<li>(.*?)</li>", part)]


def test_three_best_and_three_worst_of_those_that_are_larger_than_the_uncertainty():
    rows = [
        *moved("policy_kand", 30, 40),  # within the uncertainty
        *moved("riktlinjer_kanda", 30, 60),
        *moved("riktlinjer_tydliga", 30, 50),
        *moved("riktlinjer_forankrade", 30, 55),
        *moved("egen_mojlighet", 30, 25),  # within the uncertainty
        *moved(FAIR, 60, 40),
    ]
    context = visit(*rows, compare="2026")
    html = summary.changes(context)
    better, worse = listed(html, "Till det bättre"), listed(html, "Till det sämre")
    assert [item.split(":")[0].strip() for item in better] == [
        indicator(name).name
        for name in ("riktlinjer_kanda", "riktlinjer_forankrade", "riktlinjer_tydliga")
    ]
    assert "från 30 % till 60 %" in better[0]
    assert not any("osäkerheten" in item for item in better)
    assert worse[0].startswith("Rättvist fördelat") and len(worse) == 1
    assert "2 av 6 förändringar är inte tydliga och står inte här." in told(html)
    assert "Hela kommunen, från våg 2024 till våg 2026." in told(html)


def test_lower_is_better_where_it_is_and_says_so():
    html = summary.changes(visit(*moved(UNPROTECTED, 50, 20), compare="2026"))
    assert "lägre är bättre" in listed(html, "Till det bättre")[0]
    assert "Inget har tydligt blivit sämre." in html


def test_a_change_that_cannot_be_seen_is_no_change_and_a_small_one_gets_a_decimal():
    rows = [row(None, 37, 91, indicator=FAIR), row(None, 50, 123, indicator=FAIR, wave="2026")]
    html = summary.changes(visit(*rows, compare="2026"))
    assert "Inget har tydligt blivit bättre." in html and "Inget har tydligt blivit sämre." in html
    rows = [row(None, 400, 1000, indicator=FAIR), row(None, 404, 1000, indicator=FAIR, wave="2026")]
    html = summary.changes(visit(*rows, compare="2026"))
    assert "från 40,0 % till 40,4 %" in listed(html, "Till det bättre")[0]


def test_a_few_answers_are_counted_in_both_waves():
    rows = [row(None, 5, 17, indicator=FAIR), row(None, 14, 22, indicator=FAIR, wave="2026")]
    html = summary.changes(visit(*rows, compare="2026"))
    assert "från 5 av 17 till 14 av 22" in listed(html, "Till det bättre")[0]


def test_the_changes_are_the_chosen_department_s_own():
    name = {"name": "Socialförvaltningen"}
    rows = [*moved(FAIR, 30, 60), *moved(FAIR, 70, 20, "SN", **name)]
    html = summary.changes(visit(*rows, compare="2026", department="SN"))
    assert "Socialförvaltningen, från våg 2024 till våg 2026." in told(html)
    assert "från 70 % till 20 %" in listed(html, "Till det sämre")[0]
    assert "60" not in told(html)


def test_a_department_without_anything_to_compare_is_told_of_the_whole():
    rows = [*moved(FAIR, 30, 60), row("SN", status="hidden", indicator=FAIR)]
    text = told(summary.changes(visit(*rows, compare="2026", department="SN")))
    assert "för Socialförvaltningen finns inget som kan jämföras" in text
    assert "från 30 % till 60 %" in text


def test_without_a_comparison_each_other_wave_is_one_click_away():
    html = summary.changes(visit())
    assert Parsed(html).all("a")[0]["href"] == "/sammanfattning?vag=2024&jamfor=2026"
    assert "Jämför med 2026 (exempel)" in told(html)
    assert "bara en våg" in summary.changes(visit(waves=("2024",)))


def test_waves_with_nothing_in_common_say_so():
    context = visit(row(None, 37, 91, indicator=FAIR), compare="2026")
    assert "Ingen fråga har svar som kan visas i båda vågorna." in summary.changes(context)


# --- what is hidden, and what others have written ------------------------------------------------


@pytest.mark.parametrize("department", [None, "SN"])
def test_hidden_numbers_are_in_no_part_of_the_summary(department):
    rows = [
        *leaking(FAIR),
        *leaking(GOALS),
        *(r for which in (RISK, FOLLOWED) for r in leaking(which)),
        *moved(FAIR, 30, 60),
        register(None, 73, 123),
        register(None, 73, 123, FOLLOWED, wave="2026"),
    ]
    context = visit(*rows, compare="2026", department=department)
    results = context.results()
    parts = [
        summary.paragraph(context),
        summary.matrix(context, results),
        summary.decisions(context, results),
        summary.changes(context),
        *summary.key_figures(context, results),
    ]
    said = "".join(parts).replace(f.NBSP, " ")
    for secret in ("4321", "8765", "4444", "12 %", "12,3", str(SECRET)):
        assert secret not in said
    assert "50 av 123" in said and "från 30 % till 60 %" in said
    assert ("Socialförvaltningen: dolt." in told(parts[2])) == (department == "SN")


def test_names_from_a_file_are_text_in_every_part():
    rows = [
        *moved(FAIR, 70, 20, "SN", name=HOSTILE),
        *moved(FAIR, 30, 60),
        *moved(FAIR, 10, 12, "TN", name="https://exempel.se"),
        register("SN", 16, 36, name=HOSTILE),
        register(None, 73, 123),
    ]
    for department in (None, "SN"):
        context = visit(*rows, compare="2026", department=department, names={"SN": HOSTILE})
        results = context.results()
        for html in (
            summary.head(context),
            summary.paragraph(context),
            summary.matrix(context, results),
            summary.matrix_note(context, results),
            summary.decisions(context, results),
            summary.changes(context),
        ):
            found = Parsed(html)
            assert not found.all("script") and not found.all("img")
            assert not any("exempel" in a["href"] for a in found.all("a"))


def test_a_wave_s_name_is_text_too():
    context = visit(waves=("2024", HOSTILE))
    found = Parsed(summary.changes(context))
    assert not found.all("script") and not found.all("img")
    assert HOSTILE in found.text


# --- the paragraph and the head ----------------------------------------------------------------


@pytest.mark.parametrize("department", [None, "SN"])
def test_the_paragraph_is_three_sentences_and_each_of_its_numbers_a_link(department):
    name = {"name": "Socialförvaltningen"}
    rows = [*moved(FAIR, 60, 20), *moved(FAIR, 20, 70, "SN", **name), *moved(FAIR, 80, 80, "TN")]
    context = visit(*rows, compare="2026", department=department)
    html = summary.paragraph(context)
    assert "till våg 2026 (exempel)" in told(html)
    html = html.replace("2026 (exempel)", "")
    assert len(re.findall(r"\.(?= [A-ZÅÄÖ]|$)", told(html).strip())) == 3
    outside = re.sub(r"<a .*?</a>", "", html)
    assert "%" not in outside and not re.search(r"\d", outside.replace("2025", ""))
    expected = "från 20 % till 70 %" if department else "från 60 % till 20 %"
    assert expected in told(html)


def test_the_head_on_paper_says_what_was_chosen():
    text = told(summary.head(visit(compare="2026", department="SN")))
    for part in (
        "våg 2024 (rekonstruerad)",
        "jämförd med 2026 (exempel)",
        "Socialförvaltningen",
        "visat för politiker",
        "registret 2026-10-31",
        "ögonblicksbild 20261122T000000-abc123",
    ):
        assert part in text
    html = summary.head(visit())
    assert "alla förvaltningar" in html
    button = Parsed(html).all("button")[0]
    assert button["type"] == "button" and "dk-print" in str(button["class"])


# --- the page ------------------------------------------------------------------------------------


@pytest.fixture
def page(demo_store: Path, monkeypatch: pytest.MonkeyPatch):
    """Return ``page(**parameters)``: the HTML of the summary on the demo store."""
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))

    def run(**parameters: str) -> str:
        app = at("sammanfattning", **parameters).run()
        assert not app.exception, [e.value for e in app.exception]
        # The stylesheet is an st.html of its own.
        return "\n".join(e.proto.body for e in app.get("html") if "<style" not in e.proto.body)

    return run


def test_the_demo_tells_every_theme_what_must_be_decided_and_what_changed(page) -> None:
    html = page(jamfor="2026")
    text = told(html)
    assert html.count('scope="rowgroup"') == 5
    assert "saknas i 44 av 120 överenskommelser" in text
    assert re.search(r"▲ \+\d+ tydligt högre", text) and "högre än övriga" not in text
    assert "från 34 % till 75 %" in text
    assert "är inte tydlig" in text


def test_the_demo_offers_the_comparison_that_is_not_chosen(page) -> None:
    assert "Jämför med 2026 (exempel)" in told(page())


@pytest.mark.parametrize("department", ["MBN", "TN", "KFN"])
def test_a_politician_who_chooses_a_small_department_is_told_of_the_whole_and_why(
    page, department
) -> None:
    text = told(page(jamfor="2026", forvaltning=department))
    assert ": dolt." in text
    assert "finns inget som kan jämföras" in text
    # Its invited and answered are no secret; those are the only small counts that are shown.
    small = re.findall(r"(?<!\d)\d+ av (\d)(?!\d)", text)
    assert set(small) <= {"3"}


def test_an_auditor_sees_the_small_department_s_own_changes(page) -> None:
    text = told(page(jamfor="2026", forvaltning="TN", roll="revisor"))
    assert "finns inget som kan jämföras" not in text
    assert "Tekniska kontoret, från våg 2024 till våg 2026." in text


def test_one_department_without_answers_is_a_calm_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest.load import load_frame

    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "store"))
    frame = tmp_path / "frame.csv"
    frame.write_text(f'Förvaltning;Namn;Tillfrågade\nA;"{"Lång" * 20}";20\n', "utf-8")
    load_frame(frame, "2027")
    app = at("sammanfattning").run()
    assert not app.exception
    text = told("\n".join(e.proto.body for e in app.get("html") if "<style" not in e.proto.body))
    assert "har inga enkätsvar ännu" in text
    assert "Det finns bara en våg." in text
    assert "registret över överenskommelser är inte inläst" in text
    assert "Lång" * 20 in text
