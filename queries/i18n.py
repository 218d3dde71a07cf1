"""Translation of every string a person sees.

Swedish is the source text: a missing translation shows Swedish, never a key. The module lives in
``queries`` because both the command line and the pages need it, and data walks one way (ui may
import queries, never the reverse). The language is held per context (thread or task), so that two
visitors of one server can read different languages at once.

Strings come from two places. In the source they are marked by ``_`` and ``_n``; in the data files
they are the fields that a model marks as ``Translated``, which ``translated`` looks up in the same
catalogue. One catalogue for both: a translator meets the same word once.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, update_wrapper
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from pydantic import BaseModel

LOCALE_DIR = Path(__file__).resolve().parent.parent / "locale"
LANGUAGES = ("sv", "en")
DEFAULT_LANGUAGE = "sv"

_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


def set_language(code: str) -> None:
    """Choose the language of this context; anything not in ``LANGUAGES`` means Swedish."""
    _language.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)


def language() -> str:
    """Return the language code of this context, ``sv`` unless set."""
    return _language.get()


@contextmanager
def in_language(code: str) -> Iterator[None]:
    """Speak ``code`` within the block, and what was spoken before after it."""
    before = _language.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)
    try:
        yield
    finally:
        _language.reset(before)


def bound(function: Callable[P, R]) -> Callable[P, R]:
    """Return ``function`` tied to the language spoken now, whoever calls it and when.

    A download is made when its button is pressed, on a thread of the server's own where nobody has
    chosen a language: the file would be Swedish under an English page.
    """
    code = language()

    def spoken(*args: P.args, **kwargs: P.kwargs) -> R:
        with in_language(code):
            return function(*args, **kwargs)

    return update_wrapper(spoken, function)


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
    # gettext answers an empty text with the catalogue's own header.
    return _catalogue(language()).gettext(message) if message else message


def _n(singular: str, plural: str, n: int) -> str:
    """Return the form of the message that fits ``n``; the caller formats ``{n}`` into it."""
    return _catalogue(language()).ngettext(singular, plural, n)


# --- words in data files --------------------------------------------------------------------------


class Translated:
    """Marks a model's text field as words for people: ``Annotated[str, Translated()]``.

    What is not marked is never translated: codes, headings and aliases that files are matched by,
    names of departments, and citations, which must lead to the place in the Swedish source. A text
    that matches ``unless`` at its start is such a citation, in a field that may hold either.
    """

    def __init__(self, unless: str | None = None) -> None:
        self._unless = re.compile(unless) if unless else None

    def covers(self, text: str) -> bool:
        """Return whether ``text`` is words to translate."""
        return bool(text) and not (self._unless and self._unless.match(text))


def prose(value: Any) -> Iterator[str]:
    """Yield every marked text in a model, or in a tuple of them, in order; empty ones are left out.

    Only what stands in the value itself is met, so it is read in Swedish by whoever extracts it.
    """
    if isinstance(value, BaseModel):
        marked = _marked(type(value))
        for name in type(value).model_fields:
            inner = getattr(value, name)
            if name not in marked:
                yield from prose(inner)
            elif marked[name].covers(inner):
                yield inner
    elif isinstance(value, tuple):
        for part in value:
            yield from prose(part)


def translated(value: T) -> T:
    """Return a model (or a tuple of them) with its marked fields in the language of this context.

    In Swedish the very same object. Otherwise a copy, made once per language and object: the
    readers hand out the same object until its file changes.
    """
    if language() == DEFAULT_LANGUAGE:
        return value
    return _spoken(value, _catalogue(language()))


_SPOKEN: dict[tuple[int, int], tuple[Any, Any, Any]] = {}
SPOKEN_MAX = 64


def _spoken(value: Any, catalogue: gettext.NullTranslations) -> Any:
    """Return the copy of ``value`` in a catalogue's language, made once for each pair of the two.

    By identity and not by equality: hashing all dossiers costs thirty times as much as the rest of
    looking one up. The entry holds both objects, so that their identities are not used again.
    """
    key = (id(value), id(catalogue))
    found = _SPOKEN.get(key)
    if found is None:
        # Another visitor's thread may make room at the same time: nothing here trusts what it saw.
        for oldest in list(_SPOKEN)[: max(0, len(_SPOKEN) - SPOKEN_MAX + 1)]:
            _SPOKEN.pop(oldest, None)
        found = _SPOKEN[key] = (value, catalogue, _spoken_part(value, catalogue))
    return found[2]


def _spoken_part(value: Any, catalogue: gettext.NullTranslations) -> Any:
    if isinstance(value, tuple):
        parts = tuple(_spoken_part(part, catalogue) for part in value)
        same = all(new is old for new, old in zip(parts, value, strict=True))
        return value if same else parts
    if not isinstance(value, BaseModel):
        return value
    marked = _marked(type(value))
    changed = {}
    for name in type(value).model_fields:
        old = getattr(value, name)
        if name in marked:
            new = catalogue.gettext(old) if marked[name].covers(old) else old
        else:
            new = _spoken_part(old, catalogue)
        if new is not old:
            changed[name] = new
    return value.model_copy(update=changed) if changed else value


@lru_cache(maxsize=128)
def _marked(model: type[BaseModel]) -> dict[str, Translated]:
    """Return the model's fields that are marked as ``Translated``, each with its mark."""
    return {
        name: mark
        for name, field in model.model_fields.items()
        for mark in field.metadata
        if isinstance(mark, Translated)
    }
