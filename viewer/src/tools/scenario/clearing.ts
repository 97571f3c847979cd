import { Vector3, type Box3 } from 'three';
import type { Side } from '../../tiles/sides';
import type { Rooms } from '../tool';

/** What an edit covers of the ground, in the scene's own metres: a box around it, and triangles in plan as x, y per corner. */
export interface Plan {
  readonly box: Box3;
  readonly triangles: Float32Array;
}

/** Trees, and whatever else is drawn as copies, where a variant builds: on its side they are gone. */
export class Clearing {
  private plans: readonly Plan[] = [];
  private gone: ReadonlySet<string> = new Set();
  private due = false;

  constructor(
    private readonly rooms: Pick<Rooms, 'city' | 'painter' | 'stage'>,
    private readonly layer: string,
    private readonly side: Side,
  ) {
    // Tiles that come later bring trees of their own.
    rooms.city.onShown(() => {
      this.due ||= this.plans.length > 0;
    });
    rooms.stage.beforeFrame(() => {
      if (this.due) this.clear();
      this.due = false;
      return false;
    });
  }

  /** From now on this is what is built on. */
  follow(plans: readonly Plan[]): void {
    this.due ||= plans.length > 0 || this.plans.length > 0;
    this.plans = plans;
    this.rooms.stage.invalidate();
  }

  private clear(): void {
    const { plans, rooms, gone } = this;
    const found = new Set<string>();
    for (const { id, at } of rooms.city.copies()) if (plans.some((plan) => covers(plan, at))) found.add(id);
    if (found.size === gone.size && [...found].every((id) => gone.has(id))) return;
    this.gone = found;
    rooms.painter.hide(this.layer, found.size > 0 ? found : null, this.side);
  }
}

/** Whether a place lies on the ground that a plan covers. */
export function covers({ box, triangles }: Plan, { x, y }: Pick<Vector3, 'x' | 'y'>): boolean {
  if (x < box.min.x || x > box.max.x || y < box.min.y || y > box.max.y) return false;
  for (let at = 0; at < triangles.length; at += 6) {
    const [ax, ay, bx, by, cx, cy] = triangles.subarray(at, at + 6) as unknown as [number, number, number, number, number, number];
    const [ab, bc, ca] = [turn(ax, ay, bx, by, x, y), turn(bx, by, cx, cy, x, y), turn(cx, cy, ax, ay, x, y)];
    // Upright walls have no inside in plan.
    if ((ab > 0 && bc > 0 && ca > 0) || (ab < 0 && bc < 0 && ca < 0)) return true;
  }
  return false;
}

function turn(ax: number, ay: number, bx: number, by: number, x: number, y: number): number {
  return (bx - ax) * (y - ay) - (by - ay) * (x - ax);
}
