"""The old centre: the market with church and town hall, and closed blocks of canal houses."""

from __future__ import annotations

import math

import numpy as np
import shapely

from ingest.sample.content import Content, Frame, Roof
from ingest.sample.plan import CANAL, STRIP_RADII, Cell, convex_inset

HOUSE_DEPTH = 11.0


def fill_square(cell: Cell, content: Content, rng: np.random.Generator) -> None:
    """The market: church in the middle, town hall and old houses on the sides, lime trees."""
    content.area(cell.land, "plein", "markt")
    fronts = _fronts(cell)
    lengths = np.array([length for _, length, _, _ in fronts])
    order = np.argsort(-lengths)
    hall, rows = order[0], order[2:4]
    frame, length, start, end = fronts[hall]
    wide = min(20.0, length - start - end - 2.0)
    middle = (start + length - end) / 2
    street = content.street("plein", frame, length)
    if wide > 10:
        content.add(
            frame,
            "raadhuis",
            Roof.TOWN_HALL,
            street,
            u0=middle - wide / 2,
            u1=middle + wide / 2,
            v0=3.0,
            v1=15.0,
            eave=9.5,
            slope=1.1,
            storeys=3,
            year=1617,
            wing_u0=middle - 2.4,
            wing_u1=middle + 2.4,
            wing_depth=2.6,
            box_height=24.0,
        )
    for row in rows:
        frame, length, start, end = fronts[row]
        _canal_houses(content, rng, frame, start, length - end, street, HOUSE_DEPTH - 1.0)
    axis = fronts[order[1]][0].angle + math.pi / 2
    _church(cell, content, fronts, axis, street)
    ring = shapely.get_coordinates(
        shapely.Polygon(convex_inset(cell.core, np.full(len(cell.core), 12.5))).segmentize(9.0)
    )
    taken = shapely.STRtree(footprint_guesses(content)).query(
        shapely.points(ring), predicate="dwithin", distance=4.0
    )
    places = np.delete(ring[:-1], [i for i in np.unique(taken[0]) if i < len(ring) - 1], axis=0)
    content.tree(places, rng.uniform(8, 12, len(places)), rng.uniform(2.4, 3.4, len(places)))


def fill_old_block(cell: Cell, content: Content, rng: np.random.Generator, *, court: bool) -> None:
    """A closed block: narrow houses along all sides, corner houses, gardens or an almshouse court inside."""
    content.area(cell.land, "erf", "binnen")
    fronts = _fronts(cell)
    for number, (frame, length, start, end) in enumerate(fronts):
        on_canal = cell.edge_kind.max() == CANAL and number % 2 == 0
        street = content.street("gracht" if on_canal else "oud", frame, length)
        closed = length - start - end > 9.0
        if closed:
            _canal_houses(content, rng, frame, start, length - end, street, HOUSE_DEPTH)
        before = fronts[number - 1]
        if closed and before[1] - before[2] - before[3] > 9.0 and start > 2.0:
            _corner_house(content, rng, before, fronts[number], street)
    inside = shapely.Polygon(cell.core).buffer(STRIP_RADII[-1] - HOUSE_DEPTH - 4.2, join_style="mitre")
    if inside.is_empty:
        return
    if court:
        _court(content, inside, fronts[0][0], 0)
    else:
        _garden(content, rng, inside, fronts)


def footprint_guesses(content: Content) -> list[shapely.Polygon]:
    """Bodies of the buildings so far, to keep trees off them."""
    names = ("x", "y", "angle", "u0", "v0", "u1", "v1")
    rows = [
        np.column_stack([part[name] for name in names])
        for part in content.columns
        if part["cell"][0] == content.cell
    ]
    return [Frame(*row[:3]).box(*row[3:]) for row in np.concatenate(rows)] if rows else []


