"""A picture of one pand: its points, its model, how far they are apart, and the figures."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from twin.catalogue import CATALOGUE
from twin.errors import QueryError, TwinError
from twin.geometry.columns import Floats, Semantic, Shells
from twin.geometry.measure import surface_vectors
from twin.report.pand import PandReport
from twin.report.view import Camera, View, look
from twin.store.atomic import replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KINDS = (".png", ".svg", ".pdf")
FIGURES = (
    "lod",
    "lod_reden",
    "lod_stap",
    "puntenwolk",
    "puntenwolk_reden",
    "aantal_punten",
    "puntdichtheid",
    "nodata_fractie",
    "nodata_straal",
    "rmse_lod22",
    "afstand_mediaan_lod22",
    "aandeel_binnen_20cm",
    "aantal_gevonden_vlakken",
    "aantal_dakvlakken",
    "dak_type",
    "hoogte",
    "aangenomen_hoogte",
    "h_maaiveld",
    "h_dak_max",
    "volume_lod22",
    "opp_grond",
    "oorspronkelijk_bouwjaar",
)
"""Attributes in the corner of the picture, where the pand has them."""

_CLASSES = {
    1: ("niet geclassificeerd", "#8fb573"),
    2: ("maaiveld", "#c9b48a"),
    6: ("gebouw ernaast", "#b9b9bd"),
    9: ("water", "#8dbbe0"),
    26: ("kunstwerk", "#b893c4"),
}
_STRANGE = ("andere klasse", "#dddddd")
_HEIGHTS, _AWAY = "viridis", "RdBu_r"
_LIMIT = 0.5  # m: distances beyond it have the deepest colour
_MOST = 60_000  # points per panel: more would be drawn on top of one another
_WALL, _ROOF, _SLOPED = (0.93, 0.91, 0.87), (0.80, 0.80, 0.79), (0.79, 0.60, 0.50)
_DOT, _PANEL = 0.2, 340.0  # diameter of a dot [m]; side of a plan [pt]
_LINE = 44  # letters in a line of a figure


def draw(pand: PandReport, path: Path) -> None:
    """Draw a pand into ``path``: PNG, SVG or PDF, by its ending.

    From left to right and from top to bottom: the points from above by height, the model from above in the
    same colours, the vertical distance of the points to the roof; the model with its points from the south
    west and from the north east, and the spread of the distances above the figures of the catalogue.

    Raises
    ------
    QueryError
        For another ending.
    TwinError
        When matplotlib is not installed.
    StoreError
        When the file can't be written.
    """
    if path.suffix.lower() not in KINDS:
        raise QueryError(f"{path}: can't be drawn as {path.suffix or 'a file without ending'}. "
                         f"Expected one of {', '.join(KINDS)}")  # fmt: skip
    figure = _figure()
    grid = figure.add_gridspec(2, 3, width_ratios=(1, 1, 1))
    plans = [figure.add_subplot(grid[0, k]) for k in range(3)]
    low, high = _range(pand)
    _draw_points(plans[0], pand, low, high)
    _draw_model(plans[1], pand, low, high)
    _draw_distances(plans[2], pand)
    for azimuth, (place, whence) in zip(
        (225, 45), enumerate(("het zuidwesten", "het noordoosten")), strict=True
    ):
        _draw_view(
            figure.add_subplot(grid[1, place]),
            pand,
            azimuth,
            f"Vanuit {whence}, met de punten naar afstand tot het dak",
        )
    corner = grid[1, 2].subgridspec(2, 1, height_ratios=(1, 2.4))
    _draw_spread(figure.add_subplot(corner[0]), pand)
    _write_figures(figure.add_subplot(corner[1]), pand)
    figure.suptitle(_title(pand), fontsize=15, fontweight="bold", x=0.01, ha="left")
    with replacing(path) as temporary:
        # No date in it: the same pand gives the same file.
        kind = path.suffix.lower().removeprefix(".")
        metadata = {"png": None, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[kind]
        figure.savefig(temporary, format=kind, dpi=110, metadata=metadata)


def _figure() -> Figure:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise TwinError(
            "matplotlib, which draws the picture, is not installed. Install it with: "
            "pip install 'gemeentetwin[report]'"
        ) from error
    return Figure(figsize=(17, 11), layout="constrained", facecolor="white")


def _title(pand: PandReport) -> str:
    addresses = pand.attributes.get("adressen")
    first = f" · {addresses[0]}" if addresses is not None and len(addresses) else ""
    more = f" en {len(addresses) - 1} meer" if addresses is not None and len(addresses) > 1 else ""
    return f"Pand {pand.identificatie}{first}{more}"


def _range(pand: PandReport) -> tuple[float, float]:
    """Heights [m NAP] between which the colours run."""
    # Those of the roof, if there is one: hits on the walls would take most of the colours.
    heights = pand.points[:, 2] if pand.solids is None else _roof_vertices(pand.solids)[:, 2]
    if not len(heights):
        return 0.0, 1.0
    low, high = float(heights.min()), float(heights.max())
    return low - 0.25, high + 0.25


def _roof_vertices(shells: Shells) -> Floats:
    ring_surface = np.repeat(np.arange(len(shells.semantics)), np.diff(shells.surface_offsets))
    vertex_surface = np.repeat(ring_surface, np.diff(shells.ring_offsets))
    return np.asarray(shells.xyz[shells.ring_vertices[shells.semantics[vertex_surface] == Semantic.ROOF]])


def _draw_points(ax: Axes, pand: PandReport, low: float, high: float) -> None:
    entries = []
    for code in np.unique(pand.around_class).tolist():
        label, color = _CLASSES.get(code, _STRANGE)
        mine = pand.around[pand.around_class == code]
        shown = _thinned(mine)
        entries.append(_dots(ax, shown, s=0.4 * _size(pand), color=color, label=f"{label} ({code})"))
    shown = _thinned(pand.points)
    dots = _dots(ax, shown, s=_size(pand), c=shown[:, 2], cmap=_HEIGHTS, vmin=low, vmax=high)
    _frame(ax, pand, "Punten naar hoogte, met de klasse van wat ernaast ligt")
    _bar(ax, dots, "dakpunten, hoogte [m NAP]")
    if entries:
        legend = ax.legend(handles=entries, fontsize=7, loc="upper right", framealpha=0.85, borderpad=0.3)
        for handle in legend.findobj(type(dots)):
            handle.set(sizes=[18])


def _draw_model(ax: Axes, pand: PandReport, low: float, high: float) -> None:
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable

    norm = _norm(low, high)
    if pand.solids is not None:
        view = _from_above(pand)
        picture = colormaps[_HEIGHTS](norm(np.where(np.isfinite(view.depth), view.depth, low)))
        light = view.shaded(pand.solids, np.ones((len(pand.solids.semantics), 3)))
        picture[..., :3] *= np.clip(light[..., :3] + 0.12, 0, 1)
        picture[..., 3] = view.surface >= 0
        ax.imshow(picture, origin="lower", extent=view.camera.extent, interpolation="antialiased")
    none = "Geen model: alleen de plattegrond"
    _frame(ax, pand, none if pand.solids is None else f"Dak van bovenaf, {_lods(pand)}")
    _bar(ax, ScalarMappable(norm, _HEIGHTS), "dak van het model, hoogte [m NAP]")


def _draw_distances(ax: Axes, pand: PandReport) -> None:
    if pand.solids is not None:
        view = _from_above(pand)
        lines = np.zeros((*view.surface.shape, 4))
        lines[..., 3] = view.edges() * 0.85
        ax.imshow(lines, origin="lower", extent=view.camera.extent, interpolation="antialiased", zorder=3)
    lost = np.isnan(pand.distance)
    shown = _thinned(np.column_stack((pand.points, pand.distance))[~lost])
    # The farthest last, as they are few and tell most.
    shown = shown[np.argsort(np.abs(shown[:, 3]), kind="stable")]
    dots = _dots(ax, shown, s=_size(pand), c=shown[:, 3], cmap=_AWAY, vmin=-_LIMIT, vmax=_LIMIT, zorder=2)
    if lost.any():
        _dots(ax, _thinned(pand.points[lost]), s=_size(pand), color="#9a9a9a")
    _frame(ax, pand, "Hoe ver elk punt boven (rood) of onder (blauw) het dak ligt")
    _bar(ax, dots, "punt boven dak [m]", extend="both")
    ax.set_facecolor("#f4f4f2")


def _draw_view(ax: Axes, pand: PandReport, azimuth: float, title: str) -> None:
    """Model and visible points from 35 degrees above the horizon."""
    from matplotlib import colormaps

    ax.set_title(title, fontsize=10, loc="left")
    ax.set_axis_off()
    ax.set_aspect("equal")
    near = pand.points
    if pand.solids is None:
        if not len(near):
            ax.text(0.5, 0.5, "geen punten en geen model", ha="center", transform=ax.transAxes)
            return
        camera = Camera.looking(azimuth, 35, near, 1400, 1100)
        place = camera.project(_thinned(near))
        _dots(ax, place, s=3, c=_thinned(near)[:, 2], cmap=_HEIGHTS)
        return
    camera = Camera.looking(azimuth, 35, pand.solids.xyz, 1400, 1100)
    view = look(camera, pand.solids)
    ax.imshow(view.shaded(pand.solids, _colors(pand.solids)), origin="lower", extent=camera.extent,
              interpolation="antialiased")  # fmt: skip
    seen = np.column_stack((near, pand.distance))[view.sees(near) & ~np.isnan(pand.distance)]
    seen = _thinned(seen)
    place = camera.project(seen[:, :3])
    color = colormaps[_AWAY](_norm(-_LIMIT, _LIMIT)(seen[:, 3]))
    _dots(ax, place, s=2.5, c=color)
    left, right, bottom, top = camera.extent
    ax.set(xlim=(left, right), ylim=(bottom, top))


def _draw_spread(ax: Axes, pand: PandReport) -> None:
    """Histogram of the distances in steps of 5 cm; those beyond 1 m in the outermost ones."""
    known = pand.distance[~np.isnan(pand.distance)]
    ax.hist(np.clip(known, -0.999, 0.999), bins=np.linspace(-1, 1, 41).tolist(), color="#5b7f95")
    for border in (-0.2, 0.2):
        ax.axvline(border, color="#333333", linewidth=0.8, linestyle=":")
    ax.set_title("Punten per afstand tot het dak [m]; stippellijn: 20 cm", fontsize=10, loc="left")
    ax.set_yticks([])
    ax.spines[["left", "right", "top"]].set_visible(False)
    ax.tick_params(labelsize=8)


def _write_figures(ax: Axes, pand: PandReport) -> None:
    """Attributes by their names in the catalogue."""
    ax.set_axis_off()
    known = [CATALOGUE[name] for name in FIGURES if name in pand.attributes]
    rows = [(a.nl.label, _words(pand.attributes[a.name], a.decimals, a.unit)) for a in known]
    y, step = 1.0, 1 / (len(FIGURES) + 2)
    for label, value in rows:
        ax.text(0, y, label, fontsize=9, color="#555555", va="top", transform=ax.transAxes)
        lines = textwrap.wrap(value, _LINE)
        ax.text(0.45, y, "\n".join(lines), fontsize=9, va="top", linespacing=1.0, transform=ax.transAxes)
        y -= step * (0.25 + 0.75 * len(lines))


def _words(value: Any, decimals: int | None, unit: str | None) -> str:
    """A value as a Dutch reader writes it."""
    if isinstance(value, float | np.floating):
        text = f"{value:.{2 if decimals is None else decimals}f}".replace(".", ",")
    else:
        text = str(value)
    units = {"m2": "m²", "m3": "m³", "1/m2": "per m²"}
    return f"{text} {units.get(unit, unit)}" if unit else text


def _frame(ax: Axes, pand: PandReport, title: str) -> None:
    """The outline, a title, and the same piece of ground in every plan."""
    for ring in _rings(pand.outline):
        ax.plot(*ring.T, color="#222222", linewidth=0.9, zorder=4)
    x0, y0, x1, y1 = pand.square
    ax.set(xlim=(x0, x1), ylim=(y0, y1))
    ax.set_aspect("equal")
    ax.set_title(title, fontsize=10, loc="left")
    ax.ticklabel_format(useOffset=False, style="plain")
    ax.tick_params(labelsize=7)
    ax.locator_params(nbins=5)


def _rings(outline: Any) -> list[Floats]:
    return [
        shapely.get_coordinates(ring)
        for polygon in shapely.get_parts(outline)
        for ring in (polygon.exterior, *polygon.interiors)
    ]


def _from_above(pand: PandReport) -> View:
    assert pand.solids is not None
    return look(Camera.looking(180, 90, pand.solids.xyz, 1000, 1000), pand.solids)


def _colors(shells: Shells) -> Floats:
    """Walls light, flat roofs grey, sloped roofs terracotta ``(S, 3)``."""
    vector = surface_vectors(shells)
    sloped = np.hypot(vector[:, 0], vector[:, 1]) > np.tan(np.radians(3)) * np.abs(vector[:, 2])
    color = np.full((len(shells.semantics), 3), _WALL)
    roof = shells.semantics == Semantic.ROOF
    color[roof] = _ROOF
    color[roof & sloped] = _SLOPED
    return color


def _lods(pand: PandReport) -> str:
    return "LoD " + " en ".join(sorted(set(pand.lods)))


def _dots(ax: Axes, xy: Floats, **looks: Any) -> Any:
    """Points without a rim at ``xy (N, 2 or more)``."""
    return ax.scatter(xy[:, 0], xy[:, 1], linewidths=0, **looks)


def _size(pand: PandReport) -> float:
    """Area of a dot [pt2], so that at some ten points per square metre they nearly touch."""
    x0, _, x1, _ = pand.square
    return float(np.clip((_DOT * _PANEL / (x1 - x0)) ** 2, 1.5, 40))


def _norm(low: float, high: float) -> Any:
    from matplotlib.colors import Normalize

    return Normalize(low, high, clip=True)


def _bar(ax: Axes, mappable: Any, label: str, extend: str = "neither") -> None:
    bar = ax.figure.colorbar(
        mappable, ax=ax, location="bottom", shrink=0.75, aspect=35, pad=0.02, extend=extend
    )
    bar.set_label(label, fontsize=8)
    bar.ax.tick_params(labelsize=7)


def _thinned(rows: Floats) -> Floats:
    """Every so many of them, if there are more than a panel can show."""
    return rows[:: -(-len(rows) // _MOST) or 1]
