"""Measure Distanskollen: loading, results and pages, on little and on much.

    python tools/bench.py [survey] [register] [protection] [--agreements 1200 60000]

``survey``: the demo, and 1 000 times its answers. ``register``: registers of the sizes given
(``big_register.py``), each loaded as two, with the rule sets evaluated and the pages that read
agreements. ``protection``: a survey of 30 questions with every attribute, in 6 and 60 departments,
loaded, and loaded again with more answers. Everything is measured in one run, and the claims are
ratios: a page reads the cube, so it should cost the same however many have answered. Absolute times
are this machine's.
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tools"))

COPIES = 1_000
REPEATS = 7
PAGES = (
    "sammanfattning", "styrning", "rattvisa", "arbetsmiljo", "it_sakerhet", "verksamhet", "metod",
    "tillganglighet",
)  # fmt: skip


REGISTER_PAGES = ("overenskommelser", "regelverk", "arbetsmiljo", "sammanfattning")
SIZES = (1_200, 60_000)
KINDS = ("survey", "register", "protection")
# Departments and answers of the surveys that the protection is measured on, in 30 questions.
PROTECTED = ((6, 91), (6, 1_200), (60, 1_200))
QUESTIONS = 30
LATER = 60


def timed(run: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the median seconds of ``repeats`` runs after one that is not counted."""
    run()
    took = []
    for _repeat in range(repeats):
        start = time.perf_counter()
        run()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def enlarge(source: Path, target: Path, column: int | None) -> None:
    """Write ``source`` with its rows, or the numbers of ``column`` and on, ``COPIES`` times."""
    with source.open(encoding="utf-8-sig", newline="") as stream:
        head, *rows = csv.reader(stream)
    with target.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(head)
        if column is None:
            for row in rows:
                out.writerows([row] * COPIES)
        else:
            for row in rows:
                numbers = [str(int(n.removeprefix("ca ")) * COPIES) for n in row[column:]]
                out.writerow(row[:column] + numbers)


@contextmanager
def counted() -> Iterator[list[int]]:
    """Count the queries that are put to the store within the block, in the one item of a list."""
    from queries.store import Reader

    asked, plain = [0], Reader._cursor

    def counting(self: Reader) -> object:
        asked[0] += 1
        return plain(self)

    Reader._cursor = counting  # type: ignore[method-assign]
    try:
        yield asked
    finally:
        Reader._cursor = plain  # type: ignore[method-assign]


def page_costs(page: str, repeats: int = REPEATS, role: str = "") -> dict[str, float]:
    """Return what a run of a page costs with empty caches, and a later one.

    ``role``: who reads it; without, the one that the app begins with. Raises ``RuntimeError`` when
    the page fails: a page of an error message is quickly made.
    """
    import streamlit as st
    from streamlit.testing.v1 import AppTest

    st.cache_data.clear()
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=120)
    if role:
        app.query_params["roll"] = role
    app.run()
    st.cache_data.clear()
    st.cache_resource.clear()
    with counted() as asked:
        start = time.perf_counter()
        app.switch_page(f"pages/{page}.py").run()
        first = time.perf_counter() - start
        first_queries = asked[0]
        app.run()
        later_queries = asked[0] - first_queries
    if app.exception:
        raise RuntimeError(f"/{page}: {app.exception[0].value}")
    return {
        "first (ms)": 1000 * first,
        "later (ms)": 1000 * timed(app.run, repeats),
        "first, queries": first_queries,
        "later, queries": later_queries,
    }


def survey_figures(folder: Path) -> dict[str, dict[str, float]]:
    """Return what the demo costs, and a survey of 1 000 times its answers."""
    from ingest.demo import DEMO_DIR, build_demo
    from ingest.load import load_frame, load_survey
    from queries.indicators import options, results
    from queries.store import open_reader
    from queries.viewer import Role, Viewer

    figures: dict[str, dict[str, float]] = {}
    for size in ("91 answers", f"{91 * COPIES} answers"):
        os.environ["DISTANSKOLLEN_STORE"] = str(folder / size)
        start = time.perf_counter()
        if not figures:
            for _done in build_demo():
                pass
        else:
            enlarge(DEMO_DIR / "frame-2024.csv", folder / "frame.csv", 3)
            enlarge(DEMO_DIR / "survey-2024.csv", folder / "survey.csv", None)
            load_frame(folder / "frame.csv", "2024")
            load_survey(folder / "survey.csv", "2024")
        found = {"load (s)": time.perf_counter() - start}
        reader = open_reader(Viewer(Role.POLITIKER))
        found["results (ms)"] = 1000 * timed(lambda r=reader: results(r, "2024"))
        found["options (ms)"] = 1000 * timed(lambda r=reader: options(r, "2024"))
        for page in PAGES:
            found |= {f"/{page}, {name}": cost for name, cost in page_costs(page).items()}
        figures[size] = found
    return figures


class Told(dict[str, float]):
    """Figures that are told as they come: a large register takes minutes."""

    def __setitem__(self, name: str, value: float) -> None:
        super().__setitem__(name, value)
        print(f"{name}: {value:.1f}", file=sys.stderr, flush=True)


