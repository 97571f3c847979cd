"""Settings of a twin: what ``twin.toml`` may say, and errors that name its line."""

from twin.settings.dataset import Dataset, DatasetAttribute, Join
from twin.settings.load import load
from twin.settings.model import BuildSettings, Settings, Source, SourceKind, TilesSettings, TwinSettings
from twin.settings.theme import Theme

__all__ = [
    "BuildSettings",
    "Dataset",
    "DatasetAttribute",
    "Join",
    "Settings",
    "Source",
    "SourceKind",
    "Theme",
    "TilesSettings",
    "TwinSettings",
    "load",
]
