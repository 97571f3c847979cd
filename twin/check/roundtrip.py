"""The 3D Tiles back in RD and NAP, against the CityJSON that they were made from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from tiles import RdNap, TilesError
from tiles.frame import Frame
from tiles.reading import Tile, read_mesh, walk
from twin.check.contents import PREFIXES
from twin.cityjson.features import features, transform
from twin.geometry.columns import Bools, Floats, Ints
from twin.store import Layout

TOLERANCE = (
    0.02  # metres: the lattice of the tiles moves a corner by at most 8.5 mm, the CityJSON rounds to 1
)
_PAIRS = 2_000_000  # of a corner and an edge, looked at in one go
APART = 1_000.0  # metres in a fourth direction between objects, so that none is compared with another
_LEAF = re.compile(r"^(?P<size>[\d.]+)/(?P<column>-?\d+)_(?P<row>-?\d+)$")


@dataclass(frozen=True, slots=True)
class Stray:
    """An object whose tile and CityJSON differ."""

    theme: str
    where: str
    message: str


@dataclass(slots=True)
class _Corners:
    """Corners of objects: where each is, and whose."""

    xyz: list[Floats] = field(default_factory=list)
    row: list[Ints] = field(default_factory=list)

    def add(self, xyz: Floats, row: Ints) -> None:
        self.xyz.append(xyz)
        self.row.append(row)

    def apart(self, origin: Floats) -> Floats:
        """Corners ``(N, 4)`` [m], the fourth number keeping objects from each other."""
        xyz = np.concatenate([np.zeros((0, 3)), *self.xyz])
        row = np.concatenate([np.zeros(0, dtype=np.int64), *self.row])
        return np.column_stack((xyz - origin, row * APART))


@dataclass(frozen=True, slots=True)
class _Distances:
    """Corners ``xyz (N, 3)`` of objects ``row (N,)``, and how far [m] each is from what it is held to."""

    xyz: Floats
    row: Ints
    distance: Floats

    def farthest(self, count: int) -> Floats:
        """The largest distance of each of ``count`` objects [m]."""
        farthest = np.zeros(count)
        np.maximum.at(farthest, self.row, self.distance)
        return farthest


@dataclass(slots=True)
class _Edges:
    """Edges of drawn triangles: where each is, and whose."""

    ends: list[Floats] = field(default_factory=list)
    row: list[Ints] = field(default_factory=list)

    def add(self, triangles: Floats, row: Ints) -> None:
        """Edges of ``triangles (T, 3, 3)`` of objects ``row (T,)``."""
        self.ends.append(np.stack([triangles, triangles[:, [1, 2, 0]]], axis=2).reshape(-1, 2, 3))
        self.row.append(np.repeat(row, 3))

    def reaching(self, corners: _Distances) -> _Distances:
        """Distances of what lies near no corner to the nearest edge instead.

        An object of which one corner is astray is no further looked at: that is enough to tell.
        """
        stray = np.flatnonzero(corners.distance > TOLERANCE)
        if not len(stray) or not self.row:
            return corners
        order = np.argsort(np.concatenate(self.row), kind="stable")
        ends, owner = np.concatenate(self.ends)[order], np.concatenate(self.row)[order]
        stray = stray[np.argsort(corners.row[stray], kind="stable")]
        first, last = (np.searchsorted(owner, corners.row[stray], side) for side in ("left", "right"))
        count = last - first
        distance, done = corners.distance.copy(), -1
        for block in np.split(np.arange(len(stray)), _cuts(count)):
            block = block[(corners.row[stray[block]] != done) & (count[block] > 0)]
            if not len(block):
                continue
            pair = np.repeat(np.arange(len(block)), count[block])
            edge = np.arange(len(pair)) - np.repeat(np.cumsum(count[block]) - count[block], count[block])
            near = _to_edges(corners.xyz[stray[block[pair]]], ends[first[block[pair]] + edge])
            nearest = np.full(len(block), np.inf)
            np.minimum.at(nearest, pair, near)
            distance[stray[block]] = nearest
            astray = corners.row[stray[block[nearest > TOLERANCE]]]
            done = int(astray[-1]) if len(astray) else done
        return _Distances(corners.xyz, corners.row, distance)


def compare_tiles(layout: Layout, size: float) -> tuple[int, list[Stray]]:
    """Number of objects compared, and those whose tiles stray by more than 2 cm, per tile of the build.

    Every corner that a leaf draws must be one of the object's CityJSON, and every corner of the most detailed
    geometry there must be drawn, or lie on an edge that is: tiles leave out corners halfway straight edges.
    Objects without surfaces in the CityJSON, like a lamp post whose shape is
    assumed, are not compared.

    Parameters
    ----------
    layout : Layout
    size : float
        Side of the build's tiles [m].
    """
    leaves: dict[str, list[tuple[str, Tile]]] = {}
    for theme in sorted(p.parent.name for p in layout.tiles3d.glob("*/tileset.json")):
        for tile in _leaves(layout.tiles3d / theme / "tileset.json"):
            name = _tile_name(tile, layout.tiles3d / theme, size)
            leaves.setdefault(name, []).append((theme, tile))
    rdnap, checked, found = RdNap(), 0, list[Stray]()
    for name, drawn in sorted(leaves.items()):
        count, strays = _compare(layout, name, drawn, rdnap)
        checked += count
        found += strays
    return checked, found


def _leaves(path: Path) -> Iterator[Tile]:
    try:
        tiles = list(walk(path))
    except TilesError:
        return  # told by the check of the tileset
    for tile in tiles:
        if tile.leaf and tile.content is not None and tile.content.suffix == ".glb":
            yield tile


def _tile_name(tile: Tile, folder: Path, size: float) -> str:
    """Tile of the build that a leaf belongs to, by the place in its name."""
    assert tile.content is not None
    place = tile.content.relative_to(folder.resolve()).with_suffix("").as_posix()
    if (match := _LEAF.match(place)) is None:
        return ""
    side = float(match["size"])
    x, y = ((int(match[k]) + 0.5) * side // size * size for k in ("column", "row"))
    return f"{x:06.0f}_{y:06.0f}"


def _compare(
    layout: Layout, name: str, leaves: list[tuple[str, Tile]], rdnap: RdNap
) -> tuple[int, list[Stray]]:
    row_of, city, best, surfaced = _city(layout.cityjson(name))
    drawn, edges, theme_of = _Corners(), _Edges(), dict[int, str]()
    strays = []
    for theme, tile in leaves:
        assert tile.content is not None
        try:
            mesh = read_mesh(tile.content)
        except TilesError:
            continue  # told by the check of the tileset
        ids = mesh.properties["identificatie"].tolist()
        rows = np.array([row_of.get(str(i), -1) for i in ids], dtype=np.int64)
        unknown = [i for i, row in zip(ids, rows.tolist(), strict=True) if row < 0]
        if unknown:
            where = f"3dtiles/{theme}/{tile.content.parent.name}/{tile.content.name}"
            message = f"{len(unknown)} of its objects are in no CityJSON of {name}, such as {unknown[0]}"
            strays.append(Stray(theme, where, message))
        theme_of |= dict.fromkeys(rows.tolist(), theme)
        used, triangles = np.unique(mesh.triangles, return_inverse=True)
        frame = Frame(tile.matrix[:3, 3], tile.matrix[:3, :3])
        row = rows[mesh.feature[used]]
        kept = np.append(surfaced, False)[row]  # of which -1, who is not there, is the last
        xyz = rdnap.from_ecef(frame.to_ecef(mesh.xyz[used]))
        drawn.add(xyz[kept], row[kept])
        triangles = triangles.reshape(-1, 3)
        triangles = triangles[kept[triangles[:, 0]]]
        edges.add(xyz[triangles], row[triangles[:, 0]])
    names = list(row_of)
    compared = {row for row in theme_of if row >= 0 and surfaced[row]}
    far = _distances(drawn, city).farthest(len(names))
    lacking = edges.reaching(_distances(best, drawn)).farthest(len(names))
    for number in sorted(compared):
        theme, strayed, missed = theme_of[number], float(far[number]), float(lacking[number])
        if strayed > TOLERANCE:
            message = f"its tile draws a corner {_told(strayed)} from its CityJSON"
        elif missed > TOLERANCE:
            message = f"a corner of its CityJSON is {_told(missed)} from what its tile draws"
        else:
            continue
        strays.append(Stray(theme, f"3dtiles/{theme} {names[number]}", message))
    return len(compared), strays


def _cuts(count: Ints) -> Ints:
    """Where to cut rows of so many pairs each, so that few millions of pairs are in memory at once."""
    block = np.cumsum(count) // _PAIRS
    return np.asarray(np.flatnonzero(block[1:] != block[:-1]) + 1)


def _to_edges(xyz: Floats, ends: Floats) -> Floats:
    """Distance [m] of points ``(N, 3)`` to the edges ``(N, 2, 3)`` beside them."""
    along, reach = ends[:, 1] - ends[:, 0], xyz - ends[:, 0]
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip((reach * along).sum(axis=1) / length, 0, 1)
    return np.asarray(np.linalg.norm(reach - share[:, None] * along, axis=1))


def _told(metres: float) -> str:
    return f"{metres:.3f} m" if metres < APART / 2 else "far"


def _distances(from_: _Corners, to: _Corners) -> _Distances:
    """How far [m] each corner is from the nearest of ``to`` of the same object."""
    xyz = np.concatenate([np.zeros((0, 3)), *from_.xyz])
    row = np.concatenate([np.zeros(0, dtype=np.int64), *from_.row])
    if not len(row) or not any(map(len, to.row)):
        return _Distances(xyz, row, np.full(len(row), np.inf))
    distance, _ = cKDTree(to.apart(xyz[0])).query(from_.apart(xyz[0]))
    return _Distances(xyz, row, distance)


def _city(path: Path) -> tuple[dict[str, int], _Corners, _Corners, Bools]:
    """Rows of a sequence's objects, all corners of their surfaces, those of the best, and who has any."""
    row_of: dict[str, int] = {}
    every, best, surfaced = _Corners(), _Corners(), list[bool]()
    if path.is_file():
        scale, translate = transform(path)
        for _, feature in features(path):
            row = row_of.setdefault(_identificatie(str(feature.get("id"))), len(row_of))
            surfaced += [False] * (row + 1 - len(surfaced))
            try:
                vertices = np.array(feature["vertices"], dtype=np.float64).reshape(-1, 3) * scale + translate
                used, finest = _corners(feature)
                found = vertices[used], vertices[finest]
            except (IndexError, KeyError, TypeError, ValueError):
                continue  # told by the check of the sequences
            surfaced[row] = len(finest) > 0
            every.add(found[0], np.full(len(used), row))
            best.add(found[1], np.full(len(finest), row))
    return row_of, every, best, np.array(surfaced, dtype=bool)


def _identificatie(object_id: str) -> str:
    for prefix in PREFIXES:
        object_id = object_id.removeprefix(prefix)
    return object_id


def _corners(feature: dict[str, Any]) -> tuple[Ints, Ints]:
    """Vertices in any surface of a feature, and in what a tile draws of it.

    Drawn is the most detailed solid of each part; of an object without solids its surfaces.
    """
    used: list[int] = []
    solids: list[int] = []
    surfaces: list[int] = []
    for entry in feature["CityObjects"].values():
        drawn: tuple[float, list[int]] = (-1.0, [])
        for geometry in entry.get("geometry", ()):
            kind, lod = geometry["type"], float(geometry.get("lod", 0))
            if kind == "Solid":
                flat = [
                    v for shell in geometry["boundaries"] for face in shell for ring in face for v in ring
                ]
                drawn = max(drawn, (lod, flat), key=lambda pair: pair[0])
            elif kind == "MultiSurface":
                flat = [v for face in geometry["boundaries"] for ring in face for v in ring]
                surfaces += flat
            else:
                continue
            used += flat
        solids += drawn[1]
    return np.unique(np.array(used, dtype=np.int64)), np.unique(np.array(solids or surfaces, dtype=np.int64))
