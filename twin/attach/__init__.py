"""Joining the registers to one another and to the objects; pure, no files.

Every join returns a :class:`~twin.attach.join.JoinReport`: how many keys matched, and which did not.
"""

from twin.attach.buurten import attach_buurten, buurt_table
from twin.attach.datasets import attach_dataset
from twin.attach.join import JoinReport
from twin.attach.panden import merge_panden
from twin.attach.verblijfsobjecten import attach_verblijfsobjecten, verblijfsobject_table
from twin.attach.waarden import attach_energielabels, attach_woz

__all__ = [
    "JoinReport",
    "attach_buurten",
    "attach_dataset",
    "attach_energielabels",
    "attach_verblijfsobjecten",
    "attach_woz",
    "buurt_table",
    "merge_panden",
    "verblijfsobject_table",
]
