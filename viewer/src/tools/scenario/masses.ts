import { GLTFMeshFeaturesExtension, GLTFStructuralMetadataExtension } from '3d-tiles-renderer/three/plugins';
import { BackSide, BufferGeometry, DoubleSide, EdgesGeometry, Float32BufferAttribute, Group, LineBasicMaterial, LineSegments, Matrix4, Mesh, MeshBasicMaterial, MeshLambertMaterial, Vector3, type Raycaster } from 'three';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import type { Theme } from '../../api/types';
import type { Frame } from '../../geo/frame';
import type { Stage } from '../../scene/stage';
import { FEATURE_ID, featureAt, featureMeshes, type FeatureMesh } from '../../tiles/features';
import { lens } from '../../tiles/lens';
import { showSight, SOLID } from '../../tiles/sight';

const CREASE = 25;

export interface Colours {
  readonly face: string;
  readonly ink: string;
}
/** Of the variant at hand, and of one that it is compared with: neither colour is one of the city. */
export const COLOURS: Readonly<Record<'here' | 'there', Colours>> = {
  here: { face: '#e8833a', ink: '#6d2f05' },
  there: { face: '#8f79c4', ink: '#33225f' },
};

// As bare terrain on the map.
const EARTH = '#ebe7df';
// What a feature of bare ground is called, where a pand went.
const NAMELESS = '';

/** A mass by itself, in the scene's own metres. */
export interface Shape {
  readonly geometry: BufferGeometry;
  readonly low: Vector3;
  readonly high: Vector3;
}

/** What a variant builds, drawn in a colour that the city does not have. */
export class Masses {
  private turn = 0;
  private readonly group = new Group();
  private readonly material;
  private readonly ink;
  private readonly earth = new MeshLambertMaterial({ color: EARTH, clippingPlanes: lens.planes });
  private parts: FeatureMesh[] = [];
  private grounds: Mesh[] = [];

  /** `own` is the frame of the tileset of panden, in which the server says it; `frame` that of the scene. */
  constructor(
    private readonly stage: Stage,
    private readonly theme: Theme,
    own: Frame,
    frame: Frame,
    colours: Colours,
  ) {
    this.material = new MeshLambertMaterial({ color: colours.face, flatShading: true, shadowSide: BackSide, side: DoubleSide, clippingPlanes: lens.planes, clipShadows: true });
    showSight(this.material);
    this.ink = new LineBasicMaterial({ color: colours.ink, clippingPlanes: lens.planes });
    this.group.matrixAutoUpdate = false;
    // glTF has y up, the frame of a tileset z.
    this.group.matrix.copy(frame.toLocalMatrix).multiply(own.toLocalMatrix.clone().invert()).multiply(new Matrix4().makeRotationX(Math.PI / 2));
    stage.scene.add(this.group);
  }

  /** The bare ground where panden went. */
  get bare(): readonly Mesh[] {
    return this.grounds;
  }

  set visible(visible: boolean) {
    this.group.visible = visible;
  }

  /** Draws these in the place of what there was; null for nothing. */
  async draw(glb: ArrayBuffer | null): Promise<void> {
    const turn = ++this.turn;
    const model = glb && (await loader().parseAsync(glb, '')).scene;
    // Another was asked for meanwhile.
    if (turn !== this.turn) return;
    this.clear();
    if (model) {
      this.parts = featureMeshes(model, this.theme);
      for (const part of this.parts) this.dress(part);
      this.group.add(model);
      this.group.updateMatrixWorld(true);
    }
    this.stage.refreshShadows();
  }

  /** The nearest mass on a ray, by the id of its edit. */
  meet(raycaster: Raycaster): { readonly distance: number; readonly edit: string } | null {
    for (const { object, face, distance, point } of raycaster.intersectObjects(this.parts.map(({ mesh }) => mesh), false)) {
      if (lens.planes.some((plane) => plane.distanceToPoint(point) < 0)) continue;
      const part = this.parts.find(({ mesh }) => mesh === object);
      const edit = part && face ? featureAt(part, face.a)?.id : undefined;
      if (edit !== undefined) return { distance, edit };
    }
    return null;
  }

