"""A variant as it stands in its file: strict, versioned and bounded, whoever wrote it.

Coordinates are RD metres; heights are metres above the ground. What a file says is text and numbers and
nothing else: names are never anything but text, and every list has an end.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from twin.errors import ScenarioError
from twin.scenario.faults import told

KIND = "gemeentetwin-variant"
VERSION = 1

MOST_EDITS = 500
MOST_VIEWS = 60
MOST_RINGS = 50
MOST_CORNERS = 2_000  # of one mass, its holes included
MOST_VERTICES = 60_000  # of one import
MOST_TRIANGLES = 100_000
HIGHEST = 400.0  # metres: three times the highest pand of the country
MOST_FLOORS = 120
TELLING = 8  # faults told of one file

Gebruiksdoel = Literal[
    "woonfunctie",
    "bijeenkomstfunctie",
    "celfunctie",
    "gezondheidszorgfunctie",
    "industriefunctie",
    "kantoorfunctie",
    "logiesfunctie",
    "onderwijsfunctie",
    "overige gebruiksfunctie",
    "sportfunctie",
    "winkelfunctie",
]
"""Uses by the BAG (Catalogus Basisregistratie Adressen en Gebouwen 2018, 7.2.2)."""


def _printable(text: str) -> str:
    if any(ord(c) < 32 and c not in "\n\t" for c in text) or any("\ud800" <= c <= "\udfff" for c in text):
        raise PydanticCustomError("no_text", "holds characters that are no text")
    return text


def _in_the_country(xy: tuple[float, float]) -> tuple[float, float]:
    if not (0 <= xy[0] <= 300_000 and 300_000 <= xy[1] <= 625_000):
        raise PydanticCustomError(
            "outside_country", "lies outside the Netherlands in RD metres (x 0-300000, y 300000-625000)"
        )
    return xy


Line = Annotated[str, Field(max_length=200), AfterValidator(_printable)]
Story = Annotated[str, Field(max_length=4_000), AfterValidator(_printable)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
PandId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Point = Annotated[tuple[FiniteFloat, FiniteFloat], AfterValidator(_in_the_country)]
Ring = Annotated[list[Point], Field(min_length=3, max_length=MOST_CORNERS)]
Height = Annotated[FiniteFloat, Field(gt=0, le=HIGHEST)]
Floors = Annotated[int, Field(ge=0, le=MOST_FLOORS)]
Count = Annotated[int, Field(ge=0, le=10_000)]
Degrees = Annotated[FiniteFloat, Field(ge=-360, le=360)]
Shift = Annotated[FiniteFloat, Field(ge=-10_000, le=10_000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Roof(_Part):
    """Form of a roof above the eaves; ``ridge`` is the height of the ridge above the ground."""

    form: Literal["flat", "gable", "hip"] = "flat"
    slope: Annotated[FiniteFloat, Field(ge=1, le=75)] | None = None
    ridge: Height | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.form != "flat" and (self.slope is None) == (self.ridge is None):
            raise PydanticCustomError(
                "roof_open",
                "a roof of form {form} needs either slope [degrees] or ridge [m]",
                {"form": self.form},
            )
        return self


class Demolish(_Part):
    """A pand goes."""

    id: Id
    kind: Literal["demolish"]
    pand: PandId
    label: Line = ""


class Add(_Part):
    """A new mass on the ground, or from ``base`` up; ``height`` is that of its eaves."""

    id: Id
    kind: Literal["add"]
    rings: Annotated[list[Ring], Field(min_length=1, max_length=MOST_RINGS)]
    height: Height
    floors: Floors = 1
    roof: Roof = Roof()
    base: Annotated[FiniteFloat, Field(ge=0, le=HIGHEST)] = 0.0
    rotation: Degrees = 0.0
    gebruiksdoel: Gebruiksdoel = "woonfunctie"
    dwellings: Count | None = None
    label: Line = ""

    @model_validator(mode="after")
    def _stands_up(self) -> Self:
        if self.base >= self.height:
            raise PydanticCustomError(
                "base_high",
                "base ({base} m) must be below height ({height} m)",
                {"base": f"{self.base:g}", "height": f"{self.height:g}"},
            )
        if self.roof.ridge is not None and self.roof.form != "flat" and self.roof.ridge <= self.height:
            raise PydanticCustomError(
                "ridge_low",
                "ridge ({ridge} m) must be above the eaves, height ({height} m)",
                {"ridge": f"{self.roof.ridge:g}", "height": f"{self.height:g}"},
            )
        if sum(map(len, self.rings)) > MOST_CORNERS:
            raise PydanticCustomError("many_corners", "has more than {most} corners", {"most": MOST_CORNERS})
        return self


class Raise(_Part):
    """Floors on top of a pand (optoppen): its roofs go up by ``height``."""

    id: Id
    kind: Literal["raise"]
    pand: PandId
    floors: Annotated[int, Field(ge=1, le=MOST_FLOORS)] = 1
    height: Height
    dwellings: Count | None = None
    label: Line = ""


class Move(_Part):
    """A pand goes elsewhere, turned around its middle by ``rotation`` degrees, counter-clockwise."""

    id: Id
    kind: Literal["move"]
    pand: PandId
    dx: Shift = 0.0
    dy: Shift = 0.0
    rotation: Degrees = 0.0
    label: Line = ""


class Mesh(_Part):
    """Triangles of a design [m] around its own origin, z up."""

    vertices: Annotated[
        list[
            tuple[
                Annotated[FiniteFloat, Field(ge=-5_000, le=5_000)],
                Annotated[FiniteFloat, Field(ge=-5_000, le=5_000)],
                Annotated[FiniteFloat, Field(ge=-HIGHEST, le=HIGHEST)],
            ]
        ],
        Field(min_length=3, max_length=MOST_VERTICES),
    ]
    triangles: Annotated[
        list[tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]]],
        Field(min_length=1, max_length=MOST_TRIANGLES),
    ]

    @model_validator(mode="after")
    def _within(self) -> Self:
        highest = max(max(t) for t in self.triangles)
        if highest >= len(self.vertices):
            raise PydanticCustomError(
                "no_vertex",
                "a triangle names vertex {number} of {count}",
                {"number": highest, "count": len(self.vertices)},
            )
        return self


class Import(_Part):
    """A design from another program, its origin on the ground at ``position``."""

    id: Id
    kind: Literal["import"]
    position: Point
    rotation: Degrees = 0.0
    scale: Annotated[FiniteFloat, Field(ge=0.001, le=1000)] = 1.0
    mesh: Mesh
    floors: Floors | None = None
    gebruiksdoel: Gebruiksdoel = "woonfunctie"
    dwellings: Count | None = None
    label: Line = ""


class Attributes(_Part):
    """What may be changed of a pand, by the names of the catalogue."""

    gebruiksdoel: Gebruiksdoel | None = None
    oppervlakte_verblijfsobjecten: Annotated[FiniteFloat, Field(ge=0, le=1_000_000)] | None = None
    aantal_woningen: Count | None = None


class Change(_Part):
    """Other attributes for a pand; its shape stays."""

    id: Id
    kind: Literal["change"]
    pand: PandId
    set: Attributes
    label: Line = ""


Edit = Annotated[
    Demolish | Add | Raise | Move | Import | Change,
    Field(discriminator="kind"),
]


class TwinRef(_Part):
    """The twin that a variant was made on."""

    name: Line = ""
    built: Line = ""


class View(_Part):
    """A place to stand in a presentation; ``link`` is the fragment of a viewer's address."""

    title: Line = ""
    text: Story = ""
    link: Annotated[str, Field(max_length=2_000, pattern=r"^(#[^\s<>\"]*)?$")] = ""


