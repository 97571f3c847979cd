"""All checks of a twin on disk, and their verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd

from tiles import check_tileset
from twin.build.progress import Progress
from twin.check.solids import check_solids
from twin.cityjson import check_sequence
from twin.store import Layout, Manifest, read_manifest


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong.

    Attributes
    ----------
    where : str
        File and object.
    message : str
    """

    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Check:
    """Outcome of one kind of check.

    Attributes
    ----------
    name : str
    checked, failed : int
    """

    name: str
    checked: int
    failed: int


@dataclass(slots=True)
class Verdict:
    """Outcome of all checks."""

    checks: list[Check] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.findings

    def enter(self, name: str, checked: int, findings: list[Finding]) -> None:
        """Enter the outcome of a check; an object with several findings counts as one that failed."""
        self.checks.append(Check(name, checked, len({f.where for f in findings})))
        self.findings.extend(findings)

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "passed": self.passed,
            "checks": [asdict(c) for c in self.checks],
            "findings": [asdict(f) for f in self.findings],
        }


def check_twin(root: Path, progress: Progress) -> Verdict:
    """Check a twin on disk.

    Raises
    ------
    StoreError
        When there is no twin in ``root``.
    """
    layout = Layout(root)
    manifest = read_manifest(layout)
    verdict = Verdict()
    steps: list[tuple[str, Callable[[], None]]] = [
        ("CityJSON", lambda: _sequences(layout, verdict)),
        ("Solids", lambda: _solids(layout, verdict)),
        ("3D Tiles", lambda: _tilesets(layout, manifest, verdict)),
        ("Tabellen", lambda: _tables(layout, manifest, verdict)),
        ("Telling", lambda: _ledger(manifest, verdict)),
    ]
    progress.stage("Controleren", len(steps))
    for title, step in steps:
        progress.doing(title)
        step()
        progress.advance()
    return verdict


def _sequences(layout: Layout, verdict: Verdict) -> None:
    findings = [
        Finding(fault.where, f"{fault.rule}: {fault.message}")
        for path in layout.sequences()
        for fault in check_sequence(path)
    ]
    verdict.enter("CityJSON: bestanden", len(layout.sequences()), findings)


def _solids(layout: Layout, verdict: Verdict) -> None:
    for lod, (checked, faults) in sorted(check_solids(layout.sequences()).items()):
        findings = [Finding(f"{f.object_id} LoD {lod}", f.message) for f in faults]
        verdict.enter(f"Solids LoD {lod} (ISO 19107)", checked, findings)


def _tilesets(layout: Layout, manifest: Manifest, verdict: Verdict) -> None:
    for theme in manifest.themes:
        folder = layout.tiles3d / theme["id"]
        findings = [Finding(f"3dtiles/{theme['id']}/{f.file}", f.message) for f in check_tileset(folder)]
        verdict.enter(f"3D Tiles {theme['id']}: objecten", theme["count"], findings)


def _tables(layout: Layout, manifest: Manifest, verdict: Verdict) -> None:
    """Every table can be read, ids are unique, and there are as many objects as the manifest says."""
    findings = []
    for collection, count in manifest.counts.items():
        ids: list[str] = []
        for path in layout.tables(collection):
            ids.extend(gpd.read_parquet(path, columns=["identificatie", "geometry"])["identificatie"])
        where = f"objects/{collection}"
        if len(ids) != count:
            findings.append(Finding(where, f"{len(ids)} objects, but the manifest says {count}"))
        if len(set(ids)) != len(ids):
            findings.append(Finding(where, f"{len(ids) - len(set(ids))} ids stand more than once"))
    verdict.enter("Tabellen: collecties", len(manifest.counts), findings)


def _ledger(manifest: Manifest, verdict: Verdict) -> None:
    """What went into every stage came out of it or was rejected; what was written is what was counted."""
    findings = [
        Finding(f"twin.json {line['stage']}/{line['collection']}", "the counts don't add up")
        for line in manifest.ledger
        if line["objects_in"] != line["objects_out"] + line["rejected"]
    ]
    written = {x["collection"]: x["objects_out"] for x in manifest.ledger if x["stage"] == "write"}
    placed = {x["collection"]: x["objects_out"] for x in manifest.ledger if x["stage"] == "tile"}
    for collection in placed.keys() | written.keys() | manifest.counts.keys():
        seen = {d.get(collection, 0) for d in (written, placed, manifest.counts)}
        if len(seen) > 1:
            findings.append(
                Finding(f"twin.json {collection}", f"counted differently by stages: {sorted(seen)}")
            )
    if sum(manifest.lods.values()) != manifest.counts.get("pand", 0):
        findings.append(Finding("twin.json lods", "not every pand has a level of detail"))
    verdict.enter("Telling: regels", len(manifest.ledger), findings)
