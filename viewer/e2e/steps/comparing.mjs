import { readFile } from 'node:fs/promises';
import { decodePng, difference } from '../pixels.mjs';
import { expect } from '../visit.mjs';
import { openTool, pickPand, straightDown } from './city.mjs';
import { build, changing, fill, indicator, judged, openPart, variantOf } from './variant.mjs';

export const comparing = [
  ['Shows the variant beside the city of today', withToday],
  ['Moves the divider by mouse and keyboard', slides],
  ['Compares two variants, in view and in numbers', withAnother],
  ['Saves a picture of both sides, as fine as it is asked', pictures],
  ['Restores a comparison from its link', restores],
  ['Chooses on either side what stands there', chooses],
  ['Hatches what changes, and fells trees, on the side of the variant alone', sided],
  ['Fells the tree whose crown reaches into a new building, and says so', reaches],
];

/** Numbers of orange and of violet pixels in the city, left and right of a column. */
async function colours(visit, at) {
  return coloursIn(decodePng(await visit.picture()), at);
}

function coloursIn({ data, width, height, channels }, at) {
  const found = { left: { orange: 0, violet: 0 }, right: { orange: 0, violet: 0 } };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [r, g, b] = data.subarray((y * width + x) * channels, (y * width + x) * channels + 3);
      const side = x < at ? found.left : found.right;
      if (r > 150 && r > 1.35 * g && g > 1.5 * b) side.orange++;
      if (b > 90 && b > 1.12 * r && r > 1.05 * g) side.violet++;
    }
  }
  return found;
}

async function withToday(visit) {
  const { page } = visit;
  await straightDown(visit, 160);
  await openTool(visit, 'scenario');
  await build(visit, { width: 60, depth: 16, rotation: 0, height: 9, floors: 3 });
  await page.click('[data-edit] .scenario__name');
  await page.mouse.move(100, 40); // over the title: what is pointed at lights up
  const whole = await visit.picture();
  await openPart(page, 'compare');
  await page.selectOption('#scenario-compare', 'nu');
  await page.waitForSelector('.divider');
  await visit.idle();
  const middle = 640;
  const { left, right } = await colours(visit, middle);
  expect(right.orange > 3000, `right of the divider ${right.orange} pixels of the building`);
  expect(left.orange < right.orange / 50, `left of the divider, where it is today, ${left.orange} pixels of the building`);
  const rows = page.locator('[data-compared=volume]');
  const { before, after } = await indicator(page, 'volume');
  expect(Number(await rows.getAttribute('data-there')) === before && Number(await rows.getAttribute('data-here')) === after, 'the table has other figures');
  const cells = await page.locator('.divider__name').allTextContents();
  expect(cells.join() === 'De stad van nu,Variant', `the sides are called ${cells}`);
  // What is not compared is drawn as before.
  await page.selectOption('#scenario-compare', '');
  await page.mouse.move(100, 40);
  await visit.idle();
  expect((await page.locator('.divider').count()) === 0, 'the divider stays');
  const left2 = difference(whole, await visit.picture());
  expect(left2 < 0.004, `after comparing ${(left2 * 100).toFixed(2)}% of the picture differs`);
  await page.selectOption('#scenario-compare', 'nu');
  await page.waitForSelector('.divider');
  return `${right.orange} pixels of the building at the right, ${left.orange} at the left`;
}

async function slides(visit) {
  const { page } = visit;
  const now = async () => Number(await page.getAttribute('.divider', 'aria-valuenow'));
  const { x, width } = await page.locator('#view > canvas').boundingBox();
  await page.mouse.move(x + width / 2, 200);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.7, 210, { steps: 5 });
  await page.mouse.up();
  expect(Math.abs((await now()) - 70) <= 1, `dragged to 70% it stands at ${await now()}`);
  await page.focus('.divider');
  for (const key of ['ArrowLeft', 'ArrowLeft', 'PageDown']) await page.keyboard.press(key);
  expect(Math.abs((await now()) - 56) <= 1, `keys brought it to ${await now()}`);
  await page.keyboard.press('Home');
  await visit.idle();
  const all = await colours(visit, 640);
  await page.keyboard.press('End');
  await visit.idle();
  const none = await colours(visit, 640);
  expect(all.left.orange + all.right.orange > 4000, 'at the far left the variant is not whole');
  expect(none.left.orange + none.right.orange < 100, 'at the far right the variant still shows');
  expect(/at:100/.test(decodeURIComponent(visit.hash())), `the link does not say where the divider is: ${visit.hash()}`);
}

