"""The buurt of every object, and the figures of its buurt."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from twin.attach.join import JoinReport

# CBS figure -> name of the attribute, where the register has the figure.
FIGURES = {
    "aantal_inwoners": "buurt_aantal_inwoners",
    "aantal_huishoudens": "buurt_aantal_huishoudens",
    "gemiddelde_huishoudsgrootte": "buurt_gemiddelde_huishoudsgrootte",
    "bevolkingsdichtheid_inwoners_per_km2": "buurt_bevolkingsdichtheid",
    "gemiddelde_woz_waarde": "buurt_gemiddelde_woz_waarde",
    "percentage_personen_65_jaar_en_ouder": "buurt_percentage_65_jaar_en_ouder",
}
CODES = ("buurtcode", "buurtnaam", "wijkcode", "gemeentecode", "gemeentenaam")


def buurt_table(buurten: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """CBS buurten under the names of the catalogue; ``identificatie`` is the buurtcode."""
    table = buurten.rename(columns={**FIGURES, "jaar": "cbs_jaar"})
    columns = [c for c in (*CODES, *FIGURES.values(), "cbs_jaar", "water") if c in table]
    return table[[*columns, "geometry"]].assign(identificatie=table["buurtcode"])


def attach_buurten(
    objects: gpd.GeoDataFrame, buurten: gpd.GeoDataFrame, name: str, *, figures: bool
) -> tuple[gpd.GeoDataFrame, JoinReport]:
    """Codes (and, if asked, figures) of the buurt that holds each object's representative point.

    An object outside all buurten has missing values. On a shared border the lower buurtcode wins.

    Parameters
    ----------
    objects : GeoDataFrame
        With ``identificatie`` and geometry in EPSG:28992.
    buurten : GeoDataFrame
        From :func:`buurt_table`.
    name : str
        Collection, for the report.
    figures : bool
        Whether the buurt's figures come along.
    """
    areas = buurten.sort_values("buurtcode", ignore_index=True)
    points = shapely.point_on_surface(objects.geometry.to_numpy())
    point_index, area_index = shapely.STRtree(areas.geometry.to_numpy()).query(points, predicate="intersects")
    hit = pd.Series(area_index, index=point_index).groupby(level=0).min()
    wanted = (
        [c for c in areas.columns if c not in ("geometry", "identificatie", "water")]
        if figures
        else ["buurtcode"]
    )
    found = areas.loc[hit.to_numpy(), wanted].set_index(objects.index[hit.index.to_numpy()])
    joined = objects.drop(columns=[c for c in wanted if c in objects]).join(found)
    unmatched = objects.loc[joined["buurtcode"].isna(), "identificatie"].astype("str")
    report = JoinReport(
        f"{name} <- buurt",
        "representative point",
        len(objects),
        len(hit),
        len(areas),
        int(areas["buurtcode"].isin(found["buurtcode"]).sum()),
        "objects",
        tuple(unmatched.sort_values().head(5)),
    )
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=28992), report
