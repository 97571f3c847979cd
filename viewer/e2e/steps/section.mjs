import { difference } from '../pixels.mjs';
import { expect } from '../visit.mjs';
import { openTool } from './city.mjs';

export const section = [
  ['Cuts the city at a height', level],
  ['Cuts the city upright, and comes back', upright],
];

async function level(visit) {
  const { page } = visit;
  const { bbox } = await visit.api('/api/twin');
  await visit.look(`${(bbox[0] + bbox[2]) / 2},${(bbox[1] + bbox[3]) / 2 - 120},110,0,-42`);
  const whole = await visit.picture();
  await openTool(visit, 'section');
  const open = await visit.picture();
  const cut = difference(whole, open);
  expect(cut > 0.02, `cutting changed ${(cut * 100).toFixed(2)}% of the picture`);
  await page.focus('#cut-height');
  await page.keyboard.press('End');
  await visit.idle();
  expect(visit.hash().includes('section=level:60'), `the cut is not in the link: ${visit.hash()}`);
  // Above all roofs nothing is cut and shadows are whole; undersides of what is open below (crowns, bridges) do show.
  const above = difference(whole, await visit.picture());
  expect(above < 0.03 && above < cut / 2, `a cut above the city leaves ${(above * 100).toFixed(2)}% changed`);
  return `${(cut * 100).toFixed(0)}% of the picture`;
}

async function upright(visit) {
  const { page } = visit;
  await page.check('input[value=upright]');
  await visit.idle();
  const [hash, before] = [visit.hash(), await visit.picture()];
  await page.goto('about:blank');
  await visit.open(hash);
  await page.waitForSelector('#cut-offset');
  const changed = difference(before, await visit.picture());
  expect(changed < 0.004, `${(changed * 100).toFixed(2)}% of the picture differs`);
  await page.click('#tool button:has-text("Wissen")');
  await visit.idle();
  expect(difference(before, await visit.picture()) > 0.02, 'Clear leaves the city cut');
}
