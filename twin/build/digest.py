"""Knowing which tiles need no building: a digest of all that a tile is made from."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa

from twin.ledger import Count, Ledger
from twin.reconstruction.fit import Fit
from twin.store import Layout
from twin.store.atomic import write_bytes
from twin.store.manifest import versions

if TYPE_CHECKING:
    from twin.build.tile import TileJob, TileResult


def digest_of(job: TileJob) -> str:
    """Digest of a tile's objects, points, parameters and of the code that builds it."""
    digest = hashlib.sha256(code_digest("twin", "ingest").encode())
    for name, frame in [*sorted(job.collections.items()), ("around", job.around.panden)]:
        digest.update(f"{name}\0{list(map(str, frame.columns))}".encode())
        digest.update(b"\0".join(frame.geometry.to_wkb()))
        plain = frame.drop(columns=frame.geometry.name).astype("str")
        digest.update(pd.util.hash_pandas_object(plain, index=False).to_numpy().tobytes())
    digest.update(repr((job.header, job.header.translate.tolist())).encode())
    clouds = f"{job.cloud.digest} {job.around.cloud.digest} {job.far.digest}"
    digest.update(f"{clouds} {sorted(job.withheld)} {job.catalogue.attributes}".encode())
    for _, ground in sorted(job.around.grounds.items()):
        digest.update(ground.digest.encode())
    if job.ground is not None:
        digest.update(job.ground.digest.encode())
    return digest.hexdigest()


def recall(layout: Layout, tile: str, digest: str) -> TileResult | None:
    """Result of an earlier build of the tile from the same inputs, if its outputs are all still there."""
    from twin.build.tile import TileResult, read_quality

    try:
        content = orjson.loads(_memory(layout, tile).read_bytes())
        if content["digest"] != digest or not all(
            (layout.root / name).is_file() for name in content["files"]
        ):
            return None
        ledger = Ledger([Count(**line) for line in content["ledger"]])
        fit = {lod: _fit(*stored) for lod, stored in content["fit"].items()}
        return TileResult(tile, content["counts"], read_quality(layout, tile), fit, ledger, content["cpu"])
    except (OSError, KeyError, TypeError, ValueError, pa.ArrowException):
        return None  # whatever is wrong with it, building the tile anew mends it


def remember(layout: Layout, result: TileResult, digest: str) -> None:
    """Keep what a next build has to know of a tile that is done."""
    content = {
        "digest": digest,
        "files": _files(layout, result),
        "counts": result.counts,
        "cpu": result.cpu,
        "ledger": [asdict(count) for count in result.ledger.counts],
        # Of the histogram, the few distances that occur.
        "fit": {
            lod: (np.flatnonzero(f.histogram).tolist(), f.histogram[f.histogram > 0].tolist(), f.squares)
            for lod, f in result.fit.items()
        },
    }
    write_bytes(_memory(layout, result.name), orjson.dumps(content))


def _files(layout: Layout, result: TileResult) -> list[str]:
    """All that the building of a tile wrote."""
    paths = [layout.cityjson(result.name), *(layout.objects(c, result.name) for c in result.counts)]
    paths += [p for c in result.counts if (p := layout.restricted(c, result.name)).is_file()]
    paths += layout.work.glob(f"meshes/*/{result.name}.*")
    return sorted(path.relative_to(layout.root).as_posix() for path in paths)


def _fit(bins: list[int], counts: list[int], squares: float) -> Fit:
    histogram = Fit().histogram
    histogram[bins] = counts
    return Fit(histogram, squares)


def _memory(layout: Layout, tile: str) -> Path:
    return layout.work / "tiles" / f"{tile}.json"


@cache
def code_digest(*packages: str) -> str:
    """Digest of the sources of packages of this program and of the versions of what it depends on."""
    digest = hashlib.sha256(repr(sorted(versions().items())).encode())
    for package in packages:
        root = Path(str(files(package)))
        for path in sorted(root.rglob("*.py")) + sorted(root.rglob("*.toml")):
            digest.update(str(path.relative_to(root)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
