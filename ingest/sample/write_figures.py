"""Figures as delivered: CBS areas with sentinels, a municipality's WOZ export, EP-online's energy labels."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ingest.sample.plan import Geometries, old_cells
from ingest.sample.registers import MUNICIPALITY, MUNICIPALITY_CODE, Registers
from ingest.sample.town import Town

YEAR = 2024
COUNTED = dt.date(YEAR, 1, 1)
VALUED = dt.date(YEAR, 1, 1)
PUBLISHED = dt.date(2025, 10, 1)
WIJKEN = ("Oude Stad", "Nieuwe Kwartieren")
BUURTEN = (
    "Markt en Grachten",
    "Noorderkwartier",
    "Dijkkwartier",
    "Zuiderkwartier",
    "Meerzicht",
    "Westerpolder",
)
SECRET, UNKNOWN = -99_997, -99_995


def write_cbs(folder: Path, town: Town, registers: Registers) -> tuple[Path, dict[str, int]]:
    """Write ``cbs_buurten.gpkg`` (gemeenten, wijken, buurten) into ``folder``; path and rows per layer."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "cbs_buurten.gpkg"
    path.unlink(missing_ok=True)
    code = f"GM{MUNICIPALITY_CODE}"
    areas = _areas(town)
    water = shapely.difference(town.surfaces.lake, town.surfaces.island)
    spots = shapely.points(registers.verblijfsobject[["x", "y"]].to_numpy())
    homes = np.array(["woonfunctie" in u for u in registers.verblijfsobject["uses"]])
    rng = np.random.default_rng([town.seed, 8])
    rows: list[dict[str, Any]] = []
    for number, area in enumerate(areas):
        inside = homes & shapely.contains(area, spots)
        rows.append(
            _figures(int(inside.sum()), float(area.area), rng)
            | {
                "buurtcode": f"BU{MUNICIPALITY_CODE}{min(number, 1) + 1:02d}{number if number else 1:02d}",
                "buurtnaam": BUURTEN[number],
                "wijkcode": f"WK{MUNICIPALITY_CODE}{min(number, 1) + 1:02d}",
                "water": "NEE",
            }
        )
    blank = dict.fromkeys(_figures(0, 1.0, rng), UNKNOWN)
    rows.append(
        blank
        | {
            "buurtcode": f"BU{MUNICIPALITY_CODE}9997",
            "buurtnaam": "Meer",
            "wijkcode": f"WK{MUNICIPALITY_CODE}99",
            "water": "JA",
        }
    )
    shapes = np.array([*areas, water], dtype=object)
    frame = gpd.GeoDataFrame(rows, geometry=_multi(shapes), crs=28992)
    frame["gemeentecode"], frame["gemeentenaam"], frame["jaar"] = code, MUNICIPALITY, YEAR
    frame["jrstatcode"] = f"{YEAR}" + frame["buurtcode"]
    frame.to_file(path, layer="buurten", driver="GPKG")
    wijken = frame.dissolve("wijkcode", aggfunc={"water": "first", "aantal_inwoners": "sum"}).reset_index()
    wijken["wijknaam"] = [*WIJKEN, "Water"][: len(wijken)] if len(wijken) == 3 else [WIJKEN[0], "Water"]
    wijken["gemeentecode"], wijken["gemeentenaam"], wijken["jaar"] = code, MUNICIPALITY, YEAR
    wijken["geometry"] = _multi(wijken.geometry.to_numpy())
    wijken["aantal_inwoners"] = np.where(wijken["water"] == "JA", UNKNOWN, wijken["aantal_inwoners"])
    wijken.to_file(path, layer="wijken", driver="GPKG")
    whole = gpd.GeoDataFrame(
        {
            "gemeentecode": [code] * 2,
            "gemeentenaam": [MUNICIPALITY] * 2,
            "water": ["NEE", "JA"],
            "jaar": [YEAR] * 2,
            "aantal_inwoners": [
                int(frame.loc[frame["water"] == "NEE", "aantal_inwoners"].clip(lower=0).sum()),
                UNKNOWN,
            ],
        },
        geometry=_multi(np.array([town.surfaces.island, water], dtype=object)),
        crs=28992,
    )
    whole.to_file(path, layer="gemeenten", driver="GPKG")
    return path, {"buurten": len(frame), "wijken": len(wijken), "gemeenten": len(whole)}


