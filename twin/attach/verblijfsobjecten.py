"""Verblijfsobjecten and their addresses, on their own and summed over the panden they lie in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd

from twin.attach.join import JoinReport
from twin.attach.links import PandLinks, sorted_sets


def verblijfsobject_table(verblijfsobjecten: gpd.GeoDataFrame, addresses: pd.DataFrame) -> gpd.GeoDataFrame:
    """Verblijfsobjecten with their main address in words and in parts.

    Parameters
    ----------
    verblijfsobjecten : GeoDataFrame
        ``identificatie, gebruiksdoel (tuple), oppervlakte, verblijfsobject_status, pand_ids (tuple),
        geometry``.
    addresses : DataFrame
        ``verblijfsobject_id, hoofdadres (bool), straatnaam, huisnummer, huisletter, huisnummertoevoeging,
        postcode, woonplaatsnaam``.
    """
    lines = addresses.assign(adres=address_line(addresses))
    main = lines[lines["hoofdadres"]].drop_duplicates("verblijfsobject_id").set_index("verblijfsobject_id")
    side = lines[~lines["hoofdadres"]]
    others = sorted_sets(side["verblijfsobject_id"], side["adres"])
    table = verblijfsobjecten.rename(columns={"gebruiksdoel": "gebruiksdoel_verblijfsobject"})
    parts = main[
        [
            "adres",
            "straatnaam",
            "huisnummer",
            "huisletter",
            "huisnummertoevoeging",
            "postcode",
            "woonplaatsnaam",
        ]
    ].rename(columns={"postcode": "adres_postcode"})
    table = table.drop(columns=[c for c in parts.columns if c in table])
    table = table.merge(parts, left_on="identificatie", right_index=True, how="left")
    table["nevenadressen"] = table["identificatie"].map(others)
    return gpd.GeoDataFrame(table, geometry="geometry", crs=28992)


def address_line(addresses: pd.DataFrame) -> pd.Series[str]:
    """Addresses as they are written on an envelope: ``Dorpsstraat 12a-2, 1234AB Dorp``.

    Parts that are not known are left out; an address of which nothing is known is missing.
    """

    def text(column: str) -> pd.Series[str]:
        return addresses[column].astype("string").fillna("")

    number = text("huisnummer") + text("huisletter")
    suffix = text("huisnummertoevoeging")
    number = number + ("-" + suffix).where(suffix != "", "")
    street = (text("straatnaam") + " " + number).str.strip()
    town = (text("postcode") + " " + text("woonplaatsnaam")).str.strip()
    line = (street + ", " + town).str.strip(", ")
    return line.mask(line == "")


def attach_verblijfsobjecten(
    panden: gpd.GeoDataFrame, table: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, JoinReport]:
    """Sum the verblijfsobjecten (of :func:`verblijfsobject_table`) over their panden.

    The floor area of a verblijfsobject in several panden is divided equally among them, in whole square
    metres that add up to it. The use of a pand is the one with most floor area; unknown floor areas count as
    the smallest known unit, 1 m2.
    """
    links = PandLinks.of(table["pand_ids"])
    report = replace(
        JoinReport.of("pand <- verblijfsobject", "pandRef", panden["identificatie"], links.pand_id),
        counted="links",
    )
    lines = table[["adres", "adres_postcode", "gebruiksdoel_verblijfsobject"]].take(links.unit)
    lines = lines.reset_index(drop=True).assign(pand_id=links.pand_id, m2=links.shares(table["oppervlakte"]))
    lines = lines[lines["pand_id"].isin(panden["identificatie"])]
    groups = lines.groupby("pand_id")
    uses = lines.explode("gebruiksdoel_verblijfsobject").rename(
        columns={"gebruiksdoel_verblijfsobject": "use"}
    )
    uses["m2"] = uses["m2"].fillna(1).clip(lower=1)
    summary = pd.DataFrame(
        {
            "aantal_verblijfsobjecten": groups.size(),
            "oppervlakte_verblijfsobjecten": groups["m2"].sum(min_count=1),
            "adressen": sorted_sets(lines["pand_id"], lines["adres"]),
            "postcode": _most(lines, "adres_postcode"),
            "gebruiksdoel": _most(uses, "use", weight="m2"),
            "gebruiksdoelen": sorted_sets(uses["pand_id"], uses["use"]),
        }
    )
    joined = panden.merge(summary, left_on="identificatie", right_index=True, how="left")
    # No unit in the pand is a known fact once the register was read: a shed has none.
    joined["aantal_verblijfsobjecten"] = joined["aantal_verblijfsobjecten"].astype("Int64").fillna(0)
    return joined, report


def _most(lines: pd.DataFrame, column: str, weight: str | None = None) -> pd.Series[Any]:
    """Value with the largest count, or sum of ``weight``, per pand; the first by alphabet if tied."""
    known = lines.dropna(subset=[column])
    groups = known.groupby(["pand_id", column])
    score = groups[weight].sum() if weight else groups.size()
    ranked = (
        score.rename("score")
        .reset_index()
        .sort_values(["score", column], ascending=[False, True], kind="stable")
    )
    return ranked.drop_duplicates("pand_id").set_index("pand_id")[column]
