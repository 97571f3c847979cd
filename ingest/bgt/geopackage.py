"""The BGT as a GeoPackage, one layer per feature type, with the names PDOK's GML gets there."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pyogrio.errors import DataSourceError

from ingest.bgt.citygml import RawRecords
from ingest.bgt.featuretypes import FEATURE_TYPES, FeatureType, plain
from ingest.errors import SourceError
from ingest.window import read_layer


def layers(path: Path) -> dict[str, str]:
    """Feature type -> layer name of a BGT GeoPackage; layers of another kind are left out.

    Raises
    ------
    SourceError
        The file can't be opened.
    """
    try:
        names = pyogrio.list_layers(path)[:, 0].tolist()
    except DataSourceError as error:
        raise SourceError(
            path,
            found=f"it can't be opened as a GeoPackage ({error})",
            expected="a GeoPackage with a layer per BGT feature type",
            remedy="Download or export it again: it is truncated, damaged or of another kind.",
        ) from error
    found = {plain(name).removeprefix("bgt"): name for name in names}
    return {kind: found[kind] for kind in FEATURE_TYPES if kind in found}


def read_geopackage(path: Path, layer: str, kind: FeatureType) -> RawRecords:
    """Read all records of one layer.

    Column names may be lower case with or without underscores (`relatievehoogteligging`,
    `relatieve_hoogteligging`), and those of the CityGML or of the BGT catalogue (`function`, `bgt_functie`).

    Raises
    ------
    SourceError
        The layer can't be read, has no geometry, or is in another CRS.
    """
    frame, _, notes = read_layer(path, layer, None)
    if not isinstance(frame, gpd.GeoDataFrame):
        raise SourceError(
            path,
            found=f"layer {layer} has no geometry",
            expected="a geometry per object",
            remedy="Export the layer with its geometry column.",
        )
    present = {plain(name): name for name in frame.columns}
    values = pd.DataFrame(index=frame.index)
    for element, column in kind.attributes.items():
        name = present.get(plain(element), present.get(plain(column)))
        values[column] = None if name is None else _as_text(frame[name])
    empty = np.full(len(frame), None, dtype=object)
    return RawRecords(values, np.asarray(frame.geometry.array, dtype=object), empty, empty.copy(), notes)


def _as_text(column: pd.Series) -> pd.Series:
    """Values as the GML would have them, missing ones None, so that both roads meet in one place."""
    missing = column.isna()
    if pd.api.types.is_bool_dtype(column.dtype):
        text = column.astype(bool).map({True: "true", False: "false"})
    elif pd.api.types.is_numeric_dtype(column.dtype):
        # A whole-number column with gaps arrives as float.
        text = column.map(lambda value: None if pd.isna(value) else f"{value:.0f}")
    elif pd.api.types.is_datetime64_any_dtype(column.dtype):
        text = column.map(lambda value: None if pd.isna(value) else value.isoformat())
    else:
        text = column.map(lambda value: None if pd.isna(value) else str(value).strip() or None)
    return text.astype(object).where(~missing, None)
