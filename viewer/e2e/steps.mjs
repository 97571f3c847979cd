import { gzipSync } from 'node:zlib';
import { content, difference } from './pixels.mjs';
import { expect } from './visit.mjs';

const JS_BUDGET = 350 * 1024;
// Two pictures of one view differ only along edges that land on another sample.
const SAME = 0.002;

let searched = '';

/** What a visitor does, in order; each step starts where the one before ended. */
export const steps = [
  ['Opens on the city', opens],
  ['Stays within its budget', budget],
  ['Draws nothing when nothing changes', rests],
  ['Picks a building in the middle', picks],
  ['Hovers over a building', hovers],
  ['Colours buildings by an attribute', colours],
  ['Says no data in the legend', missing],
  ['Hides and shows a layer', layers],
  ['Searches and flies there', searches],
  ['Works by keyboard alone', keyboard],
  ['Speaks English', english],
  ['Comes back by permalink', permalink],
  ['Fits a phone', phone],
  ['Says when the API is down', apiDown],
  ['Says when there is no twin', noTwin],
  ['Says when WebGL is missing', noWebGL],
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

async function picks(visit) {
  const { page } = visit;
  const pand = await pickPand(visit);
  const { properties } = await visit.api(`/api/collections/pand/items/${pand}`);
  const shown = await page.locator('#object .fact').count();
  const catalogue = await visit.api('/api/catalogue');
  const known = catalogue.filter(({ applies_to: to }) => to.includes('pand'));
  expect(shown === known.length, `${shown} attributes shown of ${known.length} in the catalogue`);
  const empty = known.find(({ name }) => properties[name] === null || properties[name] === undefined);
  if (empty) {
    const words = await page.textContent(`#object [data-property=${empty.name}] dd`);
    expect(words === 'onbekend', `missing ${empty.name} is shown as “${words}”`);
  }
  expect((await page.locator('#object .origin').count()) > 0, 'no sources in the panel');
  expect(visit.hash().includes(`object=pand/${pand}`), 'the selection is not in the permalink');
  return `${pand}, ${shown} attributes`;
}

async function hovers(visit) {
  const { page } = visit;
  await page.keyboard.press('Escape');
  await page.waitForSelector('#object', { state: 'hidden' });
  await page.mouse.move(5, 5);
  await page.waitForSelector('#view canvas:not(.over-object)');
  await visit.idle();
  const before = await visit.picture();
  await page.mouse.move(640, 384);
  await page.waitForSelector('#view canvas.over-object');
  await visit.idle();
  const changed = difference(before, await visit.picture());
  expect(changed > 0.00002 && changed < 0.5, `hovering changed ${(changed * 100).toFixed(4)}% of the picture`);
  await page.mouse.move(5, 5);
  await page.waitForSelector('#view canvas:not(.over-object)');
}

async function colours(visit) {
  const { page } = visit;
  const options = await page.locator('#colour-by option').evaluateAll((all) => all.map(({ value }) => value).filter(Boolean));
  expect(options.length > 3, `only ${options.length} attributes to colour by`);
  const before = await visit.picture();
  await page.selectOption('#colour-by', options.includes('hoogte') ? 'hoogte' : options[0]);
  await page.waitForSelector('.legend__table');
  await visit.idle();
  const changed = difference(before, await visit.picture());
  expect(changed > 0.01, `colouring changed ${(changed * 100).toFixed(2)}% of the picture`);
  return `${options.length} attributes, ${await legendHolds(visit)}`;
}

async function missing(visit) {
  const { page } = visit;
  const options = await page.locator('#colour-by option').evaluateAll((all) => all.map(({ value }) => value).filter(Boolean));
  let seen = 0;
  for (const option of options) {
    await page.selectOption('#colour-by', option);
    await page.waitForSelector(`.legend__table[data-attribute=${option}]`);
    await legendHolds(visit);
    const columns = await visit.api(`/api/collections/pand/columns?properties=${option}`);
    const absent = columns[option].filter((value) => value === null || value === '').length;
    const row = page.locator('.legend__table tr:has(.swatch--nodata) td');
    const told = (await row.count()) === 0 ? 0 : Number(await row.getAttribute('data-count'));
    expect(told === absent, `${option}: ${absent} values are missing, the legend says ${told}`);
    seen += told > 0 ? 1 : 0;
  }
  return `${options.length} legends, ${seen} with missing values`;
}

async function layers(visit) {
  const { page } = visit;
  const box = page.locator('.layer input').first();
  const before = await visit.picture();
  await box.uncheck();
  await visit.idle();
  const without = difference(before, await visit.picture());
  expect(without > 0.01, `hiding a layer changed ${(without * 100).toFixed(2)}% of the picture`);
  expect(visit.hash().includes('hide='), 'the hidden layer is not in the permalink');
  await box.check();
  await visit.idle();
  const after = await visit.picture();
  const again = difference(before, after);
  expect(again < SAME, `showing it again leaves ${(again * 100).toFixed(2)}% changed`);
  return `${(without * 100).toFixed(0)}% of the picture`;
}

async function searches(visit) {
  const { page } = visit;
  const item = await visit.api('/api/collections/pand/columns?properties=adressen');
  const row = item.adressen.findIndex((list) => Array.isArray(list) && list.length > 0);
  searched = row < 0 ? item.identificatie[0] : item.adressen[row][0];
  const before = visit.hash();
  await page.fill('#search-input', searched);
  await page.waitForSelector('[role=option]');
  await visit.sound();
  await page.keyboard.press('Enter');
  await page.waitForSelector('#object h2');
  await page.waitForFunction((hash) => window.location.hash !== hash, before);
  await visit.idle();
  await page.waitForSelector('#object .fact');
  expect(visit.hash().includes('object=pand/'), 'choosing a place selects no pand');
  await page.fill('#search-input', 'zzqqxx');
  await page.waitForSelector('.search__status:not(.hidden-text)');
  expect((await page.textContent('.search__status')).includes('zzqqxx'), 'finding nothing is not said');
  await page.fill('#search-input', '');
  return searched;
}

async function keyboard(visit) {
  const { page } = visit;
  await page.focus('#view canvas');
  for (const key of ['ArrowUp', 'Shift+ArrowRight', '+', '-', 'n', 'Home']) {
    const before = visit.hash();
    await page.keyboard.press(key);
    await page.waitForFunction((hash) => window.location.hash !== hash, before);
    await visit.idle();
  }
  await page.keyboard.press('Escape');
  await page.waitForSelector('#object', { state: 'hidden' });
  await page.keyboard.press('Enter');
  await page.waitForSelector('#object:not([hidden]), .toast');
  const stops = new Set();
  for (let press = 0; press < 60; press++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const { activeElement: element } = document;
      const { outlineStyle, boxShadow } = window.getComputedStyle(element);
      return { name: element.outerHTML.slice(0, 80), seen: element === document.body || outlineStyle !== 'none' || boxShadow !== 'none' };
    });
    expect(stop.seen, `focus can't be seen on ${stop.name}`);
    stops.add(stop.name);
  }
  return `${stops.size} tab stops, all with visible focus`;
}

