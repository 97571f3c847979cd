"""How far the reconstruction of a part came, and why not further; in two languages, for everybody."""

from __future__ import annotations

from enum import IntEnum, unique


@unique
class LadderStep(IntEnum):
    """Best result that was reached for a part; the higher, the better."""

    NONE = 0
    LOD12_ONLY = 1
    LOD13_ONLY = 2
    NO_LINES = 3
    FEWER_LINES = 4
    LINES_EXTENDED = 5
    FULL = 6

    @property
    def nl(self) -> str:
        """What it means, in Dutch."""
        return _STEP_TEXTS[self][0]

    @property
    def en(self) -> str:
        """What it means, in English."""
        return _STEP_TEXTS[self][1]


@unique
class Reason(IntEnum):
    """Why a part did not reach :attr:`LadderStep.FULL`; the first cause that was met."""

    NOTHING_WRONG = 0
    NO_POINTS = 1
    NO_PLANES = 2
    LITTLE_EVIDENCE = 3
    ROOF_AT_GROUND = 4
    INVALID_FOOTPRINT = 5
    CROSSING_EDGES = 6
    TOO_NARROW = 7
    FACES_DO_NOT_TILE = 8
    TOO_COMPLEX = 9
    INVALID_SOLID = 10
    NO_AREA = 11
    NO_CLOUD = 12
    NOT_BUILT = 13
    UNDERGROUND = 14
    INTERNAL_ERROR = 15
    NEIGHBOURS_HEIGHT = 16
    DEFAULT_HEIGHT = 17
    FEW_POINTS = 18
    GAP = 19
    OPEN_TO_GROUND = 20

    @property
    def nl(self) -> str:
        """The cause in Dutch."""
        return _REASON_TEXTS[self][0]

    @property
    def en(self) -> str:
        """The cause in English."""
        return _REASON_TEXTS[self][1]


_STEP_TEXTS: dict[LadderStep, tuple[str, str]] = {
    LadderStep.NONE: ("geen model uit de puntenwolk", "no model from the point cloud"),
    LadderStep.LOD12_ONLY: ("alleen een blokmodel (LoD 1.2)", "a block model only (LoD 1.2)"),
    LadderStep.LOD13_ONLY: (
        "blokken op verschillende hoogten (LoD 1.3)",
        "blocks of several heights (LoD 1.3)",
    ),
    LadderStep.NO_LINES: ("één dakvlak over het hele pand", "one roof plane over the whole building"),
    LadderStep.FEWER_LINES: (
        "dakvorm met alleen de best onderbouwde helft van de daklijnen",
        "roof shape with the better supported half of its lines",
    ),
    LadderStep.LINES_EXTENDED: (
        "volledige dakvorm, met daklijnen doorgetrokken tot de gevel",
        "full roof shape, its lines drawn from wall to wall",
    ),
    LadderStep.FULL: ("volledige dakvorm", "full roof shape"),
}

_REASON_TEXTS: dict[Reason, tuple[str, str]] = {
    Reason.NOTHING_WRONG: ("geen bijzonderheden", "nothing particular"),
    Reason.NO_POINTS: ("geen punten binnen de omtrek", "no points inside the footprint"),
    Reason.NO_PLANES: (
        "geen vlakke dakdelen in de punten gevonden",
        "no planar roof pieces found in the points",
    ),
    Reason.LITTLE_EVIDENCE: (
        "dakvlakken dekken te weinig van de plattegrond",
        "roof planes cover too little of the footprint",
    ),
    Reason.ROOF_AT_GROUND: ("dak ligt niet boven het maaiveld", "the roof is not above the ground"),
    Reason.INVALID_FOOTPRINT: ("omtrek raakt of snijdt zichzelf", "the footprint touches or crosses itself"),
    Reason.CROSSING_EDGES: (
        "daklijnen kruisen elkaar na afronding",
        "roof lines cross one another after rounding",
    ),
    Reason.TOO_NARROW: (
        "dakdelen smaller dan de toegestane afstand",
        "roof pieces narrower than the allowed distance",
    ),
    Reason.INVALID_SOLID: ("dakvorm geeft geen geldige solid", "the roof shape gives no valid solid"),
    Reason.NO_AREA: ("omtrek zonder oppervlakte", "the footprint has no area"),
    Reason.NO_CLOUD: ("geen puntenwolk in deze bouw", "no point cloud in this build"),
    Reason.NOT_BUILT: ("nog niet gebouwd volgens de BAG", "not built yet according to the BAG"),
    Reason.UNDERGROUND: ("ondergronds volgens de BGT", "under the ground according to the BGT"),
    Reason.TOO_COMPLEX: ("te veel dakvlakken voor één pand", "too many roof planes for one building"),
    Reason.INTERNAL_ERROR: (
        "fout in het programma bij dit pand; zie het logboek van de bouw",
        "a fault in the program at this building; see the build's log",
    ),
    Reason.NEIGHBOURS_HEIGHT: ("hoogte van de buren", "height of the neighbours"),
    Reason.DEFAULT_HEIGHT: ("standaardhoogte", "default height"),
    Reason.FEW_POINTS: ("bijna geen punten binnen de omtrek", "hardly any points inside the footprint"),
    Reason.GAP: ("een te groot deel van het dak zonder punten", "too wide a part of the roof without points"),
    Reason.OPEN_TO_GROUND: (
        "puntenwolk toont op een deel maaiveld in plaats van dak; dat deel is één bouwlaag hoog getekend",
        "the cloud shows ground instead of roof in a part, which is drawn one storey high",
    ),
    Reason.FACES_DO_NOT_TILE: (
        "dakdelen vullen de omtrek niet precies",
        "roof pieces do not tile the footprint",
    ),
}


def in_english(text: str) -> str:
    """A reason as the tables hold it, in Dutch, for who reads English; what is no reason, as it is."""
    return next((reason.en for reason in Reason if reason.nl == text), text)
