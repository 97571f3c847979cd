import type { ColourSource } from '../colour/source';
import { NARROW } from './clearance';
import { colouring } from './colouring';
import { text, type Context } from './context';
import { button, h, icon, ICONS, part } from './dom';
import { layers } from './layers';

/** The panel beside the city: layers, colours and legend, each a section that folds. */
export function side(context: Context, source: ColourSource): void {
  const panel = part('side');
  const narrow = window.matchMedia(NARROW);
  const titles = { layers: h('summary', {}), colour: h('summary', {}) };
  const sections = h(
    'div',
    { class: 'side__sections', id: 'side-sections' },
    h('details', { class: 'section', open: true }, titles.layers, layers(context)),
    h('details', { class: 'section', open: true }, titles.colour, colouring(context, source)),
  );
  const handle = h('div', { class: 'side__handle' });
  // Where the panel covers the city, it waits until it is asked for.
  let open = !narrow.matches;

  const render = (): void => {
    titles.layers.textContent = text(context, 'panel.layers');
    titles.colour.textContent = text(context, 'panel.colour');
    panel.setAttribute('aria-label', `${text(context, 'panel.layers')}, ${text(context, 'panel.colour')}`);
    panel.classList.toggle('card--closed', !open);
    sections.hidden = !open;
    const label = text(context, open ? 'panel.close' : 'panel.open');
    handle.replaceChildren(
      button({
        label,
        icon: icon(open ? ICONS.close : ICONS.layers),
        expanded: open,
        press: () => {
          open = !open;
          render();
          handle.querySelector('button')?.focus();
        },
      }),
    );
  };
  narrow.addEventListener('change', () => {
    open = !narrow.matches;
    render();
  });
  context.store.on(['language'], render);
  render();
  panel.append(handle, sections);
  panel.hidden = false;
}
