"""Benchmarks: what others have published, and what of ours it may be set beside.

Read from ``data/benchmarks/``: a TOML file for each survey, and the tables that it names as CSV
beside it. A benchmark is never shown without its caveat, so each pair carries one, which
``set_beside`` puts in both of its rows. Nothing is subtracted: the difference of two surveys of
different people, put in different words, is no number to act on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import Field, StringConstraints, ValidationError, model_validator

from queries import catalogue, reference
from queries.i18n import _, translated
from queries.reference import (
    DATA_DIR,
    Facts,
    Identifier,
    Prose,
    ReferenceDataError,
    Remark,
    Text,
    _convert,
    _csv_rows,
    _read,
    _refuse_repeats,
    _toml,
)

Share = Annotated[float, Field(ge=0, le=1)]
Percent = Annotated[int, Field(ge=0, le=100)]
Caveat = Annotated[Prose, StringConstraints(pattern=r"\.$")]
WHOLE = "alla"
"""The group that holds everybody, which each table begins with."""
RESPONSE = "response"
COARSE = 0.05
"""How far "8 of 10" may lie from the 84 % that it says once more."""
COLUMNS = (
    "pair", "title", "closeness", "side", "name", "wording", "told", "wave", "department",
    "numerator", "denominator", "share", "low", "high", "bound_low", "bound_high", "status", "n",
    "source", "caveat",
)  # fmt: skip
_NAMED = ("wave", "department", "name", "status")
_OURS = (
    *_NAMED, "numerator", "denominator", "share", "low", "high", "bound_low", "bound_high",
)  # fmt: skip


class Group(Facts):
    """A column of the tables: ``alla``, or people of one sex and age."""

    id: Identifier
    label: Prose


class Row(Facts):
    """One answer and how many chose it: whole per cent, in the order of the benchmark's groups."""

    id: Identifier
    label: Prose
    percents: tuple[Percent, ...]

    @model_validator(mode="after")
    def _whole_lies_between_its_parts(self) -> Row:
        whole, *parts = self.percents
        # A weighted mean of its parts, each of them rounded.
        if parts and not min(parts) - 1 <= whole <= max(parts) + 1:
            raise ValueError(_("Andelen för alla ligger utanför gruppernas."))
        return self


class Table(Facts):
    """A table of the source; ``base``: of whom its shares are, as far as the source says."""

    id: Identifier
    code: Text
    file: Text
    title: Prose
    question: Prose
    base: Prose
    source: Text
    rows: tuple[Row, ...] = ()


class Figure(Facts):
    """A number of the source's prose.

    ``told``: its own words where it is no whole per cent. ``group``: whom it is about. ``survey``:
    whose survey, if another than the benchmark's own.
    """

    id: Identifier
    label: Prose
    share: Share
    told: Remark = ""
    group: Prose
    note: Remark = ""
    inferred: Remark = ""
    survey: Remark = ""
    repeats: str = ""
    source: Text


class Survey(Facts):
    """How the numbers came about. ``invited_at_least``: the fewest that ``invited_told`` can be."""

    population: Prose
    mode: Prose
    starts: date
    ends: date
    invited_told: Prose
    invited_at_least: int = Field(gt=0)
    answered: int = Field(gt=0)
    response: Share
    weighting: Prose
    source: Text
    caveat: Caveat

    @property
    def highest_response(self) -> float:
        """The highest response rate that the numbers of people allow."""
        return self.answered / self.invited_at_least


class Pair(Facts):
    """What of ours a benchmark may be set beside: an indicator, or ``options`` of a ``question``.

    ``liknande``: a similar question. ``tema``: the same theme, but another question, so that the
    levels cannot be compared.
    """

    id: Identifier
    title: Prose
    closeness: Literal["liknande", "tema"]
    indicator: str = ""
    question: str = ""
    options: tuple[str, ...] = ()
    figure: str
    caveat: Caveat

    @property
    def key(self) -> str:
        """What a result table calls it: the indicator, or "question:option+option"."""
        return self.indicator or f"{self.question}:{'+'.join(self.options)}"

    @model_validator(mode="after")
    def _has_one_of_ours(self) -> Pair:
        if bool(self.indicator) == bool(self.question):
            raise ValueError(_("Ange antingen indicator eller question."))
        if bool(self.question) != bool(self.options):
            raise ValueError(_("Ange options till question, och bara till den."))
        return self


class Value(Facts):
    """One number of a benchmark, wherever in it it stands.

    ``told`` is empty for whole per cent. ``n``: how many answered the survey in all, of whom the
    base of this number is an unknown part; None where the survey is yet another's.
    """

    label: Prose
    share: Share
    told: Remark = ""
    group: Remark
    question: Remark = ""
    n: int | None
    source: Text


