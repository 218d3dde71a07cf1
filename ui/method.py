"""The parts of the method page, made from the same files that the numbers are made from."""

from __future__ import annotations

import re
from html import escape

import pandas as pd
import streamlit as st

from queries import reference
from queries.catalogue import REGISTER, SURVEY, Indicator, indicators
from queries.municipality import municipality
from ui import cards, journal, summary, tables
from ui import formats as f
from ui.addresses import THEME_PAGES
from ui.cards import escaped
from ui.context import Context
from ui.evidence import source_of, working_material
from ui.text import _, breakdown_word, join_words, kind_word, plain, source_words, theme_word

TRACED = 500


def _list(pairs: list[tuple[str, str]]) -> None:
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in pairs if text
    )
    st.html(f'<dl class="dk dk-dossier">{rows}</dl>')


def dossier(context: Context, indicator: Indicator) -> None:
    """Show one dossier: what it asks, how it is counted, what it is judged by, its SQL."""
    questions = {q.id: q for q in reference.audit_questions()}
    criteria = {c.id: c for c in reference.criteria()}
    st.subheader(indicator.name, anchor=False)
    _list(
        [
            (_("Fråga"), indicator.question),
            (_("Varför det är viktigt"), indicator.why),
            (_("Täljare"), indicator.numerator),
            (_("Nämnare"), indicator.denominator),
            (_("Källa"), source_of(context, indicator)),
            (_("Riktning"), _direction(indicator)),
            *(
                (_("Gräns"), f"{t.label} ({f.percent(t.value)}). {source_words(t.source)}")
                for t in indicator.thresholds
            ),
            (
                _("Revisionsfråga"),
                questions[indicator.audit_question].question if indicator.audit_question else "",
            ),
            (
                _("Rekommendationer"),
                "; ".join(
                    f"{r.number} {r.title.rstrip('.')}"
                    for r in reference.recommendations()
                    if r.number in indicator.recommendations
                ),
            ),
            (_("Kriterier"), ", ".join(criteria[c].title for c in indicator.criteria)),
            (_("Ansvarig"), indicator.owner),
            (_("Ses över senast"), f.date(indicator.review_date)),
            (_("Att tänka på"), indicator.note),
            (
                _("Ändringar"),
                "; ".join(f"{f.date(c.date)} {c.what}" for c in indicator.changes),
            ),
        ]
    )
    if context.viewer.sees_results:
        st.html(_used_on(context, indicator))
    with st.expander(_("SQL som räknar talet")):
        st.code(indicator.sql, language="sql", wrap_lines=True)
        asked = indicator.source.kind == SURVEY and context.question(indicator.source.question)
        if asked and context.questionnaire:
            codes = ",".join(indicator.source.counted(context.questionnaire))
            counted = _labels(context, indicator.source.question, codes)
            st.caption(
                _("Fråga {question}; svar som räknas: {options}.").format(
                    question=indicator.source.question, options=counted
                )
            )


def _used_on(context: Context, indicator: Indicator) -> str:
    """Return links to every page that shows the indicator."""
    places: list[tuple[str, str]] = []
    if indicator.theme in THEME_PAGES:
        places.append((theme_word(indicator.theme), context.place_of(indicator)))
        for register in (i for i in indicators() if i.beside):
            if indicator.id in (register.id, register.beside):
                anchor = f"#{register.id}-{register.beside}"
                page = context.link(THEME_PAGES[register.theme]) + anchor
                places.append((_("Registret bredvid enkäten"), page))
    if indicator.id in {*summary.KEY_FIGURES, *summary.MATRIX}:
        places.append((_("Sammanfattning"), context.link("sammanfattning")))
    links = (
        f'<a href="{escape(place)}" target="_self">{escape(name)}</a>' for name, place in places
    )
    return f'<p class="dk"><strong>{_("Visas på")}:</strong> {", ".join(links)}</p>'


def _direction(indicator: Indicator) -> str:
    return {
        "higher": _("högre är bättre"),
        "lower": _("lägre är bättre"),
        "neutral": _("varken högre eller lägre är bättre i sig"),
    }[indicator.direction]


