import { readFile } from 'node:fs/promises';
import { decodePng, difference } from '../pixels.mjs';
import { expect } from '../visit.mjs';
import { openTool, straightDown } from './city.mjs';
import { away, inside, span } from './plane.mjs';

export const sight = [
  ['Paints what is seen from the street, and not what a tall building hides', paints],
  ['Lists the panden that are seen, and those alone', names],
  ['Sees more from higher, and comes back with its link', higher],
  ['Looks along a line: clear before the building, blocked behind it', lines],
  ['Finds a building of a variant in the way', variants],
];

const EYE = 1.7;
const OUT = 18;
// What stands on the street is left out: the step knows of panden only.
const BARE = 'hide=bomen';

let scene = null;

/** A tall pand, a place before it and one close behind it, with nothing but ground between. */
async function find(visit) {
  const { features } = await visit.api('/api/collections/pand/items?limit=1000&sortby=-hoogte&crs=EPSG:28992');
  const panden = features.map(({ id, geometry, properties }) => ({ id, height: properties.hoogte, ring: geometry.type === 'Polygon' ? geometry.coordinates[0] : geometry.coordinates[0][0] }));
  const free = (point, margin) => panden.every(({ ring }) => !inside(point, ring) && ring.slice(1).every((end, at) => away(point, ring[at], end) > margin));
  for (const pand of panden.filter(({ height }) => height > 5)) {
    const edges = pand.ring.slice(1).map((end, at) => [pand.ring[at], end]);
    for (const [a, b] of edges.sort((one, two) => span(...two) - span(...one)).slice(0, 4)) {
      const middle = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
      for (const turn of [1, -1]) {
        const out = [(turn * (b[1] - a[1])) / span(a, b), (turn * (a[0] - b[0])) / span(a, b)];
        const at = (distance) => [middle[0] + out[0] * distance, middle[1] + out[1] * distance];
        const through = [...Array(80).keys()].map((step) => -step / 2).find((distance) => distance < -1 && !inside(at(distance), pand.ring));
        const [eye, before, behind] = [at(OUT), at(OUT / 2), at(through - 3)];
        const clear = [...Array(12).keys()].every((step) => free(at(1 + (step * OUT) / 11), 0.4));
        if (clear && inside(at(-0.5), pand.ring) && through !== undefined && free(behind, 1.5)) {
          return { id: pand.id, height: pand.height, panden, eye, before, behind };
        }
      }
    }
  }
  throw new Error('no pand stands free before and behind');
}

async function paints(visit) {
  const { page } = visit;
  await page.goto('about:blank');
  await visit.open(`#${BARE}`);
  scene = await find(visit);
  await straightDown(visit, 90, scene.eye);
  const before = await visit.picture();
  await openTool(visit, 'sight');
  await page.check('input[name=sight-kind][value=shed]');
  await page.focus('#view > canvas');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.sight [data-kind=share]');
  await visit.idle();
  const changed = difference(before, await visit.picture());
  expect(changed > 0.2, `looking around changed ${(changed * 100).toFixed(2)}% of the picture`);
  const told = [];
  for (const [name, seen] of [['before', true], ['behind', false]]) {
    await straightDown(visit, 90, scene[name]);
    const [red, , blue] = middle(await visit.picture());
    const found = red > blue + 40 ? true : blue > red + 10 ? false : null;
    expect(found === seen, `${name} ${scene.id} at ${scene[name]} is ${JSON.stringify(found)} (red ${red}, blue ${blue}), expected ${seen}`);
    told.push(`${name} ${seen ? 'seen' : 'unseen'}`);
  }
  return `pand ${scene.id}: ${told.join(', ')}; ${await share(page)}% is seen`;
}

async function listed(page) {
  await page.waitForSelector('.sight__panden[data-count]');
  return Number(await page.getAttribute('.sight__panden', 'data-count'));
}

