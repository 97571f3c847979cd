"""How each kind of ground and object of the sample is called and written in the BGT."""

from __future__ import annotations

from dataclasses import dataclass

DEF = "http://www.geostandaarden.nl/imgeo/def/2.1"
TRANSPORTATION = "http://www.opengis.net/citygml/transportation/2.0"
VEGETATION = "http://www.opengis.net/citygml/vegetation/2.0"
BUILDING = "http://www.opengis.net/citygml/building/2.0"
BRIDGE = "http://www.opengis.net/citygml/bridge/2.0"
FURNITURE = "http://www.opengis.net/citygml/cityfurniture/2.0"
WATER = "http://www.opengis.net/citygml/waterbody/2.0"

EMPTY_TYPES = (
    "bak",
    "bord",
    "buurt",
    "functioneelgebied",
    "gebouwinstallatie",
    "installatie",
    "kast",
    "kunstwerkdeel",
    "mast",
    "ondersteunendwaterdeel",
    "ongeclassificeerdobject",
    "openbareruimte",
    "overigbouwwerk",
    "overigescheiding",
    "put",
    "sensor",
    "spoor",
    "stadsdeel",
    "straatmeubilair",
    "tunneldeel",
    "waterinrichtingselement",
    "waterschap",
    "weginrichtingselement",
    "wijk",
)
"""Feature types of which the town has none; their files come along all the same."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How an object is written: element, geometry property, and what comes before and after the geometry."""

    feature_type: str
    element: str
    namespace: str
    geometry: str
    head: str = ""
    tail: str = ""


def _code(name: str, space: str, value: str, namespace: str = "") -> str:
    spelled = f' xmlns="{namespace}"' if namespace else ""
    return f'<{name}{spelled} codeSpace="{DEF}#{space}">{value}</{name}>\n'


def _plus(name: str, space: str, value: str) -> str:
    return _code(f"imgeo:{name}", space if value else "VoidReasonValue", value or "waardeOnbekend")


def _road(function: str, surface: str, plus: str = "") -> Kind:
    head = _code("function", "FunctieWeg", function) + _code("surfaceMaterial", "FysiekVoorkomenWeg", surface)
    tail = (
        "<imgeo:wegdeelOpTalud>false</imgeo:wegdeelOpTalud>\n"
        + _plus("plus-fysiekVoorkomenWegdeel", "FysiekVoorkomenWegPlus", plus)
        + _plus("plus-functieWegdeel", "FunctieWegPlus", "")
    )
    nil = '<imgeo:kruinlijnWegdeel xsi:nil="true" nilReason="waardeOnbekend"/>\n'
    return Kind("wegdeel", "TrafficArea", TRANSPORTATION, "geometrie2dWegdeel", head + nil, tail)


def _verge() -> Kind:
    head = _code("function", "FunctieOndersteunendWegdeel", "berm")
    head += _code("surfaceMaterial", "FysiekVoorkomenOndersteunendWegdeel", "groenvoorziening")
    tail = (
        "<imgeo:ondersteunendWegdeelOpTalud>false</imgeo:ondersteunendWegdeelOpTalud>\n"
        + _plus("plus-functieOndersteunendWegdeel", "FunctieOndersteunendWegdeelPlus", "")
        + _plus(
            "plus-fysiekVoorkomenOndersteunendWegdeel",
            "FysiekVoorkomenOndersteunendWegdeelPlus",
            "gras- en kruidachtigen",
        )
        + '<imgeo:kruinlijnOndersteunendWegdeel xsi:nil="true" nilReason="waardeOnbekend"/>\n'
    )
    geometry = "geometrie2dOndersteunendWegdeel"
    return Kind("ondersteunendwegdeel", "AuxiliaryTrafficArea", TRANSPORTATION, geometry, head, tail)


def _green(kind: str, plus: str = "", slope: str = "false") -> Kind:
    head = _code("class", "FysiekVoorkomenBegroeidTerrein", kind)
    tail = (
        f"<imgeo:begroeidTerreindeelOpTalud>{slope}</imgeo:begroeidTerreindeelOpTalud>\n"
        '<imgeo:kruinlijnBegroeidTerreindeel xsi:nil="true" nilReason="waardeOnbekend"/>\n'
        + _plus("plus-fysiekVoorkomen", "FysiekVoorkomenBegroeidTerreinPlus", plus)
    )
    return Kind("begroeidterreindeel", "PlantCover", VEGETATION, "geometrie2dBegroeidTerreindeel", head, tail)


