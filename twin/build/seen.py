"""Which attributes the objects of a tile have, and which of them are passed on."""

from __future__ import annotations

from dataclasses import dataclass

from twin.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Seen:
    """Attributes for the tables, and for what leaves the house.

    Attributes
    ----------
    all : Catalogue
        For the tables, which hold everything.
    public : Catalogue
        For CityJSON, which is passed on.
    """

    all: Catalogue
    public: Catalogue

    def carried(self, collection: str) -> list[str]:
        """Attributes of a collection that its meshes carry; the tilesets leave out what is not public."""
        return [a.name for a in self.all.of(collection) if a.tile]
