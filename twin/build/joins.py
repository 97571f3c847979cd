"""How the data sets of a ``twin.toml`` fit its objects, found out without building or writing anything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from twin.attach import JoinReport
from twin.build.city import assemble
from twin.build.progress import Progress
from twin.build.registers import read_registers
from twin.settings import Dataset, Settings, SourceKind


@dataclass(frozen=True, slots=True)
class Trial:
    """One data set on trial.

    Attributes
    ----------
    dataset : Dataset
    report : JoinReport
    rejected : dict of str to int
        Records that can't be used, by reason.
    filled : dict of str to int
        Objects that got a value, per attribute.
    notes : tuple of str
        What was assumed while reading.
    """

    dataset: Dataset
    report: JoinReport
    rejected: dict[str, int]
    filled: dict[str, int]
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "dataset": self.dataset.name,
            "by": str(self.dataset.by),
            **self.report.as_json(),
            "rejected": self.rejected,
            "filled": self.filled,
            "notes": list(self.notes),
        }


def try_joins(settings: Settings, progress: Progress) -> list[Trial]:
    """Join every data set to the objects of the registers; point clouds are not read.

    Raises
    ------
    SourceError, AttachError
        When a source or data set can't be used.
    """
    sources = tuple(s for s in settings.source if s.kind is not SourceKind.AHN)
    settings = settings.model_copy(update={"source": sources})
    with TemporaryDirectory() as passing:  # of data sets from the web, where no folder keeps them
        registers = read_registers(settings, Path(passing), progress)
    city = assemble(registers, settings.build.tile, settings.dataset)
    reports = city.joins[len(city.joins) - len(settings.dataset) :]
    lines = registers.ledger.reject_lines()
    notes = {p.kind: p.notes for p in registers.provenance}
    return [
        Trial(
            dataset,
            report,
            {
                str(k): int(n)
                for k, n in lines.loc[lines["collection"] == f"dataset/{dataset.name}", "reason"]
                .value_counts()
                .items()
            },
            {a.name: int(city.collections[dataset.to][a.name].notna().sum()) for a in dataset.attribute},
            notes[dataset.name],
        )
        for dataset, report in zip(settings.dataset, reports, strict=True)
    ]
