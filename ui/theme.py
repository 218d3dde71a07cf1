"""Colours, the chart template and the stylesheet: the look of the whole service in one place.

Colours are named by what they mean. Blue against orange-brown is the pair that every common colour
vision can tell apart; nothing relies on it alone. tests/ui computes every contrast.

How CSS knows the theme: Streamlit 1.67 sets ``color-scheme: light|dark`` on ``.stApp`` after the
*active* theme (not the system's), so ``light-dark()`` in a custom property resolves rightly
wherever it is used below it, at once when the visitor switches. Charts cannot read CSS: they take
the name of the theme, which a page reads from ``st.context.theme.type``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from queries.i18n import LANGUAGES, language

FONT = '"Source Sans", "Source Sans 3", "Source Sans Pro", "Segoe UI", system-ui, sans-serif'
NARROW = 640
"""Width in CSS pixels at and below which the narrow variants are shown."""


@dataclass(frozen=True)
class Palette:
    """Hex colours by meaning. ``low*`` speak against (1 weak … 3 strong), ``high*`` for."""

    background: str
    surface: str
    ink: str
    muted: str
    grid: str
    border: str
    rule: str
    accent: str
    accent_soft: str
    interval: str
    bounds: str
    positive: str
    negative: str
    neutral: str
    hatch: str
    threshold: str
    focus: str
    shade: str
    low1: str
    low2: str
    low3: str
    high1: str
    high2: str
    high3: str


LIGHT = Palette(
    background="#ffffff",
    surface="#f3f6f8",
    ink="#101820",
    muted="#4d5965",
    grid="#dde3e8",
    border="#c3ccd4",
    rule="#68717a",
    accent="#0b5a85",
    accent_soft="#d3e5f0",
    interval="#36769f",
    bounds="#587485",
    positive="#0f6b53",
    negative="#a63d06",
    neutral="#69717a",
    hatch="#68717a",
    threshold="#8a2f6b",
    focus="#0b5a85",
    shade="#8fc0de",
    low1="#a75d26",
    low2="#95440d",
    low3="#782d03",
    high1="#3c759c",
    high2="#205f8e",
    high3="#114671",
)
DARK = Palette(
    background="#11171d",
    surface="#1a222a",
    ink="#eef2f5",
    muted="#aab5bf",
    grid="#2f3a44",
    border="#3c4853",
    rule="#7f8b96",
    accent="#7cc0ea",
    accent_soft="#1f3d52",
    interval="#4f97c6",
    bounds="#6d8da0",
    positive="#5cc9a5",
    negative="#f4a06a",
    neutral="#8a949e",
    hatch="#808c97",
    threshold="#e39acb",
    focus="#9ed2f3",
    shade="#2a5f84",
    low1="#be7848",
    low2="#e08e56",
    low3="#fbb182",
    high1="#558fb7",
    high2="#69a9d8",
    high3="#a3d3f5",
)

CONFIG: dict[str, Any] = {
    "displayModeBar": False,
    "scrollZoom": False,
    "doubleClick": False,
    "showTips": False,
    "responsive": True,
}
"""Plotly configuration of every chart: no tool bar (English, and nothing to do there)."""


def palette(theme: str | None) -> Palette:
    """Return the colours of "light" or "dark"; anything else (not known yet) is light."""
    return DARK if theme == "dark" else LIGHT


def luminance(colour: str) -> float:
    """Return the relative luminance (0–1) of a hex colour, as WCAG 2.1 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio (1–21) of two hex colours, as WCAG 2.1 defines it."""
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def ink_on(colour: str) -> str:
    """Return the near-black or white that reads best on ``colour`` (at least 4.5:1 on any)."""
    return max("#000000", "#ffffff", key=lambda ink: contrast(ink, colour))


def mix(first: str, second: str, part: float) -> str:
    """Return the hex colour ``part`` (0–1) of the way from ``first`` to ``second``."""
    pairs = ((int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def ramp(strong: str, middle: str, weak: str, n: int) -> list[str]:
    """Return ``n`` colours from strong to weak; a single one is the middle."""
    if n <= 1:
        return [middle] * n
    if n == 2:
        return [strong, weak]
    steps = [i / (n - 1) * 2 for i in range(n)]
    return [mix(strong, middle, s) if s <= 1 else mix(middle, weak, s - 1) for s in steps]


def template(theme: str) -> go.layout.Template:
    """Return the Plotly template of a theme, with the separators of the visitor's language.

    Its background is the page's own (transparent).
    """
    return _template("dark" if theme == "dark" else "light", language())


SEPARATORS = {"sv": ",\u00a0", "en": ".,"}
"""Decimal and thousands separator by language, for the numbers that Plotly writes itself."""


# The language is a key of the cache: a template made for one visitor must not serve another's.
@lru_cache(maxsize=2 * len(LANGUAGES))
def _template(theme: str, code: str) -> go.layout.Template:
    p = palette(theme)
    axis = {
        "gridcolor": p.grid,
        "linecolor": p.rule,
        "zeroline": False,
        "ticks": "",
        "fixedrange": True,
        "tickfont": {"color": p.muted, "size": 13},
        "automargin": False,
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "size": 14, "color": p.ink},
            "title": {"font": {"size": 16}, "x": 0, "xref": "container", "xanchor": "left"},
            "separators": SEPARATORS[code],
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "xaxis": axis,
            "yaxis": axis,
            "dragmode": False,
            "hovermode": "closest",
            "hoverlabel": {
                "bgcolor": p.surface,
                "bordercolor": p.rule,
                "font": {"family": FONT, "color": p.ink, "size": 14},
                "align": "left",
                "namelength": -1,
            },
            "legend": {
                "orientation": "h",
                "itemclick": False,
                "itemdoubleclick": False,
                "font": {"size": 13, "color": p.ink},
                "bgcolor": "rgba(0,0,0,0)",
            },
            "bargap": 0,
            "margin": {"l": 0, "r": 0, "t": 8, "b": 32},
        }
    )


SHADES = 10
"""Steps of the summary matrix' shade: step k stands for a share of about k/10, absolutely."""


