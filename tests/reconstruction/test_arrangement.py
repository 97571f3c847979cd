from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tests.reconstruction.scenes import make_lines
from twin.geometry import footprints as footprints_module
from twin.geometry.columns import Footprints
from twin.geometry.footprints import footprints_from
from twin.reconstruction.arrangement import Arrangement, arrange
from twin.reconstruction.frame import frames, vertex_part
from twin.reconstruction.line_columns import Lines
from twin.reconstruction.partition_parameters import PartitionParameters
from twin.reconstruction.reasons import LadderStep, Reason

PARAMS = PartitionParameters()
RD = np.array([85000.0, 447000.0])


def footprints_of(polygons: list[shapely.Polygon]) -> Footprints:
    moved = [shapely.transform(p, lambda xy: np.round(xy + RD, 3)) for p in polygons]
    return footprints_from(np.array(moved, dtype=object))[0]


def run(polygons: list[shapely.Polygon], lines: Lines, params: PartitionParameters = PARAMS) -> Arrangement:
    footprints = footprints_of(polygons)
    assert len(footprints) == len(polygons)
    return arrange(footprints, frames(footprints), lines, params)


def outside_rings(polygon: shapely.Polygon) -> int:
    """Connected pieces of the outside: the world, and the courtyards."""
    return 1 + len(polygon.interiors)


def assert_tiles(a: Arrangement, part: int, polygon: shapely.Polygon) -> None:
    edge = np.flatnonzero(a.edge_part == part)
    assert len(edge), "the part has no edges"
    vertex = np.flatnonzero(a.vertex_part == part)
    face = np.flatnonzero(a.face_part == part)
    start, end, left, right = a.start[edge], a.end[edge], a.left[edge], a.right[edge]
    assert set(np.unique(np.concatenate((start, end)))) == set(vertex), "unused or foreign vertices"
    assert (left != right).all(), "an edge has the same face on both sides"
    np.testing.assert_array_equal(right[a.boundary[edge]], -1)
    assert (left[a.boundary[edge]] >= 0).all()
    assert (np.minimum(left, right)[~a.boundary[edge]] >= 0).all()

    # Euler: V - E + F = 1 + C, the outside pieces counted as faces.
    n = len(a.xy)
    links = coo_array((np.ones(len(edge)), (start, end)), shape=(n, n))
    _, component = connected_components(links, directed=False)
    components = len(np.unique(component[vertex]))
    assert len(vertex) - len(edge) + len(face) + outside_rings(polygon) == 1 + components

    assert (a.area[face] > 0).all()
    assert a.area[face].sum() == pytest.approx(polygon.area, abs=0.001 * polygon.length)
    fixed = a.fixed[vertex]
    assert {tuple(p) for p in a.xy[vertex[fixed]]} == {
        tuple(p) for r in (polygon.exterior, *polygon.interiors) for p in r.coords
    }
    np.testing.assert_array_equal(a.xy[vertex], np.round(a.xy[vertex], 3))

    segments = shapely.linestrings(np.stack((a.xy[start], a.xy[end]), axis=1))
    i, _ = shapely.STRtree(segments).query(segments, predicate="crosses")
    assert len(i) == 0, "edges cross"
    points = shapely.points(a.xy[vertex])
    p, e = shapely.STRtree(segments).query(points, predicate="dwithin", distance=PARAMS.min_distance - 1e-9)
    foreign = (vertex[p] != start[e]) & (vertex[p] != end[e]) & ~(fixed[p] & a.boundary[edge][e])
    assert not foreign.any(), "a vertex lies too near to an edge"

    for f in face:
        rim = segments[(left == f) | (right == f)]
        rings = [g.area for g in shapely.polygonize(rim).geoms]
        assert rings, "the edges of a face do not close"
        assert a.area[f] <= max(rings) + 1e-6


@st.composite
def polygon(draw: st.DrawFn) -> shapely.Polygon:
    corners = draw(st.integers(4, 10))
    radius = draw(st.lists(st.floats(4, 16), min_size=corners, max_size=corners))
    angle = np.arange(corners) * 2 * np.pi / corners
    shell = np.column_stack((np.cos(angle), np.sin(angle))) * np.array(radius)[:, None]
    shape = shapely.Polygon(np.round(shell, draw(st.integers(0, 3))))
    hole = draw(st.one_of(st.none(), st.floats(0.5, 2.5)))
    if hole is not None:
        shape = shape.difference(shapely.box(-hole, -hole / 2, hole, hole))
    if shape.geom_type != "Polygon" or not shape.is_valid or shape.area < 5:
        return shapely.box(-6, -5, 6, 5)
    return shapely.Polygon(shape)


