"""The buffers of a binary glTF while they grow, with the bufferViews and accessors that describe them."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import numpy as np

from tiles import meshopt

if TYPE_CHECKING:
    from numpy.typing import NDArray

BYTE, UNSIGNED_BYTE, UNSIGNED_SHORT, UNSIGNED_INT, FLOAT = 5120, 5121, 5123, 5125, 5126
SHORT_LIMIT = 65_535  # 65535 itself restarts a primitive
_VERTEX_BUFFER, _INDEX_BUFFER = 34962, 34963


class Binary:
    """The BIN chunk while it grows, with the bufferViews and accessors that describe it."""

    def __init__(self, compress: bool) -> None:
        self.compress = compress
        self.data = bytearray()
        self.unpacked = 0  # length of the fallback buffer, which exists only in name
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []

    def attribute(
        self,
        values: NDArray[Any],
        component: int,
        kind: str,
        *,
        normalized: bool = False,
        limits: bool = False,
    ) -> int:
        """Accessor of (N, k) values; each vertex is padded to four bytes, as glTF and meshopt want it."""
        width = values.shape[1] * values.itemsize
        rows = np.zeros((len(values), -(-width // 4) * 4), dtype=np.uint8)
        rows[:, :width] = np.ascontiguousarray(values).view(np.uint8)
        packed = meshopt.encode_vertices(rows) if self.compress else None
        filtered: dict[str, str] = {}
        if packed is not None and component == BYTE:  # the only signed bytes are those of normals
            folded = meshopt.encode_vertices(meshopt.octahedral(values))
            if len(gzip.compress(folded)) < len(gzip.compress(packed)):
                packed, filtered = folded, {"filter": "OCTAHEDRAL"}
        accessor: dict[str, Any] = {
            "bufferView": self._geometry(
                rows.tobytes(),
                packed,
                "ATTRIBUTES",
                len(rows),
                rows.shape[1],
                filtered,
            ),
            "componentType": component,
            "count": len(values),
            "type": kind,
        }
        if normalized:
            accessor["normalized"] = True
        if limits:
            accessor |= {"min": values.min(axis=0).tolist(), "max": values.max(axis=0).tolist()}
        self.accessors.append(accessor)
        return len(self.accessors) - 1

    def indices(self, triangles: NDArray[np.int64], vertices: int) -> int:
        """Accessor of (T, 3) triangles of so many vertices."""
        short = vertices <= SHORT_LIMIT
        values = triangles.astype("<u2" if short else "<u4")
        packed = meshopt.encode_triangles(triangles, vertices) if self.compress else None
        self.accessors.append(
            {
                "bufferView": self._geometry(
                    values.tobytes(), packed, "TRIANGLES", values.size, values.itemsize
                ),
                "componentType": UNSIGNED_SHORT if short else UNSIGNED_INT,
                "count": values.size,
                "type": "SCALAR",
            }
        )
        return len(self.accessors) - 1

    def view(self, data: bytes) -> int:
        """Number of a plain bufferView, on a multiple of eight as property tables want it."""
        self.views.append({"buffer": 0, "byteOffset": self._append(data), "byteLength": len(data)})
        return len(self.views) - 1

    def buffers(self) -> list[dict[str, Any]]:
        """The glTF's `buffers`, when all is in: the chunk, and the name of what it unpacks to."""
        self.data += bytes(-len(self.data) % 8)
        own: list[dict[str, Any]] = [{"byteLength": len(self.data)}]
        if not self.compress:
            return own
        fallback = {"EXT_meshopt_compression": {"fallback": True}}
        return [*own, {"byteLength": self.unpacked, "extensions": fallback}]

    def _geometry(
        self,
        data: bytes,
        packed: bytes | None,
        mode: str,
        count: int,
        stride: int,
        filtered: dict[str, str] | None = None,
    ) -> int:
        view: dict[str, Any] = {"byteLength": len(data)}
        if mode == "ATTRIBUTES":
            view |= {"byteStride": stride, "target": _VERTEX_BUFFER}
        else:
            view |= {"target": _INDEX_BUFFER}
        if packed is None:
            view |= {"buffer": 0, "byteOffset": self._append(data)}
        else:
            compression = {
                "buffer": 0,
                "byteOffset": self._append(packed),
                "byteLength": len(packed),
                "byteStride": stride,
                "count": count,
                "mode": mode,
            } | (filtered or {})
            view |= {
                "buffer": 1,
                "byteOffset": self.unpacked,
                "extensions": {"EXT_meshopt_compression": compression},
            }
            self.unpacked += -(-len(data) // 8) * 8
        self.views.append(view)
        return len(self.views) - 1

    def _append(self, data: bytes) -> int:
        self.data += bytes(-len(self.data) % 8)
        start = len(self.data)
        self.data += data
        return start
