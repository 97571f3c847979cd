/** Dutch wall-clock time, summer time included, whatever the clock of the visitor. */

const ZONE = 'Europe/Amsterdam';
const MINUTE_MS = 60_000;
const WALL = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})$/;

const PARTS = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
});

/** Milliseconds of UTC of a Dutch wall-clock time such as `2026-06-21T12:00`, or null when it is none. */
export function utcOf(wall: string): number | null {
  const match = WALL.exec(wall);
  if (!match) return null;
  const [, year, month, day, hour, minute] = match.map(Number) as [number, number, number, number, number, number];
  const naive = Date.UTC(year, month - 1, day, hour, minute);
  const date = new Date(naive);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59) return null;
  // The offset of a guess is right except near a change; a second look settles that.
  const guess = naive - offsetAt(naive);
  return naive - offsetAt(guess);
}

/** The Dutch wall-clock time of a moment. */
export function wallOf(utc: number): string {
  const part = Object.fromEntries(PARTS.formatToParts(utc).map(({ type, value }) => [type, value]));
  return `${part['year']}-${part['month']}-${part['day']}T${part['hour']}:${part['minute']}`;
}

function offsetAt(utc: number): number {
  const match = WALL.exec(wallOf(utc))?.slice(1).map(Number) as [number, number, number, number, number];
  const [year, month, day, hour, minute] = match;
  return Date.UTC(year, month - 1, day, hour, minute) - Math.floor(utc / MINUTE_MS) * MINUTE_MS;
}
