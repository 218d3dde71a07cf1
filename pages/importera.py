"""Importera: what is loaded, how to load more, which versions there are, and who did what when."""

import streamlit as st

from ui import importera, shell
from ui.text import _

viewer = shell.viewer()
shell.title("importera")
importera.finding(viewer)

st.header(_("Det som är inläst"), anchor="inlast")
importera.loaded()
importera.old_records(viewer)

st.header(_("Så läser du in"), anchor="kommandon")
importera.how_to()

st.header(_("Versioner"), anchor="versioner")
importera.versions()

st.header(_("Loggen"), anchor="logg")
importera.the_log(viewer)
