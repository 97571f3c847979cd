"""Houses with known corners, for tests and the benchmark."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from tiles import Cell, Mesh, Property

SCHEMA = (
    Property("bouwjaar", "int", "Bouwjaar"),
    Property("hoogte", "float"),
    Property("gebruiksdoel", "string"),
    Property("leegstaand", "bool"),
)

_WALLS = [
    [0, 2, 1],
    [0, 3, 2],
    [0, 1, 5],
    [0, 5, 4],
    [1, 2, 6],
    [1, 6, 5],
    [2, 3, 7],
    [2, 7, 6],
    [3, 0, 4],
    [3, 4, 7],
]
_FLAT = [[4, 5, 6], [4, 6, 7]]
_GABLE = [[4, 5, 8], [5, 6, 9], [5, 9, 8], [6, 7, 9], [7, 4, 8], [7, 8, 9]]


def houses(count: int, corner: tuple[float, float], size: float = 500.0, seed: int = 0) -> Cell:
    """Gabled houses (LoD 2.2: 16 triangles) over flat ones (LoD 1.2: 12) at random places in a square."""
    random = np.random.default_rng(seed)
    middle = random.uniform(0, size, (count, 2)) + corner
    angle, eaves = random.uniform(0, np.pi, count), random.uniform(3, 12, count)
    along = np.column_stack([np.cos(angle), np.sin(angle)]) * random.uniform(2, 4, (count, 1))
    across = np.column_stack([-np.sin(angle), np.cos(angle)]) * random.uniform(3, 7, (count, 1))
    plan = middle[:, None] + np.stack(
        [-along - across, along - across, along + across, -along + across], axis=1
    )
    heights = np.broadcast_to(eaves[:, None, None], (count, 4, 1))
    ground = np.concatenate([plan, np.zeros((count, 4, 1))], axis=2)
    top = np.concatenate([plan, heights], axis=2)
    ridge = np.stack([top[:, :2].mean(axis=1), top[:, 2:].mean(axis=1)], axis=1)
    ridge[..., 2] += 3
    table = pd.DataFrame(
        {
            "identificatie": [f"0503{seed:06d}{row:06d}" for row in range(count)],
            "bouwjaar": pd.array(
                [None if row % 7 == 0 else 1900 + row % 120 for row in range(count)], dtype="Int64"
            ),
            "hoogte": eaves,
            "gebruiksdoel": ["woonfunctie" if row % 3 else None for row in range(count)],
            "leegstaand": pd.array(
                [None if row % 5 == 0 else row % 2 == 0 for row in range(count)], dtype="boolean"
            ),
        }
    )
    return Cell(
        f"{corner[0]:06.0f}_{corner[1]:06.0f}",
        _mesh(np.concatenate([ground, top, ridge], axis=1), _WALLS + _GABLE),
        _mesh(np.concatenate([ground, top], axis=1), _WALLS + _FLAT),
        table,
        (corner[0], corner[1], corner[0] + size, corner[1] + size),
    )


def busy_houses(count: int, corner: tuple[float, float], size: float = 500.0, seed: int = 0) -> Cell:
    """Houses with two annexes and a dormer: 52 triangles on 34 corners, where Delft has 51 on 27."""
    cell = houses(count, corner, size, seed)
    random = np.random.default_rng(seed + 10_000)
    plan = cell.detail.xyz.reshape(count, 10, 3)
    foot, ridge = plan[:, :4], plan[:, 8:].mean(axis=1)
    along, across = foot[:, 1] - foot[:, 0], foot[:, 3] - foot[:, 0]
    blocks = [plan]
    for place in ("behind", "beside", "on the roof"):
        begin, end = np.sort(random.uniform(0.0, 1.0, (2, count, 1)), axis=0)
        depth = random.uniform(0.2, 0.6, (count, 1))
        if place == "behind":
            a, b, out, low, high = foot[:, 3] + begin * along, end - begin, depth * across, 0.0, 3.0
        elif place == "beside":
            a, b, out, low, high = foot[:, 1] + begin * across, end - begin, -depth * along, 0.0, 2.5
        else:
            a, b, out, low, high = (
                foot[:, 0] + begin * along + 0.1 * across,
                end - begin,
                depth * across,
                None,
                1.8,
            )
        side = b * (across if place == "beside" else along)
        ring = np.stack([a, a + side, a + side + out, a + out], axis=1)
        if place == "beside":
            ring = ring[:, ::-1]
        bottom = (ridge[:, 2] - 2.5 if low is None else np.full(count, low))[:, None]
        height = bottom + high + random.uniform(0, 0.5, (count, 1))
        lower, upper = (
            np.concatenate([ring[..., :2], np.repeat(z[:, :, None], 4, axis=1)], axis=2)
            for z in (bottom, height)
        )
        blocks.append(np.concatenate([lower, upper], axis=1))
    pattern = np.array(_WALLS + _FLAT)
    meshes = [cell.detail, *(_mesh(block, pattern.tolist()) for block in blocks[1:])]
    detail = meshes[0]
    for mesh in meshes[1:]:
        detail = detail.beside(mesh)
    return replace(cell, detail=detail)


def town(
    columns: int, rows: int, per_cell: int, corner: tuple[float, float] = (84_500.0, 447_000.0)
) -> list[Cell]:
    """Cells of 500 m side by side."""
    return [
        houses(per_cell, (corner[0] + 500 * i, corner[1] + 500 * j), seed=100 * i + j)
        for i in range(columns)
        for j in range(rows)
    ]


def pavement(cells: int, side: float, corner: tuple[float, float]) -> Cell:
    """A square of `side` metres: `cells` x `cells` features of two triangles that share their corners."""
    ticks = np.arange(cells + 1) * (side / cells)
    x, y = np.meshgrid(ticks + corner[0], ticks + corner[1])
    z = 0.02 * np.sin(x / 7) + 0.03 * np.cos(y / 11)
    number = np.arange((cells + 1) ** 2).reshape(cells + 1, cells + 1)
    a, b, c, d = (
        part.ravel() for part in (number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1])
    )
    triangles = np.stack([np.column_stack([a, b, c]), np.column_stack([a, c, d])], axis=1).reshape(-1, 3)
    count = cells * cells
    return Cell(
        f"{corner[0]:06.0f}_{corner[1]:06.0f}",
        Mesh(
            np.column_stack([x.ravel(), y.ravel(), z.ravel()]),
            triangles,
            np.repeat(np.arange(count), 2),
            np.tile(np.array([120, 120, 125], dtype=np.uint8), (2 * count, 1)),
        ),
        None,
        pd.DataFrame({"identificatie": [f"G{corner[0]:.0f}.{corner[1]:.0f}.{row}" for row in range(count)]}),
        (corner[0], corner[1], corner[0] + side, corner[1] + side),
    )


def _mesh(points: np.ndarray, pattern: list[list[int]]) -> Mesh:
    """Mesh of `points` (F, P, 3), each feature with the triangles of `pattern`; walls sand, roofs red."""
    count, corners, _ = points.shape
    triangles = (np.arange(count)[:, None, None] * corners + np.array(pattern)).reshape(-1, 3)
    is_wall = np.arange(len(pattern)) < len(_WALLS)
    color = np.where(is_wall[:, None], [200, 180, 160], [170, 70, 50]).astype(np.uint8)
    return Mesh(
        points.reshape(-1, 3),
        triangles,
        np.repeat(np.arange(count), len(pattern)),
        np.tile(color, (count, 1)),
    )
