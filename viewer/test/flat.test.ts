import { BufferAttribute, BufferGeometry, Group, Mesh, MeshBasicMaterial, Raycaster, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { FEATURE_ID } from '../src/tiles/features';
import { facesOf, flattenFaces } from '../src/tiles/flat';

/** Eight corners, one per place, and the twelve triangles of a block. */
const PLACES = [0, 0, 0, 900, 0, 0, 900, 0, 700, 0, 0, 700, 0, 400, 0, 900, 400, 0, 900, 400, 700, 0, 400, 700];
const FLOOR = [0, 1, 2, 0, 2, 3];
const ROOF = [4, 6, 5, 4, 7, 6];
const WALLS = [0, 5, 1, 0, 4, 5, 1, 6, 2, 1, 5, 6, 2, 7, 3, 2, 6, 7, 3, 4, 0, 3, 7, 4];

function tile(places: number[], ...parts: number[][]): Group {
  const position = new BufferAttribute(new Uint16Array(places), 3);
  const ids = new BufferAttribute(Uint16Array.from({ length: position.count }, () => 5), 1);
  const group = new Group();
  for (const part of parts) {
    const geometry = new BufferGeometry().setIndex(part).setAttribute('position', position).setAttribute(FEATURE_ID, ids);
    group.add(new Mesh(geometry, new MeshBasicMaterial()));
  }
  return group;
}

function onlyMesh(group: Group): Mesh {
  expect(group.children).toHaveLength(1);
  return group.children[0] as Mesh;
}

/** Direction of the face that a triangle is drawn with, the same in its three corners. */
function direction({ geometry }: Mesh, triangle: number): number[] {
  const normal = geometry.getAttribute('normal');
  const corners = [0, 1, 2].map((k) => geometry.index?.getX(triangle * 3 + k) ?? -1);
  const found = corners.map((at) => [normal.getX(at), normal.getY(at), normal.getZ(at)]);
  expect(found[1]).toEqual(found[0]);
  expect(found[2]).toEqual(found[0]);
  return found[0] ?? [];
}

describe('a mesh without normals', () => {
  it('becomes one mesh with a vertex per corner and face', () => {
    const group = tile(PLACES, ROOF, [...FLOOR, ...WALLS]);
    flattenFaces(group);
    const mesh = onlyMesh(group);
    expect(mesh.geometry.index?.count).toBe(36);
    expect(mesh.geometry.getAttribute('position').count).toBe(24);
    expect(direction(mesh, 0)).toEqual([0, 1, 0]);
    expect(direction(mesh, 2)).toEqual([0, -1, 0]);
    const walls = Array.from({ length: 8 }, (_, k) => direction(mesh, k + 4).map(Math.round).join());
    expect(new Set(walls)).toEqual(new Set(['0,0,-1', '1,0,0', '0,0,1', '-1,0,0']));
  });

  it('keeps its feature ids, and is hit by rays', () => {
    const group = tile(PLACES, ROOF, [...FLOOR, ...WALLS]);
    flattenFaces(group);
    const mesh = onlyMesh(group);
    const ids = mesh.geometry.getAttribute(FEATURE_ID);
    expect(Array.from({ length: ids.count }, (_, at) => ids.getX(at))).toEqual(Array.from({ length: 24 }, () => 5));
    const [hit] = new Raycaster(new Vector3(300, 1000, 300), new Vector3(0, -1, 0)).intersectObject(group);
    expect(hit?.point.toArray()).toEqual([300, 400, 300]);
  });

  it('is left alone where it has normals', () => {
    const group = tile(PLACES, ROOF, WALLS);
    group.traverse((object) => {
      if (object instanceof Mesh) (object.geometry as BufferGeometry).computeVertexNormals();
    });
    flattenFaces(group);
    expect(group.children).toHaveLength(2);
  });

  it('takes a sliver for a part of the face beside it', () => {
    // A roof of 9 by 7 m with a strip of 3 cm along its edge, of which rounding lifted one corner by a step.
    const places = [0, 400, 0, 900, 400, 0, 900, 400, 700, 0, 400, 700, 900, 401, 703];
    const group = tile(places, [0, 2, 1, 0, 3, 2, 3, 4, 2]);
    flattenFaces(group);
    const mesh = onlyMesh(group);
    const [, up = 0] = direction(mesh, 2);
    expect(up).toBeGreaterThan(0.999);
    expect(direction(mesh, 0)).toEqual(direction(mesh, 2));
  });

  it('keeps planes apart that meet at a low angle', () => {
    // Two roofs of five metres that meet at six degrees.
    const places = [0, 400, 0, 500, 452, 0, 500, 452, 700, 0, 400, 700, 1000, 400, 0, 1000, 400, 700];
    const corners = Uint32Array.from([0, 2, 1, 0, 3, 2, 1, 5, 4, 1, 2, 5]);
    const { of } = facesOf(Float32Array.from(places), corners);
    expect(of[0]).toBe(of[1]);
    expect(of[2]).toBe(of[3]);
    expect(of[0]).not.toBe(of[2]);
  });

  it('does not slide along a round wall', () => {
    const sides = 90;
    const ring = Array.from({ length: sides }, (_, k) => [Math.round(800 + 800 * Math.cos((k * 2 * Math.PI) / sides)), Math.round(800 + 800 * Math.sin((k * 2 * Math.PI) / sides))]);
    const places = ring.flatMap(([x = 0, z = 0]) => [x, 0, z, x, 600, z]);
    const corners = Uint32Array.from(ring.flatMap((_, k) => {
      const [low, next] = [2 * k, 2 * ((k + 1) % sides)];
      return [low, low + 1, next, next, low + 1, next + 1];
    }));
    const { normals } = facesOf(Float32Array.from(places), corners);
    expect(normals.length / 3).toBeGreaterThan(sides / 4);
  });
});
