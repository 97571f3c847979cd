import { describe, expect, it } from 'vitest';
import { utcOf, wallOf } from '../src/geo/clock';
import { sunDirection, sunPosition } from '../src/geo/sun';
import { daylightOf } from '../src/tools/sun';
import { moments } from '../src/tools/sun/study';
import reference from './sun.reference.json';

interface Row {
  local: string;
  utc: string;
  place: keyof typeof reference.places;
  azimuth: number;
  apparent: number;
}

const rows = (reference.rows as [string, string, Row['place'], number, number, number][]).map(
  ([local, utc, place, azimuth, , apparent]): Row => ({ local, utc, place, azimuth, apparent }),
);

describe('the sun', () => {
  it.each(rows)('stands where an independent almanac has it: $place $local', ({ utc, place, azimuth, apparent }) => {
    const { lat, lon } = reference.places[place];
    const sun = sunPosition(Date.parse(utc), lat, lon);
    const turn = Math.abs(((sun.azimuth - azimuth + 540) % 360) - 180);
    expect(turn * Math.cos((apparent * Math.PI) / 180)).toBeLessThan(0.02);
    // Under the horizon refraction has no agreed value.
    expect(Math.abs(sun.elevation - apparent)).toBeLessThan(apparent > 0 ? 0.03 : 0.1);
  });

  it('shines from east, north and up', () => {
    const close = (a: number[], b: number[]): void => {
      a.forEach((value, i) => {
        expect(value).toBeCloseTo(b[i] as number, 12);
      });
    };
    close(sunDirection({ azimuth: 90, elevation: 0 }), [1, 0, 0]);
    close(sunDirection({ azimuth: 180, elevation: 0 }), [0, -1, 0]);
    close(sunDirection({ azimuth: 0, elevation: 90 }), [0, 0, 1]);
  });

  it.each(reference.daylight as [string, Row['place'], string, string][])('comes up and goes down on time: %s %s', (day, place, ...clocks) => {
    const seconds = (clock: string): number => clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * (clock.length === 5 ? 60 : 1);
    const { lat, lon } = reference.places[place];
    daylightOf(day, lat, lon).forEach((clock, i) => {
      expect(Math.abs(seconds(clock) - seconds(clocks[i] as string))).toBeLessThanOrEqual(90);
    });
  });
});

describe('the Dutch clock', () => {
  it.each(rows)('knows summer time: $local', ({ local, utc }) => {
    expect(utcOf(local)).toBe(Date.parse(utc));
    expect(wallOf(Date.parse(utc))).toBe(local);
  });

  it.each(['', '2026-02-30T12:00', '2026-13-01T12:00', '2026-06-21T24:00', '2026-06-21 12:00', '2026-06-21T12:60'])('refuses %s', (wall) => {
    expect(utcOf(wall)).toBeNull();
  });
});

describe('the shadow study', () => {
  it('has the twelve moments of Dutch practice, in order', () => {
    const all = moments(2026, '09-23');
    expect(all).toHaveLength(12);
    expect(all).toEqual([...all].sort());
    expect(all[0]).toBe('2026-06-21T09:00');
    expect(moments(2026, '03-21')[0]).toBe('2026-03-21T09:00');
    expect(all.at(-1)).toBe('2026-12-22T15:00');
  });
});
