"""No string stays behind when the language changes: template, catalogues and their words."""

from __future__ import annotations

import inspect
import re
import shutil
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from pydantic import BaseModel

from queries import benchmarks, catalogue, i18n, municipality, profiles, reference, rules
from tools import messages

ROOT = Path(__file__).resolve().parent.parent
CODES = list(messages.catalogues())

# Words that are spelt alike in Swedish and English. Names of departments are not translated at all.
ALIKE = (
    {
        "Distanskollen",
        "HR",
        "Man",
        "TEXT",
        "register",
        "Form",
        "Start",
        "VPN",
        "region",
        "version",
        "Demonstration",
        "Register",
        "Test",
    }
    # Names of those whose rules are compared.
    | {n for s in rules.rulesets() if s.id != "universitet" for n in (s.name, s.short)}
    | {department.name for department in reference.departments()}
    # Whoever published a document, where that is a name and no description.
    | {source.publisher for source in reference.sources() if "," not in source.publisher}
)
# Data files without a word that a page shows, and why.
WORDLESS = {
    "data/departments.toml": "names of departments are the same in every language",
    "data/behorigheter.exempel.toml": "an example to copy, with remarks",
    "data/audit/response.csv": "numbers",
    "data/benchmarks/st-2025-fordelar.csv": "read with st-2025.toml",
    "data/benchmarks/st-2025-nackdelar.csv": "read with st-2025.toml",
}
# Text fields that are codes, names or citations and stay as they are in every language.
UNTRANSLATED = {
    "id", "code", "codes", "question", "options", "aliases", "source", "sources", "fingerprint",
    "department", "board", "board_code", "boards", "successor", "inferred", "chapter", "criteria",
    "audit_question", "audit_questions", "file", "short", "title", "date", "name",
    "contact", "beside", "departments", "note", "ruleset", "months", "regulated_by",
    # Of a rule: codes and numbers ("str" stands also in "strict" and "restricted").
    "aspect", "kind", "modality", "form", "field", "days", "min_days_per_week", "valid_from",
    "valid_to", "kinds", "forms", "positions", "occupations", "not_occupations", "confidentiality",
    "oppen", "intern", "sekretess",
    # Of a benchmark: what its numbers are called.
    "figure", "indicator", "repeats",
}  # fmt: skip
# Of those, the ones that are words for people unless the model is one of these.
ONLY_IN = {
    "question": {"AskedIf", "SurveySource", "PublishedFigure", "Pair"},
    "options": {"AskedIf", "SurveySource", "PublishedFigure", "Pair"},
    "short": {"Source"},
    "title": {"Source"},
    "name": {"Department", "Municipality", "Merging"},
    "note": {"Department"},
}


def test_english_is_among_the_languages_and_has_a_catalogue() -> None:
    assert set(CODES) == set(i18n.LANGUAGES) - {i18n.DEFAULT_LANGUAGE}
    assert "en" in CODES


def test_the_template_is_current_and_every_catalogue_is_whole() -> None:
    # What is told here is what to do: run `python tools/messages.py`, then translate what is named.
    assert messages.check() == []


# --- the check can fail ---------------------------------------------------------------------------


def template(*ids: str | tuple[str, str]) -> Catalog:
    made = Catalog()
    for id in ids:
        made.add(id)
    return made


def faults(source: str | tuple[str, str], found: str | tuple[str, ...] | None, **more) -> str:
    translation = Catalog(locale="en")
    if found is not None:
        translation.add(source, found, **more)
    return "\n".join(messages.faults(template(source), translation))