async function withAnother(visit) {
  const { page } = visit;
  const other = { ...(await variantOf(page)), title: 'Laag' };
  await page.click('[data-edit] .scenario__name');
  await fill(visit, 'scenario-edit-height', 30);
  await fill(visit, 'scenario-edit-floors', 10);
  await page.click('[data-edit] .scenario__name');
  await page.fill('#scenario-title', 'Hoog');
  await page.press('#scenario-title', 'Tab');
  // Saved on the server by somebody; it is in the list when that is opened.
  const answer = await fetch(`${visit.base}/api/scenarios`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(other) });
  const id = answer.headers.get('location').split('/').at(-1);
  visit.other = { id, tag: answer.headers.get('etag') };
  await page.selectOption('#scenario-compare', '');
  await page.click('[data-part=compare] > summary');
  await page.waitForTimeout(200);
  await page.click('[data-part=compare] > summary');
  await page.waitForSelector(`#scenario-compare option[value="${id}"]`, { state: 'attached' });
  await page.selectOption('#scenario-compare', id);
  await page.waitForSelector('[data-compared=volume]');
  await page.focus('.divider');
  await page.keyboard.press('Home');
  for (let press = 0; press < 5; press++) await page.keyboard.press('PageUp');
  await visit.idle();
  const volumes = page.locator('[data-compared=volume]');
  const [there, here] = [Number(await volumes.getAttribute('data-there')), Number(await volumes.getAttribute('data-here'))];
  expect(Math.abs(here - there - 60 * 16 * 21) <= 3, `the volumes are ${there} and ${here}`);
  const headings = await page.locator('[data-part=compare] thead th').allTextContents();
  expect(headings.join() === 'Indicator,Nu,Laag,Hoog,Verschil', `the columns are ${headings}`);
  const { left, right } = await colours(visit, 640);
  expect(left.violet > 2000 && right.orange > 2000, `violet at the left ${left.violet}, orange at the right ${right.orange}`);
  expect(left.orange < 100, `orange at the left ${left.orange}`);
  return `${there} and ${here} m³`;
}

async function pictures(visit) {
  const { page } = visit;
  await openTool(visit, 'share');
  const size = await page.locator('#view > canvas').evaluate(({ width, height }) => ({ width, height }));
  const told = [];
  for (const factor of [1, 4]) {
    await page.check(`input[name=share-factor][value="${factor}"]`);
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('#tool button:has-text("Afbeelding opslaan")')]);
    const whole = decodePng(await readFile(await file.path()));
    expect(whole.width === size.width * factor, `${whole.width} pixels wide, not ${size.width * factor}`);
    // Below the view is the strip with title, scale and sources.
    const height = size.height * factor;
    expect(whole.height > height, 'no strip with the sources');
    const middle = whole.width / 2;
    const { left, right } = coloursIn({ ...whole, height: height - 60 * factor }, middle);
    const least = 1500 * factor ** 2;
    expect(left.violet > least && right.orange > least, `at ${factor}: violet at the left ${left.violet}, orange at the right ${right.orange}`);
    expect(left.orange < right.orange / 50, `at ${factor}: orange at the left ${left.orange}`);
    const pixel = (x, y) => [...whole.data.subarray((y * whole.width + x) * whole.channels, (y * whole.width + x) * whole.channels + 3)];
    const line = [0.1, 0.5, 0.9].map((share) => pixel(middle, Math.round(height * share)).join());
    expect(line.every((colour) => colour === '255,255,255'), `along the divider the pixels are ${line.join(' ')}`);
    // The names stand on both sides of it, at the bottom, white on dark.
    const dark = [-1, 1].map((side) => {
      let count = 0;
      for (let y = height - 44 * factor; y < height - 14 * factor; y++) for (let x = 23 * factor; x < 60 * factor; x++) if (pixel(middle + side * x, y)[0] < 60) count++;
      return count;
    });
    expect(dark.every((count) => count > 300 * factor ** 2), `of the names ${dark} dark pixels`);
    told.push(`${whole.width} x ${whole.height}: ${left.violet} violet, ${right.orange} orange`);
  }
  await page.check('input[name=share-factor][value="2"]');
  await openTool(visit, 'scenario');
  return told.join('; ');
}

