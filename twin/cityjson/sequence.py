"""Writing a CityJSON 2.0 text sequence: a header line, then one CityJSONFeature per line.

Source: CityJSON 2.0.1 specification, sections 2-6 and "Text sequences and streaming with CityJSONFeatures".
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import orjson
import pandas as pd

from twin.catalogue.catalogue import PANDAS_TYPES
from twin.geometry.columns import Floats, Ints, Semantic, Shells
from twin.store.atomic import replacing

CRS = "https://www.opengis.net/def/crs/EPSG/0/7415"
SCALE = 0.001  # vertices are whole millimetres


@dataclass(frozen=True, slots=True)
class Header:
    """First line of a sequence.

    Attributes
    ----------
    title, identifier : str
    reference_date : str or None
        ISO date of the newest source.
    sources : tuple of dict
        Title, date, licence and attribution of each register used.
    translate : (3,) float64 [m, RD+NAP]
        Whole metres near the geometry; integers in the file count millimetres from here.
    """

    title: str
    identifier: str
    reference_date: str | None
    sources: tuple[dict[str, Any], ...]
    translate: Floats


@dataclass(frozen=True, slots=True)
class CityObjects:
    """What a sequence holds, apart from geometry; one row per CityObject.

    Attributes
    ----------
    ids : sequence of str
    types : sequence of str
        CityJSON types.
    parent : (O,) int64
        Row of the parent, -1 for a first-level object. A child follows its parent.
    attributes : sequence of dict
        JSON-ready attributes; empty for none.
    """

    ids: Sequence[str]
    types: Sequence[str]
    parent: Ints
    attributes: Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Geometry:
    """Geometry of one kind and LoD for some of the objects.

    Attributes
    ----------
    kind : str
        ``Solid``, ``MultiSurface``, ``MultiLineString`` or ``MultiPoint``.
    lod : str
    shells : Shells
        Objects without surfaces here get no geometry. Of a
        ``MultiLineString`` each ring is an open line, of a ``MultiPoint`` each ring vertex a point.
    owner : (len(shells),) int64
        Row of the CityObject each shell belongs to.
    surface_types : tuple of str
        Name of the semantic surface for each value of ``shells.semantics``, "" for one without; empty for no
        semantics.
    surface_values : dict of (S,) float64
        Attributes of the semantic surfaces; a surface with any has one of its own. NaN is none.
    """

    kind: Literal["Solid", "MultiSurface", "MultiLineString", "MultiPoint"]
    lod: str
    shells: Shells
    owner: Ints
    surface_types: tuple[str, ...] = field(default=tuple(s.cityjson_type for s in Semantic))
    surface_values: Mapping[str, Floats] = field(default_factory=dict)

    def shifted(self, rows: int) -> Geometry:
        """For the same objects, ``rows`` further down a table."""
        return replace(self, owner=self.owner + rows)


def write_sequence(path: Path, header: Header, objects: CityObjects, geometries: Sequence[Geometry]) -> None:
    """Write the sequence to ``path``, at once.

    Raises
    ------
    StoreError
        When the file can't be written.
    """
    with replacing(path) as temporary, temporary.open("wb") as file:
        for line in sequence_lines(header, objects, geometries):
            file.write(line)
            file.write(b"\n")


def sequence_lines(header: Header, objects: CityObjects, geometries: Sequence[Geometry]) -> Iterator[bytes]:
    """Lines of the sequence, header first, then the features in the order of their objects."""
    root = _roots(objects.parent)
    vertices, of_feature, numbers = _feature_vertices(header, root, geometries)
    yield orjson.dumps(_header(header, vertices))

    columns = [_Columns.of(g, own) for g, own in zip(geometries, numbers, strict=True)]
    geometry_of: dict[int, list[tuple[_Columns, int]]] = {}
    for column, geometry in zip(columns, geometries, strict=True):
        filled = np.flatnonzero(np.diff(geometry.shells.object_offsets))
        for row, shape in zip(geometry.owner[filled].tolist(), filled.tolist(), strict=True):
            geometry_of.setdefault(row, []).append((column, shape))

    members: dict[int, list[int]] = {}
    for row, first in enumerate(root.tolist()):
        members.setdefault(first, []).append(row)
    bounds = np.searchsorted(of_feature, np.arange(len(root) + 1)).tolist()
    children: dict[int, list[str]] = {}
    for row, parent in enumerate(objects.parent.tolist()):
        if parent >= 0:
            children.setdefault(parent, []).append(objects.ids[row])

    coordinates = vertices.tolist()
    for first, own in members.items():
        city_objects = {}
        for row in own:
            entry: dict[str, Any] = {"type": objects.types[row]}
            if objects.attributes[row]:
                entry["attributes"] = objects.attributes[row]
            if row in children:
                entry["children"] = children[row]
            if row != first:
                entry["parents"] = [objects.ids[int(objects.parent[row])]]
            if row in geometry_of:
                entry["geometry"] = [column.shape(i) for column, i in geometry_of[row]]
            city_objects[objects.ids[row]] = entry
        yield orjson.dumps(
            {
                "type": "CityJSONFeature",
                "id": objects.ids[first],
                "CityObjects": city_objects,
                "vertices": coordinates[bounds[first] : bounds[first + 1]],
            }
        )


def json_attributes(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table in the catalogue's types as JSON-ready dicts; missing values are left out."""
    columns = []
    for name in frame.columns:
        values = frame[name]
        if pd.api.types.is_datetime64_any_dtype(values):
            date = values.dtype == PANDAS_TYPES["date"]
            values = values.dt.strftime("%Y-%m-%d" if date else "%Y-%m-%dT%H:%M:%S")
        elif pd.api.types.is_float_dtype(values):
            values = values.round(3)
        columns.append((name, values.astype("object").tolist(), values.isna().tolist()))
    return [
        {
            name: list(values[i]) if isinstance(values[i], tuple | np.ndarray) else values[i]
            for name, values, missing in columns
            if not missing[i]
        }
        for i in range(len(frame))
    ]