def trace(context: Context, indicator: Indicator) -> None:
    """Show the auditor the lines of the files behind the number."""
    lines = context.trace(indicator)
    with st.expander(_("Följ talet till raderna i filen (arbetsmaterial)")):
        if lines.empty:
            pruned = not f.is_missing(context.wave_row()["pruned"])
            st.markdown(
                _("De enskilda svaren i vågen är gallrade; det som publicerades står kvar.")
                if pruned and indicator.source.kind == SURVEY
                else _("Talet räknas ur ramen och har inga enskilda rader bakom sig.")
            )
            return
        shown = lines.head(TRACED)
        table = pd.DataFrame(
            {
                _("Förvaltning"): shown["department"].map(plain),
                _("Fil"): shown["file"].map(plain),
                _("Rad"): shown["line"].map(str),
                **(
                    {_("Svar"): [_labels(context, indicator.source.question, a) for a in answers]}
                    if (answers := shown.get("answer")) is not None
                    else {_("Överenskommelse"): shown["record"].map(plain)}
                ),
                _("Räknas i täljaren"): shown["met"].map({True: _("ja"), False: _("nej")}),
            }
        )
        st.caption(working_material())
        st.caption(
            _("{met} av {all} rader räknas i täljaren.").format(
                met=f.number(int(lines["met"].sum())), all=f.number(len(lines))
            )
        )
        st.html(cards.data_table(table, _("Rader bakom talet")))
        marked = table.copy()
        marked.insert(0, _("Märkning"), _("Arbetsmaterial"))
        journal.download(
            context.viewer,
            _("Hämta raderna som CSV"),
            lambda: tables.csv_bytes(marked),
            name=f"rader-{indicator.id}-{context.wave}-arbetsmaterial.csv",
            mime="text/csv",
            key="trace-csv",
            wave=context.wave,
        )


def printed_figures(context: Context) -> None:
    """Compare each figure that the audit printed with what our records give."""
    figures = context.figures()
    if figures.empty:
        st.markdown(
            _("Källan har inga publicerade tal för våg {wave}.").format(
                wave=context.wave_row()["label"]
            )
        )
        return
    tolerance = figures["rounding"].map(reference.ROUNDING_TOLERANCE) + 1e-9
    off = (figures["share"] - figures["printed"]).abs() > tolerance
    unknown = figures["share"].isna()
    agree = int((~off & ~unknown).sum())
    st.markdown(
        _(
            "{agree} av {all} publicerade tal återges av våra uppgifter med källans avrundning."
        ).format(agree=agree, all=len(figures))
    )
    for row in figures[off].to_dict("records"):
        st.html(
            cards.callout(
                "warning",
                _("Avviker: {question}, {department}").format(
                    question=_question(context, row["question"]),
                    department=row["department"] or _("alla"),
                ),
                _(
                    "Källan skriver {text}. Uppgifterna ger {count} av {base} ({share}). {note}"
                ).format(
                    text=row["text"],
                    count=f.number(row["count"]),
                    base=f.number(row["base"]),
                    share=f.percent(row["share"], 1),
                    note=row["note"] or "",
                ),
            )
        )
    table = pd.DataFrame(
        {
            _("Fråga"): [_question(context, q) for q in figures["question"]],
            _("Svar"): [
                _labels(context, question, codes)
                for question, codes in zip(figures["question"], figures["options"], strict=True)
            ],
            _("Förvaltning"): figures["department"].fillna(_("Alla")).map(plain),
            _("Källan skriver"): figures["text"].map(plain),
            _("Våra uppgifter"): [
                f.MISSING
                if f.is_missing(share)
                else _("{count} av {base} ({share})").format(
                    count=count, base=base, share=f.percent(share, 1)
                )
                for count, base, share in zip(
                    figures["count"], figures["base"], figures["share"], strict=True
                )
            ],
            _("Utfall"): [
                _("går inte att jämföra") if u else _("avviker") if o else _("stämmer")
                for o, u in zip(off, unknown, strict=True)
            ],
            _("Källa"): figures["source"].map(source_words),
        }
    )
    with st.expander(_("Alla publicerade tal")):
        st.html(cards.data_table(table, _("Alla publicerade tal")))


def _question(context: Context, question: str) -> str:
    found = context.questionnaire
    for item in found.fields if found else ():
        if item.id == question:
            return item.text
    return question


