"""QGIS itself, without a screen, opens the API. Skipped where no QGIS is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from tests.api.test_gdal import SERVE
from tests.api.town import PANDEN

PYTHON = os.environ.get("TWIN_QGIS_PYTHON", "/usr/bin/python3")
"""The Python that QGIS came with."""
READER = Path(__file__).with_name("qgis_reader.py")


@cache
def reason() -> str:
    """Why QGIS can't be run; empty if it can."""
    if not Path(PYTHON).is_file():
        return f"no {PYTHON}, which QGIS would have come with"
    asked = subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True, text=True, check=False)
    return asked.stderr.strip().splitlines()[-1] if asked.returncode else ""


@pytest.fixture(scope="module")
def address(root: Path) -> Iterator[str]:
    if why := reason():
        pytest.skip(f"QGIS is not installed: {why}")
    command = [sys.executable, "-c", SERVE, str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield f"{server.stdout.readline().strip()}api"
        server.terminate()


def asked(address: str, *words: str, home: Path) -> Any:
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
    }
    done = subprocess.run(
        [PYTHON, str(READER), address, *words], capture_output=True, text=True, env=environment, check=False
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_qgis_reads_pages_boxes_and_filters(address: str, root: Path, tmp_path: Path) -> None:
    tables = [gpd.read_parquet(path) for path in (root / "objects" / "pand").glob("*.parquet")]
    panden = gpd.GeoDataFrame(gpd.pd.concat(tables)).to_crs(4326)
    first = panden.set_index("identificatie").geometry[PANDEN[0]]
    box = ",".join(map(str, shapely.buffer(first, 1e-6).bounds))
    where = "oorspronkelijk_bouwjaar = 1905"
    answer = asked(address, "pand", where, box, home=tmp_path)
    assert answer["valid"]
    assert answer["messages"] == []
    assert answer["ids"] == PANDEN
    assert (answer["count"], answer["read"], answer["empty"]) == (3, 3, 0)
    assert answer["fields"]["oorspronkelijk_bouwjaar"] == "Integer"
    assert answer["fields"]["identificatie"] == "String"
    assert answer["asked"] == answer["filtered"] == PANDEN[:1]
    assert answer["subset"]
    assert answer["exactly"] == PANDEN[:1]
    # Versions before part 2 was read have CRS84, which they call EPSG:4326 with longitude first.
    if answer["crs"] in ("EPSG:4326", "OGC:CRS84"):
        assert answer["extent"] == pytest.approx(panden.total_bounds.tolist(), abs=1e-6)
    else:
        assert answer["crs"] == "EPSG:28992"


def test_qgis_reads_more_than_a_page(address: str, tmp_path: Path) -> None:
    """A page is 10 roads here, of the 25 that there are."""
    answer = asked(address, "wegdeel", home=tmp_path)
    assert (answer["count"], answer["read"]) == (25, 25)
    assert len(set(answer["ids"])) == 25
