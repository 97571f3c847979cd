import { Raycaster, Vector2 } from 'three';
import type { Stage } from '../scene/stage';
import type { City, Hit } from './city';
import type { TileFeature } from './features';
import { sides, type Side } from './sides';

const CLICK_PIXELS = 5;

/** Who gets the places that a visitor points at, instead of the choosing of objects. */
export interface Pointer {
  /** A click, a tap, or Enter for the middle of the view; null where there is no city. */
  point(hit: Hit | null): void;
  /** The mouse moves over a place. */
  over?(hit: Hit | null): void;
}

/** What a tool draws into the city, and can be chosen there too. */
export interface Target {
  /** How far along the ray it lies, and what to do when it is chosen; null when the ray misses it, or it is not on that side. */
  meet(raycaster: Raycaster, side: Side): { readonly distance: number; readonly choose: () => void } | null;
}

/** Turns pointers over the canvas into hovered and chosen features, or hands them to the tool that asked for them. */
export class Picking {
  onHover: (feature: TileFeature | null) => void = () => undefined;
  onPick: (feature: TileFeature | null) => void = () => undefined;
  private readonly raycaster = new Raycaster();
  private pending: Vector2 | null = null;
  private down: { x: number; y: number } | null = null;
  private taker: Pointer | null = null;
  private readonly targets = new Set<Target>();
  private side: Side = 'here';

  constructor(
    private readonly stage: Stage,
    private readonly city: City,
  ) {
    const { canvas } = stage;
    canvas.addEventListener('pointermove', (event) => {
      if (event.pointerType !== 'mouse' || event.buttons !== 0) return;
      this.pending = this.normalised(event);
      stage.invalidate();
    });
    canvas.addEventListener('pointerleave', () => {
      this.pending = null;
      this.onHover(null);
    });
    canvas.addEventListener('pointerdown', (event) => {
      this.down = event.button === 0 && event.isPrimary ? event : null;
    });
    canvas.addEventListener('pointerup', (event) => {
      const { down } = this;
      this.down = null;
      if (!down || Math.hypot(event.clientX - down.x, event.clientY - down.y) > CLICK_PIXELS) return;
      this.choose(this.normalised(event));
    });
    // Hovering looks once per drawn frame, however many moves the mouse reports.
    stage.beforeFrame(() => {
      if (this.pending) this.hover(this.hitAt(this.pending));
      this.pending = null;
      return false;
    });
  }

  /** Hands all pointing to a tool, until it is given back with null. */
  lend(taker: Pointer | null): void {
    this.taker = taker;
    this.onHover(null);
    this.stage.canvas.classList.toggle('pointing', taker !== null);
  }

  /** Gives pointing back when `taker` still has it. */
  reclaim(taker: Pointer): void {
    if (this.taker === taker) this.lend(null);
  }

  /** From now on this can be chosen as well. */
  add(target: Target): void {
    this.targets.add(target);
  }

  /** Chooses what is in the middle of the view, as a click there would; false when there is nothing. */
  chooseCenter(): boolean {
    const hit = this.hitAt(new Vector2(0, 0));
    if (this.taker) this.taker.point(hit);
    else if (!this.chooseTarget(hit) && hit?.feature) this.onPick(hit.feature);
    return hit !== null;
  }

  /** Where the ray through a point of the view, -1 to 1 from left to right and from bottom to top, meets the city. */
  hitAt(point: Vector2): Hit | null {
    this.raycaster.setFromCamera(point, this.stage.camera);
    this.side = sides.at(point.x);
    return this.city.hit(this.raycaster, this.side);
  }

  private choose(point: Vector2): void {
    const hit = this.hitAt(point);
    if (this.taker) this.taker.point(hit);
    else if (!this.chooseTarget(hit)) this.onPick(hit?.feature ?? null);
  }

  private chooseTarget(hit: Hit | null): boolean {
    const target = this.targetBefore(hit);
    target?.choose();
    return target !== null;
  }

  // The ray is still the one that found `hit`.
  private targetBefore(hit: Hit | null): { readonly choose: () => void } | null {
    const met = [...this.targets].map((target) => target.meet(this.raycaster, this.side)).filter((found) => found !== null);
    const [nearest] = met.sort((a, b) => a.distance - b.distance);
    return nearest && (hit === null || nearest.distance <= hit.distance) ? nearest : null;
  }

  private hover(hit: Hit | null): void {
    if (this.taker) this.taker.over?.(hit);
    else this.onHover(this.targetBefore(hit) ? null : (hit?.feature ?? null));
  }

  private normalised({ clientX, clientY }: PointerEvent): Vector2 {
    const { left, top, width, height } = this.stage.canvas.getBoundingClientRect();
    return new Vector2(((clientX - left) / width) * 2 - 1, 1 - ((clientY - top) / height) * 2);
  }
}