class Variant(_Part):
    """One plan: edits to a twin, with views to tell it by.

    Raises
    ------
    ScenarioError
        From :func:`read_variant`, for anything that is not one.
    """

    type: Literal["gemeentetwin-variant"] = "gemeentetwin-variant"
    version: Literal[1] = 1
    id: Id | None = None
    title: Annotated[Line, Field(min_length=1)] = "Variant"
    description: Story = ""
    created: datetime.datetime | None = None
    modified: datetime.datetime | None = None
    twin: TwinRef = TwinRef()
    area: Ring | None = None
    edits: Annotated[list[Edit], Field(max_length=MOST_EDITS)] = []
    views: Annotated[list[View], Field(max_length=MOST_VIEWS)] = []

    @field_validator("edits")
    @classmethod
    def _ids_differ(cls, edits: list[Any]) -> list[Any]:
        seen: set[str] = set()
        for edit in edits:
            if edit.id in seen:
                raise PydanticCustomError("same_id", "two edits have the id {id}", {"id": edit.id})
            seen.add(edit.id)
        return edits

    def as_json(self) -> dict[str, Any]:
        """JSON-ready content, in the order of the fields."""
        return self.model_dump(mode="json")


def read_variant(content: Any, where: str = "variant") -> Variant:
    """Variant in parsed JSON.

    Parameters
    ----------
    content
        What a JSON parser gave.
    where : str
        File or request, for the message.

    Raises
    ------
    ScenarioError
        Names the place of each fault, at most eight of them.
    """
    if not isinstance(content, dict):
        raise ScenarioError(
            f"{where}: expected a JSON object of type {KIND!r}", "Dit is geen variant van gemeentetwin"
        )
    if content.get("type") != KIND:
        raise ScenarioError(
            f"{where}: type is {str(content.get('type'))[:60]!r}, expected {KIND!r}. Is it a variant?",
            "Dit is geen variant van gemeentetwin",
        )
    if content.get("version") != VERSION:
        raise ScenarioError(
            f"{where}: version {str(content.get('version'))[:20]!r}, but this program reads {VERSION}. "
            "Use the program that wrote it, or a newer one",
            f"Deze variant is van versie {str(content.get('version'))[:20]}; dit programma leest {VERSION}. "
            "Gebruik het programma dat haar maakte, of een nieuwer",
        )
    try:
        return Variant.model_validate(content)
    except ValidationError as error:
        en, nl = told(error, most=TELLING)
        raise ScenarioError(f"{where}: {en}", f"De variant klopt niet: {nl}") from None
    except RecursionError:
        raise ScenarioError(
            f"{where}: nested too deeply for a variant", "De variant is te diep genest om er een te zijn"
        ) from None
