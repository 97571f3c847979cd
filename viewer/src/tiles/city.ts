import { TilesRenderer } from '3d-tiles-renderer/three';
import { GLTFExtensionsPlugin } from '3d-tiles-renderer/three/plugins';
import { Group, InstancedMesh, type Material, type Object3D, type OrthographicCamera, type Raycaster, type Vector3 } from 'three';
import { MeshoptDecoder } from 'three/addons/libs/meshopt_decoder.module.js';
import { ApiError } from '../api/client';
import type { Theme } from '../api/types';
import { Frame } from '../geo/frame';
import type { Stage } from '../scene/stage';
import { featureAt, featureMeshes, useFloatIds, type FeatureMesh, type TileFeature } from './features';
import { flattenFaces } from './flat';
import { lens } from './lens';
import { lookOf, UPRIGHT } from './mapstyle';
import { FeatureMaterial } from './material';
import type { Side } from './sides';
import { SOLID } from './sight';

/**
 * Pixels by which a drawn tile may be off before a finer one is fetched. Finer than the usual 16: the levels above the
 * leaves are block models, and roofs are what the city is known by.
 */
const ERROR_TARGET = 4;

/** Where a ray meets the city, in the scene's own metres. */
export interface Hit {
  readonly point: Vector3;
  readonly distance: number;
  readonly feature: TileFeature | null;
}

export interface PaintedMesh extends FeatureMesh {
  readonly material: FeatureMaterial;
}

/** All themes of the city as one object of the scene, each from its own tileset. */
export class City {
  /** Holds the themes that are drawn. */
  readonly group = new Group();
  /** Called for every mesh that arrives. */
  onMesh: (mesh: PaintedMesh) => void = () => undefined;
  /** Called when a tile of a theme can't be loaded. */
  onError: (theme: Theme) => void = () => undefined;
  /** Which features a ray passes through as if they weren't there. */
  skips: (feature: TileFeature, side: Side) => boolean = () => false;
  private readonly patches: Record<Side, readonly Object3D[]> = { here: [], there: [] };
  private hollow = false;
  private readonly renderers = new Map<Theme, TilesRenderer>();
  /** Themes whose tileset itself could not be had. */
  private readonly broken = new Set<TilesRenderer>();
  private readonly meshes = new Map<Object3D, PaintedMesh[]>();
  private readonly byMesh = new WeakMap<Object3D, PaintedMesh>();

  constructor(
    private readonly stage: Stage,
    private readonly themes: readonly Theme[],
    frame: Frame,
  ) {
    stage.scene.add(this.group);
    for (const theme of themes) this.renderers.set(theme, this.tiles(theme, frame));
    stage.onResize(() => {
      this.renderers.forEach((tiles) => tiles.setResolutionFromRenderer(stage.camera, stage.renderer));
    });
    stage.beforeFrame(() => {
      this.drawn().forEach((tiles) => {
        tiles.update();
      });
      return false;
    });
  }

  /** Whether everything in view has arrived, or failed for good. */
  get idle(): boolean {
    return this.drawn().every((tiles) => this.broken.has(tiles) || (tiles.root !== null && tiles.loadProgress === 1));
  }

  hide(hidden: ReadonlySet<string>): void {
    for (const [theme, { group }] of this.renderers) {
      if (hidden.has(theme.id)) this.group.remove(group);
      else this.group.add(group);
    }
    this.stage.refreshShadows();
  }

  /** Meshes that are loaded now, drawn or not. */
  *loaded(): Generator<PaintedMesh> {
    for (const meshes of this.meshes.values()) yield* meshes;
  }

  /** Ground that is there on one side beside that of the tiles, as where a pand went. */
  patch(side: Side, ground: readonly Object3D[]): void {
    this.patches[side] = ground;
  }

  /** The nearest place where a ray meets what is drawn: not what is hidden on that side, nor what is cut away. */
  hit(raycaster: Raycaster, side: Side = 'here'): Hit | null {
    for (const { object, face, point, distance, instanceId } of raycaster.intersectObjects([this.group, ...this.patches[side]])) {
      const entry = this.byMesh.get(object);
      const feature = entry && face ? featureAt(entry, face.a, instanceId) : null;
      if (feature && this.skips(feature, side)) continue;
      if (lens.planes.some((plane) => plane.distanceToPoint(point) < 0)) continue;
      return { point, distance, feature };
    }
    return null;
  }

