"""The quadtree: leaves with full detail, above them ever coarser overviews of the same features.

A node is ``(level, column, row)`` of a grid that starts at RD (0, 0): its square measures ``cell_size *
2**level``. So a tile's name and content do not depend on how far the area reaches.

How coarse? The geometric error of a node is 1.2% of its extent (12 m for a kilometre). A viewer refines a
tile when ``error * height / (2 * tan(fov / 2) * distance)`` exceeds its target; at the usual 16 pixels, 60
degrees and 1000 pixels high that is at 0.65 times the tile's extent. So some ten to thirty tiles cover any
view, whatever its height. A node's own simplification moves corners by at most half of 1/16th of that error:
half a pixel at the moment of refinement. A tile that had to leave features out for want of room gets a larger
error, up to twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tiles import properties
from tiles.errors import TilesError
from tiles.source import Source, thinned
from tiles.weld import FINEST_STEP, Welded, step_below, weld

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from tiles.instances import Instances

    Publish = Callable[["Key", Welded, Instances, properties.Columns], "Content"]

_ERROR_PER_METRE = 0.012
_ERROR_PIXELS = 16
_MOST_URGENT = 2.0
_DEEPEST = -6  # 500 m cells split down to 8 m; a leaf that is still too full then holds one giant


class Key(NamedTuple):
    """Place in the quadtree."""

    level: int
    column: int
    row: int


@dataclass(frozen=True)
class Content:
    """A written tile: its path in the tileset, (2, 3) extent [m] in the local frame, and size."""

    uri: str
    box: NDArray[np.float64]
    triangles: int
    vertices: int
    features: int
    bytes: int


@dataclass(frozen=True)
class Limits:
    """How full a tile may be.

    `features` and `vertices` bound a leaf; vertices are counted as they are drawn, one per corner and face.
    `upper_vertices` bounds a tile of the upper levels: what 16-bit indices address, some 3 200 boxes in 1.6
    MB (0.5 MB compressed). A city of 10 by 10 km seen from 10 km takes up to ten of them. `json_bytes` is
    where a tileset.json is divided into external tilesets.
    """

    features: int = 1_000
    vertices: int = 42_000
    upper_vertices: int = 65_000
    json_bytes: int = 1_000_000


@dataclass
class Node:
    """A tile of the tree; a leaf has no children and error 0.

    `area` [m2] is the surface of all features at and below it, drawn here or not.
    """

    key: Key
    content: Content
    area: float
    error: float = 0.0
    children: list[Node] = field(default_factory=list)

    @property
    def box(self) -> NDArray[np.float64]:
        """(2, 3) extent of everything at and below this node [m]."""
        return _around([self.content.box, *(child.box for child in self.children)])

    def walk(self) -> Iterator[Node]:
        """Visit the node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


