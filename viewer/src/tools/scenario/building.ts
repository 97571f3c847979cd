import type { Vector3 } from 'three';
import type { Triple } from '../../geo/rd';
import { Sketch, type Shape } from '../../scene/sketch';
import type { Hit } from '../../tiles/city';
import type { Pointer } from '../../tiles/picking';
import { speaker } from '../../ui/context';
import { button, choice, field, h } from '../../ui/dom';
import { tell } from '../../ui/message';
import type { Rooms } from '../tool';
import { rectangle, ROOFS, USES, type Add, type Place, type RoofForm, type Use } from './variant';
import { words } from './words';

const SHAPES = ['rectangle', 'corners'] as const;
type Outline = (typeof SHAPES)[number];

export type NewBuilding = Omit<Add, 'id' | 'kind'>;

/** The form of a new building and the placing of it: by a click, in the middle of the view, or corner by corner. */
export class BuildingForm {
  readonly element = h('details', { class: 'scenario__new' });
  private readonly say;
  private readonly sketch;
  private outline: Outline = 'rectangle';
  private form: RoofForm = 'flat';
  private use: Use = 'woonfunctie';
  private readonly numbers = { width: 12, depth: 10, rotation: 0, height: 9, floors: 3, slope: 40 };
  private corners: Triple[] = [];
  private pointing = false;
  private readonly actions = h('div', { class: 'stack' });

  constructor(
    private readonly rooms: Rooms,
    private readonly built: (building: NewBuilding) => void,
  ) {
    this.say = speaker(rooms, words);
    this.sketch = new Sketch(rooms.stage);
    this.render();
  }

  private readonly pointer: Pointer = {
    point: (hit) => {
      if (!hit) tell(this.say('nowhere'));
      else if (this.outline === 'rectangle') this.place(this.rooms.frame.toRd(hit.point));
      else {
        this.corners.push(this.rooms.frame.toRd(hit.point));
        this.renderActions();
        this.draw();
      }
    },
    over: (hit) => {
      if (this.outline === 'rectangle') this.preview(hit);
    },
  };

  /** Gives the pointer back and forgets the corners. */
  stop(): void {
    this.pointing = false;
    this.corners = [];
    this.rooms.picking.reclaim(this.pointer);
    this.sketch.clear();
    this.renderActions();
  }

  render(): void {
    const { say } = this;
    const roof = this.select('scenario-roof', ROOFS.map((value) => [value, say(`roof.${value}`)]), this.form, (value) => {
      this.form = value;
      this.render();
      this.element.querySelector<HTMLElement>('#scenario-roof')?.focus();
    });
    const use = this.select('scenario-use', USES.map((value) => [value, value]), this.use, (value) => {
      this.use = value;
    });
    this.element.replaceChildren(
      h('summary', {}, say('new')),
      h(
        'div',
        { class: 'stack scenario__form' },
        choice({
          legend: say('outline'),
          name: 'scenario-outline',
          options: SHAPES.map((value) => ({ value, label: say(`outline.${value}`) })),
          value: this.outline,
          choose: (value) => {
            this.stop();
            this.outline = value;
            this.render();
          },
        }),
        this.outline === 'rectangle' ? h('div', { class: 'scenario__numbers' }, this.number('width', 1, 500), this.number('depth', 1, 500), this.number('rotation', -360, 360)) : null,
        h('div', { class: 'scenario__numbers' }, this.number('height', 1, 400), this.number('floors', 1, 120)),
        field(say('roof'), roof),
        this.form === 'flat' ? null : this.number('slope', 1, 75),
        field(say('use'), use),
        this.actions,
      ),
    );
    this.renderActions();
  }

