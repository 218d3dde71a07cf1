"""Translation of every string a person sees.

Swedish is the source text: a missing translation shows Swedish, never a key. The module lives in
``queries`` because both the command line and the pages need it, and data walks one way (ui may
import queries, never the reverse). The language is held per context (thread or task), so that two
visitors of one server can read different languages at once.
"""

from __future__ import annotations

import gettext
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

LOCALE_DIR = Path(__file__).resolve().parent.parent / "locale"
LANGUAGES = ("sv", "en")
DEFAULT_LANGUAGE = "sv"

_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)


def set_language(code: str) -> None:
    """Choose the language of this context; anything not in ``LANGUAGES`` means Swedish."""
    _language.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)


def language() -> str:
    """Return the language code of this context, ``sv`` unless set."""
    return _language.get()


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(code: str) -> gettext.NullTranslations:
    """Return the catalogue of ``code``, read from its .po file.

    The .po is read directly rather than compiled to .mo at set-up: one file to keep in step, and a
    clone works before any build step has run.
    """
    source = LOCALE_DIR / code / "LC_MESSAGES" / "distanskollen.po"
    if code == DEFAULT_LANGUAGE or not source.is_file():
        return gettext.NullTranslations()
    from io import BytesIO

    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with source.open("rb") as stream:
        write_mo(compiled, read_po(stream, locale=code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _(message: str) -> str:
    """Return ``message`` (Swedish) in the language of this context."""
    return _catalogue(language()).gettext(message)


def _n(singular: str, plural: str, n: int) -> str:
    """Return the form of the message that fits ``n``; the caller formats ``{n}`` into it."""
    return _catalogue(language()).ngettext(singular, plural, n)
