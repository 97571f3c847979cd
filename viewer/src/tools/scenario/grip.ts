import { Vector3 } from 'three';
import { COLOURED } from '../../colour/source';
import { speaker } from '../../ui/context';
import type { Rooms } from '../tool';
import { Handles, type Handle } from './handles';
import { Phantom } from './masses';
import { centimetres, centroid, degrees, millimetres, ringsOf, type Place } from './outline';
import type { Plan } from './plan';
import { carried, isPlaced, middleOf, turnOf, type Placed } from './variant';
import { words } from './words';

const MOVE = ['M12 3v18M3 12h18M9.500 5.500 12 3l2.500 2.500M9.500 18.500 12 21l2.500-2.500M5.500 9.500 3 12l2.500 2.500M18.500 9.500 21 12l-2.500 2.500'];
const TURN = ['M19.500 12a7.500 7.500 0 1 1-2.600-5.700M17.500 2.500v4h-4'];
const RD = 'http://www.opengis.net/def/crs/EPSG/0/28992';
const STEP = { metres: 1, fine: 0.1, degrees: 5, fineDegrees: 1 };

/** Handles on the edit that is open, to drag it and to turn it. */
export class Grip {
  private readonly say;
  private readonly handles;
  private readonly phantom;
  private readonly middles = new Map<string, Promise<Place | null>>();
  private held: string | null = null;
  private round = 0;

  constructor(
    private readonly rooms: Rooms,
    private readonly plan: Plan,
    private readonly dropped: (edit: Placed) => void,
  ) {
    this.say = speaker(rooms, words);
    this.handles = new Handles(rooms.stage);
    this.phantom = new Phantom(rooms.stage);
  }

  /** Takes hold of what this edit built, as it stands now; null lets go. */
  async hold(id: string | null): Promise<void> {
    if (this.handles.busy) return;
    const round = ++this.round;
    const edit = id === null ? null : this.plan.edit(id);
    const shape = edit && this.plan.drawing.built?.shapeOf(edit.id);
    const middle = edit && isPlaced(edit) && shape ? await this.middle(edit) : null;
    if (round !== this.round) return;
    this.held = edit?.id ?? null;
    const low = shape?.low.z ?? 0;
    if (!edit || !shape || (isPlaced(edit) && !middle)) {
      this.phantom.show(null, new Vector3());
      this.handles.hang([]);
      return;
    }
    const around = middle ? this.local(middle, low) : shape.low.clone().add(shape.high).multiplyScalar(0.5).setZ(low);
    const reach = Math.max(shape.high.x - around.x, around.x - shape.low.x, shape.high.y - around.y, around.y - shape.low.y) + 4;
    this.phantom.show(shape, around);
    this.phantom.settle();
    this.handles.hang(isPlaced(edit) && middle ? this.handlesOf(edit, middle, low, reach) : []);
  }

  /** The edit that is held. */
  get id(): string | null {
    return this.held;
  }

  private handlesOf(edit: Placed, middle: Place, low: number, reach: number): Handle[] {
    let [dx, dy, turn] = [0, 0, 0];
    let sent = '0,0,0';
    const place = (): Vector3 => this.local([middle[0] + dx, middle[1] + dy], low);
    const show = (): void => {
      this.phantom.carry(place(), turn);
    };
    const drop = (): void => {
      const to = [dx, dy, turn].join();
      if (to === sent) return;
      sent = to;
      this.dropped(carried(edit, dx, dy, turn));
    };
    const move: Handle = {
      name: 'move',
      label: this.say('handle.move'),
      icon: MOVE,
      at: place,
      drag: (to) => {
        const [x, y] = this.rooms.frame.toRd(to);
        [dx, dy] = [centimetres(x - middle[0]), centimetres(y - middle[1])];
        show();
      },
      key: (key, fine) => {
        const step = fine ? STEP.fine : STEP.metres;
        const [right, forward] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[key] as [number, number];
        // Along the arrows as the screen shows them, to the nearest wind of four.
        const heading = (Math.round(this.rooms.navigation.pose.heading / 90) * Math.PI) / 2;
        const [sin, cos] = [Math.round(Math.sin(heading)), Math.round(Math.cos(heading))];
        dx = millimetres(dx + step * (right * cos + forward * sin));
        dy = millimetres(dy + step * (forward * cos - right * sin));
        show();
      },
      drop,
    };
    const compass = (at: Vector3, from: Vector3): number => (Math.atan2(at.x - from.x, at.y - from.y) * 180) / Math.PI;
    const aim = turnOf(edit);
    const spin: Handle = {
      name: 'turn',
      label: this.say('handle.turn', { degrees: aim }),
      icon: TURN,
      at: () => {
        const angle = ((aim + turn) * Math.PI) / 180;
        return place().add(new Vector3(Math.sin(angle) * reach, Math.cos(angle) * reach, 0));
      },
      drag: (to) => {
        turn = degrees(Math.round(compass(to, place())) - aim);
        show();
      },
      key: (key, fine) => {
        const sign = key === 'ArrowLeft' || key === 'ArrowDown' ? -1 : 1;
        turn = degrees(turn + sign * (fine ? STEP.fineDegrees : STEP.degrees));
        show();
      },
      drop,
    };
    return [move, spin];
  }

  private local([x, y]: Place, z: number): Vector3 {
    return this.rooms.frame.fromRd([x, y, 0]).setZ(z);
  }

  private async middle(edit: Placed): Promise<Place | null> {
    if (edit.kind !== 'move') return middleOf(edit);
    const { pand } = edit;
    const known = this.middles.get(pand) ?? this.askMiddle(pand);
    this.middles.set(pand, known);
    const at = await known;
    const moves = this.plan.now.edits.filter((one) => one.kind === 'move' && one.pand === pand);
    return at && moves.reduce<Place>(([x, y], one) => (one.kind === 'move' ? [x + one.dx, y + one.dy] : [x, y]), at);
  }

  private async askMiddle(pand: string): Promise<Place | null> {
    try {
      const { features } = await this.rooms.api.page(COLOURED, { filter: `identificatie = '${pand.replaceAll("'", "''")}'`, limit: 1, crs: RD, properties: ['identificatie'] });
      const geometry = features[0]?.geometry;
      return geometry ? centroid(ringsOf(geometry)) : null;
    } catch (reason) {
      console.warn(reason);
      this.middles.delete(pand);
      return null;
    }
  }
}
