"""The pixels of the atlas that count, their moments and their neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.geometry import ordering
from twin.geometry.columns import Bools, Floats, Ints
from twin.reconstruction.arrays import Atlas, RoofPoints
from twin.reconstruction.planes import moments_of, summed

SHIFTS: tuple[tuple[int, int], ...] = ((1, 0), (-1, 1), (0, 1), (1, 1), (-1, 0), (1, -1), (0, -1), (-1, -1))
"""``(dx, dy)`` of the eight neighbours; the first four meet every pair of neighbours once."""
FORWARD = slice(0, 4)
_RIGHT, _ABOVE, _BELOW = 0, 2, 6
_TWO_APART = ((2, 0), (0, 2))


@dataclass(frozen=True, slots=True)
class Grid:
    """Pixels ``W`` that count, each with its moments; all else of the atlas is left out.

    Attributes
    ----------
    pixels : Atlas
    where : (W,) int64
        Numbers in the atlas, ascending.
    own : (10, W) float64
        Moments of the points in each.
    rows : (W + 1, 10) float64
        The same, pixel by pixel, and a row of zeros.
    around : (9, W) int64
        Which of these pixels the eight neighbours in the order of :data:`SHIFTS` are, and the pixel itself;
        ``W`` for one that does not count.
    ahead : (6, W) int64
        The same of the first four, and of the two that lie two pixels on.
    """

    pixels: Atlas
    where: Ints
    own: Floats
    rows: Floats
    around: Ints
    ahead: Ints

    @staticmethod
    def of(pixels: Atlas, points: RoofPoints, footprint: bool = True) -> Grid:
        """The pixels that hold points, and with ``footprint`` all that lie inside."""
        held = pixels.inside.copy() if footprint else np.zeros(len(pixels.part), bool)
        held[points.pixel] = True
        where = np.flatnonzero(held)
        number = np.full(len(held), len(where), np.int64)
        number[where] = np.arange(len(where))
        own = moments_of(points.xyz, number[points.pixel], len(where))
        rows = np.zeros((len(where) + 1, 10))
        rows[:-1] = own.T
        stride = pixels.stride[where]
        around = np.empty((9, len(where)), np.int64)
        for k, (dx, dy) in enumerate((*SHIFTS, (0, 0))):
            around[k] = number[where + dx + dy * stride]
        two_apart = [number[where + dx + dy * stride] for dx, dy in _TWO_APART]
        return Grid(pixels, where, own, rows, around, np.concatenate((around[FORWARD], two_apart)))

    def image(self, label: Ints) -> Ints:
        """Labels ``(W,)`` spread over the atlas ``(N,)``, -1 elsewhere."""
        out = np.full(len(self.pixels.part), -1, np.int64)
        out[self.where] = label
        return out

    def windows(self, used: Bools) -> Floats:
        """Moments ``(10, W)`` of the 3 x 3 pixels around each, of those that are ``used (W,)``.

        Sums of three in a row first, then of three rows. All sums are exact, so the order does not matter.
        """
        size = len(self.where)
        masked, out = np.zeros((10, size + 1)), np.empty((10, size))
        np.multiply(self.own, used, out=masked[:, :-1])
        # A neighbour to the right that counts is the next pixel.
        beside = (self.around[_RIGHT, :-1] < size).astype(np.float64)
        padded, rest, shared = np.zeros(size + 1), np.empty(size), np.empty(max(size - 1, 0))
        three = padded[:-1]
        for own, sum_ in zip(masked[:, :-1], out, strict=True):
            three[:] = own
            three[:-1] += np.multiply(own[1:], beside, out=shared)
            three[1:] += np.multiply(own[:-1], beside, out=shared)
            np.take(padded, self.around[_BELOW], out=sum_, mode="clip")
            sum_ += three
            sum_ += np.take(padded, self.around[_ABOVE], out=rest, mode="clip")
        for middle, left, right in ((_BELOW, 7, 5), (_ABOVE, 1, 3)):
            # Beside a pixel that does not count, whose three nobody summed.
            ends = self.around[[left, right]]
            odd = np.flatnonzero((self.around[middle] == size) & (ends < size).any(axis=0))
            for end in ends:
                out[:, odd] += masked.take(end.take(odd), axis=1)
        return out

    def of_labels(self, label: Ints, count: int, used: Bools) -> Floats:
        """Moments ``(10, count)`` of the ``used (W,)`` pixels of each label; -1 is none."""
        return summed(self.rows[:-1], np.maximum(label, 0), count, used & (label >= 0))

    def unlike(self, label: Ints) -> Unlike:
        """Pairs of pixels with different labels."""
        padded = np.append(label, -1)
        ones, others = [], []
        for ahead in self.ahead:
            one = np.flatnonzero(padded.take(ahead) != label)
            other = ahead.take(one)
            counts = np.flatnonzero(other < len(label))
            ones.append(one.take(counts))
            others.append(other.take(counts))
        near = sum(len(one) for one in ones[FORWARD])
        return Unlike(np.concatenate(ones), np.concatenate(others), near)


@dataclass(frozen=True, slots=True)
class Unlike:
    """Pairs ``U`` of pixels with different labels that are neighbours or lie two apart, each once.

    They stay all there are when labels merge, which is cheaper than looking for them again.

    Attributes
    ----------
    one, other : (U,) int64
        Neighbours first.
    near : int
        How many of the pairs are neighbours.
    """

    one: Ints
    other: Ints
    near: int

    def offers(self, label: Ints, count: int) -> tuple[Ints, Ints]:
        """Pixels and the labels other than their own among their eight neighbours, each pair once."""
        one, other = self.one[: self.near], self.other[: self.near]
        mine, its = label.take(one), label.take(other)
        asked, asking = (
            np.flatnonzero((mine != its) & (its >= 0)),
            np.flatnonzero((mine != its) & (mine >= 0)),
        )
        pixel = np.concatenate((one.take(asked), other.take(asking)))
        offered = np.concatenate((its.take(asked), mine.take(asking)))
        bits = count.bit_length()
        pair = ordering.distinct(pixel << bits | offered)
        return pair >> bits, pair & (1 << bits) - 1

    def adjacent(self, label: Ints, count: int) -> tuple[Ints, Ints]:
        """Pairs ``i < j`` of labels that touch, or lie one pixel apart."""
        one, other = label.take(self.one), label.take(self.other)
        both = np.flatnonzero((one >= 0) & (other >= 0))
        return distinct(one.take(both), other.take(both), count)


def distinct(i: Ints, j: Ints, count: int) -> tuple[Ints, Ints]:
    """Pairs ``i < j`` of numbers below ``count``, each once."""
    bits = count.bit_length()
    pair = ordering.distinct((np.minimum(i, j) << bits | np.maximum(i, j))[i != j])
    return pair >> bits, pair & (1 << bits) - 1
