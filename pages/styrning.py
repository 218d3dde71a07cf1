"""Styrning: are there guidelines that people know, understand and stand behind?"""

from queries.catalogue import by_theme
from ui import sections, shell
from ui.text import _

context = shell.context()
indicators = by_theme("styrning")
perceived = [i for i in indicators if not i.full_count]
recorded = [i for i in indicators if i.full_count]

sections.theme_title(context, "styrning")
sections.verdict("riktlinjer")
sections.wave_note(context)
sections.at_a_glance(context, indicators)

sections.part(_("Så upplevs styrningen"))
for indicator in perceived:
    sections.indicator_section(context, indicator)

sections.part(_("Så följs reglerna, enligt registret"))
for indicator in recorded:
    sections.indicator_section(context, indicator)
