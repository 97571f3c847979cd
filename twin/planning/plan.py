"""A plan of a variant, seen from above, as inline SVG: lines and hatching tell apart, not colour alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely

from twin.geometry.columns import Bools, Floats
from twin.scenario import Evaluation, Town
from twin.scenario.town import Shapes

WIDTH, HEIGHT = 720, 440
LEGEND = 34  # pixels below the plan
MARGIN = 40.0  # metres around what changes
SMALLEST = 120.0  # metres across
SMALLEST_CROWN = 1.0  # metres: a tree without a known crown is drawn so large
STANDS = 'fill="#dcdcdc" stroke="#8a8a8a" stroke-width="0.6"'
GOES = 'fill="url(#goes)" stroke="#b3261e" stroke-width="1.6" stroke-dasharray="5 3"'
COMES = 'fill="#7fa7d9" stroke="#0b3d91" stroke-width="2"'
CHANGES = 'fill="url(#changes)" stroke="#0b3d91" stroke-width="1.4"'
FELLED = 'fill="url(#goes)" stroke="#b3261e" stroke-width="1"'
AREA = 'fill="none" stroke="#1a1a1a" stroke-width="1.2" stroke-dasharray="9 4 2 4"'


def plan_svg(evaluation: Evaluation, town: Town) -> str:
    """SVG element with what stands, goes, comes and changes, a north arrow and a scale bar.

    It holds what changes with 40 m around; without changes, the area.
    """
    outcome, panden = evaluation.outcome, town.panden
    objects = outcome.objects
    shapes = [*panden.outline[outcome.touched], *objects.outline] or [evaluation.area.shape]
    box = shapely.total_bounds(np.array(shapes, dtype=object))
    if not np.isfinite(box).all():
        box = np.array(town.extent)
    view = _View(box)
    stays = panden.standing & ~outcome.replaced
    new = objects.pand < 0
    touched = stays & outcome.touched
    layers = [
        _paths(view, panden.outline[_seen(view, panden.outline, stays & ~touched)], STANDS),
        _paths(view, panden.outline[_seen(view, panden.outline, outcome.replaced & panden.standing)], GOES),
        _paths(view, panden.outline[_seen(view, panden.outline, touched)], CHANGES),
        _paths(view, objects.outline[~new], CHANGES),
        _paths(view, objects.outline[new], COMES),
        _trees(view, evaluation, town),
        _paths(view, np.array([evaluation.area.shape], dtype=object), AREA),
    ]
    hatch = (
        "<defs>"
        '<pattern id="goes" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff"/>'
        '<rect width="1.4" height="6" fill="#b3261e"/></pattern>'
        '<pattern id="changes" width="7" height="7" patternUnits="userSpaceOnUse">'
        '<rect width="7" height="7" fill="#e3ecf8"/><circle cx="3" cy="3" r="1.2" fill="#0b3d91"/></pattern>'
        f'<clipPath id="frame"><rect width="{WIDTH}" height="{HEIGHT}"/></clipPath></defs>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT + LEGEND}" role="img" '
        'aria-label="Plattegrond van de variant" font-family="sans-serif" font-size="12">'
        f'{hatch}<g clip-path="url(#frame)">{"".join(layers)}</g>'
        f"{_north(evaluation, town)}{_scale(view)}{_legend()}</svg>"
    )


class _View:
    """From RD to the picture."""

    def __init__(self, box: Any) -> None:
        low, high = np.asarray(box[:2], dtype=np.float64), np.asarray(box[2:], dtype=np.float64)
        size = np.maximum(high - low + 2 * MARGIN, SMALLEST)
        self.scale = float(min(WIDTH / size[0], HEIGHT / size[1]))  # pixels per metre
        half = np.array([WIDTH, HEIGHT]) / 2 / self.scale
        self.low, self.high = (low + high) / 2 - half, (low + high) / 2 + half
        self.frame = shapely.box(*self.low, *self.high)

    def pixels(self, ring: Any) -> str:
        xy = (shapely.get_coordinates(ring) - self.low) * self.scale
        return "M" + "L".join(f"{x:.1f} {HEIGHT - y:.1f}" for x, y in xy.tolist()) + "Z"

    def dots(self, places: Shapes, radius: Floats, style: str) -> str:
        xy = (shapely.get_coordinates(places) - self.low) * self.scale
        drawn = zip(xy.tolist(), (radius * self.scale).tolist(), strict=True)
        return "".join(
            f'<circle cx="{x:.1f}" cy="{HEIGHT - y:.1f}" r="{r:.1f}" {style}/>' for (x, y), r in drawn
        )


def _seen(view: _View, outlines: Shapes, chosen: Bools) -> Bools:
    seen: Bools = chosen & shapely.intersects(outlines, view.frame)
    return seen


def _paths(view: _View, shapes: Shapes, style: str) -> str:
    drawn = []
    for part in shapely.get_parts(shapes) if len(shapes) else []:
        if part.geom_type == "Polygon" and not part.is_empty:
            rings = (part.exterior, *part.interiors)
            drawn.append(f'<path d="{"".join(map(view.pixels, rings))}" fill-rule="evenodd" {style}/>')
    return "".join(drawn)


def _trees(view: _View, evaluation: Evaluation, town: Town) -> str:
    gone = evaluation.outcome.felled
    return view.dots(town.trees.place[gone], np.fmax(town.trees.radius[gone], SMALLEST_CROWN), FELLED)


def _north(evaluation: Evaluation, town: Town) -> str:
    turn = -town.convergence  # RD's north is up; true north lies so far from it
    return (
        f'<g transform="translate({WIDTH - 30} 34) rotate({turn:.2f})">'
        '<path d="M0 -20L7 8L0 3L-7 8Z" fill="#1a1a1a" stroke="#fff" stroke-width="0.8"/>'
        '<text y="22" text-anchor="middle" font-weight="bold">N</text></g>'
    )


def _scale(view: _View) -> str:
    metres = WIDTH / 5 / view.scale
    power = 10 ** math.floor(math.log10(metres))
    length = max(step * power for step in (1, 2, 5) if step * power <= metres)
    pixels = length * view.scale
    return (
        f'<g transform="translate(14 {HEIGHT - 14})"><path d="M0 -6V0H{pixels:.1f}V-6" fill="none" '
        f'stroke="#1a1a1a" stroke-width="1.5"/><text x="{pixels + 6:.1f}" y="1">{length:g} m</text></g>'
    )


def _legend() -> str:
    entries = ((STANDS, "blijft"), (GOES, "verdwijnt"), (COMES, "nieuw"), (CHANGES, "verandert"))
    boxes = [f'<rect width="22" height="14" {style}/>' for style, _ in entries]
    dot = f'<circle cx="11" cy="7" r="7" {FELLED}/>'
    marks = [*boxes, dot, f'<rect width="22" height="14" {AREA}/>']
    words = [*(name for _, name in entries), "boom weg", "gebied van de cijfers"]
    return "".join(
        f'<g transform="translate({14 + 112 * i} {HEIGHT + 10})">{mark}<text x="29" y="12">{name}</text></g>'
        for i, (mark, name) in enumerate(zip(marks, words, strict=True))
    )
