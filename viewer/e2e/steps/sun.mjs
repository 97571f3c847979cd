import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import { brightness, content, decodePng, difference } from '../pixels.mjs';
import { expect } from '../visit.mjs';
import { openTool } from './city.mjs';

export const sun = [
  ['Puts the sun where it stands', places],
  ['Plays a day', plays],
  ['Comes back at the same moment', comesBack],
  ['Makes the shadow study of twelve moments', study],
];

async function places(visit) {
  const { page } = visit;
  const { center, bbox } = await visit.api('/api/twin');
  await visit.look(`${(bbox[0] + bbox[2]) / 2},${(bbox[1] + bbox[3]) / 2 - 150},150,0,-45`);
  await openTool(visit, 'sun');
  await page.fill('#sun-date', '2026-06-21');
  await page.locator('#sun-date').blur();
  const pressed = await page.locator('[data-day][aria-pressed=true]').evaluateAll((all) => all.map(({ dataset }) => dataset.day));
  expect(pressed.join() === '06-21', `of the days ${pressed} stand out on 21 June`);
  await atTime(visit, 13, 40);
  // At the summer solstice the sun culminates at 90 - latitude + obliquity of the ecliptic, near 13.40 in the Netherlands.
  const noon = await position(page);
  const highest = 90 - center[1] + 23.44;
  expect(Math.abs(noon.elevation - highest) < 0.1, `${noon.elevation}° at noon, expected ${highest.toFixed(2)}°`);
  expect(Math.abs(noon.azimuth - 180) < 3, `the sun culminates in direction ${noon.azimuth}°`);
  const day = await visit.picture();
  await atTime(visit, 9, 0);
  const morning = await visit.picture();
  const moved = difference(day, morning);
  expect(moved > 0.05, `between 9.00 and noon ${(moved * 100).toFixed(2)}% of the picture changed`);
  await atTime(visit, 23, 55);
  const night = await visit.picture();
  expect(brightness(night) < brightness(day) * 0.7, 'night is as light as day');
  expect((await page.textContent('#tool [role=status]')).includes('onder'), 'the page does not say that the sun is down');
  // By keyboard: an arrow moves five minutes.
  await page.focus('#sun-time');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => document.querySelector('.sun__clock').textContent === '00:05');
  await atTime(visit, 12, 0);
  return `${noon.elevation}° high at noon, ${(moved * 100).toFixed(0)}% of the picture moved since 9.00`;
}

async function plays(visit) {
  const { page } = visit;
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await page.click('button:has-text("Dag afspelen")');
  const start = await page.textContent('.sun__clock');
  await page.waitForFunction((clock) => document.querySelector('.sun__clock').textContent > `${clock.slice(0, 2)}:59`, start);
  await page.click('button:has-text("Pauze")');
  const paused = await page.textContent('.sun__clock');
  await page.waitForTimeout(500);
  expect((await page.textContent('.sun__clock')) === paused, 'the day plays on after Pauze');
  return `${start} to ${paused}`;
}

async function comesBack(visit) {
  const { page } = visit;
  await page.fill('#sun-date', '2026-12-22');
  await page.locator('#sun-date').blur();
  await atTime(visit, 15, 0);
  const [hash, before] = [visit.hash(), await visit.picture()];
  expect(hash.includes('sun=2026-12-22T15:00'), `the moment is not in the link: ${hash}`);
  await page.goto('about:blank');
  await visit.open(hash);
  await page.waitForSelector('.sun__clock');
  const changed = difference(before, await visit.picture());
  expect(changed < 0.002, `${(changed * 100).toFixed(2)}% of the picture differs`);
}

async function study(visit) {
  const { page } = visit;
  // Looking north-east, so that north is up and to the left.
  const { name, bbox } = await visit.api('/api/twin');
  await visit.look(`${(bbox[0] + bbox[2]) / 2 - 60},${(bbox[1] + bbox[3]) / 2 - 90},150,40,-45`);
  await page.evaluate(() => {
    window.written = [];
    const write = window.CanvasRenderingContext2D.prototype.fillText;
    window.CanvasRenderingContext2D.prototype.fillText = function (words, ...place) {
      window.written.push(words);
      write.call(this, words, ...place);
    };
  });
  await page.check('input[value="09-23"]');
  const waiting = page.waitForEvent('download', { timeout: 240_000 });
  await page.click('button:has-text("Schaduwstudie maken")');
  const file = await (await waiting).path();
  const pictures = Object.entries(unzipSync(await readFile(file)));
  expect(pictures.length === 12, `${pictures.length} pictures`);
  const moments = pictures.map(([name]) => name);
  expect(moments.includes('2026-06-21T20.00.png') && moments.includes('2026-12-22T09.00.png') && moments.includes('2026-09-23T18.00.png'), moments.join());
  const decoded = pictures.map(([, png]) => Buffer.from(png));
  for (let i = 1; i < decoded.length; i++) {
    const changed = difference(decoded[i - 1], decoded[i]);
    expect(changed > 0.01, `${moments[i]} looks like ${moments[i - 1]}: ${(changed * 100).toFixed(2)}%`);
  }
  const { width, height } = decodePng(decoded[0]);
  const written = await page.evaluate(() => window.written);
  expect(written.filter((words) => words.includes(name)).length >= 12, `the title is not under every picture: ${written}`);
  expect(new Set(written.filter((words) => words.includes(' uur'))).size === 12, `not every picture has its own moment: ${written}`);
  for (const day of ['21 juni', '23 september', '22 december']) expect(written.some((words) => words.includes(day)), `no picture says ${day}`);
  expect(['09:00', '12:00', '15:00', '18:00', '20:00'].every((hour) => written.some((words) => words.includes(hour))), `not every hour is said: ${written}`);
  const turned = north(decoded[0], await page.locator('#view > canvas').evaluate((canvas) => canvas.width / canvas.height));
  expect(Math.abs(turned + 40) < 6, `looking to 40 degrees the arrow points ${turned.toFixed(0)} degrees`);
  expect(width >= 1200 && content(decoded[0]).colours > 200, `a picture of ${width} by ${height}`);
  return `${pictures.length} pictures of ${width} by ${height}, north at ${turned.toFixed(0)} degrees, ${(decoded.reduce((sum, { length }) => sum + length, 0) / 1e6).toFixed(1)} MB`;
}

/** Degrees clockwise from up in which the red half of the north arrow on a sheet points. */
function north(png, aspect) {
  const { data, width, channels } = decodePng(png);
  const unit = Math.max(width / 1280, 0.6);
  // The strip below the view is as high as its sources take.
  const [x0, y0] = [width - 40 * unit, Math.round(width / aspect) + 32 * unit];
  let [east, down] = [0, 0];
  for (let y = Math.round(y0 - 30 * unit); y < y0 + 30 * unit; y++) {
    for (let x = Math.round(x0 - 30 * unit); x < x0 + 30 * unit; x++) {
      const at = (y * width + x) * channels;
      if (data[at] < 170 || data[at + 1] > 90 || data[at + 2] > 80) continue;
      east += x - x0;
      down += y - y0;
    }
  }
  expect(east !== 0 || down !== 0, 'there is no north arrow');
  return (Math.atan2(east, -down) * 180) / Math.PI;
}

async function atTime(visit, hour, minute) {
  await visit.page.locator('#sun-time').fill(String(hour * 60 + minute));
  await visit.idle();
}

function position(page) {
  return page.locator('#tool [data-elevation]').evaluate(({ dataset }) => ({ elevation: Number(dataset.elevation), azimuth: Number(dataset.azimuth) }));
}
