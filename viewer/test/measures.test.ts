import { Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { Frame } from '../src/geo/frame';
import { rdToEcef } from '../src/geo/rd';
import { areaOf, formatMeasures, lengthOf, parseMeasures, valueOf, type Measure } from '../src/tools/measure/measures';

const [x, y, z] = rdToEcef([84940, 447527, 0]);
const up = new Vector3(x, y, z).normalize();
const east = new Vector3(0, 0, 1).cross(up).normalize();
const north = up.clone().cross(east);
const frame = new Frame([...east.toArray(), 0, ...north.toArray(), 0, ...up.toArray(), 0, x, y, z, 1]);

describe('measures', () => {
  it('add up along a line', () => {
    expect(lengthOf([new Vector3(0, 0, 0), new Vector3(3, 4, 0), new Vector3(3, 4, 12)])).toBe(17);
  });

  it('have the same area whatever way round, and however high', () => {
    const corners = [new Vector3(0, 0, 5), new Vector3(10, 0, 0), new Vector3(10, 4, 7), new Vector3(0, 4, 0)];
    expect(areaOf(corners)).toBe(40);
    expect(areaOf([...corners].reverse())).toBe(40);
  });

  it('come out in true metres, within the scale of RD', () => {
    const square: Measure = { mode: 'area', points: [[84900, 447500, 1], [85000, 447500, 1], [85000, 447600, 1], [84900, 447600, 1]] };
    expect(Math.abs(valueOf(square, frame) / 10000 - 1)).toBeLessThan(2.5e-4);
    expect(valueOf({ mode: 'height', points: [[84900, 447500, 9.5], [85000, 447500, -1.25]] }, frame)).toBe(10.75);
  });

  it('are the same after a link', () => {
    const measures: Measure[] = [
      { mode: 'distance', points: [[84900.12, 447500.5, -1.2], [85000, 447500, 3]] },
      { mode: 'area', points: [[1, 2, 3], [4, 5, 6], [7, 8.25, 9]] },
    ];
    expect(parseMeasures(formatMeasures(measures) ?? '')).toEqual(measures);
    expect(formatMeasures([])).toBeNull();
  });

  it.each(['', 'distance', 'distance:1,2,3', 'area:1,2,3;4,5,6', 'height:1,2;3,4', 'weight:1,2,3;4,5,6', 'distance:1,2,3;4,,6', 'distance:1,2,3;4,5,x'])(
    'refuses nonsense: %s',
    (state) => {
      expect(() => parseMeasures(state)).toThrow();
    },
  );
});
