"""Designs in glTF 2.0, as one GLB or as JSON with its buffers inside.

Only what has to do with shape reaches the library that reads it: no images, no names, no extensions, no
node deeper than the roots. What a file refers to outside itself is refused, never fetched.
"""

from __future__ import annotations

import base64
import binascii
import io
import struct
from typing import Any

import numpy as np
import orjson
import trimesh

from twin.errors import ScenarioError, TooLargeError
from twin.geometry.columns import Floats
from twin.planning.designs.raw import MOST_RAW, Raw, require_few, require_numbers

MOST_NODES = 20_000
_SHAPE_KEPT = {"KHR_mesh_quantization", "KHR_texture_transform", "KHR_lights_punctual"}
"""Extensions that a file may require and that change nothing here; those of materials neither."""
_TRIANGLES = {4: "triangles", 5: "a strip", 6: "a fan"}
_IDENTITY = np.eye(4)


def read_gltf(content: bytes) -> Raw:
    """Read a glTF file (Khronos, glTF 2.0 specification; ISO/IEC 12113).

    Raises
    ------
    ScenarioError
        When it is broken, needs an extension that packs its shape, or refers to other files.
    TooLargeError
    """
    header, binary = _chunks(content)
    try:
        label = _label(header)
        buffers = _buffers(header, binary)
        nodes = _placed(header)
        _require_room(header, nodes)
        flat = _flat(header, nodes, buffers)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise ScenarioError(
            f"glTF: not built as it should be ({_told(error)}). Export it again",
            f"glTF: de opbouw klopt niet ({_told(error)}). Exporteer het opnieuw",
        ) from None
    try:
        scene = trimesh.load_scene(io.BytesIO(flat), file_type="glb", process=False, skip_materials=True)
        mesh = scene.to_mesh() if scene.geometry else trimesh.Trimesh()
        xyz = np.array(mesh.vertices, dtype=np.float64).reshape(-1, 3)
        triangles = np.array(mesh.faces, dtype=np.int64).reshape(-1, 3)
    # a library on a file by anybody: whatever it trips over, the file is what is wrong
    except Exception as error:
        raise ScenarioError(
            f"glTF: can't be read ({_told(error)}). Export it again",
            f"glTF: niet te lezen ({_told(error)}). Exporteer het opnieuw",
        ) from None
    if len(triangles) and not 0 <= int(triangles.min()) <= int(triangles.max()) < len(xyz):
        raise ScenarioError(
            f"glTF: a triangle names a corner beyond its {len(xyz)}. Export it again",
            f"glTF: een driehoek noemt een hoek buiten de {len(xyz)} die er zijn. Exporteer het opnieuw",
        )
    require_numbers(xyz[triangles.ravel()])
    return Raw(xyz, triangles, label, metres=True)


def _told(error: Exception) -> str:
    return f"{type(error).__name__} {error}"[:120].strip()


def _chunks(content: bytes) -> tuple[dict[str, Any], bytes]:
    """JSON and binary part of a file."""
    text, binary = content, b""
    if content[:4] == b"glTF":
        if len(content) < 20 or struct.unpack("<I", content[4:8])[0] != 2:
            raise ScenarioError(
                "GLB: not of version 2. Export the design as glTF 2.0",
                "GLB: niet van versie 2. Exporteer het ontwerp als glTF 2.0",
            )
        length, kind = struct.unpack("<I4s", content[12:20])
        text, rest = content[20 : 20 + length], content[20 + length :]
        if kind != b"JSON" or len(text) < length:
            raise ScenarioError(
                "GLB: cut off or damaged. Send the whole file",
                "GLB: afgebroken of beschadigd. Kies het hele bestand",
            )
        if len(rest) >= 8 and rest[4:8] == b"BIN\0":
            binary = rest[8 : 8 + struct.unpack("<I", rest[:4])[0]]
    try:
        header = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ScenarioError(
            f"glTF: its JSON can't be read: {error}. Export the design again",
            f"glTF: de JSON is niet te lezen ({error}). Exporteer het ontwerp opnieuw",
        ) from None
    if not isinstance(header, dict):
        raise ScenarioError(
            "glTF: its JSON is no object. Export the design again",
            "glTF: de JSON is geen object. Exporteer het ontwerp opnieuw",
        )
    needed = header.get("extensionsRequired", [])
    for name in needed if isinstance(needed, list) else [needed]:
        if name not in _SHAPE_KEPT and not str(name).startswith("KHR_materials_"):
            raise ScenarioError(
                f"glTF: needs the extension {str(name)[:60]!r}, which packs its shape in a way that is not "
                "read here. Export the design without compression",
                f"glTF: gebruikt de uitbreiding {str(name)[:60]!r}, die de vorm inpakt op een manier die "
                "hier niet wordt gelezen. Exporteer het ontwerp zonder compressie",
            )
    return header, binary


