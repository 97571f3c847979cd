"""The verdict over a twin on disk."""
