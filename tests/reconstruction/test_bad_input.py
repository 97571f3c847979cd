"""Whatever comes in, every pand comes out, with a valid solid or a reason."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import shapely

from tests.reconstruction.roofs import gable, sample
from twin.geometry.measure import heights
from twin.geometry.validity import check
from twin.reconstruction import LODS, Reconstruction, reconstruct
from twin.reconstruction.reasons import Reason

Floats = npt.NDArray[np.float64]
AT = (84_000.0, 447_000.0)


def cloud(density: float = 12.0, level: float = 0.0) -> tuple[shapely.Polygon, Floats, npt.NDArray[np.uint8]]:
    """A gabled house and the ground around it."""
    polygon, roof, _ = sample(gable(), density, 0.03, 1, 0.4, AT)
    ground = np.random.default_rng(2).uniform(-15, 25, (3000, 2)) + AT
    xyz = np.concatenate((roof, np.column_stack((np.round(ground, 3), np.zeros(3000)))))
    xyz[:, 2] += level
    return polygon, xyz, np.repeat([6, 2], [len(roof), 3000]).astype(np.uint8)


def built(polygons: list[Any], xyz: Floats, classes: npt.NDArray[np.uint8]) -> Reconstruction:
    model = reconstruct(np.array(polygons, dtype=object), xyz, classes)
    assert len(model.quality) == len(polygons)
    for lod in LODS:
        assert check(model.solids[lod]).valid.all()
    lower = model.quality["lod"] != "2.2"
    assert (model.quality.loc[lower, "lod_reden"] != Reason.NOTHING_WRONG.nl).all()
    return model


@pytest.fixture(scope="module")
def sound() -> Reconstruction:
    polygon, xyz, classes = cloud()
    return built([polygon], xyz, classes)


def test_points_that_are_no_numbers_are_as_if_they_were_not_there(sound: Reconstruction) -> None:
    polygon, xyz, classes = cloud()
    wrong = np.repeat(xyz[:4], 3, axis=0)
    wrong[np.arange(12), np.arange(12) % 3] = np.repeat([np.nan, np.inf, -np.inf, 1e300], 3)
    model = built(
        [polygon], np.concatenate((wrong, xyz)), np.concatenate((np.full(12, 6, np.uint8), classes))
    )
    assert model.quality.equals(sound.quality)


def test_points_far_outside_change_nothing(sound: Reconstruction) -> None:
    polygon, xyz, classes = cloud()
    far = np.column_stack((np.random.default_rng(0).uniform(0, 300_000, (500, 2)), np.full(500, 7.0)))
    model = built([polygon], np.concatenate((far, xyz)), np.concatenate((np.full(500, 6, np.uint8), classes)))
    assert model.quality.equals(sound.quality)


def test_points_that_come_twice_make_the_same_roof(sound: Reconstruction) -> None:
    polygon, xyz, classes = cloud()
    model = built([polygon], np.concatenate((xyz, xyz)), np.concatenate((classes, classes)))
    assert model.quality["aantal_dakvlakken"].equals(sound.quality["aantal_dakvlakken"])
    assert model.quality["volume_lod22"][0] == pytest.approx(sound.quality["volume_lod22"][0], rel=1e-3)


def test_a_town_below_the_sea(sound: Reconstruction) -> None:
    polygon, xyz, classes = cloud(level=-6.76)
    model = built([polygon], xyz, classes)
    moved = heights(model.solids["2.2"]).roof_max - heights(sound.solids["2.2"]).roof_max
    assert moved[0] == pytest.approx(-6.76, abs=0.02)
    assert model.quality["volume_lod22"].equals(sound.quality["volume_lod22"])


@pytest.mark.parametrize("height", [-500.0, 2_000.0])
def test_birds_and_mines_are_no_roofs(sound: Reconstruction, height: float) -> None:
    polygon, xyz, classes = cloud()
    stray = xyz[:40] + np.array([0.0, 0.0, height])
    model = built(
        [polygon], np.concatenate((stray, xyz)), np.concatenate((np.full(40, 6, np.uint8), classes))
    )
    assert heights(model.solids["2.2"]).roof_max[0] == pytest.approx(
        heights(sound.solids["2.2"]).roof_max[0], abs=0.01
    )


FOOTPRINTS = {
    "bow tie": shapely.Polygon([(0, 0), (10, 8), (10, 0), (0, 8)]),
    "spike": shapely.Polygon([(0, 0), (12, 0), (12, 4), (60, 4.001), (12, 4.002), (12, 8), (0, 8)]),
    "hole on the border": shapely.Polygon(
        [(0, 0), (12, 0), (12, 8), (0, 8)], [[(0, 2), (3, 2), (3, 4), (0, 4)]]
    ),
    "hole outside": shapely.Polygon([(0, 0), (12, 0), (12, 8), (0, 8)], [[(20, 2), (23, 2), (23, 4)]]),
    "tiny": shapely.box(3, 3, 3.3, 3.2),
    "a millimetre": shapely.box(3, 3, 3.001, 3.001),
    "no area": shapely.Polygon([(0, 0), (5, 0), (10, 0)]),
    "empty": shapely.Polygon(),
    "nothing": None,
    "two parts": shapely.MultiPolygon([shapely.box(0, 0, 5, 8), shapely.box(6, 0, 12, 8)]),
    "many vertices": shapely.Point(6, 4).buffer(4, quad_segs=400),
    "elsewhere": shapely.box(500, 500, 510, 510),
}


def test_every_footprint_is_accounted_for() -> None:
    _, xyz, classes = cloud()
    moved = [None if f is None else shapely.transform(f, lambda xy: xy + AT) for f in FOOTPRINTS.values()]
    model = built(moved, xyz, classes)
    by_name = dict(zip(FOOTPRINTS, model.quality["lod_reden"], strict=True))
    for name in ("a millimetre", "no area", "empty", "nothing"):
        assert by_name[name] == Reason.NO_AREA.nl, name
    assert by_name["elsewhere"] == Reason.NO_POINTS.nl


def test_overlapping_footprints_do_not_disturb_each_other(sound: Reconstruction) -> None:
    polygon, xyz, classes = cloud()
    model = built([polygon, polygon, shapely.buffer(polygon, 3)], xyz, classes)
    assert model.quality.iloc[0].equals(sound.quality.iloc[0])
    assert model.quality.iloc[1].equals(sound.quality.iloc[0])


def test_an_empty_cloud_and_no_panden() -> None:
    polygon, xyz, classes = cloud()
    model = built([polygon], np.empty((0, 3)), np.empty(0, np.uint8))
    assert model.quality["lod_reden"].tolist() == [Reason.NO_CLOUD.nl]
    assert len(reconstruct(np.empty(0, dtype=object), xyz, classes).quality) == 0


@pytest.mark.slow
def test_ten_million_points_on_one_roof_stay_within_memory() -> None:
    polygon = shapely.box(0, 0, 100, 80)
    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, 100, 10_000_000), rng.uniform(0, 80, 10_000_000)
    xyz = np.column_stack((x + AT[0], y + AT[1], 8 + 0.1 * np.minimum(y, 80 - y)))
    polygon = shapely.transform(polygon, lambda xy: xy + AT)
    ground = np.column_stack((rng.uniform(-20, 0, (2000, 2)) + AT, np.zeros(2000)))
    classes = np.repeat([6, 2], [len(xyz), 2000]).astype(np.uint8)
    xyz = np.concatenate((xyz, ground))
    tracemalloc.start()
    model = built([polygon], xyz, classes)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"peak {peak / 1e9:.2f} GB beside the cloud")
    assert model.quality["aantal_dakvlakken"].tolist() == [2]
    assert peak < 2.5e9