def _label(header: dict[str, Any]) -> str:
    scenes = header.get("scenes", [])
    return str(scenes[0].get("name", "")) if scenes else ""


def _buffers(header: dict[str, Any], binary: bytes) -> list[bytes]:
    """Content of each buffer: the binary part, or base64 within the JSON."""
    found = []
    for number, buffer in enumerate(header.get("buffers", [])):
        uri = buffer.get("uri")
        if uri is None:
            if number:
                raise ScenarioError(
                    f"glTF: buffer {number} is empty. Export the design as one GLB",
                    f"glTF: buffer {number} is leeg. Exporteer het ontwerp als een GLB",
                )
            found.append(binary)
        elif str(uri).startswith("data:") and ";base64," in uri[:200]:
            try:
                found.append(base64.b64decode(uri.split(";base64,", 1)[1], validate=True))
            except binascii.Error:
                raise ScenarioError(
                    f"glTF: buffer {number} is no base64. Export it again",
                    f"glTF: buffer {number} is geen base64. Exporteer het opnieuw",
                ) from None
        else:
            raise ScenarioError(
                f"glTF: refers to the file {str(uri)[:60]!r}, which is not fetched. Export the design as one "
                "GLB, or with its buffers inside",
                f"glTF: verwijst naar het bestand {str(uri)[:60]!r}, dat niet wordt opgehaald. Exporteer het "
                "ontwerp als een GLB, of met de buffers erin",
            )
    return found


def _placed(header: dict[str, Any]) -> list[tuple[int, Floats]]:
    """Mesh and matrix to the whole of every node with one, of the scene that is shown."""
    nodes = header.get("nodes", [])
    if len(nodes) > MOST_NODES:
        raise TooLargeError(
            f"glTF: {len(nodes)} nodes; {MOST_NODES} are allowed. Join the parts of the design",
            f"glTF: {len(nodes)} onderdelen; {MOST_NODES} mogen. Voeg onderdelen van het ontwerp samen",
        )
    scenes = header.get("scenes") or [{"nodes": []}]
    waiting = [(int(root), _IDENTITY) for root in scenes[header.get("scene", 0)].get("nodes", [])]
    seen: set[int] = set()
    placed = []
    while waiting:
        number, above = waiting.pop()
        if number in seen or number < 0:
            raise ScenarioError(
                f"glTF: node {number} hangs below itself or twice. Export it again",
                f"glTF: onderdeel {number} hangt onder zichzelf of dubbel. Exporteer het opnieuw",
            )
        seen.add(number)
        node = nodes[number]
        matrix = above @ _matrix(node)
        if "mesh" in node:
            placed.append((int(node["mesh"]), matrix))
        waiting += [(int(child), matrix) for child in node.get("children", [])]
    return placed


