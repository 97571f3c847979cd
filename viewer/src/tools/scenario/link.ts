/** What a link says of the tool: which variant, what it is compared with, and which view is shown. */
export interface Linked {
  /** Id on the server, or `concept` for one that only this browser has. */
  readonly variant: string;
  /** `nu` for the city of today, or the id of another variant. */
  readonly against?: string | null;
  /** Where the two meet, in hundredths of the width. */
  readonly split?: number | null;
  /** Number of the view that is presented, from 1. */
  readonly view?: number | null;
}

/** What the link calls a variant that only this browser has. */
export const DRAFT = 'concept';
/** What the link calls the city of today. */
export const TODAY = 'nu';

const NAME = /^[\w-]{1,64}$/;

export function formatLinked({ variant, against, split, view }: Linked): string {
  const said = [variant];
  if (against) said.push(`vs:${against}`);
  if (against && split !== null && split !== undefined) said.push(`at:${Math.round(split)}`);
  if (view) said.push(`view:${view}`);
  return said.join(';');
}

/** Reads what `formatLinked` wrote; throws on what names no variant, and leaves out what else makes no sense. */
export function parseLinked(state: string): Linked {
  const [variant = '', ...rest] = state.split(';');
  if (!NAME.test(variant)) throw new Error(`no variant: ${state}`);
  const said = new Map(rest.map((part) => [part.slice(0, part.indexOf(':')), part.slice(part.indexOf(':') + 1)]));
  const against = said.get('vs') ?? '';
  const whole = (name: string, least: number, most: number): number | null => {
    const value = Number(said.get(name) ?? NaN);
    return Number.isInteger(value) && value >= least && value <= most ? value : null;
  };
  return { variant, against: NAME.test(against) ? against : null, split: whole('at', 0, 100), view: whole('view', 1, 60) };
}
