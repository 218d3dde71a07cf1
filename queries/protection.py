"""What the protection of the few costs: how much of a wave stays visible, and what waits."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from queries.mergings import HIDDEN, SHOWN, combined
from queries.municipality import Merging
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


def visibility_merged(reader: Reader, wave: str, mergings: Sequence[Merging]) -> pd.DataFrame:
    """Return the same of the departments when those of a merging are read as one group: a row per
    merging, ``merging`` (its code), ``shown, groups``.

    The other departments count as they do in ``visibility``, those of the merging once together.
    """
    counts = reader.frame(
        "select question, option, nullif(\"group\", '') as department, status, base, count "
        "from published.cube where wave = $wave and breakdown in ('all', 'department')",
        wave=wave,
    )
    rows = []
    for merging in mergings:
        apart = counts[counts["department"].notna()]
        apart = apart[~apart["department"].isin(merging.departments)]
        both = combined(counts, [merging], ("question", "option"), ("base", "count"))
        told = pd.concat([apart, both])[["question", "department", "status", "base"]]
        told = told[(told["status"] == HIDDEN) | (told["status"] == SHOWN) & (told["base"] > 0)]
        groups = told.drop_duplicates(["question", "department"])
        shown = int((groups["status"] == SHOWN).sum())
        rows.append({"merging": merging.code, "shown": shown, "groups": len(groups)})
    return pd.DataFrame(rows, columns=["merging", "shown", "groups"])


def waiting(reader: Reader, wave: str) -> tuple[int, int]:
    """Return (questions whose latest answers wait, questions that were asked)."""
    return reader.rows(
        "select count_if(waiting), count_if(asked) from published.question where wave = $wave",
        wave=wave,
    )[0]
