from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely

from tests.reconstruction import roofs
from tests.reconstruction.delft import read_delft
from tests.reconstruction.roofs import Roof
from tests.reconstruction.scenes import (
    Scene,
    courtyard,
    flats,
    only,
    penthouse,
    scene,
    slanted,
    stepped,
    tower,
)
from twin.geometry.columns import Partition
from twin.geometry.extrude import extrude
from twin.geometry.footprints import footprints_from
from twin.geometry.validity import check
from twin.reconstruction.arrays import RoofPoints
from twin.reconstruction.assign import assign
from twin.reconstruction.atlas import atlas, roof_points
from twin.reconstruction.frame import frames
from twin.reconstruction.ground import ground_heights
from twin.reconstruction.parameters import PlaneParameters
from twin.reconstruction.partition import Partitions
from twin.reconstruction.partition_parameters import PartitionParameters
from twin.reconstruction.reasons import LadderStep, Reason
from twin.reconstruction.segments import segment_planes

EVERY = [*roofs.ROOFS, penthouse, courtyard, tower, stepped, slanted]


@pytest.fixture(scope="module")
def street() -> Scene:
    return scene([roof() for roof in EVERY])


@pytest.fixture(scope="module")
def built(street: Scene) -> Partitions:
    return street.partition()


def heights_at(p: Partition, part: int, xy: np.ndarray) -> np.ndarray:
    """Roof height at RD points by shapely, independent of the rasters under test."""
    out = np.full(len(xy), np.nan)
    for f in np.flatnonzero(p.face_part == part):
        rim = (p.left == f) | (p.right == f)
        lines = shapely.linestrings(np.stack((p.xy[p.start[rim]], p.xy[p.end[rim]]), axis=1))
        inside = np.zeros(len(xy), bool)
        for ring in shapely.polygonize(lines).geoms:  # a point in an odd number of rings is in the face
            inside ^= shapely.contains_xy(shapely.Polygon(ring.exterior), *xy.T)
        a, b, c = p.plane[f]
        out[inside] = (np.column_stack((xy, np.ones(len(xy)))) - [*p.origin[part], 0])[inside] @ [a, b, c]
    return out


@pytest.mark.parametrize("part", range(len(EVERY)), ids=[r.__name__ for r in EVERY])
def test_lod22_follows_the_true_roof(street: Scene, built: Partitions, part: int):
    assert built.step[part] == LadderStep.FULL, Reason(built.reason[part]).en
    xy = probes(street, part)
    truth = street.roofs[part].height(*street.to_roof(part, xy).T)
    error = np.abs(heights_at(built.lod22, part, xy) - truth)
    assert not np.isnan(error).any()
    share = 0.97 if street.roofs[part].name == "slanted" else 0.985
    assert np.mean(error < 0.1) > share


def probes(street: Scene, part: int) -> np.ndarray:
    """A grid of RD points well inside the footprint."""
    rings = street.footprints.part_offsets[part : part + 2]
    offsets = street.footprints.ring_offsets[rings[0] : rings[1] + 1]
    shell, *holes = (street.footprints.xy[a:b] for a, b in pairwise(offsets))
    shape = shapely.Polygon(shell, holes).buffer(-0.05)
    x0, y0, x1, y1 = shape.bounds
    grid = np.stack(np.meshgrid(np.arange(x0, x1, 0.13), np.arange(y0, y1, 0.13)), axis=-1).reshape(-1, 2)
    return grid[shapely.contains_xy(shape, *grid.T)]


def test_every_solid_of_every_level_is_valid(built: Partitions):
    for partition in (built.lod12, built.lod13, built.lod22):
        solids = extrude(partition)
        assert solids.valid.all()
        assert len(check(solids.shells).code) == 0


def test_lod13_keeps_steps_of_a_storey_and_no_others(street: Scene, built: Partitions):
    def blocks(make: object) -> list[float]:
        part = EVERY.index(make)
        mine = built.lod13.face_part == part
        _, first = np.unique(built.lod13.face_label[mine], return_index=True)
        assert (built.lod13.plane[mine][:, :2] == 0).all()
        return sorted(built.lod13.plane[mine, 2][first].round(1).tolist())

    assert blocks(penthouse) == [9.0, 12.5]
    assert blocks(tower) == [7.0, 30.0]
    assert blocks(courtyard) == [8.0, 12.5]
    assert len(blocks(roofs.gable)) == 1
    assert len(blocks(roofs.hip)) == 1
    assert blocks(stepped) == [5.0, 9.8]  # of 3, 5, 9 and 9.8 m