class Benchmark(Facts):
    """One survey of others: how it was made, its tables and numbers, and the pairs."""

    id: Identifier
    title: Prose
    file: Text
    survey: Survey
    groups: tuple[Group, ...] = Field(min_length=1)
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    pairs: tuple[Pair, ...] = ()

    @property
    def publisher(self) -> str:
        """Who made it, as ``sources.toml`` names the publisher of the document."""
        return next(s.publisher for s in reference.sources() if s.file == self.file)

    def value(self, name: str) -> Value:
        """Return the number that ``name`` means: a figure, "table:row:group" or "response".

        Raises ``KeyError`` if there is none.
        """
        if name == RESPONSE:
            return Value(
                label=_("Svarade på enkäten"),
                share=self.survey.response,
                group=_("Alla tillfrågade"),
                n=self.survey.answered,
                source=self.survey.source,
            )
        for figure in self.figures:
            if figure.id == name:
                n = None if figure.survey else self.survey.answered
                kept = ("label", "share", "told", "group", "source")
                return Value(**{name: getattr(figure, name) for name in kept}, n=n)
        table, row, group = _named(self, name)
        at = [g.id for g in self.groups].index(group.id)
        return Value(
            label=row.label,
            share=row.percents[at] / 100,
            group=group.label,
            question=table.question,
            n=self.survey.answered,
            source=table.source,
        )

    @model_validator(mode="after")
    def _names_lead_somewhere(self) -> Benchmark:
        if self.file not in {source.file for source in reference.sources()}:
            raise ValueError(_("{name} finns inte i sources.toml.").format(name=self.file))
        if self.groups[0].id != WHOLE:
            raise ValueError(_("Den första gruppen ska vara {name}.").format(name=WHOLE))
        twice = _("{name} finns två gånger.")
        for entries in (self.groups, self.tables, self.figures, self.pairs):
            _refuse_repeats((entry.id for entry in entries), twice)
        _refuse_repeats((pair.key for pair in self.pairs), twice)
        for figure in self.figures:
            if figure.repeats and abs(self._known(figure, "repeats").share - figure.share) > COARSE:
                raise ValueError(
                    _("{id}: repeats pekar på ett annat tal, {name}.").format(
                        id=figure.id, name=figure.repeats
                    )
                )
        for pair in self.pairs:
            self._known(pair, "figure")
            _check_ours(pair)
        return self

    def _known(self, entry: Figure | Pair, field: str) -> Value:
        try:
            return self.value(getattr(entry, field))
        except KeyError:
            raise ValueError(
                _("{id}: {field} pekar på {name}, som inte finns.").format(
                    id=entry.id, field=field, name=repr(getattr(entry, field))
                )
            ) from None


def _named(benchmark: Benchmark, name: str) -> tuple[Table, Row, Group]:
    parts = name.split(":")
    if len(parts) == 3:
        for table in benchmark.tables:
            rows = {row.id: row for row in table.rows if table.id == parts[0]}
            groups = {group.id: group for group in benchmark.groups}
            if parts[1] in rows and parts[2] in groups:
                return table, rows[parts[1]], groups[parts[2]]
    raise KeyError(name)


def _check_ours(pair: Pair) -> None:
    """Raise ValueError unless some questionnaire, or the catalogue, has what the pair names."""
    if pair.indicator:
        if pair.indicator not in {i.id for i in catalogue.indicators()}:
            raise ValueError(
                _("{id}: indikatorn {name} finns inte.").format(id=pair.id, name=pair.indicator)
            )
        return
    asked = [
        question
        for id in reference.questionnaires()
        for question in reference.load_questionnaire(id).questions
        if question.id == pair.question and set(pair.options) <= set(question.codes)
    ]
    if not asked:
        raise ValueError(
            _("{id}: inget frågeformulär har frågan {name} med de svaren.").format(
                id=pair.id, name=pair.question
            )
        )
    if len(pair.options) > 1 and any(question.type == "multiple" for question in asked):
        # Whoever ticked two of them would be counted twice.
        raise ValueError(
            _("{id}: svar på en fråga med flera svar går inte att lägga ihop.").format(id=pair.id)
        )


# --- reading --------------------------------------------------------------------------------------


def load_benchmarks(directory: Path | None = None) -> tuple[Benchmark, ...]:
    """Return every benchmark, by id, in the language of this context.

    ``directory`` is a data directory (default ``DATA_DIR``); there may be none in it. Raises
    ``ReferenceDataError`` with file and place.
    """
    folder = (directory or DATA_DIR) / "benchmarks"
    files = sorted(folder.glob("*.toml"))
    return translated(_parse(tuple((file, _contents(file)) for file in files)))


def _contents(file: Path) -> tuple[tuple[Path, bytes], ...]:
    """Return the file and the tables that lie beside it, so that an edit of any of them is seen."""
    beside = sorted(file.parent.glob("*.csv"))
    return tuple((path, _read(path)) for path in (file, *beside))


@lru_cache(maxsize=4)
def _parse(files: tuple[tuple[Path, tuple[tuple[Path, bytes], ...]], ...]) -> tuple[Benchmark, ...]:
    return tuple(_benchmark(file, dict(contents)) for file, contents in files)


