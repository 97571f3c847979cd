"""From settings and sources to a twin on disk, tile by tile."""

from twin.build.pipeline import BuildSummary, build
from twin.build.progress import Progress, Silence

__all__ = ["BuildSummary", "Progress", "Silence", "build"]
