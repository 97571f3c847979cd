"""Blocks that are not streets of houses: flats in green, workshops and glass, a school, a park."""

from __future__ import annotations

import math

import numpy as np
import shapely

from ingest.sample.content import Content, Frame, Roof
from ingest.sample.plan import Cell, Floats, band


def fill_flats(cell: Cell, content: Content, rng: np.random.Generator) -> None:
    """Slabs of flats of three to ten storeys in green, with car parks between them."""
    frame, land = _frame(cell, rng)
    low, high = land[:, 1].min(), land[:, 1].max()
    pitch, first = 46.0, low + 14.0
    street = content.street("hoog", frame, 0.0)
    for number, v in enumerate(np.arange(first, high - 18.0, pitch)):
        free = band(land, v - 2.0, v + 26.0, margin=2.0)
        if free is None or free[1] - free[0] < 26:
            continue
        slabs = max(1, int((free[1] - free[0] + 12.0) / 66.0))
        room = (free[1] - free[0]) / slabs
        for slab in range(slabs):
            length = min(room - 6.0, float(rng.uniform(40, 62)))
            u0 = free[0] + slab * room + (room - length) / 2
            _slab(content, rng, frame, street, u0, v, length, number + slab)
            _car_park(cell, content, rng, frame, u0, v + 14.5, u0 + length, f"{number}-{slab}")
    _scatter_trees(cell, content, rng, 22)


def _slab(
    content: Content,
    rng: np.random.Generator,
    frame: Frame,
    street: int,
    u0: float,
    v: float,
    length: float,
    number: int,
) -> None:
    """One block of flats with its garages; every third steps down, the others have a lift house on top."""
    storeys, year = int(rng.choice([3, 4, 4, 6, 8, 10])), int(rng.integers(1962, 2021))
    eave = storeys * 2.9 + 0.8
    body = {
        "u0": u0,
        "u1": u0 + length,
        "v0": v,
        "v1": v + 11.5,
        "storeys": storeys,
        "eave": eave,
        "year": year,
    }
    if number % 3 == 2:
        content.add(frame, "flat", Roof.STEPPED, street, **body, parts=4, dwellings=storeys * 6)
    else:
        start = u0 + 0.55 * length
        content.add(
            frame,
            "flat",
            Roof.FLAT,
            street,
            **body,
            dwellings=storeys * 7,
            box_u0=start,
            box_u1=start + 6.0,
            box_v0=v + 3.0,
            box_v1=v + 8.5,
            box_height=3.2,
        )
    garages = np.arange(u0, u0 + 12.1, 3.0)
    content.add(
        frame,
        "garage",
        Roof.FLAT,
        street,
        u0=garages,
        u1=garages + 3.0,
        v0=v + 20.5,
        v1=v + 26.0,
        eave=2.6,
        year=year,
        dwellings=0,
    )


def fill_works(cell: Cell, content: Content, rng: np.random.Generator) -> None:
    """Halls with flat, sawtooth, barrel and gable roofs, and a glasshouse."""
    frame, land = _frame(cell, rng)
    low, high = land[:, 1].min(), land[:, 1].max()
    middle = (low + high) / 2
    lane = frame.box(-200.0, middle - 3.2, 200.0, middle + 3.2)
    content.area(shapely.intersection(lane, cell.levels[0]), "straat", "werk")
    content.area(cell.land.buffer(-3.0), "bedrijfserf", "werk")
    street = content.street("werk", frame, 0.0)
    shapes = [Roof.SAWTOOTH, Roof.BARREL, Roof.ROWS, Roof.FLAT, Roof.GABLE_U]
    for side in (1.0, -1.0):
        axis = frame.at(0.0, middle, 0.0 if side > 0 else math.pi)
        local = (land - (0.0, middle)) * side
        free = band(local, 4.0, 34.0, margin=2.0)
        if free is None:
            continue
        u = free[0] + 3.0
        while u + 16.0 < free[1]:
            width = min(float(rng.uniform(20, 34)), free[1] - u - 2.0)
            roof = (
                shapes.pop(0)
                if shapes
                else Roof(rng.choice([Roof.FLAT, Roof.FLAT, Roof.BARREL, Roof.GABLE_U]))
            )
            glass = roof is Roof.ROWS
            parts = {
                Roof.SAWTOOTH: max(3, round(width / 6)),
                Roof.BARREL: 14,
                Roof.ROWS: max(4, round(width / 3.2)),
            }
            content.add(
                axis,
                "kas" if glass else "hal",
                roof,
                street,
                u0=u,
                u1=u + width,
                v0=9.0,
                v1=9.0 + float(rng.uniform(18, 24)),
                eave=4.2 if glass else float(rng.uniform(5.5, 8.0)),
                storeys=1,
                slope={Roof.FLAT: 0.0, Roof.GABLE_U: 0.27, Roof.BARREL: 0.42, Roof.ROWS: 0.45}.get(roof, 0.5),
                parts=parts.get(roof, 1),
                year=rng.integers(1955, 2019),
                dwellings=1,
            )
            u += width + 7.0
    _edge_trees(cell, content, rng, 9.0)


