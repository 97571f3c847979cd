import { parseVariant, type Variant } from './variant';

/** The variant at hand, kept by the browser in case the page closes. One per twin. */
export class Draft {
  private readonly place: string;

  constructor(twin: string) {
    this.place = `twin.variant.${twin}`;
  }

  /** False when the browser keeps nothing for this page, or has no room. */
  keep(variant: Variant): boolean {
    try {
      window.localStorage.setItem(this.place, JSON.stringify(variant));
      return true;
    } catch {
      return false;
    }
  }

  /** Null when there is none that can be read. */
  read(): Variant | null {
    try {
      const text = window.localStorage.getItem(this.place);
      return text === null ? null : parseVariant(text);
    } catch {
      return null;
    }
  }
}