def _benchmark(file: Path, contents: Mapping[Path, bytes]) -> Benchmark:
    entry = _toml(file, contents[file])
    groups = [str(group.get("id", "")) for group in _listed(entry, "groups")]
    tables = [
        {**table, "rows": list(_rows(file.parent / str(table.get("file", "")), contents, groups))}
        for table in _listed(entry, "tables")
    ]
    try:
        found = Benchmark(**{**entry, "tables": tables})
    except ValidationError as error:
        raise _convert(file, error, {**entry, "tables": tables}) from error
    except TypeError as error:  # A key that is no name of a field, such as one with a space.
        raise ReferenceDataError(file, "", str(error)) from error
    if found.id != file.stem:
        raise ReferenceDataError(file, "id", _("Id ska vara detsamma som filens namn."))
    return found


def _listed(entry: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the tables of an array; what is no such thing is left for the model to refuse."""
    found = entry.get(key)
    return [e for e in found if isinstance(e, dict)] if isinstance(found, list) else []


def _rows(
    file: Path, contents: Mapping[Path, bytes], groups: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table as entries of ``Row``. Raises ``ReferenceDataError``."""
    if file not in contents:
        raise ReferenceDataError(file, "", _("Filen går inte att läsa."))
    names, seen = ["id", "label", *groups], set[str]()
    for line, row in _csv_rows(file, contents[file]):
        if list(row) != names:
            text = _("Kolumnerna ska vara {names}.").format(names=", ".join(names))
            raise ReferenceDataError(file, _("rad {n}").format(n=1), text)
        made = {"id": row["id"], "label": row["label"], "percents": [row[g] for g in groups]}
        try:
            Row(**made)
        except ValidationError as error:
            raise _in_row(file, line, error, made, groups) from error
        if row["id"] in seen:
            text = _("{name} finns två gånger.").format(name=repr(row["id"]))
            raise ReferenceDataError(file, _("rad {n}").format(n=line), text)
        seen.add(row["id"])
        yield made
    if not seen:
        raise ReferenceDataError(file, "", _("Filen är tom."))


def _in_row(
    file: Path, line: int, error: ValidationError, made: dict[str, Any], groups: Sequence[str]
) -> ReferenceDataError:
    """Return the first error of a row, its column told by name."""
    place, loc = _("rad {n}").format(n=line), error.errors()[0]["loc"]
    if len(loc) == 2 and isinstance(loc[1], int):
        text = _("Här ska det stå ett heltal från 0 till 100.")
        return ReferenceDataError(file, f"{place}, {groups[loc[1]]}", text)
    return _convert(file, error, made, place)


# --- ours and theirs ------------------------------------------------------------------------------


def answer_sets(benchmarks: Iterable[Benchmark]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the sets of answers that pairs need counted: key → (question, options)."""
    pairs = (pair for benchmark in benchmarks for pair in benchmark.pairs)
    return {pair.key: (pair.question, pair.options) for pair in pairs if pair.question}


def set_beside(
    ours: pd.DataFrame, benchmarks: Iterable[Benchmark], wordings: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return our results and the benchmarks as one table (``COLUMNS``), ours first in each pair.

    ``ours``: a result table in which ``indicator`` is ``Pair.key``; a pair that it lacks was not
    asked. ``wordings``: what we asked, by key. ``side`` is "ours" or "theirs". ``n``: our base, or
    theirs as in ``Value``. ``told``: their own words for a number that is no whole per cent. Both
    rows carry the caveat.
    """
    wordings = wordings or {}
    blank = dict.fromkeys(COLUMNS)
    found: list[dict[str, Any]] = []
    for benchmark in benchmarks:
        for pair in benchmark.pairs:
            shared = {
                **blank,
                "pair": pair.id,
                "title": pair.title,
                "closeness": pair.closeness,
                "caveat": pair.caveat,
            }
            mine = ours[ours["indicator"] == pair.key] if len(ours) else ours
            rows = mine.to_dict("records") or [{"status": "not_asked", "name": ""}]
            found += [
                {
                    **shared,
                    **{c: row.get(c) for c in _OURS if row["status"] == "shown" or c in _NAMED},
                    "side": "ours",
                    "wording": wordings.get(pair.key, ""),
                    "told": "",
                    "n": row.get("denominator") if row["status"] == "shown" else None,
                    "source": "",
                }
                for row in rows
            ]
            value = benchmark.value(pair.figure)
            wording = value.label
            if value.question:
                wording = f"{value.question} {value.label}"
            found.append(
                {
                    **shared,
                    "side": "theirs",
                    "name": benchmark.publisher,
                    "wording": wording,
                    "told": value.told,
                    "share": value.share,
                    "status": "shown",
                    "n": value.n,
                    "source": value.source,
                }
            )
    table = pd.DataFrame(found, columns=list(COLUMNS))
    counts = ["numerator", "denominator", "n"]
    return table.astype(dict.fromkeys(counts, "Int64") | dict.fromkeys(COLUMNS[11:16], "Float64"))


def by_pair(table: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the rows of each pair of a table from ``set_beside``, in its order."""
    return [rows for _pair, rows in table.groupby("pair", sort=False)]
