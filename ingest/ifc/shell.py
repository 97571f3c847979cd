"""The outside of many solids that together make a building.

Walls, floors and a roof are solids of their own. What a city model needs is the surface around all of them:
they are united (Manifold, after Smith, Towards robust inexact geometric computation, 2009), and surfaces
around rooms go. What still lies inside, behind a gap between two elements, is found by letting air flow in
from outside over a grid that is coarser than such a gap.
"""

from __future__ import annotations

import manifold3d
import numpy as np
import numpy.typing as npt
from scipy import ndimage

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Part = tuple[Floats, Ints]

CELL = 0.25  # metres: air does not flow through gaps smaller than this
MOST_CELLS = 6_000_000
MOST_SAMPLES = 4_000_000
HIDDEN = 0.05
"""Share of the surface within, above which rooms are not shut off from the outside."""
HOLLOW = 0.5
"""Share of the space between lowest and highest surface that is solid, below which a building is a husk."""


def outside(parts: list[Part], gap: float = 0.0) -> tuple[Part, int]:
    """Surface around solids: corners ``(V, 3)`` [m] and triangles ``(T, 3)``, facing outwards.

    Where the solids shut off their inside, it is closed, and what is no solid is left out. Where they don't,
    that is added as it is, and what no air reaches is left out.

    Parameters
    ----------
    parts : list of (xyz, triangles)
    gap : float [m]
        Between two solids, up to which they are taken to touch.

    Returns
    -------
    surface : (xyz, triangles)
    left_out : int
        Number of parts that are no solid and left out.
    """
    middle = np.mean([xyz.mean(axis=0) for xyz, _ in parts], axis=0)  # near zero numbers are finest
    solids, loose = [], []
    for xyz, triangles in parts:
        solid = _solid(_wider(xyz - middle, gap), triangles)
        if solid is None:
            loose.append((xyz - middle, triangles))
        else:
            solids.append(solid)
    if solids:
        xyz, triangles = _around(solids)
        xyz = _wider(xyz, -gap)
        if not stands_open(xyz, triangles) and not _much(_hidden(xyz, triangles), xyz, triangles):
            return (xyz + middle, triangles), len(loose)
        loose.insert(0, (xyz, triangles))
    xyz, triangles = _joined(loose)
    hidden = _hidden(xyz, triangles)
    if _much(hidden, xyz, triangles):
        triangles = triangles[~hidden]
    return (xyz + middle, triangles), 0


def _wider(xyz: Floats, gap: float) -> Floats:
    """A part that reaches half a gap further to all sides, or less far."""
    if gap == 0:
        return xyz  # to the last bit: faces that touch are to stay one
    low, high = xyz.min(axis=0), xyz.max(axis=0)
    wider: Floats = (low + high) / 2 + (xyz - (low + high) / 2) * (1 + gap / np.maximum(high - low, 1e-3))
    return wider


def _much(hidden: npt.NDArray[np.bool_], xyz: Floats, triangles: Ints) -> bool:
    area = _areas(xyz, triangles)
    return bool(area[hidden].sum() > HIDDEN * area.sum())


def stands_open(xyz: Floats, triangles: Ints) -> bool:
    """Whether a surface has no inside worth the name: it is not closed, or the husk of a building.

    Parameters
    ----------
    xyz, triangles
        As :func:`outside` gives them.
    """
    local = xyz - xyz.mean(axis=0)
    edges = np.column_stack((triangles.ravel(), np.roll(triangles, -1, axis=1).ravel()))
    ways = edges[:, 0] * len(xyz) + edges[:, 1], edges[:, 1] * len(xyz) + edges[:, 0]
    if not np.array_equal(np.sort(ways[0]), np.sort(ways[1])):
        return True
    a, b, c = (local[k] for k in triangles.T)
    volume = float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum()) / 6
    _, points = _samples(local, triangles, CELL)
    columns = np.floor(points[:, :2] / CELL).astype(np.int64)
    _, column = np.unique(columns, axis=0, return_inverse=True)
    column = column.reshape(-1)
    lowest, highest = np.full(column.max() + 1, np.inf), np.full(column.max() + 1, -np.inf)
    np.minimum.at(lowest, column, points[:, 2])
    np.maximum.at(highest, column, points[:, 2])
    return volume < HOLLOW * float((highest - lowest).sum()) * CELL**2


