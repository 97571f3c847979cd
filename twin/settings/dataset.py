"""``[[dataset]]``: a data set of one's own, how it joins the objects, and who may see what comes of it."""

from __future__ import annotations

import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, field_validator, model_validator

from ingest.personal import smells_of_woz, smells_personal
from twin.catalogue import CATALOGUE
from twin.settings.table import STRICTNESS, Classification, Table

Aggregate = Literal["sum", "mean", "mode", "min", "max", "count", "share"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,62}$")]
COLLECTIONS = tuple(dict.fromkeys(c for a in CATALOGUE.attributes for c in a.applies_to))
RESERVED = {a.source for a in CATALOGUE.attributes} | {"ahn", "collection"}
MINIMUM = 10


class Join(StrEnum):
    """By what a record finds its objects."""

    PAND = "pand"
    VERBLIJFSOBJECT = "verblijfsobject"
    NUMMERAANDUIDING = "nummeraanduiding"
    ADRES = "adres"
    POSTCODE = "postcode"
    LOKAALID = "lokaalid"
    BUURT = "buurt"
    WIJK = "wijk"
    GEMEENTE = "gemeente"
    CONTAINS = "contains"
    NEAREST = "nearest"
    OVERLAP = "overlap"
    AREA = "area"


SPATIAL = {Join.CONTAINS, Join.NEAREST, Join.OVERLAP, Join.AREA}
OF_AREAS = {Join.BUURT, Join.WIJK, Join.GEMEENTE}
# Records of these are single things, dwellings or people, which an aggregate over an area can hide.
OF_THINGS = {Join.PAND, Join.VERBLIJFSOBJECT, Join.NUMMERAANDUIDING, Join.ADRES, Join.CONTAINS, Join.NEAREST}
_BAG = {Join.PAND, Join.VERBLIJFSOBJECT, Join.NUMMERAANDUIDING, Join.ADRES, Join.POSTCODE}
_HIDING: set[Aggregate] = {"sum", "mean", "share", "count"}


def _place(value: object) -> object:
    """A path, or the address of a file on the web."""
    if not isinstance(value, str) or "://" not in value:
        return Path(value) if isinstance(value, str) else value
    try:
        parts = urlsplit(value)
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        named = False
    if not named or parts.scheme not in ("http", "https"):
        raise ValueError("must be a path, or an address that begins with https:// or http://")
    if parts.username or parts.password:
        raise ValueError("may hold no user or password: twin.toml is passed on. Download the file instead")
    return value


class Words(Table):
    """What an attribute is called in one language."""

    label: str = Field(min_length=1, max_length=60)
    description: str = ""


