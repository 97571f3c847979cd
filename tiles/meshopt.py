"""EXT_meshopt_compression's codecs, where the optional package `meshoptimizer` is installed."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from tiles.errors import TilesError

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The extension is written against these bitstreams. Newer ones, which the library takes by default, draw
# nothing in browsers that decode the extension as specified.
_VERTEX_VERSION, _INDEX_VERSION = 0, 1
_versions = Lock()  # they are a global setting of the library


def available() -> bool:
    """Whether compressed tiles can be written and read here: ``pip install gemeentetwin[meshopt]``."""
    return find_spec("meshoptimizer") is not None


def wanted(compress: bool | None) -> bool:
    """Decide on compression: `None` means where possible; asking for the impossible raises TilesError."""
    if compress and not available():
        _library()
    return available() if compress is None else compress


def encode_vertices(rows: NDArray[np.uint8]) -> bytes:
    """Mode ATTRIBUTES: `rows` (N, stride) bytes, the stride a multiple of four."""
    with _versions:
        _library().encode_vertex_version(_VERTEX_VERSION)
        encoded: bytes = _library().encode_vertex_buffer(np.ascontiguousarray(rows), len(rows), rows.shape[1])
    return encoded


def octahedral(normals: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Unit vectors (N, 3) of 127 as the rows (N, 4) that the filter OCTAHEDRAL turns back into them.

    Two numbers that change instead of three, and at most 1.5 degrees off; after Meyer et al., On
    floating-point normal vectors (2010).
    """
    unit = normals / np.maximum(np.abs(normals.astype(np.float64)).sum(axis=1, keepdims=True), 1.0)
    u, v, below = unit[:, 0], unit[:, 1], unit[:, 2] < 0
    folded = np.column_stack(
        [(1 - np.abs(v)) * np.where(u < 0, -1, 1), (1 - np.abs(u)) * np.where(v < 0, -1, 1)]
    )
    rows = np.zeros((len(normals), 4), dtype=np.int8)
    rows[:, :2] = np.rint(127 * np.where(below[:, None], folded, unit[:, :2]))
    rows[:, 2] = 127
    return rows.view(np.uint8)


def unfolded(rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Inverse of `octahedral`, as the extension tells decoders to."""
    u, v = rows.view(np.int8)[:, :2].astype(np.float64).T
    w = 127 - np.abs(u) - np.abs(v)
    fold = np.minimum(w, 0)
    vector = np.column_stack([u + np.where(u < 0, -fold, fold), v + np.where(v < 0, -fold, fold), w])
    whole = rows.view(np.int8).copy()
    whole[:, :3] = np.rint(127 * vector / np.linalg.norm(vector, axis=1, keepdims=True))
    return whole.view(np.uint8)


def encode_triangles(triangles: NDArray[np.int64], vertices: int) -> bytes:
    """Mode TRIANGLES: (T, 3) indices below `vertices`.

    They are put in the order of strips, which suits the codec; a triangle may come back with its corners
    rotated.
    """
    with _versions:
        _library().encode_index_version(_INDEX_VERSION)
        given, flat = triangles.astype(np.uint32).ravel(), np.zeros(triangles.size, dtype=np.uint32)
        _library().optimize_vertex_cache_strip(flat, given, len(flat), vertices)
        encoded: bytes = _library().encode_index_buffer(flat, len(flat), vertices)
    return encoded


def decode(view: dict[str, Any], data: bytes) -> bytes:
    """Bytes of one bufferView from its EXT_meshopt_compression object; TilesError for a damaged stream."""
    count, stride = int(view["count"]), int(view["byteStride"])
    try:
        if view["mode"] == "ATTRIBUTES":
            rows: NDArray[np.uint8] = _library().decode_vertex_buffer(
                count, stride, data, np.dtype(f"V{stride}")
            )
            if view.get("filter", "NONE") == "OCTAHEDRAL" and stride == 4:
                return unfolded(rows.view(np.uint8).reshape(count, stride)).tobytes()
            return rows.tobytes()
        # The binding always gives 32 bits, whatever the size it is told.
        indices: NDArray[np.uint32] = _library().decode_index_buffer(count, 4, data)
        return indices.astype("<u2" if stride == 2 else "<u4").tobytes()
    except (RuntimeError, ValueError) as error:
        raise TilesError(f"a {view['mode']} stream does not decode: {error}") from error


@cache
def _library() -> Any:
    try:
        import meshoptimizer
    except ImportError as error:
        raise TilesError(
            "EXT_meshopt_compression needs the package meshoptimizer: pip install 'gemeentetwin[meshopt]', "
            "or write the tiles with compress=False"
        ) from error
    return meshoptimizer
