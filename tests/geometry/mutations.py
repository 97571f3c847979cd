"""Defects planted in any solid: what ``test_validity`` does to a cube, for solids of every shape.

A mutation changes a copy of a solid's points (a list of ``[x, y, z]``) and faces (surfaces, rings, vertex
numbers) in place. It may leave the solid valid; what matters is that two checkers say the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Points = list[list[float]]
Faces = list[list[list[int]]]
Rng = np.random.Generator
Mutation = Callable[[Points, Faces, Rng], Any]


def mutate(name: str, points: Any, faces: Faces, rng: Rng) -> tuple[Points, Faces]:
    """Return a changed copy."""
    own = [[float(c) for c in p] for p in points], [[list(r) for r in f] for f in faces]
    MUTATIONS[name](*own, rng)
    return own


def _face(faces: Faces, rng: Rng) -> list[list[int]]:
    return faces[rng.integers(len(faces))]


def _large(points: Points, faces: Faces) -> list[list[int]]:
    """The face with the largest outline."""
    return max(faces, key=lambda f: float(np.linalg.norm(_normal(points, f[0]))))


def _normal(points: Points, ring: list[int]) -> Any:
    at = np.array([points[v] for v in ring])
    return 0.5 * np.cross(at - at[0], np.roll(at, -1, axis=0) - at[0]).sum(axis=0)


def _add(points: Points, at: Any) -> int:
    points.append([float(c) for c in at])
    return len(points) - 1


def _move(points: Points, rng: Rng, by: float) -> None:
    """Move a vertex in any direction."""
    direction = rng.normal(size=3)
    at = rng.integers(len(points))
    points[at] = (np.array(points[at]) + by * direction / np.linalg.norm(direction)).tolist()


def _moved(by: float) -> Mutation:
    return lambda points, faces, rng: _move(points, rng, by)


def _lifted(by: float) -> Mutation:
    def change(points: Points, faces: Faces, rng: Rng) -> None:
        points[rng.integers(len(points))][2] += by

    return change


def _off_plane(by: float) -> Mutation:
    """Move a corner along the normal of one of its faces."""

    def change(points: Points, faces: Faces, rng: Rng) -> None:
        ring = _face(faces, rng)[0]
        normal = _normal(points, ring)
        at = ring[rng.integers(len(ring))]
        points[at] = (np.array(points[at]) + by * normal / max(np.linalg.norm(normal), 1e-9)).tolist()

    return change


def _hole(*shape: tuple[float, float], turned: bool = False) -> Mutation:
    """Cut a hole in the largest face; the shape counts from a corner along its two sides, from 0 to 1."""

    def change(points: Points, faces: Faces, rng: Rng) -> None:
        face = _large(points, faces)
        corner, u, v = _convex_corner(points, face[0])
        ring = [_add(points, corner + a * u + b * v) for a, b in shape]
        face.append(ring if turned else ring[::-1])

    return change


def _convex_corner(points: Points, ring: list[int]) -> tuple[Any, Any, Any]:
    """Corner that turns left with the longest sides, and the sides: forward and back."""
    at = np.array([points[v] for v in ring])
    forward, back = np.roll(at, -1, axis=0) - at, np.roll(at, 1, axis=0) - at
    turn = np.cross(forward, back) @ _normal(points, ring)
    best = int(np.argmax(turn))
    return at[best], forward[best], back[best]


def _both(*changes: Mutation) -> Mutation:
    def change(points: Points, faces: Faces, rng: Rng) -> None:
        for one in changes:
            one(points, faces, rng)

    return change


def _bow_tie(points: Points, faces: Faces, rng: Rng) -> None:
    ring = max((f[0] for f in faces), key=len)
    at = int(rng.integers(len(ring) - 1))
    ring[at], ring[at + 1] = ring[at + 1], ring[at]


def _touching_ring(points: Points, faces: Faces, rng: Rng) -> None:
    """Let a ring run through one of its vertices twice."""
    ring = _large(points, faces)[0]
    corner, u, v = _convex_corner(points, ring)
    at = next(k for k, p in enumerate(ring) if np.allclose(points[p], corner))
    loop = [_add(points, corner + a * u + b * v) for a, b in ((0.4, 0.2), (0.2, 0.4))]
    ring[at + 1 : at + 1] = [*loop, ring[at]]


def _spike(points: Points, faces: Faces, rng: Rng) -> None:
    ring = _face(faces, rng)[0]
    at = int(rng.integers(len(ring)))
    a, b = np.array(points[ring[at]]), np.array(points[ring[at - 1]])
    ring[at + 1 : at + 1] = [_add(points, a + 0.5 * (a - b)), ring[at]]


def _collapsed(points: Points, faces: Faces, rng: Rng) -> None:
    ring = _face(faces, rng)[0]
    middle = _add(points, (np.array(points[ring[0]]) + points[ring[1]]) / 2)
    faces.append([[ring[0], middle, ring[1]]])


def _split_edge(points: Points, faces: Faces, rng: Rng, sides: int, off: float = 0.0) -> None:
    """Put a vertex on an edge, in the faces of one or both sides of it."""
    ring = _face(faces, rng)[0]
    at = int(rng.integers(len(ring)))
    a, b = ring[at], ring[(at + 1) % len(ring)]
    middle = _add(points, (np.array(points[a]) + points[b]) / 2 + [0, 0, off])
    ring.insert(at + 1, middle)
    for other in (r for f in faces for r in f) if sides == 2 else ():
        pairs = list(zip(other, other[1:] + other[:1], strict=True))
        if (b, a) in pairs:
            other.insert(pairs.index((b, a)) + 1, middle)


def _doubled_vertex(points: Points, faces: Faces, rng: Rng, off: float = 0.0) -> None:
    """Give one face its own copy of a vertex, on the same place or beside it."""
    ring = _face(faces, rng)[0]
    at = int(rng.integers(len(ring)))
    ring[at] = _add(points, np.add(points[ring[at]], [0, 0, off]))


def _copy(points: Points, faces: Faces, shift: Any, size: float = 1.0, shared: tuple[int, ...] = ()) -> None:
    """Add a copy of the solid; it keeps the numbers of its ``shared`` vertices in the place of others'."""
    xyz = np.array(points)
    center = xyz.mean(axis=0)
    count = len(points)
    for at in center + size * (xyz - center) + shift:
        _add(points, at)
    twin = {count + v: w for v, w in zip(shared[::2], shared[1::2], strict=True)}
    faces += [[[twin.get(v + count, v + count) for v in ring] for ring in face] for face in faces]


