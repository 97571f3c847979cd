import type { Rooms } from '../tool';
import { Draft } from './draft';
import { Drawing, leftOut } from './drawing';
import { History } from './history';
import { evaluated, meshed, type Evaluation, type Stored } from './service';
import { blank, freshId, isBuilt, isEmpty, withChanged, withEdit, withoutEdit, type Edit, type Variant } from './variant';

const PATIENCE_MS = 250;

type Fresh<T> = T extends Edit ? Omit<T, 'id'> : never;

/** The variant at hand: what was done to it, what the server says of it, and its drawing in the city. */
export class Plan {
  /** The variant is another one, or has changed. */
  onChange: () => void = () => undefined;
  /** The server has judged it, or could not; it is drawn as it is. */
  onJudged: () => void = () => undefined;
  readonly draft;
  readonly drawing;
  stored: Stored | null = null;
  result: Evaluation | null = null;
  failure: unknown = null;
  busy = false;
  /** False when the browser could not keep the draft. */
  isKept = true;
  private history: History<Variant>;
  private judged: Variant | null = null;
  private pending: AbortController | null = null;
  private timer = 0;

  constructor(
    private readonly rooms: Rooms,
    private readonly untitled: () => string,
  ) {
    this.draft = new Draft(rooms.twin.name);
    this.drawing = new Drawing(rooms, 'here');
    this.history = new History(this.fresh());
  }

  get now(): Variant {
    return this.history.now;
  }

  get canUndo(): boolean {
    return this.history.canUndo;
  }

  get canRedo(): boolean {
    return this.history.canRedo;
  }

  edit(id: string): Edit | null {
    return this.now.edits.find((one) => one.id === id) ?? null;
  }

  do(next: Variant): void {
    this.history.do(next);
    this.changed();
  }

  /** Adds an edit under an id of its own, which it gives. */
  add(edit: Fresh<Edit>): string {
    const id = freshId(this.now);
    this.do(withEdit(this.now, { ...edit, id }));
    return id;
  }

  change(edit: Edit): void {
    this.do(withChanged(this.now, edit));
  }

  remove(id: string): void {
    this.do(withoutEdit(this.now, id));
  }

  undo(): void {
    this.history.undo();
    this.changed();
  }

  redo(): void {
    this.history.redo();
    this.changed();
  }

  /** Takes over another variant; what was there can be had back by undoing. */
  take(variant: Variant, stored: Stored | null): void {
    this.stored = stored;
    if (isEmpty(variant) && isEmpty(this.now)) this.history = new History(variant);
    else this.history.do(variant);
    this.changed();
  }

  /** Begins with another variant, or none, and forgets what was done before. */
  begin(variant: Variant | null): void {
    this.stored = null;
    this.history = new History(variant ?? this.fresh());
    this.changed();
  }

  private fresh(): Variant {
    const { name, built } = this.rooms.twin;
    return blank(this.untitled(), { name, built });
  }

  private changed(): void {
    const { now } = this;
    this.isKept = isEmpty(now) || this.draft.keep(now);
    // A title or a view is no matter for the server.
    if (this.judged === null || this.judged.edits !== now.edits || this.judged.area !== now.area) this.judge();
    this.onChange();
  }

  private judge(): void {
    const { now } = this;
    window.clearTimeout(this.timer);
    this.pending?.abort();
    this.judged = now;
    this.failure = null;
    this.drawing.anticipate(now, leftOut(this.result));
    this.busy = now.edits.length > 0 || Boolean(now.area);
    if (this.busy) {
      this.timer = window.setTimeout(() => void this.ask(), PATIENCE_MS);
    } else {
      this.result = null;
      void this.drawing.show(null, null, null);
    }
  }

  /** Has the server judge and build the variant, and shows both. */
  private async ask(): Promise<void> {
    const request = (this.pending = new AbortController());
    const variant = this.now;
    try {
      const [judged, glb] = await Promise.all([
        evaluated(variant, request.signal),
        isBuilt(variant) ? meshed(variant, request.signal) : Promise.resolve(null),
      ]);
      if (request.signal.aborted) return;
      await this.drawing.show(variant, judged, glb);
      if (this.pending !== request) return;
      this.result = judged;
    } catch (reason) {
      if (request.signal.aborted) return;
      console.warn(reason);
      this.failure = reason;
      // The next change tries again, whatever it is.
      this.judged = null;
    }
    this.busy = false;
    this.onJudged();
  }
}
