"""The BAG, register of addresses and buildings, in whatever form it was delivered."""

from ingest.bag.addresses import addresses
from ingest.bag.reading import read
from ingest.bag.status import (
    TERMINATED,
    NaamgevingStatus,
    PandStatus,
    PlaatsStatus,
    VerblijfsobjectStatus,
    WoonplaatsStatus,
)
from ingest.bag.versions import current

__all__ = [
    "TERMINATED",
    "NaamgevingStatus",
    "PandStatus",
    "PlaatsStatus",
    "VerblijfsobjectStatus",
    "WoonplaatsStatus",
    "addresses",
    "current",
    "read",
]
