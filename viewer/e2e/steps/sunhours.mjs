import { decodePng } from '../pixels.mjs';
import { expect } from '../visit.mjs';
import { openTool, straightDown } from './city.mjs';
import { build, indicator, openPart, variantOf } from './variant.mjs';

export const sunhours = [
  ['Tells what a tower does to the sun on facades', tells],
  ['Colours the facades', colours],
  ['Forgets them when the variant changes', forgets],
];

/** Pixels of the colours of a loss of sun. */
async function reddish(visit) {
  const { data, channels } = decodePng(await visit.picture());
  let count = 0;
  const wanted = [[0x7b, 0x1e, 0x3a], [0xc4, 0x51, 0x3f], [0xee, 0xaa, 0x73]];
  for (let i = 0; i < data.length; i += channels) {
    if (wanted.some((rgb) => rgb.every((value, c) => Math.abs(data[i + c] - value) <= 3))) count++;
  }
  return count;
}

async function tells(visit) {
  const { page } = visit;
  const [x, y] = await straightDown(visit, 160);
  await openTool(visit, 'scenario');
  await build(visit, { width: 24, depth: 20, rotation: 0, height: 45, floors: 15 });
  await page.click('[data-edit] .scenario__name');
  const answered = await fetch(`${visit.base}/api/scenarios/sun`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(await variantOf(page)) });
  const { facades, indicators } = await answered.json();
  await openPart(page, 'sun');
  await page.click('button:has-text("Zonuren uitrekenen")');
  await page.waitForSelector('[data-class=same]');
  const { before, after } = await indicator(page, 'facade_hours');
  const told = indicators.find(({ id }) => id === 'facade_hours');
  expect(before === told.before && after === told.after && after < before, `the hours are ${before} and ${after}`);
  const count = async (id) => Number(await page.getAttribute(`[data-class=${id}]`, 'data-count'));
  const lost = facades.filter(({ light }) => light[1] - light[0] <= -0.01).length;
  const shown = (await count('loss')) + (await count('loss1')) + (await count('loss2'));
  expect(shown === lost && lost > 0, `${shown} facades lose sun, the server says ${lost}`);
  const most = facades.reduce((a, b) => (b.light[1] - b.light[0] < a.light[1] - a.light[0] ? b : a));
  expect((await page.locator('[data-sun]').first().getAttribute('data-sun')) === most.pand, 'another pand loses most');
  visit.place = [x, y];
  return `${before} to ${after} hours; ${lost} of ${facades.length} facades lose`;
}

async function colours(visit) {
  const { page, place } = visit;
  await visit.look(`${place[0]},${place[1] + 130},70,180,-30`);
  const difference = await reddish(visit);
  expect(difference > 150, `${difference} pixels in the colours of a loss`);
  // Beside the city of today they are on the side of the variant alone.
  await openPart(page, 'compare');
  await page.selectOption('#scenario-compare', 'nu');
  await page.waitForSelector('.divider');
  await page.focus('.divider');
  await page.keyboard.press('End');
  await visit.idle();
  const today = await reddish(visit);
  await page.keyboard.press('Home');
  await visit.idle();
  const beside = await reddish(visit);
  expect(today < difference / 50 && beside > difference * 0.9, `of ${difference} pixels ${today} are in the city of today, ${beside} in the variant`);
  await page.selectOption('#scenario-compare', '');
  await page.check('input[name=scenario-sun-shown][value=before]', { force: true });
  await visit.idle();
  expect((await reddish(visit)) < difference / 5, 'the colours of today are those of the difference');
  await page.check('input[name=scenario-sun-shown][value=difference]', { force: true });
  await page.check('input[name=scenario-sun-norm][value=strict]', { force: true });
  await visit.idle();
  await page.locator('[data-sun] button').first().click();
  await page.waitForSelector('#object .fact');
  return `${difference} pixels, ${today} of them in the city of today`;
}

async function forgets(visit) {
  const { page } = visit;
  await page.click('#object .object__head button');
  await page.click('button:has-text("Ongedaan maken")');
  await page.waitForSelector('[data-part=sun] [role=status]:has-text("opnieuw")');
  await visit.idle();
  expect((await reddish(visit)) < 20, 'the colours stay');
}
