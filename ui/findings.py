"""Findings in plain Swedish, generated from results and right for any data.

The rules (docs/method.md): a share is said to be more or less than half only when its whole 95 %
interval is, and then what *vet ej* or the silent could make of it stands in the same breath; that
a place differs is said of it beside all the others, and of a change, when interval and test bear it
(or the non-response bounds alone), the same everywhere; a share is never told
without its interval and its non-response bounds; what is hidden is never estimated. Without a
number there is a sentence that says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from queries.catalogue import Indicator
from queries.conclusions import Claim, Conclusion, Evidence, Trial, conclude, seen
from queries.mergings import of_several
from ui import formats as f
from ui.text import _, list_names, plain, status_reason

Row = Mapping[str, Any]

TOLD = (
    "department", "name", "status", "numerator", "denominator", "share", "low", "high",
    "bound_low", "bound_high", "dont_know", "without_denominator", "without_share", "difference",
    "diff_low", "diff_high", "diff_bound_low", "diff_bound_high", "diff_p", "diff_without",
)  # fmt: skip
"""The columns of ``queries.uncertainty`` that a finding is told from."""


def whole_of(results: pd.DataFrame) -> dict[str, Any] | None:
    """Return the row of the whole municipality as a dict, None if the table has none."""
    rows = results[results["department"].isna()].to_dict("records")
    return rows[0] if rows else None


def shown_departments(results: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of single departments that have a share (mergings left out).

    A merging that is alone beside the whole is what was chosen, and stands for itself.
    """
    rows = results[results["department"].notna()].to_dict("records")
    mergings = of_several(row["department"] for row in rows)
    return [r for r in rows if r["department"] not in mergings and f.is_shown(r)]


