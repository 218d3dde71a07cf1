"""Metod och källor: where every number comes from, and what it cannot say."""

import streamlit as st

from queries.catalogue import indicators
from ui import choices, method, sections, shell
from ui.text import _

context = shell.context()
sections.page_title(context, _("Metod och källor"))
st.markdown(
    _(
        "Varje tal på sidorna kan följas härifrån: till sin definition, den fråga i databasen som "
        "räknar det, källan och, för revisorn, raden i filen."
    )
)
if context.viewer.sees_results:
    sections.wave_note(context)
dossiers = {i.id: i for i in indicators()}

st.header(_("En indikator i detalj"), anchor=False)
chosen = choices.select(
    st,
    _("Indikator"),
    list(dossiers),
    key=shell.INDICATOR,
    default="rattvist_fordelat",
    names=lambda name: dossiers[name].name,
)
method.dossier(context, dossiers[chosen])
if context.viewer.sees_microdata:
    method.trace(context, dossiers[chosen])

if context.viewer.sees_results:
    st.header(_("Stämmer våra tal med källans?"), anchor=False)
    method.printed_figures(context)

st.header(_("Uppgifternas kvalitet"), anchor=False)
method.quality(context)

st.header(_("Källans egna fällor"), anchor=False)
method.traps()

st.header(_("Skyddet av enskilda svar"), anchor="skydd")
method.protection(context)
method.mergings(context)

st.header(_("Så beskrivs osäkerheten"), anchor=False)
method.uncertainty()

st.header(_("Så skrivs slutsatser och skillnader"), anchor="slutsatser")
method.conclusions()

st.header(_("Alla indikatorer"), anchor=False)
method.all_indicators(context)

st.header(_("Kriterier"), anchor=False)
method.criteria()

st.header(_("Källor"), anchor=False)
method.sources()