@pytest.mark.parametrize(
    ("source", "found", "complaint"),
    [
        ("Andel", None, "lacks a translation"),
        ("Andel", "", "lacks a translation"),
        ("Andel", " ", "lacks a translation"),
        (("{n} svar", "{n} svar"), ("{n} answer", ""), "lacks a translation"),
        ("{n} av {m}", "{n} of {n}", "other placeholders"),
        ("Våg {wave}", "Wave", "other placeholders"),
        (("{n} rad", "{n} rader"), ("one row", "{n} rows"), "other placeholders"),
        ("under 20 %", "under 20", "other placeholders"),
        ("%(prog)s: fel", "%prog)s: error %", "other placeholders"),
        ("<b>Dolt</b>", "<b>Hidden", "other placeholders"),
        ("användning: ", "usage:", "other space"),
        ("rad", "row\n", "other space"),
    ],
)
def test_a_translation_that_would_mislead_or_break_is_named(source, found, complaint) -> None:
    said = faults(source, found)
    assert complaint in said
    assert repr(source if isinstance(source, str) else source[0]) in said


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("{a} av {b}", "of {b}, {a}"),
        (("{n} rad", "{n} rader"), ("{n} row", "{n} rows")),
        ("95 % intervall", "95% interval"),
        ("<b>Dolt</b>", "<b>Hidden</b>"),
    ],
)
def test_a_sound_translation_passes(source, found) -> None:
    assert faults(source, found) == ""


