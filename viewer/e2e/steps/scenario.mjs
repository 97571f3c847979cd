import { decodePng, difference } from '../pixels.mjs';
import { expect } from '../visit.mjs';
import { openTool, pickPand, straightDown } from './city.mjs';
import { changing, downloaded, indicator, judged, more, openPart, variantOf } from './variant.mjs';

export const scenario = [
  ['Demolishes a pand', demolishes],
  ['Adds a building with the volume that was typed', adds],
  ['Draws a building corner by corner, and gives it a hipped roof', drawsCorners],
  ['Tells every indicator before, after and as a difference, with what it is', indicates],
  ['Builds where a pand stood', rebuilds],
  ['Undoes and does again', undoes],
  ['Recovers the draft after a reload', recovers],
  ['Saves a variant and opens it by its link', saves],
  ['Opens a file, and tells what is none', files],
  ['Opens a hostile file of another city, and says what can not be done', hostile],
  ['Keeps the variant while the server is away', away],
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

async function drawsCorners(visit) {
  const { page } = visit;
  await openPart(page, 'new');
  await page.check('input[name=scenario-outline][value=corners]');
  await page.selectOption('#scenario-new-roof', 'hip');
  await page.fill('#scenario-new-slope', '45');
  await page.click('button:has-text("Hoeken aanwijzen")');
  // A square by four clicks; the last but one is set wrong first, and taken back.
  for (const [x, y] of [[560, 300], [700, 300], [900, 600]]) await page.mouse.click(x, y);
  await page.click('button:has-text("Laatste hoek weg")');
  for (const [x, y] of [[700, 440], [560, 440]]) await page.mouse.click(x, y);
  await changing(visit, () => page.click('button:has-text("Bouw op deze hoeken")'));
  const { edits } = await variantOf(page);
  const { rings, roof, height } = edits.at(-1);
  const [ring] = rings;
  const metres = (2 * 160 * Math.tan(Math.PI / 8)) / (await page.locator('#view > canvas').boundingBox()).height;
  const area = Math.abs(ring.reduce((sum, [x, y], i) => sum + (x - ring[0][0]) * (ring[(i + 1) % ring.length][1] - ring[0][1]) - (ring[(i + 1) % ring.length][0] - ring[0][0]) * (y - ring[0][1]), 0)) / 2;
  // Where it was clicked there are roofs, which lie nearer to the camera than the ground.
  expect(roof.form === 'hip' && area > (100 * metres) ** 2 && area < (150 * metres) ** 2, `four corners are ${area} m² with a roof ${roof.form}`);
  const { volume } = await alone(visit, edits.at(-1));
  // Four slopes of 45 degrees over a square rise half its side: a pyramid.
  const pyramid = area * height + (area * Math.sqrt(area)) / 6;
  expect(Math.abs(volume - pyramid) < pyramid * 0.06, `${volume} m³ under a hipped roof, about ${pyramid.toFixed(0)} expected`);
  await page.check('input[name=scenario-outline][value=rectangle]');
  await changing(visit, () => page.click('button:has-text("Ongedaan maken")'));
  return `${area.toFixed(0)} m², ${volume} m³`;
}

/** What one edit by itself adds, by the server. */
async function alone(visit, edit) {
  const variant = { ...(await variantOf(visit.page)), edits: [edit] };
  const answered = await fetch(`${visit.base}/api/scenarios/evaluate`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(variant) });
  return Object.fromEntries((await answered.json()).indicators.map(({ id, before, after }) => [id, after - before]));
}

const INDICATORS = ['footprint', 'floor_area', 'fsi', 'gsi', 'osr', 'volume', 'dwellings', 'inhabitants', 'solar_roof', 'green_distance', 'shadow_0321_12', 'woz'];

