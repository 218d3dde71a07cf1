"""The words about rules: what a finding is, why it was made, what to do about it, and who does it.

The SQL gives codes (kind, reason, outcome) and facts; every sentence that a person reads about them
is made here, in the language of the context. A sentence takes the facts that are at hand and does
without the rest: a row of the evaluation can be passed as it is, and so can the rule's parameters.

    why(row.kind, row.reason, value=row.value, since=row.since, due=row.due, **rule.parameters)

Dates are ``date``, ISO text or missing (None, NaN, NaT); ``value`` is text as the evaluation gives
it: a number, an ISO date, a code, or for the kind ``controls`` the controls that lack, joined by
commas.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from queries.i18n import _, _n, language

OUTCOMES = ("brister", "avviker", "uppgift_saknas", "uppfyllt", "omfattas_inte", "ej_reglerat")
# Reasons that any rule may have, told alike whatever the kind.
COMMON_REASONS = (
    "permitted", "outside_scope", "not_for_these", "not_in_force", "scope_unknown",
    "applies_unknown",
)  # fmt: skip
# Those of each kind besides. Where the reasons come from: queries/sql/register/evaluate.sql.
REASONS: dict[str, tuple[str, ...]] = {
    "form": ("met", "other_form", "not_stated"),
    "individual": ("met", "not_stated"),
    "longest_term": ("met", "open_ended", "too_long"),
    "open_ended": ("met", "has_end"),
    "notice": ("met", "notice_differs", "not_stated"),
    "most_days": ("met", "too_many_days", "not_stated"),
    "most_share": ("met", "too_large_share", "not_stated"),
    "not_all": ("met", "all_remote", "not_stated"),
    "most_places": ("met", "too_many_places", "not_stated"),
    "yes": ("met", "said_no", "not_stated"),
    "risk_before_start": ("met", "never", "late"),
    "risk_graded": ("met", "no_assessment", "no_level"),
    "measures_on_time": (
        "no_measure_needed", "done", "not_yet_due", "overdue", "no_assessment", "no_level",
        "no_due_date",
    ),
    "red_measure": ("done", "red_open", "no_assessment", "no_level", "not_red"),
    "follow_up": ("in_time", "never", "too_long_ago"),
    "check_in": ("met", "none_yet"),
    "evaluated_before_renewal": ("met", "never", "late", "predecessor_unknown", "not_renewed"),
    "evaluated_within": ("in_time", "never", "too_long_ago"),
    "it_briefing": ("in_time", "never", "too_long_ago"),
    "controls": ("met", "lacking", "not_stated", "no_class"),
    "past_end": ("in_time", "past_end"),
    "decided": ("met", "undecided", "no_application"),
    "in_register": ("met", "gone"),
    "text": ("no_field",),
    "none": ("not_regulated",),
}  # fmt: skip

Facts = dict[str, str | None]
# Several sentences in order of how much they tell; the first whose facts are all there is said.
Sentences = Mapping[str, str | tuple[str, ...]]


# --- single words ---------------------------------------------------------------------------------


def outcome_word(code: str) -> str:
    """Return the name of an outcome; an unknown code is returned as it is."""
    return {
        "uppfyllt": _("uppfyllt"),
        "brister": _("brister"),
        "avviker": _("avviker från bör"),
        "uppgift_saknas": _("uppgift saknas"),
        "omfattas_inte": _("omfattas inte"),
        "ej_reglerat": _("ej reglerat"),
    }.get(code, code)


def modality_word(code: str | None) -> str:
    """Return ska, bör or kan; nothing for an aspect without a rule."""
    words = {"ska": _("ska"), "bor": _("bör"), "kan": _("kan")}
    return words.get(code, "") if isinstance(code, str) else ""


def aspect_word(code: str) -> str:
    """Return the heading of a row of the comparison (also ``covers``, the scope)."""
    return {
        "covers": _("Omfattar"),
        "form": _("Form"),
        "term": _("Längsta tid"),
        "notice": _("Uppsägning"),
        "share": _("Andel på distans"),
        "places": _("Platser"),
        "risk": _("Riskbedömning"),
        "follow_up": _("Uppföljning"),
        "it": _("IT och sekretess"),
        "other": _("Övrigt"),
    }.get(code, code)


def who_word(code: str) -> str:
    """Return who must act: ``chef``, ``hr`` or ``it``; an unknown code is returned as it is."""
    words = {"chef": _("Ansvarig chef"), "hr": _("HR"), "it": _("IT-avdelningen")}
    return words.get(code, code)


def control_word(code: str) -> str:
    """Return the name of a protective control, as it stands within a sentence."""
    return {
        "vpn": _("VPN"),
        "encryption": _("kryptering"),
        "siths_card": _("SITHS-kort"),
        "restricted_access": _("begränsad åtkomst"),
    }.get(code, code)


def kind_title(kind: str, field: str | None = None) -> str:
    """Return a short heading for a kind of rule; ``field`` makes that of kind ``yes`` exact.

    A field may also be given in place of the kind.
    """
    fields = {
        "home_insurance": _("Hemförsäkring"),
        "landlord_consent": _("Hyresvärdens godkännande"),
        "equipment_receipted": _("Kvitterad utrustning"),
        "vpn": _("VPN"),
        "encryption": _("Kryptering"),
        "siths_card": _("SITHS-kort"),
        "restricted_access": _("Begränsad åtkomst"),
    }
    asked = field if kind == "yes" else kind
    if asked in fields:
        return fields[asked]
    return {
        "form": _("Skriftlig eller muntlig form"),
        "individual": _("Individuell överenskommelse"),
        "longest_term": _("Längsta avtalstid"),
        "open_ended": _("Gäller tills vidare"),
        "notice": _("Uppsägningstid"),
        "most_days": _("Högsta antal dagar i veckan"),
        "most_share": _("Största andel på distans"),
        "not_all": _("Inte hela tiden på distans"),
        "most_places": _("Högsta antal platser"),
        "yes": _("Försäkring, godkännande och utrustning"),
        "risk_before_start": _("Riskbedömd före start"),
        "risk_graded": _("Riskens nivå antecknad"),
        "measures_on_time": _("Åtgärder i tid"),
        "red_measure": _("Röd risk åtgärdad"),
        "follow_up": _("Uppföljd i tid"),
        "check_in": _("Avstämningssamtal"),
        "evaluated_before_renewal": _("Utvärderad före förlängning"),
        "evaluated_within": _("Utvärderad i tid"),
        "it_briefing": _("IT-genomgång i tid"),
        "controls": _("Skydd efter sekretessklass"),
        "past_end": _("Avslutad eller förlängd i tid"),
        "decided": _("Beslut antecknat"),
        "in_register": _("Med i senaste registret"),
        "text": _("Syns inte i registret"),
        "none": _("Ej reglerat"),
    }.get(kind, kind)


# --- who acts, and what is worst ------------------------------------------------------------------

_IT = frozenset({"controls", "it_briefing"})
_IT_FIELDS = frozenset({"vpn", "encryption", "siths_card", "restricted_access"})
_HR = frozenset({"individual", "in_register"})


def who(kind: str, field: str | None = None) -> str:
    """Return who must act on a finding of ``kind``: ``chef``, ``hr`` or ``it``.

    Of kind ``yes`` it depends on the ``field``, which may also be given in place of the kind.
    """
    if kind in _IT or (field if kind == "yes" else kind) in _IT_FIELDS:
        return "it"
    return "hr" if kind in _HR else "chef"


LEAST_RANK = 15
_BROKEN_RANKS = {
    "red_measure": 1,
    "measures_on_time": 4,
    "past_end": 5,
    "risk_before_start": 6,
    "risk_graded": 6,
    "follow_up": 7,
    "form": 8,
    "controls": 9,
    "it_briefing": 10,
}


def rank(
    kind: str,
    reason: str,
    outcome: str,
    modality: str | None = None,
    *,
    confidentiality: str | None = None,
) -> int:
    """Return how grave a finding is: 1 is worst, ``LEAST_RANK`` asks for nothing.

    A person in danger before a rule about paper: open red risks, no assessment at all, secrets
    without protection, broken promises, work without an agreement. ``confidentiality`` is the
    agreement's class, which tells how much a lacking control may cost.
    """
    if outcome == "brister":
        if (kind, reason) == ("risk_before_start", "never"):
            return 2
        if kind == "controls" and confidentiality == "sekretess":
            return 3
        return _BROKEN_RANKS.get(kind, 11)
    if outcome == "uppgift_saknas":
        return 12 if reason in ("gone", "undecided") else 13
    return 14 if outcome == "avviker" else LEAST_RANK


# --- facts as text --------------------------------------------------------------------------------


def _missing(value: Any) -> bool:
    return value is None or value != value or value == ""  # NaN and NaT are not equal to themselves


def _day(value: Any) -> date | None:
    """Read a date, a time stamp or ISO text; anything else is no date."""
    if _missing(value):
        return None
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _number(value: Any) -> float | None:
    try:
        return None if _missing(value) else float(value)
    except (TypeError, ValueError):
        return None


def _written(number: float) -> str:
    """Write a number without needless decimals, with the comma or point of the language."""
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if language() == "sv" else text


def _counted(number: float | None, unit: Callable[[int], str]) -> str | None:
    """Return "3 dagar"; ``unit`` gives the form for a number. Two and a half take the plural."""
    if number is None:
        return None
    return unit(1 if number == 1 else 2).format(n=_written(number))


def _days(n: int) -> str:
    return _n("{n} dag", "{n} dagar", n)


def _months(n: int) -> str:
    return _n("{n} månad", "{n} månader", n)


def _places(n: int) -> str:
    return _n("{n} plats", "{n} platser", n)


def _form(code: Any) -> str | None:
    return {"skriftlig": _("skriftlig"), "muntlig": _("muntlig")}.get(code)


def _controls(value: Any) -> str | None:
    codes = value.split(",") if isinstance(value, str) else ()
    names = [control_word(code.strip()) for code in codes if code.strip()]
    if not names:
        return None
    if len(names) == 1:
        return names[0]
    return _("{first} och {last}").format(first=", ".join(names[:-1]), last=names[-1])


def _facts(given: Mapping[str, Any]) -> Facts:
    """Return every fact as the text that a sentence takes, None where it is not known.

    ``after`` and ``late`` are spans in days: from the start to the value, and from the due day to
    the day of looking.
    """
    value = given.get("value")
    number = _number(value)
    days = {name: _day(given.get(name)) for name in ("value", "since", "due", "start", "as_of")}
    months = _number(given.get("months"))
    most = _number(given.get("days"))
    percent = _number(given.get("percent"))
    facts: Facts = {name: found.isoformat() if found else None for name, found in days.items()}
    return facts | {
        "limit": facts["due"],
        "after": _span(days["start"], days["value"]),
        "late": _span(days["due"], days["as_of"]),
        "months": _counted(months, _months),
        "days": _counted(most, _days),
        "notice": _counted(most, _days) or _counted(months, _months),
        "percent": None if percent is None else _written(percent),
        "most_places": _counted(_number(given.get("places")), _places),
        "has_days": _counted(number, _days),
        "has_percent": None if number is None else _written(number),
        "has_places": _counted(number, _places),
        "has_form": _form(value),
        "form": _form(given.get("form")),
        "level": {"gron": _("grön"), "gul": _("gul"), "rod": _("röd")}.get(value),
        "secrecy": {
            "oppen": _("Öppen"),
            "intern": _("Intern"),
            "sekretess": _("Sekretess"),
        }.get(value),
        "controls": _controls(value),
    }


def _span(first: date | None, last: date | None) -> str | None:
    if first is None or last is None or last <= first:
        return None
    return _counted((last - first).days, _days)


def _say(sentences: str | tuple[str, ...], facts: Facts) -> str:
    """Say the first sentence whose facts are all known; the last one needs none."""
    choices = (sentences,) if isinstance(sentences, str) else sentences
    for sentence in choices:
        needed = re.findall(r"\{(\w+)\}", sentence)
        if all(facts.get(name) is not None for name in needed):
            return sentence.format(**{name: facts[name] for name in needed})
    return ""


# --- why ------------------------------------------------------------------------------------------


def why(kind: str, reason: str, value: Any = None, **facts: Any) -> str:
    """Return one or two sentences on why the rule came out as it did.

    Facts, all optional: ``since``, ``due``, ``start``, ``as_of`` (dates) and the parameters of the
    rule (``months``, ``days``, ``percent``, ``places``, ``form``, ``field``); others are ignored.
    Raises ``KeyError`` for a reason that the kind does not have.
    """
    if reason in COMMON_REASONS:
        return _common()[reason]
    said = _yes_why(facts.get("field")) if kind == "yes" else _WHY[kind]()
    return _say(said[reason], _facts({**facts, "value": value}))


def _common() -> dict[str, str]:
    return {
        "permitted": _("Regeln tillåter något men kräver inget. Därför kan den inte brytas."),
        "outside_scope": _("Regelverket omfattar inte den här överenskommelsen."),
        "not_for_these": _("Regeln gäller inte den här sortens överenskommelser."),
        "not_in_force": _("Regeln gällde inte den här dagen."),
        "scope_unknown": _(
            "Uppgiften som avgör om regelverket omfattar överenskommelsen är inte antecknad."
        ),
        "applies_unknown": _(
            "Uppgiften som avgör om regeln gäller överenskommelsen är inte antecknad."
        ),
    }


def _form_why() -> Sentences:
    return {
        "met": (_("Överenskommelsen är {has_form}."), _("Formen är den som regeln anger.")),
        "other_form": (
            _("Överenskommelsen är {has_form}; regeln anger {form} form."),
            _("Överenskommelsen är {has_form}; regeln anger en annan form."),
            _("Formen är en annan än den som regeln anger."),
        ),
        "not_stated": _("Det är inte antecknat om överenskommelsen är skriftlig eller muntlig."),
    }


def _individual_why() -> Sentences:
    return {
        "met": _("Överenskommelsen gäller en viss person."),
        "not_stated": _("Det är inte antecknat vem överenskommelsen gäller."),
    }


def _longest_term_why() -> Sentences:
    return {
        "met": (
            _("Överenskommelsen slutar {value}, inom {months} från start."),
            _("Överenskommelsen slutar inom den tid som regeln anger."),
        ),
        "open_ended": (
            _("Överenskommelsen har inget slutdatum; regeln anger högst {months}."),
            _("Överenskommelsen har inget slutdatum."),
        ),
        "too_long": (
            _("Överenskommelsen slutar {value}; med högst {months} skulle den sluta {limit}."),
            _("Överenskommelsen slutar {value}, senare än regeln anger."),
            _("Överenskommelsen gäller längre än regeln anger."),
        ),
    }


def _open_ended_why() -> Sentences:
    return {
        "met": _("Överenskommelsen gäller tills vidare."),
        "has_end": (
            _("Överenskommelsen slutar {value}; regeln säger att den gäller tills vidare."),
            _("Överenskommelsen har ett slutdatum; regeln säger att den gäller tills vidare."),
        ),
    }


def _notice_why() -> Sentences:
    return {
        "met": (_("Uppsägningstiden är {has_days}."), _("Uppsägningstiden är den rätta.")),
        "notice_differs": (
            _("Uppsägningstiden är {has_days}; regeln anger {notice}."),
            _("Uppsägningstiden är {has_days}; regeln anger en annan."),
            _("Uppsägningstiden är en annan än den som regeln anger."),
        ),
        "not_stated": _("Uppsägningstiden är inte antecknad."),
    }


def _most_days_why() -> Sentences:
    return {
        "met": (
            _("Överenskommelsen ger {has_days} i veckan på distans."),
            _("Antalet dagar i veckan är inom gränsen."),
        ),
        "too_many_days": (
            _("Överenskommelsen ger {has_days} i veckan på distans; regeln anger högst {days}."),
            _("Överenskommelsen ger {has_days} i veckan på distans, fler än regeln anger."),
            _("Överenskommelsen ger fler dagar i veckan än regeln anger."),
        ),
        "not_stated": _("Antalet dagar i veckan är inte antecknat."),
    }


def _most_share_why() -> Sentences:
    return {
        "met": (
            _("Överenskommelsen ger {has_percent} procent på distans."),
            _("Andelen på distans är inom gränsen."),
        ),
        "too_large_share": (
            _(
                "Överenskommelsen ger {has_percent} procent på distans; "
                "regeln anger högst {percent}."
            ),
            _("Överenskommelsen ger {has_percent} procent på distans, mer än regeln anger."),
            _("Andelen på distans är större än regeln anger."),
        ),
        "not_stated": _("Andelen på distans är inte antecknad."),
    }


def _not_all_why() -> Sentences:
    return {
        "met": (
            _("Överenskommelsen ger {has_percent} procent på distans, alltså inte hela tiden."),
            _("En del av arbetet sker på arbetsplatsen."),
        ),
        "all_remote": _("Hela arbetstiden är på distans."),
        "not_stated": _("Andelen på distans är inte antecknad."),
    }


def _most_places_why() -> Sentences:
    return {
        "met": (_("Arbetet sker på {has_places}."), _("Antalet platser är inom gränsen.")),
        "too_many_places": (
            _("Arbetet sker på {has_places}; regeln anger högst {most_places}."),
            _("Arbetet sker på {has_places}, fler än regeln anger."),
            _("Arbetet sker på fler platser än regeln anger."),
        ),
        "not_stated": _("Antalet platser är inte antecknat."),
    }


def _yes_why(field: Any) -> Sentences:
    met, said_no, not_stated = {
        "home_insurance": (
            _("Det finns en hemförsäkring."),
            _("Det finns ingen hemförsäkring."),
            _("Det är inte antecknat om det finns en hemförsäkring."),
        ),
        "landlord_consent": (
            _("Hyresvärden har godkänt arbetet."),
            _("Hyresvärden har inte godkänt arbetet."),
            _("Det är inte antecknat om hyresvärden har godkänt arbetet."),
        ),
        "equipment_receipted": (
            _("Utrustningen är kvitterad."),
            _("Utrustningen är inte kvitterad."),
            _("Det är inte antecknat om utrustningen är kvitterad."),
        ),
        "vpn": (
            _("VPN används."),
            _("VPN används inte."),
            _("Det är inte antecknat om VPN används."),
        ),
        "encryption": (
            _("Kryptering används."),
            _("Kryptering används inte."),
            _("Det är inte antecknat om kryptering används."),
        ),
        "siths_card": (
            _("SITHS-kort används."),
            _("SITHS-kort används inte."),
            _("Det är inte antecknat om SITHS-kort används."),
        ),
        "restricted_access": (
            _("Åtkomsten är begränsad."),
            _("Åtkomsten är inte begränsad."),
            _("Det är inte antecknat om åtkomsten är begränsad."),
        ),
    }.get(
        field,
        (
            _("Registret säger ja."),
            _("Registret säger nej."),
            _("Svaret är inte antecknat."),
        ),
    )
    return {"met": met, "said_no": said_no, "not_stated": not_stated}


def _no_risk() -> dict[str, str]:
    return {
        "no_assessment": _("Ingen riskbedömning är antecknad."),
        "no_level": _("Riskbedömningen är gjord, men ingen nivå är antecknad."),
    }


def _risk_before_start_why() -> Sentences:
    return {
        "met": (
            _("Riskbedömningen gjordes {value}, i tid före start."),
            _("Riskbedömningen gjordes före start."),
        ),
        "never": _("Ingen riskbedömning är antecknad."),
        "late": (
            _("Riskbedömningen gjordes {value}, {after} efter start."),
            _("Riskbedömningen gjordes {value}, efter start."),
            _("Riskbedömningen gjordes efter start."),
        ),
    }


def _risk_graded_why() -> Sentences:
    return {
        "met": (_("Risken är bedömd som {level}."), _("Riskens nivå är antecknad.")),
        **_no_risk(),
    }


def _measures_on_time_why() -> Sentences:
    return {
        "no_measure_needed": _("Risken är grön, så ingen åtgärd behövs."),
        "done": _("Åtgärden är klar."),
        "not_yet_due": (
            _("Åtgärden ska vara klar senast {due}."),
            _("Dagen då åtgärden ska vara klar har inte passerat."),
        ),
        "overdue": (
            _("Åtgärden skulle ha varit klar senast {due}, för {late} sedan."),
            _("Åtgärden skulle ha varit klar senast {due}."),
            _("Dagen då åtgärden skulle vara klar har passerat."),
        ),
        "no_due_date": _("Det är inte antecknat när åtgärden ska vara klar."),
        **_no_risk(),
    }


def _red_measure_why() -> Sentences:
    return {
        "done": _("Den röda risken är åtgärdad."),
        "red_open": (
            _(
                "Risken är röd och inte åtgärdad, sedan {since}. Åtgärden skulle ha varit klar "
                "senast {due}, för {late} sedan."
            ),
            _("Risken är röd och inte åtgärdad, sedan {since}. Sista dag för åtgärden: {due}."),
            _("Risken är röd och inte åtgärdad, sedan {since}. Ingen sista dag är antecknad."),
            _("Risken är röd och inte åtgärdad."),
        ),
        "not_red": _("Risken är inte röd."),
        **_no_risk(),
    }


def _follow_up_why() -> Sentences:
    return {
        "in_time": (
            _("Senaste uppföljning {value}; nästa görs senast {due}."),
            _("Den första uppföljningen görs senast {due}."),
            _("Uppföljningen är gjord i tid."),
        ),
        "never": (
            _("Ingen uppföljning är antecknad; den första skulle ha gjorts senast {due}."),
            _("Ingen uppföljning är antecknad."),
        ),
        "too_long_ago": (
            _("Senaste uppföljning {value}; nästa skulle ha gjorts senast {due}."),
            _("Det är för länge sedan den senaste uppföljningen."),
        ),
    }


def _check_in_why() -> Sentences:
    return {
        "met": (_("Senaste avstämning {value}."), _("En avstämning är gjord efter start.")),
        "none_yet": _("Ingen avstämning är antecknad efter start."),
    }


def _evaluated_before_renewal_why() -> Sentences:
    return {
        "met": (
            _("Den tidigare överenskommelsen utvärderades {value}, innan den här tog vid."),
            _("Den tidigare överenskommelsen utvärderades innan den här tog vid."),
        ),
        "never": _("Den tidigare överenskommelsen är inte utvärderad."),
        "late": (
            _("Den tidigare överenskommelsen utvärderades {value}, {after} efter förlängningen."),
            _("Den tidigare överenskommelsen utvärderades först efter förlängningen."),
        ),
        "predecessor_unknown": _("Den tidigare överenskommelsen finns inte i registret."),
        "not_renewed": _("Överenskommelsen är inte en förlängning."),
    }


def _evaluated_within_why() -> Sentences:
    return {
        "in_time": (
            _("Senaste utvärdering {value}; nästa görs senast {due}."),
            _("Den första utvärderingen görs senast {due}."),
            _("Utvärderingen är gjord i tid."),
        ),
        "never": (
            _("Ingen utvärdering är antecknad; den första skulle ha gjorts senast {due}."),
            _("Ingen utvärdering är antecknad."),
        ),
        "too_long_ago": (
            _("Senaste utvärdering {value}; nästa skulle ha gjorts senast {due}."),
            _("Det är för länge sedan den senaste utvärderingen."),
        ),
    }


def _it_briefing_why() -> Sentences:
    return {
        "in_time": (
            _("Senaste IT-genomgång {value}; nästa görs senast {due}."),
            _("IT-genomgången är gjord i tid."),
        ),
        "never": _("Ingen IT-genomgång är antecknad."),
        "too_long_ago": (
            _("Senaste IT-genomgång {value}; nästa skulle ha gjorts senast {due}."),
            _("Det är för länge sedan den senaste IT-genomgången."),
        ),
    }


def _controls_why() -> Sentences:
    return {
        "met": (
            _("Skyddet räcker för sekretessklassen {secrecy}."),
            _("Skyddet räcker för sekretessklassen."),
        ),
        "lacking": (
            _("Sekretessklassen kräver skydd som saknas: {controls}."),
            _("Sekretessklassen kräver skydd som saknas."),
        ),
        "not_stated": (
            _("Sekretessklassen kräver skydd som inte är antecknat: {controls}."),
            _("Sekretessklassen kräver skydd som inte är antecknat."),
        ),
        "no_class": _("Ingen sekretessklass är antecknad."),
    }


def _past_end_why() -> Sentences:
    return {
        "in_time": _("Slutdatumet har inte passerat."),
        "past_end": (
            _(
                "Slutdatumet {value} har passerat utan att överenskommelsen är avslutad "
                "eller förlängd."
            ),
            _("Slutdatumet har passerat utan att överenskommelsen är avslutad eller förlängd."),
        ),
    }


def _decided_why() -> Sentences:
    return {
        "met": _("Beslutet är antecknat."),
        "undecided": (
            _("Ansökan kom {value}, men inget beslut är antecknat."),
            _("En ansökan finns, men inget beslut är antecknat."),
        ),
        "no_application": _("Ingen ansökan är antecknad."),
    }


def _in_register_why() -> Sentences:
    return {
        "met": _("Överenskommelsen är med i det senaste registret."),
        "gone": (
            _("Överenskommelsen saknas i det senaste registret. Den var senast med {value}."),
            _("Överenskommelsen saknas i det senaste registret."),
        ),
    }


def _text_why() -> Sentences:
    return {"no_field": _("Registret har ingen uppgift som visar om regeln följs.")}


def _none_why() -> Sentences:
    return {"not_regulated": _("Regelverket säger inget om detta.")}


_WHY: dict[str, Callable[[], Sentences]] = {
    "form": _form_why,
    "individual": _individual_why,
    "longest_term": _longest_term_why,
    "open_ended": _open_ended_why,
    "notice": _notice_why,
    "most_days": _most_days_why,
    "most_share": _most_share_why,
    "not_all": _not_all_why,
    "most_places": _most_places_why,
    "risk_before_start": _risk_before_start_why,
    "risk_graded": _risk_graded_why,
    "measures_on_time": _measures_on_time_why,
    "red_measure": _red_measure_why,
    "follow_up": _follow_up_why,
    "check_in": _check_in_why,
    "evaluated_before_renewal": _evaluated_before_renewal_why,
    "evaluated_within": _evaluated_within_why,
    "it_briefing": _it_briefing_why,
    "controls": _controls_why,
    "past_end": _past_end_why,
    "decided": _decided_why,
    "in_register": _in_register_why,
    "text": _text_why,
    "none": _none_why,
}


# --- what to do -----------------------------------------------------------------------------------


def what_to_do(kind: str, reason: str, value: Any = None, **facts: Any) -> str:
    """Return the act that mends a finding, as an imperative; empty where nothing is to be done.

    The facts are those of ``why``. Without the parameters the act is told in general terms.
    """
    if reason in ("scope_unknown", "applies_unknown"):
        return _("Anteckna de uppgifter som saknas, så att det går att avgöra vad som gäller.")
    if reason in ("no_assessment", "no_level"):
        return {
            "no_assessment": _("Gör en riskbedömning nu och anteckna datum och nivå."),
            "no_level": _("Anteckna om risken är grön, gul eller röd."),
        }[reason]
    acts = _yes_acts(facts.get("field")) if kind == "yes" else _ACTS.get(kind, dict)()
    return _say(acts.get(reason, ""), _facts({**facts, "value": value}))


def _terms_acts(kind: str) -> Sentences:
    """The acts on what the agreement itself says."""
    return {
        "form": {
            "other_form": (
                _("Gör om överenskommelsen till {form} form och anteckna det."),
                _("Ge överenskommelsen den form som regeln anger, och anteckna det."),
            ),
            "not_stated": _("Anteckna om överenskommelsen är skriftlig eller muntlig."),
        },
        "individual": {"not_stated": _("Anteckna vem överenskommelsen gäller.")},
        "longest_term": {
            "open_ended": (
                _("Kom överens om ett slutdatum, högst {months} från start."),
                _("Kom överens om ett slutdatum."),
            ),
            "too_long": (
                _("Korta överenskommelsen till högst {months}; utvärdera före en förlängning."),
                _("Korta överenskommelsen; utvärdera före en förlängning."),
            ),
        },
        "open_ended": {"has_end": _("Låt överenskommelsen gälla tills vidare, utan slutdatum.")},
        "notice": {
            "notice_differs": (
                _("Ändra uppsägningstiden till {notice}."),
                _("Ändra uppsägningstiden till den som regeln anger."),
            ),
            "not_stated": _("Anteckna uppsägningstiden i dagar."),
        },
        "most_days": {
            "too_many_days": (
                _("Kom överens om högst {days} i veckan på distans."),
                _("Kom överens om färre dagar i veckan på distans."),
            ),
            "not_stated": _("Anteckna hur många dagar i veckan arbetet sker på distans."),
        },
        "most_share": {
            "too_large_share": (
                _("Kom överens om högst {percent} procent på distans."),
                _("Kom överens om en mindre andel på distans."),
            ),
            "not_stated": _("Anteckna hur stor andel av arbetet som sker på distans."),
        },
        "not_all": {
            "all_remote": _("Kom överens om att en del av arbetet sker på arbetsplatsen."),
            "not_stated": _("Anteckna hur stor andel av arbetet som sker på distans."),
        },
        "most_places": {
            "too_many_places": (
                _("Kom överens om högst {most_places}."),
                _("Kom överens om färre platser."),
            ),
            "not_stated": _("Anteckna hur många platser arbetet sker på."),
        },
    }[kind]


def _yes_acts(field: Any) -> Sentences:
    said_no, not_stated = {
        "home_insurance": (
            _("Be medarbetaren teckna en hemförsäkring, och anteckna det."),
            _("Fråga medarbetaren om det finns en hemförsäkring, och anteckna svaret."),
        ),
        "landlord_consent": (
            _("Be medarbetaren fråga hyresvärden eller föreningen, och anteckna svaret."),
            _("Fråga medarbetaren om hyresvärdens godkännande, och anteckna svaret."),
        ),
        "equipment_receipted": (
            _("Gör en lista över utrustningen, låt medarbetaren kvittera den och anteckna det."),
            _("Kontrollera om utrustningen är kvitterad, och anteckna svaret."),
        ),
        "vpn": (
            _("Se till att VPN används, och anteckna det."),
            _("Kontrollera om VPN används, och anteckna svaret."),
        ),
        "encryption": (
            _("Se till att kryptering används, och anteckna det."),
            _("Kontrollera om kryptering används, och anteckna svaret."),
        ),
        "siths_card": (
            _("Se till att SITHS-kort används, och anteckna det."),
            _("Kontrollera om SITHS-kort används, och anteckna svaret."),
        ),
        "restricted_access": (
            _("Begränsa åtkomsten, och anteckna det."),
            _("Kontrollera om åtkomsten är begränsad, och anteckna svaret."),
        ),
    }.get(
        field,
        (
            _("Ordna det som saknas, och anteckna det."),
            _("Ta reda på hur det är, och anteckna svaret."),
        ),
    )
    return {"said_no": said_no, "not_stated": not_stated}


def _deeds_acts(kind: str) -> Sentences:
    """The acts on what is to be done while the agreement lasts."""
    follow_up = _("Följ upp överenskommelsen nu och anteckna dagen.")
    evaluate = _("Utvärdera överenskommelsen nu och anteckna dagen.")
    briefing = _("Gå igenom IT-säkerheten med medarbetaren och anteckna dagen.")
    return {
        "risk_before_start": {
            "never": _("Gör en riskbedömning nu och anteckna datum och nivå."),
            "late": _("Riskbedömningen är gjord. Gör nästa före start."),
        },
        "measures_on_time": {
            "overdue": _("Genomför åtgärden nu och anteckna dagen."),
            "no_due_date": _("Bestäm när åtgärden ska vara klar, och anteckna dagen."),
        },
        "red_measure": {
            "red_open": _(
                "Åtgärda den röda risken nu och anteckna dagen. "
                "Låt arbetet på annan plats vila tills det är gjort."
            )
        },
        "follow_up": {"never": follow_up, "too_long_ago": follow_up},
        "check_in": {"none_yet": _("Håll ett avstämningssamtal och anteckna dagen.")},
        "evaluated_before_renewal": {
            "never": _("Utvärdera den tidigare överenskommelsen nu och anteckna dagen."),
            "late": _("Utvärderingen är gjord. Gör nästa före förlängningen."),
            "predecessor_unknown": _(
                "Kontrollera vilken överenskommelse som förlängdes, och rätta beteckningen."
            ),
        },
        "evaluated_within": {"never": evaluate, "too_long_ago": evaluate},
        "it_briefing": {"never": briefing, "too_long_ago": briefing},
        "controls": {
            "lacking": (
                _("Ordna {controls}. Ta inte hem uppgifter i klassen innan det är gjort."),
                _("Ordna skyddet. Ta inte hem uppgifter i klassen innan det är gjort."),
            ),
            "not_stated": (
                _("Kontrollera {controls} och anteckna svaret."),
                _("Kontrollera skyddet och anteckna svaret."),
            ),
            "no_class": _("Bestäm sekretessklassen och anteckna den."),
        },
        "past_end": {"past_end": _("Avsluta överenskommelsen, eller utvärdera och förläng den.")},
        "decided": {"undecided": _("Fatta beslut om ansökan och anteckna det.")},
        "in_register": {
            "gone": _("Ta reda på om överenskommelsen är avslutad, och anteckna det i registret.")
        },
        "text": {"no_field": _("Fråga ansvarig chef hur regeln följs.")},
    }[kind]


_TERMS = (
    "form", "individual", "longest_term", "open_ended", "notice", "most_days", "most_share",
    "not_all", "most_places",
)  # fmt: skip
_DEEDS = (
    "risk_before_start", "measures_on_time", "red_measure", "follow_up", "check_in",
    "evaluated_before_renewal", "evaluated_within", "it_briefing", "controls", "past_end",
    "decided", "in_register", "text",
)  # fmt: skip
_ACTS: dict[str, Callable[[], Sentences]] = {
    **{kind: (lambda kind=kind: _terms_acts(kind)) for kind in _TERMS},
    **{kind: (lambda kind=kind: _deeds_acts(kind)) for kind in _DEEDS},
}
