import { Raycaster, Vector3 } from 'three';
import { formatNumber } from '../../format/values';
import type { Hit } from '../../tiles/city';
import type { Pose } from '../../geo/frame';
import { speaker } from '../../ui/context';
import { h } from '../../ui/dom';
import type { MakeTool } from '../tool';
import { words } from './words';

const EYE = 1.7;
const STEP = 2;
const TURN = 15;
const TILT = 10;
const STEEPEST = 60;
const DEGREES_PER_PIXEL = 0.15;
// Kerbs, steps and a bridge's ramp may be climbed; a wall not.
const CLIMB = 1.2;
const ABOVE = 60;

/** A walk through the streets at eye height, with the panden as walls. */
export const make: MakeTool = (rooms, seat) => {
  const { city, frame, navigation, picking, stage, store } = rooms;
  const say = speaker(rooms, words);
  const status = h('p', { class: 'note', role: 'status' });
  const keys = h('p', { class: 'note' });
  const element = h('div', { class: 'stack walk' }, status, keys);
  const raycaster = new Raycaster();
  let walking = false;
  let above: Pose | null = null;
  let drag: { x: number; y: number; pose: Pose } | null = null;

  const tellPlace = (): void => {
    keys.textContent = say('keys');
    status.textContent = walking ? say('walking', { height: formatNumber(store.get().language, navigation.pose.z, 1) }) : say('choose');
  };
  /** The height of the ground [m NAP] below a place in RD; null where there is none. */
  const groundAt = (x: number, y: number, from: number): number | null => {
    raycaster.far = Infinity;
    raycaster.set(frame.fromRd([x, y, from]), new Vector3(0, 0, -1));
    const hit = city.hit(raycaster);
    return hit && frame.toRd(hit.point)[2];
  };
  const blocked = (from: Pose, to: Pose): boolean => {
    const [start, end] = [frame.fromRd([from.x, from.y, from.z]), frame.fromRd([to.x, to.y, from.z])];
    const way = end.clone().sub(start);
    raycaster.far = way.length() + 0.5;
    raycaster.set(start, way.normalize());
    return city.hit(raycaster)?.feature?.collection === 'pand';
  };
  const stand = (pose: Pose): void => {
    if (!walking) above = navigation.pose;
    walking = true;
    navigation.hold(true);
    navigation.jump(pose);
    seat.save('1');
    tellPlace();
  };
  const leave = (): void => {
    if (!walking) return;
    walking = false;
    navigation.hold(false);
    const { pose } = navigation;
    navigation.flyTo(above ?? { ...pose, z: pose.z + ABOVE, pitch: -42 });
    above = null;
    tellPlace();
  };
  const step = (right: number, forward: number): void => {
    const from = navigation.pose;
    const heading = (from.heading * Math.PI) / 180;
    const [sin, cos] = [Math.sin(heading), Math.cos(heading)];
    const to = { ...from, x: from.x + STEP * (right * cos + forward * sin), y: from.y + STEP * (forward * cos - right * sin) };
    if (blocked(from, to)) {
      status.textContent = say('blocked');
      return;
    }
    const ground = groundAt(to.x, to.y, from.z + CLIMB - EYE + 1);
    stand({ ...to, z: ground === null ? from.z : ground + EYE });
  };
  const turn = (heading: number, pitch: number, from = navigation.pose): void => {
    stand({ ...from, heading: (from.heading + heading + 360) % 360, pitch: Math.min(STEEPEST, Math.max(-STEEPEST, from.pitch + pitch)) });
  };
  const pointer = {
    point: (hit: Hit | null): void => {
      if (!hit || walking) return;
      const [x, y, z] = frame.toRd(hit.point);
      stand({ x, y, z: z + EYE, heading: navigation.pose.heading, pitch: 0 });
      picking.reclaim(pointer);
    },
  };
  const plain: Record<string, () => void> = {
    ArrowUp: () => { step(0, 1); },
    ArrowDown: () => { step(0, -1); },
    ArrowLeft: () => { turn(-TURN, 0); },
    ArrowRight: () => { turn(TURN, 0); },
    PageUp: () => { turn(0, TILT); },
    PageDown: () => { turn(0, -TILT); },
  };
  const shifted: Record<string, () => void> = { ...plain, ArrowLeft: () => { step(-1, 0); }, ArrowRight: () => { step(1, 0); } };
  const { canvas } = stage;
  // Before the keys that steer over the city get them.
  canvas.addEventListener(
    'keydown',
    (event) => {
      const action = walking ? (event.shiftKey ? shifted : plain)[event.key] : undefined;
      if (!action) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      action();
    },
    true,
  );
  canvas.addEventListener('pointerdown', (event) => {
    drag = walking ? { x: event.clientX, y: event.clientY, pose: navigation.pose } : null;
  });
  window.addEventListener('pointermove', (event) => {
    if (drag && walking && event.buttons > 0) turn((drag.x - event.clientX) * DEGREES_PER_PIXEL, (event.clientY - drag.y) * DEGREES_PER_PIXEL, drag.pose);
  });
  window.addEventListener('pointerup', () => {
    drag = null;
  });
  tellPlace();

  return {
    element,
    restore: (state) => {
      if (state === null) leave();
      else {
        walking = true;
        navigation.hold(true);
      }
      tellPlace();
      if (!walking && store.get().open.includes('walk')) picking.lend(pointer);
    },
    open: () => {
      if (!walking) picking.lend(pointer);
      tellPlace();
    },
    close: () => {
      picking.reclaim(pointer);
    },
    render: tellPlace,
  };
};
