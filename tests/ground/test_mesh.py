"""The closed ground: watertight, true to the terrain, and the same however it is cut."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ground.terrain_points import grid, lifted
from twin.geometry.columns import Bools, Floats, Ints
from twin.ground import Cells, GroundMesh, Terrain, cells_of, cover, ground_mesh, with_water
from twin.ground.mesh import measured_share

BOX = (1000.0, 400000.0, 1060.0, 400060.0)


def hills(xy: Floats) -> Floats:
    """Slopes both ways, a mound and a dike."""
    x, y = xy[:, 0] - 1000, xy[:, 1] - 400000
    mound = 1.5 * np.exp(-((x - 15) ** 2 + (y - 45) ** 2) / 80)
    height: Floats = 1 + 0.02 * x + mound + 1.2 * np.exp(-((y - 10) ** 2) / 6)
    return height


TERRAIN = Terrain.from_points(lifted(grid(BOX, 0.5, 60.0), hills), BOX)
SHAPES = [
    shapely.box(1010, 400018, 1030, 400030),  # pond
    shapely.box(1030, 400022, 1060, 400026),  # canal, at another level
    shapely.box(1040, 400040, 1050, 400050),  # pand
    shapely.box(1000, 400032, 1060, 400036),  # road
    shapely.Polygon([(1000, 400000), (1030, 400000), (1060, 400020), (1060, 400026), (1000, 400031)]),
    shapely.box(*BOX),  # what is left is green
]
LEVELS = (0.6, 0.2, np.nan, np.nan, np.nan, np.nan)


def partition(levels: tuple[float, ...] = LEVELS) -> Cells:
    made, _ = cover(np.array(SHAPES, dtype=object))
    cells = cells_of(made)
    level = np.array(levels)[cells.surface]
    return with_water(cells, level, np.isfinite(level))


def tolerances(cells: Cells, value: float = 0.1) -> Floats:
    return np.full(len(cells), value)


def lonely_edges(mesh: GroundMesh) -> Floats:
    """Edges ``(N, 2, 3)`` without a triangle on their other side; none has two on one."""
    a, b = mesh.triangles.ravel(), np.roll(mesh.triangles, -1, axis=1).ravel()
    key, back = a * len(mesh.xyz) + b, b * len(mesh.xyz) + a
    assert len(np.unique(key)) == len(key)
    lonely = ~np.isin(key, back)
    return mesh.xyz[np.stack((a[lonely], b[lonely]), axis=1)]


def on_the_outside(edges: Floats) -> Bools:
    middle = edges[:, :, :2].mean(axis=1)
    return np.asarray(shapely.distance(shapely.points(middle), shapely.box(*BOX).boundary) < 1e-6)


def test_it_is_closed_but_for_the_border_of_the_area() -> None:
    mesh = ground_mesh(cells := partition(), TERRAIN, tolerances(cells))
    assert mesh.bank.any()
    assert on_the_outside(lonely_edges(mesh)).all()


def test_vertices_are_whole_millimetres_each_once() -> None:
    mesh = ground_mesh(cells := partition(), TERRAIN, tolerances(cells))
    mm = np.rint(mesh.xyz * 1000)
    np.testing.assert_allclose(mesh.xyz * 1000, mm, atol=1e-4)
    assert len(np.unique(mm, axis=0)) == len(mm)
    assert np.unique(mesh.triangles).tolist() == list(range(len(mm)))


def test_areas_are_those_of_the_surfaces_and_all_faces_up() -> None:
    mesh = ground_mesh(cells := partition(), TERRAIN, tolerances(cells))
    corners = mesh.xyz[mesh.triangles[~mesh.bank]]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (normal[:, 2] > 0).all()
    area = np.bincount(cells.surface[mesh.part[~mesh.bank]], normal[:, 2] / 2)
    np.testing.assert_allclose(area, shapely.area(cover(np.array(SHAPES, dtype=object))[0]), rtol=1e-6)


@pytest.mark.parametrize("tolerance", [0.02, 0.1, 0.3])
def test_land_keeps_to_the_terrain_within_the_tolerance(tolerance: float) -> None:
    mesh = ground_mesh(cells := partition(), TERRAIN, tolerances(cells, tolerance))
    xy = np.random.default_rng(1).uniform(BOX[:2], BOX[2:], (3000, 2))
    z = at(mesh, xy, np.isnan(cells.level))
    off = np.abs(z - TERRAIN.sample(xy))
    # Between cells, and within half a metre of an edge that has its own tolerance, a little more.
    assert np.nanpercentile(off, 99) < tolerance + 0.05
    assert np.nanmax(off) < tolerance + 0.15


def test_less_tolerance_takes_more_triangles() -> None:
    cells = partition()
    sizes = [len(ground_mesh(cells, TERRAIN, tolerances(cells, t)).triangles) for t in (0.02, 0.1, np.inf)]
    assert sizes[0] > 1.5 * sizes[1] > 1.5 * sizes[2]


def at(mesh: GroundMesh, xy: Floats, parts: Bools) -> Floats:
    chosen = mesh.triangles[~mesh.bank & parts[mesh.part]]
    corners = mesh.xyz[chosen]
    ring = np.concatenate((corners[:, :, :2], corners[:, :1, :2]), axis=1)
    place, found = shapely.STRtree(shapely.polygons(ring)).query(shapely.points(xy), predicate="within")
    a, b, c = corners[found].transpose(1, 0, 2)
    n = np.cross(b - a, c - a)
    z = np.full(len(xy), np.nan)
    z[place] = a[:, 2] - ((xy[place] - a[:, :2]) * n[:, :2]).sum(axis=1) / n[:, 2]
    return z


def test_water_is_flat_at_its_level_and_banks_stand_between_it_and_land() -> None:
    mesh = ground_mesh(cells := partition(), TERRAIN, tolerances(cells))
    for part in np.flatnonzero(np.isfinite(cells.level)):
        own = mesh.part == part
        assert set(mesh.xyz[mesh.triangles[own & ~mesh.bank], 2].ravel().tolist()) == {cells.level[part]}
        walls = mesh.xyz[mesh.triangles[own & mesh.bank]]
        normal = np.cross(walls[:, 1] - walls[:, 0], walls[:, 2] - walls[:, 0])
        assert np.abs(normal[:, 2]).max() < 1e-9
        assert walls[:, :, 2].min() == cells.level[part]
        # Banks look at the water: a step along the normal leads into it.
        middle = walls.mean(axis=1)[:, :2] + 0.05 * normal[:, :2] / np.linalg.norm(normal, axis=1)[:, None]
        water = shapely.polygons(SHAPES[cells.surface[part]].exterior)
        assert shapely.contains(water, shapely.points(middle)).all()
    assert not mesh.bank[np.isnan(cells.level[mesh.part])].any()


@pytest.mark.parametrize(
    ("levels", "land"),
    [
        ((-1.29, -0.4, -0.2), False),
        ((-0.4, -0.2, -1.29), False),
        ((-0.2, -1.29, -0.4), False),
        # Not with the two lower waters on a diagonal: there the walls of both share an upright edge.
        ((-1.29, -0.4, -0.2), True),
        ((-0.4, -0.2, -1.29), True),
    ],
)
def test_three_waters_of_three_levels_meet_in_a_corner(levels: tuple[float, ...], land: bool) -> None:
    shapes = [
        shapely.box(1000, 400000, 1030, 400030),
        shapely.box(1030, 400000, 1060, 400030),
        shapely.box(1000, 400030, 1030 if land else 1060, 400060),
        shapely.box(*BOX),
    ]
    made, _ = cover(np.array(shapes[: 4 if land else 3], dtype=object))
    cells = cells_of(made)
    level = np.array((*levels, np.nan))[cells.surface]
    mesh = ground_mesh(with_water(cells, level, np.isfinite(level)), TERRAIN, tolerances(cells))
    assert on_the_outside(lonely_edges(mesh)).all()


def test_water_never_stands_above_its_banks() -> None:
    cells = partition((2.5, 2.0, *LEVELS[2:]))
    mesh = ground_mesh(cells, TERRAIN, tolerances(cells))
    land = mesh.xyz[mesh.triangles[np.isnan(cells.level[mesh.part])]].reshape(-1, 3)
    for number, level in ((0, 2.5), (1, 2.0)):
        shore = shapely.distance(shapely.points(land[:, :2]), SHAPES[number].boundary) < 1e-6
        assert shore.any()
        assert land[shore, 2].min() >= level
    assert on_the_outside(lonely_edges(mesh)).all()


@settings(max_examples=20, deadline=None)
@given(st.sets(st.integers(0, len(SHAPES) - 1), min_size=1))
def test_a_surface_is_the_same_whatever_is_built_with_it(some: set[int]) -> None:
    """So tiles fit together to the millimetre, whichever neighbours they have and in whatever order."""
    cells = partition()
    whole = ground_mesh(cells, TERRAIN, tolerances(cells))
    rows = np.flatnonzero(np.isin(cells.surface, sorted(some)))
    alone = ground_mesh(cells.take(rows), TERRAIN, tolerances(cells)[rows])
    for number, row in enumerate(rows):
        assert triangle_set(alone, number) == triangle_set(whole, int(row))


def triangle_set(mesh: GroundMesh, part: int) -> set[frozenset[tuple[float, ...]]]:
    return {frozenset(map(tuple, t)) for t in mesh.xyz[mesh.triangles[mesh.part == part]].tolist()}


def test_without_terrain_there_is_water_only() -> None:
    nothing = Terrain.from_points(np.empty((0, 3)), BOX)
    mesh = ground_mesh(cells := partition(), nothing, tolerances(cells))
    assert np.isfinite(mesh.xyz).all()
    assert np.isfinite(cells.level[mesh.part]).all()
    assert mesh.part.size > 0


def test_heights_can_be_given() -> None:
    cells = partition()
    fixed = np.full(len(cells.outline.xy), np.nan)
    corner = (cells.outline.xy == (1040.0, 400040.0)).all(axis=1)
    fixed[corner] = 7.5
    mesh = ground_mesh(cells, TERRAIN, tolerances(cells), fixed)
    here = (mesh.xyz[:, :2] == (1040.0, 400040.0)).all(axis=1)
    assert mesh.xyz[here, 2].tolist() == [7.5]


def test_edges_that_cross_are_an_error() -> None:
    boxes = [shapely.box(1000, 400000, 1010, 400010), shapely.box(1005, 400005, 1020, 400008)]
    crossing = cells_of(np.array(boxes, dtype=object))
    with pytest.raises(RuntimeError, match="ntersecting"):
        ground_mesh(crossing, TERRAIN, tolerances(crossing))


def test_nothing_gives_nothing() -> None:
    cells = cells_of(np.array([], dtype=object))
    assert len(ground_mesh(cells, TERRAIN, tolerances(cells)).triangles) == 0


def test_the_share_that_was_measured() -> None:
    xyz = lifted(grid(BOX, 0.5, 60.0), hills)
    west = Terrain.from_points(xyz[xyz[:, 0] < 1045], BOX)
    cells = partition()
    mesh = ground_mesh(cells, west, tolerances(cells))
    share: Ints | Floats = measured_share(cells, mesh, west, len(SHAPES))
    assert share[2] == pytest.approx(0.5, abs=0.06)  # the pand, from 1040 to 1050
    assert share[0] == 1
