"""All checks of a twin on disk, and their verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tiles import check_tileset
from twin.build.progress import Progress
from twin.check.contents import compare
from twin.check.ground import GroundFault, check_ground
from twin.check.roundtrip import compare_tiles
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
        ("solids", lambda: _solids(layout, verdict)),
        ("ground", lambda: _ground(layout, verdict)),
        ("tables", lambda: _tables(layout, manifest, verdict)),
        ("CityJSON and tables", lambda: _contents(layout, manifest, verdict)),
        ("3D Tiles", lambda: _tilesets(layout, manifest, verdict)),
        ("3D Tiles and CityJSON", lambda: _roundtrip(layout, manifest, verdict)),
        ("report", lambda: _report(layout, manifest, verdict)),
        ("counts", lambda: _ledger(manifest, verdict)),
    ]
    progress.stage("Checking", len(steps))
    for title, step in steps:
        progress.doing(title)
        step()
        progress.advance()
    return verdict


def _sequences(layout: Layout, verdict: Verdict) -> None:
    findings = [
        Finding(f"cityjson/{fault.where}", f"{fault.rule}: {fault.message}")
        for path in layout.sequences()
        for fault in check_sequence(path)
    ]
    verdict.enter("CityJSON: files", len(layout.sequences()), findings)


def _solids(layout: Layout, verdict: Verdict) -> None:
    for lod, (checked, faults) in sorted(check_solids(layout.sequences()).items()):
        findings = [Finding(f"{f.object_id} LoD {lod}", f.message) for f in faults]
        verdict.enter(f"Solids LoD {lod} (ISO 19107)", checked, findings)


def _ground(layout: Layout, verdict: Verdict) -> None:
    found = check_ground(layout)

    def enter(name: str, checked: int, faults: list[GroundFault]) -> None:
        verdict.enter(f"Ground: {name}", checked, [Finding(f.where, f.message) for f in faults])

    if found.objects or found.present:
        enter("surfaces that meet", found.objects, found.closed)
        enter("objects present", found.objects, found.present)
        enter("areas", found.objects, found.area)
        enter("flat waters", found.waters, found.flat)
        enter("depths", found.objects + found.lower, found.deep)


def _tables(layout: Layout, manifest: Manifest, verdict: Verdict) -> None:
    """Every table can be read, ids are unique, and there are as many objects as the manifest says."""
    findings = []
    for collection in sorted(manifest.counts.keys() | set(layout.collections())):
        count, ids = manifest.counts.get(collection, 0), list[str]()
        for path in layout.tables(collection):
            try:
                ids.extend(pq.read_table(path, columns=["identificatie"])["identificatie"].to_pylist())
            except (OSError, pa.ArrowException) as error:
                findings.append(Finding(f"objects/{collection}/{path.name}", f"can't be read: {error}"))
        where = f"objects/{collection}"
        if len(ids) != count:
            findings.append(Finding(where, f"{len(ids)} objects, but the manifest says {count}"))
        repeated = sorted(i for i, times in Counter(ids).items() if times > 1)
        findings += [Finding(f"{where} {i}", "stands in it more than once") for i in repeated]
    verdict.enter("Tables: collections", len(manifest.counts), findings)


def _contents(layout: Layout, manifest: Manifest, verdict: Verdict) -> None:
    checked, differences = compare(layout, manifest.counts, manifest.catalogue.public(manifest.withheld))
    verdict.enter("CityJSON and tables: objects", checked, [Finding(d.where, d.message) for d in differences])


def _tilesets(layout: Layout, manifest: Manifest, verdict: Verdict) -> None:
    """The root and all that it refers to; a theme's objects are those that the tables have."""
    if not manifest.themes:
        return
    per_theme: dict[str, list[Finding]] = {"": [], **{theme["id"]: [] for theme in manifest.themes}}
    for fault in check_tileset(layout.tiles3d):
        found = per_theme.get(fault.file.split("/")[0], per_theme[""])
        found.append(Finding(f"3dtiles/{fault.file}", fault.message))
    root = _children(layout)
    for theme in manifest.themes:
        if theme["id"] not in root:
            per_theme[""].append(Finding("3dtiles/tileset.json", f"does not refer to theme {theme['id']}"))
        where, drawn = f"3dtiles/{theme['id']}/tileset.json", _drawn(layout, theme["id"])
        if drawn != theme["count"]:
            said = "missing, or without its counts" if drawn is None else f"{drawn} objects drawn"
            message = f"{said}; the manifest says {theme['count']}"
            per_theme[theme["id"]].append(Finding(where, message))
        verdict.enter(f"3D Tiles {theme['id']}: objects", theme["count"], per_theme[theme["id"]])
    verdict.enter("3D Tiles: root", 1, per_theme[""])


def _roundtrip(layout: Layout, manifest: Manifest, verdict: Verdict) -> None:
    """What the tiles draw lies where the CityJSON has it, corner by corner."""
    if manifest.themes:
        checked, strays = compare_tiles(layout, manifest.tile)
        findings = [Finding(stray.where, stray.message) for stray in strays]
        verdict.enter("3D Tiles: objects within 2 cm of their CityJSON", checked, findings)


def _children(layout: Layout) -> set[str]:
    """Themes that the root tileset refers to."""
    content = _json(layout.tiles3d / "tileset.json")
    try:
        return {child["content"]["uri"].split("/")[0] for child in content["root"]["children"]}
    except (AttributeError, KeyError, TypeError):
        return set()


def _drawn(layout: Layout, theme: str) -> int | None:
    """Objects that a theme's tileset says it draws; None if it says nothing."""
    try:
        return int(_json(layout.tiles3d / theme / "tileset.json")["asset"]["extras"]["counts"]["drawn"])
    except (KeyError, TypeError, ValueError):
        return None


def _json(path: Path) -> Any:
    try:
        return orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}


def _report(layout: Layout, manifest: Manifest, verdict: Verdict) -> None:
    """Every pand has its figures and every reject its line, as many as the manifest says."""
    findings = []
    tables: dict[str, pd.DataFrame] = {}
    for name in ("quality", "rejects"):
        path = layout.report / f"{name}.parquet"
        try:
            tables[name] = pd.read_parquet(path)
        except (OSError, pa.ArrowException) as error:
            findings.append(Finding(f"report/{path.name}", f"can't be read: {error}"))
    if (quality := tables.get("quality")) is not None:
        lods = quality["lod"].value_counts().to_dict() if len(quality) else {}
        if lods != manifest.lods:
            findings.append(
                Finding(
                    "report/quality.parquet",
                    f"panden per LoD are {lods}, but the manifest says {manifest.lods}",
                )
            )
        silent = quality[quality["lod_reden"].isna()] if len(quality) else quality
        findings += [
            Finding(f"report/quality.parquet {i}", "has no reason for its LoD")
            for i in silent.get("identificatie", ())
        ]
    rejected = sum(line["rejected"] for line in manifest.ledger)
    if (rejects := tables.get("rejects")) is not None and len(rejects) != rejected:
        findings.append(
            Finding(
                "report/rejects.parquet", f"{len(rejects)} lines, but the manifest says {rejected} rejected"
            )
        )
    if not (layout.report / "index.html").is_file():
        findings.append(Finding("report/index.html", "missing"))
    verdict.enter("Report: files", 3, findings)


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
    verdict.enter("Counts: lines", len(manifest.ledger), findings)