def test_lod12_is_the_70_percent_quantile_of_the_pixels(street: Scene, built: Partitions):
    part = EVERY.index(roofs.flat)
    height = built.lod12.plane[built.lod12.face_part == part, 2]
    assert height == pytest.approx(6.5, abs=0.03)  # 9/14 of the area is at 6.5 m, the rest at 3.1 m ...
    gable = EVERY.index(roofs.gable)
    height = built.lod12.plane[built.lod12.face_part == gable, 2]
    assert height == pytest.approx(4.0 + 0.8 * 4 * 0.7, abs=0.15)  # ... and a slope is uniform in height


def test_lod12_has_the_edges_of_the_footprint_and_no_others(street: Scene, built: Partitions):
    np.testing.assert_array_equal(built.lod12.xy, street.footprints.xy)
    assert len(built.lod12.start) == len(street.footprints.xy)
    assert built.lod12.face_part.tolist() == list(range(len(EVERY)))


@pytest.mark.parametrize("part", range(len(EVERY)), ids=[r.__name__ for r in EVERY])
def test_a_part_is_the_same_in_a_chunk_of_its_own(street: Scene, built: Partitions, part: int):
    assert_same(built, only(street, part).partition(), part)


def assert_same(chunk: Partitions, alone: Partitions, part: int) -> None:
    for name in ("lod12", "lod13", "lod22"):
        p, q = getattr(chunk, name), getattr(alone, name)
        vertex, face = p.vertex_part == part, p.face_part == part
        first_vertex, first_face = (
            int(np.searchsorted(p.vertex_part, part)),
            int(np.searchsorted(p.face_part, part)),
        )
        edge = p.vertex_part[p.start] == part
        np.testing.assert_array_equal(q.xy, p.xy[vertex])
        np.testing.assert_array_equal(q.fixed, p.fixed[vertex])
        np.testing.assert_array_equal(q.start, p.start[edge] - first_vertex)
        np.testing.assert_array_equal(q.end, p.end[edge] - first_vertex)
        for side in ("left", "right"):
            there = getattr(p, side)[edge]
            np.testing.assert_array_equal(getattr(q, side), np.where(there < 0, -1, there - first_face))
        np.testing.assert_array_equal(q.face_label, p.face_label[face])
        np.testing.assert_array_equal(q.plane, p.plane[face])
    for name in ("step", "reason", "evidence", "energy"):
        assert getattr(alone, name)[0] == getattr(chunk, name)[part]


class TestWithoutEnoughData:
    given = scene([roofs.gable(), roofs.gable(), roofs.gable(), roofs.gable()])

    def partition(self) -> Partitions:
        """Part 0 whole, 1 without points, 2 without planes, 3 with a few points on planes."""
        points, segments = self.given.points, self.given.segments
        rng = np.random.default_rng(2)
        rare = (points.part == 3) & (rng.random(len(points.part)) > 0.1)
        label = np.where((points.part == 2) | rare, -1, points.segment)
        keep = points.part != 1
        of_pixel = self.given.atlas.part
        pixel_segment = np.where((of_pixel == 1) | (of_pixel == 2), -1, segments.pixel_segment)
        with_planes = np.flatnonzero((segments.part != 1) & (segments.part != 2))
        number = np.full(len(segments.part) + 1, -1)
        number[with_planes] = np.arange(len(with_planes))
        return replace(
            self.given,
            points=RoofPoints(points.part[keep], points.xyz[keep], points.pixel[keep], number[label[keep]]),
            segments=replace(
                segments,
                plane=segments.plane[with_planes],
                part=segments.part[with_planes],
                support=segments.support[with_planes],
                pixel_segment=number[pixel_segment],
            ),
        ).partition()

    def test_each_gets_what_its_data_supports_and_a_reason(self):
        p = self.partition()
        assert [LadderStep(s) for s in p.step] == [
            LadderStep.FULL,
            LadderStep.NONE,
            LadderStep.LOD12_ONLY,
            LadderStep.LOD12_ONLY,
        ]
        assert [Reason(r) for r in p.reason] == [
            Reason.NOTHING_WRONG,
            Reason.NO_POINTS,
            Reason.NO_PLANES,
            Reason.LITTLE_EVIDENCE,
        ]
        assert set(p.lod22.face_part) == {0}
        assert p.lod12.face_part.tolist() == [0, 2, 3]
        assert np.isfinite(p.lod12.plane).all()
        assert len(p.lod22) == len(p.lod12) == 4

    def test_a_roof_at_ground_level_is_no_building(self):
        sunk = replace(self.given, ground=np.array([0.0, 30.0, 0.0, 0.0])).partition()
        assert sunk.step[1] == LadderStep.NONE
        assert sunk.reason[1] == Reason.ROOF_AT_GROUND

    def test_every_step_and_reason_speaks_two_languages(self):
        for value in (*LadderStep, *Reason):
            assert value.nl
            assert value.en
            assert value.nl != value.en