def _matrix(node: dict[str, Any]) -> Floats:
    """Column-vector matrix ``(4, 4)`` of a node, after 3.5.2 of the specification."""
    if "matrix" in node:
        return np.array(node["matrix"], dtype=np.float64).reshape(4, 4).T
    matrix = np.eye(4)
    x, y, z, w = (float(v) for v in node.get("rotation", (0, 0, 0, 1)))
    matrix[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    matrix[:3, :3] *= np.array(node.get("scale", (1, 1, 1)), dtype=np.float64).reshape(3)
    matrix[:3, 3] = np.array(node.get("translation", (0, 0, 0)), dtype=np.float64).reshape(3)
    return matrix


def _require_room(header: dict[str, Any], nodes: list[tuple[int, Floats]]) -> None:
    """Refuse a mesh set down so often, or an accessor so long, that memory would not hold it."""
    accessors = header.get("accessors", [])
    for accessor in accessors:
        count = accessor["count"]
        if not isinstance(count, int) or not 0 < count <= 3 * MOST_RAW:
            raise TooLargeError(
                f"glTF: an accessor of {count} values; {3 * MOST_RAW} are allowed",
                f"glTF: een lijst van {count} getallen; {3 * MOST_RAW} mogen. Laat details weg",
            )
        if "sparse" in accessor or ("bufferView" not in accessor):
            raise ScenarioError(
                "glTF: has sparse or empty accessors. Export the design without them",
                "glTF: heeft lege of gedeeltelijke lijsten (sparse accessors). Exporteer het ontwerp zonder",
            )
        if accessor.get("normalized"):
            raise ScenarioError(
                "glTF: has normalised positions. Export the design without compression",
                "glTF: heeft ingekorte coördinaten. Exporteer het ontwerp zonder compressie",
            )
    weight = []
    for mesh in header.get("meshes", []):
        used = [(p["attributes"]["POSITION"], p.get("indices")) for p in mesh["primitives"] if _solid(p)]
        weight.append(
            sum(accessors[p]["count"] + (accessors[i]["count"] if i is not None else 0) for p, i in used)
        )
    require_few("corners", sum(weight[mesh] for mesh, _ in nodes))


def _solid(primitive: dict[str, Any]) -> bool:
    """Made of triangles, and not of points or lines."""
    return primitive.get("mode", 4) in _TRIANGLES and "POSITION" in primitive["attributes"]


def _flat(header: dict[str, Any], nodes: list[tuple[int, Floats]], buffers: list[bytes]) -> bytes:
    """GLB with nothing but the shapes, each placed from the root."""
    base = np.cumsum([0, *(len(b) for b in buffers)]).tolist()
    views = []
    for view in header.get("bufferViews", []):
        start, length, buffer = int(view.get("byteOffset", 0)), int(view["byteLength"]), int(view["buffer"])
        if start < 0 or length < 1 or buffer < 0 or start + length > len(buffers[buffer]):
            raise ScenarioError(
                "GLB: cut off or damaged, a part lies beyond its end. Send the whole file",
                "GLB: afgebroken of beschadigd, een deel ligt voorbij het einde. Kies het hele bestand",
            )
        stride = {"byteStride": int(view["byteStride"])} if "byteStride" in view else {}
        views.append({"buffer": 0, "byteOffset": base[buffer] + start, "byteLength": length, **stride})
    keys = ("bufferView", "byteOffset", "componentType", "count", "type")
    accessors = [{k: a[k] for k in keys if k in a} for a in header.get("accessors", [])]
    meshes = []
    for mesh in header.get("meshes", []):
        solid = [p for p in mesh["primitives"] if _solid(p)]
        if any(p.get("mode", 4) == 6 for p in solid):
            raise ScenarioError(
                "glTF: has triangle fans. Export the design as triangles",
                "glTF: heeft waaiers van driehoeken. Exporteer het ontwerp als driehoeken",
            )
        for p in solid:
            if accessors[p["attributes"]["POSITION"]]["type"] != "VEC3":
                raise ScenarioError(
                    "glTF: positions without x, y and z. Export it again",
                    "glTF: coördinaten zonder x, y en z. Exporteer het opnieuw",
                )
        kept = ("indices", "mode")
        meshes.append(
            {
                "primitives": [
                    {"attributes": {"POSITION": p["attributes"]["POSITION"]}}
                    | {k: p[k] for k in kept if k in p}
                    for p in solid
                ]
            }
        )
    placed = [
        {"mesh": mesh, "matrix": matrix.T.ravel().tolist()}
        for mesh, matrix in nodes
        if meshes[mesh]["primitives"]
    ]
    content = b"".join(buffers)
    content += b"\0" * (-len(content) % 4)
    flat = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": list(range(len(placed)))}],
        "nodes": placed,
        "meshes": meshes,
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(content)}],
    }
    text = orjson.dumps(flat)
    text += b" " * (-len(text) % 4)
    total = 12 + 8 + len(text) + 8 + len(content)
    return b"".join(
        (
            struct.pack("<4sII", b"glTF", 2, total),
            struct.pack("<I4s", len(text), b"JSON"),
            text,
            struct.pack("<I4s", len(content), b"BIN\0"),
            content,
        )
    )