def _bare(kind: str, plus: str = "") -> Kind:
    head = (
        _code("imgeo:bgt-fysiekVoorkomen", "FysiekVoorkomenOnbegroeidTerrein", kind)
        + "<imgeo:onbegroeidTerreindeelOpTalud>false</imgeo:onbegroeidTerreindeelOpTalud>\n"
        + _plus("plus-fysiekVoorkomen", "FysiekVoorkomenOnbegroeidTerreinPlus", plus)
        + '<imgeo:kruinlijnOnbegroeidTerreindeel xsi:nil="true" nilReason="waardeOnbekend"/>\n'
    )
    geometry = "geometrie2dOnbegroeidTerreindeel"
    return Kind("onbegroeidterreindeel", "imgeo:OnbegroeidTerreindeel", "", geometry, head)


def _water(kind: str, plus: str = "") -> Kind:
    head = _code("class", "TypeWater", kind, WATER) + _plus("plus-type", "TypeWaterPlus", plus)
    return Kind("waterdeel", "imgeo:Waterdeel", "", "geometrie2dWaterdeel", head)


KINDS = {
    "rijbaan": _road("rijbaan lokale weg", "gesloten verharding", "asfalt"),
    "straat": _road("rijbaan lokale weg", "open verharding", "gebakken klinkers"),
    "kade": _road("rijbaan lokale weg", "open verharding", "gebakken klinkers"),
    "transitie": _road("rijbaan lokale weg", "transitie"),
    "fietspad": _road("fietspad", "gesloten verharding", "asfalt"),
    "dijkpad": _road("fietspad", "gesloten verharding", "asfalt"),
    "voetpad": _road("voetpad", "open verharding", "tegels"),
    "trottoir": _road("voetpad", "open verharding", "tegels"),
    "kadestoep": _road("voetpad", "open verharding", "gebakken klinkers"),
    "achterpad": _road("voetpad", "open verharding", "betonstraatstenen"),
    "parkpad": _road("voetpad", "half verhard", "grind"),
    "parkeervlak": _road("parkeervlak", "open verharding", "betonstraatstenen"),
    "plein": _road("voetgangersgebied", "open verharding", "sierbestrating"),
    "berm": _verge(),
    "akker": _green("grasland agrarisch"),
    "dijk": _green("grasland overig", slope="true"),
    "groenvoorziening": _green("groenvoorziening", "gras- en kruidachtigen"),
    "gras": _green("groenvoorziening", "gras- en kruidachtigen"),
    "sportveld": _green("grasland overig"),
    "erf": _bare("erf"),
    "bedrijfserf": _bare("gesloten verharding", "cementbeton"),
    "schoolplein": _bare("open verharding", "betonstraatstenen"),
    "gracht": _water("waterloop", "gracht"),
    "sloot": _water("waterloop", "sloot"),
    "vijver": _water("watervlakte", "meer, plas, ven, vijver"),
    "meer": _water("watervlakte", "meer, plas, ven, vijver"),
    "pand": Kind("pand", "BuildingPart", BUILDING, "geometrie2dGrondvlak"),
    "brugdek": Kind(
        "overbruggingsdeel",
        "BridgeConstructionElement",
        BRIDGE,
        "geometrie2dOverbruggingsdeel",
        _code("class", "TypeOverbruggingsdeel", "dek"),
        "<imgeo:overbruggingIsBeweegbaar>false</imgeo:overbruggingIsBeweegbaar>\n"
        + _code("imgeo:hoortBijTypeOverbrugging", "TypeOverbrugging", "brug"),
    ),
    "brugweg": _road("rijbaan lokale weg", "open verharding", "gebakken klinkers"),
    "brugpad": _road("voetpad", "open verharding", "tegels"),
    "boom": Kind(
        "vegetatieobject",
        "SolitaryVegetationObject",
        VEGETATION,
        "geometrie2dVegetatieObject",
        _code("class", "TypeVegetatieObject", "niet-bgt"),
        _plus("plus-type", "TypeVegetatieObjectPlus", "boom"),
    ),
    "lichtmast": Kind(
        "paal",
        "imgeo:Paal",
        "",
        "geometrie2dPaal",
        _code("function", "TypePaal", "niet-bgt", FURNITURE)
        + _plus("plus-type", "TypePaalPlus", "lichtmast"),
    ),
    "kademuur": Kind(
        "scheiding",
        "imgeo:Scheiding",
        "",
        "geometrie2dOverigeConstructie",
        tail=_code("imgeo:bgt-type", "TypeScheiding", "kademuur")
        + _plus("plus-type", "TypeScheidingPlus", ""),
    ),
    "straatnaam": Kind("openbareruimtelabel", "imgeo:OpenbareRuimteLabel", "", "geometrie2d"),
}
