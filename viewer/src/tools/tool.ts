import type { Frame } from '../geo/frame';
import type { Key } from '../i18n';
import type { Navigation } from '../scene/navigation';
import type { Stage } from '../scene/stage';
import type { City } from '../tiles/city';
import type { Painter } from '../tiles/painter';
import type { Picking } from '../tiles/picking';
import type { Context } from '../ui/context';

/** What a tool may work with. */
export interface Rooms extends Context {
  readonly stage: Stage;
  readonly frame: Frame;
  readonly city: City;
  readonly navigation: Navigation;
  readonly painter: Painter;
  readonly picking: Picking;
}

/** A tool's place in the toolbox. */
export interface Seat {
  /** Puts what the tool is doing in the link, in a form of its own; null when it does nothing. */
  save(state: string | null): void;
  /** Closes the tool's panel, as its visitor would. */
  close(): void;
}

/**
 * Something that a visitor can do with the city.
 *
 * A tool is made once, when it is first needed. `restore` comes before the first `open`, and again whenever the link
 * says something else than the tool last saved. Its panel may be closed while what it does (a measure, a time of day)
 * stays; `restore(null)` ends that.
 */
export interface Tool {
  /** What its panel holds; the toolbox adds title, Clear and Close. */
  readonly element: HTMLElement;
  /** Takes over what a link says; null: back to where nothing was done. Throws on nonsense, which then counts as null. */
  restore(state: string | null): void | Promise<void>;
  /** Its panel opens: from now on it may take the pointer. */
  open?(): void;
  /** Its panel closes: it gives the pointer back, and what it did stays. */
  close?(): void;
  /** The language has changed. */
  render(): void;
}

export type MakeTool = (rooms: Rooms, seat: Seat) => Tool;

/** What the toolbar knows of a tool before it is loaded. */
export interface ToolEntry {
  /** Names the tool in a link. */
  readonly id: string;
  readonly label: Key;
  /** Paths of its icon. */
  readonly icon: readonly string[];
  /** Beside the city, or below it for what is wide. One panel is open at each place. */
  readonly place: 'side' | 'bottom';
  readonly load: () => Promise<{ readonly make: MakeTool }>;
}
