"""Many values become one: of all objects at once, over pairs of objects and records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from twin.attach.pairs import Pairs
from twin.geometry.columns import Ints
from twin.settings.dataset import DatasetAttribute


@dataclass(frozen=True, slots=True)
class Aggregated:
    """Values of one attribute.

    Attributes
    ----------
    values : (N,) Series
        Per object; missing where it has no value.
    known : (N,) int64
        Records with a value behind it.
    ambiguous : (A,) int64
        Objects whose records differ where they should not; they have no value.
    """

    values: pd.Series[Any]
    known: Ints
    ambiguous: Ints


def aggregate(attribute: DatasetAttribute, pairs: Pairs, records: pd.DataFrame, objects: int) -> Aggregated:
    """One value per object.

    A sum adds the parts of the records that an object gets; mean, mode and share weigh by how much of the
    object a record covers. Records without a value count for nothing. Of equally frequent values the first
    by order counts. A count is 0 where there is no record; all else is missing there.

    Parameters
    ----------
    attribute : DatasetAttribute
    pairs : Pairs
    records : DataFrame
        With the attribute's column.
    objects : int
    """
    column = attribute.source_column
    lines = pd.DataFrame({"object": pairs.object, "part": pairs.part, "cover": pairs.cover})
    if column is not None:
        lines["value"] = records[column].take(pairs.record).reset_index(drop=True)
        lines = lines.dropna(subset=["value"])
    known = np.bincount(lines["object"], minlength=objects).astype(np.int64)
    none = np.empty(0, dtype=np.int64)
    if attribute.aggregate == "count":
        return Aggregated(pd.Series(known).astype("Int64"), known, none)
    if attribute.aggregate is None:
        return _agreed(lines, known)
    values = _SCORES[attribute.aggregate](lines, attribute)
    return Aggregated(values.reindex(range(objects)), known, none)


def _agreed(lines: pd.DataFrame, known: Ints) -> Aggregated:
    distinct = lines.drop_duplicates(["object", "value"])
    twice = distinct["object"].duplicated(keep=False)
    values = distinct[~twice].set_index("object")["value"].reindex(range(len(known)))
    return Aggregated(values, known, np.unique(distinct.loc[twice, "object"].to_numpy(np.int64)))


def _sum(lines: pd.DataFrame, attribute: DatasetAttribute) -> pd.Series[Any]:
    shares = lines["value"].astype("Float64") * lines["part"]
    total = shares.groupby(lines["object"]).sum()
    return total.round().astype("Int64") if attribute.type == "integer" else total


def _mean(lines: pd.DataFrame, attribute: DatasetAttribute) -> pd.Series[Any]:
    return _weighted(lines.assign(value=lines["value"].astype("Float64")))


def _share(lines: pd.DataFrame, attribute: DatasetAttribute) -> pd.Series[Any]:
    equal = (lines["value"].astype("string") == _as_text(attribute)).astype("Float64")
    return _weighted(lines.assign(value=equal))


def _as_text(attribute: DatasetAttribute) -> str:
    """The value whose share is taken, as pandas writes one of its type."""
    text = attribute.equals or ""
    return {"true": "True", "false": "False"}.get(text.lower(), text) if attribute.type == "boolean" else text


def _weighted(lines: pd.DataFrame) -> pd.Series[Any]:
    total = (lines["value"] * lines["cover"]).groupby(lines["object"]).sum()
    return total / lines.groupby("object")["cover"].sum()


def _mode(lines: pd.DataFrame, attribute: DatasetAttribute) -> pd.Series[Any]:
    weight = lines.groupby(["object", "value"], sort=True)["cover"].sum().reset_index()
    ranked = weight.sort_values(["object", "cover", "value"], ascending=[True, False, True])
    return ranked.drop_duplicates("object").set_index("object")["value"]


def _min(lines: pd.DataFrame, attribute: DatasetAttribute) -> pd.Series[Any]:
    return lines.groupby("object")["value"].min()


def _max(lines: pd.DataFrame, attribute: DatasetAttribute) -> pd.Series[Any]:
    return lines.groupby("object")["value"].max()


_SCORES = {"sum": _sum, "mean": _mean, "share": _share, "mode": _mode, "min": _min, "max": _max}
