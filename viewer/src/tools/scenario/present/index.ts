import { formatPermalink } from '../../../state/permalink';
import { speaker } from '../../../ui/context';
import { button, h } from '../../../ui/dom';
import type { Rooms } from '../../tool';
import { textField } from '../fields';
import type { Plan } from '../plan';
import { MOST_VIEWS, type View } from '../variant';
import { Show } from './show';
import { linkOf, viewsOf, withoutView, withView, withViewAs, withViewMoved } from './views';
import { words } from './words';

const MOST = { title: 200, text: 4000 };

/** The views by which a variant is told: kept in the variant, in an order, with words. */
export class Presentation {
  readonly element = h('details', { class: 'scenario__part', 'data-part': 'present' });
  readonly show;
  private readonly say;
  private readonly list = h('div');
  private readonly actions = h('div', { class: 'stack' });
  private readonly status = h('p', { class: 'note', role: 'status' });
  private open: number | null = null;
  private drawn: readonly View[] | null = null;

  constructor(
    private readonly rooms: Rooms,
    private readonly plan: Plan,
  ) {
    this.say = speaker(rooms, words);
    this.show = new Show(rooms);
    this.render();
  }

  /** Begins with the view of this number, from 1, as a link says it. */
  begin(number: number): void {
    this.show.start(viewsOf(this.plan.now), number - 1, false);
  }

  /** The variant has changed. */
  follow(): void {
    if (viewsOf(this.plan.now) !== this.drawn) this.renderList();
  }

  render(): void {
    this.element.replaceChildren(h('summary', {}, this.say('present')), h('div', { class: 'stack scenario__form' }, this.actions, this.status, this.list));
    this.renderList();
    this.show.render();
  }

  private renderList(): void {
    const { say, plan } = this;
    const views = viewsOf(plan.now);
    this.drawn = views;
    if (this.open !== null && this.open >= views.length) this.open = null;
    const focused = this.element.contains(document.activeElement) ? document.activeElement?.id : undefined;
    const add = button({ label: say('add'), text: say('add'), class: 'utrecht-button--primary-action', press: () => { this.add(); } });
    const play = button({ label: say('play'), text: say('play'), press: () => { this.show.start(viewsOf(plan.now), this.open ?? 0); } });
    add.id = 'scenario-view-add';
    play.id = 'scenario-view-play';
    play.disabled = views.length === 0;
    add.disabled = views.length >= MOST_VIEWS;
    this.actions.replaceChildren(h('div', { class: 'row' }, add, play), views.length === 0 ? h('p', { class: 'note' }, say('none')) : '');
    this.list.replaceChildren(views.length > 0 ? h('ol', { class: 'scenario__views' }, ...views.map((view, at) => this.item(view, at, views.length))) : '');
    if (focused) this.element.querySelector<HTMLElement>(`[id="${focused}"]`)?.focus();
  }

  private item(view: View, at: number, count: number): HTMLElement {
    const { say } = this;
    const title = view.title || say('untitled', { at: at + 1 });
    const isOpen = this.open === at;
    const name = h('button', { type: 'button', id: `scenario-view-${at}`, class: 'table__choose scenario__name', 'aria-expanded': String(isOpen), click: () => { this.turnTo(isOpen ? null : at); } }, title);
    return h('li', { 'data-view': at }, name, isOpen ? this.form(view, at, count) : null);
  }

  private form(view: View, at: number, count: number): HTMLElement {
    const { say, plan } = this;
    // The form stays as it is: whoever fills in one field is on the way to the next.
    const put = (change: Partial<View>): void => {
      const next = withViewAs(plan.now, at, { ...(viewsOf(plan.now)[at] ?? view), ...change });
      this.drawn = viewsOf(next);
      plan.do(next);
      const name = this.element.querySelector(`#scenario-view-${at}`);
      if (name && change.title !== undefined) name.textContent = change.title || say('untitled', { at: at + 1 });
    };
    const act = (id: string, label: string, press: () => void, able = true): HTMLButtonElement => {
      const made = button({ label, text: label, class: 'utrecht-button--subtle chip', press });
      made.id = `scenario-view-${id}`;
      made.disabled = !able;
      return made;
    };
    const move = (by: -1 | 1) => (): void => {
      this.open = at + by;
      plan.do(withViewMoved(plan.now, at, by));
    };
    return h(
      'div',
      { class: 'stack scenario__form' },
      textField({ id: 'scenario-view-title', label: say('title'), value: view.title, most: MOST.title, change: (title) => { put({ title }); } }),
      textField({ id: 'scenario-view-text', label: say('text'), value: view.text, most: MOST.text, long: true, change: (text) => { put({ text }); } }),
      h(
        'div',
        { class: 'row' },
        act('visit', say('visit'), () => { this.show.visit(viewsOf(plan.now)[at] ?? view); }),
        act('renew', say('renew'), () => { this.keep((link) => { put({ link }); }); }),
        act('earlier', say('earlier'), move(-1), at > 0),
        act('later', say('later'), move(1), at < count - 1),
        act('remove', say('remove'), () => {
          this.open = null;
          plan.do(withoutView(plan.now, at));
          this.element.querySelector<HTMLElement>('#scenario-view-add')?.focus();
        }),
      ),
    );
  }

  private turnTo(at: number | null): void {
    this.open = at;
    this.renderList();
  }

  private add(): void {
    this.keep((link) => {
      const at = viewsOf(this.plan.now).length;
      this.open = at;
      this.plan.do(withView(this.plan.now, { title: this.say('untitled', { at: at + 1 }), text: '', link }));
      this.element.querySelector<HTMLElement>('#scenario-view-title')?.focus();
    });
  }

  private keep(put: (link: string) => void): void {
    const link = linkOf(formatPermalink({ ...this.rooms.store.get(), pose: this.rooms.navigation.pose }));
    this.status.textContent = link === null ? this.say('long') : '';
    if (link !== null) put(link);
  }
}
