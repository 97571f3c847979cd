import type { Vector3 } from 'three';
import type { Triple } from '../../geo/rd';
import { Sketch } from '../../scene/sketch';
import type { Hit } from '../../tiles/city';
import type { Pointer } from '../../tiles/picking';
import { speaker } from '../../ui/context';
import { button, choice, h } from '../../ui/dom';
import { tell } from '../../ui/message';
import type { Rooms } from '../tool';
import { Corners } from './corners';
import { numberField, selectField } from './fields';
import { MOST, numbers, roofFields } from './forms';
import { degrees, millimetres, rectangle, turned, type Place } from './outline';
import { USES, type Add, type Use } from './variant';
import { words } from './words';

const SHAPES = ['rectangle', 'corners'] as const;
type Outline = (typeof SHAPES)[number];

export type NewBuilding = Omit<Add, 'id' | 'kind'>;

/** The form of a new building and the placing of it: by a click, in the middle of the view, or corner by corner. */
export class BuildingForm {
  readonly element = h('details', { class: 'scenario__part', 'data-part': 'new' });
  private readonly say;
  private readonly sketch;
  private readonly corners;
  private outline: Outline = 'rectangle';
  private use: Use = 'woonfunctie';
  private roof: Add['roof'] = { form: 'flat' };
  private slope = 40;
  private readonly numbers = { width: 12, depth: 10, rotation: 0, height: 9, floors: 3 };
  private pointing = false;
  private readonly actions = h('div', { class: 'stack' });

  constructor(
    private readonly rooms: Rooms,
    private readonly built: (building: NewBuilding) => void,
  ) {
    this.say = speaker(rooms, words);
    this.sketch = new Sketch(rooms.stage);
    this.corners = new Corners(rooms, () => ({
      start: this.say('pointing.corners'),
      done: this.say('corners.done'),
      finish: (ring) => {
        this.build([ring], 0);
      },
    }));
    this.render();
  }

  private readonly pointer: Pointer = {
    point: (hit) => {
      if (hit) this.place(this.rooms.frame.toRd(hit.point));
      else tell(this.say('nowhere'));
    },
    over: (hit) => {
      this.preview(hit);
    },
  };

  /** Gives the pointer back. */
  stop(): void {
    this.pointing = false;
    this.rooms.picking.reclaim(this.pointer);
    this.sketch.clear();
    this.corners.stop();
    this.renderActions();
  }

  render(): void {
    const { say } = this;
    const number = (name: keyof BuildingForm['numbers'], min: number, max: number): HTMLElement =>
      numberField({ id: `scenario-${name}`, label: say(`number.${name}`), value: this.numbers[name], min, max, step: name === 'floors' ? 1 : 0.5, change: (value) => { this.numbers[name] = value; } });
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
        this.outline === 'rectangle' ? numbers(number('width', 1, MOST.size), number('depth', 1, MOST.size), number('rotation', -360, 360)) : null,
        numbers(number('height', 1, MOST.height), number('floors', 1, MOST.floors)),
        ...roofFields(say, 'new', this.roof.form, this.slope, null, (roof) => {
          const other = roof.form !== this.roof.form;
          this.roof = roof;
          this.slope = roof.slope ?? this.slope;
          if (!other) return;
          this.render();
          this.element.querySelector<HTMLElement>('#scenario-new-roof')?.focus();
        }),
        selectField({ id: 'scenario-new-use', label: say('use'), options: USES.map((use) => [use, use]), value: this.use, change: (use) => { this.use = use; } }),
        this.actions,
      ),
    );
    this.renderActions();
  }

  private renderActions(): void {
    if (this.outline === 'corners') {
      this.corners.render();
      this.actions.replaceChildren(this.corners.element);
      return;
    }
    const { say } = this;
    const label = say(this.pointing ? 'pointing.stop' : 'pointing.rectangle');
    const point = button({ label, text: label, class: 'utrecht-button--primary-action', pressed: this.pointing, press: () => { this.toggle(); } });
    const middle = button({ label: say('center.rectangle'), text: say('center.rectangle'), press: () => { this.place(this.rooms.frame.toRd(this.rooms.navigation.center())); } });
    const focused = [...this.actions.querySelectorAll('button')].findIndex((element) => element === document.activeElement);
    this.actions.replaceChildren(h('div', { class: 'row' }, point, middle), h('p', { class: 'note', role: 'status' }, this.pointing ? say('help.rectangle') : ''));
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
    this.build([rectangle([millimetres(x), millimetres(y)], width, depth)], degrees(-rotation));
  }

  private build(rings: readonly (readonly Place[])[], rotation: number): void {
    const { height, floors } = this.numbers;
    this.stop();
    this.built({ rings, rotation, height, floors, roof: this.roof, gebruiksdoel: this.use });
  }

  private preview(hit: Hit | null): void {
    if (!hit) {
      this.sketch.clear();
      return;
    }
    const [x, y, z] = this.rooms.frame.toRd(hit.point);
    const { width, depth, rotation } = this.numbers;
    const ring = rectangle([x, y], width, depth).map((corner) => this.rooms.frame.fromRd([...turned(corner, [x, y], rotation), z]));
    this.sketch.draw([{ kind: 'area', points: ring }, { kind: 'line', points: [...ring, ring[0] as Vector3] }]);
  }
}