def test_sparse_clouds_still_tile():
    given = scene([roofs.gable(), penthouse(), tower()], density=2.0)
    built = given.partition()
    solids = extrude(built.lod22)
    assert solids.valid.all()
    assert (built.step >= LadderStep.LOD12_ONLY).all()


def test_a_grid_of_boxes_stays_sound():
    boxes = [
        (shapely.box(3 + 5 * i, 3 + 5 * j, 5 + 5 * i, 5 + 5 * j), 7.0 + i + 0.5 * j)
        for i in range(6)
        for j in range(4)
    ]
    roof = flats("grid", shapely.box(0, 0, 34, 24), boxes, 5.0)
    built = scene([roof]).partition()
    assert built.step[0] == LadderStep.FULL
    solids = extrude(built.lod22)
    assert solids.valid.all()
    assert len(np.unique(built.lod22.face_label)) == len(boxes) + 1


def test_too_many_planes_give_a_block_and_spare_the_neighbours():
    given = scene([penthouse(), stepped()])
    built = given.partition(replace(PartitionParameters(), max_planes=3))
    assert built.step.tolist() == [LadderStep.FULL, LadderStep.LOD12_ONLY]
    assert built.reason.tolist() == [Reason.NOTHING_WRONG, Reason.TOO_COMPLEX]
    assert set(built.lod22.face_part) == {0}


def test_too_many_lines_cost_the_weakest():
    given = scene([stepped()])
    built = given.partition(replace(PartitionParameters(), max_lines=2))
    assert len(built.lod22.face_part) == 3


def assert_no_higher_than_the_evidence(p: Partition, given: Scene, more: float) -> None:
    labelled = given.points.segment >= 0
    highest = np.full(len(p), -np.inf)
    np.maximum.at(highest, given.points.part[labelled], given.points.xyz[labelled, 2])
    for vertex, face in ((p.start, p.left), (p.end, p.right)):
        vertex, face = vertex[face >= 0], face[face >= 0]
        part = p.face_part[face]
        z = (p.plane[face, :2] * (p.xy[vertex] - p.origin[part])).sum(axis=1) + p.plane[face, 2]
        assert (z <= highest[part] + more + 1e-6).all()
        assert (z >= p.ground[part] + 0.25 - 1e-6).all()


def test_real_delft_has_a_valid_solid_for_every_part_with_planes(real_data: Path):
    """Also: the same in chunks of one as in a chunk of all."""
    delft = read_delft(real_data)
    footprints, _ = footprints_from(delft.panden)
    params = PlaneParameters()
    frame = frames(footprints)
    pixels = atlas(footprints, frame, params)
    index, part = assign(footprints, delft.xyz, delft.classification, params)
    points, segments = segment_planes(pixels, roof_points(frame, pixels, delft.xyz, index, part), params)
    ground = ground_heights(footprints, delft.xyz, delft.classification, params).height
    plain = Roof("real", shapely.box(0, 0, 1, 1), np.zeros((0, 3)), lambda x, y: np.zeros(0, np.int64))
    parts = len(footprints)
    given = Scene(
        [plain] * parts, footprints, frame, pixels, points, segments, ground, [(0.0, (0.0, 0.0))] * parts
    )
    built = given.partition()
    assert (built.step >= LadderStep.LOD12_ONLY).all()
    assert np.mean(built.step == LadderStep.FULL) > 0.98
    for partition in (built.lod12, built.lod13, built.lod22):
        solids = extrude(partition)
        has = np.bincount(partition.face_part, minlength=parts) > 0
        assert solids.valid[has].all()
        assert len(check(solids.shells).code) == 0
    assert_no_higher_than_the_evidence(built.lod22, given, 1.0)
    for k in range(0, parts, 4):
        assert_same(built, only(given, k).partition(), k)
