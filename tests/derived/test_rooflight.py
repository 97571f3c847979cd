"""What buildings take of the sun on a roof, held against exact shadows of them through a year."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.derived.houses import box, gable, row
from twin.derived import Tops, faces_of, irradiation, roof_light
from twin.derived.horizon import DIRECTIONS, horizons
from twin.derived.make_irradiation import CLEAR, LATITUDE, LONGITUDE
from twin.derived.rooflight import _points
from twin.geometry.columns import Floats, Shells
from twin.geometry.triangulate import triangulate
from twin.scenario.shading import Blockers, shaded

UP = np.array([[0.0, 0.0, 1.0]])


def scanned(shells: Shells, step: float = 0.25) -> Floats:
    """Points on the roofs, as a survey from the air has them: a grid, with the height of the roof there."""
    faces = faces_of(shells)
    triangles, surface = triangulate(shells)
    found = []
    for a, b, c in shells.xyz[triangles[faces.roof[surface]]]:
        low, high = np.min((a, b, c), axis=0)[:2], np.max((a, b, c), axis=0)[:2]
        x, y = np.meshgrid(*(np.arange(lo + step / 2, hi, step) for lo, hi in zip(low, high, strict=True)))
        xy = np.column_stack((x.ravel(), y.ravel()))
        uv = np.linalg.solve(np.column_stack((b - a, c - a))[:2], (xy - a[:2]).T)
        inside = (uv >= 0).all(axis=0) & (uv.sum(axis=0) <= 1)
        z = a[2] + uv[0] * (b - a)[2] + uv[1] * (c - a)[2]
        found.append(np.column_stack((xy, z))[inside])
    return np.concatenate(found)


def light(shells: Shells, *others: Shells) -> Floats:
    """Irradiation of the roofs of ``shells`` among others [kWh/m2]."""
    faces = faces_of(shells)
    every = roof_light(shells, faces, Tops.of(scanned(row(shells, *others))))
    assert np.isnan(every[~faces.roof]).all()
    return every[faces.roof]


def alone(shells: Shells) -> Floats:
    faces = faces_of(shells)
    return roof_light(shells, faces, None)[faces.roof]


def test_points_stand_for_all_of_a_roof() -> None:
    shells = row(gable(0, 0, 10, 8, 3, 7, angle=30), box(20, 0, 30, 20, 3))
    faces = faces_of(shells)
    points, surface, area = _points(shells, faces)
    assert np.bincount(surface, weights=area, minlength=len(faces.area))[faces.roof] == pytest.approx(
        faces.area[faces.roof]
    )
    assert set(surface) == set(np.flatnonzero(faces.roof))
    block = surface == surface.max()
    middle = (points[block] * area[block, None]).sum(axis=0) / area[block].sum()
    assert middle == pytest.approx([35, 10, 3])
    # Nothing lies outside it, nor is any part left out.
    assert points[block].min(axis=0) == pytest.approx([20, 0, 3], abs=3)
    assert (points[block, :2] > (20, 0)).all()
    assert (points[block, :2] < (50, 20)).all()
    assert len(np.unique(points[block].round(6), axis=0)) == block.sum() == 50


@pytest.mark.parametrize("angle", [0, 20, 77])
def test_a_roof_does_not_shade_itself(angle: float) -> None:
    """Its own points, and their noise, are no building before it; nor is anything behind the ridge."""
    shells = row(gable(0, 0, 10, 8, 3, 6, angle=angle), box(100, 0, 12, 12, 3, angle=angle))
    noisy = scanned(shells)
    noisy[:, 2] += np.random.default_rng(1).normal(0, 0.05, len(noisy))
    faces = faces_of(shells)
    found = roof_light(shells, faces, Tops.of(noisy))[faces.roof]
    np.testing.assert_allclose(found, alone(shells), rtol=1e-9)


def test_the_horizon_of_a_wall_is_that_of_its_height_and_distance() -> None:
    """A long block 10 m higher, its face 20 m to the south."""
    tops = Tops.of(scanned(box(-200, -40, 400, 20, 13), 0.5))
    found = horizons(np.array([[0.0, 0.0, 3.0]]), UP, tops)[0]
    for azimuth, angle in zip(DIRECTIONS, found, strict=True):
        towards = np.cos(np.radians(azimuth - 180))
        across = 20 / towards if towards > 0.5 else np.inf
        expected = np.degrees(np.arctan(10 / across)) if across < 40 else None
        if expected is not None:
            assert angle == pytest.approx(expected, abs=1.5), azimuth
        elif towards <= 0:
            assert angle == 0, azimuth


def exact(point: Floats, blocks: Shells) -> float:
    """Share of an open year that reaches a level roof: exact shadows, and the sky cell by cell."""
    import pvlib

    times = pd.date_range("2023-01-01 00:05", "2023-12-31 23:55", freq="10min", tz="UTC")
    place = pvlib.location.Location(LATITUDE, LONGITUDE, "UTC", altitude=2)
    sun = place.get_solarposition(times)
    dni = place.get_clearsky(times, model="ineichen", solar_position=sun)["dni"].to_numpy()
    up = sun["apparent_elevation"].to_numpy() > 0.5
    altitude, azimuth = (np.radians(sun[n].to_numpy()[up]) for n in ("apparent_elevation", "azimuth"))

    def towards(azimuth: Floats, altitude: Floats) -> Floats:
        flat = np.cos(altitude)
        return np.column_stack((flat * np.sin(azimuth), flat * np.cos(azimuth), np.sin(altitude)))

    blockers = Blockers.of(blocks)
    energy = CLEAR * dni[up] * np.sin(altitude) / 6000
    lost = (energy * shaded(point[None], blockers, towards(azimuth, altitude))[0]).sum()
    a, h = np.meshgrid(np.radians(np.arange(1.5, 360, 3)), np.radians(np.arange(1.0, 90, 2)), indexing="ij")
    weight = np.sin(h) * np.cos(h)
    hidden = shaded(point[None], blockers, towards(a.ravel(), h.ravel()))[0].reshape(a.shape)
    diffuse = 1000 - energy.sum()
    return float(1 - (lost + diffuse * (weight * hidden).sum() / weight.sum()) / 1000)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of pvlib, about pandas
@pytest.mark.parametrize(
    "block",
    [(-15, -30, 30, 15, 13), (-15, 10, 30, 15, 20), (8, -15, 12, 30, 12), (-40, -25, 30, 12, 25)],
    ids=["south", "north", "east", "southwest"],
)
def test_the_loss_is_that_of_exact_shadows(block: tuple[float, float, float, float, float]) -> None:
    roof, other = box(-1, -1, 2, 2, 3), box(*block)
    found = light(roof, other)[0] / 1000
    expected = exact(np.array([0.0, 0.0, 3.05]), other)
    assert expected < 0.97
    assert found == pytest.approx(expected, abs=0.03)
    assert 1 - found == pytest.approx(1 - expected, rel=0.25)


def test_a_tower_takes_more_from_the_south_than_from_the_north() -> None:
    house = box(0, 0, 10, 10, 6)
    south, north, far = (light(house, box(0, y, 10, 10, 30))[0] for y in (-25, 25, -70))
    assert south < north < 1000
    assert far == pytest.approx(1000)  # beyond what is looked at
    # A lower house nearby takes nothing.
    assert light(house, box(0, -15, 10, 10, 6.3))[0] == pytest.approx(1000, abs=1)


def test_higher_parts_of_a_building_shade_its_lower_ones() -> None:
    low, high = box(0, 0, 10, 10, 3), box(0, -10, 10, 10, 12)
    whole = row(low, high)
    found = light(whole)
    assert found[0] < 800
    assert found[1] == pytest.approx(1000)


def test_where_nothing_is_built_the_sky_is_open() -> None:
    shells = box(0, 0, 10, 10, 3)
    faces = faces_of(shells)
    nothing = roof_light(shells, faces, Tops.of(np.empty((0, 3))))
    assert nothing[faces.roof] == pytest.approx(irradiation(np.zeros(1), np.zeros(1)))
    empty = shells_without_roofs = box(0, 0, 1, 1, 1)
    bare = faces_of(empty)
    no_roof = type(bare)(
        bare.object, bare.area, bare.azimuth, bare.slope, np.zeros_like(bare.roof), bare.wall, bare.flat
    )
    assert np.isnan(roof_light(shells_without_roofs, no_roof, Tops.of(scanned(shells)))).all()


def test_an_antenna_is_no_building() -> None:
    house = box(0, 0, 10, 10, 3)
    points = np.concatenate((scanned(row(house, box(0, -20, 10, 10, 3))), [[5.1, -15.1, 30.0]]))
    faces = faces_of(house)
    assert roof_light(house, faces, Tops.of(points))[faces.roof] == pytest.approx(1000)
