from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import numpy.typing as npt
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tests.reconstruction import roofs
from tests.reconstruction.scenes import Scene, scene, stepped
from twin.reconstruction.arrangement import Arrangement, arrange
from twin.reconstruction.energy import Problem, minimise, without_specks
from twin.reconstruction.face_raster import burn_faces
from twin.reconstruction.labels import Labels, label_faces
from twin.reconstruction.lines import find_lines
from twin.reconstruction.partition_parameters import PartitionParameters

PARAMS = PartitionParameters()


def label(given: Scene, params: PartitionParameters = PARAMS) -> tuple[Arrangement, Labels]:
    lines = find_lines(given.footprints, given.frames, given.atlas, given.points, given.segments, params)
    a = arrange(given.footprints, given.frames, lines, params)
    raster = burn_faces(a, given.frames, given.atlas, given.points, given.points.pixel[:0], params.cell)
    return a, label_faces(a, given.frames, raster, given.points, given.segments, given.ground, params)


def random_problem(rng: np.random.Generator, faces: int, labels: int) -> Problem:
    a, b = np.triu_indices(faces, 1)
    linked = rng.random(len(a)) < 0.5
    unary = -rng.exponential(3.0, (faces, labels)) * (rng.random((faces, labels)) < 0.6)
    return Problem(
        first=np.arange(faces + 1, dtype=np.int64) * labels,
        unary=unary.ravel(),
        undecided=~(unary < 0).any(axis=1),
        a=a[linked].astype(np.int64),
        b=b[linked].astype(np.int64),
        cost=rng.uniform(0.1, 1.5, int(linked.sum())),
    )


def energy(problem: Problem, label: npt.NDArray[np.int64]) -> float:
    differs = label[problem.a] != label[problem.b]
    return float(problem.unary[problem.first[:-1] + label].sum() + problem.cost[differs].sum())


def test_labels_come_near_the_best_of_all_labellings():
    rng = np.random.default_rng(7)
    found, best = [], []
    for _ in range(150):
        problem = random_problem(rng, 6, 3)
        found.append(energy(problem, minimise(problem, 100)))
        best.append(min(energy(problem, np.array(c)) for c in product(range(3), repeat=6)))
    found, best = np.array(found), np.array(best)
    assert (found >= best - 1e-9).all()
    assert found.sum() <= best.sum() * 0.995  # energies are negative
    assert np.mean(found < best + 1e-9) > 0.8


def test_no_single_change_improves_a_labelling():
    rng = np.random.default_rng(3)
    for _ in range(30):
        problem = random_problem(rng, 12, 4)
        result = minimise(problem, 100)
        reached = energy(problem, result)
        for face, other in product(range(12), range(4)):
            changed = result.copy()
            changed[face] = other
            assert energy(problem, changed) >= reached - 1e-9


def test_evidence_spreads_through_faces_without_any():
    """A chain of ten faces of which only the last has votes, for the last label."""
    unary = np.zeros((10, 3))
    unary[9, 2] = -1.0
    chain = np.arange(9)
    problem = Problem(
        first=np.arange(11) * 3,
        unary=unary.ravel(),
        undecided=np.arange(10) < 9,
        a=chain,
        b=chain + 1,
        cost=np.full(9, 0.3),
    )
    assert minimise(problem, 100).tolist() == [2] * 10


@pytest.mark.parametrize(("votes", "stays"), [(0.9, False), (1.1, True)])
def test_a_region_must_outweigh_its_borders_by_what_is_asked(votes: float, stays: bool):
    """Two faces of one label between two of another; their borders cost 0.6, and 0.4 is asked."""
    unary = np.array([[-5.0, 0.0], [0.0, -votes / 2], [0.0, -votes / 2], [-5.0, 0.0]])
    chain = np.arange(3)
    problem = Problem(
        first=np.arange(5) * 2,
        unary=unary.ravel(),
        undecided=np.zeros(4, bool),
        a=chain,
        b=chain + 1,
        cost=np.full(3, 0.3),
    )
    label = np.array([0, 1, 1, 0])
    assert without_specks(problem, label, 0.4).tolist() == ([0, 1, 1, 0] if stays else [0, 0, 0, 0])
    assert without_specks(problem, label, 0.0).tolist() == [0, 1, 1, 0]


def test_no_region_is_left_that_is_not_worth_its_borders():
    rng = np.random.default_rng(4)
    for _ in range(40):
        problem = random_problem(rng, 14, 4)
        label = without_specks(problem, minimise(problem, 100), 0.8)
        reached = energy(problem, label)
        same = label[problem.a] == label[problem.b]
        links = coo_array((np.ones(same.sum()), (problem.a[same], problem.b[same])), shape=(14, 14))
        region = connected_components(links, directed=False)[1]
        for mine in np.unique(region):
            faces = region == mine
            beside = np.concatenate((problem.b[faces[problem.a]], problem.a[faces[problem.b]]))
            for other in np.setdiff1d(label[beside], label[faces]):
                assert energy(problem, np.where(faces, other, label)) >= reached + 0.8 - 1e-9