def test_a_fuzzy_string_and_one_that_nobody_says_any_more_are_named() -> None:
    assert "fuzzy: 'Andel'" in faults("Andel", "Share", flags={"fuzzy"})
    translation = Catalog(locale="en")
    translation.add("Andel", "Share")
    translation.add("Borta", "Gone")
    translation.obsolete["Länge sedan"] = Message("Länge sedan", "Long ago")
    said = "\n".join(messages.faults(template("Andel"), translation))
    assert "no longer in the source: 'Borta'" in said
    assert "no longer in the source: 'Länge sedan'" in said


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the catalogues that the tool takes for the real ones."""
    folder = tmp_path / "locale"
    shutil.copytree(ROOT / "locale", folder)
    monkeypatch.setattr(messages, "LOCALE", folder)
    monkeypatch.setattr(messages, "TEMPLATE", folder / "distanskollen.pot")
    return folder


def test_the_command_fails_and_names_a_string_that_english_lacks(
    copied: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = copied / "en" / "LC_MESSAGES" / "distanskollen.po"
    text = path.read_text(encoding="utf-8")
    assert text.count('\nmsgid "inga svar"\nmsgstr "no answers"\n') == 1
    path.write_text(text.replace('msgstr "no answers"', 'msgstr ""'), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["messages.py", "--check"])
    assert messages.main() == 1
    assert "en: lacks a translation: 'inga svar'" in capsys.readouterr().err


def test_the_command_fails_when_the_template_is_old(
    copied: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (copied / "distanskollen.pot").write_text("", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["messages.py", "--check"])
    assert messages.main() == 1
    assert "distanskollen.pot is not what the source says" in capsys.readouterr().err


def test_a_merge_keeps_what_is_translated_and_drops_what_nobody_says(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copied / "en" / "LC_MESSAGES" / "distanskollen.po"
    extra = '\nmsgid "Borta sedan länge"\nmsgstr "Long gone"\n'
    path.write_text(path.read_text(encoding="utf-8") + extra, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["messages.py"])
    assert messages.main() == 0
    said = path.read_text(encoding="utf-8")
    assert '\nmsgid "inga svar"\nmsgstr "no answers"\n' in said
    assert "Borta sedan länge" not in said


# --- what the template holds ----------------------------------------------------------------------


def test_strings_within_f_strings_and_in_two_halves_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ui").mkdir()
    source = (
        "x = f\"<b>{_('Inuti')}</b>\"\n_('två ' 'halvor')\n_n('{n} rad', '{n} rader', 3)\n_(name)\n"
    )
    (tmp_path / "ui" / "page.py").write_text(source, encoding="utf-8")
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    monkeypatch.setattr(messages, "FILES", ())
    assert [text for _name, text in messages.source_strings()] == [
        "två halvor",
        ("{n} rad", "{n} rader"),
        "Inuti",
    ]
    (tmp_path / "ui" / "page.py").write_text("_(f'{a} av {b}')\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"page.py:1: an f-string"):
        list(messages.source_strings())


def test_every_data_file_is_either_translated_or_known_to_have_no_words_for_people() -> None:
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "data").rglob("*")
        if path.suffix in (".toml", ".csv") and path.parent.name != "demo"
    }
    forms = {f"data/questionnaires/{id}.toml" for id in reference.questionnaires()}
    sets = {f"data/regelverk/{found.id}.toml" for found in rules.rulesets()}
    sets |= {f"data/profiles/{path.name}" for path in profiles.profiles().values()}
    sets |= {f"data/benchmarks/{found.id}.toml" for found in benchmarks.load_benchmarks()}
    assert files == set(messages.DATA) | forms | sets | set(WORDLESS)
    # And each of the translated ones does give words.
    assert {name for name, _text in messages.data_strings()} == set(messages.DATA) | forms | sets


def test_the_words_of_the_data_are_extracted_in_swedish_whatever_is_spoken() -> None:
    swedish = list(messages.data_strings())
    with i18n.in_language("en"):
        assert list(messages.data_strings()) == swedish


MODELS = [
    model
    for module in (reference, catalogue, municipality, profiles, rules, benchmarks)
    for model in vars(module).values()
    if inspect.isclass(model)
    and issubclass(model, BaseModel)
    and model.__module__ == module.__name__
]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_a_text_field_is_translated_unless_it_is_a_code_a_name_or_a_citation(
    model: type[BaseModel],
) -> None:
    marked = {
        name
        for name, field in model.model_fields.items()
        if any(isinstance(mark, i18n.Translated) for mark in field.metadata)
    }
    texts = {n for n, field in model.model_fields.items() if "str" in str(field.annotation)}
    for name in texts - marked:
        assert name in UNTRANSLATED, f"{model.__name__}.{name}: mark it as translated, or list it"
        assert model.__name__ in ONLY_IN.get(name, {model.__name__}), f"{model.__name__}.{name}"


# --- what the English catalogue says --------------------------------------------------------------


def pairs(code: str) -> list[tuple[str, str]]:
    """Return (Swedish, translated) of every string, each plural form by itself."""
    found = []
    for message in messages.read(messages.catalogues()[code], code):
        if isinstance(message.id, tuple):
            found += list(zip(message.id, message.string, strict=True))
        elif message.id:
            found.append((message.id, str(message.string)))
    return found


@pytest.mark.parametrize("code", CODES)
def test_nothing_is_left_in_swedish_but_words_that_are_alike(code: str) -> None:
    left = {
        swedish
        for swedish, other in pairs(code)
        if swedish == other and re.search(r"[^\W\d_]", messages.PLACEHOLDER.sub("", swedish))
    }
    assert {text for text in left if not text.startswith("%(")} == ALIKE


def test_english_is_written_as_english_is() -> None:
    for swedish, english in pairs("en"):
        # Swedish writes 9 to close and to open, a space before %, and a decimal comma.
        assert not re.search(r"(^|[\s(])”", english), english
        if not re.search(r"[“(]\S*100 %", english):
            assert not re.search(r"\d[ \u00a0]%", english), english
        assert "\u00a0" not in english or "\u00a0" in swedish, english


def test_the_glossary_is_kept() -> None:
    """A word of the trade is translated the same way wherever it stands."""
    glossary = {
        "förvaltning": r"department|unit|Department|DEPARTMENT",
        "överenskommelse": "agreement|Agreement",
        "riskbedömning": "risk assess|Risk assess",
        "svarsfrekvens": "[Rr]esponse rate",
        "bortfall": "non-response|Non-response",
        "procentenhet": "percentage point",
        "kommunstyrelsen": "municipal executive board",
        "revisor": "auditor|Auditor|role|audit",
        "ögonblicksbild": "[Ss]napshot",
        "konfidensintervall": "confidence interval",
        "likabehandling": "equal treatment",
        "sekretessprofil": "privacy profile|Privacy profile",
    }
    for swedish, english in pairs("en"):
        if english in ALIKE:
            continue
        # An authority's name, not a department.
        swedish = swedish.replace("digital förvaltning", "")
        for word, wanted in glossary.items():
            if re.search(rf"\b{word}", swedish, re.I):
                assert re.search(wanted, english), (word, swedish, english)
