"""From settings and sources to a twin on disk, tile by tile."""
