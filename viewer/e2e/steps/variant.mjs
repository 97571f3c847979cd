// What steps of several topics do with a variant.
import { readFile } from 'node:fs/promises';

/** Waits until the server has judged the variant and it is drawn. */
export async function judged(visit) {
  await visit.page.waitForSelector('.scenario[data-state=ready] [data-indicator]');
  await visit.idle();
}

/** Does something that changes the variant, and waits until the server has judged what came of it. */
export async function changing(visit, act) {
  const answer = visit.page.waitForResponse((response) => response.url().endsWith('/api/scenarios/evaluate') && response.ok());
  answer.catch(() => undefined); // told below, also if the act fails first
  await act();
  await answer;
  await judged(visit);
}

/** Fills in a field as a planner does, and leaves it. */
export async function fill(visit, id, value) {
  const field = visit.page.locator(`#${id}`);
  await changing(visit, async () => {
    await field.fill(String(value));
    await field.press('Tab');
  });
}

export async function indicator(page, id) {
  const row = page.locator(`[data-indicator=${id}]`);
  return { before: Number(await row.getAttribute('data-before')), after: Number(await row.getAttribute('data-after')) };
}

/** What a variant adds: a building in another buurt adds that buurt to what is counted. */
export const more = ({ before, after }) => after - before;

/** Opens a part of the panel, such as that of a new building. */
export async function openPart(page, part) {
  if (await page.locator(`[data-part=${part}][open]`).count()) return;
  await page.click(`[data-part=${part}] > summary`);
}

export async function downloaded(page, label) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.click(`.scenario button:has-text("${label}")`)]);
  return readFile(await file.path(), 'utf8');
}

/** The variant as its file holds it. */
export async function variantOf(page) {
  return JSON.parse(await downloaded(page, 'Download als bestand'));
}

/** Adds a building of these measures in the middle of the view. */
export async function build(visit, measures) {
  const { page } = visit;
  await openPart(page, 'new');
  for (const [name, value] of Object.entries(measures)) await page.fill(`#scenario-${name}`, String(value));
  await changing(visit, () => page.click('button:has-text("In het midden van het beeld")'));
}
