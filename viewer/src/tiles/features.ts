import { BufferAttribute, InstancedBufferAttribute, InstancedMesh, Mesh, type Object3D } from 'three';
import type { Theme } from '../api/types';
import type { ObjectRef } from '../state/store';

/** One row of a tile's property table, as far as the drawing needs it. */
export interface TileFeature extends ObjectRef {
  /** `bgt_functie`, where the theme has it. */
  readonly functie: string | null;
}

/** A mesh of a tile whose triangles carry feature ids. */
export interface FeatureMesh {
  readonly mesh: Mesh;
  readonly theme: Theme;
  readonly features: readonly TileFeature[];
}

/** Attribute in which three.js keeps EXT_mesh_features' `_FEATURE_ID_0`. */
export const FEATURE_ID = '_feature_id_0';

const INSTANCE_ID = '_FEATURE_ID_0';

interface PropertyTable {
  readonly count: number;
  readonly properties: Readonly<Record<string, unknown>>;
  getPropertyValue(name: string, row: number): unknown;
}

interface Metadata {
  readonly tableAccessors: readonly PropertyTable[];
}

/** The meshes of a loaded tile with their features, read from EXT_structural_metadata. */
export function featureMeshes(tile: Object3D, theme: Theme): FeatureMesh[] {
  const found: FeatureMesh[] = [];
  tile.traverse((object) => {
    if (!isMesh(object)) return;
    const table = tableOf(object, tile);
    found.push({ mesh: object, theme, features: table ? rows(table, theme) : [] });
  });
  return found;
}

/** The feature that a triangle of `entry` belongs to: `vertex` is one of its corners, `copy` which instance it is of. */
export function featureAt(entry: FeatureMesh, vertex: number, copy?: number): TileFeature | null {
  const ids = entry.mesh.geometry.getAttribute(FEATURE_ID) as BufferAttribute | undefined;
  const at = entry.mesh instanceof InstancedMesh ? copy : vertex;
  return (ids && at !== undefined && entry.features[ids.getX(at)]) || null;
}

/**
 * Gives a mesh its feature ids as floats, which is the one kind that the shader reads: -1 where it has none.
 *
 * Ids of vertices (EXT_mesh_features) may come as 32-bit integers, which three.js hands to the shader as such. Ids of
 * instances (EXT_instance_features) come with the other attributes of EXT_mesh_gpu_instancing, as glTF spells them.
 */
export function useFloatIds(mesh: Mesh): void {
  const { geometry } = mesh;
  const [own, theirs] = [FEATURE_ID, INSTANCE_ID].map((name) => geometry.getAttribute(name) as BufferAttribute | undefined);
  const ids = own ?? theirs;
  const copies = mesh instanceof InstancedMesh;
  const count = copies ? mesh.count : geometry.getAttribute('position').count;
  const values = ids ? Float32Array.from(ids.array) : new Float32Array(count).fill(-1);
  geometry.deleteAttribute(INSTANCE_ID);
  geometry.setAttribute(FEATURE_ID, copies ? new InstancedBufferAttribute(values, 1) : floats(ids, values));
}

function floats(ids: BufferAttribute | undefined, values: Float32Array): BufferAttribute {
  const wide = ids === undefined || ids.array instanceof Uint32Array || ids.array instanceof Int32Array;
  return wide ? new BufferAttribute(values, 1) : ids;
}

function isMesh(object: Object3D): object is Mesh {
  return object instanceof Mesh;
}

function tableOf(mesh: Mesh, tile: Object3D): PropertyTable | undefined {
  const metadata = (mesh.userData['structuralMetadata'] ?? tile.userData['structuralMetadata']) as Metadata | undefined;
  const features = mesh.userData['meshFeatures'] as
    | { getFeatureInfo(): { propertyTable: number | null }[] }
    | undefined;
  return metadata?.tableAccessors[features?.getFeatureInfo()[0]?.propertyTable ?? 0];
}

function rows(table: PropertyTable, theme: Theme): TileFeature[] {
  const fallback = theme.collections[0] ?? theme.id;
  const column = (name: string): ((row: number) => string | null) =>
    name in table.properties ? (row) => (table.getPropertyValue(name, row) as string | null) || null : () => null;
  const [id, collection, functie] = [column('identificatie'), column('collection'), column('bgt_functie')];
  return Array.from({ length: table.count }, (_, row) => ({
    id: id(row) ?? '',
    collection: collection(row) ?? fallback,
    functie: functie(row),
  }));
}
