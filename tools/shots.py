"""Take a picture of every page, for every role, theme and width, in every state.

    python tools/shots.py [--pages a,b] [--roles …] [--themes …] [--widths …] [--states …]

A demo store is built in a temporary folder and served, beside an empty one, on loopback. Each shot
is of the whole page, taken when the run is over, the charts are drawn and nothing moves any more.
Into the folder go the pictures, ``index.html`` (a contact sheet), ``shots.jsonl`` (a line per shot
with what a machine can see) and the logs of the servers. Exit status 1 if a page has a fault, 0
with mere remarks.

Pixels are not compared with an earlier run: a picture that differs is no fault, and a fault that
was there before would pass. What is wrong by any measure is counted; the rest is for eyes.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import queue
import re
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from queries.viewer import Role, Viewer  # noqa: E402
from tools import bootstrap, serving  # noqa: E402
from ui.addresses import PAGES, Address, link  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

OUT = ROOT / "build" / "shots"
THEMES = ("light", "dark")
WIDTHS = (1280, 390)
START_HEIGHT = 900
TALLEST = 16_000
"""Chromium paints no more than 16 384 pixels in one picture."""
THUMB = 240
READY_WITHIN = 90_000
SETTLED_WITHIN = 60_000
"""Milliseconds, generous: on a busy machine a slow page is no broken page."""


@dataclass(frozen=True)
class State:
    """What is special about a visit: its store and what its address asks for."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    store: str = "demo"
    of_results: bool = False
    """Whether only a role that sees results can tell the state from the plain demo."""


STATES = {
    "demo": State(),
    "comparison": State({"jamfor": "2026"}, of_results=True),
    "hidden": State({"forvaltning": "MBN"}, of_results=True),
    "english": State({"lang": "en"}),
    "empty": State(store="empty"),
}


@dataclass(frozen=True)
class Shot:
    """One picture to take."""

    page: str
    role: str
    theme: str
    width: int
    state: str

    @property
    def name(self) -> str:
        return f"{self.page}_{self.state}_{self.role}_{self.theme}_{self.width}"

    @property
    def address(self) -> str:
        """Return the path and query; the role is spelled out, so that the line says it all."""
        return link(self.page, roll=self.role, **STATES[self.state].parameters)


def matrix(
    pages: Iterable[Address] = PAGES,
    roles: Iterable[str] = tuple(Role),
    themes: Iterable[str] = THEMES,
    widths: Iterable[int] = WIDTHS,
    states: Iterable[str] = tuple(STATES),
) -> list[Shot]:
    """Return what to shoot, in an order where a browser's visitor (theme, width) seldom changes.

    A page is shot for the roles that have it; a state that a role cannot tell from the plain demo
    (an administrator sees no results to compare) is left out.
    """
    themes, widths, states = tuple(themes), tuple(widths), tuple(states)
    wanted = {Role(role) for role in roles}
    visits = [
        (address.path, role, state)
        for address in pages
        for role in sorted(wanted & address.roles, key=list(Role).index)
        for state in states
        if Viewer(role).sees_results or not STATES[state].of_results
    ]
    return [
        Shot(path, role.value, theme, width, state)
        for theme in themes
        for width in widths
        for path, role, state in visits
    ]


# ------------------------------------------------------------------ what a machine can see

SETTLED = """async ([within]) => {
  const drawn = () => [...document.querySelectorAll('[data-testid=stPlotlyChart]')]
    .filter(e => e.checkVisibility())
    .every(e => e.querySelector('.main-svg .plot, .main-svg .infolayer')
      && e.getBoundingClientRect().height > 20);
  const look = () => {
    const main = document.querySelector('[data-testid=stMain]');
    const parts = document.querySelectorAll(
      '[data-testid=stPlotlyChart], [data-testid=stMainBlockContainer], .main-svg, .dk');
    let sum = 0;
    for (const e of parts) {
      const r = e.getBoundingClientRect();
      sum += r.left + 3 * r.top + 7 * r.width + 11 * r.height;
    }
    return [main && main.scrollHeight, parts.length, Math.round(sum), innerWidth, innerHeight,
      document.querySelectorAll('.main-svg text').length].join();
  };
  const end = performance.now() + within;
  await document.fonts.ready;
  let last = '', since = performance.now();
  while (performance.now() < end) {
    const now = look();
    if (now !== last || !drawn()) { last = now; since = performance.now(); }
    if (performance.now() - since >= 400) return true;
    await new Promise(done => setTimeout(done, 60));
  }
  return false;
}"""
"""JavaScript: wait until every chart in sight is drawn and nothing has moved for 400 ms."""

