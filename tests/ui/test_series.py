"""Coverage over time: a gap is no zero, a hidden month is nowhere, the words say the change."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from queries.catalogue import REGISTER, by_theme
from tests.ui.figures import flat, texts, valid
from tests.ui.results import WHY, row, table
from tests.visiting import at
from ui import charts, course, months, series, tables
from ui import formats as f
from ui.theme import palette

ROOT = Path(__file__).resolve().parents[2]
LAST = dt.date(2026, 10, 31)
SECRET = 0.123456789
NAMES = ("Registret: Riskbedömd", "Enkäten: Säkerställd")
Cell = tuple[int, int] | str | None
COLUMNS = ["indicator", "day", "department", "name", "numerator", "denominator", "share", "status"]


def month(ago: int) -> dt.date:
    return months.months_before(LAST, ago)


def made(lines: Mapping[str | None, Sequence[Cell]]) -> pd.DataFrame:
    """Return a series that ends in October 2026: (count, base), a status, or None for no row."""
    rows = []
    for code, cells in lines.items():
        for ago, cell in enumerate(reversed(cells)):
            if cell is None:
                continue
            name = {None: "Alla", "SN": "Socialförvaltningen"}.get(code, code)
            if isinstance(cell, str):
                numbers: tuple[object, ...] = (None, None, None, cell)
            else:
                numbers = (*cell, cell[0] / cell[1], "shown")
            rows.append(("riskbedomd", month(ago), code, name, *numbers))
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.sort_values("day", kind="stable").reset_index(drop=True)


def story() -> pd.DataFrame:
    return made(
        {
            "SN": [(3, 10), "hidden", "hidden", (9, 20), (15, 36)],
            "TK": ["no_answers", (4, 8), (5, 8), None, (8, 8)],
            None: [(7, 17), (10, 30), "hidden", (60, 120), (98, 158)],
        }
    )


def survey() -> pd.DataFrame:
    return table(
        [
            row(None, 24, 70, wave="Våg 2024", name="Alla", low=0.2431, high=0.4602),
            row("SN", 3, 17, wave="Våg 2024", low=0.06, high=0.41),
            row(None, 51, 107, wave="Våg 2026", name="Alla", low=0.41, high=0.54),
            row("SN", status="hidden", wave="Våg 2026"),
        ]
    )


def drawn_lines(figure, mode: str = "lines"):
    return [t for t in figure.data if t.type == "scatter" and t.mode == mode]


def marked(figure):
    return drawn_lines(figure, "lines+markers")


def lines_of(figure) -> list[dict[int, float | None]]:
    """Return the marked lines, {day: pixel}; the large panels' last."""
    found: list[dict[int, float | None]] = []
    for trace in marked(figure):
        found.append({})
        for x, y in zip(trace.x, trace.y, strict=True):
            if x is None:
                found.append({})
            else:
                found[-1][x] = y
    return [line for line in found if line]


def whole_of(figure) -> dict[int, float | None]:
    return lines_of(figure)[-1]


# --- the chart -----------------------------------------------------------------------------------


def test_the_whole_has_a_panel_and_each_department_a_strip_in_the_order_of_the_table():
    figure = charts.series(story())
    assert len(lines_of(figure)) == 3
    names = [a.text for a in figure.layout.annotations if a.text in ("Socialförvaltningen", "TK")]
    assert names == ["Socialförvaltningen", "TK"]
    assert "<b>Alla</b>" in texts(figure)


def test_a_chosen_department_gets_a_panel_as_large_as_the_wholes():
    one = charts.series(story()[lambda t: t["department"].fillna("SN") == "SN"])
    sizes = {t.marker.size for t in marked(one)}
    assert len(sizes) == 1
    assert "<b>Socialförvaltningen</b>" in texts(one)


@pytest.mark.parametrize("gap", ["hidden", "no_answers", "not_asked", None, "never heard of"])
def test_a_month_without_a_number_breaks_the_line_and_is_no_zero(gap):
    whole = [(1, 20), gap, (30, 30)]
    figure = charts.series(made({None: whole}))
    drawn = whole_of(figure)
    assert list(drawn) == [month(i).toordinal() for i in (2, 1, 0)]
    assert drawn[month(1).toordinal()] is None
    assert [t.connectgaps for t in marked(figure)] == [False]


