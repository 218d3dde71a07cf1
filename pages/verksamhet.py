"""Verksamhet: what does work elsewhere do to output, quality and communication?"""

from queries.catalogue import by_theme
from ui import sections, shell

context = shell.context()
indicators = by_theme("verksamhet")

sections.theme_title(context, "verksamhet")
sections.wave_note(context)
sections.at_a_glance(context, indicators)

# The audit put three questions on this theme; each is answered by its own indicators.
for question in ("produktivitet", "kvalitet", "kommunikation"):
    sections.question_part(question)
    for indicator in (i for i in indicators if i.audit_question == question):
        sections.indicator_section(context, indicator)