def fill_park(cell: Cell, content: Content, rng: np.random.Generator) -> None:
    """Lawns, a pond with a path about it, a tea pavilion and many trees; a school where there is room."""
    frame, land = _frame(cell, rng)
    low, high = land[:, 1].min(), land[:, 1].max()
    taken = _school(cell, content, frame, land, low + 5.0) if high - low > 105.0 else low
    v = (taken + high) / 2
    middle = frame.world(float(land[:, 0].mean()), v)
    pond = Frame(float(middle[0]), float(middle[1]), frame.angle)
    reach = min((high - taken) / 2, float(cell.land.exterior.distance(shapely.Point(middle))))
    radius = float(np.clip(reach - 15.0, 7.0, 19.0))
    content.area(_disc(content, pond, radius + 3.4), "parkpad", "pad")
    content.area(_disc(content, pond, radius + 1.4), "gras", "oever")
    content.area(_disc(content, pond, radius), "vijver", "vijver")
    content.area(pond.box(radius + 2.4, -1.0, 200.0, 1.0).intersection(cell.levels[-2]), "parkpad", "pad")
    street = content.street("park", pond, 0.0)
    content.add(
        pond,
        "paviljoen",
        Roof.HIP,
        street,
        u0=-4.5,
        u1=4.5,
        v0=radius + 5.0,
        v1=radius + 11.5,
        eave=3.2,
        slope=0.55,
        storeys=1,
        year=1908,
        dwellings=1,
    )
    _scatter_trees(cell, content, rng, 80)


def _school(cell: Cell, content: Content, frame: Frame, land: Floats, v: float) -> float:
    """A school with a gym, a paved yard and a sports field, from ``v`` on; where it ends."""
    free = band(land, v, v + 42.0, margin=3.0)
    if free is None or free[1] - free[0] < 62.0:
        return v
    u = (free[0] + free[1]) / 2
    street = content.street("laan", frame, 0.0)
    content.area(frame.box(u - 30, v, u + 30, v + 17).intersection(cell.land), "schoolplein", "plein")
    content.area(frame.box(u - 22, v + 20, u + 22, v + 42).intersection(cell.land), "sportveld", "veld")
    body = {"eave": 6.8, "storeys": 2, "year": 1978, "dwellings": 1}
    content.add(
        frame, "school", Roof.STEPPED, street, u0=u - 24, u1=u + 10, v0=v + 4, v1=v + 15, parts=3, **body
    )
    content.add(
        frame,
        "gymzaal",
        Roof.BARREL,
        street,
        u0=u + 10,
        u1=u + 24,
        v0=v + 3,
        v1=v + 17,
        eave=5.6,
        slope=0.3,
        parts=10,
        year=1981,
        dwellings=1,
    )
    content.add(
        frame,
        "schuur",
        Roof.LEAN_TO,
        -1,
        u0=u - 29,
        u1=u - 25.5,
        v0=v + 6,
        v1=v + 11,
        eave=2.4,
        slope=0.2,
        year=1990,
        dwellings=0,
    )
    return v + 44.0


def _frame(cell: Cell, rng: np.random.Generator) -> tuple[Frame, Floats]:
    step = np.roll(cell.core, -1, axis=0) - cell.core
    longest = step[np.argmax(np.linalg.norm(step, axis=1))]
    frame = Frame(float(cell.site[0]), float(cell.site[1]), math.atan2(longest[1], longest[0]))
    return frame, frame.local(shapely.get_coordinates(cell.land)[:-1])


def _disc(content: Content, frame: Frame, radius: float) -> shapely.Polygon:
    """A circle of sixteen arcs of three points."""
    turn = np.arange(32) * (math.pi / 16)
    ring = np.round(frame.world(radius * np.cos(turn), radius * np.sin(turn)), 3)
    content.arcs.append(ring[(np.arange(0, 32, 2)[:, None] + np.arange(3)) % 32])
    return shapely.Polygon(ring)


def _car_park(
    cell: Cell,
    content: Content,
    rng: np.random.Generator,
    frame: Frame,
    u0: float,
    v: float,
    u1: float,
    number: str,
) -> None:
    lane = frame.box(u0 - 8.0, v, u1, v + 5.5)
    content.area(lane.intersection(cell.levels[0]), "straat", f"flat{number}")
    content.area(
        frame.box(u0 + 14.0, v + 5.5, u1, v + 10.5).intersection(cell.land), "parkeervlak", f"flat{number}"
    )
    for u in np.arange(u0 + 15.0, u1 - 2.6, 2.6):
        if rng.random() < 0.6:
            content.area(frame.box(u, v + 5.9, u + 1.8, v + 10.2), "auto", "")


def _scatter_trees(cell: Cell, content: Content, rng: np.random.Generator, count: int) -> None:
    low, high = np.array(cell.land.bounds).reshape(2, 2)
    places = rng.uniform(low, high, (count, 2))
    places = places[shapely.contains_xy(cell.land.buffer(-3.0), *places.T)]
    content.tree(places, rng.uniform(6, 16, len(places)), rng.uniform(1.8, 4.5, len(places)))


def _edge_trees(cell: Cell, content: Content, rng: np.random.Generator, distance: float) -> None:
    ring = shapely.get_coordinates(cell.land.buffer(-1.8).exterior.segmentize(distance))[:-1:2]
    content.tree(ring, rng.uniform(7, 12, len(ring)), rng.uniform(2.0, 3.0, len(ring)))
