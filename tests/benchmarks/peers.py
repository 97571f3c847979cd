# ruff: noqa: E501
"""pygeoapi on the same objects: from a GeoPackage, and from PostGIS where that is installed.

Of pygeoapi's providers SQLiteGPKG reads a GeoPackage and does not know filters; PostgreSQL, over PostGIS, does. The
database is a cluster of its own in a folder that is thrown away, with an index on every column that is asked by.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

PORT, DATABASE_PORT = 18_211, 18_212
ASKED = ("oorspronkelijk_bouwjaar", "hoogte", "buurtcode")
_TYPES = {"int64": "bigint", "Int64": "bigint", "float64": "double precision", "Float64": "double precision",
          "bool": "boolean", "boolean": "boolean"}  # fmt: skip


def geopackage(folder: Path) -> dict[str, Any]:
    """The provider of pygeoapi that reads the GeoPackage."""
    return {
        "type": "feature",
        "name": "SQLiteGPKG",
        "data": str(folder / "panden.gpkg"),
        "id_field": "identificatie",
        "table": "pand",
    }


@contextmanager
def postgis(folder: Path, frame: gpd.GeoDataFrame, binaries: Path) -> Iterator[dict[str, Any]]:
    """The provider of pygeoapi that reads a database with the objects, for as long as it runs.

    PostgreSQL will not run as root; then it runs as the user ``postgres``.
    """
    user = "postgres" if os.geteuid() == 0 else None
    cluster = folder / "cluster"
    cluster.mkdir()
    if user:
        folder.chmod(0o755)
        shutil.chown(cluster, user)

    def run(name: str, *arguments: str, text: str | None = None) -> None:
        command = [str(binaries / name), *arguments]
        subprocess.run(
            command, user=user, input=text, text=True, check=True, stdout=subprocess.DEVNULL, cwd="/"
        )

    run("initdb", "-D", str(cluster), "-U", "twin", "--auth=trust", "-E", "UTF8")
    options = f"-p {DATABASE_PORT} -k {cluster} -c listen_addresses=127.0.0.1 -c shared_buffers=512MB"
    run("pg_ctl", "-D", str(cluster), "-l", str(cluster / "log"), "-w", "-o", options, "start")
    try:
        ask = (
            "-h",
            "127.0.0.1",
            "-p",
            str(DATABASE_PORT),
            "-U",
            "twin",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "postgres",
        )
        columns = {n: _type(frame[n]) for n in frame.columns if n != "geometry"}
        listed = ", ".join(f'"{n}" {kind}' for n, kind in columns.items())
        run(
            "psql",
            *ask,
            "-c",
            "create extension postgis",
            "-c",
            f"create table pand ({listed}, geom geometry(Geometry, 4326))",
        )
        table = pd.DataFrame(frame.drop(columns="geometry")).assign(geom=frame.geometry.to_wkb(hex=True))
        (folder / "panden.csv").write_text(table.to_csv(index=False), encoding="utf-8")
        (folder / "panden.csv").chmod(0o644)
        run("psql", *ask, "-c", f"\\copy pand from '{folder / 'panden.csv'}' csv header")
        indexes = [f'create index on pand ("{n}")' for n in ASKED]
        finish = ["update pand set geom = st_setsrid(geom, 4326) where st_srid(geom) <> 4326", *indexes,
                  'alter table pand add primary key ("identificatie")', "create index on pand using gist (geom)", "analyze pand"]  # fmt: skip
        for statement in finish:
            run("psql", *ask, "-c", statement)
        yield {"type": "feature", "name": "PostgreSQL", "id_field": "identificatie", "table": "pand", "geom_field": "geom",
               "data": {"host": "127.0.0.1", "port": DATABASE_PORT, "dbname": "postgres", "user": "twin", "password": "-", "search_path": ["public"]}}  # fmt: skip
    finally:
        run("pg_ctl", "-D", str(cluster), "-m", "immediate", "stop")


def _type(column: pd.Series[Any]) -> str:
    kind = str(column.dtype)
    return "timestamp" if kind.startswith("datetime") else _TYPES.get(kind, "text")


def command_of(folder: Path, binaries: Path, provider: dict[str, Any]) -> tuple[list[str], dict[str, str]]:
    """What serves the objects from one process, and its environment; ``binaries`` has pygeoapi and gunicorn."""
    base = f"http://127.0.0.1:{PORT}"
    text = {"en": "panden"}
    config = {
        "server": {"bind": {"host": "127.0.0.1", "port": PORT}, "url": base, "mimetype": "application/json; charset=UTF-8",
                   "encoding": "utf-8", "languages": ["en"], "limits": {"default_items": 10, "max_items": 10000},
                   "map": {"url": "https://tile.example/{z}/{x}/{y}", "attribution": "-"}},
        "logging": {"level": "ERROR"},
        "metadata": {"identification": {"title": text, "description": text, "keywords": {"en": ["x"]}, "terms_of_service": "-", "url": base},
                     "license": {"name": "-", "url": base}, "provider": {"name": "-", "url": base}, "contact": {"name": "-", "url": base, "email": "x@example.nl"}},
        "resources": {"pand": {"type": "collection", "title": text, "description": text, "keywords": {"en": ["x"]},
                               "extents": {"spatial": {"bbox": [3, 50, 8, 54], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}},
                               "providers": [provider]}},
    }  # fmt: skip
    # JSON is YAML.
    files = {"PYGEOAPI_CONFIG": str(folder / "pygeoapi.yml"), "PYGEOAPI_OPENAPI": str(folder / "openapi.yml")}
    Path(files["PYGEOAPI_CONFIG"]).write_text(json.dumps(config))
    described = [str(binaries / "pygeoapi"), "openapi", "generate", files["PYGEOAPI_CONFIG"]]
    made = subprocess.run(described, env=os.environ | files, capture_output=True, text=True, check=False)
    if made.returncode:
        sys.exit(f"pygeoapi: {made.stderr[-2000:]}")
    Path(files["PYGEOAPI_OPENAPI"]).write_text(made.stdout)
    return [str(binaries / "gunicorn"), "-w", "1", "-b", f"127.0.0.1:{PORT}", "pygeoapi.flask_app:APP"], files