HEIGHT = """() => Math.ceil(Math.max(0, ...[
  '[data-testid=stMain]',
  '[data-testid=stSidebar][aria-expanded=true] [data-testid=stSidebarContent]',
].map(s => document.querySelector(s)).filter(Boolean).map(e => e.scrollHeight)))"""

INSPECT = """() => {
  const root = document.documentElement, wide = innerWidth;
  const main = document.querySelector('[data-testid=stMain]');
  // Folded, the sidebar keeps its content beside the screen or in no width at all.
  const aside = document.querySelector('[data-testid=stSidebar]');
  const box = aside && aside.getBoundingClientRect();
  const folded = aside && (box.right <= 1 || box.width <= 1) ? aside : null;
  const shown = e => e.checkVisibility({opacityProperty: true, visibilityProperty: true})
    && !(folded && folded.contains(e));
  const short = text => text.replace(/\\s+/g, ' ').trim().slice(0, 70);
  const call = (e, text) => {
    const holder = e.closest('[data-testid], [class*=st-key-]');
    const key = holder && ([...holder.classList].find(c => c.startsWith('st-key-'))
      || holder.dataset.testid);
    const own = [...e.classList || []].find(c => c.startsWith('dk'));
    return `${key || ''} ${e.tagName.toLowerCase()}${own ? '.' + own : ''}: ${short(text)}`;
  };
  const cut = [], out = [], overlaps = [], texts = [];
  const scrolls = e => {
    for (let p = e; p && p !== main && p !== document.body; p = p.parentElement)
      if (/auto|scroll/.test(getComputedStyle(p).overflowX) && p.scrollWidth > p.clientWidth + 1)
        return true;
    return false;
  };
  for (const e of document.body.querySelectorAll('*')) {
    if (e.matches('script, style, noscript, option') || !shown(e)) continue;
    const declared = e.closest('[lang]'), foreign = declared && declared !== root;
    if (!foreign && !e.closest('pre, code'))
      for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
        if (e.getAttribute(name)) texts.push(e.getAttribute(name).slice(0, 300));
    if (e.ownerSVGElement || e.tagName === 'svg') continue;
    const own = e.tagName === 'INPUT' ? e.value
      : [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join(' ').trim();
    if (!own) continue;
    if (!foreign && !e.closest('pre, code')) texts.push(own.slice(0, 300));
    const r = e.getBoundingClientRect(), style = getComputedStyle(e);
    // Text for screen readers alone is a pixel large. An icon's text is the name of its glyph.
    if (r.width <= 2 || r.height <= 2 || e.closest('[data-testid=stIconMaterial]')) continue;
    const clips = /hidden|clip/.test(style.overflowX) || e.tagName === 'INPUT';
    if (clips && e.scrollWidth > e.clientWidth + 1) cut.push(call(e, own));
    else if (/hidden|clip/.test(style.overflowY) && e.scrollHeight > e.clientHeight + 4)
      cut.push(call(e, own));
    if ((r.right > wide + 1 || r.left < -1) && !scrolls(e)) out.push(call(e, own));
  }
  for (const chart of document.querySelectorAll('.js-plotly-plot')) {
    if (!shown(chart)) continue;
    const box = chart.getBoundingClientRect();
    const labels = [...chart.querySelectorAll('.main-svg text')]
      .filter(t => t.textContent.trim() && shown(t))
      .map(t => [t, t.getBoundingClientRect()]).filter(([, r]) => r.width && r.height);
    for (const [t, r] of labels)
      if (r.left < box.left - 2 || r.right > box.right + 2 || r.top < box.top - 2
          || r.bottom > box.bottom + 2) cut.push(call(chart, t.textContent));
    labels.forEach(([t, a], i) => labels.slice(i + 1).forEach(([u, b]) => {
      const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      // A line's box is taller than its letters: neighbours share some pixels without touching.
      if (x > 3 && y > 6)
        overlaps.push(`${call(chart, t.textContent)} × ${short(u.textContent)}`);
    }));
  }
  return {
    language: root.lang,
    heading: short(document.querySelector('h1')?.innerText || ''),
    overflow: Math.max(0, root.scrollWidth - root.clientWidth,
      main ? main.scrollWidth - main.clientWidth : 0),
    failed: [...document.querySelectorAll('[data-testid=stException]')]
      .map(e => short(e.innerText)),
    cut: [...new Set(cut)], out: [...new Set(out)], overlaps: [...new Set(overlaps)],
    texts: [...new Set(texts)],
  };
}"""
"""JavaScript: what is too wide, cut off, outside or on top of something, and every text."""

