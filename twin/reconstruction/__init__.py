"""LoD 1.2, 1.3 and 2.2 buildings from footprints and points; pure, no files."""
