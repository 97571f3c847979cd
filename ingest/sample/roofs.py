"""From columns of buildings to true roofs: planar facets that partition each footprint."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ingest.sample import landmarks, roof_shapes
from ingest.sample.content import Roof
from ingest.sample.drawing import Facets, Part, Work, no_rise
from ingest.sample.plan import Floats, Geometries


def make_roofs(table: pd.DataFrame, rings: list[Floats], ground: Floats) -> tuple[Geometries, Facets]:
    """Footprints (B,) and facets of all buildings.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns as :class:`~ingest.sample.content.Content` collects them, a row per building.
    rings : list of (5, 2) float64
        Corners of the corner houses.
    ground : (B,) float64
        Height of the ground at each building [m, NAP].
    """
    work = Work(table, ground)
    for roof, rows in table.groupby("roof", sort=True).indices.items():
        part = Part(work, np.asarray(rows))
        if roof == Roof.CORNER:
            landmarks.corner(part, np.array([rings[int(i)] for i in table["ring"].to_numpy()[rows]]))
        else:
            SHAPES[Roof(str(roof))](part)
    _extensions(Part(work, np.flatnonzero(table["ext_u0"].notna())))
    return work.finish()


def _extensions(p: Part) -> None:
    if not p.rows.size:
        return
    deep = p.v1 + p["ext_depth"]
    points = [(p["ext_u0"], p.v1), (p["ext_u1"], p.v1), (p["ext_u1"], deep), (p["ext_u0"], deep)]
    top = p.work.ground[p.rows] + p["ext_height"]
    p.facet(points, (p["ext_u0"], p.v1, top), no_rise(p), "aanbouw")


SHAPES = {
    Roof.FLAT: roof_shapes.flat,
    Roof.GABLE_U: roof_shapes.gable_u,
    Roof.GABLE_V: roof_shapes.gable_v,
    Roof.HIP: roof_shapes.hip,
    Roof.HIP_END: roof_shapes.hip_end,
    Roof.HALF_HIP: roof_shapes.half_hip,
    Roof.MANSARD: roof_shapes.mansard,
    Roof.LEAN_TO: roof_shapes.lean_to,
    Roof.CROSS: roof_shapes.cross,
    Roof.BARREL: roof_shapes.barrel,
    Roof.SAWTOOTH: roof_shapes.sawtooth,
    Roof.ROWS: roof_shapes.rows,
    Roof.STEPPED: roof_shapes.stepped,
    Roof.COURT: landmarks.court,
    Roof.CHURCH: landmarks.church,
    Roof.TOWN_HALL: landmarks.town_hall,
}