async function english(visit) {
  const { page } = visit;
  await page.click('.language[lang=en]');
  expect((await page.getAttribute('html', 'lang')) === 'en', 'the page does not say that it is English');
  expect((await page.textContent('.section summary')) === 'Layers', 'the panel is not in English');
}

async function permalink(visit) {
  const { page } = visit;
  await page.keyboard.press('Escape');
  const start = visit.hash();
  await page.mouse.move(640, 300);
  await page.mouse.wheel(0, -400);
  await page.waitForFunction((hash) => window.location.hash !== hash, start);
  await visit.idle();
  await page.mouse.move(5, 5);
  await pickPand(visit);
  await page.waitForSelector('#object .fact');
  await page.mouse.move(5, 5);
  await visit.idle();
  const [hash, before] = [visit.hash(), await visit.picture()];
  await page.goto('about:blank');
  await visit.open(hash);
  await page.waitForSelector('#object .fact');
  await page.waitForSelector('.legend__table');
  await visit.idle();
  expect(visit.hash() === hash, `the link became ${visit.hash()} instead of ${hash}`);
  const changed = difference(before, await visit.picture());
  expect(changed < SAME, `${(changed * 100).toFixed(2)}% of the picture differs`);
  return hash;
}

async function phone(visit) {
  const { page } = visit;
  await page.setViewportSize({ width: 390, height: 780 });
  await visit.idle();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide <= 390, `the page is ${wide} pixels wide`);
  expect(await page.isVisible('#search-input'), 'no search box');
}

async function apiDown(visit) {
  await broken(visit, (route) => route.abort(), 'twin serve');
}

async function noTwin(visit) {
  await broken(visit, (route) => route.fulfill({ status: 503, json: {} }), 'twin build');
}

async function broken(visit, answer, words) {
  const { page } = visit;
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto('about:blank');
  await page.route('**/api/**', answer);
  await page.goto(visit.base);
  await page.waitForSelector('[role=alert]');
  await page.unroute('**/api/**');
  // The browser logs the failed request itself; that one is meant.
  visit.faults.length = 0;
  const told = await page.textContent('[role=alert]');
  expect(told.includes(words), `the message does not say what to do: ${told}`);
  return told.trim();
}

async function noWebGL(visit) {
  const { page } = visit;
  await page.addInitScript(() => {
    window.HTMLCanvasElement.prototype.getContext = () => null;
  });
  await page.goto('about:blank');
  await page.goto(visit.base);
  await page.waitForSelector('[role=alert]');
  visit.faults.length = 0;
  const told = await page.textContent('[role=alert]');
  expect(told.includes('WebGL'), `the message does not name WebGL: ${told}`);
}

// The middle may show a street or a square: points on ever wider rings are tried until one is a pand.
async function pickPand(visit) {
  const { page } = visit;
  for (let ring = 0; ring <= 6; ring++) {
    for (let turn = 0; turn < (ring === 0 ? 1 : 8); turn++) {
      const angle = (turn / 8 + ring / 16) * 2 * Math.PI;
      await page.mouse.click(640 + 40 * ring * Math.cos(angle), 384 + 30 * ring * Math.sin(angle));
      await visit.idle();
      const pand = /object=pand\/([^&]+)/.exec(visit.hash())?.[1];
      if (!pand) continue;
      await page.waitForSelector('#object .fact');
      return pand;
    }
  }
  throw new Error('no pand around the middle of the view');
}

async function legendHolds({ page, api, base }) {
  const { counts } = await api.call({ base }, '/api/twin');
  const classes = await page.locator('.legend__table tbody td').evaluateAll((cells) => cells.map(({ dataset }) => Number(dataset.count)));
  const sum = classes.reduce((total, count) => total + count, 0);
  const attribute = await page.getAttribute('.legend__table', 'data-attribute');
  expect(sum === counts.pand, `${attribute}: the classes hold ${sum} of ${counts.pand} panden`);
  return `${classes.length} classes for ${attribute}, together ${sum}`;
}
