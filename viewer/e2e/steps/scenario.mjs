import { decodePng, difference } from '../pixels.mjs';
import { expect } from '../visit.mjs';
import { openTool, pickPand, straightDown } from './city.mjs';
import { changing, downloaded, indicator, judged, more, openPart, variantOf } from './variant.mjs';

export const scenario = [
  ['Demolishes a pand', demolishes],
  ['Adds a building with the volume that was typed', adds],
  ['Builds where a pand stood', rebuilds],
  ['Undoes and does again', undoes],
  ['Recovers the draft after a reload', recovers],
  ['Saves a variant and opens it by its link', saves],
  ['Opens a file, and tells what is none', files],
  ['Exports the variant', exports_],
];

async function demolishes(visit) {
  const { page } = visit;
  await straightDown(visit, 160);
  await openTool(visit, 'scenario');
  await page.mouse.move(5, 5);
  const before = await visit.picture();
  const pand = await pickPand(visit);
  const { properties } = await visit.api(`/api/collections/pand/items/${pand}`);
  await page.click('button:has-text("Sloop gekozen pand")');
  await judged(visit);
  const changed = difference(before, await visit.picture());
  expect(changed > 0.001, `demolition changed ${(changed * 100).toFixed(3)}% of the picture`);
  const { before: was, after } = await indicator(page, 'footprint');
  expect(after < was, `built-up area went from ${was} to ${after} m²`);
  expect(sky(await visit.picture()) <= sky(before) + 200, 'where the pand stood one sees the sky');
  expect((await page.locator('[data-edit]').getAttribute('data-level')) === 'ok', 'the demolition has another verdict than ok');
  expect(visit.hash().includes('scenario=concept'), `the link does not say that there is a draft: ${visit.hash()}`);
  return `${properties.identificatie ?? pand}: ${was - after} m² less, ${(changed * 100).toFixed(2)}% of the picture`;
}

/** Pixels in the colour of the sky. */
function sky(picture) {
  const { data, channels } = decodePng(picture);
  let count = 0;
  for (let i = 0; i < data.length; i += channels) if (data[i] === 0xe9 && data[i + 1] === 0xef && data[i + 2] === 0xf4) count++;
  return count;
}

async function adds(visit) {
  const { page } = visit;
  // Against what stands now: a building in another buurt adds that buurt to what is counted.
  const was = await indicator(page, 'volume');
  await page.mouse.move(5, 5);
  const before = await visit.picture();
  await openPart(page, 'new');
  for (const [name, value] of Object.entries({ width: 20, depth: 10, rotation: 30, height: 15, floors: 5 })) {
    await page.fill(`#scenario-${name}`, String(value));
  }
  // By keyboard: the middle of the view.
  await page.focus('button:has-text("In het midden van het beeld")');
  await page.keyboard.press('Enter');
  await judged(visit);
  const now = await indicator(page, 'volume');
  const added = more(now) - more(was);
  expect(Math.abs(added - 20 * 10 * 15) <= 2, `20 x 10 x 15 m added ${added} m³`);
  const changed = difference(before, await visit.picture());
  expect(changed > 0.002, `a building changed ${(changed * 100).toFixed(3)}% of the picture`);
  // By mouse, with a gable roof on it.
  await page.selectOption('#scenario-new-roof', 'gable');
  await page.fill('#scenario-new-slope', '45');
  await page.click('button:has-text("Plaats aanwijzen")');
  await page.mouse.click(900, 500);
  await judged(visit);
  const gabled = more(await indicator(page, 'volume')) - more(now);
  // A roof at 45 degrees over a depth of ten metres rises five: half of 20 x 10 x 5 more.
  // Where it was pointed at the ground may slope, and the walls reach down to its lowest point.
  expect(gabled >= 3498, `with a gable roof ${gabled} m³`);
  return `${added} and ${gabled} m³`;
}

async function rebuilds(visit) {
  const { page } = visit;
  const { edits } = await variantOf(page);
  const { features } = await visit.api(`/api/collections/pand/items?filter=identificatie='${edits[0].pand}'&crs=http://www.opengis.net/def/crs/EPSG/0/28992`);
  const ring = features[0].geometry.coordinates[0].slice(0, -1);
  const [x, y] = [0, 1].map((axis) => ring.reduce((sum, corner) => sum + corner[axis], 0) / ring.length);
  await straightDown(visit, 160, [x.toFixed(2), y.toFixed(2)]);
  await page.focus('#view canvas');
  await changing(visit, async () => {
    await page.click('button:has-text("Plaats aanwijzen")');
    await page.focus('#view canvas');
    await page.keyboard.press('Enter');
  });
  const built = (await variantOf(page)).edits.at(-1);
  const middle = [0, 1].map((axis) => built.rings[0].reduce((sum, corner) => sum + corner[axis], 0) / 4);
  expect(Math.hypot(middle[0] - x, middle[1] - y) < 1, `built at ${middle}, the pand stood at ${[x, y]}`);
  await changing(visit, () => page.click('button:has-text("Ongedaan maken")'));
  await straightDown(visit, 160);
}

