import { Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { Frame } from '../src/geo/frame';
import { rdToEcef } from '../src/geo/rd';
import { formatCut, parseCut, planeOf, type Cut } from '../src/tools/section/cut';

const [x, y, z] = rdToEcef([84940, 447527, 0]);
const up = new Vector3(x, y, z).normalize();
const east = new Vector3(0, 0, 1).cross(up).normalize();
const north = up.clone().cross(east);
const frame = new Frame([...east.toArray(), 0, ...north.toArray(), 0, ...up.toArray(), 0, x, y, z, 1]);

describe('a cut', () => {
  it('takes away what is above a height', () => {
    const plane = planeOf({ kind: 'level', height: 4 }, frame, [84940, 447527]);
    expect(plane.distanceToPoint(new Vector3(0, 0, 3))).toBeCloseTo(1, 3);
    expect(plane.distanceToPoint(new Vector3(0, 0, 6))).toBeCloseTo(-2, 3);
  });

  it('takes away what stands before an upright plane', () => {
    const plane = planeOf({ kind: 'upright', x: 84940, y: 447527, bearing: 90, offset: 10 }, frame, [0, 0]);
    expect(plane.distanceToPoint(new Vector3(15, 40, 5))).toBeCloseTo(5, 2);
    expect(plane.distanceToPoint(new Vector3(0, -40, 5))).toBeCloseTo(-10, 2);
  });

  it('is the same after a link', () => {
    const cuts: Cut[] = [{ kind: 'level', height: -1.5 }, { kind: 'upright', x: 1, y: 2, bearing: 30, offset: -4 }];
    for (const cut of cuts) expect(parseCut(formatCut(cut))).toEqual(cut);
  });

  it.each(['', 'level', 'level:', 'level:x', 'level:1,2', 'upright:1,2,3', 'askew:1'])('refuses nonsense: %s', (state) => {
    expect(() => parseCut(state)).toThrow();
  });
});
