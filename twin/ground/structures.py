"""How high walls, hedges and other structures rise above what they stand on, and how thick decks are."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from twin.geometry.columns import Bools, Bytes, Floats
from twin.ground.blocks import Near
from twin.ground.terrain import Terrain
from twin.ground.underground import HEADROOM, ROOF

STRUCTURES = (
    "scheiding",
    "overigescheiding",
    "kunstwerkdeel",
    "overigbouwwerk",
    "gebouwinstallatie",
    "overbruggingsdeel",
    "tunneldeel",
)
"""Collections whose objects become solids."""
DECK_THICKNESS = 0.5
"""Thickness [m] that a deck is drawn with; registers and scanners only know its upper side."""
TUNNEL_FLOOR = 0.3
"""Thickness [m] of the floor of a tunnel."""
PORTAL = 6.0
"""Distance [m] within which the ground over a tunnel counts at its mouth, where it falls steeply."""
PAVEMENT = 0.05
"""Depth [m] of a deck below the road on it, so that one of the two is seen."""
FOOTING = 1.0
"""How far [m] piers and abutments go into the ground, or the water whose bed nobody measured."""
LINE_WIDTH = 0.3
"""Width [m] of a wall, fence or hedge that the register draws as a line."""
SUPPORTS = ("landhoofd", "pijler", "sloof", "pyloon")
"""Kinds of overbruggingsdeel that stand on the ground."""

ASSUMED = {
    "kademuur": 0.05,
    "damwand": 0.05,
    "walbescherming": 0.05,
    "muur": 1.5,
    "geluidsscherm": 3.0,
    "hek": 1.2,
    "draadraster": 1.2,
    "faunaraster": 0.6,
    "heg": 1.5,
    "stuw": 0.5,
    "sluis": 0.3,
    "steiger": 0.3,
    "strekdam": 0.3,
    "bordes": 0.5,
    "toegangstrap": 0.5,
}
"""Height [m] of a kind where no points tell."""
OTHERWISE = {"scheiding": 1.0, "overigescheiding": 1.2, "kunstwerkdeel": 0.5}
ASSUMED_ELSE = 2.5
HIGHEST = {"scheiding": 3.5, "overigescheiding": 3.5, "kunstwerkdeel": 6.0}
"""What lies further [m] above the ground is a tree over the wall rather than the wall."""
HIGHEST_ELSE = 15.0
LOWEST = 0.2  # [m] above the terrain: lower points are of the ground itself
QUANTILE = 0.8
MIN_POINTS = 4
NEAR_CELL = 4.0  # [m] of squares, of which only the points in those that shapes touch are looked at
FLUSH = 0.05  # [m] or less: a quay, which is no higher than its edge
SEEN = (1, 6, 26)  # AHN classes that walls and the like are found in


def rises(
    shapes: npt.NDArray[Any],
    kinds: npt.NDArray[np.object_],
    collection: str,
    xyz: Floats,
    classification: Bytes,
    terrain: Terrain,
) -> tuple[Floats, Bools]:
    """Height of structures above the ground ``(G,)`` [m], and whether points told it.

    Parameters
    ----------
    shapes : (G,) of shapely geometry, EPSG:28992
    kinds : (G,) object of str
        ``bgt_type`` or the like; None where unknown.
    collection : str
    xyz : (N, 3) float64 [m, RD+NAP]
    classification : (N,) uint8
    terrain : Terrain
    """
    otherwise = OTHERWISE.get(collection, ASSUMED_ELSE)
    assumed = np.array([ASSUMED.get(str(k), otherwise) for k in kinds], dtype=np.float64)
    low = assumed <= FLUSH  # whatever stands on it
    shapes = shapes.copy()
    shapes[low] = None
    points = xyz[np.isin(classification, SEEN)]
    points = points[Near.of(shapes, NEAR_CELL).has(points[:, :2])]
    if not len(points):
        return assumed, np.zeros(len(shapes), dtype=bool)
    tree = shapely.STRtree(np.asarray(shapely.points(points[:, :2]), dtype=object))
    row, point = tree.query(shapes, predicate="intersects")
    above = points[point, 2] - terrain.sample(points[point, :2])
    with np.errstate(invalid="ignore"):
        likely = (above > LOWEST) & (above < HIGHEST.get(collection, HIGHEST_ELSE))
    row, above = row[likely], above[likely]
    order = np.lexsort((above, row))
    count = np.bincount(row, minlength=len(shapes))
    first = np.cumsum(count) - count
    told = count >= MIN_POINTS
    at = first[told] + np.floor(QUANTILE * (count[told] - 1)).astype(np.int64)
    result = assumed.copy()
    result[told] = np.round(above[order][at], 2)
    return result, told


def tunnel_roof(floor: Floats, terrain: Terrain) -> Floats:
    """Height ``(V,)`` [m, NAP] of the ceiling of a tunnel above its floor ``(V, 3)``, below the ground."""
    roof = terrain.highest(PORTAL).sample(floor[:, :2]) - ROOF
    return np.clip(roof, floor[:, 2], floor[:, 2] + HEADROOM)
