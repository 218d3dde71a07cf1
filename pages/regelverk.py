"""Regelverk: what others' rules say, how the register meets them, and what adopting one takes."""

import streamlit as st

from ui import cards, regelverk, sections, shell
from ui.text import _

context = shell.context()
regelverk.head(context)
day = regelverk.ask_day(context)
if day is not None:
    regelverk.finding(context, day)

sections.part(_("Vad säger reglerna?"))
compared = regelverk.side_by_side_part(day)
regelverk.sources_part(context, compared)

if day is None:
    st.html(
        cards.callout(
            "info",
            _("Inget register är inläst ännu"),
            _("När registret över överenskommelser är inläst visas här hur det möter reglerna."),
        )
    )
else:
    sections.part(_("Hur väl stämmer registret med dem?"))
    regelverk.standing_part(context, compared, day)

    sections.part(_("Om kommunen antog ett annat regelverk"))
    regelverk.adoption_part(context, day)
