"""What a build says when it is done: to whoever ran it, and in the manifest."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from twin.attach import JoinReport
from twin.build.datasets import declared
from twin.build.provenance import Provenance
from twin.build.tile import TileResult
from twin.build.tilesets import ThemeSummary
from twin.ground import THEMES
from twin.ledger import Ledger
from twin.reconstruction import LODS
from twin.reconstruction.fit import Fit
from twin.settings import Settings
from twin.store import Manifest
from twin.store.manifest import versions

QUALITY_MEDIANS = (
    "afstand_mediaan_lod12",
    "afstand_mediaan_lod13",
    "afstand_mediaan_lod22",
    "rmse_lod12",
    "rmse_lod13",
    "rmse_lod22",
    "aandeel_binnen_20cm",
    "puntdichtheid",
    "aantal_dakvlakken",
)


@dataclass(slots=True)
class BuildSummary:
    """Outcome of a build.

    Attributes
    ----------
    out : Path
    counts : dict
        Objects per collection.
    lods : dict
        Panden per LoD reached.
    reasons : dict
        Panden below LoD 2.2 per reason, as the tables have it.
    quality : dict
        Medians over the panden.
    fit : dict of str to dict
        Per LoD the distances of all roof points, see :meth:`twin.reconstruction.fit.Fit.figures`.
    joins : list of dict
    rejected : int
        Records left out, each with a reason in ``report/rejects.parquet``.
    tiles, built : int
        Tiles in all, and those that had to be built anew.
    seconds : float
    """

    out: Path
    counts: dict[str, int] = field(default_factory=dict)
    lods: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    quality: dict[str, Any] = field(default_factory=dict)
    fit: dict[str, dict[str, float]] = field(default_factory=dict)
    joins: list[dict[str, Any]] = field(default_factory=list)
    rejected: int = 0
    tiles: int = 0
    built: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        return {**asdict(self), "out": str(self.out), "seconds": round(self.seconds, 2)}


def summarise(
    out: Path, results: list[TileResult], quality: pd.DataFrame, joins: list[JoinReport], ledger: Ledger
) -> BuildSummary:
    """Add up the tiles."""
    counts: dict[str, int] = {}
    for result in results:
        for name, n in sorted(result.counts.items()):
            counts[name] = counts.get(name, 0) + n
    lods = quality["lod"].value_counts().sort_index() if len(quality) else pd.Series(dtype="int64")
    lower = quality[quality["lod"] != "2.2"] if len(quality) else quality
    # Most frequent first, by name where equally so.
    reasons = lower["lod_reden"].value_counts() if len(lower) else pd.Series(dtype="int64")
    reasons = reasons.sort_index().sort_values(ascending=False, kind="stable")
    return BuildSummary(
        out,
        counts,
        {str(k): int(v) for k, v in lods.items()},
        {str(k): int(v) for k, v in reasons.items()},
        _medians(quality),
        {lod: sum((r.fit[lod] for r in results if lod in r.fit), Fit()).figures() for lod in LODS},
        [j.as_json() for j in joins],
        len(ledger.reject_lines()),
    )


def _medians(quality: pd.DataFrame) -> dict[str, Any]:
    known = {name: quality[name].dropna() for name in QUALITY_MEDIANS if name in quality}
    return {name: round(float(values.median()), 4) for name, values in known.items() if len(values)}


def manifest_of(
    settings: Settings,
    bbox: tuple[float, float, float, float],
    built: str,
    sources: list[Provenance],
    themes: dict[str, ThemeSummary],
    summary: BuildSummary,
    ledger: Ledger,
    looks: dict[str, Any],
) -> Manifest:
    """The content of ``twin.json``; ``built`` is an ISO date and time."""
    return Manifest(
        name=settings.twin.name,
        municipality=settings.twin.municipality,
        bbox=bbox,
        built=built,
        parameters=settings.build.model_dump(),
        sources=[p.as_json() for p in sources],
        themes=[
            {
                "id": theme.id,
                "title": {"nl": theme.nl, "en": theme.en},
                "tileset": f"/3dtiles/{theme.id}/tileset.json",
                "collections": themes[theme.id].collections,
                "count": themes[theme.id].features,
            }
            for theme in THEMES
            if theme.id in themes
        ],
        counts=summary.counts,
        lods=summary.lods,
        quality=summary.quality,
        fit=summary.fit,
        joins=summary.joins,
        ledger=ledger.as_json(),
        versions=versions(),
        attributes=[a.as_json() for a in declared(settings)],
        looks=looks,
    )
