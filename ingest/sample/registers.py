"""What the registers hold about the town, before any format: panden, verblijfsobjecten and addresses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from ingest.sample.plan import Geometries, Ints
from ingest.sample.town import Town

MUNICIPALITY, MUNICIPALITY_CODE, WOONPLAATS = "Meerwaarde", "9998", "9998"
"""An invented municipality: no Dutch one has this name or code."""

FIRST = (
    "Kerk",
    "Molen",
    "Linden",
    "Dijk",
    "Schippers",
    "Visser",
    "Beurt",
    "Turf",
    "Kaas",
    "Boter",
    "Zilver",
    "Goud",
    "Eiken",
    "Wilgen",
    "Populieren",
    "Esdoorn",
    "Lijsterbes",
    "Merel",
    "Kievit",
    "Grutto",
    "Reiger",
    "Lepelaar",
    "Zwanen",
    "Otter",
    "Snoek",
    "Baars",
    "Paling",
    "Spiering",
    "Anker",
    "Roer",
    "Fok",
    "Kluiver",
    "Bezaan",
    "Kompas",
    "Poolster",
    "Noorder",
    "Zuider",
    "Ooster",
    "Wester",
    "Vuurtoren",
    "Touwslagers",
    "Zeilmakers",
    "Smeden",
    "Bakkers",
    "Wevers",
    "Korenbloem",
    "Klaproos",
    "Boterbloem",
    "Madelief",
    "Pinksterbloem",
)
LAST = {
    "gracht": "gracht",
    "oud": "straat",
    "plein": "plein",
    "straat": "straat",
    "hoog": "plantsoen",
    "werk": "weg",
    "laan": "laan",
    "park": "park",
}

USES = {
    "hal": "industriefunctie",
    "kas": "industriefunctie",
    "kerk": "bijeenkomstfunctie",
    "school": "onderwijsfunctie",
    "gymzaal": "sportfunctie",
    "raadhuis": "kantoorfunctie",
    "paviljoen": "bijeenkomstfunctie",
}

STATUSES = (
    "Pand in gebruik",
    "Pand in gebruik (niet ingemeten)",
    "Verbouwing pand",
    "Pand buiten gebruik",
    "Sloopvergunning verleend",
)
STATUS_SHARES = (0.955, 0.015, 0.015, 0.008, 0.007)
PLANNED = (
    "Bouwvergunning verleend",
    "Bouw gestart",
    "Bouwvergunning verleend",
    "Niet gerealiseerd pand",
    "Bouw gestart",
)


@dataclass(frozen=True, slots=True)
class Registers:
    """Tables of the registers; ids are 16 bare digits.

    Attributes
    ----------
    pand : pandas.DataFrame
        ``identificatie, bouwjaar, status, building, kind`` and ``geometry`` (footprint to the millimetre):
        standing panden first, then planned ones, then demolished ones (``building`` -1).
    verblijfsobject : pandas.DataFrame
        ``identificatie, pand`` (row), ``second_pand`` (row or -1), ``uses`` (tuple), ``oppervlakte, status,
        address`` (row), ``extra_address`` (row or -1), ``x, y``.
    nummeraanduiding : pandas.DataFrame
        ``identificatie, street, huisnummer, huisletter, toevoeging, postcode``.
    openbare_ruimte : pandas.DataFrame
        ``identificatie, naam, x, y, angle``.
    """

    pand: pd.DataFrame
    verblijfsobject: pd.DataFrame
    nummeraanduiding: pd.DataFrame
    openbare_ruimte: pd.DataFrame


def make_registers(town: Town) -> Registers:
    """Register the town, with the states and oddities real registers have."""
    rng = np.random.default_rng([town.seed, 6])
    streets = _streets(town)
    panden = _panden(town, rng)
    objects, addresses = _objects(town, panden, rng)
    return Registers(panden, objects, addresses, streets)


def make_ids(kind: str, count: int, start: int = 1) -> list[str]:
    """Ids of 16 digits: municipality, kind of object (``10`` pand, ``01`` verblijfsobject, ...), number."""
    return [f"{MUNICIPALITY_CODE}{kind}{n:010d}" for n in range(start, start + count)]


def _streets(town: Town) -> pd.DataFrame:
    rng = np.random.default_rng([town.seed, 7])
    order = rng.permutation(len(FIRST))
    names: list[str] = []
    used: dict[str, int] = {}
    for number, (kind, *_rest) in enumerate(town.content.streets):
        name = "Markt" if kind == "plein" else FIRST[order[number % len(FIRST)]] + LAST[kind]
        used[name] = used.get(name, 0) + 1
        names.append(
            name
            if used[name] == 1
            else f"{['Nieuwe', 'Korte', 'Lange', 'Oude'][used[name] % 4]} {name}"
            + (f" {used[name] // 4 + 1}" if used[name] > 5 else "")
        )
    table = pd.DataFrame({"identificatie": make_ids("30", len(names)), "naam": names})
    table[["x", "y", "angle"]] = np.array([s[2:] for s in town.content.streets], dtype=float).reshape(-1, 3)
    return table


def _panden(town: Town, rng: np.random.Generator) -> pd.DataFrame:
    count, standing = len(town.buildings), town.standing
    status = rng.choice(STATUSES, count, p=STATUS_SHARES).astype(object)
    status[standing:] = [PLANNED[i % len(PLANNED)] for i in range(count - standing)]
    year = town.buildings["year"].to_numpy().astype(np.int64)
    dummy = rng.random(count)
    year = np.where(dummy < 0.012, 1005, np.where(dummy < 0.018, 9999, year))
    year[standing:] = 2026
    gone = max(2, standing // 120)
    # Demolished panden lie where others stand now, a little larger and askew.
    where = rng.choice(standing, gone, replace=False)
    old = shapely.set_precision(shapely.buffer(town.footprints[where], 1.4, join_style="mitre"), 0.001)
    return pd.DataFrame(
        {
            "identificatie": make_ids("10", count + gone),
            "bouwjaar": np.r_[year, np.maximum(year[where] - 60, 1500)],
            "status": np.r_[
                status, np.where(np.arange(gone) % 3 == 2, "Pand ten onrechte opgevoerd", "Pand gesloopt")
            ],
            "building": np.r_[np.arange(count), np.full(gone, -1)],
            "kind": np.r_[town.buildings["kind"].to_numpy(), np.full(gone, "gesloopt", dtype=object)],
            "geometry": np.concatenate([town.footprints, old]),
        }
    )


def _objects(town: Town, panden: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    table = town.buildings
    dwellings = table["dwellings"].to_numpy().astype(np.int64)
    dwellings = np.where(table["street"].to_numpy() >= 0, dwellings, 0)
    dwellings[town.standing :] = np.minimum(dwellings[town.standing :], 1)
    pand = np.repeat(np.arange(len(table)), dwellings)
    nth = np.arange(pand.size) - np.repeat(np.cumsum(dwellings) - dwellings, dwellings)
    kind, street = table["kind"].to_numpy()[pand], table["street"].to_numpy()[pand].astype(np.int64)
    number, letter = _house_numbers(table, pand, nth, street)
    spot = shapely.get_coordinates(shapely.point_on_surface(panden["geometry"].to_numpy()[pand]))
    apart = 0.3 * np.column_stack([nth % 4, nth // 4 % 4]).astype(float)
    spot = np.round(spot + apart * (dwellings[pand] > 1)[:, None], 3)
    area = (
        shapely.area(panden["geometry"].to_numpy()[pand])
        * table["storeys"].to_numpy()[pand]
        * 0.86
        / dwellings[pand]
    )
    area = np.maximum(area.astype(np.int64), 14)
    odd = rng.random(pand.size)
    area = np.where(odd < 0.008, 1, np.where(odd < 0.014, 999_999, area))
    shop = (kind == "grachtenpand") & (rng.random(pand.size) < 0.22)
    uses = [
        (("winkelfunctie", "woonfunctie") if s else (USES.get(k, "woonfunctie"),))
        for k, s in zip(kind, shop, strict=True)
    ]
    status = np.where(
        rng.random(pand.size) < 0.985,
        "Verblijfsobject in gebruik",
        "Verblijfsobject in gebruik (niet ingemeten)",
    )
    status = np.where(pand >= town.standing, "Verblijfsobject gevormd", status).astype(object)
    withdrawn = rng.random(pand.size) < 0.006
    status[withdrawn] = "Verblijfsobject ingetrokken"
    # Shops that run on into the house next door: one verblijfsobject in two panden.
    following = np.minimum(pand + 1, town.standing - 1)
    beside = shop & (table["kind"].to_numpy()[following] == "grachtenpand") & (rng.random(pand.size) < 0.5)
    second = np.where(beside & (following != pand), following, -1)
    extra = (kind == "hoekpand") & (nth == 0)
    objects = pd.DataFrame(
        {
            "identificatie": make_ids("01", pand.size),
            "pand": pand,
            "second_pand": second,
            "uses": uses,
            "oppervlakte": area,
            "status": status,
            "address": np.arange(pand.size),
            "x": spot[:, 0],
            "y": spot[:, 1],
        }
    )
    objects["extra_address"] = np.where(extra, pand.size + np.cumsum(extra) - 1, -1)
    side = np.r_[street, np.maximum(street[extra] - 1, 0)]
    addresses = pd.DataFrame(
        {
            "identificatie": make_ids("20", side.size),
            "street": side,
            "huisnummer": np.r_[number, number[extra] + 100],
            "huisletter": np.r_[letter, np.full(int(extra.sum()), "", dtype=object)],
            "toevoeging": np.r_[np.where(shop, "bis", ""), np.full(int(extra.sum()), "")],
            "postcode": [_postcode(int(s)) for s in side],
        }
    )
    return objects, addresses


def _house_numbers(table: pd.DataFrame, pand: Ints, nth: Ints, street: Ints) -> tuple[Ints, Geometries]:
    """Even on one side and odd on the other; storeys of one house by letter, flats by number."""
    even = np.cos(table["angle"].to_numpy()[pand] - 0.01) < 0
    shared = (table["dwellings"].to_numpy()[pand] <= 4) & (table["kind"].to_numpy()[pand] != "flat")
    fresh = ~shared | (nth == 0)
    frame = pd.DataFrame({"street": street, "even": even, "fresh": fresh})
    rank = frame.groupby(["street", "even"])["fresh"].cumsum().to_numpy()
    number = 2 * rank - np.where(even, 0, 1)
    letter = np.where(
        shared & (table["dwellings"].to_numpy()[pand] > 1), np.array(list("ABCD"))[np.minimum(nth, 3)], ""
    )
    return number.astype(np.int64), letter.astype(object)


def _postcode(street: int) -> str:
    letters = "ABCDEGHJKLMNPRTVWXZ"
    return f"{9998 - street // 361 % 8}{letters[street // 19 % 19]}{letters[street % 19]}"
