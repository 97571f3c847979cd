"""Planning on a built twin: what a variant needs of it, designs from other programs, and what comes out."""

from twin.planning.surroundings import Planner

__all__ = ["Planner"]