LEFT_OVER = {
    # Streamlit's own words. English is looked for on Swedish pages …
    "sv": (
        "about|add rows?|app is running|browse files|choose an option|choose options|clear all"
        "|clear cache|clear value|close|collapse|connection error|copy|copy to clipboard|deploy"
        "|download|drag and drop|expand|fullscreen|hide|keep|loading|main menu|made with"
        "|no options to select|no results|open|page not found|press enter to \\w+|record"
        "|remove|rerun|running|search|select all|selected|settings|show|sidebar|sort|stop|toggle"
        "|view (?:less|more)|your file|zoom"
    ),
    # … and on English ones the small words that no Swedish sentence is without.
    "en": "att|av|den|det|där|ett|från|för|har|inga|inte|kan|med|mellan|och|om|på|som|till|är",
}


def left_over(texts: Iterable[str], language: str) -> list[str]:
    """Return the texts that are in another language than the page's (``sv`` or ``en``).

    Names like *Kultur- och fritidsförvaltningen* are names in every language.
    """
    words = re.compile(rf"(?<![\w-])(?:{LEFT_OVER[language]})(?![\w-])", re.IGNORECASE)
    return sorted({text for text in texts if words.search(re.sub(r"\w+- och \w+", "", text))})


def faults(record: Mapping[str, Any]) -> list[str]:
    """Return what is wrong by any measure with the page of a record; it fails the run."""
    found = []
    if not record.get("ready"):
        found.append("never came to rest")
    if record.get("failed"):
        found.append("an error on the page")
    if not record.get("heading"):
        found.append("no heading")
    if record.get("overflow"):
        found.append(f"{record['overflow']} px too wide")
    for key, words in (("console", "errors in the console"), ("outside", "requests outside")):
        if record.get(key):
            found.append(f"{len(record[key])} {words}")
    return found


def remarks(record: Mapping[str, Any]) -> list[str]:
    """Return what somebody should look at: a machine cannot tell whether it is meant."""
    words = {
        "cut": "cut texts",
        "out": "texts outside",
        "overlaps": "texts on each other",
        "left_over": "texts in another language",
    }
    found = [f"{len(record[key])} {told}" for key, told in words.items() if record.get(key)]
    if record.get("height", 0) > TALLEST:
        found.append(f"{record['height']} px tall")
    expected = "en" if record.get("state") == "english" else "sv"
    if record.get("language") != expected:
        found.append(f"lang is {record.get('language')!r}")
    return found


# ------------------------------------------------------------------ taking them


