"""BGT: the large-scale topography of the Netherlands, its live objects per feature type."""

from ingest.bgt.current import BBox
from ingest.bgt.featuretypes import FEATURE_TYPES, BgtStatus, FeatureType, GeometryKind, PlusStatus
from ingest.bgt.reader import read

__all__ = ["FEATURE_TYPES", "BBox", "BgtStatus", "FeatureType", "GeometryKind", "PlusStatus", "read"]
