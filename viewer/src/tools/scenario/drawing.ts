import { toRgb } from '../../colour/ramps';
import { COLOURED } from '../../colour/source';
import { frameOf } from '../../tiles/city';
import type { Side } from '../../tiles/sides';
import type { Rooms } from '../tool';
import { COLOURS, Masses } from './masses';
import type { Evaluation } from './service';
import { replaced, type Variant } from './variant';

/** A variant in the city: what it builds is there, and what it takes away is not. */
export class Drawing {
  private masses: Promise<Masses | null> | null = null;
  private ready: Masses | null = null;
  private drawn: ReadonlySet<string> = new Set();
  private felled: readonly string[] = [];
  private shown = true;
  private readonly layer;
  /** What is drawn beside the masses, on their side only. */
  readonly companions = new Set<{ visible: boolean }>();

  constructor(
    private readonly rooms: Rooms,
    private readonly side: Side,
  ) {
    this.layer = `scenario-${side}`;
  }

  /** Its masses, once there are any. */
  get built(): Masses | null {
    return this.ready;
  }

  set visible(visible: boolean) {
    this.shown = visible;
    if (this.ready) this.ready.visible = visible;
    for (const companion of this.companions) companion.visible = visible;
  }

  /** Takes out at once what is demolished; a pand that changes shape goes when its new shape is there. */
  anticipate(variant: Variant, left: ReadonlySet<string>): void {
    const gone = replaced({ edits: variant.edits.filter(({ kind }) => kind === 'demolish') }, left);
    const reshaped = [...replaced(variant, left)].filter((id) => this.drawn.has(id));
    this.hide([...gone, ...reshaped]);
  }

  /** Draws the variant as the server judged and built it; null for nothing at all. */
  async show(variant: Variant | null, judged: Evaluation | null, glb: ArrayBuffer | null): Promise<void> {
    const left = leftOut(judged);
    if (glb || this.masses) await (await this.open())?.draw(glb);
    this.rooms.city.patch(this.side, this.ready?.bare ?? []);
    this.drawn = variant ? replaced(variant, left) : new Set();
    this.felled = judged?.trees ?? [];
    this.hide([...this.drawn]);
    this.tint(variant, left);
  }

  // Hatched as well: what changes keeps its shape, and colour alone does not say it.
  private tint(variant: Variant | null, left: ReadonlySet<string>): void {
    const changed = variant?.edits.flatMap((edit) => (edit.kind === 'change' && !left.has(edit.id) ? edit.pand : [])) ?? [];
    const tint = { colour: toRgb(COLOURS[this.side].face), hatched: true };
    this.rooms.painter.tint(this.layer, changed.length > 0 ? new Map(changed.map((id) => [id, tint])) : null, this.side);
  }

  private hide(panden: readonly string[]): void {
    const ids = new Set([...panden, ...this.felled]);
    this.rooms.painter.hide(this.layer, ids.size > 0 ? ids : null, this.side);
  }

  private open(): Promise<Masses | null> {
    const { city, frame, stage } = this.rooms;
    this.masses ??= (async () => {
      const theme = city.themeOf(COLOURED);
      if (!theme) return null;
      this.ready = new Masses(stage, theme, await frameOf(theme), frame, COLOURS[this.side]);
      this.ready.visible = this.shown;
      return this.ready;
    })();
    return this.masses;
  }
}

/** Edits that the server could not do. */
export function leftOut(evaluation: Evaluation | null): ReadonlySet<string> {
  return new Set(evaluation?.edits.filter(({ level }) => level === 'error').map(({ edit }) => edit) ?? []);
}
