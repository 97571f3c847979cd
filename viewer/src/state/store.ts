import type { Pose } from '../geo/frame';
import type { Language } from '../i18n';

/** One object of the city. */
export interface ObjectRef {
  readonly collection: string;
  readonly id: string;
}

/** Everything that a permalink restores; the rest of the page follows from it and from the API. */
export interface ViewState {
  readonly language: Language;
  /** Camera of the moment the view last came to rest. */
  readonly pose: Pose | null;
  /** Ids of the themes that are not drawn. */
  readonly hidden: ReadonlySet<string>;
  /** Attribute that colours panden, or `collection/attribute` for others. */
  readonly colourBy: string | null;
  readonly selection: ObjectRef | null;
  /** Conditions on panden, or `collection/conditions` for others, in the form of a link; what meets them stands out. Null for none. */
  readonly filter: string | null;
  /** Shown in somebody else's page: the city and its sources alone. */
  readonly embed: boolean;
  /** Ids of the tools whose panel is open. */
  readonly open: readonly string[];
  /** What each tool that is in use says of itself, in a form of its own. */
  readonly tools: Readonly<Record<string, string>>;
}

/** A page on which nothing was chosen yet. */
export const BLANK: Omit<ViewState, 'language'> = {
  pose: null,
  hidden: new Set(),
  colourBy: null,
  selection: null,
  filter: null,
  embed: false,
  open: [],
  tools: {},
};

type Listener = (state: ViewState) => void;

/** The one place of the page's state: parts read it, change it and hear of changes; they never call one another. */
export class Store {
  private readonly listeners = new Map<keyof ViewState, Set<Listener>>();

  constructor(private state: ViewState) {}

  get(): ViewState {
    return this.state;
  }

  set(patch: Partial<ViewState>): void {
    const before = this.state;
    this.state = { ...before, ...patch };
    const due = new Set<Listener>();
    for (const key of Object.keys(patch) as (keyof ViewState)[]) {
      if (before[key] === this.state[key]) continue;
      this.listeners.get(key)?.forEach((listener) => due.add(listener));
    }
    due.forEach((listener) => {
      listener(this.state);
    });
  }

  /** Calls `listener` after every change of one of `keys`. */
  on(keys: readonly (keyof ViewState)[], listener: Listener): void {
    for (const key of keys) {
      const known = this.listeners.get(key) ?? new Set<Listener>();
      this.listeners.set(key, known.add(listener));
    }
  }
}

export function sameObject(a: ObjectRef | null, b: ObjectRef | null): boolean {
  return a === b || (a !== null && b !== null && a.id === b.id && a.collection === b.collection);
}
