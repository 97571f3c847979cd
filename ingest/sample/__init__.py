"""An invented Dutch municipality, generated in the registers' own formats, with the truth beside it.

The municipality is called Meerwaarde, has code 9998 (``GM9998``) and lies in the IJsselmeer, around RD
(150000, 520000), where there is only water: no person, address, building or value in it exists. Files are as
their providers deliver them, nasty sides included; the true roofs, heights and buildings lie beside them in
``truth/``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lazrs import LazrsError  # type: ignore[import-untyped]
from pyogrio.errors import DataLayerError, DataSourceError

from ingest.errors import SourceError
from ingest.sample import write_ahn, write_bag, write_bgt, write_figures
from ingest.sample.points import make_points
from ingest.sample.registers import MUNICIPALITY, MUNICIPALITY_CODE, make_registers
from ingest.sample.town import build_town
from ingest.sample.write_truth import write_truth

FEWEST, MOST = 50, 100_000


@dataclass(frozen=True, slots=True)
class SampleTown:
    """The files of a sample municipality.

    Attributes
    ----------
    name, code : str
        Name and code of the municipality.
    folder : Path
        Where all of it lies.
    bbox : (minx, miny, maxx, maxy)
        Area that is mapped [m, RD].
    bgt : Path
        ``bgt/bgt.zip``, a PDOK download: a CityGML file per feature type.
    bag : Path
        ``bag/BAGNLDL-<date>.zip``, extract 2.0.
    bag_light : Path
        ``bag/bag-light.gpkg``, today's state of the same.
    ahn : tuple of Path
        LAZ sheets; only some say which coordinate system they are in.
    cbs, woz, energielabel : Path
        ``cbs/cbs_buurten.gpkg``, ``woz/woz.csv`` and ``energielabel/ep_online.csv``.
    truth_roofs : Path
        A row per planar facet of a standing pand: ``pand`` (id), ``kind``, ``roof_type``, ``a, b, c, x0, y0``
        with ``z = a (x - x0) + b (y - y0) + c`` [m, NAP] and the polygon. The facets of a pand partition its
        footprint, to the rounding of a millimetre.
    truth_panden : Path
        A row per standing pand: kind, roof type, storeys, heights [m, NAP], the share of the roof hidden
        from the scanner (1: no points at all) and the share under trees.
    truth_ground : Path
        Nodes ``x, y, z`` of a 2 m grid, row by row from the south-west; the ground is bilinear between them.
    dates : dict of str to date
        Of which day the state is that ``bgt``, ``bag``, ``ahn``, ``cbs``, ``woz`` and ``energielabel`` give.
    counts : dict of str to int
        What is in the files: ``pand`` (standing), ``bgt/<type>`` (current), ``ahn/<class>`` (points), and
        so on.
    """

    name: str
    code: str
    folder: Path
    bbox: tuple[float, float, float, float]
    bgt: Path
    bag: Path
    bag_light: Path
    ahn: tuple[Path, ...]
    cbs: Path
    woz: Path
    energielabel: Path
    truth_roofs: Path
    truth_panden: Path
    truth_ground: Path
    dates: dict[str, dt.date]
    counts: dict[str, int]


def generate(folder: Path, *, buildings: int = 400, seed: int = 1, density: float = 15.0) -> SampleTown:
    """Write a sample municipality.

    Parameters
    ----------
    folder : Path
        Where the files go; made where it is missing.
    buildings : int
        Number of panden that stand, sheds included: 50 to 100 000.
    seed : int
        The same seed gives the same town, to the byte.
    density : float
        Pulses per square metre of the point cloud; AHN4 has 10 to 15.

    Raises
    ------
    ValueError
        A number is out of range.
    SourceError
        The folder can't be written, or the disk is full.
    """
    if not FEWEST <= buildings <= MOST:
        raise ValueError(f"buildings is {buildings}; a sample municipality has {FEWEST} to {MOST}")
    if not 0.5 <= density <= 60.0:
        raise ValueError(f"density is {density}; expected 0.5 to 60 points per square metre")
    town = build_town(buildings, seed)
    registers = make_registers(town)
    with _writing(folder):
        bgt, bgt_counts = write_bgt.write_bgt(folder / "bgt", town, registers)
        bag = write_bag.write_extract(folder / "bag", registers, town.surfaces.island)
        light = write_bag.write_light(folder / "bag", registers)
        cbs, cbs_counts = write_figures.write_cbs(folder / "cbs", town, registers)
        woz, woz_count = write_figures.write_woz(folder / "woz", town, registers)
        labels, label_count = write_figures.write_labels(folder / "energielabel", town, registers)
        truth = write_truth(folder / "truth", town, registers)
        sheets, point_counts = write_ahn.write_ahn(folder / "ahn", make_points(town, density))
    counts = {
        "pand": town.standing,
        "bag/pand": len(registers.pand),
        "bag/verblijfsobject": len(registers.verblijfsobject),
        "bag/nummeraanduiding": len(registers.nummeraanduiding),
        "bag/openbare_ruimte": len(registers.openbare_ruimte),
        "woz": woz_count,
        "energielabel": label_count,
    }
    counts |= {f"bgt/{name}": n for name, n in bgt_counts.items()}
    counts |= {f"cbs/{name}": n for name, n in cbs_counts.items()}
    counts |= {f"ahn/{label}": n for label, n in point_counts.items()}
    low_x, low_y, high_x, high_y = (float(v) for v in town.surfaces.lake.bounds)
    return SampleTown(
        MUNICIPALITY,
        MUNICIPALITY_CODE,
        folder,
        (low_x, low_y, high_x, high_y),
        bgt,
        bag,
        light,
        sheets,
        cbs,
        woz,
        labels,
        truth["roofs"],
        truth["panden"],
        truth["ground"],
        {
            "bgt": write_bgt.DELIVERED,
            "bag": write_bag.EXTRACTED,
            "ahn": write_ahn.FLOWN,
            "cbs": write_figures.COUNTED,
            "woz": write_figures.VALUED,
            "energielabel": write_figures.PUBLISHED,
        },
        counts,
    )


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Whatever library meets the full disk, it is told as one."""
    try:
        yield
    except (OSError, LazrsError, DataSourceError, DataLayerError) as error:
        raise SourceError(
            folder,
            found=f"the sample can't be written there ({error})",
            expected="a folder that can be written, with room for some 50 kB per pand",
            remedy="Free some space, ask for fewer --buildings, or choose another --out.",
        ) from error
