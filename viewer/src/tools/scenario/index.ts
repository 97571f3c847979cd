import { COLOURED } from '../../colour/source';
import { formatNumber } from '../../format/values';
import { speaker } from '../../ui/context';
import { button, field, h } from '../../ui/dom';
import type { MakeTool } from '../tool';
import { PlanArea } from './area';
import { BuildingForm } from './building';
import { Comparison } from './compare';
import { Designs } from './designs';
import { EditList } from './editlist';
import { Grip } from './grip';
import { indicatorTable } from './indicators';
import { Keeping } from './keeping';
import { DRAFT, formatLinked, parseLinked } from './link';
import { ChosenPand } from './panden';
import { Plan } from './plan';
import { Presentation } from './present';
import { SunStudy } from './sunhours';
import { isEmpty } from './variant';
import { words } from './words';
import './scenario.css';

/** A plan for the city: what it changes, what that does in numbers, and how it is compared, told and kept. */
export const make: MakeTool = (rooms, seat) => {
  const { picking, store } = rooms;
  const say = speaker(rooms, words);
  const plan = new Plan(rooms, () => say('untitled'));
  const element = h('div', { class: 'scenario stack', 'data-state': 'ready' });
  const wordsFor = (reason: unknown): string => keeping.wordsFor(reason);
  const headings = (): Parameters<typeof indicatorTable>[2] => ({ caption: say('indicators'), indicator: say('indicator'), before: say('before'), after: say('after'), difference: say('difference'), unknown: say('unknown') });
  let view: number | null = null;

  const list = new EditList(rooms, plan);
  const open = (id: string): void => {
    list.show(id, true);
  };
  const pand = new ChosenPand(rooms, plan, open);
  const building = new BuildingForm(rooms, (made) => {
    list.show(plan.add({ kind: 'add', ...made }));
  });
  const designs = new Designs(rooms, plan, open, wordsFor);
  const area = new PlanArea(rooms, plan);
  const sun = new SunStudy(rooms, plan, headings, wordsFor);
  const comparison = new Comparison(rooms, plan, wordsFor);
  const presentation = new Presentation(rooms, plan);
  const keeping = new Keeping(rooms, {
    current: () => plan.now,
    stored: () => plan.stored,
    take: (variant, stored) => {
      plan.take(variant, stored);
    },
  });
  const grip = new Grip(rooms, plan, (edit) => {
    plan.change(edit);
  });

  const title = h('input', { id: 'scenario-title', type: 'text', maxlength: 200, class: 'utrecht-textbox utrecht-textbox--html-input' });
  title.addEventListener('change', () => {
    plan.do({ ...plan.now, title: title.value.trim() || say('untitled') });
  });
  const recovery = h('div');
  const steps = h('div', { class: 'row' });
  const status = h('p', { class: 'note', role: 'status' });
  const table = h('div', { class: 'table scenario__table' });

  const save = (): void => {
    const { now, stored } = plan;
    const variant = stored && stored.variant === now ? stored.id : isEmpty(now) && !comparison.isOn ? null : DRAFT;
    seat.save(variant === null ? null : formatLinked({ variant, against: comparison.against, split: comparison.at, view }));
  };
  const renderRecovery = (): void => {
    const found = isEmpty(plan.now) && !plan.canUndo ? plan.draft.read() : null;
    recovery.replaceChildren(
      found
        ? h(
            'div',
            { class: 'row' },
            h('p', { class: 'note' }, say('recover.found', { title: found.title, count: found.edits.length })),
            button({ label: say('recover'), text: say('recover'), class: 'utrecht-button--subtle chip', press: () => { plan.take(found, null); } }),
          )
        : plan.isKept ? '' : h('p', { class: 'scenario__fault', role: 'alert' }, say('draft.full')),
    );
  };
  const renderSteps = (): void => {
    const step = (name: 'undo' | 'redo', able: boolean): HTMLElement => {
      const made = button({ label: say(name), text: say(name), class: 'utrecht-button--subtle chip', press: () => { plan[name](); } });
      made.dataset['step'] = name;
      made.disabled = !able;
      return made;
    };
    const focused = steps.contains(document.activeElement) && document.activeElement instanceof HTMLElement ? document.activeElement.dataset['step'] : undefined;
    steps.replaceChildren(step('undo', plan.canUndo), step('redo', plan.canRedo));
    if (focused) steps.querySelector<HTMLElement>(`[data-step=${focused}]:not(:disabled), button:not(:disabled)`)?.focus();
  };
  const renderResult = (): void => {
    const { language } = store.get();
    const { busy, failure, result } = plan;
    element.dataset['state'] = busy ? 'busy' : 'ready';
    status.textContent = failure ? wordsFor(failure) : busy ? say('judging') : result ? say('area', { name: result.area.names.join(', ') || say('area.drawn'), m2: formatNumber(language, result.area.m2, 0) }) : '';
    // While it is worked out anew, the figures of before stay: the panel does not jump.
    table.replaceChildren(result && !failure ? indicatorTable(language, result.indicators, headings()) : '');
    table.classList.toggle('scenario__table--old', busy);
  };
  const follow = (): void => {
    title.value = plan.now.title;
    save();
    renderRecovery();
    renderSteps();
    list.render();
    area.render();
    sun.follow();
    comparison.follow();
    presentation.follow();
    renderResult();
  };
  plan.onChange = follow;
  plan.onJudged = () => {
    list.render();
    renderResult();
    comparison.follow();
    void grip.hold(list.opened);
  };
  list.onOpen = (id) => void grip.hold(id);
  comparison.onChange = save;
  presentation.show.onStep = (at) => {
    view = at === null ? null : at + 1;
    save();
  };
  picking.add({
    meet: (raycaster, side) => {
      const met = side === 'here' ? plan.drawing.built?.meet(raycaster) : null;
      return met
        ? {
            distance: met.distance,
            choose: () => {
              const edit = plan.edit(met.edit);
              // What was built on a pand can be built on.
              store.set({ selection: edit && 'pand' in edit ? { collection: COLOURED, id: edit.pand } : null });
              list.show(met.edit);
            },
          }
        : null;
    },
  });

  const render = (): void => {
    title.value = plan.now.title;
    [pand, building, designs, area, sun, comparison, presentation, keeping].forEach((part) => {
      part.render();
    });
    list.render(true);
    element.replaceChildren(
      field(say('title'), title),
      recovery,
      steps,
      h('h3', { class: 'rule' }, say('pand.heading')),
      pand.element,
      building.element,
      designs.element,
      area.element,
      list.element,
      status,
      table,
      sun.element,
      comparison.element,
      presentation.element,
      keeping.element,
    );
    renderRecovery();
    renderSteps();
    renderResult();
  };
  const stop = (): void => {
    building.stop();
    area.stop();
  };
  render();

  /** Opens the variant that a link names, unless it is at hand. */
  const bring = async (variant: string): Promise<void> => {
    if (variant === plan.stored?.id && plan.stored.variant === plan.now) return;
    if (variant !== DRAFT) {
      await keeping.openSaved(variant);
      return;
    }
    plan.begin(plan.draft.read());
  };

  return {
    element,
    restore: async (state) => {
      stop();
      presentation.show.stop();
      list.show(null);
      if (state === null) {
        sun.forget();
        await comparison.begin(null, null);
        plan.begin(null);
        return;
      }
      const linked = parseLinked(state);
      try {
        await bring(linked.variant);
        await comparison.begin(linked.against ?? null, linked.split ?? null);
        if (linked.view) presentation.begin(linked.view);
      } catch (reason) {
        plan.failure = reason;
        renderResult();
      }
    },
    open: () => {
      renderRecovery();
      void grip.hold(list.opened);
    },
    close: () => {
      stop();
      void grip.hold(null);
    },
    render,
  };
};