def _solid(xyz: Floats, triangles: Ints) -> manifold3d.Manifold | None:
    """One element, if it is a solid; turned around if its faces look inwards."""
    mesh = manifold3d.Mesh64(xyz, triangles.astype(np.uint64))
    mesh.merge()
    made = manifold3d.Manifold(mesh)
    if made.status() != manifold3d.Error.NoError or made.is_empty():
        return None
    if made.volume() < 0:
        return _solid(xyz, triangles[:, ::-1].copy())
    return made


def _around(solids: list[manifold3d.Manifold]) -> Part:
    """What is outside of all of them: the surfaces around rooms have a volume below zero."""
    whole = manifold3d.Manifold.batch_boolean(solids, manifold3d.OpType.Add)
    bodies = [body for body in whole.decompose() if body.volume() > 0]
    # what stood loose in a room is now inside a body
    mesh = manifold3d.Manifold.batch_boolean(bodies, manifold3d.OpType.Add).to_mesh64()
    return np.array(mesh.vert_properties[:, :3]), np.array(mesh.tri_verts, dtype=np.int64)


def _joined(parts: list[Part]) -> Part:
    offsets = np.cumsum([0, *(len(xyz) for xyz, _ in parts[:-1])])
    xyz = np.concatenate([xyz for xyz, _ in parts])
    return xyz, np.concatenate([t + offset for (_, t), offset in zip(parts, offsets, strict=True)])


def _hidden(xyz: Floats, triangles: Ints) -> npt.NDArray[np.bool_]:
    """Which triangles no air from outside reaches, ``(T,)``; the ground lets none in."""
    cell = CELL
    low = xyz.min(axis=0)
    while (
        np.prod((xyz.max(axis=0) - low) / cell + 3) > MOST_CELLS
        or _count(xyz, triangles, cell / 2) > MOST_SAMPLES
    ):
        cell *= 1.5
    owner, points = _samples(xyz, triangles, cell / 2)
    at = np.floor((points - low) / cell).astype(np.int64) + 1
    shape = tuple((at.max(axis=0) + 2).tolist())
    surface = np.zeros(shape, dtype=bool)
    surface[tuple(at.T)] = True
    regions, _ = ndimage.label(~surface)
    air = regions == regions[0, 0, -1]
    # a face is reached when there is air in front of it, or next to that
    near = ndimage.binary_dilation(air)
    front = np.floor((points + _normals(xyz, triangles)[owner] * cell - low) / cell).astype(np.int64) + 1
    front = np.clip(front, 0, np.array(shape) - 1)
    reached = np.zeros(len(triangles), dtype=bool)
    reached[owner[near[tuple(front.T)]]] = True
    return ~reached


def _samples(xyz: Floats, triangles: Ints, step: float) -> tuple[Ints, Floats]:
    """Points ``(P, 3)`` on triangles, at most ``step`` apart, and the triangle ``(P,)`` of each."""
    apex, left, right, along, across = _fans(xyz, triangles, step)
    counts = (along + 1) * (across + 1)
    owner = np.repeat(np.arange(len(triangles)), counts)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    s = (number // (across + 1)[owner] / along[owner])[:, None]
    t = (number % (across + 1)[owner] / across[owner])[:, None]
    ends = left[owner] + t * (right - left)[owner]
    return owner, apex[owner] + s * (ends - apex[owner])


def _count(xyz: Floats, triangles: Ints, step: float) -> int:
    *_, along, across = _fans(xyz, triangles, step)
    return int(((along + 1) * (across + 1)).sum())


def _fans(xyz: Floats, triangles: Ints, step: float) -> tuple[Floats, Floats, Floats, Ints, Ints]:
    """Each triangle as a fan from the corner before its shortest side, and steps along and across it."""
    corners = xyz[triangles]
    sides = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)  # from a corner to the next
    shortest = np.argmin(sides, axis=1)
    rows = np.arange(len(triangles))
    left, right = corners[rows, shortest], corners[rows, (shortest + 1) % 3]
    apex = corners[rows, (shortest + 2) % 3]
    along = np.maximum(1, np.ceil(sides.max(axis=1) / step)).astype(np.int64)
    across = np.maximum(1, np.ceil(sides.min(axis=1) / step)).astype(np.int64)
    return apex, left, right, along, across


def _normals(xyz: Floats, triangles: Ints) -> Floats:
    a, b, c = (xyz[k] for k in triangles.T)
    across = np.cross(b - a, c - a)
    unit: Floats = across / np.maximum(np.linalg.norm(across, axis=1), 1e-12)[:, None]
    return unit


def _areas(xyz: Floats, triangles: Ints) -> Floats:
    a, b, c = (xyz[k] for k in triangles.T)
    area: Floats = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    return area