def test_labels_do_not_depend_on_the_problems_solved_beside_them():
    rng = np.random.default_rng(5)
    one, two = random_problem(rng, 8, 3), random_problem(rng, 5, 4)
    both = Problem(
        first=np.concatenate((one.first, two.first[1:] + one.first[-1])),
        unary=np.concatenate((one.unary, two.unary)),
        undecided=np.concatenate((one.undecided, two.undecided)),
        a=np.concatenate((one.a, two.a + 8)),
        b=np.concatenate((one.b, two.b + 8)),
        cost=np.concatenate((one.cost, two.cost)),
    )
    expected = np.concatenate((minimise(one, 100), minimise(two, 100)))
    np.testing.assert_array_equal(minimise(both, 100), expected)
    apart = (without_specks(one, minimise(one, 100), 1.0), without_specks(two, minimise(two, 100), 1.0))
    np.testing.assert_array_equal(without_specks(both, expected, 1.0), np.concatenate(apart))


def test_energy_is_what_the_labels_cost():
    given = scene([roofs.dormer()])
    a, labels = label(given)
    inner = (a.left >= 0) & (a.right >= 0)
    length = np.hypot(*(a.xy[a.end] - a.xy[a.start]).T)[inner]
    differs = labels.segment[a.left[inner]] != labels.segment[a.right[inner]]
    raster = burn_faces(a, given.frames, given.atlas, given.points, given.points.pixel[:0], PARAMS.cell)
    face = raster.of_points
    agree = (face >= 0) & (given.points.segment == labels.segment[face])
    area = a.area.sum() / len(given.points.part)
    expected = PARAMS.boundary_weight * length[differs].sum() - area * agree.sum()
    np.testing.assert_allclose(labels.energy[0], expected, atol=0.3)  # slivers do not vote


def test_a_dormer_of_two_by_two_metres_survives():
    given = scene([roofs.dormer()])
    a, labels = label(given)
    assert 2 in labels.segment
    area = a.area[labels.segment == 2].sum()
    np.testing.assert_allclose(area, 3.5 * 2.2, atol=0.7)


def test_no_face_rises_more_than_a_metre_above_the_points_of_its_plane():
    """The upper half of a steep roof has no points: its plane must not be drawn on to the ridge."""
    given = scene([roofs.mansard()])
    world = given.frames.to_world(given.points.xyz[:, :2], given.points.part)
    y = given.to_roof(0, world)[:, 1]
    seen = (y < 1.0) & (given.points.segment == 0)
    cut = replace(
        given,
        points=type(given.points)(
            given.points.part[seen],
            given.points.xyz[seen],
            given.points.pixel[seen],
            given.points.segment[seen],
        ),
        segments=replace(given.segments, pixel_segment=np.where(given.segments.pixel_segment == 0, 0, -1)),
    )
    a, labels = label(cut)
    top = cut.points.xyz[:, 2].max()
    flat = labels.segment < 0
    assert flat.any()  # no other plane is known here
    np.testing.assert_array_equal(labels.plane[flat, :2], 0)
    xy = a.xy - given.frames.center[0]
    for vertex, face in ((a.start, a.left), (a.end, a.right)):
        inside = face >= 0
        p = labels.plane[face[inside]]
        z = (p[:, :2] * xy[vertex[inside]]).sum(axis=1) + p[:, 2]
        assert (z <= top + 1.0 + 1e-9).all()


def test_testing_planes_in_blocks_changes_nothing(monkeypatch: pytest.MonkeyPatch):
    given = scene([roofs.mansard(), stepped(), roofs.dormer()])
    _, at_once = label(given)
    monkeypatch.setattr("twin.reconstruction.labels.BLOCK", 7)
    _, in_blocks = label(given)
    np.testing.assert_array_equal(in_blocks.segment, at_once.segment)


def test_a_face_without_an_allowed_plane_is_flat_at_its_own_mean_height():
    given = scene([stepped()])
    deep = replace(given, ground=np.array([12.0]))  # all steps are far below this ground
    _, labels = label(deep)
    assert (labels.segment < 0).all()
    assert (labels.plane[:, 2] >= 12.25 - 1e-9).all()


def test_an_unsupported_face_takes_a_neighbours_plane():
    given = scene([stepped()])
    world = given.frames.to_world(given.points.xyz[:, :2], given.points.part)
    x = given.to_roof(0, world)[:, 0]
    seen = x < 15  # no points on the highest step
    cut = replace(
        given,
        points=type(given.points)(
            given.points.part[seen],
            given.points.xyz[seen],
            given.points.pixel[seen],
            given.points.segment[seen],
        ),
    )
    _, labels = label(cut)
    assert set(labels.segment.tolist()) <= {0, 1, 2}
