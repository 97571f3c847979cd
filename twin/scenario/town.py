"""What a variant is laid over: the part of a twin around it, in columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely

from twin.geometry.columns import Floats, Ints, Shells

Shapes = npt.NDArray[np.object_]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Panden:
    """The panden, a row each.

    Attributes
    ----------
    ids : (N,) object of str
    outline : (N,) object of shapely geometry [m, RD]
    gebruiksdoel : (N,) object of str
        ``""`` where there is no verblijfsobject.
    usable : (N,) float64 [m2]
        Gebruiksoppervlakte of the verblijfsobjecten in use; 0 where there are none.
    dwellings : (N,) float64
        Verblijfsobjecten in use with a woonfunctie; one in several panden counts for an equal share in each.
    buurt : (N,) int64
        Row of its buurt, -1 for none.
    footprint : (N,) float64 [m2]
    volume : (N,) float64 [m3]
        NaN where the twin has no volume.
    ground : (N,) float64 [m, NAP]
        NaN where unknown.
    standing : (N,) bool
        Stands there now, by the status of the BAG.
    woz : (N,) float64 [EUR] or None
        None where the audience may not see it.
    """

    ids: Texts
    outline: Shapes
    gebruiksdoel: Texts
    usable: Floats
    dwellings: Floats
    buurt: Ints
    footprint: Floats
    volume: Floats
    ground: Floats
    standing: npt.NDArray[np.bool_]
    woz: Floats | None

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Row by id."""
        return {str(name): row for row, name in enumerate(self.ids.tolist())}

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index of the outlines."""
        return shapely.STRtree(self.outline)

    @cached_property
    def inside(self) -> Floats:
        """A point within each outline ``(N, 2)`` [m, RD]."""
        return shapely.get_coordinates(shapely.point_on_surface(self.outline))


@dataclass(frozen=True)
class Trees:
    """The trees, a row each.

    Attributes
    ----------
    ids : (T,) object of str
    place : (T,) object of shapely points [m, RD]
    height, radius : (T,) float64 [m]
        Above the ground, and of the crown; NaN where the point cloud does not show the tree.
    """

    ids: Texts
    place: Shapes
    height: Floats
    radius: Floats

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def index(self) -> shapely.STRtree:
        """Index of the places."""
        return shapely.STRtree(self.place)


@dataclass(frozen=True)
class Buurten:
    """The buurten, a row each; ``household (B,)`` is the mean size of a household, NaN where unknown."""

    codes: Texts
    names: Texts
    shape: Shapes
    household: Floats

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True)
class Town:
    """The part of a twin around a variant.

    Attributes
    ----------
    panden : Panden
    shells : Shells
        Solids of the panden, of the best LoD that each has.
    owner : (len(shells),) int64
        Pand of each solid.
    buurten : Buurten
    ground : (G, 3) float64 [m, RD+NAP]
        Vertices of the surfaces at level 0.
    green, gardens : (K,) object of shapely polygon
        Public green, and yards (``erf``) of the BGT.
    trees : Trees
    lonlat : (longitude, latitude) [degrees]
        Of its middle.
    convergence : float [degrees]
        By how much the north of RD is turned clockwise from true north there.
    extent : (4,) of float [m, RD]
        Box of the whole twin.
    """

    panden: Panden
    shells: Shells
    owner: Ints
    buurten: Buurten
    ground: Floats
    green: Shapes
    gardens: Shapes
    trees: Trees
    lonlat: tuple[float, float]
    convergence: float
    extent: tuple[float, float, float, float]

    @cached_property
    def ground_points(self) -> Shapes:
        """The vertices of the ground as points."""
        points: Shapes = np.asarray(shapely.points(self.ground[:, :2]), dtype=object)
        return points

    @cached_property
    def ground_tree(self) -> shapely.STRtree:
        """Index of the vertices of the ground."""
        return shapely.STRtree(self.ground_points)


NEAR = 2.0  # metres around an outline within which vertices of the ground tell its height


def ground_below(town: Town, outlines: Shapes) -> Floats:
    """Height of the ground at each outline ``(M,)`` [m, NAP].

    The median of the vertices of the ground within two metres of it; where there are none the nearest
    vertex, and without any ground the nearest pand.
    """
    height = np.full(len(outlines), np.nan)
    if not len(outlines):
        return height
    if len(town.ground):
        row, vertex = town.ground_tree.query(shapely.buffer(outlines, NEAR), predicate="intersects")
        height = _medians(row, town.ground[vertex, 2], len(outlines))
        lacking = np.flatnonzero(np.isnan(height))
        if len(lacking):
            height[lacking] = town.ground[town.ground_tree.nearest(outlines[lacking]), 2]
        return height
    known = np.flatnonzero(np.isfinite(town.panden.ground))
    if len(known):
        nearest = shapely.STRtree(town.panden.outline[known]).nearest(outlines)
        return town.panden.ground[known[nearest]]
    return np.zeros(len(outlines))


def _medians(row: Ints, value: Floats, count: int) -> Floats:
    order = np.lexsort((value, row))
    row, value = row[order], value[order]
    size = np.bincount(row, minlength=count)
    first = np.cumsum(size) - size
    middle = np.full(count, np.nan)
    some = size > 0
    low = value[(first + (size - 1) // 2)[some]]
    high = value[(first + size // 2)[some]]
    middle[some] = (low + high) / 2
    return middle