class Pyramid:
    """Builds the tree cell by cell, then upwards.

    Parameters
    ----------
    publish
        Called with each tile's key, vertices and instances (features numbered as the rows of the columns) and
        property columns.
    cell_size
        Side of the squares in which cells arrive [m].
    scratch
        Folder for what waits to be merged into the upper levels.
    """

    def __init__(self, publish: Publish, cell_size: float, scratch: Path, limits: Limits) -> None:
        self._publish = publish
        self._size = cell_size
        self._scratch = scratch
        self._limits = limits
        self._nodes: dict[Key, Node] = {}

    def add(
        self, key: Key, detail: Source, overview: Source, centroid: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Write the leaves of one cell and keep its overview for the levels above.

        `centroid` (F, 2) [m, RD] divides the features over the leaves. Returns (F,) which features are drawn:
        those with a triangle that is still one on the lattice.
        """
        mesh = weld(detail.mesh, FINEST_STEP)
        vertices = np.bincount(mesh.feature, minlength=len(centroid))
        drawn = vertices > 0
        drawn[detail.instances.feature] = True
        if not drawn.any():
            return drawn
        overview = overview.features(drawn)
        place = np.cumsum(drawn) - 1
        area = overview.area()

        def leaves(key: Key, chosen: NDArray[np.bool_]) -> Node:
            count = int(chosen.sum())
            fits = count <= self._limits.features and int(vertices[chosen].sum()) <= self._limits.vertices
            if fits or count == 1 or key.level <= _DEEPEST:
                copies = detail.instances.select(chosen[detail.instances.feature])
                content = self._tile(key, mesh.features(chosen), copies, detail.columns)
                return Node(key, content, float(area[place[chosen]].sum()))
            middle = (np.array([key.column, key.row]) + 0.5) * self._side(key)
            east, north = centroid[:, 0] >= middle[0], centroid[:, 1] >= middle[1]
            quarters = [
                (Key(key.level - 1, 2 * key.column + a, 2 * key.row + b), chosen & (east == a) & (north == b))
                for b in (0, 1)
                for a in (0, 1)
            ]
            children = [leaves(quarter, part) for quarter, part in quarters if part.any()]
            if len(children) == 1:
                return children[0]
            below = np.zeros(len(overview.columns["identificatie"]), dtype=bool)
            below[place[chosen]] = True
            return self._above(key, children, overview.features(below))[0]

        if key in self._nodes:
            raise TilesError(
                f"Two cells lie in the same square of {self._size:g} m (column {key.column}, row {key.row}); "
                "give write_tileset the cells' own size"
            )
        self._nodes[key] = leaves(key, drawn)
        self._keep(key, overview)
        return drawn

    def finish(self) -> Node | None:
        """Write the upper levels and return the root; `None` if there is nothing to see at all."""
        nodes = self._nodes
        while len(nodes) > 1 or any(not node.children for node in nodes.values()):
            families: dict[Key, list[Key]] = {}
            for key in sorted(nodes):
                families.setdefault(Key(key.level + 1, key.column // 2, key.row // 2), []).append(key)
            nodes = {
                parent: self._parent(parent, [(key, nodes[key]) for key in keys])
                for parent, keys in families.items()
            }
        return next(iter(nodes.values()), None)

    def _parent(self, key: Key, family: list[tuple[Key, Node]]) -> Node:
        paths = [self._parked(child) for child, _ in family]
        if len(family) == 1 and family[0][1].children:
            # A level that would show the same again is left out.
            paths[0].rename(self._parked(key))
            return family[0][1]
        node, kept = self._above(
            key, [node for _, node in family], Source.merged([Source.load(path) for path in paths])
        )
        for path in paths:
            path.unlink()
        self._keep(key, kept)
        return node

    def _above(self, key: Key, children: list[Node], source: Source) -> tuple[Node, Source]:
        box = _around([child.box for child in children])
        # where the next step is full detail, this one may be halfway
        halfway = any(not child.children for child in children)
        kept, mesh, copies = thinned(source, self._step(box), self._limits.upper_vertices, halfway=halfway)
        area = sum(child.area for child in children)
        shown = float(kept.area().sum()) / area if area > 0 else 1.0
        # Where most buildings had to be left out, the next level must come sooner: tiles of 1/n of the
        # content are refined from sqrt(n) times as far, so that the view holds n times as many of them.
        urgency = min(max(shown, 1e-9) ** -0.5, _MOST_URGENT)
        error = max(round(self._error(box) * urgency, 3), *(child.error for child in children), FINEST_STEP)
        return Node(key, self._tile(key, mesh, copies, kept.columns), area, error, children), kept

    def _tile(self, key: Key, mesh: Welded, copies: Instances, columns: properties.Columns) -> Content:
        rows, feature = np.unique(np.concatenate([mesh.feature, copies.feature]), return_inverse=True)
        own, theirs = np.split(feature, [len(mesh.feature)])
        compact = replace(mesh, feature=own)
        return self._publish(key, compact, replace(copies, feature=theirs), properties.select(columns, rows))

    def _keep(self, key: Key, source: Source) -> None:
        source.save(self._parked(key))

    def _parked(self, key: Key) -> Path:
        return self._scratch / f"{key.level}_{key.column}_{key.row}.npz"

    def _side(self, key: Key) -> float:
        return self._size * 2.0**key.level

    @staticmethod
    def _error(box: NDArray[np.float64]) -> float:
        return float(_ERROR_PER_METRE * np.ptp(box[:, :2], axis=0).max())

    def _step(self, box: NDArray[np.float64]) -> float:
        return step_below(max(self._error(box) / _ERROR_PIXELS, FINEST_STEP))


def _around(boxes: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    stack = np.stack(boxes)
    return np.stack([stack[:, 0].min(axis=0), stack[:, 1].max(axis=0)])
