"""The local frame of a tileset: metres east, north and up of its centre."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tiles.rdnap import RdNap

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Frame:
    """East, north, up (ENU) at a point on the ellipsoid's normal through RD `center` at NAP 0.

    `rotation` (3, 3) has the east, north and up axes as columns; `origin` (3,) is geocentric [m].
    """

    origin: Floats
    rotation: Floats

    @classmethod
    def at(cls, center: tuple[float, float], rdnap: RdNap) -> Frame:
        """Frame whose z is about the NAP height near `center`."""
        point = [center[0], center[1], 0.0]
        lon, lat, _ = np.radians(rdnap.ellipsoidal(point))
        east = [-np.sin(lon), np.cos(lon), 0.0]
        north = [-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)]
        up = [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
        return cls(rdnap.to_ecef(point), np.array([east, north, up]).T)

    @classmethod
    def of_transform(cls, transform: list[float]) -> Frame:
        """Frame of a tile's 16 numbers, column-major."""
        matrix = np.array(transform, dtype=np.float64).reshape(4, 4).T
        return cls(matrix[:3, 3], matrix[:3, :3])

    def turn(self, rdnap: RdNap) -> float:
        """Angle [rad], anticlockwise, from the axes of RD to those of the frame, at its origin.

        RD is conformal and the frame does not turn with the meridians: it is nearly the same all over.
        """
        center = rdnap.from_ecef(self.origin[None])[0]
        east = self.to_local(rdnap.to_ecef(center + np.array([[0.0, 0.0, 0.0], [100.0, 0.0, 0.0]])))
        return float(np.arctan2(east[1, 1] - east[0, 1], east[1, 0] - east[0, 0]))

    @property
    def transform(self) -> list[float]:
        """The ENU-to-ECEF matrix as 3D Tiles writes it: 16 numbers, column-major."""
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = self.rotation, self.origin
        return [float(value) for value in matrix.T.ravel()]

    def to_local(self, ecef: Floats) -> Floats:
        """(N, 3) geocentric to east, north, up [m]."""
        local: Floats = (ecef - self.origin) @ self.rotation
        return local

    def to_ecef(self, local: Floats) -> Floats:
        """(N, 3) east, north, up to geocentric [m]."""
        ecef: Floats = local @ self.rotation.T + self.origin
        return ecef
