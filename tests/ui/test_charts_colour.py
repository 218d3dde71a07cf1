"""Colours of the charts: contrast of all that is drawn, and how colour-blind eyes see them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from tests.ui.results import answers, every_status, row, table
from tests.ui.test_theme import THEMES, contrast
from ui import charts
from ui.theme import Palette, palette, ramp

# Full loss of one cone type, as matrices on linear RGB (Machado, Oliveira, Fernandes 2009).
EYES = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}


def lab(colour: str, eye: str) -> tuple[float, float, float]:
    """Return a hex colour in CIE Lab (D65) as ``eye`` sees it."""
    srgb = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in srgb]
    r, g, b = (
        min(max(sum(k * v for k, v in zip(line, linear, strict=True)), 0), 1) for line in EYES[eye]
    )
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(first: str, second: str, eye: str) -> float:
    """Return how far apart two colours look (ΔE of 1976; about 2 can just be seen)."""
    pairs = zip(lab(first, eye), lab(second, eye), strict=True)
    return sum((a - b) ** 2 for a, b in pairs) ** 0.5


def test_the_simulation_takes_red_from_green_and_not_black_from_white():
    assert distance("#c00000", "#606000", "deuteranopia") < distance("#c00000", "#606000", "none")
    for eye in EYES:
        assert distance("#000000", "#ffffff", eye) > 95


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("name", THEMES)
def test_for_and_against_are_told_apart_by_any_eye(name, eye):
    p = palette(name)
    for n in range(1, 5):
        against = ramp(p.low3, p.low2, p.low1, n)
        speaking = ramp(p.high3, p.high2, p.high1, n)
        for a, b in itertools.product(against, speaking):
            assert distance(a, b, eye) > 40, (a, b)


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("name", THEMES)
def test_marks_that_lie_on_each_other_are_told_apart_by_any_eye(name, eye):
    p = palette(name)
    for a, b in (
        (p.interval, p.accent_soft),
        (p.bounds, p.background),
        (p.interval, p.background),
        (p.accent, p.background),  # The dot has a ring of the background on its interval.
        (p.ink, p.accent),
        (p.threshold, p.interval),
        (p.threshold, p.accent_soft),
        (p.positive, p.negative),
        (p.accent, p.rule),
    ):
        assert distance(a, b, eye) > 10, (a, b)


@pytest.mark.parametrize("name", THEMES)
def test_strong_and_weak_answers_differ_without_any_colour(name):
    """On a black and white print the steps of one side must still be steps."""
    p = palette(name)
    for n in (2, 3):
        for ends in ((p.low3, p.low2, p.low1), (p.high3, p.high2, p.high1)):
            for a, b in itertools.pairwise(ramp(*ends, n)):
                assert abs(lab(a, "none")[0] - lab(b, "none")[0]) > 5


def every_chart(theme: str, narrow: bool) -> list[Any]:
    both = pd.concat(
        [every_status(), table([row("KLK", 24, 30, wave="2026"), row(None, 50, 91, wave="2026")])]
    )
    likert = answers(
        [("KLK", [14, 9, 7], "shown"), ("B", None, "hidden"), ("C", None, "no_answers")]
    )
    kind = {"theme": theme, "narrow": narrow}
    return [
        charts.forest(every_status(), threshold=0.4, threshold_source="Källa", title="T", **kind),
        charts.slope(both, **kind),
        charts.beside(every_status(), every_status(), names=("Registret", "Enkäten"), **kind),
        charts.likert(likert, **kind),
        charts.forest(table([]), **kind),
    ]


def colours(part: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield (path of keys, hex colour) of everything below ``part``."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from colours(value, (*path, key))
    elif isinstance(part, list):
        for value in part:
            yield from colours(value, path)
    elif isinstance(part, str) and part.startswith("#") and len(part) == 7:
        yield path, part


def unframed(p: Palette) -> set[str]:
    """Return the colours that carry nothing by themselves: grounds, tracks and framed fills."""
    return {p.background, p.surface, p.border, p.grid, p.accent_soft}


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("name", THEMES)
def test_everything_drawn_stands_out_from_the_page(name, narrow):
    p = palette(name)
    seen = set()
    for figure in every_chart(name, narrow):
        found = json.loads(figure.to_json())
        del found["layout"]["template"]
        for path, colour in colours(found):
            if "textfont" in path:
                continue  # Inside a segment; tests/ui/test_theme.py has those.
            text = "font" in path
            seen.add(colour)
            if text:
                assert contrast(colour, p.background) >= 4.5, (path, colour)
            elif colour not in unframed(p):
                assert contrast(colour, p.background) >= 3, (path, colour)
    assert len(seen) > 10


@pytest.mark.parametrize("name", THEMES)
def test_pale_fills_have_a_frame_that_is_seen(name):
    p = palette(name)
    framed = 0
    for figure in every_chart(name, narrow=False):
        found = json.loads(figure.to_json())
        marks = [
            (t["marker"]["color"], t["marker"]["line"]) for t in found["data"] if "marker" in t
        ]
        marks += [
            (s["fillcolor"], s["line"]) for s in found["layout"]["shapes"] if "fillcolor" in s
        ]
        for fill, edge in marks:
            if fill in (p.accent_soft, p.surface, p.background):
                assert edge["width"] >= 1 and contrast(edge["color"], p.background) >= 3
                framed += 1
    assert framed >= 6


@pytest.mark.parametrize("name", THEMES)
def test_numbers_in_segments_read_on_their_own_colour(name):
    likert = answers([("KLK", [14, 9, 7], "shown")])
    for trace in charts.likert(likert, theme=name).data:
        ground = palette(name).background if trace.xaxis == "x2" else trace.marker.color
        assert contrast(trace.textfont.color, ground) >= 4.5
