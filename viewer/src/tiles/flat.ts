import { BufferAttribute, InstancedMesh, Mesh, type BufferGeometry, type InterleavedBufferAttribute, type Object3D } from 'three';
import { FEATURE_ID } from './features';

type Attribute = BufferAttribute | InterleavedBufferAttribute;

/** How far off a plane its corners may lie: rounding moves each by half a step of the tile's lattice, and so the plane. */
const OFF_PLANE = 2;
/** Cosine of the angle beyond which a face turns away, however small it is. */
const TURNED = 0.5;
const SIZES = 48;

/** Triangles that lie in one plane with the largest of them. */
interface Faces {
  /** Face of each triangle. */
  readonly of: Uint32Array;
  /** Direction of each face, three numbers of any length. */
  readonly normals: Float32Array;
}

/**
 * Draws the meshes of a tile that come without normals as glTF has it: with flat faces.
 *
 * Such a mesh has each corner of a feature once, and a primitive for each colour. It becomes one mesh again, to be drawn
 * in one call, with a vertex per corner and face. Triangles in one plane are a face, as far as the rounding of their
 * corners lets one tell: a sliver then shines as the roof that it is part of, and not as its corners happened to fall.
 */
export function flattenFaces(tile: Object3D): void {
  const bare = new Map<Attribute, Mesh[]>();
  tile.traverse((object) => {
    if (!(object instanceof Mesh) || object instanceof InstancedMesh) return;
    const { attributes, index } = object.geometry as BufferGeometry;
    if (attributes['normal'] || !attributes['position'] || !index) return;
    bare.set(attributes['position'], [...(bare.get(attributes['position']) ?? []), object as Mesh]);
  });
  for (const [first, ...others] of bare.values()) {
    if (!first) continue;
    flatten(first.geometry, others.map(({ geometry }) => geometry));
    others.forEach((mesh) => {
      mesh.removeFromParent();
    });
  }
}

function flatten(geometry: BufferGeometry, others: readonly BufferGeometry[]): void {
  const corners = Uint32Array.from([geometry, ...others].flatMap(({ index }) => [...(index?.array ?? [])]));
  const position = geometry.getAttribute('position');
  const places = Float32Array.from({ length: position.count * 3 }, (_, at) => position.getComponent(Math.floor(at / 3), at % 3));
  const faces = facesOf(places, corners);
  const { index, source, face } = split(corners, faces.of, position.count);

  const count = source.length;
  const whole = position.array instanceof Uint16Array && !position.normalized;
  // Four numbers where three are used: graphics cards want what they read to start on multiples of four bytes.
  const moved = whole ? new Uint16Array(count * 4) : new Float32Array(count * 4);
  const normals = new Int8Array(count * 4);
  source.forEach((vertex, at) => {
    moved.set(places.subarray(vertex * 3, vertex * 3 + 3), at * 4);
    const [x, y, z] = faces.normals.subarray((face[at] as number) * 3) as unknown as [number, number, number];
    const scale = 127 / (Math.hypot(x, y, z) || 1);
    normals.set([Math.round(x * scale), Math.round(y * scale), Math.round(z * scale)], at * 4);
  });
  const ids = geometry.getAttribute(FEATURE_ID) as Attribute | undefined;
  geometry.setIndex(new BufferAttribute(count > 65_535 ? index : Uint16Array.from(index), 1));
  geometry.setAttribute('position', new BufferAttribute(moved, 4));
  geometry.setAttribute('normal', new BufferAttribute(normals, 4, true));
  if (ids) geometry.setAttribute(FEATURE_ID, new BufferAttribute(Float32Array.from(source, (vertex) => ids.getX(vertex)), 1));
}

/** A vertex for each corner of each face: for each new vertex which one it was and whose, and the triangles. */
function split(corners: Uint32Array, faceOf: Uint32Array, vertices: number): { index: Uint32Array; source: Uint32Array; face: Uint32Array } {
  const newest = new Int32Array(vertices).fill(-1);
  const earlier = new Int32Array(corners.length);
  const source = new Uint32Array(corners.length);
  const face = new Uint32Array(corners.length);
  let made = 0;
  const index = corners.map((vertex, at) => {
    const own = faceOf[Math.floor(at / 3)] as number;
    let found = newest[vertex] as number;
    while (found >= 0 && face[found] !== own) found = earlier[found] as number;
    if (found >= 0) return found;
    earlier[made] = newest[vertex] as number;
    newest[vertex] = made;
    source[made] = vertex;
    face[made] = own;
    return made++;
  });
  return { index, source: source.slice(0, made), face: face.slice(0, made) };
}

