"""A register indicator over time in words and tables: what changed, the chart told, the files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ui import formats as f
from ui.drawing import Row, heading
from ui.months import Line, absence_word, month_end, months_before, read_lines
from ui.series import waves_of
from ui.text import _, join_words, list_names, plain, status_reason, status_word

YEAR = 12


# --- words ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ends:
    """The two ends of the last year of a line, and whether it is a year to the day.

    ``before`` is None where there is no earlier month.
    """

    before: Row | None
    after: Row
    year: bool

    @property
    def both(self) -> bool:
        return self.before is not None and self.before.shown and self.after.shown

    @property
    def small(self) -> bool:
        return self.both and any(row.small for row in (self.before, self.after) if row)


def _ends(line: Line) -> Ends:
    """Return the last day and twelve months before: of a shorter series, its first number.

    Where that month is hidden, the one shown before it, else the first that is shown after.
    """
    last = line.days[-1]
    ago = months_before(last, YEAR)
    rows = dict(zip(line.days, line.rows, strict=True))
    before = rows.get(ago)
    if before is None or before.status == "hidden":
        earlier = [row for day, row in line.shown if day < last]
        until = [row for day, row in line.shown if day <= ago]
        before = until[-1] if until else earlier[0] if earlier else before
    exact = before is rows.get(ago) and last == month_end(last)
    return Ends(before, line.rows[-1], exact)


def development(results: pd.DataFrame, source: str = "") -> str:
    """Return what has changed over the last twelve months: the whole, and a single department.

    A count of everything has no sampling error: it changed, or it did not. Of a small base the
    counts are told and no percentage points. ``source`` goes before, where there are others.
    """
    lines = read_lines(results, 1)
    if not lines:
        return _("Det finns ingen utveckling att visa.")
    single = lines[1:] if len(lines) == 2 else []
    told = [_changed(line, source, named=bool(single)) for line in [*lines[:1], *single]]
    if any(_ends(line).small for line in [*lines[:1], *single]):
        told.append(_("Underlaget är litet: en enda överenskommelse märks i andelen."))
    return " ".join(told)


def _changed(line: Line, source: str, named: bool) -> str:
    ends = _ends(line)
    before, after = ends.before, ends.after
    if not line.shown:
        text = _("Inget tal kan visas för någon månad ({word}).")
        text = text.format(word=absence_word(after.status))
    elif not after.shown:
        text = _("Talet för {when} visas inte ({word}).")
        text = text.format(when=after.name, word=absence_word(after.status))
    elif before is None:
        text = _("Det finns bara en tidpunkt att visa, {when}: {value}.")
        text = text.format(when=after.name, value=after.told)
    elif not before.shown:
        text = _("{value} i {when}. Tolv månader tidigare, i {before}, finns inget tal ({word}).")
        text = text.format(
            when=after.name, value=after.told, before=before.name, word=absence_word(before.status)
        )
    else:
        text = _moved(before, after, ends)
    if named and source:
        source = _("{name}, {source}").format(name=line.name, source=_lower(source))
    intro = source or (line.name if named else "")
    return _("{name}: {text}").format(name=intro, text=_lower(text)) if intro else text


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _moved(before: Row, after: Row, ends: Ends) -> str:
    """Return "Andelen har ökat på tolv månader: från … till … (+12,3 procentenheter)."."""
    assert before.share is not None and after.share is not None
    moved = after.share - before.share
    if abs(moved) < 1e-9:
        text = (
            _("Andelen är densamma som för tolv månader sedan")
            if ends.year
            else _("Andelen är densamma som i {when}")
        )
    elif moved > 0:
        text = (
            _("Andelen har ökat på tolv månader")
            if ends.year
            else _("Andelen har ökat sedan {when}")
        )
    else:
        text = (
            _("Andelen har minskat på tolv månader")
            if ends.year
            else _("Andelen har minskat sedan {when}")
        )
    first, last = (row.counted if ends.small else row.told for row in (before, after))
    # "Sedan juli 2025" has told when it was.
    form = (
        _("{change}: från {before} i {first} till {after} i {last}")
        if ends.year
        else _("{change}: från {before} till {after} i {last}")
    )
    told = form.format(
        change=text.format(when=before.name),
        before=first,
        first=before.name,
        after=last,
        last=after.name,
    )
    if ends.small or abs(moved) < 1e-9:
        return f"{told}."
    return _("{told} ({points}).").format(told=told, points=f.points(moved))


def alt_series(
    results: pd.DataFrame,
    *,
    title: str = "",
    threshold: float | None = None,
    survey: pd.DataFrame | None = None,
    names: tuple[str, str] = ("", ""),
    digits: int = 0,
) -> str:
    """Return the chart in words: the whole from first to last, its extremes, departments, gaps.

    With ``survey`` its waves follow, in sentences of their own.
    """
    lines = read_lines(results, digits)
    parts = heading(title)
    if not lines:
        return " ".join([*parts, _("Det finns inget att visa.")])
    single = lines[1:] if len(lines) == 2 else []
    drawn = lines if survey is None else lines[:1] + single
    parts += [_course(line) for line in [*lines[:1], *single]]
    if threshold is not None:
        parts.append(_("Gränsen är {x}.").format(x=f.percent(threshold)))
    if not single and survey is None:
        parts += _standing(lines[1:])
    parts += _gap_sentences(drawn)
    parts += why_months(drawn)
    for wave in waves_of(survey, digits):
        for each in [*lines[:1], *single]:
            row = wave.rows.get(each.code)
            if row is not None:
                parts.append(_wave_told(wave.label, plain(names[1]), row))
    return " ".join(parts)


def why_months(lines: Sequence[Line], *, drawn: bool = True) -> list[str]:
    """Return why months are hidden, whatever the cause, and, where they are ``drawn``, how a line
    leads past them; nothing where none is."""
    sentences = []
    if any(row.status == "hidden" for line in lines for row in line.rows):
        sentences.append(status_reason("hidden"))
    if drawn and any(line.passages for line in lines):
        sentences.append(_("Där linjen går streckad är månaderna emellan dolda."))
    return sentences


def _course(line: Line) -> str:
    """Return "Alla: från 7 av 17 i mars 2024 till 62 % (98 av 158) i oktober 2026; lägst …"."""
    if not line.shown:
        return _("{name}: inget tal kan visas.").format(name=line.name)
    (_d, first), (_e, last) = line.shown[0], line.shown[-1]
    if first is last:
        text = _("{name}: {value} i {when}.")
        return text.format(name=line.name, value=last.told, when=last.name)
    low = min((row for _day, row in line.shown), key=lambda row: row.share or 0.0)
    high = max((row for _day, row in line.shown), key=lambda row: row.share or 0.0)
    text = _("{name}: från {first} i {start} till {last} i {end}").format(
        name=line.name, first=first.told, start=first.name, last=last.told, end=last.name
    )
    between = [
        words.format(value=row.told, when=row.name)
        for row, words in ((low, _("lägst {value} i {when}")), (high, _("högst {value} i {when}")))
        if row is not first and row is not last
    ]
    return "; ".join([text, *([join_words(between)] if between else [])]) + "."


def _standing(lines: Sequence[Line]) -> list[str]:
    """Return where the departments stand on the last day: the highest and the lowest."""
    shown = [line for line in lines if line.last.shown]
    if not shown:
        return [_("Ingen förvaltnings tal kan visas för den sista tidpunkten.")] if lines else []
    when_last = shown[0].last.name
    low = min(shown, key=lambda line: line.last.share or 0.0)
    high = max(shown, key=lambda line: line.last.share or 0.0)
    if (high.last.share or 0.0) - (low.last.share or 0.0) < 1e-9:
        return [_("Förvaltningarna ligger lika i {when}.").format(when=when_last)]
    text = _("I {when} är {high} högst ({high_value}) och {low} lägst ({low_value}).")
    return [
        text.format(
            when=when_last, high=high.name, high_value=high.last.told, low=low.name,
            low_value=low.last.told,
        )
    ]  # fmt: skip


def _gap_sentences(lines: Sequence[Line]) -> list[str]:
    """Return a sentence per kind of absence: who, and when."""
    found: dict[str, list[str]] = {}
    for each in lines:
        for gap in each.gaps:
            if not gap.first and gap.last == len(each.days) - 1:
                text = _("{name} hela tiden").format(name=each.name)
            else:
                text = _("{name} {period}").format(name=each.name, period=each.period(gap))
            found.setdefault(absence_word(gap.status), []).append(text)
    return [
        _("{status}: {names}.").format(status=word[:1].upper() + word[1:], names=list_names(names))
        for word, names in found.items()
    ]


def _wave_told(label: str, name: str, row: Row) -> str:
    value = row.told if row.shown else status_word(row.status)
    if row.interval:
        value += _(", 95 % konfidensintervall {x}").format(x=row.interval)
    return _("{source}, {wave}, {name}: {value}.").format(
        source=name, wave=label, name=row.name, value=value
    )


# --- tables --------------------------------------------------------------------------------------


def series_table(results: pd.DataFrame, digits: int = 1) -> pd.DataFrame:
    """Return the series as display strings: a row per day, the latest first, a column per line."""
    lines = read_lines(results, digits)
    if not lines:
        return pd.DataFrame(dtype=str)
    days = list(enumerate(lines[0].days))[::-1]
    columns = [_("Datum"), *(line.name for line in lines)]
    rows = [
        [
            f.date(day),
            *(
                line.rows[i].told if line.rows[i].shown else absence_word(line.rows[i].status)
                for line in lines
            ),
        ]
        for i, day in days
    ]
    return pd.DataFrame(rows, columns=columns, dtype=str)


def series_export(
    results: pd.DataFrame, name: str, *, head: str | None = None, mark: str = ""
) -> pd.DataFrame:
    """Return the series for a file: a row per day and department, real dates and numbers.

    ``name`` is the indicator's, ``head`` that of the rows' names (default "Förvaltning"); ``mark``
    stands in a column of its own in every row. What is not shown is the word for why in every
    measure.
    """
    lines = read_lines(results, 1)
    indicator = plain(results["indicator"].iloc[0]) if len(results) else ""
    rows = []
    for i, day in enumerate(lines[0].days if lines else ()):
        for each in [*lines[1:], *lines[:1]]:
            row = each.rows[i]
            word = absence_word(row.status)
            rows.append(
                {
                    **({_("Märkning"): mark} if mark else {}),
                    _("Indikator"): plain(name),
                    _("Indikatorns id"): indicator,
                    _("Datum"): day,
                    _("Kod"): each.code or "",
                    head or _("Förvaltning"): each.name,
                    _("Antal"): word if row.count is None else int(row.count),
                    _("Underlag"): word if row.base is None else int(row.base),
                    _("Andel"): word if row.share is None else row.share,
                }
            )
    return pd.DataFrame(rows, dtype=object)
