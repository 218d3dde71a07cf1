"""Jämförelser: between the waves, between departments, and with what others have published."""

from ui import comparisons, sections, shell
from ui.text import _

context = shell.context()
sections.page_title(context, _("Jämförelser"))
view = comparisons.ask()
sections.wave_note(context)
comparisons.show(context, view)