/** Faces of a mesh, each grown from its largest triangle. */
export function facesOf(places: Float32Array, corners: Uint32Array): Faces {
  const count = corners.length / 3;
  const vectors = new Float32Array(corners.length);
  const sizes = new Float32Array(count);
  for (let t = 0; t < count; t++) measure(places, corners, t, vectors, sizes);
  const [start, around] = trianglesAround(corners, places.length / 3);

  const of = new Uint32Array(count);
  const done = new Uint8Array(count);
  const normals: number[] = [];
  const waiting: number[] = [];
  for (const seed of largestFirst(sizes)) {
    if (done[seed]) continue;
    const face = normals.length / 3;
    const size = sizes[seed] || 1;
    const [x, y, z] = [vectors[seed * 3], vectors[seed * 3 + 1], vectors[seed * 3 + 2]].map((v) => (v as number) / size) as [number, number, number];
    const away = (vertex: number): number => x * (places[vertex * 3] as number) + y * (places[vertex * 3 + 1] as number) + z * (places[vertex * 3 + 2] as number);
    const level = away(corners[seed * 3] as number);
    const sum = [0, 0, 0];
    done[seed] = 1;
    waiting.push(seed);
    for (let t = waiting.pop(); t !== undefined; t = waiting.pop()) {
      of[t] = face;
      for (let k = 0; k < 3; k++) {
        sum[k] = (sum[k] as number) + (vectors[t * 3 + k] as number);
        const [a, b] = [corners[t * 3 + k] as number, corners[t * 3 + ((k + 1) % 3)] as number];
        for (let i = start[a] as number; i < (start[a + 1] as number); i++) {
          const other = around[i] as number;
          if (done[other]) continue;
          const opposite = beyond(corners, other, b, a);
          if (opposite < 0 || Math.abs(away(opposite) - level) > OFF_PLANE) continue;
          const along = x * (vectors[other * 3] as number) + y * (vectors[other * 3 + 1] as number) + z * (vectors[other * 3 + 2] as number);
          if (along < TURNED * (sizes[other] as number)) continue;
          done[other] = 1;
          waiting.push(other);
        }
      }
    }
    normals.push(...sum);
  }
  return { of, normals: Float32Array.from(normals) };
}

/** Area vector of a triangle, twice as long as the triangle is large, and that length. */
function measure(places: Float32Array, corners: Uint32Array, t: number, vectors: Float32Array, sizes: Float32Array): void {
  const [a, b, c] = [0, 1, 2].map((k) => (corners[t * 3 + k] as number) * 3) as [number, number, number];
  const side = (from: number, to: number, axis: number): number => (places[to + axis] as number) - (places[from + axis] as number);
  for (let k = 0; k < 3; k++) {
    const [u, v] = [(k + 1) % 3, (k + 2) % 3];
    vectors[t * 3 + k] = side(a, b, u) * side(a, c, v) - side(a, b, v) * side(a, c, u);
  }
  sizes[t] = Math.hypot(vectors[t * 3] as number, vectors[t * 3 + 1] as number, vectors[t * 3 + 2] as number);
}

/** The third corner of a triangle that has an edge from `from` to `to`; -1 when it hasn't. */
function beyond(corners: Uint32Array, t: number, from: number, to: number): number {
  for (let k = 0; k < 3; k++) {
    if (corners[t * 3 + k] === from && corners[t * 3 + ((k + 1) % 3)] === to) return corners[t * 3 + ((k + 2) % 3)] as number;
  }
  return -1;
}

/** Triangles by the vertices they have: those of vertex v are the second list from the first's v to its v + 1. */
function trianglesAround(corners: Uint32Array, vertices: number): [Uint32Array, Uint32Array] {
  const start = new Uint32Array(vertices + 1);
  for (const vertex of corners) start[vertex + 1] = (start[vertex + 1] as number) + 1;
  for (let v = 0; v < vertices; v++) start[v + 1] = (start[v + 1] as number) + (start[v] as number);
  const next = start.slice();
  const around = new Uint32Array(corners.length);
  corners.forEach((vertex, at) => {
    around[next[vertex] as number] = Math.floor(at / 3);
    next[vertex] = (next[vertex] as number) + 1;
  });
  return [start, around];
}

/** Triangles by size, where no one asks which is first of two of which neither is twice the other. */
function largestFirst(sizes: Float32Array): Uint32Array {
  const rank = (size: number): number => SIZES - 1 - Math.min(SIZES - 1, Math.max(0, Math.floor(Math.log2(size || 1)) + 4));
  const next = new Uint32Array(SIZES + 1);
  for (const size of sizes) next[rank(size) + 1] = (next[rank(size) + 1] as number) + 1;
  for (let r = 0; r < SIZES; r++) next[r + 1] = (next[r + 1] as number) + (next[r] as number);
  const order = new Uint32Array(sizes.length);
  sizes.forEach((size, t) => {
    const r = rank(size);
    order[next[r] as number] = t;
    next[r] = (next[r] as number) + 1;
  });
  return order;
}
