import { difference, SAME } from '../pixels.mjs';
import { expect } from '../visit.mjs';
import { pickPand, straightDown } from './city.mjs';

export const objects = [
  ['Picks a building in the middle', picks],
  ['Hovers over a building', hovers],
  ['Colours buildings by an attribute', colours],
  ['Says no data in the legend', missing],
  ['Colours roads, trees and water by their own attributes', others],
  ['Hides and shows a layer', layers],
  ['Opens a tree, which is drawn as a copy', trees],
];

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

async function others(visit) {
  const { page } = visit;
  const kinds = await page.locator('#colour-of option').evaluateAll((all) => all.map(({ value }) => value));
  const { counts, themes } = await visit.api('/api/twin');
  const drawn = themes.flatMap(({ collections }) => collections).filter((collection) => counts[collection] > 0);
  expect(drawn.every((collection) => kinds.includes(collection)), `of ${drawn} the panel offers ${kinds}`);
  const told = [];
  for (const [kind, attribute] of [['wegdeel', 'bgt_functie'], ['waterdeel', 'h_maaiveld'], ['vegetatieobject', 'h_object'], ['boom', 'h_object']]) {
    if (!kinds.includes(kind)) continue;
    await page.selectOption('#colour-of', kind);
    await page.waitForSelector(`#colour-by option[value=${attribute}]`, { state: 'attached' });
    await visit.idle();
    const before = await visit.picture();
    await page.selectOption('#colour-by', attribute);
    await page.waitForSelector(`.legend__table[data-collection=${kind}][data-attribute=${attribute}]`);
    await visit.idle();
    const changed = difference(before, await visit.picture());
    expect(changed > 0.001, `${kind} by ${attribute} changed ${(changed * 100).toFixed(3)}% of the picture`);
    const columns = await visit.api(`/api/collections/${kind}/columns?properties=${attribute}`);
    const classes = await page.locator('.legend__table tbody td').evaluateAll((cells) => cells.map(({ dataset }) => Number(dataset.count)));
    const sum = classes.reduce((total, count) => total + count, 0);
    expect(sum === columns.identificatie.length && sum === counts[kind], `${kind}: the classes hold ${sum} of ${counts[kind]}`);
    expect(visit.hash().includes(`colour=${kind}/${attribute}`), `the link does not say it: ${visit.hash()}`);
    told.push(`${kind} ${(changed * 100).toFixed(1)}%`);
  }
  expect(told.length > 1, 'no other kinds to colour');
  const [hash, before] = [visit.hash(), await visit.picture()];
  await page.goto('about:blank');
  await visit.open(hash);
  await page.waitForSelector('.legend__table');
  await visit.idle();
  expect(difference(before, await visit.picture()) < SAME, 'the link brings back other colours');
  await page.selectOption('#colour-by', '');
  await visit.idle();
  return told.join(', ');
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

async function trees(visit) {
  const { page } = visit;
  const { counts } = await visit.api('/api/twin');
  const collection = ['vegetatieobject', 'boom'].find((name) => counts[name] > 0);
  if (!collection) return 'no trees in this twin';
  const { features } = await visit.api(`/api/collections/${collection}/items?limit=200&crs=EPSG:7415`);
  // The highest: nothing hangs over its top.
  const tree = features.sort((a, b) => (b.properties.h_object ?? 0) - (a.properties.h_object ?? 0))[0];
  const [x, y] = tree.geometry.coordinates;
  await straightDown(visit, 60, [x, y]);
  // Clicked beside the middle, where no tool's cross is.
  await page.mouse.click(642, 386);
  await page.waitForSelector('#object .fact');
  const hash = decodeURIComponent(visit.hash());
  expect(hash.includes(`object=${collection}/${tree.id}`), `the tree ${tree.id} was clicked, ${hash} is open`);
  await page.keyboard.press('Escape');
  await page.waitForSelector('#object', { state: 'hidden' });
  return `${collection} ${tree.id}, ${tree.properties.h_object} m`;
}

async function legendHolds({ page, api, base }) {
  const { counts } = await api.call({ base }, '/api/twin');
  const classes = await page.locator('.legend__table tbody td').evaluateAll((cells) => cells.map(({ dataset }) => Number(dataset.count)));
  const sum = classes.reduce((total, count) => total + count, 0);
  const attribute = await page.getAttribute('.legend__table', 'data-attribute');
  expect(sum === counts.pand, `${attribute}: the classes hold ${sum} of ${counts.pand} panden`);
  return `${classes.length} classes for ${attribute}, together ${sum}`;
}
