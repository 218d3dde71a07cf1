"""Rule sets as data: what each organisation demands of an agreement, one TOML file per rule set.

Eight stand in ``data/regelverk/``, one per organisation that the sources describe. A municipality
writes its own by copying one of them under a new name; it is found by itself. The municipality's
own set is named in ``data/municipality.toml``. ``data/uppfoljning.toml`` has the same form and
holds the checks that apply whatever the rule set says.

What the SQL gets (``as_json``): a JSON list of flat objects, one per line of the comparison, in
order. Every key is always there, null where there is none, and nothing else is needed to evaluate:

    ruleset, rule, ordinal (1, 2, … within the set), aspect, kind, modality (null for kind none),
    form, months, days, percent, places, field, oppen, intern, sekretess (lists of controls),
    applies_kinds, applies_forms, applies_positions, applies_occupations, applies_confidentiality
        (lists of codes, never empty: null means all),
    valid_from, valid_to (ISO dates, both inclusive),
    scope_kinds (list, never empty), scope_min_days (week days), scope_not_occupations (list):
        the set's scope, repeated on each of its lines.

An aspect without a rule gives one line with rule ``<aspect>.none`` and kind ``none`` (not so for
``uppfoljning``). ``months`` and ``percent`` are whole numbers; ``days`` is days of notice (whole)
for kind ``notice`` and days of the week (may be 2.5) for ``most_days``.

A mistake in a file is met when it is read, told in Swedish with the line and the allowed values.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import Field, StringConstraints, ValidationError, model_validator

from queries.i18n import Translated, _, translated
from queries.municipality import municipality
from queries.reference import DATA_DIR, Facts, Origin, Prose, ReferenceDataError, Remark
from queries.store import sql_file
from queries.toml_lines import Lines

if TYPE_CHECKING:
    from queries.store import Reader

Aspect = Literal[
    "form", "term", "notice", "share", "places", "risk", "follow_up", "it", "other"
]  # fmt: skip
Modality = Literal["ska", "bor", "kan"]
AgreementKind = Literal["regelbundet", "tillfalligt"]
AgreementForm = Literal["skriftlig", "muntlig"]
Position = Literal["chef", "medarbetare"]
Occupation = Literal[
    "administration_stod", "ledning", "handlaggning", "teknik_miljo", "utbildning_vard", "annat"
]
Confidentiality = Literal["oppen", "intern", "sekretess"]
Control = Literal["vpn", "encryption", "siths_card", "restricted_access"]
YesField = Literal[
    "home_insurance", "landlord_consent", "equipment_receipted",
    "vpn", "encryption", "siths_card", "restricted_access",
]  # fmt: skip

ASPECTS: tuple[Aspect, ...] = get_args(Aspect)
# Of the comparison; a municipality's further sets follow in alphabetical order.
ORDER = (
    "vaggeryd", "linkoping", "vgr", "falkoping",
    "arbetsformedlingen", "forsakringskassan", "skatteverket", "universitet",
)  # fmt: skip
BASE = "uppfoljning"
# How the citation of a document begins; anything else is our own words on where a rule comes from.
CITATION = r"[0-9a-f_]+\.txt,"
NONE = "none"

# Strict: pydantic would read true as 1 and a text as the number or the date that it looks like.
Months = Annotated[int, Field(strict=True, ge=1, le=120)]
NoticeDays = Annotated[int, Field(strict=True, ge=1, le=365)]
WeekDays = Annotated[float, Field(strict=True, gt=0, le=7)]
Percent = Annotated[int, Field(strict=True, ge=1, le=100)]
Places = Annotated[int, Field(strict=True, ge=1, le=100)]
Day = Annotated[date, Field(strict=True)]
Snake = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]


class _Slip(ValueError):
    """A mistake that two fields make together, and the field whose line is the one to look at."""

    def __init__(self, message: str, field: str) -> None:
        self.field = field
        super().__init__(message)


# --- rules ----------------------------------------------------------------------------------------


class Applies(Facts):
    """Whom a rule is for; a condition that is left out holds for all."""

    kinds: tuple[AgreementKind, ...] | None = Field(default=None, min_length=1)
    forms: tuple[AgreementForm, ...] | None = Field(default=None, min_length=1)
    positions: tuple[Position, ...] | None = Field(default=None, min_length=1)
    occupations: tuple[Occupation, ...] | None = Field(default=None, min_length=1)
    confidentiality: tuple[Confidentiality, ...] | None = Field(default=None, min_length=1)


class Rule(Facts):
    """What the rules of every kind share.

    ``inferred``: the rule, its modality or its number is our reading and not the source's own
    words; ``remark`` then says in what. ``valid_from`` and ``valid_to`` are both inclusive.
    """

    id: Snake
    aspect: Aspect
    kind: str
    modality: Modality
    text: Prose
    source: Origin
    applies: Applies = Applies()
    valid_from: Day | None = None
    valid_to: Day | None = None
    inferred: bool = Field(default=False, strict=True)
    remark: Remark = ""

    @property
    def parameters(self) -> dict[str, Any]:
        """What the kind itself takes: ``{"months": 12}``."""
        own = [name for name in type(self).model_fields if name not in Rule.model_fields]
        return {name: getattr(self, name) for name in own}

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Rule:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise _Slip(
                _("valid_to {to} ligger före valid_from {start}.").format(
                    to=self.valid_to.isoformat(), start=self.valid_from.isoformat()
                ),
                "valid_to",
            )
        if self.inferred and not self.remark:
            raise _Slip(
                _("inferred = true betyder vår tolkning: skriv i remark vari den består."),
                "inferred",
            )
        return self


class FormRule(Rule):
    kind: Literal["form"]
    form: AgreementForm


class IndividualRule(Rule):
    kind: Literal["individual"]


class LongestTermRule(Rule):
    kind: Literal["longest_term"]
    months: Months


class OpenEndedRule(Rule):
    kind: Literal["open_ended"]


class NoticeRule(Rule):
    """Notice in ``days`` or in ``months``, exactly one of them."""

    kind: Literal["notice"]
    days: NoticeDays | None = None
    months: Months | None = None

    @model_validator(mode="after")
    def _days_or_months(self) -> NoticeRule:
        if (self.days is None) == (self.months is None):
            raise _Slip(
                _("En uppsägningstid anges i days eller i months: exakt ett av dem."),
                "kind" if self.days is None else "months",
            )
        return self


class MostDaysRule(Rule):
    kind: Literal["most_days"]
    days: WeekDays


class MostShareRule(Rule):
    kind: Literal["most_share"]
    percent: Percent


class NotAllRule(Rule):
    kind: Literal["not_all"]


class MostPlacesRule(Rule):
    kind: Literal["most_places"]
    places: Places


class YesRule(Rule):
    """The register says yes in ``field``."""

    kind: Literal["yes"]
    field: YesField


class RiskBeforeStartRule(Rule):
    kind: Literal["risk_before_start"]


class RiskGradedRule(Rule):
    kind: Literal["risk_graded"]


class MeasuresOnTimeRule(Rule):
    kind: Literal["measures_on_time"]


class RedMeasureRule(Rule):
    kind: Literal["red_measure"]


class FollowUpRule(Rule):
    kind: Literal["follow_up"]
    months: Months


class CheckInRule(Rule):
    kind: Literal["check_in"]


class EvaluatedBeforeRenewalRule(Rule):
    kind: Literal["evaluated_before_renewal"]


class EvaluatedWithinRule(Rule):
    kind: Literal["evaluated_within"]
    months: Months


class ItBriefingRule(Rule):
    kind: Literal["it_briefing"]
    months: Months


class ControlsRule(Rule):
    """The controls that each confidentiality class asks for; an empty list asks for none."""

    kind: Literal["controls"]
    oppen: tuple[Control, ...]
    intern: tuple[Control, ...]
    sekretess: tuple[Control, ...]


class PastEndRule(Rule):
    kind: Literal["past_end"]


class DecidedRule(Rule):
    kind: Literal["decided"]


class InRegisterRule(Rule):
    kind: Literal["in_register"]


class TextRule(Rule):
    """A rule that no field of the register can tell whether it is kept."""

    kind: Literal["text"]


class NoRule(Rule):
    """Stands in the comparison where a set says nothing of an aspect; never in a file."""

    id: str
    kind: Literal["none"] = "none"
    modality: None = None  # type: ignore[assignment]  # nothing is demanded, advised or permitted
    text: Remark = ""
    source: str = ""


AnyRule = Annotated[
    FormRule
    | IndividualRule
    | LongestTermRule
    | OpenEndedRule
    | NoticeRule
    | MostDaysRule
    | MostShareRule
    | NotAllRule
    | MostPlacesRule
    | YesRule
    | RiskBeforeStartRule
    | RiskGradedRule
    | MeasuresOnTimeRule
    | RedMeasureRule
    | FollowUpRule
    | CheckInRule
    | EvaluatedBeforeRenewalRule
    | EvaluatedWithinRule
    | ItBriefingRule
    | ControlsRule
    | PastEndRule
    | DecidedRule
    | InRegisterRule
    | TextRule,
    Field(discriminator="kind"),
]
MODELS: dict[str, type[Rule]] = {
    get_args(model.model_fields["kind"].annotation)[0]: model
    for model in get_args(get_args(AnyRule)[0])
}
KINDS = tuple(MODELS)


# --- rule sets ------------------------------------------------------------------------------------


class Covers(Facts):
    """Which agreements a rule set is about; a condition that is left out holds for all.

    Without ``text`` the source says nothing of it (a dash in the comparison): all are covered.
    """

    text: Remark = ""
    source: Annotated[str, Translated(unless=CITATION)] = ""
    kinds: tuple[AgreementKind, ...] | None = Field(default=None, min_length=1)
    min_days_per_week: WeekDays | None = None
    not_occupations: tuple[Occupation, ...] | None = Field(default=None, min_length=1)
    inferred: bool = Field(default=False, strict=True)
    remark: Remark = ""

    @model_validator(mode="after")
    def _conditions_are_told(self) -> Covers:
        conditions = ("kinds", "min_days_per_week", "not_occupations")
        for name in conditions:
            if getattr(self, name) is not None and not (self.text and self.source):
                raise _Slip(_("Ett villkor för vilka som omfattas kräver text och source."), name)
        return self


class RuleSet(Facts):
    """One organisation's rules. ``short`` heads a column; ``organisation`` is what kind it is."""

    id: Snake
    name: Prose
    short: Prose
    organisation: Prose
    source: Origin
    remark: Remark = ""
    covers: Covers = Covers()
    rules: tuple[AnyRule, ...] = Field(min_length=1)

    def lines(self) -> tuple[Rule, ...]:
        """Return the rules by aspect, with a ``NoRule`` for each aspect that has none.

        The base set gets no such lines: it is no organisation's, so nothing is left unregulated.
        """
        found: list[Rule] = []
        for aspect in ASPECTS:
            own = [rule for rule in self.rules if rule.aspect == aspect]
            if not own and self.id != BASE:
                own = [NoRule(id=f"{aspect}.{NONE}", aspect=aspect)]
            found += own
        return tuple(found)

    def rule(self, id: str) -> Rule:
        """Return the line with ``id``. Raises ``KeyError`` with a Swedish message."""
        for rule in self.lines():
            if rule.id == id:
                return rule
        raise KeyError(_("Regeln {id} finns inte i {ruleset}.").format(id=id, ruleset=self.id))


