"""What the protection of the few costs: how much of a wave stays visible, and what waits."""

from __future__ import annotations

import pandas as pd

from queries.store import Reader


def visibility(reader: Reader, wave: str) -> pd.DataFrame:
    """Return how many groups are shown: a row per breakdown, ``breakdown, shown, groups``.

    A group counts once for each question that somebody in it answered (``groups``), and as shown
    where its answers are published. Read from what is published, so the same for every role.
    """
    return reader.frame(
        "with pairs as ("
        '  select breakdown, question, "group", any_value(status) as status, '
        "    min(ordinal) as ordinal "
        "  from published.cube "
        "  where wave = $wave and (status = 'hidden' or status = 'shown' and base > 0) "
        "  group by all) "
        "select breakdown, count_if(status = 'shown') as shown, count(*) as groups "
        "from pairs group by breakdown order by min(ordinal)",
        wave=wave,
    )


def waiting(reader: Reader, wave: str) -> tuple[int, int]:
    """Return (questions whose latest answers wait, questions that were asked)."""
    return reader.rows(
        "select count_if(waiting), count_if(asked) from published.question where wave = $wave",
        wave=wave,
    )[0]
