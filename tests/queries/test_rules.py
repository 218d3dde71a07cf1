"""Rule sets as data: what the eight say, what a mistake in a file is told as, and the words."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest

from queries import reference, rule_words, rules
from queries.reference import DATA_DIR, ReferenceDataError
from queries.toml_lines import Lines
from tests.oracles import register as oracle

# What a rule of each kind needs besides its kind.
PARAMETERS = {
    "form": 'form = "skriftlig"',
    "individual": "",
    "longest_term": "months = 12",
    "open_ended": "",
    "notice": "days = 14",
    "most_days": "days = 2.5",
    "most_share": "percent = 49",
    "not_all": "",
    "most_places": "places = 2",
    "yes": 'field = "home_insurance"',
    "risk_before_start": "",
    "risk_graded": "",
    "measures_on_time": "",
    "red_measure": "",
    "follow_up": "months = 12",
    "check_in": "",
    "evaluated_before_renewal": "",
    "evaluated_within": "months = 12",
    "it_briefing": "months = 12",
    "controls": 'oppen = []\nintern = ["vpn"]\nsekretess = ["vpn", "siths_card"]',
    "past_end": "",
    "decided": "",
    "in_register": "",
    "text": "",
}
HEAD = """\
id = "provkoping"
name = "Provköpings kommun"
short = "Provköping"
organisation = "kommun"
source = "Kommunfullmäktige, § 12"
[covers]
text = "Alla."
source = "Kommunfullmäktige, § 12"
"""
# Its header stands on line 9, and what a rule holds from line 10 on.
RULE = """\
[[rules]]
id = "en_regel"
aspect = "follow_up"
kind = "follow_up"
months = 12
modality = "ska"
text = "Följs upp varje år."
source = "Kommunfullmäktige, § 12"
"""
NOTICE = RULE.replace('kind = "follow_up"\nmonths = 12', 'kind = "notice"')


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory of one's own, with the real rule sets, to add to and to spoil."""
    shutil.copytree(DATA_DIR / "regelverk", tmp_path / "regelverk")
    for name in ("uppfoljning.toml", "municipality.toml"):
        shutil.copy(DATA_DIR / name, tmp_path)
    return tmp_path


def write(data: Path, text: str, name: str = "provkoping") -> Path:
    path = data / "regelverk" / f"{name}.toml"
    path.write_text(text, "utf-8")
    return path


def refused(data: Path, text: str) -> ReferenceDataError:
    """Return the error that ``text`` as a rule set gives, to whoever asks for all of them too."""
    write(data, text)
    with pytest.raises(ReferenceDataError) as raised:
        rules.ruleset("provkoping", data)
    with pytest.raises(ReferenceDataError):
        rules.rulesets(data)
    assert "provkoping.toml" in str(raised.value)
    return raised.value


# --- what the eight rule sets say -----------------------------------------------------------------

