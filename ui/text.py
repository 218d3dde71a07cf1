"""Words shared by every page: statuses, themes, roles, breakdowns, and lists written out.

Each word is looked up when it is asked for, never at import: the language belongs to the visitor
(``queries.i18n``), and a table built at import would freeze the first visitor's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from queries import reference
from queries.i18n import _, _n

__all__ = [
    "_",
    "_n",
    "attribute_word",
    "breakdown_word",
    "join_words",
    "kind_word",
    "list_names",
    "markdown_text",
    "plain",
    "role_word",
    "source_words",
    "status_reason",
    "status_word",
    "theme_word",
]


def status_word(status: str) -> str:
    """Return the word shown in place of a number; an unknown status is treated as hidden.

    Failing towards "dolt" rather than raising: a status that this version does not know must never
    let a number through, and must not take the page down.
    """
    words = {
        "no_answers": _("inga svar"),
        "not_asked": _("ej ställd"),
        "not_in_wave": _("fanns inte i vågen"),
        "not_regulated": _("ej reglerat"),
    }
    return words.get(status) or _("dolt")


def status_reason(status: str) -> str:
    """Return one sentence on why a number is absent. The same for every cause of hiding.

    What is shown and yet has no number has nothing to count; a status that this version does not
    know is told as hidden.
    """
    nothing = _(
        "Ingen har svarat på frågan, eller så finns inget att räkna. Det är inte detsamma som 0 %."
    )
    reasons = {
        "shown": nothing,
        "no_answers": nothing,
        "not_asked": _(
            "Frågan ställdes inte den här vågen eller till den här gruppen, eller så är registret "
            "inte inläst."
        ),
        "not_in_wave": _(
            "Förvaltningen fanns inte i en av vågorna, så det finns inget att jämföra med."
        ),
        "not_regulated": _("Regelverket säger inget om detta."),
    }
    return reasons.get(status) or _(
        "Talet är dolt för att inget om en enskild person ska kunna räknas fram."
    )


def theme_word(theme: str) -> str:
    """Return the name of a theme; an unknown id is returned as it is."""
    return {
        "styrning": _("Styrning"),
        "rattvisa": _("Rättvisa"),
        "arbetsmiljo": _("Arbetsmiljö"),
        "it_sakerhet": _("IT-säkerhet"),
        "verksamhet": _("Verksamhet"),
        "svarsfrekvens": _("Svarsfrekvens"),
        "omfattning": _("Omfattning"),
    }.get(theme, theme)


def role_word(role: str) -> str:
    """Return the name of a viewer's role; an unknown id is returned as it is."""
    return {
        "politiker": _("Politiker"),
        "hr": _("HR"),
        "revisor": _("Revisor"),
        "admin": _("Administratör"),
    }.get(role, role)


def kind_word(kind: str) -> str:
    """Return what a wave's figures are, in a word; an unknown kind is returned as it is."""
    return {
        "egen": _("kommunens egna uppgifter"),
        "rekonstruerad": _("rekonstruerad"),
        "exempel": _("exempel"),
    }.get(kind, kind)


def attribute_word(attribute: str) -> str:
    """Return the name of a respondent attribute; an unknown id is returned as it is."""
    return {
        "all": _("Alla"),
        "department": _("Förvaltning"),
        "position": _("Befattning"),
        "occupation": _("Yrkesroll"),
        "sex": _("Kön"),
        "age": _("Ålder"),
    }.get(attribute, attribute)


def breakdown_word(breakdown: str) -> str:
    """Return the name of a breakdown; crossed ones (``a*b``) are joined by ×."""
    return " × ".join(attribute_word(part) for part in breakdown.split("*"))


def source_words(citation: str) -> str:
    """Return a citation with the document's short title for its file name."""
    for source in reference.sources():
        citation = citation.replace(source.file, source.short)
    return citation


def plain(value: object) -> str:
    """Return ``value`` as one line of harmless text (not escaped for any markup).

    Control characters and direction overrides go (a department name comes from somebody's file and
    could otherwise turn a line around on screen); runs of white space become one space. A no-break
    space is kept.
    """
    kept = (
        " " if char in "\t\n\r\x0b\x0c\x85\u2028\u2029" else char
        for char in str(value)
        if char in "\t\n\r\x0b\x0c\x85\u2028\u2029"
        or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")
        or char == "\u00ad"
    )
    return " ".join(part for part in "".join(kept).split(" ") if part)


_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>$#~|:!^=])|^([-+])(?=\s)|^(\d+)(?=[.)]\s)")


def markdown_text(value: object) -> str:
    """Return ``value`` as one line that Markdown (``st.table``, ``st.caption``) shows literally."""

    def escaped(found: re.Match[str]) -> str:
        return f"{found[3]}\\" if found[3] else f"\\{found[0]}"

    return _MARKDOWN.sub(escaped, plain(value))


def join_words(words: Iterable[str]) -> str:
    """Return "KLK", "KLK och SN" or "KLK, SN och BUN" (empty for no words)."""
    items = list(words)
    if len(items) < 2:
        return items[0] if items else ""
    return _("{first} och {last}").format(first=", ".join(items[:-1]), last=items[-1])


def any_of(words: Iterable[str]) -> str:
    """Return "KLK", "KLK eller SN" or "KLK, SN eller BUN" (empty for no words)."""
    items = list(words)
    if len(items) < 2:
        return items[0] if items else ""
    return _("{first} eller {last}").format(first=", ".join(items[:-1]), last=items[-1])


def list_names(names: Iterable[str], limit: int = 8) -> str:
    """Return a written list of at most ``limit`` names, the rest counted ("… och 12 till")."""
    items = [plain(name) for name in names]
    if len(items) <= limit + 1:  # The last name is no longer than "1 till".
        return join_words(items)
    rest = len(items) - limit
    return _("{names} och {n} till").format(names=", ".join(items[:limit]), n=rest)