def rulesets(directory: Path | None = None) -> tuple[RuleSet, ...]:
    """Return every rule set: the municipality's own, the others in ``ORDER``, then the rest.

    ``directory`` is a data directory (default ``DATA_DIR``). Raises ``ReferenceDataError`` if any
    of the files is wrong: a set that vanished would be missed by nobody.
    """
    first, files = own(directory), _files(directory)
    ids = sorted(
        (id for id in files if id != first.id),
        key=lambda id: (ORDER.index(id) if id in ORDER else len(ORDER), id),
    )
    return (first, *(_load(files[id]) for id in ids))


def ruleset(id: str, directory: Path | None = None) -> RuleSet:
    """Return a rule set (or the base set). Raises ``ReferenceDataError`` listing the known ones."""
    if id == BASE:
        return base(directory)
    files = _files(directory)
    if id not in files:
        raise ReferenceDataError(
            (directory or DATA_DIR) / "regelverk" / f"{id}.toml", "", _unknown(id, files)
        )
    return _load(files[id])


def own(directory: Path | None = None) -> RuleSet:
    """Return the set that ``municipality.toml`` names. Raises ``ReferenceDataError``."""
    path = (directory or DATA_DIR) / "municipality.toml"
    id = municipality(path).ruleset
    files = _files(directory)
    if id not in files:
        line = Lines(path.read_text(encoding="utf-8")).of(("ruleset",))
        raise ReferenceDataError(path, _("rad {n}").format(n=line), _unknown(id, files))
    return _load(files[id])


