import { difference } from '../pixels.mjs';
import { expect } from '../visit.mjs';
import { openTool, straightDown } from './city.mjs';

export const measuring = [
  ['Measures a distance', distance],
  ['Measures a height and an area by keyboard', heightAndArea],
  ['Comes back with its measures', comesBack],
  ['Removes a measure', removes],
];

async function distance(visit) {
  const { page } = visit;
  const [x, y] = await straightDown(visit, 160);
  await openTool(visit, 'measure');
  const before = await visit.picture();
  // Canvas and window share their upper left corner; the middle of the view is the middle of the canvas.
  const { width, height } = await page.locator('#view > canvas').boundingBox();
  await page.mouse.click(width / 2, height / 2);
  await page.mouse.click(width / 2 + 150, height / 2);
  await page.click('button:has-text("Klaar")');
  await page.waitForSelector('.result');
  await page.mouse.move(5, 5);
  await visit.idle();
  const [one, two] = said(visit)[0].points;
  expect(Math.hypot(one[0] - x, one[1] - y) < 0.5, `the middle of the view is (${x}, ${y}), measured was at (${one})`);
  expect(two[0] - one[0] > 5 && Math.abs(two[1] - one[1]) < (two[0] - one[0]) * 0.05, `a click to the right went to (${two}) from (${one})`);
  const true3d = Math.hypot(...one.map((value, axis) => two[axis] - value));
  const [shown] = await values(page);
  // RD is at most 0.01% longer or shorter than the ground; the link has centimetres.
  expect(Math.abs(shown - true3d) < 0.03 + true3d * 1e-4, `${shown} m shown, ${true3d.toFixed(3)} m by coordinates`);
  const changed = difference(before, await visit.picture());
  expect(changed > 0.0005, `a measure changed ${(changed * 100).toFixed(3)}% of the picture`);
  expect((await page.locator('.label').count()) === 1, 'no label in the view');
  return `${shown} m`;
}

async function heightAndArea(visit) {
  const { page } = visit;
  await page.locator('.choice input[value=height]').focus();
  await page.keyboard.press('Space');
  await page.focus('#view > canvas');
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowUp');
  await visit.idle();
  await page.keyboard.press('Enter');
  await page.waitForSelector('.result[data-mode=height]');
  const [low, high] = said(visit).find(({ mode }) => mode === 'height').points;
  const [, climbed] = await values(page);
  expect(Math.abs(climbed - Math.abs(high[2] - low[2])) < 0.011, `${climbed} m of height, ${high[2] - low[2]} by the points`);

  await page.locator('.choice input[value=area]').check();
  await page.focus('#view > canvas');
  for (const key of ['ArrowLeft', 'ArrowUp', 'ArrowRight', 'ArrowDown']) {
    await page.keyboard.press(key);
    await visit.idle();
    await page.keyboard.press('Enter');
  }
  await page.click('button:has-text("Klaar")');
  await page.waitForSelector('.result[data-mode=area]');
  const corners = said(visit).find(({ mode }) => mode === 'area').points;
  expect(corners.length === 4, `${corners.length} corners`);
  const shoelace = Math.abs(corners.reduce((sum, [ax, ay], i) => sum + ax * corners[(i + 1) % 4][1] - corners[(i + 1) % 4][0] * ay, 0)) / 2;
  const area = (await values(page))[2];
  expect(Math.abs(area - shoelace) < shoelace * 0.001 && area > 50, `${area} m² shown, ${shoelace} m² by coordinates`);
  return `${climbed} m up, ${area} m²`;
}

async function comesBack(visit) {
  const { page } = visit;
  await page.mouse.move(5, 5);
  await visit.idle();
  const [hash, before, shown] = [visit.hash(), await visit.picture(), await values(page)];
  await page.goto('about:blank');
  await visit.open(hash);
  await page.waitForSelector('.result');
  expect((await values(page)).join() === shown.join(), 'the link says other measures');
  expect(visit.hash() === hash, `the link became ${visit.hash()} instead of ${hash}`);
  const changed = difference(before, await visit.picture());
  expect(changed < 0.004, `${(changed * 100).toFixed(2)}% of the picture differs`);
}

async function removes(visit) {
  const { page } = visit;
  await page.locator('.result button').first().click();
  expect((await page.locator('.result').count()) === 2 && said(visit).length === 2, 'the measure is still there');
  await page.click('#tool button:has-text("Wissen")');
  expect((await page.locator('.result').count()) === 0 && !visit.hash().includes('measure='), 'Clear left measures');
  await page.locator('#tool h2').focus();
  await page.keyboard.press('Escape');
  await page.waitForSelector('#tool', { state: 'hidden' });
  const focused = await page.evaluate(() => document.activeElement.dataset.tool);
  expect(focused === 'measure', 'Escape does not lead back to the toolbar');
}

function said(visit) {
  const state = new URLSearchParams(visit.hash().slice(1)).get('measure');
  return (state?.split('/') ?? []).map((one) => {
    const [mode, list] = one.split(':');
    return { mode, points: list.split(';').map((point) => point.split(',').map(Number)) };
  });
}

function values(page) {
  return page.locator('.result').evaluateAll((all) => all.map(({ dataset }) => Number(dataset.value)));
}