class Visitors:
    """The contexts of one browser, one per theme and width: scripts and styles stay cached."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: dict[tuple[str, int], BrowserContext] = {}

    def open(self, shot: Shot) -> Page:
        key = shot.theme, shot.width
        if key not in self._contexts:
            self._contexts[key] = self._browser.new_context(
                color_scheme=shot.theme,
                locale="sv-SE",
                reduced_motion="reduce",
                timezone_id="Europe/Stockholm",
                viewport={"width": shot.width, "height": START_HEIGHT},
            )
        return self._contexts[key].new_page()


def take(visitors: Visitors, shot: Shot, base: str, folder: Path) -> dict[str, Any]:
    """Take one picture and its thumbnail; return its record."""
    from playwright.sync_api import Error

    page = visitors.open(shot)
    page.set_default_timeout(READY_WITHIN)
    console: list[str] = []
    outside: list[str] = []
    page.on("request", lambda r: outside.append(r.url) if serving.outside(r.url) else None)
    page.on("websocket", lambda s: outside.append(s.url) if serving.outside(s.url) else None)
    page.on("pageerror", lambda error: console.append(str(error)))

    def note(said: Any) -> None:
        where = said.location.get("url", "")
        if said.type == "error" and not serving.expected_error(where):
            console.append(f"{said.text} ({where})")

    page.on("console", note)
    record: dict[str, Any] = {**asdict(shot), "name": shot.name, "address": shot.address}
    record |= {"pictures": [], "viewport": [shot.width, START_HEIGHT]}
    start = time.perf_counter()
    try:
        page.goto(base + shot.address, wait_until="commit")
        page.wait_for_function(serving.READY, timeout=READY_WITHIN)
        ready = page.evaluate(SETTLED, [SETTLED_WITHIN])
        height = 0
        # Taller, some things wrap or unfold: until it stays as it is, three times at most.
        for _attempt in range(3):
            found = page.evaluate(HEIGHT)
            if found == height:
                break
            height = found
            page.set_viewport_size({"width": shot.width, "height": min(height, TALLEST) or 1})
            ready = page.evaluate(SETTLED, [SETTLED_WITHIN]) and ready
        ready = page.evaluate(serving.READY) and ready
        record["viewport"] = [shot.width, min(height, TALLEST)]
        record |= {"ready": ready, "height": height, "seconds": time.perf_counter() - start}
        seen = page.evaluate(INSPECT)
        texts = seen.pop("texts")
        language = "en" if shot.state == "english" else "sv"
        record |= {**seen, "left_over": left_over(texts, language)}
    except Error as error:
        record |= {"ready": False, "height": 0, "told": str(error)}
    record |= {"console": console, "outside": outside, "landed": page.url.removeprefix(base)}
    try:
        _thumbnail(page, shot, folder)
        record["pictures"] = _pictures(page, shot, folder, record["height"])
    except Error as error:
        record["told"] = str(error)
        record["ready"] = False
    page.close()
    record["seconds"] = round(time.perf_counter() - start, 2)
    return record | {"faults": faults(record), "remarks": remarks(record)}


def _pictures(page: Page, shot: Shot, folder: Path, height: int) -> list[str]:
    """Write the page as it stands, in several pictures if it is too tall for one."""
    taken = []
    for part in range(max(1, -(-height // TALLEST))):
        taken.append(f"{shot.name}{f'-{part + 1}' if part else ''}.png")
        if part:
            page.evaluate(
                "y => document.querySelector('[data-testid=stMain]').scrollTo(0, y)", part * TALLEST
            )
        page.screenshot(path=folder / taken[-1], animations="disabled")
    return taken


def _thumbnail(page: Page, shot: Shot, folder: Path) -> None:
    """Write the page's upper part, small; the browser scales it, so it takes no library."""
    import base64

    viewport = page.viewport_size or {"width": shot.width, "height": START_HEIGHT}
    session = page.context.new_cdp_session(page)
    clip = {
        "x": 0,
        "y": 0,
        "width": shot.width,
        "height": min(viewport["height"], 2 * shot.width),
        "scale": THUMB / shot.width,
    }
    options = {"format": "jpeg", "quality": 80, "clip": clip}
    taken = session.send("Page.captureScreenshot", options)
    (folder / f"{shot.name}.jpg").write_bytes(base64.b64decode(taken["data"]))
    session.detach()


