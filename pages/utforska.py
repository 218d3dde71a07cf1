"""Utforska: the auditor asks his own questions of the answers and the agreements."""

import streamlit as st

from ui import explore, sections, shell
from ui.text import _

context = shell.context()
sections.page_title(context, _("Utforska"))
st.markdown(
    _(
        "Ställ egna frågor till svaren och överenskommelserna. Allt du väljer står i sidans "
        "adress, som kan sparas och delas med en annan revisor."
    )
)
marked = st.container()
selection, found = explore.ask(context)
with marked:
    if selection.source == "register":
        explore.working_note()
    else:
        if selection.published:
            explore.public_note()
        sections.wave_note(context, marked=not selection.published)

if selection.source == "register":
    explore.register_part(context, selection, found)
else:
    explore.survey_part(context, selection, found)
    explore.response_part(context, found)
