"""A city of 250 000 buildings as 3D Tiles: ``python -m tests.benchmarks.bench_city_tiles TWIN [COPIES]``.

The buildings of a built twin (``twin demo --buildings 2500``) stand side by side as often as asked, a hundred
times by default, each copy with ids of its own: nothing is reconstructed again, and no two tiles are equal.
Told are the bytes of all tiles, of the leaves and of a look from ten kilometres, gzipped, against the targets
of 60 MB for 250 000 buildings, a median leaf of 200 KB and an overview of 3 MB.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import process_time

import numpy as np

from tests.tiles.viewing import seen_from, sent
from tiles import Cell, Mesh, RdNap, check_tileset, meshopt, write_tileset
from tiles.reading import read_mesh, walk
from twin.build.meshes import load_cells
from twin.build.tilesets import _schema
from twin.catalogue import CATALOGUE
from twin.ground import THEMES
from twin.store import Layout

SIZE = 500.0
BUILDINGS = 250_000


def main(twin: str, copies: int = 100, theme: str = "pand") -> None:
    """Write the tileset in a temporary folder, check it and print its figures."""
    layout = Layout(Path(twin))
    names = sorted(path.stem for path in (layout.work / "meshes" / theme).glob("*.npz"))
    corners = np.array([name.split("_") for name in names], dtype=np.float64)
    step = np.ptp(corners, axis=0) + SIZE
    side = int(np.ceil(np.sqrt(copies)))
    shifts = np.array([(i % side, i // side) for i in range(copies)]) * step
    schema = _schema(next(t for t in THEMES if t.id == theme), CATALOGUE.public())
    center = corners[0] + shifts.max(axis=0) / 2
    with tempfile.TemporaryDirectory() as folder:
        out, begin = Path(folder) / theme, process_time()
        summary = write_tileset(
            out,
            _city(layout, theme, names, shifts),
            title="Benchmark",
            theme=theme,
            property_schema=schema,
            center=(float(center[0]), float(center[1])),
            cell_size=SIZE,
            compress=meshopt.available(),
            rdnap=RdNap(),
        )
        wrote = process_time() - begin
        tiles = [t for t in walk(out / "tileset.json") if t.content and t.content.suffix == ".glb"]
        leaves = np.array([sent([t.content]) for t in tiles if t.leaf and t.content])
        every = sent(path for path in out.rglob("*") if path.is_file())
        print(
            f"{summary.features} objects, {summary.triangles} triangles, {summary.leaves} leaves of "
            f"{summary.tiles} tiles on {summary.levels} levels, meshopt {meshopt.available()}"
        )
        of_all = every * BUILDINGS / summary.features / 1e6 if theme == "pand" else every / 1e6
        told = f"{every / 1e6:.1f} MB gzipped" + (
            f", {of_all:.1f} MB per {BUILDINGS}" if theme == "pand" else ""
        )
        print(f"all tiles: {told}; leaves {leaves.sum() / 1e6:.1f} MB")
        print(f"leaf: median {np.median(leaves) / 1e3:.0f} KB, largest {leaves.max() / 1e3:.0f} KB")
        tree = list(walk(out / "tileset.json"))
        for title, eye in (
            ("from 10 km", [0.0, -6_000.0, 8_000.0]),
            ("from 2 km", [0.0, -1_200.0, 1_600.0]),
            ("from 150 m", [0.0, -120.0, 90.0]),
        ):
            seen = [t.content for t in seen_from(tree, np.array(eye)) if t.content]
            meshes = [read_mesh(path) for path in seen]
            print(
                f"{title}: {len(seen)} tiles, {sent(seen) / 1e6:.2f} MB, "
                f"{sum(len(m.triangles) for m in meshes)} triangles, "
                f"{sum(len(m.properties) for m in meshes) / summary.features:.0%} of the objects"
            )
        begin = process_time()
        findings = check_tileset(out)
        checked = process_time() - begin
        thousands = summary.features / 1000
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{len(findings)} findings; CPU per 1 000: write {wrote / thousands:.3f} s, "
            f"check {checked / thousands:.3f} s; peak memory {peak:.0f} MB"
        )


def _city(layout: Layout, theme: str, names: list[str], shifts: np.ndarray) -> Iterator[Cell]:
    for copy, shift in enumerate(shifts):
        for cell in load_cells(layout, theme, names, SIZE):
            x0, y0, x1, y1 = cell.bounds or (0, 0, 0, 0)
            dx, dy = shift
            ids = [f"{copy:04d}{str(name)[4:]}" for name in cell.properties["identificatie"]]
            yield replace(
                cell,
                name=f"{copy}/{cell.name}",
                detail=_moved(cell.detail, shift),
                overview=None if cell.overview is None else _moved(cell.overview, shift),
                properties=cell.properties.assign(identificatie=ids),
                bounds=(x0 + dx, y0 + dy, x1 + dx, y1 + dy),
                middle=None if cell.middle is None else _moved(cell.middle, shift),
            )


def _moved(mesh: Mesh, shift: np.ndarray) -> Mesh:
    return replace(mesh, xyz=mesh.xyz + np.append(shift, 0.0))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]), *sys.argv[3:4])
