"""The panden whose model explains its points least, and those with the most of their roof unseen."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

from twin.errors import StoreError
from twin.store import Layout, read_manifest

RANKINGS = {"rmse": "rmse_lod22", "nodata": "nodata_fractie"}
"""Name of each list, and the attribute that it is sorted by, worst first."""

COLUMNS = (
    "identificatie",
    "lod",
    "rmse_lod22",
    "aandeel_binnen_20cm",
    "nodata_fractie",
    "nodata_straal",
    "aantal_punten",
    "aantal_dakvlakken",
    "lod_reden",
)


def worst(layout: Layout, count: int) -> dict[str, list[dict[str, Any]]]:
    """The ``count`` worst panden by each of the :data:`RANKINGS`; without a figure, a pand is in no list.

    Equals stand by ``identificatie``. Missing values are None.

    Raises
    ------
    StoreError
        When there is no twin, or its report can't be read.
    """
    read_manifest(layout)
    path = layout.report / "quality.parquet"
    try:
        quality = pd.read_parquet(path)
    except (OSError, pa.ArrowException) as error:
        raise StoreError(f"{path}: can't be read ({error}). Build the twin again") from error
    quality = quality.reindex(columns=list(COLUMNS))
    return {name: _worst(quality, column, count) for name, column in RANKINGS.items()}


def _worst(quality: pd.DataFrame, column: str, count: int) -> list[dict[str, Any]]:
    known = quality[quality[column].notna()]
    first = known.sort_values([column, "identificatie"], ascending=[False, True]).head(count)
    rows = first.astype("object").where(first.notna(), None)
    return [{str(k): v for k, v in row.items()} for row in rows.to_dict("records")]
