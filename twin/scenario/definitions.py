"""What every indicator is: words, unit and definition in two languages; the one place that names them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """An indicator.

    Attributes
    ----------
    id : str
    unit : str
        Empty for a ratio.
    decimals : int
    nl, en : (label, definition)
    internal : bool
        Only for an audience that may see internal data.
    sun : bool
        Costs seconds: asked for apart.
    """

    id: str
    unit: str
    decimals: int
    nl: tuple[str, str]
    en: tuple[str, str]
    internal: bool = False
    sun: bool = False


def _shadow(moment: str, nl: str, en: str) -> Definition:
    return Definition(
        f"shadow_{moment}", "m2", 0,
        (f"Schaduw op de grond, {nl}",
         "Open grond in de schaduw van gebouwen om dat tijdstip (wintertijd), geteld op de grond die de "
         "gewijzigde gebouwen dan kunnen beschaduwen, op een raster van minstens 1 m. Bomen tellen niet "
         "mee."),
        (f"Shadow on the ground, {en}",
         "Open ground in the shadow of buildings at that time (UTC+1), counted on the ground that the "
         "changed buildings can shade then, on a grid of at least 1 m. Trees don't count."),
    )  # fmt: skip


DEFINITIONS = (
    Definition(
        "footprint", "m2", 0,
        ("Bebouwd oppervlak",
         "Som van de plattegronden van de panden in het gebied en van de nieuwe volumes."),
        ("Built-up area", "Sum of the footprints of the panden in the area and of the new masses."),
    ),
    Definition(
        "floor_area", "m2", 0,
        ("Vloeroppervlak (BVO)",
         "Bruto vloeroppervlak. Van bestaande panden 1,25 maal de gebruiksoppervlakte (BAG) van de "
         "verblijfsobjecten in gebruik; van nieuwe volumes plattegrond maal bouwlagen. Panden zonder "
         "verblijfsobject (schuren) tellen niet mee."),
        ("Floor area (gross)",
         "Gross floor area. Of existing panden 1.25 times the usable floor area (BAG) of the "
         "verblijfsobjecten in use; of new masses footprint times floors. Panden without a verblijfsobject "
         "(sheds) don't count."),
    ),
    Definition(
        "fsi", "", 2,
        ("FSI", "Floor Space Index: bruto vloeroppervlak gedeeld door het oppervlak van het gebied."),
        ("FSI", "Floor Space Index: gross floor area by the surface of the area."),
    ),
    Definition(
        "gsi", "", 3,
        ("GSI", "Ground Space Index: bebouwd oppervlak gedeeld door het oppervlak van het gebied."),
        ("GSI", "Ground Space Index: built-up area by the surface of the area."),
    ),
    Definition(
        "osr", "", 2,
        ("OSR", "Open Space Ratio: (1 - GSI) / FSI, onbebouwde grond per vierkante meter vloer."),
        ("OSR", "Open Space Ratio: (1 - GSI) / FSI, open ground per square metre of floor."),
    ),
    Definition(
        "volume", "m3", 0,
        ("Inhoud", "Som van de inhoud van de 3D-modellen van de panden en van de nieuwe volumes."),
        ("Volume", "Sum of the volumes of the 3D models of the panden and of the new masses."),
    ),
    Definition(
        "dwellings", "", 0,
        ("Woningen",
         "Verblijfsobjecten met een woonfunctie die in gebruik zijn of worden verbouwd (status in de BAG). "
         "Nieuw: zoals opgegeven, anders vloeroppervlak maal 0,8, gedeeld door de gemiddelde woning in de "
         "omgeving (zonder gegevens 80 m2)."),
        ("Dwellings",
         "Verblijfsobjecten with a woonfunctie that are in use or being rebuilt (status in the BAG). New: as "
         "given, else floor area times 0.8 by the mean dwelling around (without data 80 m2)."),
    ),
    Definition(
        "inhabitants", "", 0,
        ("Inwoners", "Woningen maal de gemiddelde huishoudensgrootte van hun buurt (CBS)."),
        ("Inhabitants", "Dwellings times the mean household size of their buurt (CBS)."),
    ),
    Definition(
        "solar_roof", "m2", 0,
        ("Dak geschikt voor zonnepanelen",
         "Dakvlakken van minstens 10 m2 die hoogstens 10 graden hellen, of hoogstens 60 graden en gericht "
         "tussen oost en west via zuid. Schaduw en dakramen zijn niet afgetrokken."),
        ("Roof suitable for solar panels",
         "Roof faces of at least 10 m2 with a slope of at most 10 degrees, or of at most 60 degrees facing "
         "between east and west by way of south. Shadow and roof windows are not taken out."),
    ),
    Definition(
        "green_distance", "m", 0,
        ("Afstand tot groen",
         "Gemiddelde afstand, per woning, van de gevel hemelsbreed tot het dichtstbijzijnde openbaar groen "
         "(BGT, begroeid terrein zonder landbouw) van minstens 500 m2. Nieuwe volumes op groen gaan eraf."),
        ("Distance to green",
         "Mean distance, per dwelling, from the building as the crow flies to the nearest public green (BGT, "
         "planted ground without farmland) of at least 500 m2. New masses on green are taken off."),
    ),
    Definition(
        "trees", "", 0,
        ("Bomen",
         "Bomen van de BGT en bomen die in de puntenwolk zijn gezien, in het gebied. Gekapt telt wat binnen "
         "de plattegrond van een nieuw of gewijzigd gebouw staat, of er met de kroon meer dan 0,5 m in "
         "steekt."),
        ("Trees",
         "Trees of the BGT and trees seen in the point cloud, in the area. Counted as felled is what "
         "stands within the outline of a new or changed building, or reaches into it with its crown by more "
         "than 0.5 m."),
    ),
    _shadow("0321_12", "21 maart 12:00", "21 March 12:00"),
    _shadow("0321_16", "21 maart 16:00", "21 March 16:00"),
    _shadow("0621_12", "21 juni 12:00", "21 June 12:00"),
    _shadow("1222_12", "22 december 12:00", "22 December 12:00"),
    Definition(
        "woz", "EUR", 0,
        ("WOZ-waarde",
         "Som van de vastgestelde WOZ-waarden van de panden die er staan; wat wordt opgetopt of verplaatst, "
         "houdt de zijne. Nieuwe volumes en panden zonder bekende waarde tellen niet mee."),
        ("Property value (WOZ)",
         "Sum of the assessed values of the panden that stand; what is raised or moved keeps its own. New "
         "masses and panden without a known value do not count."),
        internal=True,
    ),
    Definition(
        "facade_light", "", 0,
        ("Gevels onder de lichte TNO-norm",
         "Bestaande gevelvlakken (minstens 4 m2, van panden met een verblijfsobject, binnen bereik van de "
         "schaduw) met minder dan 2 mogelijke zonuren in het midden van de gevel op 19 februari; zon onder "
         "10 graden telt niet mee."),
        ("Facades below the light TNO norm",
         "Existing facades (at least 4 m2, of panden with a verblijfsobject, within reach of the shadow) "
         "with less than 2 possible sun hours at the middle of the facade on 19 February; sun below 10 "
         "degrees does not count."),
        sun=True,
    ),
    Definition(
        "facade_strict", "", 0,
        ("Gevels onder de strenge TNO-norm", "Als hierboven, minder dan 3 mogelijke zonuren op 21 januari."),
        ("Facades below the strict TNO norm", "As above, less than 3 possible sun hours on 21 January."),
        sun=True,
    ),
    Definition(
        "facade_hours", "h", 1,
        ("Zonuren op bestaande gevels",
         "Gemiddelde over dezelfde gevels op 19 februari, gewogen naar oppervlak."),
        ("Sun hours on existing facades", "Mean over the same facades on 19 February, weighted by area."),
        sun=True,
    ),
    Definition(
        "garden_hours", "h", 1,
        ("Zonuren in tuinen en op erven",
         "Gemiddelde op 21 maart over de erven (BGT) binnen bereik van de schaduw, 0,5 m boven de grond, op "
         "een raster van minstens 3 m."),
        ("Sun hours in gardens and yards",
         "Mean on 21 March over the yards (BGT erf) within reach of the shadow, 0.5 m above the ground, on a "
         "grid of at least 3 m."),
        sun=True,
    ),
)  # fmt: skip
