import { Raycaster, Vector2 } from 'three';
import type { Stage } from '../scene/stage';
import type { City } from './city';
import type { TileFeature } from './features';

const CLICK_PIXELS = 5;

/** Turns pointers over the canvas into hovered and chosen features. */
export class Picking {
  onHover: (feature: TileFeature | null) => void = () => undefined;
  onPick: (feature: TileFeature | null) => void = () => undefined;
  private readonly raycaster = new Raycaster();
  private pending: Vector2 | null = null;
  private down: { x: number; y: number } | null = null;

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
      this.onPick(this.at(this.normalised(event)));
    });
    // Hovering looks once per drawn frame, however many moves the mouse reports.
    stage.beforeFrame(() => {
      if (this.pending) this.onHover(this.at(this.pending));
      this.pending = null;
      return false;
    });
  }

  /** The feature in the middle of the view. */
  atCenter(): TileFeature | null {
    return this.at(new Vector2(0, 0));
  }

  private at(point: Vector2): TileFeature | null {
    this.raycaster.setFromCamera(point, this.stage.camera);
    return this.city.pick(this.raycaster);
  }

  private normalised({ clientX, clientY }: PointerEvent): Vector2 {
    const { left, top, width, height } = this.stage.canvas.getBoundingClientRect();
    return new Vector2(((clientX - left) / width) * 2 - 1, 1 - ((clientY - top) / height) * 2);
  }
}
