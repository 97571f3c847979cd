"""AHN: the height of the Netherlands as LiDAR points, from LAZ sheets to any box of them."""

from ingest.ahn.points import BBox, FileSummary, Points, StoreSummary
from ingest.ahn.store import PointStore

__all__ = ["BBox", "FileSummary", "PointStore", "Points", "StoreSummary"]