def test_each_reason_for_a_gap_has_its_own_form_and_its_word():
    words = {
        "hidden": ("Dolt", "bar"),
        "no_answers": ("Inget att räkna", "rect"),
        "not_asked": ("Uppgift saknas", "path"),
    }
    forms = set()
    for status, (word, form) in words.items():
        figure = charts.series(made({None: [(5, 20), status, (7, 20)]}))
        assert word in texts(figure), status
        assert word.lower() in course.alt_series(made({None: [(5, 20), status, (7, 20)]})).lower()
        if form == "bar":
            (band,) = [t for t in figure.data if t.type == "bar"]
            assert band.marker.pattern.shape == "/"
            start, width = band.base[0], band.x[0]
            assert start < month(1).toordinal() < start + width
            assert start > month(2).toordinal() and start + width < LAST.toordinal()
        dashes = {s.line.dash for s in figure.layout.shapes if s.type == form and s.xref != "paper"}
        forms.add((form, *sorted(d for d in dashes if d)))
    assert len(forms) == 3


def test_hidden_months_have_no_mark_and_dashes_lead_past_them():
    frame = months.completed(made({None: [(5, 20), None, None, (9, 20)]}), {}, live=set())
    figure = charts.series(frame)
    drawn = whole_of(figure)
    assert [y is None for y in drawn.values()] == [False, True, True, False]
    (dashed,) = [t for t in drawn_lines(figure) if t.line.dash == "4px,3px"]
    assert list(dashed.x[:2]) == [month(3).toordinal(), LAST.toordinal()]
    assert "Där linjen går streckad är månaderna emellan dolda." in course.alt_series(frame)


def hatched(figure) -> list[tuple[float, float, float, float]]:
    """Return the hatched fields as (first day, last day, top, bottom), in days and pixels."""
    return [
        (start, start + long, y - high / 2, y + high / 2)
        for t in figure.data
        if t.type == "bar" and t.marker.pattern.shape == "/"
        for start, long, y, high in zip(t.base, t.x, t.y, t.width, strict=True)
    ]


def test_a_withheld_month_has_one_sign_and_one_word_whatever_the_cause():
    signs = set()
    for status in ("hidden", "left_out"):
        frame = made({None: [(5, 20), status, (9, 20)]})
        figure = charts.series(frame)
        ((first, last, _top, bottom),) = hatched(figure)
        assert month(2).toordinal() < first < month(1).toordinal() < last < LAST.toordinal()
        # In the legend and in the table by the same word.
        assert texts(figure).count("Dolt") == 1 and "isas inte" not in texts(figure)
        assert course.series_table(frame).iloc[1, 1] == "dolt"
        dashed = [tuple(t.x) for t in drawn_lines(figure) if t.line.dash == "4px,3px"]
        told = course.alt_series(frame), course.development(frame)
        signs.add((bottom, first, last, *dashed, *told))
    assert len(signs) == 1
    at_the_end = made({None: [(5, 20), (6, 20), "left_out"]})
    assert hatched(charts.series(at_the_end)) == hatched(
        charts.series(at_the_end.assign(status=["shown", "shown", "hidden"]))
    )


def test_dashes_lead_past_nothing_but_hidden_months():
    for other in ("no_answers", "not_asked", "new"):
        figure = charts.series(made({None: [(5, 20), "hidden", other, (9, 20)]}))
        assert not [t for t in drawn_lines(figure) if t.line.dash == "4px,3px"]


@pytest.mark.parametrize("status", ["hidden", "no_answers", "not_asked", "left_out", "new"])
@pytest.mark.parametrize("narrow", [False, True])
def test_no_number_of_a_month_that_is_not_shown_is_anywhere(status, narrow):
    frame = story()
    at = (frame["day"] == month(1)) & frame["department"].isna()
    frame.loc[at, ["numerator", "denominator", "share", "status"]] = [4321, 8765, SECRET, status]
    asked = survey().astype({"share": float})
    hidden = asked["status"] == "hidden"
    asked.loc[hidden, ["numerator", "denominator"]] = 4321
    asked.loc[hidden, ["share", "low", "high"]] = SECRET
    for beside in (None, asked):
        figure = charts.series(frame, survey=beside, names=NAMES, narrow=narrow)
        told = course.alt_series(frame, survey=beside, names=NAMES)
        for text in (flat(json.dumps(valid(figure).to_plotly_json(), default=list)), flat(told)):
            for number in ("4321", "8765", "12345678", "49,3%", "0.49298"):
                assert number not in text
    written = flat(course.series_table(frame).to_csv() + course.development(frame))
    exported = flat(course.series_export(frame, "Risk").to_csv())
    assert "4321" not in written + exported and "1234567" not in written + exported


