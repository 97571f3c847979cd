"""How well roofs fit their points, as sums that add up over tiles."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from twin.geometry.columns import Floats, Ints

BIN = 0.001  # m, the resolution of the median
LARGEST = 3.0  # m: distances beyond it count as this in the clipped root mean square


def _empty() -> Ints:
    return np.zeros(round(LARGEST / BIN) + 1, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Fit:
    """Absolute vertical distances of roof points to the roof of their own pand.

    Attributes
    ----------
    histogram : (3001,) int64
        Points per millimetre of distance; the last bin holds all of 3 m and more.
    squares : float
        Sum of the squared distances [m2].
    """

    histogram: Ints = field(default_factory=_empty)
    squares: float = 0.0

    @classmethod
    def of(cls, distance: Floats) -> Fit:
        """Count distances ``(K,)`` [m]."""
        bins = np.minimum(np.abs(distance) / BIN, round(LARGEST / BIN)).astype(np.int64)
        return cls(np.bincount(bins, minlength=round(LARGEST / BIN) + 1), float((distance * distance).sum()))

    def __add__(self, other: Fit) -> Fit:
        return Fit(self.histogram + other.histogram, self.squares + other.squares)

    def figures(self) -> dict[str, float]:
        """Points, median, shares within 0.1, 0.2 and 0.5 m, root mean square, and the same clipped at 3 m."""
        count = int(self.histogram.sum())
        if not count:
            return {"points": 0}
        running = np.cumsum(self.histogram)
        # Middle of the bin in which the median lies.
        median = (float(np.searchsorted(running, (count + 1) / 2)) + 0.5) * BIN
        inside = {f"within_{cm}cm": float(running[cm * 10 - 1] / count) for cm in (10, 20, 50)}
        middle = (np.arange(len(self.histogram)) + 0.5) * BIN
        middle[-1] = LARGEST
        clipped = float(np.sqrt((self.histogram * middle**2).sum() / count))
        shares = {name: round(share, 4) for name, share in inside.items()}
        return {
            "points": count,
            "median": round(median, 4),
            **shares,
            "rmse": round(float(np.sqrt(self.squares / count)), 3),
            "rmse_clipped_3m": round(clipped, 3),
        }
