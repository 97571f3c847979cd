"""What the caller brings: coloured triangles with a feature number, and a table with a row per feature."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from tiles.errors import TilesError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from tiles.instances import Instances

Kind = Literal["string", "int", "float", "bool"]


@dataclass(frozen=True)
class Mesh:
    """Triangles of many features in RD New + NAP.

    Parameters
    ----------
    xyz
        (V, 3) float64 [m, RD + NAP].
    triangles
        (T, 3) int64 rows of `xyz`, anticlockwise seen from outside (or from above).
    feature
        (T,) int64 row number in the cell's table of properties.
    color
        (T, 3) uint8 sRGB, as in CSS. (glTF wants linear light; the writer converts.)
    smooth
        (T,) bool: faces whose light runs on into those beside them, as on the ground; none where absent.
    """

    xyz: NDArray[np.float64]
    triangles: NDArray[np.int64]
    feature: NDArray[np.int64]
    color: NDArray[np.uint8]
    smooth: NDArray[np.bool_] | None = None

    @property
    def smoothed(self) -> NDArray[np.bool_]:
        """(T,) which faces are smooth."""
        return np.zeros(len(self.triangles), dtype=bool) if self.smooth is None else self.smooth

    def select(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> Mesh:
        """Mesh of the kept triangles; the vertices stay shared."""
        return Mesh(self.xyz, self.triangles[keep], self.feature[keep], self.color[keep], self.smoothed[keep])

    def beside(self, other: Mesh) -> Mesh:
        """Both meshes as one; the features keep their numbers."""
        return Mesh(
            np.concatenate([self.xyz, other.xyz]),
            np.concatenate([self.triangles, other.triangles + len(self.xyz)]),
            np.concatenate([self.feature, other.feature]),
            np.concatenate([self.color, other.color]),
            np.concatenate([self.smoothed, other.smoothed]),
        )


@dataclass(frozen=True)
class Cell:
    """One square of the area, the unit in which meshes arrive.

    Parameters
    ----------
    name
        For messages: ``084500_447000``.
    detail
        The finest mesh: LoD 2.2 for buildings, the surface itself for ground.
    overview
        A simpler mesh for the upper levels (LoD 1.2); where absent they are made from `detail`.
    properties
        A row per feature, ``identificatie`` first. Features without triangles are counted as empty and not
        written.
    bounds
        RD ``(xmin, ymin, xmax, ymax)`` of the square; where absent, that of `detail`.
    middle
        A mesh between both (LoD 1.3), for the level directly above the leaves, as far as there is room;
        where absent, or without a feature, that shows the overview.
    instances
        Shapes that are drawn many times, beside `detail`.
    overview_instances
        Simpler ones for the upper levels; where absent they are `instances`.
    """

    name: str
    detail: Mesh
    overview: Mesh | None
    properties: pd.DataFrame
    bounds: tuple[float, float, float, float] | None = None
    middle: Mesh | None = None
    instances: Instances | None = None
    overview_instances: Instances | None = None


@dataclass(frozen=True)
class Property:
    """A column that travels with the tiles, for styling without asking the API.

    `kind` decides the type in the tile: ``string`` UTF-8 ('' where missing), ``int`` INT32 (-2147483648 where
    missing), ``float`` FLOAT32 (-3.4028234663852886e38 where missing), ``bool`` UINT8 0 or 1 (255 where
    missing).
    """

    name: str
    kind: Kind
    title: str = ""
    description: str = ""


def checked(cell: Cell) -> Cell:
    """Return the cell with its arrays in their declared types, or raise a TilesError that names the cell."""
    table = cell.properties
    if "identificatie" not in table.columns:
        raise TilesError(f"Cell {cell.name}: the table of properties has no column 'identificatie'")
    ids = table["identificatie"]
    if ids.isna().any():
        row = int(np.flatnonzero(ids.isna())[0])
        raise TilesError(f"Cell {cell.name}: row {row} of the table of properties has no identificatie")
    if ids.duplicated().any():
        raise TilesError(
            f"Cell {cell.name}: identificatie {ids[ids.duplicated()].iloc[0]!r} occurs more than once; "
            "give each feature one row and let its triangles share that row number"
        )
    rows = len(table)
    for part in (cell.instances, cell.overview_instances):
        if part is not None:
            _check_instances(part, rows, cell)
    return replace(
        cell,
        detail=_checked(cell.detail, rows, cell, "detail"),
        overview=None if cell.overview is None else _checked(cell.overview, rows, cell, "overview"),
        middle=None if cell.middle is None else _checked(cell.middle, rows, cell, "middle"),
    )


def _check_instances(part: Instances, features: int, cell: Cell) -> None:
    where, count = f"Cell {cell.name}, instances", len(part.feature)
    for name, array, shape in (
        ("prototype", part.prototype, (count,)),
        ("place", part.place, (count, 3)),
        ("scale", part.scale, (count, 2)),
        ("feature", part.feature, (count,)),
    ):
        if array.shape != shape:
            raise TilesError(f"{where}: {name} has shape {array.shape}, expected {shape}")
    if not count:
        return
    if part.feature.min() < 0 or part.feature.max() >= features:
        raise TilesError(f"{where}: they refer to feature row {part.feature.max()} of {features}")
    if part.prototype.min() < 0 or part.prototype.max() >= len(part.prototypes):
        raise TilesError(f"{where}: they refer to prototype {part.prototype.max()} of {len(part.prototypes)}")
    sound = np.isfinite(part.place).all(axis=1) & np.isfinite(part.scale).all(axis=1)
    sound &= (part.scale > 0).all(axis=1)
    if not sound.all():
        name = cell.properties["identificatie"].iloc[int(part.feature[~sound][0])]
        raise TilesError(f"{where}: feature {name} has a place or a size that is not a finite number")


def _checked(mesh: Mesh, features: int, cell: Cell, part: str) -> Mesh:
    where = f"Cell {cell.name}, {part} mesh"
    xyz = np.ascontiguousarray(mesh.xyz, dtype=np.float64)
    triangles = np.ascontiguousarray(mesh.triangles, dtype=np.int64)
    feature = np.ascontiguousarray(mesh.feature, dtype=np.int64)
    color = np.ascontiguousarray(mesh.color, dtype=np.uint8)
    smooth = np.ascontiguousarray(mesh.smoothed, dtype=np.bool_)
    count = len(triangles)
    for name, array, shape in (
        ("xyz", xyz, (len(xyz), 3)),
        ("triangles", triangles, (count, 3)),
        ("feature", feature, (count,)),
        ("color", color, (count, 3)),
        ("smooth", smooth, (count,)),
    ):
        if array.shape != shape:
            raise TilesError(f"{where}: {name} has shape {array.shape}, expected {shape}")
    if count:
        if triangles.min() < 0 or triangles.max() >= len(xyz):
            raise TilesError(f"{where}: triangles refer to vertex {triangles.max()} of {len(xyz)}")
        if feature.min() < 0 or feature.max() >= features:
            raise TilesError(f"{where}: triangles refer to feature row {feature.max()} of {features}")
        sound = np.asarray(np.isfinite(xyz).all(axis=1))[triangles].all(axis=1)
        if not sound.all():
            name = cell.properties["identificatie"].iloc[int(feature[~sound][0])]
            raise TilesError(f"{where}: feature {name} has a coordinate that is not a finite number")
    return Mesh(xyz, triangles, feature, color, smooth)