def shade(theme: str, step: int) -> str:
    """Return the background of a matrix cell at ``step`` 0–10; ink stays readable on each."""
    p = palette(theme)
    return mix(p.background, p.shade, step / SHADES)


def _variables() -> str:
    pairs = ((f.name, getattr(LIGHT, f.name), getattr(DARK, f.name)) for f in fields(Palette))
    lines = [f"--dk-{n.replace('_', '-')}:light-dark({a},{b});" for n, a, b in pairs]
    return "".join(lines)


def _shades() -> str:
    return "".join(
        f".dk-s{k}{{background:light-dark({shade('light', k)},{shade('dark', k)})}}"
        for k in range(SHADES + 1)
    )


@lru_cache(maxsize=2)
def brand(theme: str) -> str:
    """Return the word mark as SVG: the name, and an interval around a point, which is the craft.

    Drawn in the visitor's theme, because a picture cannot read the page's colours. The name is
    outlines (of Source Sans, SIL Open Font License): a picture cannot use the page's fonts either.
    """
    p = palette(theme)
    name = WORDMARK.read_text(encoding="utf-8").replace("\n", "")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="192" height="32" viewBox="0 0 192 32" '
        'role="img"><title>Distanskollen</title>'
        f'<rect x="1" y="11" width="38" height="10" rx="1" fill="{p.accent_soft}" '
        f'stroke="{p.bounds}"/><rect x="9" y="13.5" width="22" height="5" fill="{p.interval}"/>'
        f'<circle cx="18" cy="16" r="6.5" fill="{p.accent}" stroke="{p.background}" '
        f'stroke-width="2"/><path transform="translate(47 24)" fill="{p.ink}" d="{name}"/></svg>'
    )


STYLES = Path(__file__).resolve().parent / "styles"
WORDMARK = STYLES.parent / "wordmark.txt"
SHEETS = ("base", "parts", "matrix", "register", "regelverk", "login", "narrow", "print")
"""The stylesheets in the order of the cascade; ``%NAME%`` in them is filled in by ``css``."""

_PRINT_DARK = "[data-testid=stPlotlyChart]{filter:invert(1) hue-rotate(180deg)}"


@lru_cache(maxsize=4)
def css(theme: str = "light", owner: str = "") -> str:
    """Return the stylesheet as one ``<style>`` element for ``st.html``.

    ``theme`` matters only on paper: page colours turn light there by themselves, but a chart drawn
    for the dark theme has its colours inside and must be inverted. ``owner`` is the name written
    under the word mark; the pages say it as text too.
    """
    sheets = (STYLES.joinpath(f"{name}.css").read_text(encoding="utf-8") for name in SHEETS)
    # Within a string of CSS; a name could otherwise end it, or the element.
    safe = "".join(c if c.isalnum() or c in " -,." else f"\\{ord(c):x} " for c in owner)
    body = (
        "\n".join((f":root{{{_variables()}--dk-owner:'{safe}'}}", _shades(), *sheets))
        .replace("%NARROW%", str(NARROW))
        .replace("%PRINT%", _PRINT_DARK if theme == "dark" else "")
    )
    return f"<style>{body}</style>"
