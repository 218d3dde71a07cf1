"""IT-säkerhet: is what is secret as well protected at home as at the office?"""

from ui import sections, shell
from ui.text import _

context = shell.context()

sections.recorded_and_perceived(context, "it_sakerhet")
sections.several_section(context, "it_atgarder", _("Åtgärder för IT-säkerheten"))
