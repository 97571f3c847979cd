"""CityJSON 2.0: writing text sequences, merging them, and checking what schemas can't express."""

from twin.cityjson.consistency import Fault, check_sequence
from twin.cityjson.merge import merge_features, merge_sequences
from twin.cityjson.sequence import CityObjects, Geometry, Header, write_sequence

__all__ = [
    "CityObjects",
    "Fault",
    "Geometry",
    "Header",
    "check_sequence",
    "merge_features",
    "merge_sequences",
    "write_sequence",
]
