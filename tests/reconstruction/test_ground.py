"""Ground around parts, and where it comes from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from tests.reconstruction.delft import read_delft
from twin.geometry.columns import Floats, Footprints
from twin.geometry.footprints import footprints_from
from twin.reconstruction import maaiveld
from twin.reconstruction.ground import GroundSource, ground_heights
from twin.reconstruction.parameters import PlaneParameters

PARAMS = PlaneParameters()
HOUSE = shapely.box(84010, 447010, 84020, 447018)


def _footprints(*shapes: shapely.Polygon) -> Footprints:
    return footprints_from(np.array(shapes, object))[0]


def _turned(xy: Floats, degrees: float, about: Floats) -> Floats:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.asarray((xy - about) @ np.array([[c, s], [-s, c]]) + about)


def _slope(hole: shapely.Polygon, points: int = 40_000) -> tuple[np.ndarray, np.ndarray]:
    """Ground that rises 5 cm per metre to the east, outside ``hole``."""
    rng = np.random.default_rng(4)
    xy = rng.uniform((83960, 446960), (84070, 447070), (points, 2))
    xy = xy[~shapely.contains_xy(hole, *xy.T)]
    xyz = np.column_stack((xy, (xy[:, 0] - 84000) * 0.05))
    return xyz, np.full(len(xyz), 2, np.uint8)


def test_a_slope_gives_its_low_side_and_its_middle() -> None:
    xyz, classes = _slope(HOUSE)
    ground = ground_heights(_footprints(HOUSE), xyz, classes, PARAMS)
    assert ground.source.tolist() == [GroundSource.NEAR]
    assert ground.height[0] == pytest.approx(0.5, abs=0.1)
    assert ground.median[0] == pytest.approx(0.75, abs=0.1)
    assert 0.3 < ground.minimum[0] <= ground.height[0]


@pytest.mark.parametrize(("gap", "source"), [(0.0, 0), (5.0, 1), (20.0, 1), (45.0, 2)])
def test_the_search_widens_until_it_meets_ground(gap: float, source: int) -> None:
    xyz, classes = _slope(HOUSE.buffer(gap))
    ground = ground_heights(_footprints(HOUSE), xyz, classes, PARAMS)
    assert ground.source.tolist() == [source]
    assert -2.0 < ground.height[0] < 3.5


@pytest.mark.parametrize("degrees", [0.0, 17.0, 90.0])
def test_a_turned_and_shifted_part_keeps_its_ground(degrees: float) -> None:
    """Whatever the grid; the ground rises 5 cm per metre and is 2 cm rough, with 10 points/m2."""
    rng = np.random.default_rng(5)
    xyz, classes = _slope(HOUSE, 120_000)
    xyz[:, 2] += rng.normal(0, 0.02, len(xyz))

    def move(xy: Floats) -> Floats:
        return _turned(xy, degrees, np.array([84000.0, 84000.0])) + 0.13

    there = ground_heights(
        _footprints(shapely.transform(HOUSE, move)),
        np.column_stack((move(xyz[:, :2]), xyz[:, 2])),
        classes,
        PARAMS,
    )
    here = ground_heights(_footprints(HOUSE), xyz, classes, PARAMS)
    assert there.height[0] == pytest.approx(here.height[0], abs=0.004)
    assert there.median[0] == pytest.approx(here.median[0], abs=0.004)


@pytest.mark.parametrize(("degrees", "shift"), [(0.0, 0.3), (17.0, 0.0), (45.0, 0.7)])
def test_real_panden_keep_their_ground(real_data: Path, degrees: float, shift: float) -> None:
    """Three in four within 4 mm, though gardens and kerbs are rough; cells of 2 m gave 13 mm or more."""
    delft = read_delft(real_data)
    about = np.floor(delft.xyz[0, :2])

    def move(xy: Floats) -> Floats:
        return np.round(_turned(xy, degrees, about) + shift, 3)

    here = ground_heights(_footprints(*delft.panden), delft.xyz, delft.classification, PARAMS)
    there = ground_heights(
        _footprints(*(shapely.transform(shape, move) for shape in delft.panden)),
        np.column_stack((move(delft.xyz[:, :2]), delft.xyz[:, 2])),
        delft.classification,
        PARAMS,
    )
    quarters = np.quantile(np.abs(there.height - here.height), (0.5, 0.75, 0.95))
    print(f"turned by {degrees} degrees and moved by {shift} m: {quarters.round(4)} m")
    assert quarters[1] < 0.004
    assert quarters[2] < 0.012


def test_only_a_cloud_without_ground_gives_nan() -> None:
    xyz, classes = _slope(HOUSE)
    ground = ground_heights(_footprints(HOUSE), xyz, np.full_like(classes, 6), PARAMS)
    assert ground.source.tolist() == [GroundSource.NONE]
    assert np.isnan(ground.height).all()


def test_neither_order_nor_company_nor_table_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    shed = shapely.box(84025, 447005, 84028, 447008)
    xyz, classes = _slope(shapely.union(HOUSE, shed))
    both = ground_heights(_footprints(HOUSE, shed), xyz, classes, PARAMS)
    order = np.random.default_rng(0).permutation(len(xyz))
    shuffled = ground_heights(_footprints(HOUSE, shed), xyz[order], classes[order], PARAMS)
    assert np.array_equal(both.height, shuffled.height)
    for k, shape in enumerate((HOUSE, shed)):
        alone = ground_heights(_footprints(shape), xyz, classes, PARAMS)
        assert alone.height[0] == both.height[k]
        assert alone.median[0] == both.median[k]
    monkeypatch.setattr(maaiveld, "_WIDEST", 10.0)
    assert np.array_equal(ground_heights(_footprints(HOUSE, shed), xyz, classes, PARAMS).height, both.height)
