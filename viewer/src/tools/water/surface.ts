import { BufferGeometry, DoubleSide, Float32BufferAttribute, Mesh, MeshBasicMaterial } from 'three';
import type { Frame } from '../../geo/frame';
import type { Stage } from '../../scene/stage';

// The earth is round and the scene's axes are straight: over five kilometres they differ by two metres.
const CELLS = 24;
const MARGIN = 0.15;

/** A see-through water surface at a height above NAP over a whole area in RD. */
export class Surface {
  private readonly geometry = new BufferGeometry();
  private readonly mesh = new Mesh(this.geometry, new MeshBasicMaterial({ color: '#2f6f9f', transparent: true, opacity: 0.62, side: DoubleSide, depthWrite: false }));

  constructor(
    private readonly stage: Stage,
    private readonly frame: Frame,
    private readonly bbox: readonly [number, number, number, number],
  ) {
    const cells = Array.from({ length: CELLS * CELLS }, (_, cell) => Math.floor(cell / CELLS) * (CELLS + 1) + (cell % CELLS));
    this.geometry.setIndex(cells.flatMap((at) => [at, at + 1, at + CELLS + 2, at, at + CELLS + 2, at + CELLS + 1]));
    this.mesh.frustumCulled = false;
    this.mesh.visible = false;
    stage.scene.add(this.mesh);
  }

  /** Puts the water at a height [m NAP]; null takes it away. */
  at(level: number | null): void {
    this.mesh.visible = level !== null;
    if (level !== null) this.geometry.setAttribute('position', new Float32BufferAttribute(this.points(level), 3));
    this.stage.invalidate();
  }

  private points(level: number): number[] {
    const [west, south, east, north] = this.bbox;
    const along = (from: number, to: number, step: number): number => from + (to - from) * ((1 + 2 * MARGIN) * (step / CELLS) - MARGIN);
    return Array.from({ length: (CELLS + 1) ** 2 }, (_, at) => {
      const [row, column] = [Math.floor(at / (CELLS + 1)), at % (CELLS + 1)];
      return this.frame.fromRd([along(west, east, column), along(south, north, row), level]).toArray();
    }).flat();
  }
}
