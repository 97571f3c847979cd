import { decodePng } from '../pixels.mjs';
import { expect } from '../visit.mjs';
import { openTool } from './city.mjs';

export const looks = [['Has the looks of its municipality, everywhere readable', wears]];

const OWN = { organisation: null, accent: '#154273', on_accent: '#ffffff', header: '#ffffff', on_header: '#16222e', tokens: {}, logo: null };

async function wears(visit) {
  const { page } = visit;
  const { name, theme } = await visit.api('/api/twin');
  const { organisation, accent, on_accent: onAccent, header, on_header: onHeader, tokens, logo } = theme ?? OWN;
  await openTool(visit, 'measure');
  const shown = await page.evaluate(() => {
    const style = (selector) => window.getComputedStyle(document.querySelector(selector));
    const button = style('#tool .utrecht-button--primary-action');
    return {
      header: style('#header').backgroundColor,
      onHeader: style('#header h1').color,
      accent: button.backgroundColor,
      onAccent: button.color,
      radius: button.borderTopLeftRadius,
      open: style('.tool-button[aria-expanded=true]').backgroundColor,
    };
  });
  const radius = tokens['utrecht-button-border-radius'] ?? '8px';
  const wanted = { header: rgb(header), onHeader: rgb(onHeader), accent: rgb(accent), onAccent: rgb(onAccent), radius, open: rgb(accent) };
  expect(JSON.stringify(shown) === JSON.stringify(wanted), `shown is ${JSON.stringify(shown)}, not ${JSON.stringify(wanted)}`);
  const { data, channels, width } = decodePng(await page.screenshot());
  const { x, y } = await page.locator('#header').boundingBox();
  const at = ((Math.round(y) + 6) * width + Math.round(x) + 40) * channels;
  expect(rgb(header) === `rgb(${[...data.subarray(at, at + 3)].join(', ')})`, 'the title is drawn in another colour');
  const picture = page.locator('.header__logo');
  expect((await picture.count()) === (logo ? 1 : 0), `${await picture.count()} logos`);
  if (logo) {
    expect((await picture.getAttribute('alt')) === organisation, 'the logo does not say whose it is');
    expect(await picture.evaluate(({ complete, naturalWidth }) => complete && naturalWidth > 0), 'the logo is not drawn');
  }
  return `${organisation ?? 'own looks'}, ${name}`;
}

function rgb(hex) {
  return `rgb(${[1, 3, 5].map((from) => parseInt(hex.slice(from, from + 2), 16)).join(', ')})`;
}
