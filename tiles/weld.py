"""Triangles to drawable vertices: a common lattice, flat or smooth normals, a vertex per distinct corner.

Every tile of a tileset rounds to the same lattice, which starts at the tileset's origin and whose step is
doubled as often as needed. So two surfaces that share a vertex still share it after rounding, also across
tiles: no cracks. With the finest step of 9.8 mm a coordinate moves at most 4.9 mm (8.5 mm in space). A
coarser step is the simplification of the upper levels (vertex clustering; Rossignac & Borrel 1993): corners
that meet are merged and triangles that collapse are gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log2
from typing import TYPE_CHECKING

import numpy as np

from tiles.mesh import Mesh

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Metres. With it 16 bits span 640 m: a cell of 500 m, turned from RD to the local north, with roofs that
# stick out. Exact in binary, as are its multiples in 32-bit floats up to 33 km from the origin, so browsers
# add no rounding of their own.
FINEST_STEP = 5 / 512
_STEEP = 0.5  # upward part of the normal of a face at 60 degrees: a step in the ground, which has an edge
_NARROW = 0.1  # metres across: a face that is as steep but this narrow is no step, but a corner out of line
_WIND = 2 * np.pi / 64
_CELLS = 65_535  # an unsigned 16-bit coordinate spans this many steps


@dataclass(frozen=True)
class Welded:
    """Vertices on the lattice.

    `lattice` (V, 3) int64 east, north, up in steps of `step` metres; `normal` (V, 3) int8, 127 being one;
    `color` (V, 3) uint8 sRGB; `feature` (V,) int64; `triangles` (T, 3) int64.
    """

    step: float
    lattice: NDArray[np.int64]
    normal: NDArray[np.int8]
    color: NDArray[np.uint8]
    feature: NDArray[np.int64]
    triangles: NDArray[np.int64]

    def features(self, keep: NDArray[np.bool_]) -> Welded:
        """Part of the mesh: the features for which `keep` (F,) holds, under their old numbers."""
        return self._part(np.flatnonzero(keep[self.feature[self.triangles[:, 0]]]))

    def _part(self, rows: NDArray[np.int64]) -> Welded:
        triangles, vertices = in_order_of_use(self.triangles[rows])
        return Welded(
            self.step,
            self.lattice[vertices],
            self.normal[vertices],
            self.color[vertices],
            self.feature[vertices],
            triangles,
        )

    @property
    def box(self) -> NDArray[np.float64]:
        """(2, 3) lowest and highest east, north, up [m]."""
        return np.stack([self.lattice.min(axis=0), self.lattice.max(axis=0)]) * self.step


def weld(mesh: Mesh, step: float, vertical_step: float | None = None) -> Welded:
    """Round a mesh in local metres to the lattice and merge equal corners.

    Parameters
    ----------
    mesh
        Mesh whose `xyz` is east, north, up [m] of the tileset's frame.
    step
        Horizontal step [m], `FINEST_STEP` times a power of two.
    vertical_step
        Step of the heights, `step` divided by a power of two; `step` itself by default. The lattice takes the
        finer of both, unless 16 bits cannot span the mesh with it.

    Returns
    -------
    Welded
        Sorted by feature; triangles that collapse on the lattice are left out.
    """
    vertical = step if vertical_step is None else vertical_step
    order = np.argsort(mesh.feature, kind="stable")
    used, corner = np.unique(mesh.triangles[order], return_inverse=True)
    xyz, corner = mesh.xyz[used], corner.reshape(-1, 3)
    finest = max(min(step, vertical), step_for(float(np.ptp(xyz, axis=0).max()) if len(xyz) else 0.0))
    snap = np.maximum([step, step, vertical], finest)
    lattice = np.rint(xyz / snap).astype(np.int64) * np.rint(snap / finest).astype(np.int64)
    # The faces' own directions, not those after rounding: a coarse tile is shaded like the fine one.
    normal = normals(xyz, corner)
    if step > FINEST_STEP:
        normal = _winds(normal)
    point, where = unique_rows(lattice)
    smooth = mesh.smoothed[order]
    smooth &= ~_steps(xyz, corner, normal)
    rounded = _smooth_normals(xyz, corner[smooth], where, len(point))
    normal[smooth] = 0  # that of each corner instead
    corner = where[corner]
    whole = (corner[:, 0] != corner[:, 1]) & (corner[:, 1] != corner[:, 2]) & (corner[:, 2] != corner[:, 0])
    corner, normal, smooth, order = corner[whole], normal[whole], smooth[whole], order[whole]

    color, feature = mesh.color[order], mesh.feature[order]
    look = np.column_stack([feature, normal.view(np.uint8).astype(np.int64), color.astype(np.int64)])
    look, kind = unique_rows(look)
    key = kind[:, None] * len(point) + corner
    _, first, vertex = np.unique(key.ravel(), return_index=True, return_inverse=True)
    triangles, used = in_order_of_use(vertex.reshape(-1, 3))
    first = first[used]
    face, place = first // 3, corner.ravel()[first]
    normal = np.where(smooth[face][:, None], rounded[place], normal[face])
    return Welded(finest, point[place], normal, color[face], feature[face], triangles)


def step_for(extent: float) -> float:
    """Finest step [m] with which 16 bits span `extent` metres."""
    needed = (extent + 2 * FINEST_STEP) / _CELLS
    return FINEST_STEP * 2.0 ** max(0, ceil(log2(needed / FINEST_STEP)))


def step_below(limit: float) -> float:
    """Coarsest step [m] that is not above `limit`; the finest one where that is impossible."""
    return FINEST_STEP * 2.0 ** max(0, floor(log2(limit / FINEST_STEP)))


def in_order_of_use(triangles: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Renumber vertices as the triangles meet them; returns triangles and each new vertex's old number."""
    old, first, inverse = np.unique(triangles.ravel(), return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank[inverse].reshape(-1, 3), old[order]


def normals(xyz: NDArray[np.float64], corner: NDArray[np.int64]) -> NDArray[np.int8]:
    """(T, 3) direction that each triangle faces, 127 being one; up for one without area."""
    return _units(_doubled(xyz, corner))


def _doubled(xyz: NDArray[np.float64], corner: NDArray[np.int64]) -> NDArray[np.float64]:
    """(T, 3) normals, twice as long as the area of each triangle."""
    a, b, c = xyz[corner[:, 0]], xyz[corner[:, 1]], xyz[corner[:, 2]]
    return np.cross(b - a, c - a)


def _units(normal: NDArray[np.float64]) -> NDArray[np.int8]:
    """(N, 3) normals of length 127; up for one without a length."""
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    normal = np.where(length > 0, normal / np.where(length > 0, length, 1.0), [0.0, 0.0, 1.0])
    return np.rint(normal * 127).astype(np.int8)


def _steps(
    xyz: NDArray[np.float64], corner: NDArray[np.int64], normal: NDArray[np.int8]
) -> NDArray[np.bool_]:
    """(T,) faces that are steep and not narrow."""
    steep = np.flatnonzero(normal[:, 2] < 127 * _STEEP)
    around = xyz[corner[steep]]
    longest = np.linalg.norm(around - np.roll(around, 1, axis=1), axis=2).max(axis=1, initial=0.0)
    double = np.linalg.norm(_doubled(xyz, corner[steep]), axis=1)
    step = np.zeros(len(corner), dtype=bool)
    step[steep] = double > _NARROW * longest
    return step


def _smooth_normals(
    xyz: NDArray[np.float64], corner: NDArray[np.int64], where: NDArray[np.int64], points: int
) -> NDArray[np.int8]:
    """(P, 3) mean direction of the faces around each point, by their area.

    So a face that is long and narrow, and turned aside by a corner a little out of line, is lit as those
    beside it are (Gouraud, Continuous shading of curved surfaces, 1971). Features don't matter: where two
    meet, the light on one runs on into the other.
    """
    double = np.repeat(_doubled(xyz, corner), 3, axis=0)
    place = where[corner.ravel()]
    return _units(np.column_stack([np.bincount(place, axis, points) for axis in double.T]))


def _winds(normal: NDArray[np.int8]) -> NDArray[np.int8]:
    """Normals of walls in one of 64 directions: at most 2.8 degrees off, which from afar no light tells."""
    wall = normal[:, 2] == 0
    east, north = normal[wall, :2].astype(np.float64).T
    angle = np.rint(np.arctan2(north, east) / _WIND) * _WIND
    turned = normal.copy()
    turned[wall, :2] = np.rint(127 * np.column_stack([np.cos(angle), np.sin(angle)])).astype(np.int8)
    return turned


def unique_rows(rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Distinct rows and each row's number among them; much faster than np.unique with axis=0."""
    if not len(rows):
        return rows, np.zeros(0, dtype=np.int64)
    order = np.lexsort(rows.T[::-1])
    ordered = rows[order]
    new = np.concatenate([[True], (ordered[1:] != ordered[:-1]).any(axis=1)])
    number = np.empty(len(rows), dtype=np.int64)
    number[order] = np.cumsum(new) - 1
    return ordered[new], number
