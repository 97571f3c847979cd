"""CityJSON 2.0: writing, merging and checking."""
