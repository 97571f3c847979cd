"""The verdict over a twin on disk."""

from twin.check.verdict import Check, Finding, Verdict, check_twin

__all__ = ["Check", "Finding", "Verdict", "check_twin"]