def register_costs(folder: Path, size: int) -> dict[str, float]:
    """Return what a register of ``size`` agreements costs, loaded as two: the one of eight months
    ago, and the one of today."""
    import big_register

    from ingest.load import load_agreements, load_frame
    from queries import agreements, coverage
    from queries.catalogue import indicator
    from queries.indicators import register_date
    from queries.rules import own
    from queries.store import open_reader
    from queries.viewer import Role, Viewer
    from ui import register_files
    from ui.register import Choice

    os.environ["DISTANSKOLLEN_STORE"] = str(folder / "store")
    files = big_register.make(folder, size, registers=2)
    load_frame(folder / "frame.csv", "2026")
    found = Told()
    for name, file in zip(("first", "second"), files, strict=True):
        start = time.perf_counter()
        load_agreements(file, as_of=date.fromisoformat(file.stem.removeprefix("agreements-")))
        found[f"load, {name} register (s)"] = time.perf_counter() - start
    reader = open_reader(Viewer(Role.REVISOR))
    day, ours = register_date(reader), own()
    one = agreements.register(reader, day)["agreement_id"].iloc[size // 2]
    assessed = indicator("riskbedomd_fore_start")
    runs: dict[str, Callable[[], object]] = {
        "needs": lambda: agreements.needs(reader, ours, day),
        "register": lambda: agreements.register(reader, day),
        "one agreement's story": lambda: agreements.story(reader, one, day),
        "dates of a year": lambda: agreements.coming_dates(reader, ours, day),
        "coverage by month, one indicator": lambda: coverage.series(reader, assessed),
    }
    for name, run in runs.items():
        found[f"{name} (ms)"] = 1000 * timed(run, 3)
    for page in REGISTER_PAGES:
        for name, cost in page_costs(page, 3, "revisor").items():
            found[f"/{page}, {name}"] = cost
    context = SimpleNamespace(
        reader=reader, viewer=reader.viewer, as_of=day, snapshot=reader.snapshot
    )
    for make in (register_files.excel, register_files.csv, register_files.ics):
        took = timed(lambda make=make: make(context, Choice(day)), 1)
        found[f"/overenskommelser, {make.__name__} of all (ms)"] = 1000 * took
    return found


def protection_costs(folder: Path, departments: int, answers: int) -> dict[str, float]:
    """Return what it takes to protect a survey when it is loaded, and loaded again with more."""
    import big_survey

    from ingest import publish
    from ingest.load import load_frame, load_survey
    from queries import reference
    from queries.protection import visibility
    from queries.store import open_reader
    from queries.viewer import Role, Viewer

    spent = {"hidden_together": 0.0, "must_wait": 0.0}
    original = {name: getattr(publish, name) for name in spent}

    def measured(name: str) -> Callable[..., object]:
        def run(*given: object) -> object:
            start = time.perf_counter()
            try:
                return original[name](*given)
            finally:
                spent[name] += time.perf_counter() - start

        return run

    os.environ["DISTANSKOLLEN_STORE"] = str(folder / "store")
    folder.mkdir()
    source = reference.DATA_DIR
    try:
        form = big_survey.make_form(folder / "data", QUESTIONS)
        frame, survey, later = big_survey.make_survey(folder, form, departments, answers, LATER)
        load_frame(frame, "v")
        for name in spent:
            setattr(publish, name, measured(name))
        start = time.perf_counter()
        load_survey(survey, "v", questionnaire_id=form.id)
        found = {"load (s)": time.perf_counter() - start}
        found["of it, what is hidden (s)"] = spent["hidden_together"]
        start = time.perf_counter()
        load_survey(later, "v", questionnaire_id=form.id)
        found[f"load again, {LATER} more answers (s)"] = time.perf_counter() - start
        found["of it, what must wait (s)"] = spent["must_wait"]
        table = visibility(open_reader(Viewer(Role.POLITIKER)), "v").set_index("breakdown")
        shares = 100 * table["shown"] / table["groups"]
        return found | {f"visible, {name} (%)": float(share) for name, share in shares.items()}
    finally:
        reference.DATA_DIR = source
        for name, function in original.items():
            setattr(publish, name, function)


def show(figures: dict[str, dict[str, float]]) -> None:
    """Print a column for each size, and how much dearer the last is than the first."""
    names = list(figures)
    print(f"{'':48}" + "".join(f"{name:>18}" for name in names) + f"{'ratio':>8}")
    for row, small in figures[names[0]].items():
        costs = [figures[name][row] for name in names]
        comparable = "load" not in row and small and len(costs) > 1
        ratio = f"{costs[-1] / small:8.2f}" if comparable else f"{'–':>8}"
        print(f"{row:48}" + "".join(f"{cost:18.1f}" for cost in costs) + ratio)


def main() -> int:
    """Print the figures as tables."""
    parser = argparse.ArgumentParser(description="Measure Distanskollen on little and on much.")
    parser.add_argument("what", nargs="*", metavar="|".join(KINDS), help="default: all")
    parser.add_argument("--agreements", type=int, nargs="+", default=SIZES)
    options = parser.parse_args()
    if unknown := set(options.what) - set(KINDS):
        parser.error(f"{', '.join(sorted(unknown))}: not one of {', '.join(KINDS)}")
    wanted = options.what or KINDS
    with tempfile.TemporaryDirectory() as name:
        os.environ["DISTANSKOLLEN_KEY_FILE"] = str(Path(name) / "key")
        if "survey" in wanted:
            show(survey_figures(Path(name)))
            print("load: the demo's waves and registers, against one wave of the larger survey.")
        if "register" in wanted:
            sizes = options.agreements
            show({f"{n} agreements": register_costs(Path(name) / str(n), n) for n in sizes})
        if "protection" in wanted:
            show(
                {
                    f"{d} × {n} answers": protection_costs(Path(name) / f"p{d}-{n}", d, n)
                    for d, n in PROTECTED
                }
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
