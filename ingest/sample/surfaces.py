"""The ground as a gap-free partition, by an overlay of all that was drawn, and the bridges above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from ingest.sample.content import Content
from ingest.sample.plan import CANAL, DITCH, ROAD, STRIP_RADII, Cell, Floats, Geometries, Ints, Plan, rounded

GRID = 0.001
"""All coordinates are whole millimetres [m]."""

LAKE_MARGIN, CREST_FROM_SHORE = 14.0, 7.2

# What lies over what: the higher rank wins the overlay.
RANK = {
    "meer": 0,
    "akker": 5,
    "dijk": 8,
    "dijkpad": 9,
    "groenvoorziening": 10,
    "plein": 10,
    "bedrijfserf": 11,
    "erf": 12,
    "schoolplein": 12,
    "sportveld": 12,
    "achterpad": 14,
    "berm": 20,
    "fietspad": 20,
    "voetpad": 20,
    "trottoir": 25,
    "parkpad": 26,
    "gras": 27,
    "vijver": 28,
    "sloot": 28,
    "parkeervlak": 29,
    "straat": 30,
    "kade": 35,
    "kadestoep": 35,
    "rijbaan": 36,
    "gracht": 36,
    "pand": 50,
}

WATER = ("meer", "vijver", "sloot", "gracht")


@dataclass(frozen=True, slots=True)
class Surfaces:
    """Level 0 of the BGT as a partition, and the bridges above it.

    Attributes
    ----------
    geometry : (S,) shapely polygons
        Sorted by object; together they cover the town without gap or overlap.
    kind : (S,) str
        A key of ``RANK``.
    building : (S,) int64
        Row of the building for ``pand``, else -1.
    decks : (D, 3) shapely polygons
        Per bridge its deck, and on it a carriageway and a pavement.
    arcs : (A, 3, 2) float64
        Start, middle and end of every arc that borders a surface.
    island, lake : shapely.Polygon
        Outline of the land within the dike, and of all that is mapped.
    """

    geometry: Geometries
    kind: Geometries
    building: Ints
    decks: Geometries
    arcs: Floats
    island: shapely.Polygon
    lake: shapely.Polygon


def make_surfaces(plan: Plan, cells: list[Cell], content: Content, footprints: Geometries) -> Surfaces:
    """Overlay all that was drawn into one partition: built ``cells``, ``footprints`` and polder."""
    built = len(cells)
    town = shapely.union_all([shapely.Polygon(c.corners) for c in cells])
    belt = float(np.clip(0.08 * np.sqrt(town.area), 40.0, 160.0))
    shore = town.buffer(belt + 30.0, quad_segs=12).buffer(-30.0, quad_segs=12)
    island = shapely.Polygon(_round(shore).exterior)
    lake = _round(island.buffer(LAKE_MARGIN, quad_segs=12))
    fields = _fields(plan, built, island)
    base: list[tuple[shapely.Polygon, str, str]] = [(lake, "meer", "meer")]
    base += _dike(island)
    for cell in [*cells, *fields]:
        base += _strips(cell, built, plan.old_centre, island)
    drawn = base + [a for a in content.areas if a[1] != "auto"]
    polygons = np.array([a[0] for a in drawn] + list(footprints), dtype=object)
    kinds = np.array([a[1] for a in drawn] + ["pand"] * len(footprints), dtype=object)
    keys = np.array([f"{a[1]}/{a[2]}" for a in drawn] + [f"pand/{i}" for i in range(len(footprints))])
    building = np.r_[np.full(len(drawn), -1), np.arange(len(footprints))]
    geometry, source = overlay(polygons, np.array([RANK[k] for k in kinds]), keys)
    water = shapely.union_all(geometry[kinds[source] == "gracht"])
    cornered = [c for c in [*cells, *fields] if len(c.core) > 2]
    arcs = np.concatenate(
        [rounded(c.core, r).reshape(-1, 3, 2) for c in cornered for r in STRIP_RADII] + content.arcs
    )
    decks = _bridges(plan, built, water)
    return Surfaces(geometry, kinds[source], building[source], decks, arcs, island, lake)


def overlay(polygons: Geometries, rank: Ints, keys: Geometries) -> tuple[Geometries, Ints]:
    """Partition the union of polygons; where several lie, the highest rank wins, the later one among equals.

    Parameters
    ----------
    polygons : (P,) shapely polygons
    rank : (P,) int64
    keys : (P,) str
        Faces of one key that touch become one polygon.

    Returns
    -------
    geometry : (S,) shapely polygons
        Neighbours share all vertices.
    source : (S,) int64
        A polygon of ``polygons`` each came from.
    """
    lines = shapely.union_all(shapely.boundary(polygons), grid_size=GRID)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    inside = shapely.point_on_surface(faces)
    face, over = shapely.STRtree(polygons).query(inside, predicate="within")
    order = np.lexsort((over, rank[over], face))
    top = order[np.r_[face[order][1:] != face[order][:-1], True]]
    faces, owner = faces[face[top]], over[top]
    _, first, key = np.unique(keys, return_index=True, return_inverse=True)
    code = key[owner]
    code = _absorb_slivers(faces, code)
    order = np.argsort(code, kind="stable")
    faces, code = faces[order], code[order]
    starts = np.flatnonzero(np.r_[True, code[1:] != code[:-1]])
    sizes = np.diff(np.r_[starts, code.size])
    geometry = faces[starts].copy()
    for k in np.flatnonzero(sizes > 1):
        geometry[k] = shapely.coverage_union_all(faces[starts[k] : starts[k] + sizes[k]])
    parts, index = shapely.get_parts(geometry, return_index=True)
    return parts, first[code[starts]][index]


def _absorb_slivers(faces: Geometries, code: Ints) -> Ints:
    """Give faces thinner than a few millimetres to the neighbour they share most boundary with."""
    thin = np.flatnonzero(shapely.area(faces) < 0.004 * shapely.length(faces))
    if not thin.size:
        return code
    small, near = shapely.STRtree(faces).query(faces[thin], predicate="intersects")
    other = ~np.isin(near, thin)
    small, near = small[other], near[other]
    shared = shapely.length(
        shapely.intersection(shapely.boundary(faces[thin[small]]), shapely.boundary(faces[near]))
    )
    order = np.lexsort((shared, small))
    last = order[np.r_[small[order][1:] != small[order][:-1], True]] if order.size else order
    result = code.copy()
    result[thin[small[last]]] = code[near[last]]
    return result


def _strips(
    cell: Cell, built: int, old_centre: int, island: shapely.Polygon
) -> list[tuple[shapely.Polygon, str, str]]:
    """Roads, water, verges and paths along the sides of a cell, and the field of one not built on."""
    polder = cell.index >= built
    whole = shapely.Polygon(cell.corners)
    result: list[tuple[shapely.Polygon, str, str]] = []
    if not cell.levels:
        return [(p, "groenvoorziening", f"rest{cell.index}") for p in _parts(whole & island)]
    kerb = cell.levels[0]
    rings = [shapely.difference(a, b) for a, b in zip(cell.levels, cell.levels[1:], strict=False)]
    middle = tuple(shapely.Polygon(cell.core).centroid.coords[0])
    if polder:
        result += [(p, "akker", f"{cell.index}") for p in _parts(whole & island)]
        result += _ditches(cell, island)
    for a, b, kind, ridge, beyond in zip(
        cell.corners,
        np.roll(cell.corners, -1, axis=0),
        cell.edge_kind,
        cell.edge_ridge,
        cell.edge_neighbour,
        strict=True,
    ):
        sector = shapely.Polygon([a, b, middle])
        outside = {ROAD: "rijbaan", CANAL: "gracht", DITCH: "sloot"}[int(kind)]
        water = "water" if kind != ROAD else f"{ridge}"
        pieces = [(shapely.difference(sector, kerb), outside, water)]
        old = cell.index < old_centre and beyond < old_centre
        if kind == CANAL and not polder:
            pieces += [
                (rings[0] & sector, "kade", f"{cell.index}"),
                (rings[1] & sector, "kade", f"{cell.index}"),
            ]
            pieces += [(rings[2] & sector, "kadestoep", f"{cell.index}")]
        elif kind == ROAD:
            names = ("voetpad",) * 3 if old else ("berm", "fietspad", "berm" if polder else "voetpad")
            pieces += [(r & sector, n, f"{ridge}:{cell.index}") for r, n in zip(rings, names, strict=True)]
        for polygon, name, key in pieces:
            result += [(p, name, key) for p in _parts(polygon & island if polder else polygon)]
    return result


def _ditches(cell: Cell, island: shapely.Polygon) -> list[tuple[shapely.Polygon, str, str]]:
    """Parallel ditches across a field, two metres wide, clear of its edge and of the dike."""
    land = shapely.intersection(cell.levels[-1].buffer(-3.0), island.buffer(-22.0))
    step = np.roll(cell.core, -1, axis=0) - cell.core
    along = step[np.argmax(np.linalg.norm(step, axis=1))]
    along = along / np.linalg.norm(along)
    across = np.array([-along[1], along[0]])
    result: list[tuple[shapely.Polygon, str, str]] = []
    for number, shift in enumerate(np.arange(-80.0, 81.0, 19.0)):
        middle = cell.site + shift * across
        corners = [
            middle + s * along + w * across for s, w in ((-200, -0.9), (200, -0.9), (200, 0.9), (-200, 0.9))
        ]
        strip = shapely.intersection(shapely.Polygon(corners), land)
        result += [(p, "sloot", f"{cell.index}-{number}") for p in _parts(strip) if p.area > 20.0]
    return result


def _dike(island: shapely.Polygon) -> list[tuple[shapely.Polygon, str, str]]:
    inner, crest, toe = (_round(island.buffer(-d, quad_segs=12)) for d in (CREST_FROM_SHORE, 9.7, 17.0))
    return [
        *((p, "dijk", "buiten") for p in _parts(island - inner)),
        *((p, "dijkpad", "kruin") for p in _parts(inner - crest)),
        *((p, "dijk", "binnen") for p in _parts(crest - toe)),
    ]


def _fields(plan: Plan, built: int, island: shapely.Polygon) -> list[Cell]:
    """Cells beyond the built ones that the island reaches."""
    reach = float(shapely.minimum_bounding_radius(island)) + 200.0
    near = np.flatnonzero(np.linalg.norm(plan.sites - plan.sites[0], axis=1) < reach)
    fields = [
        plan.cell(int(i), built)
        for i in near
        if i >= built and -1 not in plan.voronoi.regions[plan.voronoi.point_region[i]]
    ]
    return [c for c in fields if shapely.intersects(shapely.Polygon(c.corners), island)]


def _bridges(plan: Plan, built: int, water: shapely.Geometry) -> Geometries:
    """A bridge wherever a road reaches a canal at a corner of three cells."""
    voronoi = plan.voronoi
    pairs = voronoi.ridge_points
    low = pairs.min(axis=1) < built
    canal = plan.side[pairs[:, 0]] != plan.side[pairs[:, 1]]
    decks: list[list[shapely.Polygon]] = []
    at: dict[int, list[int]] = {}
    for ridge in np.flatnonzero(low):
        for vertex in voronoi.ridge_vertices[ridge]:
            at.setdefault(vertex, []).append(int(ridge))
    for vertex, ridges in sorted(at.items()):
        roads = [r for r in ridges if not canal[r]]
        if vertex < 0 or len(ridges) != 3 or len(roads) != 1:
            continue
        ends = voronoi.ridge_vertices[roads[0]]
        here, there = voronoi.vertices[vertex], voronoi.vertices[ends[1] if ends[0] == vertex else ends[0]]
        away = (here - there) / np.linalg.norm(here - there)
        left = np.array([-away[1], away[0]])
        boxes = [_box(here, away, left, w0, w1) & water for w0, w1 in ((-3.6, 3.6), (-3.6, 1.9), (1.9, 3.6))]
        pieces = [max(shapely.get_parts(b), key=shapely.area, default=None) for b in boxes]
        whole = [_round(p) for p in pieces if p is not None and p.geom_type == "Polygon" and p.area > 8.0]
        if len(whole) == 3 and not any(shapely.dwithin(whole[0], d[0], 9.0) for d in decks):
            decks.append(whole)
    return np.array(decks, dtype=object).reshape(-1, 3)


def _box(here: Floats, away: Floats, left: Floats, w0: float, w1: float) -> shapely.Polygon:
    return shapely.Polygon(
        [here + s * away + w * left for s, w in ((-6.0, w0), (14.0, w0), (14.0, w1), (-6.0, w1))]
    )


def _parts(geometry: shapely.Geometry) -> list[shapely.Polygon]:
    return [p for p in shapely.get_parts(geometry) if p.geom_type == "Polygon" and p.area > 0.01]


def _round(polygon: shapely.Polygon) -> shapely.Polygon:
    rounded_off: Any = shapely.set_precision(polygon, GRID)
    return shapely.Polygon(rounded_off)
