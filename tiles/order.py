"""The order of vertices and triangles in which a tile is smallest; what it draws stays the same.

Flat shading has a vertex per corner and direction, so most places occur three times in a building. Codecs
and gzip store what changes from one vertex to the next. By colour, feature and place, colour never changes,
a feature counts up, and a place that occurs again costs little: a fifth less than in the order of surfaces.

Who derives the directions of faces from their corners needs each place of a feature once. That is less than
half, for directions take as much as places do, and indices to fewer vertices are shorter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tiles.weld import unique_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tiles.weld import Welded


def compact(mesh: Welded) -> Welded:
    """The same mesh, its vertices by colour, feature and place, its triangles by their lowest vertex."""
    color = mesh.color.astype(np.int64) @ np.array([65_536, 256, 1])
    x, y, z = mesh.lattice.T
    across, along, up = mesh.normal.T
    order = np.lexsort((up, along, across, z, y, x, mesh.feature, color))
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    return replace(
        mesh,
        lattice=mesh.lattice[order],
        normal=mesh.normal[order],
        color=mesh.color[order],
        feature=mesh.feature[order],
        triangles=_by_lowest(number[mesh.triangles]),
    )


@dataclass(frozen=True)
class Bare:
    """A mesh without directions, each corner of a feature once.

    `lattice` (V, 3) and `feature` (V,) as in `Welded`; `colors` (C, 3) uint8 sRGB in ascending order, and for
    each of them its triangles (T, 3) int64.
    """

    step: float
    lattice: NDArray[np.int64]
    feature: NDArray[np.int64]
    colors: NDArray[np.uint8]
    triangles: tuple[NDArray[np.int64], ...]


def bare(mesh: Welded) -> Bare:
    """The same triangles by colour, their corners shared by feature and place."""
    corner, number = unique_rows(np.column_stack([mesh.feature, mesh.lattice]))
    colors, look = np.unique(mesh.color[mesh.triangles[:, 0]], axis=0, return_inverse=True)
    triangles = number[mesh.triangles]
    parts = tuple(_by_lowest(triangles[look.ravel() == row]) for row in range(len(colors)))
    return Bare(mesh.step, corner[:, 1:], corner[:, 0], colors, parts)


def _by_lowest(triangles: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each triangle from its lowest vertex on, the same way round, in the order of these."""
    first = np.argmin(triangles, axis=1)
    turned = np.take_along_axis(triangles, (first[:, None] + np.arange(3)) % 3, axis=1)
    ordered: NDArray[np.int64] = turned[np.lexsort(turned.T[::-1])]
    return ordered
