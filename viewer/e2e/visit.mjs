import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
// Without a graphics card drawing takes most of the time of a walk: a quarter of the pixels, each drawn once,
// take half of it. The page is laid out as ever, and what is told of pixels are shares of a picture.
const COARSE = { args: ['--webgl-antialiasing-mode=none'], deviceScaleFactor: 0.5 };
const FINE = { args: [], deviceScaleFactor: 1 };
// Hides what lies over the city.
const BARE = `
  #header, #toolbar, #tool, #sheet, #side, #object, #message, .controls, .handles, #view::after { visibility: hidden !important }
  canvas { outline: none !important }`;
// Software drawing on a busy machine is slow; no step waits this long on a sound page.
const PATIENCE = 60_000;

/** A browser on the viewer that remembers everything that went wrong in it. */
export class Visit {
  /** `fine` draws as sharp as on a screen, for a picture to look at. */
  static async begin(base, executablePath, { provider, fine }) {
    const { args, deviceScaleFactor } = fine ? FINE : COARSE;
    const browser = await chromium.launch({ executablePath, args: [...ARGS, ...args] });
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'nl-NL', deviceScaleFactor });
    return new Visit(base.replace(/\/$/, ''), browser, context, await context.newPage(), provider);
  }

  constructor(base, browser, context, page, provider) {
    Object.assign(this, { base, browser, context, page, provider, faults: [], scripts: new Map() });
    const known = [base, ...(provider ? [provider] : [])].map((address) => new URL(address).origin);
    page.setDefaultTimeout(PATIENCE);
    page.on('pageerror', (error) => this.faults.push(`page error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.faults.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol.startsWith('http') && !known.includes(origin)) {
        this.faults.push(`external request: ${request.url()}`);
      }
    });
  }

  async open(hash = '') {
    await this.page.goto(`${this.base}/${hash}`);
    await this.idle();
  }

  /** Moves the camera (RD, NAP, heading, pitch) as a link would, and leaves the rest of the page as it is. */
  async look(camera) {
    await this.page.evaluate((to) => {
      const query = new window.URLSearchParams(window.location.hash.slice(1));
      query.set('camera', to);
      window.location.hash = query.toString();
    }, camera);
    await this.page.waitForFunction(() => new Promise((done) => window.requestAnimationFrame(() => done(true))));
    await this.idle();
  }

  /** Waits until the tiles in view have arrived and the camera rests. */
  async idle() {
    await this.page.waitForSelector('html[data-state=idle]');
    await this.page.evaluate(() => new Promise((done) => window.requestAnimationFrame(() => window.requestAnimationFrame(done))));
    await this.page.waitForSelector('html[data-state=idle]');
  }

  async api(path) {
    const response = await fetch(this.base + path);
    if (!response.ok) throw new Error(`${path} answers ${response.status}`);
    return response.json();
  }

  /** A picture of the city alone, without the panels that lie over it. */
  async picture() {
    // A constructed sheet, as the page's content security policy allows no style elements.
    const cover = (rules) =>
      this.page.evaluate((text) => {
        const sheet = new window.CSSStyleSheet();
        sheet.replaceSync(text);
        document.adoptedStyleSheets = [sheet];
      }, rules);
    await cover(BARE);
    const picture = await this.page.locator('#view > canvas').screenshot();
    await cover('');
    return picture;
  }

  /** Throws when the page broke its promises since the last look. */
  async sound() {
    const broken = await this.axe();
    const faults = [...this.faults.splice(0), ...broken];
    if (faults.length > 0) throw new Error(faults.join('\n      '));
  }

  async axe() {
    if (!(await this.page.evaluate(() => 'axe' in window))) {
      // Evaluated, not added as a script: the page's content security policy stays in force.
      await this.page.evaluate(await readFile(AXE, 'utf8'));
    }
    const violations = await this.page.evaluate(async () => (await window.axe.run()).violations);
    return violations.map(({ id, nodes }) => `axe ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  }

  hash() {
    return new URL(this.page.url()).hash;
  }

  async end() {
    await this.browser.close();
  }
}

export function expect(condition, message) {
  if (!condition) throw new Error(message);
}