def finding(indicator: Indicator, results: pd.DataFrame) -> str:
    """Return what one indicator says in a paragraph: the whole, the extremes, how sure.

    ``results`` is the indicator's result table in one wave.
    """
    whole = whole_of(results)
    if whole is None or not f.is_shown(whole):
        status = whole["status"] if whole else "not_asked"
        if indicator.full_count and status == "not_asked":
            return _("{name}: uppgiften saknas i det som är inläst.").format(name=indicator.name)
        return _("{name}: {reason}").format(name=indicator.name, reason=status_reason(status))
    sentences = [
        _("{name}: {share} ({count} av {base}).").format(
            name=indicator.name,
            share=f.percent(whole["share"], 1),
            count=f.number(whole["numerator"]),
            base=f.number(whole["denominator"]),
        ),
        headline(results),
        sureness(indicator, whole),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def headline(results: pd.DataFrame) -> str:
    """Return the sentence that the indicator turns on: who surely differs from the others, or that
    none does; of a full count who is lowest and highest.

    What is hidden or without answers is not in it: chart, table and their own view say so, and a
    finding that is half absences is no finding.
    """
    return _extremes(results)


def sureness(indicator: Indicator, whole: Row, *, interval: bool = True) -> str:
    """Return how far a shown share of the whole can be trusted, or how far it is from the limit.

    ``interval=False`` where the interval already stands under the number.
    """
    if indicator.full_count:
        return _against_threshold(indicator, whole)
    if f.is_missing(whole["low"]):
        return ""
    claimed, told = _claimed(indicator, whole)
    sentences = [told]
    if interval:
        text = _("Statistisk osäkerhet: {interval}.")
        sentences.insert(0, text.format(interval=f.interval(whole["low"], whole["high"])))
    if not f.is_missing(whole["bound_low"]):
        sentences.append(_whatever_the_silent(whole, claimed))
    return " ".join(sentence for sentence in sentences if sentence)


NEAR_HALF = (0.25, 0.75)
"""Shares between these are told as more or less than half; of 1 % it goes without saying."""


def evidence(row: Row, prefix: str = "") -> Evidence:
    """Return what a row tells of a claim, with a share's uncertainties or a difference's.

    ``row``: of a result table, or of ``queries.uncertainty``, which alone knows of *vet ej*.
    ``prefix``: "diff_" for the difference from the rest, whose own column is ``difference``.
    """

    def number(name: str) -> float:
        value = row.get(name)
        return math.nan if f.is_missing(value) else float(value)  # type: ignore[arg-type]

    ends = (number(prefix + end) for end in ("low", "high", "bound_low", "bound_high"))
    apart = not f.is_missing(row.get("dont_know"))
    if prefix:
        without = number("diff_without") if apart else None
        p_value = number("diff_p" if "diff_p" in row else "p_holm")
        return Evidence(number("difference"), *ends, without, p_value)
    return Evidence(number("share"), *ends, number("without_share") if apart else None)


def nobody_silent(row: Row, prefix: str = "") -> bool:
    """Return whether everybody who was asked has answered: then the bounds are the number itself,
    and there is nobody of whom something else could be thought."""
    return evidence(row, prefix).nobody_silent


def _claimed(indicator: Indicator, whole: Row) -> tuple[Conclusion | None, str]:
    """Return what is claimed of the whole, and the short sentence for it; or that nothing can be.

    The claim is about the threshold where there is one, otherwise about the half. The long
    sentence, with every trial in it, is ``Conclusion.sentence``.
    """
    found = evidence(whole)
    if indicator.thresholds:
        limit = indicator.thresholds[0].value
        claim = seen(found, limit)
        made = conclude(claim, found, limit) if claim else None
        return _short(made, whole, _of_limit(made, f.percent(limit)))
    # Of a share that is wished low, or of 1 %, nobody asks whether it is a majority.
    if indicator.direction != "higher" or not NEAR_HALF[0] <= whole["share"] <= NEAR_HALF[1]:
        return None, ""
    side = seen(found, 0.5)
    claim = {Claim.ABOVE: Claim.MAJORITY, Claim.BELOW: Claim.MINORITY}.get(side) if side else None
    made = conclude(claim, found) if claim else None
    return _short(made, whole, _of_half(made))


def _of_half(made: Conclusion | None) -> tuple[str, str, str]:
    """Return the sentences of the half: sure, sure but for *vet ej*, not sure.

    The whole is named: the share of one department may stand just before.
    """
    unsure = _("Om det i hela kommunen är mer eller mindre än hälften går inte att säga.")
    if made and made.claim is Claim.MAJORITY:
        return (
            _("I hela kommunen är det mer än hälften, också med osäkerheten."),
            _(
                "I hela kommunen är det mer än hälften, också med osäkerheten, men inte om "
                "”vet ej” räknas bort (då {share})."
            ),
            unsure,
        )
    return (
        _("I hela kommunen är det mindre än hälften, också med osäkerheten."),
        _(
            "I hela kommunen är det mindre än hälften, också med osäkerheten, men inte om "
            "”vet ej” räknas bort (då {share})."
        ),
        unsure,
    )


def _of_limit(made: Conclusion | None, limit: str) -> tuple[str, str, str]:
    """Return the sentences of a threshold: sure, sure but for *vet ej*, not sure."""
    unsure = _("Om andelen i hela kommunen är högre eller lägre än gränsen {limit} går inte att "
               "säga.")  # fmt: skip
    if made and made.claim is Claim.ABOVE:
        texts = (
            _("I hela kommunen är andelen högre än gränsen {limit}, också med osäkerheten."),
            _(
                "I hela kommunen är andelen högre än gränsen {limit}, också med osäkerheten, men "
                "inte om ”vet ej” räknas bort (då {share})."
            ),
        )
    else:
        texts = (
            _("I hela kommunen är andelen lägre än gränsen {limit}, också med osäkerheten."),
            _(
                "I hela kommunen är andelen lägre än gränsen {limit}, också med osäkerheten, men "
                "inte om ”vet ej” räknas bort (då {share})."
            ),
        )
    sure, but, not_sure = (text.replace("{limit}", limit) for text in (*texts, unsure))
    return sure, but, not_sure


def _short(
    made: Conclusion | None, row: Row, texts: tuple[str, str, str]
) -> tuple[Conclusion | None, str]:
    """Choose the short sentence; a claim that chance could have made is none."""
    sure, but, unsure = texts
    if made is None or Trial.SAMPLING not in made.holds:
        return None, unsure
    if Trial.DONT_KNOW in made.fails:
        return made, but.format(share=without_text(row))
    return made, sure


def without_text(row: Row) -> str:
    """Return the share of those who had an opinion; "0 av 0" where nobody had."""
    if f.is_missing(row["without_share"]):
        return f.count_text(0, 0)
    return f.share_text(row["numerator"], row["without_denominator"], row["without_share"])


def _whatever_the_silent(whole: Row, claimed: Conclusion | None) -> str:
    """Return what the silent could make of the whole, and whether it would undo the claim."""
    if nobody_silent(whole):
        return _("Alla tillfrågade har svarat, så andelen är känd.")
    bounds = f.interval(whole["bound_low"], whole["bound_high"])
    if claimed and Trial.SILENT in claimed.holds:
        text = _("Det gäller vad de som inte svarat än tycker: andelen är {bounds}.")
    elif claimed:
        text = _(
            "Men tycker de som inte svarat annorlunda kan det vara tvärtom: andelen kan vara "
            "{bounds}."
        )
    else:
        text = _("Med dem som inte svarat kan kommunens andel vara {bounds}.")
    return text.format(bounds=bounds)


# --- a place beside all the others ----------------------------------------------------------------


def is_sure(row: Row) -> bool:
    """Return whether a row of ``queries.uncertainty`` surely differs from the rest.

    The interval says so, and the test, corrected for how many are compared.
    """
    found = evidence(row, "diff_")
    claim = seen(found)
    return claim is not None and Trial.SAMPLING in conclude(claim, found).holds


def known_to_differ(row: Row) -> bool:
    """Return whether a row differs from the rest whatever those who were silent think."""
    found = evidence(row, "diff_")
    claim = seen(found)
    return claim is not None and Trial.SILENT in conclude(claim, found).holds


def sure_by_bounds(row: Row) -> bool:
    """Return whether a row that ``is_sure`` is so by the non-response bounds alone: whatever those
    who were silent think, the difference is there, while the test by itself would not say so."""
    found = evidence(row, "diff_")
    claim = seen(found)
    if claim is None or not known_to_differ(row):
        return False
    # Tried without its bounds, by the interval and the test.
    tested = replace(found, bound_low=-1.0, bound_high=1.0)
    return Trial.SAMPLING not in conclude(claim, tested).holds


def marks(table: pd.DataFrame) -> dict[tuple[str, str | None], tuple[str, str]]:
    """Return who surely differs from the rest, for a matrix: (indicator, department) → "above" or
    "below", and by how many percentage points. ``table``: of ``queries.uncertainty``."""
    found: dict[tuple[str, str | None], tuple[str, str]] = {}
    for row in table.to_dict("records"):
        if row["status"] == "shown" and not f.is_missing(row["difference"]) and is_sure(row):
            size = row["difference"]
            # Of many people half a point may be sure: it is not to be read as none.
            text = f.points_short(size, 0 if abs(size) >= 0.005 else 1)
            found[row["indicator"], row["department"]] = "above" if size > 0 else "below", text
    return found


def as_difference(row: Row) -> Row:
    """Return a row whose limits are those of its difference (a pair, a change) as one beside the
    rest, for ``evidence``."""
    return {
        **row,
        **{f"diff_{end}": row[end] for end in ("low", "high", "bound_low", "bound_high")},
    }


def difference_text(row: Row, prefix: str = "diff_") -> str:
    """Return a difference with its interval: "−25,8 procentenheter, 95 % intervall −40 till −9".

    One that is known, since everybody has answered, has none.
    """
    if f.is_point(row[f"{prefix}low"], row[f"{prefix}high"]):
        return f.points(row["difference"])
    return _("{difference}, 95 % intervall {interval}").format(
        difference=f.points(row["difference"]),
        interval=f.points_interval(row[f"{prefix}low"], row[f"{prefix}high"], unit=False),
    )


def from_rest(row: Row, whole: Row) -> str:
    """Return in a sentence how one place differs from all the others, and how surely.

    A difference of fewer than 20 answers is told in counts.
    """
    if f.is_missing(row.get("difference")):
        return ""
    others = [whole[name] - row[name] for name in ("numerator", "denominator")]
    if min(row["denominator"], others[1]) < f.SMALL_BASE:
        size = _("övriga: {count}").format(count=f.count_text(*others))
    else:
        size = difference_text(row)
    found = evidence(row, "diff_")
    claim = seen(found)
    made = conclude(claim, found) if claim else None
    if made is None:
        return _("Det är samma andel som bland övriga.")
    if Trial.SAMPLING not in made.holds:
        text = _("Skillnaden mot övriga är inte tydlig ({size}).")
    elif made.claim is Claim.HIGHER_THAN_REST:
        text = (
            _("Det är högre än bland övriga, men inte om ”vet ej” räknas bort ({size}).")
            if Trial.DONT_KNOW in made.fails
            else _("Det är högre än bland övriga, också med osäkerheten ({size}).")
        )
    else:
        text = (
            _("Det är lägre än bland övriga, men inte om ”vet ej” räknas bort ({size}).")
            if Trial.DONT_KNOW in made.fails
            else _("Det är lägre än bland övriga, också med osäkerheten ({size}).")
        )
    return text.format(size=size)


def _surely_apart(rows: Iterable[Row]) -> str:
    """Return who surely differs from the rest, with their shares; "" if none does."""
    sure = [row for row in rows if is_sure(row)]
    few = any(row["denominator"] < f.SMALL_BASE for row in sure)

    def listed(kept: Iterable[Row]) -> list[str]:
        return [
            _("{name} ({share})").format(name=plain(row["name"]), share=_in_form(row, few=few))
            for row in kept
        ]

    high = listed(row for row in reversed(sure) if row["difference"] > 0)
    low = listed(row for row in sure if row["difference"] < 0)
    if high and low:
        text = _("Tydligt högre än övriga: {high}. Tydligt lägre: {low}.")
    elif high:
        text = _("Tydligt högre än övriga: {high}.")
    elif low:
        text = _("Tydligt lägre än övriga: {low}.")
    else:
        return ""
    return text.format(high=list_names(high), low=list_names(low))


def widest_difference(
    table: pd.DataFrame, dossiers: Iterable[Indicator]
) -> tuple[Indicator, Row, Row, bool] | None:
    """Return where a place differs the most from all the others: the indicator, the place's row,
    the others together as a row, and whether it is sure. What is sure goes before what is not,
    however wide. ``table``: of ``queries.uncertainty``; None if nothing can be compared."""
    found: list[tuple[tuple[bool, float], Indicator, Row, Row]] = []
    for dossier in dossiers:
        if dossier.full_count or dossier.direction == "neutral":
            continue
        rows = table[table["indicator"] == dossier.id]
        whole = whole_of(rows)
        if whole is None or not f.is_shown(whole):
            continue
        for own in shown_departments(rows):
            if f.is_missing(own["difference"]):
                continue
            rest: dict[str, Any] = {n: whole[n] - own[n] for n in ("numerator", "denominator")}
            if not 0 <= rest["numerator"] <= rest["denominator"] or not rest["denominator"]:
                continue  # published at different times: no people are less than none
            rest["share"] = rest["numerator"] / rest["denominator"]
            found.append(((is_sure(own), abs(own["difference"])), dossier, own, rest))
    if not found:
        return None
    (sure, _size), dossier, own, rest = max(found, key=lambda item: item[0])
    return dossier, own, rest, sure


def difference_told(sure: bool, *, chosen: bool) -> str:
    """Return the sentence of ``widest_difference``, with {place}, {name}, {own} and {rest}.
    ``chosen``: of the one department that is chosen, and not of all."""
    if chosen:
        return (
            _("{place} skiljer sig tydligt från övriga, mest i {name}: {own}, övriga {rest}.")
            if sure
            else _(
                "{place} skiljer sig inte tydligt från övriga; störst är skillnaden i {name}: "
                "{own}, övriga {rest}."
            )
        )
    return (
        _("Störst av de tydliga skillnaderna är den i {name}: {place} {own}, övriga {rest}.")
        if sure
        else _(
            "Ingen förvaltning skiljer sig tydligt från övriga; störst är skillnaden i {name}: "
            "{place} {own}, övriga {rest}."
        )
    )


# --- thresholds, themes, several indicators -------------------------------------------------------


def _against_threshold(indicator: Indicator, whole: Row) -> str:
    for threshold in indicator.thresholds:
        met = whole["share"] >= threshold.value
        if indicator.direction == "lower":
            met = whole["share"] <= threshold.value
        if met:
            return _("Gränsen {value} nås.").format(value=f.percent(threshold.value))
        short = abs(threshold.value * whole["denominator"] - whole["numerator"])
        text = (
            _("Kravet: {label}. Det är {missing} av {base} för många.")
            if indicator.direction == "lower"
            else _("Kravet: {label}. Det saknas i {missing} av {base}.")
        )
        return text.format(
            label=threshold.label[:1].lower() + threshold.label[1:],
            missing=f.number(math.ceil(short - 1e-9)),
            base=f.number(whole["denominator"]),
        )
    return ""


def theme_finding(
    dossiers: Iterable[Indicator], results: pd.DataFrame, apart: pd.DataFrame, *, chosen: bool
) -> str:
    """Return a theme in two sentences at most: its lowest and highest indicator, and where a place
    differs the most from the others. ``apart``: of ``queries.uncertainty``; ``chosen``: one
    department is.

    Only indicators where a higher share is better are ranked: beside them the share of one where
    lower is better would read as its opposite.
    """
    ranked: list[tuple[float, Indicator, dict[str, Any]]] = []
    dossiers = list(dossiers)
    for indicator in dossiers:
        whole = whole_of(results[results["indicator"] == indicator.id])
        if whole and f.is_shown(whole) and indicator.direction == "higher":
            ranked.append((float(whole["share"]), indicator, whole))
    sentences = []
    if len(ranked) > 1:
        ranked.sort(key=lambda item: item[0])
        (_weak, worst, low), (_strong, best, high) = ranked[0], ranked[-1]
        sentences.append(
            _("Lägst av måtten i kommunen är ”{worst}” ({low}), högst ”{best}” ({high}).").format(
                worst=worst.name, low=_told(low), best=best.name, high=_told(high)
            )
        )
    widest = widest_difference(apart, dossiers)
    if widest:
        indicator, own, rest, sure = widest
        own_share, rest_share = alike(own, rest)
        sentences.append(
            difference_told(sure, chosen=chosen).format(
                place=plain(own["name"]),
                name=_("”{name}”").format(name=indicator.name),
                own=own_share,
                rest=rest_share,
            )
        )
    if not sentences and not results["status"].eq("shown").any():
        return _("Inget av måtten kan visas för den här vågen.")
    # Nothing to rank is no finding; the table below has what is shown.
    return " ".join(sentences)


def beside(
    register: Indicator, survey: Indicator, recorded: pd.DataFrame, perceived: pd.DataFrame
) -> str:
    """Return what the register and the survey say of the whole, each in its own sentence.

    No test of the difference: the one counts agreements, the other people.
    """
    sentences = []
    for intro, indicator, results in (
        (_("Enligt registret: {name} {share} ({count})."), register, recorded),
        (_("Enligt enkäten: {name} {share} ({count})."), survey, perceived),
    ):
        whole = whole_of(results)
        if whole is None or not f.is_shown(whole):
            reason = status_reason(whole["status"] if whole else "not_asked")
            sentences.append(_("{name}: {reason}").format(name=indicator.name, reason=reason))
            continue
        name = _("”{name}”").format(name=indicator.name)
        count = f.count_text(whole["numerator"], whole["denominator"])
        if not f.is_missing(whole["low"]):
            interval = f.interval(whole["low"], whole["high"])
            count += ", " + _("osäkerhet {interval}").format(interval=interval)
        share = f.percent(whole["share"], 1)
        sentences.append(intro.format(name=name, share=share, count=count))
        if indicator.complement:
            rest = whole["denominator"] - whole["numerator"]
            sentences.append(
                _("{share} ({count}) {says}.").format(
                    share=f.percent(1 - whole["share"], 1),
                    count=f.count_text(rest, whole["denominator"]),
                    says=indicator.complement,
                )
            )
    return " ".join(sentences)


def most_common(results: pd.DataFrame, where: str) -> str:
    """Return the most common options of a question with several answers, or why there are none."""
    shown = [r for r in results.to_dict("records") if f.is_shown(r)]
    if not shown:
        return _("{name}: {reason}").format(
            name=where, reason=status_reason(str(results["status"].iloc[0]))
        )
    shown.sort(key=lambda r: -r["share"])
    listed = list_names(
        _("{option} ({share})").format(option=plain(r["name"]), share=_told(r)) for r in shown[:3]
    )
    return _("{where}: vanligast är {options}.").format(where=where, options=listed)


def differences(results: pd.DataFrame) -> str:
    """Return which groups differ, whose whole is told elsewhere. ``results``: of
    ``queries.comparisons.group_uncertainty``."""
    told = _extremes(results)
    if told:
        return told
    for only in shown_departments(results):  # At most one: two have been told as extremes.
        return _("Bara en grupp kan visas: {name} {share}.").format(
            name=plain(only["name"]), share=_told(only)
        )
    hidden = (results["status"] == "hidden").any()
    return " ".join([_("Ingen grupp kan visas."), *([status_reason("hidden")] if hidden else [])])


def _extremes(results: pd.DataFrame) -> str:
    rows = sorted(shown_departments(results), key=lambda r: r["share"])
    places = results["department"].dropna()
    alone = places[~places.isin(of_several(places))]
    if len(rows) == 1 and len(alone) == 1:
        # One department is chosen: it is told beside the whole.
        own = _("{name}: {share}.").format(name=plain(rows[0]["name"]), share=_told(rows[0]))
        whole = whole_of(results)
        return " ".join(filter(None, [own, from_rest(rows[0], whole) if whole else ""]))
    if len(rows) < 2:
        return ""
    lowest, highest = rows[0], rows[-1]
    if highest["share"] - lowest["share"] < 1e-9:
        return _("Alla som visas har samma andel, {share}.").format(share=_told_alike(rows))
    least = [r for r in rows if r["share"] - lowest["share"] < 1e-9]
    most = [r for r in rows if highest["share"] - r["share"] < 1e-9]
    if not f.is_missing(lowest["low"]):
        # No ranking of what chance could have turned round: of the lowest and the highest of many
        # two intervals may well stand apart by chance alone, and small groups would hide large.
        if all(f.is_missing(row.get("difference")) for row in rows):
            return _("Om de som visas skiljer sig åt går inte att pröva.")
        none = _("Ingen av dem som visas skiljer sig tydligt från övriga.")
        return _surely_apart(rows) or none
    low_share, high_share = _told_alike(least), _told_alike(most)
    if len(least) == len(most) == 1:
        low_share, high_share = alike(lowest, highest)
    return _("Lägst är {low} ({low_share}), högst {high} ({high_share}).").format(
        low=list_names(r["name"] for r in least),
        low_share=low_share,
        high=list_names(r["name"] for r in most),
        high_share=high_share,
    )


def _told(row: Row) -> str:
    return f.share_text(row["numerator"], row["denominator"], row["share"])


def alike(first: Row, second: Row) -> tuple[str, str]:
    """Return two shares in the same form: "1 av 17" is not to be read against "60 %"."""
    few = min(first["denominator"], second["denominator"]) < f.SMALL_BASE
    return _in_form(first, few=few), _in_form(second, few=few)


def _in_form(row: Row, *, few: bool) -> str:
    return f.count_text(row["numerator"], row["denominator"]) if few else _told(row)


def _told_alike(rows: list[dict[str, Any]]) -> str:
    """Return the share that the rows have in common; "0 av 5" only if it holds for each."""
    told = {_told(row) for row in rows}
    return told.pop() if len(told) == 1 else f.percent(rows[0]["share"])


def moved(row: Row) -> str:
    """Return how a share moved from one wave to another: its size with its interval, and whether
    interval and test bear it. ``row``: of ``queries.comparisons.changes``; "" where either wave is
    not shown."""
    if row["status"] != "shown" or f.is_missing(row["difference"]):
        return ""
    before, after = (
        {name: row[f"{end}_{name}"] for name in ("numerator", "denominator", "share")}
        for end in ("before", "after")
    )
    ends = dict(zip(("before", "after"), alike(before, after), strict=True))
    if min(before["denominator"], after["denominator"]) < f.SMALL_BASE:
        # The difference would be a percentage of fewer than 20 answers by the back door.
        text = _("Från {before} till {after}.").format(**ends)
    else:
        text = _("Från {before} till {after} ({moved}).")
        if ends["before"] == ends["after"]:
            text = _("Oförändrat, {after} ({moved}).")
        text = text.format(**ends, moved=difference_text(row, ""))
    if is_sure(as_difference(row)):
        return text + " " + _("Förändringen är större än osäkerheten.")
    return text + " " + _("Förändringen är inte tydlig.")


def changes(both: pd.DataFrame, dossiers: Iterable[Indicator]) -> list[tuple[Indicator, Row, Row]]:
    """Return (indicator, before, after) for each indicator with the whole shown in both waves.

    Sorted from most improved to most worsened in the indicator's own direction; an indicator
    without a direction is left out, since no change of it is better or worse.
    """
    found = []
    for indicator in dossiers:
        if indicator.direction == "neutral" or indicator.full_count:
            continue
        rows = both[(both["indicator"] == indicator.id) & both["department"].isna()]
        waves = rows.sort_values("wave").to_dict("records")
        if len(waves) == 2 and all(f.is_shown(row) for row in waves):
            found.append((indicator, waves[0], waves[1]))
    return sorted(found, key=lambda item: -gain(*item))


def gain(indicator: Indicator, before: Row, after: Row) -> float:
    """Return the change in the direction that is better, as a fraction."""
    sign = -1 if indicator.direction == "lower" else 1
    return float(sign * (after["share"] - before["share"]))
