"""How many agreements of the demo began when, and what they lack: the story, in counts.

A cohort is a handful of agreements of one department that began within the same months. Its counts
are kept exactly; chance decides the days, and which of them were assessed before they began.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cohort:
    """Agreements of one kind.

    ``kind``: ``open`` (until further notice), ``year`` (runs, with a last day), ``ended`` (closed
    within ``over``), ``lapsed`` (last day passed, nobody has closed it), ``earlier`` and the
    ``later`` that goes on from it, ``refused``, ``applied`` (nobody has decided yet).
    ``begun`` and ``over``: first and last day. ``before``: risk assessed before start, ``after``:
    later than that; the rest never. ``manager``: the number of the one who has them all. ``gone``:
    the last register has lost them.
    """

    kind: str
    count: int
    begun: tuple[str, str] = ("", "")
    before: int = 0
    after: int = 0
    oral: bool = False
    over: tuple[str, str] = ("", "")
    manager: int = 0
    gone: bool = False


@dataclass(frozen=True)
class Department:
    """A department's habits and its cohorts. ``followed``: share of the follow-ups that are held
    when they are due; ``briefed``: the same for IT briefings before the change of system."""

    code: str
    refused: int
    managers: tuple[int, int]
    followed: float
    briefed: float
    measures: str
    roles: str
    secrecy: str
    cohorts: tuple[Cohort, ...]


REPLACED = (("2025-11-10", "2026-01-31"), ("2026-03-16", "2026-05-15"))

DEPARTMENTS = (
    Department(
        code="BUN",
        refused=2,
        managers=(1, 6),
        followed=0.6,
        briefed=0.8,
        measures="in_time 5 late 2 open 3",
        roles="administration_stod 10 utbildning_vard 7 ledning 4",
        secrecy="Intern 5 Sekretess 4 Öppen 1",
        cohorts=(
            Cohort("open", 9, ("2023-03-01", "2026-03-31"), before=3, after=2, oral=True),
            Cohort("open", 3, ("2024-02-01", "2025-06-10"), before=2, after=1),
            Cohort("ended", 3, ("2023-09-01", "2025-02-28"), 2, over=("2025-08-01", "2026-06-30")),
            Cohort("earlier", 1, ("2024-11-15", "2025-06-30"), before=1),
            Cohort("later", 1, before=1),
            Cohort("lapsed", 3, ("2025-03-01", "2025-09-30"), before=1, after=1),
            Cohort("year", 4, ("2025-11-10", "2026-09-30"), before=4),
        ),
    ),
    Department(
        code="KFN",
        refused=0,
        managers=(7, 7),
        followed=0.6,
        briefed=0.8,
        measures="in_time 5 late 2 open 3",
        roles="administration_stod 4 annat 1",
        secrecy="Öppen 3 Intern 2",
        cohorts=(
            Cohort("open", 1, ("2025-01-01", "2025-04-30"), oral=True),
            Cohort("open", 2, ("2023-09-01", "2025-03-31"), before=1, after=1),
            Cohort("ended", 1, ("2023-09-01", "2024-06-30"), over=("2025-03-01", "2025-06-15")),
            Cohort("year", 1, ("2026-01-10", "2026-06-30"), before=1),
        ),
    ),
    Department(
        code="KLK",
        refused=2,
        managers=(8, 15),
        followed=1.0,
        briefed=1.0,
        measures="in_time 7 late 1 open 2",
        roles="administration_stod 28 ledning 6 teknik_miljo 5 annat 1",
        secrecy="Intern 7 Öppen 2 Sekretess 1",
        cohorts=(
            # The unit that nobody followed up any more when demo-chef-11 had left.
            Cohort("open", 10, ("2022-10-01", "2024-11-30"), before=8, after=1, manager=11),
            Cohort("open", 4, ("2022-10-01", "2024-11-30"), 2, 1, oral=True, manager=11),
            Cohort("open", 14, ("2022-10-01", "2025-06-30"), before=13, after=1),
            Cohort("open", 4, ("2023-01-01", "2025-05-31"), before=2, after=1, oral=True),
            Cohort("ended", 5, ("2023-06-01", "2024-11-30"), 4, over=("2025-02-01", "2026-06-30")),
            Cohort("earlier", 4, ("2024-11-20", "2025-08-31"), before=3, after=1),
            Cohort("later", 4, before=4),
            # The one that is to go on in November 2026 is agreed, and has not begun.
            Cohort("earlier", 1, ("2025-11-03", "2025-11-04"), before=1),
            Cohort("later", 1, before=1),
            Cohort("lapsed", 2, ("2025-05-01", "2025-09-30"), before=1),
            Cohort("year", 10, ("2025-11-10", "2026-10-05"), before=8, after=1),
        ),
    ),
    Department(
        code="MBN",
        refused=0,
        managers=(16, 16),
        followed=0.9,
        briefed=0.95,
        measures="in_time 8 late 1 open 1",
        roles="handlaggning 6 administration_stod 2 teknik_miljo 1",
        secrecy="Intern 6 Öppen 4",
        cohorts=(
            # By word of mouth until the autumn of 2025. Then one was ended, and two were written
            # down until a new agreement took their place, assessed before it began.
            Cohort("ended", 1, ("2023-03-01", "2024-08-31"), oral=True, over=REPLACED[0]),
            Cohort("ended", 2, ("2023-03-01", "2024-08-31"), after=1, over=REPLACED[1]),
            Cohort("ended", 1, ("2024-01-10", "2024-10-31"), before=1, over=REPLACED[0]),
            Cohort("earlier", 1, ("2024-11-20", "2024-12-20"), before=1),
            Cohort("later", 1, before=1),
            Cohort("year", 3, ("2025-11-10", "2026-02-20"), before=3),
            Cohort("year", 6, ("2026-03-02", "2026-08-31"), before=6),
        ),
    ),
    Department(
        code="SN",
        refused=4,
        managers=(17, 25),
        followed=0.5,
        briefed=0.8,
        measures="in_time 4 late 2 open 4",
        roles="handlaggning 16 administration_stod 10 utbildning_vard 5 ledning 3",
        secrecy="Sekretess 7 Intern 3",
        cohorts=(
            # Few, and well begun: thirteen, all of them assessed before they began.
            Cohort("open", 3, ("2023-03-01", "2024-12-10"), before=3),
            Cohort("open", 4, ("2023-03-01", "2024-12-10"), before=4, oral=True),
            Cohort("ended", 4, ("2023-10-01", "2024-11-30"), 4, over=("2026-01-12", "2026-01-30")),
            Cohort("earlier", 2, ("2024-11-20", "2024-12-20"), before=2),
            Cohort("later", 2, before=2),
            # From spring 2025 on many, and badly: as many assessed, of three times as many.
            Cohort("open", 6, ("2025-04-07", "2025-06-20"), after=3, oral=True),
            Cohort("open", 9, ("2025-08-11", "2026-05-31"), after=3, oral=True),
            Cohort("open", 3, ("2025-05-05", "2026-02-15"), after=1),
            Cohort("ended", 1, ("2025-06-01", "2025-08-31"), over=("2026-04-01", "2026-05-31")),
            Cohort("lapsed", 5, ("2025-04-14", "2025-10-15"), after=1),
            Cohort("year", 4, ("2025-11-10", "2026-09-30"), after=1),
            Cohort("year", 4, ("2026-01-07", "2026-01-29"), before=4),
            Cohort("open", 1, ("2025-05-05", "2025-05-31"), oral=True, gone=True),
            Cohort("applied", 1, ("2026-12-01", "2026-12-01")),
        ),
    ),
    Department(
        code="TN",
        refused=1,
        managers=(26, 27),
        followed=0.7,
        briefed=0.9,
        measures="in_time 5 late 2 open 3",
        roles="teknik_miljo 4 administration_stod 3",
        secrecy="Öppen 5 Intern 4",
        cohorts=(
            Cohort("open", 2, ("2023-06-01", "2025-10-31"), before=1, oral=True),
            Cohort("open", 2, ("2023-06-01", "2024-10-31"), before=1, after=1),
            Cohort("ended", 1, ("2023-09-01", "2024-10-31"), 1, over=("2025-10-01", "2026-04-30")),
            Cohort("lapsed", 1, ("2025-03-01", "2025-09-30")),
            Cohort("year", 2, ("2025-11-10", "2026-09-30"), before=1, after=1),
            Cohort("lapsed", 1, ("2025-03-10", "2025-04-30"), gone=True),
        ),
    ),
)
