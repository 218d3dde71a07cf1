"""The same answers under the names of two waves are refused.

Within a wave new answers wait until they are enough to hide among (``ingest.waiting``). Loaded
under another name the same answers and one more would be published at once beside the first ones,
and the difference is what that one answered. So a survey is refused when it is, for the most part,
another wave's.
"""

from __future__ import annotations

from itertools import combinations

from ingest.snapshot import Builder
from queries.i18n import _
from queries.store import StoreError, sql_file

LEAST = 10
"""How many of the questions that both waves have a row must answer to be told from others'. Two
people of two waves hardly answer ten or more alike, while three questions have few answers."""
FEW = 5
"""So many rows in common are needed: as few as a group that is shown has people."""

LEFT_OUT = ((), *combinations(range(5), 2))
"""Which fifths of the questions are left out of the comparison, in turn: a column or two that were
exported otherwise this time (*vet ej* as empty, the first of several) lie in two of them."""


def refuse_another_waves(builder: Builder, wave: str, sha256: str) -> None:
    """Raise ``StoreError`` if the answers of ``wave``, just written, are another wave's.

    That is if another wave was loaded from the same file (``sha256``), or if more than half of the
    rows that tell who they are (``queries/sql/same_answers.sql``), of the wave that has fewer, are
    in both, whichever two fifths of the questions are left aside.
    """
    for entry in builder.inputs:
        if entry["kind"] == "survey" and entry["sha256"] == sha256 and entry["wave"] != wave:
            raise StoreError(_refused(entry["wave"], _("Filen är densamma.")))
    for without in LEFT_OUT:
        asked = {"wave": wave, "least": LEAST, "without": list(without)}
        for other, shared, own, others in builder.rows(sql_file("same_answers"), asked):
            if shared >= FEW and 2 * shared > min(own, others):
                told = _("{shared} av {own} svarsrader finns i båda.")
                raise StoreError(_refused(other, told.format(shared=shared, own=own)))


def _refused(other: str, told: str) -> str:
    return " ".join(
        [
            _("Svaren finns redan, under vågen {other}.").format(other=other),
            told,
            _(
                "Två vågor med samma svar visar tillsammans vad enstaka personer har svarat. Är "
                "det fler eller rättade svar till samma enkät: läs in dem med --wave {other}. Fick "
                "vågen fel namn: återställ versionen före den (snapshots, restore)."
            ).format(other=other),
        ]
    )