def _labels(context: Context, question: str, codes: str) -> str:
    """Return option codes, joined by comma or plus, as the words that the respondent saw."""
    found = context.questionnaire
    fields = [item for item in (found.fields if found else ()) if item.id == question]
    words = {option.code: option.label for item in fields for option in item.options}
    return "; ".join(words.get(c.strip(), c.strip()) for c in re.split("[,+]", plain(codes)))


def quality(context: Context) -> None:
    """Show what was read into each wave, and how many answered."""
    kinds = {"frame": _("ram"), "survey": _("enkät"), "agreements": _("register")}
    rows = []
    for wave in context.waves.to_dict("records"):
        rows.append(
            {
                _("Våg"): plain(wave["label"]),
                _("Slag"): kind_word(wave["kind"]),
                _("Tillfrågade"): f.number(wave["invited"]),
                _("Svarade"): f.number(wave["answered"]),
                _("Svarsfrekvens"): (
                    f.percent(wave["answered"] / wave["invited"]) if wave["invited"] else f.MISSING
                ),
                _("Formulär"): plain(
                    f.MISSING if f.is_missing(wave["questionnaire"]) else wave["questionnaire"]
                ),
                _("Sekretessprofil"): _(plain(wave["profile_title"])),
            }
        )
    st.html(cards.data_table(pd.DataFrame(rows), _("Inlästa vågor")))
    # The rows of a small register are a count of a few, and the hash tells whoever guesses a whole
    # file that the guess is right: only for those who may see what is in it, or have loaded it.
    inside = context.viewer.sees_microdata or not context.viewer.sees_results
    files = pd.DataFrame(
        [
            {
                _("Fil"): plain(entry["name"]),
                _("Slag"): kinds.get(entry["kind"], plain(entry["kind"])),
                _("Våg"): plain(entry["wave"] or f.MISSING),
                **(
                    {
                        _("Inlästa rader"): f.number(entry["accepted"]),
                        _("Avvisade rader"): f.number(entry["rejected"]),
                    }
                    if inside
                    else {}
                ),
                _("Inläst"): plain(entry["loaded_at"][:10]),
                **({"SHA-256": entry["sha256"]} if inside else {}),
            }
            for entry in context.snapshot.manifest["inputs"]
        ]
    )
    with st.expander(_("Inlästa filer")):
        st.html(cards.data_table(files, _("Inlästa filer")))
        st.caption(_("Ögonblicksbild {id}.").format(id=context.snapshot.id))
    if context.as_of:
        st.markdown(_("Registret visar läget per {day}.").format(day=f.date(context.as_of)))


def traps() -> None:
    """Show the traps that the source itself holds, and what is done about each."""
    for trap in reference.traps():
        st.markdown(f"**{trap.title}.** {trap.says} **{_('Vi gör så här')}:** {trap.action}")
        st.caption(_("Källa: {source}").format(source=source_words(trap.source)))


def protection(context: Context) -> None:
    """Show the wave's privacy profile and the rule in words."""
    wave = context.wave_row()
    st.markdown(
        _(
            "En grupp visas bara om minst {base} i den har svarat på frågan och inte alla, eller "
            "alla utom en, har svarat lika när de är färre än {unanimous}. Samma krav gäller det "
            "som går att räkna fram genom att dra ifrån: det måste dessutom komma från minst "
            "{groups} grupper. "
            "Annars döljs även nästa minsta grupp. Alla indelningar av en fråga skyddas "
            "tillsammans: ingen summa eller skillnad av det som visas får peka ut färre än {base}, "
            "och det någon har svarat ska så många ha kunnat svara. Dolt är dolt överallt: antal, "
            "underlag, andel, intervall, rubriker, förklaringar och filer. Antal tillfrågade och "
            "svarande per förvaltning är inga svar och visas alltid. Förvaltning korsad med "
            "befattning visas där båda visas och korsningen är säker. Läses fler svar in räknas "
            "de in när skillnaden mot varje tidigare bild är lika säker: minst {change} har "
            "tillkommit i allt som går att räkna fram, och de har inte svarat lika. Till dess "
            "väntar alla nya svar i vågen."
        ).format(
            base=wave["min_base"],
            unanimous=wave["unanimous_below"],
            groups=wave["min_groups"],
            change=wave["min_change"],
        )
    )
    # The words are those of the store, which were fixed when the wave was loaded.
    title, reason = str(wave["profile_title"]), str(wave["profile_reason"])
    fixed = _("Profilen låstes när vågen {wave} lästes in och ändras inte.").format(
        wave=wave["label"]
    )
    st.html(
        cards.callout(
            "info",
            _("Sekretessprofil: {title}").format(title=_(title)),
            " ".join([_(reason), fixed] if reason else [fixed]),
        )
    )
    visible(context)


