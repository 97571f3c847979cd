import { BufferGeometry, Color, DoubleSide, Float32BufferAttribute, Matrix4, Mesh, MeshBasicMaterial, ShapeUtils, Vector2, Vector3 } from 'three';
import { COLOURED } from '../../../colour/source';
import { frameOf } from '../../../tiles/city';
import { lens } from '../../../tiles/lens';
import type { Rooms } from '../../tool';
import type { Drawing } from '../drawing';
import type { Facade } from '../service';
import { classesOf, classOf, type Norm, type Shown } from './classes';

/** Facades in the colour of their sun hours, drawn over the city's own walls on the side of the variant. */
export class FacadeColours {
  private mesh: Mesh<BufferGeometry, MeshBasicMaterial> | null = null;
  private own: Promise<Matrix4 | null> | null = null;
  private turn = 0;
  private seen = true;

  constructor(
    private readonly rooms: Rooms,
    drawing: Drawing,
  ) {
    drawing.companions.add(this);
  }

  get visible(): boolean {
    return this.seen;
  }

  set visible(visible: boolean) {
    this.seen = visible;
    if (this.mesh) this.mesh.visible = visible;
  }

  /** Shows these in the place of those before; null for none. */
  async show(facades: readonly Facade[] | null, norm: Norm, shown: Shown): Promise<void> {
    const turn = ++this.turn;
    const matrix = facades && (await this.matrix());
    if (turn !== this.turn) return;
    this.clear();
    if (facades && matrix) this.draw(facades, norm, shown, matrix);
    this.rooms.stage.invalidate();
  }

  private draw(facades: readonly Facade[], norm: Norm, shown: Shown, matrix: Matrix4): void {
    const colours = classesOf(shown).map(({ colour }) => new Color(colour));
    const positions: number[] = [];
    const painted: number[] = [];
    for (const facade of facades) {
      const corners = facade.ring.map((corner) => new Vector3(...corner));
      const colour = (colours[classOf(facade, norm, shown)] ?? colours[0]) as Color;
      for (const corner of trianglesOf(corners).flat()) {
        positions.push(...(corners[corner] as Vector3).toArray());
        painted.push(colour.r, colour.g, colour.b);
      }
    }
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new Float32BufferAttribute(positions, 3));
    geometry.setAttribute('color', new Float32BufferAttribute(painted, 3));
    // Before the wall that it lies on.
    const material = new MeshBasicMaterial({ vertexColors: true, side: DoubleSide, polygonOffset: true, polygonOffsetFactor: -2, polygonOffsetUnits: -4, clippingPlanes: lens.planes });
    this.mesh = new Mesh(geometry, material);
    this.mesh.matrixAutoUpdate = false;
    this.mesh.matrix.copy(matrix);
    this.mesh.visible = this.seen;
    this.rooms.stage.scene.add(this.mesh);
  }

  /** From the frame of the tileset of panden, in which the server says it, to that of the scene. */
  private matrix(): Promise<Matrix4 | null> {
    const { city, frame } = this.rooms;
    this.own ??= (async () => {
      const theme = city.themeOf(COLOURED);
      return theme ? frame.toLocalMatrix.clone().multiply((await frameOf(theme)).toLocalMatrix.clone().invert()) : null;
    })();
    return this.own;
  }

  private clear(): void {
    if (!this.mesh) return;
    this.rooms.stage.scene.remove(this.mesh);
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
    this.mesh = null;
  }
}

/** Triangles of an upright polygon, as places in its corners. */
export function trianglesOf(corners: readonly Vector3[]): number[][] {
  const [first] = corners;
  if (!first) return [];
  const reach = (corner: Vector3): number => Math.hypot(corner.x - first.x, corner.y - first.y);
  const far = corners.reduce((a, b) => (reach(b) > reach(a) ? b : a));
  const along = new Vector2(far.x - first.x, far.y - first.y).normalize();
  return ShapeUtils.triangulateShape(corners.map(({ x, y, z }) => new Vector2((x - first.x) * along.x + (y - first.y) * along.y, z)), []);
}