async function undoes(visit) {
  const { page } = visit;
  // The edges of what is open in a form are not part of the variant.
  const open = page.locator('.scenario__name[aria-expanded=true]');
  if (await open.count()) await open.click();
  const full = await indicator(page, 'volume');
  await page.mouse.move(5, 5);
  const before = await visit.picture();
  await page.click('button:has-text("Ongedaan maken")');
  await page.mouse.move(5, 5);
  await judged(visit);
  expect((await page.locator('[data-edit]').count()) === 2, 'undo left the edit');
  expect((await indicator(page, 'volume')).after < full.after, 'undo left the volume');
  const changed = difference(before, await visit.picture());
  expect(changed > 0.001, `undo changed ${(changed * 100).toFixed(3)}% of the picture`);
  await page.click('.scenario [data-step=redo]');
  await page.mouse.move(5, 5);
  await judged(visit);
  expect((await indicator(page, 'volume')).after === full.after, 'redo did not bring the volume back');
  const differs = difference(before, await visit.picture());
  expect(differs < 0.004, `after redo ${(differs * 100).toFixed(2)}% of the picture differs`);
}

async function recovers(visit) {
  const { page } = visit;
  const shown = await page.locator('[data-edit]').allTextContents();
  const hash = visit.hash();
  await page.goto('about:blank');
  await visit.open(hash);
  await judged(visit);
  expect((await page.locator('[data-edit]').allTextContents()).join() === shown.join(), 'the draft came back otherwise');
}

async function saves(visit) {
  const { page } = visit;
  await page.fill('#scenario-title', 'Plan van de proef');
  await page.locator('#scenario-title').blur();
  await page.click('button:has-text("Opslaan op de server")');
  await page.waitForFunction(() => /scenario=(?!concept)[\w-]+/.test(window.location.hash));
  await judged(visit);
  const [hash, edits] = [visit.hash(), await page.locator('[data-edit]').count()];
  await page.click('#tool button:has-text("Wissen")');
  expect((await page.locator('[data-edit]').count()) === 0, 'Clear left edits');
  await page.goto('about:blank');
  await visit.open(hash);
  await judged(visit);
  expect((await page.locator('[data-edit]').count()) === edits, 'the link opens another variant');
  expect((await page.inputValue('#scenario-title')) === 'Plan van de proef', 'the link opens another title');
  const id = /scenario=([\w-]+)/.exec(hash)[1];
  await page.click('button:has-text("Opgeslagen varianten")');
  await page.waitForSelector(`button[data-id="${id}"]`);
  const saved = await fetch(`${visit.base}/api/scenarios/${id}`);
  await fetch(`${visit.base}/api/scenarios/${id}`, { method: 'DELETE', headers: { 'if-match': saved.headers.get('etag') } });
  return id;
}

async function files(visit) {
  const { page } = visit;
  const edits = await page.locator('[data-edit]').count();
  const content = await downloaded(page, 'Download als bestand');
  expect(JSON.parse(content).edits.length === edits, 'the file has other edits');
  for (const [bad, words] of [['{', 'geen JSON'], ['{"type":"FeatureCollection"}', 'geen variant']]) {
    await page.setInputFiles('#scenario-file', { name: 'a.json', mimeType: 'application/json', buffer: Buffer.from(bad) });
    await page.waitForSelector(`.scenario [role=status]:has-text("${words}")`);
    expect((await page.locator('[data-edit]').count()) === edits, 'a bad file changed the variant');
  }
  await page.click('#tool button:has-text("Wissen")');
  await page.setInputFiles('#scenario-file', { name: 'b.json', mimeType: 'application/json', buffer: Buffer.from(content) });
  await page.waitForSelector('[data-edit]');
  await judged(visit);
  expect((await page.locator('[data-edit]').count()) === edits, 'the file opens otherwise');
}

async function exports_(visit) {
  const { page } = visit;
  const city = JSON.parse(await downloaded(page, 'CityJSON'));
  expect(city.type === 'CityJSON' && Object.keys(city.CityObjects).length >= 2, 'the CityJSON lacks the new buildings');
  const csv = await downloaded(page, 'Indicatoren (CSV)');
  expect(csv.includes('Bebouwd oppervlak'), 'the CSV has no indicators');
  const sheet = await downloaded(page, 'Blad om te printen');
  expect(sheet.includes('Plan van de proef'), 'the sheet lacks the title of the variant');
  expect((await downloaded(page, 'glTF')).startsWith('glTF'), 'the export is no binary glTF');
}