def visible(context: Context) -> None:
    """Show how much of the wave the protection leaves visible, per breakdown."""
    table = context.visibility()
    if table.empty:
        return
    whole = _("{shown} av {groups} ({share})")
    names = {merging.code: merging.title for merging in context.mergings()}
    counted = []
    for row in table.itertuples():
        counted.append((breakdown_word(row.breakdown), row))
        if row.breakdown == "department":
            text = _("{breakdown}, med {merging} som en grupp")
            counted += [
                (
                    text.format(breakdown=breakdown_word("department"), merging=names[one.merging]),
                    one,
                )
                for one in context.visibility_merged().itertuples()
                if one.groups
            ]
    rows = [
        {
            _("Indelning"): plain(name),
            _("Synliga grupper"): whole.format(
                shown=f.number(row.shown),
                groups=f.number(row.groups),
                share=f.percent(row.shown / row.groups),
            ),
        }
        for name, row in counted
    ]
    st.markdown(
        _(
            "Så mycket av vågen är synligt för andra än revisorn. En grupp räknas en gång för "
            "varje fråga som någon i den har svarat på."
        )
    )
    st.html(cards.data_table(pd.DataFrame(rows), _("Synliga grupper per indelning")))


def mergings(context: Context) -> None:
    """Show which departments may be read together, why, and which of them the wave lacks."""
    configured = municipality().mergings
    if not configured:
        return
    grid = context.departments()
    names = dict(zip(grid["code"], grid["name"], strict=True))
    known = {merging.code for merging in context.mergings()}
    rows = []
    for merging in configured:
        lacking = [code for code in merging.departments if code not in names]
        state = _("Kan väljas under Förvaltning.")
        if lacking:
            state = _("Vågen har inte {codes}.").format(codes=join_words(lacking))
        elif merging.code not in known:
            state = _("Kan inte väljas: det är hela kommunen, eller en förvaltnings egen kod.")
        rows.append(
            {
                _("Läses tillsammans"): plain(merging.title),
                _("Förvaltningar"): join_words(
                    plain(names.get(code, code)) for code in merging.departments
                ),
                _("Skäl"): plain(merging.reason),
                _("Våg {wave}").format(wave=plain(context.wave_row()["label"])): state,
            }
        )
    st.markdown(
        _(
            "Förvaltningar som är för små att visas var för sig kan läsas tillsammans. En sådan "
            "sammanslagning räknas ut ur det som redan visas, av dess förvaltningar och av hela "
            "kommunen, och lägger därför aldrig till något. Där den inte går att räkna ut är den "
            "dold, som allt annat."
        )
    )
    st.html(cards.data_table(pd.DataFrame(rows), _("Förvaltningar som läses tillsammans")))


def uncertainty() -> None:
    """Say in words what the intervals and bounds are."""
    st.markdown(
        _(
            "**95 % konfidensintervall:** Wilsons intervall på den effektiva urvalsstorleken, med "
            "korrektion för att de tillfrågade är få och t-fördelningens kvantil. Det säger hur "
            "mycket andelen kunde ha blivit annorlunda om andra av de tillfrågade hade svarat.\n\n"
            "**Bortfallsgränser:** andelen om alla som inte svarat hade svarat nej, och om alla "
            "hade svarat ja. Ingen gissning om de tysta kan leda utanför dem.\n\n"
            "**Med och utan ”vet ej”:** ”vet ej” är ett svar och räknas in i underlaget. Under "
            "*Osäkerhet* står också andelen av dem som hade en åsikt.\n\n"
            "**Register och ram** räknas i sin helhet och har inget intervall."
        )
    )
    st.markdown(
        _(
            "**Vikter.** Talen på sidorna är ovägda, som i källan. *Vägt till ramen*: varje "
            "förvaltning väger så mycket som sin del av de tillfrågade. *Efterstratifierat*: vägt "
            "så att också befattning, kön eller ålder fördelar sig som i ramen, där ramen har dem. "
            "Ingen vikt kan tala för en förvaltning där ingen har svarat. Förvaltningar som är "
            "dolda för en fråga vägs som en enda grupp."
        )
    )
    st.caption(
        _("Källor: {sources}.").format(
            sources="Wilson 1927; Korn & Graubard 1998; R survey 4.1 (svydesign, postStratify)"
        )
    )


