"""Joining the registers' data to the objects; pure, no files."""
