"""What is found of parts on the way from points to solids, beside their shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from twin.geometry.columns import Bytes, Floats, Ints

LODS = ("1.2", "1.3", "2.2")


@dataclass(frozen=True, slots=True)
class Findings:
    """Columns of parts ``P`` and of their roof points ``K``.

    Attributes
    ----------
    density, nodata_fraction, nodata_radius : (P,) float64
        See :func:`twin.reconstruction.atlas.coverage`.
    planes : (P,) int64
        Planes found in the points.
    step, reason : (P,) uint8
        :class:`LadderStep` and :class:`Reason`.
    point_part : (K,) int64
        Part of each roof point, ascending.
    above : dict of str to (K,) float64 [m]
        Height of the roof points above the roof of each level; NaN beside all faces.
    """

    density: Floats
    nodata_fraction: Floats
    nodata_radius: Floats
    planes: Ints
    step: Bytes
    reason: Bytes
    point_part: Ints
    above: dict[str, Floats]

    @staticmethod
    def joined(found: Sequence[Findings]) -> Findings:
        """Those of all parts, which follow one another."""
        names = [column.name for column in fields(Findings) if column.name != "above"]
        table = {name: np.concatenate([getattr(f, name) for f in found]) for name in names}
        return Findings(**table, above={lod: np.concatenate([f.above[lod] for f in found]) for lod in LODS})

    def replaced(self, row: int, other: Findings) -> Findings:
        """The same with what ``other`` holds for part ``row``."""
        both = Findings.joined([self, other])
        order = np.arange(len(self.step))
        order[row] = len(order)
        fresh = np.arange(len(both.point_part)) >= len(self.point_part)
        kept = np.flatnonzero(fresh | (both.point_part != row))
        kept = kept[np.argsort(both.point_part[kept], kind="stable")]
        return Findings(
            both.density[order],
            both.nodata_fraction[order],
            both.nodata_radius[order],
            both.planes[order],
            both.step[order],
            both.reason[order],
            both.point_part[kept],
            {lod: heights[kept] for lod, heights in both.above.items()},
        )