async function restores(visit) {
  const { page, other } = visit;
  const hash = visit.hash();
  expect(hash.includes(`vs:${other.id}`), `the link does not say with what: ${hash}`);
  await page.goto('about:blank');
  await visit.open(hash);
  await judged(visit);
  await page.waitForSelector('[data-compared=volume]');
  expect((await page.getAttribute('.divider', 'aria-valuenow')) === '50', 'the divider stands elsewhere');
  expect((await page.inputValue('#scenario-compare')) === other.id, 'it is compared with something else');
  await page.click('#tool button:has-text("Wissen")');
  await page.waitForFunction(() => document.querySelector('.divider') === null);
  await fetch(`${visit.base}/api/scenarios/${other.id}`, { method: 'DELETE', headers: { 'if-match': other.tag } });
}

async function chooses(visit) {
  const { page } = visit;
  await page.waitForFunction(() => document.querySelectorAll('[data-edit]').length === 0);
  const pand = await pickPand(visit);
  const { features } = await visit.api(`/api/collections/pand/items?filter=identificatie='${pand}'&crs=http://www.opengis.net/def/crs/EPSG/0/28992`);
  const ring = features[0].geometry.coordinates[0];
  const [x, y] = [0, 1].map((axis) => ring.slice(0, -1).reduce((sum, corner) => sum + corner[axis], 0) / (ring.length - 1));
  await changing(visit, () => page.click('.scenario button:has-text("Sloop gekozen pand")'));
  await straightDown(visit, 120, [x.toFixed(2), y.toFixed(2)]);
  await openPart(page, 'compare');
  await page.selectOption('#scenario-compare', 'nu');
  await page.waitForSelector('.divider');
  const box = await page.locator('#view > canvas').boundingBox();
  const chosen = async (key) => {
    await page.focus('.divider');
    await page.keyboard.press(key);
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await visit.idle();
    return /object=pand\/([^&]+)/.exec(visit.hash())?.[1];
  };
  expect((await chosen('End')) === pand, 'today it can not be chosen');
  expect((await chosen('Home')) !== pand, 'demolished it can still be chosen');
  await page.click('#tool button:has-text("Wissen")');
}

/** Looks straight down on the highest tree, with an empty variant. */
async function aboveTree(visit) {
  const { page } = visit;
  if (!(await page.isVisible('.scenario'))) await openTool(visit, 'scenario');
  await page.waitForFunction(() => document.querySelectorAll('[data-edit]').length === 0);
  const { counts } = await visit.api('/api/twin');
  const collection = ['vegetatieobject', 'boom'].find((name) => counts[name] > 0);
  const { features } = await visit.api(`/api/collections/${collection}/items?limit=200&crs=EPSG:7415`);
  const tree = features.reduce((a, b) => ((b.properties.h_object ?? 0) > (a.properties.h_object ?? 0) ? b : a));
  const [x, y] = tree.geometry.coordinates;
  await straightDown(visit, 90, [x, y]);
  return { collection, tree, x, y };
}

