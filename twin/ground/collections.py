"""What each BGT feature type becomes: its CityJSON type, its theme in the viewer, its colours.

Source of the types: CityJSON 2.0.1, section 2; of the feature types: IMGeo 2.2, catalogue BGT.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Color = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Theme:
    """A layer of the viewer, and a tileset.

    Attributes
    ----------
    id : str
        Folder name below ``3dtiles/``.
    nl, en : str
        Titles.
    """

    id: str
    nl: str
    en: str


@dataclass(frozen=True, slots=True)
class Collection:
    """A BGT feature type in the city.

    Attributes
    ----------
    name : str
        Feature type, also the collection in the API.
    city_type : str
        CityObject type.
    theme : str
        A :class:`Theme`'s id; empty for what is not drawn.
    color : (red, green, blue)
        Of its surfaces on the calm base map, 0-255.
    surface_type : str
        Semantic surface of CityJSON; empty for none.
    water : bool
        Whether its surface is flat water.
    tolerance : float
        Largest distance [m] of its surface to the terrain where that was measured.
    shades : dict
        Other colours for values of ``bgt_functie``, ``bgt_fysiek_voorkomen`` or ``bgt_type``.
    types : dict
        Other CityObject types for values of ``bgt_functie``.
    """

    name: str
    city_type: str
    theme: str
    color: Color
    surface_type: str = ""
    water: bool = False
    tolerance: float = 0.10
    shades: dict[str, Color] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)


LEVEL0 = (
    "pand",
    "scheiding",
    "kunstwerkdeel",
    "overigbouwwerk",
    "overbruggingsdeel",
    "tunneldeel",
    "waterdeel",
    "wegdeel",
    "ondersteunendwegdeel",
    "ondersteunendwaterdeel",
    "begroeidterreindeel",
    "onbegroeidterreindeel",
    "gebouwinstallatie",
    "ongeclassificeerdobject",
)
"""Collections whose surfaces at level 0 make up the ground; where two overlap, the earlier one keeps it."""

THEMES = (
    Theme("pand", "Panden", "Buildings"),
    Theme("weg", "Wegen", "Roads"),
    Theme("water", "Water", "Water"),
    Theme("groen", "Groen", "Green"),
    Theme("bomen", "Bomen", "Trees"),
    Theme("terrein", "Terrein", "Ground"),
    Theme("brug", "Bruggen en kunstwerken", "Bridges and structures"),
)

_BRICK, _ASPHALT, _PATH, _CYCLE = (205, 196, 188), (190, 191, 194), (222, 217, 208), (209, 168, 152)
_GRASS, _PLANTING, _WOOD, _FARM = (190, 209, 160), (167, 194, 141), (146, 178, 125), (201, 212, 168)
_ROAD_SHADES = {
    "voetpad": _PATH,
    "voetpad op trap": _PATH,
    "voetgangersgebied": _PATH,
    "fietspad": _CYCLE,
    "ruiterpad": (214, 198, 166),
    "parkeervlak": _BRICK,
    "woonerf": _BRICK,
    "inrit": _BRICK,
    "rijbaan autosnelweg": (176, 178, 182),
    "rijbaan autoweg": (176, 178, 182),
    "spoorbaan": (172, 166, 160),
}
_GREEN_SHADES = {
    "bos": _WOOD,
    "loofbos": _WOOD,
    "gemengd bos": _WOOD,
    "naaldbos": _WOOD,
    "houtwal": _WOOD,
    "struiken": _PLANTING,
    "heide": (188, 170, 170),
    "grasland agrarisch": _FARM,
    "grasland overig": _GRASS,
    "bouwland": (219, 209, 170),
    "rietland": (196, 200, 150),
    "moeras": (176, 194, 160),
    "duin": (226, 215, 180),
}
_BARE_SHADES = {
    "erf": (226, 220, 207),
    "zand": (233, 221, 186),
    "open verharding": _BRICK,
    "gesloten verharding": _ASPHALT,
    "half verhard": (216, 206, 186),
    "onverhard": (214, 204, 180),
}

COLLECTIONS = {
    c.name: c
    for c in (
        Collection(
            "wegdeel",
            "Road",
            "weg",
            _ASPHALT,
            "TrafficArea",
            tolerance=0.05,
            shades=_ROAD_SHADES,
            types={
                "spoorbaan": "Railway",
                "voetgangersgebied": "TransportSquare",
                "parkeervlak": "TransportSquare",
            },
        ),
        Collection("ondersteunendwegdeel", "Road", "weg", (208, 211, 190), "AuxiliaryTrafficArea"),
        Collection("spoor", "Railway", "weg", (140, 134, 130)),
        Collection("waterdeel", "WaterBody", "water", (158, 190, 209), "WaterSurface", water=True),
        Collection("ondersteunendwaterdeel", "LandUse", "water", (188, 199, 168)),
        Collection("begroeidterreindeel", "PlantCover", "groen", _GRASS, shades=_GREEN_SHADES),
        Collection("vegetatieobject", "SolitaryVegetationObject", "bomen", _PLANTING),
        Collection("boom", "SolitaryVegetationObject", "bomen", _PLANTING),
        Collection("onbegroeidterreindeel", "LandUse", "terrein", (226, 220, 207), shades=_BARE_SHADES),
        # Lies over other surfaces: a name for a place, such as a playground or a quarry.
        Collection("functioneelgebied", "LandUse", "", (226, 220, 207)),
        Collection("ongeclassificeerdobject", "LandUse", "terrein", (220, 220, 220)),
        Collection("overbruggingsdeel", "Bridge", "brug", (168, 160, 152)),
        Collection("tunneldeel", "Tunnel", "brug", (150, 146, 142)),
        Collection("kunstwerkdeel", "OtherConstruction", "brug", (168, 164, 158)),
        Collection("scheiding", "OtherConstruction", "brug", (178, 170, 160)),
        Collection("overigescheiding", "OtherConstruction", "brug", (178, 170, 160)),
        Collection("overigbouwwerk", "OtherConstruction", "brug", (186, 178, 170)),
        Collection("gebouwinstallatie", "OtherConstruction", "brug", (186, 178, 170)),
        *(
            Collection(name, "CityFurniture", "terrein", (120, 120, 120))
            for name in (
                "paal",
                "mast",
                "put",
                "bak",
                "bord",
                "kast",
                "straatmeubilair",
                "sensor",
                "installatie",
                "waterinrichtingselement",
                "weginrichtingselement",
            )
        ),
    )
}
