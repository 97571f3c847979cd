"""What fills the blocks: buildings, areas of ground, trees and streets, collected as they are drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ingest.sample.plan import Floats, Geometries


class Roof(StrEnum):
    """Shapes of roof the sample knows; ``U`` runs along the street, ``V`` away from it."""

    FLAT = "plat"
    GABLE_U = "zadeldak langs"
    GABLE_V = "zadeldak dwars"
    HIP = "schilddak"
    HIP_END = "schilddak eindgevel"
    HALF_HIP = "wolfsdak"
    MANSARD = "mansardedak"
    LEAN_TO = "lessenaarsdak"
    CROSS = "kruisdak"
    BARREL = "tongewelf"
    SAWTOOTH = "sheddak"
    STEPPED = "getrapt plat"
    COURT = "hofje"
    CHURCH = "kerk"
    TOWN_HALL = "raadhuis"
    CORNER = "hoekpand"
    ROWS = "kas"


Numbers = npt.NDArray[Any] | np.generic | float
"""A column of a building table, or one value for all."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Local axes of a row: ``u`` along the street, ``v`` away from it, to the left of ``u`` [m]."""

    x: float
    y: float
    angle: float

    def world(self, u: Floats | float, v: Floats | float) -> Floats:
        """RD coordinates (..., 2) of local ones."""
        u, v = np.broadcast_arrays(np.asarray(u, dtype=float), np.asarray(v, dtype=float))
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        return np.stack([self.x + u * cos - v * sin, self.y + u * sin + v * cos], axis=-1)

    def local(self, xy: Floats) -> Floats:
        """Local coordinates (..., 2) of RD ones."""
        d = np.asarray(xy) - (self.x, self.y)
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        result: Floats = np.stack(
            [d[..., 0] * cos + d[..., 1] * sin, d[..., 1] * cos - d[..., 0] * sin], axis=-1
        )
        return result

    def at(self, u: float, v: float, turn: float = 0.0) -> Frame:
        """The same axes with another origin, turned about it by ``turn`` [rad]."""
        x, y = self.world(u, v).tolist()
        return Frame(x, y, self.angle + turn)

    def box(self, u0: float, v0: float, u1: float, v1: float) -> shapely.Polygon:
        """Rectangle in RD, corners to the millimetre."""
        return shapely.Polygon(np.round(self.world([u0, u1, u1, u0], [v0, v0, v1, v1]), 3))  # type: ignore[arg-type]

    def turned(self) -> Frame:
        """The same street seen from the other side."""
        return Frame(self.x, self.y, self.angle + math.pi)


NUMBERS = {
    "u0": 0.0,
    "u1": 0.0,
    "v0": 0.0,
    "v1": 0.0,  # body [m]
    "storeys": 1.0,
    "eave": 3.0,
    "slope": 0.0,  # [-], [m above ground], [tangent]
    "ext_u0": np.nan,
    "ext_u1": np.nan,
    "ext_depth": np.nan,
    "ext_height": np.nan,  # rear extension [m]
    "wing_u0": np.nan,
    "wing_u1": np.nan,
    "wing_depth": np.nan,  # front wing of a cross gable [m]
    "box_u0": np.nan,
    "box_u1": np.nan,
    "box_v0": np.nan,
    "box_v1": np.nan,
    "box_height": np.nan,  # penthouse [m]
    "dormer": 0.0,  # 0 none, 1 boxed at the back, 2 boxed at the front, 3 sloped at the back
    "parts": 1.0,
    "year": 1970.0,
    "dwellings": 1.0,
    "chimney": 0.0,
    "ring": -1.0,
}


@dataclass(slots=True)
class Content:
    """Collects a town block by block; ``buildings()`` gives the table at the end."""

    columns: list[dict[str, Geometries]] = field(default_factory=list)
    rings: list[Floats] = field(default_factory=list)
    arcs: list[Floats] = field(default_factory=list)
    areas: list[tuple[shapely.Polygon, str, str]] = field(default_factory=list)
    trees: list[Floats] = field(default_factory=list)
    streets: list[tuple[str, int, float, float, float]] = field(default_factory=list)
    count: int = 0
    cell: int = 0

    def add(self, frame: Frame, kind: str, roof: Roof, street: int = -1, **numbers: Numbers) -> None:
        """Add buildings: arrays become rows, single numbers hold for all of them."""
        unknown = set(numbers) - set(NUMBERS)
        if unknown:
            raise TypeError(f"unknown columns of a building: {sorted(unknown)}")
        given = np.broadcast_arrays(*[np.atleast_1d(np.asarray(v, dtype=float)) for v in numbers.values()])
        size = given[0].size
        columns = {name: np.full(size, default) for name, default in NUMBERS.items()}
        columns.update(zip(numbers, given, strict=True))
        facts = {"x": frame.x, "y": frame.y, "angle": frame.angle, "street": street, "cell": self.cell}
        columns.update({name: np.full(size, value) for name, value in facts.items()})
        columns["kind"] = np.full(size, kind, dtype=object)
        columns["roof"] = np.full(size, str(roof), dtype=object)
        self.columns.append(columns)
        self.count += size

    def area(self, polygon: shapely.Geometry, kind: str, key: str) -> None:
        """Add a stretch of ground; parts of one ``key`` that touch become one BGT object."""
        for part in shapely.get_parts(polygon):
            if part.geom_type == "Polygon" and part.area > 0.05:
                self.areas.append((part, kind, f"{self.cell}:{key}"))

    def tree(self, xy: Floats, height: Floats, radius: Floats) -> None:
        """Add trees: places (N, 2), heights and crown radii [m]."""
        if len(xy):
            self.trees.append(np.column_stack([xy, height, radius, np.full(len(xy), self.cell)]))

    def street(self, name_kind: str, frame: Frame, length: float) -> int:
        """A new named street; its number."""
        middle = frame.world(length / 2, 0.0)
        self.streets.append((name_kind, self.cell, float(middle[0]), float(middle[1]), frame.angle))
        return len(self.streets) - 1

    def keep(self, cells: int) -> None:
        """Forget areas and trees of cells beyond the first so many; buildings are the caller's."""
        self.areas = [a for a in self.areas if int(a[2].split(":", 1)[0]) < cells]
        self.trees = [t for t in self.trees if t[0, 4] < cells]

    def buildings(self) -> pd.DataFrame:
        """All buildings drawn, in the order in which they were."""
        names = list(self.columns[0])
        return pd.DataFrame({name: np.concatenate([part[name] for part in self.columns]) for name in names})
