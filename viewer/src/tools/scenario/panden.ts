import { COLOURED } from '../../colour/source';
import { speaker } from '../../ui/context';
import { button, h } from '../../ui/dom';
import type { Rooms } from '../tool';
import type { Plan } from './plan';
import { words } from './words';

const STOREY = 3;

/** What can be done with the pand that is chosen in the city. */
export class ChosenPand {
  readonly element = h('div', { class: 'stack' });
  private readonly say;

  constructor(
    private readonly rooms: Rooms,
    private readonly plan: Plan,
    private readonly open: (id: string) => void,
  ) {
    this.say = speaker(rooms, words);
    rooms.store.on(['selection'], () => {
      this.render();
    });
    this.render();
  }

  render(): void {
    const { say } = this;
    const { selection } = this.rooms.store.get();
    const pand = selection?.collection === COLOURED ? selection.id : null;
    const act = (label: string, make: (pand: string) => Parameters<Plan['add']>[0]): HTMLButtonElement => {
      const made = button({
        label,
        text: label,
        class: 'utrecht-button--subtle chip',
        press: () => {
          if (pand === null) return;
          const edit = make(pand);
          this.rooms.store.set({ selection: null });
          const id = this.plan.add(edit);
          if (edit.kind !== 'demolish') this.open(id);
        },
      });
      made.disabled = pand === null;
      return made;
    };
    this.element.replaceChildren(
      h('p', { class: 'note' }, pand === null ? say('pand.none') : say('pand', { id: pand })),
      h(
        'div',
        { class: 'row' },
        act(say('demolish'), (id) => ({ kind: 'demolish', pand: id })),
        act(say('raise'), (id) => ({ kind: 'raise', pand: id, floors: 1, height: STOREY })),
        act(say('move'), (id) => ({ kind: 'move', pand: id, dx: 0, dy: 0, rotation: 0 })),
        act(say('change'), (id) => ({ kind: 'change', pand: id, set: {} })),
      ),
    );
  }
}
