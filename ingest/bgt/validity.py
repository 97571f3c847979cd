"""Polygons that cross themselves are mended where that leaves a surface, and only there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from ingest.bgt.featuretypes import GeometryKind

_KIND_OF_TYPE = {
    shapely.GeometryType.POINT: GeometryKind.PUNT,
    shapely.GeometryType.MULTIPOINT: GeometryKind.PUNT,
    shapely.GeometryType.LINESTRING: GeometryKind.LIJN,
    shapely.GeometryType.LINEARRING: GeometryKind.LIJN,
    shapely.GeometryType.MULTILINESTRING: GeometryKind.LIJN,
    shapely.GeometryType.POLYGON: GeometryKind.VLAK,
    shapely.GeometryType.MULTIPOLYGON: GeometryKind.VLAK,
}
_SURFACES = [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON]


def mend(
    geometry: npt.NDArray[np.object_], allowed: frozenset[GeometryKind]
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.bool_], npt.NDArray[np.object_]]:
    """Make polygons valid, and say what can't be used.

    Parameters
    ----------
    geometry : (N,) object
        shapely geometries or None.
    allowed : frozenset of GeometryKind
        What a geometry may be.

    Returns
    -------
    geometry : (N,) object
        Valid geometries; a multi-geometry of one part becomes that part.
    mended : (N,) bool
        Where the geometry was changed by `shapely.make_valid`, which keeps the surface and nothing of lower
        dimension.
    problem : (N,) object
        str where a geometry can't be used, else None.
    """
    geometry = geometry.copy()
    problem = np.full(len(geometry), None, dtype=object)
    type_id = shapely.get_type_id(geometry)
    for value in np.unique(type_id[type_id >= 0]).tolist():
        kind = _KIND_OF_TYPE.get(shapely.GeometryType(value))
        if kind not in allowed:
            name = shapely.GeometryType(value).name.lower()
            problem[type_id == value] = f"a {name} where {' or '.join(sorted(allowed))} is expected"

    surface = np.isin(type_id, _SURFACES) & (problem == None)  # noqa: E711 - per element
    mended = surface & ~shapely.is_valid(geometry)
    reason = shapely.is_valid_reason(geometry[mended])
    geometry[mended] = shapely.make_valid(geometry[mended], method="structure", keep_collapsed=False)
    collapsed = mended & (shapely.area(geometry) == 0)
    problem[collapsed] = [f"no area is left after repair of: {text}" for text in reason[collapsed[mended]]]
    flat = surface & ~mended & (shapely.area(geometry) == 0)
    problem[flat] = "it has no area"

    unclear = (type_id >= 0) & ~surface & (shapely.is_empty(geometry) | ~shapely.is_valid(geometry))
    problem[unclear & (problem == None)] = "it is empty or has too few different points"  # noqa: E711
    multi = shapely.get_num_geometries(geometry) == 1
    geometry[multi] = shapely.get_geometry(geometry[multi], 0)
    return geometry, mended & ~collapsed, problem
