"""Running this project and its peer on a town, with the CPU time of each, and reading what they wrote."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.benchmarks.towns import Floats, Ints, Town
from tests.conftest import REPOSITORY
from tests.geometry.solids import solids_of_cityjson
from twin.geometry.columns import Semantic, Shells
from twin.geometry.ragged import rows_of
from twin.geometry.select import concatenate
from twin.reconstruction.quality import roof_distances


@dataclass(frozen=True)
class Model:
    """Solids of LoD 2.2, and the building ``(O,)`` that each is of."""

    shells: Shells
    building: Ints

    def distances(self, xyz: Floats, building: Ints) -> Floats:
        """Vertical distance of points to the roof of their own building [m]; infinite where it has none."""
        away = np.full(len(xyz), np.inf)
        point, distance = roof_distances(self.shells, self.building, xyz, building)
        np.minimum.at(away, point, np.abs(distance))
        return away

    def faces(self, buildings: int) -> Ints:
        """Roof faces per building."""
        roof = self.shells.semantics == Semantic.ROOF
        return np.bincount(self.building[rows_of(self.shells.object_offsets)[roof]], minlength=buildings)


def run_ours(town: Town, out: Path, store: Path | None = None) -> dict[str, float]:
    """Seconds of CPU time: of the whole process, its imports and the work; from a point store if given."""
    clouds = town.clouds if store is None else (store,)
    command = [sys.executable, "-m", "tests.benchmarks.end_to_end", town.footprints, out, *clouds]
    seconds, printed = _cpu_seconds(command)
    return {"process": seconds, **json.loads(printed)}


def run_peer(peer: Path, town: Town, folder: Path) -> float:
    """Seconds of CPU time of the peer's process, with one job and its own defaults."""
    levels = ("--lod12", "--lod13", "--lod22", "--id-attribute", "identificatie")
    folder.mkdir(exist_ok=True)  # it leaves a log in the folder where it runs
    return _cpu_seconds([peer, "-j", "1", *levels, *town.clouds, town.footprints, folder], folder)[0]


def read_model(files: Iterator[Path], ids: list[str], lod: str = "2.2") -> Model:
    """Solids from CityJSON text sequences; an object's building is told by its attribute."""
    shells, building = [], []
    row = {name: number for number, name in enumerate(ids)}
    for path in files:
        with path.open("rb") as lines:
            transform = json.loads(next(lines))["transform"]
            for feature in map(json.loads, lines):
                found, objects = solids_of_cityjson(feature | {"transform": transform}, lod)
                name = feature["CityObjects"][feature["id"]]["attributes"]["identificatie"]
                shells.append(found)
                building += [row[name]] * len(objects)
    return Model(concatenate(shells), np.array(building, dtype=np.int64))


def share_near(away: Floats, building: Ints, buildings: int, within: float) -> npt.NDArray[Any]:
    """Share of each building's points that are nearer than ``within``; NaN without points."""
    count = np.bincount(building, minlength=buildings)
    near = np.bincount(building, weights=away < within, minlength=buildings)
    return np.divide(near, count, out=np.full(buildings, np.nan), where=count > 0)


def _cpu_seconds(command: list[Any], folder: Path = REPOSITORY) -> tuple[float, str]:
    """User and system time of a process and its children, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout
