"""GDAL, and so QGIS, opens the API over a real socket on this machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyogrio
import pytest

from tests.api.town import PANDEN

SERVE = """
import sys
from pathlib import Path
from twin.api.server import serve_twin
serve_twin(Path(sys.argv[1]), "127.0.0.1", 0, lambda address: print(address, flush=True))
"""


@pytest.fixture(scope="module")
def address(root: Path) -> Iterator[str]:
    """A server in a process of its own: GDAL keeps Python's lock while it waits for an answer."""
    command = [sys.executable, "-c", SERVE, str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield f"OAPIF:{server.stdout.readline().strip()}api"
        server.terminate()


@pytest.mark.skipif("OAPIF" not in pyogrio.list_drivers(), reason="this GDAL has no OAPIF driver")
def test_gdal_lists_the_collections(address: str) -> None:
    names = pyogrio.list_layers(address)[:, 0].tolist()
    assert names == ["buurt", "pand", "verblijfsobject", "wegdeel"]


@pytest.mark.skipif("OAPIF" not in pyogrio.list_drivers(), reason="this GDAL has no OAPIF driver")
def test_gdal_reads_pages_boxes_and_filters(address: str) -> None:
    roads = pyogrio.read_dataframe(address, layer="wegdeel", PAGE_SIZE="10")
    assert len(roads) == 25
    # GDAL asks for the CRS of storage where it can, else for CRS84; the coordinates must be of that one.
    assert (roads.crs.to_epsg() == 28992) == (roads.total_bounds[0] > 80_000)
    panden = pyogrio.read_dataframe(address, layer="pand")
    assert sorted(panden["identificatie"]) == PANDEN
    assert panden.set_index("identificatie")["oorspronkelijk_bouwjaar"][PANDEN[0]] == 1905
    box = tuple(panden.set_index("identificatie").geometry[PANDEN[0]].bounds)
    assert pyogrio.read_dataframe(address, layer="pand", bbox=box)["identificatie"].tolist() == PANDEN[:1]
    shops = pyogrio.read_dataframe(address, layer="pand", where="gebruiksdoel = 'winkelfunctie'")
    assert shops["identificatie"].tolist() == PANDEN[1:2]
