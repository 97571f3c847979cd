"""From settings and sources to a twin on disk, tile by tile."""

from twin.build.pipeline import build
from twin.build.progress import Progress, Silence
from twin.build.summary import BuildSummary

__all__ = ["BuildSummary", "Progress", "Silence", "build"]
