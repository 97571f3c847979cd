import { difference, SAME } from '../pixels.mjs';
import { expect } from '../visit.mjs';
import { pickPand } from './city.mjs';

export const finding = [
  ['Searches by address, postcode, id and street, and flies there', searches],
  ['Works by keyboard alone', keyboard],
  ['Moves at once for who asks for little motion', calm],
  ['Speaks English', english],
  ['Comes back by permalink', permalink],
];

async function searches(visit) {
  const { page } = visit;
  const { features } = await visit.api('/api/collections/verblijfsobject/items?limit=20');
  const { adres, adres_postcode: postcode, straatnaam, pand_ids: panden } = features.map(({ properties }) => properties).find(({ adres, adres_postcode, straatnaam, pand_ids }) => adres && adres_postcode && straatnaam && pand_ids?.length);
  const told = [];
  for (const [query, kind] of [[straatnaam, 'straat'], [postcode.toLowerCase().replace(/(\d{4})/, '$1 '), 'postcode'], [panden[0], 'pand'], [adres, 'adres']]) {
    const { results } = await visit.api(`/api/search?limit=10&q=${encodeURIComponent(query)}`);
    const at = results.findIndex((result) => result.kind === kind);
    expect(at >= 0, `“${query}” finds no ${kind}: ${JSON.stringify(results)}`);
    if (visit.hash().includes('object=')) await page.keyboard.press('Escape');
    const before = visit.hash();
    await page.fill('#search-input', query);
    await page.waitForSelector('[role=option]');
    for (let press = 0; press < at; press++) await page.keyboard.press('ArrowDown');
    const option = page.locator('[role=option][aria-selected=true]');
    expect((await option.textContent()).startsWith(results[at].label), `chosen is ${await option.textContent()}, not ${results[at].label}`);
    if (kind === 'adres') await visit.sound();
    await page.keyboard.press('Enter');
    await page.waitForFunction((hash) => window.location.hash !== hash, before);
    await visit.idle();
    const away = Math.hypot(...looksAt(visit, results[at].z ?? 0).map((value, axis) => value - results[at].rd[axis]));
    expect(away < 1, `“${query}” looks ${away.toFixed(1)} m beside ${results[at].label}`);
    if (kind === 'pand' || kind === 'adres') {
      await page.waitForSelector('#object .fact');
      expect(visit.hash().includes(`object=pand/${panden[0]}`), `“${query}” selects ${visit.hash()}`);
    }
    told.push(`${kind} “${query}”`);
  }
  await page.fill('#search-input', 'zzqqxx');
  await page.waitForSelector('.search__status:not(.hidden-text)');
  expect((await page.textContent('.search__status')).includes('zzqqxx'), 'finding nothing is not said');
  await page.fill('#search-input', '');
  return told.join(', ');
}

/** Where the middle of the view meets a height [m NAP], in RD. */
function looksAt(visit, height) {
  const [x, y, z, heading, pitch] = /camera=([^&]+)/.exec(decodeURIComponent(visit.hash()))[1].split(',').map(Number);
  const level = (z - height) / Math.tan((-pitch * Math.PI) / 180);
  return [x + level * Math.sin((heading * Math.PI) / 180), y + level * Math.cos((heading * Math.PI) / 180)];
}

async function keyboard(visit) {
  const { page } = visit;
  await page.focus('#view > canvas');
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

async function calm(visit) {
  const { page } = visit;
  await page.keyboard.press('Escape');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('about:blank');
  await visit.open('');
  const moves = await page.evaluate(async () => {
    const needle = document.querySelector('.needle').style;
    const seen = new Set([needle.transform]);
    document.querySelector('#view > canvas').focus();
    document.activeElement.dispatchEvent(new window.KeyboardEvent('keydown', { key: 'ArrowRight', shiftKey: true, bubbles: true }));
    const end = window.performance.now() + 1500;
    while (window.performance.now() < end) {
      await new Promise((done) => window.requestAnimationFrame(done));
      seen.add(needle.transform);
    }
    return seen.size - 1;
  });
  expect(moves === 1, `a turn takes ${moves} steps with little motion asked`);
  await page.emulateMedia({ reducedMotion: null });
  return 'one step';
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
  await page.selectOption('#colour-by', { index: 1 });
  await page.waitForSelector('.legend__table');
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
