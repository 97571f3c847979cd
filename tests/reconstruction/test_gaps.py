"""Where the cloud has no roof points, no roof is made up; what stands there instead says so."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import shapely

from tests.reconstruction.roofs import gable, sample
from twin.geometry.columns import Semantic
from twin.geometry.measure import volume
from twin.reconstruction import LODS, Reconstruction, reconstruct
from twin.reconstruction.reasons import Reason

Floats = npt.NDArray[np.float64]
GROUND = 1.0  # m NAP
CORNER = np.array([84_000.0, 447_000.0])
HOUSE = shapely.box(0, 0, 12, 8)
TAIL = shapely.box(12, 0, 21, 4)


def garden(rng: np.random.Generator, without: Any) -> Floats:
    xy = rng.uniform((-8, -8), (30, 16), (4000, 2))
    xy = xy[~shapely.contains_xy(without, *xy.T)]
    return np.column_stack((xy, np.full(len(xy), GROUND)))


def model(polygon: Any, roof: Floats, ground: Floats, **more: Any) -> Reconstruction:
    xyz = np.concatenate((roof, ground)) + np.append(CORNER, 0.0)
    classes = np.repeat([6, 2], [len(roof), len(ground)]).astype(np.uint8)
    moved = shapely.transform(polygon, lambda xy: xy + CORNER)
    return reconstruct(np.array([moved], object), xyz, classes, **more)


@pytest.fixture(scope="module")
def house() -> Floats:
    return sample(gable(), 12, 0.03, 1)[1]


def test_a_roof_is_not_drawn_on_over_a_garden(house: Floats) -> None:
    rng = np.random.default_rng(2)
    found = model(shapely.union(HOUSE, TAIL), house, garden(rng, HOUSE))
    quality = found.quality.iloc[0]
    assert (quality["lod"], quality["lod_reden"]) == ("2.2", Reason.OPEN_TO_GROUND.nl)
    assert quality["aantal_punten"] == len(house)  # the presumed ones do not count
    true = (7.2 - GROUND - 1.6) * 96 + 3.0 * 36  # the gable's mean height is 5.6 m, the tail one storey
    assert volume(found.solids["2.2"])[0] == pytest.approx(true, rel=0.03)
    assert quality["h_dak_max"] == pytest.approx(7.2, abs=0.1)
    assert quality["nodata_straal"] > 8


def test_a_roof_over_an_unseen_place_is_a_block(house: Floats) -> None:
    rng = np.random.default_rng(2)
    both = shapely.union(HOUSE, shapely.box(12, 0, 19, 8))
    found = model(both, house, garden(rng, both))
    quality = found.quality.iloc[0]
    assert (quality["lod"], quality["lod_reden"]) == ("1.3", Reason.GAP.nl)
    assert not (found.solids["2.2"].semantics == Semantic.ROOF).any()


def test_a_small_unseen_place_keeps_the_roof(house: Floats) -> None:
    rng = np.random.default_rng(2)
    dark = house[~((np.abs(house[:, 0] - 5) < 2) & (np.abs(house[:, 1] - 2) < 1.6))]
    quality = model(HOUSE, dark, garden(rng, HOUSE)).quality.iloc[0]
    assert (quality["lod"], quality["lod_reden"]) == ("2.2", Reason.NOTHING_WRONG.nl)


@pytest.mark.parametrize("points", [1, 8])
def test_a_handful_of_points_is_no_roof(house: Floats, points: int) -> None:
    rng = np.random.default_rng(2)
    corner = house[np.argsort(house[:, 0] + house[:, 1])[:points]]
    found = model(HOUSE, corner, garden(rng, HOUSE))
    assert found.quality["lod_reden"][0] == Reason.FEW_POINTS.nl
    assert all(len(found.solids[lod].semantics) == 0 for lod in LODS)


def test_a_presumed_roof_is_not_higher_than_what_was_seen() -> None:
    rng = np.random.default_rng(2)
    low = np.column_stack((rng.uniform((0, 0), (12, 8), (1200, 2)), np.full(1200, GROUND + 2.2)))
    found = model(shapely.union(HOUSE, TAIL), low, garden(rng, HOUSE))
    assert found.quality["lod_reden"][0] == Reason.OPEN_TO_GROUND.nl
    assert found.quality["h_dak_max"][0] == pytest.approx(GROUND + 2.2, abs=0.01)
