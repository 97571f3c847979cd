// Walks through the viewer of a served twin in Chromium, as a visitor would.
//
//   node e2e/run.mjs --base http://127.0.0.1:8000 [--screenshots DIR] [--chromium /usr/bin/chromium]
//
// Exit code 0 when every step holds. The steps read what to expect from the twin's own API.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Visit } from './visit.mjs';
import { steps } from './steps.mjs';

const { values } = parseArgs({
  options: {
    base: { type: 'string', default: 'http://127.0.0.1:8000' },
    screenshots: { type: 'string' },
    chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  },
});

if (values.screenshots) await mkdir(values.screenshots, { recursive: true });
const visit = await Visit.begin(values.base, values.chromium);
let failures = 0;
for (const [name, step] of steps) {
  const begun = performance.now();
  const seconds = () => `${((performance.now() - begun) / 1000).toFixed(1)} s`;
  try {
    const found = await step(visit);
    await visit.sound();
    console.log(`ok    ${name} (${seconds()})${found ? `: ${found}` : ''}`);
  } catch (error) {
    failures++;
    console.log(`FAIL  ${name} (${seconds()}): ${error instanceof Error ? error.message : error}`);
  }
  if (values.screenshots) {
    const file = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    await visit.page.screenshot({ path: join(values.screenshots, `${file}.png`) });
  }
}
await visit.end();
console.log(failures === 0 ? `all ${steps.length} steps hold` : `${failures} of ${steps.length} steps fail`);
process.exitCode = failures === 0 ? 0 : 1;