def base(directory: Path | None = None) -> RuleSet:
    """Return the checks that apply whatever the rule set. Raises ``ReferenceDataError``."""
    return _load((directory or DATA_DIR) / f"{BASE}.toml")


def every_months(kind: str, months: int) -> RuleSet:
    """Return a set that asks for the deed of ``kind`` every so many months of everybody, always.

    For a matter that no file says anything of. It has no words: it is nobody's rule, and not shown.
    """
    rule = MODELS[kind].model_construct(
        id=kind, aspect="other", kind=kind, modality="bor", months=months
    )
    return RuleSet.model_construct(id="ingens", rules=(rule,))


def edition() -> str:
    """Return a short hash of all rule sets and of which is the municipality's own: it changes when
    anything that the register is judged by does."""
    text = as_json((*rulesets(), base())) + own().id
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def versions() -> tuple[tuple[str, int], ...]:
    """Return what tells, without reading them, whether a rule file was edited, added or taken away:
    each file's name and when it was changed (ns)."""
    files = [DATA_DIR / "municipality.toml", DATA_DIR / f"{BASE}.toml", *_files(None).values()]
    return tuple((path.name, path.stat().st_mtime_ns) for path in files if path.exists())


def is_outdated(reader: Reader) -> bool:
    """Whether a rule file was edited, added or taken away since the register was published."""
    rows = reader.rows("select rules from published.register")
    return bool(rows) and rows[0][0] != edition()