async function names(visit) {
  const { page } = visit;
  const count = await listed(page);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('button:has-text("Alle panden in zicht als CSV")')]);
  const rows = (await readFile(await download.path(), 'utf8')).trim().split(/\r?\n/).slice(1).map((line) => ({ id: line.split(',')[0], distance: Number(line.split(',').at(-1)), line }));
  expect(rows.length === count && count > 0, `the panel tells of ${count} panden, the file has ${rows.length}`);
  // The wall before the eye is in sight, and nothing is nearer than its outline.
  const facing = rows.find(({ id }) => id === scene.id);
  expect(facing && facing.distance < OUT + 0.5, `pand ${scene.id} is ${JSON.stringify(facing)}, ${OUT} m away`);
  for (const { id, distance } of rows) {
    const pand = scene.panden.find((one) => one.id === id);
    const least = Math.min(...pand.ring.slice(1).map((end, at) => away(scene.eye, pand.ring[at], end)));
    expect(distance > least - 1 && distance < 200.5, `pand ${id} is said to be ${distance} m away, its outline ${least.toFixed(1)} m`);
  }
  // A low pand wholly in the shadow of the tall one is not seen.
  const hidden = scene.panden.filter((pand) => pand.id !== scene.id && pand.height < scene.height * 0.8 && pand.ring.every((corner) => behind(corner)));
  expect(hidden.every(({ id }) => !rows.some((row) => row.id === id)), 'a pand behind the tall one is listed');
  const shown = page.locator('.sight__list .table__choose');
  expect((await shown.count()) === Math.min(25, count), `${await shown.count()} rows for ${count} panden`);
  const first = await shown.first().getAttribute('data-id');
  expect(first === rows[0].id, 'not the nearest first');
  const { properties } = await visit.api(`/api/collections/pand/items/${first}`);
  expect((await shown.first().textContent()).startsWith(properties.adressen?.[0] ?? first) && rows[0].line.includes(properties.adressen?.[0] ?? ''), 'the nearest pand has no address');
  await shown.first().click();
  await page.waitForSelector('#object .fact');
  expect(visit.hash().includes(`object=pand/${first}`), 'a row does not choose its pand');
  await page.click('#object .object__head button');
  return `${count} of ${scene.panden.length} panden, the nearest at ${rows[0].distance} m; ${hidden.length} behind the tall one are not`;
}

/** Whether every way from the eye to a place leads through the outline of the tall pand. */
function behind(place) {
  const { ring } = scene.panden.find(({ id }) => id === scene.id);
  const steps = [...Array(200).keys()].map((step) => step / 200);
  return steps.some((share) => inside([0, 1].map((axis) => scene.eye[axis] + share * (place[axis] - scene.eye[axis])), ring)) && !inside(place, ring);
}

async function higher(visit) {
  const { page } = visit;
  const shares = [await share(page)];
  for (const height of [30, 200]) {
    await page.fill('#sight-eye', String(height));
    await page.press('#sight-eye', 'Tab');
    await page.waitForSelector(`.sight [data-kind=share]:not([data-share="${shares.at(-1)}"])`);
    shares.push(await share(page));
  }
  expect(shares[0] < shares[1] && shares[1] < shares[2] && shares[2] > 80, `from higher is seen ${shares}%`);
  // From so high nothing hides behind another: all that stand within reach are seen.
  const within = scene.panden.filter(({ ring }) => ring.slice(1).some((end, at) => away(scene.eye, ring[at], end) < 200)).length;
  const wholly = scene.panden.filter(({ ring, height }) => height !== null && ring.every((corner) => span(scene.eye, corner) < 200)).length;
  const panden = await listed(page);
  expect(panden <= within && panden >= wholly && wholly > 0, `${panden} panden are seen, ${within} within reach, ${wholly} of them wholly`);
  await straightDown(visit, 300, scene.eye);
  const [hash, before] = [visit.hash(), await visit.picture()];
  await page.goto('about:blank');
  await visit.open(hash);
  await page.waitForSelector('.sight [data-kind=share]');
  await visit.idle();
  const apart = difference(before, await visit.picture());
  expect(apart < 0.004 && (await share(page)) === shares[2], `the link brings back ${await share(page)}%, ${(apart * 100).toFixed(2)}% of the picture differs`);
  await page.click('#tool button:has-text("Wissen")');
  await visit.idle();
  const bare = await visit.picture();
  expect(difference(before, bare) > 0.2 && !visit.hash().includes('sight='), 'Clear leaves the paint');
  return `seen from ${EYE}, 30 and 200 m: ${shares.join(', ')}%; ${panden} panden, ${wholly} wholly and ${within} partly within reach`;
}

