# ruff: noqa: E501
"""Requests per second of the API over 100 000 panden, beside pygeoapi on the same objects in one run.

Run ``python -m tests.benchmarks.bench_api [TWIN] [--pygeoapi BIN] [--postgres BIN] [--seconds 10]``. TWIN is a built
twin, by default that of ``twin demo``: its panden are repeated, each copy on a place and with ids of its own, always
the same. First the processor time of answers is told, which other work on the machine hardly changes. Then load is
made by ``wrk`` on the same machine, with one request in flight and with four, every request with
another id, box or value; the aggregate is asked of six attributes in turn, so after the first six it is one that was
made before, and the time of the first ones is told apart.

BIN of pygeoapi is the ``bin`` folder of an environment with pygeoapi and gunicorn, which serves from one process, see
:mod:`tests.benchmarks.peers`. From the GeoPackage its provider needs SpatiaLite, and leaves a CQL2 filter out of
account: it answers with the first objects, so in that line it does less. With ``--postgres``, the folder with
``initdb`` of a PostgreSQL that has PostGIS, it does filter; its environment then needs psycopg2 and geoalchemy2.
pygeoapi has no aggregates: there the buurt is asked for as its objects, which is what its clients add up.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import urlopen

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tests.benchmarks import peers
from twin.api import create_app
from twin.catalogue import CATALOGUE
from twin.store import Layout, read_manifest
from twin.store.checksums import write_checksums
from twin.store.tables import write_objects

COUNT, SIDE = 100_000, 20_000.0  # panden, and metres of the square that they lie in
CORNER = (80_000.0, 440_000.0)
PORT = 18_210
TOGETHER = (1, 4)  # requests in flight
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


def write(frame: gpd.GeoDataFrame, source: Path, folder: Path) -> gpd.GeoDataFrame:
    """The same objects as a twin, as a GeoPackage in longitude and latitude, and as that table."""
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
    degrees = gpd.GeoDataFrame(plain, geometry=frame.geometry).to_crs(4326)
    degrees.to_file(folder / "panden.gpkg", layer="pand")
    return degrees


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
            "function done(s, l, r) print(string.format('RESULT %d %d %d %d %d', s.requests, s.duration, "
            "s.errors.status, l:percentile(99), l:percentile(50))) end\n"
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


@dataclass(frozen=True, slots=True)
class Load:
    """Requests per second, 99th percentile and median of the time of an answer [ms], answers that were no 2xx."""

    rate: float
    slowest: float
    median: float
    wrong: int


def load(path: Path, port: int, seconds: int, together: int) -> Load:
    """Ask for some seconds, with so many requests in flight."""
    command = [
        "wrk",
        "-t1",
        f"-c{together}",
        f"-d{seconds}s",
        "--timeout",
        "60s",
        "-s",
        str(path),
        f"http://127.0.0.1:{port}",
    ]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    requests, duration, wrong, slowest, median = map(
        int, re.findall(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+)", text)[0]
    )
    return Load(requests / (duration / 1e6), slowest / 1e3, median / 1e3, wrong)


def first_aggregates() -> list[float]:
    """Time of an aggregate per buurt that nobody asked for before [ms], of nine attributes."""
    base = f"http://127.0.0.1:{PORT}/api/collections/pand/statistics?by=buurtcode&property="
    taken = []
    for name in (
        "h_dak_50p",
        "h_dak_70p",
        "h_dak_min",
        "volume_lod12",
        "volume_lod13",
        "zonnestroom",
        "opp_gevel_n",
        "opp_dak_plat",
        "h_maaiveld",
    ):
        begin = time.perf_counter()
        with suppress(HTTPError):
            urlopen(base + name, timeout=30).read()
            taken.append((time.perf_counter() - begin) * 1e3)
    return taken


def processor_time(twin: Path, requests: int = 600) -> Iterator[tuple[str, float, float]]:
    """Median and 99th percentile of the processor time of an answer [ms], with one in flight, without a socket.

    What the machine does besides makes hardly any difference to it, so this is what to compare runs by.
    """
    app = create_app(twin)
    rng = np.random.default_rng(7)
    attributes = (
        "hoogte",
        "volume_lod22",
        "opp_grond",
        "h_dak_max",
        "puntdichtheid",
        "oorspronkelijk_bouwjaar",
    )
    wide, high = SIDE / 10 / 68_600, SIDE / 10 / 111_300

    def address(kind: str) -> tuple[str, str]:
        items = "/api/collections/pand/items"
        if kind == KINDS[0]:
            return f"{items}/0599100{rng.integers(COUNT):09d}", "f=json"
        if kind == KINDS[1]:
            x, y = 4.32 + rng.random() * 0.2, 51.96 + rng.random() * 0.12
            return items, f"f=json&limit=1000&bbox={x:.5f},{y:.5f},{x + wide:.5f},{y + high:.5f}"
        if kind == KINDS[2]:
            wanted = f"hoogte > {2 + rng.random() * 8:.2f} AND oorspronkelijk_bouwjaar < {rng.integers(1920, 2021)}"
            return items, f"f=json&limit=10&filter={quote(wanted)}"
        return "/api/collections/pand/statistics", f"by=buurtcode&property={rng.choice(attributes)}"

    async def ask(path: str, query: str) -> float:
        begin = time.process_time()
        scope = {"type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": path, "raw_path": path.encode(),
                 "query_string": query.encode(), "root_path": "", "headers": [(b"host", b"127.0.0.1")], "client": ("127.0.0.1", 1),
                 "server": ("127.0.0.1", PORT), "state": {}}  # fmt: skip
        status = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            status.append(message.get("status"))

        await app(scope, receive, send)
        if status[0] != 200:
            raise SystemExit(f"{path}?{query}: {status[0]}")
        return (time.process_time() - begin) * 1e3

    async def all_of(kind: str) -> list[float]:
        return [await ask(*address(kind)) for _ in range(requests)]

    for kind in KINDS:
        taken = asyncio.run(all_of(kind))
        yield kind, float(np.median(taken)), float(np.percentile(taken, 99))


def memory(pid: int) -> float:
    """Resident memory of a process [MB]."""
    return int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0]) / 1024


Found = dict[tuple[str, int], Load]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("twin", type=Path, nargs="?")
    parser.add_argument("--pygeoapi", type=Path)
    parser.add_argument("--postgres", type=Path)
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
        table = write(repeated(source), source, folder)
        found: dict[str, Found] = {}
        for kind, median, slowest in processor_time(folder / "twin"):
            print(f"{kind:16} processor time  p50 {median:6.2f}  p99 {slowest:6.2f} ms")
        command = [sys.executable, "-m", "twin", "serve", str(folder / "twin"), "--port", str(PORT)]
        print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        with served(command, f"http://127.0.0.1:{PORT}/api/health") as pid:
            first = first_aggregates()
            print(
                f"first time of an aggregate: median {sorted(first)[len(first) // 2]:.1f}, longest {max(first):.1f} ms"
            )
            found["twin"] = _all(folder, "gemeentetwin", PORT, asked.seconds)
            if asked.soak:
                _soak(folder, pid, asked.soak)
        if asked.pygeoapi:
            found["pygeoapi, GeoPackage"] = _peer(
                folder, asked.pygeoapi, peers.geopackage(folder), asked.seconds
            )
        if asked.pygeoapi and asked.postgres:
            with peers.postgis(folder, table, asked.postgres) as provider:
                found["pygeoapi, PostGIS"] = _peer(folder, asked.pygeoapi, provider, asked.seconds)
        print(f"load of the machine after: {os.getloadavg()[0]:.1f}")
        for kind in KINDS:
            for together in TOGETHER:
                ours = found["twin"][kind, together]
                for server, loads in found.items():
                    it = loads[kind, together]
                    times = "" if server == "twin" else f"  x{ours.rate / max(it.rate, 1e-9):.1f}"
                    print(
                        f"{kind:16} {together} in flight  {server:22} {it.rate:9.2f}/s  p50 {it.median:8.1f}  p99 {it.slowest:8.1f} ms  not 2xx {it.wrong}{times}"
                    )


def _peer(folder: Path, binaries: Path, provider: dict[str, Any], seconds: int) -> Found:
    command, files = peers.command_of(folder, binaries, provider)
    with served(command, f"http://127.0.0.1:{peers.PORT}/collections/pand?f=json", **files):
        return _all(folder, "pygeoapi", peers.PORT, seconds)


def _all(folder: Path, server: str, port: int, seconds: int) -> Found:
    found = {}
    for kind, path in scripts(folder, server):
        for together in TOGETHER:
            load(path, port, max(1, seconds // 2), together)  # warm
            found[kind, together] = load(path, port, seconds, together)
    return found


def _soak(folder: Path, pid: int, requests: int) -> None:
    """Ask in turn for all kinds, as one after the other would not show what they do to each other."""
    begin, done = memory(pid), 0.0
    while done < requests:
        for _, path in scripts(folder, "gemeentetwin"):
            done += 5 * load(path, PORT, 5, TOGETHER[-1]).rate
        print(f"{done:9.0f} requests: {memory(pid):7.1f} MB, {begin:.1f} before")


if __name__ == "__main__":
    main()
