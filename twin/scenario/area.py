"""Over what ground the figures of a variant count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely

from twin.geometry.columns import Bools
from twin.scenario.apply import Outcome
from twin.scenario.objects import Objects
from twin.scenario.town import Town
from twin.scenario.variant import Variant

AROUND = 50.0  # metres around what is touched, where the twin has no buurten


@dataclass(frozen=True, slots=True)
class Area:
    """The ground that the figures count over.

    Attributes
    ----------
    kind : str
        ``drawn``, ``buurten`` or ``around``: 50 m around what is touched.
    names : tuple of str
        Of the buurten.
    shape : shapely geometry [m, RD]
    """

    kind: Literal["drawn", "buurten", "around"]
    names: tuple[str, ...]
    shape: Any

    @property
    def m2(self) -> float:
        """Its area."""
        return float(self.shape.area)

    def panden(self, town: Town) -> Bools:
        """Panden that stand in it now: those with a point of theirs in it."""
        inside = town.panden.inside
        shapely.prepare(self.shape)
        found: Bools = shapely.contains_xy(self.shape, inside[:, 0], inside[:, 1]) & town.panden.standing
        return found

    def trees(self, town: Town) -> Bools:
        """Trees in it."""
        found: Bools = shapely.intersects(self.shape, town.trees.place)
        return found

    def objects(self, objects: Objects) -> Bools:
        """Objects of a variant in it."""
        if not len(objects):
            return np.zeros(0, dtype=bool)
        xy = shapely.get_coordinates(shapely.point_on_surface(objects.outline))
        found: Bools = shapely.contains_xy(self.shape, xy[:, 0], xy[:, 1])
        return found


def area_of(variant: Variant, town: Town, outcome: Outcome) -> Area:
    """The area that a variant draws, or else the buurten in which it touches anything.

    A ring that crosses itself is taken for the ground that it encloses.
    """
    if variant.area is not None:
        drawn = shapely.make_valid(shapely.Polygon(variant.area))
        if drawn.area > 0:
            return Area("drawn", (), drawn)
    touched = [*town.panden.outline[outcome.touched], *outcome.objects.outline]
    shapes = np.array(touched, dtype=object)
    if len(town.buurten) and len(shapes):
        points = shapely.point_on_surface(shapes)
        _, buurt = shapely.STRtree(town.buurten.shape).query(points, predicate="intersects")
        rows = np.unique(buurt)
        if len(rows):
            names = tuple(str(n) for n in town.buurten.names[rows])
            return Area("buurten", names, shapely.union_all(town.buurten.shape[rows]))
    if len(shapes):
        return Area("around", (), shapely.union_all(shapely.buffer(shapes, AROUND)))
    return Area("around", (), shapely.Polygon())
