import { content, difference } from '../pixels.mjs';
import { expect } from '../visit.mjs';
import { drawnIn, openTool, straightDown } from './city.mjs';
import { away, inside } from './plane.mjs';

export const walking = [
  ['Stands in the street at eye height, and walks by keyboard', walks],
  ['Draws a street within its budget', budget],
  ['Comes back above the city', leaves],
];

const EYE = 1.7;
const DRAW_CALLS = 100;
const TRIANGLES = 500_000;

const cameraOf = (visit) => /camera=([^&]+)/.exec(decodeURIComponent(visit.hash()))[1].split(',').map(Number);

async function walks(visit) {
  const { page } = visit;
  // A road of the twin, from above; its own height comes from the API.
  const roads = await visit.api('/api/collections/wegdeel/items?limit=40&crs=EPSG:7415');
  const corners = ({ geometry }) => (geometry.type === 'Polygon' ? geometry.coordinates[0] : geometry.coordinates[0][0]);
  const road = roads.features.map(corners).sort((a, b) => b.length - a.length)[0];
  const [x, y] = within(road);
  await straightDown(visit, 120, [x, y]);
  await openTool(visit, 'walk');
  await page.focus('#view > canvas');
  await page.keyboard.press('Enter');
  await visit.idle();
  const start = cameraOf(visit);
  expect(Math.hypot(start[0] - x, start[1] - y) < 2, `stands at ${start}, not at ${x},${y}`);
  const heights = road.map(([, , height]) => height);
  const [least, most] = [Math.min(...heights), Math.max(...heights)];
  expect(start[2] - EYE > least - 0.3 && start[2] - EYE < most + 0.3, `the eye is at ${start[2]} m, the road lies at ${least} to ${most} m`);
  const before = await visit.picture();
  for (let press = 0; press < 4; press++) await page.keyboard.press('ArrowUp');
  await visit.idle();
  const walked = cameraOf(visit);
  const far = Math.hypot(walked[0] - start[0], walked[1] - start[1]);
  expect(far > 1.9 && far < 8.1, `four steps of two metres went ${far.toFixed(2)} m`);
  await page.keyboard.press('ArrowRight');
  await visit.idle();
  expect(Math.abs(cameraOf(visit)[3] - 15) < 0.1, `a turn of 15 degrees gave ${cameraOf(visit)[3]}`);
  expect(difference(before, await visit.picture()) > 0.05, 'walking changed nothing');
  return `${far.toFixed(1)} m, eye at ${walked[2].toFixed(2)} m NAP`;
}

/** A place on a road, as far from its kerbs as one finds by looking every few metres. */
function within(ring) {
  const [west, south, east, north] = [Math.min, Math.max].flatMap((most) => [0, 1].map((axis) => most(...ring.map((corner) => corner[axis]))));
  const kerb = (place) => Math.min(...ring.slice(1).map((end, at) => away(place, ring[at], end)));
  const steps = [...Array(60).keys()].map((step) => (step + 0.5) / 60);
  const places = steps.flatMap((right) => steps.map((up) => [west + right * (east - west), south + up * (north - south)])).filter((place) => inside(place, ring));
  return places.reduce((best, place) => (kerb(place) > kerb(best) ? place : best));
}

async function budget(visit) {
  const { page } = visit;
  const worst = { calls: 0, triangles: 0 };
  for (let turn = 0; turn < 6; turn++) {
    for (let press = 0; press < 4; press++) await page.keyboard.press('ArrowRight');
    await visit.idle();
    const drawn = await drawnIn(page);
    worst.calls = Math.max(worst.calls, drawn.calls);
    worst.triangles = Math.max(worst.triangles, drawn.triangles);
  }
  expect(worst.calls > 0 && worst.calls <= DRAW_CALLS, `${worst.calls} draw calls, budget ${DRAW_CALLS}`);
  expect(worst.triangles > 100 && worst.triangles <= TRIANGLES, `${worst.triangles} triangles, budget ${TRIANGLES}`);
  return `${worst.calls} draw calls, ${Math.round(worst.triangles)} triangles at most`;
}

async function leaves(visit) {
  await visit.page.click('#tool button:has-text("Wissen")');
  await visit.idle();
  const [, , z] = cameraOf(visit);
  expect(z > 100, `the camera stays at ${z} m`);
  expect(!visit.hash().includes('walk='), 'walking stays in the link');
  expect(content(await visit.picture()).drawn > 0.1, 'no city below');
}
