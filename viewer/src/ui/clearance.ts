import { part } from './dom';

// On a screen this narrow panels lie below the title and above the city; as in the style sheets.
export const NARROW = '(max-width: 47rem)';
const PANELS = ['tool', 'sheet', 'object'] as const;

/** On a phone the city keeps clear of the panels, so that the middle of the view is always in sight. */
export function keepClear(): void {
  const narrow = window.matchMedia(NARROW);
  const fit = (): void => {
    const tops = PANELS.map(part)
      .filter(({ hidden }) => !hidden)
      .map((panel) => panel.offsetTop);
    const covered = narrow.matches && tops.length > 0 ? window.innerHeight - Math.min(...tops) : 0;
    document.documentElement.style.setProperty('--covered', `${covered}px`);
  };
  const watch = new ResizeObserver(fit);
  PANELS.map(part).forEach((panel) => {
    watch.observe(panel);
  });
  narrow.addEventListener('change', fit);
  window.addEventListener('resize', fit);
}