async function lines(visit) {
  const { page } = visit;
  const told = [];
  for (const [name, kind] of [['before', 'clear'], ['behind', 'blocked']]) {
    if (await page.isHidden('#tool')) await openTool(visit, 'sight');
    await page.click('#tool button:has-text("Wissen")');
    await page.check('input[name=sight-kind][value=line]');
    for (const place of ['eye', name]) {
      await straightDown(visit, 60, scene[place]);
      await page.focus('#view > canvas');
      await page.keyboard.press('Enter');
    }
    const status = page.locator('.sight [role=status][data-kind]');
    await status.waitFor();
    expect((await status.getAttribute('data-kind')) === kind, `${name} it the view is ${await status.getAttribute('data-kind')}`);
    const distance = Number(await status.getAttribute('data-distance'));
    // The wall is as far as the eye was put from it; the line goes a little down.
    const expected = kind === 'clear' ? Math.hypot(span(scene.eye, scene.before), EYE) : OUT;
    expect(Math.abs(distance - expected) < 0.6, `${name}: ${distance} m, expected about ${expected.toFixed(2)} m`);
    if (kind === 'blocked') {
      expect((await status.textContent()).includes(scene.id), `not ${scene.id} is in the way: ${await status.textContent()}`);
      await page.click('.sight button:has-text("Toon wat ervoor staat")');
      await page.waitForSelector('#object .fact');
      expect(visit.hash().includes(`object=pand/${scene.id}`), 'what is in the way is not chosen');
    }
    told.push(`${name} ${kind} at ${distance} m`);
  }
  return told.join(', ');
}

async function variants(visit) {
  const { page } = visit;
  const { name, built } = await visit.api('/api/twin');
  const [x, y] = scene.before.map((value) => Number(value.toFixed(3)));
  const ring = [[-1.5, -1.5], [1.5, -1.5], [1.5, 1.5], [-1.5, 1.5], [-1.5, -1.5]].map(([dx, dy]) => [x + dx, y + dy]);
  const mass = { id: 'e1', kind: 'add', rings: [ring], height: 12, floors: 4, roof: { form: 'flat' }, gebruiksdoel: 'woonfunctie' };
  const variant = { type: 'gemeentetwin-variant', version: 1, title: 'Toren', twin: { name, built }, edits: [mass] };
  const saved = await fetch(`${visit.base}/api/scenarios`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(variant) });
  expect(saved.ok, `saving a variant answers ${saved.status}: ${await saved.clone().text()}`);
  const { id } = await saved.json();
  // From one side of it to the other, at eye height above what the tool found the eye to stand on.
  const direction = [0, 1].map((axis) => (scene.before[axis] - scene.eye[axis]) / span(scene.eye, scene.before));
  const beyond = scene.before.map((value, axis) => value + direction[axis] * 4);
  const ground = Number(/sight=line:[^,]+,[^,]+,([^,]+)/.exec(decodeURIComponent(visit.hash()))[1]);
  const line = `line:${[...scene.eye.map((value) => value.toFixed(2)), ground, EYE, ...beyond.map((value) => value.toFixed(2)), ground + EYE].join(',')}`;
  const kinds = [];
  for (const scenario of ['', `&scenario=${id}`]) {
    await page.goto('about:blank');
    await visit.open(`#${BARE}&open=sight&sight=${line}${scenario}`);
    if (scenario) await page.waitForSelector('.sight [data-kind=blocked]');
    await page.waitForSelector('.sight [data-kind]');
    kinds.push(await page.getAttribute('.sight [data-kind]', 'data-kind'));
  }
  const words = await page.textContent('.sight [role=status]');
  const distance = Number(await page.getAttribute('.sight [data-kind]', 'data-distance'));
  await fetch(`${visit.base}/api/scenarios/${id}`, { method: 'DELETE', headers: { 'if-match': saved.headers.get('etag') ?? '*' } });
  expect(kinds.join() === 'clear,blocked', `without and with the variant the view is ${kinds}`);
  expect(words.includes('een gebouw van de variant'), `in the way is ${words}`);
  const expected = span(scene.eye, scene.before);
  expect(distance < expected && distance > expected - 2.5, `met at ${distance} m, its middle lies at ${expected.toFixed(1)} m`);
  return `clear without it, blocked at ${distance} m with it`;
}

async function share(page) {
  await page.waitForSelector('.sight [data-kind=share]');
  return Number(await page.getAttribute('.sight [data-kind=share]', 'data-share'));
}

/** Mean colour of a small square in the middle. */
function middle(png) {
  const { width, height, channels, data } = decodePng(png);
  const sum = [0, 0, 0];
  for (let y = -6; y < 6; y++) {
    for (let x = -6; x < 6; x++) {
      const at = ((Math.floor(height / 2) + y) * width + Math.floor(width / 2) + x) * channels;
      for (let channel = 0; channel < 3; channel++) sum[channel] += data[at + channel] / 144;
    }
  }
  return sum.map(Math.round);
}
