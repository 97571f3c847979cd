import { Vector3 } from 'three';
import { formatDate, formatLength, formatNumber } from '../../format/values';
import { utcOf, wallOf } from '../../geo/clock';
import { sunDirection, sunPosition, type SunPosition } from '../../geo/sun';
import { photograph } from '../../image/photograph';
import { sheetOf } from '../../image/sheet';
import { speaker } from '../../ui/context';
import { button, choice, field, h } from '../../ui/dom';
import { download, fileName } from '../../ui/download';
import { attributionOf } from '../../ui/footer';
import { tell } from '../../ui/message';
import type { MakeTool } from '../tool';
import { moments, zipped, type Spring } from './study';
import { words } from './words';

const DAYS = ['03-21', '06-21', '09-23', '12-22'] as const;
const MINUTES = 5;
const DAY_MINUTES = 1440;
// Pixels across the map of shadows for which tiles are fetched.
const FINENESS = 2048;
const PATIENCE_MS = 10_000;
// Played in steps of ten minutes; who asked for little motion sees a picture an hour, long enough to look at it.
const PLAY = { step: 10, wait: 120 };
const PLAY_CALMLY = { step: 60, wait: 1500 };

/** Sun and shadows at any moment, the course of a day, and the study of twelve moments. */
export const make: MakeTool = (rooms, seat) => {
  const { city, stage, store, twin, navigation } = rooms;
  const say = speaker(rooms, words);
  const [lon, lat] = twin.center;
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)');
  let wall = `${wallOf(Date.now()).slice(0, 11)}12:00`;
  let shining = false;
  let spring: Spring = '03-21';
  let timer = 0;
  let busy = false;

  const at = (moment: string): SunPosition => sunPosition(utcOf(moment) ?? 0, lat, lon);
  const shine = (moment: string | null): void => {
    stage.light.shineFrom(moment === null ? null : new Vector3(...sunDirection(at(moment))));
    // What stands outside the view throws its shadow into it.
    city.attend(stage.light.camera, moment === null ? null : FINENESS);
    stage.invalidate();
  };
  const set = (moment: string): void => {
    if (utcOf(moment) === null) return;
    wall = moment;
    shining = true;
    shine(wall);
    seat.save(wall);
    tellPosition();
  };
  const setMinutes = (minutes: number): void => {
    const clamped = Math.min(DAY_MINUTES - MINUTES, Math.max(0, minutes));
    const clock = [Math.floor(clamped / 60), clamped % 60].map((part) => String(part).padStart(2, '0')).join(':');
    set(`${wall.slice(0, 10)}T${clock}`);
  };

  const date = h('input', { id: 'sun-date', type: 'date', class: 'utrecht-textbox utrecht-textbox--html-input', change: () => { if (date.value) set(`${date.value}T${wall.slice(11)}`); } });
  const time = h('input', { id: 'sun-time', type: 'range', min: 0, max: DAY_MINUTES - MINUTES, step: MINUTES, input: () => { setMinutes(Number(time.value)); } });
  const clock = h('output', { for: 'sun-time', class: 'sun__clock' });
  const position = h('p', { class: 'note', role: 'status' });
  const daylight = h('p', { class: 'note' });
  const progress = h('p', { class: 'note', role: 'status' });
  const element = h('div', { class: 'sun stack' });

  const tellPosition = (): void => {
    const { language } = store.get();
    const { azimuth, elevation } = at(wall);
    const degrees = (value: number): string => formatNumber(language, value, 1);
    const wind = say('winds').split(',')[Math.round(azimuth / 45) % 8] ?? '';
    date.value = wall.slice(0, 10);
    time.value = String(minutesOf(wall));
    clock.value = wall.slice(11);
    time.setAttribute('aria-valuetext', wall.slice(11));
    position.textContent = elevation > 0 ? say('position', { elevation: degrees(elevation), azimuth: degrees(azimuth), wind }) : say('below', { elevation: degrees(elevation) });
    position.dataset['elevation'] = elevation.toFixed(3);
    position.dataset['azimuth'] = azimuth.toFixed(3);
    const [rise, down] = daylightOf(wall.slice(0, 10), lat, lon);
    daylight.textContent = say('daylight', { rise, set: down });
    element.querySelectorAll<HTMLElement>('[data-day]').forEach((chip) => {
      chip.setAttribute('aria-pressed', String(chip.dataset['day'] === wall.slice(5, 10)));
    });
  };
  const stop = (): void => {
    window.clearInterval(timer);
    timer = 0;
  };
  const play = (): void => {
    const { step, wait } = calm.matches ? PLAY_CALMLY : PLAY;
    const [rise, down] = daylightOf(wall.slice(0, 10), lat, lon).map((clockTime) => minutesOf(`${wall.slice(0, 11)}${clockTime}`)) as [number, number];
    const first = Math.floor(rise / step) * step;
    if (minutesOf(wall) < first || minutesOf(wall) + step > down) setMinutes(first);
    timer = window.setInterval(() => {
      setMinutes(minutesOf(wall) + step);
      if (minutesOf(wall) + step <= down) return;
      stop();
      render();
    }, wait);
  };
  /** Waits until what throws a shadow now has come; it also gives the page a turn, so that keys still work. */
  const arrived = async (): Promise<void> => {
    stage.settle();
    stage.invalidate();
    const end = performance.now() + PATIENCE_MS;
    do {
      // A page in the background has no frames.
      await new Promise((done) => {
        requestAnimationFrame(done);
        window.setTimeout(done, 250);
      });
    } while (!city.idle && performance.now() < end);
  };
  const studyAll = async (): Promise<void> => {
    busy = true;
    stop();
    render();
    const pictures = new Map<string, Blob>();
    const all = moments(Number(wall.slice(0, 4)), spring);
    try {
      for (const moment of all) {
        progress.textContent = say('study.busy', { done: pictures.size + 1, count: all.length });
        shine(moment);
        await arrived();
        pictures.set(`${moment.replace(':', '.')}.png`, await sheetOf(photograph(stage, stage.canvas.width < 1200 ? 2 : 1), captionOf(moment)));
      }
      download(`${fileName(say('study.file'), twin.name, wall.slice(0, 4))}.zip`, await zipped(pictures));
      tell(say('study.done', { count: pictures.size }));
    } catch (reason) {
      console.warn(reason);
      tell(say('study.failed'));
    }
    busy = false;
    progress.textContent = '';
    shine(shining ? wall : null);
    render();
  };
  const captionOf = (moment: string): Parameters<typeof sheetOf>[1] => {
    const { language } = store.get();
    const { azimuth, elevation } = at(moment);
    const dated = formatDate(language, moment.slice(0, 10)) ?? moment;
    return {
      title: say('study.title', { name: twin.name }),
      line: say('study.line', { date: dated, time: moment.slice(11), elevation: formatNumber(language, elevation, 1), azimuth: formatNumber(language, azimuth, 0) }),
      attribution: attributionOf(rooms),
      legend: rooms.legends.samples,
      heading: navigation.pose.heading,
      metresPerPixel: stage.metresPerPixel(navigation.center().distanceTo(stage.camera.position)) / (stage.canvas.width < 1200 ? 2 : 1) / (stage.canvas.width / stage.canvas.clientWidth),
      scale: (metres) => formatLength(language, metres),
    };
  };
  const render = (): void => {
    const playing = timer !== 0;
    const focused = document.activeElement instanceof HTMLElement && element.contains(document.activeElement) ? document.activeElement.dataset['keep'] : undefined;
    const playButton = button({ label: say(playing ? 'pause' : 'play'), text: say(playing ? 'pause' : 'play'), class: 'utrecht-button--primary-action', press: () => { if (playing) stop(); else play(); render(); } });
    playButton.dataset['keep'] = 'play';
    const studyButton = button({ label: say('study.make'), text: say('study.make'), class: 'utrecht-button--primary-action', press: () => void studyAll() });
    studyButton.dataset['keep'] = 'study';
    studyButton.disabled = busy;
    const days = h('div', { class: 'row', role: 'group', 'aria-label': say('days') }, ...DAYS.map((day) => {
      const chip = button({ label: say(`day.${day}`), text: say(`day.${day}`), class: 'utrecht-button--subtle chip', press: () => { set(`${wall.slice(0, 4)}-${day}T${wall.slice(11)}`); } });
      chip.dataset['day'] = day;
      return chip;
    }));
    element.replaceChildren(
      field(say('date'), date),
      days,
      h('div', { class: 'field' }, h('div', { class: 'row row--apart' }, h('label', { for: 'sun-time' }, say('time')), clock), time),
      position,
      daylight,
      h('div', { class: 'row' }, playButton),
      h('h3', { class: 'rule' }, say('study')),
      h('p', { class: 'note' }, say('study.help')),
      choice({ legend: say('spring'), name: 'sun-spring', options: (['03-21', '09-23'] as const).map((value) => ({ value, label: say(`spring.${value}`) })), value: spring, choose: (value) => { spring = value; } }),
      h('div', { class: 'row' }, studyButton),
      progress,
    );
    tellPosition();
    if (focused) element.querySelector<HTMLElement>(`[data-keep="${focused}"]`)?.focus();
  };
  render();

  return {
    element,
    restore: (state) => {
      stop();
      shining = state !== null;
      if (state !== null) {
        if (utcOf(state) === null) throw new Error(`no moment: ${state}`);
        wall = state;
      }
      shine(state);
      render();
    },
    open: () => {
      if (!shining) set(wall);
    },
    close: stop,
    render,
  };
};

function minutesOf(wall: string): number {
  return Number(wall.slice(11, 13)) * 60 + Number(wall.slice(14, 16));
}

/** Clock times at which the sun's upper edge comes up and goes down, to the minute. */
export function daylightOf(day: string, lat: number, lon: number): [string, string] {
  const midnight = utcOf(`${day}T00:00`) ?? 0;
  const isUp = (minute: number): boolean => sunPosition(midnight + minute * 60_000, lat, lon).elevation > -0.267;
  const minutes = Array.from({ length: DAY_MINUTES + 60 }, (_, minute) => minute);
  const rise = minutes.find((minute) => isUp(minute)) ?? 0;
  const down = minutes.find((minute) => minute > rise && !isUp(minute)) ?? DAY_MINUTES;
  return [rise, down].map((minute) => wallOf(midnight + minute * 60_000).slice(11)) as [string, string];
}
