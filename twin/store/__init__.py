"""A twin on disk: its layout, manifest and tables."""

from twin.store.layout import Layout
from twin.store.manifest import Manifest, read_manifest

__all__ = ["Layout", "Manifest", "read_manifest"]