# Written from domain.md's table and the sources, cell by cell: aspect → (kind, modality, parameters
# and conditions). An aspect that is not here is not regulated.
REGULAR = {"applies_kinds": ["regelbundet"]}
TEMPORARY = {"applies_kinds": ["tillfalligt"]}
NEW_FK = {"valid_from": "2024-09-01"}
NEW_SKV = {"valid_from": "2024-11-01"}
EXPECTED: dict[str, dict[str, list[tuple[str, str, dict[str, Any]]]]] = {
    "vaggeryd": {
        "form": [("form", "kan", {"form": "muntlig"})],
        "share": [("most_days", "bor", {"days": 2})],
        "places": [("text", "kan", {}), ("text", "ska", {})],
        "risk": [("risk_before_start", "ska", {})],
        "follow_up": [("follow_up", "ska", {"months": 12})],
        "it": [("text", "ska", {})],
    },
    "linkoping": {
        "form": [
            ("form", "ska", {"form": "skriftlig", **REGULAR}),
            ("form", "kan", {"form": "muntlig", **TEMPORARY}),
        ],
        "term": [("open_ended", "ska", REGULAR)],
        "notice": [("notice", "ska", {"months": 1, **REGULAR})],
        "share": [("not_all", "ska", {})],
        "risk": [("text", "ska", {})],
        "follow_up": [("text", "ska", {})],
        "it": [("text", "ska", {}), ("text", "ska", {})],
        "other": [("text", "kan", {})],
    },
    "vgr": {
        "form": [("form", "ska", {"form": "skriftlig"})],
        "term": [("longest_term", "ska", {"months": 12})],
        "notice": [("notice", "ska", {"months": 1}), ("text", "kan", {})],
        "places": [("yes", "ska", {"field": "landlord_consent"})],
        "risk": [("risk_before_start", "ska", {}), ("risk_graded", "ska", {})],
        "follow_up": [
            ("check_in", "ska", {}),
            ("measures_on_time", "ska", {}),
            ("evaluated_before_renewal", "ska", {}),
        ],
        "it": [("text", "ska", {"applies_confidentiality": ["sekretess"]})],
        "other": [
            ("yes", "ska", {"field": "home_insurance"}),
            ("yes", "ska", {"field": "equipment_receipted"}),
            ("text", "ska", {}),
        ],
    },
    "falkoping": {
        "form": [("form", "bor", {"form": "skriftlig"})],
        "term": [("longest_term", "bor", {"months": 12})],
        "notice": [("notice", "ska", {"days": 14})],
        "places": [("most_places", "ska", {"places": 1})],
        "follow_up": [
            ("evaluated_before_renewal", "bor", {}),
            ("evaluated_within", "bor", {"months": 12}),
        ],
        "it": [("text", "ska", {})],
    },
    "arbetsformedlingen": {
        "form": [("individual", "ska", {})],
        "share": [("most_share", "ska", {"percent": 49})],
        "places": [("most_places", "ska", {"places": 2}), ("text", "ska", {})],
    },
    "forsakringskassan": {
        "share": [
            ("most_share", "ska", {"percent": 49, "valid_to": "2024-08-31"}),
            ("most_days", "ska", {"days": 2, **NEW_FK}),
        ],
    },
    "skatteverket": {
        "form": [("individual", "ska", {"valid_to": "2024-10-31"})],
        "share": [("most_days", "ska", {"days": 2, **NEW_SKV}), ("text", "ska", NEW_SKV)],
    },
    "universitet": {
        "share": [("most_days", "ska", {"days": 2}), ("text", "kan", {})],
    },
}
SCOPES: dict[str, dict[str, Any]] = {
    "vgr": {"scope_kinds": ["regelbundet"]},
    "falkoping": {"scope_min_days": 1},
    "universitet": {"scope_not_occupations": ["utbildning_vard"]},
}
# What domain.md shows a dash for in the row "covers".
UNTOLD_SCOPES = {"arbetsformedlingen", "forsakringskassan", "skatteverket"}
SET_KEYS = {"ruleset", "rule", "ordinal", "aspect", "kind", "modality"}
KEYS = SET_KEYS | {
    "form", "months", "days", "percent", "places", "field", "oppen", "intern", "sekretess",
    "applies_kinds", "applies_forms", "applies_positions", "applies_occupations",
    "applies_confidentiality", "valid_from", "valid_to",
    "scope_kinds", "scope_min_days", "scope_not_occupations",
}  # fmt: skip


def lines_of(*sets: rules.RuleSet) -> list[dict[str, Any]]:
    return json.loads(rules.as_json(sets))


def test_there_are_eight_rule_sets_and_the_own_one_comes_first() -> None:
    assert tuple(found.id for found in rules.rulesets()) == rules.ORDER == tuple(EXPECTED)
    assert rules.own().id == "vaggeryd"


@pytest.mark.parametrize("id", EXPECTED)
def test_a_rule_set_says_what_its_source_says_and_nothing_more(id: str) -> None:
    told: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for line in lines_of(rules.ruleset(id)):
        said = {
            key: value
            for key, value in line.items()
            if key not in SET_KEYS and value is not None and not key.startswith("scope_")
        }
        told.setdefault(line["aspect"], []).append((line["kind"], line["modality"], said))
        scope = {k: v for k, v in line.items() if k.startswith("scope_") and v is not None}
        assert scope == SCOPES.get(id, {})
    nothing = [("none", None, {})]
    assert told == {aspect: EXPECTED[id].get(aspect, nothing) for aspect in rules.ASPECTS}
    assert (rules.ruleset(id).covers.text == "") == (id in UNTOLD_SCOPES)


def test_the_checks_whatever_the_rule_set_demand_only_what_somebody_has_demanded() -> None:
    base = rules.base()
    assert {rule.kind: rule.modality for rule in base.lines()} == {
        "red_measure": "ska",
        "measures_on_time": "ska",
        "past_end": "ska",
        "controls": "ska",
        "decided": "ska",
        "in_register": "ska",
        # Nobody has decided a time for these: an advice, not a failure.
        "it_briefing": "bor",
        "evaluated_before_renewal": "bor",
    }
    # Not a source's rules, so nothing is left unregulated by it.
    assert "none" not in {rule.kind for rule in base.lines()}
    assert all(rule.inferred and rule.remark for rule in base.rules)
    kept = {rule.kind: rule.parameters for rule in base.rules}
    assert kept["it_briefing"] == {"months": 12}
    assert kept["controls"] == {
        "oppen": (),
        "intern": ("vpn",),
        "sekretess": ("vpn", "encryption", "siths_card", "restricted_access"),
    }


