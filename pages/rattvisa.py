"""Rättvisa: is the possibility to work elsewhere fairly shared out?"""

import streamlit as st

from queries.catalogue import by_theme
from ui import sections, shell
from ui.text import _

context = shell.context()
sections.theme_title("rattvisa")
sections.verdict("likabehandling")
sections.wave_note(context)

perceived = [i for i in by_theme("rattvisa") if not i.full_count]
facts = [i for i in by_theme("rattvisa") if i.full_count]

st.header(_("Så upplevs det"), anchor=False)
for indicator in perceived:
    sections.indicator_section(context, indicator, answers=True)

st.header(_("Skillnader mellan grupper"), anchor=False)
for breakdown in ("position", "occupation", "sex", "age"):
    sections.group_section(context, perceived[0], breakdown)

st.header(_("Så ser det ut i uppgifter och register"), anchor=False)
st.markdown(_("Upplevelsen ovan ställs här mot hur möjligheten faktiskt är fördelad och används."))
for indicator in facts:
    sections.indicator_section(context, indicator)
