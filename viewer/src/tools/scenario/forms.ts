import type { Feature } from '../../api/types';
import { formatNumber } from '../../format/values';
import { COLOURED } from '../../colour/source';
import { speaker } from '../../ui/context';
import { button, h } from '../../ui/dom';
import type { Rooms } from '../tool';
import { numberField, renew, selectField, textField } from './fields';
import { asRectangle, centimetres, centroid, degrees, millimetres, rectangle, shifted, type Place, type Rectangle } from './outline';
import { ROOFS, turnOf, USES, type Add, type Change, type Edit, type Import, type Move, type Raise, type RoofForm, type Use } from './variant';
import { words } from './words';

export const MOST = { size: 500, height: 400, floors: 120, dwellings: 10_000, shift: 10_000, surface: 1_000_000, label: 200 };
const SLOPE = 40;

interface Desk {
  /** The edit is now this. */
  readonly change: (edit: Edit) => void;
  /** Has the place of it pointed at in the city. */
  readonly point: (label: string, place: (at: Place) => void) => HTMLElement;
}

/** The form of one edit; what is filled in counts at once. */
export class EditForm {
  readonly element = h('div', { class: 'stack scenario__form' });
  private readonly say;
  private readonly begun: Edit;
  private known: Promise<Feature> | null = null;

  constructor(
    private readonly rooms: Rooms,
    private edit: Edit,
    private readonly desk: Desk,
  ) {
    this.say = speaker(rooms, words);
    this.begun = edit;
    this.render();
  }

  /** Shows the edit as it has become by another way than this form. */
  show(edit: Edit): void {
    if (edit === this.edit) return;
    this.edit = edit;
    this.render();
  }

  /** Brings the fields up to date; `anew` says it all again, in another language. */
  render(anew = false): void {
    if (anew) this.element.replaceChildren();
    renew(this.element, [...this.parts(), this.label()]);
  }

  private parts(): HTMLElement[] {
    const { edit } = this;
    if (edit.kind === 'raise') return this.raise(edit);
    if (edit.kind === 'move') return this.move(edit);
    if (edit.kind === 'add') return this.add(edit);
    if (edit.kind === 'import') return this.design(edit);
    if (edit.kind === 'change') return this.attributes(edit);
    return [];
  }

  private put(edit: Edit, anew = false): void {
    this.edit = edit;
    this.desk.change(edit);
    if (anew) this.render();
  }

  private raise(edit: Raise): HTMLElement[] {
    return [
      numbers(
        this.number('floors', edit.floors, 1, MOST.floors, 1, (floors) => {
          const now = this.edit as Raise;
          const each = now.height / Math.max(now.floors, 1);
          this.put({ ...now, floors, height: centimetres(Math.min(MOST.height, floors * each)) }, true);
        }),
        this.number('rise', edit.height, 0.1, MOST.height, 0.1, (height) => { this.put({ ...(this.edit as Raise), height }); }),
      ),
      this.dwellings(edit),
    ];
  }

  private move(edit: Move): HTMLElement[] {
    const on = (name: 'dx' | 'dy') => (value: number): void => { this.put({ ...(this.edit as Move), [name]: millimetres(value) }); };
    return [
      h('p', { class: 'note' }, this.say('help.handles')),
      numbers(this.number('dx', edit.dx, -MOST.shift, MOST.shift, 0.1, on('dx')), this.number('dy', edit.dy, -MOST.shift, MOST.shift, 0.1, on('dy')), this.turn(edit)),
    ];
  }

  private add(edit: Add): HTMLElement[] {
    const [ring = []] = edit.rings;
    const shape = edit.rings.length === 1 ? asRectangle(ring) : null;
    const middle = centroid(edit.rings);
    const start = centroid((this.begun as Add).rings);
    const put = (change: Partial<Add>, anew = false): void => { this.put({ ...(this.edit as Add), ...change }, anew); };
    const shift = (axis: 0 | 1) => (value: number): void => {
      const now = centroid((this.edit as Add).rings);
      const by = start[axis] + value - now[axis];
      put({ rings: shifted((this.edit as Add).rings, axis === 0 ? by : 0, axis === 0 ? 0 : by) });
    };
    const heights = numbers(
      this.number('height', edit.height, 1, MOST.height, 0.1, (height) => {
        const { roof } = this.edit as Add;
        put({ height, ...(roof.ridge && roof.ridge <= height ? { roof: { form: roof.form, slope: SLOPE } } : {}) }, true);
      }),
      this.number('floors', edit.floors, 0, MOST.floors, 1, (floors) => { put({ floors }); }),
    );
    return [
      h('p', { class: 'note' }, this.say('help.handles')),
      numbers(this.number('dx', centimetres(middle[0] - start[0]), -MOST.shift, MOST.shift, 0.1, shift(0)), this.number('dy', centimetres(middle[1] - start[1]), -MOST.shift, MOST.shift, 0.1, shift(1))),
      shape ? this.rectangle(edit, shape) : numbers(this.turn(edit)),
      heights,
      ...roofFields(this.say, 'edit', edit.roof.form, edit.roof.slope ?? SLOPE, edit.roof.ridge ?? null, (roof) => { put({ roof }, true); }),
      this.use(edit.gebruiksdoel),
      this.dwellings(edit),
    ];
  }

