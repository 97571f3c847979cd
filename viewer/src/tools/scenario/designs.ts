import { speaker } from '../../ui/context';
import { field, h } from '../../ui/dom';
import type { Rooms } from '../tool';
import { centimetres } from './outline';
import type { Plan } from './plan';
import { selectField } from './fields';
import { numbers } from './forms';
import { designed, type Designed, type Reading } from './service';
import { words } from './words';

const FILES = '.glb,.gltf,.obj,.json,.ifc';
const LARGEST = 40;
const USUAL = '';
// The server knows no better place than the middle of the city; the planner looks at one.
const NOWHERE = 'placed-in-middle';

/** Takes in a design that was made in another program; its form then places, turns and scales it. */
export class Designs {
  readonly element = h('details', { class: 'scenario__part', 'data-part': 'design' });
  private readonly say;
  private readonly status = h('div', { class: 'note', role: 'status' });
  private reading: Reading = { unit: 'm', up: null };

  constructor(
    private readonly rooms: Rooms,
    private readonly plan: Plan,
    private readonly open: (id: string) => void,
    private readonly wordsFor: (reason: unknown) => string,
  ) {
    this.say = speaker(rooms, words);
    this.render();
  }

  render(): void {
    const { say } = this;
    const file = h('input', { id: 'scenario-design', type: 'file', accept: FILES });
    file.addEventListener('change', () => {
      const [chosen] = file.files ?? [];
      if (chosen) void this.take(chosen);
      file.value = '';
    });
    this.element.replaceChildren(
      h('summary', {}, say('design')),
      h(
        'div',
        { class: 'stack scenario__form' },
        numbers(
          selectField<Reading['unit']>({ id: 'scenario-design-unit', label: say('design.unit'), options: [['m', 'm'], ['cm', 'cm'], ['mm', 'mm']], value: this.reading.unit, change: (unit) => { this.reading = { ...this.reading, unit }; } }),
          selectField<'y' | 'z' | typeof USUAL>({ id: 'scenario-design-up', label: say('design.up'), options: [[USUAL, say('design.usual')], ['y', 'Y'], ['z', 'Z']], value: this.reading.up ?? USUAL, change: (up) => { this.reading = { ...this.reading, up: up === USUAL ? null : up }; } }),
        ),
        field(say('design.file'), file, say('design.hint')),
        this.status,
      ),
    );
  }

  private async take(file: File): Promise<void> {
    const { say, status } = this;
    if (file.size > LARGEST * 1_000_000) {
      status.textContent = say('bad.large', { most: LARGEST });
      return;
    }
    status.textContent = say('design.reading', { name: file.name });
    try {
      const { edit, remarks } = await designed(file, this.reading);
      this.place(edit, remarks);
    } catch (reason) {
      status.textContent = this.wordsFor(reason);
    }
  }

  private place(edit: Designed['edit'], remarks: Designed['remarks']): void {
    const { say, rooms } = this;
    const lost = remarks.some(({ code }) => code === NOWHERE);
    const [x, y] = rooms.frame.toRd(rooms.navigation.center());
    const { language } = rooms.store.get();
    const told = remarks.filter(({ code }) => code !== NOWHERE).map((remark) => remark[language]);
    this.status.replaceChildren(...[say('design.taken', { name: edit.label ?? '' }), ...(lost ? [say('design.here')] : []), ...told].map((text) => h('p', {}, text)));
    this.open(this.plan.add(lost ? { ...edit, position: [centimetres(x), centimetres(y)] } : edit));
  }
}
