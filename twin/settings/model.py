"""What ``twin.toml`` may say; every key with its type, its default and its meaning."""

from __future__ import annotations

import datetime
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from twin.settings.dataset import Dataset
from twin.settings.table import Classification, Table
from twin.settings.theme import Theme

RD_RANGE = (0.0, 300000.0, 300000.0, 625000.0)  # min x, max x, min y, max y [m]


class SourceKind(StrEnum):
    """Registers that a twin is built from."""

    BGT = "bgt"
    BAG = "bag"
    AHN = "ahn"
    CBS = "cbs"
    WOZ = "woz"
    ENERGIELABEL = "energielabel"


class TwinSettings(Table):
    """``[twin]``: what the twin is of."""

    name: str = Field(min_length=1, description="Name of the area, shown in the viewer.")
    municipality: str | None = Field(
        default=None, description="CBS code of the municipality, for instance GM0503."
    )
    bbox: tuple[float, float, float, float] | None = Field(
        default=None,
        description="Area as min x, min y, max x, max y in RD metres; default: that of the panden.",
    )

    @field_validator("municipality")
    @classmethod
    def _municipality_code(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"GM[0-9]{4}", value):
            raise ValueError("must be the CBS code, GM and four digits, such as GM0503")
        return value

    @field_validator("bbox")
    @classmethod
    def _bbox_in_rd(
        cls, value: tuple[float, float, float, float] | None
    ) -> tuple[float, float, float, float] | None:
        if value is None:
            return None
        x0, y0, x1, y1 = value
        if not (x0 < x1 and y0 < y1):
            raise ValueError("must be min x, min y, max x, max y with min < max")
        if not (RD_RANGE[0] <= x0 and x1 <= RD_RANGE[1] and RD_RANGE[2] <= y0 and y1 <= RD_RANGE[3]):
            raise ValueError(
                "lies outside the Netherlands in RD metres (x 0-300000, y 300000-625000); is it in degrees?"
            )
        return value


class BuildSettings(Table):
    """``[build]``: how the work is cut up. Results do not depend on these."""

    tile: float = Field(default=500.0, ge=100.0, le=5000.0, description="Side of a tile [m].")
    chunk: int = Field(
        default=100, ge=1, le=2000, description="Panden per array; about 100 fits a core's cache."
    )
    downloads: Path | None = Field(
        default=None, description="Folder for fetched files; default: `.work/downloads` of the twin."
    )
    download_limit: int = Field(
        default=2000, ge=1, le=100_000, description="Largest file that is fetched [MB]."
    )


class TilesSettings(Table):
    """``[tiles]``: what the 3D Tiles carry."""

    normals: bool = Field(
        default=False,
        description="Say where the faces of panden look, for programs that do not see it, such as CesiumJS.",
    )


class Source(Table):
    """``[[source]]``: a register's files, and what may be done with them."""

    kind: SourceKind
    path: Annotated[tuple[Path, ...], Field(min_length=1)] = Field(
        description="File or folder, or a list of them; relative to twin.toml."
    )
    title: str | None = Field(default=None, description="Name to show; default: the register's own.")
    date: datetime.date | None = Field(
        default=None, description="Date of the data (peildatum), shown with every attribute."
    )
    licence: str | None = Field(default=None, description="Licence; default: the register's own.")
    attribution: str | None = Field(default=None, description="Who to name; default: the register's own.")
    classification: Classification | None = Field(
        default=None, description="Who may see it; default: openbaar, but intern for WOZ."
    )
    year: int | None = Field(
        default=None, ge=1995, le=2100, description="CBS: year of the codes. AHN: year of the flight."
    )
    columns: dict[str, str] = Field(default_factory=dict, description="WOZ only: which column holds what.")

    @field_validator("path", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        if not isinstance(value, str | Path | list | tuple):
            raise ValueError("must be a path in quotes, or a list of them")
        return (value,) if isinstance(value, str | Path) else value

    # Validators of fields rather than of the table, so that an error can name the key. Pydantic has no kind
    # to show where that is wrong itself, which is then the error to tell.
    @field_validator("year")
    @classmethod
    def _year_of_some(cls, value: int | None, given: ValidationInfo) -> int | None:
        dated = (SourceKind.CBS, SourceKind.AHN)
        if value is not None and given.data.get("kind", SourceKind.CBS) not in dated:
            raise ValueError(f"applies to kind cbs or ahn only, not to {given.data['kind']}")
        return value

    @field_validator("columns")
    @classmethod
    def _columns_of_woz(cls, value: dict[str, str], given: ValidationInfo) -> dict[str, str]:
        if value and given.data.get("kind", SourceKind.WOZ) is not SourceKind.WOZ:
            raise ValueError(f"applies to kind woz only, not to {given.data['kind']}")
        return value

    @field_validator("classification")
    @classmethod
    def _woz_is_not_public(cls, value: Classification | None, given: ValidationInfo) -> Classification | None:
        if value == "openbaar" and given.data.get("kind") is SourceKind.WOZ:
            raise ValueError("WOZ values per object may not be published: must be intern or vertrouwelijk")
        return value


class Settings(Table):
    """All of ``twin.toml``."""

    twin: TwinSettings
    build: BuildSettings = BuildSettings()
    tiles: TilesSettings = TilesSettings()
    theme: Theme = Theme()
    source: Annotated[tuple[Source, ...], Field(min_length=1)]
    dataset: tuple[Dataset, ...] = ()

    @field_validator("source", "dataset", mode="before")
    @classmethod
    def _array_of_tables(cls, value: object, given: ValidationInfo) -> object:
        if isinstance(value, dict):
            raise ValueError(f"there may be several: write [[{given.field_name}]], with double brackets")
        return value

    @field_validator("dataset")
    @classmethod
    def _names_of_their_own(cls, value: tuple[Dataset, ...]) -> tuple[Dataset, ...]:
        for what, names in (
            ("data sets", [d.name for d in value]),
            ("attributes", [a.name for d in value for a in d.attribute]),
        ):
            if twice := sorted({n for n in names if names.count(n) > 1}):
                raise ValueError(f"two {what} have the name {twice[0]}")
        return value

    @model_validator(mode="after")
    def _panden_from_somewhere(self) -> Self:
        if not {s.kind for s in self.source} & {SourceKind.BAG, SourceKind.BGT}:
            raise ValueError(
                "at least one [[source]] of kind bag or bgt is needed: the panden come from there"
            )
        return self

    @model_validator(mode="after")
    def _clouds_apart(self) -> Self:
        years = [s.year for s in self.of(SourceKind.AHN)]
        if any(years) and len({*years, None}) != len(years) + 1:
            raise ValueError(
                "several [[source]] of kind ahn need a year each, all different: the clouds are kept apart. "
                "Put the files of one year in the path of one table"
            )
        return self

    def of(self, kind: SourceKind) -> tuple[Source, ...]:
        """Sources of one register."""
        return tuple(s for s in self.source if s.kind is kind)
