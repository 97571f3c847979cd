import { Vector3 } from 'three';
import { formatNumber } from '../../format/values';
import type { Triple } from '../../geo/rd';
import { Sketch, type Shape } from '../../scene/sketch';
import type { Hit } from '../../tiles/city';
import type { Pointer } from '../../tiles/picking';
import { speaker } from '../../ui/context';
import { button, choice, h } from '../../ui/dom';
import { tell } from '../../ui/message';
import type { MakeTool } from '../tool';
import { centimetres, FEWEST, formatMeasures, MODES, parseMeasures, valueOf, type Measure, type Mode } from './measures';
import { words } from './words';

/** Distance, height and area between points on the city. */
export const make: MakeTool = (rooms, seat) => {
  const { frame, picking, stage } = rooms;
  const say = speaker(rooms, words);
  const sketch = new Sketch(stage);
  const element = h('div', { class: 'measure stack' });
  let measures: Measure[] = [];
  let mode: Mode = 'distance';
  let points: Triple[] = [];

  const pointer: Pointer = {
    point: (hit: Hit | null) => {
      if (!hit) {
        tell(say('nowhere'));
        return;
      }
      points.push(frame.toRd(hit.point).map(centimetres) as unknown as Triple);
      if (mode === 'height' && points.length === FEWEST.height) finish();
      else show();
    },
  };
  const finish = (): void => {
    if (points.length >= FEWEST[mode]) measures = [...measures, { mode, points }];
    points = [];
    keep();
  };
  const keep = (): void => {
    seat.save(formatMeasures(measures));
    show();
  };
  const worded = (measure: Measure): string => {
    const { language } = rooms.store.get();
    const value = valueOf(measure, frame);
    return measure.mode === 'area' ? `${formatNumber(language, value, 1)} m²` : `${formatNumber(language, value, 2)} m`;
  };
  const show = (): void => {
    const drawn = [...measures, ...(points.length > 0 ? [{ mode, points }] : [])];
    sketch.draw(drawn.flatMap((measure) => shapesOf(measure.mode, measure.points.map((point) => frame.fromRd(point)), worded(measure))));
    renderProgress();
    renderResults();
  };

  const modes = h('div');
  const help = h('div', { class: 'stack' });
  const progress = h('p', { class: 'note', role: 'status' });
  const actions = h('div', { class: 'row' });
  const results = h('div', { class: 'stack' });
  element.append(modes, help, progress, actions, results);

  const renderProgress = (): void => {
    const running = points.length >= FEWEST[mode] ? `: ${worded({ mode, points })}` : '';
    progress.textContent = points.length > 0 ? `${say(points.length === 1 ? 'point' : 'points', { count: points.length })}${running}` : '';
    const [, undo, done] = actions.querySelectorAll('button');
    if (undo) undo.disabled = points.length === 0;
    if (done) done.disabled = points.length < FEWEST[mode];
  };
  const renderResults = (): void => {
    const { language } = rooms.store.get();
    const items = measures.map((measure, at) => {
      const value = worded(measure);
      const [first, last] = [measure.points[0]?.[2] ?? 0, measure.points.at(-1)?.[2] ?? 0];
      const detail = measure.mode === 'area' ? '' : say('heights', { from: formatNumber(language, first, 2), to: formatNumber(language, last, 2) });
      return h(
        'li',
        { class: 'result', 'data-mode': measure.mode, 'data-value': valueOf(measure, frame).toFixed(3) },
        h('div', {}, h('strong', {}, value), ` ${say(measure.mode).toLowerCase()}`, h('div', { class: 'origin' }, detail)),
        button({
          label: say('remove', { what: value }),
          text: say('remove.short'),
          press: () => {
            measures = measures.filter((_, i) => i !== at);
            keep();
            element.querySelector<HTMLElement>('.measure__results')?.focus();
          },
        }),
      );
    });
    results.replaceChildren(
      h('h3', { class: 'measure__results', tabindex: -1 }, say('results')),
      items.length > 0 ? h('ul', {}, ...items) : h('p', { class: 'note' }, say('none')),
    );
  };
  const render = (): void => {
    modes.replaceChildren(
      choice({
        legend: say('mode'),
        name: 'measure-mode',
        options: MODES.map((value) => ({ value, label: say(value) })),
        value: mode,
        choose: (value) => {
          mode = value;
          points = [];
          render();
        },
      }),
    );
    help.replaceChildren(h('p', { class: 'note' }, say(`help.${mode}`)), h('p', { class: 'note' }, say('keys')));
    actions.replaceChildren(
      button({ label: say('center'), text: say('center'), class: 'utrecht-button--primary-action', press: () => picking.chooseCenter() }),
      button({ label: say('undo'), text: say('undo'), press: () => { points.pop(); show(); } }),
      button({ label: say('done'), text: say('done'), press: finish }),
    );
    show();
  };
  render();

  return {
    element,
    restore: (state) => {
      measures = state === null ? [] : parseMeasures(state);
      points = [];
      show();
    },
    open: () => {
      picking.lend(pointer);
    },
    close: () => {
      picking.reclaim(pointer);
      points = [];
      show();
    },
    render,
  };
};

function shapesOf(mode: Mode, points: readonly Vector3[], label: string): Shape[] {
  const [first] = points;
  if (!first) return [];
  const dots = points.map((at): Shape => ({ kind: 'dot', at }));
  if (points.length < FEWEST[mode]) return [{ kind: 'line', points }, ...dots];
  if (mode === 'area') {
    const middle = points.reduce((sum, point) => sum.add(point), new Vector3()).divideScalar(points.length);
    return [{ kind: 'area', points }, { kind: 'line', points: [...points, first] }, ...dots, { kind: 'label', at: middle, text: label }];
  }
  const last = points.at(-1) as Vector3;
  if (mode === 'height') {
    // Up along the lower point, then across: what is measured is the upright part.
    const [low, high] = first.z <= last.z ? [first, last] : [last, first];
    const corner = new Vector3(low.x, low.y, high.z);
    return [
      { kind: 'line', points: [low, corner] },
      { kind: 'line', points: [corner, high], dashed: true },
      ...dots,
      { kind: 'label', at: low.clone().lerp(corner, 0.5), text: label },
    ];
  }
  const middle = points[Math.floor((points.length - 1) / 2)] as Vector3;
  const next = points[Math.floor((points.length - 1) / 2) + 1] as Vector3;
  return [{ kind: 'line', points }, ...dots, { kind: 'label', at: middle.clone().lerp(next, 0.5), text: label }];
}
