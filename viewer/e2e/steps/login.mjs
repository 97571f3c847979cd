import { expect } from '../visit.mjs';
import { pickPand } from './city.mjs';

export const login = [
  ['Logs staff in at their provider, and comes back to the same view', logsIn],
  ['Logs them out', logsOut],
  ['Says so when the provider does not let them in', refused],
  ['Lets them in when the provider has replaced its keys', rotated],
  ['Goes on as a visitor when the token has ended', expires],
  ['Takes no answer to a question that was not asked', forged],
];

// The server looks for a provider's keys at most once in so many seconds, see twin/access/tokens.py.
const PAUSE_MS = 31_000;
let firstLogIn = 0;

async function logsIn(visit) {
  if (!visit.provider) return 'no provider';
  const { page } = visit;
  await pickPand(visit);
  const before = visit.hash();
  expect((await seen(page)) === 0, 'a visitor sees what is intern');
  await toProvider(visit);
  await back(visit, 'yes');
  firstLogIn = performance.now();
  expect(visit.hash() === before, `the view was ${before} and became ${visit.hash()}`);
  expect(new URL(page.url()).search === '', `the address still holds ${new URL(page.url()).search}`);
  await inside(visit, true);
  const secret = await page.evaluate(() => window.sessionStorage.getItem('twin.token'));
  expect(secret.split('.').length === 3, 'there is no token');
  expect(!(await page.content()).includes(secret), 'the token is in the page');
  const kept = await page.evaluate(() => Object.keys(window.localStorage).join() + document.cookie + (window.sessionStorage.getItem('twin.login') ?? ''));
  expect(!kept.includes('twin'), `more is kept than the token: ${kept}`);
}

async function logsOut(visit) {
  if (!visit.provider) return 'no provider';
  const { page } = visit;
  await page.click('.staff button');
  await Promise.all([page.waitForEvent('load'), page.click('.staff__dialog button:has-text("Uitloggen")')]);
  await visit.idle();
  await inside(visit, false);
  expect((await page.evaluate(() => window.sessionStorage.getItem('twin.token'))) === null, 'the token was kept');
}

async function refused(visit) {
  if (!visit.provider) return 'no provider';
  const { page } = visit;
  await toProvider(visit);
  await back(visit, 'no');
  await page.waitForSelector('.toast--warning');
  await inside(visit, false);
  return page.textContent('.toast--warning p');
}

async function rotated(visit) {
  if (!visit.provider) return 'no provider';
  const { page } = visit;
  await tellProvider(visit, 'rotate');
  await page.waitForTimeout(Math.max(0, PAUSE_MS - (performance.now() - firstLogIn)));
  await toProvider(visit);
  await back(visit, 'yes');
  await inside(visit, true);
}

async function expires(visit) {
  if (!visit.provider) return 'no provider';
  const { page } = visit;
  await logsOut(visit);
  const seconds = 15;
  await tellProvider(visit, 'lifetime', { seconds });
  await toProvider(visit);
  await back(visit, 'yes');
  await inside(visit, true);
  await page.waitForTimeout(seconds * 1000);
  await page.reload();
  await page.waitForSelector('.toast--warning');
  await visit.idle();
  // The browser logs the refusals itself; those are meant.
  visit.faults.length = 0;
  const told = await page.textContent('.toast--warning p');
  expect(told.includes('uitgelogd'), told);
  await inside(visit, false);
  return told;
}

async function forged(visit) {
  if (!visit.provider) return 'no provider';
  const { page } = visit;
  const { issuer } = await (await fetch(`${visit.provider}/.well-known/openid-configuration`)).json();
  expect(issuer === visit.provider, 'this is another provider');
  await page.goto(`${visit.base}/?code=vals&state=vals${visit.hash()}`);
  await visit.idle();
  await page.waitForSelector('.toast--warning');
  await inside(visit, false);
  return page.textContent('.toast--warning p');
}

async function toProvider(visit) {
  const { page } = visit;
  await page.click('.staff button');
  await Promise.all([page.waitForURL(`${visit.provider}/authorize**`), page.click('.staff__dialog button:has-text("Inloggen met de gemeente")')]);
}

async function back(visit, answer) {
  const { page } = visit;
  await Promise.all([page.waitForURL(`${visit.base}/**`), page.click(`button[value=${answer}]`)]);
  await visit.idle();
}

async function tellProvider(visit, what, form = {}) {
  const response = await fetch(`${visit.provider}/${what}`, { method: 'POST', body: new URLSearchParams(form) });
  expect(response.ok, `the provider refuses ${what}`);
}

const seen = (page) => page.locator('#object [data-property=woz_waarde]').count();

/** Whether the page shows what is intern of the pand that is chosen, and nothing of it where it should not. */
async function inside(visit, expected) {
  const { page } = visit;
  await page.waitForSelector('#object [data-property=identificatie], #object [data-property=oorspronkelijk_bouwjaar]');
  expect((await seen(page)) === Number(expected), expected ? 'staff do not see what is intern' : 'a visitor sees what is intern');
  const label = await page.getAttribute('.staff button', 'aria-label');
  expect(label.includes('ingelogd') === expected, `the button says ${label}`);
}
