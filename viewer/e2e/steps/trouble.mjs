import { createServer, request } from 'node:http';
import { content } from '../pixels.mjs';
import { expect } from '../visit.mjs';
import { openTool } from './city.mjs';

export const trouble = [
  ['Opens the city from a broken or hostile link', hostile],
  ['Says what a link asks that this city does not have', misfits],
  ['Goes on after the server was restarted', restarted],
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

const SCRIPT = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';

async function hostile(visit) {
  const { page } = visit;
  const dialogs = [];
  const dismiss = (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  };
  page.on('dialog', dismiss);
  const tools = ['filter', 'table', 'walk', 'sun', 'measure', 'section', 'sight', 'water', 'scenario', 'share'];
  const nonsense = [SCRIPT, 'NaN', '%', '1e999,1e999', `level:${SCRIPT}`, '../../../etc/passwd', 'x'.repeat(20_000), "a' OR 1=1 --:..", '__proto__', '\u0000\ufffd'];
  const links = nonsense.map((text) => new URLSearchParams(Object.fromEntries([...['camera', 'hide', 'colour', 'object', 'lang', 'constructor', '__proto__'], ...tools].map((key) => [key, text]))).toString());
  links.push('%E0%A4%A&camera=,,,,&open=,,,&&==', 'camera=1e308,1e308,1e308,1e308,1e308', 'camera=0,0,0,0,0&open=hasOwnProperty', `object=pand/${encodeURIComponent(SCRIPT)}&open=table,sun,nothing`);
  for (const link of links) {
    await page.goto('about:blank');
    await visit.open(`#${link}`);
    await page.waitForSelector('#search-input');
    const wrong = visit.faults.splice(0).filter((fault) => !/status of 40\d/.test(fault));
    expect(wrong.length === 0, `${link.slice(0, 80)}: ${wrong.join(' | ')}`);
    expect(!(await page.evaluate(() => 'hacked' in window || 'hacked' in Object.prototype)), `${link.slice(0, 80)} runs a script`);
    const axe = await visit.axe();
    expect(axe.length === 0, `${link.slice(0, 80)}: ${axe.join(' | ')}`);
    const { drawn } = content(await visit.picture());
    expect(drawn > 0.05, `${link.slice(0, 80)} shows no city`);
  }
  page.off('dialog', dismiss);
  expect(dialogs.length === 0, `dialogs came up: ${dialogs}`);
  return `${links.length} links`;
}

async function misfits(visit) {
  const { page } = visit;
  await page.goto('about:blank');
  await visit.open('#filter=nonexistent:1..2&colour=wegdeel/nonexistent&object=pand/0000000000000000');
  await page.waitForSelector('#message :text("past niet bij deze stad")');
  await page.waitForSelector('.legend :text("wegdeel/nonexistent")');
  await page.waitForSelector('#object :text("niet meer bekend")');
  expect(!visit.hash().includes('filter='), 'the filter stays in the link');
  visit.faults.length = 0;
  await page.keyboard.press('Escape');
}

async function restarted(visit) {
  const { page, base } = visit;
  const { hostname, port } = new URL(base);
  const sockets = new Set();
  const start = (at) =>
    new Promise((done) => {
      const server = createServer((asked, answer) => {
        const passed = request({ hostname, port, path: asked.url, method: asked.method, headers: { ...asked.headers, host: `${hostname}:${port}` } }, (found) => {
          answer.writeHead(found.statusCode, found.headers);
          found.pipe(answer);
        });
        passed.on('error', () => answer.destroy());
        asked.pipe(passed);
      });
      server.on('connection', (socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
      });
      server.listen(at, '127.0.0.1', () => done(server));
    });
  const server = await start(0);
  const at = server.address().port;
  visit.base = `http://127.0.0.1:${at}`;
  await page.goto('about:blank');
  await visit.open('#sun=2026-06-21T15:00');
  await openTool(visit, 'filter');
  await page.waitForSelector('#filter-add option[value=hoogte]', { state: 'attached' });
  server.close();
  sockets.forEach((socket) => socket.destroy());
  await page.selectOption('#filter-add', 'hoogte');
  await page.fill('#filter-0-from', '4');
  await page.press('#filter-0-from', 'Tab');
  await page.waitForSelector('#message .toast--warning:has-text("geen verbinding")');
  await page.waitForSelector('.filter [role=status]:text("kon niet worden toegepast")');
  const again = await start(at);
  await page.waitForSelector('#message :text("De verbinding is er weer")');
  visit.faults.length = 0;
  expect(visit.hash().includes('filter=hoogte:4..') && visit.hash().includes('sun='), `lost: ${visit.hash()}`);
  await page.fill('#filter-0-from', '5');
  await page.press('#filter-0-from', 'Tab');
  await page.waitForSelector('.filter [role=status][data-count]');
  const count = Number(await page.getAttribute('.filter [role=status]', 'data-count'));
  visit.base = base;
  const { numberMatched } = await visit.api(`/api/collections/pand/items?limit=1&filter=${encodeURIComponent('hoogte >= 5')}`);
  expect(count === numberMatched, `after the restart the filter tells of ${count} panden, the API of ${numberMatched}`);
  again.close();
  sockets.forEach((socket) => socket.destroy());
  await page.goto('about:blank');
  await visit.open('');
  visit.faults.length = 0;
  return `${count} panden after the restart`;
}