EVERY_SET = (*EXPECTED, "uppfoljning")


@pytest.mark.parametrize("id", EVERY_SET)
def test_every_rule_names_a_source_that_is_known_and_is_short(id: str) -> None:
    found = rules.ruleset(id)
    known = {source.file for source in reference.sources()}
    told = [found.source, *(rule.source for rule in found.rules)]
    told += [found.covers.source] if found.covers.text else []
    for source in told:
        files = re.findall(r"[0-9a-f_]+\.txt", source)
        assert files and set(files) <= known, source
        # A heading follows, not the file alone.
        assert re.search(r"\.txt, \S", source), source
    texts = [rule.text for rule in found.rules]
    assert all(len(text) <= 120 and text.endswith(".") for text in texts)
    assert len(set(texts)) == len(texts)
    # What we read into a source is owned up to, in words.
    assert all(rule.remark for rule in found.rules if rule.inferred)


def test_codes_of_roles_are_those_of_the_questionnaire() -> None:
    occupation = reference.load_questionnaire("vaggeryd-2024").attribute("occupation")
    assert set(get_args(rules.Occupation)) == set(occupation.codes)
    position = reference.load_questionnaire("vaggeryd-2024").attribute("position")
    assert set(get_args(rules.Position)) == set(position.codes)


# --- lines and JSON -------------------------------------------------------------------------------


def test_the_json_holds_every_key_on_every_line_in_order() -> None:
    sets = (*rules.rulesets(), rules.base())
    lines = lines_of(*sets)
    assert all(set(line) == KEYS for line in lines)
    for found in sets:
        own = [line for line in lines if line["ruleset"] == found.id]
        assert [line["rule"] for line in own] == [rule.id for rule in found.lines()]
        assert [line["ordinal"] for line in own] == list(range(1, len(own) + 1))
        order = [rules.ASPECTS.index(line["aspect"]) for line in own]
        assert order == sorted(order)
    assert {line["kind"] for line in lines} <= {*rules.KINDS, "none"}
    empty = [line for line in lines if line["kind"] == "none"]
    assert empty and all(line["rule"] == f"{line['aspect']}.none" for line in empty)
    assert all(line["modality"] is None for line in empty)


def test_a_line_is_found_by_its_id_and_an_unknown_one_is_told() -> None:
    found = rules.ruleset("vaggeryd")
    assert found.rule("uppfoljning_varje_ar").parameters == {"months": 12}
    assert found.rule("term.none").kind == "none"
    with pytest.raises(KeyError, match="finns inte"):
        found.rule("nagot_annat")


@pytest.mark.parametrize("kind", PARAMETERS)
def test_a_rule_of_every_kind_is_read(data: Path, kind: str) -> None:
    assert set(PARAMETERS) == set(rules.KINDS)
    write(data, HEAD + RULE.replace('kind = "follow_up"\nmonths = 12', f'kind = "{kind}"')
          .replace("modality", f"{PARAMETERS[kind]}\nmodality"))  # fmt: skip
    (rule,) = rules.ruleset("provkoping", data).rules
    assert type(rule) is rules.MODELS[kind]
    wanted = tomllib.loads(PARAMETERS[kind])
    told = {name: value for name, value in rule.parameters.items() if value is not None}
    assert json.loads(json.dumps(told)) == wanted


def test_conditions_and_dates_reach_the_json(data: Path) -> None:
    more = (
        'applies = { kinds = ["tillfalligt"], forms = ["muntlig"], positions = ["chef"],'
        ' occupations = ["ledning"], confidentiality = ["intern"] }\n'
        "valid_from = 2025-01-01\nvalid_to = 2025-12-31\n"
    )
    scope = 'kinds = ["regelbundet"]\nmin_days_per_week = 0.5\nnot_occupations = ["annat"]\n'
    write(data, HEAD + scope + RULE + more)
    line = next(x for x in lines_of(rules.ruleset("provkoping", data)) if x["rule"] == "en_regel")
    assert {key: line[key] for key in KEYS if key.startswith(("applies", "valid", "scope"))} == {
        "applies_kinds": ["tillfalligt"],
        "applies_forms": ["muntlig"],
        "applies_positions": ["chef"],
        "applies_occupations": ["ledning"],
        "applies_confidentiality": ["intern"],
        "valid_from": "2025-01-01",
        "valid_to": "2025-12-31",
        "scope_kinds": ["regelbundet"],
        "scope_min_days": 0.5,
        "scope_not_occupations": ["annat"],
    }


