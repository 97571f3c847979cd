import { difference } from '../pixels.mjs';
import { expect } from '../visit.mjs';
import { openTool } from './city.mjs';

export const filtering = [
  ['Filters by a number, and the others pale', byNumber],
  ['Adds a condition on a value by keyboard', byValue],
  ['Lists what matches, sorted and a page at a time', lists],
  ['Is one with the selection, both ways', linked],
  ['Comes back from a link, and clears', restores],
  ['Filters and lists roads and trees', others],
];

const PANDEN = '/api/collections/pand/items';

async function matched(visit, filter) {
  const { numberMatched } = await visit.api(`${PANDEN}?limit=1&filter=${encodeURIComponent(filter)}`);
  return numberMatched;
}

async function told(visit) {
  await visit.page.waitForSelector('.filter [role=status][data-count]');
  return Number(await visit.page.getAttribute('.filter [role=status]', 'data-count'));
}

async function byNumber(visit) {
  const { page } = visit;
  const before = await visit.picture();
  await openTool(visit, 'filter');
  await page.selectOption('#filter-add', 'oorspronkelijk_bouwjaar');
  const { values } = await visit.api('/api/collections/pand/values?property=oorspronkelijk_bouwjaar&limit=1000');
  const years = values.map(({ value }) => value).sort((a, b) => a - b);
  const middle = years[Math.floor(years.length / 2)];
  await page.fill('#filter-0-to', String(middle));
  await page.press('#filter-0-to', 'Tab');
  const [count, expected] = [await told(visit), await matched(visit, `oorspronkelijk_bouwjaar <= ${middle}`)];
  const { counts } = await visit.api('/api/twin');
  expect(count === expected && count < counts.pand, `the filter tells of ${count} panden, the API of ${expected}`);
  await visit.idle();
  const changed = difference(before, await visit.picture());
  expect(changed > 0.005, `filtering changed ${(changed * 100).toFixed(2)}% of the picture`);
  return `${count} of ${counts.pand} panden, ${(changed * 100).toFixed(0)}% of the picture`;
}

async function byValue(visit) {
  const { page } = visit;
  const before = await told(visit);
  await page.selectOption('#filter-add', 'gebruiksdoelen');
  const box = page.locator('[data-attribute=gebruiksdoelen] .condition__values input').first();
  const use = await box.getAttribute('value');
  await box.focus();
  await page.keyboard.press('Space');
  await page.waitForFunction((was) => ![undefined, String(was)].includes(document.querySelector('.filter [role=status]').dataset.count), before);
  const filter = `${/oorspronkelijk_bouwjaar:\.\.(\d+)/.exec(decodeURIComponent(visit.hash()))[1]}`;
  const expected = await matched(visit, `oorspronkelijk_bouwjaar <= ${filter} AND A_OVERLAPS(gebruiksdoelen, ('${use}'))`);
  expect((await told(visit)) === expected, `the filter tells of ${await told(visit)} panden, the API of ${expected}`);
  return `${use}: ${expected} of ${before}`;
}

