"""The quadtree as tileset.json: boxes, errors and references, divided into files where it grows large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tiles.files import Staging
    from tiles.pyramid import Node

_THINNEST = 0.05  # metres: half of a box may not be zero, or viewers cannot invert it


def write_tree(
    staging: Staging, root: Node, transform: list[float], asset: dict[str, Any], limit: int
) -> None:
    """Stage tileset.json and the external tilesets into which it is divided above `limit` bytes."""
    version = {"version": asset["version"]}

    def tile(node: Node) -> tuple[dict[str, Any], int]:
        """Tile of a node and the length of its JSON; the longest branches move to files of their own."""
        entry: dict[str, Any] = {
            "boundingVolume": {"box": volume(node.box)},
            "geometricError": node.error,
            "refine": "REPLACE",
            "content": {"uri": node.content.uri},
        }
        length = len(as_json(entry))
        if not node.children:
            return entry, length
        branches = [tile(child) for child in node.children]
        lengths = np.array([below for _, below in branches])
        for number in np.argsort(-lengths, kind="stable"):
            if length + lengths.sum() <= limit or not node.children[number].children:
                continue
            branch = branches[number][0]
            uri = node.children[number].content.uri.replace(".glb", ".json")
            # Its own root has the same box and error, so the traversal goes on as if nothing lay between.
            head = {key: value for key, value in branch.items() if key != "children"} | {
                "content": {"uri": uri}
            }
            document = {"asset": version, "geometricError": branch["geometricError"], "root": _one_up(branch)}
            staging.write(uri, as_json(document))
            branches[number] = (head, len(as_json(head)))
            lengths[number] = branches[number][1]
        entry["children"] = [branch for branch, _ in branches]
        return entry, length + int(lengths.sum())

    top, _ = tile(root)
    # An error larger than the root's: what a viewer would miss by not drawing the tileset at all.
    extent = float(np.ptp(root.box, axis=0).max())
    document = {
        "asset": asset,
        "geometricError": round(max(extent, 2 * root.error), 3),
        "root": {"transform": transform} | top,
    }
    staging.write("tileset.json", as_json(document))


def _one_up(entry: dict[str, Any]) -> dict[str, Any]:
    """Branch with its uris as seen from ``<size>/<column>_<row>.json``."""
    moved = entry | {"content": {"uri": f"../{entry['content']['uri']}"}}
    if "children" in entry:
        moved["children"] = [_one_up(child) for child in entry["children"]]
    return moved


def volume(box: NDArray[np.float64]) -> list[float]:
    """Bounding volume: middle and three half axes, along east, north and up."""
    middle, half = box.mean(axis=0), np.ptp(box, axis=0) / 2
    return [float(value) for value in [*middle, half[0], 0.0, 0.0, 0.0, half[1], 0.0, 0.0, 0.0, half[2]]]


def thickened(box: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 3) extent [m] with something to it in every direction, also for a flat street."""
    spare = np.maximum(_THINNEST - np.ptp(box, axis=0) / 2, 0)
    thick: NDArray[np.float64] = box + np.stack([-spare, spare])
    return thick


def as_json(value: Any) -> bytes:
    """Compact, and equal for equal input."""
    return orjson.dumps(value)