def test_the_axis_of_time_is_true_and_that_of_shares_absolute():
    figure = charts.series(made({None: [(0, 20), (10, 20), (20, 20)]}))
    drawn = whole_of(figure)
    august, september, october = drawn
    assert (september - august, october - september) == (30, 31)
    bottom, middle, top = drawn.values()
    assert middle == (bottom + top) / 2 and bottom > top
    other = whole_of(charts.series(made({None: [(19, 20), (20, 20)]})))
    assert list(other.values())[-1] == top


def test_a_small_base_is_a_hollow_mark_and_its_value_the_count():
    figure = charts.series(made({None: [(7, 17), (98, 158)]}))
    (trace,) = marked(figure)
    p = palette("light")
    assert list(trace.marker.color[:2]) == [p.background, p.accent]
    assert "Underlag under 20" in texts(figure)
    assert "7 av 17" in texts(figure) and "41 %" not in texts(figure)


@pytest.mark.parametrize("narrow", [False, True])
def test_both_ends_of_the_whole_are_labelled_with_value_count_and_month(narrow):
    written = texts(charts.series(story(), narrow=narrow))
    for text in ("7 av 17", "62 %", "98 av 158", "juni 2026", "okt."):
        assert text in written, text


def labels_of_time(figure) -> list[tuple[float, str]]:
    """Return the labels of the first axis of time, as (day, text), from left to right."""
    found = [a for a in figure.layout.annotations if a.xref == "x" and a.yanchor == "top"]
    top = min(a.y for a in found)
    return sorted((a.x, a.text.replace("<br>", " ")) for a in found if a.y == top)


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("length", [2, 9, 14, 37, 60, 130])
def test_each_year_is_named_once_at_its_january_and_no_two_labels_meet(narrow, length):
    frame = made({None: [(i, 200) for i in range(length)]})
    figure = charts.series(frame, narrow=narrow)
    start, end = figure.layout.xaxis.range
    plot = (276 + 16 if narrow else 584) - figure.layout.margin.l - figure.layout.margin.r
    labels = labels_of_time(figure)
    assert labels
    places = [(x - start) / (end - start) * plot for x, _text in labels]
    assert all(b - a >= 33 for a, b in pairwise(places)), labels
    years = [(x, word) for x, text in labels for word in text.split() if word.isdecimal()]
    assert years and len({year for _x, year in years}) == len(years)
    # A year stands at its January; the first may begin where the axis does.
    for i, (x, year) in enumerate(years):
        assert dt.date.fromordinal(int(x)).year == int(year)
        assert not i or dt.date.fromordinal(int(x)).month == 1


def test_the_first_value_stands_under_the_chart_where_it_has_no_room_beside_its_mark():
    figure = charts.series(made({None: [(0, 40), (40, 40)] * 8}))
    assert "juli 2025: 0 % (0 av 40)" in texts(figure)


def test_the_threshold_is_a_dashed_line_with_its_source_and_only_where_there_is_one():
    figure = charts.series(story(), threshold=1.0, threshold_source="PM § 3")
    assert "Gräns 100 % · PM § 3" in texts(figure)
    colour = palette("light").threshold
    assert [t.line.dash for t in drawn_lines(figure) if t.line.color == colour]
    without = charts.series(story())
    assert colour not in json.dumps(without.to_plotly_json(), default=list)


def test_the_whole_is_a_thin_line_behind_each_department_but_not_over_a_gap():
    gone = made({"SN": [(3, 10), "no_answers", (9, 20)], "TK": [(1, 8)], None: [(60, 120)] * 3})
    (thin,) = [t for t in charts.series(gone).data if t.name == "Alla"]
    assert [y is None for y in thin.y[:3]] == [False, True, False]
    # The whole is hidden for one month, where dashes lead past: the thin line goes on too.
    (thin,) = [t for t in charts.series(story()).data if t.name == "Alla"]
    assert len([y for y in thin.y[:4] if y is not None]) == 4


