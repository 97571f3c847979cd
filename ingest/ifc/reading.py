"""The outside of the building in an IFC file, read in a process that may fail."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.errors import SourceError

NEEDED = ("ifcopenshell", "manifold3d")
SECONDS = 90
"""Of processor time for one file: ten times what a large house takes."""
PATIENCE = 3 * SECONDS  # seconds by the clock, on a machine that is busy
MEMORY = 4 << 30  # bytes of address space, of which the library's own code takes a quarter
AT_ONCE = threading.BoundedSemaphore(2)
"""Files that one server reads at a time; who comes later waits."""
TIME_IS_UP = getattr(signal, "SIGXCPU", 0)  # which Windows does not have


class Fault(StrEnum):
    """What can be wrong with an IFC file, for who tells it in another language."""

    PACKAGES = "packages"
    CUT_OFF = "cut-off"
    STOPPED = "stopped"
    TIME = "time"
    MEMORY = "memory"
    TRIANGLES = "triangles"
    BROKEN = "broken"
    EMPTY = "empty"
    SHAPELESS = "shapeless"


class IfcError(SourceError):
    """An IFC file that can't be read, or a server that can't read it.

    Parameters
    ----------
    fault : Fault
    found, expected, remedy : str
        As of every source.
    what : str
        What the words of the fault name: packages, or a number.
    """

    def __init__(self, fault: Fault, *, found: str, expected: str, remedy: str, what: str = "") -> None:
        self.fault = fault
        self.what = what
        super().__init__("IFC", found=found, expected=expected, remedy=remedy)


class TooMuchError(IfcError):
    """A file that takes more time, memory or triangles than one file may."""


@dataclass(frozen=True, slots=True)
class Building:
    """What an IFC file holds of a building.

    Attributes
    ----------
    xyz : (V, 3) float64 [m]
        z up; in RD where ``in_rd``, else in the axes of the project, turned so that y is north.
    triangles : (T, 3) int64
        Outside of all building elements together, facing outwards.
    name : str
        Of the building or the project, not to be trusted.
    in_rd : bool
        The file says where it stands (``IfcMapConversion``, or the property sets of IFC 2x3).
    in_nap : bool
        It says so of the height as well.
    other_crs : str
        Reference system to which it refers, where that is not RD; empty otherwise.
    level : float [m]
        Where the zero of the project, as a rule the ground floor, lies in these coordinates.
    turned : float [degrees]
        By which it was turned to the north that the file names, where nothing more is said.
    floors : int or None
        Storeys at or above the ground floor that have walls.
    uses : tuple of str
        Words of the file for what it is used for.
    sealed : bool
        Whether openings and gaps between elements had to be shut for it to have an inside.
    hollow : bool
        It has none all the same: the surface is open, or that of its walls and floors.
    lost : int
        Elements of which no shape, or no solid, could be made.
    """

    xyz: npt.NDArray[np.float64]
    triangles: npt.NDArray[np.int64]
    name: str = ""
    in_rd: bool = False
    in_nap: bool = False
    other_crs: str = ""
    level: float = 0.0
    turned: float = 0.0
    floors: int | None = None
    uses: tuple[str, ...] = field(default=())
    sealed: bool = False
    hollow: bool = False
    lost: int = 0


def read(content: bytes, *, seconds: int = SECONDS) -> Building:
    """Read an IFC file (2x3, 4 or 4.3, as STEP physical file; ISO 10303-21).

    Parameters
    ----------
    content : bytes
    seconds : int
        Processor time that it may take.

    Raises
    ------
    IfcError
        When the packages that read it are missing, or it is broken or holds no building.
    TooMuchError
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise IfcError(
            Fault.PACKAGES,
            what=", ".join(missing),
            found=f"this server can't read it without {' and '.join(missing)}",
            expected="the packages that read IFC",
            remedy="Run pip install 'gemeentetwin[ifc]' there, or export the design as glTF, OBJ or CityJSON",
        )
    if b"END-ISO-10303-21" not in content[-4096:]:
        raise IfcError(
            Fault.CUT_OFF,
            found="it has no end",
            expected="a last line END-ISO-10303-21",
            remedy="Send the whole file, or export it again",
        )
    with AT_ONCE, tempfile.TemporaryDirectory(prefix="ifc-") as folder:
        source, result = Path(folder, "design.ifc"), Path(folder, "building.npz")
        source.write_bytes(content)
        _run(source, result, seconds)
        return _building(result)


def _run(source: Path, result: Path, seconds: int) -> None:
    # -P: no module that lies in the folder where the server was started
    command = [sys.executable, "-P", "-m", "ingest.ifc", str(source), str(result), str(seconds), str(MEMORY)]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise too_slow(seconds) from None
    if done.returncode == -TIME_IS_UP:
        raise too_slow(seconds)
    if done.returncode or not result.is_file():
        raise IfcError(
            Fault.STOPPED,
            what=str(done.returncode),
            found=f"its reader stopped halfway (code {done.returncode})",
            expected="a file of a few thousand building elements without fault",
            remedy="Export the building again, without furniture and installations, or as glTF",
        )


def too_slow(seconds: int) -> TooMuchError:
    """The error of a file that takes too long."""
    return TooMuchError(
        Fault.TIME,
        what=str(seconds),
        found=f"reading it takes more than {seconds} s",
        expected="the model of one building",
        remedy="Leave out furniture, installations and reinforcement, or export the design as glTF",
    )


def _building(result: Path) -> Building:
    with np.load(result, allow_pickle=False) as found:
        told: dict[str, Any] = json.loads(bytes(found["told"]))
        if "fault" in told:
            kind = TooMuchError if told.pop("large") else IfcError
            raise kind(Fault(told.pop("fault")), **told)
        xyz = np.asarray(found["xyz"], dtype=np.float64).reshape(-1, 3)
        triangles = np.asarray(found["triangles"], dtype=np.int64).reshape(-1, 3)
    told["uses"] = tuple(told["uses"])
    return Building(xyz, triangles, **told)
