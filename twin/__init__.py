"""A municipality's 3D city, built from the Dutch registers, with data on every object."""

__version__ = "0.1.0"
