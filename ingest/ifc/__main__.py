"""The process that reads one IFC file: ``python -m ingest.ifc FILE RESULT SECONDS BYTES``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from ingest.ifc.model import building
from ingest.ifc.reading import Fault, IfcError, TooMuchError

try:
    import resource
except ImportError:  # pragma: no cover - Windows: the clock of the caller is the only limit
    resource = None  # type: ignore[assignment]


def main(source: str, result: str, seconds: str, memory: str) -> None:
    """Read ``source`` and write arrays, or what is wrong with it, to ``result``."""
    _limit(int(seconds), int(memory))
    xyz, triangles = np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int64)
    told: dict[str, Any]
    try:
        xyz, triangles, told = building(Path(source))
    except MemoryError:
        told = _fault(
            TooMuchError(
                Fault.MEMORY,
                found="reading it takes too much memory",
                expected="the model of one building",
                remedy="Leave out furniture, installations and reinforcement, or export the design as glTF",
            )
        )
    except IfcError as error:
        told = _fault(error)
    # a library on a file by anybody: whatever it trips over, the file is what is wrong
    except Exception as error:
        told = _fault(
            IfcError(
                Fault.BROKEN,
                what=f"{type(error).__name__} {error}"[:120],
                found=f"not built as it should be ({type(error).__name__} {error})"[:150],
                expected="IFC 2x3, 4 or 4.3",
                remedy="Export it again",
            )
        )
    np.savez(
        result, xyz=xyz, triangles=triangles, told=np.frombuffer(json.dumps(told).encode(), dtype=np.uint8)
    )


def _fault(error: IfcError) -> dict[str, Any]:
    words = {name: getattr(error, name) for name in ("found", "expected", "remedy", "what")}
    return {"fault": error.fault, "large": isinstance(error, TooMuchError), **words}


def _limit(seconds: int, memory: int) -> None:
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main(*sys.argv[1:])
