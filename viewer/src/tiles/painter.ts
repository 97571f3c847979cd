import type { Stage } from '../scene/stage';
import { sameObject, type ObjectRef } from '../state/store';
import { Appearance, type Colouring, type Kept, type Tint, type Where } from './appearance';
import type { City, PaintedMesh } from './city';
import { SIDES } from './sides';

/** Draws every feature as its layers say, also in tiles that arrive later. */
export class Painter {
  private readonly appearance = new Appearance();
  private selected: ObjectRef | null = null;
  private hovered: ObjectRef | null = null;

  constructor(
    private readonly city: City,
    private readonly stage: Pick<Stage, 'invalidate' | 'refreshShadows'>,
  ) {
    city.onMesh = (mesh) => {
      this.paint(mesh);
      this.mark(mesh);
    };
    city.skips = (feature, side) => this.appearance.isHidden(feature, side);
  }

  /** Colours a collection by classes of an attribute; null for the colours of the map. */
  colour(colouring: Colouring | null): void {
    this.appearance.colour(colouring);
    this.paintAll();
  }

  /** Takes objects out of the city, or out of one of two that are compared, with their shadows; null gives them back. `layer` names who says so. */
  hide(layer: string, ids: ReadonlySet<string> | null, where: Where = 'everywhere'): void {
    this.appearance.hide(layer, ids, where);
    this.paintAll();
    this.stage.refreshShadows();
  }

  /** Draws the other objects of the collection pale; null ends that. */
  keep(layer: string, kept: Kept | null): void {
    this.appearance.keep(layer, kept);
    this.paintAll();
  }

  /** Gives objects a colour, by id, above the colouring, on both sides or on one; null takes it away. */
  tint(layer: string, tints: ReadonlyMap<string, Tint> | null, where: Where = 'everywhere'): void {
    this.appearance.tint(layer, tints, where);
    this.paintAll();
  }

  select(object: ObjectRef | null): void {
    this.selected = object;
    this.markAll();
  }

  hover(object: ObjectRef | null): void {
    if (sameObject(object, this.hovered)) return;
    this.hovered = object;
    this.markAll();
  }

  private paintAll(): void {
    for (const mesh of this.city.loaded()) this.paint(mesh);
    this.stage.invalidate();
  }

  private markAll(): void {
    for (const mesh of this.city.loaded()) this.mark(mesh);
    this.stage.invalidate();
  }

  private mark({ features, material }: PaintedMesh): void {
    const row = (object: ObjectRef | null): number | null => {
      const at = object ? features.findIndex((feature) => sameObject(feature, object)) : -1;
      return at < 0 ? null : at;
    };
    material.selected = row(this.selected);
    material.hovered = row(this.hovered);
  }

  private paint({ features, material }: PaintedMesh): void {
    const { appearance } = this;
    const twofold = appearance.isTwofold;
    features.forEach((feature, row) => {
      const here = appearance.of(feature);
      for (const side of SIDES) material.paint(row, ...(twofold && side === 'there' ? appearance.of(feature, side) : here), side);
    });
    material.flush();
  }
}