def evaluate_sql(*, since: bool = False) -> str:
    """Return the WITH clause that ends in ``evaluated``, without a comma after it: a row per
    agreement and rule of ``$rules`` (``as_json``) on each of ``$days``.

    With ``since`` it also tells from which day what is broken has been broken; ``$days`` is then
    one day. It costs more, because earlier states of the agreements are judged as well.
    """
    moments, end = ("_today_and_before", "_since") if since else ("_today", "_evaluated")
    return "".join(
        sql_file(f"register/{name}").rstrip() + ending
        for name, ending in (("_base", "\n"), (moments, "\n"), ("evaluate", ",\n"), (end, "\n"))
    )


def as_json(sets: Iterable[RuleSet], kinds: Collection[str] | None = None) -> str:
    """Return the lines of ``sets`` as the JSON list that the module's docstring describes.

    ``kinds``: only the lines of these kinds; None: all.
    """
    return json.dumps(
        [
            _flat(found, rule, n)
            for found in sets
            for n, rule in enumerate(found.lines(), start=1)
            if kinds is None or rule.kind in kinds
        ],
        ensure_ascii=False,
        default=date.isoformat,
    )


def _flat(found: RuleSet, rule: Rule, ordinal: int) -> dict[str, Any]:
    parameters = (
        "form", "months", "days", "percent", "places", "field", "oppen", "intern", "sekretess",
    )  # fmt: skip
    return {
        "ruleset": found.id,
        "rule": rule.id,
        "ordinal": ordinal,
        "aspect": rule.aspect,
        "kind": rule.kind,
        "modality": rule.modality,
        **{name: rule.parameters.get(name) for name in parameters},
        **{f"applies_{name}": getattr(rule.applies, name) for name in Applies.model_fields},
        "valid_from": rule.valid_from,
        "valid_to": rule.valid_to,
        "scope_kinds": found.covers.kinds,
        "scope_min_days": found.covers.min_days_per_week,
        "scope_not_occupations": found.covers.not_occupations,
    }


# --- reading --------------------------------------------------------------------------------------

# Fields that hold codes of a fixed list, and the list that an error names.
CODES: dict[str, tuple[str, ...]] = {
    "aspect": ASPECTS,
    "modality": get_args(Modality),
    "form": get_args(AgreementForm),
    "forms": get_args(AgreementForm),
    "kinds": get_args(AgreementKind),
    "positions": get_args(Position),
    "occupations": get_args(Occupation),
    "not_occupations": get_args(Occupation),
    "confidentiality": get_args(Confidentiality),
    "field": get_args(YesField),
    **dict.fromkeys(get_args(Confidentiality), get_args(Control)),
}


def _files(directory: Path | None) -> dict[str, Path]:
    folder = (directory or DATA_DIR) / "regelverk"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def _unknown(id: str, files: Iterable[str]) -> str:
    return _("Det finns inget regelverk som heter ”{id}”. Välj bland: {known}.").format(
        id=id, known=", ".join(files) or "–"
    )


