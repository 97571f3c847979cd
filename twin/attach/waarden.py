"""Energy labels and WOZ values: records per verblijfsobject, summed over the panden."""

from __future__ import annotations

import pandas as pd

from twin.attach.join import JoinReport

# From best to worst; EP-online's classes.
LABELS = ("A+++++", "A++++", "A+++", "A++", "A+", "A", "B", "C", "D", "E", "F", "G")


def attach_energielabels(
    panden: pd.DataFrame, verblijfsobjecten: pd.DataFrame, labels: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, JoinReport]:
    """Energy labels on verblijfsobjecten, and the most frequent class on their panden.

    Returns
    -------
    panden : DataFrame
        With ``energielabel`` (the worst if tied) and ``aantal_energielabels``.
    verblijfsobjecten : DataFrame
        With ``verblijfsobject_energielabel``.
    report : JoinReport
    """
    keys = labels.set_index("verblijfsobject_id")["energielabel"]
    report = JoinReport.of(
        "verblijfsobject <- energielabel",
        "BAG-verblijfsobjectID",
        verblijfsobjecten["identificatie"],
        _key(labels),
    )
    units = verblijfsobjecten.assign(
        verblijfsobject_energielabel=verblijfsobjecten["identificatie"].map(keys)
    )
    links = units[["pand_ids", "verblijfsobject_energielabel"]].explode("pand_ids")
    links = links.dropna(subset=["verblijfsobject_energielabel"])
    rank = links["verblijfsobject_energielabel"].map({label: i for i, label in enumerate(LABELS)})
    counts = (
        links.assign(rank=rank)
        .groupby(["pand_ids", "verblijfsobject_energielabel", "rank"])
        .size()
        .rename("n")
        .reset_index()
        .sort_values(["n", "rank"], ascending=False, kind="stable")
    )
    groups = counts.groupby("pand_ids")
    joined = panden.assign(
        energielabel=panden["identificatie"].map(groups["verblijfsobject_energielabel"].first()),
        aantal_energielabels=panden["identificatie"].map(groups["n"].sum()).astype("Int64").fillna(0),
    )
    return joined, units, report


def attach_woz(
    panden: pd.DataFrame, verblijfsobjecten: pd.DataFrame, woz: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, JoinReport]:
    """WOZ values on verblijfsobjecten, and their sum and reference date on the panden.

    A WOZ value of several verblijfsobjecten is divided equally among them, and that of a verblijfsobject in
    several panden among those, so that sums over an area stay right.
    """
    report = JoinReport.of(
        "verblijfsobject <- WOZ",
        "adresseerbaarObjectIdentificatie",
        verblijfsobjecten["identificatie"],
        _key(woz),
    )
    share = woz["woz_waarde"].astype("Float64") / woz["woz_gedeeld_met"]
    by_unit = woz.assign(share=share).groupby("verblijfsobject_id")
    values, dates = by_unit["share"].sum(min_count=1).round(), by_unit["woz_peildatum"].max()
    units = verblijfsobjecten.assign(
        verblijfsobject_woz_waarde=verblijfsobjecten["identificatie"].map(values).astype("Int64")
    )
    links = units.assign(
        deel=units["verblijfsobject_woz_waarde"].astype("Float64") / units["pand_ids"].map(len),
        woz_peildatum=units["identificatie"].map(dates),
    ).explode("pand_ids")
    groups = links.dropna(subset=["deel"]).groupby("pand_ids")
    joined = panden.assign(
        woz_waarde=panden["identificatie"].map(groups["deel"].sum()).round().astype("Int64"),
        woz_peildatum=panden["identificatie"].map(groups["woz_peildatum"].max()),
    )
    return joined, units, report


def _key(records: pd.DataFrame) -> pd.Series[str]:
    return records["verblijfsobject_id"].astype("string")