# --- a municipality's own -------------------------------------------------------------------------


def test_a_copy_under_a_new_name_is_a_new_rule_set(data: Path) -> None:
    text = (data / "regelverk" / "falkoping.toml").read_text("utf-8")
    write(
        data,
        text.replace('id = "falkoping"', 'id = "provkoping"').replace("days = 14", "days = 30"),
    )
    found = rules.rulesets(data)
    assert [s.id for s in found] == [*rules.ORDER, "provkoping"]
    assert found[-1].rule("uppsagning_tva_veckor").parameters["days"] == 30
    assert rules.ruleset("falkoping", data).rule("uppsagning_tva_veckor").parameters["days"] == 14


def test_the_own_rule_set_is_the_one_that_the_municipality_names(data: Path) -> None:
    write(data, HEAD + RULE)
    path = data / "municipality.toml"
    path.write_text(path.read_text("utf-8").replace('"vaggeryd"', '"provkoping"'), "utf-8")
    assert rules.own(data).id == "provkoping"
    assert [s.id for s in rules.rulesets(data)] == ["provkoping", *rules.ORDER]


def test_a_municipality_that_names_no_rule_set_keeps_the_one_of_the_audit(data: Path) -> None:
    path = data / "municipality.toml"
    kept = [row for row in path.read_text("utf-8").split("\n") if not row.startswith("ruleset")]
    path.write_text("\n".join(kept), "utf-8")
    assert rules.own(data).id == "vaggeryd"


def test_an_own_rule_set_that_does_not_exist_is_told_with_line_and_choices(data: Path) -> None:
    path = data / "municipality.toml"
    text = path.read_text("utf-8").replace('"vaggeryd"', '"provköping"')
    path.write_text(text, "utf-8")
    line = 1 + text[: text.index("ruleset =")].count("\n")
    for read in (rules.own, rules.rulesets):
        with pytest.raises(ReferenceDataError) as raised:
            read(data)
        said = str(raised.value)
        assert "municipality.toml" in said and f"rad {line}" in said and "provköping" in said
        assert all(id in said for id in rules.ORDER)


@pytest.mark.parametrize("id", ["okand", "../uppfoljning", ""])
def test_an_unknown_rule_set_is_told_with_the_known_ones(id: str) -> None:
    with pytest.raises(ReferenceDataError) as raised:
        rules.ruleset(id)
    assert all(known in str(raised.value) for known in rules.ORDER)


def test_an_edited_file_is_read_anew(data: Path) -> None:
    path = write(data, HEAD + RULE)
    assert rules.ruleset("provkoping", data).rules[0].parameters == {"months": 12}
    path.write_text(HEAD + RULE.replace("months = 12", "months = 6"), "utf-8")
    assert rules.ruleset("provkoping", data).rules[0].parameters == {"months": 6}


def test_the_files_of_some_editors_are_read_as_well(data: Path) -> None:
    path = data / "regelverk" / "provkoping.toml"
    path.write_bytes(b"\xef\xbb\xbf" + (HEAD + RULE).replace("\n", "\r\n").encode())
    assert rules.ruleset("provkoping", data).name == "Provköpings kommun"
    # And a mistake in them is told with the right line.
    path.write_bytes(path.read_bytes().replace(b'"ska"', b'"vill"'))
    with pytest.raises(ReferenceDataError, match="rad 14"):
        rules.ruleset("provkoping", data)


# --- mistakes -------------------------------------------------------------------------------------