def write_woz(folder: Path, town: Town, registers: Registers) -> tuple[Path, int]:
    """Write ``woz.csv``, with owners and users who do not exist; its path and number of WOZ objects."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "woz.csv"
    rng = np.random.default_rng([town.seed, 9])
    objects = registers.verblijfsobject[registers.verblijfsobject["status"] == "Verblijfsobject in gebruik"]
    kind = town.buildings["kind"].to_numpy()[objects["pand"]]
    base = np.where(
        kind == "villa",
        5_800,
        np.where(kind == "vrijstaand", 4_900, np.where(kind == "grachtenpand", 4_600, 3_700)),
    )
    area = objects["oppervlakte"].to_numpy().clip(20, 3_000)
    value = (np.round(base * area**0.82 * rng.uniform(0.85, 1.2, len(objects)) * 2.1 / 1000) * 1000).astype(
        np.int64
    )
    header = (
        "wozObjectNummer",
        "identificatie",
        "adresseerbaarObjectIdentificaties",
        "vastgesteldeWaarde",
        "waardepeildatum",
        "indicatieBezwaarBeroep",
        "belanghebbendeNaam",
        "belanghebbendeBsn",
        "belanghebbendeGeboortedatum",
        "belanghebbendeAdres",
        "gebruikerNaam",
    )
    ids = objects["identificatie"].to_numpy()
    count = 0
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerow(header)
        skip = False
        for row in range(len(ids)):
            if skip:
                skip = False
                continue
            both = row % 53 == 20 and row + 1 < len(ids)
            skip = both
            owner = f"Verzonnen Persoon {row:06d}"
            for day in (VALUED, VALUED.replace(year=YEAR - 1)) if row % 5 == 0 else (VALUED,):
                amount = int(value[row] * (1.0 if day == VALUED else 0.94))
                writer.writerow(
                    (
                        f"99980{row:07d}",
                        f"99980{row:07d}",
                        f"{ids[row]},{ids[row + 1]}" if both else ids[row],
                        "" if row % 211 == 100 else amount,
                        day,
                        "J" if row % 37 == 5 else "N",
                        owner,
                        f"{999_000_000 + row}",
                        f"19{40 + row % 60:02d}-02-30",
                        f"Nergensstraat {row} 0000 XX Nergenshuizen",
                        f"Bedachte Gebruiker {row:06d}",
                    )
                )
                count += 1
    return path, count


def write_labels(folder: Path, town: Town, registers: Registers) -> tuple[Path, int]:
    """Write ``ep_online.csv``; its path and number of lines with a label."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "ep_online.csv"
    rng = np.random.default_rng([town.seed, 10])
    objects, panden = registers.verblijfsobject, registers.pand
    address, places = registers.nummeraanduiding, objects["address"].to_numpy()
    ids = panden["identificatie"].to_numpy()
    year = panden["bouwjaar"].to_numpy()[objects["pand"]]
    kind = panden["kind"].to_numpy()[objects["pand"]]
    grade = np.clip(
        9.2 - (np.clip(year, 1900, 2025) - 1900) / 12.5 + rng.normal(0, 1.3, len(objects)), 0, 10
    ).astype(int)
    letters = ("A++++", "A+++", "A++", "A+", "A", "B", "C", "D", "E", "F", "G")
    have = np.flatnonzero(rng.random(len(objects)) < 0.71)
    header = (
        "Pand_opnamedatum",
        "Pand_opnametype",
        "Pand_status",
        "Pand_berekeningstype",
        "Pand_energieprestatieindex",
        "Pand_energieklasse",
        "Pand_energielabel_is_prive",
        "Pand_is_op_basis_van_referentie_gebouw",
        "Pand_gebouwklasse",
        "Meting_geldig_tot",
        "Pand_registratiedatum",
        "Pand_postcode",
        "Pand_huisnummer",
        "Pand_huisletter",
        "Pand_huisnummer_toev",
        "Pand_detailaanduiding",
        "Pand_bagverblijfsobjectid",
        "Pand_bagligplaatsid",
        "Pand_bagstandplaatsid",
        "Pand_bagpandid",
        "Pand_gebouwtype",
        "Pand_gebouwsubtype",
        "Pand_warmtebehoefte",
    )
    types = {
        "flat": "Appartement",
        "rijwoning": "Tussenwoning",
        "twee-onder-een-kap": "Twee-onder-één-kap",
        "vrijstaand": "Vrijstaande woning",
        "villa": "Vrijstaande woning",
    }
    lines = 0
    with path.open("w", newline="", encoding="utf-8") as out:
        out.write(
            f"Publicatiedatum;{PUBLISHED:%Y%m%d}\r\nEP-online totaalbestand;versie 5;verzonnen gegevens\r\n"
        )
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerow(header)
        for n, row in enumerate(have.tolist()):
            o, a = objects.iloc[row], address.iloc[int(places[row])]
            for older in (True, False) if n % 9 == 4 else (False,):
                day = pd.Timestamp(2012 if older else 2018 + n % 7, 1 + n % 12, 1 + n % 28)
                label = letters[min(grade[row] + (2 if older else 0), 10)]
                writer.writerow(
                    (
                        _day(day, n),
                        "Basisopname",
                        "Bestaand",
                        "NTA 8800:2024 (basisopname woningbouw)",
                        f"{80 + 31.5 * grade[row]:.2f}".replace(".", ","),
                        label,
                        "Nee",
                        "Nee",
                        "W" if "woonfunctie" in o["uses"] else "U",
                        _day(day + pd.DateOffset(years=10), n),
                        _day(day, n),
                        a["postcode"],
                        a["huisnummer"],
                        a["huisletter"],
                        a["toevoeging"],
                        "",
                        "" if n % 41 == 17 else o["identificatie"],
                        "",
                        "",
                        ids[int(o["pand"])],
                        types.get(str(kind[row]), ""),
                        "",
                        f"{45.25 + 9.75 * grade[row]:.2f}".replace(".", ","),
                    )
                )
                lines += 1
    return path, lines