@st.composite
def roof_lines(draw: st.DrawFn, part: int) -> list[tuple[int, float, float, float, float, float]]:
    # Few angles and coarse offsets, so that lines meet in one point, coincide and graze corners.
    out = []
    for _ in range(draw(st.integers(0, 12))):
        angle = draw(st.one_of(st.sampled_from([0.0, np.pi / 2, np.pi / 4]), st.floats(0, np.pi)))
        offset = draw(st.one_of(st.integers(0, 24).map(float), st.floats(0, 24)))
        t0 = draw(st.floats(-25, 24))
        out.append((part, angle, offset, t0, t0 + draw(st.floats(0.5, 12)), draw(st.floats(0.5, 12))))
    return out


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.sampled_from([0.0, 3.0]))
def test_any_lines_through_any_footprints_tile_them(data: st.DataObject, overrun: float):
    polygons = data.draw(st.lists(polygon(), min_size=1, max_size=4))
    footprints = footprints_of(polygons)
    rows = [row for k in range(len(footprints)) for row in data.draw(roof_lines(k))]
    lines, frame = make_lines(rows), frames(footprints)
    params = replace(PARAMS, overrun=overrun)
    a = arrange(footprints, frame, lines, params)
    for k, p in enumerate(polygons_of(footprints)):
        assert a.step[k] >= LadderStep.NO_LINES
        assert_tiles(a, k, p)
        assert_same_alone(a, footprints, frame, lines, params, k)


def test_bundles_of_lines_that_graze_corners_never_need_the_ladder():
    """Lines from corner to corner, along walls too, in bundles a few millimetres to decimetres wide."""
    rng = np.random.default_rng(11)
    polygons = []
    for _ in range(80):
        count = rng.integers(4, 12)
        angle = np.arange(count) * 2 * np.pi / count
        shell = np.column_stack((np.cos(angle), np.sin(angle))) * rng.uniform(5, 16, count)[:, None]
        shape = shapely.Polygon(np.round(shell, 2))
        if rng.random() < 0.3:
            shape = shape.difference(shapely.box(-2, -1, 2, 1))
        polygons.append(shape if shape.geom_type == "Polygon" else shapely.box(-6, -5, 6, 5))
    footprints = footprints_of(polygons)
    frame, owner = frames(footprints), vertex_part(footprints)
    corners = frame.to_local(footprints.xy, owner)
    rows = []
    for k in range(len(footprints)):
        own = corners[owner == k]
        for _ in range(6):
            i, j = rng.choice(len(own), 2, replace=False)
            angle = float(np.arctan2(own[j, 0] - own[i, 0], own[i, 1] - own[j, 1]))
            offset = float(own[i] @ [np.cos(angle), np.sin(angle)])
            for _ in range(3):
                turn, shift = (
                    rng.normal(0, rng.choice([0, 0.002, 0.02])),
                    rng.normal(0, rng.choice([0, 0.005, 0.05])),
                )
                t0 = rng.uniform(-25, 24)
                rows.append(
                    (k, angle + turn, offset + shift, t0, t0 + rng.uniform(0.5, 12), rng.uniform(0.5, 12))
                )
    a = arrange(footprints, frame, make_lines(rows), PARAMS)
    assert (a.step == LadderStep.FULL).all()
    assert len(a.area) > 3 * len(footprints)
    for k, shape in enumerate(polygons_of(footprints)):
        assert_tiles(a, k, shape)


def polygons_of(footprints: Footprints) -> list[shapely.Polygon]:
    return list(footprints_module.polygons_of(footprints))


def assert_same_alone(
    a: Arrangement, footprints: Footprints, frame: object, lines: Lines, params: PartitionParameters, k: int
) -> None:
    rings = slice(footprints.part_offsets[k], footprints.part_offsets[k + 1])
    offsets = footprints.ring_offsets[rings.start : rings.stop + 1]
    one = Footprints(
        footprints.xy[offsets[0] : offsets[-1]],
        offsets - offsets[0],
        footprints.part_offsets[k : k + 2] - rings.start,
    )
    own = lines.take(np.flatnonzero(lines.part == k))
    alone = arrange(one, frames(one), replace(own, part=np.zeros(len(own), np.int64)), params)
    first_vertex = int(np.searchsorted(a.vertex_part, k))
    first_face = int(np.searchsorted(a.face_part, k))
    edge, face, vertex = a.edge_part == k, a.face_part == k, a.vertex_part == k
    np.testing.assert_array_equal(alone.xy, a.xy[vertex])
    np.testing.assert_array_equal(alone.start, a.start[edge] - first_vertex)
    np.testing.assert_array_equal(alone.end, a.end[edge] - first_vertex)
    np.testing.assert_array_equal(alone.left, np.where(a.left[edge] < 0, -1, a.left[edge] - first_face))
    np.testing.assert_array_equal(alone.right, np.where(a.right[edge] < 0, -1, a.right[edge] - first_face))
    np.testing.assert_array_equal(alone.area, a.area[face])
    assert alone.step[0] == a.step[k]


