"""Verdicts of our checker beside those of val3dity, on real solids, sound and spoilt.

``python -m tests.benchmarks.bench_verdicts VAL3DITY [DATA]``, by hand; ``VAL3DITY`` is that program, built
from its public source. Solids of every LoD: ours of the sample municipality and of real Delft, the published
ones (some invalid), and copies of them with every defect of ``tests/geometry/mutations.py``. Prints agreement
per set and per code, and each kind of disagreement with an example. All go through a file in whole
millimetres, and both checkers run with their defaults.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.contestants import read_model, run_ours
from tests.benchmarks.towns import delft, sample
from tests.conftest import REPOSITORY
from tests.geometry.mutations import MUTATIONS, mutate
from tests.geometry.solids import nested, shells_of, solids_of_cityjson
from tests.reconstruction.published import FILES
from twin.geometry.columns import Shells
from twin.geometry.select import concatenate, take, weld
from twin.geometry.validity import check
from twin.reconstruction import LODS

BUILDINGS = 1500  # of the sample municipality
EACH = 150  # solids that get each defect
CRASH = 0  # stands for a solid on which val3dity dies
Codes = list[frozenset[int]]


def main(val3dity: Path, data: Path) -> None:
    """Print the tables."""
    kinds: list[str] = []
    theirs: Codes = []
    ours: Codes = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind, solids in solid_sets(data, folder).items():
            solids = weld(solids)
            kinds += [kind] * len(solids)
            theirs += val3dity_codes(val3dity, solids, folder)
            ours += our_codes(solids)
            print(f"{kind}: {len(solids)} solids", file=sys.stderr)
    report(np.array(kinds), theirs, ours)


def solid_sets(data: Path, folder: Path) -> dict[str, Shells]:
    """Solids by what they are."""
    sets = {}
    for town in (sample(BUILDINGS, folder), delft(data)):
        run_ours(town, folder / "ours.city.jsonl")
        made = [read_model(iter([folder / "ours.city.jsonl"]), town.ids, lod).shells for lod in LODS]
        sets[f"ours, {town.name}"] = concatenate(made)
    models = [json.loads((data / "reference" / file).read_bytes()) for file in FILES]
    sets["published"] = concatenate([solids_of_cityjson(m, lod)[0] for m in models for lod in LODS])
    rng = np.random.default_rng(0)
    sound = concatenate(list(sets.values()))
    sound = weld(take(sound, np.flatnonzero(check(weld(sound)).valid)))
    for name in MUTATIONS:
        sets[name] = spoilt(sound, name, rng)
    return sets


def spoilt(sound: Shells, mutation: str, rng: np.random.Generator) -> Shells:
    """Some solids, each with the defect."""
    result = []
    for number in rng.integers(len(sound), size=EACH):
        one = take(sound, np.array([number]))
        points, faces = mutate(mutation, one.xyz, nested(one), rng)
        result.append(shells_of(points, [faces]))
    return concatenate(result)


def val3dity_codes(program: Path, solids: Shells, folder: Path) -> Codes:
    """Codes that val3dity gives each solid; ``CRASH`` where it dies, which takes the rest of a file along."""
    asked, answer = folder / "asked.city.json", folder / "answer.json"
    asked.write_text(json.dumps(city_of(solids)))
    done = subprocess.run([program, "-r", answer, asked], capture_output=True, check=False)
    if done.returncode:
        half = len(solids) // 2
        if not half:
            return [frozenset({CRASH})]
        halves = (np.arange(half), np.arange(half, len(solids)))
        return [c for rows in halves for c in val3dity_codes(program, take(solids, rows), folder)]
    features = {f["id"]: f for f in json.loads(answer.read_text())["features"]}
    return [frozenset(e["code"] for e in features[str(n)]["errors"]) for n in range(len(solids))]


def city_of(solids: Shells) -> dict[str, Any]:
    """CityJSON with a Building per solid, called by its number."""
    corner = np.floor(solids.xyz.min(axis=0))
    return {
        "type": "CityJSON",
        "version": "2.0",
        "transform": {"scale": [0.001] * 3, "translate": corner.tolist()},
        "CityObjects": {
            str(number): {
                "type": "Building",
                "geometry": [{"type": "Solid", "lod": "2.2", "boundaries": [nested(solids, number)]}],
            }
            for number in range(len(solids))
        },
        "vertices": np.rint((solids.xyz - corner) * 1000).astype(np.int64).tolist(),
    }


def our_codes(solids: Shells) -> Codes:
    """Codes that our checker gives each solid."""
    defects = check(solids, semantics=False)
    codes: list[set[int]] = [set() for _ in range(len(solids))]
    for number, code in zip(defects.object.tolist(), defects.code.tolist(), strict=True):
        codes[number].add(code)
    return [frozenset(c) for c in codes]


def report(kinds: np.ndarray, theirs: Codes, ours: Codes) -> None:
    """Print agreement."""
    invalid = np.array([[bool(t), bool(o)] for t, o in zip(theirs, ours, strict=True)])
    same = np.array([t == o for t, o in zip(theirs, ours, strict=True)])
    print(f"{len(kinds)} solids; valid or not: {np.sum(invalid[:, 0] == invalid[:, 1])} the same")
    print(f"{'set':45s} solids  both valid  both invalid  only val3dity  only ours  same codes")
    for kind in dict.fromkeys(kinds.tolist()):
        of = kinds == kind
        t, o = invalid[of].T
        counts = (of.sum(), (~t & ~o).sum(), (t & o).sum(), (t & ~o).sum(), (~t & o).sum(), same[of].sum())
        widths = (6, 10, 12, 13, 9, 10)
        print(f"{kind:45s} " + "  ".join(f"{c:{w}d}" for c, w in zip(counts, widths, strict=True)))
    print("\ncode  both  only val3dity  only ours")
    for code in sorted(frozenset().union(*theirs, *ours)):
        t, o = (np.array([code in codes for codes in each]) for each in (theirs, ours))
        print(f"{code:4d}  {np.sum(t & o):4d}  {np.sum(t & ~o):13d}  {np.sum(o & ~t):9d}")
    print("\ndisagreements: set, codes of val3dity, our codes, solids, number of an example in its set")
    first = {kind: int(np.argmax(kinds == kind)) for kind in dict.fromkeys(kinds.tolist())}
    different = np.flatnonzero(~same)
    groups = Counter((kinds[k], theirs[k], ours[k]) for k in different)
    example = {(kinds[k], theirs[k], ours[k]): k - first[kinds[k]] for k in different[::-1]}
    for (kind, t, o), count in groups.most_common():
        print(f"  {kind:45s} {sorted(t)!s:15s} {sorted(o)!s:15s} {count:4d}  #{example[kind, t, o]}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print(
            "bench_verdicts compares with another program and needs its path: bench_verdicts VAL3DITY [DATA]"
        )
    else:
        main(
            Path(sys.argv[1]),
            Path(sys.argv[2]) if len(sys.argv) > 2 else REPOSITORY.parent / "shared" / "data",
        )
