"""Quays and banks: what closes the step between flat water and the ground beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy import ndimage
from shapely import GeometryType

from twin.geometry.columns import Bools, Floats, Shells
from twin.geometry.footprints import columns_of
from twin.geometry.ragged import offsets_of, ring_successor
from twin.ground.levels import SurfaceHeights
from twin.ground.terrain import Terrain

LOWEST_STEP = 0.02  # m: below it nobody sees a gap
EVIDENCE = 2  # cells: a bank is drawn where ground points lie this near, so never across open water


def banks(geometry: npt.NDArray[Any], heights: SurfaceHeights, terrain: Terrain) -> Shells:
    """Upright walls from the level of water surfaces ``(G,)`` to the terrain along their edges.

    Returns
    -------
    Shells
        ``G`` objects; each wall is a surface that faces the water.
    """
    flat = shapely.transform(shapely.force_2d(geometry), lambda xy: np.round(xy, 3))
    parts, owner = shapely.get_parts(flat, return_index=True)
    polygon = (shapely.get_type_id(parts) == GeometryType.POLYGON) & ~shapely.is_empty(parts)
    rings, owner = columns_of(parts[polygon]), owner[polygon]
    vertex_owner = np.repeat(owner, np.diff(rings.ring_offsets[rings.part_offsets]))
    here = np.arange(len(rings.xy), dtype=np.int64)
    there = ring_successor(rings.ring_offsets)
    low = np.round(heights.at(rings.xy, vertex_owner, terrain), 3)
    high = np.round(terrain.sample(rings.xy), 3)
    step = high - low
    middle = (rings.xy[here] + rings.xy[there]) / 2
    drawn = (step > LOWEST_STEP) & (step[there] > LOWEST_STEP) & _near_ground(terrain, middle)
    a, b = here[drawn], there[drawn]
    corners = np.stack(
        (_at(rings.xy, low, b), _at(rings.xy, low, a), _at(rings.xy, high, a), _at(rings.xy, high, b)), 1
    )
    count = len(a)
    return Shells(
        xyz=corners.reshape(-1, 3),
        ring_vertices=np.arange(4 * count, dtype=np.int64),
        ring_offsets=4 * np.arange(count + 1, dtype=np.int64),
        surface_offsets=np.arange(count + 1, dtype=np.int64),
        object_offsets=offsets_of(np.bincount(vertex_owner[a], minlength=len(geometry))),
        semantics=np.zeros(count, dtype=np.uint8),
    )


def _at(xy: Floats, z: Floats, vertex: npt.NDArray[np.int64]) -> Floats:
    return np.column_stack((xy[vertex], z[vertex]))


def _near_ground(terrain: Terrain, xy: Floats) -> Bools:
    wide = ndimage.binary_dilation(terrain.measured, iterations=EVIDENCE)
    at = np.floor((xy - terrain.corner) / terrain.cell).astype(np.int64)
    row, column = np.clip(at[:, ::-1], 0, np.array(wide.shape) - 1).T
    return np.asarray(wide[row, column])
