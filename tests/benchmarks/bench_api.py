# ruff: noqa: E501
"""Requests per second of the API over 100 000 panden, beside pygeoapi on the same objects in one run.

Run ``python -m tests.benchmarks.bench_api [TWIN] [--pygeoapi BIN] [--seconds 10]``. TWIN is a built twin, by default that
of ``twin demo``: its panden are repeated, each copy on a place and with ids of its own, always the same. The load is
made by ``wrk`` (2 threads, 4 connections), every request with another id, box or value. BIN is the ``bin`` folder of
an environment with pygeoapi and gunicorn; it serves the objects from a GeoPackage with its SQLiteGPKG provider, for
which SpatiaLite must be installed. That provider does not know filters: it leaves a CQL2 filter out of account and
answers with the first objects, so in that line it does less. pygeoapi has no aggregates: there the buurt is asked for as its objects, which is
what its clients add up.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from twin.catalogue import CATALOGUE
from twin.store import Layout, read_manifest
from twin.store.checksums import write_checksums
from twin.store.tables import write_objects

COUNT, SIDE = 100_000, 20_000.0  # panden, and metres of the square that they lie in
CORNER = (80_000.0, 440_000.0)
PORTS = {"gemeentetwin": 18_210, "pygeoapi": 18_211}
KINDS = ("object by id", "bbox of 1 000", "CQL2 over all", "buurt aggregate")


def repeated(source: Path) -> gpd.GeoDataFrame:
    """100 000 panden from those of a twin."""
    panden = pd.concat([gpd.read_parquet(p) for p in Layout(source).tables("pand")]).reset_index(drop=True)
    row = np.arange(COUNT) % len(panden)
    frame = panden.iloc[row].reset_index(drop=True)
    frame["identificatie"] = [f"0599100{n:09d}" for n in range(COUNT)]
    frame["buurtcode"] = [f"BU0599{n:04d}" for n in (np.arange(COUNT) // 1000)]
    across = int(np.sqrt(COUNT))
    xy = np.column_stack(np.divmod(np.arange(COUNT), across)) * (SIDE / across) + CORNER
    centre = shapely.get_coordinates(shapely.centroid(frame.geometry.to_numpy()))
    vertices, of = shapely.get_coordinates(frame.geometry.to_numpy(), return_index=True)
    shapes = shapely.set_coordinates(frame.geometry.to_numpy().copy(), vertices - centre[of] + xy[of])
    return frame.set_geometry(gpd.GeoSeries(shapes, crs=28992))


def write(frame: gpd.GeoDataFrame, source: Path, folder: Path) -> None:
    """The same objects as a twin and as a GeoPackage in longitude and latitude."""
    layout = Layout(folder / "twin")
    table = CATALOGUE.conform(pd.DataFrame(frame.drop(columns="geometry")), "pand")
    write_objects(layout, "pand", "080000_440000", table, frame.geometry, CATALOGUE.public())
    x, y = CORNER
    made = replace(
        read_manifest(Layout(source)), counts={"pand": COUNT}, bbox=(x, y, x + SIDE, y + SIDE), themes=[]
    )
    replace(made, checksums=write_checksums(layout)).write(layout)
    plain = table.copy()
    for name in plain.columns:
        if plain[name].dtype == object:
            plain[name] = [None if v is None else " | ".join(v) for v in plain[name]]
    gpd.GeoDataFrame(plain, geometry=frame.geometry).to_crs(4326).to_file(
        folder / "panden.gpkg", layer="pand"
    )


def scripts(folder: Path, server: str) -> Iterator[tuple[str, Path]]:
    """A script for wrk per kind of request."""
    collection = "/api/collections/pand" if server == "gemeentetwin" else "/collections/pand"
    # 1 000 of 100 000 panden lie in a square with a tenth of the side: in degrees at 52 north.
    wide, high = SIDE / 10 / 68_600, SIDE / 10 / 111_300
    box = (
        f'string.format("{collection}/items?f=json&limit=1000&bbox=%.5f,%.5f,%.5f,%.5f", '
        f"x, y, x + {wide:.5f}, y + {high:.5f})"
    )
    filter_ = "hoogte%%20%%3E%%20%.2f%%20AND%%20oorspronkelijk_bouwjaar%%20%%3C%%20%d"
    aggregate = (
        f'string.format("{collection}/statistics?property=hoogte&by=buurtcode&_=%d", i)'
        if server != "gemeentetwin"
        else f'"{collection}/statistics?by=buurtcode&property=" .. names[i % #names + 1]'
    )
    asked = {
        KINDS[0]: f'string.format("{collection}/items/0599100%09d?f=json", math.random(0, {COUNT - 1}))',
        KINDS[
            1
        ]: f"(function() local x, y = 4.32 + math.random() * 0.2, 51.96 + math.random() * 0.12 return {box} end)()",
        KINDS[2]: f'string.format("{collection}/items?f=json&limit=10&filter={filter_}", '
        "2 + math.random() * 8, math.random(1920, 2020))",
        KINDS[3]: aggregate
        if server == "gemeentetwin"
        else f'string.format("{collection}/items?f=json&limit=1000&buurtcode=BU0599%04d", math.random(0, 99))',
    }
    names = '{"hoogte", "volume_lod22", "opp_grond", "h_dak_max", "puntdichtheid", "oorspronkelijk_bouwjaar"}'
    for number, (kind, address) in enumerate(asked.items()):
        path = folder / f"{server}-{number}.lua"
        path.write_text(
            f"local i, names = 0, {names}\nfunction init(a) math.randomseed(7) end\n"
            f'function request() i = i + 1 return wrk.format("GET", {address}) end\n'
            "function done(s, l, r) print(string.format('RESULT %d %d %d %d', s.requests, s.duration, "
            "s.errors.status, l:percentile(99))) end\n"
        )
        yield kind, path


@contextmanager
def served(command: list[str], address: str, **environment: str) -> Iterator[int]:
    """A server as a process of its own, until it answers; its number."""
    process = subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(600):
            try:
                urlopen(address, timeout=30).read()
                break
            except (URLError, OSError):
                time.sleep(0.2)
        else:
            raise SystemExit(f"{address} does not answer")
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def load(path: Path, port: int, seconds: int) -> tuple[float, float, int]:
    """Requests per second, 99th percentile [ms] and answers that were no 2xx."""
    command = [
        "wrk",
        "-t1",
        "-c2",
        f"-d{seconds}s",
        "--timeout",
        "60s",
        "-s",
        str(path),
        f"http://127.0.0.1:{port}",
    ]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    requests, duration, wrong, slowest = map(int, re.findall(r"RESULT (\d+) (\d+) (\d+) (\d+)", text)[0])
    return requests / (duration / 1e6), slowest / 1e3, wrong


def memory(pid: int) -> float:
    """Resident memory of a process [MB]."""
    return int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0]) / 1024


def pygeoapi(folder: Path, binaries: Path) -> list[str]:
    """Write its configuration; the command that serves it from one process."""
    base = f"http://127.0.0.1:{PORTS['pygeoapi']}"
    text = {"en": "panden"}
    config = {
        "server": {"bind": {"host": "127.0.0.1", "port": PORTS["pygeoapi"]}, "url": base, "mimetype": "application/json; charset=UTF-8",
                   "encoding": "utf-8", "languages": ["en"], "limits": {"default_items": 10, "max_items": 10000},
                   "map": {"url": "https://tile.example/{z}/{x}/{y}", "attribution": "-"}},
        "logging": {"level": "ERROR"},
        "metadata": {"identification": {"title": text, "description": text, "keywords": {"en": ["x"]}, "terms_of_service": "-", "url": base},
                     "license": {"name": "-", "url": base}, "provider": {"name": "-", "url": base}, "contact": {"name": "-", "url": base, "email": "x@example.nl"}},
        "resources": {"pand": {"type": "collection", "title": text, "description": text, "keywords": {"en": ["x"]},
                               "extents": {"spatial": {"bbox": [3, 50, 8, 54], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}},
                               "providers": [{"type": "feature", "name": "SQLiteGPKG", "data": str(folder / "panden.gpkg"),
                                              "id_field": "identificatie", "table": "pand"}]}},
    }  # fmt: skip
    # JSON is YAML.
    (folder / "pygeoapi.yml").write_text(json.dumps(config))
    environment = os.environ | {"PYGEOAPI_CONFIG": str(folder / "pygeoapi.yml")}
    made = subprocess.run([binaries / "pygeoapi", "openapi", "generate", folder / "pygeoapi.yml"], env=environment,
                          capture_output=True, text=True, check=True)  # fmt: skip
    (folder / "openapi.yml").write_text(made.stdout)
    return [
        str(binaries / "gunicorn"),
        "-w",
        "1",
        "-b",
        f"127.0.0.1:{PORTS['pygeoapi']}",
        "pygeoapi.flask_app:APP",
    ]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("twin", type=Path, nargs="?")
    parser.add_argument("--pygeoapi", type=Path)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--soak", type=int, default=0, help="Requests after which memory is looked at.")
    asked = parser.parse_args()
    if shutil.which("wrk") is None:
        print("wrk is missing: apt-get install wrk")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if asked.twin is None:
            demo = [
                sys.executable,
                "-m",
                "twin",
                "demo",
                "--no-serve",
                "--quiet",
                "--out",
                str(folder / "demo"),
            ]
            subprocess.run(demo, check=True)
        source = asked.twin or folder / "demo" / "twin"
        write(repeated(source), source, folder)
        found: dict[str, dict[str, tuple[float, float, int]]] = {}
        command = [
            sys.executable,
            "-m",
            "twin",
            "serve",
            str(folder / "twin"),
            "--port",
            str(PORTS["gemeentetwin"]),
        ]
        with served(command, f"http://127.0.0.1:{PORTS['gemeentetwin']}/api/health") as pid:
            found["gemeentetwin"] = _all(folder, "gemeentetwin", asked.seconds)
            if asked.soak:
                _soak(folder, pid, asked.soak)
        if asked.pygeoapi:
            command = pygeoapi(folder, asked.pygeoapi)
            files = {
                "PYGEOAPI_CONFIG": str(folder / "pygeoapi.yml"),
                "PYGEOAPI_OPENAPI": str(folder / "openapi.yml"),
            }
            with served(command, f"http://127.0.0.1:{PORTS['pygeoapi']}/collections/pand?f=json", **files):
                found["pygeoapi"] = _all(folder, "pygeoapi", asked.seconds)
        for kind in KINDS:
            ours = found["gemeentetwin"][kind]
            line = f"{kind:18} {ours[0]:9.1f} requests/s  p99 {ours[1]:8.1f} ms  not 2xx {ours[2]}"
            if other := found.get("pygeoapi", {}).get(kind):
                line += f"   pygeoapi {other[0]:8.2f}/s p99 {other[1]:9.1f} ms not 2xx {other[2]}  x{ours[0] / max(other[0], 1e-9):.0f}"
            print(line)


def _all(folder: Path, server: str, seconds: int) -> dict[str, tuple[float, float, int]]:
    found = {}
    for kind, path in scripts(folder, server):
        load(path, PORTS[server], max(1, seconds // 3))  # warm
        found[kind] = load(path, PORTS[server], seconds)
    return found


def _soak(folder: Path, pid: int, requests: int) -> None:
    path = next(p for _, p in scripts(folder, "gemeentetwin"))
    begin, done = memory(pid), 0.0
    while done < requests:
        rate, _, _ = load(path, PORTS["gemeentetwin"], 10)
        done += 10 * rate
        print(f"{done:9.0f} requests: {memory(pid):7.1f} MB, {begin:.1f} before")


if __name__ == "__main__":
    main()
