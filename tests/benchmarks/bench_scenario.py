"""CPU time of a variant; run by hand: ``python -m tests.benchmarks.bench_scenario [BUILDINGS]``.

Builds the sample municipality (400 panden unless told), with two variants: fifty edits of all
kinds but imports, and one that turns a block into towers. Prints the median CPU time of five runs on a core;
the twin is read once and kept, so reading is told apart.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import structlog

from twin.build import Silence, build
from twin.cli.demo import write_sample
from twin.planning import Planner
from twin.scenario import Town, Variant, evaluate, read_variant, sun_hours
from twin.settings import load
from twin.store import Layout

RUNS = 5
EDITS = 50
BLOCK = 100.0  # metres


def main(buildings: int) -> None:
    """Print the figures."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as name:
        _, settings = write_sample(Path(name) / "bron", buildings=buildings, seed=1)
        with ProcessPoolExecutor() as pool:
            build(load(settings), Path(name) / "twin", pool, Silence())
        planner = Planner.open(Layout(Path(name) / "twin"), "intern")
        first = variant_of(demolitions(planner, 1))
        begin = time.process_time()
        planner.town(first)
        print(f"reading the surroundings of one pand, once: {time.process_time() - begin:.2f} s")
        for title, variant in (("fifty edits", fifty(planner)), ("a block", block(planner))):
            town = planner.town(variant)
            verdicts = evaluate(variant, town).verdicts
            done = sum(v.verdict.level != "error" for v in verdicts)
            light = sun_hours(variant, town).daylight
            assert light is not None
            print(
                f"{title}: {len(variant.edits)} edits, {done} done; {len(town.panden)} panden, "
                f"{len(light.at)} facades, {len(light.garden_at)} points in gardens"
            )
            show("indicators", lambda v=variant, t=town: evaluate(v, t, internal=True))  # type: ignore[misc]
            show("sun hours", lambda v=variant, t=town: sun_hours(v, t))  # type: ignore[misc]


def show(what: str, run: Callable[[], Any]) -> None:
    """Print the median CPU time of a call."""
    took = []
    for _ in range(RUNS):
        begin = time.process_time()
        run()
        took.append(time.process_time() - begin)
    print(f"  {what}: {median(took):.2f} s (from {min(took):.2f} to {max(took):.2f})")


def fifty(planner: Planner) -> Variant:
    """Fifty edits spread over the town: a fifth of each kind."""
    town = whole(planner)
    rows = buildings_of(town)
    edits: list[dict[str, Any]] = []
    for i, row in enumerate(rows[np.linspace(0, len(rows) - 1, EDITS).astype(int)].tolist()):
        pand = str(town.panden.ids[row])
        x, y = town.panden.inside[row].tolist()
        edits.append(
            (
                {"kind": "demolish", "pand": pand},
                tower(x, y, 12, 9),
                {"kind": "raise", "pand": pand, "floors": 2, "height": 6},
                {"kind": "move", "pand": pand, "dx": 4, "dy": -3, "rotation": 15},
                {"kind": "change", "pand": pand, "set": {"gebruiksdoel": "kantoorfunctie"}},
            )[i % 5]
        )
    return variant_of(edits)


def block(planner: Planner) -> Variant:
    """All buildings of the densest hectare go, four towers of 30 m come."""
    town = whole(planner)
    rows = buildings_of(town)
    middle = town.panden.inside[rows]
    near = (np.abs(middle[:, None] - middle[None]) <= BLOCK / 2).all(axis=2)
    best = int(near.sum(axis=1).argmax())
    edits = [{"kind": "demolish", "pand": str(town.panden.ids[r])} for r in rows[near[best]].tolist()]
    x, y = middle[best].tolist()
    edits += [tower(x + dx, y + dy, 18, 30) for dx in (-28, 28) for dy in (-28, 28)]
    return variant_of(edits)


def tower(x: float, y: float, side: float, height: float) -> dict[str, Any]:
    """A square mass around a point."""
    h = side / 2
    ring = [(x - h, y - h), (x + h, y - h), (x + h, y + h), (x - h, y + h)]
    return {"kind": "add", "rings": [ring], "height": height, "floors": round(height / 3)}


def demolitions(planner: Planner, count: int) -> list[dict[str, Any]]:
    """The first panden go."""
    town = whole(planner)
    return [
        {"kind": "demolish", "pand": str(town.panden.ids[r])} for r in buildings_of(town)[:count].tolist()
    ]


def whole(planner: Planner) -> Town:
    """All of the twin, read by a planner that keeps nothing for the measurement."""
    x0, y0, x1, y1 = planner.extent
    area = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    content = {"type": "gemeentetwin-variant", "version": 1, "area": area}
    return Planner.open(planner.layout).town(read_variant(content))


def buildings_of(town: Town) -> Any:
    """Rows of the panden with a model and a use."""
    modelled = np.bincount(town.owner, minlength=len(town.panden)) > 0
    return np.flatnonzero(modelled & town.panden.standing & (town.panden.usable > 0))


def variant_of(edits: list[dict[str, Any]]) -> Variant:
    """A variant with these edits."""
    named = [{"id": f"e{i}", **edit} for i, edit in enumerate(edits)]
    return read_variant({"type": "gemeentetwin-variant", "version": 1, "edits": named})


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
