"""Each page by its content, in Streamlit's own test harness, on the demo store."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from queries import rules
from queries.catalogue import REGISTER, by_theme, indicators, is_regulated
from queries.indicators import results
from queries.reference import ReferenceDataError, accessibility_faults, audit_questions
from queries.store import open_reader
from queries.viewer import Role, Viewer
from tests.visiting import at
from ui.text import source_words

THEMES = {
    "styrning": "riktlinjer",
    "rattvisa": "likabehandling",
    "arbetsmiljo": "arbetsmiljo",
    "it_sakerhet": "it_sakerhet",
    "verksamhet": "produktivitet",
}
READ = ["sammanfattning", *THEMES, "metod"]
ROOT = Path(__file__).resolve().parents[2]
REGISTER_IDS = [i.id for i in indicators() if i.source.kind == REGISTER]
NBSP = "\N{NO-BREAK SPACE}"
# Not "0 av 4 förvaltningar når gränsen": departments are nobody's answers.
PAIR = re.compile(r"(?<!\d)(\d+) av (\d+)(?!\d)(?! förvaltning)")
TIMEOUT = 60


@pytest.fixture
def visit(demo_store: Path, monkeypatch: pytest.MonkeyPatch):
    """Return ``visit(page, view, **parameters)``: a finished run of that page on the demo store."""
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))

    def run(page: str, view: str = "", **parameters: str) -> AppTest:
        return _run(page, parameters, view)

    return run


def _run(page: str, parameters: dict[str, str], view: str = "") -> AppTest:
    """Run a page; ``view`` is the name of the tab that is opened under each of its indicators."""
    app = at(page, **parameters)
    if view:
        for indicator in by_theme(page):
            app.session_state[f"syn-{indicator.id}"] = view
    app.run()
    assert not app.exception, [e.value for e in app.exception]
    return app


def words(app: AppTest) -> str:
    """Return everything the page says: text, markup, tables, and the specification of charts."""
    parts = [
        e.value
        for kind in ("title", "header", "subheader", "markdown", "caption")
        for e in app.get(kind)
    ]
    parts += [e.proto.body for e in app.get("html")]
    parts += [e.value.to_csv() for kind in ("table", "dataframe") for e in app.get(kind)]
    for chart in app.get("plotly_chart"):
        parts += [json.dumps(json.loads(chart.proto.spec), ensure_ascii=False), chart.proto.alt]
    parts += [e.value for e in app.get("code")]
    # Charts and cards hold their numbers together with no-break spaces, and part thousands so.
    said = re.sub(r"\\([^\w\s])", r"\1", "\n".join(map(str, parts))).replace(NBSP, " ")
    return re.sub(r"(?<=\d) (?=\d{3}(?!\d))", "", said)


def test_summary_reproduces_the_published_figures_and_names_the_wave_as_reconstructed(
    visit,
) -> None:
    said = words(visit("sammanfattning"))
    assert "Är distansarbetet rättvist, säkert och väl lett?" in said
    assert "91 av 221" in said
    assert "40,7 %" in said
    assert "Våg 2024: rekonstruerad" in said
    assert "Till viss del".lower() in said


def test_summary_with_a_comparison_tells_what_changed_more_than_the_uncertainty(visit) -> None:
    said = words(visit("sammanfattning", jamfor="2026"))
    assert "Till det bättre" in said
    assert "Skriftlig policy finns" in said
    assert "Våg 2026: exempel" in said


def test_fairness_tells_the_finding_with_interval_bounds_and_extremes(visit) -> None:
    said = words(visit("rattvisa"))
    assert ">40,7 %<" in said
    assert "37 av 91" in said
    assert "33–49 %" in said
    assert "17–76 %" in said
    assert "Tydligt lägre: Socialförvaltningen (24 %)" in said
    assert "Inga svar: Kultur- och fritidsförvaltningen." in said
    assert "MBN + TN tillsammans" in said


def test_fairness_has_a_chart_with_a_text_alternative_and_the_same_figures_as_a_table(
    visit,
) -> None:
    charts = visit("rattvisa").get("plotly_chart")
    assert charts and all(chart.proto.alt.strip() for chart in charts)
    tables = "\n".join(
        e.proto.body for e in visit("rattvisa", "Tabell").get("html") if "<table" in e.proto.body
    ).replace(NBSP, " ")
    assert "24,2 %" in tables
    assert "14,5–37,7 %" in tables


@pytest.mark.parametrize("role", ["politiker", "hr"])
@pytest.mark.parametrize("page", READ)
def test_what_is_hidden_is_nowhere_on_the_page_for_a_role_without_microdata(
    visit, page, role
) -> None:
    said = words(visit(page, roll=role, **({"mina": "SN"} if role == "hr" else {})))
    small = {f"{count} av {base}" for count, base in PAIR.findall(said) if 0 < int(base) < 5}
    # KFN's response rate is no answer of anybody; MBN's and TN's are above the limit.
    lawful = {"0 av 3"}
    if role == "hr":
        # Its own department's agreements as they are.
        table = results(open_reader(Viewer(Role.HR, frozenset(["SN"]))), "2024", REGISTER_IDS)
        own = table[(table["department"] == "SN") & (table["status"] == "shown")]
        lawful |= {f"{r.numerator} av {r.denominator}" for r in own.itertuples()}
    assert small <= lawful


@pytest.mark.parametrize("page", THEMES)
@pytest.mark.parametrize("view", ["Svaren", "Förändring", "Tabell", "Varför dolt?"])
def test_what_is_hidden_is_in_no_view_of_a_department_or_a_comparison_either(
    visit, page, view
) -> None:
    app = visit(page, view, jamfor="2026", forvaltning="MBN")
    said = words(app)
    small = {f"{count} av {base}" for count, base in PAIR.findall(said) if 0 < int(base) < 5}
    assert small <= {"0 av 3"}
    # MBN is hidden for every question of 2024, and has fewer than five answers in no other form.
    assert "dolt" in said.lower()


def test_the_auditor_sees_the_small_groups_and_the_lines_behind_them(visit) -> None:
    fairness = words(visit("rattvisa", roll="revisor"))
    assert "3 av 4" in fairness
    method = words(visit("metod", roll="revisor", indikator="rattvist_fordelat", forvaltning="MBN"))
    assert "survey-2024.csv" in method
    assert "3 av 4 rader räknas i täljaren." in method


def test_only_the_auditor_is_offered_the_lines(visit) -> None:
    assert "rader räknas i täljaren" not in words(visit("metod", roll="politiker"))


def test_a_chosen_department_is_told_beside_the_whole_and_no_other(visit) -> None:
    said = words(visit("rattvisa", forvaltning="SN"))
    assert "Socialförvaltningen: 24 %" in said
    assert "Kommunledningskontoret" not in said.split("Förkortningar")[-1]


def test_method_shows_the_known_deviation_and_the_sql(visit) -> None:
    said = words(visit("metod", indikator="riskbedomd_fore_start"))
    assert "29 av 30 publicerade tal återges" in said
    assert "Källan skriver 20 %. Uppgifterna ger 3 av 17 (17,6 %)." in said
    assert 'risk_assessed <= "start"' in said
    assert "Texten säger emot sin egen tabell" in said


def test_admin_gets_the_method_without_results_and_no_other_page(demo_store, monkeypatch) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    said = words(_run("metod", {"roll": "admin"}))
    assert "Stämmer våra tal med källans?" not in said
    app = at(roll="admin").run()
    with pytest.raises(ValueError, match="rattvisa"):
        app.switch_page("pages/rattvisa.py").run()


def test_an_empty_store_is_met_with_what_to_do(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "none"))
    for page in READ:
        said = words(_run(page, {}))
        assert "Här finns inget att visa ännu" in said
        # A politician cannot run a command; whoever loads is shown them.
        assert "manage.py" not in said
    assert "python manage.py demo" in words(_run("metod", {"roll": "admin"}))


@pytest.mark.parametrize("harm", ["truncated", "newer", "pointer"])
def test_a_broken_store_is_met_calmly(demo_store, tmp_path, monkeypatch, harm) -> None:
    store = tmp_path / "store"
    shutil.copytree(demo_store, store)
    snapshot = store / "snapshots" / (store / "current").read_text().strip()
    if harm == "truncated":
        (snapshot / "published.duckdb").write_bytes(b"not a database")
    elif harm == "newer":
        manifest = json.loads((snapshot / "manifest.json").read_text())
        (snapshot / "manifest.json").write_text(json.dumps({**manifest, "schema_version": 999}))
    else:
        (store / "current").write_text("nowhere")
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(store))
    said = words(_run("sammanfattning", {}))
    assert "Uppgifterna går inte att läsa just nu" in said
    assert "Traceback" not in said


def test_fairness_tells_the_gaps_between_positions_and_kinds_of_role(visit) -> None:
    said = words(visit("rattvisa"))
    assert "Rättvist fördelat per befattning" in said
    # Medarbetare 39 %, chefer 8 of 16: chance could have turned it round, so nobody is ranked.
    gaps = said[said.index("Hur många som tillfrågades i varje grupp är inte publicerat") :]
    assert "Ingen av dem som visas skiljer sig tydligt från övriga." in gaps
    assert "Lägst är Medarbetare" not in said
    assert "Dolt: Teknik, IT och miljö och Annat" in said
    # Not asked in 2024: no heading for it either.
    assert "Rättvist fördelat per kön" not in said
    assert "Rättvist fördelat per kön" in words(visit("rattvisa", vag="2026"))


def test_a_department_s_name_is_shown_as_it_is_written(tmp_path, monkeypatch) -> None:
    from ingest.load import load_frame, load_survey

    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "store"))
    frame, survey = tmp_path / "frame.csv", tmp_path / "survey.csv"
    frame.write_text('Förvaltning;Namn;Tillfrågade\nA;"<b>$a$</b> *x*";20\nB;Beta;20\n', "utf-8")
    answers = ["A;Ja"] * 8 + ["A;Nej"] * 3 + ["B;Ja"] * 2 + ["B;Nej"] * 12
    survey.write_text("\n".join(["Förvaltning;q2_1a", *answers]), "utf-8")
    load_frame(frame, "2026")
    load_survey(survey, "2026")
    app = _run("rattvisa", {})
    said = [e.proto.body for e in app.get("html")]
    assert any("&lt;b&gt;$a$&lt;/b&gt; *x*" in body for body in said)
    assert not any("<b>$a$" in body for body in said)
    # Markdown would make a link of an address in a name, however it is escaped.
    assert not any("$a$" in e.value for kind in ("markdown", "caption") for e in app.get(kind))


def test_a_wave_without_answers_says_so_and_how_to_load_them(tmp_path, monkeypatch) -> None:
    from ingest.load import load_frame

    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "store"))
    frame = tmp_path / "frame.csv"
    frame.write_text("Förvaltning;Tillfrågade\nA;20\n", "utf-8")
    load_frame(frame, "2027")
    said = words(_run("rattvisa", {}))
    assert "Våg 2027 har inga enkätsvar ännu" in said
    # A politician cannot run a command; whoever can sees which.
    assert "manage.py" not in said
    assert "load survey FIL --wave 2027" in words(_run("rattvisa", {"roll": "revisor"}))
    assert "Avslagna ansökningar: uppgiften saknas i det som är inläst." in said


@pytest.mark.parametrize("page", THEMES)
def test_a_theme_begins_with_the_audit_s_question_and_verdict(visit, page) -> None:
    question = next(q for q in audit_questions() if q.id == THEMES[page])
    said = words(visit(page))
    assert question.question in said
    assert "Revisionens fråga, februari 2025" in said
    assert f">{question.verdict}.<" in said
    assert source_words(question.source) in said


@pytest.mark.parametrize("page", THEMES)
def test_every_indicator_of_a_theme_has_finding_chart_table_files_and_definition(
    visit, page
) -> None:
    app = visit(page)
    said = words(app)
    defined = words(visit(page, "Så räknas det"))
    files = visit(page, "Tabell").get("download_button")
    keys = {chart.proto.id.rsplit("-", 1)[0] for chart in app.get("plotly_chart")}
    for indicator in by_theme(page):
        assert any(e.value == indicator.name for e in app.subheader), indicator.id
        assert f'indikator={indicator.id}"' in said
        if not is_regulated(indicator):
            assert indicator.denominator in words(app)
            continue
        assert any(key.endswith(f"forest-{indicator.id}") for key in keys), indicator.id
        assert indicator.denominator in defined
    assert all(chart.proto.alt.strip() for chart in app.get("plotly_chart"))
    assert len(files) == 2 * sum(map(is_regulated, by_theme(page)))


def test_why_something_is_hidden_is_told_with_the_nearest_that_can_be_shown(visit) -> None:
    said = words(visit("styrning", "Varför dolt?"))
    assert "Dolt: Miljö- och byggförvaltningen och Tekniska kontoret." in said
    assert re.search(
        'närmaste som kan visas: <a href="/styrning[^"]*forvaltning=MBN%2BTN#policy_kand"[^>]*>'
        "MBN \\+ TN tillsammans</a>",
        said,
    )
    assert '#skydd"' in said


@pytest.mark.parametrize("asked", [{}, {"roll": "hr", "mina": "MBN,TN"}, {"forvaltning": "TN"}])
def test_hidden_cells_of_the_summary_lead_to_the_nearest_that_can_be_shown(visit, asked) -> None:
    said = words(visit("sammanfattning", **asked))
    assert 'class="dk-swatch dk-s-hidden"' in said
    (line,) = re.findall("Det närmaste som kan visas: (.*?)</p>", said)
    assert re.search('href="/sammanfattning[^"]*MBN%2BTN[^"]*"[^>]*>MBN \\+ TN tillsammans', line)


def test_a_summary_without_hidden_cells_says_nothing_of_them(visit) -> None:
    said = words(visit("sammanfattning", forvaltning="SN"))
    assert 'class="dk-swatch dk-s-hidden"' not in said and "närmaste som kan visas" not in said


def test_answers_are_shown_with_their_question_as_a_diverging_bar(visit) -> None:
    app = visit("styrning", "Svaren")
    asked = [indicator for indicator in by_theme("styrning") if not indicator.full_count]
    assert "Frågan: Finns det en beslutad skriftlig policy" in words(app)
    assert sum("likert-" in c.proto.id for c in app.get("plotly_chart")) == 2 * len(asked)
    # Numbers that do not fit into their part of a bar stand in the table below it.
    tables = [e.proto.body for e in app.get("html") if 'class="dk-list"' in e.proto.body]
    assert len(tables) == len(asked)
    assert all(">dolt<" in t and ">inga svar<" in t and ">91<" in t for t in tables)
    assert len(app.get("download_button")) == 2 * len(asked)


def test_a_department_that_is_hidden_is_told_once_and_first(visit) -> None:
    said = words(visit("styrning", forvaltning="MBN"))
    assert "6 av 8 mått är dolda för Miljö- och byggförvaltningen" in said
    # The nearest that may be shown stands beside it, and can be chosen.
    assert "Det närmaste som kan visas: <a" in said
    assert "MBN + TN tillsammans" in said
    assert "mått är dolda" not in words(visit("styrning", forvaltning="SN"))


def test_a_mistake_in_the_municipality_s_file_is_told_on_every_page(visit, monkeypatch) -> None:
    def broken():
        raise ReferenceDataError(Path("municipality.toml"), "name", "Fältet saknas.")

    for module in ("ui.shell", "ui.context"):
        monkeypatch.setattr(f"{module}.municipality", broken)
    for page in ("sammanfattning", "tillganglighet"):
        said = words(visit(page))
        assert "En fil med fasta uppgifter behöver rättas" in said
        assert "municipality.toml" in said


@pytest.mark.parametrize("role", ["politiker", "revisor"])
def test_a_mistake_in_a_rule_file_is_told_with_its_line_on_every_page(
    role: str, visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _own_rules(tmp_path, monkeypatch) / "vgr.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('modality = "ska"', 'modality = "skall"', 1), encoding="utf-8")
    line = text[: text.index('modality = "ska"')].count("\n") + 1
    pages = [*THEMES, "sammanfattning", "jamforelser"]
    pages += ["overenskommelser", "utforska"] if role == "revisor" else []
    for page in pages:
        said = words(visit(page, roll=role))
        assert "En fil med fasta uppgifter behöver rättas" in said, page
        assert "vgr.toml" in said and f"rad {line}" in said, page


def test_a_rule_that_is_edited_counts_at_once_for_the_auditor(
    visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _own_rules(tmp_path, monkeypatch) / "vaggeryd.toml"
    before = words(visit("arbetsmiljo", roll="revisor"))
    text = path.read_text(encoding="utf-8")
    assert text.count("months = 12") > 0
    path.write_text(text.replace("months = 12", "months = 1"), encoding="utf-8")
    assert words(visit("arbetsmiljo", roll="revisor")) != before


def _own_rules(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the rules be read from a copy; return the folder of the rule sets."""
    for name in ("municipality.toml", "uppfoljning.toml"):
        shutil.copy(rules.DATA_DIR / name, folder)
    shutil.copytree(rules.DATA_DIR / "regelverk", folder / "regelverk")
    monkeypatch.setattr(rules, "DATA_DIR", folder)
    return folder / "regelverk"