async function indicates(visit) {
  const { page } = visit;
  const answered = await fetch(`${visit.base}/api/scenarios/evaluate`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(await variantOf(page)) });
  const { indicators } = await answered.json();
  for (const id of INDICATORS) expect(indicators.some((one) => one.id === id), `no indicator ${id}`);
  const number = (value, decimals, signed) => (value === null ? '–' : `${signed && value > 0 ? '+' : ''}${value.toLocaleString('nl-NL', { maximumFractionDigits: decimals })}`);
  for (const { id, decimals, before, after, difference: change, nl, reason } of indicators) {
    const row = page.locator(`[data-indicator=${id}]`);
    const cells = await row.locator('td').allTextContents();
    expect(cells.join() === [number(before, decimals), number(after, decimals), number(change, decimals, true)].join(), `${id} is shown as ${cells}`);
    await row.locator('summary').click();
    expect(await row.locator(`.origin:has-text("${nl.definition.slice(0, 40)}")`).isVisible(), `${id} is not explained`);
    if (reason) expect(await row.locator(`.origin:has-text("${reason.nl}")`).isVisible(), `why ${id} is not known is not said`);
    await row.locator('summary').click();
  }
  const woz = indicators.find(({ id }) => id === 'woz');
  expect(woz.before === null && woz.after === null, 'a visitor is told the WOZ value');
  return `${indicators.length} indicators`;
}

