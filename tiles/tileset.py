"""Write a theme as a 3D Tiles 1.1 tileset, and the root that holds all themes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tiles import glb, meshopt, properties
from tiles.errors import TilesError
from tiles.files import Staging, disk_errors, write_file
from tiles.frame import Frame
from tiles.instances import Instances, nothing
from tiles.mesh import Cell, Mesh, Property, checked
from tiles.pyramid import Content, Key, Limits, Node, Pyramid
from tiles.rdnap import RdNap
from tiles.source import Source, upper
from tiles.tree import as_json, thickened, volume, write_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from tiles.weld import Welded

_ALWAYS_REFINE = 1e5  # error of the root of all themes, which draws nothing itself


@dataclass(frozen=True)
class TilesetSummary:
    """What was written.

    `features` were drawn and `empty` (their identificaties) had no triangle of at least 1 cm; together they
    are all rows that came in. `box` is the root's bounding volume in the frame of `transform`. `triangles`,
    `vertices` and `bytes` are the leaves' and, in `upper_bytes`, what the levels above them add.
    """

    theme: str
    folder: Path
    features: int
    empty: tuple[str, ...]
    cells: int
    tiles: int
    leaves: int
    levels: int
    triangles: int
    vertices: int
    bytes: int
    upper_bytes: int
    files_changed: int
    files_removed: int
    geometric_error: float
    transform: tuple[float, ...]
    box: tuple[float, ...]


def write_tileset(
    folder: Path,
    cells: Iterable[Cell],
    *,
    title: str,
    theme: str,
    property_schema: Sequence[Property],
    center: tuple[float, float] | None = None,
    cell_size: float | None = None,
    compress: bool | None = None,
    normals: bool = True,
    attribution: str = "",
    licence: str = "",
    extras: Mapping[str, Any] | None = None,
    limits: Limits | None = None,
    rdnap: RdNap | None = None,
) -> TilesetSummary:
    """Write the cells of one theme as ``<folder>/tileset.json`` and its tiles.

    Cells are taken one at a time and may come from a generator; of each only the overview waits, on disk. The
    old tileset stays in place until the new one is complete, and files whose bytes stay the same are not
    touched.

    Parameters
    ----------
    folder
        Owned by the tileset: other files in it are removed.
    cells
        The area, each square once.
    title, attribution, licence, extras
        Told in ``asset.extras``; the attribution also in each tile.
    theme
        Name of the metadata class: ``pand``, ``weg``, ...
    property_schema
        Columns of the cells' tables that travel with the tiles; ``identificatie`` always does.
    center
        RD point at which the tileset's frame stands; by default the first cell's middle. Keep it the same
        between builds: with another frame every file changes.
    cell_size
        Side of the cells' squares [m]; by default the width of the first cell's bounds, or 500.
    compress
        EXT_meshopt_compression: `None` for where the package `meshoptimizer` is installed.
    normals
        Whether tiles tell where faces look. Without, they are less than half as large, and a viewer sees from
        the corners that faces are flat, as glTF tells it to.
    limits
        How full tiles may be; by default leaves without normals hold as much as the tiles above them.
    rdnap
        A transformer to share between tilesets.

    Returns
    -------
    TilesetSummary

    Raises
    ------
    TilesError
        For input that does not fit (names cell and object), unusable RDNAPTRANS grids, or a full disk.
    """
    folder, rdnap = Path(folder), rdnap or RdNap()
    limits = limits or (Limits() if normals else Limits(vertices=Limits.upper_vertices))
    if not theme.isidentifier():
        raise TilesError(f"Theme {theme!r} is not a name that 3D Tiles allows: letters, digits and _ only")
    schema = properties.complete(property_schema)
    packed = meshopt.wanted(compress)
    frame: Frame | None = None
    pyramid: Pyramid | None = None
    seen, features, empty = 0, 0, list[str]()

    with disk_errors(folder), Staging(folder) as staging:

        def publish(key: Key, mesh: Welded, instances: Instances, columns: properties.Columns) -> Content:
            size = (cell_size or 500.0) * 2.0**key.level
            uri = f"{size:g}/{key.column}_{key.row}.glb"
            data = glb.pack(
                mesh,
                columns,
                theme=theme,
                schema=schema,
                compress=packed,
                normals=normals,
                attribution=attribution,
                instances=instances,
            )
            staging.write(uri, data)
            copies = instances.expanded()
            return Content(
                uri=uri,
                box=thickened(_box(mesh, copies)),
                triangles=len(mesh.triangles) + len(copies.triangles),
                vertices=len(mesh.lattice) + int(instances.vertices().sum()),
                features=len(columns["identificatie"]),
                bytes=len(data),
            )

        for cell in map(checked, cells):
            seen += 1
            columns = properties.encode(cell.properties, schema, cell.name)
            bounds = cell.bounds or _bounds(cell)
            if bounds is None:
                empty += [str(value) for value in cell.properties["identificatie"]]
                continue
            xmin, ymin, xmax, ymax = bounds
            middle = ((xmin + xmax) / 2, (ymin + ymax) / 2)
            cell_size = cell_size or (float(xmax - xmin) if cell.bounds else 500.0)
            frame = frame or Frame.at(center or middle, rdnap)
            pyramid = pyramid or Pyramid(publish, cell_size, staging.scratch, limits)
            drawn = pyramid.add(
                Key(0, floor(middle[0] / cell_size), floor(middle[1] / cell_size)),
                Source(
                    _local(cell.detail, frame, rdnap, cell),
                    columns,
                    instances=_local_instances(cell.instances, frame, rdnap, cell),
                ),
                Source(
                    _local(_overview(cell), frame, rdnap, cell),
                    columns,
                    None if cell.middle is None else _local(upper(cell.middle), frame, rdnap, cell),
                    _local_instances(cell.overview_instances or cell.instances, frame, rdnap, cell),
                ),
                _centroids(cell),
            )
            features += int(drawn.sum())
            empty += [str(value) for value in cell.properties["identificatie"][~drawn]]

        root = pyramid.finish() if pyramid else None
        if frame is None or root is None:
            raise TilesError(
                f"Theme {theme}: none of the {seen} cells has a triangle to draw "
                f"({len(empty)} features without geometry). Leave the theme out, or look why it is empty"
            )
        about = {
            "title": title,
            "theme": theme,
            "attribution": attribution,
            "licence": licence,
            "counts": {"features": features + len(empty), "drawn": features, "empty": len(empty)},
        } | dict(extras or {})
        write_tree(staging, root, frame.transform, {"version": "1.1", "extras": about}, limits.json_bytes)
        changed, removed = staging.publish()

    nodes = list(root.walk())
    finest = [node.content for node in nodes if not node.children]
    return TilesetSummary(
        theme=theme,
        folder=folder,
        features=features,
        empty=tuple(empty),
        cells=seen,
        tiles=len(nodes),
        leaves=len(finest),
        levels=_depth(root),
        triangles=sum(content.triangles for content in finest),
        vertices=sum(content.vertices for content in finest),
        bytes=sum(content.bytes for content in finest),
        upper_bytes=sum(node.content.bytes for node in nodes if node.children),
        files_changed=changed,
        files_removed=removed,
        geometric_error=root.error,
        transform=tuple(frame.transform),
        box=tuple(volume(root.box)),
    )


def write_root(
    folder: Path,
    children: Sequence[tuple[str, TilesetSummary]],
    *,
    title: str = "",
    extras: Mapping[str, Any] | None = None,
) -> Path:
    """Write ``<folder>/tileset.json``, which shows all themes by reference to their own tilesets.

    Parameters
    ----------
    folder
        The folder above the themes' folders.
    children
        Theme and what `write_tileset` returned for it.
    title, extras
        Told in ``asset.extras``.

    Returns
    -------
    Path
        Of the file.
    """
    if not children:
        raise TilesError(
            f"There is no theme to put in {folder}/tileset.json; write at least one tileset first"
        )
    folder = Path(folder)
    common = Frame.of_transform(list(children[0][1].transform))
    tiles, corners = [], []
    for theme, summary in children:
        frame = Frame.of_transform(list(summary.transform))
        box = np.array(summary.box).reshape(4, 3)
        center, axes = frame.to_ecef(box[:1])[0], box[1:] @ frame.rotation.T
        signs = np.array([[i, j, k] for i in (-1, 1) for j in (-1, 1) for k in (-1, 1)])
        corners.append(common.to_local(center + signs @ axes))
        tiles.append(
            {
                "boundingVolume": {"box": [*center.tolist(), *axes.ravel().tolist()]},
                "geometricError": summary.geometric_error,
                "refine": "REPLACE",
                "content": {"uri": _relative(summary.folder, folder)},
                "extras": {"theme": theme},
            }
        )
    span = np.concatenate(corners)
    span = np.stack([span.min(axis=0) - 0.01, span.max(axis=0) + 0.01])
    whole = np.array(volume(span)).reshape(4, 3)
    root = {
        "boundingVolume": {
            "box": [*common.to_ecef(whole[:1])[0].tolist(), *(whole[1:] @ common.rotation.T).ravel().tolist()]
        },
        "geometricError": _ALWAYS_REFINE,
        "refine": "ADD",
        "children": tiles,
    }
    asset = {
        "version": "1.1",
        "extras": {"title": title, "themes": [theme for theme, _ in children]} | dict(extras or {}),
    }
    path = folder / "tileset.json"
    with disk_errors(folder):
        write_file(path, as_json({"asset": asset, "geometricError": _ALWAYS_REFINE, "root": root}))
    return path


def _relative(folder: Path, above: Path) -> str:
    try:
        return f"{folder.resolve().relative_to(above.resolve()).as_posix()}/tileset.json"
    except ValueError as error:
        raise TilesError(f"The tileset in {folder} must lie inside {above} to be part of its root") from error


def _box(mesh: Welded, copies: Mesh) -> NDArray[np.float64]:
    """(2, 3) extent of a tile [m]."""
    boxes = [mesh.box] if len(mesh.lattice) else []
    if len(copies.xyz):
        boxes.append(np.stack([copies.xyz.min(axis=0), copies.xyz.max(axis=0)]))
    return np.stack([np.min(boxes, axis=(0, 1)), np.max(boxes, axis=(0, 1))])


def _bounds(cell: Cell) -> tuple[float, float, float, float] | None:
    mesh = cell.detail
    used = mesh.xyz[mesh.triangles.ravel(), :2]
    if cell.instances is not None:
        used = np.concatenate([used, cell.instances.place[:, :2]])
    if not len(used):
        return None
    (xmin, ymin), (xmax, ymax) = used.min(axis=0), used.max(axis=0)
    return float(xmin), float(ymin), float(xmax), float(ymax)


def _overview(cell: Cell) -> Mesh:
    """Give the mesh for the upper levels: a feature that the caller's overview lacks keeps its detail."""
    if cell.overview is None:
        return upper(cell.detail)
    present = np.zeros(len(cell.properties), dtype=bool)
    present[cell.overview.feature] = True
    return upper(cell.overview).beside(upper(cell.detail.select(~present[cell.detail.feature])))