def _fronts(cell: Cell) -> list[tuple[Frame, float, float, float]]:
    """Per side of the block: its frame, its length, and what the corners take from its start and end [m]."""
    core = cell.core
    step = np.roll(core, -1, axis=0) - core
    length = np.linalg.norm(step, axis=1)
    direction = step / length[:, None]
    turn = np.arctan2(
        np.roll(direction, 1, axis=0)[:, 0] * direction[:, 1]
        - np.roll(direction, 1, axis=0)[:, 1] * direction[:, 0],
        (np.roll(direction, 1, axis=0) * direction).sum(axis=1),
    )
    setback = (HOUSE_DEPTH - STRIP_RADII[-1]) * np.tan(turn / 2)
    outward = np.column_stack([direction[:, 1], -direction[:, 0]])
    origin = core + STRIP_RADII[-1] * outward
    angle = np.arctan2(direction[:, 1], direction[:, 0])
    return [
        (Frame(float(o[0]), float(o[1]), float(a)), float(n), float(s), float(e))
        for o, a, n, s, e in zip(origin, angle, length, setback, np.roll(setback, -1), strict=True)
    ]


def _canal_houses(
    content: Content,
    rng: np.random.Generator,
    frame: Frame,
    start: float,
    end: float,
    street: int,
    depth: float,
) -> None:
    """Narrow houses with their gables to the street, wall to wall from ``start`` to ``end``."""
    count = max(1, round((end - start) / 5.9))
    width = rng.uniform(4.6, 7.2, count)
    edges = start + np.r_[0.0, np.cumsum(width)] * ((end - start) / width.sum())
    edges[-1] = end
    roofs = rng.choice([Roof.GABLE_V, Roof.HIP, Roof.MANSARD, Roof.FLAT], count, p=[0.56, 0.2, 0.14, 0.1])
    storeys = rng.choice([2, 3, 3, 4], count)
    rear = np.full(count, depth)
    shallow = (rng.random(count) < 0.4) & (np.arange(count) > 0) & (np.arange(count) < count - 1)
    rear[shallow] -= rng.uniform(0.8, 2.2, int(shallow.sum()))
    extended = rng.random(count) < 0.3
    for roof in dict.fromkeys(roofs):
        mine = roofs == roof
        size = int(mine.sum())
        has = extended[mine]
        u0, u1 = edges[:-1][mine], edges[1:][mine]
        content.add(
            frame,
            "grachtenpand",
            Roof(roof),
            street,
            u0=u0,
            u1=u1,
            v0=0.0,
            v1=rear[mine],
            storeys=storeys[mine],
            eave=storeys[mine] * 3.0 + rng.uniform(-0.4, 0.6, size),
            slope=0.0 if roof == Roof.FLAT else rng.uniform(1.0, 1.4, size),
            year=rng.integers(1590, 1890, size),
            ext_u0=np.where(has, u0, np.nan),
            ext_u1=np.where(has, (u0 + u1) / 2, np.nan),
            ext_depth=np.where(has, rng.uniform(2.2, 3.8, size), np.nan),
            ext_height=np.where(has, rng.uniform(3.0, 3.6, size), np.nan),
            chimney=rng.random(size) < 0.6,
            dwellings=rng.choice([1, 1, 2, 3], size),
        )


def _corner_house(
    content: Content,
    rng: np.random.Generator,
    before: tuple[Frame, float, float, float],
    after: tuple[Frame, float, float, float],
    street: int,
) -> None:
    left, length, _, end = before
    right, _, start, _ = after
    ring = np.array(
        [
            left.world(length - end, 0.0),
            left.world(length, 0.0),
            right.world(0.0, 0.0),
            right.world(start, 0.0),
            right.world(start, HOUSE_DEPTH),
        ]
    )
    content.rings.append(ring)
    storeys = int(rng.integers(2, 4))
    content.add(
        left,
        "hoekpand",
        Roof.CORNER,
        street,
        ring=len(content.rings) - 1,
        eave=storeys * 3.0 + 0.3,
        storeys=storeys,
        u0=length - end,
        u1=length,
        v0=0.0,
        v1=HOUSE_DEPTH,
        slope=rng.uniform(2.6, 3.8),
        year=rng.integers(1650, 1920),
        dwellings=2,
    )


