"""The register's fields and codes in words: one place for the stories, the pages and the files."""

from __future__ import annotations

from typing import Any

from queries import reference
from queries.i18n import _, translated

CODED = ("kind", "form", "decision", "risk_level", "confidentiality", "position", "occupation")
OCCUPATIONS_OF = "vaggeryd-2024"
"""The questionnaire by whose answers the register's roles are coded when it is loaded."""


def code_word(field: str, code: Any) -> str:
    """Return what a code of the register means; nothing for a missing one."""
    if code is None or code != code:
        return ""
    if field == "occupation":
        return occupation_words().get(str(code), str(code))
    return _words().get(field, {}).get(str(code), str(code))


def code_order(field: str) -> tuple[str, ...]:
    """Return the codes of a field in the order in which the register's file tells them, if any."""
    return tuple(occupation_words() if field == "occupation" else _words().get(field, ()))


def _words() -> dict[str, dict[str, str]]:
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
    }


def heads() -> dict[str, str]:
    """Return the register's fields and their heads, in the order and words of its file."""
    return {
        "agreement_id": _("Överenskommelse"),
        "employee": _("Anställd"),
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


def yes_or_no(value: bool) -> str:
    return _("Ja") if value else _("Nej")


def within(words: str) -> str:
    """Return a head as it stands within a sentence; an abbreviation stays as it is."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def occupation_words() -> dict[str, str]:
    """Return what the codes of the register's roles are called, as in the questionnaire.

    A text that the register's file held and that no code stands for is not among them.
    """
    asked = reference.load_questionnaire(OCCUPATIONS_OF).attribute("occupation")
    return {option.code: option.label for option in translated(asked).options}