def test_a_role_without_a_page_meets_no_error_behind_the_refusal(demo_store, monkeypatch) -> None:
    from ui import shell

    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    app = at(roll="admin").run()
    refused = SimpleNamespace(url_path="sammanfattning")
    # Streamlit's harness cannot open a refused page: the step after it is tried by itself.
    shell.lead_on(Viewer(Role.ADMIN), refused)
    assert not app.exception


def test_the_dossier_leads_to_every_page_that_shows_the_number(visit) -> None:
    said = words(visit("metod", indikator="riskbedomd_fore_start"))
    assert '"/arbetsmiljo?vag=2024#riskbedomd_fore_start"' in said
    assert '"/arbetsmiljo?vag=2024#riskbedomd_fore_start-arbetsmiljo_sakerstalld"' in said
    assert '"/sammanfattning?vag=2024"' in said
    assert '"/styrning' not in said


def test_register_and_survey_stand_beside_each_other_each_in_its_own_words(visit) -> None:
    said = words(visit("arbetsmiljo"))
    assert "Säger registret och enkäten detsamma?" in said
    # The audit's own figure: 35,7 % say that nobody ever follows up.
    assert "35,7 % (25 av 70) svarar att det aldrig sker." in said
    assert "Enligt registret: ”Uppföljd i tid”" in said
    assert "en skillnad är en fråga att ställa, inget bevis" in said


