import { fitting } from '../../../image/fitting';
import type { Strip } from '../../../scene/stage';

/** Where the divider cuts a strip of the view, 0 to 1 from its left to its right; `share` is where it cuts the view. */
export function cutIn({ from, to }: Strip, share: number): number {
  return Math.min(1, Math.max(0, (share - from) / (to - from)));
}

export interface Lettering {
  /** Where the divider stands, 0 to 1 from left to right. */
  readonly share: number;
  readonly there: string;
  readonly here: string;
  /** Pixels of the picture per pixel of the page. */
  readonly unit: number;
}

// As in the style sheet.
const LINE = 4;
const EDGE = 1;
const AWAY = 22;
const BOTTOM = 14;
const HIGH = 30;
const INSET = 10;
const WIDEST = 256;
const SIZE = 15;

/** Draws the divider and the names of its sides on a picture of the view, as they lie over it on the screen. */
export function letterDivider(paper: CanvasRenderingContext2D, { share, there, here, unit }: Lettering): void {
  const { width, height } = paper.canvas;
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--twin-${name}`);
  const at = share * width;
  const bar = (thick: number, fill: string): void => {
    paper.fillStyle = fill;
    paper.fillRect(at - (thick * unit) / 2, 0, thick * unit, height);
  };
  bar(LINE + 2 * EDGE, colour('accent'));
  bar(LINE, colour('paper'));
  paper.font = `600 ${SIZE * unit}px ${colour('font')}`;
  paper.textBaseline = 'middle';
  for (const [name, room, side] of [[there, at, -1], [here, width - at, 1]] as const) {
    const most = Math.min(WIDEST, room / unit - AWAY - INSET);
    const words = fitting(paper, name, (most - 2 * INSET) * unit);
    // A side that is hardly in the view has no name, as on the screen it has no room for one.
    if (words === '') continue;
    const wide = paper.measureText(words).width + 2 * INSET * unit;
    const left = side < 0 ? at - AWAY * unit - wide : at + AWAY * unit;
    const top = height - (BOTTOM + HIGH) * unit;
    paper.fillStyle = colour('ink');
    paper.beginPath();
    paper.roundRect(left, top, wide, HIGH * unit, 6 * unit);
    paper.fill();
    paper.fillStyle = colour('paper');
    paper.fillText(words, left + INSET * unit, top + (HIGH / 2) * unit);
  }
  paper.textBaseline = 'alphabetic';
}
