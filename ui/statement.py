"""The parts of the accessibility statement: what holds, what does not, whom to tell."""

from __future__ import annotations

import streamlit as st

from queries import reference
from queries.municipality import municipality
from ui import cards
from ui import formats as f
from ui.text import _, markdown_text

AUTHORITY = "https://www.digg.se/"


def how_accessible() -> None:
    """Say what the service promises, by which law, and how far it holds."""
    owner = municipality()
    st.markdown(
        markdown_text(
            _(
                "{municipality} står bakom den här tjänsten. Den ska kunna användas av alla enligt "
                "lagen om tillgänglighet till digital offentlig service (DOS-lagen), som hänvisar "
                "till EN 301 549 och WCAG 2.1 på nivå AA. Tjänsten är delvis förenlig med kraven: "
                "det som brister står nedan."
            ).format(municipality=owner.name)
        )
    )


def known_faults() -> None:
    """List what is known not to work for everyone, for whom, and what to do instead."""
    st.header(_("Det här fungerar inte för alla"), anchor=False)
    for fault in reference.accessibility_faults():
        st.subheader(fault.what, anchor=False)
        st.markdown(
            f"- **{_('Vem det berör')}:** {fault.whom}\n- **{_('Gör så här')}:** {fault.instead}"
        )


def report() -> None:
    """Say whom to tell about a fault, or that nobody has been named yet."""
    st.header(_("Anmäl ett fel, eller be om innehållet på annat sätt"), anchor=False)
    owner = municipality()
    st.markdown(
        _(
            "Hittar du något som inte går att använda, eller behöver du uppgifterna i en annan "
            "form: berätta vad du försökte göra, på vilken sida och med vilka hjälpmedel."
        )
    )
    if owner.contact:
        st.markdown(markdown_text(_("Kontakt: {contact}").format(contact=owner.contact)))
    else:
        st.html(
            cards.callout(
                "warning",
                _("Ingen kontakt är angiven ännu"),
                _(
                    "Den som sköter tjänsten har inte skrivit in vem som tar emot. Vänd dig till "
                    "kommunens växel eller kontaktcenter."
                ),
            )
        )


def supervision() -> None:
    """Say which authority supervises, and when to turn to it."""
    st.header(_("Tillsyn"), anchor=False)
    st.markdown(
        _(
            "Myndigheten för digital förvaltning, Digg, ansvarar för tillsynen över DOS-lagen. Är "
            "du inte nöjd med hur kommunen tar hand om din synpunkt kan du vända dig dit: {address}"
        ).format(address=AUTHORITY)
    )


def how_tested() -> None:
    """Say how the service was assessed, and when."""
    st.header(_("Så har vi prövat tjänsten"), anchor=False)
    st.markdown(
        _(
            "- Alla sidor prövas automatiskt med axe-core mot WCAG 2.1 A och AA, i varje roll, i "
            "ljust och mörkt läge, också med allt utfällt.\n"
            "- En hel användning prövas med enbart tangentbord.\n"
            "- Sidorna prövas vid 400 procents förstoring, i mobilens bredd och med minskad "
            "rörelse.\n"
            "- Ingen utomstående har granskat tjänsten, och ingen har prövat den med skärmläsare."
        )
    )
    st.caption(
        _("Senast bedömd {day}, av dem som utvecklar tjänsten.").format(
            day=f.date(municipality().assessed)
        )
    )