  private renderActions(): void {
    const { say, outline } = this;
    const center = (): void => {
      if (outline === 'rectangle') this.place(this.rooms.frame.toRd(this.rooms.navigation.center()));
      else if (this.pointing) this.rooms.picking.chooseCenter();
    };
    const point = button({ label: say(this.pointing ? 'pointing.stop' : `pointing.${outline}`), text: say(this.pointing ? 'pointing.stop' : `pointing.${outline}`), class: 'utrecht-button--primary-action', pressed: this.pointing, press: () => { this.toggle(); } });
    const middle = button({ label: say(`center.${outline}`), text: say(`center.${outline}`), press: center });
    const done = button({ label: say('corners.done'), text: say('corners.done'), press: () => { this.finish(); } });
    middle.disabled = outline === 'corners' && !this.pointing;
    done.disabled = this.corners.length < 3;
    const focused = [...this.actions.querySelectorAll('button')].findIndex((element) => element === document.activeElement);
    this.actions.replaceChildren(
      h('div', { class: 'row' }, point, middle, outline === 'corners' ? done : null),
      h('p', { class: 'note', role: 'status' }, this.pointing ? say(`help.${outline}`, { count: this.corners.length }) : ''),
    );
    if (focused >= 0) this.actions.querySelectorAll('button')[focused]?.focus();
  }

  private toggle(): void {
    const start = !this.pointing;
    this.stop();
    this.pointing = start;
    if (start) this.rooms.picking.lend(this.pointer);
    this.renderActions();
  }

  private place([x, y]: Triple): void {
    const { width, depth, rotation } = this.numbers;
    this.build(rectangle([x, y], width, depth, rotation));
  }

  private finish(): void {
    this.build(this.corners.map(([x, y]): Place => [Number(x.toFixed(3)), Number(y.toFixed(3))]));
  }

  private build(ring: readonly Place[]): void {
    const { height, floors, slope } = this.numbers;
    const roof = this.form === 'flat' ? { form: this.form } : { form: this.form, slope };
    this.stop();
    this.built({ rings: [ring], height, floors, roof, gebruiksdoel: this.use });
  }

  private preview(hit: Hit | null): void {
    if (!hit) {
      this.sketch.clear();
      return;
    }
    const [x, y, z] = this.rooms.frame.toRd(hit.point);
    const { width, depth, rotation } = this.numbers;
    const ring = rectangle([x, y], width, depth, rotation).map(([cx, cy]) => this.rooms.frame.fromRd([cx, cy, z]));
    this.sketch.draw([{ kind: 'area', points: ring }, { kind: 'line', points: [...ring, ring[0] as Vector3] }]);
  }

  private draw(): void {
    const points = this.corners.map((corner) => this.rooms.frame.fromRd(corner));
    const dots = points.map((at): Shape => ({ kind: 'dot', at }));
    const area: Shape[] = points.length > 2 ? [{ kind: 'area', points }] : [];
    this.sketch.draw([...area, { kind: 'line', points: points.length > 2 ? [...points, points[0] as Vector3] : points }, ...dots]);
  }

  private number(name: keyof BuildingForm['numbers'], min: number, max: number): HTMLElement {
    const whole = name === 'floors';
    const input = h('input', { id: `scenario-${name}`, type: 'number', min, max, step: whole ? 1 : 0.5, value: this.numbers[name], class: 'utrecht-textbox utrecht-textbox--html-input' });
    input.addEventListener('change', () => {
      const value = Math.min(max, Math.max(min, Number(input.value)));
      this.numbers[name] = input.value.trim() === '' || !Number.isFinite(value) ? this.numbers[name] : whole ? Math.round(value) : value;
      input.value = String(this.numbers[name]);
    });
    return field(this.say(`number.${name}`), input);
  }

  private select<T extends string>(id: string, options: readonly (readonly [T, string])[], value: T, choose: (value: T) => void): HTMLSelectElement {
    const element = h('select', { id, class: 'utrecht-select utrecht-select--html-select' }, ...options.map(([name, label]) => h('option', { value: name, selected: name === value }, label)));
    element.addEventListener('change', () => {
      const chosen = options.find(([name]) => name === element.value);
      if (chosen) choose(chosen[0]);
    });
    return element;
  }
}