async function lists(visit) {
  const { page } = visit;
  const count = await told(visit);
  await openTool(visit, 'table');
  await page.waitForSelector(`.table [role=status][data-total="${count}"]`);
  await page.focus('[data-sort=hoogte]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('th[aria-sort=ascending] [data-sort=hoogte]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('th[aria-sort=descending] [data-sort=hoogte]');
  const year = /oorspronkelijk_bouwjaar:\.\.(\d+)/.exec(decodeURIComponent(visit.hash()))[1];
  const use = await page.locator('[data-attribute=gebruiksdoelen] input:checked').first().getAttribute('value');
  const filter = `oorspronkelijk_bouwjaar <= ${year} AND A_OVERLAPS(gebruiksdoelen, ('${use}'))`;
  const { features } = await visit.api(`${PANDEN}?sortby=-hoogte&limit=120&filter=${encodeURIComponent(filter)}`);
  const shown = () => page.locator('.table__choose').evaluateAll((all) => all.map(({ dataset }) => dataset.id));
  const expected = features.map(({ id }) => id);
  expect((await shown()).join() === expected.slice(0, 50).join(), 'the first page is not the highest panden');
  if (count > 50) {
    await page.click('.table__next');
    await page.waitForSelector(`.table__choose[data-id="${expected[50]}"]`);
    expect((await shown()).join() === expected.slice(50, 100).join(), 'the second page does not follow the first');
    await page.click('.table__previous');
    await page.waitForSelector(`.table__choose[data-id="${expected[0]}"]`);
  }
  const file = await (await fetch(visit.base + (await page.getAttribute('.table__csv', 'href')))).text();
  const lines = file.trim().split(/\r?\n/).length - 1;
  expect(lines >= count, `the CSV has ${lines} lines for ${count} panden`);
  return `${count} panden, ${lines} lines of CSV`;
}

async function linked(visit) {
  const { page } = visit;
  const id = await page.locator('.table__choose').nth(2).getAttribute('data-id');
  await page.focus(`.table__choose[data-id="${id}"]`);
  await page.keyboard.press('Enter');
  await visit.idle();
  expect(visit.hash().includes(`object=pand/${id}`), 'a row does not choose its pand');
  await page.waitForSelector(`.table__chosen [data-id="${id}"]`);
  // And the other way: what is chosen in the city is the row that is marked.
  const other = await page.locator('.table__choose').nth(4).getAttribute('data-id');
  await page.evaluate((next) => {
    window.location.hash = window.location.hash.replace(/object=pand\/[^&]+/, `object=pand/${next}`);
  }, other);
  await page.waitForSelector(`.table__chosen [data-id="${other}"]`);
  expect((await page.locator('.table__chosen').count()) === 1, 'more than one row is marked');
}

async function restores(visit) {
  const { page } = visit;
  const [hash, count] = [visit.hash(), await told(visit)];
  await page.goto('about:blank');
  await visit.open(hash);
  expect((await told(visit)) === count, 'the link brings back another filter');
  await page.waitForSelector(`.table [role=status][data-total="${count}"]`);
  await page.click('#tool button:has-text("Wissen")');
  const { counts } = await visit.api('/api/twin');
  await page.waitForSelector(`.table [role=status][data-total="${counts.pand}"]`);
  expect(!visit.hash().includes('filter='), 'Clear leaves the filter in the link');
}

async function others(visit) {
  const { page } = visit;
  const { counts } = await visit.api('/api/twin');
  await page.goto('about:blank');
  await visit.open('');
  await openTool(visit, 'filter');
  const before = await visit.picture();
  await page.selectOption('#filter-of', 'wegdeel');
  await page.waitForSelector('#filter-add option[value=bgt_functie]', { state: 'attached' });
  await page.selectOption('#filter-add', 'bgt_functie');
  const { values } = await visit.api('/api/collections/wegdeel/values?property=bgt_functie&limit=50');
  await page.check(`[data-attribute=bgt_functie] .condition__values input[value="${values[0].value}"]`);
  expect((await told(visit)) === values[0].count, `the filter tells of ${await told(visit)}, the API of ${values[0].count} ${values[0].value}`);
  await visit.idle();
  const changed = difference(before, await visit.picture());
  expect(changed > 0.005, `filtering roads changed ${(changed * 100).toFixed(2)}% of the picture`);
  await page.click('button:has-text("Tonen in een tabel")');
  await page.waitForSelector(`#sheet [role=status][data-total="${values[0].count}"]`);
  await page.locator('#sheet .table__choose').first().click();
  await page.waitForSelector('#object .fact');
  expect(visit.hash().includes('object=wegdeel/'), `chosen is ${visit.hash()}`);
  const other = ['vegetatieobject', 'boom', 'waterdeel'].find((kind) => counts[kind] > 0);
  await page.selectOption('#table-of', other);
  await page.waitForSelector(`#sheet [role=status][data-total="${counts[other]}"]`);
  return `${values[0].count} of ${counts.wegdeel} wegdelen, ${counts[other]} of ${other} in the table`;
}
