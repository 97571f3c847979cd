import { expect } from '../visit.mjs';

export const trouble = [
  ['Says that the connection is lost, and that it is back', connectionLost],
  ['Says that the twin was built anew', rebuilt],
  ['Says when the API is down', apiDown],
  ['Says when there is no twin', noTwin],
  ['Says when WebGL is missing', noWebGL],
];

async function connectionLost(visit) {
  const { page } = visit;
  await page.route('**/api/**', (route) => route.abort());
  await page.evaluate(() => window.dispatchEvent(new window.Event('offline')));
  await page.waitForSelector('#message .toast--warning:has-text("geen verbinding")');
  await page.unroute('**/api/**');
  // The browser logs the failed requests itself; those are meant.
  visit.faults.length = 0;
  await page.waitForSelector('#message :text("De verbinding is er weer")');
  visit.faults.length = 0;
}

async function rebuilt(visit) {
  const { page } = visit;
  await page.route('**/api/version', (route) => route.fulfill({ json: { built: '2031-01-01T00:00:00+00:00' } }));
  await page.evaluate(() => window.dispatchEvent(new window.Event('online')));
  await page.waitForSelector('#message button:has-text("Pagina verversen")');
  await page.unroute('**/api/version');
  const hash = visit.hash();
  await page.click('#message button:has-text("Pagina verversen")');
  await page.waitForLoadState();
  await visit.idle();
  expect(visit.hash() === hash, 'refreshing lost what the page showed');
}

async function apiDown(visit) {
  await broken(visit, (route) => route.abort(), 'twin serve');
}

async function noTwin(visit) {
  await broken(visit, (route) => route.fulfill({ status: 503, json: {} }), 'twin build');
}

async function broken(visit, answer, words) {
  const { page } = visit;
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto('about:blank');
  await page.route('**/api/**', answer);
  await page.goto(visit.base);
  await page.waitForSelector('[role=alert]');
  await page.unroute('**/api/**');
  // The browser logs the failed request itself; that one is meant.
  visit.faults.length = 0;
  const told = await page.textContent('[role=alert]');
  expect(told.includes(words), `the message does not say what to do: ${told}`);
  return told.trim();
}

async function noWebGL(visit) {
  const { page } = visit;
  await page.addInitScript(() => {
    window.HTMLCanvasElement.prototype.getContext = () => null;
  });
  await page.goto('about:blank');
  await page.goto(visit.base);
  await page.waitForSelector('[role=alert]');
  visit.faults.length = 0;
  const told = await page.textContent('[role=alert]');
  expect(told.includes('WebGL'), `the message does not name WebGL: ${told}`);
}
