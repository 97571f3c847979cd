import { Quaternion, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { Frame, headingAndPitch, orientation } from '../src/geo/frame';
import { ecefToRd, lonLatToEcef, rdToEcef, type Triple } from '../src/geo/rd';

function distance(a: Triple, b: Triple): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

describe('RD', () => {
  it('meets the published control point of Texel within the accuracy it claims', () => {
    const [x, y] = ecefToRd(lonLatToEcef([4.824761912, 53.160753042, 42.8614]));
    expect(Math.hypot(x - 117380.12, y - 575040.34)).toBeLessThan(0.25);
  });

  it('comes back to the same millimetre all over the country', () => {
    for (let x = 14000; x < 280000; x += 23000) {
      for (let y = 306000; y < 620000; y += 31000) {
        const there: Triple = [x, y, (x - y) % 97];
        expect(distance(ecefToRd(rdToEcef(there)), there)).toBeLessThan(1e-5);
      }
    }
  });
});

describe('Frame', () => {
  const [x, y, z] = rdToEcef([84940, 447527, 0]);
  const up = new Vector3(x, y, z).normalize();
  const east = new Vector3(0, 0, 1).cross(up).normalize();
  const north = up.clone().cross(east);
  const root = [...east.toArray(), 0, ...north.toArray(), 0, ...up.toArray(), 0, x, y, z, 1];
  const frame = new Frame(root);

  it('puts its origin at zero and heights up', () => {
    expect(frame.fromRd([84940, 447527, 0]).length()).toBeLessThan(1e-6);
    const above = frame.fromRd([84940, 447527, 100]);
    expect(above.z).toBeCloseTo(100, 1);
    expect(Math.hypot(above.x, above.y)).toBeLessThan(0.5);
  });

  it('round-trips camera positions', () => {
    const there: Triple = [85210.12, 446981.5, 312.75];
    expect(distance(frame.toRd(frame.fromRd(there)), there)).toBeLessThan(1e-5);
  });
});

describe('orientation', () => {
  it('looks where heading and pitch say', () => {
    const view = (heading: number, pitch: number): Vector3 =>
      new Vector3(0, 0, -1).applyQuaternion(orientation(heading, pitch));
    expect(view(0, 0).distanceTo(new Vector3(0, 1, 0))).toBeLessThan(1e-12);
    expect(view(90, 0).distanceTo(new Vector3(1, 0, 0))).toBeLessThan(1e-12);
    expect(view(45, -90).distanceTo(new Vector3(0, 0, -1))).toBeLessThan(1e-12);
  });

  it('round-trips', () => {
    for (let heading = 0; heading < 360; heading += 17) {
      for (let pitch = -89; pitch <= 0; pitch += 13) {
        const back = headingAndPitch(new Quaternion().copy(orientation(heading, pitch)));
        expect(back.heading).toBeCloseTo(heading, 6);
        expect(back.pitch).toBeCloseTo(pitch, 6);
      }
    }
  });
});
