"""Where the heights of the BGT objects are from, counted, and those that have none by name."""

from __future__ import annotations

import pandas as pd
import pyarrow.parquet as pq

from twin.ground import COLLECTIONS, HeightSource
from twin.ground.levels import FAULT
from twin.ledger import Ledger, rejects
from twin.store import Layout

NO_HEIGHT = "no height: no point of the ground, or of what carries it, within reach"
BROKEN = "no height: the method broke on it, see the log of the build"
_UNKNOWN = {str(HeightSource.NONE): NO_HEIGHT, FAULT: BROKEN}


def heights_of(layout: Layout) -> pd.DataFrame:
    """Every BGT object of a twin: ``collection``, ``identificatie``, ``h_bron``."""
    frames = [pd.DataFrame({"collection": [], "identificatie": [], "h_bron": []}, dtype="str")]
    for name in COLLECTIONS:
        for path in layout.tables(name):
            # Where the points are not for everybody, neither is what follows from them.
            if {"identificatie", "h_bron"} <= set(pq.read_schema(path).names):
                table = pq.read_table(path, columns=["identificatie", "h_bron"]).to_pandas()
                frames.append(table.assign(collection=name))
    given = [f for f in frames if len(f)]
    return pd.concat(given, ignore_index=True) if given else frames[0]


def account_heights(heights: pd.DataFrame) -> Ledger:
    """Which objects got a height; those that did not keep their attributes and have no geometry."""
    ledger = Ledger()
    for name, own in heights.groupby("collection", sort=True):
        without = own[own["h_bron"].isin(_UNKNOWN)]
        lines = rejects(
            (str(i), _UNKNOWN[str(source)], "")
            for i, source in zip(without["identificatie"], without["h_bron"], strict=True)
        )
        ledger.enter("height", str(name), len(own), len(own) - len(without), lines)
    return ledger
