"""Geometry of many objects at once, in flat arrays; pure, no files."""
