"""Designs in Wavefront OBJ: vertices and faces; materials and what else it names are never looked for.

Faces with many corners need not be convex, and indices may count back from where they stand. (trimesh fans
such faces over the corner that they lack, and counts back from the end of the file.)
"""

from __future__ import annotations

import numpy as np

from twin.errors import ScenarioError
from twin.planning.designs.raw import Raw, require_few, triangles_of


def read_obj(content: bytes) -> Raw:
    """Read a file after the specification of Wavefront's Advanced Visualizer, version 4.2, appendix B1.

    Raises
    ------
    ScenarioError
        Names the line that can't be read.
    TooLargeError
    """
    text = content.decode("utf-8-sig", errors="replace").replace("\\\r\n", " ").replace("\\\n", " ")
    corners: list[tuple[str, str, str]] = []
    rings: list[int] = []
    sizes: list[int] = []
    label = ""
    for number, line in enumerate(text.splitlines(), start=1):
        key, *words = line.split() or [""]
        try:
            if key == "v":
                x, y, z, *_ = words
                corners.append((x, y, z))
            elif key == "f":
                ring = [int(w.split("/", 1)[0]) for w in words]
                if 0 in ring or len(ring) < 3:
                    raise ValueError
                rings += [i - 1 if i > 0 else len(corners) + i for i in ring]
                sizes.append(len(ring))
            elif key == "o" and not label:
                label = " ".join(words)
        except ValueError:
            raise ScenarioError(
                f"OBJ, line {number}: {line[:60]!r} is no vertex or face. Export the design again",
                f"OBJ, regel {number}: {line[:60]!r} is geen hoekpunt of vlak. Exporteer het ontwerp opnieuw",
            ) from None
        if number % 100_000 == 0:
            require_few("corners", max(len(corners), len(rings)))
    require_few("vertices", len(corners))
    try:
        xyz = np.array(corners, dtype=np.float64).reshape(-1, 3)
        numbers, counts = (np.array(v, dtype=np.int64) for v in (rings, sizes))
    except (ValueError, OverflowError) as error:
        raise ScenarioError(
            f"OBJ: what should be a number is none: {error}. Export it again",
            f"OBJ: wat een getal moet zijn, is er geen ({error}). Exporteer het opnieuw",
        ) from None
    triangles = triangles_of(xyz, numbers, counts, np.ones_like(counts))
    return Raw(xyz, triangles, label)
