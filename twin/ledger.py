"""The count ledger: objects in = objects out + objects rejected with a reason, at every stage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from ingest.delivery import REJECT_COLUMNS, Delivery
from twin.errors import LedgerError

Rejects = pd.DataFrame
_OUR_FAULT = "This is a fault in the program: please report it with the build's settings."


@dataclass(frozen=True, slots=True)
class Count:
    """One line of the account: what went into a stage and what came out.

    Attributes
    ----------
    stage : str
        ``read``, ``merge``, ``geometry``, ``write`` ...
    collection : str
        ``pand``, ``wegdeel`` ...
    objects_in, objects_out, rejected : int
        Always ``objects_in == objects_out + rejected``.
    """

    stage: str
    collection: str
    objects_in: int
    objects_out: int
    rejected: int


@dataclass(slots=True)
class Ledger:
    """The account of one build; lines of equal stage and collection add up.

    Attributes
    ----------
    counts : list of Count
    rejects : list of DataFrame
        Columns ``stage, collection, object_id, reason, detail``.
    """

    counts: list[Count] = field(default_factory=list)
    rejects: list[Rejects] = field(default_factory=list)

    def enter(
        self,
        stage: str,
        collection: str,
        objects_in: int,
        objects_out: int,
        rejects: pd.DataFrame | None = None,
    ) -> None:
        """Enter a stage's account.

        Raises
        ------
        LedgerError
            When the counts don't add up, or a reject has no reason: an object vanished or appeared
            without one.
        """
        rejected = 0 if rejects is None else len(rejects)
        if objects_in != objects_out + rejected:
            raise LedgerError(
                f"{stage}/{collection}: {objects_in} objects in, {objects_out} out and {rejected} rejected. "
                f"{_OUR_FAULT}"
            )
        if rejects is not None and rejects["reason"].isna().any():
            raise LedgerError(f"{stage}/{collection}: objects were rejected without a reason. {_OUR_FAULT}")
        self.counts.append(Count(stage, collection, objects_in, objects_out, rejected))
        if rejects is not None and rejected:
            lines = rejects.loc[:, list(REJECT_COLUMNS)].astype("str")
            lines.insert(0, "collection", collection)
            lines.insert(0, "stage", stage)
            self.rejects.append(lines)

    def receive(self, collection: str, delivery: Delivery) -> None:
        """Enter what a reader kept and rejected."""
        self.enter("read", collection, delivery.read, len(delivery.frame), delivery.rejects)

    def merge(self, other: Ledger) -> None:
        """Add the lines of another ledger, for instance of a tile."""
        self.counts.extend(other.counts)
        self.rejects.extend(other.rejects)

    def totals(self) -> list[Count]:
        """One line per stage and collection, in the order of first appearance."""
        sums: dict[tuple[str, str], tuple[int, int, int]] = {}
        for c in self.counts:
            a = sums.get((c.stage, c.collection), (0, 0, 0))
            sums[c.stage, c.collection] = (a[0] + c.objects_in, a[1] + c.objects_out, a[2] + c.rejected)
        return [Count(*key, *values) for key, values in sums.items()]

    def reject_lines(self) -> pd.DataFrame:
        """All rejects as one table: ``stage, collection, object_id, reason, detail``."""
        columns = ["stage", "collection", *REJECT_COLUMNS]
        return (
            pd.concat(self.rejects, ignore_index=True)
            if self.rejects
            else pd.DataFrame(columns=columns, dtype="str")
        )

    def as_json(self) -> list[dict[str, Any]]:
        """Totals with the number of rejects per reason, for the manifest."""
        lines = self.reject_lines()
        reasons = lines.groupby(["stage", "collection", "reason"], sort=True).size()
        result = []
        for count in self.totals():
            entry: dict[str, Any] = asdict(count)
            if count.rejected:
                here = reasons.xs((count.stage, count.collection))
                entry["reasons"] = {str(k): int(v) for k, v in here.items()}
            result.append(entry)
        return result


def rejects(rows: Iterable[tuple[str, str, str]]) -> Rejects:
    """Reject lines from ``(object_id, reason, detail)`` rows."""
    return pd.DataFrame(list(rows), columns=list(REJECT_COLUMNS), dtype="str")
