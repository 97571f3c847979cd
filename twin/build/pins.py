"""Places where a surface below the ground goes on as ground: both have the same height there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from twin.build.layers import Layer, place_keys
from twin.geometry.columns import Floats, Ints
from twin.geometry.ragged import ring_successor
from twin.ground.coverage import SNAP


@dataclass(frozen=True, slots=True)
class Pins:
    """Places with a height, ascending by place.

    Attributes
    ----------
    key : (N,) int64
        See :func:`twin.build.layers.place_keys`.
    z : (N,) float64 [m, NAP]
    mouths : (M,) of shapely LineString
        Edges that are straight from pin to pin.
    """

    key: Ints
    z: Floats
    mouths: npt.NDArray[Any]

    @classmethod
    def lowest(cls, key: Ints, z: Floats, mouths: npt.NDArray[Any]) -> Pins:
        """Each place once, with the lowest of its heights that are known."""
        known = np.isfinite(z)
        order = np.lexsort((z[known], key[known]))
        place, first = np.unique(key[known][order], return_index=True)
        return cls(place, z[known][order][first], mouths)

    @classmethod
    def joined(cls, pins: Sequence[Pins]) -> Pins:
        """All of some."""
        nothing = np.empty(0, dtype=np.int64), np.empty(0), np.empty(0, dtype=object)
        key, z, mouths = zip(nothing, *((p.key, p.z, p.mouths) for p in pins), strict=True)
        return cls.lowest(np.concatenate(key), np.concatenate(z), np.concatenate(mouths))

    def at(self, xy: Floats) -> Floats:
        """Height at places ``(M, 2)``; NaN where none is pinned."""
        if not len(self.key):
            return np.full(len(xy), np.nan)
        own = place_keys(xy)
        at = np.minimum(np.searchsorted(self.key, own), len(self.key) - 1)
        return np.where(self.key[at] == own, self.z[at], np.nan)

    def pin(self, layer: Layer) -> Layer:
        """The layer with its vertices pinned, and the edges between two pins that are straight."""
        if not len(self.key) or not len(layer.cells):
            return layer
        outline = layer.cells.outline
        z, following = self.at(outline.xy), ring_successor(outline.ring_offsets)
        both = np.flatnonzero(np.isfinite(z) & np.isfinite(z[following]))
        middle = shapely.points((outline.xy[both] + outline.xy[following[both]]) / 2)
        on, _ = shapely.STRtree(self.mouths).query(middle, predicate="dwithin", distance=SNAP)
        straight = np.zeros(len(z), dtype=bool)
        straight[both[on]] = True
        return replace(layer, pinned=z, straight=straight)
