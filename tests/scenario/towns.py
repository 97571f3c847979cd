"""Small towns of boxes on flat ground at NAP 0, whose figures can be worked out on paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from twin.geometry.footprints import columns_of
from twin.geometry.prism import extrude_flat
from twin.scenario import Town, Variant, read_variant
from twin.scenario.masses import empty_shells
from twin.scenario.town import Buurten, Panden, Trees

X, Y = 150_000.0, 520_000.0
Box = tuple[float, float, float, float, float]  # x0, y0, x1, y1, height
Tree = tuple[float, float, float, float]  # x, y, height, radius of the crown


def town_of(
    boxes: Sequence[Box],
    *,
    usable: float = 80.0,
    dwellings: float = 1.0,
    woz: Sequence[float] | None = None,
    buurt: tuple[float, float, float, float] | None = None,
    green: Sequence[shapely.Polygon] = (),
    gardens: Sequence[shapely.Polygon] = (),
    without_model: Sequence[int] = (),
    trees: Sequence[Tree] = (),
) -> Town:
    """A pand per box, called p0, p1 ..., and trees t0, t1 ...; coordinates are metres from (X, Y)."""
    count = len(boxes)
    outline = np.array([shapely.box(X + a, Y + b, X + c, Y + d) for a, b, c, d, _ in boxes], dtype=object)
    height = np.array([box[4] for box in boxes], dtype=np.float64)
    area = shapely.area(outline)
    owner = np.setdiff1d(np.arange(count), np.array(without_model, dtype=np.int64))
    shells = empty_shells()
    if len(owner):
        shells = extrude_flat(columns_of(outline[owner]), np.zeros(len(owner)), height[owner])
    x, y, tall, wide = np.array(trees, dtype=np.float64).reshape(-1, 4).T
    shape = [] if buurt is None else [shifted(shapely.box(*buurt))]
    return Town(
        panden=Panden(
            ids=np.array([f"p{i}" for i in range(count)], dtype=object),
            outline=outline,
            gebruiksdoel=np.array(["woonfunctie"] * count, dtype=object),
            usable=np.full(count, usable),
            dwellings=np.full(count, dwellings),
            buurt=np.full(count, len(shape) - 1),
            footprint=area,
            volume=area * height,
            ground=np.zeros(count),
            standing=np.ones(count, dtype=bool),
            woz=None if woz is None else np.array(woz, dtype=np.float64),
        ),
        shells=shells,
        owner=owner,
        buurten=Buurten(
            np.array(["BU1"] * len(shape), dtype=object),
            np.array(["Dorp"] * len(shape), dtype=object),
            np.array(shape, dtype=object),
            np.full(len(shape), 2.0),
        ),
        ground=np.array([[X + x, Y + y, 0.0] for x in (-500, 0, 500) for y in (-500, 0, 500)]),
        green=np.array([shifted(g) for g in green], dtype=object),
        gardens=np.array([shifted(g) for g in gardens], dtype=object),
        trees=Trees(
            np.array([f"t{i}" for i in range(len(trees))], dtype=object),
            np.asarray(shapely.points(X + x, Y + y), dtype=object),
            tall,
            wide,
        ),
        lonlat=(5.0, 52.0),
        convergence=0.0,
        extent=(X - 5000, Y - 5000, X + 5000, Y + 5000),
    )


def shifted(shape: Any) -> Any:
    """A shape in metres from (X, Y), in RD."""
    return shapely.transform(shape, lambda xy: xy + np.array([X, Y]))


def ring(x0: float, y0: float, x1: float, y1: float) -> list[tuple[float, float]]:
    """Corners of a rectangle, in RD."""
    return [(X + x0, Y + y0), (X + x1, Y + y0), (X + x1, Y + y1), (X + x0, Y + y1)]


def variant(*edits: dict[str, Any], **more: Any) -> Variant:
    """A variant with these edits; those without an id are called e0, e1 ..."""
    listed = [{"id": f"e{i}", **edit} for i, edit in enumerate(edits)]
    return read_variant({"type": "gemeentetwin-variant", "version": 1, "edits": listed, **more})


def cube(side: float) -> dict[str, Any]:
    """Mesh of a closed cube on the ground around its origin."""
    h = side / 2
    corners = [(x, y, z) for z in (0, side) for y in (-h, h) for x in (-h, h)]
    quads = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    triangles = [t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))]
    return {"vertices": corners, "triangles": triangles}