  // A rectangle keeps its sides along the axes, and its turn apart, once it is changed here.
  private rectangle(edit: Add, shape: Rectangle): HTMLElement {
    const turn = degrees(shape.rotation + turnOf(edit));
    const put = (change: Partial<Rectangle>): void => {
      const now = this.edit as Add;
      const known = asRectangle(now.rings[0] ?? []);
      if (!known) return;
      const next = { ...known, rotation: degrees(known.rotation + turnOf(now)), ...change };
      this.put({ ...now, rings: [rectangle(known.middle, next.width, next.depth)], rotation: degrees(-next.rotation) }, true);
    };
    return numbers(
      this.number('width', shape.width, 1, MOST.size, 0.1, (width) => { put({ width }); }),
      this.number('depth', shape.depth, 1, MOST.size, 0.1, (depth) => { put({ depth }); }),
      this.number('rotation', turn, -360, 360, 0.1, (rotation) => { put({ rotation }); }),
    );
  }

  private design(edit: Import): HTMLElement[] {
    const put = (change: Partial<Import>, anew = false): void => { this.put({ ...(this.edit as Import), ...change }, anew); };
    const [x, y] = edit.position;
    return [
      h('p', { class: 'note' }, this.say('help.handles')),
      this.desk.point(this.say('design.point'), (position) => { put({ position }, true); }),
      numbers(
        this.number('x', centimetres(x), 0, 300_000, 0.1, (value) => { put({ position: [value, (this.edit as Import).position[1]] }); }),
        this.number('y', centimetres(y), 300_000, 625_000, 0.1, (value) => { put({ position: [(this.edit as Import).position[0], value] }); }),
      ),
      numbers(this.turn(edit), this.number('scale', edit.scale, 0.001, 1000, 0.001, (scale) => { put({ scale }); })),
      h('p', { class: 'origin', id: 'scenario-edit-size' }, this.say('design.size', this.size(edit))),
      numbers(this.optional('floors', edit.floors ?? null, MOST.floors, 'design.floors', (floors) => { put({ floors }); })),
      this.use(edit.gebruiksdoel ?? 'woonfunctie'),
      this.dwellings(edit),
    ];
  }

  private size({ mesh, scale }: Import): { width: string; depth: string; height: string; triangles: string } {
    const { language } = this.rooms.store.get();
    const spans = [0, 1, 2].map((axis) => {
      let [low, high] = [Infinity, -Infinity];
      for (const vertex of mesh.vertices) {
        low = Math.min(low, vertex[axis] ?? 0);
        high = Math.max(high, vertex[axis] ?? 0);
      }
      return formatNumber(language, Math.max(0, high - low) * scale, 1);
    });
    return { width: spans[0] ?? '', depth: spans[1] ?? '', height: spans[2] ?? '', triangles: formatNumber(language, mesh.triangles.length, 0) };
  }

  private attributes(edit: Change): HTMLElement[] {
    const same = '';
    const known = h('p', { class: 'origin', id: 'scenario-edit-present' });
    void this.present(edit).then((words) => {
      const shown = this.element.querySelector('#scenario-edit-present') ?? known;
      shown.textContent = words;
    });
    const put = (set: Change['set']): void => {
      const given = Object.fromEntries(Object.entries({ ...(this.edit as Change).set, ...set }).filter(([, value]) => value !== null));
      this.put({ ...(this.edit as Change), set: given });
    };
    return [
      known,
      selectField<Use | ''>({
        id: 'scenario-edit-use',
        label: this.say('use'),
        options: [[same, this.say('unchanged')], ...USES.map((use): [Use, string] => [use, use])],
        value: edit.set.gebruiksdoel ?? same,
        change: (use) => { put({ gebruiksdoel: use === same ? null : use }); },
      }),
      this.optional('surface', edit.set.oppervlakte_verblijfsobjecten ?? null, MOST.surface, 'unchanged.hint', (value) => { put({ oppervlakte_verblijfsobjecten: value }); }),
      this.optional('dwellings', edit.set.aantal_woningen ?? null, MOST.dwellings, 'unchanged.hint', (value) => { put({ aantal_woningen: value }); }),
    ];
  }