class DatasetAttribute(Table):
    """``[[dataset.attribute]]``: an attribute that the objects get."""

    name: Name = Field(description="Name of the attribute, the same everywhere.")
    column: str | None = Field(
        default=None, description="Column of the file; default: `name`. Not for `count`."
    )
    type: Literal["integer", "number", "string", "boolean", "date"] = Field(
        default="number", description="Type of the values."
    )
    unit: str | None = Field(default=None, description="Unit, such as `kW`, `EUR`, `m2` or `%`.")
    aggregate: Aggregate | None = Field(
        default=None,
        description="How several values become one; default: they must be equal, else it is missing.",
    )
    equals: str | None = Field(default=None, description="For `share`: the value whose share is taken.")
    nl: Words = Field(description="Label, and if wanted a description, in Dutch.")
    en: Words | None = Field(default=None, description="The same in English; default: the Dutch.")
    classification: Classification | None = Field(
        default=None, description="Who may see it; default: that of the data set."
    )
    personal: bool | None = Field(
        default=None, description="Whether it says something of persons; default: by the column's name."
    )
    decimals: int | None = Field(default=None, ge=0, le=10, description="Decimals to show.")
    tile: bool = Field(default=False, description="Whether the 3D Tiles carry it.")

    @property
    def source_column(self) -> str | None:
        """Column of the file that is read for it; None for a count of records."""
        return None if self.aggregate == "count" else self.column or self.name

    @property
    def sensitive(self) -> bool:
        """Whether it is of persons or of the value of their homes."""
        column = self.source_column or ""
        return self.woz or (smells_personal(column) if self.personal is None else self.personal)

    @property
    def woz(self) -> bool:
        """Whether it holds WOZ values."""
        return smells_of_woz(self.source_column or "") or smells_of_woz(self.name)

    @property
    def result_type(self) -> Literal["integer", "number", "string", "boolean", "date"]:
        """Type of the attribute, which is not always that of the values."""
        if self.aggregate == "count":
            return "integer"
        return "number" if self.aggregate in ("mean", "share") else self.type

    @field_validator("name")
    @classmethod
    def _of_its_own(cls, value: str) -> str:
        if any(a.name == value for a in CATALOGUE.attributes) or value in {"minx", "miny", "maxx", "maxy"}:
            raise ValueError("is an attribute of the catalogue already; choose another name")
        if value in {"geometry", "collection", "object_id", "tile", "index", "bbox", "crs", "limit", "after",
                     "properties", "filter", "sortby", "datetime", "f"}:  # fmt: skip
            raise ValueError("means something else in the tables or the API; choose another name")
        return value

    @model_validator(mode="after")
    def _fits(self) -> Self:
        numeric = self.type in ("integer", "number")
        if self.aggregate in ("sum", "mean") and not numeric:
            raise ValueError(f"{self.name}: {self.aggregate} is for type integer or number, not {self.type}")
        if self.aggregate in ("min", "max") and self.type in ("string", "boolean"):
            raise ValueError(f"{self.name}: {self.aggregate} is for numbers and dates, not {self.type}")
        if (self.aggregate == "share") != (self.equals is not None):
            raise ValueError(
                f"{self.name}: share and equals go together: the share of records with that value"
            )
        if self.aggregate == "count" and self.column is not None:
            raise ValueError(f"{self.name}: count counts records; leave column out")
        return self


