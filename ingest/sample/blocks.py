"""Fills a block of the town with streets, buildings and trees, by what the block is for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from ingest.sample.content import Content, Frame, Roof
from ingest.sample.old_town import fill_old_block, fill_square
from ingest.sample.plan import Cell, Floats, band
from ingest.sample.works import fill_flats, fill_park, fill_works

LANE, PAVEMENT, PARKING = 4.8, 1.8, 2.0
"""Widths in a residential street [m]: carriageway, pavement on both sides, parking on one."""

BACK_PATH = 1.5


@dataclass(frozen=True, slots=True)
class RowStyle:
    """How houses stand along a street; lengths in metres."""

    kind: str
    width: tuple[float, float]
    depth: float
    front: float
    back: float
    group: tuple[int, int]
    gap: float
    storeys: int
    slope: tuple[float, float]
    year: tuple[int, int]

    @property
    def lot(self) -> float:
        """Depth of a plot, from pavement to back path."""
        return self.front + self.depth + self.back


TERRACED = (
    RowStyle("rijwoning", (5.1, 5.9), 8.8, 2.6, 10.5, (5, 9), 2.6, 2, (0.70, 1.0), (1930, 1994)),
    RowStyle("rijwoning", (5.4, 6.2), 9.4, 3.4, 11.0, (4, 7), 3.2, 2, (0.80, 1.15), (1975, 2018)),
    RowStyle("rijwoning", (5.4, 6.0), 9.8, 2.2, 9.5, (4, 8), 2.8, 3, (0.45, 0.6), (1968, 2022)),
)
SEMI = RowStyle("twee-onder-een-kap", (6.3, 7.4), 9.2, 5.0, 13.0, (2, 2), 8.4, 2, (0.75, 1.1), (1925, 2010))
DETACHED = RowStyle("vrijstaand", (8.8, 11.5), 10.0, 6.0, 13.5, (1, 1), 6.0, 2, (0.7, 1.0), (1935, 2022))
VILLA = RowStyle("villa", (12.0, 15.0), 11.0, 9.0, 18.0, (1, 1), 10.0, 2, (1.0, 1.25), (1905, 2015))

STYLES = {
    "terraced": TERRACED,
    "mixed": (*TERRACED, SEMI, DETACHED, SEMI),
    "semi": (SEMI, SEMI, DETACHED),
    "detached": (DETACHED, SEMI, VILLA),
    "villa": (VILLA, VILLA, DETACHED),
}
"""Which rows stand in a block of houses; every row picks one."""

FIRST_USES = (
    "terraced",
    "detached",
    "flats",
    "works",
    "mixed",
    "park",
    "terraced",
    "semi",
    "terraced",
    "flats",
    "villa",
    "mixed",
)
LATER_USES = ("terraced", "mixed", "semi", "detached", "flats", "villa", "works", "park")
LATER_SHARES = (0.36, 0.27, 0.09, 0.05, 0.11, 0.03, 0.04, 0.05)


def fill(cell: Cell, old_centre: int, content: Content, seed: int) -> None:
    """Fill a cell; what it becomes depends on its rank, how exactly on the seed."""
    rng = np.random.default_rng([seed, 2, cell.index])
    content.cell = cell.index
    if len(cell.core) < 3:
        return
    if cell.index == 0:
        fill_square(cell, content, rng)
    elif cell.index < old_centre:
        fill_old_block(cell, content, rng, court=cell.index == 2)
    else:
        after = cell.index - old_centre
        use = FIRST_USES[after] if after < len(FIRST_USES) else str(rng.choice(LATER_USES, p=LATER_SHARES))
        content.area(cell.land, "groenvoorziening", "land")
        match use:
            case "flats":
                fill_flats(cell, content, rng)
            case "works":
                fill_works(cell, content, rng)
            case "park":
                fill_park(cell, content, rng)
            case _:
                fill_rows(cell, content, rng, STYLES[use])


def fill_rows(cell: Cell, content: Content, rng: np.random.Generator, styles: tuple[RowStyle, ...]) -> None:
    """Parallel streets with houses on both sides, gardens back to back and a path between the gardens."""
    step = np.roll(cell.core, -1, axis=0) - cell.core
    longest = step[np.argmax(np.linalg.norm(step, axis=1))]
    frame = Frame(float(cell.site[0]), float(cell.site[1]), math.atan2(longest[1], longest[0]))
    land = frame.local(shapely.get_coordinates(cell.land)[:-1])
    v, high = land[:, 1].min() + 0.4, land[:, 1].max()
    # Along the longest side the houses look out over the main road or canal; streets take what lies behind.
    style = _pick(styles, rng)
    edge = frame.at(0.0, v)
    _row(content, rng, style, edge, land - (0.0, v), 0.0, content.street("laan", edge, 0.0))
    v += style.lot + BACK_PATH / 2
    while True:
        near, far = _pick(styles, rng), _pick(styles, rng)
        middle = v + near.lot + BACK_PATH / 2 + PAVEMENT + LANE / 2
        if middle + LANE / 2 + PARKING + PAVEMENT + 3.0 > high:
            break
        _street(cell, content, rng, (near, far), frame, land, middle)
        v = middle + LANE / 2 + PARKING + PAVEMENT + far.lot + BACK_PATH / 2


def _pick(styles: tuple[RowStyle, ...], rng: np.random.Generator) -> RowStyle:
    return styles[int(rng.integers(len(styles)))]


def _street(
    cell: Cell,
    content: Content,
    rng: np.random.Generator,
    styles: tuple[RowStyle, RowStyle],
    frame: Frame,
    land: Floats,
    middle: float,
) -> None:
    reach = 200.0
    axis = frame.at(0.0, middle)
    local = land - (0.0, middle)
    lane = band(local, -LANE / 2, LANE / 2 + PARKING, margin=-2.0)
    if lane is None:
        return
    kerb, pavement_edge = cell.levels[0], LANE / 2 + PAVEMENT
    key = f"straat{middle:.1f}"
    content.area(shapely.intersection(axis.box(-reach, -LANE / 2, reach, LANE / 2), kerb), "straat", key)
    paved = axis.box(-reach, -pavement_edge, reach, pavement_edge + PARKING)
    content.area(shapely.intersection(paved, cell.land), "trottoir", f"{key}-stoep")
    _parking(content, rng, axis, lane, key)
    street = content.street("straat", axis, 0.0)
    for side, shift, style in ((axis, PARKING, styles[1]), (axis.turned(), 0.0, styles[0])):
        ahead = local if side is axis else -local
        front_line = LANE / 2 + PAVEMENT + shift
        _row(content, rng, style, side, ahead, front_line, street)


def _parking(
    content: Content, rng: np.random.Generator, axis: Frame, lane: tuple[float, float], key: str
) -> None:
    start, end = lane[0] + 6.0, lane[1] - 6.0
    bays = max(0, int((end - start) / 16.0))
    for bay in range(bays):
        u = start + bay * 16.0
        box = axis.box(u, LANE / 2, u + 11.5, LANE / 2 + PARKING)
        content.area(box, "parkeervlak", f"{key}-p{bay}")
        place = axis.world([u + 13.6], [LANE / 2 + 1.0])  # type: ignore[arg-type]
        content.tree(place, rng.uniform(6.5, 10.0, 1), rng.uniform(1.8, 2.8, 1))
        cars = np.flatnonzero(rng.random(2) < 0.7)
        for car in cars:
            content.area(
                axis.box(u + 0.5 + 5.6 * car, LANE / 2 + 0.15, u + 4.9 + 5.6 * car, LANE / 2 + 1.85),
                "auto",
                "",
            )


def _row(
    content: Content,
    rng: np.random.Generator,
    style: RowStyle,
    frame: Frame,
    land: Floats,
    front_line: float,
    street: int,
) -> None:
    front = front_line + style.front
    back = front + style.depth + style.back
    free = band(land, front_line, back)
    if free is None:
        return
    width = rng.uniform(*style.width)
    u0, group = _houses(rng, style, width, free)
    if not u0.size:
        return
    content.area(frame.box(free[0], front_line, free[1], back), "erf", f"erf{street}{frame.angle:.2f}")
    content.area(
        frame.box(free[0], back, free[1], back + BACK_PATH / 2), "achterpad", f"pad{street}{frame.angle:.2f}"
    )
    u1 = u0 + width
    count = u0.size
    years_apart = np.zeros(count) if style.group[1] > 2 else rng.integers(-12, 4, count).astype(float)
    year = float(rng.integers(*style.year)) + years_apart
    pitched = style.group[1] <= 2 or rng.random() < 0.8
    slope = float(rng.uniform(*style.slope)) if pitched else 0.0
    eave = style.storeys * 2.75 + (0.25 if slope else 0.6)
    extended = rng.random(count) < 0.42
    whole = rng.random(count) < 0.5
    left = rng.random(count) < 0.5
    ext_u0 = np.where(whole | left, u0, u0 + 0.42 * width)
    ext_u1 = np.where(whole | ~left, u1, u1 - 0.42 * width)
    ext = {
        "ext_u0": np.where(extended, ext_u0, np.nan),
        "ext_u1": np.where(extended, ext_u1, np.nan),
        "ext_depth": np.where(extended, rng.choice([2.4, 2.5, 3.0, 3.5], count), np.nan),
        "ext_height": np.where(extended, rng.uniform(2.7, 3.2, count), np.nan),
    }
    body: dict[str, Any] = {
        "u0": u0,
        "u1": u1,
        "v0": front,
        "v1": front + style.depth,
        "eave": eave,
        "storeys": style.storeys,
    }
    if style.group[1] > 2:
        roof = Roof.GABLE_U if slope else Roof.FLAT
        dormer = np.where(rng.random(count) < 0.38, rng.choice([1, 1, 2, 3], count), 0)
        dormer = dormer if slope > 0.65 else np.zeros(count)
        content.add(
            frame,
            style.kind,
            roof,
            street,
            **body,
            **ext,
            slope=slope,
            year=year,
            dormer=dormer,
            chimney=(rng.random(count) < 0.5) * (slope > 0),
        )
    else:
        _loose_houses(content, rng, style, frame, street, body, ext, year, group)
    _sheds(content, rng, style, frame, u0, u1, back, group, street, year, free)
    garden = rng.random(count) < 0.3
    place = frame.world(
        (u0 + u1)[garden] / 2 + rng.uniform(-1.5, 1.5, garden.sum()), back - rng.uniform(4.5, 7, garden.sum())
    )
    content.tree(place, rng.uniform(4.0, 9.0, len(place)), rng.uniform(1.3, 2.6, len(place)))


def _houses(
    rng: np.random.Generator, style: RowStyle, width: float, free: tuple[float, float]
) -> tuple[Floats, Floats]:
    starts: list[float] = []
    groups: list[int] = []
    u, number = free[0] + style.gap / 2, 0
    while u + style.group[0] * width + style.gap / 2 <= free[1]:
        room = int((free[1] - style.gap / 2 - u) / width)
        size = min(int(rng.integers(style.group[0], style.group[1] + 1)), room)
        starts += [u + k * width for k in range(size)]
        groups += [number] * size
        u += size * width + style.gap
        number += 1
    slack = (free[1] - style.gap / 2 - (u - style.gap)) / max(number, 1)
    moved = np.array(starts) + slack * (np.array(groups, dtype=float) + 0.5) if starts else np.empty(0)
    return moved, np.array(groups, dtype=float)


def _loose_houses(
    content: Content,
    rng: np.random.Generator,
    style: RowStyle,
    frame: Frame,
    street: int,
    body: dict[str, Any],
    ext: dict[str, Floats],
    year: Floats,
    group: Floats,
) -> None:
    """Semi-detached houses share one roof shape per pair; detached ones differ from each other."""
    choices = {
        "twee-onder-een-kap": [Roof.GABLE_U, Roof.HIP_END],
        "vrijstaand": [Roof.HIP, Roof.CROSS, Roof.HALF_HIP, Roof.GABLE_V, Roof.CROSS],
        "villa": [Roof.HIP, Roof.CROSS, Roof.HIP, Roof.HALF_HIP],
    }[style.kind]
    pick = (group.astype(int) + int(rng.integers(len(choices)))) % len(choices)
    slope = rng.uniform(*style.slope, int(group.max()) + 1)[group.astype(int)]
    for number, roof in enumerate(choices):
        mine = pick == number
        if not mine.any():
            continue
        chosen = {k: np.broadcast_to(v, group.shape)[mine] for k, v in (body | ext).items()}
        width = chosen["u1"] - chosen["u0"]
        if roof is Roof.CROSS:
            left = rng.random(width.size) < 0.5
            chosen["wing_u0"] = np.where(left, chosen["u0"], chosen["u1"] - 0.46 * width)
            chosen["wing_u1"] = np.where(left, chosen["u0"] + 0.46 * width, chosen["u1"])
            chosen["wing_depth"] = rng.uniform(2.0, 3.4, width.size)
        if roof is Roof.HIP_END:
            chosen["parts"] = np.r_[group[1:] != group[:-1], True][mine].astype(float)
        low = rng.random(width.size) < 0.45
        chosen["eave"] = np.where(low & (slope[mine] > 0.8), 3.2, chosen["eave"])
        content.add(
            frame,
            style.kind,
            roof,
            street,
            **chosen,
            slope=slope[mine],
            year=year[mine],
            chimney=rng.random(width.size) < 0.7,
            dormer=np.where((rng.random(width.size) < 0.4) & (roof is Roof.GABLE_U), 1, 0),
        )


def _sheds(
    content: Content,
    rng: np.random.Generator,
    style: RowStyle,
    frame: Frame,
    u0: Floats,
    u1: Floats,
    back: float,
    group: Floats,
    street: int,
    year: Floats | float,
    free: tuple[float, float],
) -> None:
    """Sheds against the back path, in touching pairs; garages beside the houses that stand apart."""
    count = u0.size
    if style.group[1] > 2:
        has = rng.random(count) < 0.72
        at_end = np.arange(count) % 2 == 0
        wide, deep = 2.6, 3.4
        start = np.where(at_end, u1 - wide, u0)
        kinds = rng.random(count)
        for roof, low, high in ((Roof.FLAT, 0.0, 0.6), (Roof.LEAN_TO, 0.6, 0.8), (Roof.GABLE_V, 0.8, 1.0)):
            mine = has & (kinds >= low) & (kinds < high)
            if mine.any():
                content.add(
                    frame,
                    "schuur",
                    roof,
                    street,
                    u0=start[mine],
                    u1=start[mine] + wide,
                    v0=back - deep,
                    v1=back,
                    eave=2.3,
                    slope=0.0 if roof is Roof.FLAT else 0.35,
                    year=np.broadcast_to(year, count)[mine] + 8.0,
                    dwellings=0,
                )
        return
    has = rng.random(count) < 0.75
    # The garage stands in the gap that lies beyond the end of the group.
    last = np.r_[group[1:] != group[:-1], True]
    start = np.where(last, u1 + 0.9, u0 - 0.9 - 3.0)
    front = back - style.back - 3.0
    has &= (start > free[0]) & (start + 3.0 < free[1])
    if has.any():
        content.add(
            frame,
            "garage",
            Roof.FLAT,
            street,
            u0=start[has],
            u1=start[has] + 3.0,
            v0=front,
            v1=front + 6.2,
            eave=2.7,
            year=np.broadcast_to(year, count)[has] + 4.0,
            dwellings=0,
        )
