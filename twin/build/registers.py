"""Reading every source that ``twin.toml`` names, with an account of what was read and what was left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd

from ingest import ahn, bag, bgt, cbs, energielabel, woz
from ingest.delivery import Delivery
from twin.build.progress import Progress
from twin.build.provenance import Provenance, provenance
from twin.errors import SettingsError
from twin.ledger import Ledger
from twin.settings import Settings, Source, SourceKind

Bbox = tuple[float, float, float, float]


@dataclass(slots=True)
class Registers:
    """All that was read.

    Attributes
    ----------
    tables : dict of str to GeoDataFrame
        ``bag/pand``, ``bag/verblijfsobject``, ``bgt/wegdeel``, ``cbs/buurt`` ...; absent if not delivered.
    addresses, woz, labels : DataFrame or None
    points : PointStore or None
    provenance : list of Provenance
    ledger : Ledger
    """

    tables: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    addresses: pd.DataFrame | None = None
    woz: pd.DataFrame | None = None
    labels: pd.DataFrame | None = None
    points: ahn.PointStore | None = None
    provenance: list[Provenance] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)


def read_registers(settings: Settings, work: Path, progress: Progress) -> Registers:
    """Read the sources; point clouds are spooled into cells below ``work`` and stay on disk.

    Raises
    ------
    SourceError
        When a source as a whole can't be used.
    SettingsError
        When two sources of one register deliver the same table.
    """
    found = Registers()
    bbox = settings.twin.bbox
    progress.stage("Registers lezen", len(settings.source))
    for source in settings.source:
        progress.doing(source.kind.value.upper())
        notes: list[str] = []
        for delivery in _deliveries(source, bbox, work, found):
            notes.extend(delivery.notes)
            _receive(found, source, delivery)
        if source.kind is SourceKind.AHN and found.points is not None:
            notes.extend(found.points.summary.notes)
        found.provenance.append(provenance(source, tuple(dict.fromkeys(notes))))
        progress.advance()
    return found


def _deliveries(source: Source, bbox: Bbox | None, work: Path, found: Registers) -> list[Delivery]:
    match source.kind:
        case SourceKind.BGT:
            return [d for path in source.path for d in bgt.read(path, bbox=bbox).values()]
        case SourceKind.BAG:
            tables = bag.read(source.path, bbox=bbox)
            found.addresses = bag.addresses(tables)
            return list(tables.values())
        case SourceKind.CBS:
            return [d for p in source.path for d in cbs.read(p, year=source.year, bbox=bbox).values()]
        case SourceKind.WOZ:
            columns = woz.WozColumns(**source.columns) if source.columns else woz.WozColumns()
            return [woz.read(path, columns) for path in source.path]
        case SourceKind.ENERGIELABEL:
            return [energielabel.read(path) for path in source.path]
        case SourceKind.AHN:
            found.points = ahn.PointStore.build(source.path, work / "points", bbox=grown(bbox))
            return []


def grown(bbox: Bbox | None, margin: float = 50.0) -> Bbox | None:
    """The area with a margin [m]: points around a building at the edge count for its ground."""
    return bbox and (bbox[0] - margin, bbox[1] - margin, bbox[2] + margin, bbox[3] + margin)


def _receive(found: Registers, source: Source, delivery: Delivery) -> None:
    found.ledger.receive(delivery.name, delivery)
    match source.kind:
        case SourceKind.WOZ:
            found.woz = delivery.frame if found.woz is None else pd.concat([found.woz, delivery.frame])
        case SourceKind.ENERGIELABEL:
            found.labels = (
                delivery.frame if found.labels is None else pd.concat([found.labels, delivery.frame])
            )
        case _:
            if delivery.name in found.tables:
                raise SettingsError(
                    f"{source.path[0]}: delivers {delivery.name}, as another file of twin.toml does. "
                    "Keep one of them"
                )
            if len(delivery.frame) or delivery.name.endswith("/pand"):
                found.tables[delivery.name] = delivery.frame
