import type { Classification } from '../colour/classify';
import { NO_DATA, toRgb } from '../colour/ramps';
import type { TileFeature } from './features';
import { featureColour } from './mapstyle';
import { MARK, type Side } from './sides';

export type Rgb = readonly [number, number, number];

/** Values of a collection divided into classes, found by `identificatie`. */
export interface Colouring {
  readonly collection: string;
  readonly classification: Classification;
  readonly rowOf: ReadonlyMap<string, number>;
}

/** The objects of a collection that stand out; its others are drawn pale. */
export interface Kept {
  readonly collection: string;
  readonly ids: ReadonlySet<string>;
}

/** A colour that a tool gives an object, above map colours and colouring. */
export interface Tint {
  readonly colour: Rgb;
  readonly hatched?: boolean;
}

/**
 * How each feature looks, composed from layers that know nothing of one another.
 *
 * Each part of the page that has something to say (a filter, a scenario, a study) does so under its own name and takes
 * it back by saying null. An object is hidden when any layer hides it, pale when any leaves it out, and takes its
 * colour from the newest tint, else from the colouring, else from the map style.
 */
export class Appearance {
  private readonly hidden: Readonly<Record<Side | 'everywhere', Map<string, ReadonlySet<string>>>> = { everywhere: new Map(), here: new Map(), there: new Map() };
  private readonly kept = new Map<string, Kept>();
  private readonly tints = new Map<string, ReadonlyMap<string, Tint>>();
  private colouring: Colouring | null = null;
  private classColours: Rgb[] = [];

  colour(colouring: Colouring | null): void {
    this.colouring = colouring;
    this.classColours = colouring?.classification.classes.map(({ colour }) => toRgb(colour)) ?? [];
  }

  hide(layer: string, ids: ReadonlySet<string> | null, side: Side | 'everywhere' = 'everywhere'): void {
    put(this.hidden[side], layer, ids);
  }

  keep(layer: string, kept: Kept | null): void {
    put(this.kept, layer, kept);
  }

  tint(layer: string, tints: ReadonlyMap<string, Tint> | null): void {
    put(this.tints, layer, tints);
  }

  /** Whether it is not in the city at hand, or in the one that it is compared with. */
  isHidden(feature: Pick<TileFeature, 'id'>, side: Side = 'here'): boolean {
    return this.lacks('everywhere', feature) || this.lacks(side, feature);
  }

  /** Colour and mark of a feature. */
  of(feature: TileFeature): [Rgb, number] {
    const [colour, mark] = this.colourOf(feature);
    const pale = [...this.kept.values()].some(({ collection, ids }) => collection === feature.collection && !ids.has(feature.id));
    const gone = (this.lacks('everywhere', feature) ? MARK.hidden : 0) | (this.lacks('here', feature) ? MARK.hiddenHere : 0) | (this.lacks('there', feature) ? MARK.hiddenThere : 0);
    return [colour, mark | (pale ? MARK.pale : 0) | gone];
  }

  private lacks(side: Side | 'everywhere', { id }: Pick<TileFeature, 'id'>): boolean {
    for (const ids of this.hidden[side].values()) if (ids.has(id)) return true;
    return false;
  }

  private colourOf(feature: TileFeature): [Rgb, number] {
    const tint = [...this.tints.values()].reverse().find((tints) => tints.has(feature.id))?.get(feature.id);
    if (tint) return [tint.colour, tint.hatched ? MARK.hatched : MARK.coloured];
    if (this.colouring && feature.collection === this.colouring.collection) {
      const { classification, rowOf } = this.colouring;
      const row = rowOf.get(feature.id);
      const at = row === undefined ? -1 : (classification.classOf[row] as number);
      return at < 0 ? [toRgb(NO_DATA), MARK.hatched] : [this.classColours[at] as Rgb, MARK.coloured];
    }
    const own = featureColour(feature);
    return own === null ? [[0, 0, 0], MARK.own] : [toRgb(own), MARK.coloured];
  }
}

// Put anew, so that the newest comes last.
function put<T>(layers: Map<string, T>, layer: string, value: T | null): void {
  layers.delete(layer);
  if (value !== null) layers.set(layer, value);
}
