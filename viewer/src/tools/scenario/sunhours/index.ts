import { COLOURED } from '../../../colour/source';
import { formatNumber } from '../../../format/values';
import { speaker } from '../../../ui/context';
import { button, choice, h } from '../../../ui/dom';
import type { Rooms } from '../../tool';
import { indicatorTable, type Headings } from '../indicators';
import type { Plan } from '../plan';
import { sunned, type SunHours } from '../service';
import { plural, type Variant } from '../variant';
import { ASKED, classesOf, classOf, NORMS, pandenOf, SHOWN, type Norm, type Shown } from './classes';
import { FacadeColours } from './facades';
import { words } from './words';

type ClassName = 'h1' | 'h2' | 'h3' | 'h4' | 'more' | 'loss2' | 'loss1' | 'loss' | 'same' | 'gain';
const LISTED = 12;

/** What the variant does to the sun on the facades and gardens around it, as figures and as colours on the facades. */
export class SunStudy {
  readonly element = h('details', { class: 'scenario__part', 'data-part': 'sun' });
  private readonly say;
  private readonly colours;
  private readonly status = h('p', { class: 'note', role: 'status' });
  private readonly outcome = h('div', { class: 'stack' });
  private result: SunHours | null = null;
  private judged: Variant | null = null;
  private request: AbortController | null = null;
  private norm: Norm = 'light';
  private shown: Shown = 'difference';

  constructor(
    private readonly rooms: Rooms,
    private readonly plan: Plan,
    private readonly headings: () => Headings,
    private readonly wordsFor: (reason: unknown) => string,
  ) {
    this.say = speaker(rooms, words);
    this.colours = new FacadeColours(rooms, plan.drawing);
    this.render();
  }

  /** The variant has changed: what was worked out before is no more. */
  follow(): void {
    if (this.judged === null || this.judged.edits === this.plan.now.edits) return;
    this.request?.abort();
    this.forget();
    this.status.textContent = this.say('sun.stale');
  }

  render(): void {
    const { say } = this;
    const ask = button({ label: say('sun.ask'), text: say('sun.ask'), class: 'utrecht-button--primary-action', press: () => void this.ask() });
    this.element.replaceChildren(h('summary', {}, say('sun')), h('div', { class: 'stack scenario__form' }, h('div', { class: 'row' }, ask), this.status, this.outcome));
    this.renderOutcome();
  }

  /** Takes the colours off and forgets the figures. */
  forget(): void {
    this.result = this.judged = null;
    this.status.textContent = '';
    this.renderOutcome();
  }

  private async ask(): Promise<void> {
    const { plan, say } = this;
    this.request?.abort();
    const request = (this.request = new AbortController());
    if (plan.now.edits.length === 0) {
      this.status.textContent = say('sun.nothing');
      return;
    }
    const variant = (this.judged = plan.now);
    this.status.textContent = say('sun.busy');
    try {
      this.result = await sunned(variant, request.signal);
      this.status.textContent = '';
    } catch (reason) {
      if (request.signal.aborted) return;
      this.status.textContent = this.wordsFor(reason);
    }
    this.renderOutcome();
  }

  private renderOutcome(): void {
    const { say, result, norm, shown } = this;
    void this.colours.show(result?.facades ?? null, norm, shown);
    this.rooms.legends.say('sunhours', result && { title: `${say('sun')}, ${say(`shown.${shown}`)}`, samples: classesOf(shown).map(({ id, colour }) => ({ colour, hatched: false, label: say(`class.${id as ClassName}`) })) });
    if (!result) {
      this.outcome.replaceChildren();
      return;
    }
    const { language } = this.rooms.store.get();
    const turn = <T extends Norm | Shown>(name: 'norm' | 'shown', values: readonly T[], value: T, put: (value: T) => void): HTMLElement =>
      choice({
        legend: say(`sun.${name}`),
        name: `scenario-sun-${name}`,
        options: values.map((one) => ({ value: one, label: say(`${name}.${one}` as `norm.${Norm}` | `shown.${Shown}`) })),
        value,
        choose: (next) => {
          put(next);
          this.renderOutcome();
        },
      });
    const table = h('div', { class: 'table scenario__table' }, indicatorTable(language, result.indicators, { ...this.headings(), caption: say('sun.caption') }));
    this.outcome.replaceChildren(
      table,
      turn('shown', SHOWN, shown, (value) => { this.shown = value; }),
      turn('norm', NORMS, norm, (value) => { this.norm = value; }),
      this.legend(result),
      this.panden(result),
    );
  }

  private legend({ facades }: SunHours): HTMLElement {
    const { say, norm, shown } = this;
    const { language } = this.rooms.store.get();
    const found = facades.map((facade) => classOf(facade, norm, shown));
    const counts = classesOf(shown).map((_, at) => found.filter((one) => one === at).length);
    const rows = classesOf(shown).map(({ id, colour }, at) => {
      const swatch = h('span', { class: 'swatch' });
      swatch.style.backgroundColor = colour;
      return h('tr', { 'data-class': id, 'data-count': counts[at] }, h('th', { scope: 'row' }, swatch, say(`class.${id as ClassName}`)), h('td', {}, formatNumber(language, counts[at] ?? 0, 0)));
    });
    return h('table', { class: 'legend__table' }, h('caption', { class: 'origin' }, say('sun.legend', { count: formatNumber(language, facades.length, 0) })), h('tbody', {}, ...rows));
  }

  private panden({ facades }: SunHours): HTMLElement {
    const { say, norm } = this;
    const { language } = this.rooms.store.get();
    const changed = pandenOf(facades, norm);
    if (changed.length === 0) return h('p', { class: 'note' }, say('sun.same'));
    const hours = (value: number): string => formatNumber(language, value, 1);
    const items = changed.slice(0, LISTED).map(({ pand, count, before, after, fallen }) =>
      h(
        'li',
        { class: 'result', 'data-sun': pand },
        h(
          'div',
          {},
          h('button', { type: 'button', class: 'table__choose', click: () => { this.rooms.store.set({ selection: { collection: COLOURED, id: pand } }); } }, say('sun.pand', { pand })),
          h('div', { class: 'origin' }, say(`sun.change.${plural(count)}`, { count, before: hours(before), after: hours(after) })),
          fallen > 0 ? h('div', { class: 'scenario__fault' }, say(`sun.fallen.${plural(fallen)}`, { count: fallen, hours: ASKED[norm] })) : null,
        ),
      ),
    );
    return h('div', {}, h('h4', {}, say(`sun.panden.${changed.length > items.length ? 'first' : 'all'}`, { count: formatNumber(language, changed.length, 0), shown: items.length })), h('ul', {}, ...items));
  }
}
