"""Small registers, in the columns that the readers give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely


def bag_panden(*ids: str, at: float = 0.0) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "identificatie": pd.Series(ids, dtype="str"),
            "oorspronkelijk_bouwjaar": pd.Series([1900 + i for i in range(len(ids))], dtype="Int64"),
            "pand_status": pd.Series(["Pand in gebruik"] * len(ids), dtype="str"),
        },
        geometry=[shapely.box(at + 20 * i, 0, at + 20 * i + 10, 10) for i in range(len(ids))],
        crs=28992,
    )


def bgt_panden(*rows: tuple[str, str | None, int, str, str | None, Any]) -> gpd.GeoDataFrame:
    """Rows of lokaalid, BAG id, level, registration, plus status, geometry."""
    names = ["lokaalid", "identificatie_bag_pnd", "relatieve_hoogteligging", "tijdstip_registratie"]
    frame = pd.DataFrame([r[:4] for r in rows], columns=names)
    frame = frame.astype({"lokaalid": "str", "identificatie_bag_pnd": "str"})
    return gpd.GeoDataFrame(
        frame.assign(
            tijdstip_registratie=pd.to_datetime(frame["tijdstip_registratie"]),
            plus_status=pd.Series([r[4] for r in rows], dtype="str"),
        ),
        geometry=[r[5] for r in rows],
        crs=28992,
    )


def units(
    pand_ids: Sequence[tuple[str, ...]],
    area: Sequence[int | None] | None = None,
    use: Sequence[tuple[str, ...]] | None = None,
) -> gpd.GeoDataFrame:
    """Verblijfsobjecten as the BAG gives them, numbered from 0."""
    n = len(pand_ids)
    return gpd.GeoDataFrame(
        {
            "identificatie": pd.Series([f"0503010000{i:06d}" for i in range(n)], dtype="str"),
            "gebruiksdoel": pd.Series(use or [("woonfunctie",)] * n, dtype="object"),
            "oppervlakte": pd.Series(area if area is not None else [100] * n, dtype="Int64"),
            "verblijfsobject_status": pd.Series(["Verblijfsobject in gebruik"] * n, dtype="str"),
            "pand_ids": pd.Series(list(pand_ids), dtype="object"),
        },
        geometry=[shapely.Point(i, 0) for i in range(n)],
        crs=28992,
    )


def addresses(*rows: dict[str, Any]) -> pd.DataFrame:
    """Address lines; what a row does not say is missing."""
    columns = {
        "verblijfsobject_id": "str",
        "hoofdadres": "bool",
        "straatnaam": "str",
        "huisnummer": "Int64",
        "huisletter": "str",
        "huisnummertoevoeging": "str",
        "postcode": "str",
        "woonplaatsnaam": "str",
    }
    lines = [{"hoofdadres": True, **row} for row in rows]
    return pd.DataFrame({c: pd.Series([line.get(c) for line in lines], dtype=t) for c, t in columns.items()})
