"""Reading charts in tests: their texts, and Plotly's own judgement of them."""

from __future__ import annotations

import json
from typing import Any

import plotly.graph_objects as go

from ui import formats as f


def texts(figure: go.Figure) -> str:
    """Return all that is written in the figure, with plain spaces."""
    found = " | ".join(a.text for a in figure.layout.annotations)
    return found.replace(f.NBSP, " ").replace("<br>", " ")


def valid(figure: go.Figure) -> go.Figure:
    """Charts skip Plotly's validation for speed; here it happens."""
    return go.Figure(json.loads(figure.to_json()))


def flat(text: str) -> str:
    """Return text without the separators that may hide a number in it."""
    return text.replace(f.NBSP, "").replace("\\u00a0", "").replace(" ", "")


def drawing(figure: go.Figure) -> set[tuple[Any, ...]]:
    """Return the forms of the marks, without places, sizes, colours and words.

    The legend and the lines between rows hang on the paper and are left out.
    """
    found: set[tuple[Any, ...]] = set()
    for trace in figure.data:
        pattern = trace.marker.pattern.shape if trace.type == "bar" else None
        found.add((trace.type, getattr(trace, "mode", None), pattern))
    for shape in figure.layout.shapes:
        if shape.xref != "paper" and shape.type != "path":
            found.add((shape.type, shape.line.dash))
    return found