def take_all(
    shots: Sequence[Shot],
    servers: Mapping[str, str],
    folder: Path,
    jobs: int,
    told: Callable[[dict[str, Any]], None],
) -> list[dict[str, Any]]:
    """Take the shots with ``jobs`` browsers at a time; return the records in the shots' order.

    A browser per thread, because Playwright's objects belong to the thread that made them.
    """
    from playwright.sync_api import sync_playwright

    waiting: queue.SimpleQueue[Shot] = queue.SimpleQueue()
    for shot in shots:
        waiting.put(shot)
    records: dict[Shot, dict[str, Any]] = {}
    broken: list[BaseException] = []

    def work() -> None:
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=serving.chromium(), args=list(serving.FLAGS)
                )
                visitors = Visitors(browser)
                while not broken:
                    try:
                        shot = waiting.get_nowait()
                    except queue.Empty:
                        break
                    base = servers[STATES[shot.state].store]
                    record = take(visitors, shot, base, folder)
                    if "told" in record:
                        # The browser gave up waiting: once more, before it counts as a fault.
                        record = take(visitors, shot, base, folder)
                    records[shot] = record
                    told(record)
                browser.close()
        except BaseException as error:  # noqa: BLE001 - a thread's error is raised by the caller
            broken.append(error)

    threads = [threading.Thread(target=work, daemon=True) for _job in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return [records[shot] for shot in shots]


# ------------------------------------------------------------------ what is written

STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:1.5rem;color:#101820;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin:2rem 0 .5rem;border-top:1px solid #c3ccd4;
padding-top:1rem}h3{font-size:1rem;margin:1rem 0 .3rem;font-weight:600}
ul{display:flex;flex-wrap:wrap;gap:1rem;list-style:none;margin:0;padding:0}
li{width:240px}img{width:240px;max-height:420px;object-fit:cover;object-position:top;
border:1px solid #c3ccd4;display:block}small{display:block;color:#4d5965}
.fault{color:#a63d06;font-weight:600}
"""


def index(records: Sequence[Mapping[str, Any]], note: str = "") -> str:
    """Return the contact sheet: a page of its own, with relative links alone."""
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shots</title>',
        f"<style>{STYLE}</style></head><body><h1>Shots</h1><p>{html.escape(note)}</p>",
    ]
    for path in dict.fromkeys(record["page"] for record in records):
        parts.append(f"<h2>/{html.escape(path)}</h2>")
        of_page = [record for record in records if record["page"] == path]
        for state in dict.fromkeys(record["state"] for record in of_page):
            shots = [record for record in of_page if record["state"] == state]
            shots.sort(key=lambda r: (r["width"] == min(WIDTHS), list(Role).index(r["role"])))
            items = "".join(map(_item, shots))
            parts.append(f"<h3>{html.escape(state)}</h3><ul>{items}</ul>")
    return "".join([*parts, "</body></html>"])


def _item(record: Mapping[str, Any]) -> str:
    name = html.escape(str(record["name"]))
    what = f"{record['role']}, {record['theme']}, {record['width']} × {record.get('height', 0)}"
    told = "".join(f'<small class="fault">{html.escape(x)}</small>' for x in record["faults"])
    told += "".join(f"<small>{html.escape(x)}</small>" for x in record["remarks"])
    first, *more = map(html.escape, record["pictures"] or [f"{name}.jpg"])
    rest = "".join(f'<small><a href="{picture}">{picture}</a></small>' for picture in more)
    return (
        f'<li><a href="{first}"><img src="{name}.jpg" alt="" loading="lazy">'
        f"{html.escape(what)}</a>{rest}{told}</li>"
    )


def summary(records: Sequence[Mapping[str, Any]]) -> str:
    """Return what is told at the end: each fault and remark with the shots that have it."""
    lines = []
    for kind in ("faults", "remarks"):
        found = [(record["page"], told) for record in records for told in record[kind]]
        lines.append(f"{kind}: {sum(bool(record[kind]) for record in records)} shots")
        counted = Counter(found)
        lines += [f"  {n:4d} × /{page}: {told}" for (page, told), n in sorted(counted.items())]
    return "\n".join(lines)


# ------------------------------------------------------------------ the command


def _several(known: Sequence[Any]) -> Callable[[str], list[Any]]:
    """Return a reader of ``a,b`` that refuses what is not ``known``."""

    def read(text: str) -> list[Any]:
        kind = type(known[0])
        parts = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
        unknown = [part for part in parts if part not in map(str, known)]
        if unknown or not parts:
            names = ", ".join(map(str, known))
            raise argparse.ArgumentTypeError(
                f"{', '.join(unknown) or 'nothing'}: choose of {names}"
            )
        return [kind(part) for part in parts]

    return read


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, known in (
        ("pages", [address.path for address in PAGES]),
        ("roles", [role.value for role in Role]),
        ("themes", THEMES),
        ("states", tuple(STATES)),
    ):
        parser.add_argument(f"--{name}", type=_several(known), default=list(known))
    parser.add_argument(
        "--widths",
        type=lambda text: [int(part) for part in dict.fromkeys(text.split(","))],
        default=list(WIDTHS),
    )
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--jobs", type=int, default=max(1, min(4, os.cpu_count() or 1)))
    return parser.parse_args(arguments)


def build_store(folder: Path) -> None:
    """Build the demo store by the same loads as anyone's own data."""
    from ingest.demo import build_demo

    os.environ["DISTANSKOLLEN_STORE"] = str(folder)
    os.environ["DISTANSKOLLEN_KEY_FILE"] = str(folder.parent / "key")
    for _done in build_demo():
        pass


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the shots, write what was seen, tell it; return 1 if anything is at fault."""
    options = parse(arguments)
    # make ends this process with SIGTERM: the servers must go with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    pages = [address for address in PAGES if address.path in options.pages]
    shots = matrix(pages, options.roles, options.themes, options.widths, options.states)
    os.environ["DISTANSKOLLEN_CHROMIUM"] = bootstrap.require_chromium()
    options.out.mkdir(parents=True, exist_ok=True)
    running: dict[str, serving.Server] = {}
    done = 0
    lock = threading.Lock()

    def told(record: Mapping[str, Any]) -> None:
        nonlocal done
        with lock:
            done += 1
            wrong = "; ".join([*record["faults"], *record["remarks"]])
            line = f"{done}/{len(shots)} {record['seconds']:5.1f} s {record['name']}  {wrong}"
            print(line, file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            for store in sorted({STATES[shot.state].store for shot in shots}):
                if store == "demo":
                    build_store(folder / store / "store")
                env = {
                    "DISTANSKOLLEN_STORE": str(folder / store / "store"),
                    "DISTANSKOLLEN_KEY_FILE": str(folder / store / "key"),
                }
                # Beside the pictures: an error on a page is told in full only there.
                running[store] = serving.start(options.out / f"{store}.log", env=env)
            start = time.perf_counter()
            urls = {store: server.url for store, server in running.items()}
            records = take_all(shots, urls, options.out, options.jobs, told)
            minutes = (time.perf_counter() - start) / 60
        finally:
            for server in running.values():
                server.stop()
    speed = f"{len(records)} shots in {minutes:.1f} minutes ({len(records) / minutes:.0f} a minute)"
    with (options.out / "shots.jsonl").open("w", encoding="utf-8") as stream:
        for record in records:
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
    sheet = index(records, speed)
    (options.out / "index.html").write_text(sheet, encoding="utf-8")
    print(summary(records))
    print(f"{speed}: {options.out / 'index.html'}")
    return int(any(record["faults"] for record in records))


if __name__ == "__main__":
    raise SystemExit(main())