  /** What an edit built, by itself; null when it built nothing that is drawn. */
  shapeOf(edit: string): Shape | null {
    const positions: number[] = [];
    const at = new Vector3();
    for (const part of this.parts) {
      const { geometry, matrixWorld } = part.mesh;
      const row = part.features.findIndex(({ id }) => id === edit);
      const [position, ids, index] = [geometry.getAttribute('position'), geometry.getAttribute(FEATURE_ID), geometry.getIndex()];
      if (row < 0 || !index) continue;
      for (let i = 0; i < index.count; i++) {
        const vertex = index.getX(i);
        if (Math.round(ids.getX(vertex)) !== row) continue;
        positions.push(...at.fromBufferAttribute(position, vertex).applyMatrix4(matrixWorld).toArray());
      }
    }
    if (positions.length === 0) return null;
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new Float32BufferAttribute(positions, 3));
    geometry.computeBoundingBox();
    const box = geometry.boundingBox;
    return box && { geometry, low: box.min, high: box.max };
  }

  private dress({ mesh, features }: FeatureMesh): void {
    const bare = features.findIndex(({ id }) => id === NAMELESS);
    if (bare >= 0) mesh.add(this.bareGround(mesh, bare));
    mesh.material = this.material;
    mesh.layers.enable(SOLID);
    mesh.castShadow = mesh.receiveShadow = true;
    mesh.add(new LineSegments(new EdgesGeometry(mesh.geometry, CREASE), this.ink));
  }

  // Taken out of the mesh of the buildings: it has another colour and no edges.
  private bareGround({ geometry }: Mesh, row: number): Mesh {
    const [index, ids] = [geometry.getIndex(), geometry.getAttribute(FEATURE_ID)];
    const [bare, built]: [number[], number[]] = [[], []];
    for (let i = 0; i < (index?.count ?? 0); i++) {
      const vertex = index?.getX(i) ?? 0;
      (Math.round(ids.getX(vertex)) === row ? bare : built).push(vertex);
    }
    const ground = new BufferGeometry();
    for (const [name, attribute] of Object.entries(geometry.attributes)) ground.setAttribute(name, attribute);
    ground.setIndex(bare);
    geometry.setIndex(built);
    const mesh = new Mesh(ground, this.earth);
    mesh.receiveShadow = true;
    this.grounds.push(mesh);
    return mesh;
  }

  private clear(): void {
    this.parts = [];
    this.grounds = [];
    this.group.traverse((object) => {
      if (object instanceof Mesh || object instanceof LineSegments) (object.geometry as BufferGeometry).dispose();
    });
    this.group.clear();
  }
}

const PHANTOM = new MeshBasicMaterial({ color: '#154273', transparent: true, opacity: 0.28, depthTest: false, side: DoubleSide, fog: false });
const PHANTOM_INK = new LineBasicMaterial({ color: '#0c2f55', depthTest: false, fog: false });

/** A mass as it will stand, while it is being dragged. */
export class Phantom {
  private readonly group = new Group();

  constructor(private readonly stage: Stage) {
    stage.scene.add(this.group);
  }

  /** Shows a shape around the point that it turns about; null takes it away. */
  show(shape: Shape | null, middle: Vector3): void {
    this.clear();
    if (shape) {
      const { geometry } = shape;
      geometry.translate(-middle.x, -middle.y, -middle.z);
      const [faces, edges] = [new Mesh(geometry, PHANTOM), new LineSegments(new EdgesGeometry(geometry, CREASE), PHANTOM_INK)];
      faces.renderOrder = edges.renderOrder = 9;
      faces.visible = false;
      this.group.add(faces, edges);
      this.carry(middle, 0);
    }
    this.stage.invalidate();
  }

  /** Puts it elsewhere, turned in degrees clockwise from where it was. */
  carry(to: Vector3, turn: number): void {
    this.group.position.copy(to);
    this.group.rotation.z = (-turn * Math.PI) / 180;
    for (const child of this.group.children) if (child instanceof Mesh) child.visible = true;
    this.stage.invalidate();
  }

  /** As it stands: its edges alone. */
  settle(): void {
    for (const child of this.group.children) if (child instanceof Mesh) child.visible = false;
    this.stage.invalidate();
  }

  private clear(): void {
    for (const child of [...this.group.children]) {
      if (child instanceof Mesh || child instanceof LineSegments) (child.geometry as BufferGeometry).dispose();
    }
    this.group.clear();
  }
}

function loader(): GLTFLoader {
  const made = new GLTFLoader();
  made.register(() => new GLTFMeshFeaturesExtension());
  made.register(() => new GLTFStructuralMetadataExtension());
  return made;
}
