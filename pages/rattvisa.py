"""Rättvisa: is the possibility to work elsewhere fairly shared out?"""

from queries.catalogue import by_theme
from ui import sections, shell
from ui.text import _

context = shell.context()
indicators = by_theme("rattvisa")
perceived = [i for i in indicators if not i.full_count]
facts = [i for i in indicators if i.full_count]

sections.theme_title(context, "rattvisa")
sections.verdict("likabehandling")
sections.wave_note(context)
sections.at_a_glance(context, indicators)

sections.part(_("Så upplevs det"))
for indicator in perceived:
    sections.indicator_section(context, indicator)

sections.group_sections(context, perceived[0])

sections.part(
    _("Så ser det ut i uppgifter och register"),
    _("Upplevelsen ovan ställs här mot hur möjligheten faktiskt är fördelad och används."),
)
for indicator in facts:
    sections.indicator_section(context, indicator)
