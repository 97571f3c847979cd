"""One known roof through the whole reconstruction."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from tests.reconstruction.roofs import Roof, sample
from twin.geometry.columns import Semantic
from twin.reconstruction import Reconstruction, reconstruct
from twin.reconstruction.quality import roof_distances

Array = npt.NDArray[np.float64]
ANGLE, SHIFT = 0.5, (84_000.0, 447_000.0)


def made(
    roof: Roof,
    density: float,
    noise: float = 0.03,
    seed: int = 1,
    hits: Array | None = None,
    hidden: shapely.Geometry | None = None,
) -> tuple[float, int]:
    """Share of the roof within 0.1 m of the truth, and its number of faces.

    ``hits (K, 3)`` are further points of the building, beside and under the roof; of the roof none are seen
    in what is ``hidden``. Both are in the roof's own axes.
    """
    polygon, xyz, _ = sample(roof, density, noise, seed, ANGLE, SHIFT)
    if hidden is not None:
        xyz = xyz[~shapely.contains_xy(hidden, *((xyz[:, :2] - SHIFT) @ _turn().T).T)]
    if hits is not None:
        xyz = np.concatenate((xyz, np.column_stack((hits[:, :2] @ _turn() + SHIFT, hits[:, 2]))))
    garden = np.random.default_rng(9).uniform(-15, 45, (6000, 2)) + SHIFT
    garden = garden[~shapely.contains_xy(polygon.buffer(0.3), *garden.T)]
    cloud = np.concatenate((xyz, np.column_stack((garden, np.zeros(len(garden))))))
    model: Reconstruction = reconstruct(
        np.array([polygon], object), cloud, np.repeat([6, 2], [len(xyz), len(garden)]).astype(np.uint8)
    )
    assert model.quality["lod"].tolist() == ["2.2"]
    x0, y0, x1, y1 = roof.polygon.bounds
    spot = np.stack(np.meshgrid(np.arange(x0 + 0.1, x1, 0.2), np.arange(y0 + 0.1, y1, 0.2)), axis=-1).reshape(
        -1, 2
    )
    spot = spot[shapely.contains_xy(roof.polygon, *spot.T)]
    there = np.column_stack((spot @ _turn() + SHIFT, roof.height(*spot.T)))
    away = np.full(len(there), np.inf)
    point, distance = roof_distances(
        model.solids["2.2"], model.part_pand, there, np.zeros(len(there), np.int64)
    )
    np.minimum.at(away, point, np.abs(distance))
    return float((away < 0.1).mean()), int((model.solids["2.2"].semantics == Semantic.ROOF).sum())


def _turn() -> Array:
    c, s = np.cos(ANGLE), np.sin(ANGLE)
    return np.array([[c, s], [-s, c]])
