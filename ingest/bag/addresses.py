"""Addresses, put together from the four tables they are spread over."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ingest.delivery import Delivery

COLUMNS = (
    "verblijfsobject_id",
    "nummeraanduiding_id",
    "hoofdadres",
    "straatnaam",
    "huisnummer",
    "huisletter",
    "huisnummertoevoeging",
    "postcode",
    "woonplaatsnaam",
)
_ADRES = ("straatnaam", "huisnummer", "huisletter", "huisnummertoevoeging", "postcode", "woonplaatsnaam")


def addresses(deliveries: Mapping[str, Delivery]) -> pd.DataFrame:
    """Join verblijfsobject, nummeraanduiding, openbare ruimte and woonplaats.

    Parameters
    ----------
    deliveries : Mapping of str to Delivery
        What :func:`ingest.bag.read` gave; any of the four may be missing.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`COLUMNS`: a row per verblijfsobject and address in the order of the
        verblijfsobjecten, the main address (``hoofdadres``, bool) first. What is not delivered is missing,
        and so is ``verblijfsobject_id`` where there are only nummeraanduidingen. A verblijfsobject whose
        nummeraanduiding is not there keeps its row. ``huisnummer`` is Int64, the rest text.
    """
    numbers = _numbers(deliveries)
    if "verblijfsobject" not in deliveries:
        table = numbers.assign(
            verblijfsobject_id=pd.Series(pd.NA, index=numbers.index, dtype="str"), hoofdadres=True
        )
        return table[list(COLUMNS)]
    objects = deliveries["verblijfsobject"].frame
    links = _links(objects)
    joined = links.merge(numbers, on="nummeraanduiding_id", how="left")
    own = links[["verblijfsobject_id"]].merge(
        objects[["identificatie", *(c for c in _ADRES if c in objects.columns)]],
        left_on="verblijfsobject_id",
        right_on="identificatie",
        how="left",
    )
    for name in _ADRES:
        if name in own.columns:
            # What the object itself carries is its main address.
            joined[name] = joined[name].where(joined[name].notna() | ~joined["hoofdadres"], own[name])
    return joined[list(COLUMNS)]


def _links(objects: pd.DataFrame) -> pd.DataFrame:
    """Verblijfsobject and nummeraanduiding, main address first."""
    main = pd.DataFrame(
        {
            "verblijfsobject_id": objects["identificatie"],
            "nummeraanduiding_id": objects["hoofdadres_id"].astype("str"),
            "hoofdadres": True,
        }
    )
    side = (
        objects[["identificatie", "nevenadres_ids"]].explode("nevenadres_ids").dropna(subset="nevenadres_ids")
    )
    side = pd.DataFrame(
        {
            "verblijfsobject_id": side["identificatie"],
            "nummeraanduiding_id": side["nevenadres_ids"].astype("str"),
            "hoofdadres": False,
        }
    )
    return pd.concat([main, side]).sort_index(kind="stable").reset_index(drop=True)


def _numbers(deliveries: Mapping[str, Delivery]) -> pd.DataFrame:
    """Nummeraanduidingen with the names of their street and town."""
    if "nummeraanduiding" not in deliveries:
        empty = {name: pd.Series(dtype="Int64" if name == "huisnummer" else "str") for name in _ADRES}
        return pd.DataFrame({"nummeraanduiding_id": pd.Series(dtype="str"), **empty})
    numbers = pd.DataFrame(deliveries["nummeraanduiding"].frame).rename(
        columns={"identificatie": "nummeraanduiding_id"}
    )
    streets = _named(deliveries, "openbare_ruimte")
    towns = _named(deliveries, "woonplaats")
    street = numbers["openbare_ruimte_id"].map(streets["naam"]).astype("str")
    # A number has a town of its own only where its street lies in another.
    town_id = numbers["woonplaats_id"].where(
        numbers["woonplaats_id"].notna(),
        numbers["openbare_ruimte_id"].map(streets["woonplaats_id"]).astype("str"),
    )
    town = town_id.map(towns["naam"]).astype("str")
    for name, joined in (("straatnaam", street), ("woonplaatsnaam", town)):
        numbers[name] = (
            numbers[name].where(numbers[name].notna(), joined) if name in numbers.columns else joined
        )
    return numbers[["nummeraanduiding_id", *_ADRES]]


def _named(deliveries: Mapping[str, Delivery], table: str) -> pd.DataFrame:
    if table not in deliveries:
        return pd.DataFrame({"naam": pd.Series(dtype="str"), "woonplaats_id": pd.Series(dtype="str")})
    return deliveries[table].frame.set_index("identificatie")
