"""A data set of one's own on the objects: pairs, values, what is hidden, and the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from twin.attach.aggregate import Aggregated, aggregate
from twin.attach.join import EXAMPLES, JoinReport
from twin.attach.pairs import Pairs, pairs_by_key, pairs_by_place
from twin.attach.suppress import hidden_cells
from twin.errors import AttachError
from twin.geometry.columns import Bools
from twin.settings.dataset import Dataset, DatasetAttribute


def attach_dataset(
    dataset: Dataset, records: pd.DataFrame, collections: Mapping[str, gpd.GeoDataFrame]
) -> tuple[gpd.GeoDataFrame, JoinReport]:
    """The collection of a data set with its attributes, and how well the two fitted.

    Parameters
    ----------
    dataset : Dataset
    records : DataFrame
        From :func:`ingest.dataset.read`: ``key`` or ``geometry``, and the columns of the attributes.
    collections : mapping
        Objects of the twin, with ``identificatie``, geometry in EPSG:28992 and what was joined before.

    Raises
    ------
    AttachError
        When the twin lacks what the join needs.
    """
    objects = collections.get(dataset.to)
    if objects is None:
        raise AttachError(
            f"data set {dataset.name}: there is no {dataset.to} in this twin. Correct `to` in twin.toml, or "
            "add the source that has them"
        )
    objects = objects.reset_index(drop=True)
    if dataset.spatial:
        pairs = pairs_by_place(dataset, gpd.GeoDataFrame(records), objects)
    else:
        pairs = pairs_by_key(dataset, records, collections)
    found = {a.name: aggregate(a, pairs, records, len(objects)) for a in dataset.attribute}
    hidden = _hidden(dataset, found, objects)
    columns = {
        a.name: _shown(a, found[a.name], hidden if dataset.guarded(a) else None) for a in dataset.attribute
    }
    joined = objects.assign(**columns)
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=28992), _report(
        dataset, pairs, records, objects, found, hidden
    )


def _hidden(dataset: Dataset, found: Mapping[str, Aggregated], objects: pd.DataFrame) -> Bools:
    """Objects whose guarded figures rest on too few records."""
    guarded = [found[a.name].known for a in dataset.attribute if dataset.guarded(a)]
    if not guarded:
        return np.zeros(len(objects), dtype=bool)
    known = np.array(guarded)
    # The fewest behind any of the figures that there are; 0 where there is none.
    fewest = np.where(known > 0, known, known.max()).min(axis=0) * (known > 0).any(axis=0)
    levels = [objects[c] for c in ("wijkcode", "gemeentecode") if c in objects]
    everywhere = pd.Series(0, index=objects.index)
    return hidden_cells(fewest, [*levels, everywhere], dataset.minimum)


def _shown(attribute: DatasetAttribute, found: Aggregated, hidden: Bools | None) -> pd.Series[Any]:
    return found.values if hidden is None else found.values.mask(pd.Series(hidden))


def _report(
    dataset: Dataset,
    pairs: Pairs,
    records: pd.DataFrame,
    objects: pd.DataFrame,
    found: Mapping[str, Aggregated],
    hidden: Bools,
) -> JoinReport:
    matched = np.zeros(len(objects), dtype=bool)
    matched[pairs.object] = True
    used = np.zeros(len(records), dtype=bool)
    used[pairs.record] = True
    keys = _names(dataset, records)
    again = keys.duplicated(keep=False) if not dataset.spatial else pd.Series(False, index=records.index)
    ambiguous = np.unique(np.concatenate([f.ambiguous for f in found.values()]))
    names = objects["identificatie"].astype("str")
    return JoinReport(
        f"{dataset.to} <- {dataset.name}",
        " + ".join(dataset.key) or str(dataset.by),
        len(objects),
        int(matched.sum()),
        len(records),
        int(used.sum()),
        unmatched_left=_examples(names[~matched]),
        unmatched_right=_examples(keys[~used]),
        duplicates=int(again.sum()),
        duplicate_keys=_examples(keys[again]),
        ambiguous=len(ambiguous),
        ambiguous_left=_examples(names.take(ambiguous)),
        hidden=int(hidden.sum()),
        secret=dataset.classification != "openbaar",
    )


def _names(dataset: Dataset, records: pd.DataFrame) -> pd.Series[str]:
    """What to call a record: its key, or where it lies."""
    if not dataset.spatial:
        return records["key"].astype("str")
    places = shapely.point_on_surface(np.asarray(records["geometry"].array, dtype=object))
    xy = pd.DataFrame(shapely.get_coordinates(places)).round().astype("Int64").astype("str")
    return xy[0].str.cat(xy[1], sep=" ")


def _examples(keys: pd.Series[Any]) -> tuple[str, ...]:
    return tuple(keys.dropna().drop_duplicates().sort_values().head(EXAMPLES))
