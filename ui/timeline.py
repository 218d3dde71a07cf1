"""One agreement as markup: what it lacks, its story day by day, its terms. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from queries import register_fields as fields
from queries.agreements import DUE_EVENTS
from ui import formats as f
from ui import register_words as words_of
from ui.cards import escaped, linked
from ui.text import _, join_words

JUDGED = ("in_force", "past_end")
DEADLINES = ("measure_due", *DUE_EVENTS)


@dataclass(frozen=True)
class Need:
    """One thing that an agreement lacks, in words. ``rule`` is the rule itself, with its source."""

    title: str
    outcome: str
    outcome_word: str
    why: str
    to_do: str
    who: str
    since: str
    rule: str
    ruleset: str
    source: str
    href: str | None = None


# --- markup ---------------------------------------------------------------------------------------


def needs_html(needs: Sequence[Need]) -> str:
    """Return what the agreement lacks, the worst first, each with its rule."""
    return '<ol class="dk-todo">' + "".join(_need(need) for need in needs) + "</ol>"


def nothing_html(state: str, noted: bool = False) -> str:
    """Return why there is nothing to do: all is well, what was wrong is over (``noted``), or the
    rules are about others."""
    if noted:
        text = _("Det som skulle ha gjorts tidigare är gjort nu.")
    elif state in JUDGED:
        text = _("Inget saknas enligt reglerna.")
    else:
        text = _("Reglerna prövas bara på överenskommelser som gäller eller borde ha avslutats.")
    return f'<p class="dk-sentence">{escaped(text)}</p>'


def _need(need: Need) -> str:
    detail = " · ".join(filter(None, (need.who, need.since)))
    rule = _("Regel: {text} ({ruleset}; {source})").replace("{text}", escaped(need.rule))
    rule = rule.replace("{ruleset}", linked(escaped(need.ruleset), need.href))
    rule = rule.replace("{source}", escaped(need.source))
    return (
        f'<li class="dk-{escaped(need.outcome)}"><strong>{escaped(need.title)}</strong> '
        f'<span class="dk-outcome">({escaped(need.outcome_word)})</span>'
        f"<p>{escaped(need.why)} {escaped(need.to_do)}</p>"
        + (f'<p class="dk-detail">{escaped(detail)}</p>' if detail else "")
        + f'<p class="dk-detail">{rule}</p></li>'
    )


def timeline_html(events: pd.DataFrame, as_of: date, *, sources: bool = False) -> str:
    """Return the story as a list in the order of time, the day that is shown marked in it.

    ``events``: ``date, label, detail, when`` (past or coming) and, for ``sources``, ``file`` and
    ``line``: where the auditor finds it.
    """
    rows = events.to_dict("records")
    past = [_event(row, sources) for row in rows if row["when"] == "past"]
    coming = [_event(row, sources) for row in rows if row["when"] != "past"]
    today = (
        f'<li class="dk-today"><time datetime="{as_of.isoformat()}">{as_of.isoformat()}</time> '
        f"<div><strong>{escaped(_('Dagen som visas'))}</strong></div></li>"
    )
    return f'<ol class="dk-timeline">{"".join(past)}{today}{"".join(coming)}</ol>'


def _event(row: Mapping[str, Any], sources: bool) -> str:
    day, kind = f.date(row["date"]), "past" if row["when"] == "past" else "coming"
    # What was to be done by a day stands in the story only as long as it has not been done.
    missed = kind == "past" and row["event"] in DEADLINES
    word = _("kommande") if kind == "coming" else _("har passerat") if missed else ""
    more = [] if f.is_missing(row["detail"]) else [str(row["detail"])]
    if sources and not f.is_missing(row["file"]) and not f.is_missing(row["line"]):
        place = _("{file}, rad {line}").format(file=row["file"], line=int(row["line"]))
        more.append(place)
    details = "".join(f'<span class="dk-detail">{escaped(text)}</span>' for text in more if text)
    hidden = "" if missed else " dk-said"
    said = f' <span class="dk-detail{hidden}">{escaped(word)}</span>' if word else ""
    return (
        f'<li class="dk-{"missed" if missed else kind}">'
        f'<time datetime="{escaped(day)}">{escaped(day)}</time> '
        f"<div><strong>{escaped(row['label'])}</strong>{said}{details}</div></li>"
    )


def terms_html(row: Mapping[str, Any], level: int = 4) -> str:
    """Return the agreement's terms as lists; what the register does not say is named at the end."""
    heads, parts, missing = fields.heads(), [], []
    for group, names in words_of.field_groups().items():
        said = [(heads[name], words_of.value_text(name, row.get(name))) for name in names]
        missing += [head for (head, text), name in zip(said, names, strict=True) if not text]
        items = "".join(
            f"<dt>{escaped(head)}</dt><dd>{escaped(text)}</dd>" for head, text in said if text
        )
        if items:
            parts.append(
                f'<h{level} class="dk-group-name">{escaped(group)}</h{level}>'
                f'<dl class="dk-dossier">{items}</dl>'
            )
    if missing:
        text = _("Registret säger inget om: {fields}.").format(
            fields=join_words(map(fields.within, missing))
        )
        parts.append(f'<p class="dk-detail dk-unsaid">{escaped(text)}</p>')
    return "".join(parts)


def story_html(
    needs: Sequence[Need],
    events: pd.DataFrame,
    terms: Mapping[str, Any],
    as_of: date,
    *,
    noted: Sequence[Need] = (),
    sources: bool = False,
) -> str:
    """Return an agreement's whole story: what it lacks; beside each other its events and terms.

    ``noted``: what was done too late. Nothing is to be done about it, but it is part of the story.
    """
    lacks = _("Det här behövs") if needs else _("Inget behöver göras")
    todo = needs_html(needs) if needs else nothing_html(str(terms.get("state")), bool(noted))
    if noted:
        todo += f"<h3>{escaped(_('Gjort för sent'))}</h3>{needs_html(noted)}"
    when = _("Så stod det den {day}").format(day=f.date(as_of))
    return (
        f'<div class="dk dk-story"><h3>{escaped(lacks)}</h3>{todo}'
        f'<div class="dk-halves"><section><h3>{escaped(_("Hela historien"))}</h3>'
        f"{timeline_html(events, as_of, sources=sources)}</section>"
        f"<section><h3>{escaped(when)}</h3>{terms_html(terms)}</section></div></div>"
    )
