"""Find what is wrong in a tileset, also what public validators do not look at."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tiles.errors import TilesError
from tiles.reading import Tile, TileMesh, read_mesh, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_TOLERANCE = 1e-3  # metres


@dataclass(frozen=True)
class Finding:
    """One fault: the file (relative to the checked folder), a short code to count by, and what is wrong."""

    file: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.message} [{self.code}]"


def check_tileset(folder: Path) -> list[Finding]:
    """Check a tileset: one theme's, or the root with all themes.

    Looked at: files that lack, cannot be read, or are referred to by nothing; accessors and property tables
    within their buffers; tiles and geometry outside the bounding volume they belong to; geometric errors that
    grow downwards; normals that are not unit vectors; feature ids without a row, rows without a triangle, ids
    that occur twice or nowhere in the leaves; and the number of features against what the tileset says it
    holds.

    Parameters
    ----------
    folder
        With a ``tileset.json``.

    Returns
    -------
    list of Finding
        Empty for a sound tileset.
    """
    folder = Path(folder).resolve()
    return [
        Finding(_relative(path, folder), code, message)
        for path, code, message in _faults(folder, folder / "tileset.json")
    ]


def _faults(folder: Path, entry: Path) -> Iterator[tuple[Path, str, str]]:
    used = {entry}
    leaves: dict[str, list[str]] = {}
    try:
        tiles = list(walk(entry))
    except TilesError as error:
        yield entry, "unreadable", str(error)
        return
    for tile in tiles:
        yield from _tree_faults(tile)
        if tile.content is None:
            continue
        used.add(tile.content)
        if not tile.content.is_file():
            yield tile.file, "missing-file", f"{tile.content.name} is referred to but does not exist"
        elif tile.content.suffix == ".json":
            # The tileset belongs to the theme whose own tileset.json counts its features.
            if tile.content.name == "tileset.json":
                leaves.setdefault(_theme(tile.content, folder), [])
        else:
            try:
                mesh = read_mesh(tile.content)
            except TilesError as error:
                yield tile.content, "unreadable", str(error)
                continue
            yield from ((tile.content, code, message) for code, message in _content_faults(tile, mesh))
            if tile.leaf:
                leaves.setdefault(_theme(tile.content, folder), []).extend(mesh.properties["identificatie"])
    for theme, ids in leaves.items():
        path = folder / theme / "tileset.json"
        yield from ((path, code, message) for code, message in _count_faults(path, ids))
    for path in sorted(path.resolve() for path in folder.rglob("*") if path.is_file()):
        if path not in used:
            yield path, "orphan", "no tile refers to this file; write the tileset again to clear it away"


def _tree_faults(tile: Tile) -> Iterator[tuple[Path, str, str]]:
    if tile.error < 0 or not np.isfinite(tile.error):
        yield tile.file, "geometric-error", f"{tile.name} has geometric error {tile.error}"
    if tile.refine not in ("REPLACE", "ADD"):
        yield tile.file, "refine", f"{tile.name} is refined by {tile.refine!r}, expected REPLACE or ADD"
    if tile.parent is None:
        return
    if tile.error > tile.parent.error:
        yield (
            tile.file,
            "geometric-error",
            f"{tile.name} has geometric error {tile.error:g}, above the {tile.parent.error:g} of its parent",
        )
    signs = np.array([[i, j, k] for i in (-1, 1) for j in (-1, 1) for k in (-1, 1)])
    corners = (tile.box[0] + signs @ tile.box[1:]) @ tile.local[:3, :3].T + tile.local[:3, 3]
    outside = _outside(corners, tile.parent.box)
    if outside > _TOLERANCE:
        yield tile.file, "box", f"the box of {tile.name} sticks {outside:.3f} m out of its parent's"


def _content_faults(tile: Tile, mesh: TileMesh) -> Iterator[tuple[str, str]]:
    outside = _outside(mesh.xyz, tile.box)
    if outside > _TOLERANCE:
        yield "box", f"geometry lies {outside:.3f} m outside the tile's box"
    rows = len(mesh.properties)
    if mesh.feature.max() >= rows:
        yield "feature-id", f"feature id {mesh.feature.max()} has no row in the property table of {rows}"
        return
    per_corner = mesh.feature[mesh.triangles]
    if (per_corner != per_corner[:, :1]).any():
        yield "feature-id", "a triangle has corners of different features"
    bare = np.setdiff1d(np.arange(rows), per_corner)
    ids = mesh.properties["identificatie"]
    if len(bare):
        yield "feature-id", f"{len(bare)} features have no triangle, such as {ids.iloc[bare[0]]}"
    if (ids == "").any():
        yield "identificatie", f"{int((ids == '').sum())} features have no identificatie"
    if ids.duplicated().any():
        yield "identificatie", f"{ids[ids.duplicated()].iloc[0]} occurs more than once"
    length = np.linalg.norm(mesh.normal, axis=1)
    if (np.abs(length - 1) > 0.02).any():
        yield "normal", f"{int((np.abs(length - 1) > 0.02).sum())} normals are not unit vectors"


def _count_faults(path: Path, ids: list[str]) -> Iterator[tuple[str, str]]:
    try:
        counts = json.loads(path.read_bytes())["asset"]["extras"]["counts"]
        drawn, empty, features = int(counts["drawn"]), int(counts["empty"]), int(counts["features"])
    except (OSError, KeyError, ValueError, TypeError):
        yield "counts", "does not say how many features it holds (asset.extras.counts)"
        return
    repeated = [name for name, times in Counter(ids).items() if times > 1]
    if repeated:
        yield "identificatie", f"{len(repeated)} features lie in more than one leaf, such as {repeated[0]}"
    if len(ids) != drawn or drawn + empty != features:
        yield (
            "counts",
            f"says {drawn} of {features} features are drawn and {empty} empty; its leaves hold {len(ids)}",
        )


def _outside(points: NDArray[np.float64], box: NDArray[np.float64]) -> float:
    """How far the farthest of (N, 3) points lies outside a box of middle and half axes [m]."""
    half = np.linalg.norm(box[1:], axis=1)
    along = np.abs((points - box[0]) @ (box[1:] / half[:, None]).T)
    return float((along - half).max())


def _theme(path: Path, folder: Path) -> str:
    """Folder, relative to the checked one, whose tileset.json heads the tileset to which a file belongs."""
    for above in path.parents:
        if (above / "tileset.json").is_file() or above == folder:
            return above.relative_to(folder).as_posix()
    return "."


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