def _on_a_vertex(points: Points, faces: Faces, rng: Rng) -> None:
    """A copy whose lowest corner is the highest of the first."""
    high, low = (int(k) for k in (np.argmax(np.array(points)[:, 2]), np.argmin(np.array(points)[:, 2])))
    _copy(points, faces, np.array(points[high]) - points[low], shared=(low, high))


def _on_an_edge(points: Points, faces: Faces, rng: Rng) -> None:
    """A copy turned about the vertical edge of a corner, so that both stand on that edge."""
    xyz = np.array(points)
    east = np.argmax(xyz[:, 0])
    column = np.flatnonzero((np.abs(xyz[:, :2] - xyz[east, :2]) < 1e-6).all(axis=1))
    count = len(points)
    for at in xyz:
        _add(points, [2 * xyz[east, 0] - at[0], 2 * xyz[east, 1] - at[1], at[2]])
    number = {int(v): int(v) for v in column}
    faces += [[[number.get(v, v + count) for v in ring] for ring in face] for face in faces]


def _dent(depth: float) -> Mutation:
    """Replace the largest face by a fan to a point so many heights of the solid below it."""

    def change(points: Points, faces: Faces, rng: Rng) -> None:
        face = _large(points, faces)
        z = np.array(points)[:, 2]
        corner, u, v = _convex_corner(points, face[0])
        normal = _normal(points, face[0])
        inward = -normal / np.linalg.norm(normal)
        tip = _add(points, corner + 0.3 * u + 0.3 * v + inward * depth * np.ptp(z))
        ring = face[0]
        faces.remove(face)
        faces += [[[a, b, tip]] for a, b in zip(ring, ring[1:] + ring[:1], strict=True)]

    return change


def _fin(points: Points, faces: Faces, rng: Rng) -> None:
    ring = _face(faces, rng)[0]
    faces.append([[ring[0], ring[1], _add(points, np.add(points[ring[0]], [0.5, 0.7, 3.0]))]])


def _scaled(size: float) -> Mutation:
    def change(points: Points, faces: Faces, rng: Rng) -> None:
        points[:] = ((np.array(points) - points[0]) * size + points[0]).tolist()

    return change


def _all_reversed(points: Points, faces: Faces, rng: Rng) -> None:
    for face in faces:
        for ring in face:
            ring.reverse()


