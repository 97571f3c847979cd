import { formatDate, formatLength } from '../../format/values';
import { photograph } from '../../image/photograph';
import { sheetOf } from '../../image/sheet';
import { formatPermalink } from '../../state/permalink';
import { speaker } from '../../ui/context';
import { button, choice, field, h } from '../../ui/dom';
import { download, fileName } from '../../ui/download';
import { attributionOf } from '../../ui/footer';
import { tell } from '../../ui/message';
import type { MakeTool } from '../tool';
import { words } from './words';
import './share.css';

const FACTORS = ['1', '2', '3', '4'] as const;
type Factor = (typeof FACTORS)[number];

/** What leaves the page: the view as a picture with its sources, or in somebody else's page. */
export const make: MakeTool = (rooms) => {
  const { navigation, stage, store, twin } = rooms;
  const say = speaker(rooms, words);
  const element = h('div', { class: 'stack' });
  const status = h('p', { class: 'note', role: 'status' });
  const title = h('input', { id: 'share-title', type: 'text', class: 'utrecht-textbox utrecht-textbox--html-input', maxlength: 80 });
  title.value = twin.name;
  const code = h('textarea', { id: 'share-code', class: 'utrecht-textbox utrecht-textbox--html-input', readonly: true, rows: 5 });
  const size = h('p', { class: 'origin' });
  let factor: Factor = '2';

  const save = async (): Promise<void> => {
    const { language } = store.get();
    status.textContent = say('busy');
    // The words have to be on the screen before the drawing holds up the page.
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    try {
      const picture = photograph(stage, Number(factor));
      const today = new Date().toISOString().slice(0, 10);
      const distance = navigation.center().distanceTo(stage.camera.position);
      const sheet = await sheetOf(picture, {
        title: title.value.trim() || twin.name,
        line: say('line', { date: formatDate(language, today) ?? today }),
        attribution: attributionOf(rooms),
        legend: rooms.legends.samples,
        heading: navigation.pose.heading,
        metresPerPixel: (stage.metresPerPixel(distance) * stage.canvas.clientWidth) / picture.width,
        scale: (metres) => formatLength(language, metres),
      });
      download(`${fileName(title.value.trim() || twin.name)}.png`, sheet);
      status.textContent = say('done');
    } catch (reason) {
      console.warn(reason);
      status.textContent = say('failed');
    }
  };
  const copy = async (): Promise<void> => {
    const copied = await navigator.clipboard.writeText(code.value).then(
      () => true,
      () => false,
    );
    if (!copied) code.select();
    tell(say(copied ? 'copied' : 'manual'));
  };
  const write = (): void => {
    const address = new URL(window.location.href);
    address.hash = formatPermalink({ ...store.get(), embed: true, open: [] });
    const frame = h('iframe', { src: address.href, title: document.title, width: 960, height: 540, loading: 'lazy', allow: 'fullscreen' });
    // Written, not set: the content security policy of this page lets no element have a style.
    code.value = frame.outerHTML.replace('<iframe', '<iframe style="border: 0"');
    const { width, height } = stage.canvas;
    size.textContent = say('size', { width: width * Number(factor), height: height * Number(factor) });
  };
  const render = (): void => {
    element.replaceChildren(
      h('h3', {}, say('picture')),
      field(say('title'), title),
      choice({
        legend: say('fineness'),
        name: 'share-factor',
        options: FACTORS.map((value) => ({ value, label: `${value}×` })),
        value: factor,
        choose: (value) => {
          factor = value;
          write();
        },
      }),
      size,
      button({ label: say('download'), text: say('download'), class: 'utrecht-button--primary-action', press: () => void save() }),
      status,
      h('h3', { class: 'rule' }, say('embed')),
      field(say('code'), code, say('hint')),
      button({ label: say('copy'), text: say('copy'), class: 'utrecht-button--secondary-action', press: () => void copy() }),
    );
    write();
  };
  store.on(['pose', 'hidden', 'colourBy', 'selection', 'filter', 'tools'], write);
  render();

  return {
    element,
    restore: () => {
      status.textContent = '';
    },
    open: write,
    render,
  };
};
