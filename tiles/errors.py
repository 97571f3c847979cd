"""What goes wrong on the way to 3D Tiles, in one exception."""

from __future__ import annotations


class TilesError(Exception):
    """Tiles cannot be made or read; the message names the object, what was expected and the remedy."""
