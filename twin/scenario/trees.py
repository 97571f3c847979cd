"""Trees that stand where a variant builds, or reach into what it builds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from twin.geometry.columns import Bools, Floats, Ints
from twin.geometry.select import take
from twin.ground.tree_shapes import crown_height
from twin.ground.trees import LOWEST
from twin.scenario.objects import Objects, heights
from twin.scenario.town import Town, ground_below

PRUNED = 0.5
"""Metres by which a crown may reach over a building: so much can be pruned."""
SAME_PLACE = 0.001  # metres: a pand that was raised and not moved keeps its outline


@dataclass(frozen=True, slots=True)
class InTheWay:
    """Trees that can't stay, a row each.

    Attributes
    ----------
    tree : (W,) int64
        Row of the tree, each once.
    object : (W,) int64
        Row of the object that it is in the way of; the one that it stands in before the others.
    stands : (W,) bool
        The stem stands in it; else the crown reaches into it.
    """

    tree: Ints
    object: Ints
    stands: Bools


def trees_in_the_way(town: Town, objects: Objects) -> InTheWay:
    """Trees of which the stem stands within an object, or the crown reaches more than half a metre into it.

    A crown is the circle and the height that it is drawn with. What is new of a pand that was raised lies
    above what it was: a tree beside it may stay as it stood. A tree that the points don't show is taken to be
    lower than what they would show.
    """
    trees = town.trees
    if not len(trees) or not len(objects):
        nothing = np.zeros(0, dtype=np.int64)
        return InTheWay(nothing, nothing, nothing.astype(bool))
    radius = np.nan_to_num(trees.radius)
    height = np.where(np.isnan(trees.height), LOWEST, trees.height)
    which, tree = trees.index.query(objects.outline, predicate="dwithin", distance=float(radius.max()))
    away = shapely.distance(trees.place[tree], objects.outline[which])
    stands = away == 0
    near = np.flatnonzero(stands | (away < radius[tree] - PRUNED))
    which, tree, stands = which[near], tree[near], stands[near]
    ground = ground_below(town, trees.place[tree])
    stem = height - crown_height(height, radius)
    low, high = ground + np.where(stands, 0.0, stem[tree]), ground + height[tree]
    bottom, top = _new_from_to(town, objects)
    hit = np.flatnonzero((low < top[which]) & (high > bottom[which]))
    which, tree, stands = which[hit], tree[hit], stands[hit]
    order = np.lexsort((which, ~stands, tree))
    _, first = np.unique(tree[order], return_index=True)
    kept = order[first]
    return InTheWay(tree[kept], which[kept], stands[kept])


def _new_from_to(town: Town, objects: Objects) -> tuple[Floats, Floats]:
    """Height from which, and to which, each object is new ``(K,)`` [m, NAP]."""
    bottom, top = heights(objects.shells, objects.owner, len(objects))
    old = np.flatnonzero(objects.pand >= 0)
    pand = objects.pand[old]
    kept = shapely.equals_exact(objects.outline[old], town.panden.outline[pand], SAME_PLACE)
    old, pand = old[kept], pand[kept]
    solids = np.flatnonzero(np.isin(town.owner, pand))
    _, was = heights(take(town.shells, solids), town.owner[solids], len(town.panden))
    bottom[old] = was[pand]
    return bottom, top
