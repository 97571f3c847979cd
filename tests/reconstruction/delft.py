"""The real area of the tests: AHN3 and BGT panden of a neighbourhood in Delft."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import laspy
import numpy as np
import numpy.typing as npt
import pyogrio


@dataclass(frozen=True)
class Delft:
    panden: npt.NDArray[Any]
    xyz: npt.NDArray[np.float64]
    classification: npt.NDArray[np.uint8]


@cache
def read_delft(real_data: Path) -> Delft:
    folder = real_data / "delft"
    clouds = [laspy.read(folder / f"ahn3_37en{sheet}.laz") for sheet in (1, 2)]
    return Delft(
        np.asarray(pyogrio.read_dataframe(folder / "bgt.gpkg", layer="pand").geometry.values),
        np.concatenate([np.column_stack((c.x, c.y, c.z)) for c in clouds]),
        np.concatenate([np.asarray(c.classification) for c in clouds]),
    )
