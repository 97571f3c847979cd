"""Writing a CityJSON 2.0 text sequence: a header line, then one CityJSONFeature per line.

Source: CityJSON 2.0.1 specification, sections 2-6 and "Text sequences and streaming with CityJSONFeatures".
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import orjson
import pandas as pd

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
        Name of the semantic surface for each value of ``shells.semantics``; empty for no semantics.
    """

    kind: Literal["Solid", "MultiSurface", "MultiLineString", "MultiPoint"]
    lod: str
    shells: Shells
    owner: Ints
    surface_types: tuple[str, ...] = field(default=tuple(s.cityjson_type for s in Semantic))

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
    rows = [shell_rows(g.shells) for g in geometries]
    vertices, of_feature, numbers = _feature_vertices(header, root, geometries)
    yield orjson.dumps(_header(header, vertices, geometries))

    geometry_of: list[list[dict[str, Any]]] = [[] for _ in objects.ids]
    for geometry, boundaries, number in zip(geometries, rows, numbers, strict=True):
        for row, shape in _shapes(geometry, boundaries, number):
            geometry_of[row].append(shape)

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
            if geometry_of[row]:
                entry["geometry"] = geometry_of[row]
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
    """Rows of a table as JSON-ready dicts; missing values are left out."""
    columns = []
    for name in frame.columns:
        values = frame[name]
        if pd.api.types.is_datetime64_any_dtype(values):
            whole_days = bool((values.dropna() == values.dropna().dt.normalize()).all())
            values = values.dt.strftime("%Y-%m-%d" if whole_days else "%Y-%m-%dT%H:%M:%S")
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


def shell_rows(shells: Shells) -> list[list[list[list[int]]]]:
    """Boundaries of every object as nested lists of the shells' own vertex numbers."""
    vertices = shells.ring_vertices.tolist()
    bounds = shells.ring_offsets.tolist()
    rings = [vertices[a:b] for a, b in itertools.pairwise(bounds)]
    bounds = shells.surface_offsets.tolist()
    surfaces = [rings[a:b] for a, b in itertools.pairwise(bounds)]
    bounds = shells.object_offsets.tolist()
    return [surfaces[a:b] for a, b in itertools.pairwise(bounds)]


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
) -> tuple[Ints, Ints, list[list[int]]]:
    """Whole-millimetre vertices, unique within a feature and sorted by feature.

    Returns the vertices ``(V, 3)``, their feature (row of its first object) ``(V,)`` and, per geometry,
    the number within its feature of each vertex of its shells.
    """
    keys, sizes = [], []
    for g in geometries:
        feature = np.full(len(g.shells.xyz), -1, dtype=np.int64)
        feature[g.shells.ring_vertices] = np.repeat(root[g.owner], _vertices_per_object(g.shells))
        grid = np.rint((g.shells.xyz - header.translate) / SCALE).astype(np.int64)
        keys.append(np.column_stack((feature, grid)))
        sizes.append(len(grid))
    if not keys:
        empty = np.empty(0, dtype=np.int64)
        return np.empty((0, 3), dtype=np.int64), empty, []
    unique, inverse = np.unique(np.concatenate(keys), axis=0, return_inverse=True)
    first = np.searchsorted(unique[:, 0], unique[:, 0])
    local = (np.arange(len(unique)) - first)[inverse.reshape(-1)]
    numbers = [part.tolist() for part in np.split(local, np.cumsum(sizes)[:-1])]
    return unique[:, 1:], unique[:, 0], numbers


def _vertices_per_object(shells: Shells) -> Ints:
    rings_before = shells.surface_offsets[shells.object_offsets]
    return np.diff(shells.ring_offsets[rings_before])


def _shapes(
    geometry: Geometry, boundaries: list[list[list[list[int]]]], number: list[int]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Geometry objects with their CityObject's row."""
    semantics = geometry.shells.semantics.tolist()
    bounds = geometry.shells.object_offsets.tolist()
    for i, (row, surfaces) in enumerate(zip(geometry.owner.tolist(), boundaries, strict=True)):
        if not surfaces:
            continue
        shape: dict[str, Any] = {"type": geometry.kind, "lod": geometry.lod}
        if geometry.kind == "MultiPoint":
            shape["boundaries"] = [number[v] for rings in surfaces for ring in rings for v in ring]
            yield row, shape
            continue
        if geometry.kind == "MultiLineString":
            shape["boundaries"] = [[number[v] for v in line] for lines in surfaces for line in lines]
            yield row, shape
            continue
        nested = [[[number[v] for v in ring] for ring in rings] for rings in surfaces]
        shape["boundaries"] = [nested] if geometry.kind == "Solid" else nested
        if geometry.surface_types:
            codes = semantics[bounds[i] : bounds[i + 1]]
            names = list(dict.fromkeys(geometry.surface_types[c] for c in codes))
            values = [names.index(geometry.surface_types[c]) for c in codes]
            shape["semantics"] = {
                "surfaces": [{"type": name} for name in names],
                "values": [values] if geometry.kind == "Solid" else values,
            }
        yield row, shape


def _header(header: Header, vertices: Ints, geometries: Sequence[Geometry]) -> dict[str, Any]:
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
