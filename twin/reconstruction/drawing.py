"""Roofs drawn from lines: faces, what lies in them, their planes; once more where a plane met its limit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from twin.geometry.columns import Bools, Floats, Footprints, Ints
from twin.reconstruction.arrangement import Arrangement, arrange, in_part_order, share
from twin.reconstruction.arrays import Atlas, Frames, RoofPoints, Segments
from twin.reconstruction.blocks import PixelHeights
from twin.reconstruction.face_raster import FaceRaster, burn_faces
from twin.reconstruction.labels import Labels, label_faces
from twin.reconstruction.limits import lines_at_limits
from twin.reconstruction.line_columns import Lines, joined
from twin.reconstruction.outvoted import lines_around_outvoted
from twin.reconstruction.partition_parameters import PartitionParameters
from twin.reconstruction.reasons import LadderStep


@dataclass(frozen=True, slots=True)
class Scene:
    """What the roofs of a chunk are drawn from, except for the lines."""

    footprints: Footprints
    frames: Frames
    atlas: Atlas
    points: RoofPoints
    segments: Segments
    pixels: PixelHeights
    ground: Floats


@dataclass(frozen=True, slots=True)
class Drawing:
    """Faces, the faces of all points and pixels of the scene, and the planes of the faces."""

    arrangement: Arrangement
    raster: FaceRaster
    labels: Labels


def draw_roofs(scene: Scene, lines: Lines, params: PartitionParameters, highest: LadderStep) -> Drawing:
    """Cut the footprints by lines and label the faces.

    Where a face is denied the plane that its points lie on, it is cut at the limit of that plane; where it
    takes another plane than many of its points lie on, around these. Such parts are drawn once more. One that
    is not the better for it, by the energy of its labels, stays as it was.
    """
    first = _drawn(scene, lines, params, highest, np.ones(len(scene.footprints), bool))
    cuts = _missing_lines(scene, first, params)
    if cuts is not None:
        many = np.bincount(np.concatenate((lines.part, cuts.part)), minlength=len(scene.footprints))
        cuts = cuts.take(np.flatnonzero(many[cuts.part] <= params.max_lines))
    if cuts is None or not len(cuts):
        return first
    parts = np.zeros(len(scene.footprints), bool)
    parts[cuts.part] = True
    points = np.flatnonzero(parts[scene.points.part])
    pixels = np.flatnonzero(parts[scene.pixels.part])
    some = replace(scene, points=scene.points.take(points), pixels=scene.pixels.take(pixels))
    lines = joined([lines.take(np.flatnonzero(parts[lines.part])), cuts])
    second = _drawn(some, lines, params, highest, parts)
    better = parts & (second.arrangement.step >= first.arrangement.step)
    better &= second.labels.energy < first.labels.energy
    return _with(first, second, better, points, pixels)


def _missing_lines(scene: Scene, drawing: Drawing, params: PartitionParameters) -> Lines | None:
    """Lines for want of which planes lost faces."""
    labels, pieces = drawing.labels, []
    if (labels.denied >= 0).any():
        pieces.append(lines_at_limits(drawing.arrangement, scene.frames, labels, scene.segments, params))
    if labels.outvoted.size:
        pieces.append(
            lines_around_outvoted(
                drawing.arrangement,
                scene.frames,
                drawing.raster,
                labels,
                scene.points,
                scene.segments,
                params,
            )
        )
    return joined(pieces) if pieces else None


def _drawn(
    scene: Scene, lines: Lines, params: PartitionParameters, highest: LadderStep, parts: Bools
) -> Drawing:
    """The faces of some parts; the points and pixels of the scene are all in these."""
    arrangement = arrange(scene.footprints, scene.frames, lines, params, highest, parts)
    raster = burn_faces(arrangement, scene.frames, scene.atlas, scene.points, scene.pixels.pixel, params.cell)
    labels = label_faces(
        arrangement, scene.frames, raster, scene.points, scene.segments, scene.ground, params
    )
    return Drawing(arrangement, raster, labels)


def _with(first: Drawing, second: Drawing, parts: Bools, points: Ints, pixels: Ints) -> Drawing:
    """The first drawing with some ``parts (P,)`` of the second one, which shows these points and pixels."""
    one, other = first.arrangement, second.arrangement
    kept, taken = np.flatnonzero(~parts[one.face_part]), np.flatnonzero(parts[other.face_part])
    order = np.argsort(np.concatenate((one.face_part[kept], other.face_part[taken])), kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    numbers = [np.full(len(a.face_part) + 1, -1, np.int64) for a in (one, other)]
    numbers[0][kept], numbers[1][taken] = place[: len(kept)], place[len(kept) :]

    def faces(of_first: Ints, of_second: Ints, rows: Ints) -> Ints:
        out = numbers[0][of_first]
        out[rows] = np.where(out[rows] < 0, numbers[1][of_second], out[rows])
        return out

    def of_faces(name: str) -> Any:
        return np.concatenate((getattr(first.labels, name)[kept], getattr(second.labels, name)[taken]))[order]

    step = np.where(parts, other.step, one.step)
    reason = np.where(parts, other.reason, one.reason)
    labels = replace(
        first.labels,
        **{name: of_faces(name) for name in ("segment", "votes", "plane", "denied")},
        energy=np.where(parts, second.labels.energy, first.labels.energy),
        outvoted=np.empty((2, 0), np.int64),
    )
    return Drawing(
        in_part_order([share(one, ~parts), share(other, parts)], step, reason),
        FaceRaster(
            faces(first.raster.of_points, second.raster.of_points, points),
            faces(first.raster.of_pixels, second.raster.of_pixels, pixels),
        ),
        labels,
    )
