"""Designs in CityJSON 1.0 to 2.0, whole or as a text sequence; in RD they keep their place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson

from twin.errors import ScenarioError
from twin.geometry.columns import Floats
from twin.planning.designs.raw import Raw, require_few, triangles_of

RD = {"28992", "7415"}
_DEPTH = {"MultiSurface": 0, "CompositeSurface": 0, "Solid": 1, "MultiSolid": 2, "CompositeSolid": 2}
_LEFT_OUT = re.compile(
    r"TINRelief|LandUse|PlantCover|SolitaryVegetationObject|WaterBody|Waterway|Road|Railway|TransportSquare"
    r"|(Building|Bridge|Tunnel)(Room|Furniture|Unit|Storey|HollowSpace)"
)
"""Ground, plants and what is indoors; the rest is what a design builds."""


@dataclass(slots=True)
class _Faces:
    """Polygons gathered from objects."""

    xyz: list[Floats] = field(default_factory=list)
    rings: list[int] = field(default_factory=list)
    ring_sizes: list[int] = field(default_factory=list)
    surface_sizes: list[int] = field(default_factory=list)
    base: int = 0


def read_city_json(content: bytes) -> Raw:
    """Read a file (CityJSON Specifications 2.0.1), of each object its highest LoD.

    Raises
    ------
    ScenarioError
        When it is broken, or in another reference system than RD.
    TooLargeError
    """
    header, parts = _parts(content)
    faces = _Faces()
    for vertices, objects in parts:
        try:
            _gather(faces, header, objects, vertices)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError, OverflowError) as error:
            told = f"{type(error).__name__} {error}"[:120]
            raise ScenarioError(
                f"CityJSON: not built as it should be ({told}). Check it with cjval",
                f"CityJSON: de opbouw klopt niet ({told}). Controleer het bestand met cjval",
            ) from None
    xyz = np.concatenate([np.zeros((0, 3)), *faces.xyz])
    numbers = [np.array(v, dtype=np.int64) for v in (faces.rings, faces.ring_sizes, faces.surface_sizes)]
    triangles = triangles_of(xyz, *numbers)
    metadata = header.get("metadata")
    title = metadata.get("title", "") if isinstance(metadata, dict) else ""
    return Raw(xyz, triangles, str(title), in_rd=_in_rd(metadata), metres=True)


def _parts(content: bytes) -> tuple[dict[str, Any], Iterator[tuple[Floats, dict[str, Any]]]]:
    """Header, and vertices with their objects: once of a file, for each feature of a sequence."""
    try:
        whole = [orjson.loads(content)]
    except orjson.JSONDecodeError as error:
        try:
            whole = [orjson.loads(line) for line in content.splitlines() if line.strip()]
        except orjson.JSONDecodeError:
            raise ScenarioError(
                f"CityJSON: can't be read: {error}. Export the design again",
                f"CityJSON: niet te lezen ({error}). Exporteer het ontwerp opnieuw",
            ) from None
    if not all(isinstance(part, dict) for part in whole) or whole[0].get("type") != "CityJSON":
        raise ScenarioError(
            "CityJSON: does not begin as a file of type CityJSON. Export the design again",
            "CityJSON: het bestand begint niet als CityJSON. Exporteer het ontwerp opnieuw",
        )
    if str(whole[0].get("version"))[:2] not in ("1.", "2."):
        version = str(whole[0].get("version"))[:20]
        raise ScenarioError(
            f"CityJSON: version {version!r}; 1.0 to 2.0 are read",
            f"CityJSON: versie {version}; 1.0 tot en met 2.0 worden gelezen",
        )
    header = whole[0]

    def each() -> Iterator[tuple[Floats, dict[str, Any]]]:
        for part in whole:
            yield _vertices(header, part), part.get("CityObjects", {})

    return header, each()


def _vertices(header: dict[str, Any], part: dict[str, Any]) -> Floats:
    given = part.get("vertices", [])
    try:
        require_few("vertices", len(given))
        xyz = np.array(given, dtype=np.float64).reshape(-1, 3)
        if "transform" in header:
            scale, translate = (
                np.array(header["transform"][k], dtype=np.float64) for k in ("scale", "translate")
            )
            xyz = xyz * scale.reshape(3) + translate.reshape(3)
    except (KeyError, TypeError, ValueError):
        raise ScenarioError(
            "CityJSON: its vertices can't be read. Check it with cjval",
            "CityJSON: de hoekpunten zijn niet te lezen. Controleer het bestand met cjval",
        ) from None
    return xyz


def _in_rd(metadata: Any) -> bool:
    """Whether the file says that it is in RD; another system is refused.

    Raises
    ------
    ScenarioError
    """
    given = metadata.get("referenceSystem") if isinstance(metadata, dict) else None
    if given is None:
        return False
    number = re.search(r"(\d{4,6})$", str(given))
    if number is None or number[1] not in RD:
        raise ScenarioError(
            f"CityJSON: in {str(given)[-60:]!r}, and a design is placed in RD. Bring it to EPSG:7415 first: "
            "cjio design.city.json crs_reproject 7415 save rd.city.json",
            f"CityJSON: staat in {str(given)[-60:]}, en een ontwerp komt in RD te staan. Breng het eerst "
            "naar EPSG:7415: cjio design.city.json crs_reproject 7415 save rd.city.json",
        )
    return True


def _gather(faces: _Faces, header: dict[str, Any], objects: dict[str, Any], vertices: Floats) -> None:
    chosen = {
        name: _best(entry) for name, entry in objects.items() if not _LEFT_OUT.fullmatch(str(entry["type"]))
    }
    highest = {name: _lod(found[0]) if found else -1.0 for name, found in chosen.items()}
    for name, found in chosen.items():
        below = [highest.get(child, -1.0) for child in objects[name].get("children", [])]
        lod = highest[name]
        # an outline beside solids, or a whole beside its parts, would be there twice
        if max(below, default=-1.0) >= lod or (lod < 1 and any(v >= 1 for v in highest.values())):
            continue
        for geometry in found:
            _add(faces, header, geometry, vertices)


def _lod(geometry: dict[str, Any]) -> float:
    return float(geometry.get("lod", 0))


def _best(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """Geometries of the highest LoD of an object that have surfaces."""
    drawn = [g for g in entry.get("geometry", []) if g["type"] in _DEPTH or g["type"] == "GeometryInstance"]
    best = max(map(_lod, drawn), default=0.0)
    return [g for g in drawn if _lod(g) == best]


def _add(faces: _Faces, header: dict[str, Any], geometry: dict[str, Any], vertices: Floats) -> None:
    xyz = vertices
    if geometry["type"] == "GeometryInstance":
        templates = header["geometry-templates"]
        matrix = np.array(geometry["transformationMatrix"], dtype=np.float64).reshape(4, 4)
        anchor = vertices[geometry["boundaries"][0]]
        xyz = np.array(templates["vertices-templates"], dtype=np.float64).reshape(-1, 3)
        xyz = xyz @ matrix[:3, :3].T + matrix[:3, 3] + anchor
        geometry = templates["templates"][geometry["template"]]
    surfaces = geometry["boundaries"]
    for _ in range(_DEPTH[geometry["type"]]):
        surfaces = [surface for shell in surfaces for surface in shell]
    used: list[int] = []
    for surface in surfaces:
        faces.surface_sizes.append(len(surface))
        for ring in surface:
            faces.ring_sizes.append(len(ring))
            used += ring
    require_few("corners", len(faces.rings) + len(used))
    corners = np.array(used)
    if len(used) and (corners.dtype.kind != "i" or corners.ndim != 1 or not len(surfaces)):
        raise ValueError("corners that are no numbers of vertices")
    kept, number = np.unique(corners.astype(np.int64), return_inverse=True)
    if len(kept) and not 0 <= kept[0] <= kept[-1] < len(xyz):
        raise IndexError(f"a corner beyond the {len(xyz)} vertices")
    faces.rings += (number.reshape(-1) + faces.base).tolist()
    faces.xyz.append(xyz[kept])
    faces.base += len(kept)