@pytest.mark.parametrize("narrow", [False, True])
def test_the_survey_is_in_no_line_and_each_wave_has_value_count_and_interval(narrow):
    figure = charts.series(story(), survey=survey(), names=NAMES, narrow=narrow)
    with_marks = marked(figure)
    assert len(with_marks) == 1 and len(lines_of(figure)) == 1
    assert 24 / 70 not in [y for t in figure.data if t.y is not None for y in t.y]
    written = texts(figure)
    for text in ("Våg 2024", "34 %", "24 av 70", "24–46 %", "Våg 2026", "48 %", "51 av 107"):
        assert text in written, text
    chosen = story()[lambda t: t["department"].fillna("SN") == "SN"]
    told = texts(charts.series(chosen, survey=survey(), names=NAMES, narrow=narrow))
    assert "3 av 17" in told and "<i>dolt</i>" in told


def asked_points(figure) -> list[float]:
    """Return the days at which the survey's intervals stand."""
    marks = [s for s in figure.layout.shapes if s.xsizemode == "pixel" and s.xref != "paper"]
    return sorted({s.xanchor for s in marks if s.type == "rect"})


@pytest.mark.parametrize("narrow", [False, True])
def test_a_wave_stands_in_the_middle_of_its_time_on_the_axis_of_the_register(narrow):
    long = made({None: [(i, 90) for i in range(37)]})
    figure = charts.series(long, survey=survey(), names=NAMES, narrow=narrow)
    first, last = asked_points(figure)
    assert first == (dt.date(2024, 1, 1).toordinal() + dt.date(2024, 12, 31).toordinal()) / 2
    assert last == (dt.date(2026, 1, 1).toordinal() + dt.date(2026, 12, 31).toordinal()) / 2
    # Also of a year before the register's first day: the axis begins with it.
    short = made({None: [(i, 90) for i in range(10)]})
    early = charts.series(short, survey=survey(), names=NAMES, narrow=narrow)
    assert asked_points(early)[0] == first and early.layout.xaxis.range[0] < first - 180
    # The whole time that the name holds is drawn, and nothing joins the two waves.
    strokes = [s for s in figure.layout.shapes if s.type == "line" and s.y0 == s.y1]
    assert (strokes[0].x0, strokes[0].x1) == (
        dt.date(2024, 1, 1).toordinal(),
        dt.date(2024, 12, 31).toordinal(),
    )
    of_month = survey().assign(wave=lambda t: t["wave"].replace("Våg 2024", "Våg 2024-03"))
    first, _last = asked_points(charts.series(long, survey=of_month, names=NAMES, narrow=narrow))
    assert dt.date.fromordinal(int(first)).isoformat() == "2024-03-16"


@pytest.mark.parametrize("names", [("Första", "Andra"), ("Våg 2026-09", "Våg 2026-10")])
def test_waves_without_a_time_or_too_near_each_other_stand_apart_without_an_axis_of_time(names):
    long = made({None: [(i, 90) for i in range(37)]})
    renamed = survey().replace({"wave": dict(zip(("Våg 2024", "Våg 2026"), names, strict=True))})
    figure = charts.series(long, survey=renamed, names=NAMES, narrow=True)
    first, last = asked_points(figure)
    assert last - first > 365
    assert all(name in texts(figure) for name in names)
    dated = charts.series(long, survey=survey(), names=NAMES, narrow=True)
    assert texts(figure).count("2025") == 1 and texts(dated).count("2025") == 2


@pytest.mark.parametrize("name", ["2024-25", "Våg 2024-13", "2024-02-31"])
def test_a_name_that_holds_no_real_month_is_a_year(name):
    (wave,) = series.waves_of(survey().iloc[:1].assign(wave=name), 0)
    assert wave.period == (dt.date(2024, 1, 1), dt.date(2024, 12, 31))


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_plotly_accepts_every_form_of_the_chart(narrow, theme):
    one_day = made({"A": [(1, 2)], None: [(5, 20)]})
    for frame in (story(), one_day, made({None: ["hidden", "hidden"]}), one_day.iloc[:0]):
        for asked in (None, survey()):
            valid(
                charts.series(
                    frame, theme=theme, narrow=narrow, survey=asked, names=NAMES, threshold=0.8
                )
            )


