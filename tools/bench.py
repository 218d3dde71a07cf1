"""Measure Distanskollen: loading, results and pages, on the demo and on 1 000 times the answers.

    python tools/bench.py

Everything is measured in one run, and the claims are ratios: a page reads the cube, so it should
cost the same however many have answered. Absolute times are this machine's.
"""

from __future__ import annotations

import csv
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

COPIES = 1_000
REPEATS = 7
PAGES = (
    "sammanfattning", "styrning", "rattvisa", "arbetsmiljo", "it_sakerhet", "verksamhet", "metod",
    "tillganglighet",
)  # fmt: skip


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


def page_costs(page: str, repeats: int = REPEATS) -> dict[str, float]:
    """Return what a run of a page costs with empty caches, and a later one."""
    import streamlit as st
    from streamlit.testing.v1 import AppTest

    st.cache_data.clear()
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=120)
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
    return {
        "first (ms)": 1000 * first,
        "later (ms)": 1000 * timed(app.run, repeats),
        "first, queries": first_queries,
        "later, queries": later_queries,
    }


def main() -> int:
    """Print the figures as a table."""
    from ingest.demo import DEMO_DIR, build_demo
    from ingest.load import load_frame, load_survey
    from queries.indicators import options, results
    from queries.store import open_reader
    from queries.viewer import Role, Viewer

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["DISTANSKOLLEN_KEY_FILE"] = str(folder / "key")
        figures: dict[str, dict[str, float]] = {}
        for size in ("demo", "large"):
            os.environ["DISTANSKOLLEN_STORE"] = str(folder / size)
            start = time.perf_counter()
            if size == "demo":
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
    print(f"{'':32}{'91 answers':>14}{f'{91 * COPIES} answers':>16}{'ratio':>8}")
    for row, small in figures["demo"].items():
        large = figures["large"][row]
        ratio = f"{large / small:8.2f}" if "load" not in row and small else f"{'–':>8}"
        print(f"{row:32}{small:14.1f}{large:16.1f}{ratio}")
    print("load: the demo's two waves and register, against one wave of the larger survey.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
