"""One table of panden: the BAG says which exist, the BGT knows where they touch the ground."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from twin.attach.join import JoinReport
from twin.attach.links import sorted_sets

BGT_COLUMNS = (
    "relatieve_hoogteligging",
    "bronhouder",
    "bgt_status",
    "plus_status",
    "tijdstip_registratie",
    "in_onderzoek",
)


def merge_panden(
    bag: gpd.GeoDataFrame | None, bgt: gpd.GeoDataFrame | None
) -> tuple[gpd.GeoDataFrame, JoinReport | None]:
    """All panden of the area, each once.

    A BAG pand keeps its own outline and takes the BGT's attributes from the BGT panden that name it (the
    lowest level and newest of several). A BGT pand that names no BAG pand of this delivery becomes an object
    of its own: under the BAG id that it names, or else under its lokaalID.

    Parameters
    ----------
    bag : GeoDataFrame or None
        ``identificatie, oorspronkelijk_bouwjaar, pand_status, geometry`` in EPSG:28992.
    bgt : GeoDataFrame or None
        ``lokaalid, identificatie_bag_pnd, relatieve_hoogteligging, ..., geometry`` in EPSG:28992.

    Returns
    -------
    panden : GeoDataFrame
        Sorted by ``identificatie``; ``object_id`` is the CityObject id.
    report : JoinReport or None
        How many BGT panden found their BAG pand; None if one of the two is absent.
    """
    outlines = _bgt_objects(bgt) if bgt is not None else None
    if outlines is None:
        panden = _bag_objects(bag)
        report = None
    elif bag is None:
        panden, report = outlines, None
    else:
        left = _bag_objects(bag)
        known = outlines["identificatie"].isin(left["identificatie"])
        extra = outlines.drop(columns=["geometry", "object_id"])[known]
        panden = pd.concat([left.merge(extra, on="identificatie", how="left"), outlines[~known]])
        assert bgt is not None
        report = JoinReport.of(
            "pand <- BGT-pand", "identificatie_bag_pnd", left["identificatie"], bgt["identificatie_bag_pnd"]
        )
    panden = panden.sort_values("identificatie", kind="stable", ignore_index=True)
    return gpd.GeoDataFrame(panden, geometry="geometry", crs=28992), report


def _bag_objects(bag: gpd.GeoDataFrame | None) -> pd.DataFrame:
    if bag is None:
        return pd.DataFrame({"identificatie": pd.Series(dtype="str"), "object_id": [], "geometry": []})
    table = pd.DataFrame(bag)
    return table.assign(object_id="NL.IMBAG.Pand." + table["identificatie"].astype("str"))


def _bgt_objects(bgt: gpd.GeoDataFrame) -> pd.DataFrame:
    """One row per BAG id named, or per BGT pand that names none."""
    table = pd.DataFrame(bgt).sort_values(
        ["relatieve_hoogteligging", "tijdstip_registratie", "lokaalid"], ascending=[True, False, True]
    )
    named = table["identificatie_bag_pnd"].notna().to_numpy()
    table["identificatie"] = np.where(named, table["identificatie_bag_pnd"], table["lokaalid"])
    table["object_id"] = np.where(named, "NL.IMBAG.Pand.", "NL.IMGeo.") + table["identificatie"].astype("str")
    columns = ["identificatie", "object_id", *(c for c in BGT_COLUMNS if c in table)]
    objects = table.drop_duplicates("identificatie")[columns].sort_values("identificatie", ignore_index=True)
    index = pd.Index(objects["identificatie"])
    return objects.assign(
        bgt_lokaal_ids=objects["identificatie"].map(sorted_sets(table["identificatie"], table["lokaalid"])),
        geometry=_union_by(table["identificatie"], table["geometry"], index),
    )


def _union_by(
    keys: pd.Series[Any], geometry: pd.Series[Any], index: pd.Index[Any]
) -> npt.NDArray[np.object_]:
    """Union of the outlines that share a key; the many that stand alone are taken as they are."""
    codes = index.get_indexer(pd.Index(keys))
    shapes = np.asarray(geometry, dtype=object)
    result = np.empty(len(index), dtype=object)
    result[codes] = shapes
    counts = np.bincount(codes, minlength=len(index))
    shared = counts[codes] > 1
    if shared.any():
        frame = gpd.GeoDataFrame({"code": codes[shared]}, geometry=shapes[shared]).dissolve("code")
        result[frame.index.to_numpy()] = np.asarray(frame.geometry.array, dtype=object)
    return result
