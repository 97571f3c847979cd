"""Energy labels and WOZ values: records per verblijfsobject, summed over the panden."""

from __future__ import annotations

import pandas as pd

from twin.attach.join import JoinReport
from twin.attach.links import PandLinks

# From best to worst; EP-online's classes.
LABELS = ("A+++++", "A++++", "A+++", "A++", "A+", "A", "B", "C", "D", "E", "F", "G")
_ADDRESS = ("postcode", "huisnummer", "huisletter", "huisnummertoevoeging")


def attach_energielabels(
    panden: pd.DataFrame, verblijfsobjecten: pd.DataFrame, labels: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, JoinReport]:
    """Energy labels on verblijfsobjecten, and the most frequent class on their panden.

    A label without a verblijfsobject id belongs to the one verblijfsobject with its postcode, number, letter
    and suffix as main address, if there is just one. Of several labels of a verblijfsobject, as files of
    different dates may have, the last registered counts.

    Returns
    -------
    panden : DataFrame
        With ``energielabel`` (the worst if tied) and ``aantal_energielabels``.
    verblijfsobjecten : DataFrame
        With ``verblijfsobject_energielabel``.
    report : JoinReport
    """
    labels = labels.reset_index(drop=True)
    labels["verblijfsobject_id"] = _by_address(labels, verblijfsobjecten)
    report = JoinReport.of(
        "verblijfsobject <- energielabel",
        "BAG-verblijfsobjectID, of anders het adres",
        verblijfsobjecten["identificatie"],
        _key(labels),
    )
    newest = _newest(labels, "energielabel_registratiedatum").set_index("verblijfsobject_id")
    units = verblijfsobjecten.assign(
        verblijfsobject_energielabel=verblijfsobjecten["identificatie"].map(newest["energielabel"])
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
    several panden among those, so that sums over an area stay right. Of several values of a verblijfsobject,
    as files of several years have, that of the newest reference date counts.
    """
    report = JoinReport.of(
        "verblijfsobject <- WOZ",
        "adresseerbaarObjectIdentificatie",
        verblijfsobjecten["identificatie"],
        _key(woz),
    )
    newest = _newest(woz, "woz_peildatum").set_index("verblijfsobject_id")
    values = (newest["woz_waarde"].astype("Float64") / newest["woz_gedeeld_met"]).round().astype("Int64")
    units = verblijfsobjecten.assign(
        verblijfsobject_woz_waarde=verblijfsobjecten["identificatie"].map(values).astype("Int64")
    )
    links = PandLinks.of(units["pand_ids"])
    dates = units["identificatie"].map(newest["woz_peildatum"])
    lines = pd.DataFrame(
        {
            "pand_id": links.pand_id,
            "euro": links.shares(units["verblijfsobject_woz_waarde"]),
            "date": pd.to_datetime(dates.take(links.unit).reset_index(drop=True)),
        }
    )
    groups = lines.dropna(subset=["euro"]).groupby("pand_id")
    joined = panden.assign(
        woz_waarde=panden["identificatie"].map(groups["euro"].sum()).astype("Int64"),
        woz_peildatum=groups["date"].max().reindex(panden["identificatie"]).array,
    )
    return joined, units, report


def _by_address(labels: pd.DataFrame, units: pd.DataFrame) -> pd.Series[str]:
    """Ids of the labels, where absent those of the units that alone have the label's address."""
    known = labels["verblijfsobject_id"].astype("str")
    if known.notna().all() or "postcode" not in labels:
        return known
    address = _address(units.rename(columns={"adres_postcode": "postcode"}))
    owners = pd.Series(units["identificatie"].to_numpy(), index=address)
    owners = owners[owners.index.notna() & ~owners.index.duplicated(keep=False)]
    return known.where(known.notna(), _address(labels).map(owners).astype("str"))


def _address(table: pd.DataFrame) -> pd.Series[str]:
    """Postcode, number, letter and suffix in one, without regard to case; missing without the first two."""
    parts = table[list(_ADDRESS)].astype("string").apply(lambda c: c.str.strip().str.upper())
    first, *rest = (parts[c].fillna("") for c in _ADDRESS)
    known = parts["postcode"].notna() & parts["huisnummer"].notna()
    joined: pd.Series[str] = first.str.cat(rest, sep=" ").where(known).astype("str")
    return joined


def _newest(records: pd.DataFrame, date: str) -> pd.DataFrame:
    """The record of the last date per verblijfsobject; of equal dates the one delivered last."""
    known = records[records["verblijfsobject_id"].notna()].reset_index(drop=True)
    order = pd.to_datetime(known[date]).sort_values(kind="stable", na_position="first").index
    return known.loc[order].drop_duplicates("verblijfsobject_id", keep="last")


def _key(records: pd.DataFrame) -> pd.Series[str]:
    return records["verblijfsobject_id"].astype("string")
