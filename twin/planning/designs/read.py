"""From a file to an edit: which format it is, where it stands, and what there is to say about it."""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from pydantic import ValidationError

from twin.errors import ScenarioError, TooLargeError
from twin.planning.designs.cityjson import read_city_json
from twin.planning.designs.gltf import read_gltf
from twin.planning.designs.ifc import read_ifc
from twin.planning.designs.obj import read_obj
from twin.planning.designs.raw import Raw
from twin.planning.designs.settle import Settled, settle
from twin.planning.surroundings import Planner
from twin.scenario.designs import design_of
from twin.scenario.faults import told, too_large
from twin.scenario.town import ground_below
from twin.scenario.variant import Import, Variant

LARGEST = 40_000_000  # bytes of a file
FLOOR = 3.0  # metres from floor to floor, where nobody says how many floors there are
UNITS = {"m": 1.0, "cm": 0.01, "mm": 0.001}
NAMELESS = "Ontwerp"

_WORDS: dict[str, tuple[str, str]] = {
    "placed-by-file": (
        "Geplaatst waar het bestand zegt dat het staat.",
        "Placed where the file says that it stands.",
    ),
    "placed-in-middle": (
        "Het bestand zegt niet waar het staat: midden in de stad gezet. Verplaats het.",
        "The file does not say where it stands: placed in the middle of the city. Move it.",
    ),
    "simplified": (
        "Vereenvoudigd tot {what}: details kleiner dan dat zijn weg.",
        "Simplified to {what}: details smaller than that are gone.",
    ),
    "not-closed": (
        "Geen gesloten volume: inhoud en zonnedak tellen niet mee.",
        "No closed volume: its volume and solar roof don't count.",
    ),
    "openings-shut": (
        "Openingen in wanden en kieren zijn dichtgezet: zo heeft het gebouw een inhoud.",
        "Openings in walls and gaps were shut: so the building has a volume.",
    ),
    "hollow": (
        "De buitenkant sluit niet: inhoud en zonnedak zijn niet die van het gebouw.",
        "The outside is not shut: volume and solar roof are not those of the building.",
    ),
    "other-crs": (
        "Het bestand verwijst naar {what}; alleen RD (EPSG:28992 of 7415) geeft een plaats.",
        "The file refers to {what}; only RD (EPSG:28992 or 7415) gives a place.",
    ),
    "turned-north": (
        "{what} graden gedraaid, naar het noorden dat het bestand noemt.",
        "Turned by {what} degrees, to the north that the file names.",
    ),
    "parts-lost": (
        "Bouwdelen zonder leesbare, gesloten vorm ontbreken: {what}.",
        "Building elements without a readable, closed shape are missing: {what}.",
    ),
    "floors-by-file": (
        "{what} bouwlagen, volgens het bestand.",
        "{what} floors, as the file says.",
    ),
    "floors-assumed": (
        "{what} bouwlagen aangenomen, naar de hoogte. Pas het aan als het er meer of minder zijn.",
        "{what} floors assumed, by the height. Change it if there are more or fewer.",
    ),
}


@dataclass(frozen=True, slots=True)
class Imported:
    """An edit, and remarks on how it came about: ``(code, what)`` each."""

    edit: Import
    remarks: list[tuple[str, str]]

    def as_json(self) -> dict[str, Any]:
        """As the API answers it."""
        told = []
        for code, what in self.remarks:
            nl, en = (words.replace("{what}", what) for words in _WORDS[code])
            told.append({"code": code, "nl": nl, "en": en})
        return {"edit": self.edit.model_dump(mode="json"), "remarks": told}


