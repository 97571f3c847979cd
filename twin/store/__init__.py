"""A twin on disk: its layout, manifest and tables."""