MODALITIES = ("ska", "bor", "kan")
# (what is wrong, the text, its line, words that the error must hold)
MISTAKES: list[tuple[str, str, int, tuple[str, ...]]] = [
    ("a kind that nobody knows", RULE.replace('"follow_up"\nm', '"uppfoljning"\nm'), 12,
     ("uppfoljning", "en_regel", *rules.KINDS)),
    ("no kind", RULE.replace('kind = "follow_up"\n', ""), 9, rules.KINDS),
    ("a kind that is a number", RULE.replace('kind = "follow_up"', "kind = 7"), 12, rules.KINDS),
    ("an unknown modality", RULE.replace('"ska"', '"måste"'), 14, ("måste", *MODALITIES)),
    ("an unknown aspect", RULE.replace('"follow_up"\nk', '"tid"\nk'), 11, ("tid", *rules.ASPECTS)),
    ("an unknown field", RULE + 'percent = 49\n', 17,
     ("percent", "follow_up", "months", "modality", "valid_from")),
    ("a misspelt field", RULE.replace("months", "manader"), 13, ("manader", "months")),
    ("a field that belongs to no kind", RULE.replace('kind = "follow_up"', 'kind = "form"'), 13,
     ("months", "form")),
    ("a missing parameter", RULE.replace("months = 12\n", ""), 9, ("months", "saknas")),
    ("a missing source", RULE.replace('source = "Kommunfullmäktige, § 12"\n', ""), 9, ("source",)),
    ("no id", RULE.replace('id = "en_regel"\n', ""), 9, ("id", "saknas")),
    ("months as text", RULE.replace("12\n", '"12"\n'), 13, ("heltal", "12")),
    ("months as true", RULE.replace("12\n", "true\n"), 13, ("heltal", "true")),
    ("negative months", RULE.replace("12\n", "-3\n"), 13, ("minst 1", "-3")),
    ("no months at all", RULE.replace("12\n", "0\n"), 13, ("minst 1",)),
    ("half a month", RULE.replace("12\n", "0.5\n"), 13, ("heltal",)),
    ("text as a number", RULE.replace('"Följs upp varje år."', "12"), 15, ("text",)),
    ("an empty text", RULE.replace('"Följs upp varje år."', '"  "'), 15, ("tomt",)),
    ("an id with a capital", RULE.replace("en_regel", "En regel"), 10, ("a–z",)),
    ("an id used twice", RULE + RULE, 18, ("en_regel", "rad 10")),
    ("neither days nor months", NOTICE, 12, ("days", "months", "exakt ett")),
    ("both days and months", NOTICE.replace("modality", "months = 1\ndays = 30\nmodality"), 13,
     ("days", "months", "exakt ett")),
    ("valid_to before valid_from", RULE + "valid_from = 2025-01-01\nvalid_to = 2024-12-31\n", 18,
     ("2024-12-31", "2025-01-01")),
    ("a date as text", RULE + 'valid_from = "2025-01-01"\n', 17, ("datum", "2024-09-01")),
    ("a time for a date", RULE + "valid_from = 2025-01-01T10:00:00\n", 17, ("datum",)),
    ("an unknown form", NOTICE.replace('"notice"', '"form"\nform = "digital"'), 13,
     ("digital", "skriftlig", "muntlig")),
    ("an unknown field of the register", NOTICE.replace('"notice"', '"yes"\nfield = "brandvagg"'),
     13, ("brandvagg", "home_insurance", "landlord_consent", "vpn")),
    ("an unknown control",
     NOTICE.replace('"notice"', '"controls"\noppen = []\nintern = [\n  "vpn", # så\n  "lås",\n]\n'
                    'sekretess = []'), 16,
     ("lås", "vpn", "encryption", "siths_card", "restricted_access")),
    ("a class without its list",
     NOTICE.replace('"notice"', '"controls"\noppen = []\nintern = []'), 9,
     ("sekretess", "oppen", "intern")),
    ("a control that is not in a list",
     NOTICE.replace('"notice"', '"controls"\noppen = []\nintern = "vpn"\nsekretess = []'), 14,
     ("lista", "vpn", "encryption")),
    ("an unknown condition", RULE + 'applies = { typer = ["regelbundet"] }\n', 17,
     ("typer", "kinds", "forms", "positions", "occupations", "confidentiality")),
    ("an unknown code in a condition", RULE + 'applies = { kinds = ["ibland"] }\n', 17,
     ("ibland", "regelbundet", "tillfalligt")),
    ("an unknown code in a condition of its own table",
     RULE + '[rules.applies]\npositions = [\n  "chef",\n  "politiker",\n]\n', 20,
     ("politiker", "chef", "medarbetare")),
    ("an unknown code in a dotted condition", RULE + 'applies.occupations = ["vikarie"]\n', 17,
     ("vikarie", "administration_stod", "annat")),
    ("a condition for nobody", RULE + "applies = { kinds = [] }\n", 17, ("tomt",)),
    ("conditions as text", RULE + 'applies = "alla"\n', 17, ("block",)),
    ("an inference without a remark", RULE + "inferred = true\n", 17, ("remark",)),
    ("the second of two rules",
     RULE + RULE.replace("en_regel", "en_till").replace('"ska"', '"vill"'), 22,
     ("vill", "en_till", *MODALITIES)),
    ("a mistake after a text over several lines",
     RULE.replace('"Följs upp varje år."', '"""Följs upp\n# [[rules]]\nvarje "år"."""') + "x = 1\n",
     19, ("x",)),
    ("a rule under a simple header", RULE.replace("[[rules]]", "[rules]"), 9, ("[[rules]]",)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "words"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES]
)
def test_a_mistake_in_a_rule_is_told_with_its_line_and_what_may_stand_there(
    data: Path, text: str, line: int, words: tuple[str, ...]
) -> None:
    assert HEAD.count("\n") == 8
    error = refused(data, HEAD + text)
    assert re.match(rf"rad {line}\b", error.place), str(error)
    for word in words:
        assert word in str(error)
    assert_swedish(error)