def read_design(
    content: bytes,
    planner: Planner,
    *,
    label: str = "",
    position: tuple[float, float] | None = None,
    unit: str = "m",
    up: str | None = None,
) -> Imported:
    """An ``import`` edit with the design in a file.

    Parameters
    ----------
    content : bytes
        glTF, GLB, OBJ, CityJSON or IFC; told by what it holds.
    planner : Planner
        For the height of the ground.
    label : str
        Name; else what the file says.
    position : (x, y) [m, RD]
        Of the middle of its box; else by the file, or the middle of the twin.
    unit : str
        ``m``, ``cm`` or ``mm``, of a format that leaves it open (OBJ).
    up : str
        Axis that points up, ``y`` or ``z``; else by the format: y, and z of CityJSON and IFC.

    Raises
    ------
    ScenarioError
        For what is no design, is broken or does not fit; the message says what to do.
    TooLargeError
    """
    if len(content) > LARGEST:
        raise TooLargeError(*too_large("design", LARGEST))
    raw, vertical = _read(content)
    scale = 1.0 if raw.metres else UNITS[unit]
    settled = settle(raw, scale, vertical if up is None else up)
    remarks = list(raw.remarks)
    if settled.detail > 0:
        remarks.append(("simplified", f"{settled.detail:g} m"))
    mesh, where = settled.mesh(), position
    if where is None:
        by_file = settled.place is not None
        remarks.append(("placed-by-file" if by_file else "placed-in-middle", ""))
        x0, y0, x1, y1 = planner.extent
        where = settled.place or (round((x0 + x1) / 2, 3), round((y0 + y1) / 2, 3))
    floors = raw.floors or max(1, round(settled.height / FLOOR))
    remarks.append(("floors-by-file" if raw.floors else "floors-assumed", str(floors)))
    edit = _edit(
        {
            "id": f"import-{secrets.token_hex(4)}",
            "kind": "import",
            "position": where,
            "mesh": mesh,
            "floors": floors,
            **({"gebruiksdoel": raw.use} if raw.use else {}),
            "label": plain(label) or plain(raw.label) or NAMELESS,
        }
    )
    if position is None and raw.in_rd:
        edit = _at_its_height(edit, settled, planner)
    if not design_of(edit, 0.0).closed:
        remarks.append(("not-closed", ""))
    return Imported(edit, remarks)


def _read(content: bytes) -> tuple[Raw, str]:
    """Content of a file, and the axis that points up in its format."""
    start = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"glTF"):
        return read_gltf(content), "y"
    if start.startswith(b"{"):
        if b'"CityJSON' in content[:65_536] or b'"CityObjects"' in content:
            return read_city_json(content.removeprefix(b"\xef\xbb\xbf")), "z"
        return read_gltf(content.removeprefix(b"\xef\xbb\xbf")), "y"
    if re.search(rb"^(v|f|o|g|mtllib|usemtl|#)\s", start, re.MULTILINE) and b"\0" not in start:
        return read_obj(content), "y"
    if start.startswith(b"ISO-10303-21"):
        return read_ifc(content), "z"
    if start.startswith(b"PK\x03\x04"):
        raise ScenarioError(
            "This is a zip. Unpack it and send the design itself: glTF, GLB, OBJ, CityJSON or IFC",
            "Dit is een zip. Pak hem uit en kies het ontwerp zelf: glTF, GLB, OBJ, CityJSON of IFC",
        )
    raise ScenarioError(
        "This is no design that can be read: send glTF, GLB, OBJ, CityJSON or IFC",
        "Dit is geen ontwerp dat gelezen kan worden: kies glTF, GLB, OBJ, CityJSON of IFC",
    )


def plain(name: str) -> str:
    """A name as one line of text: no control characters, no brackets that a page could take for more."""
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in name[:2_000])
    return " ".join(re.sub(r"<[^<>]*>|[<>]", " ", kept).split())[:200]


def _at_its_height(edit: Import, settled: Settled, planner: Planner) -> Import:
    """Let the design stand at the heights of its file, which an edit counts from the ground of its place."""
    town = planner.town(Variant(edits=[edit]))
    ground = float(ground_below(town, np.asarray([shapely.Point(edit.position)], dtype=object))[0])
    rise = round(settled.base - ground, 3)
    if not np.isfinite(rise) or abs(rise) + settled.height > 300:
        return edit
    raised = [(x, y, round(z + rise, 3)) for x, y, z in edit.mesh.vertices]
    return _edit(edit.model_dump() | {"mesh": {"vertices": raised, "triangles": edit.mesh.triangles}})


def _edit(content: dict[str, Any]) -> Import:
    try:
        return Import.model_validate(content)
    except ValidationError as error:
        en, nl = told(error, most=1)
        raise ScenarioError(
            f"the design does not fit a variant: {en}", f"Het ontwerp past niet in een variant: {nl}"
        ) from None
