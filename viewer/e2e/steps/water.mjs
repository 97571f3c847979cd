import { difference } from '../pixels.mjs';
import { expect } from '../visit.mjs';
import { openTool } from './city.mjs';

export const water = [
  ['Lays water against the ground and counts who stands in it', rises],
  ['Comes back with its link, and runs off', restores],
];

async function told(visit) {
  await visit.page.waitForSelector('.water [role=status][data-count]');
  return Number(await visit.page.getAttribute('.water [role=status]', 'data-count'));
}

async function rises(visit) {
  const { page } = visit;
  const dry = await visit.picture();
  await openTool(visit, 'water');
  const first = await told(visit);
  const { h_maaiveld: heights } = await visit.api('/api/collections/pand/columns?properties=h_maaiveld');
  const half = Number(await page.inputValue('#water-level'));
  expect(first === heights.filter((height) => height !== null && height < half).length, `at ${half} m the panel counts ${first}`);
  const counts = [`${half} m: ${first}`];
  for (const key of ['Home', 'End', 'PageDown', 'ArrowRight']) {
    await page.focus('#water-level');
    await page.keyboard.press(key);
    const level = Number(await page.inputValue('#water-level'));
    const expected = heights.filter((height) => height !== null && height < level).length;
    await page.waitForSelector(`.water [role=status][data-count="${expected}"]`);
    counts.push(`${level} m: ${expected}`);
    if (key === 'End') {
      await visit.idle();
      const wet = difference(dry, await visit.picture());
      expect(wet > 0.1, `the water changed ${(wet * 100).toFixed(2)}% of the picture`);
    }
  }
  const count = await told(visit);
  const csv = await (await fetch(visit.base + (await page.getAttribute('.water__csv', 'href')))).text();
  expect(csv.trim().split(/\r?\n/).length - 1 >= count, 'the CSV lacks panden');
  const { features } = await visit.api(`/api/collections/pand/items?limit=25&sortby=h_maaiveld&properties=adressen,h_maaiveld&filter=${encodeURIComponent(`h_maaiveld < ${await page.inputValue('#water-level')}`)}`);
  const names = await page.locator('.water__list .table__choose').allTextContents();
  const expected = features.map(({ id, properties }) => properties.adressen?.[0] ?? id);
  expect(names.length === expected.length && names.every((name, at) => name.startsWith(expected[at])), `listed are ${names}, the API says ${expected}`);
  const address = features.flatMap(({ properties }) => properties.adressen ?? [])[0];
  expect(csv.includes(address), `the CSV lacks the address ${address}`);
  await page.locator('.water__list .table__choose').first().click();
  await page.waitForSelector('#object .fact');
  expect(visit.hash().includes(`object=pand/${features[0].id}`), 'a row does not choose its pand');
  await page.click('#object .object__head button');
  const listed = await page.locator('.water__list tbody tr').evaluateAll((rows) => rows.map((row) => Number(row.lastChild.textContent.replace(',', '.'))));
  expect(listed.length === Math.min(25, count) && listed.every((depth, at) => at === 0 || depth <= listed[at - 1]), `not the deepest first: ${listed}`);
  return counts.join(', ');
}

async function restores(visit) {
  const { page } = visit;
  await visit.idle();
  const [hash, count, before] = [visit.hash(), await told(visit), await visit.picture()];
  await page.goto('about:blank');
  await visit.open(hash);
  expect((await told(visit)) === count, 'the link brings back another level');
  await visit.idle();
  const changed = difference(before, await visit.picture());
  expect(changed < 0.004, `${(changed * 100).toFixed(2)}% of the picture differs`);
  await page.click('#tool button:has-text("Wissen")');
  await visit.idle();
  expect(difference(before, await visit.picture()) > 0.05, 'Clear leaves the water');
}