class Dataset(Table):
    """``[[dataset]]``: a file of one's own, and how it joins the objects."""

    name: Name = Field(description="Name of the data set, unique.")
    path: Annotated[Path | str, BeforeValidator(_place)] = Field(
        description="CSV, GeoPackage, GeoJSON or Parquet: a file, relative to `twin.toml`, or its address."
    )
    to: Literal[COLLECTIONS] = Field(  # type: ignore[valid-type]
        default="pand", description="Collection whose objects get the attributes."
    )
    by: Join = Field(description="By what a record finds its objects.")
    key: tuple[str, ...] = Field(default=(), description="Column with the key, or columns for `adres`.")
    year: int | None = Field(
        default=None, ge=1995, le=2100, description="Year of the codes of buurt, wijk or gemeente."
    )
    within: float | None = Field(default=None, gt=0, le=10_000, description="For `nearest`: how far [m].")
    layer: str | None = Field(default=None, description="Layer of a GeoPackage with several.")
    xy: tuple[str, str] | None = Field(
        default=None,
        description="Columns with x and y (RD) or longitude and latitude, for a CSV with places.",
    )
    delimiter: str = Field(default=";", min_length=1, max_length=1, description="CSV: between columns.")
    decimal: str = Field(default=",", min_length=1, max_length=1, description="CSV: decimal mark.")
    encoding: str = Field(default="utf-8-sig", description="CSV: `cp1252` for many older files.")
    missing: tuple[str, ...] = Field(default=(), description="Texts that stand for no value.")
    title: str | None = Field(default=None, description="Name to show; default: `name`.")
    date: datetime.date | None = Field(default=None, description="Date of the data (peildatum).")
    licence: str = Field(description="Licence of the data, shown with every attribute.")
    attribution: str = Field(default="", description="Whom to name.")
    classification: Classification = Field(
        default="openbaar", description="Who may see the records, and what comes of them unless it says else."
    )
    minimum: int = Field(
        default=MINIMUM,
        ge=2,
        description="Fewest records behind a public figure of an area; fewer are hidden.",
    )
    attribute: tuple[DatasetAttribute, ...] = Field(
        description="Tables `[[dataset.attribute]]`, one per attribute."
    )

    @property
    def address(self) -> str | None:
        """Where its file is on the web; None for one on this machine."""
        return self.path if isinstance(self.path, str) else None

    @property
    def file(self) -> Path:
        """Its file on this machine; of an address the build fetches it first."""
        return Path(self.path)

    @property
    def spatial(self) -> bool:
        """Whether places and not keys join."""
        return self.by in SPATIAL

    def classification_of(self, attribute: DatasetAttribute) -> Classification:
        """Who may see an attribute."""
        return attribute.classification or self.classification

    def guarded(self, attribute: DatasetAttribute) -> bool:
        """Whether it may be seen by more people than its records, so that small counts are hidden."""
        seen = self.classification_of(attribute)
        looser = STRICTNESS[seen] < STRICTNESS[self.classification]
        return looser or (seen == "openbaar" and attribute.sensitive)

    @field_validator("key", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("name")
    @classmethod
    def _not_a_register(cls, value: str) -> str:
        if value in RESERVED:
            raise ValueError("is the name of a register; choose another")
        return value

    @field_validator("attribute", mode="before")
    @classmethod
    def _array_of_tables(cls, value: object) -> object:
        if isinstance(value, dict):
            raise ValueError("there may be several: write [[dataset.attribute]], with double brackets")
        return value

    @field_validator("attribute")
    @classmethod
    def _some(cls, value: tuple[DatasetAttribute, ...]) -> tuple[DatasetAttribute, ...]:
        if not value:
            raise ValueError("at least one [[dataset.attribute]] is needed: what do the objects get?")
        return value

    @model_validator(mode="after")
    def _joins(self) -> Self:
        if self.spatial and self.key:
            raise ValueError(f"by = {self.by} joins by place: leave key out")
        if not self.spatial:
            wanted = "2 to 4" if self.by is Join.ADRES else "1"
            if not (2 <= len(self.key) <= 4 if self.by is Join.ADRES else len(self.key) == 1):
                raise ValueError(f"by = {self.by} needs {wanted} column(s) in key, found {len(self.key)}")
            if self.xy:
                raise ValueError("xy is for joins by place: contains, nearest, overlap and area")
        if (self.by is Join.NEAREST) != (self.within is not None):
            raise ValueError("nearest and within go together: how far [m] a record may be from its object")
        if (self.by in OF_AREAS) != (self.year is not None):
            raise ValueError("year goes with buurt, wijk and gemeente: their codes change every year")
        if self.by in _BAG and self.to not in ("pand", "verblijfsobject", "buurt"):
            raise ValueError(f"by = {self.by} can't join {self.to}: BAG keys are of pand and verblijfsobject")
        if self.by is Join.POSTCODE and self.to == "buurt":
            raise ValueError("a postcode may lie in several buurten: join it to pand or verblijfsobject")
        if self.by is Join.LOKAALID and self.to in ("verblijfsobject", "buurt"):
            raise ValueError(f"by = lokaalid can't join {self.to}: a lokaalID is of an object of the BGT")
        names = [a.name for a in self.attribute]
        if len(set(names)) != len(names):
            raise ValueError("two attributes have one name")
        return self

    @model_validator(mode="after")
    def _keeps_secrets(self) -> Self:
        for attribute in self.attribute:
            seen = self.classification_of(attribute)
            if seen == "openbaar" and attribute.sensitive and self.to != "buurt":
                what = "WOZ values" if attribute.woz else "personal data"
                raise ValueError(
                    f"{attribute.name}: {what} per object may not be public: must be intern or vertrouwelijk"
                    + ("" if attribute.woz else ". If it is nothing personal, say so: personal = false")
                )
            looser = STRICTNESS[seen] < STRICTNESS[self.classification]
            if looser and self.to != "buurt":
                raise ValueError(
                    f"{attribute.name}: {seen}, but the data set is {self.classification}. Only a figure of "
                    'a buurt (to = "buurt") may be less secret than its records'
                )
            if self.guarded(attribute):
                if self.by not in OF_THINGS:
                    raise ValueError(
                        f"{attribute.name}: a public figure of secret records needs records of single "
                        f"objects, which by = {self.by} has not"
                    )
                if attribute.aggregate not in _HIDING:
                    raise ValueError(
                        f"{attribute.name}: {attribute.aggregate or 'a value as it is'} may show a single "
                        "record. Use sum, mean, share or count, or keep it intern"
                    )
        return self
