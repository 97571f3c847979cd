"""The ground over a tunnel: upright where the road comes out, with an opening, and closed all the same."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from tests.ground.terrain_points import grid, lifted
from twin.geometry.columns import Floats, Semantic
from twin.geometry.ragged import ring_successor
from twin.geometry.validity import check
from twin.ground import Cells, GroundMesh, Terrain, cells_of, cover, ground_mesh
from twin.ground.portals import LOWEST, is_open, opened
from twin.ground.shapes import shells_of_triangles
from twin.ground.solids import solids_between
from twin.ground.underground import HEADROOM, ROOF

X, Y = 1000.0, 400_000.0
MOUTH = 30.0  # [m] from the west: there the road ends and the ground over the tunnel begins
BOX = (X, Y, X + 60, Y + 30)


def height(over: float, road: float = 0.0) -> Terrain:
    def surface(xy: Floats) -> Floats:
        lane = (xy[:, 0] < X + MOUTH) & (xy[:, 1] > Y + 10) & (xy[:, 1] < Y + 20)
        return np.where(lane, road, over)

    return Terrain.from_points(lifted(grid(BOX), surface), BOX)


def parts(*, slanted: float = 0.0) -> Cells:
    """A road to the mouth, what lies over the tunnel beyond it, and the ground on both sides."""
    mouth = [(X + MOUTH, Y + 10), (X + MOUTH + slanted, Y + 20)]
    road = shapely.Polygon([(X, Y + 10), mouth[0], mouth[1], (X, Y + 20)])
    over = shapely.Polygon([mouth[0], (X + 60, Y + 10), (X + 60, Y + 20), mouth[1]])
    sides = [shapely.box(X, Y, X + 60, Y + 10), shapely.box(X, Y + 20, X + 60, Y + 30)]
    return cells_of(cover(np.array([road, over, *sides], dtype=object))[0])


def mesh(over: float, *, cells: Cells | None = None, opens: bool = True) -> tuple[Cells, GroundMesh]:
    cells = cells or parts()
    xy = cells.outline.xy
    on = np.abs(xy[:, 0] - X - MOUTH) < 0.01
    on &= (xy[:, 1] >= Y + 10) & (xy[:, 1] <= Y + 20)
    fixed = np.where(on, 0.0, np.nan)
    straight = on & on[ring_successor(cells.outline.ring_offsets)]
    tolerance = np.full(len(cells), 0.1)
    made = ground_mesh(cells, height(over), tolerance, fixed, straight, np.full(len(cells), opens))
    return cells, made


def lonely(mesh: GroundMesh) -> Floats:
    a, b = mesh.triangles.ravel(), np.roll(mesh.triangles, -1, axis=1).ravel()
    size = len(mesh.xyz)
    alone = ~np.isin(a * size + b, b * size + a)
    return (mesh.xyz[a[alone]] + mesh.xyz[b[alone]]) / 2


def test_there_is_an_opening_as_high_as_the_tunnel_with_a_roof_over_it() -> None:
    cells, ground = mesh(6.0)
    over = int(np.flatnonzero(cells.surface == 1)[0])
    assert set(ground.part[ground.opening].tolist()) == {over}
    hole = ground.xyz[ground.triangles[ground.opening]]
    assert hole[:, :, 2].min() == 0.0
    assert hole[:, :, 2].max() == pytest.approx(HEADROOM)
    assert np.ptp(hole[:, :, 0]) < 0.03
    assert np.ptp(hole[:, :, 1]) == pytest.approx(10.0)
    area = np.linalg.norm(np.cross(hole[:, 1] - hole[:, 0], hole[:, 2] - hole[:, 0]), axis=1).sum() / 2
    assert area == pytest.approx(HEADROOM * 9.9, rel=0.02)
    # The ground is as high as it is right over it.
    own = ground.xyz[ground.triangles[ground.part == over]].reshape(-1, 3)
    edge = own[(own[:, 0] < X + MOUTH + 0.1) & (np.abs(own[:, 1] - Y - 15) < 4.95)]
    assert edge[:, 2].max() == pytest.approx(6.0, abs=0.01)


def test_a_low_one_is_as_high_as_its_roof_allows() -> None:
    _, ground = mesh(ROOF + 2.5)
    assert ground.xyz[ground.triangles[ground.opening], 2].max() == pytest.approx(2.5, abs=0.01)


@pytest.mark.parametrize("over", [6.0, 3.5, 2.0, 0.0])
def test_it_is_closed_and_each_part_as_large_as_it_was(over: float) -> None:
    cells, ground = mesh(over)
    outside = shapely.distance(shapely.box(*BOX).exterior, shapely.points(lonely(ground)[:, :2]))
    assert outside.max() < 0.001
    corners = ground.xyz[ground.triangles, :2]
    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]) / 2
    assert area.min() > 0
    found = np.bincount(cells.surface[ground.part], area)
    assert found == pytest.approx([300, 300, 600, 600], abs=0.01)


def test_where_nobody_could_stand_there_is_none() -> None:
    assert not mesh(ROOF + LOWEST - 0.1)[1].opening.any()
    assert mesh(ROOF + LOWEST + 0.1)[1].opening.any()
    assert not mesh(6.0, opens=False)[1].opening.any()


def test_the_neighbours_do_not_notice() -> None:
    cells, ground = mesh(6.0)
    _, shut = mesh(6.0, opens=False)
    for part in np.flatnonzero(cells.surface != 1).tolist():
        one, other = (
            {frozenset(map(tuple, t)) for t in m.xyz[m.triangles[m.part == part]].tolist()}
            for m in (ground, shut)
        )
        assert one == other


def test_a_tunnel_is_closed_with_a_face_where_there_is_nothing() -> None:
    xy = np.array([(0, 0), (20, 0), (20, 8), (0, 8)], dtype=float)
    floor = np.column_stack((xy, np.zeros(4)))
    two = np.concatenate((floor, floor + np.array((0, 50, 0))))
    triangles = np.array([(0, 1, 2), (0, 2, 3), (4, 5, 6), (4, 6, 7)])
    surfaces = shells_of_triangles(two, triangles, np.array([0, 0, 1, 1]), 2)
    solids = solids_between(surfaces, surfaces.xyz[:, 2] + 4.6, surfaces.xyz[:, 2] - 0.3)
    mouths = np.array([[(0.0, 8.0), (0.0, 0.0)], [(20.0, 0.0), (20.0, 8.0)], [(99.0, 0.0), (99.0, 8.0)]])
    made = opened(solids, mouths)
    assert (made.semantics == Semantic.CLOSURE).sum() == 2
    assert (solids.semantics == Semantic.OUTER_WALL).sum() == 8
    assert is_open(made).tolist() == [True, False]
    assert check(made).valid.all()
