"""A city of many buildings as 3D Tiles: ``python -m tests.benchmarks.bench_city_tiles TWIN [COPIES]``.

The buildings of a built twin (``twin demo --buildings 2500``, or ``twin build`` of a real place) stand side
by side as often as asked, a hundred times by default, and are cut into tiles anew. Each copy is turned by an
angle of its own and has ids of its own: nothing is reconstructed again, and no copy packs better for the
others. Told are the bytes of all tiles, of the leaves and of looks from several heights, gzipped, against the
targets of 60 MB for 250 000 buildings, a median leaf of 200 KB and an overview of 3 MB.

Of a theme of the ground, the third argument, the tiles are put side by side as they are.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time

import numpy as np
import pandas as pd

from tests.tiles.viewing import seen_from, sent
from tiles import Cell, Mesh, RdNap, check_tileset, meshopt, write_tileset
from tiles.reading import read_mesh, walk
from tiles.source import side_by_side
from twin.build.meshes import load_cells
from twin.build.tilesets import _schema
from twin.catalogue import CATALOGUE
from twin.ground import THEMES
from twin.store import Layout, read_manifest

SIZE = 500.0
BUILDINGS = 250_000
_MESHES = ("detail", "overview", "middle")


def main(twin: str, copies: int = 100, theme: str = "pand") -> None:
    """Write the tileset in a temporary folder, check it and print its figures, with and without normals."""
    layout = Layout(Path(twin))
    names = sorted(path.stem for path in (layout.work / "meshes" / theme).glob("*.npz"))
    given = list(load_cells(layout, theme, names, SIZE))
    side = int(np.ceil(np.sqrt(copies)))
    grid = np.array([(i % side, i // side) for i in range(copies)], dtype=np.float64)
    if theme == "pand":
        bbox = np.array(read_manifest(layout).bbox)
        step = bbox[2:] - bbox[:2]
        block = _Block.of(given)
        print(f"{len(block.table) / step.prod() * 1e6:.0f} per square kilometre")
        cells = list(_cut(block, grid * step))
        kinds = [False, True]
    else:
        corners = np.array([cell.bounds for cell in given])
        cells = list(_beside(given, grid * (corners[:, 2:].max(axis=0) - corners[:, :2].min(axis=0))))
        kinds = [True]
    for normals in kinds:
        print(f"normals {normals}")
        _measure(cells, theme, normals)


def _measure(cells: list[Cell], theme: str, normals: bool) -> None:
    schema = _schema(next(t for t in THEMES if t.id == theme), CATALOGUE.public())
    bounds = np.array([cell.bounds for cell in cells])
    center = (bounds[:, :2].min(axis=0) + bounds[:, 2:].max(axis=0)) / 2
    with tempfile.TemporaryDirectory() as folder:
        out, begin = Path(folder) / theme, process_time()
        summary = write_tileset(
            out,
            cells,
            title="Benchmark",
            theme=theme,
            property_schema=schema,
            center=(float(center[0]), float(center[1])),
            cell_size=SIZE,
            compress=meshopt.available(),
            normals=normals,
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
        of_all = every * BUILDINGS / summary.features / 1e6
        per = f", {of_all:.1f} MB per {BUILDINGS}" if theme == "pand" else ""
        print(f"all tiles: {every / 1e6:.1f} MB gzipped{per}; leaves {leaves.sum() / every:.0%}")
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


@dataclass(frozen=True)
class _Block:
    """All panden of a twin: meshes by part, a row of `table` per feature, and where each stands."""

    meshes: dict[str, Mesh]
    table: pd.DataFrame
    center: np.ndarray

    @classmethod
    def of(cls, cells: list[Cell]) -> _Block:
        """Panden of all cells together."""
        parts = {part: [getattr(cell, part) for cell in cells] for part in _MESHES}
        rows = np.cumsum([0, *(len(cell.properties) for cell in cells)]).tolist()
        joined = {part: side_by_side(meshes, rows) for part, meshes in parts.items()}
        detail, count = joined["detail"], rows[-1]
        times = np.bincount(detail.feature, minlength=count)
        middle = detail.xyz[detail.triangles, :2].mean(axis=1)
        center = np.column_stack([np.bincount(detail.feature, middle[:, k], minlength=count) for k in (0, 1)])
        table = pd.concat([cell.properties for cell in cells], ignore_index=True)
        drawn = times > 0
        place = np.where(drawn[:, None], center / np.maximum(times, 1)[:, None], np.nan)
        return cls(joined, table, place)

    def part(
        self, keep: np.ndarray, first: int, turn: np.ndarray, middle: np.ndarray, shift: np.ndarray
    ) -> list[Mesh]:
        """Meshes of some features, numbered from `first` on, turned about `middle` and shifted."""
        number = np.cumsum(keep) - 1 + first
        found = []
        for mesh in self.meshes.values():
            chosen = keep[mesh.feature]
            used, triangles = np.unique(mesh.triangles[chosen], return_inverse=True)
            xyz = mesh.xyz[used].copy()
            xyz[:, :2] = (xyz[:, :2] - middle) @ turn + middle + shift
            found.append(
                Mesh(xyz, triangles.reshape(-1, 3), number[mesh.feature[chosen]], mesh.color[chosen])
            )
        return found


def _cut(block: _Block, shifts: np.ndarray) -> Iterator[Cell]:
    """Cells of a city of turned copies."""
    low, high = np.nanmin(block.center, axis=0), np.nanmax(block.center, axis=0)
    middle, corner = (low + high) / 2, np.floor(low / SIZE) * SIZE
    angles = np.random.default_rng(1).uniform(0, 2 * np.pi, len(shifts))
    turns = [np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]) for a in angles]
    places = [
        (block.center - middle) @ turn + middle + shift for turn, shift in zip(turns, shifts, strict=True)
    ]
    cells = [np.floor((place - corner) / SIZE) for place in places]
    for column, row in np.unique(np.concatenate([c[np.isfinite(c[:, 0])] for c in cells]), axis=0).tolist():
        parts, tables, first = [], [], 0
        for copy, (turn, shift, cell) in enumerate(zip(turns, shifts, cells, strict=True)):
            keep = (cell == [column, row]).all(axis=1)
            if keep.any():
                parts.append(block.part(keep, first, turn, middle, shift))
                ids = [f"{copy:04d}{str(name)[4:]}" for name in block.table["identificatie"][keep]]
                tables.append(block.table[keep].assign(identificatie=ids))
                first += int(keep.sum())
        x, y = corner + SIZE * np.array([column, row])
        meshes = {
            name: side_by_side([part[n] for part in parts], [0] * (len(parts) + 1))
            for n, name in enumerate(block.meshes)
        }
        yield Cell(
            f"{column:g} {row:g}",
            meshes["detail"],
            meshes["overview"],
            pd.concat(tables, ignore_index=True),
            (x, y, x + SIZE, y + SIZE),
            meshes["middle"],
        )


def _beside(cells: list[Cell], shifts: np.ndarray) -> Iterator[Cell]:
    for copy, shift in enumerate(shifts):
        for cell in cells:
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