def _areas(town: Town) -> list[Any]:
    """Buurten: the old centre, and sectors about it, more of them the bigger the town."""
    old = [c for c in town.cells if c.edge_neighbour.size and c.index < old_cells(town.standing)]
    centre = shapely.set_precision(shapely.union_all([shapely.Polygon(c.corners) for c in old]), 0.001)
    sectors = int(np.clip(len(town.cells) // 4, 1, 5))
    x, y = town.cells[0].site
    reach = 4.0 * float(shapely.minimum_bounding_radius(town.surfaces.lake))
    result = [centre]
    for k in range(sectors):
        turn = np.linspace(k, k + 1, 9) * 2 * np.pi / sectors
        wedge = shapely.Polygon(
            [(x, y), *np.column_stack([x + reach * np.cos(turn), y + reach * np.sin(turn)])]
        )
        if sectors == 1:
            wedge = town.surfaces.lake
        result.append(
            shapely.difference(shapely.intersection(wedge, town.surfaces.island), centre, grid_size=0.001)
        )
    return result


def _figures(homes: int, area: float, rng: np.random.Generator) -> dict[str, int | float | str]:
    small = homes < 25
    return {
        "aantal_inwoners": round(homes * 2.15 / 5) * 5,
        "aantal_huishoudens": round(homes / 5) * 5,
        "gemiddelde_huishoudsgrootte": SECRET if small else round(float(rng.uniform(1.7, 2.6)), 1),
        "percentage_personen_0_tot_15_jaar": SECRET if small else int(rng.integers(11, 22)),
        "percentage_personen_65_jaar_en_ouder": SECRET if small else int(rng.integers(12, 30)),
        "bevolkingsdichtheid_inwoners_per_km2": int(homes * 2.15 / (area / 1e6)),
        "gemiddelde_woningwaarde": SECRET if small else int(rng.integers(290, 620)),
        "gemiddeld_gasverbruik_totaal": SECRET if small else int(rng.integers(780, 1500)),
        "percentage_huurwoningen": UNKNOWN if rng.random() < 0.25 else int(rng.integers(18, 62)),
        "meest_voorkomende_postcode": "9998" if homes else ".",
        "dekkingspercentage": 1 if homes else UNKNOWN,
        "oppervlakte_totaal_in_ha": max(1, round(area / 1e4)),
    }


def _multi(shapes: Geometries) -> Geometries:
    parts = [
        shapely.MultiPolygon([p for p in shapely.get_parts(s) if p.geom_type == "Polygon"]) for s in shapes
    ]
    return np.array(parts, dtype=object)


def _day(day: pd.Timestamp, number: int) -> str:
    """Dates come in both spellings, depending on the year of the file."""
    return str(day.strftime("%Y%m%d" if number % 3 else "%Y-%m-%d"))
