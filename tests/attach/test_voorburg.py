"""Joins at real size, against counts that sqlite makes of the same files."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from ingest import bag, cbs
from twin.attach import (
    JoinReport,
    attach_buurten,
    attach_verblijfsobjecten,
    buurt_table,
    merge_panden,
    verblijfsobject_table,
)

GONE = "('Pand gesloopt', 'Niet gerealiseerd pand', 'Pand ten onrechte opgevoerd')"
# pandref is one text, "NL.IMBAG.Pand.0518...", with commas between several: 14 characters before each id.
COUNTS = f"""
with recursive unit as (
    select substr(identificatie, -16) as id, pandref, oppervlakte,
           (length(pandref) - length(replace(pandref, 'NL.IMBAG.Pand.', ''))) / 14 as parts
    from v.bag_vbo
    where status not in ('Verblijfsobject ingetrokken', 'Niet gerealiseerd verblijfsobject',
                         'Verblijfsobject ten onrechte opgevoerd')
), link(id, rest, pand, m2) as (
    select id, pandref, null, oppervlakte * 1.0 / parts from unit
    union all
    select id, substr(rest, instr(rest, 'NL.IMBAG.Pand.') + 30),
           substr(rest, instr(rest, 'NL.IMBAG.Pand.') + 14, 16), m2
    from link where instr(rest, 'NL.IMBAG.Pand.') > 0
), pand as (select substr(identificatie, -16) as id from bag_pand where status not in {GONE})
select (select count(*) from pand),
       (select count(*) from link where pand is not null),
       (select count(*) from link where pand in (select id from pand)),
       (select count(distinct pand) from link where pand in (select id from pand)),
       (select sum(m2) from link where pand in (select id from pand)),
       (select count(*) from unit)
"""


@dataclass(frozen=True)
class Joined:
    panden: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    buurten: gpd.GeoDataFrame
    report: JoinReport
    buurt_report: JoinReport


@pytest.fixture(scope="module")
def joined(real_data: Path) -> Joined:
    folder = real_data / "voorburg"
    tables = bag.read([folder / name for name in ("bag_pand.gpkg", "bag_vbo.gpkg", "bag_num.csv.gz")])
    panden, _ = merge_panden(tables["pand"].frame, None)
    units = verblijfsobject_table(tables["verblijfsobject"].frame, bag.addresses(tables))
    panden, report = attach_verblijfsobjecten(panden, units)
    buurten = buurt_table(cbs.read(folder / "cbs_buurten.gpkg", year=2022)["buurt"].frame)
    panden, buurt_report = attach_buurten(panden, buurten, "pand", figures=True)
    return Joined(panden, units, buurten, report, buurt_report)


@pytest.fixture
def database(real_data: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{real_data}/voorburg/bag_pand.gpkg?mode=ro", uri=True)
    connection.execute(f"attach 'file:{real_data}/voorburg/bag_vbo.gpkg?mode=ro' as v")
    yield connection
    connection.close()


def test_the_report_says_what_sqlite_counts(joined: Joined, database: sqlite3.Connection) -> None:
    panden, links, matched, with_units, area, units = database.execute(COUNTS).fetchone()
    report = joined.report
    assert (report.left, report.right) == (panden, links)
    assert (report.left_matched, report.right_matched) == (with_units, matched)
    assert len(joined.units) == units
    assert joined.panden["aantal_verblijfsobjecten"].sum() == matched
    # Shares are whole square metres: of a unit of which one pand is not here, up to half a metre may differ.
    assert joined.panden["oppervlakte_verblijfsobjecten"].sum() == pytest.approx(area, abs=40)


def test_every_pand_is_there_once_with_its_addresses(joined: Joined) -> None:
    assert joined.panden["identificatie"].is_unique
    with_units = joined.panden["aantal_verblijfsobjecten"] > 0
    assert joined.panden["gebruiksdoel"].notna().sum() == with_units.sum()
    assert joined.units["adres"].notna().all()
    listed = joined.panden["adressen"].dropna().map(len).sum()
    flat = joined.units[["adres", "pand_ids"]].explode("pand_ids")
    here = flat[flat["pand_ids"].isin(joined.panden["identificatie"])]
    assert listed == len(here.drop_duplicates())


def test_buurten_agree_with_geopandas_own_join(joined: Joined) -> None:
    points = gpd.GeoDataFrame(
        joined.panden[["identificatie"]], geometry=joined.panden.geometry.representative_point(), crs=28992
    )
    expected = points.sjoin(joined.buurten[["buurtcode", "geometry"]]).drop_duplicates("identificatie")
    assert joined.buurt_report.left_matched == len(expected)
    ours = joined.panden.dropna(subset="buurtcode").set_index("identificatie")["buurtcode"]
    theirs = expected.set_index("identificatie")["buurtcode"].reindex(ours.index)
    pd.testing.assert_series_equal(ours, theirs, check_dtype=False)
