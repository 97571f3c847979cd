"""The command line: ``twin``."""

from twin.cli.app import main

__all__ = ["main"]
