import { formatLength, roundLength } from '../format/values';
import type { Navigation } from '../scene/navigation';
import { ZOOM_IN, ZOOM_OUT } from '../scene/keyboard';
import type { Stage } from '../scene/stage';
import type { Frame } from '../geo/frame';
import type { City } from '../tiles/city';
import { text, type Context } from './context';
import { button, h, icon, ICONS } from './dom';
import { minimap } from './minimap';

const SCALE_PIXELS = 110;

/** Buttons that move the view, the north arrow, the scale bar and the map of the whole city. */
export function controls(context: Context, { stage, navigation, ...rooms }: { stage: Stage; navigation: Navigation; city: City; frame: Frame }): { element: HTMLElement; follow: () => void } {
  const needle = icon('M12 2.5 8 12h8z', 'M12 21.5 16 12H8z');
  needle.classList.add('needle');
  const bar = h('div', { class: 'scale__bar', 'aria-hidden': 'true' });
  const length = h('span', { class: 'scale__length' });
  const scale = h('div', { class: 'scale' }, length, bar);
  const buttons = h('div', { class: 'controls__buttons', role: 'group' });
  const map = minimap(context, { stage, navigation, ...rooms });
  const element = h('div', { class: 'controls' }, h('div', { class: 'controls__aside' }, map.element, scale), buttons);

  const render = (): void => {
    buttons.setAttribute('aria-label', text(context, 'view.tools'));
    const tilt = button({
      label: text(context, navigation.isTop ? 'view.oblique' : 'view.top'),
      text: navigation.isTop ? '3D' : '2D',
      class: 'utrecht-button--subtle tilt',
      press: () => {
        navigation.toggleTop();
        render();
        buttons.querySelector<HTMLElement>('.tilt')?.focus();
      },
    });
    buttons.replaceChildren(
      button({ label: text(context, 'view.north'), icon: needle, press: () => { navigation.faceNorth(); } }),
      tilt,
      button({ label: text(context, 'view.in'), icon: icon(ICONS.plus), press: () => { navigation.zoom(ZOOM_IN); } }),
      button({ label: text(context, 'view.out'), icon: icon(ICONS.minus), press: () => { navigation.zoom(ZOOM_OUT); } }),
      button({ label: text(context, 'view.home'), icon: icon(ICONS.home), press: () => { navigation.flyHome(); } }),
      map.toggle,
    );
    measure();
  };
  const turn = (): void => {
    needle.style.transform = `rotate(${-navigation.pose.heading}deg)`;
    map.follow();
  };
  // In perspective a scale holds in one place: the middle of the view.
  const measure = (): void => {
    const distance = navigation.center().distanceTo(stage.camera.position);
    const metresPerPixel = stage.metresPerPixel(distance);
    const metres = roundLength(SCALE_PIXELS * metresPerPixel);
    bar.style.width = `${metres / metresPerPixel}px`;
    length.textContent = formatLength(context.store.get().language, metres);
    scale.setAttribute('title', text(context, 'view.scale', { length: length.textContent }));
  };
  context.store.on(['language'], render);
  context.store.on(['pose'], render);
  render();
  return { element, follow: turn };
}
