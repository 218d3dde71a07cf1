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
from typing import Any

import plotly.graph_objects as go

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
    rule="#7b8791",
    accent="#0b5a85",
    accent_soft="#d3e5f0",
    interval="#3d86b4",
    bounds="#6f93a9",
    positive="#0f6b53",
    negative="#a63d06",
    neutral="#7d8791",
    hatch="#7b8791",
    threshold="#8a2f6b",
    focus="#0b5a85",
    shade="#8fc0de",
    low1="#cf7430",
    low2="#b4520f",
    low3="#8c3503",
    high1="#4a92c2",
    high2="#256fa6",
    high3="#124b78",
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
    bounds="#5f8297",
    positive="#5cc9a5",
    negative="#f4a06a",
    neutral="#8a949e",
    hatch="#808c97",
    threshold="#e39acb",
    focus="#9ed2f3",
    shade="#2a5f84",
    low1="#b3622a",
    low2="#dd8346",
    low3="#fbb182",
    high1="#4383b0",
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


@lru_cache(maxsize=2)
def template(theme: str) -> go.layout.Template:
    """Return the Plotly template of a theme; its background is the page's own (transparent)."""
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
            "separators": ",\u00a0",
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


_CSS = """
:root{%VARIABLES%}
.stApp a:focus-visible,.stApp button:focus-visible,.stApp input:focus-visible,
.stApp summary:focus-visible,.stApp [tabindex]:focus-visible,.stApp [role=tab]:focus-visible{
 outline:3px solid var(--dk-focus)!important;outline-offset:2px!important;border-radius:3px}
/* The box of a select clips the ring of the input within: the box carries it instead. */
.stApp [data-baseweb=select]:has(input:focus-visible),
.stApp [data-testid=stSelectbox] [role=group]:has(input:focus-visible){
 outline:3px solid var(--dk-focus)!important;outline-offset:2px!important;border-radius:3px}
.stApp [data-baseweb=select] input:focus-visible,
.stApp [data-testid=stSelectbox] [role=group] input:focus-visible{outline:0!important}
.stMain a:not([data-testid]),.dk a{text-decoration:underline;text-underline-offset:.15em;
 text-decoration-thickness:from-font}
[data-testid=stCaptionContainer],[data-testid=stCaptionContainer] *{
 color:var(--dk-muted)!important;opacity:1!important}
[data-testid=stCaptionContainer] a{color:var(--dk-accent)!important}
.dk,.dk *{box-sizing:border-box}
.dk{color:var(--dk-ink);line-height:1.4;font-variant-numeric:tabular-nums}
.dk a,a .dk{color:var(--dk-accent)}
.dk-lead{font-size:1.15rem;line-height:1.55;max-width:60rem;margin:0}
.dk-brand{font-size:1.25rem;font-weight:650;margin:0}
.stApp ul.dk-cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(11.5rem,1fr));gap:1rem;
 margin:0;padding:0;list-style:none}
.stApp ul.dk-cards>li{margin:0;padding:0;display:flex}
.stApp ul.dk-key,.stApp ul.dk-key>li{margin-left:0;padding-left:0}
.dk-list{border-collapse:collapse;width:100%;font-size:.95rem}
.dk-list th,.dk-list td{text-align:left;padding:.4rem .8rem .4rem 0;border:0;vertical-align:top;
 border-bottom:1px solid var(--dk-grid)}
.dk-list tbody th{font-weight:400}
.dk-card{flex:1;display:flex;flex-direction:column;gap:.15rem;padding:.9rem 1rem;
 background:var(--dk-surface);border:1px solid var(--dk-border);border-radius:4px}
.dk-card .dk-title{font-size:.95rem;color:var(--dk-muted);overflow-wrap:anywhere}
.dk-card .dk-title a{color:inherit}
.dk-card .dk-value{font-size:1.9rem;font-weight:600;line-height:1.15}
.dk-card .dk-detail{font-size:.95rem;color:var(--dk-muted)}
.dk-word,.dk-card .dk-value.dk-word{font-style:italic;font-weight:400;color:var(--dk-muted)}
.dk-part{display:block}
.dk-pill{white-space:nowrap}
.stApp ol.dk>li+li{margin-top:.6rem}
.dk-callout{padding:.75rem 1rem;border:1px solid var(--dk-border);border-left:5px solid var(--dk-c);
 background:var(--dk-surface);border-radius:4px;overflow-wrap:anywhere}
.dk-callout p{margin:.2rem 0 0}
.dk-callout strong{display:block}
.dk-info{--dk-c:var(--dk-accent)}.dk-hidden{--dk-c:var(--dk-hatch)}
.dk-warning{--dk-c:var(--dk-negative)}.dk-reconstructed{--dk-c:var(--dk-threshold)}
.dk-callout.dk-reconstructed{border-style:dashed;border-left-style:double}
.dk-scroll{overflow-x:auto}
.dk-matrix table{border-collapse:separate;border-spacing:3px;width:100%;font-size:.95rem}
.dk-matrix caption{text-align:left;color:var(--dk-muted);padding:0 0 .4rem}
.dk-matrix th{text-align:left;font-weight:600;padding:.45rem .6rem;border:0;
 overflow-wrap:anywhere;vertical-align:bottom}
.dk-matrix thead th:first-child{padding-left:0}
.dk-matrix tbody th{font-weight:400;min-width:11rem;vertical-align:middle;padding-left:0}
.dk-matrix td{padding:.45rem .6rem;border:0;border-radius:3px;min-width:5.2rem;
 vertical-align:middle;color:var(--dk-ink)}
.dk-matrix .dk-whole{border-left:3px solid var(--dk-rule);font-weight:600;border-radius:0 3px 3px 0}
.dk-matrix a{color:inherit}
/* With many departments the table scrolls; what a row is about and the whole stay in sight. */
.dk-matrix tbody th,.dk-matrix thead th:first-child{position:sticky;left:0;z-index:1;
 background-color:var(--dk-background)}
.dk-matrix table .dk-whole{position:sticky;right:0;z-index:1}
.dk-matrix thead .dk-whole,.dk-matrix td.dk-whole[class*="dk-s-"]{
 background-color:var(--dk-background)}
.dk-matrix .dk-num{white-space:nowrap}
.dk-matrix .dk-mark{white-space:nowrap;font-size:.85rem;display:block}
.dk-s-hidden{background:repeating-linear-gradient(135deg,transparent 0 6px,
 color-mix(in srgb,var(--dk-hatch) 38%,transparent) 6px 7px)}
.dk-s-no-answers{outline:1px dashed var(--dk-rule);outline-offset:-1px}
.dk-s-not-asked,.dk-s-not-regulated{outline:1px dotted var(--dk-rule);outline-offset:-1px}
.dk-swatch{box-shadow:inset 0 0 0 1px var(--dk-border)}
.dk-swatch[class*="dk-s-"]{box-shadow:none}
.dk-pill{background:var(--dk-background);padding:0 .25rem;border-radius:2px}
.dk-matrix-list{display:none}
.dk-matrix-list h3,.dk-matrix-list h4{font-size:1.1rem;font-weight:600;margin:1.2rem 0 .3rem;
 padding:0;overflow-wrap:anywhere}
.stApp .dk-matrix-list dl,.stApp .dk-matrix-list dl>div,.stApp .dk-matrix-list dt{margin:0;
 padding-left:0}
.dk-matrix-list dl>div{display:grid;grid-template-columns:1fr minmax(7.5rem,auto);gap:.5rem;
 align-items:center;border-top:1px solid var(--dk-grid)}
.dk-matrix-list dt{padding:.35rem 0;font-weight:400}
.stApp .dk-matrix-list dd{margin:3px 0;padding:.35rem .6rem;border-radius:3px}
.dk-key{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;margin:.5rem 0 0;padding:0;list-style:none;
 font-size:.9rem;color:var(--dk-muted)}
.stApp ul.dk-key>li{display:flex;align-items:center;gap:.4rem;margin:0}
.dk-swatch{flex:none;display:inline-block;width:1.5rem;height:1rem;border-radius:2px}
[class*="st-key-narrow-"]{display:none}
@media (max-width:%NARROW%px){
 [class*="st-key-wide-"]{display:none}
 [class*="st-key-narrow-"]{display:flex}
 .dk-matrix .dk-scroll{display:none}
 .dk-matrix-list{display:block}
 .stApp ul.dk-cards{grid-template-columns:1fr;gap:.6rem}
 .dk-card .dk-value{font-size:1.6rem}
}
@media (prefers-reduced-motion:reduce){
 *,*::before,*::after{animation-duration:.01ms!important;animation-iteration-count:1!important;
  transition-duration:.01ms!important;scroll-behavior:auto!important}
}
@media (forced-colors:active){.dk-matrix td,.dk-card,.dk-callout{border:1px solid CanvasText}}
@media print{
 @page{size:A4;margin:14mm}
 .stApp{color-scheme:light!important;background:#fff!important;color:#101820!important}
 .stApp *{color-scheme:light}
 [data-testid=stSidebar],[data-testid=stHeader],[data-testid=stToolbar],
 [data-testid=stSidebarCollapsedControl],[data-testid=stExpandSidebarButton],
 [data-testid=stStatusWidget],[data-testid=stDecoration],
 [data-testid=stDownloadButton],.dk-screen{display:none!important}
 .stMain,.stMainBlockContainer{padding:0!important;max-width:none!important;overflow:visible!important}
 .dk-card,.dk-callout,[data-testid=stPlotlyChart],tr{break-inside:avoid}
 h1,h2,h3{break-after:avoid}
 .dk-matrix .dk-scroll{display:block!important;overflow:visible}
 .dk-matrix-list{display:none!important}
 .dk-matrix table{font-size:9pt;border-spacing:2px}
 .dk-matrix td,.dk-matrix th{min-width:0;padding:.2rem .3rem}
 .dk-matrix tbody th{min-width:0}
 .dk-matrix table th,.dk-matrix table td{position:static}
 .stApp ul.dk-cards{grid-template-columns:repeat(4,1fr);gap:.5rem}
 .dk,.dk *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
 %PRINT%
}
%SHADES%
"""

_PRINT_DARK = "[data-testid=stPlotlyChart]{filter:invert(1) hue-rotate(180deg)}"


@lru_cache(maxsize=2)
def css(theme: str = "light") -> str:
    """Return the stylesheet as one ``<style>`` element for ``st.html``.

    ``theme`` matters only on paper: page colours turn light there by themselves, but a chart drawn
    for the dark theme has its colours inside and must be inverted.
    """
    body = (
        _CSS.replace("%VARIABLES%", _variables())
        .replace("%SHADES%", _shades())
        .replace("%NARROW%", str(NARROW))
        .replace("%PRINT%", _PRINT_DARK if theme == "dark" else "")
    )
    return f"<style>{body}</style>"
