"""Arbetsmiljö: are risks assessed before the start, and is anything followed up?"""

from ui import sections, shell
from ui.text import _

context = shell.context()

sections.recorded_and_perceived(context, "arbetsmiljo")
sections.several_section(context, "arbetsmiljoatgarder", _("Åtgärder för arbetsmiljön"))
