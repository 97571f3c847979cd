"""``twin export``: one CityJSON file of the whole city."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pygltflib

from tests.cli.conftest import Twin, is_sentence
from tests.docs.pages import code_words, page, sections
from tests.end_to_end.twins import features

# In a process of its own: importing cjio cuts every float that json writes anywhere to six decimals.
CJIO = """
import json, sys
from cjio import cityjson
with open(sys.argv[1], encoding="utf-8") as stream:
    city = cityjson.reader(stream)
print(json.dumps({"ids": sorted(city.j["CityObjects"]), "epsg": city.get_epsg(), "bbox": city.update_bbox()}))
"""


def test_cjio_reads_the_merged_file_and_nothing_is_lost(
    twin: Twin, sample_twin: Path, tmp_path: Path
) -> None:
    to = tmp_path / "stad.city.json"
    answer = twin("export", sample_twin, "--to", to, "--json")
    assert (answer.code, answer.err) == (0, "")
    assert set(answer.json) == {"file", "city_objects"}
    assert code_words(sections(page("developers/cli.md"))["twin export"]) >= set(answer.json)

    read = subprocess.run([sys.executable, "-c", CJIO, to], capture_output=True, text=True, check=True)
    city = json.loads(read.stdout)
    tiles = {name: o for feature, _ in features(sample_twin) for name, o in feature["CityObjects"].items()}
    assert city["ids"] == sorted(tiles)
    assert answer.json == {"file": str(to), "city_objects": len(tiles)}
    assert city["epsg"] == 7415
    merged = json.loads(to.read_bytes())
    pand = next(o for o in merged["CityObjects"].values() if o["type"] == "Building")
    assert pand["attributes"]["identificatie"]
    low = [math.inf] * 3
    for _, xyz in features(sample_twin):
        if len(xyz):
            low = [min(a, b) for a, b in zip(low, xyz.min(axis=0).tolist(), strict=True)]
    assert [round(v, 3) for v in city["bbox"][:3]] == [round(v, 3) for v in low]


def test_it_says_what_it_wrote_or_nothing(twin: Twin, sample_twin: Path, tmp_path: Path) -> None:
    to = tmp_path / "stad.city.json"
    answer = twin("export", sample_twin, "--to", to)
    assert answer.out.startswith("Wrote ")
    assert answer.out.endswith(f" CityObjects to {to}\n")
    quiet = twin("export", sample_twin, "--to", to, "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


def test_a_place_that_can_not_be_written(twin: Twin, sample_twin: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    answer = twin("export", sample_twin, "--to", tmp_path / "file" / "stad.city.json")
    assert answer.code == 1
    assert is_sentence(answer.err)
    assert "Choose another place" in answer.err


def test_some_objects_as_cityjson_and_as_gltf(twin: Twin, sample_twin: Path, tmp_path: Path) -> None:
    ids = [f["id"] for f, _ in features(sample_twin) if f["id"].startswith("NL.IMBAG.Pand.")][:2]
    asked = ("--id", ids[0], "--id", ids[1].rsplit(".", 1)[-1])
    city, glb = tmp_path / "twee.city.json", tmp_path / "twee.glb"
    assert twin("export", sample_twin, "--to", city, *asked).code == 0
    found = json.loads(city.read_bytes())["CityObjects"]
    assert {name for name, o in found.items() if o["type"] == "Building"} == set(ids)
    assert twin("export", sample_twin, "--to", glb, *asked).code == 0
    assert [n.name for n in pygltflib.GLTF2().load(glb).nodes] == ids
    whole = tmp_path / "stad.glb"
    assert twin("export", sample_twin, "--to", whole).code == 0
    assert {n.name for n in pygltflib.GLTF2().load(whole).nodes} == {
        f["id"] for f, _ in features(sample_twin)
    }


def test_an_object_that_is_not_there_is_told(twin: Twin, sample_twin: Path, tmp_path: Path) -> None:
    answer = twin("export", sample_twin, "--to", tmp_path / "x.glb", "--id", "0503100000999999")
    assert answer.code == 1
    assert is_sentence(answer.err)
    assert "0503100000999999: no such object" in answer.err
    assert not (tmp_path / "x.glb").exists()
