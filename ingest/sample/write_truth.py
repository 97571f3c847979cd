"""The truth beside the deliveries: roofs, panden and heights as they are, to compare with."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ingest.sample.points import hidden_share
from ingest.sample.registers import Registers
from ingest.sample.terrain import STEP
from ingest.sample.town import Town


def write_truth(folder: Path, town: Town, registers: Registers) -> dict[str, Path]:
    """Write the truth as (Geo)Parquet; see :class:`ingest.sample.SampleTown` for what is in it."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / f"{name}.parquet" for name in ("roofs", "panden", "ground")}
    ids = registers.pand["identificatie"].to_numpy()
    facets = town.facets.select((town.facets.building < town.standing) & (town.facets.kind != "overstek"))
    roofs = gpd.GeoDataFrame(
        {
            "pand": ids[facets.building],
            "kind": facets.kind,
            "roof_type": town.buildings["roof"].to_numpy()[facets.building],
        }
        | {name: facets.plane[:, k] for k, name in enumerate(("a", "b", "c", "x0", "y0"))},
        geometry=facets.geometry,
        crs=28992,
    )
    roofs.to_parquet(paths["roofs"])
    _panden(town, ids).to_parquet(paths["panden"])
    z = town.terrain.z
    rows, columns = np.indices(z.shape)
    grid = {
        "x": town.terrain.x0 + STEP * columns.ravel(),
        "y": town.terrain.y0 + STEP * rows.ravel(),
        "z": z.ravel(),
    }
    pd.DataFrame(grid).to_parquet(paths["ground"])
    return paths


def _panden(town: Town, ids: np.ndarray) -> gpd.GeoDataFrame:
    standing = town.standing
    facets = town.facets.select((town.facets.building < standing) & (town.facets.kind != "overstek"))
    xy, facet = shapely.get_coordinates(facets.geometry, return_index=True)
    heights = pd.Series(facets.height(facet, xy)).groupby(facets.building[facet])
    outlines = town.footprints[:standing]
    crowns = shapely.buffer(shapely.points(town.trees[:, :2]), town.trees[:, 3])
    pand, tree = shapely.STRtree(crowns).query(outlines, predicate="intersects")
    covered = pd.Series(shapely.area(shapely.intersection(outlines[pand], crowns[tree]))).groupby(pand).sum()
    table = town.buildings.iloc[:standing]
    return gpd.GeoDataFrame(
        {
            "pand": ids[:standing],
            "kind": table["kind"].to_numpy(),
            "roof_type": table["roof"].to_numpy(),
            "storeys": table["storeys"].to_numpy().astype(np.int64),
            "ground": town.ground[:standing],
            "eave": town.ground[:standing] + table["eave"].to_numpy(),
            "roof_min": heights.min().to_numpy(),
            "roof_max": heights.max().to_numpy(),
            "facets": pd.Series(facets.building).value_counts().sort_index().to_numpy(),
            "hidden": hidden_share(town)[:standing],
            "under_trees": (
                covered.reindex(range(standing), fill_value=0.0).to_numpy() / shapely.area(outlines)
            ).clip(0, 1),
        },
        geometry=outlines,
        crs=28992,
    )
