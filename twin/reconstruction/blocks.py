"""Block models: LoD 1.2 with one height per part, LoD 1.3 with a height per storey-high step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.geometry.columns import Floats, Ints
from twin.geometry.components import components
from twin.reconstruction import groups
from twin.reconstruction.arrangement import Arrangement
from twin.reconstruction.arrays import Atlas, Frames, RoofPoints
from twin.reconstruction.face_raster import FaceRaster
from twin.reconstruction.labels import Labels
from twin.reconstruction.partition_parameters import PartitionParameters

STEPS_PER_METRE = 1000  # heights sort as whole millimetres
Z_BITS = 21
LOWEST = -200.0  # m NAP


@dataclass(frozen=True, slots=True)
class PixelHeights:
    """Pixels that hold points, by part.

    Attributes
    ----------
    pixel : (H,) int64
        In the atlas.
    part : (H,) int64
    height : (H,) float64 [m NAP]
        Mean of the points.
    """

    pixel: Ints
    part: Ints
    height: Floats

    def take(self, rows: Ints) -> PixelHeights:
        """Some of the pixels."""
        return PixelHeights(self.pixel[rows], self.part[rows], self.height[rows])


def pixel_heights(atlas: Atlas, points: RoofPoints) -> PixelHeights:
    """Mean height of the points in each pixel that holds any."""
    first = np.flatnonzero(groups.first_of_each(points.pixel))
    pixel = points.pixel[first]
    total = np.add.reduceat(points.xyz[:, 2], first) if len(first) else np.empty(0)
    return PixelHeights(pixel, atlas.part[pixel], total / np.diff(first, append=len(points.pixel)))


def quantile_heights(height: Floats, group: Ints, count: int, quantile: float) -> Floats:
    """Quantile of ``height`` per group (by nearest rank), NaN for empty groups; ``group`` -1 is left out."""
    known = group >= 0
    step = np.rint((height[known] - LOWEST) * STEPS_PER_METRE).astype(np.int64)
    key = np.sort(group[known] << Z_BITS | np.clip(step, 0, (1 << Z_BITS) - 1))
    size = np.bincount(group[known], minlength=count)
    first = np.cumsum(size) - size
    at = first + np.floor(quantile * (size - 1) + 0.5).astype(np.int64)
    out = np.full(count, np.nan)
    held = size > 0
    out[held] = (key[at[held]] & (1 << Z_BITS) - 1) / STEPS_PER_METRE + LOWEST
    return out


def part_heights(pixels: PixelHeights, parts: int, params: PartitionParameters) -> Floats:
    """LoD 1.2: roof height (P,) [m NAP], NaN for parts without points."""
    return quantile_heights(pixels.height, pixels.part, parts, params.block_quantile)


def block_faces(
    arrangement: Arrangement,
    frames: Frames,
    labels: Labels,
    raster: FaceRaster,
    pixels: PixelHeights,
    ground: Floats,
    params: PartitionParameters,
) -> tuple[Ints, Floats]:
    """LoD 1.3: block of each face (F,), numbered from 0 in each part, and its height (F,) [m NAP].

    Adjacent regions whose mean heights differ least merge, pair by pair, until every remaining step is at
    least ``block_step``; a block then gets the quantile of its pixels.

    Parameters
    ----------
    raster : FaceRaster
        Of the same pixels.
    """
    region = _regions(arrangement, labels)
    mean = _mean_heights(arrangement, frames, labels)
    region = _merge_low_steps(arrangement, region, mean, params.block_step)
    used, number = np.unique(region, return_inverse=True)
    area = np.bincount(number, weights=arrangement.area)
    by_plane = np.bincount(number, weights=arrangement.area * mean) / area

    block_of_pixel = np.where(raster.of_pixels < 0, -1, np.append(number, -1)[raster.of_pixels])
    by_pixels = quantile_heights(pixels.height, block_of_pixel, len(used), params.block_quantile)
    part = arrangement.face_part[used]
    block_height = np.where(np.isnan(by_pixels), by_plane, by_pixels)
    block_height = np.maximum(block_height, ground[part] + params.min_height)
    local = np.arange(len(used), dtype=np.int64) - groups.offsets(part, len(arrangement))[part]
    return local[number], block_height[number]


def _regions(arrangement: Arrangement, labels: Labels) -> Ints:
    """Lowest face of the connected faces with the same plane, for each face."""
    faces = len(arrangement.area)
    inner = (arrangement.left >= 0) & (arrangement.right >= 0)
    a, b = arrangement.left[inner], arrangement.right[inner]
    same = (labels.segment[a] == labels.segment[b]) & (labels.segment[a] >= 0)
    count, component = components(a[same], b[same], faces)
    lowest: Ints = np.full(count, faces, np.int64)
    np.minimum.at(lowest, component, np.arange(faces))
    of_face: Ints = lowest[component]
    return of_face


def _mean_heights(arrangement: Arrangement, frames: Frames, labels: Labels) -> Floats:
    """Mean height of the plane over each face: its height at the centroid."""
    xy = arrangement.xy - frames.center[arrangement.vertex_part]
    (x0, y0), (x1, y1) = xy[arrangement.start].T, xy[arrangement.end].T
    cross = x0 * y1 - x1 * y0
    left, right = arrangement.left >= 0, arrangement.right >= 0
    faces = len(arrangement.area)

    def moment(sum_of_ends: Floats) -> Floats:
        weight = cross * sum_of_ends / 6
        plus = groups.group_sum(weight[left], arrangement.left[left], faces)
        minus = groups.group_sum(weight[right], arrangement.right[right], faces)
        return (plus - minus) / arrangement.area

    a, b, c = labels.plane.T
    height: Floats = a * moment(x0 + x1) + b * moment(y0 + y1) + c
    return height


def _merge_low_steps(arrangement: Arrangement, region: Ints, mean: Floats, step: float) -> Ints:
    """Merge regions over their lowest common step, mutually best pairs at a time."""
    faces = len(arrangement.area)
    inner = (arrangement.left >= 0) & (arrangement.right >= 0)
    left, right = arrangement.left[inner], arrangement.right[inner]
    while True:
        area = np.bincount(region, weights=arrangement.area, minlength=faces)
        height = np.bincount(region, weights=arrangement.area * mean, minlength=faces) / np.maximum(
            area, 1e-12
        )
        a, b = region[left], region[right]
        rise = np.abs(height[a] - height[b])
        low = np.flatnonzero((a != b) & (rise < step))
        if len(low) == 0:
            return region
        a, b = np.minimum(a, b)[low], np.maximum(a, b)[low]
        # Equal pairs of regions get equal ranks, so that a pair which shares several edges is still mutual.
        order = np.lexsort((b, a, rise[low]))
        a, b = a[order], b[order]
        fresh = np.ones(len(a), bool)
        fresh[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
        rank = np.cumsum(fresh)
        best = np.full(faces, len(a) + 1, np.int64)
        np.minimum.at(best, a, rank)
        np.minimum.at(best, b, rank)
        mutual = (best[a] == rank) & (best[b] == rank)
        into = np.arange(faces, dtype=np.int64)
        into[b[mutual]] = a[mutual]
        region = into[region]