HEAD_MISTAKES: list[tuple[str, str, int, tuple[str, ...]]] = [
    ("an unknown field of the set", 'ort = "Prov"\n' + HEAD + RULE, 1, ("ort", "short", "covers")),
    ("no name", HEAD.replace('name = "Provköpings kommun"\n', "") + RULE, 1, ("name", "saknas")),
    ("an unknown field of the scope", HEAD + "dagar = 1\n" + RULE, 9,
     ("dagar", "min_days_per_week", "not_occupations")),
    ("an unknown kind in the scope", HEAD + 'kinds = ["ofta"]\n' + RULE, 9,
     ("ofta", "regelbundet", "tillfalligt")),
    ("more days than a week has", HEAD + "min_days_per_week = 8\n" + RULE, 9, ("högst 7",)),
    ("a scope without words",
     HEAD.replace('text = "Alla."\n', "") + 'kinds = ["regelbundet"]\n' + RULE, 8,
     ("text", "source")),
    ("no rules", HEAD, 1, ("rules",)),
    ("an id that is not the file's name", HEAD.replace('"provkoping"', '"annan"') + RULE, 1,
     ("filens namn",)),
    ("a missing equals sign", HEAD + RULE.replace("months =", "months"), 13, ("likhetstecken",)),
    ("a missing quotation mark", HEAD + RULE.replace('"ska"', '"ska'), 14, ("citattecken",)),
    ("no quotation marks", HEAD + RULE.replace('"ska"', "ska"), 14, ("citattecken",)),
    ("a field twice", HEAD + RULE + 'modality = "kan"\n', 17, ("två gånger",)),
    ("a table twice", HEAD + RULE + "[covers]\n", 17, ("två gånger",)),
    ("an open list", HEAD + RULE + 'applies = { kinds = ["regelbundet" }\n', 17, ("parentes",)),
    ("an open header", HEAD + RULE.replace("[[rules]]", "[[rules]"), 9, ("[[rules]]",)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "words"), [m[1:] for m in HEAD_MISTAKES], ids=[m[0] for m in HEAD_MISTAKES]
)
def test_a_mistake_around_the_rules_is_told_with_its_line(
    data: Path, text: str, line: int, words: tuple[str, ...]
) -> None:
    error = refused(data, text)
    assert re.match(rf"rad {line}\b", error.place), str(error)
    for word in words:
        assert word in str(error)
    assert_swedish(error)


def assert_swedish(error: ReferenceDataError) -> None:
    """Nothing of pydantic's or tomllib's own English is let through."""
    english = (
        r"\b(input|should|expected|valid|must|greater|error|unclosed|illegal|cannot|at line)\b"
    )
    assert not re.search(english, str(error), re.I), str(error)


def test_a_file_that_is_not_utf_8_is_told_with_its_line(data: Path) -> None:
    path = data / "regelverk" / "provkoping.toml"
    path.write_bytes((HEAD + RULE).encode("latin-1"))
    with pytest.raises(ReferenceDataError, match="UTF-8") as raised:
        rules.rulesets(data)
    assert raised.value.place == "rad 2"


def test_the_name_of_the_common_checks_is_taken(data: Path) -> None:
    write(data, HEAD.replace("provkoping", "uppfoljning") + RULE, "uppfoljning")
    with pytest.raises(ReferenceDataError, match="upptaget"):
        rules.rulesets(data)


def test_a_missing_file_of_common_checks_is_told(data: Path) -> None:
    (data / "uppfoljning.toml").unlink()
    with pytest.raises(ReferenceDataError, match=r"uppfoljning\.toml"):
        rules.base(data)


# --- lines of a TOML text -------------------------------------------------------------------------


