import { Raycaster, Vector3 } from 'three';
import { formatNumber } from '../../format/values';
import type { Triple } from '../../geo/rd';
import { wordFor } from '../../i18n';
import { Sketch, type Shape } from '../../scene/sketch';
import type { Hit } from '../../tiles/city';
import { lens } from '../../tiles/lens';
import { SEEN, SOLID, UNSEEN } from '../../tiles/sight';
import { speaker } from '../../ui/context';
import { button, choice, field, h } from '../../ui/dom';
import { tell } from '../../ui/message';
import type { MakeTool } from '../tool';
import { SeenPanden } from './panden';
import { EYE, eyeOf, formatSight, KINDS, NOTHING, parseSight, REACH, type Sight } from './sight';
import { Viewshed, type Seen, type Share } from './viewshed';
import { words } from './words';
import './sight.css';

const CLEAR = '#0b6b3a';
const BLOCKED = '#b3001b';
const EDGE = '#16222e';
const CORNERS = 72;
// A target lies on a surface, which is not in its own way.
const LIFT = 0.05;
const MARGIN = 0.1;

type Found =
  | { readonly kind: 'clear'; readonly total: number }
  | { readonly kind: 'blocked'; readonly total: number; readonly hit: Hit }
  | { readonly kind: 'share'; readonly share: Share; readonly panden: readonly Seen[] };

