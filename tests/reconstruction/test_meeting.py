from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.reconstruction.roofs import Roof, dormer, flat, hip, hipped_mansard
from tests.reconstruction.scenes import Scene, scene
from twin.geometry.columns import Semantic
from twin.geometry.extrude import extrude
from twin.geometry.validity import check
from twin.reconstruction.labels import Labels
from twin.reconstruction.meeting import with_meetings
from twin.reconstruction.partition_parameters import PartitionParameters

APART = replace(PartitionParameters(), meeting_distances=())


def astray(roof: Callable[[], Roof], by: float, seed: int = 3) -> Scene:
    """A roof whose planes are each ``by`` [m] off, and tilted by as much over ten metres, at random."""
    given = scene([roof()])
    plane = given.segments.plane.copy()
    off = np.random.default_rng(seed).uniform(-by, by, plane.shape) * [0.1, 0.1, 1.0]
    tilted = plane[:, :2].any(axis=1)
    plane += off * np.where(tilted[:, None], 1.0, [0.0, 0.0, 1.0])
    return replace(given, segments=replace(given.segments, plane=plane))


def cut_hip() -> Roof:
    """A hip whose top is a horizontal deck."""
    planes = np.concatenate((hip().planes, [[0.0, 0.0, 6.8]]))
    return Roof(
        "cut hip", hip().polygon, planes, lambda x, y: np.argmin(planes @ [x, y, np.ones_like(x)], axis=0)
    )


def surfaces(given: Scene, params: PartitionParameters) -> dict[int, int]:
    """Surfaces of the solid by semantics; it is valid."""
    shells = extrude(given.partition(params).lod22, params.straight).shells
    assert check(shells).valid.all()
    kinds, counts = np.unique(shells.semantics, return_counts=True)
    return dict(zip(kinds.tolist(), counts.tolist(), strict=True))


@pytest.mark.parametrize("seed", range(4))
def test_four_planes_that_miss_one_point_are_made_to_meet_there(seed: int) -> None:
    given = astray(hipped_mansard, 0.006, seed)
    assert surfaces(given, PartitionParameters())[Semantic.ROOF] == 8
    assert surfaces(given, APART)[Semantic.ROOF] > 8  # bent at the corners, and so cut into triangles


def test_slopes_that_miss_each_other_at_a_corner_of_the_footprint_need_no_wall() -> None:
    given = astray(hip, 0.02)
    assert Semantic.INNER_WALL not in surfaces(given, PartitionParameters())
    assert surfaces(given, APART)[Semantic.INNER_WALL] > 0


def test_planes_move_by_centimetres_and_horizontal_ones_stay_so() -> None:
    given = astray(cut_hip, 0.02)
    before, after = given.partition(APART).lod22, given.partition().lod22
    assert before.plane.shape == after.plane.shape
    corner = np.concatenate((after.left, after.right)), np.concatenate((after.start, after.end))
    face, vertex = (column[corner[0] >= 0] for column in corner)
    away = np.column_stack((after.xy[vertex] - after.origin[0], np.ones(len(vertex))))
    rise = (away * (after.plane - before.plane)[face]).sum(axis=1)
    assert 0.001 < np.abs(rise).max() <= PartitionParameters().meeting_distances[0]
    level = ~before.plane[:, :2].any(axis=1)
    assert level.any()
    assert not after.plane[level, :2].any()


def test_roofs_that_are_really_apart_stay_apart() -> None:
    """Two flat roofs 8 cm apart, which no tilt may join, and a hip whose planes are half a metre off."""
    low = replace(flat(), planes=np.array([[0.0, 0.0, 6.5], [0.0, 0.0, 6.42]]))
    for given in (scene([low]), astray(hip, 0.5)):
        assert np.array_equal(given.partition(APART).lod22.plane, given.partition().lod22.plane)


def test_no_meeting_lifts_a_roof_above_its_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    given, asked = astray(hipped_mansard, 0.006), []

    def spied(*arguments: Any) -> Labels:
        asked.append(arguments)
        return with_meetings(*arguments)

    monkeypatch.setattr("twin.reconstruction.partition.with_meetings", spied)
    given.partition()
    arrangement, frames, labels, ceiling, params = asked[0]
    on_planes = given.points.xyz[given.points.segment >= 0, 2]
    assert ceiling.tolist() == [on_planes.max() + params.guard_above]
    assert not np.array_equal(with_meetings(*asked[0]).plane, labels.plane)
    low = np.array([on_planes.max() - 0.5])
    assert np.array_equal(with_meetings(arrangement, frames, labels, low, params).plane, labels.plane)


def test_the_meetings_of_a_part_do_not_depend_on_its_neighbours() -> None:
    kinds = [hip, hipped_mansard, dormer]
    alone = [astray(kind, 0.015).partition().lod22.plane for kind in kinds]
    together = scene([kind() for kind in kinds])
    planes = np.concatenate([astray(kind, 0.015).segments.plane for kind in kinds])
    joint = replace(together, segments=replace(together.segments, plane=planes)).partition().lod22
    for part, plane in enumerate(alone):
        assert np.array_equal(joint.plane[joint.face_part == part], plane)
