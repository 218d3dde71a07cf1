"""Sammanfattning: is remote work fair, safe and well led? To be read in a minute."""

import streamlit as st

from ui import cards, sections, shell, summary
from ui.text import _

context = shell.context()
results = context.results()

st.html(summary.head(context))
st.title(_("Är distansarbetet rättvist, säkert och väl lett?"), anchor=False)
sections.wave_note(context)
led = sections.hidden_note(context, results)
st.html(summary.paragraph(context))
st.html(cards.card_row(summary.key_figures(context, results)))

st.header(_("Läget per förvaltning"), anchor=False)
overview = context.overview()
st.html(summary.matrix(context, overview))
if not led and (near := summary.nearest(context, overview)):
    st.html(near)
st.html(summary.matrix_note(context, overview))

decisions, changes = st.columns(2, gap="large")
with decisions:
    st.header(_("Behöver beslut"), anchor=False)
    st.html(summary.decisions(context, results))
with changes:
    st.header(_("Har förändrats"), anchor=False)
    st.html(summary.changes(context))