def _roots(parent: Ints) -> Ints:
    root = np.arange(len(parent), dtype=np.int64)
    while True:
        above = parent[root]
        climbing = above >= 0
        if not climbing.any():
            return root
        root = np.where(climbing, above, root)


def _feature_vertices(
    header: Header, root: Ints, geometries: Sequence[Geometry]
) -> tuple[Ints, Ints, list[Ints]]:
    """Whole-millimetre vertices, unique within a feature and sorted by feature.

    Returns the vertices ``(V, 3)``, their feature (row of its first object) ``(V,)`` and, per geometry,
    the number within its feature of each of ``shells.ring_vertices``.
    """
    features, grids, sizes = [], [], []
    for g in geometries:
        used = g.shells.ring_vertices
        features.append(np.repeat(root[g.owner], _vertices_per_object(g.shells)))
        grids.append(np.rint((g.shells.xyz - header.translate) / SCALE).astype(np.int64)[used])
        sizes.append(len(used))
    if not sum(sizes):
        empty = np.empty(0, dtype=np.int64)
        return np.empty((0, 3), dtype=np.int64), empty, [empty for _ in geometries]
    feature, grid = np.concatenate(features), np.concatenate(grids)
    order = np.lexsort((grid[:, 2], grid[:, 1], grid[:, 0], feature))
    feature, grid = feature[order], grid[order]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (feature[1:] != feature[:-1]) | (grid[1:] != grid[:-1]).any(axis=1)
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.cumsum(first) - 1
    of_feature = feature[first]
    local = number - np.searchsorted(of_feature, of_feature)[number]
    return grid[first], of_feature, np.split(local, np.cumsum(sizes)[:-1])


def _vertices_per_object(shells: Shells) -> Ints:
    rings_before = shells.surface_offsets[shells.object_offsets]
    return np.diff(shells.ring_offsets[rings_before])


