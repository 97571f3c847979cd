import { difference, SAME } from '../pixels.mjs';
import { expect } from '../visit.mjs';
import { pickPand, straightDown } from './city.mjs';
import { away, inside } from './plane.mjs';

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
  const words = (name) => page.textContent(`#object [data-property=${name}] dd`);
  const groups = new Set(known.map(({ group }) => group));
  expect((await page.locator('#object .group > summary').count()) === groups.size, `not the ${groups.size} groups of the catalogue`);
  const { decimals } = known.find(({ name }) => name === 'hoogte');
  const height = properties.hoogte.toLocaleString('nl-NL', { maximumFractionDigits: decimals });
  expect((await words('hoogte')) === `${height} m`, `a height of ${properties.hoogte} is shown as “${await words('hoogte')}”`);
  expect((await words('lod')).includes(properties.lod), `of LoD ${properties.lod} the panel says “${await words('lod')}”`);
  const { sources } = await visit.api('/api/twin');
  const bag = sources.find(({ kind }) => kind === 'bag');
  const origins = await page.locator('#object .origin').allTextContents();
  const day = new Date(bag.date).toLocaleDateString('nl-NL', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
  expect(origins.some((origin) => origin.includes(bag.title) && origin.includes(day)), `no source with its date: ${origins}`);
  expect(visit.hash().includes(`object=pand/${pand}`), 'the selection is not in the permalink');
  return `${pand}, ${shown} attributes in ${groups.size} groups`;
}

async function hovers(visit) {
  const { page } = visit;
  const pand = /object=pand\/([^&]+)/.exec(visit.hash())?.[1] ?? (await pickPand(visit));
  await page.keyboard.press('Escape');
  await page.waitForSelector('#object', { state: 'hidden' });
  const camera = new URLSearchParams(visit.hash().slice(1)).get('camera');
  // From so near that the pand fills a good part of the view, in a town of any size.
  const { at, span } = await withinPand(visit, pand);
  await straightDown(visit, Math.max(60, 2 * span), at);
  await page.mouse.move(100, 40); // over the title
  await page.waitForSelector('#view > canvas:not(.over-object)');
  await visit.idle();
  const before = await visit.picture();
  await page.mouse.move(640, 384);
  await page.waitForSelector('#view > canvas.over-object');
  await visit.idle();
  const changed = difference(before, await visit.picture());
  expect(changed > 0.0005 && changed < 0.5, `hovering changed ${(changed * 100).toFixed(4)}% of the picture`);
  await page.mouse.move(100, 40);
  await page.waitForSelector('#view > canvas:not(.over-object)');
  await visit.look(camera);
  return `${pand}: ${(changed * 100).toFixed(2)}% of the picture`;
}

/** A place in RD well within a pand, and how far across it is [m]. */
async function withinPand(visit, pand) {
  const { features } = await visit.api(`/api/collections/pand/items?filter=identificatie='${pand}'&crs=http://www.opengis.net/def/crs/EPSG/0/28992`);
  const { type, coordinates } = features[0].geometry;
  const rings = type === 'Polygon' ? coordinates : coordinates[0];
  const [[west, east], [south, north]] = [0, 1].map((axis) => [Math.min(...rings[0].map((corner) => corner[axis])), Math.max(...rings[0].map((corner) => corner[axis]))]);
  const steps = Array.from({ length: 15 }, (_, step) => (step + 1) / 16);
  const places = steps.flatMap((u) => steps.map((v) => [west + u * (east - west), south + v * (north - south)]));
  const room = (place) => Math.min(...rings.flatMap((ring) => ring.slice(1).map((corner, edge) => away(place, ring[edge], corner))));
  const free = places.filter((place) => rings.every((ring, number) => inside(place, ring) === (number === 0)));
  const at = free.reduce((best, place) => (room(place) > room(best) ? place : best));
  return { at: at.map((value) => value.toFixed(2)), span: Math.max(east - west, north - south) };
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
  let closest = Infinity;
  for (const option of options) {
    await page.selectOption('#colour-by', option);
    await page.waitForSelector(`.legend__table[data-attribute=${option}]`);
    await legendHolds(visit);
    closest = Math.min(closest, ...(await apart(page)).map(({ least }) => least));
    const columns = await visit.api(`/api/collections/pand/columns?properties=${option}`);
    const absent = columns[option].filter((value) => value === null || value === '').length;
    const row = page.locator('.legend__table tr:has(.swatch--nodata) td');
    const told = (await row.count()) === 0 ? 0 : Number(await row.getAttribute('data-count'));
    expect(told === absent, `${option}: ${absent} values are missing, the legend says ${told}`);
    seen += told > 0 ? 1 : 0;
  }
  return `${options.length} legends, ${seen} with missing values; classes at least ${closest.toFixed(1)} apart for colour-blind eyes`;
}

/** What red-, green- and blue-blind eyes see of linear light (Machado, Oliveira and Fernandes 2009, at its fullest). */
const BLIND = {
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};
// Twice the difference in CIELAB that two patches side by side need to be told apart.
const APART = 4.6;

/** How far the nearest two classes of the legend are apart in CIELAB, per kind of eye; what has no data is hatched. */
async function apart(page) {
  const swatches = await page.locator('.legend__table .swatch').evaluateAll((all) => all.map((swatch) => ({ colour: window.getComputedStyle(swatch).backgroundColor, hatched: window.getComputedStyle(swatch).backgroundImage !== 'none', empty: swatch.classList.contains('swatch--nodata') })));
  expect(swatches.every(({ hatched, empty }) => hatched === empty), 'what has no data is not the one that is hatched');
  const colours = swatches.filter(({ empty }) => !empty).map(({ colour }) => /(\d+), (\d+), (\d+)/.exec(colour).slice(1).map((byte) => linear(byte / 255)));
  return Object.entries(BLIND).map(([eye, matrix]) => {
    const seen = colours.map((light) => lab(matrix.map((row) => Math.max(0, row.reduce((sum, share, at) => sum + share * light[at], 0)))));
    const distances = seen.flatMap((one, at) => seen.slice(at + 1).map((other) => Math.hypot(...one.map((value, axis) => value - other[axis]))));
    const least = Math.min(Infinity, ...distances);
    expect(least > APART, `${eye} eyes see two classes ${least.toFixed(1)} apart`);
    return { eye, least };
  });
}

function linear(value) {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** CIELAB of linear sRGB, white point D65. */
function lab([r, g, b]) {
  const [x, y, z] = [(0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047, 0.2126 * r + 0.7152 * g + 0.0722 * b, (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883].map((t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
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
