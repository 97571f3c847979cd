"""The API: OGC API - Features over a twin on disk, read-only, and the viewer beside it."""

from twin.api.app import create_app

__all__ = ["create_app"]
