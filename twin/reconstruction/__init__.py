"""LoD 1.2, 1.3 and 2.2 buildings from footprints and points; pure, no files."""

from twin.reconstruction.findings import LODS
from twin.reconstruction.reconstruct import Reconstruction, Status, reconstruct

__all__ = ["LODS", "Reconstruction", "Status", "reconstruct"]