@dataclass(frozen=True, slots=True)
class _Columns:
    """A geometry as lists, which Python slices faster than arrays; vertex numbers are the feature's own.

    Attributes
    ----------
    of_kind : dict
        ``type`` and ``lod``, the same for all its shapes.
    vertices, rings, surfaces, objects : list of int
        Vertex numbers of all rings, and the offsets of rings, surfaces and objects.
    surface_types : list of int
        Per surface, the place of its type among the types that its object has.
    types : list of list of dict or None
        Semantic surfaces of each object; None where there are no semantics.
    """

    of_kind: dict[str, str]
    vertices: list[int]
    rings: list[int]
    surfaces: list[int]
    objects: list[int]
    surface_types: list[int | None]
    types: list[list[dict[str, Any]]] | None

    @classmethod
    def of(cls, geometry: Geometry, numbers: Ints) -> _Columns:
        shells = geometry.shells
        place, types = _semantics(geometry) if geometry.surface_types else ([], None)
        return cls(
            {"type": geometry.kind, "lod": geometry.lod},
            numbers.tolist(),
            shells.ring_offsets.tolist(),
            shells.surface_offsets.tolist(),
            shells.object_offsets.tolist(),
            place,
            types,
        )

    def shape(self, number: int) -> dict[str, Any]:
        """Geometry object of one of the shells."""
        first, last = self.objects[number], self.objects[number + 1]
        vertices, rings, kind = self.vertices, self.rings, self.of_kind["type"]
        ring_range = range(self.surfaces[first], self.surfaces[last])
        if kind == "MultiPoint":
            return {**self.of_kind, "boundaries": vertices[rings[ring_range.start] : rings[ring_range.stop]]}
        own = [vertices[rings[r] : rings[r + 1]] for r in ring_range]
        if kind == "MultiLineString":
            return {**self.of_kind, "boundaries": own}
        at = self.surfaces[first]
        bounds = [b - at for b in self.surfaces[first : last + 1]]
        boundaries = [own[a:b] for a, b in itertools.pairwise(bounds)]
        solid = kind == "Solid"
        shape: dict[str, Any] = {**self.of_kind, "boundaries": [boundaries] if solid else boundaries}
        if self.types is not None and self.types[number]:
            values: list[int | None] = self.surface_types[first:last]
            shape["semantics"] = {"surfaces": self.types[number], "values": [values] if solid else values}
        return shape


def _semantics(geometry: Geometry) -> tuple[list[int | None], list[list[dict[str, Any]]]]:
    """Place of each surface's type among those of its object ``(S,)``, and the types per object ``(O,)``."""
    shells = geometry.shells
    names = list(dict.fromkeys(geometry.surface_types))
    name = np.array([names.index(t) for t in geometry.surface_types])[shells.semantics]
    owner = np.repeat(np.arange(len(shells)), np.diff(shells.object_offsets))
    present = np.zeros((len(shells), len(names)), dtype=np.bool_)
    typed = np.array([bool(n) for n in names])[name]
    present[owner[typed], name[typed]] = True
    place = (np.cumsum(present, axis=1) - 1)[owner, name]
    if geometry.surface_values:
        return _told_apart(geometry, names, name, owner)
    # Objects with the same types share one list: there are few combinations.
    code = present @ (1 << np.arange(len(names)))
    listed = {c: [{"type": n} for i, n in enumerate(names) if c >> i & 1] for c in np.unique(code).tolist()}
    places: list[int | None] = [p if t else None for p, t in zip(place.tolist(), typed.tolist(), strict=True)]
    return places, [listed[c] for c in code.tolist()]


def _told_apart(
    geometry: Geometry, names: list[str], name: Ints, owner: Ints
) -> tuple[list[int | None], list[list[dict[str, Any]]]]:
    """As :func:`_semantics`, where some surfaces have attributes of their own."""
    values = [(k, v.tolist(), np.isfinite(v).tolist()) for k, v in geometry.surface_values.items()]
    place: list[int | None] = []
    types: list[list[dict[str, Any]]] = [[] for _ in range(len(geometry.shells))]
    shared: dict[tuple[int, int], int] = {}
    for surface, (kind, of) in enumerate(zip(name.tolist(), owner.tolist(), strict=True)):
        own = {k: v[surface] for k, v, known in values if known[surface]}
        at = None if own else shared.get((of, kind))
        if at is None:
            at = len(types[of])
            types[of].append({"type": names[kind], **own})
            if not own:
                shared[of, kind] = at
        place.append(at)
    return place, types


def _header(header: Header, vertices: Ints) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "identifier": header.identifier,
        "title": header.title,
        "referenceSystem": CRS,
        "sources": list(header.sources),
    }
    if header.reference_date:
        metadata["referenceDate"] = header.reference_date
    if len(vertices):
        low, high = vertices.min(axis=0), vertices.max(axis=0)
        extent = np.concatenate((low, high)) * SCALE + np.tile(header.translate, 2)
        metadata["geographicalExtent"] = [round(v, 3) for v in extent.tolist()]
    return {
        "type": "CityJSON",
        "version": "2.0",
        "transform": {"scale": [SCALE] * 3, "translate": header.translate.tolist()},
        "metadata": metadata,
        "CityObjects": {},
        "vertices": [],
    }
