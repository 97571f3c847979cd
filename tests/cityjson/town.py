"""A small town with every kind of object and geometry that a twin writes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tests.geometry.solids import shells_of
from twin.catalogue import CATALOGUE
from twin.cityjson import CityObjects, Geometry, Header
from twin.cityjson.sequence import json_attributes
from twin.geometry.columns import Semantic, Shells
from twin.geometry.select import concatenate

ORIGIN = np.array([84500.0, 447000.0, 0.0])
HEADER = Header(
    "Dorp, tegel 084500_447000",
    "084500_447000",
    "2024-01-01",
    ({"title": "BAG", "date": "2024-01-01", "licence": "PDM", "attribution": "Kadaster"},),
    ORIGIN,
)
CORNERS = [(0, 0), (1, 0), (1, 1), (0, 1)]
SIDES = [[[i, (i + 1) % 4, 4 + (i + 1) % 4, 4 + i]] for i in range(4)]
BOX = [[[3, 2, 1, 0]], *SIDES, [[4, 5, 6, 7]]]
BOX_SEMANTICS = [Semantic.GROUND, *[Semantic.OUTER_WALL] * 3, Semantic.INNER_WALL, Semantic.ROOF]


def box(x: float, y: float, size: float, height: float) -> Shells:
    """A closed box with its lower left corner at ``x, y`` from the origin."""
    xyz = [(x + size * a, y + size * b, z) for z in (0.0, height) for a, b in CORNERS] + ORIGIN
    return shells_of(xyz, [BOX], BOX_SEMANTICS)


def square(x: float, y: float, size: float, hole: bool = False) -> Shells:
    """An open square, with a square hole if asked."""
    xyz = [(x + size * a, y + size * b, 0.5) for a, b in CORNERS]
    rings = [[0, 1, 2, 3]]
    if hole:
        xyz += [(x + size * (0.4 + 0.2 * a), y + size * (0.4 + 0.2 * b), 0.5) for a, b in CORNERS]
        rings.append([7, 6, 5, 4])
    return shells_of(np.array(xyz) + ORIGIN, [[rings]], [0])


def lines(*members: list[tuple[float, float, float]]) -> Shells:
    """One object of open lines, or points as lines of one vertex."""
    xyz = [p for line in members for p in line]
    bounds = np.cumsum([0, *map(len, members)])
    rings = [list(range(a, b)) for a, b in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)]
    return shells_of(np.array(xyz) + ORIGIN, [[[r] for r in rings]])


def nothing(size: int = 1) -> Shells:
    """Objects without geometry."""
    return shells_of([], [[] for _ in range(size)])


def town() -> tuple[CityObjects, list[Geometry]]:
    """Two panden (one with two parts), a road, a fence, a tree and a pand without any solid."""
    panden = ["NL.IMBAG.Pand.0503100000000001", "NL.IMBAG.Pand.0503100000000002", "NL.IMGeo.G0503.x"]
    others = ["NL.IMGeo.G0503.road", "NL.IMGeo.G0503.fence", "NL.IMGeo.G0503.tree"]
    parts = [f"{panden[0]}-0", f"{panden[0]}-1", f"{panden[1]}-0"]
    objects = CityObjects(
        [*panden, *parts, *others],
        ["Building"] * 3 + ["BuildingPart"] * 3 + ["Road", "OtherConstruction", "SolitaryVegetationObject"],
        np.array([-1, -1, -1, 0, 0, 1, -1, -1, -1]),
        [*attributes(panden), {}, {}, {}, {"bgt_functie": "fietspad"}, {}, {}],
    )
    solids = concatenate([box(0, 0, 8, 6), box(8, 0, 8, 3), box(30, 0, 8, 9)])
    upper = concatenate([box(0, 0, 8, 6), nothing(), box(30, 0, 8, 9)])
    footprints = concatenate([square(0, 0, 16), square(30, 0, 8), square(60, 0, 4)])
    tree = np.array([8])
    return objects, [
        Geometry("MultiSurface", "0", footprints, np.arange(3), ()),
        Geometry("Solid", "1.2", solids, np.array([3, 4, 5])),
        Geometry("Solid", "2.2", upper, np.array([3, 4, 5])),
        Geometry("MultiSurface", "1", square(0, 20, 10, hole=True), np.array([6]), ("TrafficArea",)),
        Geometry(
            "MultiLineString",
            "1",
            lines([(0, 40, 1), (5, 40, 1), (9, 41, 2)], [(9, 41, 2), (9, 50, 2)]),
            np.array([7]),
            (),
        ),
        Geometry("MultiPoint", "1", lines([(3, 60, 1)], [(4, 60, 1)]), tree, ()),
    ]


def attributes(ids: list[str]) -> list[dict[str, Any]]:
    frame = pd.DataFrame(
        {
            "identificatie": ids,
            "oorspronkelijk_bouwjaar": [1900, None, 2020],
            "hoogte": [6.0004, None, 1 / 3],
            "geometrie_geldig": [True, False, None],
            "adressen": [("A 1", "B 2"), None, ()],
            "tijdstip_registratie": pd.to_datetime(["2020-01-02T00:00:00", None, "2021-03-04T05:06:07"]),
            "woz_peildatum": pd.to_datetime(["2024-01-01", None, None]),
        }
    )
    return json_attributes(CATALOGUE.conform(frame, "pand"))
