"""The surfaces of levels below the ground: water in pipes, roads in tunnels, and the tunnels themselves."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import shapely

from twin.build.layers import Layer, parts_of, place_keys
from twin.build.pins import Pins
from twin.build.registers import Registers
from twin.build.survey import lowest_bank, terrain_heights
from twin.geometry.columns import Floats, Ints
from twin.geometry.ragged import ring_successor
from twin.ground import HeightSource, Relief
from twin.ground.coverage import SNAP, with_water
from twin.ground.structures import STRUCTURES
from twin.ground.underground import PIPE, Depths, bodies, continued_as, joined_edges

OUTSIDE = (2.0, 4.0)
"""Distances [m] outside a tunnel at which the road is as low as it is: the terrain is in cells of a metre."""
STRAIGHT_ON = 0.3
"""What a road rises or falls between those at most [m]; more is a wall."""


def lower(
    table: pd.DataFrame,
    ground: Layer,
    water_level: Floats,
    registers: Registers,
    relief: Relief | None,
    executor: Executor,
) -> tuple[list[tuple[int, Layer]], Pins]:
    """Partitions of the levels below the ground: water, roads and the like, and the tunnels around them.

    ``water_level (S,)`` is that of each surface of level 0, NaN for land. The pins are for level 0 too.
    """
    wet = (table["collection"] == "waterdeel").to_numpy()
    structure = table["collection"].isin(STRUCTURES).to_numpy()
    layers: list[tuple[int, Layer]] = []
    pins: list[Pins] = []
    for level in sorted(set(table.loc[table["level"] < 0, "level"]), reverse=True):
        own = (table["level"] == level).to_numpy()
        if (own & wet).any():
            pipes = _pipes(Layer.of(table[own & wet]), ground, water_level, registers, relief)
            layers.append((level, pipes))
        dry = [Layer.of(table[rows]) for rows in (own & ~wet & ~structure, own & structure) if rows.any()]
        if dry:
            pins.append(Pins.joined([_mouths(d, ground, registers, relief, executor) for d in dry]))
            layers += [(level, layer) for layer in _deep(dry, level, pins[-1])]
    return layers, Pins.joined(pins)


def _pipes(
    layer: Layer, ground: Layer, water_level: Floats, registers: Registers, relief: Relief | None
) -> Layer:
    """Water below the ground with its level: that of the water it joins, or a pipe's depth below its bank."""
    cells, size = layer.cells, len(layer.table)
    edge, beyond = _joins(layer, ground)
    surface = cells.surface[parts_of(cells)[edge]]
    body, _ = bodies(layer.shapes, np.zeros(size))
    joined, lowest = np.full((2, size), np.nan)
    np.fmin.at(joined, body[surface], water_level[beyond])
    alone = np.flatnonzero(np.isnan(joined[body]) & ~shapely.is_empty(layer.shapes))
    if registers.points is not None:
        banks = [lowest_bank(layer.shapes[row], registers.points, relief) for row in alone]
        np.fmin.at(lowest, body[alone], np.array(banks, dtype=np.float64) - PIPE)
    level = np.where(np.isnan(joined), np.round(lowest, 3), joined)[body]
    source = np.where(np.isnan(joined[body]), HeightSource.BELOW, HeightSource.WATER_BESIDE).astype(object)
    source[np.isnan(level)] = HeightSource.NONE
    return replace(layer, cells=with_water(cells, level[cells.surface], cells.surface >= 0), source=source)


def _mouths(
    layer: Layer, ground: Layer, registers: Registers, relief: Relief | None, executor: Executor
) -> Pins:
    """Where roads in tunnels come out, as low as the road outside is.

    At the mouth itself the points are of the road and of what lies over the tunnel. The height is that of
    the road a few metres on, straight on to the mouth.
    """
    outline = layer.cells.outline
    edge, beyond = _joins(layer, ground)
    start, end = outline.xy[edge], outline.xy[ring_successor(outline.ring_offsets)[edge]]
    length = np.hypot(*(end - start).T)
    out = np.column_stack(((end - start)[:, 1], -(end - start)[:, 0])) / np.maximum(length, 1e-9)[:, None]
    places = np.concatenate([(start + end) / 2 + metres * out for metres in OUTSIDE])
    near, far = np.split(terrain_heights(places, registers.points, relief, executor), 2)
    z = near + np.clip(near - far, -STRAIGHT_ON, STRAIGHT_ON) * OUTSIDE[0] / (OUTSIDE[1] - OUTSIDE[0])

    # The ground may have more corners on an edge than the tunnel.
    corners = ground.cells.take(np.flatnonzero(np.isin(ground.cells.surface, beyond))).outline.xy
    mouths = np.asarray(shapely.linestrings(np.stack((start, end), axis=1)), dtype=object)
    corner, mouth = shapely.STRtree(mouths).query(shapely.points(corners), predicate="dwithin", distance=SNAP)
    # The mean of the edges that meet in a corner, by their length.
    key = np.concatenate((place_keys(start), place_keys(end), place_keys(corners[corner])))
    of = np.concatenate((np.arange(len(edge)), np.arange(len(edge)), mouth))
    place, number = np.unique(key, return_inverse=True)
    weight = np.bincount(number, weights=length[of], minlength=len(place))
    total = np.bincount(number, weights=(z * length)[of], minlength=len(place))
    return Pins.lowest(place, np.round(total / np.maximum(weight, 1e-9), 3), mouths)


def _deep(layers: list[Layer], level: int, pins: Pins) -> Iterator[Layer]:
    """Partitions of one level below the ground with what makes their heights.

    A tunnel and the road in it are one body, so that they go down together.
    """
    clearance = np.concatenate([layer.table["clearance"].to_numpy(dtype=np.float64) for layer in layers])
    body, clearance = bodies(np.concatenate([layer.shapes for layer in layers]), -level * clearance)
    starts = np.cumsum([0, *(len(layer.table) for layer in layers)])
    own = [slice(a, b) for a, b in pairwise(starts.tolist())]
    pinned = [pins.pin(layer) for layer in layers]
    joins = []
    for layer, rows in zip(pinned, own, strict=True):
        body_of = body[rows][layer.cells.surface[parts_of(layer.cells)]]
        joins.append(np.column_stack((layer.cells.outline.xy, layer.pinned, body_of)))
    found: Floats = np.concatenate(joins)
    found = np.unique(found[np.isfinite(found[:, 2])], axis=0)
    xyz, join_body = np.ascontiguousarray(found[:, :3]), found[:, 3].astype(np.int64)
    for layer, rows in zip(pinned, own, strict=True):
        yield replace(
            layer,
            source=np.full(len(layer.table), HeightSource.BELOW, dtype=object),
            depths=Depths(clearance[rows], body[rows], xyz, join_body),
        )


def _joins(layer: Layer, ground: Layer) -> tuple[Ints, Ints]:
    """Edges of a layer below the ground on which it goes on as ground, and as which surface of it."""
    kinds = continued_as(layer.table["collection"].to_numpy(dtype=object))
    ground_kinds = continued_as(ground.table["collection"].to_numpy(dtype=object))
    return joined_edges(layer.cells, kinds, ground.shapes, ground_kinds)