  /** Shows the inside of solids, for when they are cut. */
  openUp(hollow: boolean): void {
    this.hollow = hollow;
    for (const { material } of this.loaded()) material.hollow = hollow;
    this.stage.refreshShadows();
  }

  /** Has what another camera sees fetched too, as fine as `pixels` across it ask; null ends that. */
  attend(camera: OrthographicCamera, pixels: number | null): void {
    for (const tiles of this.renderers.values()) {
      if (pixels === null) tiles.deleteCamera(camera);
      else {
        tiles.setCamera(camera);
        tiles.setResolution(camera, pixels, pixels);
      }
    }
    this.stage.invalidate();
  }

  /** The theme that draws a collection. */
  themeOf(collection: string): Theme | undefined {
    return this.themes.find(({ collections }) => collections.includes(collection));
  }

  private drawn(): TilesRenderer[] {
    return [...this.renderers.values()].filter(({ group }) => group.parent === this.group);
  }

  private tiles(theme: Theme, frame: Frame): TilesRenderer {
    const { stage } = this;
    const tiles = new TilesRenderer(theme.tileset);
    tiles.registerPlugin(new GLTFExtensionsPlugin({ meshoptDecoder: MeshoptDecoder, autoDispose: false }));
    tiles.errorTarget = ERROR_TARGET;
    tiles.setCamera(stage.camera);
    tiles.group.applyMatrix4(frame.toLocalMatrix);
    tiles.addEventListener('load-model', ({ scene }) => {
      this.adopt(scene, theme);
    });
    tiles.addEventListener('dispose-model', ({ scene }) => {
      this.meshes.get(scene)?.forEach(({ mesh, material }) => {
        material.dispose();
        // What the renderer frees by itself are geometry and textures, not the places of instances.
        if (mesh instanceof InstancedMesh) mesh.dispose();
      });
      this.meshes.delete(scene);
    });
    // A tile that comes or goes is the same city, drawn finer or coarser: no solid has moved.
    tiles.addEventListener('tile-visibility-change', () => {
      stage.light.refresh();
      stage.invalidate();
    });
    tiles.addEventListener('load-error', ({ tile }) => {
      if (tile === null) this.broken.add(tiles);
      this.onError(theme);
      stage.invalidate();
    });
    tiles.addEventListener('needs-update', stage.invalidate);
    tiles.addEventListener('load-root-tileset', stage.invalidate);
    return tiles;
  }

  private adopt(scene: Object3D, theme: Theme): void {
    flattenFaces(scene);
    const adopted = featureMeshes(scene, theme).map((entry): PaintedMesh => {
      const { mesh, features } = entry;
      useFloatIds(mesh);
      const material = new FeatureMaterial(features.length, lookOf(theme.id, mesh.userData['part'] as string | undefined));
      (mesh.material as Material).dispose();
      mesh.material = material;
      mesh.customDepthMaterial = material.depth;
      if (this.hollow) material.hollow = true;
      // The colours that tiles carry serve other viewers; here the map style decides.
      mesh.geometry.deleteAttribute('color');
      mesh.layers.enable(SOLID);
      mesh.castShadow = UPRIGHT.has(theme.id);
      mesh.receiveShadow = true;
      const painted = { ...entry, material };
      this.byMesh.set(mesh, painted);
      return painted;
    });
    this.meshes.set(scene, adopted);
    adopted.forEach(this.onMesh);
    this.stage.light.refresh();
    this.stage.invalidate();
  }
}

/** The scene's frame: the root transform of a theme's tileset. */
export async function frameOf(theme: Theme): Promise<Frame> {
  const response = await fetch(theme.tileset);
  if (!response.ok) throw new ApiError('no-tiles', `${theme.tileset}: ${response.status}`);
  const { root } = (await response.json()) as { root?: { transform?: number[] } };
  if (root?.transform?.length !== 16) throw new ApiError('no-tiles', `${theme.tileset}: no root transform`);
  return new Frame(root.transform);
}
