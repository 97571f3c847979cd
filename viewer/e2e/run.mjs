// Walks through the viewer of a served twin in Chromium, as a visitor would.
//
//   node e2e/run.mjs --base http://127.0.0.1:8000 [--only WORD] [--part 1/4] [--key KEY] [--provider URL] [--ifc FILE] [--screenshots DIR] [--chromium /usr/bin/chromium]
//
// --key is an API key that may see what is intern, of a twin that is served with access; --provider is the provider at
// which its staff log in, tests/access/provider.py; --ifc is the house of tests/ingest/ifc_house.py as a file.
//
// Exit code 0 when every step holds. The steps read what to expect from the twin's own API. With --only, whole topics
// of that name run (such as `measuring`), or else the steps whose title has that word, each in a freshly opened page.
// With --part, one topic out of so many runs: all parts together are the whole walk, and may run at the same time.
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sharp, topics } from './steps.mjs';
import { Visit } from './visit.mjs';

const { values } = parseArgs({
  options: {
    base: { type: 'string', default: 'http://127.0.0.1:8000' },
    only: { type: 'string' },
    part: { type: 'string', default: '1/1' },
    key: { type: 'string' },
    provider: { type: 'string' },
    ifc: { type: 'string' },
    screenshots: { type: 'string' },
    chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  },
});

const [part, parts] = values.part.split('/').map(Number);
const wanted = Object.entries(topics)
  .filter((_, number) => number % parts === part - 1)
  .map(([topic, steps]) => [topic, steps.filter(([title]) => !values.only || topic === values.only || title.includes(values.only))])
  .filter(([, steps]) => steps.length > 0);
const count = wanted.reduce((sum, [, steps]) => sum + steps.length, 0);

if (values.screenshots) await mkdir(values.screenshots, { recursive: true });
let failures = count === 0 ? 1 : 0;
for (const [topic, steps] of wanted) {
  const fine = sharp.has(topic) || values.screenshots !== undefined;
  const visit = await Visit.begin(values.base, values.chromium, { provider: values.provider, fine });
  console.log(topic);
  visit.key = values.key;
  visit.ifc = values.ifc && resolve(process.env.INIT_CWD ?? '.', values.ifc);
  await visit.open();
  for (const [title, step] of steps) await take(visit, title, step);
  await visit.end();
}
console.log(failures === 0 ? `all ${count} steps hold` : `${failures} of ${count} steps fail`);
process.exitCode = failures === 0 ? 0 : 1;

async function take(visit, title, step) {
  const begun = performance.now();
  const seconds = () => `${((performance.now() - begun) / 1000).toFixed(1)} s`;
  try {
    const found = await step(visit);
    await visit.sound();
    console.log(`ok    ${title} (${seconds()})${found ? `: ${found}` : ''}`);
  } catch (error) {
    failures++;
    console.log(`FAIL  ${title} (${seconds()}): ${error instanceof Error ? error.message : error}`);
  }
  if (values.screenshots) {
    const file = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    await visit.page.screenshot({ path: join(values.screenshots, `${file}.png`) });
  }
}