def test_without_a_register_nothing_is_set_beside_the_survey(tmp_path, monkeypatch) -> None:
    _load(tmp_path, monkeypatch, ["A;Alfa;40"], [("A", "q3_1a", ["Ja"] * 9 + ["Nej"] * 6)])
    said = words(_run("arbetsmiljo", {}))
    assert "Säger registret och enkäten detsamma?" not in said
    assert "Riskbedömd före start: uppgiften saknas i det som är inläst." in said


def test_the_options_of_a_question_with_several_answers_are_shown_with_intervals(visit) -> None:
    app = visit("it_sakerhet", vag="2026")
    said = words(app)
    assert "Åtgärder för IT-säkerheten" in said
    assert "flera svar är möjliga" in said
    alts = [c.proto.alt for c in app.get("plotly_chart") if "options-it_atgarder" in c.proto.id]
    assert len(alts) == 2
    assert "VPN" in alts[0]
    assert "örvaltning" not in alts[0]


@pytest.mark.parametrize("page", THEMES)
def test_a_comparison_tells_the_change_and_puts_both_waves_in_the_table(visit, page) -> None:
    app = visit(page, "Förändring", jamfor="2026")
    assert "Förändring från våg 2024 till våg 2026" in words(app)
    slopes = [c for c in app.get("plotly_chart") if "slope-" in c.proto.id]
    asked = [i for i in by_theme(page) if not i.full_count]
    assert len(slopes) == 2 * len(asked)
    app = visit(page, "Tabell", jamfor="2026")
    tables = [e.proto.body for e in app.get("html") if "dk-list" in e.proto.body]
    # The register is of one day, whatever the waves.
    of_waves = [i for i in by_theme(page) if i.source.kind != "register"]
    assert sum(">2024<" in t and ">2026<" in t for t in tables) == len(of_waves)


