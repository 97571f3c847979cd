import { expect } from '../visit.mjs';
import { openTool, pickPand, straightDown } from './city.mjs';
import { build, indicator, openPart } from './variant.mjs';
import { readFile } from 'node:fs/promises';

export const staff = [
  ['Shows the button for staff where staff are let in', offers],
  ['Lets a visitor plan and compare, without asking what is not for visitors', plans],
  ['Refuses a wrong key', refuses],
  ['Shows more to staff', shows],
  ['Gives staff files with what they may see', files],
  ['Adds up the WOZ values for staff', worth],
  ['Goes on as a visitor when the key has ended', ends],
];

async function offers(visit) {
  const { keys } = await visit.api('/api/access');
  if (visit.provider) return 'see login';
  expect(keys === Boolean(visit.key), 'with --key the twin must be served with access, and without it not');
  expect((await visit.page.locator('.staff button').count()) === Number(keys), 'the button does not follow /api/access');
  return keys ? 'a button' : 'no button';
}

async function plans(visit) {
  if (!visit.key) return 'no access';
  const { page } = visit;
  await straightDown(visit, 160);
  await openTool(visit, 'scenario');
  await build(visit, { width: 12, depth: 10, rotation: 0, height: 9, floors: 3 });
  expect((await page.getAttribute('[data-indicator=woz]', 'data-before')) === null, 'a visitor is told the WOZ value');
  const asked = [];
  const note = (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`);
  page.on('request', note);
  await openPart(page, 'compare');
  await page.selectOption('#scenario-compare', 'nu');
  await page.waitForSelector('[data-compared=volume]');
  for (const button of ['Opslaan op de server', 'Opgeslagen varianten']) {
    await page.click(`button:has-text("${button}")`);
    await page.waitForSelector('.scenario [role=status]:has-text("Log in als planoloog")');
  }
  page.off('request', note);
  expect(!asked.some((one) => one.endsWith('/api/scenarios')), `asked was ${asked}`);
  await page.click('#tool button:has-text("Wissen")');
  await visit.idle();
}

async function refuses(visit) {
  if (!visit.key) return 'no access';
  const { page } = visit;
  await page.click('.staff button');
  await page.fill('#staff-key', 'twin_fout_fout');
  await page.click('.staff__dialog form button');
  await page.waitForSelector('.staff__dialog [role=alert]:not(:empty)');
  // The browser logs the refusal itself; that one is meant.
  visit.faults.length = 0;
  return page.textContent('.staff__dialog [role=alert]');
}

async function shows(visit) {
  if (!visit.key) return 'no access';
  const { page } = visit;
  const all = await visit.api('/api/catalogue');
  const response = await fetch(`${visit.base}/api/catalogue`, { headers: { authorization: `Bearer ${visit.key}` } });
  const more = (await response.json()).filter(({ name, applies_to: to }) => to.includes('pand') && !all.some((a) => a.name === name));
  expect(more.length > 0, 'this twin has nothing that is intern');
  await Promise.all([page.waitForEvent('load'), fillIn(page, visit.key)]);
  await visit.idle();
  await pickPand(visit);
  for (const { name } of more) {
    expect((await page.locator(`#object [data-property=${name}]`).count()) === 1, `${name} is not in the panel`);
  }
  expect(!(await page.content()).includes(visit.key), 'the key is in the page');
  return more.map(({ name }) => name).join(', ');
}

async function files(visit) {
  if (!visit.key) return 'no access';
  const { page } = visit;
  await openTool(visit, 'table');
  await page.waitForSelector('.table__csv');
  const csv = (await downloaded(page, '.table__csv')).toString();
  const [heads, ...rows] = csv.trim().split(/\r?\n/);
  const { counts } = await visit.api('/api/twin');
  expect(heads.includes('woz_waarde'), 'the CSV of staff lacks what is intern');
  expect(rows.length >= counts.pand, `the CSV has ${rows.length} rows for ${counts.pand} panden`);
  const gpkg = await downloaded(page, '.table__gpkg');
  expect(gpkg.subarray(0, 6).toString() === 'SQLite' && gpkg.includes('woz_waarde'), 'the GeoPackage of staff lacks what is intern');
  return `${rows.length} rows, ${Math.round(gpkg.length / 1024)} kB`;
}

async function worth(visit) {
  if (!visit.key) return 'no access';
  const { page } = visit;
  if (!(await page.isVisible('.scenario'))) await openTool(visit, 'scenario');
  await build(visit, { width: 12, depth: 10, rotation: 0, height: 9, floors: 3 });
  const { before, after } = await indicator(page, 'woz');
  expect(before > 0 && after === before, `the WOZ values are ${before} and ${after}`);
  await page.click('#tool button:has-text("Wissen")');
  return `${before} euro`;
}

async function downloaded(page, link) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.click(link)]);
  return readFile(await file.path());
}

async function fillIn(page, key) {
  await page.fill('#staff-key', key);
  await page.click('.staff__dialog form button');
}

async function ends(visit) {
  if (!visit.key) return 'no access';
  const { page } = visit;
  await page.evaluate(() => window.sessionStorage.setItem('twin.token', 'twin_oud_oud'));
  await page.reload();
  await page.waitForSelector('.toast--warning');
  await visit.idle();
  visit.faults.length = 0;
  expect((await page.evaluate(() => window.sessionStorage.getItem('twin.token'))) === null, 'the key was kept');
  return page.textContent('.toast--warning p');
}
