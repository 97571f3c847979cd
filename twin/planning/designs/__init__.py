"""Designs from other programs, as an edit of a variant."""

from twin.planning.designs.read import LARGEST, Imported, read_design

__all__ = ["LARGEST", "Imported", "read_design"]
