"""Pixel borders between planes: where lines of the roof must run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints
from twin.reconstruction.arrays import Atlas, RoofPoints, Segments
from twin.reconstruction.atlas import pixel_corners


@dataclass(frozen=True, slots=True)
class Borders:
    """Pairs of adjacent pixels with different segments.

    Attributes
    ----------
    part : (M,) int64
    pixel : (M,) int64
        The pixel with the lower coordinate.
    axis : (M,) int64
        0 where the pair lies along x, 1 along y.
    xy : (M, 2) float64 [m, local]
        Midpoint of the two centres.
    below, above : (M,) int64
        Segment of the pixel with the lower and the higher coordinate.
    """

    part: Ints
    pixel: Ints
    axis: Ints
    xy: Floats
    below: Ints
    above: Ints

    def take(self, rows: Ints | Bools) -> Borders:
        """Some of the borders."""
        return Borders(
            self.part[rows],
            self.pixel[rows],
            self.axis[rows],
            self.xy[rows],
            self.below[rows],
            self.above[rows],
        )


def find_borders(atlas: Atlas, points: RoofPoints, segments: Segments, fill_rounds: int) -> Borders:
    """Borders between segments, after segments have grown into unlabelled pixels of the footprint."""
    label = fill(atlas, points, segments, fill_rounds)
    held = np.flatnonzero(label >= 0)
    pixels, axes = [], []
    for axis, step in ((0, np.int64(1)), (1, atlas.stride[held])):
        above = label[held + step]
        differs = (above >= 0) & (above != label[held])
        pixels.append(held[differs])
        axes.append(np.full(int(differs.sum()), axis, np.int64))
    pixel, axis_of = np.concatenate(pixels), np.concatenate(axes)
    stride = atlas.stride[pixel]
    xy = pixel_centers(atlas, pixel)
    half = atlas.pixel / 2
    xy[:, 0] += np.where(axis_of == 0, half, 0)
    xy[:, 1] += np.where(axis_of == 1, half, 0)
    above = label[pixel + np.where(axis_of == 0, 1, stride)]
    return Borders(atlas.part[pixel], pixel, axis_of, xy, label[pixel], above)


def fill(atlas: Atlas, points: RoofPoints, segments: Segments, rounds: int) -> Ints:
    """Segment of each pixel ``(N,)`` after growing into unlabelled pixels of the footprint; -1 outside.

    A pixel takes the neighbouring plane nearest to the mean height of its points; without points, the first
    neighbour that has one.
    """
    label = np.where(atlas.inside, segments.pixel_segment, -1)
    todo = np.flatnonzero(atlas.inside & (label < 0))
    number = np.full(len(label), -1, np.int64)
    number[todo] = np.arange(len(todo))
    held = number[points.pixel]
    on = np.flatnonzero(held >= 0)
    count = np.bincount(held[on], minlength=len(todo))
    height = np.bincount(held[on], weights=points.xyz[on, 2], minlength=len(todo)) / np.maximum(count, 1)
    known = count > 0
    center = pixel_centers(atlas, todo)
    stride = atlas.stride[todo]
    for _ in range(rounds):
        near = label[np.stack((todo - 1, todo + 1, todo - stride, todo + stride))]
        plane = segments.plane[np.maximum(near, 0)] if len(segments.plane) else np.zeros((*near.shape, 3))
        z = plane[..., 0] * center[:, 0] + plane[..., 1] * center[:, 1] + plane[..., 2]
        misfit = np.where(near < 0, np.inf, np.where(known, np.abs(z - height), 0.0))
        best = near[np.argmin(misfit, axis=0), np.arange(len(todo))]
        label[todo] = best
        rest = best < 0
        if rest.all() or not rest.any():
            break
        todo, height, known, center, stride = (
            todo[rest],
            height[rest],
            known[rest],
            center[rest],
            stride[rest],
        )
    return label


def pixel_centers(atlas: Atlas, pixel: Ints) -> Floats:
    """Local coordinates ``(M, 2)`` of the centres of pixels ``(M,)``."""
    return np.column_stack(pixel_corners(atlas, pixel)) + 0.5 * atlas.pixel