class TestIslands:
    square = shapely.box(0, 0, 20, 16)
    # Normals along x (offset = x, t = y) and along y (offset = y, t = -x).
    box = ((0, 0.0, 6.0, 5, 10, 5.0), (0, 0.0, 12.0, 5, 10, 5.0),
           (0, np.pi / 2, 5.0, -12, -6, 6.0), (0, np.pi / 2, 10.0, -12, -6, 6.0))  # fmt: skip
    stop_at_once = replace(PARAMS, overrun=0.0)

    def test_a_closed_box_becomes_a_hole_in_the_face_around_it(self):
        a = run([self.square], make_lines(self.box), self.stop_at_once)
        assert sorted(a.area.round(6)) == [30.0, 290.0]
        assert a.step[0] == LadderStep.FULL

    def test_boxes_in_boxes(self):
        inner = ((0, 0.0, 8.0, 7, 8, 1.0), (0, 0.0, 9.5, 7, 8, 1.0),
                 (0, np.pi / 2, 6.7, -9.5, -8, 1.0), (0, np.pi / 2, 8.5, -9.5, -8, 1.0))  # fmt: skip
        params = replace(self.stop_at_once, stop_reach=0.8)
        a = run([self.square], make_lines(self.box + inner), params)
        assert sorted(a.area.round(6)) == [2.7, 27.3, 290.0]

    def test_a_ridge_that_ends_at_an_island_still_separates(self):
        ridge = (0, np.pi / 2, 7.0, -20, -12, 8.0)  # from the box to the wall at x = 20
        a = run([self.square], make_lines((*self.box, ridge)), self.stop_at_once)
        assert a.step[0] == LadderStep.FULL
        on_ridge = (np.abs(a.xy[a.start, 1] - RD[1] - 7) < 1e-6) & (np.abs(a.xy[a.end, 1] - RD[1] - 7) < 1e-6)
        span = np.abs(a.xy[a.end, 0] - a.xy[a.start, 0])[on_ridge].sum()
        assert span >= 8


class TestLadder:
    def test_a_bow_tie_is_refused_with_a_reason_and_harms_nobody(self):
        good = footprints_of([shapely.box(0, 0, 10, 8)])
        bow = np.array([[0.0, 0], [10, 8], [10, 0], [0, 8]]) + RD
        both = Footprints(np.vstack((bow, good.xy)), np.array([0, 4, 8]), np.array([0, 1, 2]))
        lines = make_lines([(0, 0.0, 4.0, 0, 8, 8.0), (1, 0.0, 4.0, 0, 8, 8.0)])
        a = arrange(both, frames(both), lines, PARAMS)
        assert a.step.tolist() == [LadderStep.NONE, LadderStep.FULL]
        assert a.reason.tolist() == [Reason.INVALID_FOOTPRINT, Reason.NOTHING_WRONG]
        assert a.face_part.tolist() == [1, 1]
        assert_tiles(a, 1, polygons_of(good)[0])

    def test_a_part_that_fails_comes_back_simpler_and_says_why(self, monkeypatch: pytest.MonkeyPatch):
        from twin.reconstruction import arrangement

        def crossing(graph: arrangement.Graph, parts: int) -> np.ndarray:
            """Pretends that part 0 can't be had with more than one line."""
            wrong = np.zeros(parts, bool)
            wrong[0] = len(np.unique(graph.line[(graph.edge_part == 0) & (graph.line >= 0)])) > 1
            return wrong

        monkeypatch.setattr(arrangement, "_crossing", crossing)
        lines = make_lines([(k, 0.0, x, 0, 8, w) for k in (0, 1) for x, w in ((3.0, 2.0), (6.0, 5.0))])
        a = run([shapely.box(0, 0, 10, 8), shapely.box(0, 30, 10, 38)], lines)
        assert a.step.tolist() == [LadderStep.FEWER_LINES, LadderStep.FULL]
        assert a.reason[0] == Reason.CROSSING_EDGES
        assert np.bincount(a.face_part).tolist() == [2, 3]
        assert sorted(a.area[a.face_part == 0].round(6)) == [32.0, 48.0]


def test_footprint_vertices_keep_their_bytes():
    shape = shapely.Polygon([(0.1, 0.2), (13.337, 1.001), (12.9, 9.123), (0.3, 8.7)])
    footprints = footprints_of([shape])
    a = arrange(footprints, frames(footprints), make_lines([(0, 0.3, 5.0, 0, 8, 8.0)]), PARAMS)
    np.testing.assert_array_equal(a.xy[a.fixed], footprints.xy)


def test_touching_rings_share_their_vertex():
    shape = shapely.Polygon([(0, 0), (12, 0), (12, 10), (0, 10)], [[(0, 0), (4, 2), (2, 4)]])
    assert shape.is_valid
    footprints = footprints_of([shape])
    a = arrange(footprints, frames(footprints), make_lines([(0, 0.0, 6.0, 0, 8, 8.0)]), PARAMS)
    assert a.step[0] == LadderStep.FULL
    assert a.area.sum() == pytest.approx(shape.area, abs=1e-6)
    assert a.fixed.sum() == 6


def test_empty_chunk():
    empty = footprints_of([shapely.box(0, 0, 1, 1)])
    none = Footprints(empty.xy[:0], np.zeros(1, np.int64), np.zeros(1, np.int64))
    a = arrange(none, frames(none), make_lines([]), PARAMS)
    assert all(len(getattr(a, f.name)) == 0 for f in fields(a))
