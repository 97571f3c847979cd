"""What a legend is made from: the distribution of an attribute over objects."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from fastapi import APIRouter, Depends, Query, Request

from twin.api.answers import Json
from twin.api.dependencies import CurrentTwinDep, note_read
from twin.api.features import Bbox, BboxCrs, Filter, FilterCrs, FilterLang
from twin.api.geojson import plain
from twin.api.selection import Selection, selection
from twin.catalogue import Attribute
from twin.errors import QueryError
from twin.geometry.columns import Floats

router = APIRouter(tags=["Legenda"])


class Asked:
    """An attribute, of all objects or of those that are asked for as in ``items``."""

    attribute: Attribute
    found: Selection

    def __init__(
        self,
        collection: str,
        request: Request,
        twin: CurrentTwinDep,
        name: Annotated[str, Query(alias="property", description="Attribute to look at.")],
        bbox: Bbox = None,
        bbox_crs: BboxCrs = None,
        filter_: Filter = None,
        filter_lang: FilterLang = "cql2-text",
        filter_crs: FilterCrs = None,
    ) -> None:
        twin.require(collection)
        self.attribute = twin.attribute(collection, name)
        self.found = selection(
            request, twin, collection, bbox=bbox, bbox_crs=bbox_crs, filter_=filter_, filter_lang=filter_lang,
            filter_crs=filter_crs,
        )  # fmt: skip
        self._request = request

    def values(self) -> pa.Array:
        """The attribute of the objects, an entry each; that it was read is noted."""
        found = self.found
        note_read(self._request, found.twin, found.collection, (self.attribute,), found.count(), found.where)
        return found.table.column(self.attribute.name, found.found)

    def answer(self, **content: Any) -> Json:
        """What was found, under what was asked."""
        asked = {
            "collection": self.found.collection,
            "property": self.attribute.name,
            "unit": self.attribute.unit,
        }
        return Json(asked | content)


AskedDep = Annotated[Asked, Depends()]


@router.get("/collections/{collection}/histogram", summary="Distribution of a number", response_class=Json)
def histogram(
    asked: AskedDep,
    bins: Annotated[int, Query(ge=1, le=200, description="Classes of equal width.")] = 20,
) -> Json:
    """Objects per class, of all objects or of those that are asked for as in ``items``."""
    if asked.attribute.type not in ("integer", "number"):
        raise QueryError(
            f"property={asked.attribute.name}: of type {asked.attribute.type}, which has no histogram. Ask "
            "for its values"
        )
    values = asked.values().cast(pa.float64()).to_numpy(zero_copy_only=False)
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (None, None)
    return asked.answer(
        count=len(values),
        missing=len(values) - len(known),
        min=plain(low, "number"),
        max=plain(high, "number"),
        bins=_classes(known, bins),
    )


def _classes(known: Floats, bins: int) -> list[dict[str, Any]]:
    """Classes of equal width; a value on the upper edge of all belongs to the last one."""
    if not len(known):
        return []
    one = known.min() == known.max()
    counts, edges = np.histogram(known, bins=1 if one else bins, range=(known.min(), known.max()))
    ends = [known[0], known[0]] if one else edges.tolist()
    return [
        {"from": plain(float(ends[i]), "number"), "to": plain(float(ends[i + 1]), "number"), "count": n}
        for i, n in enumerate(counts.tolist())
    ]


@router.get("/collections/{collection}/values", summary="Values that occur", response_class=Json)
def distinct(
    asked: AskedDep,
    limit: Annotated[int, Query(ge=1, le=1000, description="Values to give, the most frequent first.")] = 100,
) -> Json:
    """Values of an attribute with the number of objects; of a list, the members of all lists."""
    column = asked.values()
    known = column.drop_null()
    members = asked.attribute.type == "list"
    counted = pc.value_counts(known.flatten() if members else known)
    order = pc.sort_indices(
        pa.table({"value": counted.field("values"), "count": counted.field("counts")}),
        sort_keys=[("count", "descending"), ("value", "ascending")],
    )
    kind = "string" if members else asked.attribute.type
    return asked.answer(
        distinct=len(counted),
        missing=len(column) - len(known),
        values=[
            {"value": plain(entry["values"], kind), "count": entry["counts"]}
            for entry in counted.take(order[:limit]).to_pylist()
        ],
    )
