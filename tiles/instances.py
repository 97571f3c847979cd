"""One small shape drawn many times: what a tile keeps of each is a place, a size and a feature number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tiles.mesh import Mesh
from tiles.weld import FINEST_STEP, in_order_of_use, normals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Prototype:
    """A shape around its own origin; across it is at most as large as its scale.

    Parameters
    ----------
    xyz
        (V, 3) float64, east, north, up.
    triangles
        (T, 3) int64 rows of `xyz`, anticlockwise seen from outside.
    color
        (T, 3) uint8 sRGB.
    name
        What part of the whole it is; viewers find it in ``extras.part`` of the glTF mesh.
    """

    xyz: NDArray[np.float64]
    triangles: NDArray[np.int64]
    color: NDArray[np.uint8]
    name: str = ""

    def turned(self, angle: float) -> Prototype:
        """The shape turned about its up axis, anticlockwise from above [rad]; exact in 32 bits."""
        sin, cos = np.sin(angle), np.cos(angle)
        turn = np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])
        return replace(self, xyz=(self.xyz @ turn).astype(np.float32).astype(np.float64))

    def corners(
        self,
    ) -> tuple[NDArray[np.float64], NDArray[np.int8], NDArray[np.uint8], NDArray[np.int64]]:
        """Places, flat normals (127 being one) and colours of distinct corners, and triangles of them."""
        normal = normals(self.xyz, self.triangles)
        rows = np.column_stack(
            [
                self.triangles.ravel(),
                np.repeat(normal.view(np.uint8), 3, axis=0).astype(np.int64),
                np.repeat(self.color, 3, axis=0).astype(np.int64),
            ]
        )
        _, first, vertex = np.unique(rows, axis=0, return_index=True, return_inverse=True)
        triangles, used = in_order_of_use(vertex.reshape(-1, 3))
        first = first[used]
        return self.xyz[self.triangles.ravel()[first]], normal[first // 3], self.color[first // 3], triangles

    @property
    def key(self) -> tuple[str, bytes, bytes, bytes]:
        """Equal for equal shapes."""
        return self.name, self.xyz.tobytes(), self.triangles.tobytes(), self.color.tobytes()


@dataclass(frozen=True)
class Instances:
    """Prototypes drawn at places.

    Parameters
    ----------
    prototypes
        The shapes.
    prototype
        (N,) int64 which of them each instance is.
    place
        (N, 3) float64 of its origin [m, RD + NAP].
    scale
        (N, 2) float64 [m] across and up.
    feature
        (N,) int64 row number in the cell's table of properties.
    """

    prototypes: tuple[Prototype, ...]
    prototype: NDArray[np.int64]
    place: NDArray[np.float64]
    scale: NDArray[np.float64]
    feature: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.feature)

    def select(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> Instances:
        """Some of them; all prototypes stay."""
        return replace(
            self,
            prototype=self.prototype[keep],
            place=self.place[keep],
            scale=self.scale[keep],
            feature=self.feature[keep],
        )

    def numbered(self, number: NDArray[np.int64]) -> Instances:
        """The same of features that have other row numbers: `number` (F,) is the new one of each."""
        return replace(self, feature=number[self.feature])

    def snapped(self) -> Instances:
        """As a tile holds them: on the lattice of the tilesets, whose numbers are exact in 32 bits."""
        return replace(
            self,
            place=np.rint(self.place / FINEST_STEP) * FINEST_STEP,
            scale=np.maximum(np.rint(self.scale / FINEST_STEP), 1) * FINEST_STEP,
        )

    def vertices(self) -> NDArray[np.int64]:
        """(N,) corners that are drawn for each."""
        sizes = np.array([len(p.corners()[0]) for p in self.prototypes] or [0], dtype=np.int64)
        return sizes[self.prototype]

    def expanded(self) -> Mesh:
        """All triangles of all instances."""
        parts = [_copies(p, self.select(self.prototype == k)) for k, p in enumerate(self.prototypes)]
        return joined(parts)

    @classmethod
    def merged(cls, parts: Sequence[Instances]) -> Instances:
        """Put parts side by side; equal prototypes become one."""
        prototypes: dict[tuple[str, bytes, bytes, bytes], Prototype] = {}
        for part in parts:
            prototypes |= {p.key: p for p in part.prototypes}
        keys = list(prototypes)
        numbers = [
            np.array([keys.index(p.key) for p in part.prototypes] or [0], dtype=np.int64)[part.prototype]
            for part in parts
        ]
        return cls(
            tuple(prototypes.values()),
            np.concatenate([np.empty(0, dtype=np.int64), *numbers]),
            np.concatenate([np.empty((0, 3)), *(part.place for part in parts)]),
            np.concatenate([np.empty((0, 2)), *(part.scale for part in parts)]),
            np.concatenate([np.empty(0, dtype=np.int64), *(part.feature for part in parts)]),
        )

    def arrays(self) -> dict[str, Any]:
        """Everything by name, for a file."""
        found: dict[str, Any] = {
            name: getattr(self, name) for name in ("prototype", "place", "scale", "feature")
        }
        for number, shape in enumerate(self.prototypes):
            found |= {f"{name}_{number}": getattr(shape, name) for name in _SHAPE}
        return found

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, Any]) -> Instances:
        """Inverse of `arrays`."""
        count = sum(name.startswith("xyz_") for name in arrays)
        shapes = [tuple(arrays[f"{name}_{number}"] for name in _SHAPE) for number in range(count)]
        prototypes = tuple(Prototype(xyz, faces, color, str(name)) for xyz, faces, color, name in shapes)
        return cls(prototypes, arrays["prototype"], arrays["place"], arrays["scale"], arrays["feature"])


_SHAPE = ("xyz", "triangles", "color", "name")


def nothing() -> Instances:
    """No instances."""
    return Instances.merged([])


def joined(parts: Sequence[Mesh]) -> Mesh:
    """Meshes side by side, of the same features."""
    first = np.cumsum([0, *(len(part.xyz) for part in parts)]).tolist()
    return Mesh(
        np.concatenate([np.empty((0, 3)), *(part.xyz for part in parts)]),
        np.concatenate(
            [
                np.empty((0, 3), dtype=np.int64),
                *(part.triangles + start for part, start in zip(parts, first, strict=False)),
            ]
        ),
        np.concatenate([np.empty(0, dtype=np.int64), *(part.feature for part in parts)]),
        np.concatenate([np.empty((0, 3), dtype=np.uint8), *(part.color for part in parts)]),
    )


def _copies(shape: Prototype, instances: Instances) -> Mesh:
    scale = instances.scale[:, [0, 0, 1]]
    xyz = instances.place[:, None] + shape.xyz[None] * scale[:, None]
    count, size = len(instances), len(shape.xyz)
    triangles = shape.triangles[None] + size * np.arange(count)[:, None, None]
    return Mesh(
        xyz.reshape(-1, 3),
        triangles.reshape(-1, 3),
        np.repeat(instances.feature, len(shape.triangles)),
        np.tile(shape.color, (count, 1)),
    )
