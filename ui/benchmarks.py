"""What others have published, beside our own results: never without its caveat."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from queries import reference, rules
from queries.benchmarks import (
    Benchmark,
    Figure,
    Table,
    answer_sets,
    by_pair,
    load_benchmarks,
    set_beside,
)
from queries.catalogue import indicator as indicator_of
from queries.municipality import municipality
from ui import cards, tables
from ui import formats as f
from ui.benchmark_charts import (
    alt_benchmarks,
    alt_spread,
    benchmarks_chart,
    closeness_word,
    read_pairs,
    spread_chart,
    spreads,
)
from ui.context import Context
from ui.evidence import files, link_line, note, origin, say, show_figure, views
from ui.sections import part
from ui.text import _, join_words, kind_word, plain, source_words, status_reason, status_word


def benchmarks_section(context: Context) -> None:
    """Set our results beside what others have published, and show what they have published."""
    for benchmark in load_benchmarks():
        _section(context, benchmark)


def _section(context: Context, benchmark: Benchmark) -> None:
    survey = benchmark.survey
    part(_("Jämfört med {publisher}").format(publisher=benchmark.publisher))
    say(
        _(
            "{title}: {answered} svar. Ett jämförelsetal är ingen måttstock: andra människor har "
            "svarat på andra frågor. Läs det aldrig utan förbehållet som står vid det."
        ).format(title=benchmark.title, answered=f.number(survey.answered))
    )
    table = beside_table(context, benchmark)
    names = (context.department_name or municipality().name, benchmark.publisher)
    title = _("{ours} och {theirs}").format(ours=names[0], theirs=names[1])

    def draw() -> None:
        show_figure(
            lambda narrow: benchmarks_chart(table, names=names, theme=context.theme, narrow=narrow),
            alt_benchmarks(table, names=names, title=title),
            f"beside-{benchmark.id}",
        )

    views(
        benchmark.id,
        {
            _("Diagram"): draw,
            _("Tabell"): lambda: _beside_files(context, benchmark, table, names),
            _("Frågorna"): lambda: st.html(cards.data_table(wordings_table(table, names), title)),
            _("Om undersökningen"): lambda: _about(benchmark),
        },
    )
    # Under the views and not in one of them: whichever is open, the whole caveat stands by it.
    hidden = (table["status"] == "hidden").any()
    note(f"{_caption(context, benchmark)} {status_reason('hidden') if hidden else ''}")
    note(survey.caveat)
    for published in benchmark.tables:
        _published(context, benchmark, published)
    if benchmark.figures:
        _figures(context, benchmark)
    # Their rules are rule sets like all others, and compared where those are.
    ruled = [found.name for found in rules.rulesets() if found.source.startswith(benchmark.file)]
    if ruled:
        text = _("Ur samma rapport, på sidan Regelverk: reglerna för {names}")
        names = join_words(ruled)
        st.html(link_line(context.link("regelverk"), text.format(names=names)))


# --- ours beside theirs ---------------------------------------------------------------------------


def beside_table(context: Context, benchmark: Benchmark) -> pd.DataFrame:
    """Return our results beside the benchmark: of the chosen department, else of the whole."""
    ids = [pair.indicator for pair in benchmark.pairs if pair.indicator]
    sets = context.answer_sets(answer_sets([benchmark]))
    ours = pd.concat([context.results(*ids), sets] if ids else [sets], ignore_index=True)
    place = ours["department"]
    ours = ours[place == context.department if context.department else place.isna()]
    return set_beside(ours, [benchmark], _wordings(context, benchmark))


def _wordings(context: Context, benchmark: Benchmark) -> dict[str, str]:
    """Return what we count, by the key of the pair."""
    asked = context.questionnaire
    known = {question.id: question for question in asked.questions} if asked else {}
    found = {}
    for pair in benchmark.pairs:
        if pair.indicator:
            indicator = indicator_of(pair.indicator)
            found[pair.key] = f"{indicator.name}: {indicator.numerator}"
        elif pair.question in known:
            question = known[pair.question]
            labels = [question.option(code).label for code in pair.options]
            found[pair.key] = f"{question.text} {' + '.join(labels)}"
    return found


def _caption(context: Context, benchmark: Benchmark) -> str:
    row = context.wave_row()
    return _(
        "Andel i procent. Våra tal är våg {wave} ({kind}), ovägda. Tal från {publisher} är "
        "viktade; hur många svar vart och ett bygger på framgår inte av källan."
    ).format(wave=row["label"], kind=kind_word(row["kind"]), publisher=benchmark.publisher)


def _beside_files(
    context: Context, benchmark: Benchmark, table: pd.DataFrame, names: tuple[str, str]
) -> None:
    """Show the pairs as a table with its two files; the caveat stands by each number."""
    caveats = [pair.caveat for pair in read_pairs(table)]
    st.html(cards.data_table(pairs_table(table, names), _("Jämförelse"), caveats))
    mark = _("Arbetsmaterial") if context.viewer.sees_microdata else ""
    exported = pairs_export(table, benchmark.survey.caveat, mark=mark)
    told = [*_told(benchmark), *origin(context, [context.wave], register=False)]
    files(
        context,
        f"jamforelse-{benchmark.id}-{context.wave}",
        lambda: tables.xlsx_bytes(exported, _("Jämförelse"), told),
        lambda: tables.csv_bytes(exported),
    )


def pairs_table(table: pd.DataFrame, names: tuple[str, str]) -> pd.DataFrame:
    """Return a table from ``set_beside`` as display strings: a row per pair.

    ``names``: the heads of (ours, theirs). To be shown with the pairs' caveats below the rows.
    """
    rows = []
    for pair in read_pairs(table, digits=1):
        ours = pair.ours
        rows.append(
            {
                _("Jämförelse"): pair.title,
                names[0]: ours.told,
                _("95 % intervall"): ours.interval or (f.MISSING if ours.shown else ours.value),
                names[1]: pair.theirs.value,
            }
        )
    return pd.DataFrame(rows, dtype=str)


def wordings_table(table: pd.DataFrame, names: tuple[str, str]) -> pd.DataFrame:
    """Return what each side of the pairs counts, as display strings."""
    rows = []
    for both in by_pair(table):
        said = {record["side"]: plain(record["wording"]) for record in both.to_dict("records")}
        rows.append(
            {
                _("Jämförelse"): plain(both["title"].iloc[0]),
                names[0]: said["ours"] or status_word("not_asked"),
                names[1]: said["theirs"],
                _("Närhet"): closeness_word(both["closeness"].iloc[0]),
            }
        )
    return pd.DataFrame(rows, dtype=str)


def _ours(record: dict[str, Any]) -> str:
    """Return whose our number is: the department's, or the municipality's."""
    whole = f.is_missing(record["department"])
    return municipality().name if whole else plain(record["name"])


def pairs_export(table: pd.DataFrame, caveat: str, *, mark: str = "") -> pd.DataFrame:
    """Return a table from ``set_beside`` for a file: real numbers, shares as fractions 0–1.

    ``caveat``: of the survey as a whole; it stands in every row, as that of the pair does.
    Every measure of ours that is not shown is the word of its status; theirs have no base of their
    own, only how many answered in all.
    """
    heads = {
        "numerator": _("Antal"),
        "denominator": _("Underlag"),
        "low": _("95 % intervall, nedre"),
        "high": _("95 % intervall, övre"),
        "bound_low": _("Bortfallsgräns, nedre"),
        "bound_high": _("Bortfallsgräns, övre"),
    }
    rows = []
    for record in table.to_dict("records"):
        theirs, shown = record["side"] == "theirs", f.is_shown(record)
        status = record["status"] if record["status"] != "shown" else "no_answers"
        word = None if shown else status_word(status)
        row = {
            **({_("Märkning"): mark} if mark else {}),
            _("Jämförelse"): record["title"],
            _("Närhet"): closeness_word(record["closeness"]),
            _("Vems tal"): record["name"] if theirs else _ours(record),
            _("Våg"): "" if theirs else record["wave"],
            _("Andel"): float(record["share"]) if shown else word,
            _("Andel i källans ord"): record["told"],
            _("Förbehåll"): record["caveat"],
            _("Förbehåll, hela undersökningen"): caveat,
        }
        for measure, head in heads.items():
            value = None if theirs or not shown else record[measure]
            if f.is_missing(value):
                row[head] = word
            else:
                row[head] = int(value) if measure in ("numerator", "denominator") else float(value)
        row[_("Svar i hela undersökningen")] = int(record["n"]) if theirs and record["n"] else None
        row[_("Vad som räknas")] = record["wording"]
        row[_("Källa")] = source_words(record["source"])
        rows.append(row)
    return pd.DataFrame(rows, dtype=object)


# --- the survey itself ----------------------------------------------------------------------------


def _about(benchmark: Benchmark) -> None:
    """Show how the survey was made and what must be known of it."""
    rows = "".join(
        f"<dt>{escape(plain(head))}</dt><dd>{escape(plain(text))}</dd>"
        for head, text in _told(benchmark)
    )
    st.html(f'<dl class="dk dk-dossier">{rows}</dl>')


def _told(benchmark: Benchmark) -> list[tuple[str, str]]:
    """Return how the survey was made: (head, text), for the page and for every file."""
    survey = benchmark.survey
    source = next(s for s in reference.sources() if s.file == benchmark.file)
    response = _("{stated} enligt rapporten").format(stated=f.percent(survey.response))
    if survey.highest_response < survey.response - 0.0005:
        response += _(", men {answered} av {invited} är högst {rate}").format(
            answered=f.number(survey.answered),
            invited=survey.invited_told,
            rate=f.percent(survey.highest_response, 1),
        )
    return [
        (_("Jämförelsetalens källa"), f"{source.publisher}: {source.title} ({source.date})"),
        (_("Vilka som tillfrågades"), survey.population),
        (_("Hur"), survey.mode),
        (_("När"), f"{f.date(survey.starts)} – {f.date(survey.ends)}"),
        (_("Tillfrågade"), survey.invited_told),
        (_("Svarade"), f.number(survey.answered)),
        (_("Svarsfrekvens"), response),
        (_("Vikter"), survey.weighting),
        (_("Förbehåll"), survey.caveat),
        (_("Hämtat ur"), source_words(survey.source)),
    ]


# --- what they have published ---------------------------------------------------------------------


def _published(context: Context, benchmark: Benchmark, published: Table) -> None:
    """Show one table of theirs: everybody and the groups, as a chart and in numbers."""
    st.subheader(published.title, anchor=f"{benchmark.id}-{published.id}")
    say(
        _("{publisher} frågade: ”{question}” {base}").format(
            publisher=benchmark.publisher, question=published.question, base=published.base
        )
    )
    rows = spreads(benchmark, published)

    def draw() -> None:
        show_figure(
            lambda narrow: spread_chart(rows, theme=context.theme, narrow=narrow),
            alt_spread(rows, title=published.title),
            f"spread-{published.id}",
        )
        note(_source_line(benchmark, published))

    views(
        f"{benchmark.id}-{published.id}",
        {
            _("Diagram"): draw,
            _("Tabell"): partial(_published_files, context, benchmark, published),
        },
    )


def _source_line(benchmark: Benchmark, published: Table) -> str:
    return _("Källa: {source}. {caveat}").format(
        source=source_words(published.source), caveat=benchmark.survey.caveat
    )


def _published_files(context: Context, benchmark: Benchmark, published: Table) -> None:
    labels = [group.label for group in benchmark.groups]
    head = _("Svar")
    shown = [
        {
            head: row.label,
            **dict(zip(labels, (f.percent(n / 100) for n in row.percents), strict=True)),
        }
        for row in published.rows
    ]
    st.html(cards.data_table(pd.DataFrame(shown, dtype=str), published.title))
    note(_source_line(benchmark, published))
    exported = pd.DataFrame(
        [
            {
                head: row.label,
                **dict(zip(labels, (n / 100 for n in row.percents), strict=True)),
                _("Förbehåll"): benchmark.survey.caveat,
                _("Källa"): source_words(published.source),
            }
            for row in published.rows
        ],
        dtype=object,
    )
    told = [
        (_("Fråga"), published.question),
        (_("Underlag"), published.base),
        *_told(benchmark),
    ]
    files(
        context,
        f"{benchmark.id}-{published.id}",
        lambda: tables.xlsx_bytes(exported, published.title, told),
        lambda: tables.csv_bytes(exported),
    )


def _figures(context: Context, benchmark: Benchmark) -> None:
    """Show what the source gives as a number in its prose; of what it says twice, also where."""
    title = _("Fler tal ur rapporten")

    def again(figure: Figure) -> str:
        if not figure.repeats:
            return ""
        same = benchmark.value(figure.repeats)
        return _("Säger i stort samma som {source}: {share} ({group}).").format(
            source=source_words(same.source),
            share=same.told or f.percent(same.share),
            group=same.group,
        )

    table = pd.DataFrame(
        [
            {
                _("Uppgift"): figure.label,
                _("Andel"): figure.told or f.percent(figure.share),
                _("Vilka"): figure.group,
                _("Anmärkning"): " ".join(
                    filter(None, (figure.survey, figure.note, figure.inferred, again(figure)))
                ),
                _("Källa"): source_words(figure.source),
            }
            for figure in benchmark.figures
        ],
        dtype=str,
    )
    exported = table.rename(columns={_("Andel"): _("Andel i källans ord")})
    exported.insert(1, _("Andel"), [figure.share for figure in benchmark.figures])
    exported = exported.assign(**{_("Förbehåll"): benchmark.survey.caveat})
    with st.expander(title):
        say(_("Så som rapportens text anger dem; de flesta har ingen motsvarighet i enkäten."))
        note(benchmark.survey.caveat)
        st.html(cards.data_table(table, title))
        files(
            context,
            f"{benchmark.id}-tal",
            lambda: tables.xlsx_bytes(exported, title, _told(benchmark)),
            lambda: tables.csv_bytes(exported),
        )
