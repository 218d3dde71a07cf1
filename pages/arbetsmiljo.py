"""Arbetsmiljö: are risks assessed before the start, and is anything followed up?"""

from queries.catalogue import by_theme
from ui import sections, shell
from ui.text import _

context = shell.context()
indicators = by_theme("arbetsmiljo")
perceived = [i for i in indicators if not i.full_count]
recorded = [i for i in indicators if i.full_count]

sections.theme_title(context, "arbetsmiljo")
sections.verdict("arbetsmiljo")
sections.wave_note(context)
sections.at_a_glance(context, indicators)

sections.beside_sections(context, recorded)

sections.part(_("Så ser det ut i registret"))
for indicator in recorded:
    sections.indicator_section(context, indicator)

sections.part(_("Så upplevs det"))
for indicator in perceived:
    sections.indicator_section(context, indicator)
sections.several_section(context, "arbetsmiljoatgarder", _("Åtgärder för arbetsmiljön"))