def paths(value: Any, path: tuple[int | str, ...] = ()) -> set[tuple[int | str, ...]]:
    inner: Any = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    return {path}.union(*(paths(item, (*path, key)) for key, item in inner))


@pytest.mark.parametrize("file", sorted(DATA_DIR.rglob("*.toml")), ids=lambda p: p.stem)
def test_every_key_of_every_data_file_has_a_line_that_names_it(file: Path) -> None:
    text = file.read_text("utf-8")
    lines, rows = Lines(text), text.split("\n")
    for path in paths(tomllib.loads(text)) - {()}:
        assert path in lines._found, path
        key = next(step for step in reversed(path) if isinstance(step, str))
        row = rows[lines.of(path) - 1]
        # An item of a list may stand on a line of its own.
        assert key in row or isinstance(path[-1], int), (path, row)


def test_the_lines_of_every_way_to_write_toml() -> None:
    text = (
        "# [[a]]\na = 1 # b = 2\n\"b c\" = 2.5\n'd'.e = 2024-09-01 10:00:00\n"
        'f = """\n[[g]]\n""\\" x = 1"""\nh = \'\'\'\n\'\' k = 1\n\'\'\'\n'
        "[[t]]\nx = [1, [2,\n 3], {y = 4,\n z = [5]}]\n[t.u]\nv = true\n[[t.w]]\nq = 1\n"
        "[[t]]\nx = []\n[[t.w]]\nq = 2\n"
    ).replace("{y = 4,\n z", "{y = 4, z")
    found = Lines(text)._found
    assert set(found) == paths(tomllib.loads(text))
    wanted = {
        ("a",): 2, ("b c",): 3, ("d", "e"): 4, ("f",): 5, ("h",): 8, ("t", 0): 11,
        ("t", 0, "x", 1, 1): 13, ("t", 0, "x", 2, "z", 0): 13, ("t", 0, "u", "v"): 15,
        ("t", 0, "w", 0, "q"): 17, ("t", 1): 18, ("t", 1, "x"): 19, ("t", 1, "w", 0, "q"): 21,
    }  # fmt: skip
    assert {path: found[path] for path in wanted} == wanted
    # What is not there is looked for around it.
    assert Lines(text).of(("t", 0, "u", "saknas")) == found[("t", 0, "u")]


# --- words ----------------------------------------------------------------------------------------

FINE = {
    "met", "in_time", "done", "no_measure_needed", "not_yet_due", "not_red", "not_renewed",
    "no_application", "not_regulated",
}  # fmt: skip
PAIRS = [(kind, reason) for kind, reasons in oracle.REASONS.items() for reason in sorted(reasons)]
# A value of every sort, and none at all.
VALUES = (None, float("nan"), "2025-03-07", "3.0", "muntlig", "gul", "sekretess", "vpn,encryption")
FULL = {
    "since": date(2024, 11, 8), "due": date(2025, 6, 12), "start": date(2024, 11, 8),
    "as_of": date(2025, 6, 20), "months": 12, "days": 2, "percent": 49, "places": 1,
    "form": "skriftlig", "field": "vpn", "agreement_id": "X",
}  # fmt: skip


def test_the_reasons_are_those_of_the_table() -> None:
    assert {kind: set(reasons) for kind, reasons in rule_words.REASONS.items()} == oracle.REASONS
    assert set(rule_words.COMMON_REASONS) == oracle.COMMON_REASONS
    assert set(oracle.REASONS) == {*rules.KINDS, "none"}


@pytest.mark.parametrize("facts", [{}, FULL], ids=["nothing known", "everything known"])
@pytest.mark.parametrize(("kind", "reason"), PAIRS)
def test_every_reason_of_every_kind_has_whole_sentences(
    kind: str, reason: str, facts: dict
) -> None:
    for told in (reason, *sorted(oracle.COMMON_REASONS)):
        for value in VALUES:
            for words in (rule_words.why, rule_words.what_to_do):
                said = words(kind, told, value, **facts)
                assert not re.search(r"[{}]|None|\bnan\b|\b1 (dagar|månader|platser)\b", said), said
                assert not said or re.match(r"[A-ZÅÄÖ].*\.$", said), said
            assert rule_words.why(kind, told, value, **facts)
    # There is something to do exactly where something is wrong or unknown.
    assert bool(rule_words.what_to_do(kind, reason, **facts)) == (reason not in FINE)