def test_forty_departments_have_forty_strips():
    lines: dict[str | None, Sequence[Cell]] = {f"F{i}": [(i, 40), (i, 41)] for i in range(40)}
    figure = charts.series(made({**lines, None: [(780, 1600), (780, 1640)]}))
    assert len(lines_of(figure)) == 41


def test_several_indicators_are_refused():
    mixed = pd.concat([story(), story().assign(indicator="annan")])
    with pytest.raises(ValueError, match="one indicator"):
        charts.series(mixed)


# --- months --------------------------------------------------------------------------------------


def test_a_month_that_a_line_lacks_is_hidden_if_published_and_empty_if_counted():
    frame = made(
        {
            "A": [None, (5, 9), None, (6, 9), None],
            "B": [(1, 9)] * 5,
            None: [(6, 20), None, None, None, (9, 30)],
        }
    )
    found = months.completed(frame, {"B": "B", "C": "C", "A": "A"}, live={"A"})
    assert list(dict.fromkeys(found["department"].fillna("alla"))) == ["B", "C", "A", "alla"]
    statuses = found.groupby(found["department"].fillna("alla"))["status"].agg(list)
    assert statuses["A"] == ["no_answers", "shown", "no_answers", "shown", "no_answers"]
    assert set(statuses["C"]) == {"no_answers"}
    assert statuses["alla"] == ["shown", "hidden", "hidden", "hidden", "shown"]
    later = months.completed(frame, {"A": "A"}, live=set())
    of_a = later[later["department"] == "A"]["status"].tolist()
    assert of_a == ["no_answers", "shown", "hidden", "shown", "no_answers"]
    assert months.completed(frame.iloc[:0], {"A": "A"}, live=set()).empty


def test_months_are_told_by_name_and_other_days_by_date():
    assert months.when(dt.date(2026, 10, 31)) == "oktober 2026"
    assert months.when(dt.date(2026, 10, 30)) == "2026-10-30"
    assert months.months_before(dt.date(2026, 3, 31), 1) == dt.date(2026, 2, 28)
    assert months.months_before(dt.date(2026, 1, 31), -1) == dt.date(2026, 2, 28)


# --- words ---------------------------------------------------------------------------------------


def told(frame: pd.DataFrame, **more: str) -> str:
    return course.development(frame, **more).replace(f.NBSP, " ")


def year(first: Cell, last: Cell) -> list[Cell]:
    return [first, *[(50, 100)] * 11, last]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (
            year((60, 120), (98, 158)),
            (
                "Andelen har ökat på tolv månader: från 50,0 % (60 av 120) i oktober 2025 till "
                "62,0 % (98 av 158) i oktober 2026 (+12,0 procentenheter)."
            ),
        ),
        (
            [(1, 100), *year((60, 120), (40, 160))],
            (
                "Andelen har minskat på tolv månader: från 50,0 % (60 av 120) i oktober 2025 till "
                "25,0 % (40 av 160) i oktober 2026 (−25,0 procentenheter)."
            ),
        ),
        (
            year((60, 120), (80, 160)),
            (
                "Andelen är densamma som för tolv månader sedan: från 50,0 % (60 av 120) i oktober "
                "2025 till 50,0 % (80 av 160) i oktober 2026."
            ),
        ),
        (
            year((7, 17), (98, 158)),
            (
                "Andelen har ökat på tolv månader: från 7 av 17 i oktober 2025 till 98 av 158 i "
                "oktober 2026. Underlaget är litet: en enda överenskommelse märks i andelen."
            ),
        ),
        (
            [(60, 120), (98, 158)],
            (
                "Andelen har ökat sedan september 2026: från 50,0 % (60 av 120) till 62,0 % (98 av "
                "158) i oktober 2026 (+12,0 procentenheter)."
            ),
        ),
        (
            year("hidden", (98, 158)),
            (
                "Andelen har ökat sedan november 2025: från 50,0 % (50 av 100) till 62,0 % (98 av "
                "158) i oktober 2026 (+12,0 procentenheter)."
            ),
        ),
        (
            [(60, 120), *year("left_out", (98, 158))],
            (
                "Andelen har ökat sedan september 2025: från 50,0 % (60 av 120) till 62,0 % (98 av "
                "158) i oktober 2026 (+12,0 procentenheter)."
            ),
        ),
        (year((60, 120), "hidden"), "Talet för oktober 2026 visas inte (dolt)."),
        (["hidden"] * 13, "Inget tal kan visas för någon månad (dolt)."),
        ([(98, 158)], "Det finns bara en tidpunkt att visa, oktober 2026: 62,0 % (98 av 158)."),
    ],
)
def test_the_sentence_tells_the_change_of_the_last_twelve_months(cells, expected):
    assert told(made({None: cells})) == expected


