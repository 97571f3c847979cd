import { readFile } from 'node:fs/promises';
import { content, decodePng, difference } from '../pixels.mjs';
import { expect } from '../visit.mjs';
import { openTool } from './city.mjs';

export const sharing = [
  ['Saves a picture twice and four times as fine as the screen', saves],
  ['Tells on the picture what its colours mean, and all of its sources', explains],
  ['Comes back exactly, with everything at once', everything],
  ['Stands in another page with its sources alone', embeds],
];

async function saves(visit) {
  const { page } = visit;
  await openTool(visit, 'share');
  const [width, height] = await page.evaluate(() => {
    const canvas = document.querySelector('#view > canvas');
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

async function explains(visit) {
  const { page } = visit;
  if (!(await page.isVisible('#share-title'))) await openTool(visit, 'share');
  await page.evaluate(() => {
    const proto = window.CanvasRenderingContext2D.prototype;
    const write = proto.fillText;
    window.restoreText = () => {
      proto.fillText = write;
    };
    proto.fillText = function (words, ...place) {
      window.written.push(words);
      write.call(this, words, ...place);
    };
  });
  const written = async () => {
    await page.evaluate(() => {
      window.written = [];
    });
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('#tool button:has-text("Afbeelding opslaan")')]);
    return { height: decodePng(await readFile(await file.path())).height, words: (await page.evaluate(() => window.written)).join(' ') };
  };
  await page.check('input[name=share-factor][value="1"]');
  const plain = await written();
  const { sources } = await visit.api('/api/twin');
  for (const { title, licence } of sources) expect(plain.words.includes(title) && plain.words.includes(licence ?? ''), `${title} (${licence}) is not on the picture: ${plain.words}`);
  await page.evaluate(() => {
    window.location.hash += '&colour=pand/hoogte';
  });
  await page.waitForSelector('.legend__table[data-attribute=hoogte]', { state: 'attached' });
  await visit.idle();
  const legend = await page.locator('.legend__table tbody th').allTextContents();
  const coloured = await written();
  expect(legend.length > 2 && legend.every((label) => coloured.words.includes(label)), `of ${legend} the picture says ${coloured.words}`);
  expect(coloured.height > plain.height, 'the legend has no room of its own');
  await page.evaluate(() => {
    window.restoreText();
    window.location.hash = window.location.hash.replace('&colour=pand/hoogte', '').replace('colour=hoogte&', '');
  });
  await page.check('input[name=share-factor][value="2"]');
  return `${sources.length} sources, ${legend.length} classes`;
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

async function everything(visit) {
  const { page } = visit;
  const { bbox, name, built } = await visit.api('/api/twin');
  const [x, y] = [(bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2].map(Math.round);
  const { identificatie: ids } = await visit.api('/api/collections/pand/columns?properties=hoogte');
  const variant = { type: 'gemeentetwin-variant', version: 1, title: 'Alles', twin: { name, built }, edits: [{ id: 'e1', kind: 'demolish', pand: ids[0] }] };
  const saved = await fetch(`${visit.base}/api/scenarios`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(variant) });
  expect(saved.ok, `saving a variant answers ${saved.status}`);
  const { id } = await saved.json();
  const said = {
    camera: `${x},${y - 150},140,12.5,-40`,
    hide: 'bomen',
    colour: 'wegdeel/bgt_functie',
    object: `pand/${ids[1]}`,
    filter: 'hoogte:3..',
    open: 'sight,table',
    measure: `distance:${x},${y},2;${x + 30},${y + 10},2`,
    scenario: id,
    section: 'level:40',
    sight: `shed:${x},${y},2,1.7,75`,
    sun: '2026-06-21T15:00',
    table: '-hoogte',
    water: '0.5',
    lang: 'en',
  };
  await page.goto('about:blank');
  await visit.open(`#${new URLSearchParams(said)}`);
  const rest = async () => {
    await page.waitForSelector('.sight [data-kind=share]');
    await page.waitForSelector('#sheet [role=status][data-total]');
    await page.waitForSelector('#object .fact');
    await visit.idle();
    await page.mouse.move(5, 5);
    await visit.idle();
  };
  await rest();
  const found = new URLSearchParams(visit.hash().slice(1));
  for (const [key, value] of Object.entries(said)) expect(found.get(key) === value, `${key} is ${found.get(key)}, the link said ${value}`);
  const [hash, before] = [visit.hash(), await visit.picture()];
  await page.goto('about:blank');
  await visit.open(hash);
  await rest();
  expect(visit.hash() === hash, `the link became ${visit.hash()} instead of ${hash}`);
  const changed = difference(before, await visit.picture());
  expect(changed < 0.004, `${(changed * 100).toFixed(2)}% of the picture differs`);
  await fetch(`${visit.base}/api/scenarios/${id}`, { method: 'DELETE', headers: { 'if-match': saved.headers.get('etag') ?? '*' } });
  await page.goto('about:blank');
  await visit.open('');
  return `${Object.keys(said).length} things, ${(changed * 100).toFixed(2)}% of the picture differs`;
}
