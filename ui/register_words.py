"""The words of the register: states, codes, fields, and what an agreement lacks."""

from __future__ import annotations

from datetime import date
from typing import Any

from queries import rule_words
from queries.agreements import LATE
from queries.register_fields import CODED, code_word, within, yes_or_no
from ui import formats as f
from ui.text import _

ALONE = ("gone", "undecided")
"""Reasons that are no broken rule and no empty field either: each has a head of its own."""


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
    if (kind, reason) == ("risk_before_start", LATE):
        return _("Riskbedömd efter start")
    return heads().get(field or kind, of_rule)


def title(kind: str, field: Any, outcome: str, reason: str, also: Any = None) -> str:
    """Return what a line is about where its outcome is not told beside it.

    ``also``: what else the same line tells, of a red risk whose measure is late as well.
    """
    if also == "overdue":
        return _("Röd risk, åtgärden försenad")
    what = lack(kind, field, outcome, reason)
    if outcome == "avviker":
        return _("Avviker från bör: {what}").format(what=within(what))
    if outcome == "uppgift_saknas" and reason not in ALONE:
        return _("Uppgift saknas: {what}").format(what=within(what))
    return what


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


def listed_word(code: str) -> str:
    """Return what a list of the page holds; an unknown code is returned as it is."""
    return {
        "att-gora": _("Att göra"),
        "alla": _("Alla"),
        "galler": _("Gäller"),
        "kommande": _("Inte börjat"),
        "slut": _("Slutat"),
        "avslag": _("Avslag"),
    }.get(code, code)


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
        return yes_or_no(str(value) == "True")
    if isinstance(value, date):
        return f.date(value)
    if isinstance(value, (int, float)):
        return f.number(value, 0 if float(value).is_integer() else 1)
    return str(value)
