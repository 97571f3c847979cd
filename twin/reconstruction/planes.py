"""Planes from additive moments.

The moments of a set of points are the ten sums ``n, x, y, z, xx, xy, yy, xz, yz, zz``, as the rows of an
array ``(10, S)``. Sets unite by adding their moments; the least-squares plane ``z = a*x + b*y + c`` of a
set, its squared error, and the mean squared error against any other plane are closed forms of them.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csc_array

from twin.geometry.columns import Bools, Floats, Ints
from twin.reconstruction.parameters import PlaneParameters

N, X, Y, Z, XX, XY, YY, XZ, YZ, ZZ = range(10)


def moments_of(xyz: Floats, group: Ints, groups: int) -> Floats:
    """Moments ``(10, groups)`` of points ``xyz (K, 3)``, ``group (K,)``."""
    x, y, z = np.ascontiguousarray(xyz.T)
    out = np.empty((10, groups))
    out[N] = np.bincount(group, minlength=groups)
    for row, value in ((X, x), (Y, y), (Z, z)):
        out[row] = np.bincount(group, weights=value, minlength=groups)
    product = np.empty_like(x)
    for row, one, other in ((XX, x, x), (XY, x, y), (YY, y, y), (XZ, x, z), (YZ, y, z), (ZZ, z, z)):
        out[row] = np.bincount(group, weights=np.multiply(one, other, out=product), minlength=groups)
    return out


def summed(rows: Floats, group: Ints, groups: int, weight: Floats | Bools | None = None) -> Floats:
    """Moments ``(10, groups)`` of the sets in ``rows (S, 10)`` joined by ``group (S,)``, or a share of each.

    A product with a sparse matrix of zeros and ones, which goes through the rows once.
    """
    share = np.ones(len(rows)) if weight is None else weight.astype(np.float64)
    member = csc_array((share, group, np.arange(len(rows) + 1)), shape=(groups, len(rows)))
    return np.ascontiguousarray((member @ rows).T)


def fit(moments: Floats, least_spread: float) -> tuple[Floats, Floats, Bools]:
    """Least-squares planes of sets of points.

    Parameters
    ----------
    moments : (10, S) float64
    least_spread : float [m]
        Sets narrower than this standard deviation have no well-defined tilt.

    Returns
    -------
    plane : (S, 3) float64
        ``a, b, c``; horizontal at the mean height where there is no well-defined tilt.
    squared_error : (S,) float64 [m2]
        Sum over the points of the squared vertical distance.
    defined : (S,) bool
    """
    n, x, y, z, xx, xy, yy, xz, yz, zz = moments
    count = np.maximum(n, 1.0)
    mx, my, mz = x / count, y / count, z / count
    cxx, cxy, cyy = xx - x * mx, xy - x * my, yy - y * my
    cxz, cyz, czz = xz - x * mz, yz - y * mz, zz - z * mz
    det, trace = cxx * cyy - cxy * cxy, cxx + cyy
    # det/trace lies between half and all of the smaller eigenvalue.
    defined = (n >= 3) & (det > trace * count * least_spread**2)
    scale = np.where(defined, 1.0 / np.where(defined, det, 1.0), 0.0)
    a, b = (cxz * cyy - cyz * cxy) * scale, (cyz * cxx - cxz * cxy) * scale
    error = np.maximum(czz - a * cxz - b * cyz, 0.0)
    return np.column_stack((a, b, mz - a * mx - b * my)), error, defined


def mean_squared_error(moments: Floats, plane: Floats) -> Floats:
    """Mean squared vertical distance ``(S,)`` of each set to its plane of ``plane (S, 3)``; 0 if empty."""
    n, x, y, z, xx, xy, yy, xz, yz, zz = moments
    a, b, c = plane.T
    total = (
        zz + a * (a * xx + 2 * (b * xy + c * x - xz)) + b * (b * yy + 2 * (c * y - yz)) + c * (c * n - 2 * z)
    )
    return np.asarray(np.maximum(total, 0.0) / np.maximum(n, 1.0))


def height_variance(moments: Floats) -> Floats:
    """Variance of the heights of each set, ``(S,)`` [m2]."""
    count = np.maximum(moments[N], 1.0)
    mean = moments[Z] / count
    return np.asarray(np.maximum(moments[ZZ] / count - mean * mean, 0.0))


def across(plane: Floats, params: PlaneParameters) -> Floats:
    """Factor ``(S,)`` on vertical distances to planes ``(S, 3)``: 1, and less for those over `steep`.

    There an error of place weighs more than one of height, so distances count across the plane.
    """
    cosine = 1.0 / np.sqrt(1.0 + plane[:, 0] ** 2 + plane[:, 1] ** 2)
    return np.asarray(np.minimum(1.0, cosine / np.cos(np.radians(params.steep))))


def is_steep(plane: Floats, params: PlaneParameters) -> Bools:
    """Which planes ``(S, 3)`` are steeper than `steep`, but no walls."""
    slope = np.hypot(plane[:, 0], plane[:, 1])
    low, high = np.tan(np.radians((params.steep, params.steepest_spire)))
    return np.asarray((slope > low) & (slope <= high))
