import { describe, expect, it } from 'vitest';
import { eyeOf, formatSight, NOTHING, parseSight, type Sight } from '../src/tools/sight/sight';

const line: Sight = { ...NOTHING, from: [85000.1, 447000.25, -0.4], eye: 1.7, to: [85010, 447020, 12.5] };
const shed: Sight = { ...NOTHING, kind: 'shed', from: [85000, 447000, 3], eye: 20, reach: 350 };

describe('the link of a sight', () => {
  it.each([line, shed, { ...line, to: null }])('brings back the same', (sight) => {
    expect(parseSight(formatSight(sight) ?? '')).toEqual(sight);
  });

  it('says nothing of no viewpoint', () => {
    expect(formatSight(NOTHING)).toBeNull();
  });

  it.each(['', 'line', 'line:1,2,3', 'line:1,2,3,1.7,4', 'shed:1,2,3,1.7', 'shed:1,2,3,1.7,1e9', 'shed:1,2,3,-4,200', 'line:1,2,NaN,1.7', 'cone:1,2,3,1.7', 'line:1,,3,1.7'])(
    'refuses %s',
    (state) => {
      expect(() => parseSight(state)).toThrow('no sight');
    },
  );
});

it('has the eye above the place that was pointed at', () => {
  expect(eyeOf(shed)).toEqual([85000, 447000, 23]);
  expect(eyeOf(NOTHING)).toBeNull();
});
