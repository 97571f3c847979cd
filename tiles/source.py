"""What waits to be merged into the levels above, and how it is simplified to fit there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from tiles import properties
from tiles.instances import Instances, nothing
from tiles.mesh import Mesh
from tiles.weld import FINEST_STEP, Welded, weld

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_FIELDS = ("xyz", "triangles", "feature", "color", "smoothed")


@dataclass(frozen=True)
class Source:
    """Geometry from which tiles are made.

    `mesh` is in the local frame [m], `columns` are its properties, and `finer` is what may be drawn instead
    of some features, where there is room. `instances` are drawn beside it.
    """

    mesh: Mesh
    columns: properties.Columns
    finer: Mesh | None = None
    instances: Instances = field(default_factory=nothing)

    def save(self, path: Path) -> None:
        """Park on disk: of a whole city only one node's worth is in memory."""
        arrays = {f"column_{name}": values for name, values in self.columns.items()}
        arrays |= {f"instances_{name}": values for name, values in self.instances.arrays().items()}
        for part, mesh in (("mesh", self.mesh), ("finer", self.finer)):
            if mesh is not None:
                arrays |= {f"{part}_{name}": getattr(mesh, name) for name in _FIELDS}
        with path.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, path: Path) -> Source:
        """Inverse of `save`."""
        with np.load(path) as stored:
            arrays = {name: stored[name] for name in stored.files}
        columns = {name[7:]: values for name, values in arrays.items() if name.startswith("column_")}
        mesh, finer = (
            Mesh(*(arrays[f"{part}_{name}"] for name in _FIELDS)) if f"{part}_xyz" in arrays else None
            for part in ("mesh", "finer")
        )
        assert mesh is not None
        copies = {name[10:]: values for name, values in arrays.items() if name.startswith("instances_")}
        return cls(mesh, columns, finer, Instances.of_arrays(copies))

    @classmethod
    def merged(cls, parts: list[Source]) -> Source:
        """Put parts side by side; features are renumbered."""
        rows = np.cumsum([0, *(len(part.columns["identificatie"]) for part in parts)]).tolist()
        mesh = side_by_side([part.mesh for part in parts], rows)
        finer = [part.finer for part in parts]
        several = [part for part in finer if part is not None]
        return cls(
            mesh,
            properties.concatenate([part.columns for part in parts]),
            side_by_side(several, [row for row, part in zip(rows, finer, strict=False) if part is not None])
            if several
            else None,
            Instances.merged(
                [
                    replace(part.instances, feature=part.instances.feature + row)
                    for part, row in zip(parts, rows, strict=False)
                ]
            ),
        )

    def area(self) -> NDArray[np.float64]:
        """(F,) surface of each feature [m2]."""
        mesh = self.mesh.beside(self.instances.expanded())
        a, b, c = (mesh.xyz[mesh.triangles[:, k]] for k in range(3))
        double = np.linalg.norm(np.cross(b - a, c - a), axis=1)
        count = len(self.columns["identificatie"])
        area: NDArray[np.float64] = np.bincount(mesh.feature, double / 2, minlength=count).astype(np.float64)
        return area

    def features(self, keep: NDArray[np.bool_]) -> Source:
        """Part with only the features for which `keep` (F,) holds, renumbered."""
        number = np.cumsum(keep) - 1
        mesh, finer = (
            None if part is None else _of_features(part, keep, number) for part in (self.mesh, self.finer)
        )
        assert mesh is not None
        copies = self.instances.select(keep[self.instances.feature]).numbered(number)
        return Source(mesh, properties.select(self.columns, np.flatnonzero(keep)), finer, copies)


def _of_features(mesh: Mesh, keep: NDArray[np.bool_], number: NDArray[np.int64]) -> Mesh:
    chosen = keep[mesh.feature]
    used, triangles = np.unique(mesh.triangles[chosen], return_inverse=True)
    return Mesh(
        mesh.xyz[used],
        triangles.reshape(-1, 3),
        number[mesh.feature[chosen]],
        mesh.color[chosen],
        mesh.smoothed[chosen],
    )


def side_by_side(meshes: list[Mesh], rows: list[int]) -> Mesh:
    """Meshes as one; the features of each start at its row."""
    points = np.cumsum([0, *(len(mesh.xyz) for mesh in meshes)]).tolist()
    return Mesh(
        np.concatenate([mesh.xyz for mesh in meshes]),
        np.concatenate([mesh.triangles + start for mesh, start in zip(meshes, points, strict=False)]),
        np.concatenate([mesh.feature + start for mesh, start in zip(meshes, rows, strict=False)]),
        np.concatenate([mesh.color for mesh in meshes]),
        np.concatenate([mesh.smoothed for mesh in meshes]),
    )


def thinned(
    source: Source, step: float, vertices: int, *, halfway: bool = False
) -> tuple[Source, Welded, Instances]:
    """Simplify to `step` [m] and keep the largest features, by area, that fit in `vertices`.

    Where this is `halfway` to the full detail, the largest of those take their finer form for what room is
    left. Returns what is left unsimplified, for the level above, and simplified, to draw, with its instances.
    """
    # Heights keep four times the precision: coarse steps would make terraces of the flat country.
    mesh = weld(source.mesh, step, max(step / 4, FINEST_STEP))
    count = len(source.columns["identificatie"])
    copies = source.instances
    needs = np.bincount(mesh.feature, minlength=count)
    needs += np.bincount(copies.feature, copies.vertices(), minlength=count).astype(np.int64)
    order = np.argsort(-source.area(), kind="stable")
    order = order[needs[order] > 0]
    fitting = order[np.cumsum(needs[order]) <= vertices]
    keep = np.zeros(count, dtype=bool)
    keep[fitting if len(fitting) else order[:1]] = True
    if not keep.any():
        # Every feature is smaller than a step: draw them as they are, they cannot be many.
        return source, weld(source.mesh, FINEST_STEP), copies
    kept = replace(source, finer=None).features(keep)
    if halfway and source.finer is not None:
        finer = _finer(source.finer, keep, order, needs, vertices, step)
        mixed = source.mesh.select(~finer[source.mesh.feature]).beside(
            source.finer.select(finer[source.finer.feature])
        )
        mesh = weld(mixed, step, max(step / 4, FINEST_STEP))
    mesh = mesh.features(keep)
    number = np.cumsum(keep) - 1
    return kept, replace(mesh, feature=number[mesh.feature]), kept.instances


def _finer(
    mesh: Mesh,
    keep: NDArray[np.bool_],
    order: NDArray[np.int64],
    needs: NDArray[np.int64],
    vertices: int,
    step: float,
) -> NDArray[np.bool_]:
    """Which of the kept features (F,) are drawn in their finer form, the first of `order` first."""
    fine = weld(mesh, step, max(step / 4, FINEST_STEP))
    extra = np.bincount(fine.feature, minlength=len(needs)) - needs
    wanting = order[keep[order] & (extra[order] > 0)]
    room = vertices - int(needs[keep].sum())
    chosen = np.zeros(len(needs), dtype=bool)
    chosen[wanting[np.cumsum(extra[wanting]) <= room]] = True
    return chosen


def upper(mesh: Mesh) -> Mesh:
    """Mesh without its undersides, which nothing at a distance looks at."""
    a, b, c = (mesh.xyz[mesh.triangles[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    return mesh.select(normal[:, 2] >= -0.5 * np.linalg.norm(normal, axis=1))
