"""All of real Voorburg, built and served: no pand of the BAG is missing, and ogrinfo opens it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.viewer.conftest import serving
from twin.api import create_app
from twin.build import BuildSummary, Silence, build
from twin.settings import Settings

pytestmark = pytest.mark.slow
RECORDS, GONE = 15_380, 74  # panden in the delivery, and those of them that are demolished or never were
NUMBER = "substr(identificatie, -16)"


@pytest.fixture(scope="module")
def summary(voorburg: Settings, tmp_path_factory: pytest.TempPathFactory) -> BuildSummary:
    with ThreadPoolExecutor(1) as executor:
        return build(voorburg, tmp_path_factory.mktemp("voorburg") / "twin", executor, Silence())


@pytest.fixture(scope="module")
def client(summary: BuildSummary) -> Iterator[TestClient]:
    with TestClient(create_app(summary.out), base_url="http://127.0.0.1") as made:
        yield made


def items(client: TestClient, collection: str, **asked: Any) -> dict[str, Any]:
    response = client.get(f"/api/collections/{collection}/items", params=asked)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_every_pand_of_the_delivery_is_served_or_told_why_not(client: TestClient, real_data: Path) -> None:
    served: set[str] = set()
    after: str | None = None
    while page := items(client, "pand", limit=10_000, **({"after": after} if after else {}))["features"]:
        served |= {f["id"] for f in page}
        after = page[-1]["id"]
    assert len(served) == RECORDS - GONE
    with sqlite3.connect(real_data / "voorburg" / "bag_pand.gpkg") as source:
        table = source.execute("select table_name from gpkg_contents").fetchone()[0]
        rows = source.execute(f"select {NUMBER}, * from {table}").fetchall()
    assert len(rows) == RECORDS
    assert served < {row[0] for row in rows}
    gone = [str(row) for row in rows if row[0] not in served]
    assert len(gone) == GONE
    words = ("gesloopt", "Niet gerealiseerd", "ten onrechte", "buiten gebruik")
    assert all(any(w in text for w in words) for text in gone), gone[:3]


def test_units_and_buurt_figures_come_with_the_panden(client: TestClient) -> None:
    assert items(client, "verblijfsobject", limit=1)["numberMatched"] == 30_236
    buurten = {f["id"]: f["properties"] for f in items(client, "buurt", limit=100)["features"]}
    assert len(buurten) == 14
    full = items(client, "pand", limit=50, sortby="-aantal_verblijfsobjecten")["features"]
    for pand in full:
        own = items(client, "verblijfsobject", limit=1, pand_ids=pand["id"])
        assert own["numberMatched"] == pand["properties"]["aantal_verblijfsobjecten"], pand["id"]
        figures = buurten[pand["properties"]["buurtcode"]]
        for name in ("buurt_aantal_inwoners", "buurtnaam", "gemeentecode"):
            assert pand["properties"][name] == figures[name]
    counted = client.get(
        "/api/collections/pand/statistics", params={"property": "aantal_verblijfsobjecten", "by": "buurtcode"}
    ).json()["groups"]
    assert sum(g["count"] for g in counted) == RECORDS - GONE
    assert {g["group"] for g in counted} - {None} == set(buurten)


def test_ogrinfo_opens_it(summary: BuildSummary) -> None:
    """The program that users of GDAL and QGIS have, not its library alone."""
    if (ogrinfo := shutil.which("ogrinfo")) is None:
        pytest.skip("there is no ogrinfo; on Debian: apt-get install gdal-bin")

    def told(*arguments: str) -> str:
        command = [ogrinfo, "-ro", f"OAPIF:{address}/api", *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, env=os.environ | {"NO_PROXY": "*"}
        )
        return done.stdout

    with serving(summary.out) as address:
        listed = told()
        assert all(f"{name} (title" in listed for name in ("buurt", "pand", "verblijfsobject"))
        assert f"Feature Count: {RECORDS - GONE}" in told("-so", "pand")
        assert "buurtnaam (String) = " in told("buurt", "-where", "buurtcode >= 'BU'", "-geom=NO")