  private async present({ pand }: Change): Promise<string> {
    const { api, store } = this.rooms;
    try {
      const { properties } = await (this.known ??= api.item(COLOURED, pand));
      const { language } = store.get();
      const number = (name: string): string => (typeof properties[name] === 'number' ? formatNumber(language, properties[name], 0) : '–');
      const use = properties['gebruiksdoel'];
      return this.say('present', {
        use: Array.isArray(use) ? use.join(', ') : typeof use === 'string' ? use : '–',
        surface: number('oppervlakte_verblijfsobjecten'),
        count: number('aantal_verblijfsobjecten'),
      });
    } catch (reason) {
      console.warn(reason);
      return '';
    }
  }

  private turn(edit: Add | Move | Import): HTMLElement {
    return this.number('rotation', turnOf(edit), -360, 360, 0.1, (value) => { this.put({ ...(this.edit as Move), rotation: degrees(-value) }); });
  }

  private use(value: Use): HTMLElement {
    return selectField({ id: 'scenario-edit-use', label: this.say('use'), options: USES.map((use) => [use, use]), value, change: (gebruiksdoel) => { this.put({ ...(this.edit as Add), gebruiksdoel }); } });
  }

  private dwellings(edit: Add | Raise | Import): HTMLElement {
    return this.optional('dwellings', edit.dwellings ?? null, MOST.dwellings, 'dwellings.hint', (dwellings) => { this.put({ ...(this.edit as Add), dwellings }); });
  }

  private label(): HTMLElement {
    return textField({
      id: 'scenario-edit-label',
      label: this.say('label'),
      value: this.edit.label ?? '',
      most: MOST.label,
      change: (label) => { this.put({ ...this.edit, label }); },
    });
  }

  private number(name: NumberName, value: number, min: number, max: number, step: number, change: (value: number) => void): HTMLElement {
    return numberField({ id: `scenario-edit-${name}`, label: this.say(`number.${name}`), value, min, max, step, change });
  }

  private optional(name: 'dwellings' | 'floors' | 'surface', value: number | null, max: number, hint: 'dwellings.hint' | 'unchanged.hint' | 'design.floors', change: (value: number | null) => void): HTMLElement {
    return numberField({ id: `scenario-edit-${name}`, label: this.say(`number.${name}`), value, min: 0, max, step: 1, hint: this.say(hint), change, empty: () => { change(null); } });
  }
}

type NumberName = 'floors' | 'rise' | 'dx' | 'dy' | 'height' | 'width' | 'depth' | 'rotation' | 'x' | 'y' | 'scale';

export function numbers(...fields: readonly HTMLElement[]): HTMLElement {
  return h('div', { class: 'scenario__numbers' }, ...fields);
}

/** Form and slope of a roof. A ridge that a file gives in metres stays until the slope is typed. */
export function roofFields(
  say: (key: 'roof' | `roof.${RoofForm}` | 'number.slope') => string,
  name: string,
  form: RoofForm,
  slope: number,
  ridge: number | null,
  change: (roof: Add['roof']) => void,
): HTMLElement[] {
  const chosen = selectField({
    id: `scenario-${name}-roof`,
    label: say('roof'),
    options: ROOFS.map((value) => [value, say(`roof.${value}`)]),
    value: form,
    change: (next) => {
      change(next === 'flat' ? { form: next } : ridge === null ? { form: next, slope } : { form: next, ridge });
    },
  });
  if (form === 'flat') return [chosen];
  return [chosen, numberField({ id: `scenario-${name}-slope`, label: say('number.slope'), value: ridge === null ? slope : null, min: 1, max: 75, step: 0.5, change: (value) => { change({ form, slope: value }); } })];
}

/** A button that has one place pointed at: by a click, or in the middle of the view. */
export function pointButton(rooms: Rooms, label: string, place: (at: Place) => void): HTMLElement {
  const say = speaker(rooms, words);
  const element = h('div', { class: 'row' });
  const pointer = {
    point: (hit: { readonly point: Parameters<typeof rooms.frame.toRd>[0] } | null): void => {
      if (!hit) return;
      const [x, y] = rooms.frame.toRd(hit.point);
      rooms.picking.reclaim(pointer);
      place([centimetres(x), centimetres(y)]);
    },
  };
  const start = button({ label, text: label, class: 'utrecht-button--subtle chip', press: () => { rooms.picking.lend(pointer); } });
  const center = button({
    label: say('center.place'),
    text: say('center.place'),
    class: 'utrecht-button--subtle chip',
    press: () => {
      const [x, y] = rooms.frame.toRd(rooms.navigation.center());
      place([centimetres(x), centimetres(y)]);
    },
  });
  element.append(start, center);
  return element;
}
