"""What follows from the solids: the shell by orientation, party walls, floors, and sun on the roofs."""

from twin.derived.envelope import envelope
from twin.derived.faces import Faces, faces_of
from twin.derived.floors import floors
from twin.derived.horizon import Tops
from twin.derived.party import shared_walls
from twin.derived.rooflight import roof_light
from twin.derived.sun import irradiation, sun

__all__ = [
    "Faces",
    "Tops",
    "envelope",
    "faces_of",
    "floors",
    "irradiation",
    "roof_light",
    "shared_walls",
    "sun",
]
