"""GML geometry elements to shapely geometries, a whole file at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from ingest.bgt.arcs import linearise

F8 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]

_FEWEST_VERTICES = np.array([1, 2, 4])
_POINT, _LINE, _POLYGON = 0, 1, 2
_COLLECT: tuple[Callable[..., Objects], ...] = (
    shapely.multipoints,
    shapely.multilinestrings,
    shapely.multipolygons,
)

_CURVES = {"LineString", "Curve", "CompositeCurve", "OrientableCurve", "Ring", "LinearRing"}
_STRAIGHT_SEGMENTS = {"LineStringSegment", "LineString", "LinearRing"}
_ARC_SEGMENTS = {"Arc", "ArcString"}
# Elements that only hold other geometry elements
_WRAPPERS = {
    "MultiSurface", "CompositeSurface", "Surface", "PolyhedralSurface", "MultiPolygon", "MultiGeometry",
    "MultiCurve", "MultiLineString", "MultiPoint", "surfaceMember", "surfaceMembers", "polygonMember",
    "patches", "geometryMember", "geometryMembers", "curveMember", "curveMembers", "lineStringMember",
    "pointMember", "pointMembers", "baseCurve", "segments",
}  # fmt: skip


class UnsupportedGeometryError(ValueError):
    """An element that is no geometry of the BGT; the message says which."""


class GeometryBatch:
    """Collects the geometry of record after record as text and turns all of it into geometry at once.

    Everything is a part of an object, a ring of a part and a segment of a ring; a line is a part with one
    ring, a point one with a single vertex. That makes parsing, linearising and building array work.
    """

    def __init__(self) -> None:
        self._count = 0
        self._problems: dict[int, str] = {}
        self._part_object: list[int] = []
        self._part_kind: list[int] = []
        self._ring_part: list[int] = []
        self._segment_ring: list[int] = []
        self._segment_is_arc: list[bool] = []
        self._segment_dimension: list[int] = []
        self._segment_text: list[str] = []

    def add(self, elements: list[Any]) -> None:
        """Add one object by the elements that hold its geometry; none at all for an object without."""
        sizes = (len(self._part_object), len(self._ring_part), len(self._segment_ring))
        try:
            for element in elements:
                self._add_parts(element)
            if elements and len(self._part_object) == sizes[0]:
                raise UnsupportedGeometryError("its geometry element is empty")
        except UnsupportedGeometryError as error:
            self._problems[self._count] = str(error)
            del self._part_object[sizes[0] :], self._part_kind[sizes[0] :], self._ring_part[sizes[1] :]
            for segments in (
                self._segment_ring,
                self._segment_is_arc,
                self._segment_dimension,
                self._segment_text,
            ):
                del segments[sizes[2] :]
        self._count += 1

    def build(self) -> tuple[Objects, Objects]:
        """Geometries of all objects, and what was wrong with those that have none.

        Returns
        -------
        geometry : (N,) object
            shapely geometries in the coordinates of the source, rounded to the millimetre; None without one.
            Multi-geometries only for objects of several parts. Not yet checked for validity.
        problem : (N,) object
            str where a geometry was given but can't be used, else None.
        """
        part_object = np.array(self._part_object, dtype=np.int64)
        part_kind = np.array(self._part_kind, dtype=np.int64)
        ring_part = np.array(self._ring_part, dtype=np.int64)
        segment_ring = np.array(self._segment_ring, dtype=np.int64)
        is_arc = np.array(self._segment_is_arc, dtype=bool)

        bad = _Bad(self._count, part_object[ring_part], self._problems)
        xy, counts, readable = _parse(self._segment_text, np.array(self._segment_dimension, dtype=np.int64))
        bad.rings(segment_ring[~readable], "a coordinate list can't be read as numbers")
        odd_arc = is_arc & readable & ((counts < 3) | (counts % 2 == 0))
        bad.rings(segment_ring[odd_arc], "an arc doesn't have three points")
        is_arc &= ~odd_arc

        xy, segment = _linearise_segments(xy, counts, is_arc)
        xy, ring, loose = _chain(xy, segment, segment_ring)
        bad.rings(loose, "the segments of a curve don't join")

        lengths = np.bincount(ring, minlength=len(ring_part))
        kind = part_kind[ring_part]
        bad.rings(np.flatnonzero(lengths < _FEWEST_VERTICES[kind]), "it has too few different points")
        offsets = np.concatenate(([0], np.cumsum(lengths)))
        open_ring = (kind == _POLYGON) & (lengths > 0)
        open_ring[open_ring] = (xy[offsets[:-1][open_ring]] != xy[offsets[1:][open_ring] - 1]).any(axis=1)
        bad.rings(np.flatnonzero(open_ring), "a ring isn't closed")
        bad.objects(_mixed(part_object, part_kind, self._count), "it mixes points, lines and surfaces")

        return _assemble(xy, ring, ring_part, part_object, part_kind, bad), bad.problem

    def _add_parts(self, element: Any) -> None:
        name = _local(element)
        if name in ("Polygon", "PolygonPatch"):
            self._start_part(_POLYGON)
            shells = [child for child in _children(element) if _local(child) == "exterior"]
            if len(shells) != 1:
                raise UnsupportedGeometryError(f"a polygon has {len(shells)} exterior rings")
            for boundary in shells + [child for child in _children(element) if _local(child) == "interior"]:
                for ring in _children(boundary):
                    self._start_ring()
                    self._add_segments(ring)
        elif name in _CURVES:
            self._start_part(_LINE)
            self._start_ring()
            self._add_segments(element)
        elif name == "Point":
            self._start_part(_POINT)
            self._start_ring()
            self._add_segment(element, is_arc=False)
        elif name in _WRAPPERS:
            for child in _children(element):
                self._add_parts(child)
        else:
            raise UnsupportedGeometryError(f"gml:{name} is no geometry the BGT uses")

    def _start_part(self, kind: int) -> None:
        self._part_object.append(self._count)
        self._part_kind.append(kind)

    def _start_ring(self) -> None:
        self._ring_part.append(len(self._part_object) - 1)

    def _add_segments(self, element: Any) -> None:
        name = _local(element)
        if name in _STRAIGHT_SEGMENTS:
            self._add_segment(element, is_arc=False)
        elif name in _ARC_SEGMENTS:
            self._add_segment(element, is_arc=True)
        elif name == "OrientableCurve" and element.get("orientation") == "-":
            raise UnsupportedGeometryError("gml:OrientableCurve runs backward")
        elif name in _CURVES or name in _WRAPPERS:
            for child in _children(element):
                self._add_segments(child)
        else:
            raise UnsupportedGeometryError(f"gml:{name} is no curve the BGT uses")

    def _add_segment(self, element: Any, *, is_arc: bool) -> None:
        lists = [child for child in _children(element) if _local(child) in ("posList", "pos")]
        if not lists:
            raise UnsupportedGeometryError(f"gml:{_local(element)} has no gml:pos or gml:posList")
        self._segment_ring.append(len(self._ring_part) - 1)
        self._segment_is_arc.append(is_arc)
        self._segment_dimension.append(_dimension(lists[0]))
        self._segment_text.append(" ".join(child.text or "" for child in lists))


class _Bad:
    """Keeps the first problem of every object."""

    def __init__(self, count: int, ring_object: I8, problems: dict[int, str]) -> None:
        self.problem: Objects = np.full(count, None, dtype=object)
        for index, text in problems.items():
            self.problem[index] = text
        self._ring_object = ring_object

    def rings(self, rings: I8, text: str) -> None:
        self.objects(self._ring_object[rings], text)

    def objects(self, objects: I8, text: str) -> None:
        for index in np.unique(objects).tolist():
            self.problem[index] = self.problem[index] or text

    def any_of(self, objects: I8) -> Bools:
        return np.asarray(self.problem[objects] != None, dtype=bool)  # noqa: E711 - per element


def _parse(texts: list[str], dimensions: I8) -> tuple[F8, I8, Bools]:
    """Vertices (V, 2) of all segments, how many each has, and which could be read; the others have none."""
    tokens = [text.split() for text in texts]
    sizes = np.fromiter(map(len, tokens), dtype=np.int64, count=len(tokens))
    readable = (sizes > 0) & (sizes % np.maximum(dimensions, 1) == 0) & (dimensions >= 2)
    tokens = [part if good else [] for part, good in zip(tokens, readable.tolist(), strict=True)]
    try:
        values = np.array([token for part in tokens for token in part], dtype=np.float64)
    except ValueError:
        readable &= np.fromiter(map(_is_numeric, tokens), dtype=bool, count=len(tokens))
        tokens = [part if good else [] for part, good in zip(tokens, readable.tolist(), strict=True)]
        values = np.array([token for part in tokens for token in part], dtype=np.float64)

    sizes = np.where(readable, sizes, 0)
    segment = np.repeat(np.arange(len(sizes)), sizes)
    finite = np.isfinite(values)
    if not finite.all():
        readable[segment[~finite]] = False
        values, segment = values[readable[segment]], segment[readable[segment]]
        sizes = np.where(readable, sizes, 0)
    axis = (np.arange(len(values)) - (np.cumsum(sizes) - sizes)[segment]) % dimensions[segment]
    xy = values[axis < 2].reshape(-1, 2)
    return np.round(xy, 3), sizes // np.maximum(dimensions, 1), readable


def _linearise_segments(xy: F8, counts: I8, is_arc: Bools) -> tuple[F8, I8]:
    """Vertices with arcs replaced by line strings, and the segment (V,) of each, ascending."""
    starts = np.cumsum(counts) - counts
    arcs_in = np.where(is_arc, (counts - 1) // 2, 0)
    arc_segment = np.repeat(np.arange(len(counts)), arcs_in)
    place = np.arange(len(arc_segment)) - (np.cumsum(arcs_in) - arcs_in)[arc_segment]
    arc_xy, offsets = linearise(xy[(starts[arc_segment] + 2 * place)[:, None] + np.arange(3)])

    segment = np.repeat(np.arange(len(counts)), counts)
    straight = ~is_arc[segment]
    segment = np.concatenate([segment[straight], np.repeat(arc_segment, np.diff(offsets))])
    order = np.argsort(segment, kind="stable")
    return np.concatenate([xy[straight], arc_xy])[order], segment[order]


def _chain(xy: F8, segment: I8, segment_ring: I8) -> tuple[F8, I8, I8]:
    """Vertices without repeated neighbours, the ring (V,) of each, and the rings with gaps."""
    ring = segment_ring[segment]
    same_ring = ring[1:] == ring[:-1]
    repeats = same_ring & (xy[1:] == xy[:-1]).all(axis=1)
    loose = ring[1:][same_ring & (segment[1:] != segment[:-1]) & ~repeats]
    keep = np.concatenate((np.ones(min(len(xy), 1), dtype=bool), ~repeats))
    return xy[keep], ring[keep], loose


def _mixed(part_object: I8, part_kind: I8, count: int) -> I8:
    lowest, highest = np.full(count, 9), np.full(count, -1)
    np.minimum.at(lowest, part_object, part_kind)
    np.maximum.at(highest, part_object, part_kind)
    return np.flatnonzero(lowest < highest)


def _assemble(xy: F8, ring: I8, ring_part: I8, part_object: I8, part_kind: I8, bad: _Bad) -> Objects:
    part_good = ~bad.any_of(part_object)
    geometry: Objects = np.full(len(bad.problem), None, dtype=object)
    part_geometry: Objects = np.full(len(part_object), None, dtype=object)
    kind_of_vertex = np.where(part_good, part_kind, -1)[ring_part][ring] if len(ring) else ring

    points = np.flatnonzero(part_good & (part_kind == _POINT))
    part_geometry[points] = shapely.points(xy[kind_of_vertex == _POINT])
    lines = np.flatnonzero(part_good & (part_kind == _LINE))
    part_geometry[lines] = _lines(xy, ring, ring_part, kind_of_vertex == _LINE)
    polygons = np.flatnonzero(part_good & (part_kind == _POLYGON))
    part_geometry[polygons] = _polygons(xy, ring, ring_part, kind_of_vertex == _POLYGON)

    parts_of = np.bincount(part_object, minlength=len(geometry))
    single = part_good & (parts_of[part_object] == 1)
    geometry[part_object[single]] = part_geometry[single]
    for kind, collect in enumerate(_COLLECT):
        several = part_good & ~single & (part_kind == kind)
        objects, index = np.unique(part_object[several], return_inverse=True)
        geometry[objects] = collect(part_geometry[several], indices=index)
    return geometry


def _lines(xy: F8, ring: I8, ring_part: I8, chosen: Bools) -> Objects:
    _, index = np.unique(ring_part[ring[chosen]], return_inverse=True)
    return np.asarray(shapely.linestrings(xy[chosen], indices=index), dtype=object)


def _polygons(xy: F8, ring: I8, ring_part: I8, chosen: Bools) -> Objects:
    rings, ring_index = np.unique(ring[chosen], return_inverse=True)
    _, part_index = np.unique(ring_part[rings], return_inverse=True)
    linear_rings: Any = shapely.linearrings(xy[chosen], indices=ring_index)
    return np.asarray(shapely.polygons(linear_rings, indices=part_index), dtype=object)


def _is_numeric(tokens: list[str]) -> bool:
    try:
        np.array(tokens, dtype=np.float64)
    except ValueError:
        return False
    return True


def _dimension(element: Any) -> int:
    # srsDimension may stand on the list itself or on any geometry around it; without it the BGT is 2D.
    while element is not None:
        value = element.get("srsDimension")
        if value is not None:
            return int(value) if value.isdigit() else 0
        element = element.getparent()
    return 2


def _children(element: Any) -> Iterator[Any]:
    return (child for child in element if isinstance(child.tag, str))


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
