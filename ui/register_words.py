"""The words of the register: states, codes, fields, and what an agreement lacks."""

from __future__ import annotations

from datetime import date
from typing import Any

from queries import rule_words
from queries.agreements import occupation_words
from ui import formats as f
from ui.text import _

CODED = ("kind", "form", "decision", "risk_level", "confidentiality", "position", "occupation")
ALONE = ("gone", "undecided")
"""Reasons that are no broken rule and no empty field either: each has a head of its own."""
LATE = "risk_late"
"""An assessment that came after the start is another thing to do than one that never came."""


def head(matter: str) -> str:
    """Return the head under which lines are chosen; an unknown code is returned as it is."""
    return heads().get(matter, matter)


def heads() -> dict[str, str]:
    """Return what may be lacking, by matter: what is broken, then the two that gather the rest."""
    return {
        "red_measure": _("Röd risk utan åtgärd"),
        "risk_before_start": _("Ingen riskbedömning"),
        "controls": _("Skydd saknas"),
        "measures_on_time": _("Åtgärd försenad"),
        "past_end": _("Slutdatum har passerat"),
        LATE: _("Riskbedömd efter start"),
        "risk_graded": _("Risknivå saknas"),
        "follow_up": _("Uppföljning försenad"),
        "form": _("Fel form"),
        "it_briefing": _("IT-genomgång försenad"),
        "individual": _("Inte individuell"),
        "longest_term": _("Längre än tillåtet"),
        "open_ended": _("Har slutdatum"),
        "notice": _("Fel uppsägningstid"),
        "most_days": _("För många dagar i veckan"),
        "most_share": _("För stor andel på distans"),
        "not_all": _("Hela tiden på distans"),
        "most_places": _("För många platser"),
        "home_insurance": _("Hemförsäkring saknas"),
        "landlord_consent": _("Hyresvärdens godkännande saknas"),
        "equipment_receipted": _("Utrustning inte kvitterad"),
        "vpn": _("VPN saknas"),
        "encryption": _("Kryptering saknas"),
        "siths_card": _("SITHS-kort saknas"),
        "restricted_access": _("Åtkomsten inte begränsad"),
        "check_in": _("Avstämning saknas"),
        "evaluated_before_renewal": _("Inte utvärderad före förlängning"),
        "evaluated_within": _("Utvärdering försenad"),
        "decided": _("Beslut saknas"),
        "in_register": _("Borta ur registret"),
        "uppgift_saknas": _("Uppgift saknas"),
        "avviker": _("Avviker från bör"),
    }


def lack(kind: str, field: Any, outcome: str, reason: str) -> str:
    """Return what a line is about, in a few words: what is wrong, or else what it concerns."""
    field = None if f.is_missing(field) else field
    of_rule = rule_words.kind_title(kind, field)
    if outcome not in ("brister", "avviker") and reason not in ALONE:
        return of_rule
    matter = LATE if (kind, reason) == ("risk_before_start", "late") else field or kind
    return heads().get(matter, of_rule)


def title(kind: str, field: Any, outcome: str, reason: str) -> str:
    """Return what a line is about where its outcome is not told beside it."""
    what = lack(kind, field, outcome, reason)
    if outcome == "avviker":
        return _("Avviker från bör: {what}").format(what=within(what))
    if outcome == "uppgift_saknas" and reason not in ALONE:
        return _("Uppgift saknas: {what}").format(what=within(what))
    return what


def within(words: str) -> str:
    """Return a head as it stands within a sentence; an abbreviation stays as it is."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def state_word(state: str) -> str:
    """Return where in its life an agreement is; an unknown code is returned as it is."""
    return {
        "in_force": _("gäller"),
        "coming": _("har inte börjat"),
        "past_end": _("slutdatum har passerats"),
        "ended": _("avslutad"),
        "renewed": _("förlängd i en ny överenskommelse"),
        "refused": _("avslagen"),
        "undecided": _("inte beslutad"),
    }.get(state, state)


def code_word(field: str, code: Any) -> str:
    """Return what a code of the register means; nothing for a missing one."""
    if f.is_missing(code):
        return ""
    if field == "occupation":
        return occupation_words().get(str(code), str(code))
    return {
        "kind": {"regelbundet": _("Regelbundet"), "tillfalligt": _("Tillfälligt")},
        "form": {"skriftlig": _("Skriftlig"), "muntlig": _("Muntlig")},
        "decision": {"beviljad": _("Beviljad"), "avslagen": _("Avslagen")},
        "risk_level": {"gron": _("Grön"), "gul": _("Gul"), "rod": _("Röd")},
        "confidentiality": {
            "oppen": _("Öppen"),
            "intern": _("Intern"),
            "sekretess": _("Sekretess"),
        },
        "position": {"chef": _("Chef"), "medarbetare": _("Medarbetare")},
    }.get(field, {}).get(str(code), str(code))


def field_heads() -> dict[str, str]:
    """Return the register's fields and their heads, in the order and words of its file."""
    return {
        "agreement_id": _("Överenskommelse"),
        "manager": _("Ansvarig chef"),
        "department": _("Förvaltning"),
        "position": _("Befattning"),
        "occupation": _("Roll"),
        "kind": _("Typ"),
        "form": _("Form"),
        "applied": _("Ansökt"),
        "decision": _("Beslut"),
        "reason": _("Skäl"),
        "start": _("Start"),
        "end": _("Slut"),
        "extended_from": _("Förlängd från"),
        "notice_days": _("Uppsägningstid (dagar)"),
        "days_per_week": _("Dagar per vecka"),
        "remote_share": _("Andel distans (%)"),
        "places": _("Antal platser"),
        "risk_assessed": _("Riskbedömning"),
        "risk_level": _("Risknivå"),
        "measure_due": _("Åtgärd senast"),
        "measure_done": _("Åtgärdad"),
        "followed_up": _("Senaste uppföljning"),
        "evaluated": _("Utvärdering"),
        "it_briefing": _("IT-genomgång"),
        "vpn": _("VPN"),
        "encryption": _("Kryptering"),
        "siths_card": _("SITHS-kort"),
        "restricted_access": _("Begränsad åtkomst"),
        "confidentiality": _("Sekretessklass"),
        "home_insurance": _("Hemförsäkring"),
        "landlord_consent": _("Hyresvärd godkänt"),
        "equipment_receipted": _("Utrustning kvitterad"),
        "ended": _("Avslutad"),
        "end_reason": _("Orsak"),
    }


def field_groups() -> dict[str, tuple[str, ...]]:
    """Return the fields of the terms, by group."""
    return {
        _("Villkor"): (
            "kind", "form", "applied", "decision", "reason", "start", "end", "extended_from",
            "notice_days", "days_per_week", "remote_share", "places", "ended", "end_reason",
        ),
        _("Arbetsmiljö"): (
            "risk_assessed", "risk_level", "measure_due", "measure_done", "followed_up",
            "evaluated", "home_insurance", "landlord_consent", "equipment_receipted",
        ),
        _("IT och sekretess"): (
            "confidentiality", "vpn", "encryption", "siths_card", "restricted_access",
            "it_briefing",
        ),
    }  # fmt: skip


def value_text(field: str, value: Any) -> str:
    """Return a field's value as people read it; nothing for a missing one."""
    if f.is_missing(value):
        return ""
    if field in CODED:
        return code_word(field, value)
    if isinstance(value, bool) or str(value) in ("True", "False"):
        return _("Ja") if str(value) == "True" else _("Nej")
    if isinstance(value, date):
        return f.date(value)
    if isinstance(value, (int, float)):
        return f.number(value, 0 if float(value).is_integer() else 1)
    return str(value)
