import type { Looks } from '../api/types';
import { h } from './dom';

/** Gives the page the looks of its municipality; all else follows from these properties in `styles/theme.css`. */
export function wear(looks: Looks | null): void {
  if (!looks) return;
  const { style } = document.documentElement;
  const own = { accent: looks.accent, 'on-accent': looks.on_accent, header: looks.header, 'on-header': looks.on_header };
  for (const [name, colour] of Object.entries(own)) style.setProperty(`--twin-${name}`, colour);
  for (const [name, value] of Object.entries(looks.tokens)) style.setProperty(`--${name}`, value);
}

/** The logo before the title, or nothing. */
export function logoOf(looks: Looks | null): HTMLElement | null {
  return looks?.logo ? h('img', { class: 'header__logo', src: looks.logo, alt: looks.organisation ?? '' }) : null;
}
