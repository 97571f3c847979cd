import { COLOURED } from '../../colour/source';
import { formatNumber } from '../../format/values';
import { speaker } from '../../ui/context';
import { button, field, h } from '../../ui/dom';
import { frameOf } from '../../tiles/city';
import type { MakeTool } from '../tool';
import { BuildingForm } from './building';
import { Draft } from './draft';
import { History } from './history';
import { indicatorTable } from './indicators';
import { Keeping } from './keeping';
import { Masses } from './masses';
import { evaluated, meshed, type Evaluation, type Stored } from './service';
import { blank, freshId, isBuilt, replaced, withEdit, withoutEdit, type Edit, type Variant } from './variant';
import { words } from './words';
import './scenario.css';

const LAYER = 'scenario';
const PATIENCE_MS = 250;
// What the link says of a variant that only this browser has.
const DRAFT = 'concept';

/** A plan: panden demolished or raised and buildings added, with what that does in numbers. */
export const make: MakeTool = (rooms, seat) => {
  const { city, frame, painter, stage, store, twin } = rooms;
  const say = speaker(rooms, words);
  const draft = new Draft(twin.name);
  const fresh = (): Variant => blank(say('untitled'), { name: twin.name, built: twin.built });
  const element = h('div', { class: 'scenario stack', 'data-state': 'ready' });
  let history = new History<Variant>(fresh());
  let stored: Stored | null = null;
  let result: Evaluation | null = null;
  let failure: unknown = null;
  let drawn: ReadonlySet<string> = new Set();
  let masses: Promise<Masses> | null = null;
  let pending: AbortController | null = null;
  let timer = 0;
  const floors = { count: 1, height: 3 };

  /** The drawing of masses, made when there first is one. */
  const drawing = (): Promise<Masses> => {
    masses ??= (async () => {
      const theme = city.themeOf(COLOURED);
      return new Masses(stage, theme ? await frameOf(theme) : frame, frame);
    })();
    return masses;
  };
  const change = (next: Variant): void => {
    history.do(next);
    changed();
  };
  const changed = (): void => {
    const { now } = history;
    if (now.edits.length > 0) draft.keep(now);
    seat.save(stored && stored.variant === now ? stored.id : now.edits.length > 0 ? DRAFT : null);
    renderEdits();
    refresh();
  };
  /** Hides at once what is demolished; a pand that changes shape goes when its new shape is there. */
  const hide = (left: ReadonlySet<string>): void => {
    const gone = replaced({ edits: history.now.edits.filter(({ kind }) => kind === 'demolish') }, left);
    const all = replaced(history.now, left);
    const ids = [...gone, ...[...all].filter((id) => drawn.has(id))];
    painter.hide(LAYER, ids.length > 0 ? new Set(ids) : null);
  };
  const refresh = (): void => {
    window.clearTimeout(timer);
    pending?.abort();
    failure = null;
    hide(leftOut(result));
    if (history.now.edits.length === 0) {
      result = null;
      drawn = new Set();
      hide(new Set());
      void masses?.then((known) => known.draw(null));
      element.dataset['state'] = 'ready';
      renderResult();
      return;
    }
    element.dataset['state'] = 'busy';
    renderResult();
    timer = window.setTimeout(() => void ask(), PATIENCE_MS);
  };
  /** Has the server judge and build the variant, and shows both. */
  const ask = async (): Promise<void> => {
    const request = (pending = new AbortController());
    const variant = history.now;
    try {
      const [judged, glb] = await Promise.all([
        evaluated(variant, request.signal),
        isBuilt(variant) ? meshed(variant, request.signal) : Promise.resolve(null),
      ]);
      if (glb || masses) await (await drawing()).draw(glb);
      if (request.signal.aborted) return;
      result = judged;
      drawn = replaced(variant, leftOut(judged));
      hide(leftOut(judged));
    } catch (reason) {
      if (request.signal.aborted) return;
      console.warn(reason);
      failure = reason;
    }
    element.dataset['state'] = 'ready';
    renderEdits();
    renderResult();
  };
  const take = (variant: Variant, from: Stored | null): void => {
    stored = from;
    if (variant.edits.length > 0 || history.now.edits.length > 0) history.do(variant);
    else history = new History(variant);
    title.value = variant.title;
    renderRecovery();
    changed();
  };

  const title = h('input', { id: 'scenario-title', type: 'text', maxlength: 200, class: 'utrecht-textbox utrecht-textbox--html-input' });
  title.addEventListener('change', () => {
    change({ ...history.now, title: title.value.trim() || say('untitled') });
    title.value = history.now.title;
  });
  const recovery = h('div');
  const steps = h('div', { class: 'row' });
  const pand = h('div', { class: 'stack' });
  const edits = h('div');
  const status = h('p', { class: 'note', role: 'status' });
  const table = h('div', { class: 'table water__list scenario__table' });
  const building = new BuildingForm(rooms, (made) => {
    change(withEdit(history.now, { id: freshId(history.now), kind: 'add', ...made }));
  });
  const keeping = new Keeping(rooms, { current: () => history.now, stored: () => stored, take });

  const renderRecovery = (): void => {
    const found = history.now.edits.length === 0 && !history.canUndo ? draft.read() : null;
    recovery.replaceChildren(
      found
        ? h(
            'div',
            { class: 'row' },
            h('p', { class: 'note' }, say('recover.found', { title: found.title, count: found.edits.length })),
            button({ label: say('recover'), text: say('recover'), class: 'utrecht-button--subtle chip', press: () => { take(found, null); } }),
          )
        : '',
    );
  };
  const renderPand = (): void => {
    const { selection } = store.get();
    const id = selection?.collection === COLOURED ? selection.id : null;
    const number = (name: keyof typeof floors, label: string, min: number, max: number, step: number): HTMLElement => {
      const input = h('input', { id: `scenario-raise-${name}`, type: 'number', min, max, step, value: floors[name], class: 'utrecht-textbox utrecht-textbox--html-input' });
      input.addEventListener('change', () => {
        const value = Math.min(max, Math.max(min, Number(input.value) || min));
        floors[name] = step === 1 ? Math.round(value) : value;
        input.value = String(floors[name]);
      });
      return field(label, input);
    };
    const on = (edit: (id: string) => Edit): (() => void) => () => {
      if (id === null) return;
      const made = edit(freshId(history.now));
      store.set({ selection: null });
      change(withEdit(history.now, made));
    };
    const demolish = button({ label: say('demolish'), text: say('demolish'), class: 'utrecht-button--primary-action', press: on((made) => ({ id: made, kind: 'demolish', pand: id ?? '' })) });
    const raise = button({ label: say('raise'), text: say('raise'), press: on((made) => ({ id: made, kind: 'raise', pand: id ?? '', floors: floors.count, height: Number((floors.count * floors.height).toFixed(2)) })) });
    demolish.disabled = raise.disabled = id === null;
    pand.replaceChildren(
      h('p', { class: 'note' }, id === null ? say('pand.none') : say('pand', { id })),
      h('div', { class: 'row' }, demolish),
      h('div', { class: 'scenario__numbers' }, number('count', say('raise.floors'), 1, 120, 1), number('height', say('raise.height'), 2, 10, 0.1)),
      h('div', { class: 'row' }, raise),
    );
  };
  const renderEdits = (): void => {
    const { language } = store.get();
    const items = history.now.edits.map((edit) => {
      const verdict = result?.edits.find((one) => one.edit === edit.id);
      const what = named(edit);
      return h(
        'li',
        { class: 'result', 'data-edit': edit.id, 'data-level': verdict?.level },
        h('div', {}, h('strong', {}, what), verdict ? h('div', { class: verdict.level === 'ok' ? 'origin' : 'scenario__fault' }, verdict[language]) : null),
        button({
          label: say('remove', { what }),
          text: say('remove.short'),
          press: () => {
            change(withoutEdit(history.now, edit.id));
            element.querySelector<HTMLElement>('.scenario__edits')?.focus();
          },
        }),
      );
    });
    edits.replaceChildren(
      h('h3', { class: 'scenario__edits rule', tabindex: -1 }, say('edits')),
      items.length > 0 ? h('ul', {}, ...items) : h('p', { class: 'note' }, say('edits.none')),
    );
    const step = (name: 'undo' | 'redo', able: boolean): HTMLElement => {
      const made = button({
        label: say(name),
        text: say(name),
        class: 'utrecht-button--subtle chip',
        press: () => {
          history[name]();
          title.value = history.now.title;
          changed();
        },
      });
      made.dataset['step'] = name;
      made.disabled = !able;
      return made;
    };
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset['step'] : undefined;
    steps.replaceChildren(step('undo', history.canUndo), step('redo', history.canRedo));
    if (focused) steps.querySelector<HTMLElement>(`[data-step=${focused}]:not(:disabled), button:not(:disabled)`)?.focus();
  };
  /** An edit in words. */
  const named = (edit: Edit): string => {
    const { language } = store.get();
    if (edit.label) return edit.label;
    const metres = (value: number): string => formatNumber(language, value, 1);
    if (edit.kind === 'demolish') return say('edit.demolish', { pand: edit.pand });
    if (edit.kind === 'raise') return say('edit.raise', { pand: edit.pand, floors: edit.floors, height: metres(edit.height) });
    if (edit.kind === 'add') return say('edit.add', { use: edit.gebruiksdoel, floors: edit.floors, height: metres(edit.height) });
    return say(`edit.${edit.kind}`);
  };
  const renderResult = (): void => {
    const { language } = store.get();
    status.textContent = failure ? keeping.wordsFor(failure) : element.dataset['state'] === 'busy' ? say('judging') : result ? say('area', { name: result.area.names.join(', ') || say('area.drawn'), m2: formatNumber(language, result.area.m2, 0) }) : '';
    const headings = { caption: say('indicators'), indicator: say('indicator'), before: say('before'), after: say('after'), difference: say('difference'), unknown: say('unknown') };
    table.replaceChildren(result && !failure ? indicatorTable(language, result.indicators, headings) : '');
  };
  const render = (): void => {
    title.value = history.now.title;
    building.render();
    keeping.render();
    element.replaceChildren(field(say('title'), title), recovery, steps, h('h3', { class: 'rule' }, say('pand.heading')), pand, building.element, edits, status, table, keeping.element);
    renderRecovery();
    renderPand();
    renderEdits();
    renderResult();
  };
  store.on(['selection'], renderPand);
  render();

  return {
    element,
    restore: async (state) => {
      building.stop();
      if (state === null) {
        stored = null;
        history = new History(fresh());
      } else if (state === DRAFT) {
        const found = draft.read();
        if (!found) throw new Error('this browser has no draft of this twin');
        history = new History(found);
      } else {
        try {
          await keeping.openSaved(state);
        } catch (reason) {
          failure = reason;
          renderResult();
          status.textContent = keeping.wordsFor(reason);
        }
        return;
      }
      title.value = history.now.title;
      renderRecovery();
      changed();
    },
    open: () => {
      renderRecovery();
    },
    close: () => {
      building.stop();
    },
    render,
  };
};

/** Edits that the server could not do. */
function leftOut(evaluation: Evaluation | null): ReadonlySet<string> {
  return new Set(evaluation?.edits.filter(({ level }) => level === 'error').map(({ edit }) => edit) ?? []);
}
