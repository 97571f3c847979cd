"""CPU time and truth of this project beside those of a peer, on the same files in one run.

``python -m tests.benchmarks.bench_peer PEER [DATA]``, by hand; ``PEER`` is the program ``roofer`` of 3DBAG,
built from its public source. Prints, for real Delft, the sample municipality, and simulated clouds over
published solids:

* end to end: seconds of CPU time (user and system) from LAZ and GeoPackage to CityJSON of LoD 1.2, 1.3 and
  2.2, one thread each, the median of runs in turn. The peer's whole process; ours with and without the
  imports of Python's modules, which a run pays once however many tiles it does; and ours once more from the
  point store, into which a build reads LAZ once and for all;
* Delft: vertical distances of all class 6 points in an outline to the roofs of LoD 2.2; a point without a
  roof over or under it is infinitely far, and 3 m in the clipped root mean square;
* elsewhere: the share of the true roofs' area within 0.1 m; of all, and of the buildings that the cloud
  shows, as the sample hides some on purpose.

Both models are read back from their CityJSON and measured by the same function.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from ingest.ahn import PointStore
from tests.benchmarks.contestants import Model, read_model, run_ours, run_peer, share_near
from tests.benchmarks.towns import Town, delft, roof_points, sample, simulated
from tests.conftest import REPOSITORY
from tests.reconstruction.published import spots

RUNS = 5
DENSITIES = (8.0, 15.0, 25.0)
BUILDINGS = 500  # of the sample municipality
MARGIN = 0.01  # of the share within 0.2 m: smaller differences are a tie
CLIP = 3.0  # m
SHOWN = 1.0  # roof points per m2 of outline; with fewer nobody can know the roof, and we must not invent it


@dataclass(frozen=True)
class Race:
    """Median seconds of CPU time, and the models of LoD 2.2."""

    peer_seconds: float
    process: float
    work: float
    reading: float
    again: float
    ours: Model
    peer: Model


def main(peer: Path, data: Path) -> None:
    """Print the tables."""
    towns: list[tuple[Callable[[Path], Town], int]] = [
        (lambda _: delft(data), RUNS),
        (lambda folder: sample(BUILDINGS, folder), RUNS),
        *((lambda folder, density=d: simulated(data, density, folder), 1) for d in DENSITIES),
    ]
    for make, runs in towns:
        with tempfile.TemporaryDirectory() as folder:
            town = make(Path(folder))
            ran = race(peer, town, Path(folder), runs)
            print(f"\n{town.name}: {len(town)} buildings, {runs} runs")
            report_times(ran, len(town))
            report_truth(ran, town) if town.truth else report_points(ran, town)


def race(peer: Path, town: Town, folder: Path, runs: int) -> Race:
    """Run both in turn and read what they made."""
    out, theirs, store = folder / "ours.city.jsonl", folder / "peer", folder / "points"
    PointStore.build(town.clouds, store)
    ours_seconds, again_seconds, peer_seconds = [], [], []
    for _ in range(runs):
        peer_seconds.append(run_peer(peer, town, theirs))
        again_seconds.append(run_ours(town, out, store))
        ours_seconds.append(run_ours(town, out))
    return Race(
        float(np.median(peer_seconds)),
        float(np.median([s["process"] for s in ours_seconds])),
        float(np.median([s["work"] for s in ours_seconds])),
        float(np.median([s["reading"] for s in ours_seconds])),
        float(np.median([s["work"] for s in again_seconds])),
        read_model(iter([out]), town.ids),
        read_model(theirs.rglob("*.city.jsonl"), town.ids),
    )


def report_times(ran: Race, buildings: int) -> None:
    """End to end, per building; that of reading is the ratio if all else took no time."""
    rows = (
        ("peer", ran.peer_seconds),
        ("ours, whole process", ran.process),
        ("ours, no imports", ran.work),
        ("of which reading LAZ", ran.reading),
        ("ours again, no imports", ran.again),
    )
    for name, seconds in rows:
        ratio = ran.peer_seconds / seconds
        print(f"  {name:22s} {seconds:7.2f} s  {seconds / buildings * 1000:7.2f} ms/building  {ratio:5.1f}x")


def report_points(ran: Race, town: Town) -> None:
    """Distances of the real points, and who wins where."""
    xyz, building = roof_points(town)
    print(f"  {len(xyz)} points of class 6 in outlines")
    print("        median  <0.1 m  <0.2 m  <0.5 m  clipped RMSE  with a roof  faces/building")
    shares = []
    for name, model in (("ours", ran.ours), ("peer", ran.peer)):
        away = model.distances(xyz, building)
        within = "  ".join(f"{np.mean(away < d):6.4f}" for d in (0.1, 0.2, 0.5))
        clipped = np.sqrt(np.mean(np.minimum(away, CLIP) ** 2))
        roofed, faces = np.mean(np.isfinite(away)), model.faces(len(town)).mean()
        print(f"  {name} {np.median(away):7.4f}  {within}  {clipped:12.3f}  {roofed:11.4f}  {faces:14.2f}")
        shares.append(share_near(away, building, len(town), 0.2))
    gain = shares[0] - shares[1]
    won, lost = np.sum(gain > MARGIN), np.sum(gain < -MARGIN)
    print(
        f"  share within 0.2 m, margin {MARGIN:.0%}: ours better in {won} buildings, the peer in {lost}, "
        f"the same in {np.sum(np.abs(gain) <= MARGIN)}; no points in {np.sum(np.isnan(gain))}"
    )
    named = [(town.ids[b], f"{gain[b]:+.3f}") for b in np.argsort(gain)[:10]]
    print("  worst for us: " + ", ".join(f"{name} {by}" for name, by in named))


def report_truth(ran: Race, town: Town) -> None:
    """Area near the true roofs, and faces."""
    assert town.truth is not None
    xyz, building = spots(town.truth)
    true_faces = len(town.truth.facet) / len(town)
    points = np.bincount(roof_points(town)[1], minlength=len(town))
    shown = (points >= SHOWN * shapely.area(town.outline))[building]
    print(
        f"  the cloud shows {shown.mean():.2%} of the true roofs' area, by building\n"
        "        area <0.1 m  of what it shows  <0.5 m  median building <0.1 m  with a roof  "
        "faces/building  of the truth"
    )
    for name, model in (("ours", ran.ours), ("peer", ran.peer)):
        away = model.distances(xyz, building)
        median = np.nanmedian(share_near(away, building, len(town), 0.1))
        faces = model.faces(len(town)).mean()
        print(
            f"  {name} {np.mean(away < 0.1):12.4f}  {np.mean(away[shown] < 0.1):16.4f}  "
            f"{np.mean(away < 0.5):6.4f}  {median:22.4f}  "
            f"{np.mean(np.isfinite(away)):11.4f}  {faces:14.2f}  {faces / true_faces:12.2f}"
        )


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print("bench_peer compares with another program and needs its path: bench_peer PEER [DATA]")
    else:
        main(
            Path(sys.argv[1]),
            Path(sys.argv[2]) if len(sys.argv) > 2 else REPOSITORY.parent / "shared" / "data",
        )
