"""Variants of a twin: what if we demolish, build, raise, move or change; pure functions on columns."""

from twin.scenario.evaluate import Evaluation, evaluate, sun_hours
from twin.scenario.town import Town
from twin.scenario.variant import Variant, read_variant

__all__ = ["Evaluation", "Town", "Variant", "evaluate", "read_variant", "sun_hours"]
