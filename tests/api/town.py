"""A small twin, written by the store: three panden, four addresses, two buurten, some roads and a pond."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from tests.store.manifests import manifest
from twin.catalogue import CATALOGUE
from twin.store import Layout
from twin.store.tables import write_objects

BOX = (84500.0, 447000.0, 85500.0, 448000.0)
PANDEN = ["0503100000000001", "0503100000000002", "0503100000000003"]
WEST, EAST = "BU05030001", "BU05030002"
SECRET = 987654  # a value that must never leave the building


def pand_frame() -> tuple[pd.DataFrame, list[Any]]:
    frame = pd.DataFrame(
        {
            "identificatie": PANDEN,
            "oorspronkelijk_bouwjaar": [1905, 1950, None],
            "gebruiksdoel": ["woonfunctie", "winkelfunctie", None],
            "gebruiksdoelen": [("woonfunctie",), ("winkelfunctie", "woonfunctie"), None],
            "energielabel": ["A", "G", None],
            "hoogte": [9.25, 3.5, None],
            "h_maaiveld": [0.5, -1.25, None],
            "geometrie_geldig": [True, False, None],
            "tijdstip_registratie": pd.to_datetime(["2020-01-02T03:04:05", "2021-01-01T00:00:00", None]),
            "buurtcode": [WEST, EAST, None],
            "buurtnaam": ["Binnenstad", "Hof van 's-Heer", None],
            "lod": ["2.2", "1.2", "0"],
            "woz_waarde": [SECRET, SECRET, SECRET],
            "woz_peildatum": pd.to_datetime(["2024-01-01"] * 3),
        }
    )
    shapes = [
        shapely.box(84600, 447100, 84610, 447110),
        # An L whose box holds a corner in which it is not.
        shapely.box(85100, 447100, 85140, 447110) | shapely.box(85100, 447100, 85110, 447140),
        shapely.box(85300, 447800, 85310, 447812) - shapely.box(85303, 447803, 85306, 447806),
    ]
    return frame, shapes


ADDRESSES: list[tuple[str, int, str | None, str | None, str, str, int]] = [
    ("Voorstraat", 12, None, None, "1234AB", "Dorp", 0),
    ("Voorstraat", 120, None, None, "1234AC", "Dorp", 0),
    ("Voorstraat", 12, "a", None, "1234AB", "Dorp", 0),
    ("Voorstraat", 1, None, "12", "1234AB", "Dorp", 1),
    ("Voorstraat", 12, None, None, "5678XY", "Stad", 1),
    ("Oude Voorstraat", 12, None, None, "1200ZZ", "Dorp", 1),
    ("'s-Gravenweg", 7, "b", "bis", "1234AD", "Dorp", 1),
    ("Plein 1813", 3, None, None, "1234AE", "Dorp", 1),
    ("Café-allee", 1, None, None, "1234AF", "Dorp", 9),
]
STATUSES = {
    1: "Verblijfsobject gevormd",
    2: "Verbouwing verblijfsobject",
    4: "Verblijfsobject buiten gebruik",
    5: None,
}


def unit_frame() -> tuple[pd.DataFrame, list[Any]]:
    rows = []
    for i, (street, number, letter, suffix, postcode, town, pand) in enumerate(ADDRESSES):
        line = f"{street} {number}{letter or ''}{f'-{suffix}' if suffix else ''}, {postcode} {town}"
        rows.append(
            {
                "identificatie": f"0503010000{i:06d}",
                "pand_ids": (PANDEN[pand],) if pand < len(PANDEN) else ("0503100000000999",),
                "oppervlakte": 50 + i,
                "gebruiksdoel_verblijfsobject": ("woonfunctie",),
                "verblijfsobject_status": STATUSES.get(i, "Verblijfsobject in gebruik"),
                "adres": line,
                "nevenadressen": ("Achterom 9c-2, 1234AG Dorp",) if i == 0 else None,
                "straatnaam": street,
                "huisnummer": number,
                "huisletter": letter,
                "huisnummertoevoeging": suffix,
                "adres_postcode": postcode,
                "woonplaatsnaam": town,
                "buurtcode": WEST,
                "verblijfsobject_woz_waarde": SECRET,
            }
        )
    return pd.DataFrame(rows), [shapely.Point(84600 + 10 * i, 447100) for i in range(len(rows))]


def buurt_frame() -> tuple[pd.DataFrame, list[Any]]:
    frame = pd.DataFrame(
        {
            "identificatie": [WEST, EAST],
            "buurtcode": [WEST, EAST],
            "buurtnaam": ["Binnenstad", "Hof van 's-Heer"],
            "buurt_aantal_inwoners": [1200, None],
        }
    )
    return frame, [shapely.box(84500, 447000, 85000, 448000), shapely.box(85000, 447000, 85500, 448000)]


def road_frame(count: int = 25) -> tuple[pd.DataFrame, list[Any]]:
    frame = pd.DataFrame(
        {
            "identificatie": [f"G0503.{i:04d}" for i in range(count)],
            "bgt_functie": ["fietspad" if i % 3 else "rijbaan 50% 'lokaal'" for i in range(count)],
            "buurtcode": [WEST if i < 20 else EAST for i in range(count)],
            "relatieve_hoogteligging": [i % 2 for i in range(count)],
        }
    )
    return frame, [shapely.box(84500 + 30 * i, 447500, 84520 + 30 * i, 447505) for i in range(count)]


FRAMES = {"pand": pand_frame, "verblijfsobject": unit_frame, "buurt": buurt_frame, "wegdeel": road_frame}
SOURCES = [
    {"kind": k, "title": k.upper(), "date": "2024-01-01", "licence": "CC0-1.0", "attribution": "Kadaster",
     "classification": "intern" if k == "woz" else "openbaar", "files": [], "notes": []}
    for k in ("bag", "bgt", "cbs", "woz", "energielabel")
]  # fmt: skip


def write_twin(
    root: Path, sources: list[dict[str, Any]] = SOURCES, only: tuple[str, ...] = (), **changes: Any
) -> Path:
    """Write the twin in two tiles, as a build does: tables first, the manifest last."""
    layout = Layout(root)
    counts = {}
    for name, make in FRAMES.items():
        if only and name not in only:
            continue
        frame, shapes = make()
        table = CATALOGUE.conform(frame, name)
        series = gpd.GeoSeries(shapes, crs=28992)
        west = (series.centroid.x < 85000).to_numpy()
        for tile, part in (("084500_447000", west), ("085000_447000", ~west)):
            write_objects(layout, name, tile, table[part], series[part], CATALOGUE.public())
        counts[name] = len(table)
    (layout.tiles3d).mkdir(parents=True, exist_ok=True)
    (layout.tiles3d / "tileset.json").write_text('{"asset": {"version": "1.1"}}')
    manifest(**{"bbox": BOX, "counts": counts, "sources": sources, "lods": {"2.2": 1}} | changes).write(
        layout
    )
    return root