/** What is seen from a point: along a line, or all around. */
export const make: MakeTool = (rooms, seat) => {
  const { city, frame, navigation, picking, stage, store } = rooms;
  const say = speaker(rooms, words);
  const sketch = new Sketch(stage);
  const viewshed = new Viewshed(stage, city);
  const raycaster = new Raycaster();
  const panden = new SeenPanden(rooms);
  const element = h('div', { class: 'stack sight' });
  const result = h('div', { class: 'stack', role: 'status' });
  let sight: Sight = NOTHING;
  let pointing: 'from' | 'to' | null = null;
  let found: Found | null = null;
  let due = false;

  const number = (value: number, decimals = 1): string => formatNumber(store.get().language, value, decimals);
  const eye = (): Vector3 | null => {
    const at = eyeOf(sight);
    return at && frame.fromRd(at);
  };

  /** Takes over a sight, and looks anew as soon as the city around it is there. */
  const set = (next: Sight): void => {
    sight = next;
    found = null;
    panden.show(null);
    const from = eye();
    const far = sight.kind === 'shed' ? sight.reach : sight.to && from ? from.distanceTo(frame.fromRd(sight.to)) : null;
    viewshed.attend(far === null ? null : from, far ?? 0);
    if (sight.kind === 'line') viewshed.stop();
    due = far !== null;
    draw();
    tellResult();
  };
  const change = (patch: Partial<Sight>): void => {
    set({ ...sight, ...patch });
    seat.save(formatSight(sight));
  };
  const look = (): void => {
    const from = eye();
    if (!from) return;
    if (sight.kind === 'shed') {
      found = { kind: 'share', share: viewshed.look(from, sight.reach), panden: viewshed.panden(from, sight.reach) };
      panden.show(found.panden);
    } else if (sight.to) found = along(from, frame.fromRd(sight.to));
    draw();
    tellResult();
  };
  const along = (from: Vector3, to: Vector3): Found => {
    const end = to.clone().setZ(to.z + LIFT);
    const total = from.distanceTo(end);
    raycaster.set(from, end.sub(from).normalize());
    raycaster.far = total - MARGIN;
    const [inCity, built] = [city.hit(raycaster), builtOn(raycaster)];
    const hit = built && (!inCity || built.distance < inCity.distance) ? built : inCity;
    return hit ? { kind: 'blocked', total, hit } : { kind: 'clear', total };
  };

  /** The nearest place where a ray meets what a variant builds. */
  const builtOn = (ray: Raycaster): Hit | null => {
    ray.layers.set(SOLID);
    const others = stage.scene.children.filter((child) => child.visible && child !== city.group);
    const [met] = ray.intersectObjects(others).filter(({ point: at }) => lens.planes.every((plane) => plane.distanceToPoint(at) >= 0));
    ray.layers.set(0);
    return met ? { point: met.point, distance: met.distance, feature: null } : null;
  };

  const draw = (): void => {
    const from = eye();
    if (!from || !sight.from) {
      sketch.clear();
      return;
    }
    const shapes: Shape[] = [{ kind: 'line', points: [frame.fromRd(sight.from), from], colour: EDGE }, { kind: 'dot', at: from, colour: EDGE }];
    if (sight.kind === 'shed') shapes.push({ kind: 'line', points: circle(frame.fromRd(sight.from), sight.reach), colour: EDGE });
    else if (sight.to) shapes.push(...lineOf(from, frame.fromRd(sight.to)));
    sketch.draw(shapes);
  };
  const lineOf = (from: Vector3, to: Vector3): Shape[] => {
    if (found?.kind === 'blocked') {
      const { point, distance } = found.hit;
      return [
        { kind: 'line', points: [from, point], colour: CLEAR },
        { kind: 'line', points: [point, to], colour: BLOCKED, dashed: true },
        { kind: 'dot', at: point, colour: BLOCKED },
        { kind: 'dot', at: to, colour: EDGE },
        { kind: 'label', at: point, text: say('label.blocked', { distance: number(distance) }) },
      ];
    }
    const label: Shape[] = found?.kind === 'clear' ? [{ kind: 'label', at: from.clone().lerp(to, 0.5), text: say('label.clear', { distance: number(found.total) }) }] : [];
    return [{ kind: 'line', points: [from, to], colour: CLEAR }, { kind: 'dot', at: to, colour: EDGE }, ...label];
  };

  const pointer = {
    point: (hit: Hit | null): void => {
      if (!hit) {
        tell(say('nowhere'));
        return;
      }
      const at = frame.toRd(hit.point).map((value) => Number(value.toFixed(2))) as unknown as Triple;
      const was = pointing;
      point(was === 'from' && sight.kind === 'line' && sight.to === null ? 'to' : null);
      change(was === 'to' ? { to: at } : { from: at });
      render();
    },
  };
  const point = (next: 'from' | 'to' | null): void => {
    pointing = next;
    if (next) picking.lend(pointer);
    else picking.reclaim(pointer);
  };

  const tellResult = (): void => {
    result.replaceChildren(...sentences());
    const coloured = found?.kind === 'share';
    rooms.legends.say('sight', coloured ? { title: say('shed'), samples: [{ colour: SEEN, hatched: false, label: say('seen') }, { colour: UNSEEN, hatched: true, label: say('unseen') }] } : null);
    for (const key of ['kind', 'distance', 'share']) result.removeAttribute(`data-${key}`);
    if (!found) return;
    result.dataset['kind'] = found.kind;
    if (found.kind === 'share') result.dataset['share'] = shareOf(found.share).toFixed(2);
    else result.dataset['distance'] = (found.kind === 'blocked' ? found.hit.distance : found.total).toFixed(2);
  };
  const sentences = (): HTMLElement[] => {
    const at = eyeOf(sight);
    if (!at) return [];
    const height = h('p', { class: 'note' }, say('eyepoint', { height: number(at[2]) }));
    if (!found) return due ? [height, h('p', { class: 'note' }, say('busy'))] : [height];
    if (found.kind === 'share') {
      const { seen, unseen } = found.share;
      const told = { share: number(shareOf(found.share), 0), seen: number(seen, 0), total: number(seen + unseen, 0), reach: number(sight.reach, 0) };
      return [height, h('p', {}, say('share', told)), legend()];
    }
    if (found.kind === 'clear') return [height, h('p', {}, say('clear', { distance: number(found.total) }))];
    const { feature, distance, point: met } = found.hit;
    const what = feature ? `${wordFor(store.get().language, 'collection', feature.collection).toLowerCase()} ${feature.id}` : say('blocked.built');
    const told = { distance: number(distance), total: number(found.total), what, height: number(frame.toRd(met)[2]) };
    const show = feature && button({ label: say('show'), text: say('show'), class: 'utrecht-button--secondary-action', press: () => { store.set({ selection: { collection: feature.collection, id: feature.id } }); } });
    return [height, h('p', {}, say('blocked', told)), ...(show ? [h('div', {}, show)] : [])];
  };
  const legend = (): HTMLElement => {
    const row = (kind: 'seen' | 'unseen' | 'own'): HTMLElement => {
      const swatch = h('span', { class: `swatch sight__${kind}`, 'aria-hidden': 'true' });
      if (kind !== 'own') swatch.style.backgroundColor = kind === 'seen' ? SEEN : UNSEEN;
      return h('li', {}, swatch, say(kind));
    };
    return h('ul', { 'aria-label': say('legend') }, row('seen'), row('unseen'), row('own'));
  };

  const eyeField = (): HTMLElement => {
    const input = h('input', {
      id: 'sight-eye',
      type: 'number',
      min: EYE.least,
      max: EYE.most,
      step: 'any',
      class: 'utrecht-textbox utrecht-textbox--html-input',
      change: () => {
        const height = Math.min(EYE.most, Math.max(EYE.least, input.value === '' ? EYE.usual : Number(input.value)));
        input.value = String(height);
        change({ eye: height });
      },
    });
    input.value = String(sight.eye);
    return field(say('eye'), input, say('eye.hint'));
  };
  const reachField = (): HTMLElement => {
    const output = h('output', { for: 'sight-reach' });
    const write = (): void => {
      output.value = `${number(sight.reach, 0)} m`;
    };
    const slider = h('input', { id: 'sight-reach', type: 'range', min: REACH.least, max: REACH.most, step: 25, input: () => { change({ reach: Number(slider.value) }); write(); } });
    slider.value = String(sight.reach);
    write();
    return h('div', {}, field(say('reach'), slider), output);
  };
  const pointButton = (which: 'from' | 'to'): HTMLElement =>
    button({
      label: say(which),
      text: say(which),
      class: `utrecht-button--secondary-action sight__${which}`,
      pressed: pointing === which,
      press: () => {
        point(pointing === which ? null : which);
        render();
        element.querySelector<HTMLElement>(`.sight__${which}`)?.focus();
      },
    });
  const render = (): void => {
    element.replaceChildren(
      choice({
        legend: say('kind'),
        name: 'sight-kind',
        options: KINDS.map((value) => ({ value, label: say(value) })),
        value: sight.kind,
        choose: (kind) => {
          if (sight.from && kind === 'line' && !sight.to) point('to');
          else if (pointing === 'to') point(null);
          change({ kind });
          render();
        },
      }),
      h('p', { class: 'note' }, say(`help.${sight.kind}`)),
      eyeField(),
      ...(sight.kind === 'shed' ? [reachField()] : []),
      h('div', { class: 'row' }, pointButton('from'), ...(sight.kind === 'line' ? [pointButton('to')] : [])),
      ...(pointing
        ? [
            h('p', { class: 'note' }, say(`point.${pointing}`)),
            h('div', {}, button({ label: say('center'), text: say('center'), class: 'utrecht-button--primary-action', press: () => picking.chooseCenter() })),
          ]
        : []),
      result,
      panden.element,
      h('p', { class: 'origin' }, say('trees')),
    );
    draw();
    tellResult();
  };

  stage.onSolids(() => {
    due ||= found !== null;
  });
  stage.beforeFrame(() => {
    if (!due || !city.idle || navigation.moving) return false;
    due = false;
    look();
    return false;
  });
  render();

  return {
    element,
    restore: (state) => {
      set(state === null ? { ...NOTHING, kind: sight.kind } : parseSight(state));
      if (state === null && store.get().open.includes('sight')) point('from');
      render();
    },
    open: () => {
      if (!sight.from) point('from');
      render();
    },
    close: () => {
      point(null);
    },
    render: () => {
      render();
      if (found?.kind === 'share') panden.show(found.panden);
    },
  };
};

function circle(middle: Vector3, radius: number): Vector3[] {
  return Array.from({ length: CORNERS + 1 }, (_, corner) => {
    const angle = (corner / CORNERS) * 2 * Math.PI;
    return new Vector3(middle.x + radius * Math.cos(angle), middle.y + radius * Math.sin(angle), middle.z);
  });
}

function shareOf({ seen, unseen }: Share): number {
  return seen + unseen === 0 ? 0 : (100 * seen) / (seen + unseen);
}