def _load(path: Path) -> RuleSet:
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise ReferenceDataError(path, "", _("Filen går inte att läsa.")) from error
    return translated(_read(path, changed))


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int) -> RuleSet:
    text = _text(path)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(path, text, error) from error
    lines = Lines(text)
    try:
        found = RuleSet.model_validate(content)
    except ValidationError as error:
        raise _convert(path, lines, content, error) from error
    if found.id != path.stem or (found.id == BASE) != (path.parent.name != "regelverk"):
        raise ReferenceDataError(
            path,
            _("rad {n}").format(n=lines.of(("id",))),
            _("id ska vara detsamma som filens namn, och {base} är upptaget.").format(base=BASE),
        )
    seen: dict[str, int] = {}
    for index, rule in enumerate(found.rules):
        line = lines.of(("rules", index, "id"))
        if rule.id in seen:
            raise ReferenceDataError(
                path,
                _("rad {n}").format(n=line),
                _("Regelns id ”{id}” finns redan på rad {first}.").format(
                    id=rule.id, first=seen[rule.id]
                ),
            )
        seen[rule.id] = line
    return found


def _text(path: Path) -> str:
    """Return the file's text; a byte order mark, which some editors leave, is passed over."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ReferenceDataError(path, "", _("Filen går inte att läsa.")) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ReferenceDataError(
            path, _("rad {n}").format(n=line), _("Filen är inte sparad som UTF-8.")
        ) from error


def _syntax(path: Path, text: str, error: tomllib.TOMLDecodeError) -> ReferenceDataError:
    """Tell a fault of the TOML itself, with the line that the parser names."""
    said = str(error)
    place = re.search(r"at line (\d+)", said)
    line = int(place[1]) if place else len(text.splitlines()) or 1
    known = {
        "Cannot overwrite": _("Samma fält eller block står två gånger."),
        "Cannot declare": _("Samma fält eller block står två gånger."),
        "Expected '='": _("Efter fältets namn ska det stå ett likhetstecken."),
        "Invalid value": _("Värdet går inte att läsa; text ska stå inom raka citattecken."),
        "Illegal character": _("Texten saknar avslutande citattecken."),
        "Unterminated string": _("Texten saknar avslutande citattecken."),
        "Unclosed": _("En lista eller ett block saknar avslutande parentes."),
        "Expected ']": _("En rubrik skrivs [[rules]], med lika många parenteser åt båda hållen."),
    }
    told = (message for start, message in known.items() if said.startswith(start))
    return ReferenceDataError(
        path,
        _("rad {n}").format(n=line),
        next(told, _("Raden går inte att läsa som TOML. Jämför med en rad som fungerar.")),
    )


def _convert(
    path: Path, lines: Lines, content: dict[str, Any], error: ValidationError
) -> ReferenceDataError:
    """Tell the first mistake of the file, by line.

    Within a rule an unknown field goes before a missing one: a misspelt name makes both, and it is
    the misspelling that is to be mended.
    """
    told = []
    faults = error.errors()
    for fault in faults:
        loc = fault["loc"]
        # A list that holds a faulty item is called too short as well.
        if fault["type"] == "too_short" and any(
            other["loc"][: len(loc)] == loc for other in faults if other is not fault
        ):
            continue
        # pydantic puts the kind into the place of what is wrong within a rule.
        loc = (*loc[:2], *loc[3:]) if loc[:1] == ("rules",) else loc
        slip = fault.get("ctx", {}).get("error")
        if isinstance(slip, _Slip):
            loc = (*loc, slip.field)
        if fault["type"].startswith("union_tag"):
            loc = (*loc, "kind")
        entry = lines.of(loc[:2]) if loc[:1] == ("rules",) else lines.of(loc)
        later = fault["type"] == "missing"
        told.append((entry, later, lines.of(loc), loc, fault))
    _entry, _later, line, loc, fault = min(told, key=lambda t: t[:3])
    rule = _inside(content, loc[:2]) if loc[:1] == ("rules",) else None
    rule = rule if isinstance(rule, dict) else {}
    place = _("rad {n}").format(n=line)
    if isinstance(rule.get("id"), str):
        place = _("rad {n}, regeln {id}").format(n=line, id=rule["id"])
    return ReferenceDataError(path, place, _message(loc, fault, rule.get("kind")))


def _inside(content: Any, loc: tuple[int | str, ...]) -> Any:
    for step in loc:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            return None
    return content


def _message(loc: tuple[int | str, ...], fault: Any, kind: Any) -> str:
    """Say in Swedish what is wrong with the field at ``loc``, and what may stand there."""
    name = next((str(step) for step in reversed(loc) if isinstance(step, str)), "")
    value = fault.get("input")
    shown = value.isoformat() if isinstance(value, date) else json.dumps(value, default=str)
    shown = f"”{value}”" if isinstance(value, str) else shown
    type_ = fault["type"]
    if type_ == "value_error":
        return str(fault["ctx"]["error"])
    if type_ == "union_tag_invalid":
        return _("Regeltypen ”{kind}” är okänd. Välj bland: {known}.").format(
            kind=fault["ctx"]["tag"], known=", ".join(KINDS)
        )
    if type_ == "union_tag_not_found":
        return _("Regeltypen (kind) saknas. Välj bland: {known}.").format(known=", ".join(KINDS))
    if type_ in ("extra_forbidden", "missing"):
        return _field_message(name, type_ == "missing", *_owner(loc, kind))
    if name in CODES and type_ == "literal_error":
        return _("{name}: {value} är okänt. Välj bland: {known}.").format(
            name=name, value=shown, known=", ".join(CODES[name])
        )
    return _("{name}: {what} Det står: {value}.").format(
        name=name, what=_expected(name, fault), value=shown if len(shown) <= 60 else "…"
    )


def _owner(loc: tuple[int | str, ...], kind: Any) -> tuple[type[Facts], str]:
    """Return the model that the field at ``loc`` belongs to, and what people call it."""
    if loc[:1] == ("rules",) and len(loc) > 1:
        if "applies" in loc[2:-1]:
            return Applies, "applies"
        return MODELS.get(kind, Rule) if isinstance(kind, str) else Rule, str(kind)
    if loc[:1] == ("covers",) and len(loc) > 1:
        return Covers, "covers"
    return RuleSet, ""


def _field_message(name: str, missing: bool, model: type[Facts], owner: str) -> str:
    # What is the kind's own comes first: it is most often what is looked for.
    names = sorted(
        model.model_fields, key=lambda n: issubclass(model, Rule) and n in Rule.model_fields
    )
    fields = [n for n in names if model.model_fields[n].is_required() or not missing]
    facts = {"name": name, "owner": owner, "fields": ", ".join(fields)}
    if issubclass(model, Rule):
        if missing:
            return _("Fältet {name} saknas. Regeltypen {owner} kräver: {fields}.").format(**facts)
        return _("Fältet {name} är okänt. Regeltypen {owner} tar: {fields}.").format(**facts)
    if missing:
        return _("Fältet {name} saknas. Här krävs: {fields}.").format(**facts)
    return _("Fältet {name} är okänt. Möjliga fält här: {fields}.").format(**facts)


def _expected(name: str, fault: Any) -> str:
    """Say what kind of value the field takes."""
    type_, limits = fault["type"], fault.get("ctx") or {}
    if type_.startswith("date"):
        return _("här ska det stå ett datum utan citattecken, till exempel 2024-09-01.")
    if type_.startswith("bool"):
        return _("här ska det stå true eller false.")
    if type_.startswith(("greater_than", "less_than")):
        bounds = {
            "greater_than": _("talet ska vara större än {limit}."),
            "greater_than_equal": _("talet ska vara minst {limit}."),
            "less_than_equal": _("talet får vara högst {limit}."),
        }
        limit = next(iter(limits.values()))
        return bounds[type_].format(limit=f"{limit:g}")
    if type_.startswith("int"):
        return _("här ska det stå ett heltal utan citattecken.")
    if type_.startswith("float"):
        return _("här ska det stå ett tal utan citattecken, med punkt som decimaltecken.")
    if type_ == "string_pattern_mismatch":
        return _("bara a–z, 0–9 och understreck mellan orden, och först en bokstav.")
    if type_.startswith("tuple") and name in CODES:
        return _("här ska det stå en lista inom hakparenteser med: {known}.").format(
            known=", ".join(CODES[name])
        )
    if type_ in ("too_short", "string_too_short"):
        return _("här får det inte vara tomt.")
    if type_ == "tuple_type":
        return _("varje regel ska ha en egen rubrik, skriven [[rules]].")
    if type_.startswith("string"):
        return _("här ska det stå text inom raka citattecken.")
    return _("här ska det stå ett block med egna fält.")
