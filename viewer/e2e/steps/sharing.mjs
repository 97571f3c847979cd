import { readFile } from 'node:fs/promises';
import { content, decodePng } from '../pixels.mjs';
import { expect } from '../visit.mjs';
import { openTool } from './city.mjs';

export const sharing = [
  ['Saves a picture twice and four times as fine as the screen', saves],
  ['Stands in another page with its sources alone', embeds],
];

async function saves(visit) {
  const { page } = visit;
  await openTool(visit, 'share');
  const [width, height] = await page.evaluate(() => {
    const canvas = document.querySelector('#view canvas');
    return [canvas.width, canvas.height];
  });
  const sizes = [];
  for (const factor of [2, 4]) {
    await page.check(`input[name=share-factor][value="${factor}"]`);
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('#tool button:has-text("Afbeelding opslaan")')]);
    const png = await readFile(await file.path());
    const picture = decodePng(png);
    expect(picture.width === width * factor, `${picture.width} pixels wide, not ${width * factor}`);
    // Below the picture is the strip with title, scale and sources.
    expect(picture.height > height * factor, 'no strip with the sources');
    const { drawn } = content(png);
    expect(drawn > 0.2, `the picture is empty: ${drawn.toFixed(2)} drawn`);
    sizes.push(`${picture.width} x ${picture.height}`);
  }
  return sizes.join(', ');
}

async function embeds(visit) {
  const { page } = visit;
  if (!(await page.isVisible('#share-code'))) await openTool(visit, 'share');
  const code = await page.inputValue('#share-code');
  const source = (/^<iframe [^>]*src="([^"]+)"/.exec(code)?.[1] ?? '').replaceAll('&amp;', '&');
  expect(source.startsWith(visit.base) && source.includes('embed=1'), `the snippet shows ${source}`);
  await page.goto('about:blank');
  await page.goto(source);
  await visit.idle();
  for (const part of ['#toolbar', '#side', '.search', '.controls', '#tool']) {
    expect(!(await page.isVisible(part)), `${part} is in sight`);
  }
  expect(await page.isVisible('#footer'), 'the sources are not in sight');
  const { drawn } = content(await visit.picture());
  expect(drawn > 0.2, `no city: ${drawn.toFixed(2)} drawn`);
}
