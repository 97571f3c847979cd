import type { Classification } from '../colour/classify';
import { NO_DATA, toRgb } from '../colour/ramps';
import type { TileFeature } from './features';
import { featureColour } from './mapstyle';
import { MARK, type Side } from './sides';

/** The sides on which a layer says something. */
export type Where = Side | 'everywhere';

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
 * colour from the newest tint, else from the colouring, else from the map style. Where two cities are compared, a layer
 * may speak of one of them only.
 */
export class Appearance {
  private readonly hidden = new Map<string, Said<ReadonlySet<string>>>();
  private readonly kept = new Map<string, Kept>();
  private readonly tints = new Map<string, Said<ReadonlyMap<string, Tint>>>();
  private colouring: Colouring | null = null;
  private classColours: Rgb[] = [];

  colour(colouring: Colouring | null): void {
    this.colouring = colouring;
    this.classColours = colouring?.classification.classes.map(({ colour }) => toRgb(colour)) ?? [];
  }

  hide(layer: string, ids: ReadonlySet<string> | null, where: Where = 'everywhere'): void {
    put(this.hidden, layer, ids && { what: ids, where });
  }

  keep(layer: string, kept: Kept | null): void {
    put(this.kept, layer, kept);
  }

  tint(layer: string, tints: ReadonlyMap<string, Tint> | null, where: Where = 'everywhere'): void {
    put(this.tints, layer, tints && { what: tints, where });
  }

  /** Whether the two sides may look unlike each other. */
  get isTwofold(): boolean {
    return [...this.hidden.values(), ...this.tints.values()].some(({ where }) => where !== 'everywhere');
  }

  /** Whether it is not in the city at hand, or in the one that it is compared with. */
  isHidden({ id }: Pick<TileFeature, 'id'>, side: Side = 'here'): boolean {
    for (const said of this.hidden.values()) if (holds(said, side) && said.what.has(id)) return true;
    return false;
  }

  /** Colour and mark of a feature. */
  of(feature: TileFeature, side: Side = 'here'): [Rgb, number] {
    const [colour, mark] = this.colourOf(feature, side);
    const pale = [...this.kept.values()].some(({ collection, ids }) => collection === feature.collection && !ids.has(feature.id));
    return [colour, mark | (pale ? MARK.pale : 0) | (this.isHidden(feature, side) ? MARK.hidden : 0)];
  }

  private colourOf(feature: TileFeature, side: Side): [Rgb, number] {
    const tint = [...this.tints.values()].reverse().find((said) => holds(said, side) && said.what.has(feature.id))?.what.get(feature.id);
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

interface Said<T> {
  readonly what: T;
  readonly where: Where;
}

function holds({ where }: Said<unknown>, side: Side): boolean {
  return where === 'everywhere' || where === side;
}

// Put anew, so that the newest comes last.
function put<T>(layers: Map<string, T>, layer: string, value: T | null): void {
  layers.delete(layer);
  if (value !== null) layers.set(layer, value);
}
