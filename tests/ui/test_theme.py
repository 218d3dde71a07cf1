"""Contrast and colour: computed, in both themes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from ui import theme

THEMES = ("light", "dark")
TEXT = ("ink", "muted", "accent", "positive", "negative", "threshold")
GRAPHIC = (
    "rule", "interval", "bounds", "neutral", "hatch", "focus",
    "low1", "low2", "low3", "high1", "high2", "high3",
)  # fmt: skip


def contrast(first: str, second: str) -> float:
    """WCAG 2.1, written anew so that an error in the code under test cannot hide."""

    def light(colour: str) -> float:
        total = 0.0
        for weight, i in ((0.2126, 1), (0.7152, 3), (0.0722, 5)):
            v = int(colour[i : i + 2], 16) / 255
            total += weight * (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4)
        return total

    a, b = light(first), light(second)
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("ground", ["background", "surface"])
def test_text_reads_and_graphics_show(name, ground):
    p = theme.palette(name)
    for colour in TEXT:
        assert contrast(getattr(p, colour), getattr(p, ground)) >= 4.5, colour
    for colour in GRAPHIC:
        assert contrast(getattr(p, colour), getattr(p, ground)) >= 4.5, colour


@pytest.mark.parametrize("name", THEMES)
def test_text_reads_on_every_shade_of_the_matrix(name):
    for step in range(theme.SHADES + 1):
        assert contrast(theme.palette(name).ink, theme.shade(name, step)) >= 4.5
        assert f".dk-s{step}{{" in theme.css(name)


@pytest.mark.parametrize("name", THEMES)
def test_numbers_in_bars_read_on_any_ramp(name):
    p = theme.palette(name)
    for n in range(1, 8):
        for ends in ((p.low3, p.low2, p.low1), (p.high3, p.high2, p.high1)):
            colours = theme.ramp(*ends, n)
            assert len(colours) == n
            assert all(contrast(theme.ink_on(c), c) >= 4.5 for c in colours)
            assert all(contrast(c, p.background) >= 4.5 for c in colours)


@pytest.mark.parametrize("name", THEMES)
def test_both_sides_of_the_scale_differ_for_colour_blind_eyes(name):
    """Red-green blindness leaves blue against yellow: the blue channel must part the sides."""
    p = theme.palette(name)
    for low, high in ((p.low1, p.high1), (p.low2, p.high2), (p.low3, p.high3)):
        assert int(high[5:7], 16) - int(low[5:7], 16) > 60


def test_streamlit_is_configured_with_the_same_colours():
    root = Path(__file__).resolve().parents[2]
    config = tomllib.loads((root / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
    for name in THEMES:
        p = theme.palette(name)
        assert config[name]["backgroundColor"] == p.background
        assert config[name]["secondaryBackgroundColor"] == p.surface
        assert config[name]["textColor"] == p.ink
        assert config[name]["linkColor"] == p.accent


def test_stylesheet_is_one_element_and_whole():
    for name in THEMES:
        css = theme.css(name)
        assert css.startswith("<style>") and css.endswith("</style>")
        assert css.count("{") == css.count("}")
        assert "%" + "VARIABLES" not in css and "%PRINT%" not in css
        for rule in ("focus-visible", "prefers-reduced-motion", "@media print", "size:A4"):
            assert rule in css
        assert "http" not in css
    assert "invert(1)" in theme.css("dark") and "invert(1)" not in theme.css("light")


def test_template_writes_swedish_numbers():
    assert theme.template("light").layout.separators == ",\u00a0"
    assert theme.CONFIG["displayModeBar"] is False


def test_no_rule_for_the_screen_looks_at_what_comes_after_an_element():
    """Such a rule is tried anew for all like it whenever a chart measures one of its texts: one of
    them made a page of charts take twenty seconds instead of three."""
    styles = Path(theme.__file__).parent / "styles"
    screen = [path for path in styles.glob("*.css") if path.name != "print.css"]
    assert len(screen) > 3
    assert [p.name for p in screen if re.search(r":has\(\s*[+~]", p.read_text("utf-8"))] == []
