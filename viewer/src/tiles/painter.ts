import type { Classification } from '../colour/classify';
import { NO_DATA, toRgb } from '../colour/ramps';
import { sameObject, type ObjectRef } from '../state/store';
import type { City, PaintedMesh } from './city';
import type { TileFeature } from './features';
import { featureColour } from './mapstyle';
import { MARK } from './material';

type Rgb = [number, number, number];

/** Values of the panden divided into classes, found by `identificatie`. */
export interface Colouring {
  readonly classification: Classification;
  readonly rowOf: ReadonlyMap<string, number>;
}

/** Gives every feature of the city its colour, also in tiles that arrive later. */
export class Painter {
  private colouring: Colouring | null = null;
  private selected: ObjectRef | null = null;
  private hovered: ObjectRef | null = null;
  private classColours: Rgb[] = [];

  constructor(
    private readonly city: City,
    private readonly changed: () => void,
  ) {
    city.onMesh = (mesh) => {
      this.paint(mesh);
      this.mark(mesh);
    };
  }

  colour(colouring: Colouring | null): void {
    this.colouring = colouring;
    this.classColours = colouring?.classification.classes.map(({ colour }) => toRgb(colour)) ?? [];
    for (const mesh of this.city.loaded()) this.paint(mesh);
    this.changed();
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

  private markAll(): void {
    for (const mesh of this.city.loaded()) this.mark(mesh);
    this.changed();
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
    features.forEach((feature, row) => {
      const [colour, mark] = this.look(feature);
      material.paint(row, colour, mark);
    });
    material.flush();
  }

  private look(feature: TileFeature): [Rgb, number] {
    if (feature.collection === 'pand' && this.colouring) {
      const { classification, rowOf } = this.colouring;
      const row = rowOf.get(feature.id);
      const at = row === undefined ? -1 : (classification.classOf[row] as number);
      return at < 0 ? [toRgb(NO_DATA), MARK.noData] : [this.classColours[at] as Rgb, MARK.coloured];
    }
    const own = featureColour(feature);
    return own === null ? [[0, 0, 0], MARK.own] : [toRgb(own), MARK.coloured];
  }
}
