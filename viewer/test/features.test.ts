import { BufferAttribute, BufferGeometry, InstancedBufferAttribute, InstancedMesh, Matrix4, Mesh, MeshBasicMaterial, Raycaster, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import type { Theme } from '../src/api/types';
import { FEATURE_ID, featureAt, useFloatIds, type FeatureMesh, type TileFeature } from '../src/tiles/features';

const features: TileFeature[] = ['a', 'b', 'c'].map((id) => ({ id, collection: 'boom', functie: null }));

function triangle(): BufferGeometry {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(new Float32Array([-1, -1, 0, 1, -1, 0, 0, 1, 0]), 3));
  return geometry;
}

function entry(mesh: Mesh): FeatureMesh {
  return { mesh, theme: { id: 'bomen' } as Theme, features };
}

describe('the feature that is pointed at', () => {
  it('is that of the instance', () => {
    const geometry = triangle();
    // As three.js leaves the attributes of EXT_mesh_gpu_instancing, EXT_instance_features' ids among them.
    geometry.setAttribute('_FEATURE_ID_0', new InstancedBufferAttribute(new Float32Array([2, 0]), 1));
    const mesh = new InstancedMesh(geometry, new MeshBasicMaterial(), 2);
    mesh.setMatrixAt(0, new Matrix4().makeTranslation(10, 0, 0));
    mesh.setMatrixAt(1, new Matrix4().makeTranslation(20, 0, 0));
    useFloatIds(mesh);
    const ids = geometry.getAttribute(FEATURE_ID);
    expect(ids).toBeInstanceOf(InstancedBufferAttribute);
    expect(geometry.hasAttribute('_FEATURE_ID_0')).toBe(false);

    for (const [x, id] of [[10, 'c'], [20, 'a']] as const) {
      const [hit] = new Raycaster(new Vector3(x, 0, 5), new Vector3(0, 0, -1)).intersectObject(mesh);
      expect(hit && featureAt(entry(mesh), hit.face?.a ?? 0, hit.instanceId)?.id).toBe(id);
    }
  });

  it('is that of the corner of any other mesh', () => {
    const geometry = triangle();
    geometry.setAttribute(FEATURE_ID, new BufferAttribute(new Uint16Array([1, 1, 1]), 1));
    const mesh = new Mesh(geometry, new MeshBasicMaterial());
    useFloatIds(mesh);
    expect(featureAt(entry(mesh), 2)?.id).toBe('b');
  });

  it('is nobody where a mesh has no ids', () => {
    const mesh = new Mesh(triangle(), new MeshBasicMaterial());
    useFloatIds(mesh);
    expect(featureAt(entry(mesh), 0)).toBeNull();
    const copies = new InstancedMesh(triangle(), new MeshBasicMaterial(), 3);
    useFloatIds(copies);
    expect(featureAt(entry(copies), 0, 1)).toBeNull();
    expect(copies.geometry.getAttribute(FEATURE_ID).count).toBe(3);
  });

  it('hands ids of 32 bits to the shader as floats', () => {
    const geometry = triangle();
    geometry.setAttribute(FEATURE_ID, new BufferAttribute(new Uint32Array([0, 1, 2]), 1));
    useFloatIds(new Mesh(geometry, new MeshBasicMaterial()));
    expect(geometry.getAttribute(FEATURE_ID).array).toBeInstanceOf(Float32Array);
  });
});
