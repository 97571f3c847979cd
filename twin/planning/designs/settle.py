"""Triangles of a file as a mesh of an edit: upright, in metres, around its base point, and not too many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.errors import ScenarioError, TooLargeError
from twin.geometry.columns import Floats, Ints
from twin.planning.designs.raw import Raw
from twin.scenario.variant import HIGHEST, MOST_TRIANGLES, MOST_VERTICES

GRID = 0.001  # metres: what a mesh is written in
COARSER = (0.02, 0.05, 0.1, 0.2, 0.4)
"""Grids [m] on which corners come together, one after the other, until a design is small enough."""
BOTH_SIDES = 0.55
"""Share of triangles left, when of two back to back one is taken, below which all are meant to be one."""
WIDEST = 5_000.0  # metres from the base point
SMALLEST = 0.5  # metres: below it a unit was meant that is not said
COUNTRY = (0.0, 300_000.0, 300_000.0, 625_000.0)


@dataclass(frozen=True, slots=True)
class Settled:
    """A design around the middle of its box, what stands on the ground at zero.

    Attributes
    ----------
    xyz : (V, 3) float64 [m]
    triangles : (T, 3) int64
    place : (x, y) [m, RD] or None
        Of the base point, where the file's own coordinates lie in the country.
    base, height : float [m]
        What stands on the ground, in the heights of the file, and how much higher the highest corner is.
    detail : float [m]
        Grid that its corners were brought to; 0 where nothing was left out.
    """

    xyz: Floats
    triangles: Ints
    place: tuple[float, float] | None
    base: float
    height: float
    detail: float

    def mesh(self) -> dict[str, Any]:
        """As an edit has it."""
        return {"vertices": self.xyz.tolist(), "triangles": self.triangles.tolist()}


def settle(raw: Raw, scale: float, up: str) -> Settled:
    """Turn, scale and shift a design, and leave out what is double or has no area.

    Parameters
    ----------
    raw : Raw
    scale : float
        Metres per unit of the file.
    up : str
        Axis that points up: ``y``, as in glTF, or ``z``.

    Raises
    ------
    ScenarioError
        When nothing is left, or it is too large or too small to be what was meant.
    TooLargeError
        When it has too many triangles, also without its smaller details.
    """
    used, triangles = np.unique(raw.triangles, return_inverse=True)
    if not len(used):
        raise ScenarioError(
            "The design has no faces: lines and points are no building. Export its surfaces",
            "Het ontwerp heeft geen vlakken: lijnen en punten zijn geen gebouw. Exporteer de vlakken",
        )
    xyz = raw.xyz[used] * scale
    if up == "y":
        xyz = np.column_stack((xyz[:, 0], -xyz[:, 2], xyz[:, 1]))
    low, high = xyz.min(axis=0), xyz.max(axis=0)
    _require_size(high - low)
    middle = np.round((low + high) / 2, 3)
    base = round(float(low[2]), 3)
    if raw.level is not None and low[2] < raw.level * scale < high[2]:
        base = raw.level * scale  # what is below it lies in the ground
    xyz = xyz - [middle[0], middle[1], base]
    xyz, triangles, detail = _few_enough(xyz, triangles.reshape(-1, 3))
    x, y = middle[:2].tolist()
    x0, y0, x1, y1 = COUNTRY
    place = (x, y) if x0 <= x <= x1 and y0 <= y <= y1 else None
    return Settled(xyz, triangles, place, base, float(xyz[:, 2].max()), detail)


def _require_size(size: Floats) -> None:
    if not np.isfinite(size).all() or size[:2].max() > 2 * WIDEST or size[2] > HIGHEST:
        x, y, z = size.tolist()
        raise ScenarioError(
            f"The design is {x:.4g} by {y:.4g} m and {z:.4g} m high; {2 * WIDEST:g} m wide and {HIGHEST:g} m "
            "high are allowed. Is its unit another one (mm, cm), or another axis up?",
            f"Het ontwerp is {_comma(x)} bij {_comma(y)} m en {_comma(z)} m hoog; {2 * WIDEST:g} m breed en "
            f"{HIGHEST:g} m hoog mag. Is de eenheid een andere (mm, cm), of wijst een andere as omhoog?",
        )
    if size.max() < SMALLEST:
        raise ScenarioError(
            f"The design is {size.max():.2g} m large: smaller than a building. Is its unit another one?",
            f"Het ontwerp is {_comma(float(size.max()))} m groot: kleiner dan een gebouw. Is de eenheid een "
            "andere?",
        )


def _comma(metres: float) -> str:
    return f"{metres:.4g}".replace(".", ",")


def _few_enough(xyz: Floats, triangles: Ints) -> tuple[Floats, Ints, float]:
    """Corners together on the finest grid that leaves as many as an edit may have.

    Rossignac and Borrel, Multi-resolution 3D approximations for rendering complex scenes (1993). A closed
    surface stays one without an edge, so its volume stays known.
    """
    for grid in (GRID, *COARSER):
        corners, kept = _welded(xyz, triangles, grid)
        if not len(kept):
            raise ScenarioError(
                "The design has no face with an area. Export its surfaces",
                "Het ontwerp heeft geen vlak met een oppervlak. Exporteer de vlakken",
            )
        if len(kept) <= MOST_TRIANGLES and len(corners) <= MOST_VERTICES:
            return corners, kept, 0.0 if grid == GRID else grid
    raise TooLargeError(
        f"The design has {len(kept)} triangles, also without details smaller than {COARSER[-1]:g} m; "
        f"{MOST_TRIANGLES} are allowed. Leave out furniture, plants, fittings and surroundings",
        f"Het ontwerp heeft {len(kept)} driehoeken, ook zonder details kleiner dan {COARSER[-1]:g} m; "
        f"{MOST_TRIANGLES} mogen. Laat meubels, planten, installaties en omgeving weg",
    )


def _welded(xyz: Floats, triangles: Ints, grid: float) -> tuple[Floats, Ints]:
    """Corners on a grid, each once, and the triangles that still have three of them."""
    cells, number = np.unique(np.rint(xyz / grid).astype(np.int64), axis=0, return_inverse=True)
    corners = number.reshape(-1)[triangles]
    a, b, c = corners.T
    corners = corners[(a != b) & (b != c) & (c != a)]
    corners = _without_doubles(corners)
    used, corners = np.unique(corners, return_inverse=True)
    return np.round(cells[used] * grid, 3) + 0.0, corners.reshape(-1, 3).astype(np.int64)


def _without_doubles(corners: Ints) -> Ints:
    """Each triangle once; of a design that shows every face from both sides, the side that comes first."""
    if not len(corners):
        return corners
    first = np.argmin(corners, axis=1)
    rows = np.arange(len(corners))[:, None]
    turned = corners[rows, (first[:, None] + np.arange(3)) % 3]  # the smallest number first, same way round
    _, once = np.unique(turned, axis=0, return_index=True)
    kept: Ints = turned[np.sort(once)]
    _, once = np.unique(np.sort(kept, axis=1), axis=0, return_index=True)
    # a wall between two volumes has two sides as well, and belongs to both
    return kept[np.sort(once)] if len(once) <= BOTH_SIDES * len(kept) else kept
