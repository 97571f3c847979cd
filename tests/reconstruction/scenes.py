"""Inputs of the partition from roofs with known planes: footprints, points and perfect segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from tests.reconstruction.roofs import Roof, sample
from twin.geometry.columns import Footprints
from twin.geometry.footprints import footprints_from
from twin.reconstruction.arrays import Atlas, Frames, RoofPoints, Segments
from twin.reconstruction.atlas import atlas, roof_points
from twin.reconstruction.frame import frames
from twin.reconstruction.line_columns import Lines
from twin.reconstruction.parameters import PlaneParameters
from twin.reconstruction.partition import Partitions, partition_roofs
from twin.reconstruction.partition_parameters import PartitionParameters

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Scene:
    roofs: list[Roof]
    footprints: Footprints
    frames: Frames
    atlas: Atlas
    points: RoofPoints
    segments: Segments
    ground: Array
    turns: list[tuple[float, tuple[float, float]]]

    def partition(self, params: PartitionParameters | None = None) -> Partitions:
        return partition_roofs(
            self.footprints,
            self.frames,
            self.atlas,
            self.points,
            self.segments,
            self.ground,
            params or PartitionParameters(),
        )

    def to_roof(self, part: int, xy: Array) -> Array:
        """RD coordinates in the axes of the roof's definition."""
        angle, shift = self.turns[part]
        c, s = np.cos(angle), np.sin(angle)
        return np.asarray((xy - shift) @ np.array([[c, -s], [s, c]]))


def scene(roofs: Sequence[Roof], angle: float = 0.4, density: float = 15.0, seed: int = 1) -> Scene:
    """Roofs side by side, each turned by ``angle`` and with its true planes as segments."""
    clouds, owners, polygons, turns = [], [], [], []
    for k, roof in enumerate(roofs):
        shift = (85000.0 + 60.0 * k, 447000.0)
        polygon, xyz, _ = sample(roof, density, 0.02, seed, angle, shift)
        polygons.append(polygon)
        clouds.append(xyz)
        owners.append(np.full(len(xyz), k, np.int64))
        turns.append((angle, shift))
    footprints, _ = footprints_from(np.array(polygons, dtype=object))
    frame, owner = frames(footprints), np.concatenate(owners)
    pixels = atlas(footprints, frame, PlaneParameters())
    points = roof_points(frame, pixels, np.concatenate(clouds), np.arange(len(owner)), owner)
    ground = np.zeros(len(footprints))
    base = np.cumsum([0, *(len(r.planes) for r in roofs)])
    empty = Segments(np.zeros((0, 3)), owner[:0], np.zeros(0), np.full(len(pixels.part), -1))
    bare = Scene(list(roofs), footprints, frame, pixels, points, empty, ground, turns)

    label = np.full(len(points.part), -1, np.int64)
    pixel_segment = np.full(len(pixels.part), -1, np.int64)
    plane = np.zeros((base[-1], 3))
    center = np.flatnonzero(pixels.inside)
    iy, ix = np.divmod(center - pixels.offset[pixels.part[center]], pixels.stride[center])
    center_xy = (np.column_stack((ix, iy)) - pixels.margin + 0.5) * pixels.pixel
    for k, roof in enumerate(roofs):

        def on_roof(local: Array, k: int = k) -> Array:
            return bare.to_roof(k, frame.to_world(local, np.full(len(local), k)))

        mine, in_part = points.part == k, pixels.part[center] == k
        label[mine] = base[k] + roof.surface(*on_roof(points.xyz[mine, :2]).T)
        pixel_segment[center[in_part]] = base[k] + roof.surface(*on_roof(center_xy[in_part]).T)
        corner = on_roof(np.array([[0.0, 0], [1, 0], [0, 1]]))
        z = corner @ roof.planes[:, :2].T + roof.planes[:, 2]  # (3 corners, planes)
        plane[base[k] : base[k + 1]] = np.column_stack((z[1] - z[0], z[2] - z[0], z[0]))
    part = np.repeat(np.arange(len(roofs)), np.diff(base))
    support = np.bincount(label, minlength=base[-1]).astype(float)
    labelled = RoofPoints(points.part, points.xyz, points.pixel, label)
    segments = Segments(plane, part, support, pixel_segment)
    return Scene(list(roofs), footprints, frame, pixels, labelled, segments, ground, turns)