async function sided(visit) {
  const { page } = visit;
  const { collection, tree, x, y } = await aboveTree(visit);
  // Lower than its crown: where the tree stands, one sees it through the roof.
  await build(visit, { width: 16, depth: 16, rotation: 0, height: 3, floors: 1 });
  await page.click('[data-edit] .scenario__name');
  // The pand whose outline begins nearest, chosen as a link does.
  const { features: panden } = await visit.api('/api/collections/pand/items?limit=1000&crs=EPSG:28992');
  const begins = ({ geometry }) => (geometry.type === 'Polygon' ? geometry.coordinates[0] : geometry.coordinates[0][0])[0];
  const away = (one) => Math.hypot(begins(one)[0] - x, begins(one)[1] - y);
  const { id: pand } = panden.filter(({ properties }) => properties.hoogte > 2).reduce((a, b) => (away(b) < away(a) ? b : a));
  await page.evaluate((id) => {
    window.location.hash += `&object=pand/${id}`;
  }, pand);
  await page.waitForSelector('#object .fact');
  await changing(visit, () => page.click('.scenario button:has-text("Kenmerken wijzigen")'));
  await changing(visit, () => page.selectOption('#scenario-edit-use', 'winkelfunctie'));
  await openPart(page, 'compare');
  const whole = await crown(visit);
  await page.selectOption('#scenario-compare', 'nu');
  await page.waitForSelector('.divider');
  const seen = {};
  for (const [side, key] of [['today', 'End'], ['variant', 'Home']]) {
    await page.focus('.divider');
    await page.keyboard.press(key);
    await page.mouse.move(100, 40);
    await visit.idle();
    const { left, right } = await colours(visit, 640);
    seen[side] = { green: await crown(visit), orange: left.orange + right.orange };
  }
  expect(seen.today.green > 300 && seen.variant.green < seen.today.green / 20 && whole < seen.today.green / 20, `of the tree ${JSON.stringify(seen)}, without a divider ${whole}`);
  expect(seen.variant.orange > 3000 && seen.today.orange < seen.variant.orange / 50, `hatched and built ${JSON.stringify(seen)}`);
  await page.click('#tool button:has-text("Wissen")');
  await visit.idle();
  expect((await crown(visit)) > 300, 'the tree does not come back');
  return `${collection} ${tree.id} and pand ${pand}: ${JSON.stringify(seen)}`;
}

async function reaches(visit) {
  const { page } = visit;
  const { tree, x, y } = await aboveTree(visit);
  const { kroonstraal: radius, h_object: height } = tree.properties;
  const green = await crown(visit);
  // A wall of the building beside the stem, where the crown reaches 1 m over it; lower than the top of the crown.
  await straightDown(visit, 90, [(x + 10 + radius - 1).toFixed(2), y]);
  await build(visit, { width: 20, depth: 12, rotation: 0, height: (0.7 * height).toFixed(1), floors: 2 });
  await straightDown(visit, 90, [x, y]);
  const told = await page.locator('[data-edit] .scenario__fault').allTextContents();
  const count = Number(/met de kroon in het gebouw: (\d+)/.exec(told.join())?.[1]);
  expect(count >= 1, `the edit says ${told}`);
  const { before, after } = await indicator(page, 'trees');
  const standing = Number(/op deze plek: (\d+)/.exec(told.join())?.[1] ?? 0);
  expect(before - after === count + standing, `of ${before} trees ${after} are left, the edit says ${told}`);
  await page.mouse.move(100, 40);
  await visit.idle();
  const left = await crown(visit);
  expect(left < green / 2, `of ${green} pixels of the crown ${left} are left`);
  // With the building it comes back.
  await page.click('[data-edit] button:has-text("Verwijderen")');
  await page.waitForFunction(() => document.querySelectorAll('[data-edit]').length === 0);
  await page.mouse.move(100, 40);
  await visit.idle();
  const back = await crown(visit);
  expect(back > 0.8 * green, `of ${green} pixels of the crown ${back} came back`);
  await page.click('#tool button:has-text("Wissen")');
  await visit.idle();
  return `tree ${tree.id}: ${green}, ${left} and ${back} pixels of green; ${told.join(' ')}`;
}

/** Pixels of green in the middle of the picture. */
async function crown(visit) {
  const { data, width, height, channels } = decodePng(await visit.picture());
  let green = 0;
  for (let y = height / 2 - 40; y < height / 2 + 40; y++) {
    for (let x = width / 2 - 40; x < width / 2 + 40; x++) {
      const [r, g, b] = data.subarray((Math.round(y) * width + Math.round(x)) * channels, (Math.round(y) * width + Math.round(x)) * channels + 3);
      if (g > 1.04 * r && g > 1.15 * b) green++;
    }
  }
  return green;
}
