"""Pictures of real buildings: points, our roof, the peer's roof, and what is left over.

``python -m tests.benchmarks.draw_peer PEER OUT [DATA]``, by hand. Writes sheets of Delft buildings to the
folder ``OUT``, six to a sheet: those where the share of points within 0.2 m is worst for us beside the peer,
best for us, lowest for us whoever wins, and random ones. Needs matplotlib.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import shapely
from matplotlib.collections import PolyCollection
from mpl_toolkits.mplot3d.art3d import Poly3DCollection

from tests.benchmarks.bench_peer import race
from tests.benchmarks.contestants import Model, share_near
from tests.benchmarks.towns import Floats, delft, roof_points
from tests.conftest import REPOSITORY
from tests.geometry.solids import nested
from twin.geometry.columns import Semantic

ROWS, WANTED = 6, 12
LEAST = 60  # points; smaller sheds say little
SHEET_COLUMNS = ("points by height", "ours", "peer", "ours: points above (red) or below", "peer: the same",
                 "ours in 3D", "peer in 3D")  # fmt: skip


def main(peer: Path, out: Path, data: Path) -> None:
    """Run both, choose buildings and draw them."""
    out.mkdir(parents=True, exist_ok=True)
    town = delft(data)
    with tempfile.TemporaryDirectory() as folder:
        ran = race(peer, town, Path(folder), 1)
    xyz, building = roof_points(town)
    shares = [share_near(m.distances(xyz, building), building, len(town), 0.2) for m in (ran.ours, ran.peer)]
    large = np.flatnonzero(np.bincount(building, minlength=len(town)) >= LEAST)
    by_gain = large[np.argsort((shares[0] - shares[1])[large])]
    rest = large[np.argsort(shares[0][large])]
    groups = {
        "worst": by_gain[:WANTED],
        "best": by_gain[::-1][:WANTED],
        "lowest": rest[~np.isin(rest, by_gain[:WANTED])][:WANTED],
        "random": np.random.default_rng(0).permutation(large)[: 2 * WANTED],
    }
    for name, chosen in groups.items():
        for first in range(0, len(chosen), ROWS):
            figure, axes = plt.subplots(ROWS, len(SHEET_COLUMNS), figsize=(30, 4.2 * ROWS))
            for row, b in zip(axes, chosen[first : first + ROWS], strict=False):
                title = f"{town.ids[b]}  ours {shares[0][b]:.3f}  peer {shares[1][b]:.3f}"
                draw(figure, row, xyz[building == b], [_faces(m, b) for m in (ran.ours, ran.peer)], title)
            figure.tight_layout()
            figure.savefig(out / f"{name}-{first // ROWS}.png", dpi=60)
            plt.close(figure)
            print(name, " ".join(town.ids[b] for b in chosen[first : first + ROWS]))


def draw(figure: Any, row: Any, xyz: Floats, roofs: list[list[list[Floats]]], title: str) -> None:
    """One building in a row of axes."""
    low, high = np.quantile(xyz[:, 2], (0.01, 0.99))
    size = max(0.5, min(8.0, 4000 / len(xyz)))
    row[0].scatter(*xyz[:, :2].T, c=xyz[:, 2], s=size, cmap="viridis", vmin=low, vmax=high)
    row[0].set_title(title, fontsize=11)
    for axes, faces, name in zip(row[1:3], roofs, SHEET_COLUMNS[1:3], strict=True):
        heights = [np.mean(face[0][:, 2]) for face in faces]
        shown = PolyCollection([face[0][:, :2] for face in faces], array=np.array(heights), cmap="viridis",
                               edgecolor="black", linewidth=0.8)  # fmt: skip
        shown.set_clim(low, high)
        axes.add_collection(shown)
        axes.set_title(f"{name}: {len(faces)} faces, {low:.1f} to {high:.1f} m", fontsize=11)
    for axes, faces, name in zip(row[3:5], roofs, SHEET_COLUMNS[3:5], strict=True):
        away = _above(xyz, faces)
        axes.scatter(*xyz[:, :2].T, c=away, s=size, cmap="seismic", vmin=-1, vmax=1)
        axes.scatter(*xyz[np.isnan(away), :2].T, c="lime", s=size)
        axes.add_collection(PolyCollection([f[0][:, :2] for f in faces], facecolor="none", edgecolor="grey"))
        axes.set_title(f"{name}, 1 m", fontsize=11)
    for axes in row[:5]:
        axes.set(xlim=(xyz[:, 0].min() - 1, xyz[:, 0].max() + 1), aspect="equal", xticks=[], yticks=[],
                 ylim=(xyz[:, 1].min() - 1, xyz[:, 1].max() + 1))  # fmt: skip
    for k, faces in zip((5, 6), roofs, strict=True):
        place = row[k].get_subplotspec()
        row[k].remove()
        axes = figure.add_subplot(place, projection="3d")
        axes.add_collection3d(Poly3DCollection([f[0] - xyz.mean(axis=0) for f in faces], facecolor="#c4927a",
                                               edgecolor="black", linewidth=0.6, alpha=0.85))  # fmt: skip
        axes.scatter(*(xyz - xyz.mean(axis=0)).T, s=0.6, c="navy", alpha=0.35)
        reach = max(np.ptp(xyz[:, :2], axis=0).max() / 2, 2)
        axes.set(xlim=(-reach, reach), ylim=(-reach, reach), zlim=(-reach, reach))
        axes.view_init(40, -60)
        axes.set_axis_off()
        axes.set_title(SHEET_COLUMNS[k], fontsize=11)


def _faces(model: Model, building: int) -> list[list[Floats]]:
    """Rings of the roof faces of a building."""
    faces = []
    for number in np.flatnonzero(model.building == building).tolist():
        first, last = model.shells.object_offsets[number : number + 2]
        kinds = model.shells.semantics[first:last]
        for rings, kind in zip(nested(model.shells, number), kinds, strict=True):
            if kind == Semantic.ROOF:
                faces.append([model.shells.xyz[ring] for ring in rings])
    return faces


def _above(xyz: Floats, faces: list[list[Floats]]) -> Floats:
    """Signed height of points above the roof [m]; NaN beside it."""
    away = np.full(len(xyz), np.nan)
    points = shapely.points(xyz[:, :2])
    for outer, *holes in faces:
        shape = shapely.Polygon(outer[:, :2], [h[:, :2] for h in holes])
        inside = shapely.intersects(shape, points)
        plane, *_ = np.linalg.lstsq(np.column_stack((outer[:, :2] - outer[0, :2], np.ones(len(outer)))),
                                    outer[:, 2], rcond=None)  # fmt: skip
        away[inside] = xyz[inside, 2] - (xyz[inside, :2] - outer[0, :2]) @ plane[:2] - plane[2]
    return away


if __name__ == "__main__":
    main(
        Path(sys.argv[1]),
        Path(sys.argv[2]),
        Path(sys.argv[3]) if len(sys.argv) > 3 else REPOSITORY.parent / "shared" / "data",
    )
