import { Mesh, type BufferAttribute, type Object3D } from 'three';
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

/** The feature that a triangle of `entry` belongs to; `vertex` is one of its corners. */
export function featureAt(entry: FeatureMesh, vertex: number): TileFeature | null {
  const ids = entry.mesh.geometry.getAttribute(FEATURE_ID) as BufferAttribute | undefined;
  return (ids && entry.features[ids.getX(vertex)]) ?? null;
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