@pytest.mark.parametrize("page", READ)
def test_one_department_alone_has_its_pages(tmp_path, monkeypatch, page) -> None:
    _load(tmp_path, monkeypatch, ["A;Alfa;40"], [("A", "q2_1a", ["Ja"] * 9 + ["Nej"] * 6)])
    words(_run(page, {}))


@pytest.mark.parametrize("page", READ)
def test_forty_departments_with_long_names_have_their_pages(tmp_path, monkeypatch, page) -> None:
    long = "Förvaltningen för samhällsbyggnad, kultur, fritid, näringsliv och medborgarservice"
    frame = [f"D{n};{long[: 78 - len(str(n))]} {n};30" for n in range(40)]
    answers = [(f"D{n}", "q2_1a", ["Ja"] * (5 + n % 9) + ["Nej"] * 6) for n in range(40)]
    _load(tmp_path, monkeypatch, frame, answers)
    said = words(_run(page, {}))
    if page in ("sammanfattning", "rattvisa"):
        assert f"{long[:76]} 39" in said


@pytest.mark.parametrize("page", ["sammanfattning", *THEMES])
def test_a_wave_without_answers_has_its_pages(tmp_path, monkeypatch, page) -> None:
    _load(tmp_path, monkeypatch, ["A;Alfa;40", "B;Beta;12"], [])
    said = words(_run(page, {}))
    assert "Våg 2026 har inga enkätsvar ännu" in said


