import { PerspectiveCamera, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { orientation } from '../src/geo/frame';
import { overview } from '../src/scene/navigation';
import { FIELD_OF_VIEW } from '../src/scene/stage';

/** Where the outline of a round town of 600 m across lies in the view that a screen opens with: -1 to 1 is on the screen. */
function sides(aspect: number, covered: number): [number, number] {
  const { x, y, z, heading, pitch } = overview([0, 0, 600, 600], aspect, covered);
  const camera = new PerspectiveCamera(FIELD_OF_VIEW, aspect, 1, 20_000);
  camera.position.set(x, y, z);
  camera.quaternion.copy(orientation(heading, pitch));
  camera.updateMatrixWorld();
  camera.updateProjectionMatrix();
  const across = Array.from({ length: 72 }, (_, turn) => new Vector3(300 + 300 * Math.cos((turn * Math.PI) / 36), 300 + 300 * Math.sin((turn * Math.PI) / 36), 0).project(camera).x);
  return [Math.min(...across), Math.max(...across)];
}

describe('the first view', () => {
  it.each([
    ['a phone', 390 / 844, 0],
    ['a tablet', 768 / 1024, 0],
    ['a screen', 1440 / 850, 0.25],
    ['a projector', 1920 / 1040, 0.19],
  ])('shows a whole town on %s', (_, aspect, covered) => {
    const [left, right] = sides(aspect, covered);
    expect(left).toBeGreaterThan(-1 + 2 * covered);
    expect(right).toBeLessThan(1);
    expect(right - left).toBeGreaterThan(1);
  });
});
