import { gzipSync } from 'node:zlib';
import { content } from '../pixels.mjs';
import { expect } from '../visit.mjs';

const JS_BUDGET = 350 * 1024;

export const opening = [
  ['Opens on the city', opens],
  ['Stays within its budget', budget],
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

async function budget(visit) {
  const scripts = await visit.page.evaluate(() =>
    window.performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.endsWith('.js')),
  );
  let bytes = 0;
  for (const script of scripts) bytes += gzipSync(Buffer.from(await (await fetch(script)).arrayBuffer())).length;
  expect(scripts.length > 0 && bytes <= JS_BUDGET, `${bytes} bytes of gzipped JavaScript, budget ${JS_BUDGET}`);
  return `${(bytes / 1024).toFixed(0)} KB of gzipped JavaScript`;
}

async function rests(visit) {
  await visit.page.mouse.move(5, 5);
  await visit.idle();
  const frames = await visit.page.evaluate(async () => {
    const gl = document.querySelector('#view canvas').getContext('webgl2');
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