def _court(content: Content, inside: shapely.Polygon, frame: Frame, street: int) -> None:
    land = frame.local(shapely.get_coordinates(inside)[:-1])
    middle = frame.local(shapely.get_coordinates(shapely.centroid(inside))[0])
    reach = min(float(np.abs(land - middle).max(axis=0).min()) * 0.72, 14.0)
    if reach < 8.0:
        return
    u, v = float(middle[0]), float(middle[1])
    content.add(
        frame,
        "hofje",
        Roof.COURT,
        street,
        u0=u - reach,
        u1=u + reach,
        v0=v - 0.86 * reach,
        v1=v + 0.86 * reach,
        eave=4.2,
        slope=1.0,
        storeys=1,
        year=1671,
        parts=4.6,
        dwellings=10,
        chimney=1,
    )
    content.area(
        frame.box(u - reach + 6.4, v - 0.86 * reach + 6.4, u + reach - 6.4, v + 0.86 * reach - 6.4),
        "gras",
        "hof",
    )


def _garden(
    content: Content,
    rng: np.random.Generator,
    inside: shapely.Polygon,
    fronts: list[tuple[Frame, float, float, float]],
) -> None:
    """Garden houses along the backs, each clear of the others, and old trees in the middle."""
    taken: list[shapely.Polygon] = []
    for frame, length, start, end in fronts:
        for u in np.arange(start + 5.0, length - end - 6.0, 11.0):
            shift, wide, deep = rng.uniform(0, 3), rng.uniform(2.6, 4.2), rng.uniform(2.6, 4.0)
            v = HOUSE_DEPTH + 5.0
            box = frame.box(u + shift, v, u + shift + wide, v + deep)
            if not shapely.contains(inside, box) or any(shapely.dwithin(box, other, 1.2) for other in taken):
                continue
            taken.append(box)
            content.add(
                frame,
                "schuur",
                Roof.GABLE_U if rng.random() < 0.5 else Roof.FLAT,
                -1,
                u0=u + shift,
                u1=u + shift + wide,
                v0=v,
                v1=v + deep,
                eave=2.4,
                slope=0.6,
                year=rng.integers(1880, 1990),
                dwellings=0,
            )
    low, high = np.array(inside.bounds).reshape(2, 2)
    places = rng.uniform(low, high, (7, 2))
    clear = shapely.contains_xy(inside.buffer(-2), *places.T)
    content.tree(places[clear], rng.uniform(7, 13, clear.sum()), rng.uniform(2.0, 3.8, clear.sum()))


def _church(
    cell: Cell, content: Content, fronts: list[tuple[Frame, float, float, float]], axis: float, street: int
) -> None:
    room = float(shapely.minimum_bounding_radius(shapely.Polygon(cell.core)))
    scale = float(np.clip(room / 52.0, 0.6, 1.0))
    others = shapely.union_all(footprint_guesses(content))
    best = min((axis + k * math.pi / 12 for k in range(24)), key=lambda a: _clash(cell, others, scale, a))
    frame = Frame(float(cell.site[0]), float(cell.site[1]), best)
    wide = 10.0 * scale
    content.add(
        frame,
        "kerk",
        Roof.CHURCH,
        street,
        u0=-12.0 * scale,
        u1=13.0 * scale,
        v0=-wide / 2,
        v1=wide / 2,
        slope=1.35,
        eave=9.0 * scale + 1.0,
        storeys=1,
        year=1483,
        wing_depth=4.5 * scale,
        wing_u0=3.0 * scale,
        wing_u1=3.0 * scale + wide,
        box_u0=6.6 * scale,
        box_height=34.0 * scale,
        parts=3.2 * scale,
        dwellings=1,
    )


def _clash(cell: Cell, others: shapely.Geometry, scale: float, angle: float) -> float:
    """How much a church at this angle would stand in the way [m2]; less is better, and more room too."""
    frame = Frame(float(cell.site[0]), float(cell.site[1]), angle)
    nave = frame.box(-20.0 * scale, -11.0 * scale, 18.0 * scale, 11.0 * scale)
    return float(
        nave.intersection(others).area + nave.difference(cell.land).area - 0.001 * nave.distance(others)
    )