def _squeezed(points: Points, faces: Faces, rng: Rng) -> None:
    """Pull a vertex to 2 cm from its neighbour."""
    ring = _face(faces, rng)[0]
    a, b = np.array(points[ring[0]]), np.array(points[ring[1]])
    points[ring[0]] = (b + 0.02 * (a - b) / max(np.linalg.norm(a - b), 1e-9)).tolist()


MUTATIONS: dict[str, Mutation] = {
    "nothing": lambda p, f, r: None,
    "ring of two points": lambda p, f, r: _face(f, r)[0].__delitem__(slice(2, None)),
    "point twice in a row": lambda p, f, r: (ring := _face(f, r)[0]).insert(1, ring[0]),
    "first point again at the end": lambda p, f, r: (ring := _face(f, r)[0]).append(ring[0]),
    "bow tie": _bow_tie,
    "ring through one vertex twice": _touching_ring,
    "spike": _spike,
    "triangle without area": _collapsed,
    "hole across the border": _hole((0.2, -0.2), (0.4, -0.2), (0.4, 0.2), (0.2, 0.2)),
    "holes that cross": _both(
        _hole((0.1, 0.1), (0.3, 0.1), (0.3, 0.3), (0.1, 0.3)),
        _hole((0.2, 0.2), (0.4, 0.2), (0.4, 0.4), (0.2, 0.4)),
    ),
    "hole twice": _both(*2 * [_hole((0.1, 0.1), (0.3, 0.1), (0.3, 0.3), (0.1, 0.3))]),
    "hole touching the border": _hole((0.2, 0.0), (0.4, 0.2), (0.2, 0.3)),
    "hole from side to side": _hole((0.5, 0.0), (0.5, 0.3), (0.0, 0.5), (0.3, 0.3)),
    "hole outside": _hole((-0.2, -0.2), (-0.1, -0.2), (-0.1, -0.1), (-0.2, -0.1)),
    "hole in a hole": _both(
        _hole((0.1, 0.1), (0.4, 0.1), (0.4, 0.4), (0.1, 0.4)),
        _hole((0.2, 0.2), (0.3, 0.2), (0.3, 0.3), (0.2, 0.3)),
    ),
    "hole that turns like its border": _hole((0.1, 0.1), (0.3, 0.1), (0.3, 0.3), (0.1, 0.3), turned=True),
    "hole without walls": _hole((0.1, 0.1), (0.3, 0.1), (0.3, 0.3), (0.1, 0.3)),
    "three faces": lambda p, f, r: f.__delitem__(slice(3, None)),
    "missing face": lambda p, f, r: f.pop(int(r.integers(len(f)))),
    "face twice": lambda p, f, r: f.append([list(ring) for ring in _face(f, r)]),
    "flipped face": lambda p, f, r: [ring.reverse() for ring in _face(f, r)],
    "reversed outer ring": lambda p, f, r: _face(f, r)[0].reverse(),
    "inside out": _all_reversed,
    "fin on an edge": _fin,
    "vertex doubled under another number": lambda p, f, r: _doubled_vertex(p, f, r),
    "vertex of one face 0.4 m off": lambda p, f, r: _doubled_vertex(p, f, r, 0.4),
    "vertex on the edge of both faces": lambda p, f, r: _split_edge(p, f, r, 2),
    "vertex on the edge of both faces, 5 mm off": lambda p, f, r: _split_edge(p, f, r, 2, 0.005),
    "vertex on the edge of one face": lambda p, f, r: _split_edge(p, f, r, 1),
    "two solids": lambda p, f, r: _copy(p, f, np.ptp(np.array(p), axis=0) * 1.5),
    "two solids that cross": lambda p, f, r: _copy(p, f, np.ptp(np.array(p), axis=0) * 0.3),
    "solid in a solid": lambda p, f, r: _copy(p, f, np.zeros(3), 0.2),
    "two solids on a vertex": _on_a_vertex,
    "two solids on an edge": _on_an_edge,
    "face dented by a fifth": _dent(0.2),
    "face dented beyond the other side": _dent(3.0),
    "vertex moved 0.5 m": _moved(0.5),
    "vertex moved 5 cm": _moved(0.05),
    "vertex moved 1 cm": _moved(0.01),
    "vertex moved 4 mm": _moved(0.004),
    "vertex lifted 3 m": _lifted(3.0),
    "vertex lifted 12 mm": _lifted(0.012),
    "vertex 11 mm off a plane": _off_plane(0.011),
    "vertex pulled to its neighbour": _squeezed,
    "shrunk to a hundredth": _scaled(0.01),
}
