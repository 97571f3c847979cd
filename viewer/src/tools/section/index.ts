import { formatNumber } from '../../format/values';
import { lens } from '../../tiles/lens';
import { speaker } from '../../ui/context';
import { choice, field, h } from '../../ui/dom';
import type { MakeTool } from '../tool';
import { formatCut, parseCut, planeOf, type Cut } from './cut';
import { words } from './words';

const LEVEL: Cut = { kind: 'level', height: 4 };

interface Slider {
  readonly id: string;
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
  readonly change: (value: number) => void;
}

/** Cuts the city open, at a height or upright through the middle of the view. */
export const make: MakeTool = (rooms, seat) => {
  const { city, frame, navigation, store, twin } = rooms;
  const say = speaker(rooms, words);
  const element = h('div', { class: 'stack' });
  const [west, south, east, north] = twin.bbox;
  let cut: Cut | null = null;

  const apply = (next: Cut | null): void => {
    const opened = (cut === null) !== (next === null);
    cut = next;
    lens.planes.length = 0;
    if (cut) lens.planes.push(planeOf(cut, frame, [(west + east) / 2, (south + north) / 2]));
    lens.uniforms.cut.value = cut ? 1 : 0;
    if (opened) city.openUp(cut !== null);
    else rooms.stage.refreshShadows();
  };
  const set = (next: Cut): void => {
    apply(next);
    seat.save(formatCut(next));
  };
  const throughView = (): Cut => {
    const [x, y] = frame.toRd(navigation.center());
    return { kind: 'upright', x: Math.round(x), y: Math.round(y), bearing: Math.round(navigation.pose.heading), offset: 0 };
  };
  const slider = ({ id, label, min, max, step, value, change }: Slider): HTMLElement => {
    const output = h('output', { for: id });
    const input = h('input', {
      id,
      type: 'range',
      min,
      max,
      step,
      input: () => {
        output.value = formatNumber(store.get().language, Number(input.value));
        change(Number(input.value));
      },
    });
    input.value = String(value);
    output.value = formatNumber(store.get().language, value);
    return h('div', {}, field(label, input), output);
  };
  const sliders = (now: Cut): HTMLElement[] => {
    if (now.kind === 'level') {
      return [slider({ id: 'cut-height', label: say('height'), min: -10, max: 60, step: 0.5, value: now.height, change: (height) => { set({ kind: 'level', height }); } })];
    }
    const change = (patch: { bearing: number } | { offset: number }): void => {
      if (cut?.kind === 'upright') set({ ...cut, ...patch });
    };
    return [
      slider({ id: 'cut-bearing', label: say('bearing'), min: 0, max: 360, step: 1, value: now.bearing, change: (bearing) => { change({ bearing }); } }),
      slider({ id: 'cut-offset', label: say('offset'), min: -200, max: 200, step: 1, value: now.offset, change: (offset) => { change({ offset }); } }),
    ];
  };
  const render = (): void => {
    const now = cut ?? LEVEL;
    element.replaceChildren(
      choice({
        legend: say('mode'),
        name: 'cut-mode',
        options: (['level', 'upright'] as const).map((value) => ({ value, label: say(value) })),
        value: now.kind,
        choose: (kind) => {
          set(kind === 'level' ? LEVEL : throughView());
          render();
        },
      }),
      ...sliders(now),
      h('p', { class: 'note' }, say('help')),
    );
  };
  render();

  return {
    element,
    restore: (state) => {
      apply(state === null ? null : parseCut(state));
      render();
    },
    open: () => {
      if (cut === null) set(LEVEL);
      render();
    },
    render,
  };
};
