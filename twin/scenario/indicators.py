"""Numbers of a variant: before, after and the difference."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from twin.geometry.columns import Bools, Floats, Semantic, Shells
from twin.geometry.measure import surface_vectors
from twin.geometry.ragged import rows_of, sums
from twin.scenario.apply import Outcome
from twin.scenario.area import Area
from twin.scenario.daylight import LIGHT_HOURS, STRICT_HOURS, Daylight, mean_by_area
from twin.scenario.definitions import DEFINITIONS, Definition
from twin.scenario.floors import GROSS
from twin.scenario.shadows import Shadow
from twin.scenario.town import Shapes, Town

SMALL_ROOF = 10.0  # m2
FLAT, STEEP = 10.0, 60.0  # degrees
SMALL_GREEN = 500.0  # m2

Pair = tuple[float, float]
NOT_FOR_YOU = (
    "Alleen zichtbaar voor wie interne gegevens mag zien.",
    "Only for those who may see internal data.",
)
UNKNOWN = ("De stad heeft hiervoor geen gegevens.", "The city has no data for this.")


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator with its values; NaN, and a reason, where there is none."""

    definition: Definition
    before: float
    after: float
    reason: tuple[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        """As the API answers it."""
        d = self.definition
        before, after = self._rounded(self.before), self._rounded(self.after)
        # of the figures as they are shown, so that a table adds up
        difference = None if before is None or after is None else self._rounded(after - before)
        return {
            "id": d.id,
            "unit": d.unit,
            "decimals": d.decimals,
            "nl": {"label": d.nl[0], "definition": d.nl[1]},
            "en": {"label": d.en[0], "definition": d.en[1]},
            "before": before,
            "after": after,
            "difference": difference,
            "reason": None if self.reason is None else {"nl": self.reason[0], "en": self.reason[1]},
        }

    def _rounded(self, value: float) -> float | None:
        return round(value, self.definition.decimals) + 0.0 if math.isfinite(value) else None


def named(values: Mapping[str, Pair], *, internal: bool, sun: bool) -> list[Indicator]:
    """Values as indicators, in the order of the definitions.

    Parameters
    ----------
    values : mapping of str to (before, after)
        By the id of the definition.
    internal : bool
        Whether the audience may see internal data.
    sun : bool
        Whether those of the sun hours are among them.
    """
    listed = []
    for definition in DEFINITIONS:
        if definition.sun and not sun:
            continue
        before, after = values.get(definition.id, (math.nan, math.nan))
        if definition.internal and not internal:
            listed.append(Indicator(definition, math.nan, math.nan, NOT_FOR_YOU))
            continue
        known = math.isfinite(before) and math.isfinite(after)
        listed.append(Indicator(definition, before, after, None if known else UNKNOWN))
    return listed


def densities(town: Town, outcome: Outcome, area: Area) -> dict[str, Pair]:
    """All indicators but those of the sun and of shadow."""
    panden, objects = town.panden, outcome.objects
    here = area.panden(town)
    stays = here & ~outcome.replaced
    new = area.objects(objects)

    def both(before: Floats, after: Floats, added: Floats) -> Pair:
        return (
            float(np.nansum(before[here])),
            float(np.nansum(after[stays])) + float(np.nansum(added[new])),
        )

    household = _household(town)
    new_buurt = _buurt_of(town, objects.outline)
    footprint = both(panden.footprint, panden.footprint, objects.footprint)
    floors = both(panden.usable * GROSS, outcome.gross, objects.gross)
    values = {
        "footprint": footprint,
        "floor_area": floors,
        "volume": both(panden.volume, panden.volume, objects.volume),
        "dwellings": both(panden.dwellings, outcome.dwellings, objects.dwellings),
        "inhabitants": both(
            panden.dwellings * household[panden.buurt],
            outcome.dwellings * household[panden.buurt],
            objects.dwellings * household[new_buurt],
        ),
        "solar_roof": _solar(town, outcome, here, stays, new),
        "green_distance": _green(town, outcome, here, stays, new),
    }
    if not np.isfinite(household).any():
        values["inhabitants"] = (math.nan, math.nan)
    if here.any() and not np.isfinite(panden.volume[here]).any():
        values["volume"] = (math.nan, math.nan)
    if len(town.trees):
        within = area.trees(town)
        values["trees"] = (float(within.sum()), float((within & ~outcome.felled).sum()))
    if panden.woz is not None:
        # what was raised or moved keeps the value that it was assessed at, what is new has none
        kept = np.append(panden.woz, math.nan)[objects.pand]
        standing = np.concatenate((panden.woz[stays], kept[new & (objects.pand >= 0)]))
        values["woz"] = (_known_sum(panden.woz[here]), _known_sum(standing))
    if area.m2 > 0:
        fsi = (floors[0] / area.m2, floors[1] / area.m2)
        gsi = (footprint[0] / area.m2, footprint[1] / area.m2)
        values |= {"fsi": fsi, "gsi": gsi, "osr": (_osr(fsi[0], gsi[0]), _osr(fsi[1], gsi[1]))}
    return values


def _known_sum(values: Floats) -> float:
    """Sum of what is known; NaN where there are values and none of them is known."""
    return math.nan if len(values) and np.isnan(values).all() else float(np.nansum(values))


def _osr(fsi: float, gsi: float) -> float:
    return (1 - gsi) / fsi if fsi > 0 else math.nan


def _household(town: Town) -> Floats:
    """Household size by row of the buurt; the last one, for no buurt, is the mean of the others."""
    own = town.buurten.household
    known = own[np.isfinite(own)]
    mean = float(known.mean()) if len(known) else math.nan
    return np.append(np.where(np.isfinite(own), own, mean), mean)


def _buurt_of(town: Town, outlines: Shapes) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Row of the buurt of each outline, -1 for none."""
    found = np.full(len(outlines), -1, dtype=np.int64)
    if len(outlines) and len(town.buurten):
        points = shapely.point_on_surface(outlines)
        row, buurt = shapely.STRtree(town.buurten.shape).query(points, predicate="intersects")
        found[row] = buurt
    return found


def _solar(town: Town, outcome: Outcome, here: Bools, stays: Bools, new: Bools) -> Pair:
    of_panden = suitable_roof(town.shells, town.convergence)
    by_pand = sums(town.owner, of_panden, len(town.panden))
    objects = outcome.objects
    of_objects = np.where(objects.closed[objects.owner], suitable_roof(objects.shells, town.convergence), 0.0)
    by_object = sums(objects.owner, of_objects, len(objects))
    return float(by_pand[here].sum()), float(by_pand[stays].sum() + by_object[new].sum())


def suitable_roof(shells: Shells, convergence: float) -> Floats:
    """Area of the roof faces of each solid ``(O,)`` that suit solar panels [m2], measured along the roof."""
    if not len(shells):
        return np.zeros(0)
    vector = surface_vectors(shells)
    area = np.linalg.norm(vector, axis=1)
    slope = np.degrees(np.arctan2(np.hypot(vector[:, 0], vector[:, 1]), vector[:, 2]))
    azimuth = (np.degrees(np.arctan2(vector[:, 0], vector[:, 1])) + convergence) % 360
    sunny = (slope <= FLAT) | ((slope <= STEEP) & (azimuth >= 90) & (azimuth <= 270))
    good = (shells.semantics == Semantic.ROOF) & (area >= SMALL_ROOF) & sunny
    return sums(rows_of(shells.object_offsets)[good], area[good], len(shells))


def _green(town: Town, outcome: Outcome, here: Bools, stays: Bools, new: Bools) -> Pair:
    panden, objects = town.panden, outcome.objects
    green = _connected(town.green)
    before = _distances(panden.outline[here], green)
    homes_before = panden.dwellings[here]
    taken = shapely.union_all(objects.outline[new]) if new.any() else shapely.Polygon()
    if not taken.is_empty:
        green = _connected(shapely.difference(town.green, taken))
    outlines = np.concatenate((panden.outline[stays], objects.outline[new]))
    after = _distances(outlines, green)
    homes_after = np.concatenate((outcome.dwellings[stays], objects.dwellings[new]))
    return mean_by_area(before, homes_before), mean_by_area(after, homes_after)


def _connected(green: Shapes) -> Shapes:
    """Green of at least 500 m2, what touches taken together."""
    whole = shapely.get_parts(shapely.union_all(shapely.buffer(green, 0.01))) if len(green) else green
    large: Shapes = np.asarray(whole[shapely.area(whole) >= SMALL_GREEN], dtype=object)
    return large


def _distances(outlines: Shapes, green: Shapes) -> Floats:
    if not len(green) or not len(outlines):
        return np.full(len(outlines), math.nan)
    nearest = shapely.STRtree(green).nearest(outlines)
    distance: Floats = shapely.distance(outlines, green[nearest])
    return distance


def of_shadows(found: list[Shadow]) -> dict[str, Pair]:
    """Indicators of shadow."""
    return {f"shadow_{s.moment}": (s.before, s.after) for s in found}


def of_daylight(found: Daylight) -> dict[str, Pair]:
    """Indicators of sun hours."""
    if not len(found.area):
        facades = {"facade_light": (0.0, 0.0), "facade_strict": (0.0, 0.0)}
    else:
        facades = {
            "facade_light": _below(found.light, LIGHT_HOURS),
            "facade_strict": _below(found.strict, STRICT_HOURS),
            "facade_hours": (
                mean_by_area(found.light[:, 0], found.area),
                mean_by_area(found.light[:, 1], found.area),
            ),
        }
    if len(found.garden):
        facades["garden_hours"] = (float(found.garden[:, 0].mean()), float(found.garden[:, 1].mean()))
    return facades


def _below(hours: Floats, norm: float) -> Pair:
    return float((hours[:, 0] < norm).sum()), float((hours[:, 1] < norm).sum())