def test_the_sentence_never_speaks_of_chance():
    assert not set(told(story()).lower().split()) & {"signifikant", "osäkerhet", "osäkerheten"}
    assert told(story().iloc[:0]) == "Det finns ingen utveckling att visa."


def test_a_chosen_department_has_its_own_sentence_and_a_source_goes_before():
    both = told(made({"SN": year((30, 60), (45, 60)), None: year((60, 120), (98, 158))}))
    assert both.startswith("Alla: andelen har ökat") and "Socialförvaltningen: andelen" in both
    alone = told(made({None: year((60, 120), (98, 158))}), source="Enligt registret")
    assert alone.startswith("Enligt registret: andelen har ökat på tolv månader")
    named = told(story()[lambda t: t["department"].fillna("SN") == "SN"], source="Enligt registret")
    assert "Socialförvaltningen, enligt registret: andelen har ökat" in named


def test_the_alternative_text_tells_the_story_of_the_chart():
    text = course.alt_series(story(), title="Riskbedömd före start", threshold=1.0)
    assert text.replace(f.NBSP, " ") == (
        "Riskbedömd före start. Alla: från 7 av 17 i juni 2026 till 62 % (98 av 158) i oktober "
        "2026; lägst 33 % (10 av 30) i juli 2026. Gränsen är 100 %. I oktober 2026 är TK högst "
        "(8 av 8) och Socialförvaltningen lägst (42 % (15 av 36)). Inget att räkna: TK juni "
        f"2026. Uppgift saknas: TK september 2026. {WHY} Där linjen går streckad är månaderna "
        "emellan dolda."
    )
    beside = course.alt_series(story(), survey=survey(), names=NAMES).replace(f.NBSP, " ")
    assert beside.endswith(
        "Enkäten: Säkerställd, Våg 2024, Alla: 34 % (24 av 70), 95 % konfidensintervall 24–46 %. "
        "Enkäten: Säkerställd, Våg 2026, Alla: 48 % (51 av 107), 95 % konfidensintervall 41–54 %."
    )


# --- tables --------------------------------------------------------------------------------------


def test_the_table_has_the_latest_month_first_and_a_word_where_there_is_no_number():
    found = course.series_table(story())
    assert list(found.columns) == ["Datum", "Alla", "Socialförvaltningen", "TK"]
    assert list(found["Datum"])[:2] == ["2026-10-31", "2026-09-30"]
    cells = [cell.replace(f.NBSP, " ") for cell in found.iloc[2]]
    assert cells == ["2026-08-31", "dolt", "dolt", "5 av 8"]


def test_the_file_has_real_dates_and_numbers_and_words_for_what_is_not_shown():
    exported = course.series_export(story(), "Riskbedömd", mark="Arbetsmaterial")
    book = openpyxl.load_workbook(io.BytesIO(tables.xlsx_bytes(exported, "Över tid")))
    heads, *rows = book.worksheets[0].iter_rows(values_only=True)
    last = dict(zip(heads, rows[-1], strict=True))
    assert last["Datum"].date() == LAST and last["Förvaltning"] == "Alla"
    assert (last["Antal"], last["Underlag"]) == (98, 158)
    assert last["Andel"] == pytest.approx(98 / 158)
    hidden = [dict(zip(heads, cells, strict=True)) for cells in rows if "dolt" in cells]
    assert {(r["Antal"], r["Underlag"], r["Andel"]) for r in hidden} == {("dolt",) * 3}
    assert {r[0] for r in rows} == {"Arbetsmaterial"}


