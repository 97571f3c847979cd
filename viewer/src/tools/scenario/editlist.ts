import { formatNumber } from '../../format/values';
import { speaker } from '../../ui/context';
import { button, h } from '../../ui/dom';
import type { Rooms } from '../tool';
import { EditForm, pointButton } from './forms';
import type { Plan } from './plan';
import { plural, turnOf, type Edit } from './variant';
import { words } from './words';

interface Row {
  readonly element: HTMLLIElement;
  readonly name: HTMLButtonElement;
  readonly verdicts: HTMLElement;
  readonly remove: HTMLButtonElement;
  readonly form: HTMLElement;
}

/** The edits of a variant with what became of each; one at a time is open in a form. */
export class EditList {
  readonly element = h('div', { class: 'stack' });
  /** Another edit is open, or none. */
  onOpen: (id: string | null) => void = () => undefined;
  private readonly say;
  private readonly heading = h('h3', { class: 'scenario__edits rule', tabindex: -1 });
  private readonly list = h('ul');
  private readonly none = h('p', { class: 'note' });
  private readonly rows = new Map<string, Row>();
  private open: { readonly id: string; readonly form: EditForm } | null = null;

  constructor(
    private readonly rooms: Rooms,
    private readonly plan: Plan,
  ) {
    this.say = speaker(rooms, words);
    this.element.append(this.heading, this.none, this.list);
    this.render();
  }

  /** The edit whose form is open. */
  get opened(): string | null {
    return this.open?.id ?? null;
  }

  /** Opens the form of an edit, and goes there when `focus` says so; null closes it. */
  show(id: string | null, focus = false): void {
    const edit = id === null ? null : this.plan.edit(id);
    const form = edit && edit.kind !== 'demolish' ? new EditForm(this.rooms, edit, { change: (next) => { this.plan.change(next); }, point: (label, place) => pointButton(this.rooms, label, place) }) : null;
    this.open = edit && form ? { id: edit.id, form } : null;
    this.render();
    this.onOpen(this.opened);
    const row = edit && this.rows.get(edit.id);
    row?.element.scrollIntoView({ block: 'nearest' });
    if (focus) (this.open?.form.element.querySelector<HTMLElement>('input, select') ?? row?.name)?.focus();
  }

  /** Brings the list up to date with the plan; what is in it keeps its place and the focus. */
  render(anew = false): void {
    const { edits } = this.plan.now;
    if (this.open) {
      const edit = this.plan.edit(this.open.id);
      if (edit) this.open.form.show(edit);
      else {
        this.open = null;
        this.onOpen(null);
      }
      if (anew) this.open?.form.render(true);
    }
    this.heading.textContent = this.say('edits');
    this.none.textContent = edits.length === 0 ? this.say('edits.none') : '';
    this.none.hidden = edits.length > 0;
    const order = edits.map(({ id }) => id);
    if (order.join() !== [...this.rows.keys()].join()) {
      const known = new Map(this.rows);
      this.rows.clear();
      for (const edit of edits) this.rows.set(edit.id, known.get(edit.id) ?? this.rowOf(edit));
      this.list.replaceChildren(...[...this.rows.values()].map(({ element }) => element));
    }
    for (const edit of edits) this.fill(edit, this.rows.get(edit.id) as Row);
  }

  private rowOf({ id }: Edit): Row {
    const name = h('button', { type: 'button', class: 'table__choose scenario__name', click: () => { this.show(this.opened === id ? null : id); } });
    const verdicts = h('div', { class: 'scenario__verdicts' });
    const remove = button({
      label: this.say('remove.short'),
      text: this.say('remove.short'),
      press: () => {
        this.plan.remove(id);
        this.heading.focus();
      },
    });
    const form = h('div');
    const element = h('li', { 'data-edit': id }, h('div', { class: 'result' }, name, remove), verdicts, form);
    return { element, name, verdicts, remove, form };
  }

  private fill(edit: Edit, row: Row): void {
    const { language } = this.rooms.store.get();
    const what = this.named(edit);
    const verdicts = this.plan.result?.edits.filter((one) => one.edit === edit.id) ?? [];
    const worst = ['error', 'warning', 'ok'].find((level) => verdicts.some((one) => one.level === level));
    const isOpen = this.opened === edit.id;
    row.name.textContent = what;
    row.name.disabled = edit.kind === 'demolish';
    if (edit.kind === 'demolish') row.name.removeAttribute('aria-expanded');
    else row.name.setAttribute('aria-expanded', String(isOpen));
    row.remove.textContent = this.say('remove.short');
    row.remove.title = this.say('remove', { what });
    row.remove.setAttribute('aria-label', this.say('remove', { what }));
    if (worst) row.element.dataset['level'] = worst;
    else delete row.element.dataset['level'];
    row.verdicts.replaceChildren(...verdicts.map((verdict) => h('div', { class: verdict.level === 'ok' ? 'origin' : 'scenario__fault' }, verdict[language])));
    const form = isOpen ? this.open?.form.element : undefined;
    if (row.form.firstChild !== (form ?? null)) row.form.replaceChildren(form ?? '');
  }

  /** An edit in words. */
  private named(edit: Edit): string {
    const { language } = this.rooms.store.get();
    const metres = (value: number): string => formatNumber(language, value, 1);
    const { say } = this;
    const words = (): string => {
      if (edit.kind === 'demolish') return say('edit.demolish', { pand: edit.pand });
      if (edit.kind === 'raise') return say(`edit.raise.${plural(edit.floors)}`, { pand: edit.pand, floors: edit.floors, height: metres(edit.height) });
      if (edit.kind === 'add') return say(`edit.add.${plural(edit.floors)}`, { use: edit.gebruiksdoel, floors: edit.floors, height: metres(edit.height) });
      if (edit.kind === 'move') return say('edit.move', { pand: edit.pand, metres: metres(Math.hypot(edit.dx, edit.dy)), degrees: metres(turnOf(edit)) });
      if (edit.kind === 'import') return say('edit.import');
      return say('edit.change', { pand: edit.pand });
    };
    return edit.label ? edit.label : words();
  }
}
