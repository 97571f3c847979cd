import { speaker } from '../../../ui/context';
import { field, h } from '../../../ui/dom';
import type { Rooms } from '../../tool';
import { Drawing } from '../drawing';
import { selectField } from '../fields';
import { TODAY } from '../link';
import type { Plan } from '../plan';
import { evaluated, listed, meshed, opened, type Evaluation, type Listed } from '../service';
import { isBuilt, parseVariant, type Variant } from '../variant';
import { Split } from './split';
import { compared, comparisonTable } from './table';
import { words } from './words';

const FILE = '.bestand';
const NOBODY = '';

/** The variant at hand beside the city of today, or beside another variant: a divider in the view, and the figures of both. */
export class Comparison {
  readonly element = h('details', { class: 'scenario__part', 'data-part': 'compare' });
  /** What is compared, or where the divider stands, has changed. */
  onChange: () => void = () => undefined;
  private readonly say;
  private readonly split;
  private readonly drawing;
  private readonly status = h('p', { class: 'note', role: 'status' });
  private readonly table = h('div', { class: 'table scenario__table', tabindex: -1 });
  private readonly choice = h('div', { class: 'stack' });
  private known: readonly Listed[] = [];
  private name = NOBODY;
  private other: Variant | null = null;
  private result: Evaluation | null = null;
  private request: AbortController | null = null;
  private judgedOn: unknown;

  constructor(
    private readonly rooms: Rooms,
    private readonly plan: Plan,
    private readonly wordsFor: (reason: unknown) => string,
  ) {
    this.say = speaker(rooms, words);
    this.drawing = new Drawing(rooms, 'there');
    this.split = new Split(rooms, { here: plan.drawing, there: this.drawing });
    this.split.onDrop = () => {
      this.onChange();
    };
    this.element.addEventListener('toggle', () => {
      if (this.element.open) void this.list();
    });
    this.render();
  }

  /** What the link says: `nu`, the id of a variant, or null. A file is not in a link. */
  get against(): string | null {
    return this.name === NOBODY || this.name === FILE ? null : this.name;
  }

  get at(): number {
    return this.split.at;
  }

  get isOn(): boolean {
    return this.name !== NOBODY;
  }

  /** Compares with what a link says. */
  async begin(against: string | null, at: number | null): Promise<void> {
    if (at !== null) this.split.at = at;
    if (against !== this.against || (against === null && this.isOn)) await this.choose(against ?? NOBODY);
    if (against !== null) this.element.open = true;
  }

  /** The variant at hand has been judged or renamed. */
  follow(): void {
    if (!this.isOn) return;
    if (this.other && this.judgedOn !== this.plan.now.area) void this.judge(this.other);
    this.renderResult();
  }

  render(): void {
    const { say } = this;
    const file = h('input', { id: 'scenario-compare-file', type: 'file', accept: '.json,application/json' });
    file.addEventListener('change', () => {
      const [chosen] = file.files ?? [];
      if (chosen) void this.choose(FILE, chosen);
      file.value = '';
    });
    this.renderChoice();
    this.element.replaceChildren(h('summary', {}, say('compare')), h('div', { class: 'stack scenario__form' }, this.choice, field(say('compare.file'), file), this.status, this.table));
    this.renderResult();
  }

  private renderChoice(): void {
    const { say } = this;
    const focused = this.choice.contains(document.activeElement);
    const saved = this.known.map(({ id, title }): [string, string] => [id, title]);
    const own = this.other && !saved.some(([id]) => id === this.name) ? [[this.name, this.other.title] as [string, string]] : [];
    this.choice.replaceChildren(
      selectField<string>({
        id: 'scenario-compare',
        label: say('compare.with'),
        options: [[NOBODY, say('compare.none')], [TODAY, say('compare.today')], ...saved, ...own],
        value: this.name,
        change: (name) => void this.choose(name),
      }),
    );
    if (focused) this.choice.querySelector('select')?.focus();
  }

  private async list(): Promise<void> {
    try {
      // Who may not list variants can still compare with today or with a file.
      if (!(await this.rooms.api.access()).saves) return;
      this.known = (await listed()).filter(({ id }) => id !== this.plan.stored?.id);
      this.renderChoice();
    } catch (reason) {
      console.warn(reason);
    }
  }

  private async choose(name: string, file?: File): Promise<void> {
    this.request?.abort();
    this.status.textContent = '';
    try {
      const other = file ? parseVariant(await file.text()) : name === NOBODY || name === TODAY || name === FILE ? null : (await opened(name)).variant;
      this.name = name;
      this.other = other;
      this.result = null;
      if (this.isOn) this.split.start();
      else this.split.stop();
      if (other) await this.judge(other);
      else await this.drawing.show(null, null, null);
    } catch (reason) {
      this.status.textContent = this.wordsFor(reason);
    }
    this.renderChoice();
    this.renderResult();
    this.onChange();
  }

  /** Has the other variant judged over the same ground, and draws it. */
  private async judge(other: Variant): Promise<void> {
    const request = (this.request = new AbortController());
    const { area } = this.plan.now;
    this.judgedOn = area;
    const asked = area ? { ...other, area } : other;
    this.status.textContent = this.say('compare.busy');
    try {
      const [judged, glb] = await Promise.all([evaluated(asked, request.signal), isBuilt(other) ? meshed(other, request.signal) : Promise.resolve(null)]);
      await this.drawing.show(other, judged, glb);
      this.result = judged;
      this.status.textContent = '';
    } catch (reason) {
      if (request.signal.aborted) return;
      this.status.textContent = this.wordsFor(reason);
    }
    this.renderResult();
  }

  private renderResult(): void {
    const { say, other, plan } = this;
    const { language } = this.rooms.store.get();
    const there = other ? other.title : say('compare.today');
    this.split.name(say('compare.divider', { there, here: plan.now.title }), there, plan.now.title);
    if (!this.isOn || !plan.result || (other && !this.result)) {
      this.table.replaceChildren();
      return;
    }
    const rows = compared(plan.result.indicators, this.result?.indicators ?? null);
    const same = !this.result || (this.result.area.m2 === plan.result.area.m2 && this.result.area.names.join() === plan.result.area.names.join());
    this.table.replaceChildren(
      same ? '' : h('p', { class: 'scenario__fault' }, say('compare.areas')),
      comparisonTable(language, rows, {
        caption: say('compare.caption'),
        indicator: say('compare.indicator'),
        today: other ? say('compare.now') : null,
        there: other ? there : say('compare.now'),
        here: plan.now.title,
        difference: say('compare.difference'),
        unknown: '–',
      }),
    );
  }
}
