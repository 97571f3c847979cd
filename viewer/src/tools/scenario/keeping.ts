import { formatDate } from '../../format/values';
import { speaker } from '../../ui/context';
import { button, field, h } from '../../ui/dom';
import { download, fileName } from '../../ui/download';
import type { Rooms } from '../tool';
import { exported, FORMS, listed, opened, Refused, saved, type Form, type Stored } from './service';
import { NoVariant, parseVariant, type Variant } from './variant';
import { words } from './words';

const MEGABYTE = 1_000_000;
const LARGEST = 12;
const SUFFIX: Readonly<Record<Form, string>> = { cityjson: 'city.json', glb: 'glb', csv: 'csv', html: 'html' };

/** What this part of the panel does with the variant at hand. */
export interface Keeper {
  current(): Variant;
  /** Takes over another variant; `stored` when it is one of the server. */
  take(variant: Variant, stored: Stored | null): void;
  /** The version of the server that the variant at hand began as. */
  stored(): Stored | null;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Files, the server's variants and exports. */
export class Keeping {
  readonly element = h('div', { class: 'stack' });
  private readonly say;
  private readonly status = h('p', { class: 'note', role: 'status' });
  private readonly list = h('div');

  constructor(
    private readonly rooms: Rooms,
    private readonly keeper: Keeper,
  ) {
    this.say = speaker(rooms, words);
    this.render();
  }

  render(): void {
    const { say } = this;
    const file = h('input', { id: 'scenario-file', type: 'file', accept: '.json,application/json' });
    file.addEventListener('change', () => {
      const [chosen] = file.files ?? [];
      if (chosen) void this.during(() => this.open(chosen));
      file.value = '';
    });
    const act = (label: string, press: () => void): HTMLElement => button({ label, text: label, class: 'utrecht-button--subtle chip', press });
    this.element.replaceChildren(
      h('h3', { class: 'rule' }, say('keep')),
      h('div', { class: 'row' }, act(say('save'), () => void this.during(() => this.save())), act(say('list'), () => void this.during(() => this.show()))),
      this.list,
      h('div', { class: 'row' }, act(say('file.save'), () => { this.write(); })),
      field(say('file.open'), file),
      h('div', { class: 'row', role: 'group', 'aria-label': say('export') }, ...FORMS.map((form) => act(say(`export.${form}`), () => void this.during(() => this.send(form))))),
      this.status,
    );
  }

  /** Opens a variant of the server by its id; throws what the server says against it. */
  async openSaved(id: string): Promise<string> {
    const stored = await opened(id);
    this.keeper.take(stored.variant, stored);
    this.list.replaceChildren();
    return this.say('opened', { title: stored.variant.title });
  }

  /** Why something did not happen, in words. */
  wordsFor(reason: unknown): string {
    const { say } = this;
    if (reason instanceof NoVariant) return say(`bad.${reason.why}`);
    if (!(reason instanceof Refused)) {
      console.warn(reason);
      return say('refused.answer');
    }
    if (reason.words) return say('refused.words', { words: sentence(reason.words[this.rooms.store.get().language]) });
    // A gateway without the server behind it answers 502 or 504.
    if (reason.status === 0 || reason.status === 502 || reason.status === 504) return say('refused.away');
    if (reason.status === 401 || reason.status === 403) return say('refused.rights');
    if (reason.status === 404) return say('refused.gone');
    if (reason.status === 412 || reason.status === 428) return say('refused.changed');
    if (reason.status === 413) return say('refused.large');
    if (reason.status === 429) return say('refused.often');
    if (reason.status === 503) return say('refused.building');
    return say('refused.other', { status: reason.status });
  }

  private async during(work: () => Promise<string>): Promise<void> {
    this.status.textContent = this.say('busy');
    try {
      this.status.textContent = await work();
    } catch (reason) {
      this.status.textContent = this.wordsFor(reason);
    }
  }

  /** Whether the server keeps variants for who sits here; one that does not answer is asked itself, and says so. */
  private async saves(): Promise<boolean> {
    return this.rooms.api.access().then(
      ({ saves }) => saves,
      () => true,
    );
  }

  private async open(file: File): Promise<string> {
    if (file.size > LARGEST * MEGABYTE) return this.say('bad.large', { most: LARGEST });
    const variant = parseVariant(await file.text());
    this.keeper.take(variant, null);
    return this.say('opened', { title: variant.title });
  }

  private write(): void {
    const variant = this.keeper.current();
    download(`${fileName(variant.title)}.json`, new Blob([JSON.stringify(variant, null, 2)], { type: 'application/json' }));
  }

  private async save(): Promise<string> {
    if (!(await this.saves())) return this.say('refused.rights');
    const stored = await saved(this.keeper.current(), this.keeper.stored());
    this.keeper.take(stored.variant, stored);
    this.list.replaceChildren();
    return this.say('saved');
  }

  private async show(): Promise<string> {
    if (!(await this.saves())) return this.say('refused.rights');
    const all = await listed();
    const { language } = this.rooms.store.get();
    const items = all.map(({ id, title, modified, edits }) => {
      const date = modified === null ? '' : (formatDate(language, modified) ?? '');
      const open = h('button', { type: 'button', class: 'table__choose', 'data-id': id, click: () => void this.during(() => this.openSaved(id)) }, title);
      return h('li', { class: 'result' }, h('div', {}, open, h('div', { class: 'origin' }, this.say(date === '' ? 'listed.undated' : 'listed', { count: edits, date }))));
    });
    this.list.replaceChildren(items.length > 0 ? h('ul', {}, ...items) : '');
    return this.say('list.count', { count: all.length });
  }

  private async send(form: Form): Promise<string> {
    const variant = this.keeper.current();
    download(`${fileName(variant.title)}.${SUFFIX[form]}`, await exported(variant, form));
    return this.say('exported');
  }
}
