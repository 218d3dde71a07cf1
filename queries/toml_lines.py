"""On which line of a TOML file each key and each item of a list stands.

``tomllib`` gives the values but not their lines, and a person who is told that the fourth rule has
an unknown modality has to count. The text is read a second time, only for the places: it has been
parsed before, so nothing here needs to judge whether it is valid.
"""

from __future__ import annotations

import re

Path = tuple[int | str, ...]

_TOKEN = re.compile(
    r"""
    (?P<blank>[ \t\r\ufeff]+|\#[^\n]*)
    | (?P<newline>\n)
    | (?P<string>\"\"\"(?:\\.|[^\\])*?\"{3,5}|'''.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')
    | (?P<mark>[\[\]{}=,.])
    | (?P<bare>[^\s\[\]{}=,.\#"']+)
    | (?P<stray>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Lines:
    """The places of a valid TOML text: ``Lines(text).of(("rules", 3, "modality"))``."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str, int]] = []
        line = 1
        for match in _TOKEN.finditer(text):
            kind = match.lastgroup or "stray"
            if kind != "blank":
                self._tokens.append((kind, match[0], line))
            line += match[0].count("\n")
        self._tokens.append(("end", "", line))
        self._at = 0
        self._found: dict[Path, int] = {(): 1}
        # Of each list of tables ([[rules]]), the number of the one that is being read.
        self._latest: dict[Path, int] = {}
        self._statements()

    def of(self, path: Path) -> int:
        """Return the line (from 1) of ``path``, or of the nearest thing around it that is there."""
        while path not in self._found:
            path = path[:-1]
        return self._found[path]

    # A reader by recursive descent; each method starts at its first token and ends after its last.

    def _peek(self) -> str:
        kind, text, _line = self._tokens[self._at]
        return text if kind == "mark" else kind

    def _next(self) -> tuple[str, str, int]:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _skip(self, *what: str) -> None:
        while self._peek() in what:
            self._next()

    def _note(self, path: Path, line: int) -> None:
        # A dotted key also makes the tables on its way.
        for end in range(1, len(path) + 1):
            self._found.setdefault(path[:end], line)

    def _statements(self) -> None:
        table: Path = ()
        while self._peek() != "end":
            if self._peek() == "newline":
                self._next()
            elif self._peek() == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        line = self._next()[2]
        many = self._peek() == "["
        self._skip("[")
        keys = self._keys("]")
        self._skip("]")
        path: Path = ()
        for key in keys[:-1]:
            path = (*path, key)
            if path in self._latest:
                path = (*path, self._latest[path])
        path = (*path, *keys[-1:])
        if many:
            self._latest[path] = self._latest.get(path, -1) + 1
            path = (*path, self._latest[path])
        self._note(path, line)
        return path

    def _keys(self, end: str) -> list[str]:
        keys = []
        while self._peek() not in (end, "newline", "end"):
            kind, text, _line = self._next()
            if kind != "mark":
                keys.append(text.strip("\"'") if kind == "string" else text)
        return keys

    def _pair(self, table: Path) -> None:
        line = self._tokens[self._at][2]
        path = (*table, *self._keys("="))
        self._note(path, line)
        self._skip("=")
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._peek() == "[":
            self._next()
            self._skip("newline")
            index = 0
            while self._peek() not in ("]", "end"):
                self._note((*path, index), self._tokens[self._at][2])
                self._value((*path, index))
                self._skip("newline", ",")
                index += 1
            self._next()
        elif self._peek() == "{":
            self._next()
            self._skip("newline")
            while self._peek() not in ("}", "end"):
                self._pair(path)
                self._skip("newline", ",")
            self._next()
        else:
            # Numbers and dates are several tokens (2.5, or 2024-09-01 with a time after it).
            while self._peek() not in ("newline", ",", "]", "}", "end"):
                self._next()
