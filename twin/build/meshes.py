"""Triangles for the 3D Tiles, kept per tile and theme until all tiles are done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tiles import Cell, Instances, Mesh
from twin.geometry.columns import Bools, Bytes, Ints, Shells
from twin.geometry.triangulate import triangulate
from twin.store import Layout
from twin.store.atomic import replacing


@dataclass(frozen=True, slots=True)
class ThemeMesh:
    """Triangles of some objects of a tile for one theme.

    Attributes
    ----------
    theme : str
    detail : Mesh
    overview : Mesh or None
        A simpler mesh for the upper levels.
    properties : DataFrame
        A row per feature; ``identificatie`` and ``collection`` first.
    middle : Mesh or None
        A mesh between both.
    instances, overview_instances : Instances or None
        Shapes that are drawn many times, and simpler ones for the upper levels.
    """

    theme: str
    detail: Mesh
    overview: Mesh | None
    properties: pd.DataFrame
    middle: Mesh | None = None
    instances: Instances | None = None
    overview_instances: Instances | None = None


def mesh_of(shells: Shells, rows: Ints, color: Bytes, smooth: Bools | None = None) -> Mesh:
    """Triangulate shells; ``rows (O,)`` is the feature of each, ``color (S, 3)`` that of each surface.

    The light on surfaces that are ``smooth (S,)`` runs on into those beside them.
    """
    triangles, surface = triangulate(shells)
    owner = np.repeat(rows, np.diff(shells.object_offsets))
    return Mesh(
        shells.xyz, triangles, owner[surface], color[surface], None if smooth is None else smooth[surface]
    )


def seen_from_inside(mesh: Mesh, features: Bools) -> Mesh:
    """The mesh, with the faces of some features ``(F,)`` turned over beside them."""
    if not features.any():
        return mesh
    inside = mesh.select(features[mesh.feature])
    return mesh.beside(replace(inside, triangles=inside.triangles[:, ::-1]))


def save_meshes(layout: Layout, tile: str, meshes: Sequence[ThemeMesh]) -> None:
    """Keep the meshes of a tile, those of one theme joined, and forget its older ones."""
    themes = {m.theme for m in meshes}
    for path in (layout.work / "meshes").glob(f"*/{tile}.*"):
        if path.parent.name not in themes:
            path.unlink()
    for theme in sorted(themes):
        joined = _join([m for m in meshes if m.theme == theme])
        folder = layout.work / "meshes" / theme
        arrays = {f"detail_{k}": v for k, v in _arrays(joined.detail).items()}
        for part, mesh in (("overview", joined.overview), ("middle", joined.middle)):
            if mesh is not None:
                arrays |= {f"{part}_{k}": v for k, v in _arrays(mesh).items()}
        for name in _INSTANCES:
            if (copies := getattr(joined, name)) is not None:
                arrays |= {f"{name}.{k}": v for k, v in copies.arrays().items()}
        with replacing(folder / f"{tile}.npz") as path:
            np.savez(path, allow_pickle=False, **arrays)
        with replacing(folder / f"{tile}.parquet") as path:
            joined.properties.to_parquet(path)


def load_cells(layout: Layout, theme: str, tiles: Sequence[str], size: float) -> Iterator[Cell]:
    """Meshes of a theme, tile by tile."""
    for tile in tiles:
        path = layout.work / "meshes" / theme / f"{tile}.npz"
        if path.is_file():
            x, y = map(float, tile.split("_"))
            yield _load(path, tile, (x, y, x + size, y + size))


def _load(path: Path, tile: str, bounds: tuple[float, float, float, float]) -> Cell:
    with np.load(path) as arrays:
        detail = Mesh(*(arrays[f"detail_{k}"] for k in _FIELDS))
        overview, middle = (
            Mesh(*(arrays[f"{part}_{k}"] for k in _FIELDS)) if f"{part}_xyz" in arrays else None
            for part in ("overview", "middle")
        )
        copies = [_instances_in(arrays, name) for name in _INSTANCES]
    table = pd.read_parquet(path.with_suffix(".parquet"))
    return Cell(tile, detail, overview, table, bounds, middle, *copies)


def _instances_in(arrays: Mapping[str, Any], name: str) -> Instances | None:
    own = {k.removeprefix(f"{name}."): arrays[k] for k in arrays if k.startswith(f"{name}.")}
    return Instances.of_arrays(own) if own else None


_FIELDS = ("xyz", "triangles", "feature", "color", "smoothed")
_INSTANCES = ("instances", "overview_instances")


def _arrays(mesh: Mesh) -> dict[str, Any]:
    return {k: getattr(mesh, k) for k in _FIELDS}


def _join(meshes: list[ThemeMesh]) -> ThemeMesh:
    first = np.cumsum([0, *(len(m.properties) for m in meshes)])[:-1].tolist()
    detail = _concatenate([m.detail for m in meshes], first)
    overview = _simpler([m.overview for m in meshes], meshes, first)
    middle = _simpler([m.middle for m in meshes], meshes, first)
    properties = pd.concat([m.properties for m in meshes], ignore_index=True)
    copies, far = (_join_instances([getattr(m, name) for m in meshes], first) for name in _INSTANCES)
    return ThemeMesh(meshes[0].theme, detail, overview, properties, middle, copies, far)


def _join_instances(parts: list[Instances | None], first_feature: list[int]) -> Instances | None:
    found = [
        replace(part, feature=part.feature + first)
        for part, first in zip(parts, first_feature, strict=True)
        if part is not None
    ]
    return Instances.merged(found) if found else None


def _simpler(simple: list[Mesh | None], meshes: list[ThemeMesh], first: list[int]) -> Mesh | None:
    """Simpler meshes joined, with the detail where one has none; None where none has."""
    if all(mesh is None for mesh in simple):
        return None
    whole = [m.detail if mesh is None else mesh for mesh, m in zip(simple, meshes, strict=True)]
    return _concatenate(whole, first)


def _concatenate(meshes: list[Mesh], first_feature: list[int]) -> Mesh:
    first_vertex = np.cumsum([0, *(len(m.xyz) for m in meshes)])[:-1].tolist()
    return Mesh(
        np.concatenate([m.xyz for m in meshes]),
        np.concatenate([m.triangles + v for m, v in zip(meshes, first_vertex, strict=True)]),
        np.concatenate([m.feature + f for m, f in zip(meshes, first_feature, strict=True)]),
        np.concatenate([m.color for m in meshes]),
        np.concatenate([m.smoothed for m in meshes]),
    )
