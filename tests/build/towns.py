"""Very small towns for the build's tests, in files that the readers know, quick to write and to spoil."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import laspy
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from twin.build import BuildSummary, Silence, build
from twin.settings import load

CORNER = (100_000.0, 450_000.0)
AREA = (CORNER[0], CORNER[1], CORNER[0] + 200.0, CORNER[1] + 100.0)


def pand_id(number: int) -> str:
    return f"0599100000{number:06d}"


@dataclass
class Town:
    """Houses in a row with flat roofs at 6 m over ground at 1 m, in a BAG GeoPackage and a LAZ file.

    Change ``panden`` or ``points`` before ``write``; ``extra`` is more text for ``twin.toml``.
    """

    folder: Path
    houses: int = 4
    bbox: tuple[float, ...] | None = AREA
    extra: str = ""
    panden: gpd.GeoDataFrame = field(init=False)
    points: pd.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        x = CORNER[0] + 10 + 25 * np.arange(self.houses)
        boxes = shapely.box(x, CORNER[1] + 20, x + 10, CORNER[1] + 30)
        self.panden = gpd.GeoDataFrame(
            {
                "identificatie": [pand_id(n + 1) for n in range(self.houses)],
                "bouwjaar": 1950,
                "status": "Pand in gebruik",
            },
            geometry=boxes,
            crs=28992,
        )
        self.points = scan(boxes)

    @property
    def settings(self) -> Path:
        return self.folder / "twin.toml"

    def write(self) -> Path:
        """Write all files; the settings' path."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.panden.to_file(self.folder / "bag.gpkg", layer="pand", driver="GPKG")
        write_laz(self.folder / "ahn.laz", self.points)
        bbox = f"bbox = {list(self.bbox)}\n" if self.bbox else ""
        self.settings.write_text(
            f'[twin]\nname = "Dorp"\n{bbox}\n[[source]]\nkind = "bag"\npath = "bag.gpkg"\n\n'
            f'[[source]]\nkind = "ahn"\npath = "ahn.laz"\n{self.extra}',
            encoding="utf-8",
        )
        return self.settings


def scan(roofs: Any, ground: float = 1.0, roof: float = 6.0, step: float = 0.4) -> pd.DataFrame:
    """Points ``x, y, z, class`` over the area: class 6 inside the roofs, class 2 elsewhere."""
    x, y = np.meshgrid(
        np.arange(AREA[0] - 40, AREA[2] + 40, step), np.arange(AREA[1] - 40, AREA[3] + 40, step)
    )
    points = pd.DataFrame({"x": x.ravel(), "y": y.ravel(), "z": ground, "class": 2})
    inside = shapely.contains_xy(shapely.union_all(roofs), points["x"], points["y"])
    points.loc[inside, ["z", "class"]] = [roof, 6]
    return points


def write_laz(path: Path, points: pd.DataFrame, epsg: int | None = 28992) -> None:
    """A LAZ file as AHN's, LAS 1.4 point format 6."""
    header = laspy.LasHeader(point_format=6, version="1.4")
    header.scales, header.offsets = np.full(3, 0.001), np.array([CORNER[0], CORNER[1], 0.0])
    if epsg is not None:
        header.add_crs(CRS.from_epsg(epsg))
    data = laspy.LasData(header)
    data.x, data.y, data.z = (points[axis].to_numpy() for axis in "xyz")
    data.classification = points["class"].to_numpy(dtype=np.uint8)
    data.write(path)


def build_town(settings: Path, out: Path) -> BuildSummary:
    with ThreadPoolExecutor(1) as executor:
        return build(load(settings), out, executor, Silence())


def read_panden(out: Path) -> pd.DataFrame:
    """All panden of a twin, by id."""
    frames = [gpd.read_parquet(path) for path in sorted((out / "objects" / "pand").glob("*.parquet"))]
    return pd.concat(frames).set_index("identificatie")


def read_rejects(out: Path) -> pd.DataFrame:
    return pd.read_parquet(out / "report" / "rejects.parquet")


def read_json(path: Path) -> Any:
    return json.loads(path.read_bytes())


def states(out: Path) -> dict[str, tuple[int, bytes]]:
    """Time stamp and bytes of every file of a twin."""
    files = [p for p in out.rglob("*") if p.is_file()]
    return {str(p.relative_to(out)): (p.stat().st_mtime_ns, p.read_bytes()) for p in files}


def contents(out: Path) -> dict[str, bytes]:
    """Bytes of every file that a user reads, but for the date in the manifest and the time it took."""
    kept = {name: data for name, (_, data) in states(out).items() if not name.startswith(".work")}
    quality = pd.read_parquet(out / "report" / "quality.parquet")
    kept["report/quality.parquet"] = quality.drop(columns="rekentijd").to_parquet()
    return {name: data for name, data in kept.items() if name not in ("twin.json", "report/index.html")}
