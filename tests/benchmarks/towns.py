"""The towns on which this project and its peer are compared: the same files for both.

Real Delft has points only; the simulated towns have true roofs, which are not shown to either.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import laspy
import numpy as np
import numpy.typing as npt
import shapely

from ingest.sample import generate
from tests.reconstruction.published import Published, read_published, simulate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ROOF = 6  # class of points on buildings


@dataclass(frozen=True)
class Town:
    """Files, and what they hold.

    ``footprints`` is a GeoPackage whose attribute ``identificatie`` tells the ``ids`` of the polygons
    ``outline (B,)``; ``truth`` has the same buildings in the same order.
    """

    name: str
    clouds: tuple[Path, ...]
    footprints: Path
    ids: list[str]
    outline: npt.NDArray[Any]
    truth: Published | None = None

    def __len__(self) -> int:
        return len(self.ids)


def delft(data: Path) -> Town:
    """Real points and outlines: AHN3 and the BGT of 2016."""
    folder = data / "delft"
    clouds = tuple(folder / f"ahn3_37en{sheet}.laz" for sheet in (1, 2))
    return _town("real Delft", clouds, folder / "bag_pand_ids.gpkg")


def simulated(data: Path, density: float, folder: Path) -> Town:
    """A simulated cloud over the published solids, as files in ``folder``."""
    truth = read_published(data)
    xyz, classes = simulate(truth, density)
    cloud, footprints = folder / "cloud.laz", folder / "footprints.gpkg"
    write_laz(cloud, xyz, classes)
    _write_outlines(footprints, truth.footprint, [f"{n:06d}" for n in range(len(truth.footprint))])
    return _town(f"simulated, {density:g} points/m2", (cloud,), footprints, truth)


def sample(buildings: int, folder: Path) -> Town:
    """The generated sample municipality: every pand that stands, with its true roof."""
    made = generate(folder, buildings=buildings)
    panden, roofs = gpd.read_parquet(made.truth_panden), gpd.read_parquet(made.truth_roofs)
    footprints = folder / "footprints.gpkg"
    _write_outlines(footprints, panden.geometry.values, panden["pand"].tolist())
    row = dict(zip(panden["pand"], range(len(panden)), strict=True))
    truth = Published(
        np.asarray(panden.geometry.values),
        np.asarray(roofs.geometry.values),
        roofs[["x0", "y0", "c", "a", "b"]].to_numpy(),
        roofs["pand"].map(row).to_numpy(dtype=np.int64),
        panden["ground"].to_numpy(),
    )
    return _town(f"sample of {buildings}", made.ahn, footprints, truth)


def roof_points(town: Town) -> tuple[Floats, Ints]:
    """All points of class 6 inside an outline ``(K, 3)``, and the building of each ``(K,)``."""
    clouds = [laspy.read(path) for path in town.clouds]
    xyz = np.concatenate([np.column_stack((c.x, c.y, c.z)) for c in clouds])
    xyz = xyz[np.concatenate([np.asarray(c.classification) for c in clouds]) == ROOF]
    building, point = shapely.STRtree(shapely.points(xyz[:, :2])).query(town.outline, predicate="contains")
    return xyz[point], building


def write_laz(path: Path, xyz: Floats, classes: npt.NDArray[np.uint8]) -> None:
    """Write points in whole millimetres."""
    header = laspy.LasHeader(version="1.4", point_format=6)
    header.scales, header.offsets = np.full(3, 0.001), np.floor(xyz.min(axis=0))
    cloud = laspy.LasData(header)
    cloud.xyz, cloud.classification = xyz, classes
    cloud.write(path)


def _write_outlines(path: Path, outline: npt.NDArray[Any], ids: list[str]) -> None:
    frame = gpd.GeoDataFrame({"identificatie": ids}, geometry=outline, crs=28992)
    frame.to_file(path, layer="pand", driver="GPKG")


def _town(name: str, clouds: tuple[Path, ...], footprints: Path, truth: Published | None = None) -> Town:
    frame = gpd.read_file(footprints)
    outline = np.asarray(frame.geometry.values)
    return Town(name, clouds, footprints, frame["identificatie"].tolist(), outline, truth)
