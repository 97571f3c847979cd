import { BackSide, EdgesGeometry, Group, LineBasicMaterial, LineSegments, Matrix4, Mesh, MeshLambertMaterial, type BufferGeometry } from 'three';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import type { Frame } from '../../geo/frame';
import type { Stage } from '../../scene/stage';
import { lens } from '../../tiles/lens';

const COLOUR = '#e8833a';
const INK = '#6d2f05';
const CREASE = 25;

/** What a variant builds, drawn in a colour that the city does not have. */
export class Masses {
  private turn = 0;
  private readonly group = new Group();
  private readonly material = new MeshLambertMaterial({ color: COLOUR, flatShading: true, shadowSide: BackSide, clippingPlanes: lens.planes, clipShadows: true });
  private readonly ink = new LineBasicMaterial({ color: INK, clippingPlanes: lens.planes });

  /** `own` is the frame of the tileset of panden, in which the server says it; `frame` that of the scene. */
  constructor(
    private readonly stage: Stage,
    own: Frame,
    frame: Frame,
  ) {
    this.group.matrixAutoUpdate = false;
    // glTF has y up, the frame of a tileset z.
    this.group.matrix.copy(frame.toLocalMatrix).multiply(own.toLocalMatrix.clone().invert()).multiply(new Matrix4().makeRotationX(Math.PI / 2));
    stage.scene.add(this.group);
  }

  /** Draws these in the place of what there was; null for nothing. */
  async draw(glb: ArrayBuffer | null): Promise<void> {
    const turn = ++this.turn;
    const model = glb && (await new GLTFLoader().parseAsync(glb, '')).scene;
    // Another was asked for meanwhile.
    if (turn !== this.turn) return;
    this.clear();
    if (model) this.group.add(this.dressed(model));
    this.stage.refreshShadows();
  }

  private dressed(model: Group): Group {
    const meshes: Mesh[] = [];
    model.traverse((object) => {
      if (object instanceof Mesh) meshes.push(object as Mesh);
    });
    for (const mesh of meshes) {
      mesh.material = this.material;
      mesh.castShadow = mesh.receiveShadow = true;
      mesh.add(new LineSegments(new EdgesGeometry(mesh.geometry, CREASE), this.ink));
    }
    return model;
  }

  private clear(): void {
    this.group.traverse((object) => {
      if (object instanceof Mesh || object instanceof LineSegments) (object.geometry as BufferGeometry).dispose();
    });
    this.group.clear();
  }
}