def only(given: Scene, part: int) -> Scene:
    """The same inputs for one part, as they would be in a chunk of its own."""
    fp, fr, at = given.footprints, given.frames, given.atlas
    rings = slice(fp.part_offsets[part], fp.part_offsets[part + 1])
    first, last = fp.ring_offsets[rings.start], fp.ring_offsets[rings.stop]
    one = slice(part, part + 1)
    pixels = np.flatnonzero(at.part == part)
    start = int(pixels[0])
    rows = np.flatnonzero(given.points.part == part)
    planes = np.flatnonzero(given.segments.part == part)
    base = int(planes[0]) if len(planes) else 0

    def shifted(ids: npt.NDArray[np.int64], by: int) -> npt.NDArray[np.int64]:
        return np.where(ids < 0, -1, ids - by)

    return Scene(
        given.roofs[one],
        Footprints(
            fp.xy[first:last],
            fp.ring_offsets[rings.start : rings.stop + 1] - first,
            fp.part_offsets[part : part + 2] - rings.start,
        ),
        Frames(fr.cos[one], fr.sin[one], fr.center[one], fr.corner[one], fr.size[one]),
        Atlas(
            at.pixel,
            at.margin,
            at.nx[one],
            at.ny[one],
            np.zeros(1, np.int64),
            np.zeros(len(pixels), np.int64),
            at.stride[pixels],
            at.inside[pixels],
        ),
        RoofPoints(
            np.zeros(len(rows), np.int64),
            given.points.xyz[rows],
            given.points.pixel[rows] - start,
            shifted(given.points.segment[rows], base),
        ),
        Segments(
            given.segments.plane[planes],
            np.zeros(len(planes), np.int64),
            given.segments.support[planes],
            shifted(given.segments.pixel_segment[pixels], base),
        ),
        given.ground[one],
        given.turns[one],
    )


def make_lines(rows: Sequence[tuple[int, float, float, float, float, float]]) -> Lines:
    """Lines from ``(part, angle of the normal [rad], offset, t0, t1, weight)``, by part."""
    table = np.array(sorted(rows), dtype=float).reshape(-1, 6)
    return Lines(
        part=table[:, 0].astype(np.int64),
        normal=np.column_stack((np.cos(table[:, 1]), np.sin(table[:, 1]))),
        offset=table[:, 2],
        t0=table[:, 3],
        t1=table[:, 4],
        weight=table[:, 5],
        kind=np.ones(len(table), np.uint8),
    )


def flats(
    name: str, polygon: shapely.Polygon, boxes: Sequence[tuple[shapely.Geometry, float]], low: float
) -> Roof:
    """Flat roof at height ``low`` with flat boxes on it; later boxes stand on earlier ones."""
    planes = np.array([[0, 0, low], *([0, 0, z] for _, z in boxes)])

    def surface(x: Array, y: Array) -> npt.NDArray[np.int64]:
        out = np.zeros(np.shape(x), np.int64)
        for k, (box, _) in enumerate(boxes):
            out[shapely.contains_xy(box, x, y)] = k + 1
        return out

    return Roof(name, polygon, planes, surface)


def penthouse() -> Roof:
    return flats("penthouse", shapely.box(0, 0, 20, 14), [(shapely.box(6, 4, 13, 10), 12.5)], 9.0)


def courtyard() -> Roof:
    ring = shapely.box(0, 0, 24, 20).difference(shapely.box(8, 7, 16, 13))
    return flats("courtyard", ring, [(shapely.box(0, 0, 8, 20), 12.5)], 8.0)


def tower() -> Roof:
    return flats("tower", shapely.box(0, 0, 18, 9), [(shapely.box(0, 0, 5, 5), 30.0)], 7.0)


def stepped() -> Roof:
    boxes = [
        (shapely.box(5, 0, 10, 10), 5.0),
        (shapely.box(10, 0, 15, 10), 9.0),
        (shapely.box(15, 0, 20, 10), 9.8),
    ]
    return flats("stepped", shapely.box(0, 0, 20, 10), boxes, 3.0)


def slanted() -> Roof:
    wedge = shapely.Polygon([(0, 0), (9, 0), (4, 12), (0, 12)])
    return flats("slanted", shapely.box(0, 0, 16, 12), [(wedge, 9.0)], 4.0)
