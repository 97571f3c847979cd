import { difference } from '../pixels.mjs';
import { expect } from '../visit.mjs';
import { openTool, straightDown } from './city.mjs';
import { build, judged, openPart, variantOf } from './variant.mjs';

export const presenting = [
  ['Keeps views with words, and puts them in order', keeps],
  ['Presents them by keyboard', presents],
  ['Opens a presentation by its link', shares],
];

const cameraOf = (visit) => /camera=([^&]+)/.exec(decodeURIComponent(visit.hash()))[1].split(',').map(Number);

async function addView(visit, title, text) {
  const { page } = visit;
  await page.click('#scenario-view-add');
  await page.fill('#scenario-view-title', title);
  await page.fill('#scenario-view-text', text);
  await page.press('#scenario-view-text', 'Tab');
}

async function keeps(visit) {
  const { page } = visit;
  const [x, y] = await straightDown(visit, 200);
  await openTool(visit, 'scenario');
  await build(visit, { width: 30, depth: 16, rotation: 0, height: 20, floors: 6 });
  await page.click('[data-edit] .scenario__name');
  await openPart(page, 'present');
  await addView(visit, 'Van boven', 'Het hele plan.\n<script>alert(1)</script>');
  await visit.look(`${x - 60},${y - 90},45,30,-20`);
  await addView(visit, 'Vanaf het zuiden', 'Zo hoog wordt het.');
  await visit.look(`${x + 90},${y},60,270,-25`);
  await addView(visit, 'Vanaf het oosten', '');
  const titles = async () => (await variantOf(page)).views.map(({ title }) => title).join();
  expect((await titles()) === 'Van boven,Vanaf het zuiden,Vanaf het oosten', `the views are ${await titles()}`);
  await page.click('#scenario-view-earlier');
  expect((await titles()) === 'Van boven,Vanaf het oosten,Vanaf het zuiden', `after moving they are ${await titles()}`);
  const links = (await variantOf(page)).views.map(({ link }) => link);
  expect(links.every((link) => /^#[^\s<>"]*$/.test(link) && link.includes('camera=') && !link.includes('scenario')), `the links are ${links}`);
}

async function presents(visit) {
  const { page } = visit;
  await page.click('#scenario-view-0');
  await page.click('#scenario-view-play');
  await page.waitForSelector('.show');
  await visit.idle();
  expect(Math.abs(cameraOf(visit)[4] + 90) < 0.2, `the first view looks ${cameraOf(visit)}`);
  expect((await page.textContent('.show h2')) === 'Van boven', 'the first view has another title');
  expect((await page.textContent('.show p')).includes('<script>'), 'words are not shown as they are');
  expect(!(await page.isVisible('#tool')) && !(await page.isVisible('#toolbar')), 'panels lie over the presentation');
  const first = await page.screenshot();
  await page.keyboard.press('ArrowRight');
  await visit.idle();
  expect((await page.textContent('.show h2')) === 'Vanaf het oosten', 'the next view is another one');
  expect(Math.abs(cameraOf(visit)[3] - 270) < 0.2, `the second view looks ${cameraOf(visit)}`);
  expect(difference(first, await page.screenshot()) > 0.2, 'the next view looks the same');
  await page.keyboard.press('PageDown');
  await page.keyboard.press('PageDown');
  await visit.idle();
  expect((await page.textContent('.show__count')) === '3 van 3', 'goes past the last view');
  await page.keyboard.press('ArrowLeft');
  await visit.idle();
  expect((await page.textContent('.show__count')) === '2 van 3', 'does not go back');
  expect(/view:2/.test(decodeURIComponent(visit.hash())), `the link does not say which view: ${visit.hash()}`);
  visit.presented = visit.hash();
}

async function shares(visit) {
  const { page } = visit;
  await page.keyboard.press('Escape');
  await visit.idle();
  expect((await page.locator('.show').count()) === 0 && (await page.isVisible('#tool')), 'Escape does not end it');
  expect(await page.evaluate(() => document.activeElement?.id === 'scenario-view-play'), 'the focus does not come back');
  await page.goto('about:blank');
  await visit.open(visit.presented);
  await page.waitForSelector('.show');
  await visit.idle();
  expect((await page.textContent('.show h2')) === 'Vanaf het oosten', 'the link opens at another view');
  await page.click('.show [data-step=next]');
  await visit.idle();
  expect((await page.textContent('.show__count')) === '3 van 3', 'the button does not go on');
  await page.click('.show [data-step=stop]');
  await judged(visit);
  await page.click('#tool button:has-text("Wissen")');
}
