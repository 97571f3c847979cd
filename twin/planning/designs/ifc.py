"""Designs in IFC: the outside of the building, with what the file says of its place, storeys and use."""

from __future__ import annotations

from typing import cast, get_args

from ingest import ifc
from ingest.errors import SourceError
from twin.errors import ScenarioError, TooLargeError
from twin.planning.designs.raw import Raw, require_numbers
from twin.scenario.variant import MOST_FLOORS, Gebruiksdoel


def read_ifc(content: bytes) -> Raw:
    """Read an IFC file; see :func:`ingest.ifc.read`.

    Raises
    ------
    ScenarioError
        When it is broken, holds no building, or this server lacks the packages that read it.
    TooLargeError
        When it takes too much time or memory.
    """
    try:
        found = ifc.read(content)
    except ifc.TooMuchError as error:
        raise TooLargeError(str(error)) from None
    except SourceError as error:
        raise ScenarioError(str(error)) from None
    require_numbers(found.xyz)
    remarks = [
        ("openings-shut", "", found.sealed),
        ("hollow", "", found.hollow),
        ("other-crs", found.other_crs, bool(found.other_crs)),
        ("turned-north", f"{found.turned:g}", found.turned != 0),
        ("parts-lost", str(found.lost), found.lost > 0),
    ]
    return Raw(
        found.xyz,
        found.triangles,
        found.name,
        in_rd=found.in_rd and found.in_nap,
        metres=True,
        level=found.level,
        floors=None if found.floors is None else min(found.floors, MOST_FLOORS),
        use=_use(found.uses),
        remarks=[(code, what) for code, what, holds in remarks if holds],
    )


def _use(said: tuple[str, ...]) -> Gebruiksdoel | None:
    """The first that the BAG has as well."""
    known = (words.strip().lower() for words in said)
    return cast("Gebruiksdoel | None", next((use for use in known if use in get_args(Gebruiksdoel)), None))