async function rebuilds(visit) {
  const { page } = visit;
  const { edits } = await variantOf(page);
  const { features } = await visit.api(`/api/collections/pand/items?filter=identificatie='${edits[0].pand}'&crs=http://www.opengis.net/def/crs/EPSG/0/28992`);
  const ring = features[0].geometry.coordinates[0].slice(0, -1);
  const [x, y] = [0, 1].map((axis) => ring.reduce((sum, corner) => sum + corner[axis], 0) / ring.length);
  await straightDown(visit, 160, [x.toFixed(2), y.toFixed(2)]);
  await page.focus('#view > canvas');
  await changing(visit, async () => {
    await page.click('button:has-text("Plaats aanwijzen")');
    await page.focus('#view > canvas');
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
  const entry = await page.locator(`li:has(> div > button[data-id="${id}"])`).textContent();
  expect(/opgeslagen op \d+ \w+ \d{4}$/.test(entry), `the list does not say when it was saved: ${entry}`);
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

async function hostile(visit) {
  const { page } = visit;
  const script = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
  const [x, y] = await straightDown(visit, 160);
  const bow = [[x, y], [x + 20, y + 20], [x + 20, y], [x, y + 20], [x, y]];
  const add = { kind: 'add', height: 9, floors: 3, roof: { form: 'flat' }, gebruiksdoel: 'woonfunctie' };
  const square = (east) => [[east, y], [east + 10, y], [east + 10, y + 10], [east, y + 10], [east, y]];
  const variant = {
    type: 'gemeentetwin-variant',
    version: 1,
    title: script,
    twin: { name: 'Een andere stad', built: '2001-01-01T00:00:00+00:00' },
    edits: [
      { id: 'e1', kind: 'demolish', pand: '0000000000000000' },
      { id: 'e2', ...add, label: script, rings: [bow] },
      { id: 'e3', ...add, rings: [square(x + 50_000)] },
      { id: 'e4', ...add, label: 'Wat wel kan', rings: [square(x)] },
    ],
  };
  await changing(visit, () => page.setInputFiles('#scenario-file', { name: 'c.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(variant)) }));
  const levels = await page.locator('[data-edit]').evaluateAll((all) => all.map(({ dataset }) => dataset.level));
  // A tree may stand where the last one comes, which is told and no error.
  expect(/^error,error,error,(ok|warning)$/.test(levels.join()), `the edits are ${levels}`);
  const told = await page.locator('[data-edit]').allTextContents();
  expect(told[0].includes('niet (meer) in deze stad') && told[1].includes('snijdt zichzelf') && told[1].includes(script), `said is ${told}`);
  expect(!(await page.evaluate(() => 'hacked' in window)), 'a name runs a script');
  expect((await page.inputValue('#scenario-title')) === script, 'the title is not shown as it is');
  const sheet = await downloaded(page, 'Blad om te printen');
  expect(!/<script|<img/i.test(sheet) && sheet.includes('&lt;script&gt;'), 'the sheet takes over a script');
  // What is no number, or far too much, is refused before anything is lost.
  for (const [bad, words] of [[JSON.stringify(variant).replaceAll(String(x + 10), 'NaN'), 'geen JSON'], [JSON.stringify(variant).replaceAll(String(x + 10), '1e999'), 'niet te lezen'], [' '.repeat(13_000_000), 'groter dan']]) {
    await page.setInputFiles('#scenario-file', { name: 'd.json', mimeType: 'application/json', buffer: Buffer.from(bad) });
    await page.waitForSelector(`.scenario [role=status]:has-text("${words}")`);
    expect((await page.locator('[data-edit]').count()) === 4, `“${words}”: the variant at hand is gone`);
  }
  const abroad = { ...variant, edits: [{ id: 'e1', ...add, rings: [square(9e6)] }] };
  await page.setInputFiles('#scenario-file', { name: 'e.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(abroad)) });
  await page.waitForSelector('.scenario [role=status]:has-text("wijziging 1, omtrek: ligt buiten Nederland")');
  await page.click('.language[lang=en]');
  await page.waitForSelector('.scenario [role=status]:has-text("outside the Netherlands")');
  await page.click('.language[lang=nl]');
  // The browser logs the refusal itself; that one is meant.
  visit.faults = visit.faults.filter((fault) => !fault.includes('status of 400'));
  await changing(visit, () => page.click('button:has-text("Ongedaan maken")'));
  await changing(visit, () => page.click('button:has-text("Ongedaan maken")'));
  return `levels ${levels}`;
}

async function away(visit) {
  const { page } = visit;
  const edits = await page.locator('[data-edit]').count();
  await page.route('**/api/scenarios/**', (route) => route.abort());
  await page.locator('[data-edit] button:has-text("Verwijderen")').last().click();
  await page.waitForSelector('.scenario [role=status]:has-text("blijven in deze browser bewaard")');
  await page.unroute('**/api/scenarios/**');
  // The browser logs the failed requests itself; those are meant.
  visit.faults.length = 0;
  const kept = await page.evaluate(() => Object.values({ ...window.localStorage }).map((text) => JSON.parse(text)).find(({ type }) => type === 'gemeentetwin-variant')?.edits.length);
  expect(kept === edits - 1, `this browser keeps ${kept} of ${edits - 1} edits`);
  await changing(visit, () => page.click('button:has-text("Ongedaan maken")'));
  expect((await page.locator('[data-edit]').count()) === edits, 'the edit does not come back');
}

async function exports_(visit) {
  const { page } = visit;
  const city = JSON.parse(await downloaded(page, 'CityJSON'));
  expect(city.type === 'CityJSON' && Object.keys(city.CityObjects).length >= 2, 'the CityJSON lacks the new buildings');
  const csv = await downloaded(page, 'Indicatoren (CSV)');
  const rows = await page.locator('[data-indicator]').evaluateAll((all) => all.map(({ dataset }) => [dataset.indicator, dataset.before, dataset.after]));
  const lines = csv.split(/\r?\n/);
  for (const [id, before] of rows) expect(lines.some((line) => line.startsWith(`${id},`) && (before === undefined || line.includes(String(before)))), `the CSV lacks ${id} with ${before}`);
  const sheet = await downloaded(page, 'Blad om te printen');
  const printed = { title: /<h1>([^<]*)/.exec(sheet)?.[1], text: sheet.replaceAll(/<[^>]+>/g, ' '), plans: sheet.split('<path').length - 1 };
  expect(printed.title === 'Plan van de proef' && printed.plans > 5, `the sheet is of ${printed.title}, with ${printed.plans} outlines on its plan`);
  for (const label of await page.locator('[data-indicator] summary').allTextContents()) expect(printed.text.includes(label.replace(/ \([^)]*\)$/, '')), `the sheet lacks ${label}`);
  for (const name of await page.locator('[data-edit] .scenario__name').allTextContents()) expect(printed.text.includes(/\d{16}/.exec(name)?.[0] ?? 'woonfunctie'), `the sheet lacks ${name}`);
  expect((await downloaded(page, 'glTF')).startsWith('glTF'), 'the export is no binary glTF');
}
