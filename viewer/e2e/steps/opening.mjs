import { gzipSync } from 'node:zlib';
import { content } from '../pixels.mjs';
import { expect } from '../visit.mjs';
import { drawnIn, straightDown } from './city.mjs';

const JS_BUDGET = 350 * 1024;

export const opening = [
  ['Opens on the city', opens],
  ['Shows the city soon', soon],
  ['Stays within its budget', budget],
  ['Tells directions and distances, and faces north', orients],
  ['Moves, turns and comes nearer by mouse', steers],
  ['Shows on a small map where one looks, and goes elsewhere there', maps],
  ['Draws nothing when nothing changes', rests],
];

async function opens(visit) {
  await visit.open();
  const { name, themes } = await visit.api('/api/twin');
  expect((await visit.page.textContent('h1')) === name, 'the heading is not the name of the twin');
  const { drawn, colours } = content(await visit.picture());
  expect(drawn > 0.2 && colours > 200, `the picture is empty: ${drawn.toFixed(3)} drawn in ${colours} colours`);
  expect((await visit.page.locator('.layer').count()) === themes.length, 'not every theme has a layer');
  expect((await visit.page.locator('#footer li').count()) > 1, 'no sources in sight');
  return `${themes.length} themes, ${(drawn * 100).toFixed(0)}% of the picture drawn`;
}

// Told, not asserted: how long it takes says as much of the machine as of the viewer.
async function soon(visit) {
  const { page } = visit;
  const taken = [];
  for (let turn = 0; turn < 5; turn++) {
    await page.goto('about:blank');
    await visit.open();
    const marks = await page.evaluate(() => window.performance.getEntriesByName('first-picture').map(({ startTime }) => startTime));
    expect(marks.length === 1, `${marks.length} first pictures`);
    taken.push(marks[0]);
  }
  await page.mouse.move(5, 5);
  await visit.idle();
  const { calls, triangles } = await drawnIn(page);
  expect(calls > 0 && triangles > 100, 'nothing is drawn');
  const median = taken.sort((a, b) => a - b)[2];
  return `first picture after ${(median / 1000).toFixed(2)} s (median of 5), ${calls} draw calls, ${Math.round(triangles)} triangles`;
}

async function orients(visit) {
  const { page } = visit;
  const [x, y] = await straightDown(visit, 300);
  await visit.look(`${x},${y - 200},250,75,-45`);
  const turned = () => page.evaluate(() => {
    const { a, b } = new window.DOMMatrix(window.getComputedStyle(document.querySelector('.needle')).transform);
    return (Math.atan2(b, a) * 180) / Math.PI;
  });
  expect(Math.abs((await turned()) + 75) < 1, `looking at 75 degrees the needle stands at ${await turned()}`);
  await page.click('button[aria-label="Noorden boven"]');
  await page.waitForFunction(() => /camera=[^&]*,(0|360),-4/.test(decodeURIComponent(window.location.hash)));
  await visit.idle();
  expect(Math.abs(await turned()) < 0.5, `facing north the needle stands at ${await turned()}`);
  // Seen from straight above, a pixel spans as much everywhere: the bar against the camera.
  await straightDown(visit, 300);
  const ground = await page.evaluate(() => ({ bar: document.querySelector('.scale__bar').getBoundingClientRect().width, words: document.querySelector('.scale__length').textContent, height: document.querySelector('#view > canvas').clientHeight }));
  const metres = parseFloat(ground.words.replace('.', '')) * (ground.words.includes('km') ? 1000 : 1);
  const pixel = metres / ground.bar;
  // The camera stands 300 m above NAP, the ground at most 15 m from that.
  const [least, most] = [285, 315].map((distance) => (2 * distance * Math.tan(Math.PI / 8)) / ground.height);
  expect(pixel > least && pixel < most, `the bar says ${pixel.toFixed(3)} m a pixel, the camera ${least.toFixed(3)} to ${most.toFixed(3)}`);
  await page.goto('about:blank');
  await visit.open();
  return `${ground.words} is ${ground.bar.toFixed(0)} pixels`;
}

async function budget(visit) {
  const scripts = await visit.page.evaluate(() =>
    window.performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.endsWith('.js')),
  );
  let bytes = 0;
  for (const script of scripts) bytes += gzipSync(Buffer.from(await (await fetch(script)).arrayBuffer())).length;
  expect(scripts.length > 0 && bytes <= JS_BUDGET, `${bytes} bytes of gzipped JavaScript, budget ${JS_BUDGET}`);
  return `${(bytes / 1024).toFixed(0)} KB of gzipped JavaScript`;
}