def test_a_sentence_tells_the_facts_of_the_agreement() -> None:
    why, act = rule_words.why, rule_words.what_to_do
    assert why("risk_before_start", "late", "2025-03-07", start=date(2024, 11, 8)) == (
        "Riskbedömningen gjordes 2025-03-07, 119 dagar efter start."
    )
    assert why("risk_before_start", "late", "2024-11-09", start=date(2024, 11, 8)) == (
        "Riskbedömningen gjordes 2024-11-09, 1 dag efter start."
    )
    # Broken since a day is not begun that day: the terms may have been amended.
    assert why("risk_before_start", "late", "2024-11-09", since=date(2024, 11, 8)) == (
        "Riskbedömningen gjordes 2024-11-09, efter start."
    )
    assert why("risk_before_start", "never") == "Ingen riskbedömning är antecknad."
    assert why("follow_up", "too_long_ago", "2025-06-12", due=date(2026, 6, 12), months=12) == (
        "Senaste uppföljning 2025-06-12; nästa skulle ha gjorts senast 2026-06-12."
    )
    assert why("most_days", "too_many_days", "2.5", days=2.0) == (
        "Överenskommelsen ger 2,5 dagar i veckan på distans; regeln anger högst 2 dagar."
    )
    assert why("notice", "notice_differs", "14", days=None, months=1) == (
        "Uppsägningstiden är 14 dagar; regeln anger 1 månad."
    )
    assert why("longest_term", "too_long", "2026-05-01", due=date(2026, 3, 1), months=12) == (
        "Överenskommelsen slutar 2026-05-01; med högst 12 månader skulle den sluta 2026-03-01."
    )
    assert why("controls", "lacking", "vpn,encryption,siths_card") == (
        "Sekretessklassen kräver skydd som saknas: VPN, kryptering och SITHS-kort."
    )
    assert act("risk_before_start", "never") == (
        "Gör en riskbedömning nu och anteckna datum och nivå."
    )
    assert act("most_days", "too_many_days", days=2) == (
        "Kom överens om högst 2 dagar i veckan på distans."
    )


def test_the_own_parameters_of_a_rule_can_be_passed_as_they_are() -> None:
    for found in (*rules.rulesets(), rules.base()):
        for rule in found.lines():
            for reason in rule_words.REASONS[rule.kind]:
                assert rule_words.why(rule.kind, reason, None, **rule.parameters)
                rule_words.what_to_do(rule.kind, reason, None, **rule.parameters)


def test_the_worst_comes_first() -> None:
    rank = rule_words.rank
    order = [
        rank("red_measure", "red_open", "brister", "ska"),
        rank("risk_before_start", "never", "brister", "ska"),
        rank("controls", "lacking", "brister", "ska", confidentiality="sekretess"),
        rank("measures_on_time", "overdue", "brister", "ska"),
        rank("past_end", "past_end", "brister", "ska"),
        rank("risk_before_start", "late", "brister", "ska"),
        rank("follow_up", "too_long_ago", "brister", "ska"),
        rank("form", "other_form", "brister", "ska"),
        rank("controls", "lacking", "brister", "ska", confidentiality="intern"),
        rank("it_briefing", "never", "brister", "ska"),
        rank("most_days", "too_many_days", "brister", "ska"),
        rank("in_register", "gone", "uppgift_saknas", "ska"),
        rank("form", "not_stated", "uppgift_saknas", "ska"),
        rank("red_measure", "red_open", "avviker", "bor"),
        rank("form", "met", "uppfyllt", "ska"),
    ]
    assert order == list(range(1, 16))
    assert order[-1] == rule_words.LEAST_RANK
    assert rank("decided", "undecided", "uppgift_saknas", "ska") == 12


def test_codes_have_words_and_somebody_to_act() -> None:
    for kind in (*rules.KINDS, "none", *get_args(rules.YesField)):
        assert rule_words.kind_title(kind) != kind
        assert rule_words.who_word(rule_words.who(kind)) not in ("", rule_words.who(kind))
    assert rule_words.kind_title("yes", "home_insurance") == "Hemförsäkring"
    assert {rule_words.who(kind) for kind in rules.KINDS} == {"chef", "hr", "it"}
    assert rule_words.who("yes", "vpn") == "it" and rule_words.who("yes") == "chef"
    for aspect in ("covers", *rules.ASPECTS):
        assert rule_words.aspect_word(aspect)[0].isupper()
    assert [rule_words.modality_word(code) for code in (*MODALITIES, None)] == [
        "ska", "bör", "kan", "",
    ]  # fmt: skip
    assert rule_words.outcome_word("avviker") == "avviker från bör"
    assert all("_" not in rule_words.outcome_word(code) for code in rule_words.OUTCOMES)