def _local(mesh: Mesh, frame: Frame, rdnap: RdNap, cell: Cell) -> Mesh:
    used, triangles = np.unique(mesh.triangles, return_inverse=True)
    try:
        ecef = rdnap.to_ecef(mesh.xyz[used])
    except TilesError as error:
        raise TilesError(f"Cell {cell.name}: {error}") from error
    return Mesh(frame.to_local(ecef), triangles.reshape(-1, 3), mesh.feature, mesh.color, mesh.smooth)


def _local_instances(instances: Instances | None, frame: Frame, rdnap: RdNap, cell: Cell) -> Instances:
    """Instances in the local frame, as tiles hold them."""
    if instances is None:
        return nothing()
    try:
        ecef = rdnap.to_ecef(instances.place)
    except TilesError as error:
        raise TilesError(f"Cell {cell.name}: {error}") from error
    turn = frame.turn(rdnap)
    shapes = tuple(shape.turned(turn) for shape in instances.prototypes)
    return replace(instances, prototypes=shapes, place=frame.to_local(ecef)).snapped()


def _centroids(cell: Cell) -> NDArray[np.float64]:
    """(F, 2) mean of the corners of each feature's triangles, and of the places of its instances [m, RD]."""
    mesh, features = cell.detail, len(cell.properties)
    place, feature = mesh.xyz[mesh.triangles, :2].mean(axis=1), mesh.feature
    if cell.instances is not None:
        place = np.concatenate([place, cell.instances.place[:, :2]])
        feature = np.concatenate([feature, cell.instances.feature])
    count = np.maximum(np.bincount(feature, minlength=features), 1)
    return np.column_stack(
        [np.bincount(feature, place[:, axis], minlength=features) / count for axis in (0, 1)]
    )


def _depth(node: Node) -> int:
    return 1 + max(map(_depth, node.children), default=0)