async function steers(visit) {
  const { page } = visit;
  const camera = () => /camera=([^&]+)/.exec(decodeURIComponent(visit.hash()))[1].split(',').map(Number);
  const poses = [camera()];
  const act = async (work) => {
    const before = visit.hash();
    await page.mouse.move(640, 420);
    await work();
    await page.waitForFunction((hash) => window.location.hash !== hash, before);
    await visit.idle();
    poses.push(camera());
  };
  const drag = async (button) => {
    await page.mouse.down({ button });
    await page.mouse.move(500, 420, { steps: 6 });
    await page.mouse.up({ button });
  };
  await act(() => drag('left'));
  await act(() => drag('right'));
  await act(() => page.mouse.wheel(0, -300));
  const [start, moved, turned, nearer] = poses;
  const far = Math.hypot(moved[0] - start[0], moved[1] - start[1]);
  const by = Math.abs(((turned[3] - moved[3] + 540) % 360) - 180);
  expect(far > 10 && Math.abs(moved[3] - start[3]) < 1 && Math.abs(moved[2] - start[2]) < 1, `the left button went from ${start} to ${moved}`);
  expect(by > 10, `the right button turned ${by.toFixed(1)} degrees`);
  expect(nearer[2] < turned[2] * 0.97, `the wheel went from ${turned[2]} m high to ${nearer[2]} m`);
  return `${far.toFixed(0)} m moved, ${by.toFixed(0)} degrees turned, ${nearer[2].toFixed(0)} m high after ${turned[2].toFixed(0)} m`;
}

async function maps(visit) {
  const { page } = visit;
  const { bbox } = await visit.api('/api/twin');
  const [x, y] = await straightDown(visit, 200);
  await page.waitForSelector('.minimap[data-drawn]');
  const map = page.locator('.minimap');
  const { colours } = content(await map.screenshot());
  expect(colours > 300, `the map has ${colours} colours`);
  // What is in view, from straight above: as many metres as the camera spans, in the middle of the map.
  const view = () => page.evaluate(() => {
    const { width } = document.querySelector('.minimap svg').viewBox.baseVal;
    const { x: left, y: top, width: across, height } = document.querySelector('.minimap polygon').getBBox();
    return { east: (left + across / 2) / width, south: (top + height / 2) / width, across: across / width };
  });
  const seen = await view();
  const { width, height } = await page.locator('#view > canvas').boundingBox();
  const side = Math.max(bbox[2] - bbox[0], bbox[3] - bbox[1]) * 1.06;
  const whole = Math.min(bbox[2] - bbox[0] + 0.06 * (side / 1.06), side);
  const spans = (2 * 200 * Math.tan(Math.PI / 8) * width) / height / whole;
  expect(Math.abs(seen.across - spans) < 0.06 * spans && Math.abs(seen.east - 0.5) < 0.02, `the map shows ${JSON.stringify(seen)}, expected ${spans.toFixed(3)} across`);
  const camera = () => /camera=([^&]+)/.exec(decodeURIComponent(visit.hash()))[1].split(',').map(Number);
  const box = await map.boundingBox();
  const act = async (work) => {
    const before = visit.hash();
    await work();
    await page.waitForFunction((hash) => window.location.hash !== hash, before);
    await visit.idle();
    return camera();
  };
  // A click at three quarters of its width and a quarter of its height: north-east of the middle.
  const clicked = await act(() => page.mouse.click(box.x + box.width * 0.75, box.y + box.height * 0.25));
  const tall = bbox[3] - bbox[1] + 0.06 * (side / 1.06);
  const off = [clicked[0] - x - 0.25 * whole, clicked[1] - y - 0.25 * tall].map((value) => value / side);
  expect(Math.hypot(...off) < 0.05 && Math.abs(clicked[2] - 200) < 0.1, `a click went from ${x},${y} to ${clicked}, ${off} of the map beside`);
  await map.focus();
  const pressed = await act(() => page.keyboard.press('ArrowLeft'));
  expect(pressed[0] < clicked[0] - side / 20 && Math.abs(pressed[1] - clicked[1]) < 2, `an arrow went from ${clicked} to ${pressed}`);
  await page.click('.minimap__toggle button');
  expect(!(await map.isVisible()), 'the map does not fold');
  await page.click('.minimap__toggle button');
  expect(await map.isVisible(), 'the map does not unfold');
  return `${colours} colours; ${(spans * 100).toFixed(0)}% of the map in view`;
}

async function rests(visit) {
  await visit.page.mouse.move(5, 5);
  await visit.idle();
  const frames = await visit.page.evaluate(async () => {
    const gl = document.querySelector('#view > canvas').getContext('webgl2');
    const draw = gl.drawElements.bind(gl);
    let calls = 0;
    gl.drawElements = (...parameters) => {
      calls++;
      draw(...parameters);
    };
    await new Promise((done) => window.setTimeout(done, 800));
    delete gl.drawElements;
    return calls;
  });
  expect(frames === 0, `${frames} draw calls while nothing changed`);
}