def conclusions() -> None:
    """Say in words which sentences are written when, and by which tests."""
    st.markdown(
        _(
            "**En slutsats** (mer än hälften, högre än en gräns, lägre än hos övriga) söks först i "
            "svaren och prövas sedan tre gånger: säger hela det statistiska intervallet detsamma; "
            "säger bortfallsgränserna det, vad de som inte svarade än tycker; säger andelen det "
            "både med och utan ”vet ej”? Meningen nämner vad slutsatsen står sig mot och vad den "
            "inte står sig mot. Att precis nå gränsen är inte att passera den.\n\n"
            "**Den korta meningen** vid det stora talet är densamma i kortare form. Den skrivs om "
            "hälften bara där högre är bättre och andelen är 25–75 %, om gränsen där det finns en, "
            "och om övriga där en förvaltning är vald. Ryms slutsatsen inom osäkerheten står det "
            "att det inte går att säga.\n\n"
            "**En skillnad** skrivs med sin storlek i procentenheter och ett 95 % intervall, och "
            "sedan om den är tydlig. Tydlig är den när både intervallet och testet utesluter noll, "
            "eller bortfallsgränserna ensamma: då gäller den vad de som inte svarade än tycker. "
            "Jämförs flera rättas testet enligt Holm: av tjugo förvaltningar skulle annars en "
            "skilja sig av en slump. Med färre än 20 svar skrivs antalen i den korta meningen, och "
            "procentenheter bara med sitt intervall.\n\n"
            "**Testen.** Skiljer sig alla grupper åt? Rao och Scotts F, som tar hänsyn till hur "
            "urvalet är gjort; där något väntat antal är under fem ett exakt test. Intervallet för "
            "en skillnad är sammansatt av de båda andelarnas intervall (MOVER, Newcombe). Har alla "
            "tillfrågade svarat är skillnaden känd och prövas inte. Mellan två vågor räknas de som "
            "två oberoende urval: vilka som svarat båda gångerna är inte känt.\n\n"
            "**Standardiserat** (revisorn): hur stor skillnaden vore om förvaltningen hade samma "
            "blandning av roller som alla som svarade. Roller som ingen där har svarat för lämnas "
            "ute, och det står vilka."
        )
    )
    st.caption(
        _("Källor: {sources}.").format(
            sources="Rao & Scott 1984; Fisher, Freeman & Halton 1951; Newcombe 1998; Zou & Donner "
            "2008; Holm 1979; R survey 4.1 (svychisq, svystandardize)"
        )
    )


def all_indicators(context: Context) -> None:
    """List every dossier, with a link to each."""
    kinds = {SURVEY: _("enkät"), REGISTER: _("register")}
    rows = "".join(
        "<tr>"
        f'<th scope="row"><a href="{escaped(context.link("metod", indikator=i.id))}" '
        f'target="_self">{escaped(i.name)}</a></th>'
        f"<td>{escaped(theme_word(i.theme))}</td>"
        f"<td>{escaped(kinds.get(i.source.kind, _('ram')))}</td>"
        f"<td>{escaped(i.question)}</td></tr>"
        for i in indicators()
    )
    heads = "".join(
        f'<th scope="col">{escaped(head)}</th>'
        for head in (_("Indikator"), _("Ämne"), _("Slag"), _("Fråga"))
    )
    st.html(
        '<div class="dk dk-scroll" tabindex="0" role="region" '
        f'aria-label="{escaped(_("Alla indikatorer"))}">'
        f'<table class="dk-list dk-brief"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def criteria() -> None:
    """List law and norms, with what each is used for."""
    for item in reference.criteria():
        st.markdown(f"**{item.title}.** {item.requires}")
        st.caption(_("Källa: {source}").format(source=source_words(item.source)))


def sources() -> None:
    """List the documents behind it all, with the names that the data files cite them by."""
    for item in reference.sources():
        st.markdown(f"**{item.short}:** {item.publisher}, *{item.title}* {item.date}. {item.gives}")
        st.caption(_("Anges som {file} i datafilerna.").format(file=item.file))