@pytest.mark.parametrize("role", ["politiker", "hr", "revisor", "admin"])
def test_the_accessibility_statement_is_open_to_all_even_over_an_empty_store(
    tmp_path, monkeypatch, role
) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "none"))
    said = words(_run("tillganglighet", {"roll": role}))
    assert "WCAG 2.1" in said
    assert all(fault.what in said for fault in accessibility_faults())
    # Nobody is named in the repository, and the page must not pretend otherwise.
    assert "Ingen kontakt är angiven ännu" in said


def _load(tmp_path: Path, monkeypatch, frame: list[str], answers: list) -> None:
    """Load a wave 2026: frame lines (code, name, invited) and (department, question, answers)."""
    from ingest.load import load_frame, load_survey

    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(tmp_path / "store"))
    path = tmp_path / "frame.csv"
    path.write_text("\n".join(["Förvaltning;Namn;Tillfrågade", *frame]) + "\n", "utf-8")
    load_frame(path, "2026")
    if answers:
        path = tmp_path / "survey.csv"
        question = answers[0][1]
        lines = [f"{department};{a}" for department, _question, given in answers for a in given]
        path.write_text("\n".join([f"Förvaltning;{question}", *lines]) + "\n", "utf-8")
        load_survey(path, "2026")


def test_the_accessibility_page_shows_no_choice_that_changes_nothing_and_keeps_those_made(
    demo_store, monkeypatch
) -> None:
    monkeypatch.setenv("DISTANSKOLLEN_STORE", str(demo_store))
    asked = {"vag": "2026", "jamfor": "2024", "forvaltning": "MBN TN"}
    app = _run("tillganglighet", asked)
    assert not {box.label for box in app.selectbox} & {"Våg", "Jämför med", "Förvaltning"}
    # A merging typed with a plus arrives with a space; it is kept under its own code.
    kept = {key: app.session_state[key] for key in asked}
    assert kept == {**asked, "forvaltning": "MBN+TN"}
