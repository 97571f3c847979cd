import { Box2, Vector2, Vector3 } from 'three';
import type { Frame } from '../geo/frame';
import type { Navigation } from '../scene/navigation';
import type { Stage } from '../scene/stage';
import type { City } from '../tiles/city';
import { FromAbove } from '../tiles/fromabove';
import { text, type Context } from './context';
import { button, h, icon, ICONS } from './dom';

/** Of its longest side, on the page. */
const SIDE = 168;
const FINE = 2;
const MARGIN = 0.03;
/** Of the map, that one press of an arrow goes. */
const STEP = 1 / 12;
// Where one looks to the horizon, the view ends this many sides of the map away.
const HORIZON = 2;
const CORNERS = [[-1, -1], [1, -1], [1, 1], [-1, 1]] as const;
const SVG = 'http://www.w3.org/2000/svg';

/** What stands in the way where the screen is small; then it opens on asking. */
const ROOMY = '(min-width: 68rem)';

interface Rooms {
  readonly stage: Stage;
  readonly city: City;
  readonly frame: Frame;
  readonly navigation: Navigation;
}

/** A small map of the whole city with where one looks, on which one goes elsewhere by a click or by arrow keys. */
export function minimap(context: Context, { stage, city, frame, navigation }: Rooms): { element: HTMLElement; toggle: HTMLElement; follow: () => void } {
  const { store, twin } = context;
  const area = areaOf(twin.bbox, frame);
  const size = area.getSize(new Vector2());
  const scale = SIDE / Math.max(size.x, size.y);
  const [width, height] = [Math.round(size.x * scale), Math.round(size.y * scale)];
  const above = new FromAbove(stage, city, area, width * FINE, height * FINE);
  const canvas = h('canvas', { 'aria-hidden': 'true' });
  const [svg, veil, view, eye] = (['svg', 'path', 'polygon', 'circle'] as const).map((name) => document.createElementNS(SVG, name)) as [SVGSVGElement, SVGPathElement, SVGPolygonElement, SVGCircleElement];
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('aria-hidden', 'true');
  eye.setAttribute('r', '4');
  svg.append(veil, view, eye);
  const element = h('div', { class: 'minimap', id: 'minimap', role: 'application', tabindex: 0 }, canvas, svg);
  Object.assign(element.style, { width: `${width}px`, height: `${height}px` });
  const toggle = h('div', { class: 'minimap__toggle' });
  let open = window.matchMedia(ROOMY).matches;
  let state: 'wanted' | 'fetching' | 'drawn' = 'wanted';

  const onMap = ({ x, y }: { x: number; y: number }): [number, number] => [(x - area.min.x) * scale, (area.max.y - y) * scale];
  const follow = (): void => {
    const { camera } = stage;
    const far = HORIZON * Math.max(size.x, size.y);
    const places = CORNERS.map(([x, y]) => {
      const way = new Vector3(x, y, 0.5).unproject(camera).sub(camera.position).normalize();
      const level = Math.hypot(way.x, way.y);
      const reach = Math.min(way.z < 0 ? (-camera.position.z / way.z) * level : far, far);
      return level === 0 ? camera.position : camera.position.clone().addScaledVector(way, reach / level);
    });
    const points = places.map((place) => onMap(place).map((value) => value.toFixed(1)).join()).join(' ');
    view.setAttribute('points', points);
    // What is out of view lies under a veil.
    veil.setAttribute('d', `M0 0H${width}V${height}H0Z M${points}Z`);
    const [x, y] = onMap(camera.position);
    eye.setAttribute('cx', x.toFixed(1));
    eye.setAttribute('cy', y.toFixed(1));
  };
  const go = (east: number, north: number): void => {
    const from = navigation.center();
    const [was, to] = [frame.toRd(from), frame.toRd(from.clone().add(new Vector3(east, north, 0)))];
    navigation.shift(to[0] - was[0], to[1] - was[1]);
  };
  const render = (): void => {
    element.hidden = !open;
    element.setAttribute('aria-label', text(context, 'view.map.label'));
    const had = toggle.contains(document.activeElement);
    const press = button({
      label: text(context, 'view.map'),
      icon: icon(ICONS.map),
      expanded: open,
      press: () => {
        open = !open;
        render();
      },
    });
    press.setAttribute('aria-controls', element.id);
    toggle.replaceChildren(press);
    if (had) press.focus();
    stage.invalidate();
  };

  element.addEventListener('click', ({ clientX, clientY }) => {
    const { left, top } = svg.getBoundingClientRect();
    const center = navigation.center();
    go(area.min.x + (clientX - left) / scale - center.x, area.max.y - (clientY - top) / scale - center.y);
  });
  element.addEventListener('keydown', (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [east = 0, north = 0] = way.map((share) => (share * STEP * SIDE) / scale);
    go(east, north);
  });
  stage.beforeFrame(() => {
    // Hidden on a phone, and in somebody else's page: nothing is fetched for it there.
    if (state === 'drawn' || navigation.moving || !city.idle || element.offsetParent === null) return false;
    if (state === 'wanted') {
      state = 'fetching';
      above.attend(true);
      return true;
    }
    above.draw(canvas);
    above.attend(false);
    element.dataset['drawn'] = 'true';
    state = 'drawn';
    return false;
  });
  store.on(['hidden'], () => {
    state = 'wanted';
  });
  store.on(['language'], render);
  store.on(['pose'], follow);
  render();
  return { element, toggle, follow };
}

function areaOf([west, south, east, north]: readonly [number, number, number, number], frame: Frame): Box2 {
  const area = new Box2();
  for (const x of [west, east]) for (const y of [south, north]) area.expandByPoint(new Vector2(...(frame.fromRd([x, y, 0]).toArray().slice(0, 2) as [number, number])));
  const size = area.getSize(new Vector2());
  return area.expandByScalar(MARGIN * Math.max(size.x, size.y));
}
