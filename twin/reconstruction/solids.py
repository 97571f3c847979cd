"""From the partitions of chunks to valid solids, many chunks at a time.

Points are past here, and with them the reason for small chunks: an extrusion of a thousand parts takes half
as long as ten of a hundred.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from twin.geometry.columns import Ints, Partition, Shells
from twin.geometry.extrude import extrude
from twin.geometry.ragged import offsets_of
from twin.geometry.select import concatenate, take, without
from twin.geometry.validity import check
from twin.reconstruction.chunk import Roofs
from twin.reconstruction.findings import LODS, Findings
from twin.reconstruction.reasons import LadderStep, Reason

_LOWEST = dict(zip(LODS, (LadderStep.LOD12_ONLY, LadderStep.LOD13_ONLY, LadderStep.NO_LINES), strict=True))


@dataclass(frozen=True, slots=True)
class Built:
    """Parts ``P`` with their solids: ``P`` objects per level, of which some have no surfaces."""

    solids: dict[str, Shells]
    found: Findings


def build(roofs: Sequence[Roofs], straight: float) -> Built:
    """Extrude each level of some chunks, keep what is valid, and let the rest descend the ladder.

    Parameters
    ----------
    roofs : sequence of Roofs
        At least one; their parts in order.
    straight : float [m]
        See :func:`twin.geometry.extrude.extrude`.
    """
    found = Findings.joined([r.found for r in roofs])
    step, reason = found.step.copy(), found.reason.copy()
    shells = [extrude(_beside([r.partitions[lod] for r in roofs]), straight).shells for lod in LODS]
    # All levels in one call, which is a third faster. Solids of an extrusion that pass can't meet themselves,
    # see there; `twin check` tests that too.
    verdicts = np.split(check(concatenate(shells), intersections=False).valid, len(shells))
    solids = {}
    for lod, level, valid in zip(LODS, shells, verdicts, strict=True):
        least = _LOWEST[lod]
        failed = (step >= least) & ~valid
        step[failed] = np.minimum(
            step[failed], least - 1 if least > LadderStep.LOD13_ONLY else LadderStep.NONE
        )
        reason[failed] = Reason.INVALID_SOLID
        solids[lod] = without(level, ~valid | (step < least))
    return Built(solids, replace(found, step=step, reason=reason))


def joined(built: Sequence[Built]) -> Built:
    """All parts, one after the other."""
    if len(built) == 1:
        return built[0]
    solids = {lod: concatenate([b.solids[lod] for b in built]) for lod in LODS}
    return Built(solids, Findings.joined([b.found for b in built]))


def replaced(built: Built, row: int, other: Built) -> Built:
    """The parts with what ``other`` holds for part ``row``."""
    order = np.arange(len(built.found.step))
    order[row] = len(order)
    both = joined([built, other])
    solids = {lod: take(shells, order) for lod, shells in both.solids.items()}
    return Built(solids, built.found.replaced(row, other.found))


def _beside(partitions: Sequence[Partition]) -> Partition:
    """Several partitions as one, their parts in order."""
    vertices = offsets_of(np.array([len(p.xy) for p in partitions]))
    faces = offsets_of(np.array([len(p.face_part) for p in partitions]))
    parts = offsets_of(np.array([len(p) for p in partitions]))

    def column(name: str, shifts: Ints | None = None, nowhere: bool = False) -> Any:
        columns = [getattr(p, name) for p in partitions]
        if shifts is not None:
            shifted = zip(columns, shifts.tolist(), strict=False)
            columns = [np.where(c < 0, c, c + shift) if nowhere else c + shift for c, shift in shifted]
        return np.concatenate(columns)

    return Partition(
        xy=column("xy"),
        vertex_part=column("vertex_part", parts),
        fixed=column("fixed"),
        start=column("start", vertices),
        end=column("end", vertices),
        left=column("left", faces, nowhere=True),
        right=column("right", faces, nowhere=True),
        face_part=column("face_part", parts),
        face_label=column("face_label"),
        plane=column("plane"),
        origin=column("origin"),
        ground=column("ground"),
    )