# --- pages ---------------------------------------------------------------------------------------


def visit(page: str, keys: Sequence[str] = (), **parameters: str) -> AppTest:
    """Return a finished run of a page with the tab "Över tid" open under each of ``keys``."""
    app = at(page, **parameters)
    for key in keys:
        app.session_state[f"syn-{key}"] = "Över tid"
    app.run()
    assert not app.exception, [e.value for e in app.exception]
    return app


def recorded(page: str) -> list[str]:
    return [i.id for i in by_theme(page) if i.source.kind == REGISTER]


def alts(app: AppTest) -> list[str]:
    return [chart.proto.alt for chart in app.get("plotly_chart")]


@pytest.mark.parametrize("page", ["arbetsmiljo", "it_sakerhet"])
def test_the_page_offers_time_after_the_departments_for_what_the_register_tells(
    demo_store, monkeypatch, page
):
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    app = visit(page)
    groups = [[tab.label for tab in block.children.values()] for block in app.get("tab_container")]
    of_time = [labels for labels in groups if "Över tid" in labels]
    pairs = sum(bool(i.beside) for i in by_theme(page))
    assert len(of_time) == len(recorded(page)) + pairs
    assert all(labels[:2] == ["Per förvaltning", "Över tid"] for labels in of_time)
    # Drawn only when it is asked for.
    assert not [alt for alt in alts(app) if " i oktober 2026" in alt]


def two_groups_of_tabs() -> None:
    import streamlit as st

    from ui import choices

    choices.begin()
    words = st.session_state.get("words", ["Först", "Sedan"])
    for key in ("ett", "annat"):
        choices.tabs(words, key=key)


def test_the_open_tab_stays_open_in_another_language_and_out_of_the_address():
    app = AppTest.from_function(two_groups_of_tabs)
    app.run()
    app.session_state["syn-ett"] = "Sedan"
    app.run()
    app.session_state["words"] = ["First", "Then"]
    app.run()
    assert (app.session_state["syn-ett"], app.session_state["syn-annat"]) == ("Then", "First")
    assert not app.query_params


@pytest.mark.parametrize(
    "who", [{"roll": "politiker"}, {"roll": "hr", "mina": "SN"}, {"roll": "revisor"}]
)
@pytest.mark.parametrize("where", [{}, {"forvaltning": "SN"}])
def test_the_open_tab_tells_the_change_and_draws_it_for_every_role(
    demo_store, monkeypatch, who, where
):
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    key = "riskbedomd_fore_start"
    app = visit("arbetsmiljo", [key, f"{key}-arbetsmiljo_sakerstalld"], **who, **where)
    drawn = [alt for alt in alts(app) if " i oktober 2026" in alt]
    assert len(drawn) == 4
    assert sum("Enkäten" in alt for alt in drawn) == 2
    said = "\n".join(e.proto.body for e in app.get("html"))
    assert "andelen har" in said.lower() and "Det förflutna visas som det var känt då." in said
    assert ("Socialförvaltningen: andelen" in said.replace(f.NBSP, " ")) == bool(where)


def test_a_politician_gets_no_small_number_of_any_month(demo_store, monkeypatch):
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    for page in ("arbetsmiljo", "it_sakerhet"):
        app = visit(page, recorded(page))
        got = "\n".join(
            [chart.proto.spec + chart.proto.alt for chart in app.get("plotly_chart")]
            + [e.proto.body for e in app.get("html")]
        )
        plain = got.replace("\\u00a0", " ").replace(f.NBSP, " ")
        for count, base in pd.Series(plain).str.findall(r"(?<!\d)(\d+) av (\d+)(?!\d)").iloc[0]:
            # Nobody, and all, tell of no single one; a base below five is never published.
            assert int(base) >= 5 or (int(count), int(base)) == (0, 3), (page, count, base)


def test_without_a_register_there_is_no_time_to_show(small_store, monkeypatch):
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(small_store))
    app = visit("arbetsmiljo")
    labels = [t.label for block in app.get("tab_container") for t in block.children.values()]
    assert "Över tid" not in labels
